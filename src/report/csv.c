/* SPDX-License-Identifier: Apache-2.0 */
#include "base/civil.h"
#include "report/indicator.h"
#include "report/markup.h"

/* RFC 4180, and a quote before what a spreadsheet would run as a formula. */
static void cell(struct text *out, struct bytes s, bool last)
{
    text_add_byte(out, '"');
    if (s.len > 0 && strchr("=+-@\t\r", s.at[0]) != NULL)
        text_add_byte(out, '\'');
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] == '"')
            text_add_byte(out, '"');
        text_add_byte(out, s.at[i] < 0x20 || s.at[i] == 0x7F ? ' ' : s.at[i]);
    }
    text_add_string(out, last ? "\"\r\n" : "\",");
}

static const char *type_of(const struct indicator *row)
{
    if (row->kind == DIMENSION_HASH)
        return "sha256";
    if (row->address_family != 0)
        return row->kind == DIMENSION_SENDER ? "sender-address" : "address";
    return row->kind == DIMENSION_SENDER ? "sender-domain" : "domain";
}

static void write_rows(struct text *out, const struct indicators *list, bool defang)
{
    text_add_string(out, "\"first_seen\",\"last_seen\",\"type\",\"value\",\"confidence\","
                         "\"messages\",\"also_in_clean\",\"category\","
                         "\"family\",\"campaign\"\r\n");
    for (uint32_t i = 0; i < list->count; i++) {
        const struct indicator *row = list->row[i];
        cell(out, civil_iso(list->arena, row->first_us), false);
        cell(out, civil_iso(list->arena, row->last_us), false);
        cell(out, bytes_of_string(type_of(row)), false);
        cell(out, defang ? markup_defang(list->arena, row->value) : row->value, false);
        text_add_format(out, "%d,%u,%u,", row->confidence, row->malicious + row->suspicious,
                        row->clean);
        cell(out, row->category, false);
        cell(out, row->family, false);
        cell(out, row->campaign, true);
    }
}

void indicator_csv(struct text *out, const struct indicators *list)
{
    write_rows(out, list, false);
}

void indicator_csv_defanged(struct text *out, const struct indicators *list)
{
    write_rows(out, list, true);
}
