/* SPDX-License-Identifier: Apache-2.0
 *
 * Compressed RTF of Outlook messages (MS-OXRTFCP): a 4,096-byte window that starts filled with
 * common words. */
#ifndef NOROSHI_OPEN_LZFU_H
#define NOROSHI_OPEN_LZFU_H

#include "base/arena.h"

/* The RTF in PACKED (PR_RTF_COMPRESSED), at most LIMIT_BYTES; absent where it is none.  *WHOLE_OUT
 * is false where
 * it breaks off. */
struct bytes lzfu_unpack(struct arena *arena, struct bytes packed, size_t limit_bytes,
                         bool *whole_out);

#endif
