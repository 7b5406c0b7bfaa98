/* SPDX-License-Identifier: Apache-2.0
 * Factors: no text that matches may lack them, what is said to be enough matches, rare ones are found; and
 * the same for patterns and texts made at random, beside RE2. */
#include "rule/factor.h"
#include "base/text.h"
#include "rule/regex.h"
#include "tap.h"

#include <talloc.h>

static const struct {
    const char *pattern;
    bool fold;
    const char *text; /* matches: must be possible */
    const char *lacks; /* must be told impossible; NULL: it is not */
} rows[] = {
    {"(/[0-9]+){4,}", false, "a/1/2/3/4", "no slash 1 2 3"},
    {"[*#_~]\\s*$", false, "hot *", "hot"},
    {"[\\x{1D400}-\\x{1D7FF}]{3}", false, "\xF0\x9D\x90\x80\xF0\x9D\x90\x80\xF0\x9D\x90\x80", "plain"},
    {"_|-", false, "-", "a b"},
    {"q|", false, "", NULL},
    {"~?@", false, "@", "~"},
    {"~{0,3}@", false, "@", "~"},
    {"~{2}", false, "~~", "x"},
    {"a{x_", false, "a{x_", "ax"},
    {"(\\w|_)+x?", false, "aa", NULL},
    {"k!", true, "\xE2\x84\xAA!", "x"},
    {"s#", true, "\xC5\xBF#", "s"},
    {"(?i)s_", false, "\xC5\xBF_", "s"},
    {"[\\x{17F}]=", true, "S=", "S"},
    {"(?i:_q)Q", false, "_QQ", "QQ"},
    {"[^[]_", false, "a_", "a"},
    {"[]_]", false, "]", "x"},
    {"[^]_]~", false, "x~", "x"},
    {"[[:punct:]]~", false, "!~", "!"},
    {"[a\\d-]%", false, "-%", "-"},
    {"(?P<n>%)(?<m>~)", false, "%~", "%"},
    {"\\x41\\x{42}%", false, "AB%", "AB"},
    {"\\Q*\\E%", false, "*%", NULL},
    {"\\pL%", false, "a%", "a"},
    {"\xC3\xA9%", true, "\xC3\x89%", "%"},
    {"\\.\\*\\[", false, ".*[", ".*"},
};


static uint64_t seed = 42;

static uint32_t pick(uint32_t below)
{
    seed = seed * UINT64_C(6364136223846793005) + 1;
    return (uint32_t)(seed >> 33) % below;
}

static void add_pattern(struct text *out, uint32_t depth)
{
    static const char *const atoms[] = {"a",    "b",     "k",        "-",       "ab",     "\\.",
                                        "[ab]", "[^a]",  "\\d",     "\\s",     ".",      "[a-c1]",
                                        "\\b",  "^",     "$",        "\343\201\202", "\303\251", "[a\343\201\202]",
                                        "\\w",  "[bk ]", "\\p{Greek}", "\\p{Cf}", "\\p{Mn}", "\\PM", "[\343\201\202-\343\202\223]", "\\S", "(?i)a"};
    static const char *const marks[] = {"*", "+", "?", "{2}", "{3,}", "{0,2}", "{1,2}", "+?", "{9}"};
    uint32_t parts = 1 + pick(4);
    for (uint32_t i = 0; i < parts; i++) {
        bool place = false;
        if (depth < 3 && pick(4) == 0) {
            text_add_string(out, pick(2) == 0 ? "(" : "(?:");
            add_pattern(out, depth + 1);
            text_add_byte(out, ')');
        } else {
            const char *atom = atoms[pick(sizeof atoms / sizeof *atoms)];
            place = strcmp(atom, "^") == 0 || strcmp(atom, "$") == 0 || strcmp(atom, "\\b") == 0 ||
                    atom[0] == '(';
            text_add_string(out, atom);
        }
        if (!place && pick(3) == 0)
            text_add_string(out, marks[pick(sizeof marks / sizeof *marks)]);
    }
    if (depth < 3 && pick(4) == 0) {
        text_add_byte(out, '|');
        add_pattern(out, depth + 1);
    }
}

static void add_text(struct text *out)
{
    static const char *const pieces[] = {"a", "b", "c", "k", "A", "-", ".", "1", " ", "ab", "\343\201\202", "\343\201\204",
                                         "\303\251", "\316\261", "x", "B", "\n", "\342\204\252", "\305\277", "\343", "aaaa"};
    uint32_t kinds = 2 + pick(sizeof pieces / sizeof *pieces - 1), count = pick(pick(3) == 0 ? 120 : 12);
    for (uint32_t i = 0; i < count; i++)
        text_add_string(out, pieces[pick(kinds)]);
}

/* What the factor of PATTERN says of TEXT is true. */
static bool agrees(const struct factors *factors, const struct regex *regex, struct bytes text)
{
    struct bytes group[1];
    size_t from = 0;
    bool matches = regex_search(regex, text, 0, false, group, 1), literal = false;
    for (uint32_t i = 0; i < factors->literal_count; i++)
        for (size_t at = 0; at + factors->literal[i].len <= text.len; at++)
            literal = literal || bytes_equal_fold(bytes_sub(text, at, factors->literal[i].len),
                                                  factors->literal[i]);
    if (factors->factor != NULL && factors->factor->caseless && factor_odd_case(text))
        return true;
    if (!factor_odd_case(text) && ((literal && !matches) || (factors->exact && !literal && matches)))
        return false;
    if (factors->factor == NULL)
        return true;
    enum factor_said said = factor_find(factors->factor, text, &from);
    if (said != factor_find(factors->factor, text, NULL))
        return false;
    switch (said) {
    case FACTOR_NO:
        return !matches;
    default:
        if (said == FACTOR_YES && !matches)
            return false;
        return !matches || from <= (size_t)(group[0].at - text.at);
    }
}

static void check_random(struct arena *arena)
{
    uint32_t tried = 0, factored = 0, wrong = 0;
    while (tried < 20000) {
        struct text pattern, text;
        char problem[200];
        arena_reset(arena);
        text_init(&pattern, arena, 0);
        add_pattern(&pattern, 0);
        bool fold = pick(2) == 0;
        struct regex *regex = regex_new(text_bytes(&pattern), fold, problem, sizeof problem);
        if (regex == NULL)
            continue;
        tried++;
        struct factors factors = factors_of(arena, text_bytes(&pattern), fold);
        factored += factors.factor != NULL;
        for (int i = 0; i < 8; i++) {
            text_init(&text, arena, 0);
            add_text(&text);
            if (agrees(&factors, regex, text_bytes(&text)))
                continue;
            if (wrong++ < 5)
                tap_ok(false, "%s (%d) over \"%s\"", text_string(&pattern), fold, text_string(&text));
        }
        regex_free(regex);
    }
    tap_ok(wrong == 0, "random patterns agree with RE2");
    tap_ok(factored > tried / 4, "many have a factor: %u of %u", factored, tried);
}

int main(void)
{
    struct arena *arena = arena_new(NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bytes pattern = bytes_of_string(rows[i].pattern), text = bytes_of_string(rows[i].text),
                     lacks = bytes_of_string(rows[i].lacks == NULL ? "" : rows[i].lacks);
        char problem[200] = "";
        size_t from;
        struct factors factors = factors_of(arena, pattern, rows[i].fold);
        struct regex *regex = regex_new(pattern, rows[i].fold, problem, sizeof problem);
        tap_ok(regex != NULL && regex_search(regex, text, 0, false, NULL, 0), "%s matches%s",
               rows[i].pattern, problem);
        tap_ok(regex == NULL || agrees(&factors, regex, text), "%s: what matches is possible",
               rows[i].pattern);
        tap_ok((factors.factor == NULL || factor_find(factors.factor, lacks, &from) != FACTOR_NO) ==
                   (rows[i].lacks == NULL),
               "%s: what lacks a byte is not", rows[i].pattern);
        regex_free(regex);
    }
    check_random(arena);
    talloc_free(arena);
    return tap_end();
}
