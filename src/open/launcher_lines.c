/* SPDX-License-Identifier: Apache-2.0
 *
 * Launchers written as lines: key=value below [sections], name:type:value of a remote desktop, the fixed
 * lines of a web query, and setup scripts, whose sections name the sections that hold commands. */
#include "open/launcher.h"

#include "base/arena.h"

#define SECTIONS_MAX 32u

/* What a setup script's section is for (Windows Setup: INF directives). */
enum purpose { PURPOSE_NONE, PURPOSE_COMMANDS, PURPOSE_MODULES, PURPOSE_REGISTRY };

struct setup {
    struct bytes name[SECTIONS_MAX];
    enum purpose purpose[SECTIONS_MAX];
    uint32_t count;
};

static struct bytes unquoted(struct bytes s)
{
    s = bytes_trim(s);
    if (s.len > 1 && s.at[0] == '"' && s.at[s.len - 1] == '"')
        s = bytes_sub(s, 1, s.len - 2);
    return s;
}

static bool split(struct bytes line, uint8_t separator, struct bytes *key_out, struct bytes *value_out)
{
    size_t at = bytes_find_byte(line, separator, 0);
    if (at == BYTES_NPOS)
        return false;
    *key_out = bytes_trim(bytes_sub(line, 0, at));
    *value_out = unquoted(bytes_from(line, at + 1));
    return true;
}

/* An Internet shortcut has facts of its own, which rules know by their older names. */
static void shortcut(struct node *node, struct bytes key, struct bytes value)
{
    static const struct {
        const char *key;
        enum fact_code code;
    } facts[] = {{"url", FACT_SHORTCUT_URL},
                 {"baseurl", FACT_SHORTCUT_URL},
                 {"iconfile", FACT_SHORTCUT_ICON},
                 {"workingdirectory", FACT_SHORTCUT_WORKING_DIR}};
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++)
        if (bytes_equal_fold(key, bytes_of_string(facts[i].key))) {
            if (i != 1 || node_get(node, facts[i].code).tag == VALUE_UNSET)
                node_fact_string(node, facts[i].code, value);
            if (bytes_starts(value, BYTES("\\\\")) || bytes_starts_fold(value, BYTES("file:")))
                node_fact_bool(node, FACT_SHORTCUT_REMOTE, true);
        }
}

static void read_sections(struct launcher *launcher)
{
    struct node *node = launcher->node;
    struct bytes rest = node->content, line, key, value, section = BYTES_NONE;
    while (bytes_next_line(&rest, &line)) {
        line = bytes_trim(line);
        if (line.len > 1 && line.at[0] == '[')
            section = bytes_sub(line, 1, line.len - 2);
        else if (line.len > 0 && line.at[0] != ';' && line.at[0] != '#' &&
                 split(line, '=', &key, &value) && value.len > 0) {
            if (node->kind == KIND_URL_SHORTCUT)
                shortcut(node, key, value);
            launcher_value(launcher, launcher_row(node->kind, section, key), value);
        }
    }
    if (node->kind == KIND_URL_SHORTCUT && node_get(node, FACT_SHORTCUT_URL).tag == VALUE_UNSET)
        node_anomaly(node, ANOMALY_MALFORMED, 0, 0, BYTES("no URL"));
}

/* name:type:value, type s, i or b. */
static void read_connection(struct launcher *launcher)
{
    struct bytes rest = launcher->node->content, line, key, value;
    while (bytes_next_line(&rest, &line))
        if (split(line, ':', &key, &value) && value.len > 2 && value.at[1] == ':')
            launcher_value(launcher, launcher_row(KIND_RDP, BYTES_NONE, key), bytes_from(value, 2));
}

/* WEB, version, address; or XLODBC, version, connection (key=value;...). */
static void read_query(struct launcher *launcher)
{
    struct bytes rest = launcher->node->content, line, field, key, value;
    for (uint32_t i = 0; bytes_next_line(&rest, &line) && i < 64; i++) {
        line = bytes_trim(line);
        if (i == 2 && bytes_find_byte(line, ';', 0) == BYTES_NPOS)
            launcher_tell(launcher, LAUNCH_TARGET, line);
        else if (i >= 2)
            while (bytes_next_field(&line, ';', &field))
                if (split(field, '=', &key, &value))
                    launcher_value(launcher, launcher_row(KIND_IQY, BYTES_NONE, key), value);
    }
}

static void setup_learn(struct setup *setup, struct bytes key, struct bytes value)
{
    static const struct {
        const char *key;
        enum purpose purpose;
    } directives[] = {{"RunPreSetupCommands", PURPOSE_COMMANDS},
                      {"RunPostSetupCommands", PURPOSE_COMMANDS},
                      {"RunPreUnInstCommands", PURPOSE_COMMANDS},
                      {"RegisterOCXs", PURPOSE_MODULES},
                      {"UnRegisterOCXs", PURPOSE_MODULES},
                      {"RegisterDlls", PURPOSE_MODULES},
                      {"AddReg", PURPOSE_REGISTRY}};
    for (size_t i = 0; i < sizeof directives / sizeof directives[0]; i++) {
        struct bytes name, list = value;
        if (!bytes_equal_fold(key, bytes_of_string(directives[i].key)))
            continue;
        while (bytes_next_field(&list, ',', &name) && setup->count < SECTIONS_MAX) {
            size_t flag = bytes_find_byte(name, ':', 0);
            setup->name[setup->count] = bytes_trim(bytes_sub(name, 0, flag == BYTES_NPOS ? name.len : flag));
            setup->purpose[setup->count++] = directives[i].purpose;
        }
    }
}

static enum purpose setup_purpose(const struct setup *setup, struct bytes section)
{
    for (uint32_t i = 0; i < setup->count; i++)
        if (bytes_equal_fold(setup->name[i], section))
            return setup->purpose[i];
    return PURPOSE_NONE;
}

/* HKLM,"key","name",flags,"value" */
static void setup_registry(struct launcher *launcher, struct bytes line)
{
    struct bytes part[5] = {BYTES_NONE, BYTES_NONE, BYTES_NONE, BYTES_NONE, BYTES_NONE};
    for (size_t i = 0; i < 4; i++)
        if (!bytes_next_field(&line, ',', &part[i]))
            return;
    part[4] = unquoted(line);
    launcher_registry_value(launcher, unquoted(part[1]), unquoted(part[2]), part[4]);
}

static void read_setup(struct launcher *launcher)
{
    struct setup setup = {.count = 0};
    struct bytes rest = launcher->node->content, line, key, value, section = BYTES_NONE;
    while (bytes_next_line(&rest, &line))
        if (split(line, '=', &key, &value))
            setup_learn(&setup, key, value);
    for (rest = launcher->node->content; bytes_next_line(&rest, &line);) {
        line = bytes_trim(line);
        if (line.len == 0 || line.at[0] == ';')
            continue;
        if (line.at[0] == '[') {
            section = bytes_sub(line, 1, line.len - 2);
            continue;
        }
        enum purpose purpose = setup_purpose(&setup, section);
        if (purpose == PURPOSE_COMMANDS)
            launcher_tell(launcher, LAUNCH_COMMAND, unquoted(line));
        else if (purpose == PURPOSE_MODULES) /* library, flags, argument */
            while (bytes_next_field(&line, ',', &value))
                launcher_tell(launcher, value.len > 2 ? LAUNCH_TARGET : LAUNCH_TEXT, unquoted(value));
        else if (purpose == PURPOSE_REGISTRY)
            setup_registry(launcher, line);
        else if (split(line, '=', &key, &value))
            launcher_value(launcher, launcher_row(KIND_INF, section, key), value);
    }
}

void launcher_read_lines(struct launcher *launcher)
{
    switch (launcher->node->kind) {
    case KIND_RDP:
        read_connection(launcher);
        break;
    case KIND_IQY:
        read_query(launcher);
        break;
    case KIND_INF:
        read_setup(launcher);
        break;
    default:
        read_sections(launcher);
    }
}
