/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/host.h"
#include "shell/tool.h"

/* Harm to data and accounts: destruction, extortion, shells left on web servers, cloud accounts. */

static bool contains_any(struct bytes text, const char *const *words)
{
    for (; *words != NULL; words++)
        if (bytes_find_fold(text, bytes_of_string(*words), 0) != BYTES_NPOS)
            return true;
    return false;
}

/* Whether the command is read for one thing of a list after the other. */
static bool is_repeated(const struct machine *m)
{
    return m->loops + m->piped > 0;
}

/* Every disk, file system or share of a list is overwritten. */
static void see_overwrite(struct call *call)
{
    struct machine *m = call->m;
    bool filled = call_has(call, "if=/dev/zero") || call_has(call, "if=/dev/urandom") ||
                  call_has(call, "if=/dev/random");
    for (uint32_t i = 1; i < call->count; i++) {
        struct bytes arg = call_arg(call, i);
        bool disk = bytes_starts(arg, BYTES("of=/dev/")) && arg.len > 8 &&
                    (arg.at[8] == 0 || memchr(arg.at, '?', arg.len) != NULL ||
                     memchr(arg.at, '*', arg.len) != NULL);
        static const char *const disks[] = {"of=/dev/sda", "of=/dev/vda", "of=/dev/nvme0n1", "of=/dev/xvda",
                                            "of=/dev/hda", "of=/dev/sdb", NULL};
        for (int k = 0; filled && !m->report->prompts && disks[k] != NULL; k++)
            if (bytes_equal(arg, bytes_of_string(disks[k]))) /* two of them: nobody's USB stick */
                (report_count(m->report, BEHAVIOUR_M6) > 0 ? sense
                                                           : sense_soft)(m, BEHAVIOUR_M6, ROLE_USED, arg);
        if (filled && disk && arg.at[8] != 0 && is_repeated(m) && !m->report->prompts)
            sense_sure(m, BEHAVIOUR_M6, ROLE_USED, arg); /* every disk of the machine */
        else if (filled && disk && is_repeated(m) && !m->report->prompts)
            sense(m, BEHAVIOUR_M6, ROLE_USED, arg);
        bool wide = bytes_ends(arg, BYTES("/*")) ||
                    (bytes_equal(arg, BYTES("{}")) && m->found_wide) ||
                    bytes_starts(arg, BYTES("/dev/sd")) || contains(arg, "$(lsblk") ||
                    contains(arg, "/dev/${");
        if (bytes_equal(call->name, BYTES("shred")) && wide && is_repeated(m) &&
            !m->report->prompts)
            sense(m, BEHAVIOUR_M6, ROLE_USED, arg);
    }
}

/* Files are sealed with a password, one after the other. */
static void see_sealing(struct call *call)
{
    bool gpg = bytes_starts(call->name, BYTES("gpg")) &&
               (call_flag(call, 'c') || call_has(call, "--symmetric"));
    bool seven = bytes_starts(call->name, BYTES("7z")) && call_has(call, "a") && any_arg(call, "-p");
    bool zip = bytes_equal(call->name, BYTES("zip")) &&
               (call_has(call, "-P") || call_has(call, "-e") || call_has(call, "--password"));
    bool other = bytes_equal(call->name, BYTES("ccrypt")) || bytes_equal(call->name, BYTES("age"));
    if ((gpg || seven || zip || other) && is_repeated(call->m))
        call->m->encrypts = true;
}

/* Virtual machines and databases of a list are stopped or dropped. */
static void see_service_harm(struct call *call)
{
    struct machine *m = call->m;
    bool gentle = call_has(call, "soft") || call_has(call, "--type=soft");
    if (bytes_equal(call->name, BYTES("esxcli")) && call_has(call, "kill") && is_repeated(m)) {
        m->asked_gently |= gentle; /* what is ended by force afterwards did not answer */
        (m->asked_gently ? sense_soft : sense)(m, BEHAVIOUR_M6, ROLE_USED,
                                               BYTES("esxcli vm process kill"));
    }
    if (bytes_equal(call->name, BYTES("vim-cmd")) && any_arg(call, "power.off") && is_repeated(m))
        sense(m, BEHAVIOUR_M6, ROLE_USED, BYTES("vim-cmd vmsvc/power.off"));
    if (bytes_equal(call->name, BYTES("esxcli")) && call_has(call, "firewall") &&
        call_has(call, "false"))
        sense(m, BEHAVIOUR_V3, ROLE_USED, BYTES("esxcli network firewall"));
    if (any_arg(call, "execInstalledOnly") &&
        (call_has(call, "0") || any_arg(call, "-i0"))) /* of ESXi */
        sense(m, BEHAVIOUR_V4, ROLE_USED, BYTES("execInstalledOnly"));
    bool drops = any_arg(call, "dropDatabase") || any_arg(call, "drop database") ||
                 any_arg(call, "DROP DATABASE");
    bool listed = false; /* "drop database $d" for every one there is */
    for (uint32_t i = 1; i < call->count; i++)
        listed |= bytes_find_byte(call->arg[i].text, 0, 0) != BYTES_NPOS;
    listed |= any_arg(call, "forEach("); /* a list of them, in the database's own language */
    bool remote = listed || call_has(call, "--host") || call_has(call, "-h") || any_arg(call, "mongodb://");
    if (drops && remote && (is_repeated(m) || any_arg(call, "forEach(")))
        (m->narrowed ? sense_soft : sense)(m, BEHAVIOUR_M6, ROLE_USED, call->name);
}

void see_disks(struct call *call)
{
    bool stopped = report_count(call->m->report, BEHAVIOUR_M6) > 0;
    if (stopped && any_arg(call, "/vmfs/volumes") &&
        (sense_is_temporary(call->path) || call->path.at[0] == '.'))
        sense_sure(call->m, BEHAVIOUR_M7, ROLE_USED, call->path);
}

/* What the AWS, Azure and Google clients are told that owners of an account do not script. */
static void see_cloud(struct call *call)
{
    static const char *const blinding[] = {
        "stop-logging",  "delete-trail",   "delete-detector",   "stop-configuration-recorder",
        "--no-enable",   "delete-flow-logs", "delete-members",  "delete-event-data-store",
        "disable-alarm-actions", NULL};
    struct machine *m = call->m;
    bool buckets = call_has(call, "s3") && is_repeated(m) &&
                   ((call_has(call, "rm") && call_has(call, "--recursive")) ||
                    (call_has(call, "rb") && call_has(call, "--force")));
    for (uint32_t i = 1; i < call->count && i < 64; i++) {
        struct bytes arg = call_arg(call, i);
        for (int k = 0; blinding[k] != NULL; k++)
            if (bytes_equal(arg, bytes_of_string(blinding[k])))
                sense(m, BEHAVIOUR_V14, ROLE_USED, arg);
        if (buckets && bytes_starts(arg, BYTES("s3://")) && arg.len > 5 && arg.at[5] == 0)
            sense(m, BEHAVIOUR_M6, ROLE_USED, arg);
        if (is_repeated(m) && bytes_equal(arg, BYTES("schedule-key-deletion"))) /* nothing sealed opens again */
            sense_sure(m, BEHAVIOUR_M6, ROLE_USED, arg);
        if (is_repeated(m) && contains(arg, "\"Principal\":\"*\"") && contains(arg, "\"Allow\"") &&
            contains(arg, "s3:*")) /* every bucket is everybody's */
            sense_sure(m, BEHAVIOUR_E1, ROLE_USED, BYTES("bucket policy"));
        if (bytes_ends(arg, BYTES("policy/AdministratorAccess")))
            sense_soft(m, BEHAVIOUR_P14, ROLE_USED, arg), m->cloud_grants |= 1;
        if (bytes_equal(arg, BYTES("create-access-key")) ||
            bytes_equal(arg, BYTES("create-login-profile")))
            sense_soft(m, BEHAVIOUR_P14, ROLE_USED, arg), m->cloud_grants |= 2;
        if (bytes_equal(arg, BYTES("create-user")))
            m->cloud_grants |= 4;
    }
    if (m->cloud_grants == 7)
        sense(m, BEHAVIOUR_P14, ROLE_USED, BYTES("administrator"));
}

/* Shells wired to a network program: through a named pipe, or by the program itself. */
static void see_wired(struct call *call)
{
    static const char *const shells[] = {"sh", "bash", "dash", "zsh", "ksh", "ash", "cmd", NULL};
    struct machine *m = call->m;
    bool client = bytes_equal(call->name, BYTES("telnet")) ||
                  (bytes_equal(call->name, BYTES("openssl")) && call_has(call, "s_client"));
    if (client && m->fifo_made && call->has_in)
        sense(m, BEHAVIOUR_B1, ROLE_USED, call_arg(call, 1));
    if (!bytes_equal(call->name, BYTES("socat")))
        return;
    bool network = false, shell = false;
    for (uint32_t i = 1; i < call->count; i++) {
        struct bytes arg = call_arg(call, i);
        network |= bytes_starts_fold(arg, BYTES("tcp")) || bytes_starts_fold(arg, BYTES("udp")) ||
                   bytes_starts_fold(arg, BYTES("openssl"));
        bool runs =
            bytes_starts_fold(arg, BYTES("exec:")) || bytes_starts_fold(arg, BYTES("system:"));
        struct bytes word = bytes_from(arg, runs ? bytes_find_byte(arg, ':', 0) + 1 : arg.len);
        while (word.len > 0 && (word.at[0] == '"' || word.at[0] == '\''))
            word = bytes_from(word, 1);
        size_t end = 0, start = 0;
        for (; end < word.len && strchr(" ,\"'", word.at[end]) == NULL; end++)
            start = word.at[end] == '/' ? end + 1 : start;
        for (int k = 0; shells[k] != NULL; k++)
            shell |= bytes_equal(bytes_sub(word, start, end - start), bytes_of_string(shells[k]));
    }
    if (network && shell)
        sense(m, BEHAVIOUR_B1, ROLE_USED, call_arg(call, call->count - 1));
}

/* Whether the command line looked for processes called NAME. */
static bool pattern_seen(const struct machine *m, const char *name)
{
    for (uint32_t i = 0; i < m->pattern_count; i++)
        if (contains(m->pattern[i], name))
            return true;
    return false;
}

/* Processes of logins are traced for what is typed into them. */
static void see_tracing(struct call *call)
{
    bool words = any_arg(call, "read") || any_arg(call, "write");
    for (uint32_t i = 1; i + 1 < call->count; i++)
        if (bytes_equal(call_arg(call, i), BYTES("-p")) && call->arg[i + 1].text.len > 0 &&
            call->arg[i + 1].text.at[0] == 0 && words &&
            (is_repeated(call->m) || pattern_seen(call->m, "sshd")))
            sense_sure(call->m, BEHAVIOUR_C15, ROLE_USED, call->name);
}

/* A second SSH server: a link with the name of a program whose login rules are looser. */
static void see_second_server(struct call *call)
{
    struct bytes from = call_arg(call, call_operand(call, 1));
    struct bytes to = call_arg(call, call->count - 1);
    if (bytes_ends(from, BYTES("/sshd")) && call->count > 2 && sense_is_odd(to))
        sense_sure(call->m, BEHAVIOUR_P12, ROLE_USED, to);
}

/* The journal is emptied, not kept short. */
static void see_journal(struct call *call)
{
    if (any_arg(call, "--vacuum-time=1s") || any_arg(call, "--vacuum-size=1"))
        sense(call->m, BEHAVIOUR_V2, ROLE_USED, BYTES("journalctl"));
}

/* osascript .. with hidden answer: somebody is asked for a password. */
void tool_osascript(struct call *call)
{
    bool asks = any_arg(call, "hidden answer");
    call->out = call_unknown(call, (struct shell_string){0});
    for (uint32_t i = 1; i < call->count; i++) { /* do shell script "curl -d " & p & " http://.." */
        struct bytes text = call_arg(call, i), url;
        size_t at = bytes_find(text, BYTES("do shell script \""), 0), close;
        if (at == BYTES_NPOS)
            continue;
        at += 17, close = bytes_find_byte(text, '"', at);
        if (asks && contains(bytes_from(text, at), "curl ") && host_url_next(text, &at, &url))
            sense_send(call, string_taint(call->m, call->out, TAINT_BIT(TYPED)), url, BEHAVIOUR_E1, "osascript");
        else if (close != BYTES_NPOS)
            run_layer(call->m, string_of(bytes_sub(text, at, close - at)), "do shell script", BYTES_NONE, false);
    }
    const struct shell_behaviour *used = call->m->report->behaviour[ROLE_USED];
    bool ran = used[BEHAVIOUR_X2].count + used[BEHAVIOUR_X1].count + used[BEHAVIOUR_X5].count > 0;
    if (ran && any_arg(call, "Terminal") && (any_arg(call, "close") || any_arg(call, "quit"))) {
        sense(call->m, BEHAVIOUR_X14, ROLE_USED, BYTES("Terminal")); /* nobody shall see it */
        sense(call->m, BEHAVIOUR_X2, ROLE_USED, BYTES_NONE);
    }
    if (any_arg(call, "hidden answer"))
        call->out = string_taint(call->m, call->out, TAINT_BIT(TYPED)), call->m->dialog_asked = true;
}

void see_gatekeeper(struct call *call)
{
    struct machine *m = call->m;
    if (call_has(call, "--master-disable") || call_has(call, "--global-disable"))
        sense(m, BEHAVIOUR_V15, ROLE_USED, call->name);
    bool clears = bytes_equal(call->name, BYTES("xattr")) &&
                  (call_flag(call, 'c') || (call_flag(call, 'd') && call_has(call, "com.apple.quarantine")));
    for (uint32_t i = 2; clears && i < call->count; i++) {
        struct bytes path = call_arg(call, i), full = path_resolve(m, path);
        const struct file *file = file_find(m, path);
        bool brought = file != NULL && file->fetch != NULL && !bytes_ends(path, BYTES(".app")) &&
                       (call_flag(call, 'c') || !fetch_is_honest(file->fetch)) &&
                       file->fetch->host_kind != HOST_KNOWN;
        if (path.len > 2 && path.at[0] != '-' && !bytes_equal(path, BYTES("com.apple.quarantine")))
            (brought || sense_is_temporary(full) || sense_is_hidden(full) ? sense : sense_soft)(
                m, BEHAVIOUR_V15, ROLE_USED, full);
    }
}

/* security: passwords and keys out of the key chain. */
void tool_security(struct call *call)
{
    bool words = call_flag(call, 'w') || call_flag(call, 'g') || call_has(call, "-ga") || call_has(call, "-d");
    bool finds = any_arg(call, "find-generic-password") || any_arg(call, "find-internet-password");
    call->out = call_unknown(call, (struct shell_string){0});
    if ((finds && words) || any_arg(call, "dump-keychain"))
        call->out = string_taint(call->m, call->out, TAINT_BIT(BROWSER));
}

void see_harm(struct call *call)
{
    if (bytes_equal(call->name, BYTES("journalctl")))
        see_journal(call);
    if (bytes_equal(call->name, BYTES("strace")))
        see_tracing(call);
    if (bytes_equal(call->name, BYTES("ln")) || bytes_equal(call->name, BYTES("cp")))
        see_second_server(call);
    see_overwrite(call);
    see_sealing(call);
    see_service_harm(call);
    see_wired(call);
    if (bytes_equal(call->name, BYTES("aws")) || bytes_equal(call->name, BYTES("az")) ||
        bytes_equal(call->name, BYTES("gcloud")))
        see_cloud(call);
}

/* Code for a web server that runs what a visitor sends. */
static bool is_web_shell(struct bytes text)
{
    static const char *const runs[] = {"eval(",       "assert(", "system(",  "passthru(",
                                       "shell_exec(", "exec(",   "popen(",   "proc_open(",
                                       "include(",    "`",       "create_function(", NULL};
    static const char *const inputs[] = {"$_get",    "$_post",  "$_request", "$_cookie",
                                         "$_server", "$_files", "php://input", NULL};
    static const char *const servlets[] = {"request.getparameter", "request.getheader", NULL};
    static const char *const starts[] = {"getruntime().exec", "processbuilder", "defineclass", NULL};
    bool tagged = false; /* shell is full of <, so the pair decides before anything is searched */
    for (size_t at = 0; !tagged && (at = bytes_find_byte(text, '<', at)) != BYTES_NPOS; at++)
        tagged = at + 1 < text.len && (text.at[at + 1] == '?' || text.at[at + 1] == '%');
    if (!tagged)
        return false;
    bool php = bytes_find_fold(text, BYTES("<?php"), 0) != BYTES_NPOS || contains(text, "<?=") ||
               contains(text, "<? ");
    if (php)
        return contains_any(text, runs) && contains_any(text, inputs);
    if (contains(text, "<%"))
        return (contains_any(text, servlets) && contains_any(text, starts)) ||
               bytes_find_fold(text, BYTES("eval request"), 0) != BYTES_NPOS ||
               bytes_find_fold(text, BYTES("eval(request"), 0) != BYTES_NPOS;
    return false;
}

void sense_web_shell(struct machine *m, struct bytes path, struct shell_string content)
{
    static const char *const suffixes[] = {".php", ".jsp", ".jspx", ".aspx", ".phtml", NULL};
    if (content.text.len == 0)
        return;
    bool tagged = content.text.len >= 16 && memchr(content.text.at, '<', content.text.len) != NULL;
    if (tagged && is_web_shell(content.text)) {
        sense(m, BEHAVIOUR_W1, ROLE_USED, path);
        return;
    }
    bool served = (content.taint & TAINT_BIT(FETCHED)) != 0 && content.step != NULL &&
                  content.step->fetch != NULL && !fetch_is_honest(content.step->fetch);
    bool program = bytes_equal(m->options->interpreter, BYTES("php")); /* it runs where pages are served */
    for (int i = 0; served && suffixes[i] != NULL; i++)
        if (bytes_ends_fold(path, bytes_of_string(suffixes[i])) &&
            (program || contains(path, "/www") || contains(path, "/html") || contains(path, "/webapps") ||
             contains(path, "/wp-") || contains(path, "/htdocs")))
            (content.step->fetch->host_kind == HOST_ADDRESS || content.step->fetch->host_kind == HOST_PASTE
                 ? sense
                 : sense_soft)(m, BEHAVIOUR_W1, ROLE_USED, path);
}

/* Programs every login and every listing goes through. */
void sense_system_file(struct machine *m, struct bytes path, struct shell_string content)
{
    static const char *const tools[] = {"/ps",   "/top",    "/netstat", "/ss",      "/lsof", "/ls",
                                        "/sshd", "/ssh",    "/sudo",    "/passwd",  "/su",   "/login",
                                        "/htop", "/pstree", "/last",    "/crontab", NULL};
    static const char *const services[] = {"/nginx", "/httpd", "/dockerd", "/kubelet", "/crond",
                                           "/systemd", "/rsyslogd", NULL};
    bool bare = content.step != NULL && content.step->fetch != NULL &&
                content.step->fetch->host_kind == HOST_ADDRESS;
    bool served = (content.taint & TAINT_BIT(FETCHED)) != 0 && content.step != NULL &&
                  !fetch_is_honest(content.step->fetch);
    if (!served)
        return;
    if (contains(path, "/security/pam_") || contains(path, "/libpam"))
        sense_sure(m, BEHAVIOUR_V7, ROLE_USED, path);
    bool system = bytes_starts(path, BYTES("/usr/bin/")) || bytes_starts(path, BYTES("/bin/")) ||
                  bytes_starts(path, BYTES("/usr/sbin/")) || bytes_starts(path, BYTES("/sbin/"));
    system |= bytes_starts(path, BYTES("/usr/local/bin/"));
    for (int i = 0; system && bare && services[i] != NULL; i++)
        if (bytes_ends(path, bytes_of_string(services[i])))
            sense(m, BEHAVIOUR_V7, ROLE_USED, path);
    for (int i = 0; system && tools[i] != NULL; i++)
        if (bytes_ends(path, bytes_of_string(tools[i])))
            sense(m, BEHAVIOUR_V7, ROLE_USED, path);
}
