/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/format.h"

#include "base/text.h"
#include "rule/lex.h"

#define WIDTH 100u
#define STEP 2u         /* columns what is in brackets stands further right */
#define SHORT_MAX 48u   /* columns of arguments that share lines */
#define AFTER_OR 3u     /* columns an `and` below an `or` stands further right */
#define NEVER 1000000u  /* no line is as long */

/* A token as it will be written. */
struct piece {
    struct bytes text;
    struct bytes comment; /* lines before it, absent where there are none */
    bool space;           /* before it, where it does not begin a line */
    uint32_t mate;        /* of a bracket that opens: where it closes */
};

struct format {
    struct arena *arena;
    struct text out;
    struct piece *piece;
    uint32_t count, room;
    unsigned column, indent; /* of the line that is written */
    bool fresh;              /* nothing on it yet but its indent */
};

static bool is(const struct format *f, uint32_t at, const char *text)
{
    return bytes_equal(f->piece[at].text, bytes_of_string(text));
}

static bool opens(const struct format *f, uint32_t at)
{
    return is(f, at, "(") || is(f, at, "[");
}

static bool closes(const struct format *f, uint32_t at)
{
    return is(f, at, ")") || is(f, at, "]");
}

static bool compares(struct bytes text)
{
    static const char *const signs[] = {"==", "!=", "=~", "!~", "<", ">", "<=", ">=", "~", "=", "+", "*", "/", "%"};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (bytes_equal(text, bytes_of_string(signs[i])))
            return true;
    return false;
}

/* Whether a space belongs before TEXT, which followed the last piece at once or not. */
static bool space_before(const struct format *f, struct bytes text, bool adjacent)
{
    if (f->count == 0)
        return false;
    uint32_t last = f->count - 1;
    if (opens(f, last) || bytes_equal(text, BYTES(")")) || bytes_equal(text, BYTES("]")) ||
        bytes_equal(text, BYTES(",")))
        return false;
    return is(f, last, ",") || compares(text) || compares(f->piece[last].text) || !adjacent;
}

/* What stands between tokens is blanks and comments: the comments of GAP, a line each. */
static struct bytes comments_of(struct arena *arena, struct bytes gap)
{
    struct text out;
    struct bytes line;
    text_init(&out, arena, 0);
    while (bytes_next_line(&gap, &line)) {
        size_t at = bytes_find(line, BYTES("//"), 0);
        if (at == BYTES_NPOS)
            continue;
        if (out.len > 0)
            text_add_byte(&out, '\n');
        text_add(&out, bytes_trim(bytes_from(line, at)));
    }
    return out.len == 0 ? BYTES_NONE : text_bytes(&out);
}

static void add_piece(struct format *f, struct piece piece)
{
    if (f->count == f->room) {
        f->room = f->room == 0 ? 256 : f->room * 2;
        struct piece *grown = arena_array_of(f->arena, f->room, struct piece);
        if (f->count > 0)
            memcpy(grown, f->piece, f->count * sizeof *grown);
        f->piece = grown;
    }
    f->piece[f->count++] = piece;
}

/* The tokens of SOURCE, brackets matched; the last piece has no text, only the comments at the end. */
static bool read_pieces(struct format *f, const struct source *source, struct error *err)
{
    struct lexer lexer;
    struct token token;
    lexer_init(&lexer, f->arena, source, err);
    for (;;) {
        size_t before = lexer.at, from = before;
        if (!lexer_next(&lexer, &token))
            return false;
        struct bytes gap = bytes_sub(source->text, before, lexer.at - before);
        for (size_t at = 0; at < gap.len;) {
            if (bytes_starts(bytes_from(gap, at), BYTES("//")))
                while (at < gap.len && gap.at[at] != '\n')
                    at++;
            else if (ascii_is_space(gap.at[at]))
                at++;
            else
                break;
            from = before + at;
        }
        struct bytes text = bytes_sub(source->text, from, lexer.at - from);
        add_piece(f, (struct piece){
                         .text = text,
                         .comment = comments_of(f->arena, bytes_sub(source->text, before, from - before)),
                         .space = space_before(f, text, token.adjacent)});
        if (token.kind == TOKEN_END)
            break;
    }
    uint32_t open[EXPR_DEPTH_MAX], depth = 0;
    for (uint32_t i = 0; i < f->count; i++) {
        f->piece[i].mate = i;
        if (opens(f, i) && depth == EXPR_DEPTH_MAX)
            return error_set_at(err, source->file, source->line, 1, "brackets are nested too deep");
        if (opens(f, i))
            open[depth++] = i;
        else if (closes(f, i) && depth > 0)
            f->piece[open[--depth]].mate = i;
    }
    return true;
}

/* Columns of pieces FROM to TO on one line; NEVER where a comment parts them. */
static unsigned width_of(const struct format *f, uint32_t from, uint32_t to)
{
    unsigned width = 0;
    for (uint32_t i = from; i < to && width < NEVER; i++) {
        if (f->piece[i].comment.at != NULL && (i > from || !f->fresh))
            return NEVER;
        width += (unsigned)f->piece[i].text.len + (i > from && f->piece[i].space);
    }
    return width;
}

static void new_line(struct format *f, unsigned indent)
{
    text_add_byte(&f->out, '\n');
    for (unsigned i = 0; i < indent; i++)
        text_add_byte(&f->out, ' ');
    f->column = f->indent = indent;
    f->fresh = true;
}

static void put_comment(struct format *f, struct bytes comment)
{
    struct bytes line;
    if (!f->fresh)
        new_line(f, f->indent);
    while (bytes_next_line(&comment, &line)) {
        text_add(&f->out, line);
        new_line(f, f->indent);
    }
}

static void put(struct format *f, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++) {
        const struct piece *piece = &f->piece[i];
        if (piece->comment.at != NULL)
            put_comment(f, piece->comment);
        if (piece->space && !f->fresh) {
            text_add_byte(&f->out, ' ');
            f->column++;
        }
        text_add(&f->out, piece->text);
        f->column += (unsigned)piece->text.len;
        f->fresh = false;
    }
}

/* The next WORD between FROM and TO that is in no bracket; TO where there is none. */
static uint32_t find(const struct format *f, uint32_t from, uint32_t to, const char *word)
{
    for (uint32_t i = from; i < to; i = f->piece[i].mate + 1)
        if (is(f, i, word))
            return i;
    return to;
}

static void put_chain(struct format *f, uint32_t from, uint32_t to, unsigned indent, unsigned tail);

/* Arguments that are short share lines; the others have one each. */
static void put_arguments(struct format *f, uint32_t from, uint32_t to, unsigned indent)
{
    bool shared = true;
    for (uint32_t at = from, end; at < to; at = end + 1) {
        end = find(f, at, to, ",");
        shared = shared && width_of(f, at, end) <= SHORT_MAX;
    }
    for (uint32_t at = from, end; at < to; at = end + 1) {
        end = find(f, at, to, ",");
        uint32_t comma = end < to;
        if (at == from || !shared || f->column + 2 + width_of(f, at, end) > WIDTH)
            new_line(f, indent);
        put_chain(f, at, end, indent, comma);
        put(f, end, end + comma);
    }
}

/* One condition that is too long for its line: its longest brackets are opened. */
static void put_operand(struct format *f, uint32_t from, uint32_t to, unsigned indent)
{
    uint32_t open = to;
    for (uint32_t i = from; i < to; i = f->piece[i].mate + 1)
        if (opens(f, i) && (open == to || width_of(f, i, f->piece[i].mate) >
                                              width_of(f, open, f->piece[open].mate)))
            open = i;
    if (open == to) {
        put(f, from, to);
        return;
    }
    uint32_t close = f->piece[open].mate, first = find(f, open + 1, close, ",");
    put(f, from, open + 1);
    if (first < close && f->column + width_of(f, open + 1, first) + 1 <= WIDTH) {
        put(f, open + 1, first + 1);
        put_arguments(f, first + 1, close, indent + STEP);
    } else {
        put_arguments(f, open + 1, close, indent + STEP);
    }
    new_line(f, indent);
    put(f, close, to);
}

/* Conditions from FROM to TO; TAIL columns follow them on their last line. */
static void put_chain(struct format *f, uint32_t from, uint32_t to, unsigned indent, unsigned tail)
{
    if (f->column + width_of(f, from, to) + tail <= WIDTH) {
        put(f, from, to);
        return;
    }
    bool either = find(f, from, to, "or") < to;
    const char *word = either ? "or" : "and";
    if (find(f, from, to, word) == to) {
        put_operand(f, from, to, indent);
        return;
    }
    for (uint32_t at = from, end; at < to; at = end) {
        bool leads = is(f, at, word); /* all but the first, where the rule is right */
        if (at > from)
            new_line(f, indent);
        put(f, at, at + leads);
        at += leads;
        end = find(f, at, to, word);
        bool both = either && find(f, at, end, "and") < end;
        put_chain(f, at, end, both ? indent + AFTER_OR : indent, 0);
    }
}

/* Whether TEXT, as written for F, has the same tokens. */
static bool is_same(const struct format *f, const struct source *source, struct bytes text)
{
    struct error err = {0};
    struct format again = {.arena = f->arena};
    struct source written = *source;
    written.text = text;
    bool same = read_pieces(&again, &written, &err) && again.count == f->count;
    for (uint32_t i = 0; same && i < f->count; i++)
        same = bytes_equal(again.piece[i].text, f->piece[i].text);
    return same;
}

static bool format_source(struct arena *arena, struct bytes text, const char *name, uint32_t line,
                          unsigned indent, struct text *out, struct error *err)
{
    struct format f = {.arena = arena, .column = indent, .indent = indent, .fresh = true};
    struct source source = {.text = text, .file = name, .line = line, .column = 1, .indent = indent};
    if (!read_pieces(&f, &source, err))
        return false;
    text_init(&f.out, arena, 0);
    text_reserve(&f.out, text.len);
    for (unsigned i = 0; i < indent; i++)
        text_add_byte(&f.out, ' ');
    put_chain(&f, 0, f.count - 1, indent, 0);
    struct bytes last = f.piece[f.count - 1].comment, comment;
    while (bytes_next_line(&last, &comment)) {
        new_line(&f, indent);
        text_add(&f.out, comment);
    }
    if (!is_same(&f, &source, text_bytes(&f.out)))
        return error_set_at(err, name, line, 1, "this rule cannot be laid out without changing it");
    text_add(out, text_bytes(&f.out));
    text_add_byte(out, '\n');
    return true;
}

static unsigned indent_of(struct bytes line)
{
    unsigned indent = 0;
    while (indent < line.len && line.at[indent] == ' ')
        indent++;
    return indent;
}

/* Whether LINE is the key `source` with a literal block, alone or first of a list's item. */
static bool begins_source(struct bytes line, unsigned *indent_out)
{
    unsigned indent = indent_of(line);
    struct bytes rest = bytes_trim(bytes_from(line, indent));
    if (bytes_starts(rest, BYTES("- "))) {
        indent += 2;
        rest = bytes_trim(bytes_from(rest, 2));
    }
    *indent_out = indent;
    return bytes_equal(rest, BYTES("source: |"));
}

struct bytes rule_format(struct arena *arena, struct bytes file, const char *name,
                         struct error *err)
{
    struct text out;
    struct bytes rest = file, line;
    text_init(&out, arena, 0);
    text_reserve(&out, file.len + 1);
    for (uint32_t number = 1; bytes_next_line(&rest, &line); number++) {
        unsigned key;
        while (line.len > 0 && line.at[line.len - 1] == '\r')
            line.len--;
        text_add(&out, line);
        text_add_byte(&out, '\n');
        if (!begins_source(line, &key))
            continue;
        struct text source;
        struct bytes look = rest, block;
        uint32_t lines = 0, blank = 0;
        text_init(&source, arena, 0);
        for (; bytes_next_line(&look, &line); lines++) {
            bool empty = bytes_trim(line).len == 0;
            if (!empty && indent_of(line) <= key)
                break;
            blank = empty ? blank + 1 : 0;
            text_add(&source, bytes_from(line, key + 2 < indent_of(line) ? key + 2 : indent_of(line)));
            text_add_byte(&source, '\n');
            rest = look;
        }
        block = text_bytes(&source);
        if (bytes_trim(block).len > 0 &&
            !format_source(arena, block, name, number + 1, key + 2, &out, err))
            return BYTES_NONE;
        for (; blank > 0; blank--)
            text_add_byte(&out, '\n');
        number += lines;
    }
    return text_bytes(&out);
}
