/* SPDX-License-Identifier: Apache-2.0 */
#include "artifact/identify.h"

/* Text that stands at the beginning, after remarks; NEEDLE, where there is one, anywhere in the head. */
static const struct line_shape {
    const char *begin, *needle;
    enum kind kind;
} line_shapes[] = {
    {"Windows Registry Editor Version", NULL, KIND_REG},
    {"REGEDIT4", NULL, KIND_REG},
    {"[Shell]", "=", KIND_SCF},
    {"[.ShellClassInfo]", NULL, KIND_FOLDER_INI},
    {"[ViewState]", "[.ShellClassInfo]", KIND_FOLDER_INI},
    {"[Theme]", NULL, KIND_THEME},
    {"[oledb]", NULL, KIND_UDL},
    {"[Desktop Entry]", NULL, KIND_DESKTOP},
    {"WEB\r\n1\r\n", NULL, KIND_IQY},
    {"WEB\n1\n", NULL, KIND_IQY},
    {"XLODBC", "\n1", KIND_IQY},
    {"[", "$Windows NT$", KIND_INF},
    {"[", "$Chicago$", KIND_INF},
    {"[", "$Windows 95$", KIND_INF},
    {"", "full address:s:", KIND_RDP},
    {"", "remoteapplicationmode:i:", KIND_RDP},
};

/* The root element's local name; NEEDLE as above. */
static const struct root_shape {
    const char *root, *needle;
    enum kind kind;
} root_shapes[] = {
    {"PCSettings", NULL, KIND_SETTING_CONTENT},
    {"libraryDescription", NULL, KIND_LIBRARY},
    {"persistedQuery", NULL, KIND_SEARCH},
    {"searchConnectorDescription", NULL, KIND_SEARCH_CONNECTOR},
    {"jnlp", NULL, KIND_JNLP},
    {"AppInstaller", NULL, KIND_APP_INSTALLER},
    {"Package", "schemas.microsoft.com/appx/", KIND_APP_MANIFEST},
    {"assembly", "urn:schemas-microsoft-com:asm.v", KIND_CLICK_ONCE},
    {"Configuration", "LogonCommand", KIND_SANDBOX},
    {"Configuration", "MappedFolder", KIND_SANDBOX},
    {"Configuration", "<VGpu", KIND_SANDBOX},
    {"MMC_ConsoleFile", NULL, KIND_CONSOLE},
    {"plist", "CommandString", KIND_TERMINAL},
    {"plist", "<key>URL</key>", KIND_WEBLOC},
};

static bool needed(struct bytes head, const char *needle)
{
    return needle == NULL || bytes_find_fold(head, bytes_of_string(needle), 0) != BYTES_NPOS;
}

/* HEAD without the remarks and empty lines it begins with. */
static struct bytes without_remarks(struct bytes head)
{
    for (;;) {
        head = bytes_trim(head);
        if (head.len == 0 || (head.at[0] != ';' && head.at[0] != '#'))
            return head;
        struct bytes line;
        bytes_next_line(&head, &line);
    }
}

/* The local name of the first element of HEAD; absent where HEAD is no XML. */
static struct bytes root_name(struct bytes head)
{
    while (bytes_starts(head, BYTES("<?")) || bytes_starts(head, BYTES("<!"))) {
        bool is_comment = bytes_starts(head, BYTES("<!--"));
        size_t end = bytes_find(head, is_comment ? BYTES("-->") : BYTES(">"), 2);
        if (end == BYTES_NPOS)
            return BYTES_NONE;
        head = bytes_trim(bytes_from(head, end + (is_comment ? 3 : 1)));
    }
    if (head.len < 2 || head.at[0] != '<')
        return BYTES_NONE;
    size_t begin = 1, end = 1;
    for (; end < head.len && !ascii_is_space(head.at[end]) && head.at[end] != '>'; end++)
        if (head.at[end] == ':')
            begin = end + 1;
    return bytes_sub(head, begin, end - begin);
}

enum kind identify_launcher(struct bytes head)
{
    head = without_remarks(head);
    if (head.len == 0)
        return KIND_UNKNOWN;
    if (head.at[0] == '<') {
        struct bytes root = root_name(head);
        for (size_t i = 0; root.len > 0 && i < sizeof root_shapes / sizeof root_shapes[0]; i++)
            if (bytes_equal_fold(root, bytes_of_string(root_shapes[i].root)) &&
                needed(head, root_shapes[i].needle))
                return root_shapes[i].kind;
        return KIND_UNKNOWN;
    }
    for (size_t i = 0; i < sizeof line_shapes / sizeof line_shapes[0]; i++) {
        const struct line_shape *shape = &line_shapes[i];
        struct bytes begin = bytes_of_string(shape->begin);
        /* a connection's lines may stand in any order, yet each is name:type:value */
        struct bytes rest = head, line = BYTES_NONE;
        if (begin.len == 0 && (!bytes_next_line(&rest, &line) ||
                               (bytes_find(line, BYTES(":s:"), 0) == BYTES_NPOS &&
                                bytes_find(line, BYTES(":i:"), 0) == BYTES_NPOS)))
            continue;
        if (bytes_starts_fold(head, begin) && needed(head, shape->needle))
            return shape->kind;
    }
    return KIND_UNKNOWN;
}

bool identify_is_launcher(enum kind kind)
{
    for (size_t i = 0; i < sizeof line_shapes / sizeof line_shapes[0]; i++)
        if (line_shapes[i].kind == kind)
            return true;
    for (size_t i = 0; i < sizeof root_shapes / sizeof root_shapes[0]; i++)
        if (root_shapes[i].kind == kind)
            return true;
    return false;
}
