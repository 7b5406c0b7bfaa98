/* SPDX-License-Identifier: Apache-2.0
 * Bytes a pattern demands: no text that matches may lack them, and rare ones are found. */
#include "rule/regex.h"
#include "tap.h"

static const struct {
    const char *pattern;
    bool fold;
    const char *text; /* matches: must be possible */
    const char *lacks; /* must be told impossible; NULL: nothing is demanded of it */
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
    {"\\pL%", false, "a%", NULL},
    {"\xC3\xA9%", true, "\xC3\x89%", "%"},
    {"\\.\\*\\[", false, ".*[", ".*"},
};

int main(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct byteset need[BYTESETS_MAX];
        struct bytes pattern = bytes_of_string(rows[i].pattern), text = bytes_of_string(rows[i].text);
        uint32_t count = bytesets_of(pattern, rows[i].fold, need);
        char problem[200] = "";
        struct regex *regex = regex_new(pattern, rows[i].fold, problem, sizeof problem);
        struct byteset have = byteset_of_text(text);
        tap_ok(regex != NULL && regex_search(regex, text, 0, false, NULL, 0), "%s matches%s",
               rows[i].pattern, problem);
        tap_ok(bytesets_met(need, count, &have), "%s: what matches is possible", rows[i].pattern);
        have = byteset_of_text(bytes_of_string(rows[i].lacks == NULL ? "" : rows[i].lacks));
        tap_ok(bytesets_met(need, count, &have) == (rows[i].lacks == NULL),
               "%s: what lacks a byte is not", rows[i].pattern);
        regex_free(regex);
    }
    return tap_end();
}
