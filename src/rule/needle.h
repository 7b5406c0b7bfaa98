/* SPDX-License-Identifier: Apache-2.0
 *
 * Constants of a call, prepared once: needles folded, patterns compiled on first use, sets hashed,
 * address ranges sorted.  And texts folded once per message, however many needles are looked for.
 *
 * Folding is Unicode simple case folding (CaseFolding.txt, status C and S); for ASCII text it is
 * ASCII.  A text that folds without changing its length keeps its offsets. */
#ifndef NOROSHI_RULE_NEEDLE_H
#define NOROSHI_RULE_NEEDLE_H

#include "rule/eval.h"
#include "rule/regex.h"

#define NEEDLE_SET_END UINT32_MAX

struct needle {
    bool constant;
    struct bytes text, folded; /* where constant */
    struct pattern *pattern;   /* of a regex function, where constant */
    const uint32_t *clause; /* literals, sets ended by NEEDLE_SET_END: one of each must be seen */
    uint32_t clause_count;  /* with the ends; 0: always try */
    const uint32_t *enough; /* literals, one of which seen is a match */
    uint32_t enough_count;
};

struct ranges;
struct value_set;

struct needles {
    bool constant; /* all of them are */
    uint32_t count;
    struct needle *needle; /* of arguments 1, 2, ... of a call */
    struct value_set *set; /* of `in` with constants */
    struct ranges *ranges; /* of ip_in with constants */
};

/* Prepare EXPR's constants in ARENA; patterns go to PATTERNS, known ones come from CACHE (may be
 * NULL).  False and ERR for a pattern that does not
 * compile; a pattern already known to be good is not compiled. */
struct cache;
bool needles_prepare(struct arena *arena, struct patterns *patterns, struct cache *cache,
                     struct expr *expr, const char *file, struct error *err);
/* Into IMAGE (rule/image.h). */
struct image;
void needles_pack(struct image *image, struct needles **slot);
bool needles_have(struct run *run, const struct needles *needles, struct value v);

/* TEXT folded, remembered for the run. */
struct bytes run_fold(struct run *run, struct bytes text);
/* The same, but absent for the first looks at a long text of ASCII: to search it as it is costs less. */
struct bytes run_folded(struct run *run, struct bytes text);
/* factor_odd_case(), remembered for the run. */
bool run_odd_case(struct run *run, struct bytes text);
/* The part of TEXT that starts at OFFSET of its folded form, where offsets agree; else absent. */
struct bytes unfolded(struct bytes text, struct bytes folded, size_t offset, size_t len);

/* Whether any needle of CALL passes TEST, which also says what part of TEXT matched (may be absent).
 * NULL needles are passed over, all NULL is NULL; an UNKNOWN one that nothing outvotes is UNKNOWN. */
struct value needle_any(struct call *call,
                        bool (*test)(struct call *call, struct bytes text,
                                     const struct needle *needle, struct bytes *match_out));

#endif
