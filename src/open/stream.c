/* SPDX-License-Identifier: Apache-2.0
 *
 * Single compressed streams: gzip, bzip2, xz, zstd, .lzma, zlib, and Unix compress named only.
 *
 * The one child is named after the file without its suffix, or as gzip's header says. */
#include "artifact/decompress.h"
#include "artifact/identify.h"
#include "open/opener.h"
#include "open/zip.h"

static const struct stream {
    enum kind kind;
    enum codec codec;
    int size_fact; /* enum fact_code, or -1 */
} streams[] = {
    {KIND_GZIP, CODEC_GZIP, FACT_GZIP_SIZE},
    {KIND_BZIP2, CODEC_BZIP2, FACT_BZIP2_SIZE},
    {KIND_XZ, CODEC_XZ, -1},
    {KIND_ZSTD, CODEC_ZSTD, -1},
    {KIND_LZMA, CODEC_LZMA, -1},
    {KIND_ZLIB, CODEC_ZLIB, FACT_ZLIB_SIZE},
};

static const struct stream *stream_of(enum kind kind)
{
    for (size_t i = 0; i < sizeof streams / sizeof streams[0]; i++)
        if (streams[i].kind == kind)
            return &streams[i];
    return NULL;
}

static int bid(const struct node *node)
{
    return stream_of(node->kind) == NULL ? 0 : 90;
}

/* The name in a gzip header (RFC 1952, 2.3.1): after the extra field where flag 3 is set. */
static struct bytes gzip_name(struct node *node)
{
    struct bytes b = node->content;
    if (b.len < 18 || (b.at[3] & 0x08) == 0)
        return BYTES_NONE;
    size_t at = 10;
    if ((b.at[3] & 0x04) != 0)
        at += 2u + bytes_u16le(b, 10);
    size_t end = bytes_find_byte(bytes_sub(b, 0, at + 4096), 0, at);
    if (end == BYTES_NPOS || end == at)
        return BYTES_NONE;
    return zip_name(node->tree->arena, bytes_sub(b, at, end - at), false);
}

static struct bytes bare_name(struct node *node)
{
    struct bytes extension = name_extension(node->name);
    if (extension.len == 0)
        return BYTES("content");
    struct bytes stem = bytes_sub(node->name, 0, node->name.len - extension.len - 1);
    if (bytes_equal_fold(extension, BYTES("tgz")) || bytes_equal_fold(extension, BYTES("tbz2")) ||
        bytes_equal_fold(extension, BYTES("txz")))
        return arena_printf(node->tree->arena, "%.*s.tar", BYTES_FMT(stem));
    return stem;
}

static void open(struct node *node)
{
    const struct stream *stream = stream_of(node->kind);
    struct decompressed done =
        decompress(node, (struct decompress){.codec = stream->codec, .in = node->content});
    decompress_note(node, done.status, 0, node->content.len);
    if (done.status == DECOMPRESS_OK && done.used < node->content.len)
        node_anomaly(node, ANOMALY_TRAILING_DATA, done.used, node->content.len - done.used,
                     BYTES_NONE);
    if (stream->size_fact >= 0)
        node_fact_int(node, (enum fact_code)stream->size_fact, (int64_t)done.out.len);
    if (done.out.len == 0 && done.status != DECOMPRESS_OK)
        return;
    struct bytes name = node->kind == KIND_GZIP ? gzip_name(node) : BYTES_NONE;
    struct node *child = node_add(node, done.out, name.at != NULL ? name : bare_name(node));
    if (child != NULL)
        child->raw = bytes_sub(node->content, 0, done.used);
}

const struct opener opener_stream = {"stream", bid, open};
