/* SPDX-License-Identifier: Apache-2.0
 *
 * SQLite as the driver needs it: a connection, statements, rows.  sqlite.c is the one file that
 * knows sqlite3.h; it also teaches FTS5 the bigram splitter (store/bigram.h).
 *
 * A statement is bound by place (1-based), stepped until it answers CURSOR_DONE, and read by column
 * (0-based); bound slices must live until then, read slices live until the next step. */
#ifndef NOROSHI_STORE_SQLITE_H
#define NOROSHI_STORE_SQLITE_H

#include "base/error.h"

struct sqlite; /* a connection */
struct cursor; /* a statement */

enum cursor_state { CURSOR_ROW, CURSOR_DONE, CURSOR_FAILED };

/* The database at PATH under PARENT (its destructor closes); NULL and ERR. */
struct sqlite *sqlite_connect(const void *parent, const char *path, bool read_only,
                              struct error *err);
/* Set ERR to WHAT and what SQLite says last; always false. */
bool sqlite_fail(struct sqlite *db, struct error *err, const char *what);
/* Run SQL, one or more statements. */
bool sqlite_run(struct sqlite *db, const char *sql, struct error *err);
/* The first column of the first row; OTHERWISE where there is none. */
int64_t sqlite_number(struct sqlite *db, const char *sql, int64_t otherwise);
int64_t sqlite_last_row(struct sqlite *db);

/* A statement, NULL where SQL is wrong; free it with cursor_free before the connection goes. */
struct cursor *cursor_new(struct sqlite *db, const char *sql);
void cursor_free(struct cursor *cursor);
void cursor_reset(struct cursor *cursor);
void cursor_bind_int(struct cursor *cursor, int at, int64_t n);
void cursor_bind_float(struct cursor *cursor, int at, double n);
/* NULL where B is absent. */
void cursor_bind_text(struct cursor *cursor, int at, struct bytes b);
void cursor_bind_blob(struct cursor *cursor, int at, struct bytes b);
enum cursor_state cursor_step(struct cursor *cursor);
int64_t cursor_int(struct cursor *cursor, int at);
double cursor_float(struct cursor *cursor, int at);
/* BYTES_NONE where the column is NULL. */
struct bytes cursor_bytes(struct cursor *cursor, int at);

#endif
