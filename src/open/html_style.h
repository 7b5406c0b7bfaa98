/* SPDX-License-Identifier: Apache-2.0
 *
 * The few things of CSS that decide whether a person sees a text: parsed from style attributes and
 * from <style> rules with simple selectors (tag, .class, #id, tag.class).
 *
 * Rules inside @media and other at-rules are left out: they hide parts on phones or in print, not
 * from the reader.  Selectors with combinators or pseudo-classes are not matched; `complex` tells
 * that there were some, and then an undeclared background counts as unknown instead of white. Cost:
 * linear in the style text.  Source: CSS 2.1; the ways of hiding are those seen in spam. */
#ifndef NOROSHI_OPEN_HTML_STYLE_H
#define NOROSHI_OPEN_HTML_STYLE_H

#include "base/arena.h"
#include "base/table.h"

enum html_hidden {
    HTML_HIDDEN_DISPLAY = 1,     /* display:none */
    HTML_HIDDEN_VISIBILITY = 2,  /* visibility:hidden or collapse */
    HTML_HIDDEN_SIZE = 4,        /* font-size of at most 1 px */
    HTML_HIDDEN_COLOR = 8,       /* colour on the same colour */
    HTML_HIDDEN_OPACITY = 16,    /* opacity below 0.05 */
    HTML_HIDDEN_OFFSCREEN = 32,  /* placed or indented 500 px or more outside */
    HTML_HIDDEN_CLIPPED = 64,    /* no height or width and what overflows is cut; clip:rect(0...) */
    HTML_HIDDEN_ATTRIBUTE = 128, /* the hidden attribute */
    HTML_HIDDEN_ELEMENT = 256,   /* inside <template>, <title>, <audio>, ... */
};

#define HTML_COLOR_UNSET (-1) /* not declared */
#define HTML_COLOR_UNKNOWN                                                                         \
    (-2) /* declared, but nobody can say which: image, gradient, variable \
                                 */

struct html_style {
    uint16_t hidden; /* enum html_hidden, as declared here */
    uint8_t shown; /* 1: visibility:visible, 2: font-size above 1 px, 4: display other than none */
    uint8_t clip; /* 1: overflow hidden, 2: no height, 4: no width, 8: absolute or fixed position */
    int32_t color, background; /* 0xRRGGBB or HTML_COLOR_* */
};

#define HTML_STYLE_NONE                                                                            \
    ((struct html_style){.color = HTML_COLOR_UNSET, .background = HTML_COLOR_UNSET})

struct html_sheet {
    struct table *rule; /* ".class", "#id", "tag", "tag.class" -> struct html_style * */
    bool complex;       /* selectors that are not matched were there */
    bool hides;         /* some rule hides or colours */
};

/* What some declarations made of a style: a page repeats the same few over and over. */
#define HTML_STYLES_SEEN 32
struct html_style_seen {
    struct bytes declarations;
    struct html_style from, to;
};

/* Add DECLARATIONS ("a:b;c:d") to STYLE; later ones win. */
void html_style_declare(struct html_style *style, struct bytes declarations);
/* The same, looked up among HTML_STYLES_SEEN rows first (zero at the start; they keep slices). */
void html_style_declare_again(struct html_style_seen *seen, struct html_style *style,
                              struct bytes declarations);
/* Put OVER on top of STYLE. */
void html_style_cascade(struct html_style *style, const struct html_style *over);
/* A colour: name, #rgb, #rrggbb, rgb(), as CSS or as a bgcolor attribute has it. */
int32_t html_style_color(struct bytes value);
/* The rules of a <style> element into SHEET (whose table is made on first use). */
void html_sheet_read(struct html_sheet *sheet, struct arena *arena, struct bytes css);
/* STYLE with the rules for an element applied: its tag name, class and id attributes. */
void html_sheet_apply(const struct html_sheet *sheet, struct html_style *style, struct bytes tag,
                      struct bytes class, struct bytes id);

#endif
