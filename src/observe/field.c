/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/field.h"

#include "open/header.h"

struct bytes field_unfold(struct arena *arena, struct bytes value)
{
    value = bytes_trim(value);
    if (bytes_find_byte(value, '\n', 0) == BYTES_NPOS &&
        bytes_find_byte(value, '\r', 0) == BYTES_NPOS)
        return value;
    uint8_t *made = arena_alloc(arena, value.len);
    size_t len = 0;
    for (size_t i = 0; i < value.len; i++)
        if (value.at[i] != '\r' && value.at[i] != '\n')
            made[len++] = value.at[i];
    return bytes_of(made, len);
}

struct bytes field_text(struct arena *arena, struct bytes value)
{
    return bytes_trim(words_decode(arena, value, NULL));
}

size_t field_skip_cfws(struct bytes value, size_t from)
{
    size_t i = from, depth = 0;
    for (; i < value.len; i++) {
        uint8_t c = value.at[i];
        if (c == '(') {
            depth++;
        } else if (depth > 0) {
            if (c == ')')
                depth--;
            else if (c == '\\')
                i++;
        } else if (!ascii_is_space(c)) {
            break;
        }
    }
    return i < value.len ? i : value.len;
}

struct bytes field_message_id(struct bytes value)
{
    value = bytes_trim(value);
    size_t open = bytes_find_byte(value, '<', 0);
    if (open != BYTES_NPOS) {
        size_t shut = bytes_find_byte(value, '>', open);
        value = bytes_trim(
            bytes_sub(value, open + 1, shut == BYTES_NPOS ? BYTES_NPOS : shut - open - 1));
    } else {
        size_t end = 0;
        while (end < value.len && !ascii_is_space(value.at[end]))
            end++;
        value.len = end;
    }
    return value.len == 0 ? BYTES_NONE : value;
}
