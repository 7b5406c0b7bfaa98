/* SPDX-License-Identifier: Apache-2.0
 *
 * What people read, in their language: gettext catalogues, built in.
 *
 * The English text is the key; src/report/ja.po is an ordinary gettext catalogue (msgfmt checks it,
 * any translator's tool edits it) that tools/po compiles into a table, because one run writes both
 * languages and the machine it runs on need not have either locale.  What has no translation stays
 * English. */
#ifndef NOROSHI_REPORT_TR_H
#define NOROSHI_REPORT_TR_H

#include "base/bytes.h"

enum language { LANGUAGE_EN, LANGUAGE_JA, LANGUAGE_COUNT };
extern const char *const language_tags[LANGUAGE_COUNT]; /* BCP 47 */

struct tr_pair {
    const char *english, *other;
};

/* ENGLISH in LANGUAGE. */
const char *tr(enum language language, const char *english) __attribute__((format_arg(2)));
/* The same for a string that is no literal, such as a category's name. */
struct bytes tr_bytes(enum language language, struct bytes english);

#endif
