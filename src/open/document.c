/* SPDX-License-Identifier: Apache-2.0 */
#include "open/document.h"

#include "open/codepage.h"
#include "open/opener.h"
#include "open/script.h"
#include "open/script_report.h"

#define CELLS_GIVEN_MAX 4096

/* What lure pictures and texts say (ATT&CK T1204.002); Japanese as Office itself words it. */
static const char *const lures[] = {"enable content",
                                    "enable editing",
                                    "enable macros",
                                    "enable macro",
                                    "enabling content",
                                    "enabling macros",
                                    "content must be enabled",
                                    "macros must be enabled",
                                    "protected view",
                                    "document is protected",
                                    "created in earlier version of",
                                    "created in an earlier version",
                                    "created in previous version",
                                    "created using online version",
                                    "please click enable",
                                    "click \"enable",
                                    "press \"enable",
                                    "previous versions of microsoft office",
                                    "document created in",
                                    "this document is encrypted",
                                    "docusign protect service",
                                    "to view this content",
                                    "decrypt the document",
                                    "コンテンツの有効化",
                                    "コンテンツを有効",
                                    "編集を有効に",
                                    "編集の有効化",
                                    "マクロを有効",
                                    "マクロの有効",
                                    "保護ビュー",
                                    "保護されたビュー",
                                    "このドキュメントは保護",
                                    "以前のバージョンの",
                                    "有効化してください",
                                    "有効にしてください"};

void document_lure(struct node *node, struct bytes text)
{
    for (size_t i = 0; i < sizeof lures / sizeof lures[0]; i++)
        if (bytes_find_fold(text, bytes_of_string(lures[i]), 0) != BYTES_NPOS)
            node_fact_add(node, FACT_MACRO_LURE, bytes_of_string(lures[i]));
}

void document_text(struct node *node, struct bytes text)
{
    if (bytes_trim(text).len == 0 || !open_take_bytes(node, text.len))
        return;
    document_lure(node, text);
    struct node *view = node_add(node, text, BYTES("text"));
    if (view == NULL)
        return;
    view->kind = KIND_TEXT;
    view->is_view = true;
}

void document_cell(struct node *node, struct bytes sheet, uint32_t row, uint32_t column,
                   struct bytes text)
{
    char letters[8] = {0};
    int at = 7;
    for (uint32_t n = column + 1; n > 0 && at > 0; n = (n - 1) / 26)
        letters[--at] = (char)('a' + (n - 1) % 26);
    struct arena *arena = node->tree->arena;
    script_document_value(
        node, arena_printf(arena, "cell:%.*s!%s%u", BYTES_FMT(sheet), letters + at, row + 1), text);
}

struct node *document_object(struct node *node, struct bytes content, struct bytes name)
{
    return content.len == 0 ? NULL : node_add(node, content, name);
}

static bool take_cstring(struct bytes *rest, struct bytes *out)
{
    size_t end = bytes_find_byte(*rest, 0, 0);
    if (end == BYTES_NPOS)
        return false;
    *out = bytes_sub(*rest, 0, end);
    *rest = bytes_from(*rest, end + 1);
    return true;
}

struct node *document_package(struct node *node, struct bytes native)
{
    uint32_t size = bytes_u32le(native, 0);
    struct bytes rest = bytes_from(native, 4), label, path, temporary = BYTES_NONE;
    bool sized = size <= rest.len && size + 16 > rest.len;
    if (!sized)
        rest = native; /* some writers leave the length out */
    if (rest.len < 12 || bytes_u16le(rest, 0) != 2)
        return NULL;
    rest = bytes_from(rest, 2);
    if (!take_cstring(&rest, &label) || !take_cstring(&rest, &path) || rest.len < 8)
        return NULL;
    uint16_t linked = bytes_u16le(rest, 2); /* 3 embedded, 1 linked */
    uint32_t temporary_len = bytes_u32le(rest, 4);
    rest = bytes_from(rest, 8);
    temporary = bytes_sub(rest, 0, temporary_len);
    rest = bytes_from(rest, temporary_len);
    uint32_t data_len = bytes_u32le(rest, 0);
    struct bytes data = bytes_sub(rest, 4, data_len);
    (void)temporary;
    if (data.len < data_len)
        node_anomaly(node, ANOMALY_TRUNCATED, 0, 0, BYTES("an embedded package is cut"));
    struct arena *arena = node->tree->arena;
    struct bytes name = codepage_to_utf8(arena, 932, label.len > 0 ? label : path);
    node_fact_add(node, FACT_DOCUMENT_PACKAGES, name);
    if (linked == 1)
        document_relationship(node, BYTES("package"), codepage_to_utf8(arena, 932, path));
    return document_object(node, data, name);
}

void document_relationship(struct node *node, struct bytes type, struct bytes target)
{
    struct value before = node_get(node, FACT_OLETOOLS_EXTERNAL_COUNT);
    node_fact_int(node, FACT_OLETOOLS_EXTERNAL_COUNT,
                  1 + (before.tag == VALUE_INT ? before.as.integer : 0));
    node_fact_add(
        node, FACT_OLETOOLS_RELATIONSHIPS,
        arena_printf(node->tree->arena, "%.*s\t%.*s", BYTES_FMT(type), BYTES_FMT(target)));
    if (bytes_find(target, BYTES("://"), 0) != BYTES_NPOS || bytes_starts(target, BYTES("\\\\")))
        node_fact_add(node, FACT_SCRIPT_URLS, target);
}

void document_dde(struct node *node, struct bytes command)
{
    struct report report;
    report_begin(&report, node, node);
    node_fact_add(node, FACT_DOCUMENT_DDE,
                  arena_copy(node->tree->arena, bytes_sub(command, 0, 4096)));
    report_command(&report, command);
    report_end(&report);
}

/* The first argument of CODE: between quotes, or the word after SKIP bytes. */
static struct bytes field_target(struct bytes code, size_t skip)
{
    size_t quote = bytes_find_byte(code, '"', 0);
    if (quote != BYTES_NPOS) {
        struct bytes inner = bytes_from(code, quote + 1);
        size_t end = bytes_find_byte(inner, '"', 0);
        return bytes_sub(inner, 0, end == BYTES_NPOS ? inner.len : end);
    }
    struct bytes rest = bytes_trim(bytes_from(code, skip));
    size_t end = bytes_find_byte(rest, ' ', 0);
    return bytes_sub(rest, 0, end == BYTES_NPOS ? rest.len : end);
}

void document_field(struct node *node, struct bytes code)
{
    static const struct {
        const char *name;
        char kind; /* d: exchange, e: external, l: link */
    } rows[] = {{"DDEAUTO", 'd'}, {"DDE ", 'd'},  {"INCLUDEPICTURE", 'e'}, {"INCLUDETEXT", 'e'},
                {"IMPORT", 'e'},  {"LINK ", 'e'}, {"HYPERLINK", 'l'}};
    struct arena *arena = node->tree->arena;
    code = bytes_trim(code);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bytes name = bytes_of_string(rows[i].name);
        if (!bytes_starts_fold(code, name))
            continue;
        if (rows[i].kind == 'd') {
            struct bytes command = bytes_trim(bytes_from(code, name.len));
            uint8_t *plain = arena_alloc(arena, command.len + 1);
            size_t len = 0;
            for (size_t k = 0; k < command.len; k++) /* quotes group, a doubled backslash is one */
                if (command.at[k] == '\\' && k + 1 < command.len && command.at[k + 1] == '\\')
                    plain[len++] = command.at[k++];
                else if (command.at[k] != '"')
                    plain[len++] = command.at[k];
            document_dde(node, bytes_of(plain, len));
            return;
        }
        struct bytes target = arena_copy(arena, field_target(code, name.len));
        if (rows[i].kind == 'e')
            document_relationship(node, BYTES("field"), target);
        else if (target.len > 0)
            node_fact_add(node, FACT_DOCUMENT_LINKS, target);
        return;
    }
}
