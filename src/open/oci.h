/* SPDX-License-Identifier: Apache-2.0
 *
 * Container images: what they ship, line by line of the recipe that made them.
 *
 * Read are docker-archive (`docker save` of every age, skopeo's with links), OCI archives (index,
 * nested index,
 * platforms, attestations), bare layers and root file systems; recognised by what is in the tar, not by
 * its name.  Layers may be stored, gzip or zstd; their bytes stream through (open/layer.h), memory holds the
 * names of the files and the few files worth a node: scripts that do something, start-up files,
 * programs in odd
 * places, archives, the entry point.
 *
 * Two views are kept of every file: whether it is in the final file system, and in which layer it was
 * added and in which one removed or replaced; a removed file is still shipped.  History is aligned with the
 * layers, so that each file names its line of the Dockerfile.  Digests and diff ids are checked.
 *
 * source   OCI Image Format 1.1 (layer.md for whiteouts, config.md), Docker Image Specification 1.2 */
#ifndef NOROSHI_OPEN_OCI_H
#define NOROSHI_OPEN_OCI_H

#include "artifact/node.h"
#include "base/table.h"

#define OCI_LAYERS_MAX 256u
#define OCI_FILES_MAX 400000u

struct oci_layer {
    struct bytes blob;       /* as stored */
    struct bytes digest;     /* told by the manifest, "sha256:..."; absent where it tells none */
    struct bytes diff_id;    /* told by the configuration; absent where it tells none */
    struct bytes created_by; /* line of the history; absent where unknown */
    struct bytes name;       /* in the archive */
    struct node *node;
    uint32_t files, removed;
};

struct oci_file {
    struct bytes path;   /* without leading slash */
    struct bytes link;   /* target of a link; absent for others */
    uint32_t layer;      /* 1-based: added here */
    uint32_t removed_in; /* 1-based: whiteout there; 0: none */
    uint32_t replaced_in;
    bool is_program;   /* ELF */
    struct node *node; /* NULL: not kept */
};

struct oci_secret {
    struct oci_secret *next;
    const char *kind;
    struct bytes place;    /* path, "ENV NAME", "history" */
    struct bytes shown;    /* cut */
    struct oci_file *file; /* NULL for configuration */
    uint32_t layer, line;
    bool certain;
};

enum oci_entry {
    OCI_ENTRY_NONE,
    OCI_ENTRY_PLAIN,
    OCI_ENTRY_DISGUISED,
    OCI_ENTRY_MINER,
    OCI_ENTRY_DROPPER,
    OCI_ENTRY_COUNT
};
extern const char *const oci_entry_names[OCI_ENTRY_COUNT];

struct oci_image {
    struct node *node;
    const char *layout; /* "docker-archive", "oci-archive", "layer", "root file system" */
    struct oci_layer layer[OCI_LAYERS_MAX];
    uint32_t layer_count, file_count, secret_count, folders_removed;
    struct table *files;     /* path -> struct oci_file * (latest) */
    struct bytes entry_line; /* Entrypoint and Cmd joined */
    struct oci_file *entry;  /* what it starts, in the final view; NULL where not found */
    enum oci_entry entry_class;
    struct oci_secret *secret, **secret_end;
    struct value config;    /* JSON of the configuration; UNSET where none */
    void *own;              /* talloc parent of what ends with the opening */
    struct oci_image *next; /* further images of the same archive */
};

/* The first image that was read from NODE; NULL where NODE is none. */
struct oci_image *oci_image_of(const struct node *node);

/* oci_index.c: find images in the archive NODE; they hang on node->own.  False where there is none. */
bool oci_index_read(struct node *node);
/* oci_file.c: look at one member's CONTENT, make a node of it where it is worth one. */
void oci_file_look(struct oci_image *image, struct oci_file *file, struct bytes content,
                   uint64_t size, uint32_t mode);
/* How many bytes of a file of SIZE at PATH are worth reading; 0: none. */
size_t oci_file_wanted(struct bytes path, uint64_t size, uint32_t mode);
void oci_secrets_find(struct oci_image *image, struct bytes text, struct bytes place,
                      struct oci_file *file, uint32_t layer);
/* oci_config.c: environment, history, entry point. */
void oci_config_read(struct oci_image *image);
void oci_entry_find(struct oci_image *image);

#endif
