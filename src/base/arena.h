/* SPDX-License-Identifier: Apache-2.0
 *
 * A bump arena that hangs on a talloc parent: where the thousands of small facts of one artifact live.
 *
 * Memory comes in zeroed pieces and goes all at once when the parent is freed; nothing is freed
 * singly and no destructor runs.  In the sanitised build every piece is its own malloc, so that an
 * overrun by one byte is seen.  Out of memory ends the process (the worker is replaced). */
#ifndef NOROSHI_BASE_ARENA_H
#define NOROSHI_BASE_ARENA_H

#include "base/bytes.h"

struct arena;

/* A new arena whose life ends with PARENT (a talloc context; NULL: free it with talloc_free). */
struct arena *arena_new(const void *parent);
/* Forget all pieces but keep the first block: for reuse between artifacts. */
void arena_reset(struct arena *arena);
/* SIZE zeroed bytes, aligned for any type; never NULL. */
void *arena_alloc(struct arena *arena, size_t size);
/* The same without zeroing: for decoders that write what they return. */
void *arena_alloc_raw(struct arena *arena, size_t size);
/* COUNT * SIZE zeroed bytes; the product is checked. */
void *arena_array(struct arena *arena, size_t count, size_t size);
/* A copy of B, followed by a NUL that is not counted. */
struct bytes arena_copy(struct arena *arena, struct bytes b);
/* printf into the arena; NUL-terminated, the NUL not counted. */
struct bytes arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* HEAP (from malloc, not NULL) is freed when the arena's content goes; for buffers too big to copy. */
void arena_adopt(struct arena *arena, void *heap);
/* Bytes handed out since the arena was made or reset. */
size_t arena_used_bytes(const struct arena *arena);
/* Bytes all arenas of the process have from the heap, with what they adopted. */
size_t arena_held_bytes(void);

#define arena_new_of(arena, type) ((type *)arena_alloc(arena, sizeof(type)))
#define arena_array_of(arena, count, type) ((type *)arena_array(arena, count, sizeof(type)))

#endif
