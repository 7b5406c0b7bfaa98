/* SPDX-License-Identifier: Apache-2.0
 *
 * Compound files (MS-CFB): a file system in a file, the container of Office 97-2003, Outlook
 * messages,
 * installer packages, VBA projects and encrypted OOXML.
 *
 * Comes in: a node's bytes.  Goes out: the directory as a flat array of entries with parents, and
 * each
 * stream's bytes: a slice of the node where its sectors lie in a row, else a copy drawn from
 * LIMIT_BYTES_OUT.
 * Everything is bounded by the file's own length: chains are followed at most as far as there are
 * sectors,
 * loops, sectors past the end, entries outside the tree and impossible sizes become anomalies on
 * the node,
 * and what can be read is read.  Entries nobody links (a way to hide a stream) are listed as
 * orphans.
 *
 * The opener looks at the directory, sets the kind (DOC, XLS, PPT, MSG, MSI, ...) and calls that
 * format's
 * reader.  Cost O(bytes). */
#ifndef NOROSHI_OPEN_CFB_H
#define NOROSHI_OPEN_CFB_H

#include "artifact/node.h"

#define CFB_NONE UINT32_MAX

enum cfb_type { CFB_EMPTY = 0, CFB_STORAGE = 1, CFB_STREAM = 2, CFB_ROOT = 5 };

struct cfb_entry {
    struct bytes name; /* UTF-8; the first character may be a control (\1 \3 \5) */
    enum cfb_type type;
    uint32_t id;     /* place in the directory */
    uint32_t parent; /* index into cfb->entry; CFB_NONE for the root and for orphans */
    uint32_t start;  /* first sector */
    uint64_t size_bytes;
    struct bytes class_id; /* 16 bytes */
    bool orphan;           /* nobody links it */
    bool read;             /* content is set */
    struct bytes content;
};

struct cfb {
    struct node *node; /* whose content it is, where anomalies go */
    struct bytes file;
    uint32_t sector_bytes, sectors;
    uint32_t *fat_sector, fat_sectors; /* where the allocation table lies */
    struct bytes mini_fat, mini_stream;
    uint32_t mini_cutoff;
    uint64_t given_bytes;    /* by cfb_stream */
    struct cfb_entry *entry; /* [0] is the root; parents before children */
    uint32_t count;
};

/* The directory of FILE (bytes of NODE or decoded from it), or NULL where there is no compound
 * file. */
struct cfb *cfb_read(struct node *node, struct bytes file);
/* The child of PARENT (index) called NAME, ASCII case ignored; CFB_NONE where there is none. */
uint32_t cfb_child(const struct cfb *cfb, uint32_t parent, struct bytes name);
/* "Storage/Stream" from the root; CFB_NONE where there is none. */
uint32_t cfb_find(const struct cfb *cfb, const char *path);
/* The bytes of stream INDEX; absent for CFB_NONE, for a storage and over the budget.  Short, with
 * an
 * anomaly, where the file does not hold all of it. */
struct bytes cfb_stream(struct cfb *cfb, uint32_t index);
/* "Storage/Stream" of INDEX, in the node's arena. */
struct bytes cfb_path(const struct cfb *cfb, uint32_t index);

#endif
