/* SPDX-License-Identifier: Apache-2.0
 *
 * SARIF 2.1.0: findings as code hosts show them, one log for a run.
 *
 *     report_sarif_begin(out); for each verdict: report_sarif(out, ...); report_sarif_end(out);
 *
 * Every piece of evidence for a threat is a result with its rule, file, line, byte range and snippet; the way
 * of a stolen secret is a code flow with one step per line.  What a line silenced is kept as suppressed.
 * source   OASIS SARIF 2.1.0, sections 3.14 (run), 3.27 (result), 3.35 (suppression), 3.36 (codeFlow) */
#ifndef NOROSHI_REPORT_SARIF_H
#define NOROSHI_REPORT_SARIF_H

#include "report/report.h"

void report_sarif_begin(struct text *out);
/* FIRST: no result was written before; answers whether one is now. */
bool report_sarif(struct text *out, struct arena *arena, const struct verdict *v,
                  const struct report_style *style, bool first);
void report_sarif_end(struct text *out);

#endif
