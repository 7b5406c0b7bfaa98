/* SPDX-License-Identifier: Apache-2.0
 *
 * Windows batch files: variables put together, carets and quotes taken out, what is started.
 *
 * Lines are expanded as cmd.exe does it (%x%, !x!, %x:~3,2%, %x:a=b%, %%i of a FOR over words),
 * set remembers,
 * every other command is reported.  Bounded by LIMIT_EVAL_STEPS; cost O(bytes) per expansion,
 * lines of 8 KB as
 * in cmd.exe. */
#include "base/table.h"
#include "base/text.h"
#include "open/opener.h"
#include "open/script_report.h"

#include <stdlib.h>

#define LINE_MAX ((size_t)8192)
#define LOOP_MAX 256

struct batch {
    struct report report;
    struct arena *arena;
    struct table *variable; /* lower case -> struct bytes */
    struct budget *budget;
    struct bytes counter, value; /* of the FOR being run */
    uint32_t depth;
};

static struct bytes lower(struct batch *b, struct bytes s)
{
    uint8_t *at = arena_alloc(b->arena, s.len + 1);
    for (size_t i = 0; i < s.len; i++)
        at[i] = ascii_lower(s.at[i]);
    return bytes_of(at, s.len);
}

static void set_variable(struct batch *b, struct bytes name, struct bytes value)
{
    if (b->variable->count > 8192)
        return;
    void **at = table_at(b->variable, lower(b, bytes_trim(name)));
    if (*at == NULL)
        *at = arena_new_of(b->arena, struct bytes);
    *(struct bytes *)*at = value;
}

/* NAME, NAME:~from,count or NAME:old=new; absent where the variable is not known. */
static struct bytes lookup(struct batch *b, struct bytes inner)
{
    size_t colon = bytes_find_byte(inner, ':', 0);
    const struct bytes *known = table_get(
        b->variable, lower(b, bytes_sub(inner, 0, colon == BYTES_NPOS ? inner.len : colon)));
    if (known == NULL)
        return BYTES_NONE;
    if (colon == BYTES_NPOS)
        return *known;
    struct bytes rest = bytes_from(inner, colon + 1), value = *known;
    if (rest.len > 0 && rest.at[0] == '~') {
        char text[64] = {0}, *end;
        memcpy(text, rest.at + 1, rest.len - 1 < 63 ? rest.len - 1 : 63);
        long from = strtol(text, &end, 10), count = (long)value.len, len = (long)value.len;
        if (*end == ',')
            count = strtol(end + 1, NULL, 10);
        from = from < 0 ? (from + len < 0 ? 0 : from + len) : from > len ? len : from;
        count = count < 0 ? len - from + count : count;
        report_add(&b->report, FACT_SCRIPT_OBFUSCATION, BYTES("variable slices"));
        return count <= 0 ? BYTES("") : bytes_sub(value, (size_t)from, (size_t)count);
    }
    size_t equals = bytes_find_byte(rest, '=', 0);
    if (equals == BYTES_NPOS || equals == 0)
        return value;
    struct bytes old = bytes_sub(rest, 0, equals), new = bytes_from(rest, equals + 1);
    struct text out;
    text_init(&out, b->arena, LINE_MAX);
    size_t at = 0;
    for (size_t found; (found = bytes_find_fold(value, old, at)) != BYTES_NPOS;
         at = found + old.len) {
        text_add(&out, bytes_sub(value, at, found - at));
        text_add(&out, new);
    }
    text_add(&out, bytes_from(value, at));
    return out.len == 0 ? BYTES("") : text_bytes(&out);
}

static struct bytes expand(struct batch *b, struct bytes line)
{
    struct text out;
    text_init(&out, b->arena, LINE_MAX);
    for (size_t i = 0; i < line.len; i++) {
        uint8_t c = line.at[i];
        if (c == '%' && b->counter.len > 0) {
            size_t signs = i + 1 < line.len && line.at[i + 1] == '%' ? 2 : 1;
            if (i + signs < line.len && line.at[i + signs] == b->counter.at[0]) {
                text_add(&out, b->value);
                i += signs;
                continue;
            }
        }
        if (c == '%' || c == '!') {
            size_t end = bytes_find_byte(bytes_sub(line, 0, i + 200), c, i + 1);
            struct bytes value = end == BYTES_NPOS || end == i + 1
                                     ? BYTES_NONE
                                     : lookup(b, bytes_sub(line, i + 1, end - i - 1));
            if (value.at != NULL) {
                text_add(&out, value);
                i = end;
                continue;
            }
        }
        text_add_byte(&out, c);
    }
    return out.len == 0 ? BYTES("") : text_bytes(&out);
}

/* Without the carets that hide words outside quotes. */
static struct bytes without_carets(struct batch *b, struct bytes line)
{
    if (bytes_find_byte(line, '^', 0) == BYTES_NPOS)
        return line;
    uint8_t *at = arena_alloc(b->arena, line.len + 1);
    size_t len = 0;
    bool quoted = false;
    for (size_t i = 0; i < line.len; i++) {
        quoted = quoted != (line.at[i] == '"');
        if (line.at[i] == '^' && !quoted && i + 1 < line.len)
            i++;
        at[len++] = line.at[i];
    }
    report_add(&b->report, FACT_SCRIPT_OBFUSCATION, BYTES("carets"));
    return bytes_of(at, len);
}

static void run_line(struct batch *b, struct bytes line);

static void run_set(struct batch *b, struct bytes rest)
{
    rest = bytes_trim(rest);
    bool prompt = bytes_starts_fold(rest, BYTES("/p"));
    if (bytes_starts_fold(rest, BYTES("/a")) || prompt)
        rest = bytes_trim(bytes_from(rest, 2));
    if (rest.len > 1 && rest.at[0] == '"') {
        size_t end = bytes_find_last_byte(rest, '"');
        rest = bytes_sub(rest, 1, end <= 1 ? rest.len - 1 : end - 1);
    }
    size_t equals = bytes_find_byte(rest, '=', 0);
    if (equals == BYTES_NPOS)
        return;
    struct bytes value = bytes_from(rest, equals + 1);
    set_variable(b, bytes_sub(rest, 0, equals), value);
    report_built(&b->report, value);
}

/* for %%i in (a b c) do command; for /f "..." %%i in ('command') do ... */
static void run_for(struct batch *b, struct bytes rest)
{
    size_t percent = bytes_find_byte(rest, '%', 0), open = bytes_find_byte(rest, '(', 0),
           close = bytes_find_byte(rest, ')', open == BYTES_NPOS ? 0 : open);
    size_t body = bytes_find_fold(rest, BYTES(" do "), close == BYTES_NPOS ? 0 : close);
    if (percent == BYTES_NPOS || open == BYTES_NPOS || close == BYTES_NPOS || body == BYTES_NPOS ||
        b->depth > 4)
        return;
    while (percent < rest.len && rest.at[percent] == '%')
        percent++;
    struct bytes list = bytes_sub(rest, open + 1, close - open - 1), word,
                 command = bytes_trim(bytes_from(rest, body + 4));
    struct bytes counter = b->counter, value = b->value;
    if (command.len > 1 && command.at[0] == '(' && command.at[command.len - 1] == ')')
        command = bytes_sub(command, 1, command.len - 2);
    b->counter = bytes_sub(rest, percent, 1);
    bool command_list = list.len > 2 && (list.at[0] == '\'' || list.at[0] == '"');
    if (command_list && list.at[0] == '\'')
        run_line(b, bytes_sub(list, 1, list.len - 2));
    b->depth++;
    for (int i = 0; i < LOOP_MAX && bytes_next_field(&list, ' ', &word); i++) {
        if (word.len == 0)
            continue;
        b->value = command_list ? BYTES("{?}") : word;
        run_line(b, command);
        if (command_list)
            break;
    }
    b->depth--;
    b->counter = counter, b->value = value;
}

/* What is only shown to whoever runs it: nothing is written with it. */
static bool is_message(struct bytes command)
{
    return bytes_starts_fold(command, BYTES("echo")) &&
           bytes_find_byte(command, '>', 0) == BYTES_NPOS &&
           bytes_find_byte(command, '|', 0) == BYTES_NPOS;
}

static void run_command(struct batch *b, struct bytes command)
{
    command = bytes_trim(command);
    while (command.len > 0 && (command.at[0] == '@' || command.at[0] == '('))
        command = bytes_trim(bytes_from(command, 1));
    if (command.len < 2 || command.at[0] == ':' || bytes_equal_fold(command, BYTES("rem")) ||
        bytes_starts_fold(command, BYTES("rem ")) || is_message(command))
        return;
    if (bytes_starts_fold(command, BYTES("set ")) || bytes_starts_fold(command, BYTES("set\""))) {
        run_set(b, bytes_from(command, 3));
        return;
    }
    if (bytes_starts_fold(command, BYTES("call ")) && b->depth < 8) { /* expands once more */
        b->depth++;
        run_line(b, bytes_from(command, 5));
        b->depth--;
        return;
    }
    static const char *const quiet[] = {"echo",     "if ",   "goto", "cls", "title", "setlocal",
                                        "endlocal", "pause", "exit", "cd ", "color", "else"};
    for (size_t i = 0; i < sizeof quiet / sizeof quiet[0]; i++)
        if (bytes_starts_fold(command, bytes_of_string(quiet[i]))) {
            report_literal(&b->report, command);
            return;
        }
    report_command(&b->report, command);
}

static void run_line(struct batch *b, struct bytes line)
{
    if (!budget_take(b->budget, LIMIT_EVAL_STEPS, 1 + line.len)) {
        node_limit(b->report.node, LIMIT_EVAL_STEPS);
        return;
    }
    line = bytes_trim(bytes_sub(line, 0, LINE_MAX));
    while (line.len > 0 && line.at[0] == '@')
        line = bytes_from(line, 1);
    if (bytes_starts_fold(line, BYTES("for "))) {
        run_for(b, bytes_from(line, 4));
        return;
    }
    line = without_carets(b, line);
    size_t from = 0;
    bool quoted = false;
    for (size_t i = 0; i <= line.len;
         i++) { /* commands are expanded one by one, so that set x=... & %x% works as with call */
        if (i < line.len && line.at[i] == '"')
            quoted = !quoted;
        bool ends = i == line.len || (!quoted && line.at[i] == '&');
        if (!ends)
            continue;
        struct bytes command = bytes_trim(bytes_sub(line, from, i - from));
        if (command.len > 0)
            run_command(b, expand(b, command));
        from = i + 1;
    }
}

static void batch_open(struct node *node)
{
    static const struct {
        const char *name, *value;
    } known[] = {{"comspec", "C:\\Windows\\system32\\cmd.exe"},
                 {"pathext", ".COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC"}};
    struct batch b = {.arena = node->tree->arena, .budget = node->tree->budget};
    struct bytes rest = node->content, line;
    report_begin(&b.report, node, node);
    report_words(&b.report, node->content);
    b.variable = table_new(b.report.own);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        set_variable(&b, bytes_of_string(known[i].name), bytes_of_string(known[i].value));
    while (bytes_next_line(&rest, &line) && !budget_passed(b.budget, LIMIT_EVAL_STEPS)) {
        struct text joined; /* a line that ends in a caret goes on */
        text_init(&joined, b.arena, LINE_MAX);
        text_add(&joined, line);
        while (joined.len > 0 && joined.at[joined.len - 1] == '^' &&
               bytes_next_line(&rest, &line)) {
            joined.len--;
            text_add(&joined, line);
        }
        run_line(&b, text_bytes(&joined));
    }
    report_end(&b.report);
}

/* A text that begins with a command line of Windows: to be pasted, or cut off from its file. */
static bool is_command_text(const struct node *node)
{
    static const char *const starts[] = {"powershell", "pwsh", "cmd", "mshta", "msiexec", "rundll32", "conhost",
                                         "curl.exe", "certutil", "bitsadmin"};
    struct bytes line = bytes_trim(bytes_sub(node->content, 0, 2048));
    if (node->kind != KIND_TEXT || node->is_view || node->content.len > 8192)
        return false;
    size_t end = 0;
    while (end < line.len && !ascii_is_space(line.at[end]) && line.at[end] != '"')
        end++;
    struct bytes word = bytes_sub(line, 0, end), rest = bytes_trim(bytes_from(line, end));
    size_t slash = bytes_find_last_byte(word, '\\');
    word = slash == BYTES_NPOS ? word : bytes_from(word, slash + 1);
    bool known = false;
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        known |= bytes_starts_fold(word, bytes_of_string(starts[i])) &&
                 (word.len == strlen(starts[i]) || bytes_ends_fold(word, BYTES(".exe")));
    bool operand = rest.len > 0 && (strchr("-/\"'&({", rest.at[0]) != NULL || bytes_starts_fold(rest, BYTES("http")) ||
                                    bytes_starts_fold(rest, BYTES("iex")) || bytes_starts_fold(rest, BYTES("iwr")) ||
                                    bytes_starts_fold(rest, BYTES("irm")));
    return known && operand;
}

static int batch_bid(const struct node *node)
{
    return node->kind == KIND_BATCH || is_command_text(node) ? 60 : 0;
}

const struct opener opener_batch = {.name = "batch", .bid = batch_bid, .open = batch_open};
