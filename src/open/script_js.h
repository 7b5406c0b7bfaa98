/* SPDX-License-Identifier: Apache-2.0
 *
 * What the two files of JavaScript's parser share (script_js.c: statements and operators;
 * script_js_function.c: functions, objects, classes, templates).  Each reads what begins at the current
 * token and leaves the one behind it. */
#ifndef NOROSHI_OPEN_SCRIPT_JS_H
#define NOROSHI_OPEN_SCRIPT_JS_H

#include "open/script_parse.h"

struct script_expression *js_expression(struct parser *p); /* with commas */
struct script_expression *js_assignment(struct parser *p); /* without */
struct script_expression *js_postfix(struct parser *p);
/* Statements up to the closing brace, which is left. */
struct script_statement *js_block(struct parser *p);
/* Behind the word function, or at a method's parameters; DECLARES: its name is known outside. */
struct script_expression *js_function(struct parser *p, bool declares);
/* At =>, behind PARAMETERS, which were read as an expression (NULL: none). */
struct script_expression *js_arrow(struct parser *p, struct script_expression *parameters);
/* Behind the opening brace. */
struct script_expression *js_object(struct parser *p);
/* Behind the word class: the object of its members; its name in *NAME_OUT or NULL. */
struct script_expression *js_class(struct parser *p, struct script_name **name_out);
struct script_expression *js_template(struct parser *p);

static inline bool js_is_word(const struct parser *p, const char *word)
{
    return p->token.kind == TOKEN_NAME && bytes_equal(p->token.text, bytes_of_string(word));
}

static inline bool js_accept_word(struct parser *p, const char *word)
{
    if (!js_is_word(p, word))
        return false;
    js_next(p);
    return true;
}

static inline bool js_accept(struct parser *p, uint32_t sign)
{
    if (!token_is_sign(p, sign))
        return false;
    js_next(p);
    return true;
}

#endif
