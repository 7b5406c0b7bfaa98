/* SPDX-License-Identifier: Apache-2.0
 * strings.parse_*, html.xpath, and files read as text, HTML or mail. */
#include "base/charset.h"
#include "base/json_read.h"
#include "observe/attachment.h"
#include "observe/html_object.h"
#include "observe/object.h"
#include "observe/scanner.h"
#include "rule/compile.h"
#include "rule/gate.h"
#include "rule/needle.h"

#include <talloc.h>

#define PAGES_MAX 32
#define BINARY_LOOK_BYTES 4096 /* no text of another kind has a zero byte so early */

struct value function_parse_url(struct call *call)
{
    struct bytes text = bytes_trim(value_bytes(call->arg[0]));
    bool strict = call->option[0].tag != VALUE_BOOL || call->option[0].as.boolean;
    run_take(call->run, text.len / 16);
    if (strict && bytes_find(text, BYTES(":"), 0) == BYTES_NPOS)
        return value_null();
    return model_url(call->model, text);
}

struct value function_parse_email(struct call *call)
{
    return model_email(call->model, bytes_trim(value_bytes(call->arg[0])));
}

struct value function_parse_domain(struct call *call)
{
    return model_domain(call->model, bytes_trim(value_bytes(call->arg[0])));
}

struct value function_parse_json(struct call *call)
{
    struct bytes text = value_bytes(call->arg[0]);
    if (!run_take(call->run, text.len / 16))
        return value_lacking(CAPABILITY_BUDGET);
    struct value v = json_read(call->arena, text, NULL);
    return v.tag == VALUE_UNSET ? value_null() : v;
}

struct value function_parse_html_text(struct call *call)
{
    struct bytes text = value_bytes(call->arg[0]);
    if (!run_take(call->run, text.len / 8))
        return value_lacking(CAPABILITY_BUDGET);
    return model_html(call->model, text, NULL);
}

/* Whether the page's source lacks what the expression names. */
static bool ruled_out(struct call *call)
{
    const struct expr *page = call->expr->page;
    if (call->expr->gate == NULL || call->run->options->naive)
        return false;
    struct bytes source = value_bytes(eval(call->run, page));
    const uint64_t *seen = source.at == NULL ? NULL : graph_seen(call->run, call->expr, source);
    return seen != NULL && !gate_met(call->expr->gate, &call->expr->needles->needle[0], GATE_ANYWHERE);
}

/* A malformed expression, or one whose value is no node-set, is NULL. */
struct value function_xpath(struct call *call)
{
    struct html_doc *page[PAGES_MAX];
    const struct xpath *xpath = run_xpath(call->run, value_bytes(call->arg[1]));
    if (xpath == NULL || call->arg[0].tag != VALUE_OBJECT)
        return value_null();
    uint32_t pages = object_pages(call->arg[0].as.object, page, PAGES_MAX);
    if (pages == 0)
        return value_null();
    struct array *nodes = array_new(call->arena);
    if (ruled_out(call))
        pages = 0;
    for (uint32_t i = 0; i < pages; i++) {
        if (!run_take(call->run, page[i]->source.len / 8))
            return value_lacking(CAPABILITY_BUDGET);
        const struct xpath_result *result = xpath_run(xpath, page[i], call->arena);
        if (result == NULL)
            return value_null();
        for (uint32_t k = 0; k < result->count; k++)
            array_add(call->arena, nodes, model_html_node(call->model, &result->node[k]));
    }
    struct object *object = object_new(call->model, TYPE_XPathResult, NULL);
    object_set(object, FIELD_XPathResult_nodes, value_array(nodes));
    return value_object(object);
}

/* The decoded bytes of a file object. */
static struct bytes content_of(struct value file)
{
    if (file.tag != VALUE_OBJECT)
        return BYTES_NONE;
    const struct node *node = object_node(file.as.object);
    if (node != NULL)
        return node->content;
    int raw = type_field(file.as.object->type, BYTES("raw"));
    return raw < 0 ? BYTES_NONE : value_bytes(object_get(file.as.object, (uint32_t)raw));
}

/* What is said of a file without content: nothing, or in a store, where it was not kept, nobody knows. */
static struct value no_content(struct value file)
{
    return file.tag == VALUE_OBJECT && object_is_stored(file.as.object)
               ? value_lacking(CAPABILITY_BODY)
               : value_null();
}

/* Known to be no text: letters stand in it as they are, and telling a charset of the rest is guessing. */
static bool is_binary(const struct node *node, struct bytes content)
{
    return node != NULL && node->kind != KIND_UNKNOWN && !scanner_is_text(node->kind) &&
           node->charset.len == 0 &&
           (node->kind == KIND_PDF ||
            bytes_find_byte(bytes_sub(content, 0, BINARY_LOOK_BYTES), 0, 0) != BYTES_NPOS);
}

static struct bytes decode(struct call *call, struct bytes content)
{
    const struct node *node = object_node(call->arg[0].as.object);
    if (is_binary(node, content))
        return content;
    struct charset_reading reading =
        charset_choose(node == NULL ? BYTES_NONE : node->charset, content);
    if (reading.as_is)
        return bytes_from(content, reading.mark);
    struct text text;
    text_init(&text, call->arena, 0);
    text_reserve(&text, content.len + 1);
    charset_decode(reading.id, bytes_from(content, reading.mark), &text, NULL);
    return text_bytes(&text);
}

/* CONTENT as text: decoded once a message, whichever function asks. */
static struct bytes text_of(struct call *call, struct bytes content)
{
    struct run *run = call->run;
    for (uint32_t i = 0; i < RUN_DECODED_MAX; i++)
        if (run->decoded[i].content.at == content.at && run->decoded[i].content.len == content.len)
            return run->decoded[i].text;
    struct bytes decoded = decode(call, content);
    run->decoded[run->decoded_next] = (struct decoded){content, decoded};
    run->decoded_next = (run->decoded_next + 1) % RUN_DECODED_MAX;
    return decoded;
}

struct value function_parse_text(struct call *call)
{
    struct bytes content = content_of(call->arg[0]);
    if (content.at == NULL)
        return no_content(call->arg[0]);
    if (!run_take(call->run, content.len / 8))
        return value_lacking(CAPABILITY_BUDGET);
    struct object *object = object_new(call->model, TYPE_ParseTextResult, NULL);
    object_set(object, FIELD_ParseTextResult_text, value_string(text_of(call, content)));
    return value_object(object);
}

struct value function_parse_html(struct call *call)
{
    struct bytes content = content_of(call->arg[0]);
    if (content.at == NULL)
        return no_content(call->arg[0]);
    if (!run_take(call->run, content.len / 4))
        return value_lacking(CAPABILITY_BUDGET);
    const struct node *node = object_node(call->arg[0].as.object);
    if (node != NULL && html_of(node) != NULL)
        return model_html(call->model, BYTES_NONE, html_of(node));
    return model_html(call->model, text_of(call, content), NULL);
}

/* The attached mail as a message of its own; NULL where the file is none. */
struct value function_parse_eml(struct call *call)
{
    if (call->arg[0].tag != VALUE_OBJECT)
        return value_null();
    const struct node *found = object_node(call->arg[0].as.object);
    if (found == NULL || found->kind != KIND_MAIL)
        return found == NULL ? no_content(call->arg[0]) : value_null();
    return value_object(
        model_new(found->tree, found->tree->node[found->id], call->model->settings)->root);
}
