/* SPDX-License-Identifier: Apache-2.0
 * strings.*: literals, patterns with * and ?, counting, joining, edit distance. */
#include "base/text.h"
#include "base/utf8.h"
#include "rule/needle.h"
#include "rule/unicode.h"

static bool test_contains(struct call *call, struct bytes text, const struct needle *needle,
                          struct bytes *match)
{
    (void)call;
    size_t at = bytes_find(text, needle->text, 0);
    *match = at == BYTES_NPOS ? BYTES_NONE : bytes_sub(text, at, needle->text.len);
    return at != BYTES_NPOS;
}

static bool test_icontains(struct call *call, struct bytes text, const struct needle *needle,
                           struct bytes *match)
{
    struct bytes folded = run_folded(call->run, text);
    bool as_it_is = folded.at == NULL;
    size_t at = as_it_is ? bytes_find_fold(text, needle->folded, 0)
                         : bytes_find(folded, needle->folded, 0);
    if (as_it_is)
        folded = text;
    *match = at == BYTES_NPOS ? BYTES_NONE : unfolded(text, folded, at, needle->folded.len);
    return at != BYTES_NPOS;
}

static bool test_starts(struct call *call, struct bytes text, const struct needle *needle,
                        struct bytes *match)
{
    (void)call;
    *match = bytes_sub(text, 0, needle->text.len);
    return bytes_starts(text, needle->text);
}

static bool test_istarts(struct call *call, struct bytes text, const struct needle *needle,
                         struct bytes *match)
{
    struct bytes folded = run_fold(call->run, text);
    *match = unfolded(text, folded, 0, needle->folded.len);
    return bytes_starts(folded, needle->folded);
}

static bool test_ends(struct call *call, struct bytes text, const struct needle *needle,
                      struct bytes *match)
{
    (void)call;
    bool ends = bytes_ends(text, needle->text);
    *match = ends ? bytes_from(text, text.len - needle->text.len) : BYTES_NONE;
    return ends;
}

static bool test_iends(struct call *call, struct bytes text, const struct needle *needle,
                       struct bytes *match)
{
    struct bytes folded = run_fold(call->run, text);
    bool ends = bytes_ends(folded, needle->folded);
    *match = ends ? unfolded(text, folded, folded.len - needle->folded.len, needle->folded.len)
                  : BYTES_NONE;
    return ends;
}

/* Whether PIECE (with ? but no *) stands at *AT of TEXT; moves *AT behind it. */
static bool piece_here(struct bytes text, struct bytes piece, size_t *at)
{
    size_t t = *at;
    for (size_t p = 0; p < piece.len; p++) {
        if (t >= text.len)
            return false;
        if (piece.at[p] == '?')
            utf8_next(text, &t);
        else if (text.at[t++] != piece.at[p])
            return false;
    }
    *at = t;
    return true;
}

/* The first place of PIECE in TEXT from FROM on; *END_OUT is behind it. */
static bool piece_find(struct bytes text, struct bytes piece, size_t from, size_t *end_out)
{
    if (bytes_find_byte(piece, '?', 0) == BYTES_NPOS) {
        size_t at = bytes_find(text, piece, from);
        *end_out = at == BYTES_NPOS ? 0 : at + piece.len;
        return at != BYTES_NPOS;
    }
    for (size_t at = from; at <= text.len; at++) {
        *end_out = at;
        if (piece_here(text, piece, end_out))
            return true;
    }
    return false;
}

/* Whether the last piece ends TEXT, at or after FROM. */
static bool piece_ends(struct bytes text, struct bytes piece, size_t from)
{
    if (bytes_find_byte(piece, '?', 0) == BYTES_NPOS)
        return text.len - from >= piece.len && bytes_ends(text, piece);
    size_t first = text.len > from + piece.len * 4 ? text.len - piece.len * 4 : from;
    for (size_t at = first; at <= text.len; at++) {
        size_t end = at;
        if ((at == text.len || (text.at[at] & 0xC0) != 0x80) && piece_here(text, piece, &end) &&
            end == text.len)
            return true;
    }
    return false;
}

/* Whole-text match of GLOB: pieces between stars are found leftmost, which is enough.  MATCH gets the
 * part between leading and trailing stars. */
static bool glob(struct bytes text, struct bytes pattern, struct bytes *match)
{
    size_t star = bytes_find_byte(pattern, '*', 0), at = 0;
    *match = text;
    if (star == BYTES_NPOS)
        return piece_here(text, pattern, &at) && at == text.len;
    if (!piece_here(text, bytes_sub(pattern, 0, star), &at))
        return false;
    size_t begin = star > 0 ? 0 : BYTES_NPOS, end = at;
    struct bytes rest = bytes_from(pattern, star + 1);
    for (size_t next; (next = bytes_find_byte(rest, '*', 0)) != BYTES_NPOS;
         rest = bytes_from(rest, next + 1)) {
        struct bytes piece = bytes_sub(rest, 0, next);
        if (piece.len == 0)
            continue;
        if (!piece_find(text, piece, at, &end))
            return false;
        if (begin == BYTES_NPOS)
            begin = end - piece.len;
        at = end;
    }
    if (rest.len > 0 && !piece_ends(text, rest, at))
        return false;
    if (rest.len > 0)
        end = text.len;
    if (begin == BYTES_NPOS)
        begin = rest.len > 0 && rest.len <= text.len ? text.len - rest.len : 0;
    *match = begin <= end ? bytes_sub(text, begin, end - begin) : text;
    return true;
}

static bool test_like(struct call *call, struct bytes text, const struct needle *needle,
                      struct bytes *match)
{
    (void)call;
    return glob(text, needle->text, match);
}

static bool test_ilike(struct call *call, struct bytes text, const struct needle *needle,
                       struct bytes *match)
{
    struct bytes folded = run_fold(call->run, text), part;
    bool like = glob(folded, needle->folded, &part);
    size_t offset = 0;
    if (like && bytes_inside(folded, part, &offset))
        *match = unfolded(text, folded, offset, part.len);
    return like;
}

struct value function_contains(struct call *call)
{
    return needle_any(call, test_contains);
}
struct value function_icontains(struct call *call)
{
    return needle_any(call, test_icontains);
}
struct value function_starts_with(struct call *call)
{
    return needle_any(call, test_starts);
}
struct value function_istarts_with(struct call *call)
{
    return needle_any(call, test_istarts);
}
struct value function_ends_with(struct call *call)
{
    return needle_any(call, test_ends);
}
struct value function_iends_with(struct call *call)
{
    return needle_any(call, test_iends);
}
struct value function_like(struct call *call)
{
    return needle_any(call, test_like);
}
struct value function_ilike(struct call *call)
{
    return needle_any(call, test_ilike);
}

static struct value count_of(struct bytes text, struct bytes needle)
{
    int64_t count = 0;
    if (needle.len == 0)
        return value_int((int64_t)utf8_count(text) + 1);
    for (size_t at = 0; (at = bytes_find(text, needle, at)) != BYTES_NPOS; at += needle.len)
        count++;
    return value_int(count);
}

struct value function_count(struct call *call)
{
    return count_of(value_bytes(call->arg[0]), value_bytes(call->arg[1]));
}

struct value function_icount(struct call *call)
{
    return count_of(run_fold(call->run, value_bytes(call->arg[0])),
                    run_fold(call->run, value_bytes(call->arg[1])));
}

struct value function_concat(struct call *call)
{
    struct text text;
    uint32_t unknown = 0;
    text_init(&text, call->arena, 0);
    text_reserve(&text, 1);
    for (uint32_t i = 0; i < call->count; i++) {
        struct value v = call->arg[i];
        if (v.tag == VALUE_UNKNOWN)
            unknown |= v.len;
        else if (v.tag != VALUE_STRING)
            return value_null();
        text_add(&text, value_bytes(v));
    }
    run_take(call->run, text.len / 64);
    return unknown != 0 ? value_unknown(unknown) : value_string(text_bytes(&text));
}

#define DISTANCE_CELLS_MAX ((uint64_t)1000 * 1000)

static uint32_t *code_points(struct arena *arena, struct bytes text, size_t *count_out)
{
    uint32_t *code = arena_array_of(arena, text.len + 1, uint32_t);
    *count_out = 0;
    for (size_t at = 0; at < text.len;)
        code[(*count_out)++] = utf8_next(text, &at);
    return code;
}

/* Edit distance of the N code points of X, at most 64, and the M of Y, a column at once as bits: the
 * differences of neighbours are 1, 0 or -1 (G. Myers, JACM 46, 1999; H. Hyyro, 2001). */
static int64_t distance_short(const uint32_t *x, size_t n, const uint32_t *y, size_t m)
{
    uint64_t up = UINT64_MAX, down = 0, last = UINT64_C(1) << (n - 1), ascii[128];
    int64_t score = (int64_t)n;
    for (size_t j = 0; j < m; j++)
        if (y[j] < 128)
            ascii[y[j]] = 0;
    for (size_t i = 0; i < n; i++)
        if (x[i] < 128)
            ascii[x[i]] = 0;
    for (size_t i = 0; i < n; i++)
        if (x[i] < 128)
            ascii[x[i]] |= UINT64_C(1) << i;
    for (size_t j = 0; j < m; j++) {
        uint64_t equal = y[j] < 128 ? ascii[y[j]] : 0;
        for (size_t i = 0; y[j] >= 128 && i < n; i++)
            equal |= (uint64_t)(x[i] == y[j]) << i;
        uint64_t same = equal | down, level = (((equal & up) + up) ^ up) | equal;
        uint64_t more = down | ~(level | up), less = up & level;
        score += (more & last) != 0;
        score -= (less & last) != 0;
        more = more << 1 | 1;
        less <<= 1;
        up = less | ~(same | more);
        down = more & same;
    }
    return score;
}

static int64_t distance_long(struct arena *arena, const uint32_t *x, size_t n, const uint32_t *y,
                             size_t m)
{
    uint32_t *row = arena_array_of(arena, m + 1, uint32_t);
    for (size_t j = 0; j <= m; j++)
        row[j] = (uint32_t)j;
    for (size_t i = 1; i <= n; i++) {
        uint32_t diagonal = row[0];
        row[0] = (uint32_t)i;
        for (size_t j = 1; j <= m; j++) {
            uint32_t best = diagonal + (x[i - 1] != y[j - 1]);
            diagonal = row[j];
            best = row[j] + 1 < best ? row[j] + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            row[j] = best;
        }
    }
    return row[m];
}

static struct value distance(struct call *call, struct bytes a, struct bytes b)
{
    if ((uint64_t)a.len * b.len > 16 * DISTANCE_CELLS_MAX)
        return value_lacking(CAPABILITY_BUDGET);
    size_t n, m;
    uint32_t *x = code_points(call->arena, a, &n), *y = code_points(call->arena, b, &m);
    if ((uint64_t)n * m > DISTANCE_CELLS_MAX || !run_take(call->run, (uint64_t)n * m / 16))
        return value_lacking(CAPABILITY_BUDGET);
    bool is_short = n > 0 && n <= 64 && !call->run->options->naive;
    return value_int(is_short ? distance_short(x, n, y, m)
                              : distance_long(call->arena, x, n, y, m));
}

struct value function_levenshtein(struct call *call)
{
    return distance(call, value_bytes(call->arg[0]), value_bytes(call->arg[1]));
}

struct value function_ilevenshtein(struct call *call)
{
    return distance(call, run_fold(call->run, value_bytes(call->arg[0])),
                    run_fold(call->run, value_bytes(call->arg[1])));
}

struct value function_replace_confusables(struct call *call)
{
    struct bytes text = value_bytes(call->arg[0]);
    run_take(call->run, text.len / 16);
    return value_string(unicode_replace_confusables(call->arena, text));
}
