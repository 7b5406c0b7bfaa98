/* SPDX-License-Identifier: Apache-2.0
 *
 * Commands inside other files: Dockerfiles, compose, Kubernetes, cloud-init, CI workflows, cron
 * tables, systemd units, launchd's agents, dialogues for Redis, what npm runs, and what recipe.h knows.
 * Each command becomes a child script that knows its line, and goes through the same engine.
 *
 * YAML is read by indentation only: a key that holds commands (run, script, command, args, runcmd, ...) and
 * what stands below it; attackers' and generated files need not be valid to be run.  O(bytes). */
#include "artifact/identify.h"
#include "base/text.h"
#include "open/opener.h"
#include "open/recipe.h"
#include "open/shell.h"
#include "shell/agent.h"
#include "shell/cron.h"
#include "shell/host.h"

#define BODIES_MAX 512u

static bool starts_word(struct bytes line, const char *word)
{
    size_t len = strlen(word);
    return bytes_starts_fold(line, bytes_of_string(word)) &&
           (line.len == len || ascii_is_space(line.at[len]));
}

static struct bytes base_name(struct bytes name)
{
    size_t slash = bytes_find_last_byte(name, '/');
    return slash == BYTES_NPOS ? name : bytes_from(name, slash + 1);
}

static bool is_dockerfile(const struct node *node)
{
    struct bytes rest = bytes_sub(node->content, 0, 16384), line, base = base_name(node->name);
    bool from = false, named = bytes_starts_fold(base, BYTES("dockerfile")) ||
                               bytes_starts_fold(base, BYTES("containerfile"));
    while (bytes_next_line(&rest, &line)) {
        line = bytes_trim(line);
        if (line.len == 0 || line.at[0] == '#' || starts_word(line, "ARG"))
            continue;
        if (!from && !starts_word(line, "FROM"))
            return false;
        if (from && (named || starts_word(line, "RUN") || starts_word(line, "CMD") ||
                     starts_word(line, "ENTRYPOINT") || starts_word(line, "COPY") ||
                     starts_word(line, "ENV")))
            return true;
        from = true;
    }
    return false;
}

/* A unit begins with a section; a script that writes one does not. */
static bool is_unit(const struct node *node)
{
    struct bytes rest = bytes_sub(node->content, 0, 8192), line;
    while (bytes_next_line(&rest, &line)) {
        line = bytes_trim(line);
        if (line.len > 0 && line.at[0] == '[')
            return bytes_find(bytes_sub(node->content, 0, 8192), BYTES("[Service]"), 0) !=
                       BYTES_NPOS &&
                   bytes_find(node->content, BYTES("ExecStart="), 0) != BYTES_NPOS;
        if (line.len > 0 && line.at[0] != '#' && line.at[0] != ';')
            return false;
    }
    return false;
}

static bool is_cron(const struct node *node)
{
    struct bytes rest = bytes_sub(node->content, 0, 16384), line;
    uint32_t entries = 0, others = 0;
    bool dumped = bytes_starts(rest, BYTES("REDIS0")); /* a database saved as a table: cron reads what it can */
    while (bytes_next_line(&rest, &line)) {
        line = bytes_trim(line);
        if (line.len == 0 || line.at[0] == '#' ||
            bytes_find_byte(bytes_sub(line, 0, 16), '=', 0) != BYTES_NPOS)
            continue;
        if (cron_command(line).len > 0)
            entries++;
        else
            others++;
    }
    return entries > 0 && (others == 0 || dumped);
}

/* Lines for redis-cli that make the server write where it must not: its dialogue without the program. */
static bool is_redis(const struct node *node)
{
    struct bytes rest = bytes_sub(node->content, 0, 16384), line;
    bool leads = false, saves = false;
    if (bytes_find(rest, BYTES(" dir "), 0) == BYTES_NPOS)
        return false;
    while (bytes_next_line(&rest, &line)) {
        line = bytes_trim(line);
        leads |= bytes_starts_fold(line, BYTES("config set dir "));
        saves |= bytes_equal_fold(line, BYTES("save")) || bytes_equal_fold(line, BYTES("bgsave"));
    }
    return leads && saves;
}

static bool is_workload_yaml(const struct node *node)
{
    static const char *const marks[] = {"\njobs:",   "\nservices:", "apiVersion:", "#cloud-config", "\nwrite_files:",
                                        "\nruncmd:", "\nstages:",   "\nscript:",   "\n  script:",
                                        "\nsteps:",  "user_data", "\n  tasks:",
                                        "\n- tasks:"};
    struct bytes extension = name_extension(node->name), head = bytes_sub(node->content, 0, 65536);
    bool named = node->kind == KIND_YAML || bytes_equal_fold(extension, BYTES("yml")) ||
                 bytes_equal_fold(extension, BYTES("yaml")) ||
                 bytes_starts(head, BYTES("#cloud-config"));
    for (size_t i = 0; named && i < sizeof marks / sizeof marks[0]; i++)
        if (bytes_find(head, bytes_of_string(marks[i]), 0) != BYTES_NPOS ||
            bytes_starts(head, bytes_of_string(marks[i][0] == '\n' ? marks[i] + 1 : marks[i])))
            return true;
    return false;
}

/* package.json: what npm runs by itself when the package is installed. */
static const char *const life_cycle[] = {"\"preinstall\"", "\"install\"", "\"postinstall\"",
                                         "\"prepare\""};

static bool is_package(const struct node *node)
{
    return node->kind == KIND_JSON && node->content.len < (size_t)1 << 20 &&
           bytes_find(node->content, BYTES("\"scripts\""), 0) != BYTES_NPOS &&
           bytes_find(node->content, BYTES("\"name\""), 0) != BYTES_NPOS;
}

static void package_read(struct node *node)
{
    for (size_t i = 0; i < sizeof life_cycle / sizeof life_cycle[0]; i++) {
        size_t at = bytes_find(node->content, bytes_of_string(life_cycle[i]), 0);
        if (at != BYTES_NPOS)
            shell_body(node, recipe_json_string(node->tree->arena, node->content, at + strlen(life_cycle[i])),
                       "script", 1);
    }
}

/* The configuration of a miner: pools, and what only miners are set to. */
static bool is_miner_config(const struct node *node)
{
    static const char *const marks[] = {"\"donate-level\"", "\"rx/0\"", "\"randomx\"", "\"nicehash\""};
    bool mines = false;
    if (node->kind != KIND_JSON || node->content.len > 65536 ||
        bytes_find(node->content, BYTES("\"pools\""), 0) == BYTES_NPOS)
        return false;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        mines |= bytes_find(node->content, bytes_of_string(marks[i]), 0) != BYTES_NPOS;
    return mines;
}

/* The same as a command line.  Whose the account is the file does not say: with a pool that has a name it may
 * be its reader's own; pools without one are nobody's choice. */
static void miner_config_read(struct node *node)
{
    struct arena *arena = node->tree->arena;
    size_t pools = bytes_find(node->content, BYTES("\"pools\""), 0);
    size_t url_at = bytes_find(node->content, BYTES("\"url\""), pools);
    size_t user_at = bytes_find(node->content, BYTES("\"user\""), pools);
    struct bytes url = BYTES_NONE, user = BYTES_NONE;
    struct host_url parts;
    if (url_at != BYTES_NPOS)
        url = recipe_json_string(arena, node->content, url_at + 5);
    if (user_at != BYTES_NPOS)
        user = recipe_json_string(arena, node->content, user_at + 6);
    if (url.len == 0 || memchr(url.at, '\'', url.len) != NULL || !host_url_parse(url, &parts))
        return;
    bool bare = host_kind_of_url(&parts) == HOST_ADDRESS && user.len > 0 &&
                memchr(user.at, '\'', user.len) == NULL;
    shell_body(node,
               arena_printf(arena, "xmrig -o '%.*s' -u %s%.*s%s\n", BYTES_FMT(url), bare ? "'" : "\"$",
                            BYTES_FMT(bare ? user : BYTES("ACCOUNT")), bare ? "'" : "\""),
               "config", 1);
}

/* A property list of launchd: what macOS starts by itself. */
static bool is_agent(const struct node *node)
{
    return node->kind == KIND_XML && agent_is(node->content);
}

static bool is_candidate(const struct node *node)
{
    return !node->is_view &&
           (node->kind == KIND_TEXT || node->kind == KIND_YAML || node->kind == KIND_DOCKERFILE ||
            node->kind == KIND_UNKNOWN) &&
           node->content.len < (size_t)4 << 20;
}

static int bid(const struct node *node)
{
    if (is_package(node) || is_agent(node) || is_miner_config(node))
        return 60;
    if (node->kind == KIND_SHELL && !node->is_view && node->content.len < 65536 && is_cron(node))
        return 95; /* a table whatever its name says */
    if (recipe_is(node))
        return node->kind == KIND_SHELL ? 92 : 72;
    if (!is_candidate(node))
        return 0;
    if (is_dockerfile(node))
        return 85;
    return is_workload_yaml(node) || is_unit(node) || is_cron(node) || is_redis(node) ? 70 : 0;
}

/* ["sh", "-c", "x y"] as words a shell would read the same. */
static struct bytes exec_form(struct arena *arena, struct bytes list)
{
    struct text out;
    text_init(&out, arena, 65536);
    uint8_t quote = 0; /* the one that opened the word */
    for (size_t i = 0; i < list.len; i++) {
        uint8_t c = list.at[i];
        bool escaped = c == '\\' && quote == '"' && i + 1 < list.len;
        c = escaped ? list.at[++i] : c;
        if (!escaped && (quote == 0 ? c == '"' || c == '\'' : c == quote)) {
            text_add_byte(&out, '\'');
            quote = quote == 0 ? c : 0;
        } else if (quote != 0 && c == '\'') {
            text_add_string(&out, "'\\''");
        } else if (quote != 0) {
            text_add_byte(&out, c);
        } else if (c == ',') {
            text_add_byte(&out, ' ');
        } else if (c != '[' && c != ']' && !ascii_is_space(c)) {
            text_add_byte(&out, c);
        }
    }
    return out.len == 0 ? BYTES("") : text_bytes(&out);
}

static struct bytes command_text(struct arena *arena, struct bytes value)
{
    value = bytes_trim(value);
    size_t comma = bytes_find(value, BYTES("\","), 0), last = value.len > 3 ? value.len - 2 : 0;
    bool lone = bytes_starts(value, BYTES("[\"")) && comma == BYTES_NPOS && value.at[last] == '"' &&
                value.at[last + 1] == ']' && memchr(value.at, ' ', value.len) != NULL;
    if (lone) /* args: ["a command line"], behind sh -c */
        return bytes_sub(value, 2, last - 2);
    if (value.len > 1 && value.at[0] == '[')
        return exec_form(arena, value);
    if (value.len > 1 && (value.at[0] == '"' || value.at[0] == '\'') &&
        value.at[value.len - 1] == value.at[0])
        return bytes_sub(value, 1, value.len - 2);
    return value;
}

static void dockerfile_read(struct node *node)
{
    static const char *const words[] = {"RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK", "ONBUILD"};
    struct bytes rest = node->content, line;
    uint32_t number = 0, bodies = 0;
    node->kind = KIND_DOCKERFILE;
    while (bodies < BODIES_MAX && bytes_next_line(&rest, &line)) {
        uint32_t first = ++number;
        struct bytes trimmed = bytes_trim(line);
        const char *word = NULL;
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
            if (starts_word(trimmed, words[i]))
                word = words[i];
        if (word == NULL)
            continue;
        struct bytes next = line, whole = bytes_from(trimmed, strlen(word));
        while (bytes_ends(bytes_trim(next), BYTES("\\")) && bytes_next_line(&rest, &next)) {
            number++;
            whole.len = (size_t)(next.at + next.len - whole.at);
        }
        whole = bytes_trim(whole);
        while (bytes_starts(whole, BYTES("--"))) { /* --mount=..., --interval=... */
            size_t space = bytes_find_byte(whole, ' ', 0);
            whole = space == BYTES_NPOS ? BYTES("") : bytes_trim(bytes_from(whole, space));
        }
        for (size_t i = 0; i < sizeof words / sizeof words[0];
             i++) /* ONBUILD RUN, HEALTHCHECK CMD */
            if (starts_word(whole, words[i]))
                whole = bytes_trim(bytes_from(whole, strlen(words[i])));
        size_t mark = bytes_find(bytes_sub(whole, 0, 64), BYTES("<<"), 0);
        if (mark == 0) { /* RUN <<EOF: lines up to the mark are the script */
            struct bytes end = bytes_trim(bytes_from(whole, 2));
            const uint8_t *from = rest.at;
            while (bytes_next_line(&rest, &next) && !bytes_equal(bytes_trim(next), end))
                number++;
            number++;
            whole = bytes_of(from, (size_t)(next.at - from));
        }
        bodies += shell_body(node, command_text(node->tree->arena, whole), word, first) != NULL;
    }
}

static size_t indent_of(struct bytes line)
{
    size_t n = 0;
    while (n < line.len && line.at[n] == ' ')
        n++;
    return n;
}

/* The key of "  - key: value" or "key:", when it is one that holds commands; VALUE is what follows. */
static bool command_key(struct bytes line, struct bytes *value_out)
{
    static const char *const keys[] = {"run",     "script", "before_script", "after_script",
                                       "command", "args",   "entrypoint",    "runcmd",
                                       "bootcmd", "exec",   "user_data",     "user-data",
                                       "inline",  "test",   "cmd",           "shell"};
    struct bytes text = bytes_trim(line);
    while (bytes_starts(text, BYTES("- ")))
        text = bytes_trim(bytes_from(text, 2));
    size_t colon = bytes_find_byte(text, ':', 0);
    if (colon == BYTES_NPOS || colon > 24)
        return false;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (bytes_equal(bytes_sub(text, 0, colon), bytes_of_string(keys[i]))) {
            *value_out = bytes_trim(bytes_from(text, colon + 1));
            return colon + 1 == text.len || ascii_is_space(text.at[colon + 1]);
        }
    return false;
}

/* The lines of REST that are indented deeper than INDENT (or list items at it), joined. */
static struct bytes block_read(struct node *node, struct bytes *rest, size_t indent, bool literal,
                               uint32_t *number)
{
    struct text out;
    text_init(&out, node->tree->arena, (size_t)1 << 20);
    for (;;) {
        struct bytes ahead = *rest, line;
        if (!bytes_next_line(&ahead, &line))
            break;
        struct bytes text = bytes_trim(line);
        bool item = bytes_starts(text, BYTES("- ")) && !literal;
        if (text.len > 0 && indent_of(line) <= indent && !(item && indent_of(line) == indent))
            break;
        *rest = ahead, ++*number;
        if (item)
            text = command_text(node->tree->arena, bytes_from(text, 2));
        struct bytes inner;
        if (!literal && text.len > 0 && (text.at[0] == '|' || text.at[0] == '>') && text.len < 3)
            text = block_read(node, rest, indent_of(line), true, number);
        else if (item && command_key(text, &inner))
            text = inner;
        text_add(&out, literal ? bytes_sub(line, 0, line.len) : text);
        text_add_byte(&out, '\n');
    }
    return out.len == 0 ? BYTES("") : text_bytes(&out);
}

/* KEY="${{ .. secrets .. }}"; for every such line of a workflow whose KEY stands in TEXT. */
static struct bytes with_secrets(struct node *node, struct bytes text)
{
    struct bytes rest = node->content, line;
    struct text out;
    text_init(&out, node->tree->arena, (size_t)1 << 20);
    while (bytes_next_line(&rest, &line) && out.len < 4096) {
        size_t colon = bytes_find_byte(line, ':', 0);
        if (colon == BYTES_NPOS || bytes_find(line, BYTES("${{"), colon) == BYTES_NPOS ||
            bytes_find(line, BYTES("secrets"), colon) == BYTES_NPOS)
            continue;
        struct bytes key = bytes_trim(bytes_sub(line, 0, colon));
        struct bytes value = bytes_trim(bytes_from(line, colon + 1));
        if (key.len > 0 && memchr(key.at, ' ', key.len) == NULL && value.at[0] == '$' &&
            bytes_find(text, key, 0) != BYTES_NPOS)
            text_add(&out, arena_printf(node->tree->arena, "%.*s=\"%.*s\"; ", BYTES_FMT(key),
                                        BYTES_FMT(value)));
    }
    if (out.len == 0)
        return text;
    text_add(&out, text);
    return text_bytes(&out);
}

/* What one entry of cloud-init's write_files says. */
struct written {
    struct bytes path, content, encoding, mode;
    uint32_t line;
};

/* The entry as the commands that would write the file. */
static uint32_t written_hang(struct node *node, const struct written *w)
{
    bool base64 = bytes_find(w->encoding, BYTES("b64"), 0) != BYTES_NPOS ||
                  bytes_find(w->encoding, BYTES("base64"), 0) != BYTES_NPOS;
    bool packed = bytes_starts(w->encoding, BYTES("gz"));
    if (w->path.len == 0 || w->content.len == 0)
        return 0;
    return shell_body(node,
                      arena_printf(node->tree->arena,
                                   "%s > '%.*s' <<'END-OF-FILE'\n%.*s\nEND-OF-FILE\n%s%.*s%s%.*s\n",
                                   base64 && packed ? "base64 -d | gunzip" : base64 ? "base64 -d" : "cat",
                                   BYTES_FMT(w->path), BYTES_FMT(w->content),
                                   w->mode.len > 0 ? "chmod " : "", BYTES_FMT(w->mode),
                                   w->mode.len > 0 ? " " : "",
                                   BYTES_FMT(w->mode.len > 0 ? w->path : BYTES(""))),
                      "file", w->line) != NULL;
}

/* The entries below write_files:, one after the other. */
static uint32_t files_read(struct node *node, struct bytes *rest, size_t indent, uint32_t *number)
{
    struct written w = {.line = *number};
    struct bytes ahead = *rest, line;
    uint32_t bodies = 0;
    while (bodies < BODIES_MAX && bytes_next_line(&ahead, &line)) {
        struct bytes text = bytes_trim(line);
        bool item = bytes_starts(text, BYTES("- "));
        size_t deep = indent_of(line);
        if (text.len > 0 && deep <= indent && !(item && deep == indent))
            break;
        *rest = ahead, ++*number;
        if (item) {
            bodies += written_hang(node, &w);
            w = (struct written){.line = *number};
            text = bytes_trim(bytes_from(text, 2)), deep += 2;
        }
        size_t colon = bytes_find_byte(text, ':', 0);
        if (colon == BYTES_NPOS)
            continue;
        struct bytes key = bytes_sub(text, 0, colon), value = bytes_trim(bytes_from(text, colon + 1));
        if (value.len > 0 && (value.at[0] == '|' || value.at[0] == '>'))
            value = block_read(node, rest, deep, true, number), ahead = *rest;
        else
            value = command_text(node->tree->arena, value);
        struct bytes *field = bytes_equal(key, BYTES("path"))          ? &w.path
                              : bytes_equal(key, BYTES("content"))     ? &w.content
                              : bytes_equal(key, BYTES("encoding"))    ? &w.encoding
                              : bytes_equal(key, BYTES("permissions")) ? &w.mode
                                                                       : NULL;
        if (field != NULL)
            *field = bytes_trim(value);
    }
    return bodies + written_hang(node, &w);
}

static void yaml_read(struct node *node)
{
    struct bytes rest = node->content, line, value;
    uint32_t number = 0, bodies = 0;
    bool secrets = bytes_find(node->content, BYTES("secrets"), 0) != BYTES_NPOS;
    node->kind = KIND_YAML;
    while (bodies < BODIES_MAX && bytes_next_line(&rest, &line)) {
        uint32_t first = ++number;
        if (bytes_starts(bytes_trim(line), BYTES("write_files:")))
            bodies += files_read(node, &rest, indent_of(line), &number);
        if (!command_key(line, &value))
            continue;
        size_t indent = indent_of(line);
        while (bytes_starts(bytes_from(line, indent), BYTES("- ")))
            indent += 2;
        if (value.len == 0)
            value = block_read(node, &rest, indent, false, &number), first++;
        else if (value.at[0] == '|' || value.at[0] == '>')
            value = block_read(node, &rest, indent, true, &number), first++;
        else
            value = command_text(node->tree->arena, value);
        if (secrets && value.len > 0)
            value = with_secrets(node, value);
        bodies += shell_body(node, value, "command", first) != NULL;
    }
}

/* A unit's file is what somebody would write into the folder of units. */
static void unit_hang(struct node *node, struct bytes text)
{
    shell_body(node,
               arena_printf(node->tree->arena, "cat > /etc/systemd/system/%.*s <<'END-OF-UNIT'\n%.*s\nEND-OF-UNIT\n",
                            BYTES_FMT(node->name.len > 0 ? base_name(node->name) : BYTES("unit.service")),
                            BYTES_FMT(text)),
               "unit", 1);
}

/* A table is what crontab would be given, a dialogue what redis-cli would. */
static void table_read(struct node *node, const char *command, const char *what)
{
    struct bytes rest = node->content, line;
    struct text out;
    text_init(&out, node->tree->arena, (size_t)1 << 20);
    text_add_string(&out, command);
    text_add_string(&out, " <<'END-OF-TABLE'\n");
    while (bytes_next_line(&rest, &line)) {
        text_add(&out, line);
        text_add_byte(&out, '\n');
    }
    text_add_string(&out, "END-OF-TABLE\n");
    shell_body(node, text_bytes(&out), what, 1);
}

static void open(struct node *node)
{
    if (is_package(node)) {
        package_read(node);
        if (recipe_is(node))
            recipe_read(node);
    } else if (is_miner_config(node))
        miner_config_read(node);
    else if (is_agent(node))
        unit_hang(node, agent_unit(node->tree->arena, node->content));
    else if (recipe_is(node))
        recipe_read(node);
    else if (is_dockerfile(node))
        dockerfile_read(node);
    else if (is_unit(node))
        unit_hang(node, node->content);
    else if (is_workload_yaml(node))
        yaml_read(node);
    else if (is_redis(node))
        table_read(node, "redis-cli -h \"$HOST\"", "Redis dialogue");
    else
        table_read(node, "crontab -", "cron table");
}

const struct opener opener_workload = {"workload", bid, open};
