/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/program_flow.h"

#include "shell/decode.h"
#include "shell/host.h"
#include "shell/tool.h"

/* What the functions of the languages' libraries do, as far as the machine cares. */

enum act {
    ACT_COMMAND, /* runs a command line */
    ACT_REMOTE,  /* ... on another machine */
    ACT_CODE,    /* runs its argument as a program of the same language */
    ACT_BASE64,
    ACT_HEX,
    ACT_PACK,   /* pack("H*", digits) */
    ACT_BUFFER, /* Buffer.from(text, encoding) */
    ACT_HIDDEN, /* undoes another coding: packed, rotated, compiled */
    ACT_FETCH,
    ACT_SAVE, /* downloads to a file */
    ACT_OPEN, /* a file, for reading or writing */
    ACT_READ,
    ACT_WRITE,
    ACT_PUT,  /* x.write(y): to whatever x is */
    ACT_PIPE, /* x.pipe(y) */
    ACT_CHMOD,
    ACT_CONNECT,
    ACT_LOOKUP, /* asks the name service */
    ACT_MAIL,
    ACT_PATH, /* joins the parts of a path */
    ACT_HOME,
    ACT_IDENTITY, /* names the machine or its user */
    ACT_SAME, /* its text, in another shape */
    ACT_GROW, /* x.append(y) */
    ACT_REQUIRE,
    ACT_LETTERS, /* letters from their numbers */
    ACT_JOIN,    /* glue.join(list) */
    ACT_GETENV,
    ACT_LIST,
    ACT_NONE
};

static const struct {
    const char *languages; /* P python N node H php R ruby L perl U lua */
    const char *names, *modules;
    enum act act;
} acts[] = {
#define FUNCTION(languages, names, modules, act) {languages, names, modules, ACT_##act},
#include "shell/library.def"
#undef FUNCTION
};

struct doing {
    struct reading *r;
    struct machine *m;
    const struct callee *callee;
    struct argument *args;
    uint32_t count;
    struct shell_string all; /* the taint of all of them and of what it is called on */
};

/* Whether the function belongs to one of MODULES, by its name or by what a variable was set to. */
static bool is_of(const struct callee *callee, const char *modules)
{
    if (modules[0] == 0)
        return true;
    if (!callee->member)
        return flow_listed(BYTES("-"), modules);
    struct bytes module = callee->on.text;
    if (bytes_starts(module, BYTES("node:")))
        module = bytes_from(module, 5);
    return flow_listed(callee->before, modules) || (module.len > 0 && flow_listed(module, modules));
}

static enum act act_of(const struct reading *r, const struct callee *callee)
{
    static const char letters[] = "PNHRLU";
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++)
        if (strchr(acts[i].languages, letters[r->language]) != NULL &&
            flow_listed(callee->last, acts[i].names) && is_of(callee, acts[i].modules))
            return acts[i].act;
    return ACT_NONE;
}

static struct shell_string argument(const struct doing *d, uint32_t n)
{
    return n < d->count ? d->args[n].value : (struct shell_string){0};
}

static struct bytes shown(const struct doing *d, struct bytes text)
{
    return string_shown(d->m->arena, text);
}

static bool is_download(struct shell_string s)
{
    return (s.taint & TAINT_BIT(FETCHED)) != 0 && s.step != NULL && s.step->fetch != NULL;
}

static bool is_socket(struct shell_string s)
{
    return is_download(s) && bytes_starts(s.step->fetch->url, BYTES("tcp://"));
}

static bool holds(struct bytes text, const char *word)
{
    return bytes_find(text, bytes_of_string(word), 0) != BYTES_NPOS;
}

static bool is_path(struct bytes text)
{
    return text.len > 1 && (text.at[0] == '/' || text.at[0] == '~' || text.at[0] == '.') &&
           memchr(text.at, '\n', text.len) == NULL && text.len < 512;
}

/* The address in TEXT, an argument; absent where there is none. */
static struct bytes address_in(const struct doing *d, struct bytes text)
{
    struct bytes url;
    size_t at = 0;
    text = shown(d, text);
    return text.len < 8192 && host_url_next(text, &at, &url) ? url : BYTES_NONE;
}

struct shell_string flow_command(struct reading *r, struct shell_string text, bool background)
{
    struct call inner = *r->call;
    if (text.text.len < 2)
        return (struct shell_string){0};
    if (background) /* the line itself says so: its commands see it */
        text = string_join(r->call->m, text, string_of(BYTES(" &")));
    inner.has_in = false, inner.background = background, inner.out = (struct shell_string){0};
    inner.name = BYTES("sh");
    struct bytes url;
    size_t at = 0;
    uint32_t names = TAINT_BIT(IDENTITY) | TAINT_BIT(NAMED_SECRET);
    struct bytes line = string_shown(r->call->m->arena, text.text);
    if ((text.taint & (taint_secrets() | names)) != 0 && host_url_next(line, &at, &url)) {
        sense_send(&inner, text, url, BEHAVIOUR_E3, "command line");
        if ((text.taint & names) != 0 && host_is_catcher(url))
            sense(r->call->m, BEHAVIOUR_E3, ROLE_USED, url);
    }
    if (is_socket(text)) /* what the other side says is run */
        sense_sure(r->call->m, BEHAVIOUR_B6, ROLE_USED, text.step->fetch->url);
    if ((text.taint & TAINT_BIT(REQUEST)) != 0 && text.text.at[0] == 0)
        sense_sure(r->call->m, BEHAVIOUR_W1, ROLE_USED, BYTES("what a visitor sends is run"));
    execute_string(&inner, text, BYTES("sh"), "system()");
    struct shell_string out = inner.out;
    out.text = string_hole(r->call->m->arena, "", BYTES("output"), "");
    return out;
}

static struct shell_string do_command(struct doing *d, bool remote)
{
    struct reading *r = d->r;
    struct shell_string text = argument(d, 0), list = argument(d, 1);
    bool background = false, wired = false;
    bool argv = r->language == LANGUAGE_NODE && d->count > 1 && d->args[1].closure.body_end == 0 &&
                list.text.len > 0 && list.text.at[0] != 0 &&
                flow_listed(d->callee->last, "spawn spawnSync execFile execFileSync");
    if (argv) {
        struct shell_string blank = string_of(BYTES(" "));
        text = string_join(d->m, string_join(d->m, text, blank), list);
    }
    for (uint32_t i = 0; i < d->count; i++) {
        background |= flow_listed(d->args[i].key, "start_new_session detached preexec_fn");
        wired |= i > 0 && is_socket(d->args[i].value);
        background |= i > 0 && holds(d->args[i].value.text, "detached");
    }
    struct call inner = *r->call;
    if (remote) {
        inner.remote = true, inner.has_in = false;
        execute_string(&inner, text, BYTES("sh"), "ssh");
        return flow_unknown(r, BYTES("output"), (struct shell_string){0});
    }
    if (wired &&
        (holds(text.text, "sh") || holds(text.text, "cmd"))) /* its standard streams are a socket */
        sense_sure(d->m, BEHAVIOUR_B1, ROLE_USED, text.text);
    struct shell_string out = flow_command(r, text, background);
    if (bytes_ends(bytes_trim(text.text), BYTES("/sh")) ||
        bytes_ends(bytes_trim(text.text), BYTES("bash")))
        out.text = BYTES("\1shell"); /* a shell that waits for what comes in */
    return out;
}

static struct shell_string do_code(struct doing *d)
{
    static const char *const interpreters[] = {"python", "node", "php", "ruby", "perl", "lua"};
    bool last = d->count > 0 && flow_listed(d->callee->last, "Function create_function");
    struct shell_string text = argument(d, last ? d->count - 1 : 0);
    if (text.text.len == 0)
        return text;
    if ((text.taint & TAINT_BIT(REQUEST)) != 0)
        sense_sure(d->m, BEHAVIOUR_W1, ROLE_USED, BYTES("what a visitor sends is run"));
    struct call inner = *d->r->call;
    inner.has_in = false;
    enum host_kind kind = is_download(text) ? text.step->fetch->host_kind : HOST_NONE;
    if (kind ==
        HOST_NAME) /* installers hand files to an interpreter, they do not eval what comes */
        (d->m->options->installs ? sense_sure : sense)(d->m, BEHAVIOUR_X2, ROLE_USED, text.step->fetch->url);
    if ((text.taint & (TAINT_BIT(FETCHED) | TAINT_BIT(DECODED))) != 0)
        execute_string(&inner, text, bytes_of_string(interpreters[d->r->language]), "eval");
    return flow_unknown(d->r, BYTES("eval"), text);
}

/* TEXT decoded by DECODE, where it is known; the taint says that it was hidden. */
static struct shell_string decoded(struct doing *d, struct shell_string text,
                                   struct bytes (*decode)(struct arena *arena, struct bytes code))
{
    struct shell_string out = flow_unknown(d->r, d->callee->last, text);
    if (text.text.len < 4)
        return out;
    out = string_taint(d->m, out, TAINT_BIT(DECODED));
    if (decode != NULL && string_is_known(text)) {
        struct bytes plain = decode(d->m->arena, text.text);
        if (plain.at != NULL && plain.len > 0 && decode_is_packed(plain) &&
            d->m->options->unpack != NULL) {
            struct bytes unpacked =
                d->m->options->unpack(d->m->options->own, plain, STRING_BYTES_MAX);
            plain = unpacked.at != NULL ? unpacked : plain;
        }
        if (plain.at != NULL && decode_is_text(plain))
            out.text = plain;
    }
    return out;
}

static struct shell_string do_buffer(struct doing *d)
{
    struct bytes code = argument(d, 1).text;
    struct shell_string text = argument(d, 0);
    if (bytes_equal(code, BYTES("base64")) || bytes_equal(code, BYTES("base64url")))
        return decoded(d, text, decode_base64);
    return bytes_equal(code, BYTES("hex")) ? decoded(d, text, decode_hex) : text;
}

/* pack("H*", digits), and in Ruby [digits].pack("H*"). */
static struct shell_string do_pack(struct doing *d)
{
    bool on = d->r->language == LANGUAGE_RUBY && d->callee->member;
    struct shell_string form = argument(d, 0), digits = on ? d->callee->on : argument(d, 1);
    bool hex = form.text.len > 0 && (form.text.at[0] == 'H' || form.text.at[0] == 'h');
    return hex ? decoded(d, digits, decode_hex) : flow_unknown(d->r, d->callee->last, d->all);
}

/* Packed text: what was decoded before is hidden still. */
static struct shell_string do_hidden(struct doing *d)
{
    struct shell_string text = d->count > 0 ? argument(d, 0) : d->callee->on;
    bool carried = (text.taint & (TAINT_BIT(DECODED) | TAINT_BIT(FETCHED))) != 0;
    bool plain = carried && string_is_known(text) && decode_is_text(text.text);
    struct shell_string out = plain ? text : flow_unknown(d->r, d->callee->last, text);
    return carried || string_is_known(text) ? string_taint(d->m, out, TAINT_BIT(DECODED)) : out;
}

/* A connection or download of URL by the program; the value of what it gives. */
static struct shell_string fetched(struct doing *d, struct bytes url, struct bytes save)
{
    struct call inner = *d->r->call;
    struct shell_string args[4] = {string_of(BYTES("curl")), string_of(url), string_of(BYTES("-o")),
                                   string_of(save)};
    inner.arg = args, inner.count = save.len > 0 ? 4 : 2, inner.name = BYTES("curl");
    inner.out = (struct shell_string){0}, inner.has_in = false;
    tool_fetch(&inner);
    struct shell_string out = inner.out;
    out.text = string_hole(d->m->arena, "", url, "");
    return out;
}

/* The whole of what is sent: every argument but the address; S goes to URL. */
static void sent(struct doing *d, struct shell_string s, struct bytes url)
{
    struct call inner = *d->r->call;
    bool named = s.taint != 0;
    inner.name = BYTES("program");
    if (named)
        sense_send(&inner, s, shown(d, url), BEHAVIOUR_E1, "program");
    if ((s.taint & (TAINT_BIT(IDENTITY) | TAINT_BIT(NAMED_SECRET))) != 0 && host_is_catcher(shown(d, url)))
        sense(d->m, BEHAVIOUR_E3, ROLE_USED, shown(d, url));
}

static struct shell_string do_fetch(struct doing *d)
{
    struct bytes url = BYTES_NONE;
    for (uint32_t i = 0; i < d->count && url.len == 0; i++)
        url = address_in(d, d->args[i].value.text);
    if (url.len == 0 && d->callee->on.text.len > 1 && d->callee->on.text.at[0] == 0)
        url = address_in(d, d->callee->on.text); /* of a session or a request made before */
    if (url.len == 0)
        return flow_unknown(d->r, d->callee->last, d->all);
    struct shell_string all = d->all;
    if (all.taint != 0)
        sent(d, all, url);
    if (flow_listed(d->callee->last, "Request curl_init")) { /* made, not sent yet */
        all.text = string_hole(d->m->arena, "", url, "");
        return all;
    }
    return fetched(d, url, BYTES_NONE);
}

static struct shell_string do_save(struct doing *d)
{
    struct shell_string from = argument(d, 0);
    struct bytes url = address_in(d, from.text), path = shown(d, argument(d, 1).text);
    if (url.len == 0 || path.len == 0)
        return flow_unknown(d->r, d->callee->last, d->all);
    return fetched(d, url, path);
}

static struct shell_string file_value(struct doing *d, struct shell_string path)
{
    struct call inner = *d->r->call;
    struct bytes name = shown(d, path.text);
    inner.name = BYTES("cat"), inner.has_in = false;
    struct shell_string content = file_read(&inner, name);
    content.text = text_is_known(content.text) && content.text.len > 0 ? content.text : path.text;
    sense_path_read(&inner, name, &content);
    bool sought =
        d->r->seeks_secrets && path.text.len > 0 && memchr(path.text.at, 0, path.text.len) != NULL;
    if (sought && content.taint == 0)
        content = string_taint(d->m, content, TAINT_BIT(CLOUD_FILE));
    return flow_merge(d->r, content, (struct shell_string){content.text, path.taint, path.step});
}

static bool is_executable_mode(struct bytes text)
{
    return holds(text, "755") || holds(text, "777") || holds(text, "700") || holds(text, "+x") ||
           holds(text, "S_IX") || holds(text, "0711") || holds(text, "775");
}

/* open(PATH): stands for the file; what its name means taints it where it is read. */
static struct shell_string do_open(struct doing *d)
{
    struct shell_string path =
        argument(d, d->r->language == LANGUAGE_PERL && d->count > 2 ? d->count - 1 : 0);
    struct bytes mode = argument(d, 1).text;
    bool writes = mode.len > 0 && mode.len < 4 && strchr("wa>+", mode.at[0]) != NULL;
    writes |= holds(d->callee->last, "Write");
    struct bytes url = address_in(d, path.text);
    if (url.len > 0 && !writes)
        return fetched(d, url, BYTES_NONE);
    path.text = shown(d, path.text);
    for (uint32_t i = 1; i < d->count && path.text.len > 1; i++)
        if (is_executable_mode(d->args[i].value.text))
            file_at(d->m, path.text)->executable = true;
    return writes ? path : file_value(d, path);
}

static void written(struct doing *d, struct bytes path, struct shell_string content, bool append)
{
    struct call inner = *d->r->call;
    path = shown(d, path);
    if (path.len < 2)
        return;
    inner.name = BYTES("tee"), inner.has_in = false;
    bool everybody = memchr(path.at, '*', path.len) != NULL; /* one after the other */
    d->m->loops += everybody;
    file_write(&inner, path, content, append);
    sense_write(&inner, path, content, append);
    d->m->loops -= everybody;
}

static struct shell_string do_write(struct doing *d)
{
    bool append = holds(d->callee->last, "append") || holds(d->all.text, "FILE_APPEND");
    struct shell_string to = argument(d, 0), content = argument(d, 1);
    if (is_socket(to) || (to.text.len > 1 && to.text.at[0] == 0 && address_in(d, to.text).len > 0))
        sent(d, content, to.text);
    else
        written(d, to.text, content, append);
    for (uint32_t i = 2; i < d->count; i++)
        if (is_executable_mode(d->args[i].value.text) && to.text.len > 1)
            file_at(d->m, shown(d, to.text))->executable = true;
    return flow_unknown(d->r, d->callee->last, (struct shell_string){0});
}

/* x.write(y): into a file that was opened, or over a connection. */
static struct shell_string do_put(struct doing *d)
{
    struct shell_string on = d->callee->on, content = argument(d, 0);
    bool prints = d->count > 0 && !d->callee->member && flow_listed(d->callee->last, "print puts");
    if (prints)
        flow_print(d->r, content);
    if (d->count == 0 || !d->callee->member)
        return on;
    if (on.text.len > 1 && on.text.at[0] == 0 &&
        (is_download(on) || address_in(d, on.text).len > 0))
        sent(d, content, on.text);
    else if (is_path(on.text))
        written(d, on.text, content, true);
    return on;
}

static struct shell_string do_pipe(struct doing *d)
{
    struct shell_string from = d->callee->on, to = argument(d, 0);
    bool shell = bytes_equal(to.text, BYTES("\1shell")) || bytes_equal(from.text, BYTES("\1shell"));
    if (shell && (is_socket(from) || is_socket(to)))
        sense_sure(d->m, BEHAVIOUR_B1, ROLE_USED, BYTES("socket and shell"));
    else if (is_path(to.text))
        written(d, to.text, from, false);
    return flow_merge(d->r, to, (struct shell_string){BYTES_NONE, from.taint, from.step});
}

static struct shell_string do_chmod(struct doing *d)
{
    struct bytes mode = BYTES_NONE, path = BYTES_NONE;
    for (uint32_t i = 0; i < d->count; i++) {
        struct bytes text = d->args[i].value.text;
        if (is_executable_mode(text) && !is_path(shown(d, text)))
            mode = text;
        else if (text.len > 1)
            path = shown(d, text);
    }
    struct file *file = path.len > 1 ? file_find(d->m, path) : NULL;
    if (mode.len > 0 && file != NULL)
        file->executable = true;
    return (struct shell_string){0};
}

static struct shell_string do_connect(struct doing *d)
{
    struct bytes host = BYTES_NONE;
    for (uint32_t i = 0; i < d->count && host.len == 0; i++) {
        struct bytes rest = shown(d, d->args[i].value.text), word;
        if (rest.len < 256 && bytes_starts(rest, BYTES("https://"))) /* { host: .. } */
            rest = bytes_from(rest, 8);
        while (rest.len < 256 && bytes_next_field(&rest, ' ', &word) && host.len == 0) {
            struct host_url parts;
            bool names = word.len > 3 && memchr(word.at, '.', word.len) != NULL &&
                         host_url_parse(word, &parts);
            host = names ? parts.host : host;
        }
    }
    if (host.len == 0)
        return flow_unknown(d->r, d->callee->last, d->all);
    struct call inner = *d->r->call;
    struct shell_string out = {.text = string_hole(d->m->arena, "tcp://", host, "")};
    out = string_taint(d->m, out, TAINT_BIT(FETCHED));
    struct shell_fetch *fetch = fetch_socket(&inner, host);
    fetch->tool = BYTES("socket");
    fetch->url = arena_printf(d->m->arena, "tcp://%.*s", BYTES_FMT(host));
    struct shell_step *step = NULL;
    memcpy(&step, &out.step, sizeof step); /* made just now, by string_taint */
    step->fetch = fetch;
    if (d->callee->member && d->callee->root.len > 0)
        flow_set(d->r, d->callee->root, out, false); /* s.connect((host, port)) */
    return out;
}

static struct shell_string do_lookup(struct doing *d)
{
    struct shell_string name = argument(d, 0);
    struct call inner = *d->r->call;
    struct bytes to = shown(d, name.text);
    if (to.len == 0 || memchr(to.at, '.', to.len) == NULL)
        return flow_unknown(d->r, d->callee->last, name);
    sense_send(&inner, name, to, BEHAVIOUR_E3, "DNS query");
    if ((name.taint & TAINT_BIT(NAMED_SECRET)) != 0 || /* a key is no part of anybody's name */
        ((name.taint & TAINT_BIT(IDENTITY)) != 0 && host_is_catcher(to)))
        sense(d->m, BEHAVIOUR_E3, ROLE_USED, to);
    return flow_unknown(d->r, d->callee->last, name);
}

static struct shell_string do_path(struct doing *d)
{
    struct shell_string out = argument(d, 0);
    for (uint32_t i = 1; i < d->count; i++) {
        out = string_join(d->m, out, string_of(BYTES("/")));
        out = string_join(d->m, out, argument(d, i));
    }
    if (out.text.len > 2 && bytes_starts(out.text, BYTES("\0")) && !is_download(out)) {
        size_t slash = bytes_find_byte(out.text, '/', 0); /* below a directory nobody knows */
        out.text = slash == BYTES_NPOS
                       ? out.text
                       : arena_printf(d->m->arena, "%.*s", BYTES_FMT(bytes_from(out.text, slash)));
    }
    return out;
}

static struct shell_string do_letters(struct doing *d)
{
    struct text text;
    text_init(&text, d->m->arena, STRING_BYTES_MAX);
    for (uint32_t i = 0; i < d->count; i++) {
        struct bytes rest = d->args[i].value.text, word;
        while (bytes_next_field(&rest, ' ', &word)) {
            int64_t n = 0;
            if (!bytes_to_int(bytes_trim(word), 1, 255, &n))
                return flow_unknown(d->r, d->callee->last, d->all);
            text_add_byte(&text, (uint8_t)n);
        }
    }
    struct shell_string out = {text.len > 0 ? text_bytes(&text) : BYTES(""), d->all.taint,
                               d->all.step};
    return text.len >= 4 ? string_taint(d->m, out, TAINT_BIT(DECODED)) : out;
}

static struct shell_string do_join(struct doing *d)
{
    struct shell_string on = d->callee->on, list = argument(d, 0);
    bool glue_first = d->r->language == LANGUAGE_PYTHON;
    struct bytes glue = glue_first ? on.text : list.text;
    struct shell_string parts = glue_first ? list : on;
    if (!string_is_known(parts) || parts.text.len == 0 || (glue.len > 0 && glue.at[0] == 0) ||
        glue.len > 16)
        return flow_merge(d->r, parts, d->all);
    struct text text;
    struct bytes rest = parts.text, word;
    text_init(&text, d->m->arena, STRING_BYTES_MAX);
    uint8_t between = memchr(rest.at, '\n', rest.len) != NULL ? '\n' : ' ';
    for (bool first = true; bytes_next_field(&rest, between, &word); first = false) {
        if (!first)
            text_add(&text, glue);
        text_add(&text, word);
    }
    return (struct shell_string){text.len > 0 ? text_bytes(&text) : BYTES(""), d->all.taint,
                                 d->all.step};
}

static struct shell_string do_getenv(struct doing *d)
{
    struct bytes name = argument(d, 0).text;
    struct shell_string out = flow_unknown(d->r, d->callee->last, (struct shell_string){0});
    if (d->count == 0 || flow_listed(name, "AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN"))
        return string_taint(d->m, out, TAINT_BIT(ENVIRONMENT));
    return flow_listed(name, "HOME") ? string_of(BYTES("~")) : out;
}

/* What is known stays, what is not has the name of the function. */
static struct shell_string do_same(struct doing *d)
{
    struct shell_string out =
        d->callee->member && d->callee->on.text.at != NULL && d->callee->on.text.len > 0 &&
                (d->count == 0 || d->callee->on.text.at[0] != 0 || is_download(d->callee->on))
            ? d->callee->on
            : argument(d, 0);
    if (is_path(out.text) && flow_listed(d->callee->last, "read read_text read_bytes readlines"))
        out.text = string_hole(d->m->arena, "", BYTES("content"), "");
    return flow_merge(d->r, out, (struct shell_string){out.text, d->all.taint, d->all.step});
}

static struct shell_string do_grow(struct doing *d)
{
    struct shell_string all = {BYTES_NONE, d->all.taint, d->all.step};
    if (d->callee->root.len > 0 && d->callee->member)
        flow_set(d->r, d->callee->root,
                 argument(d, 0).text.at != NULL ? flow_merge(d->r, argument(d, 0), all) : all,
                 true);
    return d->callee->on;
}

/* array(a, b): words, as a list in brackets is. */
static struct shell_string do_list(struct doing *d)
{
    struct shell_string out = argument(d, 0);
    for (uint32_t i = 1; i < d->count; i++) {
        out = string_join(d->m, out, string_of(BYTES(" ")));
        out = string_join(d->m, out, argument(d, i));
    }
    return out;
}

static struct shell_string do_mail(struct doing *d)
{
    struct call inner = *d->r->call;
    struct bytes to = shown(d, argument(d, 0).text);
    size_t at = bytes_find_byte(to, '@', 0);
    if (at != BYTES_NPOS && (d->all.taint & taint_secrets()) != 0)
        sense_send(&inner, d->all, bytes_from(to, at + 1), BEHAVIOUR_E7, "mail");
    return (struct shell_string){0};
}

static struct shell_string do_read(struct doing *d)
{
    struct shell_string path = argument(d, 0);
    struct bytes url = address_in(d, path.text);
    if (url.len > 0) {
        if ((d->all.taint & taint_secrets()) != 0)
            sent(d, d->all, url);
        return fetched(d, url, BYTES_NONE);
    }
    struct shell_string out = file_value(d, path);
    if (is_path(out.text) && bytes_equal(out.text, path.text))
        out.text = string_hole(d->m->arena, "", BYTES("content"), "");
    return out;
}

static struct shell_string done(struct doing *d, enum act act)
{
    switch (act) {
    case ACT_COMMAND:
        return do_command(d, false);
    case ACT_REMOTE:
        return do_command(d, true);
    case ACT_CODE:
        return do_code(d);
    case ACT_BASE64:
        return decoded(d, argument(d, 0), decode_base64);
    case ACT_HEX:
        return decoded(d, argument(d, 0), decode_hex);
    case ACT_PACK:
        return do_pack(d);
    case ACT_BUFFER:
        return do_buffer(d);
    case ACT_HIDDEN:
        return do_hidden(d);
    case ACT_FETCH:
        return do_fetch(d);
    case ACT_SAVE:
        return do_save(d);
    case ACT_OPEN:
        return do_open(d);
    case ACT_READ:
        return do_read(d);
    case ACT_WRITE:
        return do_write(d);
    case ACT_PUT:
        return do_put(d);
    case ACT_PIPE:
        return do_pipe(d);
    case ACT_CHMOD:
        return do_chmod(d);
    case ACT_CONNECT:
        return do_connect(d);
    case ACT_LOOKUP:
        return do_lookup(d);
    case ACT_MAIL:
        return do_mail(d);
    case ACT_PATH:
        return do_path(d);
    case ACT_HOME:
        return string_of(BYTES("~"));
    case ACT_IDENTITY:
        return string_taint(d->m, flow_unknown(d->r, d->callee->last, (struct shell_string){0}),
                            TAINT_BIT(IDENTITY));
    case ACT_REQUIRE:
        return argument(d, 0);
    case ACT_LETTERS:
        return do_letters(d);
    case ACT_JOIN:
        return do_join(d);
    case ACT_GETENV:
        return do_getenv(d);
    case ACT_GROW:
        return do_grow(d);
    case ACT_LIST:
        return do_list(d);
    case ACT_SAME:
        return do_same(d);
    default:
        return flow_unknown(d->r, d->callee->last, d->all);
    }
}

struct shell_string flow_call(struct reading *r, const struct callee *callee, struct argument *args,
                              uint32_t count)
{
    struct doing d = {.r = r, .m = r->call->m, .callee = callee, .args = args, .count = count};
    struct shell_string on = callee->on;
    d.all = (struct shell_string){on.text, on.taint, on.step};
    for (uint32_t i = 0; i < count; i++)
        d.all = flow_merge(r, d.all, args[i].value);
    return done(&d, act_of(r, callee));
}
