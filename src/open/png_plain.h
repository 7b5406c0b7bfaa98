/* SPDX-License-Identifier: Apache-2.0
 *
 * Ordinary PNG files, read at once.
 *
 * Nearly every PNG in mail is whole, not interlaced and of at most eight bits a component: its data is
 * inflated into one buffer, the filters undone in place, the samples turned to gray.  Whatever differs
 * in any way - an unknown or misplaced chunk, a broken stream, too few rows, too large a size - is left
 * to libpng, which says exactly what is wrong; so this file reports nothing.
 *
 * cost     O(samples), about a third of libpng's
 * source   ISO/IEC 15948 */
#ifndef NOROSHI_OPEN_PNG_PLAIN_H
#define NOROSHI_OPEN_PNG_PLAIN_H

#include "open/picture.h"

/* NODE's samples; false where it is not an ordinary file, and nothing was done. */
bool png_plain(struct node *node, struct picture *picture);

#endif
