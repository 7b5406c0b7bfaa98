/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/hops.h"

/* Authentication results as objects, and the summary of the one field that is believed. */

struct model_results {
    struct authres parsed;
    struct bytes field_name;
};

struct bytes model_lower(struct model *model, struct bytes b)
{
    size_t i = 0;
    while (i < b.len && (uint8_t)(b.at[i] - 'A') >= 26)
        i++;
    if (i == b.len)
        return b;
    uint8_t *made = arena_alloc(model->arena, b.len);
    for (size_t k = 0; k < b.len; k++)
        made[k] = ascii_lower(b.at[k]);
    return bytes_of(made, b.len);
}

struct value model_auth_results(struct model *model, uint32_t number)
{
    struct model_results *made = arena_new_of(model->arena, struct model_results);
    authres_parse(mail_field(model, number), &made->parsed);
    made->field_name = mail_view(model)->header->field[number].name;
    return value_object(object_new(model, TYPE_AuthResults, made));
}

static struct value verdict_of(struct model *model, const struct auth_method *method)
{
    return method == NULL ? value_null() : value_string(model_lower(model, method->result));
}

static struct value signatures_of(struct model *model, const struct authres *parsed)
{
    struct array *made = array_new(model->arena);
    for (uint32_t i = 0; i < parsed->count; i++) {
        const struct auth_method *method = &parsed->method[i];
        if (!bytes_equal_fold(method->method, BYTES("dkim")))
            continue;
        struct bytes domain = authres_property(method, "header.d");
        if (domain.at == NULL) { /* header.i=@domain, as Gmail writes */
            struct bytes user = authres_property(method, "header.i");
            size_t at = bytes_find_last_byte(user, '@');
            domain = at == BYTES_NPOS ? user : bytes_from(user, at + 1);
        }
        struct object *signature = object_new(model, TYPE_Signature, NULL);
        object_set(signature, FIELD_Signature_domain, value_string(model_lower(model, domain)));
        object_set(signature, FIELD_Signature_selector,
                   value_string(authres_property(method, "header.s")));
        object_set(signature, FIELD_Signature_signature,
                   value_string(authres_property(method, "header.b")));
        object_set(signature, FIELD_Signature_algorithm,
                   value_string(authres_property(method, "header.a")));
        object_set(signature, FIELD_Signature_type, value_string(BYTES("dkim")));
        array_add(model->arena, made, value_object(signature));
    }
    return value_array(made);
}

static struct value compauth_of(struct model *model, const struct auth_method *method)
{
    if (method == NULL)
        return value_null();
    struct object *made = object_new(model, TYPE_CompAuth, NULL);
    object_set(made, FIELD_CompAuth_verdict, verdict_of(model, method));
    object_set(made, FIELD_CompAuth_reason, value_string(authres_property(method, "reason")));
    return value_object(made);
}

/* The domain of an address or the host itself. */
static struct value domain_in(struct model *model, struct bytes text)
{
    size_t at = bytes_find_last_byte(text, '@');
    return model_domain(model, at == BYTES_NPOS ? text : bytes_from(text, at + 1));
}

struct value model_spf(struct model *model, const struct auth_method *method)
{
    if (method == NULL)
        return value_null();
    struct object *made = object_new(model, TYPE_SPF, NULL);
    struct bytes designator = authres_property(method, "smtp.mailfrom");
    if (designator.at == NULL)
        designator = spf_designator(method->comment);
    object_set(made, FIELD_SPF_client_ip, model_ip(model, spf_client_ip(method->comment)));
    object_set(made, FIELD_SPF_description, value_string(method->comment));
    object_set(made, FIELD_SPF_designator, value_string(designator));
    object_set(made, FIELD_SPF_helo, domain_in(model, authres_property(method, "smtp.helo")));
    object_set(made, FIELD_SPF_server, model_domain(model, spf_server(method->comment)));
    object_set(made, FIELD_SPF_verdict, verdict_of(model, method));
    return value_object(made);
}

struct value model_received_spf(struct model *model, uint32_t number)
{
    struct received_spf parsed;
    received_spf_parse(mail_field(model, number), &parsed);
    struct object *made = object_new(model, TYPE_SPF, NULL);
    struct bytes designator = spf_designator(parsed.comment);
    if (designator.at == NULL)
        designator = parsed.envelope_from;
    struct bytes ip =
        parsed.client_ip.at != NULL ? parsed.client_ip : spf_client_ip(parsed.comment);
    struct bytes server = parsed.receiver.at != NULL ? parsed.receiver : spf_server(parsed.comment);
    object_set(made, FIELD_SPF_client_ip, model_ip(model, ip));
    object_set(made, FIELD_SPF_description, value_string(parsed.comment));
    object_set(made, FIELD_SPF_designator, value_string(designator));
    object_set(made, FIELD_SPF_helo, model_domain(model, parsed.helo));
    object_set(made, FIELD_SPF_server, model_domain(model, server));
    object_set(made, FIELD_SPF_verdict, value_string(model_lower(model, parsed.result)));
    return value_object(made);
}

struct value model_dmarc(struct model *model, const struct auth_method *method)
{
    if (method == NULL)
        return value_null();
    struct object *made = object_new(model, TYPE_DMARC, NULL);
    struct bytes policy = authres_property(method, "p");
    if (policy.at == NULL)
        policy = authres_property(method, "policy.dmarc");
    object_set(made, FIELD_DMARC_action,
               value_string(model_lower(model, authres_property(method, "action"))));
    object_set(made, FIELD_DMARC_disposition,
               value_string(model_lower(model, authres_property(method, "dis"))));
    object_set(made, FIELD_DMARC_from, domain_in(model, authres_property(method, "header.from")));
    object_set(made, FIELD_DMARC_policy, value_string(model_lower(model, policy)));
    object_set(made, FIELD_DMARC_sub_policy,
               value_string(model_lower(model, authres_property(method, "sp"))));
    object_set(made, FIELD_DMARC_verdict, verdict_of(model, method));
    return value_object(made);
}

struct value resolve_AuthResults(struct object *object, uint32_t field)
{
    const struct model_results *self = object->self;
    struct model *model = object->model;
    if (self == NULL)
        return value_null();
    const struct authres *parsed = &self->parsed;
    switch (field) {
    case FIELD_AuthResults_compauth:
        return compauth_of(model, authres_method(parsed, "compauth"));
    case FIELD_AuthResults_dkim:
        return verdict_of(model, authres_method(parsed, "dkim"));
    case FIELD_AuthResults_dkim_details:
        return signatures_of(model, parsed);
    case FIELD_AuthResults_dmarc:
        return verdict_of(model, authres_method(parsed, "dmarc"));
    case FIELD_AuthResults_dmarc_details:
        return model_dmarc(model, authres_method(parsed, "dmarc"));
    case FIELD_AuthResults_instance:
        return value_string(parsed->instance);
    case FIELD_AuthResults_server:
        return model_domain(model, parsed->authserv_id);
    case FIELD_AuthResults_spf:
        return verdict_of(model, authres_method(parsed, "spf"));
    case FIELD_AuthResults_spf_details:
        return model_spf(model, authres_method(parsed, "spf"));
    case FIELD_AuthResults_type:
        return value_string(bytes_starts_fold(self->field_name, BYTES("ARC-")) ? BYTES("arc")
                                                                               : BYTES("standard"));
    default:
        return value_null();
    }
}

static bool is_error(struct bytes result)
{
    return bytes_equal_fold(result, BYTES("temperror")) ||
           bytes_equal_fold(result, BYTES("permerror"));
}

/* bestguesspass: Exchange Online where a domain without a policy would have passed. */
static bool is_pass(struct bytes result)
{
    return bytes_equal_fold(result, BYTES("pass")) ||
           bytes_equal_fold(result, BYTES("bestguesspass"));
}

/* {pass, error, details, received_hop}: DMARCSummary and SPFSummary have the same fields.  The details
 * are DETAILS, or made from METHOD when asked for. */
static struct value summary(struct model *model, enum type type, struct bytes result,
                            const struct auth_method *method, struct value details, uint32_t hop)
{
    _Static_assert((int)FIELD_DMARCSummary_pass == (int)FIELD_SPFSummary_pass &&
                       (int)FIELD_DMARCSummary_received_hop == (int)FIELD_SPFSummary_received_hop,
                   "the two summaries are alike");
    struct object *made = object_new(model, type, method);
    if (method == NULL)
        object_set(made, FIELD_DMARCSummary_details, details);
    object_set(made, FIELD_DMARCSummary_error, value_bool(is_error(result)));
    object_set(made, FIELD_DMARCSummary_pass, value_bool(is_pass(result)));
    object_set(made, FIELD_DMARCSummary_received_hop, value_int(hop));
    return value_object(made);
}

struct value resolve_DMARCSummary(struct object *object, uint32_t field)
{
    return field == FIELD_DMARCSummary_details ? model_dmarc(object->model, object->self)
                                               : value_null();
}

struct value resolve_SPFSummary(struct object *object, uint32_t field)
{
    return field == FIELD_SPFSummary_details ? model_spf(object->model, object->self)
                                             : value_null();
}

/* SPF from the believed Authentication-Results, else from the believed Received-SPF. */
static struct value spf_summary(struct model *model, const struct mail_view *view,
                                const struct authres *parsed)
{
    const struct auth_method *spf = authres_method(parsed, "spf");
    if (spf != NULL)
        return summary(model, TYPE_SPFSummary, spf->result, spf, value_null(), view->results.hop);
    if (view->spf.how == TRUST_NONE)
        return value_null();
    struct value details = model_received_spf(model, view->spf.field);
    struct bytes result = value_bytes(object_get(details.as.object, FIELD_SPF_verdict));
    return summary(model, TYPE_SPFSummary, result, NULL, details, view->spf.hop);
}

/* What the believed Authentication-Results say; nothing where none are. */
static const struct authres *believed(struct model *model)
{
    struct mail_view *view = mail_view(model);
    if (view->authres == NULL) {
        struct authres *parsed = arena_new_of(model->arena, struct authres);
        if (view->results.how != TRUST_NONE)
            authres_parse(mail_field(model, view->results.field), parsed);
        view->authres = parsed;
    }
    return view->authres;
}

struct value resolve_AuthSummary(struct object *object, uint32_t field)
{
    struct model *model = object->model;
    if (object->self == NULL)
        return value_null();
    const struct mail_view *view = mail_view(model);
    const struct auth_method *dmarc;
    switch (field) {
    case FIELD_AuthSummary_dmarc:
        dmarc = authres_method(believed(model), "dmarc");
        return dmarc == NULL ? value_null()
                             : summary(model, TYPE_DMARCSummary, dmarc->result, dmarc, value_null(),
                                       view->results.hop);
    case FIELD_AuthSummary_spf:
        return spf_summary(model, view, believed(model));
    case FIELD_AuthSummary_authserv_id:
        return value_string(view->results.id);
    case FIELD_AuthSummary_trust:
        return value_string(bytes_of_string(trust_names[view->results.how]));
    default:
        return value_null();
    }
}

/* What the verifier needs of the mail: its fields with their folds, and the body as transported. */
static struct dkim_mail mail_for_dkim(struct model *model)
{
    const struct header *header = mail_view(model)->header;
    struct dkim_field *fields = arena_array_of(model->arena, header->count + 1, struct dkim_field);
    for (uint32_t i = 0; i < header->count; i++) {
        const struct header_field *field = &header->field[i];
        struct bytes whole = bytes_sub(model->node->content, field->offset, field->len);
        if (bytes_ends(whole, BYTES("\n")))
            whole.len--;
        if (bytes_ends(whole, BYTES("\r")))
            whole.len--;
        fields[i] = (struct dkim_field){field->name, whole};
    }
    return (struct dkim_mail){.field = fields,
                              .count = header->count,
                              .body = header->body,
                              .keys = model->settings == NULL ? BYTES_NONE
                                                              : model->settings->dkim_keys};
}

struct model_dkim {
    struct dkim parsed;
    uint32_t number;
    struct bytes field_name;
};

struct value model_signature(struct model *model, uint32_t number)
{
    struct model_dkim *made = arena_new_of(model->arena, struct model_dkim);
    if (!dkim_parse(mail_field(model, number), &made->parsed))
        return value_null();
    made->number = number;
    made->field_name = mail_view(model)->header->field[number].name;
    return value_object(object_new(model, TYPE_Signature, made));
}

static struct value verified(struct model *model, const struct model_dkim *self, bool body_only)
{
    struct dkim_mail mail = mail_for_dkim(model);
    enum dkim_answer answer = body_only
                                  ? dkim_check_body(model->arena, &self->parsed, mail.body)
                                  : dkim_verify(model->arena, &self->parsed, &mail, self->number);
    return answer == DKIM_UNKNOWN ? value_null() : value_bool(answer == DKIM_GOOD);
}

struct value resolve_Signature(struct object *object, uint32_t field)
{
    const struct model_dkim *self = object->self;
    if (self == NULL)
        return value_null();
    const struct dkim *dkim = &self->parsed;
    switch (field) {
    case FIELD_Signature_algorithm:
        return value_string(dkim->algorithm);
    case FIELD_Signature_body_hash:
        return value_string(dkim->body_hash);
    case FIELD_Signature_domain:
        return value_string(model_lower(object->model, dkim->domain));
    case FIELD_Signature_headers:
        return value_string(dkim->headers);
    case FIELD_Signature_instance:
        return value_string(dkim->instance);
    case FIELD_Signature_selector:
        return value_string(dkim->selector);
    case FIELD_Signature_signature:
        return value_string(dkim->signature);
    case FIELD_Signature_type:
        return value_string(bytes_starts_fold(self->field_name, BYTES("ARC-")) ? BYTES("arc")
                                                                               : BYTES("dkim"));
    case FIELD_Signature_version:
        return value_string(dkim->version);
    case FIELD_Signature_body_hash_valid:
        return verified(object->model, self, true);
    case FIELD_Signature_valid:
        return verified(object->model, self, false);
    default:
        return value_null();
    }
}
