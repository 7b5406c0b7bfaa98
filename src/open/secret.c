/* SPDX-License-Identifier: Apache-2.0 */
#include "open/secret.h"

#include <math.h>

/* Formats: a head, then LEAST to MOST letters of a set. */
static const struct format {
    const char *head, *kind;
    uint16_t least, most;
    char set; /* 'A': A-Z0-9, 'a': letters and digits, 'b': also _ and -, 'x': hex */
} formats[] = {
    {"AKIA", "AWS access key", 16, 16, 'A'},
    {"ASIA", "AWS temporary access key", 16, 16, 'A'},
    {"ghp_", "GitHub token", 36, 36, 'a'},
    {"gho_", "GitHub token", 36, 36, 'a'},
    {"ghs_", "GitHub token", 36, 36, 'a'},
    {"ghu_", "GitHub token", 36, 36, 'a'},
    {"github_pat_", "GitHub token", 60, 90, 'b'},
    {"glpat-", "GitLab token", 20, 30, 'b'},
    {"xoxb-", "Slack token", 30, 80, 'b'},
    {"xoxp-", "Slack token", 30, 80, 'b'},
    {"AIza", "Google API key", 35, 35, 'b'},
    {"ya29.", "Google access token", 40, 400, 'b'},
    {"sk_live_", "Stripe key", 24, 99, 'a'},
    {"rk_live_", "Stripe key", 24, 99, 'a'},
    {"npm_", "npm token", 36, 36, 'a'},
    {"pypi-AgE", "PyPI token", 50, 250, 'b'},
    {"SG.", "SendGrid key", 60, 70, '.'},
    {"dop_v1_", "DigitalOcean token", 64, 64, 'x'},
    {"hf_", "Hugging Face token", 34, 40, 'a'},
    {"dckr_pat_", "Docker Hub token", 27, 40, 'b'},
    {"AccountKey=", "Azure storage key", 86, 90, '/'},
};

static bool in_set(uint8_t c, char set)
{
    switch (set) {
    case 'A':
        return ascii_is_digit(c) || (uint8_t)(c - 'A') < 26;
    case 'x':
        return ascii_hex(c) >= 0;
    case 'a':
        return ascii_is_alnum(c);
    case '.':
        return ascii_is_alnum(c) || c == '_' || c == '-' || c == '.';
    case '/':
        return ascii_is_alnum(c) || c == '+' || c == '/' || c == '=';
    default:
        return ascii_is_alnum(c) || c == '_' || c == '-';
    }
}

/* Bits per letter (Shannon). */
static double entropy(struct bytes b)
{
    uint32_t count[256] = {0};
    double sum = 0;
    for (size_t i = 0; i < b.len; i++)
        count[b.at[i]]++;
    for (int c = 0; c < 256; c++)
        if (count[c] > 0) {
            double share = (double)count[c] / (double)b.len;
            sum -= share * log2(share);
        }
    return sum;
}

static bool is_example(struct bytes value)
{
    static const char *const marks[] = {
        "EXAMPLE",  "example",     "xxxx",     "XXXX", "0000000", "1234567890", "your_",
        "changeme", "placeholder", "abcdefgh", "<",    "${",      "{{",         "test"};
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (bytes_find(value, bytes_of_string(marks[i]), 0) != BYTES_NPOS)
            return true;
    return entropy(value) < 2.5;
}

static bool format_at(struct bytes text, size_t at, struct secret *out)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        const struct format *f = &formats[i];
        struct bytes rest = bytes_from(text, at);
        if (rest.at[0] != (uint8_t)f->head[0] || !bytes_starts(rest, bytes_of_string(f->head)))
            continue;
        size_t head = strlen(f->head), len = 0;
        while (head + len < rest.len && len <= f->most && in_set(rest.at[head + len], f->set))
            len++;
        if (len < f->least || len > f->most || is_example(bytes_sub(rest, 0, head + len)))
            continue;
        *out = (struct secret){f->kind, bytes_sub(rest, 0, head + len), at, true};
        return true;
    }
    return false;
}

/* A PEM private key with something in it. */
static bool key_at(struct bytes text, size_t at, struct secret *out)
{
    struct bytes line = bytes_sub(text, at, 64);
    size_t end = bytes_find(line, BYTES("PRIVATE KEY-----"), 0);
    if (!bytes_starts(line, BYTES("-----BEGIN ")) || end == BYTES_NPOS)
        return false;
    struct bytes body = bytes_sub(text, at + end + 16, 200);
    size_t letters = 0;
    for (size_t i = 0; i < body.len && body.at[i] != '-'; i++)
        letters += ascii_is_alnum(body.at[i]);
    if (letters < 60)
        return false;
    *out = (struct secret){"private key", bytes_sub(text, at, end + 16 + body.len), at, true};
    return true;
}

/* name = value with a telling name and a value nobody would choose as a word. */
static bool named_at(struct bytes text, size_t at, struct secret *out)
{
    static const char *const names[] = {"password",   "passwd",      "secret",
                                        "token",      "api_key",     "apikey",
                                        "access_key", "private_key", "secret_access_key"};
    size_t start = at;
    while (start > 0 && (ascii_is_alnum(text.at[start - 1]) || text.at[start - 1] == '_') &&
           at - start < 48)
        start--;
    struct bytes name = bytes_sub(text, start, at - start);
    while (name.len > 0 && (name.at[name.len - 1] == '"' || name.at[name.len - 1] == ' '))
        name.len--;
    bool telling = false;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        telling |= bytes_ends_fold(name, bytes_of_string(names[i]));
    if (!telling)
        return false;
    size_t from = at + 1;
    while (from < text.len &&
           (text.at[from] == ' ' || text.at[from] == '"' || text.at[from] == '\''))
        from++;
    size_t len = 0;
    if (from < text.len && format_at(text, from, out))
        return true;
    while (from + len < text.len && len < 200 &&
           (in_set(text.at[from + len], '/') || in_set(text.at[from + len], '.')))
        len++;
    struct bytes value = bytes_sub(text, from, len);
    bool mixed = false, digit = false;
    for (size_t i = 1; i < len; i++)
        mixed |= ascii_is_alpha(value.at[i]), digit |= ascii_is_digit(value.at[i]);
    if (len < 20 || len > 128 || !mixed || !digit || is_example(value) || entropy(value) < 3.8 ||
        bytes_find(value, BYTES(".."), 0) != BYTES_NPOS || value.at[0] == '/' ||
        bytes_find_byte(value, '.', 0) != BYTES_NPOS)
        return false;
    *out = (struct secret){"high-entropy value", value, from, false};
    return true;
}

bool secret_next(struct bytes text, size_t *at, struct secret *out)
{
    for (size_t i = *at; i < text.len; i++) {
        uint8_t c = text.at[i];
        bool fresh = i == 0 || !(ascii_is_alnum(text.at[i - 1]) || text.at[i - 1] == '_');
        bool found = c == '-'                                              ? key_at(text, i, out)
                     : c == '=' || c == ':'                                ? named_at(text, i, out)
                     : fresh && strchr("AgxysrnpSdh", c) != NULL && c != 0 ? format_at(text, i, out)
                                                                           : false;
        if (found) {
            *at = out->offset + out->value.len > i ? out->offset + out->value.len : i + 1;
            return true;
        }
    }
    *at = text.len;
    return false;
}

struct bytes secret_shown(struct arena *arena, struct bytes value)
{
    size_t keep = value.len > 24 ? 6 : 4;
    if (bytes_starts(value, BYTES("-----BEGIN ")))
        keep = 31;
    return arena_printf(arena, "%.*s...(%zu)", BYTES_FMT(bytes_sub(value, 0, keep)), value.len);
}
