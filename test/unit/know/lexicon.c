/* SPDX-License-Identifier: Apache-2.0 */
#include "know/lexicon.h"

#include "tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <talloc.h>
#include <unistd.h>

#define INTENT "intents:\n  - name: scam\n    bias: -3\n    groups: {prize: 2}\n"

static const struct row {
    const char *name, *text;
    int phrases; /* -1: refused */
} rows[] = {
    {"a group", "groups:\n  - id: prize\n    phrases: [tulip, red rose]\n" INTENT, 2},
    {"a phrase twice", "groups:\n  - id: prize\n    phrases: [tulip, rose, tulip]\n" INTENT, -1},
    {"a phrase in two groups",
     "groups:\n  - id: prize\n    phrases: [tulip]\n  - id: fee\n    phrases: [rose, tulip]\n" INTENT, -1},
    {"a phrase of one letter", "groups:\n  - id: prize\n    phrases: [t]\n" INTENT, -1},
    {"words and a saying",
     "groups:\n  - id: prize\n    phrases: [tulip, rose]\nwords:\n  - id: a\n    stems: [tul]\n  - id: b\n"
     "    stems: [tul, ro]\nsayings:\n  prize: [a+b]\n" INTENT, 2},
    {"a saying of words that are not there",
     "groups:\n  - id: prize\n    phrases: [tulip]\nwords:\n  - id: a\n    stems: [tul]\nsayings:\n  prize: [a+c]\n" INTENT, -1},
    {"a saying of phrases",
     "groups:\n  - id: prize\n    phrases: [tulip]\nwords:\n  - id: a\n    stems: [tul]\nsayings:\n  prize: [prize+a]\n" INTENT, -1},
    {"words named like a group",
     "groups:\n  - id: prize\n    phrases: [tulip]\nwords:\n  - id: prize\n    stems: [tul]\n" INTENT, -1},
    {"a saying for words",
     "groups:\n  - id: prize\n    phrases: [tulip]\nwords:\n  - id: a\n    stems: [tul]\nsayings:\n  a: [a+a]\n" INTENT, -1},
    {"a weight for no group", "groups:\n  - id: fee\n    phrases: [tulip]\n" INTENT, -1},
};

int main(void)
{
    void *parent = talloc_new(NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char path[] = "/tmp/lexicon-XXXXXX";
        int fd = mkstemp(path);
        FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
        if (file == NULL)
            abort();
        fputs(rows[i].text, file);
        fclose(file);
        struct error err = {0};
        struct lexicon *lexicon = lexicon_load(parent, path, &err);
        unlink(path);
        bool ok = rows[i].phrases < 0
                      ? lexicon == NULL && err.message[0] != 0
                      : lexicon != NULL && lexicon->group[0].phrase_count == (uint32_t)rows[i].phrases;
        tap_ok(ok, "%s %s", rows[i].name, err.message);
    }
    talloc_free(parent);
    return tap_end();
}
