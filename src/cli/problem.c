/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/problem.h"

#include <stdio.h>
#include <stdlib.h>

/* The text of line LINE of PATH, or absent. */
static bool print_line(const char *path, uint32_t line, uint32_t column)
{
    FILE *file = fopen(path, "rbe");
    char *text = NULL;
    size_t room = 0;
    ssize_t len = -1;
    for (uint32_t i = 0; file != NULL && i < line; i++)
        if ((len = getline(&text, &room, file)) < 0)
            break;
    if (len > 0 && text[len - 1] == '\n')
        len--;
    bool ok = len > 0 && column >= 1 && column <= (uint32_t)len + 1;
    if (ok) {
        size_t from = column > 60 ? column - 60 : 0;
        int shown = (int)((size_t)len - from > 110 ? 110 : (size_t)len - from);
        fprintf(stderr, "  %.*s\n  ", shown, text + from);
        for (size_t i = from; i + 1 < column;
             i++) /* a continuation byte has no column on a terminal */
            if (text[i] == '\t' || ((unsigned char)text[i] & 0xC0) != 0x80)
                fputc(text[i] == '\t' ? '\t' : ' ', stderr);
        fputs("^\n", stderr);
    }
    if (file != NULL)
        fclose(file);
    free(text);
    return ok;
}

void problem_print(const struct error *err)
{
    struct error head = *err;
    head.hint[0] = 0;
    error_print(&head);
    if (err->line > 0 && err->column > 0 && err->file[0] != 0)
        print_line(err->file, err->line, err->column);
    if (err->hint[0] != 0)
        fprintf(stderr, "  hint: %s\n", err->hint);
}

void problem_print_all(const struct rule_set *set)
{
    for (uint32_t i = 0; i < rule_set_problem_count(set); i++)
        if (!rule_set_problem(set, i)->retired)
            problem_print(&rule_set_problem(set, i)->err);
}
