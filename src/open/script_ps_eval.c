/* SPDX-License-Identifier: Apache-2.0 */
#include "open/script_eval.h"

#include "artifact/decompress.h"
#include "base/text.h"
#include "base/utf16.h"

#define UNPACKED_MAX ((size_t)8 * 1024 * 1024)

static bool named(struct bytes name, const char *wanted)
{
    return bytes_equal_fold(name, bytes_of_string(wanted));
}

static struct script_value replace(struct script *s, struct script_value a, struct script_value b)
{
    bool two = b.tag == SCRIPT_ARRAY;
    if (two && b.array->count < 1)
        return a;
    struct script_value old = script_to_string(s, two ? b.array->item[0] : b);
    struct script_value new =
        two &&b.array->count > 1 ? script_to_string(s, b.array->item[1]) : script_of_string(s, "");
    a = script_to_string(s, a);
    if (old.tag != SCRIPT_STRING || a.tag != SCRIPT_STRING)
        return script_unknown();
    /* an escaped character of the pattern is itself; a group of one word is the word */
    uint16_t *plain = arena_array_of(s->arena, (size_t)old.len + 1, uint16_t);
    uint32_t len = 0;
    for (uint32_t i = 0; i < old.len; i++)
        if (old.text[i] == '\\' && i + 1 < old.len)
            plain[len++] = old.text[++i];
        else if (old.text[i] != '(' && old.text[i] != ')')
            plain[len++] = old.text[i];
    if (len == 0)
        return a;
    return script_replace(s, a, script_of_wide(plain, len), new, true);
}

/* 'a,b;c' -split '[,;]' or ',' : a class splits at each of its characters. */
static struct script_value split(struct script *s, struct script_value a, struct script_value b)
{
    a = script_to_string(s, a);
    b = b.tag == SCRIPT_ARRAY && b.array->count > 0 ? b.array->item[0] : b;
    if (a.tag != SCRIPT_STRING)
        return script_unknown();
    bool class =
        b.tag == SCRIPT_STRING && b.len > 2 && b.text[0] == '[' && b.text[b.len - 1] == ']';
    struct script_value set = b.tag == SCRIPT_STRING && b.len > 0 ? b : script_of_string(s, " "),
                        out = script_new_array(s, 8);
    if (!class) {
        if (set.len == 2 && set.text[0] == '\\')
            set = script_part(set, 1, 1);
        struct script_value both[2] = {a, set};
        return script_vb_builtin(s, "split", both, 2);
    }
    uint32_t from = 0;
    for (uint32_t i = 0; i < a.len && script_step(s, 1); i++)
        for (uint32_t k = 1; k + 1 < set.len; k++)
            if (a.text[i] == set.text[k]) {
                script_push(s, out.array, script_part(a, from, (int64_t)i - from));
                from = i + 1;
                break;
            }
    script_push(s, out.array, script_part(a, from, a.len));
    return out;
}

static struct script_value join(struct script *s, struct script_value a, struct script_value by)
{
    struct script_value both[2] = {a, by};
    report_add(&s->report, FACT_SCRIPT_OBFUSCATION, BYTES("join"));
    return a.tag == SCRIPT_ARRAY ? script_vb_builtin(s, "join", both, 2) : script_to_string(s, a);
}

static struct script_value cast(struct script *s, struct bytes type, struct script_value v)
{
    double n;
    if (named(type, "char")) {
        if (v.tag == SCRIPT_NUMBER ||
            (v.tag == SCRIPT_STRING && v.len > 1 && script_to_number(s, v, &n))) {
            report_add(&s->report, FACT_SCRIPT_OBFUSCATION, BYTES("chr"));
            script_to_number(s, v, &n);
            v = script_of_char(s, (uint32_t)script_integer(n) & 0xFFFF);
        }
        v.is_char = v.tag == SCRIPT_STRING;
        return v;
    }
    if (named(type, "char[]") || named(type, "byte[]")) {
        struct script_value out = script_new_array(s, 8);
        bool text = v.tag == SCRIPT_STRING;
        uint32_t count = text ? v.len : v.tag == SCRIPT_ARRAY ? v.array->count : 0;
        for (uint32_t i = 0; i < count && script_step(s, 1); i++) {
            struct script_value item = text ? script_part(v, i, 1) : v.array->item[i];
            script_push(s, out.array, named(type, "byte[]") ? item : cast(s, BYTES("char"), item));
            if (text)
                out.array->item[out.array->count - 1].is_char = true;
        }
        out.array->is_bytes = named(type, "byte[]");
        return out;
    }
    if (named(type, "string"))
        return v.tag == SCRIPT_UNKNOWN ? v : script_to_string(s, v);
    if (named(type, "int") || named(type, "byte") || named(type, "int32") || named(type, "convert"))
        return script_to_number(s, v, &n) ? script_of_number(n) : script_unknown();
    return v;
}

static struct script_value wide_text(struct script *s, struct bytes raw, bool utf16)
{
    return script_of_utf8(s, utf16 ? utf16_to_utf8(s->arena, raw) : raw);
}

/* What a gzip or raw deflate stream unpacks to. */
static struct script_value inflate_bytes(struct script *s, struct bytes packed, enum codec codec)
{
    struct decompressed done = decompress(
        s->node, (struct decompress){.codec = codec, .in = packed, .at_most = UNPACKED_MAX});
    decompress_note(s->node, done.status, 0, 0);
    report_add(&s->report, FACT_SCRIPT_OBFUSCATION, BYTES("compressed stream"));
    return script_of_bytes(s, done.out);
}

/* [Type]::Method(args) */
static struct script_value static_call(struct script *s, struct bytes type, struct bytes name,
                                       struct script_value *a, uint32_t n)
{
    struct script_value first = n > 0 ? a[0] : script_unknown();
    if (named(name, "FromBase64String")) {
        struct bytes raw = report_base64(s->arena, script_argument(s, a, n, 0));
        report_add(&s->report, FACT_SCRIPT_OBFUSCATION, BYTES("base64"));
        return raw.at == NULL ? script_unknown() : script_of_bytes(s, raw);
    }
    if (named(name, "ToInt32") || named(name, "ToByte") || named(name, "ToInt16")) {
        struct script_value both[2] = {first, n > 1 ? a[1] : script_of_number(10)};
        const struct bytes digits = script_argument(s, a, n, 0);
        double base = script_number_or(s, both, 2, 1, 10), value = 0;
        for (size_t i = 0; i < digits.len; i++)
            value = value * base + (ascii_hex(digits.at[i]) < 0 ? 0 : ascii_hex(digits.at[i]));
        return script_of_number(value);
    }
    if (named(name, "ToChar") || named(name, "Parse"))
        return cast(s, BYTES("char"), first);
    if (named(name, "Join") && n >= 2)
        return join(s, a[1], a[0]);
    if (named(name, "Concat") || named(name, "Format")) {
        struct script_value rest = script_new_array(s, n);
        for (uint32_t i = named(name, "Format"); i < n; i++)
            script_push(s, rest.array, a[i]);
        return named(name, "Format") ? script_binary_value(s, OP_FORMAT, first, rest)
                                     : join(s, rest, script_of_string(s, ""));
    }
    if (named(name, "Reverse"))
        return script_method(s, first, script_name(s, BYTES("reverse")), NULL, 0);
    if (named(name, "Start"))
        return script_object_method(s, script_unknown(), BYTES("shellexecute"), a, n);
    if (named(name, "Create") && bytes_find_fold(type, BYTES("scriptblock"), 0) != BYTES_NPOS)
        return script_run_text(s, script_argument(s, a, n, 0));
    if (named(name, "WriteAllBytes") || named(name, "WriteAllText")) {
        report_file(&s->report, script_argument(s, a, n, 0));
        report_flag(&s->report, FACT_SCRIPT_WRITES_FILES);
    }
    for (uint32_t i = 0; i < n; i++)
        script_show(s, a[i]);
    return script_unknown();
}

struct script_value script_ps_static(struct script *s, struct script_expression *e,
                                     struct script_value *a, uint32_t n)
{
    struct bytes type = e->a->kind == EX_TYPE ? e->a->name->text : BYTES("");
    return static_call(s, type, e->name->text, a, n);
}

/* The bytes or the stream among constructor arguments, which may come as one list. */
static struct script_value stream_of(struct script_value v)
{
    if (v.tag == SCRIPT_OBJECT || (v.tag == SCRIPT_ARRAY && v.array->is_bytes))
        return v;
    for (uint32_t i = 0; v.tag == SCRIPT_ARRAY && i < v.array->count; i++)
        if (v.array->item[i].tag == SCRIPT_OBJECT || v.array->item[i].tag == SCRIPT_ARRAY)
            return v.array->item[i];
    return script_unknown();
}

static struct script_value created(struct script *s, struct bytes class, struct script_value *a,
                                   uint32_t n)
{
    struct script_value object = script_create(s, script_of_utf8(s, class));
    bool deflate = bytes_find_fold(class, BYTES("DeflateStream"), 0) != BYTES_NPOS;
    struct script_value inner = script_unknown();
    for (uint32_t i = 0; i < n && inner.tag == SCRIPT_UNKNOWN; i++)
        inner = stream_of(a[i]);
    if (inner.tag == SCRIPT_OBJECT) {
        const struct script_value *own =
            script_property(s, inner.object, script_name(s, BYTES("\\data")), false);
        inner = own == NULL ? script_unknown() : *own;
    }
    if (inner.tag == SCRIPT_UNKNOWN)
        return object;
    if (deflate || bytes_find_fold(class, BYTES("GzipStream"), 0) != BYTES_NPOS)
        inner = inflate_bytes(s, script_to_bytes(s, inner), deflate ? CODEC_DEFLATE : CODEC_GZIP);
    struct script_value *data =
        script_property(s, object.object, script_name(s, BYTES("\\data")), true);
    if (data != NULL)
        *data = inner;
    return object;
}

/* The command line of a native program: its words as written. */
static struct bytes line_of(struct script *s, struct bytes name, struct script_value *a, uint32_t n)
{
    struct text out;
    text_init(&out, s->arena, 65536);
    text_add(&out, name);
    for (uint32_t i = 0; i < n; i++) {
        text_add_byte(&out, ' ');
        text_add(&out, script_to_utf8(s, a[i]));
    }
    return text_bytes(&out);
}

static struct script_value map(struct script *s, struct script_value v, struct script_value block)
{
    struct script_value before = s->pipe, out = script_new_array(s, 8);
    struct script_name *it = script_name(s, BYTES("_"));
    uint32_t count = v.tag == SCRIPT_ARRAY ? v.array->count : 1;
    for (uint32_t i = 0; i < count && script_step(s, 1); i++) {
        script_set_local(s, it, v.tag == SCRIPT_ARRAY ? v.array->item[i] : v);
        script_push(s, out.array, script_call_value(s, block, NULL, 0));
    }
    s->pipe = before;
    return out.array->count == 1 && v.tag != SCRIPT_ARRAY ? out.array->item[0] : out;
}

static bool is_iex(struct bytes name)
{
    return named(name, "iex") || named(name, "invoke-expression");
}

static struct script_value fetch(struct script *s, struct script_value *a, uint32_t n)
{
    report_flag(&s->report, FACT_SCRIPT_DOWNLOADS);
    for (uint32_t i = 0; i < n; i++) {
        struct bytes word = script_to_utf8(s, a[i]);
        if (bytes_find(word, BYTES("://"), 0) != BYTES_NPOS)
            report_url(&s->report, word);
        else if (i > 0 && bytes_starts_fold(script_to_utf8(s, a[i - 1]), BYTES("-o")))
            report_file(&s->report, word);
        else if (i > 0 && bytes_starts_fold(script_to_utf8(s, a[i - 1]), BYTES("-d")))
            report_file(&s->report, word);
    }
    return script_unknown();
}

static struct script_value command(struct script *s, struct script_expression *e,
                                   struct script_value input, bool piped)
{
    static const char *const fetchers[] = {
        "invoke-webrequest", "iwr", "wget", "curl", "invoke-restmethod", "irm",
        "start-bitstransfer"};
    struct script_value few[SCRIPT_ARGUMENTS_MAX], *argument = few;
    struct script_value callee = script_evaluate(s, e->a);
    uint32_t n = script_arguments(s, e->list, &argument);
    struct bytes name = callee.tag == SCRIPT_FUNCTION ? BYTES("") : script_to_utf8(s, callee);
    if (callee.tag == SCRIPT_FUNCTION)
        return script_call_value(s, callee, argument, n);
    struct script_name *known = name.len < 128 ? script_name(s, name) : NULL;
    if (known != NULL && known->function != NULL)
        return script_call_function(s, known->function, argument, n);
    if (is_iex(name)) {
        struct script_value text = piped ? input : n > 0 ? argument[n - 1] : script_unknown();
        report_flag(&s->report, FACT_SCRIPT_RUNS_TEXT);
        return text.tag == SCRIPT_UNKNOWN || text.tag == SCRIPT_OBJECT
                   ? script_unknown()
                   : script_run_text(s, script_to_utf8(s, text));
    }
    if ((named(name, "foreach-object") || named(name, "foreach") || named(name, "%")) && n > 0 &&
        piped)
        return map(s, input, argument[n - 1]);
    if (named(name, "new-object")) {
        uint32_t from =
            n > 0 && bytes_starts_fold(script_to_utf8(s, argument[0]), BYTES("-t")) ? 1 : 0;
        bool com = n > 0 && bytes_starts_fold(script_to_utf8(s, argument[0]), BYTES("-com"));
        from = com ? 1 : from;
        return n > from ? created(s, script_to_utf8(s, argument[from]), argument + from + 1,
                                  n - from - 1)
                        : script_unknown();
    }
    for (size_t i = 0; i < sizeof fetchers / sizeof fetchers[0]; i++)
        if (named(name, fetchers[i]))
            return fetch(s, argument, n);
    if (named(name, "start-process") || named(name, "saps") || named(name, "start")) {
        struct bytes line = line_of(s, BYTES(""), argument, n);
        report_command(&s->report, line);
        return script_unknown();
    }
    if (named(name, "set-variable") || named(name, "sv") || named(name, "set-item")) {
        if (n >= 2)
            script_set(s, script_name(s, script_to_utf8(s, argument[0])), argument[1]);
        return script_empty();
    }
    if (named(name, "out-string") || named(name, "write-output") || named(name, "echo") ||
        named(name, "get-variable") || named(name, "gv"))
        return piped ? input : n > 0 ? argument[0] : script_unknown();
    if (name.len > 2 && bytes_find_byte(name, '-', 0) == BYTES_NPOS)
        report_built(&s->report, line_of(s, name, argument, n));
    for (uint32_t i = 0; i < n; i++)
        script_show(s, argument[i]);
    return script_unknown();
}

struct script_value script_ps_value(struct script *s, struct script_expression *e)
{
    struct script_value a;
    switch (e->kind) {
    case EX_BINARY:
        a = script_evaluate(s, e->a);
        if (e->op == OP_REPLACE)
            return replace(s, a, script_evaluate(s, e->b));
        if (e->op == OP_SPLIT)
            return split(s, a, e->b == NULL ? script_of_string(s, " ") : script_evaluate(s, e->b));
        return join(s, a, e->b == NULL ? script_of_string(s, "") : script_evaluate(s, e->b));
    case EX_CAST:
        return cast(s, e->name->text, script_evaluate(s, e->a));
    case EX_PIPE:
        a = script_evaluate(s, e->a);
        return e->b->kind == EX_COMMAND ? command(s, e->b, a, true) : a;
    case EX_COMMAND:
        return command(s, e, script_unknown(), false);
    case EX_TYPE:
        return script_new_object(s, e->name->text);
    default:
        return script_unknown();
    }
}

/* Encoding.GetString(bytes), StreamReader.ReadToEnd(): the rest of .NET that matters here. */
bool script_ps_method(struct script *s, struct script_value self, struct bytes name,
                      struct script_value *a, uint32_t n, struct script_value *out)
{
    if (named(name, "getstring") && n > 0) {
        bool wide = self.tag == SCRIPT_OBJECT &&
                    bytes_find_fold(self.object->class, BYTES("unicode"), 0) != BYTES_NPOS;
        struct bytes raw = script_to_bytes(s, a[0]);
        *out = wide_text(s, raw, wide || (raw.len > 3 && raw.at[1] == 0 && raw.at[3] == 0));
        return true;
    }
    if (named(name, "readtoend")) {
        const struct script_value *data =
            self.tag == SCRIPT_OBJECT
                ? script_property(s, self.object, script_name(s, BYTES("\\data")), false)
                : NULL;
        *out = data == NULL ? script_unknown() : wide_text(s, script_to_bytes(s, *data), false);
        return true;
    }
    return false;
}
