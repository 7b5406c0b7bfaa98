/* SPDX-License-Identifier: Apache-2.0
 *
 * The row filters of PNG, which PDF streams have too.
 *
 * Each row is written as differences from its left, upper and upper left neighbours; undoing them is
 * most of what a PNG file costs once it is inflated, so samples of three and four bytes go through
 * vectors.
 *
 * cost     O(bytes)
 * source   ISO/IEC 15948 section 9; ISO 32000-1 section 7.4.4.4 */
#ifndef NOROSHI_OPEN_PREDICT_H
#define NOROSHI_OPEN_PREDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PREDICT_FILTERS 5 /* none, sub, up, average, Paeth; a larger number is none */

/* One row of LEN bytes, STEP a sample, after FILTER, FROM to TO, which may be the same; UP is the row
 * above. */
void predict_undo(uint8_t filter, const uint8_t *from, const uint8_t *up, uint8_t *to, size_t len,
                  size_t step);

#endif
