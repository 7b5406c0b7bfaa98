/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/wording.h"

#include "tap.h"

#include <string.h>
#include <talloc.h>

int main(void)
{
    struct bytes account[] = {BYTES("konto"), BYTES("účet"), BYTES("λογαριασμ"), BYTES("口座")};
    struct bytes block[] = {BYTES("sperr"), BYTES("zablokov"), BYTES("停止"), BYTES("24$"),
                            BYTES("can't use")};
    struct lexicon_group groups[] = {{.id = BYTES("phrase")},
                                     {BYTES("account"), BYTES(""), BYTES(""), account, 4},
                                     {BYTES("block"), BYTES(""), BYTES(""), block, 5}};
    const struct lexicon lexicon = {.group = groups, .group_count = 3, .phrase_group_count = 1};
    /* one letter a hit: a account, b block; / where a sentence ends between two hits */
    static const struct {
        const char *text, *hits;
    } rows[] = {
        {"Ihr Konto wird gesperrt", "a"},
        {"KONTOSPERRE: Sperrung", "ab"},
        {"Girokonto", ""},
        {"ÚČET bude ZABLOKOVÁN", "ab"},
        {"ucet bude zablokovan", "ab"},
        {"Ο Λογαριασμός σας", "a"},
        {"お客様の口座を停止します", "ab"},
        {"Konto. Sperre", "a/b"},
        {"口座。停止", "a/b"},
        {"innerhalb 24 Stunden", "b"},
        {"24時間", "b"},
        {"2400 Stunden", ""},
        {"you CAN\u2019T use it", "b"},
        {"you can use it", ""},
        {"Konto\n\nSperre", "a/b"},
        {"\xD0", ""},
        {"", ""},
    };
    void *parent = talloc_new(NULL);
    struct arena *arena = arena_new(parent);
    struct wording *wording = wording_new(parent, &lexicon);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct wording_hit *hit;
        uint32_t count = wording_find(wording, arena, bytes_of_string(rows[i].text), &hit);
        char seen[16] = "";
        size_t len = 0;
        for (uint32_t j = 0; j < count && len < 12; j++) {
            if (j > 0 && hit[j].sentence != hit[j - 1].sentence)
                seen[len++] = '/';
            seen[len++] = (char)('a' + hit[j].group - 1);
        }
        tap_ok(strcmp(seen, rows[i].hits) == 0, "%s: %s", rows[i].text, seen);
    }
    talloc_free(parent);
    return tap_end();
}
