/* SPDX-License-Identifier: Apache-2.0
 *
 * A pull reader for the XML of Office parts: tags, attributes, text, in one pass over the bytes.
 *
 * No entities are defined, no external thing is read, nesting is not tracked: a document that is
 * not well-formed
 * is read as far as its tags can be told.  UTF-16 parts (a way to hide from byte searches) are
 * read through
 * xml_begin.  Cost O(bytes). */
#ifndef NOROSHI_OPEN_XML_H
#define NOROSHI_OPEN_XML_H

#include "base/arena.h"

enum xml_event { XML_OPEN, XML_CLOSE, XML_TEXT };

struct xml {
    struct arena *arena;
    struct bytes rest;
    enum xml_event event;
    struct bytes name;       /* local name of a tag, without prefix */
    struct bytes attributes; /* raw text between name and end */
    bool empty;              /* <tag/>: no close event follows */
    struct bytes text;       /* of XML_TEXT, raw */
};

/* Read CONTENT: UTF-8, or UTF-16 with a byte order mark. */
void xml_begin(struct xml *xml, struct arena *arena, struct bytes content);
/* The next event; false at the end. */
bool xml_next(struct xml *xml);
/* The decoded value of the attribute with local NAME of the current tag; absent where it has none.
 * */
struct bytes xml_attribute(const struct xml *xml, const char *name);
/* S with its character references and the five entities resolved: S itself where it has none. */
struct bytes xml_decode(struct arena *arena, struct bytes s);
static inline bool xml_is(const struct xml *xml, const char *name)
{
    return bytes_equal(xml->name, bytes_of_string(name));
}

#endif
