/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/syntax.h"

#include "shell/reader.h"

static struct shell_command *list(struct reader *r);
static struct shell_command *command(struct reader *r);

/* Reserved words that end something, and what they end. */
static const struct {
    const char *word;
    enum closer closer;
} closers[] = {
    {"then", CLOSE_THEN}, {"elif", CLOSE_FI},   {"else", CLOSE_FI},   {"fi", CLOSE_FI},
    {"do", CLOSE_DO},     {"done", CLOSE_DONE}, {"esac", CLOSE_ESAC}, {"}", CLOSE_BRACE},
};

static uint32_t offset_at(const struct reader *r, size_t at)
{
    return r->frozen ? r->origin : r->origin + (uint32_t)at;
}

static void skip_blanks(struct reader *r)
{
    while (r->at < r->text.len) {
        uint8_t c = r->text.at[r->at];
        if (c == '\\' &&
            (reader_peek(r, 1) == '\n' || (reader_peek(r, 1) == '\r' && reader_peek(r, 2) == '\n')))
            r->at += reader_peek(r, 1) == '\n' ? 2 : 3;
        else if (c == ' ' || c == '\t' || c == '\r' || c == 0)
            r->at++;
        else
            break;
    }
    if (reader_peek(r, 0) == '#') {
        size_t newline = bytes_find_byte(r->text, '\n', r->at);
        r->at = newline == BYTES_NPOS ? r->text.len : newline;
    }
}

/* The bodies of the here-documents announced on the line that has just ended. */
static void heredocs_read(struct reader *r)
{
    for (struct heredoc *doc = r->pending; doc != NULL; doc = doc->next) {
        size_t start = r->at, end = r->text.len;
        bool found = false;
        while (!found && r->at < r->text.len) {
            size_t line = r->at, newline = bytes_find_byte(r->text, '\n', r->at);
            size_t stop = newline == BYTES_NPOS ? r->text.len : newline;
            struct bytes text = bytes_sub(r->text, line, stop - line);
            while (doc->tabs && text.len > 0 && text.at[0] == '\t')
                text = bytes_from(text, 1);
            if (text.len > 0 && text.at[text.len - 1] == '\r')
                text.len--;
            found = bytes_equal(text, doc->mark);
            if (found)
                end = line;
            r->at = newline == BYTES_NPOS ? r->text.len : newline + 1;
        }
        if (!found)
            reader_odd(r);
        struct bytes body = bytes_sub(r->text, start, end - start);
        doc->redirect->target = doc->quoted ? reader_literal(r, body, offset_at(r, start))
                                            : reader_quoted(r, body, offset_at(r, start), false);
    }
    r->pending = NULL, r->pending_end = &r->pending;
}

static void newline(struct reader *r)
{
    r->at++;
    if (r->pending != NULL)
        heredocs_read(r);
}

static void skip_newlines(struct reader *r)
{
    for (;;) {
        skip_blanks(r);
        if (reader_peek(r, 0) != '\n')
            return;
        newline(r);
    }
}

/* What ends or alters a bare word. */
static const bool special[256] = {
    [';'] = true, ['&'] = true, ['|'] = true, ['('] = true,  [')'] = true, ['<'] = true,
    ['>'] = true, ['"'] = true, ['`'] = true, ['\\'] = true, ['$'] = true, ['\''] = true};

/* The bare word at the position, without moving; absent where it is not bare. */
static struct bytes bare_word(const struct reader *r)
{
    size_t at = r->at;
    while (at < r->text.len && at - r->at < 9 && r->text.at[at] > ' ' && !special[r->text.at[at]])
        at++;
    if (at < r->text.len && memchr("\"'`$\\", r->text.at[at], 5) != NULL)
        return BYTES_NONE;
    return bytes_sub(r->text, r->at, at - r->at);
}

static bool at_word(const struct reader *r, const char *word)
{
    if (r->at >= r->text.len || r->text.at[r->at] != (uint8_t)word[0])
        return false;
    return bytes_equal(bare_word(r), bytes_of_string(word));
}

static bool take_word(struct reader *r, const char *word)
{
    skip_newlines(r);
    if (!at_word(r, word))
        return false;
    r->at += strlen(word);
    return true;
}

/* Whether the list ends here: what stands here closes something open.  A stray closer is skipped. */
static bool list_ends(struct reader *r)
{
    for (;;) {
        skip_newlines(r);
        if (r->at >= r->text.len)
            return true;
        uint8_t c = r->text.at[r->at];
        size_t len = 0;
        enum closer closer = CLOSE_PAREN;
        if (c == ')') {
            len = 1;
        } else if (c == ';' && (reader_peek(r, 1) == ';' || reader_peek(r, 1) == '&')) {
            len = 2, closer = CLOSE_ARM;
        } else if (c == ';' || c == '&' || c == '|') {
            r->at++;
            continue;
        } else {
            struct bytes word = c < 128 && strchr("tefd}", c) != NULL ? bare_word(r) : BYTES_NONE;
            for (size_t i = 0; word.len > 0 && len == 0 && i < sizeof closers / sizeof closers[0];
                 i++)
                if (bytes_equal(word, bytes_of_string(closers[i].word)))
                    len = word.len, closer = closers[i].closer;
            if (len == 0)
                return false;
        }
        if (r->open[closer] > 0)
            return true;
        reader_odd(r);
        r->at += len;
    }
}

static void redirect_here(struct reader *r, struct shell_redirect *redirect)
{
    struct heredoc *doc = arena_new_of(r->arena, struct heredoc);
    doc->tabs = reader_peek(r, 0) == '-';
    r->at += doc->tabs;
    skip_blanks(r);
    struct shell_word *mark = reader_word(r, false);
    if (mark == NULL)
        return;
    for (struct shell_part *part = mark->first; part != NULL; part = part->next) {
        doc->quoted |= part->quoted;
        doc->mark = part == mark->first ? part->text
                                        : arena_printf(r->arena, "%.*s%.*s", BYTES_FMT(doc->mark),
                                                       BYTES_FMT(part->text));
    }
    redirect->kind = REDIRECT_HERE;
    doc->redirect = redirect;
    *r->pending_end = doc;
    r->pending_end = &doc->next;
}

/* The length of a redirection operator's head ("2", "&" or nothing before < or >), or -1. */
static int redirect_head(const struct reader *r)
{
    size_t ahead = 0;
    if (reader_peek(r, 0) == '&')
        return reader_peek(r, 1) == '>' ? 1 : -1;
    while (ahead < 3 && reader_peek(r, ahead) >= '0' && reader_peek(r, ahead) <= '9')
        ahead++;
    int c = reader_peek(r, ahead);
    if ((c != '<' && c != '>') || (ahead == 0 && reader_peek(r, 1) == '('))
        return -1;
    return (int)ahead;
}

static void redirect(struct reader *r, int head, struct shell_redirect ***end)
{
    struct shell_redirect *redirect = arena_new_of(r->arena, struct shell_redirect);
    redirect->fd = -1;
    redirect->all = head == 1 && r->text.at[r->at] == '&';
    if (head > 0 && !redirect->all) {
        int64_t fd = -1;
        bytes_to_int(bytes_sub(r->text, r->at, (size_t)head), 0, 999, &fd);
        redirect->fd = (int)fd;
    }
    r->at += (size_t)head;
    uint8_t c = r->text.at[r->at++];
    int next = reader_peek(r, 0);
    redirect->input = c == '<';
    redirect->kind = c == '<' ? REDIRECT_READ : REDIRECT_WRITE;
    if (c == '<' && next == '<') {
        r->at++;
        if (reader_peek(r, 0) != '<') {
            redirect_here(r, redirect);
            **end = redirect, *end = &redirect->next;
            return;
        }
        redirect->kind = REDIRECT_STRING, r->at++;
    } else if (c == '>' && next == '>') {
        redirect->kind = REDIRECT_APPEND, r->at++;
    } else if (next == '&') {
        redirect->kind = REDIRECT_DUP, r->at++;
    } else if (next == '|') {
        r->at++;
    } else if (c == '<' && next == '>') {
        redirect->kind = REDIRECT_BOTH, r->at++;
    }
    skip_blanks(r);
    redirect->target = reader_word(r, false);
    **end = redirect, *end = &redirect->next;
}

static void redirects_after(struct reader *r, struct shell_command *c)
{
    struct shell_redirect **end = &c->redirects;
    for (;;) {
        skip_blanks(r);
        int head = redirect_head(r);
        if (head < 0)
            return;
        redirect(r, head, &end);
    }
}

/* name= or name+= or name[..]= at the head of WORD's first, unquoted part. */
static bool is_assignment(const struct shell_word *word)
{
    const struct shell_part *part = word->first;
    if (part == NULL || part->kind != PART_LITERAL || part->quoted || part->text.len == 0 ||
        !(ascii_is_alpha(part->text.at[0]) || part->text.at[0] == '_'))
        return false;
    for (size_t i = 1; i < part->text.len; i++) {
        uint8_t c = part->text.at[i];
        if (c == '=')
            return true;
        if (c == '[' || (c == '+' && i + 1 < part->text.len && part->text.at[i + 1] == '='))
            return memchr(part->text.at + i, '=', part->text.len - i) != NULL;
        if (!ascii_is_alnum(c) && c != '_')
            return false;
    }
    return false;
}

/* name=( a b c ): the elements follow as words of the assignment, with their closing parenthesis. */
static void array_words(struct reader *r, struct shell_word ***end)
{
    r->at++;
    for (;;) {
        skip_newlines(r);
        int c = reader_peek(r, 0);
        if (c < 0 || c == ')')
            break;
        struct shell_word *word = reader_word(r, false);
        if (word == NULL) {
            r->at++;
            continue;
        }
        **end = word, *end = &word->next;
    }
    r->at += r->at < r->text.len;
}

static struct shell_command *simple(struct reader *r)
{
    struct shell_command *c = arena_new_of(r->arena, struct shell_command);
    struct shell_word **end = &c->words;
    struct shell_redirect **redirect_end = &c->redirects;
    bool head = true, test = false;
    c->offset = reader_offset(r);
    for (;;) {
        skip_blanks(r);
        int at = reader_peek(r, 0);
        int redirect_at = test ? -1 : redirect_head(r);
        if (redirect_at >= 0) {
            redirect(r, redirect_at, &redirect_end);
            continue;
        }
        if (at < 0 || at == '\n')
            break;
        if (!test && (at == ';' || at == '&' || at == '|' || at == ')' || at == '('))
            break;
        struct shell_word *word = reader_word(r, test);
        if (word == NULL) { /* an operator inside [[ ]] */
            word = reader_literal(r, bytes_sub(r->text, r->at, 1), reader_offset(r));
            r->at++;
            if (at == ';')
                break;
        }
        struct bytes first = word->first == NULL ? BYTES_NONE : word->first->text;
        word->assignment = head && is_assignment(word);
        head = word->assignment;
        *end = word, end = &word->next;
        if (word->assignment && reader_peek(r, 0) == '(' && bytes_ends(first, BYTES("=")) &&
            word->first->next == NULL) {
            word->array = true;
            array_words(r, &end);
            break;
        }
        if (c->words == word && bytes_equal(first, BYTES("[[")) && word->first->next == NULL)
            test = true;
        else if (test && bytes_equal(first, BYTES("]]")))
            test = false;
    }
    c->end = reader_offset(r);
    return c;
}

static struct shell_command *compound_new(struct reader *r, enum shell_form form)
{
    struct shell_command *c = arena_new_of(r->arena, struct shell_command);
    c->form = (uint8_t)form;
    c->offset = reader_offset(r);
    return c;
}

static struct shell_command *list_until(struct reader *r, enum closer closer)
{
    r->open[closer]++;
    struct shell_command *inside = list(r);
    r->open[closer]--;
    return inside;
}

static struct shell_command *compound_if(struct reader *r)
{
    struct shell_command *c = compound_new(r, FORM_IF);
    r->at += at_word(r, "if") ? 2 : 4;
    r->open[CLOSE_FI]++;
    c->test = list_until(r, CLOSE_THEN);
    if (!take_word(r, "then"))
        reader_odd(r);
    c->body = list(r);
    if (at_word(r, "elif") && r->depth < SYNTAX_DEPTH_MAX) {
        r->depth++;
        c->other = compound_if(r);
        r->depth--;
        r->open[CLOSE_FI]--;
        return c;
    }
    while (at_word(r, "else") || at_word(r, "elif")) {
        r->at += 4;
        struct shell_command *other = list(r);
        if (c->other == NULL)
            c->other = other;
    }
    r->open[CLOSE_FI]--;
    if (!take_word(r, "fi"))
        reader_odd(r);
    return c;
}

static void loop_body(struct reader *r, struct shell_command *c)
{
    skip_newlines(r);
    while (reader_peek(r, 0) == ';')
        r->at++, skip_newlines(r);
    if (take_word(r, "do")) {
        c->body = list_until(r, CLOSE_DONE);
        if (!take_word(r, "done"))
            reader_odd(r);
    } else if (reader_peek(r, 0) == '{') {
        r->at++;
        c->body = list_until(r, CLOSE_BRACE);
        r->at += at_word(r, "}");
    } else {
        reader_odd(r);
    }
}

static struct shell_command *compound_loop(struct reader *r)
{
    struct shell_command *c = compound_new(r, FORM_LOOP);
    r->at += 5; /* while, until */
    r->open[CLOSE_DONE]++;
    c->test = list_until(r, CLOSE_DO);
    r->open[CLOSE_DONE]--;
    loop_body(r, c);
    return c;
}

static struct shell_command *compound_for(struct reader *r)
{
    struct shell_command *c = compound_new(r, FORM_FOR);
    struct shell_word **end = &c->words;
    r->at += at_word(r, "for") ? 3 : 6;
    skip_blanks(r);
    if (reader_peek(r, 0) == '(') { /* for ((..)) */
        while (r->at < r->text.len && r->text.at[r->at] != '\n' && r->text.at[r->at] != ';' &&
               !(r->text.at[r->at] == ')' && reader_peek(r, 1) == ')'))
            r->at++;
        size_t close = bytes_find(bytes_sub(r->text, 0, r->at + 200), BYTES("))"), r->at);
        r->at = close == BYTES_NPOS ? r->at : close + 2;
        loop_body(r, c);
        return c;
    }
    struct shell_word *name = reader_word(r, false);
    if (name != NULL && name->first != NULL)
        c->name = name->first->text;
    skip_newlines(r);
    if (at_word(r, "in")) {
        r->at += 2;
        for (;;) {
            skip_blanks(r);
            struct shell_word *word = reader_word(r, false);
            if (word == NULL)
                break;
            *end = word, end = &word->next;
        }
    }
    if (reader_peek(r, 0) != ';' && reader_peek(r, 0) != '\n' && reader_peek(r, 0) >= 0) {
        reader_odd(r);
        r->at += reader_peek(r, 0) == '(' || reader_peek(r, 0) == ')';
    }
    loop_body(r, c);
    return c;
}

static struct shell_command *compound_case(struct reader *r)
{
    struct shell_command *c = compound_new(r, FORM_CASE), **end = &c->body;
    r->at += 4;
    skip_blanks(r);
    c->words = reader_word(r, false);
    if (!take_word(r, "in"))
        reader_odd(r);
    r->open[CLOSE_ESAC]++, r->open[CLOSE_ARM]++;
    for (;;) {
        skip_newlines(r);
        if (r->at >= r->text.len || at_word(r, "esac"))
            break;
        struct shell_command *arm = compound_new(r, FORM_GROUP);
        r->at += reader_peek(r, 0) == '(';
        while (r->at < r->text.len && r->text.at[r->at] != ')' && r->text.at[r->at] != '\n') {
            skip_blanks(r);
            struct shell_word *pattern = reader_word(r, false);
            if (pattern == NULL && reader_peek(r, 0) == '|')
                r->at++;
            else if (pattern == NULL)
                break;
        }
        if (reader_peek(r, 0) == ')')
            r->at++;
        else
            reader_odd(r);
        size_t before = r->at;
        arm->body = list(r);
        if (reader_peek(r, 0) == ';')
            r->at += 2 + (reader_peek(r, 2) == '&');
        else if (!at_word(r, "esac") && r->at == before) /* somebody else's end */
            break;
        else if (!at_word(r, "esac") && r->at < r->text.len)
            break;
        *end = arm, end = &arm->next;
    }
    r->open[CLOSE_ESAC]--, r->open[CLOSE_ARM]--;
    if (!take_word(r, "esac"))
        reader_odd(r);
    return c;
}

static struct shell_command *compound_brackets(struct reader *r, enum shell_form form)
{
    struct shell_command *c = compound_new(r, form);
    bool brace = form == FORM_GROUP;
    r->at++;
    c->body = list_until(r, brace ? CLOSE_BRACE : CLOSE_PAREN);
    skip_newlines(r);
    if (reader_peek(r, 0) == (brace ? '}' : ')'))
        r->at++;
    else
        reader_odd(r);
    return c;
}

/* (( expression )): nothing in it runs. */
static struct shell_command *compound_arithmetic(struct reader *r)
{
    struct shell_command *c = compound_new(r, FORM_GROUP);
    size_t close = bytes_find(bytes_sub(r->text, 0, r->at + 4096), BYTES("))"), r->at);
    r->at = close == BYTES_NPOS ? r->at + 2 : close + 2;
    return c;
}

static struct shell_command *function(struct reader *r, struct bytes name)
{
    struct shell_command *c = compound_new(r, FORM_FUNCTION);
    c->name = name;
    skip_newlines(r);
    c->body = command(r);
    if (c->body == NULL)
        reader_odd(r);
    return c;
}

/* name() or function name [()]: moves past it and answers the name; absent (and unmoved) otherwise. */
static struct bytes function_name(struct reader *r)
{
    size_t at = r->at;
    bool word = at_word(r, "function");
    if (word)
        for (at += 8; at < r->text.len && (r->text.at[at] == ' ' || r->text.at[at] == '\t');)
            at++;
    size_t start = at;
    while (at < r->text.len && at - start < 128 && r->text.at[at] > ' ' &&
           !special[r->text.at[at]] && r->text.at[at] != '=' && r->text.at[at] != '#')
        at++;
    struct bytes name = bytes_sub(r->text, start, at - start);
    if (name.len == 0)
        return BYTES_NONE;
    while (at < r->text.len && (r->text.at[at] == ' ' || r->text.at[at] == '\t'))
        at++;
    if (at < r->text.len && r->text.at[at] == '(') {
        for (at++; at < r->text.len && (r->text.at[at] == ' ' || r->text.at[at] == '\t');)
            at++;
        if (at >= r->text.len || r->text.at[at] != ')')
            return BYTES_NONE;
        at++;
    } else if (!word) {
        return BYTES_NONE;
    }
    r->at = at;
    return name;
}

static struct shell_command *compound(struct reader *r)
{
    int c = reader_peek(r, 0), next = reader_peek(r, 1);
    if (c == '(')
        return next == '(' ? compound_arithmetic(r) : compound_brackets(r, FORM_SUBSHELL);
    struct bytes word = bare_word(r);
    if (word.len == 1 && word.at[0] == '{')
        return compound_brackets(r, FORM_GROUP);
    if (bytes_equal(word, BYTES("if")))
        return compound_if(r);
    if (bytes_equal(word, BYTES("while")) || bytes_equal(word, BYTES("until")))
        return compound_loop(r);
    if (bytes_equal(word, BYTES("for")) || bytes_equal(word, BYTES("select")))
        return compound_for(r);
    if (bytes_equal(word, BYTES("case")))
        return compound_case(r);
    struct bytes name = function_name(r);
    return name.len > 0 ? function(r, name) : NULL;
}

static struct shell_command *command(struct reader *r)
{
    struct shell_command *c = NULL;
    bool negated = false;
    skip_blanks(r);
    for (;;) {
        struct bytes word = bare_word(r);
        if (!bytes_equal(word, BYTES("!")) && !bytes_equal(word, BYTES("time")) &&
            !bytes_equal(word, BYTES("coproc")))
            break;
        negated |= word.at[0] == '!';
        r->at += word.len;
        skip_blanks(r);
    }
    if (r->depth < SYNTAX_DEPTH_MAX) {
        r->depth++;
        c = compound(r);
        r->depth--;
        if (c != NULL) {
            redirects_after(r, c);
            c->end = reader_offset(r);
        }
    } else {
        r->out->too_deep = true;
    }
    if (c == NULL) {
        size_t before = r->at;
        c = simple(r);
        if (r->at == before)
            return NULL;
    }
    c->negated = negated;
    return c;
}

static struct shell_command *pipeline(struct reader *r)
{
    struct shell_command *first = command(r), *last = first;
    for (int stages = 0; last != NULL && stages < 64; stages++) {
        skip_blanks(r);
        if (reader_peek(r, 0) != '|' || reader_peek(r, 1) == '|')
            break;
        r->at += reader_peek(r, 1) == '&' ? 2 : 1;
        skip_newlines(r);
        last->pipe = command(r);
        last = last->pipe;
    }
    return first;
}

static struct shell_command *list(struct reader *r)
{
    struct shell_command *first = NULL, **end = &first, *last = NULL;
    enum shell_joint joint = JOINT_THEN;
    while (!list_ends(r)) {
        size_t before = r->at;
        struct shell_command *c = pipeline(r);
        if (c != NULL) {
            c->joint = (uint8_t)joint;
            *end = c, end = &c->next, last = c;
        }
        joint = JOINT_THEN;
        skip_blanks(r);
        int at = reader_peek(r, 0), next = reader_peek(r, 1);
        if (at == '&' && next == '&')
            joint = JOINT_AND, r->at += 2;
        else if (at == '|' && next == '|')
            joint = JOINT_OR, r->at += 2;
        else if (at == '&' && last != NULL)
            last->background = true, r->at++;
        else if (at == ';' && next != ';' && next != '&')
            r->at++;
        else if (r->at == before)
            reader_odd(r), r->at++;
    }
    return first;
}

struct shell_command *reader_list_paren(struct reader *r)
{
    r->depth++;
    struct shell_command *inside = list_until(r, CLOSE_PAREN);
    r->depth--;
    return inside;
}

struct shell_command *reader_list_copy(struct reader *r, struct bytes text)
{
    struct reader inner = {.arena = r->arena,
                           .text = text,
                           .origin = reader_offset(r),
                           .frozen = true,
                           .depth = r->depth + 1,
                           .retries = r->retries,
                           .out = r->out};
    inner.pending_end = &inner.pending;
    if (inner.depth >= SYNTAX_DEPTH_MAX) {
        r->out->too_deep = true;
        return NULL;
    }
    struct shell_command *inside = list(&inner);
    r->retries = inner.retries;
    return inside;
}

struct syntax syntax_parse(struct arena *arena, struct bytes text, size_t bytes_most)
{
    struct syntax out = {.bytes_most = arena_used_bytes(arena) + bytes_most};
    struct reader r = {.arena = arena, .text = text, .out = &out};
    r.pending_end = &r.pending;
    out.list = list(&r);
    return out;
}
