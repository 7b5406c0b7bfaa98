/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store.h"

#include "base/table.h"
#include "observe/facts.h"
#include "store/detail.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <talloc.h>
#include <time.h>

#define LABELS_MAX 1024u /* all that facts can hold (FACTS_ITEMS_MAX): hunts trust the index */
#define WORDS_MAX_BYTES ((size_t)4096)
#define SNIPPETS_MAX 6u

const struct dimension_row dimension_rows[DIMENSION_COUNT] = {
#define DIMENSION(id, name, threat, what) {name, what, threat},
#include "store/dimension.def"
#undef DIMENSION
};

struct store {
    const struct store_driver *driver;
    void *db;
    struct arena *scratch; /* of one call */
};

enum dimension dimension_named(struct bytes name)
{
    int i = 0;
    while (i < DIMENSION_COUNT && !bytes_equal(bytes_of_string(dimension_rows[i].name), name))
        i++;
    return (enum dimension)i;
}

char *store_default_path(const void *parent, struct error *err)
{
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    char *folder = data != NULL && data[0] == '/' ? talloc_asprintf(parent, "%s/noroshi", data)
                   : home != NULL ? talloc_asprintf(parent, "%s/.local/share/noroshi", home)
                                  : NULL;
    if (folder == NULL) {
        error_set(err, ERROR_USAGE, "neither XDG_DATA_HOME nor HOME is set");
        error_hint(err, "name a file: --store FILE");
        return NULL;
    }
    for (char *slash = strchr(folder + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        mkdir(folder, 0700);
        *slash = '/';
    }
    struct stat there;
    if (mkdir(folder, 0700) != 0 && stat(folder, &there) != 0) {
        error_set_errno(err, ERROR_SYSTEM, "cannot make %s", folder);
        return NULL;
    }
    return talloc_asprintf_append(folder, "/store.db");
}

static struct store *open_as(const void *parent, const char *path, bool read_only,
                             struct error *err)
{
    struct store *store = talloc_zero(parent, struct store);
    if (store == NULL)
        abort();
    if (path == NULL)
        path = store_default_path(store, err);
    if (path != NULL &&
        (strncmp(path, "postgres:", 9) == 0 || strncmp(path, "postgresql:", 11) == 0)) {
        error_set(err, ERROR_USAGE, "this build stores in SQLite files only");
        path = NULL;
    }
    store->driver = &store_sqlite;
    store->scratch = arena_new(store);
    store->db = path == NULL ? NULL : store->driver->open(store, path, read_only, err);
    if (store->db == NULL) {
        talloc_free(store);
        return NULL;
    }
    return store;
}

struct store *store_open(const void *parent, const char *path, struct error *err)
{
    return open_as(parent, path, false, err);
}

struct store *store_open_read(const void *parent, const char *path, struct error *err)
{
    return open_as(parent, path, true, err);
}

bool store_flush(struct store *store, struct error *err)
{
    return store->driver->flush(store->db, err);
}

bool store_close(struct store *store, struct error *err)
{
    if (store == NULL)
        return true;
    bool ok = store_flush(store, err);
    talloc_free(store);
    return ok;
}

/* --- a verdict into a row ----------------------------------------------------------------------
 */

struct gather {
    struct arena *arena;
    struct store_label label[LABELS_MAX];
    uint32_t count;
    struct text words;
    struct table *word_seen;
};

static void add_label(struct gather *g, enum dimension dimension, struct bytes name)
{
    name = bytes_sub(name, 0, 200);
    if (name.len == 0 || g->count == LABELS_MAX)
        return;
    for (uint32_t i = 0; i < g->count; i++)
        if (g->label[i].dimension == dimension && bytes_equal(g->label[i].name, name))
            return;
    g->label[g->count++] = (struct store_label){dimension, name};
}

static void add_word(struct gather *g, struct bytes word)
{
    if (word.len == 0 || g->words.len + word.len + 1 > WORDS_MAX_BYTES)
        return;
    void **seen = table_at(g->word_seen, word);
    if (*seen != NULL)
        return;
    *seen = g;
    text_add(&g->words, word);
    text_add_byte(&g->words, '\n');
}

static struct value field(struct value v, const char *name)
{
    if (v.tag != VALUE_OBJECT)
        return value_null();
    int slot = type_field(v.as.object->type, bytes_of_string(name));
    return slot < 0 ? value_null() : object_get(v.as.object, (uint32_t)slot);
}

static void gather_url(struct gather *g, struct value url)
{
    struct value domain = field(url, "domain");
    struct bytes root = value_bytes(field(domain, "root_domain"));
    struct bytes whole = value_bytes(field(domain, "domain"));
    struct bytes address = value_bytes(field(field(url, "ip"), "ip"));
    add_label(g, DIMENSION_DOMAIN, root.len > 0 ? root : whole);
    add_label(g, DIMENSION_DOMAIN, address);
    add_word(g, whole);
    add_word(g, address);
}

static void gather_facts(struct gather *g, struct bytes facts, bool threat)
{
    struct model *model = facts.at == NULL ? NULL : facts_model(g->arena, facts);
    if (model == NULL)
        return;
    struct value root = value_object(model->root);
    struct value domain = field(field(field(root, "sender"), "email"), "domain");
    struct bytes registered = value_bytes(field(domain, "root_domain"));
    add_label(g, DIMENSION_SENDER,
              registered.len > 0 ? registered : value_bytes(field(domain, "domain")));
    struct value links = field(field(root, "body"), "links");
    for (uint32_t i = 0; links.tag == VALUE_ARRAY && i < links.as.array->count; i++) {
        gather_url(g, field(links.as.array->item[i], "href_url"));
        gather_url(g, field(links.as.array->item[i], "display_url"));
    }
    struct value files = field(root, "attachments");
    for (uint32_t i = 0; files.tag == VALUE_ARRAY && i < files.as.array->count; i++) {
        struct value file = files.as.array->item[i];
        add_word(g, value_bytes(field(file, "file_name")));
        add_label(g, DIMENSION_HASH, value_bytes(field(file, "sha256")));
        if (threat)
            add_label(g, DIMENSION_FILE_TYPE, value_bytes(field(file, "file_type")));
    }
}

static void gather_threat(struct gather *g, const struct verdict *v)
{
    add_label(g, DIMENSION_CATEGORY, v->category);
    add_label(g, DIMENSION_CAMPAIGN, v->campaign);
    add_label(g, DIMENSION_LANGUAGE, v->language);
    for (uint32_t i = 0; i < v->attribution_count; i++) {
        const struct attribution *a = &v->attribution[i];
        enum dimension dimension = dimension_named(a->kind);
        if (a->named && (dimension == DIMENSION_FAMILY || dimension == DIMENSION_ACTOR ||
                         dimension == DIMENSION_CAMPAIGN || dimension == DIMENSION_BRAND))
            add_label(g, dimension, a->name);
    }
    for (uint32_t i = 0; i < v->brand_count; i++)
        add_label(g, DIMENSION_BRAND, v->brand[i]);
    for (uint32_t i = 0; i < v->evidence_count; i++)
        for (uint32_t k = 0; k < v->evidence[i].technique_count; k++)
            add_label(g, DIMENSION_TECHNIQUE, v->evidence[i].technique[k]);
}

static void gather_verdict(struct gather *g, const struct verdict *v)
{
    bool threat = v->class == VERDICT_MALICIOUS || v->class == VERDICT_SUSPICIOUS;
    add_label(g, DIMENSION_CLASS, bytes_of_string(verdict_names[v->class]));
    if (threat)
        gather_threat(g, v);
    for (uint32_t i = 0; i < v->evidence_count; i++)
        add_label(g, DIMENSION_RULE, v->evidence[i].rule);
    gather_facts(g, v->facts, threat);
    if (v->facts.at == NULL) /* a file: its own name is what one looks for */
        add_word(g, v->path);
    if (threat && v->kind.len > 0 && v->facts.at == NULL)
        add_label(g, DIMENSION_FILE_TYPE, v->kind);
    for (uint32_t i = 0; i < v->evidence_count && i < SNIPPETS_MAX; i++)
        add_word(g, v->evidence[i].snippet);
}

static bool read_sha256(struct bytes hex, uint8_t out[32])
{
    if (hex.len != 64)
        return false;
    for (size_t i = 0; i < 32; i++) {
        int high = ascii_hex(hex.at[2 * i]), low = ascii_hex(hex.at[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* 1990-01-01; what claims to be older, or to come from more than two days ahead, is not dated. */
#define OLDEST_US ((int64_t)631152000 * 1000000)
#define AHEAD_US ((int64_t)2 * 86400 * 1000000)

bool store_add_seen(struct store *store, const struct verdict *v, int64_t seen_us, struct bytes raw,
                    struct error *err)
{
    struct store_row row = {.seen_us = seen_us};
    if (!read_sha256(v->sha256, row.sha256))
        return error_set(err, ERROR_INPUT, "a verdict without SHA-256 cannot be stored");
    bool known = false;
    if (!store->driver->has(store->db, row.sha256, &known, err) || known)
        return known;
    arena_reset(store->scratch);
    struct gather *g = arena_new_of(store->scratch, struct gather);
    g->arena = store->scratch;
    g->word_seen = table_new(store->scratch);
    text_init(&g->words, store->scratch, 0);
    gather_verdict(g, v);
    struct text detail;
    text_init(&detail, store->scratch, 0);
    if (!detail_write(&detail, v, store->driver, store->db, err)) {
        talloc_free(g->word_seen);
        return false;
    }
    row.dated = v->date_us >= OLDEST_US && v->date_us <= seen_us + AHEAD_US;
    row.at_us = row.dated ? v->date_us : seen_us;
    row.bytes = v->coverage.bytes_in;
    row.class = (int32_t)v->class;
    row.counterfactual = (int32_t)v->without_strongest;
    row.log_odds = v->log_odds;
    row.probability = v->probability;
    row.kind = v->kind;
    row.reason = v->reason;
    row.category = v->category;
    row.campaign = v->campaign;
    row.language = v->language;
    row.path = v->path;
    row.subject = v->subject;
    row.sender = v->sender;
    row.words = text_bytes(&g->words);
    row.detail = text_bytes(&detail);
    row.facts = v->facts;
    bool ok = store->driver->add(store->db, &row, g->label, g->count, raw, err);
    talloc_free(g->word_seen);
    return ok;
}

int64_t store_now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

bool store_add(struct store *store, const struct verdict *verdict, struct bytes raw,
               struct error *err)
{
    return store_add_seen(store, verdict, store_now_us(), raw, err);
}

/* --- a row into a verdict ----------------------------------------------------------------------
 */

struct walk {
    struct store *store;
    struct arena *arena;
    bool facts_only;
    bool (*visit)(void *own, const struct store_item *item);
    void *own;
};

static struct bytes hex_of(struct arena *arena, const uint8_t sha256[32])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t *hex = arena_alloc(arena, 65);
    for (size_t i = 0; i < 32; i++) {
        hex[2 * i] = (uint8_t)digits[sha256[i] >> 4];
        hex[2 * i + 1] = (uint8_t)digits[sha256[i] & 15];
    }
    return bytes_of(hex, 64);
}

static bool visit_row(void *own, const struct store_row *row)
{
    struct walk *walk = own;
    arena_reset(walk->arena);
    struct verdict *v = arena_new_of(walk->arena, struct verdict);
    v->class = row->class < 0 || row->class > VERDICT_MALICIOUS ? VERDICT_UNSCANNABLE
                                                                : (enum verdict_class)row->class;
    v->date_us = row->dated ? row->at_us : INT64_MIN;
    v->facts = row->facts;
    v->sha256 = hex_of(walk->arena, row->sha256);
    if (!walk->facts_only) {
        v->without_strongest = (enum verdict_class)(row->counterfactual & 3);
        v->log_odds = row->log_odds;
        v->probability = row->probability;
        v->kind = row->kind;
        v->reason = row->reason;
        v->category = row->category;
        v->campaign = row->campaign;
        v->language = row->language;
        v->path = row->path;
        v->subject = row->subject;
        v->sender = row->sender;
        detail_read(walk->arena, row->detail, walk->store->driver, walk->store->db, v);
    }
    struct store_item item = {row->id, row->at_us, row->seen_us, row->dated, row->bytes, v};
    return walk->visit(walk->own, &item);
}

bool store_each(struct store *store, const struct store_filter *filter,
                bool (*visit)(void *own, const struct store_item *item), void *own,
                struct error *err)
{
    struct walk walk = {store, arena_new(store), filter->facts_only, visit, own};
    bool ok = store->driver->each(store->db, filter, visit_row, &walk, err);
    talloc_free(walk.arena);
    return ok;
}

bool store_undated(struct store *store, int64_t since_us, int64_t until_us, uint64_t *count_out,
                   struct error *err)
{
    return store->driver->undated(store->db, since_us, until_us, count_out, err);
}

bool store_counts(struct store *store, enum dimension dimension, uint32_t step_s, int64_t since_us,
                  int64_t until_us, bool (*visit)(void *own, const struct store_cell *cell),
                  void *own, struct error *err)
{
    assert(step_s >= 3600 && step_s % 3600 == 0);
    return store->driver->counts(store->db, dimension, step_s, since_us, until_us, visit, own, err);
}

bool store_cross(struct store *store, enum dimension dimension, enum dimension with,
                 struct bytes name, int64_t since_us, int64_t until_us,
                 bool (*visit)(void *own, const struct store_cell *cell), void *own,
                 struct error *err)
{
    return store->driver->cross(store->db, dimension, with, name, since_us, until_us, visit, own,
                                err);
}

struct sentences {
    struct arena *arena; /* of the sentence in hand */
    struct store_sentence now;
    bool (*visit)(void *own, const struct store_sentence *sentence);
    void *own;
    bool any, more;
};

static bool add_sentence(void *own, const struct store_phrase *phrase)
{
    struct sentences *all = own;
    if (all->any && bytes_equal(all->now.rule, phrase->rule)) {
        all->now.others++;
        return true;
    }
    if (all->any)
        all->more = all->visit(all->own, &all->now);
    arena_reset(all->arena);
    all->now =
        (struct store_sentence){.rule = arena_copy(all->arena, phrase->rule),
                                .sentence = {arena_copy(all->arena, phrase->sentence[0]),
                                             arena_copy(all->arena, phrase->sentence[1])}};
    all->any = true;
    return all->more;
}

bool store_sentences(struct store *store,
                     bool (*visit)(void *own, const struct store_sentence *sentence), void *own,
                     struct error *err)
{
    struct sentences all = {
        .arena = arena_new(store), .visit = visit, .own = own, .more = true};
    bool ok = store->driver->phrases(store->db, add_sentence, &all, err);
    if (ok && all.any && all.more)
        visit(own, &all.now);
    talloc_free(all.arena);
    return ok;
}

bool store_stats(struct store *store, struct store_stats *out, struct error *err)
{
    return store->driver->stats(store->db, out, err);
}

bool store_prune(struct store *store, int64_t before_us, uint64_t most_bytes,
                 uint64_t *forgotten_out, struct error *err)
{
    return store->driver->prune(store->db, before_us, most_bytes, forgotten_out, err);
}

bool store_check(struct store *store, struct text *findings, struct error *err)
{
    return store->driver->check(store->db, findings, err);
}

bool store_vacuum(struct store *store, struct error *err)
{
    return store->driver->vacuum(store->db, err);
}

bool store_raw(struct store *store, struct arena *arena, struct bytes sha256, struct bytes *out,
               struct error *err)
{
    uint8_t key[32];
    *out = BYTES_NONE;
    return read_sha256(sha256, key) ? store->driver->raw(store->db, arena, key, out, err)
                                    : error_set(err, ERROR_USAGE, "not a SHA-256 in hex");
}
