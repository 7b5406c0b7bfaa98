/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/lesson.h"

#include "base/civil.h"
#include "base/flat.h"
#include "learn/passage.h"

#define LESSON_MAGIC 0x4C455331u
#define ADDRESS_BYTES_MAX 320u /* RFC 5321 4.5.3.1: 64 + 1 + 255 */

static struct object *child(struct object *object, uint32_t field)
{
    struct value v = object == NULL ? value_null() : object_get(object, field);
    return v.tag == VALUE_OBJECT ? v.as.object : NULL;
}

static struct bytes string(struct object *object, uint32_t field)
{
    return object == NULL ? BYTES_NONE : value_bytes(object_get(object, field));
}

struct bytes lesson_fold(struct arena *arena, struct bytes b)
{
    uint8_t *at = arena_alloc_raw(arena, b.len + 1);
    for (size_t i = 0; i < b.len; i++)
        at[i] = ascii_lower(b.at[i]);
    return bytes_of(at, b.len);
}

static void put_hashes(struct text *out, const uint32_t *hash, uint32_t count)
{
    flat_add_uint(out, count);
    for (uint32_t i = 0; i < count; i++)
        flat_add_uint(out, i == 0 ? hash[0] : hash[i] - hash[i - 1]);
}

static uint32_t *take_hashes(struct flat *in, struct arena *arena, uint32_t most,
                             uint32_t *count_out)
{
    uint32_t count = flat_count(in);
    uint64_t previous = 0;
    if (count > most)
        in->broken = true, count = 0;
    uint32_t *hash = arena_array_of(arena, count + 1, uint32_t);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t gap = flat_uint(in);
        if (gap > UINT32_MAX - previous || (i > 0 && gap == 0))
            in->broken = true, gap = 0;
        hash[i] = (uint32_t)(previous += gap);
    }
    *count_out = in->broken ? 0 : count;
    return hash;
}

static void put_person(struct text *out, struct arena *arena, struct object *email)
{
    struct bytes address = string(email, FIELD_EmailAddress_email);
    struct object *domain = child(email, FIELD_EmailAddress_domain);
    struct bytes root = string(domain, FIELD_Domain_root_domain);
    if (root.len == 0)
        root = string(domain, FIELD_Domain_domain);
    bool fits =
        address.len > 0 && address.len <= ADDRESS_BYTES_MAX && root.len <= ADDRESS_BYTES_MAX;
    flat_add_bytes(out, fits ? lesson_fold(arena, address) : BYTES_NONE);
    flat_add_bytes(out, fits && root.len > 0 ? lesson_fold(arena, root) : BYTES_NONE);
}

static void put_people(struct text *out, struct arena *arena, struct object *root)
{
    static const uint32_t kinds[] = {FIELD_Recipients_to, FIELD_Recipients_cc};
    struct object *recipients = child(root, FIELD_Message_recipients);
    struct object *email[LESSON_PEOPLE_MAX];
    uint32_t count = 1;
    email[0] = child(child(root, FIELD_Message_sender), FIELD_SenderMailbox_email);
    for (size_t k = 0; k < 2; k++) {
        struct value v = recipients == NULL ? value_null() : object_get(recipients, kinds[k]);
        for (uint32_t i = 0;
             v.tag == VALUE_ARRAY && i < v.as.array->count && count < LESSON_PEOPLE_MAX; i++) {
            struct value mailbox = v.as.array->item[i];
            email[count] =
                mailbox.tag == VALUE_OBJECT ? child(mailbox.as.object, FIELD_Mailbox_email) : NULL;
            count += email[count] != NULL;
        }
    }
    flat_add_uint(out, count);
    for (uint32_t i = 0; i < count; i++)
        put_person(out, arena, email[i]);
}

/* Sent by us: authenticated as ours, or ours by name and never received by any host (a copy kept on
 * sending). */
static bool is_outbound(struct model *model)
{
    struct object *type = child(model->root, FIELD_Message_type);
    struct object *headers = child(model->root, FIELD_Message_headers);
    struct object *email =
        child(child(model->root, FIELD_Message_sender), FIELD_SenderMailbox_email);
    struct object *domain = child(email, FIELD_EmailAddress_domain);
    struct value hops = headers == NULL ? value_null() : object_get(headers, FIELD_Headers_hops);
    if (type != NULL && (value_is_true(object_get(type, FIELD_MessageType_outbound)) ||
                         value_is_true(object_get(type, FIELD_MessageType_internal))))
        return true;
    if (model->settings == NULL || (hops.tag == VALUE_ARRAY && hops.as.array->count > 0))
        return false;
    for (uint32_t i = 0; i < model->settings->org_domain_count; i++)
        if (bytes_equal_fold(string(domain, FIELD_Domain_domain), model->settings->org_domain[i]) ||
            bytes_equal_fold(string(domain, FIELD_Domain_root_domain),
                             model->settings->org_domain[i]))
            return true;
    return false;
}

void lesson_write(struct text *out, struct model *model)
{
    struct arena *arena = model->arena;
    struct object *root = model->root;
    struct object *headers = child(root, FIELD_Message_headers);
    struct object *dmarc =
        child(child(headers, FIELD_Headers_auth_summary), FIELD_AuthSummary_dmarc);
    struct value pass = dmarc == NULL ? value_null() : object_get(dmarc, FIELD_DMARCSummary_pass);
    int64_t at_us;
    if (!civil_parse(string(headers, FIELD_Headers_date), &at_us))
        at_us = INT64_MIN;
    flat_add_uint(out, LESSON_MAGIC);
    flat_add_int(out, at_us);
    flat_add_uint(out, is_outbound(model));
    flat_add_uint(out, pass.tag == VALUE_BOOL && !pass.as.boolean);
    put_people(out, arena, root);
    struct features features = features_of(model);
    uint32_t *hash = arena_array_of(arena, features.count + 1, uint32_t),
             least[LESSON_PASSAGES_MAX];
    for (uint32_t i = 0; i < features.count; i++)
        hash[i] = features.item[i].hash;
    put_hashes(out, hash, features.count);
    struct bytes text = string(child(child(root, FIELD_Message_body), FIELD_Body_current_thread),
                               FIELD_Thread_text);
    struct passages passages = passages_of(arena, text);
    put_hashes(out, least, passages_least(&passages, least, LESSON_PASSAGES_MAX));
}

struct lesson *lesson_read(struct arena *arena, struct bytes record)
{
    struct flat in = {.rest = record};
    struct lesson *lesson = arena_new_of(arena, struct lesson);
    if (flat_uint(&in) != LESSON_MAGIC)
        return NULL;
    lesson->at_us = flat_int(&in);
    lesson->outbound = flat_uint(&in) != 0;
    lesson->auth_failed = flat_uint(&in) != 0;
    uint32_t count = flat_count(&in);
    if (count > LESSON_PEOPLE_MAX)
        return NULL;
    lesson->person = arena_array_of(arena, count + 1, struct lesson_person);
    lesson->person_count = count;
    for (uint32_t i = 0; i < count; i++) {
        struct lesson_person *person = &lesson->person[i];
        person->email = flat_bytes(&in);
        person->domain = flat_bytes(&in);
        if (person->email.len > ADDRESS_BYTES_MAX || person->domain.len > ADDRESS_BYTES_MAX)
            return NULL;
    }
    lesson->feature = take_hashes(&in, arena, FEATURES_MAX * 2, &lesson->feature_count);
    lesson->passage = take_hashes(&in, arena, LESSON_PASSAGES_MAX, &lesson->passage_count);
    return in.broken || in.rest.len > 0 ? NULL : lesson;
}
