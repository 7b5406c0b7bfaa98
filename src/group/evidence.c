/* SPDX-License-Identifier: Apache-2.0 */
#include "group/evidence.h"

#include "group/bulk.h"
#include "group/crew.h"

#include <assert.h>
#include <math.h>

#define RARE_DECADES 3.0 /* 1 in 1,000 counts in full */
#define RARE_MOST 1.3
/* Sites of the world a short list stands in: a brand or a suffix is as common there, a literal learned
 * from this list is not, so it does not lose its weight where a short list is full of it. */
#define ELSEWHERE_SITES 10000u
#define NEIGHBOUR_MOST (evidence_rows[EVIDENCE_NEIGHBOUR].weight * RARE_MOST)
#define UNKNOWN_DAYS 7.0 /* taken where a list has no times */
#define TEMPLATE_LITERAL_LEAST 3
#define CROWD_SLOPE 0.35
#define BURST_CALM 4.0 /* sites of a burst that still count in full */
/* Where report batches do not count, how soon sites of a brand follow has to do their work (group/pace.h). */
#define BURST_ALONE_WEIGHT 18.0
/* Sites of a brand below a suffix in three terms: from 2^QUIET_NONE on they say nothing, each halving adds.
 * In a list with fewer than QUIET_VOLUME sites in these terms a site stands for more. */
#define QUIET_TERM_MINUTES 4320u
#define QUIET_TERMS 3u
#define QUIET_VOLUME 1024.0
#define QUIET_NONE 6.0
#define QUIET_CROWD 64u /* 2^QUIET_NONE */
#define QUIET_HALVINGS 3.6
/* Sites of a report that count in full, and what each doubling takes away. */
#define BATCH_FULL 32.0
#define BATCH_DOUBLING 0.065
/* Reports of one brand that are listed one after the other are of different operations. */
#define RIVAL_MINUTES 300
#define RIVAL 3.0
#define OTHER_SCHEME 5.0
/* Listed together, but named, written and hosted in different ways: a report may hold more than one
 * operation's. */
#define MOMENT (1u << EVIDENCE_BATCH | 1u << EVIDENCE_BURST)
#define SLIGHT (1u << EVIDENCE_BRAND | 1u << EVIDENCE_QUIET | 1u << EVIDENCE_SHAPE)
#define STRANGERS 0.4 /* what they have at most, log-odds */
#define MINUTES_A_DAY 1440.0
#define SITES_A_PART 16384u
#define AHEAD 8u        /* sites whose counters are asked for before they are read */
#define SCALE_ONE 196.0 /* scale of a profile that counts once: 1.3 is 255 */

const struct evidence_row evidence_rows[EVIDENCE_COUNT] = {
#define EVIDENCE(id, name, weight, days, what) {name, what, weight, days},
#include "group/evidence.def"
#undef EVIDENCE
};

static uint64_t cell_key(const struct evidence_base *e, const struct feed_site *site,
                         const struct traits *traits, double day)
{
    return tally_mix(tally_mix(e->feed->brand[site->brand].hash, traits->suffix), (uint32_t)day);
}

/* Brand and suffix in the term of the site, or K terms later. */
static uint64_t term_key(const struct evidence_base *e, uint32_t index, uint32_t k)
{
    const struct feed_site *site = &e->feed->site[index];
    uint32_t term = site->first_minute / QUIET_TERM_MINUTES + k;
    return tally_mix(cell_key(e, site, &e->templates->traits[index], term),
                     (uint64_t)EVIDENCE_QUIET + 100);
}

static uint8_t shape_of(const struct feed_site *site)
{
    uint32_t labels = 2;
    for (size_t i = 0; i < site->sub_len; i++)
        labels += site->host.at[i] == '.';
    return (uint8_t)((labels < 15 ? labels : 15) * 16 + (site->flags & (SITE_IP | SITE_HTTPS)) +
                      ((site->flags & SITE_ROOT) != 0 ? 4 : 0) +
                      (bytes_starts(site->host, BYTES("www.")) ? 8 : 0));
}

uint64_t evidence_key(const struct evidence_base *e, enum evidence_id id, uint32_t index)
{
    const struct feed_site *site = &e->feed->site[index];
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
        if (e->pace != NULL)
            value = e->pace[index].burst;
        else if (site->brand != 0 && (site->flags & SITE_IP) == 0)
            value = tally_mix(e->feed->brand[site->brand].hash, traits->suffix);
        break;
    case EVIDENCE_QUIET:
        if (site->brand != 0 && site->first_minute != 0 && (site->flags & SITE_IP) == 0)
            return term_key(e, index, 0);
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
    case EVIDENCE_SHAPE:
        value = shape_of(site);
        break;
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

/* How much of its weight a thing keeps that comes by chance so often. */
static double chance_scale(double chance)
{
    double rare = -log10(chance) / RARE_DECADES;
    return rare < 0 ? 0 : rare > RARE_MOST ? RARE_MOST : rare;
}

static double rarity_of(uint32_t seen, uint64_t sites)
{
    return chance_scale((double)(seen > 0 ? seen : 1) / (double)sites);
}

/* How much of its weight a value that SEEN of the sites have keeps; a LITERAL is not seen elsewhere. */
static double rarity(const struct evidence_base *e, uint32_t seen, bool literal)
{
    return seen < RARITY_KNOWN
               ? e->rarity[literal][seen]
               : rarity_of(seen, (uint64_t)e->feed->count + (literal ? ELSEWHERE_SITES : 0));
}

/* Whether the value of ID holds a literal learned from the list. */
static bool is_literal(const struct traits *traits, int id)
{
    return id == EVIDENCE_LABEL || (id == EVIDENCE_SUBDOMAIN && traits->sub_literal > 0) ||
           (id == EVIDENCE_PATH && traits->path_literal > 0);
}

/* The same brand below the same suffix on a day (CROWD of them): the more of those, the less it says. */
static double calm(uint32_t crowd)
{
    return crowd <= BURST_CALM ? 1 : 1 / (1 + CROWD_SLOPE * log(crowd / BURST_CALM));
}

/* The same brand below the same suffix in days that have CROWD of them, among VOLUME sites. */
static double quiet(uint32_t crowd, uint32_t volume)
{
    double thin = volume == 0 || volume >= QUIET_VOLUME ? 1 : QUIET_VOLUME / volume;
    double scale = (QUIET_NONE - log2(thin * (crowd > 0 ? crowd : 1))) / QUIET_HALVINGS;
    return scale < 0 ? 0 : scale > RARE_MOST ? RARE_MOST : scale;
}

/* A report of CROWD sites: large ones hold more than one operation's. */
static double batch_scale(uint32_t crowd)
{
    double scale = crowd <= BATCH_FULL ? 1 : 1 - BATCH_DOUBLING * log2(crowd / BATCH_FULL);
    return scale < 0 ? 0 : scale;
}

/* Kinds whose values are counted; the others' scale is the same for all. */
static bool is_counted(int id)
{
    return id != EVIDENCE_REGISTERED && id != EVIDENCE_NEIGHBOUR;
}

/* The keys of a site, and what else is looked up: brand and suffix of the day. */
struct site_keys {
    uint64_t key[EVIDENCE_KEYED], cell;
};

/* Sites in the term of MINUTE and in those around it. */
static uint32_t volume_at(const struct evidence_base *e, uint32_t minute)
{
    uint32_t term = minute / QUIET_TERM_MINUTES, volume = 0;
    for (uint32_t k = 0; k < QUIET_TERMS; k++) {
        uint32_t at = term + k - QUIET_TERMS / 2 - e->term_first;
        volume += at < e->term_count ? e->volume[at] : 0;
    }
    return volume;
}

/* Count the sites of each term. */
static void count_volume(struct evidence_base *e, const void *parent)
{
    uint32_t first = UINT32_MAX, last = 0;
    for (uint32_t i = 0; i < e->feed->count; i++) {
        uint32_t minute = e->feed->site[i].first_minute;
        first = minute != 0 && minute < first ? minute : first;
        last = minute > last ? minute : last;
    }
    if (last == 0)
        return;
    e->term_first = first / QUIET_TERM_MINUTES;
    e->term_count = last / QUIET_TERM_MINUTES - e->term_first + 1;
    e->volume = bulk_array(parent, e->term_count, sizeof *e->volume);
    for (uint32_t i = 0; i < e->feed->count; i++)
        if (e->feed->site[i].first_minute != 0)
            e->volume[e->feed->site[i].first_minute / QUIET_TERM_MINUTES - e->term_first]++;
}

static void keys_of(const struct evidence_base *e, uint32_t index, struct site_keys *out)
{
    const struct feed_site *site = &e->feed->site[index];
    feed_expect(e->feed, index);
    for (int id = 0; id < EVIDENCE_KEYED; id++)
        out->key[id] = evidence_key(e, (enum evidence_id)id, index);
    out->cell = cell_key(e, site, &e->templates->traits[index], site->first_minute / MINUTES_A_DAY);
}

static uint32_t part_end(const struct evidence_base *e, uint32_t part)
{
    uint64_t end = ((uint64_t)part + 1) * SITES_A_PART;
    return end < e->feed->count ? (uint32_t)end : e->feed->count;
}

static void count_part(void *of, uint32_t part, uint32_t worker)
{
    struct evidence_base *e = of;
    struct tally_writer writer;
    struct site_keys keys;
    (void)worker;
    tally_begin(&writer, &e->value);
    for (uint32_t i = part * SITES_A_PART; i < part_end(e, part); i++) {
        keys_of(e, i, &keys);
        for (int id = 0; id < EVIDENCE_KEYED; id++)
            if (keys.key[id] != 0 && is_counted(id))
                tally_put(&writer, keys.key[id]);
        tally_put(&writer, keys.cell);
    }
    tally_end(&writer);
}

static uint64_t letters_of(struct bytes label)
{
    uint64_t letters = 0;
    for (size_t i = 0; i < label.len && i < NEIGHBOUR_LONGEST; i++)
        letters |= (uint64_t)(label.at[i] & 15) << 4 * i;
    return letters;
}

static uint32_t half(uint64_t key)
{
    return key == 0 ? 0 : (uint32_t)(key >> 32) | 1u;
}

static double quiet_of(const struct evidence_base *e, uint32_t index)
{
    uint32_t crowd = tally_get(&e->value, term_key(e, index, 0));
    if (crowd >= QUIET_CROWD)
        return 0; /* before the terms around are looked at */
    for (uint32_t k = 1; k < QUIET_TERMS; k++)
        crowd += tally_get(&e->value, term_key(e, index, k % 2 == 1 ? k / 2 + 1 : 0 - k / 2));
    return quiet(crowd, volume_at(e, e->feed->site[index].first_minute));
}

/* How much of its weight the value of ID that a site has keeps. */
static double scale_of(const struct evidence_base *e, uint32_t index, int id,
                       const struct site_keys *keys)
{
    switch (id) {
    case EVIDENCE_REGISTERED:
        return RARE_MOST;
    case EVIDENCE_BATCH:
        return batch_scale(tally_get(&e->value, keys->key[id]));
    case EVIDENCE_BURST:
        return e->pace != NULL ? chance_scale((double)e->pace[index].chance)
                               : calm(tally_get(&e->value, keys->cell));
    case EVIDENCE_QUIET:
        return quiet_of(e, index);
    case EVIDENCE_NEIGHBOUR:
    case EVIDENCE_SCHEME:
    case EVIDENCE_ZONE:
        return 1;
    default:
        return rarity(e, tally_get(&e->value, keys->key[id]), is_literal(&e->templates->traits[index], id));
    }
}

static void profile_site(struct evidence_base *e, uint32_t index, const struct site_keys *keys)
{
    const struct feed_site *site = &e->feed->site[index];
    const struct traits *traits = &e->templates->traits[index];
    struct profile *profile = &e->profile[index];
    const uint64_t *key = keys->key;
    bool address = (site->flags & SITE_IP) != 0;
    enum evidence_id name = address                    ? EVIDENCE_ADDRESS
                            : key[EVIDENCE_LABEL] != 0 ? EVIDENCE_LABEL
                                                       : EVIDENCE_CLASS;
    *profile = (struct profile){
        .registered = half(key[EVIDENCE_REGISTERED]),
        .brand = half(key[EVIDENCE_BRAND]),
        .suffix = half(key[EVIDENCE_SUFFIX]),
        .subdomain = half(key[EVIDENCE_SUBDOMAIN]),
        .path = half(key[EVIDENCE_PATH]),
        .scheme = half(key[EVIDENCE_SCHEME]),
        .name = half(key[name]),
        .minute = site->first_minute,
        .label_len = address ? 0 : site->label_len,
        .shape = shape_of(site),
        .sector = traits->scheme == SCHEME_NONE ? 0 : traits->sector,
        .flags = (uint8_t)((address ? PROFILE_ADDRESS : 0) |
                           (name == EVIDENCE_LABEL ? PROFILE_LITERAL : 0) |
                           (key[EVIDENCE_ZONE] != 0 ? PROFILE_ZONE : 0) |
                           (key[EVIDENCE_USERINFO] != 0 ? PROFILE_USERINFO : 0) |
                           (traits->scheme == SCHEME_MUTATE ? PROFILE_MUTATED : 0)),
        .letters = letters_of(feed_site_label(site))};
    for (int id = 0; id < EVIDENCE_KEYED; id++) {
        if (key[id] == 0)
            continue;
        double scale = scale_of(e, index, id, keys);
        profile->scale[id] = (uint8_t)(scale * SCALE_ONE + 0.5);
    }
}

static void profile_part(void *of, uint32_t part, uint32_t worker)
{
    struct evidence_base *e = of;
    struct site_keys keys[AHEAD];
    uint32_t from = part * SITES_A_PART, end = part_end(e, part);
    (void)worker;
    for (uint32_t i = from; i < end + AHEAD; i++) {
        struct site_keys *at = &keys[i % AHEAD];
        if (i >= from + AHEAD)
            profile_site(e, i - AHEAD, at);
        if (i >= end)
            continue;
        keys_of(e, i, at);
        for (int id = 0; id < EVIDENCE_KEYED; id++)
            if (at->key[id] != 0 && is_counted(id))
                tally_expect(&e->value, at->key[id]);
        tally_expect(&e->value, at->cell);
    }
}

static_assert(EVIDENCE_KEYED + FACT_KINDS == EVIDENCE_COUNT, "one row a kind of fact");

void evidence_init(struct evidence_base *e, const void *parent, const struct templates *templates,
                   uint32_t off)
{
    *e = (struct evidence_base){.feed = templates->feed, .templates = templates, .off = off};
    uint32_t parts = (e->feed->count + SITES_A_PART - 1) / SITES_A_PART;
    tally_init(&e->value, parent, (uint64_t)e->feed->count * 6);
    count_volume(e, parent);
    if ((off >> EVIDENCE_BATCH & 1) != 0 && (off >> EVIDENCE_BURST & 1) == 0) {
        e->pace = pace_learn(parent, e->feed);
    }
    crew_run(e->feed->workers, parts, count_part, e);
    e->profile = bulk_array(parent, e->feed->count + 1u, sizeof *e->profile);
    for (uint32_t seen = 0; seen < RARITY_KNOWN; seen++) {
        e->rarity[0][seen] = rarity_of(seen, e->feed->count);
        e->rarity[1][seen] = rarity_of(seen, (uint64_t)e->feed->count + ELSEWHERE_SITES);
    }
    crew_run(e->feed->workers, parts, profile_part, e);
    for (uint32_t i = e->feed->facts.count; i-- > 0;)
        e->profile[e->feed->facts.fact[i].site].fact = i + 1;
    for (int id = 0; id < EVIDENCE_COUNT; id++) {
        e->weight[id] = (off >> id & 1) != 0 ? 0 : evidence_rows[id].weight;
        e->per_minute[id] = 1 / (evidence_rows[id].days * MINUTES_A_DAY);
        e->counted |= id < EVIDENCE_KEYED && e->weight[id] > 0 ? 1u << id : 0;
    }
    if (e->pace != NULL) {
        e->weight[EVIDENCE_BURST] = BURST_ALONE_WEIGHT;
        e->per_minute[EVIDENCE_BURST] = 0;
    }
}

const char *evidence_what(const struct evidence_base *e, enum evidence_id id)
{
    return id == EVIDENCE_BURST && e->pace != NULL
               ? "sooner one after the other than by chance, brand"
               : evidence_rows[id].what;
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

/* Labels of one length that differ in one place, of one brand and suffix. */
static bool neighbours(const struct evidence_base *e, uint32_t left, uint32_t right)
{
    const struct profile *p = &e->profile[left], *q = &e->profile[right];
    uint32_t other = 0;
    if (p->label_len != q->label_len || p->label_len < NEIGHBOUR_SHORTEST ||
        p->label_len > NEIGHBOUR_LONGEST || p->brand != q->brand || p->suffix != q->suffix)
        return false;
    uint64_t unlike = p->letters ^ q->letters;
    unlike |= unlike >> 1;
    unlike = (unlike | unlike >> 2) & UINT64_C(0x1111111111111111);
    if ((unlike & (unlike - 1)) != 0)
        return false;
    struct bytes a = feed_site_label(&e->feed->site[left]),
                 b = feed_site_label(&e->feed->site[right]);
    for (size_t i = 0; i < a.len && other < 2; i++)
        other += a.at[i] != b.at[i];
    return other == 1;
}

/* Both imitate brands of a sector, but one with hyphens and the other without: two hands. */
static bool other_schemes(const struct profile *p, const struct profile *q)
{
    return p->sector != 0 && p->sector == q->sector &&
           ((p->flags ^ q->flags) & PROFILE_MUTATED) != 0;
}

static bool same(uint32_t a, uint32_t b)
{
    return a == b && a != 0;
}

/* Of one brand and, unless bursts are learned, of one suffix: whether that counts as one burst. */
static bool one_burst(const struct evidence_base *e, const struct profile *p,
                      const struct profile *q, bool suffix)
{
    return e->pace == NULL ? suffix : same(e->pace[p - e->profile].burst, e->pace[q - e->profile].burst);
}

/* The keyed kinds of evidence that P and Q share, as a bit set. */
static inline uint32_t shared(const struct evidence_base *e, const struct profile *p,
                              const struct profile *q)
{
    bool brand = same(p->brand, q->brand), suffix = same(p->suffix, q->suffix);
    bool name = same(p->name, q->name);
    uint32_t kind = (p->flags & PROFILE_ADDRESS) != 0   ? EVIDENCE_ADDRESS
                    : (p->flags & PROFILE_LITERAL) != 0 ? EVIDENCE_LABEL
                                                        : EVIDENCE_CLASS;
    return (uint32_t)same(p->registered, q->registered) << EVIDENCE_REGISTERED |
           (uint32_t)(brand && same(p->minute, q->minute)) << EVIDENCE_BATCH |
           (uint32_t)brand << EVIDENCE_BRAND | (uint32_t)suffix << EVIDENCE_SUFFIX |
           (uint32_t)(brand && one_burst(e, p, q, suffix)) << EVIDENCE_BURST |
           (uint32_t)(brand && suffix) << EVIDENCE_QUIET | (uint32_t)name << kind |
           (uint32_t)same(p->subdomain, q->subdomain) << EVIDENCE_SUBDOMAIN |
           (uint32_t)same(p->path, q->path) << EVIDENCE_PATH |
           (uint32_t)same(p->scheme, q->scheme) << EVIDENCE_SCHEME |
           (uint32_t)((p->flags & q->flags & PROFILE_USERINFO) != 0) << EVIDENCE_USERINFO |
           (uint32_t)(p->shape == q->shape) << EVIDENCE_SHAPE |
           (uint32_t)(brand && name && (p->flags & q->flags & PROFILE_ZONE) != 0) << EVIDENCE_ZONE;
}

static double points_of(const struct evidence_base *e, const struct profile *p,
                        const struct profile *q, uint32_t id)
{
    uint8_t scale = p->scale[id] < q->scale[id] ? p->scale[id] : q->scale[id];
    return e->weight[id] * scale * (1 / SCALE_ONE);
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

/* Log-odds of A and B by what they share of BOTH and KINDS, and by facts; the share of each kind in
 * PART, where that is not NULL. */
static double score(const struct evidence_base *e, uint32_t a, uint32_t b, double days,
                    uint32_t both, uint32_t kinds, struct link_part *part)
{
    const struct profile *p = &e->profile[a], *q = &e->profile[b];
    double minutes = (days < 0 ? UNKNOWN_DAYS : days) * MINUTES_A_DAY, sum = EVIDENCE_BIAS;
    for (uint32_t left = both & kinds; left != 0; left &= left - 1) {
        uint32_t id = (uint32_t)__builtin_ctz(left);
        double points = points_of(e, p, q, id);
        if (points <= 0)
            continue;
        if (minutes > 0)
            points *= exp(-minutes * e->per_minute[id]);
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
    if ((both & kinds & MOMENT) != 0 && (both & ~(MOMENT | SLIGHT)) == 0 &&
        (p->fact == 0 || q->fact == 0))
        sum = fmin(sum, STRANGERS);
    return sum;
}

bool evidence_reaches(const struct evidence_base *e, uint32_t a, uint32_t b, double least,
                      double *score_out)
{
    const struct profile *p = &e->profile[a], *q = &e->profile[b];
    uint32_t both = shared(e, p, q);
    if (p->fact == 0 || q->fact == 0) {
        double most = EVIDENCE_BIAS + (p->label_len == q->label_len ? NEIGHBOUR_MOST : 0);
        for (uint32_t left = both & e->counted; left != 0; left &= left - 1)
            most += points_of(e, p, q, (uint32_t)__builtin_ctz(left));
        if (most < least)
            return false;
    }
    *score_out = score(e, a, b, evidence_days(e, a, b), both, e->counted, NULL);
    return *score_out >= least;
}

static uint32_t shared_by(const struct evidence_base *e, uint32_t a, uint32_t b)
{
    return shared(e, &e->profile[a], &e->profile[b]);
}

double evidence_score(const struct evidence_base *e, uint32_t a, uint32_t b)
{
    return score(e, a, b, evidence_days(e, a, b), shared_by(e, a, b), e->counted, NULL);
}

double evidence_score_at(const struct evidence_base *e, uint32_t a, uint32_t b, double days)
{
    return score(e, a, b, days, shared_by(e, a, b), e->counted, NULL);
}

double evidence_score_untimed(const struct evidence_base *e, uint32_t a, uint32_t b)
{
    uint32_t kinds = e->counted & ~(1u << EVIDENCE_BATCH | 1u << EVIDENCE_BURST);
    return score(e, a, b, evidence_days(e, a, b), shared_by(e, a, b), kinds, NULL);
}

double evidence_rival(const struct evidence_base *e, uint32_t a, uint32_t b)
{
    const struct profile *p = &e->profile[a], *q = &e->profile[b];
    uint32_t apart = p->minute < q->minute ? q->minute - p->minute : p->minute - q->minute;
    bool reports = e->weight[EVIDENCE_BATCH] > 0 && p->minute != 0 && q->minute != 0;
    return reports && same(p->brand, q->brand) && apart > 0 && apart <= RIVAL_MINUTES ? RIVAL : 0;
}

void evidence_compare(const struct evidence_base *e, uint32_t a, uint32_t b, struct link *out)
{
    *out = (struct link){.days = evidence_days(e, a, b)};
    out->score = score(e, a, b, out->days, shared_by(e, a, b), e->counted, out->part);
    for (int id = 0; id < EVIDENCE_KEYED; id++) {
        if (out->part[id].score <= 0 || !is_counted(id))
            continue;
        if (id == EVIDENCE_BURST && e->pace != NULL) {
            out->part[id].chance = (double)e->pace[a].chance;
            continue;
        }
        out->part[id].seen = tally_get(&e->value, evidence_key(e, (enum evidence_id)id, a));
        out->part[id].chance = (double)out->part[id].seen / (double)e->feed->count;
    }
}
