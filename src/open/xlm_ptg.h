/* SPDX-License-Identifier: Apache-2.0
 *
 * Formulas from their parsed form (MS-XLS 2.5.198, MS-XLSB 2.5.97) back to text. */
#ifndef NOROSHI_OPEN_XLM_PTG_H
#define NOROSHI_OPEN_XLM_PTG_H

#include "open/xlm.h"

enum xlm_form { XLM_BIFF5, XLM_BIFF8, XLM_BIFF12 };

/* What the tokens refer to. */
struct xlm_context {
    struct xlm_book *book;
    enum xlm_form form;
    uint32_t sheet;       /* that of the formula, for references without one; UINT32_MAX: none */
    uint32_t row, column; /* of the formula, for relative references in shared formulas */
    const uint32_t *external; /* sheet of each EXTERNSHEET entry; UINT32_MAX: another file */
    uint32_t external_count;
    const struct bytes *name; /* defined names, 1-based order of the file */
    uint32_t name_count;
};

/* Text of RGCE, without "="; what cannot be read ends in "#TOKEN?".  cost O(bytes).  *WHOLE_OUT is
 * false where it
 * breaks off.  At most 64 KB. */
struct bytes xlm_decompile(const struct xlm_context *context, struct bytes rgce, bool *whole_out);
/* Name of function NUMBER (with 0x8000: of the command table), or NULL. */
const char *xlm_function_name(uint16_t number);

#endif
