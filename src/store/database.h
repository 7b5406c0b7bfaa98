/* SPDX-License-Identifier: Apache-2.0
 *
 * The store in one SQLite file: what its driver's files share.
 *
 * user_version is the number of the last schema/NNN_*.sql applied; each runs in one transaction
 * with its number, so a killed migration is begun anew.  Writes gather in one IMMEDIATE
 * transaction; a second writer waits for it.  synchronous=FULL: a commit that returned is on the
 * disk.  Numbers of terms and phrases are remembered; when another process wrote in between
 * (data_version) they are forgotten, because it may have pruned. */
#ifndef NOROSHI_STORE_DATABASE_H
#define NOROSHI_STORE_DATABASE_H

#include "base/table.h"
#include "store/driver.h"
#include "store/sqlite.h"

#define DATABASE_CACHE_MAX 65536u

enum statement {
    STATEMENT_HAS,
    STATEMENT_ADD,
    STATEMENT_ADD_WORDS,
    STATEMENT_ADD_LABEL,
    STATEMENT_ADD_RAW,
    STATEMENT_FIND_TERM,
    STATEMENT_ADD_TERM,
    STATEMENT_FIND_PHRASE,
    STATEMENT_ADD_PHRASE,
    STATEMENT_ADD_PHRASE_WORDS,
    STATEMENT_PHRASE,
    STATEMENT_DATA_VERSION,
    STATEMENT_COUNT,
};

struct database {
    struct sqlite *sqlite;
    struct cursor *statement[STATEMENT_COUNT];
    int64_t dimension[DIMENSION_COUNT]; /* row of the dimension table */
    bool read_only, writing;
    uint32_t pending;
    int64_t data_version;
    void *cache; /* talloc parent of what follows */
    struct arena *arena;
    struct table *term;      /* dimension byte and name -> id */
    struct table *phrase_id; /* phrase -> id */
    struct table *phrase;    /* id as 8 bytes -> struct store_phrase */
};

void *database_open(const void *parent, const char *path, bool read_only, struct error *err);
void database_forget_numbers(struct database *db);
/* A statement of the list, reset; NULL where it cannot be made. */
struct cursor *database_statement(struct database *db, enum statement which);
bool database_begin(struct database *db, struct error *err);
int64_t database_hour(int64_t us);

/* Driver functions (driver.h). */
bool database_flush(void *own, struct error *err);
bool database_has(void *own, const uint8_t sha256[32], bool *known_out, struct error *err);
bool database_add(void *own, const struct store_row *row, const struct store_label *label,
                  uint32_t label_count, struct bytes raw, struct error *err);
bool database_intern(void *own, const struct store_phrase *phrase, int64_t *id_out,
                     struct error *err);
bool database_phrase(void *own, struct arena *arena, int64_t id, struct store_phrase *out);
bool database_each(void *own, const struct store_filter *filter,
                   bool (*visit)(void *own, const struct store_row *row), void *visit_own,
                   struct error *err);
bool database_undated(void *own, int64_t since_us, int64_t until_us, uint64_t *count_out,
                      struct error *err);
bool database_counts(void *own, enum dimension dimension, uint32_t step_s, int64_t since_us,
                     int64_t until_us, bool (*visit)(void *own, const struct store_cell *cell),
                     void *visit_own, struct error *err);
bool database_phrases(void *own, bool (*visit)(void *, const struct store_phrase *),
                      void *visit_own, struct error *err);
bool database_cross(void *own, enum dimension dimension, enum dimension with, struct bytes name,
                    int64_t since_us, int64_t until_us,
                    bool (*visit)(void *own, const struct store_cell *cell), void *visit_own,
                    struct error *err);

#endif
