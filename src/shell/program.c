/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/program.h"

#include "shell/decode.h"
#include "shell/program_flow.h"
#include "shell/tool.h"
#include "shell/host.h"

#define SMALL_PROGRAM ((size_t)6144) /* all its parts belong to one purpose */

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

static bool holds_any(struct bytes text, const char *const *words)
{
    for (; *words != NULL; words++)
        if (bytes_find(text, bytes_of_string(*words), 0) != BYTES_NPOS)
            return true;
    return false;
}

/* Whether a triple-quoted string after what ends at END of TEXT is a value: an argument, an operand. */
static bool takes_value(struct bytes text, size_t end)
{
    while (end > 0 && ascii_is_space(text.at[end - 1]))
        end--;
    return end > 0 && strchr("(,=+[{\\%", text.at[end - 1]) != NULL;
}

/* TEXT with blanks for what only people read: lines that are comments, and texts in three quotes that
 * nothing takes.  As it is, where the program may read its own text. */
static struct bytes program_code(struct arena *arena, struct bytes text)
{
    static const char *const readers[] = {"__doc__", "open(__file__", "open(sys.argv[0]",
                                          "getsource", "open(0)", "<DATA>", NULL};
    if (holds_any(text, readers))
        return text;
    uint8_t *code = arena_alloc_raw(arena, text.len + 1);
    struct bytes line, rest = text;
    if (text.len > 0)
        memcpy(code, text.at, text.len);
    while (bytes_next_line(&rest, &line)) {
        struct bytes words = bytes_trim(line), literal;
        size_t from = (size_t)(words.at - text.at), at = from, start, end = from;
        if (bytes_starts(words, BYTES("#")))
            end = from + words.len;
        else if ((bytes_starts(words, BYTES("\"\"\"")) || bytes_starts(words, BYTES("'''"))) &&
                 string_next(text, &at, &start, &literal)) {
            end = takes_value(text, from) || at > text.len ? from : at;
            size_t past = at < text.len ? at : text.len;
            rest = bytes_from(text, past > (size_t)(rest.at - text.at) ? past
                                                                       : (size_t)(rest.at - text.at));
        }
        for (size_t i = from; i < end; i++)
            code[i] = code[i] == '\n' ? '\n' : ' ';
    }
    return bytes_of(code, text.len);
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

/* The download of URL, to PATH where the program names one. */
static void fetch_note(struct call *call, struct bytes url, struct bytes path)
{
    struct shell_string s = {.text = BYTES("")};
    struct call inner = *call;
    struct shell_string args[4] = {string_of(BYTES("curl")), string_of(url), string_of(BYTES("-o")),
                                   string_of(path)};
    inner.arg = args, inner.count = path.len > 0 ? 4 : 2, inner.name = BYTES("curl"), inner.out = s,
    inner.has_in = false;
    tool_fetch(&inner);
    call->out = inner.out;
}

struct program {
    struct call *call;
    struct bytes text;
    bool runs, fetches;
    enum language language;
    bool whole; /* a file of its own, not a one-liner: what stands far apart belongs to other things */
    uint32_t depth;
};

static void program_text(struct call *call, struct bytes text, enum language language, uint32_t depth);

/* "curl http://a/b | sh", wherever it is sent to be run. */
static bool is_order(struct bytes literal)
{
    static const char *const fetchers[] = {"curl ", "wget ", NULL};
    static const char *const shells[] = {"| sh", "|sh", "| bash", "|bash", NULL};
    return literal.len >= 16 && literal.len < 2048 && holds_any(literal, fetchers) &&
           holds_any(literal, shells) && bytes_find(literal, BYTES("\n"), 0) == BYTES_NPOS;
}

/* [104,116,116,112] or ['h','t','t','p']: what a list from AT on spells; absent where nothing. */
static struct bytes list_spelled(struct arena *arena, struct bytes text, size_t at)
{
    struct text out;
    text_init(&out, arena, 4096);
    for (at++; at < text.len && text.at[at] != ']';) {
        uint8_t c = text.at[at];
        if ((c == '\'' || c == '"') && at + 2 < text.len && text.at[at + 2] == c) {
            text_add_byte(&out, text.at[at + 1]);
            at += 3;
        } else if (ascii_is_digit(c)) {
            uint32_t n = 0;
            for (; at < text.len && ascii_is_digit(text.at[at]) && n < 1000; at++)
                n = n * 10 + (uint32_t)(text.at[at] - '0');
            if (n < 9 || n > 126)
                return BYTES_NONE;
            text_add_byte(&out, (uint8_t)n);
        } else if (c == ',' || c == ' ' || c == '\n') {
            at++;
        } else {
            return BYTES_NONE;
        }
    }
    return out.len < 16 ? BYTES_NONE : text_bytes(&out);
}

static void lists_read(struct call *call, struct bytes text)
{
    static const char *const spellers[] = {"chr", "join(", "fromCharCode", "pack(", "bytes(", NULL};
    if (!holds_any(text, spellers))
        return;
    size_t at = 0;
    for (int n = 0; n < 64 && (at = bytes_find_byte(text, '[', at)) != BYTES_NPOS; n++, at++) {
        struct bytes spelled = list_spelled(call->m->arena, text, at);
        if (spelled.len > 0 && is_order(spelled))
            execute_string(call, (struct shell_string){spelled, TAINT_BIT(DECODED), NULL},
                           BYTES("sh"), "list");
    }
}

/* "country=$(cd /tmp; wget http://a/b; sh b)": a command line inside a parameter; absent where none. */
static struct bytes injected(struct arena *arena, struct bytes literal)
{
    static const char *const opens[] = {"$(", "`", "|", ";", "%3B", "%60", "&&"};
    static const char *const fetchers[] = {"wget ", "curl ", "wget+", "curl+", "wget%20", "curl%20",
                                           NULL};
    static const char *const runners[] = {"sh ", "sh+", "sh%20", "|sh", "| sh", "bash", "chmod", "./", NULL};
    size_t start = BYTES_NPOS, end = 0, len = 0;
    bool fetches = literal.len >= 24 && literal.len <= 4096 && holds_any(literal, fetchers);
    if (!fetches || !holds_any(literal, runners))
        return BYTES_NONE;
    while (end < literal.len && strchr(" ;|&", literal.at[end]) == NULL)
        end++;
    if (tool_handler(bytes_sub(literal, 0, end)) != NULL) /* the whole of it is one */
        return BYTES_NONE;
    size_t first = literal.len;
    for (size_t i = 0; fetchers[i] != NULL; i++) {
        size_t at = bytes_find(literal, bytes_of_string(fetchers[i]), 0);
        first = at < first ? at : first;
    }
    for (size_t i = 0; i < sizeof opens / sizeof opens[0]; i++) { /* what opens it stands shortly before */
        size_t at = bytes_find(literal, bytes_of_string(opens[i]), first > 48 ? first - 48 : 0);
        if (at < first && at + strlen(opens[i]) < start)
            start = at + strlen(opens[i]);
    }
    if (start == BYTES_NPOS || start > first)
        return BYTES_NONE;
    uint8_t *plain = arena_alloc(arena, literal.len - start + 1);
    bool coded = holds_any(literal, fetchers + 2);
    for (size_t i = start; i < literal.len; i++) {
        int high = i + 2 < literal.len ? ascii_hex(literal.at[i + 1]) : -1;
        int low = i + 2 < literal.len ? ascii_hex(literal.at[i + 2]) : -1;
        bool hex = coded && literal.at[i] == '%' && high >= 0 && low >= 0;
        plain[len++] = hex ? (uint8_t)(high * 16 + low) : coded && literal.at[i] == '+' ? ' ' : literal.at[i];
        i += hex ? 2 : 0;
    }
    while (len > 0 && strchr(")`'\"", plain[len - 1]) != NULL)
        len--;
    return bytes_of(plain, len);
}

static void literal_read(struct program *p, struct bytes literal, size_t at)
{
    static const char *const systems[] = {"system",   "popen",        "Popen", "call(",
                                          "run(",     "check_output", "exec(", "shell_exec",
                                          "passthru", "qx",           "spawn", "exec_command(",
                                          NULL};
    static const char *const decoders[] = {
        "b64decode", "base64_decode", "decode_base64", "decode(", "frombase64", "unhexlify",
        "a2b_",      "Buffer.from",   "atob",          "hex",     NULL};
    static const char *const fetchers[] = {"curl ", "wget ", "/dev/tcp/", NULL};
    static const char *const evaluators[] = {"exec(", "eval(", "eval ", "exec ", "compile(", NULL};
    struct machine *m = p->call->m;
    struct bytes order = injected(m->arena, literal);
    if (order.len > 0) {
        sense(m, BEHAVIOUR_L7, ROLE_USED, order);
        execute_string(p->call, string_of(order), BYTES("sh"), "parameter");
        return;
    }
    if (called_by(p->text, at, decoders) && literal.len >= 16) {
        struct bytes plain =
            decode_is_base64(literal, 16) ? decode_base64(m->arena, literal) : BYTES_NONE;
        if (plain.at != NULL && decode_is_packed(plain) && m->options->unpack != NULL)
            plain = m->options->unpack(m->options->own, plain, STRING_BYTES_MAX);
        if (plain.at == NULL || !decode_is_text(plain))
            return;
        if (p->whole && p->runs && shell_looks_like(plain) >= 30 && holds_any(plain, fetchers)) {
            execute_string(p->call, (struct shell_string){plain, TAINT_BIT(DECODED), NULL},
                           BYTES("sh"), "decoded");
            return;
        }
        if (p->whole && !called_by(p->text, at, evaluators))
            return;
        sense(m, p->runs ? BEHAVIOUR_X9 : BEHAVIOUR_X8, ROLE_USED, bytes_sub(plain, 0, 60));
        struct shell_layer *layer = layer_new(m, plain, "base64", BYTES_NONE, true),
                           *before = m->layer;
        if (layer == NULL)
            return;
        uint32_t offset = m->offset, end = m->end;
        m->layer = layer, m->offset = m->end = 0;
        if (p->depth < 4)
            program_text(p->call, plain, p->language, p->depth + 1);
        m->layer = before, m->offset = offset, m->end = end;
    } else if (is_order(literal) && strchr("[{(", literal.at[0]) != NULL) {
        orders_read(p->call, string_of(literal)); /* wrapped for another machine */
    } else if ((called_by(p->text, at, systems) && literal.len >= 4) || is_order(literal)) {
        struct bytes plain = decode_escapes(m->arena, literal);
        execute_string(p->call, string_of(plain), BYTES("sh"), "system()");
    }
}

/* Whether the whole environment is taken, not one name of it. */
static bool takes_environment(struct bytes text)
{
    static const char *const names[] = {"os.environ", "process.env", "%ENV", "ENV.to_", "getenv()"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        for (size_t at = 0; (at = bytes_find(text, bytes_of_string(names[i]), at)) != BYTES_NPOS;) {
            at += strlen(names[i]);
            struct bytes after = bytes_from(text, at);
            bool named = after.len > 3 && after.at[0] == ',' && after.at[1] == ' ' &&
                         (after.at[2] == '"' || after.at[2] == '\'') && after.at[3] >= 'A' &&
                         after.at[3] <= 'Z'; /* value_of(os.environ, "TERM") */
            bool one =
                after.len > 0 && (after.at[0] == '[' || after.at[0] == '{' || named ||
                                  (after.at[0] == '.' && !bytes_starts(after, BYTES(".items")) &&
                                   !bytes_starts(after, BYTES(".copy"))));
            if (!one)
                return true;
        }
    return false;
}

/* Whether URL leads to a bare address, a bot or a drop: nobody's service. */
static bool is_bare(struct bytes url)
{
    struct host_url parts;
    enum host_kind kind = host_url_parse(url, &parts) ? host_kind_of_url(&parts) : HOST_NONE;
    return kind == HOST_ADDRESS || kind == HOST_DROP || kind == HOST_PASTE || kind == HOST_TOR;
}

/* Secrets a program reads and the request that carries them off. */
static void program_sends(struct call *call, struct bytes text)
{
    static const char *const posts[] = {"https.request", "http.request", "requests.post", "requests.put", "urlopen(", ".request(",
                                        "http.post",     "axios.post",   "fetch(",   "Net::HTTP",
                                        "->post(",       "sendall(",     ".send("};
    struct machine *m = call->m;
    struct shell_string secret = string_of(BYTES("\0program"));
    struct bytes literal, url = BYTES("");
    size_t at = 0, start, posted = 0;
    struct call reader = *call;
    reader.name = BYTES("cat"), reader.has_in = false;
    for (size_t i = 0; i < sizeof posts / sizeof posts[0]; i++)
        posted += bytes_find(text, bytes_of_string(posts[i]), 0) != BYTES_NPOS;
    if (posted == 0)
        return;
    if (takes_environment(text))
        secret = string_taint(m, secret, TAINT_BIT(ENVIRONMENT));
    for (size_t url_at = 0; host_url_next(text, &url_at, &url);)
        if (bytes_find(url, BYTES("//169.254."), 0) != BYTES_NPOS ||
            bytes_find(url, BYTES("//metadata.google"), 0) != BYTES_NPOS)
            sense_url_read(&reader, url, &secret);
    for (int n = 0; n < 256 && string_next(text, &at, &start, &literal); n++)
        if (literal.len > 4 && literal.len < 256 &&
            (literal.at[0] == '~' || literal.at[0] == '/' || literal.at[0] == '.'))
            sense_path_read(&reader, literal, &secret);
    at = 0;
    while ((secret.taint & taint_secrets()) != 0 && host_url_next(text, &at, &url))
        if (!m->options->is_program || is_bare(url) ||
            (text.len <= SMALL_PROGRAM && (secret.taint & taint_secrets() & ~TAINT_BIT(ENVIRONMENT)) != 0))
            sense_send(call, secret, url, BEHAVIOUR_E1, "program");
    at = 0;
    for (int n = 0; n < 256 && (secret.taint & taint_secrets()) != 0 &&
                    string_next(text, &at, &start, &literal);
         n++) /* hostname: '192.0.2.1' */
        if (host_is_ipv4(literal) && host_kind_of(literal) == HOST_ADDRESS)
            sense_send(call, secret, literal, BEHAVIOUR_E1, "program");
}

/* The first string after FROM that is a path: where a download goes. */
static struct bytes save_path(struct bytes text, size_t from)
{
    static const char *const savers[] = {"getstore", "urlretrieve", "copy(",
                                         "open(",    "curl_setopt", "file_put_contents"};
    struct bytes literal;
    size_t start;
    bool saves = false;
    for (size_t i = 0; i < sizeof savers / sizeof savers[0]; i++)
        saves |= bytes_find(text, bytes_of_string(savers[i]), 0) != BYTES_NPOS;
    for (int n = 0; saves && n < 16 && string_next(text, &from, &start, &literal); n++)
        if (literal.len > 2 && literal.at[0] == '/')
            return literal;
    return BYTES_NONE;
}

/* What was downloaded is saved, made executable and started, all by the program itself. */
static void program_starts(struct call *call, struct bytes text, const struct shell_fetch *fetch)
{
    static const char *const modes[] = {"chmod", "0o7", "S_IX", "+x", NULL};
    static const char *const starts[] = {"Popen", "os.system", "subprocess", "execv", "spawn",
                                         "system(", "os.exec", NULL};
    bool scattered = call->m->options->is_program && text.len > SMALL_PROGRAM;
    if (fetch == NULL || scattered || !holds_any(text, modes) || !holds_any(text, starts))
        return;
    bool bare = fetch->host_kind == HOST_ADDRESS || fetch->host_kind == HOST_PASTE ||
                fetch->host_kind == HOST_TOR;
    bool near = fetch->host_kind == HOST_LOCAL || fetch->host_kind == HOST_PRIVATE;
    if (!near)
        (fetch_is_honest(fetch) ? sense_soft : sense)(call->m,
                                                      bare ? BEHAVIOUR_X1 : BEHAVIOUR_X5,
                                                      ROLE_USED, fetch->url);
}

static void program_text(struct call *call, struct bytes text, enum language language, uint32_t depth)
{
    struct program p = {.call = call, .text = text, .language = language, .depth = depth};
    bool read_before = call->m->options->is_program &&
                       (language != LANGUAGE_PYTHON && language != LANGUAGE_PERL);
    p.whole = call->m->options->is_program && depth == 0;
    static const char *const runners[] = {"exec(",      "eval(", "exec (", "eval (", "os.system",
                                          "subprocess", "| sh",  "|sh",    "|bash",  "os.popen"};
    static const char *const fetchers[] = {"urlopen",  "urlretrieve",       "requests.get",
                                           "LWP::",    "file_get_contents", "fetch(",
                                           "http.get", "Net::HTTP",         "HTTP::Tiny",
                                           "getprint", "URI.open"};
    for (size_t i = 0; i < sizeof runners / sizeof runners[0]; i++)
        p.runs |= bytes_find(text, bytes_of_string(runners[i]), 0) != BYTES_NPOS;
    for (size_t i = 0; i < sizeof fetchers / sizeof fetchers[0]; i++)
        p.fetches |= bytes_find(text, bytes_of_string(fetchers[i]), 0) != BYTES_NPOS;
    size_t at = 0, start, strings = 0;
    struct bytes literal, url;
    sense_text(call->m, text, ROLE_TEXT);
    flow_read(call, text, language);
    if (read_before) {
        lists_read(call, text);
        program_senses(call->m, text);
        return;
    }
    program_sends(call, text);
    while (strings++ < 512 && string_next(text, &at, &start, &literal))
        literal_read(&p, literal, start);
    at = 0;
    if (p.fetches && host_url_next(text, &at, &url)) {
        struct shell_fetch **end = call->m->report->fetch_end;
        fetch_note(call, url, save_path(text, at + 1));
        program_starts(call, text, end == call->m->report->fetch_end ? NULL : *end);
        if (p.runs && call->out.step != NULL && (!p.whole || is_bare(url)))
            execute_string(call, call->out, BYTES("python"), "urlopen");
    }
    lists_read(call, text);
    program_senses(call->m, text);
}

void program_read(struct call *call, struct shell_string s, struct bytes interpreter,
                  const char *how)
{
    struct machine *m = call->m;
    struct bytes shown = string_shown(m->arena, s.text);
    struct shell_layer *layer = layer_new(m, shown, how, BYTES_NONE,
                                          (s.taint & TAINT_BIT(DECODED)) != 0),
                       *before = m->layer;
    if (layer == NULL)
        return;
    uint32_t offset = m->offset, end = m->end;
    m->layer = layer, m->offset = m->end = 0;
    program_text(call, shown, language_of(interpreter), 0);
    size_t at = 0;
    struct bytes url;
    if ((s.taint & taint_secrets()) != 0 && host_url_next(shown, &at, &url))
        sense_send(call, s, url, BEHAVIOUR_E3, "program");
    m->layer = before, m->offset = offset, m->end = end;
}

void program_whole(struct machine *m)
{
    struct shell_string args[1] = {string_of(BYTES("program"))};
    struct call call = {.m = m, .name = BYTES("program"), .path = BYTES("program"), .arg = args,
                        .count = 1};
    enum language language = language_of(m->options->interpreter);
    struct bytes text = m->layer->text;
    bool comments = language == LANGUAGE_PYTHON || language == LANGUAGE_PERL;
    program_text(&call, comments ? program_code(m->arena, text) : text, language, 0);
}

/* python, perl, php, ruby, node: -c or -e, a file, or standard input. */
void tool_program(struct call *call)
{
    for (uint32_t i = 1; i < call->count; i++) {
        struct bytes arg = call_arg(call, i);
        bool code = arg.len >= 2 && arg.at[0] == '-' && strchr("-MmI", arg.at[1]) == NULL &&
                    strchr("cer", arg.at[arg.len - 1]) != NULL;
        if (code && i + 1 < call->count && (call->arg[i + 1].taint & TAINT_BIT(FETCHED)) != 0) {
            execute_string(call, call->arg[i + 1], call->name, "one-liner");
            return;
        }
        if (code && i + 1 < call->count) {
            program_read(call, call->arg[i + 1], call->name, "one-liner");
            return;
        }
        if (arg.len > 0 && arg.at[0] != '-') {
            execute_file(call, arg, true);
            call_orders(call);
            call->out = call_unknown(call, (struct shell_string){0});
            return;
        }
    }
    if (call->has_in && call->in.text.at != NULL)
        execute_string(call, call->in, call->name, "standard input");
}
