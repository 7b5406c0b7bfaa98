/* SPDX-License-Identifier: Apache-2.0 */
#include "open/shell.h"

#include "artifact/decompress.h"
#include "artifact/identify.h"
#include "open/opener.h"
#include "open/script.h"
#include "shell/keep.h"
#include "shell/shell.h"

#include <talloc.h>

#define LOOKS_LIKE_SHELL 60
#define PROGRAM_BYTES_MAX ((size_t)32 << 20) /* of a longer one the head is read */
#define BUNDLE_BYTES_MIN ((size_t)1 << 20)   /* longer ones hold code for pages, too, and need more steps */
#define BYTES_PER_STEP 2 /* a word is hardly shorter */
#define CROWD_BYTES ((size_t)40 << 20) /* of a tree: many scripts were read, and more may come */
#define CARRIED_BYTES_MIN ((size_t)128 << 10) /* what a script carries is opened by itself from here on */

/* What hangs on node->own of a script this file has read. */
struct shell_own {
    struct shell_report *report;
    struct node *layer[REPORT_LAYERS_MAX];
};

/* The interpreter of programs of KIND; absent where this file reads none. */
static struct bytes interpreter_of(enum kind kind)
{
    switch (kind) {
    case KIND_PYTHON:
        return BYTES("python");
    case KIND_PERL:
        return BYTES("perl");
    case KIND_PHP:
        return BYTES("php");
    case KIND_RUBY:
        return BYTES("ruby");
    case KIND_JAVASCRIPT:
        return BYTES("node");
    default:
        return BYTES_NONE;
    }
}

static bool holds_any(struct bytes text, const char *const *words)
{
    for (; *words != NULL; words++)
        if (bytes_find(text, bytes_of_string(*words), 0) != BYTES_NPOS)
            return true;
    return false;
}

/* Whether NODE, JavaScript, is a program for Node.js that does something to the machine or the network: not a
 * page's, not one of the Windows Script Host. */
static bool is_for_node(const struct node *node)
{
    static const char *const marks[] = {"require(", "process.", "child_process", "Buffer.from(", "from \"node:",
                                        "from 'node:", "from 'fs'", "from \"fs\"", "from 'os'", NULL};
    static const char *const acts[] = {"child_process", "http", "fetch(", "eval(", "'net'", "\"net\"", "dns", "_0x", "\\x63\\x",
                                       "Function(", "appendFile", "writeFile", ".exec(", NULL};
    static const char *const others[] = {"ActiveXObject", "WScript", "window.", "document.", NULL};
    static const char *const host[] = {"ActiveXObject", "WScript", NULL};
    bool bundle = node->content.len >= BUNDLE_BYTES_MIN;
    bool page = node->parent != NULL && node->parent->kind == KIND_HTML;
    return !page && holds_any(node->content, marks) && (bundle || holds_any(node->content, acts)) &&
           !holds_any(node->content, bundle ? host : others);
}

static bool is_program(const struct node *node)
{
    return interpreter_of(node->kind).len > 0 && (node->kind != KIND_JAVASCRIPT || is_for_node(node));
}

static int bid(const struct node *node)
{
    if (node->kind == KIND_SHELL)
        return 90;
    if (node->kind == KIND_TEXT && !node->is_view &&
        shell_looks_like(node->content) >= LOOKS_LIKE_SHELL)
        return 55;
    return is_program(node) ? 65 : 0;
}

static struct bytes unpack(void *own, struct bytes packed, size_t most)
{
    struct node *node = own;
    enum kind kind = identify(packed, BYTES_NONE, BYTES_NONE);
    struct decompress what = {.in = packed, .at_most = most};
    if (kind == KIND_GZIP)
        what.codec = CODEC_GZIP;
    else if (kind == KIND_BZIP2)
        what.codec = CODEC_BZIP2;
    else if (kind == KIND_XZ)
        what.codec = CODEC_XZ;
    else if (kind == KIND_ZSTD)
        what.codec = CODEC_ZSTD;
    else
        return BYTES_NONE;
    struct decompressed done = decompress(node, what);
    return done.out.len > 0 ? done.out : BYTES_NONE;
}

static void layers_hang(struct node *node, struct shell_own *own)
{
    struct shell_report *report = own->report;
    own->layer[0] = node;
    for (uint32_t i = 1; i < report->layer_count; i++) {
        struct shell_layer *layer = report->layer[i];
        if (!layer->decoded)
            continue;
        struct bytes way = layer_path(node->tree->arena, layer->parent, layer->line);
        struct bytes name =
            arena_printf(node->tree->arena, "%.*s > %.*s", BYTES_FMT(way), BYTES_FMT(layer->how));
        struct node *child = node_add(node, layer->text, name);
        if (child == NULL)
            return;
        child->is_view = true;
        if (layer->is_shell) /* the engine has read it already, in its place */
            child->kind = KIND_SHELL, child->opened = true;
        own->layer[i] = child;
    }
}

/* NODE's text up to the long binary piece it carries, which becomes a child. */
static struct bytes carried_cut(struct node *node)
{
    struct bytes text = node->content;
    const uint8_t *nul = text.len < CARRIED_BYTES_MIN ? NULL : memchr(text.at, 0, text.len);
    size_t line = nul == NULL ? BYTES_NPOS
                              : bytes_find_last_byte(bytes_sub(text, 0, (size_t)(nul - text.at)), '\n');
    if (line == BYTES_NPOS || text.len - line < CARRIED_BYTES_MIN)
        return text;
    struct node *child = node_add(node, bytes_from(text, line + 1), BYTES("carried"));
    return child == NULL ? text : bytes_sub(text, 0, line + 1);
}

/* TEXT read; of one script among many only the report stays, and its words where it tells something. */
static struct shell_report *analyze(struct node *node, struct bytes text, struct shell_options *options)
{
    struct tree *tree = node->tree;
    size_t used = arena_used_bytes(tree->arena);
    if (text.len >= BUNDLE_BYTES_MIN || used >= CROWD_BYTES) /* in step with the bytes: O(bytes) as before */
        tree->budget->most[LIMIT_EVAL_STEPS] += text.len / BYTES_PER_STEP;
    if (used < CROWD_BYTES)
        return shell_analyze(tree->arena, tree->budget, text, options);
    struct arena *scratch = arena_new(NULL);
    struct shell_report *report = shell_analyze(scratch, tree->budget, text, options);
    if (report_tells(report) && used < CROWD_BYTES * 2)
        report = shell_analyze(tree->arena, tree->budget, text, options);
    else
        report = report_keep(tree->arena, report, text);
    talloc_free(scratch);
    return report;
}

static void open(struct node *node)
{
    struct shell_own *own = arena_new_of(node->tree->arena, struct shell_own);
    struct shell_options options = {.name = node->name, .unpack = unpack, .own = node};
    options.interpreter = interpreter_of(node->kind);
    bool sure = node->kind != KIND_PYTHON && node->kind != KIND_PERL; /* a name alone says little */
    sure |= node->kind == KIND_PYTHON &&
            (bytes_starts(node->content, BYTES("import ")) || bytes_starts(node->content, BYTES("from ")) ||
             bytes_find(bytes_sub(node->content, 0, 4096), BYTES("\nimport "), 0) != BYTES_NPOS);
    options.is_program = options.interpreter.len > 0 &&
                         (sure || shell_looks_like(node->content) < LOOKS_LIKE_SHELL);
    options.builds = node->is_view && (bytes_starts(node->name, BYTES("RUN at")) ||
                                       bytes_starts(node->name, BYTES("history at")));
    options.installs = node->is_view && bytes_starts(node->name, BYTES("script at"));
    if (!options.is_program)
        node->kind = KIND_SHELL;
    struct bytes text = options.is_program ? bytes_sub(node->content, 0, PROGRAM_BYTES_MAX) : node->content;
    if (!options.is_program)
        text = carried_cut(node);
    own->report = analyze(node, text, &options);
    if (options.is_program && text.len < node->content.len)
        node_limit(node, LIMIT_BYTES_OUT);
    node->own = own;
    for (uint32_t limit = 0; limit < LIMIT_COUNT; limit++)
        if ((own->report->limits & 1U << limit) != 0)
            node_limit(node, (enum limit)limit);
    if (own->report->skimmed > 0)
        node_anomaly(node, ANOMALY_SKIMMED, 0, 0,
                     arena_printf(node->tree->arena, "%u calls and turns", own->report->skimmed));
    layers_hang(node, own);
    bool bundle = text.len >= BUNDLE_BYTES_MIN; /* of others strings are computed, as an attachment's are */
    if (node->kind == KIND_JAVASCRIPT && !bundle)
        script_read(node);
    for (uint32_t b = 0; b < BEHAVIOUR_COUNT; b++)
        if (report_count(own->report, (enum behaviour)b) > 0)
            node_fact_add(node, FACT_SHELL_BEHAVIOURS, bytes_of_string(behaviour_rows[b].id));
}

struct shell_report *shell_report_of(const struct node *node)
{
    bool read = (node->kind == KIND_SHELL || interpreter_of(node->kind).len > 0) && node->own != NULL;
    return read ? ((struct shell_own *)node->own)->report : NULL;
}

struct node *shell_layer_node(struct node *script, const struct shell_layer *layer)
{
    const struct shell_own *own = script->own;
    for (; layer != NULL; layer = layer->parent)
        if (own->layer[layer->id] != NULL && own->report->layer[layer->id] == layer)
            return own->layer[layer->id];
    return script;
}

struct node *shell_body(struct node *parent, struct bytes text, const char *what, uint32_t line)
{
    struct bytes name = arena_printf(parent->tree->arena, "%s at line %u", what, line);
    struct node *child = text.len == 0 ? NULL : node_add(parent, text, name);
    if (child == NULL)
        return NULL;
    child->kind = KIND_SHELL;
    child->is_view = true;
    node_fact_int(child, FACT_SHELL_LINE, line);
    return child;
}

const struct opener opener_shell = {"shell", bid, open};
