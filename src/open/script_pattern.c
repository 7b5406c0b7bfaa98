/* SPDX-License-Identifier: Apache-2.0
 *
 * Patterns: the left side that takes a value apart. */
#include "open/script_eval.h"

void script_declare(struct script *s, const struct script_expression *pattern)
{
    if (pattern == NULL || !script_step(s, 1))
        return;
    switch (pattern->kind) {
    case EX_NAME:
        if (pattern->name != NULL && pattern->a == NULL)
            script_set_local(s, pattern->name, script_unknown());
        else
            script_declare(s, pattern->a); /* a member of an object */
        break;
    case EX_ASSIGN:
    case EX_UNARY:
        script_declare(s, pattern->a);
        break;
    case EX_ARRAY:
    case EX_OBJECT:
        for (const struct script_expression *e = pattern->list; e != NULL; e = e->next)
            script_declare(s, e);
        break;
    default:
        break;
    }
}

/* Item I of V; a character of a string. */
static struct script_value part(struct script *s, struct script_value v, uint32_t i)
{
    if (v.tag == SCRIPT_ARRAY)
        return i < v.array->count ? v.array->item[i] : script_empty();
    if (v.tag == SCRIPT_STRING && s->language == SCRIPT_JS)
        return i < v.len ? script_part(v, i, 1) : script_empty();
    return v.tag == SCRIPT_UNKNOWN || s->language == SCRIPT_JS ? script_unknown()
           : i == 0                                           ? v
                                                              : script_empty();
}

static void assign_list(struct script *s, const struct script_expression *pattern,
                        struct script_value v)
{
    uint32_t i = 0;
    for (struct script_expression *e = pattern->list; e != NULL && script_step(s, 1);
         e = e->next, i++) {
        if (e->kind != EX_UNARY || e->op != OP_SPREAD) {
            script_assign(s, e, part(s, v, i));
            continue;
        }
        struct script_value rest = script_new_array(s, 4);
        for (uint32_t k = i; v.tag == SCRIPT_ARRAY && k < v.array->count && script_step(s, 1); k++)
            script_push(s, rest.array, v.array->item[k]);
        script_assign(s, e->a, v.tag == SCRIPT_ARRAY ? rest : script_unknown());
    }
}

static void assign_members(struct script *s, const struct script_expression *pattern,
                           struct script_value v)
{
    for (struct script_expression *e = pattern->list; e != NULL && script_step(s, 1); e = e->next) {
        struct script_value one;
        if (e->name == NULL)
            one = v; /* ...rest */
        else if (!script_get_member(s, v, e->name, &one))
            one = script_unknown();
        script_assign(s, e->a, one);
    }
}

void script_assign_pattern(struct script *s, struct script_expression *pattern,
                           struct script_value v)
{
    if (!script_step(s, 1) || s->depth >= SCRIPT_EVAL_DEPTH_MAX)
        return;
    s->depth++;
    switch (pattern->kind) {
    case EX_ARRAY:
        assign_list(s, pattern, v);
        break;
    case EX_OBJECT:
        assign_members(s, pattern, v);
        break;
    case EX_ASSIGN: /* a = 1: where nothing was given */
        script_assign(s, pattern->a, v.tag == SCRIPT_EMPTY ? script_evaluate(s, pattern->b) : v);
        break;
    default:
        if (pattern->op == OP_SPREAD)
            script_assign(s, pattern->a, v);
    }
    s->depth--;
}

/* Whether the parameter NAME of F was given among COUNT. */
static bool is_given(const struct script_function *f, const struct script_name *name, uint32_t count)
{
    for (uint32_t i = 0; i < f->parameters && i < count; i++)
        if (f->parameter[i] == name)
            return true;
    return false;
}

void script_preset(struct script *s, const struct script_function *f, uint32_t count)
{
    for (struct script_expression *e = f->preset; e != NULL && script_step(s, 1); e = e->next) {
        if (e->a->kind == EX_NAME && is_given(f, e->a->name, count))
            continue;
        struct script_value v = script_evaluate(s, e->b);
        script_declare(s, e->a);
        script_assign(s, e->a, v);
    }
}
