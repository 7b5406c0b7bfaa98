/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/tool.h"
#include "shell/host.h"

/* What single commands do by themselves: evasion, accounts, containers, scanning. */

static struct bytes arg_with(const struct call *call, const char *word)
{
    for (uint32_t i = 1; i < call->count && i < 64; i++)
        if (contains(call->arg[i].text, word))
            return call->arg[i].text;
    return BYTES_NONE;
}

static bool starts_any(struct bytes text, const char *const *heads)
{
    for (; *heads != NULL; heads++)
        if (bytes_starts(text, bytes_of_string(*heads)))
            return true;
    return false;
}

static void see_history(struct call *call)
{
    if (bytes_equal(call->name, BYTES("unset")) && any_arg(call, "HISTFILE"))
        sense(call->m, BEHAVIOUR_V1, ROLE_USED, BYTES("HISTFILE"));
    if (bytes_equal(call->name, BYTES("history")) && (call_flag(call, 'c') || call_flag(call, 'w')))
        sense(call->m, BEHAVIOUR_V1, ROLE_USED, BYTES("history -c"));
    if (bytes_equal(call->name, BYTES("export")) || bytes_equal(call->name, BYTES("set")))
        if (call_has(call, "HISTFILE=/dev/null") || call_has(call, "HISTFILE=") ||
            call_has(call, "HISTSIZE=0") || (call_has(call, "+o") && call_has(call, "history")))
            sense(call->m, BEHAVIOUR_V1, ROLE_USED, BYTES("HISTFILE"));
}

/* Whether ARG stands in the command as it was written: "$ROOT/" with an empty ROOT does not. */
static bool is_written(const struct machine *m, struct bytes arg)
{
    struct bytes source =
        bytes_sub(m->layer->text, m->offset, m->end > m->offset ? m->end - m->offset : 0);
    for (size_t at = 0; (at = bytes_find(source, arg, at)) != BYTES_NPOS; at++)
        if (at > 0 && source.at[at - 1] == ' ' &&
            (at + arg.len == source.len || ascii_is_space(source.at[at + arg.len]) ||
             source.at[at + arg.len] == ';'))
            return true;
    return false;
}

/* The plain file goes after its sealed copy was made, file after file: extortion. */
static void see_sealed(struct call *call, struct bytes arg, bool force)
{
    bool shreds = bytes_equal(call->name, BYTES("shred"));
    if (call->m->encrypts && call->m->loops + call->m->piped > 0 &&
        (shreds || force || call->m->found_wide) &&
        arg.len > 0 && (arg.at[0] == 0 || bytes_equal(arg, BYTES("{}"))))
        (call->m->found_old ? sense_soft : sense)(call->m, BEHAVIOUR_M7, ROLE_USED, arg);
}

/* Where agents of other makers live. */
static bool is_monitor_home(struct bytes path)
{
    static const char *const homes[] = {"/opt/CrowdStrike", "/var/ossec",      "/opt/sentinelone",
                                        "/opt/ds_agent",    "/opt/cylance",    "/opt/carbonblack",
                                        "/etc/falco",       "/opt/microsoft/mdatp", "/opt/eset",
                                        "/opt/sophos-spl",  "/opt/traps",      NULL};
    for (int i = 0; homes[i] != NULL; i++)
        if (bytes_starts(path, bytes_of_string(homes[i])) &&
            path.len <= strlen(homes[i]) + 2) /* the whole of it */
            return true;
    return false;
}

/* An agent of a cloud's is removed.  Nobody's machine stands in two of them: who removes both does not
 * know where he is. */
static void agent_gone(struct machine *m, struct bytes name)
{
    bool alibaba = contains(name, "aliyun") || contains(name, "aegis") || contains(name, "cloudmonitor");
    bool tencent = contains(name, "unjing") || contains(name, "unJing") || contains(name, "qcloud");
    bool baidu = contains(name, "bcm-");
    m->agent_makers |= (alibaba ? 1U : 0U) | (tencent ? 2U : 0U) | (baidu ? 4U : 0U);
    bool several = (m->agent_makers & (m->agent_makers - 1)) != 0;
    sense(m, BEHAVIOUR_V5, ROLE_USED, name);
    if (several)
        sense(m, BEHAVIOUR_V14, ROLE_USED, BYTES("agents of several clouds"));
}

static void see_remove(struct call *call)
{
    static const char *const system[] = {"/bin",
                                         "/usr/bin",
                                         "/sbin",
                                         "/usr/sbin",
                                         "/lib",
                                         "/usr",
                                         "/etc",
                                         "/boot",
                                         "/",
                                         "/*",
                                         "/home",
                                         "/root",
                                         "/var",
                                         "/home/*",
                                         "/boot/*",
                                         "/usr/*",
                                         "/lib/*",
                                         "/etc/*",
                                         "/bin/*",
                                         "/usr/bin/*",
                                         "/bin/rm",
                                         "/usr/bin/wget",
                                         "/usr/bin/curl",
                                         "/bin/wget",
                                         "/bin/curl",
                                         "/sbin/reboot",
                                         "/usr/bin/chattr",
                                         NULL};
    bool recursive = call_flag(call, 'r') || call_flag(call, 'R'), force = call_flag(call, 'f');
    for (uint32_t i = 1; i < call->count; i++) {
        struct bytes arg = call_arg(call, i);
        bool all = recursive && force && (bytes_equal(arg, BYTES("/var/log/*")) || bytes_equal(arg, BYTES("/var/log")));
        if (all || sense_is_log(arg))
            sense(call->m, BEHAVIOUR_V2, ROLE_USED, arg);
        call->m->keys_cleared |= recursive && (bytes_equal(arg, BYTES(".ssh")) || bytes_ends(arg, BYTES("/.ssh")));
        if (recursive && is_monitor_home(arg))
            sense(call->m, BEHAVIOUR_V14, ROLE_USED, arg);
        call->m->report->prepares |= contains(arg, "ssh_host_") || contains(arg, "machine-id");
        if ((bytes_ends(arg, BYTES("_history")) || bytes_ends(arg, BYTES("history*"))))
            sense(call->m, BEHAVIOUR_V1, ROLE_USED, arg);
        bool self = bytes_starts(arg, bytes_of("\0${0}", 5));
        if (self && !call->m->report->prepares && report_count(call->m->report, BEHAVIOUR_V1) > 0 &&
            report_count(call->m->report, BEHAVIOUR_V2) > 0)
            sense_sure(call->m, BEHAVIOUR_V2, ROLE_USED, BYTES("and itself"));
        see_sealed(call, arg, force);
        if (bytes_equal(arg, BYTES("--no-preserve-root")) && recursive)
            sense_sure(call->m, BEHAVIOUR_M6, ROLE_USED, BYTES("/"));
        for (int k = 0; (recursive || force) && system[k] != NULL; k++)
            if (bytes_equal(arg, bytes_of_string(system[k])) && !call->remote &&
                is_written(call->m, arg) && !(call->m->options->builds && arg.len > 2))
                sense(call->m, BEHAVIOUR_M6, ROLE_USED, arg);
        if (contains(arg, "aegis") || contains(arg, "YunJing") || contains(arg, "/qcloud") ||
            contains(arg, "cloudmonitor") || contains(arg, "bcm-agent") ||
            contains(arg, "hostguard"))
            agent_gone(call->m, arg);
        sense_text(call->m, arg, ROLE_REMOVED);
    }
}

static void see_services(struct call *call)
{
    static const char *const agents[] = {"aliyun", "aegis",        "YunJing",        "yunjing",
                                         "qcloud", "cloudmonitor", "bcm-agent",      "hostguard",
                                         "bcm-si", "jcs-agent",    "aliyun.service", NULL};
    static const char *const monitors[] = {"falco",    "ossec",    "wazuh",   "falcon-sensor",
                                           "sysmon",   "cbdaemon", "osquery", "ds_agent",
                                           "sentinel", NULL};
    bool everything = call_has(call, "/tmp/*") || call_has(call, "/var/tmp/*");
    if (everything && bytes_equal(call->name, BYTES("killall"))) /* whoever runs there */
        sense(call->m, BEHAVIOUR_M3, ROLE_USED, BYTES("/tmp/*"));
    bool off = call_has(call, "stop") || call_has(call, "disable") || call_has(call, "mask") ||
               call_has(call, "remove") || call_has(call, "purge") || call_has(call, "uninstall") ||
               call_has(call, "del") || call_has(call, "off") || call_has(call, "erase");
    bool kill =
        bytes_equal(call->name, BYTES("pkill")) || bytes_equal(call->name, BYTES("killall"));
    bool on = call_has(call, "start") || call_has(call, "restart") || call_has(call, "enable");
    for (int i = 0; on && monitors[i] != NULL; i++) /* stopped to be set up */
        if (any_arg(call, monitors[i]))
            sense_undo(call->m, BEHAVIOUR_V14);
    if (on && call->m->logger_stopped.len > 0 && any_arg(call, "syslog"))
        call->m->logger_stopped = BYTES(""); /* stopped for a moment */
    call->m->report->prepares |= call_has(call, "clean");
    if (!off && !kill)
        return;
    for (int i = 0; agents[i] != NULL; i++)
        if (any_arg(call, agents[i]))
            agent_gone(call->m, arg_with(call, agents[i]));
    for (int i = 0; monitors[i] != NULL; i++)
        if (any_arg(call, monitors[i]))
            sense(call->m, BEHAVIOUR_V14, ROLE_USED, arg_with(call, monitors[i]));
    static const char *const loggers[] = {"auditd", "rsyslog", "syslog-ng", NULL};
    static const char *const logging[] = {"rsyslogd", "syslogd", "auditd", "syslog-ng", NULL};
    for (int i = 0; kill && call_has(call, "-9") && logging[i] != NULL; i++)
        if (call_has(call, logging[i]))
            sense(call->m, BEHAVIOUR_V14, ROLE_USED, bytes_of_string(logging[i]));
    for (int i = 0; call_has(call, "stop") && loggers[i] != NULL; i++)
        if (any_arg(call, loggers[i]))
            call->m->logger_stopped = arg_with(call, loggers[i]);
    if (off && (any_arg(call, "firewalld") || any_arg(call, "iptables") || any_arg(call, "ufw")))
        sense(call->m, BEHAVIOUR_V3, ROLE_USED, arg_with(call, "w"));
    if (off && any_arg(call, "apparmor"))
        sense(call->m, BEHAVIOUR_V4, ROLE_USED, BYTES("apparmor"));
}

static void see_firewall(struct call *call)
{
    if (bytes_equal(call->name, BYTES("ufw")) && call_has(call, "disable"))
        sense(call->m, BEHAVIOUR_V3, ROLE_USED, BYTES("ufw disable"));
    call->m->walled |= bytes_equal(call->name, BYTES("ufw")) && call_has(call, "enable");
    if (bytes_equal(call->name, BYTES("iptables")) &&
        (call_has(call, "-F") || call_has(call, "-X") || call_has(call, "--flush")))
        sense(call->m, BEHAVIOUR_V3, ROLE_USED, BYTES("iptables -F"));
    if (bytes_equal(call->name, BYTES("iptables")) && call_has(call, "DROP") &&
        call_has(call, "-P"))
        sense_undo(call->m, BEHAVIOUR_V3); /* a rule set of its own follows */
    if (bytes_equal(call->name, BYTES("setenforce")) &&
        (call_has(call, "0") || call_has(call, "Permissive")))
        sense(call->m, BEHAVIOUR_V4, ROLE_USED, BYTES("setenforce 0"));
    if (bytes_equal(call->name, BYTES("auditctl")) &&
        (call_has(call, "-D") || (call_has(call, "-e") && call_has(call, "0")) ||
         call_has(call, "-e0")))
        sense(call->m, BEHAVIOUR_V14, ROLE_USED, BYTES("auditctl"));
    if (bytes_equal(call->name, BYTES("sysctl")) &&
        (any_arg(call, "nmi_watchdog=0") || any_arg(call, "nr_hugepages")))
        sense(call->m, BEHAVIOUR_V11, ROLE_USED, BYTES("sysctl"));
    if (bytes_equal(call->name, BYTES("wrmsr")) ||
        (bytes_equal(call->name, BYTES("modprobe")) && call_has(call, "msr")))
        sense(call->m, BEHAVIOUR_V11, ROLE_USED, call->name);
    if (bytes_equal(call->name, BYTES("wrmsr")) &&
        call_has(call, "0x1a4")) /* the prefetcher RandomX wants off */
        sense(call->m, BEHAVIOUR_M1, ROLE_USED, call->name);
}

/* Files administrators lock against change by programs. */
static bool is_policy(struct bytes path)
{
    static const char *const files[] = {"/etc/hosts.allow", "/etc/hosts.deny",  "/etc/resolv.conf",
                                        "/etc/hosts",       "/etc/sysctl.conf", "/etc/passwd",
                                        "/etc/shadow",      "/etc/group",       "/etc/gshadow",
                                        "/etc/services",    "/etc/fstab",       NULL};
    for (int i = 0; files[i] != NULL; i++)
        if (bytes_equal(path, bytes_of_string(files[i])))
            return true;
    return false;
}

/* A file of nothing, locked, so that its owner cannot put it back: the name is a rival's. */
static void see_blocked(struct call *call, struct bytes path)
{
    struct file *file = file_find(call->m, path);
    if (file == NULL || file->span == NULL || file->fetch != NULL || file->content.text.len > 4 ||
        !string_is_known(file->content))
        return;
    file->span->role = ROLE_REMOVED;
    if (call->m->span_last != NULL)
        call->m->span_last->role = ROLE_REMOVED;
}

static void see_chattr(struct call *call)
{
    static const char *const own[] = {"/var/spool/cron",
                                      "/etc/cron",
                                      "/root/.ssh",
                                      "/etc/ld.so",
                                      "/etc/passwd",
                                      "/etc/shadow",
                                      "/tmp",
                                      "/var/tmp",
                                      "/dev/shm",
                                      "~/.ssh",
                                      "/home/",
                                      "/usr/bin/",
                                      "/bin/",
                                      "/usr/local/",
                                      "/etc/init",
                                      "/etc/rc",
                                      "/lib/systemd",
                                      "/etc/systemd",
                                      "/usr/sbin/",
                                      "/etc/hosts",
                                      NULL};
    bool sets = false, clears = false;
    for (uint32_t i = 1; i < call->count; i++) {
        struct bytes arg = call_arg(call, i);
        const struct file *file = file_find(call->m, arg);
        bool immutable =
            memchr(arg.at, 'i', arg.len) != NULL || memchr(arg.at, 'a', arg.len) != NULL;
        if (sets)
            see_blocked(call, arg);
        if (arg.len > 1 && arg.len < 10 && arg.at[0] == '+' && immutable)
            sets = true;
        else if (arg.len > 1 && arg.len < 10 && arg.at[0] == '-' && arg.at[1] != 'R' && immutable)
            clears = true;
        else if (sets && (starts_any(arg, own) || (file != NULL && (file->written || file->fetch != NULL)) ||
                          arg.at == NULL || (arg.len > 0 && arg.at[0] == 0)))
            (is_policy(arg) ? sense_soft : sense)(call->m, BEHAVIOUR_P10, ROLE_USED, arg);
        else if (clears && starts_any(arg, own))
            sense(call->m, BEHAVIOUR_V6, ROLE_USED, arg);
    }
}

static void see_rename(struct call *call)
{
    static const char *const tools[] = {"curl",      "wget", "chattr",  "ps",   "top",   "pstree",
                                        "netstat",   "ss",   "lsof",    "kill", "pkill", "rm",
                                        "systemctl", "htop", "crontab", NULL};
    uint32_t first = call_operand(call, 1);
    if (first == 0 || first + 1 >= call->count)
        return;
    struct bytes from = call_arg(call, first), to = call_arg(call, call->count - 1);
    if (bytes_equal(from, BYTES("/dev/null")) && bytes_ends(to, BYTES("_history")))
        sense(call->m, BEHAVIOUR_V1, ROLE_USED, to);
    if (bytes_equal(call->name, BYTES("mv")) &&
        (bytes_ends(to, BYTES("/log/wtmp")) || bytes_ends(to, BYTES("/log/btmp")) ||
         bytes_ends(to, BYTES("/log/lastlog")) || bytes_ends(to, BYTES("/run/utmp"))))
        sense_sure(call->m, BEHAVIOUR_V2, ROLE_USED, to); /* login records, edited */
    bool system = bytes_starts(from, BYTES("/usr/bin/")) || bytes_starts(from, BYTES("/bin/")) ||
                  bytes_starts(from, BYTES("/sbin/")) || bytes_starts(from, BYTES("$(command")) ||
                  (from.len > 0 && from.at[0] == 0 && contains(from, "$(which"));
    size_t slash = bytes_find_last_byte(from, '/');
    struct bytes base = slash == BYTES_NPOS ? BYTES("") : bytes_from(from, slash + 1);
    bool dir = to.len == 0 || to.at[to.len - 1] == '/' || (to.at[0] == 0);
    slash = bytes_find_last_byte(to, '/');
    struct bytes to_base = slash == BYTES_NPOS ? to : bytes_from(to, slash + 1);
    bool to_system = bytes_starts(to, BYTES("/usr/bin/")) || bytes_starts(to, BYTES("/bin/")) ||
                     bytes_starts(to, BYTES("/usr/sbin/")) || bytes_starts(to, BYTES("/sbin/"));
    for (int i = 0; !dir && tools[i] != NULL; i++)
        if (system && bytes_equal(base, bytes_of_string(tools[i])) && !bytes_equal(to_base, base) &&
            to_system) {
            sense(call->m, BEHAVIOUR_V7, ROLE_USED, to);
            call->m->tools_moved |= i < 3 ? 1U << i : 0;
        }
    if (__builtin_popcount(call->m->tools_moved) >= 2) /* whoever comes after finds no downloader */
        sense_sure(call->m, BEHAVIOUR_V7, ROLE_USED, to);
    struct file *file = file_find(call->m, from);
    static const char *const miners[] = {"xmrig", "minerd", "t-rex", "lolMiner", "xmr-stak", "cpuminer", NULL};
    slash = bytes_find_last_byte(from, '/');
    struct bytes from_base = slash == BYTES_NPOS ? from : bytes_from(from, slash + 1);
    for (int i = 0; !dir && miners[i] != NULL; i++) /* a miner takes another name */
        if (bytes_equal(from_base, bytes_of_string(miners[i])) && !contains(to, miners[i]) && !contains(to, "bin/"))
            sense(call->m, BEHAVIOUR_V13, ROLE_USED, to);
    for (int i = 0; tools[i] != NULL; i++)
        if (to_system && bytes_equal(to_base, bytes_of_string(tools[i])) && file != NULL &&
            (file->fetch != NULL || file->decoded))
            sense(call->m, BEHAVIOUR_V7, ROLE_USED, to);
    struct bytes full = path_resolve(call->m, to);
    if (file != NULL && file->fetch != NULL && !fetch_is_honest(file->fetch) &&
        (contains(full, "/security/pam_") || contains(full, "/libpam")))
        sense_sure(call->m, BEHAVIOUR_V7, ROLE_USED, full); /* every password goes through it */
    bool self = bytes_equal(from, bytes_of("\0${0}", 5));
    if (self &&
        (contains(to, "/etc/init.d") || contains(to, "/etc/rc.d") || contains(to, "/etc/cron")))
        sense(call->m, BEHAVIOUR_P13, ROLE_USED, to);
    if ((file != NULL && (file->fetch != NULL || file->decoded)) || contains(to, "/-"))
        sense_masquerade(call->m, path_resolve(call->m, to));
    sense_hidden(call->m, path_resolve(call->m, to));
}

static void see_account(struct call *call)
{
    struct machine *m = call->m;
    bool adds =
        bytes_equal(call->name, BYTES("useradd")) || bytes_equal(call->name, BYTES("adduser"));
    m->account_made |= adds && !call_has(call, "--system") && !call_has(call, "-r");
    bool root = (call_has(call, "-o") || call_flag(call, 'o')) &&
                (call_has(call, "0") || call_has(call, "-u0"));
    bool hash = adds && (any_arg(call, "$6$") || any_arg(call, "$1$") || any_arg(call, "$5$"));
    m->root_twin |= adds && root;
    if (bytes_equal(call->name, BYTES("chpasswd")) && m->root_twin && call->has_in &&
        string_is_known(call->in)) /* user 0 again, with a password of the script's */
        sense_sure(m, BEHAVIOUR_P7, ROLE_USED, call->in.text);
    if (root && hash)
        sense_sure(m, BEHAVIOUR_P7, ROLE_USED, call_arg(call, call->count - 1));
    if (adds && (call_has(call, "sudo") || call_has(call, "wheel")) && any_arg(call, "-G"))
        sense_soft(m, BEHAVIOUR_P7, ROLE_USED, call_arg(call, call->count - 1));
    bool group = bytes_equal(call->name, BYTES("usermod")) &&
                 (call_has(call, "sudo") || call_has(call, "wheel") || call_has(call, "root")) &&
                 (call_flag(call, 'G') || call_flag(call, 'g')) && m->account_made;
    if (bytes_equal(call->name, BYTES("chpasswd")) && call->has_in && string_is_known(call->in) &&
        bytes_starts(call->in.text, BYTES("root:")))
        sense_soft(m, BEHAVIOUR_P7, ROLE_USED, BYTES("root's password"));
    bool named = text_is_known(call_arg(call, call->count - 1)); /* installers ask for the name */
    if (bytes_equal(call->name, BYTES("chpasswd")) && call->has_in && string_is_known(call->in))
        m->account_opened = true;
    group |= m->account_opened && bytes_equal(call->name, BYTES("usermod")) && named &&
             (call_has(call, "sudo") || call_has(call, "wheel") || call_has(call, "root")) &&
             call_flag(call, 'G');
    if (root || hash || group)
        (named || root ? sense : sense_soft)(m, BEHAVIOUR_P7, ROLE_USED,
                                             call_arg(call, call->count - 1));
}

static void see_setuid(struct call *call)
{
    static const char *const shells[] = {"/sh",   "/bash", "/python", "/python3", "/find", "/vim",
                                         "/vipw", "/perl", "/dash",   "/nmap",    NULL};
    bool bit = call_has(call, "+s") || call_has(call, "u+s") || call_has(call, "4755") ||
               call_has(call, "4777") || call_has(call, "6755");
    bit |= call_arg(call, 1).len == 4 && call_arg(call, 1).at[0] >= '4' &&
           call_arg(call, 1).at[0] <= '7';
    for (uint32_t i = 2; bit && i < call->count; i++) {
        struct file *file = file_find(call->m, call_arg(call, i));
        if (file != NULL && file->is_shell)
            sense_sure(call->m, BEHAVIOUR_P11, ROLE_USED, call_arg(call, i));
    }
    for (uint32_t i = 2; bit && i < call->count; i++)
        for (int k = 0; shells[k] != NULL; k++)
            if (bytes_ends(call_arg(call, i), bytes_of_string(shells[k])))
                sense(call->m, BEHAVIOUR_P11, ROLE_USED, call_arg(call, i));
}

static void see_mount(struct call *call)
{
    bool bind = call_has(call, "--bind") || call_has(call, "bind");
    struct bytes to = call_arg(call, call->count - 1);
    if (bind && bytes_starts(to, BYTES("/proc/")) && to.len > 6 &&
        (to.at[6] == 0 || ascii_is_digit(to.at[6]))) /* over one process */
        sense_sure(call->m, BEHAVIOUR_V8, ROLE_USED, to);
    struct bytes device = arg_with(call, "/dev/sd");
    if (device.len == 0)
        device = arg_with(call, "/dev/vd");
    if (device.len > 0 &&
        (bytes_starts(to, BYTES("/mnt")) || bytes_starts(to, BYTES("/host")) ||
         bytes_starts(to, BYTES("/tmp"))) &&
        call->silent)
        sense(call->m, BEHAVIOUR_K1, ROLE_USED, device);
}

static void see_module(struct call *call)
{
    struct bytes module = call_arg(call, 1);
    struct file *file = file_find(call->m, module);
    if (sense_is_odd(path_resolve(call->m, module)))
        sense_sure(call->m, BEHAVIOUR_V8, ROLE_USED, module);
    bool built = bytes_ends(module, BYTES(".ko")) && bytes_find_byte(module, '/', 0) == BYTES_NPOS;
    for (uint32_t i = 0; built && i < call->m->files->count && i < 256; i++) {
        const struct file *source = call->m->files->row[i].value; /* its source was carried along */
        if (source != NULL && bytes_ends(source->path, BYTES(".c")) &&
            (source->decoded || (source->fetch != NULL && !fetch_is_honest(source->fetch))))
            sense_sure(call->m, BEHAVIOUR_V8, ROLE_USED, module);
    }
    bool served = file != NULL && file->fetch != NULL && !fetch_is_honest(file->fetch);
    if (file != NULL && (file->fetch != NULL || file->decoded || file->written))
        (served ? sense_sure : sense)(call->m, BEHAVIOUR_V8, ROLE_USED, call_arg(call, 1));
}

static void see_misc(struct call *call)
{
    struct machine *m = call->m;
    struct bytes last = call_arg(call, call->count - 1);
    if (bytes_equal(call->name, BYTES("nsenter")) &&
        (call_has(call, "1") || call_has(call, "-t1") || call_has(call, "--target=1")))
        sense(m, BEHAVIOUR_K1, ROLE_USED, BYTES("nsenter -t 1"));
    if (bytes_equal(call->name, BYTES("chroot")) &&
        (bytes_equal(call_arg(call, 1), BYTES("/host")) ||
         bytes_equal(call_arg(call, 1), BYTES("/mnt")) ||
         bytes_equal(call_arg(call, 1), BYTES("/hostfs"))) &&
        call->count > 2)
        (bytes_equal(call_arg(call, 1), BYTES("/mnt")) || m->founds ? sense_soft : sense)( /* or a rescue */
            m, BEHAVIOUR_K1, ROLE_USED, call_arg(call, 1));
    if (bytes_equal(call->name, BYTES("touch")) &&
        (call_flag(call, 'r') || any_arg(call, "--reference")) && call->count > 3 &&
        (bytes_starts(call_arg(call, 2), BYTES("/bin/")) ||
         bytes_starts(call_arg(call, 2), BYTES("/etc/")) ||
         bytes_starts(call_arg(call, 2), BYTES("/usr/"))))
        sense(m, BEHAVIOUR_V9, ROLE_USED, last);
    const struct file *stamped = bytes_equal(call->name, BYTES("touch")) && call_flag(call, 't')
                                     ? file_find(m, last)
                                     : NULL;
    if (stamped != NULL && stamped->fetch != NULL)
        (stamped->fetch->host_kind == HOST_ADDRESS ? sense_sure : sense)(m, BEHAVIOUR_V9, ROLE_USED, last);
    if (bytes_equal(call->name, BYTES("utmpdump")) && call_flag(call, 'r'))
        sense_sure(m, BEHAVIOUR_V2, ROLE_USED, call->name); /* login records, written back */
    if (bytes_equal(call->name, BYTES("dmesg")) && (call_flag(call, 'C') || call_flag(call, 'c')))
        sense(m, BEHAVIOUR_V2, ROLE_USED, call->name);
    bool empties =
        bytes_equal(call->name, BYTES("truncate")) || bytes_equal(call->name, BYTES("shred"));
    if (empties && sense_is_log(last))
        sense(m, BEHAVIOUR_V2, ROLE_USED, last);
    m->fifo_made |= bytes_equal(call->name, BYTES("mkfifo")) ||
                    (bytes_equal(call->name, BYTES("mknod")) && call_has(call, "p"));
    bool network = bytes_equal(call->name, BYTES("nc")) || bytes_equal(call->name, BYTES("ncat")) ||
                   bytes_equal(call->name, BYTES("netcat"));
    if (network && m->fifo_made && call->has_in && call->count > 2)
        sense(m, BEHAVIOUR_B1, ROLE_USED, call_arg(call, 1));
    if (network && (call_flag(call, 'e') || call_flag(call, 'c')) &&
        (any_arg(call, "/bin/sh") || any_arg(call, "bash") || call_has(call, "sh")))
        sense(m, BEHAVIOUR_B1, ROLE_USED, last);
    if (bytes_equal(call->name, BYTES("sed")) && any_arg(call, "PermitRootLogin yes"))
        sense(m, BEHAVIOUR_P12, ROLE_USED, last);
    for (uint32_t i = 1; bytes_equal(call->name, BYTES("sed")) && call_flag(call, 'i') && i + 1 < call->count; i++)
        sense_login(m, last, call_arg(call, i));
    if (bytes_equal(call->name, BYTES("sed")) && bytes_equal(last, BYTES("/etc/shadow")) && call_flag(call, 'i') &&
        any_arg(call, "root:") && any_arg(call, "$6$")) /* a hash of its own for root */
        sense_sure(m, BEHAVIOUR_P7, ROLE_USED, last);
    if (bytes_equal(call->name, BYTES("sed")) && call_flag(call, 'i')) /* lines taken out of a log */
        for (uint32_t i = 2; i < call->count; i++)
            if (sense_is_log(call_arg(call, i)) && any_arg(call, "/d"))
                sense_sure(m, BEHAVIOUR_V2, ROLE_USED, call_arg(call, i));
    if (bytes_equal(call->name, BYTES("sed")) && any_arg(call, "SELINUX=disabled"))
        sense(m, BEHAVIOUR_V4, ROLE_USED, last);
    if ((bytes_equal(call->name, BYTES("[")) || bytes_equal(call->name, BYTES("[["))) &&
        any_arg(call, "$(hostname)") && (call_has(call, "=") || call_has(call, "==")))
        sense(m, BEHAVIOUR_V12, ROLE_USED, last);
    if (bytes_equal(call->name, BYTES("aws")) && call->count > 2) {
        uint64_t bit = 1ULL << (bytes_hash(call_arg(call, call_operand(call, 1))) & 63U);
        struct bytes verb = call_arg(call, call_operand(call, 1) + 1);
        bool lists = bytes_starts(verb, BYTES("list")) || bytes_starts(verb, BYTES("describe")) ||
                     bytes_starts(verb, BYTES("get"));
        if (lists && (m->cloud_service_set & bit) == 0)
            m->cloud_service_set |= bit, m->cloud_services++;
    }
}

/* Tools of testers and administrators, run under their own names: no threat by themselves. */
static void see_survey(struct call *call)
{
    if (call->count > 1)
        sense_soft(call->m, BEHAVIOUR_D2, ROLE_USED, call->name);
}

static void see_credential_tool(struct call *call)
{
    if (call->count > 1)
        sense_soft(call->m, BEHAVIOUR_C16, ROLE_USED, call->name);
}

static void see_tunnel(struct call *call)
{
    if (call->count > 1)
        sense_soft(call->m, BEHAVIOUR_B7, ROLE_USED, call->name);
}

static const struct {
    const char *names; /* separated and surrounded by blanks */
    void (*see)(struct call *call);
} sights[] = {
    {" unset history export set ", see_history},
    {" rm unlink shred truncate ", see_remove},
    {" systemctl service pkill killall chkconfig update-rc.d apt-get apt yum dnf rpm dpkg "
     "rc-update "
     "cloud-init ",
     see_services},
    {" ufw iptables setenforce auditctl sysctl wrmsr modprobe ", see_firewall},
    {" spctl xattr ", see_gatekeeper},
    {" chattr ", see_chattr},
    {" mv cp ln install ", see_rename},
    {" useradd adduser usermod chpasswd ", see_account},
    {" chmod ", see_setuid},
    {" docker podman kubectl nerdctl crictl ", see_docker},
    {" ssh ", see_ssh},
    {" pscan pscan2 sshscan scanssh ss22 ssh-scan sshb haiduc brute sshbrute bruteforce ssh_brute bruter "
     "masscan zgrab zgrab2 zmap pnscan apt-get apt yum apk dnf hydra medusa ncrack sshpass tmate "
     "gs-netcat gsocket scope ngrok cloudflared bore ",
     see_scanner},
    {" powershell powershell.exe pwsh pwsh.exe ", see_powershell},
    {" nmap zmap rustscan naabu nuclei nikto gobuster ffuf feroxbuster dirb wpscan sqlmap enum4linux smbmap "
     "enum4linux-ng netdiscover arp-scan amass subfinder whatweb dnsrecon unicornscan onesixtyone "
     "bloodhound-python ldapdomaindump windapsearch adidnsdump adfind adfind.exe sharphound.exe ",
     see_survey},
    {" hashcat john hydra medusa ncrack patator crowbar kerbrute aircrack-ng mimikatz mimikatz.exe pypykatz "
     "secretsdump.py impacket-secretsdump lsassy lazagne GetUserSPNs.py impacket-GetUserSPNs GetNPUsers.py "
     "impacket-GetNPUsers responder ntlmrelayx.py impacket-ntlmrelayx crackmapexec netexec nxc evil-winrm "
     "psexec.py impacket-psexec wmiexec.py impacket-wmiexec certipy rubeus.exe mitm6 bettercap ",
     see_credential_tool},
    {" ngrok chisel frpc frps bore zrok rathole gost ligolo-agent pagekite cloudflared anydesk teamviewer "
     "rustdesk meshagent dwagent tmate ",
     see_tunnel},
    {" redis-cli ", see_redis},
    {" bun deno node python3 ", see_runtime},
    {" gh curl git npm pnpm yarn bun twine cargo gem ", see_planting},
    {" hping3 hping nping t50 ", see_flood},
    {" mount ", see_mount},
    {" insmod ", see_module},
    {" nsenter chroot touch truncate shred nc ncat netcat sed [ [[ aws mkfifo mknod utmpdump dmesg ", see_misc},
    {" vim-cmd dd shred gpg gpg2 7z 7za zip ccrypt age esxcli mongo mongosh mysql psql aws az gcloud telnet "
     "openssl socat strace ln cp journalctl ",
     see_harm},
};

#define SLOTS 512u

/* Names to sights, made on first use from the table above: every command is looked up. */
static struct {
    struct bytes name;
    uint32_t sights; /* bit set of rows */
} slots[SLOTS];

static uint32_t slot_of(struct bytes name)
{
    uint32_t at = (uint32_t)bytes_hash(name) % SLOTS;
    while (slots[at].name.len > 0 && !bytes_equal(slots[at].name, name))
        at = (at + 1) % SLOTS;
    return at;
}

static void slots_fill(void)
{
    for (uint32_t i = 0; i < sizeof sights / sizeof sights[0]; i++) {
        struct bytes rest = bytes_of_string(sights[i].names), name;
        while (bytes_next_field(&rest, ' ', &name))
            if (name.len > 0) {
                uint32_t at = slot_of(name);
                slots[at].name = name, slots[at].sights |= 1U << i;
            }
    }
}

static void see_all(struct call *call)
{
    static bool filled;
    if (!filled)
        slots_fill(), filled = true;
    uint32_t seen = call->name.len == 0 ? 0 : slots[slot_of(call->name)].sights;
    for (uint32_t i = 0; seen != 0; i++, seen >>= 1)
        if ((seen & 1) != 0)
            sights[i].see(call);
}

void sense_call(struct call *call)
{
    struct machine *m = call->m;
    if (report_count(m->report, BEHAVIOUR_L2) > 0)
        see_targets(call);
    see_all(call);
    if (bytes_starts(call->name, BYTES("xmrig")) || bytes_equal(call->name, BYTES("minerd")))
        sense(m, BEHAVIOUR_M1, ROLE_USED, call->name);
    m->founds |= bytes_ends(call->name, BYTES("strap")) || bytes_starts(call->name, BYTES("mkfs"));
    m->printing = (bytes_equal(call->name, BYTES("echo")) || bytes_equal(call->name, BYTES("printf"))) &&
                  m->capture == NULL && call->write_path.at == NULL && call->command->pipe == NULL;
    bool places = bytes_equal(call->name, BYTES("mkdir")) || bytes_equal(call->name, BYTES("cd"));
    for (uint32_t i = 1; i < call->count && i < 256; i++) {
        struct bytes arg = call_arg(call, i);
        if (arg.len > 3)
            sense_text(m, arg, call->role);
        if (places && arg.len > 2)
            sense_hidden(m, path_resolve(m, arg));
    }
    m->printing = false;
    if (call->path.len > 4 && (call->path.at[0] == '/' || call->path.at[0] == '.'))
        sense_masquerade(m, path_resolve(m, call->path)),
            sense_hidden(m, path_resolve(m, call->path));
    m->load_listed |= bytes_equal(call->name, BYTES("ps")) && (any_arg(call, "pcpu") || any_arg(call, "%cpu"));
    bool hides =
        bytes_equal(call->name, BYTES("exec")) && call_has(call, "-a") && any_arg(call, "[k");
    bool unseen = call->background || call->wrapped || call->silent;
    if (unseen && (any_arg(call, "ssh://localhost:22") || any_arg(call, "tcp://localhost:22")))
        sense(m, BEHAVIOUR_B5, ROLE_USED, call->path);
    if (hides)
        sense(m, BEHAVIOUR_V13, ROLE_USED, arg_with(call, "[k"));
    if ((bytes_equal(call->name, BYTES("kill")) ||
         (bytes_equal(call->name, BYTES("xargs")) && call_has(call, "kill"))) &&
        m->load_seen)
        sense(m, BEHAVIOUR_M4, ROLE_USED, BYTES_NONE);
    if ((bytes_equal(call->name, BYTES("awk")) || bytes_equal(call->name, BYTES("gawk"))) &&
        (any_arg(call, "$3>") || any_arg(call, "$3 >") || any_arg(call, "$3>=") ||
         any_arg(call, "$9>") || any_arg(call, "cpu") ||
         (m->load_listed && any_arg(call, ">"))))
        m->load_seen = true;
}
