/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/object.h"

#include "observe/subject.h"

#define HOSTS_REMEMBERED 64 /* slots; a mail has a dozen hosts, a collision costs one parse */

struct model_host {
    struct bytes host;
    const struct domain *domain; /* NULL: no name */
    struct object *object;
};

static struct model_host *host_of(struct model *model, struct bytes host)
{
    if (model->host == NULL)
        model->host = arena_array_of(model->arena, HOSTS_REMEMBERED, struct model_host);
    struct model_host *slot = &model->host[bytes_slot(host) % HOSTS_REMEMBERED];
    if (slot->host.at != NULL && bytes_equal(slot->host, host))
        return slot;
    struct domain domain;
    *slot = (struct model_host){.host = host};
    if (host.len > 0 && domain_parse(model->arena, host, &domain)) {
        struct domain *kept = arena_new_of(model->arena, struct domain);
        *kept = domain;
        slot->domain = kept;
    }
    return slot;
}

const struct domain *model_domain_of(struct model *model, struct bytes host)
{
    return host.at == NULL ? NULL : host_of(model, host)->domain;
}

struct value model_domain(struct model *model, struct bytes host)
{
    if (host.at == NULL)
        return value_null();
    struct model_host *slot = host_of(model, host);
    if (slot->domain != NULL && slot->object == NULL)
        slot->object = object_new(model, TYPE_Domain, slot->domain);
    return value_object(slot->object);
}

struct value resolve_Domain(struct object *object, uint32_t field)
{
    const struct domain *self = object->self;
    if (self == NULL)
        return value_null();
    switch (field) {
    case FIELD_Domain_domain:
        return value_string(self->domain);
    case FIELD_Domain_punycode:
        return value_string(self->punycode);
    case FIELD_Domain_root_domain:
        return value_string(self->root_domain);
    case FIELD_Domain_sld:
        return value_string(self->sld);
    case FIELD_Domain_subdomain:
        return value_string(self->subdomain);
    case FIELD_Domain_tld:
        return value_string(self->tld);
    case FIELD_Domain_valid:
        return value_bool(self->valid);
    default:
        return value_null();
    }
}

struct value model_ip_of(struct model *model, const struct ip *ip)
{
    return value_object(object_new(model, TYPE_IP, ip));
}

struct value model_ip(struct model *model, struct bytes text)
{
    struct ip ip;
    if (text.at == NULL || !ip_parse(model->arena, text, &ip))
        return value_null();
    struct ip *kept = arena_new_of(model->arena, struct ip);
    *kept = ip;
    return model_ip_of(model, kept);
}

struct value resolve_IP(struct object *object, uint32_t field)
{
    const struct ip *self = object->self;
    if (self == NULL)
        return value_null();
    switch (field) {
    case FIELD_IP_ip:
        return value_string(self->text);
    case FIELD_IP_version:
        return value_int(self->version);
    case FIELD_IP_translation:
        if (self->encoders == 0 && !self->v4_to_v6)
            return value_null();
        return value_object(object_new(object->model, TYPE_IPTranslation, self));
    default:
        return value_null();
    }
}

struct value resolve_IPTranslation(struct object *object, uint32_t field)
{
    static const char *const names[] = {"octal", "hex", "decimal_integer", "short"};
    const struct ip *self = object->self;
    if (self == NULL)
        return value_null();
    struct arena *arena = object->model->arena;
    switch (field) {
    case FIELD_IPTranslation_original:
        return value_string(self->original);
    case FIELD_IPTranslation_v4_to_v6:
        return value_bool(self->v4_to_v6);
    case FIELD_IPTranslation_encoders: {
        struct array *made = array_new(arena);
        for (unsigned i = 0; i < 4; i++)
            if (self->encoders & 1u << i)
                array_add(arena, made, value_string(bytes_of_string(names[i])));
        return value_array(made);
    }
    default:
        return value_null();
    }
}

const struct model_url *model_url_read(struct model *model, struct bytes text)
{
    struct url url;
    if (text.len == 0 || !url_parse(model->arena, text, &url))
        return NULL;
    struct model_url *made = arena_new_of(model->arena, struct model_url);
    made->url = url;
    made->is_rewritten = rewrite_unwrap(model->arena, &made->url, &made->rewrite);
    return made;
}

struct value model_url_of(struct model *model, const struct model_url *url)
{
    return url == NULL ? value_null() : value_object(object_new(model, TYPE_URL, url));
}

struct value model_url(struct model *model, struct bytes text)
{
    return model_url_of(model, model_url_read(model, text));
}

/* name -> [values], percent-decoded; a name given twice keeps both values. */
static struct value query_map(struct model *model, struct bytes query)
{
    struct map *made = map_new(model->arena);
    struct bytes pair;
    while (made->count < 256 && bytes_next_field(&query, '&', &pair)) {
        if (pair.len == 0)
            continue;
        size_t equal = bytes_find_byte(pair, '=', 0);
        struct bytes name = url_percent_decode(model->arena, bytes_sub(pair, 0, equal), true);
        struct bytes value = equal == BYTES_NPOS ? BYTES("") : bytes_from(pair, equal + 1);
        value = url_percent_decode(model->arena, value, true);
        struct value known = map_get(made, name);
        if (known.tag != VALUE_ARRAY) {
            known = value_array(array_new(model->arena));
            map_add(model->arena, made, name, known);
        }
        array_add(model->arena, known.as.array, value_string(value));
    }
    return value_map(made);
}

struct value resolve_URL(struct object *object, uint32_t field)
{
    const struct model_url *self = object->self;
    if (self == NULL)
        return value_null();
    const struct url *url = &self->url;
    switch (field) {
    case FIELD_URL_domain:
        return url->is_ip ? value_null() : model_domain(object->model, url->host);
    case FIELD_URL_fragment:
        return value_string(url->fragment);
    case FIELD_URL_ip:
        return url->is_ip ? model_ip_of(object->model, &url->ip) : value_null();
    case FIELD_URL_password:
        return value_string(url->password);
    case FIELD_URL_path:
        return value_string(url->path);
    case FIELD_URL_port:
        return url->port == 0 ? value_null() : value_int(url->port);
    case FIELD_URL_query_params:
        return value_string(url->query);
    case FIELD_URL_query_params_decoded:
        return url->query.at == NULL ? value_map(map_new(object->model->arena))
                                     : query_map(object->model, url->query);
    case FIELD_URL_rewrite:
        return value_object(object_new(object->model, TYPE_RewriteDetails, self));
    case FIELD_URL_scheme:
        return value_string(url->scheme);
    case FIELD_URL_url:
        return value_string(url->url);
    case FIELD_URL_username:
        return value_string(url->username);
    default:
        return value_null();
    }
}

struct value resolve_RewriteDetails(struct object *object, uint32_t field)
{
    const struct model_url *self = object->self;
    if (self == NULL)
        return value_null();
    if (field == FIELD_RewriteDetails_original)
        return self->is_rewritten ? value_string(self->rewrite.original) : value_null();
    struct array *made = array_new(object->model->arena);
    for (uint32_t i = 0; self->is_rewritten && i < self->rewrite.count; i++)
        array_add(object->model->arena, made,
                  value_string(bytes_of_string(self->rewrite.encoder[i])));
    return value_array(made);
}

static struct value email_of(struct model *model, const struct address *address)
{
    return address->email.at == NULL ? value_null()
                                     : value_object(object_new(model, TYPE_EmailAddress, address));
}

struct value model_email(struct model *model, struct bytes text)
{
    struct address *made = arena_new_of(model->arena, struct address);
    if (text.at == NULL || !address_split(model->arena, text, made))
        return value_null();
    return email_of(model, made);
}

struct value resolve_EmailAddress(struct object *object, uint32_t field)
{
    const struct address *self = object->self;
    if (self == NULL)
        return value_null();
    switch (field) {
    case FIELD_EmailAddress_domain:
        return model_domain(object->model, self->domain);
    case FIELD_EmailAddress_email:
        return value_string(self->email);
    case FIELD_EmailAddress_local_part:
        return value_string(self->local);
    default:
        return value_null();
    }
}

struct value model_mailbox(struct model *model, enum type type, const struct address *address)
{
    struct address *kept = arena_new_of(model->arena, struct address);
    *kept = *address;
    return value_object(object_new(model, type, kept));
}

struct value resolve_Mailbox(struct object *object, uint32_t field)
{
    const struct address *self = object->self;
    if (self == NULL)
        return value_null();
    return field == FIELD_Mailbox_email ? email_of(object->model, self) : value_string(self->name);
}

struct value resolve_SenderMailbox(struct object *object, uint32_t field)
{
    const struct address *self = object->self;
    if (self == NULL || field == FIELD_SenderMailbox_decoders)
        return value_null();
    return field == FIELD_SenderMailbox_email ? email_of(object->model, self)
                                              : value_string(self->name);
}

/* First and last word of a display name; one word is a first name only. */
static struct bytes name_part(struct bytes name, bool last)
{
    struct bytes trimmed = bytes_trim(name);
    size_t space = last ? bytes_find_last_byte(trimmed, ' ') : bytes_find_byte(trimmed, ' ', 0);
    if (trimmed.len == 0 || (last && space == BYTES_NPOS))
        return BYTES_NONE;
    return last ? bytes_from(trimmed, space + 1) : bytes_sub(trimmed, 0, space);
}

struct value resolve_MailboxExtended(struct object *object, uint32_t field)
{
    const struct address *self = object->self;
    if (self == NULL)
        return value_null();
    switch (field) {
    case FIELD_MailboxExtended_display_name:
        return value_string(self->name);
    case FIELD_MailboxExtended_email:
        return email_of(object->model, self);
    case FIELD_MailboxExtended_first_name:
        return value_string(name_part(self->name, false));
    case FIELD_MailboxExtended_last_name:
        return value_string(name_part(self->name, true));
    default:
        return value_null();
    }
}

struct value model_mailboxes(struct model *model, struct bytes value)
{
    struct array *made = array_new(model->arena);
    struct address *list;
    uint32_t count = value.at == NULL ? 0 : address_list(model->arena, value, &list);
    for (uint32_t i = 0; i < count; i++)
        array_add(model->arena, made, value_object(object_new(model, TYPE_Mailbox, &list[i])));
    return value_array(made);
}

struct value model_strings(struct model *model, const struct bytes *strings, uint32_t count)
{
    struct array *made = array_new(model->arena);
    for (uint32_t i = 0; i < count; i++)
        array_add(model->arena, made, value_string(strings[i]));
    return value_array(made);
}

struct value model_subject(struct model *model, struct bytes text)
{
    if (text.at == NULL)
        return value_null();
    struct subject parsed;
    subject_parse(text, &parsed);
    struct object *made = object_new(model, TYPE_Subject, NULL);
    object_set(made, FIELD_Subject_subject, value_string(text));
    object_set(made, FIELD_Subject_base, value_string(parsed.base));
    object_set(made, FIELD_Subject_is_reply, value_bool(parsed.is_reply));
    object_set(made, FIELD_Subject_is_forward, value_bool(parsed.is_forward));
    object_set(made, FIELD_Subject_is_auto_reply, value_bool(parsed.is_auto_reply));
    object_set(made, FIELD_Subject_tags, model_strings(model, parsed.tag, parsed.tag_count));
    return value_object(made);
}
