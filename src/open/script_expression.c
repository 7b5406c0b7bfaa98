/* SPDX-License-Identifier: Apache-2.0 */
#include "open/script_eval.h"

#include "artifact/identify.h"
#include "base/table.h"

/* String.fromCharCode(...) and Array(...) of a program written as numbers. */
#define ARGUMENTS_MOST 65536u
#define FILE_BYTES_MIN 40u

uint32_t script_arguments(struct script *s, struct script_expression *list,
                          struct script_value **out)
{
    uint32_t count = 0, wanted = 0;
    for (const struct script_expression *e = list; e != NULL && wanted < ARGUMENTS_MOST;
         e = e->next)
        wanted++;
    if (wanted > SCRIPT_ARGUMENTS_MAX)
        *out = arena_array_of(s->arena, wanted, struct script_value);
    for (; list != NULL && count < wanted; list = list->next) {
        struct script_value v = script_evaluate(s, list);
        bool spread = list->kind == EX_UNARY && list->op == OP_SPREAD && v.tag == SCRIPT_ARRAY;
        if (spread && wanted - 1 + v.array->count > SCRIPT_ARGUMENTS_MAX &&
            v.array->count < ARGUMENTS_MOST && wanted < ARGUMENTS_MOST) {
            struct script_value *grown =
                arena_array_of(s->arena, wanted + v.array->count, struct script_value);
            if (count > 0)
                memcpy(grown, *out, count * sizeof *grown);
            s->made_bytes += (wanted + v.array->count) * sizeof *grown;
            *out = grown;
            wanted += v.array->count;
        } else if (spread) {
            wanted = wanted - 1 + v.array->count;
        }
        for (uint32_t i = 0; spread && i < v.array->count && count < wanted; i++)
            (*out)[count++] = v.array->item[i];
        if (!spread)
            (*out)[count++] = v;
    }
    return count;
}

struct bytes script_argument(struct script *s, struct script_value *argument, uint32_t count,
                             uint32_t i)
{
    return i < count ? script_to_utf8(s, argument[i]) : BYTES("");
}

double script_number_or(struct script *s, struct script_value *argument, uint32_t count, uint32_t i,
                        double otherwise)
{
    double n;
    return i < count && argument[i].tag != SCRIPT_EMPTY && script_to_number(s, argument[i], &n)
               ? n
               : otherwise;
}

/* a & b & c & ...: the left spine is walked, not recursed, so that a thousand pieces are no depth.
 * */
static struct script_value join_spine(struct script *s, struct script_expression *e)
{
    uint32_t count = 0;
    for (const struct script_expression *at = e; at->kind == EX_BINARY && at->op == e->op;
         at = at->a)
        count++;
    struct script_expression **spine = arena_array_of(s->arena, count, struct script_expression *);
    s->made_bytes += count * sizeof *spine;
    for (uint32_t i = count; i > 0; i--) {
        spine[i - 1] = e;
        e = e->a;
    }
    struct script_value v = script_evaluate(s, e);
    for (uint32_t i = 0; i < count && !s->over; i++)
        v = script_binary_value(s, spine[i]->op, v, script_evaluate(s, spine[i]->b));
    return v;
}

static struct script_value logic(struct script *s, struct script_expression *e)
{
    struct script_value a = script_evaluate(s, e->a);
    int truth = script_to_truth(s, a);
    if (truth == (e->op == OP_ANY))
        return a;
    s->unknowns += truth < 0;
    s->unsure += truth < 0;
    struct script_value b = script_evaluate(s, e->b);
    s->unsure -= truth < 0;
    return truth < 0 ? script_unknown() : b;
}

/* One item of an array or string by number; a property of an object by name. */
static struct script_value item(struct script *s, struct script_value self,
                                struct script_value index)
{
    double n;
    if (self.tag == SCRIPT_OBJECT) {
        struct script_value *at =
            script_property(s, self.object, script_name(s, script_to_utf8(s, index)), false);
        return at == NULL ? script_unknown() : *at;
    }
    if (s->language == SCRIPT_PS && index.tag == SCRIPT_ARRAY) { /* $x[1,3,5] */
        struct script_value out = script_new_array(s, index.array->count);
        for (uint32_t i = 0; i < index.array->count && script_step(s, 1); i++)
            if (index.array->item[i].tag != SCRIPT_ARRAY)
                script_push(s, out.array, item(s, self, index.array->item[i]));
        return out;
    }
    if (index.tag == SCRIPT_STRING && s->language == SCRIPT_JS &&
        (index.len == 0 || index.text[0] > '9')) {
        struct script_value out; /* x["length"] */
        if (script_get_member(s, self, script_name(s, script_to_utf8(s, index)), &out))
            return out;
    }
    if (!script_to_number(s, index, &n))
        return script_unknown();
    uint32_t count = self.tag == SCRIPT_ARRAY    ? self.array->count
                     : self.tag == SCRIPT_STRING ? self.len
                                                 : 0;
    if (n < 0 && s->language == SCRIPT_PS)
        n += count;
    if (!(n >= 0 && n < count))
        return self.tag == SCRIPT_UNKNOWN ? script_unknown() : script_empty();
    if (self.tag == SCRIPT_ARRAY)
        return self.array->item[(uint32_t)n];
    struct script_value c = script_part(self, script_integer(n), 1);
    c.is_char = s->language == SCRIPT_PS;
    return c;
}

static struct script_value items(struct script *s, struct script_value self,
                                 struct script_value *argument, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        self = item(s, self, argument[i]);
    return self;
}

/* Names of the object that holds JavaScript's globals. */
static bool is_global(const struct script_expression *e)
{
    static const char *const names[] = {"window", "self", "globalThis", "top", "this", "global"};
    for (size_t i = 0; e->kind == EX_NAME && i < sizeof names / sizeof names[0]; i++)
        if (bytes_equal(e->name->text, bytes_of_string(names[i])))
            return true;
    return false;
}

static struct script_value member(struct script *s, struct script_expression *e)
{
    struct script_value self = script_evaluate(s, e->a), out;
    if (s->language == SCRIPT_PS && e->a->kind == EX_TYPE) /* [Text.Encoding]::Unicode */
        return script_new_object(s, e->name->text);
    if (script_get_member(s, self, e->name, &out))
        return out;
    if (s->language == SCRIPT_VB && e->name->function != NULL && self.tag != SCRIPT_OBJECT)
        return script_call_function(s, e->name->function, NULL, 0);
    if (self.tag == SCRIPT_UNKNOWN && e->name->set &&
        (s->language != SCRIPT_JS || is_global(e->a))) /* Module1.Constant, window.x */
        return e->name->value;
    return s->language == SCRIPT_VB ? script_method(s, self, e->name, NULL, 0) : script_unknown();
}

/* A function's changes to its arguments go back to plain variables (VB passes references). */
static void give_back(struct script *s, struct script_expression *list,
                      const struct script_value *argument, uint32_t count)
{
    for (uint32_t i = 0; i < count && list != NULL; i++, list = list->next)
        if (list->kind == EX_NAME)
            script_set(s, list->name, argument[i]);
}

static struct script_value call_name(struct script *s, struct script_expression *e)
{
    struct script_value few[SCRIPT_ARGUMENTS_MAX], *argument = few;
    struct script_name *name = e->a->name;
    uint32_t count = script_arguments(s, e->list, &argument);
    const struct script_value *variable = script_find(s, name);
    bool own = s->scope != NULL && s->scope->function != NULL && s->scope->function->name == name;
    if (variable != NULL && !own && variable->tag == SCRIPT_FUNCTION)
        return script_call_value(s, *variable, argument, count);
    if (variable != NULL && !own && count > 0 && variable->tag != SCRIPT_UNKNOWN &&
        variable->tag != SCRIPT_EMPTY && s->language == SCRIPT_VB)
        return items(s, *variable, argument, count);
    if (name->function != NULL) {
        struct script_value v = script_call_function(s, name->function, argument, count);
        if (s->language == SCRIPT_VB && name->function->entry.at == NULL)
            give_back(s, e->list, argument, count);
        return v;
    }
    const struct script_builtin *builtin = script_builtin(s, name);
    if (builtin != NULL)
        return builtin->run(s, argument, count);
    for (uint32_t i = 0; i < count; i++)
        script_show(s, argument[i]);
    return script_unknown();
}

static struct script_value call_member(struct script *s, struct script_expression *e)
{
    struct script_value few[SCRIPT_ARGUMENTS_MAX], *argument = few, out;
    struct script_expression *m = e->a;
    struct script_value self = script_evaluate(s, m->a);
    uint32_t count = script_arguments(s, e->list, &argument);
    if (m->b != NULL) /* .("Down" + "load")(...) */
        m->name = script_name(s, script_to_utf8(s, script_evaluate(s, m->b)));
    if (s->language == SCRIPT_PS && m->a->kind == EX_TYPE)
        return script_ps_static(s, m, argument, count);
    if (s->language == SCRIPT_PS && script_ps_method(s, self, m->name->text, argument, count, &out))
        return out;
    if (self.tag == SCRIPT_OBJECT) {
        struct script_value *own = script_property(s, self.object, m->name, false);
        if (own != NULL && own->tag == SCRIPT_FUNCTION)
            return script_call_value(s, *own, argument, count);
        if (own != NULL && own->tag == SCRIPT_ARRAY && count > 0)
            return items(s, *own, argument, count);
    }
    if (self.tag == SCRIPT_FUNCTION && m->name->text.len > 3) { /* f.call(this, a), f.Invoke() */
        if (bytes_equal_fold(m->name->text, BYTES("call")))
            return script_call_value(s, self, argument + (count > 0), count - (count > 0));
        if (bytes_equal_fold(m->name->text, BYTES("invoke")) ||
            bytes_equal_fold(m->name->text, BYTES("apply")))
            return script_call_value(s, self, argument, count);
    }
    if (m->name->function != NULL && s->language == SCRIPT_VB && self.tag != SCRIPT_OBJECT)
        return script_call_function(s, m->name->function, argument, count);
    if (count == 0 && script_get_member(s, self, m->name, &out))
        return out;
    if (script_page_call(s, m->a, m->name->text, argument, count, &out))
        return out;
    return script_method(s, self, m->name, argument, count);
}

static struct script_value call(struct script *s, struct script_expression *e)
{
    struct script_value few[SCRIPT_ARGUMENTS_MAX], *argument = few;
    if (e->a->kind == EX_NAME)
        return call_name(s, e);
    if (e->a->kind == EX_MEMBER)
        return call_member(s, e);
    struct script_value self = script_evaluate(s, e->a);
    uint32_t count = script_arguments(s, e->list, &argument);
    if (self.tag == SCRIPT_FUNCTION)
        return script_call_value(s, self, argument, count);
    if (s->language == SCRIPT_JS && e->a->kind == EX_INDEX &&
        e->a->list != NULL) { /* x["split"]("") */
        struct script_value owner = script_evaluate(s, e->a->a);
        struct script_name *name =
            script_name(s, script_to_utf8(s, script_evaluate(s, e->a->list)));
        if (script_page_call(s, e->a->a, name->text, argument, count, &self))
            return self;
        return script_method(s, owner, name, argument, count);
    }
    return s->language == SCRIPT_VB ? items(s, self, argument, count) : script_unknown();
}

/* Whether V's expression only appends to the variable it goes to: shown when it is complete. */
static bool appends_to(const struct script_expression *v, const struct script_name *name)
{
    while (v != NULL && v->kind == EX_BINARY && (v->op == OP_JOIN_TEXT || v->op == OP_ADD))
        v = v->a;
    return v != NULL && v->kind == EX_NAME && v->name == name;
}

static struct script_value assign(struct script *s, struct script_expression *e)
{
    struct script_value v = script_evaluate(s, e->b);
    if (e->op != OP_NONE)
        v = script_binary_value(s, e->op, script_evaluate(s, e->a), v);
    bool grows = e->a->kind == EX_NAME && (e->op != OP_NONE || appends_to(e->b, e->a->name));
    if (!grows && e->b->kind != EX_CONSTANT)
        script_show(s, v);
    script_assigned(s, e->a, v);
    script_assign(s, e->a, v);
    return v;
}

static struct script_value update(struct script *s, struct script_expression *e)
{
    double n;
    struct script_value old = script_evaluate(s, e->a);
    struct script_value new = script_to_number(s, old, &n)
                                  ? script_of_number(n + (e->op == OP_ADD ? 1 : -1))
                                  : script_unknown();
    script_assign(s, e->a, new);
    return e->prefix ? new : old;
}

/* What a page puts together out of numbers: a file where the bytes are one (HTML smuggling). */
void script_show_file(struct script *s, struct script_value v)
{
    if (v.tag == SCRIPT_ARRAY && v.array->count == 1 && v.array->item[0].tag != SCRIPT_NUMBER)
        v = v.array->item[0]; /* new Blob([bytes]) */
    if (v.tag != SCRIPT_ARRAY || v.array->count < FILE_BYTES_MIN)
        return;
    uint8_t *at = arena_alloc(s->arena, v.array->count);
    double n;
    for (uint32_t i = 0; i < v.array->count; i++) {
        if (!script_to_number(s, v.array->item[i], &n) || !(n >= 0 && n <= 255))
            return;
        at[i] = (uint8_t)n;
    }
    struct bytes made = bytes_of(at, v.array->count);
    enum kind kind = identify(made, BYTES_NONE, BYTES_NONE);
    if (kind == KIND_UNKNOWN || kind == KIND_TEXT)
        return;
    if (report_layer(&s->report, made, "built", kind) == NULL)
        return;
    node_fact_add(s->report.node, FACT_SMUGGLE_ENCODINGS, BYTES("built by its script"));
    node_fact_int(s->report.node, FACT_SMUGGLE_PAYLOADS, 1);
}

static struct script_value new_object(struct script *s, struct script_expression *e)
{
    struct script_value few[SCRIPT_ARGUMENTS_MAX], *argument = few;
    const struct script_expression *what = e->a;
    struct script_expression *list = e->list;
    if (what->kind == EX_CALL) {
        list = what->list;
        what = what->a;
    }
    uint32_t count = script_arguments(s, list, &argument);
    struct bytes class = what->name == NULL ? BYTES("") : what->name->text;
    if (bytes_equal_fold(class, BYTES("ActiveXObject")) ||
        bytes_equal_fold(class, BYTES("XMLHttpRequest")))
        return count > 0 ? script_create(s, argument[0]) : script_new_object(s, class);
    if ((bytes_equal(class, BYTES("Uint8Array")) || bytes_equal(class, BYTES("Blob"))) &&
        count > 0) {
        script_show_file(s, argument[0]);
        if (argument[0].tag == SCRIPT_ARRAY)
            return argument[0];
    }
    if (bytes_equal(class, BYTES("Array")) || bytes_equal(class, BYTES("Uint8Array"))) {
        struct script_value v = script_new_array(s, count);
        for (uint32_t i = 0; i < count && count > 1; i++)
            script_push(s, v.array, argument[i]);
        return v;
    }
    if (bytes_equal(class, BYTES("Function")) && count > 0)
        return script_function_of(s, script_argument(s, argument, count, count - 1));
    if (bytes_equal(class, BYTES("String")) || bytes_equal(class, BYTES("RegExp")))
        return count > 0 ? script_to_string(s, argument[0]) : script_of_string(s, "");
    if (what->name != NULL && what->name->function != NULL && s->language == SCRIPT_JS) {
        script_call_function(s, what->name->function, argument, count);
        return script_new_object(s, class);
    }
    return script_create(s, script_of_utf8(s, class));
}

static struct script_value name_value(struct script *s, struct script_expression *e)
{
    struct script_value *v = script_find(s, e->name);
    if (v != NULL)
        return *v;
    if (e->name->function != NULL)
        return s->language == SCRIPT_VB
                   ? script_call_function(s, e->name->function, NULL, 0)
                   : (struct script_value){.tag = SCRIPT_FUNCTION, .function = e->name->function};
    const struct script_builtin *builtin = script_builtin(s, e->name);
    if (builtin != NULL && s->language == SCRIPT_VB)
        return builtin->run(s, NULL, 0);
    struct script_value out;
    if (script_get_member(s, script_unknown(), e->name, &out)) /* constants: vbCrLf */
        return out;
    return script_unknown();
}

static void object_set(struct script *s, struct script_object *object, struct script_name *name,
                       struct script_value v)
{
    struct script_value *at = script_property(s, object, name, true);
    if (at != NULL)
        *at = v;
}

/* V to ARRAY; its items or characters where E is ...v. */
static void push_spread(struct script *s, struct script_array *array,
                        const struct script_expression *e, struct script_value v)
{
    bool spread = e->kind == EX_UNARY && e->op == OP_SPREAD;
    if (spread && v.tag == SCRIPT_ARRAY)
        for (uint32_t i = 0, n = v.array->count; i < n && script_step(s, 1); i++)
            script_push(s, array, v.array->item[i]);
    else if (spread && v.tag == SCRIPT_STRING)
        for (uint32_t i = 0; i < v.len && script_step(s, 1); i++)
            script_push(s, array, script_part(v, i, 1));
    else
        script_push(s, array, v);
}

static struct script_value object_literal(struct script *s, struct script_expression *e)
{
    struct script_value v = script_new_object(s, BYTES(""));
    for (struct script_expression *p = e->list; p != NULL && script_step(s, 1); p = p->next) {
        struct script_name *name = p->name;
        struct script_value value = script_evaluate(s, p->a);
        if (p->b != NULL) /* [name]: value */
            name = script_name(s, script_to_utf8(s, script_evaluate(s, p->b)));
        if (name == NULL && value.tag == SCRIPT_OBJECT) /* ...other */
            for (struct script_property *q = value.object->property; q != NULL && script_step(s, 1);
                 q = q->next)
                object_set(s, v.object, q->name, q->value);
        else if (name != NULL)
            object_set(s, v.object, name, value);
    }
    return v;
}

static struct script_value array_literal(struct script *s, struct script_expression *e)
{
    struct script_value v = script_new_array(s, 4);
    for (struct script_expression *p = e->list; p != NULL && script_step(s, 1); p = p->next)
        push_spread(s, v.array, p, script_evaluate(s, p));
    return v;
}

static struct script_value index_value(struct script *s, struct script_expression *e)
{
    struct script_value few[SCRIPT_ARGUMENTS_MAX], *argument = few;
    struct script_value self = script_evaluate(s, e->a);
    uint32_t count = script_arguments(s, e->list, &argument);
    return items(s, self, argument, count);
}

static struct script_value evaluate(struct script *s, struct script_expression *e)
{
    int truth;
    switch (e->kind) {
    case EX_CONSTANT:
        return e->constant;
    case EX_NAME:
        return name_value(s, e);
    case EX_MEMBER:
        return member(s, e);
    case EX_CALL:
        return call(s, e);
    case EX_INDEX:
        return index_value(s, e);
    case EX_UNARY:
        return script_unary_value(s, e->op, script_evaluate(s, e->a));
    case EX_BINARY:
        if (e->op == OP_ALL || e->op == OP_ANY)
            return logic(s, e);
        if (e->op == OP_SPLIT || e->op == OP_JOIN || e->op == OP_REPLACE)
            return script_ps_value(s, e);
        return join_spine(s, e);
    case EX_ASSIGN:
        return assign(s, e);
    case EX_UPDATE:
        return update(s, e);
    case EX_CONDITION:
        truth = script_to_truth(s, script_evaluate(s, e->a));
        s->unknowns += truth < 0;
        return script_evaluate(s, truth != 0 ? e->b : e->c);
    case EX_ARRAY:
        return array_literal(s, e);
    case EX_OBJECT:
        return object_literal(s, e);
    case EX_FUNCTION:
        return (struct script_value){.tag = SCRIPT_FUNCTION, .function = e->function};
    case EX_NEW:
        return new_object(s, e);
    case EX_WITH:
        return s->with;
    case EX_MISSING:
        return script_empty();
    default:
        return script_ps_value(s, e);
    }
}

struct script_value script_evaluate(struct script *s, struct script_expression *e)
{
    if (e == NULL || !script_step(s, 1))
        return script_unknown();
    if (s->depth >= SCRIPT_EVAL_DEPTH_MAX) {
        node_limit(s->node, LIMIT_DEPTH);
        return script_unknown();
    }
    s->depth++;
    struct script_value v = evaluate(s, e);
    s->depth--;
    return v;
}
