/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/keep.h"

#include "base/table.h"

#include <talloc.h>

#define TELLING_TACTICS 3 /* of one script */
#define ALSO_DEPTH_MAX 64 /* ways that met, that met others before */

struct keeper {
    struct arena *arena;
    const struct shell_report *from;
    struct shell_report *to;
    struct table *moved; /* where fetches and steps are now, by where they were */
};

static void **moved_at(const struct keeper *k, const void *from)
{
    return table_at(k->moved, arena_copy(k->arena, bytes_of(&from, sizeof from)));
}

static void keep_bytes(const struct keeper *k, struct bytes *bytes)
{
    if (bytes->at != NULL)
        *bytes = arena_copy(k->arena, *bytes);
}

static const struct shell_layer *layer_now(const struct keeper *k, const struct shell_layer *layer)
{
    return layer == NULL ? NULL : k->to->layer[layer->id];
}

/* Parents come before what they made. */
static void keep_layers(const struct keeper *k, struct bytes text)
{
    for (uint32_t i = 0; i < k->from->layer_count; i++) {
        const struct shell_layer *old = k->from->layer[i];
        struct shell_layer *layer = k->to->layer[i] = arena_new_of(k->arena, struct shell_layer);
        *layer = *old;
        layer->parent = old->parent == NULL ? NULL : k->to->layer[old->parent->id];
        layer->words_sought = false, layer->word_hit = NULL, layer->word_hit_count = 0;
        layer->line_start = NULL, layer->line_count = 0;
        keep_bytes(k, &layer->how);
        keep_bytes(k, &layer->path);
        if (layer->text.at != text.at)
            keep_bytes(k, &layer->text);
    }
}

static void keep_fetches(const struct keeper *k)
{
    k->to->fetch = NULL, k->to->fetch_end = &k->to->fetch;
    for (const struct shell_fetch *old = k->from->fetch; old != NULL; old = old->next) {
        struct shell_fetch *fetch = arena_new_of(k->arena, struct shell_fetch);
        *fetch = *old;
        fetch->next = NULL;
        fetch->layer = layer_now(k, old->layer);
        keep_bytes(k, &fetch->tool);
        keep_bytes(k, &fetch->url);
        keep_bytes(k, &fetch->host);
        keep_bytes(k, &fetch->path);
        *moved_at(k, old) = fetch;
        *k->to->fetch_end = fetch, k->to->fetch_end = &fetch->next;
    }
}

static const struct shell_step *keep_way(const struct keeper *k, const struct shell_step *old,
                                         uint32_t depth)
{
    const struct shell_step *first = NULL, **end = &first;
    for (; old != NULL; old = old->before) {
        void **now = moved_at(k, old);
        if (*now != NULL) {
            *end = *now;
            break;
        }
        struct shell_step *step = arena_new_of(k->arena, struct shell_step);
        *step = *old;
        *now = step;
        step->before = NULL;
        step->layer = layer_now(k, old->layer);
        step->fetch = old->fetch == NULL ? NULL : *moved_at(k, old->fetch);
        step->also = depth == ALSO_DEPTH_MAX ? NULL : keep_way(k, old->also, depth + 1);
        *end = step, end = &step->before;
    }
    return first;
}

static void keep_flows(const struct keeper *k)
{
    k->to->flow = NULL, k->to->flow_end = &k->to->flow;
    for (const struct shell_flow *old = k->from->flow; old != NULL; old = old->next) {
        struct shell_flow *flow = arena_new_of(k->arena, struct shell_flow);
        *flow = *old;
        flow->next = NULL;
        flow->step = keep_way(k, old->step, 0);
        keep_bytes(k, &flow->sink);
        keep_bytes(k, &flow->destination);
        *k->to->flow_end = flow, k->to->flow_end = &flow->next;
    }
}

static void keep_behaviours(const struct keeper *k)
{
    for (uint32_t role = 0; role < ROLE_COUNT; role++) {
        struct shell_behaviour *all =
            arena_array_of(k->arena, BEHAVIOUR_COUNT, struct shell_behaviour);
        k->to->behaviour[role] = all;
        for (uint32_t b = 0; b < BEHAVIOUR_COUNT; b++) {
            const struct shell_behaviour *old = &k->from->behaviour[role][b];
            all[b] = *old;
            if (old->place == NULL)
                continue;
            all[b].place = arena_array_of(k->arena, old->place_count, struct shell_place);
            for (uint32_t i = 0; i < old->place_count; i++) {
                all[b].place[i] = old->place[i];
                all[b].place[i].layer = layer_now(k, old->place[i].layer);
                keep_bytes(k, &all[b].place[i].detail);
            }
        }
    }
}

static void keep_kills(const struct keeper *k)
{
    uint32_t count = k->from->kill_count < KILLS_MAX ? k->from->kill_count : KILLS_MAX;
    if (k->from->kill == NULL)
        return;
    k->to->kill = arena_array_of(k->arena, KILLS_MAX, struct bytes);
    for (uint32_t i = 0; i < count; i++) {
        k->to->kill[i] = k->from->kill[i];
        keep_bytes(k, &k->to->kill[i]);
    }
}

struct shell_report *report_keep(struct arena *arena, const struct shell_report *report,
                                 struct bytes text)
{
    struct shell_report *to = arena_new_of(arena, struct shell_report);
    struct keeper k = {.arena = arena, .from = report, .to = to, .moved = table_new(NULL)};
    *to = *report;
    to->span = NULL, to->span_end = &to->span;
    keep_layers(&k, text);
    keep_fetches(&k);
    keep_flows(&k);
    keep_behaviours(&k);
    keep_kills(&k);
    keep_bytes(&k, &to->category);
    talloc_free(k.moved);
    return to;
}

bool report_tells(const struct shell_report *report)
{
    return report->flow != NULL || __builtin_popcount(report->tactics) >= TELLING_TACTICS;
}
