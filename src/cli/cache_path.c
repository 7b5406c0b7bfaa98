/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cache_path.h"

#include "artifact/digest.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <talloc.h>
#include <time.h>
#include <unistd.h>

#define UNUSED_SECONDS (30 * 24 * 3600)

static char *cache_folder(const void *parent)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    char *base = cache != NULL && cache[0] == '/' ? talloc_strdup(parent, cache)
                 : home != NULL && home[0] == '/' ? talloc_asprintf(parent, "%s/.cache", home)
                                                  : NULL;
    if (base == NULL)
        return NULL;
    mkdir(base, 0700);
    char *own = talloc_asprintf(base, "%s/noroshi", base);
    return mkdir(own, 0700) == 0 || errno == EEXIST ? own : NULL;
}

static void forget_unused(const char *folder)
{
    DIR *dir = opendir(folder);
    time_t now = time(NULL);
    for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
        struct stat st;
        if (strncmp(entry->d_name, "rules", 5) == 0 &&
            fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(st.st_mode) && st.st_atime < now - UNUSED_SECONDS &&
            st.st_mtime < now - UNUSED_SECONDS)
            unlinkat(dirfd(dir), entry->d_name, 0);
    }
    if (dir != NULL)
        closedir(dir);
}

char *cache_path(const void *parent, const char *const *path, uint32_t count)
{
    char *folder = cache_folder(parent);
    if (folder == NULL)
        return NULL;
    struct text all;
    uint8_t sum[64];
    text_init(&all, NULL, 0);
    for (uint32_t i = 0; i < count; i++) {
        char *real = realpath(path[i], NULL);
        text_add_string(&all, real != NULL ? real : path[i]);
        text_add_byte(&all, 0);
        free(real);
    }
    digest(DIGEST_SHA256, text_bytes(&all), sum);
    text_finish(&all);
    char *file = talloc_asprintf(folder, "%s/rules-%02x%02x%02x%02x%02x%02x", folder, sum[0], sum[1],
                                 sum[2], sum[3], sum[4], sum[5]);
    if (access(file, F_OK) != 0)
        forget_unused(folder);
    return file;
}
