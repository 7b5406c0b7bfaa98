/* SPDX-License-Identifier: Apache-2.0 */
#include "open/script_eval.h"

#include "base/table.h"
#include "base/text.h"
#include "base/utf16.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define BUILTIN(name)                                                                              \
    static struct script_value fn_##name(struct script *s, struct script_value *a, uint32_t n)

static bool known_text(struct script *s, struct script_value *a, uint32_t n, uint32_t i,
                       struct script_value *out)
{
    if (i >= n || a[i].tag == SCRIPT_UNKNOWN || a[i].tag == SCRIPT_OBJECT)
        return false;
    *out = script_to_string(s, a[i]);
    return out->tag == SCRIPT_STRING;
}

BUILTIN(chr)
{
    double code;
    if (n < 1 || !script_to_number(s, a[0], &code))
        return script_of_char(s, SCRIPT_PART_UNKNOWN);
    return script_of_char(s, (uint32_t)(int32_t)fmod(code, 65536) & 0xFFFF);
}

BUILTIN(asc)
{
    struct script_value t;
    return known_text(s, a, n, 0, &t) && t.len > 0 && t.text[0] < SCRIPT_PART_UNKNOWN
               ? script_of_number(t.text[0])
               : script_unknown();
}

BUILTIN(mid)
{
    struct script_value t;
    double from;
    if (!known_text(s, a, n, 0, &t) || n < 2 || !script_to_number(s, a[1], &from))
        return script_unknown();
    return script_part(t, script_integer(from) - 1,
                       script_integer(script_number_or(s, a, n, 2, 4e9)));
}

BUILTIN(left)
{
    struct script_value t;
    return known_text(s, a, n, 0, &t)
               ? script_part(t, 0, script_integer(script_number_or(s, a, n, 1, 0)))
               : script_unknown();
}

BUILTIN(right)
{
    struct script_value t;
    if (!known_text(s, a, n, 0, &t))
        return script_unknown();
    double count = script_number_or(s, a, n, 1, 0);
    return count >= t.len ? t
                          : script_part(t, t.len - script_integer(count), script_integer(count));
}

BUILTIN(len)
{
    struct script_value t;
    return known_text(s, a, n, 0, &t) ? script_of_number(t.len) : script_unknown();
}

static int64_t find_text(struct script *s, struct script_value t, struct script_value wanted,
                         int64_t from)
{
    for (int64_t i = from; i + wanted.len <= t.len && script_step(s, 1 + wanted.len / 64); i++)
        if (wanted.len == 0 || (t.text[i] == wanted.text[0] &&
                                memcmp(t.text + i, wanted.text, (size_t)wanted.len * 2) == 0))
            return i;
    return -1;
}

BUILTIN(instr)
{
    struct script_value t, wanted;
    double from = 1;
    uint32_t at = n >= 3 && a[0].tag == SCRIPT_NUMBER ? 1 : 0;
    if (at == 1)
        script_to_number(s, a[0], &from);
    if (!known_text(s, a, n, at, &t) || !known_text(s, a, n, at + 1, &wanted))
        return script_unknown();
    return script_of_number(
        (double)find_text(s, t, wanted, from < 1 ? 0 : script_integer(from) - 1) + 1);
}

BUILTIN(instrrev)
{
    struct script_value t, wanted;
    if (!known_text(s, a, n, 0, &t) || !known_text(s, a, n, 1, &wanted))
        return script_unknown();
    int64_t last = -1;
    for (int64_t at = find_text(s, t, wanted, 0); at >= 0; at = find_text(s, t, wanted, at + 1))
        last = at;
    return script_of_number((double)last + 1);
}

struct script_value script_replace(struct script *s, struct script_value t, struct script_value old,
                                   struct script_value new, bool all)
{
    struct script_value out = script_of_string(s, "");
    int64_t from = 0;
    for (int64_t at; old.len > 0 && (at = find_text(s, t, old, from)) >= 0 && !s->over;) {
        out = script_join(s, script_join(s, out, script_part(t, from, at - from)), new);
        from = at + old.len;
        if (!all)
            break;
    }
    return script_join(s, out, script_part(t, from, t.len));
}

BUILTIN(replace)
{
    struct script_value t, old, new;
    if (!known_text(s, a, n, 0, &t) || !known_text(s, a, n, 1, &old) ||
        !known_text(s, a, n, 2, &new))
        return n > 0 ? a[0] : script_unknown();
    return script_replace(s, t, old, new, true);
}

BUILTIN(strreverse)
{
    struct script_value t;
    if (!known_text(s, a, n, 0, &t))
        return script_unknown();
    uint16_t *out = arena_array_of(s->arena, (size_t)t.len + 1, uint16_t);
    s->made_bytes += t.len * 2;
    for (uint32_t i = 0; i < t.len; i++)
        out[i] = t.text[t.len - 1 - i];
    return script_of_wide(out, t.len);
}

BUILTIN(split)
{
    struct script_value t, by = script_of_string(s, " ");
    if (!known_text(s, a, n, 0, &t))
        return script_unknown();
    if (n >= 2)
        by = script_to_string(s, a[1]);
    struct script_value out = script_new_array(s, 8);
    int64_t from = 0;
    for (int64_t at; by.len > 0 && (at = find_text(s, t, by, from)) >= 0 && !s->over;
         from = at + by.len)
        script_push(s, out.array, script_part(t, from, at - from));
    script_push(s, out.array, script_part(t, from, t.len));
    return out;
}

BUILTIN(join)
{
    if (n < 1 || a[0].tag != SCRIPT_ARRAY)
        return script_unknown();
    struct script_value by = n >= 2 ? script_to_string(s, a[1])
                                    : script_of_string(s, s->language == SCRIPT_JS ? "," : " ");
    struct script_value out = script_of_string(s, "");
    for (uint32_t i = 0; i < a[0].array->count && script_step(s, 1); i++) {
        if (i > 0)
            out = script_join(s, out, by);
        out = script_join(s, out, script_to_string(s, a[0].array->item[i]));
    }
    return out;
}

BUILTIN(array)
{
    struct script_value v = script_new_array(s, n);
    for (uint32_t i = 0; i < n; i++)
        script_push(s, v.array, a[i]);
    return v;
}

BUILTIN(ubound)
{
    (void)s;
    return n >= 1 && a[0].tag == SCRIPT_ARRAY ? script_of_number((double)a[0].array->count - 1)
                                              : script_unknown();
}
BUILTIN(lbound)
{
    (void)s, (void)a, (void)n;
    return script_of_number(0);
}

static struct script_value change_case(struct script *s, struct script_value *a, uint32_t n,
                                       bool upper)
{
    struct script_value t;
    if (!known_text(s, a, n, 0, &t))
        return n > 0 ? a[0] : script_unknown();
    uint16_t *out = arena_array_of(s->arena, (size_t)t.len + 1, uint16_t);
    s->made_bytes += t.len * 2;
    for (uint32_t i = 0; i < t.len; i++) {
        uint16_t c = t.text[i];
        bool letter = (uint16_t)((c | 0x20) - 'a') < 26;
        out[i] = !letter ? c : upper ? (uint16_t)(c & ~0x20) : (uint16_t)(c | 0x20);
    }
    return script_of_wide(out, t.len);
}
BUILTIN(ucase)
{
    return change_case(s, a, n, true);
}
BUILTIN(lcase)
{
    return change_case(s, a, n, false);
}

BUILTIN(trim)
{
    struct script_value t;
    if (!known_text(s, a, n, 0, &t))
        return n > 0 ? a[0] : script_unknown();
    uint32_t from = 0, to = t.len;
    while (from < to && (t.text[from] == ' ' || (t.text[from] >= 9 && t.text[from] <= 13)))
        from++;
    while (to > from && (t.text[to - 1] == ' ' || (t.text[to - 1] >= 9 && t.text[to - 1] <= 13)))
        to--;
    return script_part(t, from, to - from);
}

static struct script_value fill(struct script *s, double count, uint16_t c)
{
    if (!(count >= 0 && count <= 1048576) || !script_step(s, 1 + (uint64_t)count / 16))
        return script_unknown();
    uint16_t *out = arena_array_of(s->arena, (size_t)count + 1, uint16_t);
    s->made_bytes += (uint64_t)count * 2;
    for (uint32_t i = 0; i < (uint32_t)count; i++)
        out[i] = c;
    return script_of_wide(out, (uint32_t)count);
}
BUILTIN(space)
{
    return fill(s, script_number_or(s, a, n, 0, 0), ' ');
}
BUILTIN(string)
{
    if (n < 2)
        return n == 1 ? script_to_string(s, a[0]) : script_of_string(s, "");
    double code = a[1].tag == SCRIPT_STRING && a[1].len > 0 ? a[1].text[0]
                                                            : script_number_or(s, a, n, 1, ' ');
    return fill(s, script_number_or(s, a, n, 0, 0), (uint16_t)script_integer(code));
}

BUILTIN(hex)
{
    double x;
    char digits[32];
    if (n < 1 || !script_to_number(s, a[0], &x) || fabs(x) > 9e15)
        return script_unknown();
    snprintf(digits, sizeof digits, "%llX",
             (long long)x & (x < 0 ? 0xFFFFFFFFLL : 0x1FFFFFFFFFFFFFLL));
    return script_of_string(s, digits);
}

BUILTIN(val)
{
    struct script_value t;
    double x;
    if (!known_text(s, a, n, 0, &t))
        return script_unknown();
    if (script_to_number(s, t, &x))
        return script_of_number(x);
    char digits[64] = {0}; /* as far as it is a number */
    for (uint32_t i = 0; i < t.len && i < 63 && t.text[i] < 0x80; i++)
        digits[i] = (char)t.text[i];
    if (digits[0] == '&' && (digits[1] | 0x20) == 'h')
        return script_of_number((double)strtoll(digits + 2, NULL, 16));
    return script_of_number(strtod(digits, NULL));
}

BUILTIN(number)
{
    double x;
    if (n < 1 || !script_to_number(s, a[0], &x))
        return script_unknown();
    return script_of_number(x);
}
BUILTIN(integer)
{
    double x;
    return n >= 1 && script_to_number(s, a[0], &x) ? script_of_number(nearbyint(x))
                                                   : script_unknown();
}
BUILTIN(floor)
{
    double x;
    return n >= 1 && script_to_number(s, a[0], &x) ? script_of_number(floor(x)) : script_unknown();
}
BUILTIN(abs)
{
    double x;
    return n >= 1 && script_to_number(s, a[0], &x) ? script_of_number(fabs(x)) : script_unknown();
}
BUILTIN(sqr)
{
    double x;
    return n >= 1 && script_to_number(s, a[0], &x) && x >= 0 ? script_of_number(sqrt(x))
                                                             : script_unknown();
}
BUILTIN(cstr)
{
    return n >= 1 && a[0].tag != SCRIPT_UNKNOWN && a[0].tag != SCRIPT_OBJECT
               ? script_to_string(s, a[0])
           : n >= 1 ? a[0]
                    : script_unknown();
}
BUILTIN(same)
{
    (void)s;
    return n >= 1 ? a[0] : script_unknown();
}
BUILTIN(now)
{
    (void)a, (void)n;
    return script_of_char(s, SCRIPT_PART_NOW);
}
BUILTIN(rnd)
{
    (void)s, (void)a, (void)n;
    return script_unknown();
}

BUILTIN(environ)
{
    struct script_value t;
    if (!known_text(s, a, n, 0, &t))
        return script_unknown();
    t = change_case(s, &t, 1, true);
    struct script_value mark = script_of_string(s, "%");
    return script_join(s, script_join(s, mark, t), mark);
}

BUILTIN(shell)
{
    if (n >= 1)
        script_command(s, a[0]);
    return script_unknown();
}
BUILTIN(createobject)
{
    return n >= 1 ? script_create(s, a[0]) : script_unknown();
}
BUILTIN(iif)
{
    int truth = n >= 3 ? script_to_truth(s, a[0]) : -1;
    return n < 3 ? script_unknown() : truth != 0 ? a[1] : a[2];
}
BUILTIN(choose)
{
    double i = script_number_or(s, a, n, 0, 0);
    return i >= 1 && i < n ? a[(uint32_t)i] : script_unknown();
}

BUILTIN(strconv)
{
    double mode = script_number_or(s, a, n, 1, 0);
    if (n < 1)
        return script_unknown();
    if (mode == 1 || mode == 2)
        return change_case(s, a, n, mode == 1);
    if (mode == 64 && a[0].tag == SCRIPT_ARRAY) { /* vbUnicode: bytes to text */
        struct bytes raw = script_to_bytes(s, a[0]);
        uint16_t *out = arena_array_of(s->arena, raw.len + 1, uint16_t);
        for (size_t i = 0; i < raw.len; i++)
            out[i] = raw.at[i];
        return script_of_wide(out, (uint32_t)raw.len);
    }
    if (mode == 128 && a[0].tag == SCRIPT_STRING) /* vbFromUnicode */
        return script_of_bytes(s, script_to_bytes(s, a[0]));
    return a[0];
}

BUILTIN(execute)
{
    struct script_value t;
    if (!known_text(s, a, n, 0, &t))
        return script_unknown();
    return s->language == SCRIPT_JS && a[0].tag != SCRIPT_STRING
               ? a[0]
               : script_run_text(s, script_to_utf8(s, t));
}

BUILTIN(function)
{
    struct script_value body;
    return n > 0 && known_text(s, a, n, n - 1, &body)
               ? script_function_of(s, script_to_utf8(s, body))
               : script_unknown();
}

BUILTIN(open_page)
{
    if (n > 0)
        script_navigate(s, a[0]);
    return script_unknown();
}

BUILTIN(timeout)
{
    if (n >= 1 && a[0].tag == SCRIPT_FUNCTION)
        return script_call_value(s, a[0], NULL, 0);
    return fn_execute(s, a, n);
}

/* %41 and %u0041 as one character each. */
BUILTIN(unescape)
{
    struct script_value t;
    if (!known_text(s, a, n, 0, &t))
        return script_unknown();
    uint16_t *out = arena_array_of(s->arena, (size_t)t.len + 1, uint16_t);
    s->made_bytes += t.len * 2;
    uint32_t len = 0;
    report_add(&s->report, FACT_SCRIPT_OBFUSCATION, BYTES("escape"));
    for (uint32_t i = 0; i < t.len; i++) {
        uint32_t skip = t.text[i] == '%' ? (i + 5 < t.len && t.text[i + 1] == 'u' ? 2 : 1) : 0;
        uint32_t digits = skip == 2 ? 4 : 2, code = 0, k = 0;
        if (skip != 0)
            for (; k < digits && i + skip + k < t.len; k++) {
                uint16_t c = t.text[i + skip + k];
                int digit = c < 0x80 ? ascii_hex((uint8_t)c) : -1;
                if (digit < 0)
                    break;
                code = code * 16 + (uint32_t)digit;
            }
        if (skip != 0 && k == digits) {
            out[len++] = (uint16_t)code;
            i += skip + digits - 1;
        } else {
            out[len++] = t.text[i];
        }
    }
    return script_of_wide(out, len);
}

BUILTIN(atob)
{
    struct script_value t;
    if (!known_text(s, a, n, 0, &t))
        return script_unknown();
    struct bytes raw = report_base64(s->arena, script_to_utf8(s, t));
    if (raw.at == NULL)
        return script_unknown();
    report_add(&s->report, FACT_SCRIPT_OBFUSCATION, BYTES("base64"));
    uint16_t *out = arena_array_of(s->arena, raw.len + 1, uint16_t);
    s->made_bytes += raw.len * 2;
    for (size_t i = 0; i < raw.len; i++)
        out[i] = raw.at[i];
    return script_of_wide(out, (uint32_t)raw.len);
}

BUILTIN(parse_int)
{
    struct script_value t;
    char digits[64] = {0};
    if (!known_text(s, a, n, 0, &t))
        return script_unknown();
    double base = script_number_or(s, a, n, 1, 0);
    for (uint32_t i = 0; i < t.len && i < 63 && t.text[i] < 0x80; i++)
        digits[i] = (char)t.text[i];
    bool hex = digits[0] == '0' && (digits[1] | 0x20) == 'x';
    char *end;
    long long value = strtoll(digits, &end, base >= 2 && base <= 36 ? (int)base : hex ? 16 : 10);
    return end == digits ? script_unknown() : script_of_number((double)value);
}

BUILTIN(is_nan)
{
    double x;
    return n < 1 || a[0].tag == SCRIPT_UNKNOWN ? script_unknown()
                                               : script_of_bool(!script_to_number(s, a[0], &x));
}

BUILTIN(call_by_name)
{
    if (n < 2)
        return script_unknown();
    report_add(&s->report, FACT_SCRIPT_OBFUSCATION, BYTES("call by name"));
    return script_method(s, a[0], script_name(s, script_argument(s, a, n, 1)), a + (n > 3 ? 3 : n),
                         n > 3 ? n - 3 : 0);
}

BUILTIN(file)
{
    for (uint32_t i = 0; i < n; i++)
        report_file(&s->report, script_argument(s, a, n, i));
    return script_unknown();
}

BUILTIN(strcomp)
{
    struct script_value t, u;
    if (!known_text(s, a, n, 0, &t) || !known_text(s, a, n, 1, &u))
        return script_unknown();
    return script_of_number(script_same_text(t, u, script_number_or(s, a, n, 2, 0) != 0) ? 0 : 1);
}

BUILTIN(macro4)
{
    struct bytes text = script_argument(s, a, n, 0);
    node_fact_add(s->report.document, FACT_XLM_WRITTEN, text);
    size_t exec = bytes_find_fold(text, BYTES("exec(\""), 0);
    if (exec != BYTES_NPOS) {
        struct bytes line = bytes_from(text, exec + 6);
        size_t end = bytes_find_last_byte(line, '"');
        report_command(&s->report, bytes_sub(line, 0, end == BYTES_NPOS ? line.len : end));
    }
    return script_unknown();
}

static const struct script_builtin vb[] = {
    {"chr", fn_chr},
    {"chrw", fn_chr},
    {"chrb", fn_chr},
    {"asc", fn_asc},
    {"ascw", fn_asc},
    {"ascb", fn_asc},
    {"mid", fn_mid},
    {"midb", fn_mid},
    {"left", fn_left},
    {"right", fn_right},
    {"len", fn_len},
    {"instr", fn_instr},
    {"instrrev", fn_instrrev},
    {"replace", fn_replace},
    {"strreverse", fn_strreverse},
    {"split", fn_split},
    {"join", fn_join},
    {"array", fn_array},
    {"ubound", fn_ubound},
    {"lbound", fn_lbound},
    {"ucase", fn_ucase},
    {"lcase", fn_lcase},
    {"trim", fn_trim},
    {"ltrim", fn_trim},
    {"rtrim", fn_trim},
    {"space", fn_space},
    {"string", fn_string},
    {"hex", fn_hex},
    {"val", fn_val},
    {"cint", fn_integer},
    {"clng", fn_integer},
    {"cbyte", fn_integer},
    {"cdbl", fn_number},
    {"csng", fn_number},
    {"int", fn_floor},
    {"fix", fn_floor},
    {"abs", fn_abs},
    {"sqr", fn_sqr},
    {"round", fn_integer},
    {"cstr", fn_cstr},
    {"cvar", fn_same},
    {"cbool", fn_same},
    {"format", fn_cstr},
    {"now", fn_now},
    {"date", fn_now},
    {"time", fn_now},
    {"timer", fn_now},
    {"rnd", fn_rnd},
    {"environ", fn_environ},
    {"shell", fn_shell},
    {"createobject", fn_createobject},
    {"getobject", fn_createobject},
    {"iif", fn_iif},
    {"choose", fn_choose},
    {"strconv", fn_strconv},
    {"execute", fn_execute},
    {"executeglobal", fn_execute},
    {"eval", fn_execute},
    {"callbyname", fn_call_by_name},
    {"unescape", fn_unescape},
    {"mkdir", fn_file},
    {"kill", fn_file},
    {"filecopy", fn_file},
    {"chdir", fn_file},
    {"name", fn_file},
    {"strcomp", fn_strcomp},
    {"executeexcel4macro", fn_macro4},
};

static const struct script_builtin js[] = {
    {"eval", fn_execute},
    {"setTimeout", fn_timeout},
    {"setInterval", fn_timeout},
    {"unescape", fn_unescape},
    {"decodeURIComponent", fn_unescape},
    {"decodeURI", fn_unescape},
    {"atob", fn_atob},
    {"parseInt", fn_parse_int},
    {"parseFloat", fn_number},
    {"Number", fn_number},
    {"String", fn_cstr},
    {"isNaN", fn_is_nan},
    {"GetObject", fn_createobject},
    {"Array", fn_array},
    {"escape", fn_same},
    {"encodeURIComponent", fn_same},
    {"Date", fn_now},
    {"ActiveXObject", fn_createobject},
    {"Function", fn_function},
    {"open", fn_open_page},
};

const struct script_builtin *script_builtin(struct script *s, struct script_name *name)
{
    const struct script_builtin *rows = s->language == SCRIPT_JS ? js : vb;
    size_t count = s->language == SCRIPT_JS ? sizeof js / sizeof js[0] : sizeof vb / sizeof vb[0];
    if (name->builtin_known)
        return name->builtin;
    name->builtin_known = true;
    for (size_t i = 0; i < count && s->language != SCRIPT_PS; i++)
        if (bytes_equal(name->text, bytes_of_string(rows[i].name)))
            name->builtin = &rows[i];
    return name->builtin;
}

struct script_value script_vb_builtin(struct script *s, const char *name,
                                      struct script_value *argument, uint32_t count)
{
    for (size_t i = 0; i < sizeof vb / sizeof vb[0]; i++)
        if (strcmp(vb[i].name, name) == 0)
            return vb[i].run(s, argument, count);
    return script_unknown();
}
