/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include "base/heap.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_SEPARATE 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_SEPARATE 1
#endif
#endif
#ifndef ARENA_SEPARATE
#define ARENA_SEPARATE 0
#endif

#define BLOCK_BYTES ((size_t)64 * 1024)
#define ALIGN_BYTES ((size_t)16)
#define KEPT_MAX 64 /* blocks held over a reset: 4 MB, what a large mail needs */

struct block {
    struct block *previous;
    size_t size, used;
    size_t spare; /* keeps data[] aligned */
    uint8_t data[];
};

struct adopted {
    struct adopted *previous;
    void *heap;
};

struct arena {
    struct block *top;
    struct block *kept; /* ordinary blocks of before the last reset, to be used again */
    uint32_t kept_count;
    struct adopted *adopted;
    size_t used_bytes;
};

static size_t held_bytes; /* by all arenas of the process; reading it is not for threads */

static void block_free(struct block *block)
{
    held_bytes -= block->size;
    free(block);
}

static void free_blocks(struct block *block)
{
    while (block != NULL) {
        struct block *previous = block->previous;
        block_free(block);
        block = previous;
    }
}

static struct block *block_new(size_t size, struct block *previous)
{
    struct block *block = malloc(sizeof *block + size);
    if (block == NULL)
        abort();
    *block = (struct block){.previous = previous, .size = size};
    held_bytes += size;
    return block;
}

static void free_adopted(struct arena *arena)
{
    while (arena->adopted != NULL) {
        struct adopted *previous = arena->adopted->previous;
        held_bytes -= heap_size_of(arena->adopted->heap);
        free(arena->adopted->heap);
        free(arena->adopted);
        arena->adopted = previous;
    }
}

static int arena_destroy(struct arena *arena)
{
    free_adopted(arena);
    free_blocks(arena->top);
    free_blocks(arena->kept);
    return 0;
}

struct arena *arena_new(const void *parent)
{
    struct arena *arena = talloc_zero(parent, struct arena);
    if (arena == NULL)
        abort();
    talloc_set_destructor(arena, arena_destroy);
    return arena;
}

void arena_adopt(struct arena *arena, void *heap)
{
    struct adopted *adopted = malloc(sizeof *adopted);
    if (adopted == NULL)
        abort();
    *adopted = (struct adopted){.previous = arena->adopted, .heap = heap};
    arena->adopted = adopted;
    held_bytes += heap_size_of(heap);
}

void arena_reset(struct arena *arena)
{
    free_adopted(arena);
    while (arena->top != NULL && (ARENA_SEPARATE || arena->top->previous != NULL)) {
        struct block *previous = arena->top->previous;
        if (!ARENA_SEPARATE && arena->top->size == BLOCK_BYTES && arena->kept_count < KEPT_MAX) {
            arena->top->previous = arena->kept;
            arena->kept = arena->top;
            arena->kept_count++;
        } else {
            block_free(arena->top);
        }
        arena->top = previous;
    }
    if (arena->top != NULL)
        arena->top->used = 0;
    arena->used_bytes = 0;
}

void *arena_alloc_raw(struct arena *arena, size_t size)
{
    assert(size <= SIZE_MAX / 2);
    size_t rounded = ARENA_SEPARATE ? size : (size + ALIGN_BYTES - 1) & ~(ALIGN_BYTES - 1);
    struct block *top = arena->top;
    if (ARENA_SEPARATE || top == NULL || rounded > top->size - top->used) {
        size_t block_size = ARENA_SEPARATE || rounded > BLOCK_BYTES ? rounded : BLOCK_BYTES;
        if (block_size == BLOCK_BYTES && arena->kept != NULL) {
            struct block *kept = arena->kept;
            arena->kept = kept->previous;
            arena->kept_count--;
            *kept = (struct block){.previous = top, .size = BLOCK_BYTES};
            top = arena->top = kept;
        } else {
            top = arena->top = block_new(block_size, top);
        }
    }
    void *piece = top->data + top->used;
    top->used += rounded;
    arena->used_bytes += rounded;
    return piece;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    return memset(arena_alloc_raw(arena, size), 0, size);
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    assert(size == 0 || count <= SIZE_MAX / 2 / size);
    return arena_alloc(arena, count * size);
}

struct bytes arena_copy(struct arena *arena, struct bytes b)
{
    uint8_t *copy = arena_alloc_raw(arena, b.len + 1);
    if (b.len > 0)
        memcpy(copy, b.at, b.len);
    copy[b.len] = 0;
    return bytes_of(copy, b.len);
}

struct bytes arena_printf(struct arena *arena, const char *format, ...)
{
    char first[256]; /* most fit */
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(first, sizeof first, format, args);
    va_end(args);
    assert(len >= 0);
    char *text = arena_alloc_raw(arena, (size_t)len + 1);
    if ((size_t)len < sizeof first)
        memcpy(text, first, (size_t)len + 1);
    else
        vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    return bytes_of(text, (size_t)len);
}

size_t arena_used_bytes(const struct arena *arena)
{
    return arena->used_bytes;
}

size_t arena_held_bytes(void)
{
    return held_bytes;
}
