/* SPDX-License-Identifier: Apache-2.0
 *
 * The surge test on synthetic streams, against EARS C2 and a plain three-sigma rule.
 *
 * Each stream is drawn SERIES times from a negative binomial distribution with a variance of 1.5
 * times the mean; a year without a rise is counted for false alarms, a year with a five-fold rise
 * on three weeks in March for detection.  An alarm is the first of its run (gaps up to three days),
 * for all three alike.  EARS C2: baseline of 7 days, 2 days before the day tested, 3 standard
 * deviations (Hutwagner et al., J. Urban Health 80 (2003) i89); three sigma: the same on the last
 * 28 days. */
#include "wave/surge.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <talloc.h>

#define YEAR 365
#define LEAD 70 /* days of history before the year that is judged */
#define RISE 59 /* 1 March */
#define RISE_DAYS 21

static uint64_t state = 88172645463325252u;

static double uniform(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return ((double)(state >> 11) + 0.5) / 9007199254740992.0;
}

/* Marsaglia and Tsang, ACM TOMS 26 (2000) 363. */
static double draw_gamma(double shape)
{
    if (shape < 1)
        return draw_gamma(shape + 1) * pow(uniform(), 1 / shape);
    double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        double z = sqrt(-2 * log(uniform())) * cos(2 * M_PI * uniform()), v = pow(1 + c * z, 3);
        if (v > 0 && log(uniform()) < 0.5 * z * z + d - d * v + d * log(v))
            return d * v;
    }
}

static int32_t draw_count(double mean, double dispersion)
{
    double size = mean / (dispersion - 1), rate = draw_gamma(size) * (dispersion - 1);
    int32_t n = 0;
    while (rate > 500) { /* Poisson in pieces: exp(-rate) must not vanish */
        double limit = exp(-500), product = 1;
        for (product *= uniform(); product > limit; product *= uniform())
            n++;
        rate -= 500;
    }
    double limit = exp(-rate);
    for (double product = uniform(); product > limit; product *= uniform())
        n++;
    return n;
}

struct stream {
    const char *name;
    double mean, year_growth, weekend; /* factor a year; factor on Saturday and Sunday */
    bool gaps;
};

static const struct stream streams[] = {
    {"steady, 20 a day", 20, 1, 1, false},
    {"weekday cycle, 40 a day", 40, 1, 0.25, false},
    {"trend, 10 to 40 a day", 10, 4, 1, false},
    {"trend and weekdays", 15, 3, 0.3, false},
    {"sparse, 2 a day", 2, 1, 1, false},
    {"gaps, 20 a day", 20, 1, 0.6, true},
    {"(very sparse, 0.7 a day)", 0.7, 1, 1, false},
};

static void draw(const struct stream *s, int32_t *count, bool rises)
{
    int gap = 0;
    for (int d = 0; d < LEAD + YEAR; d++) {
        double mean =
            s->mean * pow(s->year_growth, (double)d / YEAR) * (d % 7 < 2 ? s->weekend : 1);
        if (rises && d >= LEAD + RISE && d < LEAD + RISE + RISE_DAYS)
            mean *= 5;
        count[d] = draw_count(mean, 1.5);
        if (s->gaps && gap == 0 && uniform() < 0.02 && !(d >= LEAD + RISE && d < LEAD + RISE + 3))
            gap = 1 + (int)(uniform() * 9);
        if (gap > 0)
            gap--, count[d] = SURGE_MISSING;
    }
}

static void ours(struct arena *arena, const int32_t *count, bool *alarm)
{
    struct surge_day *day;
    uint32_t n;
    struct surge_params params = {.false_alarms_per_year = 1, .first_weekday = 0};
    surge_find(arena, count, LEAD + YEAR, &params, &day, &n);
    for (int d = 0; d < LEAD + YEAR; d++)
        alarm[d] = day[d].alarm;
}

/* Mean plus three standard deviations of LENGTH days that end LAG days before; gaps are zero to
 * both. */
static void sigma(const int32_t *count, bool *alarm, int length, int lag)
{
    for (int d = 0; d < LEAD + YEAR; d++) {
        double sum = 0, square = 0;
        alarm[d] = false;
        if (d < length + lag)
            continue;
        for (int k = d - lag - length; k < d - lag; k++) {
            double y = count[k] < 0 ? 0 : count[k];
            sum += y, square += y * y;
        }
        double mean = sum / length, variance = (square - sum * mean) / (length - 1);
        alarm[d] = count[d] > mean + 3 * fmax(sqrt(fmax(variance, 0)), 0.2);
    }
}

struct score {
    int false_alarms, detected, delay_sum, years, rises;
};

static void judge(struct score *score, const bool *alarm, bool rises)
{
    int last = -100, first = -1;
    for (int d = LEAD; d < LEAD + YEAR; d++) {
        int since = d - LEAD - RISE;
        if (!alarm[d])
            continue;
        if (rises && since >= 0 && since <= 2 && first < 0)
            first = since;
        if (!rises && d - last > 3)
            score->false_alarms++;
        last = d;
    }
    score->years += !rises;
    score->rises += rises;
    score->detected += first >= 0;
    score->delay_sum += first >= 0 ? first : 0;
}

int main(int argc, char **argv)
{
    int series = argc > 1 ? atoi(argv[1]) : 200;
    static const char *const method[] = {"noroshi", "EARS C2", "3 sigma"};
    printf("%d series each; false alarms per series-year, rises found within 2 days, mean delay in "
           "days\n\n"
           "%-26s",
           series, "stream");
    for (int m = 0; m < 3; m++)
        printf("| %-24s", method[m]);
    puts("");
    bool kept = true;
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
        struct score score[3] = {0};
        for (int n = 0; n < 2 * series; n++) {
            int32_t count[LEAD + YEAR];
            bool alarm[LEAD + YEAR];
            struct arena *arena = arena_new(NULL);
            draw(&streams[i], count, n % 2);
            ours(arena, count, alarm);
            judge(&score[0], alarm, n % 2);
            sigma(count, alarm, 7, 2);
            judge(&score[1], alarm, n % 2);
            sigma(count, alarm, 28, 0);
            judge(&score[2], alarm, n % 2);
            talloc_free(arena);
        }
        printf("%-26s", streams[i].name);
        for (int m = 0; m < 3; m++)
            printf("| %6.2f  %5.1f %%  %4.1f d  ", (double)score[m].false_alarms / score[m].years,
                   100.0 * score[m].detected / score[m].rises,
                   score[m].detected ? (double)score[m].delay_sum / score[m].detected : 0);
        puts("");
        if (streams[i].name[0] == '(')
            continue; /* shown, not promised: five-fold there is 3 a day */
        kept = kept && score[0].false_alarms <= score[0].years &&
               score[0].detected * 100 >= score[0].rises * 90;
    }
    printf(
        "\n%s: at most 1 false alarm per series-year and 90 %% of the rises found within 2 days\n",
        kept ? "kept" : "NOT kept");
    return kept ? 0 : 1;
}
