/* SPDX-License-Identifier: Apache-2.0 */
#include "open/script_js.h"
#include "open/script_value.h"

static struct script_statement *statement(struct parser *p);

static struct script_expression *name_of(struct parser *p)
{
    struct script_expression *e = script_expression_new(p, EX_NAME);
    e->name = script_name(p->s, p->token.text);
    js_next(p);
    return e;
}

struct script_statement *js_block(struct parser *p)
{
    struct script_statement *first = NULL, **last = &first;
    if (++p->depth, !script_too_deep(p))
        while (p->token.kind != TOKEN_END && !token_is_sign(p, SIGN1('}')) && !p->s->over) {
            size_t at = p->at;
            struct script_statement *st = statement(p);
            if (st != NULL) {
                *last = st;
                while (*last != NULL)
                    last = &(*last)->next;
            }
            if (p->at == at)
                js_next(p);
        }
    p->depth--;
    return first;
}

static struct script_expression *arguments(struct parser *p, struct script_expression *call,
                                           uint32_t end)
{
    struct script_expression **last = &call->list;
    while (p->token.kind != TOKEN_END && !js_accept(p, end) && !p->s->over) {
        if (js_accept(p, SIGN1(',')))
            continue;
        size_t at = p->at;
        *last = js_assignment(p);
        last = &(*last)->next;
        if (p->at == at)
            js_next(p);
    }
    return call;
}

static struct script_expression *primary(struct parser *p)
{
    struct script_expression *e;
    struct script_name *name;
    switch (p->token.kind) {
    case TOKEN_STRING:
    case TOKEN_TEXT: /* a regular expression */
        e = script_constant(p, script_of_utf8(p->s, p->token.text));
        e->constant.is_char = p->token.kind == TOKEN_TEXT && p->token.quoted;
        if (p->token.kind == TOKEN_STRING)
            report_literal(&p->s->report, p->token.text);
        js_next(p);
        return e;
    case TOKEN_NUMBER:
        e = script_constant(p, script_of_number(p->token.number));
        js_next(p);
        return e;
    case TOKEN_NAME:
        if (js_is_word(p, "async")) { /* async function, async x => , async (x) => */
            struct parser before = *p;
            js_next(p);
            if (p->token.kind != TOKEN_NAME && !token_is_sign(p, SIGN1('(')))
                *p = before;
            else if (!js_is_word(p, "function"))
                return primary(p);
        }
        if (js_accept_word(p, "function"))
            return js_function(p, false);
        if (js_accept_word(p, "class"))
            return js_class(p, &name);
        if (js_accept_word(p, "new")) {
            e = script_expression_new(p, EX_NEW);
            e->a = p->token.kind == TOKEN_NAME ? name_of(p) : primary(p);
            while (token_is_sign(p, SIGN1('.'))) {
                js_next(p);
                e->a = name_of(p);
            }
            return js_accept(p, SIGN1('(')) ? arguments(p, e, SIGN1(')')) : e;
        }
        e = name_of(p);
        return token_is_sign(p, SIGN2('=', '>')) ? js_arrow(p, e) : e;
    case TOKEN_TEMPLATE:
        return js_template(p);
    default:
        break;
    }
    if (js_accept(p, SIGN1('('))) {
        bool empty = token_is_sign(p, SIGN1(')'));
        e = empty ? script_constant(p, script_empty()) : js_expression(p);
        js_accept(p, SIGN1(')'));
        return token_is_sign(p, SIGN2('=', '>')) ? js_arrow(p, empty ? NULL : e) : e;
    }
    if (js_accept(p, SIGN1('[')))
        return arguments(p, script_expression_new(p, EX_ARRAY), SIGN1(']'));
    if (js_accept(p, SIGN1('{')))
        return js_object(p);
    js_next(p);
    return script_constant(p, script_unknown());
}

struct script_expression *js_postfix(struct parser *p)
{
    struct script_expression *e = primary(p);
    for (uint32_t count = 0; count < 65536 && !p->s->over; count++) {
        bool chains = js_accept(p, SIGN2('?', '.'));
        if (js_accept(p, SIGN1('.')) || (chains && p->token.kind == TOKEN_NAME)) {
            js_accept(p, SIGN1('#'));
            struct script_expression *m = script_expression_new(p, EX_MEMBER);
            m->a = e;
            m->name = script_name(p->s, p->token.text);
            js_next(p);
            e = m;
        } else if (token_is_sign(p, SIGN1('(')) || token_is_sign(p, SIGN1('['))) {
            bool call = token_is_sign(p, SIGN1('('));
            struct script_expression *c = script_expression_new(p, call ? EX_CALL : EX_INDEX);
            c->a = e;
            js_next(p);
            e = arguments(p, c, call ? SIGN1(')') : SIGN1(']'));
        } else if ((token_is_sign(p, SIGN2('+', '+')) || token_is_sign(p, SIGN2('-', '-'))) &&
                   !p->token.line_before) {
            struct script_expression *u = script_expression_new(p, EX_UPDATE);
            u->op = p->token.sign == SIGN2('+', '+') ? OP_ADD : OP_SUBTRACT;
            u->a = e;
            js_next(p);
            e = u;
        } else {
            return e;
        }
    }
    return e;
}

static struct script_expression *unary(struct parser *p)
{
    static const struct {
        uint32_t sign;
        const char *word;
        enum script_op op;
    } rows[] = {{SIGN1('-'), NULL, OP_NEGATE}, {SIGN1('+'), NULL, OP_PLUS},
                {SIGN1('!'), NULL, OP_NOT},    {SIGN1('~'), NULL, OP_BIT_NOT},
                {0, "typeof", OP_TYPE},        {0, "void", OP_VOID},
                {0, "delete", OP_VOID},        {SIGN3('.', '.', '.'), NULL, OP_SPREAD}};
    if (script_too_deep(p))
        return script_constant(p, script_unknown());
    p->depth++;
    struct script_expression *e = NULL;
    while (js_is_word(p, "await") || js_is_word(p, "yield")) /* what comes is taken to be there */
        js_next(p);
    if (token_is_sign(p, SIGN2('+', '+')) || token_is_sign(p, SIGN2('-', '-'))) {
        e = script_expression_new(p, EX_UPDATE);
        e->op = p->token.sign == SIGN2('+', '+') ? OP_ADD : OP_SUBTRACT;
        e->prefix = true;
        js_next(p);
        e->a = unary(p);
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0] && e == NULL; i++)
        if (rows[i].word != NULL ? js_is_word(p, rows[i].word) : token_is_sign(p, rows[i].sign)) {
            e = script_expression_new(p, EX_UNARY);
            e->op = rows[i].op;
            js_next(p);
            e->a = unary(p);
        }
    if (e == NULL)
        e = js_postfix(p);
    p->depth--;
    return e;
}

static const struct level {
    uint32_t sign;
    int level;
    enum script_op op;
} levels[] = {
    {SIGN2('|', '|'), 1, OP_ANY},
    {SIGN2('?', '?'), 1, OP_ANY},
    {SIGN2('&', '&'), 2, OP_ALL},
    {SIGN1('|'), 3, OP_BIT_OR},
    {SIGN1('^'), 4, OP_BIT_XOR},
    {SIGN1('&'), 5, OP_BIT_AND},
    {SIGN2('=', '='), 6, OP_EQUAL},
    {SIGN3('=', '=', '='), 6, OP_EQUAL},
    {SIGN2('!', '='), 6, OP_UNEQUAL},
    {SIGN3('!', '=', '='), 6, OP_UNEQUAL},
    {SIGN1('<'), 7, OP_LESS},
    {SIGN1('>'), 7, OP_GREATER},
    {SIGN2('<', '='), 7, OP_LESS_EQUAL},
    {SIGN2('>', '='), 7, OP_GREATER_EQUAL},
    {SIGN2('<', '<'), 8, OP_SHIFT_LEFT},
    {SIGN2('>', '>'), 8, OP_SHIFT_RIGHT},
    {SIGN3('>', '>', '>'), 8, OP_SHIFT_ZERO},
    {SIGN1('+'), 9, OP_ADD},
    {SIGN1('-'), 9, OP_SUBTRACT},
    {SIGN1('*'), 10, OP_MULTIPLY},
    {SIGN1('/'), 10, OP_DIVIDE},
    {SIGN1('%'), 10, OP_MODULO},
    {SIGN2('*', '*'), 11, OP_POWER},
};

/* Precedence climbing: operators of LEAST and above. */
static struct script_expression *binary(struct parser *p, int least)
{
    struct script_expression *e = unary(p);
    while (!p->s->over) {
        const struct level *l = NULL;
        for (size_t i = 0; i < sizeof levels / sizeof levels[0] && p->token.kind == TOKEN_SIGN; i++)
            if (levels[i].sign == p->token.sign && levels[i].level >= least)
                l = &levels[i];
        if (l == NULL)
            return e;
        js_next(p);
        p->depth++;
        e = script_binary(p, l->op, e, !script_too_deep(p) ? binary(p, l->level + 1) : unary(p));
        p->depth--;
    }
    return e;
}

struct script_expression *js_assignment(struct parser *p)
{
    static const struct {
        uint32_t sign;
        enum script_op op;
    } rows[] = {{SIGN1('='), OP_NONE},          {SIGN2('+', '='), OP_ADD},
                {SIGN2('-', '='), OP_SUBTRACT}, {SIGN2('*', '='), OP_MULTIPLY},
                {SIGN2('/', '='), OP_DIVIDE},   {SIGN2('%', '='), OP_MODULO},
                {SIGN2('|', '='), OP_BIT_OR},   {SIGN2('&', '='), OP_BIT_AND},
                {SIGN2('^', '='), OP_BIT_XOR},  {SIGN3('|', '|', '='), OP_NONE},
                {SIGN3('?', '?', '='), OP_NONE}, {SIGN3('&', '&', '='), OP_NONE},
                {SIGN3('>', '>', '='), OP_SHIFT_RIGHT},
                {SIGN3('<', '<', '='), OP_SHIFT_LEFT},
                {SIGN4('>', '>', '>', '='), OP_SHIFT_ZERO},
                {SIGN3('*', '*', '='), OP_POWER}};
    if (script_too_deep(p)) {
        js_next(p);
        return script_constant(p, script_unknown());
    }
    p->depth++;
    struct script_expression *e = binary(p, 1);
    if (js_accept(p, SIGN1('?'))) {
        struct script_expression *c = script_expression_new(p, EX_CONDITION);
        c->a = e;
        c->b = js_assignment(p);
        js_accept(p, SIGN1(':'));
        c->c = js_assignment(p);
        e = c;
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (token_is_sign(p, rows[i].sign)) {
            struct script_expression *a = script_expression_new(p, EX_ASSIGN);
            js_next(p);
            a->op = rows[i].op;
            a->a = e;
            a->b = js_assignment(p);
            e = a;
            break;
        }
    p->depth--;
    return e;
}

struct script_expression *js_expression(struct parser *p)
{
    struct script_expression *e = js_assignment(p);
    while (token_is_sign(p, SIGN1(',')) && !p->s->over) {
        js_next(p);
        if (token_is_sign(p, SIGN1(')'))) /* (a, b,) => */
            break;
        e = script_binary(p, OP_COMMA, e, js_assignment(p));
    }
    return e;
}

static struct script_statement *variables(struct parser *p)
{
    struct script_statement *first = NULL, **last = &first;
    do {
        struct script_statement *st = script_statement_new(p, ST_DIM);
        if (p->token.kind == TOKEN_SIGN) {
            st->c = primary(p); /* a pattern */
        } else {
            st->name = script_name(p->s, p->token.text);
            js_next(p);
        }
        if (js_accept(p, SIGN1('=')))
            st->a = js_assignment(p);
        *last = st;
        last = &st->next;
    } while (js_accept(p, SIGN1(',')) && !p->s->over);
    return first;
}

static struct script_statement *body_of(struct parser *p)
{
    if (script_too_deep(p))
        return NULL;
    p->depth++;
    struct script_statement *st = statement(p);
    p->depth--;
    return st;
}

static struct script_statement *parse_for(struct parser *p)
{
    struct script_statement *st = script_statement_new(p, ST_FOR);
    struct script_expression *pattern = NULL;
    js_accept_word(p, "await");
    js_accept(p, SIGN1('('));
    if (js_accept_word(p, "var") || js_accept_word(p, "let") || js_accept_word(p, "const")) {
        st->other = variables(p);
        st->name = st->other == NULL ? NULL : st->other->name;
        pattern = st->other == NULL ? NULL : st->other->c;
    } else if (!token_is_sign(p, SIGN1(';'))) {
        st->c = binary(p, 1);
        st->name = st->c->kind == EX_NAME ? st->c->name : NULL;
        if (!js_is_word(p, "in") && !token_is_sign(p, SIGN1(';')) && p->token.kind == TOKEN_SIGN) {
            struct script_expression *a = script_expression_new(p, EX_ASSIGN); /* i = 0, k = 1 */
            a->a = st->c;
            js_next(p);
            a->b = js_expression(p);
            st->c = a;
        }
    }
    if ((st->name != NULL || pattern != NULL) && (js_is_word(p, "in") || js_is_word(p, "of"))) {
        st->kind = ST_EACH;
        st->c = pattern;
        st->until = js_is_word(p, "in");
        st->other = NULL;
        js_next(p);
        st->a = js_expression(p);
    } else {
        js_accept(p, SIGN1(';'));
        if (!token_is_sign(p, SIGN1(';')))
            st->a = js_expression(p);
        js_accept(p, SIGN1(';'));
        if (!token_is_sign(p, SIGN1(')')))
            st->b = js_expression(p);
    }
    js_accept(p, SIGN1(')'));
    st->body = body_of(p);
    return st;
}

static struct script_statement *parse_switch(struct parser *p)
{
    struct script_statement *st = script_statement_new(p, ST_SELECT), **last = &st->other;
    js_accept(p, SIGN1('('));
    st->a = js_expression(p);
    js_accept(p, SIGN1(')'));
    js_accept(p, SIGN1('{'));
    while (p->token.kind != TOKEN_END && !js_accept(p, SIGN1('}')) && !p->s->over) {
        struct script_statement *one = script_statement_new(p, ST_SELECT), **tail = &one->body;
        if (js_accept_word(p, "case")) {
            one->b = script_expression_new(p, EX_ARRAY);
            one->b->list = js_expression(p);
        } else {
            js_accept_word(p, "default");
        }
        js_accept(p, SIGN1(':'));
        while (p->token.kind != TOKEN_END && !js_is_word(p, "case") && !js_is_word(p, "default") &&
               !token_is_sign(p, SIGN1('}')) && !p->s->over) {
            size_t at = p->at;
            *tail = body_of(p);
            while (*tail != NULL)
                tail = &(*tail)->next;
            if (p->at == at)
                js_next(p);
        }
        *last = one;
        last = &one->other;
    }
    return st;
}

static struct script_statement *parse_try(struct parser *p)
{
    struct script_statement *st = script_statement_new(p, ST_TRY);
    st->body = body_of(p);
    if (js_accept_word(p, "catch")) {
        if (js_accept(p, SIGN1('('))) {
            primary(p);
            js_accept(p, SIGN1(')'));
        }
        st->other = body_of(p);
    }
    if (js_accept_word(p, "finally") && st->other == NULL)
        st->other = body_of(p);
    return st;
}

static struct script_statement *condition(struct parser *p, enum script_statement_kind kind)
{
    struct script_statement *st = script_statement_new(p, kind);
    js_accept(p, SIGN1('('));
    st->a = js_expression(p);
    js_accept(p, SIGN1(')'));
    st->body = body_of(p);
    if (kind == ST_IF && js_accept_word(p, "else"))
        st->other = body_of(p);
    return st;
}

static struct script_statement *statement(struct parser *p)
{
    struct script_statement *st;
    if (js_accept(p, SIGN1(';')))
        return NULL;
    if (js_accept(p, SIGN1('{'))) {
        st = script_statement_new(p, ST_BLOCK);
        st->body = js_block(p);
        js_accept(p, SIGN1('}'));
        return st;
    }
    if (js_accept_word(p, "export"))
        js_accept_word(p, "default");
    if (js_is_word(p, "async")) {
        struct parser before = *p;
        js_next(p);
        if (!js_is_word(p, "function"))
            *p = before;
    }
    if (js_accept_word(p, "function")) {
        js_function(p, true);
        return NULL;
    }
    if (js_accept_word(p, "class")) {
        st = script_statement_new(p, ST_DIM);
        st->a = js_class(p, &st->name);
        return st;
    }
    if (js_accept_word(p, "var") || js_accept_word(p, "let") || js_accept_word(p, "const"))
        return variables(p);
    if (js_accept_word(p, "if"))
        return condition(p, ST_IF);
    if (js_accept_word(p, "while"))
        return condition(p, ST_WHILE);
    if (js_accept_word(p, "with"))
        return condition(p, ST_WITH);
    if (js_accept_word(p, "for"))
        return parse_for(p);
    if (js_accept_word(p, "do")) {
        st = script_statement_new(p, ST_WHILE);
        st->after = true;
        st->body = body_of(p);
        js_accept_word(p, "while");
        js_accept(p, SIGN1('('));
        st->a = js_expression(p);
        js_accept(p, SIGN1(')'));
        return st;
    }
    if (js_accept_word(p, "switch"))
        return parse_switch(p);
    if (js_accept_word(p, "try"))
        return parse_try(p);
    if (js_accept_word(p, "return") || js_accept_word(p, "throw")) {
        st = script_statement_new(p, ST_RETURN);
        if (!token_is_sign(p, SIGN1(';')) && !token_is_sign(p, SIGN1('}')) && !p->token.line_before)
            st->a = js_expression(p);
        return st;
    }
    if (js_accept_word(p, "break"))
        return script_statement_new(p, ST_BREAK);
    if (js_accept_word(p, "continue"))
        return script_statement_new(p, ST_CONTINUE);
    st = script_statement_new(p, ST_EXPRESSION);
    st->a = js_expression(p);
    return st;
}

struct script_statement *script_parse_js(struct script *s, struct bytes source)
{
    struct parser p = {.s = s, .source = source};
    struct script_statement *first = NULL, **last = &first;
    if (bytes_starts(source, BYTES("\xEF\xBB\xBF")))
        p.at = 3;
    js_next(&p);
    while (p.token.kind != TOKEN_END && !s->over) { /* a stray "}" does not end the program */
        *last = js_block(&p);
        while (*last != NULL)
            last = &(*last)->next;
        js_accept(&p, SIGN1('}'));
    }
    return first;
}
