/* SPDX-License-Identifier: Apache-2.0
 *
 * Telephone numbers in text, also where they are written to escape filters.
 *
 * Callback phishing has no link and no attachment: the number is the payload, so it is disguised:
 * letters for digits (o, O for 0; l, I, | for 1), full-width and other Unicode digits, zero-width
 * characters and odd dashes between.  A number is taken in these forms: +CC (E.164), North America
 * (3-3-4 with separators or brackets, toll-free), Japan (0X-XXXX-XXXX and so on), United Kingdom
 * (0XXXX XXXXXX), Australia (0X XXXX XXXX, 1300, 1800).  Dates, order numbers, card numbers,
 * addresses and amounts are not numbers: a bare run of digits without + or separators never is, and
 * neither are more than 15 digits (E.164). Cost: linear. */
#ifndef NOROSHI_OBSERVE_PHONE_H
#define NOROSHI_OBSERVE_PHONE_H

#include "base/arena.h"

#define PHONES_MAX 64

enum phone_region {
    PHONE_INTERNATIONAL,
    PHONE_NORTH_AMERICA,
    PHONE_JAPAN,
    PHONE_BRITAIN,
    PHONE_AUSTRALIA
};

struct phone {
    struct bytes text; /* slice of the given text */
    struct bytes e164; /* "+18005550100": digits folded, country code added by its form */
    enum phone_region region;
    bool toll_free;
    bool disguised; /* letters for digits, unusual digits, or invisible characters inside */
};

/* Numbers in TEXT (UTF-8) in order, at most PHONES_MAX; their count is returned. */
uint32_t phone_find(struct arena *arena, struct bytes text, struct phone **out);

#endif
