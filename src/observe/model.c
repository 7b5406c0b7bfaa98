/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/model.h"

#include "artifact/digest.h"
#include "base/time.h"
#include "observe/mailview.h"
#include "observe/object.h"

struct model *model_new(struct tree *tree, struct node *node, const struct settings *settings)
{
    struct model *model = arena_new_of(tree->arena, struct model);
    model->arena = tree->arena;
    model->tree = tree;
    model->node = node;
    model->settings = settings;
    model->root = object_new(model, TYPE_Message, model);
    return model;
}

/* The first mailbox of From; Sender where there is no From. */
static struct value sender_of(struct model *model)
{
    struct bytes value = mail_field_named(model, "From");
    if (value.at == NULL)
        value = mail_field_named(model, "Sender");
    struct address *list;
    if (value.at == NULL || address_list(model->arena, value, &list) == 0)
        return value_null();
    return value_object(object_new(model, TYPE_SenderMailbox, &list[0]));
}

/* Whose mailbox this is: where it was delivered to, with the name To has for it. */
static struct value mailbox_of(struct model *model)
{
    struct address *to, *delivered;
    struct bytes field = mail_field_named(model, "To"),
                 place = mail_field_named(model, "Delivered-To");
    if (place.at == NULL)
        place = mail_field_named(model, "X-Original-To");
    uint32_t count = field.at == NULL ? 0 : address_list(model->arena, field, &to);
    if (place.at == NULL || address_list(model->arena, place, &delivered) == 0)
        return count == 1 ? value_object(object_new(model, TYPE_MailboxExtended, &to[0]))
                          : value_null();
    for (uint32_t i = 0; i < count; i++)
        if (bytes_equal_fold(to[i].email, delivered[0].email))
            return value_object(object_new(model, TYPE_MailboxExtended, &to[i]));
    return value_object(object_new(model, TYPE_MailboxExtended, &delivered[0]));
}

struct value resolve_Message(struct object *object, uint32_t field)
{
    struct model *model = object->model;
    if (object->self == NULL)
        return value_null();
    switch (field) {
    case FIELD_Message__errors:
        return value_array(array_new(model->arena));
    case FIELD_Message__meta:
        return value_object(object_new(model, TYPE_Metadata, model));
    case FIELD_Message_attachments: {
        struct mail_view *view = mail_view(model);
        struct array *made = array_new(model->arena);
        for (uint32_t i = 0; i < view->attachment.count; i++)
            array_add(model->arena, made,
                      value_object(object_new(model, TYPE_Attachment, view->attachment.item[i])));
        return value_array(made);
    }
    case FIELD_Message_body:
        return value_object(object_new(model, TYPE_Body, model));
    case FIELD_Message_external:
        return value_object(object_new(model, TYPE_External, model));
    case FIELD_Message_headers:
        return value_object(object_new(model, TYPE_Headers, model));
    case FIELD_Message_mailbox:
        return mailbox_of(model);
    case FIELD_Message_recipients:
        return value_object(object_new(model, TYPE_Recipients, model));
    case FIELD_Message_sender:
        return sender_of(model);
    case FIELD_Message_subject:
        return model_subject(model, mail_text_named(model, "Subject"));
    case FIELD_Message_type:
        return value_object(object_new(model, TYPE_MessageType, model));
    default:
        return value_null();
    }
}

struct value resolve_Recipients(struct object *object, uint32_t field)
{
    static const char *const names[] = {"Bcc", "Cc", "To"};
    _Static_assert(FIELD_Recipients_bcc == 0 && FIELD_Recipients_cc == 1 &&
                       FIELD_Recipients_to == 2,
                   "names are in the order of the fields");
    if (object->self == NULL)
        return value_null();
    return model_mailboxes(object->model, mail_field_named(object->model, names[field]));
}

static bool is_own(const struct settings *settings, const struct domain *domain)
{
    for (uint32_t i = 0; domain != NULL && i < settings->org_domain_count; i++)
        if (bytes_equal_fold(settings->org_domain[i], domain->domain) ||
            bytes_equal_fold(settings->org_domain[i], domain->root_domain))
            return true;
    return false;
}

static bool field_is_own(struct model *model, const char *name)
{
    struct address *list;
    struct bytes value = mail_field_named(model, name);
    uint32_t count = value.at == NULL ? 0 : address_list(model->arena, value, &list);
    for (uint32_t i = 0; i < count; i++)
        if (is_own(model->settings, model_domain_of(model, list[i].domain)))
            return true;
    return false;
}

/* Whether a check at the receiving side passed; without one, an own sender is believed to be
 * forged. */
static bool is_authenticated(struct model *model)
{
    struct mail_view *view = mail_view(model);
    if (view->header == NULL || view->results.how == TRUST_NONE)
        return false;
    struct authres parsed;
    authres_parse(mail_field(model, view->results.field), &parsed);
    const struct auth_method *spf = authres_method(&parsed, "spf"),
                             *dkim = authres_method(&parsed, "dkim");
    return (spf != NULL && bytes_equal_fold(spf->result, BYTES("pass"))) ||
           (dkim != NULL && bytes_equal_fold(dkim->result, BYTES("pass")));
}

struct value resolve_MessageType(struct object *object, uint32_t field)
{
    struct model *model = object->model;
    if (object->self == NULL)
        return value_null();
    bool own = model->settings != NULL && model->settings->org_domain_count > 0 &&
               field_is_own(model, "From") && is_authenticated(model);
    bool inside = own && (field_is_own(model, "To") || field_is_own(model, "Cc"));
    switch (field) {
    case FIELD_MessageType_inbound:
        return value_bool(!own);
    case FIELD_MessageType_internal:
        return value_bool(inside);
    case FIELD_MessageType_outbound:
        return value_bool(own && !inside);
    default:
        return value_null();
    }
}

struct value model_time(struct model *model, int64_t at_us)
{
    char text[TIME_TEXT_BYTES];
    time_to_text(at_us, text);
    return value_string(arena_copy(model->arena, bytes_of_string(text)));
}

struct value model_zone(struct model *model, int32_t minutes)
{
    int32_t size = minutes < 0 ? -minutes : minutes;
    return value_string(
        arena_printf(model->arena, "%c%02d%02d", minutes < 0 ? '-' : '+', size / 60, size % 60));
}

struct value resolve_Metadata(struct object *object, uint32_t field)
{
    struct model *model = object->model;
    int64_t at_us;
    if (object->self == NULL)
        return value_null();
    switch (field) {
    case FIELD_Metadata_id:
        return value_string(digest_hex(model->arena, DIGEST_SHA256, model->node->content));
    case FIELD_Metadata_effective_at:
        return time_from_mail(mail_text_named(model, "Date"), &at_us, NULL)
                   ? model_time(model, at_us)
                   : value_null();
    default:
        return value_null();
    }
}

struct value resolve_External(struct object *object, uint32_t field)
{
    if (object->self == NULL || field != FIELD_External_message_id)
        return value_null();
    return value_string(mail_text_named(object->model, "Message-ID"));
}
