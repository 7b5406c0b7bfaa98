/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/xpath_need.h"

#define LITERAL_MIN_BYTES 2
#define SETS_MAX 32

struct builder {
    struct arena *arena;
    struct bytes *row;
    uint32_t count;
};

static void add_set(struct builder *b, struct bytes first, struct bytes second)
{
    if (first.len < LITERAL_MIN_BYTES || b->count + 3 > SETS_MAX * 3)
        return;
    b->row[b->count++] = first;
    if (second.at != NULL)
        b->row[b->count++] = second;
    b->row[b->count++] = BYTES_NONE;
}

static bool is_name(uint8_t c)
{
    return ascii_is_alnum(c) || c == '-' || c == '_';
}

/* The end of the name at AT. */
static size_t name_end(struct bytes text, size_t at)
{
    while (at < text.len && is_name(text.at[at]))
        at++;
    return at;
}

static void add_element(struct builder *b, struct bytes name)
{
    static const char *const implied[] = {"html", "head", "body",   "tbody",
                                          "text", "node", "comment"};
    for (size_t i = 0; i < sizeof implied / sizeof *implied; i++)
        if (bytes_equal_fold(name, bytes_of_string(implied[i])))
            return;
    add_set(b, arena_printf(b->arena, "<%.*s", BYTES_FMT(name)), BYTES_NONE);
}

/* A value that the attribute just before AT is compared with: its runs of letters and digits. */
static void add_value(struct builder *b, struct bytes text, size_t at, struct bytes value)
{
    while (at > 0 && (text.at[at - 1] == ' ' || text.at[at - 1] == '=' || text.at[at - 1] == ','))
        at--;
    while (at > 0 && is_name(text.at[at - 1]))
        at--;
    if (at == 0 || text.at[at - 1] != '@')
        return;
    for (size_t i = 0; i < value.len; i++) {
        size_t end = name_end(value, i);
        if (end - i > 3)
            add_set(b, bytes_sub(value, i, end - i), BYTES("&#"));
        i = end;
    }
}

uint32_t xpath_literals(struct arena *arena, struct bytes expression, struct bytes **out)
{
    static const char *const refused[] = {"|",          " or ", "not(",       "::",   "count(",
                                          "translate(", "!=",   "*",          "..",   "concat(",
                                          "substring",  "\n",   "local-name", "name("};
    struct builder b = {.arena = arena, .row = arena_array_of(arena, SETS_MAX * 3, struct bytes)};
    *out = b.row;
    if (!bytes_starts(expression, BYTES("//")))
        return 0;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (bytes_find(expression, bytes_of_string(refused[i]), 0) != BYTES_NPOS)
            return 0;
    for (size_t at = 0; at < expression.len; at++) {
        uint8_t c = expression.at[at];
        if (c == '"' || c == '\'') {
            size_t end = bytes_find_byte(expression, c, at + 1);
            if (end == BYTES_NPOS)
                return 0;
            add_value(&b, expression, at, bytes_sub(expression, at + 1, end - at - 1));
            at = end;
        } else if (c == '@' || c == '/') {
            size_t end = name_end(expression, at + 1);
            struct bytes name = bytes_sub(expression, at + 1, end - at - 1);
            if (c == '@')
                add_set(&b, name, BYTES_NONE);
            else if (name.len > 0 && (end >= expression.len || expression.at[end] != '('))
                add_element(&b, name);
        }
    }
    return b.count;
}
