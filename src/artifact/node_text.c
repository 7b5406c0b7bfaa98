/* SPDX-License-Identifier: Apache-2.0 */
#include "artifact/node_text.h"

#include "base/charset.h"
#include "base/utf8.h"

static struct node *add_view(struct node *node, enum charset_id id, struct bytes in,
                             bool report_bad)
{
    struct tree *tree = node->tree;
    struct charset_report report;
    struct text text;
    text_init(&text, NULL,
              tree->budget->most[LIMIT_BYTES_OUT] - tree->budget->used[LIMIT_BYTES_OUT] + 1);
    charset_decode(id, in, &text, &report);
    if (text.over_limit || !budget_take(tree->budget, LIMIT_BYTES_OUT, text.len))
        node_limit(node, LIMIT_BYTES_OUT);
    struct bytes utf8 = arena_copy(tree->arena, text_bytes(&text));
    text_finish(&text);
    size_t skipped = (size_t)(in.at - node->content.at);
    if (report_bad && report.bad_count > 0)
        node_anomaly(
            node, ANOMALY_CHARSET_BAD_BYTES, skipped + report.first_bad, 1,
            arena_printf(tree->arena, "%s, %zu places", charset_name(id), report.bad_count));
    struct node *view = node_add(node, utf8, BYTES_NONE);
    if (view == NULL)
        return NULL;
    view->kind = KIND_TEXT;
    view->opened = view->is_view = true;
    view->charset = BYTES("utf-8");
    return view;
}

struct bytes node_text(struct node *node)
{
    if (node->text.at != NULL)
        return node->text;
    struct bytes label = node->charset, in = node->content;
    if (label.len == 0 && node->kind == KIND_HTML) {
        enum charset_id page = charset_of_page(in);
        if (page != CHARSET_UNKNOWN)
            label = bytes_of_string(charset_name(page));
    }
    struct charset_reading reading = charset_choose(label, in);
    if (reading.label_unknown)
        node_anomaly(node, ANOMALY_CHARSET_UNKNOWN, 0, 0, label);
    if (reading.label_wrong)
        node_anomaly(node, ANOMALY_CHARSET_FALSE, 0, 0,
                     arena_printf(node->tree->arena, "%.*s, reads as %s", BYTES_FMT(label),
                                  charset_name(reading.id)));
    if (reading.strays)
        node_anomaly(node, ANOMALY_CHARSET_STRAY_BYTES, utf8_ascii_end(in, 0), 1, BYTES_NONE);
    in = bytes_from(in, reading.mark);
    node->text = in.at == NULL ? BYTES("") : in;
    if (reading.as_is)
        return node->text;
    struct node *view = add_view(node, reading.id, in, true);
    if (view != NULL)
        node->text = view->content;
    if (reading.other != CHARSET_UNKNOWN) {
        struct node *other = add_view(node, reading.other, in, false);
        if (other != NULL)
            node->text_other = other->content;
    }
    return node->text;
}

struct bytes node_text_other(struct node *node)
{
    return node->text_other;
}

bool node_text_is_wide(struct bytes content)
{
    return bytes_starts(content, BYTES("\xFF\xFE")) || bytes_starts(content, BYTES("\xFE\xFF")) ||
           bytes_starts(content, BYTES("\0\0\xFE\xFF"));
}

bool node_is_wide_text(const struct node *node)
{
    return node->is_view && node->parent != NULL && node->content.at == node->parent->text.at &&
           node_text_is_wide(node->parent->content);
}

struct node *node_text_view(struct node *node)
{
    struct bytes text = node_text(node);
    for (struct node *child = node->first_child; child != NULL; child = child->next)
        if (child->is_view && child->content.at == text.at)
            return child;
    return node;
}
