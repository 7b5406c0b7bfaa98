/* SPDX-License-Identifier: Apache-2.0
 *
 * A canvas of gray samples on which SVG shapes are filled, so that codes drawn in SVG can be read off.
 *
 * A shape is polygons in its own units; curves come as short lines (svg_path_read).  No anti-aliasing,
 * no joins and caps, no clipping: modules are squares, dots and short thick lines.
 *
 * cost     edges times the rows they cross, and the box each shape fills; both drawn from `work`
 * source   SVG 2, chapters 9 (paths), 11 (filling, stroking) and CSS Transforms 1 */
#ifndef NOROSHI_OPEN_SVG_CANVAS_H
#define NOROSHI_OPEN_SVG_CANVAS_H

#include "open/picture.h"

struct svg_matrix {
    float a, b, c, d, e, f; /* x' = ax + cy + e, y' = bx + dy + f */
};

struct svg_point {
    float x, y;
    bool starts; /* a polygon of its own begins here */
};

/* The points of one shape; reused from shape to shape. */
struct svg_shape {
    struct svg_point *point;
    uint32_t count, capacity;
    struct arena *arena;
};

struct svg_canvas {
    struct picture picture;
    int32_t *winding; /* (width + 1) * height, zero between shapes */
    uint64_t work;    /* what drawing may still cost, in samples */
};

/* A white canvas; false where NODE's limits forbid. */
bool svg_canvas_begin(struct svg_canvas *canvas, struct node *node, uint32_t width,
                      uint32_t height);
void svg_canvas_finish(struct svg_canvas *canvas);
/* Fill SHAPE, its polygons closed, with GRAY. */
void svg_fill(struct svg_canvas *canvas, const struct svg_shape *shape,
              const struct svg_matrix *matrix, uint8_t gray, bool even_odd);
/* Draw its lines, WIDTH wide. */
void svg_stroke(struct svg_canvas *canvas, const struct svg_shape *shape,
                const struct svg_matrix *matrix, uint8_t gray, float width);

struct svg_matrix svg_multiply(const struct svg_matrix *outer, const struct svg_matrix *inner);
void svg_shape_add(struct svg_shape *shape, float x, float y, bool starts);

/* svg_path.c: the polygons of a "d" attribute, of "points", of an ellipse. */
void svg_path_read(struct svg_shape *shape, struct bytes d);
void svg_points_read(struct svg_shape *shape, struct bytes points);
void svg_ellipse(struct svg_shape *shape, float x, float y, float rx, float ry);
/* The next number of S at *AT after blanks and commas; false where there is none. */
bool svg_number(struct bytes s, size_t *at, float *out);

#endif
