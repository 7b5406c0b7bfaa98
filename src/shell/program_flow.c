/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/program_flow.h"

#include "shell/decode.h"
#include "shell/tool.h"

bool flow_listed(struct bytes word, const char *list)
{
    struct bytes rest = bytes_of_string(list), item;
    while (bytes_next_field(&rest, ' ', &item))
        if (item.len > 0 && bytes_equal(item, word))
            return true;
    return false;
}

bool flow_spend(struct reading *r)
{
    struct machine *m = r->call->m;
    if (m->stopped || r->depth >= FLOW_DEPTH_MAX)
        return false;
    if (!budget_take(m->budget, LIMIT_EVAL_STEPS, 1)) {
        m->report->limits |= 1U << LIMIT_EVAL_STEPS;
        m->stopped = true;
    }
    return !m->stopped;
}

struct shell_string flow_unknown(struct reading *r, struct bytes name, struct shell_string s)
{
    if (s.text.len > 0 && s.text.at[0] == 0) /* what is cut out of a download stays one */
        return s;
    s.text = string_hole(r->call->m->arena, "", bytes_sub(name, 0, 64), "");
    return s;
}

struct shell_string flow_merge(struct reading *r, struct shell_string a, struct shell_string b)
{
    if (a.text.at == NULL || (a.text.len == 0 && b.taint != 0))
        a.text = b.text;
    if (a.taint == 0 || (b.taint & taint_secrets() & ~a.taint) != 0)
        a.step = b.taint != 0 ? b.step : a.step;
    a.taint |= b.taint;
    (void)r;
    return a;
}

static struct shell_string flow_join(struct reading *r, struct shell_string a,
                                     struct shell_string b)
{
    struct shell_string out = flow_merge(r, a, b);
    size_t len = a.text.len + b.text.len;
    if (a.text.at == NULL || b.text.at == NULL || len > FLOW_TEXT_MAX ||
        r->joined + len > FLOW_JOINED_MAX)
        return out;
    if (a.text.len == 0 || b.text.len == 0)
        out.text = a.text.len == 0 ? b.text : a.text;
    else
        r->joined += len,
            out.text = string_join(r->call->m, string_of(a.text), string_of(b.text)).text;
    return out;
}

void flow_set(struct reading *r, struct bytes name, struct shell_string value, bool append)
{
    if (name.len == 0)
        return;
    struct shell_string **slot = (struct shell_string **)table_at(r->names, name);
    if (*slot == NULL) {
        *slot = arena_new_of(r->call->m->arena, struct shell_string);
        append = false;
    }
    value = string_pass(r->call->m, value);
    **slot = append ? flow_join(r, **slot, value) : value;
}

static struct shell_string variable(struct reading *r, struct bytes name)
{
    const struct shell_string *known = table_get(r->names, name);
    return known != NULL ? *known : flow_unknown(r, name, (struct shell_string){0});
}

/* ${x}, #{x}, {x} in a string of a language: where its expression begins and ends; false where none. */
static bool filling_next(const struct reading *r, struct bytes text, size_t *at, struct bytes *out)
{
    bool bare = r->language == LANGUAGE_PHP || r->language == LANGUAGE_PERL;
    for (; *at < text.len; ++*at) {
        uint8_t c = text.at[*at];
        size_t open = *at + (c != '{');
        bool braces =
            open < text.len && text.at[open] == '{' &&
            ((c == '$' && r->language != LANGUAGE_PYTHON && r->language != LANGUAGE_RUBY) ||
             (c == '#' && r->language == LANGUAGE_RUBY) ||
             (c == '{' && (r->language == LANGUAGE_PYTHON ||
                           (bare && open + 1 < text.len && text.at[open + 1] == '$'))));
        size_t close = braces ? bytes_find_byte(text, '}', open) : BYTES_NPOS;
        if (close != BYTES_NPOS) {
            *out = bytes_sub(text, open + 1, close - open - 1);
            return true;
        }
        size_t end = *at + 1;
        while (bare && c == '$' && end < text.len &&
               (ascii_is_alnum(text.at[end]) || text.at[end] == '_'))
            end++;
        if (end > *at + 1) {
            *out = bytes_sub(text, *at, end - *at);
            return true;
        }
    }
    return false;
}

static struct bytes unescaped(struct reading *r, struct bytes text)
{
    return text.len == 0 || memchr(text.at, '\\', text.len) == NULL
               ? text
               : decode_escapes(r->call->m->arena, text);
}

/* The string W with its names filled in. */
static struct shell_string literal(struct reading *r, const struct lexeme *w)
{
    struct shell_string out = string_of(w->raw ? w->text : unescaped(r, w->text));
    size_t at = 0, from = 0;
    struct bytes inner;
    if (!w->fills || w->text.len > 16384)
        return out;
    struct shell_string filled = string_of(BYTES(""));
    for (int n = 0; n < 32 && filling_next(r, w->text, &at, &inner) && flow_spend(r); n++) {
        struct reading part = *r; /* the names are shared */
        size_t past = (size_t)(inner.at - w->text.at) + inner.len;
        uint32_t first = 0;
        filled = flow_join(r, filled, string_of(unescaped(r, bytes_sub(w->text, from, at - from))));
        size_t begin = 0;
        part.words = lexemes_read(r->scratch, inner, &begin, r->language);
        part.depth++;
        filled = flow_join(r, filled, flow_expression(&part, &first, part.words.count));
        r->again = part.again;
        at = from = past + (past < w->text.len && w->text.at[past] == '}');
    }
    if (from == 0)
        return out;
    return flow_join(r, filled, string_of(unescaped(r, bytes_from(w->text, from))));
}

/* The elements between brackets from AT to END, one by one: NAME[0], NAME[1] ... where it has a name.
 * A list of words is a command line or names, a list of lines is lines. */
static struct shell_string list_value(struct reading *r, uint32_t at, uint32_t end,
                                      struct bytes name)
{
    struct machine *m = r->call->m;
    struct shell_string all = string_of(BYTES("")), item;
    struct text text;
    uint8_t between = ' ';
    text_init(&text, m->arena, FLOW_TEXT_MAX);
    size_t most = r->joined < FLOW_JOINED_MAX ? FLOW_TEXT_MAX : 256;
    for (uint32_t n = 0; at < end && flow_spend(r); n++) {
        uint32_t before = at;
        while (is_name(r, at) && is_sign(r, at + 1, ':') && r->language == LANGUAGE_NODE)
            at += 2;
        item = flow_expression(r, &at, end);
        if (is_pair(r, at, '=', '>')) /* a key */
            at += 2, item = flow_expression(r, &at, end);
        if (is_sign(r, at, ':'))
            at++, item = flow_merge(r, flow_expression(r, &at, end), item);
        if (name.len > 0 && n < 256)
            flow_set(r, arena_printf(m->arena, "%.*s[%u]", BYTES_FMT(name), n), item, false);
        if (memchr(item.text.at == NULL ? (const uint8_t *)"" : item.text.at, ' ', item.text.len) !=
            NULL)
            between = '\n';
        if (n > 0 && text.len + item.text.len < most)
            text_add_byte(&text, between);
        if (text.len + item.text.len < most)
            text_add(&text, item.text);
        all = flow_merge(r, all, item);
        at += at < end && (is_sign(r, at, ',') || at == before);
    }
    r->joined += text.len;
    all.text = text.len > 0 ? text_bytes(&text) : BYTES("");
    return all;
}

/* { key: value, .. }: where an address is put together from parts, the address; else only taint. */
static struct shell_string object_value(struct reading *r, uint32_t at, uint32_t end)
{
    struct machine *m = r->call->m;
    struct shell_string all = {0}, value;
    struct bytes host = BYTES_NONE, path = BYTES_NONE;
    bool detached = false; /* spawn(.., { detached: true }) */
    while (at < end && flow_spend(r)) {
        uint32_t before = at;
        struct bytes key = word_at(r, at)->text;
        bool keyed =
            (is_name(r, at) || word_at(r, at)->kind == LEXEME_STRING) && is_sign(r, at + 1, ':');
        bool arrow = !keyed && is_pair(r, at + 1, '=', '>') && word_at(r, at)->kind != LEXEME_SIGN;
        at += keyed ? 2 : arrow ? 3 : 0;
        value = flow_expression(r, &at, end);
        if (is_sign(r, at, ':'))
            at++, value = flow_merge(r, flow_expression(r, &at, end), value);
        if ((keyed || arrow) && flow_listed(key, "hostname host PeerAddr PeerHost") &&
            value.text.len > 0)
            host = value.text;
        if (keyed && bytes_equal(key, BYTES("path")) && value.text.len > 0)
            path = value.text;
        detached |= keyed && bytes_equal(key, BYTES("detached"));
        if ((keyed || arrow) && bytes_equal(key, BYTES("url")) &&
            bytes_starts(value.text, BYTES("http")))
            host = value.text;
        all = flow_merge(r, all, value);
        at += at < end && (is_sign(r, at, ',') || at == before);
    }
    bool whole = bytes_find(host, BYTES("://"), 0) != BYTES_NPOS;
    all.text = host.len > 0 ? arena_printf(m->arena, "%s%.*s%.*s", whole ? "" : "https://",
                                           BYTES_FMT(host), BYTES_FMT(whole ? BYTES("") : path))
                            : string_hole(m->arena, "", detached ? BYTES("detached") : BYTES("object"), "");
    return all;
}

/* The arguments between brackets. */
static uint32_t arguments(struct reading *r, uint32_t at, uint32_t end, struct argument *args)
{
    uint32_t count = 0;
    while (at < end && count < FLOW_ARGS_MAX && flow_spend(r)) {
        struct argument *a = &args[count];
        uint32_t before = at;
        *a = (struct argument){0};
        while (word_at(r, at)->kind == LEXEME_LINE && at < end)
            at++;
        if (at >= end)
            break;
        bool keyed = is_name(r, at) && is_sign(r, at + 1, '=') && !is_sign(r, at + 2, '=') &&
                     !is_pair(r, at + 1, '=', '>') && r->language == LANGUAGE_PYTHON;
        keyed |= is_name(r, at) && is_sign(r, at + 1, ':') && r->language != LANGUAGE_PYTHON &&
                 word_at(r, at + 2)->kind != LEXEME_ACCESS;
        bool arrow = !keyed && (is_name(r, at) || word_at(r, at)->kind == LEXEME_STRING) &&
                     is_pair(r, at + 1, '=', '>') && r->language != LANGUAGE_NODE;
        if (keyed || arrow)
            a->key = word_at(r, at)->text, at += arrow ? 3 : 2;
        if (!flow_closure_at(r, at, end, &a->closure, &at))
            a->value = flow_expression(r, &at, end);
        while (at < end &&
               !is_sign(r, at, ',')) { /* of a kind that is not understood: for its taint */
            uint32_t rest = at;
            a->value = flow_merge(r, a->value, flow_expression(r, &at, end));
            at += at == rest;
        }
        count++;
        at += at < end && (is_sign(r, at, ',') || at == before);
    }
    return count;
}

/* A function is called, or a program's own; callbacks get what comes out. */
static struct shell_string call_value(struct reading *r, struct callee *callee,
                                      struct argument *args, uint32_t count)
{
    struct routine *own = flow_routine_find(r, callee->last);
    struct shell_string out;
    r->depth++;
    if (own != NULL && !own->active && own->calls < 16) {
        own->active = true, own->calls++;
        out = flow_routine_run(r, own, args, count);
        own->active = false;
        for (uint32_t i = 0; out.taint == 0 && out.text.at == NULL && i < count; i++)
            out = flow_merge(r, out, flow_unknown(r, callee->last, args[i].value));
    } else {
        out = flow_call(r, callee, args, count);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (args[i].closure.body_end == 0)
            continue;
        struct argument given[2] = {{.value = out}, {.value = out}};
        bool each = callee->member && flow_listed(callee->last, "map flatMap forEach filter each reduce");
        struct shell_string made =
            flow_routine_run(r, &args[i].closure, given, out.taint != 0 ? 2 : each ? 1 : 0);
        out = flow_merge(r, out, made);
    }
    r->depth--;
    return out.text.at == NULL ? flow_unknown(r, callee->last, out) : out;
}

/* Letters as variables of the environment have them. */
static bool is_variable_name(struct bytes name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!(name.at[i] >= 'A' && name.at[i] <= 'Z') && !ascii_is_digit(name.at[i]) &&
            name.at[i] != '_')
            return false;
    return name.len > 1;
}

/* NPM_TOKEN, DB_PASSWORD, X_API_KEY */
static bool is_secret_name(struct bytes name)
{
    static const char *const ends[] = {"TOKEN", "SECRET", "PASSWORD", "PASSWD", "API_KEY", "PRIVATE_KEY",
                                       "SECRET_KEY", "ACCESS_KEY", "_AUTH"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (bytes_ends(name, bytes_of_string(ends[i])))
            return true;
    return false;
}

/* os.environ, process.env, ENV, $_ENV: all of it where no name follows, or a single variable. */
static bool environment(struct reading *r, uint32_t *at, uint32_t end, struct shell_string *out)
{
    static const char secrets[] = " AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_ACCESS_KEY_ID ";
    uint32_t i = *at;
    bool two = word_at(r, i + 1)->kind == LEXEME_ACCESS &&
               ((is_word(r, i, "os") && flow_listed(word_at(r, i + 2)->text, "environ environb")) ||
                (is_word(r, i, "process") && is_word(r, i + 2, "env")));
    bool one = (is_word(r, i, "ENV") || is_word(r, i, "_ENV")) && r->language != LANGUAGE_NODE &&
               r->language != LANGUAGE_PYTHON;
    bool lone = r->language == LANGUAGE_PYTHON && is_word(r, i, "environ");
    if (!two && !one && !lone)
        return false;
    i += two ? 3 : 1;
    struct bytes name = BYTES_NONE;
    if (is_sign(r, i, '[') || (is_sign(r, i, '{') && r->language == LANGUAGE_PERL)) {
        uint32_t inside = i + 1;
        name = flow_expression(r, &inside, partner(r, i, end)).text;
        if (is_name(r, i + 1) && r->language == LANGUAGE_PERL)
            name = word_at(r, i + 1)->text;
        i = partner(r, i, end) + 1;
    } else if (word_at(r, i)->kind == LEXEME_ACCESS && is_word(r, i + 1, "get") &&
               is_sign(r, i + 2, '(')) {
        uint32_t inside = i + 3;
        name = flow_expression(r, &inside, partner(r, i + 2, end)).text;
        i = partner(r, i + 2, end) + 1;
    } else if (word_at(r, i)->kind == LEXEME_ACCESS && is_name(r, i + 1) &&
               !flow_listed(word_at(r, i + 1)->text,
                            "items copy to_h to_hash to_a map each values keys inspect "
                            "to_s to_json select")) {
        name = word_at(r, i + 1)->text;
        i += 2;
    }
    if (name.at == NULL && is_sign(r, i, ',') && word_at(r, i + 1)->kind == LEXEME_STRING &&
        is_variable_name(word_at(r, i + 1)->text))
        name = word_at(r, i + 1)->text; /* value_of(os.environ, "TERM") */
    *at = i;
    *out = flow_unknown(r, name.at == NULL ? BYTES("environment") : name, (struct shell_string){0});
    bool any = name.len > 0 && name.at[0] == 0 && r->names_secrets; /* for k in (AWS_..): get(k) */
    if (name.at == NULL || any || flow_listed(name, secrets))
        *out = string_taint(r->call->m, *out, TAINT_BIT(ENVIRONMENT));
    else if (is_secret_name(name))
        *out = string_taint(r->call->m, *out, TAINT_BIT(NAMED_SECRET));
    if (flow_listed(name, "HOME USERPROFILE"))
        *out = string_of(BYTES("~"));
    return true;
}

/* What a chain a.b[c](d) amounts to. */
static struct shell_string chain(struct reading *r, uint32_t *at, uint32_t end,
                                 struct shell_string value, struct callee *callee)
{
    struct argument args[FLOW_ARGS_MAX];
    for (uint32_t i = *at; flow_spend(r); i = *at) {
        if (word_at(r, i)->kind == LEXEME_LINE && word_at(r, i + 1)->kind == LEXEME_ACCESS &&
            i + 1 < end) {
            *at = i + 1;
        } else if (i < end && word_at(r, i)->kind == LEXEME_ACCESS && is_name(r, i + 1)) {
            callee->before = callee->last, callee->last = word_at(r, i + 1)->text;
            callee->on = value, callee->member = true;
            *at = i + 2;
            if (!is_sign(r, i + 2, '('))
                value = flow_unknown(r, callee->last, value);
        } else if (i < end && is_sign(r, i, '(')) {
            uint32_t close = partner(r, i, end), count = arguments(r, i + 1, close, args);
            value = call_value(r, callee, args, count);
            *at = close < end ? close + 1 : end;
            callee->member = true;
        } else if (i < end && is_sign(r, i, '[')) {
            uint32_t close = partner(r, i, end), inside = i + 1;
            struct shell_string index = flow_expression(r, &inside, close);
            bool named = close < end && is_sign(r, close + 1, '(') && index.text.len > 1 &&
                         index.text.len < 32 && ascii_is_alpha(index.text.at[0]);
            if (named) { /* x['exec'](..) */
                callee->before = callee->last, callee->last = index.text;
                callee->on = value, callee->member = true;
                *at = close + 1;
                continue;
            }
            const struct shell_string *known = table_get(
                r->names, arena_printf(r->call->m->arena, "%.*s[%.*s]", BYTES_FMT(callee->last),
                                       BYTES_FMT(index.text.len < 8 ? index.text : BYTES(""))));
            value = known != NULL ? *known
                    : value.taint != 0 || value.text.len == 0 || value.text.at[0] == 0
                        ? flow_unknown(r, callee->last, value)
                        : (struct shell_string){
                              string_hole(r->call->m->arena, "", callee->last, ""), 0, NULL};
            *at = close < end ? close + 1 : end;
        } else if (i < end && is_sign(r, i, '{') && is_sign(r, i + 1, '|')) { /* { |x| .. } */
            uint32_t close = partner(r, i, end), bar = i + 2;
            while (bar < close && !is_sign(r, bar, '|'))
                bar++;
            struct routine block = {
                .params = i + 2, .params_end = bar, .body = bar + 1, .body_end = close};
            struct argument given[2] = {{.value = value}, {.value = value}};
            value = flow_merge(r, value, flow_routine_run(r, &block, given, 2));
            *at = close < end ? close + 1 : end;
        } else if (i < end && is_word(r, i, "do") &&
                   is_sign(r, i + 1, '|')) { /* the body follows */
            for (*at = i + 2; *at < end && !is_sign(r, *at, '|'); ++*at)
                if (is_name(r, *at))
                    flow_set(r, word_at(r, *at)->text, value, false);
            *at += *at < end;
        } else {
            return value;
        }
    }
    return value;
}

/* system "..", eval x: a call without brackets, of a name the language calls so. */
static bool is_bare_call(const struct reading *r, uint32_t at, uint32_t end)
{
    static const char names[] =
        "system exec eval spawn popen print puts require load send syswrite open "
        "unlink chmod include include_once require_once echo return_eval assert";
    const struct lexeme *next = word_at(r, at + 1);
    if (r->language == LANGUAGE_NODE || r->language == LANGUAGE_LUA || at + 1 >= end ||
        !flow_listed(word_at(r, at)->text, names))
        return false;
    return next->kind == LEXEME_STRING || next->kind == LEXEME_NAME || next->kind == LEXEME_COMMAND;
}

static struct shell_string name_value(struct reading *r, uint32_t *at, uint32_t end,
                                      struct callee *callee)
{
    struct argument args[FLOW_ARGS_MAX];
    struct shell_string value;
    uint32_t i = *at;
    *callee = (struct callee){.last = word_at(r, i)->text, .root = word_at(r, i)->text};
    if (environment(r, at, end, &value))
        return chain(r, at, end, value, callee);
    if (is_bare_call(r, i, end)) {
        uint32_t close = i + 1;
        while (close < end && word_at(r, close)->kind != LEXEME_LINE && !is_sign(r, close, ';') &&
               !is_sign(r, close, '}'))
            close = word_at(r, close)->partner > close ? partner(r, close, end) + 1 : close + 1;
        close = close < end ? close : end;
        value = call_value(r, callee, args, arguments(r, i + 1, close, args));
        *at = close;
        return value;
    }
    *at = i + 1;
    value = variable(r, callee->root);
    if (bytes_equal(callee->root, BYTES("__dirname")) ||
        bytes_equal(callee->root, BYTES("__file__")))
        value = string_of(BYTES("./"));
    if (flow_listed(callee->root, "_POST _GET _REQUEST _COOKIE"))
        value = string_taint(r->call->m, flow_unknown(r, callee->root, value), TAINT_BIT(REQUEST));
    return chain(r, at, end, value, callee);
}

/* Names after which the value goes on as if they were not there. */
static bool is_passed_over(const struct reading *r, uint32_t at)
{
    static const char names[] =
        "await new typeof not return yield async const let var my our local print echo "
        "static public private protected global void delete throw raise export default "
        "if while unless until elif elsif switch try else then do begin end rescue "
        "ensure finally except catch case when with use final extends class";
    return is_name(r, at) && word_at(r, at + 1)->kind != LEXEME_ACCESS &&
           flow_listed(word_at(r, at)->text, names);
}

static struct shell_string operand(struct reading *r, uint32_t *at, uint32_t end,
                                   struct callee *callee)
{
    const struct lexeme *w = word_at(r, *at);
    struct shell_string value = {0};
    struct routine f;
    uint32_t i = *at, next;
    *callee = (struct callee){0};
    if (flow_closure_at(r, i, end, &f,
                        &next)) { /* read where it stands; a name comes by assignment */
        r->depth++;
        value = flow_routine_run(r, &f, NULL, 0);
        r->depth--;
        *at = next;
        return flow_unknown(r, BYTES("function"), value);
    }
    if (w->kind == LEXEME_NAME)
        return name_value(r, at, end, callee);
    *at = i + 1;
    if (w->kind == LEXEME_STRING)
        value = literal(r, w);
    else if (w->kind == LEXEME_COMMAND)
        value = flow_command(r, literal(r, w), false);
    else if (w->kind == LEXEME_NUMBER)
        value = string_of(w->text);
    else if (w->partner > i) {
        uint32_t close = partner(r, i, end);
        value = w->sign == '{' ? object_value(r, i + 1, close)
                               : list_value(r, i + 1, close, BYTES_NONE);
        *at = close < end ? close + 1 : end;
    } else {
        return value; /* a sign before its operand */
    }
    return chain(r, at, end, value, callee);
}

/* NAME = [..], NAME = (x) => ..: lists keep their elements, functions their names. */
static bool assign_special(struct reading *r, struct bytes name, uint32_t *at, uint32_t end)
{
    struct routine f;
    uint32_t next;
    if (flow_closure_at(r, *at, end, &f, &next)) {
        if (flow_routine_find(r, name) == NULL && r->routine_count < FLOW_ROUTINES_MAX)
            r->routine[r->routine_count] = f, r->routine[r->routine_count++].name = name;
        flow_routine_run(r, &f, NULL, 0);
        *at = next;
        return true;
    }
    if (is_sign(r, *at, '[') || (is_sign(r, *at, '(') && r->language != LANGUAGE_NODE)) {
        uint32_t close = partner(r, *at, end);
        const struct lexeme *after = word_at(r, close + 1);
        if (close + 1 < end && after->kind != LEXEME_LINE && !is_sign(r, close + 1, ';') &&
            !is_sign(r, close + 1, ','))
            return false;
        flow_set(r, name, list_value(r, *at + 1, close, name), false);
        *at = close < end ? close + 1 : end;
        return true;
    }
    return false;
}

/* What stands at AT between two operands: its length in words; 0 where the expression ends. */
static uint32_t operator_at(const struct reading *r, uint32_t at, uint32_t end, char *out)
{
    *out = 'o';
    if (at >= end)
        return 0;
    const struct lexeme *w = word_at(r, at);
    if (w->kind == LEXEME_NAME &&
        flow_listed(w->text, "or and if else in of is as for instanceof unless"))
        return *out = '|', 1;
    if (w->kind == LEXEME_STRING)
        return *out = '+', 1; /* side by side; the word itself is read again */
    if (w->kind != LEXEME_SIGN || strchr(",;)]}:{", w->sign) != NULL)
        return 0;
    if (is_pair(r, at, '=', '=') || is_pair(r, at, '!', '=') || is_pair(r, at, '=', '~'))
        return 2;
    if (is_pair(r, at, '=', '>'))
        return 0;
    if (is_pair(r, at, '+', '=') || is_pair(r, at, '.', '=') || is_pair(r, at, '<', '<'))
        return *out = 'a', 2 + is_sign(r, at + 2, '=');
    if (is_pair(r, at, '|', '|') || is_pair(r, at, '?', '?') || is_pair(r, at, '&', '&'))
        return *out = '|', 2;
    if (is_pair(r, at, '.', '.'))
        return *out = '+', 2;
    if (is_pair(r, at, ':', '='))
        return *out = '=', 2;
    *out = w->sign == '='                                       ? '='
           : w->sign == '+' || w->sign == '.' || w->sign == '%' ? '+'
           : w->sign == '?'                                     ? '|'
                                                                : 'o';
    return 1;
}

static struct shell_string assigned(struct reading *r, const struct callee *target, uint32_t *at,
                                    uint32_t end, bool append)
{
    bool part = target->member || target->last.len == 0; /* x.y = v taints x */
    if (!append && !part && assign_special(r, target->root, at, end))
        return variable(r, target->root);
    struct shell_string value = flow_expression(r, at, end);
    flow_set(r, target->root, value, append || part);
    return value;
}

static void lines_skip(const struct reading *r, uint32_t *at, uint32_t end)
{
    while (*at < end && word_at(r, *at)->kind == LEXEME_LINE)
        ++*at;
}

void flow_print(struct reading *r, struct shell_string value)
{
    struct call *call = r->call;
    if (call->command != NULL && call->command->pipe != NULL && string_is_known(value))
        call->out = string_join(call->m, call->out, value);
}

struct shell_string flow_expression(struct reading *r, uint32_t *at, uint32_t end)
{
    struct callee callee = {0};
    struct shell_string value;
    char op = 'o';
    bool prints = false;
    if (!flow_spend(r)) {
        *at = end;
        return (struct shell_string){0};
    }
    r->depth++;
    lines_skip(r, at, end);
    while (*at < end && (is_passed_over(r, *at) ||
                         (word_at(r, *at)->kind == LEXEME_SIGN && word_at(r, *at)->partner == 0 &&
                          strchr(",;)]}", word_at(r, *at)->sign) == NULL))) {
        prints |= is_word(r, *at, "print") || is_word(r, *at, "echo");
        ++*at;
    }
    uint32_t first = *at;
    value = *at < end && !(word_at(r, *at)->kind == LEXEME_SIGN && word_at(r, *at)->partner == 0)
                ? operand(r, at, end, &callee)
                : (struct shell_string){0};
    bool group = is_sign(r, first, '{') || is_sign(r, first, '[') || is_sign(r, first, '(');
    for (uint32_t len; *at < end && (len = operator_at(r, *at, end, &op)) > 0 && flow_spend(r);) {
        struct callee other;
        bool adjacent = word_at(r, *at)->kind == LEXEME_STRING;
        *at += adjacent ? 0 : len;
        if (op == '=' || op == 'a') {
            uint32_t from = first + 1, to = *at;
            value = assigned(r, &callee, at, end, op == 'a');
            for (; group && from < to; from++) /* const {a, b} = v */
                if (is_name(r, from) && !is_sign(r, from + 1, ':'))
                    flow_set(r, word_at(r, from)->text,
                             flow_unknown(r, word_at(r, from)->text, value), false);
            continue;
        }
        lines_skip(r, at, end);
        while (*at < end && is_passed_over(r, *at))
            ++*at;
        if (*at >= end || (word_at(r, *at)->kind == LEXEME_SIGN &&
                           strchr(",;)]}", word_at(r, *at)->sign) != NULL))
            break;
        struct shell_string right = operand(r, at, end, &other);
        if (op == '+')
            value = flow_join(r, value, right);
        else if (op == '|')
            value = flow_merge(
                r, value.text.len > 0 && value.text.at[0] == 0 && value.taint == 0 ? right : value,
                right);
        else
            value = flow_merge(r, value, right);
    }
    if (prints)
        flow_print(r, value);
    r->depth--;
    return value;
}
