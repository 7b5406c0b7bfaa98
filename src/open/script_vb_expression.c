/* SPDX-License-Identifier: Apache-2.0 */
#include "open/script_parse.h"
#include "open/script_value.h"

/* Precedence of VB, lowest first (MS-VBAL 5.6.9). */
static const struct level {
    uint32_t sign; /* or */
    const char *word;
    enum script_op op;
    int level;
} levels[] = {
    {0, "imp", OP_OR, 1},
    {0, "eqv", OP_EQUAL, 1},
    {0, "xor", OP_XOR, 2},
    {0, "or", OP_OR, 3},
    {0, "and", OP_AND, 4},
    {SIGN1('='), NULL, OP_EQUAL, 6},
    {SIGN2('<', '>'), NULL, OP_UNEQUAL, 6},
    {SIGN1('<'), NULL, OP_LESS, 6},
    {SIGN1('>'), NULL, OP_GREATER, 6},
    {SIGN2('<', '='), NULL, OP_LESS_EQUAL, 6},
    {SIGN2('>', '='), NULL, OP_GREATER_EQUAL, 6},
    {0, "is", OP_EQUAL, 6},
    {0, "like", OP_LIKE, 6},
    {SIGN1('&'), NULL, OP_JOIN_TEXT, 7},
    {SIGN1('+'), NULL, OP_ADD, 8},
    {SIGN1('-'), NULL, OP_SUBTRACT, 8},
    {0, "mod", OP_MODULO, 9},
    {SIGN1('\\'), NULL, OP_QUOTIENT, 10},
    {SIGN1('*'), NULL, OP_MULTIPLY, 11},
    {SIGN1('/'), NULL, OP_DIVIDE, 11},
    {SIGN1('^'), NULL, OP_POWER, 13},
};
#define LEVEL_NOT 5
#define LEVEL_MINUS 12
#define LEVEL_TOP 14

static struct script_expression *level(struct parser *p, int at);

static const struct level *operator_at(const struct parser *p, int at)
{
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
        if (levels[i].level == at && (levels[i].word != NULL ? vb_is_word(p, levels[i].word)
                                                             : token_is_sign(p, levels[i].sign)))
            return &levels[i];
    return NULL;
}

static struct script_expression *unary(struct parser *p, enum script_op op, int operand)
{
    struct script_expression *e = script_expression_new(p, EX_UNARY);
    e->op = op;
    vb_next(p);
    e->a = level(p, operand);
    return e;
}

static struct script_expression *level(struct parser *p, int at)
{
    if (script_too_deep(p) || p->s->over)
        return script_constant(p, script_unknown());
    if (at == LEVEL_NOT && vb_is_word(p, "not")) {
        p->depth++;
        struct script_expression *e = unary(p, OP_NOT, LEVEL_NOT);
        p->depth--;
        return e;
    }
    if (at == LEVEL_MINUS && (token_is_sign(p, SIGN1('-')) || token_is_sign(p, SIGN1('+')))) {
        p->depth++;
        struct script_expression *e =
            unary(p, token_is_sign(p, SIGN1('-')) ? OP_NEGATE : OP_PLUS, LEVEL_MINUS);
        p->depth--;
        return e;
    }
    if (at == LEVEL_TOP)
        return vb_postfix(p);
    struct script_expression *e = level(p, at + 1);
    for (const struct level *l; (l = operator_at(p, at)) != NULL && !p->s->over;) {
        vb_next(p);
        e = script_binary(p, l->op, e, level(p, at == 13 ? LEVEL_MINUS : at + 1));
    }
    return e;
}

struct script_expression *vb_expression(struct parser *p)
{
    p->depth++;
    struct script_expression *e = level(p, 1);
    p->depth--;
    return e;
}

void vb_arguments(struct parser *p, struct script_expression *call, bool parenthesised)
{
    struct script_expression **last = &call->list;
    while (*last != NULL)
        last = &(*last)->next;
    while (p->token.kind != TOKEN_END && p->token.kind != TOKEN_LINE && !p->s->over) {
        if (parenthesised && vb_accept_sign(p, SIGN1(')')))
            return;
        if (vb_is_word(p, "else") && !parenthesised)
            return;
        struct script_expression *argument;
        vb_accept_word(p, "byval");
        if (token_is_sign(p, SIGN1(',')) || (parenthesised && token_is_sign(p, SIGN1(')')))) {
            argument = script_expression_new(p, EX_MISSING);
        } else {
            size_t at = p->at;
            struct token token = p->token, before = p->before;
            bool named = false;
            if (token.kind == TOKEN_NAME) { /* name:=value */
                vb_next(p);
                named = vb_accept_sign(p, SIGN2(':', '='));
            }
            if (!named)
                p->at = at, p->token = token, p->before = before;
            argument = vb_expression(p);
            if (vb_accept_word(p, "to")) /* the bound of a dimension */
                argument = vb_expression(p);
        }
        *last = argument;
        last = &argument->next;
        if (!vb_accept_sign(p, SIGN1(',')) && !vb_accept_sign(p, SIGN1(';')) &&
            !(parenthesised && token_is_sign(p, SIGN1(')'))))
            return;
    }
}

static struct script_expression *primary(struct parser *p)
{
    struct script_expression *e;
    switch (p->token.kind) {
    case TOKEN_STRING:
        e = script_constant(p, script_of_utf8(p->s, p->token.text));
        report_literal(&p->s->report, p->token.text);
        vb_next(p);
        return e;
    case TOKEN_NUMBER:
        e = script_constant(p, script_of_number(p->token.number));
        vb_next(p);
        return e;
    case TOKEN_NAME:
        if (vb_accept_word(p, "new")) {
            e = script_expression_new(p, EX_NEW);
            e->a = vb_postfix(p);
            return e;
        }
        if (vb_accept_word(p, "addressof") || vb_accept_word(p, "typeof"))
            return vb_postfix(p);
        e = script_expression_new(p, EX_NAME);
        e->name = script_name(p->s, p->token.text);
        vb_next(p);
        return e;
    case TOKEN_SIGN:
        if (p->token.sign == SIGN1('(')) {
            vb_next(p);
            e = vb_expression(p);
            vb_accept_sign(p, SIGN1(')'));
            return e;
        }
        if (p->token.sign == SIGN1('.') || p->token.sign == SIGN1('!'))
            return script_expression_new(p, EX_WITH);
        if (p->token.sign == SIGN1('#')) { /* a file number */
            vb_next(p);
            return vb_postfix(p);
        }
        vb_next(p);
        return script_constant(p, script_unknown());
    default:
        return script_constant(p, script_unknown());
    }
}

struct script_expression *vb_postfix(struct parser *p)
{
    if (script_too_deep(p))
        return script_constant(p, script_unknown());
    p->depth++;
    struct script_expression *e = primary(p);
    for (uint32_t count = 0; count < 4096 && !p->s->over; count++) {
        if (token_is_sign(p, SIGN1('.')) ||
            (token_is_sign(p, SIGN1('!')) && !p->token.space_before)) {
            vb_next(p);
            if (p->token.kind != TOKEN_NAME)
                break;
            struct script_expression *member = script_expression_new(p, EX_MEMBER);
            member->a = e;
            member->name = script_name(p->s, p->token.text);
            vb_next(p);
            e = member;
        } else if (token_is_sign(p, SIGN1('(')) && e->kind != EX_CONSTANT) {
            struct script_expression *call = script_expression_new(p, EX_CALL);
            call->a = e;
            vb_next(p);
            vb_arguments(p, call, true);
            e = call;
        } else {
            break;
        }
    }
    p->depth--;
    return e;
}
