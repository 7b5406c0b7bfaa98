/* SPDX-License-Identifier: Apache-2.0 */
#include "report/indicator.h"

#include "artifact/digest.h"
#include "base/text.h"
#include "observe/facts.h"
#include "observe/ip.h"

#include <stdlib.h>

#define INDICATORS_MAX 100000u

const uint8_t indicator_namespace[16] = {0x7a, 0x1f, 0x3c, 0x52, 0x8e, 0x64, 0x5d, 0x0b,
                                         0x9a, 0x27, 0x4e, 0x6f, 0x72, 0x6f, 0x73, 0x68};

struct bytes indicator_uuid(struct arena *arena, const uint8_t name_space[16], struct bytes name)
{
    uint8_t *input = arena_alloc(arena, 16 + name.len), hash[64];
    memcpy(input, name_space, 16);
    memcpy(input + 16, name.at, name.len);
    digest(DIGEST_SHA1, bytes_of(input, 16 + name.len), hash);
    hash[6] = (uint8_t)((hash[6] & 0x0F) | 0x50);
    hash[8] = (uint8_t)((hash[8] & 0x3F) | 0x80);
    return arena_printf(
        arena, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", hash[0],
        hash[1], hash[2], hash[3], hash[4], hash[5], hash[6], hash[7], hash[8], hash[9], hash[10],
        hash[11], hash[12], hash[13], hash[14], hash[15]);
}

struct loader {
    struct indicators *list;
    struct table *by_value;
    struct arena *scratch;
};

static struct value field(struct value v, const char *name)
{
    int slot = v.tag == VALUE_OBJECT ? type_field(v.as.object->type, bytes_of_string(name)) : -1;
    return slot < 0 ? value_null() : object_get(v.as.object, (uint32_t)slot);
}

/* A name of at least two labels, the last of which is no number (RFC 3696, section 2); '_' is in names
 * that are looked up all the same. */
static bool is_name(struct bytes value)
{
    size_t start = 0;
    bool letter = false;
    for (size_t i = 0; i <= value.len; i++) {
        uint8_t c = i == value.len ? '.' : value.at[i];
        if (c == '.') {
            if (i == start || i - start > 63 || (i == value.len && (start == 0 || i - start < 2)))
                return false;
            if (i < value.len)
                letter = false;
            start = i + 1;
        } else if (ascii_is_alpha(c))
            letter = true;
        else if (!ascii_is_digit(c) && c != '-' && c != '_')
            return false;
    }
    return letter && value.len <= 253;
}

static bool is_indicator(struct arena *scratch, enum dimension kind, struct bytes value,
                         uint8_t *address_family_out)
{
    struct ip ip;
    *address_family_out = 0;
    if (kind == DIMENSION_HASH || is_name(value))
        return true;
    if (!ip_parse(scratch, value, &ip) || ip_is_special(&ip))
        return false;
    *address_family_out = (uint8_t)ip.version;
    return true;
}

static void keep_newest(struct arena *arena, struct bytes *kept, struct bytes seen)
{
    if (seen.len > 0 && !bytes_equal(*kept, seen))
        *kept = arena_copy(arena, seen);
}

static void add(struct loader *l, enum dimension kind, struct bytes value,
                const struct store_item *item)
{
    struct arena *arena = l->list->arena;
    uint8_t key_bytes[300], address_family;
    if (value.len == 0 || value.len >= sizeof key_bytes ||
        !is_indicator(l->scratch, kind, value, &address_family))
        return;
    key_bytes[0] = (uint8_t)kind;
    memcpy(key_bytes + 1, value.at, value.len);
    struct bytes key = bytes_of(key_bytes, value.len + 1);
    struct indicator *found = table_get(l->by_value, key);
    if (found == NULL) {
        if (l->by_value->count == INDICATORS_MAX)
            return;
        found = arena_new_of(arena, struct indicator);
        key = arena_copy(arena, key);
        *found = (struct indicator){.kind = kind,
                                    .address_family = address_family,
                                    .value = bytes_from(key, 1),
                                    .first_us = item->at_us,
                                    .last_us = item->at_us};
        table_set(l->by_value, key, found);
    }
    const struct verdict *v = item->verdict;
    found->malicious += v->class == VERDICT_MALICIOUS;
    found->suspicious += v->class == VERDICT_SUSPICIOUS;
    found->first_us = item->at_us < found->first_us ? item->at_us : found->first_us;
    found->last_us = item->at_us > found->last_us ? item->at_us : found->last_us;
    keep_newest(arena, &found->category, v->category);
    keep_newest(arena, &found->campaign, v->campaign);
    for (uint32_t i = 0; i < v->attribution_count; i++)
        if (v->attribution[i].named && bytes_equal(v->attribution[i].kind, BYTES("family")))
            keep_newest(arena, &found->family, v->attribution[i].name);
}

static struct bytes registered(struct value domain)
{
    struct bytes root = value_bytes(field(domain, "root_domain"));
    return root.len > 0 ? root : value_bytes(field(domain, "domain"));
}

static bool visit(void *own, const struct store_item *item)
{
    struct loader *l = own;
    const struct verdict *v = item->verdict;
    for (uint32_t i = 0; i < v->evidence_count; i++)
        for (uint32_t k = 0; k < v->evidence[i].technique_count; k++)
            if (table_get(l->list->technique, v->evidence[i].technique[k]) == NULL)
                table_set(l->list->technique,
                          arena_copy(l->list->arena, v->evidence[i].technique[k]), l);
    arena_reset(l->scratch);
    struct model *model = v->facts.at == NULL ? NULL : facts_model(l->scratch, v->facts);
    if (model == NULL) {
        add(l, DIMENSION_HASH, v->sha256, item);
        return true;
    }
    struct value root = value_object(model->root), links = field(field(root, "body"), "links"),
                 files = field(root, "attachments");
    add(l, DIMENSION_SENDER, registered(field(field(field(root, "sender"), "email"), "domain")),
        item);
    for (uint32_t i = 0; links.tag == VALUE_ARRAY && i < links.as.array->count; i++) {
        struct value url = field(links.as.array->item[i], "href_url");
        add(l, DIMENSION_DOMAIN, registered(field(url, "domain")), item);
        add(l, DIMENSION_DOMAIN, value_bytes(field(field(url, "ip"), "ip")), item);
    }
    for (uint32_t i = 0; files.tag == VALUE_ARRAY && i < files.as.array->count; i++)
        add(l, DIMENSION_HASH, value_bytes(field(files.as.array->item[i], "sha256")), item);
    return true;
}

struct clean_count {
    struct loader *loader;
    enum dimension kind;
};

static bool add_clean(void *own, const struct store_cell *cell)
{
    struct clean_count *c = own;
    uint8_t key[300];
    if (cell->name.len >= sizeof key)
        return true;
    key[0] = (uint8_t)c->kind;
    memcpy(key + 1, cell->name.at, cell->name.len);
    struct indicator *found = table_get(c->loader->by_value, bytes_of(key, cell->name.len + 1));
    if (found != NULL)
        found->clean += (uint32_t)cell->count;
    return true;
}

static int by_kind_and_value(const void *a, const void *b)
{
    const struct indicator *x = *(struct indicator *const *)a, *y = *(struct indicator *const *)b;
    return x->kind != y->kind ? (int)x->kind - (int)y->kind : bytes_compare(x->value, y->value);
}

struct indicators *indicator_load(struct arena *arena, struct store *store,
                                  const struct indicator_params *params, struct error *err)
{
    static const enum dimension kinds[] = {DIMENSION_DOMAIN, DIMENSION_SENDER, DIMENSION_HASH};
    struct indicators *list = arena_new_of(arena, struct indicators);
    *list = (struct indicators){.arena = arena,
                                .title = params->title,
                                .since_us = params->since_us,
                                .until_us = params->until_us,
                                .technique = table_new(arena)};
    struct loader loader = {list, table_new(arena), arena_new(arena)};
    struct store_filter filter = {.since_us = params->since_us,
                                  .until_us = params->until_us,
                                  .dimension = params->dimension,
                                  .name = params->name,
                                  .classes = 1u << VERDICT_MALICIOUS | 1u << VERDICT_SUSPICIOUS};
    if (!store_each(store, &filter, visit, &loader, err))
        return NULL;
    for (int k = 0; k < 3; k++) {
        struct clean_count count = {&loader, kinds[k]};
        if (!store_cross(store, kinds[k], DIMENSION_CLASS, BYTES("clean"), 0, 0, add_clean, &count,
                         err))
            return NULL;
    }
    list->row = arena_array_of(arena, loader.by_value->count, struct indicator *);
    for (uint32_t i = 0; i < loader.by_value->count; i++) {
        struct indicator *row = list->row[list->count++] = loader.by_value->row[i].value;
        double all = row->malicious + row->suspicious + 4.0 * row->clean;
        row->confidence = (int)((90.0 * row->malicious + 60.0 * row->suspicious) / all);
        if (row->kind != DIMENSION_HASH && row->confidence > INDICATOR_SHARED &&
            shared_is(params->shared, row->value))
            row->confidence = INDICATOR_SHARED;
    }
    qsort(list->row, list->count, sizeof *list->row, by_kind_and_value);
    return list;
}

static int best_first(const struct indicator *x, const struct indicator *y)
{
    uint32_t in_x = x->malicious + x->suspicious, in_y = y->malicious + y->suspicious;
    return in_x != in_y ? (in_x < in_y ? 1 : -1) : bytes_compare(x->value, y->value);
}

uint32_t indicator_best(const struct indicators *list, enum dimension kind,
                        const struct indicator **out, uint32_t most)
{
    uint32_t all = 0, count = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        const struct indicator *row = list->row[i];
        if (row->kind != kind || row->confidence < INDICATOR_BLOCK)
            continue;
        all++;
        uint32_t at = count;
        while (at > 0 && best_first(row, out[at - 1]) < 0)
            at--;
        if (at >= most)
            continue;
        count += count < most;
        memmove(out + at + 1, out + at, (count - 1 - at) * sizeof(const struct indicator *));
        out[at] = row;
    }
    return all;
}
