/* SPDX-License-Identifier: Apache-2.0
 *
 * Bytes that arrive in order, with a window that can be looked at before it is taken.
 *
 * The window grows to what a caller asks for and shrinks by what it takes; the source is a file
 * descriptor or a function (input/unpack.h). */
#ifndef NOROSHI_INPUT_STREAM_H
#define NOROSHI_INPUT_STREAM_H

#include "base/bytes.h"
#include "base/error.h"

#include <sys/types.h>

struct stream {
    /* Read at most ROOM bytes: 0 at the end, -1 with errno. */
    ssize_t (*read)(void *source, uint8_t *to, size_t room);
    void *source;
    int fd; /* -1 where the source is a function */
    uint8_t *buffer;
    size_t start, end, capacity;
    uint64_t offset; /* of buffer[start] in the stream */
    uint64_t taken;  /* bytes the source gave so far */
    bool at_end;
    int failed; /* errno of a failed read; the rest is missing */
};

/* A stream over FD (not closed) or over a function; talloc child of PARENT. */
struct stream *stream_of_fd(const void *parent, int fd);
struct stream *stream_of(const void *parent, ssize_t (*read)(void *, uint8_t *, size_t),
                         void *source);
/* Make at least WANT bytes visible, or all there are; what is visible. */
struct bytes stream_fill(struct stream *stream, size_t want);
/* Make all that is left visible, up to about MOST bytes; at_end says whether that was all. */
struct bytes stream_fill_all(struct stream *stream, size_t most);
/* What is visible now. */
struct bytes stream_window(const struct stream *stream);
/* Step over LEN visible bytes. */
void stream_take(struct stream *stream, size_t len);

#endif
