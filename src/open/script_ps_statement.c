/* SPDX-License-Identifier: Apache-2.0 */
#include "open/script_parse.h"
#include "open/script_value.h"

static bool keyword(struct parser *p, const char *name)
{
    struct bytes wanted = bytes_of_string(name), rest = bytes_from(p->source, p->at);
    if (!bytes_starts_fold(rest, wanted) || ascii_is_alnum(ps_at(p, wanted.len)) ||
        ps_at(p, wanted.len) == '-')
        return false;
    p->at += wanted.len;
    ps_skip(p, true);
    return true;
}

static struct script_statement *braced(struct parser *p)
{
    ps_skip(p, true);
    if (!ps_accept(p, '{'))
        return NULL;
    struct script_statement *st = ps_statements(p, '}');
    ps_accept(p, '}');
    return st;
}

static struct script_expression *parenthesised(struct parser *p)
{
    ps_skip(p, true);
    ps_accept(p, '(');
    ps_skip(p, true);
    struct script_expression *e = ps_pipeline(p);
    ps_skip(p, true);
    ps_accept(p, ')');
    return e;
}

static struct script_statement *parse_if(struct parser *p)
{
    struct script_statement *st = script_statement_new(p, ST_IF);
    st->a = parenthesised(p);
    st->body = braced(p);
    size_t before = p->at;
    ps_skip(p, true);
    if (!script_too_deep(p) && keyword(p, "elseif")) {
        p->depth++;
        st->other = parse_if(p);
        p->depth--;
    } else if (keyword(p, "else"))
        st->other = braced(p);
    else
        p->at = before;
    return st;
}

static struct script_statement *parse_foreach(struct parser *p)
{
    struct script_statement *st = script_statement_new(p, ST_EACH);
    ps_accept(p, '(');
    ps_skip(p, true);
    struct script_expression *name = ps_at(p, 0) == '$' ? ps_variable(p) : NULL;
    st->name = name != NULL && name->kind == EX_NAME ? name->name : script_name(p->s, BYTES("?"));
    ps_skip(p, true);
    keyword(p, "in");
    st->a = ps_pipeline(p);
    ps_skip(p, true);
    ps_accept(p, ')');
    st->body = braced(p);
    return st;
}

static struct script_statement *parse_for(struct parser *p)
{
    struct script_statement *st = script_statement_new(p, ST_FOR);
    ps_accept(p, '(');
    st->c = ps_pipeline(p);
    ps_accept(p, ';');
    st->a = ps_pipeline(p);
    ps_accept(p, ';');
    ps_skip(p, true);
    st->b = ps_at(p, 0) == ')' ? NULL : ps_pipeline(p);
    ps_skip(p, true);
    ps_accept(p, ')');
    st->body = braced(p);
    return st;
}

static void parameters(struct parser *p, struct script_function *f)
{
    if (!ps_accept(p, '('))
        return;
    for (ps_skip(p, true); p->at < p->source.len && ps_at(p, 0) != ')' && !p->s->over;
         ps_skip(p, true)) {
        struct script_expression *name = ps_at(p, 0) == '$' ? ps_variable(p) : NULL;
        if (name != NULL && name->kind == EX_NAME)
            script_add_parameter(p, f, name->name);
        else if (name == NULL)
            p->at++;
    }
    ps_accept(p, ')');
}

static void parse_function(struct parser *p)
{
    struct script_function *f = script_function_new(p, script_name(p->s, ps_word(p, true, true)));
    f->name->function = f;
    parameters(p, f);
    ps_skip(p, true);
    if (!ps_accept(p, '{'))
        return;
    ps_skip(p, true);
    if (keyword(p, "param"))
        parameters(p, f);
    f->body = ps_statements(p, '}');
    ps_accept(p, '}');
}

static struct script_statement *one(struct parser *p)
{
    struct script_statement *st;
    if (keyword(p, "if"))
        return parse_if(p);
    if (keyword(p, "foreach"))
        return parse_foreach(p);
    if (keyword(p, "for"))
        return parse_for(p);
    if (keyword(p, "while")) {
        st = script_statement_new(p, ST_WHILE);
        st->a = parenthesised(p);
        st->body = braced(p);
        return st;
    }
    if (keyword(p, "function")) {
        parse_function(p);
        return NULL;
    }
    if (keyword(p, "try")) {
        st = script_statement_new(p, ST_TRY);
        st->body = braced(p);
        ps_skip(p, true);
        if (keyword(p, "catch"))
            st->other = braced(p);
        return st;
    }
    if (keyword(p, "return")) {
        st = script_statement_new(p, ST_RETURN);
        st->a = ps_ends_command(ps_at(p, 0)) ? NULL : ps_pipeline(p);
        return st;
    }
    if (keyword(p, "break"))
        return script_statement_new(p, ST_BREAK);
    st = script_statement_new(p, ST_EXPRESSION);
    st->a = ps_pipeline(p);
    return st;
}

struct script_statement *ps_statements(struct parser *p, uint8_t end)
{
    struct script_statement *first = NULL, **last = &first;
    if (++p->depth, !script_too_deep(p))
        for (ps_skip(p, true); p->at < p->source.len && ps_at(p, 0) != end && !p->s->over;
             ps_skip(p, true)) {
            size_t before = p->at;
            if (ps_at(p, 0) == ';') {
                p->at++;
                continue;
            }
            struct script_statement *st = one(p);
            if (st != NULL) {
                *last = st;
                while (*last != NULL)
                    last = &(*last)->next;
            }
            if (p->at == before)
                p->at++;
        }
    p->depth--;
    return first;
}

struct script_statement *script_parse_ps(struct script *s, struct bytes source)
{
    struct parser p = {.s = s, .source = source};
    if (bytes_starts(source, BYTES("\xEF\xBB\xBF")))
        p.at = 3;
    return ps_statements(&p, 0);
}
