/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/linear.h"

#include <math.h>
#include <stdlib.h>
#include <talloc.h>

#define EPOCHS 12
#define RATE 0.5
#define L2 1e-5
#define HELD_BACK 5u
#define CLASS_MIN 20u

static uint32_t slot_of(uint32_t hash)
{
    return (hash * 2654435761u) >> (32 - LINEAR_BITS);
}

static double raw_score(const struct linear *linear, const uint32_t *hash, uint32_t count)
{
    double sum = 0;
    for (uint32_t i = 0; i < count; i++)
        sum += (double)linear->weight[slot_of(hash[i])];
    return (double)linear->bias + sum / sqrt((double)count + 1);
}

static double logistic(double x)
{
    return 1 / (1 + exp(-x));
}

static int by_id(const void *a, const void *b)
{
    const struct example *left = a, *right = b;
    return (left->id > right->id) - (left->id < right->id);
}

/* One step of AdaGrad on one example; CLASS_WEIGHT evens out unequal classes. */
static void step(struct linear *linear, float *squares, double *bias_square,
                 const struct example *e, double class_weight)
{
    double error =
        (logistic(raw_score(linear, e->hash, e->count)) - (e->bad ? 1 : 0)) * class_weight;
    double scale = 1 / sqrt((double)e->count + 1);
    *bias_square += error * error;
    linear->bias -= (float)(RATE * error / sqrt(*bias_square + 1e-8));
    for (uint32_t i = 0; i < e->count; i++) {
        uint32_t slot = slot_of(e->hash[i]);
        double gradient = error * scale + L2 * (double)linear->weight[slot];
        squares[slot] += (float)(gradient * gradient);
        linear->weight[slot] -= (float)(RATE * gradient / sqrt((double)squares[slot] + 1e-8));
    }
}

/* |weight| <= 1.5 * ln(1 + n): what n sightings can support. */
static void bound_weights(struct linear *linear, const uint32_t *seen)
{
    for (uint32_t slot = 0; slot < LINEAR_SLOTS; slot++) {
        float most = (float)(1.5 * log1p((double)seen[slot]));
        if (linear->weight[slot] > most)
            linear->weight[slot] = most;
        if (linear->weight[slot] < -most)
            linear->weight[slot] = -most;
    }
}

/* Platt's sigmoid on held-back scores, by gradient steps on two parameters with his soft targets. */
static void calibrate(struct linear *linear, const struct example *examples, uint32_t count)
{
    double good = 0, bad = 0, slope = 1, offset = 0;
    for (uint32_t i = 0; i < count; i++)
        if (examples[i].id % HELD_BACK == 0)
            *(examples[i].bad ? &bad : &good) += 1;
    double high = (bad + 1) / (bad + 2), low = 1 / (good + 2);
    for (int round = 0; round < 2000 && good > 0 && bad > 0; round++) {
        double slope_step = 0, offset_step = 0;
        for (uint32_t i = 0; i < count; i++) {
            const struct example *e = &examples[i];
            if (e->id % HELD_BACK != 0)
                continue;
            double raw = raw_score(linear, e->hash, e->count);
            double error = logistic(slope * raw + offset) - (e->bad ? high : low);
            error /= e->bad ? bad : good;
            slope_step += error * raw;
            offset_step += error;
        }
        slope -= 0.3 * slope_step;
        offset -= 0.3 * offset_step;
    }
    linear->slope = (float)fmax(slope, 0.1);
    linear->offset = (float)offset;
}

struct linear *linear_train(const void *parent, struct example *examples, uint32_t count)
{
    uint32_t bad = 0;
    for (uint32_t i = 0; i < count; i++)
        bad += examples[i].bad;
    if (bad < CLASS_MIN || count - bad < CLASS_MIN)
        return NULL;
    struct linear *linear = talloc_zero(parent, struct linear);
    float *squares = calloc(LINEAR_SLOTS, sizeof *squares);
    uint32_t *seen = calloc(LINEAR_SLOTS, sizeof *seen);
    if (linear == NULL || squares == NULL || seen == NULL)
        abort();
    qsort(examples, count, sizeof *examples, by_id);
    double bias_square = 0, bad_weight = (double)count / (2.0 * bad);
    double good_weight = (double)count / (2.0 * (count - bad));
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t j = 0; j < examples[i].count; j++)
            seen[slot_of(examples[i].hash[j])]++;
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        for (uint32_t i = 0; i < count; i++)
            if (examples[i].id % HELD_BACK != 0)
                step(linear, squares, &bias_square, &examples[i],
                     examples[i].bad ? bad_weight : good_weight);
        bound_weights(linear, seen);
    }
    linear->good_count = count - bad;
    linear->bad_count = bad;
    calibrate(linear, examples, count);
    free(squares);
    free(seen);
    return linear;
}

double linear_score(const struct linear *linear, const uint32_t *hash, uint32_t count)
{
    double odds = (double)linear->slope * raw_score(linear, hash, count) + (double)linear->offset;
    return fmin(fmax(odds, -LINEAR_BOUND), LINEAR_BOUND);
}

double linear_share(const struct linear *linear, uint32_t hash, uint32_t count)
{
    return (double)linear->slope * (double)linear->weight[slot_of(hash)] / sqrt((double)count + 1);
}
