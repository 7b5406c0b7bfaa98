/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/lexeme.h"

#include "base/text.h"

struct cutter {
    struct arena *arena;
    struct bytes text;
    enum language language;
    size_t at;
    struct lexeme *out;
    uint32_t count, capacity;
    struct bytes here; /* the mark a here-document that begins on this line ends with */
    bool here_fills;
};

static bool is_name_head(uint8_t c)
{
    return ascii_is_alpha(c) || c == '_' || c == '$' || c >= 0x80;
}
static bool is_name_byte(uint8_t c)
{
    return ascii_is_alnum(c) || c == '_' || c >= 0x80;
}

static struct lexeme *push(struct cutter *c, enum lexeme_kind kind, size_t from, size_t to)
{
    if (c->count == c->capacity) {
        uint32_t capacity = c->capacity == 0 ? 256 : c->capacity * 2;
        struct lexeme *grown = arena_array_of(c->arena, capacity, struct lexeme);
        if (c->count > 0)
            memcpy(grown, c->out, c->count * sizeof *grown);
        c->out = grown, c->capacity = capacity;
    }
    struct lexeme *made = &c->out[c->count++];
    *made = (struct lexeme){.text = bytes_sub(c->text, from, to - from), .offset = (uint32_t)from};
    made->kind = (uint8_t)kind;
    made->sign = kind == LEXEME_SIGN ? c->text.at[from] : 0;
    return made;
}

static int peek(const struct cutter *c, size_t ahead)
{
    return c->at + ahead < c->text.len ? c->text.at[c->at + ahead] : -1;
}

static bool starts(const struct cutter *c, const char *word)
{
    return bytes_starts(bytes_from(c->text, c->at), bytes_of_string(word));
}

/* Whether an operand may stand here: after an operator, an opening bracket, a line's or the text's begin. */
static bool wants_operand(const struct cutter *c)
{
    static const char *const words[] = {"return", "and",  "or",    "not",  "in",
                                        "if",     "when", "split", "grep", "typeof"};
    if (c->count == 0)
        return true;
    const struct lexeme *last = &c->out[c->count - 1];
    for (size_t i = 0; last->kind == LEXEME_NAME && i < sizeof words / sizeof words[0]; i++)
        if (bytes_equal(last->text, bytes_of_string(words[i])))
            return true;
    return last->kind == LEXEME_LINE ||
           (last->kind == LEXEME_SIGN && strchr(")]}", last->sign) == NULL);
}

/* From the opening quote on; past the closing one. */
static void string_cut(struct cutter *c, uint8_t quote, bool fills, bool raw)
{
    size_t start = c->at + 1, width = 1;
    bool triple = c->language == LANGUAGE_PYTHON && peek(c, 1) == quote && peek(c, 2) == quote;
    if (triple)
        start += 2, width = 3;
    bool lines = triple || quote == '`' || c->language == LANGUAGE_PHP ||
                 c->language == LANGUAGE_PERL || c->language == LANGUAGE_RUBY;
    size_t end = start;
    for (; end < c->text.len; end++) {
        uint8_t b = c->text.at[end];
        if (b == '\\')
            end++;
        else if (b == '\n' && !lines)
            break;
        else if (b == quote && (!triple || (end + 2 < c->text.len && c->text.at[end + 1] == quote &&
                                            c->text.at[end + 2] == quote)))
            break;
    }
    end = end < c->text.len ? end : c->text.len;
    bool command = quote == '`' && c->language != LANGUAGE_NODE;
    struct lexeme *made = push(c, command ? LEXEME_COMMAND : LEXEME_STRING, start, end);
    made->fills = fills, made->raw = raw;
    c->at = end + width < c->text.len ? end + width : c->text.len;
}

/* q(..), %w[..], qx{..}: from the bracket on. */
static void bracket_string(struct cutter *c, enum lexeme_kind kind, bool fills)
{
    static const char open[] = "([{<", close[] = ")]}>";
    uint8_t first = c->text.at[c->at];
    const char *known = strchr(open, first);
    uint8_t last = known == NULL ? first : (uint8_t)close[known - open];
    size_t start = c->at + 1, end = start;
    for (uint32_t depth = 1; end < c->text.len; end++) {
        uint8_t b = c->text.at[end];
        if (b == '\\')
            end++;
        else if (known != NULL && b == first)
            depth++;
        else if (b == last && --depth == 0)
            break;
    }
    end = end < c->text.len ? end : c->text.len;
    push(c, kind, start, end)->fills = fills;
    c->at = end + 1 < c->text.len ? end + 1 : c->text.len;
}

/* The mark after <<, <<~, <<<: the text begins on the next line. */
static bool here_cut(struct cutter *c)
{
    size_t at = c->at + (c->language == LANGUAGE_PHP ? 3 : 2);
    if (!starts(c, c->language == LANGUAGE_PHP ? "<<<" : "<<"))
        return false;
    const char *marks = c->language == LANGUAGE_PHP ? " " : "~-";
    while (at < c->text.len && strchr(marks, c->text.at[at]) != NULL)
        at++;
    uint8_t quote =
        at < c->text.len && strchr("\"'", c->text.at[at]) != NULL ? c->text.at[at++] : 0;
    size_t end = at;
    while (end < c->text.len && is_name_byte(c->text.at[end]))
        end++;
    if (end == at || (quote == 0 && !(c->text.at[at] >= 'A' && c->text.at[at] <= 'Z')))
        return false;
    c->here = bytes_sub(c->text, at, end - at), c->here_fills = quote != '\'';
    c->at = end + (quote != 0);
    return true;
}

/* The lines up to the mark, as a string; the position is the first of them. */
static void here_read(struct cutter *c)
{
    size_t start = c->at, end = start;
    struct bytes line, rest = bytes_from(c->text, start);
    while (bytes_next_line(&rest, &line)) {
        struct bytes words = bytes_trim(line);
        end = (size_t)(line.at - c->text.at);
        if (bytes_starts(words, c->here) && words.len <= c->here.len + 2)
            break;
        end += line.len;
    }
    push(c, LEXEME_STRING, start, end)->fills = c->here_fills;
    c->here = BYTES_NONE;
    c->at = rest.len == 0 ? c->text.len : (size_t)(rest.at - c->text.at);
}

static bool comment_skip(struct cutter *c)
{
    enum language l = c->language;
    bool hash =
        l == LANGUAGE_PYTHON || l == LANGUAGE_RUBY || l == LANGUAGE_PERL || l == LANGUAGE_PHP;
    bool slashes = l == LANGUAGE_NODE || l == LANGUAGE_PHP;
    if (slashes && starts(c, "/*")) {
        size_t end = bytes_find(c->text, BYTES("*/"), c->at + 2);
        c->at = end == BYTES_NPOS ? c->text.len : end + 2;
        return true;
    }
    bool line = (hash && peek(c, 0) == '#') || (slashes && starts(c, "//")) ||
                (l == LANGUAGE_LUA && starts(c, "--")) || (c->at == 0 && starts(c, "#!"));
    while (line && c->at < c->text.len && c->text.at[c->at] != '\n')
        c->at++;
    return line;
}

/* /../ where an operand is wanted: a pattern, of which nothing is read. */
static bool pattern_skip(struct cutter *c)
{
    if (peek(c, 0) != '/' || c->language == LANGUAGE_PYTHON || c->language == LANGUAGE_PHP ||
        !wants_operand(c))
        return false;
    bool class = false;
    size_t end = c->at + 1;
    for (; end < c->text.len && c->text.at[end] != '\n'; end++) {
        uint8_t b = c->text.at[end];
        if (b == '\\')
            end++;
        else if (b == '[' || b == ']')
            class = b == '[';
        else if (b == '/' && !class)
            break;
    }
    if (end >= c->text.len || c->text.at[end] != '/')
        return false;
    push(c, LEXEME_STRING, c->at + 1, end)->raw = true;
    c->at = end + 1;
    while (c->at < c->text.len && ascii_is_alpha(c->text.at[c->at]))
        c->at++;
    return true;
}

/* A name, or a string with letters before its quote: r'..', f".."; q{..} of Perl, %w[..] of Ruby. */
static void name_cut(struct cutter *c)
{
    size_t start = c->at, end = start;
    while (end < c->text.len && (c->text.at[end] == '$' || c->text.at[end] == '@'))
        end++;
    while (end < c->text.len && is_name_byte(c->text.at[end]))
        end++;
    struct bytes name = bytes_sub(c->text, start, end - start);
    int next = end < c->text.len ? c->text.at[end] : -1;
    if (c->language == LANGUAGE_PYTHON && name.len <= 2 && (next == '"' || next == '\'')) {
        bool fills =
            memchr(name.at, 'f', name.len) != NULL || memchr(name.at, 'F', name.len) != NULL;
        bool raw = memchr(name.at, 'r', name.len) != NULL || memchr(name.at, 'R', name.len) != NULL;
        c->at = end;
        string_cut(c, (uint8_t)next, fills, raw);
        return;
    }
    bool quotes = c->language == LANGUAGE_PERL && name.len <= 2 && name.at[0] == 'q' &&
                  (name.len == 1 || strchr("qwx", name.at[1]) != NULL);
    bool regex = c->language == LANGUAGE_PERL && next == '/' && wants_operand(c) &&
                 (bytes_equal(name, BYTES("m")) || bytes_equal(name, BYTES("qr")));
    if ((quotes && next >= 0 && strchr("([{<|!/", next) != NULL) || regex) {
        c->at = end;
        bracket_string(c, bytes_equal(name, BYTES("qx")) ? LEXEME_COMMAND : LEXEME_STRING,
                       name.len == 2 && name.at[1] != 'w');
        return;
    }
    while (name.len > 1 && (name.at[0] == '$' || name.at[0] == '@'))
        name = bytes_from(name, 1), start++;
    push(c, LEXEME_NAME, start, end);
    c->at = end;
}

static void line_end(struct cutter *c)
{
    size_t blank = ++c->at;
    while (blank < c->text.len && (c->text.at[blank] == ' ' || c->text.at[blank] == '\t'))
        blank++;
    struct lexeme *made = push(c, LEXEME_LINE, c->at - 1, c->at);
    made->indent = (uint32_t)(blank - c->at);
    if (c->here.len > 0)
        here_read(c);
}

/* A member follows: . of most languages, -> and :: of Perl and PHP. */
static bool access_cut(struct cutter *c)
{
    bool joins = c->language == LANGUAGE_PHP || c->language == LANGUAGE_PERL;
    size_t len = starts(c, "->") && joins                           ? 2
                 : starts(c, "::")                                  ? 2
                 : starts(c, "?->")                                 ? 3
                 : starts(c, "?.") || starts(c, "&.")               ? 2
                 : peek(c, 0) == '.' && !joins && peek(c, 1) != '.' ? 1
                 : peek(c, 0) == ':' && c->language == LANGUAGE_LUA &&
                         is_name_head((uint8_t)(peek(c, 1) < 0 ? ' ' : peek(c, 1)))
                     ? 1
                     : 0;
    if (len == 0)
        return false;
    push(c, LEXEME_ACCESS, c->at, c->at + len);
    c->at += len;
    return true;
}

static void number_cut(struct cutter *c)
{
    size_t end = c->at;
    while (end < c->text.len && (ascii_is_alnum(c->text.at[end]) || c->text.at[end] == '_' ||
                                 (c->text.at[end] == '.' && end + 1 < c->text.len &&
                                  ascii_is_digit(c->text.at[end + 1]))))
        end++;
    push(c, LEXEME_NUMBER, c->at, end);
    c->at = end;
}

static void one_cut(struct cutter *c)
{
    uint8_t b = c->text.at[c->at];
    bool shell_like =
        c->language == LANGUAGE_PHP || c->language == LANGUAGE_PERL || c->language == LANGUAGE_RUBY;
    int next = peek(c, 1);
    if (b == '\n')
        line_end(c);
    else if (b <= ' ' || (b == '\\' && next == '\n'))
        c->at += b == '\\' ? 2 : 1;
    else if (comment_skip(c) || pattern_skip(c))
        return;
    else if (b == '"' || b == '\'' || b == '`')
        string_cut(c, b, (b == '"' && shell_like) || b == '`', b == '\'' && shell_like);
    else if (b == '<' && shell_like && here_cut(c))
        return;
    else if (b == '%' && c->language == LANGUAGE_RUBY && wants_operand(c) && next >= 0 &&
             strchr("wWqQixI", next) != NULL && peek(c, 2) >= 0 &&
             strchr("([{<|", peek(c, 2)) != NULL)
        c->at += 2, bracket_string(c, next == 'x' ? LEXEME_COMMAND : LEXEME_STRING, true);
    else if (is_name_head(b) || (b == '@' && next >= 0 && is_name_head((uint8_t)next)) ||
             (b == '%' && c->language == LANGUAGE_PERL && next == 'E'))
        c->at += b == '%' || (b == '@' && c->language != LANGUAGE_PHP), name_cut(c);
    else if (ascii_is_digit(b))
        number_cut(c);
    else if (!access_cut(c))
        push(c, LEXEME_SIGN, c->at, c->at + 1), c->at++;
}

/* Every bracket that opens learns where it ends. */
static void partners_find(struct cutter *c)
{
    uint32_t open[64], depth = 0, lost = 0;
    for (uint32_t i = 0; i < c->count; i++) {
        struct lexeme *l = &c->out[i];
        if (l->kind != LEXEME_SIGN)
            continue;
        if (l->sign == '(' || l->sign == '[' || l->sign == '{') {
            l->partner = c->count;
            if (depth < 64)
                open[depth++] = i;
            else
                lost++;
        } else if ((l->sign == ')' || l->sign == ']' || l->sign == '}') &&
                   (lost > 0 || depth > 0)) {
            if (lost > 0)
                lost--;
            else
                c->out[open[--depth]].partner = i;
        }
    }
}

struct lexemes lexemes_read(struct arena *arena, struct bytes text, size_t *from,
                            enum language language)
{
    struct cutter c = {.arena = arena, .text = text, .at = *from, .language = language};
    while (c.at < text.len && c.count < LEXEMES_MAX)
        one_cut(&c);
    partners_find(&c);
    *from = c.at;
    return (struct lexemes){c.out, c.count};
}

enum language language_of(struct bytes interpreter)
{
    static const struct {
        const char *head;
        enum language language;
    } names[] = {{"node", LANGUAGE_NODE}, {"bun", LANGUAGE_NODE},  {"deno", LANGUAGE_NODE},
                 {"php", LANGUAGE_PHP},   {"ruby", LANGUAGE_RUBY}, {"perl", LANGUAGE_PERL},
                 {"lua", LANGUAGE_LUA}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (bytes_starts(interpreter, bytes_of_string(names[i].head)))
            return names[i].language;
    return LANGUAGE_PYTHON;
}
