/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/host.h"
#include "shell/tool.h"

/* Commands that reach beyond the machine: containers, SSH, scanners, password guessing, Redis. */

/* The argument that mounts the whole host: -v /:/mnt, -v/:/host, --volume=/:/x. */
static struct bytes root_mount(const struct call *call)
{
    for (uint32_t i = 1; i < call->count; i++) {
        struct bytes arg = call_arg(call, i);
        if (bytes_starts(arg, BYTES("/:/")) || bytes_starts(arg, BYTES("-v/:/")) ||
            contains(arg, "=/:/"))
            return arg;
    }
    return BYTES_NONE;
}

void see_docker(struct call *call)
{
    struct machine *m = call->m;
    bool run = call_has(call, "run") || call_has(call, "create"),
         privileged = call_has(call, "--privileged");
    bool host = root_mount(call).len > 0 || any_arg(call, "type=bind,source=/,") ||
                any_arg(call, "docker.sock:/");
    bool remote = call_has(call, "-H") || any_arg(call, "--host=") || any_arg(call, "tcp://");
    if (run && remote && (host || (privileged && m->scan_loops > 0)) && !any_arg(call, "unix://"))
        sense(m, BEHAVIOUR_L3, ROLE_USED, root_mount(call));
    if (run && root_mount(call).len > 0 &&
        (call_has(call, "chroot") || privileged || any_arg(call, "chroot ")))
        sense(m, BEHAVIOUR_K1, ROLE_USED, root_mount(call));
    bool evicts = call_has(call, "rm") || call_has(call, "rmi") || call_has(call, "kill") ||
                  call_has(call, "stop");
    uint32_t names = 0;
    for (uint32_t i = 0; i < m->pattern_count; i++)
        names += m->pattern[i].len > 2 && !contains(m->pattern[i], "none") &&
                 !contains(m->pattern[i], "Exited") && text_is_known(m->pattern[i]);
    if (evicts && names > 0)
        sense(m, BEHAVIOUR_M5, ROLE_USED, m->pattern[0]);
    bool all = call_has(call, "-A") || call_has(call, "--all-namespaces");
    if (bytes_equal(call->name, BYTES("kubectl")) && call_has(call, "get") &&
        (call_has(call, "secret") || call_has(call, "secrets")) && all)
        sense(m, BEHAVIOUR_C6, ROLE_USED, BYTES("kubectl get secrets -A"));
    if (call_has(call, "inspect") && any_arg(call, "$(docker"))
        m->cloud_kinds |= 1ULL << 61;
}

void see_ssh(struct call *call)
{
    static const char *const payloads[] = {"curl",  "wget",  "/tmp/", "bash",   "base64",
                                           "nohup", "chmod", "| sh",  "python", NULL};
    struct machine *m = call->m;
    bool loose = any_arg(call, "StrictHostKeyChecking=no") ||
                 any_arg(call, "StrictHostKeyChecking no") || any_arg(call, "BatchMode=yes") ||
                 any_arg(call, "BatchMode yes");
    uint32_t spread = 0;
    for (uint32_t i = 1; i < call->count; i++)
        spread |= call->arg[i].taint &
                  (TAINT_BIT(HOSTS) | TAINT_BIT(SSH_KEY) | TAINT_BIT(SCANNED) | TAINT_BIT(HISTORY));
    struct bytes command = call_arg(call, call->count - 1);
    bool payload = false;
    for (int i = 0; payloads[i] != NULL; i++)
        payload |= contains(command, payloads[i]);
    payload |= call->has_in && (call->in.taint & TAINT_BIT(FETCHED)) != 0;
    bool reverse = call_flag(call, 'R') && call_has(call, "-R");
    bool bare = false, hidden = false;
    for (uint32_t i = 1; reverse && i < call->count; i++) {
        struct bytes arg = call_arg(call, i), before = call_arg(call, i - 1);
        size_t at = bytes_find_last_byte(arg, '@');
        bare |= host_kind_of(at == BYTES_NPOS ? arg : bytes_from(arg, at + 1)) == HOST_ADDRESS;
        hidden |= bytes_equal(before, BYTES("-i")) && (sense_is_temporary(arg) || (contains(arg, "/.") && !contains(arg, "/.ssh/")));
    }
    if (reverse && loose) /* home, with a key of nobody's */
        (bare && hidden ? sense_sure : sense)(m, BEHAVIOUR_B5, ROLE_USED, BYTES("ssh -R"));
    bool runs_copy = contains(command, "./") && (contains(command, "tar ") || contains(command, "unzip"));
    if (loose && runs_copy && (spread & ~TAINT_BIT(SSH_KEY)) != 0 && m->loops > 0)
        sense(m, BEHAVIOUR_L1, ROLE_USED, command);
    if (loose && payload && (spread != 0 || m->loops >= 3 || m->scan_loops > 0))
        sense(m, BEHAVIOUR_L1, ROLE_USED, command);
}

void see_scanner(struct call *call)
{
    static const char *const names[] = {"masscan", "zgrab", "zmap", "pnscan", "zgrab2", NULL};
    static const char *const managers[] = {"apt-get", "apt", "yum", "apk", "dnf", NULL};
    for (int i = 0; names[i] != NULL; i++) {
        if (bytes_equal(call->name, bytes_of_string(names[i])) && call->count > 1) {
            sense(call->m, BEHAVIOUR_L2, ROLE_USED, call->name);
            call->m->report->spreads |= call->m->loops > 0 || call_has(call, "0.0.0.0/0");
        }
        for (int k = 0; managers[k] != NULL; k++)
            if (bytes_equal(call->name, bytes_of_string(managers[k])) &&
                call_has(call, "install") && call_has(call, names[i]))
                sense(call->m, BEHAVIOUR_L2, ROLE_USED, bytes_of_string(names[i]));
    }
    static const char *const probes[] = {"pscan", "pscan2", "sshscan", "scanssh", "ss22", NULL};
    static const char *const guessers[] = {"ssh-scan", "sshb", "haiduc", "brute", "sshbrute", "bruteforce",
                                           "ssh_brute", "bruter", NULL};
    bool local = call->path.len > 2 && (call->path.at[0] == '.' || sense_is_odd(call->path));
    for (int i = 0; local && probes[i] != NULL; i++)
        if (bytes_equal(call->name, bytes_of_string(probes[i])))
            sense(call->m, BEHAVIOUR_L2, ROLE_USED, call->name), call->m->report->spreads = true;
    for (int i = 0; local && guessers[i] != NULL; i++)
        if (bytes_equal(call->name, bytes_of_string(guessers[i])))
            sense(call->m, BEHAVIOUR_L6, ROLE_USED, call->name);
    if (bytes_equal(call->name, BYTES("hydra")) || bytes_equal(call->name, BYTES("medusa")) ||
        bytes_equal(call->name, BYTES("ncrack")))
        sense(call->m, BEHAVIOUR_L6, ROLE_USED, call->name);
    if (bytes_equal(call->name, BYTES("sshpass")) && call->m->loops >= 2)
        sense(call->m, BEHAVIOUR_L6, ROLE_USED, call->name);
    for (uint32_t i = 1; bytes_equal(call->name, BYTES("sshpass")) && i < call->count; i++)
        if (call->m->loops > 0 && (call->arg[i].taint & TAINT_BIT(FETCHED)) != 0)
            sense_sure(call->m, BEHAVIOUR_L6, ROLE_USED, call->name); /* names and passwords a server lists */
    if (bytes_equal(call->name, BYTES("tmate")) &&
        (call_has(call, "-F") || call_has(call, "-k") || call->silent || call->background))
        (call_has(call, "-k") && call->silent && call->background ? sense_sure /* with the key of an account */
                                                                   : sense)(call->m, BEHAVIOUR_B5, ROLE_USED,
                                                                            call->name);
    bool tunnel = bytes_equal(call->name, BYTES("ngrok")) ||
                  bytes_equal(call->name, BYTES("cloudflared")) ||
                  bytes_equal(call->name, BYTES("bore"));
    bool to_login = call_has(call, "22") || any_arg(call, "ssh://localhost") ||
                    any_arg(call, "localhost:22") || any_arg(call, "tcp:22");
    if (tunnel && to_login && (call->background || call->wrapped || call->silent))
        sense(call->m, BEHAVIOUR_B5, ROLE_USED, call->name);
    if (bytes_equal(call->name, BYTES("scope")) && call_has(call, "launch") &&
        any_arg(call, "token"))
        sense(call->m, BEHAVIOUR_B5, ROLE_USED, BYTES("scope launch"));
    if (contains(call->name, "gs-netcat") || contains(call->name, "gsocket"))
        sense(call->m, BEHAVIOUR_B5, ROLE_USED, call->name);
}

/* Whether redis-cli is given its command: then nothing comes from what is piped in. */
static bool redis_is_told(const struct call *call)
{
    static const char with_value[] = "hpanusridD";
    for (uint32_t i = 1; i < call->count; i++) {
        struct bytes arg = call_arg(call, i);
        if (arg.len == 0 || arg.at[0] != '-')
            return arg.len > 0;
        i += arg.len == 2 && strchr(with_value, arg.at[1]) != NULL;
        i += bytes_equal(arg, BYTES("--user")) || bytes_equal(arg, BYTES("--pass"));
    }
    return false;
}

void see_redis(struct call *call)
{
    bool breaks_out = any_arg(call, "io.popen") || any_arg(call, "os.execute");
    if (breaks_out && any_arg(call, "loadlib")) /* out of the sandbox of its Lua */
        sense_sure(call->m, BEHAVIOUR_L7, ROLE_USED, BYTES("package.loadlib"));
    call_orders(call);
    bool set = any_arg(call, "set") && (any_arg(call, "/var/spool/cron") ||
                                        any_arg(call, "/etc/cron") || any_arg(call, "/.ssh"));
    bool piped = call->has_in && bytes_find_fold(call->in.text, BYTES("set dir"), 0) != BYTES_NPOS &&
                 (contains(call->in.text, "/var/spool/cron") || contains(call->in.text, "/.ssh") ||
                  contains(call->in.text, "/etc/cron"));
    bool told = redis_is_told(call);
    for (uint32_t i = 1; i < call->count && !told; i++) /* one prepared dialogue for every host found */
        piped |= call->has_in && (call->arg[i].taint & TAINT_BIT(SCANNED)) != 0;
    if (set || piped)
        sense(call->m, BEHAVIOUR_L5, ROLE_USED, BYTES("config set dir"));
}

/* exp_redis.py, pwn.sh: a file whose name says what it is for. */
static bool is_attack_name(struct bytes path)
{
    static const char *const marks[] = {"exp_", "exploit", "_exp", "exp.", "pwn", "brute", "attack", "_rce", "rce_",
                                        "crack", "hack", "spread", "infect"};
    size_t slash = bytes_find_last_byte(path, '/');
    struct bytes name = slash == BYTES_NPOS ? path : bytes_from(path, slash + 1);
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (bytes_find_fold(name, bytes_of_string(marks[i]), 0) != BYTES_NPOS)
            return true;
    return false;
}

/* Clients of services, which ask them something. */
static bool is_client(struct bytes name)
{
    static const char *const names[] = {"redis-cli", "mysql",     "mysqladmin", "psql",       "mongosh",
                                        "mongo",     "snmpget",   "snmpwalk",   "ldapsearch", "openssl",
                                        "dig",       "host",      "nslookup",   "smbclient",  "ipmitool",
                                        "etcdctl",   "rpcinfo",   "showmount",  "ntpq",       "traceroute"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (bytes_equal(name, bytes_of_string(names[i])))
            return true;
    return false;
}

/* A program that is not of the system, or a script, is let loose on what a scan found. */
void see_targets(struct call *call)
{
    bool own = (tool_handler(call->name) == NULL && !is_client(call->name)) || bytes_equal(call->name, BYTES("bash")) ||
               bytes_equal(call->name, BYTES("sh")) || bytes_starts(call->name, BYTES("python"));
    for (uint32_t i = 1; own && i < call->count && i < 16; i++) {
        const struct file *file = file_find(call->m, call_arg(call, i));
        uint32_t taint = call->arg[i].taint | (file == NULL ? 0 : file->content.taint);
        if ((taint & TAINT_BIT(SCANNED)) != 0)
            sense(call->m, BEHAVIOUR_L7, ROLE_USED, call->name),
                call->m->report->spreads |= call->path.at[0] == '.' || sense_is_temporary(call->path) ||
                                            is_attack_name(call_arg(call, 1));
    }
}
