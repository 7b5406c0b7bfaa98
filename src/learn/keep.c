/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/keep.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <talloc.h>

bool keep_read(const void *parent, const char *path, struct bytes *out, struct error *err)
{
    struct stat about;
    FILE *file = fopen(path, "rbe");
    if (file == NULL || fstat(fileno(file), &about) != 0) {
        error_set_errno(err, ERROR_INPUT, "cannot read %s", path);
        if (file != NULL)
            fclose(file);
        return false;
    }
    size_t size = about.st_size < 0 ? 0 : (size_t)about.st_size;
    uint8_t *at = talloc_size(parent, size + 1);
    if (at == NULL)
        abort();
    size_t got = fread(at, 1, size, file);
    bool ok = got == size && S_ISREG(about.st_mode);
    fclose(file);
    *out = bytes_of(at, got);
    return ok || error_set(err, ERROR_INPUT, "cannot read all of %s", path);
}
