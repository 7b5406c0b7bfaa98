/* SPDX-License-Identifier: Apache-2.0 */
#include "store/database.h"

#include "store/bigram.h"

#include <talloc.h>

/* --- reading -------------------------------------------------------------------------------------
 */

#define ROW_COLUMNS                                                                                \
    "a.id, a.sha256, a.at, a.seen, a.dated, a.bytes, a.class, a.facts, a.counterfactual, "         \
    "a.log_odds, "                                                                                 \
    "a.probability, a.kind, a.reason, a.category, a.campaign, a.language, a.path, a.subject, "     \
    "a.sender, a.words, a.detail"
#define FACT_COLUMNS "a.id, a.sha256, a.at, a.seen, a.dated, a.bytes, a.class, a.facts"

static void read_row(struct cursor *s, struct store_row *row, bool facts_only)
{
    *row = (struct store_row){.id = cursor_int(s, 0),
                              .at_us = cursor_int(s, 2),
                              .seen_us = cursor_int(s, 3),
                              .dated = (int32_t)cursor_int(s, 4) != 0,
                              .bytes = (uint64_t)cursor_int(s, 5),
                              .class = (int32_t)cursor_int(s, 6),
                              .facts = cursor_bytes(s, 7)};
    struct bytes sha256 = cursor_bytes(s, 1);
    memcpy(row->sha256, sha256.at, sha256.len < 32 ? sha256.len : 32);
    if (facts_only)
        return;
    row->counterfactual = (int32_t)cursor_int(s, 8);
    row->log_odds = cursor_float(s, 9);
    row->probability = cursor_float(s, 10);
    struct bytes *text[] = {&row->kind,     &row->reason, &row->category, &row->campaign,
                            &row->language, &row->path,   &row->subject,  &row->sender,
                            &row->words,    &row->detail};
    for (int i = 0; i < 10; i++)
        *text[i] = cursor_bytes(s, 11 + i);
}

/* One of the three ways into the artifacts: all, by label, by words in them or in their evidence.
 */
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
        [WAY_PHRASE] =
            " FROM label l CROSS JOIN artifact a ON a.id = l.artifact WHERE l.term IN "
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
    if (!(f->facts_only && whole &&
          way == WAY_ALL)) /* a hunt over everything reads in file order */
        text_add_string(sql, order[way][f->newest_first]);
}

static void bind_filter(struct cursor *s, const struct store_filter *f, int64_t dimension,
                        const uint8_t sha256[32], struct bytes match)
{
    cursor_bind_int(s, 1, f->since_us == 0 ? INT64_MIN / 2 : f->since_us);
    cursor_bind_int(s, 2, f->until_us == 0 ? INT64_MAX / 2 : f->until_us);
    cursor_bind_int(s, 3, f->classes);
    cursor_bind_blob(s, 4, bytes_of(sha256, 32));
    cursor_bind_int(s, 5, dimension);
    cursor_bind_text(s, 6, f->name);
    cursor_bind_text(s, 7, match);
}

/* Artifacts told so far, so that a second way does not tell them again. */
struct told {
    struct arena *arena;
    struct table *id;
    uint32_t count;
};

static bool walk_way(struct database *db, const struct store_filter *f, enum way way,
                     struct bytes match, struct told *told,
                     bool (*visit)(void *own, const struct store_row *row), void *own,
                     struct error *err)
{
    uint8_t sha256[32] = {0};
    for (size_t i = 0; i + 1 < f->sha256.len && i < 64; i += 2)
        sha256[i / 2] = (uint8_t)(ascii_hex(f->sha256.at[i]) << 4 | ascii_hex(f->sha256.at[i + 1]));
    struct text sql;
    text_init(&sql, NULL, 0);
    build_query(&sql, f, way);
    struct cursor *s = cursor_new(db->sqlite, text_string(&sql));
    text_finish(&sql);
    if (s == NULL)
        return sqlite_fail(db->sqlite, err, "cannot read the store");
    bind_filter(s, f, db->dimension[way == WAY_PHRASE ? DIMENSION_RULE : f->dimension], sha256,
                match);
    bool more = true;
    enum cursor_state code = CURSOR_DONE;
    while (more && (f->limit == 0 || told->count < f->limit) &&
           (code = cursor_step(s)) == CURSOR_ROW) {
        struct store_row row;
        read_row(s, &row, f->facts_only);
        if (f->words.at != NULL) {
            void **known =
                table_at(told->id, arena_copy(told->arena, bytes_of(&row.id, sizeof row.id)));
            if (*known != NULL)
                continue;
            *known = told;
        }
        told->count++;
        more = visit(own, &row);
    }
    bool ok = code != CURSOR_FAILED;
    if (!ok)
        sqlite_fail(db->sqlite, err, "cannot read the store");
    cursor_free(s);
    return ok;
}

bool database_each(void *own, const struct store_filter *f,
                   bool (*visit)(void *own, const struct store_row *row), void *visit_own,
                   struct error *err)
{
    struct database *db = own;
    if (!database_flush(db, err))
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

static bool walk_cells(struct database *db, struct cursor *s,
                       bool (*visit)(void *, const struct store_cell *), void *own,
                       struct error *err)
{
    enum cursor_state code = CURSOR_DONE;
    bool more = true;
    while (more && (code = cursor_step(s)) == CURSOR_ROW) {
        struct store_cell cell = {cursor_bytes(s, 0), cursor_int(s, 1), (uint64_t)cursor_int(s, 2)};
        more = visit(own, &cell);
    }
    bool ok = code != CURSOR_FAILED;
    if (!ok)
        sqlite_fail(db->sqlite, err, "cannot count");
    cursor_free(s);
    return ok;
}

static void bind_hours(struct cursor *s, int64_t since_us, int64_t until_us)
{
    cursor_bind_int(s, 2, since_us == 0 ? INT64_MIN / 2 : database_hour(since_us));
    cursor_bind_int(s, 3, until_us == 0 ? INT64_MAX / 2 : database_hour(until_us - 1) + 1);
}

/* As in schema/002_undated.sql, so that its index is used. */
#define UNDATED_WHERE "FROM artifact WHERE dated = 0 AND kind IN ('eml', 'msg') "
#define UNDATED "(SELECT id " UNDATED_WHERE ") "

bool database_undated(void *own, int64_t since_us, int64_t until_us, uint64_t *count_out,
                      struct error *err)
{
    struct database *db = own;
    char sql[256];
    snprintf(sql, sizeof sql, "SELECT count(*) " UNDATED_WHERE "AND seen >= %lld AND seen < %lld",
             (long long)since_us, (long long)(until_us == 0 ? INT64_MAX : until_us));
    if (!database_flush(db, err))
        return false;
    *count_out = (uint64_t)sqlite_number(db->sqlite, sql, 0);
    return true;
}

bool database_counts(void *own, enum dimension dimension, uint32_t step_s, int64_t since_us,
                     int64_t until_us, bool (*visit)(void *, const struct store_cell *),
                     void *visit_own, struct error *err)
{
    struct database *db = own;
    /* hour - (hour mod step) with the remainder made positive: before 1970 too */
    if (!database_flush(db, err))
        return false;
    uint64_t undated = 0; /* mostly none, and then nothing need be looked up */
    if (!database_undated(db, 0, 0, &undated, err))
        return false;
#define COUNTS(without)                                                                            \
    "SELECT t.name, (l.hour - ((l.hour % ?4) + ?4) % ?4) / ?4 AS period, count(*) "                \
    "FROM (SELECT id, name FROM term WHERE dimension = ?1 ORDER BY name) t "                       \
    "CROSS JOIN label l ON l.term = t.id WHERE l.hour >= ?2 AND l.hour < ?3 " without              \
    "GROUP BY t.name, period ORDER BY t.name, period"
    struct cursor *s = cursor_new(
        db->sqlite, undated == 0 ? COUNTS("") : COUNTS("AND l.artifact NOT IN " UNDATED));
#undef COUNTS
    if (s == NULL)
        return sqlite_fail(db->sqlite, err, "cannot count");
    cursor_bind_int(s, 1, db->dimension[dimension]);
    bind_hours(s, since_us, until_us);
    cursor_bind_int(s, 4, step_s / 3600);
    return walk_cells(db, s, visit, visit_own, err);
}

bool database_cross(void *own, enum dimension dimension, enum dimension with, struct bytes name,
                    int64_t since_us, int64_t until_us,
                    bool (*visit)(void *, const struct store_cell *), void *visit_own,
                    struct error *err)
{
    struct database *db = own;
    if (!database_flush(db, err))
        return false;
    struct cursor *s = cursor_new(
        db->sqlite, "SELECT t.name, 0, count(*) FROM term t JOIN label l ON l.term = t.id "
                    "WHERE t.dimension = ?1 AND l.hour >= ?2 AND l.hour < ?3 "
                    "AND l.artifact NOT IN " UNDATED "AND l.artifact IN "
                    "(SELECT artifact FROM label WHERE term = (SELECT id FROM term WHERE "
                    "dimension = ?4 AND name = ?5) AND hour >= ?2 AND hour < ?3) "
                    "GROUP BY t.name ORDER BY count(*) DESC, t.name");
    if (s == NULL)
        return sqlite_fail(db->sqlite, err, "cannot count");
    cursor_bind_int(s, 1, db->dimension[dimension]);
    bind_hours(s, since_us, until_us);
    cursor_bind_int(s, 4, db->dimension[with]);
    cursor_bind_text(s, 5, name);
    return walk_cells(db, s, visit, visit_own, err);
}

bool database_phrases(void *own, bool (*visit)(void *, const struct store_phrase *),
                      void *visit_own, struct error *err)
{
    struct database *db = own;
    if (!database_flush(db, err))
        return false;
    struct cursor *s = cursor_new(db->sqlite, "SELECT rule, kind, english, japanese, technique "
                                              "FROM phrase ORDER BY rule, id DESC");
    if (s == NULL)
        return sqlite_fail(db->sqlite, err, "cannot read the sentences");
    enum cursor_state code = CURSOR_DONE;
    bool more = true;
    while (more && (code = cursor_step(s)) == CURSOR_ROW) {
        struct store_phrase phrase = {cursor_bytes(s, 0),
                                      cursor_bytes(s, 1),
                                      {cursor_bytes(s, 2), cursor_bytes(s, 3)},
                                      cursor_bytes(s, 4)};
        more = visit(visit_own, &phrase);
    }
    bool ok = code != CURSOR_FAILED;
    if (!ok)
        sqlite_fail(db->sqlite, err, "cannot read the sentences");
    cursor_free(s);
    return ok;
}
