/* SPDX-License-Identifier: Apache-2.0
 *
 * What was learned from the user's own mail: one file with the examples (hashes only, no text) and the
 * model trained from them.
 *
 * Because the examples are kept, mail can be unlearned exactly, two files can be merged and the model
 * is a function of the set of examples alone, whatever order they came in.  About 1 KB per mail plus
 * 1 MB of weights.  Versioned; a file that is foreign, cut or of another version is refused with a reason. */
#ifndef NOROSHI_LEARN_LEARNED_H
#define NOROSHI_LEARN_LEARNED_H

#include "base/error.h"
#include "base/table.h"
#include "learn/linear.h"

struct learned {
    struct example *example;
    uint32_t count, capacity;
    struct table *place;   /* id -> 1 + index */
    struct linear *linear; /* NULL: too few examples of a class yet */
};

struct learned *learned_new(const void *parent);
/* The file at PATH; with WEIGHTS_ONLY its examples are left out (for scanning).  NULL and ERR. */
struct learned *learned_load(const void *parent, const char *path, bool weights_only,
                             struct error *err);
/* The same from BYTES into an empty LEARNED; false where they are not one whole file. */
bool learned_decode(struct learned *learned, struct bytes bytes, bool weights_only);
/* Written beside PATH and renamed over it, so that a reader never sees half a file. */
bool learned_save(const struct learned *learned, const char *path, struct error *err);
/* Add one mail by the ascending HASHes of its features (copied); the same id again replaces its label. */
void learned_add(struct learned *learned, uint64_t id, bool bad, const uint32_t *hash,
                 uint32_t count);
/* Forget one mail; whether it was known. */
bool learned_remove(struct learned *learned, uint64_t id);
void learned_merge(struct learned *learned, const struct learned *other);
/* Train anew from the examples; false where a class has too few. */
bool learned_train(struct learned *learned);

#endif
