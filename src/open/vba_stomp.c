/* SPDX-License-Identifier: Apache-2.0 */
#include "open/vba.h"

#include "base/text.h"
#include "open/script_report.h"

#define LITERAL_OPCODE                                                                             \
    0xB9u /* LitStr, in the low ten bits (the token tables of VBA6 and VBA7 agree) */
#define LITERAL_MIN 6u
#define LITERAL_MAX 1024u
#define SOURCE_TINY 400u /* attributes of an empty document module */
#define CACHE_BIG 2600u  /* the cache of an empty module stays below */

/* Whether the string constant S stands in SOURCE: with its quotes doubled, as VBA writes it. */
static bool source_has(struct arena *arena, struct bytes source, struct bytes s)
{
    if (bytes_find(source, s, 0) != BYTES_NPOS)
        return true;
    if (bytes_find_byte(s, '"', 0) == BYTES_NPOS)
        return false;
    struct text doubled;
    text_init(&doubled, arena, 0);
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] == '"')
            text_add_byte(&doubled, '"');
        text_add_byte(&doubled, s.at[i]);
    }
    return bytes_find(source, text_bytes(&doubled), 0) != BYTES_NPOS;
}

/* The next LitStr of p-code CACHE at or after *AT (2-byte aligned): opcode, length, characters. */
static struct bytes next_literal(struct bytes cache, size_t *at)
{
    for (; *at + 4 + LITERAL_MIN <= cache.len; *at += 2) {
        uint16_t opcode = bytes_u16le(cache, *at), len = bytes_u16le(cache, *at + 2);
        if ((opcode & 0x3FF) != LITERAL_OPCODE || len < LITERAL_MIN || len > LITERAL_MAX)
            continue;
        struct bytes s = bytes_sub(cache, *at + 4, len);
        bool printable = s.len == len;
        for (size_t i = 0; i < s.len && printable; i++)
            printable = s.at[i] >= 0x20 && s.at[i] < 0x7F;
        if (!printable)
            continue;
        *at += 4 + ((size_t)len + 1) / 2 * 2;
        return s;
    }
    return BYTES_NONE;
}

void vba_check_stomping(struct node *document, struct cfb *cfb, const struct vba_project *project)
{
    struct arena *arena = document->tree->arena;
    struct report report;
    bool stomped = false;
    (void)cfb;
    report_begin(&report, document, document);
    report.vba = true;
    for (uint32_t i = 0; i < project->module_count; i++) {
        const struct vba_module *module = &project->module[i];
        size_t at = 0;
        for (int found = 0; found < 512; found++) {
            struct bytes s = next_literal(module->cache, &at);
            if (s.at == NULL)
                break;
            if (source_has(arena, module->source, s))
                continue;
            stomped = true;
            node_fact_add(document, FACT_MACRO_PCODE_STRINGS, s);
            report_literal(&report, s);
        }
        bool emptied = module->source.len < SOURCE_TINY && module->cache.len > CACHE_BIG &&
                       bytes_find_fold(module->source, BYTES("Sub "), 0) == BYTES_NPOS &&
                       bytes_find_fold(module->source, BYTES("Function "), 0) == BYTES_NPOS;
        stomped = stomped || emptied;
    }
    report_end(&report);
    if (stomped)
        node_fact_bool(document, FACT_MACRO_STOMPED, true);
}
