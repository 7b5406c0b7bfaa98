/* SPDX-License-Identifier: Apache-2.0 */
#include "open/script_parse.h"

#include "open/opener.h"

bool script_too_deep(struct parser *p)
{
    if (p->depth < SCRIPT_PARSE_DEPTH_MAX)
        return false;
    node_limit(p->s->node, LIMIT_DEPTH);
    return true;
}

/* The tree lives as long as the artifact's: its pieces count with what is decoded. */
static void *piece_new(struct parser *p, size_t size)
{
    if (!p->s->over && !open_take_bytes(p->s->node, size))
        p->s->over = true;
    return arena_alloc(p->s->arena, size);
}

struct script_expression *script_expression_new(struct parser *p, enum script_expression_kind kind)
{
    struct script_expression *e = piece_new(p, sizeof *e);
    e->kind = kind;
    script_step(p->s, 1);
    return e;
}

struct script_expression *script_constant(struct parser *p, struct script_value v)
{
    struct script_expression *e = script_expression_new(p, EX_CONSTANT);
    e->constant = v;
    return e;
}

struct script_expression *script_binary(struct parser *p, enum script_op op,
                                        struct script_expression *a, struct script_expression *b)
{
    struct script_expression *e = script_expression_new(p, EX_BINARY);
    e->op = op;
    e->a = a;
    e->b = b;
    return e;
}

struct script_statement *script_statement_new(struct parser *p, enum script_statement_kind kind)
{
    struct script_statement *st = piece_new(p, sizeof *st);
    st->kind = kind;
    return st;
}

struct script_function *script_function_new(struct parser *p, struct script_name *name)
{
    struct script_function *f = piece_new(p, sizeof *f);
    f->name = name;
    *p->s->last_function = f;
    p->s->last_function = &f->next;
    return f;
}

void script_add_parameter(struct parser *p, struct script_function *function,
                          struct script_name *name)
{
    if (function->parameters >= 64)
        return;
    if ((function->parameters & 7) == 0) {
        struct script_name **grown =
            arena_array_of(p->s->arena, function->parameters + 8, struct script_name *);
        for (uint32_t i = 0; i < function->parameters; i++)
            grown[i] = function->parameter[i];
        function->parameter = grown;
    }
    function->parameter[function->parameters++] = name;
}

struct script_statement *script_parse(struct script *s, struct bytes source)
{
    return s->language == SCRIPT_JS   ? script_parse_js(s, source)
           : s->language == SCRIPT_PS ? script_parse_ps(s, source)
                                      : script_parse_vb(s, source);
}
