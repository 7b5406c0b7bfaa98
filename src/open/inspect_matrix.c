/* SPDX-License-Identifier: Apache-2.0 */
#include "open/inspect.h"

#include "open/html.h"
#include "open/picture.h"

/* Fewer block characters than this draw no code. */
#define BLOCKS_MIN 100

static uint32_t matrices_of(struct node *node, struct html_matrix **out)
{
    const struct html_doc *doc = html_of(node);
    if (doc != NULL)
        return html_find_matrices(doc, node->tree->arena, out);
    if (node->kind != KIND_TEXT)
        return 0;
    uint32_t blocks = 0; /* U+2580..U+259F begin E2 96 */
    for (size_t at = bytes_find(node->content, BYTES("\xE2\x96"), 0);
         at != BYTES_NPOS && blocks < BLOCKS_MIN;
         at = bytes_find(node->content, BYTES("\xE2\x96"), at + 3))
        blocks++;
    return blocks < BLOCKS_MIN ? 0 : html_text_matrices(node->content, node->tree->arena, out);
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
