/* SPDX-License-Identifier: Apache-2.0 */
#include "group/read_fact.h"

#include "group/normalise.h"
#include "observe/ip.h"

#define NAMES_MOST 256u

static struct bytes text_at(struct value object, const char *name)
{
    return object.tag == VALUE_MAP ? value_bytes(map_get(object.as.map, bytes_of_string(name)))
                                   : BYTES_NONE;
}

static struct value member(struct value object, const char *name)
{
    return object.tag == VALUE_MAP ? map_get(object.as.map, bytes_of_string(name))
                                   : (struct value){0};
}

/* Seconds since the epoch, as a number or a string, or a date. */
static uint32_t minute_at(struct value object, const char *name)
{
    struct value v = member(object, name);
    if (v.tag == VALUE_INT)
        return v.as.integer > 0 ? (uint32_t)(v.as.integer / 60) : 0;
    return normalise_minute(value_bytes(v));
}

static struct bytes without_dot(struct bytes name)
{
    name = bytes_trim(name);
    if (name.len > 0 && name.at[name.len - 1] == '.')
        name.len--;
    if (bytes_starts(name, BYTES("*.")))
        name = bytes_from(name, 2);
    return name;
}

void read_fact_addresses(struct feed *feed, struct bytes host, struct bytes addresses,
                         uint32_t first_minute, uint32_t last_minute)
{
    size_t start = 0;
    for (size_t i = 0; i <= addresses.len; i++) {
        uint8_t c = i < addresses.len ? addresses.at[i] : ',';
        if (c != ',' && c != ';' && c != '|' && !ascii_is_space(c))
            continue;
        struct bytes one = bytes_sub(addresses, start, i - start);
        struct ip ip;
        start = i + 1;
        if (one.len == 0 || !ip_parse(feed->arena, one, &ip))
            continue;
        feed_fact(feed, host, FACT_ADDRESS, ip.text, first_minute, last_minute);
        feed_fact(
            feed, host, FACT_BLOCK,
            ip.version == 4
                ? arena_printf(feed->arena, "%u.%u.%u.0/24", ip.byte[0], ip.byte[1], ip.byte[2])
                : arena_printf(feed->arena, "%02x%02x:%02x%02x:%02x%02x::/48", ip.byte[0],
                               ip.byte[1], ip.byte[2], ip.byte[3], ip.byte[4], ip.byte[5]),
            first_minute, last_minute);
    }
}

static void read_dns(struct feed *feed, struct value object)
{
    struct bytes host = without_dot(text_at(object, "rrname")), type = text_at(object, "rrtype");
    struct value data = member(object, "rdata");
    uint32_t first = minute_at(object, "time_first"), last = minute_at(object, "time_last");
    if (first == 0) {
        first = minute_at(object, "zone_time_first");
        last = minute_at(object, "zone_time_last");
    }
    uint32_t count = data.tag == VALUE_ARRAY ? data.as.array->count : 1;
    feed_add_aside(feed, host, first);
    for (uint32_t i = 0; i < count; i++) {
        struct bytes one = value_bytes(data.tag == VALUE_ARRAY ? data.as.array->item[i] : data);
        if (bytes_equal_fold(type, BYTES("A")) || bytes_equal_fold(type, BYTES("AAAA")))
            read_fact_addresses(feed, host, one, first, last);
        else if (bytes_equal_fold(type, BYTES("NS")))
            feed_fact(feed, host, FACT_NAMESERVER, without_dot(one), first, last);
    }
}

/* Words of services that stand in for the registrant: shared by strangers. */
static bool is_private(struct bytes contact)
{
    static const char *const words[] = {"privacy", "private",  "redacted", "proxy", "protect",
                                        "guard",   "withheld", "anonym",   "abuse", "gdpr"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (bytes_find_fold(contact, bytes_of_string(words[i]), 0) != BYTES_NPOS)
            return true;
    return contact.len < 6;
}

static void add_contact(struct feed *feed, struct bytes domain, struct bytes contact)
{
    contact = bytes_trim(contact);
    if (bytes_starts_fold(contact, BYTES("tel:")))
        contact = bytes_from(contact, 4);
    if (!is_private(contact))
        feed_fact(feed, domain, FACT_REGISTRANT, contact, 0, 0);
}

/* Registrar and hour: bulk registrations fall together. */
static void add_registration(struct feed *feed, struct bytes domain, struct bytes registrar,
                             struct bytes date)
{
    uint32_t minute = normalise_minute(date);
    registrar = bytes_trim(registrar);
    if (minute != 0 && minute % 1440 != 0 && registrar.len > 0)
        feed_fact(feed, domain, FACT_REGISTRATION,
                  arena_printf(feed->arena, "%u %.*s", minute / 60, BYTES_FMT(registrar)), 0, 0);
}

static bool has_role(struct value entity, const char *role)
{
    struct value roles = member(entity, "roles");
    for (uint32_t i = 0; roles.tag == VALUE_ARRAY && i < roles.as.array->count; i++)
        if (bytes_equal_fold(value_bytes(roles.as.array->item[i]), bytes_of_string(role)))
            return true;
    return false;
}

/* The values of NAME in a jCard (RFC 7095): [name, parameters, type, value]. */
static uint32_t card_values(struct value entity, const char *name, struct bytes *out, uint32_t most)
{
    struct value card = member(entity, "vcardArray");
    uint32_t count = 0;
    if (card.tag != VALUE_ARRAY || card.as.array->count < 2 ||
        card.as.array->item[1].tag != VALUE_ARRAY)
        return 0;
    const struct array *rows = card.as.array->item[1].as.array;
    for (uint32_t i = 0; i < rows->count && count < most; i++) {
        const struct array *row = rows->item[i].tag == VALUE_ARRAY ? rows->item[i].as.array : NULL;
        if (row != NULL && row->count >= 4 &&
            bytes_equal_fold(value_bytes(row->item[0]), bytes_of_string(name)))
            out[count++] = value_bytes(row->item[3]);
    }
    return count;
}

static void read_rdap(struct feed *feed, struct value object)
{
    struct bytes domain = without_dot(text_at(object, "ldhName")), registrar = BYTES_NONE;
    struct bytes contact[4];
    struct value list = member(object, "entities");
    for (uint32_t i = 0; list.tag == VALUE_ARRAY && i < list.as.array->count; i++) {
        struct value entity = list.as.array->item[i];
        if (has_role(entity, "registrar") && card_values(entity, "fn", contact, 1) == 1)
            registrar = contact[0];
        if (!has_role(entity, "registrant") && !has_role(entity, "administrative"))
            continue;
        uint32_t mails = card_values(entity, "email", contact, 2);
        mails += card_values(entity, "tel", contact + mails, 2);
        for (uint32_t k = 0; k < mails; k++)
            add_contact(feed, domain, contact[k]);
    }
    list = member(object, "nameservers");
    for (uint32_t i = 0; list.tag == VALUE_ARRAY && i < list.as.array->count; i++)
        feed_fact(feed, domain, FACT_NAMESERVER,
                  without_dot(text_at(list.as.array->item[i], "ldhName")), 0, 0);
    list = member(object, "events");
    for (uint32_t i = 0; list.tag == VALUE_ARRAY && i < list.as.array->count; i++)
        if (bytes_equal_fold(text_at(list.as.array->item[i], "eventAction"), BYTES("registration")))
            add_registration(feed, domain, registrar, text_at(list.as.array->item[i], "eventDate"));
}

/* All names of one certificate share it. */
static void add_certificate(struct feed *feed, struct bytes names, struct bytes id, uint32_t minute)
{
    struct bytes name;
    uint32_t count = 0;
    while (count++ < NAMES_MOST && bytes_next_line(&names, &name))
        feed_fact(feed, without_dot(name), FACT_CERTIFICATE, id, minute, minute);
}

static void read_certificate(struct feed *feed, struct value object)
{
    struct bytes id = text_at(object, "serial_number");
    if (id.len == 0)
        id = text_at(object, "serial");
    if (id.len == 0)
        id = text_at(object, "fingerprint");
    struct value number = member(object, "id");
    if (id.len == 0 && number.tag == VALUE_INT)
        id = arena_printf(feed->arena, "%lld", (long long)number.as.integer);
    uint32_t minute = minute_at(object, "not_before");
    struct value domains = member(object, "all_domains");
    if (id.len == 0)
        return;
    add_certificate(feed, text_at(object, "name_value"), id, minute);
    for (uint32_t i = 0; domains.tag == VALUE_ARRAY && i < domains.as.array->count; i++)
        add_certificate(feed, value_bytes(domains.as.array->item[i]), id, minute);
}

bool read_fact_object(struct feed *feed, struct value object)
{
    struct value leaf = member(member(object, "data"), "leaf_cert");
    if (leaf.tag == VALUE_MAP)
        read_certificate(feed, leaf);
    else if (text_at(object, "rrname").len > 0 && text_at(object, "rrtype").len > 0)
        read_dns(feed, object);
    else if (text_at(object, "ldhName").len > 0 &&
             bytes_equal_fold(text_at(object, "objectClassName"), BYTES("domain")))
        read_rdap(feed, object);
    else if (text_at(object, "name_value").len > 0 ||
             member(object, "all_domains").tag == VALUE_ARRAY)
        read_certificate(feed, object);
    else
        return false;
    return true;
}

struct whois {
    struct bytes domain, registrar, created;
};

static void finish_whois(struct feed *feed, struct whois *one)
{
    if (one->domain.len > 0)
        add_registration(feed, one->domain, one->registrar, one->created);
    *one = (struct whois){0};
}

static bool name_starts(struct bytes name, const char *const *list)
{
    for (; *list != NULL; list++)
        if (bytes_equal_fold(name, bytes_of_string(*list)))
            return true;
    return false;
}

bool read_fact_whois(struct feed *feed, struct bytes content)
{
    static const char *const domains[] = {"domain name", "domain", "[domain name]", NULL},
                             *const created[] = {"creation date", "created", "registration time",
                                                 "registered on", NULL},
                             *const servers[] = {"name server", "nserver", "nameserver",
                                                 "nameservers", NULL},
                             *const contacts[] = {"registrant email", "registrant contact email",
                                                  "registrant phone", "admin email", NULL};
    struct whois one = {0};
    struct bytes line;
    bool any = false;
    while (bytes_next_line(&content, &line)) {
        size_t colon = bytes_find_byte(line, ':', 0);
        if (colon == BYTES_NPOS)
            continue;
        struct bytes name = bytes_trim(bytes_sub(line, 0, colon)),
                     value = bytes_trim(bytes_from(line, colon + 1));
        if (name_starts(name, domains) && value.len > 0) {
            finish_whois(feed, &one);
            one.domain = without_dot(value);
        } else if (one.domain.len == 0 || value.len == 0) {
            continue;
        } else if (name_starts(name, created)) {
            one.created = value;
            any = true;
        } else if (bytes_equal_fold(name, BYTES("registrar"))) {
            one.registrar = value;
            any = true;
        } else if (name_starts(name, servers)) {
            size_t space = bytes_find_byte(value, ' ', 0);
            feed_fact(feed, one.domain, FACT_NAMESERVER,
                      without_dot(space == BYTES_NPOS ? value : bytes_sub(value, 0, space)), 0, 0);
            any = true;
        } else if (name_starts(name, contacts)) {
            add_contact(feed, one.domain, value);
            any = true;
        }
    }
    finish_whois(feed, &one);
    return any;
}
