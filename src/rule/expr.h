/* SPDX-License-Identifier: Apache-2.0
 *
 * Expressions of the rule language: what the parser makes, the checker types, the compiler shares and
 * the evaluator walks.  One structure for all four, so that a rule can be run exactly as written (for
 * `explain`, and as the oracle of the property test) or as part of the shared graph.
 *
 * An item of a lambda is named by LEVEL: 0 for the outermost lambda, 1 for one inside it.  After
 * sharing, an item also holds the array it runs over as child 0, so equal bodies over equal arrays are
 * one node.  DEPS is the set of levels a value depends on; 0 means it is the same all over the message. */
#ifndef NOROSHI_RULE_EXPR_H
#define NOROSHI_RULE_EXPR_H

#include "base/arena.h"
#include "base/error.h"
#include "observe/schema.h"

#define EXPR_LEVEL_MAX 16          /* lambdas inside lambdas */
#define EXPR_DEPTH_MAX 256         /* nested expressions */
#define EXPR_COUNT_MAX (64 * 1024) /* nodes in one rule */
#define EXPR_NO_MEMO UINT32_MAX

enum op {
#define OP(id, what) OP_##id,
#include "rule/op.def"
#undef OP
    OP_COUNT
};
extern const char *const op_names[OP_COUNT];

enum base {
    BASE_NULL, /* the literal null: any scalar */
    BASE_BOOL,
    BASE_INT,
    BASE_FLOAT,
    BASE_STRING,
    BASE_JSON,
    BASE_OBJECT,
    BASE_ANY, /* the element of [] */
};

/* A static type: BASE (of OBJECT: which), MAP 1 for a map to it, 2 for a map to arrays of it, and
 * ARRAYS levels of array around that. */
struct typing {
    uint8_t base, map, arrays, spare;
    uint32_t object; /* enum type */
};

struct list;
struct gate;
struct needles;
struct page_need;

struct expr {
    /* what the evaluator reads stands together, in one line of cache */
    uint8_t op;    /* enum op */
    uint8_t level; /* of an ITEM, and the level a lambda binds */
    bool shared;   /* part of the graph: children sorted, may have a memo */
    bool shuts;    /* of the graph: may be known untrue for all items from gates alone */
    uint32_t memo; /* slot, or EXPR_NO_MEMO */
    uint32_t deps;
    uint32_t count;
    struct expr **child;
    uint32_t field;      /* slot number of FIELD */
    uint32_t positional; /* of CALL: children that are not options; of FIELD: the type it is one of */
    struct value constant; /* of CONSTANT; N of OF */
    uint32_t function; /* of CALL: 1 + enum function; 0: none (rule/function.h) */
    uint32_t fixed;    /* of CALL: children that are not repeated */
    struct gate *gate; /* literals that must have been seen (rule/prefilter.h), or NULL */
    struct needles *needles; /* prepared constants of a CALL or IN, or NULL (rule/needle.h) */
    struct list *list;
    uint32_t number;   /* of the graph: its place in graph.node */
    struct page_need *need; /* of ANY over html.xpath in the graph, or NULL (rule/page_need.h) */
    struct expr *page; /* of html.xpath in the graph: the source text of its page, for its gate */
    const struct expr *written; /* as its author wrote it, where rule/rewrite.c changed it */
    /* the rest is for the checker and the compiler */
    uint8_t cost;    /* 0 cheapest */
    bool checked;    /* typed already: the middle of a < b < c stands in two places */
    bool rare;       /* of the graph: hardly ever true, and cheap to tell: first in an `and` */
    bool open_ended; /* of the graph: may be UNKNOWN */
    struct typing type;
    uint32_t line, column; /* in its file */
    struct bytes text; /* a NAME's, a FIELD's, a CALL's or a LIST's name; a named argument's name */
    uint64_t hash;
};

/* "string", "[Link]", "map of strings" for messages. */
struct bytes typing_name(struct arena *arena, struct typing type);
static inline bool typing_is_scalar(struct typing t)
{
    return t.arrays == 0 && t.map == 0 && t.base != BASE_OBJECT;
}
/* The type of a model field. */
struct typing typing_of_field(const struct field_row *field);

/* The expression of SOURCE, names unresolved, in ARENA; NULL and ERR.  LINE and COLUMN (1-based) are
 * the place of its first character in FILE; INDENT what every further line lost (a block scalar). */
struct source {
    struct bytes text;
    const char *file;
    uint32_t line, column, indent;
};
struct expr *expr_parse(struct arena *arena, const struct source *source, struct error *err);
/* The expression written out on one line, for messages and as a model path; at most MAX bytes. */
struct bytes expr_text(struct arena *arena, const struct expr *expr, size_t max);

#endif
