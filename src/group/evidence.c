/* SPDX-License-Identifier: Apache-2.0 */
#include "group/evidence.h"

#include "group/bulk.h"

#include <assert.h>
#include <math.h>

#define RARE_DECADES 3.0 /* 1 in 1,000 counts in full */
#define RARE_MOST 1.3
#define UNKNOWN_DAYS 7.0 /* taken where a list has no times */
#define TEMPLATE_LITERAL_LEAST 3
#define CROWD_SLOPE 0.35
#define BURST_CALM 4.0 /* sites of a burst that still count in full */
/* Where report batches do not count, the half hour of one brand below one suffix have to do their work. */
#define BURST_ALONE_WEIGHT 12.0
#define BURST_ALONE_DAYS 0.02
#define OTHER_SCHEME 5.0
#define MINUTES_A_DAY 1440.0
#define SCALE_ONE 196.0 /* scale of a profile that counts once: 1.3 is 255 */

const struct evidence_row evidence_rows[EVIDENCE_COUNT] = {
#define EVIDENCE(id, name, weight, days, what) {name, what, weight, days},
#include "group/evidence.def"
#undef EVIDENCE
};

static uint64_t cell_key(const struct evidence_base *e, const struct site *site,
                         const struct traits *traits, double day)
{
    return tally_mix(tally_mix(e->feed->brand[site->brand].hash, traits->suffix), (uint32_t)day);
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
    case EVIDENCE_SHAPE: {
        uint64_t labels = 1;
        for (size_t i = 0; i < site->sub_len; i++)
            labels += site->host.at[i] == '.';
        value = 16 + labels * 16 + (site->flags & (SITE_IP | SITE_HTTPS)) +
                ((site->flags & SITE_ROOT) != 0 ? 4 : 0) +
                (bytes_starts(site->host, BYTES("www.")) ? 8 : 0);
        break;
    }
    case EVIDENCE_ZONE:
        if ((site->flags & SITE_DYNAMIC) != 0 && site->brand != 0)
            value = tally_mix(traits->label, e->feed->brand[site->brand].hash);
        break;
    case EVIDENCE_USERINFO:
        value = site->flags & SITE_USERINFO;
        break;
    default:
        break;
    }
    return value == 0 ? 0 : tally_mix(value, (uint64_t)id + 100);
}

/* How much of its weight a value that SEEN of the sites have keeps. */
static double rarity(const struct evidence_base *e, uint32_t seen)
{
    double chance = (double)(seen > 0 ? seen : 1) / (double)e->feed->count;
    double rare = -log10(chance) / RARE_DECADES;
    return rare < 0 ? 0 : rare > RARE_MOST ? RARE_MOST : rare;
}

/* The same brand below the same suffix on a day: the more of those, the less it says. */
static double calm(const struct evidence_base *e, const struct site *site,
                   const struct traits *traits)
{
    double crowd =
        tally_get(&e->value, cell_key(e, site, traits, site->first_minute / MINUTES_A_DAY));
    return crowd <= BURST_CALM ? 1 : 1 / (1 + CROWD_SLOPE * log(crowd / BURST_CALM));
}

static void count_site(struct evidence_base *e, uint32_t index)
{
    const struct site *site = &e->feed->site[index];
    for (int id = 0; id < EVIDENCE_KEYED; id++) {
        uint64_t key = evidence_key(e, (enum evidence_id)id, index);
        if (key != 0 && id != EVIDENCE_BATCH && id != EVIDENCE_REGISTERED)
            tally_add(&e->value, key);
    }
    tally_add(&e->value,
              cell_key(e, site, &e->templates->traits[index], site->first_minute / MINUTES_A_DAY));
}

static void profile_site(struct evidence_base *e, uint32_t index)
{
    const struct site *site = &e->feed->site[index];
    const struct traits *traits = &e->templates->traits[index];
    struct profile *profile = &e->profile[index];
    *profile = (struct profile){.minute = site->first_minute};
    for (int id = 0; id < EVIDENCE_KEYED; id++) {
        uint64_t key = evidence_key(e, (enum evidence_id)id, index);
        if (key == 0)
            continue;
        double scale = id == EVIDENCE_BATCH                           ? 1
                       : id == EVIDENCE_REGISTERED                    ? RARE_MOST
                       : id == EVIDENCE_SCHEME || id == EVIDENCE_ZONE ? 1
                       : id == EVIDENCE_BURST                         ? calm(e, site, traits)
                                              : rarity(e, tally_get(&e->value, key));
        profile->key[id] = (uint32_t)(key >> 32) | 1u;
        profile->scale[id] = (uint8_t)(scale * SCALE_ONE + 0.5);
    }
    profile->scheme = traits->scheme == SCHEME_NONE
                          ? 0
                          : (uint16_t)(traits->sector << 1 | (traits->scheme == SCHEME_MUTATE));
    profile->label_len = (site->flags & SITE_IP) != 0 ? 0 : site->label_len;
}

static_assert(EVIDENCE_KEYED + FACT_KINDS == EVIDENCE_COUNT, "one row a kind of fact");

void evidence_init(struct evidence_base *e, const void *parent, const struct templates *templates,
                   uint32_t off)
{
    *e = (struct evidence_base){.feed = templates->feed, .templates = templates, .off = off};
    tally_init(&e->value, parent, (uint64_t)e->feed->count * 5);
    for (uint32_t i = 0; i < e->feed->count; i++)
        count_site(e, i);
    e->profile = bulk_array(parent, e->feed->count + 1u, sizeof *e->profile);
    for (uint32_t i = 0; i < e->feed->count; i++)
        profile_site(e, i);
    for (uint32_t i = e->feed->facts.count; i-- > 0;)
        e->profile[e->feed->facts.fact[i].site].fact = i + 1;
    bool alone = (off >> EVIDENCE_BATCH & 1) != 0;
    for (int id = 0; id < EVIDENCE_COUNT; id++) {
        e->weight[id] = (off >> id & 1) != 0 ? 0 : evidence_rows[id].weight;
        e->per_minute[id] = 1 / (evidence_rows[id].days * MINUTES_A_DAY);
    }
    if (alone && e->weight[EVIDENCE_BURST] > 0) {
        e->weight[EVIDENCE_BURST] = BURST_ALONE_WEIGHT;
        e->per_minute[EVIDENCE_BURST] = 1 / (BURST_ALONE_DAYS * MINUTES_A_DAY);
    }
}

double evidence_probability(double score)
{
    return 1.0 / (1.0 + exp(-score));
}

double evidence_days(const struct evidence_base *e, uint32_t a, uint32_t b)
{
    uint32_t left = e->profile[a].minute, right = e->profile[b].minute;
    return left == 0 || right == 0 ? -1
                                   : (left < right ? right - left : left - right) / MINUTES_A_DAY;
}

static bool neighbours(const struct evidence_base *e, uint32_t left, uint32_t right)
{
    const struct profile *p = &e->profile[left], *q = &e->profile[right];
    uint32_t other = 0;
    if (p->label_len != q->label_len || p->label_len < NEIGHBOUR_SHORTEST ||
        p->label_len > NEIGHBOUR_LONGEST || p->key[EVIDENCE_BRAND] != q->key[EVIDENCE_BRAND] ||
        p->key[EVIDENCE_SUFFIX] != q->key[EVIDENCE_SUFFIX])
        return false;
    struct bytes a = site_label(&e->feed->site[left]), b = site_label(&e->feed->site[right]);
    for (size_t i = 0; i < a.len && other < 2; i++)
        other += a.at[i] != b.at[i];
    return other == 1;
}

/* Both imitate brands of a sector, but one with hyphens and the other without: two hands. */
static bool other_schemes(const struct profile *a, const struct profile *b)
{
    return a->scheme != 0 && b->scheme != 0 && (a->scheme ^ b->scheme) == 1;
}

/* What facts of hosts add; the gap between their windows counts, and where there are none the days. */
static double fact_score(const struct evidence_base *e, const struct profile *p,
                         const struct profile *q, double minutes, struct link_part *part)
{
    struct host_fact_share share[FACT_KINDS];
    double sum = 0;
    host_fact_share(&e->feed->facts, p->fact - 1, q->fact - 1, share);
    for (int kind = 0; kind < FACT_KINDS; kind++) {
        int id = EVIDENCE_KEYED + kind;
        bool windows = kind <= FACT_NAMESERVER; /* others do not move */
        double apart = windows && share[kind].windows ? share[kind].gap_minutes : minutes;
        double points = e->weight[id] * share[kind].scale * exp(-apart * e->per_minute[id]);
        sum += points;
        if (part != NULL && points > 0)
            part[id] =
                (struct link_part){points, share[kind].fan,
                                   share[kind].fan / (double)e->feed->count, share[kind].text};
    }
    return sum;
}

/* Log-odds of A and B; the share of each kind in PART, where that is not NULL. */
static double score(const struct evidence_base *e, uint32_t a, uint32_t b, double days,
                    struct link_part *part)
{
    const struct profile *p = &e->profile[a], *q = &e->profile[b];
    double minutes = (days < 0 ? UNKNOWN_DAYS : days) * MINUTES_A_DAY, sum = EVIDENCE_BIAS;
    for (int id = 0; id < EVIDENCE_KEYED; id++) {
        if (p->key[id] != q->key[id] || p->key[id] == 0 || e->weight[id] <= 0)
            continue;
        uint8_t scale = p->scale[id] < q->scale[id] ? p->scale[id] : q->scale[id];
        double points = e->weight[id] * scale * (1 / SCALE_ONE) * exp(-minutes * e->per_minute[id]);
        sum += points;
        if (part != NULL)
            part[id].score = points;
    }
    if (e->weight[EVIDENCE_NEIGHBOUR] > 0 && neighbours(e, a, b)) {
        double points = e->weight[EVIDENCE_NEIGHBOUR] * RARE_MOST *
                        exp(-minutes * e->per_minute[EVIDENCE_NEIGHBOUR]);
        sum += points;
        if (part != NULL)
            part[EVIDENCE_NEIGHBOUR].score = points;
    }
    if (p->fact != 0 && q->fact != 0)
        sum += fact_score(e, p, q, minutes, part);
    if (e->weight[EVIDENCE_SCHEME] > 0 && other_schemes(p, q))
        sum -= OTHER_SCHEME;
    return sum;
}

double evidence_score(const struct evidence_base *e, uint32_t a, uint32_t b)
{
    return score(e, a, b, evidence_days(e, a, b), NULL);
}

double evidence_score_at(const struct evidence_base *e, uint32_t a, uint32_t b, double days)
{
    return score(e, a, b, days, NULL);
}

void evidence_compare(const struct evidence_base *e, uint32_t a, uint32_t b, struct link *out)
{
    *out = (struct link){.days = evidence_days(e, a, b)};
    out->score = score(e, a, b, out->days, out->part);
    for (int id = 0; id < EVIDENCE_KEYED; id++) {
        if (out->part[id].score <= 0 || id == EVIDENCE_BATCH || id == EVIDENCE_REGISTERED ||
            id == EVIDENCE_NEIGHBOUR)
            continue;
        out->part[id].seen = tally_get(&e->value, evidence_key(e, (enum evidence_id)id, a));
        out->part[id].chance = (double)out->part[id].seen / (double)e->feed->count;
    }
}
