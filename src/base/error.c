/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

bool error_set(struct error *err, enum error_code code, const char *format, ...)
{
    *err = (struct error){.code = code};
    va_list args;
    va_start(args, format);
    vsnprintf(err->message, sizeof err->message, format, args);
    va_end(args);
    return false;
}

bool error_set_at(struct error *err, const char *file, uint32_t line, uint32_t column,
                  const char *format, ...)
{
    *err = (struct error){.code = ERROR_SYNTAX, .line = line, .column = column};
    snprintf(err->file, sizeof err->file, "%s", file == NULL ? "" : file);
    va_list args;
    va_start(args, format);
    vsnprintf(err->message, sizeof err->message, format, args);
    va_end(args);
    return false;
}

bool error_set_errno(struct error *err, enum error_code code, const char *format, ...)
{
    int saved = errno;
    *err = (struct error){.code = code};
    va_list args;
    va_start(args, format);
    int len = vsnprintf(err->message, sizeof err->message, format, args);
    va_end(args);
    if (len >= 0 && (size_t)len < sizeof err->message)
        snprintf(err->message + len, sizeof err->message - (size_t)len, ": %s", strerror(saved));
    return false;
}

void error_hint(struct error *err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(err->hint, sizeof err->hint, format, args);
    va_end(args);
}

void error_print(const struct error *err)
{
    if (err->file[0] != 0)
        fprintf(stderr, "%s:", err->file);
    if (err->line != 0)
        fprintf(stderr, "%u:", err->line);
    if (err->column != 0)
        fprintf(stderr, "%u:", err->column);
    fprintf(stderr, "%s%s: %s\n", err->file[0] != 0 ? " " : "noroshi: ", "error", err->message);
    if (err->hint[0] != 0)
        fprintf(stderr, "  hint: %s\n", err->hint);
}
