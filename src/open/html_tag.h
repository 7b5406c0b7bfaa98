/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of HTML elements and attributes as numbers, so that nothing downstream compares strings.
 *
 * The lookup folds case while it packs the name into 64 bits, multiplies, and looks at one slot (a
 * perfect hash written by tools/make-html-tables), then compares.  A name not in html_tag.def is
 * HTML_TAG_OTHER or HTML_ATTRIBUTE_OTHER and keeps its spelling in the token. */
#ifndef NOROSHI_OPEN_HTML_TAG_H
#define NOROSHI_OPEN_HTML_TAG_H

#include "base/bytes.h"

enum html_tag {
    HTML_TAG_OTHER,
#define HTML_TAG(id, name, slot, flags) HTML_TAG_##id,
#include "open/html_tag.def"
#undef HTML_TAG
    HTML_TAG_COUNT
};

enum html_attribute_name {
    HTML_ATTRIBUTE_OTHER,
#define HTML_ATTRIBUTE(id, name, slot) HTML_ATTRIBUTE_##id,
#include "open/html_tag.def"
#undef HTML_ATTRIBUTE
    HTML_ATTRIBUTE_COUNT
};

enum html_tag_flag {
    HTML_VOID = 1,     /* has no end tag, standard 13.1.2 */
    HTML_BLOCK = 2,    /* starts and ends a line of text */
    HTML_SPECIAL = 4,  /* standard 13.2.4.2 "special" */
    HTML_FORMAT = 8,   /* formatting element */
    HTML_SCOPE = 16,   /* an end tag does not look past it */
    HTML_CELL = 32,    /* separated from its neighbour by a blank */
    HTML_PARA = 64,    /* closes an open p */
    HTML_RAW = 128,    /* content is RAWTEXT */
    HTML_RCDATA = 256, /* content is RCDATA */
    HTML_SCRIPT = 512, /* content is script data */
    HTML_PLAIN = 1024, /* content is the rest of the page */
    HTML_HIDE = 2048,  /* content is not shown as page text */
};

struct html_tag_row {
    const char *name;
    uint16_t flags;
    uint8_t len;
};
extern const struct html_tag_row html_tag_rows[HTML_TAG_COUNT];

/* The number of NAME, in any case; ..._OTHER where unknown.  O(1). */
enum html_tag html_tag_of(struct bytes name);
enum html_attribute_name html_attribute_of(struct bytes name);

#endif
