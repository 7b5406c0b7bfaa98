/* SPDX-License-Identifier: Apache-2.0 */
#include "open/xlsb.h"

#include "base/text.h"
#include "base/utf16.h"
#include "open/document.h"

#define SHEETS_MAX 1024u
#define NAMES_MAX 16384u
#define STRINGS_MAX 200000u

struct record {
    uint32_t type;
    struct bytes data;
};

static bool next_record(struct bytes part, size_t *at, struct record *out, bool *cut)
{
    if (*at >= part.len)
        return false;
    uint32_t type = part.at[(*at)++], len = 0;
    if ((type & 0x80) && *at < part.len)
        type = (type & 0x7F) | (uint32_t)(part.at[(*at)++] & 0x7F) << 7;
    for (unsigned shift = 0; shift < 28 && *at < part.len; shift += 7) {
        uint8_t byte = part.at[(*at)++];
        len |= (uint32_t)(byte & 0x7F) << shift;
        if ((byte & 0x80) == 0)
            break;
    }
    out->type = type;
    out->data = bytes_sub(part, *at, len);
    *cut = out->data.len < len;
    *at += out->data.len;
    return true;
}

/* XLWideString: characters (4), UTF-16; *AT moves past it. */
static struct bytes wide_string(struct arena *arena, struct bytes data, size_t *at)
{
    uint32_t count = bytes_u32le(data, *at);
    struct bytes raw = bytes_sub(data, *at + 4, count == UINT32_MAX ? 0 : (size_t)count * 2);
    *at += 4 + raw.len;
    return utf16_to_utf8(arena, raw);
}

static void read_bundle_sheet(struct xlsb *x, struct bytes data)
{
    struct arena *arena = x->book->arena;
    if (x->sheets >= SHEETS_MAX || data.len < 12)
        return;
    uint32_t state = bytes_u32le(data, 0) & 3;
    size_t at = 8;
    struct xlsb_sheet *sheet = &x->sheet[x->sheets++];
    sheet->state = state == 2 ? XLM_VERY_HIDDEN : state == 1 ? XLM_HIDDEN : XLM_VISIBLE;
    sheet->relation = wide_string(arena, data, &at);
    sheet->name = wide_string(arena, data, &at);
}

/* BrtName (2.4.711): flags (4), key (1), sheet (4), name, formula. */
static void read_name(struct xlsb *x, struct bytes data)
{
    if (x->names >= NAMES_MAX || data.len < 13)
        return;
    size_t at = 9;
    struct bytes name = wide_string(x->book->arena, data, &at);
    uint32_t len = bytes_u32le(data, at);
    x->name[x->names] = name;
    x->name_rgce[x->names] = bytes_sub(data, at + 4, len);
    x->name_hidden[x->names++] = bytes_u32le(data, 0) & 1;
}

static void read_externals(struct xlsb *x, struct bytes data)
{
    uint32_t count = bytes_u32le(data, 0);
    if (data.len < 4 || x->context.external != NULL)
        return;
    if (count > (data.len - 4) / 12)
        count = (uint32_t)((data.len - 4) / 12);
    uint32_t *external = arena_array_of(x->book->arena, count + 1, uint32_t);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t first = bytes_u32le(data, 4 + (size_t)i * 12 + 4);
        external[i] = first >= 0xFFFFFFFE ? UINT32_MAX : first;
    }
    x->context.external = external;
    x->context.external_count = count;
}

static void note_cut(struct xlsb *x, bool cut)
{
    if (cut)
        node_anomaly(x->book->node, ANOMALY_TRUNCATED, 0, 0,
                     BYTES("a binary workbook part ends inside a record"));
}

void xlsb_read_workbook(struct xlsb *x, struct bytes part)
{
    struct arena *arena = x->book->arena;
    struct record record;
    bool cut = false;
    x->sheet = arena_array_of(arena, SHEETS_MAX, struct xlsb_sheet);
    x->name = arena_array_of(arena, NAMES_MAX, struct bytes);
    x->name_rgce = arena_array_of(arena, NAMES_MAX, struct bytes);
    x->name_hidden = arena_array_of(arena, NAMES_MAX, bool);
    for (size_t at = 0; next_record(part, &at, &record, &cut);) {
        if (record.type == 156)
            read_bundle_sheet(x, record.data);
        else if (record.type == 39)
            read_name(x, record.data);
        else if (record.type == 362)
            read_externals(x, record.data);
    }
    note_cut(x, cut);
}

void xlsb_read_strings(struct xlsb *x, struct bytes part)
{
    struct record record;
    uint32_t capacity = 0;
    bool cut = false;
    for (size_t at = 0; next_record(part, &at, &record, &cut);) {
        if (record.type == 159 && x->string == NULL) {
            capacity = bytes_u32le(record.data, 4);
            capacity = capacity > part.len / 6 ? (uint32_t)(part.len / 6) : capacity;
            capacity = capacity > STRINGS_MAX ? STRINGS_MAX : capacity;
            x->string = arena_array_of(x->book->arena, capacity + 1, struct bytes);
        } else if (record.type == 19) {
            size_t from = 1;
            struct bytes s = wide_string(x->book->arena, record.data, &from);
            text_add(x->text, s);
            text_add_byte(x->text, '\n');
            if (x->strings < capacity)
                x->string[x->strings++] = s;
        }
    }
    note_cut(x, cut);
}

void xlsb_finish_names(struct xlsb *x)
{
    bool whole;
    x->context.name = x->name;
    x->context.name_count = x->names;
    for (uint32_t i = 0; i < x->names; i++)
        if (x->name_rgce[i].len > 0)
            xlm_add_name(x->book, x->name[i], xlm_decompile(&x->context, x->name_rgce[i], &whole),
                         x->name_hidden[i]);
}

/* A formula after VALUE_BYTES of cached value: flags (2), length (4), tokens. */
static void read_formula(struct xlsb *x, struct bytes data, size_t value_at, uint32_t sheet,
                         uint32_t row, uint32_t column)
{
    bool whole;
    uint32_t len = bytes_u32le(data, value_at + 2);
    x->context.sheet = sheet;
    x->context.row = row, x->context.column = column;
    struct bytes formula = xlm_decompile(&x->context, bytes_sub(data, value_at + 6, len), &whole);
    if (!whole)
        node_anomaly(x->book->node, ANOMALY_MALFORMED, 0, 0,
                     BYTES("a macro formula whose tokens cannot be read"));
    xlm_set_formula(x->book, sheet, row, column, formula);
}

static double double_at(struct bytes data, size_t at)
{
    uint64_t bits = bytes_u64le(data, at);
    double number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

static void set_text(struct xlsb *x, uint32_t sheet, uint32_t row, uint32_t column,
                     struct bytes text)
{
    xlm_set_text(x->book, sheet, row, column, text);
    document_cell(x->book->node, x->book->sheet[sheet].name, row, column, text);
}

static void read_cell(struct xlsb *x, const struct record *record, uint32_t sheet, uint32_t row)
{
    struct bytes data = record->data;
    uint32_t column = bytes_u32le(data, 0);
    bool macro = x->book->sheet[sheet].macro;
    size_t at = 8;
    switch (record->type) {
    case 2: {
        uint32_t rk = bytes_u32le(data, 8);
        uint64_t bits = (uint64_t)(rk & 0xFFFFFFFC) << 32;
        double number = (double)((int32_t)rk >> 2);
        if ((rk & 2) == 0)
            memcpy(&number, &bits, sizeof number);
        xlm_set_number(x->book, sheet, row, column, rk & 1 ? number / 100 : number);
        break;
    }
    case 5:
        xlm_set_number(x->book, sheet, row, column, double_at(data, 8));
        break;
    case 6:
        set_text(x, sheet, row, column, wide_string(x->book->arena, data, &at));
        break;
    case 7: {
        uint32_t string = bytes_u32le(data, 8);
        if (string < x->strings)
            set_text(x, sheet, row, column, x->string[string]);
        break;
    }
    case 8: {
        struct bytes value = wide_string(x->book->arena, data, &at);
        if (macro)
            read_formula(x, data, at, sheet, row, column);
        else
            set_text(x, sheet, row, column, value);
        break;
    }
    case 9:
        if (macro)
            read_formula(x, data, 16, sheet, row, column);
        else
            xlm_set_number(x->book, sheet, row, column, double_at(data, 8));
        break;
    case 10:
    case 11:
        if (macro)
            read_formula(x, data, 9, sheet, row, column);
        break;
    default:
        break;
    }
}

void xlsb_read_sheet(struct xlsb *x, struct bytes part, uint32_t sheet)
{
    struct record record;
    uint32_t row = 0, records = 0;
    bool cut = false;
    for (size_t at = 0; next_record(part, &at, &record, &cut);) {
        if (record.type == 0)
            row = bytes_u32le(record.data, 0);
        else if (record.type <= 11 && (x->keep_cells || x->book->sheet[sheet].macro) &&
                 record.data.len >= 8)
            read_cell(x, &record, sheet, row);
        if ((++records & 4095) == 0 && !budget_time_left(x->book->node->tree->budget)) {
            node_limit(x->book->node, LIMIT_MILLISECONDS);
            return;
        }
    }
    note_cut(x, cut);
}
