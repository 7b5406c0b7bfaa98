/* SPDX-License-Identifier: Apache-2.0
 *
 * What went wrong in the world: disk, socket, configuration, rule text.
 *
 * Hostile content is not an error (it becomes an anomaly, artifact/node.h) and a bug is an assert.
 * A function that can meet the world returns bool and takes `struct error *` last; it lives on the
 * caller's stack.  Messages are lowercase without a full stop; a hint says what to do about it. */
#ifndef NOROSHI_BASE_ERROR_H
#define NOROSHI_BASE_ERROR_H

#include "base/bytes.h"

enum error_code {
    ERROR_NONE,
    ERROR_USAGE,  /* the command line, the configuration */
    ERROR_INPUT,  /* a file that cannot be read, or not as what it was given for */
    ERROR_SYNTAX, /* text with a place: rule, knowledge, list */
    ERROR_OUTPUT, /* a full disk, a closed pipe */
    ERROR_SYSTEM, /* a system call that should not fail */
    ERROR_LIMIT,  /* a limit of ours */
};

struct error {
    enum error_code code;
    uint32_t line, column; /* 1-based; 0: no place */
    char file[256];        /* "" where there is none */
    char message[512];
    char hint[256]; /* "" where there is none */
};

/* Set CODE and the message; always returns false, so that `return error_set(...)` reads well. */
bool error_set(struct error *err, enum error_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same with a place. */
bool error_set_at(struct error *err, const char *file, uint32_t line, uint32_t column,
                  const char *format, ...) __attribute__((format(printf, 5, 6)));
void error_hint(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* "message: strerror(errno)". */
bool error_set_errno(struct error *err, enum error_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* "FILE:LINE:COLUMN: error: MESSAGE\n  hint: HINT\n" (parts that are there) to STDERR. */
void error_print(const struct error *err);

#endif
