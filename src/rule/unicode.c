/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/unicode.h"

#include "base/text.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uspoof.h>
#include <unicode/utf8.h>

static size_t encode(uint32_t code, uint8_t out[4])
{
    UBool failed = false;
    int32_t len = 0;
    U8_APPEND(out, len, 4, (UChar32)code, failed);
    return failed ? 0 : (size_t)len;
}

/* A character that folds to one of another length: the text is built anew. */
static struct bytes fold_slowly(struct arena *arena, struct bytes text)
{
    struct text out;
    text_init(&out, arena, 0);
    text_reserve(&out, text.len + 16);
    for (size_t at = 0; at < text.len;) {
        size_t from = at;
        uint32_t code = utf8_next(text, &at);
        uint32_t folded = code < 0x80 ? ascii_lower((uint8_t)code)
                                      : (uint32_t)u_foldCase((UChar32)code, U_FOLD_CASE_DEFAULT);
        if (code == 0xFFFD || folded == code)
            text_add(&out, bytes_sub(text, from, at - from));
        else
            text_add_codepoint(&out, folded);
    }
    return text_bytes(&out);
}

/* Whether the character that begins with BYTE belongs to scripts without case: U+3000..9FFF, and
 * U+B000..D7FF (the letters of China, Japan and Korea). */
static bool begins_caseless(uint8_t byte)
{
    return (byte >= 0xE3 && byte <= 0xE9) || (byte >= 0xEB && byte <= 0xED);
}

/* TEXT with ASCII letters in lower case, to LOWER; whether all of it is ASCII. */
static bool lower_ascii(struct bytes text, uint8_t *lower)
{
    uint64_t high = 0;
    size_t i = 0;
    for (; i + 8 <= text.len; i += 8) { /* eight bytes at once: bit 7 of each says "is A..Z" */
        uint64_t word, seven, upper;
        memcpy(&word, text.at + i, 8);
        high |= word;
        seven = word & 0x7F7F7F7F7F7F7F7Fu;
        upper = (seven + 0x3F3F3F3F3F3F3F3Fu) & ~(seven + 0x2525252525252525u) & ~word;
        word |= (upper & 0x8080808080808080u) >> 2;
        memcpy(lower + i, &word, 8);
    }
    for (; i < text.len; i++) {
        high |= text.at[i];
        lower[i] = ascii_lower(text.at[i]);
    }
    return (high & 0x8080808080808080u) == 0;
}

struct bytes unicode_fold(struct arena *arena, struct bytes text)
{
    uint8_t *lower = arena_alloc_raw(arena, text.len + 1);
    if (lower_ascii(text, lower))
        return bytes_of(lower, text.len);
    size_t at = 0;
    while (at < text.len) { /* in place, as long as folding keeps the length */
        if (text.at[at] < 0x80) {
            at = utf8_ascii_end(text, at);
            continue;
        }
        size_t from = at;
        uint32_t code = utf8_next(text, &at);
        if (code == 0xFFFD || begins_caseless(text.at[from]))
            continue;
        uint32_t folded = (uint32_t)u_foldCase((UChar32)code, U_FOLD_CASE_DEFAULT);
        if (folded == code)
            continue;
        uint8_t encoded[4];
        if (encode(folded, encoded) != at - from)
            return fold_slowly(arena, text);
        memcpy(lower + from, encoded, at - from);
    }
    return bytes_of(lower, text.len);
}

bool unicode_is_caseless(uint32_t code)
{
    return !u_hasBinaryProperty((UChar32)code, UCHAR_CASED) &&
           !u_hasBinaryProperty((UChar32)code, UCHAR_CHANGES_WHEN_CASEMAPPED);
}

struct looks {
    USpoofChecker *spoof;
    const UNormalizer2 *nfkc, *nfd;
    uint16_t bmp[65536]; /* 0: not yet known */
};
#define LOOKS_SAME 0xFFFF
#define LOOKS_NOTHING 0xFFFE

static struct looks *looks;

static void looks_open(void)
{
    UErrorCode status = U_ZERO_ERROR;
    looks = calloc(1, sizeof *looks);
    if (looks == NULL)
        abort();
    looks->spoof = uspoof_open(&status);
    looks->nfkc = unorm2_getNFKCInstance(&status);
    looks->nfd = unorm2_getNFDInstance(&status);
    if (U_FAILURE(status))
        abort();
}

static bool is_invisible(uint32_t code)
{
    return code == 0xAD || (code >= 0x200B && code <= 0x200F) ||
           (code >= 0x202A && code <= 0x202E) || (code >= 0x2060 && code <= 0x2064) ||
           code == 0xFEFF || code == 0x034F || code == 0x180E;
}

/* The first ASCII character of the UTF-16 string S, or 0. */
static uint32_t ascii_of(const UChar *s, int32_t len)
{
    return len >= 1 && s[0] < 0x80 && s[0] > 0x20 ? s[0] : 0;
}

/* What one character looks like: an ASCII one, itself (LOOKS_SAME) or nothing. */
static uint32_t look_up(uint32_t code)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar one[2], folded[32], skeleton[64];
    if (is_invisible(code))
        return LOOKS_NOTHING;
    int32_t len = code > 0xFFFF ? 2 : 1;
    one[0] = (UChar)(code > 0xFFFF ? 0xD7C0 + (code >> 10) : code);
    one[1] = (UChar)(0xDC00 | (code & 0x3FF));
    int32_t folded_len = unorm2_normalize(looks->nfkc, one, len, folded, 32, &status);
    if (U_FAILURE(status))
        return LOOKS_SAME;
    if (folded_len == 1 && ascii_of(folded, 1) != 0)
        return folded[0];
    int32_t skeleton_len =
        uspoof_getSkeleton(looks->spoof, 0, folded, folded_len, skeleton, 64, &status);
    if (U_SUCCESS(status) && skeleton_len == 1 && ascii_of(skeleton, 1) != 0) {
        bool upper = u_isupper((UChar32)code) != 0;
        return skeleton[0] == 'l' && upper ? 'I'
               : upper                     ? (uint32_t)u_toupper(skeleton[0])
                                           : skeleton[0];
    }
    if (U_SUCCESS(status) && skeleton_len == 2 && skeleton[0] == 'r' && skeleton[1] == 'n')
        return 'm';
    status = U_ZERO_ERROR;
    folded_len = unorm2_normalize(looks->nfd, one, len, folded, 32, &status);
    bool accented =
        U_SUCCESS(status) && folded_len > 1 && u_charType(folded[1]) == U_NON_SPACING_MARK;
    return accented && ascii_of(folded, folded_len) != 0 ? folded[0] : LOOKS_SAME;
}

struct bytes unicode_replace_confusables(struct arena *arena, struct bytes text)
{
    if (utf8_is_ascii(text))
        return text;
    if (looks == NULL)
        looks_open();
    struct text out;
    text_init(&out, arena, 0);
    text_reserve(&out, text.len + 16);
    for (size_t at = 0; at < text.len;) {
        size_t from = at;
        uint32_t code = utf8_next(text, &at), like = code < 0x80 ? code : LOOKS_SAME;
        if (code >= 0x80 && code <= 0xFFFF) {
            if (looks->bmp[code] == 0)
                looks->bmp[code] = (uint16_t)look_up(code);
            like = looks->bmp[code];
        } else if (code > 0xFFFF) {
            like = look_up(code);
        }
        if (like == LOOKS_SAME)
            text_add(&out, bytes_sub(text, from, at - from));
        else if (like != LOOKS_NOTHING)
            text_add_byte(&out, (uint8_t)like);
    }
    return text_bytes(&out);
}
