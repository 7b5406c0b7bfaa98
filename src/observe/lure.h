/* SPDX-License-Identifier: Apache-2.0
 *
 * What a text wants from its reader: intents with calibrated confidence, and the phrases that decided.
 *
 * A classifier without training: phrases of the lexicon (know/lexicon.h) are found in one pass over the
 * folded text, groups seen are added up per intent in log-odds.  Answers the public language's
 * ml.nlu_classifier.  `benign` is the absence of the others and never above medium confidence. */
#ifndef NOROSHI_OBSERVE_LURE_H
#define NOROSHI_OBSERVE_LURE_H

#include "know/lexicon.h"
#include "observe/model.h"

struct lure_index;

/* The automaton over LEXICON's phrases, under PARENT; built once, read-only. */
struct lure_index *lure_index_new(const void *parent, const struct lexicon *lexicon);

/* The NLUResult of TEXT (SUBJECT may be absent) as an object of MODEL. */
struct value lure_classify(struct model *model, struct bytes text, struct bytes subject);
/* Log-odds of the intent NAME in TEXT; -10 where there is no such intent or no index. */
double lure_log_odds(struct model *model, struct bytes text, struct bytes name);

#endif
