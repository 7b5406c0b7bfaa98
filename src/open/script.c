/* SPDX-License-Identifier: Apache-2.0 */
#include "open/script.h"

#include "base/table.h"
#include "open/opener.h"
#include "open/script_encoded.h"
#include "open/script_eval.h"
#include "open/vba.h"

#define DOCUMENT_VALUES_MAX 16384u

void script_document_value(struct node *document, struct bytes key, struct bytes value)
{
    struct arena *arena = document->tree->arena;
    if (document->own == NULL)
        document->own = table_new(arena);
    struct table *table = document->own;
    if (table->count >= DOCUMENT_VALUES_MAX)
        return;
    uint8_t *lower = arena_alloc(arena, key.len + 1);
    for (size_t i = 0; i < key.len; i++)
        lower[i] = ascii_lower(key.at[i]);
    struct bytes *kept = arena_new_of(arena, struct bytes);
    *kept = value;
    table_set(table, bytes_of(lower, key.len), kept);
}

void script_vba(struct node *document, const struct vba_module *module, uint32_t count)
{
    struct script script;
    struct script_statement *first = NULL, **last = &first;
    int64_t read = 0;
    script_begin(&script, SCRIPT_VB, document, document);
    script.report.vba = true;
    script.document = document->own;
    for (uint32_t i = 0; i < count; i++) {
        if (module[i].node == NULL)
            continue;
        script.report.node = module[i].node;
        report_words(&script.report, module[i].source);
        *last = script_parse_vb(&script, module[i].source);
        while (*last != NULL)
            last = &(*last)->next;
        read++;
    }
    script.report.node = document;
    script_run_program(&script, first);
    script_end(&script);
    node_fact_int(document, FACT_VBA_TOTAL_FILES, count);
    node_fact_int(document, FACT_VBA_TOTAL_EXTRACTED, read);
}

static void run_alone(struct node *node, enum script_language language)
{
    struct script script;
    script_begin(&script, language, node, node);
    report_words(&script.report, node->content);
    script_run_program(&script, script_parse(&script, node->content));
    script_end(&script);
}

static int script_bid(const struct node *node)
{
    bool mine = node->kind == KIND_VBA || node->kind == KIND_VBS || node->kind == KIND_JAVASCRIPT ||
                node->kind == KIND_POWERSHELL;
    return mine ? 60 : 0;
}

/* What screnc.exe of the Windows Script Host wrote is a program in a code of its own: the clear text is a
 * child, and is run there. */
static bool open_encoded(struct node *node)
{
    struct script_encoded found;
    if (node->kind == KIND_POWERSHELL || !script_is_encoded(node->content))
        return false;
    struct bytes clear = script_decode(node->tree->arena, node->content, &found);
    if (found.broken)
        node_anomaly(node, ANOMALY_UNDECODABLE, found.broken_at, 4,
                     BYTES("a broken block of an encoded script (jse, vbe)"));
    if (found.doubtful)
        node_anomaly(node, ANOMALY_UNDECODABLE, found.doubtful_at, 4,
                     BYTES("an encoded script whose length or sum is wrong"));
    if (found.blocks == 0 || !open_take_bytes(node, clear.len))
        return false;
    struct node *child =
        node_add(node, clear, node->kind == KIND_JAVASCRIPT ? BYTES("decoded.js") : BYTES("decoded.vbs"));
    if (child == NULL)
        return false;
    child->kind = node->kind;
    child->is_view = true;
    return true;
}

void script_read(struct node *node)
{
    if (open_encoded(node))
        return;
    run_alone(node, node->kind == KIND_JAVASCRIPT   ? SCRIPT_JS
                    : node->kind == KIND_POWERSHELL ? SCRIPT_PS
                                                    : SCRIPT_VB);
}

const struct opener opener_script = {.name = "script", .bid = script_bid, .open = script_read};
