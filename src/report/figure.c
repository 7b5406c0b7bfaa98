/* SPDX-License-Identifier: Apache-2.0 */
#include "report/figure.h"

#include "base/civil.h"
#include "report/markup.h"

#include <math.h>

#define WIDTH 760
#define LEFT 52.0
#define RIGHT 744.0
#define TOP 34.0
#define DAY_US ((int64_t)86400 * 1000000)
#define DAYS_DRAWN_MAX 150 /* above that by week */

struct bytes figure_number(struct arena *arena, int64_t n)
{
    struct text out;
    text_init(&out, arena, 0);
    markup_number(&out, n);
    return text_bytes(&out);
}

int64_t figure_sum(const struct wave_series *series, int from, int to)
{
    int64_t sum = 0;
    for (int d = from; d < to; d++)
        sum += series->count[d] > 0 ? series->count[d] : 0;
    return sum;
}

void figure_key_begin(const struct figure *f)
{
    text_add_string(f->out, "<ul class=\"key\">");
}

void figure_key(const struct figure *f, const char *class, struct bytes name)
{
    text_add_format(f->out, "<li class=\"%s\">", class);
    markup_text(f->out, name);
    text_add_string(f->out, "</li>");
}

void figure_key_end(const struct figure *f)
{
    text_add_string(f->out, "</ul>");
}

void figure_open_table(const struct figure *f)
{
    text_add_format(
        f->out,
        "<details class=\"data\"><summary>%s</summary><div class=\"scroll\" tabindex=\"0\" "
        "role=\"region\" aria-label=\"%s: ",
        tr(f->language, "Data table"), tr(f->language, "Data table"));
    markup_text(f->out, f->title);
    text_add_string(f->out, "\"><table><thead><tr>");
}

void figure_close_table(const struct figure *f)
{
    text_add_string(f->out, "</tbody></table></div></details>");
}

void figure_cell(const struct figure *f, bool head, struct bytes text)
{
    text_add_string(f->out, head ? "<th scope=\"col\">" : "<td>");
    markup_text(f->out, text);
    text_add_string(f->out, head ? "</th>" : "</td>");
}

void figure_cell_number(const struct figure *f, int64_t n)
{
    text_add_string(f->out, "<td class=\"n\">");
    markup_number(f->out, n);
    text_add_string(f->out, "</td>");
}

/* Horizontal grid and its numbers; answers the value at the top. */
static double draw_scale(const struct figure *f, struct svg *svg, double most, double bottom)
{
    double step = svg_step(most, 4), top = step * ceil(fmax(most, 1) / step);
    for (double at = 0; at <= top + step / 2; at += step) {
        double y = bottom - (bottom - TOP) * at / top;
        svg_line(svg, at > 0 ? "g" : "a", LEFT, y, RIGHT, y);
        struct bytes number = figure_number(f->arena, llround(at));
        svg_text(svg, "m", LEFT - 6, y + 4, "end", number);
        svg_text(svg, "m r", RIGHT, y - 3, "end", number); /* where the left side is out of sight */
    }
    return top;
}

static const char *const names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct bytes figure_day(const struct figure *f, int64_t day)
{
    struct civil c = civil_of_us(day * DAY_US);
    return f->language == LANGUAGE_JA ? arena_printf(f->arena, "%d/%d", c.month, c.day)
                                      : arena_printf(f->arena, "%d %s", c.day, names[c.month - 1]);
}

static struct bytes month_name(const struct figure *f, int64_t day)
{
    struct civil c = civil_of_us(day * DAY_US);
    if (f->language == LANGUAGE_JA)
        return c.month == 1 ? arena_printf(f->arena, "%lld年1月", (long long)c.year)
                            : arena_printf(f->arena, "%d月", c.month);
    return c.month == 1 ? arena_printf(f->arena, "Jan %lld", (long long)c.year)
                        : bytes_of_string(names[c.month - 1]);
}

/* Months below the axis; where the span is short, days too. */
static void draw_days(const struct figure *f, struct svg *svg, int64_t first, int days,
                      double bottom)
{
    double wide = (RIGHT - LEFT) / days, last_x = -100;
    for (int d = 0; d < days; d++) {
        struct civil c = civil_of_us((first + d) * DAY_US);
        double x = LEFT + wide * d;
        bool named = c.day == 1 || d == 0;
        if (named && x - last_x > 44) {
            svg_line(svg, "a", x, bottom, x, bottom + 5);
            svg_text(svg, "m", x + 2, bottom + (days <= 45 ? 30 : 17), "start",
                     month_name(f, first + d));
            last_x = x;
        }
        if (days <= 45 && (c.day % 5 == 0 || c.day == 1))
            svg_text(svg, "m", x + wide / 2, bottom + 16, "middle",
                     arena_printf(f->arena, "%d", c.day));
    }
}

struct column {
    int from, to; /* days */
    int64_t count;
    double expected; /* NAN: not known */
    bool surge;
};

static uint32_t make_columns(const struct figure *f, const struct waves *w,
                             const struct wave_series *s, int from, int to, struct column **out)
{
    int step = to - from > DAYS_DRAWN_MAX ? 7 : 1;
    uint32_t count = (uint32_t)((to - from + step - 1) / step), n = 0;
    struct column *column = *out = arena_array_of(f->arena, count, struct column);
    (void)w;
    for (int d = from; d < to; d += step) {
        struct column *c = &column[n++];
        *c = (struct column){d, d + step < to ? d + step : to, 0, 0, false};
        c->count = figure_sum(s, c->from, c->to);
        for (int k = c->from; k < c->to; k++) {
            c->expected += s->day != NULL ? s->day[k].expected : NAN;
            for (uint32_t i = 0; i < s->surge_count; i++)
                c->surge = c->surge || (k >= s->surge[i].first && k <= s->surge[i].last);
        }
    }
    return n;
}

static void draw_columns(const struct figure *f, struct svg *svg, const struct column *column,
                         uint32_t count, double top, double bottom)
{
    double wide = (RIGHT - LEFT) / count;
    for (uint32_t i = 0, next; i < count; i = next) { /* a surge's time behind everything */
        for (next = i + 1; next < count && column[i].surge && column[next].surge;)
            next++;
        if (column[i].surge)
            svg_rect(svg, "w", LEFT + wide * i, TOP, wide * (next - i), bottom - TOP, 0);
    }
    for (uint32_t i = 0; i < count; i++) {
        double high = (bottom - TOP) * (double)column[i].count / top;
        if (column[i].count > 0)
            svg_rect(svg, column[i].surge ? "c1" : "c0", LEFT + wide * i + wide * 0.12,
                     bottom - high, wide * 0.76, high, wide > 6 ? 1.5 : 0);
    }
    bool drawing = false;
    svg_path_begin(svg, "e");
    for (uint32_t i = 0; i < count; i++) {
        double x = LEFT + wide * (i + 0.5),
               y = bottom - (bottom - TOP) * fmin(column[i].expected, top) / top;
        if (isnan(column[i].expected))
            drawing = false;
        else if (drawing)
            svg_path_line(svg, x, y);
        else
            svg_path_move(svg, x, y), drawing = true;
    }
    svg_path_end(svg);
    (void)f;
}

static void draw_legend(const struct figure *f, struct svg *svg, bool expected, bool surge)
{
    double x = LEFT;
    svg_rect(svg, "c0", x, 8, 11, 11, 2);
    svg_text(svg, "m", x + 16, 18, "start", bytes_of_string(tr(f->language, "detected")));
    x += 84;
    if (expected) {
        svg_path_begin(svg, "e");
        svg_path_move(svg, x, 14);
        svg_path_line(svg, x + 20, 14);
        svg_path_end(svg);
        svg_text(svg, "m", x + 26, 18, "start", bytes_of_string(tr(f->language, "expected")));
        x += 92;
    }
    if (surge) {
        svg_rect(svg, "c1", x, 8, 11, 11, 2);
        svg_text(svg, "m", x + 16, 18, "start", bytes_of_string(tr(f->language, "▲ surge")));
    }
}

static void daily_key(const struct figure *f, bool expected, bool surge)
{
    figure_key_begin(f);
    figure_key(f, "k0", bytes_of_string(tr(f->language, "detected")));
    if (expected)
        figure_key(f, "ke", bytes_of_string(tr(f->language, "expected")));
    if (surge)
        figure_key(f, "k1", bytes_of_string(tr(f->language, "▲ surge")));
    figure_key_end(f);
}

static void daily_table(const struct figure *f, const struct waves *w, const struct column *column,
                        uint32_t count)
{
    figure_open_table(f);
    figure_cell(
        f, true,
        bytes_of_string(
            tr(f->language, count > 0 && column[0].to - column[0].from > 1 ? "Week of" : "Day")));
    figure_cell(f, true, bytes_of_string(tr(f->language, "Detected")));
    figure_cell(f, true, bytes_of_string(tr(f->language, "Expected")));
    figure_cell(f, true, bytes_of_string(tr(f->language, "Surge")));
    text_add_string(f->out, "</tr></thead><tbody>");
    for (uint32_t i = 0; i < count; i++) {
        text_add_string(f->out, "<tr>");
        figure_cell(f, false, wave_day(f->arena, w->first_day + column[i].from));
        figure_cell_number(f, column[i].count);
        text_add_string(f->out, "<td class=\"n\">");
        if (!isnan(column[i].expected))
            text_add_format(f->out, "%.1f", column[i].expected);
        text_add_string(f->out, "</td>");
        figure_cell(f, false,
                    column[i].surge ? bytes_of_string(tr(f->language, "yes")) : BYTES(""));
        text_add_string(f->out, "</tr>");
    }
    figure_close_table(f);
}

void figure_daily(const struct figure *f, const struct waves *w, const struct wave_series *s,
                  int from, int to)
{
    struct column *column;
    uint32_t count = make_columns(f, w, s, from, to, &column);
    double most = 0, bottom = 226;
    bool expected = false;
    struct bytes said = bytes_of_string(tr(f->language, "No surge in this time."));
    for (uint32_t i = 0; i < count; i++) {
        most = fmax(most, (double)column[i].count);
        expected = expected || !isnan(column[i].expected);
    }
    bool surge = false;
    for (uint32_t i = 0; i < s->surge_count; i++)
        if (s->surge[i].last >= from && s->surge[i].first < to) {
            surge = true;
            said = bytes_from(wave_sentence(w, s, &s->surge[i], f->language),
                              s->name.len + 2); /* the title names it */
        }
    struct svg svg;
    if (!f->alone)
        daily_key(f, expected, surge);
    svg_begin(&svg, f->out, WIDTH, 264, f->id, f->title, said, f->alone);
    double top = draw_scale(f, &svg, most, bottom);
    draw_columns(f, &svg, column, count, top, bottom);
    if (f->alone)
        draw_legend(f, &svg, expected, surge);
    svg_text(&svg, "m", RIGHT, 18, "end",
             bytes_of_string(tr(f->language, to - from > DAYS_DRAWN_MAX ? "messages a week"
                                                                        : "messages a day")));
    draw_days(f, &svg, w->first_day + from, to - from, bottom);
    double wide = (RIGHT - LEFT) / (to - from);
    for (uint32_t i = 0; i < s->surge_count; i++) {
        const struct surge *g = &s->surge[i];
        if (g->peak < from || g->peak >= to)
            continue;
        double x = LEFT + wide * (g->peak - from + 0.5);
        double y = to - from > DAYS_DRAWN_MAX
                       ? TOP + 12
                       : bottom - (bottom - TOP) * (double)g->peak_count / top - 6;
        svg_text(&svg, "t b", fmin(fmax(x, LEFT + 30), RIGHT - 30), fmax(y, TOP - 2), "middle",
                 arena_printf(f->arena, "▲ %lld", (long long)g->peak_count));
    }
    svg_end(&svg);
    if (!f->alone)
        daily_table(f, w, column, count);
}
