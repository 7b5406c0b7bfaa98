/* SPDX-License-Identifier: Apache-2.0 */
#include "open/script_eval.h"

#include "base/table.h"

#include <math.h>

#define METHOD(name)                                                                               \
    static struct script_value m_##name(struct script *s, struct script_value self,                \
                                        struct script_value *a, uint32_t n)

static struct script_value with_self(struct script *s, const char *name, struct script_value self,
                                     struct script_value *a, uint32_t n)
{
    struct script_value all[4] = {self};
    for (uint32_t i = 0; i < n && i < 3; i++)
        all[i + 1] = a[i];
    return script_vb_builtin(s, name, all, 1 + (n < 3 ? n : 3));
}

METHOD(char_at)
{
    double i = script_number_or(s, a, n, 0, 0);
    return script_part(script_to_string(s, self), script_integer(i), 1);
}
METHOD(char_code_at)
{
    double i = script_number_or(s, a, n, 0, 0);
    struct script_value c = script_part(script_to_string(s, self), script_integer(i), 1);
    return c.tag == SCRIPT_STRING && c.len == 1 ? script_of_number(c.text[0]) : script_unknown();
}
METHOD(substr)
{
    struct script_value t = script_to_string(s, self);
    double from = script_number_or(s, a, n, 0, 0);
    return script_part(t, script_integer(from < 0 ? from + t.len : from),
                       script_integer(script_number_or(s, a, n, 1, 4e9)));
}
/* substring(from, to); slice counts negatives from the end, .NET's Substring has a count. */
METHOD(substring)
{
    struct script_value t = script_to_string(s, self);
    double from = script_number_or(s, a, n, 0, 0), to = script_number_or(s, a, n, 1, t.len);
    if (s->language == SCRIPT_PS)
        return script_part(t, script_integer(from), n > 1 ? script_integer(to) : t.len);
    if (from > to) {
        double swap = from;
        from = to, to = swap;
    }
    return script_part(t, script_integer(from), script_integer(to - from));
}
METHOD(slice)
{
    uint32_t len = self.tag == SCRIPT_ARRAY    ? self.array->count
                   : self.tag == SCRIPT_STRING ? self.len
                                               : 0;
    double from = script_number_or(s, a, n, 0, 0), to = script_number_or(s, a, n, 1, len);
    from = from < 0 ? from + len : from;
    to = to < 0 ? to + len : to;
    if (self.tag != SCRIPT_ARRAY)
        return script_part(script_to_string(s, self), script_integer(from),
                           script_integer(to - from));
    struct script_value out = script_new_array(s, 4);
    for (double i = from < 0 ? 0 : from; i < to && i < len && script_step(s, 1); i++)
        script_push(s, out.array, self.array->item[(uint32_t)i]);
    return out;
}
METHOD(replace)
{
    if (n < 2 || self.tag != SCRIPT_STRING)
        return self;
    struct script_value old = script_to_string(s, a[0]), new = a[1];
    if (new.tag == SCRIPT_FUNCTION || old.tag != SCRIPT_STRING)
        return script_unknown();
    bool all = s->language != SCRIPT_JS || a[0].is_char; /* is_char marks a global pattern */
    return script_replace(s, self, old, script_to_string(s, new), all);
}
METHOD(split)
{
    if (n == 0 || (a[0].tag == SCRIPT_STRING && a[0].len == 0)) { /* every character */
        struct script_value t = script_to_string(s, self), out = script_new_array(s, t.len);
        for (uint32_t i = 0; n > 0 && i < t.len && script_step(s, 1); i++)
            script_push(s, out.array, script_part(t, i, 1));
        if (n == 0)
            script_push(s, out.array, t);
        return out;
    }
    return with_self(s, "split", self, a, 1);
}
METHOD(to_char_array)
{
    struct script_value empty = script_of_string(s, "");
    struct script_value out = m_split(s, self, &empty, 1);
    for (uint32_t i = 0; out.tag == SCRIPT_ARRAY && i < out.array->count; i++)
        out.array->item[i].is_char = true;
    (void)a, (void)n;
    return out;
}
METHOD(join)
{
    return with_self(s, "join", self, a, n);
}
METHOD(reverse)
{
    (void)a, (void)n;
    if (self.tag != SCRIPT_ARRAY)
        return with_self(s, "strreverse", self, NULL, 0);
    report_add(&s->report, FACT_SCRIPT_OBFUSCATION, BYTES("reverse"));
    for (uint32_t i = 0, k = self.array->count; i + 1 < k; i++, k--) {
        struct script_value swap = self.array->item[i];
        self.array->item[i] = self.array->item[k - 1];
        self.array->item[k - 1] = swap;
    }
    return self;
}
METHOD(index_of)
{
    struct script_value found = with_self(s, "instr", self, a, n > 1 ? 1 : n);
    return found.tag == SCRIPT_NUMBER ? script_of_number(found.number - 1) : found;
}
METHOD(to_string)
{
    double base = script_number_or(s, a, n, 0, 10), x;
    if (self.tag == SCRIPT_NUMBER && base >= 2 && base <= 36 && base != 10 &&
        script_to_number(s, self, &x) && x >= 0 && x < 9e15) {
        char digits[64];
        int at = 63;
        digits[at] = 0;
        uint64_t left = (uint64_t)x;
        do
            digits[--at] = "0123456789abcdefghijklmnopqrstuvwxyz"[left % (uint64_t)base];
        while ((left /= (uint64_t)base) > 0);
        return script_of_string(s, digits + at);
    }
    if (self.tag == SCRIPT_FUNCTION && self.function->source.at != NULL)
        return script_of_utf8(s, self.function->source);
    return self.tag == SCRIPT_UNKNOWN || self.tag == SCRIPT_OBJECT ? script_unknown()
                                                                   : script_to_string(s, self);
}
METHOD(push)
{
    for (uint32_t i = 0; self.tag == SCRIPT_ARRAY && i < n; i++)
        script_push(s, self.array, a[i]);
    return self.tag == SCRIPT_ARRAY ? script_of_number(self.array->count) : script_unknown();
}
METHOD(pop)
{
    (void)s, (void)a, (void)n;
    return self.tag == SCRIPT_ARRAY && self.array->count > 0 ? self.array->item[--self.array->count]
                                                             : script_unknown();
}
METHOD(shift)
{
    (void)a, (void)n;
    if (self.tag != SCRIPT_ARRAY || self.array->count == 0 ||
        !script_step(s, 1 + self.array->count / 64))
        return script_unknown();
    struct script_value first = self.array->item[0];
    memmove(self.array->item, self.array->item + 1, (self.array->count - 1) * sizeof first);
    self.array->count--;
    return first;
}
METHOD(concat)
{
    if (self.tag == SCRIPT_ARRAY) {
        struct script_value out = m_slice(s, self, NULL, 0);
        for (uint32_t i = 0; i < n; i++)
            if (a[i].tag == SCRIPT_ARRAY)
                for (uint32_t k = 0; k < a[i].array->count && script_step(s, 1); k++)
                    script_push(s, out.array, a[i].array->item[k]);
            else
                script_push(s, out.array, a[i]);
        return out;
    }
    for (uint32_t i = 0; i < n; i++)
        self = script_join(s, script_to_string(s, self), script_to_string(s, a[i]));
    return self;
}
METHOD(lower)
{
    (void)a, (void)n;
    return with_self(s, "lcase", self, NULL, 0);
}
METHOD(upper)
{
    (void)a, (void)n;
    return with_self(s, "ucase", self, NULL, 0);
}
METHOD(trim)
{
    (void)a, (void)n;
    return with_self(s, "trim", self, NULL, 0);
}
METHOD(insert)
{
    double at = script_number_or(s, a, n, 0, 0);
    if (n < 2)
        return self;
    struct script_value t = script_to_string(s, self), head = script_part(t, 0, script_integer(at));
    return script_join(s, script_join(s, head, script_to_string(s, a[1])),
                       script_part(t, head.len, t.len));
}
METHOD(remove)
{
    struct script_value t = script_to_string(s, self);
    double at = script_number_or(s, a, n, 0, 0), count = script_number_or(s, a, n, 1, 4e9);
    struct script_value head = script_part(t, 0, script_integer(at));
    return script_join(s, head, script_part(t, script_integer(at + count), t.len));
}
METHOD(map)
{
    struct script_value out = script_new_array(s, 4);
    for (uint32_t i = 0;
         self.tag == SCRIPT_ARRAY && n > 0 && i < self.array->count && script_step(s, 1); i++) {
        struct script_value argument[2] = {self.array->item[i], script_of_number(i)};
        script_push(s, out.array, script_call_value(s, a[0], argument, 2));
    }
    return out;
}

/* The items F says yes to; those of which nobody knows too. */
METHOD(filter)
{
    struct script_value out = script_new_array(s, 4);
    for (uint32_t i = 0; n > 0 && i < self.array->count && script_step(s, 1); i++) {
        struct script_value argument[2] = {self.array->item[i], script_of_number(i)};
        if (script_to_truth(s, script_call_value(s, a[0], argument, 2)) != 0)
            script_push(s, out.array, self.array->item[i]);
    }
    return out;
}
METHOD(reduce)
{
    uint32_t i = n > 1 ? 0 : 1;
    if (n == 0 || (n == 1 && self.array->count == 0))
        return script_unknown();
    struct script_value sum = n > 1 ? a[1] : self.array->item[0];
    for (; i < self.array->count && script_step(s, 1); i++) {
        struct script_value argument[3] = {sum, self.array->item[i], script_of_number(i)};
        sum = script_call_value(s, a[0], argument, 3);
    }
    return sum;
}
METHOD(repeat)
{
    double times = script_number_or(s, a, n, 0, 0);
    struct script_value text = script_to_string(s, self), out = script_of_string(s, "");
    for (double i = 0; i < times && script_step(s, 1 + text.len / 16); i++)
        out = script_join(s, out, text);
    return out;
}
METHOD(pad_start)
{
    double length = script_number_or(s, a, n, 0, 0);
    struct script_value text = script_to_string(s, self),
                        pad = n > 1 ? script_to_string(s, a[1]) : script_of_string(s, " ");
    for (double i = text.len; i < length && pad.len > 0 && script_step(s, 1); i += pad.len)
        text = script_join(s, pad, text);
    return text;
}
METHOD(unshift)
{
    struct script_value out = script_new_array(s, n + self.array->count);
    for (uint32_t i = 0; i < n; i++)
        script_push(s, out.array, a[i]);
    for (uint32_t i = 0; i < self.array->count && script_step(s, 1); i++)
        script_push(s, out.array, self.array->item[i]);
    *self.array = *out.array;
    return script_of_number(self.array->count);
}

/* String and array methods of JavaScript and .NET, in lower case; ARRAYS: 1 arrays only, 2 both. */
static const struct method {
    const char *name;
    struct script_value (*run)(struct script *s, struct script_value self, struct script_value *a,
                               uint32_t n);
    uint8_t arrays;
} methods[] = {
    {"charat", m_char_at, 0},
    {"charcodeat", m_char_code_at, 0},
    {"codepointat", m_char_code_at, 0},
    {"substr", m_substr, 0},
    {"substring", m_substring, 0},
    {"slice", m_slice, 2},
    {"replace", m_replace, 0},
    {"replaceall", m_replace, 0},
    {"split", m_split, 0},
    {"tochararray", m_to_char_array, 0},
    {"join", m_join, 1},
    {"reverse", m_reverse, 1},
    {"indexof", m_index_of, 0},
    {"tostring", m_to_string, 2},
    {"push", m_push, 1},
    {"pop", m_pop, 1},
    {"shift", m_shift, 1},
    {"concat", m_concat, 2},
    {"tolower", m_lower, 0},
    {"tolowercase", m_lower, 0},
    {"tolowerinvariant", m_lower, 0},
    {"toupper", m_upper, 0},
    {"touppercase", m_upper, 0},
    {"trim", m_trim, 0},
    {"trimstart", m_trim, 0},
    {"trimend", m_trim, 0},
    {"insert", m_insert, 0},
    {"remove", m_remove, 0},
    {"map", m_map, 1},
    {"foreach", m_map, 1},
    {"filter", m_filter, 1},
    {"reduce", m_reduce, 1},
    {"repeat", m_repeat, 0},
    {"padstart", m_pad_start, 0},
    {"unshift", m_unshift, 1},
    {"valueof", m_to_string, 2},
};

struct script_value script_method(struct script *s, struct script_value self,
                                  struct script_name *name, struct script_value *argument,
                                  uint32_t count)
{
    uint8_t lower[64];
    size_t len = name->text.len < sizeof lower ? name->text.len : sizeof lower;
    for (size_t i = 0; i < len; i++)
        lower[i] = ascii_lower(name->text.at[i]);
    struct bytes folded = bytes_of(lower, len);
    bool text = self.tag == SCRIPT_STRING || self.tag == SCRIPT_NUMBER,
         array = self.tag == SCRIPT_ARRAY;
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
        if (((text && methods[i].arrays != 1) || (array && methods[i].arrays >= 1) ||
             (self.tag == SCRIPT_FUNCTION && methods[i].arrays == 2)) &&
            bytes_equal(folded, bytes_of_string(methods[i].name)))
            return methods[i].run(s, self, argument, count);
    return script_object_method(s, self, arena_copy(s->arena, folded), argument, count);
}

static bool constant(struct script *s, struct bytes name, struct script_value *out)
{
    static const struct {
        const char *name, *text;
        double number;
    } rows[] = {
        {"vbcrlf", "\r\n", 0},      {"vbnewline", "\r\n", 0},
        {"vblf", "\n", 0},          {"vbcr", "\r", 0},
        {"vbtab", "\t", 0},         {"vbnullstring", "", 0},
        {"vbhide", NULL, 0},        {"vbnormalfocus", NULL, 1},
        {"vbunicode", NULL, 64},    {"vbfromunicode", NULL, 128},
        {"vbuppercase", NULL, 1},   {"vblowercase", NULL, 2},
        {"vbtextcompare", NULL, 1}, {"vbbinarycompare", NULL, 0},
        {"vbmethod", NULL, 1},      {"vbget", NULL, 2},
    };
    static const char *const empties[] = {"nothing", "empty", "null", "undefined"};
    if (bytes_equal(name, BYTES("true")) || bytes_equal(name, BYTES("false"))) {
        *out = script_of_bool(name.at[0] == 't');
        return true;
    }
    for (size_t i = 0; i < sizeof empties / sizeof empties[0]; i++)
        if (bytes_equal(name, bytes_of_string(empties[i]))) {
            *out = script_empty();
            return true;
        }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0] && s->language == SCRIPT_VB; i++)
        if (bytes_equal(name, bytes_of_string(rows[i].name))) {
            *out = rows[i].text != NULL ? script_of_string(s, rows[i].text)
                                        : script_of_number(rows[i].number);
            return true;
        }
    static const char *const objects[] = {"wscript",        "activedocument", "thisdocument",
                                          "activeworkbook", "thisworkbook",   "application"};
    for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++)
        if (bytes_equal_fold(name, bytes_of_string(objects[i]))) {
            *out = script_new_object(s, bytes_of_string(objects[i]));
            return true;
        }
    return false;
}

/* An element whose dataType is bin.base64 gives decoded bytes; bin.hex likewise. */
static bool typed_value(struct script *s, struct script_value self, struct script_value *out)
{
    const struct script_value *type =
        script_property(s, self.object, script_name(s, BYTES("datatype")), false);
    const struct script_value *text =
        script_property(s, self.object, script_name(s, BYTES("text")), false);
    if (s->language == SCRIPT_JS) {
        type = script_property(s, self.object, script_name(s, BYTES("dataType")), false);
        text = text != NULL ? text
                            : script_property(s, self.object, script_name(s, BYTES("text")), false);
    }
    if (text == NULL)
        return false;
    struct bytes kind = type == NULL ? BYTES("") : script_to_utf8(s, *type),
                 raw = script_to_utf8(s, *text);
    if (bytes_equal_fold(kind, BYTES("bin.hex"))) {
        uint8_t *at = arena_alloc(s->arena, raw.len / 2 + 1);
        size_t len = 0;
        for (size_t i = 0; i + 1 < raw.len; i += 2)
            at[len++] =
                (uint8_t)((ascii_hex(raw.at[i]) & 15) << 4 | (ascii_hex(raw.at[i + 1]) & 15));
        *out = script_of_bytes(s, bytes_of(at, len));
        return true;
    }
    report_add(&s->report, FACT_SCRIPT_OBFUSCATION, BYTES("base64"));
    struct bytes decoded = report_base64(s->arena, raw);
    if (decoded.at == NULL)
        return false;
    *out = script_of_bytes(s, decoded);
    return true;
}

/* Whether a piece of text V is not known, nor then its length. */
static bool has_unknown(struct script_value v)
{
    for (uint32_t i = 0; i < v.len; i++)
        if (v.text[i] >= SCRIPT_PART_UNKNOWN && v.text[i] <= SCRIPT_PART_RANDOM)
            return true;
    return false;
}

bool script_get_member(struct script *s, struct script_value self, struct script_name *name,
                       struct script_value *out)
{
    if (self.tag == SCRIPT_UNKNOWN)
        return constant(s, name->text, out);
    if (bytes_equal_fold(name->text, BYTES("length")) ||
        bytes_equal_fold(name->text, BYTES("count"))) {
        if (self.tag == SCRIPT_STRING && has_unknown(self)) {
            *out = script_unknown();
            return true;
        }
        if (self.tag == SCRIPT_STRING || self.tag == SCRIPT_ARRAY) {
            *out = script_of_number(self.tag == SCRIPT_STRING ? self.len : self.array->count);
            return true;
        }
    }
    if (self.tag != SCRIPT_OBJECT)
        return false;
    if (bytes_equal_fold(name->text, BYTES("nodeTypedValue")) && typed_value(s, self, out))
        return true;
    const struct script_value *own = script_property(s, self.object, name, false);
    if (own == NULL)
        return false;
    *out = *own;
    return true;
}
