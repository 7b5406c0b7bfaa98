/* SPDX-License-Identifier: Apache-2.0
 *
 * Nodes of the tree as parts of a verdict, so that their bytes can leave a worker.
 *
 * The sandboxed worker opens no file; what `noroshi extract` writes travels in the verdict's flat record
 * (verdict/record.h), whose every length the parent checks, and the parent writes it without reading it.
 * Content is not copied here: a part's slices are the node's.  A node whose bytes are not all there (locked,
 * cut, over a limit) is handed out with the reason beside it and never passed off as whole. */
#ifndef NOROSHI_VERDICT_PART_H
#define NOROSHI_VERDICT_PART_H

#include "verdict/verdict.h"

/* All content together: with two copies of the record it stays below the pool's own bound. */
#define PART_BYTES_MAX ((size_t)192 * 1024 * 1024)
#define PART_ALL "*"

/* Fill V's parts: the node at PATH, or every node but the root where PATH is PART_ALL. */
void verdict_parts(struct verdict *v, const struct tree *tree, struct bytes path);

#endif
