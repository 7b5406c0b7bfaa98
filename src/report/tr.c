/* SPDX-License-Identifier: Apache-2.0 */
#include "report/tr.h"

#include <stdlib.h>
#include <string.h>

extern const struct tr_pair tr_ja[];
extern const unsigned tr_ja_count;

const char *const language_tags[LANGUAGE_COUNT] = {"en", "ja"};

static int by_english(const void *key, const void *pair)
{
    return strcmp(key, ((const struct tr_pair *)pair)->english);
}

const char *tr(enum language language, const char *english)
{
    if (language == LANGUAGE_EN)
        return english;
    const struct tr_pair *pair = bsearch(english, tr_ja, tr_ja_count, sizeof *pair, by_english);
    return pair == NULL ? english : pair->other;
}

struct bytes tr_bytes(enum language language, struct bytes english)
{
    char text[128];
    if (english.len >= sizeof text || language == LANGUAGE_EN ||
        memchr(english.at, 0, english.len) != NULL)
        return english;
    memcpy(text, english.at, english.len);
    text[english.len] = 0;
    const char *other = tr(language, text);
    return other == text ? english : bytes_of_string(other);
}
