/* SPDX-License-Identifier: Apache-2.0 */
#include "open/svg_canvas.h"

#include <math.h>
#include <stdlib.h>

#define CURVE_STEPS 6
#define ARC_STEPS 8

bool svg_number(struct bytes s, size_t *at, float *out)
{
    char word[32];
    size_t len = 0;
    while (*at < s.len && (ascii_is_space(s.at[*at]) || s.at[*at] == ','))
        ++*at;
    bool dot = false, exponent = false, digits = false;
    for (; *at < s.len && len + 1 < sizeof word; ++*at) {
        uint8_t c = s.at[*at];
        bool sign_may = len == 0 || word[len - 1] == 'e';
        if (ascii_is_digit(c))
            digits = true;
        else if ((c == '-' || c == '+') && sign_may)
            ;
        else if (c == '.' && !dot && !exponent)
            dot = true;
        else if ((c == 'e' || c == 'E') && digits && !exponent)
            exponent = true, c = 'e';
        else
            break;
        word[len++] = (char)c;
    }
    word[len] = 0;
    if (!digits)
        return false;
    *out = strtof(word, NULL);
    return isfinite(*out);
}

/* A flag of an arc: one digit, which may touch the next number. */
static bool flag(struct bytes s, size_t *at, bool *out)
{
    while (*at < s.len && (ascii_is_space(s.at[*at]) || s.at[*at] == ','))
        ++*at;
    if (*at >= s.len || (s.at[*at] != '0' && s.at[*at] != '1'))
        return false;
    *out = s.at[(*at)++] == '1';
    return true;
}

/* The pen of one path. */
struct pen {
    struct svg_shape *shape;
    struct bytes d;
    size_t at;
    float x, y, start_x, start_y;
    float handle_x, handle_y; /* of the last curve, for the smooth ones */
    bool down;                /* a polygon is open */
};

static void line_to(struct pen *pen, float x, float y)
{
    if (!pen->down)
        svg_shape_add(pen->shape, pen->x, pen->y, true);
    pen->down = true;
    svg_shape_add(pen->shape, x, y, false);
    pen->x = x, pen->y = y;
}

/* From the pen by handles (X1, Y1), (X2, Y2) to (X, Y). */
static void curve_to(struct pen *pen, float x1, float y1, float x2, float y2, float x, float y)
{
    float x0 = pen->x, y0 = pen->y;
    for (int i = 1; i <= CURVE_STEPS; i++) {
        float t = (float)i / CURVE_STEPS, s = 1 - t;
        float a = s * s * s, b = 3 * s * s * t, c = 3 * s * t * t, e = t * t * t;
        line_to(pen, a * x0 + b * x1 + c * x2 + e * x, a * y0 + b * y1 + c * y2 + e * y);
    }
}

/* SVG 2, appendix B.2.4, for axes that are not turned; a radius too small grows. */
static void arc_to(struct pen *pen, float rx, float ry, bool large, bool sweep, float x, float y)
{
    rx = fabsf(rx), ry = fabsf(ry);
    if (!(rx > 0) || !(ry > 0)) {
        line_to(pen, x, y);
        return;
    }
    float hx = (pen->x - x) / 2 / rx, hy = (pen->y - y) / 2 / ry, half = hx * hx + hy * hy;
    float grow = half > 1 ? sqrtf(half) : 1;
    rx *= grow, ry *= grow, hx /= grow, hy /= grow, half = half > 1 ? 1 : half;
    float off = half > 0 ? sqrtf((1 - half) / half) * (large == sweep ? -1.0f : 1.0f) : 0;
    float cx = off * hy, cy = -off * hx; /* the middle, on the unit circle, from half-way */
    float from = atan2f(hy - cy, hx - cx), to = atan2f(-hy - cy, -hx - cx);
    float turn = to - from, full = 2 * (float)M_PI;
    if (sweep && turn < 0)
        turn += full;
    if (!sweep && turn > 0)
        turn -= full;
    float mx = (pen->x + x) / 2 + cx * rx, my = (pen->y + y) / 2 + cy * ry;
    for (int i = 1; i < ARC_STEPS; i++) {
        float angle = from + turn * (float)i / ARC_STEPS;
        line_to(pen, mx + rx * cosf(angle), my + ry * sinf(angle));
    }
    line_to(pen, x, y);
}

static unsigned numbers_of(char command)
{
    switch (command) {
    case 'm':
    case 'l':
    case 't':
        return 2;
    case 'h':
    case 'v':
        return 1;
    case 'c':
        return 6;
    case 's':
    case 'q':
        return 4;
    default:
        return 0;
    }
}

/* One command with the numbers N, made absolute. */
static void draw(struct pen *pen, char command, const float n[6])
{
    float x = pen->x, y = pen->y, hx = 2 * x - pen->handle_x, hy = 2 * y - pen->handle_y;
    pen->handle_x = pen->handle_y = NAN;
    switch (command) {
    case 'm':
        pen->x = pen->start_x = n[0], pen->y = pen->start_y = n[1];
        pen->down = false;
        break;
    case 'l':
        line_to(pen, n[0], n[1]);
        break;
    case 'h':
        line_to(pen, n[0], y);
        break;
    case 'v':
        line_to(pen, x, n[0]);
        break;
    case 'c':
        curve_to(pen, n[0], n[1], n[2], n[3], n[4], n[5]);
        pen->handle_x = n[2], pen->handle_y = n[3];
        break;
    case 's':
        curve_to(pen, isnan(hx) ? x : hx, isnan(hy) ? y : hy, n[0], n[1], n[2], n[3]);
        pen->handle_x = n[0], pen->handle_y = n[1];
        break;
    case 'q':
        curve_to(pen, x + (n[0] - x) * 2 / 3, y + (n[1] - y) * 2 / 3, n[2] + (n[0] - n[2]) * 2 / 3,
                 n[3] + (n[1] - n[3]) * 2 / 3, n[2], n[3]);
        break;
    default:
        line_to(pen, n[0], n[1]);
    }
}

/* One set of numbers after COMMAND; false where they are not there. */
static bool read_set(struct pen *pen, char command, bool relative)
{
    float n[6] = {0}, base_x = relative ? pen->x : 0, base_y = relative ? pen->y : 0;
    if (command == 'a') {
        bool large, sweep;
        float turned;
        if (!svg_number(pen->d, &pen->at, &n[0]) || !svg_number(pen->d, &pen->at, &n[1]) ||
            !svg_number(pen->d, &pen->at, &turned) || !flag(pen->d, &pen->at, &large) ||
            !flag(pen->d, &pen->at, &sweep) || !svg_number(pen->d, &pen->at, &n[2]) ||
            !svg_number(pen->d, &pen->at, &n[3]))
            return false;
        arc_to(pen, n[0], n[1], large, sweep, base_x + n[2], base_y + n[3]);
        pen->handle_x = pen->handle_y = NAN;
        return true;
    }
    unsigned count = numbers_of(command);
    for (unsigned i = 0; i < count; i++) {
        if (!svg_number(pen->d, &pen->at, &n[i]))
            return false;
        n[i] += command == 'v' || i % 2 == 1 ? base_y : base_x;
    }
    draw(pen, command, n);
    return true;
}

void svg_path_read(struct svg_shape *shape, struct bytes d)
{
    struct pen pen = {.shape = shape, .d = d, .handle_x = NAN, .handle_y = NAN};
    char command = 0;
    bool relative = false;
    while (pen.at < d.len) {
        uint8_t c = d.at[pen.at];
        if (ascii_is_space(c) || c == ',') {
            pen.at++;
        } else if (ascii_is_alpha(c)) {
            pen.at++;
            command = (char)ascii_lower(c);
            relative = command == (char)c;
            if (command == 'z') {
                if (pen.down)
                    line_to(&pen, pen.start_x, pen.start_y);
                pen.x = pen.start_x, pen.y = pen.start_y;
                pen.down = false;
            } else if (numbers_of(command) == 0 && command != 'a') {
                return; /* an error: what was before it is drawn (SVG 2, 9.5.4) */
            }
        } else if (command == 0 || command == 'z' || !read_set(&pen, command, relative)) {
            return;
        } else if (command == 'm') {
            command = 'l'; /* more numbers are lines */
        }
    }
}

void svg_points_read(struct svg_shape *shape, struct bytes points)
{
    size_t at = 0;
    float x, y;
    for (bool first = true; svg_number(points, &at, &x) && svg_number(points, &at, &y);
         first = false)
        svg_shape_add(shape, x, y, first);
}

void svg_ellipse(struct svg_shape *shape, float x, float y, float rx, float ry)
{
    for (int i = 0; i < 2 * ARC_STEPS; i++) {
        float angle = (float)M_PI * (float)i / ARC_STEPS;
        svg_shape_add(shape, x + rx * cosf(angle), y + ry * sinf(angle), i == 0);
    }
}
