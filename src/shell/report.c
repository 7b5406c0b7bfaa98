/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/report.h"

#include "base/text.h"

const struct behaviour_row behaviour_rows[BEHAVIOUR_COUNT] = {
#define BEHAVIOUR(id, name, tactic, what) {#id, name, what, TACTIC_##tactic},
#include "shell/behaviour.def"
#undef BEHAVIOUR
};
const char *const tactic_names[TACTIC_COUNT] = {
    "credential-access",
    "collection",
    "exfiltration",
    "execution",
    "command-and-control",
    "persistence",
    "privilege-escalation",
    "defense-evasion",
    "impact",
    "lateral-movement",
    "discovery",
};
const char *const shell_role_names[ROLE_COUNT] = {"used", "removed", "searched", "text"};
const char *const host_kind_names[HOST_KIND_COUNT] = {
    "none", "unknown", "local", "private", "metadata", "address",
    "name", "tor",     "paste", "drop",    "known",
};
const char *const shell_class_names[4] = {"clean", "dual-use", "suspicious", "malicious"};

static void lines_find(struct arena *arena, struct shell_layer *layer)
{
    uint32_t count = 1, at = 0;
    size_t line = 0;
    while ((line = bytes_find_byte(layer->text, '\n', line)) != BYTES_NPOS)
        count++, line++;
    layer->line_start = arena_array_of(arena, count, uint32_t);
    layer->line_count = count;
    layer->line_start[at++] = 0;
    for (line = 0; (line = bytes_find_byte(layer->text, '\n', line)) != BYTES_NPOS;)
        layer->line_start[at++] = (uint32_t)++line;
}

uint32_t layer_line(struct arena *arena, const struct shell_layer *layer, uint32_t offset)
{
    if (layer->line_start == NULL) {
        struct shell_layer *own =
            NULL; /* the table is a cache: the layer's content is not changed */
        memcpy(&own, &layer, sizeof own);
        lines_find(arena, own);
    }
    uint32_t low = 0, high = layer->line_count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (layer->line_start[middle] <= offset)
            low = middle;
        else
            high = middle;
    }
    return low + 1;
}

void report_spans_fill(struct arena *arena, const struct shell_report *report)
{
    for (struct shell_span *span = report->span; span != NULL && span->line == 0;
         span = span->next) {
        struct text text;
        text_init(&text, arena, 1024);
        for (uint32_t i = 0; i < span->arg_count && text.len < 1000; i++) {
            struct bytes arg = string_shown(arena, span->arg[i].text);
            if (i > 0)
                text_add_byte(&text, ' ');
            text_add(&text, bytes_sub(arg, 0, 1000 - text.len));
        }
        span->line = layer_line(arena, span->layer, span->offset);
        span->text = text_bytes(&text);
    }
}

struct bytes layer_path(struct arena *arena, const struct shell_layer *layer, uint32_t line)
{
    struct bytes tail = arena_printf(arena, "%u", line);
    for (; layer->parent != NULL; layer = layer->parent)
        tail = arena_printf(arena, "%u > %.*s > %.*s", layer->line, BYTES_FMT(layer->how),
                            BYTES_FMT(tail));
    return tail;
}
