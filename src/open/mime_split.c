/* SPDX-License-Identifier: Apache-2.0 */
#include "open/mime_split.h"

#include "base/text.h"

#define GUESS_LINES_MAX 4096

struct delimiter {
    size_t start, end; /* with the line end before it and behind it */
    bool closes;
};

/* The next boundary line at or after FROM. */
static bool delimiter_next(struct bytes in, struct bytes dashed, size_t from, bool lenient,
                           struct delimiter *out)
{
    for (size_t at = from; (at = bytes_find(in, dashed, at)) != BYTES_NPOS; at++) {
        if (at > 0 && in.at[at - 1] != '\n' && in.at[at - 1] != '\r')
            continue;
        size_t end = at + dashed.len;
        out->closes = end + 1 < in.len && in.at[end] == '-' && in.at[end + 1] == '-';
        end += out->closes ? 2 : 0;
        while (end < in.len && (in.at[end] == ' ' || in.at[end] == '\t'))
            end++;
        if (lenient && end < in.len && in.at[end] != '\r' && in.at[end] != '\n') {
            size_t line_end = bytes_find_byte(in, '\n', end);
            end = line_end == BYTES_NPOS ? in.len : line_end;
        }
        /* "--boundary--" followed by text on its line still closes for most clients. */
        if (end < in.len && in.at[end] != '\r' && in.at[end] != '\n' && !out->closes)
            continue;
        while (end < in.len && in.at[end] == '\r')
            end++;
        end += end < in.len && in.at[end] == '\n';
        out->start = at;
        if (out->start > from && in.at[out->start - 1] == '\n')
            out->start--;
        if (out->start > from && in.at[out->start - 1] == '\r')
            out->start--;
        out->end = end;
        return true;
    }
    return false;
}

static void piece_add(struct mime_split *split, struct arena *arena, struct bytes bytes,
                      bool after_end)
{
    if (split->count == split->capacity) {
        uint32_t capacity = split->capacity == 0 ? 8 : split->capacity * 2;
        struct mime_piece *grown = arena_array_of(arena, capacity, struct mime_piece);
        if (split->count > 0)
            memcpy(grown, split->part, split->count * sizeof *grown);
        split->part = grown;
        split->capacity = capacity;
    }
    split->part[split->count++] = (struct mime_piece){bytes, after_end};
}

bool mime_split(struct mime_split *split, struct node *node, struct bytes boundary, bool lenient)
{
    struct arena *arena = node->tree->arena;
    struct bytes in = node->content;
    struct text dashed;
    struct delimiter d;
    *split = (struct mime_split){0};
    text_init(&dashed, arena, 0);
    text_add(&dashed, BYTES("--"));
    text_add(&dashed, boundary);
    if (!delimiter_next(in, text_bytes(&dashed), 0, lenient, &d))
        return false;
    uint64_t most = node->tree->budget->most[LIMIT_PARTS];
    split->preamble = bytes_sub(in, 0, d.start);
    for (bool more = true; more;) {
        struct delimiter next;
        bool was_end = d.closes, first_end = was_end && !split->closed;
        size_t from = d.end;
        split->closed |= was_end;
        more = split->count < most + 1 &&
               delimiter_next(in, text_bytes(&dashed), from, lenient, &next);
        size_t end = more ? next.start : in.len;
        struct bytes piece = bytes_sub(in, from, end > from ? end - from : 0);
        if (first_end || (was_end && split->epilogue.len == 0))
            split->epilogue = piece;
        else if (!was_end)
            piece_add(split, arena, piece, split->closed);
        d = next;
    }
    return true;
}

struct bytes mime_guess_boundary(struct bytes body)
{
    struct bytes rest = body, line;
    for (int i = 0; i < GUESS_LINES_MAX && bytes_next_line(&rest, &line); i++) {
        line = bytes_trim(line);
        if (line.len < 3 || line.len > 200 || !bytes_starts(line, BYTES("--")))
            continue;
        struct bytes peek = rest, next;
        if (!bytes_next_line(&peek, &next))
            return BYTES_NONE;
        if (bytes_starts_fold(next, BYTES("Content-")))
            return bytes_from(line, 2);
    }
    return BYTES_NONE;
}
