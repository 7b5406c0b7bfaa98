/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/program_flow.h"

#include <talloc.h>

/* Statements: blocks, loops, imports, functions, the whole program. */

struct routine *flow_routine_find(struct reading *r, struct bytes name)
{
    for (uint32_t i = 0; i < r->routine_count; i++)
        if (bytes_equal(r->routine[i].name, name))
            return &r->routine[i];
    return NULL;
}

/* The names between PARAMS and PARAMS_END take VALUES in turn, the last one for all that follow. */
static void params_bind(struct reading *r, const struct routine *f, const struct argument *args,
                        uint32_t count)
{
    uint32_t n = 0;
    for (uint32_t i = f->params; i < f->params_end; i++) {
        if (!is_name(r, i) || (i > f->params && word_at(r, i - 1)->kind == LEXEME_ACCESS))
            continue;
        if (flow_listed(word_at(r, i)->text, "self this async function"))
            continue;
        struct shell_string value = {0};
        if (n < count)
            value = args[n].value;
        flow_set(r, word_at(r, i)->text,
                 value.text.at == NULL ? flow_unknown(r, word_at(r, i)->text, value) : value,
                 false);
        n++;
        while (i < f->params_end && !is_sign(r, i, ','))
            i++; /* a type, a default */
    }
}

/* The body of F is read; what it returns. */
struct shell_string flow_routine_run(struct reading *r, struct routine *f,
                                     const struct argument *args, uint32_t count)
{
    struct shell_string before = r->returned, out;
    if (f->body_end <= f->body || r->depth + 2 >= FLOW_DEPTH_MAX)
        return (struct shell_string){0};
    if (r->again > r->words.count * 3 + 4096)
        return (struct shell_string){0};
    r->again += f->body_end - f->body;
    r->returned = (struct shell_string){0};
    r->depth++;
    params_bind(r, f, args, count);
    if (is_sign(r, f->body, '{')) {
        flow_statements(r, f->body + 1, f->body_end);
        out = r->returned;
    } else if (f->body > 0 && is_sign(r, f->body - 1, '>')) { /* x => value */
        uint32_t at = f->body;
        out = flow_merge(r, flow_expression(r, &at, f->body_end), r->returned);
    } else {
        flow_statements(r, f->body, f->body_end);
        out = r->returned;
    }
    r->depth--;
    r->returned = before;
    return out;
}

uint32_t flow_expression_end(const struct reading *r, uint32_t at, uint32_t end)
{
    for (; at < end; at++) {
        const struct lexeme *w = word_at(r, at);
        if (w->kind == LEXEME_LINE && r->language != LANGUAGE_NODE)
            return at;
        if (w->kind != LEXEME_SIGN)
            continue;
        if (w->sign == '(' || w->sign == '[' || w->sign == '{')
            at = partner(r, at, end);
        else if (strchr(",;)]}", w->sign) != NULL)
            return at;
    }
    return end;
}

bool flow_closure_at(const struct reading *r, uint32_t at, uint32_t end, struct routine *out,
                     uint32_t *next)
{
    *out = (struct routine){0};
    while (is_word(r, at, "async") || is_word(r, at, "static"))
        at++;
    if (is_word(r, at, "function") || is_word(r, at, "sub") || is_word(r, at, "fn")) {
        at++;
        if (is_name(r, at))
            out->name = word_at(r, at++)->text;
        if (is_sign(r, at, '(')) {
            out->params = at + 1, out->params_end = partner(r, at, end);
            at = out->params_end + 1;
        }
        while (at < end && !is_sign(r, at, '{') && !is_sign(r, at, '>') && !is_sign(r, at, ';'))
            at = is_sign(r, at, '(') ? partner(r, at, end) + 1 : at + 1;
        if (!is_sign(r, at, '{') && !is_sign(r, at, '>'))
            return false;
    } else if (is_word(r, at, "lambda") && r->language == LANGUAGE_PYTHON) {
        out->params = at + 1;
        while (at < end && !is_sign(r, at, ':'))
            at++;
        out->params_end = at;
    } else if (is_sign(r, at, '(') && is_pair(r, partner(r, at, end) + 1, '=', '>')) {
        out->params = at + 1, out->params_end = partner(r, at, end);
        at = out->params_end + 2;
    } else if (is_name(r, at) && is_pair(r, at + 1, '=', '>') && r->language == LANGUAGE_NODE) {
        out->params = at, out->params_end = at + 1;
        at += 2;
    } else {
        return false;
    }
    if (!is_sign(r, at, '{'))
        at++;
    out->body = at;
    out->body_end = is_sign(r, at, '{') ? partner(r, at, end) : flow_expression_end(r, at, end);
    *next = out->body_end + is_sign(r, at, '{');
    return out->body < end;
}

/* for X in E, foreach (E as X), for (const x of E), with E as X: the names take what E has. */
static bool loop_names(struct reading *r, uint32_t *at, uint32_t end)
{
    static const char heads[] = "for foreach with import from";
    if (!is_name(r, *at) || !flow_listed(word_at(r, *at)->text, heads))
        return false;
    bool foreach = is_word(r, *at, "foreach"), with = is_word(r, *at, "with"),
         from = is_word(r, *at, "from");
    bool import = is_word(r, *at, "import");
    uint32_t i = *at + 1, stop, middle = 0, paren = 0;
    if (is_sign(r, i, '('))
        paren = partner(r, i, end), i++;
    stop = paren > 0 ? paren : flow_expression_end(r, i, end);
    for (uint32_t k = i; k < stop && middle == 0; k++) {
        if (is_word(r, k,
                    import || from    ? (from ? "import" : "from")
                    : foreach || with ? "as"
                                      : "in") ||
            (is_word(r, k, "of") && !import) || (is_word(r, k, "as") && (foreach || with)))
            middle = k;
        else if (word_at(r, k)->partner > k)
            k = partner(r, k, stop);
    }
    bool perl =
        middle == 0 && r->language == LANGUAGE_PERL && is_sign(r, i + 1 + is_word(r, i, "my"), '(');
    if (perl)
        middle = i + is_word(r, i, "my") + 1;
    if (middle == 0)
        return false;
    bool names_last = foreach || with || from;
    uint32_t value_at = names_last ? i
                        : perl     ? middle
                                   : middle + 1,
             value_end = names_last ? middle : stop;
    uint32_t name_at = names_last ? middle + 1 : i, name_end = names_last ? stop : middle;
    struct shell_string value =
        from ? string_of(word_at(r, i)->text) : flow_expression(r, &value_at, value_end);
    for (uint32_t k = name_at; k < name_end; k++)
        if (is_name(r, k) && !flow_listed(word_at(r, k)->text, "const let var my as") && !from)
            flow_set(r, word_at(r, k)->text, value, false);
    *at = stop;
    return true;
}

/* import x as y, of Python: y is the module x. */
static bool import_read(struct reading *r, uint32_t *at, uint32_t end)
{
    if (r->language != LANGUAGE_PYTHON || !(is_word(r, *at, "import") || is_word(r, *at, "from")))
        return false;
    for (; *at < end && word_at(r, *at)->kind != LEXEME_LINE && !is_sign(r, *at, ';'); ++*at)
        if (is_word(r, *at + 1, "as") && is_name(r, *at) && is_name(r, *at + 2))
            flow_set(r, word_at(r, *at + 2)->text, string_of(word_at(r, *at)->text), false);
    return true;
}

/* a, b = x, y of Python: each name has its value; all have the last one where there are too few. */
static bool names_assigned(struct reading *r, uint32_t *at, uint32_t end)
{
    uint32_t equals = *at, value_at;
    while (equals + 2 < end && is_name(r, equals) && is_sign(r, equals + 1, ','))
        equals += 2;
    bool assigns = is_name(r, equals) && is_sign(r, equals + 1, '=') && !is_sign(r, equals + 2, '=');
    if (r->language != LANGUAGE_PYTHON || equals == *at || !assigns)
        return false;
    struct shell_string value = {0};
    value_at = equals + 2;
    for (uint32_t name = *at; name <= equals && flow_spend(r); name += 2) {
        bool more = value_at < end && word_at(r, value_at)->kind != LEXEME_LINE;
        if (more)
            value = flow_expression(r, &value_at, end);
        flow_set(r, word_at(r, name)->text, value, false);
        value_at += more && is_sign(r, value_at, ',');
    }
    *at = value_at > *at ? value_at : *at + 1;
    return true;
}

void flow_statements(struct reading *r, uint32_t at, uint32_t end)
{
    struct machine *m = r->call->m;
    while (at < end && flow_spend(r)) {
        const struct lexeme *w = word_at(r, at);
        uint32_t before = at;
        if (w->kind == LEXEME_LINE ||
            (w->kind == LEXEME_SIGN && strchr(";{}),]:", w->sign) != NULL)) {
            at++; /* blocks are read as if they were always entered */
            continue;
        }
        if (w->kind == LEXEME_NAME && is_sign(r, at + 1, '{') && flow_listed(w->text, "try else finally do")) {
            at += 2; /* a block, no object */
            continue;
        }
        m->offset = w->offset;
        uint32_t last = flow_expression_end(r, at, end);
        last = last > at && last <= end ? last - 1 : at;
        m->end = word_at(r, last)->offset + (uint32_t)word_at(r, last)->text.len + 1;
        bool returns = is_word(r, at, "return");
        if (is_word(r, at, "def") || is_word(r, at, "class")) { /* the body follows */
            while (at < end && word_at(r, at)->kind != LEXEME_LINE && !is_sign(r, at, ':') &&
                   !is_sign(r, at, '{'))
                at = word_at(r, at)->partner > at ? partner(r, at, end) + 1 : at + 1;
            continue;
        }
        if (import_read(r, &at, end) || loop_names(r, &at, end) || names_assigned(r, &at, end))
            continue;
        struct shell_string value = flow_expression(r, &at, end);
        if (returns)
            r->returned = flow_merge(r, r->returned, value);
        at += at == before;
    }
}

/* The lines below the one at AT that are indented more: the body of a Python or Ruby function. */
static uint32_t block_end(const struct reading *r, uint32_t at, uint32_t indent)
{
    for (; at < r->words.count; at++)
        if (word_at(r, at)->kind == LEXEME_LINE && word_at(r, at + 1)->kind != LEXEME_LINE &&
            word_at(r, at)->indent <= indent && at + 1 < r->words.count)
            return at;
    return r->words.count;
}

/* Functions may be called before they stand. */
static void routines_find(struct reading *r)
{
    uint32_t indent = 0, next;
    for (uint32_t i = 0; i < r->words.count && r->routine_count < FLOW_ROUTINES_MAX; i++) {
        struct routine f = {0};
        if (word_at(r, i)->kind == LEXEME_LINE)
            indent = word_at(r, i)->indent;
        if (is_word(r, i, "def") && is_name(r, i + 1)) {
            uint32_t at = i + 2;
            f.name = word_at(r, i + 1)->text;
            if (is_sign(r, at, '('))
                f.params = at + 1, f.params_end = partner(r, at, r->words.count),
                at = f.params_end + 1;
            while (at < r->words.count && word_at(r, at)->kind != LEXEME_LINE)
                at++;
            f.body = at, f.body_end = block_end(r, at, indent);
        } else if ((is_word(r, i, "function") || is_word(r, i, "sub")) && is_name(r, i + 1)) {
            if (!flow_closure_at(r, i, r->words.count, &f, &next))
                continue;
        }
        if (f.name.len > 0)
            r->routine[r->routine_count++] = f;
    }
}

static bool holds_one(struct bytes text, const char *const *words)
{
    for (; *words != NULL; words++)
        if (bytes_find(text, bytes_of_string(*words), 0) != BYTES_NPOS)
            return true;
    return false;
}

void flow_read(struct call *call, struct bytes text, enum language language)
{
    static const char *const walks[] = {
        "readdir",  "os.walk",           "rglob(",     "scandir",   "File::Find",
        "Dir.glob", "DirectoryIterator", "glob.glob(", "fast-glob", NULL};
    static const char *const sought[] = {"id_rsa", "\\.env",           ".kdbx", "wallet",
                                         ".aws",   ".git-credentials", NULL};
    void *own = talloc_new(NULL);
    struct arena *scratch = arena_new(own);
    struct reading *r = arena_new_of(arena_new(own), struct reading);
    r->call = call, r->scratch = scratch, r->language = language;
    r->names_secrets = bytes_find(text, BYTES("AWS_SECRET_ACCESS_KEY"), 0) != BYTES_NPOS;
    r->seeks_secrets = holds_one(text, walks) && holds_one(text, sought);
    for (size_t at = 0; at < text.len && !call->m->stopped;) {
        if (arena_used_bytes(call->m->arena) > FLOW_MEMORY_MAX) {
            call->m->report->limits |= 1U << LIMIT_BYTES_OUT;
            break;
        }
        arena_reset(scratch); /* a bundle's modules far apart share names by chance only */
        talloc_free(r->names);
        r->names = table_new(own);
        r->words = lexemes_read(scratch, text, &at, language);
        r->routine_count = 0, r->again = 0, r->joined /= 2;
        routines_find(r);
        flow_statements(r, 0, r->words.count);
    }
    talloc_free(own);
}
