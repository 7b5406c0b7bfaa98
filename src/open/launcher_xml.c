/* SPDX-License-Identifier: Apache-2.0
 *
 * Launchers written as XML.  Consoles (.msc) keep their texts in a table of strings, from which a page in
 * them may take a script (apds.dll, 2024), and their tasks are command lines; property lists of macOS name
 * a value by the <key> before it. */
#include "open/launcher.h"

#include "base/text.h"
#include "open/xml.h"

#define DEPTH_MAX 64u
#define SCRIPT_BYTES_MIN 40u

struct reader {
    struct launcher *launcher;
    struct xml xml;
    struct bytes open[DEPTH_MAX]; /* elements around, local names */
    uint32_t depth;
    struct bytes key;     /* of a property list */
    struct bytes command; /* of a console's task, until its parameters are known */
    struct text text;     /* of the innermost element */
    bool redirects;       /* a page of the console runs script */
};

static struct bytes around(const struct reader *reader, uint32_t up)
{
    uint32_t depth = reader->depth < DEPTH_MAX ? reader->depth : DEPTH_MAX;
    return depth > up ? reader->open[depth - 1 - up] : BYTES_NONE;
}

static void tell_command(struct reader *reader, struct bytes parameters)
{
    struct arena *arena = reader->launcher->node->tree->arena;
    struct text line;
    text_init(&line, arena, 0);
    text_add(&line, reader->command);
    text_add_byte(&line, ' ');
    text_add(&line, parameters);
    if (reader->command.len > 0)
        launcher_tell(reader->launcher, LAUNCH_COMMAND, text_bytes(&line));
    reader->command = BYTES_NONE;
}

/* Every attribute of the tag under its row. */
static void read_attributes(struct reader *reader)
{
    struct arena *arena = reader->launcher->node->tree->arena;
    struct bytes rest = reader->xml.attributes;
    for (;;) {
        size_t equals = bytes_find_byte(rest, '=', 0);
        if (equals == BYTES_NPOS)
            return;
        struct bytes name = bytes_trim(bytes_sub(rest, 0, equals));
        rest = bytes_trim(bytes_from(rest, equals + 1));
        size_t end = rest.len == 0 || (rest.at[0] != '"' && rest.at[0] != '\'')
                         ? BYTES_NPOS
                         : bytes_find_byte(rest, rest.at[0], 1);
        if (end == BYTES_NPOS || name.len > 64)
            return;
        struct bytes value = xml_decode(arena, bytes_sub(rest, 1, end - 1));
        uint8_t key[66] = {'@'};
        memcpy(key + 1, name.at, name.len);
        launcher_value(reader->launcher,
                       launcher_row(reader->launcher->node->kind, reader->xml.name,
                                    bytes_of(key, name.len + 1)),
                       value);
        rest = bytes_from(rest, end + 1);
    }
}

static void open_element(struct reader *reader)
{
    struct launcher *launcher = reader->launcher;
    const struct launcher_row *row = launcher_row(launcher->node->kind, BYTES_NONE, reader->xml.name);
    if (row->role == LAUNCH_TRAIT)
        launcher_trait(launcher, row->trait);
    if (launcher->node->kind == KIND_CONSOLE && xml_is(&reader->xml, "Task"))
        reader->command = xml_attribute(&reader->xml, "Command");
    if (launcher->node->kind == KIND_CONSOLE && xml_is(&reader->xml, "CommandLine"))
        tell_command(reader, xml_attribute(&reader->xml, "Params"));
    read_attributes(reader);
    reader->text.len = 0;
    if (reader->xml.empty)
        return;
    if (reader->depth < DEPTH_MAX)
        reader->open[reader->depth] = reader->xml.name;
    reader->depth++;
}

/* A string of a console: a page's address, which may carry a script, or the script it takes. */
static void console_string(struct reader *reader, struct bytes s)
{
    struct launcher *launcher = reader->launcher;
    size_t script = bytes_find_fold(s, BYTES("javascript:"), 0);
    size_t target = bytes_find_fold(s, BYTES("target="), 0);
    if (bytes_starts_fold(s, BYTES("res:")) || bytes_find(s, BYTES("://"), 0) != BYTES_NPOS)
        launcher_tell(launcher, LAUNCH_TARGET, s);
    if (script == BYTES_NPOS && bytes_find_fold(s, BYTES("apds.dll"), 0) != BYTES_NPOS &&
        target != BYTES_NPOS)
        script = target;
    if (script != BYTES_NPOS) {
        reader->redirects = true;
        size_t colon = bytes_find_byte(s, ':', script);
        report_layer(&launcher->report, bytes_from(s, colon == BYTES_NPOS ? script : colon + 1),
                     "redirect.js", KIND_JAVASCRIPT);
    } else if (bytes_find_fold(s, BYTES("<script"), 0) != BYTES_NPOS) {
        reader->redirects = true;
        report_layer(&launcher->report, s, "string.html", KIND_HTML);
    } else if (s.len >= SCRIPT_BYTES_MIN && bytes_find_byte(s, '(', 0) != BYTES_NPOS &&
               (bytes_find_byte(s, ';', 0) != BYTES_NPOS || bytes_find_byte(s, '=', 0) != BYTES_NPOS))
        report_layer(&launcher->report, s, "string.js", KIND_JAVASCRIPT);
    else
        launcher_tell(launcher, LAUNCH_TEXT, s);
    if (reader->redirects)
        launcher_trait(launcher, "console runs script");
}

static void close_element(struct reader *reader)
{
    struct launcher *launcher = reader->launcher;
    enum kind kind = launcher->node->kind;
    struct bytes name = around(reader, 0), text = BYTES_NONE;
    if (reader->text.len > 0) /* the text is used again for the next element */
        text = bytes_trim(arena_copy(launcher->node->tree->arena, text_bytes(&reader->text)));
    if (text.len > 0 && kind == KIND_CONSOLE && bytes_equal_fold(name, BYTES("String")))
        console_string(reader, text);
    else if (bytes_equal_fold(name, BYTES("key")))
        reader->key = text;
    else if (text.len > 0) {
        bool list = kind == KIND_WEBLOC || kind == KIND_TERMINAL;
        launcher_value(launcher,
                       launcher_row(kind, around(reader, 1), list ? reader->key : name), text);
    }
    if (bytes_equal_fold(name, BYTES("Task")))
        tell_command(reader, BYTES_NONE);
    reader->text.len = 0;
    reader->depth -= reader->depth > 0;
}

void launcher_read_xml(struct launcher *launcher)
{
    struct arena *arena = launcher->node->tree->arena;
    struct reader reader = {.launcher = launcher};
    text_init(&reader.text, arena, (size_t)16 << 20);
    xml_begin(&reader.xml, arena, launcher->node->content);
    while (xml_next(&reader.xml)) {
        if (reader.xml.event == XML_OPEN)
            open_element(&reader);
        else if (reader.xml.event == XML_CLOSE)
            close_element(&reader);
        else
            text_add(&reader.text, xml_decode(arena, reader.xml.text));
    }
    if (reader.text.over_limit)
        node_limit(launcher->node, LIMIT_BYTES_OUT);
}
