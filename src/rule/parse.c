/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/lex.h"

#include <stdio.h>

const char *const op_names[OP_COUNT] = {
#define OP(id, what) [OP_##id] = what,
#include "rule/op.def"
#undef OP
};

struct parser {
    struct arena *arena;
    struct lexer lexer;
    struct token token; /* the one looked at */
    struct error *err;
    uint32_t depth, count;
};

static struct expr *parse_or(struct parser *p);

static void *fail(struct parser *p, const char *message)
{
    error_set_at(p->err, p->lexer.source->file, p->token.line, p->token.column, "%s", message);
    return NULL;
}

static void *unexpected(struct parser *p, const char *wanted)
{
    bool end = p->token.kind == TOKEN_END;
    struct bytes seen = end                             ? BYTES("the end")
                        : p->token.kind == TOKEN_STRING ? BYTES("a string")
                        : p->token.text.at == NULL      ? BYTES("a number")
                                                        : p->token.text;
    error_set_at(p->err, p->lexer.source->file, p->token.line, p->token.column,
                 "%s expected before %s%.*s%s", wanted, end ? "" : "'",
                 BYTES_FMT(bytes_sub(seen, 0, 60)), end ? "" : "'");
    return NULL;
}

static bool advance(struct parser *p)
{
    return lexer_next(&p->lexer, &p->token);
}

static bool is_text(const struct parser *p, enum token_kind kind, const char *text)
{
    return p->token.kind == kind && bytes_equal(p->token.text, bytes_of_string(text));
}

static bool is_sign(const struct parser *p, const char *text)
{
    return is_text(p, TOKEN_SIGN, text);
}

static bool is_keyword(const struct parser *p, const char *text)
{
    return is_text(p, TOKEN_KEYWORD, text);
}

static bool expect_sign(struct parser *p, const char *sign)
{
    char wanted[16];
    snprintf(wanted, sizeof wanted, "'%s'", sign);
    if (!is_sign(p, sign))
        return unexpected(p, wanted) != NULL;
    return advance(p);
}

static struct expr *expr_new(struct parser *p, enum op op)
{
    if (++p->count > EXPR_COUNT_MAX)
        return fail(p, "the expression has too many parts");
    struct expr *expr = arena_new_of(p->arena, struct expr);
    *expr = (struct expr){
        .op = (uint8_t)op, .line = p->token.line, .column = p->token.column, .memo = EXPR_NO_MEMO};
    return expr;
}

static bool child_add(struct parser *p, struct expr *expr, struct expr *child)
{
    if (child == NULL)
        return false;
    uint32_t n = expr->count;
    if (n == 0 || (n >= 2 && (n & (n - 1)) == 0)) {
        struct expr **grown = arena_array_of(p->arena, n == 0 ? 2 : n * 2, struct expr *);
        if (n > 0)
            memcpy(grown, expr->child, n * sizeof(struct expr *));
        expr->child = grown;
    }
    expr->child[expr->count++] = child;
    return true;
}

/* OP over FIRST and, where given, SECOND, placed where FIRST stands. */
static struct expr *expr_over(struct parser *p, enum op op, struct expr *first, struct expr *second)
{
    if (first == NULL)
        return NULL;
    struct expr *expr = expr_new(p, op);
    if (expr == NULL || !child_add(p, expr, first))
        return NULL;
    if (second != NULL)
        child_add(p, expr, second);
    expr->line = first->line;
    expr->column = first->column;
    return expr;
}

static struct expr *constant(struct parser *p, struct value value)
{
    struct expr *expr = expr_new(p, OP_CONSTANT);
    if (expr == NULL || !advance(p))
        return NULL;
    expr->constant = value;
    return expr;
}

static const struct {
    const char *name;
    enum op op;
    bool lambda; /* arguments from the second on see the element as '.' */
    uint8_t least, most;
} builtins[] = {
    {"any", OP_ANY, true, 2, 2},
    {"all", OP_ALL, true, 2, 2},
    {"filter", OP_FILTER, true, 2, 2},
    {"map", OP_MAP, true, 2, 2},
    {"distinct", OP_DISTINCT, true, 1, 2},
    {"sum", OP_SUM, true, 1, 2},
    {"ratio", OP_RATIO, true, 2, 2},
    {"length", OP_LENGTH, false, 1, 1},
    {"coalesce", OP_COALESCE, false, 1, 255},
    {"flatten", OP_FLATTEN, false, 1, 1},
    {"keys", OP_KEYS, false, 1, 1},
    {"values", OP_VALUES, false, 1, 1},
};

/* One argument: an expression, or NAME = expression. */
static struct expr *parse_argument(struct parser *p)
{
    if (p->token.kind != TOKEN_IDENT)
        return parse_or(p);
    struct parser saved = *p;
    struct token name = p->token;
    if (!advance(p))
        return NULL;
    if (!is_sign(p, "=")) {
        *p = saved;
        return parse_or(p);
    }
    if (!advance(p))
        return NULL;
    struct expr *named = expr_over(p, OP_NAMED, parse_or(p), NULL);
    if (named == NULL)
        return NULL;
    named->text = name.text;
    named->line = name.line;
    named->column = name.column;
    return named;
}

/* The arguments of NAME; the parser stands on the opening parenthesis. */
static struct expr *parse_call(struct parser *p, struct token name)
{
    struct expr *call = expr_new(p, OP_CALL);
    if (call == NULL || !advance(p))
        return NULL;
    call->text = name.text;
    call->line = name.line;
    call->column = name.column;
    while (!is_sign(p, ")")) {
        if (!child_add(p, call, parse_argument(p)))
            return NULL;
        if (is_sign(p, ",")) {
            if (!advance(p))
                return NULL;
        } else if (!is_sign(p, ")")) {
            return unexpected(p, "',' or ')'");
        }
    }
    for (size_t i = 0; i < sizeof builtins / sizeof *builtins; i++) {
        if (!bytes_equal(name.text, bytes_of_string(builtins[i].name)))
            continue;
        call->op = (uint8_t)builtins[i].op;
        if (call->count < builtins[i].least || call->count > builtins[i].most) {
            error_set_at(p->err, p->lexer.source->file, name.line, name.column,
                         "wrong number of arguments for %s()", builtins[i].name);
            return NULL;
        }
    }
    return advance(p) ? call : NULL;
}

/* A dotted name from the message's root, or a call. */
static struct expr *parse_path(struct parser *p)
{
    struct token first = p->token;
    struct expr *root = expr_new(p, OP_ROOT), *path = root;
    while (path != NULL &&
           (p->token.kind == TOKEN_IDENT || (path != root && p->token.kind == TOKEN_KEYWORD))) {
        struct token part = p->token;
        path = expr_over(p, OP_FIELD, path, NULL);
        if (path == NULL || !advance(p))
            return NULL;
        path->text = part.text;
        path->line = part.line;
        path->column = part.column;
        size_t len = (size_t)(part.text.at + part.text.len - first.text.at);
        if (is_sign(p, "(")) {
            first.text = bytes_of(first.text.at, len);
            return parse_call(p, first);
        }
        struct parser saved = *p;
        if (p->token.kind != TOKEN_DOTS || p->token.text.len != 1 || !advance(p))
            return path;
        if (!p->token.adjacent ||
            (p->token.kind != TOKEN_IDENT && p->token.kind != TOKEN_KEYWORD)) {
            *p = saved;
            return path;
        }
    }
    return path;
}

/* '.', '..' and so on, with the field that may follow at once. */
static struct expr *parse_item(struct parser *p)
{
    struct expr *item = expr_new(p, OP_ITEM);
    if (item == NULL)
        return NULL;
    item->level = (uint8_t)p->token.text.len; /* dots; the checker makes it a level */
    if (!advance(p))
        return NULL;
    if (!p->token.adjacent || (p->token.kind != TOKEN_IDENT && p->token.kind != TOKEN_KEYWORD))
        return item;
    struct token part = p->token;
    struct expr *field = expr_over(p, OP_FIELD, item, NULL);
    if (field == NULL || !advance(p))
        return NULL;
    field->text = part.text;
    field->line = part.line;
    field->column = part.column;
    return field;
}

/* "expr, expr, ..." up to CLOSE, which is taken too; the opening sign was. */
static bool parse_elements(struct parser *p, struct expr *into, const char *close)
{
    while (!is_sign(p, close)) {
        if (!child_add(p, into, parse_or(p)))
            return false;
        if (is_sign(p, ",")) {
            if (!advance(p))
                return false;
        } else if (!is_sign(p, close)) {
            return unexpected(p, close[0] == ')' ? "',' or ')'" : "',' or ']'") != NULL;
        }
    }
    return advance(p);
}

static struct expr *parse_int(struct parser *p)
{
    struct expr *number = constant(p, value_int(p->token.integer));
    if (number == NULL || !is_keyword(p, "of"))
        return number;
    number->op = OP_OF;
    if (!advance(p) || !expect_sign(p, "(") || !parse_elements(p, number, ")"))
        return NULL;
    return number;
}

static struct expr *parse_primary(struct parser *p)
{
    switch (p->token.kind) {
    case TOKEN_INT:
        return parse_int(p);
    case TOKEN_FLOAT:
        return constant(p, value_float(p->token.number));
    case TOKEN_STRING:
        return constant(p, value_string(p->token.string));
    case TOKEN_IDENT:
        return parse_path(p);
    case TOKEN_DOTS:
        return parse_item(p);
    case TOKEN_LIST: {
        struct expr *list = expr_new(p, OP_LIST);
        if (list == NULL)
            return NULL;
        list->text = p->token.text;
        return advance(p) ? list : NULL;
    }
    default:
        break;
    }
    if (is_keyword(p, "true") || is_keyword(p, "false"))
        return constant(p, value_bool(is_keyword(p, "true")));
    if (is_keyword(p, "null"))
        return constant(p, value_null());
    if (is_sign(p, "(")) {
        if (!advance(p))
            return NULL;
        struct expr *inner = parse_or(p);
        return inner != NULL && expect_sign(p, ")") ? inner : NULL;
    }
    if (is_sign(p, "[")) {
        struct expr *tuple = expr_new(p, OP_TUPLE);
        return tuple != NULL && advance(p) && parse_elements(p, tuple, "]") ? tuple : NULL;
    }
    return unexpected(p, "an expression");
}

/* "[index]" or "[from:to]" after BASE; the parser stands behind the bracket. */
static struct expr *parse_bracket(struct parser *p, struct expr *base)
{
    struct expr *from = NULL, *to = NULL;
    if (!is_sign(p, ":") && (from = parse_or(p)) == NULL)
        return NULL;
    if (!is_sign(p, ":")) {
        struct expr *index = expr_over(p, OP_INDEX, base, from);
        return index != NULL && expect_sign(p, "]") ? index : NULL;
    }
    if (!advance(p))
        return NULL;
    if (!is_sign(p, "]") && (to = parse_or(p)) == NULL)
        return NULL;
    struct expr *slice = expr_over(p, OP_SLICE, base, NULL);
    for (int i = 0; slice != NULL && i < 2; i++) {
        struct expr *bound = i == 0 ? from : to;
        if (bound == NULL && (bound = expr_new(p, OP_CONSTANT)) != NULL)
            bound->constant = value_null();
        if (!child_add(p, slice, bound))
            return NULL;
    }
    return slice != NULL && expect_sign(p, "]") ? slice : NULL;
}

static struct expr *parse_postfix(struct parser *p)
{
    struct expr *expr = parse_primary(p);
    while (expr != NULL) {
        if (is_sign(p, "[")) {
            if (!advance(p))
                return NULL;
            expr = parse_bracket(p, expr);
        } else if (p->token.kind == TOKEN_DOTS) {
            if (p->token.text.len != 1)
                return unexpected(p, "an operator");
            if (!advance(p))
                return NULL;
            if (p->token.kind != TOKEN_IDENT && p->token.kind != TOKEN_KEYWORD)
                return unexpected(p, "a field name");
            struct token part = p->token;
            expr = expr_over(p, OP_FIELD, expr, NULL);
            if (expr == NULL || !advance(p))
                return NULL;
            expr->text = part.text;
            expr->line = part.line;
            expr->column = part.column;
        } else {
            break;
        }
    }
    return expr;
}

static struct expr *parse_unary(struct parser *p)
{
    if (!is_sign(p, "-"))
        return parse_postfix(p);
    struct token minus = p->token;
    if (++p->depth > EXPR_DEPTH_MAX)
        return fail(p, "nested too deep");
    struct expr *expr = advance(p) ? expr_over(p, OP_NEGATE, parse_unary(p), NULL) : NULL;
    p->depth--;
    if (expr != NULL)
        expr->column = minus.column;
    return expr;
}

static struct expr *parse_product(struct parser *p)
{
    struct expr *left = parse_unary(p);
    while (left != NULL && (is_sign(p, "*") || is_sign(p, "/") || is_sign(p, "%"))) {
        enum op op = is_sign(p, "*") ? OP_MULTIPLY : is_sign(p, "/") ? OP_DIVIDE : OP_MODULO;
        struct expr *right = advance(p) ? parse_unary(p) : NULL;
        left = right == NULL ? NULL : expr_over(p, op, left, right);
    }
    return left;
}

static struct expr *parse_sum(struct parser *p)
{
    struct expr *left = parse_product(p);
    while (left != NULL && (is_sign(p, "+") || is_sign(p, "-"))) {
        enum op op = is_sign(p, "+") ? OP_ADD : OP_SUBTRACT;
        struct expr *right = advance(p) ? parse_product(p) : NULL;
        left = right == NULL ? NULL : expr_over(p, op, left, right);
    }
    return left;
}

/* "in SET": children of IN are what is looked for, then the elements or the one array. */
static struct expr *parse_in(struct parser *p, struct expr *left)
{
    bool fold = is_keyword(p, "in~") || is_text(p, TOKEN_KEYWORD, "in~");
    struct expr *in = expr_over(p, fold ? OP_IN_FOLD : OP_IN, left, NULL);
    if (in == NULL || !advance(p))
        return NULL;
    if (!is_sign(p, "(")) {
        struct expr *set = parse_sum(p);
        return child_add(p, in, set) ? in : NULL;
    }
    if (!advance(p) || !parse_elements(p, in, ")"))
        return NULL;
    if (in->count < 2)
        return fail(p, "an empty set after in");
    return in;
}

static bool relation(const struct parser *p, enum op *out)
{
    for (enum op op = OP_EQUAL; op <= OP_UNEQUAL_FOLD; op++)
        if (is_sign(p, op_names[op])) {
            *out = op;
            return true;
        }
    return false;
}

static struct expr *negated(struct parser *p, struct expr *expr, bool negate)
{
    return negate ? expr_over(p, OP_NOT, expr, NULL) : expr;
}

/* The second relation of "a < b <= c". */
static struct expr *parse_chain(struct parser *p, struct expr *first)
{
    if ((first->op != OP_LESS && first->op != OP_AT_MOST) ||
        (!is_sign(p, "<") && !is_sign(p, "<=")))
        return first;
    enum op op = is_sign(p, "<") ? OP_LESS : OP_AT_MOST;
    struct expr *right = advance(p) ? parse_sum(p) : NULL;
    if (right == NULL)
        return NULL;
    return expr_over(p, OP_AND, first, expr_over(p, op, first->child[1], right));
}

static struct expr *parse_comparison(struct parser *p)
{
    struct expr *left = parse_sum(p);
    if (left == NULL)
        return NULL;
    enum op op;
    if (relation(p, &op)) {
        struct expr *right = advance(p) ? parse_sum(p) : NULL;
        struct expr *first = right == NULL ? NULL : expr_over(p, op, left, right);
        return first == NULL ? NULL : parse_chain(p, first);
    }
    bool negate = is_keyword(p, "not");
    if (negate && !advance(p))
        return NULL;
    if (is_keyword(p, "in") || is_keyword(p, "in~"))
        return negated(p, parse_in(p, left), negate);
    if (negate)
        return unexpected(p, "'in'");
    if (!is_keyword(p, "is"))
        return left;
    if (!advance(p))
        return NULL;
    negate = is_keyword(p, "not");
    if (negate && !advance(p))
        return NULL;
    if (!is_keyword(p, "null"))
        return unexpected(p, "'null'");
    return advance(p) ? negated(p, expr_over(p, OP_IS_NULL, left, NULL), negate) : NULL;
}

static struct expr *parse_not(struct parser *p)
{
    if (!is_keyword(p, "not"))
        return parse_comparison(p);
    struct token word = p->token;
    if (++p->depth > EXPR_DEPTH_MAX)
        return fail(p, "nested too deep");
    struct expr *expr = advance(p) ? expr_over(p, OP_NOT, parse_not(p), NULL) : NULL;
    p->depth--;
    if (expr != NULL) {
        expr->line = word.line;
        expr->column = word.column;
    }
    return expr;
}

/* A row of operands joined by WORD: one node with all of them. */
static struct expr *parse_joined(struct parser *p, const char *word, enum op op,
                                 struct expr *(*operand)(struct parser *))
{
    struct expr *first = operand(p);
    if (first == NULL || !is_keyword(p, word))
        return first;
    struct expr *joined = expr_over(p, op, first, NULL);
    while (joined != NULL && is_keyword(p, word))
        if (!advance(p) || !child_add(p, joined, operand(p)))
            return NULL;
    return joined;
}

static struct expr *parse_and(struct parser *p)
{
    return parse_joined(p, "and", OP_AND, parse_not);
}

static struct expr *parse_or(struct parser *p)
{
    if (++p->depth > EXPR_DEPTH_MAX)
        return fail(p, "nested too deep");
    struct expr *expr = parse_joined(p, "or", OP_OR, parse_and);
    p->depth--;
    return expr;
}

struct expr *expr_parse(struct arena *arena, const struct source *source, struct error *err)
{
    struct parser p = {.arena = arena, .err = err};
    *err = (struct error){0};
    lexer_init(&p.lexer, arena, source, err);
    if (!advance(&p))
        return NULL;
    if (p.token.kind == TOKEN_END)
        return fail(&p, "the source is empty");
    struct expr *expr = parse_or(&p);
    if (expr == NULL || p.token.kind == TOKEN_END)
        return expr;
    return unexpected(&p, "'and', 'or' or the end");
}
