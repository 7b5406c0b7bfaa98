/* SPDX-License-Identifier: Apache-2.0 */
#include "input/stream.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <talloc.h>
#include <unistd.h>

#define FIRST_BYTES ((size_t)64 * 1024)

static ssize_t read_fd(void *source, uint8_t *to, size_t room)
{
    const struct stream *stream = source;
    ssize_t got;
    do
        got = read(stream->fd, to, room);
    while (got < 0 && errno == EINTR);
    return got;
}

static int stream_destroy(struct stream *stream)
{
    free(stream->buffer);
    return 0;
}

struct stream *stream_of(const void *parent, ssize_t (*read_some)(void *, uint8_t *, size_t),
                         void *source)
{
    struct stream *stream = talloc_zero(parent, struct stream);
    if (stream == NULL)
        abort();
    talloc_set_destructor(stream, stream_destroy);
    stream->read = read_some;
    stream->source = source;
    stream->fd = -1;
    return stream;
}

struct stream *stream_of_fd(const void *parent, int fd)
{
    struct stream *stream = stream_of(parent, read_fd, NULL);
    stream->source = stream;
    stream->fd = fd;
    return stream;
}

static void make_room(struct stream *stream, size_t want)
{
    size_t have = stream->end - stream->start;
    if (stream->start > 0 && stream->start + want > stream->capacity) {
        memmove(stream->buffer, stream->buffer + stream->start, have);
        stream->start = 0;
        stream->end = have;
    }
    if (want <= stream->capacity)
        return;
    size_t capacity = stream->capacity == 0 ? FIRST_BYTES : stream->capacity;
    while (capacity < want) {
        assert(capacity <= SIZE_MAX / 4);
        capacity *= 2;
    }
    stream->buffer = realloc(stream->buffer, capacity);
    if (stream->buffer == NULL)
        abort();
    stream->capacity = capacity;
}

struct bytes stream_fill(struct stream *stream, size_t want)
{
    if (stream->end - stream->start < want && !stream->at_end)
        make_room(stream, want);
    while (stream->end - stream->start < want && !stream->at_end) {
        ssize_t got = stream->read(stream->source, stream->buffer + stream->end,
                                   stream->capacity - stream->end);
        if (got < 0)
            stream->failed = errno;
        if (got <= 0)
            stream->at_end = true;
        else
            stream->end += (size_t)got, stream->taken += (uint64_t)got;
    }
    return stream_window(stream);
}

struct bytes stream_fill_all(struct stream *stream, size_t most)
{
    struct bytes window = stream_window(stream);
    for (size_t want = FIRST_BYTES; !stream->at_end && window.len < most; want *= 2)
        window = stream_fill(stream, want < most ? want : most);
    return window;
}

struct bytes stream_window(const struct stream *stream)
{
    if (stream->buffer == NULL)
        return BYTES("");
    return bytes_of(stream->buffer + stream->start, stream->end - stream->start);
}

void stream_take(struct stream *stream, size_t len)
{
    assert(len <= stream->end - stream->start);
    stream->start += len;
    stream->offset += len;
}
