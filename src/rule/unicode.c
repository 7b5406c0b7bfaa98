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

/* Characters of the basic plane that fold to others, a bit each. */
static uint64_t *cased;

static void cased_open(void)
{
    cased = calloc(65536 / 64, sizeof *cased);
    if (cased == NULL)
        abort();
    for (uint32_t code = 0x80; code < 65536; code++)
        if ((uint32_t)u_foldCase((UChar32)code, U_FOLD_CASE_DEFAULT) != code)
            cased[code / 64] |= UINT64_C(1) << code % 64;
}

/* CODE, at least 0x80, folded. */
static uint32_t fold_one(uint32_t code)
{
    if (code < 65536 && (cased[code / 64] >> code % 64 & 1) == 0)
        return code;
    return (uint32_t)u_foldCase((UChar32)code, U_FOLD_CASE_DEFAULT);
}

/* Whether three bytes at AT are a character of scripts without case: U+3000..9FFF, and U+B000..D7FF
 * (the letters of China, Japan and Korea). */
static bool is_caseless(struct bytes text, size_t at)
{
    uint8_t byte = text.at[at];
    return ((byte >= 0xE3 && byte <= 0xE9) || (byte >= 0xEB && byte <= 0xED)) &&
           text.len - at >= 3 && (text.at[at + 1] & text.at[at + 2] & 0xC0) == 0x80;
}

/* The first character of LOWER from *AT on that folds to another, which is put into ENCODED: its
 * length, and *LEN bytes of folded text; 0 where there is none.  ASCII is folded already. */
static size_t next_folded(struct bytes lower, size_t *at, uint8_t encoded[static 4], size_t *len)
{
    while ((*at = utf8_ascii_end(lower, *at)) < lower.len) {
        size_t end = *at;
        if (is_caseless(lower, end)) {
            *at += 3;
            continue;
        }
        uint32_t code = utf8_next(lower, &end), folded = code == 0xFFFD ? code : fold_one(code);
        if (folded != code) {
            *len = encode(folded, encoded);
            return end - *at;
        }
        *at = end;
    }
    return 0;
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
    uint8_t *at_lower = arena_alloc_raw(arena, text.len + 1), encoded[4];
    struct bytes lower = bytes_of(at_lower, text.len);
    if (lower_ascii(text, at_lower))
        return lower;
    if (cased == NULL)
        cased_open();
    struct text out = {0}; /* built anew from the first that folds to another length on */
    size_t at = 0, kept = 0, old, len;
    for (; (old = next_folded(lower, &at, encoded, &len)) > 0; at += old) {
        if (old == len) {
            memcpy(at_lower + at, encoded, len);
            continue;
        }
        if (out.at == NULL) {
            text_init(&out, arena, 0);
            text_reserve(&out, text.len + 16);
        }
        text_add(&out, bytes_sub(lower, kept, at - kept));
        text_add(&out, bytes_of(encoded, len));
        kept = at + old;
    }
    if (out.at == NULL)
        return lower;
    text_add(&out, bytes_from(lower, kept));
    return text_bytes(&out);
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
