/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite.h"

#include "store/bigram.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <talloc.h>
#include <unistd.h>

#define BUSY_MS 60000

struct sqlite {
    sqlite3 *handle;
};

bool sqlite_fail(struct sqlite *db, struct error *err, const char *what)
{
    int code = sqlite3_errcode(db->handle);
    error_set(err, code == SQLITE_FULL || code == SQLITE_IOERR ? ERROR_OUTPUT : ERROR_SYSTEM,
              "%s: %s", what, sqlite3_errmsg(db->handle));
    if (code == SQLITE_BUSY)
        error_hint(err, "another process has been writing for over a minute");
    if (code == SQLITE_FULL)
        error_hint(err, "the disk is full; 'noroshi store prune' frees room");
    return false;
}

bool sqlite_run(struct sqlite *db, const char *sql, struct error *err)
{
    return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK ||
           sqlite_fail(db, err, "store");
}

int64_t sqlite_number(struct sqlite *db, const char *sql, int64_t otherwise)
{
    struct cursor *cursor = cursor_new(db, sql);
    if (cursor != NULL && cursor_step(cursor) == CURSOR_ROW)
        otherwise = cursor_int(cursor, 0);
    cursor_free(cursor);
    return otherwise;
}

int64_t sqlite_last_row(struct sqlite *db)
{
    return sqlite3_last_insert_rowid(db->handle);
}

/* struct cursor is sqlite3_stmt under a name of ours. */
static sqlite3_stmt *statement(struct cursor *cursor)
{
    return (sqlite3_stmt *)(void *)cursor;
}

struct cursor *cursor_new(struct sqlite *db, const char *sql)
{
    sqlite3_stmt *made = NULL;
    int code = sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &made, NULL);
    return code == SQLITE_OK ? (struct cursor *)(void *)made : NULL;
}

void cursor_free(struct cursor *cursor)
{
    sqlite3_finalize(statement(cursor));
}

void cursor_reset(struct cursor *cursor)
{
    sqlite3_reset(statement(cursor));
}

void cursor_bind_int(struct cursor *cursor, int at, int64_t n)
{
    sqlite3_bind_int64(statement(cursor), at, n);
}

void cursor_bind_float(struct cursor *cursor, int at, double n)
{
    sqlite3_bind_double(statement(cursor), at, n);
}

/* Text is kept as it is: SQLite does not look whether it is UTF-8. */
void cursor_bind_text(struct cursor *cursor, int at, struct bytes b)
{
    if (b.at == NULL)
        sqlite3_bind_null(statement(cursor), at);
    else
        sqlite3_bind_text64(statement(cursor), at, (const char *)b.at, b.len, SQLITE_STATIC,
                            SQLITE_UTF8);
}

void cursor_bind_blob(struct cursor *cursor, int at, struct bytes b)
{
    if (b.at == NULL)
        sqlite3_bind_null(statement(cursor), at);
    else
        sqlite3_bind_blob64(statement(cursor), at, b.at, b.len, SQLITE_STATIC);
}

enum cursor_state cursor_step(struct cursor *cursor)
{
    int code = sqlite3_step(statement(cursor));
    return code == SQLITE_ROW ? CURSOR_ROW : code == SQLITE_DONE ? CURSOR_DONE : CURSOR_FAILED;
}

int64_t cursor_int(struct cursor *cursor, int at)
{
    return sqlite3_column_int64(statement(cursor), at);
}

double cursor_float(struct cursor *cursor, int at)
{
    return sqlite3_column_double(statement(cursor), at);
}

struct bytes cursor_bytes(struct cursor *cursor, int at)
{
    if (sqlite3_column_type(statement(cursor), at) == SQLITE_NULL)
        return BYTES_NONE;
    const void *p = sqlite3_column_blob(statement(cursor), at);
    return bytes_of(p == NULL ? (const void *)"" : p,
                    (size_t)sqlite3_column_bytes(statement(cursor), at));
}

/* --- tokenizer -----------------------------------------------------------------------------------
 */

struct token_sink {
    void *context;
    int (*put)(void *, int, const char *, int, int, int);
};

static int put_token(void *own, const struct bigram_token *token)
{
    struct token_sink *sink = own;
    return sink->put(sink->context, token->same_place ? FTS5_TOKEN_COLOCATED : 0,
                     (const char *)token->word.at, (int)token->word.len, (int)token->start,
                     (int)token->end);
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
    return bigram_split(bytes_of(at, (size_t)len), (flags & FTS5_TOKENIZE_QUERY) != 0, &sink,
                        put_token);
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

/* --- open ------------------------------------------------------------------------------------ */

static int sqlite_destroy(struct sqlite *db)
{
    sqlite3_close_v2(db->handle);
    return 0;
}

/* SQLite opens anything and complains at the first page it needs. */
static bool is_database(struct sqlite *db, const char *path, struct error *err)
{
    int code = sqlite3_exec(db->handle, "PRAGMA schema_version", NULL, NULL, NULL);
    return code != SQLITE_NOTADB || error_set(err, ERROR_INPUT, "%s is no store of noroshi", path);
}

struct sqlite *sqlite_connect(const void *parent, const char *path, bool read_only,
                              struct error *err)
{
    struct sqlite *db = talloc_zero(parent, struct sqlite);
    if (db == NULL)
        abort();
    int flags = read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    int code = sqlite3_open_v2(path, &db->handle, flags | SQLITE_OPEN_NOMUTEX, NULL);
    talloc_set_destructor(db, sqlite_destroy);
    bool ok = code == SQLITE_OK;
    if (!ok) {
        error_set(err, ERROR_INPUT, "cannot open %s: %s", path, sqlite3_errstr(code));
        if (read_only && access(path, F_OK) != 0)
            error_hint(err, "'noroshi scan --store=%s PATH' makes it", path);
    } else {
        sqlite3_busy_timeout(db->handle, BUSY_MS);
        ok = is_database(db, path, err) && add_tokenizer(db, err);
    }
    if (!ok) {
        talloc_free(db);
        return NULL;
    }
    return db;
}
