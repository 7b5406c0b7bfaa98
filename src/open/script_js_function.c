/* SPDX-License-Identifier: Apache-2.0
 *
 * JavaScript's functions, arrows, objects, classes and templates: what holds programs in expressions. */
#include "open/script_js.h"
#include "open/script_value.h"

static struct script_expression *assign_to(struct parser *p, struct script_expression *target,
                                           struct script_expression *value)
{
    struct script_expression *a = script_expression_new(p, EX_ASSIGN);
    a->a = target;
    a->b = value;
    return a;
}

/* E, read as an expression, is a parameter of F: a name, a pattern, one of them = a default, ...rest.
 * Patterns and defaults are assigned before the body. */
static void parameter(struct parser *p, struct script_function *f, struct script_expression *e)
{
    struct script_expression *otherwise = NULL, **last = &f->preset;
    if (e->kind == EX_ASSIGN) {
        otherwise = e->b;
        e = e->a;
    } else if (e->kind == EX_UNARY && e->op == OP_SPREAD) {
        e = e->a;
        f->rest = true;
    }
    struct script_name *name = e->kind == EX_NAME ? e->name : script_name(p->s, BYTES("{pattern}"));
    script_add_parameter(p, f, name);
    while (*last != NULL)
        last = &(*last)->next;
    if (e->kind == EX_NAME && otherwise != NULL) {
        *last = assign_to(p, e, otherwise);
    } else if (e->kind == EX_ARRAY || e->kind == EX_OBJECT) {
        struct script_expression *given = script_expression_new(p, EX_NAME);
        given->name = name;
        *last = assign_to(p, e, given);
    }
}

/* A, b, c: the left spine of commas. */
static void comma_parameters(struct parser *p, struct script_function *f, struct script_expression *e)
{
    struct script_expression *one[64];
    uint32_t count = 0;
    for (; e->kind == EX_BINARY && e->op == OP_COMMA && count < 63; e = e->a)
        one[count++] = e->b;
    for (one[count++] = e; count > 0; count--)
        parameter(p, f, one[count - 1]);
}

/* Parameters and body of a function; its text is kept for functions that read themselves. */
struct script_expression *js_function(struct parser *p, bool declares)
{
    struct script_expression *e = script_expression_new(p, EX_FUNCTION);
    struct script_name *name = NULL;
    size_t from = p->at;
    js_accept(p, SIGN1('*'));
    if (p->token.kind == TOKEN_NAME) {
        name = script_name(p->s, p->token.text);
        js_next(p);
    }
    struct script_function *f = script_function_new(p, name);
    e->function = f;
    f->is_lambda = !declares;
    if (declares && name != NULL)
        name->function = f;
    js_accept(p, SIGN1('('));
    while (p->token.kind != TOKEN_END && !js_accept(p, SIGN1(')')) && !p->s->over)
        if (!js_accept(p, SIGN1(',')))
            parameter(p, f, js_assignment(p));
    js_accept(p, SIGN1('{'));
    f->body = js_block(p);
    f->source = bytes_sub(p->source, from, p->at - from);
    js_accept(p, SIGN1('}'));
    return e;
}

/* => { body } or => value, behind PARAMETERS, which were read as an expression (NULL: none). */
struct script_expression *js_arrow(struct parser *p, struct script_expression *parameters)
{
    struct script_expression *e = script_expression_new(p, EX_FUNCTION);
    struct script_function *f = e->function = script_function_new(p, NULL);
    f->is_lambda = true;
    if (parameters != NULL)
        comma_parameters(p, f, parameters);
    size_t from = p->at;
    js_next(p);
    if (js_accept(p, SIGN1('{'))) {
        f->body = js_block(p);
        f->source = bytes_sub(p->source, from, p->at - from);
        js_accept(p, SIGN1('}'));
    } else {
        f->body = script_statement_new(p, ST_RETURN);
        f->body->a = js_assignment(p);
        f->source = bytes_sub(p->source, from, p->at - from);
    }
    return e;
}

/* Words before a member's name. */
static bool is_modifier(const struct parser *p)
{
    return js_is_word(p, "static") || js_is_word(p, "async") || js_is_word(p, "get") || js_is_word(p, "set");
}

/* One member of an object, a class or a pattern: name: value, name, name = value, name() {}, ...rest. */
static struct script_expression *object_row(struct parser *p)
{
    struct script_expression *row = script_expression_new(p, EX_NAME);
    if (js_accept(p, SIGN3('.', '.', '.'))) {
        row->a = script_expression_new(p, EX_UNARY);
        row->a->op = OP_SPREAD;
        row->a->a = js_assignment(p);
        return row;
    }
    struct bytes name = p->token.text;
    for (bool modifies = is_modifier(p); modifies; modifies = is_modifier(p)) {
        js_next(p);
        if (p->token.kind == TOKEN_SIGN && !token_is_sign(p, SIGN1('[')) &&
            !token_is_sign(p, SIGN1('*')) && !token_is_sign(p, SIGN1('#')))
            break; /* the word was the name */
        name = p->token.text;
    }
    js_accept(p, SIGN1('*'));
    js_accept(p, SIGN1('#'));
    if (js_accept(p, SIGN1('['))) {
        row->b = js_assignment(p);
        js_accept(p, SIGN1(']'));
        name = row->b->kind == EX_CONSTANT ? script_to_utf8(p->s, row->b->constant) : BYTES("");
    } else if (p->token.kind != TOKEN_SIGN) {
        name = p->token.text;
        js_next(p);
    }
    row->name = script_name(p->s, name);
    if (js_accept(p, SIGN1(':'))) {
        row->a = js_assignment(p);
    } else if (token_is_sign(p, SIGN1('('))) {
        row->a = js_function(p, false);
    } else {
        struct script_expression *itself = script_expression_new(p, EX_NAME);
        itself->name = row->name;
        row->a = js_accept(p, SIGN1('=')) ? assign_to(p, itself, js_assignment(p)) : itself;
    }
    return row;
}

struct script_expression *js_object(struct parser *p)
{
    struct script_expression *e = script_expression_new(p, EX_OBJECT), **last = &e->list;
    while (p->token.kind != TOKEN_END && !js_accept(p, SIGN1('}')) && !p->s->over) {
        if (js_accept(p, SIGN1(',')) || js_accept(p, SIGN1(';')))
            continue;
        size_t at = p->at;
        *last = object_row(p);
        last = &(*last)->next;
        if (p->at == at)
            js_next(p);
    }
    return e;
}

/* A class is the object of its members. */
struct script_expression *js_class(struct parser *p, struct script_name **name_out)
{
    *name_out = NULL;
    if (p->token.kind == TOKEN_NAME && !js_is_word(p, "extends")) {
        *name_out = script_name(p->s, p->token.text);
        js_next(p);
    }
    if (js_accept_word(p, "extends"))
        js_postfix(p);
    js_accept(p, SIGN1('{'));
    return js_object(p);
}

/* `text ${expression} text`: its pieces joined; expressions are read by themselves. */
struct script_expression *js_template(struct parser *p)
{
    struct bytes rest = p->token.text;
    struct script_expression *e = script_constant(p, script_of_utf8(p->s, BYTES("")));
    js_next(p);
    while (rest.len > 0 && !p->s->over) {
        size_t begin = bytes_find(rest, BYTES("${"), 0), end;
        struct bytes text = bytes_sub(rest, 0, begin == BYTES_NPOS ? rest.len : begin);
        e = script_binary(p, OP_ADD, e,
                          script_constant(p, script_of_utf8(p->s, js_unescaped(p, text))));
        if (begin == BYTES_NPOS || script_too_deep(p))
            break;
        end = js_braces_end(rest, begin + 2);
        struct parser inner = {.s = p->s,
                               .source = bytes_sub(rest, begin + 2, end - begin - 2),
                               .depth = p->depth + 1};
        js_next(&inner);
        e = script_binary(p, OP_ADD, e, js_expression(&inner));
        rest = bytes_from(rest, end + 1);
    }
    return e;
}
