/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/received.h"

#include "observe/field.h"

enum section {
    SECTION_NONE,
    SECTION_FROM,
    SECTION_BY,
    SECTION_VIA,
    SECTION_WITH,
    SECTION_ID,
    SECTION_FOR,
    SECTION_COUNT
};

static enum section section_of(struct bytes word)
{
    static const char *const names[SECTION_COUNT] = {"", "from", "by", "via", "with", "id", "for"};
    if (word.len < 2 || word.len > 4)
        return SECTION_NONE;
    for (int s = SECTION_FROM; s < SECTION_COUNT; s++)
        if (bytes_equal_fold(word, bytes_of_string(names[s])))
            return (enum section)s;
    return SECTION_NONE;
}

struct cutter {
    struct bytes value;
    struct bytes section[SECTION_COUNT];
    struct bytes additional;
    enum section open;
    size_t start; /* of the open section's text */
};

/* Close the open section at END; only the first of its name counts. */
static void close_section(struct cutter *c, size_t end)
{
    if (c->open != SECTION_NONE && c->section[c->open].at == NULL) {
        struct bytes text = bytes_trim(bytes_sub(c->value, c->start, end - c->start));
        if (text.len > 0)
            c->section[c->open] = text;
    }
    c->open = SECTION_NONE;
}

/* Cut VALUE up to the date's semicolon; returns where that stands, or the length. */
static size_t cut(struct cutter *c)
{
    struct bytes v = c->value;
    size_t i = 0;
    while (i < v.len && v.at[i] != ';') {
        if (v.at[i] == '(') {
            size_t end = field_skip_cfws(v, i);
            struct bytes comment = bytes_trim(bytes_sub(v, i, end - i));
            if (c->open != SECTION_FROM && c->open != SECTION_BY) {
                close_section(c, i);
                if (c->additional.at == NULL)
                    c->additional = comment;
            }
            i = end > i ? end : i + 1;
            continue;
        }
        if (ascii_is_space(v.at[i])) {
            i++;
            continue;
        }
        size_t word = i;
        while (i < v.len && !ascii_is_space(v.at[i]) && v.at[i] != '(' && v.at[i] != ';')
            i++;
        enum section found = section_of(bytes_sub(v, word, i - word));
        /* "from" and "by" may be host names only right after their keyword, which nobody is called
         */
        if (found != SECTION_NONE && (i == v.len || ascii_is_space(v.at[i]))) {
            close_section(c, word);
            c->open = found;
            c->start = i;
        }
    }
    close_section(c, i);
    return i;
}

void received_parse(struct bytes value, struct received *out)
{
    *out = (struct received){0};
    struct cutter c = {.value = value};
    size_t end = cut(&c);
    size_t semicolon = bytes_find_last_byte(value, ';');
    if (semicolon != BYTES_NPOS && semicolon >= end)
        out->has_date =
            time_from_mail(bytes_from(value, semicolon + 1), &out->at_us, &out->zone_minutes);
    out->from = c.section[SECTION_FROM];
    out->by = c.section[SECTION_BY];
    out->via = c.section[SECTION_VIA];
    out->with = c.section[SECTION_WITH];
    out->id = c.section[SECTION_ID];
    out->for_ = c.section[SECTION_FOR];
    out->additional = c.additional;
    size_t host = 0;
    while (host < out->by.len && !ascii_is_space(out->by.at[host]) && out->by.at[host] != '(')
        host++;
    out->by_host = host == 0 ? BYTES_NONE : bytes_sub(out->by, 0, host);
}

static bool is_word(uint8_t c)
{
    return ascii_is_alnum(c) || c == '.' || c == '-' || c == '_' || c == ':' || c >= 0x80;
}

void received_hosts(struct bytes text, void (*see)(void *own, struct bytes word), void *own)
{
    for (size_t i = 0; i < text.len;) {
        if (!is_word(text.at[i])) {
            i++;
            continue;
        }
        size_t from = i;
        while (i < text.len && is_word(text.at[i]))
            i++;
        bool in_address =
            (from > 0 && text.at[from - 1] == '@') || (i < text.len && text.at[i] == '@');
        struct bytes word = bytes_sub(text, from, i - from);
        while (word.len > 0 && (word.at[word.len - 1] == '.' || word.at[word.len - 1] == ':'))
            word.len--;
        if (!in_address && word.len > 2)
            see(own, word);
    }
}
