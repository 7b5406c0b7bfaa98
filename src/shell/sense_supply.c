/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/host.h"
#include "shell/tool.h"

/* The supply chain: runtimes a package brings along, repositories and packages somebody's token opens,
 * searchers for secrets; and floods. */

static bool is_named(const struct call *call, const char *const *names)
{
    for (; *names != NULL; names++)
        if (bytes_equal(call->name, bytes_of_string(*names)))
            return true;
    return false;
}

void sense_runtime(struct machine *m, struct bytes url)
{
    static const char *const homes[] = {"bun.sh/install", "oven-sh/bun/releases", "deno.land/install",
                                        "denoland/deno/releases", "nodejs.org/dist/",
                                        "python-build-standalone", NULL};
    for (int i = 0; homes[i] != NULL; i++)
        m->runtime_fetched |= contains(url, homes[i]);
}

/* The runtime that was fetched a moment ago runs a program that lay beside the script. */
void see_runtime(struct call *call)
{
    static const char *const runtimes[] = {"bun", "deno", "node", "python3", NULL};
    static const char *const suffixes[] = {".js", ".mjs", ".cjs", ".ts", ".py", NULL};
    struct machine *m = call->m;
    bool known = is_named(call, runtimes);
    if (!m->runtime_fetched || (!known && call->path.at[0] != 0))
        return;
    bool unseen = call->background || call->wrapped || call->silent || m->options->installs;
    for (uint32_t i = 1; i < call->count && i < 8; i++)
        for (int k = 0; suffixes[k] != NULL; k++)
            if (bytes_ends(call_arg(call, i), bytes_of_string(suffixes[k])))
                (unseen ? sense_sure : sense)(m, BEHAVIOUR_X16, ROLE_USED, call_arg(call, i));
}

/* A command line for PowerShell, of a script that is no PowerShell: hidden text, or what a server says. */
void see_powershell(struct call *call)
{
    static const char *const runs[] = {"iex", "invoke-expression", "start-process", "start ", "&", "saps", NULL};
    struct machine *m = call->m;
    bool hidden = false, runs_it = false;
    for (uint32_t i = 1; i < call->count && i < 32; i++) {
        struct bytes arg = call_arg(call, i), next = call_arg(call, i + 1), url;
        bool encoded = arg.len > 1 && arg.at[0] == '-' && ascii_lower(arg.at[1]) == 'e' &&
                       !bytes_starts_fold(arg, BYTES("-ex")) && !bytes_equal_fold(arg, BYTES("-ep"));
        size_t at = 0;
        if (encoded && next.len >= 24 && memchr(next.at, ' ', next.len) == NULL)
            sense(m, BEHAVIOUR_X7, ROLE_USED, bytes_sub(next, 0, 60));
        hidden |= bytes_equal_fold(arg, BYTES("hidden")) || bytes_find_fold(arg, BYTES("-w hidden"), 0) != BYTES_NPOS;
        for (int k = 0; runs[k] != NULL; k++)
            runs_it |= bytes_find_fold(arg, bytes_of_string(runs[k]), 0) != BYTES_NPOS;
        struct host_url parts;
        if (!runs_it || !host_url_next(arg, &at, &url) || !host_url_parse(url, &parts))
            continue;
        bool bare = host_kind_of_url(&parts) == HOST_ADDRESS || host_kind_of_url(&parts) == HOST_PASTE;
        if (bare)
            sense(m, BEHAVIOUR_X1, ROLE_USED, url);
        else
            (hidden ? sense : sense_soft)(m, BEHAVIOUR_X2, ROLE_USED, url);
    }
    if (hidden && m->options->installs)
        sense(m, BEHAVIOUR_X14, ROLE_USED, call->name);
}

/* Whether an argument names a place where everything of somebody's lies. */
static bool is_wide(const struct call *call)
{
    static const char *const places[] = {"~", "~/", "/", "/home", "/root", "/Users", "/opt", "/srv", NULL};
    for (uint32_t i = 1; i < call->count; i++)
        for (int k = 0; places[k] != NULL; k++)
            if (bytes_equal(call_arg(call, i), bytes_of_string(places[k])))
                return true;
    return false;
}

void tool_seeker(struct call *call)
{
    bool files = call_has(call, "filesystem") || call_has(call, "dir") || call_has(call, "--no-git") ||
                 call_has(call, "scan");
    call->out = call_unknown(call, (struct shell_string){0});
    if (!files || !is_wide(call))
        return;
    sense(call->m, BEHAVIOUR_C4, ROLE_USED, call->name);
    call->out = string_taint(call->m, call->out, TAINT_BIT(CLOUD_FILE));
    for (uint32_t i = 1; i + 1 < call->count; i++)
        if (bytes_equal(call_arg(call, i), BYTES("-r")) || bytes_equal(call_arg(call, i), BYTES("-o")) ||
            bytes_equal(call_arg(call, i), BYTES("--report-path")))
            file_write(call, call_arg(call, i + 1), call->out, false);
}

/* What the script put into files goes into a repository it made for everybody to read. */
static void see_push(struct call *call)
{
    struct machine *m = call->m;
    if (!m->repository_made || !call_has(call, "push"))
        return;
    for (uint32_t i = 0; i < m->files->count; i++) {
        const struct file *file = m->files->row[i].value;
        if (file != NULL && (file->content.taint & taint_secrets()) != 0) {
            sense_sure(m, BEHAVIOUR_E1, ROLE_USED, BYTES("a repository for everybody"));
            return;
        }
    }
}

/* Workflows planted in repository after repository; packages of whoever's token this is, published anew. */
/* Repositories listed as private become everybody's, one after the other. */
static void see_publishing(struct call *call)
{
    static const char *const lists[] = {"visibility=private", "type=private", "affiliation=owner", "--visibility=private",
                                        NULL};
    static const char *const opens[] = {"\"private\":false", "\"private\": false", "\"visibility\":\"public\"",
                                        "\"visibility\": \"public\"", "private=false", "visibility=public",
                                        "--visibility=public", NULL};
    struct machine *m = call->m;
    bool named = call_has(call, "--visibility");
    bool listed = named && call_has(call, "private"), opened = named && call_has(call, "public");
    for (int i = 0; lists[i] != NULL; i++)
        listed |= any_arg(call, lists[i]);
    for (int i = 0; opens[i] != NULL; i++)
        opened |= any_arg(call, opens[i]);
    m->private_listed |= listed;
    if (opened && m->private_listed && m->loops + m->piped > 0)
        sense_sure(m, BEHAVIOUR_E1, ROLE_USED, BYTES("private repositories made public"));
}

void see_planting(struct call *call)
{
    static const char *const publishers[] = {"npm", "pnpm", "yarn", "bun", "twine", "cargo", "gem", NULL};
    struct machine *m = call->m;
    bool repeated = m->loops + m->piped > 0;
    bool gh = bytes_equal(call->name, BYTES("gh")), curl = bytes_equal(call->name, BYTES("curl"));
    if ((gh || curl) && repeated && any_arg(call, "contents/.github/workflows") &&
        (any_arg(call, "PUT") || any_arg(call, "put")))
        (m->token_read ? sense_sure : sense)(m, BEHAVIOUR_L8, ROLE_USED, BYTES("workflows"));
    m->repository_made |= gh && call_has(call, "repo") && call_has(call, "create") && call_has(call, "--public");
    m->repository_made |= curl && any_arg(call, "api.github.com/user/repos") &&
                          (any_arg(call, "POST") || any_arg(call, "\"name\""));
    if (gh || curl)
        see_publishing(call);
    if (bytes_equal(call->name, BYTES("git")))
        see_push(call);
    if (!is_named(call, publishers))
        return;
    m->packages_listed |= call_has(call, "whoami") || any_arg(call, "maintainer:") ||
                          (call_has(call, "access") && call_has(call, "list"));
    if (call_has(call, "publish") && repeated)
        (m->packages_listed ? sense : sense_soft)(m, BEHAVIOUR_L8, ROLE_USED, BYTES("publish"));
}

/* pip: packages of an index that is a bare address run as they are installed. */
void tool_packages(struct call *call)
{
    struct host_url parts;
    call->out = call_unknown(call, (struct shell_string){0});
    for (uint32_t i = 1; i < call->count; i++) {
        struct bytes arg = call_arg(call, i);
        size_t equals = bytes_starts(arg, BYTES("--")) ? bytes_find_byte(arg, '=', 0) : BYTES_NPOS;
        arg = equals == BYTES_NPOS ? arg : bytes_from(arg, equals + 1);
        if (bytes_find(arg, BYTES("://"), 0) != BYTES_NPOS && host_url_parse(arg, &parts) &&
            host_kind_of_url(&parts) == HOST_ADDRESS)
            sense(call->m, BEHAVIOUR_X2, ROLE_USED, arg);
    }
}

/* Packets by the thousand, under senders' addresses that are made up or over and over. */
void see_flood(struct call *call)
{
    static const char *const floods[] = {"hping3", "hping", "nping", "t50", NULL};
    struct machine *m = call->m;
    bool spoofs = call_has(call, "--rand-source") || call_has(call, "-a") || any_arg(call, "--spoof");
    if (is_named(call, floods) && call_has(call, "--flood") && (spoofs || m->loops > 0 || call->background))
        sense(m, BEHAVIOUR_M8, ROLE_USED, call->name);
}
