/* SPDX-License-Identifier: Apache-2.0 */
#include "open/html.h"

#include "artifact/node_text.h"
#include "open/html_tree.h"
#include "open/opener.h"

#define SCRIPT_MIN_BYTES 4
#define EVENT_MIN_BYTES 12

static int bid_html(const struct node *node)
{
    return node->kind == KIND_HTML || node->kind == KIND_SVG || node->kind == KIND_HTA ? 80 : 0;
}

static void add_scripts(struct node *node, const struct html_doc *doc)
{
    for (uint32_t i = 0; i < doc->script_count; i++) {
        const struct html_script *script = &doc->script[i];
        bool data = bytes_find_fold(script->type, BYTES("json"), 0) != BYTES_NPOS ||
                    bytes_find_fold(script->type, BYTES("template"), 0) != BYTES_NPOS;
        if (script->text.len < SCRIPT_MIN_BYTES || data)
            continue;
        struct node *child = node_add(node, script->text, BYTES_NONE);
        if (child == NULL)
            return;
        bool vbs = bytes_find_fold(script->type, BYTES("vbs"), 0) != BYTES_NPOS;
        child->kind = vbs ? KIND_VBS : KIND_JAVASCRIPT;
        child->is_view = true;
    }
}

/* Events that need no hand on the page. */
static bool happens_by_itself(struct bytes name)
{
    static const char *const names[] = {"onload",           "onerror",   "onpageshow", "onbegin",
                                        "onanimationstart", "ontoggle",  "onfocus",    "onend",
                                        "ontransitionend",  "onloadend", "onmousemove"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (bytes_equal_fold(name, bytes_of_string(names[i])))
            return true;
    return false;
}

static void add_events(struct node *node, const struct html_doc *doc)
{
    for (uint32_t i = 0; i < doc->event_count; i++) {
        const struct html_event *event = &doc->event[i];
        if (event->value.len < EVENT_MIN_BYTES || !happens_by_itself(event->name))
            continue;
        struct node *child = node_add(node, event->value, event->name);
        if (child == NULL)
            return;
        child->kind = KIND_JAVASCRIPT;
        child->is_view = true;
    }
}

static void add_embedded(struct node *node, struct html_doc *doc)
{
    struct arena *arena = node->tree->arena;
    for (uint32_t i = 0; i < doc->embedded_count; i++) {
        struct html_embedded *embedded = &doc->embedded[i];
        if (!open_take_bytes(node, embedded->source.len))
            return;
        if (!embedded->is_page &&
            !html_data_uri(arena, embedded->source, &embedded->type, &embedded->content))
            continue;
        if (embedded->content.len == 0)
            continue;
        struct node *child = node_add(node, embedded->content, BYTES_NONE);
        if (child == NULL)
            return;
        child->raw = embedded->source;
        child->type = embedded->is_page ? BYTES("text/html") : embedded->type;
        if (embedded->is_page)
            child->kind = KIND_HTML;
    }
}

static void note_anomalies(struct node *node, const struct html_doc *doc)
{
    if (doc->too_deep)
        node_anomaly(node, ANOMALY_HTML_TOO_DEEP, 0, 0, BYTES_NONE);
    if (doc->attributes_over)
        node_limit(node, LIMIT_ATTRIBUTES);
    if (doc->dropped > 0)
        node_limit(node, LIMIT_LINKS);
    if (doc->bidi_count > 0)
        node_anomaly(node, ANOMALY_HTML_BIDI, 0, 0, BYTES_NONE);
}

static void note_facts(struct node *node, const struct html_doc *doc)
{
    if (doc->title.len > 0)
        node_fact_string(node, FACT_HTML_TITLE, doc->title);
    for (int i = 0; i < HTML_SIGN_COUNT; i++)
        if (doc->signs >> i & 1)
            node_fact_add(node, FACT_HTML_SIGNS, bytes_of_string(html_sign_rows[i].name));
    for (uint32_t i = 0; i < doc->link_count; i++)
        if (doc->link[i].kind == HTML_LINK_META_REFRESH && doc->link[i].href.len > 3)
            node_fact_add(node, FACT_SCRIPT_NAVIGATES, doc->link[i].href);
    uint32_t secrets = 0;
    for (uint32_t i = 0; i < doc->input_count; i++)
        secrets += doc->input[i].secret;
    if (doc->form_count > 0)
        node_fact_int(node, FACT_HTML_FORMS, doc->form_count);
    if (secrets > 0)
        node_fact_int(node, FACT_HTML_SECRET_INPUTS, secrets);
    if (doc->hidden_bytes > 0)
        node_fact_int(node, FACT_HTML_HIDDEN_BYTES, (int64_t)doc->hidden_bytes);
}

static void open_html(struct node *node)
{
    struct tree *tree = node->tree;
    struct html_doc *doc = (tree->page_trees ? html_read_with_tree : html_read)(
        tree->arena, tree->budget, node_text(node), node->kind == KIND_SVG);
    node->own = doc;
    note_anomalies(node, doc);
    note_facts(node, doc);
    add_scripts(node, doc);
    add_events(node, doc);
    add_embedded(node, doc);
}

const struct html_doc *html_of(const struct node *node)
{
    return bid_html(node) > 0 && node->opened ? node->own : NULL;
}

extern const struct opener opener_html;
const struct opener opener_html = {.name = "html", .bid = bid_html, .open = open_html};
