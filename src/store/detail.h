/* SPDX-License-Identifier: Apache-2.0
 *
 * Evidence, attribution, anomalies and coverage of one verdict as a compact, versioned record.
 *
 * Version 1 begins with the byte 1; a reader meets every version ever written.  Sentences are
 * numbers of phrases, which the driver keeps once each.  Numbers are varints (base/flat.h).  The
 * record is read without trust: what is cut or bent leaves the lists before it and sets nothing
 * after it. */
#ifndef NOROSHI_STORE_DETAIL_H
#define NOROSHI_STORE_DETAIL_H

#include "store/driver.h"

/* Append the record of VERDICT to OUT, its phrases interned in DB. */
bool detail_write(struct text *out, const struct verdict *verdict,
                  const struct store_driver *driver, void *db, struct error *err);
/* Fill VERDICT's lists from RECORD; arrays live in ARENA, slices in RECORD and the driver. */
void detail_read(struct arena *arena, struct bytes record, const struct store_driver *driver,
                 void *db, struct verdict *verdict);

#endif
