/* SPDX-License-Identifier: Apache-2.0
 *
 * An image as a folder: files named and filled by the input, packed and read as the tar it became. */
#include "input/layout.h"
#include "open/oci.h"
#include "open/opener.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <talloc.h>
#include <unistd.h>

static const char *const names[] = {"version", "manifest.json", "oci-layout", "index.json", "etc/os-release",
                                    "etc/passwd", "usr/x", "bin/sh", "blobs/sha256/a"};
static const char *const folders[] = {"etc", "usr", "bin", "blobs", "blobs/sha256"};
#define NAMES (sizeof names / sizeof names[0])
#define FOLDERS (sizeof folders / sizeof folders[0])

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char top[] = "/dev/shm/noroshi-fuzz-XXXXXX";
    struct error err;
    uint64_t packed = 0;
    if (size < 2 || mkdtemp(top) == NULL)
        return 0;
    int at = open(top, O_RDONLY | O_DIRECTORY), set = data[0] | data[1] << 8;
    for (size_t i = 0; i < FOLDERS; i++)
        mkdirat(at, folders[i], 0700);
    for (size_t i = 0; i < NAMES; i++) { /* each named file gets its share of the rest */
        size_t share = (size - 2) / NAMES;
        int fd = (set >> i & 1) == 0 ? -1 : openat(at, names[i], O_CREAT | O_WRONLY, 0600);
        if (fd >= 0 && write(fd, data + 2 + i * share, share) >= 0)
            close(fd);
    }
    int tar = layout_is(top) ? layout_pack(top, &packed, &err) : -1;
    void *map = tar < 0 ? MAP_FAILED : mmap(NULL, packed, PROT_READ, MAP_PRIVATE, tar, 0);
    if (map != MAP_FAILED) {
        void *parent = talloc_new(NULL);
        struct budget budget;
        budget_init(&budget);
        open_tree(tree_new(arena_new(parent), &budget, bytes_of(map, packed), BYTES("i.tar"))->root);
        talloc_free(parent), munmap(map, packed);
    }
    if (tar >= 0)
        close(tar);
    for (size_t i = 0; i < NAMES; i++)
        unlinkat(at, names[i], 0);
    for (size_t i = FOLDERS; i-- > 0;)
        unlinkat(at, folders[i], AT_REMOVEDIR);
    close(at), rmdir(top);
    return 0;
}
