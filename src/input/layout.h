/* SPDX-License-Identifier: Apache-2.0
 *
 * A container image that lies as a folder on disk, as one artifact.
 *
 * An OCI image layout (oci-layout, index.json, blobs/), an unpacked `docker save` (manifest.json beside
 * its layers) or skopeo's `dir:` (version, manifest.json, blobs by their digest) is an image only as a whole:
 * layers, history and digests belong together.  So is the root of an installed system (os-release, etc,
 * usr, bin), but that of the running machine is not.  The folder is copied into a nameless temporary
 * file in the form of a tar, which is then scanned like the archive that tools make of it; it
 * disappears with its descriptor.  Memory: one buffer, whatever the size.
 *
 * Links are written as links, nothing outside the folder or on another file system is read, other kinds
 * of files are left out. */
#ifndef NOROSHI_INPUT_LAYOUT_H
#define NOROSHI_INPUT_LAYOUT_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

/* Whether the folder PATH is an image. */
bool layout_is(const char *path);
/* The folder as a tar: a descriptor at offset 0, its size in *SIZE_OUT; -1 and *ERR where it fails. */
int layout_pack(const char *path, uint64_t *size_out, struct error *err);

#endif
