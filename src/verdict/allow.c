/* SPDX-License-Identifier: Apache-2.0 */
#include "verdict/allow.h"

#include "verdict/judge.h"

#define ALLOW_WEIGHT (-4.0) /* the cap of its kind */

static struct object *child(struct object *object, uint32_t field)
{
    struct value v = object == NULL ? value_null() : object_get(object, field);
    return v.tag == VALUE_OBJECT ? v.as.object : NULL;
}

static struct bytes string(struct object *object, uint32_t field)
{
    return object == NULL ? BYTES_NONE : value_bytes(object_get(object, field));
}

static bool is_below(struct bytes host, struct bytes domain)
{
    return bytes_equal_fold(host, domain) ||
           (host.len > domain.len && bytes_ends_fold(host, domain) &&
            host.at[host.len - domain.len - 1] == '.');
}

static bool failed_dmarc(struct object *root)
{
    struct object *summary = child(child(root, FIELD_Message_headers), FIELD_Headers_auth_summary);
    struct object *dmarc = child(summary, FIELD_AuthSummary_dmarc);
    struct value pass = dmarc == NULL ? value_null() : object_get(dmarc, FIELD_DMARCSummary_pass);
    return pass.tag == VALUE_BOOL && !pass.as.boolean;
}

/* Whether everything ENTRY names but its rule is so. */
static bool holds(const struct allow_entry *entry, const struct verdict *v, struct object *root)
{
    struct object *email = child(child(root, FIELD_Message_sender), FIELD_SenderMailbox_email);
    struct bytes host = string(child(email, FIELD_EmailAddress_domain), FIELD_Domain_domain);
    struct bytes subject = string(child(root, FIELD_Message_subject), FIELD_Subject_base);
    bool by_sender = entry->sender.len > 0 || entry->domain.len > 0;
    if (entry->sender.len > 0 &&
        !bytes_equal_fold(string(email, FIELD_EmailAddress_email), entry->sender))
        return false;
    if (entry->domain.len > 0 && !is_below(host, entry->domain))
        return false;
    if (entry->subject.len > 0 && !bytes_equal_fold(subject, entry->subject))
        return false;
    if (entry->sha256.len > 0 && !bytes_equal_fold(v->sha256, entry->sha256))
        return false;
    return !by_sender || !failed_dmarc(root);
}

/* Take the evidence of ENTRY's rule out; whether there was some. */
static bool silence(struct verdict *v, const struct allow_entry *entry)
{
    bool some = false;
    for (uint32_t i = 0; i < v->evidence_count; i++)
        if (bytes_equal_fold(v->evidence[i].rule, entry->rule) && v->evidence[i].weight > 0) {
            v->evidence[i].weight = 0;
            some = true;
        }
    return some;
}

static void add_evidence(struct verdict *v, struct model *model, const struct allow_entry *entry)
{
    struct arena *arena = model->arena;
    bool by_rule = entry->rule.len > 0;
    struct bytes by = entry->by.len > 0 ? entry->by : BYTES("the user");
    struct bytes what =
        by_rule ? arena_printf(arena, "rule '%.*s' ", BYTES_FMT(entry->rule)) : BYTES("");
    struct evidence e = {
        .rule = BYTES("allowed"),
        .kind = BYTES("trust"),
        .sentence = {arena_printf(arena, "%.*sreleased by %.*s until %.*s: %.*s", BYTES_FMT(what),
                                  BYTES_FMT(by), BYTES_FMT(entry->until), BYTES_FMT(entry->reason)),
                     arena_printf(arena, "%.*s%.*s により %.*s まで許可: %.*s", BYTES_FMT(what),
                                  BYTES_FMT(by), BYTES_FMT(entry->until),
                                  BYTES_FMT(entry->reason))},
        .weight = by_rule ? 0 : ALLOW_WEIGHT,
    };
    judge_add(v, arena, &e);
}

void judge_allow(struct verdict *v, struct model *model, const struct allow_list *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        const struct allow_entry *entry = &list->item[i];
        if (entry->expired || !holds(entry, v, model->root))
            continue;
        if (entry->rule.len == 0 || silence(v, entry))
            add_evidence(v, model, entry);
    }
}
