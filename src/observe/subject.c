/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/subject.h"

enum prefix_kind { PREFIX_REPLY, PREFIX_FORWARD, PREFIX_AUTO };

static const struct {
    struct bytes word;
    enum prefix_kind kind;
} prefixes[] = {
#define PREFIX(word, kind, where) {{(const uint8_t *)(word), sizeof(word) - 1}, PREFIX_##kind},
#include "observe/subject.def"
#undef PREFIX
};

/* Without leading white space, also the ideographic and the no-break space. */
static struct bytes trim_left(struct bytes b)
{
    for (;;) {
        if (b.len > 0 && ascii_is_space(b.at[0]))
            b = bytes_from(b, 1);
        else if (bytes_starts(b, BYTES("\xE3\x80\x80")))
            b = bytes_from(b, 3);
        else if (bytes_starts(b, BYTES("\xC2\xA0")))
            b = bytes_from(b, 2);
        else
            return b;
    }
}

/* Past an optional count ("[2]", "(3)", "^2") and the colon that must follow; 0: none. */
static size_t past_colon(struct bytes rest)
{
    struct bytes b = trim_left(rest);
    if (b.len > 2 && (b.at[0] == '[' || b.at[0] == '(' || b.at[0] == '^')) {
        size_t i = 1;
        while (i < b.len && i < 5 && ascii_is_digit(b.at[i]))
            i++;
        if (i > 1 && i < b.len && (b.at[i] == ']' || b.at[i] == ')'))
            i++;
        b = trim_left(bytes_from(b, i));
    }
    if (b.len > 0 && b.at[0] == ':')
        return (size_t)(b.at - rest.at) + 1;
    if (bytes_starts(b, BYTES("\xEF\xBC\x9A"))) /* full-width colon */
        return (size_t)(b.at - rest.at) + 3;
    return 0;
}

/* Length of a reply or forward mark at the start of B; 0: none. */
static size_t mark_length(struct bytes b, enum prefix_kind *kind_out)
{
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        if (!bytes_starts_fold(b, prefixes[i].word))
            continue;
        size_t after = past_colon(bytes_from(b, prefixes[i].word.len));
        if (after > 0) {
            *kind_out = prefixes[i].kind;
            return prefixes[i].word.len + after;
        }
    }
    return 0;
}

/* Length of a [tag] at the start of B with something behind it; 0: none. */
static size_t tag_length(struct bytes b, struct bytes *tag_out)
{
    size_t end = b.len > 0 && b.at[0] == '[' ? bytes_find_byte(bytes_sub(b, 0, 120), ']', 1) : 0;
    if (end == BYTES_NPOS || end < 2)
        return 0;
    *tag_out = bytes_sub(b, 1, end - 1);
    return trim_left(bytes_from(b, end + 1)).len == 0 ? 0 : end + 1;
}

void subject_parse(struct bytes text, struct subject *out)
{
    *out = (struct subject){0};
    struct bytes b = trim_left(bytes_trim(text));
    for (int guard = 0; guard < 64; guard++) {
        enum prefix_kind kind;
        struct bytes tag;
        size_t len = mark_length(b, &kind);
        if (len > 0) {
            out->is_reply |= kind == PREFIX_REPLY;
            out->is_forward |= kind == PREFIX_FORWARD;
            out->is_auto_reply |= kind == PREFIX_AUTO;
        } else if ((len = tag_length(b, &tag)) > 0) {
            if (out->tag_count < SUBJECT_TAGS_MAX)
                out->tag[out->tag_count++] = tag;
        } else {
            break;
        }
        b = trim_left(bytes_from(b, len));
    }
    out->base = b;
}
