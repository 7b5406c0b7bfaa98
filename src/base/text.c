/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include "base/arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define FIRST_BYTES ((size_t)64)

void text_init(struct text *text, struct arena *arena, size_t limit_bytes)
{
    *text = (struct text){.arena = arena, .limit_bytes = limit_bytes};
}

void text_finish(struct text *text)
{
    if (text->arena == NULL)
        free(text->at);
    text->at = NULL;
    text->len = text->capacity = 0;
}

static void grow(struct text *text, size_t needed)
{
    size_t capacity = text->capacity < FIRST_BYTES ? FIRST_BYTES : text->capacity;
    while (capacity < needed) {
        assert(capacity <= SIZE_MAX / 4);
        capacity *= 2;
    }
    uint8_t *at;
    if (text->arena != NULL) {
        at = arena_alloc_raw(text->arena, capacity);
        if (text->len > 0)
            memcpy(at, text->at, text->len);
    } else {
        at = realloc(text->at, capacity);
        if (at == NULL)
            abort();
    }
    text->at = at;
    text->capacity = capacity;
}

uint8_t *text_reserve(struct text *text, size_t extra)
{
    assert(extra <= SIZE_MAX / 4);
    if (text->limit_bytes != 0 && extra > text->limit_bytes - text->len) {
        text->over_limit = true;
        return NULL;
    }
    if (text->at == NULL || extra > text->capacity - text->len)
        grow(text, text->len + extra);
    return text->at + text->len;
}

void text_add(struct text *text, struct bytes b)
{
    if (text->limit_bytes != 0 && b.len > text->limit_bytes - text->len) {
        text->over_limit = true;
        b.len = text->limit_bytes - text->len;
    }
    if (b.len == 0)
        return;
    memcpy(text_reserve(text, b.len), b.at, b.len);
    text->len += b.len;
}

void text_add_byte(struct text *text, uint8_t byte)
{
    if (text->len < text->capacity && (text->limit_bytes == 0 || text->len < text->limit_bytes))
        text->at[text->len++] = byte;
    else
        text_add(text, bytes_of(&byte, 1));
}

void text_add_string(struct text *text, const char *s)
{
    text_add(text, bytes_of_string(s));
}

void text_add_decimal(struct text *text, uint64_t n)
{
    uint8_t room[20], *at = room + sizeof room;
    do
        *--at = (uint8_t)('0' + n % 10);
    while ((n /= 10) > 0);
    text_add(text, bytes_of(at, (size_t)(room + sizeof room - at)));
}

void text_add_format(struct text *text, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    size_t free_bytes = text->limit_bytes == 0 ? text->capacity - text->len : 0;
    char *end = free_bytes == 0 ? NULL : (char *)text->at + text->len;
    int len = vsnprintf(end, free_bytes, format, args);
    va_end(args);
    assert(len >= 0);
    uint8_t *room = NULL;
    if ((size_t)len < free_bytes)
        text->len += (size_t)len; /* it fitted */
    else
        room = text_reserve(text, (size_t)len + 1);
    if (room != NULL) {
        vsnprintf((char *)room, (size_t)len + 1, format, again);
        text->len += (size_t)len;
    }
    va_end(again);
}

void text_add_codepoint(struct text *text, uint32_t code)
{
    uint8_t out[4];
    size_t len;
    if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        code = 0xFFFD;
    if (code < 0x80) {
        out[0] = (uint8_t)code, len = 1;
    } else if (code < 0x800) {
        out[0] = (uint8_t)(0xC0 | code >> 6), out[1] = (uint8_t)(0x80 | (code & 0x3F)), len = 2;
    } else if (code < 0x10000) {
        out[0] = (uint8_t)(0xE0 | code >> 12), out[1] = (uint8_t)(0x80 | (code >> 6 & 0x3F));
        out[2] = (uint8_t)(0x80 | (code & 0x3F)), len = 3;
    } else {
        out[0] = (uint8_t)(0xF0 | code >> 18), out[1] = (uint8_t)(0x80 | (code >> 12 & 0x3F));
        out[2] = (uint8_t)(0x80 | (code >> 6 & 0x3F)), out[3] = (uint8_t)(0x80 | (code & 0x3F));
        len = 4;
    }
    text_add(text, bytes_of(out, len));
}

struct bytes text_bytes(const struct text *text)
{
    return bytes_of(text->at, text->len);
}

const char *text_string(struct text *text)
{
    if (text->capacity == text->len)
        grow(text, text->len + 1);
    text->at[text->len] = 0;
    return (const char *)text->at;
}
