/* SPDX-License-Identifier: Apache-2.0 */
#include "open/inspect.h"

#include "open/html.h"
#include "open/picture.h"

static uint32_t matrices_of(struct node *node, struct html_matrix **out)
{
    const struct html_doc *doc = html_of(node);
    if (doc != NULL)
        return html_find_matrices(doc, node->tree->arena, out);
    if (node->kind != KIND_TEXT)
        return 0;
    return html_text_matrices(node->content, node->tree->arena, out);
}

void inspect_matrix(struct node *node)
{
    struct html_matrix *matrix = NULL;
    if (node->kind != KIND_TEXT && node->kind != KIND_HTML && node->kind != KIND_SVG)
        return;
    uint32_t count = matrices_of(node, &matrix);
    for (uint32_t i = 0; i < count; i++)
        qr_read_modules(node, matrix[i].module, matrix[i].width, matrix[i].height);
}
