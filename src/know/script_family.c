/* SPDX-License-Identifier: Apache-2.0 */
#include "know/script_family.h"

#include "base/yaml.h"
#include "know/rows.h"

#include <stdlib.h>
#include <talloc.h>

const char *const mark_kind_names[MARK_KIND_COUNT] = {"infrastructure", "key", "name", "structure",
                                                      "style"};

/* The texts of LIST in lower case. */
static struct bytes *lower_texts(struct arena *arena, const struct yaml *list, uint32_t *count_out)
{
    struct bytes *items = rows_texts(arena, list, count_out);
    for (uint32_t i = 0; i < *count_out; i++) {
        uint8_t *at = arena_alloc(arena, items[i].len + 1);
        for (size_t k = 0; k < items[i].len; k++)
            at[k] = ascii_lower(items[i].at[k]);
        items[i] = bytes_of(at, items[i].len);
    }
    return items;
}

static bool take_family(struct script_families *families, const struct yaml *entry,
                        const char *path, struct error *err)
{
    struct script_family *family = &families->item[families->count];
    const struct yaml *marks = yaml_get(entry, "marks");
    uint32_t kinds = 0;
    family->name = yaml_get_text(entry, "name"), family->kind = yaml_get_text(entry, "kind");
    family->source = yaml_get_text(entry, "source"), family->date = yaml_get_text(entry, "date");
    family->lineage =
        rows_texts(families->arena, yaml_get(entry, "lineage"), &family->lineage_count);
    for (int kind = 0; kind < MARK_KIND_COUNT; kind++) {
        family->mark[kind] = lower_texts(families->arena, yaml_get(marks, mark_kind_names[kind]),
                                         &family->mark_count[kind]);
        kinds += family->mark_count[kind] > 0;
    }
    if (family->name.len == 0 || family->source.len == 0)
        return error_set_at(err, path, entry->line, entry->column,
                            "an entry needs a name and a source");
    if (kinds < 2)
        return error_set_at(err, path, entry->line, entry->column,
                            "'%.*s' has marks of one kind only: it could never be named",
                            BYTES_FMT(family->name));
    families->count++;
    return true;
}

struct script_families *script_families_load(const void *parent, const char *path,
                                             struct error *err)
{
    struct script_families *families = talloc_zero(parent, struct script_families);
    if (families == NULL)
        abort();
    families->arena = arena_new(families);
    const struct yaml *list = rows_load(families->arena, path, "families", err);
    bool ok = list != NULL;
    if (ok)
        families->item = arena_array_of(families->arena, list->count, struct script_family);
    for (uint32_t i = 0; ok && i < list->count; i++)
        ok = take_family(families, list->row[i].value, path, err);
    if (ok)
        return families;
    talloc_free(families);
    return NULL;
}
