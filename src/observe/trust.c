/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/field.h"
#include "observe/mailview.h"
#include "observe/object.h"
#include "observe/received.h"

/* Which of the fields anybody may write can be believed (RFC 8601, 5 and 7.1): see enum trust_how.
 * Where the settings name authserv-ids only those count; else the newest field that stands where the
 * receiving side writes decides, and everything in its hop and above it is believed with it. */
const char *const trust_names[] = {"none", "configured", "receiver", "newest", "unnamed"};

static bool is_configured(const struct settings *settings, struct bytes id)
{
    for (uint32_t i = 0; settings != NULL && i < settings->authserv_id_count; i++)
        if (bytes_equal_fold(settings->authserv_id[i], id))
            return true;
    return false;
}

static bool same_organisation(struct model *model, struct bytes a, struct bytes b)
{
    if (bytes_equal_fold(a, b))
        return true;
    const struct domain *x = model_domain_of(model, a);
    struct bytes root = x == NULL ? BYTES_NONE : x->root_domain;
    const struct domain *y = model_domain_of(model, b);
    return root.at != NULL && y != NULL && bytes_equal(root, y->root_domain);
}

static uint32_t hop_of(const struct mail_view *view, uint32_t field)
{
    uint32_t hop = 0;
    while (hop + 1 < view->hop_count && view->hop[hop].last > field)
        hop++;
    return hop;
}

/* Whether ID is of the organisation of a server that wrote the Received field next above or below. */
static bool is_receiver(struct model *model, const struct mail_view *view, uint32_t hop, struct bytes id)
{
    uint32_t least = hop == 0 ? 0 : hop - 1;
    for (uint32_t h = least; h <= hop && h < view->hop_count; h++) {
        struct received received;
        if (!view->hop[h].is_closed)
            continue;
        received_parse(header_unfolded(view->header, &view->header->field[view->hop[h].last]), &received);
        if (received.by_host.len > 0 && same_organisation(model, received.by_host, id))
            return true;
    }
    return false;
}

/* May the field NUMBER of authserv-id ID be believed? */
static enum trust_how judge(struct model *model, const struct mail_view *view, uint32_t number,
                            struct bytes id)
{
    const struct settings *settings = model->settings;
    if (settings != NULL && settings->authserv_id_count > 0)
        return id.len > 0 && is_configured(settings, id) ? TRUST_CONFIGURED : TRUST_NONE;
    uint32_t hop = hop_of(view, number);
    if (!view->hop[hop].is_closed)
        return TRUST_NEWEST;
    if (id.len == 0)
        return hop > 0 ? TRUST_UNNAMED : TRUST_NONE;
    return is_receiver(model, view, hop, id) ? TRUST_RECEIVER : TRUST_NONE;
}

static struct bytes server_of(const struct mail_view *view, uint32_t number, bool spf)
{
    struct bytes value = header_unfolded(view->header, &view->header->field[number]);
    if (!spf) {
        struct authres parsed;
        authres_parse(value, &parsed);
        return parsed.authserv_id;
    }
    struct received_spf parsed;
    received_spf_parse(value, &parsed);
    return parsed.receiver.len > 0 ? parsed.receiver : spf_server(parsed.comment);
}

static void find(struct model *model, const struct mail_view *view, struct bytes name, struct trust *out)
{
    for (uint32_t i = 0; i < view->header->count; i++) {
        const struct header_field *field = &view->header->field[i];
        if (field->name.len != name.len || field->is_alternative || !bytes_equal_fold(field->name, name))
            continue;
        struct bytes id = server_of(view, i, name.len == 12);
        enum trust_how how = judge(model, view, i, id);
        if (how == TRUST_NONE)
            continue;
        *out = (struct trust){how, i, hop_of(view, i), id};
        return;
    }
}

void trust_find(struct model *model, struct mail_view *view)
{
    if (view->hop_count == 0)
        return;
    find(model, view, BYTES("Authentication-Results"), &view->results);
    find(model, view, BYTES("Received-SPF"), &view->spf);
}

bool trust_covers(const struct mail_view *view, uint32_t hop)
{
    return (view->results.how != TRUST_NONE && hop >= view->results.hop) ||
           (view->spf.how != TRUST_NONE && hop >= view->spf.hop);
}
