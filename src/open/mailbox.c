/* SPDX-License-Identifier: Apache-2.0 */
#include "open/mailbox.h"

#include "base/text.h"
#include "open/header.h"

#define MAILBOXES_MAX 4096
#define COMMENT_DEPTH_MAX 32

struct parser {
    struct arena *arena;
    struct bytes in;
    struct mailboxes *out;
    uint32_t capacity;
    struct bytes group;
    bool in_word;
    size_t last_word_end; /* of the last "?=" in IN; keeps the search for words linear */
    bool no_quotes,
        no_comments; /* one never ended: from here on they are letters (keeps it linear) */
};

/* One mailbox while it is read: places of its pieces. */
struct element {
    size_t start;       /* where its text begins */
    size_t phrase_end;  /* before the '<' */
    struct bytes angle; /* inside <>; absent where none */
    struct bytes comment;
    bool has_at, has_quote;
};

/* Behind the quoted string that begins at AT; AT + 1 where it never ends. */
static size_t skip_quoted(struct parser *p, size_t at)
{
    for (size_t i = at + 1; i < p->in.len && !p->no_quotes; i++) {
        if (p->in.at[i] == '\\')
            i++;
        else if (p->in.at[i] == '"')
            return i + 1;
    }
    p->out->malformed = p->no_quotes = true;
    return at + 1;
}

static size_t skip_comment(struct parser *p, size_t at)
{
    int depth = 0;
    for (size_t i = at; i < p->in.len && !p->no_comments; i++) {
        uint8_t c = p->in.at[i];
        if (c == '\\')
            i++;
        else if (c == '(' && depth < COMMENT_DEPTH_MAX)
            depth++;
        else if (c == ')' && --depth == 0)
            return i + 1;
    }
    p->out->malformed = p->no_comments = true;
    return at + 1;
}

/* Behind the encoded word at AT, or AT: its commas and brackets separate nothing. */
static size_t skip_word(struct parser *p, size_t at)
{
    struct bytes in = p->in;
    if (in.at[at] != '=' || at > p->last_word_end || at + 1 >= in.len || in.at[at + 1] != '?')
        return at;
    size_t charset = bytes_find_byte(bytes_sub(in, 0, at + 80), '?', at + 2);
    if (charset == BYTES_NPOS || charset + 2 >= in.len || in.at[charset + 2] != '?')
        return at;
    size_t end = bytes_find(bytes_sub(in, 0, at + 2048), BYTES("?="), charset + 3);
    return end == BYTES_NPOS ? at : end + 2;
}

/* IN without comments, and without quotes where QUOTES: what a person reads of a phrase. */
static struct bytes phrase_plain(struct parser *p, struct bytes in)
{
    in = bytes_trim(in);
    bool plain = true;
    for (size_t i = 0; i < in.len && plain; i++)
        plain = in.at[i] != '"' && in.at[i] != '(' && in.at[i] != '\\';
    if (plain)
        return in;
    uint8_t *out = arena_alloc_raw(p->arena, in.len + 1);
    size_t len = 0, base = (size_t)(in.at - p->in.at);
    for (size_t i = 0; i < in.len;) {
        uint8_t c = in.at[i];
        if (c == '(') {
            size_t end = skip_comment(p, base + i) - base;
            if (end > i + 1) {
                i = end;
                continue;
            }
        }
        if (c == '\\' && i + 1 < in.len)
            c = in.at[++i];
        else if (c == '"')
            c = 0;
        if (c != 0)
            out[len++] = c;
        i++;
    }
    return bytes_trim(bytes_of(out, len));
}

/* ADDRESS without blanks, comments, control characters and an obsolete route. */
static struct bytes address_clean(struct parser *p, struct bytes in)
{
    in = bytes_trim(in);
    if (bytes_starts_fold(in, BYTES("mailto:")))
        in = bytes_from(in, 7);
    if (in.len > 0 && in.at[0] == '@') {
        size_t colon = bytes_find_byte(in, ':', 0);
        if (colon != BYTES_NPOS)
            in = bytes_from(in, colon + 1);
    }
    bool plain = true;
    for (size_t i = 0; i < in.len && plain; i++)
        plain = in.at[i] > ' ' && in.at[i] != '(' && in.at[i] != '"' && in.at[i] != '<';
    if (plain)
        return in;
    uint8_t *out = arena_alloc_raw(p->arena, in.len + 1);
    size_t len = 0, base = (size_t)(in.at - p->in.at);
    for (size_t i = 0; i < in.len;) {
        uint8_t c = in.at[i];
        size_t end = c == '"'   ? skip_quoted(p, base + i) - base
                     : c == '(' ? skip_comment(p, base + i) - base
                                : i + 1;
        end = end > in.len ? in.len : end;
        if (c == '(' && end > i + 1) {
            i = end;
            continue;
        }
        for (; i < end; i++)
            if (c == '"' || (in.at[i] > ' ' && in.at[i] != '<'))
                out[len++] = in.at[i];
    }
    return bytes_of(out, len);
}

static struct mailbox *mailbox_add(struct parser *p)
{
    struct mailboxes *out = p->out;
    if (out->count == MAILBOXES_MAX) {
        out->over_limit = true;
        return NULL;
    }
    if (out->count == p->capacity) {
        p->capacity = p->capacity == 0 ? 2 : p->capacity * 2;
        struct mailbox *grown = arena_array_of(p->arena, p->capacity, struct mailbox);
        if (out->count > 0)
            memcpy(grown, out->item, out->count * sizeof *grown);
        out->item = grown;
    }
    struct mailbox *box = &out->item[out->count++];
    *box = (struct mailbox){.group = p->group, .in_word = p->in_word};
    return box;
}

static void address_set(struct parser *p, struct mailbox *box, struct bytes written)
{
    struct bytes address = address_clean(p, written);
    size_t at = bytes_find_last_byte(address, '@');
    box->address = address.at == NULL ? BYTES("") : words_decode(p->arena, address, NULL);
    address = box->address;
    at = bytes_find_last_byte(address, '@');
    if (at != BYTES_NPOS) {
        box->local = bytes_sub(address, 0, at);
        box->domain = bytes_from(address, at + 1);
    }
}

/* "some words local@domain (name)" without brackets: the word with '@' is the address, what stands
 * before it the name; blanks around '@' and '.' are obsolete syntax. */
static void bare_set(struct parser *p, struct mailbox *box, struct bytes text)
{
    size_t at = bytes_find_last_byte(text, '@');
    if (at == BYTES_NPOS) {
        struct bytes plain = phrase_plain(p, text);
        if (plain.len > 0)
            box->display = words_decode(p->arena, plain, NULL);
        return;
    }
    size_t from = at;
    bool loose = false; /* a blank was passed: only '.' or '@' may follow */
    for (; from > 0; from--) {
        uint8_t c = text.at[from - 1];
        bool joint = text.at[from] == '@' || text.at[from] == '.' || c == '.' || c == '@';
        if (ascii_is_space(c))
            loose = true;
        else if (loose && !joint && text.at[from] != ' ' && text.at[from] != '\t')
            break;
        else if (loose && !(c == '.' || c == '@')) {
            size_t next = from;
            while (next < text.len && ascii_is_space(text.at[next]))
                next++;
            if (next < text.len && text.at[next] != '.' && text.at[next] != '@')
                break;
            loose = false;
        } else {
            loose = false;
        }
        if (c == '"' || c == ')')
            break;
    }
    if (from > 0 && text.at[from - 1] == '"') {
        size_t open = bytes_find_last_byte(bytes_sub(text, 0, from - 1), '"');
        from = open == BYTES_NPOS ? from : open;
    }
    address_set(p, box, bytes_from(text, from));
    struct bytes before = phrase_plain(p, bytes_sub(text, 0, from));
    if (before.len > 0)
        box->display = words_decode(p->arena, before, NULL);
}

static void element_close(struct parser *p, struct element *e, size_t end)
{
    struct bytes whole = bytes_trim(bytes_sub(p->in, e->start, end - e->start));
    if (whole.len == 0)
        return;
    struct mailbox *box = mailbox_add(p);
    if (box == NULL)
        return;
    box->raw = whole;
    if (e->angle.at != NULL) {
        address_set(p, box, e->angle);
        struct bytes phrase = phrase_plain(p, bytes_sub(p->in, e->start, e->phrase_end - e->start));
        if (phrase.len > 0)
            box->display = words_decode(p->arena, phrase, NULL);
    } else {
        bare_set(p, box, whole);
    }
    if (e->comment.at != NULL) {
        box->comment = words_decode(p->arena, e->comment, NULL);
        if (box->display.at == NULL)
            box->display = box->comment;
    }
}

/* "<...>" at AT; behind it. */
static size_t read_angle(struct parser *p, struct element *e, size_t at)
{
    size_t end = at + 1;
    while (end < p->in.len && p->in.at[end] != '>') {
        size_t next = p->in.at[end] == '"' ? skip_quoted(p, end) : end + 1;
        if (p->in.at[end] == ',' && p->in.at[at + 1] != '@')
            break;
        end = next;
    }
    bool closed = end < p->in.len && p->in.at[end] == '>';
    p->out->malformed |= !closed;
    e->angle = bytes_sub(p->in, at + 1, end - at - 1);
    e->phrase_end = at;
    return end + closed;
}

/* Whether an element without an address that ends at COMMA is the first half of an unquoted name
 * ("Doe, John <j@d.test>"): an address in brackets comes before the next comma. */
static bool is_half_name(struct parser *p, const struct element *e, size_t comma)
{
    if (e->angle.at != NULL || e->has_at || e->has_quote)
        return false;
    struct bytes rest = bytes_from(p->in, comma + 1);
    size_t angle = bytes_find_byte(bytes_sub(rest, 0, 256), '<', 0);
    size_t next = bytes_find_byte(bytes_sub(rest, 0, 256), ',', 0);
    return angle != BYTES_NPOS && (next == BYTES_NPOS || angle < next);
}

static void group_begin(struct parser *p, struct element *e, size_t colon)
{
    p->group =
        words_decode(p->arena, phrase_plain(p, bytes_sub(p->in, e->start, colon - e->start)), NULL);
    if (p->group.at == NULL)
        p->group = BYTES("");
    *e = (struct element){.start = colon + 1};
}

static void elements_read(struct parser *p)
{
    struct element e = {0};
    size_t at = 0;
    for (p->last_word_end = p->in.len; p->last_word_end > 0; p->last_word_end--)
        if (p->in.at[p->last_word_end - 1] == '?' && p->last_word_end < p->in.len &&
            p->in.at[p->last_word_end] == '=')
            break;
    while (at < p->in.len) {
        uint8_t c = p->in.at[at];
        size_t word = skip_word(p, at);
        if (word > at) {
            at = word;
        } else if (c == '"') {
            e.has_quote = true;
            at = skip_quoted(p, at);
        } else if (c == '(') {
            size_t end = skip_comment(p, at);
            if (end > at + 1)
                e.comment = bytes_sub(p->in, at + 1, end - at - 2);
            at = end;
        } else if (c == '<') {
            if (e.angle.at != NULL) { /* a second address in one place: both count */
                element_close(p, &e, at);
                e = (struct element){.start = at};
            }
            at = read_angle(p, &e, at);
        } else if (c == ',' || c == ';') {
            if (c == ';' || !is_half_name(p, &e, at)) {
                element_close(p, &e, at);
                e = (struct element){.start = at + 1};
            }
            if (c == ';')
                p->group = BYTES_NONE;
            at++;
        } else if (c == ':' && e.angle.at == NULL && !e.has_at && p->group.at == NULL) {
            group_begin(p, &e, at++);
        } else {
            e.has_at |= c == '@';
            at++;
        }
    }
    element_close(p, &e, p->in.len);
}

void mailboxes_read(struct mailboxes *out, struct arena *arena, struct bytes raw)
{
    *out = (struct mailboxes){0};
    struct parser p = {.arena = arena, .in = bytes_trim(raw), .out = out};
    elements_read(&p);
    bool any = false;
    for (uint32_t i = 0; i < out->count; i++)
        any |= out->item[i].address.at != NULL;
    if (any || bytes_find(p.in, BYTES("=?"), 0) == BYTES_NPOS)
        return;
    /* No address as written: some clients decode first and read then. */
    struct bytes decoded = words_decode(arena, p.in, NULL);
    if (bytes_find_byte(decoded, '@', 0) == BYTES_NPOS)
        return;
    *out = (struct mailboxes){0};
    p = (struct parser){.arena = arena, .in = decoded, .out = out, .in_word = true};
    elements_read(&p);
    for (uint32_t i = 0; i < out->count; i++)
        out->item[i].raw = bytes_trim(raw);
}
