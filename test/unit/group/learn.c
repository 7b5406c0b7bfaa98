/* SPDX-License-Identifier: Apache-2.0
 *
 * What is learned from a list: bursts, services; waves that come back on a registered domain; strangers in one
 * report. */
#include "group/cluster.h"
#include "group/pace.h"
#include "observe/brand_load.h"

#include "tap.h"

#include <talloc.h>

#define MOMENTS 400u
#define NOW 26000000u /* minutes: some day of 2019 */

/* Sites of one brand in reports of EACH, one every GAP minutes on average: by chance, or one after the other. */
static struct feed *feed_of(const void *parent, uint32_t each, uint32_t gap, bool by_chance)
{
    struct error err = {0};
    struct feed *feed = feed_new(parent, brand_load(parent, "knowledge/brands.yml", &err));
    struct arena *arena = arena_new(parent);
    uint64_t state = 1;
    for (uint32_t i = 0; i < MOMENTS; i++) {
        state = tally_mix(state, i);
        uint32_t minute = NOW + (by_chance ? (uint32_t)(state % (MOMENTS / each * gap)) : i / each * gap);
        if (by_chance && i % each != 0)
            minute = feed->site[feed->count - 1].first_minute;
        feed_add(feed, arena_printf(arena, "https://host%u.test/", i), minute, BYTES("Example Bank"), "list", 1);
    }
    feed_seal(feed);
    return feed;
}

/* Of FEED: sites in bursts of MOST at most; *LARGEST_OUT is the largest burst. */
static uint32_t in_bursts(const void *parent, const struct feed *feed, uint32_t *largest_out)
{
    struct pace *pace = pace_learn(parent, feed);
    uint32_t size[MOMENTS + 1] = {0}, inside = 0;
    *largest_out = 0;
    for (uint32_t i = 0; i < feed->count; i++) {
        uint32_t *of = &size[pace[i].burst];
        inside += pace[i].burst != 0;
        *largest_out = pace[i].burst != 0 && ++*of > *largest_out ? *of : *largest_out;
    }
    return inside;
}

static void test_learn(void)
{
    static const struct {
        const char *what;
        uint32_t each, gap, inside_least, inside_most, largest_least, largest_most;
        bool by_chance;
    } rows[] = {
        {"reports of five, at random", 5, 700, 380, 400, 5, 10, true},
        {"sites one by one, at random", 1, 140, 0, 20, 0, 3, true},
        {"sites one by one, at random, more often", 1, 9, 0, 20, 0, 4, true},
        {"a queue that is worked off without end", 1, 30, 0, 0, 0, 0, false},
        {"reports of ten, one a day", 10, 1440, 400, 400, 10, 10, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        void *context = talloc_new(NULL);
        uint32_t largest, inside =
                              in_bursts(context, feed_of(context, rows[i].each, rows[i].gap, rows[i].by_chance), &largest);
        tap_ok(inside >= rows[i].inside_least && inside <= rows[i].inside_most, "%s: %u of %u in bursts",
               rows[i].what, inside, MOMENTS);
        tap_ok(largest >= rows[i].largest_least && largest <= rows[i].largest_most, "%s: the largest has %u",
               rows[i].what, largest);
        talloc_free(context);
    }
}

/* Two reports of one brand, LATER days apart, each with a site below SHARED (or one's own domain). */
static bool comes_back(bool shared, uint32_t later, uint32_t off)
{
    void *context = talloc_new(NULL);
    struct error err = {0};
    struct feed *feed = feed_new(context, brand_load(context, "knowledge/brands.yml", &err));
    static const char *const first[] = {"https://qwpzk.test/", "https://vbnwq.test/", "https://a.shared-one.test/"};
    static const char *const second[] = {"https://login.zz81.example/", "https://login.kk92.example/"};
    for (size_t i = 0; i < 3; i++)
        feed_add(feed, bytes_of_string(first[i]), NOW, BYTES("Example Bank"), "list", 1);
    for (size_t i = 0; i < 2; i++)
        feed_add(feed, bytes_of_string(second[i]), NOW + later * 1440, BYTES("Example Bank"), "list", 1);
    feed_add(feed, shared ? BYTES("https://b.shared-one.test/") : BYTES("https://b.other-two.test/"),
             NOW + later * 1440, BYTES("Example Bank"), "list", 1);
    struct arena *arena = arena_new(context);
    for (uint32_t i = 0; i < 3000; i++) /* the rest of the world */
        feed_add(feed, arena_printf(arena, "https://w%u.site%u.test/", i % 7, i), NOW + i / 5 * 25,
                 arena_printf(arena, "Brand %u", i / 5 % 40), "list", 1);
    feed_seal(feed);
    struct evidence_base evidence;
    evidence_init(&evidence, context, template_learn(context, feed, BYTES("")), off);
    struct cluster_params params = CLUSTER_DEFAULTS;
    struct clusters *clusters = cluster_sites(context, &evidence, &params);
    uint32_t a = feed_find(feed, BYTES("qwpzk.test")), b = feed_find(feed, BYTES("vbnwq.test"));
    uint32_t c = feed_find(feed, BYTES("login.zz81.example")), d = feed_find(feed, BYTES("login.kk92.example"));
    tap_ok(clusters->wave[a] == clusters->wave[b] && clusters->wave[c] == clusters->wave[d],
           "each report is one wave");
    bool one = clusters->wave[a] == clusters->wave[c];
    talloc_free(context);
    return one;
}

static void test_return(void)
{
    tap_ok(comes_back(true, 5, 0), "reports that share a registered domain are one wave");
    tap_ok(comes_back(true, 5, 1u << EVIDENCE_BATCH), "so they are where bursts are learned");
    tap_ok(!comes_back(false, 5, 0), "others are not");
    tap_ok(!comes_back(false, 5, 1u << EVIDENCE_BATCH), "nor there");
    tap_ok(!comes_back(true, 40, 0), "a wave is not one after a month");
}

/* Ten sites below hosts.test for BRANDS brands in turn, one every GAP days: domains there are. */
static uint32_t domains_of(uint32_t brands, uint32_t gap, const char *below)
{
    void *context = talloc_new(NULL);
    struct error err = {0};
    struct feed *feed = feed_new(context, brand_load(context, "knowledge/brands.yml", &err));
    struct arena *arena = arena_new(context);
    for (uint32_t i = 0; i < 10; i++)
        feed_add(feed, arena_printf(arena, "https://%s%u.hosts.test/", below, i), NOW + i * gap * 1440,
                 arena_printf(arena, "Brand %u", i % brands), "list", 1);
    feed_seal(feed);
    uint32_t others = 0;
    for (uint32_t i = 1; i < feed->count; i++)
        others += feed->site[i].registered != feed->site[0].registered;
    bool split = bytes_equal(feed_site_suffix(&feed->site[0]), BYTES("hosts.test"));
    tap_ok(split == (others > 0), "%u domains: the suffix is %s", others + 1, split ? "the service" : "as listed");
    talloc_free(context);
    return others + 1;
}

static void test_service(void)
{
    tap_int(domains_of(4, 30, "customer"), 10, "four brands over a year: a service, each customer a domain");
    tap_int(domains_of(4, 30, "www.customer"), 10, "so with names below the customer");
    tap_int(domains_of(1, 30, "customer"), 1, "one brand over a year: a domain");
    tap_int(domains_of(4, 2, "customer"), 1, "four brands in a month: a domain");
}

/* Two sites of one minute and brand that share nothing else, and two below one suffix. */
static void test_strangers(void)
{
    void *context = talloc_new(NULL);
    struct error err = {0};
    struct feed *feed = feed_new(context, brand_load(context, "knowledge/brands.yml", &err));
    struct arena *arena = arena_new(context);
    feed_add(feed, BYTES("https://qwpzk.test/"), NOW, BYTES("Example Bank"), "list", 1);
    feed_add(feed, BYTES("http://login.verify.rose77.example/update"), NOW, BYTES("Example Bank"), "list", 2);
    feed_add(feed, BYTES("http://account.other.test/x.php"), NOW, BYTES("Example Bank"), "list", 3);
    for (uint32_t i = 0; i < 3000; i++)
        feed_add(feed, arena_printf(arena, "https://w%u.site%u.test/", i % 7, i), NOW + i * 5,
                 i % 9 == 0 ? BYTES("Example Bank") : BYTES("Another"), "list", i + 4);
    feed_seal(feed);
    struct evidence_base evidence;
    evidence_init(&evidence, context, template_learn(context, feed, BYTES("")), 0);
    uint32_t a = feed_find(feed, BYTES("qwpzk.test")), b = feed_find(feed, BYTES("login.verify.rose77.example"));
    struct link link;
    evidence_compare(&evidence, a, b, &link);
    double parts = EVIDENCE_BIAS;
    for (int id = 0; id < EVIDENCE_COUNT; id++)
        parts += link.part[id].score;
    tap_ok(link.score < parts - 0.5, "nothing but the minute: %.1f of %.1f", link.score, parts);
    evidence_compare(&evidence, a, feed_find(feed, BYTES("account.other.test")), &link);
    parts = EVIDENCE_BIAS;
    for (int id = 0; id < EVIDENCE_COUNT; id++)
        parts += link.part[id].score;
    tap_ok(link.score > parts - 0.01 && link.score < parts + 0.01, "a suffix too: the whole sum");
    talloc_free(context);
}

int main(void)
{
    test_learn();
    test_return();
    test_service();
    test_strangers();
    return tap_end();
}
