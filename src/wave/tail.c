/* SPDX-License-Identifier: Apache-2.0 */
#include "wave/tail.h"

#include <assert.h>
#include <math.h>

#define TINY 1e-300
#define STEPS_MAX 10000

static double nonzero(double x)
{
    return fabs(x) < TINY ? TINY : x;
}

/* The continued fraction of the incomplete beta function, modified Lentz. */
static double beta_fraction(double a, double b, double x)
{
    double c = 1, d = 1 / nonzero(1 - (a + b) * x / (a + 1)), h = d;
    for (int m = 1; m < STEPS_MAX; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1 / nonzero(1 + even * d);
        c = nonzero(1 + even / c);
        h *= d * c;
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 / nonzero(1 + odd * d);
        c = nonzero(1 + odd / c);
        h *= d * c;
        if (fabs(d * c - 1) < 1e-12)
            break;
    }
    return h;
}

/* Regularised incomplete beta I_x(a, b). */
static double beta_part(double a, double b, double x)
{
    if (x <= 0 || x >= 1)
        return x <= 0 ? 0 : 1;
    double front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));
    if (x < (a + 1) / (a + b + 2))
        return front * beta_fraction(a, b, x) / a;
    return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

/* Regularised lower incomplete gamma P(a, x). */
static double gamma_part(double a, double x)
{
    double front = exp(-x + a * log(x) - lgamma(a));
    if (x < a + 1) {
        double term = 1 / a, sum = term;
        for (int n = 1; n < STEPS_MAX && term > sum * 1e-13; n++)
            sum += term *= x / (a + n);
        return sum * front;
    }
    double b = x + 1 - a, c = 1 / TINY, d = 1 / nonzero(b), h = d;
    for (int n = 1; n < STEPS_MAX; n++) {
        double an = -n * (n - a);
        b += 2;
        d = 1 / nonzero(an * d + b);
        c = nonzero(b + an / c);
        h *= d * c;
        if (fabs(d * c - 1) < 1e-12)
            break;
    }
    return 1 - front * h;
}

double tail_count(uint64_t count, double mean, double variance)
{
    assert(mean > 0);
    if (count == 0)
        return 1;
    if (variance <= mean * (1 + 1e-9))
        return gamma_part((double)count, mean);
    double size = mean * mean / (variance - mean);
    return beta_part((double)count, size, mean / (size + mean));
}

uint64_t tail_bound(double p, double mean, double variance)
{
    uint64_t low = 0, high = 4;
    while (tail_count(high, mean, variance) >= p)
        low = high, high *= 2;
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        if (tail_count(middle, mean, variance) >= p)
            low = middle;
        else
            high = middle;
    }
    return high;
}
