/* SPDX-License-Identifier: Apache-2.0 */
#include "know/script_family.h"

#include "base/file.h"
#include "base/yaml.h"

#include <stdlib.h>
#include <talloc.h>

#define FILE_BYTES_MAX ((size_t)4 * 1024 * 1024)

const char *const mark_kind_names[MARK_KIND_COUNT] = {"infrastructure", "key", "name", "structure",
                                                      "style"};

static struct bytes lower(struct arena *arena, struct bytes text)
{
    uint8_t *at = arena_alloc(arena, text.len + 1);
    for (size_t i = 0; i < text.len; i++)
        at[i] = ascii_lower(text.at[i]);
    return bytes_of(at, text.len);
}

static struct bytes *take_list(struct arena *arena, const struct yaml *list, uint32_t *count_out,
                               bool fold)
{
    *count_out = list == NULL || list->kind != YAML_SEQUENCE ? 0 : list->count;
    struct bytes *items = arena_array_of(arena, *count_out, struct bytes);
    for (uint32_t i = 0; i < *count_out; i++) {
        struct bytes text = yaml_text(list->row[i].value);
        items[i] = fold ? lower(arena, text) : text;
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
        take_list(families->arena, yaml_get(entry, "lineage"), &family->lineage_count, false);
    for (int kind = 0; kind < MARK_KIND_COUNT; kind++) {
        family->mark[kind] = take_list(families->arena, yaml_get(marks, mark_kind_names[kind]),
                                       &family->mark_count[kind], true);
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
    struct bytes text;
    const struct yaml *list = NULL;
    if (families == NULL)
        abort();
    families->arena = arena_new(families);
    bool ok = file_load(families->arena, path, FILE_BYTES_MAX, &text, err);
    if (ok) {
        const struct yaml *root = yaml_parse(families->arena, text, path, err);
        list = yaml_get(root, "families");
        ok = root != NULL;
        if (ok && (list == NULL || list->kind != YAML_SEQUENCE))
            ok = error_set_at(err, path, 1, 1, "expected a list under 'families'");
    }
    if (ok)
        families->item = arena_array_of(families->arena, list->count, struct script_family);
    for (uint32_t i = 0; ok && i < list->count; i++)
        ok = take_family(families, list->row[i].value, path, err);
    if (ok)
        return families;
    talloc_free(families);
    return NULL;
}
