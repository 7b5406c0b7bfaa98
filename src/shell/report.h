/* SPDX-License-Identifier: Apache-2.0
 *
 * What the engine says about one script: layers, commands, downloads, flows, behaviours.
 *
 * A layer is text that runs: the file itself, and what it decodes, writes and runs, hands to eval, ssh,
 * cron.  Every place is (layer, line); a layer knows the line of its parent that made it, so
 * a path "12 > base64 > 3" leads from the file to the hidden line.  Lists are in order of discovery and
 * bounded (REPORT_*_MAX); past a bound only counts go on. */
#ifndef NOROSHI_SHELL_REPORT_H
#define NOROSHI_SHELL_REPORT_H

#include "base/limit.h"
#include "shell/taint.h"

#define REPORT_LAYERS_MAX 64
#define REPORT_COMMANDS_MAX 8192
#define KILLS_MAX 256 /* names kept */
#define REPORT_PLACES_MAX 8 /* kept per behaviour and role */

enum behaviour {
#define BEHAVIOUR(id, name, tactic, what) BEHAVIOUR_##id,
#include "shell/behaviour.def"
#undef BEHAVIOUR
    BEHAVIOUR_COUNT
};
enum tactic {
    TACTIC_CREDENTIAL,
    TACTIC_COLLECTION,
    TACTIC_EXFILTRATION,
    TACTIC_EXECUTION,
    TACTIC_COMMAND,
    TACTIC_PERSISTENCE,
    TACTIC_PRIVILEGE,
    TACTIC_EVASION,
    TACTIC_IMPACT,
    TACTIC_LATERAL,
    TACTIC_DISCOVERY,
    TACTIC_COUNT
};
struct behaviour_row {
    const char *id, *name, *what;
    enum tactic tactic;
};
extern const struct behaviour_row behaviour_rows[BEHAVIOUR_COUNT];
extern const char *const tactic_names[TACTIC_COUNT];

/* What the script does with a thing: kinsing's scripts name rivals only to kill them. */
enum shell_role { ROLE_USED, ROLE_REMOVED, ROLE_SEARCHED, ROLE_TEXT, ROLE_COUNT };
extern const char *const shell_role_names[ROLE_COUNT];

/* A telling word (word.def) ends at END of a layer's text. */
struct shell_word_hit {
    uint32_t end;
    uint8_t word;
};

struct shell_layer {
    struct shell_layer *parent; /* NULL: the file */
    uint32_t id;                /* 0: the file */
    uint32_t line, offset;      /* of the command in the parent that made it */
    uint32_t depth;
    struct bytes
        how; /* "base64", "gzip", "eval", "here-document", "cron", "ssh", ...; absent for the file */
    struct bytes path; /* the file it was written to; absent where none */
    struct bytes text;
    bool decoded;  /* it was hidden: not to be read in the parent */
    bool is_shell; /* it was run as shell */
    struct shell_word_hit
        *word_hit; /* telling words in the text, by offset; computed on first use */
    uint32_t word_hit_count;
    bool words_sought;
    uint32_t *line_start; /* offsets, computed on first use */
    uint32_t line_count;
};

enum host_kind {
    HOST_NONE,
    HOST_UNKNOWN,
    HOST_LOCAL,
    HOST_PRIVATE,
    HOST_METADATA,
    HOST_ADDRESS,
    HOST_NAME,
    HOST_TOR,
    HOST_PASTE,
    HOST_DROP,
    HOST_KNOWN,
    HOST_KIND_COUNT
};
extern const char *const host_kind_names[HOST_KIND_COUNT];

struct shell_fetch {
    struct shell_fetch *next;
    const struct shell_layer *layer;
    uint32_t line;
    struct bytes tool, url, host; /* shown text */
    struct bytes path;            /* where it was saved; absent where to stdout */
    enum host_kind host_kind;
    bool tls, insecure, silent, sends;
    bool run;     /* its content was run */
    bool relayed; /* its host was itself downloaded */
};

struct shell_flow {
    struct shell_flow *next;
    enum taint source;
    struct bytes sink;        /* "curl upload", "query string", "socket", ... */
    struct bytes destination; /* URL or address as far as known */
    enum host_kind host_kind;
    const struct shell_step *step; /* newest first; the first of the chain is the sink's own line */
};

struct shell_place {
    const struct shell_layer *layer;
    uint32_t line, offset, len; /* the command */
    struct bytes detail;        /* one phrase: the host, path, name; absent where none */
};

struct shell_behaviour {
    uint32_t count; /* places seen */
    bool hard;      /* at least one place is not explained by honest work */
    bool sure;      /* at least one place no honest script has: as good as a flow */
    uint32_t place_count;
    struct shell_place *place; /* REPORT_PLACES_MAX; NULL where count is 0 */
};

/* A stretch of a layer and what role its words have; commands in order of offset per layer. */
struct shell_span {
    struct shell_span *next;
    const struct shell_layer *layer;
    uint32_t offset, end;
    enum shell_role role;
    struct bytes name;              /* the command's name */
    const struct shell_string *arg; /* its words, resolved */
    uint32_t arg_count;
    /* filled by report_spans_fill: most scripts are clean and nobody asks */
    uint32_t line;
    struct bytes text; /* resolved, at most 1 KB */
};

enum shell_class { SHELL_CLEAN, SHELL_DUAL_USE, SHELL_SUSPICIOUS, SHELL_MALICIOUS };
extern const char *const shell_class_names[4];

struct shell_report {
    struct shell_layer *layer[REPORT_LAYERS_MAX];
    uint32_t layer_count;
    struct shell_fetch *fetch, **fetch_end;
    struct shell_flow *flow, **flow_end;
    struct shell_span *span, **span_end;
    uint32_t fetch_count, flow_count, command_count, kill_count;
    struct bytes *kill; /* distinct names killed, KILLS_MAX of them at most; NULL without */
    struct shell_behaviour *behaviour[ROLE_COUNT]; /* BEHAVIOUR_COUNT of each */
    uint64_t style;     /* bit set of enum shell_style (verdict/attribute_script.h reads it) */
    uint32_t odd_count; /* broken syntax stepped over */
    uint32_t skimmed;   /* calls and turns of loops judged by their words (skim.h) */
    uint32_t limits;    /* bit set of enum limit passed */
    bool packaged;      /* debhelper or dpkg context */
    bool prepares;      /* makes an image to be copied: clears what names this machine */
    bool verifies;      /* checks a digest or signature of what it downloads */
    bool prompts;       /* asks the user */
    bool keeps;         /* a secret it read went to a file */
    bool spreads;       /* scans in a loop: not somebody looking once */
    uint32_t tactics;   /* bit set of enum tactic of all behaviours used */
    /* what the rules made of it, verdict/script.h */
    enum shell_class class;
    struct bytes category; /* absent for clean */
    bool beside;           /* it lies beside a malicious one: same folder, archive or layer */
};

/* 1-based line of OFFSET in LAYER. */
uint32_t layer_line(struct arena *arena, const struct shell_layer *layer, uint32_t offset);
/* Make line and text of every span. */
void report_spans_fill(struct arena *arena, const struct shell_report *report);
/* "12 > base64 > 3": from the file's line down to LINE of LAYER. */
struct bytes layer_path(struct arena *arena, const struct shell_layer *layer, uint32_t line);
static inline uint32_t report_count(const struct shell_report *report, enum behaviour b)
{
    return report->behaviour[ROLE_USED][b].count;
}

#endif
