/* SPDX-License-Identifier: Apache-2.0
 *
 * Excel 97-2003 workbooks (MS-XLS, BIFF8; BIFF5 as far as macros go): the records of the Workbook
 * stream.
 *
 * Reads sheets and their state, defined names, strings, and the cells of workbooks that have macro
 * sheets or
 * VBA; formulas are turned back into text (xlm_ptg.h) and evaluated (xlm.h).  A locked stream is
 * opened with the
 * default and the candidate passwords first (offcrypto.h).  The strings of the workbook become a
 * view child.
 * Cost O(bytes). */
#ifndef NOROSHI_OPEN_BIFF_H
#define NOROSHI_OPEN_BIFF_H

#include "open/cfb.h"

/* Read the workbook of CFB, stream INDEX, for its node. */
void biff_open(struct cfb *cfb, uint32_t index);

#endif
