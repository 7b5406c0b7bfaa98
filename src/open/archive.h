/* SPDX-License-Identifier: Apache-2.0
 *
 * Archives libarchive reads for us, and what we must know before we let it.
 *
 * rar_scan() and seven_zip_open() walk headers themselves: libarchive says "unsupported block header
 * size" where RAR5 content is locked, and "not supported" for 7z's AES.  What they name as locked is
 * not handed on. */
#ifndef NOROSHI_OPEN_ARCHIVE_H
#define NOROSHI_OPEN_ARCHIVE_H

#include "artifact/node.h"

/* Names and locks as the headers say, in order; libarchive's entries come in the same order. */
struct archive_list {
    struct archive_row {
        struct bytes name; /* UTF-8 */
        bool locked, folder;
    } * row;
    uint32_t count, capacity;
    bool headers_locked; /* not even names can be read */
    bool multi_volume, cut;
};

void archive_list_add(struct arena *arena, struct archive_list *list, struct archive_row row);
/* RAR 1.5-4.x and RAR 5 headers.  source  RAR 5.0 archive format note; unrar's technote for 4.x */
struct archive_list rar_scan(struct node *node);
/* Open the 7z NODE with our own reader; false where a coder is unknown to it (libarchive may know). */
bool seven_zip_open(struct node *node, struct archive_list *list_out);
/* Open NODE with libarchive, names and locks from LIST where it has rows. */
void archive_read_all(struct node *node, const struct archive_list *list);

#endif
