/* SPDX-License-Identifier: Apache-2.0
 *
 * A verdict as one flat, length-checked record: how it leaves a worker.
 *
 * The reader trusts nothing: every length is checked against what is left, every enum against its
 * range, every count against RECORD_COUNT_MAX, so that a worker taken over by hostile content can lie but
 * not corrupt its parent.  Little endian, no pointers, no padding; the format is private to one build. */
#ifndef NOROSHI_VERDICT_RECORD_H
#define NOROSHI_VERDICT_RECORD_H

#include "base/text.h"
#include "verdict/verdict.h"

#define RECORD_COUNT_MAX 65536u

/* Append VERDICT to OUT. */
void record_write(struct text *out, const struct verdict *verdict);
/* The verdict in RECORD; its slices point into RECORD, its arrays live in ARENA.  NULL where RECORD
 * is not one whole record. */
struct verdict *record_read(struct arena *arena, struct bytes record);

#endif
