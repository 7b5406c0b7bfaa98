/* SPDX-License-Identifier: Apache-2.0
 *
 * Registry scripts (.reg) and the registry lines of setup scripts: which programs they make start by
 * themselves, which guards they switch off. */
#include "open/launcher.h"

#include "base/text.h"
#include "base/utf16.h"

/* Keys below which a value is a program that starts by itself; MITRE ATT&CK T1546, T1547. */
static const struct start {
    const char *key, *name; /* part of the key; the value's name, "" for any */
} starts[] = {
    {"\\CurrentVersion\\Run", ""},
    {"\\Policies\\Explorer\\Run", ""},
    {"\\CurrentVersion\\RunServices", ""},
    {"\\CurrentVersion\\Winlogon", "Shell"},
    {"\\CurrentVersion\\Winlogon", "Userinit"},
    {"\\CurrentVersion\\Winlogon", "Taskman"},
    {"\\CurrentVersion\\Windows", "Load"},
    {"\\CurrentVersion\\Windows", "Run"},
    {"\\CurrentVersion\\Windows", "AppInit_DLLs"},
    {"\\Image File Execution Options\\", "Debugger"},
    {"\\SilentProcessExit\\", "MonitorProcess"},
    {"\\Active Setup\\Installed Components\\", "StubPath"},
    {"\\Command Processor", "AutoRun"},
    {"\\Environment", "UserInitMprLogonScript"},
    {"\\Control\\Session Manager", "BootExecute"},
    {"\\Services\\", "ImagePath"},
    {"\\Services\\", "ServiceDll"},
    {"\\Control Panel\\Desktop", "SCRNSAVE.EXE"},
    {"\\shell\\open\\command", ""},
    {"\\shell\\runas\\command", ""},
    {"\\InprocServer32", ""},
    {"\\LocalServer32", ""},
    {"\\ScriptletURL", ""},
};

/* Values that take a guard away, with the number that does; "" for any number. */
static const struct guard {
    const char *name, *number;
} guards[] = {
    {"DisableAntiSpyware", "1"},         {"DisableAntiVirus", "1"},
    {"DisableRealtimeMonitoring", "1"},  {"DisableBehaviorMonitoring", "1"},
    {"DisableOnAccessProtection", "1"},  {"DisableScanOnRealtimeEnable", "1"},
    {"DisableIOAVProtection", "1"},      {"TamperProtection", "0"},
    {"SubmitSamplesConsent", "2"},       {"EnableLUA", "0"},
    {"ConsentPromptBehaviorAdmin", "0"}, {"EnableSmartScreen", "0"},
    {"SmartScreenEnabled", ""},          {"VBAWarnings", "1"},
    {"AccessVBOM", "1"},                 {"EnableScriptBlockLogging", "0"},
    {"EnableFirewall", "0"},             {"DisableTaskMgr", "1"},
    {"DisableRegistryTools", "1"},       {"DisableNotifications", "1"},
    {"UseLogonCredential", "1"},         {"fDenyTSConnections", "0"},
    {"DisableInternetFilesInPV", "1"},   {"DisableAttachmentsInPV", "1"},
    {"DisableUnsafeLocationsInPV", "1"}, {"AmsiEnable", "0"},
};

static bool ends_number(struct bytes value, const char *number)
{
    if (number[0] == 0)
        return true;
    size_t colon = bytes_find_byte(value, ':', 0);
    value = colon == BYTES_NPOS ? value : bytes_from(value, colon + 1);
    while (value.len > 1 && (value.at[0] == '0' || value.at[0] == 'x'))
        value = bytes_from(value, 1);
    return bytes_equal(value, bytes_of_string(number));
}

void launcher_registry_value(struct launcher *launcher, struct bytes key, struct bytes name,
                             struct bytes value)
{
    if (value.len == 0)
        return;
    for (size_t i = 0; i < sizeof guards / sizeof guards[0]; i++)
        if (bytes_equal_fold(name, bytes_of_string(guards[i].name)) &&
            ends_number(value, guards[i].number))
            launcher_trait(launcher, "weakened defence");
    if (bytes_find_fold(key, BYTES("\\Windows Defender\\Exclusions"), 0) != BYTES_NPOS)
        launcher_trait(launcher, "weakened defence");
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        if (bytes_find_fold(key, bytes_of_string(starts[i].key), 0) != BYTES_NPOS &&
            (starts[i].name[0] == 0 || bytes_equal_fold(name, bytes_of_string(starts[i].name)))) {
            launcher_trait(launcher, "autostart");
            launcher_tell(launcher, LAUNCH_COMMAND, value);
            return;
        }
    launcher_tell(launcher, LAUNCH_TEXT, value);
    report_built(&launcher->report, value);
}

/* "text" with \\ and \" resolved; the rest behind it in *REST_OUT. */
static struct bytes quoted(struct arena *arena, struct bytes s, struct bytes *rest_out)
{
    struct text out;
    size_t i = 1;
    text_init(&out, arena, 0);
    for (; i < s.len && s.at[i] != '"'; i++) {
        i += s.at[i] == '\\' && i + 1 < s.len;
        text_add_byte(&out, s.at[i]);
    }
    *rest_out = bytes_from(s, i < s.len ? i + 1 : i);
    return text_bytes(&out);
}

/* hex(2):63,00,... : text in UTF-16 where every second byte is mostly 0, else bytes as they stand. */
static struct bytes hexadecimal(struct arena *arena, struct bytes s)
{
    struct text out;
    size_t zeros = 0;
    text_init(&out, arena, 0);
    for (size_t i = 0; i + 1 < s.len; i++)
        if (ascii_hex(s.at[i]) >= 0 && ascii_hex(s.at[i + 1]) >= 0) {
            text_add_byte(&out, (uint8_t)(ascii_hex(s.at[i]) << 4 | ascii_hex(s.at[i + 1])));
            i++;
        }
    struct bytes raw = text_bytes(&out);
    for (size_t i = 1; i < raw.len; i += 2)
        zeros += raw.at[i] == 0;
    return zeros * 4 > raw.len ? utf16_to_utf8_nul(arena, raw) : raw;
}

/* LINE and what goes on behind backslashes at the ends of lines. */
static struct bytes whole_line(struct arena *arena, struct bytes line, struct bytes *rest)
{
    if (!bytes_ends(line, BYTES("\\")))
        return line;
    struct text out;
    text_init(&out, arena, 0);
    for (;;) {
        bool goes_on = bytes_ends(line, BYTES("\\"));
        text_add(&out, bytes_sub(line, 0, line.len - goes_on));
        if (!goes_on || !bytes_next_line(rest, &line))
            return text_bytes(&out);
        line = bytes_trim(line);
    }
}

static void read_value(struct launcher *launcher, struct bytes key, struct bytes line)
{
    struct arena *arena = launcher->node->tree->arena;
    struct bytes name = BYTES_NONE, value = BYTES_NONE;
    if (line.at[0] == '"')
        name = quoted(arena, line, &value);
    else if (line.at[0] == '@')
        value = bytes_from(line, 1);
    value = bytes_trim(value);
    if (value.len < 2 || value.at[0] != '=')
        return;
    value = bytes_trim(bytes_from(value, 1));
    struct bytes rest;
    if (value.at[0] == '"')
        value = quoted(arena, value, &rest);
    else if (bytes_starts_fold(value, BYTES("hex"))) {
        size_t colon = bytes_find_byte(value, ':', 0);
        value = hexadecimal(arena, bytes_from(value, colon == BYTES_NPOS ? value.len : colon + 1));
    }
    launcher_registry_value(launcher, key, name, value);
}

void launcher_read_registry(struct launcher *launcher)
{
    struct arena *arena = launcher->node->tree->arena;
    struct bytes rest = launcher->node->content, line, key = BYTES_NONE;
    while (bytes_next_line(&rest, &line)) {
        line = whole_line(arena, bytes_trim(line), &rest);
        if (line.len < 2 || line.at[0] == ';')
            continue;
        if (line.at[0] == '[')
            key = bytes_sub(line, 1, line.len - 2);
        else
            read_value(launcher, key, line);
    }
}
