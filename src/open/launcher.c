/* SPDX-License-Identifier: Apache-2.0 */
#include "open/launcher.h"

#include "artifact/identify.h"
#include "base/codec.h"
#include "base/text.h"
#include "open/opener.h"
#include "open/shell.h"

static const struct launcher_row rows[] = {
#define LAUNCHER(kind, place, key, role, trait) {KIND_##kind, place, key, LAUNCH_##role, trait},
#include "open/launcher.def"
#undef LAUNCHER
};

/* Schemes that make Windows run or search something instead of opening a page. */
static const char *const handlers[] = {"search-ms:",       "search:",         "ms-msdt:",
                                       "ms-officecmd:",    "ms-appinstaller:", "javascript:",
                                       "vbscript:",        "ms-word:",         "ms-excel:",
                                       "ms-powerpoint:",   "ms-cxh-full:",     "ms-screenclip:",
                                       "shell:",           "ldap:",            "ms-search:"};

const struct launcher_row *launcher_row(enum kind kind, struct bytes place, struct bytes key)
{
    static const struct launcher_row other = {KIND_UNKNOWN, "", "", LAUNCH_TEXT, NULL};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].kind == kind && bytes_equal_fold(key, bytes_of_string(rows[i].key)) &&
            (rows[i].place[0] == 0 || bytes_equal_fold(place, bytes_of_string(rows[i].place))))
            return &rows[i];
    return &other;
}

static bool is_host_byte(uint8_t c)
{
    return ascii_is_alnum(c) || c == '.' || c == '-' || c == '_' || c == '@' || c == ':' || c == '[' ||
           c == '%' || c >= 0x80;
}

/* Where in S a path on another machine begins: \\host\share, //host in a file:, a WebDAV folder. */
static size_t remote_at(struct bytes s)
{
    size_t file = bytes_find_fold(s, BYTES("file:"), 0);
    if (file != BYTES_NPOS) {
        size_t at = file + 5, begin = at;
        while (at < s.len && (s.at[at] == '/' || s.at[at] == '\\'))
            at++;
        bool drive = at + 1 < s.len && (s.at[at + 1] == ':' || s.at[at + 1] == '|');
        bool local = bytes_starts_fold(bytes_from(s, at), BYTES("localhost/")) ||
                     (at - begin == 3 && bytes_equal(bytes_sub(s, begin, 3), BYTES("///")));
        if (at - begin >= 2 && at < s.len && is_host_byte(s.at[at]) && !drive && !local)
            return file;
    }
    if (bytes_find_fold(s, BYTES("smb://"), 0) != BYTES_NPOS)
        return bytes_find_fold(s, BYTES("smb://"), 0);
    for (size_t at = bytes_find(s, BYTES("\\\\"), 0); at != BYTES_NPOS;
         at = bytes_find(s, BYTES("\\\\"), at + 2)) {
        struct bytes rest = bytes_from(s, at + 2);
        bool begins = at == 0 || !(ascii_is_alnum(s.at[at - 1]) || s.at[at - 1] == ':' ||
                                   s.at[at - 1] == '\\') ||
                      bytes_ends_fold(bytes_sub(s, 0, at), BYTES("location:"));
        if (bytes_starts_fold(rest, BYTES("?\\UNC\\")))
            return at;
        size_t end = 0;
        while (end < rest.len && is_host_byte(rest.at[end]))
            end++;
        if (begins && end > 1 && end < rest.len && rest.at[end] == '\\' && rest.at[1] != ':' &&
            rest.at[0] != '.')
            return at;
    }
    return BYTES_NPOS;
}

static bool is_hidden_by_percent(struct bytes s)
{
    return bytes_find_byte(s, '%', 0) != BYTES_NPOS &&
           (bytes_find_fold(s, BYTES("%5c"), 0) != BYTES_NPOS ||
            bytes_find_fold(s, BYTES("%2f"), 0) != BYTES_NPOS);
}

/* Whether S leads to another machine's share; it is kept from there on. */
static bool tell_remote(struct launcher *launcher, struct bytes s)
{
    if (is_hidden_by_percent(s))
        s = codec_percent(launcher->node->tree->arena, s);
    size_t at = remote_at(s);
    if (at == BYTES_NPOS)
        return false;
    report_add(&launcher->report, FACT_LAUNCHER_REMOTE, bytes_from(s, at));
    return true;
}

static void tell_target(struct launcher *launcher, struct bytes s)
{
    report_add(&launcher->report, FACT_LAUNCHER_TARGETS, s);
    for (size_t i = 0; i < sizeof handlers / sizeof handlers[0]; i++)
        if (bytes_starts_fold(s, bytes_of_string(handlers[i])))
            launcher_trait(launcher, "handler");
    if (bytes_find(s, BYTES("://"), 0) != BYTES_NPOS)
        report_url(&launcher->report, s);
    if (bytes_starts_fold(s, BYTES("javascript:")))
        report_layer(&launcher->report, bytes_from(s, 11), "link.js", KIND_JAVASCRIPT);
}

static void tell_shell(struct launcher *launcher, struct bytes s)
{
    report_add(&launcher->report, FACT_SCRIPT_COMMANDS, s);
    report_flag(&launcher->report, FACT_SCRIPT_CREATES_PROCESS);
    struct text line;
    text_init(&line, launcher->node->tree->arena, 0); /* no longer than the file */
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] == '%' && i + 1 < s.len && ascii_is_alpha(s.at[i + 1]))
            i++; /* %U and the like: what is dropped on it */
        else
            text_add_byte(&line, s.at[i]);
    shell_body(launcher->node, text_bytes(&line), "Exec", 1);
}

void launcher_trait(struct launcher *launcher, const char *trait)
{
    report_add(&launcher->report, FACT_LAUNCHER_TRAITS, bytes_of_string(trait));
}

void launcher_tell(struct launcher *launcher, enum launcher_role role, struct bytes value)
{
    value = bytes_trim(value);
    if (value.len == 0 || (role != LAUNCH_TEXT && launcher->values++ >= LAUNCHER_VALUES_MAX))
        return;
    switch (role) {
    case LAUNCH_COMMAND:
        report_add(&launcher->report, FACT_LAUNCHER_COMMANDS, value);
        report_command(&launcher->report, value);
        break;
    case LAUNCH_SHELL:
        report_add(&launcher->report, FACT_LAUNCHER_COMMANDS, value);
        tell_shell(launcher, value);
        break;
    case LAUNCH_TARGET:
        tell_target(launcher, value);
        break;
    default:
        break;
    }
    tell_remote(launcher, value);
}

static bool is_no(struct bytes value)
{
    value = bytes_trim(value);
    return value.len == 0 || bytes_equal(value, BYTES("0")) ||
           bytes_equal_fold(value, BYTES("false")) || bytes_equal_fold(value, BYTES("no"));
}

void launcher_value(struct launcher *launcher, const struct launcher_row *row, struct bytes value)
{
    if (row->role == LAUNCH_TRAIT && !is_no(value))
        launcher_trait(launcher, row->trait);
    launcher_tell(launcher, row->role, value);
}

static int bid(const struct node *node)
{
    return node->kind == KIND_URL_SHORTCUT || identify_is_launcher(node->kind) ? 80 : 0;
}

static void open(struct node *node)
{
    struct launcher launcher = {.node = node};
    report_begin(&launcher.report, node, node);
    if (node->kind == KIND_REG)
        launcher_read_registry(&launcher);
    else if (bytes_starts(bytes_trim(node->content), BYTES("<")) ||
             bytes_starts(node->content, BYTES("\xEF\xBB\xBF<")))
        launcher_read_xml(&launcher);
    else
        launcher_read_lines(&launcher);
    report_end(&launcher.report);
    if (launcher.values >= LAUNCHER_VALUES_MAX)
        node_limit(node, LIMIT_NODES);
}

const struct opener opener_launcher = {"launcher", bid, open};
