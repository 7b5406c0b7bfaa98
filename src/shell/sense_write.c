/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/agent.h"
#include "shell/cron.h"
#include "shell/tool.h"
#include "shell/host.h"

/* What it means to write a path: persistence, implants, sockets. */

static bool contains_any(struct bytes text, const char *const *words)
{
    for (; *words != NULL; words++)
        if (contains(text, *words))
            return true;
    return false;
}

/* A literal public key: "ssh-rsa AAAA..." long enough to be one. */
static bool holds_key(struct bytes text)
{
    static const char *const kinds[] = {"ssh-rsa AAAA", "ssh-ed25519 AAAA",
                                        "ecdsa-sha2-nistp256 AAAA", "ssh-dss AAAA", NULL};
    for (int i = 0; kinds[i] != NULL; i++) {
        size_t at = bytes_find(text, bytes_of_string(kinds[i]), 0);
        if (at != BYTES_NPOS && text.len - at > 40)
            return true;
    }
    return false;
}

/* PATH below a mounted host: /host/etc/cron.d/x answers /etc/cron.d/x. */
static struct bytes host_path(struct machine *m, struct bytes path)
{
    static const char *const mounts[] = {"/host",     "/mnt",      "/hostfs",    "/rootfs",
                                         "/mnt/host", "/mnt/root", "/host_root", "/hostroot"};
    for (size_t i = 0; i < sizeof mounts / sizeof mounts[0]; i++) {
        struct bytes mount = bytes_of_string(mounts[i]);
        if (!bytes_starts(path, mount) || path.len <= mount.len + 4 || path.at[mount.len] != '/')
            continue;
        struct bytes inner = bytes_from(path, mount.len);
        bool startup =
            bytes_starts(inner, BYTES("/etc/cron")) ||
            bytes_starts(inner, BYTES("/var/spool/cron")) ||
            bytes_starts(inner, BYTES("/root/.ssh")) || bytes_starts(inner, BYTES("/etc/passwd")) ||
            bytes_starts(inner, BYTES("/etc/shadow")) || bytes_starts(inner, BYTES("/.ssh")) ||
            bytes_starts(inner, BYTES("/etc/ld.so.preload")) ||
            bytes_starts(inner, BYTES("/etc/sudoers"));
        if (startup) {
            (m->founds ? sense_soft : sense)(m, BEHAVIOUR_K2, ROLE_USED, path);
            return inner;
        }
    }
    return path;
}

/* A tool that lists is replaced by a script that filters what it lists. */
static void write_tool(struct call *call, struct bytes path, struct shell_string content)
{
    static const char *const tools[] = {"/ps",     "/top",     "/htop", "/netstat", "/ss", "/lsof",
                                        "/pstree", "/crontab", "/last", "/w",       "/ls", NULL};
    for (int i = 0; tools[i] != NULL; i++)
        if (bytes_ends(path, bytes_of_string(tools[i])) && contains(path, "bin/") &&
            contains(content.text, "grep -v"))
            sense_sure(call->m, BEHAVIOUR_V7, ROLE_USED, path);
}

/* A key for root or for everybody is an implant; one for a user the script looks after may be
 * what it was written for, and so is one that comes over TLS from a named host. */
static void write_key(struct machine *m, struct bytes path, struct shell_string content)
{
    const struct shell_fetch *fetch = content.step == NULL ? NULL : content.step->fetch;
    bool carried = (content.taint & (TAINT_BIT(FETCHED) | TAINT_BIT(DECODED))) != 0;
    if (!holds_key(content.text) && !carried)
        return;
    struct bytes user = bytes_starts(path, BYTES("/home/")) ? bytes_from(path, 6) : BYTES_NONE;
    bool one = user.len > 0 && ascii_is_alpha(user.at[0]) && m->loops == 0;
    bool served = (content.taint & TAINT_BIT(FETCHED)) != 0 && fetch_is_honest(fetch);
    bool unknown = path.at[0] == 0 || (user.len > 0 && (user.at[0] == 0 || user.at[0] == '*'));
    unknown = unknown && m->loops > 0; /* his key for everybody */
    if ((unknown || m->keys_cleared) && holds_key(content.text)) /* .. or for nobody else */
        sense_sure(m, BEHAVIOUR_P5, ROLE_USED, path);
    (one || served ? sense_soft : sense)(m, BEHAVIOUR_P5, ROLE_USED, path);
}

static void write_socket(struct call *call, struct bytes path, struct shell_string content)
{
    struct machine *m = call->m;
    m->socket_open = true, m->socket_host = bytes_from(path, 9);
    bool shell = bytes_equal(call->name, BYTES("sh")) || bytes_equal(call->name, BYTES("bash"));
    bool becomes = bytes_equal(call->name, BYTES("exec"));
    shell |= becomes && (bytes_ends(call_arg(call, 1), BYTES("sh")) || any_arg(call, "/bash"));
    struct bytes host = bytes_from(path, 9);
    size_t slash = bytes_find_byte(host, '/', 0);
    host = slash == BYTES_NPOS ? host : bytes_sub(host, 0, slash);
    if (shell && (call_has(call, "-i") || call_has(call, "-li")))
        sense(m, BEHAVIOUR_B1, ROLE_USED, path);
    sense_send(call, content, host, BEHAVIOUR_E4, "socket");
}

static void write_cron(struct call *call, struct bytes path, struct shell_string content)
{
    sense(call->m, BEHAVIOUR_P3, ROLE_USED, path);
    sense_crontab(call, content);
}

static bool is_odd_path(struct bytes text)
{
    static const char *const odd[] = {"/tmp/",  "/dev/shm/",    "/var/tmp/", "/...",   "/usr/bin/.",
                                      "/etc/.", "/usr/share/.", "/var/.",    "/opt/.", "/root/.",
                                      NULL};
    return contains_any(text, odd) && !contains(text, "/root/.local") &&
           !contains(text, "/root/.config") && !contains(text, "/root/.cargo");
}

static bool is_in_etc(struct bytes program);

/* What is put at PATH from now on starts by itself. */
static void startup_note(struct machine *m, struct bytes path)
{
    while (path.len > 0 && strchr("\"';&\n", path.at[path.len - 1]) != NULL)
        path.len--;
    if (path.len > 5 && path.at[0] == '/' && text_is_known(path) && m->startups->count < 64)
        table_set(m->startups, path, m);
}

static void write_unit(struct call *call, struct bytes path, struct shell_string content)
{
    static const char *const downloaders[] = {"curl ", "wget ", "/dev/tcp/", NULL};
    struct machine *m = call->m;
    struct bytes rest = content.text, line;
    while (bytes_next_line(&rest, &line)) {
        line = bytes_trim(line);
        if (!bytes_starts(line, BYTES("Exec")))
            continue;
        size_t equals = bytes_find_byte(line, '=', 0);
        struct bytes command = equals == BYTES_NPOS ? line : bytes_from(line, equals + 1);
        struct bytes program = command;
        size_t space = bytes_find_byte(program, ' ', 0);
        program = space == BYTES_NPOS ? program : bytes_sub(program, 0, space);
        struct file *file = file_find(m, program);
        bool buried = false;
        for (struct bytes words = command, word; bytes_next_field(&words, ' ', &word);)
            buried |= sense_is_buried(word);
        startup_note(m, program);
        if (buried || is_odd_path(command) || contains_any(command, downloaders) || is_in_etc(program) ||
            (file != NULL && (!fetch_is_honest(file->fetch) || file->decoded)))
            sense(m, BEHAVIOUR_P8, ROLE_USED, path);
        if (file != NULL && file->fetch != NULL)
            execute_file(call, program, false);
        while (command.len > 0 && strchr("-+@!:", command.at[0]) != NULL)
            command = bytes_from(command, 1);
        run_layer(m, string_of(command), "service", BYTES_NONE, false);
    }
}

static void write_startup(struct call *call, struct bytes path, struct shell_string content)
{
    static const char *const downloaders[] = {"curl ", "wget ",     "/dev/tcp/", "base64 -d",
                                              "/tmp/", "/dev/shm/", "/var/tmp/", NULL};
    struct bytes rest = content.text, program = BYTES_NONE;
    if (content.text.len < 3)
        return;
    bytes_next_field(&rest, ' ', &program);
    struct file *file = file_find(call->m, program);
    bool hidden = bytes_starts(program, BYTES("~/.")) && contains(bytes_from(program, 3), "/");
    bool own = file != NULL && (file->written || file->fetch != NULL);
    for (uint32_t i = call->m->files->count; i > 0 && !own && call->m->files->count - i < 32; i--) {
        const struct file *other =
            call->m->files->row[i - 1].value; /* what was fetched, somewhere in it */
        own = other != NULL && other->fetch != NULL && other->path.len > 6 &&
              bytes_find(content.text, other->path, 0) != BYTES_NPOS;
    }
    static const char *const wires[] = {"nc ", "curl ", "wget ", "/dev/udp/", "/dev/tcp/", NULL};
    if (contains(content.text, "BASH_COMMAND") && contains(content.text, "DEBUG") && contains_any(content.text, wires))
        sense_sure(call->m, BEHAVIOUR_C15, ROLE_USED, path); /* every command somebody types */
    if (contains(content.text, "PROMPT_COMMAND") && contains(content.text, "history") && contains_any(content.text, wires))
        sense_sure(call->m, BEHAVIOUR_C15, ROLE_USED, path);
    static const char *const logins[] = {"alias sudo=", "alias su=", "alias ssh=", "alias passwd=", NULL};
    if (contains_any(content.text, logins) && (is_odd_path(content.text) || contains(content.text, "/.")))
        sense_sure(call->m, BEHAVIOUR_C15, ROLE_USED, path); /* what somebody types goes through it first */
    if (contains(content.text, "LD_PRELOAD=") && contains(content.text, "/.")) /* into every program of a login */
        sense(call->m, BEHAVIOUR_P6, ROLE_USED, path);
    bool brought = false;
    for (struct bytes words = content.text, word; bytes_next_field(&words, ' ', &word);) {
        const struct file *named = word.len < 5 ? NULL : table_get(call->m->files, word);
        hidden |= sense_is_hidden(word);
        startup_note(call->m, word);
        brought |= named != NULL && named->brought && contains(word, "/.");
    }
    if (!contains_any(content.text, downloaders) && !own && !hidden && !brought)
        return;
    sense(call->m, BEHAVIOUR_P9, ROLE_USED, path);
    if (brought)
        sense(call->m, BEHAVIOUR_P4, ROLE_USED, path);
    size_t run = bytes_find(content.text, BYTES("RUN+=\""), 0); /* a rule of udev's */
    if (run != BYTES_NPOS) {
        content.text = bytes_from(content.text, run + 6);
        size_t end = bytes_find_last_byte(content.text, '"');
        content.text.len = end == BYTES_NPOS ? content.text.len : end;
    }
    const struct shell_behaviour *used = call->m->report->behaviour[ROLE_USED];
    uint32_t before = used[BEHAVIOUR_X2].count + used[BEHAVIOUR_X1].count;
    run_layer(call->m, content, "profile", path, false);
    bool runs = used[BEHAVIOUR_X2].count + used[BEHAVIOUR_X1].count > before;
    if (runs && (used[BEHAVIOUR_X2].hard || used[BEHAVIOUR_X1].hard)) /* at every login, unseen */
        sense_sure(call->m, BEHAVIOUR_P9, ROLE_USED, path);
}

/* A public address as the resolver, or as somebody's name: answers come from it from now on. */
static void write_names(struct machine *m, struct bytes path, struct bytes content, bool append)
{
    struct bytes rest = content, line, word;
    while (bytes_next_line(&rest, &line)) {
        bool resolver = bytes_starts(line, BYTES("nameserver "));
        struct bytes fields = bytes_trim(resolver ? bytes_from(line, 11) : line);
        if (!bytes_next_field(&fields, ' ', &word) || host_kind_of(word) != HOST_ADDRESS)
            continue;
        static const char *const known[] = {"8.8.", "1.1.1.1", "1.0.0.1", "9.9.9.9", "208.67.",
                                            "114.114.", NULL};
        bool public = false;
        for (int i = 0; known[i] != NULL; i++)
            public |= bytes_starts(word, bytes_of_string(known[i]));
        if (!public && (resolver || append))
            sense(m, BEHAVIOUR_V10, ROLE_USED, path);
    }
}

/* An allocator or shim of a package, where packages put it, and none the script brought. */
static bool is_packaged_library(struct machine *m, struct bytes text)
{
    struct bytes path = bytes_trim(text);
    bool built = m->report->verifies && bytes_starts(path, BYTES("/usr/local/lib/")); /* of a source whose digest is known */
    for (const struct shell_fetch *f = m->report->fetch; f != NULL; f = f->next)
        built &= fetch_is_honest(f);
    static const char *const names[] = {"jemalloc", "tcmalloc", "mimalloc", "eatmydata", "faketime",
                                        "hugetlbfs", "libsnoopy", "nss_wrapper", NULL};
    return contains_any(path, names) && (built || bytes_starts(path, BYTES("/usr/lib/"))) &&
           !contains(path, "/.") && file_find(m, path) == NULL;
}

void sense_login(struct machine *m, struct bytes path, struct bytes content)
{
    static const char *const doors[] = {"/sshd", "/common-auth", "/system-auth", "/password-auth",
                                        "/login", "/sudo", NULL};
    if (!contains(path, "/pam.d/") && !contains(path, "/etc/pam"))
        return;
    if (contains(content, "expose_authtok"))
        (contains(content, "/.") || is_odd_path(content) ? sense_sure : sense_soft)(
            m, BEHAVIOUR_C15, ROLE_USED, path);
    bool open = contains(content, "auth") && contains(content, "sufficient") &&
                contains(content, "pam_permit.so");
    for (int i = 0; open && doors[i] != NULL; i++) /* any password will do */
        if (bytes_ends(path, bytes_of_string(doors[i])))
            sense_sure(m, BEHAVIOUR_P12, ROLE_USED, path);
}

/* A workflow of a repository that hands all its secrets to a command. */
static void write_workflow(struct machine *m, struct bytes path, struct bytes content)
{
    bool all = contains(content, "toJSON(secrets)") || contains(content, "toJson(secrets)");
    if (all && contains(path, ".github/workflows/"))
        sense_sure(m, BEHAVIOUR_C13, ROLE_USED, path);
}

/* "www-data ALL=(ALL) NOPASSWD: ALL": everything, for a user that serves the network. */
static bool is_service_rule(struct bytes text)
{
    static const char *const users[] = {"ALL ",      "www-data ", "nobody ", "apache ", "nginx ",
                                        "daemon ",   "mysql ",  "redis ",  NULL};
    for (int i = 0; users[i] != NULL; i++)
        if (bytes_starts(text, bytes_of_string(users[i])))
            return contains(text, "NOPASSWD:ALL") || contains(text, "NOPASSWD: ALL");
    return false;
}

static void write_account(struct call *call, struct bytes path, struct shell_string content)
{
    struct machine *m = call->m;
    if (bytes_equal(path, BYTES("/etc/passwd")) &&
        (contains(content.text, ":0:0:") || contains(content.text, ":x:0:")))
        (contains(content.text, ":$1$") || contains(content.text, ":$6$") || contains(content.text, ":$5$")
             ? sense_sure /* with a password of the script's */
             : sense)(m, BEHAVIOUR_P7, ROLE_USED, path);
    else if (bytes_equal(path, BYTES("/etc/sudoers")) && contains(content.text, "NOPASSWD") &&
             m->account_made)
        (m->options->builds ? sense_soft : sense)(m, BEHAVIOUR_P7, ROLE_USED, path);
    else if (bytes_starts(path, BYTES("/etc/sudoers")) && is_service_rule(content.text))
        sense(m, BEHAVIOUR_P7, ROLE_USED, path);
    else if (bytes_equal(path, BYTES("/etc/shadow")) && contains(content.text, ":$") &&
             content.text.at[0] != 0)
        (report_count(m->report, BEHAVIOUR_P7) > 0 ? sense_sure : sense)(m, BEHAVIOUR_P7, ROLE_USED,
                                                                         path);
}

static bool is_log(struct bytes path)
{
    static const char *const logs[] = {"/var/log/syslog",   "/var/log/wtmp",
                                       "/var/log/btmp",     "/var/log/lastlog",
                                       "/var/log/secure",   "/var/log/messages",
                                       "/var/log/auth.log", "/var/log/cron",
                                       "/var/log/maillog",  "/var/spool/mail/",
                                       "/var/mail/root",    "/var/log/audit/audit.log",
                                       "/var/log/faillog",  "/var/log/audit/*", NULL};
    return contains(path, "/var/") && contains_any(path, logs);
}

/* A program administrators look for others with. */
static bool is_lister(struct bytes path)
{
    static const char *const names[] = {"bin/ps", "bin/top", "bin/pstree", "bin/netstat",
                                        "bin/ss", "bin/lsof", "bin/htop", NULL};
    for (int i = 0; names[i] != NULL; i++)
        if (bytes_ends(path, bytes_of_string(names[i])))
            return true;
    return false;
}

static bool is_hidden_system(struct bytes path)
{
    static const char *const heads[] = {"/tmp/.",           "/var/tmp/.",       "/dev/shm/.",
                                        "/usr/bin/.",       "/usr/sbin/.",      "/bin/.",
                                        "/etc/.",           "/usr/share/.",     "/usr/local/.",
                                        "/lib/.",           "/usr/lib/.",       "/opt/.",
                                        "/usr/local/lib/.", "/usr/local/bin/.", "/usr/libexec/.",
                                        "/var/.",           "/usr/.",           NULL};
    static const char *const honest[] = {"/etc/.pwd.lock",  "/.dpkg", "/etc/.git",   "/etc/.java",
                                         "/etc/.updated",   "/.keep", "/.gitignore", "/.pw",
                                         "/etc/.etckeeper", NULL};
    if (!contains(path, "/."))
        return false;
    for (int i = 0; heads[i] != NULL; i++) {
        struct bytes head = bytes_of_string(heads[i]);
        if (bytes_starts(path, head) && path.len > head.len + 1 && path.at[head.len] != '/' &&
            path.at[head.len] != '*' && (path.at[head.len] != '.' || contains(path, "/...")))
            return !contains_any(path, honest);
    }
    return contains(path, "/.../") || bytes_ends(path, BYTES("/..."));
}

void sense_hidden(struct machine *m, struct bytes path)
{
    if (is_hidden_system(path))
        sense(m, BEHAVIOUR_X11, ROLE_USED, path);
    size_t tail =
        bytes_find(path, BYTES("-unix"), 0); /* the X server's socket directory has one name */
    if (bytes_starts(path, BYTES("/tmp/.X")) && tail != BYTES_NPOS &&
        !bytes_starts(path, BYTES("/tmp/.X11-unix")))
        sense(m, BEHAVIOUR_V13, ROLE_USED, path);
}

/* A name only the system gives, in a place where the system puts nothing. */
void sense_masquerade(struct machine *m, struct bytes path)
{
    static const char *const names[] = {
        "kthreadd",    "kworker",    "kswapd", "ksoftirqd", "kdevtmpfs",  "systemd",
        "sshd",        "crond",      "bioset", "migration", "watchdogd",  "dockerd",
        "rcu_sched",   "khugepaged", "httpd",  "nginx",     "init",       "dbus-daemon",
        "dockerd_env", "kauditd",    "netns",  "rsyslogd",  "irqbalance", "systemd-journald"};
    static const char *const kernel[] = {"kthreadd", "kswapd0",   "ksoftirqd",
                                         "kworkerd", "kdevtmpfs", "khugepaged"};
    static const char *const places[] = {"/tmp/",  "/var/tmp/",  "/dev/shm/", "/usr/share/",
                                         "/root/", "/usr/bin/.", "/etc/.",    "/var/.",
                                         "/.",     NULL};
    size_t slash = bytes_find_last_byte(path, '/');
    struct bytes base = slash == BYTES_NPOS ? path : bytes_from(path, slash + 1);
    while (base.len > 0 && (base.at[0] == '[' || base.at[0] == '.'))
        base = bytes_from(base, 1);
    bool odd = false;
    if (slash != BYTES_NPOS && base.len > 2 && base.at[0] == '-' && bytes_ends(base, BYTES("sh")))
        sense_sure(m, BEHAVIOUR_V13, ROLE_USED, path); /* as ps shows a login: -bash */
    for (int i = 0; places[i] != NULL; i++)
        odd |= i == 8 ? slash != BYTES_NPOS && contains(path, "/.")
                      : bytes_starts(path, bytes_of_string(places[i]));
    odd = odd && !bytes_starts(path, BYTES("/root/.config"));
    for (size_t i = 0; i < sizeof kernel / sizeof kernel[0];
         i++) { /* kernel threads are no files, nowhere */
        struct bytes name = bytes_of_string(kernel[i]);
        if (bytes_starts(base, name) && base.len <= name.len + 2)
            odd = true;
    }
    for (size_t i = 0; odd && i < sizeof names / sizeof names[0]; i++) {
        struct bytes name = bytes_of_string(names[i]);
        if (bytes_equal(base, name) || (bytes_starts(base, name) && base.len <= name.len + 2 &&
                                        (ascii_is_digit(base.at[name.len]) ||
                                         base.at[name.len] == ']' || base.at[name.len] == '/')))
            sense(m, BEHAVIOUR_V13, ROLE_USED, path);
    }
}

/* Places where one line is enough. */
static void write_sundries(struct call *call, struct bytes full, struct shell_string content)
{
    struct machine *m = call->m;
    if (m->dialog_asked && (content.taint & TAINT_BIT(TYPED)) != 0 &&
        (sense_is_temporary(full) || contains(full, "/."))) /* what somebody typed is kept aside */
        sense_sure(m, BEHAVIOUR_C15, ROLE_USED, full);
    static const char *const notes[] = {"/etc/motd", "README", "RECOVER", "DECRYPT", "RESTORE", "HOW_TO", NULL};
    if (m->encrypts && report_count(m->report, BEHAVIOUR_M7) > 0 && contains_any(full, notes))
        sense(m, BEHAVIOUR_M7, ROLE_USED, full); /* what the owner shall read */
    if (is_lister(full) && (contains(content.text, "grep -v") || contains(content.text, "grep -Ev") ||
                            contains(content.text, "sed ")))
        sense_sure(m, BEHAVIOUR_V8, ROLE_USED, full); /* what it lists lacks a line */
    if (contains(full, "inetd") && (contains(content.text, "/sh ") || contains(content.text, "/bash ")))
        sense_sure(m, BEHAVIOUR_B1, ROLE_USED, full); /* a shell for whoever connects */
    if (bytes_equal(full, BYTES("/proc/sysrq-trigger")))
        sense_soft(m, BEHAVIOUR_M6, ROLE_USED, full);
    if (contains(full, "/.ssh/config") || contains(full, "/pam.d/") || contains(full, "motd") ||
        contains(full, "/apt.conf.d/"))
        orders_read(call, content);
    if (contains(full, "/selinux/config") && contains(content.text, "SELINUX=disabled"))
        sense(m, BEHAVIOUR_V4, ROLE_USED, full);
}

void sense_write(struct call *call, struct bytes path, struct shell_string content, bool append)
{
    struct machine *m = call->m;
    if (path.len < 4 || bytes_starts(path, BYTES("/dev/null")))
        return;
    if (bytes_starts(path, BYTES("/dev/tcp/")) || bytes_starts(path, BYTES("/dev/udp/"))) {
        bool noise = any_arg(call, "/dev/urandom") || any_arg(call, "/dev/zero");
        if (noise && path.at[5] == 'u' && m->loops > 0)
            sense(m, BEHAVIOUR_M8, ROLE_USED, path);
        write_socket(call, path, content);
        return;
    }
    struct bytes full = host_path(m, path_resolve(m, path));
    bool empty = content.text.len < 3;
    sense_hidden(m, full);
    write_tool(call, full, content);
    sense_login(m, full, content.text);
    write_workflow(m, full, content.text);
    sense_web_shell(m, full, content);
    sense_system_file(m, full, content);
    bool agent = contains(full, "/LaunchAgents/") || contains(full, "/LaunchDaemons/");
    if (agent && string_is_known(content) && agent_is(content.text))
        write_unit(call, full, string_of(agent_unit(m->arena, content.text)));
    if (bytes_ends(full, BYTES("/release_agent")))
        sense_sure(m, BEHAVIOUR_K1, ROLE_USED, full);
    if (contains(content.text, "GET ") && contains(content.text, "HTTP/1"))
        m->socket_get = true;
    if (bytes_starts(full, BYTES("/var/spool/cron")) || bytes_starts(full, BYTES("/etc/cron"))) {
        if (!empty)
            write_cron(call, full, content);
    } else if (contains(full, "authorized_keys") ||
               ((contains(full, "/.ssh/") || bytes_starts(full, BYTES("/etc/ssh/"))) &&
                !bytes_ends(full, BYTES(".pub")) && !contains(full, "known_hosts") &&
                holds_key(content.text))) {
        write_key(m, full, content);
    } else if (contains(full, "ld.so.preload")) {
        if (!empty &&
            (contains(content.text, ".so") || (content.text.at[0] == 0 && content.taint != 0)))
            (is_packaged_library(m, content.text) ? sense_soft : sense)(m, BEHAVIOUR_P6, ROLE_USED,
                                                                        content.text);
    } else if (bytes_ends(full, BYTES(".service")) || contains(full, "/systemd/system") ||
               (contains(full, "/autostart/") && bytes_ends(full, BYTES(".desktop")))) {
        write_unit(call, full, content);
    } else if (contains(full, "bashrc") || contains(full, "/etc/profile") ||
               contains(full, ".profile") || contains(full, "rc.local") ||
               contains(full, ".bash_profile") || contains(full, "/update-motd.d/") ||
               contains(full, "/udev/rules.d/") || contains(full, "/dispatcher.d/") ||
               contains(full, "/if-up.d/") || (append && contains(full, "/etc/init.d/"))) {
        write_startup(call, full, content);
    } else if (contains(full, "/etc/passwd") || contains(full, "/etc/sudoers") ||
               contains(full, "/etc/shadow")) {
        write_account(call, full, content);
    } else if (contains(full, "sshd_config") &&
               (contains(content.text, "PermitRootLogin yes") ||
                contains(content.text, "PasswordAuthentication yes") ||
                contains(content.text, "AuthorizedKeysFile"))) {
        sense(m, BEHAVIOUR_P12, ROLE_USED, full);
    } else if (bytes_equal(full, BYTES("/etc/hosts")) ||
               bytes_equal(full, BYTES("/etc/resolv.conf"))) {
        write_names(m, full, content.text, append);
        if (contains(content.text, "nameserver 8.8.8.8") ||
            (append &&
             (contains(content.text, "0.0.0.0 ") || contains(content.text, "127.0.0.1 ")) &&
             !contains(content.text, "localhost")))
            sense(m, BEHAVIOUR_V10, ROLE_USED, full);
    } else if (bytes_ends(full, BYTES("_history")) && !append && empty) {
        sense(m, BEHAVIOUR_V1, ROLE_USED, full);
    } else if (is_log(full) && !append && empty) {
        sense(m, BEHAVIOUR_V2, ROLE_USED, full);
    } else if (contains(full, "nmi_watchdog") || contains(full, "nr_hugepages")) {
        sense(m, BEHAVIOUR_V11, ROLE_USED, full);
    }
    write_sundries(call, full, content);
    if ((content.taint & (TAINT_BIT(FETCHED) | TAINT_BIT(DECODED))) != 0)
        sense_masquerade(m, full);
    if (contains(full, "sysctl") &&
        (contains(content.text, "nmi_watchdog=0") || contains(content.text, "nr_hugepages")))
        sense(m, BEHAVIOUR_V11, ROLE_USED, full);
    if (content.text.len > 8 && content.text.at != call->in.text.at && content.text.at[0] != 0)
        sense_text(m, content.text, sense_is_sinkhole(content.text) ? ROLE_REMOVED : ROLE_TEXT);
}

bool sense_is_sinkhole(struct bytes text)
{
    static const char *const nowhere[] = {"0.0.0.0", "127.0.0.1", "::1", "127.0.1.1"};
    struct bytes rest = text, line;
    uint32_t led = 0;
    while (bytes_next_line(&rest, &line)) {
        struct bytes fields = bytes_trim(line), word;
        bool here = false;
        if (fields.len == 0 || !bytes_next_field(&fields, ' ', &word))
            continue;
        for (size_t i = 0; i < sizeof nowhere / sizeof nowhere[0]; i++)
            here |= bytes_equal(word, bytes_of_string(nowhere[i]));
        if (!here || fields.len == 0)
            return false;
        led++;
    }
    return led > 0;
}

bool sense_is_log(struct bytes path)
{
    return is_log(path);
}
bool sense_is_hidden(struct bytes path)
{
    return is_hidden_system(path);
}
bool sense_is_odd(struct bytes path)
{
    return is_odd_path(path);
}

static struct bytes first_word(struct bytes text)
{
    size_t space = bytes_find_byte(text, ' ', 0);
    return space == BYTES_NPOS ? text : bytes_sub(text, 0, space);
}

/* A program among the configurations. */
static bool is_in_etc(struct bytes program)
{
    return bytes_starts(program, BYTES("/etc/")) && bytes_find_byte(program, '/', 5) == BYTES_NPOS && program.len > 6 &&
           !bytes_starts(program, BYTES("/etc/rc")) && !contains(program, "cron.") && text_is_known(program);
}

bool sense_is_buried(struct bytes program)
{
    static const char *const places[] = {"/usr/", "/lib", "/bin/", "/sbin/", "/etc/", "/var/", NULL};
    static const char *const honest[] = {"/.git", "/.venv", "/.bin/", "/.npm", "/.local", "/.cache",
                                         "/.rbenv", "/.acme.sh", NULL};
    for (int i = 0; places[i] != NULL; i++)
        if (bytes_starts(program, bytes_of_string(places[i])))
            return contains(program, "/.") && !contains(program, "/./") &&
                   !contains_any(program, honest);
    return false;
}

void sense_crontab(struct call *call, struct shell_string content)
{
    static const char *const downloaders[] = {"curl", "wget",   "/dev/tcp/", "urlopen",
                                              "lwp-", "cdn",    "fetch ",    "cd1",
                                              "wd1",  "python", NULL};
    static const char *const runners[] = {
        "|sh",  "| sh",  "|bash",     "| bash",  "chmod",   "bash -", "sh -c", "&& sh", ";sh",
        "; sh", ";bash", "base64 -d", "bash <(", "| /bin/", "|/bin/", "exec(", NULL};
    static const char *const own_places[] = {"/.local", "/.config/", "/.pyenv", "/.nvm", "/.cargo", "/.rbenv",
                                             "/.venv", "/.bun", "/.deno", "/.asdf", "/.sdkman", "/.acme.sh",
                                             "/.npm", "/.virtualenvs", "/.rvm", "/.dotnet", "/.go/", NULL};
    struct machine *m = call->m;
    struct bytes rest = content.text, line;
    bool served = content.text.len > 0 && content.text.at[0] == 0;
    while (bytes_next_line(&rest, &line)) /* a whole line, or more, that somebody serves */
        served |= line.len > 0 && line.at[0] == 0;
    rest = content.text;
    if ((content.taint & TAINT_BIT(FETCHED)) != 0 && served)
        sense(m, BEHAVIOUR_P1, ROLE_USED,
              content.step != NULL && content.step->fetch != NULL ? content.step->fetch->url
                                                                  : BYTES_NONE);
    while (bytes_next_line(&rest, &line)) {
        struct bytes command = cron_command(line);
        if (command.len < 3)
            continue;
        if (contains_any(command, downloaders) && contains_any(command, runners))
            sense(m, BEHAVIOUR_P1, ROLE_USED, command);
        struct bytes program = bytes_sub(command, 0, 512);
        const struct file *known = file_find(m, first_word(program));
        startup_note(m, first_word(program));
        bool brought = known != NULL && known->brought;
        bool home = contains(program, "/root/.") && known == NULL;
        home |= bytes_starts(program, BYTES("~/.")) && !contains_any(program, own_places);
        size_t second = home ? bytes_find(program, BYTES("/."), bytes_find(program, BYTES("/."), 0) + 2)
                             : BYTES_NPOS; /* hidden inside what is hidden */
        bool deep = second < first_word(program).len || (home && bytes_starts(bytes_trim(line), BYTES("@reboot")) &&
                                                         !contains_any(program, own_places));
        bool buried = sense_is_buried(first_word(program)) || is_in_etc(first_word(program));
        if (sense_is_odd(program) || buried || home || brought)
            (home && !deep && !m->table_cleared ? sense_soft : sense)(m, BEHAVIOUR_P4, ROLE_USED, command);
        struct bytes word = first_word(program);
        struct file *file = file_find(m, word);
        if (file != NULL && file->fetch != NULL)
            sense(m, BEHAVIOUR_P4, ROLE_USED, command), execute_file(call, word, false);
        run_layer(m, (struct shell_string){command, 0, NULL}, "cron", BYTES_NONE, false);
    }
}

void tool_crontab(struct call *call)
{
    struct machine *m = call->m;
    call->out = call_unknown(call, (struct shell_string){0});
    m->table_cleared |= call_flag(call, 'r');
    if (call_flag(call, 'l') || call_flag(call, 'r'))
        return;
    for (uint32_t i = 1; i < call->count; i++) {
        struct bytes arg = call_arg(call, i);
        if (bytes_equal(arg, BYTES("-u"))) {
            i++;
        } else if (arg.len > 1 && arg.at[0] != '-') {
            struct file *file = file_find(m, arg);
            if (file != NULL)
                sense_crontab(call, file->content);
            return;
        }
    }
    if (!call->has_in || call->in.text.at == NULL)
        return;
    sense(m, BEHAVIOUR_P2, ROLE_USED, BYTES_NONE);
    sense_crontab(call, call->in);
}
