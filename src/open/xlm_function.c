/* SPDX-License-Identifier: Apache-2.0 */
#include "open/xlm_eval.h"

#include "base/table.h"
#include "base/utf8.h"

#include <math.h>

#define TEXT_MAX 32768u

static double number_or(struct xlm_machine *m, struct xlm_value *a, uint32_t n, uint32_t i,
                        double otherwise)
{
    double x;
    return i < n && a[i].tag != XLM_MISSING && xlm_number(m, a[i], &x) ? x : otherwise;
}

static bool is_unknown(struct xlm_machine *m, struct xlm_value v)
{
    return xlm_deref(m, v).tag == XLM_UNKNOWN;
}

/* The first unknown argument, or {?}: what a function of something unknown gives. */
static struct xlm_value unknown_of(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        struct xlm_value v = xlm_deref(m, a[i]);
        if (v.tag == XLM_UNKNOWN)
            return v;
    }
    return xlm_unknown("{?}");
}

static size_t count_of(double x)
{
    return x <= 0 || isnan(x) ? 0 : x > TEXT_MAX ? TEXT_MAX : (size_t)x;
}

/* The part of S from character FROM (0-based), COUNT characters. */
static struct bytes characters(struct bytes s, size_t from, size_t count)
{
    size_t at = 0;
    while (from-- > 0 && at < s.len)
        utf8_next(s, &at);
    size_t end = at;
    while (count-- > 0 && end < s.len)
        utf8_next(s, &end);
    return bytes_sub(s, at, end - at);
}

static struct xlm_value fn_char(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    double x;
    if (n < 1 || !xlm_number(m, a[0], &x))
        return unknown_of(m, a, n);
    struct text out;
    text_init(&out, m->arena, 0);
    text_add_codepoint(&out, x >= 1 && x < 65536 ? (uint32_t)x : 0xFFFD);
    return xlm_of_text(text_bytes(&out));
}

static struct xlm_value fn_code(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    size_t at = 0;
    struct bytes s = n < 1 ? BYTES("") : xlm_text(m, a[0]);
    return n < 1 || is_unknown(m, a[0]) || s.len == 0 ? unknown_of(m, a, n)
                                                      : xlm_of_number(utf8_next(s, &at));
}

static void add_area(struct xlm_machine *m, struct text *out, struct xlm_area area)
{
    for (uint32_t row = area.row; row <= area.last_row && !out->over_limit; row++)
        for (uint32_t column = area.column; column <= area.last_column && xlm_step(m, 1);
             column++) {
            struct xlm_value v = {.tag = XLM_REFERENCE,
                                  .area = {area.sheet, row, column, row, column}};
            text_add(out, xlm_text(m, v));
        }
}

static struct xlm_value fn_concatenate(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    struct text out;
    text_init(&out, m->arena, TEXT_MAX);
    for (uint32_t i = 0; i < n && xlm_step(m, 1); i++)
        if (a[i].tag == XLM_REFERENCE)
            add_area(m, &out, a[i].area);
        else
            text_add(&out, xlm_text(m, a[i]));
    return xlm_of_text(out.len == 0 ? BYTES("") : text_bytes(&out));
}

static struct xlm_value fn_mid(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    double from, count;
    if (n < 3 || is_unknown(m, a[0]) || !xlm_number(m, a[1], &from) || !xlm_number(m, a[2], &count))
        return unknown_of(m, a, n);
    return xlm_of_text(characters(xlm_text(m, a[0]), count_of(from - 1), count_of(count)));
}

static struct xlm_value fn_left(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    if (n < 1 || is_unknown(m, a[0]))
        return unknown_of(m, a, n);
    return xlm_of_text(characters(xlm_text(m, a[0]), 0, count_of(number_or(m, a, n, 1, 1))));
}

static struct xlm_value fn_right(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    if (n < 1 || is_unknown(m, a[0]))
        return unknown_of(m, a, n);
    struct bytes s = xlm_text(m, a[0]);
    size_t count = utf8_count(s), wanted = count_of(number_or(m, a, n, 1, 1));
    return xlm_of_text(characters(s, count > wanted ? count - wanted : 0, wanted));
}

static struct xlm_value fn_len(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    return n < 1 || is_unknown(m, a[0]) ? unknown_of(m, a, n)
                                        : xlm_of_number((double)utf8_count(xlm_text(m, a[0])));
}

static struct xlm_value fn_rept(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    struct text out;
    struct bytes s = n < 1 ? BYTES("") : xlm_text(m, a[0]);
    text_init(&out, m->arena, TEXT_MAX);
    for (size_t i = count_of(number_or(m, a, n, 1, 0));
         i > 0 && !out.over_limit && s.len > 0 && xlm_step(m, 1); i--)
        text_add(&out, s);
    return xlm_of_text(out.len == 0 ? BYTES("") : text_bytes(&out));
}

static struct xlm_value fn_substitute(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    if (n < 3 || is_unknown(m, a[0]))
        return unknown_of(m, a, n);
    struct bytes s = xlm_text(m, a[0]), old = xlm_text(m, a[1]), new = xlm_text(m, a[2]);
    struct text out;
    text_init(&out, m->arena, TEXT_MAX);
    size_t at = 0, which = count_of(number_or(m, a, n, 3, 0)), seen = 0;
    for (size_t found;
         old.len > 0 && (found = bytes_find(s, old, at)) != BYTES_NPOS && xlm_step(m, 1);) {
        text_add(&out, bytes_sub(s, at, found - at));
        text_add(&out, which == 0 || ++seen == which ? new : old);
        at = found + old.len;
    }
    text_add(&out, bytes_from(s, at));
    return xlm_of_text(out.len == 0 ? BYTES("") : text_bytes(&out));
}

static struct xlm_value fn_replace(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    if (n < 4 || is_unknown(m, a[0]))
        return unknown_of(m, a, n);
    struct bytes s = xlm_text(m, a[0]), new = xlm_text(m, a[3]);
    size_t from = count_of(number_or(m, a, n, 1, 1) - 1),
           count = count_of(number_or(m, a, n, 2, 0));
    struct bytes head = characters(s, 0, from), cut = characters(s, from, count);
    struct bytes tail = bytes_from(s, head.len + cut.len);
    return xlm_of_text(
        arena_printf(m->arena, "%.*s%.*s%.*s", BYTES_FMT(head), BYTES_FMT(new), BYTES_FMT(tail)));
}

static struct xlm_value fn_upper(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    return n < 1 ? xlm_unknown("{?}") : xlm_of_text(xlm_upper(m->arena, xlm_text(m, a[0])));
}

static struct xlm_value fn_lower(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    struct bytes s = n < 1 ? BYTES("") : arena_copy(m->arena, xlm_text(m, a[0]));
    uint8_t *at = arena_alloc(m->arena, s.len + 1);
    for (size_t i = 0; i < s.len; i++)
        at[i] = ascii_lower(s.at[i]);
    return xlm_of_text(bytes_of(at, s.len));
}

static struct xlm_value fn_text(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    struct xlm_value v = n < 1 ? xlm_unknown("{?}") : xlm_deref(m, a[0]);
    return v.tag == XLM_UNKNOWN ? v : xlm_of_text(xlm_text(m, v));
}

static struct xlm_value fn_trim(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    return n < 1 ? xlm_unknown("{?}") : xlm_of_text(bytes_trim(xlm_text(m, a[0])));
}

static struct xlm_value fn_find(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    if (n < 2 || is_unknown(m, a[0]) || is_unknown(m, a[1]))
        return unknown_of(m, a, n);
    struct bytes s = xlm_text(m, a[1]);
    struct bytes from = characters(s, 0, count_of(number_or(m, a, n, 2, 1) - 1));
    size_t at = bytes_find_fold(s, xlm_text(m, a[0]), from.len);
    return at == BYTES_NPOS ? xlm_unknown("{?}")
                            : xlm_of_number((double)utf8_count(bytes_sub(s, 0, at)) + 1);
}

static struct xlm_value fn_value(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    double x;
    return n >= 1 && xlm_number(m, a[0], &x) ? xlm_of_number(x) : unknown_of(m, a, n);
}

static struct xlm_value fn_int(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    double x;
    return n >= 1 && xlm_number(m, a[0], &x) ? xlm_of_number(floor(x)) : unknown_of(m, a, n);
}

static struct xlm_value fn_round(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    double x, scale = pow(10, number_or(m, a, n, 1, 0));
    if (n < 1 || !xlm_number(m, a[0], &x) || scale == 0)
        return unknown_of(m, a, n);
    return xlm_of_number(round(x * scale) / scale);
}

static struct xlm_value fn_abs(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    double x;
    return n >= 1 && xlm_number(m, a[0], &x) ? xlm_of_number(fabs(x)) : unknown_of(m, a, n);
}

static struct xlm_value fn_mod(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    double x, y;
    if (n < 2 || !xlm_number(m, a[0], &x) || !xlm_number(m, a[1], &y) || y == 0)
        return unknown_of(m, a, n);
    return xlm_of_number(x - y * floor(x / y));
}

static struct xlm_value fold_numbers(struct xlm_machine *m, struct xlm_value *a, uint32_t n,
                                     char op)
{
    double total = op == '*' ? 1 : 0, x;
    bool any = false;
    for (uint32_t i = 0; i < n; i++) {
        struct xlm_area area = {0, 0, 0, 0, 0};
        if (a[i].tag == XLM_REFERENCE)
            area = a[i].area;
        for (uint32_t row = area.row; row <= area.last_row; row++)
            for (uint32_t column = area.column; column <= area.last_column && xlm_step(m, 1);
                 column++) {
                struct xlm_value v = a[i];
                if (v.tag == XLM_REFERENCE)
                    v.area = (struct xlm_area){area.sheet, row, column, row, column};
                if (!xlm_number(m, v, &x))
                    return unknown_of(m, a, n);
                total = op == '+'   ? total + x
                        : op == '*' ? total * x
                        : !any      ? x
                        : op == '<' ? fmin(total, x)
                                    : fmax(total, x);
                any = true;
                if (m->over)
                    return xlm_unknown("{?}");
            }
    }
    return xlm_of_number(total);
}

static struct xlm_value fn_sum(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    return fold_numbers(m, a, n, '+');
}
static struct xlm_value fn_product(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    return fold_numbers(m, a, n, '*');
}
static struct xlm_value fn_min(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    return fold_numbers(m, a, n, '<');
}
static struct xlm_value fn_max(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    return fold_numbers(m, a, n, '>');
}

static struct xlm_value logic(struct xlm_machine *m, struct xlm_value *a, uint32_t n, int decides)
{
    bool unknown = false;
    for (uint32_t i = 0; i < n; i++) {
        int truth = xlm_truth(m, a[i]);
        if (truth == decides)
            return xlm_of_truth(decides);
        unknown = unknown || truth < 0;
    }
    return unknown ? xlm_unknown("{?}") : xlm_of_truth(!decides);
}
static struct xlm_value fn_and(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    return logic(m, a, n, 0);
}
static struct xlm_value fn_or(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    return logic(m, a, n, 1);
}
static struct xlm_value fn_not(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    int truth = n < 1 ? -1 : xlm_truth(m, a[0]);
    return truth < 0 ? xlm_unknown("{?}") : xlm_of_truth(!truth);
}
static struct xlm_value fn_true(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    (void)m, (void)a, (void)n;
    return xlm_of_truth(true);
}
static struct xlm_value fn_false(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    (void)m, (void)a, (void)n;
    return xlm_of_truth(false);
}
static struct xlm_value fn_isnumber(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    struct xlm_value v = n < 1 ? xlm_unknown("{?}") : xlm_deref(m, a[0]);
    return v.tag == XLM_UNKNOWN ? v : xlm_of_truth(v.tag == XLM_NUMBER);
}
static struct xlm_value fn_now(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    (void)m, (void)a, (void)n;
    return xlm_unknown("{now}");
}
static struct xlm_value fn_rand(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    double low, high;
    if (n == 2 && xlm_number(m, a[0], &low) && xlm_number(m, a[1], &high) && low == high)
        return xlm_of_number(low);
    return xlm_unknown("{rnd}");
}
static struct xlm_value fn_row(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    return xlm_of_number(n >= 1 && a[0].tag == XLM_REFERENCE ? a[0].area.row + 1 : m->row + 1);
}
static struct xlm_value fn_column(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    return xlm_of_number(n >= 1 && a[0].tag == XLM_REFERENCE ? a[0].area.column + 1
                                                             : m->column + 1);
}

static struct xlm_value fn_choose(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    double x;
    return n >= 2 && xlm_number(m, a[0], &x) && x >= 1 && x < n ? a[(uint32_t)x]
                                                                : unknown_of(m, a, n);
}

/* Move AREA by whole rows and columns; false where that leaves the sheet. */
static bool move_area(struct xlm_area *area, double rows, double columns)
{
    double row = area->row + trunc(rows), column = area->column + trunc(columns);
    if (!(row >= 0 && row < 0x100000 && column >= 0 && column < 16384))
        return false;
    area->last_row = area->row = (uint32_t)row;
    area->last_column = area->column = (uint32_t)column;
    return true;
}

static struct xlm_value fn_offset(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    double rows = number_or(m, a, n, 1, 0), columns = number_or(m, a, n, 2, 0);
    if (n < 1 || a[0].tag != XLM_REFERENCE || !move_area(&a[0].area, rows, columns))
        return xlm_unknown("{?}");
    return a[0];
}

static struct xlm_value fn_index(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    if (n < 2 || a[0].tag != XLM_REFERENCE)
        return xlm_unknown("{?}");
    bool one_row = a[0].area.row == a[0].area.last_row && (n < 3 || a[2].tag == XLM_MISSING);
    double first = number_or(m, a, n, 1, 1) - 1, second = number_or(m, a, n, 2, 1) - 1;
    return move_area(&a[0].area, one_row ? 0 : first, one_row ? first : second)
               ? a[0]
               : xlm_unknown("{?}");
}

static struct xlm_value fn_indirect(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    struct xlm_value v = {.tag = XLM_REFERENCE};
    if (n < 1 || is_unknown(m, a[0]) || !xlm_parse_reference(m, xlm_text(m, a[0]), &v.area))
        return xlm_unknown("{?}");
    return v;
}

static struct xlm_value fn_address(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    double row = number_or(m, a, n, 0, 0), column = number_or(m, a, n, 1, 0);
    if (!(row >= 1 && row < 1048577 && column >= 1 && column <= 16384))
        return xlm_unknown("{?}");
    struct bytes place = xlm_place(m->book, UINT32_MAX, (uint32_t)row - 1, (uint32_t)column - 1);
    if (n < 5)
        return xlm_of_text(place);
    struct bytes sheet = xlm_text(m, a[4]);
    return xlm_of_text(arena_printf(m->arena, "'%.*s'!%.*s", BYTES_FMT(sheet), BYTES_FMT(place)));
}

static struct xlm_value fn_counta(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    double count = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (a[i].tag != XLM_REFERENCE) {
            count++;
            continue;
        }
        struct xlm_area area = a[i].area;
        for (uint32_t row = area.row; row <= area.last_row; row++)
            for (uint32_t column = area.column; column <= area.last_column; column++) {
                if (!xlm_step(m, 1))
                    return xlm_unknown("{?}");
                count += xlm_cell_at(m->book, area.sheet, row, column, false) != NULL;
            }
    }
    return xlm_of_number(count);
}

static struct xlm_value fn_active_cell(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    (void)a, (void)n;
    return (struct xlm_value){.tag = XLM_REFERENCE, .area = m->active};
}

static const struct row {
    struct bytes name;
    struct xlm_value (*run)(struct xlm_machine *m, struct xlm_value *a, uint32_t n);
} rows[] = {
    {BYTES("CHAR"), fn_char},
    {BYTES("UNICHAR"), fn_char},
    {BYTES("CODE"), fn_code},
    {BYTES("UNICODE"), fn_code},
    {BYTES("CONCATENATE"), fn_concatenate},
    {BYTES("CONCAT"), fn_concatenate},
    {BYTES("MID"), fn_mid},
    {BYTES("MIDB"), fn_mid},
    {BYTES("LEFT"), fn_left},
    {BYTES("RIGHT"), fn_right},
    {BYTES("LEN"), fn_len},
    {BYTES("REPT"), fn_rept},
    {BYTES("SUBSTITUTE"), fn_substitute},
    {BYTES("REPLACE"), fn_replace},
    {BYTES("UPPER"), fn_upper},
    {BYTES("LOWER"), fn_lower},
    {BYTES("T"), fn_text},
    {BYTES("TEXT"), fn_text},
    {BYTES("N"), fn_value},
    {BYTES("TRIM"), fn_trim},
    {BYTES("CLEAN"), fn_trim},
    {BYTES("FIND"), fn_find},
    {BYTES("SEARCH"), fn_find},
    {BYTES("VALUE"), fn_value},
    {BYTES("INT"), fn_int},
    {BYTES("TRUNC"), fn_int},
    {BYTES("ROUND"), fn_round},
    {BYTES("ABS"), fn_abs},
    {BYTES("MOD"), fn_mod},
    {BYTES("SUM"), fn_sum},
    {BYTES("PRODUCT"), fn_product},
    {BYTES("MIN"), fn_min},
    {BYTES("MAX"), fn_max},
    {BYTES("AND"), fn_and},
    {BYTES("OR"), fn_or},
    {BYTES("NOT"), fn_not},
    {BYTES("TRUE"), fn_true},
    {BYTES("FALSE"), fn_false},
    {BYTES("ISNUMBER"), fn_isnumber},
    {BYTES("NOW"), fn_now},
    {BYTES("TODAY"), fn_now},
    {BYTES("RAND"), fn_rand},
    {BYTES("RANDBETWEEN"), fn_rand},
    {BYTES("ROW"), fn_row},
    {BYTES("COLUMN"), fn_column},
    {BYTES("CHOOSE"), fn_choose},
    {BYTES("OFFSET"), fn_offset},
    {BYTES("INDEX"), fn_index},
    {BYTES("INDIRECT"), fn_indirect},
    {BYTES("TEXTREF"), fn_indirect},
    {BYTES("ADDRESS"), fn_address},
    {BYTES("COUNTA"), fn_counta},
    {BYTES("ACTIVE.CELL"), fn_active_cell},
    {BYTES("CALLER"), fn_active_cell},
};

struct xlm_value xlm_call(struct xlm_machine *m, struct bytes name, struct xlm_value *argument,
                          uint32_t count)
{
    struct xlm_value out;
    if (bytes_starts_fold(name, BYTES("_xlfn.")))
        name = bytes_from(name, 6);
    if (bytes_starts_fold(name, BYTES("_xludf.")))
        name = bytes_from(name, 7);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (bytes_equal_fold(name, rows[i].name))
            return rows[i].run(m, argument, count);
    if (xlm_command(m, name, argument, count, &out))
        return out;
    return unknown_of(m, argument, 0);
}
