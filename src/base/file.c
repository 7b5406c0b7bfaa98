/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include "base/text.h"

#include <stdio.h>

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
