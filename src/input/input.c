/* SPDX-License-Identifier: Apache-2.0 */
#include "input/input.h"

#include "artifact/identify.h"
#include "input/layout.h"
#include "input/mbox.h"
#include "input/unpack.h"
#include "input/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <talloc.h>
#include <unistd.h>

#define HEAD_BYTES ((size_t)64 * 1024)
#define PROBE_BYTES ((size_t)1024 * 1024)
#define MAP_FROM_BYTES ((uint64_t)64 * 1024 * 1024)

enum source_kind { SOURCE_NONE, SOURCE_WHOLE, SOURCE_MBOX, SOURCE_TAR };

/* The file that is read now. */
struct source {
    enum source_kind kind;
    char *name; /* as the walk names it, or "-" */
    int fd;
    uint64_t size;         /* 0: unknown */
    struct stream *stream; /* the bytes as stored */
    struct unpack *unpack; /* of a tar or a compressed mbox */
    struct stream *inner;  /* the mbox inside: the stream itself, unpacked, or a tar's entry */
    char *entry_name;      /* tar: of the entry INNER reads */
    bool entry_is_mbox;
    uint64_t inner_skip; /* tar: bytes of the next entry's mbox done by an earlier run */
    uint64_t entries;    /* tar: files begun */
    uint64_t mails;      /* mbox: mails yielded */
    void *map;
    size_t map_len;
};

struct input {
    struct walk *walk; /* NULL: standard input */
    bool stdin_pending;
    struct source *source; /* NULL: between files */
    char *item_name;
    struct input_position seek; /* path absent: none */
    uint64_t done_bytes;        /* of files that are finished */
};

static int source_destroy(struct source *source)
{
    if (source->map != NULL)
        munmap(source->map, source->map_len);
    if (source->fd > STDIN_FILENO)
        close(source->fd);
    return 0;
}

struct input *input_open(const void *parent, const char *path, struct error *err)
{
    struct input *input = talloc_zero(parent, struct input);
    if (input == NULL)
        abort();
    if (path[0] == '-' && path[1] == 0) {
        input->stdin_pending = true;
        return input;
    }
    input->walk = walk_open(input, path, err);
    if (input->walk == NULL) {
        talloc_free(input);
        return NULL;
    }
    return input;
}

void input_seek(struct input *input, struct input_position position)
{
    if (position.path.at == NULL)
        return;
    input->seek = position;
    input->seek.path =
        bytes_of(talloc_memdup(input, position.path.at, position.path.len), position.path.len);
    if (input->walk != NULL)
        walk_seek(input->walk, input->seek.path);
}

uint64_t input_measure(const char *path)
{
    struct error ignored;
    uint64_t total = 0;
    if (path[0] == '-' && path[1] == 0)
        return 0;
    struct walk *walk = walk_open(NULL, path, &ignored);
    if (walk == NULL)
        return 0;
    struct stat status;
    const char *file;
    for (int answer; (answer = walk_next(walk, &file, &status, &ignored)) != 0;)
        if (answer > 0)
            total += (uint64_t)status.st_size;
    talloc_free(walk);
    return total;
}

static bool is_compressed(struct bytes head)
{
    return bytes_starts(head, BYTES("\x1F\x8B\x08")) || bytes_starts(head, BYTES("BZh")) ||
           bytes_starts(head, BYTES("\xFD"
                                    "7zXZ")) ||
           bytes_starts(head, BYTES("\x28\xB5\x2F\xFD"));
}

static bool is_mail(struct bytes head, struct bytes name)
{
    return bytes_ends_fold(name, BYTES(".eml")) || mbox_starts(head) ||
           identify(head, BYTES_NONE, BYTES_NONE) == KIND_MAIL;
}

/* What a tar or compressed stream is, from its first file. */
static enum source_kind kind_of_packed(struct bytes head)
{
    struct error ignored;
    enum source_kind kind = SOURCE_WHOLE;
    struct unpack *unpack = unpack_probe(NULL, head);
    struct bytes name;
    if (unpack != NULL && unpack_next(unpack, &name, &ignored) == 1) {
        struct stream *first = stream_of(unpack, unpack_read, unpack);
        struct bytes inside = bytes_sub(stream_fill(first, HEAD_BYTES), 0, HEAD_BYTES);
        if (unpack_is_tar(unpack) && is_mail(inside, name))
            kind = SOURCE_TAR;
        else if (!unpack_is_tar(unpack) && mbox_starts(inside))
            kind = SOURCE_MBOX;
    }
    talloc_free(unpack);
    return kind;
}

static struct source *source_open(struct input *input, const char *name, int fd, uint64_t size)
{
    struct source *s = talloc_zero(input, struct source);
    talloc_set_destructor(s, source_destroy);
    s->name = talloc_strdup(s, name);
    s->fd = fd;
    s->size = size;
    s->stream = stream_of_fd(s, fd);
    s->kind = SOURCE_WHOLE;
    struct bytes head = stream_fill(s->stream, HEAD_BYTES);
    bool packed = is_compressed(head) || bytes_equal(bytes_sub(head, 257, 5), BYTES("ustar"));
    if (packed)
        s->kind = kind_of_packed(stream_fill(s->stream, PROBE_BYTES));
    else if (mbox_starts(bytes_sub(head, 0, HEAD_BYTES)))
        s->kind = SOURCE_MBOX;
    if (packed && s->kind != SOURCE_WHOLE)
        s->unpack = unpack_new(s, s->stream);
    if (packed && s->unpack == NULL)
        s->kind = SOURCE_WHOLE;
    if (s->kind == SOURCE_MBOX) {
        struct bytes entry;
        struct error ignored;
        s->inner = s->unpack == NULL ? s->stream : stream_of(s, unpack_read, s->unpack);
        if (s->unpack != NULL)
            unpack_next(s->unpack, &entry, &ignored);
    }
    return s;
}

static void error_set_read(struct error *err, const char *name, int number)
{
    errno = number;
    error_set_errno(err, ERROR_INPUT, "cannot read %s", name);
}

static void source_close(struct input *input)
{
    input->done_bytes +=
        input->source->size > 0 ? input->source->size : input->source->stream->taken;
    talloc_free(input->source);
    input->source = NULL;
}

/* Open the next file; INPUT_ITEM where there is one. */
static enum input_status next_source(struct input *input, struct error *err)
{
    if (input->walk == NULL) {
        if (!input->stdin_pending)
            return INPUT_END;
        input->stdin_pending = false;
        input->source = source_open(input, "-", STDIN_FILENO, 0);
        return INPUT_ITEM;
    }
    const char *path;
    struct stat status;
    int answer = walk_next(input->walk, &path, &status, err);
    if (answer <= 0)
        return answer == 0 ? INPUT_END : INPUT_ERROR;
    uint64_t size = (uint64_t)status.st_size;
    bool image = S_ISDIR(status.st_mode); /* the walk gives folders only where they are images */
    int fd = image ? layout_pack(path, &size, err) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        if (!image)
            error_set_read(err, path, errno);
        return INPUT_ERROR;
    }
    input->source = source_open(input, path, fd, size);
    return INPUT_ITEM;
}

static enum input_status fail_source(struct input *input, int number, struct error *err)
{
    error_set_read(err, input->source->name, number);
    source_close(input);
    return INPUT_ERROR;
}

static void item_set(struct input *input, struct input_item *item, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void item_set(struct input *input, struct input_item *item, const char *format, ...)
{
    const struct source *s = input->source;
    va_list args;
    va_start(args, format);
    talloc_free(input->item_name);
    input->item_name = talloc_vasprintf(input, format, args);
    va_end(args);
    item->name = bytes_of_string(input->item_name);
    item->after = (struct input_position){
        .path = bytes_of_string(s->name), .entry = s->entries, .mails = s->mails};
    if (s->inner != NULL)
        item->after.offset = s->inner->offset;
    item->done_bytes = input->done_bytes + (s->fd >= 0 ? s->stream->taken : 0);
}

/* Step over LEN bytes; false where the stream is shorter. */
static bool stream_skip(struct stream *stream, uint64_t len)
{
    while (len > 0) {
        struct bytes window = stream_fill(stream, 1);
        if (window.len == 0)
            return false;
        size_t step = window.len < len ? window.len : (size_t)len;
        stream_take(stream, step);
        len -= step;
    }
    return true;
}

/* Skip what an earlier run has done of this file; whether it did all of it. */
static bool resume(struct input *input, struct source *s, struct error *err)
{
    struct input_position seek = input->seek;
    bool here = seek.path.at != NULL && bytes_equal(seek.path, bytes_of_string(s->name));
    input->seek = (struct input_position){0};
    if (!here)
        return false;
    if (s->kind == SOURCE_WHOLE)
        return true;
    s->mails = seek.mails;
    if (s->kind == SOURCE_MBOX)
        return !stream_skip(s->inner, seek.offset);
    struct bytes name;
    uint64_t whole = seek.offset > 0 ? seek.entry - 1 : seek.entry;
    for (; s->entries < whole; s->entries++)
        if (unpack_next(s->unpack, &name, err) != 1)
            return true;
    s->inner_skip = seek.offset;
    return false;
}

static enum input_status next_whole(struct input *input, struct input_item *item, struct error *err)
{
    struct source *s = input->source;
    if (s->entries > 0) {
        source_close(input);
        return INPUT_END;
    }
    s->entries = 1;
    if (s->size >= MAP_FROM_BYTES) {
        s->map = mmap(NULL, (size_t)s->size, PROT_READ, MAP_PRIVATE, s->fd, 0);
        s->map_len = (size_t)s->size;
        if (s->map == MAP_FAILED) {
            s->map = NULL;
            return fail_source(input, errno, err);
        }
        item->content = bytes_of(s->map, s->map_len);
    } else {
        item->content = stream_fill_all(s->stream, INPUT_ITEM_MAX_BYTES);
        item->truncated = !s->stream->at_end;
        if (s->stream->failed != 0)
            return fail_source(input, s->stream->failed, err);
    }
    if (s->fd > STDIN_FILENO && s->size == item->content.len)
        item->fd = s->fd;
    item_set(input, item, "%s", s->name);
    return INPUT_ITEM;
}

/* The next mail of the mbox INNER; INPUT_END where it is done. */
static enum input_status next_mail(struct input *input, struct input_item *item)
{
    struct source *s = input->source;
    struct mbox_mail mail;
    if (!mbox_next(s->inner, &mail))
        return INPUT_END;
    item->content = mail.content;
    item->envelope = mail.envelope;
    item->truncated = mail.truncated;
    s->mails++;
    if (s->entry_name != NULL)
        item_set(input, item, "%s/%s#%llu", s->name, s->entry_name, (unsigned long long)s->mails);
    else
        item_set(input, item, "%s#%llu", s->name, (unsigned long long)s->mails);
    return INPUT_ITEM;
}

static enum input_status next_entry(struct input *input, struct input_item *item, struct error *err)
{
    struct source *s = input->source;
    struct bytes name;
    if (s->entry_is_mbox && next_mail(input, item) == INPUT_ITEM)
        return INPUT_ITEM;
    s->entry_is_mbox = false;
    TALLOC_FREE(s->inner);
    TALLOC_FREE(s->entry_name);
    int answer = unpack_next(s->unpack, &name, err);
    if (answer < 0) {
        error_set(err, ERROR_INPUT, "cannot read all of %s: broken archive", s->name);
        source_close(input);
        return INPUT_ERROR;
    }
    if (answer == 0) {
        source_close(input);
        return INPUT_END;
    }
    s->entries++;
    s->mails = s->inner_skip > 0 ? s->mails : 0;
    s->entry_name = talloc_strndup(s, (const char *)name.at, name.len);
    s->inner = stream_of(s, unpack_read, s->unpack);
    s->entry_is_mbox = mbox_starts(bytes_sub(stream_fill(s->inner, HEAD_BYTES), 0, HEAD_BYTES));
    if (s->entry_is_mbox) {
        stream_skip(s->inner, s->inner_skip);
        s->inner_skip = 0;
        return next_entry(input, item, err);
    }
    item->content = stream_fill_all(s->inner, INPUT_ITEM_MAX_BYTES);
    item->truncated = !s->inner->at_end || s->inner->failed != 0;
    if (s->inner->failed != 0 && item->content.len == 0)
        return fail_source(input, s->inner->failed, err);
    item_set(input, item, "%s/%s", s->name, s->entry_name);
    item->after.offset = 0;
    return INPUT_ITEM;
}

enum input_status input_next(struct input *input, struct input_item *item, struct error *err)
{
    for (;;) {
        *item = (struct input_item){.fd = -1};
        enum input_status status;
        if (input->source == NULL) {
            status = next_source(input, err);
            if (status != INPUT_ITEM)
                return status;
            if (resume(input, input->source, err))
                source_close(input);
            continue;
        }
        struct source *s = input->source;
        if (s->kind == SOURCE_TAR) {
            status = next_entry(input, item, err);
        } else if (s->kind == SOURCE_MBOX) {
            status = next_mail(input, item);
            int failed = s->stream->failed != 0 ? s->stream->failed : s->inner->failed;
            if (status == INPUT_END && failed != 0)
                return fail_source(input, failed, err);
            if (status == INPUT_END)
                source_close(input);
        } else {
            status = next_whole(input, item, err);
        }
        if (status != INPUT_END)
            return status;
    }
}
