/* SPDX-License-Identifier: Apache-2.0 */
#include "open/opener.h"

#include "artifact/identify.h"
#include "artifact/node_text.h"
#include "open/inspect.h"

#define OPENER(name) extern const struct opener opener_##name;
#include "open/opener.def"
#undef OPENER

static const struct opener *const openers[] = {
#define OPENER(name) &opener_##name,
#include "open/opener.def"
#undef OPENER
    NULL,
};

static void (*const inspectors[])(struct node *node) = {
#define INSPECT(name) inspect_##name,
#include "open/inspect.def"
#undef INSPECT
};

/* Kinds that have nothing below them, or whose parts mean nothing apart. */
static bool is_leaf(enum kind kind)
{
    switch (kind) {
    case KIND_EMPTY:
    case KIND_TEXT:
    case KIND_XML:
    case KIND_JSON:
    case KIND_CSV:
    case KIND_YAML:
    case KIND_HTML:
    case KIND_SVG:
    case KIND_MULTIPART:
    case KIND_VBA:
    case KIND_VBS:
    case KIND_JAVASCRIPT:
    case KIND_HTA:
    case KIND_WSF:
    case KIND_POWERSHELL:
    case KIND_BATCH:
    case KIND_SHELL:
    case KIND_PYTHON:
    case KIND_PERL:
    case KIND_PHP:
    case KIND_RUBY:
    case KIND_DOCKERFILE:
    case KIND_PNG:
    case KIND_JPEG:
    case KIND_GIF:
    case KIND_WEBP:
    case KIND_BMP:
    case KIND_TIFF:
    case KIND_ICO:
    case KIND_HEIC:
    case KIND_EMF:
    case KIND_WMF:
    case KIND_PE:
    case KIND_ELF:
    case KIND_MACHO:
    case KIND_JAVA_CLASS:
    case KIND_AUDIO:
    case KIND_VIDEO:
    case KIND_FONT:
    case KIND_P7S:
    case KIND_ROBOT:
    case KIND_DIRECTORY:
    case KIND_ICS:
    case KIND_VCF:
    case KIND_URL_SHORTCUT:
        return true;
    default:
        return identify_is_launcher(kind);
    }
}

/* Documents and programs hold private pieces (printer settings, tables) that are not attachments. */
static bool holds_private_parts(const struct node *parent)
{
    switch (parent->kind) {
    case KIND_DOCX:
    case KIND_XLSX:
    case KIND_XLSB:
    case KIND_PPTX:
    case KIND_CFB:
    case KIND_DOC:
    case KIND_XLS:
    case KIND_PPT:
    case KIND_MSI:
    case KIND_MSG:
    case KIND_RTF:
    case KIND_JAR:
    case KIND_APK:
    case KIND_PE:
    case KIND_PDF:
        return true;
    default:
        return false;
    }
}

/* Nobody bids: what is neither known nor plainly inert must not pass as looked at. */
static void note_unopened(struct node *node)
{
    if (node->is_view || is_leaf(node->kind) ||
        (node->parent != NULL && holds_private_parts(node->parent)))
        return;
    if (node->kind == KIND_UNKNOWN)
        node_anomaly(node, ANOMALY_UNKNOWN_CONTENT, 0, 0, BYTES_NONE);
    else if (node->kind == KIND_PGP)
        node_anomaly(node, ANOMALY_ENCRYPTED, 0, 0, BYTES("OpenPGP"));
    else
        node_anomaly(node, ANOMALY_UNSUPPORTED, 0, 0, bytes_of_string(kind_rows[node->kind].what));
}

/* Scripts, archives of letters and the like in UTF-16 or UTF-32: the text stands for the file and is
 * opened in its place.  Pages have a reader of their own charset.  False where NODE is none. */
static bool open_wide(struct node *node)
{
    if (!node_text_is_wide(node->content) || !is_leaf(node->kind) || node->kind == KIND_HTML)
        return false;
    struct node *view = node_text_view(node);
    if (view == node)
        return false;
    view->kind = identify(view->content, node->type, node->name);
    view->opened = false;
    return true;
}

void open_node(struct node *node)
{
    if (node->opened)
        return;
    node->opened = true;
    if (node->kind == KIND_UNKNOWN)
        node->kind = identify(node->content, node->type, node->name);
    struct budget *budget = node->tree->budget;
    if (!budget_time_left(budget) || !budget_memory_left(budget)) {
        node_limit(node, budget_passed(budget, LIMIT_MILLISECONDS) ? LIMIT_MILLISECONDS : LIMIT_MEMORY);
        return;
    }
    const struct opener *best = NULL;
    int highest = 0;
    bool is_wide = open_wide(node);
    for (size_t i = 0; openers[i] != NULL && !is_wide; i++) {
        int bid = openers[i]->bid(node);
        if (bid > highest)
            highest = bid, best = openers[i];
    }
    if (best != NULL)
        best->open(node);
    else if (!is_wide)
        note_unopened(node);
    for (size_t i = 0; i < sizeof inspectors / sizeof inspectors[0]; i++)
        inspectors[i](node);
}

void open_tree(struct node *root)
{
    open_node(root);
    for (struct node *node = node_walk(root, root); node != NULL; node = node_walk(root, node))
        open_node(node);
}

bool open_take_bytes(struct node *node, size_t len)
{
    if (budget_take(node->tree->budget, LIMIT_BYTES_OUT, len))
        return true;
    node_limit(node, LIMIT_BYTES_OUT);
    return false;
}
