/* SPDX-License-Identifier: Apache-2.0 */
#include "report/figure.h"

#include "base/civil.h"
#include "report/markup.h"

#include <math.h>

#define WIDTH 760
#define LEFT 52.0
#define RIGHT 744.0
#define STACKED 7 /* series with a colour of their own; the eighth colour is the rest */
#define HEAT_ROWS 14
#define TIMELINE_ROWS 14
#define DAY_US ((int64_t)86400 * 1000000)

/* --- stacked columns ---------------------------------------------------------------------------
 */

struct period {
    int from, to;
    int64_t part[STACKED + 1], total;
};

static uint32_t make_periods(const struct figure *f, const struct waves *w, enum wave_unit unit,
                             int from, int to, struct period **out)
{
    struct period *period = *out = arena_array_of(f->arena, (size_t)(to - from) + 1, struct period);
    uint32_t count = 0;
    for (int d = from; d < to;) {
        struct period *p = &period[count++];
        int64_t unit_first = wave_fold(unit, w->first_day + d);
        p->from = p->to = d;
        while (p->to < to && wave_fold(unit, w->first_day + p->to) == unit_first)
            p->to++;
        for (uint32_t i = 0; i < w->count; i++) {
            int64_t n = figure_sum(&w->series[i], p->from, p->to);
            p->part[i < STACKED ? i : STACKED] += n;
            p->total += n;
        }
        d = p->to;
    }
    return count;
}

static struct bytes part_name(const struct figure *f, const struct waves *w, uint32_t part)
{
    return part < STACKED ? tr_bytes(f->language, w->series[part].name)
                          : bytes_of_string(tr(f->language, "other"));
}

static void stack_table(const struct figure *f, const struct waves *w, const struct period *period,
                        uint32_t count, uint32_t parts)
{
    figure_open_table(f);
    figure_cell(f, true, bytes_of_string(tr(f->language, "From")));
    for (uint32_t k = 0; k < parts; k++)
        figure_cell(f, true, part_name(f, w, k));
    figure_cell(f, true, bytes_of_string(tr(f->language, "Total")));
    text_add_string(f->out, "</tr></thead><tbody>");
    for (uint32_t i = 0; i < count; i++) {
        text_add_string(f->out, "<tr>");
        figure_cell(f, false, wave_day(f->arena, w->first_day + period[i].from));
        for (uint32_t k = 0; k < parts; k++)
            figure_cell_number(f, period[i].part[k]);
        figure_cell_number(f, period[i].total);
        text_add_string(f->out, "</tr>");
    }
    figure_close_table(f);
}

/* About how wide NAME is in the legend's size: its letters, and its wide characters. */
static double text_width(struct bytes name)
{
    double wide = 0;
    for (size_t i = 0; i < name.len && i < 48; i++)
        wide += name.at[i] < 0x80 ? 6.1 : (name.at[i] & 0xC0) != 0x80 ? 11.5 : 0;
    return wide;
}

/* What the colours mean: in a page above the drawing, in a file of its own inside it. */
static void stack_legend(const struct figure *f, struct svg *svg, const struct waves *w,
                         uint32_t parts)
{
    double x = LEFT, y = 12;
    for (uint32_t k = 0; k < parts; k++) {
        struct bytes name = part_name(f, w, k);
        double wide = 32 + text_width(name);
        if (x + wide > RIGHT)
            x = LEFT, y += 18;
        char class[] = "c0";
        class[1] = (char)('0' + k);
        svg_rect(svg, class, x, y - 9, 11, 11, 2);
        svg_text(svg, "m", x + 16, y + 1, "start", bytes_sub(name, 0, 48));
        x += wide;
    }
}

static void stack_key(const struct figure *f, const struct waves *w, uint32_t parts)
{
    figure_key_begin(f);
    for (uint32_t k = 0; k < parts; k++) {
        char class[] = "k0";
        class[1] = (char)('0' + k);
        figure_key(f, class, part_name(f, w, k));
    }
    figure_key_end(f);
}

void figure_stack(const struct figure *f, const struct waves *w, enum wave_unit unit, int from,
                  int to)
{
    struct period *period;
    uint32_t count = make_periods(f, w, unit, from, to, &period),
             parts = w->count < STACKED + 1 ? w->count : STACKED + 1;
    double most = 1, top = f->alone ? 56 : 30, bottom = 258,
           wide = (RIGHT - LEFT) / (count > 0 ? count : 1);
    for (uint32_t i = 0; i < count; i++)
        most = fmax(most, (double)period[i].total);
    double step = svg_step(most, 4), high = step * ceil(most / step);
    struct svg svg;
    if (!f->alone)
        stack_key(f, w, parts);
    svg_begin(
        &svg, f->out, WIDTH, 286, f->id, f->title,
        arena_printf(f->arena, "%s %lld", tr(f->language, "Largest column:"), (long long)most),
        f->alone);
    if (f->alone)
        stack_legend(f, &svg, w, parts);
    for (double at = 0; at <= high + step / 2; at += step) {
        double y = bottom - (bottom - top) * at / high;
        svg_line(&svg, at > 0 ? "g" : "a", LEFT, y, RIGHT, y);
        struct bytes number = figure_number(f->arena, llround(at));
        svg_text(&svg, "m", LEFT - 6, y + 4, "end", number);
        svg_text(&svg, "m r", RIGHT, y - 3, "end", number);
    }
    svg_text(&svg, "m", 8, top - 10, "start",
             bytes_of_string(tr(f->language, f->unit != NULL      ? f->unit
                                             : unit == WAVE_MONTH ? "messages a month"
                                                                  : "messages a week")));
    uint32_t every = count / 12 + 1;
    for (uint32_t i = 0; i < count; i++) {
        double x = LEFT + wide * i + wide * 0.14, y = bottom, column = fmin(wide * 0.72, 90);
        x += (wide * 0.72 - column) / 2;
        for (uint32_t k = 0; k < parts; k++) {
            double part = (bottom - top) * (double)period[i].part[k] / high;
            char class[] = "c0";
            class[1] = (char)('0' + k);
            if (part > 0)
                svg_rect(&svg, class, x, y -= part, column, part > 1.2 ? part - 0.6 : part, 0);
        }
        struct civil c = civil_of_us((w->first_day + period[i].from) * DAY_US);
        if (i % every == 0)
            svg_text(&svg, "m", x + column / 2, bottom + 17, "middle",
                     unit == WAVE_MONTH
                         ? arena_printf(f->arena, "%lld-%02d", (long long)c.year, c.month)
                         : figure_day(f, w->first_day + period[i].from));
    }
    svg_end(&svg);
    if (!f->alone)
        stack_table(f, w, period, count, parts);
}

/* NAME in the size of labels, cut to about WIDE units. */
static struct bytes fitted(struct arena *arena, struct bytes name, double wide)
{
    size_t cut = 0; /* as far as fits with "…" behind it */
    double used = 0;
    for (size_t i = 0; i < name.len; i++) {
        if ((name.at[i] & 0xC0) == 0x80)
            continue;
        cut = used + 12.5 <= wide ? i : cut;
        used += name.at[i] < 0xE3 ? 6.6 : 12.5; /* kana and kanji begin at U+3000 */
    }
    return used <= wide ? name : arena_printf(arena, "%.*s…", (int)cut, (const char *)name.at);
}

/* --- bars --------------------------------------------------------------------------------------
 */

void figure_bars(const struct figure *f, const struct figure_row *row, uint32_t count)
{
    double most = 1, left = 218, right = 690, high = 26;
    struct svg svg;
    for (uint32_t i = 0; i < count; i++)
        most = fmax(most, (double)row[i].count);
    svg_begin(&svg, f->out, WIDTH, (int)(high * count) + 12, f->id, f->title,
              count == 0 ? BYTES("")
                         : arena_printf(f->arena, "%.*s: %lld", BYTES_FMT(row[0].name),
                                        (long long)row[0].count),
              f->alone);
    for (uint32_t i = 0; i < count; i++) {
        double y = 6 + high * i, wide = (right - left) * (double)row[i].count / most;
        svg_text(&svg, "t", left - 10, y + 17, "end", fitted(f->arena, row[i].name, left - 14));
        svg_rect(&svg, "n", left, y + 4, right - left, high - 8, 3);
        svg_rect(&svg, "c0", left, y + 4, fmax(wide, 2), high - 8, 3);
        svg_text(&svg, "t b", right + 8, y + 17, "start", figure_number(f->arena, row[i].count));
    }
    svg_end(&svg);
    if (f->alone)
        return;
    figure_open_table(f);
    figure_cell(f, true, bytes_of_string(tr(f->language, "Name")));
    figure_cell(f, true, bytes_of_string(tr(f->language, "Count")));
    text_add_string(f->out, "</tr></thead><tbody>");
    for (uint32_t i = 0; i < count; i++) {
        text_add_string(f->out, "<tr>");
        figure_cell(f, false, row[i].name);
        figure_cell_number(f, row[i].count);
        text_add_string(f->out, "</tr>");
    }
    figure_close_table(f);
}

/* --- weeks across, series down -----------------------------------------------------------------
 */

struct grid {
    uint32_t rows, weeks;
    int *from; /* first day of each week, and the end */
    int64_t most;
};

static struct grid make_grid(const struct figure *f, const struct waves *w, int from, int to,
                             uint32_t rows_max)
{
    struct grid g = {w->count < rows_max ? w->count : rows_max, 0,
                     arena_array_of(f->arena, (size_t)(to - from) / 7 + 3, int), 1};
    for (int d = from; d < to; g.weeks++) {
        g.from[g.weeks] = d;
        int64_t monday = wave_fold(WAVE_WEEK, w->first_day + d);
        while (d < to && wave_fold(WAVE_WEEK, w->first_day + d) == monday)
            d++;
        g.from[g.weeks + 1] = d;
    }
    for (uint32_t r = 0; r < g.rows; r++)
        for (uint32_t k = 0; k < g.weeks; k++) {
            int64_t n = figure_sum(&w->series[r], g.from[k], g.from[k + 1]);
            g.most = n > g.most ? n : g.most;
        }
    return g;
}

static void grid_labels(const struct figure *f, struct svg *svg, const struct waves *w,
                        const struct grid *g, double left, double high)
{
    double wide = (RIGHT - left) / (g->weeks > 0 ? g->weeks : 1);
    uint32_t every = g->weeks / 10 + 1;
    for (uint32_t r = 0; r < g->rows; r++) {
        svg_text(svg, "t", left - 10, 32 + high * r + high / 2 + 4, "end",
                 fitted(f->arena, wave_label(w, &w->series[r], (int)f->language), left - 14));
    }
    svg_rows(svg);
    for (uint32_t k = 0; k < g->weeks; k += every) {
        svg_text(svg, "m", left + wide * (k + 0.5), 20, "middle",
                 figure_day(f, w->first_day + g->from[k]));
    }
}

static void grid_table(const struct figure *f, const struct waves *w, const struct grid *g)
{
    figure_open_table(f);
    figure_cell(f, true, bytes_of_string(tr(f->language, "Name")));
    for (uint32_t k = 0; k < g->weeks; k++)
        figure_cell(f, true, wave_day(f->arena, w->first_day + g->from[k]));
    text_add_string(f->out, "</tr></thead><tbody>");
    for (uint32_t r = 0; r < g->rows; r++) {
        text_add_string(f->out, "<tr><th scope=\"row\">");
        markup_text(f->out, wave_label(w, &w->series[r], (int)f->language));
        text_add_string(f->out, "</th>");
        for (uint32_t k = 0; k < g->weeks; k++)
            figure_cell_number(f, figure_sum(&w->series[r], g->from[k], g->from[k + 1]));
        text_add_string(f->out, "</tr>");
    }
    figure_close_table(f);
}

static void draw_grid(const struct figure *f, const struct waves *w, int from, int to,
                      uint32_t rows, bool heat)
{
    struct grid g = make_grid(f, w, from, to, rows);
    double left = heat ? 120 : 218, high = 28, wide = (RIGHT - left) / (g.weeks > 0 ? g.weeks : 1);
    struct svg svg;
    svg_begin_rows(&svg, f->out, WIDTH, 40 + (int)(high * g.rows), (int)left, f->id, f->title,
                   arena_printf(f->arena, "%s %lld", tr(f->language, "Largest count of a week:"),
                                (long long)g.most),
                   f->alone);
    grid_labels(f, &svg, w, &g, left, high);
    for (uint32_t r = 0; r < g.rows; r++) {
        double y = 32 + high * r;
        int64_t total = 0;
        if (!heat)
            svg_line(&svg, "g", left, y + high / 2, RIGHT, y + high / 2);
        for (uint32_t k = 0; k < g.weeks; k++) {
            int64_t n = figure_sum(&w->series[r], g.from[k], g.from[k + 1]);
            double part = sqrt((double)n / (double)g.most), x = left + wide * k;
            total += n;
            if (heat) {
                svg_rect(&svg, "n", x + 1, y + 1, wide - 2, high - 2, 2);
                static const char *const shade[] = {"h h0", "h h1", "h h2", "h h3", "h h4"};
                if (n > 0)
                    svg_rect(&svg, shade[(int)fmin(4, part * 5)], x + 1, y + 1, wide - 2, high - 2,
                             2);
                if (n > 0 && wide > 26)
                    svg_text(&svg, part >= 0.6 ? "v i" : "v", x + wide / 2, y + high / 2 + 4,
                             "middle", arena_printf(f->arena, "%lld", (long long)n));
            } else if (n > 0) {
                svg_circle(&svg, "c1", x + wide / 2, y + high / 2,
                           fmax(2, part * fmin(wide / 2, high / 2) * 0.95));
            }
        }
    }
    svg_end(&svg);
    if (!f->alone)
        grid_table(f, w, &g);
}

void figure_heat(const struct figure *f, const struct waves *w, int from, int to)
{
    draw_grid(f, w, from, to, HEAT_ROWS, true);
}

void figure_timeline(const struct figure *f, const struct waves *w, int from, int to)
{
    draw_grid(f, w, from, to, TIMELINE_ROWS, false);
}
