/* SPDX-License-Identifier: Apache-2.0
 *
 * The words of a JavaScript text: identifiers, keywords, strings, regular expressions, tokens.
 *
 * A lexer after ECMA-262, section 12, not a parser: template literals are read as strings, a slash
 * is a regular expression where an operand may stand.  What does not lex is skipped.  Each word
 * once, in order; at most SCRIPT_WORDS_MAX of each sort.  Linear. */
#ifndef NOROSHI_OBSERVE_SCRIPT_WORDS_H
#define NOROSHI_OBSERVE_SCRIPT_WORDS_H

#include "observe/model.h"
#include "open/html.h"

#define SCRIPT_WORDS_MAX 10000

/* Fill all slots of OBJECT, a StrelkaJavascript, from TEXT. */
void script_words_fill(struct object *object, struct bytes text);
/* The text of all inline scripts and event handlers of DOC, one after the other. */
struct bytes script_words_of_page(struct model *model, const struct html_doc *doc);

#endif
