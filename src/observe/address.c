/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/address.h"

#include "base/text.h"
#include "observe/field.h"

#define ADDRESS_FIELD_MAX_BYTES 65536 /* ADDRESS_MAX mailboxes of ordinary length */
#define QUOTED_MAX_BYTES 998          /* a quote that is not closed on a line (RFC 5322, 2.1.1) is none */

struct address_reader address_begin(struct arena *arena, struct bytes field_value)
{
    struct bytes value = bytes_sub(field_unfold(arena, field_value), 0, ADDRESS_FIELD_MAX_BYTES);
    return (struct address_reader){.arena = arena, .value = value};
}

/* One past the quoted string, comment, domain literal or byte at FROM. */
static size_t item_end(struct bytes v, size_t from)
{
    if (v.at[from] == '(')
        return field_skip_cfws(v, from);
    if (v.at[from] != '"')
        return from + 1;
    size_t most = v.len - from > QUOTED_MAX_BYTES ? from + QUOTED_MAX_BYTES : v.len;
    for (size_t i = from + 1; i < most; i++) {
        if (v.at[i] == '\\')
            i++;
        else if (v.at[i] == '"')
            return i + 1;
    }
    return from + 1; /* never closed: the quote is a character */
}

/* Where the mailbox that starts at FROM ends: at a comma or semicolon, or the end. */
static size_t mailbox_end(struct bytes v, size_t from, size_t *colon_out)
{
    bool angle = false;
    size_t last_close = bytes_find_last_byte(v, '>');
    *colon_out = BYTES_NPOS;
    for (size_t i = from; i < v.len; i = item_end(v, i)) {
        uint8_t c = v.at[i];
        if (c == '<')
            angle = true;
        else if (c == '>')
            angle = false;
        else if ((c == ',' || c == ';') && !angle)
            return i;
        else if (c == ',' && (last_close == BYTES_NPOS || last_close < i))
            return i; /* an unclosed bracket does not swallow the list */
        else if (c == ':' && !angle && *colon_out == BYTES_NPOS)
            *colon_out = i;
    }
    return v.len;
}

/* PHRASE without quotes, backslashes and comments, its encoded words decoded. */
static struct bytes phrase_text(struct arena *arena, struct bytes phrase)
{
    phrase = bytes_trim(phrase);
    if (phrase.len >= 2 && phrase.at[0] == '"' && item_end(phrase, 0) == phrase.len &&
        bytes_find_byte(phrase, '\\', 0) == BYTES_NPOS)
        phrase = bytes_sub(phrase, 1, phrase.len - 2);
    else if (bytes_find_byte(phrase, '"', 0) != BYTES_NPOS || bytes_find_byte(phrase, '(', 0) != BYTES_NPOS) {
        struct text made;
        text_init(&made, arena, 0);
        for (size_t i = 0; i < phrase.len;) {
            size_t end = item_end(phrase, i);
            if (phrase.at[i] == '"' && end > i + 1) {
                for (size_t k = i + 1; k + 1 < end; k++) {
                    k += phrase.at[k] == '\\' && k + 2 < end;
                    text_add_byte(&made, phrase.at[k]);
                }
            } else {
                text_add(&made, bytes_sub(phrase, i, end - i));
            }
            i = end;
        }
        phrase = text_bytes(&made);
    }
    phrase = bytes_trim(field_text(arena, phrase));
    return phrase.len == 0 ? BYTES_NONE : phrase;
}

/* The text of the first comment in SPAN: the old way to write a name. */
static struct bytes comment_text(struct arena *arena, struct bytes span)
{
    for (size_t i = 0; i < span.len; i = item_end(span, i))
        if (span.at[i] == '(') {
            size_t end = bytes_find_last_byte(span, ')');
            if (end == BYTES_NPOS || end <= i + 1)
                return BYTES_NONE;
            struct bytes text = bytes_trim(field_text(arena, bytes_sub(span, i + 1, end - i - 1)));
            return text.len == 0 ? BYTES_NONE : text;
        }
    return BYTES_NONE;
}

/* SPAN without comments and outer white space. */
static struct bytes without_comments(struct arena *arena, struct bytes span)
{
    if (bytes_find_byte(span, '(', 0) == BYTES_NPOS)
        return bytes_trim(span);
    struct text made;
    text_init(&made, arena, 0);
    for (size_t i = 0; i < span.len;) {
        size_t end = item_end(span, i);
        if (span.at[i] != '(')
            text_add(&made, bytes_sub(span, i, end - i));
        i = end;
    }
    return bytes_trim(text_bytes(&made));
}

bool address_split(struct arena *arena, struct bytes text, struct address *out)
{
    text = bytes_trim(text);
    size_t route = text.len > 0 && text.at[0] == '@' ? bytes_find_byte(text, ':', 0) : BYTES_NPOS;
    if (route != BYTES_NPOS) /* <@relay:user@host>, RFC 5322, 4.4 */
        text = bytes_from(text, route + 1);
    size_t at = bytes_find_last_byte(text, '@');
    if (at == BYTES_NPOS || at == 0 || at + 1 >= text.len)
        return false;
    struct bytes domain = bytes_trim(bytes_from(text, at + 1));
    bool upper = false;
    for (size_t i = 0; i < domain.len; i++) {
        if (domain.at[i] <= ' ')
            return false;
        upper |= (uint8_t)(domain.at[i] - 'A') < 26;
    }
    out->email = text;
    out->local = bytes_trim(bytes_sub(text, 0, at));
    if (upper || text.at[at - 1] == ' ' || text.at[at + 1] == ' ') {
        uint8_t *made = arena_alloc(arena, out->local.len + 1 + domain.len);
        memcpy(made, out->local.at, out->local.len);
        made[out->local.len] = '@';
        for (size_t i = 0; i < domain.len; i++)
            made[out->local.len + 1 + i] = ascii_lower(domain.at[i]);
        out->email = bytes_of(made, out->local.len + 1 + domain.len);
        domain = bytes_from(out->email, out->local.len + 1);
    }
    out->domain = domain;
    if (out->local.len >= 2 && out->local.at[0] == '"' && out->local.at[out->local.len - 1] == '"')
        out->local = bytes_sub(out->local, 1, out->local.len - 2);
    return true;
}

/* Last '<' outside quotes and comments. */
static size_t last_angle(struct bytes span)
{
    size_t found = BYTES_NPOS;
    for (size_t i = 0; i < span.len; i = item_end(span, i))
        if (span.at[i] == '<')
            found = i;
    return found;
}

static bool read_mailbox(struct arena *arena, struct bytes span, struct address *out)
{
    *out = (struct address){0};
    span = bytes_trim(span);
    if (span.len == 0)
        return false;
    size_t angle = last_angle(span);
    if (angle != BYTES_NPOS) {
        size_t close = bytes_find_byte(span, '>', angle);
        struct bytes inside = bytes_sub(span, angle + 1, close == BYTES_NPOS ? BYTES_NPOS : close - angle - 1);
        address_split(arena, without_comments(arena, inside), out);
        out->name = phrase_text(arena, bytes_sub(span, 0, angle));
        if (out->name.at == NULL && close != BYTES_NPOS)
            out->name = comment_text(arena, bytes_from(span, close + 1));
        return out->name.at != NULL || out->email.at != NULL;
    }
    struct bytes bare = without_comments(arena, span);
    if (bytes_find_byte(bare, ' ', 0) == BYTES_NPOS && address_split(arena, bare, out)) {
        out->name = comment_text(arena, span);
        return true;
    }
    size_t space = bytes_find_last_byte(bare, ' '); /* Name user@host, without brackets */
    if (space != BYTES_NPOS && address_split(arena, bytes_from(bare, space + 1), out))
        bare = bytes_sub(bare, 0, space);
    out->name = phrase_text(arena, bare);
    if (out->email.at == NULL && out->name.at != NULL) /* the whole mailbox in an encoded word */
        if (bytes_find_byte(out->name, ' ', 0) == BYTES_NPOS && address_split(arena, out->name, out))
            out->name = BYTES_NONE;
    return out->name.at != NULL || out->email.at != NULL;
}

bool address_next(struct address_reader *reader, struct address *out)
{
    struct bytes v = reader->value;
    while (reader->at < v.len && reader->count < ADDRESS_MAX) {
        size_t colon, from = reader->at, end = mailbox_end(v, from, &colon);
        bool ends_group = end < v.len && v.at[end] == ';';
        reader->at = end + 1;
        struct bytes span = bytes_sub(v, from, end - from), group = BYTES_NONE;
        if (colon != BYTES_NPOS && !reader->in_group &&
            bytes_find_byte(bytes_sub(v, from, colon - from), '@', 0) == BYTES_NPOS) {
            group = bytes_sub(v, from, colon - from);
            span = bytes_sub(v, colon + 1, end - colon - 1);
            reader->in_group = true;
        }
        if (ends_group)
            reader->in_group = false;
        bool found = read_mailbox(reader->arena, span, out);
        if (!found && group.at != NULL && (ends_group || end == v.len)) {
            out->name = phrase_text(reader->arena, group);
            found = out->name.at != NULL;
        }
        if (found) {
            reader->count++;
            return true;
        }
    }
    return false;
}

bool address_first(struct arena *arena, struct bytes field_value, struct address *out)
{
    struct address_reader reader = address_begin(arena, field_value);
    return address_next(&reader, out);
}
