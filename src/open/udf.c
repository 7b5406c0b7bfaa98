/* SPDX-License-Identifier: Apache-2.0 */
#include "open/disk.h"

#include "base/table.h"
#include "base/utf16.h"
#include "open/opener.h"

#define SECTOR ((size_t)2048)
#define EXTENTS_MAX 8192
#define FILES_MAX 20000u
#define DEPTH_MAX 32u

enum {
    TAG_PRIMARY = 1,
    TAG_ANCHOR = 2,
    TAG_PARTITION = 5,
    TAG_LOGICAL = 6,
    TAG_TERMINATING = 8,
    TAG_FILE_SET = 256,
    TAG_FILE_IDENTIFIER = 257,
    TAG_FILE_ENTRY = 261,
    TAG_EXTENDED_ENTRY = 266
};

struct volume {
    struct node *node;
    struct arena *arena;
    struct bytes b;
    size_t partition;   /* offset of the partition's first block */
    struct table *seen; /* entries visited, against loops */
    uint32_t files;
    bool cut;
};

/* Folders still to read: no recursion. */
struct folder {
    uint32_t block;
    uint32_t depth;
    struct bytes path;
};

bool udf_is(struct bytes b)
{
    for (size_t at = 16 * SECTOR; at < 32 * SECTOR && at + 8 <= b.len; at += SECTOR)
        if (bytes_equal(bytes_sub(b, at + 1, 4), BYTES("NSR0")))
            return true;
    return false;
}

static struct bytes block_at(const struct volume *volume, uint32_t block)
{
    uint64_t at = volume->partition + (uint64_t)block * SECTOR;
    return at >= volume->b.len ? BYTES_NONE : bytes_from(volume->b, (size_t)at);
}

/* The bytes a file entry's allocation descriptors lead to, joined; in place where they are one run. */
static struct bytes read_extents(struct volume *volume, struct bytes entry, size_t at, size_t len,
                                 uint16_t kind, uint64_t size)
{
    struct bytes descriptors = bytes_sub(entry, at, len);
    size_t step = kind == 0 ? 8 : 16;
    if (kind == 3) /* the data stand in the entry itself */
        return bytes_sub(descriptors, 0, (size_t)size);
    if (size > volume->b.len) {
        volume->cut = true;
        size = volume->b.len;
    }
    if (descriptors.len < 2 * step || bytes_u32le(descriptors, step) == 0) {
        struct bytes run = block_at(volume, bytes_u32le(descriptors, 4));
        volume->cut = volume->cut || run.len < size;
        return bytes_sub(run, 0, (size_t)size);
    }
    if (!open_take_bytes(volume->node, (size_t)size))
        return BYTES_NONE;
    uint8_t *out = arena_alloc(volume->arena, (size_t)size + 1);
    size_t filled = 0;
    for (uint32_t i = 0; i < EXTENTS_MAX && descriptors.len >= step && filled < size; i++) {
        uint32_t run_len = bytes_u32le(descriptors, 0) & 0x3FFFFFFF;
        struct bytes run = bytes_sub(block_at(volume, bytes_u32le(descriptors, 4)), 0, run_len);
        size_t n = run.len < size - filled ? run.len : (size_t)size - filled;
        if (run_len == 0)
            break;
        if (n > 0)
            memcpy(out + filled, run.at, n);
        filled += n;
        volume->cut = volume->cut || run.len < run_len;
        descriptors = bytes_from(descriptors, step);
    }
    return bytes_of(out, filled);
}

/* What the file entry at BLOCK describes: its bytes, and whether it is a folder. */
static struct bytes read_entry(struct volume *volume, uint32_t block, bool *folder_out)
{
    struct bytes entry = bytes_sub(block_at(volume, block), 0, SECTOR);
    uint16_t tag = bytes_u16le(entry, 0);
    bool extended = tag == TAG_EXTENDED_ENTRY;
    *folder_out = false;
    if (entry.len < 216 || (tag != TAG_FILE_ENTRY && !extended)) {
        volume->cut = true;
        return BYTES_NONE;
    }
    *folder_out = entry.at[16 + 11] == 4;
    uint16_t kind = bytes_u16le(entry, 16 + 18) & 7;
    uint64_t size = bytes_u64le(entry, 56);
    size_t attributes = bytes_u32le(entry, extended ? 208 : 168),
           len = bytes_u32le(entry, extended ? 212 : 172);
    return read_extents(volume, entry, (extended ? 216u : 176u) + attributes, len, kind, size);
}

/* OSTA compressed Unicode (UDF 2.1.1): 8 or 16 bits a character, big endian. */
static struct bytes read_name(struct volume *volume, struct bytes raw)
{
    struct text out;
    text_init(&out, volume->arena, 0);
    if (raw.len < 2)
        return bytes_of("", 0);
    if (raw.at[0] == 16)
        for (size_t i = 1; i + 1 < raw.len; i += 2)
            text_add_codepoint(&out, bytes_u16be(raw, i));
    else
        for (size_t i = 1; i < raw.len; i++)
            text_add_codepoint(&out, raw.at[i]);
    return text_bytes(&out);
}

static bool is_new(struct volume *volume, uint32_t block)
{
    struct bytes key = arena_printf(volume->arena, "%u", block);
    void **slot = table_at(volume->seen, key);
    bool fresh = *slot == NULL;
    *slot = volume;
    return fresh;
}

static void read_folder(struct volume *volume, struct folder here, struct folder **stack,
                        uint32_t *count)
{
    bool is_folder;
    struct bytes data = read_entry(volume, here.block, &is_folder);
    while (data.len >= 38 && bytes_u16le(data, 0) == TAG_FILE_IDENTIFIER &&
           volume->files < FILES_MAX) {
        uint8_t flags = data.at[18];
        size_t name_len = data.at[19], implementation = bytes_u16le(data, 36);
        uint32_t block = bytes_u32le(data, 24);
        struct bytes name = read_name(volume, bytes_sub(data, 38 + implementation, name_len));
        size_t total = (38 + implementation + name_len + 3) & ~(size_t)3;
        data = bytes_from(data, total);
        if ((flags & (8 | 4)) != 0) /* the parent, or deleted */
            continue;
        if (!is_new(volume, block))
            continue;
        struct bytes path = here.path.len > 0 ? arena_printf(volume->arena, "%.*s/%.*s",
                                                             BYTES_FMT(here.path), BYTES_FMT(name))
                                              : name;
        if ((flags & 2) != 0) {
            if (here.depth < DEPTH_MAX && *count < FILES_MAX)
                (*stack)[(*count)++] = (struct folder){block, here.depth + 1, path};
            continue;
        }
        struct bytes content = read_entry(volume, block, &is_folder);
        volume->files++;
        if (node_add(volume->node, content.at == NULL ? bytes_of("", 0) : content, path) == NULL)
            return;
    }
}

/* Anchor (sector 256), volume descriptors, file set: the block of the root folder; false where lost. */
static bool find_root(struct volume *volume, uint32_t *root_out)
{
    struct bytes anchor = bytes_sub(volume->b, 256 * SECTOR, SECTOR);
    if (bytes_u16le(anchor, 0) != TAG_ANCHOR)
        return false;
    size_t len = bytes_u32le(anchor, 16), at = (size_t)bytes_u32le(anchor, 20) * SECTOR;
    uint32_t set = UINT32_MAX;
    bool partition = false;
    for (size_t i = 0; i < len / SECTOR && i < 64; i++) {
        struct bytes sector = bytes_sub(volume->b, at + i * SECTOR, SECTOR);
        uint16_t tag = bytes_u16le(sector, 0);
        if (tag == TAG_PARTITION) {
            volume->partition = (size_t)bytes_u32le(sector, 188) * SECTOR;
            partition = true;
        } else if (tag == TAG_LOGICAL) {
            if (bytes_u32le(sector, 212) != SECTOR)
                return false;
            set = bytes_u32le(sector, 248 + 4);
        } else if (tag == TAG_TERMINATING || sector.len < SECTOR) {
            break;
        }
    }
    if (!partition || set == UINT32_MAX)
        return false;
    struct bytes file_set = block_at(volume, set);
    if (bytes_u16le(file_set, 0) != TAG_FILE_SET)
        return false;
    *root_out = bytes_u32le(file_set, 400 + 4);
    return true;
}

void udf_open(struct node *node)
{
    struct volume volume = {.node = node, .arena = node->tree->arena, .b = node->content};
    uint32_t root, count = 0;
    volume.seen = table_new(node->tree->arena);
    if (!find_root(&volume, &root)) {
        node_anomaly(node, ANOMALY_UNDECODABLE, 0, 0, BYTES("UDF volume"));
        return;
    }
    struct folder *stack = arena_array_of(volume.arena, FILES_MAX, struct folder);
    stack[count++] = (struct folder){.block = root};
    is_new(&volume, root);
    while (count > 0 && volume.files < FILES_MAX && budget_time_left(node->tree->budget)) {
        struct folder here = stack[--count];
        read_folder(&volume, here, &stack, &count);
    }
    if (count > 0)
        node_limit(node, volume.files >= FILES_MAX ? LIMIT_NODES : LIMIT_MILLISECONDS);
    if (volume.cut)
        node_anomaly(node, ANOMALY_TRUNCATED, node->content.len, 0, BYTES("UDF extent"));
}
