/* SPDX-License-Identifier: Apache-2.0
 *
 * Shannon entropy of bytes: 0 for one value repeated, 8 for noise. */
#ifndef NOROSHI_ARTIFACT_ENTROPY_H
#define NOROSHI_ARTIFACT_ENTROPY_H

#include "base/bytes.h"

/* Bits per byte, 0..8; 0 for nothing.  cost O(bytes). */
double entropy_of(struct bytes b);

#endif
