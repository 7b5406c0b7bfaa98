/* SPDX-License-Identifier: Apache-2.0 */
#include "open/html_token.h"

#include "base/text.h"

#include <assert.h>
#ifdef __SSE2__
#include <immintrin.h>
#endif

enum { BLANK = 1, ENDS_TAG_NAME = 2, ENDS_NAME = 4, ENDS_VALUE = 8 };

/* What a byte is inside a tag. */
static const uint8_t classes[256] = {
    [' '] = BLANK | ENDS_TAG_NAME | ENDS_NAME | ENDS_VALUE,
    ['\n'] = BLANK | ENDS_TAG_NAME | ENDS_NAME | ENDS_VALUE,
    ['\t'] = BLANK | ENDS_TAG_NAME | ENDS_NAME | ENDS_VALUE,
    ['\r'] = BLANK | ENDS_TAG_NAME | ENDS_NAME | ENDS_VALUE,
    ['\f'] = BLANK | ENDS_TAG_NAME | ENDS_NAME | ENDS_VALUE,
    ['/'] = ENDS_TAG_NAME | ENDS_NAME,
    ['>'] = ENDS_TAG_NAME | ENDS_NAME | ENDS_VALUE,
    ['='] = ENDS_NAME,
};

static bool is_blank(uint8_t c)
{
    return classes[c] & BLANK;
}

static bool ends_tag_name(uint8_t c)
{
    return classes[c] & ENDS_TAG_NAME;
}

void html_tokenizer_init(struct html_tokenizer *t, struct arena *arena, struct bytes source,
                         uint64_t attributes_most)
{
    uint32_t room = attributes_most > 4096 ? 4096
                    : attributes_most == 0 ? 1
                                           : (uint32_t)attributes_most;
    *t = (struct html_tokenizer){.source = source,
                                 .follow = true,
                                 .unfinished = SIZE_MAX,
                                 .room = arena_alloc_raw(arena, room * sizeof(struct html_attribute)),
                                 .room_count = room};
}

/* Most texts and values end within sixteen bytes. */
static size_t find_byte(struct bytes s, uint8_t byte, size_t from)
{
#ifdef __SSE2__
    if (from + 16 <= s.len) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(s.at + from));
        int hits = _mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_set1_epi8((char)byte)));
        if (hits != 0)
            return from + (size_t)__builtin_ctz((unsigned)hits);
        from += 16;
    }
#endif
    const uint8_t *at = from < s.len ? memchr(s.at + from, byte, s.len - from) : NULL;
    return at == NULL ? s.len : (size_t)(at - s.at);
}

/* The first byte at or behind FROM that is of CLASS, an ENDS_*; s.len where there is none.  Names are
 * short and of any length: a loop over their bytes is foretold wrong once in each. */
static size_t find_class(struct bytes s, uint8_t class, size_t from)
{
#ifdef __SSE2__
    const __m128i blank = _mm_set1_epi8(' ');
    for (; from + 16 <= s.len; from += 16) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(s.at + from));
        __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(x, blank), x);
        __m128i sign = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('>')),
                                                 _mm_cmpeq_epi8(x, _mm_set1_epi8('='))),
                                    _mm_cmpeq_epi8(x, _mm_set1_epi8('/')));
        unsigned hits = (unsigned)_mm_movemask_epi8(_mm_or_si128(low, sign));
        for (; hits != 0; hits &= hits - 1) {
            size_t at = from + (size_t)__builtin_ctz(hits);
            if (classes[s.at[at]] & class)
                return at;
        }
    }
#endif
    while (from < s.len && !(classes[s.at[from]] & class))
        from++;
    return from;
}

/* Whether "</NAME" and a delimiter stand at AT: an appropriate end tag token. */
static bool is_end_of(struct bytes s, size_t at, struct bytes name)
{
    if (name.len == 0 || s.len - at < name.len + 3 || s.at[at + 1] != '/')
        return false;
    return ends_tag_name(s.at[at + 2 + name.len]) &&
           bytes_equal_fold(bytes_sub(s, at + 2, name.len), name);
}

/* RCDATA and RAWTEXT: where the text ends. */
static size_t find_end_tag(struct bytes s, size_t at, struct bytes name)
{
    for (; (at = find_byte(s, '<', at)) < s.len; at++)
        if (is_end_of(s, at, name))
            break;
    return at;
}

/* "script" and a delimiter at AT; answers how far the letters and the delimiter reach. */
static bool is_script_name(struct bytes s, size_t at, size_t *end_out)
{
    size_t i = at;
    while (i < s.len && ascii_is_alpha(s.at[i]))
        i++;
    bool delimited = i < s.len && ends_tag_name(s.at[i]);
    *end_out = delimited ? i : i == at ? i : i - 1;
    return delimited && bytes_equal_fold(bytes_sub(s, at, i - at), BYTES("script"));
}

/* Script data with its escaped and double escaped states (13.2.5.15 to 13.2.5.31): where it ends.
 */
static size_t find_script_end(struct bytes s, size_t at, struct bytes name)
{
    enum { PLAIN, ESCAPED, DOUBLE } mode = PLAIN;
    unsigned dashes = 0;
    for (size_t i = at; i < s.len; i++) {
        if (mode == PLAIN) {
            i = find_byte(s, '<', i);
            if (i == s.len || is_end_of(s, i, name))
                return i;
            if (s.len - i >= 4 && memcmp(s.at + i, "<!--", 4) == 0)
                mode = ESCAPED, dashes = 2, i += 3;
            continue;
        }
        uint8_t c = s.at[i];
        if (c == '-') {
            dashes++;
            continue;
        }
        if (c == '>' && dashes >= 2)
            mode = PLAIN;
        dashes = 0;
        if (c != '<')
            continue;
        bool slash = i + 1 < s.len && s.at[i + 1] == '/';
        size_t end;
        if (mode == ESCAPED && slash) {
            if (is_end_of(s, i, name))
                return i;
        } else if (mode == ESCAPED || slash) {
            size_t from = i + 1 + slash;
            bool script = is_script_name(s, from, &end);
            if (script)
                mode = mode == ESCAPED ? DOUBLE : ESCAPED;
            if (end > from)
                i = end;
        }
    }
    return s.len;
}

static void set_text(struct html_tokenizer *t, struct html_token *token, size_t end)
{
    *token = (struct html_token){.type = HTML_TOKEN_TEXT, .state = t->state};
    token->source = token->text = bytes_sub(t->source, t->at, end - t->at);
    t->at = end;
}

/* A start tag decides how its content is read (13.2.6.2 and 13.2.6.4). */
static void follow_start(struct html_tokenizer *t, const struct html_token *token)
{
    unsigned flags = html_tag_rows[token->tag].flags;
    if (!t->follow || t->foreign)
        return;
    if (flags & HTML_SCRIPT)
        t->state = HTML_STATE_SCRIPT;
    else if (flags & HTML_RAW)
        t->state = HTML_STATE_RAWTEXT;
    else if (flags & HTML_RCDATA)
        t->state = HTML_STATE_RCDATA;
    else if (flags & HTML_PLAIN)
        t->state = HTML_STATE_PLAINTEXT;
}

/* Whether one of the COUNT attributes before has NAME.  Attributes are bounded, so this is too. */
static bool is_repeated(const struct html_attribute *attribute, uint32_t count, struct bytes name)
{
    for (uint32_t i = 0; i < count; i++)
        if (attribute[i].name.len == name.len && bytes_equal_fold(attribute[i].name, name))
            return true;
    return false;
}

static void keep_attribute(struct html_tokenizer *t, struct html_token *token, uint64_t *seen,
                           struct bytes name, struct bytes value)
{
    enum html_attribute_name known = html_attribute_of(name);
    uint64_t bit = 1ull << ((ascii_lower(name.at[0]) + 7 * name.len) & 63);
    bool repeated = known != HTML_ATTRIBUTE_OTHER
                        ? (token->known >> known & 1) != 0
                        : (*seen & bit) && is_repeated(t->room, token->attribute_count, name);
    if (repeated || token->attribute_count == t->room_count) {
        token->attributes_cut = true;
        t->attributes_over |= token->attribute_count == t->room_count;
        return;
    }
    *seen |= known == HTML_ATTRIBUTE_OTHER ? bit : 0;
    token->known |= 1ull << known;
    t->room[token->attribute_count++] =
        (struct html_attribute){.name = name, .value = value, .known = known};
}

/* The value after "=" at *AT; false where the page ends inside it. */
static bool read_value(struct bytes s, size_t *at, struct bytes *value_out)
{
    size_t i = *at;
    while (i < s.len && is_blank(s.at[i]))
        i++;
    if (i == s.len)
        return false;
    size_t from = i;
    if (s.at[i] == '"' || s.at[i] == '\'') {
        i = find_byte(s, s.at[i], ++from);
        *value_out = bytes_sub(s, from, i - from);
        *at = i + 1;
        return i < s.len;
    }
    i = find_class(s, ENDS_VALUE, i);
    *value_out = bytes_sub(s, from, i - from);
    *at = i;
    return i < s.len;
}

/* Everything of a tag after its name, from I on; false where the page ends first. */
static bool read_attributes(struct html_tokenizer *t, struct html_token *token, size_t i)
{
    struct bytes s = t->source;
    uint64_t seen = 0;
    while (i < s.len) {
        uint8_t c = s.at[i];
        if (is_blank(c)) {
            i++;
            continue;
        }
        if (c == '>') {
            t->at = i + 1;
            return true;
        }
        if (c == '/') {
            i++;
            token->self_closing = i < s.len && s.at[i] == '>';
            continue;
        }
        size_t from = i;
        i = find_class(s, ENDS_NAME, i + 1);
        struct bytes name = bytes_sub(s, from, i - from), value = bytes_of(s.at + i, 0);
        while (i < s.len && is_blank(s.at[i]))
            i++;
        if (i < s.len && s.at[i] == '=') {
            i++;
            if (!read_value(s, &i, &value))
                return false;
        }
        keep_attribute(t, token, &seen, name, value);
    }
    return false;
}

/* A start or end tag whose name begins at NAME_AT; false where the page ends inside it. */
static bool read_tag(struct html_tokenizer *t, struct html_token *token, size_t name_at)
{
    struct bytes s = t->source;
    size_t start = t->at, i = find_class(s, ENDS_TAG_NAME, name_at);
    *token = (struct html_token){
        .type = name_at == start + 1 ? HTML_TOKEN_START : HTML_TOKEN_END,
        .text = bytes_sub(s, name_at, i - name_at),
        .attribute = t->room,
    };
    if (!read_attributes(t, token, i)) {
        t->unfinished = start;
        t->at = s.len;
        return false;
    }
    token->tag = html_tag_of(token->text);
    token->source = bytes_sub(s, start, t->at - start);
    t->state = HTML_STATE_DATA;
    if (token->type == HTML_TOKEN_START) {
        t->last_start = token->text;
        follow_start(t, token);
    }
    return true;
}

static void set_comment(struct html_tokenizer *t, struct html_token *token, size_t from, size_t end,
                        size_t next, bool bogus)
{
    *token = (struct html_token){.type = HTML_TOKEN_COMMENT, .bogus = bogus};
    token->text = bytes_sub(t->source, from, end - from);
    token->source = bytes_sub(t->source, t->at, next - t->at);
    t->at = token->source.len + t->at;
}

/* A bogus comment: up to the next ">". */
static void read_bogus(struct html_tokenizer *t, struct html_token *token, size_t from)
{
    size_t end = find_byte(t->source, '>', from);
    set_comment(t, token, from, end, end + 1, true);
}

/* "<!--" stands before FROM (13.2.5.43 to 13.2.5.52). */
static void read_comment(struct html_tokenizer *t, struct html_token *token, size_t from)
{
    struct bytes s = t->source;
    if (from < s.len && s.at[from] == '>') {
        set_comment(t, token, from, from, from + 1, false);
        return;
    }
    if (s.len - from >= 2 && s.at[from] == '-' && s.at[from + 1] == '>') {
        set_comment(t, token, from, from, from + 2, false);
        return;
    }
    for (size_t at = from; (at = find_byte(s, '>', at)) < s.len; at++) {
        if (at >= from + 2 && s.at[at - 1] == '-' && s.at[at - 2] == '-') {
            set_comment(t, token, from, at - 2, at + 1, false);
            return;
        }
        if (at >= from + 3 && s.at[at - 1] == '!' && s.at[at - 2] == '-' && s.at[at - 3] == '-') {
            set_comment(t, token, from, at - 3, at + 1, false);
            return;
        }
    }
    size_t end = s.len;
    if (end >= from + 3 && memcmp(s.at + end - 3, "--!", 3) == 0)
        end -= 3;
    else
        for (int i = 0; i < 2 && end > from && s.at[end - 1] == '-'; i++)
            end--;
    set_comment(t, token, from, end, s.len, false);
}

/* A quoted identifier at *AT; false where it is broken off (by ">" or the end). */
static bool read_identifier(struct bytes s, size_t *at, struct bytes *out)
{
    size_t from = *at + 1;
    uint8_t quote = s.at[*at];
    size_t i = from;
    while (i < s.len && s.at[i] != quote && s.at[i] != '>')
        i++;
    *out = bytes_sub(s, from, i - from);
    bool whole = i < s.len && s.at[i] == quote;
    *at = i + whole;
    return whole;
}

static size_t skip_blanks(struct bytes s, size_t i)
{
    while (i < s.len && is_blank(s.at[i]))
        i++;
    return i;
}

static bool is_quote(struct bytes s, size_t i)
{
    return i < s.len && (s.at[i] == '"' || s.at[i] == '\'');
}

/* What follows a doctype's name, from I on: identifiers; answers where the ">" is looked for. */
static size_t read_identifiers(struct bytes s, struct html_token *token, size_t i)
{
    bool public = bytes_starts_fold(bytes_from(s, i), BYTES("PUBLIC"));
    bool system = bytes_starts_fold(bytes_from(s, i), BYTES("SYSTEM"));
    token->force_quirks = true;
    if (!public && !system)
        return i;
    i = skip_blanks(s, i + 6);
    if (!is_quote(s, i))
        return i;
    if (!read_identifier(s, &i, public ? &token->public_id : &token->system_id))
        return i;
    i = skip_blanks(s, i);
    if (public && is_quote(s, i)) {
        if (!read_identifier(s, &i, &token->system_id))
            return i;
        i = skip_blanks(s, i);
    } else if (public && i < s.len && s.at[i] != '>') {
        return i;
    }
    /* Junk after a system identifier is forgiven, the end of the page is not. */
    token->force_quirks = i == s.len || find_byte(s, '>', i) == s.len;
    if (token->system_id.at != NULL && i < s.len && s.at[i] != '>')
        token->force_quirks = false;
    return i;
}

/* "<!doctype" stands before I (13.2.5.53 to 13.2.5.68). */
static void read_doctype(struct html_tokenizer *t, struct html_token *token, size_t i)
{
    struct bytes s = t->source;
    *token = (struct html_token){.type = HTML_TOKEN_DOCTYPE};
    size_t start = t->at;
    i = skip_blanks(s, i);
    size_t from = i;
    while (i < s.len && s.at[i] != '>' && !is_blank(s.at[i]))
        i++;
    token->text = i > from ? bytes_sub(s, from, i - from) : BYTES_NONE;
    i = skip_blanks(s, i);
    if (i == s.len || s.at[i] == '>')
        token->force_quirks = i == s.len || token->text.at == NULL;
    else
        i = read_identifiers(s, token, i);
    i = find_byte(s, '>', i);
    t->at = i + (i < s.len);
    token->source = bytes_sub(s, start, t->at - start);
}

static bool read_declaration(struct html_tokenizer *t, struct html_token *token)
{
    struct bytes s = t->source, rest = bytes_from(s, t->at + 2);
    if (bytes_starts(rest, BYTES("--")))
        read_comment(t, token, t->at + 4);
    else if (bytes_starts_fold(rest, BYTES("doctype")))
        read_doctype(t, token, t->at + 9);
    else if (t->foreign && bytes_starts(rest, BYTES("[CDATA["))) {
        t->at += 9;
        t->state = HTML_STATE_CDATA;
        return false;
    } else
        read_bogus(t, token, t->at + 2);
    return true;
}

/* The "<" that begins markup at or after FROM; "<" before anything else is text. */
static size_t find_markup(struct bytes s, size_t from)
{
    for (size_t at = from; (at = find_byte(s, '<', at)) + 1 < s.len; at++) {
        uint8_t next = s.at[at + 1];
        if (ascii_is_alpha(next) || next == '!' || next == '?' || (next == '/' && at + 2 < s.len))
            return at;
    }
    return s.len;
}

/* Markup at t->at; false where there is no token in it (then t->at has moved). */
static bool read_markup(struct html_tokenizer *t, struct html_token *token)
{
    size_t at = t->at;
    uint8_t next = t->source.at[at + 1];
    if (next == '!')
        return read_declaration(t, token);
    if (next == '?') {
        read_bogus(t, token, at + 1);
        return true;
    }
    if (next != '/')
        return read_tag(t, token, at + 1);
    uint8_t after = t->source.at[at + 2];
    if (ascii_is_alpha(after))
        return read_tag(t, token, at + 2);
    if (after == '>') {
        t->at = at + 3;
        return false;
    }
    read_bogus(t, token, at + 2);
    return true;
}

/* One step in the data state; false where it gave no token. */
static bool next_in_data(struct html_tokenizer *t, struct html_token *token)
{
    size_t markup = find_markup(t->source, t->at);
    if (markup == t->at)
        return read_markup(t, token);
    set_text(t, token, markup);
    return true;
}

static bool next_in_cdata(struct html_tokenizer *t, struct html_token *token)
{
    size_t end = bytes_find(t->source, BYTES("]]>"), t->at);
    set_text(t, token, end == BYTES_NPOS ? t->source.len : end);
    if (end != BYTES_NPOS) {
        t->at += 3;
        t->state = HTML_STATE_DATA;
    }
    return token->text.len > 0;
}

/* One step in a state whose text ends at an end tag, or nowhere. */
static bool next_in_text(struct html_tokenizer *t, struct html_token *token)
{
    size_t end = t->source.len;
    if (t->state == HTML_STATE_SCRIPT)
        end = find_script_end(t->source, t->at, t->last_start);
    else if (t->state != HTML_STATE_PLAINTEXT)
        end = find_end_tag(t->source, t->at, t->last_start);
    if (end == t->at)
        return read_tag(t, token, t->at + 2);
    set_text(t, token, end);
    return true;
}

bool html_token_next(struct html_tokenizer *t, struct html_token *token)
{
    bool found = false;
    while (!found && t->at < t->source.len) {
        if (t->state == HTML_STATE_DATA)
            found = next_in_data(t, token);
        else if (t->state == HTML_STATE_CDATA)
            found = next_in_cdata(t, token);
        else
            found = next_in_text(t, token);
    }
    return found;
}
