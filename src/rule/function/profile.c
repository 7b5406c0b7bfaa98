/* SPDX-License-Identifier: Apache-2.0
 * profile.*: what is known of a sender. */
#include "base/text.h"
#include "rule/needle.h"

void profile_first_contact(struct profile *out)
{
    *out = (struct profile){.prevalence = "new",
                            .first_contact_days = -1,
                            .last_contact_days = -1,
                            .last_inbound_days = -1,
                            .last_outbound_days = -1};
}

static struct value days(int64_t count)
{
    return count < 0 ? value_null() : value_int(count);
}

static struct value profile_object(struct call *call, const struct profile *known)
{
    struct object *profile = object_new(call->model, TYPE_SenderProfile, NULL);
    struct object *since = object_new(call->model, TYPE_DaysSince, NULL);
    object_set(since, FIELD_DaysSince_first_contact, days(known->first_contact_days));
    object_set(since, FIELD_DaysSince_last_contact, days(known->last_contact_days));
    object_set(since, FIELD_DaysSince_last_inbound, days(known->last_inbound_days));
    object_set(since, FIELD_DaysSince_last_outbound, days(known->last_outbound_days));
    object_set(profile, FIELD_SenderProfile_days_since, value_object(since));
    object_set(profile, FIELD_SenderProfile_any_messages_benign, value_bool(known->any_benign));
    object_set(profile, FIELD_SenderProfile_any_false_positives, value_bool(known->any_benign));
    object_set(profile, FIELD_SenderProfile_any_messages_malicious_or_spam,
               value_bool(known->any_malicious));
    object_set(profile, FIELD_SenderProfile_auth_failed, value_bool(known->auth_failed));
    object_set(profile, FIELD_SenderProfile_days_known, value_float(known->days_known));
    object_set(profile, FIELD_SenderProfile_solicited, value_bool(known->solicited));
    object_set(profile, FIELD_SenderProfile_prevalence,
               value_string(bytes_of_string(known->prevalence)));
    return value_object(profile);
}

/* BASE's field NAME, or NULL; BASE may be anything. */
static struct value field_of(struct value base, const char *name)
{
    if (base.tag != VALUE_OBJECT)
        return value_null();
    int field = type_field(base.as.object->type, bytes_of_string(name));
    return field < 0 ? value_null() : object_get(base.as.object, (uint32_t)field);
}

static struct bytes lower(struct arena *arena, struct value v)
{
    struct bytes text = value_bytes(v), copy = arena_copy(arena, text);
    uint8_t *at = arena_alloc(arena, text.len + 1);
    for (size_t i = 0; i < text.len; i++)
        at[i] = ascii_lower(copy.at[i]);
    return bytes_of(at, text.len);
}

static struct value look_up(struct call *call, struct value address, enum profile_key key)
{
    const struct profile_source *source = call->run->options->profile;
    struct profile known;
    profile_first_contact(&known);
    struct value text = key == PROFILE_EMAIL ? field_of(address, "email")
                                             : field_of(field_of(address, "domain"), "root_domain");
    if (key == PROFILE_DOMAIN && text.tag != VALUE_STRING)
        text = field_of(field_of(address, "domain"), "domain");
    if (source != NULL && text.tag == VALUE_STRING)
        source->look_up(source->self, key, lower(call->arena, text), run_date_us(call->run),
                        &known);
    return profile_object(call, &known);
}

static struct value sender(struct call *call)
{
    return field_of(field_of(value_object(call->model->root), "sender"), "email");
}

struct value function_profile_by_sender(struct call *call)
{
    struct value address = sender(call),
                 domain = field_of(field_of(address, "domain"), "root_domain");
    struct list *free_providers = lists_at(call->run->set->lists, BYTES("free_email_providers"));
    bool by_email = domain.tag == VALUE_STRING && free_providers->configured &&
                    list_has_fold(free_providers, value_bytes(domain));
    return look_up(call, address, by_email ? PROFILE_EMAIL : PROFILE_DOMAIN);
}

struct value function_profile_by_sender_email(struct call *call)
{
    return look_up(call, sender(call), PROFILE_EMAIL);
}

struct value function_profile_by_sender_domain(struct call *call)
{
    return look_up(call, sender(call), PROFILE_DOMAIN);
}

struct value function_profile_by_reply_to(struct call *call)
{
    struct value list = field_of(field_of(value_object(call->model->root), "headers"), "reply_to");
    bool some = list.tag == VALUE_ARRAY && list.as.array->count > 0;
    return look_up(call, some ? field_of(list.as.array->item[0], "email") : value_null(),
                   PROFILE_EMAIL);
}
