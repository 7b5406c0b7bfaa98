/* SPDX-License-Identifier: Apache-2.0 */
#include "wave/surge.h"

#include "wave/tail.h"

#include <assert.h>
#include <math.h>

#define TERMS 8 /* level, trend, six weekdays (the seventh is minus their sum) */
#define ROUNDS 12
/* The fitted dispersion is itself uncertain and the weights make it small, so the nominal rate
 * would be passed; measured with bench/surge on six kinds of streams. */
#define CALIBRATION 0.45
#define RESIDUAL_MAX 2.58 /* Noufaily 2013: below it a day counts in full */

/* Inverse variances of the priors: level free, trend e^0.3 in 28 days, weekday e^0.5. */
static const double prior[TERMS] = {1e-3, 10, 4, 4, 4, 4, 4, 4};

struct sample {
    double x[TERMS], y, weight;
};

struct fit {
    double beta[TERMS];
    double covariance[TERMS][TERMS]; /* for dispersion 1 */
    double dispersion;
    int count;
};

static void design(double x[TERMS], int day, int middle, int weekday)
{
    x[0] = 1;
    x[1] = (day - middle) / 28.0;
    for (int w = 0; w < 6; w++)
        x[2 + w] = weekday == w ? 1 : weekday == 6 ? -1 : 0;
}

static double linear(const double beta[TERMS], const double x[TERMS])
{
    double eta = 0;
    for (int k = 0; k < TERMS; k++)
        eta += beta[k] * x[k];
    return fmin(fmax(eta, -12), 18);
}

/* A <- inverse of A, symmetric and positive definite (Gauss-Jordan; the priors keep pivots away
 * from 0). */
static void invert(double a[TERMS][TERMS])
{
    double inverse[TERMS][TERMS] = {{0}};
    for (int i = 0; i < TERMS; i++)
        inverse[i][i] = 1;
    for (int i = 0; i < TERMS; i++) {
        double pivot = a[i][i];
        assert(pivot > 0);
        for (int k = 0; k < TERMS; k++)
            a[i][k] /= pivot, inverse[i][k] /= pivot;
        for (int r = 0; r < TERMS; r++) {
            double factor = a[r][i];
            if (r == i)
                continue;
            for (int k = 0; k < TERMS; k++)
                a[r][k] -= factor * a[i][k], inverse[r][k] -= factor * inverse[i][k];
        }
    }
    for (int i = 0; i < TERMS; i++)
        for (int k = 0; k < TERMS; k++)
            a[i][k] = inverse[i][k];
}

/* One weighted least-squares step; answers the largest change. */
static double fit_step(struct fit *fit, const struct sample *sample, double scale)
{
    double left[TERMS][TERMS] = {{0}}, right[TERMS] = {0};
    for (int k = 0; k < TERMS; k++)
        left[k][k] = prior[k] * scale;
    for (int i = 0; i < fit->count; i++) {
        const struct sample *s = &sample[i];
        double eta = linear(fit->beta, s->x), mean = exp(eta), w = s->weight * mean;
        double z = eta + (s->y - mean) / mean;
        for (int a = 0; a < TERMS; a++) {
            right[a] += w * s->x[a] * z;
            for (int b = 0; b <= a; b++)
                left[a][b] += w * s->x[a] * s->x[b];
        }
    }
    for (int a = 0; a < TERMS; a++)
        for (int b = a + 1; b < TERMS; b++)
            left[a][b] = left[b][a];
    invert(left);
    double change = 0;
    for (int a = 0; a < TERMS; a++) {
        double next = 0;
        for (int b = 0; b < TERMS; b++)
            next += left[a][b] * right[b], fit->covariance[a][b] = left[a][b];
        change = fmax(change, fabs(next - fit->beta[a]));
        fit->beta[a] = next;
    }
    return change;
}

static void converge(struct fit *fit, const struct sample *sample, double scale)
{
    for (int i = 0; i < ROUNDS && fit_step(fit, sample, scale) > 1e-4; i++)
        ;
}

/* Pearson's estimate on what the weights leave, never below Poisson. */
static void set_dispersion(struct fit *fit, const struct sample *sample)
{
    double sum = 0, weights = 0;
    for (int i = 0; i < fit->count; i++) {
        double mean = exp(linear(fit->beta, sample[i].x)), off = sample[i].y - mean;
        sum += sample[i].weight * off * off / fmax(mean, 0.05);
        weights += sample[i].weight;
    }
    double free = fmax(weights - 3, 4); /* the shrunken weekdays take about one */
    fit->dispersion = fmax(1, sum / free);
}

static void reweight(const struct fit *fit, struct sample *sample)
{
    double total = 0;
    for (int i = 0; i < fit->count; i++) {
        double mean = exp(linear(fit->beta, sample[i].x));
        double anscombe = 1.5 * (pow(sample[i].y, 2.0 / 3) * pow(mean, -1.0 / 6) - sqrt(mean)) /
                          sqrt(fit->dispersion);
        sample[i].weight =
            anscombe > RESIDUAL_MAX ? RESIDUAL_MAX * RESIDUAL_MAX / (anscombe * anscombe) : 1;
        total += sample[i].weight;
    }
    for (int i = 0; i < fit->count; i++)
        sample[i].weight *= fit->count / total;
}

static void fit_history(struct fit *fit, struct sample *sample, int count)
{
    double sum = 0.5;
    for (int i = 0; i < count; i++)
        sample[i].weight = 1, sum += sample[i].y;
    *fit = (struct fit){.count = count, .dispersion = 1};
    /* half an event more than was seen keeps the level of an empty history finite */
    for (int i = 0; i < count; i++)
        sample[i].y += 0.5 / count;
    fit->beta[0] = log(sum / count);
    converge(fit, sample, 1);
    set_dispersion(fit, sample);
    for (int pass = 0; pass < 2; pass++) {
        reweight(fit, sample);
        converge(fit, sample, fit->dispersion);
        set_dispersion(fit, sample);
    }
}

struct scanner {
    const int32_t *count;
    int days;
    const struct surge_params *params;
    struct surge_day *day;
    double alpha; /* of one window on one day */
    bool open;    /* a surge goes on; days of one that is over belong to no window */
};

/* Collected days before DAY that are not in a surge; at most SURGE_HISTORY_DAYS of calendar. */
static int collect(const struct scanner *s, int day, struct sample *sample)
{
    int count = 0, last = day - SURGE_GUARD_DAYS - 1;
    int first = last - SURGE_HISTORY_DAYS + 1;
    for (int d = first < 0 ? 0 : first; d <= last; d++) {
        if (s->day[d].missing || s->day[d].in_surge)
            continue;
        design(sample[count].x, d, day, (d + s->params->first_weekday) % 7);
        sample[count++].y = s->count[d];
    }
    return count;
}

static double mean_of(const struct scanner *s, const struct fit *fit, int day, int origin,
                      double x[TERMS])
{
    design(x, day, origin, (day + s->params->first_weekday) % 7);
    return exp(linear(fit->beta, x));
}

/* Tail of the WINDOW days that end at DAY. */
static double window_tail(const struct scanner *s, const struct fit *fit, int day, int window)
{
    double mean = 1e-9, gradient[TERMS] = {0};
    uint64_t seen = 0;
    for (int d = day - window + 1; d <= day; d++) {
        double x[TERMS];
        if (d < 0 || s->day[d].missing || (s->day[d].in_surge && !s->open))
            continue;
        double m = mean_of(s, fit, d, day, x);
        mean += m;
        seen += (uint64_t)s->count[d];
        for (int k = 0; k < TERMS; k++)
            gradient[k] += m * x[k];
    }
    if (seen < SURGE_LEAST)
        return 1;
    double unsure = 0;
    for (int a = 0; a < TERMS; a++)
        for (int b = 0; b < TERMS; b++)
            unsure += gradient[a] * fit->covariance[a][b] * gradient[b];
    return tail_count(seen, mean, fit->dispersion * (mean + unsure));
}

static void test_day(struct scanner *s, int day)
{
    static const int windows[] = {1, 3, 7};
    struct sample sample[SURGE_HISTORY_DAYS];
    struct surge_day *row = &s->day[day];
    int count = collect(s, day, sample);
    if (count < SURGE_LEARN_DAYS)
        return;
    struct fit fit;
    fit_history(&fit, sample, count);
    double x[TERMS], unsure = 0;
    row->expected = mean_of(s, &fit, day, day, x);
    for (int a = 0; a < TERMS; a++)
        for (int b = 0; b < TERMS; b++)
            unsure += x[a] * fit.covariance[a][b] * x[b];
    double variance = fit.dispersion * (row->expected + row->expected * row->expected * unsure);
    row->bound = fmax(SURGE_LEAST, (double)tail_bound(s->alpha, row->expected, variance));
    if (row->missing)
        return;
    for (int w = 0; w < 3; w++) {
        double p = window_tail(s, &fit, day, windows[w]);
        if (p < row->p) {
            row->p = p;
            row->window = (uint8_t)windows[w];
        }
    }
    row->alarm = row->p < s->alpha && s->count[day] > row->expected;
}

/* The first day of what an alarm saw: the first of its window above what was expected, and back
 * from there over days clearly above. */
static int first_day(const struct scanner *s, int alarm)
{
    int first = alarm;
    for (int d = alarm - s->day[alarm].window + 1; d < alarm && first == alarm; d++)
        if (d >= 0 && !s->day[d].missing && !s->day[d].in_surge && s->count[d] > 0 &&
            s->count[d] > s->day[alarm].expected)
            first = d;
    for (int d = first - 1; d >= 0 && d >= alarm - SURGE_GUARD_DAYS; d--) {
        if (s->day[d].missing)
            continue;
        double expected = s->day[d].expected;
        if (isnan(expected) || s->day[d].in_surge ||
            s->count[d] <= expected + 1.64 * sqrt(fmax(expected, 1)))
            break;
        first = d;
    }
    return first;
}

/* Whether DAY still belongs to a surge: the last three collected days stand clearly above
 * expectation. */
static bool goes_on(const struct scanner *s, int day)
{
    double seen = 0, expected = 0;
    int n = 0;
    for (int d = day; d >= 0 && n < 3; d--)
        if (!s->day[d].missing && !isnan(s->day[d].expected))
            seen += s->count[d], expected += s->day[d].expected, n++;
    return n > 0 && seen > expected + 2 * sqrt(fmax(expected, 1)) && seen > 1.3 * expected;
}

static void add_up(const struct scanner *s, struct surge *surge)
{
    surge->count = 0;
    surge->expected = 0;
    surge->peak = surge->first;
    surge->p = 1;
    for (int d = surge->first; d <= surge->last; d++) {
        if (s->day[d].missing)
            continue;
        surge->count += s->count[d];
        surge->expected += isnan(s->day[d].expected) ? 0 : s->day[d].expected;
        surge->p = fmin(surge->p, s->day[d].p);
        if (s->count[d] > s->count[surge->peak] || s->day[surge->peak].missing)
            surge->peak = d;
    }
    surge->peak_count = s->count[surge->peak];
    surge->peak_expected = isnan(s->day[surge->peak].expected) ? 0 : s->day[surge->peak].expected;
}

static void mark(struct scanner *s, const struct surge *surge)
{
    for (int d = surge->first; d <= surge->last; d++)
        s->day[d].in_surge = true;
}

/* Surges a week or less apart are one wave, up to the longest a surge may be; answers how many. */
static uint32_t join(struct surge *found, uint32_t n)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n; i++) {
        struct surge *before = kept > 0 ? &found[kept - 1] : NULL;
        if (before != NULL && found[i].first - before->last <= SURGE_GUARD_DAYS &&
            found[i].last - before->first < SURGE_LONGEST_DAYS) {
            before->last = found[i].last;
            before->ongoing = found[i].ongoing;
        } else {
            found[kept++] = found[i];
        }
    }
    return kept;
}

struct surge *surge_find(struct arena *arena, const int32_t *count, int days,
                         const struct surge_params *params, struct surge_day **day_out,
                         uint32_t *surge_count_out)
{
    struct scanner s = {count,
                        days,
                        params,
                        arena_array_of(arena, (size_t)days, struct surge_day),
                        params->false_alarms_per_year / (365.25 * 3) * CALIBRATION,
                        false};
    struct surge *found = arena_array_of(arena, (size_t)days / 2 + 1, struct surge);
    struct surge *open = NULL;
    uint32_t n = 0;
    for (int d = 0; d < days; d++)
        s.day[d] = (struct surge_day){NAN, NAN, 1, count[d] < 0, false, false, 1};
    for (int d = 0; d < days; d++) {
        s.open = open != NULL;
        test_day(&s, d);
        if (open != NULL && !s.day[d].missing &&
            (!(s.day[d].alarm || goes_on(&s, d)) || d - open->first >= SURGE_LONGEST_DAYS))
            open = NULL;
        if (open == NULL && !s.open && s.day[d].alarm) {
            open = &found[n++];
            open->first = first_day(&s, d);
        }
        if (open != NULL) {
            open->last = d;
            mark(&s, open);
        }
    }
    for (uint32_t i = 0; i < n; i++) {
        while (found[i].last > found[i].first && s.day[found[i].last].missing)
            found[i].last--;
        found[i].ongoing = &found[i] == open;
    }
    n = join(found, n);
    for (uint32_t i = 0; i < n; i++)
        add_up(&s, &found[i]);
    *day_out = s.day;
    *surge_count_out = n;
    return found;
}
