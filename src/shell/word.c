/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/reader.h"

#include "base/text.h"

/* Words are built part by part; plain letters are gathered as a run of the source and copied only
 * where an escape has to go. */
struct builder {
    struct reader *r;
    struct shell_part **end;
    struct bytes run; /* letters that stand together in the source */
    struct text text; /* letters gathered, where copied */
    bool open, quoted, copied;
};

static struct shell_part *part_add(struct builder *b, enum part_kind kind, struct bytes text,
                                   bool quoted)
{
    struct shell_part *part = arena_new_of(b->r->arena, struct shell_part);
    part->kind = (uint8_t)kind, part->text = text, part->quoted = quoted;
    *b->end = part;
    b->end = &part->next;
    return part;
}

static void letters_end(struct builder *b)
{
    if (b->open)
        part_add(b, PART_LITERAL, b->copied ? text_bytes(&b->text) : b->run, b->quoted);
    b->open = false;
}

static void letters_begin(struct builder *b, bool quoted)
{
    if (b->open && b->quoted == quoted)
        return;
    letters_end(b);
    b->run = BYTES_NONE;
    b->open = true, b->quoted = quoted, b->copied = false;
}

static void letters_copy(struct builder *b)
{
    if (b->copied)
        return;
    text_init(&b->text, b->r->arena, 0);
    text_add(&b->text, b->run);
    b->copied = true;
}

static void letters_add(struct builder *b, struct bytes run, bool quoted)
{
    letters_begin(b, quoted);
    if (!b->copied && b->run.len == 0) {
        b->run = run;
    } else if (!b->copied && b->run.at + b->run.len == run.at) {
        b->run.len += run.len;
    } else {
        letters_copy(b);
        text_add(&b->text, run);
    }
}

static void letter_add(struct builder *b, uint8_t c, bool quoted)
{
    letters_begin(b, quoted);
    letters_copy(b);
    if (c != 0)
        text_add_byte(&b->text, c);
}

static bool is_name_byte(int c)
{
    return c >= 0 && (ascii_is_alnum((uint8_t)c) || c == '_');
}

/* The octal, hex and letter escapes of $'..' (bash(1), QUOTING). */
static void ansi_escape(struct builder *b)
{
    struct reader *r = b->r;
    int c = reader_peek(r, 0);
    static const char from[] = "abeEfnrtv", to[] = "\a\b\033\033\f\n\r\t\v";
    r->at++;
    const char *found = c > 0 ? strchr(from, c) : NULL;
    if (found != NULL) {
        letter_add(b, (uint8_t)to[found - from], true);
    } else if (c == 'x' || c == 'u' || c == 'U') {
        uint32_t code = 0;
        int digits = 0, most = c == 'x' ? 2 : c == 'u' ? 4 : 8;
        for (;
             digits < most && reader_peek(r, 0) >= 0 && ascii_hex((uint8_t)reader_peek(r, 0)) >= 0;
             digits++)
            code = code * 16 + (uint32_t)ascii_hex((uint8_t)r->text.at[r->at++]);
        letters_begin(b, true);
        letters_copy(b);
        if (c == 'x' && code != 0)
            text_add_byte(&b->text, (uint8_t)code);
        else if (code != 0)
            text_add_codepoint(&b->text, code);
    } else if (c >= '0' && c <= '7') {
        uint32_t code = (uint32_t)(c - '0');
        for (int i = 0; i < 2 && reader_peek(r, 0) >= '0' && reader_peek(r, 0) <= '7'; i++)
            code = code * 8 + (uint32_t)(r->text.at[r->at++] - '0');
        letter_add(b, (uint8_t)code, true);
    } else if (c >= 0) {
        letter_add(b, (uint8_t)c, true);
    }
}

static void ansi_quote(struct builder *b)
{
    struct reader *r = b->r;
    letters_begin(b, true);
    while (r->at < r->text.len) {
        uint8_t c = r->text.at[r->at++];
        if (c == '\'')
            return;
        if (c == '\\' && r->at < r->text.len)
            ansi_escape(b);
        else
            letter_add(b, c, true);
    }
    reader_odd(r);
}

static void builder_init(struct builder *b, struct reader *r, struct shell_word *word)
{
    *b = (struct builder){.r = r, .end = &word->first};
}

static void quoted_run(struct builder *b, int close);
static void dollar(struct builder *b, bool quoted);

struct shell_word *reader_literal(struct reader *r, struct bytes text, uint32_t offset)
{
    struct shell_word *word = arena_new_of(r->arena, struct shell_word);
    struct builder b;
    builder_init(&b, r, word);
    word->offset = offset, word->end = offset + (uint32_t)text.len;
    part_add(&b, PART_LITERAL, text, true);
    return word;
}

struct shell_word *reader_quoted(struct reader *r, struct bytes text, uint32_t offset, bool quotes)
{
    struct shell_word *word = arena_new_of(r->arena, struct shell_word);
    struct reader inner = *r;
    struct builder b;
    inner.text = text, inner.at = 0, inner.origin = offset, inner.depth = r->depth + 1;
    inner.frozen = r->frozen;
    builder_init(&b, &inner, word);
    word->offset = offset, word->end = offset + (uint32_t)text.len;
    if (inner.depth >= SYNTAX_DEPTH_MAX) {
        r->out->too_deep = true;
        return reader_literal(r, text, offset);
    }
    while (inner.at < text.len) {
        uint8_t c = text.at[inner.at];
        if (quotes && c == '\'') {
            size_t close = bytes_find_byte(text, '\'', inner.at + 1);
            close = close == BYTES_NPOS ? text.len : close;
            letters_add(&b, bytes_sub(text, inner.at + 1, close - inner.at - 1), true);
            inner.at = close + 1;
        } else if (quotes && c == '"') {
            inner.at++;
        } else {
            quoted_run(&b, quotes ? -2 : -1);
        }
    }
    letters_end(&b);
    r->retries = inner.retries;
    return word;
}

/* `..`: the inner text loses one level of backslashes. */
static void back_quote(struct builder *b, bool quoted)
{
    struct reader *r = b->r;
    size_t at = r->at + 1;
    struct text copy;
    text_init(&copy, r->arena, 0);
    for (; at < r->text.len && r->text.at[at] != '`'; at++) {
        uint8_t c = r->text.at[at];
        uint8_t next = at + 1 < r->text.len ? r->text.at[at + 1] : 0;
        if (c == '\\' && (next == '`' || next == '\\' || next == '$' || (quoted && next == '"')))
            c = r->text.at[++at];
        text_add_byte(&copy, c);
    }
    if (at >= r->text.len) {
        reader_odd(r);
        if (r->retries++ < SYNTAX_RETRIES_MAX) {
            letter_add(b, '`', quoted);
            r->at++;
            return;
        }
    }
    letters_end(b);
    struct shell_part *part = part_add(b, PART_COMMAND, BYTES_NONE, quoted);
    part->list = reader_list_copy(r, text_bytes(&copy));
    r->at = at < r->text.len ? at + 1 : at;
}

/* From an opening ${ to its }: where it closes, counting quotes, escapes and nesting. */
static size_t brace_end(struct bytes text, size_t at)
{
    int depth = 1;
    bool single = false, twice = false;
    size_t last = at + 65536 < text.len ? at + 65536 : text.len;
    for (; at < last; at++) {
        uint8_t c = text.at[at];
        if (single)
            single = c != '\'';
        else if (c == '\\')
            at++;
        else if (c == '\'' && !twice)
            single = bytes_find_byte(bytes_sub(text, 0, last), '\'', at + 1) != BYTES_NPOS;
        else if (c == '"')
            twice = !twice;
        else if (c == '{' && at > 0 && text.at[at - 1] == '$')
            depth++;
        else if (c == '}' && --depth == 0)
            return at;
    }
    return BYTES_NPOS;
}

/* The operators of ${name..}: REST is what stands between the name and the brace. */
static void variable_operator(struct reader *r, struct shell_part *part, struct bytes rest,
                              uint32_t offset)
{
    uint8_t op = rest.at[0];
    if (op == ':' && rest.len > 1 && memchr("-=+?", rest.at[1], 4) != NULL)
        rest = bytes_from(rest, 1), op = rest.at[0], offset++;
    if (memchr("-=+?#%/:^,@", op, 11) == NULL)
        return;
    part->op = op;
    rest = bytes_from(rest, 1), offset++;
    if (rest.len > 0 && rest.at[0] == op && memchr("#%/^,", op, 5) != NULL)
        part->doubled = true, rest = bytes_from(rest, 1), offset++;
    if (op == OP_REPLACE || op == OP_SUBSTRING) {
        uint8_t separator = op == OP_REPLACE ? '/' : ':';
        size_t cut = 0;
        while (cut < rest.len && rest.at[cut] != separator)
            cut += rest.at[cut] == '\\' ? 2 : 1;
        if (cut < rest.len) {
            part->second =
                reader_quoted(r, bytes_from(rest, cut + 1), offset + (uint32_t)cut + 1, true);
            rest = bytes_sub(rest, 0, cut);
        }
    }
    part->operand = reader_quoted(r, rest, offset, true);
}

static void braced_variable(struct builder *b, bool quoted)
{
    struct reader *r = b->r;
    size_t start = r->at + 2, end = brace_end(r->text, start);
    if (end == BYTES_NPOS) {
        reader_odd(r);
        letter_add(b, '$', quoted);
        r->at++;
        return;
    }
    letters_end(b);
    struct bytes inside = bytes_sub(r->text, start, end - start);
    struct shell_part *part = part_add(b, PART_VARIABLE, BYTES_NONE, quoted);
    if (inside.len > 0 && inside.at[0] == '{' && end + 1 < r->text.len && r->text.at[end + 1] == '}') {
        part->text = inside, r->at = end + 2; /* ${{ .. }}, which a workflow fills in */
        return;
    }
    size_t at = 0;
    if (inside.len > 1 && inside.at[0] == '!')
        part->indirect = true, at++;
    else if (inside.len > 1 && inside.at[0] == '#' &&
             (is_name_byte(inside.at[1]) || inside.at[1] == '@' || inside.at[1] == '*'))
        part->length = true, at++;
    size_t name = at;
    if (at < inside.len && !is_name_byte(inside.at[at]))
        at++;
    else
        while (at < inside.len && is_name_byte(inside.at[at]))
            at++;
    if (at < inside.len && inside.at[at] == '[') {
        size_t close = bytes_find_byte(inside, ']', at);
        at = close == BYTES_NPOS ? at : close + 1;
    }
    part->text = bytes_sub(inside, name, at - name);
    r->at = end + 1;
    if (at < inside.len) {
        uint32_t offset = r->frozen ? r->origin : r->origin + (uint32_t)(start + at);
        variable_operator(r, part, bytes_from(inside, at), offset);
    }
}

/* $(( .. )): the text between, where the parentheses balance. */
static bool arithmetic(struct builder *b, bool quoted)
{
    struct reader *r = b->r;
    int depth = 2;
    size_t start = r->at + 3, at = start;
    for (; at < r->text.len && depth > 0 && at - start < 4096; at++)
        depth += r->text.at[at] == '(' ? 1 : r->text.at[at] == ')' ? -1 : 0;
    if (depth > 0 || r->text.at[at - 2] != ')')
        return false;
    letters_end(b);
    part_add(b, PART_ARITHMETIC, bytes_sub(r->text, start, at - start - 2), quoted);
    r->at = at;
    return true;
}

static void command_part(struct builder *b, enum part_kind kind, bool quoted)
{
    struct reader *r = b->r;
    letters_end(b);
    struct shell_part *part = part_add(b, kind, BYTES_NONE, quoted);
    r->at += 2;
    part->list = reader_list_paren(r);
    if (reader_peek(r, 0) == ')')
        r->at++;
    else
        reader_odd(r);
}

/* What begins with $; at the $ on entry. */
static void dollar(struct builder *b, bool quoted)
{
    struct reader *r = b->r;
    int c = reader_peek(r, 1);
    if (c == '(' && r->depth < SYNTAX_DEPTH_MAX) {
        if (reader_peek(r, 2) != '(' || !arithmetic(b, quoted))
            command_part(b, PART_COMMAND, quoted);
    } else if (c == '{') {
        braced_variable(b, quoted);
    } else if (c == '[') {
        size_t close = bytes_find_byte(bytes_sub(r->text, 0, r->at + 256), ']', r->at);
        if (close == BYTES_NPOS) {
            letter_add(b, '$', quoted), r->at++;
            return;
        }
        letters_end(b);
        part_add(b, PART_ARITHMETIC, bytes_sub(r->text, r->at + 2, close - r->at - 2), quoted);
        r->at = close + 1;
    } else if (c == '\'' && !quoted) {
        r->at += 2;
        ansi_quote(b);
    } else if (c == '"' && !quoted) {
        r->at++;
    } else if (is_name_byte(c) || (c > 0 && strchr("@*#?!$-", c) != NULL)) {
        size_t start = r->at + 1, at = start + 1;
        if (is_name_byte(c) && !ascii_is_digit((uint8_t)c))
            while (at < r->text.len && is_name_byte(r->text.at[at]))
                at++;
        letters_end(b);
        part_add(b, PART_VARIABLE, bytes_sub(r->text, start, at - start), quoted);
        r->at = at;
    } else {
        if (c == '(')
            r->out->too_deep = true;
        letter_add(b, '$', quoted);
        r->at++;
    }
}

/* Inside double quotes (close '"'), a here-document (-1) or an operand (-2): one run or one expansion. */
static void quoted_run(struct builder *b, int close)
{
    struct reader *r = b->r;
    size_t start = r->at;
    while (r->at < r->text.len) {
        uint8_t c = r->text.at[r->at];
        if (c == '$' || c == '`' || c == '\\' || c == close ||
            (close == -2 && (c == '\'' || c == '"')))
            break;
        r->at++;
    }
    if (r->at > start) {
        letters_add(b, bytes_sub(r->text, start, r->at - start), true);
        return;
    }
    int c = reader_peek(r, 0), next = reader_peek(r, 1);
    if (c == '\\' && next == '\n') {
        r->at += 2;
    } else if (c == '\\' && next >= 0 &&
               (strchr("$`\\", next) != NULL || next == close || close == -2)) {
        letter_add(b, (uint8_t)next, true);
        r->at += 2;
    } else if (c == '\\') {
        letter_add(b, '\\', true);
        r->at++;
    } else if (c == '`') {
        back_quote(b, true);
    } else {
        dollar(b, true);
    }
}

static void double_quote(struct builder *b)
{
    struct reader *r = b->r;
    size_t start = r->at++;
    struct builder before = *b;
    struct shell_part **end = b->end;
    letters_end(b);
    letters_begin(b, true);
    while (r->at < r->text.len && r->text.at[r->at] != '"')
        quoted_run(b, '"');
    if (r->at < r->text.len) {
        r->at++;
        return;
    }
    reader_odd(r);
    if (r->retries++ >= SYNTAX_RETRIES_MAX)
        return;
    *b = before, b->end = end, *end = NULL; /* never closed: nothing, or a letter between others */
    r->at = start + 1;
    int next = reader_peek(r, 0);
    if (next >= 0 && !ascii_is_space((uint8_t)next))
        letter_add(b, '"', false);
}

/* An apostrophe between letters whose partner is lines away is a letter too: echo it's a test. */
static void single_quote(struct builder *b)
{
    struct reader *r = b->r;
    size_t close = bytes_find_byte(r->text, '\'', r->at + 1);
    bool letter = close == BYTES_NPOS;
    if (!letter && r->at > 0 && ascii_is_alpha(r->text.at[r->at - 1]) && close + 1 < r->text.len &&
        ascii_is_alpha(r->text.at[close + 1]))
        letter = memchr(r->text.at + r->at, '\n', close - r->at) != NULL;
    if (letter) {
        reader_odd(r);
        letter_add(b, '\'', false);
        r->at++;
        return;
    }
    letters_add(b, bytes_sub(r->text, r->at + 1, close - r->at - 1), true);
    r->at = close + 1;
}

static bool ends_word(const struct reader *r, uint8_t c, bool in_test)
{
    switch (c) {
    case ' ':
    case '\t':
    case '\n':
    case '\r':
    case ';':
    case '&':
    case '|':
        return true;
    case '(':
    case ')':
    case '<':
    case '>':
        return !in_test || r->depth == 0;
    default:
        return false;
    }
}

/* Letters that need no thought. */
static const bool is_plain[256] = {
    ['a' ... 'z'] = true, ['A' ... 'Z'] = true, ['0' ... '9'] = true, [0x80 ... 0xFF] = true,
    ['-'] = true,         ['_'] = true,         ['.'] = true,         ['/'] = true,
    [':'] = true,         ['='] = true,         [','] = true,         ['+'] = true,
    ['@'] = true,         ['%'] = true,         ['~'] = true,         ['^'] = true,
    ['*'] = true,         ['?'] = true,         ['#'] = true,         ['['] = true,
    [']'] = true,         ['!'] = true,
};

/* Where memory is spent the text ends here. */
static void keep_room(struct reader *r)
{
    if (arena_used_bytes(r->arena) <= r->out->bytes_most)
        return;
    r->out->too_big = true;
    r->text = bytes_sub(r->text, 0, r->at);
}

struct shell_word *reader_word(struct reader *r, bool in_test)
{
    keep_room(r);
    struct shell_word word = {.offset = reader_offset(r)};
    struct builder b;
    size_t start = r->at;
    bool comma = false;
    builder_init(&b, r, &word);
    while (r->at < r->text.len) {
        uint8_t c = r->text.at[r->at];
        size_t from = r->at;
        while (is_plain[c]) {
            comma |= c == ',' || c == '.';
            if (++r->at >= r->text.len)
                break;
            c = r->text.at[r->at];
        }
        if (r->at > from) {
            letters_add(&b, bytes_sub(r->text, from, r->at - from), false);
            continue;
        }
        if ((c == '<' || c == '>') && reader_peek(r, 1) == '(' && r->depth < SYNTAX_DEPTH_MAX) {
            command_part(&b, PART_PROCESS, true);
        } else if (ends_word(r, c, in_test)) {
            break;
        } else if (c == '\\') {
            int next = reader_peek(r, 1);
            r->at += next < 0 ? 1 : 2;
            if (next == '\r' && reader_peek(r, 0) == '\n')
                r->at++;
            else if (next >= 0 && next != '\n')
                letter_add(&b, (uint8_t)next, true);
        } else if (c == '\'') {
            single_quote(&b);
        } else if (c == '"') {
            double_quote(&b);
        } else if (c == '`') {
            back_quote(&b, false);
        } else if (c == '$') {
            dollar(&b, false);
        } else {
            word.brace |= c == '{' && reader_peek(r, 1) != '}';
            letter_add(&b, c, false);
            r->at++;
        }
    }
    letters_end(&b);
    if (r->at == start)
        return NULL;
    word.brace &= comma;
    word.end = r->frozen ? word.offset : reader_offset(r);
    struct shell_word *kept = arena_new_of(r->arena, struct shell_word);
    *kept = word;
    return kept;
}
