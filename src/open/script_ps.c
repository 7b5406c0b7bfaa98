/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "open/script_parse.h"
#include "open/script_value.h"

#include <stdlib.h>

static struct script_expression *comma(struct parser *p);

uint8_t ps_at(const struct parser *p, size_t ahead)
{
    return p->at + ahead < p->source.len ? p->source.at[p->at + ahead] : 0;
}

/* White space, comments, a backtick before a line end; LINES: line ends too. */
void ps_skip(struct parser *p, bool lines)
{
    while (p->at < p->source.len) {
        uint8_t c = ps_at(p, 0);
        if (c == ' ' || c == '\t' || (lines && (c == '\n' || c == '\r')))
            p->at++;
        else if (c == '`' && (ps_at(p, 1) == '\n' || ps_at(p, 1) == '\r'))
            p->at += 2;
        else if (c == '<' && ps_at(p, 1) == '#') {
            size_t end = bytes_find(p->source, BYTES("#>"), p->at);
            p->at = end == BYTES_NPOS ? p->source.len : end + 2;
        } else if (c == '#') {
            size_t end = bytes_find_byte(p->source, '\n', p->at);
            p->at = end == BYTES_NPOS ? p->source.len : end;
        } else
            return;
    }
}

bool ps_accept(struct parser *p, uint8_t c)
{
    ps_skip(p, false);
    if (ps_at(p, 0) != c)
        return false;
    p->at++;
    return true;
}

static bool is_word_byte(uint8_t c)
{
    return ascii_is_alnum(c) || c == '_' || c == '-' || c == '.' || c == '\\' || c == ':' ||
           c == '/' || c == '*' || c == '%' || c == '~' || c == '?' || c >= 0x80;
}

/* A bare word with its backticks taken out; NAME: letters, digits and "_" only. */
struct bytes ps_word(struct parser *p, bool name, bool dashes)
{
    struct text out;
    bool ticks = false;
    size_t from = p->at;
    while (p->at < p->source.len) {
        uint8_t c = ps_at(p, 0);
        if (c == '`' && ps_at(p, 1) > ' ') {
            ticks = true;
            p->at++;
        } else if (!(name ? ascii_is_alnum(c) || c == '_' || (dashes && c == '-') || c >= 0x80
                          : is_word_byte(c))) {
            break;
        }
        p->at++;
    }
    struct bytes raw = bytes_sub(p->source, from, p->at - from);
    if (!ticks)
        return raw;
    report_add(&p->s->report, FACT_SCRIPT_OBFUSCATION, BYTES("backticks"));
    text_init(&out, p->s->arena, 0);
    for (size_t i = 0; i < raw.len; i++)
        if (raw.at[i] != '`')
            text_add_byte(&out, raw.at[i]);
    return text_bytes(&out);
}

static struct script_expression *text_constant(struct parser *p, struct bytes s)
{
    report_literal(&p->s->report, s);
    return script_constant(p, script_of_utf8(p->s, s));
}

struct script_expression *ps_variable(struct parser *p)
{
    struct bytes name;
    p->at++;
    if (ps_at(p, 0) == '{') {
        size_t end = bytes_find_byte(bytes_sub(p->source, p->at, 256), '}', 0);
        name = bytes_sub(p->source, p->at + 1, end == BYTES_NPOS ? 0 : end - 1);
        p->at += end == BYTES_NPOS ? 1 : end + 1;
    } else {
        size_t from = p->at;
        while (ascii_is_alnum(ps_at(p, 0)) || ps_at(p, 0) == '_' ||
               (ps_at(p, 0) == ':' && ascii_is_alpha(ps_at(p, 1)) && p->at > from) ||
               (p->at == from && (ps_at(p, 0) == '?' || ps_at(p, 0) == '$')))
            p->at++;
        name = bytes_sub(p->source, from, p->at - from);
    }
    if (bytes_starts_fold(name, BYTES("env:"))) {
        struct bytes key = bytes_from(name, 4);
        return script_constant(
            p, script_of_utf8(p->s, arena_printf(p->s->arena, "%%%.*s%%", BYTES_FMT(key))));
    }
    size_t colon = bytes_find_byte(name, ':', 0);
    struct script_expression *e = script_expression_new(p, EX_NAME);
    e->name = script_name(p->s, colon == BYTES_NPOS ? name : bytes_from(name, colon + 1));
    return e;
}

static struct script_expression *joined(struct parser *p, struct script_expression *a,
                                        struct script_expression *b)
{
    return a == NULL ? b : script_binary(p, OP_JOIN_TEXT, a, b);
}

/* "a $b $(c) `n": pieces joined; a here-string ends with a line that begins "@. */
static struct script_expression *string(struct parser *p, uint8_t quote, bool here)
{
    struct script_expression *e = NULL;
    struct text out;
    text_init(&out, p->s->arena, 0);
    while (p->at < p->source.len) {
        uint8_t c = ps_at(p, 0);
        if (here ? c == quote && ps_at(p, 1) == '@' : c == quote && ps_at(p, 1) != quote) {
            p->at += here ? 2 : 1;
            break;
        }
        if (c == quote && !here) {
            p->at++;
        } else if (quote == '"' && c == '`') {
            static const char from[] = "nrt0", to[] = "\n\r\t ";
            const char *known = memchr(from, ps_at(p, 1), 4);
            p->at += 2;
            text_add_byte(
                &out, known == NULL
                          ? p->source.at[p->at - 1 < p->source.len ? p->at - 1 : p->source.len - 1]
                          : (uint8_t)to[known - from]);
            continue;
        } else if (quote == '"' && c == '$' &&
                   (ascii_is_alpha(ps_at(p, 1)) || ps_at(p, 1) == '_' || ps_at(p, 1) == '{' ||
                    ps_at(p, 1) == '(')) {
            if (out.len > 0)
                e = joined(p, e, script_constant(p, script_of_utf8(p->s, text_bytes(&out))));
            text_init(&out, p->s->arena, 0);
            if (ps_at(p, 1) == '(') {
                p->at += 2;
                e = joined(p, e == NULL ? script_constant(p, script_of_string(p->s, "")) : e,
                           !script_too_deep(p) ? ps_pipeline(p) : NULL);
                ps_skip(p, true);
                ps_accept(p, ')');
            } else {
                e = joined(p, e == NULL ? script_constant(p, script_of_string(p->s, "")) : e,
                           ps_variable(p));
            }
            continue;
        }
        text_add_byte(&out, c);
        p->at++;
    }
    struct bytes rest = out.len == 0 ? BYTES("") : text_bytes(&out);
    return e == NULL ? text_constant(p, rest)
                     : joined(p, e, script_constant(p, script_of_utf8(p->s, rest)));
}

static struct script_expression *script_block(struct parser *p)
{
    struct script_expression *e = script_expression_new(p, EX_FUNCTION);
    struct script_function *f = arena_new_of(p->s->arena, struct script_function);
    size_t from = p->at;
    f->is_lambda = true;
    f->body = ps_statements(p, '}');
    f->source = bytes_sub(p->source, from, p->at - from);
    ps_accept(p, '}');
    e->function = f;
    return e;
}

/* Elements up to END, line ends and semicolons between them allowed. */
static struct script_expression *elements(struct parser *p, struct script_expression *e,
                                          uint8_t end)
{
    struct script_expression **last = &e->list;
    for (ps_skip(p, true); p->at < p->source.len && ps_at(p, 0) != end && !p->s->over;
         ps_skip(p, true)) {
        size_t before = p->at;
        if (ps_at(p, 0) == ',' || ps_at(p, 0) == ';') {
            p->at++;
            continue;
        }
        *last = ps_pipeline(p);
        last = &(*last)->next;
        if (p->at == before)
            p->at++;
    }
    p->at += p->at < p->source.len;
    return e;
}

/* [Type], [Type]::Member, [char]65 */
static struct script_expression *type(struct parser *p)
{
    size_t end = bytes_find_byte(bytes_sub(p->source, p->at, 256), ']', 0);
    struct bytes name =
        bytes_trim(bytes_sub(p->source, p->at + 1, end == BYTES_NPOS ? 0 : end - 1));
    p->at += end == BYTES_NPOS ? 1 : end + 1;
    if (bytes_ends(name, BYTES("["))) { /* char[] */
        name.len--;
        ps_accept(p, ']');
        name = arena_printf(p->s->arena, "%.*s[]", BYTES_FMT(name));
    }
    struct script_expression *e = script_expression_new(p, EX_TYPE);
    e->name = script_name(p->s, name);
    ps_skip(p, false);
    uint8_t c = ps_at(p, 0);
    if ((c == ':' && ps_at(p, 1) == ':') || c == 0 || c == ')' || c == ',' || c == ';' ||
        c == '\n' || c == '\r' || c == '.')
        return e;
    e->kind = EX_CAST;
    return e;
}

static struct script_expression *postfix(struct parser *p);

static struct script_expression *primary(struct parser *p)
{
    struct script_expression *e;
    ps_skip(p, false);
    uint8_t c = ps_at(p, 0);
    if (c == '$' && ps_at(p, 1) == '(') {
        p->at += 2;
        e = elements(p, script_expression_new(p, EX_ARRAY), ')');
        return e->list != NULL && e->list->next == NULL ? e->list : e;
    }
    if (c == '$')
        return ps_variable(p);
    if (c == '\'' || c == '"') {
        p->at++;
        return string(p, c, false);
    }
    if (c == '@' && (ps_at(p, 1) == '\'' || ps_at(p, 1) == '"')) {
        p->at += 2;
        ps_skip(p, true);
        return string(p,
                      p->source.at[p->at - 1] == '"' || bytes_find(bytes_from(p->source, p->at),
                                                                   BYTES("\"@"), 0) != BYTES_NPOS
                          ? '"'
                          : '\'',
                      true);
    }
    if (c == '@' && (ps_at(p, 1) == '(' || ps_at(p, 1) == '{')) {
        uint8_t end = ps_at(p, 1) == '(' ? ')' : '}';
        p->at += 2;
        e = elements(p, script_expression_new(p, EX_ARRAY), end);
        /* @(1, 2) is the list itself and not a list in a list. */
        bool one = end == ')' && e->list != NULL && e->list->next == NULL;
        return one && e->list->kind == EX_ARRAY ? e->list : e;
    }
    if (c == '(') {
        p->at++;
        ps_skip(p, true);
        e = ps_pipeline(p);
        ps_skip(p, true);
        ps_accept(p, ')');
        return e;
    }
    if (c == '{') {
        p->at++;
        return script_block(p);
    }
    if (c == '[') {
        e = type(p);
        if (e->kind == EX_CAST)
            e->a = postfix(p);
        return e;
    }
    if (ascii_is_digit(c)) {
        char digits[40], *end;
        size_t len = p->source.len - p->at < 39 ? p->source.len - p->at : 39;
        memcpy(digits, p->source.at + p->at, len);
        digits[len] = 0;
        for (size_t i = 0; i + 1 < len; i++) /* 1..5 is a range */
            if (digits[i] == '.' && digits[i + 1] == '.')
                digits[i] = 0;
        bool hex = digits[0] == '0' && (digits[1] | 0x20) == 'x';
        double n = hex ? (double)strtoll(digits + 2, &end, 16) : strtod(digits, &end);
        p->at += end == digits ? 1 : (size_t)(end - digits);
        return script_constant(p, script_of_number(n));
    }
    return text_constant(p, ps_word(p, false, true));
}

static struct script_expression *call_arguments(struct parser *p, struct script_expression *callee)
{
    struct script_expression *call = script_expression_new(p, EX_CALL), *list = NULL;
    call->a = callee;
    p->at++;
    ps_skip(p, true);
    if (ps_at(p, 0) != ')')
        list = ps_pipeline(p);
    ps_skip(p, true);
    ps_accept(p, ')');
    call->list = list != NULL && list->kind == EX_ARRAY && list->prefix ? list->list : list;
    return call;
}

static struct script_expression *postfix(struct parser *p)
{
    if (script_too_deep(p)) {
        p->at++;
        return script_constant(p, script_unknown());
    }
    p->depth++;
    struct script_expression *e = primary(p);
    for (uint32_t count = 0; count < 4096 && !p->s->over; count++) {
        bool quiet = ps_at(p, 0) == '.' &&
                     (ascii_is_alpha(ps_at(p, 1)) || ps_at(p, 1) == '`' || ps_at(p, 1) == '"' ||
                      ps_at(p, 1) == '\'' || ps_at(p, 1) == '(' || ps_at(p, 1) == '$');
        if (quiet || (ps_at(p, 0) == ':' && ps_at(p, 1) == ':')) {
            struct script_expression *m = script_expression_new(p, EX_MEMBER);
            p->at += quiet ? 1 : 2;
            m->a = e;
            if (ascii_is_alpha(ps_at(p, 0)) || ps_at(p, 0) == '`') {
                m->name = script_name(p->s, ps_word(p, true, false));
            } else { /* .("Down"+"load") */
                struct script_expression *name = primary(p);
                m->name = script_name(p->s, name->kind == EX_CONSTANT
                                                ? script_to_utf8(p->s, name->constant)
                                                : BYTES("?"));
                m->b = name;
            }
            e = m;
        } else if (ps_at(p, 0) == '(' && e->kind == EX_MEMBER) {
            e = call_arguments(p, e);
        } else if (ps_at(p, 0) == '[') {
            struct script_expression *index = script_expression_new(p, EX_INDEX);
            index->a = e;
            p->at++;
            index->list = comma(p);
            ps_skip(p, true);
            ps_accept(p, ']');
            e = index;
        } else if ((ps_at(p, 0) == '+' && ps_at(p, 1) == '+') ||
                   (ps_at(p, 0) == '-' && ps_at(p, 1) == '-')) {
            struct script_expression *u = script_expression_new(p, EX_UPDATE);
            u->op = ps_at(p, 0) == '+' ? OP_ADD : OP_SUBTRACT;
            u->a = e;
            p->at += 2;
            e = u;
        } else {
            break;
        }
    }
    p->depth--;
    return e;
}

static struct script_expression *unary(struct parser *p)
{
    static const struct {
        const char *word;
        enum script_op op;
    } rows[] = {{"-join", OP_JOIN},
                {"-split", OP_SPLIT},
                {"-not", OP_NOT},
                {"-bnot", OP_BIT_NOT},
                {"!", OP_NOT}};
    ps_skip(p, false);
    struct bytes rest = bytes_from(p->source, p->at);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bytes name = bytes_of_string(rows[i].word);
        if (!bytes_starts_fold(rest, name) || script_too_deep(p))
            continue;
        p->at += name.len;
        p->depth++;
        struct script_expression *operand = unary(p), *e;
        p->depth--;
        if (rows[i].op == OP_JOIN || rows[i].op == OP_SPLIT)
            return script_binary(p, rows[i].op, operand, NULL);
        e = script_expression_new(p, EX_UNARY);
        e->op = rows[i].op;
        e->a = operand;
        return e;
    }
    if (ps_at(p, 0) == '-' &&
        (ascii_is_digit(ps_at(p, 1)) || ps_at(p, 1) == '$' || ps_at(p, 1) == '(')) {
        struct script_expression *e = script_expression_new(p, EX_UNARY);
        p->at++;
        e->op = OP_NEGATE;
        e->a = postfix(p);
        return e;
    }
    return postfix(p);
}

static const struct level {
    const char *word;
    int level;
    enum script_op op;
} levels[] = {
    {"-and", 1, OP_ALL},
    {"-or", 1, OP_ANY},
    {"-band", 2, OP_BIT_AND},
    {"-bor", 2, OP_BIT_OR},
    {"-bxor", 2, OP_BIT_XOR},
    {"-eq", 3, OP_EQUAL},
    {"-ieq", 3, OP_EQUAL},
    {"-ne", 3, OP_UNEQUAL},
    {"-lt", 3, OP_LESS},
    {"-le", 3, OP_LESS_EQUAL},
    {"-gt", 3, OP_GREATER},
    {"-ge", 3, OP_GREATER_EQUAL},
    {"-like", 3, OP_LIKE},
    {"-match", 3, OP_MATCH},
    {"-creplace", 3, OP_REPLACE},
    {"-ireplace", 3, OP_REPLACE},
    {"-replace", 3, OP_REPLACE},
    {"-csplit", 3, OP_SPLIT},
    {"-split", 3, OP_SPLIT},
    {"-join", 3, OP_JOIN},
    {"-as", 3, OP_AS},
    {"+", 5, OP_ADD},
    {"-", 5, OP_SUBTRACT},
    {"*", 6, OP_MULTIPLY},
    {"/", 6, OP_DIVIDE},
    {"%", 6, OP_MODULO},
    {"-f", 7, OP_FORMAT},
    {"..", 8, OP_RANGE},
};

static const struct level *operator_at(struct parser *p, int level)
{
    ps_skip(p, false);
    struct bytes rest = bytes_from(p->source, p->at);
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        struct bytes name = bytes_of_string(levels[i].word);
        bool letters = name.len > 1 && name.at[0] == '-';
        if (levels[i].level != level || !bytes_starts_fold(rest, name) ||
            (letters && ascii_is_alpha(ps_at(p, name.len))))
            continue;
        if (!letters && (ps_at(p, 1) == '=' || (name.at[0] == '-' && ascii_is_alpha(ps_at(p, 1)))))
            continue;
        return &levels[i];
    }
    return NULL;
}

static struct script_expression *level(struct parser *p, int n)
{
    if (n == 4)
        return comma(p);
    struct script_expression *e = n > 8 ? unary(p) : level(p, n + 1);
    for (const struct level *l; n <= 8 && !p->s->over && (l = operator_at(p, n)) != NULL;) {
        p->at += strlen(l->word);
        ps_skip(p, true);
        e = script_binary(p, l->op, e, l->op == OP_FORMAT ? comma(p) : level(p, n + 1));
    }
    return e;
}

/* a, b, c binds closer than the comparison operators. */
static struct script_expression *comma(struct parser *p)
{
    struct script_expression *e = level(p, 5);
    ps_skip(p, false);
    if (ps_at(p, 0) != ',')
        return e;
    struct script_expression *list = script_expression_new(p, EX_ARRAY), **last = &list->list;
    list->prefix = true;
    *last = e;
    last = &e->next;
    while (ps_accept(p, ',') && !p->s->over) {
        ps_skip(p, true);
        *last = level(p, 5);
        last = &(*last)->next;
    }
    return list;
}

bool ps_ends_command(uint8_t c)
{
    return c == 0 || c == '|' || c == ';' || c == '\n' || c == '\r' || c == ')' || c == '}';
}

/* NAME words and expressions up to the end of the command; the words are text. */
static struct script_expression *command(struct parser *p, struct script_expression *name)
{
    struct script_expression *e = script_expression_new(p, EX_COMMAND), **last = &e->list;
    e->a = name;
    for (ps_skip(p, false); !ps_ends_command(ps_at(p, 0)) && !p->s->over; ps_skip(p, false)) {
        size_t before = p->at;
        bool bare = ascii_is_alpha(ps_at(p, 0)) || ps_at(p, 0) == '-' || ps_at(p, 0) == '/' ||
                    ps_at(p, 0) == '`' || ps_at(p, 0) == '.' || ps_at(p, 0) == '&' ||
                    ps_at(p, 0) == '>';
        if (bare && ps_at(p, 0) != '&' && ps_at(p, 0) != '>')
            *last = text_constant(p, ps_word(p, false, true));
        else if (bare) {
            p->at++;
            continue;
        } else
            *last = postfix(p);
        last = &(*last)->next;
        ps_accept(p, ',');
        if (p->at == before)
            p->at++;
    }
    return e;
}

static bool is_assignment(struct parser *p, enum script_op *op, size_t *len)
{
    ps_skip(p, false);
    uint8_t c = ps_at(p, 0), next = ps_at(p, 1);
    *op = c == '+'   ? OP_ADD
          : c == '-' ? OP_SUBTRACT
          : c == '*' ? OP_MULTIPLY
          : c == '/' ? OP_DIVIDE
                     : OP_NONE;
    *len = c == '=' ? 1 : 2;
    return (c == '=' && next != '=') || (*op != OP_NONE && next == '=');
}

static struct script_expression *element(struct parser *p)
{
    enum script_op op;
    size_t len;
    ps_skip(p, false);
    uint8_t c = ps_at(p, 0);
    if ((c == '&' || c == '.') &&
        (ps_at(p, 1) == ' ' || ps_at(p, 1) == '(' || ps_at(p, 1) == '\'' || ps_at(p, 1) == '"' ||
         ps_at(p, 1) == '$' || ps_at(p, 1) == '{')) {
        p->at++;
        return command(p, postfix(p));
    }
    if (ascii_is_alpha(c) || c == '`' || (c == '%' && !ascii_is_digit(ps_at(p, 1))) ||
        (c == '?' && ps_at(p, 1) != '.'))
        return command(p, text_constant(p, ps_word(p, false, true)));
    struct script_expression *e = level(p, 1);
    if (is_assignment(p, &op, &len)) {
        struct script_expression *a = script_expression_new(p, EX_ASSIGN);
        p->at += len;
        ps_skip(p, true);
        a->op = op;
        a->a = e;
        a->b = ps_pipeline(p);
        return a;
    }
    return e;
}

struct script_expression *ps_pipeline(struct parser *p)
{
    if (script_too_deep(p)) {
        p->at = p->source.len;
        return script_constant(p, script_unknown());
    }
    p->depth++;
    struct script_expression *e = element(p);
    while (ps_accept(p, '|') && !p->s->over) {
        struct script_expression *pipe = script_expression_new(p, EX_PIPE);
        ps_skip(p, true);
        pipe->a = e;
        pipe->b = element(p);
        e = pipe;
    }
    p->depth--;
    return e;
}
