/* SPDX-License-Identifier: Apache-2.0
 *
 * 7z, RAR, CAB, cpio, ar, LHA and xar; ARJ and ACE are named only. */
#include "open/archive.h"

#include "open/opener.h"

static int bid(const struct node *node)
{
    switch (node->kind) {
    case KIND_SEVEN_ZIP:
    case KIND_RAR:
    case KIND_CAB:
    case KIND_CPIO:
    case KIND_AR:
    case KIND_LHA:
    case KIND_XAR:
    case KIND_ARJ:
    case KIND_ACE:
    case KIND_WIM:
    case KIND_DMG:
        return 90;
    default:
        return 0;
    }
}

static void open_rar(struct node *node)
{
    struct archive_list list = rar_scan(node);
    bool locked = list.headers_locked;
    for (uint32_t i = 0; i < list.count; i++)
        locked = locked || list.row[i].locked;
    node_fact_bool(node, FACT_ARCHIVE_ENCRYPTED, locked);
    if (list.multi_volume)
        node_anomaly(node, ANOMALY_MULTI_VOLUME, 0, 0, BYTES_NONE);
    if (list.cut)
        node_anomaly(node, ANOMALY_TRUNCATED, node->content.len, 0, BYTES("block"));
    if (list.headers_locked) {
        node_anomaly(node, ANOMALY_ENCRYPTED, 0, 0, BYTES("names too"));
        return;
    }
    archive_read_all(node, &list);
    node_fact_int(node, FACT_RAR_TOTAL_FILES,
                  node_get(node, FACT_LIBARCHIVE_TOTAL_FILES).as.integer);
    node_fact_int(node, FACT_RAR_TOTAL_EXTRACTED,
                  node_get(node, FACT_LIBARCHIVE_TOTAL_EXTRACTED).as.integer);
}

/* COUNT digits at AT of B in BASE; past the end of any content where one is no digit. */
static uint64_t digits(struct bytes b, size_t at, size_t count, unsigned base)
{
    uint64_t n = 0;
    for (size_t i = at; i < at + count; i++) {
        int digit = i < b.len ? ascii_hex(b.at[i]) : -1;
        if (digit < 0 || (unsigned)digit >= base)
            return UINT32_MAX;
        n = n * base + (unsigned)digit;
    }
    return n;
}

/* Whether every member of a cpio archive (newc, crc, odc) lies inside it: libarchive sets memory aside for
 * a link as long as its header says, before it looks. */
static bool cpio_fits(struct bytes b)
{
    for (size_t at = 0; at + 76 <= b.len;) {
        bool odc = bytes_starts(bytes_from(b, at), BYTES("070707"));
        if (!odc && !bytes_starts(bytes_from(b, at), BYTES("07070")))
            return true; /* padding, or bytes libarchive stops at */
        uint64_t name = odc ? digits(b, at + 59, 6, 8) : digits(b, at + 94, 8, 16);
        uint64_t size = odc ? digits(b, at + 65, 11, 8) : digits(b, at + 54, 8, 16);
        uint64_t head = odc ? 76 + name : (110 + name + 3) & ~(uint64_t)3;
        uint64_t total = odc ? head + size : head + ((size + 3) & ~(uint64_t)3);
        if (head > b.len - at || size > b.len - at - head)
            return false;
        if (bytes_equal(bytes_sub(b, at + (odc ? 76 : 110), 10), BYTES("TRAILER!!!")) ||
            total > b.len - at)
            return true;
        at += (size_t)total;
    }
    return true;
}

static void open(struct node *node)
{
    struct archive_list list = {0};
    switch (node->kind) {
    case KIND_ARJ:
    case KIND_ACE:
    case KIND_WIM:
    case KIND_DMG:
        node_anomaly(node, ANOMALY_UNSUPPORTED, 0, 0, bytes_of_string(kind_rows[node->kind].what));
        return;
    case KIND_CPIO:
        if (bytes_starts(node->content, BYTES("07070")) && cpio_fits(node->content))
            break;
        node_anomaly(node, ANOMALY_UNDECODABLE, 0, 0, BYTES("cpio headers"));
        return;
    case KIND_RAR:
        open_rar(node);
        return;
    case KIND_SEVEN_ZIP:
        if (seven_zip_open(node, &list))
            return;
        break;
    default:
        break;
    }
    archive_read_all(node, &list);
}

const struct opener opener_archive = {"archive", bid, open};
