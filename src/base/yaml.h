/* SPDX-License-Identifier: Apache-2.0
 *
 * A strict reader of the small part of YAML that rules and knowledge are written in.
 *
 * In: the whole text of a file.  Out: a tree of maps, sequences and scalars, every one with the line
 * and column it stands at, so that an error inside a block scalar (a rule's source) can be told at its
 * place in the file.  Read: block maps and sequences, flow sequences and maps, plain, single and double
 * quoted scalars (also over several lines), `|` and `>` with their chomping marks, comments, one `---`.
 * Refused, with a reason: anchors, aliases, tags, directives, tabs as indentation, several documents,
 * duplicate keys, nesting deeper than 16, files over 64 MB.  Nothing expands, so there are no bombs.
 * Scalars are never typed here: `1`, `true` and `~` are text; ask yaml_bool() or yaml_number().
 *
 * Cost O(bytes) and one arena piece per node; plain scalars on one line are slices of the text, which
 * must outlive the tree. */
#ifndef NOROSHI_BASE_YAML_H
#define NOROSHI_BASE_YAML_H

#include "base/arena.h"
#include "base/error.h"

enum yaml_kind { YAML_NULL, YAML_SCALAR, YAML_SEQUENCE, YAML_MAP };
enum yaml_style { YAML_PLAIN, YAML_SINGLE, YAML_DOUBLE, YAML_LITERAL, YAML_FOLDED };

struct yaml_row {
    struct bytes key;      /* absent in a sequence */
    uint32_t line, column; /* of the key, or of the item */
    struct yaml *value;    /* never NULL */
};

struct yaml {
    enum yaml_kind kind;
    enum yaml_style style; /* of a scalar */
    uint32_t line, column; /* 1-based; of a LITERAL: the first character of its content */
    struct bytes text;     /* of a scalar, decoded; empty but present for YAML_NULL */
    uint32_t count;
    struct yaml_row *row; /* of a map or sequence, in order */
};

/* The tree of TEXT, or NULL and ERR (with FILE as its file name, line and column).  An empty document
 * is a YAML_NULL. */
struct yaml *yaml_parse(struct arena *arena, struct bytes text, const char *file,
                        struct error *err);
/* The value of KEY in a map; NULL where MAP is NULL, no map, or has no such key. */
const struct yaml *yaml_get(const struct yaml *map, const char *key);
/* The text of a scalar; absent for anything else and for NULL. */
struct bytes yaml_text(const struct yaml *yaml);
/* yaml_text(yaml_get(map, key)). */
struct bytes yaml_get_text(const struct yaml *map, const char *key);
/* Whether YAML is the plain scalar true or false. */
bool yaml_bool(const struct yaml *yaml, bool *out);
/* Whether YAML is a plain number (decimal, optional sign, fraction and exponent). */
bool yaml_number(const struct yaml *yaml, double *out);

#endif
