/* SPDX-License-Identifier: Apache-2.0
 *
 * Disc images (ISO 9660, UDF) and virtual hard disks with the partitions in them. */
#include "open/disk.h"

#include "open/archive.h"
#include "open/opener.h"

#define SECTOR ((size_t)512)
#define DISK_BYTES_MAX ((uint64_t)1 << 31)
#define PARTITIONS_MAX 16

static int bid(const struct node *node)
{
    return node->kind == KIND_ISO || node->kind == KIND_VHD      ? 90
           : node->kind == KIND_UNKNOWN && fat_is(node->content) ? 60
                                                                 : 0;
}

/* One file system at FROM of DISK. */
static void open_volume(struct node *node, struct bytes volume)
{
    if (fat_is(volume)) {
        fat_open(node, volume);
        return;
    }
    const char *name = bytes_equal(bytes_sub(volume, 3, 8), BYTES("NTFS    "))   ? "NTFS"
                       : bytes_equal(bytes_sub(volume, 3, 8), BYTES("EXFAT   ")) ? "exFAT"
                       : bytes_equal(bytes_sub(volume, 3, 8), BYTES("-FVE-FS-")) ? "BitLocker"
                       : bytes_u16le(volume, 1080) == 0xEF53                     ? "ext"
                                                                                 : "unknown";
    enum anomaly_code code =
        strcmp(name, "BitLocker") == 0 ? ANOMALY_ENCRYPTED : ANOMALY_UNSUPPORTED;
    size_t at = 0;
    bytes_inside(node->content, volume, &at);
    node_anomaly(node, code, at, SECTOR, arena_printf(node->tree->arena, "file system %s", name));
}

/* GPT (UEFI 2.10, 5.3): the entries its header at sector 1 names. */
static bool open_gpt(struct node *node, struct bytes disk)
{
    struct bytes header = bytes_sub(disk, SECTOR, SECTOR);
    if (!bytes_starts(header, BYTES("EFI PART")))
        return false;
    uint64_t at = bytes_u64le(header, 72) * SECTOR;
    uint32_t count = bytes_u32le(header, 80), size = bytes_u32le(header, 84);
    if (size < 128 || at > disk.len)
        return false;
    for (uint32_t i = 0; i < count && i < PARTITIONS_MAX; i++) {
        struct bytes entry = bytes_sub(disk, (size_t)(at + (uint64_t)i * size), size);
        uint64_t first = bytes_u64le(entry, 32) * SECTOR;
        bool reserved =
            bytes_starts(entry, BYTES("\x16\xE3\xC9\xE3")); /* Microsoft reserved: no content */
        if (entry.len < 128 || bytes_u64le(entry, 0) == 0 || reserved)
            continue;
        if (first >= disk.len)
            node_anomaly(node, ANOMALY_TRUNCATED, node->content.len, 0, BYTES("partition"));
        else
            open_volume(node, bytes_from(disk, (size_t)first));
    }
    return true;
}

void disk_open(struct node *node, struct bytes disk)
{
    if (fat_is(disk) || bytes_u16le(disk, 510) != 0xAA55) {
        open_volume(node, disk);
        return;
    }
    if (open_gpt(node, disk))
        return;
    int partitions = 0;
    for (size_t i = 0; i < 4; i++) {
        struct bytes row = bytes_sub(disk, 446 + 16 * i, 16);
        uint64_t first = (uint64_t)bytes_u32le(row, 8) * SECTOR;
        if (row.len < 16 || row.at[4] == 0 || bytes_u32le(row, 12) == 0)
            continue;
        partitions++;
        if (first >= disk.len)
            node_anomaly(node, ANOMALY_TRUNCATED, node->content.len, 0, BYTES("partition"));
        else
            open_volume(node, bytes_from(disk, (size_t)first));
    }
    if (partitions == 0)
        open_volume(node, disk);
}

/* A dynamic disk's blocks put in their places; absent where that cannot be. */
static struct bytes build_dynamic(struct node *node, struct bytes footer)
{
    struct bytes b = node->content;
    uint64_t header_at = (uint64_t)bytes_u32be(footer, 16) << 32 | bytes_u32be(footer, 20);
    struct bytes header = header_at > b.len ? BYTES_NONE : bytes_sub(b, (size_t)header_at, 1024);
    if (header.len < 1024 || !bytes_starts(header, BYTES("cxsparse"))) {
        node_anomaly(node, ANOMALY_TRUNCATED, b.len, 0, BYTES("dynamic disk header"));
        return BYTES_NONE;
    }
    uint64_t table = (uint64_t)bytes_u32be(header, 16) << 32 | bytes_u32be(header, 20);
    uint32_t rows = bytes_u32be(header, 28), block = bytes_u32be(header, 32);
    size_t bitmap = (block / SECTOR / 8 + SECTOR - 1) / SECTOR * SECTOR;
    uint32_t last = 0, held = 0;
    for (uint32_t i = 0; i < rows && table + (uint64_t)i * 4 + 4 <= b.len; i++)
        if (bytes_u32be(b, (size_t)table + (size_t)i * 4) != UINT32_MAX)
            last = i + 1, held++;
    uint64_t size = (uint64_t)last * block;
    if (block < SECTOR || size > DISK_BYTES_MAX || !open_take_bytes(node, (size_t)size)) {
        node_anomaly(node, ANOMALY_LIMIT_EXCEEDED, 0, 0, BYTES("bytes-out"));
        return BYTES_NONE;
    }
    uint8_t *out = arena_alloc(node->tree->arena, (size_t)size + 1);
    for (uint32_t i = 0; i < last; i++) {
        uint32_t sector = bytes_u32be(b, (size_t)table + (size_t)i * 4);
        if (sector == UINT32_MAX)
            continue;
        struct bytes data = bytes_sub(b, (size_t)sector * SECTOR + bitmap, block);
        if (data.len > 0)
            memcpy(out + (size_t)i * block, data.at, data.len);
        if (data.len < block)
            node_anomaly(node, ANOMALY_TRUNCATED, b.len, 0, BYTES("disk block"));
    }
    return bytes_of(out, (size_t)size);
}

static void open_vhd(struct node *node)
{
    struct bytes b = node->content, footer = bytes_from(b, b.len < SECTOR ? 0 : b.len - SECTOR);
    bool at_end = bytes_starts(footer, BYTES("conectix"));
    if (bytes_starts(b, BYTES("vhdxfile"))) {
        node_anomaly(node, ANOMALY_UNSUPPORTED, 0, 0, BYTES("VHDX"));
        return;
    }
    if (!at_end) {
        node_anomaly(node, ANOMALY_TRUNCATED, b.len, 0, BYTES("disk footer"));
        footer = bytes_sub(b, 0, SECTOR);
    }
    uint32_t type = bytes_u32be(footer, 60);
    if (type == 2) {
        disk_open(node, at_end ? bytes_sub(b, 0, b.len - SECTOR) : b);
    } else if (type == 3) {
        struct bytes disk = build_dynamic(node, footer);
        if (disk.len > 0)
            disk_open(node, disk);
    } else {
        node_anomaly(node, ANOMALY_UNSUPPORTED, 0, 0, BYTES("differencing disk"));
    }
}

static void open_iso(struct node *node)
{
    struct archive_list none = {0};
    bool iso = bytes_equal(bytes_sub(node->content, 32769, 5), BYTES("CD001"));
    if (iso)
        archive_read_all(node, &none);
    if (!udf_is(node->content))
        return;
    /* A bridge disc shows its UDF side on Windows: files of both sides are hung, equal ones once. */
    struct node *last = node->last_child;
    udf_open(node);
    for (struct node *child = last == NULL ? NULL : last->next; child != NULL; child = child->next)
        for (const struct node *other = node->first_child; other != last->next; other = other->next)
            if (bytes_equal_fold(other->name, child->name) &&
                bytes_equal(other->content, child->content))
                child->opened = child->is_view = true;
}

static void open(struct node *node)
{
    if (node->kind == KIND_ISO) {
        open_iso(node);
    } else if (node->kind == KIND_VHD) {
        open_vhd(node);
    } else {
        fat_open(node, node->content);
    }
}

const struct opener opener_disk = {"disk", bid, open};
