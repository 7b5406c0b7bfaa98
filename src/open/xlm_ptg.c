/* SPDX-License-Identifier: Apache-2.0 */
#include "open/xlm_ptg.h"

#include "base/text.h"
#include "base/utf16.h"
#include "open/codepage.h"

#define STACK_MAX 512u
#define TEXT_MAX 65536u

static const struct function {
    uint16_t number;
    const char *name;
    uint8_t arguments;
} functions[] = {
#define FN(number, name, arguments) {number, name, arguments},
#include "open/xlm_name.def"
#undef FN
};

static const struct function *function_of(uint16_t number)
{
    size_t low = 0, high = sizeof functions / sizeof functions[0];
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (functions[middle].number == number)
            return &functions[middle];
        if (functions[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const char *xlm_function_name(uint16_t number)
{
    const struct function *function = function_of(number);
    return function == NULL ? NULL : function->name;
}

/* The operands lie one behind the other in one buffer, so that an operator is an insertion. */
struct machine {
    const struct xlm_context *context;
    struct bytes rgce;
    size_t at;
    uint32_t start[STACK_MAX]; /* of each operand */
    uint32_t depth, len;
    bool broken;
    uint8_t text[TEXT_MAX];
};

static void insert(struct machine *m, uint32_t at, struct bytes s)
{
    if (s.len > TEXT_MAX - m->len || !budget_take(m->context->book->node->tree->budget,
                                                  LIMIT_EVAL_STEPS, 1 + (m->len - at) / 64)) {
        m->broken = true;
        return;
    }
    memmove(m->text + at + s.len, m->text + at, m->len - at);
    memcpy(m->text + at, s.at, s.len);
    m->len += (uint32_t)s.len;
}

static void push(struct machine *m, struct bytes s)
{
    if (m->depth >= STACK_MAX) {
        m->broken = true;
        return;
    }
    m->start[m->depth++] = m->len;
    if (s.len > 0)
        insert(m, m->len, s);
}

/* Where the last operand begins; an empty one is made where there is none. */
static uint32_t top(struct machine *m)
{
    if (m->depth == 0) {
        m->broken = true;
        push(m, BYTES("#TOKEN?"));
    }
    return m->start[m->depth - 1];
}

static struct bytes take(struct machine *m, size_t len)
{
    struct bytes b = bytes_sub(m->rgce, m->at, len);
    if (b.len < len)
        m->broken = true;
    m->at += b.len;
    return b;
}

/* tAdd .. tRange, in token order from 0x03. */
static const char *const binary[] = {
    "+", "-", "*", "/", "^", "&", "<", "<=", "=", ">=", ">", "<>", " ", ",", ":"};

static void push_binary(struct machine *m, const char *op)
{
    uint32_t right = top(m);
    if (m->depth < 2) {
        m->broken = true;
        return;
    }
    m->depth--;
    insert(m, right, bytes_of_string(op));
}

/* PREFIX before and SUFFIX behind the last operand. */
static void wrap(struct machine *m, const char *prefix, const char *suffix)
{
    uint32_t at = top(m);
    insert(m, at, bytes_of_string(prefix));
    insert(m, m->len, bytes_of_string(suffix));
}

static struct bytes quoted(struct machine *m, struct bytes s)
{
    struct text out;
    text_init(&out, m->context->book->arena, 0);
    text_add_byte(&out, '"');
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] == '"')
            text_add_byte(&out, '"');
        text_add_byte(&out, s.at[i]);
    }
    text_add_byte(&out, '"');
    return text_bytes(&out);
}

static void push_string(struct machine *m)
{
    struct bytes head = take(m, m->context->form == XLM_BIFF5 ? 1 : 2), s;
    size_t count = bytes_sub(head, 0, 1).len == 0 ? 0 : head.at[0];
    if (m->context->form == XLM_BIFF12)
        s = utf16_to_utf8(m->context->book->arena, take(m, (size_t)bytes_u16le(head, 0) * 2));
    else if (m->context->form == XLM_BIFF8 && head.len == 2 && (head.at[1] & 1))
        s = utf16_to_utf8(m->context->book->arena, take(m, count * 2));
    else
        s = codepage_to_utf8(m->context->book->arena, 1252, take(m, count));
    push(m, quoted(m, s));
}

/* Row and column of one reference; relative ones of shared formulas are offsets (MS-XLS
 * 2.5.198.106). */
struct place {
    uint32_t row, column;
};

static struct place read_place(struct machine *m, struct bytes row, struct bytes column,
                               bool offsets)
{
    bool wide = m->context->form == XLM_BIFF12, old = m->context->form == XLM_BIFF5;
    uint32_t r = wide ? bytes_u32le(row, 0) : bytes_u16le(row, 0);
    uint32_t c = old ? (column.len > 0 ? column.at[0] : 0) : bytes_u16le(column, 0);
    uint32_t flags = old ? r : c;
    struct place place = {wide  ? r & 0xFFFFF
                          : old ? r & 0x3FFF
                                : r,
                          old    ? c
                          : wide ? c & 0x3FFF
                                 : c & 0xFF};
    if (!offsets)
        return place;
    uint32_t row_mask = wide ? 0xFFFFF : old ? 0x3FFF : 0xFFFF, column_mask = wide ? 0x3FFF : 0xFF;
    if (flags & 0x8000)
        place.row = (m->context->row + place.row) & row_mask;
    if (flags & 0x4000)
        place.column = (m->context->column + place.column) & column_mask;
    return place;
}

static void push_reference(struct machine *m, uint32_t sheet, bool area, bool offsets)
{
    size_t row_bytes = m->context->form == XLM_BIFF12 ? 4 : 2,
           column_bytes = m->context->form == XLM_BIFF5 ? 1 : 2;
    if (!area) {
        struct bytes row = take(m, row_bytes), column = take(m, column_bytes);
        struct place place = read_place(m, row, column, offsets);
        push(m, xlm_place(m->context->book, sheet, place.row, place.column));
        return;
    }
    struct bytes row = take(m, row_bytes), last_row = take(m, row_bytes);
    struct bytes column = take(m, column_bytes), last_column = take(m, column_bytes);
    struct place first = read_place(m, row, column, offsets),
                 last = read_place(m, last_row, last_column, offsets);
    struct bytes from = xlm_place(m->context->book, sheet, first.row, first.column);
    struct bytes to = xlm_place(m->context->book, UINT32_MAX, last.row, last.column);
    push(m, arena_printf(m->context->book->arena, "%.*s:%.*s", BYTES_FMT(from), BYTES_FMT(to)));
}

static uint32_t read_sheet(struct machine *m)
{
    if (m->context->form == XLM_BIFF5) { /* 2 index, 8 reserved, 2 first, 2 last */
        struct bytes b = take(m, 14);
        return bytes_u16le(b, 10);
    }
    uint16_t index = bytes_u16le(take(m, 2), 0);
    return index < m->context->external_count ? m->context->external[index] : UINT32_MAX;
}

static void push_call(struct machine *m, struct bytes name, uint32_t arguments)
{
    if (arguments > m->depth) {
        m->broken = true;
        arguments = m->depth;
    }
    uint32_t first = m->depth - arguments;
    for (uint32_t i = m->depth; i > first + 1; i--)
        insert(m, m->start[i - 1], BYTES(","));
    uint32_t begin = arguments == 0 ? m->len : m->start[first];
    m->depth = first;
    if (m->depth >= STACK_MAX) {
        m->broken = true;
        return;
    }
    m->start[m->depth++] = begin;
    insert(m, begin, BYTES("("));
    insert(m, begin, name);
    insert(m, m->len, BYTES(")"));
}

/* The first of ARGUMENTS names the function: cut it out. */
static struct bytes cut_name(struct machine *m, uint32_t arguments)
{
    uint32_t first = m->depth - arguments, begin = m->start[first];
    uint32_t end = arguments > 1 ? m->start[first + 1] : m->len;
    struct bytes name = arena_copy(m->context->book->arena, bytes_of(m->text + begin, end - begin));
    memmove(m->text + begin, m->text + end, m->len - end);
    m->len -= end - begin;
    for (uint32_t i = first; i + 1 < m->depth; i++)
        m->start[i] = m->start[i + 1] - (end - begin);
    m->depth--;
    return name;
}

static void push_function(struct machine *m, uint16_t number, uint32_t arguments, bool fixed)
{
    const struct function *function = function_of(number);
    if (fixed)
        arguments = function == NULL ? 1 : function->arguments;
    if (number == 0xFF && arguments > 0 &&
        arguments <= m->depth) { /* the first argument names it */
        struct bytes name = cut_name(m, arguments);
        push_call(m, name, arguments - 1);
        return;
    }
    push_call(m,
              function == NULL ? arena_printf(m->context->book->arena, "FUNCTION.%u", number)
                               : bytes_of_string(function->name),
              arguments);
}

static void push_name(struct machine *m, bool external)
{
    static const uint8_t lengths[2][3] = {{14, 4, 4}, {24, 6, 6}};
    struct bytes b = take(m, lengths[external][m->context->form]);
    uint32_t index = m->context->form == XLM_BIFF5    ? bytes_u16le(b, external ? 10 : 0)
                     : m->context->form == XLM_BIFF12 ? bytes_u32le(b, external ? 2 : 0)
                                                      : bytes_u16le(b, external ? 2 : 0);
    bool known =
        index >= 1 && index <= m->context->name_count && m->context->name[index - 1].len > 0;
    push(m, known ? m->context->name[index - 1]
                  : arena_printf(m->context->book->arena, "NAME_%u", index));
}

/* tAttr: volatile, if, choose, goto, sum, assignment, space (MS-XLS 2.5.198.31 on). */
static void attribute(struct machine *m)
{
    struct bytes b = take(m, 3);
    uint8_t kind = b.len > 0 ? b.at[0] : 0;
    if (kind & 0x04)
        take(m, ((size_t)bytes_u16le(b, 1) + 1) * 2);
    else if (kind & 0x10)
        push_call(m, BYTES("SUM"), 1);
}

static void push_number(struct machine *m)
{
    struct bytes b = take(m, 8);
    uint64_t bits = bytes_u64le(b, 0);
    double number;
    memcpy(&number, &bits, sizeof number);
    push(m, arena_printf(m->context->book->arena, "%.15g", number));
}

/* Tokens 0x01..0x1F. */
static bool basic_token(struct machine *m, uint8_t token)
{
    if (token >= 0x03 && token <= 0x11) {
        push_binary(m, binary[token - 3]);
        return true;
    }
    switch (token) {
    case 0x01: /* tExp, tTbl: the formula is shared; its text stands at the first cell */
    case 0x02:
        take(m, 4);
        push(m, BYTES("SHARED()"));
        return true;
    case 0x12:
        wrap(m, "+", "");
        return true;
    case 0x13:
        wrap(m, "-", "");
        return true;
    case 0x14:
        wrap(m, "", "%");
        return true;
    case 0x15:
        wrap(m, "(", ")");
        return true;
    case 0x16:
        push(m, BYTES(""));
        return true;
    case 0x17:
        push_string(m);
        return true;
    case 0x18:
        take(m, 5);
        return true;
    case 0x19:
        attribute(m);
        return true;
    case 0x1C:
        take(m, 1);
        push(m, BYTES("#ERR!"));
        return true;
    case 0x1D:
        push(m, take(m, 1).len > 0 && m->rgce.at[m->at - 1] ? BYTES("TRUE") : BYTES("FALSE"));
        return true;
    case 0x1E:
        push(m, arena_printf(m->context->book->arena, "%u", bytes_u16le(take(m, 2), 0)));
        return true;
    case 0x1F:
        push_number(m);
        return true;
    default:
        return false;
    }
}

/* Tokens with a class (reference, value, array), as their reference form 0x20..0x3F. */
static bool classed_token(struct machine *m, uint8_t token)
{
    uint32_t own = m->context->sheet;
    bool wide = m->context->form == XLM_BIFF12, old = m->context->form == XLM_BIFF5;
    switch (token) {
    case 0x20:
        take(m, wide ? 14 : 7);
        push(m, BYTES("{...}"));
        return true;
    case 0x21:
        push_function(m, bytes_u16le(take(m, 2), 0), 0, true);
        return true;
    case 0x22: {
        struct bytes b = take(m, 3);
        push_function(m, bytes_u16le(b, 1), b.len > 0 ? b.at[0] & 0x7F : 0, false);
        return true;
    }
    case 0x23:
        push_name(m, false);
        return true;
    case 0x24:
        push_reference(m, own, false, false);
        return true;
    case 0x25:
        push_reference(m, own, true, false);
        return true;
    case 0x26:
    case 0x27:
    case 0x28:
        take(m, 6);
        return true;
    case 0x29:
        take(m, 2);
        return true;
    case 0x2A:
        take(m, wide ? 6 : old ? 3 : 4);
        push(m, BYTES("#REF!"));
        return true;
    case 0x2B:
        take(m, wide ? 12 : old ? 6 : 8);
        push(m, BYTES("#REF!"));
        return true;
    case 0x2C:
        push_reference(m, own, false, true);
        return true;
    case 0x2D:
        push_reference(m, own, true, true);
        return true;
    case 0x39:
        push_name(m, true);
        return true;
    case 0x3A:
        push_reference(m, read_sheet(m), false, false);
        return true;
    case 0x3B:
        push_reference(m, read_sheet(m), true, false);
        return true;
    case 0x3C:
        take(m, wide ? 8 : old ? 17 : 6);
        push(m, BYTES("#REF!"));
        return true;
    case 0x3D:
        take(m, wide ? 14 : old ? 20 : 10);
        push(m, BYTES("#REF!"));
        return true;
    default:
        return false;
    }
}

struct bytes xlm_decompile(const struct xlm_context *context, struct bytes rgce, bool *whole_out)
{
    struct xlm_book *book = context->book;
    if (book->scratch == NULL)
        book->scratch = arena_new_of(book->arena, struct machine);
    struct machine *m = book->scratch;
    m->context = context;
    m->rgce = rgce;
    m->at = 0;
    m->depth = m->len = 0;
    m->broken = false;
    while (m->at < rgce.len && !m->broken) {
        uint8_t token = rgce.at[m->at++];
        if (token >= 0x20 && token < 0x80)
            token = (uint8_t)((token & 0x1F) | 0x20);
        bool known = token < 0x20 ? basic_token(m, token) : token < 0x40 && classed_token(m, token);
        m->broken = m->broken || !known;
    }
    *whole_out = !m->broken && m->depth == 1;
    if (!*whole_out && m->len + 8 < TEXT_MAX)
        memcpy(m->text + m->len, "#TOKEN?", 7), m->len += 7;
    return arena_copy(book->arena, bytes_of(m->text, m->len));
}
