/* SPDX-License-Identifier: Apache-2.0 */
#include "open/disk.h"

#include "base/charset.h"
#include "base/utf16.h"
#include "open/opener.h"

#define FILES_MAX 20000u
#define DEPTH_MAX 32u
#define ENTRY ((size_t)32)

struct fat {
    struct node *node;
    struct arena *arena;
    struct bytes b;
    size_t cluster_bytes, table, data; /* offsets of the first FAT and of cluster 2 */
    uint32_t clusters;
    int bits;      /* 12, 16, 32 */
    uint8_t *used; /* one bit a cluster: each is read at most once */
    uint32_t files;
    bool cut;
};

struct folder {
    struct bytes data, path;
    uint32_t depth;
};

bool fat_is(struct bytes b)
{
    uint16_t sector = bytes_u16le(b, 11);
    uint8_t per_cluster = b.len > 512 ? b.at[13] : 0;
    return b.len > 512 && bytes_u16le(b, 510) == 0xAA55 &&
           (sector == 512 || sector == 1024 || sector == 2048 || sector == 4096) &&
           per_cluster != 0 && (per_cluster & (per_cluster - 1)) == 0 &&
           (b.at[16] == 1 || b.at[16] == 2) && (b.at[0] == 0xEB || b.at[0] == 0xE9) &&
           !bytes_equal(bytes_sub(b, 3, 4), BYTES("NTFS"));
}

/* The cluster after CLUSTER; 0 at the end or where the table ends. */
static uint32_t next_cluster(const struct fat *fat, uint32_t cluster)
{
    uint32_t next;
    if (fat->bits == 12) {
        next = bytes_u16le(fat->b, fat->table + cluster * 3 / 2);
        next = (cluster & 1) != 0 ? next >> 4 : next & 0xFFF;
        return next >= 0xFF7 ? 0 : next;
    }
    if (fat->bits == 16) {
        next = bytes_u16le(fat->b, fat->table + (size_t)cluster * 2);
        return next >= 0xFFF7 ? 0 : next;
    }
    next = bytes_u32le(fat->b, fat->table + (size_t)cluster * 4) & 0x0FFFFFFF;
    return next >= 0x0FFFFFF7 ? 0 : next;
}

static bool take_cluster(struct fat *fat, uint32_t cluster)
{
    if (cluster < 2 || cluster - 2 >= fat->clusters ||
        (fat->used[cluster / 8] >> cluster % 8 & 1) != 0)
        return false;
    fat->used[cluster / 8] |= (uint8_t)(1u << cluster % 8);
    return true;
}

/* The bytes of a chain, at most SIZE; in place where the clusters follow each other. */
static struct bytes read_chain(struct fat *fat, uint32_t first, size_t size)
{
    size_t start = fat->data + (size_t)(first - 2) * fat->cluster_bytes, len = 0;
    bool straight = true;
    struct text out;
    text_init(&out, fat->arena, 0);
    for (uint32_t cluster = first, before = 0; cluster != 0 && len < size;
         cluster = next_cluster(fat, cluster)) {
        if (!take_cluster(fat, cluster)) {
            fat->cut = true;
            break;
        }
        struct bytes part = bytes_sub(
            fat->b, fat->data + (size_t)(cluster - 2) * fat->cluster_bytes, fat->cluster_bytes);
        if (straight && before != 0 && cluster != before + 1) {
            straight = false;
            if (!open_take_bytes(fat->node, size))
                return BYTES_NONE;
            text_add(&out, bytes_sub(fat->b, start, len));
        }
        if (!straight)
            text_add(&out, part);
        len += part.len;
        before = cluster;
        fat->cut = fat->cut || part.len < fat->cluster_bytes;
    }
    fat->cut = fat->cut || (size != SIZE_MAX && len < size);
    struct bytes whole = straight ? bytes_sub(fat->b, start, len) : text_bytes(&out);
    return bytes_sub(whole, 0, size);
}

/* Long name pieces stand before their entry, last piece first. */
static void add_piece(struct bytes entry, uint16_t wide[260])
{
    static const uint8_t place[13] = {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};
    unsigned number = entry.at[0] & 0x1F;
    if (number == 0 || number > 20)
        return;
    if ((entry.at[0] & 0x40) != 0)
        memset(wide, 0, 260 * sizeof *wide);
    for (unsigned i = 0; i < 13; i++)
        wide[(number - 1) * 13 + i] = bytes_u16le(entry, place[i]);
}

static struct bytes name_of(struct fat *fat, struct bytes entry, const uint16_t wide[260])
{
    struct text out;
    text_init(&out, fat->arena, 0);
    if (wide[0] != 0) {
        for (int i = 0; i < 260 && wide[i] != 0 && wide[i] != 0xFFFF; i++)
            text_add_codepoint(&out, wide[i]);
        return text_bytes(&out);
    }
    struct bytes stem = bytes_sub(entry, 0, 8), extension = bytes_sub(entry, 8, 3);
    while (stem.len > 0 && stem.at[stem.len - 1] == ' ')
        stem.len--;
    while (extension.len > 0 && extension.at[extension.len - 1] == ' ')
        extension.len--;
    charset_decode(charset_find(BYTES("shift_jis")), stem, &out, NULL);
    if (extension.len > 0) {
        text_add_byte(&out, '.');
        charset_decode(charset_find(BYTES("shift_jis")), extension, &out, NULL);
    }
    return text_bytes(&out);
}

static void read_folder(struct fat *fat, struct folder here, struct folder *stack, uint32_t *count)
{
    uint16_t wide[260] = {0};
    for (size_t at = 0; at + ENTRY <= here.data.len && fat->files < FILES_MAX; at += ENTRY) {
        struct bytes entry = bytes_sub(here.data, at, ENTRY);
        uint8_t attributes = entry.at[11];
        if (entry.at[0] == 0)
            return;
        if (entry.at[0] == 0xE5) {
            wide[0] = 0;
            continue;
        }
        if ((attributes & 0x3F) == 0x0F) {
            add_piece(entry, wide);
            continue;
        }
        struct bytes name = name_of(fat, entry, wide);
        wide[0] = 0;
        if ((attributes & 8) != 0 || entry.at[0] == '.')
            continue;
        uint32_t first =
            bytes_u16le(entry, 26) | (fat->bits == 32 ? (uint32_t)bytes_u16le(entry, 20) << 16 : 0);
        uint32_t size = bytes_u32le(entry, 28);
        struct bytes path = here.path.len > 0 ? arena_printf(fat->arena, "%.*s/%.*s",
                                                             BYTES_FMT(here.path), BYTES_FMT(name))
                                              : name;
        bool is_folder = (attributes & 0x10) != 0;
        struct bytes content =
            first < 2 ? bytes_of("", 0) : read_chain(fat, first, is_folder ? SIZE_MAX : size);
        if (is_folder) {
            if (here.depth < DEPTH_MAX && *count < FILES_MAX)
                stack[(*count)++] = (struct folder){content, path, here.depth + 1};
            continue;
        }
        fat->files++;
        struct node *child =
            node_add(fat->node, content.at == NULL ? bytes_of("", 0) : content, path);
        if (child == NULL)
            return;
        if ((attributes & 6) != 0)
            node_anomaly(child, ANOMALY_HIDDEN_FILE, 0, 0, BYTES_NONE);
    }
}

void fat_open(struct node *node, struct bytes volume)
{
    struct fat fat = {.node = node, .arena = node->tree->arena, .b = volume};
    size_t sector = bytes_u16le(volume, 11), reserved = bytes_u16le(volume, 14),
           roots = bytes_u16le(volume, 17);
    uint64_t total =
        bytes_u16le(volume, 19) != 0 ? bytes_u16le(volume, 19) : bytes_u32le(volume, 32);
    uint64_t per_table =
        bytes_u16le(volume, 22) != 0 ? bytes_u16le(volume, 22) : bytes_u32le(volume, 36);
    uint64_t root_at = (reserved + volume.at[16] * per_table) * sector,
             data = root_at + roots * ENTRY;
    fat.cluster_bytes = sector * volume.at[13];
    fat.table = reserved * sector;
    if (data > volume.len || total * sector < data) {
        node_anomaly(node, ANOMALY_TRUNCATED, node->content.len, 0, BYTES("FAT volume"));
        return;
    }
    fat.data = (size_t)data;
    uint64_t clusters = (total * sector - data) / fat.cluster_bytes,
             held = (volume.len - data) / fat.cluster_bytes + 1;
    fat.clusters = (uint32_t)(clusters < held ? clusters : held);
    fat.bits = clusters < 4085 ? 12 : clusters < 65525 ? 16 : 32;
    fat.used = arena_alloc(fat.arena, fat.clusters / 8 + 2);
    struct folder *stack = arena_array_of(fat.arena, FILES_MAX, struct folder);
    uint32_t count = 0;
    struct bytes root = fat.bits == 32 ? read_chain(&fat, bytes_u32le(volume, 44), SIZE_MAX)
                                       : bytes_sub(volume, (size_t)root_at, roots * ENTRY);
    stack[count++] = (struct folder){.data = root};
    while (count > 0 && fat.files < FILES_MAX && budget_time_left(node->tree->budget)) {
        struct folder here = stack[--count];
        read_folder(&fat, here, stack, &count);
    }
    if (count > 0)
        node_limit(node, LIMIT_NODES);
    if (fat.cut)
        node_anomaly(node, ANOMALY_TRUNCATED, node->content.len, 0, BYTES("FAT chain"));
}
