/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <talloc.h>
#include <unistd.h>

#define FILE_MAX_BYTES ((size_t)8 * 1024 * 1024)
#define FOLDER_DEPTH_MAX 8
#define REST_SECONDS 3 /* above the coarsest clock of a file system: two seconds */

static void cannot_read(struct arena *arena, struct rule_file *file)
{
    file->err = arena_new_of(arena, struct error);
    error_set_errno(file->err, ERROR_INPUT, "cannot read %s", (const char *)file->name.at);
}

void rule_file_read(struct arena *arena, struct rule_file *file)
{
    const char *path = (const char *)file->name.at;
    size_t size = (size_t)file->found.st_size, len = 0;
    if (file->text.at != NULL || file->err != NULL)
        return;
    if (size > FILE_MAX_BYTES) {
        file->err = arena_new_of(arena, struct error);
        error_set_at(file->err, path, 0, 0, "the file is larger than %zu MB",
                     FILE_MAX_BYTES >> 20);
        return;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        cannot_read(arena, file);
        return;
    }
    uint8_t *at = arena_alloc_raw(arena, size + 1);
    ssize_t got = 1;
    while (len < size && (got = read(fd, at + len, size - len)) > 0)
        len += (size_t)got;
    if (got < 0)
        cannot_read(arena, file);
    close(fd);
    at[len] = 0;
    file->text = bytes_of(at, len);
}

bool rule_file_rests(const struct rule_files *files, const struct rule_file *file)
{
    time_t changed = file->found.st_ctim.tv_sec, written = file->found.st_mtim.tv_sec;
    return (changed > written ? changed : written) < files->now.tv_sec - REST_SECONDS;
}

static void add_file(const void *parent, struct arena *arena, struct rule_files *files,
                     const char *path, const struct stat *found)
{
    if ((files->count & (files->count - 1)) == 0) {
        uint32_t room = files->count == 0 ? 1 : files->count * 2;
        files->file = talloc_realloc(parent, files->file, struct rule_file, room);
        if (files->file == NULL)
            abort();
    }
    files->file[files->count++] =
        (struct rule_file){.name = arena_copy(arena, bytes_of_string(path)), .found = *found};
}

static bool find_in_folder(const void *parent, struct arena *arena, struct rule_files *files,
                           const char *path, uint32_t depth, struct error *err)
{
    struct dirent **entry;
    int count = scandir(path, &entry, NULL, alphasort);
    if (count < 0)
        return error_set_errno(err, ERROR_INPUT, "cannot read %s", path);
    bool ok = true;
    for (int i = 0; i < count; i++) {
        struct bytes name = bytes_of_string(entry[i]->d_name);
        char *full = talloc_asprintf(NULL, "%s/%s", path, entry[i]->d_name);
        struct stat st;
        bool there = full != NULL && stat(full, &st) == 0;
        bool rule = bytes_ends(name, BYTES(".yml")) || bytes_ends(name, BYTES(".yaml"));
        bool folder = there && S_ISDIR(st.st_mode);
        if (!ok || name.at[0] == '.' || !(rule || folder) || depth >= FOLDER_DEPTH_MAX)
            ;
        else if (!there)
            ok = error_set_errno(err, ERROR_INPUT, "cannot read %s", full);
        else if (folder)
            ok = find_in_folder(parent, arena, files, full, depth + 1, err);
        else
            add_file(parent, arena, files, full, &st);
        talloc_free(full);
        free(entry[i]);
    }
    free(entry);
    return ok;
}

bool rule_files_find(const void *parent, struct arena *arena, struct rule_files *files,
                     const char *path, struct error *err)
{
    struct stat st;
    if (files->count == 0)
        clock_gettime(CLOCK_REALTIME, &files->now);
    if (stat(path, &st) != 0)
        return error_set_errno(err, ERROR_INPUT, "cannot read %s", path);
    if (S_ISDIR(st.st_mode))
        return find_in_folder(parent, arena, files, path, 0, err);
    add_file(parent, arena, files, path, &st);
    return true;
}
