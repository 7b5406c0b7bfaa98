/* SPDX-License-Identifier: Apache-2.0
 *
 * Structured fields: value and parameters, RFC 2045 section 5.1, with comments (RFC 5322), folds,
 * continuations and charsets (RFC 2231), encoded words where they must not be, and names with blanks
 * that nobody quoted. */
#include "base/charset.h"
#include "base/codec.h"
#include "open/header.h"

#include <assert.h>

#define PARAMS_MAX 128
#define COMMENT_DEPTH_MAX 32

struct reader {
    struct arena *arena;
    struct bytes in;
    size_t at;
    struct header_params *out;
};

/* A parameter as written. */
struct piece {
    struct bytes name; /* without stars */
    struct bytes value, other;
    int64_t index;   /* RFC 2231 continuation, or -1 */
    bool is_encoded; /* name ended in '*' */
    bool used;
};

/* Step over blanks and comments. */
static void skip_blanks(struct reader *r)
{
    int depth = 0;
    for (; r->at < r->in.len; r->at++) {
        uint8_t c = r->in.at[r->at];
        if (c == '(' && depth < COMMENT_DEPTH_MAX) {
            depth++;
            r->out->has_comment = true;
        } else if (depth > 0 && c == '\\') {
            r->at++;
        } else if (depth > 0 && c == ')') {
            depth--;
        } else if (depth == 0 && !ascii_is_space(c) && c != 0) {
            return;
        }
    }
    if (r->at > r->in.len)
        r->at = r->in.len;
}

static struct bytes lower(struct arena *arena, struct bytes b)
{
    bool done = true;
    for (size_t i = 0; i < b.len && done; i++)
        done = ascii_lower(b.at[i]) == b.at[i] && b.at[i] != 0;
    if (done)
        return b;
    uint8_t *out = arena_alloc_raw(arena, b.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < b.len; i++)
        if (b.at[i] != 0)
            out[len++] = ascii_lower(b.at[i]);
    return bytes_of(out, len);
}

/* "quoted", unescaped; the slice itself where nothing needs it. */
static struct bytes quoted_value(struct reader *r)
{
    size_t from = ++r->at;
    bool plain = true;
    while (r->at < r->in.len && r->in.at[r->at] != '"') {
        uint8_t c = r->in.at[r->at];
        plain = plain && c != '\\' && c != '\r' && c != '\n' && c != 0;
        r->at += c == '\\' ? 2 : 1;
    }
    if (r->at >= r->in.len) {
        r->at = r->in.len;
        r->out->malformed = true;
    }
    struct bytes inner = bytes_sub(r->in, from, r->at - from);
    if (r->at < r->in.len)
        r->at++;
    if (plain)
        return inner;
    uint8_t *out = arena_alloc_raw(r->arena, inner.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < inner.len; i++) {
        uint8_t c = inner.at[i];
        if (c == '\r' || c == '\n' || c == 0)
            continue;
        /* A backslash before a letter is a path of a careless client, not an escape. */
        if (c == '\\' && i + 1 < inner.len && !ascii_is_alnum(inner.at[i + 1]))
            c = inner.at[++i];
        out[len++] = c;
    }
    return bytes_of(out, len);
}

/* An unquoted value: to the next blank, comment or ';'.  *OTHER_OUT is the reading of clients that go
 * on to the ';', where that is more. */
static struct bytes token_value(struct reader *r, struct bytes *other_out)
{
    size_t from = r->at, end = from;
    while (end < r->in.len && r->in.at[end] != ';' && !ascii_is_space(r->in.at[end]) &&
           r->in.at[end] != '(')
        end++;
    struct bytes value = bytes_sub(r->in, from, end - from);
    size_t stop = end;
    while (stop < r->in.len && r->in.at[stop] != ';' && r->in.at[stop] != '\n')
        stop++;
    struct bytes whole = bytes_trim(bytes_sub(r->in, from, stop - from));
    /* "charset=utf-8 name=x": the ';' is missing, the next parameter is not part of this value. */
    bool next_param = bytes_find_byte(bytes_from(whole, value.len), '=', 0) != BYTES_NPOS;
    r->at = end;
    if (whole.len > value.len && !next_param) {
        *other_out = whole;
        r->at = stop;
    }
    return value;
}

/* "filename*1*" into base name, index and whether it is percent-encoded. */
static void split_name(struct piece *piece, struct bytes name)
{
    piece->index = -1;
    if (name.len > 0 && name.at[name.len - 1] == '*') {
        piece->is_encoded = true;
        name.len--;
    }
    size_t star = bytes_find_byte(name, '*', 0);
    int64_t index;
    if (star != BYTES_NPOS && bytes_to_int(bytes_from(name, star + 1), 0, 9999, &index)) {
        piece->index = index;
        name.len = star;
    }
    piece->name = name;
}

static bool read_piece(struct reader *r, struct piece *piece)
{
    *piece = (struct piece){0};
    while (r->at < r->in.len && piece->name.len == 0) {
        skip_blanks(r);
        size_t from = r->at;
        while (r->at < r->in.len && strchr(";=(\"", r->in.at[r->at]) == NULL &&
               !ascii_is_space(r->in.at[r->at]))
            r->at++;
        struct bytes name = bytes_sub(r->in, from, r->at - from);
        skip_blanks(r);
        if (r->at < r->in.len && r->in.at[r->at] == '=' && name.len > 0) {
            split_name(piece, lower(r->arena, name));
            r->at++;
        } else if (r->at < r->in.len && (r->at == from || r->in.at[r->at] == ';')) {
            r->out->malformed |= r->in.at[r->at] != ';' || name.len > 0;
            r->at++;
        } else {
            r->out->malformed |= name.len > 0;
        }
    }
    if (piece->name.len == 0)
        return false;
    skip_blanks(r);
    if (r->at < r->in.len && r->in.at[r->at] == '"')
        piece->value = quoted_value(r);
    else
        piece->value = token_value(r, &piece->other);
    return true;
}

/* The continuations of PIECE[FIRST]'s name in order of their numbers, percent-decoded and joined. */
static struct bytes join_pieces(struct reader *r, struct piece *piece, uint32_t count,
                                uint32_t first)
{
    struct text joined;
    struct bytes name = piece[first].name, charset = BYTES_NONE;
    text_init(&joined, r->arena, 0);
    bool any_encoded = false;
    for (int64_t index = piece[first].index < 0 ? -1 : 0;; index++) {
        /* The lowest number from INDEX on: a gap in the numbers loses nothing. */
        uint32_t i = count;
        for (uint32_t k = 0; k < count; k++)
            if (piece[k].index >= index && !piece[k].used && bytes_equal(piece[k].name, name) &&
                (i == count || piece[k].index < piece[i].index))
                i = k;
        if (i == count || (index < 0 && piece[i].index >= 0))
            break;
        index = piece[i].index;
        struct bytes value = piece[i].value;
        piece[i].used = true;
        if (piece[i].is_encoded && !any_encoded) {
            size_t one = bytes_find_byte(value, '\'', 0);
            size_t two = one == BYTES_NPOS ? one : bytes_find_byte(value, '\'', one + 1);
            if (two != BYTES_NPOS) {
                charset = bytes_sub(value, 0, one);
                value = bytes_from(value, two + 1);
            }
        }
        any_encoded |= piece[i].is_encoded;
        text_add(&joined, piece[i].is_encoded ? codec_percent(r->arena, value) : value);
        if (index < 0)
            break;
    }
    struct bytes all = joined.at == NULL ? BYTES("") : text_bytes(&joined);
    struct charset_reading reading = charset_choose(charset, all);
    if (!any_encoded)
        return words_decode(r->arena, all, NULL);
    if (reading.as_is)
        return bytes_from(all, reading.mark);
    struct text utf8;
    text_init(&utf8, r->arena, 0);
    charset_decode(reading.id, bytes_from(all, reading.mark), &utf8, NULL);
    return text_bytes(&utf8);
}

static void params_make(struct reader *r, struct piece *piece, uint32_t count)
{
    struct header_params *out = r->out;
    out->param = arena_array_of(r->arena, count, struct header_param);
    for (uint32_t i = 0; i < count; i++) {
        if (piece[i].used)
            continue;
        struct header_param *param = &out->param[out->count++];
        param->name = piece[i].name;
        param->is_extended = piece[i].is_encoded || piece[i].index >= 0;
        if (param->is_extended) {
            param->value = join_pieces(r, piece, count, i);
            piece[i].used = true;
        } else {
            param->value = words_decode(r->arena, piece[i].value, NULL);
            if (piece[i].other.at != NULL)
                param->other = words_decode(r->arena, piece[i].other, NULL);
        }
    }
}

void header_params(struct header_params *out, struct arena *arena, struct bytes raw)
{
    *out = (struct header_params){.value = BYTES("")};
    struct reader r = {.arena = arena, .in = raw, .out = out};
    skip_blanks(&r);
    size_t from = r.at, end = from;
    while (end < raw.len && raw.at[end] != ';' && raw.at[end] != '(' &&
           !ascii_is_space(raw.at[end]))
        end++;
    out->value = lower(arena, bytes_sub(raw, from, end - from));
    r.at = end;
    skip_blanks(&r);
    if (r.at < raw.len && raw.at[r.at] == ';')
        r.at++;
    struct piece piece[PARAMS_MAX];
    uint32_t count = 0;
    while (count < PARAMS_MAX && read_piece(&r, &piece[count]))
        count++;
    out->over_limit = count == PARAMS_MAX && r.at < raw.len;
    if (count > 0)
        params_make(&r, piece, count);
}

const struct header_param *header_param(const struct header_params *params, struct bytes name)
{
    const struct header_param *found = NULL;
    for (uint32_t i = 0; i < params->count; i++)
        if (bytes_equal(params->param[i].name, name) &&
            (found == NULL || (params->param[i].is_extended && !found->is_extended)))
            found = &params->param[i];
    return found;
}
