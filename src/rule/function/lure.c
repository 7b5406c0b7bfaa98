/* SPDX-License-Identifier: Apache-2.0
 * ml.nlu_classifier from the shipped lexicon, and what noroshi.* says of lures, brands and hosts. */
#include "rule/function.h"

#include "observe/brand.h"
#include "observe/capability.h"
#include "observe/domain.h"
#include "observe/lure.h"
#include "observe/phone.h"
#include "rule/unicode.h"

#include <math.h>

static struct value no_classifier(void)
{
    return value_unknown(1u << CAPABILITY_CLASSIFIER);
}

struct value function_nlu(struct call *call)
{
    if (call->model->settings->lures == NULL)
        return no_classifier();
    struct value subject = call->option != NULL ? call->option[0] : value_null();
    return lure_classify(call->model, value_bytes(call->arg[0]), value_bytes(subject));
}

struct value function_topic(struct call *call)
{
    if (call->model->settings->lures == NULL)
        return no_classifier();
    struct value all = lure_classify(call->model, value_bytes(call->arg[0]), BYTES_NONE);
    struct object *result = object_new(call->model, TYPE_TopicResult, NULL);
    object_set(result, FIELD_TopicResult_topics, object_get(all.as.object, FIELD_NLUResult_topics));
    return value_object(result);
}

struct value function_lure(struct call *call)
{
    if (call->model->settings->lures == NULL)
        return no_classifier();
    return value_float(
        lure_log_odds(call->model, value_bytes(call->arg[0]), value_bytes(call->arg[1])));
}

static struct bytes sender_root(struct model *model)
{
    static const uint32_t path[] = {FIELD_Message_sender, FIELD_SenderMailbox_email,
                                    FIELD_EmailAddress_domain};
    struct value v = value_object(model->root);
    for (size_t i = 0; i < 3 && v.tag == VALUE_OBJECT; i++)
        v = object_get(v.as.object, path[i]);
    return v.tag == VALUE_OBJECT ? value_bytes(object_get(v.as.object, FIELD_Domain_domain))
                                 : BYTES_NONE;
}

/* Whether DOMAIN is one of BRAND's own. */
static bool owns(const struct brand_index *brands, const struct brand *brand, struct bytes domain)
{
    if (brand_of_domain(brands, domain) == brand)
        return true;
    for (uint32_t i = 0; i < brand->domain_count; i++) {
        struct bytes own = brand->domain[i];
        if (bytes_ends_fold(domain, own) &&
            (domain.len == own.len || domain.at[domain.len - own.len - 1] == '.'))
            return true;
    }
    return false;
}

/* Whether MENTION is part of a longer name whose brand owns DOMAIN: "PayPay" in "PayPay Card". */
static bool within_own(const struct brand_index *brands, const struct brand_mention *mention,
                       uint32_t count, uint32_t which, struct bytes domain)
{
    for (uint32_t i = 0; i < count; i++)
        if (i != which && mention[i].text.at <= mention[which].text.at &&
            mention[i].text.at + mention[i].text.len >=
                mention[which].text.at + mention[which].text.len &&
            owns(brands, mention[i].brand, domain))
            return true;
    return false;
}

/* Brands TEXT names that the sender's domain does not belong to. */
struct value function_foreign_brands(struct call *call)
{
    struct array *names = array_new(call->arena);
    if (call->model->settings->brands == NULL)
        return value_array(names);
    struct brand_mention *mention;
    struct bytes sender = sender_root(call->model);
    uint32_t count =
        brand_find(call->model->settings->brands, call->arena, value_bytes(call->arg[0]), &mention);
    for (uint32_t i = 0; i < count; i++)
        if (!owns(call->model->settings->brands, mention[i].brand, sender) &&
            !within_own(call->model->settings->brands, mention, count, i, sender)) {
            array_add(call->arena, names, value_string(mention[i].brand->name));
            if (call->match != NULL && names->count == 1)
                *call->match = mention[i].text;
        }
    return value_array(names);
}

struct value function_brands(struct call *call)
{
    struct array *names = array_new(call->arena);
    struct brand_mention *mention;
    uint32_t count = call->model->settings->brands == NULL
                         ? 0
                         : brand_find(call->model->settings->brands, call->arena,
                                      value_bytes(call->arg[0]), &mention);
    for (uint32_t i = 0; i < count; i++)
        array_add(call->arena, names, value_string(mention[i].brand->name));
    return value_array(names);
}

struct value function_brand_of(struct call *call)
{
    const struct brand *owner =
        call->model->settings->brands == NULL
            ? NULL
            : brand_of_domain(call->model->settings->brands, value_bytes(call->arg[0]));
    return owner == NULL ? value_null() : value_string(owner->name);
}

/* Letters and digits of S, folded. */
static struct bytes squashed(struct arena *arena, struct bytes s)
{
    uint8_t *out = arena_alloc(arena, s.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < s.len; i++)
        if (ascii_is_alnum(s.at[i]))
            out[len++] = ascii_lower(s.at[i]);
    return bytes_of(out, len);
}

/* The words of HOST in lower case; SWAP reads a digit behind a letter as the letter it resembles. */
static struct bytes host_words(struct arena *arena, struct bytes host, bool swap)
{
    static const char letters[] = "olzeasgtbg";
    uint8_t *words = arena_alloc(arena, host.len + 1);
    for (size_t i = 0; i < host.len; i++) {
        words[i] = ascii_is_alnum(host.at[i]) ? ascii_lower(host.at[i]) : ' ';
        if (swap && i > 0 && ascii_is_digit(host.at[i]) && ascii_is_alpha(words[i - 1]))
            words[i] = (uint8_t)letters[host.at[i] - '0'];
    }
    return bytes_of(words, host.len);
}

/* A host name that carries a brand that does not own it: "paypal-login.test", "paypa1.test". */
struct value function_imitated_brand(struct call *call)
{
    const struct brand_index *brands = call->model->settings->brands;
    struct bytes host = value_bytes(call->arg[0]);
    if (brands == NULL || brand_of_domain(brands, host) != NULL)
        return value_null();
    struct bytes folded = unicode_replace_confusables(call->arena, host);
    for (int swap = 0; swap <= 1; swap++) {
        struct brand_mention *mention;
        uint32_t count =
            brand_find(brands, call->arena, host_words(call->arena, folded, swap), &mention);
        for (uint32_t i = 0; i < count; i++)
            if (squashed(call->arena, mention[i].text).len >= 5)
                return value_string(mention[i].brand->name);
    }
    return value_null();
}

struct value function_phones(struct call *call)
{
    struct array *numbers = array_new(call->arena);
    struct phone *phones;
    uint32_t count = phone_find(call->arena, value_bytes(call->arg[0]), &phones);
    for (uint32_t i = 0; i < count; i++)
        array_add(call->arena, numbers, value_string(phones[i].e164));
    if (count > 0 && call->match != NULL)
        *call->match = phones[0].text;
    return value_array(numbers);
}

/* How unlike a word a host label is: bits per letter against English and romanised text, 0..8. */
struct value function_randomness(struct call *call)
{
    /* Share of common letter pairs: names people choose are made of them, generated ones are not. */
    static const char pairs[] = "thheinerreanonatenndtiesorteofedisitalarstntngseohavelemeouecoraas"
                                "deneriroicllcobabecacechcicl"
                                "dadidoeaeeefelememepestetewexfafefifogagegohahihokakelaliloluma"
                                "mamemimomunaninooboodolomoooopotowpapeplpoprquralsashsisospsssttas"
                                "trtautotttuukupurusutvaveviwawewi"
                                "woyayozase";
    struct bytes label = squashed(call->arena, value_bytes(call->arg[0]));
    uint32_t odd = 0, total = 0, digits = 0;
    for (size_t i = 0; i < label.len; i++)
        digits += ascii_is_digit(label.at[i]);
    for (size_t i = 0; i + 1 < label.len; i++) {
        bool known = false;
        for (size_t p = 0; p + 1 < sizeof pairs - 1 && !known; p += 2)
            known = pairs[p] == (char)label.at[i] && pairs[p + 1] == (char)label.at[i + 1];
        odd += !known;
        total++;
    }
    if (label.len < 6)
        return value_float(0);
    return value_float(8.0 * odd / total * (0.7 + 0.3 * (digits > 0)));
}
