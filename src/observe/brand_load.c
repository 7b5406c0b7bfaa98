/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/brand_load.h"

#include "base/file.h"
#include "base/yaml.h"

#define FILE_BYTES_MAX ((size_t)8 * 1024 * 1024)

static struct bytes *take_list(struct arena *arena, const struct yaml *list, uint32_t *count_out)
{
    *count_out = list == NULL ? 0 : list->count;
    struct bytes *items = arena_array_of(arena, *count_out, struct bytes);
    for (uint32_t i = 0; i < *count_out; i++)
        items[i] = yaml_text(list->row[i].value);
    return items;
}

struct brand_index *brand_load(const void *parent, const char *path, struct error *err)
{
    struct arena *arena = arena_new(parent);
    struct bytes text;
    if (!file_load(arena, path, FILE_BYTES_MAX, &text, err))
        return NULL;
    const struct yaml *root = yaml_parse(arena, text, path, err);
    const struct yaml *list = yaml_get(root, "brands");
    if (root == NULL)
        return NULL;
    if (list == NULL || list->kind != YAML_SEQUENCE) {
        error_set_at(err, path, 1, 1, "expected a list under 'brands'");
        return NULL;
    }
    struct brand *brands = arena_array_of(arena, list->count, struct brand);
    for (uint32_t i = 0; i < list->count; i++) {
        const struct yaml *entry = list->row[i].value;
        brands[i].name = yaml_get_text(entry, "name");
        brands[i].sector = yaml_get_text(entry, "sector");
        brands[i].alias = take_list(arena, yaml_get(entry, "aliases"), &brands[i].alias_count);
        brands[i].domain = take_list(arena, yaml_get(entry, "domains"), &brands[i].domain_count);
        if (brands[i].name.len == 0 || brands[i].domain_count == 0) {
            error_set_at(err, path, entry->line, entry->column,
                         "a brand needs a name and its domains");
            return NULL;
        }
    }
    return brand_index_new(parent, brands, list->count);
}
