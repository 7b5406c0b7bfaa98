/* SPDX-License-Identifier: Apache-2.0
 *
 * Drawing in SVG 1.1, deterministic to the byte: no ids but those given, no date, fixed precision.
 *
 * A drawing carries its title and description for screen readers (role img, aria-labelledby) and
 * no style of its own: shapes have classes, so that a page's style sheet (or svg_style, for a file
 * on its own) gives light and dark.  Coordinates are user units with one decimal. */
#ifndef NOROSHI_REPORT_SVG_H
#define NOROSHI_REPORT_SVG_H

#include "base/text.h"

struct svg {
    struct text *out;
    bool alone;
    int width, height, left; /* LEFT > 0: names of rows stand left of it */
    const char *id;
    struct bytes title, description;
};

/* Begin a drawing of WIDTH x HEIGHT; ID makes the labels' ids unique in a page; ALONE: a file of
 * its own, with name space and style. */
void svg_begin(struct svg *svg, struct text *out, int width, int height, const char *id,
               struct bytes title, struct bytes description, bool alone);
void svg_end(struct svg *svg);
/* The same for rows with names, which take the leftmost LEFT units.  In a page the names are a drawing
 * of their own that stays in sight while the rest is scrolled: draw them first, then svg_rows, then the
 * rest, in the same units. */
void svg_begin_rows(struct svg *svg, struct text *out, int width, int height, int left,
                    const char *id, struct bytes title, struct bytes description, bool alone);
void svg_rows(struct svg *svg);
void svg_rect(struct svg *svg, const char *class, double x, double y, double width, double height,
              double radius);
void svg_line(struct svg *svg, const char *class, double x1, double y1, double x2, double y2);
void svg_circle(struct svg *svg, const char *class, double x, double y, double radius);
/* ANCHOR: start, middle or end. */
void svg_text(struct svg *svg, const char *class, double x, double y, const char *anchor,
              struct bytes text);
void svg_path_begin(struct svg *svg, const char *class);
void svg_path_move(struct svg *svg, double x, double y);
void svg_path_line(struct svg *svg, double x, double y);
void svg_path_end(struct svg *svg);
/* A round step for an axis of about COUNT marks up to MOST; never 0. */
double svg_step(double most, int count);

#endif
