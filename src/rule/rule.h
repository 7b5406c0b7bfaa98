/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: YAML envelopes whose `source` is an expression over a data model (doc/rules.md, doc/mql.md).
 *
 * rule_set_load() reads files and directories, types every rule and compiles those that pass into one
 * shared graph; a rule that does not pass is a problem of that rule alone and the others go on.
 * rule_set_run() evaluates all rules over one model: matched with its evidence, or undecided with what
 * was missing; a rule in neither list did not match.  Nothing is written to the set but lazily compiled
 * patterns, so one set serves every message of a process (not two threads at once).
 *
 * Evidence is the deciding leaves: the string that decided (a slice of a node wherever the model's
 * string is one, so tree_owner() maps it to a place), its model path, and the part that matched. */
#ifndef NOROSHI_RULE_RULE_H
#define NOROSHI_RULE_RULE_H

#include "base/error.h"
#include "observe/capability.h"
#include "observe/model.h"
#include "rule/profile.h"

enum rule_type {
    RULE_TYPE_rule,
    RULE_TYPE_query,
    RULE_TYPE_dlp,
    RULE_TYPE_exclusion,
    RULE_TYPE_triage_rule
};

/* How much what a rule over a script saw can carry (doc/scripts.md); more is later. */
enum rule_strength {
    RULE_STRENGTH_none,
    RULE_STRENGTH_weak,
    RULE_STRENGTH_odd,
    RULE_STRENGTH_strong,
    RULE_STRENGTH_link,
    RULE_STRENGTH_flow
};

struct expr;
struct rule_set;

/* What our own rules say under `x-noroshi:`; absent fields have at == NULL. */
struct rule_extension {
    bool present;
    struct bytes kind;     /* of evidence: sender link lure attachment structure ... */
    struct bytes category; /* "credential phishing" */
    struct bytes say[2];   /* English, Japanese */
    struct bytes *technique, *speaks_for; /* ATT&CK ids; families or actors */
    uint32_t technique_count, speaks_for_count;
    double weight; /* log-odds; 0 where not given */
    bool has_weight;
    enum rule_strength strength; /* none where not given */
    struct bytes decides;        /* what a script is where this is the first that matches */
};

struct rule {
    struct bytes name, id, severity, description, file;
    uint32_t line, column; /* of the first character of the source */
    uint32_t number;       /* in its set */
    enum rule_type type;
    enum type root; /* the type of model it is over */
    struct bytes *tag, *attack_type;
    uint32_t tag_count, attack_type_count;
    struct rule_extension x;
    struct expr *tree;  /* as written, typed; NULL out of the cache */
    struct expr *graph; /* shared; NULL before compilation */
    struct bytes lists; /* those it reads that nobody configured: "list:org_vips, list:..." */
};

/* Why a rule was refused, or a list was. */
struct rule_problem {
    struct error err;
    struct bytes rule; /* its name; absent where that could not be read */
    bool retired;      /* `source: false`: withdrawn by its author */
};

struct rule_options {
    const char *const *path; /* files and directories of rules */
    uint32_t path_count;
    const char *const *list_path; /* files and directories of lists */
    uint32_t list_path_count;
    const char *source;     /* one expression more, as rule "expression"; NULL: none */
    const char *cache_path; /* compiled automata; NULL: none */
    bool strict;            /* the public language only */
    bool kleene_lambdas;    /* any(), all(): a null element is null, not untrue (doc/mql.md) */
    bool check_only;        /* types only, nothing is compiled */
    bool run_only;          /* rules need no tree as written: all may come from the cache */
};

/* The set of rules in OPTIONS' paths, under PARENT; NULL and ERR where a path cannot be read. */
struct rule_set *rule_set_load(const void *parent, const struct rule_options *options,
                               struct error *err);
/* The same of rules in TEXT, which is called FILE in messages; OPTIONS' paths are read too. */
struct rule_set *rule_set_read(const void *parent, const struct rule_options *options,
                               struct bytes text, const char *file, struct error *err);
/* Whether a rule of SET asks pages by XPath. */
bool rule_set_asks_pages(const struct rule_set *set);
uint32_t rule_set_count(const struct rule_set *set);
const struct rule *rule_set_rule(const struct rule_set *set, uint32_t number);
/* The rule of that id, name or file name (without .yml), or NULL. */
const struct rule *rule_set_find(const struct rule_set *set, struct bytes what);
uint32_t rule_set_problem_count(const struct rule_set *set);
const struct rule_problem *rule_set_problem(const struct rule_set *set, uint32_t number);

struct rule_leaf {
    struct bytes condition; /* as written, at most 200 bytes; absent unless it was asked for */
    struct bytes path;  /* body.links[2].href_url.domain.domain; absent: derived by a function */
    struct bytes value; /* the whole string that was tested; absent where it was no string */
    struct bytes match; /* the part of VALUE that matched; absent where there is none */
};

struct rule_hit {
    const struct rule *rule;
    struct rule_leaf *leaf;
    uint32_t leaf_count;
    struct value value; /* of a query; true for all others */
};

struct rule_gap {
    const struct rule *rule;
    uint32_t needs;    /* set of capabilities */
    struct bytes text; /* "list:org_vips, link_analysis" */
};

struct rule_result {
    struct rule_hit *hit; /* in rule order */
    uint32_t hit_count;
    struct rule_gap *undecided;
    uint32_t undecided_count;
    uint32_t started; /* rules that were evaluated at all */
};

struct rule_run_options {
    const struct profile_source *profile; /* NULL: an empty store, first contact assumed */
    struct rule_costs *costs; /* charge expressions here (rule/cost.h); NULL: nowhere */
    bool naive;              /* as written: no sharing, no order, no gates; the oracle of tests */
    bool no_evidence;        /* hits without leaves */
    bool want_conditions;    /* all leaves, with their condition as written; else those with a text, up to
                                the first that also has a match and a place */
    bool no_queries;         /* only what can match: queries show values and judge nothing */
    const struct rule *only; /* just this rule; NULL: all */
};

/* Evaluate SET's rules whose root type is that of MODEL; everything in RESULT lives in ARENA. */
void rule_set_run(const struct rule_set *set, struct model *model, struct arena *arena,
                  const struct rule_run_options *options, struct rule_result *result);

#endif
