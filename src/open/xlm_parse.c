/* SPDX-License-Identifier: Apache-2.0 */
#include "open/xlm_eval.h"

#include "base/table.h"

#include <math.h>
#include <stdlib.h>

#define NESTING_MAX 64u
#define TEXT_MAX 32768u

static struct xlm_value comparison(struct xlm_machine *m);

bool xlm_step(struct xlm_machine *m, uint64_t cost)
{
    m->steps += cost;
    if (!m->over && !budget_take(m->book->node->tree->budget, LIMIT_EVAL_STEPS, cost)) {
        node_limit(m->book->node, LIMIT_EVAL_STEPS);
        m->over = true;
    }
    if (!m->over && (m->steps & 1023) == 0 && !budget_time_left(m->book->node->tree->budget)) {
        node_limit(m->book->node, LIMIT_MILLISECONDS);
        m->over = true;
    }
    return !m->over;
}

static void skip_space(struct xlm_machine *m)
{
    while (m->rest.len > 0 && ascii_is_space(m->rest.at[0]))
        m->rest = bytes_from(m->rest, 1);
}

static uint8_t peek(struct xlm_machine *m)
{
    skip_space(m);
    return m->rest.len > 0 ? m->rest.at[0] : 0;
}

static bool accept(struct xlm_machine *m, uint8_t c)
{
    if (peek(m) != c)
        return false;
    m->rest = bytes_from(m->rest, 1);
    return true;
}

struct xlm_value xlm_deref(struct xlm_machine *m, struct xlm_value v)
{
    if (v.tag != XLM_REFERENCE)
        return v;
    struct xlm_cell *cell = xlm_cell_at(m->book, v.area.sheet, v.area.row, v.area.column, false);
    if (cell == NULL)
        return (struct xlm_value){.tag = XLM_BLANK};
    if (cell->formula.at != NULL && !cell->ran && m->depth < NESTING_MAX && xlm_step(m, 1)) {
        /* A cell that was not run yet: its text, without what it would do. */
        struct bytes formula = cell->formula, rest = m->rest;
        m->depth += 8, m->dry = m->dry == 0 ? 0 : m->dry, m->unsure++;
        bool was = cell->ran;
        cell->ran = true;
        struct xlm_value value = xlm_formula(m, formula);
        m->depth -= 8, m->unsure--;
        m->rest = rest;
        cell = xlm_cell_at(m->book, v.area.sheet, v.area.row, v.area.column, false);
        if (cell != NULL)
            cell->ran = was;
        return value.tag == XLM_REFERENCE ? xlm_unknown("{?}") : value;
    }
    if (cell->is_unknown)
        return (struct xlm_value){.tag = XLM_UNKNOWN,
                                  .text = cell->text.len > 0 ? cell->text : BYTES("{?}")};
    return cell->is_number ? xlm_of_number(cell->number) : xlm_of_text(cell->text);
}

struct bytes xlm_text(struct xlm_machine *m, struct xlm_value v)
{
    v = xlm_deref(m, v);
    switch (v.tag) {
    case XLM_TEXT:
        return v.text;
    case XLM_UNKNOWN:
        return v.text;
    case XLM_NUMBER:
        return arena_printf(m->arena, "%.15g", v.number);
    case XLM_TRUTH:
        return v.number != 0 ? BYTES("TRUE") : BYTES("FALSE");
    default:
        return BYTES("");
    }
}

bool xlm_number(struct xlm_machine *m, struct xlm_value v, double *out)
{
    v = xlm_deref(m, v);
    *out = 0;
    if (v.tag == XLM_NUMBER || v.tag == XLM_TRUTH)
        *out = v.number;
    else if (v.tag == XLM_TEXT && v.text.len > 0) {
        char digits[64], *end;
        struct bytes s = bytes_trim(v.text);
        if (s.len == 0 || s.len >= sizeof digits)
            return false;
        memcpy(digits, s.at, s.len);
        digits[s.len] = 0;
        *out = strtod(digits, &end);
        return *end == 0 && isfinite(*out);
    }
    return v.tag != XLM_UNKNOWN;
}

int xlm_truth(struct xlm_machine *m, struct xlm_value v)
{
    v = xlm_deref(m, v);
    if (v.tag == XLM_TEXT)
        return bytes_equal_fold(v.text, BYTES("true"))    ? 1
               : bytes_equal_fold(v.text, BYTES("false")) ? 0
                                                          : -1;
    if (v.tag == XLM_UNKNOWN)
        return -1;
    return v.number != 0;
}

/* One corner: [$]letters[$]digits, or R..C..; offsets in [] are from the cell being run. */
static bool corner(struct xlm_machine *m, struct bytes *s, uint32_t *row, uint32_t *column)
{
    size_t at = 0;
    uint64_t c = 0, r = 0;
    if (at < s->len && s->at[at] == '$')
        at++;
    size_t letters = at;
    while (at < s->len && ascii_is_alpha(s->at[at]) && at - letters < 4)
        c = c * 26 + (uint64_t)(ascii_lower(s->at[at++]) - 'a' + 1);
    size_t letter_count = at - letters;
    if (at < s->len && s->at[at] == '$')
        at++;
    size_t digits = at;
    while (at < s->len && ascii_is_digit(s->at[at]) && at - digits < 8)
        r = r * 10 + (uint64_t)(s->at[at++] - '0');
    bool row_form = letter_count == 1 && ascii_lower(s->at[letters]) == 'r' && at < s->len &&
                    (ascii_lower(s->at[at]) == 'c' || s->at[at] == '[');
    if (row_form) {
        char text[64], *end;
        size_t len = s->len < sizeof text - 1 ? s->len : sizeof text - 1;
        memcpy(text, s->at, len);
        text[len] = 0;
        long value[2] = {(long)m->row, (long)m->column};
        const char *p = text;
        for (int i = 0; i < 2; i++) {
            if (ascii_lower((uint8_t)*p) != (i == 0 ? 'r' : 'c'))
                return false;
            p++;
            if (*p == '[') {
                value[i] += strtol(p + 1, &end, 10);
                if (*end != ']')
                    return false;
                p = end + 1;
            } else if (ascii_is_digit((uint8_t)*p)) {
                value[i] = strtol(p, &end, 10) - 1;
                p = end;
            }
        }
        if (value[0] < 0 || value[1] < 0 || value[0] > 0xFFFFFE || value[1] > 0xFFFE)
            return false;
        *row = (uint32_t)value[0], *column = (uint32_t)value[1];
        *s = bytes_from(*s, (size_t)(p - text));
        return true;
    }
    if (letter_count == 0 || letter_count > 3 || at == digits || r == 0 || r > 0x100000 ||
        c > 16384)
        return false;
    if (at < s->len && (ascii_is_alnum(s->at[at]) || s->at[at] == '_' || s->at[at] == '.'))
        return false;
    *row = (uint32_t)r - 1, *column = (uint32_t)c - 1;
    *s = bytes_from(*s, at);
    return true;
}

/* A reference at the head of *S, which moves past it. */
static bool reference_at(struct xlm_machine *m, struct bytes *s, struct xlm_area *out)
{
    struct bytes rest = *s;
    uint32_t sheet = m->sheet;
    if (rest.len > 0 && rest.at[0] == '\'') {
        size_t end = bytes_find(rest, BYTES("'!"), 1);
        if (end == BYTES_NPOS)
            return false;
        sheet = xlm_find_sheet(m->book, bytes_sub(rest, 1, end - 1));
        rest = bytes_from(rest, end + 2);
    } else {
        size_t end = 0;
        while (end < rest.len &&
               (ascii_is_alnum(rest.at[end]) || rest.at[end] == '_' || rest.at[end] == '.' ||
                rest.at[end] >= 0x80 || rest.at[end] == '[' || rest.at[end] == ']'))
            end++;
        if (end < rest.len && rest.at[end] == '!') {
            if (end > 0)
                sheet = xlm_find_sheet(m->book, bytes_sub(rest, 0, end));
            rest = bytes_from(rest, end + 1);
        }
    }
    struct xlm_area area = {.sheet = sheet};
    if (!corner(m, &rest, &area.row, &area.column))
        return false;
    area.last_row = area.row, area.last_column = area.column;
    if (rest.len > 1 && rest.at[0] == ':') {
        struct bytes after = bytes_from(rest, 1);
        if (corner(m, &after, &area.last_row, &area.last_column))
            rest = after;
        else
            area.last_row = area.row, area.last_column = area.column;
    }
    *out = area;
    *s = rest;
    return true;
}

bool xlm_parse_reference(struct xlm_machine *m, struct bytes s, struct xlm_area *out)
{
    s = bytes_trim(s);
    if (s.len > 0 && s.at[0] == '=')
        s = bytes_from(s, 1);
    return reference_at(m, &s, out) && s.len == 0;
}

/* Evaluate one argument; under DRY it is only read. */
static struct xlm_value argument(struct xlm_machine *m, bool dry)
{
    uint8_t next = peek(m);
    if (next == ',' || next == ')' || next == 0)
        return (struct xlm_value){.tag = XLM_MISSING};
    m->dry += dry;
    struct xlm_value v = comparison(m);
    m->dry -= dry;
    return v;
}

/* IF evaluates one side; both where the condition is unknown. */
static struct xlm_value call_if(struct xlm_machine *m)
{
    struct xlm_value condition = argument(m, false);
    int truth = m->dry ? -1 : xlm_truth(m, condition);
    if (!accept(m, ',')) { /* the block form: xlm_command knows it by its single argument */
        accept(m, ')');
        return m->dry ? xlm_unknown("{?}") : xlm_call(m, BYTES("IF"), &condition, 1);
    }
    m->unsure += truth < 0;
    struct xlm_value yes = argument(m, truth == 0), no = {.tag = XLM_TRUTH};
    if (accept(m, ','))
        no = argument(m, truth == 1);
    while (accept(m, ','))
        argument(m, true);
    m->unsure -= truth < 0;
    accept(m, ')');
    if (truth >= 0)
        return truth ? yes : no;
    return yes.tag == XLM_TEXT ? yes : no.tag == XLM_TEXT ? no : xlm_unknown("{?}");
}

static struct xlm_value call(struct xlm_machine *m, struct bytes name)
{
    if (bytes_equal_fold(name, BYTES("IF")))
        return call_if(m);
    struct xlm_value arguments[XLM_ARGUMENTS_MAX];
    uint32_t count = 0;
    if (peek(m) != ')')
        do {
            struct xlm_value v = argument(m, false);
            if (count < XLM_ARGUMENTS_MAX)
                arguments[count++] = v;
        } while (accept(m, ','));
    accept(m, ')');
    return m->dry ? xlm_unknown("{?}") : xlm_call(m, name, arguments, count);
}

static struct xlm_value string(struct xlm_machine *m)
{
    struct text out;
    text_init(&out, m->arena, TEXT_MAX);
    size_t at = 1;
    for (; at < m->rest.len; at++) {
        if (m->rest.at[at] == '"') {
            if (at + 1 >= m->rest.len || m->rest.at[at + 1] != '"')
                break;
            at++;
        }
        text_add_byte(&out, m->rest.at[at]);
    }
    m->rest = bytes_from(m->rest, at + 1);
    struct bytes s = text_bytes(&out);
    return xlm_of_text(s.at == NULL ? BYTES("") : s);
}

static bool is_name_byte(uint8_t c)
{
    return ascii_is_alnum(c) || c == '_' || c == '.' || c == '\\' || c == '?' || c >= 0x80;
}

static struct xlm_value name_value(struct xlm_machine *m, struct bytes name)
{
    struct bytes upper = xlm_upper(m->arena, name);
    struct xlm_value *variable = table_get(m->variable, upper);
    if (variable != NULL)
        return *variable;
    if (bytes_equal(upper, BYTES("TRUE")) || bytes_equal(upper, BYTES("FALSE")))
        return xlm_of_truth(upper.at[0] == 'T');
    for (uint32_t i = 0; i < m->book->name_count; i++) {
        if (!bytes_equal_fold(m->book->name[i].name, name) || m->depth >= NESTING_MAX)
            continue;
        struct bytes rest = m->rest;
        m->depth += 8;
        struct xlm_value v = xlm_formula(m, m->book->name[i].formula);
        m->depth -= 8;
        m->rest = rest;
        return v;
    }
    return table_get(m->registered, upper) != NULL ? xlm_of_text(name) : xlm_unknown("{?}");
}

/* A number, string, reference, name, call or parenthesis. */
static struct xlm_value operand(struct xlm_machine *m)
{
    uint8_t c = peek(m);
    struct xlm_area area;
    if (c == '"')
        return string(m);
    if (c == '(') {
        accept(m, '(');
        struct xlm_value v = comparison(m);
        while (accept(m, ','))
            comparison(m);
        accept(m, ')');
        return v;
    }
    if (c == '{' || c == '#') {
        size_t end = 1;
        while (end < m->rest.len &&
               (c == '{' ? m->rest.at[end - 1] != '}'
                         : is_name_byte(m->rest.at[end]) || m->rest.at[end] == '/' ||
                               m->rest.at[end] == '!'))
            end++;
        m->rest = bytes_from(m->rest, end);
        return xlm_unknown("{?}");
    }
    if (ascii_is_digit(c) || (c == '.' && m->rest.len > 1 && ascii_is_digit(m->rest.at[1]))) {
        char digits[64], *end;
        size_t len = m->rest.len < sizeof digits - 1 ? m->rest.len : sizeof digits - 1;
        memcpy(digits, m->rest.at, len);
        digits[len] = 0;
        double n = strtod(digits, &end);
        m->rest = bytes_from(m->rest, (size_t)(end - digits));
        return xlm_of_number(n);
    }
    struct bytes rest = m->rest;
    if (reference_at(m, &rest, &area)) {
        m->rest = rest;
        struct xlm_value v = {.tag = XLM_REFERENCE, .area = area};
        if (m->rest.len > 0 && m->rest.at[0] == '(') { /* a macro called by its cell */
            accept(m, '(');
            call(m, BYTES(""));
            return m->dry ? xlm_unknown("{?}") : xlm_run_from(m, area);
        }
        return v;
    }
    size_t end = 0;
    while (end < m->rest.len && (is_name_byte(m->rest.at[end]) || m->rest.at[end] == '!'))
        end++;
    if (end == 0) {
        m->rest = bytes_from(m->rest, 1); /* not a formula: go on */
        return xlm_unknown("{?}");
    }
    struct bytes name = bytes_sub(m->rest, 0, end);
    m->rest = bytes_from(m->rest, end);
    size_t bang = bytes_find_last_byte(name, '!');
    if (bang != BYTES_NPOS)
        name = bytes_from(name, bang + 1);
    return accept(m, '(') ? call(m, name) : name_value(m, name);
}

static struct xlm_value unary(struct xlm_machine *m)
{
    uint32_t minus = 0, signs = 0;
    while (peek(m) == '-' || peek(m) == '+' || peek(m) == '@') {
        minus += peek(m) == '-';
        signs += peek(m) == '-';
        m->rest = bytes_from(m->rest, 1);
    }
    struct xlm_value v = operand(m);
    while (accept(m, '%')) {
        double n;
        v = xlm_number(m, v, &n) ? xlm_of_number(n / 100) : xlm_deref(m, v);
    }
    double n;
    if (signs == 0)
        return v;
    return xlm_number(m, v, &n) ? xlm_of_number(minus % 2 ? -n : n) : xlm_unknown("{?}");
}

static struct xlm_value arithmetic(struct xlm_machine *m, uint8_t op, struct xlm_value a,
                                   struct xlm_value b)
{
    double x, y;
    if (m->dry)
        return a;
    a = xlm_deref(m, a), b = xlm_deref(m, b);
    bool known_a = xlm_number(m, a, &x), known_b = xlm_number(m, b, &y);
    if (!known_a || !known_b) {
        struct xlm_value unknown = a.tag == XLM_UNKNOWN ? a : b;
        return unknown.tag == XLM_UNKNOWN ? unknown : xlm_unknown("{?}");
    }
    switch (op) {
    case '+':
        return xlm_of_number(x + y);
    case '-':
        return xlm_of_number(x - y);
    case '*':
        return xlm_of_number(x * y);
    case '/':
        return y == 0 ? xlm_unknown("{?}") : xlm_of_number(x / y);
    default:
        return xlm_of_number(pow(x, y));
    }
}

static struct xlm_value power(struct xlm_machine *m)
{
    struct xlm_value v = unary(m);
    while (peek(m) == '^' && xlm_step(m, 1)) {
        accept(m, '^');
        v = arithmetic(m, '^', v, unary(m));
    }
    return v;
}

static struct xlm_value product(struct xlm_machine *m)
{
    struct xlm_value v = power(m);
    while ((peek(m) == '*' || peek(m) == '/') && xlm_step(m, 1)) {
        uint8_t op = m->rest.at[0];
        accept(m, op);
        v = arithmetic(m, op, v, power(m));
    }
    return v;
}

static struct xlm_value sum(struct xlm_machine *m)
{
    struct xlm_value v = product(m);
    while ((peek(m) == '+' || peek(m) == '-') && xlm_step(m, 1)) {
        uint8_t op = m->rest.at[0];
        accept(m, op);
        v = arithmetic(m, op, v, product(m));
    }
    return v;
}

static struct xlm_value concatenation(struct xlm_machine *m)
{
    struct xlm_value v = sum(m);
    if (peek(m) != '&')
        return v;
    struct text out;
    text_init(&out, m->arena, TEXT_MAX);
    if (!m->dry)
        text_add(&out, xlm_text(m, v));
    while (accept(m, '&') && xlm_step(m, 1)) {
        v = sum(m);
        if (!m->dry)
            text_add(&out, xlm_text(m, v));
    }
    return xlm_of_text(out.len == 0 ? BYTES("") : text_bytes(&out));
}

static struct xlm_value compare(struct xlm_machine *m, struct xlm_value a, struct xlm_value b,
                                uint8_t op, uint8_t second)
{
    a = xlm_deref(m, a), b = xlm_deref(m, b);
    if (a.tag == XLM_UNKNOWN || b.tag == XLM_UNKNOWN)
        return xlm_unknown("{?}");
    double x, y;
    int order;
    if (a.tag != XLM_TEXT && b.tag != XLM_TEXT && xlm_number(m, a, &x) && xlm_number(m, b, &y))
        order = x < y ? -1 : x > y;
    else
        order =
            bytes_compare(xlm_upper(m->arena, xlm_text(m, a)), xlm_upper(m->arena, xlm_text(m, b)));
    bool truth = op == '='   ? order == 0
                 : op == '<' ? (second == '>' ? order != 0 : order < 0)
                             : order > 0;
    return xlm_of_truth(truth || (second == '=' && order == 0));
}

static struct xlm_value comparison(struct xlm_machine *m)
{
    if (m->depth >= NESTING_MAX || !xlm_step(m, 1)) {
        m->rest = bytes_from(m->rest, m->rest.len);
        return xlm_unknown("{?}");
    }
    m->depth++;
    struct xlm_value v = concatenation(m);
    while ((peek(m) == '=' || peek(m) == '<' || peek(m) == '>') && xlm_step(m, 1)) {
        uint8_t op = m->rest.at[0], second = 0;
        accept(m, op);
        if (op != '=' && m->rest.len > 0 && (m->rest.at[0] == '=' || m->rest.at[0] == '>')) {
            second = m->rest.at[0];
            m->rest = bytes_from(m->rest, 1);
        }
        struct xlm_value right = concatenation(m);
        v = m->dry ? v : compare(m, v, right, op, second);
    }
    m->depth--;
    return v;
}

struct xlm_value xlm_formula(struct xlm_machine *m, struct bytes text)
{
    struct bytes before = m->rest;
    m->rest = text;
    struct xlm_value v = comparison(m);
    m->rest = before;
    return v;
}
