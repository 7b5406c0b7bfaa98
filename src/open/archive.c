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
    case KIND_DMG: return 90;
    default: return 0;
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
    node_fact_int(node, FACT_RAR_TOTAL_FILES, node_get(node, FACT_LIBARCHIVE_TOTAL_FILES).as.integer);
    node_fact_int(node, FACT_RAR_TOTAL_EXTRACTED, node_get(node, FACT_LIBARCHIVE_TOTAL_EXTRACTED).as.integer);
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
    case KIND_RAR: open_rar(node); return;
    case KIND_SEVEN_ZIP:
        if (seven_zip_open(node, &list))
            return;
        break;
    default: break;
    }
    archive_read_all(node, &list);
}

const struct opener opener_archive = {"archive", bid, open};
