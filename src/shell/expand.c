/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/tool.h"

#include "shell/arithmetic.h"
#include "shell/pattern.h"

#define ELEMENTS_MAX 256u

void strings_add(struct machine *m, struct strings *list, struct shell_string s)
{
    if (list->count == list->capacity) {
        uint32_t capacity = list->capacity == 0 ? 8 : list->capacity * 2;
        struct shell_string *at = arena_alloc_raw(m->arena, capacity * sizeof *at);
        if (list->count > 0)
            memcpy(at, list->at, list->count * sizeof *at);
        list->at = at, list->capacity = capacity;
    }
    list->at[list->count++] = s;
}

struct shell_string string_join(struct machine *m, struct shell_string a, struct shell_string b)
{
    if (a.text.len == 0 || b.text.len == 0) {
        struct shell_string one = a.text.len == 0 ? b : a;
        taint_merge(m, &one, a.text.len == 0 ? a : b);
        return one;
    }
    struct text text;
    text_init(&text, m->arena, STRING_BYTES_MAX);
    text_add(&text, a.text);
    text_add(&text, b.text);
    a.text = text_bytes(&text);
    taint_merge(m, &a, b);
    return a;
}

struct shell_string strings_join(struct machine *m, const struct shell_string *at, uint32_t count)
{
    if (count == 1)
        return at[0];
    struct shell_string out = {0};
    struct text text;
    text_init(&text, m->arena, STRING_BYTES_MAX);
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0)
            text_add_byte(&text, ' ');
        text_add(&text, at[i].text);
        taint_merge(m, &out, at[i]);
    }
    out.text = text_bytes(&text);
    return out;
}

static struct bytes trimmed(struct shell_string value, struct shell_string pattern, bool prefix,
                            bool longest)
{
    struct bytes text = value.text;
    size_t cut = prefix ? pattern_prefix(pattern.text, text, longest)
                        : pattern_suffix(pattern.text, text, longest);
    if (cut == BYTES_NPOS)
        return text;
    return prefix ? bytes_from(text, cut) : bytes_sub(text, 0, cut);
}

static struct bytes replaced(struct machine *m, struct bytes text, struct bytes from,
                             struct bytes to, bool all)
{
    bool head = !all && from.len > 1 && from.at[0] == '#',
         tail = !all && from.len > 1 && from.at[0] == '%';
    if (from.len == 0)
        return text;
    if (head || tail)
        from = bytes_from(from, 1);
    bool glob = memchr(from.at, '*', from.len) != NULL || memchr(from.at, '?', from.len) != NULL ||
                memchr(from.at, '[', from.len) != NULL;
    if (glob && text.len > 1024)
        return text;
    struct text out;
    text_init(&out, m->arena, STRING_BYTES_MAX);
    size_t at = 0, steps = 0;
    bool done = false;
    while (at < text.len) {
        size_t len = done || (head && at > 0)
                         ? BYTES_NPOS
                         : pattern_prefix(from, bytes_sub(text, at, 256), true);
        if (len == BYTES_NPOS || len == 0 || (tail && at + len != text.len) || ++steps > 4096) {
            text_add_byte(&out, text.at[at++]);
            continue;
        }
        text_add(&out, to);
        at += len;
        done = !all;
    }
    return text_bytes(&out);
}

static struct bytes substring(struct machine *m, struct bytes text, struct shell_string from,
                              struct shell_string len)
{
    int64_t start = 0, count = (int64_t)text.len, size = (int64_t)text.len;
    if (memchr(text.at, 0, text.len) != NULL || !arithmetic_value(m, from.text, &start))
        return string_hole(m->arena, "${", BYTES(":"), "}");
    if (len.text.at != NULL && !arithmetic_value(m, len.text, &count))
        return string_hole(m->arena, "${", BYTES(":"), "}");
    if (start < 0)
        start = start + size < 0 ? 0 : start + size;
    if (start > size)
        start = size;
    int64_t end = count < 0 ? size + count : start + (count > size ? size : count);
    if (end > size)
        end = size;
    return end <= start ? BYTES("") : bytes_sub(text, (size_t)start, (size_t)(end - start));
}

static struct bytes cased(struct machine *m, struct bytes text, bool upper, bool all)
{
    struct bytes copy = arena_copy(m->arena, text);
    uint8_t *at = arena_alloc(m->arena, copy.len + 1);
    for (size_t i = 0; i < copy.len; i++) {
        uint8_t c = copy.at[i];
        if (i == 0 || all)
            c = !upper ? ascii_lower(c) : (uint8_t)(c - 'a') < 26 ? (uint8_t)(c - 32) : c;
        at[i] = c;
    }
    return bytes_of(at, copy.len);
}

/* The value of ${name OP operand}. */
static struct shell_string operated(struct machine *m, const struct shell_part *part,
                                    struct shell_string value, bool set)
{
    struct shell_string operand = {0}, second = {0};
    if (part->operand != NULL)
        operand = expand_single(m, part->operand);
    if (part->second != NULL) {
        second = expand_single(m, part->second);
        if (second.text.at == NULL)
            second.text = BYTES("");
    }
    if (part->op == OP_DEFAULT || part->op == OP_ASSIGN) {
        if (set && value.text.len > 0)
            return value;
        if (part->op == OP_ASSIGN)
            variable_set(m, part->text, operand, false);
        return operand;
    }
    if (part->op == OP_ALTERNATE)
        return set ? operand : string_of(BYTES(""));
    if (value.text.len == 0)
        return value;
    if (part->op == OP_PREFIX || part->op == OP_SUFFIX)
        value.text = trimmed(value, operand, part->op == OP_PREFIX, part->doubled);
    else if (part->op == OP_REPLACE)
        value.text = replaced(m, value.text, operand.text, second.text, part->doubled);
    else if (part->op == OP_SUBSTRING)
        value.text = substring(m, value.text, operand, second);
    else if ((part->op == OP_UPPER || part->op == OP_LOWER) && string_is_known(value))
        value.text = cased(m, value.text, part->op == OP_UPPER, part->doubled);
    return value;
}

/* Whether NAME is name[SIGN]. */
static bool is_all(struct bytes name, uint8_t sign)
{
    return name.len >= 3 && name.at[name.len - 1] == ']' && name.at[name.len - 2] == sign &&
           name.at[name.len - 3] == '[';
}

/* "name[index]" as the name the element is kept under; name[@] and name[*] are the whole. */
static struct bytes element_name(struct machine *m, struct bytes name)
{
    size_t open = bytes_find_byte(name, '[', 0);
    if (open == BYTES_NPOS || open == 0)
        return name;
    struct bytes index = bytes_sub(name, open + 1, name.len - open - 2);
    int64_t n = 0;
    if (bytes_equal(index, BYTES("@")) || bytes_equal(index, BYTES("*")))
        return bytes_sub(name, 0, open);
    if (arithmetic_value(m, index, &n))
        return arena_printf(m->arena, "%.*s[%lld]", BYTES_FMT(bytes_sub(name, 0, open)),
                            (long long)n);
    return bytes_sub(name, 0, open);
}

/* "${a[*]}" where IFS is empty: the elements without anything between them. */
static struct shell_string elements_glued(struct machine *m, struct bytes name)
{
    struct shell_string all = string_of(BYTES(""));
    for (uint32_t i = 0; i < ELEMENTS_MAX; i++) {
        struct bytes element = arena_printf(m->arena, "%.*s[%u]", BYTES_FMT(name), i);
        const struct variable *v = variable_find(m, element);
        if (v == NULL || v->count == 0)
            break;
        all = string_join(m, all, variable_value(m, v, element));
    }
    return all;
}

static struct shell_string variable_part(struct machine *m, const struct shell_part *part)
{
    struct bytes name = element_name(m, part->text);
    if (part->indirect) {
        struct shell_string target = variable_get(m, name);
        bool bound = target.text.len > 0 && target.text.len <= 128 &&
                     (string_is_known(target) || variable_find(m, target.text) != NULL);
        if (!bound)
            return string_unknown(m, name);
        name = target.text;
    }
    struct variable *v = variable_find(m, name);
    bool set = v != NULL && v->count > 0;
    struct shell_string value = variable_value(m, v, name);
    if (is_all(part->text, '*') &&
        variable_value(m, m->separators, BYTES("IFS")).text.len == 0)
        value = elements_glued(m, name);
    if (!set && name.len > 0 && (ascii_is_digit(name.at[0]) || name.at[0] == '@'))
        set = m->positional != NULL;
    if (part->length)
        return string_is_known(value) ? string_of(arena_printf(m->arena, "%zu", value.text.len))
                                      : string_unknown(m, BYTES("#"));
    return part->op == OP_NONE ? value : operated(m, part, value, set);
}

static struct shell_string part_value(struct machine *m, const struct shell_part *part)
{
    int64_t n = 0;
    switch (part->kind) {
    case PART_LITERAL:
        return string_of(part->text);
    case PART_VARIABLE:
        return variable_part(m, part);
    case PART_ARITHMETIC:
        return arithmetic_value(m, part->text, &n)
                   ? string_of(arena_printf(m->arena, "%lld", (long long)n))
                   : string_of(string_hole(m->arena, "$((", part->text, "))"));
    case PART_PROCESS: {
        struct shell_string s = run_capture(m, part->list);
        struct bytes path =
            string_hole(m->arena, "<(", arena_printf(m->arena, "%u", m->files->count), ")");
        struct file *file = file_at(m, path);
        file->content = s;
        file->fetch = s.step == NULL ? NULL : s.step->fetch;
        file->decoded = (s.taint & TAINT_BIT(DECODED)) != 0;
        s.text = path;
        return s;
    }
    default:
        return run_capture(m, part->list);
    }
}

struct shell_string expand_single(struct machine *m, const struct shell_word *word)
{
    if (word->first != NULL && word->first->next == NULL) {
        struct shell_string s = part_value(m, word->first);
        if (s.text.at == NULL)
            s.text = BYTES("");
        return s;
    }
    struct shell_string out = string_of(BYTES(""));
    struct text text;
    text_init(&text, m->arena, STRING_BYTES_MAX);
    for (const struct shell_part *part = word->first; part != NULL; part = part->next) {
        struct shell_string s = part_value(m, part);
        text_add(&text, s.text);
        taint_merge(m, &out, s);
    }
    if (text.len > 0)
        out.text = text_bytes(&text);
    return out;
}

/* {a,b} in TEXT: one string per alternative, in order; bounded. */
static void brace_add(struct machine *m, struct shell_string s, struct strings *out, uint32_t depth)
{
    size_t open = bytes_find_byte(s.text, '{', 0), close = BYTES_NPOS, commas = 0;
    uint32_t level = 0;
    for (size_t i = open; open != BYTES_NPOS && i < s.text.len && close == BYTES_NPOS; i++) {
        uint8_t c = s.text.at[i];
        level += c == '{';
        commas += c == ',' && level == 1;
        if (c == '}' && --level == 0)
            close = i;
    }
    if (close == BYTES_NPOS || commas == 0 || depth > 4 || out->count > 256) {
        strings_add(m, out, s);
        return;
    }
    struct bytes before = bytes_sub(s.text, 0, open), after = bytes_from(s.text, close + 1);
    size_t start = open + 1;
    level = 0;
    for (size_t i = start; i <= close; i++) {
        uint8_t c = s.text.at[i];
        if ((c == ',' && level == 0) || i == close) {
            struct shell_string one = s;
            struct text text;
            text_init(&text, m->arena, STRING_BYTES_MAX);
            text_add(&text, before);
            text_add(&text, bytes_sub(s.text, start, i - start));
            text_add(&text, after);
            one.text = text_bytes(&text);
            brace_add(m, one, out, depth + 1);
            start = i + 1;
        }
        level += c == '{';
        level -= c == '}' && level > 0;
    }
}

/* A word that grows: one piece is a slice of what it came from, more are joined. */
struct field {
    struct shell_string value;
    struct text text;
    bool any;
};

static void field_add(struct machine *m, struct field *f, struct bytes piece, struct shell_string from)
{
    if (f->text.len == 0 && f->value.text.len == 0) {
        f->value.text = piece;
    } else if (piece.len > 0) {
        if (f->text.len == 0) {
            text_init(&f->text, m->arena, STRING_BYTES_MAX);
            text_add(&f->text, f->value.text);
        }
        text_add(&f->text, piece);
    }
    taint_merge(m, &f->value, from);
    f->any = true;
}

static void field_end(struct machine *m, struct field *f, struct strings *out)
{
    if (!f->any)
        return;
    if (f->text.len > 0)
        f->value.text = text_bytes(&f->text);
    else if (f->value.text.len == 0)
        f->value.text = BYTES("");
    strings_add(m, out, f->value);
    *f = (struct field){0};
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

/* Whether C parts the words of an expansion: what IFS says, blanks where it is not known. */
static bool is_separator(struct bytes separators, uint8_t c)
{
    for (size_t i = 0; i < separators.len; i++)
        if (separators.at[i] == c)
            return true;
    return false;
}

static void field_split(struct machine *m, struct field *f, struct shell_string s,
                        struct strings *out)
{
    struct bytes separators = variable_value(m, m->separators, BYTES("IFS")).text;
    size_t at = 0;
    if (!text_is_known(separators))
        separators = BYTES(" \t\n");
    bool blanks = bytes_equal(separators, BYTES(" \t\n"));
    while (at < s.text.len && out->count < 4096) {
        size_t start = at;
        while (at < s.text.len &&
               !(blanks ? is_blank(s.text.at[at]) : is_separator(separators, s.text.at[at])))
            at++;
        if (at > start)
            field_add(m, f, bytes_sub(s.text, start, at - start), s);
        if (at < s.text.len) {
            field_end(m, f, out);
            at++;
        }
    }
}

/* The only part of a word that is not empty: the quotes of "$@" leave an empty text before it. */
static const struct shell_part *only_part(const struct shell_part *part)
{
    const struct shell_part *only = NULL;
    for (; part != NULL; part = part->next) {
        if (part->kind == PART_LITERAL && part->text.len == 0)
            continue;
        if (only != NULL)
            return NULL;
        only = part;
    }
    return only;
}

/* "$@" and "${a[@]}": each argument or element a word of its own, blanks in it or not; false where they
 * are not known one by one. */
static bool each_alone(struct machine *m, const struct shell_part *part, struct strings *out)
{
    if (!part->quoted || part->length || part->indirect || part->op != OP_NONE)
        return false;
    if (bytes_equal(part->text, BYTES("@"))) {
        for (uint32_t i = 0; i < m->positional_count; i++)
            strings_add(m, out, m->positional[i]);
        return m->positional_count > 0;
    }
    struct bytes name = element_name(m, part->text);
    struct strings element = {0};
    size_t len = 0;
    for (uint32_t i = 0; i < ELEMENTS_MAX; i++) {
        struct bytes at = arena_printf(m->arena, "%.*s[%u]", BYTES_FMT(name), i);
        const struct variable *v = variable_find(m, at);
        if (v == NULL || v->count == 0)
            break;
        struct shell_string value = variable_value(m, v, at);
        len += value.text.len + (i > 0);
        strings_add(m, &element, value);
    }
    if (element.count == 0 || len != variable_get(m, name).text.len)
        return false;
    for (uint32_t i = 0; i < element.count; i++)
        strings_add(m, out, element.at[i]);
    return true;
}

void expand_word(struct machine *m, const struct shell_word *word, struct strings *out)
{
    const struct shell_part *first = word->first;
    bool plain =
        first == NULL || (first->next == NULL && (first->kind == PART_LITERAL || first->quoted));
    const struct shell_part *only = only_part(first);
    bool whole = only != NULL && only->kind == PART_VARIABLE &&
                 (is_all(only->text, '@') || bytes_equal(only->text, BYTES("@")));
    if (plain && !whole) {
        struct shell_string s = expand_single(m, word);
        if (word->brace)
            brace_add(m, s, out, 0);
        else
            strings_add(m, out, s);
        return;
    }
    if (word->brace) {
        brace_add(m, expand_single(m, word), out, 0);
        return;
    }
    if (whole && each_alone(m, only, out))
        return;
    struct field f = {0};
    for (const struct shell_part *part = first; part != NULL; part = part->next) {
        struct shell_string s = part_value(m, part);
        if (part->kind == PART_LITERAL || (part->quoted && !whole)) {
            field_add(m, &f, s.text, s);
        } else {
            field_split(m, &f, s, out);
        }
    }
    field_end(m, &f, out);
}
