/* SPDX-License-Identifier: Apache-2.0 */
#include "group/evidence.h"

#include <math.h>

#define RARE_DECADES 3.0 /* 1 in 1,000 counts in full */
#define RARE_MOST 1.3
#define UNKNOWN_DAYS 7.0 /* taken where a list has no times */
#define TEMPLATE_LITERAL_LEAST 3
#define BURST_CALM 4.0 /* sites of a burst that still count in full */
/* Where report batches do not count, hours of one brand below one suffix have to do their work. */
#define BURST_ALONE_WEIGHT 12.0
#define BURST_ALONE_DAYS 0.1
#define OTHER_SCHEME 5.0
#define MINUTES_A_DAY 1440u

const struct evidence_row evidence_rows[EVIDENCE_COUNT] = {
#define EVIDENCE(id, name, weight, days, what) {name, what, weight, days},
#include "group/evidence.def"
#undef EVIDENCE
};

static uint64_t cell_key(const struct evidence_base *e, const struct site *site,
                         const struct traits *traits, uint32_t day)
{
    return tally_mix(tally_mix(e->feed->brand[site->brand].hash, traits->suffix), day);
}

uint64_t evidence_key(const struct evidence_base *e, enum evidence_id id, uint32_t index)
{
    const struct site *site = &e->feed->site[index];
    const struct traits *traits = &e->templates->traits[index];
    uint64_t value = 0;
    switch (id) {
    case EVIDENCE_REGISTERED:
        value = (site->flags & SITE_GENUINE) != 0 ? 0 : site->registered;
        break;
    case EVIDENCE_ADDRESS:
        if ((site->flags & SITE_IP) != 0)
            value = bytes_hash(bytes_sub(site->host, 0, bytes_find_last_byte(site->host, '.')));
        break;
    case EVIDENCE_BATCH:
        if (site->brand != 0 && site->first_minute != 0)
            value = tally_mix(e->feed->brand[site->brand].hash, site->first_minute);
        break;
    case EVIDENCE_BRAND:
        value = e->feed->brand[site->brand].hash;
        break;
    case EVIDENCE_SUFFIX:
        value = (site->flags & SITE_IP) != 0 ? 0 : traits->suffix;
        break;
    case EVIDENCE_BURST:
        if (site->brand != 0 && (site->flags & SITE_IP) == 0)
            value = tally_mix(e->feed->brand[site->brand].hash, traits->suffix);
        break;
    case EVIDENCE_LABEL:
        value = traits->label_literal >= TEMPLATE_LITERAL_LEAST ? traits->label : 0;
        break;
    case EVIDENCE_CLASS:
        value = traits->label_literal < TEMPLATE_LITERAL_LEAST ? traits->label : 0;
        break;
    case EVIDENCE_SUBDOMAIN:
        value = traits->sub;
        break;
    case EVIDENCE_PATH:
        value = traits->path;
        break;
    case EVIDENCE_NEIGHBOUR:
        break;
    case EVIDENCE_SCHEME:
        if (traits->scheme != SCHEME_NONE)
            value =
                tally_mix(traits->sector, traits->scheme == SCHEME_MUTATE ? traits->suffix : 1u);
        break;
    case EVIDENCE_USERINFO:
        value = site->flags & SITE_USERINFO;
        break;
    default:
        break;
    }
    return value == 0 ? 0 : tally_mix(value, (uint64_t)id + 100);
}

void evidence_init(struct evidence_base *e, const void *parent, const struct templates *templates,
                   uint32_t off)
{
    *e = (struct evidence_base){.feed = templates->feed, .templates = templates, .off = off};
    tally_init(&e->value, parent, (uint64_t)e->feed->count * 5);
    for (uint32_t i = 0; i < e->feed->count; i++) {
        for (int id = 0; id < EVIDENCE_COUNT; id++) {
            uint64_t key = evidence_key(e, (enum evidence_id)id, i);
            if (key != 0 && id != EVIDENCE_BATCH)
                tally_add(&e->value, key);
        }
        const struct site *site = &e->feed->site[i];
        tally_add(&e->value,
                  cell_key(e, site, &templates->traits[i], site->first_minute / MINUTES_A_DAY));
    }
}

double evidence_probability(double score)
{
    return 1.0 / (1.0 + exp(-score));
}

static void part_set(const struct evidence_base *e, struct link *out, enum evidence_id id,
                     uint64_t key, double times)
{
    uint32_t seen = tally_get(&e->value, key);
    double chance = (double)(seen > 0 ? seen : 1) / (double)e->feed->count;
    double rare = -log10(chance) / RARE_DECADES;
    rare = rare < 0 ? 0 : rare > RARE_MOST ? RARE_MOST : rare;
    double days = out->days < 0 ? UNKNOWN_DAYS : out->days;
    out->part[id] = (struct link_part){evidence_rows[id].weight * times * rare *
                                           exp(-days / evidence_rows[id].days),
                                       seen, chance};
}

static bool neighbours(struct bytes a, struct bytes b)
{
    uint32_t other = 0;
    if (a.len != b.len || a.len < 5 || a.len > 14)
        return false;
    for (size_t i = 0; i < a.len && other < 2; i++)
        other += a.at[i] != b.at[i];
    return other == 1;
}

/* Both imitate brands of a sector, but one with hyphens and the other without: that speaks for two hands. */
static bool other_schemes(const struct traits *a, const struct traits *b)
{
    return a->sector == b->sector && a->scheme != SCHEME_NONE && b->scheme != SCHEME_NONE &&
           (a->scheme == SCHEME_MUTATE) != (b->scheme == SCHEME_MUTATE);
}

/* The same brand below the same suffix: the more of those in the days of the two, the less it says. */
static void compare_burst(const struct evidence_base *e, uint32_t a, uint32_t b, uint64_t key,
                          struct link *out)
{
    const struct site *left = &e->feed->site[a], *right = &e->feed->site[b];
    uint32_t n = tally_get(
        &e->value, cell_key(e, left, &e->templates->traits[a], left->first_minute / MINUTES_A_DAY));
    uint32_t m = tally_get(&e->value, cell_key(e, right, &e->templates->traits[b],
                                               right->first_minute / MINUTES_A_DAY));
    double crowd = n > m ? n : m,
           times = crowd <= BURST_CALM ? 1 : 1 / (1 + 0.35 * log(crowd / BURST_CALM));
    double days = out->days < 0 ? UNKNOWN_DAYS : out->days;
    bool alone = (e->off >> EVIDENCE_BATCH & 1) != 0;
    double weight = alone ? BURST_ALONE_WEIGHT : evidence_rows[EVIDENCE_BURST].weight;
    double scale = alone ? BURST_ALONE_DAYS : evidence_rows[EVIDENCE_BURST].days;
    uint32_t seen = tally_get(&e->value, key);
    out->part[EVIDENCE_BURST] = (struct link_part){weight * times * exp(-days / scale), seen,
                                                   (double)seen / (double)e->feed->count};
}

void evidence_compare(const struct evidence_base *e, uint32_t a, uint32_t b, struct link *out)
{
    const struct site *left = &e->feed->site[a], *right = &e->feed->site[b];
    double days = -1;
    if (left->first_minute != 0 && right->first_minute != 0)
        days = fabs((double)left->first_minute - (double)right->first_minute) / MINUTES_A_DAY;
    evidence_compare_at(e, a, b, days, out);
}

void evidence_compare_at(const struct evidence_base *e, uint32_t a, uint32_t b, double days,
                         struct link *out)
{
    const struct site *left = &e->feed->site[a], *right = &e->feed->site[b];
    *out = (struct link){.score = EVIDENCE_BIAS, .days = days};
    for (int id = 0; id < EVIDENCE_COUNT; id++) {
        if ((e->off >> id & 1) != 0)
            continue;
        uint64_t key = evidence_key(e, (enum evidence_id)id, a);
        if (key == 0 || key != evidence_key(e, (enum evidence_id)id, b))
            continue;
        if (id == EVIDENCE_BURST)
            compare_burst(e, a, b, key, out);
        else if (id == EVIDENCE_BATCH)
            out->part[id] = (struct link_part){evidence_rows[id].weight, 0, 0};
        else
            part_set(e, out, (enum evidence_id)id, key, 1);
    }
    if ((e->off >> EVIDENCE_NEIGHBOUR & 1) == 0 && left->brand == right->brand &&
        neighbours(site_label(left), site_label(right)))
        part_set(e, out, EVIDENCE_NEIGHBOUR, 0, 1);
    if ((e->off >> EVIDENCE_SCHEME & 1) == 0 &&
        other_schemes(&e->templates->traits[a], &e->templates->traits[b]))
        out->score -= OTHER_SCHEME;
    for (int id = 0; id < EVIDENCE_COUNT; id++)
        out->score += out->part[id].score;
}
