/* SPDX-License-Identifier: Apache-2.0 */
#include "wave/year.h"

#include <math.h>
#include <stdlib.h>

/* Figures in reports are rounded to two or three digits. */
#define ROUNDING 0.02

double year_change(double count, double before)
{
    return before > 0 ? count / before - 1 : NAN;
}

double year_before(double count, double change)
{
    return change > -1 ? count / (1 + change) : NAN;
}

double year_per_10000(double count, double mailboxes)
{
    return mailboxes > 0 ? count / mailboxes * 10000 : NAN;
}

const struct year_row *year_find(const struct year_table *table, struct bytes name)
{
    for (uint32_t i = 0; i < table->count; i++)
        if (bytes_equal(table->row[i].name, name))
            return &table->row[i];
    return NULL;
}

static struct bytes whole_of(const struct year_table *table)
{
    return table->count == 0 ? BYTES_NONE : table->row[0].name;
}

double year_other(const struct year_table *table, struct bytes parent, bool before)
{
    const struct year_row *whole = year_find(table, parent);
    if (whole == NULL)
        return NAN;
    double left = before ? whole->before : whole->count;
    for (uint32_t i = 0; i < table->count; i++) {
        const struct year_row *row = &table->row[i];
        struct bytes over = row->parent.at == NULL ? whole_of(table) : row->parent;
        double n = before ? row->before : row->count;
        if (row != whole && bytes_equal(over, parent) && !isnan(n))
            left -= n;
    }
    return left;
}

double year_rest_change(const struct year_row *row, const struct year_row *part)
{
    return year_change(row->count - part->count, row->before - part->before);
}

static double number_of(struct bytes field)
{
    char text[40];
    field = bytes_trim(field);
    if (field.len == 0 || field.len >= sizeof text)
        return NAN;
    memcpy(text, field.at, field.len);
    text[field.len] = 0;
    char *end;
    double n = strtod(text, &end);
    return *end == 0 ? n : NAN;
}

static void complete(struct year_row *row)
{
    row->change_given = !isnan(row->change);
    if (isnan(row->before) && row->change_given)
        row->before = year_before(row->count, row->change);
    if (!row->change_given)
        row->change = year_change(row->count, row->before);
}

bool year_read(struct arena *arena, struct bytes csv, struct year_table *out, struct error *err)
{
    struct bytes line, rest = csv;
    uint32_t lines = 0, number = 0;
    while (bytes_next_line(&rest, &line))
        lines++;
    *out = (struct year_table){.row = arena_array_of(arena, lines, struct year_row)};
    for (rest = csv; bytes_next_line(&rest, &line);) {
        struct bytes field[5] = {0};
        number++;
        line = bytes_trim(line);
        if (line.len == 0 || line.at[0] == '#' || bytes_starts(line, BYTES("name,")))
            continue;
        uint32_t n = 0;
        while (n < 5 && bytes_next_field(&line, ',', &field[n]))
            field[n] = bytes_trim(field[n]), n++;
        if (n < 3 || field[0].len == 0)
            return error_set_at(err, "", number, 1, "a row is name,parent,count[,before[,change]]");
        if (bytes_equal(field[0], BYTES("mailboxes"))) {
            out->mailboxes = number_of(field[2]);
            continue;
        }
        struct year_row *row = &out->row[out->count++];
        *row = (struct year_row){.name = arena_copy(arena, field[0]),
                                 .count = number_of(field[2]),
                                 .parent =
                                     field[1].len == 0 ? BYTES_NONE : arena_copy(arena, field[1]),
                                 .before = number_of(field[3]),
                                 .change = number_of(field[4])};
        complete(row);
    }
    return out->count > 0 || error_set(err, ERROR_INPUT, "no rows");
}

static void find_in_row(const struct year_table *table, const struct year_row *row,
                        struct arena *arena, int language, struct bytes *finding, uint32_t most,
                        uint32_t *count)
{
    double given = row->change, real = year_change(row->count, row->before);
    double other = year_other(table, row->name, false),
           other_before = year_other(table, row->name, true);
    if (other < -ROUNDING * row->count && *count < most)
        finding[(*count)++] = arena_printf(arena,
                                           language == 0 ? "%.*s: its parts are %.3g more than it"
                                                         : "%.*s: 内訳の合計が%.3g多い",
                                           BYTES_FMT(row->name), -other);
    if (other_before < -ROUNDING * row->before && *count < most)
        finding[(*count)++] = arena_printf(
            arena,
            language == 0
                ? "%.*s: the year before, its parts are %.3g more than it: another definition?"
                : "%.*s: 前年は内訳の合計が%.3g多い。定義が異なる可能性があります",
            BYTES_FMT(row->name), -other_before);
    if (row->change_given && !isnan(real) && fabs(real - given) > ROUNDING && *count < most)
        finding[(*count)++] =
            arena_printf(arena,
                         language == 0 ? "%.*s: printed change %+.1f %%, its counts say %+.1f %%"
                                       : "%.*s: 公表された増減は%+.1f%%、件数から計算すると%+.1f%%",
                         BYTES_FMT(row->name), given * 100, real * 100);
    if (row->parent.at != NULL && year_find(table, row->parent) == NULL && *count < most)
        finding[(*count)++] = arena_printf(arena,
                                           language == 0 ? "%.*s: no row '%.*s' it could be part of"
                                                         : "%.*s: 親の行「%.*s」がありません",
                                           BYTES_FMT(row->name), BYTES_FMT(row->parent));
}

void year_findings(const struct year_table *table, struct arena *arena, int language,
                   struct bytes *finding_out, uint32_t most, uint32_t *count_out)
{
    *count_out = 0;
    for (uint32_t i = 0; i < table->count; i++)
        find_in_row(table, &table->row[i], arena, language, finding_out, most, count_out);
}
