/* SPDX-License-Identifier: Apache-2.0 */
#include "open/oci.h"

#include "artifact/digest.h"
#include "base/json_read.h"
#include "base/text.h"
#include "open/tar.h"

#include <talloc.h>

#define IMAGES_MAX 16u
#define LINKS_MAX 8u

/* Members of the outer archive by name. */
struct outer {
    struct node *node;
    struct table *member; /* name -> struct tar_member * */
    struct oci_image **end;
    uint32_t images;
    void *own;
};

static struct bytes without_dot(struct bytes name)
{
    while (bytes_starts(name, BYTES("./")))
        name = bytes_from(name, 2);
    return name;
}

static void members_read(struct outer *outer)
{
    struct arena *arena = outer->node->tree->arena;
    struct tar_walk walk;
    struct tar_member member;
    tar_begin(&walk, arena, outer->node->content);
    for (uint32_t count = 0; count < 20000 && tar_next(&walk, &member); count++) {
        struct tar_member *kept = arena_new_of(arena, struct tar_member);
        *kept = member;
        table_set(outer->member, without_dot(member.name), kept);
        if ((member.hazards & (TAR_ABSOLUTE | TAR_CLIMBS)) != 0)
            node_anomaly(outer->node, ANOMALY_PATH_TRAVERSAL, member.header_at, 512, member.name);
        if ((member.hazards & TAR_CUT) != 0)
            node_anomaly(outer->node, ANOMALY_TRUNCATED, member.header_at, 512, member.name);
    }
}

/* TARGET of a link that stands in the folder of NAME, inside the archive: "a/layer.tar", "../b.tar" -> "b.tar". */
static struct bytes link_target(struct arena *arena, struct bytes name, struct bytes target)
{
    struct bytes part[64], step;
    uint32_t count = 0;
    size_t slash = bytes_find_last_byte(name, '/');
    struct bytes rest = slash == BYTES_NPOS ? BYTES("") : bytes_sub(name, 0, slash);
    for (int round = 0; round < 2; round++, rest = target)
        while (rest.len > 0 && bytes_next_field(&rest, '/', &step)) {
            if (bytes_equal(step, BYTES("..")))
                count -= count > 0;
            else if (step.len > 0 && !bytes_equal(step, BYTES(".")) && count < 64)
                part[count++] = step;
        }
    struct text text;
    text_init(&text, arena, 0);
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0)
            text_add_byte(&text, '/');
        text_add(&text, part[i]);
    }
    return text_bytes(&text);
}

/* The content of member NAME, links followed inside the archive only. */
static struct bytes member_data(struct outer *outer, struct bytes name)
{
    name = without_dot(name);
    for (uint32_t i = 0; i < LINKS_MAX; i++) {
        const struct tar_member *member = table_get(outer->member, name);
        if (member == NULL)
            return BYTES_NONE;
        if (member->type == TAR_FILE)
            return member->data;
        if (member->type == TAR_HARD_LINK)
            name = without_dot(member->link);
        else
            name = link_target(outer->node->tree->arena, name, member->link);
    }
    return BYTES_NONE;
}

/* The blob of DIGEST ("sha256:<hex>"), checked. */
static struct bytes blob_data(struct outer *outer, struct bytes digest)
{
    size_t colon = bytes_find_byte(digest, ':', 0);
    if (colon == BYTES_NPOS)
        return BYTES_NONE;
    struct bytes name = arena_printf(outer->node->tree->arena, "blobs/%.*s/%.*s",
                                     BYTES_FMT(bytes_sub(digest, 0, colon)),
                                     BYTES_FMT(bytes_from(digest, colon + 1)));
    return member_data(outer, name);
}

static struct value field(struct value map, const char *name)
{
    return map.tag == VALUE_MAP ? map_get(map.as.map, bytes_of_string(name)) : (struct value){0};
}

static struct value json_of(struct outer *outer, struct bytes text)
{
    struct value v = text.len == 0 || text.len > (size_t)16 << 20
                         ? (struct value){0}
                         : json_read(outer->node->tree->arena, text, NULL);
    if (text.len > 0 && v.tag == VALUE_UNSET)
        node_anomaly(outer->node, ANOMALY_MALFORMED, 0, 0, BYTES("JSON of the image"));
    return v;
}

static struct oci_image *image_new(struct outer *outer, const char *layout)
{
    if (outer->images++ >= IMAGES_MAX) {
        node_limit(outer->node, LIMIT_PARTS);
        return NULL;
    }
    struct oci_image *image = arena_new_of(outer->node->tree->arena, struct oci_image);
    image->node = outer->node, image->layout = layout, image->secret_end = &image->secret;
    *outer->end = image, outer->end = &image->next;
    return image;
}

static void layer_add(struct outer *outer, struct oci_image *image, struct bytes blob,
                      struct bytes digest, struct bytes name)
{
    if (blob.at == NULL) {
        node_anomaly(outer->node, ANOMALY_TRUNCATED, 0, 0,
                     arena_printf(outer->node->tree->arena, "layer %.*s is not in the archive",
                                  BYTES_FMT(name)));
        return;
    }
    if (image->layer_count >= OCI_LAYERS_MAX) {
        node_limit(outer->node, LIMIT_PARTS);
        return;
    }
    image->layer[image->layer_count++] =
        (struct oci_layer){.blob = blob, .digest = digest, .name = name};
}

static void config_set(struct outer *outer, struct oci_image *image, struct bytes text)
{
    image->config = json_of(outer, text);
    struct value ids = field(field(image->config, "rootfs"), "diff_ids");
    if (ids.tag != VALUE_ARRAY)
        return;
    for (uint32_t i = 0; i < ids.as.array->count && i < image->layer_count; i++)
        image->layer[i].diff_id = value_bytes(ids.as.array->item[i]);
}

/* manifest.json of docker-archive: [{"Config": .., "RepoTags": .., "Layers": [..]}]. */
static void docker_read(struct outer *outer)
{
    struct value list = json_of(outer, member_data(outer, BYTES("manifest.json")));
    for (uint32_t i = 0; list.tag == VALUE_ARRAY && i < list.as.array->count; i++) {
        struct value one = list.as.array->item[i], layers = field(one, "Layers");
        struct oci_image *image = image_new(outer, "docker-archive");
        if (image == NULL)
            return;
        for (uint32_t k = 0; layers.tag == VALUE_ARRAY && k < layers.as.array->count; k++) {
            struct bytes name = value_bytes(layers.as.array->item[k]);
            layer_add(outer, image, member_data(outer, name), BYTES_NONE, name);
        }
        config_set(outer, image, member_data(outer, value_bytes(field(one, "Config"))));
    }
}

static bool is_attestation(struct value descriptor)
{
    struct value kind = field(field(descriptor, "annotations"), "vnd.docker.reference.type");
    return bytes_equal(value_bytes(kind), BYTES("attestation-manifest")) ||
           bytes_equal(value_bytes(field(field(descriptor, "platform"), "os")), BYTES("unknown"));
}

static void descriptor_read(struct outer *outer, struct value descriptor, uint32_t depth)
{
    struct bytes digest = value_bytes(field(descriptor, "digest")), text = blob_data(outer, digest);
    if (is_attestation(descriptor) || text.at == NULL)
        return;
    if (bytes_starts(digest, BYTES("sha256:")) &&
        !bytes_equal(bytes_from(digest, 7),
                     digest_hex(outer->node->tree->arena, DIGEST_SHA256, text)))
        node_anomaly(outer->node, ANOMALY_BAD_CHECKSUM, 0, 0,
                     BYTES("a manifest's digest is not the index's"));
    struct value manifest = json_of(outer, text), inner = field(manifest, "manifests"),
                 layers = field(manifest, "layers");
    for (uint32_t i = 0;
         depth < 3 && inner.tag == VALUE_ARRAY && i < inner.as.array->count && i < 64; i++)
        descriptor_read(outer, inner.as.array->item[i], depth + 1);
    if (layers.tag != VALUE_ARRAY)
        return;
    struct oci_image *image = image_new(outer, "oci-archive");
    for (uint32_t i = 0; image != NULL && i < layers.as.array->count; i++) {
        struct bytes id = value_bytes(field(layers.as.array->item[i], "digest"));
        layer_add(outer, image, blob_data(outer, id), id, id);
    }
    if (image != NULL)
        config_set(outer, image,
                   blob_data(outer, value_bytes(field(field(manifest, "config"), "digest"))));
}

bool oci_index_read(struct node *node)
{
    struct oci_image *first = NULL;
    struct outer outer = {.node = node, .end = &first, .own = talloc_new(NULL)};
    outer.member = table_new(outer.own);
    members_read(&outer);
    struct value index = json_of(&outer, member_data(&outer, BYTES("index.json")));
    struct value manifests = field(index, "manifests");
    for (uint32_t i = 0; manifests.tag == VALUE_ARRAY && i < manifests.as.array->count && i < 64;
         i++)
        descriptor_read(&outer, manifests.as.array->item[i], 0);
    if (first == NULL)
        docker_read(&outer);
    talloc_free(outer.own);
    node->own = first;
    return first != NULL;
}
