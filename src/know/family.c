/* SPDX-License-Identifier: Apache-2.0 */
#include "know/family.h"

#include "base/yaml.h"
#include "know/rows.h"

#include <stdlib.h>
#include <talloc.h>

static bool take_family(struct families *families, const struct yaml *entry, const char *path,
                        struct error *err)
{
    struct family *family = &families->item[families->count];
    family->name = yaml_get_text(entry, "name");
    family->kind = yaml_get_text(entry, "kind");
    if (family->name.len == 0 || family->kind.len == 0)
        return error_set_at(err, path, entry->line, entry->column,
                            "an entry needs a name and a kind");
    family->alias = rows_texts(families->arena, yaml_get(entry, "aliases"), &family->alias_count);
    family->technique =
        rows_texts(families->arena, yaml_get(entry, "attack"), &family->technique_count);
    family->expects =
        rows_texts(families->arena, yaml_get(entry, "expects"), &family->expects_count);
    double needs;
    if (yaml_number(yaml_get(entry, "needs"), &needs) && needs >= 1 && needs <= 10)
        family->needs = (uint32_t)needs;
    const struct yaml *follows = yaml_get(entry, "follows"), *about = yaml_get(entry, "about");
    family->follows[0] = yaml_get_text(follows, "en");
    family->follows[1] = yaml_get_text(follows, "ja");
    family->about[0] = yaml_get_text(about, "en");
    family->about[1] = yaml_get_text(about, "ja");
    family->source = yaml_get_text(entry, "source");
    family->date = yaml_get_text(entry, "date");
    if (family->source.len == 0)
        return error_set_at(err, path, entry->line, entry->column, "entry '%.*s' names no source",
                            BYTES_FMT(family->name));
    table_set(families->by_name, family->name, family);
    for (uint32_t i = 0; i < family->alias_count; i++)
        table_set(families->by_name, family->alias[i], family);
    families->count++;
    return true;
}

struct families *families_load(const void *parent, const char *path, struct error *err)
{
    struct families *families = talloc_zero(parent, struct families);
    if (families == NULL)
        abort();
    families->arena = arena_new(families);
    families->by_name = table_new(families);
    const struct yaml *list = rows_load(families->arena, path, "families", err);
    bool ok = list != NULL;
    if (ok)
        families->item = arena_array_of(families->arena, list->count, struct family);
    for (uint32_t i = 0; ok && i < list->count; i++)
        ok = take_family(families, list->row[i].value, path, err);
    if (ok)
        return families;
    talloc_free(families);
    return NULL;
}

const struct family *families_find(const struct families *families, struct bytes name)
{
    return families == NULL ? NULL : table_get(families->by_name, name);
}
