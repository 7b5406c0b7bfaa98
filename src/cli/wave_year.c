/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/wave_year.h"

#include "base/civil.h"
#include "cli/data.h"
#include "report/figure.h"
#include "wave/year.h"

#include <math.h>
#include <stdio.h>

#define NAME_WIDTH 40
#define LEAST_BEFORE 10 /* counts of a year before that give a change in per cent */

/* TEXT at the right of WIDTH columns; a wide character takes two. */
static void cell_right(const char *text, int width)
{
    for (const char *at = text; *at != 0; at++)
        width -= ((unsigned char)*at & 0xC0) == 0x80 ? 0 : (unsigned char)*at < 0x80 ? 1 : 2;
    printf("%*s%s", width > 0 ? width : 0, "", text);
}

/* TEXT at the left of WIDTH columns. */
static void cell_left(struct bytes text, int width)
{
    for (size_t i = 0; i < text.len; i++)
        width -= (text.at[i] & 0xC0) == 0x80 ? 0 : text.at[i] < 0x80 ? 1 : 2;
    printf("%.*s%*s", BYTES_FMT(text), width > 0 ? width : 0, "");
}

static void year_line(const struct year_table *t, struct bytes name, double count, double before,
                      double change)
{
    cell_left(name, NAME_WIDTH);
    printf(" %14.6g ", count);
    isnan(before) ? printf("%14s ", "-") : printf("%14.6g ", before);
    isnan(change) ? printf("%8s", "-") : printf("%+7.1f%%", change * 100);
    if (t->mailboxes > 0)
        printf(" %12.1f", year_per_10000(count, t->mailboxes));
    putchar('\n');
}

static struct bytes without(struct arena *arena, enum language l, struct bytes whole,
                            struct bytes part)
{
    return arena_printf(arena, l == LANGUAGE_JA ? "  %.*s(%.*sを除く)" : "  %.*s without %.*s",
                        BYTES_FMT(tr_bytes(l, whole)), BYTES_FMT(tr_bytes(l, part)));
}

static void print_year(struct arena *arena, enum language l, const struct year_table *t)
{
    printf("%-*s ", NAME_WIDTH, "");
    cell_right(tr(l, "this year"), 14);
    cell_right(tr(l, "year before"), 15);
    cell_right(tr(l, "change"), 9);
    if (t->mailboxes > 0)
        cell_right(tr(l, "per 10,000"), 13);
    putchar('\n');
    for (uint32_t i = 0; i < t->count; i++) {
        const struct year_row *row = &t->row[i];
        year_line(t, tr_bytes(l, row->name), row->count, row->before, row->change);
        const struct year_row *whole = row->parent.at == NULL ? NULL : year_find(t, row->parent);
        double rest = whole == NULL || i == 0 ? NAN : year_rest_change(whole, row);
        if (!isnan(rest))
            year_line(t, without(arena, l, whole->name, row->name), whole->count - row->count,
                      whole->before - row->before, rest);
    }
    double other = year_other(t, t->row[0].name, false),
           before = year_other(t, t->row[0].name, true);
    year_line(t, tr_bytes(l, BYTES("other")), other, before, year_change(other, before));
    struct bytes finding[16];
    uint32_t count;
    year_findings(t, arena, (int)l, finding, 16, &count);
    for (uint32_t i = 0; i < count; i++)
        printf("! %.*s\n", BYTES_FMT(finding[i]));
}

bool wave_year_of_file(struct arena *arena, const struct store_option *option, struct error *err)
{
    struct bytes csv;
    struct year_table table;
    if (!data_read(arena, option->figures, &csv, err) || !year_read(arena, csv, &table, err))
        return false;
    if (option->mailboxes > 0)
        table.mailboxes = option->mailboxes;
    print_year(arena, option->language, &table);
    return true;
}

/* ROW's change, where the year before is large enough to tell one. */
static void set_change(struct year_row *row)
{
    row->change = row->before < LEAST_BEFORE ? NAN : year_change(row->count, row->before);
}

bool wave_year_of_store(struct arena *arena, struct store *store, const struct store_option *option,
                        struct error *err)
{
    struct waves *w = wave_load(arena, store, DIMENSION_CATEGORY, 0, err);
    if (w == NULL)
        return false;
    struct year_table table = {.row = arena_array_of(arena, (size_t)w->count + 1, struct year_row),
                               .count = 1,
                               .mailboxes = option->mailboxes};
    int cut[3]; /* where the year before, this year and the next begin, in days of W */
    for (int i = 0; i < 3; i++) {
        int64_t day = civil_days(option->year - 1 + i, 1, 1) - w->first_day;
        cut[i] = (int)(day < 0 ? 0 : day > w->days ? w->days : day);
    }
    struct year_row *all = &table.row[0];
    *all = (struct year_row){.name = BYTES("threats")};
    for (uint32_t i = 0; i < w->count; i++) {
        struct year_row *row = &table.row[table.count++];
        *row = (struct year_row){.name = w->series[i].name,
                                 .count = (double)figure_sum(&w->series[i], cut[1], cut[2]),
                                 .before = (double)figure_sum(&w->series[i], cut[0], cut[1])};
        set_change(row);
        all->count += row->count;
        all->before += row->before;
    }
    set_change(all);
    print_year(arena, option->language, &table);
    return true;
}
