/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/list.h"

#include "base/table.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <talloc.h>
#include <unistd.h>

struct lists {
    struct table *table;
};

struct lists *lists_new(const void *parent)
{
    struct lists *lists = talloc_zero(parent, struct lists);
    if (lists == NULL)
        abort();
    lists->table = table_new(lists);
    return lists;
}

struct list *lists_at(struct lists *lists, struct bytes name)
{
    struct list *list = table_get(lists->table, name);
    if (list != NULL)
        return list;
    list = talloc_zero(lists, struct list);
    char *copy = list == NULL ? NULL : talloc_strndup(list, (const char *)name.at, name.len);
    if (copy == NULL)
        abort();
    list->name = bytes_of(copy, name.len);
    list->people = bytes_equal(name, BYTES("org_vips"));
    table_set(lists->table, list->name, list);
    return list;
}

uint32_t lists_count(const struct lists *lists)
{
    return lists->table->count;
}

struct list *lists_row(const struct lists *lists, uint32_t row)
{
    return lists->table->row[row].value;
}

/* The next entry of *REST; false at the end. */
static bool next_entry(struct bytes *rest, struct bytes *out)
{
    while (bytes_next_line(rest, out)) {
        *out = bytes_trim(*out);
        if (out->len > 0 && out->at[0] != '#')
            return true;
    }
    return false;
}

struct list *lists_set(struct lists *lists, struct bytes name, struct bytes text, struct error *err)
{
    size_t lines = 0;
    for (size_t at = 0; (at = bytes_find_byte(text, '\n', at)) != BYTES_NPOS; at++)
        if (++lines > LIST_ENTRIES_MAX) {
            error_set(err, ERROR_LIMIT, "list %.*s has more than %d entries", BYTES_FMT(name),
                      LIST_ENTRIES_MAX);
            return NULL;
        }
    struct list *list = lists_at(lists, name);
    TALLOC_FREE(list->entry);
    TALLOC_FREE(list->slot);
    TALLOC_FREE(list->fold_slot);
    list->text = bytes_starts(text, BYTES("\xEF\xBB\xBF")) ? bytes_from(text, 3) : text;
    list->configured = true;
    list->entry_count = 0;
    return list;
}

static int unmap(struct bytes *map)
{
    union {
        const uint8_t *from;
        void *to;
    } at = {.from = map->at};
    munmap(at.to, map->len);
    return 0;
}

/* PATH mapped for the life of PARENT. */
static bool map_file(const void *parent, const char *path, struct bytes *out, struct error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        error_set_errno(err, ERROR_INPUT, "cannot read list %s", path);
        if (fd >= 0)
            close(fd);
        return false;
    }
    *out = BYTES("");
    if (st.st_size > 0) {
        void *at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        close(fd);
        if (at == MAP_FAILED)
            return error_set_errno(err, ERROR_INPUT, "cannot map list %s", path);
        struct bytes *map = talloc(parent, struct bytes);
        if (map == NULL)
            abort();
        *out = *map = bytes_of(at, (size_t)st.st_size);
        talloc_set_destructor(map, unmap);
        return true;
    }
    close(fd);
    return true;
}

static bool load_file(struct lists *lists, const char *path, struct error *err)
{
    struct bytes name = bytes_of_string(path), text;
    size_t slash = bytes_find_last_byte(name, '/');
    if (slash != BYTES_NPOS)
        name = bytes_from(name, slash + 1);
    if (bytes_ends(name, BYTES(".txt")))
        name.len -= 4;
    return map_file(lists, path, &text, err) && lists_set(lists, name, text, err) != NULL;
}

bool lists_load(struct lists *lists, const char *path, struct error *err)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return error_set_errno(err, ERROR_INPUT, "cannot read %s", path);
    if (!S_ISDIR(st.st_mode))
        return load_file(lists, path, err);
    struct dirent **entry;
    int count = scandir(path, &entry, NULL, alphasort);
    if (count < 0)
        return error_set_errno(err, ERROR_INPUT, "cannot read %s", path);
    bool ok = true;
    for (int i = 0; i < count; i++) {
        struct bytes name = bytes_of_string(entry[i]->d_name);
        if (ok && bytes_ends(name, BYTES(".txt"))) {
            char *full = talloc_asprintf(lists, "%s/%s", path, entry[i]->d_name);
            ok = load_file(lists, full, err);
            talloc_free(full);
        }
        free(entry[i]);
    }
    free(entry);
    return ok;
}

static bool same(struct bytes a, struct bytes b, bool fold)
{
    return fold ? bytes_equal_fold(a, b) : bytes_equal(a, b);
}

/* Where S is, or the free slot where it belongs. */
static uint32_t *find_slot(const struct list *list, uint32_t *slots, struct bytes s, bool fold)
{
    uint64_t hash = fold ? bytes_hash_fold(s) : bytes_hash(s);
    for (uint32_t i = (uint32_t)(hash ^ hash >> 32) & list->slot_mask;;
         i = (i + 1) & list->slot_mask)
        if (slots[i] == 0 || same(list->entry[slots[i] - 1], s, fold))
            return &slots[i];
}

static uint32_t *make_slots(struct list *list, bool fold)
{
    uint32_t size = 16;
    while (size < list->entry_count * 2)
        size *= 2;
    list->slot_mask = size - 1;
    uint32_t *slots = talloc_zero_array(list, uint32_t, size);
    if (slots == NULL)
        abort();
    for (uint32_t i = 0; i < list->entry_count; i++) {
        uint32_t *slot = find_slot(list, slots, list->entry[i], fold);
        if (*slot == 0)
            *slot = i + 1;
    }
    return slots;
}

void list_ready(struct list *list)
{
    if (list->entry != NULL || !list->configured)
        return;
    struct bytes rest = list->text, entry;
    uint32_t count = 0;
    while (next_entry(&rest, &entry))
        count++;
    list->entry = talloc_array(list, struct bytes, count + 1);
    if (list->entry == NULL)
        abort();
    rest = list->text;
    while (next_entry(&rest, &entry))
        list->entry[list->entry_count++] = entry;
    list->strings = talloc_zero(list, struct array);
    struct value *item = talloc_array(list, struct value, count + 1);
    if (list->strings == NULL || item == NULL)
        abort();
    for (uint32_t i = 0; i < count; i++)
        item[i] = value_string(list->entry[i]);
    *list->strings = (struct array){.count = count, .capacity = count, .item = item};
}

bool list_has(struct list *list, struct bytes s)
{
    list_ready(list);
    if (list->slot == NULL)
        list->slot = make_slots(list, false);
    return *find_slot(list, list->slot, s, false) != 0;
}

bool list_has_fold(struct list *list, struct bytes s)
{
    list_ready(list);
    if (list->fold_slot == NULL)
        list->fold_slot = make_slots(list, true);
    return *find_slot(list, list->fold_slot, s, true) != 0;
}
