/* SPDX-License-Identifier: Apache-2.0
 *
 * The evaluator of Excel 4.0 macros: values, the machine, and what its three files share.
 *
 * xlm_eval.c runs cells, xlm_parse.c reads and evaluates one formula, xlm_function.c has the
 * functions. */
#ifndef NOROSHI_OPEN_XLM_EVAL_H
#define NOROSHI_OPEN_XLM_EVAL_H

#include "base/text.h"
#include "open/script_report.h"
#include "open/xlm.h"

enum xlm_tag {
    XLM_BLANK,
    XLM_NUMBER,
    XLM_TEXT,
    XLM_TRUTH,
    XLM_REFERENCE,
    XLM_UNKNOWN,
    XLM_MISSING
};

struct xlm_area {
    uint32_t sheet, row, column, last_row, last_column;
};

struct xlm_value {
    enum xlm_tag tag;
    double number; /* NUMBER; TRUTH: 0 or 1 */
    union {
        struct bytes text;    /* TEXT; UNKNOWN: what stands for it, "{now}" */
        struct xlm_area area; /* REFERENCE */
    };
};

enum xlm_flow { XLM_GO_ON, XLM_GO_TO, XLM_HALT, XLM_BACK };

#define XLM_ARGUMENTS_MAX 255
#define XLM_LOOPS_MAX 32
#define XLM_FILES_MAX 16

struct xlm_loop {
    char kind; /* W while, F for, C for.cell */
    uint32_t row, column;
    struct bytes name;
    double now, last, step;
    struct xlm_area area;
};

struct xlm_machine {
    struct xlm_book *book;
    struct arena *arena;
    struct report report;
    struct bytes rest;           /* of the formula being read */
    uint32_t sheet, row, column; /* of the cell being run */
    struct xlm_area active;      /* ACTIVE.CELL */
    uint32_t dry;                /* > 0: read, do nothing */
    uint32_t unsure;             /* > 0: under a condition nobody can know */
    uint32_t depth, calls;
    uint64_t steps;
    enum xlm_flow flow;
    struct xlm_area target;  /* of XLM_GO_TO */
    struct xlm_value result; /* of XLM_BACK */
    struct xlm_loop loop[XLM_LOOPS_MAX];
    uint32_t loops;
    struct xlm_area *queue; /* places both sides of a condition went to */
    uint32_t queued, queue_capacity;
    struct table *variable;   /* SET.NAME, FOR: name (upper case) -> struct xlm_value */
    struct table *registered; /* alias (upper case) -> struct xlm_library */
    struct {
        struct bytes name;
        struct text content;
    } file[XLM_FILES_MAX];
    uint32_t files;
    bool over; /* steps or memory are spent */
};

struct xlm_library {
    struct bytes library, function;
};

/* Evaluate the macros of BOOK and set the facts (xlm_eval.c). */
void xlm_evaluate(struct xlm_book *book);
/* Run from AREA's first cell until HALT, RETURN or the end of the sheet. */
struct xlm_value xlm_run_from(struct xlm_machine *m, struct xlm_area area);
void xlm_enqueue(struct xlm_machine *m, struct xlm_area area);

/* The value of formula TEXT (without "=") as of the machine's cell (xlm_parse.c). */
struct xlm_value xlm_formula(struct xlm_machine *m, struct bytes text);
/* V read from its cell where it is a reference. */
struct xlm_value xlm_deref(struct xlm_machine *m, struct xlm_value v);
struct bytes xlm_text(struct xlm_machine *m, struct xlm_value v);
/* False, and 0, where V is not known as a number. */
bool xlm_number(struct xlm_machine *m, struct xlm_value v, double *out);
/* 1, 0, or -1 where nobody can know. */
int xlm_truth(struct xlm_machine *m, struct xlm_value v);
/* A1, $A$1, R1C1, Sheet!A1, 'A sheet'!A1:B2 as the whole of S. */
bool xlm_parse_reference(struct xlm_machine *m, struct bytes s, struct xlm_area *out);
bool xlm_step(struct xlm_machine *m, uint64_t cost);

/* Call NAME with ARGUMENT[count] (xlm_function.c, xlm_command.c); arguments are evaluated already.
 * */
struct xlm_value xlm_call(struct xlm_machine *m, struct bytes name, struct xlm_value *argument,
                          uint32_t count);
/* The same for functions that act; false where NAME is none of them. */
bool xlm_command(struct xlm_machine *m, struct bytes name, struct xlm_value *argument,
                 uint32_t count, struct xlm_value *out);
void xlm_store(struct xlm_machine *m, struct xlm_area area, struct xlm_value v);
struct bytes xlm_upper(struct arena *arena, struct bytes s);

static inline struct xlm_value xlm_of_number(double n)
{
    return (struct xlm_value){.tag = XLM_NUMBER, .number = n};
}
static inline struct xlm_value xlm_of_text(struct bytes s)
{
    return (struct xlm_value){.tag = XLM_TEXT, .text = s};
}
static inline struct xlm_value xlm_of_truth(bool b)
{
    return (struct xlm_value){.tag = XLM_TRUTH, .number = b};
}
static inline struct xlm_value xlm_unknown(const char *label)
{
    return (struct xlm_value){.tag = XLM_UNKNOWN, .text = bytes_of_string(label)};
}

#endif
