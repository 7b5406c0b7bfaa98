/* SPDX-License-Identifier: Apache-2.0
 *
 * Scripts in the code of the Windows Script Encoder (jse, vbe, and "VBScript.Encode" blocks of pages).
 *
 * Between "#@~^" with the length and "==^#~@" each character below 0x80 is replaced under one of three
 * alphabets, in a fixed turn of 64; line ends, < > and @ are escaped with @.  It hides, it does not lock:
 * there is no key.  Text around blocks stays.  A block without an end, or without a length, is told as
 * broken and left as it is; one whose length or sum is wrong is decoded all the same and told as
 * doubtful, since the script host reads it too.
 *
 * Cost: O(bytes).  Source: the alphabets as published by D. Stevens (decode-vbe, public domain, 2016). */
#ifndef NOROSHI_OPEN_SCRIPT_ENCODED_H
#define NOROSHI_OPEN_SCRIPT_ENCODED_H

#include "base/arena.h"

struct script_encoded {
    uint32_t blocks; /* decoded */
    bool broken, doubtful;
    size_t broken_at, doubtful_at; /* in the coded content */
};

bool script_is_encoded(struct bytes content);
/* CONTENT with its blocks in the clear, in ARENA. */
struct bytes script_decode(struct arena *arena, struct bytes content, struct script_encoded *found);

#endif
