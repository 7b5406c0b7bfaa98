/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/arithmetic.h"

#include "shell/machine.h"

struct sum {
    struct machine *m;
    struct bytes text;
    size_t at;
    uint32_t depth;
    bool ok;
};

static int64_t sum_term(struct sum *s, int level);

static uint8_t sum_peek(struct sum *s)
{
    while (s->at < s->text.len && ascii_is_space(s->text.at[s->at]))
        s->at++;
    return s->at < s->text.len ? s->text.at[s->at] : 0;
}

static int64_t sum_name(struct sum *s)
{
    size_t start = s->at;
    while (s->at < s->text.len && (ascii_is_alnum(s->text.at[s->at]) || s->text.at[s->at] == '_'))
        s->at++;
    struct bytes name = bytes_sub(s->text, start, s->at - start);
    struct shell_string value = variable_get(s->m, name);
    int64_t n = 0;
    s->ok = s->ok && name.len > 0 && bytes_to_int(value.text, INT32_MIN, INT32_MAX, &n);
    return n;
}

static int64_t sum_factor(struct sum *s)
{
    uint8_t c = sum_peek(s);
    if (++s->depth > 32)
        s->ok = false;
    int64_t n = 0;
    if (!s->ok) {
        n = 0;
    } else if (c == '(') {
        s->at++;
        n = sum_term(s, 0);
        s->ok = s->ok && sum_peek(s) == ')';
        s->at++;
    } else if (c == '-' || c == '+') {
        s->at++;
        n = c == '-' ? -sum_factor(s) : sum_factor(s);
    } else if (ascii_is_digit(c)) {
        while (s->at < s->text.len && ascii_is_digit(s->text.at[s->at]) && n < INT32_MAX)
            n = n * 10 + (s->text.at[s->at++] - '0');
    } else {
        s->at += c == '$';
        n = sum_name(s);
    }
    s->depth--;
    return n;
}

static int64_t sum_term(struct sum *s, int level)
{
    int64_t n = level == 0 ? sum_term(s, 1) : sum_factor(s);
    for (;;) {
        uint8_t c = sum_peek(s);
        bool mine = level == 0 ? c == '+' || c == '-' : c == '*' || c == '/' || c == '%';
        if (!mine || !s->ok)
            return n;
        s->at++;
        int64_t right = level == 0 ? sum_term(s, 1) : sum_factor(s);
        if ((c == '/' || c == '%') && right == 0)
            s->ok = false;
        else if (n > INT32_MAX || n < INT32_MIN || right > INT32_MAX || right < INT32_MIN)
            s->ok = false;
        else
            n = c == '+'   ? n + right
                : c == '-' ? n - right
                : c == '*' ? n * right
                : c == '/' ? n / right
                           : n % right;
    }
}

bool arithmetic_value(struct machine *m, struct bytes text, int64_t *out)
{
    struct sum s = {.m = m, .text = bytes_trim(text), .ok = true};
    if (s.text.len == 0 || s.text.len > 256)
        return false;
    int64_t n = sum_term(&s, 0);
    if (!s.ok || sum_peek(&s) != 0 || s.at < s.text.len)
        return false;
    *out = n;
    return true;
}
