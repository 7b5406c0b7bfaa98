/* SPDX-License-Identifier: Apache-2.0
 *
 * The figures of the bulletin: what is drawn, from what numbers, and the same numbers as a table.
 *
 * Each function draws one SVG (report/svg.h) into OUT; with `table` it adds the data as an HTML
 * table in a closed <details>, which is the accessible twin.  Axes begin at zero.  Colour never
 * speaks alone: columns carry labels, surges a mark and a number.  Long spans are drawn by week. */
#ifndef NOROSHI_REPORT_FIGURE_H
#define NOROSHI_REPORT_FIGURE_H

#include "report/svg.h"
#include "report/tr.h"
#include "wave/wave.h"

struct figure {
    struct arena *arena;
    struct text *out;
    enum language language;
    const char *id; /* unique in its page */
    struct bytes title;
    bool alone;       /* an SVG file of its own; else inline with its table */
    const char *unit; /* of stacked columns, "domains a month"; NULL: messages */
};

struct figure_row {
    struct bytes name;
    const char *href; /* NULL: none */
    int64_t count;
};

/* Counts by day of SERIES in [from, to) (days of WAVES), expectation as a dashed line, surges
 * marked. */
void figure_daily(const struct figure *figure, const struct waves *waves,
                  const struct wave_series *series, int from, int to);
/* The largest series of WAVES stacked by week or month, the others as one. */
void figure_stack(const struct figure *figure, const struct waves *waves, enum wave_unit unit,
                  int from, int to);
/* Bars of the rows, in the order given. */
void figure_bars(const struct figure *figure, const struct figure_row *row, uint32_t count);
/* A line per series from its first to its last day in [from, to), with a mark per week as large as
 * its count. */
void figure_timeline(const struct figure *figure, const struct waves *waves, int from, int to);
/* Weeks across, series down, darker where more. */
void figure_heat(const struct figure *figure, const struct waves *waves, int from, int to);

/* Shared by the two files. */
/* What marks mean, as a list above the drawing that wraps on a narrow screen: begin, a KEY each, end.
 * CLASS: k0 to k7 a colour, ke the expectation. */
void figure_key_begin(const struct figure *figure);
void figure_key(const struct figure *figure, const char *class, struct bytes name);
void figure_key_end(const struct figure *figure);
void figure_open_table(const struct figure *figure);
void figure_close_table(const struct figure *figure);
void figure_cell(const struct figure *figure, bool head, struct bytes text);
void figure_cell_number(const struct figure *figure, int64_t n);
struct bytes figure_number(struct arena *arena, int64_t n);
/* "8 Mar", "3/8" of a day number since the epoch. */
struct bytes figure_day(const struct figure *figure, int64_t day);
/* Count of SERIES in the unit that begins at day FROM, before TO; missing days are nothing. */
int64_t figure_sum(const struct wave_series *series, int from, int to);

#endif
