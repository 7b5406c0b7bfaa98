/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/hops.h"

#include "observe/received.h"

struct model_hop {
    const struct mail_view *view;
    const struct hop *hop;
    uint32_t index;
};

struct value hops_of_mail(struct model *model)
{
    const struct mail_view *view = mail_view(model);
    struct array *made = array_new(model->arena);
    for (uint32_t i = 0; i < view->hop_count; i++) {
        struct model_hop *hop = arena_new_of(model->arena, struct model_hop);
        *hop = (struct model_hop){view, &view->hop[i], i};
        array_add(model->arena, made, value_object(object_new(model, TYPE_Hop, hop)));
    }
    return value_array(made);
}

static struct value fields_of(struct model *model, const struct model_hop *self)
{
    const struct header *header = self->view->header;
    struct array *made = array_new(model->arena);
    for (uint32_t i = self->hop->first + 1; i-- > self->hop->last;)
        if (header->field[i].name.len > 0)
            array_add(model->arena, made,
                      value_object(object_new(model, TYPE_HopField, &header->field[i])));
    return value_array(made);
}

struct value resolve_HopField(struct object *object, uint32_t field)
{
    const struct header_field *self = object->self;
    if (self == NULL)
        return value_null();
    const struct header *header = mail_view(object->model)->header;
    switch (field) {
    case FIELD_HopField_name:
        return value_string(self->name);
    case FIELD_HopField_position:
        return value_int(header->count - 1 - (self - header->field));
    case FIELD_HopField_value:
        return value_string(header_unfolded(header, self));
    default:
        return value_null();
    }
}

/* Number of the hop's topmost field called NAME, or of its bottommost; UINT32_MAX: none. */
static uint32_t field_in(const struct model_hop *self, struct bytes name)
{
    for (uint32_t i = self->hop->last; i <= self->hop->first; i++)
        if (self->view->header->field[i].name.len == name.len &&
            bytes_equal_fold(self->view->header->field[i].name, name))
            return i;
    return UINT32_MAX;
}

static struct value received_of(struct model *model, const struct model_hop *self)
{
    if (!self->hop->is_closed)
        return value_null();
    struct received *made = arena_new_of(model->arena, struct received);
    received_parse(mail_field(model, self->hop->last), made);
    return value_object(object_new(model, TYPE_Received, made));
}

static struct value checked_of(struct model *model, const struct model_hop *self)
{
    if (!trust_covers(self->view, self->index))
        return value_null();
    uint32_t number = field_in(self, BYTES("Authentication-Results"));
    if (number == UINT32_MAX)
        number = field_in(self, BYTES("ARC-Authentication-Results"));
    return number == UINT32_MAX ? value_null() : model_auth_results(model, number);
}

struct value resolve_Hop(struct object *object, uint32_t field)
{
    const struct model_hop *self = object->self;
    struct model *model = object->model;
    uint32_t number;
    if (self == NULL)
        return value_null();
    switch (field) {
    case FIELD_Hop_authentication_results:
        return checked_of(model, self);
    case FIELD_Hop_fields:
        return fields_of(model, self);
    case FIELD_Hop_index:
        return value_int(self->index);
    case FIELD_Hop_received:
        return received_of(model, self);
    case FIELD_Hop_received_spf:
        number = trust_covers(self->view, self->index) ? field_in(self, BYTES("Received-SPF"))
                                                       : UINT32_MAX;
        return number == UINT32_MAX ? value_null() : model_received_spf(model, number);
    case FIELD_Hop_signature:
        number = field_in(self, BYTES("DKIM-Signature"));
        return number == UINT32_MAX ? value_null() : model_signature(model, number);
    default:
        return value_null();
    }
}

static struct value raw_object(struct model *model, enum type type, struct bytes raw)
{
    if (raw.len == 0)
        return value_null();
    struct object *made = object_new(model, type, NULL);
    object_set(made, 0, value_string(raw)); /* every one of these types has `raw` alone */
    return value_object(made);
}

struct value resolve_Received(struct object *object, uint32_t field)
{
    const struct received *self = object->self;
    struct model *model = object->model;
    if (self == NULL)
        return value_null();
    switch (field) {
    case FIELD_Received_additional:
        return raw_object(model, TYPE_ReceivedAdditional, self->additional);
    case FIELD_Received_id:
        return raw_object(model, TYPE_ReceivedID, self->id);
    case FIELD_Received_link:
        return raw_object(model, TYPE_ReceivedVia, self->via);
    case FIELD_Received_mailbox:
        return raw_object(model, TYPE_ReceivedFor, self->for_);
    case FIELD_Received_protocol:
        return raw_object(model, TYPE_ReceivedWith, self->with);
    case FIELD_Received_server:
        return raw_object(model, TYPE_ReceivedBy, self->by);
    case FIELD_Received_source:
        return raw_object(model, TYPE_ReceivedFrom, self->from);
    case FIELD_Received_time:
        return self->has_date ? model_time(model, self->at_us) : value_null();
    case FIELD_Received_zone_offset:
        return self->has_date ? model_zone(model, self->zone_minutes) : value_null();
    default:
        return value_null();
    }
}
