/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <talloc.h>
#include <unistd.h>

bool file_load(struct arena *arena, const char *path, size_t most, struct bytes *out,
               struct error *err)
{
    FILE *file = fopen(path, "rbe");
    if (file == NULL)
        return error_set_errno(err, ERROR_INPUT, "cannot read %s", path);
    struct text all;
    text_init(&all, arena, most);
    uint8_t chunk[32768];
    size_t n;
    while (!all.over_limit && (n = fread(chunk, 1, sizeof chunk, file)) > 0)
        text_add(&all, bytes_of(chunk, n));
    bool ok = ferror(file) == 0 || error_set_errno(err, ERROR_INPUT, "cannot read %s", path);
    fclose(file);
    *out = all.len == 0 ? bytes_of("", 0) : text_bytes(&all);
    if (ok && all.over_limit)
        return error_set(err, ERROR_LIMIT, "%s has more than %zu bytes", path, most);
    return ok;
}

/* All of CONTENT to OUT, which is then closed; errno tells why not. */
static bool write_all(FILE *out, struct bytes content, bool sync)
{
    bool ok = fwrite(content.at, 1, content.len, out) == content.len && fflush(out) == 0 &&
              (!sync || fsync(fileno(out)) == 0);
    int why = errno;
    if (fclose(out) != 0)
        return false;
    errno = why;
    return ok;
}

/* CONTENT in a new file beside REAL with MODE, then under its name. */
static bool replace(const char *real, mode_t mode, struct bytes content)
{
    char *beside = talloc_asprintf(NULL, "%s.XXXXXX", real);
    int fd = mkstemp(beside);
    FILE *out = fd < 0 || fchmod(fd, mode) != 0 ? NULL : fdopen(fd, "wb");
    bool ok = out != NULL && write_all(out, content, true) && rename(beside, real) == 0;
    int why = errno;
    if (out == NULL && fd >= 0)
        close(fd);
    if (!ok && fd >= 0)
        unlink(beside);
    talloc_free(beside);
    errno = why;
    return ok;
}

/* The mode a file newly made here gets. */
static mode_t usual_mode(void)
{
    mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

bool file_save(const char *path, struct bytes content, struct error *err)
{
    struct stat about;
    bool is_there = stat(path, &about) == 0, ok;
    if (is_there && !S_ISREG(about.st_mode)) {
        FILE *out = fopen(path, "wbe");
        ok = out != NULL && write_all(out, content, false);
    } else {
        char *real = is_there ? realpath(path, NULL) : NULL;
        ok = replace(real != NULL ? real : path, is_there ? about.st_mode & 07777 : usual_mode(),
                     content);
        free(real);
    }
    return ok || error_set_errno(err, ERROR_OUTPUT, "cannot write %s", path);
}
