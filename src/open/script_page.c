/* SPDX-License-Identifier: Apache-2.0
 *
 * What a page's script does to the browser: where it sends it, functions made of text, arrays made of
 * what may be passed through. */
#include "open/script_eval.h"

bool script_is_location(struct script *s, struct script_expression *e)
{
    if (s->language != SCRIPT_JS || e == NULL)
        return false;
    if (e->kind == EX_NAME || e->kind == EX_MEMBER)
        return e->name != NULL && bytes_equal(e->name->text, BYTES("location")) &&
               (e->kind == EX_MEMBER || script_find(s, e->name) == NULL);
    return e->kind == EX_INDEX && e->list != NULL &&
           bytes_equal(script_to_utf8(s, script_evaluate(s, e->list)), BYTES("location"));
}

void script_navigate(struct script *s, struct script_value target)
{
    if (target.tag != SCRIPT_STRING)
        return;
    struct bytes url = bytes_trim(script_to_utf8(s, target));
    if (url.len < 4 || url.at[0] == '#' || bytes_starts_fold(url, BYTES("about:")))
        return;
    if (bytes_starts_fold(url, BYTES("javascript:"))) {
        script_run_text(s, bytes_from(url, 11));
        return;
    }
    report_add(&s->report, FACT_SCRIPT_NAVIGATES, url);
    if (bytes_find(url, BYTES("://"), 0) == BYTES_NPOS)
        return;
    report_url(&s->report, url);
    size_t unknown = bytes_find_byte(url, '{', 0);
    struct bytes known = bytes_sub(url, 0, unknown == BYTES_NPOS ? url.len : unknown);
    if (known.len > 10 && bytes_find(s->node->content, known, 0) == BYTES_NPOS)
        report_flag(&s->report, FACT_SCRIPT_HIDES_ADDRESS);
}

void script_assigned(struct script *s, struct script_expression *target, struct script_value v)
{
    bool href = target->kind == EX_MEMBER && bytes_equal(target->name->text, BYTES("href"));
    if (target->kind == EX_INDEX && target->list != NULL && target->a != NULL &&
        s->language == SCRIPT_JS)
        href = bytes_equal(script_to_utf8(s, script_evaluate(s, target->list)), BYTES("href"));
    if (script_is_location(s, href ? target->a : target))
        script_navigate(s, v);
}

struct script_value script_function_of(struct script *s, struct bytes text)
{
    struct script_function *f = arena_new_of(s->arena, struct script_function);
    f->source = text;
    f->is_lambda = true;
    f->body = script_parse(s, f->source);
    report_flag(&s->report, FACT_SCRIPT_RUNS_TEXT);
    report_layer(&s->report, f->source, "layer.js", KIND_JAVASCRIPT);
    return (struct script_value){.tag = SCRIPT_FUNCTION, .function = f};
}

/* from(items, function): a new array. */
static struct script_value from(struct script *s, struct script_value *argument, uint32_t count)
{
    struct script_value out = script_new_array(s, 8), v = argument[0];
    bool maps = count > 1 && argument[1].tag == SCRIPT_FUNCTION;
    uint32_t most = v.tag == SCRIPT_ARRAY ? v.array->count : v.tag == SCRIPT_STRING ? v.len : 0;
    for (uint32_t i = 0; i < most && script_step(s, 1); i++) {
        struct script_value one[2] = {v.tag == SCRIPT_ARRAY ? v.array->item[i] : script_part(v, i, 1),
                                      script_of_number(i)};
        script_push(s, out.array, maps ? script_call_value(s, argument[1], one, 2) : one[0]);
    }
    return most == 0 ? script_unknown() : out;
}

bool script_page_call(struct script *s, struct script_expression *self, struct bytes name,
                      struct script_value *argument, uint32_t count, struct script_value *out)
{
    bool named = self != NULL && self->kind == EX_NAME;
    *out = script_unknown();
    if (s->language != SCRIPT_JS || count == 0)
        return false;
    if ((bytes_equal(name, BYTES("replace")) || bytes_equal(name, BYTES("assign"))) &&
        script_is_location(s, self)) {
        script_navigate(s, argument[0]);
        return true;
    }
    if (named && bytes_equal(name, BYTES("open")) &&
        bytes_equal(self->name->text, BYTES("window"))) {
        script_navigate(s, argument[0]);
        return true;
    }
    if (bytes_equal(name, BYTES("writeText"))) {
        report_add(&s->report, FACT_SCRIPT_COPIES, script_argument(s, argument, count, 0));
        report_built(&s->report, script_argument(s, argument, count, 0));
        return true;
    }
    if (bytes_equal(name, BYTES("constructor")) && argument[count - 1].tag == SCRIPT_STRING) {
        *out = script_function_of(s, script_to_utf8(s, argument[count - 1]));
        return true;
    }
    if (named && bytes_equal(name, BYTES("from")) &&
        (bytes_equal(self->name->text, BYTES("Uint8Array")) ||
         bytes_equal(self->name->text, BYTES("Array")))) {
        *out = from(s, argument, count);
        script_show_file(s, *out);
        return true;
    }
    return false;
}
