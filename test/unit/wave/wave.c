/* SPDX-License-Identifier: Apache-2.0 */
#include "wave/surge.h"
#include "wave/tail.h"
#include "wave/wave.h"
#include "wave/year.h"

#include "tap.h"

#include <math.h>
#include <talloc.h>

static bool near(double seen, double expected, double within)
{
    if (fabs(seen - expected) <= within)
        return true;
    printf("#   seen %.9g, expected %.9g\n", seen, expected);
    return false;
}

/* Tails against sums of the probabilities themselves. */
static double poisson_sum(int count, double mean)
{
    double below = 0;
    for (int k = 0; k < count; k++)
        below += exp(-mean + k * log(mean) - lgamma(k + 1.0));
    return 1 - below;
}

static double binomial_sum(int count, double mean, double variance)
{
    double size = mean * mean / (variance - mean), p = size / (size + mean), below = 0;
    for (int k = 0; k < count; k++)
        below +=
            exp(lgamma(k + size) - lgamma(size) - lgamma(k + 1.0) + size * log(p) + k * log(1 - p));
    return 1 - below;
}

static void test_tails(void)
{
    tap_ok(near(tail_count(10, 4, 4), poisson_sum(10, 4), 1e-12), "Poisson tail");
    tap_ok(near(tail_count(3, 0.2, 0.2), poisson_sum(3, 0.2), 1e-12), "of a small mean");
    tap_ok(near(tail_count(10, 4, 9), binomial_sum(10, 4, 9), 1e-10), "negative binomial tail");
    tap_ok(near(tail_count(150, 100, 250), binomial_sum(150, 100, 250), 1e-10), "of a large mean");
    tap_ok(near(tail_count(0, 4, 9), 1, 0), "nothing or more is certain");
    uint64_t bound = tail_bound(0.001, 11, 20);
    tap_ok(tail_count(bound, 11, 20) < 0.001 && tail_count(bound - 1, 11, 20) >= 0.001,
           "the bound is the least");
}

/* A deterministic stream: the mean, with a weekly shape and a little noise that repeats. */
static void fill(int32_t *count, int days, double mean, double growth)
{
    for (int d = 0; d < days; d++)
        count[d] = (int32_t)lround(mean * pow(growth, d / 365.0) * (d % 7 < 2 ? 0.4 : 1.2) +
                                   sqrt(mean) * (((d * 37) % 11) - 5) / 5.0);
    for (int d = 0; d < days; d++)
        count[d] = count[d] < 0 ? 0 : count[d];
}

static void test_surges(struct arena *arena)
{
    enum { DAYS = 300, RISE = 200 };
    static const struct {
        const char *name;
        double mean, growth;
        int gap;
    } streams[] = {
        {"steady", 20, 1, 0}, {"growing", 20, 6, 0}, {"with gaps", 20, 1, 1}, {"sparse", 3, 1, 0}};
    struct surge_params params = {.false_alarms_per_year = 1};
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
        int32_t count[DAYS];
        struct surge_day *day;
        uint32_t n;
        fill(count, DAYS, streams[i].mean, streams[i].growth);
        for (int d = 0; streams[i].gap && d < DAYS; d++)
            if ((d + 20) % 40 < 5)
                count[d] = SURGE_MISSING;
        surge_find(arena, count, DAYS, &params, &day, &n);
        tap_int(n, 0, "calm: no surge");
        for (int d = RISE; d < RISE + 21; d++)
            count[d] = count[d] < 0 ? count[d] : count[d] * 5;
        struct surge *surge = surge_find(arena, count, DAYS, &params, &day, &n);
        if (tap_ok(n == 1, "%s: a five-fold rise of three weeks is one surge", streams[i].name)) {
            tap_ok(surge->first >= RISE - 1 && surge->first <= RISE + 2,
                   "begun on day %d, in truth %d", surge->first, RISE);
            tap_ok(surge->last >= RISE + 17 && surge->last <= RISE + 27 && !surge->ongoing,
                   "ended too");
            tap_ok(surge->count > 3 * surge->expected, "against what was expected");
        }
    }
    int32_t fresh[60] = {0};
    struct surge_day *day;
    uint32_t n;
    fresh[58] = 2, fresh[59] = 9;
    struct surge *surge = surge_find(arena, fresh, 60, &params, &day, &n);
    tap_ok(n == 1 && surge->ongoing && surge->last == 59, "a surge out of nothing goes on");
    surge_find(arena, fresh, 10, &params, &day, &n);
    tap_ok(n == 0 && isnan(day[9].expected), "ten days are too few to judge");
}

static void test_sentences(struct arena *arena)
{
    struct waves w = {.arena = arena, .first_day = 18628}; /* 2021-01-01 */
    struct wave_series s = {.name = BYTES("IcedID")};
    struct surge big = {.first = 70, .last = 80, .peak = 73, .ongoing = true, .peak_count = 143,
                        .peak_expected = 11.2, .count = 700, .expected = 110};
    struct surge small = {.first = 363, .last = 368, .peak = 364, .peak_count = 2,
                          .peak_expected = 0.01, .count = 9, .expected = 0.04};
    const struct {
        const struct surge *surge;
        int language;
        const char *said;
    } rows[] = {
        {&big, 0, "IcedID: 143 on 2021-03-15, 11 expected, since 03-12"},
        {&big, 1, "IcedID: 2021-03-15に143件（予測11件）、03-12から増加"},
        {&small, 0, "IcedID: 9 from 2021-12-30 to 2022-01-04, fewer than 0.1 expected"},
        {&small, 1, "IcedID: 合計9件、2021-12-30から2022-01-04まで増加（予測0.1件未満）"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        tap_string(wave_sentence(&w, &s, rows[i].surge, rows[i].language), rows[i].said,
                  "the sentence of a surge");
}

/* Ten mails a day; a name that comes up on day 100 is new where its share would have been seen. */
static void test_novelty(struct arena *arena)
{
    enum { DAYS = 150 };
    int64_t collected[DAYS];
    int32_t often[DAYS] = {0}, seldom[DAYS] = {0};
    for (int d = 0; d < DAYS; d++)
        collected[d] = 10;
    for (int d = 100; d < DAYS; d++)
        often[d] = 1, seldom[d] = d == 100 || d > 146;
    struct waves w = {.arena = arena, .days = DAYS, .collected = collected};
    struct wave_series s = {.count = often, .total = 50, .first_seen = 100};
    tap_ok(wave_is_new(&w, &s), "one in ten from day 100 on is new");
    s.first_seen = 20;
    tap_ok(!wave_is_new(&w, &s), "the first four weeks of a collection know nothing new");
    s = (struct wave_series){.count = seldom, .total = 4, .first_seen = 100};
    tap_ok(!wave_is_new(&w, &s), "four messages are too few");
    s.total = 5;
    tap_ok(!wave_is_new(&w, &s), "one in a month may have been missed for three");
}

/* Two rises that leave a few quiet days between them are one wave. */
static void test_join(struct arena *arena)
{
    enum { DAYS = 200 };
    int32_t count[DAYS];
    struct surge_params params = {.false_alarms_per_year = 1};
    struct surge_day *day;
    uint32_t n;
    for (int d = 0; d < DAYS; d++)
        count[d] = 4 + d % 3;
    for (int d = 150; d < 153; d++)
        count[d] = count[d + 7] = 60;
    struct surge *surge = surge_find(arena, count, DAYS, &params, &day, &n);
    tap_ok(n == 1 && surge->first == 150 && surge->last >= 159, "a pause of days is no end");
    tap_ok(surge->count >= 360, "both are added up");
}

/* The arithmetic of the cloud-mail threat reports for 2019, 2020 and 2021, from their rounded
 * figures. */
static void test_cloud_mail_2020(struct arena *arena)
{
    struct year_table t;
    struct error err;
    struct bytes csv = BYTES("name,parent,count,before,change\n"
                             "# millions, 2020 and 2019\n"
                             "threats,,16.7,12.7,\n"
                             "malware,threats,1.2,,0.16\n"
                             "phishing,threats,6.9,,0.19\n"
                             "credential phishing,phishing,5.5,,0.14\n"
                             "mailboxes,,10000\n");
    tap_ok(year_read(arena, csv, &t, &err) && t.count == 4, "the figures are read");
    double change = year_find(&t, BYTES("threats"))->change;
    tap_ok(change >= 0.31 && change <= 0.325,
           "16.7 / 12.7: +32 %% as printed (31.5 %% from rounded figures)");
    const struct year_row *all = year_find(&t, BYTES("phishing")),
                          *part = year_find(&t, BYTES("credential phishing"));
    tap_ok(near(all->before, 5.80, 0.01) && near(part->before, 4.82, 0.01),
           "2019 by way of the changes");
    double rest = year_rest_change(all, part);
    tap_ok(rest > 0.40 && rest < 0.45,
           "phishing without credential phishing: 41 %% printed, 44 %% here: a subset");
    tap_ok(near(year_other(&t, BYTES("phishing"), false), 1.4, 1e-9), "1.4 million of it in 2020");
    tap_ok(near(year_other(&t, BYTES("threats"), false), 8.6, 1e-9), "the other row stays visible");
    tap_ok(near(755000 / t.mailboxes, 75.5, 1e-9), "755,000 threats for 10,000 users: 75 a user");
    tap_ok(near(year_per_10000(2585, 550), 47000, 1e-6), "2,585 in 550 mailboxes, per 10,000");
    struct bytes finding[8];
    uint32_t n;
    year_findings(&t, arena, 0, finding, 8, &n);
    tap_int(n, 0, "nothing contradicts");
    tap_ok(near(year_change(33.6, 16.7), 1.01, 0.003), "2021: +101 %%");
    tap_ok(near(year_change(16.5, 6.9), 1.39, 0.005), "phishing +138 or +139 %%");
    tap_ok(near(year_change(6.3, 5.5), 0.145, 0.001), "credential phishing +14.5 %%");
    tap_ok(near(year_before(3.315539, 1.96), 1.12, 0.005),
           "malware 2020 was nearer 1.12 than 1.2 million");
}

static void test_definitions(struct arena *arena)
{
    struct year_table t;
    struct error err;
    struct bytes finding[8];
    uint32_t n;
    /* 2019's press said over 11 million phishing; 2020's growth implies 5.8 million */
    year_read(arena, BYTES("threats,,16.7,12.7\nphishing,,6.9,11,0.19\n"), &t, &err);
    year_findings(&t, arena, 0, finding, 8, &n);
    tap_ok(n == 1, "a change that contradicts its counts is told: the definition moved");
    year_read(arena, BYTES("all,,10,10\na,all,7,7\nb,all,6,2\n"), &t, &err);
    year_findings(&t, arena, 0, finding, 8, &n);
    tap_ok(n == 1, "parts that are more than their whole are told");
    tap_ok(!year_read(arena, BYTES("all\n"), &t, &err) && err.line == 1,
           "a row that is none is told with its line");
}

/* H1 2021: sums to the unit. */
static void test_midyear_2021(struct arena *arena)
{
    struct year_table t;
    struct error err;
    year_read(
        arena,
        BYTES(
            "blocked,,40956909973\nmail Q1,,16089334070\nmail Q2,,17226781018\nurl Q1,,535451111\n"
            "url Q2,,764523051\nfiles Q1,,2343479304\nfiles Q2,,3997341419\n"),
        &t, &err);
    tap_ok(near(year_other(&t, BYTES("blocked"), false), 0, 0.5),
           "40,956,909,973 blocked, to the unit");
    year_read(arena,
              BYTES("attachments,,5225846\nPDF,,3456427\nDOCX,,441525\nEXE,,356521\nDOC,,"
                    "308514\nHTML,,172871\n"
                    "HTM,,160335\nXLS,,156837\nRAR,,54714\nXLSX,,35087\nBAT,,22801\n"),
              &t, &err);
    tap_ok(near(year_other(&t, BYTES("attachments"), false), 60214, 1100),
           "the other row holds what no type has");
    tap_ok(near(3456427.0 / (3456427 + 441525 + 356521 + 308514 + 172871 + 160335 + 156837 + 54714 +
                             35087 + 22801 + 61234),
                0.661, 0.0005),
           "PDF is 66.1 %% of spam attachments");
    tap_ok(near(year_change(38367, 36904), 0.040, 0.0005),
           "BEC attempts +4.0 %% on the first half of 2020");
}

int main(void)
{
    struct arena *arena = arena_new(NULL);
    test_tails();
    test_surges(arena);
    test_sentences(arena);
    test_novelty(arena);
    test_join(arena);
    test_cloud_mail_2020(arena);
    test_definitions(arena);
    test_midyear_2021(arena);
    talloc_free(arena);
    return tap_end();
}
