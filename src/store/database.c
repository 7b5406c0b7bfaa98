/* SPDX-License-Identifier: Apache-2.0 */
#include "store/database.h"

#include "base/embed.h"

#include <stdio.h>
#include <stdlib.h>
#include <talloc.h>

extern const struct embedded store_schema[];

static const char *const statement_sql[STATEMENT_COUNT] = {
    [STATEMENT_HAS] = "SELECT 1 FROM artifact WHERE sha256 = ?1",
    [STATEMENT_ADD] =
        "INSERT INTO artifact (sha256, at, seen, dated, bytes, class, counterfactual, log_odds, "
        "probability, kind, reason, category, campaign, language, path, subject, sender, words, "
        "detail, "
        "facts) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20)",
    [STATEMENT_ADD_WORDS] =
        "INSERT INTO artifact_search (rowid, subject, sender, words) VALUES (?1,?2,?3,?4)",
    [STATEMENT_ADD_LABEL] = "INSERT OR IGNORE INTO label (term, hour, artifact) VALUES (?1,?2,?3)",
    [STATEMENT_ADD_RAW] = "INSERT OR IGNORE INTO raw (artifact, content) VALUES (?1,?2)",
    [STATEMENT_FIND_TERM] = "SELECT id FROM term WHERE dimension = ?1 AND name = ?2",
    [STATEMENT_ADD_TERM] = "INSERT INTO term (dimension, name) VALUES (?1,?2)",
    [STATEMENT_FIND_PHRASE] =
        "SELECT id FROM phrase WHERE hash = ?1 AND rule IS ?2 AND kind IS ?3 AND "
        "english IS ?4 AND japanese IS ?5 AND technique IS ?6",
    [STATEMENT_ADD_PHRASE] = "INSERT INTO phrase (hash, rule, kind, english, japanese, technique) "
                             "VALUES (?1,?2,?3,?4,?5,?6)",
    [STATEMENT_ADD_PHRASE_WORDS] =
        "INSERT INTO phrase_search (rowid, rule, english, japanese) VALUES (?1,?2,?3,?4)",
    [STATEMENT_PHRASE] =
        "SELECT rule, kind, english, japanese, technique FROM phrase WHERE id = ?1",
    [STATEMENT_DATA_VERSION] = "PRAGMA data_version",
};

struct cursor *database_statement(struct database *db, enum statement which)
{
    if (db->statement[which] == NULL)
        db->statement[which] = cursor_new(db->sqlite, statement_sql[which]);
    else
        cursor_reset(db->statement[which]);
    return db->statement[which];
}

/* --- open, migrate -------------------------------------------------------------------------------
 */

void database_forget_numbers(struct database *db)
{
    talloc_free(db->cache);
    db->cache = talloc_new(db);
    db->arena = arena_new(db->cache);
    db->term = table_new(db->cache);
    db->phrase_id = table_new(db->cache);
    db->phrase = table_new(db->cache);
}

static int database_destroy(struct database *db)
{
    struct error ignored;
    for (int i = 0; i < STATEMENT_COUNT; i++)
        cursor_free(db->statement[i]);
    if (db->writing)
        sqlite_run(db->sqlite, "ROLLBACK", &ignored);
    talloc_free(db->sqlite);
    return 0;
}

/* A reader of a store of an older noroshi has a writer bring it up to date first. */
static bool migrate_first(const char *path, struct error *err)
{
    void *writer = database_open(NULL, path, false, err);
    talloc_free(writer);
    return writer != NULL;
}

static bool refuse_newer(const char *path, int64_t have, int64_t newest, struct error *err)
{
    error_set(err, ERROR_INPUT, "%s was made by a newer noroshi (schema %lld, here %lld)", path,
              (long long)have, (long long)newest);
    error_hint(err, "use that noroshi, or another store: --store FILE");
    return false;
}

static bool migrate(struct database *db, const char *path, struct error *err)
{
    int64_t newest = 0;
    for (int i = 0; store_schema[i].name != NULL; i++)
        newest = atoi(store_schema[i].name);
    int64_t have = sqlite_number(db->sqlite, "PRAGMA user_version", 0);
    if (have > newest)
        return refuse_newer(path, have, newest, err);
    if (have == newest)
        return true;
    if (db->read_only)
        return have > 0 ? migrate_first(path, err)
                        : error_set(err, ERROR_INPUT, "no store at %s", path);
    if (!sqlite_run(db->sqlite, "BEGIN EXCLUSIVE", err))
        return false;
    have = sqlite_number(db->sqlite, "PRAGMA user_version",
                         0); /* another process may have been first */
    for (int i = 0; store_schema[i].name != NULL; i++) {
        int64_t step = atoi(store_schema[i].name);
        char set[64];
        snprintf(set, sizeof set, "PRAGMA user_version = %lld", (long long)step);
        if (step > have &&
            (!sqlite_run(db->sqlite, (const char *)store_schema[i].content.at, err) ||
             !sqlite_run(db->sqlite, set, err))) {
            struct error ignored;
            sqlite_run(db->sqlite, "ROLLBACK", &ignored);
            return false;
        }
    }
    return sqlite_run(db->sqlite, "COMMIT", err);
}

/* Dimensions are rows by name, so that dimension.def may change its order. */
static bool load_dimensions(struct database *db, struct error *err)
{
    for (int i = 0; i < DIMENSION_COUNT; i++) {
        char sql[160];
        snprintf(sql, sizeof sql, "SELECT id FROM dimension WHERE name = '%s'",
                 dimension_rows[i].name);
        db->dimension[i] = sqlite_number(db->sqlite, sql, -1);
        if (db->dimension[i] >= 0 || db->read_only)
            continue;
        char add[160];
        snprintf(add, sizeof add, "INSERT OR IGNORE INTO dimension (name) VALUES ('%s')",
                 dimension_rows[i].name);
        if (!sqlite_run(db->sqlite, add, err))
            return false;
        db->dimension[i] = sqlite_number(db->sqlite, sql, -1);
    }
    return true;
}

void *database_open(const void *parent, const char *path, bool read_only, struct error *err)
{
    struct sqlite *sqlite = sqlite_connect(parent, path, read_only, err);
    if (sqlite == NULL)
        return NULL;
    struct database *db = talloc_zero(parent, struct database);
    if (db == NULL)
        abort();
    db->sqlite = talloc_steal(db, sqlite);
    db->read_only = read_only;
    talloc_set_destructor(db, database_destroy);
    database_forget_numbers(db);
    bool ok = sqlite_run(sqlite,
                         "PRAGMA cache_size = -65536; PRAGMA mmap_size = 4294967296; "
                         "PRAGMA temp_store = MEMORY;",
                         err) &&
              (read_only || sqlite_run(sqlite,
                                       "PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL; "
                                       "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; "
                                       "PRAGMA trusted_schema = OFF;",
                                       err)) &&
              migrate(db, path, err) && load_dimensions(db, err);
    if (!ok) {
        talloc_free(db);
        return NULL;
    }
    return db;
}
