/* SPDX-License-Identifier: Apache-2.0
 *
 * A file of knowledge: a YAML map with one list of rows under KEY ("families:").  What a row holds is
 * for the loader of its kind. */
#ifndef NOROSHI_KNOW_ROWS_H
#define NOROSHI_KNOW_ROWS_H

#include "base/arena.h"
#include "base/error.h"

struct yaml;

/* The list under KEY in the file at PATH, at most 16 MiB; lives in ARENA.  NULL and ERR, with its
 * place, where the file cannot be read or holds no such list. */
const struct yaml *rows_load(struct arena *arena, const char *path, const char *key,
                             struct error *err);
/* The texts of LIST in ARENA; none where it is NULL or no list. */
struct bytes *rows_texts(struct arena *arena, const struct yaml *list, uint32_t *count_out);

#endif
