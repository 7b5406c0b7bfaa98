/* SPDX-License-Identifier: Apache-2.0
 *
 * The store in one SQLite file: write-ahead log, FTS5 with the bigram splitter, numbered migrations.
 *
 * user_version is the number of the last schema/NNN_*.sql applied; each runs in one transaction with
 * its number, so a killed migration is begun anew.  Writes gather in one IMMEDIATE transaction; a
 * second writer waits BUSY_MS for it.  synchronous=FULL: a commit that returned is on the disk.  Numbers of
 * terms and phrases are remembered; when another process wrote in between (data_version), they are
 * forgotten, because it may have pruned. */
#include "base/embed.h"
#include "base/table.h"
#include "store/bigram.h"
#include "store/driver.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <talloc.h>

#define BUSY_MS 60000
#define CACHE_MAX 65536u

extern const struct embedded store_schema[];

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

static const char *const statement_sql[STATEMENT_COUNT] = {
    [STATEMENT_HAS] = "SELECT 1 FROM artifact WHERE sha256 = ?1",
    [STATEMENT_ADD] =
        "INSERT INTO artifact (sha256, at, seen, dated, bytes, class, counterfactual, log_odds, "
        "probability, kind, reason, category, campaign, language, path, subject, sender, words, detail, "
        "facts) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20)",
    [STATEMENT_ADD_WORDS] =
        "INSERT INTO artifact_search (rowid, subject, sender, words) VALUES (?1,?2,?3,?4)",
    [STATEMENT_ADD_LABEL] = "INSERT OR IGNORE INTO label (term, hour, artifact) VALUES (?1,?2,?3)",
    [STATEMENT_ADD_RAW] = "INSERT OR IGNORE INTO raw (artifact, content) VALUES (?1,?2)",
    [STATEMENT_FIND_TERM] = "SELECT id FROM term WHERE dimension = ?1 AND name = ?2",
    [STATEMENT_ADD_TERM] = "INSERT INTO term (dimension, name) VALUES (?1,?2)",
    [STATEMENT_FIND_PHRASE] = "SELECT id FROM phrase WHERE hash = ?1 AND rule IS ?2 AND kind IS ?3 AND "
                              "english IS ?4 AND japanese IS ?5 AND technique IS ?6",
    [STATEMENT_ADD_PHRASE] = "INSERT INTO phrase (hash, rule, kind, english, japanese, technique) "
                             "VALUES (?1,?2,?3,?4,?5,?6)",
    [STATEMENT_ADD_PHRASE_WORDS] =
        "INSERT INTO phrase_search (rowid, rule, english, japanese) VALUES (?1,?2,?3,?4)",
    [STATEMENT_PHRASE] = "SELECT rule, kind, english, japanese, technique FROM phrase WHERE id = ?1",
    [STATEMENT_DATA_VERSION] = "PRAGMA data_version",
};

struct sqlite {
    sqlite3 *handle;
    sqlite3_stmt *statement[STATEMENT_COUNT];
    int64_t dimension[DIMENSION_COUNT]; /* row of the dimension table */
    bool read_only, writing;
    uint32_t pending;
    int64_t data_version;
    void *cache;              /* talloc parent of what follows */
    struct arena *arena;
    struct table *term;       /* "dimension\0name" -> id */
    struct table *phrase_id;  /* flat phrase -> id */
    struct table *phrase;     /* id as 8 bytes -> struct store_phrase */
};

static bool fail(struct sqlite *db, struct error *err, const char *what)
{
    int code = sqlite3_errcode(db->handle);
    error_set(err, code == SQLITE_FULL || code == SQLITE_IOERR ? ERROR_OUTPUT : ERROR_SYSTEM, "%s: %s", what,
              sqlite3_errmsg(db->handle));
    if (code == SQLITE_BUSY)
        error_hint(err, "another process has been writing for over a minute");
    if (code == SQLITE_FULL)
        error_hint(err, "the disk is full; 'noroshi store prune' frees room");
    return false;
}

static bool run(struct sqlite *db, const char *sql, struct error *err)
{
    return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK || fail(db, err, "store");
}

/* The first column of the first row; OTHERWISE where there is none. */
static int64_t number(struct sqlite *db, const char *sql, int64_t otherwise)
{
    sqlite3_stmt *statement = NULL;
    int64_t n = otherwise;
    if (sqlite3_prepare_v2(db->handle, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        n = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return n;
}

static sqlite3_stmt *prepared(struct sqlite *db, enum statement which)
{
    sqlite3_stmt **statement = &db->statement[which];
    if (*statement == NULL &&
        sqlite3_prepare_v3(db->handle, statement_sql[which], -1, SQLITE_PREPARE_PERSISTENT, statement,
                           NULL) != SQLITE_OK)
        return NULL;
    sqlite3_reset(*statement);
    return *statement;
}

/* Everything the store keeps as text is made UTF-8 before it comes here or may hold any byte: SQLite
 * keeps it as it is. */
static void bind_text(sqlite3_stmt *statement, int at, struct bytes b)
{
    if (b.at == NULL)
        sqlite3_bind_null(statement, at);
    else
        sqlite3_bind_text64(statement, at, (const char *)b.at, b.len, SQLITE_STATIC, SQLITE_UTF8);
}

static void bind_blob(sqlite3_stmt *statement, int at, struct bytes b)
{
    if (b.at == NULL)
        sqlite3_bind_null(statement, at);
    else
        sqlite3_bind_blob64(statement, at, b.at, b.len, SQLITE_STATIC);
}

static struct bytes column(sqlite3_stmt *statement, int at)
{
    if (sqlite3_column_type(statement, at) == SQLITE_NULL)
        return BYTES_NONE;
    const void *p = sqlite3_column_blob(statement, at);
    return bytes_of(p == NULL ? (const void *)"" : p, (size_t)sqlite3_column_bytes(statement, at));
}

/* --- tokenizer ----------------------------------------------------------------------------------- */

struct token_sink {
    void *context;
    int (*put)(void *, int, const char *, int, int, int);
};

static int put_token(void *own, const struct bigram_token *token)
{
    struct token_sink *sink = own;
    return sink->put(sink->context, token->same_place ? FTS5_TOKEN_COLOCATED : 0,
                     (const char *)token->word.at, (int)token->word.len, (int)token->start, (int)token->end);
}

static int tokenizer_new(void *context, const char **argument, int count, Fts5Tokenizer **out)
{
    (void)context, (void)argument, (void)count;
    static int nothing;
    *out = (Fts5Tokenizer *)&nothing;
    return SQLITE_OK;
}

static void tokenizer_free(Fts5Tokenizer *tokenizer)
{
    (void)tokenizer;
}

static int tokenize(Fts5Tokenizer *tokenizer, void *context, int flags, const char *at, int len,
                    int (*put)(void *, int, const char *, int, int, int))
{
    (void)tokenizer;
    struct token_sink sink = {context, put};
    return bigram_split(bytes_of(at, (size_t)len), (flags & FTS5_TOKENIZE_QUERY) != 0, &sink, put_token);
}

static bool add_tokenizer(struct sqlite *db, struct error *err)
{
    fts5_api *api = NULL;
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(db->handle, "SELECT fts5(?1)", -1, &statement, NULL) == SQLITE_OK) {
        sqlite3_bind_pointer(statement, 1, &api, "fts5_api_ptr", NULL);
        sqlite3_step(statement);
    }
    sqlite3_finalize(statement);
    fts5_tokenizer bigram = {tokenizer_new, tokenizer_free, tokenize};
    if (api == NULL || api->xCreateTokenizer(api, "bigram", NULL, &bigram, NULL) != SQLITE_OK)
        return error_set(err, ERROR_SYSTEM, "this SQLite has no FTS5");
    return true;
}

/* --- open, migrate ------------------------------------------------------------------------------- */

static void forget_numbers(struct sqlite *db)
{
    talloc_free(db->cache);
    db->cache = talloc_new(db);
    db->arena = arena_new(db->cache);
    db->term = table_new(db->cache);
    db->phrase_id = table_new(db->cache);
    db->phrase = table_new(db->cache);
}

static int sqlite_destroy(struct sqlite *db)
{
    for (int i = 0; i < STATEMENT_COUNT; i++)
        sqlite3_finalize(db->statement[i]);
    if (db->writing)
        sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
    sqlite3_close_v2(db->handle);
    return 0;
}

static bool migrate(struct sqlite *db, struct error *err)
{
    int64_t newest = 0;
    for (int i = 0; store_schema[i].name != NULL; i++)
        newest = atoi(store_schema[i].name);
    int64_t have = number(db, "PRAGMA user_version", 0);
    if (have > newest)
        return error_set(err, ERROR_INPUT, "the store was made by a newer noroshi (schema %lld, here %lld)",
                         (long long)have, (long long)newest);
    if (have == newest)
        return true;
    if (db->read_only)
        return error_set(err, ERROR_INPUT, "no store there, or one of an older noroshi") ||
               (error_hint(err, "'noroshi store check' brings an old one up to date"), false);
    if (!run(db, "BEGIN EXCLUSIVE", err))
        return false;
    have = number(db, "PRAGMA user_version", 0); /* another process may have been first */
    for (int i = 0; store_schema[i].name != NULL; i++) {
        int64_t step = atoi(store_schema[i].name);
        char set[64];
        snprintf(set, sizeof set, "PRAGMA user_version = %lld", (long long)step);
        if (step > have &&
            (!run(db, (const char *)store_schema[i].content.at, err) || !run(db, set, err))) {
            sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
            return false;
        }
    }
    return run(db, "COMMIT", err);
}

/* Dimensions are rows by name, so that dimension.def may change its order. */
static bool load_dimensions(struct sqlite *db, struct error *err)
{
    for (int i = 0; i < DIMENSION_COUNT; i++) {
        char sql[160];
        snprintf(sql, sizeof sql, "SELECT id FROM dimension WHERE name = '%s'", dimension_rows[i].name);
        db->dimension[i] = number(db, sql, -1);
        if (db->dimension[i] >= 0 || db->read_only)
            continue;
        char add[160];
        snprintf(add, sizeof add, "INSERT OR IGNORE INTO dimension (name) VALUES ('%s')",
                 dimension_rows[i].name);
        if (!run(db, add, err))
            return false;
        db->dimension[i] = number(db, sql, -1);
    }
    return true;
}

static void *sqlite_open(const void *parent, const char *path, bool read_only, struct error *err)
{
    struct sqlite *db = talloc_zero(parent, struct sqlite);
    if (db == NULL)
        abort();
    db->read_only = read_only;
    int flags = read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    int code = sqlite3_open_v2(path, &db->handle, flags | SQLITE_OPEN_NOMUTEX, NULL);
    talloc_set_destructor(db, sqlite_destroy);
    forget_numbers(db);
    if (code != SQLITE_OK) {
        error_set(err, ERROR_INPUT, "cannot open %s: %s", path, sqlite3_errstr(code));
        if (read_only)
            error_hint(err, "'noroshi scan --store %s PATH' makes it", path);
        talloc_free(db);
        return NULL;
    }
    sqlite3_busy_timeout(db->handle, BUSY_MS);
    bool ok = add_tokenizer(db, err) &&
              run(db, "PRAGMA cache_size = -65536; PRAGMA mmap_size = 4294967296; PRAGMA temp_store = MEMORY;",
                  err) &&
              (read_only || run(db,
                                "PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL; "
                                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; "
                                "PRAGMA trusted_schema = OFF;",
                                err)) &&
              migrate(db, err) && load_dimensions(db, err);
    if (!ok) {
        talloc_free(db);
        return NULL;
    }
    return db;
}

/* --- writing ------------------------------------------------------------------------------------- */

static bool begin(struct sqlite *db, struct error *err)
{
    if (db->writing)
        return true;
    if (!run(db, "BEGIN IMMEDIATE", err))
        return false;
    db->writing = true;
    sqlite3_stmt *statement = prepared(db, STATEMENT_DATA_VERSION);
    int64_t version = statement != NULL && sqlite3_step(statement) == SQLITE_ROW
                          ? sqlite3_column_int64(statement, 0)
                          : -1;
    sqlite3_reset(statement);
    if (version != db->data_version || db->term->count > CACHE_MAX || db->phrase_id->count > CACHE_MAX)
        forget_numbers(db);
    db->data_version = version;
    return true;
}

static bool sqlite_flush(void *own, struct error *err)
{
    struct sqlite *db = own;
    if (!db->writing)
        return true;
    if (!run(db, "COMMIT", err))
        return false;
    db->writing = false;
    db->pending = 0;
    return true;
}

static bool sqlite_has(void *own, const uint8_t sha256[32], bool *known_out, struct error *err)
{
    struct sqlite *db = own;
    sqlite3_stmt *statement = prepared(db, STATEMENT_HAS);
    if (statement == NULL)
        return fail(db, err, "store");
    sqlite3_bind_blob(statement, 1, sha256, 32, SQLITE_STATIC);
    int code = sqlite3_step(statement);
    sqlite3_reset(statement);
    *known_out = code == SQLITE_ROW;
    return code == SQLITE_ROW || code == SQLITE_DONE || fail(db, err, "store");
}

static bool step(struct sqlite *db, sqlite3_stmt *statement, struct error *err)
{
    int code = statement == NULL ? SQLITE_ERROR : sqlite3_step(statement);
    if (code == SQLITE_DONE) {
        sqlite3_reset(statement);
        return true;
    }
    fail(db, err, "cannot store");
    sqlite3_reset(statement);
    return false;
}

static bool term_id(struct sqlite *db, const struct store_label *label, int64_t *id_out, struct error *err)
{
    uint8_t key_bytes[256];
    struct bytes name = bytes_sub(label->name, 0, sizeof key_bytes - 1);
    key_bytes[0] = (uint8_t)label->dimension;
    memcpy(key_bytes + 1, name.at, name.len);
    struct bytes key = bytes_of(key_bytes, name.len + 1);
    int64_t *cached = table_get(db->term, key);
    if (cached != NULL) {
        *id_out = *cached;
        return true;
    }
    sqlite3_stmt *find = prepared(db, STATEMENT_FIND_TERM);
    if (find == NULL)
        return fail(db, err, "store");
    sqlite3_bind_int64(find, 1, db->dimension[label->dimension]);
    bind_text(find, 2, name);
    if (sqlite3_step(find) == SQLITE_ROW) {
        *id_out = sqlite3_column_int64(find, 0);
    } else {
        sqlite3_stmt *add = prepared(db, STATEMENT_ADD_TERM);
        sqlite3_bind_int64(add, 1, db->dimension[label->dimension]);
        bind_text(add, 2, name);
        if (!step(db, add, err))
            return false;
        *id_out = sqlite3_last_insert_rowid(db->handle);
    }
    sqlite3_reset(find);
    int64_t *id = arena_new_of(db->arena, int64_t);
    *id = *id_out;
    table_set(db->term, arena_copy(db->arena, key), id);
    return true;
}

static int64_t floor_hour(int64_t us)
{
    const int64_t hour_us = (int64_t)3600 * 1000000;
    return us >= 0 ? us / hour_us : -((hour_us - 1 - us) / hour_us);
}

static void bind_row(sqlite3_stmt *s, const struct store_row *row)
{
    sqlite3_bind_blob(s, 1, row->sha256, 32, SQLITE_STATIC);
    sqlite3_bind_int64(s, 2, row->at_us);
    sqlite3_bind_int64(s, 3, row->seen_us);
    sqlite3_bind_int(s, 4, row->dated);
    sqlite3_bind_int64(s, 5, (int64_t)row->bytes);
    sqlite3_bind_int(s, 6, row->class);
    sqlite3_bind_int(s, 7, row->counterfactual);
    sqlite3_bind_double(s, 8, row->log_odds);
    sqlite3_bind_double(s, 9, row->probability);
    bind_text(s, 10, row->kind);
    bind_text(s, 11, row->reason);
    bind_text(s, 12, row->category);
    bind_text(s, 13, row->campaign);
    bind_text(s, 14, row->language);
    bind_text(s, 15, row->path);
    bind_text(s, 16, row->subject);
    bind_text(s, 17, row->sender);
    bind_text(s, 18, row->words);
    bind_blob(s, 19, row->detail);
    bind_blob(s, 20, row->facts);
}

static bool add_row(struct sqlite *db, const struct store_row *row, const struct store_label *label,
                    uint32_t label_count, struct bytes raw, struct error *err)
{
    sqlite3_stmt *add = prepared(db, STATEMENT_ADD);
    if (add == NULL)
        return fail(db, err, "store");
    bind_row(add, row);
    if (!step(db, add, err))
        return false;
    int64_t id = sqlite3_last_insert_rowid(db->handle);
    sqlite3_stmt *words = prepared(db, STATEMENT_ADD_WORDS);
    sqlite3_bind_int64(words, 1, id);
    bind_text(words, 2, row->subject);
    bind_text(words, 3, row->sender);
    bind_text(words, 4, row->words);
    if (!step(db, words, err))
        return false;
    for (uint32_t i = 0; i < label_count; i++) {
        int64_t term = 0;
        if (!term_id(db, &label[i], &term, err))
            return false;
        sqlite3_stmt *put = prepared(db, STATEMENT_ADD_LABEL);
        sqlite3_bind_int64(put, 1, term);
        sqlite3_bind_int64(put, 2, floor_hour(row->at_us));
        sqlite3_bind_int64(put, 3, id);
        if (!step(db, put, err))
            return false;
    }
    if (raw.at == NULL)
        return true;
    sqlite3_stmt *keep = prepared(db, STATEMENT_ADD_RAW);
    sqlite3_bind_int64(keep, 1, id);
    bind_blob(keep, 2, raw);
    return step(db, keep, err);
}

static bool sqlite_add(void *own, const struct store_row *row, const struct store_label *label,
                       uint32_t label_count, struct bytes raw, struct error *err)
{
    struct sqlite *db = own;
    if (!begin(db, err))
        return false;
    bool known = false; /* another writer may have been first while we waited */
    if (!sqlite_has(db, row->sha256, &known, err) || known)
        return known;
    if (!run(db, "SAVEPOINT one", err))
        return false;
    if (!add_row(db, row, label, label_count, raw, err)) {
        sqlite3_exec(db->handle, "ROLLBACK TO one; RELEASE one", NULL, NULL, NULL);
        forget_numbers(db);
        return false;
    }
    if (!run(db, "RELEASE one", err))
        return false;
    return ++db->pending < STORE_BATCH || sqlite_flush(db, err);
}

/* --- phrases ------------------------------------------------------------------------------------- */

static struct bytes phrase_key(struct arena *arena, const struct store_phrase *p)
{
    return arena_printf(arena, "%.*s\n%.*s\n%.*s\n%.*s\n%.*s", BYTES_FMT(p->rule), BYTES_FMT(p->kind),
                        BYTES_FMT(p->sentence[0]), BYTES_FMT(p->sentence[1]), BYTES_FMT(p->technique));
}

static void bind_phrase(sqlite3_stmt *s, int at, const struct store_phrase *p)
{
    bind_text(s, at, p->rule);
    bind_text(s, at + 1, p->kind);
    bind_text(s, at + 2, p->sentence[0]);
    bind_text(s, at + 3, p->sentence[1]);
    bind_text(s, at + 4, p->technique);
}

static bool add_phrase(struct sqlite *db, int64_t hash, const struct store_phrase *p, int64_t *id_out,
                       struct error *err)
{
    sqlite3_stmt *add = prepared(db, STATEMENT_ADD_PHRASE);
    sqlite3_bind_int64(add, 1, hash);
    bind_phrase(add, 2, p);
    if (!step(db, add, err))
        return false;
    *id_out = sqlite3_last_insert_rowid(db->handle);
    sqlite3_stmt *words = prepared(db, STATEMENT_ADD_PHRASE_WORDS);
    sqlite3_bind_int64(words, 1, *id_out);
    bind_text(words, 2, p->rule);
    bind_text(words, 3, p->sentence[0]);
    bind_text(words, 4, p->sentence[1]);
    return step(db, words, err);
}

static bool sqlite_intern(void *own, const struct store_phrase *p, int64_t *id_out, struct error *err)
{
    struct sqlite *db = own;
    if (!begin(db, err))
        return false;
    struct bytes key = phrase_key(db->arena, p);
    int64_t *cached = table_get(db->phrase_id, key);
    if (cached != NULL) {
        *id_out = *cached;
        return true;
    }
    /* FNV-1a as bytes_hash has it would bind files to one build: the row is compared whole anyway. */
    int64_t hash = (int64_t)(bytes_hash(key) >> 1);
    sqlite3_stmt *find = prepared(db, STATEMENT_FIND_PHRASE);
    if (find == NULL)
        return fail(db, err, "store");
    sqlite3_bind_int64(find, 1, hash);
    bind_phrase(find, 2, p);
    if (sqlite3_step(find) == SQLITE_ROW)
        *id_out = sqlite3_column_int64(find, 0);
    else if (!add_phrase(db, hash, p, id_out, err))
        return false;
    sqlite3_reset(find);
    int64_t *id = arena_new_of(db->arena, int64_t);
    *id = *id_out;
    table_set(db->phrase_id, key, id);
    return true;
}

static bool sqlite_phrase(void *own, struct arena *arena, int64_t id, struct store_phrase *out)
{
    struct sqlite *db = own;
    struct store_phrase *cached = table_get(db->phrase, bytes_of(&id, sizeof id));
    if (cached != NULL) {
        *out = *cached;
        return true;
    }
    sqlite3_stmt *s = prepared(db, STATEMENT_PHRASE);
    if (s == NULL)
        return false;
    sqlite3_bind_int64(s, 1, id);
    bool found = sqlite3_step(s) == SQLITE_ROW;
    bool keep = found && db->phrase->count < CACHE_MAX;
    struct bytes part[5] = {0};
    for (int i = 0; found && i < 5; i++) {
        struct bytes b = column(s, i);
        part[i] = b.at == NULL ? BYTES_NONE : arena_copy(keep ? db->arena : arena, b);
    }
    sqlite3_reset(s);
    *out = (struct store_phrase){part[0], part[1], {part[2], part[3]}, part[4]};
    if (keep) {
        struct store_phrase *phrase = arena_new_of(db->arena, struct store_phrase);
        *phrase = *out;
        table_set(db->phrase, arena_copy(db->arena, bytes_of(&id, sizeof id)), phrase);
    }
    return found;
}

/* --- reading ------------------------------------------------------------------------------------- */

#define ROW_COLUMNS                                                                                    \
    "a.id, a.sha256, a.at, a.seen, a.dated, a.bytes, a.class, a.facts, a.counterfactual, a.log_odds, " \
    "a.probability, a.kind, a.reason, a.category, a.campaign, a.language, a.path, a.subject, "         \
    "a.sender, a.words, a.detail"
#define FACT_COLUMNS "a.id, a.sha256, a.at, a.seen, a.dated, a.bytes, a.class, a.facts"

static void read_row(sqlite3_stmt *s, struct store_row *row, bool facts_only)
{
    *row = (struct store_row){.id = sqlite3_column_int64(s, 0),
                              .at_us = sqlite3_column_int64(s, 2),
                              .seen_us = sqlite3_column_int64(s, 3),
                              .dated = sqlite3_column_int(s, 4) != 0,
                              .bytes = (uint64_t)sqlite3_column_int64(s, 5),
                              .class = sqlite3_column_int(s, 6),
                              .facts = column(s, 7)};
    struct bytes sha256 = column(s, 1);
    memcpy(row->sha256, sha256.at, sha256.len < 32 ? sha256.len : 32);
    if (facts_only)
        return;
    row->counterfactual = sqlite3_column_int(s, 8);
    row->log_odds = sqlite3_column_double(s, 9);
    row->probability = sqlite3_column_double(s, 10);
    struct bytes *text[] = {&row->kind, &row->reason, &row->category, &row->campaign, &row->language,
                            &row->path, &row->subject, &row->sender, &row->words, &row->detail};
    for (int i = 0; i < 10; i++)
        *text[i] = column(s, 11 + i);
}

/* One of the three ways into the artifacts: all, by label, by words in them or in their evidence. */
enum way { WAY_ALL, WAY_LABEL, WAY_WORDS, WAY_PHRASE };

static void build_query(struct text *sql, const struct store_filter *f, enum way way)
{
    static const char *const from[] = {
        [WAY_ALL] = " FROM artifact a WHERE 1",
        [WAY_LABEL] = " FROM label l CROSS JOIN artifact a ON a.id = l.artifact WHERE l.term = "
                      "(SELECT id FROM term WHERE dimension = ?5 AND name = ?6)"
                      " AND l.hour >= ?1 / 3600000000 - 1 AND l.hour <= ?2 / 3600000000",
        [WAY_WORDS] = " FROM artifact_search s CROSS JOIN artifact a ON a.id = s.rowid "
                      "WHERE artifact_search MATCH ?7",
        [WAY_PHRASE] = " FROM label l CROSS JOIN artifact a ON a.id = l.artifact WHERE l.term IN "
                       "(SELECT t.id FROM phrase_search p JOIN phrase q ON q.id = p.rowid "
                       "JOIN term t ON t.dimension = ?5 AND t.name = q.rule WHERE phrase_search MATCH ?7)",
    };
    static const char *const order[][2] = {
        [WAY_ALL] = {" ORDER BY a.at", " ORDER BY a.at DESC"},
        [WAY_LABEL] = {" ORDER BY l.hour, l.artifact", " ORDER BY l.hour DESC, l.artifact DESC"},
        [WAY_WORDS] = {" ORDER BY s.rowid DESC", " ORDER BY s.rowid DESC"},
        [WAY_PHRASE] = {"", ""},
    };
    text_add_string(sql, "SELECT ");
    text_add_string(sql, f->facts_only ? FACT_COLUMNS : ROW_COLUMNS);
    text_add_string(sql, from[way]);
    text_add_string(sql, " AND a.at >= ?1 AND a.at < ?2");
    if (f->classes != 0)
        text_add_string(sql, " AND (?3 >> a.class) & 1");
    if (f->sha256.at != NULL)
        text_add_string(sql, " AND a.sha256 = ?4");
    bool whole = f->since_us == 0 && f->until_us == 0;
    if (!(f->facts_only && whole && way == WAY_ALL)) /* a hunt over everything reads in file order */
        text_add_string(sql, order[way][f->newest_first]);
}

static void bind_filter(sqlite3_stmt *s, const struct store_filter *f, int64_t dimension,
                        const uint8_t sha256[32], struct bytes match)
{
    sqlite3_bind_int64(s, 1, f->since_us == 0 ? INT64_MIN / 2 : f->since_us);
    sqlite3_bind_int64(s, 2, f->until_us == 0 ? INT64_MAX / 2 : f->until_us);
    sqlite3_bind_int64(s, 3, f->classes);
    sqlite3_bind_blob(s, 4, sha256, 32, SQLITE_STATIC);
    sqlite3_bind_int64(s, 5, dimension);
    bind_text(s, 6, f->name);
    bind_text(s, 7, match);
}

/* Artifacts told so far, so that a second way does not tell them again. */
struct told {
    struct arena *arena;
    struct table *id;
    uint32_t count;
};

static bool walk_way(struct sqlite *db, const struct store_filter *f, enum way way, struct bytes match,
                     struct told *told, bool (*visit)(void *own, const struct store_row *row), void *own,
                     struct error *err)
{
    uint8_t sha256[32] = {0};
    for (size_t i = 0; i + 1 < f->sha256.len && i < 64; i += 2)
        sha256[i / 2] = (uint8_t)(ascii_hex(f->sha256.at[i]) << 4 | ascii_hex(f->sha256.at[i + 1]));
    struct text sql;
    text_init(&sql, NULL, 0);
    build_query(&sql, f, way);
    sqlite3_stmt *s = NULL;
    int code = sqlite3_prepare_v2(db->handle, (const char *)sql.at, (int)sql.len, &s, NULL);
    text_finish(&sql);
    if (code != SQLITE_OK)
        return fail(db, err, "cannot read the store");
    bind_filter(s, f, db->dimension[way == WAY_PHRASE ? DIMENSION_RULE : f->dimension], sha256, match);
    bool more = true;
    while (more && (f->limit == 0 || told->count < f->limit) && (code = sqlite3_step(s)) == SQLITE_ROW) {
        struct store_row row;
        read_row(s, &row, f->facts_only);
        if (f->words.at != NULL) {
            void **known = table_at(told->id, arena_copy(told->arena, bytes_of(&row.id, sizeof row.id)));
            if (*known != NULL)
                continue;
            *known = told;
        }
        told->count++;
        more = visit(own, &row);
    }
    bool ok = !more || code == SQLITE_DONE || code == SQLITE_ROW || code == SQLITE_OK;
    if (!ok)
        fail(db, err, "cannot read the store");
    sqlite3_finalize(s);
    return ok;
}

static bool sqlite_each(void *own, const struct store_filter *f,
                        bool (*visit)(void *own, const struct store_row *row), void *visit_own,
                        struct error *err)
{
    struct sqlite *db = own;
    if (!sqlite_flush(db, err))
        return false;
    struct arena *arena = arena_new(db);
    struct told told = {arena, table_new(arena), 0};
    bool ok;
    if (f->words.at == NULL) {
        enum way way = f->name.at != NULL ? WAY_LABEL : WAY_ALL;
        ok = walk_way(db, f, way, BYTES_NONE, &told, visit, visit_own, err);
    } else {
        struct text match;
        text_init(&match, arena, 0);
        bigram_query(&match, f->words);
        ok = match.len == 0 ||
             (walk_way(db, f, WAY_WORDS, text_bytes(&match), &told, visit, visit_own, err) &&
              walk_way(db, f, WAY_PHRASE, text_bytes(&match), &told, visit, visit_own, err));
    }
    talloc_free(arena);
    return ok;
}

static bool walk_cells(struct sqlite *db, sqlite3_stmt *s, bool (*visit)(void *, const struct store_cell *),
                       void *own, struct error *err)
{
    int code;
    bool more = true;
    while (more && (code = sqlite3_step(s)) == SQLITE_ROW) {
        struct store_cell cell = {column(s, 0), sqlite3_column_int64(s, 1),
                                  (uint64_t)sqlite3_column_int64(s, 2)};
        more = visit(own, &cell);
    }
    bool ok = !more || code == SQLITE_DONE;
    if (!ok)
        fail(db, err, "cannot count");
    sqlite3_finalize(s);
    return ok;
}

static void bind_hours(sqlite3_stmt *s, int64_t since_us, int64_t until_us)
{
    sqlite3_bind_int64(s, 2, since_us == 0 ? INT64_MIN / 2 : floor_hour(since_us));
    sqlite3_bind_int64(s, 3, until_us == 0 ? INT64_MAX / 2 : floor_hour(until_us - 1) + 1);
}

static bool sqlite_counts(void *own, enum dimension dimension, uint32_t step_s, int64_t since_us,
                          int64_t until_us, bool (*visit)(void *, const struct store_cell *),
                          void *visit_own, struct error *err)
{
    struct sqlite *db = own;
    sqlite3_stmt *s = NULL;
    /* hour - (hour mod step) with the remainder made positive: before 1970 too */
    if (!sqlite_flush(db, err))
        return false;
    if (sqlite3_prepare_v2(db->handle,
                           "SELECT t.name, (l.hour - ((l.hour % ?4) + ?4) % ?4) / ?4 AS period, count(*) "
                           "FROM (SELECT id, name FROM term WHERE dimension = ?1 ORDER BY name) t "
                           "CROSS JOIN label l ON l.term = t.id "
                           "WHERE l.hour >= ?2 AND l.hour < ?3 GROUP BY t.name, period ORDER BY t.name, period",
                           -1, &s, NULL) != SQLITE_OK)
        return fail(db, err, "cannot count");
    sqlite3_bind_int64(s, 1, db->dimension[dimension]);
    bind_hours(s, since_us, until_us);
    sqlite3_bind_int64(s, 4, step_s / 3600);
    return walk_cells(db, s, visit, visit_own, err);
}

static bool sqlite_cross(void *own, enum dimension dimension, enum dimension with, struct bytes name,
                         int64_t since_us, int64_t until_us,
                         bool (*visit)(void *, const struct store_cell *), void *visit_own,
                         struct error *err)
{
    struct sqlite *db = own;
    sqlite3_stmt *s = NULL;
    if (!sqlite_flush(db, err))
        return false;
    if (sqlite3_prepare_v2(db->handle,
                           "SELECT t.name, 0, count(*) FROM term t JOIN label l ON l.term = t.id "
                           "WHERE t.dimension = ?1 AND l.hour >= ?2 AND l.hour < ?3 AND l.artifact IN "
                           "(SELECT artifact FROM label WHERE term = (SELECT id FROM term WHERE "
                           "dimension = ?4 AND name = ?5) AND hour >= ?2 AND hour < ?3) "
                           "GROUP BY t.name ORDER BY count(*) DESC, t.name",
                           -1, &s, NULL) != SQLITE_OK)
        return fail(db, err, "cannot count");
    sqlite3_bind_int64(s, 1, db->dimension[dimension]);
    bind_hours(s, since_us, until_us);
    sqlite3_bind_int64(s, 4, db->dimension[with]);
    bind_text(s, 5, name);
    return walk_cells(db, s, visit, visit_own, err);
}

/* --- care ---------------------------------------------------------------------------------------- */

static uint64_t file_bytes(struct sqlite *db)
{
    int64_t pages = number(db, "PRAGMA page_count", 0) - number(db, "PRAGMA freelist_count", 0);
    return (uint64_t)(pages * number(db, "PRAGMA page_size", 0));
}

static bool sqlite_stats(void *own, struct store_stats *out, struct error *err)
{
    struct sqlite *db = own;
    if (!sqlite_flush(db, err))
        return false;
    *out = (struct store_stats){
        .artifacts = (uint64_t)number(db, "SELECT count(*) FROM artifact", 0),
        .labels = (uint64_t)number(db, "SELECT count(*) FROM label", 0),
        .terms = (uint64_t)number(db, "SELECT count(*) FROM term", 0),
        .bytes = file_bytes(db),
        .first_us = number(db, "SELECT min(at) FROM artifact", 0),
        .last_us = number(db, "SELECT max(at) FROM artifact", 0),
        .schema = (uint32_t)number(db, "PRAGMA user_version", 0),
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

static bool forget(struct sqlite *db, const char *which, uint64_t *forgotten_out, struct error *err)
{
    if (!begin(db, err) || !run(db, "CREATE TEMP TABLE IF NOT EXISTS doomed (id INTEGER PRIMARY KEY)", err) ||
        !run(db, which, err))
        return false;
    *forgotten_out += (uint64_t)number(db, "SELECT count(*) FROM temp.doomed", 0);
    bool ok = run(db, forget_sql, err) && sqlite_flush(db, err);
    forget_numbers(db);
    return ok && run(db, "PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE);", err);
}

static bool sqlite_prune(void *own, int64_t before_us, uint64_t most_bytes, uint64_t *forgotten_out,
                         struct error *err)
{
    struct sqlite *db = own;
    char sql[200];
    *forgotten_out = 0;
    if (!sqlite_flush(db, err))
        return false;
    snprintf(sql, sizeof sql, "INSERT INTO temp.doomed SELECT id FROM artifact WHERE seen < %lld",
             (long long)before_us);
    if (before_us > 0 && !forget(db, sql, forgotten_out, err))
        return false;
    while (most_bytes > 0 && file_bytes(db) > most_bytes) {
        int64_t left = number(db, "SELECT count(*) FROM artifact", 0);
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

static void find_rows(struct sqlite *db, const char *sql, const char *what, struct text *findings)
{
    sqlite3_stmt *s = NULL;
    if (sqlite3_prepare_v2(db->handle, sql, -1, &s, NULL) != SQLITE_OK)
        text_add_format(findings, "%s: %s\n", what, sqlite3_errmsg(db->handle));
    while (s != NULL && sqlite3_step(s) == SQLITE_ROW)
        if (strcmp((const char *)sqlite3_column_text(s, 0), "ok") != 0)
            text_add_format(findings, "%s: %s\n", what, sqlite3_column_text(s, 0));
    sqlite3_finalize(s);
}

static bool sqlite_check(void *own, struct text *findings, struct error *err)
{
    struct sqlite *db = own;
    if (!sqlite_flush(db, err))
        return false;
    find_rows(db, "PRAGMA integrity_check", "pages", findings);
    find_rows(db,
              "SELECT artifact FROM label WHERE artifact NOT IN (SELECT id FROM artifact) OR "
              "term NOT IN (SELECT id FROM term) LIMIT 10",
              "label without its artifact or term", findings);
    find_rows(db, "SELECT artifact FROM raw WHERE artifact NOT IN (SELECT id FROM artifact) LIMIT 10",
              "raw bytes without their artifact", findings);
    find_rows(db, "SELECT id FROM artifact WHERE length(sha256) <> 32 OR class NOT BETWEEN 0 AND 3 LIMIT 10",
              "artifact that cannot be", findings);
    for (int i = 0; i < 2 && !db->read_only; i++) {
        const char *sql = i == 0 ? "INSERT INTO artifact_search (artifact_search, rank) VALUES "
                                   "('integrity-check', 1)"
                                 : "INSERT INTO phrase_search (phrase_search, rank) VALUES "
                                   "('integrity-check', 1)";
        if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
            text_add_format(findings, "words: %s\n", sqlite3_errmsg(db->handle));
    }
    return true;
}

static bool sqlite_vacuum(void *own, struct error *err)
{
    struct sqlite *db = own;
    return sqlite_flush(db, err) &&
           run(db,
               "INSERT INTO artifact_search (artifact_search) VALUES ('optimize');"
               "INSERT INTO phrase_search (phrase_search) VALUES ('optimize');"
               "VACUUM; ANALYZE; PRAGMA wal_checkpoint(TRUNCATE);",
               err);
}

static bool sqlite_raw(void *own, struct arena *arena, const uint8_t sha256[32], struct bytes *out,
                       struct error *err)
{
    struct sqlite *db = own;
    sqlite3_stmt *s = NULL;
    if (!sqlite_flush(db, err))
        return false;
    if (sqlite3_prepare_v2(db->handle,
                           "SELECT content FROM raw WHERE artifact = (SELECT id FROM artifact WHERE sha256 = ?1)",
                           -1, &s, NULL) != SQLITE_OK)
        return fail(db, err, "cannot read the store");
    sqlite3_bind_blob(s, 1, sha256, 32, SQLITE_STATIC);
    if (sqlite3_step(s) == SQLITE_ROW)
        *out = arena_copy(arena, column(s, 0));
    sqlite3_finalize(s);
    return true;
}

const struct store_driver store_sqlite = {
    .open = sqlite_open,
    .has = sqlite_has,
    .add = sqlite_add,
    .flush = sqlite_flush,
    .intern = sqlite_intern,
    .phrase = sqlite_phrase,
    .each = sqlite_each,
    .counts = sqlite_counts,
    .cross = sqlite_cross,
    .stats = sqlite_stats,
    .prune = sqlite_prune,
    .check = sqlite_check,
    .vacuum = sqlite_vacuum,
    .raw = sqlite_raw,
};
