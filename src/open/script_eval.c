/* SPDX-License-Identifier: Apache-2.0 */
#include "open/script_eval.h"

#include "base/table.h"
#include "base/text.h"

#include <math.h>
#include <talloc.h>

#define VARIABLES_MAX 4096u
#define ROUNDS_ENDLESS_MAX 64u /* of a loop that met an unknown condition, and that nothing else ends */
#define ROUNDS_MAX 16384u      /* of all in a program that met one, but end */
#define GUESSED_STEPS_MAX 500000u /* of a program before such loops stop early */
#define GUESSES_MAX 64u        /* calls of a function from inside itself that nobody can bound */
#define GUESSES_DEEP 3u        /* and how deep inside each other */

struct script_value *script_find(struct script *s, struct script_name *name)
{
    for (struct script_scope *scope = s->scope; scope != NULL; scope = scope->parent)
        for (uint32_t i = scope->count; i > 0; i--)
            if (scope->variable[i - 1].name == name)
                return &scope->variable[i - 1].value;
    return name->set ? &name->value : NULL;
}

void script_set_local(struct script *s, struct script_name *name, struct script_value v)
{
    struct script_scope *scope = s->scope;
    if (scope == NULL) {
        name->value = v;
        name->set = true;
        return;
    }
    for (uint32_t i = 0; i < scope->count; i++)
        if (scope->variable[i].name == name) {
            scope->variable[i].value = v;
            return;
        }
    if (scope->count == scope->capacity) {
        uint32_t capacity = scope->capacity == 0 ? 8 : scope->capacity * 2;
        if (capacity > VARIABLES_MAX)
            return;
        struct script_variable *grown = arena_array_of(s->arena, capacity, struct script_variable);
        if (scope->count > 0)
            memcpy(grown, scope->variable, scope->count * sizeof *grown);
        s->made_bytes += capacity * sizeof *grown;
        scope->variable = grown;
        scope->capacity = capacity;
    }
    scope->variable[scope->count++] = (struct script_variable){name, v};
}

void script_set(struct script *s, struct script_name *name, struct script_value v)
{
    struct script_value *at = script_find(s, name);
    if (at != NULL)
        *at = v;
    else if (s->language == SCRIPT_JS) {
        name->value = v;
        name->set = true;
    } else {
        script_set_local(s, name, v);
    }
}

/* v[i] = x, also with several indices; holes are filled. */
static void set_item(struct script *s, struct script_array *array, struct script_value index,
                     struct script_value v)
{
    double n;
    if (!script_to_number(s, index, &n) || !(n >= 0 && n <= 1000000))
        return;
    while (array->count <= (uint32_t)n && script_step(s, 1)) {
        uint32_t before = array->count;
        script_push(s, array, script_empty());
        if (array->count == before)
            return;
    }
    if ((uint32_t)n < array->count)
        array->item[(uint32_t)n] = v;
}

/* Mid(x, 3, 2) = "ab" */
static void set_mid(struct script *s, struct script_expression *call, struct script_value v)
{
    struct script_value few[SCRIPT_ARGUMENTS_MAX], *argument = few;
    uint32_t count = script_arguments(s, call->list, &argument);
    double from = script_number_or(s, argument, count, 1, 1);
    if (count < 2 || argument[0].tag != SCRIPT_STRING)
        return;
    struct script_value text = script_to_string(s, v);
    struct script_value head = script_part(argument[0], 0, script_integer(from) - 1);
    struct script_value tail =
        script_part(argument[0], head.len + (int64_t)text.len, argument[0].len);
    script_assign(s, call->list, script_join(s, script_join(s, head, text), tail));
}

static void set_indexed(struct script *s, struct script_expression *target, struct script_value v)
{
    struct script_value few[SCRIPT_ARGUMENTS_MAX], *argument = few;
    struct script_value self = script_evaluate(s, target->a);
    bool mid = target->a->kind == EX_NAME && bytes_equal(target->a->name->text, BYTES("mid"));
    if (mid && self.tag != SCRIPT_ARRAY) {
        set_mid(s, target, v);
        return;
    }
    uint32_t count = script_arguments(s, target->list, &argument);
    if (count == 0)
        return;
    if (self.tag == SCRIPT_ARRAY) {
        set_item(s, self.array, argument[0], v);
    } else if (self.tag == SCRIPT_OBJECT) {
        struct script_name *key = script_name(s, script_argument(s, argument, count, 0));
        struct script_value *at = script_property(s, self.object, key, true);
        if (at != NULL)
            *at = v;
    } else if (target->a->kind == EX_NAME && script_to_truth(s, argument[0]) >= 0) {
        self = script_new_array(s, 8);
        set_item(s, self.array, argument[0], v);
        script_set(s, target->a->name, self);
    }
}

void script_assign(struct script *s, struct script_expression *target, struct script_value v)
{
    if (target == NULL)
        return;
    switch (target->kind) {
    case EX_NAME:
        script_set(s, target->name, v);
        break;
    case EX_MEMBER: {
        struct script_value self = script_evaluate(s, target->a);
        if (self.tag == SCRIPT_OBJECT) {
            struct script_value *at = script_property(s, self.object, target->name, true);
            if (at != NULL)
                *at = v;
        }
        script_show(s, v);
        break;
    }
    case EX_CALL:
    case EX_INDEX:
        set_indexed(s, target, v);
        break;
    case EX_CAST:
        script_assign(s, target->a, v);
        break;
    case EX_ARRAY:
    case EX_OBJECT:
    case EX_ASSIGN:
    case EX_UNARY:
        script_assign_pattern(s, target, v);
        break;
    default:
        break;
    }
}

static void show_scope(struct script *s, const struct script_scope *scope)
{
    for (uint32_t i = 0; i < scope->count; i++)
        script_show(s, scope->variable[i].value);
}

/* The arguments from FROM on. */
static struct script_value rest_of(struct script *s, const struct script_value *argument,
                                   uint32_t count, uint32_t from)
{
    struct script_value rest = script_new_array(s, 4);
    for (uint32_t i = from; i < count && script_step(s, 1); i++)
        script_push(s, rest.array, argument[i]);
    return rest;
}

static bool all_known(const struct script_value *argument, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (argument[i].tag != SCRIPT_STRING && argument[i].tag != SCRIPT_NUMBER &&
            argument[i].tag != SCRIPT_BOOL)
            return false;
    return count > 0;
}

struct script_value script_call_function(struct script *s, struct script_function *f,
                                         struct script_value *argument, uint32_t count)
{
    if (f->entry.at != NULL) { /* a library function */
        for (uint32_t i = 0; i < count; i++)
            script_show(s, argument[i]);
        report_api(&s->report, f->library, f->entry);
        if (bytes_starts_fold(f->entry, BYTES("URLDownloadTo"))) {
            report_url(&s->report, script_argument(s, argument, count, 1));
            report_file(&s->report, script_argument(s, argument, count, 2));
        } else if (bytes_starts_fold(f->entry, BYTES("ShellExecute"))) {
            struct bytes program = script_argument(s, argument, count, 2);
            report_command(&s->report,
                           arena_printf(s->arena, "%.*s %.*s", BYTES_FMT(program),
                                        BYTES_FMT(script_argument(s, argument, count, 3))));
        } else if (bytes_starts_fold(f->entry, BYTES("WinExec"))) {
            report_command(&s->report, script_argument(s, argument, count, 0));
        } else if (bytes_starts_fold(f->entry, BYTES("CreateProcess"))) {
            report_command(&s->report, script_argument(s, argument, count, 1));
        }
        return script_unknown();
    }
    f->called = true;
    bool guess = s->unsure > 0 && f->active > 0 && !all_known(argument, count);
    bool cut = guess && (f->active >= GUESSES_DEEP || f->guesses >= GUESSES_MAX);
    if (s->calls >= SCRIPT_CALLS_MAX || cut || !script_step(s, 4))
        return script_unknown();
    f->guesses += guess;
    f->active++;
    struct script_scope *scope = arena_new_of(s->arena, struct script_scope), *before = s->scope;
    s->made_bytes += sizeof *scope;
    scope->parent = s->language == SCRIPT_VB ? NULL : before;
    scope->function = f;
    s->scope = scope;
    s->calls++;
    for (uint32_t i = 0; i < f->parameters; i++)
        script_set_local(s, f->parameter[i],
                         f->rest && i + 1 == f->parameters ? rest_of(s, argument, count, i)
                         : i < count                       ? argument[i]
                                                           : script_unknown());
    if (f->name != NULL && s->language == SCRIPT_VB)
        script_set_local(s, f->name, script_empty());
    struct script_value result = script_empty(), outer = s->result;
    s->result = script_empty();
    script_preset(s, f, count);
    script_run(s, f->body);
    if (s->flow == FLOW_RETURN || s->flow == FLOW_BREAK || s->flow == FLOW_CONTINUE)
        s->flow = FLOW_GO_ON;
    if (s->language == SCRIPT_VB && f->name != NULL) {
        struct script_value *own = script_find(s, f->name);
        result = own == NULL ? script_empty() : *own;
    } else {
        result = s->result;
    }
    s->result = outer;
    show_scope(s, scope);
    for (uint32_t i = 0; i < f->parameters && i < count; i++) { /* VB gives arguments back */
        const struct script_value *now = script_find(s, f->parameter[i]);
        if (now != NULL)
            argument[i] = *now;
    }
    f->active--;
    s->calls--;
    s->scope = before;
    return result;
}

struct script_value script_call_value(struct script *s, struct script_value v,
                                      struct script_value *argument, uint32_t count)
{
    return v.tag == SCRIPT_FUNCTION ? script_call_function(s, v.function, argument, count)
                                    : script_unknown();
}

static void run_if(struct script *s, struct script_statement *st)
{
    int truth = script_to_truth(s, script_evaluate(s, st->a));
    s->unknowns += truth < 0;
    s->unsure += truth < 0;
    if (truth != 0)
        script_run(s, st->body);
    if (truth < 0) /* what was left may not have been left */
        s->flow = FLOW_GO_ON;
    if (truth <= 0)
        script_run(s, st->other);
    if (truth < 0)
        s->flow = FLOW_GO_ON;
    s->unsure -= truth < 0;
}

/* After a body: whether the loop goes on. */
static bool loop_goes_on(struct script *s)
{
    if (s->flow == FLOW_CONTINUE)
        s->flow = FLOW_GO_ON;
    if (s->flow == FLOW_BREAK) {
        s->flow = FLOW_GO_ON;
        return false;
    }
    return s->flow == FLOW_GO_ON && !s->over;
}

/* while (true), for (;;): only what is in it ends it. */
static bool is_endless(const struct script_statement *st)
{
    const struct script_expression *e = st->a;
    while (e != NULL && e->kind == EX_UNARY)
        e = e->a;
    return e == NULL || e->kind == EX_CONSTANT ||
           (e->kind == EX_NAME && bytes_equal(e->name->text, BYTES("true")));
}

/* Whether a loop goes round once more that met a condition nobody knows: it may have been left long ago. */
static bool one_more(struct script *s, const struct script_statement *st, uint32_t rounds)
{
    if (rounds < ROUNDS_ENDLESS_MAX || (!is_endless(st) && s->steps < GUESSED_STEPS_MAX &&
                                        s->guessed_rounds++ < ROUNDS_MAX))
        return true;
    s->guessed = true;
    return false;
}

static void run_while(struct script *s, struct script_statement *st)
{
    uint32_t unknowns = s->unknowns;
    for (uint32_t rounds = 0; script_step(s, 1); rounds++) {
        int truth = st->a == NULL ? !st->until : 1;
        if (st->a != NULL && !(st->after && rounds == 0)) {
            truth = script_to_truth(s, script_evaluate(s, st->a));
            if (truth >= 0 && (truth != 0) == st->until)
                return;
            if (truth < 0 && rounds > 0)
                return;
        }
        s->unknowns += truth < 0;
        if (s->unknowns != unknowns && !one_more(s, st, rounds))
            return;
        s->unsure += truth < 0;
        script_run(s, st->body);
        s->unsure -= truth < 0;
        if (!loop_goes_on(s))
            return;
        if (st->b != NULL)
            script_evaluate(s, st->b);
    }
}

static void run_count(struct script *s, struct script_statement *st)
{
    double from, to, step = 1;
    bool known = script_to_number(s, script_evaluate(s, st->a), &from);
    known = script_to_number(s, script_evaluate(s, st->b), &to) && known;
    if (st->c != NULL)
        known = script_to_number(s, script_evaluate(s, st->c), &step) && known;
    if (!known || step == 0) {
        script_set(s, st->name, script_unknown());
        script_run(s, st->body);
        loop_goes_on(s);
        return;
    }
    for (double i = from; (step > 0 ? i <= to : i >= to) && script_step(s, 1);) {
        script_set(s, st->name, script_of_number(i));
        script_run(s, st->body);
        if (!loop_goes_on(s))
            return;
        const struct script_value *now = script_find(s, st->name);
        if (now != NULL && now->tag == SCRIPT_NUMBER)
            i = now->number;
        i += step;
    }
    script_set(s, st->name, script_of_number(to + step));
}

static void set_each(struct script *s, const struct script_statement *st, struct script_value v)
{
    if (st->c == NULL) {
        script_set(s, st->name, v);
        return;
    }
    script_declare(s, st->c);
    script_assign(s, st->c, v);
}

static void run_each(struct script *s, struct script_statement *st)
{
    struct script_value all = script_evaluate(s, st->a);
    if (all.tag == SCRIPT_OBJECT && s->language == SCRIPT_JS) { /* for (k in object) */
        struct script_value keys = script_new_array(s, 8);
        for (struct script_property *p = all.object->property; p != NULL; p = p->next)
            script_push(s, keys.array, script_of_utf8(s, p->name->text));
        all = keys;
    }
    if (all.tag == SCRIPT_STRING && s->language == SCRIPT_PS) {
        struct script_value one = script_new_array(s, 1);
        script_push(s, one.array, all);
        all = one;
    }
    if (all.tag != SCRIPT_ARRAY) {
        set_each(s, st, script_unknown());
        s->unsure++;
        script_run(s, st->body);
        s->unsure--;
        loop_goes_on(s);
        return;
    }
    for (uint32_t i = 0; i < all.array->count && script_step(s, 1); i++) {
        bool index =
            s->language == SCRIPT_JS && st->until; /* for..in gives indices, for..of items */
        set_each(s, st, index ? script_of_number(i) : all.array->item[i]);
        script_run(s, st->body);
        if (!loop_goes_on(s))
            return;
    }
}

static void run_select(struct script *s, struct script_statement *st)
{
    struct script_value v = script_evaluate(s, st->a);
    bool falls = false;
    for (struct script_statement *one = st->other; one != NULL && !s->over; one = one->other) {
        int match = one->b == NULL ? 1 : 0;
        for (struct script_expression *e = one->b == NULL ? NULL : one->b->list;
             e != NULL && match == 0; e = e->next) {
            int same =
                script_to_truth(s, script_binary_value(s, OP_EQUAL, v, script_evaluate(s, e)));
            match = same != 0 ? same : match;
        }
        if (match == 0 && !falls)
            continue;
        script_run(s, one->body);
        bool left = s->flow == FLOW_BREAK;
        if (left)
            s->flow = FLOW_GO_ON;
        falls = s->language == SCRIPT_JS && !left;
        if (match > 0 && !falls)
            return;
    }
}

/* A dimension makes an array of that many empty items; a value is assigned. */
static void run_dim(struct script *s, struct script_statement *st)
{
    if (st->c != NULL) { /* let [a, b] = c */
        struct script_value v = script_evaluate(s, st->a);
        script_declare(s, st->c);
        script_assign(s, st->c, v);
    } else if (st->name == NULL) {
        script_evaluate(s, st->a);
    } else if (st->a != NULL) {
        script_set_local(s, st->name, script_evaluate(s, st->a));
    } else if (st->b != NULL) {
        double n = 0;
        const struct script_value *now = script_find(s, st->name);
        struct script_value v = script_new_array(s, 0);
        if (now != NULL && now->tag == SCRIPT_ARRAY)
            v = *now;
        if (st->b->list != NULL && script_to_number(s, script_evaluate(s, st->b->list), &n) &&
            n >= 0 && n < 65536)
            while (v.array->count <= (uint32_t)n && script_step(s, 1))
                script_push(s, v.array, script_empty());
        script_set(s, st->name, v);
    } else {
        script_set_local(s, st->name, script_empty());
    }
}

int64_t script_write_file(struct script *s, struct bytes name, struct bytes text)
{
    uint32_t i = 0;
    while (i < s->files && !bytes_equal(s->file[i].name, name))
        i++;
    if (i == SCRIPT_FILES_MAX)
        return -1;
    if (i == s->files) {
        s->file[i].name = name;
        s->file[i].content = arena_new_of(s->arena, struct text);
        text_init(s->file[i].content, s->arena, 1024 * 1024);
        s->files++;
        report_file(&s->report, name);
    }
    text_add(s->file[i].content, text);
    if (text.len > 0)
        report_flag(&s->report, FACT_SCRIPT_WRITES_FILES);
    return i;
}

static void run_open(struct script *s, struct script_statement *st)
{
    double number = 0;
    struct bytes name = script_to_utf8(s, script_evaluate(s, st->a));
    int64_t i = script_write_file(s, name, BYTES(""));
    if (st->b != NULL)
        script_to_number(s, script_evaluate(s, st->b), &number);
    if (i >= 0)
        s->file[i].number = script_integer(number);
}

static void run_print(struct script *s, struct script_statement *st)
{
    double number = 0;
    script_to_number(s, script_evaluate(s, st->b), &number);
    for (uint32_t i = s->files; i > 0; i--) {
        if (s->file[i - 1].number != script_integer(number))
            continue;
        for (struct script_expression *e = st->a->list; e != NULL; e = e->next)
            script_write_file(s, s->file[i - 1].name, script_to_utf8(s, script_evaluate(s, e)));
        script_write_file(s, s->file[i - 1].name, BYTES("\r\n"));
        return;
    }
    for (struct script_expression *e = st->a->list; e != NULL; e = e->next)
        script_show(s, script_evaluate(s, e));
}

static void run_one(struct script *s, struct script_statement *st)
{
    switch (st->kind) {
    case ST_EXPRESSION: {
        struct script_value v = script_evaluate(s, st->a);
        if (s->language == SCRIPT_PS && v.tag != SCRIPT_EMPTY && s->calls > 0)
            s->result = v; /* what a function leaves is what it gives */
        break;
    }
    case ST_IF:
        run_if(s, st);
        break;
    case ST_WHILE:
        run_while(s, st);
        break;
    case ST_FOR:
        script_evaluate(s, st->c);
        script_run(s, st->other);
        run_while(s, st);
        break;
    case ST_COUNT:
        run_count(s, st);
        break;
    case ST_EACH:
        run_each(s, st);
        break;
    case ST_RETURN:
        if (st->a != NULL)
            s->result = script_evaluate(s, st->a);
        s->flow = FLOW_RETURN;
        break;
    case ST_BREAK:
        s->flow = FLOW_BREAK;
        break;
    case ST_CONTINUE:
        s->flow = FLOW_CONTINUE;
        break;
    case ST_BLOCK:
        script_run(s, st->body);
        break;
    case ST_TRY:
        script_run(s, st->body);
        script_run(s, st->other);
        break;
    case ST_WITH: {
        struct script_value before = s->with;
        s->with = script_evaluate(s, st->a);
        script_run(s, st->body);
        s->with = before;
        break;
    }
    case ST_SELECT:
        run_select(s, st);
        break;
    case ST_OPEN:
        run_open(s, st);
        break;
    case ST_PRINT:
        run_print(s, st);
        break;
    case ST_EXIT:
        s->flow = FLOW_EXIT;
        break;
    case ST_DIM:
        run_dim(s, st);
        break;
    }
}

void script_run(struct script *s, struct script_statement *statement)
{
    if (s->depth >= SCRIPT_EVAL_DEPTH_MAX)
        return;
    s->depth++;
    for (; statement != NULL && s->flow == FLOW_GO_ON && script_step(s, 1);
         statement = statement->next)
        run_one(s, statement);
    s->depth--;
}

void script_begin(struct script *s, enum script_language language, struct node *node,
                  struct node *document)
{
    *s = (struct script){.language = language, .node = node, .arena = node->tree->arena};
    report_begin(&s->report, node, document);
    s->names = table_new(s->report.own);
    s->last_function = &s->functions;
}

static bool starts_by_itself(struct bytes name)
{
    static const char *const starts[] = {"auto",       "document_",     "workbook_",
                                         "worksheet_", "presentation_", "slideshow",
                                         "userform_",  "window_onload", "main"};
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        if (bytes_starts_fold(name, bytes_of_string(starts[i])))
            return true;
    return false;
}

static void run_uncalled(struct script *s, bool starts_only)
{
    for (struct script_function *f = s->functions; f != NULL && !s->over; f = f->next) {
        struct script_value argument[SCRIPT_ARGUMENTS_MAX] = {{.tag = SCRIPT_UNKNOWN}};
        bool starts = f->name != NULL && starts_by_itself(f->name->text);
        if (f->called || f->entry.at != NULL || (starts_only && !starts))
            continue;
        s->flow = FLOW_GO_ON;
        s->scope = NULL;
        script_call_function(s, f, argument, 0);
    }
}

void script_run_program(struct script *s, struct script_statement *statements)
{
    script_run(s, statements);
    run_uncalled(s, true);
    run_uncalled(s, false);
    for (uint32_t i = 0; i < s->names->count; i++) {
        const struct script_name *name = s->names->row[i].value;
        if (name != NULL && name->set)
            script_show(s, name->value);
    }
}

void script_end(struct script *s)
{
    /* What was cut short is told where it may have been the way to what the program runs. */
    bool acts = s->has_shell || node_get(s->node, FACT_SCRIPT_RUNS_TEXT).tag != VALUE_UNSET ||
                node_get(s->node, FACT_SCRIPT_CREATES_PROCESS).tag != VALUE_UNSET;
    if (s->guessed && acts && !s->over)
        node_limit(s->node, LIMIT_EVAL_STEPS);
    for (uint32_t i = 0; i < s->files; i++) {
        struct bytes content = text_bytes(s->file[i].content);
        struct node *layer = report_layer(&s->report, content, "written", KIND_UNKNOWN);
        if (layer != NULL)
            layer->name = s->file[i].name;
    }
    struct value before = node_get(s->report.document, FACT_SCRIPT_STEPS);
    node_fact_int(s->report.document, FACT_SCRIPT_STEPS,
                  (int64_t)s->steps + (before.tag == VALUE_INT ? before.as.integer : 0));
    report_end(&s->report);
}

struct script_value script_run_text(struct script *s, struct bytes text)
{
    report_flag(&s->report, FACT_SCRIPT_RUNS_TEXT);
    static const char *const names[] = {"layer.vbs", "layer.js", "layer.ps1"};
    static const enum kind kinds[] = {KIND_VBS, KIND_JAVASCRIPT, KIND_POWERSHELL};
    struct node *layer = report_layer(&s->report, text, names[s->language], kinds[s->language]);
    if (layer != NULL)
        layer->opened = true; /* run here, where its variables are */
    if (s->texts >= SCRIPT_TEXTS_MAX || text.len == 0)
        return script_unknown();
    s->texts++;
    struct script_value outer = s->result;
    report_words(&s->report, text);
    struct script_statement *statements = script_parse(s, text);
    struct script_value v = script_unknown();
    if (statements != NULL && statements->next == NULL && statements->kind == ST_EXPRESSION)
        v = script_evaluate(s, statements->a);
    else
        script_run(s, statements);
    if (s->flow == FLOW_RETURN) {
        v = s->result;
        s->flow = FLOW_GO_ON;
    }
    s->result = outer;
    s->texts--;
    return v;
}
