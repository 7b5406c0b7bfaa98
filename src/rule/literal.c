/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/literal.h"

#include <assert.h>
#include <hs.h>
#include <stdio.h>
#include <stdlib.h>
#include <talloc.h>

#define HEAD_BYTES 128 /* a database has more */

struct literal_set {
    hs_database_t *database;
    uint32_t count;
    bool borrowed; /* it lies in the cache's file */
};

/* One scratch fits every database of the process: it grows with each. */
static hs_scratch_t *scratch;

static int set_destroy(struct literal_set *set)
{
    if (!set->borrowed)
        hs_free_database(set->database);
    return 0;
}

/* A set over DATABASE, which it takes if it is not BORROWED. */
static struct literal_set *set_over(const void *parent, hs_database_t *database, uint32_t count,
                                    bool borrowed)
{
    if (hs_alloc_scratch(database, &scratch) != HS_SUCCESS) {
        if (!borrowed)
            hs_free_database(database);
        return NULL;
    }
    struct literal_set *set = talloc_zero(parent, struct literal_set);
    if (set == NULL)
        abort();
    set->database = database;
    set->count = count;
    set->borrowed = borrowed;
    talloc_set_destructor(set, set_destroy);
    return set;
}

struct literal_set *literal_set_new(const void *parent, const struct bytes *literal, uint32_t count,
                                    bool every)
{
    const char **text = talloc_array(NULL, const char *, count);
    size_t *len = talloc_array(text, size_t, count);
    unsigned *flags = talloc_array(text, unsigned, count),
             *id = talloc_array(text, unsigned, count);
    if (text == NULL || len == NULL || flags == NULL || id == NULL)
        abort();
    for (uint32_t i = 0; i < count; i++) {
        assert(literal[i].len > 0);
        text[i] = (const char *)literal[i].at;
        len[i] = literal[i].len;
        flags[i] = HS_FLAG_CASELESS | (every ? 0 : HS_FLAG_SINGLEMATCH);
        id[i] = i;
    }
    hs_database_t *database = NULL;
    hs_compile_error_t *problem = NULL;
    hs_error_t status =
        hs_compile_lit_multi(text, flags, id, len, count, HS_MODE_BLOCK, NULL, &database, &problem);
    talloc_free(text);
    if (status != HS_SUCCESS) {
        hs_free_compile_error(problem);
        return NULL;
    }
    return set_over(parent, database, count, false);
}

struct listener {
    void (*each)(void *self, uint32_t literal, size_t end);
    void *self;
    size_t from;
};

static int note_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                      void *context)
{
    const struct listener *listener = context;
    (void)from, (void)flags;
    listener->each(listener->self, id, listener->from + (size_t)to);
    return 0;
}

bool literal_set_scan(const struct literal_set *set, struct bytes text,
                      void (*each)(void *self, uint32_t literal, size_t end), void *self)
{
    struct listener listener = {.each = each, .self = self};
    for (; listener.from < text.len; listener.from += UINT32_MAX / 2) {
        struct bytes piece = bytes_sub(text, listener.from, UINT32_MAX / 2);
        if (hs_scan(set->database, (const char *)piece.at, (unsigned)piece.len, 0, scratch,
                    note_match, &listener) != HS_SUCCESS)
            return false;
    }
    return true;
}

const char *literal_version(void)
{
    static char version[80];
    hs_platform_info_t cpu = {0};
    if (hs_populate_platform(&cpu) == HS_SUCCESS)
        snprintf(version, sizeof version, "%.40s %u %llx", hs_version(), cpu.tune,
                 cpu.cpu_features);
    return version;
}

struct bytes literal_set_save(const void *parent, const struct literal_set *set)
{
    char *bytes = NULL;
    size_t len = 0, size = 0;
    void *copy = NULL;
    if (hs_serialize_database(set->database, &bytes, &len) != HS_SUCCESS ||
        hs_serialized_database_size(bytes, len, &size) != HS_SUCCESS ||
        posix_memalign(&copy, LITERAL_ALIGN_BYTES, size) != 0)
        size = 0;
    if (size > 0)
        memset(copy, 0, size); /* what lies between its parts is written to a file */
    bool ok = size > 0 && hs_deserialize_database_at(bytes, len, copy) == HS_SUCCESS;
    struct bytes saved = ok ? bytes_of(talloc_memdup(parent, copy, size), size) : BYTES_NONE;
    free(bytes);
    free(copy);
    return saved;
}

struct literal_set *literal_set_restore(const void *parent, struct bytes saved, uint32_t count,
                                        bool stays)
{
    union {
        const uint8_t *from;
        hs_database_t *to;
        void *copy;
    } at = {.from = saved.at};
    size_t size;
    if ((uintptr_t)saved.at % LITERAL_ALIGN_BYTES != 0 || saved.len < HEAD_BYTES ||
        hs_database_size(at.to, &size) != HS_SUCCESS || size != saved.len)
        return NULL;
    if (!stays) {
        if (posix_memalign(&at.copy, LITERAL_ALIGN_BYTES, size) != 0)
            abort();
        memcpy(at.copy, saved.at, size);
    }
    return set_over(parent, at.to, count, stays);
}
