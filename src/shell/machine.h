/* SPDX-License-Identifier: Apache-2.0
 *
 * The abstract machine a script is read on: variables, functions, a virtual file map, the tools.
 *
 * Nothing is executed.  Both branches of a condition are read, loops once (word lists up to
 * UNROLL_MAX words), functions where they are called.  A variable holds up to VALUES_MAX values, one per
 * branch that assigned it; a command that uses such a variable is read once per value (a WORLD, in which
 * every variable shows its value of that number).  What a command prints is a partial string
 * (shell/taint.h) that flows through pipes, substitutions and files.
 *
 * Private to src/shell.  Bounded by LIMIT_EVAL_STEPS and LIMIT_EVAL_BYTES, by the depths below and by the
 * sizes of text. */
#ifndef NOROSHI_SHELL_MACHINE_H
#define NOROSHI_SHELL_MACHINE_H

#include "base/table.h"
#include "base/text.h"
#include "shell/report.h"
#include "shell/shell.h"
#include "shell/syntax.h"

#define VALUES_MAX 4
#define UNROLL_MAX 64
#define UNROLL_TOTAL_MAX 2048
#define LAYERS_DEPTH_MAX 8
#define STRING_BYTES_MAX (512 * 1024)
#define PATTERNS_MAX 32
#define TEXTS_KEPT 32

/* How much was learnt of something, and the function that looked at it last (function.h). */
struct knowledge {
    uint32_t version, frame;
};

struct variable {
    struct bytes name;
    struct knowledge known;
    struct shell_string value[VALUES_MAX];
    uint32_t branch[VALUES_MAX]; /* the branch that assigned it */
    uint8_t count;
};

struct function {
    const struct shell_command *body;
    struct shell_layer *layer;
    uint32_t calls, offset, level; /* level: machine->calls while it is active */
    bool active;
    bool looked_at, acts, is_short; /* skim.c: its body does more than print; it is soon read */
    struct function_reading **readings; /* by their words, function.c; NULL: none yet */
};

struct file {
    struct bytes path;
    struct knowledge known;
    struct shell_string content; /* hole where unknown */
    const struct shell_fetch *fetch;
    bool executable, written, decoded, archived, sent, ran;
    bool sealed;               /* decrypted by the script */
    bool binary;               /* a program for the processor, carried as text */
    bool is_shell;             /* a copy of one */
    bool brought;              /* copied from a temporary directory: it came with the script */
    struct shell_layer *layer; /* where it was written last */
    struct shell_span *span;   /* ... by which command */
    uint32_t offset;
};

struct strings {
    struct shell_string *at;
    uint32_t count, capacity;
};

/* One simple command, resolved. */
struct call {
    struct machine *m;
    const struct shell_command *command;
    struct bytes name;        /* canonical: without directory, renames followed */
    struct bytes path;        /* as written */
    struct shell_string *arg; /* arg[0] is the command */
    uint32_t count;
    struct shell_string in;  /* standard input; text.at NULL where nothing comes */
    struct shell_string out; /* what it prints */
    bool has_in, background, silent;
    bool wrapped; /* nohup, setsid, screen: it outlives the script */
    bool remote;  /* runs elsewhere: ssh, docker exec */
    enum shell_role role;
    struct bytes write_path; /* where its output goes; absent: on */
    bool to_socket;          /* ... to the socket that is open */
};

struct machine {
    struct arena *arena;
    struct budget *budget;
    size_t arena_from; /* bytes in use when reading began */
    const struct shell_options *options;
    struct shell_report *report;
    struct shell_layer *layer;
    struct shell_span *span_last; /* of the command that ran last */
    struct table *variables, *functions, *files, *tools, *kills, *fetch_urls;
    struct text *capture; /* NULL: nobody reads what is printed */
    uint32_t capture_taint;
    const struct shell_step *capture_step;
    struct shell_string in; /* of the enclosing group */
    bool has_in;
    struct bytes cwd;
    const struct variable *separators; /* IFS */
    struct shell_string *positional;
    uint32_t positional_count;
    uint32_t world, world_most;
    uint32_t branch, branch_last, loops, unrolled, calls, layers, substitutions, recursion;
    struct bytes
        pattern[PATTERNS_MAX]; /* what grep and awk looked for since the outermost command began */
    uint32_t pattern_count;
    uint32_t offset, end; /* the command being read */
    bool kill_seen, silenced, stopped, uncalled;
    bool hushed, backgrounded;        /* what encloses this is silent; runs in the background */
    uint32_t heard; /* around this are commands whose output somebody takes */
    uint32_t skim_steps, skim_short_steps; /* spent past the readings, on long and on short bodies (skim.c) */
    uint64_t kept_bytes; /* of all that went into files and variables */
    uint32_t scan_loops;              /* loops over scan results or host lists */
    uint32_t piped;                   /* inside a loop or group that reads a pipe */
    bool load_listed;                 /* ps printed them */
    bool load_seen;                   /* the command before compared processor shares */
    struct shell_fetch *socket_fetch; /* of the socket that is open */
    bool socket_open, socket_get;     /* /dev/tcp was opened; an HTTP request was written */
    struct bytes socket_host;
    uint64_t cloud_kinds; /* kinds of cloud credential files read */
    uint32_t key_homes, cloud_services;
    uint64_t cloud_service_set;
    bool carries_keys; /* a cloud account's keys stand in the script */
    bool asked_gently; /* machines of a list were told to shut down by themselves */
    bool detached;     /* something was left running in the background */
    bool account_made, account_opened, fifo_made, encrypts;
    bool dialog_asked;  /* a dialog of the script's own asked for a password */
    bool printing;      /* the text being looked at is printed for people */
    bool founds;        /* makes a file system, unpacks a system into it: below it is its own */
    bool found_old;     /* find picked files by their age */
    struct table *startups; /* paths that start-up files name and nothing was put at yet */
    bool keys_cleared;  /* .ssh was removed: nobody else gets in */
    bool table_cleared; /* crontab -r */
    struct bytes logger_stopped; /* a service that keeps logs was stopped and not started again */
    uint32_t tools_moved;  /* curl, wget, chattr under other names: a bit each */
    uint32_t agent_makers; /* clouds whose agents were removed: a bit each */
    bool root_twin;        /* a second user 0 was made */
    bool found_wide;       /* inside find -exec over a whole file system or all homes */
    bool narrowed; /* databases were listed by a name */
    bool account_asked; /* a miner works for whoever calls the script */
    bool walled;            /* the firewall was turned on */
    bool private_listed, token_read, runtime_fetched, repository_made, packages_listed; /* sense_supply.c */
    uint32_t cloud_grants; /* 1: administrator policy, 2: key, 4: user */
    struct bytes looked[TEXTS_KEPT]; /* long texts whose words were noted, the last ones */
    enum shell_role looked_role[TEXTS_KEPT];
    uint32_t looked_count;
    size_t looked_bytes;
    /* function.c */
    uint64_t *fact; /* values seen: a set of hashes */
    struct reading_input *input;
    struct reading_effect *effect;
    struct knowledge new_files;
    uint32_t fact_count, fact_capacity, input_count, input_capacity, effect_count, effect_capacity;
    uint32_t frame, frame_last, frame_branch; /* of the function being read */
    bool one_world; /* something was read in one world only that shows others */
    uint32_t cut_level; /* the outermost function that was called while it was being read */
    uint64_t pairs[BEHAVIOUR_COUNT]; /* PAIR words seen per behaviour */
    const uint8_t *near_text;        /* where the last NEAR word was seen, and its end there */
    size_t near_end;
};

/* expand.c */
void strings_add(struct machine *m, struct strings *list, struct shell_string s);
/* WORD with splitting, added to OUT. */
void expand_word(struct machine *m, const struct shell_word *word, struct strings *out);
/* WORD as one string. */
struct shell_string expand_single(struct machine *m, const struct shell_word *word);
/* Joined by spaces, from the FIRST on. */
struct shell_string strings_join(struct machine *m, const struct shell_string *at, uint32_t count);
struct shell_string string_join(struct machine *m, struct shell_string a, struct shell_string b);

/* memory.c */
struct variable *variable_find(struct machine *m, struct bytes name);
struct shell_string variable_get(struct machine *m, struct bytes name);
/* The same where V, which may be NULL, was found already. */
struct shell_string variable_value(struct machine *m, const struct variable *v, struct bytes name);
void variable_set(struct machine *m, struct bytes name, struct shell_string value, bool append);
struct bytes path_resolve(struct machine *m, struct bytes path);
struct file *file_find(struct machine *m, struct bytes path);
struct file *file_at(struct machine *m, struct bytes path);
void file_write(struct call *call, struct bytes path, struct shell_string content, bool append);
/* TAINT added to S, with the present command as a step. */
struct shell_string string_taint(struct machine *m, struct shell_string s, uint32_t taint);
/* INTO with what FROM is from as well; their ways meet at the present command. */
void taint_merge(struct machine *m, struct shell_string *into, struct shell_string from);
/* S with the present command as one more step; untouched where not tainted. */
struct shell_string string_pass(struct machine *m, struct shell_string s);
struct shell_string string_unknown(struct machine *m, struct bytes name);

/* run.c */
void run_list(struct machine *m, const struct shell_command *list);
/* The output of LIST read as a substitution. */
struct shell_string run_capture(struct machine *m, const struct shell_command *list);
/* Read TEXT as a script of its own: HOW it came about, PATH where it was a file.  What it prints. */
struct shell_string run_layer(struct machine *m, struct shell_string text, const char *how,
                              struct bytes path, bool decoded);
/* Record a layer without running it (payloads in other languages, unpacked binaries). */
struct shell_layer *layer_new(struct machine *m, struct bytes text, const char *how,
                              struct bytes path, bool decoded);

/* command.c */
void call_run(struct call *call);
/* The rest of CALL from argument FIRST on as a command of its own (sudo, nohup, xargs). */
void call_inner(struct call *call, uint32_t first);

/* sense.c */
void sense(struct machine *m, enum behaviour b, enum shell_role role, struct bytes detail);
/* The same where the circumstances are those of honest work (TLS, a named host): it counts as weak. */
void sense_soft(struct machine *m, enum behaviour b, enum shell_role role, struct bytes detail);
/* The same where no honest script does it: as good as a flow. */
void sense_sure(struct machine *m, enum behaviour b, enum shell_role role, struct bytes detail);
/* B was undone later (stopped and started again): it counts as weak, unless it was sure. */
void sense_undo(struct machine *m, enum behaviour b);
void sense_call(struct call *call);
/* Words that tell by themselves, anywhere in TEXT: pools, wallets, drop sites, keys. */
void sense_text(struct machine *m, struct bytes text, enum shell_role role);
void sense_function(struct machine *m, struct bytes name);
void sense_assign(struct machine *m, struct bytes name, struct shell_string value);
/* A process called NAME is killed. */
void sense_kill(struct machine *m, struct bytes name);
/* The present call sends S to TO by SINK ("curl upload", "query string", "socket"). */
void sense_send(struct call *call, struct shell_string s, struct bytes to, enum behaviour b,
                const char *sink);
/* A hidden or odd directory; a system program's name in the wrong place. */
void sense_hidden(struct machine *m, struct bytes path);
void sense_masquerade(struct machine *m, struct bytes path);
/* CONTENT goes into PATH, a table of logins: any password will do, or somebody gets it. */
void sense_login(struct machine *m, struct bytes path, struct bytes content);
bool sense_is_log(struct bytes path);
/* TEXT is lines of a hosts file that lead names nowhere. */
bool sense_is_sinkhole(struct bytes text);
bool sense_is_odd(struct bytes path);
bool sense_is_hidden(struct bytes path);
/* A program below a hidden directory or under a hidden name where the system keeps its own. */
bool sense_is_buried(struct bytes program);
/* CONTENT, written to PATH, is code for a web server that runs what a visitor sends. */
void sense_web_shell(struct machine *m, struct bytes path, struct shell_string content);
/* A program of the system is replaced by a download. */
void sense_system_file(struct machine *m, struct bytes path, struct shell_string content);
/* CONTENT becomes a crontab. */
void sense_crontab(struct call *call, struct shell_string content);
/* URL is read: metadata services taint S. */
void sense_url_read(struct call *call, struct bytes url, struct shell_string *s);
/* What only the whole script shows. */
void sense_end(struct machine *m);
/* The download F was made. */
void sense_fetch(struct call *call, struct shell_fetch *f);
/* URL is downloaded: an interpreter? */
void sense_runtime(struct machine *m, struct bytes url);
/* PATH is read: its taint is added to S. */
void sense_path_read(struct call *call, struct bytes path, struct shell_string *s);
/* A socket of the shell's own to ADDRESS (HOST/PORT) is read from. */
struct shell_fetch *fetch_socket(struct call *call, struct bytes address);
/* CONTENT goes to PATH (a cron file, a key file, a socket, ...). */
void sense_write(struct call *call, struct bytes path, struct shell_string content, bool append);

#endif
