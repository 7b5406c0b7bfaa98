/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/companion.h"

#include "base/text.h"
#include "verdict/record.h"
#include "verdict/script.h"

#include <stdlib.h>
#include <talloc.h>

#define COMPANIONS_BYTES_MAX ((size_t)64 * 1024 * 1024)
#define LEVELS_MAX 64u
#define BESIDE_LOG_ODDS 0.6 /* suspicious, just */
#define BESIDE_PROBABILITY 0.65

struct held {
    struct held *next;
    struct bytes record; /* a verdict, flat */
};

/* A folder the walk is in, or one above it. */
struct folder {
    struct bytes path;
    uint32_t scripts, malicious; /* in it so far */
    struct held *first, **end;
};

struct companions {
    void (*emit)(void *context, const struct verdict *v);
    void *context;
    struct folder *level[LEVELS_MAX];
    uint32_t count;
    size_t held_bytes;
};

struct companions *companions_new(const void *parent,
                                  void (*emit)(void *context, const struct verdict *v),
                                  void *context)
{
    struct companions *companions = talloc_zero(parent, struct companions);
    if (companions == NULL)
        abort();
    companions->emit = emit, companions->context = context;
    return companions;
}

static struct bytes folder_of(struct bytes path)
{
    size_t slash = bytes_find_last_byte(path, '/');
    return slash == BYTES_NPOS ? BYTES("") : bytes_sub(path, 0, slash);
}

/* V as what it is beside a malicious script. */
static void emit_raised(struct companions *companions, struct arena *arena, const struct verdict *v)
{
    struct verdict raised = *v;
    struct evidence beside = {
        .rule = BYTES("script.beside"), .kind = BYTES("behaviour"), .weight = BESIDE_LOG_ODDS};
    beside.sentence[0] = BYTES("the script lies beside a malicious one and does part of its work");
    beside.sentence[1] = BYTES("悪性スクリプトと同じフォルダにあり、その作業の一部を行う");
    raised.class = VERDICT_SUSPICIOUS, raised.category = v->beside;
    raised.log_odds = BESIDE_LOG_ODDS, raised.probability = BESIDE_PROBABILITY;
    raised.without_strongest = v->class;
    raised.evidence = arena_array_of(arena, v->evidence_count + 1, struct evidence);
    raised.evidence[0] = beside;
    if (v->evidence_count > 0)
        memcpy(raised.evidence + 1, v->evidence, v->evidence_count * sizeof *v->evidence);
    raised.evidence_count = v->evidence_count + 1;
    companions->emit(companions->context, &raised);
}

/* What waits in FOLDER goes out. */
static void folder_emit(struct companions *companions, struct folder *folder)
{
    struct arena *arena = arena_new(NULL);
    while (folder->first != NULL) {
        struct held *held = folder->first;
        const struct verdict *v = record_read(arena, held->record);
        folder->first = held->next;
        companions->held_bytes -= held->record.len;
        if (v != NULL && script_set_is_hostile(folder->malicious, folder->scripts))
            emit_raised(companions, arena, v);
        else if (v != NULL)
            companions->emit(companions->context, v);
        arena_reset(arena);
        talloc_free(held);
    }
    folder->end = &folder->first;
    talloc_free(arena);
}

static bool is_within(struct bytes path, struct bytes folder)
{
    return folder.len == 0 || bytes_equal(path, folder) ||
           (path.len > folder.len && bytes_starts(path, folder) && path.at[folder.len] == '/');
}

static void level_pop(struct companions *companions)
{
    struct folder *top = companions->level[--companions->count];
    folder_emit(companions, top);
    talloc_free(top);
}

/* The folder of PATH, entered; folders the walk has left are done. */
static struct folder *folder_enter(struct companions *companions, struct bytes path)
{
    struct bytes name = folder_of(path);
    while (companions->count > 0 &&
           !is_within(name, companions->level[companions->count - 1]->path))
        level_pop(companions);
    if (companions->count > 0 && bytes_equal(companions->level[companions->count - 1]->path, name))
        return companions->level[companions->count - 1];
    if (companions->count == LEVELS_MAX)
        level_pop(companions);
    struct folder *folder = talloc_zero(companions, struct folder);
    if (folder == NULL)
        abort();
    folder->path = bytes_of(talloc_memdup(folder, name.len == 0 ? (const void *)"" : name.at,
                                          name.len + (name.len == 0)),
                            name.len);
    folder->end = &folder->first;
    companions->level[companions->count++] = folder;
    return folder;
}

static void hold(struct companions *companions, struct folder *folder, const struct verdict *v)
{
    struct text record;
    struct held *held = talloc_zero(folder, struct held);
    if (held == NULL)
        abort();
    text_init(&record, NULL, 0);
    record_write(&record, v);
    held->record = bytes_of(talloc_memdup(held, record.at, record.len), record.len);
    text_finish(&record);
    *folder->end = held, folder->end = &held->next;
    companions->held_bytes += held->record.len;
    if (companions->held_bytes > COMPANIONS_BYTES_MAX)
        folder_emit(companions, folder);
}

static bool is_script(struct bytes kind)
{
    return bytes_equal(kind, BYTES("shell")) || bytes_equal(kind, BYTES("python")) ||
           bytes_equal(kind, BYTES("perl"));
}

void companions_add(struct companions *companions, const struct verdict *v)
{
    struct folder *folder = folder_enter(companions, v->path);
    folder->scripts += is_script(v->kind);
    folder->malicious += is_script(v->kind) && v->class == VERDICT_MALICIOUS;
    if (v->beside.len == 0 || v->class != VERDICT_CLEAN)
        companions->emit(companions->context, v);
    else
        hold(companions, folder, v);
}

void companions_end(struct companions *companions)
{
    while (companions->count > 0)
        level_pop(companions);
}
