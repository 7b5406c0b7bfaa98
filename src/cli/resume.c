/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/resume.h"

#include "base/file.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <talloc.h>
#include <unistd.h>

#define HEAD "noroshi resume 1\n"
#define LINE_MAX_BYTES 9000

/* One artifact whose result is awaited. */
struct waiting {
    struct waiting *next;
    char *path; /* as given on the command line */
    char *file; /* as the walk names it */
    uint64_t entry, offset;
};

struct resume {
    const char *file;
    char *current; /* path being read */
    bool skipped;
    struct waiting *first, *last;
    struct waiting *done; /* newest per path, one row each */
    uint32_t unsaved;
};

static struct waiting *row_of(struct resume *resume, const char *path)
{
    struct waiting *row = resume->done;
    while (row != NULL && strcmp(row->path, path) != 0)
        row = row->next;
    return row;
}

static bool save(struct resume *resume, struct error *err)
{
    struct text out;
    text_init(&out, NULL, 0);
    text_add_string(&out, HEAD);
    for (const struct waiting *row = resume->done; row != NULL; row = row->next)
        text_add_format(&out, "%" PRIu64 "\t%" PRIu64 "\t%s\t%s\n", row->entry, row->offset,
                        row->path, row->file);
    bool ok = file_save(resume->file, text_bytes(&out), err);
    text_finish(&out);
    resume->unsaved = 0;
    return ok;
}

static bool load_row(struct resume *resume, char *line)
{
    line[strcspn(line, "\n")] = 0;
    char *offset = strchr(line, '\t');
    char *path = offset == NULL ? NULL : strchr(offset + 1, '\t');
    char *file = path == NULL ? NULL : strchr(path + 1, '\t');
    if (file == NULL)
        return false;
    *offset = *path = *file = 0;
    struct waiting *row = talloc_zero(resume, struct waiting);
    row->entry = strtoull(line, NULL, 10);
    row->offset = strtoull(offset + 1, NULL, 10);
    row->path = talloc_strdup(row, path + 1);
    row->file = talloc_strdup(row, file + 1);
    row->next = resume->done;
    resume->done = row;
    return true;
}

static bool load(struct resume *resume, struct error *err)
{
    FILE *in = fopen(resume->file, "re");
    if (in == NULL)
        return error_set_errno(err, ERROR_INPUT, "cannot read %s", resume->file);
    static char line[LINE_MAX_BYTES];
    bool ok = fgets(line, sizeof line, in) != NULL && strcmp(line, HEAD) == 0;
    while (ok && fgets(line, sizeof line, in) != NULL)
        ok = load_row(resume, line);
    fclose(in);
    if (ok)
        return true;
    error_set(err, ERROR_INPUT, "%s is no file of --resume", resume->file);
    error_hint(err, "remove it to start anew");
    return false;
}

struct resume *resume_open(const void *parent, const char *file, struct error *err)
{
    if (file == NULL)
        return NULL;
    struct resume *resume = talloc_zero(parent, struct resume);
    resume->file = talloc_strdup(resume, file);
    if (access(file, F_OK) != 0 ? save(resume, err) : load(resume, err))
        return resume;
    talloc_free(resume);
    return NULL;
}

bool resume_close(struct resume *resume, struct error *err)
{
    /* What standard output did not take is not done. */
    bool ok = resume == NULL || resume->unsaved == 0 || fflush(stdout) != 0 || save(resume, err);
    talloc_free(resume);
    return ok;
}

void resume_begin(struct resume *resume, const char *path, struct input *input)
{
    if (resume == NULL)
        return;
    resume->current = talloc_strdup(resume, path);
    const struct waiting *row = row_of(resume, path);
    resume->skipped = row != NULL;
    if (row != NULL)
        input_seek(input, (struct input_position){
                              .path = row->file[0] == 0 ? BYTES_NONE : bytes_of_string(row->file),
                              .entry = row->entry,
                              .offset = row->offset});
}

void resume_submitted(struct resume *resume, const struct input_position *after)
{
    if (resume == NULL)
        return;
    struct waiting *row = talloc_zero(resume, struct waiting);
    row->path = resume->current;
    row->file = talloc_asprintf(row, "%.*s", BYTES_FMT(after->path));
    row->entry = after->entry;
    row->offset = after->offset;
    if (resume->last == NULL)
        resume->first = row;
    else
        resume->last->next = row;
    resume->last = row;
}

void resume_done(struct resume *resume)
{
    if (resume == NULL || resume->first == NULL)
        return;
    struct waiting *row = resume->first;
    resume->first = row->next;
    if (resume->first == NULL)
        resume->last = NULL;
    struct waiting *known = row_of(resume, row->path);
    if (known == NULL) {
        row->next = resume->done;
        resume->done = row;
    } else {
        talloc_free(known->file);
        known->file = talloc_steal(known, row->file);
        known->entry = row->entry;
        known->offset = row->offset;
        talloc_free(row);
    }
    struct error later; /* resume_close tries again, and tells */
    if (++resume->unsaved >= RESUME_EVERY && fflush(stdout) == 0 && !save(resume, &later))
        resume->unsaved = 1;
}

bool resume_skipped(const struct resume *resume)
{
    return resume != NULL && resume->skipped;
}
