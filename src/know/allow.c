/* SPDX-License-Identifier: Apache-2.0 */
#include "know/allow.h"

#include "base/civil.h"
#include "base/file.h"
#include "base/yaml.h"

#include <stdlib.h>
#include <talloc.h>

#define FILE_BYTES_MAX ((size_t)16 * 1024 * 1024)
#define DAY_US INT64_C(86400000000)

/* Field KEY of an entry, or NULL where there is none of that name. */
static struct bytes *slot(struct allow_entry *entry, struct bytes key)
{
    struct {
        const char *name;
        struct bytes *slot;
    } slots[] = {{"sender", &entry->sender},   {"domain", &entry->domain},
                 {"subject", &entry->subject}, {"sha256", &entry->sha256},
                 {"rule", &entry->rule},       {"until", &entry->until},
                 {"reason", &entry->reason},   {"by", &entry->by}};
    for (size_t i = 0; i < sizeof slots / sizeof slots[0]; i++)
        if (bytes_equal(key, bytes_of_string(slots[i].name)))
            return slots[i].slot;
    return NULL;
}

static bool take_until(struct allow_entry *entry, int64_t now_us)
{
    int64_t end_us;
    if (bytes_equal(entry->until, BYTES("never")))
        return true;
    if (!civil_parse(entry->until, &end_us))
        return false;
    entry->expired =
        now_us >= end_us + (entry->until.len <= 10 ? DAY_US : 0); /* a day counts to its end */
    return true;
}

static bool take_entry(struct allow_list *list, const struct yaml *row, const char *path,
                       int64_t now_us, struct error *err)
{
    struct allow_entry *entry = &list->item[list->count];
    entry->line = row->line;
    if (row->kind != YAML_MAP)
        return error_set_at(err, path, row->line, row->column,
                            "expected an entry such as 'sender: a@example.org'");
    for (uint32_t i = 0; i < row->count; i++) {
        struct bytes *at = slot(entry, row->row[i].key);
        if (at == NULL)
            return error_set_at(err, path, row->row[i].line, row->row[i].column,
                                "unknown field '%.*s'", BYTES_FMT(row->row[i].key));
        *at = yaml_text(row->row[i].value);
    }
    if (entry->sender.len + entry->domain.len + entry->subject.len + entry->sha256.len +
            entry->rule.len ==
        0)
        return error_set_at(err, path, row->line, row->column,
                            "an entry needs a sender, domain, subject, sha256 or rule");
    if (entry->reason.len == 0)
        return error_set_at(err, path, row->line, row->column, "an entry needs a reason");
    if (entry->until.len == 0 || !take_until(entry, now_us))
        return error_set_at(err, path, row->line, row->column,
                            "an entry needs 'until:' with a date such as 2026-12-31, or never");
    list->count++;
    return true;
}

struct allow_list *allow_parse(const void *parent, struct bytes text, const char *path,
                               int64_t now_us, struct error *err)
{
    struct allow_list *list = talloc_zero(parent, struct allow_list);
    if (list == NULL)
        abort();
    list->arena = arena_new(list);
    text = arena_copy(list->arena, text);
    const struct yaml *root = yaml_parse(list->arena, text, path, err);
    const struct yaml *rows = root == NULL ? NULL : yaml_get(root, "allow");
    bool empty =
        root != NULL && (root->kind == YAML_NULL || (rows != NULL && rows->kind == YAML_NULL));
    bool ok = root != NULL;
    if (ok && !empty && (rows == NULL || rows->kind != YAML_SEQUENCE))
        ok = error_set_at(err, path, 1, 1, "expected a list under 'allow'");
    uint32_t count = ok && !empty ? rows->count : 0;
    list->item = arena_array_of(list->arena, count + 1, struct allow_entry);
    for (uint32_t i = 0; ok && i < count; i++)
        ok = take_entry(list, rows->row[i].value, path, now_us, err);
    if (ok)
        return list;
    talloc_free(list);
    return NULL;
}

struct allow_list *allow_load(const void *parent, const char *path, int64_t now_us,
                              struct error *err)
{
    struct arena *arena = arena_new(NULL);
    struct bytes text;
    struct allow_list *list = NULL;
    if (file_load(arena, path, FILE_BYTES_MAX, &text, err))
        list = allow_parse(parent, text, path, now_us, err);
    talloc_free(arena);
    return list;
}
