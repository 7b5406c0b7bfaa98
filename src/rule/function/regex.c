/* SPDX-License-Identifier: Apache-2.0
 * regex.*: RE2's dialect. */
#include "rule/compile.h"
#include "rule/factor.h"
#include "rule/gate.h"
#include "rule/needle.h"

/* What the factor of NEEDLE's pattern says of TEXT. */
static enum factor_said look(struct call *call, struct bytes text, const struct needle *needle,
                             size_t *from_out)
{
    const struct factor *factor = needle->pattern->factor;
    if (from_out != NULL)
        *from_out = 0;
    if (factor == NULL || call->run->options->naive ||
        (factor->caseless && run_odd_case(call->run, text)))
        return FACTOR_MAYBE;
    return factor_find(factor, text, from_out);
}

/* Charge for scanning TEXT, then search it. */
static bool search(struct call *call, struct bytes text, const struct needle *needle, size_t from,
                   bool whole, struct bytes *group, int count)
{
    const struct regex *regex = pattern_regex(needle->pattern, NULL, 0);
    if (regex == NULL || !run_take(call->run, (text.len - from) / 32 + 1))
        return false;
    return regex_search(regex, text, from, whole, group, count);
}

static bool test_search(struct call *call, struct bytes text, const struct needle *needle,
                        struct bytes *match)
{
    size_t from = 0;
    if (needle->pattern == NULL)
        return false;
    enum factor_said said = look(call, text, needle, &from);
    if (said == FACTOR_NO || (said == FACTOR_YES && call->match == NULL))
        return said == FACTOR_YES;
    return search(call, text, needle, from, false, match, call->match != NULL ? 1 : 0);
}

static bool test_match(struct call *call, struct bytes text, const struct needle *needle,
                       struct bytes *match)
{
    *match = text;
    return needle->pattern != NULL && look(call, text, needle, NULL) != FACTOR_NO &&
           search(call, text, needle, 0, true, match, 0);
}

struct value function_regex_contains(struct call *call)
{
    return needle_any(call, test_search);
}
struct value function_regex_icontains(struct call *call)
{
    return needle_any(call, test_search);
}
struct value function_regex_match(struct call *call)
{
    return needle_any(call, test_match);
}
struct value function_regex_imatch(struct call *call)
{
    return needle_any(call, test_match);
}

/* Whether the gate says that the one pattern cannot be there. */
static bool ruled_out(struct call *call)
{
    const struct gate *gate = call->expr->gate;
    const uint64_t *seen = graph_seen(call->run, call->expr, value_bytes(call->arg[0]));
    return seen != NULL &&
           !gate_met(gate, &call->expr->needles->needle[0], gate_row(call->run, gate));
}

/* The one pattern of count and extract: prepared, or given at run time. */
static bool only_pattern(struct call *call, bool fold, struct needle *out)
{
    const struct needles *needles = call->expr->needles;
    *out = needles->needle[0];
    if (!out->constant)
        out->pattern = run_pattern(call->run, value_bytes(call->arg[1]), fold);
    return out->pattern != NULL;
}

/* All matches, not overlapping; an empty one moves on by one character. */
static bool next_match(struct call *call, struct bytes text, const struct needle *needle,
                       size_t *from, struct bytes *group, int count)
{
    size_t first = 0;
    if (*from > text.len || (*from == 0 && look(call, text, needle, &first) == FACTOR_NO) ||
        !search(call, text, needle, *from + first, false, group, count))
        return false;
    size_t end = (size_t)(group[0].at - text.at) + group[0].len;
    if (group[0].len == 0)
        for (end++; end < text.len && (text.at[end] & 0xC0) == 0x80;)
            end++;
    *from = end;
    return true;
}

static struct value count(struct call *call, bool fold)
{
    struct bytes text = value_bytes(call->arg[0]), group[1];
    struct needle needle;
    int64_t found = 0;
    if (!only_pattern(call, fold, &needle))
        return value_null();
    for (size_t from = 0; !ruled_out(call) && next_match(call, text, &needle, &from, group, 1);)
        found++;
    return value_int(found);
}

struct value function_regex_count(struct call *call)
{
    return count(call, false);
}
struct value function_regex_icount(struct call *call)
{
    return count(call, true);
}

/* A group that took no part is "", never null. */
static struct value group_value(struct bytes group)
{
    return value_string(group.at == NULL ? BYTES("") : group);
}

static struct value extract(struct call *call, bool fold)
{
    struct bytes text = value_bytes(call->arg[0]), group[REGEX_GROUPS_MAX];
    struct array *matches = array_new(call->arena);
    struct needle needle;
    if (!only_pattern(call, fold, &needle))
        return value_null();
    if (ruled_out(call))
        return value_array(matches);
    const struct regex *regex = pattern_regex(needle.pattern, NULL, 0);
    if (regex == NULL)
        return value_null();
    int groups = regex_group_count(regex);
    if (groups > REGEX_GROUPS_MAX - 1)
        groups = REGEX_GROUPS_MAX - 1;
    for (size_t from = 0; next_match(call, text, &needle, &from, group, groups + 1);) {
        struct object *match = object_new(call->model, TYPE_RegexMatch, NULL);
        struct array *all = array_new(call->arena);
        struct map *named = map_new(call->arena);
        for (int i = 1; i <= groups; i++) {
            const char *name = regex_group_name(regex, i);
            array_add(call->arena, all, group_value(group[i]));
            if (name != NULL)
                map_add(call->arena, named, bytes_of_string(name), group_value(group[i]));
        }
        object_set(match, FIELD_RegexMatch_full_match, group_value(group[0]));
        object_set(match, FIELD_RegexMatch_groups, value_array(all));
        object_set(match, FIELD_RegexMatch_named_groups, value_map(named));
        array_add(call->arena, matches, value_object(match));
    }
    return value_array(matches);
}

struct value function_regex_extract(struct call *call)
{
    return extract(call, false);
}
struct value function_regex_iextract(struct call *call)
{
    return extract(call, true);
}
