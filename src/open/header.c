/* SPDX-License-Identifier: Apache-2.0 */
#include "open/header.h"

#include "base/utf8.h"

#include <assert.h>
#ifdef __SSE2__
#include <immintrin.h>
#endif

#define NAME_MAX_BYTES 998 /* a colon further out than a line may be long ends no name */

/* One line of IN from AT: its content without the line end, and where the next begins. */
struct line {
    struct bytes text;
    size_t next;
    bool has_end;
};

static struct line line_at(struct bytes in, size_t at, uint8_t end_byte)
{
    size_t end = bytes_find_byte(in, end_byte, at);
    struct line line = {.has_end = end != BYTES_NPOS};
    line.next = line.has_end ? end + 1 : in.len;
    size_t len = (line.has_end ? end : in.len) - at;
    while (len > 0 && in.at[at + len - 1] == '\r')
        len--;
    line.text = bytes_sub(in, at, len);
    return line;
}

static bool is_blank(struct bytes b)
{
    for (size_t i = 0; i < b.len; i++)
        if (b.at[i] != ' ' && b.at[i] != '\t' && b.at[i] != '\r')
            return false;
    return true;
}

/* Whether C is over 126 or NUL: nobody's in a name, but some client reads on. */
static bool is_odd(uint8_t c)
{
    return c >= 0x7F || c == 0;
}

/* Where the colon or a blank ends the name LINE begins with, and whether the name has odd bytes. */
static size_t name_end(struct bytes line, size_t most, bool *odd_out)
{
    size_t len = 0;
    *odd_out = false;
#ifdef __SSE2__
    const __m128i zero = _mm_setzero_si128(), blank = _mm_set1_epi8(' '), high = _mm_set1_epi8(0x7F);
    for (; most - len >= 16; len += 16) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(line.at + len));
        __m128i nul = _mm_cmpeq_epi8(x, zero);
        __m128i low = _mm_andnot_si128(nul, _mm_cmpeq_epi8(_mm_min_epu8(x, blank), x));
        __m128i odd = _mm_or_si128(nul, _mm_cmpeq_epi8(_mm_max_epu8(x, high), x));
        unsigned ends =
            (unsigned)_mm_movemask_epi8(_mm_or_si128(low, _mm_cmpeq_epi8(x, _mm_set1_epi8(':'))));
        unsigned odds = (unsigned)_mm_movemask_epi8(odd);
        if (ends != 0) {
            *odd_out = *odd_out || (odds & (ends - 1) & ~ends) != 0;
            return len + (size_t)__builtin_ctz(ends);
        }
        *odd_out = *odd_out || odds != 0;
    }
#endif
    for (; len < most && line.at[len] != ':' && (line.at[len] > ' ' || line.at[len] == 0); len++)
        *odd_out = *odd_out || is_odd(line.at[len]);
    return len;
}

/* Length of the field name LINE starts with (the colon's place), or 0.  Blanks before the colon are
 * obsolete syntax (RFC 5322, 4.5). */
static size_t name_len(struct bytes line, size_t *colon_out, bool *odd_out)
{
    size_t most = line.len < NAME_MAX_BYTES ? line.len : NAME_MAX_BYTES;
    size_t len = name_end(line, most, odd_out);
    size_t colon = len;
    while (colon < most && (line.at[colon] == ' ' || line.at[colon] == '\t'))
        colon++;
    if (colon == most || line.at[colon] != ':')
        return 0;
    *colon_out = colon;
    return len;
}

static bool is_field(struct bytes line)
{
    size_t colon;
    bool odd;
    return name_len(line, &colon, &odd) > 0;
}

struct splitter {
    struct header *header;
    struct node *node;
    struct bytes in;
    size_t base; /* offset of IN in NODE's content */
    uint32_t capacity;
    uint8_t end_byte;
    size_t name, colon; /* of the open field: length of its name, place of its colon; 0: no name */
    bool odd_name;
    unsigned told; /* bits of anomalies already recorded, one each per header */
};

static void tell(struct splitter *s, enum anomaly_code code, size_t at, size_t len)
{
    static const enum anomaly_code codes[] = {
        ANOMALY_MIME_BARE_CR,     ANOMALY_MIME_NUL,        ANOMALY_MIME_NOT_A_FIELD,
        ANOMALY_MIME_FIELD_NAME,  ANOMALY_MIME_BLANK_FOLD, ANOMALY_MIME_NO_BLANK_LINE,
        ANOMALY_MIME_SPACE_COLON,
    };
    for (unsigned i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (codes[i] == code) {
            if (s->told >> i & 1)
                return;
            s->told |= 1u << i;
        }
    node_anomaly(s->node, code, s->base + at, len, BYTES_NONE);
}

static struct header_field *field_add(struct splitter *s)
{
    struct header *h = s->header;
    if (h->count == s->capacity) {
        uint32_t capacity = s->capacity == 0 ? 32 : s->capacity * 2;
        struct header_field *grown = arena_alloc_raw(h->arena, capacity * sizeof *grown);
        if (h->count > 0)
            memcpy(grown, h->field, h->count * sizeof *grown);
        h->field = grown;
        s->capacity = capacity;
    }
    h->field[h->count] = (struct header_field){0};
    return &h->field[h->count++];
}

/* Fields a client sees that takes a bare CR for a line end. */
static void split_at_cr(struct splitter *s, struct bytes raw)
{
    size_t at = 0;
    while ((at = bytes_find_byte(raw, '\r', at)) != BYTES_NPOS) {
        struct bytes rest = bytes_from(raw, ++at);
        if (rest.len == 0 || rest.at[0] == '\n')
            continue;
        size_t offset = (size_t)(rest.at - s->in.at), colon;
        bool odd;
        tell(s, ANOMALY_MIME_BARE_CR, offset - 1, 1);
        size_t end = bytes_find_byte(rest, '\r', 0);
        struct bytes line = bytes_sub(rest, 0, end);
        size_t len = name_len(line, &colon, &odd);
        if (len == 0 || s->header->count >= s->node->tree->budget->most[LIMIT_HEADERS])
            continue;
        struct header_field *field = field_add(s);
        *field = (struct header_field){.name = bytes_sub(line, 0, len),
                                       .raw = bytes_from(line, colon + 1),
                                       .offset = s->base + offset,
                                       .len = line.len,
                                       .is_alternative = true};
    }
}

/* Whether VALUE has a NUL, or a CR that no LF follows; the last byte's follower is not asked for. */
static bool has_control(struct bytes value)
{
    size_t i = 0;
#ifdef __SSE2__
    const __m128i zero = _mm_setzero_si128(), cr = _mm_set1_epi8('\r'), lf = _mm_set1_epi8('\n');
    for (; value.len >= 17 && i + 1 < value.len; i += 16) {
        i = i + 17 > value.len ? value.len - 17 : i; /* the last block overlaps the one before */
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(value.at + i));
        __m128i next = _mm_loadu_si128((const __m128i *)(const void *)(value.at + i + 1));
        __m128i bare = _mm_andnot_si128(_mm_cmpeq_epi8(next, lf), _mm_cmpeq_epi8(x, cr));
        if (_mm_movemask_epi8(_mm_or_si128(bare, _mm_cmpeq_epi8(x, zero))) != 0)
            return true;
    }
#endif
    for (; i < value.len; i++)
        if (value.at[i] == 0 ||
            (value.at[i] == '\r' && i + 1 < value.len && value.at[i + 1] != '\n'))
            return true;
    return false;
}


static void field_close(struct splitter *s, size_t from, size_t end)
{
    struct bytes whole = bytes_sub(s->in, from, end - from);
    size_t colon = s->colon, len = s->name;
    struct header_field *field = field_add(s);
    field->offset = s->base + from;
    field->len = whole.len;
    struct bytes value = len > 0 ? bytes_from(whole, colon + 1) : whole;
    while (value.len > 0 && (value.at[value.len - 1] == '\n' || value.at[value.len - 1] == '\r'))
        value.len--;
    field->name = bytes_sub(whole, 0, len);
    field->raw = value;
    if (len > 0 && len != colon)
        tell(s, ANOMALY_MIME_SPACE_COLON, from, colon);
    if (s->odd_name)
        tell(s, ANOMALY_MIME_FIELD_NAME, from, len);
    if (!has_control(value))
        return;
    size_t nul = bytes_find_byte(value, 0, 0);
    if (nul != BYTES_NPOS)
        tell(s, ANOMALY_MIME_NUL, (size_t)(value.at - s->in.at) + nul, 1);
    if (s->end_byte == '\n')
        split_at_cr(s, value);
}

/* The mbox line and other things in front of the first field. */
static size_t skip_front(struct splitter *s)
{
    size_t at = bytes_starts(s->in, BYTES("\xEF\xBB\xBF")) ? 3 : 0;
    struct bytes rest = bytes_from(s->in, at);
    if (bytes_starts(rest, BYTES("From ")) || bytes_starts(rest, BYTES(">From "))) {
        struct line line = line_at(s->in, at, s->end_byte);
        s->header->envelope = line.text;
        at = line.next;
    }
    return at;
}

/* A line of blanks: the end for some, an (obsolete) fold for others.  Whether we read on. */
static bool read_past_blanks(struct splitter *s, struct line line, size_t at)
{
    struct line after = line_at(s->in, line.next, s->end_byte);
    bool folded = after.text.len > 0 && (after.text.at[0] == ' ' || after.text.at[0] == '\t');
    bool reads_on = folded || is_field(after.text) || (after.text.len == 0 && after.has_end);
    tell(s, ANOMALY_MIME_BLANK_FOLD, at, line.text.len);
    if (reads_on && after.text.len > 0 && s->header->other_body.at == NULL)
        s->header->other_body = bytes_from(s->in, line.next);
    return reads_on;
}

/* A line that is no field inside the header: whether fields go on after it. */
static bool read_past_junk(struct splitter *s, struct line line, size_t at)
{
    if (s->header->other_body.at == NULL)
        s->header->other_body = bytes_from(s->in, at);
    size_t next = line.next;
    for (int ahead = 0; ahead < 8 && next < s->in.len; ahead++) {
        struct line peek = line_at(s->in, next, s->end_byte);
        if (peek.text.len == 0)
            return false;
        if (is_field(peek.text))
            return true;
        next = peek.next;
    }
    return false;
}

static bool over_limit(struct splitter *s, size_t at)
{
    const uint64_t *most = s->node->tree->budget->most;
    enum limit limit = s->header->count >= most[LIMIT_HEADERS] ? LIMIT_HEADERS
                       : at > most[LIMIT_HEADER_BYTES]         ? LIMIT_HEADER_BYTES
                                                               : LIMIT_COUNT;
    if (limit == LIMIT_COUNT)
        return false;
    node_limit(s->node, limit);
    return true;
}

/* Jump to the empty line after AT; what lies between is not split. */
static size_t skip_to_body(struct splitter *s, size_t at)
{
    while (at < s->in.len) {
        struct line line = line_at(s->in, at, s->end_byte);
        at = line.next;
        if (line.text.len == 0 && line.has_end) {
            s->header->has_end = true;
            break;
        }
    }
    return at;
}

static size_t split_fields(struct splitter *s, size_t at)
{
    size_t field = BYTES_NPOS; /* where the open field begins */
    while (at < s->in.len) {
        struct line line = line_at(s->in, at, s->end_byte);
        bool folded = line.text.len > 0 && (line.text.at[0] == ' ' || line.text.at[0] == '\t');
        bool ends = line.text.len == 0;
        size_t len = 0, colon = 0;
        bool odd = false;
        if (folded && is_blank(line.text)) {
            ends = !read_past_blanks(s, line, at);
        } else if (!folded && !ends && (len = name_len(line.text, &colon, &odd)) == 0) {
            tell(s, ANOMALY_MIME_NOT_A_FIELD, at, line.text.len);
            if (!read_past_junk(s, line, at)) {
                s->header->other_body = BYTES_NONE;
                tell(s, ANOMALY_MIME_NO_BLANK_LINE, at, line.text.len);
                break;
            }
        }
        if (ends) {
            if (field != BYTES_NPOS)
                field_close(s, field, at);
            s->header->bytes = bytes_sub(s->in, 0, at);
            s->header->has_end = true;
            return line.next;
        }
        if (!folded || field == BYTES_NPOS) {
            if (field != BYTES_NPOS)
                field_close(s, field, at);
            field = at;
            s->name = len;
            s->colon = colon;
            s->odd_name = odd && len > 0;
            if (over_limit(s, at)) {
                s->header->bytes = bytes_sub(s->in, 0, at);
                return skip_to_body(s, at);
            }
        }
        at = line.next;
    }
    if (field != BYTES_NPOS)
        field_close(s, field, at);
    s->header->bytes = bytes_sub(s->in, 0, at);
    return at;
}

void header_split(struct header *header, struct node *node, struct bytes in)
{
    *header = (struct header){.arena = node->tree->arena};
    struct splitter s = {.header = header, .node = node, .in = in, .end_byte = '\n'};
    bytes_inside(node->content, in, &s.base);
    if (bytes_find_byte(bytes_sub(in, 0, 65536), '\n', 0) == BYTES_NPOS &&
        bytes_find_byte(in, '\r', 0) != BYTES_NPOS) {
        s.end_byte = '\r';
        tell(&s, ANOMALY_MIME_BARE_CR, bytes_find_byte(in, '\r', 0), 1);
    }
    size_t start = skip_front(&s);
    size_t body = split_fields(&s, start);
    header->body = bytes_from(in, body);
    if (header->other_body.at == header->body.at)
        header->other_body = BYTES_NONE;
}

struct header_field *header_find(const struct header *header, struct bytes name)
{
    for (uint32_t i = 0; i < header->count; i++)
        if (bytes_equal_fold(header->field[i].name, name))
            return &header->field[i];
    return NULL;
}

struct header_field *header_next(const struct header *header, const struct header_field *field)
{
    uint32_t at = (uint32_t)(field - header->field);
    assert(at < header->count);
    for (uint32_t i = at + 1; i < header->count; i++)
        if (bytes_equal_fold(header->field[i].name, field->name))
            return &header->field[i];
    return NULL;
}

uint32_t header_count(const struct header *header, struct bytes name)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < header->count; i++)
        count += bytes_equal_fold(header->field[i].name, name);
    return count;
}

struct bytes header_text(const struct header *header, struct header_field *field)
{
    if (field == NULL)
        return BYTES_NONE;
    if (field->text.at == NULL) {
        field->text = words_decode(header->arena, field->raw, NULL);
        if (field->text.at == NULL)
            field->text = BYTES("");
    }
    return field->text;
}

struct bytes header_value(const struct header *header, struct bytes name)
{
    return header_text(header, header_find(header, name));
}

#define COPY_AHEAD 16u

/* Copy what stands from AT on up to the next CR or LF, COPY_AHEAD bytes at most; how many.  Bytes
 * behind them at TO may be written too. */
static size_t copy_to_fold(struct bytes raw, size_t at, uint8_t *to)
{
    size_t most = raw.len - at < COPY_AHEAD ? raw.len - at : COPY_AHEAD, count = 0;
#ifdef __SSE2__
    if (most == COPY_AHEAD) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(raw.at + at));
        unsigned folds = (unsigned)_mm_movemask_epi8(_mm_or_si128(
            _mm_cmpeq_epi8(x, _mm_set1_epi8('\n')), _mm_cmpeq_epi8(x, _mm_set1_epi8('\r'))));
        _mm_storeu_si128((__m128i *)(void *)to, x);
        return (size_t)__builtin_ctz(folds | 1u << COPY_AHEAD);
    }
#endif
    for (; count < most && raw.at[at + count] != '\n' && raw.at[at + count] != '\r'; count++)
        to[count] = raw.at[at + count];
    return count;
}

struct bytes header_unfolded(const struct header *header, const struct header_field *field)
{
    struct bytes raw = bytes_trim(field->raw);
    size_t fold = bytes_find_either(raw, '\n', '\r', 0);
    if (fold == BYTES_NPOS)
        return raw;
    uint8_t *out = arena_alloc_raw(header->arena, raw.len + COPY_AHEAD);
    memcpy(out, raw.at, fold);
    size_t len = fold;
    for (size_t at = fold; at < raw.len;) {
        size_t count = copy_to_fold(raw, at, out + len);
        len += count;
        at += count < COPY_AHEAD ? count + 1 : count; /* over the CR or LF, or the end */
    }
    return bytes_of(out, len);
}
