/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/host.h"
#include "shell/tool.h"

/* Clients of accounts and databases, and what checks a download: which of their outputs are keys,
 * which of their arguments are orders for another machine. */

/* Whether the words WORDS (separated by blanks) stand in the arguments, in this order. */
static bool says(const struct call *call, const char *words)
{
    struct bytes rest = bytes_of_string(words), word;
    uint32_t i = 1;
    while (bytes_next_field(&rest, ' ', &word)) {
        while (i < call->count && !bytes_equal(call_arg(call, i), word))
            i++;
        if (i++ >= call->count)
            return false;
    }
    return true;
}

/* gcloud, az, gh, vault, etcdctl, consul: some of what they print opens the account. */
void tool_account(struct call *call)
{
    static const char *const keys[] = {"auth print-access-token", "auth print-identity-token",
                                       "secrets versions access", "iam service-accounts keys create",
                                       "account get-access-token", "keyvault secret show",
                                       "ad sp create-for-rbac",    "auth token",
                                       "kv get",                   "token create"};
    static const char *const lists[] = {"projects list", "account list", "instances list",
                                        "vm list",       "storage account list"};
    call->out = call_unknown(call, (struct shell_string){0});
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (says(call, keys[i]))
            call->out = string_taint(call->m, call->out, TAINT_BIT(CLI_KEY));
    call->m->token_read |= bytes_equal(call->name, BYTES("gh")) && says(call, "auth token");
    for (uint32_t i = 1; bytes_equal(call->name, BYTES("gh")) && says(call, "api") && i < call->count; i++) {
        size_t at = bytes_find(call_arg(call, i), BYTES("=@"), 0);
        if (at != BYTES_NPOS) /* a file that goes into somebody's repository */
            sense_send(call, file_read(call, bytes_from(call_arg(call, i), at + 2)),
                       BYTES("https://api.github.com/"), BEHAVIOUR_E1, "gh api");
    }
    if (says(call, "get --prefix") || says(call, "kv export")) /* etcdctl, consul: all a cluster keeps */
        call->out = string_taint(call->m, call->out, TAINT_BIT(CONTAINER));
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        if (says(call, lists[i]))
            call->out = string_taint(call->m, call->out, TAINT_BIT(CLI_SWEEP));
}

/* psql, mysql: "copy .. from program '..'" runs a command on the database's machine. */
void tool_database(struct call *call)
{
    static const char *const doors[] = {"from program '", "to program '", "sys_exec('", "sys_eval('",
                                        "xp_cmdshell '"};
    call->out = call_unknown(call, (struct shell_string){0});
    call_orders(call);
    for (uint32_t i = 1; i < call->count; i++) /* only some of them are listed */
        call->m->narrowed |= bytes_find_fold(call_arg(call, i), BYTES("show databases like"), 0) != BYTES_NPOS;
    for (uint32_t n = 0; n <= call->count && n < 64; n++) {
        struct bytes text = n < call->count ? call_arg(call, n) : call->in.text;
        bool writes = bytes_find_fold(text, BYTES("into outfile"), 0) != BYTES_NPOS ||
                      bytes_find_fold(text, BYTES("into dumpfile"), 0) != BYTES_NPOS;
        if (writes) /* select '<?php ..' into outfile */
            sense_web_shell(call->m, BYTES("outfile"), string_of(text));
        for (size_t i = 0; text.len > 16 && i < sizeof doors / sizeof doors[0]; i++) {
            size_t at = bytes_find_fold(text, bytes_of_string(doors[i]), 0);
            if (at == BYTES_NPOS)
                continue;
            struct bytes order = bytes_from(text, at + strlen(doors[i]));
            size_t end = bytes_find_byte(order, '\'', 0);
            struct call inner = *call;
            inner.remote = true, inner.has_in = false;
            execute_string(&inner, string_of(bytes_sub(order, 0, end == BYTES_NPOS ? order.len : end)),
                           BYTES("sh"), "database");
        }
    }
}

/* sha256sum -c, gpg --verify: what comes after was looked at. */
void tool_verify(struct call *call)
{
    bool sums = bytes_ends(call->name, BYTES("sum"));
    call->m->report->verifies |=
        sums ? call_flag(call, 'c') || call_has(call, "--check") ||
                   call_has(call, "--ignore-missing")
             : call_has(call, "--verify") || call_has(call, "verify") ||
                   call_has(call, "verify-blob") || call_flag(call, 'V');
    if (!sums)
        call->out = call_unknown(call, call->in);
}
