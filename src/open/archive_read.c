/* SPDX-License-Identifier: Apache-2.0
 *
 * The one file that wraps libarchive. */
#include "open/archive.h"

#include "artifact/decompress.h"
#include "open/zip.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <stdlib.h>

/* Formats only, no filters: streams are opened one by one, so that each layer is a node. */
static struct archive *reader(enum kind kind)
{
    struct archive *archive = archive_read_new();
    if (archive == NULL)
        abort();
    archive_read_support_filter_none(archive);
    switch (kind) {
    case KIND_SEVEN_ZIP:
        archive_read_support_format_7zip(archive);
        break;
    case KIND_RAR:
        archive_read_support_format_rar(archive);
        archive_read_support_format_rar5(archive);
        break;
    case KIND_CAB:
        archive_read_support_format_cab(archive);
        break;
    case KIND_ISO:
        archive_read_support_format_iso9660(archive);
        break;
    case KIND_CPIO:
        archive_read_support_format_cpio(archive);
        break;
    case KIND_AR:
        archive_read_support_format_ar(archive);
        break;
    case KIND_LHA:
        archive_read_support_format_lha(archive);
        break;
    case KIND_XAR:
        archive_read_support_format_xar(archive);
        break;
    default:
        break;
    }
    return archive;
}

static int64_t read_data(void *own, uint8_t *to, size_t room)
{
    return archive_read_data(own, to, room);
}

static struct bytes entry_name(struct arena *arena, struct archive_entry *entry)
{
    const char *utf8 = archive_entry_pathname_utf8(entry);
    if (utf8 != NULL)
        return arena_copy(arena, bytes_of_string(utf8));
    const char *raw = archive_entry_pathname(entry);
    if (raw != NULL)
        return zip_name(arena, arena_copy(arena, bytes_of_string(raw)), false);
    return BYTES_NONE;
}

static bool climbs(struct bytes name)
{
    struct bytes step;
    if (bytes_starts(name, BYTES("/")) || bytes_starts(name, BYTES("\\")))
        return true;
    while (bytes_next_field(&name, '/', &step))
        if (bytes_equal(step, BYTES("..")) || bytes_starts(step, BYTES("..\\")))
            return true;
    return false;
}

/* Hang one entry; false where the archive cannot be read on. */
static bool hang(struct node *node, struct archive *archive, struct archive_entry *entry,
                 struct bytes name, bool locked)
{
    struct node *child = node_add(node, BYTES_NONE, name);
    if (child == NULL)
        return false;
    if (climbs(name))
        node_anomaly(node, ANOMALY_PATH_TRAVERSAL, 0, 0, name);
    if (locked || archive_entry_is_encrypted(entry)) {
        node_anomaly(child, ANOMALY_ENCRYPTED, 0, 0, BYTES_NONE);
        node_fact_bool(node, FACT_ARCHIVE_ENCRYPTED, true);
        child->opened = true;
        return true;
    }
    struct decompressed done = decompress_from(node, node->content.len, read_data, archive);
    child->content = done.out;
    if (done.status == DECOMPRESS_MALFORMED) {
        node_anomaly(child, ANOMALY_UNDECODABLE, 0, done.out.len,
                     arena_copy(node->tree->arena, bytes_of_string(archive_error_string(archive))));
        return true;
    }
    decompress_note(child, done.status, 0, done.out.len);
    return decompress_whole(done.status);
}

void archive_list_add(struct arena *arena, struct archive_list *list, struct archive_row row)
{
    if (list->count == list->capacity) {
        uint32_t capacity = list->capacity == 0 ? 16 : list->capacity * 2;
        struct archive_row *grown = arena_array_of(arena, capacity, struct archive_row);
        if (list->count > 0)
            memcpy(grown, list->row, list->count * sizeof *grown);
        list->row = grown;
        list->capacity = capacity;
    }
    list->row[list->count++] = row;
}

/* Members the list names but libarchive did not reach: locked, or lost. */
static void hang_rest(struct node *node, const struct archive_list *list, uint32_t from)
{
    for (uint32_t i = from; i < list->count; i++) {
        if (list->row[i].folder)
            continue;
        struct node *child = node_add(node, BYTES_NONE, list->row[i].name);
        if (child == NULL)
            return;
        node_anomaly(child, list->row[i].locked ? ANOMALY_ENCRYPTED : ANOMALY_UNDECODABLE, 0, 0,
                     BYTES_NONE);
        child->opened = true;
    }
}

static void note_end(struct node *node, int status, const char *message)
{
    struct arena *arena = node->tree->arena;
    struct bytes said = message == NULL ? BYTES_NONE : arena_copy(arena, bytes_of_string(message));
    if (status == ARCHIVE_EOF)
        return;
    if (bytes_find_fold(said, BYTES("truncated"), 0) != BYTES_NPOS)
        node_anomaly(node, ANOMALY_TRUNCATED, node->content.len, 0, said);
    else if (bytes_find_fold(said, BYTES("encrypt"), 0) != BYTES_NPOS)
        node_anomaly(node, ANOMALY_ENCRYPTED, 0, 0, said);
    else
        node_anomaly(node, ANOMALY_UNDECODABLE, 0, 0, said);
}

/* libarchive turns UTF-16 names into the thread's charset: that must be UTF-8 (glibc has it built in). */
static locale_t utf8_locale(void)
{
    static locale_t locale;
    if (locale == (locale_t)0)
        locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    return locale == (locale_t)0 ? LC_GLOBAL_LOCALE : locale;
}

void archive_read_all(struct node *node, const struct archive_list *list)
{
    locale_t before = uselocale(utf8_locale());
    struct archive *archive = reader(node->kind);
    struct archive_entry *entry;
    uint32_t index = 0;
    int64_t files = 0, read = 0;
    int status = archive_read_open_memory(archive, node->content.at, node->content.len);
    while (status == ARCHIVE_OK || status == ARCHIVE_WARN) {
        status = archive_read_next_header(archive, &entry);
        if (status != ARCHIVE_OK && status != ARCHIVE_WARN)
            break;
        if (!budget_time_left(node->tree->budget)) {
            node_limit(node, LIMIT_MILLISECONDS);
            status = ARCHIVE_EOF;
            break;
        }
        const struct archive_row *row = index < list->count ? &list->row[index] : NULL;
        index++;
        if (archive_entry_filetype(entry) != AE_IFREG && archive_entry_filetype(entry) != 0)
            continue;
        struct bytes name = row != NULL ? row->name : entry_name(node->tree->arena, entry);
        files++;
        node_fact_add(node, FACT_ARCHIVE_PATHS, name);
        if (!hang(node, archive, entry, name, row != NULL && row->locked)) {
            status = ARCHIVE_EOF;
            break;
        }
        read += node->last_child->content.len > 0;
    }
    if (index < list->count)
        hang_rest(node, list, index);
    else
        note_end(node, status, archive_error_string(archive));
    node_fact_int(node, FACT_LIBARCHIVE_TOTAL_FILES, files);
    node_fact_int(node, FACT_LIBARCHIVE_TOTAL_EXTRACTED, read);
    archive_read_free(archive);
    uselocale(before);
}
