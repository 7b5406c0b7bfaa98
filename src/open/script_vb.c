/* SPDX-License-Identifier: Apache-2.0 */
#include "open/script_parse.h"
#include "open/script_value.h"

static struct script_statement *statement(struct parser *p);

static void skip_to_line(struct parser *p)
{
    while (p->token.kind != TOKEN_LINE && p->token.kind != TOKEN_END)
        vb_next(p);
}

static void skip_lines(struct parser *p)
{
    while (p->token.kind == TOKEN_LINE)
        vb_next(p);
}

static bool at_word(const struct parser *p, const char *const *words)
{
    for (size_t i = 0; words[i] != NULL; i++)
        if (vb_is_word(p, words[i]))
            return true;
    return false;
}

/* Statements until one of STOP begins a line (not taken), or the end. */
static struct script_statement *block(struct parser *p, const char *const *stop)
{
    struct script_statement *first = NULL, **last = &first;
    if (++p->depth, !script_too_deep(p))
        while (!p->s->over) {
            skip_lines(p);
            if (p->token.kind == TOKEN_END || at_word(p, stop))
                break;
            size_t at = p->at;
            struct script_statement *st = statement(p);
            if (st != NULL) {
                *last = st;
                while (*last != NULL)
                    last = &(*last)->next;
            }
            if (p->at == at) /* whatever it is, go on behind it */
                vb_next(p);
        }
    p->depth--;
    return first;
}

/* "End If" and the like; "Next i" and "Loop" take the rest of the line. */
static void accept_end(struct parser *p, const char *word)
{
    if (vb_accept_word(p, "end"))
        vb_accept_word(p, word);
}

static const char *const stop_if[] = {"end", "else", "elseif", "endif", NULL};
static const char *const stop_end[] = {"end", NULL};
static const char *const stop_loop[] = {"loop", "end", NULL};
static const char *const stop_next[] = {"next", "end", NULL};
static const char *const stop_wend[] = {"wend", "end", NULL};
static const char *const stop_case[] = {"case", "end", NULL};

static struct script_statement *one_line(struct parser *p)
{
    struct script_statement *first = NULL, **last = &first;
    while (p->token.kind != TOKEN_END && !vb_is_word(p, "else") && !p->s->over) {
        if (p->token.kind == TOKEN_LINE) { /* a colon goes on, a line end does not */
            if (p->token.text.len == 0 || p->token.text.at[0] != ':')
                break;
            vb_next(p);
            continue;
        }
        if (vb_is_word(p, "end"))
            break;
        size_t at = p->at;
        struct script_statement *st = statement(p);
        if (st != NULL) {
            *last = st;
            while (*last != NULL)
                last = &(*last)->next;
        }
        if (p->at == at)
            break;
    }
    return first;
}

static struct script_statement *parse_if(struct parser *p)
{
    struct script_statement *st = script_statement_new(p, ST_IF);
    p->depth++;
    st->a = vb_expression(p);
    vb_accept_word(p, "then");
    if (script_too_deep(p)) {
        skip_to_line(p);
    } else if (p->token.kind != TOKEN_LINE ||
               (p->token.text.len > 0 && p->token.text.at[0] == ':')) {
        st->body = one_line(p);
        if (vb_accept_word(p, "else"))
            st->other = one_line(p);
    } else {
        st->body = block(p, stop_if);
        if (vb_accept_word(p, "elseif"))
            st->other = parse_if(p);
        else if (vb_accept_word(p, "else"))
            st->other = block(p, stop_if);
        if (vb_is_word(p, "end") || vb_is_word(p, "endif")) {
            if (!vb_accept_word(p, "endif"))
                accept_end(p, "if");
        }
    }
    p->depth--;
    return st;
}

static struct script_statement *parse_for(struct parser *p)
{
    bool each = vb_accept_word(p, "each");
    struct script_statement *st = script_statement_new(p, each ? ST_EACH : ST_COUNT);
    st->name = p->token.kind == TOKEN_NAME ? script_name(p->s, p->token.text)
                                           : script_name(p->s, BYTES("?"));
    vb_next(p);
    if (each) {
        vb_accept_word(p, "in");
        st->a = vb_expression(p);
    } else {
        vb_accept_sign(p, SIGN1('='));
        st->a = vb_expression(p);
        vb_accept_word(p, "to");
        st->b = vb_expression(p);
        if (vb_accept_word(p, "step"))
            st->c = vb_expression(p);
    }
    st->body = block(p, stop_next);
    if (vb_accept_word(p, "next") && p->token.kind == TOKEN_NAME)
        vb_next(p);
    return st;
}

static struct script_statement *parse_do(struct parser *p)
{
    struct script_statement *st = script_statement_new(p, ST_WHILE);
    if (vb_is_word(p, "while") || vb_is_word(p, "until")) {
        st->until = vb_is_word(p, "until");
        vb_next(p);
        st->a = vb_expression(p);
    }
    st->body = block(p, stop_loop);
    vb_accept_word(p, "loop");
    if (vb_is_word(p, "while") || vb_is_word(p, "until")) {
        st->until = vb_is_word(p, "until");
        st->after = true;
        vb_next(p);
        st->a = vb_expression(p);
    }
    return st;
}

/* Cases become IFs: the value is compared with each of a list; b holds the value, c the list. */
static struct script_statement *parse_select(struct parser *p)
{
    struct script_statement *st = script_statement_new(p, ST_SELECT), **last = &st->other;
    vb_accept_word(p, "case");
    st->a = vb_expression(p);
    skip_to_line(p);
    skip_lines(p);
    while (vb_accept_word(p, "case") && !p->s->over) {
        struct script_statement *one = script_statement_new(p, ST_SELECT);
        if (!vb_accept_word(p, "else")) {
            one->b = script_expression_new(p, EX_ARRAY);
            if (vb_accept_word(p, "is"))
                vb_next(p);
            vb_arguments(p, one->b, false);
        }
        one->body = block(p, stop_case);
        *last = one;
        last = &one->other;
    }
    accept_end(p, "select");
    return st;
}

/* Dim a, b(10) As String, c = 5: arrays get their bounds, constants their value. */
static struct script_statement *parse_dim(struct parser *p)
{
    struct script_statement *first = NULL, **last = &first;
    vb_accept_word(p, "preserve");
    do {
        vb_accept_word(p, "withevents");
        if (p->token.kind != TOKEN_NAME)
            break;
        struct script_statement *st = script_statement_new(p, ST_DIM);
        st->name = script_name(p->s, p->token.text);
        vb_next(p);
        if (token_is_sign(p, SIGN1('('))) {
            st->b = script_expression_new(p, EX_ARRAY);
            vb_next(p);
            vb_arguments(p, st->b, true);
        }
        if (vb_accept_word(p, "as")) {
            if (vb_accept_word(p, "new")) {
                st->a = script_expression_new(p, EX_NEW);
                st->a->a = vb_postfix(p);
            } else {
                vb_postfix(p);
                if (vb_accept_sign(p, SIGN1('*')))
                    vb_next(p);
            }
        }
        if (vb_accept_sign(p, SIGN1('=')))
            st->a = vb_expression(p);
        *last = st;
        last = &st->next;
    } while (vb_accept_sign(p, SIGN1(',')) && !p->s->over);
    return first;
}

/* Declare [PtrSafe] Function NAME Lib "urlmon" [Alias "URLDownloadToFileA"] (...) */
static void parse_declare(struct parser *p)
{
    vb_accept_word(p, "ptrsafe");
    vb_next(p); /* Sub, Function */
    if (p->token.kind != TOKEN_NAME)
        return;
    struct script_function *f = script_function_new(p, script_name(p->s, p->token.text));
    f->entry = p->token.text;
    f->name->function = f;
    f->called = true;
    vb_next(p);
    while (p->token.kind == TOKEN_NAME || p->token.kind == TOKEN_STRING) {
        bool library = vb_is_word(p, "lib"), alias = vb_is_word(p, "alias");
        vb_next(p);
        if (p->token.kind == TOKEN_STRING && library)
            f->library = p->token.text;
        else if (p->token.kind == TOKEN_STRING && alias)
            f->entry = p->token.text;
    }
    report_api(&p->s->report, f->library, f->entry);
    skip_to_line(p);
}

static void parse_function(struct parser *p)
{
    static const char *const kinds[] = {"get", "let", "set", NULL};
    bool property = vb_is_word(p, "property");
    vb_next(p);
    if (property && at_word(p, kinds))
        vb_next(p);
    if (p->token.kind != TOKEN_NAME)
        return;
    struct script_function *f = script_function_new(p, script_name(p->s, p->token.text));
    f->name->function = f;
    vb_next(p);
    if (vb_accept_sign(p, SIGN1('(')))
        while (p->token.kind != TOKEN_LINE && p->token.kind != TOKEN_END &&
               !vb_accept_sign(p, SIGN1(')'))) {
            while (vb_accept_word(p, "optional") || vb_accept_word(p, "byval") ||
                   vb_accept_word(p, "byref") || vb_accept_word(p, "paramarray"))
                ;
            if (p->token.kind == TOKEN_NAME)
                script_add_parameter(p, f, script_name(p->s, p->token.text));
            uint32_t nested = 0;
            while (p->token.kind != TOKEN_LINE && p->token.kind != TOKEN_END) {
                if (token_is_sign(p, SIGN1('(')))
                    nested++;
                if (nested == 0 && (token_is_sign(p, SIGN1(',')) || token_is_sign(p, SIGN1(')'))))
                    break;
                if (token_is_sign(p, SIGN1(')')))
                    nested--;
                vb_next(p);
            }
            vb_accept_sign(p, SIGN1(','));
        }
    skip_to_line(p);
    f->body = block(p, stop_end);
    if (vb_accept_word(p, "end"))
        vb_next(p);
}

/* Open name For Output As #1; Print #1, text. */
static struct script_statement *parse_open(struct parser *p)
{
    struct script_statement *st = script_statement_new(p, ST_OPEN);
    st->a = vb_expression(p);
    while (p->token.kind == TOKEN_NAME && !vb_is_word(p, "as"))
        vb_next(p);
    if (vb_accept_word(p, "as"))
        st->b = vb_expression(p);
    return st;
}

static struct script_statement *parse_print(struct parser *p)
{
    struct script_statement *st = script_statement_new(p, ST_PRINT);
    st->b = vb_postfix(p);
    while (vb_accept_sign(p, SIGN1(',')))
        ;
    st->a = script_expression_new(p, EX_ARRAY);
    vb_arguments(p, st->a, false);
    return st;
}

static struct script_statement *expression_statement(struct parser *p)
{
    size_t at = p->at;
    struct token token = p->token, before = p->before;
    struct script_statement *st = script_statement_new(p, ST_EXPRESSION);
    struct script_expression *e = vb_postfix(p);
    if (vb_accept_sign(p, SIGN1('='))) {
        st->a = script_expression_new(p, EX_ASSIGN);
        st->a->a = e;
        st->a->b = vb_expression(p);
        return st;
    }
    bool goes_on =
        p->token.kind == TOKEN_SIGN && e->kind == EX_CALL && !token_is_sign(p, SIGN1(','));
    if (goes_on) { /* Foo (a) & b: the parenthesis belongs to the argument */
        p->at = at, p->token = token, p->before = before;
        e = script_expression_new(p, EX_NAME);
        e->name = script_name(p->s, p->token.text);
        vb_next(p);
        while (token_is_sign(p, SIGN1('.'))) {
            struct script_expression *member = script_expression_new(p, EX_MEMBER);
            vb_next(p);
            if (p->token.kind != TOKEN_NAME)
                break;
            member->a = e;
            member->name = script_name(p->s, p->token.text);
            vb_next(p);
            e = member;
        }
    }
    if (e->kind != EX_CALL) {
        struct script_expression *call = script_expression_new(p, EX_CALL);
        call->a = e;
        e = call;
    } else {
        vb_accept_sign(p, SIGN1(','));
    }
    vb_arguments(p, e, false);
    st->a = e;
    return st;
}

static struct script_statement *exit_statement(struct parser *p)
{
    bool loop = vb_is_word(p, "do") || vb_is_word(p, "for");
    vb_next(p);
    return script_statement_new(p, loop ? ST_BREAK : ST_RETURN);
}

/* Skip to the line that begins with "End WORD". */
static void skip_definition(struct parser *p, const char *word)
{
    while (p->token.kind != TOKEN_END && !p->s->over) {
        skip_to_line(p);
        skip_lines(p);
        if (vb_accept_word(p, "end") && vb_accept_word(p, word))
            return;
    }
}

static struct script_statement *definition(struct parser *p, bool *known)
{
    static const char *const marks[] = {"public", "private", "friend", "static",
                                        "global", "const",   NULL};
    static const char *const variables[] = {"dim", "redim", NULL};
    bool marked = false;
    *known = true;
    while (at_word(p, marks)) {
        marked = true;
        vb_next(p);
        if (vb_accept_word(p, "default"))
            continue;
    }
    if (vb_is_word(p, "sub") || vb_is_word(p, "function") || vb_is_word(p, "property")) {
        parse_function(p);
        return NULL;
    }
    if (vb_accept_word(p, "declare")) {
        parse_declare(p);
        return NULL;
    }
    if (vb_accept_word(p, "type")) {
        skip_definition(p, "type");
        return NULL;
    }
    if (vb_accept_word(p, "enum")) {
        skip_definition(p, "enum");
        return NULL;
    }
    if (vb_accept_word(p, "class")) {
        skip_to_line(p);
        return block(p, stop_end);
    }
    if (at_word(p, variables)) {
        vb_next(p);
        return parse_dim(p);
    }
    *known = marked;
    return marked ? parse_dim(p) : NULL;
}

static struct script_statement *statement(struct parser *p)
{
    bool known;
    struct script_statement *st = definition(p, &known);
    if (known)
        return st;
    if (p->token.kind == TOKEN_NUMBER) { /* a line number */
        vb_next(p);
        return NULL;
    }
    if (vb_accept_word(p, "if"))
        return parse_if(p);
    if (vb_accept_word(p, "for"))
        return parse_for(p);
    if (vb_accept_word(p, "do"))
        return parse_do(p);
    if (vb_accept_word(p, "while")) {
        st = script_statement_new(p, ST_WHILE);
        st->a = vb_expression(p);
        st->body = block(p, stop_wend);
        vb_accept_word(p, "wend");
        return st;
    }
    if (vb_accept_word(p, "select"))
        return parse_select(p);
    if (vb_accept_word(p, "with")) {
        st = script_statement_new(p, ST_WITH);
        st->a = vb_expression(p);
        st->body = block(p, stop_end);
        accept_end(p, "with");
        return st;
    }
    if (vb_accept_word(p, "exit"))
        return exit_statement(p);
    if (vb_is_word(p, "on") || vb_is_word(p, "option") || vb_is_word(p, "goto") ||
        vb_is_word(p, "resume") || vb_is_word(p, "implements")) {
        skip_to_line(p);
        return NULL;
    }
    if (vb_accept_word(p, "end")) {
        vb_next(p);
        return NULL;
    }
    if (vb_accept_word(p, "open"))
        return parse_open(p);
    if (vb_is_word(p, "print") || vb_is_word(p, "write") || vb_is_word(p, "put")) {
        vb_next(p);
        return parse_print(p);
    }
    if (!vb_accept_word(p, "set") && !vb_accept_word(p, "let"))
        vb_accept_word(p, "call");
    return expression_statement(p);
}

struct script_statement *script_parse_vb(struct script *s, struct bytes source)
{
    static const char *const nothing[] = {NULL};
    struct parser p = {.s = s, .source = source};
    if (bytes_starts(source, BYTES("\xEF\xBB\xBF")))
        p.at = 3;
    vb_next(&p);
    return block(&p, nothing);
}
