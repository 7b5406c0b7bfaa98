/* SPDX-License-Identifier: Apache-2.0
 *
 * Pictures: size, metadata, what hangs behind the end, and the codes on them. */
#include "artifact/identify.h"
#include "open/opener.h"
#include "open/picture.h"
#include "open/picture_memo.h"

#define TAIL_TEXT_MIN ((size_t)120) /* shorter holds no file */

static int bid(const struct node *node)
{
    switch (node->kind) {
    case KIND_PNG:
    case KIND_JPEG:
    case KIND_GIF:
    case KIND_WEBP:
    case KIND_BMP:
        return 90;
    default:
        return 0;
    }
}

/* Data behind a picture's end is hung below where it is a kind of its own. */
static void read_tail(struct node *node)
{
    bool cut;
    size_t end = picture_end(node, &cut);
    enum fact_code trailer =
        node->kind == KIND_GIF ? FACT_GIF_TRAILER_INDEX : FACT_JPEG_TRAILER_INDEX;
    if (cut) {
        node_anomaly(node, ANOMALY_TRUNCATED, node->content.len, 0, BYTES("picture"));
        return;
    }
    if (node->kind == KIND_GIF || node->kind == KIND_JPEG)
        node_fact_int(node, trailer, (int64_t)end);
    struct bytes tail = bytes_from(node->content, end);
    struct bytes text = bytes_trim(tail);
    while (text.len > 0 && text.at[0] == 0)
        text = bytes_from(text, 1);
    if (text.len == 0)
        return;
    node_anomaly(node, ANOMALY_TRAILING_DATA, end, tail.len, BYTES_NONE);
    enum kind kind = identify(tail, BYTES_NONE, BYTES_NONE);
    if (kind == KIND_UNKNOWN || kind == KIND_JPEG || kind == KIND_PNG ||
        (kind == KIND_TEXT && tail.len < TAIL_TEXT_MIN))
        return;
    if (kind != KIND_TEXT) /* words may hold a file as letters: they are looked at, no more */
        node_anomaly(node, ANOMALY_POLYGLOT, end, tail.len, bytes_of_string(kind_rows[kind].what));
    struct node *child = node_add(node, tail, BYTES("trailer"));
    if (child != NULL)
        child->kind = kind;
}

static bool decode(struct node *node, struct picture *picture)
{
    switch (node->kind) {
    case KIND_PNG:
        return picture_png(node, picture);
    case KIND_JPEG:
        return picture_jpeg(node, picture);
    case KIND_GIF:
        return picture_gif(node, picture);
    case KIND_WEBP:
        return picture_webp(node, picture);
    default:
        return picture_bmp(node, picture);
    }
}

/* Decode it and look for codes, unless what the same bytes say is known. */
static void read_samples(struct node *node)
{
    const struct anomaly *before = node->last_anomaly;
    struct picture picture = {0};
    struct picture_key key = picture_key_of(node->kind, node->content);
    if (picture_memo_tell(&key, node))
        return;
    bool decoded = decode(node, &picture);
    if (decoded)
        qr_read(node, &picture);
    picture_finish(&picture);
    if (decoded && node->last_anomaly == before && budget_time_left(node->tree->budget))
        picture_memo_keep(&key, node);
}

static void open(struct node *node)
{
    uint32_t width = 0, height = 0;
    if (picture_size(node, &width, &height)) {
        node_fact_int(node, FACT_EXIFTOOL_IMAGE_WIDTH, width);
        node_fact_int(node, FACT_EXIFTOOL_IMAGE_HEIGHT, height);
    }
    picture_metadata(node);
    read_tail(node);
    read_samples(node);
}

const struct opener opener_image = {"image", bid, open};
