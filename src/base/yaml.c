/* SPDX-License-Identifier: Apache-2.0 */
#include "base/yaml.h"

#include "base/text.h"
#include "base/utf8.h"

#include <stdlib.h>

#define DEPTH_MAX 16
#define BYTES_MAX ((size_t)64 * 1024 * 1024)
#define KEYS_MAX 8192 /* per map: looking for a doubled key is quadratic */

struct reader {
    struct arena *arena;
    struct bytes text;
    size_t at, line_start;
    uint32_t line, depth;
    const char *file;
    struct error *err;
};

static struct yaml *parse_block(struct reader *r, uint32_t parent);
static struct yaml *parse_flow(struct reader *r);

static uint8_t peek(const struct reader *r, size_t ahead)
{
    return r->at + ahead < r->text.len ? r->text.at[r->at + ahead] : 0;
}

static bool at_end(const struct reader *r)
{
    return r->at >= r->text.len;
}

/* 0-based column of the next character: the indentation where it is the first of its line. */
static uint32_t column(const struct reader *r)
{
    return (uint32_t)(r->at - r->line_start);
}

static bool is_break(uint8_t c)
{
    return c == '\n' || c == '\r';
}

static bool ends_token(const struct reader *r, size_t ahead)
{
    return r->at + ahead >= r->text.len || peek(r, ahead) == ' ' || is_break(peek(r, ahead));
}

static void *fail(struct reader *r, const char *message)
{
    if (r->err->code == ERROR_NONE)
        error_set_at(r->err, r->file, r->line, column(r) + 1, "%s", message);
    return NULL;
}

static void next_line(struct reader *r)
{
    while (!at_end(r) && r->text.at[r->at] != '\n')
        r->at++;
    if (!at_end(r))
        r->at++;
    r->line++;
    r->line_start = r->at;
}

/* Move to the next character of content, over blanks, comments and empty lines.  False on a tab that
 * indents. */
static bool skip_blank(struct reader *r)
{
    while (!at_end(r)) {
        uint8_t c = peek(r, 0);
        if (c == ' ' || (c == '\r' && peek(r, 1) == '\n')) {
            r->at++;
        } else if (c == '\n') {
            next_line(r);
        } else if (c == '#' && (column(r) == 0 || ascii_is_space(r->text.at[r->at - 1]))) {
            while (!at_end(r) && peek(r, 0) != '\n')
                r->at++;
        } else if (c == '\t') {
            size_t from = r->at;
            while (peek(r, 0) == '\t' || peek(r, 0) == ' ')
                r->at++;
            if (at_end(r) || is_break(peek(r, 0)) || peek(r, 0) == '#')
                continue;
            r->at = from;
            fail(r, "a tab where indentation or a blank belongs");
            return false;
        } else {
            return true;
        }
    }
    return true;
}

/* After a value: only blanks and a comment may stand before the end of the line. */
static bool expect_line_end(struct reader *r)
{
    uint32_t line = r->line;
    bool spaced = r->at == 0 || at_end(r) || ascii_is_space(peek(r, 0)) || r->line_start == r->at;
    if (!skip_blank(r))
        return false;
    if (!at_end(r) && (r->line == line || !spaced))
        return fail(r, "unexpected text after a value") != NULL;
    return true;
}

static struct yaml *node_new(struct reader *r, enum yaml_kind kind)
{
    struct yaml *yaml = arena_new_of(r->arena, struct yaml);
    *yaml =
        (struct yaml){.kind = kind, .line = r->line, .column = column(r) + 1, .text = BYTES("")};
    return yaml;
}

/* Rows grow by doubling inside the arena. */
static void row_add(struct reader *r, struct yaml *yaml, struct yaml_row row)
{
    if (yaml->count == 0 || (yaml->count >= 4 && (yaml->count & (yaml->count - 1)) == 0)) {
        struct yaml_row *rows =
            arena_array_of(r->arena, yaml->count == 0 ? 4 : yaml->count * 2, struct yaml_row);
        if (yaml->count > 0)
            memcpy(rows, yaml->row, yaml->count * sizeof *rows);
        yaml->row = rows;
    }
    yaml->row[yaml->count++] = row;
}

static bool map_has(const struct yaml *map, struct bytes key)
{
    for (uint32_t i = 0; i < map->count; i++)
        if (bytes_equal(map->row[i].key, key))
            return true;
    return false;
}

/* Line folding inside a flow scalar: trailing blanks go, one break is a space, n breaks are n - 1. */
static void fold_break(struct reader *r, struct text *out, size_t keep)
{
    while (out->len > keep && (out->at[out->len - 1] == ' ' || out->at[out->len - 1] == '\t'))
        out->len--;
    uint32_t breaks = 0;
    while (!at_end(r) && (is_break(peek(r, 0)) || peek(r, 0) == ' ' || peek(r, 0) == '\t')) {
        if (peek(r, 0) == '\n') {
            breaks++;
            next_line(r);
        } else {
            r->at++;
        }
    }
    if (breaks <= 1)
        text_add_byte(out, ' ');
    while (breaks-- > 1)
        text_add_byte(out, '\n');
}

static bool add_hex(struct reader *r, struct text *out, int digits)
{
    uint32_t code = 0;
    for (int i = 0; i < digits; i++, r->at++) {
        int digit = at_end(r) ? -1 : ascii_hex(peek(r, 0));
        if (digit < 0)
            return fail(r, "a hexadecimal digit is missing in an escape") != NULL;
        code = code << 4 | (uint32_t)digit;
    }
    text_add_codepoint(out, code);
    return true;
}

/* The escape after a backslash (YAML 1.2.2, 5.7). */
static bool add_escape(struct reader *r, struct text *out)
{
    static const char from[] = "0abtnvfre \"/\\_N", to[] = "\0\a\b\t\n\v\f\r\033 \"/\\";
    uint8_t c = peek(r, 0);
    const char *known = c == 0 ? NULL : strchr(from, c);
    if (known == NULL && c != 'x' && c != 'u' && c != 'U')
        return fail(r, "unknown escape in a double-quoted scalar") != NULL;
    r->at++;
    if (known == NULL)
        return add_hex(r, out, c == 'x' ? 2 : c == 'u' ? 4 : 8);
    if (c == '_' || c == 'N')
        text_add_codepoint(out, c == '_' ? 0xA0 : 0x85);
    else
        text_add_byte(out, (uint8_t)to[known - from]);
    return true;
}

static struct yaml *parse_quoted(struct reader *r)
{
    struct yaml *yaml = node_new(r, YAML_SCALAR);
    uint8_t quote = peek(r, 0);
    yaml->style = quote == '"' ? YAML_DOUBLE : YAML_SINGLE;
    struct text out;
    text_init(&out, r->arena, 0);
    text_reserve(&out, 1);
    r->at++;
    size_t keep = 0;
    for (;; keep = keep > out.len ? out.len : keep) {
        uint8_t c = peek(r, 0);
        if (at_end(r))
            return fail(r, "a quoted scalar that does not end");
        if (c == quote && quote == '\'' && peek(r, 1) == '\'') {
            text_add_byte(&out, '\'');
            r->at += 2;
        } else if (c == quote) {
            r->at++;
            yaml->text = text_bytes(&out);
            return yaml;
        } else if (c == '\\' && quote == '"' && is_break(peek(r, 1))) {
            next_line(r);
            while (peek(r, 0) == ' ' || peek(r, 0) == '\t')
                r->at++;
        } else if (c == '\\' && quote == '"') {
            r->at++;
            if (!add_escape(r, &out))
                return NULL;
            keep = out.len;
        } else if (is_break(c)) {
            fold_break(r, &out, keep);
        } else {
            text_add_byte(&out, c);
            r->at++;
        }
    }
}

/* The characters that end a scalar within brackets, and a zero byte. */
static bool is_flow_mark(uint8_t c)
{
    return c == ',' || c == '[' || c == ']' || c == '{' || c == '}' || c == 0;
}

/* Bytes that may end a plain scalar; most of a file is others. */
static const bool plain_may_end[256] = {
    ['\n'] = true, ['\r'] = true, [':'] = true, ['#'] = true, [','] = true,
    ['['] = true,  [']'] = true,  ['{'] = true, ['}'] = true, [0] = true,
};

/* The end of a plain scalar on this line: before ": ", " #", and inside a flow before , [ ] { }. */
static size_t plain_end(const struct reader *r, bool in_flow)
{
    size_t at = r->at;
    for (;; at++) {
        while (at < r->text.len && !plain_may_end[r->text.at[at]])
            at++;
        if (at == r->text.len || is_break(r->text.at[at]))
            break;
        uint8_t c = r->text.at[at], after = at + 1 < r->text.len ? r->text.at[at + 1] : '\n';
        if (c == ':' && (after == ' ' || is_break(after) || (in_flow && strchr(",]}", after))))
            break;
        if (c == '#' && at > r->at && ascii_is_space(r->text.at[at - 1]))
            break;
        if (in_flow && is_flow_mark(c))
            break;
    }
    while (at > r->at && (r->text.at[at - 1] == ' ' || r->text.at[at - 1] == '\t'))
        at--;
    return at;
}

static bool plain_starts(struct reader *r)
{
    uint8_t c = peek(r, 0);
    if (c == '&' || c == '*')
        return fail(r, c == '&' ? "anchors are not read" : "aliases are not read") != NULL;
    if (c == '!')
        return fail(r, "tags are not read") != NULL;
    if (strchr("%@`", c) != NULL)
        return fail(r, "a plain scalar cannot begin with this character; quote it") != NULL;
    if (strchr("?:-", c) != NULL && ends_token(r, 1))
        return fail(r, "unexpected indicator; quote it if it is text") != NULL;
    if (strchr(",]}", c) != NULL)
        return fail(r, "unexpected closing bracket or comma") != NULL;
    return true;
}

/* A plain scalar; outside a flow it goes on over lines indented deeper than PARENT. */
static struct yaml *parse_plain(struct reader *r, uint32_t parent, bool in_flow)
{
    if (!plain_starts(r))
        return NULL;
    struct yaml *yaml = node_new(r, YAML_SCALAR);
    size_t end = plain_end(r, in_flow);
    yaml->text = bytes_sub(r->text, r->at, end - r->at);
    r->at = end;
    struct text out = {0};
    while (!in_flow) {
        struct reader saved = *r;
        uint32_t line = r->line;
        while (peek(r, 0) == ' ' || peek(r, 0) == '\t' || is_break(peek(r, 0))) {
            if (peek(r, 0) == '\n')
                next_line(r);
            else
                r->at++;
        }
        bool more = !at_end(r) && r->line > line && column(r) >= parent && peek(r, 0) != '#';
        end = more ? plain_end(r, false) : 0;
        if (!more || (end < r->text.len && r->text.at[end] == ':')) {
            *r = saved;
            break;
        }
        if (out.arena == NULL) {
            text_init(&out, r->arena, 0);
            text_add(&out, yaml->text);
        }
        for (uint32_t n = r->line - line; n > 1; n--)
            text_add_byte(&out, '\n');
        if (r->line - line == 1)
            text_add_byte(&out, ' ');
        text_add(&out, bytes_sub(r->text, r->at, end - r->at));
        yaml->text = text_bytes(&out);
        r->at = end;
    }
    return yaml;
}

struct block {
    bool folded, keep, strip;
    uint32_t indent; /* 0: from the first line */
};

static bool block_header(struct reader *r, struct block *block)
{
    block->folded = peek(r, 0) == '>';
    for (r->at++; !at_end(r) && !ascii_is_space(peek(r, 0)); r->at++) {
        uint8_t c = peek(r, 0);
        if (c == '+')
            block->keep = true;
        else if (c == '-')
            block->strip = true;
        else if (c >= '1' && c <= '9')
            block->indent = (uint32_t)(c - '0');
        else
            return fail(r, "unexpected character after | or >") != NULL;
    }
    while (peek(r, 0) == ' ')
        r->at++;
    if (!at_end(r) && !is_break(peek(r, 0)) && peek(r, 0) != '#')
        return fail(r, "text on the line of | or >") != NULL;
    next_line(r);
    return true;
}

/* One content line without its break, at the block's indentation. */
static struct bytes block_line(struct reader *r, uint32_t indent)
{
    size_t from = r->line_start, end = from;
    while (end < r->text.len && r->text.at[end] != '\n')
        end++;
    if (end > from && r->text.at[end - 1] == '\r')
        end--;
    return bytes_from(bytes_sub(r->text, from, end - from), indent);
}

static bool line_is_blank(const struct reader *r, uint32_t *indent_out)
{
    size_t at = r->line_start;
    while (at < r->text.len && r->text.at[at] == ' ')
        at++;
    *indent_out = (uint32_t)(at - r->line_start);
    return at >= r->text.len || is_break(r->text.at[at]);
}

/* `|` and `>` (YAML 1.2.2, 8.1); PARENT is the least indentation of the content. */
static struct yaml *parse_literal(struct reader *r, uint32_t parent)
{
    struct yaml *yaml = node_new(r, YAML_SCALAR);
    struct block block = {0};
    if (!block_header(r, &block))
        return NULL;
    yaml->style = block.folded ? YAML_FOLDED : YAML_LITERAL;
    uint32_t indent = block.indent == 0 ? 0 : parent + block.indent - 1;
    struct text out;
    text_init(&out, r->arena, 0);
    text_reserve(&out, 1);
    uint32_t pending = 0;
    bool first = true, previous_deep = false;
    for (uint32_t spaces; !at_end(r); next_line(r)) {
        r->at = r->line_start;
        bool blank = line_is_blank(r, &spaces);
        if (indent == 0 && !blank && spaces >= parent)
            indent = spaces;
        if (!blank && (indent == 0 || spaces < indent))
            break;
        if (first && !blank) {
            yaml->line = r->line;
            yaml->column = indent + 1;
        }
        if (blank && (indent == 0 || spaces <= indent)) {
            pending++;
            continue;
        }
        struct bytes line = block_line(r, indent);
        bool deep = line.len > 0 && (line.at[0] == ' ' || line.at[0] == '\t');
        bool fold = block.folded && !first && !deep && !previous_deep;
        if (!first && !(fold && pending > 0))
            text_add_byte(&out, fold ? ' ' : '\n');
        for (; pending > 0; pending--)
            text_add_byte(&out, '\n');
        text_add(&out, line);
        first = false;
        previous_deep = deep;
    }
    if (!block.strip && !first)
        text_add_byte(&out, '\n');
    for (; block.keep && pending > 0; pending--)
        text_add_byte(&out, '\n');
    yaml->text = text_bytes(&out);
    return yaml;
}

static bool flow_blank(struct reader *r)
{
    if (!skip_blank(r))
        return false;
    return at_end(r) ? fail(r, "a [ or { that is not closed") != NULL : true;
}

static struct yaml *flow_value(struct reader *r)
{
    uint8_t c = peek(r, 0);
    if (c == '[' || c == '{')
        return parse_flow(r);
    return c == '"' || c == '\'' ? parse_quoted(r) : parse_plain(r, 0, true);
}

/* One entry of a flow map: key, colon, value. */
static bool flow_pair(struct reader *r, struct yaml *map)
{
    struct yaml_row row = {.line = r->line, .column = column(r) + 1};
    struct yaml *key = flow_value(r);
    if (key == NULL || key->kind != YAML_SCALAR)
        return fail(r, "a map key must be a scalar") != NULL;
    row.key = key->text;
    if (map_has(map, row.key))
        return fail(r, "the key is given twice") != NULL;
    if (!flow_blank(r))
        return false;
    if (peek(r, 0) != ':')
        return fail(r, "':' expected after a map key") != NULL;
    r->at++;
    if (!flow_blank(r))
        return false;
    row.value = peek(r, 0) == ',' || peek(r, 0) == '}' ? node_new(r, YAML_NULL) : flow_value(r);
    if (row.value != NULL)
        row_add(r, map, row);
    return row.value != NULL;
}

static struct yaml *parse_flow(struct reader *r)
{
    bool is_map = peek(r, 0) == '{';
    uint8_t close = is_map ? '}' : ']';
    struct yaml *yaml = node_new(r, is_map ? YAML_MAP : YAML_SEQUENCE);
    if (++r->depth > DEPTH_MAX)
        return fail(r, "nested too deep");
    r->at++;
    for (;;) {
        if (!flow_blank(r))
            return NULL;
        if (peek(r, 0) == close)
            break;
        if (yaml->count > KEYS_MAX && is_map)
            return fail(r, "too many keys in one map");
        if (is_map) {
            if (!flow_pair(r, yaml))
                return NULL;
        } else {
            struct yaml_row row = {
                .line = r->line, .column = column(r) + 1, .value = flow_value(r)};
            if (row.value == NULL)
                return NULL;
            row_add(r, yaml, row);
        }
        if (!flow_blank(r))
            return NULL;
        if (peek(r, 0) == ',')
            r->at++;
        else if (peek(r, 0) != close)
            return fail(r, "',' or a closing bracket expected");
    }
    r->at++;
    r->depth--;
    return yaml;
}

/* Whether a map key begins here: a scalar on this line, then ':' and a blank. */
static bool is_key(const struct reader *r)
{
    struct reader probe = *r;
    uint8_t c = peek(r, 0);
    if (c == '"' || c == '\'') {
        for (probe.at++; !at_end(&probe) && !is_break(peek(&probe, 0)); probe.at++) {
            if (peek(&probe, 0) == '\\' && c == '"')
                probe.at++;
            else if (peek(&probe, 0) == c)
                break;
        }
        probe.at++;
    } else if (c == '[' || c == '{') {
        return false;
    } else {
        probe.at = plain_end(r, false);
    }
    while (peek(&probe, 0) == ' ')
        probe.at++;
    return peek(&probe, 0) == ':' && ends_token(&probe, 1);
}

/* The value after "key:" or "- ", on the same line; PARENT: least column of its further lines. */
static struct yaml *parse_inline(struct reader *r, uint32_t parent)
{
    uint8_t c = peek(r, 0);
    if (c == '|' || c == '>') {
        struct yaml *yaml = parse_literal(r, parent);
        return yaml != NULL && skip_blank(r) ? yaml : NULL;
    }
    struct yaml *yaml = c == '[' || c == '{'    ? parse_flow(r)
                        : c == '"' || c == '\'' ? parse_quoted(r)
                                                : parse_plain(r, parent, false);
    return yaml != NULL && expect_line_end(r) ? yaml : NULL;
}

static struct yaml *parse_sequence(struct reader *r)
{
    struct yaml *yaml = node_new(r, YAML_SEQUENCE);
    uint32_t indent = column(r);
    while (!at_end(r) && column(r) == indent && peek(r, 0) == '-' && ends_token(r, 1)) {
        struct yaml_row row = {.line = r->line, .column = indent + 1};
        uint32_t line = r->line;
        r->at++;
        if (!skip_blank(r))
            return NULL;
        bool here = !at_end(r) && r->line == line;
        if (!here && (at_end(r) || column(r) <= indent))
            row.value = node_new(r, YAML_NULL);
        else if (!here || is_key(r) || (peek(r, 0) == '-' && ends_token(r, 1)))
            row.value = parse_block(r, indent + 1);
        else
            row.value = parse_inline(r, indent + 1);
        if (row.value == NULL)
            return NULL;
        row_add(r, yaml, row);
    }
    return yaml;
}

/* The value of a key of a map at INDENT; the reader stands behind the colon. */
static struct yaml *parse_map_value(struct reader *r, uint32_t indent)
{
    uint32_t line = r->line;
    if (!skip_blank(r))
        return NULL;
    if (!at_end(r) && r->line == line)
        return parse_inline(r, indent + 1);
    if (!at_end(r) && column(r) > indent)
        return parse_block(r, indent + 1);
    if (!at_end(r) && column(r) == indent && peek(r, 0) == '-' && ends_token(r, 1))
        return parse_block(r, indent);
    return node_new(r, YAML_NULL);
}

static struct yaml *parse_map(struct reader *r)
{
    struct yaml *yaml = node_new(r, YAML_MAP);
    uint32_t indent = column(r);
    while (!at_end(r) && column(r) == indent) {
        if (indent == 0 && bytes_starts(bytes_from(r->text, r->at), BYTES("---")))
            break;
        if (!is_key(r))
            return fail(r, "'key: value' expected");
        struct yaml_row row = {.line = r->line, .column = indent + 1};
        uint8_t c = peek(r, 0);
        struct yaml *key = c == '"' || c == '\'' ? parse_quoted(r) : parse_plain(r, 0, true);
        if (key == NULL)
            return NULL;
        row.key = key->text;
        if (map_has(yaml, row.key)) {
            r->at = r->line_start + indent;
            return fail(r, "the key is given twice");
        }
        while (peek(r, 0) == ' ')
            r->at++;
        if (peek(r, 0) != ':')
            return fail(r, "':' expected after a map key");
        r->at++;
        row.value = parse_map_value(r, indent);
        if (row.value == NULL)
            return NULL;
        row_add(r, yaml, row);
        if (yaml->count > KEYS_MAX)
            return fail(r, "too many keys in one map");
    }
    return yaml;
}

/* Whatever stands at the reader, which is at least at column PARENT. */
static struct yaml *parse_block(struct reader *r, uint32_t parent)
{
    if (++r->depth > DEPTH_MAX)
        return fail(r, "nested too deep");
    uint32_t indent = column(r);
    bool item = peek(r, 0) == '-' && ends_token(r, 1);
    bool key = !item && is_key(r);
    struct yaml *yaml = item ? parse_sequence(r) : key ? parse_map(r) : parse_inline(r, parent);
    if (yaml == NULL)
        return NULL;
    if (!at_end(r) && column(r) > indent && (item || key))
        return fail(r, "indented deeper than what it belongs to");
    if (!at_end(r) && column(r) < indent && column(r) > parent)
        return fail(r, "indentation matches no outer level");
    r->depth--;
    return yaml;
}

struct yaml *yaml_parse(struct arena *arena, struct bytes text, const char *file, struct error *err)
{
    struct reader r = {.arena = arena, .text = text, .line = 1, .file = file, .err = err};
    *err = (struct error){0};
    if (text.len > BYTES_MAX)
        return fail(&r, "the file is larger than 64 MB");
    if (bytes_starts(text, BYTES("\xEF\xBB\xBF")))
        r.at = r.line_start = 3;
    if (!utf8_valid(text))
        return fail(&r, "the file is not UTF-8");
    if (bytes_find_byte(text, 0, 0) != BYTES_NPOS)
        return fail(&r, "the file holds a NUL byte");
    if (!skip_blank(&r))
        return NULL;
    if (bytes_starts(bytes_from(text, r.at), BYTES("---")) && column(&r) == 0 &&
        ends_token(&r, 3)) {
        r.at += 3;
        if (!expect_line_end(&r))
            return NULL;
    }
    if (at_end(&r))
        return node_new(&r, YAML_NULL);
    if (peek(&r, 0) == '%')
        return fail(&r, "directives are not read");
    struct yaml *yaml = parse_block(&r, 0);
    if (yaml != NULL && !at_end(&r))
        return fail(&r, bytes_starts(bytes_from(text, r.at), BYTES("---"))
                            ? "more than one document in a file"
                            : "unexpected text after the end");
    return yaml;
}

const struct yaml *yaml_get(const struct yaml *map, const char *key)
{
    if (map == NULL || map->kind != YAML_MAP)
        return NULL;
    struct bytes wanted = bytes_of_string(key);
    for (uint32_t i = 0; i < map->count; i++)
        if (bytes_equal(map->row[i].key, wanted))
            return map->row[i].value;
    return NULL;
}

struct bytes yaml_text(const struct yaml *yaml)
{
    return yaml != NULL && yaml->kind == YAML_SCALAR ? yaml->text : BYTES_NONE;
}

struct bytes yaml_get_text(const struct yaml *map, const char *key)
{
    return yaml_text(yaml_get(map, key));
}

bool yaml_bool(const struct yaml *yaml, bool *out)
{
    struct bytes text = yaml_text(yaml);
    if (text.at == NULL || yaml->style != YAML_PLAIN)
        return false;
    bool is_true = bytes_equal(text, BYTES("true")), is_false = bytes_equal(text, BYTES("false"));
    *out = is_true;
    return is_true || is_false;
}

bool yaml_number(const struct yaml *yaml, double *out)
{
    struct bytes text = yaml_text(yaml);
    char buffer[64], *end = buffer;
    if (text.at == NULL || yaml->style != YAML_PLAIN || text.len == 0 || text.len >= sizeof buffer)
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (!ascii_is_digit(text.at[i]) && strchr("+-.eE", text.at[i]) == NULL)
            return false;
    memcpy(buffer, text.at, text.len);
    buffer[text.len] = 0;
    double number = strtod(buffer, &end);
    if (*end != 0)
        return false;
    *out = number;
    return true;
}
