/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/decode.h"
#include "shell/tool.h"

void tool_declare(struct call *call)
{
    for (uint32_t i = 1; i < call->count; i++) {
        struct shell_string arg = call->arg[i];
        size_t equals = bytes_find_byte(arg.text, '=', 0);
        if (arg.text.len == 0 || arg.text.at[0] == '-' || equals == BYTES_NPOS)
            continue;
        struct bytes name = bytes_sub(arg.text, 0, equals);
        bool append = name.len > 0 && name.at[name.len - 1] == '+';
        name.len -= append;
        arg.text = bytes_from(arg.text, equals + 1);
        variable_set(call->m, name, string_pass(call->m, arg), append);
        sense_text(call->m, arg.text, ROLE_TEXT);
    }
    if (call->count == 1 || call_has(call, "-p"))
        call->out = string_taint(call->m, call_unknown(call, (struct shell_string){0}),
                                 TAINT_BIT(ENVIRONMENT));
}

void tool_unset(struct call *call)
{
    for (uint32_t i = 1; i < call->count; i++) {
        struct variable *v = variable_find(call->m, call_arg(call, i));
        if (v != NULL && call->m->branch == 0)
            v->count = 0;
    }
}

void tool_shift(struct call *call)
{
    struct machine *m = call->m;
    if (m->positional_count > 0)
        m->positional++, m->positional_count--;
}

/* read a b: the first line of the input, word by word; the last name takes the rest. */
void tool_read(struct call *call)
{
    struct machine *m = call->m;
    struct shell_string in = call->has_in ? call->in : (struct shell_string){0};
    struct bytes line = BYTES_NONE, rest = in.text;
    bool known = in.text.at != NULL && string_is_known(in);
    if (call_has(call, "-p"))
        m->report->prompts = true;
    if (known)
        bytes_next_line(&rest, &line);
    for (uint32_t i = 1; i < call->count; i++) {
        struct bytes name = call_arg(call, i);
        if (name.len == 0 || name.at[0] == '-') {
            if (name.len == 2 && strchr("pdnNtui", name.at[1]) != NULL)
                i++;
            continue;
        }
        struct shell_string value = in;
        if (!call->has_in && call_flag(call, 'u') && m->socket_open)
            sense_path_read(call,
                            arena_printf(m->arena, "/dev/tcp/%.*s", BYTES_FMT(m->socket_host)),
                            &value);
        if (!call->has_in && call_flag(call, 's'))
            value = string_taint(m, value, TAINT_BIT(TYPED));
        value.text = string_hole(m->arena, "${", name, "}");
        if (known) {
            line = bytes_trim(line);
            size_t end = i + 1 == call->count ? line.len : 0;
            while (end < line.len && !ascii_is_space(line.at[end]))
                end++;
            value.text = bytes_sub(line, 0, end);
            line = bytes_from(line, end);
        }
        variable_set(m, name, string_pass(m, value), false);
    }
}

/* mapfile NAME: all lines of the input. */
void tool_mapfile(struct call *call)
{
    struct bytes name = call->count > 1 ? call_arg(call, call->count - 1) : BYTES("MAPFILE");
    if (call->has_in && name.len > 0 && name.at[0] != '-')
        variable_set(call->m, name, string_pass(call->m, call->in), false);
}

void tool_test(struct call *call)
{
    call->out = (struct shell_string){0};
}

/* kill takes what ps, grep and awk of the same command looked for. */
void tool_kill(struct call *call)
{
    struct machine *m = call->m;
    if (bytes_equal(call->name, BYTES("kill"))) {
        for (uint32_t i = 0; i < m->pattern_count; i++)
            sense_kill(m, m->pattern[i]);
        return;
    }
    for (uint32_t i = 1; i < call->count; i++)
        if (call_arg(call, i).len > 1 && call_arg(call, i).at[0] != '-')
            sense_kill(m, call_arg(call, i));
}

void tool_scan(struct call *call)
{
    call->out = call_unknown(call, (struct shell_string){0});
    for (uint32_t i = 1; i + 1 < call->count; i++) {
        struct bytes arg = call_arg(call, i);
        if (bytes_equal(arg, BYTES("-oL")) || bytes_equal(arg, BYTES("-o")) ||
            bytes_equal(arg, BYTES("-oG")) || bytes_equal(arg, BYTES("-oX")))
            file_write(call, call_arg(call, i + 1),
                       string_taint(call->m, call->out, TAINT_BIT(SCANNED)), false);
    }
    call->out = string_taint(call->m, call->out, TAINT_BIT(SCANNED));
}

/* --user-data TEXT, base64 or file://PATH: the script of the machines that are started. */
static void start_data(struct call *call)
{
    for (uint32_t i = 1; i + 1 < call->count; i++) {
        struct shell_string data = call->arg[i + 1];
        if (!bytes_equal(call_arg(call, i), BYTES("--user-data")) && !bytes_equal(call_arg(call, i), BYTES("--custom-data")))
            continue;
        if (bytes_starts(data.text, BYTES("file://")))
            data = file_read(call, bytes_from(data.text, 7));
        struct bytes plain = string_is_known(data) ? decode_base64(call->m->arena, data.text) : BYTES_NONE;
        if (plain.at != NULL && plain.len > 8 && decode_is_text(plain))
            data.text = plain;
        if (string_is_known(data) && bytes_starts(data.text, BYTES("#!")))
            run_layer(call->m, data, "user data", BYTES_NONE, plain.at != NULL);
    }
}

/* aws <service> list/describe/get: counted by sense.c; the output is the account. */
void tool_aws(struct call *call)
{
    struct machine *m = call->m;
    uint32_t first = 1; /* past the options before the service, some with a value */
    while (first < call->count && call_arg(call, first).len > 0 && call_arg(call, first).at[0] == '-')
        first += bytes_find_byte(call_arg(call, first), '=', 0) != BYTES_NPOS ||
                         bytes_starts(call_arg(call, first), BYTES("--no-"))
                     ? 1
                     : 2;
    struct bytes service = call_arg(call, first), verb = call_arg(call, first + 1);
    call_orders(call); /* --user-data: what the machines it starts run */
    start_data(call);
    call->out = call_unknown(call, (struct shell_string){0});
    bool copies = bytes_equal(service, BYTES("s3")) &&
                  (bytes_equal(verb, BYTES("cp")) || bytes_equal(verb, BYTES("sync")) ||
                   bytes_equal(verb, BYTES("mv")));
    bool foreign =
        m->carries_keys || call_has(call, "--endpoint-url") || call_has(call, "--no-sign-request");
    for (uint32_t i = 3; copies && foreign && i + 1 < call->count;
         i++) /* into somebody's account */
        if (call_arg(call, i).len > 2 && call_arg(call, i).at[0] != '-' &&
            call_arg(call, i).at[0] != 's')
            sense_send(call, files_below(call, call_arg(call, i), file_read(call, call_arg(call, i))),
                       BYTES("s3 bucket"), BEHAVIOUR_E1, "aws s3");
    for (uint32_t i = 3; copies && m->loops > 0 && i + 1 < call->count; i++)
        if (bytes_starts(call_arg(call, i), BYTES("s3://")) && call_arg(call, i).len > 5 &&
            call_arg(call, i).at[5] == 0) /* every bucket there is */
            file_write(call, call_arg(call, i + 1),
                       string_taint(m, call_unknown(call, (struct shell_string){0}),
                                    TAINT_BIT(CLI_SWEEP)),
                       false);
    if (bytes_starts(verb, BYTES("list")) || bytes_starts(verb, BYTES("describe")) ||
        bytes_starts(verb, BYTES("get")))
        call->out = string_taint(m, call->out, TAINT_BIT(CLI_SWEEP));
    if (bytes_equal(service, BYTES("configure")) && bytes_equal(verb, BYTES("get")))
        call->out = string_taint(m, call->out, TAINT_BIT(CLOUD_FILE));
    static const char *const keys[] = {"create-access-key", "get-session-token",
                                       "assume-role",       "get-secret-value",
                                       "get-parameter",     "get-authorization-token"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (bytes_starts(verb, bytes_of_string(keys[i])))
            call->out = string_taint(m, call->out, TAINT_BIT(CLI_KEY));
}
