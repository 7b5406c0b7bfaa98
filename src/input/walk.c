/* SPDX-License-Identifier: Apache-2.0 */
#include "input/walk.h"

#include "input/layout.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#define DEPTH_MAX 128

struct listing {
    char *path;  /* of the folder */
    char **name; /* sorted */
    unsigned count, at;
    bool is_maildir;
};

struct walk {
    struct listing *level[DEPTH_MAX];
    int depth; /* levels in use; 0 with only_file: the path was a file */
    char *only_file;
    char *path; /* of the last answer */
    char *seek; /* everything that sorts before is stepped over; NULL: nothing */
};

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_folder(const char *folder, const char *name)
{
    struct stat status;
    char *path = talloc_asprintf(NULL, "%s/%s", folder, name);
    bool yes = path != NULL && lstat(path, &status) == 0 && S_ISDIR(status.st_mode);
    talloc_free(path);
    return yes;
}

/* In a Maildir (DJB's layout and Maildir++): cur, new and dotted subfolders. */
static bool is_mail_entry(const struct listing *listing, const char *name)
{
    if (strcmp(name, "cur") == 0 || strcmp(name, "new") == 0)
        return true;
    return name[0] == '.' && is_folder(listing->path, name);
}

static struct listing *listing_read(const void *parent, const char *path, struct error *err)
{
    DIR *folder = opendir(path);
    if (folder == NULL) {
        error_set_errno(err, ERROR_INPUT, "cannot read folder %s", path);
        return NULL;
    }
    struct listing *listing = talloc_zero(parent, struct listing);
    listing->path = talloc_strdup(listing, path);
    unsigned capacity = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (listing->count == capacity) {
            capacity = capacity == 0 ? 64 : capacity * 2;
            listing->name = talloc_realloc(listing, listing->name, char *, capacity);
            if (listing->name == NULL)
                abort();
        }
        listing->name[listing->count++] = talloc_strdup(listing, entry->d_name);
    }
    closedir(folder);
    if (listing->count > 0)
        qsort(listing->name, listing->count, sizeof *listing->name, by_name);
    listing->is_maildir = is_folder(path, "cur") && is_folder(path, "new");
    return listing;
}

struct walk *walk_open(const void *parent, const char *path, struct error *err)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        error_set_errno(err, ERROR_INPUT, "cannot read %s", path);
        return NULL;
    }
    struct walk *walk = talloc_zero(parent, struct walk);
    if (walk == NULL)
        abort();
    if (!S_ISDIR(status.st_mode) || layout_is(path)) {
        walk->only_file = talloc_strdup(walk, path);
        return walk;
    }
    walk->level[0] = listing_read(walk, path, err);
    if (walk->level[0] == NULL) {
        talloc_free(walk);
        return NULL;
    }
    walk->depth = 1;
    return walk;
}

/* Order of the walk: by name, level by level, so '/' sorts before every other byte. */
static int path_compare(const char *a, const char *b)
{
    for (; *a != 0 && *a == *b; a++, b++)
        ;
    int left = *a == '/' ? 1 : (uint8_t)*a * 2, right = *b == '/' ? 1 : (uint8_t)*b * 2;
    return left - right;
}

/* Whether the file or folder PATH ends before the place the walk was told to start at. */
static bool is_before(struct walk *walk, const char *path, bool folder)
{
    if (walk->seek == NULL)
        return false;
    size_t len = strlen(path);
    if (folder && strncmp(walk->seek, path, len) == 0 && walk->seek[len] == '/')
        return false; /* the place is inside */
    return path_compare(path, walk->seek) < 0;
}

static int one_file(struct walk *walk, const char **path_out, struct stat *status_out,
                    struct error *err)
{
    if (walk->only_file == NULL)
        return 0;
    talloc_free(walk->path);
    walk->path = walk->only_file;
    walk->only_file = NULL;
    *path_out = walk->path;
    if (stat(walk->path, status_out) == 0)
        return 1;
    error_set_errno(err, ERROR_INPUT, "cannot read %s", walk->path);
    return -1;
}

/* Whether the path of the last answer is a file to read: 1, 0 no, -1 *err. */
static int judge(struct walk *walk, struct stat *status, struct error *err)
{
    const char *path = walk->path;
    if (lstat(path, status) != 0) {
        error_set_errno(err, ERROR_INPUT, "cannot read %s", path);
        return -1;
    }
    if (S_ISDIR(status->st_mode)) {
        if (is_before(walk, path, true))
            return 0;
        if (layout_is(path))
            return 1;
        if (walk->depth == DEPTH_MAX) {
            error_set(err, ERROR_LIMIT, "folders deeper than %d: %s", DEPTH_MAX, path);
            return -1;
        }
        struct listing *below = listing_read(walk, path, err);
        if (below == NULL)
            return -1;
        walk->level[walk->depth++] = below;
        return 0;
    }
    if (is_before(walk, path, false))
        return 0;
    if (S_ISLNK(status->st_mode) && (stat(path, status) != 0 || S_ISDIR(status->st_mode)))
        return 0;
    return S_ISREG(status->st_mode);
}

int walk_next(struct walk *walk, const char **path_out, struct stat *status_out, struct error *err)
{
    while (walk->depth > 0) {
        struct listing *top = walk->level[walk->depth - 1];
        if (top->at == top->count) {
            talloc_free(top);
            walk->depth--;
            continue;
        }
        const char *name = top->name[top->at++];
        if (top->is_maildir && !is_mail_entry(top, name))
            continue;
        talloc_free(walk->path);
        size_t len = strlen(top->path);
        walk->path = talloc_asprintf(walk, "%s%s%s", top->path,
                                     len > 0 && top->path[len - 1] == '/' ? "" : "/", name);
        *path_out = walk->path;
        int answer = judge(walk, status_out, err);
        if (answer != 0)
            return answer;
    }
    return one_file(walk, path_out, status_out, err);
}

void walk_seek(struct walk *walk, struct bytes path)
{
    walk->seek = talloc_strndup(walk, (const char *)path.at, path.len);
}
