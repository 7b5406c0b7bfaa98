/* SPDX-License-Identifier: Apache-2.0 */
#include "open/cfb.h"

#include "base/utf16.h"
#include "open/opener.h"

#define SECTOR_MAX 0xFFFFFFFAu /* MAXREGSECT, MS-CFB 2.1 */
#define END_OF_CHAIN 0xFFFFFFFEu
#define FREE_SECTOR 0xFFFFFFFFu
#define HEADER_BYTES 512u
#define HEADER_FAT_SECTORS 109u
#define ENTRY_BYTES 128u
#define ENTRIES_MAX 65536u
#define MINI_BYTES 64u

static void odd(struct cfb *cfb, enum anomaly_code code, const char *what)
{
    const struct node *node = cfb->node;
    struct bytes detail = bytes_of_string(what);
    for (const struct anomaly *a = node->first_anomaly; a != NULL; a = a->next)
        if (a->code == code && bytes_equal(a->detail, detail))
            return;
    node_anomaly(cfb->node, code, 0, 0, detail);
}

static size_t sector_offset(const struct cfb *cfb, uint32_t sector)
{
    return ((size_t)sector + 1) * cfb->sector_bytes;
}

/* What follows SECTOR in its chain; END_OF_CHAIN for whatever cannot be followed. */
static uint32_t fat_next(const struct cfb *cfb, uint32_t sector)
{
    uint32_t per = cfb->sector_bytes / 4;
    if (sector >= cfb->sectors || sector / per >= cfb->fat_sectors)
        return END_OF_CHAIN;
    size_t at = sector_offset(cfb, cfb->fat_sector[sector / per]) + (size_t)(sector % per) * 4;
    return at + 4 <= cfb->file.len ? bytes_u32le(cfb->file, at) : END_OF_CHAIN;
}

/* MS-CFB 2.2, 2.5: 109 places in the header, then a chain of sectors of places. */
static void read_difat(struct cfb *cfb)
{
    uint32_t per = cfb->sector_bytes / 4;
    uint32_t wanted = (uint32_t)(((uint64_t)cfb->sectors + per - 1) / per);
    cfb->fat_sector = arena_array_of(cfb->node->tree->arena, wanted + 1, uint32_t);
    for (uint32_t i = 0; i < HEADER_FAT_SECTORS && cfb->fat_sectors < wanted; i++) {
        uint32_t sector = bytes_u32le(cfb->file, 76 + (size_t)i * 4);
        if (sector >= cfb->sectors && sector < SECTOR_MAX)
            odd(cfb, ANOMALY_TRUNCATED, "the allocation table lies past the end of the file");
        if (sector >= cfb->sectors)
            break;
        cfb->fat_sector[cfb->fat_sectors++] = sector;
    }
    uint32_t sector = bytes_u32le(cfb->file, 68);
    for (uint32_t steps = 0; sector < SECTOR_MAX && cfb->fat_sectors < wanted; steps++) {
        if (sector >= cfb->sectors || steps >= cfb->sectors) {
            odd(cfb, ANOMALY_MALFORMED, "allocation table: sector list leaves the file or loops");
            return;
        }
        size_t at = sector_offset(cfb, sector);
        for (uint32_t i = 0; i + 1 < per && cfb->fat_sectors < wanted; i++) {
            uint32_t fat = bytes_u32le(cfb->file, at + (size_t)i * 4);
            if (fat >= cfb->sectors)
                break;
            cfb->fat_sector[cfb->fat_sectors++] = fat;
        }
        sector = bytes_u32le(cfb->file, at + (size_t)(per - 1) * 4);
    }
}

/* Sectors the table calls used, but the file does not reach: MS-CFB 2.3 marks what is not there free. */
static void tell_missing_sectors(struct cfb *cfb)
{
    uint32_t per = cfb->sector_bytes / 4;
    uint32_t last = cfb->fat_sectors * per;
    for (uint32_t sector = cfb->sectors; sector < last; sector++) {
        size_t at = sector_offset(cfb, cfb->fat_sector[sector / per]) + (size_t)(sector % per) * 4;
        if (at + 4 <= cfb->file.len && bytes_u32le(cfb->file, at) != FREE_SECTOR) {
            odd(cfb, ANOMALY_TRUNCATED, "sectors in use lie past the end of the file");
            return;
        }
    }
}

/* The bytes of the chain from START, at most SIZE: a slice where it lies in a row. */
static struct bytes read_chain(struct cfb *cfb, uint32_t start, uint64_t size, bool size_known)
{
    uint64_t wanted = (size + cfb->sector_bytes - 1) / cfb->sector_bytes;
    uint64_t count = 0;
    bool in_row = true;
    uint32_t sector = start;
    for (; sector < cfb->sectors && count < wanted && count <= cfb->sectors; count++) {
        uint32_t next = fat_next(cfb, sector);
        in_row = in_row && (next == sector + 1 || next >= SECTOR_MAX || count + 1 == wanted);
        sector = next;
    }
    if (count > cfb->sectors)
        odd(cfb, ANOMALY_MALFORMED, "a chain of sectors loops");
    if (count > cfb->sectors)
        count = cfb->sectors;
    if (size_known && count < wanted)
        odd(cfb, ANOMALY_TRUNCATED, "a stream is cut: its sectors end before its size");
    if (count == 0)
        return bytes_of(cfb->file.at, 0);
    uint64_t len = count * cfb->sector_bytes;
    if (len > size)
        len = size;
    if (in_row) {
        struct bytes slice = bytes_sub(cfb->file, sector_offset(cfb, start), (size_t)len);
        if (size_known && slice.len < len)
            odd(cfb, ANOMALY_TRUNCATED, "a stream is cut: the file ends inside it");
        return slice;
    }
    if (!open_take_bytes(cfb->node, (size_t)len))
        return BYTES_NONE;
    uint8_t *copy = arena_alloc(cfb->node->tree->arena, (size_t)len);
    size_t used = 0;
    for (sector = start; used < len && sector < cfb->sectors; sector = fat_next(cfb, sector)) {
        struct bytes piece = bytes_sub(cfb->file, sector_offset(cfb, sector), cfb->sector_bytes);
        piece = bytes_sub(piece, 0, (size_t)len - used);
        memcpy(copy + used, piece.at, piece.len);
        if (piece.len < cfb->sector_bytes && used + piece.len < len)
            odd(cfb, ANOMALY_TRUNCATED, "a stream is cut: the file ends inside it");
        used += piece.len;
        if (piece.len == 0)
            break;
    }
    return bytes_of(copy, used);
}

static struct bytes read_mini(struct cfb *cfb, uint32_t start, uint64_t size)
{
    size_t most = cfb->mini_stream.len;
    if (size > most) {
        odd(cfb, ANOMALY_TRUNCATED, "a small stream is larger than all small streams");
        size = most;
    }
    if (!open_take_bytes(cfb->node, (size_t)size))
        return BYTES_NONE;
    uint8_t *copy = arena_alloc(cfb->node->tree->arena, (size_t)size);
    size_t used = 0;
    for (uint32_t sector = start; used < size;) {
        struct bytes piece = bytes_sub(cfb->mini_stream, (size_t)sector * MINI_BYTES, MINI_BYTES);
        piece = bytes_sub(piece, 0, (size_t)size - used);
        if (sector >= SECTOR_MAX || piece.len == 0) {
            odd(cfb, ANOMALY_TRUNCATED, "a small stream is cut: its sectors end before its size");
            break;
        }
        memcpy(copy + used, piece.at, piece.len);
        used += piece.len;
        size_t at = (size_t)sector * 4;
        sector = at + 4 <= cfb->mini_fat.len ? bytes_u32le(cfb->mini_fat, at) : END_OF_CHAIN;
    }
    return bytes_of(copy, used);
}

struct raw_directory {
    struct bytes bytes;
    uint32_t count;
    uint8_t *seen;
};

/* Append directory entry ID with PARENT; names are UTF-16 with a length in bytes (MS-CFB 2.6.1). */
static void add_entry(struct cfb *cfb, const struct raw_directory *raw, uint32_t id,
                      uint32_t parent)
{
    struct bytes at = bytes_sub(raw->bytes, (size_t)id * ENTRY_BYTES, ENTRY_BYTES);
    uint16_t name_bytes = bytes_u16le(at, 64);
    struct cfb_entry *entry = &cfb->entry[cfb->count++];
    name_bytes = name_bytes < 2 ? 0 : name_bytes > 64 ? 62 : (uint16_t)(name_bytes - 2);
    entry->name = utf16_to_utf8(cfb->node->tree->arena, bytes_sub(at, 0, name_bytes));
    entry->type = (enum cfb_type)at.at[66];
    entry->id = id;
    entry->parent = parent;
    entry->class_id = bytes_sub(at, 80, 16);
    entry->start = bytes_u32le(at, 116);
    entry->size_bytes = cfb->sector_bytes == 512 ? bytes_u32le(at, 120) : bytes_u64le(at, 120);
}

/* All siblings below CHILD (a red-black tree by left 68 and right 72), pushed iteratively. */
static void add_siblings(struct cfb *cfb, struct raw_directory *raw, uint32_t child,
                         uint32_t parent, uint32_t *stack)
{
    uint32_t depth = 0;
    stack[depth++] = child;
    while (depth > 0) {
        uint32_t id = stack[--depth];
        if (id >= raw->count)
            continue;
        if (raw->seen[id]) {
            odd(cfb, ANOMALY_MALFORMED, "directory: an entry is linked twice");
            continue;
        }
        raw->seen[id] = 1;
        size_t at = (size_t)id * ENTRY_BYTES;
        uint8_t type = raw->bytes.at[at + 66];
        if (type != CFB_STORAGE && type != CFB_STREAM)
            odd(cfb, ANOMALY_MALFORMED, "directory: an entry of unknown type is linked");
        else
            add_entry(cfb, raw, id, parent);
        if (depth + 2 > raw->count + 2)
            continue;
        stack[depth++] = bytes_u32le(raw->bytes, at + 72);
        stack[depth++] = bytes_u32le(raw->bytes, at + 68);
    }
}

static bool read_directory(struct cfb *cfb)
{
    struct arena *arena = cfb->node->tree->arena;
    uint32_t start = bytes_u32le(cfb->file, 48);
    struct raw_directory raw = {.bytes = read_chain(cfb, start, cfb->file.len, false)};
    size_t count = raw.bytes.len / ENTRY_BYTES;
    if (count == 0) {
        odd(cfb, ANOMALY_TRUNCATED, "no directory");
        return false;
    }
    if (count > ENTRIES_MAX) {
        node_limit(cfb->node, LIMIT_NODES);
        count = ENTRIES_MAX;
    }
    raw.count = (uint32_t)count;
    raw.seen = arena_alloc(arena, count);
    uint32_t *stack = arena_array_of(arena, count + 4, uint32_t);
    cfb->entry = arena_array_of(arena, count, struct cfb_entry);
    raw.seen[0] = 1;
    add_entry(cfb, &raw, 0, CFB_NONE);
    cfb->entry[0].type = CFB_ROOT;
    for (uint32_t i = 0; i < cfb->count; i++) {
        uint32_t child = bytes_u32le(raw.bytes, (size_t)cfb->entry[i].id * ENTRY_BYTES + 76);
        if (cfb->entry[i].type != CFB_STREAM && child < raw.count)
            add_siblings(cfb, &raw, child, i, stack);
    }
    for (uint32_t id = 1; id < raw.count; id++) {
        uint8_t type = raw.bytes.at[(size_t)id * ENTRY_BYTES + 66];
        if (raw.seen[id] || type != CFB_STREAM)
            continue;
        add_entry(cfb, &raw, id, CFB_NONE);
        cfb->entry[cfb->count - 1].orphan = true;
        odd(cfb, ANOMALY_MALFORMED, "directory: a stream is hidden outside the tree");
    }
    return true;
}

struct cfb *cfb_read(struct node *node, struct bytes file)
{
    if (file.len < HEADER_BYTES || !bytes_starts(file, BYTES("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")))
        return NULL;
    struct cfb *cfb = arena_new_of(node->tree->arena, struct cfb);
    uint16_t shift = bytes_u16le(file, 30);
    cfb->node = node;
    cfb->file = file;
    if (shift != 9 && shift != 12) {
        odd(cfb, ANOMALY_MALFORMED, "sector size is neither 512 nor 4096");
        shift = bytes_u16le(file, 26) == 4 ? 12 : 9;
    }
    cfb->sector_bytes = 1u << shift;
    size_t sectors = (file.len + cfb->sector_bytes - 1) / cfb->sector_bytes;
    cfb->sectors = sectors < 1 ? 0 : sectors > SECTOR_MAX ? SECTOR_MAX : (uint32_t)(sectors - 1);
    cfb->mini_cutoff = bytes_u32le(file, 56);
    if (cfb->mini_cutoff != 4096) {
        odd(cfb, ANOMALY_MALFORMED, "small streams do not end at 4096 bytes");
        if (cfb->mini_cutoff > 65536)
            cfb->mini_cutoff = 4096;
    }
    read_difat(cfb);
    tell_missing_sectors(cfb);
    if (!read_directory(cfb))
        return cfb;
    const struct cfb_entry *root = &cfb->entry[0];
    if (root->start < SECTOR_MAX && root->size_bytes > 0)
        cfb->mini_stream = read_chain(cfb, root->start, root->size_bytes, true);
    uint32_t mini_fat = bytes_u32le(file, 60);
    if (mini_fat < SECTOR_MAX)
        cfb->mini_fat =
            read_chain(cfb, mini_fat, (uint64_t)bytes_u32le(file, 64) * cfb->sector_bytes, true);
    return cfb;
}

uint32_t cfb_child(const struct cfb *cfb, uint32_t parent, struct bytes name)
{
    for (uint32_t i = 1; i < cfb->count; i++)
        if (cfb->entry[i].parent == parent && bytes_equal_fold(cfb->entry[i].name, name))
            return i;
    return CFB_NONE;
}

uint32_t cfb_find(const struct cfb *cfb, const char *path)
{
    struct bytes rest = bytes_of_string(path), name;
    uint32_t at = cfb->count > 0 ? 0 : CFB_NONE;
    while (at != CFB_NONE && bytes_next_field(&rest, '/', &name))
        at = cfb_child(cfb, at, name);
    return at;
}

struct bytes cfb_stream(struct cfb *cfb, uint32_t index)
{
    if (index >= cfb->count || cfb->entry[index].type != CFB_STREAM)
        return BYTES_NONE;
    struct cfb_entry *entry = &cfb->entry[index];
    if (!entry->read) {
        entry->read = true;
        entry->content = entry->size_bytes == 0 ? bytes_of(cfb->file.at, 0)
                         : entry->size_bytes < cfb->mini_cutoff
                             ? read_mini(cfb, entry->start, entry->size_bytes)
                             : read_chain(cfb, entry->start, entry->size_bytes, true);
        cfb->given_bytes += entry->content.len;
        /* Streams over the same sectors, time and again, would cost without being counted. */
        if (cfb->given_bytes > cfb->file.len && !open_take_bytes(cfb->node, entry->content.len))
            entry->content = BYTES_NONE;
    }
    return entry->content;
}

struct bytes cfb_path(const struct cfb *cfb, uint32_t index)
{
    struct arena *arena = cfb->node->tree->arena;
    struct bytes path = BYTES_NONE;
    for (uint32_t steps = 0; index != CFB_NONE && index != 0 && steps < 32; steps++) {
        const struct cfb_entry *entry = &cfb->entry[index];
        path = path.at == NULL
                   ? entry->name
                   : arena_printf(arena, "%.*s/%.*s", BYTES_FMT(entry->name), BYTES_FMT(path));
        index = entry->parent;
    }
    return path;
}
