/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/explain.h"

#include "rule/set.h"

#define NOTES_MAX 200
#define CONDITIONS_MOST 64 /* of one `and` that are compared with each other */

struct linter {
    struct arena *arena;
    struct rule_note *note;
    uint32_t count, depth;
};

static void note(struct linter *l, const struct expr *at, const char *text, struct bytes hint)
{
    if (l->count < NOTES_MAX)
        l->note[l->count++] = (struct rule_note){at->line, at->column, bytes_of_string(text), hint};
}

static bool is_function(const struct expr *expr, enum function function)
{
    return expr->op == OP_CALL && expr_function(expr) == &function_rows[function];
}

/* A pattern of only literal characters (escaped punctuation counts as literal). */
static bool is_literal_pattern(struct bytes pattern)
{
    for (size_t i = 0; i < pattern.len; i++) {
        if (pattern.at[i] == '\\') {
            if (i + 1 >= pattern.len || ascii_is_alnum(pattern.at[i + 1]))
                return false;
            i++;
        } else if (strchr(".*+?()[]{}|^$", pattern.at[i]) != NULL) {
            return false;
        }
    }
    return pattern.len > 0;
}

/* A whole-text match whose pattern begins or ends as if it were searched for. */
static bool looks_like_prefix(struct bytes pattern)
{
    static const char *const ends[] = {":", "\\:", "\\s", "\\b", "\\s?:", "\\s*", " ", "\\s+"};
    if (bytes_find(pattern, BYTES(".*"), 0) != BYTES_NPOS ||
        bytes_find(pattern, BYTES(".+"), 0) != BYTES_NPOS)
        return false;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (bytes_ends(pattern, bytes_of_string(ends[i])))
            return true;
    return bytes_starts(pattern, BYTES("^")) && !bytes_ends(pattern, BYTES("$"));
}

static bool has_double_escape(struct bytes pattern)
{
    for (size_t at = 0; (at = bytes_find(pattern, BYTES("\\\\"), at)) != BYTES_NPOS; at += 2)
        if (at + 2 < pattern.len && strchr(".dswbDSWB()[]{}", pattern.at[at + 2]) != NULL)
            return true;
    return false;
}

static void lint_pattern(struct linter *l, const struct expr *call, const struct expr *arg,
                         struct bytes pattern)
{
    bool whole =
        is_function(call, FUNCTION_REGEX_MATCH) || is_function(call, FUNCTION_REGEX_IMATCH);
    bool fold = is_function(call, FUNCTION_REGEX_ICONTAINS) ||
                is_function(call, FUNCTION_REGEX_IMATCH);
    if (has_double_escape(pattern))
        note(l, arg, "a doubled backslash: the pattern wants a backslash in the text",
             BYTES("in a raw string ('...') one backslash is enough"));
    if (whole && looks_like_prefix(pattern))
        note(l, arg, "a match of the whole text, but the pattern looks like a beginning",
             fold ? BYTES("use regex.icontains with ^, or end it with .*")
                  : BYTES("use regex.contains with ^, or end it with .*"));
    if (!whole && is_literal_pattern(pattern))
        note(l, arg, "a pattern without anything but literals",
             fold ? BYTES("strings.icontains does the same and is cheaper")
                  : BYTES("strings.contains does the same and is cheaper"));
    if (bytes_starts(pattern, BYTES(".*")) && !whole)
        note(l, arg, "a search that begins with .* searches twice", BYTES("leave the .* out"));
}

static void lint_glob(struct linter *l, const struct expr *call, const struct expr *arg,
                      struct bytes glob)
{
    bool fold = is_function(call, FUNCTION_STRINGS_ILIKE);
    size_t wild = 0, stars = 0;
    for (size_t i = 0; i < glob.len; i++) {
        wild += glob.at[i] == '*' || glob.at[i] == '?';
        stars += glob.at[i] == '*';
    }
    if (wild == 0)
        note(l, arg, "a pattern without * or ? is compared with the whole text",
             fold ? BYTES("use =~, or *...* to search") : BYTES("use ==, or *...* to search"));
    else if (stars == wild && stars == 2 && glob.len > 2 && glob.at[0] == '*' &&
             glob.at[glob.len - 1] == '*')
        note(l, arg, "*literal* is a search for a literal",
             fold ? BYTES("strings.icontains says it plainly")
                  : BYTES("strings.contains says it plainly"));
}

static uint8_t byte_at(struct bytes text, size_t at)
{
    return at < text.len ? text.at[at] : 0;
}

/* Whether LITERAL is written as a glob: a star where words begin, end or go on, or a question mark
 * for one letter.  A lone star, a comment's slash and star, a question and the query of an address
 * are as they are. */
static bool looks_like_glob(struct bytes literal)
{
    bool address = bytes_find_byte(literal, '=', 0) != BYTES_NPOS ||
                   bytes_find_byte(literal, '/', 0) != BYTES_NPOS;
    for (size_t i = 0; i < literal.len; i++) /* words only: a star among other signs is a star */
        if (literal.at[i] < 0x80 && !ascii_is_alnum(literal.at[i]) &&
            strchr("*? .-_@,:/=&", literal.at[i]) == NULL)
            return false;
    for (size_t i = 0; i < literal.len; i++) {
        uint8_t before = i == 0 ? 0 : literal.at[i - 1], after = byte_at(literal, i + 1);
        bool begins = i == 0 && (ascii_is_alnum(after) || after == '.');
        bool inside = ascii_is_alnum(before) && ascii_is_alnum(after);
        bool ends = i + 1 == literal.len && ascii_is_alnum(before);
        if (literal.at[i] == '*' && (begins || inside || ends))
            return true;
        if (literal.at[i] == '?' && !address && (begins || inside) && after != '.')
            return true;
    }
    return false;
}

/* Whether LITERAL is written as a regular expression: what no text would have by itself. */
static bool looks_like_regex(struct bytes literal)
{
    static const char *const marks[] = {".*", ".+", "\\d", "\\s", "\\w", "\\b", "[^", "]?",
                                        "]*", "]+", "]{", ")?", "(?:"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (bytes_find(literal, bytes_of_string(marks[i]), 0) != BYTES_NPOS)
            return true;
    for (size_t i = 1; i + 1 < literal.len; i++) /* a.?b */
        if (literal.at[i] == '.' && literal.at[i + 1] == '?' &&
            ascii_is_alnum(literal.at[i - 1]) && ascii_is_alnum(byte_at(literal, i + 2)))
            return true;
    return literal.len > 1 && literal.at[0] == '^' && ascii_is_alnum(literal.at[1]);
}

static void lint_literal(struct linter *l, const struct expr *arg, struct bytes literal)
{
    if (looks_like_regex(literal))
        note(l, arg, "a pattern in a function that takes literals",
             BYTES("regex.icontains has patterns"));
    else if (looks_like_glob(literal))
        note(l, arg, "a wildcard in a function that takes literals", BYTES("strings.ilike has * and ?"));
}

static void lint_call(struct linter *l, const struct expr *call)
{
    struct bytes name = bytes_of_string(expr_function(call)->name);
    for (uint32_t i = 1; i < call->positional; i++) {
        const struct expr *arg = call->child[i];
        struct bytes text = value_bytes(arg->constant);
        if (arg->op != OP_CONSTANT || text.at == NULL)
            continue;
        if (bytes_starts(name, BYTES("regex.")))
            lint_pattern(l, call, arg, text);
        else if (bytes_ends(name, BYTES("like")))
            lint_glob(l, call, arg, text);
        else if (bytes_ends(name, BYTES("contains")) || bytes_ends(name, BYTES("_with")))
            lint_literal(l, arg, text);
    }
    if (is_function(call, FUNCTION_REGEX_EXTRACT) || is_function(call, FUNCTION_REGEX_IEXTRACT))
        return;
    for (uint32_t i = 1; i < call->positional; i++)
        for (uint32_t k = 1; k < i; k++)
            if (call->child[i]->op == OP_CONSTANT && call->child[k]->op == OP_CONSTANT &&
                value_equal(call->child[i]->constant, call->child[k]->constant)) {
                note(l, call->child[i], "given twice", BYTES("leave one out"));
                return;
            }
}

static bool is_null_constant(const struct expr *expr)
{
    return expr->op == OP_CONSTANT && expr->constant.tag == VALUE_NULL;
}

static bool is_equal_to_constant(const struct expr *expr)
{
    return expr->op == OP_EQUAL && expr->child[1]->op == OP_CONSTANT &&
           expr->child[1]->constant.tag != VALUE_NULL;
}

/* x == "a" and x == "b"; an array that is compared whole has no order that would matter here. */
static void lint_contradiction(struct linter *l, const struct expr *all)
{
    for (uint32_t i = 1; i < all->count && i < CONDITIONS_MOST; i++)
        for (uint32_t k = 0; k < i; k++) {
            const struct expr *a = all->child[k], *b = all->child[i];
            if (!is_equal_to_constant(a) || !is_equal_to_constant(b) ||
                value_equal(a->child[1]->constant, b->child[1]->constant) ||
                !bytes_equal(expr_text(l->arena, a->child[0], 200),
                             expr_text(l->arena, b->child[0], 200)))
                continue;
            note(l, b, "never true: it is compared with something else above",
                 BYTES("'or', or 'in (...)'"));
            return;
        }
}

/* A star in what is compared whole: no text has it. */
static void lint_comparison(struct linter *l, const struct expr *expr)
{
    for (uint32_t i = 1; i < expr->count; i++) {
        struct bytes text = expr->child[i]->op == OP_CONSTANT
                                ? value_bytes(expr->child[i]->constant)
                                : BYTES_NONE;
        if (text.at != NULL && bytes_find_byte(text, '*', 0) != BYTES_NPOS && looks_like_glob(text))
            note(l, expr->child[i], "a wildcard in a comparison", BYTES("strings.ilike has *"));
    }
}

static void lint_expr(struct linter *l, const struct expr *expr)
{
    if (l->depth > EXPR_DEPTH_MAX)
        return;
    l->depth++;
    if (expr->op == OP_CALL)
        lint_call(l, expr);
    bool relation = expr->op >= OP_EQUAL && expr->op <= OP_UNEQUAL_FOLD;
    if (relation && (is_null_constant(expr->child[0]) || is_null_constant(expr->child[1])))
        note(l, expr, "a comparison with null is always null, so never true",
             BYTES("use 'is null'"));
    if (expr->op == OP_AND)
        lint_contradiction(l, expr);
    if (relation || expr->op == OP_IN)
        lint_comparison(l, expr);
    if (expr->op == OP_AND || expr->op == OP_OR)
        for (uint32_t i = 0; i < expr->count; i++)
            if (expr->child[i]->op == OP_CONSTANT)
                note(l, expr->child[i], "a constant condition", BYTES("leave it out"));
    if ((expr->op == OP_ANY || expr->op == OP_FILTER || expr->op == OP_ALL) && expr->count > 1 &&
        (expr->child[1]->deps >> expr->level & 1) == 0)
        note(l, expr->child[1], "this does not depend on the item",
             BYTES("write it outside the lambda"));
    if (expr->op == OP_EQUAL && expr->child[0]->op == OP_LENGTH &&
        expr->child[1]->op == OP_CONSTANT && expr->child[0]->child[0]->op == OP_FILTER &&
        expr->child[1]->constant.tag == VALUE_INT && expr->child[1]->constant.as.integer == 0)
        note(l, expr, "length(filter(...)) == 0 looks at every item",
             BYTES("not any(...) stops at the first"));
    for (uint32_t i = 0; i < expr->count; i++)
        lint_expr(l, expr->child[i]);
    l->depth--;
}

uint32_t rule_lint(const struct rule_set *set, const struct rule *rule, struct arena *arena,
                   struct rule_note **out)
{
    (void)set;
    struct linter l = {.arena = arena, .note = arena_array_of(arena, NOTES_MAX, struct rule_note)};
    if (rule->type != RULE_TYPE_query && !rule_needs(rule).can_fire &&
        rule_needs(rule).capabilities == 0)
        note(&l, rule->tree, "no message can ever make this true",
             BYTES("a condition in it is always null or false"));
    lint_expr(&l, rule->tree);
    *out = l.note;
    return l.count;
}
