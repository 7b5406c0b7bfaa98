/* SPDX-License-Identifier: Apache-2.0 */
#include "group/state.h"

#include "base/civil.h"
#include "group/bulk.h"

#include <stdio.h>
#include <stdlib.h>
#include <talloc.h>

#define HEADING "noroshi-group 1"
#define FIELDS 7u

struct group_state {
    struct arena *arena;
    struct table *id_of; /* host hash as 8 bytes -> struct bytes * of its id */
    struct table *next;  /* prefix -> number */
    struct group_merge *merge;
    uint32_t merge_count, merge_room;
};

static void day_text(uint32_t minute, const char *between, char out[16])
{
    struct civil day = civil_of_us((int64_t)minute * 60000000);
    if (minute == 0)
        snprintf(out, 16, "unknown");
    else
        snprintf(out, 16, "%04d%s%02d%s%02d", (int)(day.year % 10000), between, day.month, between,
                 day.day);
}

void state_day(uint32_t minute, char out[16])
{
    day_text(minute, "", out);
}

void state_date(uint32_t minute, char out[16])
{
    day_text(minute, "-", out);
}

static void add_merge(struct group_state *state, struct bytes from, struct bytes into)
{
    if (state->merge_count == state->merge_room)
        state->merge = talloc_realloc(state, state->merge, struct group_merge,
                                      state->merge_room = state->merge_room * 2 + 16);
    state->merge[state->merge_count++] = (struct group_merge){from, into};
}

static bool read_site(struct group_state *state, struct feed *feed, struct bytes *field,
                      const char *path, uint32_t line)
{
    int64_t first, last, rows;
    if (!bytes_to_int(field[2], 0, UINT32_MAX, &first) ||
        !bytes_to_int(field[3], 0, UINT32_MAX, &last) ||
        !bytes_to_int(field[4], 1, UINT32_MAX, &rows) ||
        !feed_add(feed, field[6], (uint32_t)first, field[5], path, line))
        return false;
    struct feed_site *site = &feed->site[feed->count - 1];
    site->last_minute = (uint32_t)last;
    site->rows = (uint32_t)rows;
    feed->rows += (uint64_t)rows - 1;
    if (!bytes_equal(field[1], BYTES("-"))) {
        struct bytes *id = arena_new_of(state->arena, struct bytes);
        *id = field[1];
        table_set(state->id_of, site->host, id);
    }
    return true;
}

struct group_state *group_state_read(const void *parent, struct feed *feed, struct bytes text,
                                     const char *path, struct error *err)
{
    struct group_state *state = talloc_zero(parent, struct group_state);
    state->arena = arena_new(state);
    state->id_of = table_new(state);
    state->next = table_new(state);
    uint32_t number = 1;
    struct bytes line, field[FIELDS];
    if (!bytes_next_line(&text, &line) || !bytes_equal(line, BYTES(HEADING))) {
        error_set_at(err, path, 1, 1, "no state of groups");
        return NULL;
    }
    while (bytes_next_line(&text, &line)) {
        uint32_t count = 0;
        int64_t next;
        bool ok = false;
        number++;
        for (struct bytes rest = line;
             count < FIELDS && bytes_next_field(&rest, '\t', &field[count]); count++)
            ;
        if (count == 3 && bytes_equal(field[0], BYTES("N")) &&
            bytes_to_int(field[2], 1, UINT32_MAX, &next)) {
            table_set(state->next, arena_copy(state->arena, field[1]), (void *)(uintptr_t)next);
            ok = true;
        } else if (count == 3 && bytes_equal(field[0], BYTES("M"))) {
            add_merge(state, field[1], field[2]);
            ok = true;
        } else if (count == FIELDS && bytes_equal(field[0], BYTES("S"))) {
            ok = read_site(state, feed, field, path, number);
        }
        if (!ok) {
            error_set_at(err, path, number, 1, "not a record of a state of groups");
            return NULL;
        }
    }
    return state;
}

struct claim {
    struct bytes id;
    uint32_t group, sites;
};

static int compare_ids(struct bytes a, struct bytes b)
{
    return a.len != b.len ? (a.len < b.len ? -1 : 1) : bytes_compare(a, b);
}

/* By id, most sites first. */
static int compare_claims(const void *left, const void *right)
{
    const struct claim *a = left, *b = right;
    int order = compare_ids(a->id, b->id);
    if (order != 0)
        return order;
    if (a->sites != b->sites)
        return a->sites > b->sites ? -1 : 1;
    return (a->group > b->group) - (a->group < b->group);
}

/* One claim for each (old id, group) that share sites. */
static struct claim *collect_claims(const struct group_state *state, const struct groups *g,
                                    uint32_t *count_out)
{
    struct table *at = table_new(g->arena);
    struct claim *claim = talloc_array(at, struct claim, state->id_of->count + 1);
    uint32_t count = 0;
    for (uint32_t i = 0; i < state->id_of->count; i++) {
        uint32_t site = feed_find(g->evidence->feed, state->id_of->row[i].key);
        if (site == UINT32_MAX || g->of[site] == 0)
            continue;
        struct bytes id = *(struct bytes *)state->id_of->row[i].value;
        struct bytes key = arena_printf(g->arena, "%u %.*s", g->of[site], BYTES_FMT(id));
        void **slot = table_at(at, key);
        if (*slot == NULL) {
            claim[count] = (struct claim){id, g->of[site] - 1, 0};
            *slot = (void *)(uintptr_t)++count;
        }
        claim[(uintptr_t)*slot - 1].sites++;
    }
    qsort(claim, count, sizeof *claim, compare_claims);
    *count_out = count;
    return claim;
}

void state_award(const struct group_state *state, struct groups *g)
{
    uint32_t count;
    struct claim *claim = collect_claims(state, g, &count);
    g->merge = talloc_array(g, struct group_merge, state->merge_count + count + 1);
    for (uint32_t i = 0; i < state->merge_count; i++)
        g->merge[g->merge_count++] = state->merge[i];
    for (uint32_t i = 0; i < state->next->count; i++)
        table_set(g->next, state->next->row[i].key, state->next->row[i].value);
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0 && bytes_equal(claim[i].id, claim[i - 1].id))
            continue; /* a smaller part of a group that fell apart */
        struct group *group = &g->group[claim[i].group];
        struct bytes id = arena_copy(g->arena, claim[i].id);
        if (group->id.at == NULL)
            group->id = id;
        else
            g->merge[g->merge_count++] = (struct group_merge){id, group->id};
    }
}

/* Clusters as the ids of STATE say, waves of one. */
static struct clusters *clusters_recorded(const void *parent, const struct feed *feed,
                                          const struct group_state *state)
{
    struct clusters *c = talloc_zero(parent, struct clusters);
    uint32_t count = feed->count;
    struct table *first = table_new(c); /* id -> 1 + its first site */
    uint32_t **part[] = {&c->wave, &c->group, &c->wave_size, &c->group_size};
    for (size_t i = 0; i < sizeof part / sizeof part[0]; i++)
        *part[i] = bulk_array(c, count + 1u, sizeof(uint32_t));
    for (uint32_t i = 0; i < count; i++) {
        const struct bytes *id = table_get(state->id_of, feed->site[i].host);
        void **slot = id == NULL ? NULL : table_at(first, *id);
        if (slot != NULL && *slot == NULL)
            *slot = (void *)(uintptr_t)(i + 1);
        c->wave[i] = i;
        c->wave_size[i] = 1;
        c->group[i] = slot == NULL ? i : (uint32_t)((uintptr_t)*slot - 1);
        c->group_size[c->group[i]]++;
    }
    c->forest = bulk_array(c, 1, sizeof(struct edge));
    return c;
}

struct groups *groups_recorded(const void *parent, const struct templates *templates,
                               const struct group_state *state)
{
    struct evidence_base *e = talloc_zero(parent, struct evidence_base);
    e->feed = templates->feed;
    e->templates = templates;
    return groups_name(parent, e, clusters_recorded(parent, e->feed, state), state, true);
}

/* URLs go to the file without what would end a field. */
static void add_field(struct text *out, struct bytes b)
{
    for (size_t i = 0; i < b.len; i++)
        if (b.at[i] < 0x20)
            text_add_format(out, "%%%02X", b.at[i]);
        else
            text_add_byte(out, b.at[i]);
}

void groups_write_state(const struct groups *g, struct text *out)
{
    const struct feed *feed = g->evidence->feed;
    text_add_string(out, HEADING "\n");
    for (uint32_t i = 0; i < g->next->count; i++)
        text_add_format(out, "N\t%.*s\t%u\n", BYTES_FMT(g->next->row[i].key),
                        (uint32_t)(uintptr_t)g->next->row[i].value);
    for (uint32_t i = 0; i < g->merge_count; i++)
        text_add_format(out, "M\t%.*s\t%.*s\n", BYTES_FMT(g->merge[i].from),
                        BYTES_FMT(g->merge[i].into));
    for (uint32_t i = 0; i < feed->count; i++) {
        const struct feed_site *site = &feed->site[i];
        struct bytes id = g->of[i] == 0 ? BYTES("-") : g->group[g->of[i] - 1].id;
        text_add_format(out, "S\t%.*s\t%u\t%u\t%u\t", BYTES_FMT(id), site->first_minute,
                        site->last_minute, site->rows);
        add_field(out, feed->brand[site->brand].name);
        text_add_byte(out, '\t');
        add_field(out, site->url);
        text_add_byte(out, '\n');
    }
}
