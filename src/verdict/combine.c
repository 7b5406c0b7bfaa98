/* SPDX-License-Identifier: Apache-2.0 */
#include "verdict/combine.h"

#include <math.h>
#include <stdlib.h>

static const struct kind_cap {
    const char *name;
    double cap;
} kind_caps[] = {
#define EVIDENCE_KIND(name, cap, what) {#name, cap},
#include "rule/evidence_kind.def"
#undef EVIDENCE_KIND
};
#define KIND_CAPS (sizeof kind_caps / sizeof kind_caps[0])

static size_t kind_of(struct bytes name)
{
    for (size_t i = 0; i < KIND_CAPS; i++)
        if (bytes_equal(name, bytes_of_string(kind_caps[i].name)))
            return i;
    return 3; /* content: the lowest cap */
}

static int stronger(const void *a, const void *b)
{
    const struct evidence *left = a, *right = b;
    double gap = fabs(right->weight) - fabs(left->weight);
    if (gap < 0 || gap > 0)
        return gap < 0 ? -1 : 1;
    int order = bytes_compare(left->rule, right->rule);
    return order != 0 ? order : (left->offset > right->offset) - (left->offset < right->offset);
}

struct sum {
    double log_odds;
    bool conclusive;
    uint32_t kinds; /* distinct kinds that speak for a threat */
};

/* Add evidence in order, leaving out index SKIP; ADDED (may be NULL) receives what each one added. */
static struct sum add_up(const struct evidence *evidence, uint32_t count, uint32_t skip,
                         double *added)
{
    double total[KIND_CAPS][2] = {{0}}, share[KIND_CAPS][2];
    struct sum sum = {.log_odds = COMBINE_PRIOR};
    for (size_t i = 0; i < KIND_CAPS; i++)
        share[i][0] = share[i][1] = 1.0;
    for (uint32_t i = 0; i < count; i++) {
        if (i == skip)
            continue;
        size_t kind = kind_of(evidence[i].kind), sign = evidence[i].weight < 0;
        double wanted = fabs(evidence[i].weight) * share[kind][sign];
        double conclusive =
            fabs(evidence[i].weight) >= COMBINE_CONCLUSIVE ? fabs(evidence[i].weight) : 0;
        double cap = fmax(kind_caps[kind].cap, conclusive);
        double room = fmax(cap - total[kind][sign], 0.0);
        double adds = fmin(wanted, room);
        if (!(total[kind][0] > 0) && sign == 0 && adds > 0.5)
            sum.kinds++;
        total[kind][sign] += adds;
        share[kind][sign] /= 2;
        sum.log_odds += sign ? -adds : adds;
        sum.conclusive = sum.conclusive || (sign == 0 && conclusive > 0);
        if (added != NULL)
            added[i] = sign ? -adds : adds;
    }
    if (sum.conclusive && sum.log_odds < COMBINE_MALICIOUS)
        sum.log_odds = COMBINE_MALICIOUS;
    return sum;
}

static enum verdict_class class_of(struct sum sum, const struct coverage *coverage)
{
    if (sum.log_odds >= COMBINE_MALICIOUS && (sum.conclusive || sum.kinds >= 2))
        return VERDICT_MALICIOUS;
    if (sum.log_odds >= COMBINE_SUSPICIOUS)
        return VERDICT_SUSPICIOUS;
    return coverage->skipped > 0 ? VERDICT_UNSCANNABLE : VERDICT_CLEAN;
}

void verdict_combine(struct verdict *v)
{
    if (v->evidence_count > 1)
        qsort(v->evidence, v->evidence_count, sizeof *v->evidence, stronger);
    double *added = calloc(v->evidence_count + 1, sizeof *added);
    if (added == NULL)
        abort();
    struct sum sum = add_up(v->evidence, v->evidence_count, UINT32_MAX, added);
    uint32_t strongest = UINT32_MAX;
    for (uint32_t i = 0; i < v->evidence_count && strongest == UINT32_MAX; i++)
        if (v->evidence[i].weight > 0)
            strongest = i;
    v->class = class_of(sum, &v->coverage);
    v->without_strongest =
        strongest == UINT32_MAX
            ? v->class
            : class_of(add_up(v->evidence, v->evidence_count, strongest, NULL), &v->coverage);
    v->log_odds = sum.log_odds;
    v->probability = 1.0 / (1.0 + exp(-sum.log_odds));
    for (uint32_t i = 0; i < v->evidence_count; i++) {
        v->evidence[i].capped = v->evidence[i].weight > 0 && !(added[i] > 0);
        v->evidence[i].weight = added[i];
    }
    free(added);
    if (v->class == VERDICT_UNSCANNABLE && v->reason.at == NULL)
        v->reason = BYTES("not read");
    if (v->class != VERDICT_UNSCANNABLE)
        v->reason = BYTES_NONE;
}
