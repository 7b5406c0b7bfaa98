/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/data.h"

#include "know/family.h"
#include "observe/shared.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <talloc.h>
#include <unistd.h>

#ifndef NOROSHI_DATADIR
#define NOROSHI_DATADIR "/usr/local/share/noroshi"
#endif
#define FILE_BYTES_MAX ((size_t)1024 * 1024 * 1024)

/* The folder that holds the folder of the program, or NULL. */
static char *above_program(const void *parent)
{
    char self[4096];
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    if (len <= 0)
        return NULL;
    self[len] = 0;
    for (int up = 0; up < 2; up++) {
        char *slash = strrchr(self, '/');
        if (slash == NULL)
            return NULL;
        *slash = 0;
    }
    return talloc_strdup(parent, self);
}

char *data_path(const void *parent, const char *name, struct error *err)
{
    const char *folders[] = {getenv("NOROSHI_DATA"), above_program(parent), NOROSHI_DATADIR};
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        if (folders[i] == NULL || folders[i][0] == 0)
            continue;
        char *path = talloc_asprintf(parent, "%s/%s", folders[i], name);
        if (access(path, R_OK) == 0)
            return path;
        talloc_free(path);
    }
    error_set(err, ERROR_INPUT, "the shipped '%s' is nowhere to be found", name);
    error_hint(err, "set NOROSHI_DATA to the folder that holds rules/ and knowledge/");
    return NULL;
}

bool data_read(const void *parent, const char *path, struct bytes *out, struct error *err)
{
    FILE *file = fopen(path, "rbe");
    if (file == NULL)
        return error_set_errno(err, ERROR_INPUT, "cannot read %s", path);
    size_t len = 0, room = 0;
    uint8_t *at = NULL;
    for (size_t n = 1; n > 0 && len < FILE_BYTES_MAX; len += n) {
        if (room - len < 65536) {
            room = room == 0 ? 65536 : room * 2;
            at = talloc_realloc_size(parent, at, room);
        }
        n = fread(at + len, 1, room - len, file);
    }
    bool ok = ferror(file) == 0 || error_set_errno(err, ERROR_INPUT, "cannot read %s", path);
    fclose(file);
    *out = bytes_of(at, len);
    return ok;
}

struct shared_domains *data_shared(const void *parent)
{
    struct error err = {0};
    char *lists = data_path(parent, "knowledge/lists", &err);
    char *brands = lists == NULL ? NULL : data_path(parent, "knowledge/brands.yml", &err);
    struct shared_domains *shared =
        brands == NULL ? NULL : shared_load(parent, lists, brands, &err);
    if (shared == NULL)
        fprintf(stderr, "noroshi: warning: shared platforms are not told from indicators: %s\n",
                err.message);
    return shared;
}

struct families *data_families(const void *parent)
{
    struct error err = {0};
    char *path = data_path(parent, "knowledge/families.yml", &err);
    struct families *families = path == NULL ? NULL : families_load(parent, path, &err);
    if (families == NULL)
        fprintf(stderr, "noroshi: warning: names are not explained: %s\n", err.message);
    return families;
}
