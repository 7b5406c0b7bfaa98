/* SPDX-License-Identifier: Apache-2.0
 *
 * GMime, the independent reader of mail that ours is measured and compared with; tests only. */
#ifndef NOROSHI_TEST_ORACLE_GMIME_MAIL_H
#define NOROSHI_TEST_ORACLE_GMIME_MAIL_H

#include "base/text.h"

struct gmime_counts {
    uint64_t fields, leaves, decoded_bytes, text_bytes;
};

/* What GMime makes of one leaf. */
struct gmime_leaf {
    const char *type;      /* "text/html", lower case */
    const char *file_name; /* NULL where none */
    struct bytes content;  /* transfer-decoded */
    struct bytes text;     /* UTF-8; absent where it is no text */
};

void gmime_mail_start(void);
/* Do all the work on MAIL and count it. */
void gmime_mail_count(struct bytes mail, struct gmime_counts *counts);
/* Call SEE for each leaf in order, after SUBJECT was told (UTF-8, absent where none). */
void gmime_mail_read(struct bytes mail, void (*subject)(void *data, struct bytes subject),
                     void (*see)(void *data, const struct gmime_leaf *leaf), void *data);

#endif
