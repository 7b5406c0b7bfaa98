/* SPDX-License-Identifier: Apache-2.0 */
#include "know/rows.h"

#include "base/file.h"
#include "base/yaml.h"

#define FILE_BYTES_MAX ((size_t)16 * 1024 * 1024)

const struct yaml *rows_load(struct arena *arena, const char *path, const char *key,
                             struct error *err)
{
    struct bytes text;
    if (!file_load(arena, path, FILE_BYTES_MAX, &text, err))
        return NULL;
    const struct yaml *root = yaml_parse(arena, text, path, err);
    if (root == NULL)
        return NULL;
    const struct yaml *list = yaml_get(root, key);
    if (list != NULL && list->kind == YAML_SEQUENCE)
        return list;
    error_set_at(err, path, 1, 1, "expected a list under '%s'", key);
    return NULL;
}

struct bytes *rows_texts(struct arena *arena, const struct yaml *list, uint32_t *count_out)
{
    *count_out = list == NULL || list->kind != YAML_SEQUENCE ? 0 : list->count;
    struct bytes *items = arena_array_of(arena, *count_out, struct bytes);
    for (uint32_t i = 0; i < *count_out; i++)
        items[i] = yaml_text(list->row[i].value);
    return items;
}
