/* SPDX-License-Identifier: Apache-2.0 */
#include "verdict/outline.h"

#include "base/utf8.h"

#define NAME_BYTES 60u
#define FACT_BYTES 60u
#define LINE_BYTES 180u

/* The branches left of NODE, outermost first. */
static void draw_branches(struct text *out, const struct node *node)
{
    const struct node *chain[64];
    uint32_t depth = 0;
    for (const struct node *n = node; n->parent != NULL && depth < 64; n = n->parent)
        chain[depth++] = n;
    while (depth-- > 0) {
        bool last = chain[depth]->next == NULL;
        text_add_string(out, depth == 0 ? (last ? "└─ " : "├─ ") : (last ? "   " : "│  "));
    }
}

/* A fact's text on one line. */
static void draw_string(struct text *out, struct bytes s)
{
    s = utf8_cut(s, FACT_BYTES);
    for (size_t i = 0; i < s.len; i++)
        text_add_byte(out, s.at[i] < ' ' ? ' ' : s.at[i]);
}

/* Facts said in the words of other tools repeat our own: they are for --json. */
static bool is_worth_drawing(const struct fact *fact)
{
    struct bytes name = bytes_of_string(fact_rows[fact->code].name);
    return !bytes_starts(name, BYTES("exiftool.")) && !bytes_starts(name, BYTES("oletools."));
}

static void draw_facts(struct text *out, const struct node *node)
{
    size_t start = out->len;
    for (const struct fact *fact = node->first_fact; fact != NULL; fact = fact->next) {
        struct value v = fact->value;
        if (!is_worth_drawing(fact))
            continue;
        if (out->len - start > LINE_BYTES) {
            text_add_string(out, " \xE2\x80\xA6");
            return;
        }
        if (v.tag == VALUE_ARRAY && v.as.array->count > 0 &&
            v.as.array->item[0].tag == VALUE_STRING) {
            text_add_format(out, "  %s=%u:", fact_rows[fact->code].name, v.as.array->count);
            draw_string(out, value_bytes(v.as.array->item[0]));
        } else if (v.tag == VALUE_STRING) {
            text_add_format(out, "  %s=", fact_rows[fact->code].name);
            draw_string(out, value_bytes(v));
        } else if (v.tag == VALUE_INT) {
            text_add_format(out, "  %s=%lld", fact_rows[fact->code].name, (long long)v.as.integer);
        } else if (value_is_true(v)) {
            text_add_format(out, "  %s", fact_rows[fact->code].name);
        }
    }
}

void outline_draw(struct text *out, const struct tree *tree)
{
    for (const struct node *node = tree->root; node != NULL; node = node_walk(tree->root, node)) {
        draw_branches(out, node);
        text_add(out, node_path(tree->arena, node));
        text_add_format(out, " %s %zu", kind_rows[node->kind].name, node->content.len);
        if (node->is_view)
            text_add_string(out, " (derived)");
        if (node->name.len > 0 && node != tree->root) {
            text_add_string(out, " \"");
            text_add(out, utf8_cut(node->name, NAME_BYTES));
            text_add_byte(out, '"');
        }
        draw_facts(out, node);
        for (const struct anomaly *a = node->first_anomaly; a != NULL; a = a->next)
            text_add_format(out, "  !%s", anomaly_rows[a->code].name);
        text_add_byte(out, '\n');
    }
}

static void json_node(struct json *json, const struct tree *tree, const struct node *node)
{
    json_begin_map(json);
    json_key(json, "path");
    json_string(json, node_path(tree->arena, node));
    json_key(json, "kind");
    json_cstring(json, kind_rows[node->kind].name);
    json_key(json, "name");
    json_string(json, node->name);
    json_key(json, "type");
    json_string(json, node->type);
    json_key(json, "bytes");
    json_int(json, (int64_t)node->content.len);
    json_key(json, "derived");
    json_bool(json, node->is_view);
    json_key(json, "facts");
    json_begin_map(json);
    for (const struct fact *fact = node->first_fact; fact != NULL; fact = fact->next) {
        json_key(json, fact_rows[fact->code].name);
        json_value(json, fact->value);
    }
    json_end_map(json);
    json_key(json, "anomalies");
    json_begin_list(json);
    for (const struct anomaly *a = node->first_anomaly; a != NULL; a = a->next)
        json_cstring(json, anomaly_rows[a->code].name);
    json_end_list(json);
    json_end_map(json);
}

void outline_json(struct json *json, const struct tree *tree)
{
    json_begin_list(json);
    for (const struct node *node = tree->root; node != NULL; node = node_walk(tree->root, node))
        json_node(json, tree, node);
    json_end_list(json);
}
