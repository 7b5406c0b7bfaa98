/* SPDX-License-Identifier: Apache-2.0
 *
 * Formats that write their own end: where it is missing, the rest is elsewhere.
 *
 *   HTML, HTA   the file ends inside a tag, a comment, a script or a style sheet
 *   SVG, WSF    the root element is not closed
 *   SLK         no line "E"                          (Microsoft SYLK, record E)
 *   P7M, P7S    the outermost element is longer      (X.690 section 8.1.3)
 *   PGP         no line "-----END"                   (RFC 9580 section 6.2)
 *   anything    a few bytes that only begin a signature */
#include "open/inspect.h"

#include "artifact/identify.h"

#define BEGINNING_BYTES_MAX 32u

static size_t last_of(struct bytes b, struct bytes needle)
{
    size_t found = BYTES_NPOS;
    for (size_t at = bytes_find_fold(b, needle, 0); at != BYTES_NPOS;
         at = bytes_find_fold(b, needle, at + 1))
        found = at;
    return found;
}

/* Whether the last OPENING stands behind the last CLOSING. */
static bool stays_open(struct bytes b, const char *opening, const char *closing)
{
    size_t from = last_of(b, bytes_of_string(opening));
    if (from == BYTES_NPOS)
        return false;
    return bytes_find_fold(b, bytes_of_string(closing), from) == BYTES_NPOS;
}

static const char *page_end(struct bytes b)
{
    size_t tag = bytes_find_last_byte(b, '<');
    size_t end = bytes_find_last_byte(b, '>');
    if (stays_open(b, "<script", "</script"))
        return "inside a script";
    if (stays_open(b, "<style", "</style"))
        return "inside a style sheet";
    if (stays_open(b, "<!--", "-->"))
        return "inside a comment";
    bool is_tag = tag != BYTES_NPOS && tag + 1 < b.len &&
                  (ascii_is_alpha(b.at[tag + 1]) || b.at[tag + 1] == '/');
    return is_tag && (end == BYTES_NPOS || end < tag) ? "inside a tag" : NULL;
}

/* Whether the picture's root element is neither closed nor empty. */
static bool is_open_svg(struct bytes b)
{
    size_t from = last_of(b, BYTES("<svg"));
    return stays_open(b, "<svg", "</svg") && bytes_find_byte(b, '<', from + 1) != BYTES_NPOS;
}

/* A definite outermost length past the end of B. */
static bool is_short_der(struct bytes b)
{
    size_t head = 2, len = b.len < 2 ? 0 : b.at[1];
    if (len == 0x80 || b.len < 2 || b.at[0] != 0x30)
        return false;
    if (len > 0x80) {
        size_t count = len & 0x7F;
        if (count > 4 || b.len < 2 + count)
            return count <= 4;
        len = 0;
        for (size_t i = 0; i < count; i++)
            len = len << 8 | b.at[2 + i];
        head += count;
    }
    return len > b.len - head;
}

static bool lacks_line(struct bytes b, const char *start)
{
    struct bytes line;
    while (bytes_next_line(&b, &line))
        if (bytes_starts(bytes_trim(line), bytes_of_string(start)))
            return false;
    return true;
}

/* Whether NODE came as a file: the body of a mail is what its reader sees, however it ends. */
static bool is_file(const struct node *node)
{
    return !node->is_view && (node->part == NULL || node->name.len > 0);
}

static const char *missing_end(const struct node *node)
{
    struct bytes b = node->content;
    switch (node->kind) {
    case KIND_HTML:
    case KIND_HTA:
        return page_end(b);
    case KIND_SVG:
        return is_open_svg(b) ? "no end of svg" : NULL;
    case KIND_WSF:
        return stays_open(b, "<job", "</job") || stays_open(b, "<script", "</script")
                   ? "no end of the job"
                   : NULL;
    case KIND_SLK:
        return lacks_line(b, "E") ? "no end record" : NULL;
    case KIND_P7M:
    case KIND_P7S:
        return is_short_der(b) ? "signature" : NULL;
    case KIND_PGP:
        return lacks_line(b, "-----END") ? "no end of the armour" : NULL;
    case KIND_TEXT:
    case KIND_UNKNOWN:
        return b.len >= 2 && b.len <= BEGINNING_BYTES_MAX && identify_beginning(b)
                   ? "only the beginning of a signature"
                   : NULL;
    default:
        return NULL;
    }
}

void inspect_end(struct node *node)
{
    const char *what = is_file(node) ? missing_end(node) : NULL;
    if (what != NULL && !node_has_anomaly(node, ANOMALY_TRUNCATED))
        node_anomaly(node, ANOMALY_TRUNCATED, node->content.len, 0, bytes_of_string(what));
}
