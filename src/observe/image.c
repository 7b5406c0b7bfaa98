/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/image.h"

#include "open/oci.h"

struct image_layer {
    const struct oci_layer *layer;
    uint32_t number;
};

struct model *image_model_new(struct tree *tree, struct node *node, const struct settings *settings)
{
    if (oci_image_of(node) == NULL)
        return NULL;
    struct model *model = arena_new_of(tree->arena, struct model);
    model->arena = tree->arena, model->tree = tree, model->node = node, model->settings = settings;
    model->root = object_new(model, TYPE_Image, oci_image_of(node));
    return model;
}

static struct value layers(struct model *model, const struct oci_image *image)
{
    struct array *made = array_new(model->arena);
    for (uint32_t i = 0; i < image->layer_count; i++) {
        struct image_layer *self = arena_new_of(model->arena, struct image_layer);
        *self = (struct image_layer){&image->layer[i], i + 1};
        array_add(model->arena, made, value_object(object_new(model, TYPE_ImageLayer, self)));
    }
    return value_array(made);
}

static struct value secrets(struct model *model, const struct oci_image *image)
{
    struct array *made = array_new(model->arena);
    for (const struct oci_secret *s = image->secret; s != NULL; s = s->next)
        array_add(model->arena, made, value_object(object_new(model, TYPE_ImageSecret, s)));
    return value_array(made);
}

struct value resolve_Image(struct object *object, uint32_t field)
{
    const struct oci_image *image = object->self;
    if (image == NULL)
        return value_null();
    switch (field) {
    case FIELD_Image_layout:
        return value_string(bytes_of_string(image->layout));
    case FIELD_Image_entry_point:
        return value_string(image->entry_line);
    case FIELD_Image_entry_class:
        return value_string(bytes_of_string(oci_entry_names[image->entry_class]));
    case FIELD_Image_layers:
        return layers(object->model, image);
    case FIELD_Image_secrets:
        return secrets(object->model, image);
    case FIELD_Image_files:
        return value_int(image->file_count);
    default:
        return value_null();
    }
}

struct value resolve_ImageLayer(struct object *object, uint32_t field)
{
    const struct image_layer *self = object->self;
    if (self == NULL)
        return value_null();
    switch (field) {
    case FIELD_ImageLayer_number:
        return value_int(self->number);
    case FIELD_ImageLayer_digest:
        return value_string(self->layer->digest);
    case FIELD_ImageLayer_created_by:
        return value_string(self->layer->created_by);
    case FIELD_ImageLayer_files:
        return value_int(self->layer->files);
    case FIELD_ImageLayer_removed:
        return value_int(self->layer->removed);
    default:
        return value_null();
    }
}

struct value resolve_ImageSecret(struct object *object, uint32_t field)
{
    const struct oci_secret *secret = object->self;
    if (secret == NULL)
        return value_null();
    const struct oci_file *file = secret->file;
    switch (field) {
    case FIELD_ImageSecret_kind:
        return value_string(bytes_of_string(secret->kind));
    case FIELD_ImageSecret_path:
        return value_string(secret->place);
    case FIELD_ImageSecret_state:
        return value_string(file == NULL             ? BYTES("configuration")
                            : file->removed_in != 0  ? BYTES("removed")
                            : file->replaced_in != 0 ? BYTES("replaced")
                                                     : BYTES("present"));
    case FIELD_ImageSecret_layer:
        return value_int(secret->layer);
    case FIELD_ImageSecret_line:
        return value_int(secret->line);
    case FIELD_ImageSecret_shown:
        return value_string(secret->shown);
    default:
        return value_null();
    }
}
