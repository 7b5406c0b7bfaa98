/* SPDX-License-Identifier: Apache-2.0 */
#include "store/database.h"

#include <stdio.h>

/* --- care ----------------------------------------------------------------------------------------
 */

static uint64_t file_bytes(struct database *db)
{
    int64_t pages = sqlite_number(db->sqlite, "PRAGMA page_count", 0) -
                    sqlite_number(db->sqlite, "PRAGMA freelist_count", 0);
    return (uint64_t)(pages * sqlite_number(db->sqlite, "PRAGMA page_size", 0));
}

static bool database_stats(void *own, struct store_stats *out, struct error *err)
{
    struct database *db = own;
    if (!database_flush(db, err))
        return false;
    *out = (struct store_stats){
        .artifacts = (uint64_t)sqlite_number(db->sqlite, "SELECT count(*) FROM artifact", 0),
        .labels = (uint64_t)sqlite_number(db->sqlite, "SELECT count(*) FROM label", 0),
        .terms = (uint64_t)sqlite_number(db->sqlite, "SELECT count(*) FROM term", 0),
        .bytes = file_bytes(db),
        .first_us = sqlite_number(db->sqlite, "SELECT min(at) FROM artifact", 0),
        .last_us = sqlite_number(db->sqlite, "SELECT max(at) FROM artifact", 0),
        .schema = (uint32_t)sqlite_number(db->sqlite, "PRAGMA user_version", 0),
    };
    return true;
}

/* Forget the artifacts in temp.doomed, and the terms and phrases that nothing uses any more. */
static const char forget_sql[] =
    "INSERT INTO artifact_search (artifact_search, rowid, subject, sender, words) "
    "SELECT 'delete', id, subject, sender, words FROM artifact WHERE id IN temp.doomed;"
    "DELETE FROM label WHERE artifact IN temp.doomed;"
    "DELETE FROM raw WHERE artifact IN temp.doomed;"
    "DELETE FROM artifact WHERE id IN temp.doomed;"
    "DELETE FROM temp.doomed;"
    "DELETE FROM term WHERE NOT EXISTS (SELECT 1 FROM label WHERE label.term = term.id);"
    "CREATE TEMP TABLE IF NOT EXISTS loose (id INTEGER PRIMARY KEY);"
    "INSERT INTO temp.loose SELECT id FROM phrase WHERE rule IS NOT NULL AND rule NOT IN "
    "(SELECT t.name FROM term t JOIN dimension d ON d.id = t.dimension WHERE d.name = 'rule');"
    "INSERT INTO phrase_search (phrase_search, rowid, rule, english, japanese) "
    "SELECT 'delete', id, rule, english, japanese FROM phrase WHERE id IN temp.loose;"
    "DELETE FROM phrase WHERE id IN temp.loose;"
    "DELETE FROM temp.loose;";

static bool forget(struct database *db, const char *which, uint64_t *forgotten_out,
                   struct error *err)
{
    if (!database_begin(db, err) ||
        !sqlite_run(db->sqlite, "CREATE TEMP TABLE IF NOT EXISTS doomed (id INTEGER PRIMARY KEY)",
                    err) ||
        !sqlite_run(db->sqlite, which, err))
        return false;
    *forgotten_out += (uint64_t)sqlite_number(db->sqlite, "SELECT count(*) FROM temp.doomed", 0);
    bool ok = sqlite_run(db->sqlite, forget_sql, err) && database_flush(db, err);
    database_forget_numbers(db);
    return ok && sqlite_run(db->sqlite,
                            "PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE);", err);
}

static bool database_prune(void *own, int64_t before_us, uint64_t most_bytes,
                           uint64_t *forgotten_out, struct error *err)
{
    struct database *db = own;
    char sql[200];
    *forgotten_out = 0;
    if (!database_flush(db, err))
        return false;
    snprintf(sql, sizeof sql, "INSERT INTO temp.doomed SELECT id FROM artifact WHERE seen < %lld",
             (long long)before_us);
    if (before_us > 0 && !forget(db, sql, forgotten_out, err))
        return false;
    while (most_bytes > 0 && file_bytes(db) > most_bytes) {
        int64_t left = sqlite_number(db->sqlite, "SELECT count(*) FROM artifact", 0);
        if (left == 0)
            break;
        snprintf(sql, sizeof sql,
                 "INSERT INTO temp.doomed SELECT id FROM artifact ORDER BY seen, id LIMIT %lld",
                 (long long)(left / 20 + 1));
        if (!forget(db, sql, forgotten_out, err))
            return false;
    }
    return true;
}

static void find_rows(struct database *db, const char *sql, const char *what, struct text *findings)
{
    struct error err = {0};
    struct cursor *s = cursor_new(db->sqlite, sql);
    enum cursor_state state = CURSOR_FAILED;
    while (s != NULL && (state = cursor_step(s)) == CURSOR_ROW) {
        struct bytes said = cursor_bytes(s, 0);
        if (!bytes_equal(said, BYTES("ok")))
            text_add_format(findings, "%s: %.*s\n", what, BYTES_FMT(said));
    }
    if (state == CURSOR_FAILED && !sqlite_fail(db->sqlite, &err, what))
        text_add_format(findings, "%s\n", err.message);
    cursor_free(s);
}

static bool database_check(void *own, struct text *findings, struct error *err)
{
    struct database *db = own;
    if (!database_flush(db, err))
        return false;
    find_rows(db, "PRAGMA integrity_check", "pages", findings);
    find_rows(db,
              "SELECT artifact FROM label WHERE artifact NOT IN (SELECT id FROM artifact) OR "
              "term NOT IN (SELECT id FROM term) LIMIT 10",
              "label without its artifact or term", findings);
    find_rows(db,
              "SELECT artifact FROM raw WHERE artifact NOT IN (SELECT id FROM artifact) LIMIT 10",
              "raw bytes without their artifact", findings);
    find_rows(
        db,
        "SELECT id FROM artifact WHERE length(sha256) <> 32 OR class NOT BETWEEN 0 AND 3 LIMIT 10",
        "artifact that cannot be", findings);
    for (int i = 0; i < 2 && !db->read_only; i++) {
        const char *sql = i == 0 ? "INSERT INTO artifact_search (artifact_search, rank) VALUES "
                                   "('integrity-check', 1)"
                                 : "INSERT INTO phrase_search (phrase_search, rank) VALUES "
                                   "('integrity-check', 1)";
        struct error said = {0};
        if (!sqlite_run(db->sqlite, sql, &said))
            text_add_format(findings, "words: %s\n", said.message);
    }
    return true;
}

static bool database_vacuum(void *own, struct error *err)
{
    struct database *db = own;
    return database_flush(db, err) &&
           sqlite_run(db->sqlite,
                      "INSERT INTO artifact_search (artifact_search) VALUES ('optimize');"
                      "INSERT INTO phrase_search (phrase_search) VALUES ('optimize');"
                      "VACUUM; ANALYZE; PRAGMA wal_checkpoint(TRUNCATE);",
                      err);
}

static bool database_raw(void *own, struct arena *arena, const uint8_t sha256[32],
                         struct bytes *out, struct error *err)
{
    struct database *db = own;
    if (!database_flush(db, err))
        return false;
    struct cursor *s = cursor_new(
        db->sqlite,
        "SELECT content FROM raw WHERE artifact = (SELECT id FROM artifact WHERE sha256 = ?1)");
    if (s == NULL)
        return sqlite_fail(db->sqlite, err, "cannot read the store");
    cursor_bind_blob(s, 1, bytes_of(sha256, 32));
    if (cursor_step(s) == CURSOR_ROW)
        *out = arena_copy(arena, cursor_bytes(s, 0));
    cursor_free(s);
    return true;
}

const struct store_driver store_sqlite = {
    .open = database_open,
    .has = database_has,
    .add = database_add,
    .flush = database_flush,
    .intern = database_intern,
    .phrase = database_phrase,
    .each = database_each,
    .undated = database_undated,
    .counts = database_counts,
    .cross = database_cross,
    .phrases = database_phrases,
    .stats = database_stats,
    .prune = database_prune,
    .check = database_check,
    .vacuum = database_vacuum,
    .raw = database_raw,
};
