/* SPDX-License-Identifier: Apache-2.0 */
#include "open/script_eval.h"

#include "base/table.h"
#include "base/utf16.h"

void script_command(struct script *s, struct script_value line)
{
    if (line.tag == SCRIPT_UNKNOWN) {
        report_flag(&s->report, FACT_SCRIPT_CREATES_PROCESS);
        return;
    }
    report_command(&s->report, script_to_utf8(s, line));
}

static bool may_start_programs(struct bytes class)
{
    static const char *const parts[] = {"shell", "wscript", "winmgmts", "clsid", "{"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (bytes_find_fold(class, bytes_of_string(parts[i]), 0) != BYTES_NPOS)
            return true;
    return class.len == 0;
}

struct script_value script_create(struct script *s, struct script_value class)
{
    struct bytes name = bytes_trim(script_to_utf8(s, class));
    if (bytes_starts_fold(name, BYTES("new:"))) /* GetObject("new:{class id}") */
        name = bytes_from(name, 4);
    if (name.len > 0)
        report_add(&s->report, FACT_SCRIPT_OBJECTS, name);
    s->has_shell = s->has_shell || may_start_programs(name);
    if (bytes_starts_fold(name, BYTES("script:")) ||
        bytes_find(name, BYTES("://"), 0) != BYTES_NPOS)
        report_url(&s->report, bytes_from(name, bytes_starts_fold(name, BYTES("script:")) ? 7 : 0));
    return script_new_object(s, name);
}

static bool is_class(struct script_value self, const char *part)
{
    return self.tag == SCRIPT_OBJECT &&
           bytes_find_fold(self.object->class, bytes_of_string(part), 0) != BYTES_NPOS;
}

static struct script_value *hidden(struct script *s, struct script_value self, const char *name,
                                   bool make)
{
    return self.tag == SCRIPT_OBJECT
               ? script_property(s, self.object, script_name(s, bytes_of_string(name)), make)
               : NULL;
}

#define ACTION(name)                                                                               \
    static struct script_value a_##name(struct script *s, struct script_value self,                \
                                        struct script_value *a, uint32_t n)

/* Shell.Run, Shell.Exec; Application.Run calls a macro. */
ACTION(run)
{
    if (n == 0)
        return script_unknown();
    struct bytes text = script_to_utf8(s, a[0]);
    size_t dot = bytes_find_last_byte(text, '.');
    struct bytes last = bytes_from(text, dot == BYTES_NPOS ? 0 : dot + 1);
    struct script_name *macro = last.len < 128 ? script_name(s, last) : NULL;
    if (macro != NULL && macro->function != NULL && !is_class(self, "shell"))
        return script_call_function(s, macro->function, a + 1, n - 1);
    if (s->language == SCRIPT_JS && !s->has_shell) { /* of a RegExp, a module, a test */
        report_literal(&s->report, script_to_utf8(s, a[0]));
        return script_unknown();
    }
    script_command(s, a[0]);
    return script_of_number(0);
}

ACTION(shell_execute)
{
    (void)self;
    struct bytes program = script_argument(s, a, n, 0), parameters = script_argument(s, a, n, 1);
    report_command(&s->report,
                   arena_printf(s->arena, "%.*s %.*s", BYTES_FMT(program), BYTES_FMT(parameters)));
    return script_unknown();
}

/* Win32_Process.Create(command); Dictionary and the like have no such method. */
ACTION(create)
{
    (void)self;
    if (n >= 1 && a[0].tag == SCRIPT_STRING)
        script_command(s, a[0]);
    return script_of_number(0);
}

/* WMI's Get("Win32_Process"); a map of JavaScript has a method of that name. */
ACTION(get)
{
    bool other = s->language == SCRIPT_JS && !is_class(self, "winmgmts") &&
                 !bytes_starts_fold(script_argument(s, a, n, 0), BYTES("win32_"));
    return n >= 1 && !other ? script_create(s, a[0]) : script_unknown();
}

ACTION(exec_method)
{
    struct script_value last = n > 0 ? a[n - 1] : script_unknown();
    (void)self;
    if (last.tag == SCRIPT_OBJECT) {
        const struct script_value *line = hidden(s, last, "commandline", false);
        if (line != NULL)
            script_command(s, *line);
    }
    return script_unknown();
}

/* XMLHTTP.open(method, url), Documents.Open(file), Stream.Open() */
ACTION(open)
{
    static const char *const methods[] = {"GET", "POST", "HEAD", "PUT"};
    struct bytes first = bytes_trim(script_argument(s, a, n, 0));
    for (size_t i = 0; i < sizeof methods / sizeof methods[0] && n >= 2; i++)
        if (bytes_equal_fold(first, bytes_of_string(methods[i]))) {
            report_url(&s->report, script_argument(s, a, n, 1));
            report_flag(&s->report, FACT_SCRIPT_DOWNLOADS);
            return script_empty();
        }
    if (n >= 1 && first.len > 2) {
        if (bytes_find(first, BYTES("://"), 0) != BYTES_NPOS)
            report_url(&s->report, first);
        else
            report_file(&s->report, first);
    }
    (void)self;
    return script_unknown();
}

ACTION(send)
{
    (void)self, (void)a, (void)n;
    report_flag(&s->report, FACT_SCRIPT_DOWNLOADS);
    return script_empty();
}

/* DownloadFile(url, file), DownloadString(url), OpenRead(url) */
ACTION(download)
{
    (void)self;
    struct bytes url = script_argument(s, a, n, 0);
    report_flag(&s->report, FACT_SCRIPT_DOWNLOADS);
    if (url.len > 0 && !bytes_equal(url, BYTES("{?}")))
        report_url(&s->report, url);
    if (n >= 2)
        report_file(&s->report, script_argument(s, a, n, 1));
    return script_unknown();
}

ACTION(save)
{
    struct bytes name = script_argument(s, a, n, 0);
    const struct script_value *data = hidden(s, self, "\\data", false);
    report_flag(&s->report, FACT_SCRIPT_WRITES_FILES);
    if (data != NULL) {
        struct bytes raw =
            data->tag == SCRIPT_ARRAY ? script_to_bytes(s, *data) : script_to_utf8(s, *data);
        script_write_file(s, name, raw);
    }
    report_file(&s->report, name);
    return script_empty();
}

/* Names of files that are copied, moved, deleted, tested for. */
ACTION(file)
{
    (void)self;
    for (uint32_t i = 0; i < n && i < 2; i++)
        if (a[i].tag == SCRIPT_STRING)
            report_file(&s->report, script_argument(s, a, n, i));
    return script_unknown();
}

ACTION(create_text_file)
{
    (void)self;
    struct script_value stream = script_new_object(s, BYTES("TextStream"));
    struct bytes name = script_argument(s, a, n, 0);
    struct script_value *at = hidden(s, stream, "\\name", true);
    if (at != NULL)
        *at = script_of_utf8(s, name);
    script_write_file(s, name, BYTES(""));
    return stream;
}

static void keep_data(struct script *s, struct script_value self, struct script_value v)
{
    struct script_value *data = hidden(s, self, "\\data", true);
    if (data == NULL)
        return;
    bool text = data->tag == SCRIPT_STRING && v.tag == SCRIPT_STRING;
    *data = text ? script_join(s, *data, v) : v;
}

static struct script_value write_text(struct script *s, struct script_value self,
                                      struct script_value *a, uint32_t n, const char *end)
{
    const struct script_value *name = hidden(s, self, "\\name", false);
    for (uint32_t i = 0; i < n && i < 1; i++) {
        if (name != NULL) {
            script_write_file(s, script_to_utf8(s, *name), script_to_utf8(s, a[i]));
            script_write_file(s, script_to_utf8(s, *name), bytes_of_string(end));
        } else if (self.tag == SCRIPT_OBJECT) {
            keep_data(s, self, a[i]);
        }
        script_show(s, a[i]);
    }
    return script_empty();
}
ACTION(write)
{
    return write_text(s, self, a, n, "");
}
ACTION(write_line)
{
    return write_text(s, self, a, n, "\r\n");
}

ACTION(read)
{
    (void)a, (void)n;
    const struct script_value *data = hidden(s, self, "\\data", false);
    if (data == NULL)
        return script_unknown();
    if (data->tag != SCRIPT_ARRAY)
        return *data;
    struct bytes raw = script_to_bytes(s, *data);
    return script_of_utf8(s, raw);
}

/* Environment("x")("TEMP"), ExpandEnvironmentStrings("%TEMP%"), SpecialFolders("Startup") */
ACTION(expand)
{
    (void)s, (void)self;
    return n >= 1 ? a[0] : script_unknown();
}
ACTION(special)
{
    (void)self;
    static const char *const numbers[] = {"%WINDIR%", "%WINDIR%\\System32", "%TEMP%"};
    double number;
    if (n >= 1 && a[0].tag == SCRIPT_NUMBER && script_to_number(s, a[0], &number) && number >= 0 &&
        number <= 2)
        return script_of_string(s, numbers[(int)number]);
    struct bytes name = script_argument(s, a, n, 0);
    return script_of_utf8(s, arena_printf(s->arena, "%%%.*s%%", BYTES_FMT(name)));
}

ACTION(reg_write)
{
    (void)self;
    for (uint32_t i = 0; i < n; i++)
        script_show(s, a[i]);
    return script_empty();
}

/* ActiveDocument.Variables("x"), BuiltInDocumentProperties("Title"), Range("A1"), Cells(1, 2) */
static struct script_value document_value(struct script *s, struct bytes prefix, struct bytes key)
{
    if (s->document == NULL)
        return script_unknown();
    uint8_t lower[256];
    struct bytes wanted = arena_printf(s->arena, "%.*s%.*s", BYTES_FMT(prefix), BYTES_FMT(key));
    if (wanted.len > sizeof lower)
        return script_unknown();
    for (size_t i = 0; i < wanted.len; i++)
        lower[i] = ascii_lower(wanted.at[i]);
    const struct bytes *value = table_get(s->document, bytes_of(lower, wanted.len));
    return value == NULL ? script_unknown() : script_of_utf8(s, *value);
}

ACTION(variables)
{
    (void)self;
    return document_value(s, BYTES("var:"), script_argument(s, a, n, 0));
}
ACTION(properties)
{
    (void)self;
    return document_value(s, BYTES("prop:"), script_argument(s, a, n, 0));
}
ACTION(range)
{
    const struct script_value *sheet = hidden(s, self, "\\sheet", false);
    struct bytes name = sheet == NULL ? BYTES("") : script_to_utf8(s, *sheet);
    return document_value(s, arena_printf(s->arena, "cell:%.*s!", BYTES_FMT(name)),
                          script_argument(s, a, n, 0));
}
ACTION(cells)
{
    double row = script_number_or(s, a, n, 0, 0), column = script_number_or(s, a, n, 1, 0);
    if (!(row >= 1 && column >= 1 && row <= 1048576 && column <= 16384))
        return script_unknown();
    char letters[8] = {0};
    int at = 7;
    for (uint32_t c = (uint32_t)column; c > 0; c = (c - 1) / 26)
        letters[--at] = (char)('a' + (c - 1) % 26);
    struct script_value place =
        script_of_utf8(s, arena_printf(s->arena, "%s%u", letters + at, (uint32_t)row));
    return a_range(s, self, &place, 1);
}
ACTION(sheets)
{
    (void)self;
    struct script_value sheet = script_new_object(s, BYTES("Worksheet")),
                        *at = hidden(s, sheet, "\\sheet", true);
    if (at != NULL && n >= 1)
        *at = a[0];
    return sheet;
}
ACTION(itself)
{
    (void)s, (void)a, (void)n;
    return self;
}
ACTION(element)
{
    (void)self, (void)a, (void)n;
    return script_new_object(s, BYTES("element"));
}
ACTION(from_char_code)
{
    (void)self;
    struct script_value out = script_of_string(s, "");
    report_add(&s->report, FACT_SCRIPT_OBFUSCATION, BYTES("chr"));
    for (uint32_t i = 0; i < n; i++) {
        double code;
        bool known = script_to_number(s, a[i], &code);
        out = script_join(s, out,
                          script_of_char(s, known ? (uint32_t)script_integer(code) & 0xFFFF
                                                  : SCRIPT_PART_UNKNOWN));
    }
    return out;
}
ACTION(create_object)
{
    (void)self;
    return n >= 1 ? script_create(s, a[0]) : script_unknown();
}
ACTION(macro4)
{
    (void)self;
    return script_vb_builtin(s, "executeexcel4macro", a, n);
}
/* Dictionary.Add key, value */
ACTION(add)
{
    if (self.tag == SCRIPT_OBJECT && n >= 2) {
        struct script_value *at =
            script_property(s, self.object, script_name(s, script_argument(s, a, n, 0)), true);
        if (at != NULL)
            *at = a[1];
    }
    if (self.tag == SCRIPT_ARRAY && n >= 1)
        script_push(s, self.array, a[0]);
    return script_empty();
}
ACTION(item)
{
    if (self.tag != SCRIPT_OBJECT || n < 1)
        return script_unknown();
    const struct script_value *at =
        script_property(s, self.object, script_name(s, script_argument(s, a, n, 0)), false);
    return at == NULL ? script_unknown() : *at;
}
ACTION(floor)
{
    (void)self;
    return script_vb_builtin(s, "int", a, n);
}

static const struct action {
    const char *name;
    struct script_value (*run)(struct script *s, struct script_value self, struct script_value *a,
                               uint32_t n);
} actions[] = {
    {"run", a_run},
    {"exec", a_run},
    {"shellexecute", a_shell_execute},
    {"shellexec_rundll", a_shell_execute},
    {"create", a_create},
    {"get", a_get},
    {"execmethod_", a_exec_method},
    {"open", a_open},
    {"opentextfile", a_create_text_file},
    {"send", a_send},
    {"downloadfile", a_download},
    {"downloadstring", a_download},
    {"downloaddata", a_download},
    {"downloadfileasync", a_download},
    {"openread", a_download},
    {"uploadstring", a_download},
    {"navigate", a_download},
    {"savetofile", a_save},
    {"copyfile", a_file},
    {"movefile", a_file},
    {"deletefile", a_file},
    {"createfolder", a_file},
    {"saveas", a_file},
    {"saveas2", a_file},
    {"createtextfile", a_create_text_file},
    {"write", a_write},
    {"writetext", a_write},
    {"writeline", a_write_line},
    {"readtext", a_read},
    {"read", a_read},
    {"readall", a_read},
    {"expandenvironmentstrings", a_expand},
    {"specialfolders", a_special},
    {"getspecialfolder", a_special},
    {"environment", a_itself},
    {"regwrite", a_reg_write},
    {"variables", a_variables},
    {"customdocumentproperties", a_properties},
    {"builtindocumentproperties", a_properties},
    {"range", a_range},
    {"cells", a_cells},
    {"sheets", a_sheets},
    {"worksheets", a_sheets},
    {"value", a_itself},
    {"value2", a_itself},
    {"text", a_itself},
    {"caption", a_itself},
    {"createelement", a_element},
    {"fromcharcode", a_from_char_code},
    {"createobject", a_create_object},
    {"executeexcel4macro", a_macro4},
    {"add", a_add},
    {"item", a_item},
    {"floor", a_floor},
    {"round", a_floor},
    {"spawninstance_", a_itself},
    {"documentelement", a_element},
    {"schedule", a_reg_write},
    {"workbooks", a_itself},
    {"documents", a_itself},
    {"application", a_itself},
    {"activexobject", a_create_object},
};

struct script_value script_object_method(struct script *s, struct script_value self,
                                         struct bytes name, struct script_value *argument,
                                         uint32_t count)
{
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
        if (bytes_equal(name, bytes_of_string(actions[i].name)))
            return actions[i].run(s, self, argument, count);
    for (uint32_t i = 0; i < count; i++)
        script_show(s, argument[i]);
    return script_unknown();
}
