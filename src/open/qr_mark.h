/* SPDX-License-Identifier: Apache-2.0
 *
 * Where on a picture a QR code can be: the look that decides what the reader is shown.
 *
 * A code has corner marks, dark and light runs of 1:1:3:1:1 across, down and on both diagonals: three at
 * the corners of a square, or one (Micro QR).  Few pictures in mail have such marks, so the reader
 * (qr_zxing.h), which costs five times as much, gets only the parts around them.  To lose none the
 * look sees what the reader would: its thresholds (qr_ink.h), its every third row, and a tolerance that is
 * wider.  Where that fails, codes are missed: bench-picture counts them against the reader alone.
 *
 * cost     one pass over the samples and, on a third of the rows, their runs
 * source   ISO/IEC 18004:2015 sections 6.3.3.1 (mark) and 12 b (tolerance of half a module) */
#ifndef NOROSHI_OPEN_QR_MARK_H
#define NOROSHI_OPEN_QR_MARK_H

#include "open/qr_ink.h"

#define QR_BOXES_MAX 16

struct qr_box {
    uint32_t x, y, width, height;
    bool light; /* light code on dark ground */
};

/* Parts of the picture that may hold a code into BOX; how many. */
uint32_t qr_boxes(const struct ink *ink, struct qr_box box[QR_BOXES_MAX]);

#endif
