/* SPDX-License-Identifier: Apache-2.0
 *
 * The stack of open elements: which elements a start tag or an end tag closes.
 *
 * A light form of the standard's tree construction (13.2.6): implied end tags of p, li, dd, dt,
 * option, tr, td and the like, scopes, svg and math with the tags that break out of them.
 * Formatting elements that overlap blocks are closed where they stand instead of being opened
 * again.  What it must never do is take more than constant time per tag: each row knows the row
 * below with the same tag, the nearest scope and the nearest special element, so nothing is
 * searched. */
#ifndef NOROSHI_OPEN_HTML_OPEN_H
#define NOROSHI_OPEN_HTML_OPEN_H

#include "open/html_style.h"
#include "open/html_token.h"

#define HTML_OPEN_MAX 2048 /* elements open at once; deeper ones are read flat */

/* What text in an element looks like; inherited. */
struct html_look {
    uint16_t hidden;           /* enum html_hidden in force */
    int32_t color, background; /* 0xRRGGBB or HTML_COLOR_UNKNOWN */
    bool pre;                  /* blanks and line ends count */
};

struct html_open_row {
    enum html_tag tag;
    bool foreign;      /* an svg or math element, or below one */
    bool breaks;       /* a block: ends with a line end */
    uint32_t same;     /* 1 + row of the next open element with this tag below, or 0 */
    uint32_t scope;    /* 1 + row of the nearest scope element, this one included */
    uint32_t special;  /* the same for special elements */
    uint32_t list;     /* the same for ul, ol, table and scopes: what bounds li */
    uint32_t link;     /* 1 + number of the link it opened, or 0 */
    uint32_t mark;     /* 1 + number of the mark it opened, or 0 */
    uint32_t form;     /* 1 + number of the form it is */
    struct bytes name; /* as written */
    struct html_look look;
    void *element; /* of the tree, where one is built */
};

struct html_open {
    struct html_open_row row[HTML_OPEN_MAX];
    uint32_t count;
    uint32_t last[HTML_TAG_COUNT]; /* 1 + topmost row with that tag */
};

/* How many rows a start tag closes before its element goes on the stack. */
uint32_t html_open_closed_by_start(const struct html_open *open, const struct html_token *token);
/* How many rows an end tag closes, its own included; 0: it is ignored. */
uint32_t html_open_closed_by_end(const struct html_open *open, const struct html_token *token);
/* The new top row, or NULL where the stack is full. */
struct html_open_row *html_open_push(struct html_open *open, const struct html_token *token,
                                     bool xml);
void html_open_pop(struct html_open *open);

#endif
