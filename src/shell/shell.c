/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/shell.h"

#include "shell/program.h"
#include "shell/tool.h"

#include <talloc.h>

static void report_init(struct arena *arena, struct shell_report *report)
{
    report->fetch_end = &report->fetch;
    report->flow_end = &report->flow;
    report->span_end = &report->span;
    for (int role = 0; role < ROLE_COUNT; role++)
        report->behaviour[role] = arena_array_of(arena, BEHAVIOUR_COUNT, struct shell_behaviour);
}

/* NUL bytes would be holes: a shell drops them, here they become blanks so that offsets stay. */
static struct bytes without_nul(struct arena *arena, struct bytes text)
{
    if (text.len == 0 || memchr(text.at, 0, text.len) == NULL)
        return text;
    uint8_t *copy = arena_alloc(arena, text.len);
    for (size_t i = 0; i < text.len; i++)
        copy[i] = text.at[i] == 0 ? ' ' : text.at[i];
    return bytes_of(copy, text.len);
}

/* Functions nobody called are read once, with unknown arguments: libraries, dispatch by "$@". */
static void uncalled_run(struct machine *m)
{
    for (uint32_t i = 0; i < m->functions->count && !m->stopped; i++) {
        struct function *f = m->functions->row[i].value;
        if (f->calls > 0)
            continue;
        f->calls++, f->active = true;
        m->layer = f->layer;
        m->positional = NULL, m->positional_count = 0;
        m->branch = ++m->branch_last;
        run_list(m, f->body);
        f->active = false;
    }
}

struct shell_report *shell_analyze(struct arena *arena, struct budget *budget, struct bytes text,
                                   const struct shell_options *options)
{
    static const struct shell_options none = {0};
    struct shell_report *report = arena_new_of(arena, struct shell_report);
    struct shell_layer *layer = arena_new_of(arena, struct shell_layer);
    void *tables = talloc_new(NULL);
    report_init(arena, report);
    layer->text = without_nul(arena, text), layer->is_shell = true;
    report->layer[report->layer_count++] = layer;
    struct machine m = {.arena = arena,
                        .budget = budget,
                        .arena_from = arena_used_bytes(arena),
                        .options = options == NULL ? &none : options,
                        .report = report,
                        .layer = layer};
    m.variables = table_new(tables), m.functions = table_new(tables), m.files = table_new(tables);
    m.tools = table_new(tables), m.kills = table_new(tables), m.fetch_urls = table_new(tables);
    m.startups = table_new(tables);
    variable_set(&m, BYTES("HOME"), string_of(BYTES("~")), false);
    variable_set(&m, BYTES("_"), string_of(BYTES("")), false);
    variable_set(&m, BYTES("IFS"), string_of(BYTES(" \t\n")), false);
    m.cut_level = UINT32_MAX;
    m.separators = variable_find(&m, BYTES("IFS"));
    struct file *self = file_at(&m, bytes_of("\0${0}", 5));
    self->content = string_of(layer->text), self->ran = true;
    if (text.len > 0 && m.options->is_program) {
        layer->is_shell = false;
        program_whole(&m);
        sense_end(&m);
    } else if (text.len > 0) {
        size_t room = budget_room(budget) / 2;
        struct syntax syntax =
            syntax_parse(arena, layer->text, room < SYNTAX_BYTES_MAX ? room : SYNTAX_BYTES_MAX);
        m.arena_from = arena_used_bytes(arena);
        report->odd_count = syntax.odd_count;
        if (syntax.too_deep)
            report->limits |= 1U << LIMIT_DEPTH;
        if (syntax.too_big)
            report->limits |= 1U << LIMIT_EVAL_BYTES;
        run_list(&m, syntax.list);
        uncalled_run(&m);
        m.layer = layer;
        sense_end(&m);
    }
    talloc_free(tables);
    for (uint32_t b = 0; b < BEHAVIOUR_COUNT; b++)
        if (report_count(report, (enum behaviour)b) > 0)
            report->tactics |= 1U << behaviour_rows[b].tactic;
    return report;
}

/* The first word of LINE without quotes, brackets and what stands before a command. */
static struct bytes command_word(struct bytes line, uint8_t *space, size_t size)
{
    size_t len = 0, at = 0;
    while (at < line.len && strchr(" \t({!`@-", line.at[at]) != NULL)
        at++;
    for (; at < line.len && len < size; at++) {
        uint8_t c = line.at[at];
        if (c == '\'' || c == '"' || c == '\\')
            continue;
        if (ascii_is_space(c) || strchr(";|&<>(),$", c) != NULL)
            break;
        space[len++] = c;
    }
    struct bytes word = bytes_of(space, len);
    size_t slash = bytes_find_last_byte(word, '/');
    return slash == BYTES_NPOS || slash + 1 == len ? word : bytes_from(word, slash + 1);
}

/* "/usr/sbin/x -k ..": a program by its path. */
static bool is_program_path(struct bytes line)
{
    static const char *const places[] = {"/usr/", "/bin/", "/sbin/", "/tmp/",
                                         "/opt/", "/var/", "/dev/",  "/etc/", "/?"};
    for (size_t i = 0; line.at[0] == '/' && i < sizeof places / sizeof places[0]; i++)
        if (bytes_starts(line, bytes_of_string(places[i])))
            return true;
    return false;
}

/* A line of nothing but the end or the middle of a compound command. */
static bool is_frame(struct bytes line)
{
    static const char *const frames[] = {"fi", "done", "do", "then", "else", "esac", ";;", "}", ")"};
    for (size_t i = 0; i < sizeof frames / sizeof frames[0]; i++)
        if (line.at[0] == (uint8_t)frames[i][0] &&
            (bytes_equal(line, bytes_of_string(frames[i])) ||
            (line.len > 2 && bytes_starts(line, bytes_of_string(frames[i])) &&
             strchr(";|&) ", line.at[strlen(frames[i])]) != NULL && i < 6 && i != 2)))
            return true;
    return false;
}

static bool odd_quotes(struct bytes line)
{
    bool odd = false;
    for (size_t i = 0; i < line.len; i++)
        odd ^= line.at[i] == '"' && (i == 0 || line.at[i - 1] != '\\');
    return odd;
}

/* The word a here-document in LINE ends with; absent where none begins. */
static struct bytes here_end(struct bytes line)
{
    size_t at = bytes_find(line, BYTES("<<"), 0);
    if (at == BYTES_NPOS || (at + 2 < line.len && line.at[at + 2] == '<'))
        return BYTES_NONE;
    size_t from = at + 2;
    while (from < line.len && strchr("-\"'\\ ", line.at[from]) != NULL)
        from++;
    size_t end = from;
    while (end < line.len && (ascii_is_alnum(line.at[end]) || line.at[end] == '_'))
        end++;
    return end > from ? bytes_sub(line, from, end - from) : BYTES_NONE;
}

/* Whether WORD opens a line of shell: a keyword, a program the machine knows, NAME=value. */
static bool is_shell_word(struct bytes word, struct bytes line)
{
    static const char *const keywords[] = {
        "if",       "fi",      "then",   "else",      "elif",     "for",
        "while",    "until",   "do",     "done",      "case",     "esac",
        "function", "return",  "sysctl", "systemctl", "iptables", "setenforce",
        "useradd",  "service", "chown",  "mount",     "apt-get",  "yum",
        "socat",    "killall", "insmod", "modprobe",  "chattr",   "dnf",
        "ufw",      "gpg",     "mysql",  "psql",      "mongo",    "mkfifo",
        "rmmod",    "usermod", "sed",    "chpasswd",  "swapoff",  "type",
        "ulimit",   "umask",   "git",    "npm",       "pip",      "pip3",
        "redis-cli", "esxcli", "vim-cmd", "shutdown", "reboot", "mongosh",
        "ssh-keyscan", "ssh-keygen", "tcpdump", "umount", "dmesg", "sync", "passwd",
        "userdel", "netstat", "ifconfig", "clear", "hping3", "unzip", "launchctl", "xattr",
        "spctl", "wall", "groupadd", "swapon", "losetup", "disown", "trufflehog", "bun", "wrmsr"};
    size_t equals = 0; /* NAME=value */
    while (equals < line.len && (ascii_is_alnum(line.at[equals]) || line.at[equals] == '_'))
        equals++;
    if (line.len > 2 && (bytes_starts(line, BYTES("./")) || is_program_path(line)))
        return true;
    if (bytes_find(line, BYTES("/dev/tcp/"), 0) != BYTES_NPOS)
        return true;
    size_t call = word.len == 0 ? BYTES_NPOS : bytes_find(line, BYTES("()"), 0);
    if (call != BYTES_NPOS && call <= word.len + 1 && bytes_find_byte(line, '{', call) < call + 4)
        return true; /* name() { */
    if (equals > 0 && equals < line.len && line.at[equals] == '=' && !ascii_is_digit(line.at[0]))
        return true;
    for (size_t i = 0; word.len > 0 && i < sizeof keywords / sizeof keywords[0]; i++)
        if (word.at[0] == (uint8_t)keywords[i][0] && bytes_equal(word, bytes_of_string(keywords[i])))
            return true;
    if (word.len == 0 && line.len > 1 && line.at[0] == '$' && ascii_is_alpha(line.at[1]))
        return true;
    if (word.len == 0) /* $'\x63..', }, ;; */
        return bytes_starts(line, BYTES("$'")) || bytes_starts(line, BYTES("}")) ||
               bytes_starts(line, BYTES("$(")) || bytes_starts(line, BYTES("${"));
    return tool_handler(word) != NULL;
}

/* Letters prose has no use for: a pipe, a redirection, an option, a variable. */
static bool has_syntax(struct bytes line)
{
    static const char *const signs[] = {"| ",  "|b",   "|s", "&&",    "||",   " >", ">>",
                                        "2>",  "$",    "`",  " -",    "; ",   ";c", ";s",
                                        "://", "/tmp", "<(", "/dev/", "/etc/", "systemctl "};
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        if (bytes_find(line, bytes_of_string(signs[i]), 0) != BYTES_NPOS)
            return true;
    return false;
}

#define HEAD_BYTES 4096

/* The first bytes of TEXT, continued lines as one; ROOM is used where there are any. */
static struct bytes head_of(struct bytes text, uint8_t room[static HEAD_BYTES])
{
    struct bytes head = bytes_sub(text, 0, HEAD_BYTES);
    size_t len = 0;
    if (bytes_find_byte(head, '\\', 0) == BYTES_NPOS)
        return head;
    for (size_t i = 0; i < head.len; i++)
        if (text.at[i] == '\\' && i + 1 < text.len && text.at[i + 1] == '\n')
            i++;
        else
            room[len++] = text.at[i];
    return bytes_of(room, len);
}

int shell_looks_like(struct bytes text)
{
    uint8_t room[HEAD_BYTES], space[24];
    struct bytes rest = head_of(text, room), line, here = BYTES_NONE;
    bool quoted = false;
    uint32_t lines = 0, code = 0, syntax = 0;
    while (bytes_next_line(&rest, &line) && lines < 64) {
        line = bytes_trim(line);
        bool odd = odd_quotes(line);
        if (quoted) { /* the rest of a text over several lines */
            quoted = !odd;
            continue;
        }
        if (here.len > 0) { /* another language's text */
            here = bytes_equal(line, here) ? BYTES_NONE : here;
            continue;
        }
        if (line.len == 0 || line.at[0] == '#')
            continue;
        if (code > 0 && bytes_starts(line, BYTES("__")) && bytes_ends(line, BYTES("__")))
            break; /* what the script carries */
        bool frame = is_frame(line);
        bool shell = frame || is_shell_word(command_word(line, space, sizeof space), line);
        lines++, code += shell, syntax += frame || (shell && has_syntax(line));
        if (shell)
            here = here_end(line), quoted = odd;
    }
    if (lines == 0 || syntax * 3 < lines)
        return 0;
    return (int)(code * 100 / lines);
}
