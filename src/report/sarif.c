/* SPDX-License-Identifier: Apache-2.0 */
#include "report/sarif.h"

#include "base/json.h"

/* The number TEXT begins with; 0 where there is none. */
static int64_t leading_number(struct bytes text)
{
    int64_t n = 0;
    for (size_t i = 0; i < text.len && i < 9 && ascii_is_digit(text.at[i]); i++)
        n = n * 10 + (text.at[i] - '0');
    return n;
}

/* The line E is about: the last of a chain, else the one its sentence names; 0 where there is none. */
static int64_t line_of(const struct evidence *e)
{
    if (e->chain_count > 0)
        return leading_number(e->chain[e->chain_count - 1]);
    size_t at = bytes_find(e->sentence[0], BYTES("(line "), 0);
    return at == BYTES_NPOS ? 0 : leading_number(bytes_from(e->sentence[0], at + 6));
}

static void key_string(struct json *json, const char *key, struct bytes value)
{
    json_key(json, key);
    json_string(json, value);
}

static void location(struct json *json, const struct verdict *v, int64_t line,
                     const struct evidence *e)
{
    json_begin_map(json);
    json_key(json, "physicalLocation");
    json_begin_map(json);
    json_key(json, "artifactLocation");
    json_begin_map(json);
    key_string(json, "uri", v->path);
    json_end_map(json);
    if (line > 0 || (e != NULL && e->snippet.len > 0)) {
        json_key(json, "region");
        json_begin_map(json);
        if (line > 0) {
            json_key(json, "startLine");
            json_int(json, line);
        }
        if (e != NULL && e->snippet.len > 0 && bytes_equal(e->path, BYTES("0"))) {
            json_key(json, "byteOffset");
            json_int(json, (int64_t)e->offset);
            json_key(json, "byteLength");
            json_int(json, (int64_t)e->len);
        }
        if (e != NULL && e->snippet.len > 0) {
            json_key(json, "snippet");
            json_begin_map(json);
            key_string(json, "text", e->snippet);
            json_end_map(json);
        }
        json_end_map(json);
    }
    json_end_map(json);
    if (e != NULL && e->path.len > 1) {
        json_key(json, "logicalLocations");
        json_begin_list(json);
        json_begin_map(json);
        key_string(json, "fullyQualifiedName", e->path);
        json_end_map(json);
        json_end_list(json);
    }
    json_end_map(json);
}

/* The way of a secret, "LINE: command" each, as the steps of a code flow. */
static void code_flow(struct json *json, const struct verdict *v, const struct evidence *e)
{
    if (e->chain_count == 0)
        return;
    json_key(json, "codeFlows");
    json_begin_list(json);
    json_begin_map(json);
    json_key(json, "threadFlows");
    json_begin_list(json);
    json_begin_map(json);
    json_key(json, "locations");
    json_begin_list(json);
    for (uint32_t i = 0; i < e->chain_count; i++) {
        struct bytes command = e->chain[i], line;
        bytes_next_field(&command, ':', &line);
        struct evidence step = {.snippet = bytes_trim(command)};
        json_begin_map(json);
        json_key(json, "location");
        location(json, v, leading_number(line), &step);
        json_end_map(json);
    }
    json_end_list(json);
    json_end_map(json);
    json_end_list(json);
    json_end_map(json);
    json_end_list(json);
}

static void result(struct json *json, const struct verdict *v, const struct evidence *e,
                   const struct report_style *style)
{
    struct bytes sentence =
        e->sentence[style->language == LANGUAGE_JA && e->sentence[1].len > 0 ? 1 : 0];
    bool silenced = bytes_starts(e->sentence[0], BYTES("ignored ("));
    json_begin_map(json);
    key_string(json, "ruleId", e->rule);
    key_string(json, "level",
               v->class == VERDICT_MALICIOUS && e->weight >= 1.0 ? BYTES("error")
               : v->class >= VERDICT_SUSPICIOUS                  ? BYTES("warning")
                                                                 : BYTES("note"));
    json_key(json, "message");
    json_begin_map(json);
    key_string(json, "text", sentence);
    json_end_map(json);
    json_key(json, "locations");
    json_begin_list(json);
    location(json, v, line_of(e), e);
    json_end_list(json);
    if (bytes_equal(e->rule, BYTES("script.flow")))
        code_flow(json, v, e);
    if (silenced) {
        json_key(json, "suppressions");
        json_begin_list(json);
        json_begin_map(json);
        key_string(json, "kind", BYTES("inSource"));
        json_end_map(json);
        json_end_list(json);
    }
    json_key(json, "properties");
    json_begin_map(json);
    json_key(json, "tags");
    json_begin_list(json);
    for (uint32_t i = 0; i < e->technique_count; i++)
        json_string(json, e->technique[i]);
    json_end_list(json);
    json_key(json, "weight");
    json_float(json, e->weight);
    key_string(json, "category", v->category);
    json_end_map(json);
    json_end_map(json);
}

void report_sarif_begin(struct text *out)
{
    text_add_string(
        out, "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\","
             "\"runs\":[{\"tool\":{\"driver\":{\"name\":\"noroshi\",\"version\":\"0.1.0\"}},"
             "\"results\":[\n");
}

bool report_sarif(struct text *out, struct arena *arena, const struct verdict *v,
                  const struct report_style *style, bool first)
{
    bool any = false;
    (void)arena;
    for (uint32_t i = 0; i < v->evidence_count; i++) {
        const struct evidence *e = &v->evidence[i];
        bool mine = bytes_starts(e->rule, BYTES("script.")) ||
                    bytes_starts(e->rule, BYTES("image.")) || e->weight > 0;
        if (!mine || (v->class < VERDICT_SUSPICIOUS && !bytes_starts(e->rule, BYTES("script."))))
            continue;
        struct json json;
        if (!first || any)
            text_add_string(out, ",\n");
        json_init(&json, out, 0);
        result(&json, v, e, style);
        any = true;
    }
    return any;
}

void report_sarif_end(struct text *out)
{
    text_add_string(out, "\n]}]}\n");
}
