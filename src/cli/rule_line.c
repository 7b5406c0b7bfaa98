/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/rule.h"

#include <stdio.h>

void rule_line_begin(struct rule_line *line)
{
    text_init(&line->text, NULL, 0);
    json_init(&line->json, &line->text, 0);
    json_begin_map(&line->json);
}

void rule_line_string(struct rule_line *line, const char *key, struct bytes value)
{
    json_key(&line->json, key);
    json_string(&line->json, value);
}

void rule_line_int(struct rule_line *line, const char *key, int64_t value)
{
    json_key(&line->json, key);
    json_int(&line->json, value);
}

void rule_line_bool(struct rule_line *line, const char *key, bool value)
{
    json_key(&line->json, key);
    json_bool(&line->json, value);
}

void rule_line_end(struct rule_line *line)
{
    json_end_map(&line->json);
    struct bytes text = text_bytes(&line->text);
    fwrite(text.at, 1, text.len, stdout);
    putchar('\n');
    text_finish(&line->text);
}

void rule_line_note(const char *level, const char *file, uint32_t line, uint32_t column,
                    struct bytes message, struct bytes hint)
{
    struct rule_line out;
    rule_line_begin(&out);
    rule_line_string(&out, "level", bytes_of_string(level));
    rule_line_string(&out, "file", bytes_of_string(file));
    rule_line_int(&out, "line", line);
    rule_line_int(&out, "column", column);
    rule_line_string(&out, "message", message);
    if (hint.len > 0)
        rule_line_string(&out, "hint", hint);
    rule_line_end(&out);
}
