/* SPDX-License-Identifier: Apache-2.0 */
#include "open/zip.h"

#include "base/table.h"
#include "open/ooxml.h"
#include "open/opener.h"

static int bid(const struct node *node)
{
    return node->kind == KIND_ZIP ? 95 : 0;
}

static bool is_folder(const struct zip_member *member)
{
    return member->name.len > 0 && member->name.at[member->name.len - 1] == '/' &&
           member->data.len == 0;
}

/* "..", an absolute path or a drive letter in a member's name. */
static bool climbs(struct bytes name)
{
    struct bytes rest = name, step;
    if (bytes_starts(name, BYTES("/")) || bytes_starts(name, BYTES("\\")) ||
        (name.len > 2 && name.at[1] == ':' && (name.at[2] == '\\' || name.at[2] == '/')))
        return true;
    while (bytes_next_field(&rest, '/', &step)) {
        struct bytes inner = step, part;
        while (bytes_next_field(&inner, '\\', &part))
            if (bytes_equal(part, BYTES("..")))
                return true;
    }
    return false;
}

static void note_member(struct node *node, const struct zip_member *member, struct table *names)
{
    void **seen = table_at(names, member->name);
    if (climbs(member->name))
        node_anomaly(node, ANOMALY_PATH_TRAVERSAL, member->header_at, 30 + member->name.len,
                     member->name);
    if (member->hidden)
        node_anomaly(node, ANOMALY_HIDDEN_MEMBER, member->header_at, 30 + member->name.len,
                     member->name);
    if (member->overlaps)
        node_anomaly(node, ANOMALY_OVERLAPPING_MEMBERS, member->header_at, 30 + member->name.len,
                     member->name);
    if (*seen != NULL && !member->overlaps)
        node_anomaly(node, ANOMALY_DUPLICATE_NAME, member->header_at, 30 + member->name.len,
                     member->name);
    *seen = names;
}

static void note_first(struct node *node, const struct zip_member *member)
{
    struct arena *arena = node->tree->arena;
    node_fact_int(node, FACT_EXIFTOOL_ZIP_BIT_FLAG, member->flags);
    node_fact_int(node, FACT_EXIFTOOL_ZIP_COMPRESSED_SIZE, (int64_t)member->data.len);
    node_fact_int(node, FACT_EXIFTOOL_ZIP_UNCOMPRESSED_SIZE, (int64_t)(member->size & INT64_MAX));
    node_fact_string(node, FACT_EXIFTOOL_ZIP_FILE_NAME, member->name);
    node_fact_string(node, FACT_EXIFTOOL_ZIP_MODIFY_DATE,
                     arena_printf(arena, "%04d:%02d:%02d %02d:%02d:%02d",
                                  1980 + (member->date >> 9), member->date >> 5 & 15,
                                  member->date & 31, member->time >> 11, member->time >> 5 & 63,
                                  (member->time & 31) * 2));
}

/* Hang MEMBER below NODE; whether its content could be read. */
static bool hang(struct node *node, const struct zip_member *member)
{
    struct node *child = node_add(node, BYTES_NONE, member->name);
    if (child == NULL)
        return false;
    child->raw = member->data;
    if (member->overlaps)
        return false;
    if (!budget_time_left(node->tree->budget)) {
        node_limit(node, LIMIT_MILLISECONDS);
        return false;
    }
    struct bytes out = zip_read(node, member);
    if (out.at == NULL) {
        if ((member->flags & ZIP_ENCRYPTED) != 0)
            node_anomaly_raw(child, ANOMALY_ENCRYPTED, 0, member->data.len, BYTES_NONE);
        child->opened = true;
        return false;
    }
    child->content = out;
    return true;
}

static struct bytes content_types(const struct node *node)
{
    for (const struct node *child = node->first_child; child != NULL; child = child->next)
        if (bytes_equal_fold(child->name, BYTES("[Content_Types].xml")))
            return child->content;
    return BYTES_NONE;
}

static void recognise(struct node *node, const struct zip_list *list)
{
    struct bytes *names = arena_array_of(node->tree->arena, list->count + 1, struct bytes);
    bool manifest = false, android = false;
    for (uint32_t i = 0; i < list->count; i++) {
        names[i] = list->member[i].name;
        manifest = manifest || bytes_equal_fold(names[i], BYTES("META-INF/MANIFEST.MF"));
        android = android || bytes_equal(names[i], BYTES("AndroidManifest.xml"));
    }
    enum kind kind = ooxml_kind(names, list->count, content_types(node));
    if (kind != KIND_UNKNOWN) {
        node->kind = kind;
        ooxml_open(node);
    } else if (android) {
        node->kind = KIND_APK;
    } else if (manifest) {
        node->kind = KIND_JAR;
    }
}

static void open(struct node *node)
{
    struct zip_list list = zip_list(node);
    struct table *names = table_new(node->tree->arena);
    int64_t files = 0, read = 0;
    bool locked = false;
    for (uint32_t i = 0; i < list.count; i++) {
        const struct zip_member *member = &list.member[i];
        node_fact_add(node, FACT_ZIP_ALL_PATHS, member->name);
        note_member(node, member, names);
        locked = locked || (member->flags & ZIP_ENCRYPTED) != 0;
        if (is_folder(member))
            continue;
        if (files++ == 0)
            note_first(node, member);
        node_fact_add(node, FACT_ZIP_ATTEMPTED_FILES, member->name);
        read += hang(node, member);
        if (budget_passed(node->tree->budget, LIMIT_NODES))
            break;
    }
    node_fact_bool(node, FACT_ZIP_ENCRYPTED, locked);
    node_fact_int(node, FACT_ZIP_TOTAL_FILES, files);
    node_fact_int(node, FACT_ZIP_TOTAL_EXTRACTED, read);
    if (locked) {
        node_fact_int(node, FACT_ENCRYPTED_ZIP_TOTAL_FILES, files);
        node_fact_int(node, FACT_ENCRYPTED_ZIP_TOTAL_EXTRACTED, read);
        node_fact_string(node, FACT_ENCRYPTED_ZIP_CRACKED_PASSWORD,
                         value_bytes(node_get(node, FACT_PASSWORD_USED)));
    }
    recognise(node, &list);
}

const struct opener opener_zip = {"zip", bid, open};
