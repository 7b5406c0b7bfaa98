/* SPDX-License-Identifier: Apache-2.0
 * The tree of a text as one line of JSON, or the place and reason of its refusal. */
#include "base/yaml.h"

#include "base/json.h"
#include "tap.h"

#include <talloc.h>

static void put(struct json *json, const struct yaml *yaml)
{
    if (yaml->kind == YAML_NULL) {
        json_null(json);
    } else if (yaml->kind == YAML_SCALAR) {
        json_string(json, yaml->text);
    } else {
        bool map = yaml->kind == YAML_MAP;
        (map ? json_begin_map : json_begin_list)(json);
        for (uint32_t i = 0; i < yaml->count; i++) {
            if (map)
                json_key_bytes(json, yaml->row[i].key);
            put(json, yaml->row[i].value);
        }
        (map ? json_end_map : json_end_list)(json);
    }
}

static const struct {
    const char *name, *input, *expected;
} rows[] = {
    {"empty", "", "null"},
    {"only a comment", "# nothing\n", "null"},
    {"map", "a: 1\nb: two words # note\n", "{\"a\":\"1\",\"b\":\"two words\"}"},
    {"a colon inside", "a: http://x.test:80/\n", "{\"a\":\"http://x.test:80/\"}"},
    {"a hash inside", "a: b#c\n", "{\"a\":\"b#c\"}"},
    {"double quotes", "a: \"x\\ty\\u3042\\\"\"\n", "{\"a\":\"x\\ty\xE3\x81\x82\\\"\"}"},
    {"single quotes", "a: 'it''s \\n'\n", "{\"a\":\"it's \\\\n\"}"},
    {"quoted over lines", "a: \"one\n  two\n\n  three\"\n", "{\"a\":\"one two\\nthree\"}"},
    {"plain over lines", "a: one\n  two\nb: 3\n", "{\"a\":\"one two\",\"b\":\"3\"}"},
    {"literal", "a: |\n  x\n    y\n\n  z\nb: c\n", "{\"a\":\"x\\n  y\\n\\nz\\n\",\"b\":\"c\"}"},
    {"literal, stripped", "a: |-\n  x\n", "{\"a\":\"x\"}"},
    {"literal, kept", "a: |+\n  x\n\n", "{\"a\":\"x\\n\\n\"}"},
    {"folded", "a: >\n  x\n  y\n\n  z\n", "{\"a\":\"x y\\nz\\n\"}"},
    {"sequence", "a:\n  - x\n  - \"y\"\n", "{\"a\":[\"x\",\"y\"]}"},
    {"sequence at the key's column", "a:\n- x\nb: y\n", "{\"a\":[\"x\"],\"b\":\"y\"}"},
    {"maps in a sequence", "- n: a\n  t: b\n- n: c\n", "[{\"n\":\"a\",\"t\":\"b\"},{\"n\":\"c\"}]"},
    {"flow", "a: [x, 'y, z', {k: v}]\n", "{\"a\":[\"x\",\"y, z\",{\"k\":\"v\"}]}"},
    {"flow over lines", "a: [x,\n    y]\n", "{\"a\":[\"x\",\"y\"]}"},
    {"null", "a:\nb:\n", "{\"a\":null,\"b\":null}"},
    {"document start", "---\na: b\n", "{\"a\":\"b\"}"},
    {"CRLF", "a: b\r\nc: |\r\n  d\r\n  e\r\n", "{\"a\":\"b\",\"c\":\"d\\ne\\n\"}"},
    {"anchor", "a: &x 1\n", "1:4: anchors are not read"},
    {"alias", "a: 1\nb: *x\n", "2:4: aliases are not read"},
    {"tag", "a: !!str x\n", "1:4: tags are not read"},
    {"tab", "a:\n\tb: c\n", "2:1: a tab where indentation or a blank belongs"},
    {"doubled key", "a: 1\nb: 2\na: 3\n", "3:1: the key is given twice"},
    {"two documents", "a: 1\n---\nb: 2\n", "2:1: more than one document in a file"},
    {"open quote", "a: \"b\n", "2:1: a quoted scalar that does not end"},
    {"open bracket", "a: [b\n", "2:1: a [ or { that is not closed"},
    {"deep", "a: [[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]\n", "1:19: nested too deep"},
    {"wrong indentation", "a: 1\n  b: 2\n", "2:3: indented deeper than what it belongs to"},
    {"not UTF-8", "a: \xFF\n", "1:1: the file is not UTF-8"},
};

int main(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena *arena = arena_new(NULL);
        struct error err;
        struct yaml *yaml = yaml_parse(arena, bytes_of_string(rows[i].input), NULL, &err);
        struct text out;
        text_init(&out, arena, 0);
        struct json json;
        json_init(&json, &out, 0);
        if (yaml != NULL)
            put(&json, yaml);
        else
            text_add_format(&out, "%u:%u: %s", err.line, err.column, err.message);
        tap_string(text_bytes(&out), rows[i].expected, rows[i].name);
        talloc_free(arena);
    }
    struct arena *arena = arena_new(NULL);
    struct error err;
    struct yaml *yaml = yaml_parse(arena, BYTES("n: -1.5\nt: true\ns:\n  x: |\n    body\n"), NULL, &err);
    double number = 0;
    bool yes = false;
    tap_ok(yaml_number(yaml_get(yaml, "n"), &number) && number < -1.4 && number > -1.6, "a number");
    tap_ok(yaml_bool(yaml_get(yaml, "t"), &yes) && yes, "a truth value");
    const struct yaml *block = yaml_get(yaml_get(yaml, "s"), "x");
    tap_ok(block->line == 5 && block->column == 5, "the place of a block's first character");
    talloc_free(arena);
    return tap_end();
}
