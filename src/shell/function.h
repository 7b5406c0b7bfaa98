/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions are read where they are called, and read again only while that can teach something.
 *
 * What the machine knows of a variable or a file only grows: the values it had.  A call with the words,
 * input and circumstances of one before, of whose inputs nothing new was learnt since it began, would
 * come to the same: its assignments, files and output are repeated and its body is not read.  Scripts
 * that call their helpers a hundred times cost what they say, not what they repeat.
 *
 * Private to src/shell.  If something that decides what a body means were missing from the key
 * (call_key), the signs (signs_of) or the inputs, a second sight would be lost, never a first. */
#ifndef NOROSHI_SHELL_FUNCTION_H
#define NOROSHI_SHELL_FUNCTION_H

#include "shell/machine.h"

/* Read the function CALL names, if there is one. */
bool function_call(struct call *call);
/* VALUE was seen in what OF is part of; whether that is new. */
bool machine_learn(struct machine *m, struct knowledge *of, struct shell_string value);
/* The function being read looked at what OF is part of. */
void machine_depends(struct machine *m, struct knowledge *of);
/* V was given VALUE in the place of BEFORE; ADDED went into FILE. */
void variable_assigned(struct machine *m, struct variable *v, struct shell_string before,
                       struct shell_string value);
void file_written(struct machine *m, struct file *file, struct shell_string added);

#endif
