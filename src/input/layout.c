/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* O_TMPFILE, memfd_create */
#include "input/layout.h"

#include "base/bytes.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK 512u
#define DEPTH_MAX 4
#define NAME_BYTES_MAX 99u
#define HEAD_BYTES_MAX 4096

struct packing {
    int to;
    uint64_t written;
};

static bool holds(int folder, const char *name, mode_t kind)
{
    struct stat status;
    return fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           (status.st_mode & S_IFMT) == kind;
}

/* manifest.json of `docker save`: a list of images with their layers. */
static bool is_docker_manifest(int folder)
{
    char head[HEAD_BYTES_MAX];
    int fd = openat(folder, "manifest.json", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof head);
    if (fd >= 0)
        close(fd);
    struct bytes text = n <= 0 ? BYTES_NONE : bytes_of(head, (size_t)n);
    return text.len > 0 && text.at[0] == '[' &&
           bytes_find(text, BYTES("\"Config\""), 0) != BYTES_NPOS;
}

bool layout_is(const char *path)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return false;
    bool oci = holds(folder, "oci-layout", S_IFREG) && holds(folder, "index.json", S_IFREG) &&
               holds(folder, "blobs", S_IFDIR);
    bool docker = holds(folder, "manifest.json", S_IFREG) && is_docker_manifest(folder);
    close(folder);
    return oci || docker;
}

static bool put(struct packing *p, const void *at, size_t len)
{
    const char *from = at;
    for (size_t done = 0; done < len;) {
        ssize_t n = write(p->to, from + done, len - done);
        if (n <= 0)
            return false;
        done += (size_t)n;
    }
    p->written += len;
    return true;
}

static bool put_header(struct packing *p, const char *name, const char *link, uint64_t size)
{
    char block[BLOCK] = {0};
    unsigned sum = 0;
    snprintf(block, NAME_BYTES_MAX + 1, "%s", name);
    memcpy(block + 100, "0000644", 8), memcpy(block + 108, "0000000", 8);
    memcpy(block + 116, "0000000", 8), memcpy(block + 136, "00000000000", 12);
    if (size < (uint64_t)8 << 30) {
        snprintf(block + 124, 12, "%011llo", (unsigned long long)size);
    } else { /* base 256, as GNU tar has it */
        block[124] = (char)0x80;
        for (int i = 0; i < 8; i++)
            block[135 - i] = (char)(size >> (8 * i));
    }
    block[156] = link == NULL ? '0' : '2';
    if (link != NULL)
        snprintf(block + 157, NAME_BYTES_MAX + 1, "%s", link);
    memcpy(block + 257, "ustar\00000", 8);
    memset(block + 148, ' ', 8);
    for (size_t i = 0; i < BLOCK; i++)
        sum += (unsigned char)block[i];
    snprintf(block + 148, 8, "%06o", sum);
    return put(p, block, BLOCK);
}

/* The content of FROM, exactly SIZE bytes: what is missing is zeros. */
static bool put_content(struct packing *p, int from, uint64_t size)
{
    static char buffer[256 * 1024];
    uint64_t padded = (size + BLOCK - 1) / BLOCK * BLOCK;
    for (uint64_t done = 0; done < padded;) {
        size_t room = padded - done < sizeof buffer ? (size_t)(padded - done) : sizeof buffer;
        size_t wanted = size - done < room ? (size_t)(size - done) : room;
        ssize_t n = done < size ? read(from, buffer, wanted) : 0;
        size_t len = n > 0 ? (size_t)n : room;
        if (n <= 0)
            memset(buffer, 0, len), size = done;
        if (!put(p, buffer, len))
            return false;
        done += len;
    }
    return true;
}

static bool put_file(struct packing *p, int folder, const char *base, const char *name,
                     const struct stat *status)
{
    char link[NAME_BYTES_MAX + 1];
    if (S_ISLNK(status->st_mode)) {
        ssize_t n = readlinkat(folder, base, link, NAME_BYTES_MAX);
        if (n <= 0)
            return true;
        link[n] = 0;
        return put_header(p, name, link, 0);
    }
    int fd = openat(folder, base, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return true; /* the image's manifest misses it then, and says so */
    bool ok = put_header(p, name, NULL, (uint64_t)status->st_size) &&
              put_content(p, fd, (uint64_t)status->st_size);
    close(fd);
    return ok;
}

static bool put_folder(struct packing *p, int folder, const char *prefix, int depth)
{
    DIR *list = fdopendir(folder);
    bool ok = list != NULL;
    if (list == NULL)
        close(folder);
    for (struct dirent *entry; ok && (entry = readdir(list)) != NULL;) {
        char name[NAME_BYTES_MAX + 1];
        struct stat status;
        int len = snprintf(name, sizeof name, "%s%s", prefix, entry->d_name);
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 || len < 0 ||
            (size_t)len >= sizeof name ||
            fstatat(dirfd(list), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        if (S_ISDIR(status.st_mode) && depth < DEPTH_MAX && (size_t)len + 2 < sizeof name) {
            int below = openat(dirfd(list), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
            name[len] = '/', name[len + 1] = 0;
            ok = below < 0 || put_folder(p, below, name, depth + 1);
        } else if (S_ISREG(status.st_mode) || S_ISLNK(status.st_mode)) {
            ok = put_file(p, dirfd(list), entry->d_name, name, &status);
        }
    }
    if (list != NULL)
        closedir(list);
    return ok;
}

/* Nameless: in $TMPDIR or /var/tmp where there is room for images, else in memory. */
static int file_new(void)
{
    const char *folder = getenv("TMPDIR");
    int fd = open(folder != NULL && folder[0] != 0 ? folder : "/var/tmp",
                  O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    return fd >= 0 ? fd : memfd_create("noroshi-image", MFD_CLOEXEC);
}

int layout_pack(const char *path, uint64_t *size_out, struct error *err)
{
    static const char end[2 * BLOCK];
    struct packing p = {.to = file_new()};
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (p.to < 0 || folder < 0 || !put_folder(&p, folder, "", 0) || !put(&p, end, sizeof end) ||
        lseek(p.to, 0, SEEK_SET) != 0) {
        error_set_errno(err, ERROR_INPUT, "cannot read the image in folder %s", path);
        if (p.to >= 0)
            close(p.to);
        return -1;
    }
    *size_out = p.written;
    return p.to;
}
