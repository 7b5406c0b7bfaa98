/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/host.h"
#include "shell/tool.h"

/* Commands whose arguments are commands: prefixes, shells, remote shells, schedulers. */

/* The place of the command after a prefix's own options; VALUED lists options that take a value. */
static uint32_t after_options(const struct call *call, const char *valued, uint32_t operands)
{
    uint32_t i = 1;
    for (; i < call->count; i++) {
        struct bytes arg = call_arg(call, i);
        if (arg.len == 0 || arg.at[0] != '-' || arg.len == 1) {
            if (memchr(arg.at, '=', arg.len) != NULL && arg.len > 1 && arg.at[0] != '/' &&
                operands == 0 && ascii_is_alpha(arg.at[0]))
                continue; /* VAR=value */
            if (operands-- == 0)
                break;
            continue;
        }
        if (bytes_equal(arg, BYTES("--"))) {
            i++;
            break;
        }
        if (arg.at[1] != '-' && arg.len == 2 && strchr(valued, arg.at[1]) != NULL)
            i++;
    }
    return i;
}

void tool_wrapper(struct call *call)
{
    struct bytes name = call->name;
    uint32_t operands = bytes_equal(name, BYTES("timeout")) || bytes_equal(name, BYTES("flock")) ||
                                bytes_equal(name, BYTES("chrt")) ||
                                (bytes_equal(name, BYTES("taskset")) && !call_flag(call, 'p'))
                            ? 1
                            : 0;
    const char *valued = bytes_equal(name, BYTES("sudo"))      ? "ugpCcrtTh"
                         : bytes_equal(name, BYTES("sshpass")) ? "pfdP"
                         : bytes_equal(name, BYTES("timeout")) ? "sk"
                         : bytes_equal(name, BYTES("nice")) || bytes_equal(name, BYTES("ionice"))
                             ? "ncp"
                             : "opeE";
    call->wrapped |= bytes_equal(name, BYTES("nohup")) || bytes_equal(name, BYTES("setsid")) ||
                     bytes_equal(name, BYTES("systemd-run"));
    if (bytes_equal(name, BYTES("flock")))
        for (uint32_t i = 1; i + 1 < call->count; i++)
            if (bytes_equal(call_arg(call, i), BYTES("-c"))) {
                execute_string(call, call->arg[i + 1], BYTES("sh"), "sh -c");
                return;
            }
    call_inner(call, after_options(call, valued, operands));
}

void tool_command(struct call *call)
{
    if (call_has(call, "-v") || call_has(call, "-V"))
        call->out = call->count > 2 ? call->arg[2] : (struct shell_string){0};
    else
        call_inner(call, after_options(call, "", 0));
}

void tool_which(struct call *call)
{
    uint32_t first = call_operand(call, 1);
    call->out = first > 0 ? call->arg[first] : (struct shell_string){0};
    if (first > 0 && text_is_known(call_arg(call, first)) &&
        tool_handler(call_arg(call, first)) != NULL)
        call->out.text = arena_printf(call->m->arena, "/usr/bin/%.*s",
                                      BYTES_FMT(call_arg(call, first)));
}

void tool_env(struct call *call)
{
    bool env = bytes_equal(call->name, BYTES("env"));
    uint32_t first = env ? after_options(call, "uCS", 0) : call->count;
    if (first < call->count) {
        call_inner(call, first);
    } else if (bytes_equal(call->name, BYTES("set"))) {
        if (call->count > 2 && bytes_equal(call_arg(call, 1), BYTES("--"))) {
            call->m->positional = call->arg + 2;
            call->m->positional_count = call->count - 2;
        } else if (call->count == 1) {
            call->out = string_taint(call->m, call_unknown(call, (struct shell_string){0}),
                                     TAINT_BIT(ENVIRONMENT));
        }
    } else {
        call->out = call_unknown(call, (struct shell_string){0});
        if (call->count == 1 || !env)
            call->out = string_taint(call->m, call->out, TAINT_BIT(ENVIRONMENT));
    }
}

void tool_exec(struct call *call)
{
    if (call->count > 1)
        call_inner(call, after_options(call, "a", 0));
    else if (bytes_equal(call->write_path, BYTES("/dev/null")))
        call->m->silenced = true;
}

void tool_busybox(struct call *call)
{
    if (call->count > 1)
        call_inner(call, 1);
}

void tool_shell(struct call *call)
{
    for (uint32_t i = 1; i < call->count; i++) {
        struct bytes arg = call_arg(call, i);
        if (arg.len >= 2 && arg.at[0] == '-' && arg.at[1] != '-') {
            if (memchr(arg.at, 'c', arg.len) != NULL && i + 1 < call->count) {
                struct shell_string text = call->arg[i + 1];
                if (bytes_equal(text.text, BYTES("echo")) && i + 2 < call->count) { /* bash -c {echo,x} */
                    call->out = call->arg[i + 2];
                    return;
                }
                execute_string(call, text, call->name, "sh -c");
                return;
            }
            if (memchr(arg.at, 's', arg.len) != NULL && call->has_in)
                break;
            if (arg.at[arg.len - 1] == 'o' || arg.at[arg.len - 1] == 'O')
                i++;
            continue;
        }
        if (arg.len == 0 || arg.at[0] == '-')
            continue;
        if (bytes_equal(arg, BYTES("/dev/stdin")) && call->has_in)
            break;
        if (call->arg[i].text.at[0] == 0 && (call->arg[i].taint & TAINT_BIT(FETCHED)) != 0 &&
            file_find(call->m, arg) == NULL)
            execute_string(call, call->arg[i], call->name, "shell argument");
        else
            execute_file(call, arg, true);
        return;
    }
    if (call->has_in && call->in.text.at != NULL)
        execute_string(call, call->in, call->name, "standard input");
}

/* eval "$name='value'": a variable whose name nobody knows has a value all the same. */
static bool eval_assigns(struct call *call, struct shell_string s)
{
    size_t equals = bytes_find(s.text, BYTES("='"), 0);
    if (s.text.len == 0 || s.text.at[0] != 0 || equals == BYTES_NPOS || equals > 128)
        return false;
    struct shell_string value = {bytes_from(s.text, equals + 2), s.taint, s.step};
    value.text.len -= value.text.len > 0 && value.text.at[value.text.len - 1] == '\'';
    variable_set(call->m, bytes_sub(s.text, 0, equals), value, false);
    return true;
}

void tool_eval(struct call *call)
{
    if (call->count == 2 && eval_assigns(call, call->arg[1]))
        return;
    if (call->count > 1)
        execute_string(call, strings_join(call->m, call->arg + 1, call->count - 1), BYTES("eval"),
                       "eval");
}

void tool_source(struct call *call)
{
    bool stdin_named = bytes_equal(call_arg(call, 1), BYTES("/dev/stdin")) ||
                       bytes_equal(call_arg(call, 1), BYTES("/dev/fd/0"));
    if (stdin_named && call->has_in)
        execute_string(call, call->in, call->name, "standard input");
    else if (call->count > 1)
        execute_file(call, call_arg(call, 1), true);
}

void tool_su(struct call *call)
{
    for (uint32_t i = 1; i + 1 < call->count; i++)
        if (bytes_equal(call_arg(call, i), BYTES("-c")) ||
            bytes_equal(call_arg(call, i), BYTES("--command")))
            execute_string(call, call->arg[i + 1], BYTES("sh"), "su -c");
}

void tool_watch(struct call *call)
{
    uint32_t first = after_options(call, "n", 0);
    if (first < call->count)
        execute_string(call, strings_join(call->m, call->arg + first, call->count - first),
                       BYTES("sh"), "watch");
}

void tool_trap(struct call *call)
{
    if (call->count > 2 && call_arg(call, 1).len > 2)
        run_layer(call->m, call->arg[1], "trap", BYTES_NONE, false);
}

void tool_screen(struct call *call)
{
    call->wrapped = true;
    uint32_t first = after_options(call, "SstcLeh", 0);
    if (bytes_equal(call_arg(call, 1), BYTES("-dmS"))) /* its own name comes first */
        first = 3;
    if (bytes_equal(call->name, BYTES("tmux"))) {
        if (call->count > 2)
            execute_string(call, call->arg[call->count - 1], BYTES("sh"), "tmux");
        return;
    }
    call_inner(call, first);
}

/* ARG with IN wherever MARK stands, 8 times at most. */
static struct shell_string mark_replace(struct machine *m, struct shell_string arg, struct bytes mark,
                                        struct shell_string in)
{
    struct shell_string whole = {BYTES(""), arg.taint, arg.step};
    struct bytes rest = arg.text;
    for (int n = 0; n < 8; n++) {
        size_t at = bytes_find(rest, mark, 0);
        if (at == BYTES_NPOS)
            break;
        whole = string_join(m, whole, string_of(bytes_sub(rest, 0, at)));
        whole = string_join(m, whole, in);
        rest = bytes_from(rest, at + mark.len);
    }
    return string_join(m, whole, string_of(rest));
}

void tool_xargs(struct call *call)
{
    uint32_t first = after_options(call, "InPLdEas", 0);
    struct bytes mark = BYTES_NONE;
    for (uint32_t i = 1; i < first && i + 1 < call->count; i++) {
        struct bytes arg = call_arg(call, i);
        if (bytes_starts(arg, BYTES("-I")) || bytes_starts(arg, BYTES("-i")))
            mark = arg.len > 2 ? bytes_from(arg, 2) : arg.at[1] == 'i' ? BYTES("{}") : call_arg(call, i + 1);
    }
    if (!call->has_in)
        return;
    if (first >= call->count) { /* echo is what it runs by itself */
        call->out = call->in;
        return;
    }
    struct strings args = {0};
    bool placed = false;
    struct shell_string in = call->in;
    if (in.text.at == NULL)
        in.text = BYTES("");
    in.text = bytes_trim(in.text);
    for (uint32_t i = first; i < call->count; i++) {
        struct shell_string arg = call->arg[i];
        if (mark.len > 0 && bytes_equal(arg.text, mark)) {
            arg = in, placed = true;
        } else if (mark.len > 0 && bytes_find(arg.text, mark, 0) != BYTES_NPOS) {
            arg = mark_replace(call->m, arg, mark, in), placed = true;
        }
        strings_add(call->m, &args, arg);
    }
    if (!placed && mark.len == 0)
        strings_add(call->m, &args, in);
    struct call inner = *call;
    inner.arg = args.at, inner.count = args.count, inner.has_in = false,
    inner.in = (struct shell_string){0};
    inner.out = (struct shell_string){0};
    call->m->piped++;
    call_run(&inner);
    call->m->piped--;
    call->out = inner.out;
}

void tool_ssh(struct call *call)
{
    struct bytes host = BYTES_NONE;
    uint32_t first = after_options(call, "iopFlLRDbcEeIJmOQSWw", 1);
    if (first == 0 || first > call->count)
        return;
    host = call_arg(call, first - 1);
    size_t at = bytes_find_last_byte(host, '@');
    host = at == BYTES_NPOS ? host : bytes_from(host, at + 1);
    if (call->has_in && host_kind_of(host) == HOST_ADDRESS)
        sense_send(call, call->in, host, BEHAVIOUR_E4, "ssh");
    call->out = call_unknown(call, (struct shell_string){0});
    if (first < call->count) {
        struct call inner = *call;
        inner.remote = true;
        execute_string(&inner, strings_join(call->m, call->arg + first, call->count - first),
                       BYTES("sh"), "ssh");
    } else if (call->has_in && text_is_known(call->in.text)) {
        execute_string(call, call->in, BYTES("sh"), "ssh");
    }
}

/* kubectl apply -f URL, create clusterrolebinding, delete events: what becomes of the cluster. */
static void cluster_change(struct call *call, struct bytes verb)
{
    struct machine *m = call->m;
    struct host_url parts;
    for (uint32_t i = 2; i < call->count; i++) {
        struct bytes arg = call_arg(call, i);
        if ((bytes_equal(verb, BYTES("apply")) || bytes_equal(verb, BYTES("create"))) &&
            bytes_find(arg, BYTES("://"), 0) != BYTES_NPOS && host_url_parse(arg, &parts) &&
            host_kind_of_url(&parts) == HOST_ADDRESS) /* the containers it tells of are run */
            sense(m, BEHAVIOUR_X1, ROLE_USED, arg);
    }
    if (call_has(call, "clusterrolebinding") && any_arg(call, "cluster-admin") &&
        (any_arg(call, ":default") || any_arg(call, "system:anonymous") || any_arg(call, "system:unauthenticated")))
        sense(m, BEHAVIOUR_P14, ROLE_USED, BYTES("cluster-admin"));
    if (bytes_equal(verb, BYTES("delete")) && call_has(call, "events") && call_has(call, "--all"))
        sense(m, BEHAVIOUR_V2, ROLE_USED, BYTES("events"));
}

/* docker exec c cmd.., docker run .. image cmd.., kubectl exec p -- cmd..: the command part. */
void tool_docker(struct call *call)
{
    uint32_t verb = 1;
    while (verb < call->count && call_arg(call, verb).len > 0 && call_arg(call, verb).at[0] == '-')
        verb += bytes_equal(call_arg(call, verb), BYTES("-H")) ||
                        bytes_equal(call_arg(call, verb), BYTES("-n")) ||
                        bytes_equal(call_arg(call, verb), BYTES("-s")) ||
                        bytes_equal(call_arg(call, verb), BYTES("--server")) ||
                        bytes_equal(call_arg(call, verb), BYTES("--kubeconfig")) ||
                        bytes_equal(call_arg(call, verb), BYTES("--context")) ||
                        bytes_equal(call_arg(call, verb), BYTES("--host"))
                    ? 2
                    : 1;
    struct bytes name = call_arg(call, verb);
    call->out = call_unknown(call, (struct shell_string){0});
    for (uint32_t i = 1; i < call->count; i++) { /* kubectl run --overrides='{"spec": ..}' */
        struct shell_string spec = call->arg[i];
        size_t open = bytes_find_byte(bytes_sub(spec.text, 0, 16), '{', 0);
        if (open != BYTES_NPOS && bytes_starts(spec.text, BYTES("--overrides=")))
            spec.text = bytes_from(spec.text, open), orders_read(call, spec);
    }
    static const char *const secrets[] = {"secret", "secrets", "configmap", "configmaps", "cm", "all", NULL};
    bool gets = false; /* a node's address is no secret */
    for (int i = 0; bytes_equal(name, BYTES("get")) && secrets[i] != NULL; i++)
        gets |= call_has(call, secrets[i]) || any_arg(call, "secret/");
    if (bytes_equal(name, BYTES("inspect")) || gets)
        sense_path_read(call, BYTES("\1container"), &call->out);
    if (bytes_equal(name, BYTES("apply")) && call->has_in)
        orders_read(call, call->in);
    if (bytes_equal(call->name, BYTES("kubectl")))
        cluster_change(call, name);
    bool exec = bytes_equal(name, BYTES("exec")), run = bytes_equal(name, BYTES("run"));
    if (!exec && !run)
        return;
    uint32_t i = verb + 1, operands = 0, start = 0;
    for (; i < call->count && start == 0; i++) {
        struct bytes arg = call_arg(call, i);
        if (bytes_equal(arg, BYTES("--")))
            start = i + 1;
        else if (arg.len > 0 && arg.at[0] != '-' && operands++ == 1)
            start = i;
        else if (arg.len == 2 && arg.at[0] == '-' && strchr("veupwnlhmc", arg.at[1]) != NULL)
            i++;
        else if (bytes_starts(arg, BYTES("--")) && memchr(arg.at, '=', arg.len) == NULL &&
                 (bytes_equal(arg, BYTES("--name")) || bytes_equal(arg, BYTES("--entrypoint")) ||
                  bytes_equal(arg, BYTES("--volume")) || bytes_equal(arg, BYTES("--net")) ||
                  bytes_equal(arg, BYTES("--restart")) || bytes_equal(arg, BYTES("--pid")) ||
                  bytes_equal(arg, BYTES("--env")) || bytes_equal(arg, BYTES("--network"))))
            i++;
    }
    if (start == 0 || start >= call->count)
        return;
    struct call inner = *call;
    inner.remote = true;
    if (bytes_equal(call_arg(call, start), BYTES("-c")) && start + 1 < call->count)
        execute_string(&inner, call->arg[start + 1], BYTES("sh"), "docker");
    else
        call_inner(&inner, start);
    call->out = inner.out.text.at != NULL ? inner.out : call->out;
}

void tool_chroot(struct call *call)
{
    bool nsenter = call->name.at[0] == 'n';
    uint32_t first = after_options(call, nsenter ? "tSG" : "", nsenter ? 0 : 1);
    struct bytes root = first > 1 && !nsenter ? call_arg(call, first - 1) : BYTES("");
    for (uint32_t i = first; root.len > 1 && i < call->count; i++) { /* the path is below the root */
        struct bytes below = call_arg(call, i).len > 1 && call_arg(call, i).at[0] == '/'
                                 ? arena_printf(call->m->arena, "%.*s%.*s", BYTES_FMT(root),
                                                BYTES_FMT(call_arg(call, i)))
                                 : BYTES_NONE;
        if (below.len > 0 && file_find(call->m, below) != NULL)
            call->arg[i].text = below;
    }
    call_inner(call, first);
}

void tool_at(struct call *call)
{
    if (call->has_in)
        execute_string(call, call->in, BYTES("sh"), "at");
}
