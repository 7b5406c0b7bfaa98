/* SPDX-License-Identifier: Apache-2.0 */
#include "input/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <talloc.h>

#define BLOCK_BYTES ((size_t)128 * 1024)

struct unpack {
    struct archive *archive;
    struct archive_entry *entry; /* the first, read by open; then the current */
    struct stream *source;       /* NULL: memory */
    bool is_tar, first_pending;
};

static la_ssize_t give(struct archive *archive, void *data, const void **block)
{
    struct unpack *unpack = data;
    struct bytes window = stream_fill(unpack->source, 1);
    if (unpack->source->failed != 0) {
        archive_set_error(archive, unpack->source->failed, "read failed");
        return -1;
    }
    /* Taken now, read by libarchive before it asks again: the buffer stays until the next fill. */
    *block = window.at;
    stream_take(unpack->source, window.len);
    return (la_ssize_t)window.len;
}

static int unpack_destroy(struct unpack *unpack)
{
    archive_read_free(unpack->archive);
    return 0;
}

static struct unpack *unpack_make(const void *parent)
{
    struct unpack *unpack = talloc_zero(parent, struct unpack);
    if (unpack == NULL || (unpack->archive = archive_read_new()) == NULL)
        abort();
    talloc_set_destructor(unpack, unpack_destroy);
    archive_read_support_filter_gzip(unpack->archive);
    archive_read_support_filter_bzip2(unpack->archive);
    archive_read_support_filter_xz(unpack->archive);
    archive_read_support_filter_zstd(unpack->archive);
    archive_read_support_format_tar(unpack->archive);
    archive_read_support_format_raw(unpack->archive);
    return unpack;
}

static struct unpack *first_entry(struct unpack *unpack, int opened)
{
    if (opened != ARCHIVE_OK ||
        archive_read_next_header(unpack->archive, &unpack->entry) < ARCHIVE_WARN) {
        talloc_free(unpack);
        return NULL;
    }
    unpack->is_tar =
        (archive_format(unpack->archive) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_TAR;
    unpack->first_pending = true;
    return unpack;
}

struct unpack *unpack_new(const void *parent, struct stream *source)
{
    struct unpack *unpack = unpack_make(parent);
    unpack->source = source;
    return first_entry(unpack, archive_read_open(unpack->archive, unpack, NULL, give, NULL));
}

struct unpack *unpack_probe(const void *parent, struct bytes head)
{
    struct unpack *unpack = unpack_make(parent);
    return first_entry(unpack, archive_read_open_memory(unpack->archive, head.at, head.len));
}

bool unpack_is_tar(const struct unpack *unpack)
{
    return unpack->is_tar;
}

int unpack_next(struct unpack *unpack, struct bytes *name_out, struct error *err)
{
    for (;;) {
        int status = ARCHIVE_OK;
        if (unpack->first_pending)
            unpack->first_pending = false;
        else
            status = archive_read_next_header(unpack->archive, &unpack->entry);
        if (status == ARCHIVE_EOF)
            return 0;
        if (status < ARCHIVE_WARN) {
            const char *why = archive_error_string(unpack->archive);
            error_set(err, ERROR_INPUT, "broken archive: %s", why == NULL ? "unknown reason" : why);
            return -1;
        }
        if (unpack->is_tar && archive_entry_filetype(unpack->entry) != AE_IFREG)
            continue;
        *name_out = bytes_of_string(archive_entry_pathname(unpack->entry));
        return 1;
    }
}

ssize_t unpack_read(void *data, uint8_t *to, size_t room)
{
    struct unpack *unpack = data;
    la_ssize_t got =
        archive_read_data(unpack->archive, to, room < BLOCK_BYTES ? room : BLOCK_BYTES);
    if (got < 0) {
        errno = EIO;
        return -1;
    }
    return (ssize_t)got;
}
