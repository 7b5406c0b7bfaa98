/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/pattern.h"

/* The length of the element at the head of PATTERN, and whether C fits it. */
static size_t element(struct bytes pattern, uint8_t c, bool *fits_out)
{
    uint8_t p = pattern.at[0];
    if (p == '?') {
        *fits_out = true;
        return 1;
    }
    if (p == '\\' && pattern.len > 1) {
        *fits_out = pattern.at[1] == c;
        return 2;
    }
    size_t close = p == '[' ? bytes_find_byte(pattern, ']', 2) : BYTES_NPOS;
    if (close == BYTES_NPOS) {
        *fits_out = p == c;
        return 1;
    }
    bool negated = pattern.at[1] == '!' || pattern.at[1] == '^', in = false;
    for (size_t i = 1 + negated; i < close; i++)
        if (i + 2 < close && pattern.at[i + 1] == '-') {
            in |= c >= pattern.at[i] && c <= pattern.at[i + 2];
            i += 2;
        } else {
            in |= pattern.at[i] == c;
        }
    *fits_out = in != negated;
    return close + 1;
}

bool pattern_matches(struct bytes pattern, struct bytes text)
{
    size_t p = 0, t = 0, star = BYTES_NPOS, mark = 0;
    if (pattern.len > PATTERN_BYTES_MAX)
        return bytes_equal(pattern, text);
    while (t < text.len) {
        bool fits = false;
        size_t step = 0;
        if (p < pattern.len && pattern.at[p] == '*') {
            star = p++, mark = t;
            continue;
        }
        if (p < pattern.len)
            step = element(bytes_from(pattern, p), text.at[t], &fits);
        if (fits)
            p += step, t++;
        else if (star != BYTES_NPOS)
            p = star + 1, t = ++mark;
        else
            return false;
    }
    while (p < pattern.len && pattern.at[p] == '*')
        p++;
    return p == pattern.len;
}

static bool is_literal(struct bytes pattern)
{
    for (size_t i = 0; i < pattern.len; i++)
        if (strchr("*?[\\", pattern.at[i]) != NULL && pattern.at[i] != 0)
            return false;
    return true;
}

size_t pattern_prefix(struct bytes pattern, struct bytes text, bool longest)
{
    if (is_literal(pattern) || pattern.len > PATTERN_BYTES_MAX || text.len > 16 * PATTERN_BYTES_MAX)
        return bytes_starts(text, pattern) ? pattern.len : BYTES_NPOS;
    for (size_t i = 0; i <= text.len; i++) {
        size_t len = longest ? text.len - i : i;
        if (pattern_matches(pattern, bytes_sub(text, 0, len)))
            return len;
    }
    return BYTES_NPOS;
}

size_t pattern_suffix(struct bytes pattern, struct bytes text, bool longest)
{
    if (is_literal(pattern) || pattern.len > PATTERN_BYTES_MAX || text.len > 16 * PATTERN_BYTES_MAX)
        return bytes_ends(text, pattern) ? text.len - pattern.len : BYTES_NPOS;
    for (size_t i = 0; i <= text.len; i++) {
        size_t start = longest ? i : text.len - i;
        if (pattern_matches(pattern, bytes_from(text, start)))
            return start;
    }
    return BYTES_NPOS;
}
