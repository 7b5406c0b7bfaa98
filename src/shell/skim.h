/* SPDX-License-Identifier: Apache-2.0
 *
 * What is called or looped over more often than it is read.
 *
 * A hundred decoys before the one call that does harm must not hide it, and reading a long helper for each
 * of its two thousand calls costs more than the script.  So past the readings of function.c and the turns
 * of a loop the body is looked at once, without reading it (skim_body), and each further call is weighed:
 * a body that only prints, where nobody takes what it prints, has nothing to say; a short one is read
 * always; of a long one those calls are read whose words tell of something (skim_is_telling).  What is
 * left is counted in report->skimmed and told as the anomaly `skimmed`.
 *
 * Private to src/shell. */
#ifndef NOROSHI_SHELL_SKIM_H
#define NOROSHI_SHELL_SKIM_H

#include "shell/machine.h"

/* Whether F, called a few times, has nothing more to say: it prints, and nobody takes what it prints. */
bool skim_is_said(const struct call *call, struct function *f);
/* Whether CALL of F, called often enough, is to be read once more; REPEATED: its words were read before. */
bool skim_is_due(const struct call *call, struct function *f, bool repeated);
/* Whether S says by itself that something is done with it: an address, a path that is taken, hidden or
 * started from, a command line, encoded text, a secret.  O(bytes), of long texts the head. */
bool skim_is_telling(struct machine *m, struct shell_string s);
/* What was spent so far, and what was spent since it BEGAN on what was due. */
uint64_t skim_begin(const struct machine *m);
void skim_end(struct machine *m, uint64_t began, bool is_short);

#endif
