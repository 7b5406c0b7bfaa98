/* SPDX-License-Identifier: Apache-2.0 */
#include "open/xlm_eval.h"

#include "base/table.h"

#include <talloc.h>

static struct bytes text_at(struct xlm_machine *m, struct xlm_value *a, uint32_t n, uint32_t i)
{
    return i < n ? xlm_text(m, a[i]) : BYTES("");
}

/* NAME("text",1,...) with the arguments as evaluated: what a call shows. */
static struct bytes shown_call(struct xlm_machine *m, struct bytes name, struct xlm_value *a,
                               uint32_t n, uint32_t from)
{
    struct text out;
    text_init(&out, m->arena, 4096);
    text_add(&out, name);
    text_add_byte(&out, '(');
    for (uint32_t i = from; i < n; i++) {
        struct xlm_value v = xlm_deref(m, a[i]);
        if (i > from)
            text_add_byte(&out, ',');
        if (v.tag == XLM_TEXT)
            text_add_byte(&out, '"');
        text_add(&out, xlm_text(m, v));
        if (v.tag == XLM_TEXT)
            text_add_byte(&out, '"');
    }
    text_add_byte(&out, ')');
    return text_bytes(&out);
}

static void fact(struct xlm_machine *m, enum fact_code code, struct bytes s)
{
    node_fact_add(m->book->node, code, arena_copy(m->arena, bytes_sub(s, 0, 4096)));
}

/* A library function called with arguments A[from..n): what it fetches, writes and starts. */
static struct xlm_value call_library(struct xlm_machine *m, struct xlm_library lib,
                                     struct xlm_value *a, uint32_t n, uint32_t from)
{
    struct report *report = &m->report;
    report_api(report, lib.library, lib.function);
    struct bytes library = lib.library;
    if (bytes_ends_fold(library, BYTES(".dll")))
        library.len -= 4;
    struct bytes name =
        arena_printf(m->arena, "%.*s!%.*s", BYTES_FMT(library), BYTES_FMT(lib.function));
    fact(m, FACT_XLM_CALLS, shown_call(m, name, a, n, from));
    for (uint32_t i = from; i < n; i++)
        if (xlm_deref(m, a[i]).tag == XLM_TEXT)
            report_built(report, xlm_text(m, a[i]));
    struct bytes function = lib.function;
    if (bytes_starts_fold(function, BYTES("URLDownloadToFile")) ||
        bytes_starts_fold(function, BYTES("URLDownloadToCacheFile"))) {
        report_url(report, text_at(m, a, n, from + 1));
        report_file(report, text_at(m, a, n, from + 2));
        report_flag(report, FACT_SCRIPT_WRITES_FILES);
    } else if (bytes_starts_fold(function, BYTES("ShellExecute"))) {
        struct bytes program = text_at(m, a, n, from + 2), parameters = text_at(m, a, n, from + 3);
        report_command(
            report, arena_printf(m->arena, "%.*s %.*s", BYTES_FMT(program), BYTES_FMT(parameters)));
    } else if (bytes_starts_fold(function, BYTES("WinExec"))) {
        report_command(report, text_at(m, a, n, from));
    } else if (bytes_starts_fold(function, BYTES("CreateProcess"))) {
        struct bytes line = text_at(m, a, n, from + 1);
        report_command(report, line.len > 0 ? line : text_at(m, a, n, from));
    } else if (bytes_starts_fold(function, BYTES("CreateDirectory"))) {
        report_file(report, text_at(m, a, n, from));
    }
    return xlm_of_number(0);
}

static struct xlm_value do_register(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    if (n < 2)
        return xlm_unknown("{?}");
    struct xlm_library *lib = talloc(m->report.own, struct xlm_library);
    lib->library = text_at(m, a, n, 0);
    lib->function = text_at(m, a, n, 1);
    struct bytes alias = text_at(m, a, n, 3);
    if (alias.len == 0)
        alias = lib->function;
    report_api(&m->report, lib->library, lib->function);
    fact(m, FACT_XLM_REGISTERS,
         arena_printf(m->arena, "%.*s!%.*s as %.*s", BYTES_FMT(lib->library),
                      BYTES_FMT(lib->function), BYTES_FMT(alias)));
    if (m->registered->count < 1024)
        table_set(m->registered, xlm_upper(m->arena, alias), lib);
    return xlm_of_text(alias);
}

static struct xlm_value do_call(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    struct xlm_library lib = {text_at(m, a, n, 0), text_at(m, a, n, 1)};
    struct xlm_library *known = table_get(m->registered, xlm_upper(m->arena, lib.library));
    if (known != NULL && n >= 1)
        return call_library(m, *known, a, n, 1);
    return call_library(m, lib, a, n, 3);
}

static struct xlm_value do_exec(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    fact(m, FACT_XLM_CALLS, shown_call(m, BYTES("EXEC"), a, n, 0));
    report_command(&m->report, text_at(m, a, n, 0));
    return xlm_of_number(33);
}

/* FORMULA(text, reference): a text with "=" becomes a formula, which then may run. */
static struct xlm_value do_formula(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    struct xlm_area area = n >= 2 && a[1].tag == XLM_REFERENCE ? a[1].area : m->active;
    struct xlm_value v = n < 1 ? xlm_unknown("{?}") : xlm_deref(m, a[0]);
    struct bytes s = xlm_text(m, v);
    if (v.tag == XLM_TEXT)
        report_built(&m->report, s);
    if (s.len < 2 || s.at[0] != '=') {
        xlm_store(m, area, v);
        return xlm_of_truth(true);
    }
    fact(m, FACT_XLM_WRITTEN,
         arena_printf(m->arena, "%.*s: %.*s",
                      BYTES_FMT(xlm_place(m->book, area.sheet, area.row, area.column)),
                      BYTES_FMT(s)));
    for (uint32_t row = area.row; row <= area.last_row && row - area.row < 256 && xlm_step(m, 1);
         row++) {
        struct xlm_cell *cell = xlm_cell_at(m->book, area.sheet, row, area.column, true);
        if (cell != NULL)
            cell->formula = bytes_from(s, 1), cell->ran = false;
    }
    /* Where the sheet is no macro sheet, or nothing goes there, it is run all the same. */
    xlm_enqueue(m, (struct xlm_area){area.sheet, area.row, area.column, area.row, area.column});
    return xlm_of_truth(true);
}

static struct xlm_value do_set_value(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    if (n >= 2 && a[0].tag == XLM_REFERENCE) {
        struct xlm_cell *cell =
            xlm_cell_at(m->book, a[0].area.sheet, a[0].area.row, a[0].area.column, true);
        xlm_store(m, a[0].area, a[1]);
        if (cell != NULL)
            cell->ran = true; /* its value is what was set, whatever its formula */
    }
    return xlm_of_truth(true);
}

static void set_variable(struct xlm_machine *m, struct bytes name, struct xlm_value v)
{
    void **at = table_at(m->variable, xlm_upper(m->arena, name));
    if (*at == NULL)
        *at = talloc(m->report.own, struct xlm_value);
    *(struct xlm_value *)*at = v;
}

static struct xlm_value do_set_name(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    if (n >= 1 && m->variable->count < 4096) {
        struct xlm_value v = n >= 2 ? a[1] : xlm_unknown("{?}");
        set_variable(m, text_at(m, a, n, 0), v.tag == XLM_REFERENCE ? v : xlm_deref(m, v));
    }
    return xlm_of_truth(true);
}

/* Where A points: a reference, a text that is one, or a name. */
static bool target_of(struct xlm_machine *m, struct xlm_value v, struct xlm_area *out)
{
    if (v.tag == XLM_REFERENCE) {
        *out = v.area;
        return true;
    }
    return v.tag == XLM_TEXT && xlm_parse_reference(m, v.text, out);
}

static struct xlm_value do_goto(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    struct xlm_area area;
    if (n >= 1 && target_of(m, a[0], &area)) {
        if (m->unsure > 0)
            xlm_enqueue(m, area);
        else
            m->flow = XLM_GO_TO, m->target = area;
    }
    return xlm_of_truth(true);
}

static struct xlm_value do_run(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    struct xlm_area area;
    return n >= 1 && target_of(m, a[0], &area) ? xlm_run_from(m, area) : xlm_unknown("{?}");
}

static struct xlm_value do_halt(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    (void)a, (void)n;
    if (m->unsure == 0)
        m->flow = XLM_HALT;
    return xlm_of_truth(true);
}

static struct xlm_value do_return(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    if (m->unsure == 0) {
        m->flow = XLM_BACK;
        m->result = n >= 1 ? xlm_deref(m, a[0]) : xlm_of_truth(true);
    }
    return xlm_of_truth(true);
}

static struct xlm_value do_select(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    if (n >= 1)
        target_of(m, a[0], &m->active);
    return xlm_of_truth(true);
}

/* Move to the row after the NEXT or END.IF (or ELSE) that closes what begins here. */
static void skip_block(struct xlm_machine *m, const char *open, const char *close,
                       const char *other)
{
    uint32_t depth = 0;
    for (uint32_t row = m->row + 1; row < m->book->sheet[m->sheet].rows && xlm_step(m, 1); row++) {
        const struct xlm_cell *cell = xlm_cell_at(m->book, m->sheet, row, m->column, false);
        if (cell == NULL || cell->formula.at == NULL)
            continue;
        bool opens = bytes_starts_fold(cell->formula, bytes_of_string(open));
        bool closes = bytes_starts_fold(cell->formula, bytes_of_string(close));
        if (opens)
            depth++;
        if ((closes ||
             (other != NULL && bytes_starts_fold(cell->formula, bytes_of_string(other)))) &&
            depth == 0) {
            m->flow = XLM_GO_TO;
            m->target = (struct xlm_area){m->sheet, row + 1, m->column, row + 1, m->column};
            return;
        }
        if (closes)
            depth--;
    }
}

static struct xlm_value do_if(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    if (n >= 1 && xlm_truth(m, a[0]) == 0)
        skip_block(m, "IF(", "END.IF", "ELSE");
    return xlm_of_truth(true);
}

static struct xlm_value do_else(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    (void)a,
        (void)
            n; /* reached by running the side before it; where that was a guess, this one is run too */
    (void)m;
    return xlm_of_truth(true);
}

static struct xlm_loop *begin_loop(struct xlm_machine *m, char kind)
{
    if (m->loops >= XLM_LOOPS_MAX)
        return NULL;
    struct xlm_loop *loop = &m->loop[m->loops++];
    *loop = (struct xlm_loop){.kind = kind, .row = m->row, .column = m->column};
    return loop;
}

static struct xlm_value do_while(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    int truth = n >= 1 ? xlm_truth(m, a[0]) : -1;
    if (truth == 0)
        skip_block(m, "WHILE(", "NEXT(", NULL);
    else {
        struct xlm_loop *loop = begin_loop(m, 'W');
        if (loop != NULL)
            loop->step = truth; /* unknown: once */
    }
    return xlm_of_truth(true);
}

static struct xlm_value do_for(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    struct xlm_loop *loop = begin_loop(m, 'F');
    if (loop == NULL)
        return xlm_of_truth(false);
    loop->name = text_at(m, a, n, 0);
    bool known = n >= 3 && xlm_number(m, a[1], &loop->now) && xlm_number(m, a[2], &loop->last);
    loop->step = 1;
    if (n >= 4 && a[3].tag != XLM_MISSING)
        xlm_number(m, a[3], &loop->step);
    if (!known || loop->step == 0)
        loop->last = loop->now, loop->step = 1;
    set_variable(m, loop->name, xlm_of_number(loop->now));
    if (loop->step > 0 ? loop->now > loop->last : loop->now < loop->last) {
        m->loops--;
        skip_block(m, "FOR", "NEXT(", NULL);
    }
    return xlm_of_truth(true);
}

static void set_cell_variable(struct xlm_machine *m, const struct xlm_loop *loop)
{
    uint32_t width = loop->area.last_column - loop->area.column + 1, i = (uint32_t)loop->now;
    uint32_t row = loop->area.row + i / width, column = loop->area.column + i % width;
    set_variable(m, loop->name,
                 (struct xlm_value){.tag = XLM_REFERENCE,
                                    .area = {loop->area.sheet, row, column, row, column}});
}

static struct xlm_value do_for_cell(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    struct xlm_loop *loop = begin_loop(m, 'C');
    if (loop == NULL || n < 2 || a[1].tag != XLM_REFERENCE ||
        a[1].area.last_column < a[1].area.column || a[1].area.last_row < a[1].area.row)
        return xlm_of_truth(false);
    loop->name = text_at(m, a, n, 0);
    loop->area = a[1].area;
    loop->last = (double)(loop->area.last_row - loop->area.row + 1) *
                     (loop->area.last_column - loop->area.column + 1) -
                 1;
    loop->step = 1;
    set_cell_variable(m, loop);
    return xlm_of_truth(true);
}

static struct xlm_value do_next(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    (void)a, (void)n;
    if (m->loops == 0)
        return xlm_of_truth(true);
    struct xlm_loop *loop = &m->loop[m->loops - 1];
    uint32_t row = loop->row;
    if (loop->kind == 'W') {
        m->loops--;
        if (loop->step < 0)
            return xlm_of_truth(true);
    } else {
        loop->now += loop->step;
        if (loop->step > 0 ? loop->now > loop->last : loop->now < loop->last) {
            m->loops--;
            return xlm_of_truth(true);
        }
        if (loop->kind == 'C')
            set_cell_variable(m, loop);
        else
            set_variable(m, loop->name, xlm_of_number(loop->now));
        row++;
    }
    m->flow = XLM_GO_TO;
    m->target = (struct xlm_area){m->sheet, row, loop->column, row, loop->column};
    return xlm_of_truth(true);
}

static struct xlm_value do_fopen(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    struct bytes name = text_at(m, a, n, 0);
    report_file(&m->report, name);
    if (m->files < XLM_FILES_MAX) {
        m->file[m->files].name = name;
        text_init(&m->file[m->files].content, m->arena, 1024 * 1024);
        m->files++;
    }
    return xlm_of_number(m->files);
}

static struct xlm_value write_file(struct xlm_machine *m, struct xlm_value *a, uint32_t n,
                                   const char *end)
{
    double handle;
    report_flag(&m->report, FACT_SCRIPT_WRITES_FILES);
    if (n >= 2 && xlm_number(m, a[0], &handle) && handle >= 1 && handle <= m->files) {
        struct text *out = &m->file[(uint32_t)handle - 1].content;
        text_add(out, text_at(m, a, n, 1));
        text_add_string(out, end);
    }
    return xlm_of_number(1);
}
static struct xlm_value do_fwrite(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    return write_file(m, a, n, "");
}
static struct xlm_value do_fwriteln(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    return write_file(m, a, n, "\r\n");
}

static struct xlm_value do_execute(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    fact(m, FACT_XLM_CALLS, shown_call(m, BYTES("EXECUTE"), a, n, 0));
    for (uint32_t i = 0; i < n; i++)
        report_built(&m->report, text_at(m, a, n, i));
    return xlm_unknown("{?}");
}

static struct xlm_value do_initiate(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    fact(m, FACT_XLM_CALLS, shown_call(m, BYTES("INITIATE"), a, n, 0));
    struct bytes program = text_at(m, a, n, 0), topic = text_at(m, a, n, 1);
    report_command(&m->report,
                   arena_printf(m->arena, "%.*s %.*s", BYTES_FMT(program), BYTES_FMT(topic)));
    return xlm_of_number(1);
}

static struct xlm_value do_evaluate(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    struct bytes s = bytes_trim(text_at(m, a, n, 0));
    if (s.len > 0 && s.at[0] == '=')
        s = bytes_from(s, 1);
    return s.len == 0 || m->depth > 48 ? xlm_unknown("{?}") : xlm_formula(m, s);
}

/* Acts on Excel itself, asks about the machine, or waits: nothing to do, worth a fact. */
static struct xlm_value do_note(struct xlm_machine *m, struct xlm_value *a, uint32_t n)
{
    (void)m, (void)a, (void)n;
    return xlm_unknown("{?}");
}

static const struct row {
    struct bytes name;
    struct xlm_value (*run)(struct xlm_machine *m, struct xlm_value *a, uint32_t n);
} rows[] = {
    {BYTES("REGISTER"), do_register},
    {BYTES("REGISTER.ID"), do_register},
    {BYTES("CALL"), do_call},
    {BYTES("EXEC"), do_exec},
    {BYTES("FORMULA"), do_formula},
    {BYTES("FORMULA.FILL"), do_formula},
    {BYTES("FORMULA.ARRAY"), do_formula},
    {BYTES("SET.VALUE"), do_set_value},
    {BYTES("SET.NAME"), do_set_name},
    {BYTES("DEFINE.NAME"), do_set_name},
    {BYTES("GOTO"), do_goto},
    {BYTES("RUN"), do_run},
    {BYTES("HALT"), do_halt},
    {BYTES("CLOSE"), do_halt},
    {BYTES("FILE.CLOSE"), do_halt},
    {BYTES("QUIT"), do_halt},
    {BYTES("CLOSE.ALL"), do_halt},
    {BYTES("RETURN"), do_return},
    {BYTES("SELECT"), do_select},
    {BYTES("ACTIVATE"), do_note},
    {BYTES("IF"), do_if},
    {BYTES("ELSE"), do_else},
    {BYTES("ELSE.IF"), do_else},
    {BYTES("END.IF"), do_else},
    {BYTES("WHILE"), do_while},
    {BYTES("FOR"), do_for},
    {BYTES("FOR.CELL"), do_for_cell},
    {BYTES("NEXT"), do_next},
    {BYTES("FOPEN"), do_fopen},
    {BYTES("FWRITE"), do_fwrite},
    {BYTES("FWRITELN"), do_fwriteln},
    {BYTES("EXECUTE"), do_execute},
    {BYTES("INITIATE"), do_initiate},
    {BYTES("EVALUATE"), do_evaluate},
    {BYTES("GET.WORKSPACE"), do_note},
    {BYTES("GET.CELL"), do_note},
    {BYTES("GET.DOCUMENT"), do_note},
    {BYTES("GET.WINDOW"), do_note},
    {BYTES("GET.NOTE"), do_note},
    {BYTES("GET.FORMULA"), do_note},
    {BYTES("ALERT"), do_note},
    {BYTES("WAIT"), do_note},
    {BYTES("ON.TIME"), do_run},
    {BYTES("WORKBOOK.HIDE"), do_note},
    {BYTES("WORKBOOK.INSERT"), do_note},
    {BYTES("APP.MAXIMIZE"), do_note},
    {BYTES("ERROR"), do_note},
    {BYTES("SAVE.AS"), do_note},
    {BYTES("FILE.DELETE"), do_note},
    {BYTES("FILES"), do_note},
    {BYTES("DIRECTORY"), do_note},
    {BYTES("SEND.KEYS"), do_note},
    {BYTES("VBA.INSERT.FILE"), do_note},
    {BYTES("CREATE.OBJECT"), do_note},
    {BYTES("OPEN"), do_note},
    {BYTES("ECHO"), do_note},
    {BYTES("HYPERLINK"), do_note},
    {BYTES("FREAD"), do_note},
    {BYTES("FREADLN"), do_note},
    {BYTES("FCLOSE"), do_note},
    {BYTES("DELETE.NAME"), do_note},
};

bool xlm_command(struct xlm_machine *m, struct bytes name, struct xlm_value *argument,
                 uint32_t count, struct xlm_value *out)
{
    const struct xlm_library *lib = table_get(m->registered, xlm_upper(m->arena, name));
    if (lib != NULL) {
        *out = call_library(m, *lib, argument, count, 0);
        return true;
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!bytes_equal_fold(name, rows[i].name))
            continue;
        node_fact_add(m->book->node, FACT_XLM_FUNCTIONS, rows[i].name);
        *out = rows[i].run(m, argument, count);
        return true;
    }
    for (uint32_t i = 0; i < m->book->name_count; i++) { /* a macro called by its name */
        struct xlm_area area;
        if (!bytes_equal_fold(m->book->name[i].name, name) ||
            !xlm_parse_reference(m, m->book->name[i].formula, &area))
            continue;
        *out = xlm_run_from(m, area);
        return true;
    }
    return false;
}
