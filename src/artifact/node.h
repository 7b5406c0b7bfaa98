/* SPDX-License-Identifier: Apache-2.0
 *
 * The artifact tree: everything scanned is a node.
 *
 * A node is decoded bytes with a kind found from the bytes, a declared name and type, a parent, children,
 * anomalies and facts.  A mail's children are its parts, a zip's its members, a document's its macros, a
 * script's what it decodes to, an image's its layers and their files.  Openers (open/opener.h) hang
 * children below; the tree only keeps them and numbers them.
 *
 * A node's PATH is its place: "0" is the artifact, "0.2.1" the first child of its second child.
 * Evidence is (path, offset, length) into `content`.
 *
 * Everything lives in the arena of the scan.  Nodes, bytes and depth are drawn from the budget;
 * node_add answers NULL when that is spent, after an anomaly on the parent.  Nothing here fails. */
#ifndef NOROSHI_ARTIFACT_NODE_H
#define NOROSHI_ARTIFACT_NODE_H

#include "base/arena.h"
#include "base/limit.h"
#include "base/value.h"

enum kind {
#define KIND(id, name, extension, type, what) KIND_##id,
#include "artifact/kind.def"
#undef KIND
    KIND_COUNT
};

enum anomaly_code {
#define ANOMALY(id, name, severity, blocks, what) ANOMALY_##id,
#include "artifact/anomaly.def"
#undef ANOMALY
    ANOMALY_COUNT
};

enum fact_code {
#define FACT(id, name, type, what) FACT_##id,
#include "artifact/fact.def"
#undef FACT
    FACT_COUNT
};

enum fact_type {
    FACT_TYPE_BOOL,
    FACT_TYPE_INT,
    FACT_TYPE_FLOAT,
    FACT_TYPE_STRING,
    FACT_TYPE_STRINGS,
    FACT_TYPE_MAP
};

struct kind_row {
    const char *name, *extension, *media_type, *what;
};
struct anomaly_row {
    const char *name, *what;
    uint8_t severity; /* 0 note, 1 odd, 2 suspicious in itself */
    bool blocks;      /* content was not looked at: never clean */
};
struct fact_row {
    const char *name, *what;
    enum fact_type type;
};
extern const struct kind_row kind_rows[KIND_COUNT];
extern const struct anomaly_row anomaly_rows[ANOMALY_COUNT];
extern const struct fact_row fact_rows[FACT_COUNT];

struct anomaly {
    struct anomaly *next;
    enum anomaly_code code;
    size_t offset, len; /* bytes of node->content, or of node->raw where in_raw */
    bool in_raw;
    struct bytes detail; /* one phrase, UTF-8; absent where the code says all */
};

struct fact {
    struct fact *next;
    enum fact_code code;
    struct value value;
};

struct tree;      /* one artifact's tree */
struct mime_part; /* open/mime.h */

struct node {
    struct tree *tree;
    struct node *parent, *first_child, *last_child, *next; /* next: the next sibling */
    uint32_t id;                                           /* 0, 1, ... in order of making */
    uint32_t depth;                                        /* 0: the artifact */
    uint32_t ordinal;                                      /* 1-based place among its siblings */
    enum kind kind;
    bool opened;  /* an opener has been here */
    bool is_view; /* derived text (decoded layer, text of a page), not bytes somebody attached */
    struct bytes
        raw; /* as transported (encoded part, compressed member); absent where it is content */
    struct bytes content; /* decoded */
    struct bytes name; /* declared name, UTF-8, as given: may hold paths and control characters */
    struct bytes type; /* declared media type, lower case, without parameters; absent where none */
    struct bytes charset; /* declared charset; absent where none */
    struct bytes text,
        text_other; /* content as UTF-8 once asked for: node_text(), artifact/node_text.h */
    const struct mime_part
        *part; /* what the mail around it says of it (open/mime.h); NULL outside mail */
    struct anomaly *first_anomaly, *last_anomaly;
    struct fact *first_fact, *last_fact;
    void *
        own; /* the opener's own structure: struct mime_message, struct html_doc, ...; see its header */
};

struct tree {
    struct arena *arena;
    struct budget *budget;
    struct node *root;
    struct node **node; /* by id */
    uint32_t count, capacity;
    struct bytes *password;        /* candidates collected so far (open/password.h) */
    struct bytes *password_phrase; /* what gave each of them */
    uint32_t password_nodes;       /* nodes already searched for candidates */
    uint32_t password_count, password_capacity;
    bool page_trees; /* pages are read with their trees (open/html_tree.h): somebody will ask */
};

/* A tree over CONTENT (not copied), whose root has kind UNKNOWN and NAME. */
struct tree *tree_new(struct arena *arena, struct budget *budget, struct bytes content,
                      struct bytes name);

/* Hang a new node over CONTENT below PARENT (last).  NULL, and an anomaly on PARENT, over a limit. */
struct node *node_add(struct node *parent, struct bytes content, struct bytes name);
/* Record an anomaly on NODE about LEN bytes at OFFSET of its content; DETAIL may be absent. */
void node_anomaly(struct node *node, enum anomaly_code code, size_t offset, size_t len,
                  struct bytes detail);
/* The same, about node->raw. */
void node_anomaly_raw(struct node *node, enum anomaly_code code, size_t offset, size_t len,
                      struct bytes detail);
/* LIMIT_EXCEEDED with the limit's name as detail, once per node and limit. */
void node_limit(struct node *node, enum limit limit);
bool node_has_anomaly(const struct node *node, enum anomaly_code code);

void node_fact(struct node *node, enum fact_code code, struct value value);
void node_fact_string(struct node *node, enum fact_code code, struct bytes s);
void node_fact_int(struct node *node, enum fact_code code, int64_t n);
void node_fact_bool(struct node *node, enum fact_code code, bool b);
/* Append S to a STRINGS fact; duplicates are kept once; at most 4,096 per fact. */
void node_fact_add(struct node *node, enum fact_code code, struct bytes s);
/* Append KEY: V to a MAP fact; at most 4,096 rows. */
void node_fact_pair(struct node *node, enum fact_code code, struct bytes key, struct value v);
/* UNSET where NODE has no such fact. */
struct value node_get(const struct node *node, enum fact_code code);

/* "0.2.1" into ARENA. */
struct bytes node_path(struct arena *arena, const struct node *node);
/* The node of that path, or NULL. */
struct node *tree_find(const struct tree *tree, struct bytes path);
/* The node (latest made) whose content holds INNER's memory, or NULL; its offset there. */
struct node *tree_owner(const struct tree *tree, struct bytes inner, size_t *offset_out);
/* The next node after NODE in depth-first order below (and without) ROOT; NULL at the end. */
struct node *node_walk(const struct node *root, const struct node *node);

#endif
