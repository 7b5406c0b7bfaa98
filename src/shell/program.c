/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/program.h"

#include "shell/decode.h"
#include "shell/tool.h"
#include "shell/host.h"

/* The next quoted string in TEXT from *AT on: its content; false where there is none. */
static bool string_next(struct bytes text, size_t *at, size_t *start_out, struct bytes *out)
{
    for (; *at < text.len; ++*at) {
        uint8_t quote = text.at[*at];
        if (quote != '"' && quote != '\'')
            continue;
        size_t start = *at + 1, triple = 1;
        if (start + 1 < text.len && text.at[start] == quote && text.at[start + 1] == quote)
            start += 2, triple = 3;
        size_t end = start;
        while (end < text.len &&
               (text.at[end] != quote ||
                (triple == 3 && !bytes_starts(bytes_from(text, end), bytes_of("\"\"\"", 3)) &&
                 !bytes_starts(bytes_from(text, end), bytes_of("'''", 3)))))
            end += text.at[end] == '\\' ? 2 : 1;
        if (end > text.len)
            end = text.len;
        *start_out = *at;
        *out = bytes_sub(text, start, end - start);
        *at = end + triple;
        return true;
    }
    return false;
}

/* Whether one of NAMES ends within the 24 bytes before OFFSET. */
static bool called_by(struct bytes text, size_t offset, const char *const *names)
{
    size_t from = offset > 24 ? offset - 24 : 0;
    struct bytes before = bytes_sub(text, from, offset - from);
    for (; *names != NULL; names++)
        if (bytes_find(before, bytes_of_string(*names), 0) != BYTES_NPOS)
            return true;
    return false;
}

static void fetch_note(struct call *call, struct bytes url)
{
    struct shell_string s = {.text = BYTES("")};
    struct call inner = *call;
    struct shell_string args[2] = {string_of(BYTES("curl")), string_of(url)};
    inner.arg = args, inner.count = 2, inner.name = BYTES("curl"), inner.out = s,
    inner.has_in = false;
    tool_fetch(&inner);
    call->out = inner.out;
}

struct program {
    struct call *call;
    struct bytes text;
    bool runs, fetches;
    uint32_t depth;
};

static void program_text(struct call *call, struct bytes text, uint32_t depth);

static void literal_read(struct program *p, struct bytes literal, size_t at)
{
    static const char *const systems[] = {"system",   "popen",        "Popen", "call(",
                                          "run(",     "check_output", "exec(", "shell_exec",
                                          "passthru", "qx",           "spawn", NULL};
    static const char *const decoders[] = {
        "b64decode", "base64_decode", "decode_base64", "decode(", "frombase64", "unhexlify",
        "a2b_",      "Buffer.from",   "atob",          "hex",     NULL};
    struct machine *m = p->call->m;
    if (called_by(p->text, at, decoders) && literal.len >= 16) {
        struct bytes plain =
            decode_is_base64(literal, 16) ? decode_base64(m->arena, literal) : BYTES_NONE;
        if (plain.at != NULL && decode_is_packed(plain) && m->options->unpack != NULL)
            plain = m->options->unpack(m->options->own, plain, STRING_BYTES_MAX);
        if (plain.at == NULL || !decode_is_text(plain))
            return;
        sense(m, p->runs ? BEHAVIOUR_X9 : BEHAVIOUR_X8, ROLE_USED, bytes_sub(plain, 0, 60));
        struct shell_layer *layer = layer_new(m, plain, "base64", BYTES_NONE, true),
                           *before = m->layer;
        if (layer == NULL)
            return;
        uint32_t offset = m->offset, end = m->end;
        m->layer = layer, m->offset = m->end = 0;
        if (p->depth < 4)
            program_text(p->call, plain, p->depth + 1);
        m->layer = before, m->offset = offset, m->end = end;
    } else if (called_by(p->text, at, systems) && literal.len >= 4) {
        struct bytes plain = decode_escapes(m->arena, literal);
        execute_string(p->call, string_of(plain), BYTES("sh"), "system()");
    }
}

static void program_text(struct call *call, struct bytes text, uint32_t depth)
{
    struct program p = {.call = call, .text = text, .depth = depth};
    static const char *const runners[] = {"exec(",      "eval(", "exec (", "eval (", "os.system",
                                          "subprocess", "| sh",  "|sh",    "|bash"};
    static const char *const fetchers[] = {"urlopen",  "urlretrieve",       "requests.get",
                                           "LWP::",    "file_get_contents", "fetch(",
                                           "http.get", "Net::HTTP",         "HTTP::Tiny"};
    for (size_t i = 0; i < sizeof runners / sizeof runners[0]; i++)
        p.runs |= bytes_find(text, bytes_of_string(runners[i]), 0) != BYTES_NPOS;
    for (size_t i = 0; i < sizeof fetchers / sizeof fetchers[0]; i++)
        p.fetches |= bytes_find(text, bytes_of_string(fetchers[i]), 0) != BYTES_NPOS;
    size_t at = 0, start, strings = 0;
    struct bytes literal, url;
    sense_text(call->m, text, ROLE_TEXT);
    while (strings++ < 512 && string_next(text, &at, &start, &literal))
        literal_read(&p, literal, start);
    at = 0;
    if (p.fetches && host_url_next(text, &at, &url)) {
        fetch_note(call, url);
        if (p.runs && call->out.step != NULL)
            execute_string(call, call->out, BYTES("python"), "urlopen");
    }
    bool socket = bytes_find(text, BYTES("socket"), 0) != BYTES_NPOS ||
                  bytes_find(text, BYTES("fsockopen"), 0) != BYTES_NPOS;
    bool shell = bytes_find(text, BYTES("/bin/sh"), 0) != BYTES_NPOS ||
                 bytes_find(text, BYTES("/bin/bash"), 0) != BYTES_NPOS;
    bool wired = bytes_find(text, BYTES("dup2"), 0) != BYTES_NPOS ||
                 bytes_find(text, BYTES("pty.spawn"), 0) != BYTES_NPOS ||
                 bytes_find(text, BYTES(">&"), 0) != BYTES_NPOS;
    if (socket && shell && wired)
        sense(call->m, BEHAVIOUR_B1, ROLE_USED, BYTES("socket and shell"));
}

void program_read(struct call *call, struct shell_string s, struct bytes interpreter,
                  const char *how)
{
    struct machine *m = call->m;
    (void)interpreter;
    struct bytes shown = string_shown(m->arena, s.text);
    struct shell_layer *layer = layer_new(m, shown, how, BYTES_NONE,
                                          (s.taint & TAINT_BIT(DECODED)) != 0),
                       *before = m->layer;
    if (layer == NULL)
        return;
    uint32_t offset = m->offset, end = m->end;
    m->layer = layer, m->offset = m->end = 0;
    program_text(call, shown, 0);
    m->layer = before, m->offset = offset, m->end = end;
}

/* python, perl, php, ruby, node: -c or -e, a file, or standard input. */
void tool_program(struct call *call)
{
    for (uint32_t i = 1; i < call->count; i++) {
        struct bytes arg = call_arg(call, i);
        bool code = arg.len >= 2 && arg.at[0] == '-' && arg.at[1] != '-' &&
                    strchr("cer", arg.at[arg.len - 1]) != NULL;
        if (code && i + 1 < call->count) {
            program_read(call, call->arg[i + 1], call->name, "one-liner");
            return;
        }
        if (arg.len > 0 && arg.at[0] != '-') {
            execute_file(call, arg, true);
            call->out = call_unknown(call, (struct shell_string){0});
            return;
        }
    }
    if (call->has_in && call->in.text.at != NULL)
        execute_string(call, call->in, call->name, "standard input");
}
