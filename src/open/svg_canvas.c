/* SPDX-License-Identifier: Apache-2.0 */
#include "open/svg_canvas.h"

#include <math.h>
#include <stdlib.h>

#define POINTS_MAX 400000u
#define WORK_MAX ((uint64_t)1 << 27)

/* Where a shape fell: rows and columns, the ends excluded. */
struct extent {
    int32_t top, bottom, left, right;
};

bool svg_canvas_begin(struct svg_canvas *canvas, struct node *node, uint32_t width, uint32_t height)
{
    *canvas = (struct svg_canvas){.work = WORK_MAX};
    if (!picture_begin(node, &canvas->picture, width, height))
        return false;
    memset(canvas->picture.gray, 255, (size_t)width * height);
    canvas->winding = calloc(((size_t)width + 1) * height, sizeof *canvas->winding);
    if (canvas->winding == NULL)
        abort();
    return true;
}

void svg_canvas_finish(struct svg_canvas *canvas)
{
    picture_finish(&canvas->picture);
    free(canvas->winding);
    canvas->winding = NULL;
}

struct svg_matrix svg_multiply(const struct svg_matrix *m, const struct svg_matrix *n)
{
    return (struct svg_matrix){m->a * n->a + m->c * n->b,        m->b * n->a + m->d * n->b,
                               m->a * n->c + m->c * n->d,        m->b * n->c + m->d * n->d,
                               m->a * n->e + m->c * n->f + m->e, m->b * n->e + m->d * n->f + m->f};
}

void svg_shape_add(struct svg_shape *shape, float x, float y, bool starts)
{
    if (shape->count == shape->capacity) {
        if (shape->capacity >= POINTS_MAX)
            return;
        uint32_t capacity = shape->capacity == 0 ? 256 : shape->capacity * 2;
        struct svg_point *grown = arena_array_of(shape->arena, capacity, struct svg_point);
        if (shape->count > 0)
            memcpy(grown, shape->point, shape->count * sizeof *grown);
        shape->point = grown;
        shape->capacity = capacity;
    }
    shape->point[shape->count++] = (struct svg_point){x, y, starts || shape->count == 0};
}

/* The first sample whose middle is not left of X; 0..MOST. */
static int32_t sample_at(float x, uint32_t most)
{
    float at = ceilf(x - 0.5f);
    return at > 0 ? (at < (float)most ? (int32_t)at : (int32_t)most) : 0;
}

static struct svg_point moved(const struct svg_matrix *m, float x, float y)
{
    return (struct svg_point){m->a * x + m->c * y + m->e, m->b * x + m->d * y + m->f, false};
}

/* Count the turn around what is right of the edge from P to Q. */
static void add_edge(struct svg_canvas *canvas, struct svg_point p, struct svg_point q,
                     struct extent *extent)
{
    uint32_t width = canvas->picture.width, height = canvas->picture.height;
    int32_t turn = 1;
    if (!isfinite(p.x) || !isfinite(p.y) || !isfinite(q.x) || !isfinite(q.y))
        return;
    if (p.y > q.y) {
        struct svg_point swap = p;
        p = q, q = swap;
        turn = -1;
    }
    int32_t from = sample_at(p.y, height), to = sample_at(q.y, height);
    if (from >= to)
        return;
    float slope = (q.x - p.x) / (q.y - p.y);
    for (int32_t y = from; y < to; y++) {
        int32_t x = sample_at(p.x + ((float)y + 0.5f - p.y) * slope, width);
        canvas->winding[(size_t)y * (width + 1) + (size_t)x] += turn;
        extent->left = x < extent->left ? x : extent->left;
        extent->right = x > extent->right ? x : extent->right;
    }
    extent->top = from < extent->top ? from : extent->top;
    extent->bottom = to > extent->bottom ? to : extent->bottom;
    canvas->work -= (uint64_t)(to - from) < canvas->work ? (uint64_t)(to - from) : canvas->work;
}

/* Paint what has been turned around, and take the turns back. */
static void paint(struct svg_canvas *canvas, const struct extent *extent, uint8_t gray,
                  bool even_odd)
{
    uint32_t width = canvas->picture.width;
    for (int32_t y = extent->top; y < extent->bottom; y++) {
        int32_t *winding = canvas->winding + (size_t)y * (width + 1), turns = 0;
        uint8_t *to = canvas->picture.gray + (size_t)y * width;
        for (int32_t x = extent->left; x <= extent->right; x++) {
            turns += winding[x];
            winding[x] = 0;
            if (x < (int32_t)width && (even_odd ? turns & 1 : turns != 0))
                to[x] = gray;
        }
    }
    if (extent->bottom > extent->top) {
        uint64_t cost =
            (uint64_t)(extent->bottom - extent->top) * (uint64_t)(extent->right - extent->left + 1);
        canvas->work -= cost < canvas->work ? cost : canvas->work;
    }
}

static struct extent nowhere(void)
{
    return (struct extent){INT32_MAX, 0, INT32_MAX, 0};
}

void svg_fill(struct svg_canvas *canvas, const struct svg_shape *shape,
              const struct svg_matrix *matrix, uint8_t gray, bool even_odd)
{
    struct extent extent = nowhere();
    struct svg_point first = {0}, last = {0};
    for (uint32_t i = 0; i < shape->count && canvas->work > 0; i++) {
        struct svg_point at = moved(matrix, shape->point[i].x, shape->point[i].y);
        if (shape->point[i].starts) {
            if (i > 0)
                add_edge(canvas, last, first, &extent);
            first = at;
        } else {
            add_edge(canvas, last, at, &extent);
        }
        last = at;
    }
    if (shape->count > 0)
        add_edge(canvas, last, first, &extent);
    paint(canvas, &extent, gray, even_odd);
}

void svg_stroke(struct svg_canvas *canvas, const struct svg_shape *shape,
                const struct svg_matrix *matrix, uint8_t gray, float width)
{
    for (uint32_t i = 1; i < shape->count && canvas->work > 0; i++) {
        const struct svg_point *p = &shape->point[i - 1], *q = &shape->point[i];
        float dx = q->x - p->x, dy = q->y - p->y, len = sqrtf(dx * dx + dy * dy);
        if (q->starts || !(len > 0))
            continue;
        float nx = -dy / len * width / 2, ny = dx / len * width / 2;
        struct extent extent = nowhere();
        struct svg_point corner[4] = {
            moved(matrix, p->x + nx, p->y + ny), moved(matrix, q->x + nx, q->y + ny),
            moved(matrix, q->x - nx, q->y - ny), moved(matrix, p->x - nx, p->y - ny)};
        for (int k = 0; k < 4; k++)
            add_edge(canvas, corner[k], corner[(k + 1) % 4], &extent);
        paint(canvas, &extent, gray, false);
    }
}
