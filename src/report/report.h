/* SPDX-License-Identifier: Apache-2.0
 *
 * One verdict as a person reads it (text) and as a program does (one JSON line, doc/noroshi.schema.json). */
#ifndef NOROSHI_REPORT_REPORT_H
#define NOROSHI_REPORT_REPORT_H

#include "base/text.h"
#include "report/tr.h"
#include "verdict/verdict.h"

struct report_style {
    enum language language;
    bool colour;  /* text: escape sequences allowed */
    bool verbose; /* text: all evidence, anomalies, coverage */
    bool defang, redact;
};

/* A verdict line, the three strongest reasons (all with verbose), who, what was not looked at. */
void report_text(struct text *out, struct arena *arena, const struct verdict *v,
                 const struct report_style *style);
/* One line of JSON and LF. */
void report_json(struct text *out, struct arena *arena, const struct verdict *v,
                 const struct report_style *style);

#endif
