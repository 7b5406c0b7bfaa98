/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* O_TMPFILE, memfd_create */
#include "input/layout.h"

#include "artifact/digest.h"
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
#define ROOT_DEPTH_MAX 64 /* folders of a root file system lie deeper, and each holds a descriptor */
#define NAME_BYTES_MAX 99u
#define PATH_BYTES_MAX 4095u
#define HEAD_BYTES_MAX 4096
#define MANIFEST_BYTES_MAX ((size_t)4 * 1024 * 1024)

enum layout { LAYOUT_NONE, LAYOUT_ARCHIVE, LAYOUT_SKOPEO, LAYOUT_ROOT };

struct packing {
    int to;
    uint64_t written;
    enum layout layout;
    dev_t device; /* nothing of other file systems */
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

/* skopeo's dir: a version, one manifest, and blobs named by their digest alone. */
static bool is_skopeo(int folder)
{
    char head[32];
    int fd = openat(folder, "version", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof head);
    if (fd >= 0)
        close(fd);
    return n > 0 && bytes_starts(bytes_of(head, (size_t)n), BYTES("Directory Transport")) &&
           holds(folder, "manifest.json", S_IFREG);
}

/* The root of an installed system: it names its release and has the folders every one has. */
static bool is_root(int folder)
{
    struct stat status, top;
    bool named = fstatat(folder, "etc/os-release", &status, AT_SYMLINK_NOFOLLOW) == 0 ||
                 fstatat(folder, "usr/lib/os-release", &status, AT_SYMLINK_NOFOLLOW) == 0;
    bool here = stat("/", &top) == 0 && fstat(folder, &status) == 0 &&
                top.st_ino == status.st_ino && top.st_dev == status.st_dev;
    return named && !here && holds(folder, "etc", S_IFDIR) && holds(folder, "usr", S_IFDIR) &&
           (holds(folder, "bin", S_IFDIR) || holds(folder, "bin", S_IFLNK));
}

static enum layout layout_of(int folder)
{
    bool oci = holds(folder, "oci-layout", S_IFREG) && holds(folder, "index.json", S_IFREG) &&
               holds(folder, "blobs", S_IFDIR);
    bool docker = holds(folder, "manifest.json", S_IFREG) && is_docker_manifest(folder);
    return oci || docker        ? LAYOUT_ARCHIVE
           : is_skopeo(folder) ? LAYOUT_SKOPEO
           : is_root(folder)   ? LAYOUT_ROOT
                               : LAYOUT_NONE;
}

bool layout_is(const char *path)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum layout layout = folder < 0 ? LAYOUT_NONE : layout_of(folder);
    if (folder >= 0)
        close(folder);
    return layout != LAYOUT_NONE;
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

static bool put_block(struct packing *p, const char *name, const char *link, uint64_t size,
                      char type, mode_t mode)
{
    char block[BLOCK] = {0};
    unsigned sum = 0;
    snprintf(block, NAME_BYTES_MAX + 1, "%s", name);
    snprintf(block + 100, 8, "%07o", (unsigned)mode & 07777U);
    memcpy(block + 108, "0000000", 8);
    memcpy(block + 116, "0000000", 8), memcpy(block + 136, "00000000000", 12);
    if (size < (uint64_t)8 << 30) {
        snprintf(block + 124, 12, "%011llo", (unsigned long long)size);
    } else { /* base 256, as GNU tar has it */
        block[124] = (char)0x80;
        for (int i = 0; i < 8; i++)
            block[135 - i] = (char)(size >> (8 * i));
    }
    block[156] = type;
    if (link != NULL)
        snprintf(block + 157, NAME_BYTES_MAX + 1, "%s", link);
    memcpy(block + 257, "ustar\00000", 8);
    memset(block + 148, ' ', 8);
    for (size_t i = 0; i < BLOCK; i++)
        sum += (unsigned char)block[i];
    snprintf(block + 148, 8, "%06o", sum);
    return put(p, block, BLOCK);
}

static bool put_text(struct packing *p, const char *text, size_t len)
{
    static const char zeros[BLOCK];
    size_t rest = len % BLOCK;
    return put(p, text, len) && (rest == 0 || put(p, zeros, BLOCK - rest));
}

/* The header of a file; a name or link that does not fit goes before it, as GNU tar has it. */
static bool put_header(struct packing *p, const char *name, const char *link, uint64_t size,
                       mode_t mode)
{
    char type = link != NULL ? '2' : S_ISDIR(mode) ? '5' : '0';
    if (strlen(name) > NAME_BYTES_MAX &&
        (!put_block(p, "././@LongLink", NULL, strlen(name) + 1, 'L', 0644) ||
         !put_text(p, name, strlen(name) + 1)))
        return false;
    if (link != NULL && strlen(link) > NAME_BYTES_MAX &&
        (!put_block(p, "././@LongLink", NULL, strlen(link) + 1, 'K', 0644) ||
         !put_text(p, link, strlen(link) + 1)))
        return false;
    return put_block(p, name, link, size, type, mode);
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
    char link[PATH_BYTES_MAX + 1];
    if (S_ISLNK(status->st_mode)) {
        ssize_t n = readlinkat(folder, base, link, PATH_BYTES_MAX);
        if (n <= 0)
            return true;
        link[n] = 0;
        return put_header(p, name, link, 0, status->st_mode);
    }
    int fd = openat(folder, base, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return true; /* the image's manifest misses it then, and says so */
    bool ok = put_header(p, name, NULL, (uint64_t)status->st_size, status->st_mode) &&
              put_content(p, fd, (uint64_t)status->st_size);
    close(fd);
    return ok;
}

/* Where a blob of skopeo's folder lies in an OCI layout; other names stay. */
static int place(const struct packing *p, const char *prefix, const char *base, char *name,
                 size_t size)
{
    bool blob = p->layout == LAYOUT_SKOPEO && strlen(base) == 64 &&
                strspn(base, "0123456789abcdef") == 64;
    return snprintf(name, size, "%s%s", blob ? "blobs/sha256/" : prefix, base);
}

static bool put_folder(struct packing *p, int folder, const char *prefix, int depth)
{
    const int most = p->layout == LAYOUT_ROOT ? ROOT_DEPTH_MAX : DEPTH_MAX;
    DIR *list = fdopendir(folder);
    bool ok = list != NULL;
    if (list == NULL)
        close(folder);
    for (struct dirent *entry; ok && (entry = readdir(list)) != NULL;) {
        char name[PATH_BYTES_MAX + 1];
        struct stat status;
        int len = place(p, prefix, entry->d_name, name, sizeof name);
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 || len < 0 ||
            (size_t)len + 2 >= sizeof name ||
            fstatat(dirfd(list), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
            status.st_dev != p->device)
            continue;
        if (p->layout == LAYOUT_SKOPEO && strcmp(name, "manifest.json") == 0)
            continue; /* written as the layout has it */
        if (S_ISDIR(status.st_mode) && depth < most) {
            int below =
                openat(dirfd(list), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
            name[len] = '/', name[len + 1] = 0;
            ok = put_header(p, name, NULL, 0, status.st_mode) &&
                 (below < 0 || put_folder(p, below, name, depth + 1));
        } else if (S_ISREG(status.st_mode) || S_ISLNK(status.st_mode)) {
            ok = put_file(p, dirfd(list), entry->d_name, name, &status);
        }
    }
    if (list != NULL)
        closedir(list);
    return ok;
}

static bool put_whole(struct packing *p, const char *name, const char *text, size_t len)
{
    return put_header(p, name, NULL, len, 0644) && put_text(p, text, len);
}

/* The marker and index an OCI layout has and skopeo's folder has not, and the manifest as its blob. */
static bool put_index(struct packing *p, int folder)
{
    static const char marker[] = "{\"imageLayoutVersion\":\"1.0.0\"}";
    char *text = malloc(MANIFEST_BYTES_MAX), index[512], blob[96];
    uint8_t sum[64];
    int fd = openat(folder, "manifest.json", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    ssize_t n = fd < 0 || text == NULL ? -1 : read(fd, text, MANIFEST_BYTES_MAX);
    bool ok = n > 0;
    if (fd >= 0)
        close(fd);
    if (ok) {
        size_t at = (size_t)snprintf(blob, sizeof blob, "blobs/sha256/");
        const char *hex = blob + at;
        digest(DIGEST_SHA256, bytes_of(text, (size_t)n), sum);
        for (int i = 0; i < 32; i++)
            at += (size_t)snprintf(blob + at, sizeof blob - at, "%02x", sum[i]);
        int len = snprintf(index, sizeof index,
                           "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":"
                           "\"application/vnd.oci.image.manifest.v1+json\","
                           "\"digest\":\"sha256:%s\",\"size\":%zd}]}",
                           hex, n);
        ok = put_whole(p, "oci-layout", marker, sizeof marker - 1) &&
             put_whole(p, "index.json", index, (size_t)len) &&
             put_whole(p, blob, text, (size_t)n);
    }
    free(text);
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
    struct stat status = {0};
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = p.to >= 0 && folder >= 0 && fstat(folder, &status) == 0;
    p.device = status.st_dev, p.layout = ok ? layout_of(folder) : LAYOUT_NONE;
    if (ok && p.layout == LAYOUT_SKOPEO)
        ok = put_index(&p, folder);
    if (!ok && folder >= 0)
        close(folder);
    if (!ok || !put_folder(&p, folder, "", 0) || !put(&p, end, sizeof end) ||
        lseek(p.to, 0, SEEK_SET) != 0) {
        error_set_errno(err, ERROR_INPUT, "cannot read the image in folder %s", path);
        if (p.to >= 0)
            close(p.to);
        return -1;
    }
    *size_out = p.written;
    return p.to;
}
