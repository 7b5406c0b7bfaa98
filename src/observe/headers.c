/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/hops.h"

#include "base/text.h"
#include "base/time.h"
#include "observe/field.h"
#include "observe/received.h"

/* message.headers: the fields that say who, when and over what. */

static struct value first_email(struct model *model, const char *name)
{
    struct bytes value = mail_field_named(model, name);
    struct address *list;
    if (value.at == NULL || address_list(model->arena, value, &list) == 0 ||
        list[0].email.at == NULL)
        return value_null();
    return value_object(object_new(model, TYPE_EmailAddress, &list[0]));
}

static struct value first_mailbox(struct model *model, const char *name)
{
    struct bytes value = mail_field_named(model, name);
    struct address *list;
    if (value.at == NULL || address_list(model->arena, value, &list) == 0)
        return value_null();
    return value_object(object_new(model, TYPE_Mailbox, &list[0]));
}

/* "[192.0.2.1]" or the bare address. */
static struct value first_ip(struct model *model, const char *name)
{
    struct bytes value = bytes_trim(mail_text_named(model, name));
    size_t end = 0;
    while (end < value.len && !ascii_is_space(value.at[end]) && value.at[end] != ';' &&
           value.at[end] != ',')
        end++;
    return model_ip(model, bytes_sub(value, 0, end));
}

/* Message-IDs in NAME, without brackets. */
static struct value message_ids(struct model *model, const char *name)
{
    struct array *made = array_new(model->arena);
    struct bytes rest = mail_text_named(model, name);
    while (rest.len > 0 && made->count < 1024) {
        struct bytes id = field_message_id(rest);
        if (id.at == NULL)
            break;
        array_add(model->arena, made, value_string(id));
        rest = bytes_from(rest, (size_t)(id.at - rest.at) + id.len + 1);
    }
    return value_array(made);
}

static struct value text_or_null(struct model *model, const char *name)
{
    struct bytes text = mail_text_named(model, name);
    return text.len == 0 ? value_null() : value_string(text);
}

/* The sender a relay authenticated: the address in "X-Authenticated-Sender: host: user@domain". */
static struct bytes authenticated_sender(struct model *model)
{
    struct bytes value = bytes_trim(mail_text_named(model, "X-Authenticated-Sender"));
    size_t space = bytes_find_last_byte(value, ' ');
    if (space != BYTES_NPOS)
        value = bytes_from(value, space + 1);
    return bytes_find_byte(value, '@', 0) == BYTES_NPOS ? BYTES_NONE : value;
}

static struct value authenticated_domain(struct model *model)
{
    struct bytes value = bytes_trim(mail_text_named(model, "X-Authenticated-Domain"));
    if (value.len == 0) {
        value = authenticated_sender(model);
        size_t at = bytes_find_last_byte(value, '@');
        value = at == BYTES_NPOS ? BYTES_NONE : bytes_from(value, at + 1);
    }
    return value.len == 0 ? value_null() : model_domain(model, value);
}

struct host_search {
    struct model *model;
    struct array *domains, *ips;
};

static bool holds(const struct array *array, const void *self)
{
    for (uint32_t i = 0; i < array->count; i++)
        if (array->item[i].as.object->self == self)
            return true;
    return false;
}

static void see_host(void *own, struct bytes word)
{
    struct host_search *search = own;
    struct model *model = search->model;
    struct ip ip;
    if (search->domains->count + search->ips->count >= 512)
        return;
    if (ip_parse(model->arena, word, &ip)) {
        for (uint32_t i = 0; i < search->ips->count; i++)
            if (bytes_equal(((const struct ip *)search->ips->item[i].as.object->self)->text,
                            ip.text))
                return;
        struct ip *kept = arena_new_of(model->arena, struct ip);
        *kept = ip;
        array_add(model->arena, search->ips, model_ip_of(model, kept));
        return;
    }
    if (bytes_find_byte(word, '.', 0) == BYTES_NPOS || bytes_find_byte(word, ':', 0) != BYTES_NPOS)
        return;
    const struct domain *domain = model_domain_of(model, word);
    if (domain == NULL || !domain->valid || holds(search->domains, domain))
        return;
    for (uint32_t i = 0; i < search->domains->count; i++)
        if (bytes_equal(((const struct domain *)search->domains->item[i].as.object->self)->domain,
                        domain->domain))
            return;
    array_add(model->arena, search->domains, model_domain(model, word));
}

/* Fill headers.domains and headers.ips from the from and by sections of all Received fields. */
static void search_hosts(struct object *object)
{
    struct model *model = object->model;
    struct mail_view *view = mail_view(model);
    struct host_search search = {model, array_new(model->arena), array_new(model->arena)};
    for (uint32_t h = 0; h < view->hop_count; h++) {
        if (!view->hop[h].is_closed)
            continue;
        struct received received;
        received_parse(mail_field(model, view->hop[h].last), &received);
        received_hosts(received.from, see_host, &search);
        received_hosts(received.by, see_host, &search);
    }
    object_set(object, FIELD_Headers_domains, value_array(search.domains));
    object_set(object, FIELD_Headers_ips, value_array(search.ips));
}

static void read_date(struct object *object)
{
    int64_t at_us;
    int32_t zone;
    struct bytes text = mail_text_named(object->model, "Date");
    bool read = text.at != NULL && time_from_mail(text, &at_us, &zone);
    object_set(object, FIELD_Headers_date, read ? model_time(object->model, at_us) : value_null());
    object_set(object, FIELD_Headers_date_original_offset,
               read ? model_zone(object->model, zone) : value_null());
}

struct value resolve_Headers(struct object *object, uint32_t field)
{
    struct model *model = object->model;
    if (object->self == NULL)
        return value_null();
    switch (field) {
    case FIELD_Headers_auth_summary:
        return value_object(object_new(model, TYPE_AuthSummary, model));
    case FIELD_Headers_date:
    case FIELD_Headers_date_original_offset:
        read_date(object);
        return object->slot[field];
    case FIELD_Headers_delivered_to:
        return first_email(model, "Delivered-To");
    case FIELD_Headers_domains:
    case FIELD_Headers_ips:
        search_hosts(object);
        return object->slot[field];
    case FIELD_Headers_from:
        return first_mailbox(model, "From");
    case FIELD_Headers_hops:
        return hops_of_mail(model);
    case FIELD_Headers_in_reply_to:
        return text_or_null(model, "In-Reply-To");
    case FIELD_Headers_mailer: {
        struct value mailer = text_or_null(model, "X-Mailer");
        return mailer.tag == VALUE_STRING ? mailer : text_or_null(model, "User-Agent");
    }
    case FIELD_Headers_message_id:
        return text_or_null(model, "Message-ID");
    case FIELD_Headers_references:
        return message_ids(model, "References");
    case FIELD_Headers_reply_to:
        return model_mailboxes(model, mail_field_named(model, "Reply-To"));
    case FIELD_Headers_return_path:
        return first_email(model, "Return-Path");
    case FIELD_Headers_x_authenticated_domain:
        return authenticated_domain(model);
    case FIELD_Headers_x_authenticated_sender:
        return model_email(model, authenticated_sender(model));
    case FIELD_Headers_x_client_ip:
        return first_ip(model, "X-Client-IP");
    case FIELD_Headers_x_originating_ip:
        return first_ip(model, "X-Originating-IP");
    case FIELD_Headers_x_secure_server_account:
        return text_or_null(model, "X-SecureServer-Acct");
    case FIELD_Headers_x_sender:
        return first_email(model, "X-Sender");
    default:
        return value_null();
    }
}
