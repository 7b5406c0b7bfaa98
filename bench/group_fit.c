/* SPDX-License-Identifier: Apache-2.0
 *
 * Fits the weights of src/group/evidence.def, and says how often links of a score are right:
 *     bench-group-fit TRUTH YEAR[,YEAR] FILE...      with an 'n' in front of the year: without report batches
 * TRUTH is a TSV with a heading: host, first seen, brand, addresses (comma between them).  Pairs of hosts
 * whose addresses are known and that were seen within 45 days are used, those first seen in a YEAR to
 * fit, the others to check.  A pair counts as right where two addresses are of one /16; that happens to a
 * FLOOR of unrelated pairs and to a CEILING of related ones, so the model is FLOOR + (CEILING - FLOOR)
 * times the logistic of the sum.  Weights are kept from falling below zero.  Run it where knowledge/ is. */
#include "base/civil.h"
#include "group/groups.h"
#include "group/read.h"
#include "observe/brand_load.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#define FLOOR 0.05
#define CEILING 0.95
#define ADDRESSES_MOST 8u
#define DAYS_MOST 45
#define QUIET_SHARE                                                                                \
    24u /* one in so many pairs that share almost nothing is kept, and counts so often */
#define ROUNDS 400

struct known {
    uint32_t site, year, count, block[ADDRESSES_MOST];
};
struct example {
    float x[EVIDENCE_COUNT], against, times; /* against: of the sum, what is no evidence shared */
    bool right, fits;
};

static struct bytes file_text(const void *parent, const char *path)
{
    FILE *file = fopen(path, "rbe");
    size_t len = 0, room = 1u << 20;
    char *text = talloc_size(parent, room);
    for (size_t got; file != NULL && (got = fread(text + len, 1, room - len, file)) > 0;)
        if ((len += got) == room)
            text = talloc_realloc_size(parent, text, room *= 2);
    if (file != NULL)
        fclose(file);
    return bytes_of(text, len);
}

static uint32_t read_truth(const struct feed *feed, struct bytes text, struct known *out)
{
    uint32_t count = 0;
    struct bytes line, field[4], address, part;
    bytes_next_line(&text, &line);
    while (bytes_next_line(&text, &line)) {
        for (int i = 0; i < 4; i++)
            if (!bytes_next_field(&line, '\t', &field[i]))
                field[i] = BYTES_NONE;
        struct known known = {.site = feed_find(feed, field[0])};
        while (known.site != UINT32_MAX && known.count < ADDRESSES_MOST && field[3].len > 0 &&
               bytes_next_field(&field[3], ',', &address)) {
            int64_t a = 0, b = 0;
            if (bytes_next_field(&address, '.', &part) && bytes_to_int(part, 0, 255, &a) &&
                bytes_next_field(&address, '.', &part) && bytes_to_int(part, 0, 255, &b))
                known.block[known.count++] = (uint32_t)(a * 256 + b);
        }
        uint32_t minute = known.site == UINT32_MAX ? 0 : feed->site[known.site].first_minute;
        known.year = (uint32_t)civil_of_us((int64_t)minute * 60000000).year;
        if (known.count > 0 && minute != 0)
            out[count++] = known;
    }
    return count;
}

static bool share(const struct known *a, const struct known *b)
{
    for (uint32_t i = 0; i < a->count; i++)
        for (uint32_t k = 0; k < b->count; k++)
            if (a->block[i] == b->block[k])
                return true;
    return false;
}

static uint32_t collect(const struct evidence_base *e, const struct known *known, uint32_t count,
                        const char *years, struct example **out)
{
    uint32_t used = 0, room = 0;
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < i; k++) {
            struct link link;
            if (known[i].year != known[k].year ||
                evidence_days(e, known[i].site, known[k].site) > DAYS_MOST)
                continue;
            bool quiet = evidence_score(e, known[i].site, known[k].site) < EVIDENCE_BIAS + 3;
            if (quiet && tally_mix(i, k) % QUIET_SHARE != 0)
                continue;
            evidence_compare(e, known[i].site, known[k].site, &link);
            if (used == room)
                *out = realloc(*out, (room = room * 2 + 4096) * sizeof **out);
            char year[8];
            snprintf(year, sizeof year, "%u", known[i].year);
            struct example *one = &(*out)[used++];
            *one = (struct example){.times = quiet ? QUIET_SHARE : 1,
                                    .right = share(&known[i], &known[k]),
                                    .fits = strstr(years, year) != NULL};
            double against = link.score - EVIDENCE_BIAS;
            for (int id = 0; id < EVIDENCE_COUNT; id++) {
                one->x[id] = e->weight[id] > 0 ? (float)(link.part[id].score / e->weight[id]) : 0;
                against -= link.part[id].score;
            }
            one->against = (float)against;
        }
    return used;
}

static double sum_of(const struct example *x, const double *w)
{
    double sum = w[EVIDENCE_COUNT] + (double)x->against;
    for (int id = 0; id < EVIDENCE_COUNT; id++)
        sum += w[id] * (double)x->x[id];
    return sum;
}

/* Adam on the log likelihood of the examples that fit. */
static void fit(const struct example *x, uint32_t count, double *w)
{
    double prior[EVIDENCE_COUNT + 1], mean[EVIDENCE_COUNT + 1] = {0},
                                                            square[EVIDENCE_COUNT + 1] = {0};
    memcpy(prior, w, sizeof prior);
    for (int round = 1; round <= ROUNDS; round++) {
        double slope[EVIDENCE_COUNT + 1] = {0}, total = 0;
        for (uint32_t i = 0; i < count; i++) {
            if (!x[i].fits)
                continue;
            double p = evidence_probability(sum_of(&x[i], w)), q = FLOOR + (CEILING - FLOOR) * p;
            double d = (double)x[i].times * (x[i].right ? 1 / q : -1 / (1 - q)) *
                       (CEILING - FLOOR) * p * (1 - p);
            for (int id = 0; id < EVIDENCE_COUNT; id++)
                slope[id] += d * (double)x[i].x[id];
            slope[EVIDENCE_COUNT] += d;
            total += (double)x[i].times;
        }
        for (int id = 0; id <= EVIDENCE_COUNT; id++) {
            double g = slope[id] / total - (id < EVIDENCE_COUNT ? 1e-5 * (w[id] - prior[id]) : 0);
            mean[id] = 0.9 * mean[id] + 0.1 * g;
            square[id] = 0.99 * square[id] + 0.01 * g * g;
            w[id] += 0.1 * (mean[id] / (1 - pow(0.9, round))) /
                     (sqrt(square[id] / (1 - pow(0.99, round))) + 1e-9);
            if (id < EVIDENCE_COUNT && w[id] < 0)
                w[id] = 0;
        }
    }
}

/* Of links between two log-odds, how many share a /16, and what that means over floor and ceiling. */
static void table(const struct example *x, uint32_t count, const double *w, bool fits)
{
    static const double edge[] = {-99, -4, -3, -2, -1, 0, 0.5, 1, 1.5, 2.2, 3, 4, 6, 99};
    printf("%s\n%14s %10s %8s %10s\n", fits ? "years fitted" : "other years", "log-odds", "pairs",
           "same /16", "calibrated");
    for (size_t b = 0; b + 1 < sizeof edge / sizeof edge[0]; b++) {
        double n = 0, right = 0;
        for (uint32_t i = 0; i < count; i++) {
            double sum = x[i].fits == fits ? sum_of(&x[i], w) : NAN;
            if (sum >= edge[b] && sum < edge[b + 1]) {
                n += (double)x[i].times;
                right += x[i].right ? (double)x[i].times : 0;
            }
        }
        if (n > 0)
            printf("%6.1f..%6.1f %10.0f %8.3f %10.2f\n", edge[b], edge[b + 1], n, right / n,
                   (right / n - 0.120) / 0.622);
    }
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: bench-group-fit TRUTH YEAR[,YEAR] FILE...\n");
        return 2;
    }
    void *context = talloc_new(NULL);
    struct error err = {0};
    struct feed *feed = feed_new(context, brand_load(context, "knowledge/brands.yml", &err));
    feed_add_zones(feed, file_text(context, "knowledge/lists/free_subdomain_hosts.txt"), SITE_FREE);
    feed_add_zones(feed, file_text(context, "knowledge/dyndns.txt"), SITE_DYNAMIC);
    for (int i = 3; i < argc; i++)
        read_list(feed, file_text(context, argv[i]), argv[i]);
    feed_seal(feed);
    struct evidence_base evidence;
    uint32_t off = argv[2][0] == 'n' ? 1u << EVIDENCE_BATCH : 0;
    evidence_init(&evidence, context,
                  template_learn(context, feed, file_text(context, "knowledge/brand_tokens.txt")),
                  off);
    struct known *known = talloc_array(context, struct known, feed->count + 1);
    uint32_t count = read_truth(feed, file_text(context, argv[1]), known);
    struct example *example = NULL;
    uint32_t examples = collect(&evidence, known, count, argv[2], &example);
    double w[EVIDENCE_COUNT + 1] = {0};
    memcpy(w, evidence.weight, sizeof evidence.weight);
    w[EVIDENCE_COUNT] = EVIDENCE_BIAS;
    printf("%u hosts, %u pairs\nas shipped, ", count, examples);
    table(example, examples, w, false);
    table(example, examples, w, true);
    fit(example, examples, w);
    for (int id = 0; id < EVIDENCE_COUNT; id++)
        printf("%-22s %6.2f (%.2f)\n", evidence_rows[id].name, w[id], evidence.weight[id]);
    printf("%-22s %6.2f (%.2f)\nfitted, ", "bias", w[EVIDENCE_COUNT], EVIDENCE_BIAS);
    table(example, examples, w, false);
    table(example, examples, w, true);
    free(example);
    talloc_free(context);
    return 0;
}
