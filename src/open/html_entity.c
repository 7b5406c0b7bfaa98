/* SPDX-License-Identifier: Apache-2.0 */
#include "open/html_token.h"

static const struct entity {
    const char *name;
    uint32_t code[2];
} entities[] = {
#define HTML_ENTITY(name, first, second) {name, {first, second}},
#include "open/html_entity.def"
#undef HTML_ENTITY
};
#define ENTITY_COUNT (sizeof entities / sizeof entities[0])

/* The first row in [LOW, HIGH) whose byte AT is >= C; all rows there share their first AT bytes. */
static size_t lower_row(size_t low, size_t high, size_t at, uint32_t c)
{
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if ((uint8_t)entities[middle].name[at] < c)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The longest name that starts S; its length, and its row. */
static size_t longest_name(struct bytes s, const struct entity **row_out)
{
    size_t low = 0, high = ENTITY_COUNT, best = 0;
    for (size_t i = 0; i < s.len; i++) {
        uint8_t c = s.at[i];
        if (!ascii_is_alnum(c) && c != ';')
            break;
        low = lower_row(low, high, i, c);
        high = lower_row(low, high, i, c + 1u);
        if (low == high)
            break;
        if (entities[low].name[i + 1] == '\0') {
            best = i + 1;
            *row_out = &entities[low];
        }
    }
    return best;
}

/* HTML standard 13.2.5.80: numeric character reference end state. */
static uint32_t replace_code(uint64_t code)
{
    static const uint16_t windows_1252[32] = {
        0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
        0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
        0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};
    if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
        return 0xFFFD;
    return code >= 0x80 && code < 0xA0 ? windows_1252[code - 0x80] : (uint32_t)code;
}

static size_t numeric_reference(struct bytes s, size_t at, uint32_t code_out[static 2])
{
    size_t i = at + 2;
    bool hex = i < s.len && (s.at[i] | 0x20) == 'x';
    i += hex;
    uint64_t code = 0;
    size_t from = i;
    for (; i < s.len; i++) {
        int digit = hex ? ascii_hex(s.at[i]) : ascii_is_digit(s.at[i]) ? s.at[i] - '0' : -1;
        if (digit < 0)
            break;
        code = code * (hex ? 16 : 10) + (uint64_t)digit;
        if (code > 0x10FFFF)
            code = 0x110000;
    }
    if (i == from)
        return 0;
    code_out[0] = replace_code(code);
    code_out[1] = 0;
    return i + (i < s.len && s.at[i] == ';') - at;
}

size_t html_reference(struct bytes s, size_t at, bool in_attribute, uint32_t code_out[static 2])
{
    if (at + 1 >= s.len)
        return 0;
    if (s.at[at + 1] == '#')
        return numeric_reference(s, at, code_out);
    /* Two of three references in mail are this one. */
    if (s.len - at >= 6 && memcmp(s.at + at, "&nbsp;", 6) == 0) {
        code_out[0] = 0xA0;
        code_out[1] = 0;
        return 6;
    }
    const struct entity *row = NULL;
    size_t len = longest_name(bytes_from(s, at + 1), &row);
    if (len == 0)
        return 0;
    size_t end = at + 1 + len;
    if (in_attribute && s.at[end - 1] != ';' && end < s.len &&
        (s.at[end] == '=' || ascii_is_alnum(s.at[end])))
        return 0;
    code_out[0] = row->code[0];
    code_out[1] = row->code[1];
    return len + 1;
}
