/* SPDX-License-Identifier: Apache-2.0
 *
 * The models of programs: what each prints, writes, runs and sends, as far as the machine cares.
 *
 * Private to src/shell.  A handler sets call->out; what it leaves unset is an unknown value with the
 * taint of its input where the program passes input on. */
#ifndef NOROSHI_SHELL_TOOL_H
#define NOROSHI_SHELL_TOOL_H

#include "shell/machine.h"

/* Several names share a handler: the declarations repeat harmlessly. */
#define TOOL(name, handler) void tool_##handler(struct call *call);
#include "shell/tool.def"
#undef TOOL

/* The handler of NAME, or NULL. */
void (*tool_handler(struct bytes name))(struct call *);

/* Argument I's text; empty where there is none. */
static inline struct bytes call_arg(const struct call *call, uint32_t i)
{
    return i < call->count ? call->arg[i].text : BYTES("");
}
/* Whether an argument is exactly OPTION. */
bool call_has(const struct call *call, const char *option);
/* Whether a cluster of single-letter options ("-sSfL") holds LETTER. */
bool call_flag(const struct call *call, char letter);
/* The first argument from FROM on that is no option; 0 where none. */
uint32_t call_operand(const struct call *call, uint32_t from);
/* Arguments that are command lines for another machine's shell are read as layers. */
void call_orders(struct call *call);
void orders_read(struct call *call, struct shell_string s);
/* Standard input and the named files, joined: what a filter reads.  FROM: the first operand's place. */
struct shell_string call_input(struct call *call, uint32_t from);
/* An unknown output that carries TAINTED's taint. */
struct shell_string call_unknown(struct call *call, struct shell_string tainted);
/* What comes out of a connection to HOST. */
struct shell_string socket_output(struct call *call, struct bytes host);
/* What the file PATH holds as far as known, with the taint its name means. */
struct shell_string file_read(struct call *call, struct bytes path);
/* S, with the taint of every file the script put below the directory PATH. */
struct shell_string files_below(struct call *call, struct bytes path, struct shell_string s);
/* Whether TEXT is wholly known. */
static inline bool text_is_known(struct bytes text)
{
    return text.len == 0 || memchr(text.at, 0, text.len) == NULL;
}

/* Whether PATH lies in a directory for temporary files. */
bool sense_is_temporary(struct bytes path);
static inline bool contains(struct bytes text, const char *word)
{
    return bytes_find(text, bytes_of_string(word), 0) != BYTES_NPOS;
}
/* Whether one of the first arguments holds WORD. */
static inline bool any_arg(const struct call *call, const char *word)
{
    for (uint32_t i = 1; i < call->count && i < 64; i++)
        if (contains(call->arg[i].text, word))
            return true;
    return false;
}

/* sense_reach.c: containers, SSH, scanners, Redis; programs let loose on what a scan found */
void see_docker(struct call *call);
void see_ssh(struct call *call);
void see_scanner(struct call *call);
void see_redis(struct call *call);
void see_targets(struct call *call);
/* sense_harm.c: destruction, extortion, cloud accounts, shells wired to the network */
void see_harm(struct call *call);
/* spctl, xattr: macOS is kept from checking programs. */
void see_gatekeeper(struct call *call);

/* A program of the script's own is let loose on the disks of machines that were stopped. */
void see_disks(struct call *call);
/* sense_supply.c: runtimes that were fetched, repositories and packages, floods */
void see_runtime(struct call *call);
void see_powershell(struct call *call);
void see_planting(struct call *call);
void see_flood(struct call *call);
/* execute.c */
/* S is run as a script by INTERPRETER ("sh", "python", ...). */
void execute_string(struct call *call, struct shell_string s, struct bytes interpreter,
                    const char *how);
/* S, that came line by line out of a socket, is run as a command. */
void orders_run(struct call *call, struct shell_string s);
/* Whether FETCH is what installers do: TLS to a named host, or a host only the caller knows. */
bool fetch_is_honest(const struct shell_fetch *fetch);
/* The fetched archive the file PATH comes from; NULL where none. */
struct file *file_unpacked(struct machine *m, struct bytes path);
/* The file PATH is run (or named to an interpreter, cron, a service). */
void execute_file(struct call *call, struct bytes path, bool by_interpreter);

#endif
