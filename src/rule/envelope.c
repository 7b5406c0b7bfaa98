/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/set.h"

#include "base/suggest.h"
#include "base/yaml.h"

#define SOURCE_MAX_BYTES ((size_t)4 * 1024 * 1024)

static const char *const type_names[] = {"rule", "query", "dlp", "exclusion", "triage_rule"};
static const char *const severity_names[] = {"informational", "low", "medium", "high", "critical"};
static const char *const kind_names[] = {
#define EVIDENCE_KIND(name, cap, what) #name,
#include "rule/evidence_kind.def"
#undef EVIDENCE_KIND
};
static const char *const envelope_keys[] = {
    "name",
    "description",
    "type",
    "severity",
    "source",
    "id",
    "references",
    "authors",
    "tags",
    "false_positives",
    "attack_types",
    "tactics_and_techniques",
    "detection_methods",
    "label",
    "maturity",
    "active",
    "internal_type",
};
static const struct {
    const char *name;
    enum type root;
} models[] = {
    {"message", TYPE_Message}, {"script", TYPE_Script}, {"image", TYPE_Image},
    {"page", TYPE_Page},       {"robot", TYPE_Robot},   {"file", TYPE_File},
};
static const char *const strength_names[] = {"none", "weak", "odd", "strong", "link", "flow"};
static const char *const class_names[] = {"clean", "dual-use", "suspicious", "malicious"};
#define RETIRED "retired by its author: source is false"
#define COUNT(array) (uint32_t)(sizeof(array) / sizeof *(array))

static bool fail_at(const char *file, const struct yaml *at, struct error *err, const char *message)
{
    return error_set_at(err, file, at->line, at->column, "%s", message);
}

/* Which of NAMES the text of YAML is; false, an error and a hint where none. */
static bool one_of(const struct yaml *yaml, const char *const *names, uint32_t count,
                   const char *file, const char *what, uint32_t *out, struct error *err)
{
    struct suggestion suggestion;
    struct bytes text = yaml_text(yaml);
    suggestion_init(&suggestion, text);
    for (uint32_t i = 0; i < count; i++) {
        if (bytes_equal(text, bytes_of_string(names[i]))) {
            *out = i;
            return true;
        }
        suggestion_offer(&suggestion, bytes_of_string(names[i]));
    }
    error_set_at(err, file, yaml->line, yaml->column, "unknown %s '%.*s'", what,
                 BYTES_FMT(bytes_sub(text, 0, 60)));
    if (suggestion.best.at != NULL)
        error_hint(err, "did you mean '%.*s'?", BYTES_FMT(suggestion.best));
    return false;
}

/* A scalar or a sequence of scalars as an array; false where it is neither. */
static bool read_strings(struct arena *arena, const struct yaml *yaml, struct bytes **out,
                         uint32_t *count_out)
{
    *count_out = 0;
    if (yaml == NULL || yaml->kind == YAML_NULL)
        return true;
    if (yaml->kind == YAML_MAP)
        return false;
    uint32_t count = yaml->kind == YAML_SEQUENCE ? yaml->count : 1;
    *out = arena_array_of(arena, count, struct bytes);
    for (uint32_t i = 0; i < count; i++) {
        const struct yaml *item = yaml->kind == YAML_SEQUENCE ? yaml->row[i].value : yaml;
        if (item->kind != YAML_SCALAR)
            return false;
        (*out)[(*count_out)++] = item->text;
    }
    return true;
}

static bool read_list(struct rule_set *set, const struct yaml *map, const char *key,
                      const char *file, struct bytes **out, uint32_t *count_out, struct error *err)
{
    const struct yaml *yaml = yaml_get(map, key);
    if (read_strings(set->arena, yaml, out, count_out))
        return true;
    return fail_at(file, yaml, err, "a list of texts is needed here");
}

/* What only rules over scripts say: how much their sight carries, what the script is by it. */
static bool read_decision(struct rule *rule, const struct yaml *x, const char *file,
                          struct error *err)
{
    const struct yaml *strength = yaml_get(x, "strength"), *decides = yaml_get(x, "decides");
    uint32_t number;
    if (strength != NULL) {
        if (!one_of(strength, strength_names, COUNT(strength_names), file, "strength", &number,
                    err))
            return false;
        rule->x.strength = (enum rule_strength)number;
    }
    if (decides != NULL) {
        if (!one_of(decides, class_names, COUNT(class_names), file, "class of script", &number,
                    err))
            return false;
        rule->x.decides = bytes_of_string(class_names[number]);
    }
    return true;
}

static bool read_extension(struct rule_set *set, struct rule *rule, const struct yaml *x,
                           const char *file, struct error *err)
{
    uint32_t number;
    if (x->kind != YAML_MAP)
        return fail_at(file, x, err, "x-noroshi must be a map");
    rule->x.present = true;
    rule->x.category = yaml_get_text(x, "category");
    const struct yaml *say = yaml_get(x, "say"), *kind = yaml_get(x, "kind"),
                      *model = yaml_get(x, "model"), *weight = yaml_get(x, "weight");
    rule->x.say[0] = yaml_get_text(say, "en");
    rule->x.say[1] = yaml_get_text(say, "ja");
    if (kind != NULL) {
        if (!one_of(kind, kind_names, COUNT(kind_names), file, "kind of evidence", &number, err))
            return false;
        rule->x.kind = bytes_of_string(kind_names[number]);
    }
    if (weight != NULL && !yaml_number(weight, &rule->x.weight))
        return fail_at(file, weight, err, "weight must be a number");
    rule->x.has_weight = weight != NULL;
    if (!read_decision(rule, x, file, err))
        return false;
    if (model != NULL) {
        const char *names[COUNT(models)];
        for (uint32_t i = 0; i < COUNT(models); i++)
            names[i] = models[i].name;
        if (!one_of(model, names, COUNT(models), file, "model", &number, err))
            return false;
        rule->root = models[number].root;
    }
    return read_list(set, x, "attack", file, &rule->x.technique, &rule->x.technique_count, err) &&
           read_list(set, x, "names", file, &rule->x.speaks_for, &rule->x.speaks_for_count, err);
}

static bool check_keys(const struct rule_set *set, const struct yaml *map, const char *file,
                       struct error *err)
{
    for (uint32_t i = 0; i < map->count; i++) {
        struct bytes key = map->row[i].key;
        bool known = bytes_starts(key, BYTES("x-"));
        if (set->strict && bytes_equal(key, BYTES("x-noroshi")))
            return error_set_at(err, file, map->row[i].line, map->row[i].column,
                                "x-noroshi is not part of the public language");
        struct suggestion suggestion;
        suggestion_init(&suggestion, key);
        for (uint32_t k = 0; k < COUNT(envelope_keys); k++) {
            known = known || bytes_equal(key, bytes_of_string(envelope_keys[k]));
            suggestion_offer(&suggestion, bytes_of_string(envelope_keys[k]));
        }
        if (known)
            continue;
        error_set_at(err, file, map->row[i].line, map->row[i].column, "unknown key '%.*s'",
                     BYTES_FMT(bytes_sub(key, 0, 60)));
        if (suggestion.best.at != NULL)
            error_hint(err, "did you mean '%.*s'?", BYTES_FMT(suggestion.best));
        else
            error_hint(err, "keys of your own begin with x-");
        return false;
    }
    return true;
}

static bool read_envelope(struct rule_set *set, struct rule *rule, const struct yaml *map,
                          const char *file, struct error *err)
{
    uint32_t number;
    const struct yaml *type = yaml_get(map, "type"), *severity = yaml_get(map, "severity");
    if (rule->name.at == NULL || rule->name.len == 0)
        return fail_at(file, map, err, "a rule needs a name");
    if (!check_keys(set, map, file, err))
        return false;
    if (type != NULL) {
        if (!one_of(type, type_names, COUNT(type_names), file, "rule type", &number, err))
            return false;
        rule->type = (enum rule_type)number;
    }
    if (severity != NULL) {
        if (!one_of(severity, severity_names, COUNT(severity_names), file, "severity", &number,
                    err))
            return false;
        rule->severity = bytes_of_string(severity_names[number]);
    }
    rule->id = yaml_get_text(map, "id");
    rule->description = yaml_get_text(map, "description");
    const struct yaml *x = yaml_get(map, "x-noroshi");
    if (x != NULL && !read_extension(set, rule, x, file, err))
        return false;
    return read_list(set, map, "tags", file, &rule->tag, &rule->tag_count, err) &&
           read_list(set, map, "attack_types", file, &rule->attack_type, &rule->attack_type_count,
                     err);
}

/* Parse and type the source; its place in the file is that of the YAML scalar. */
static bool read_source(struct rule_set *set, struct rule *rule, const struct yaml *yaml,
                        const char *file, struct error *err)
{
    if (yaml->kind != YAML_SCALAR)
        return fail_at(file, yaml, err, "source must be a text");
    if (yaml->text.len > SOURCE_MAX_BYTES)
        return fail_at(file, yaml, err, "the source is larger than 4 MB");
    bool quoted = yaml->style == YAML_SINGLE || yaml->style == YAML_DOUBLE;
    struct source source = {.text = yaml->text,
                            .file = file,
                            .line = yaml->line,
                            .column = yaml->column + quoted,
                            .indent = yaml->style == YAML_LITERAL ? yaml->column - 1 : 0};
    rule->line = source.line;
    rule->column = source.column;
    rule->tree = expr_parse(set->arena, &source, err);
    if (rule->tree == NULL)
        return false;
    if (rule->tree->op == OP_CONSTANT && rule->tree->constant.tag == VALUE_BOOL &&
        !rule->tree->constant.as.boolean)
        return fail_at(file, yaml, err, RETIRED);
    struct checker checker = {.arena = set->arena,
                              .file = file,
                              .root = rule->root,
                              .strict = set->strict,
                              .lists = set->lists,
                              .err = err};
    return expr_check_rule(&checker, rule->tree, rule->type != RULE_TYPE_query);
}

static void keep(struct rule_set *set, struct rule *rule)
{
    if (set->rule_count == set->rule_capacity) {
        uint32_t capacity = set->rule_capacity == 0 ? 64 : set->rule_capacity * 2;
        struct rule **grown = arena_array_of(set->arena, capacity, struct rule *);
        if (set->rule_count > 0)
            memcpy(grown, set->rule, set->rule_count * sizeof(struct rule *));
        set->rule = grown;
        set->rule_capacity = capacity;
    }
    rule->number = set->rule_count;
    set->rule[set->rule_count++] = rule;
}

static void read_rule(struct rule_set *set, const struct yaml *map, struct bytes file)
{
    struct error err = {0};
    const char *path = (const char *)file.at;
    struct rule *rule = arena_new_of(set->arena, struct rule);
    rule->file = file;
    rule->root = TYPE_Message;
    rule->name = yaml_get_text(map, "name");
    const struct yaml *source = yaml_get(map, "source");
    bool off = false, retired = false;
    if (map->kind != YAML_MAP) {
        fail_at(path, map, &err, "a rule must be a map of 'key: value'");
    } else if (source == NULL) {
        fail_at(path, map, &err, "a rule needs a source");
    } else if (yaml_bool(source, &off) && !off) {
        retired = true;
        fail_at(path, source, &err, RETIRED);
    } else if (read_envelope(set, rule, map, path, &err) &&
               read_source(set, rule, source, path, &err)) {
        keep(set, rule);
        return;
    }
    retired = retired || strcmp(err.message, RETIRED) == 0;
    set_problem(set, &err, rule->name)->retired = retired;
}

void set_read(struct rule_set *set, struct bytes text, struct bytes file)
{
    struct error err;
    struct yaml *yaml = yaml_parse(set->arena, text, (const char *)file.at, &err);
    if (yaml == NULL)
        set_problem(set, &err, BYTES_NONE);
    else if (yaml->kind == YAML_SEQUENCE)
        for (uint32_t i = 0; i < yaml->count; i++)
            read_rule(set, yaml->row[i].value, file);
    else
        read_rule(set, yaml, file);
}
