/* SPDX-License-Identifier: Apache-2.0
 *
 * What is taken from one mail to learn from it: numbers, addresses and a date, made in a worker.
 *
 * A lesson leaves the worker as a flat record inside the verdict; its reader trusts nothing (a worker taken
 * over by hostile content may lie, but every count and length is checked).  Hashes of words and passages are
 * in it, text is not. */
#ifndef NOROSHI_LEARN_LESSON_H
#define NOROSHI_LEARN_LESSON_H

#include "base/text.h"
#include "learn/feature.h"

#define LESSON_PEOPLE_MAX 32u
#define LESSON_PASSAGES_MAX 16u

struct lesson_person {
    struct bytes email, domain; /* lower case; the root domain where there is one */
};

struct lesson {
    int64_t at_us; /* Date as UTC; INT64_MIN where absent */
    bool outbound; /* sent from a domain of ours */
    bool auth_failed;
    struct lesson_person
        *person; /* the sender first (its email absent where unknown), then recipients */
    uint32_t person_count;
    uint32_t *feature; /* ascending hashes */
    uint32_t feature_count;
    uint32_t *passage; /* of the mail's own text, ascending: its least hashes */
    uint32_t passage_count;
};

/* Append what the mail of MODEL teaches to OUT. */
void lesson_write(struct text *out, struct model *model);
/* The lesson in RECORD (slices point into it); NULL where it is not one whole lesson. */
struct lesson *lesson_read(struct arena *arena, struct bytes record);
/* B in lower case (ASCII) in ARENA. */
struct bytes lesson_fold(struct arena *arena, struct bytes b);

#endif
