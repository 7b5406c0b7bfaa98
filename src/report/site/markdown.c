/* SPDX-License-Identifier: Apache-2.0 */
#include "report/site/part.h"

#include <cmark.h>
#include <stdlib.h>

/* A link may go to http(s), mailto or a relative place; a picture only to a relative one. */
static bool is_relative(struct bytes url)
{
    size_t colon = bytes_find_byte(url, ':', 0), slash = bytes_find_byte(url, '/', 0);
    return !bytes_starts(url, BYTES("//")) && !bytes_starts(url, BYTES("\\")) &&
           (colon == BYTES_NPOS || slash < colon);
}

/* Pictures of other hosts become their text: the page asks nobody else for anything. */
/* Whether text ends (or begins) with a character that is written without spaces: a line break there
 * is none (CSS Text 3, 4.1.3, segment breaks between East Asian characters). */
static bool is_wide_text(cmark_node *node, bool at_end)
{
    if (node == NULL || cmark_node_get_type(node) != CMARK_NODE_TEXT)
        return false;
    struct bytes s = bytes_of_string(cmark_node_get_literal(node));
    size_t at = at_end && s.len >= 3 ? s.len - 3 : 0;
    return s.len >= 3 && s.at[at] >= 0xE3 && s.at[at] <= 0xEF;
}

static void clean(cmark_node *root)
{
    cmark_iter *iter = cmark_iter_new(root);
    for (cmark_event_type event; (event = cmark_iter_next(iter)) != CMARK_EVENT_DONE;) {
        cmark_node *node = cmark_iter_get_node(iter);
        if (event == CMARK_EVENT_ENTER && cmark_node_get_type(node) == CMARK_NODE_SOFTBREAK &&
            is_wide_text(cmark_node_previous(node), true) &&
            is_wide_text(cmark_node_next(node), false)) {
            cmark_node_free(node); /* the iterator is past it already */
            continue;
        }
        if (event != CMARK_EVENT_ENTER || cmark_node_get_type(node) != CMARK_NODE_IMAGE)
            continue;
        if (!is_relative(bytes_of_string(cmark_node_get_url(node))))
            cmark_node_set_url(node, "");
    }
    cmark_iter_free(iter);
}

/* The call of a paragraph that is "{{...}}" and nothing else; absent for any other node. */
static struct bytes call_of(cmark_node *node)
{
    cmark_node *text = cmark_node_first_child(node);
    if (cmark_node_get_type(node) != CMARK_NODE_PARAGRAPH || text == NULL ||
        cmark_node_next(text) != NULL || cmark_node_get_type(text) != CMARK_NODE_TEXT)
        return BYTES_NONE;
    struct bytes s = bytes_trim(bytes_of_string(cmark_node_get_literal(text)));
    if (s.len < 5 || !bytes_starts(s, BYTES("{{")) || !bytes_ends(s, BYTES("}}")))
        return BYTES_NONE;
    return bytes_trim(bytes_sub(s, 2, s.len - 4));
}

void markdown_html(struct text *out, struct arena *arena, struct bytes markdown,
                   void (*embed)(void *own, struct bytes call), void *own)
{
    cmark_node *root = cmark_parse_document((const char *)markdown.at, markdown.len,
                                            CMARK_OPT_VALIDATE_UTF8 | CMARK_OPT_SMART);
    clean(root);
    (void)arena;
    for (cmark_node *block = cmark_node_first_child(root); block != NULL;
         block = cmark_node_next(block)) {
        struct bytes call = call_of(block);
        if (call.at != NULL) {
            embed(own, call);
            continue;
        }
        char *html =
            cmark_render_html(block, CMARK_OPT_DEFAULT); /* without CMARK_OPT_UNSAFE: no raw HTML */
        text_add_string(out, html);
        free(html);
    }
    cmark_node_free(root);
}

struct bytes markdown_text(struct arena *arena, struct bytes markdown, size_t most)
{
    cmark_node *root =
        cmark_parse_document((const char *)markdown.at, markdown.len, CMARK_OPT_VALIDATE_UTF8);
    cmark_iter *iter = cmark_iter_new(root);
    struct text out;
    text_init(&out, arena, 0);
    for (cmark_event_type event;
         (event = cmark_iter_next(iter)) != CMARK_EVENT_DONE && out.len < most;) {
        cmark_node *node = cmark_iter_get_node(iter);
        cmark_node_type type = cmark_node_get_type(node);
        if (event == CMARK_EVENT_EXIT &&
            (type == CMARK_NODE_PARAGRAPH || type == CMARK_NODE_HEADING))
            text_add_byte(&out, ' ');
        if (event != CMARK_EVENT_ENTER ||
            call_of(cmark_node_parent(node) == NULL ? node : cmark_node_parent(node)).at != NULL)
            continue;
        if (type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE)
            text_add_string(&out, cmark_node_get_literal(node));
        else if (type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK)
            text_add_byte(&out, ' ');
    }
    cmark_iter_free(iter);
    cmark_node_free(root);
    struct bytes all = bytes_trim(text_bytes(&out));
    while (all.len > most ||
           (all.len > 0 && all.len == most && (all.at[all.len - 1] & 0xC0) == 0x80))
        all.len--;
    return all;
}
