/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/table.h"
#include "base/text.h"
#include "base/utf8.h"
#include "tap.h"

#include <stdlib.h>

#include <talloc.h>

static void test_find(void)
{
    static const struct {
        const char *text, *needle;
        int64_t exact, fold;
    } rows[] = {
        {"abcABC", "ABC", 3, 0}, {"abc", "", 0, 0},     {"abc", "abcd", -1, -1},
        {"xxaXab", "ab", 4, 4},  {"1-2-3", "-3", 3, 3},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bytes text = bytes_of_string(rows[i].text), needle = bytes_of_string(rows[i].needle);
        tap_int((int64_t)bytes_find(text, needle, 0), rows[i].exact, "exact find");
        tap_int((int64_t)bytes_find_fold(text, needle, 0), rows[i].fold, "folded find");
    }
}

/* A needle at every place of texts of every length, among near misses, from every beginning. */
static void test_find_wide(void)
{
    uint8_t *at = malloc(200); /* exact, so that reading past it is seen */
    bool found = true, folded = true;
    for (size_t place = 0; place + 3 <= 200; place++) {
        for (size_t i = 0; i < 200; i++)
            at[i] = (uint8_t)"xxqyx"[i % 5];
        memcpy(at + place, "xQx", 3);
        for (size_t from = 0; from < 200; from += 7) {
            size_t want = from <= place ? place : BYTES_NPOS, near = from;
            while (near + 3 <= 200 && (at[near] != 'x' || (at[near + 1] | 32) != 'q' || at[near + 2] != 'x'))
                near++;
            found = found && bytes_find(bytes_of(at, 200), BYTES("xQx"), from) == want &&
                    bytes_find(bytes_of(at, place + 2), BYTES("xQx"), from) == BYTES_NPOS;
            folded = folded && bytes_find_fold(bytes_of(at, 200), BYTES("Xqx"), from) ==
                                   (near + 3 <= 200 ? near : BYTES_NPOS);
        }
    }
    tap_ok(found, "a needle is found wherever it stands");
    tap_ok(folded, "and in any case");
    free(at);
}

static void test_slot(void)
{
    uint8_t at[40] = {0};
    bool differs = true;
    for (size_t len = 0; len <= sizeof at; len++)
        for (size_t i = 0; i < len; i++) {
            uint64_t before = bytes_slot(bytes_of(at, len));
            at[i] = 1;
            differs = differs && bytes_slot(bytes_of(at, len)) != before;
            at[i] = 0;
            differs = differs && bytes_slot(bytes_of(at, len - 1)) != before;
        }
    tap_ok(differs, "every byte, and the length, tells in the slot");
}

static void test_fields(void)
{
    struct bytes rest = BYTES("a,,b"), field;
    tap_ok(bytes_next_field(&rest, ',', &field) && bytes_equal(field, BYTES("a")), "first field");
    tap_ok(bytes_next_field(&rest, ',', &field) && field.len == 0, "empty field");
    tap_ok(bytes_next_field(&rest, ',', &field) && bytes_equal(field, BYTES("b")), "last field");
    tap_ok(!bytes_next_field(&rest, ',', &field), "no more fields");
    rest = BYTES("one\r\ntwo\rx\n\nlast");
    static const char *const lines[] = {"one", "two\rx", "", "last"};
    for (int i = 0; i < 4; i++)
        tap_ok(bytes_next_line(&rest, &field) && bytes_equal(field, bytes_of_string(lines[i])),
               "line %d", i);
    tap_ok(!bytes_next_line(&rest, &field), "no more lines");
}

static void test_numbers(void)
{
    int64_t n = 7;
    tap_ok(bytes_to_int(BYTES("-12"), -20, 20, &n) && n == -12, "a negative number");
    tap_ok(!bytes_to_int(BYTES("12x"), 0, 99, &n) && n == -12, "trailing garbage is no number");
    tap_ok(!bytes_to_int(BYTES("120"), 0, 99, &n), "out of range");
    tap_ok(!bytes_to_int(BYTES(""), 0, 99, &n), "nothing is no number");
    tap_int(bytes_u32le(BYTES("\1\2\3\4"), 0), 0x04030201, "u32le");
    tap_int(bytes_u32be(BYTES("\1\2\3\4"), 0), 0x01020304, "u32be");
    tap_int(bytes_u32le(BYTES("\1\2\3"), 0), 0, "a short read is 0");
}

/* The shortest of %.6g to %.17g that reads back as N. */
static struct bytes shortest(struct arena *arena, double n)
{
    for (int digits = 6;; digits++) {
        struct bytes s = arena_printf(arena, "%.*g", digits, n);
        double back = strtod((const char *)s.at, NULL);
        if ((!(back < n) && !(back > n)) || digits == 17)
            return s;
    }
}

static void test_json_numbers(struct arena *arena)
{
    static const double edge[] = {0.0,    -0.0,     0.0001,   -0.00005, 99999.9999, 99999.99995,
                                  100000, 123456.7, 1e300,    -1e-300,  3.14159265, 0.1 + 0.2,
                                  1,      -7.25,    12345.67, 0.9999,   -99999.9999};
    uint32_t wrong = 0, next = 1;
    for (uint32_t i = 0; i < 20000; i++) {
        next = next * 1664525u + 1013904223u;
        double n = i < sizeof edge / sizeof edge[0] ? edge[i] : (int32_t)(next >> 3) / 10000.0;
        if (i % 3 == 1 && i > 100)
            n = (int32_t)next / 77.0;
        struct text out;
        struct json json;
        text_init(&out, arena, 0);
        json_init(&json, &out, 0);
        json_float(&json, n);
        wrong += !bytes_equal(text_bytes(&out), shortest(arena, n));
    }
    tap_int(wrong, 0, "numbers are written as printf would, in the fewest digits that read back");
    struct text out;
    struct json json;
    text_init(&out, arena, 0);
    json_init(&json, &out, 0);
    json_begin_list(&json);
    json_int(&json, INT64_MIN);
    json_int(&json, INT64_MAX);
    json_int(&json, 0);
    json_end_list(&json);
    tap_string(text_bytes(&out), "[-9223372036854775808,9223372036854775807,0]",
               "the largest and the smallest integer");
}

static void test_json(struct arena *arena)
{
    struct text out;
    struct json json;
    text_init(&out, arena, 0);
    json_init(&json, &out, 0);
    json_begin_map(&json);
    json_key(&json, "a");
    json_string(&json, BYTES("q\"\\\n\x1b[31m\xE2\x80\xAE\xFF\xE7\x8B\xBC"));
    json_key(&json, "b");
    json_begin_list(&json);
    json_int(&json, -1);
    json_float(&json, 0.1);
    json_end_list(&json);
    json_end_map(&json);
    tap_string(text_bytes(&out),
               "{\"a\":\"q\\\"\\\\\\n\\u001b[31m\\u202e\xEF\xBF\xBD\xE7\x8B\xBC\",\"b\":[-1,0.1]}",
               "JSON is escaped and terminal-safe");
}

/* Strings of every length with something to escape at every place, and with nothing. */
static void test_json_strings(struct arena *arena)
{
    static const struct {
        const char *special, *escaped;
    } rows[] = {{"", ""},          {"\"", "\\\""},      {"\\", "\\\\"}, {"\x1F", "\\u001f"},
                {"\x7F", "\\u007f"}, {"\xC3\xA4", "\xC3\xA4"}, {"\xFF", "\xEF\xBF\xBD"}};
    static const char plain[41] = "abcdefghijklmnopqrstuvwxyz !#[]^~0123456";
    bool same = true;
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++)
        for (int len = 0; len <= 40; len++)
            for (int place = 0; place <= len; place++) {
                struct text out;
                struct json json;
                text_init(&out, arena, 0);
                json_init(&json, &out, 0);
                json_string(&json, arena_printf(arena, "%.*s%s%.*s", place, plain, rows[r].special,
                                                len - place, plain + place));
                struct bytes wanted = arena_printf(arena, "\"%.*s%s%.*s\"", place, plain,
                                                   rows[r].escaped, len - place, plain + place);
                same = same && bytes_equal(text_bytes(&out), wanted);
            }
    tap_ok(same, "strings of every length are escaped alike");
}

static void test_text(struct arena *arena)
{
    struct text out;
    char wanted[2000];
    size_t len = 0;
    text_init(&out, arena, 0);
    text_add_decimal(&out, 0);
    text_add_decimal(&out, UINT64_MAX);
    tap_string(text_bytes(&out), "018446744073709551615", "numbers in decimal");
    out.len = 0;
    for (int i = 0; i < 60; i++) {
        text_add_format(&out, "%0*d.", i, i);
        len += (size_t)snprintf(wanted + len, sizeof wanted - len, "%0*d.", i, i);
    }
    tap_string(text_bytes(&out), wanted, "formatted texts that fit what is left, and that do not");
    struct bytes longer = arena_printf(arena, "%0300d", 7);
    tap_ok(longer.len == 300 && longer.at[299] == '7' && longer.at[300] == 0, "a long formatted text");
}

/* Runs and gaps of every length, so that blocks and their rest agree. */
static void test_blocks(void)
{
    uint8_t at[80];
    bool found = true, skipped = true;
    for (size_t len = 0; len <= sizeof at; len++)
        for (size_t place = 0; place < len; place++) {
            memset(at, 'a', len);
            at[place] = place % 2 == 0 ? ':' : ';';
            found = found && bytes_find_either(bytes_of(at, len), ':', ';', place / 2) == place &&
                    bytes_find_either(bytes_of(at, len), ':', ';', place + 1) == BYTES_NPOS;
            memset(at, " \n\t\r\f"[place % 5], len);
            at[place] = 'a';
            skipped = skipped && bytes_skip_blank(bytes_of(at, len), 0) == place &&
                      bytes_skip_blank(bytes_of(at, len), place + 1) == len;
        }
    tap_ok(found, "either of two bytes is found wherever it stands");
    tap_ok(skipped, "white space is passed over, however long");
    tap_int((int64_t)bytes_skip_blank(BYTES("\v "), 0), 0, "VT is none");
}

static void test_table(const void *parent)
{
    struct table *table = table_new(parent);
    char keys[1000][8];
    for (int i = 0; i < 1000; i++) {
        snprintf(keys[i], sizeof keys[i], "k%d", i);
        table_set(table, bytes_of_string(keys[i]), keys[i]);
    }
    bool all = table->count == 1000;
    for (int i = 0; i < 1000; i++)
        all = all && table_get(table, bytes_of_string(keys[i])) == keys[i];
    tap_ok(all, "a thousand keys are found again");
    tap_ok(table_get(table, BYTES("nothing")) == NULL, "an unknown key is NULL");
}

int main(void)
{
    void *parent = talloc_new(NULL);
    struct arena *arena = arena_new(parent);
    test_find();
    test_find_wide();
    test_slot();
    test_fields();
    test_numbers();
    test_json(arena);
    test_json_numbers(arena);
    test_json_strings(arena);
    test_text(arena);
    test_blocks();
    test_table(parent);
    tap_ok(utf8_valid(BYTES("\xE3\x81\x82z")) && !utf8_valid(BYTES("\xED\xA0\x80")),
           "UTF-8 validity");
    talloc_free(parent);
    return tap_end();
}
