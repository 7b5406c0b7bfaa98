/* SPDX-License-Identifier: Apache-2.0 */
#include "store/database.h"

/* --- writing -------------------------------------------------------------------------------------
 */

bool database_begin(struct database *db, struct error *err)
{
    if (db->writing)
        return true;
    if (!sqlite_run(db->sqlite, "BEGIN IMMEDIATE", err))
        return false;
    db->writing = true;
    struct cursor *statement = database_statement(db, STATEMENT_DATA_VERSION);
    int64_t version =
        statement != NULL && cursor_step(statement) == CURSOR_ROW ? cursor_int(statement, 0) : -1;
    cursor_reset(statement);
    if (version != db->data_version || db->term->count > DATABASE_CACHE_MAX ||
        db->phrase_id->count > DATABASE_CACHE_MAX)
        database_forget_numbers(db);
    db->data_version = version;
    return true;
}

bool database_flush(void *own, struct error *err)
{
    struct database *db = own;
    if (!db->writing)
        return true;
    if (!sqlite_run(db->sqlite, "COMMIT", err))
        return false;
    db->writing = false;
    db->pending = 0;
    return true;
}

bool database_has(void *own, const uint8_t sha256[32], bool *known_out, struct error *err)
{
    struct database *db = own;
    struct cursor *statement = database_statement(db, STATEMENT_HAS);
    if (statement == NULL)
        return sqlite_fail(db->sqlite, err, "store");
    cursor_bind_blob(statement, 1, bytes_of(sha256, 32));
    enum cursor_state code = cursor_step(statement);
    cursor_reset(statement);
    *known_out = code == CURSOR_ROW;
    return code == CURSOR_ROW || code == CURSOR_DONE || sqlite_fail(db->sqlite, err, "store");
}

static bool step(struct database *db, struct cursor *statement, struct error *err)
{
    enum cursor_state code = statement == NULL ? CURSOR_FAILED : cursor_step(statement);
    if (code == CURSOR_DONE) {
        cursor_reset(statement);
        return true;
    }
    sqlite_fail(db->sqlite, err, "cannot store");
    if (statement != NULL)
        cursor_reset(statement);
    return false;
}

static bool term_id(struct database *db, const struct store_label *label, int64_t *id_out,
                    struct error *err)
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
    struct cursor *find = database_statement(db, STATEMENT_FIND_TERM);
    if (find == NULL)
        return sqlite_fail(db->sqlite, err, "store");
    cursor_bind_int(find, 1, db->dimension[label->dimension]);
    cursor_bind_text(find, 2, name);
    if (cursor_step(find) == CURSOR_ROW) {
        *id_out = cursor_int(find, 0);
    } else {
        struct cursor *add = database_statement(db, STATEMENT_ADD_TERM);
        cursor_bind_int(add, 1, db->dimension[label->dimension]);
        cursor_bind_text(add, 2, name);
        if (!step(db, add, err))
            return false;
        *id_out = sqlite_last_row(db->sqlite);
    }
    cursor_reset(find);
    int64_t *id = arena_new_of(db->arena, int64_t);
    *id = *id_out;
    table_set(db->term, arena_copy(db->arena, key), id);
    return true;
}

int64_t database_hour(int64_t us)
{
    const int64_t hour_us = (int64_t)3600 * 1000000;
    return us >= 0 ? us / hour_us : -((hour_us - 1 - us) / hour_us);
}

static void bind_row(struct cursor *s, const struct store_row *row)
{
    cursor_bind_blob(s, 1, bytes_of(row->sha256, 32));
    cursor_bind_int(s, 2, row->at_us);
    cursor_bind_int(s, 3, row->seen_us);
    cursor_bind_int(s, 4, row->dated);
    cursor_bind_int(s, 5, (int64_t)row->bytes);
    cursor_bind_int(s, 6, row->class);
    cursor_bind_int(s, 7, row->counterfactual);
    cursor_bind_float(s, 8, row->log_odds);
    cursor_bind_float(s, 9, row->probability);
    cursor_bind_text(s, 10, row->kind);
    cursor_bind_text(s, 11, row->reason);
    cursor_bind_text(s, 12, row->category);
    cursor_bind_text(s, 13, row->campaign);
    cursor_bind_text(s, 14, row->language);
    cursor_bind_text(s, 15, row->path);
    cursor_bind_text(s, 16, row->subject);
    cursor_bind_text(s, 17, row->sender);
    cursor_bind_text(s, 18, row->words);
    cursor_bind_blob(s, 19, row->detail);
    cursor_bind_blob(s, 20, row->facts);
}

static bool add_row(struct database *db, const struct store_row *row,
                    const struct store_label *label, uint32_t label_count, struct bytes raw,
                    struct error *err)
{
    struct cursor *add = database_statement(db, STATEMENT_ADD);
    if (add == NULL)
        return sqlite_fail(db->sqlite, err, "store");
    bind_row(add, row);
    if (!step(db, add, err))
        return false;
    int64_t id = sqlite_last_row(db->sqlite);
    struct cursor *words = database_statement(db, STATEMENT_ADD_WORDS);
    cursor_bind_int(words, 1, id);
    cursor_bind_text(words, 2, row->subject);
    cursor_bind_text(words, 3, row->sender);
    cursor_bind_text(words, 4, row->words);
    if (!step(db, words, err))
        return false;
    for (uint32_t i = 0; i < label_count; i++) {
        int64_t term = 0;
        if (!term_id(db, &label[i], &term, err))
            return false;
        struct cursor *put = database_statement(db, STATEMENT_ADD_LABEL);
        cursor_bind_int(put, 1, term);
        cursor_bind_int(put, 2, database_hour(row->at_us));
        cursor_bind_int(put, 3, id);
        if (!step(db, put, err))
            return false;
    }
    if (raw.at == NULL)
        return true;
    struct cursor *keep = database_statement(db, STATEMENT_ADD_RAW);
    cursor_bind_int(keep, 1, id);
    cursor_bind_blob(keep, 2, raw);
    return step(db, keep, err);
}

bool database_add(void *own, const struct store_row *row, const struct store_label *label,
                  uint32_t label_count, struct bytes raw, struct error *err)
{
    struct database *db = own;
    if (!database_begin(db, err))
        return false;
    bool known = false; /* another writer may have been first while we waited */
    if (!database_has(db, row->sha256, &known, err) || known)
        return known;
    if (!sqlite_run(db->sqlite, "SAVEPOINT one", err))
        return false;
    if (!add_row(db, row, label, label_count, raw, err)) {
        struct error ignored;
        sqlite_run(db->sqlite, "ROLLBACK TO one; RELEASE one", &ignored);
        database_forget_numbers(db);
        return false;
    }
    if (!sqlite_run(db->sqlite, "RELEASE one", err))
        return false;
    return ++db->pending < STORE_BATCH || database_flush(db, err);
}

/* --- phrases -------------------------------------------------------------------------------------
 */

static struct bytes phrase_key(struct arena *arena, const struct store_phrase *p)
{
    return arena_printf(arena, "%.*s\n%.*s\n%.*s\n%.*s\n%.*s", BYTES_FMT(p->rule),
                        BYTES_FMT(p->kind), BYTES_FMT(p->sentence[0]), BYTES_FMT(p->sentence[1]),
                        BYTES_FMT(p->technique));
}

static void bind_phrase(struct cursor *s, int at, const struct store_phrase *p)
{
    cursor_bind_text(s, at, p->rule);
    cursor_bind_text(s, at + 1, p->kind);
    cursor_bind_text(s, at + 2, p->sentence[0]);
    cursor_bind_text(s, at + 3, p->sentence[1]);
    cursor_bind_text(s, at + 4, p->technique);
}

static bool add_phrase(struct database *db, int64_t hash, const struct store_phrase *p,
                       int64_t *id_out, struct error *err)
{
    struct cursor *add = database_statement(db, STATEMENT_ADD_PHRASE);
    cursor_bind_int(add, 1, hash);
    bind_phrase(add, 2, p);
    if (!step(db, add, err))
        return false;
    *id_out = sqlite_last_row(db->sqlite);
    struct cursor *words = database_statement(db, STATEMENT_ADD_PHRASE_WORDS);
    cursor_bind_int(words, 1, *id_out);
    cursor_bind_text(words, 2, p->rule);
    cursor_bind_text(words, 3, p->sentence[0]);
    cursor_bind_text(words, 4, p->sentence[1]);
    return step(db, words, err);
}

bool database_intern(void *own, const struct store_phrase *p, int64_t *id_out, struct error *err)
{
    struct database *db = own;
    if (!database_begin(db, err))
        return false;
    struct bytes key = phrase_key(db->arena, p);
    int64_t *cached = table_get(db->phrase_id, key);
    if (cached != NULL) {
        *id_out = *cached;
        return true;
    }
    /* FNV-1a as bytes_hash has it would bind files to one build: the row is compared whole anyway.
     */
    int64_t hash = (int64_t)(bytes_hash(key) >> 1);
    struct cursor *find = database_statement(db, STATEMENT_FIND_PHRASE);
    if (find == NULL)
        return sqlite_fail(db->sqlite, err, "store");
    cursor_bind_int(find, 1, hash);
    bind_phrase(find, 2, p);
    if (cursor_step(find) == CURSOR_ROW)
        *id_out = cursor_int(find, 0);
    else if (!add_phrase(db, hash, p, id_out, err))
        return false;
    cursor_reset(find);
    int64_t *id = arena_new_of(db->arena, int64_t);
    *id = *id_out;
    table_set(db->phrase_id, key, id);
    return true;
}

bool database_phrase(void *own, struct arena *arena, int64_t id, struct store_phrase *out)
{
    struct database *db = own;
    struct store_phrase *cached = table_get(db->phrase, bytes_of(&id, sizeof id));
    if (cached != NULL) {
        *out = *cached;
        return true;
    }
    struct cursor *s = database_statement(db, STATEMENT_PHRASE);
    if (s == NULL)
        return false;
    cursor_bind_int(s, 1, id);
    bool found = cursor_step(s) == CURSOR_ROW;
    bool keep = found && db->phrase->count < DATABASE_CACHE_MAX;
    struct bytes part[5] = {0};
    for (int i = 0; found && i < 5; i++) {
        struct bytes b = cursor_bytes(s, i);
        part[i] = b.at == NULL ? BYTES_NONE : arena_copy(keep ? db->arena : arena, b);
    }
    cursor_reset(s);
    *out = (struct store_phrase){part[0], part[1], {part[2], part[3]}, part[4]};
    if (keep) {
        struct store_phrase *phrase = arena_new_of(db->arena, struct store_phrase);
        *phrase = *out;
        table_set(db->phrase, arena_copy(db->arena, bytes_of(&id, sizeof id)), phrase);
    }
    return found;
}
