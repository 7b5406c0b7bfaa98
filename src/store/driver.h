/* SPDX-License-Identifier: Apache-2.0
 *
 * What a database has to do for the store: rows in, rows out.
 *
 * store.c makes rows of verdicts and verdicts of rows and knows no SQL; a driver knows SQL and no
 * verdicts.  A driver is one file that wraps one library and one table of these functions: SQLite
 * is sqlite.c; another engine is another file and a row in store.c.  All functions but open work on
 * what open answered, a talloc context whose destructor closes the database. */
#ifndef NOROSHI_STORE_DRIVER_H
#define NOROSHI_STORE_DRIVER_H

#include "store/store.h"

struct store_phrase {
    struct bytes rule, kind, sentence[2], technique; /* technique: ids joined by spaces */
};

struct store_label {
    enum dimension dimension;
    struct bytes name;
};

struct store_row {
    int64_t id;
    uint8_t sha256[32];
    int64_t at_us, seen_us;
    bool dated;
    uint64_t bytes;
    int32_t class, counterfactual;
    double log_odds, probability;
    struct bytes kind, reason, category, campaign, language, path, subject, sender, words, detail,
        facts;
};

struct store_driver {
    void *(*open)(const void *parent, const char *path, bool read_only, struct error *err);
    /* Whether an artifact is there. */
    bool (*has)(void *db, const uint8_t sha256[32], bool *known_out, struct error *err);
    bool (*add)(void *db, const struct store_row *row, const struct store_label *label,
                uint32_t label_count, struct bytes raw, struct error *err);
    bool (*flush)(void *db, struct error *err);
    /* The number of a phrase, kept once. */
    bool (*intern)(void *db, const struct store_phrase *phrase, int64_t *id_out, struct error *err);
    /* A phrase by its number, in ARENA or the driver's memory; false where there is none. */
    bool (*phrase)(void *db, struct arena *arena, int64_t id, struct store_phrase *out);
    /* All phrases, by rule, newest first within one. */
    bool (*phrases)(void *db, bool (*visit)(void *own, const struct store_phrase *phrase),
                    void *own, struct error *err);
    /* Rows under FILTER; slices live until VISIT returns. */
    bool (*each)(void *db, const struct store_filter *filter,
                 bool (*visit)(void *own, const struct store_row *row), void *own,
                 struct error *err);
    bool (*undated)(void *db, int64_t since_us, int64_t until_us, uint64_t *count_out,
                    struct error *err);
    bool (*counts)(void *db, enum dimension dimension, uint32_t step_s, int64_t since_us,
                   int64_t until_us, bool (*visit)(void *own, const struct store_cell *cell),
                   void *own, struct error *err);
    bool (*cross)(void *db, enum dimension dimension, enum dimension with, struct bytes name,
                  int64_t since_us, int64_t until_us,
                  bool (*visit)(void *own, const struct store_cell *cell), void *own,
                  struct error *err);
    bool (*stats)(void *db, struct store_stats *out, struct error *err);
    bool (*prune)(void *db, int64_t before_us, uint64_t most_bytes, uint64_t *forgotten_out,
                  struct error *err);
    bool (*check)(void *db, struct text *findings, struct error *err);
    bool (*vacuum)(void *db, struct error *err);
    bool (*raw)(void *db, struct arena *arena, const uint8_t sha256[32], struct bytes *out,
                struct error *err);
};

extern const struct store_driver store_sqlite;

#endif
