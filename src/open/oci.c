/* SPDX-License-Identifier: Apache-2.0 */
#include "open/oci.h"

#include "artifact/digest.h"
#include "base/text.h"
#include "open/layer.h"
#include "open/opener.h"
#include "open/tar.h"

#include <talloc.h>

#define PEEK_BYTES ((size_t)256 * 1024)
#define MS_PER_MB 40u
#define FOLDERS_ENOUGH 4 /* of a root file system, to call a tar one */
#define LARGE_BYTES ((size_t)32 * 1024 * 1024)
#define FOLDERS_REMOVED_MAX 4096u

const char *const oci_entry_names[OCI_ENTRY_COUNT] = {"none", "plain", "disguised", "miner",
                                                      "dropper"};

/* Folders at the top of a root file system. */
static int root_folder(struct bytes name)
{
    static const char *const names[] = {"etc",  "usr", "bin",  "sbin", "var", "root", "lib",
                                        "home", "tmp", "proc", "sys",  "dev", "opt",  "boot"};
    while (bytes_starts(name, BYTES("./")) || bytes_starts(name, BYTES("/")))
        name = bytes_from(name, name.at[0] == '/' ? 1 : 2);
    size_t slash = bytes_find_byte(name, '/', 0);
    struct bytes top = slash == BYTES_NPOS ? name : bytes_sub(name, 0, slash);
    for (int i = 0; i < (int)(sizeof names / sizeof names[0]); i++)
        if (bytes_equal(top, bytes_of_string(names[i])))
            return i;
    return -1;
}

/* 0 no image, 1 an archive of one, 2 a layer or root file system. */
static int look_at_tar(struct arena *arena, struct bytes content, int enough)
{
    struct tar_walk walk;
    struct tar_member member;
    uint32_t folders = 0, count = 0;
    tar_begin(&walk, arena, content);
    while (count++ < 20000 && tar_next(&walk, &member)) {
        if (bytes_equal(member.name, BYTES("manifest.json")) ||
            bytes_equal(member.name, BYTES("oci-layout")) ||
            bytes_equal(member.name, BYTES("./oci-layout")) ||
            bytes_equal(member.name, BYTES("./manifest.json")))
            return 1;
        size_t slash = bytes_find_last_byte(member.name, '/');
        struct bytes base = slash == BYTES_NPOS ? member.name : bytes_from(member.name, slash + 1);
        int folder = root_folder(member.name);
        if (folder >= 0)
            folders |= 1U << folder;
        if (bytes_starts(base, BYTES(".wh.")) || __builtin_popcount(folders) >= enough)
            return 2;
    }
    return 0;
}

static int look(const struct node *node)
{
    void *own = talloc_new(NULL);
    struct arena *arena = arena_new(own);
    int what = 0;
    if (node->kind == KIND_TAR || (node->kind == KIND_UNKNOWN && tar_is(node->content))) {
        what = look_at_tar(arena, node->content, FOLDERS_ENOUGH);
    } else if (node->kind == KIND_GZIP || node->kind == KIND_ZSTD) {
        struct piece *piece =
            piece_new(own, node->kind == KIND_GZIP ? CODEC_GZIP : CODEC_ZSTD, node->content);
        uint8_t *head = arena_alloc(arena, PEEK_BYTES);
        size_t len = 0, part;
        while (len < PEEK_BYTES && (part = piece_read(piece, head + len, PEEK_BYTES - len)) > 0)
            len += part;
        int enough = node->content.len > LARGE_BYTES ? 1 : FOLDERS_ENOUGH; /* else it is not read at all */
        if (tar_is(bytes_of(head, len)) && look_at_tar(arena, bytes_of(head, len), enough) == 2)
            what = 2;
    }
    talloc_free(own);
    return what;
}

static int bid(const struct node *node)
{
    return look(node) != 0 ? 95 : 0;
}

struct oci_image *oci_image_of(const struct node *node)
{
    return node->kind == KIND_IMAGE ? node->own : NULL;
}

static struct bytes clean_path(struct bytes name)
{
    while (bytes_starts(name, BYTES("./")) || bytes_starts(name, BYTES("/")))
        name = bytes_from(name, name.at[0] == '/' ? 1 : 2);
    while (name.len > 0 && name.at[name.len - 1] == '/')
        name.len--;
    return name;
}

/* Everything of lower layers at or below PATH is gone (only BELOW: an opaque folder). */
static void removed_note(struct oci_image *image, struct oci_file *file, uint32_t layer)
{
    file->removed_in = layer, image->layer[layer - 1].removed++;
    if (file->node != NULL)
        node_fact_string(
            file->node, FACT_IMAGE_STATE,
            arena_printf(image->node->tree->arena, "removed in layer %u, still shipped", layer));
}

static void whiteout(struct oci_image *image, struct bytes path, uint32_t layer, bool below)
{
    struct oci_file *file = below ? NULL : table_get(image->files, path);
    if (file != NULL) {
        if (file->layer < layer && file->removed_in == 0)
            removed_note(image, file, layer);
        return;
    }
    if (++image->folders_removed > FOLDERS_REMOVED_MAX) { /* each costs a walk over all files */
        node_limit(image->node, LIMIT_NODES);
        return;
    }
    for (uint32_t i = 0; i < image->files->count; i++) {
        struct oci_file *other = image->files->row[i].value;
        if (other->layer < layer && other->removed_in == 0 && other->path.len > path.len + 1 &&
            bytes_starts(other->path, path) && (path.len == 0 || other->path.at[path.len] == '/'))
            removed_note(image, other, layer);
    }
}

static void hazards_note(struct oci_image *image, const struct tar_member *member, uint32_t layer)
{
    struct node *node = image->layer[layer - 1].node;
    if (node == NULL)
        return;
    struct bytes name = arena_copy(node->tree->arena, member->name);
    if ((member->hazards & (TAR_ABSOLUTE | TAR_CLIMBS)) != 0)
        node_anomaly(node, ANOMALY_PATH_TRAVERSAL, 0, 0, name);
    bool plain_device = bytes_starts(clean_path(member->name), BYTES("dev/"));
    if ((member->hazards & TAR_DEVICE) != 0 && !plain_device)
        node_anomaly(node, ANOMALY_UNUSUAL_MEMBER, 0, 0, name);
    if ((member->hazards & TAR_SPARSE) != 0)
        node_anomaly(node, ANOMALY_MALFORMED, 0, 0, BYTES("sparse file in a layer"));
    if ((member->hazards & TAR_LINK_ESCAPES) != 0 &&
        bytes_find(member->link, BYTES(".."), 0) != BYTES_NPOS &&
        (member->hazards & TAR_CLIMBS) != 0)
        node_anomaly(node, ANOMALY_LINK_ESCAPES, 0, 0, name);
}

static struct oci_file *file_note(struct oci_image *image, const struct tar_member *member,
                                  struct bytes path, uint32_t layer)
{
    struct arena *arena = image->node->tree->arena;
    void **slot = table_at(image->files, path);
    struct oci_file *before = *slot;
    if (before != NULL && before->layer == layer)
        node_anomaly(image->layer[layer - 1].node, ANOMALY_DUPLICATE_NAME, 0, 0, before->path);
    if (before != NULL && before->removed_in == 0 && before->layer < layer)
        before->replaced_in = layer;
    struct oci_file *file = arena_new_of(arena, struct oci_file);
    struct bytes kept = arena_copy(arena, path);
    if (before == NULL) { /* the table points at its keys: the kept copy must be it */
        image->files->row[image->files->count - 1].key = kept;
    }
    file->path = kept, file->layer = layer;
    file->link = member->link.len > 0 ? arena_copy(arena, member->link) : BYTES_NONE;
    *slot = file;
    if (before != NULL && before->node != NULL && before->removed_in == 0 &&
        before->replaced_in == layer)
        node_fact_string(before->node, FACT_IMAGE_STATE,
                         arena_printf(arena, "replaced in layer %u, still shipped", layer));
    image->layer[layer - 1].files++, image->file_count++;
    return file;
}

static void member_read(struct oci_image *image, struct layer *reader, struct arena *scratch,
                        const struct tar_member *member, uint32_t layer)
{
    struct bytes path = clean_path(member->name);
    size_t slash = bytes_find_last_byte(path, '/');
    struct bytes base = slash == BYTES_NPOS ? path : bytes_from(path, slash + 1);
    struct bytes dir = slash == BYTES_NPOS ? BYTES("") : bytes_sub(path, 0, slash);
    hazards_note(image, member, layer);
    if (bytes_equal(base, BYTES(".wh..wh..opq"))) {
        whiteout(image, dir, layer, true);
        return;
    }
    if (bytes_starts(base, BYTES(".wh."))) {
        struct text gone;
        text_init(&gone, scratch, 0);
        text_add(&gone, dir);
        if (dir.len > 0)
            text_add_byte(&gone, '/');
        text_add(&gone, bytes_from(base, 4));
        whiteout(image, text_bytes(&gone), layer, false);
        return;
    }
    if (member->type == TAR_FOLDER || path.len == 0)
        return;
    if (image->file_count >= OCI_FILES_MAX) {
        node_limit(image->node, LIMIT_NODES);
        return;
    }
    struct oci_file *file = file_note(image, member, path, layer);
    size_t wanted =
        member->type == TAR_FILE ? oci_file_wanted(path, member->size, member->mode) : 0;
    if (wanted > 0)
        oci_file_look(image, file, layer_content(reader, scratch, wanted), member->size,
                      member->mode);
}

static void digests_check(struct oci_image *image, struct layer *reader, uint32_t n,
                          struct arena *scratch)
{
    struct oci_layer *layer = &image->layer[n - 1];
    struct bytes diff_id = layer_diff_id(reader, scratch);
    if (bytes_starts(layer->digest, BYTES("sha256:"))) {
        struct bytes found = digest_hex(scratch, DIGEST_SHA256, layer->blob);
        if (!bytes_equal(bytes_from(layer->digest, 7), found))
            node_anomaly(layer->node, ANOMALY_BAD_CHECKSUM, 0, 0,
                         BYTES("the layer's digest is not the manifest's"));
    }
    if (bytes_starts(layer->diff_id, BYTES("sha256:")) &&
        !bytes_equal(bytes_from(layer->diff_id, 7), diff_id))
        node_anomaly(layer->node, ANOMALY_BAD_CHECKSUM, 0, 0,
                     BYTES("the layer's diff id is not the configuration's"));
    enum decompress_status status = layer_status(reader);
    if (status != DECOMPRESS_OK)
        node_anomaly(layer->node,
                     status == DECOMPRESS_TRUNCATED ? ANOMALY_TRUNCATED : ANOMALY_UNDECODABLE, 0, 0,
                     BYTES("layer"));
}

static void layer_read(struct oci_image *image, uint32_t n)
{
    struct oci_layer *layer = &image->layer[n - 1];
    struct arena *arena = image->node->tree->arena;
    struct bytes line = bytes_sub(layer->created_by, 0, 120);
    layer->node = node_add(
        image->node, BYTES(""),
        arena_printf(arena, "layer %u%s%.*s", n, line.len > 0 ? ": " : "", BYTES_FMT(line)));
    if (layer->node == NULL)
        return;
    layer->node->kind = KIND_DIRECTORY, layer->node->opened = true, layer->node->is_view = true;
    void *own = talloc_new(image->own);
    struct arena *scratch = arena_new(own);
    struct layer *reader = layer_open(own, layer->blob);
    struct tar_member member;
    uint32_t count = 0;
    while (layer_next(reader, scratch, &member)) {
        member_read(image, reader, scratch, &member, n);
        arena_reset(scratch);
        if ((++count & 255) == 0 && !budget_time_left(image->node->tree->budget)) {
            node_limit(image->node, LIMIT_MILLISECONDS);
            break;
        }
    }
    digests_check(image, reader, n, scratch);
    talloc_free(own);
}

/* What became of the files that have nodes. */
static void states_note(struct oci_image *image)
{
    for (uint32_t i = 0; i < image->files->count; i++) {
        struct oci_file *file = image->files->row[i].value;
        if (file->node != NULL && file->removed_in == 0)
            node_fact_string(file->node, FACT_IMAGE_STATE, BYTES("in the final file system"));
    }
}

static void image_read(struct oci_image *image)
{
    image->files = table_new(image->own);
    if (image->config.tag == VALUE_MAP)
        oci_config_read(image);
    for (uint32_t n = 1; n <= image->layer_count; n++)
        layer_read(image, n);
    states_note(image);
    oci_entry_find(image);
}

static void open(struct node *node)
{
    struct tree *tree = node->tree;
    int what = look(node);
    void *own = talloc_new(NULL);
    tree->budget->most[LIMIT_MILLISECONDS] += node->content.len / (1024 * 1024) * MS_PER_MB;
    node->kind = KIND_IMAGE;
    if (what == 2 || !oci_index_read(node)) {
        struct oci_image *image = arena_new_of(tree->arena, struct oci_image);
        image->node = node, image->layout = "layer", image->secret_end = &image->secret;
        image->layer[0].blob = node->content, image->layer[0].name = node->name,
        image->layer_count = 1;
        node->own = image;
    }
    for (struct oci_image *image = node->own; image != NULL; image = image->next) {
        image->own = own;
        image_read(image);
        image->files = NULL;
    }
    talloc_free(own);
}

const struct opener opener_oci = {"oci", bid, open};
