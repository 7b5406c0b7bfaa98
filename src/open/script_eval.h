/* SPDX-License-Identifier: Apache-2.0
 *
 * Evaluating the tree of script_tree.h with unknown values allowed.
 *
 * A condition nobody can know has both its sides run, one after the other; a loop nobody can bound
 * runs once, one that meets such a condition at most some hundred thousand steps, and a function that
 * calls itself under one, with arguments nobody knows, is followed a few calls deep.  Where a loop was
 * cut short and the program runs text or starts programs, a limit counts as passed; a long loop all of
 * whose conditions are known is run to the limit itself.
 * Programs are run from their top, then their auto-start procedures, then every procedure nobody
 * called, so
 * that a decoder is seen even where the way to it is not.  Calls that act (Shell, Run,
 * ShellExecute, Open,
 * SaveToFile, iex, ...) report their arguments and answer with something unknown.  Text that is
 * run as a
 * program (eval, Execute, iex) is parsed and run in place, and becomes a child view. */
#ifndef NOROSHI_OPEN_SCRIPT_EVAL_H
#define NOROSHI_OPEN_SCRIPT_EVAL_H

#include "open/script_value.h"

#define SCRIPT_EVAL_DEPTH_MAX 250u
#define SCRIPT_CALLS_MAX 48u
#define SCRIPT_ARGUMENTS_MAX 64u
#define SCRIPT_TEXTS_MAX 8u /* text run by text run by text ... */

struct script_builtin {
    const char *name; /* lower case but for JavaScript's own */
    struct script_value (*run)(struct script *s, struct script_value *argument, uint32_t count);
};

struct script_scope {
    struct script_scope
        *parent; /* of the caller; NULL in VB, where procedures see only the globals */
    struct script_function *function;
    struct script_variable {
        struct script_name *name;
        struct script_value value;
    } * variable;
    uint32_t count, capacity;
};

void script_begin(struct script *s, enum script_language language, struct node *node,
                  struct node *document);
/* Run STATEMENTS, then the entry points and what nobody called; show all variables. */
void script_run_program(struct script *s, struct script_statement *statements);
void script_end(struct script *s);

void script_run(struct script *s, struct script_statement *statement);
struct script_value script_evaluate(struct script *s, struct script_expression *e);
/* Evaluate a list into *OUT, which holds SCRIPT_ARGUMENTS_MAX and is replaced where there are more. */
uint32_t script_arguments(struct script *s, struct script_expression *list,
                          struct script_value **out);
void script_assign(struct script *s, struct script_expression *target, struct script_value v);
/* Pages (script_page.c): whether E is the page's address; the page goes to TARGET; TARGET was given V,
 * which may send the page away; a function whose text is TEXT; SELF.NAME(ARGUMENT...) where it is one of
 * the page's own.  An array of numbers that is a file is hung below (HTML smuggling). */
bool script_is_location(struct script *s, struct script_expression *e);
void script_navigate(struct script *s, struct script_value target);
void script_assigned(struct script *s, struct script_expression *target, struct script_value v);
struct script_value script_function_of(struct script *s, struct bytes text);
bool script_page_call(struct script *s, struct script_expression *self, struct bytes name,
                      struct script_value *argument, uint32_t count, struct script_value *out);
void script_show_file(struct script *s, struct script_value v);
/* Patterns of JavaScript ([a, b = 1, ...c], {x, y: z}) and PowerShell's lists: V's parts to their names;
 * the names as variables of the function; what comes before the body of F, called with COUNT. */
void script_assign_pattern(struct script *s, struct script_expression *pattern,
                           struct script_value v);
void script_declare(struct script *s, const struct script_expression *pattern);
void script_preset(struct script *s, const struct script_function *f, uint32_t count);
void script_set(struct script *s, struct script_name *name, struct script_value v);
void script_set_local(struct script *s, struct script_name *name, struct script_value v);
struct script_value *script_find(struct script *s, struct script_name *name);
struct script_value script_call_function(struct script *s, struct script_function *f,
                                         struct script_value *argument, uint32_t count);
/* Call what V holds (a function). */
struct script_value script_call_value(struct script *s, struct script_value v,
                                      struct script_value *argument, uint32_t count);
/* Run TEXT as a program of LANGUAGE (that of S where it is the same), in place; a child view shows
 * it. */
struct script_value script_run_text(struct script *s, struct bytes text);
/* Operators (script_operator.c). */
struct script_value script_binary_value(struct script *s, enum script_op op, struct script_value a,
                                        struct script_value b);
struct script_value script_unary_value(struct script *s, enum script_op op, struct script_value a);
/* The built-in function NAME of the script's language, or NULL (script_builtin.c, script_text.c).
 * */
const struct script_builtin *script_builtin(struct script *s, struct script_name *name);
/* T with OLD replaced by NEW, everywhere or once. */
struct script_value script_replace(struct script *s, struct script_value t, struct script_value old,
                                   struct script_value new, bool all);
/* VB's built-in NAME called from another language. */
struct script_value script_vb_builtin(struct script *s, const char *name,
                                      struct script_value *argument, uint32_t count);
/* SELF.NAME(ARGUMENT...): string and array methods, then objects of Windows (script_method.c,
 * script_object.c). */
struct script_value script_method(struct script *s, struct script_value self,
                                  struct script_name *name, struct script_value *argument,
                                  uint32_t count);
struct script_value script_object_method(struct script *s, struct script_value self,
                                         struct bytes name, struct script_value *argument,
                                         uint32_t count);
/* PowerShell: casts, pipelines, commands, -split and the like (script_ps_eval.c);
 * [Type]::NAME(...); .NET methods. */
struct script_value script_ps_value(struct script *s, struct script_expression *e);
struct script_value script_ps_static(struct script *s, struct script_expression *e,
                                     struct script_value *a, uint32_t n);
bool script_ps_method(struct script *s, struct script_value self, struct bytes name,
                      struct script_value *a, uint32_t n, struct script_value *out);
/* SELF.NAME without arguments; false where it is no property known. */
bool script_get_member(struct script *s, struct script_value self, struct script_name *name,
                       struct script_value *out);
/* An object of CLASS was asked for: a fact, and the object. */
struct script_value script_create(struct script *s, struct script_value class);
/* A command line handed to something that runs it. */
void script_command(struct script *s, struct script_value line);
/* UTF-8 text of ARGUMENT[I]; "" where there are fewer. */
struct bytes script_argument(struct script *s, struct script_value *argument, uint32_t count,
                             uint32_t i);
double script_number_or(struct script *s, struct script_value *argument, uint32_t count, uint32_t i,
                        double otherwise);
/* The written file under NAME gets TEXT; its number, or -1. */
int64_t script_write_file(struct script *s, struct bytes name, struct bytes text);

#endif
