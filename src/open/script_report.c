/* SPDX-License-Identifier: Apache-2.0 */
#include "open/script_report.h"

#include "base/table.h"
#include "base/text.h"
#include "base/utf16.h"
#include "open/opener.h"

#include <talloc.h>

#define LOOKED_BYTES_MAX ((size_t)8 * 1024 * 1024) /* of built strings, per program */
#define LAYERS_MAX 64u
#define KEPT_BYTES 4096u /* of one string in a fact */

/* Programs of Windows that other programs are started through, and what they are for. */
static const struct tool {
    const char *name;
    bool fetches; /* alone or with a URL */
} tools[] = {
    {"cmd", false},      {"powershell", false},  {"pwsh", false},     {"mshta", true},
    {"rundll32", false}, {"regsvr32", true},     {"certutil", true},  {"bitsadmin", true},
    {"wscript", false},  {"cscript", false},     {"wmic", true},      {"msiexec", true},
    {"schtasks", false}, {"reg", false},         {"curl", true},      {"forfiles", false},
    {"msbuild", false},  {"installutil", false}, {"regasm", false},   {"cmstp", true},
    {"explorer", false}, {"control", false},     {"odbcconf", false}, {"pcalua", false},
    {"hh", true},        {"ftp", true},          {"nslookup", false}, {"vssadmin", false},
    {"net", false},      {"sc", false},          {"start", false},    {"attrib", false},
    {"tar", false},      {"expand", false},      {"finger", true},    {"conhost", false},
};

/* What DESCRIPTION the auto-start and suspicious words have; kinds as oletools names them. */
static const struct word {
    const char *word, *kind, *description;
    const char *obfuscation; /* the way of hiding it stands for, or NULL */
} words[] = {
#define WORD(word, kind, description, obfuscation) {word, kind, description, obfuscation},
#include "open/script_word.def"
#undef WORD
};

static const char *const file_endings[] = {
    ".exe", ".dll",  ".ocx", ".cpl",  ".scr",  ".com",  ".bat", ".cmd",  ".ps1", ".vbs", ".vbe",
    ".js",  ".jse",  ".wsf", ".hta",  ".msi",  ".lnk",  ".jar", ".zip",  ".cab", ".dat", ".tmp",
    ".bin", ".xref", ".sct", ".inf",  ".xsl",  ".iso",  ".rar", ".7z",   ".txt", ".jpg", ".png",
    ".gif", ".pdf",  ".doc", ".docx", ".docm", ".dotm", ".xls", ".xlsm", ".xml"};

void report_begin(struct report *report, struct node *node, struct node *document)
{
    *report = (struct report){.node = node, .document = document};
    report->own = talloc_new(NULL);
    report->seen = table_new(report->own);
}

void report_end(struct report *report)
{
    talloc_free(report->own);
    report->own = NULL;
}

static struct bytes kept(struct report *report, struct bytes s)
{
    return arena_copy(report->node->tree->arena, bytes_sub(s, 0, KEPT_BYTES));
}

void report_add(struct report *report, enum fact_code code, struct bytes s)
{
    s = bytes_trim(s);
    if (s.len == 0)
        return;
    s = kept(report, s);
    node_fact_add(report->node, code, s);
    if (report->document != report->node)
        node_fact_add(report->document, code, s);
}

void report_flag(struct report *report, enum fact_code code)
{
    node_fact_bool(report->node, code, true);
    if (report->document != report->node)
        node_fact_bool(report->document, code, true);
}

static void report_ioc(struct report *report, enum fact_code code, struct bytes s)
{
    report_add(report, code, s);
    if (report->vba)
        report_add(report, FACT_VBA_IOC, s);
}

/* Whether S was looked at before in this ROLE; counts it. */
static bool first_time(struct report *report, struct bytes s, uint8_t role)
{
    if (report->looked_bytes > LOOKED_BYTES_MAX || report->seen->count > 65536)
        return false;
    report->looked_bytes += s.len;
    uint8_t *key = talloc_size(report->own, s.len + 1);
    key[0] = role;
    memcpy(key + 1, s.at, s.len);
    void **at = table_at(report->seen, bytes_of(key, s.len + 1));
    if (*at != NULL) {
        talloc_free(key);
        return false;
    }
    *at = report;
    return true;
}

static bool ends_url(uint8_t c)
{
    return c <= ' ' || c == '"' || c == '\'' || c == '<' || c == '>' || c == '|' || c == '`' ||
           c == ')' || c == ']' || c == '\\' || c == '^' || c == ';' || c == ',' || c == 0x7F;
}

void report_url(struct report *report, struct bytes url)
{
    url = bytes_trim(url);
    while (url.len > 0 && (url.at[url.len - 1] == '.' || url.at[url.len - 1] == '&'))
        url.len--;
    if (url.len < 4 || url.len > KEPT_BYTES)
        return;
    report_ioc(report, FACT_SCRIPT_URLS, url);
}

static void find_urls(struct report *report, struct bytes s)
{
    static const char *const schemes[] = {"http",  "https", "ftp",  "hxxp",
                                          "hxxps", "ldap",  "file", "smb"};
    for (size_t at = bytes_find(s, BYTES("://"), 0); at != BYTES_NPOS;
         at = bytes_find(s, BYTES("://"), at + 3)) {
        size_t begin = at;
        while (begin > 0 && ascii_is_alpha(s.at[begin - 1]) && at - begin < 6)
            begin--;
        struct bytes scheme = bytes_sub(s, begin, at - begin);
        bool known = false;
        for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
            struct bytes name = bytes_of_string(schemes[i]);
            if (!bytes_ends_fold(scheme, name))
                continue;
            known = true;
            begin = at - name.len;
        }
        size_t end = at + 3;
        while (end < s.len && !ends_url(s.at[end]))
            end++;
        if (known && end - at > 4)
            report_url(report, bytes_sub(s, begin, end - begin));
    }
}

static bool is_name_byte(uint8_t c)
{
    return ascii_is_alnum(c) || c == '_' || c == '-' || c == '.' || c == '\\' || c == ':' ||
           c == '%' || c == '~' || c == '$' || c == '{' || c == '}' || c == '?' || c >= 0x80;
}

void report_file(struct report *report, struct bytes name)
{
    name = bytes_trim(name);
    while (name.len > 1 && (name.at[0] == '"' || name.at[0] == '\''))
        name = bytes_from(name, 1);
    while (name.len > 0 && (name.at[name.len - 1] == '"' || name.at[name.len - 1] == '\''))
        name.len--;
    if (name.len > 2 && name.len <= 512)
        report_ioc(report, FACT_SCRIPT_FILES, name);
}

/* Words of S that end like a file. */
static void find_files(struct report *report, struct bytes s)
{
    for (size_t dot = bytes_find_byte(s, '.', 0); dot != BYTES_NPOS;
         dot = bytes_find_byte(s, '.', dot + 1)) {
        struct bytes tail = bytes_from(s, dot);
        for (size_t i = 0; i < sizeof file_endings / sizeof file_endings[0]; i++) {
            struct bytes ending = bytes_of_string(file_endings[i]);
            if (!bytes_starts_fold(tail, ending) ||
                (tail.len > ending.len &&
                 (ascii_is_alnum(tail.at[ending.len]) || tail.at[ending.len] == '.' ||
                  tail.at[ending.len] == '(')))
                continue;
            size_t begin = dot;
            while (begin > 0 && dot - begin < 260 && is_name_byte(s.at[begin - 1]))
                begin--;
            bool in_url = begin > 0 && s.at[begin - 1] == '/';
            if (begin < dot && !in_url)
                report_file(report, bytes_sub(s, begin, dot - begin + ending.len));
            break;
        }
    }
}

/* The program a command line starts: its base name without ending, quotes and path. */
static struct bytes program_of(struct bytes line, struct bytes *rest_out)
{
    line = bytes_trim(line);
    size_t end;
    if (line.len > 0 && line.at[0] == '"') {
        line = bytes_from(line, 1);
        end = bytes_find_byte(line, '"', 0);
    } else {
        for (end = 0; end < line.len && !ascii_is_space(line.at[end]) && line.at[end] != '/'; end++)
            ;
    }
    if (end == BYTES_NPOS)
        end = line.len;
    struct bytes name = bytes_sub(line, 0, end);
    *rest_out = bytes_trim(bytes_from(line, end < line.len && line.at[end] == '"' ? end + 1 : end));
    size_t slash = bytes_find_last_byte(name, '\\');
    if (slash != BYTES_NPOS)
        name = bytes_from(name, slash + 1);
    if (bytes_ends_fold(name, BYTES(".exe")) || bytes_ends_fold(name, BYTES(".com")))
        name.len -= 4;
    return name;
}

static const struct tool *tool_of(struct bytes program)
{
    for (size_t i = 0; i < sizeof tools / sizeof tools[0]; i++)
        if (bytes_equal_fold(program, bytes_of_string(tools[i].name)))
            return &tools[i];
    return NULL;
}

struct node *report_layer(struct report *report, struct bytes content, const char *name,
                          enum kind kind)
{
    if (content.len == 0 || !first_time(report, content, (uint8_t)(128 + (unsigned)kind % 128)))
        return NULL;
    if (report->layers >= LAYERS_MAX) {
        node_limit(report->node, LIMIT_NODES);
        return NULL;
    }
    if (!open_take_bytes(report->node, content.len))
        return NULL;
    struct node *layer = node_add(report->node, arena_copy(report->node->tree->arena, content),
                                  bytes_of_string(name));
    if (layer == NULL)
        return NULL;
    report->layers++;
    layer->kind = kind;
    layer->is_view = true;
    return layer;
}

struct bytes report_base64(struct arena *arena, struct bytes s)
{
    uint8_t *out = arena_alloc(arena, s.len / 4 * 3 + 4);
    size_t len = 0;
    uint32_t bits = 0;
    int have = 0;
    for (size_t i = 0; i < s.len; i++) {
        uint8_t c = s.at[i];
        if (ascii_is_space(c))
            continue;
        if (c == '=')
            break;
        int digit = (uint8_t)(c - 'A') < 26   ? c - 'A'
                    : (uint8_t)(c - 'a') < 26 ? c - 'a' + 26
                    : ascii_is_digit(c)       ? c - '0' + 52
                    : c == '+' || c == '-'    ? 62
                    : c == '/' || c == '_'    ? 63
                                              : -1;
        if (digit < 0)
            return BYTES_NONE;
        bits = bits << 6 | (uint32_t)digit;
        have += 6;
        if (have >= 8)
            out[len++] = (uint8_t)(bits >> (have -= 8));
    }
    return bytes_of(out, len);
}

/* powershell -e BASE64, in any of its abbreviations; else the text after -c or the first bare
 * word. */
static void open_powershell(struct report *report, struct bytes rest)
{
    struct arena *arena = report->node->tree->arena;
    for (size_t at = 0; at < rest.len; at++) {
        if ((rest.at[at] != '-' && rest.at[at] != '/') ||
            (at > 0 && !ascii_is_space(rest.at[at - 1])))
            continue;
        size_t end = at + 1;
        while (end < rest.len && ascii_is_alpha(rest.at[end]))
            end++;
        struct bytes option = bytes_sub(rest, at + 1, end - at - 1);
        struct bytes value = bytes_trim(bytes_from(rest, end));
        if (option.len > 0 && (bytes_starts_fold(BYTES("encodedcommand"), option) ||
                               bytes_equal_fold(option, BYTES("ec")))) {
            if (value.len > 0 && (value.at[0] == '"' || value.at[0] == '\''))
                value = bytes_from(value, 1);
            size_t stop = 0;
            while (stop < value.len && !ascii_is_space(value.at[stop]) && value.at[stop] != '"' &&
                   value.at[stop] != '\'')
                stop++;
            struct bytes raw = report_base64(arena, bytes_sub(value, 0, stop));
            if (raw.len < 4)
                return;
            bool wide = raw.at[1] == 0;
            report_add(report, FACT_SCRIPT_OBFUSCATION, BYTES("encoded command"));
            report_layer(report, wide ? utf16_to_utf8(arena, raw) : raw, "powershell.ps1",
                         KIND_POWERSHELL);
            return;
        }
        if (option.len > 0 && bytes_starts_fold(BYTES("command"), option)) {
            report_layer(report, value, "powershell.ps1", KIND_POWERSHELL);
            return;
        }
        at = end - 1;
    }
    if (bytes_find_byte(rest, '(', 0) != BYTES_NPOS || bytes_find_byte(rest, '$', 0) != BYTES_NPOS)
        report_layer(report, rest, "powershell.ps1", KIND_POWERSHELL);
}

static void open_mshta(struct report *report, struct bytes rest)
{
    while (rest.len > 0 && rest.at[0] == '"')
        rest = bytes_from(rest, 1);
    if (bytes_starts_fold(rest, BYTES("javascript:")))
        report_layer(report, bytes_from(rest, 11), "mshta.js", KIND_JAVASCRIPT);
    else if (bytes_starts_fold(rest, BYTES("vbscript:")))
        report_layer(report, bytes_from(rest, 9), "mshta.vbs", KIND_VBS);
}

/* What `start` starts: its title and its options left out. */
static struct bytes without_options(struct bytes rest)
{
    rest = bytes_trim(rest);
    if (rest.len > 1 && rest.at[0] == '"') {
        size_t end = bytes_find_byte(rest, '"', 1);
        struct bytes after = end == BYTES_NPOS ? BYTES_NONE : bytes_trim(bytes_from(rest, end + 1));
        rest = after.len > 0 ? after : rest;
    }
    while (rest.len > 1 && rest.at[0] == '/') {
        size_t skipped = (rest.at[1] | 0x20) == 'd' && rest.len > 2 && ascii_is_space(rest.at[2]) ? 2 : 1;
        for (size_t i = 0; i < skipped; i++) {
            size_t end = 0;
            while (end < rest.len && !ascii_is_space(rest.at[end]))
                end++;
            rest = bytes_trim(bytes_from(rest, end));
        }
    }
    return rest;
}

/* What one command (no & in it) starts. */
static void look_into(struct report *report, struct bytes line, int depth)
{
    struct bytes rest, program = program_of(line, &rest);
    const struct tool *tool = tool_of(program);
    bool url = bytes_find(line, BYTES("://"), 0) != BYTES_NPOS;
    if (tool != NULL && tool->fetches && url)
        report_flag(report, FACT_SCRIPT_DOWNLOADS);
    if (bytes_find_fold(line, BYTES("-urlcache"), 0) != BYTES_NPOS ||
        bytes_find_fold(line, BYTES("/urlcache"), 0) != BYTES_NPOS)
        report_flag(report, FACT_SCRIPT_DOWNLOADS);
    if (bytes_equal_fold(program, BYTES("powershell")) || bytes_equal_fold(program, BYTES("pwsh")))
        open_powershell(report, rest);
    else if (bytes_equal_fold(program, BYTES("mshta")))
        open_mshta(report, rest);
    else if (bytes_equal_fold(program, BYTES("cmd")) && depth < 6) {
        for (size_t at = 0; at + 1 < rest.len; at++)
            if (rest.at[at] == '/' &&
                ((rest.at[at + 1] | 0x20) == 'c' || (rest.at[at + 1] | 0x20) == 'k' ||
                 (rest.at[at + 1] | 0x20) == 'r')) {
                struct bytes inner = bytes_trim(bytes_from(rest, at + 2));
                if (inner.len > 1 && inner.at[0] == '"' && inner.at[inner.len - 1] == '"')
                    inner = bytes_sub(inner, 1, inner.len - 2);
                report_layer(report, inner, "command.cmd", KIND_BATCH);
                return;
            }
    } else if ((bytes_equal_fold(program, BYTES("start")) ||
                bytes_equal_fold(program, BYTES("conhost"))) &&
               depth < 6)
        look_into(report, without_options(rest), depth + 1);
}

void report_command(struct report *report, struct bytes line)
{
    line = bytes_trim(line);
    if (line.len < 2 || !first_time(report, line, 'C'))
        return;
    report_ioc(report, FACT_SCRIPT_COMMANDS, line);
    report_flag(report, FACT_SCRIPT_CREATES_PROCESS);
    find_urls(report, line);
    find_files(report, line);
    look_into(report, line, 0);
    for (size_t at = 0; at < line.len; at++)
        if ((line.at[at] == '&' || line.at[at] == '|') && at + 1 < line.len)
            look_into(report, bytes_from(line, line.at[at + 1] == line.at[at] ? at + 2 : at + 1),
                      1);
}

/* Whether S reads like a command line: a known program first, with something after it. */
static bool is_command(struct bytes s)
{
    struct bytes rest, program = program_of(s, &rest);
    const struct tool *tool = tool_of(program);
    if (tool == NULL || rest.len < 3 || s.len < 8)
        return false;
    bool short_word = program.len < 5 && !bytes_equal_fold(program, BYTES("cmd"));
    return !short_word || bytes_find_byte(rest, '/', 0) != BYTES_NPOS ||
           bytes_find_byte(rest, '\\', 0) != BYTES_NPOS;
}

static bool is_base64_text(struct bytes s)
{
    size_t digits = 0, cases = 0;
    if (s.len < 40)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        uint8_t c = s.at[i];
        bool ok = ascii_is_alnum(c) || c == '+' || c == '/' || (c == '=' && i + 3 > s.len);
        if (!ok)
            return false;
        digits += ascii_is_digit(c) || c == '+' || c == '/' || c == '=';
        cases += (uint8_t)(c - 'A') < 26;
    }
    return digits > 0 && cases > 2;
}

/* Long Base64 or hexadecimal constants: what they decode to, where that is text or a program. */
static void look_decoded(struct report *report, struct bytes s)
{
    struct arena *arena = report->node->tree->arena;
    s = bytes_trim(s);
    if (s.len > 4 * 1024 * 1024 || !is_base64_text(s))
        return;
    struct bytes raw = report_base64(arena, s);
    if (raw.len < 16)
        return;
    bool wide = raw.at[1] == 0 && raw.at[3] == 0, text = true;
    struct bytes shown = wide ? utf16_to_utf8(arena, raw) : raw;
    for (size_t i = 0; i < shown.len && i < 256 && text; i++)
        text = shown.at[i] >= 0x20 || ascii_is_space(shown.at[i]);
    bool program = bytes_starts(raw, BYTES("MZ")) || bytes_starts(raw, BYTES("PK\3\4")) ||
                   bytes_starts(raw, BYTES("\x1F\x8B"));
    if (!text && !program)
        return;
    if (text && report->vba)
        report_add(report, FACT_VBA_BASE64, shown);
    report_layer(report, shown, "base64", KIND_UNKNOWN);
}

static void look_at(struct report *report, struct bytes s)
{
    find_urls(report, s);
    if (s.len < 4096)
        find_files(report, s);
    if (s.len >= 8 && is_command(s))
        report_command(report, s);
    look_decoded(report, s);
}

void report_literal(struct report *report, struct bytes s)
{
    if (s.len >= 5 && first_time(report, s, 'S'))
        look_at(report, s);
}

void report_built(struct report *report, struct bytes s)
{
    size_t printable = 0;
    if (s.len < 5 || !first_time(report, s, 'B'))
        return;
    for (size_t i = 0; i < s.len && i < 512; i++)
        printable += s.at[i] >= 0x20 || ascii_is_space(s.at[i]);
    if (printable * 10 < (s.len < 512 ? s.len : 512) * 9)
        return;
    report_add(report, FACT_SCRIPT_STRINGS, s);
    if (report->vba)
        report_add(report, FACT_VBA_OBFUSCATED, s);
    look_at(report, s);
}

void report_api(struct report *report, struct bytes library, struct bytes function)
{
    if (bytes_ends_fold(library, BYTES(".dll")))
        library.len -= 4;
    report_add(report, FACT_SCRIPT_APIS,
               library.len == 0 ? function
                                : arena_printf(report->node->tree->arena, "%.*s!%.*s",
                                               BYTES_FMT(library), BYTES_FMT(function)));
    if (bytes_find_fold(function, BYTES("URLDownloadTo"), 0) != BYTES_NPOS ||
        bytes_starts_fold(function, BYTES("InternetOpenUrl")) ||
        bytes_starts_fold(function, BYTES("InternetReadFile")) ||
        bytes_starts_fold(function, BYTES("HttpSendRequest")) ||
        bytes_starts_fold(function, BYTES("WinHttp")))
        report_flag(report, FACT_SCRIPT_DOWNLOADS);
    if (bytes_starts_fold(function, BYTES("ShellExecute")) ||
        bytes_starts_fold(function, BYTES("WinExec")) ||
        bytes_starts_fold(function, BYTES("CreateProcess")))
        report_flag(report, FACT_SCRIPT_CREATES_PROCESS);
}

static bool is_word_at(struct bytes source, size_t at, size_t len)
{
    bool word_begin = ascii_is_alnum(source.at[at]),
         word_end = ascii_is_alnum(source.at[at + len - 1]);
    bool before = at > 0 && (ascii_is_alnum(source.at[at - 1]) || source.at[at - 1] == '_');
    bool after = at + len < source.len &&
                 (ascii_is_alnum(source.at[at + len]) || source.at[at + len] == '_');
    return !(word_begin && before) && !(word_end && after);
}

void report_words(struct report *report, struct bytes source)
{
    struct arena *arena = report->node->tree->arena;
    bool suspicious = false;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        struct bytes word = bytes_of_string(words[i].word);
        size_t at = bytes_find_fold(source, word, 0);
        while (at != BYTES_NPOS && !is_word_at(source, at, word.len))
            at = bytes_find_fold(source, word, at + 1);
        if (at == BYTES_NPOS)
            continue;
        bool auto_exec = strcmp(words[i].kind, "AutoExec") == 0;
        if (auto_exec && !report->vba)
            continue; /* only a document's macros run by their names */
        suspicious = suspicious || !auto_exec;
        struct bytes seen = bytes_sub(source, at, word.len);
        report_add(report, auto_exec ? FACT_VBA_AUTO_EXEC : FACT_VBA_SUSPICIOUS, seen);
        if (words[i].obfuscation != NULL)
            report_add(report, FACT_SCRIPT_OBFUSCATION, bytes_of_string(words[i].obfuscation));
        struct bytes row = arena_printf(arena, "%s\t%.*s\t%s", words[i].kind, BYTES_FMT(seen),
                                        words[i].description);
        node_fact_add(report->document, FACT_OLETOOLS_KEYWORDS, row);
    }
    struct bytes before = value_bytes(node_get(report->document, FACT_OLETOOLS_VBA_RISK));
    if (report->vba && !bytes_equal(before, BYTES("HIGH")))
        node_fact_string(report->document, FACT_OLETOOLS_VBA_RISK,
                         suspicious ? BYTES("HIGH") : BYTES("Medium"));
}
