/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/field.h"
#include "observe/mailview.h"
#include "observe/object.h"
#include "observe/received.h"

/* Which of the fields anybody may write can be believed (RFC 8601, 5 and 7.1): see enum trust_how.
 * Where the settings name authserv-ids only those count.  Else the receiving organisation is read
 * off the topmost Received field that names its host: no sender can write above it, while
 * everything below, the next Received field too, may be forged.  The newest field of that
 * organisation decides, and what stands in its hop and above is believed with it.  A server whose
 * own Received fields name no host (only "localhost" or an address) needs the setting. */
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
    struct bytes root = x == NULL || !x->valid ? BYTES_NONE : x->root_domain;
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

/* The host that the topmost Received field with a real host name was written by; absent: none. */
static struct bytes receiver_of(struct model *model, const struct mail_view *view)
{
    for (uint32_t h = view->hop_count; h-- > 0;) {
        struct received received;
        if (!view->hop[h].is_closed)
            continue;
        received_parse(header_unfolded(view->header, &view->header->field[view->hop[h].last]),
                       &received);
        const struct domain *domain = model_domain_of(model, received.by_host);
        if (domain != NULL && domain->valid)
            return received.by_host;
    }
    return BYTES_NONE;
}

/* Exchange Online writes no authserv-id, and renames the fields of others that come in. */
static bool writes_no_id(struct model *model, struct bytes receiver)
{
    static const char *const roots[] = {"outlook.com", "office365.com", "office365.us",
                                        "outlook.cn"};
    const struct domain *domain = model_domain_of(model, receiver);
    for (size_t i = 0; domain != NULL && i < sizeof roots / sizeof roots[0]; i++)
        if (bytes_equal(domain->root_domain, bytes_of_string(roots[i])))
            return true;
    return false;
}

/* May the field NUMBER of authserv-id ID be believed? */
static enum trust_how judge(struct model *model, const struct mail_view *view, uint32_t number,
                            struct bytes id, struct bytes receiver)
{
    const struct settings *settings = model->settings;
    if (settings != NULL && settings->authserv_id_count > 0)
        return id.len > 0 && is_configured(settings, id) ? TRUST_CONFIGURED : TRUST_NONE;
    uint32_t hop = hop_of(view, number);
    if (!view->hop[hop].is_closed)
        return TRUST_NEWEST;
    if (receiver.len == 0)
        return TRUST_NONE;
    if (id.len == 0)
        return hop > 0 && writes_no_id(model, receiver) ? TRUST_UNNAMED : TRUST_NONE;
    return same_organisation(model, receiver, id) ? TRUST_RECEIVER : TRUST_NONE;
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

static void find(struct model *model, const struct mail_view *view, struct bytes name,
                 struct bytes receiver, struct trust *out)
{
    for (uint32_t i = 0; i < view->header->count; i++) {
        const struct header_field *field = &view->header->field[i];
        if (field->name.len != name.len || field->is_alternative ||
            !bytes_equal_fold(field->name, name))
            continue;
        struct bytes id = server_of(view, i, name.len == 12);
        enum trust_how how = judge(model, view, i, id, receiver);
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
    struct bytes receiver = receiver_of(model, view);
    find(model, view, BYTES("Authentication-Results"), receiver, &view->results);
    find(model, view, BYTES("Received-SPF"), receiver, &view->spf);
}

bool trust_covers(const struct mail_view *view, uint32_t hop)
{
    return (view->results.how != TRUST_NONE && hop >= view->results.hop) ||
           (view->spf.how != TRUST_NONE && hop >= view->spf.hop);
}
