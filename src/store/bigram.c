/* SPDX-License-Identifier: Apache-2.0 */
#include "store/bigram.h"

#include "base/utf8.h"

/* Half-width katakana U+FF66..U+FF9F as full-width; voiced marks stay marks of their own. */
static const uint16_t wide_kana[] = {
    0x30F2, 0x30A1, 0x30A3, 0x30A5, 0x30A7, 0x30A9, 0x30E3, 0x30E5, 0x30E7, 0x30C3, 0x30FC, 0x30A2,
    0x30A4, 0x30A6, 0x30A8, 0x30AA, 0x30AB, 0x30AD, 0x30AF, 0x30B1, 0x30B3, 0x30B5, 0x30B7, 0x30B9,
    0x30BB, 0x30BD, 0x30BF, 0x30C1, 0x30C4, 0x30C6, 0x30C8, 0x30CA, 0x30CB, 0x30CC, 0x30CD, 0x30CE,
    0x30CF, 0x30D2, 0x30D5, 0x30D8, 0x30DB, 0x30DE, 0x30DF, 0x30E0, 0x30E1, 0x30E2, 0x30E4, 0x30E6,
    0x30E8, 0x30E9, 0x30EA, 0x30EB, 0x30EC, 0x30ED, 0x30EF, 0x30F3, 0x3099, 0x309A,
};

static uint32_t folded(uint32_t code)
{
    if (code >= 0xFF01 && code <= 0xFF5E)
        code -= 0xFEE0;
    if (code >= 0xFF66 && code <= 0xFF9F)
        return wide_kana[code - 0xFF66];
    bool capital = (code >= 'A' && code <= 'Z') || (code >= 0xC0 && code <= 0xDE && code != 0xD7) ||
                   (code >= 0x391 && code <= 0x3A9) || (code >= 0x410 && code <= 0x42F);
    return capital ? code + 0x20 : code >= 0x400 && code <= 0x40F ? code + 0x50 : code;
}

static bool is_pair_script(uint32_t code)
{
    return (code >= 0x3041 && code <= 0x30FF && code != 0x30FB) || code == 0x3005 ||
           code == 0x3007 || (code >= 0x3400 && code <= 0x9FFF) ||
           (code >= 0xAC00 && code <= 0xD7A3) || (code >= 0xF900 && code <= 0xFAFF) ||
           (code >= 0x20000 && code <= 0x3FFFF);
}

static bool is_word(uint32_t code)
{
    if (code < 0x80)
        return ascii_is_alnum((uint8_t)code);
    return code >= 0xC0 && code != 0xD7 && code != 0xF7 && !(code >= 0x2000 && code <= 0x2BFF) &&
           !(code >= 0x3000 && code <= 0x3040) && code != 0x30FB &&
           !(code >= 0xFE00 && code <= 0xFEFF) && code < 0xFFF0;
}

#define WORD_BYTES_MAX 64

struct splitter {
    struct bytes s;
    bool is_query;
    void *own;
    int (*each)(void *own, const struct bigram_token *token);
};

/* A run of pair characters that begins at *AT, whose first code point is FIRST and ends at NEXT. */
static int split_pairs(const struct splitter *sp, size_t *at, uint32_t first, size_t next)
{
    size_t start = *at, begin = *at;
    uint32_t previous = first;
    for (;;) {
        size_t end = next;
        uint32_t code = next < sp->s.len ? folded(utf8_next(sp->s, &end)) : 0;
        bool more = next < sp->s.len && is_pair_script(code);
        uint8_t buffer[16];
        struct text word = {.at = buffer, .capacity = sizeof buffer};
        text_add_codepoint(&word, previous);
        int stop = 0;
        if (more) {
            text_add_codepoint(&word, code);
            stop = sp->each(sp->own, &(struct bigram_token){text_bytes(&word), start, end, false});
        } else if (begin == start || !sp->is_query) {
            stop = sp->each(sp->own,
                            &(struct bigram_token){text_bytes(&word), start, next, begin != start});
        }
        if (stop != 0 || !more) {
            *at = next;
            return stop;
        }
        previous = code;
        start = next;
        next = end;
    }
}

static int split_word(const struct splitter *sp, size_t *at)
{
    uint8_t buffer[WORD_BYTES_MAX + 8];
    struct text word = {.at = buffer, .capacity = sizeof buffer};
    size_t start = *at, next = *at;
    while (next < sp->s.len) {
        size_t end = next;
        uint32_t code = folded(utf8_next(sp->s, &end));
        if (!is_word(code) || is_pair_script(code))
            break;
        if (word.len < WORD_BYTES_MAX)
            text_add_codepoint(&word, code);
        next = end;
    }
    *at = next;
    return sp->each(sp->own, &(struct bigram_token){text_bytes(&word), start, next, false});
}

int bigram_split(struct bytes s, bool is_query, void *own,
                 int (*each)(void *own, const struct bigram_token *token))
{
    struct splitter sp = {s, is_query, own, each};
    for (size_t at = 0; at < s.len;) {
        size_t next = at;
        uint32_t code = folded(utf8_next(s, &next));
        int stop = 0;
        if (is_pair_script(code))
            stop = split_pairs(&sp, &at, code, next);
        else if (is_word(code))
            stop = split_word(&sp, &at);
        else
            at = next;
        if (stop != 0)
            return stop;
    }
    return 0;
}

static int has_token(void *own, const struct bigram_token *token)
{
    (void)token;
    *(bool *)own = true;
    return 1;
}

void bigram_query(struct text *out, struct bytes typed)
{
    bool first = true;
    while (typed.len > 0) {
        size_t len = 0;
        while (len < typed.len && !ascii_is_space(typed.at[len]) &&
               !bytes_starts(bytes_from(typed, len), BYTES("\xE3\x80\x80"))) /* ideographic space */
            len++;
        struct bytes word = bytes_sub(typed, 0, len);
        typed = bytes_from(typed, len < typed.len && typed.at[len] == 0xE3 ? len + 3 : len + 1);
        bool any = false;
        bigram_split(word, true, &any, has_token);
        if (!any)
            continue;
        text_add_string(out, first ? "\"" : " AND \"");
        for (size_t i = 0; i < word.len; i++)
            if (word.at[i] != '"' && word.at[i] != 0)
                text_add_byte(out, word.at[i]);
        text_add_string(out, "\" *");
        first = false;
    }
}
