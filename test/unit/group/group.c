/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading, normalising and grouping of sites; properties of the partition. */
#include "group/explain.h"
#include "group/normalise.h"
#include "group/read.h"
#include "group/scheme.h"
#include "observe/brand_load.h"

#include "tap.h"

#include <talloc.h>

struct run {
    struct feed *feed;
    struct evidence_base evidence;
    struct clusters *clusters;
    struct groups *groups;
};

static struct bytes tokens_text(void)
{
    static struct bytes text;
    if (text.at == NULL)
        text = tap_read("knowledge/brand_tokens.txt");
    return text;
}

static struct feed *feed_of(const void *parent)
{
    static struct brand_index *brands;
    struct error err = {0};
    if (brands == NULL)
        brands = brand_load(NULL, "knowledge/brands.yml", &err);
    struct feed *feed = feed_new(parent, brands);
    feed_add_zones(feed, BYTES("duckdns.org\nddns.example\n"), SITE_DYNAMIC);
    return feed;
}

static struct run *finish(const void *parent, struct feed *feed, const struct group_state *state, uint32_t off,
                          const char *must, const char *cannot)
{
    struct run *run = talloc_zero(parent, struct run);
    struct cluster_params params = CLUSTER_DEFAULTS;
    struct cluster_pair pair[2];
    feed_seal(feed);
    run->feed = feed;
    evidence_init(&run->evidence, run, template_learn(run, feed, tokens_text()), off);
    const char *given[2] = {must, cannot};
    for (int i = 0; i < 2; i++)
        if (given[i] != NULL) {
            struct bytes rest = bytes_of_string(given[i]), left, right;
            bytes_next_field(&rest, ' ', &left);
            bytes_next_field(&rest, ' ', &right);
            pair[i] = (struct cluster_pair){feed_find(feed, left), feed_find(feed, right)};
        }
    params.must = &pair[0];
    params.must_count = must != NULL;
    params.cannot = &pair[1];
    params.cannot_count = cannot != NULL;
    run->clusters = cluster_sites(run, &run->evidence, &params);
    run->groups = groups_name(run, &run->evidence, run->clusters, state, true);
    return run;
}

static struct run *run_text(const void *parent, struct bytes text, uint32_t off, const char *must, const char *cannot)
{
    struct feed *feed = feed_of(parent);
    read_list(feed, text, "list");
    return finish(parent, feed, NULL, off, must, cannot);
}

/* host TAB id of its group, by host hash: equal texts are equal partitions with equal names. */
static struct bytes partition(struct run *run)
{
    struct text out;
    text_init(&out, run->feed->arena, 0);
    for (uint32_t i = 0; i < run->feed->count; i++) {
        uint32_t of = run->groups->of[i], wave = run->groups->wave_of[i];
        text_add_format(&out, "%.*s %.*s %.*s\n", BYTES_FMT(run->feed->site[i].host),
                        BYTES_FMT(of == 0 ? BYTES("-") : run->groups->group[of - 1].id),
                        BYTES_FMT(wave == 0 ? BYTES("-") : run->groups->wave[wave - 1].id));
    }
    return text_bytes(&out);
}

static bool together(struct run *run, const char *a, const char *b)
{
    uint32_t x = feed_find(run->feed, bytes_of_string(a)), y = feed_find(run->feed, bytes_of_string(b));
    return x != UINT32_MAX && y != UINT32_MAX && run->clusters->group[x] == run->clusters->group[y];
}

static void test_normalise(void)
{
    static const struct {
        const char *url, *host, *label, *suffix, *path;
    } rows[] = {
        {"https://www.Example.co.jp/a/b?q#f", "www.example.co.jp", "example", "co.jp", "/a/b"},
        {"hxxps://bad[.]example[.]com/login", "bad.example.com", "example", "com", "/login"},
        {"ttps://one.test", "one.test", "one", "test", ""},
        {"hhttps://one.test/", "one.test", "one", "test", "/"},
        {"https:///two.test/x", "two.test", "two", "test", "/x"},
        {"http://brand.example@evil.test:8080/", "evil.test", "evil", "test", "/"},
        {"abcdefghij.duckdns.org", "abcdefghij.duckdns.org", "abcdefghij", "duckdns.org", ""},
        {"http://192.0.2.7/x", "192.0.2.7", "192.0.2.7", "", "/x"},
        {"three(dot)test", "three.test", "three", "test", ""},
        {"http://four.test./", "four.test", "four", "test", "/"},
        {"http:///", NULL, NULL, NULL, NULL},
        {"https://a..b/", NULL, NULL, NULL, NULL},
        {"nothing", NULL, NULL, NULL, NULL},
    };
    void *context = talloc_new(NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct feed *feed = feed_of(context);
        struct feed_site site = {0};
        bool ok = normalise_url(feed, bytes_of_string(rows[i].url), &site);
        tap_ok(ok == (rows[i].host != NULL), "%s: %s", rows[i].url, ok ? "a site" : "no site");
        if (!ok || rows[i].host == NULL)
            continue;
        tap_string(site.host, rows[i].host, "host");
        tap_string(feed_site_label(&site), rows[i].label, "label");
        tap_ok(bytes_equal(feed_site_suffix(&site), bytes_of_string(rows[i].suffix)), "suffix");
        tap_ok(bytes_equal(feed_site_path(&site), bytes_of_string(rows[i].path)), "path");
    }
    tap_int(normalise_minute(BYTES("2020/01/06 08:10:00")), 18267 * 1440 + 490, "date with slashes");
    tap_int(normalise_minute(BYTES("2020-01-06T08:10:00Z")), 18267 * 1440 + 490, "ISO date");
    tap_int(normalise_minute(BYTES("1600000000")), 1600000000 / 60, "seconds");
    tap_int(normalise_minute(BYTES("1600000000000")), 1600000000 / 60, "milliseconds");
    tap_int(normalise_minute(BYTES("soon")), 0, "no date");
    talloc_free(context);
}

static void test_read(void)
{
    static const struct {
        const char *name, *text;
        uint32_t sites, notes;
    } rows[] = {
        {"CSV with a header", "date,URL,description\n2020/01/06 08:10:00,http://a.test/,Bank\n2020/01/06,http://b.test,\n", 2, 0},
        {"CSV without one", "http://a.test/,2020-01-06,Bank\nhttp://b.test/,2020-01-07,Bank\n", 2, 0},
        {"columns in another order", "brand,first_seen,domain\nBank,2020-01-06,a.test\n", 1, 0},
        {"TSV with quotes", "url\ttime\n\"http://a.test/,x\"\t2020-01-06\n", 1, 0},
        {"a blank date is noted, the row kept", "date,URL\n,http://a.test/\n2020-01-01,http://b.test/\n", 2, 1},
        {"a row without host is noted", "date,URL\n2020-01-01,https:///\n2020-01-01,http://b.test/\n", 1, 1},
        {"defanged text", "see hxxp://a[.]test/x and b[.]test\nnothing here\n", 2, 1},
        {"JSON lines", "{\"url\":\"http://a.test/\",\"first_seen\":\"2020-01-01\"}\n{\"domain\":\"b.test\"}\n{\"x\":1}\n", 2, 1},
        {"JSON list", "[{\"host\":\"a.test\"},{\"deep\":[{\"url\":\"http://b.test/\"}]}]", 2, 0},
        {"passive DNS (COF)", "{\"rrname\":\"a.test\",\"rrtype\":\"A\",\"rdata\":\"192.0.2.1\",\"time_first\":1600000000}\n", 1, 0},
        {"rows of separators only are empty", "date;URL;brand\n;;\n2020-01-01;http://a.test/;x\n", 1, 0},
        {"a field over two lines", "URL,note\nhttp://a.test/,\"one\ntwo, http://no.test/\"\nhttp://b.test/,\n", 2, 0},
        {"a quote that is never closed", "URL,note\nhttp://a.test/,5\" disk\nhttp://b.test/,\n", 2, 0},
        {"text that speaks of URLs is no heading", "http://a.test/,2020-01-06,\"URL, domain\"\n", 1, 0},
        {"byte order mark, CRLF", "\xEF\xBB\xBF" "date,URL\r\n2020-01-01,http://a.test/\r\n", 1, 0},
    };
    void *context = talloc_new(NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct feed *feed = feed_of(context);
        read_list(feed, bytes_of_string(rows[i].text), "list");
        feed_seal(feed);
        tap_int(feed->count, rows[i].sites, rows[i].name);
        tap_int(feed->dirt_count, rows[i].notes, "notes");
    }
    talloc_free(context);
}

/* What a heading and a field say is understood: the brand and the minute of the first site of a.test. */
static void test_columns(void)
{
    static const char utf16[] = "\xFF\xFE" "u\0r\0l\0,\0d\0a\0t\0e\0,\0b\0r\0a\0n\0d\0\r\0\n\0" "a\0.\0t\0e\0s\0t\0,\0"
                                "2\0\060\0" "2\0\060\0-\0\060\0\061\0-\0\060\0\061\0,\0\x42\x30\x44\x30\n\0";
    static const struct {
        const char *name;
        struct bytes text;
        const char *brand;
        bool timed;
    } rows[] = {
        {"Japanese headings", BYTES("日時;URL;ブランド;備考\n2020/01/01 00:00;hxxp://a[.]test/;あい;x\n"), "あい", true},
        {"longer ones", BYTES("No,検知日時,フィッシングサイトURL（無害化）,騙られたブランド\n1,2020年1月1日 0時00分,a[.]test,あい\n"), "あい",
         true},
        {"a heading in another language", BYTES("Nummer,URL,Tag\n7,http://a.test/,2020-01-01\n"), NULL, true},
        {"text as Excel keeps it", BYTES("date,url,brand\n=\"2020/01/01\",=\"http://a.test/\",あい\n"), "あい", true},
        {"UTF-16", {(const uint8_t *)utf16, sizeof utf16 - 1}, "あい", true},
        {"Shift_JIS", BYTES("\x93\xFA\x8E\x9E,URL,\xE9x\x82\xE7\x82\xEA\x82\xBD\x83u\x83\x89\x83\x93\x83h\n2020/01/01,ht"
                            "tp://a.test/,\x8EO\x88\xE4\x8FZ\x97\x46\x8B\xE2\x8Ds\n2020/01/02,http://b.test/,\x8EO\x95HU"
                            "FJ\x8B\xE2\x8Ds\n2020/01/03,http://c.test/,\x82\xE4\x82\xA4\x82\xBF\x82\xE5\x8B\xE2\x8Ds\x82"
                            "\xCC\x82\xB2\x88\xC4\x93\xE0\n"), "三井住友銀行", true},
        {"seconds in JSON", BYTES("{\"url\":\"http://a.test/\",\"first_seen\":1577836800,\"target\":\"あい\"}\n"), "あい", true},
        {"milliseconds", BYTES("{\"url\":\"http://a.test/\",\"timestamp\":1577836800000}\n"), NULL, true},
        {"no such day", BYTES("date,url,brand\n2020/13/45,http://a.test/,あい\n"), "あい", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        void *context = talloc_new(NULL);
        struct feed *feed = feed_of(context);
        read_list(feed, rows[i].text, "list");
        feed_seal(feed);
        uint32_t at = feed_find(feed, BYTES("a.test"));
        tap_ok(at != UINT32_MAX, "%s: the site", rows[i].name);
        if (at != UINT32_MAX) {
            tap_bytes(feed->brand[feed->site[at].brand].name, rows[i].brand == NULL ? BYTES_NONE : bytes_of_string(rows[i].brand), "its brand");
            tap_int(feed->site[at].first_minute, rows[i].timed ? 26297280 : 0, "its time");
        }
        talloc_free(context);
    }
}

static void test_scheme(void)
{
    static const struct {
        const char *label, *token;
        bool mutated;
    } rows[] = {{"smbczv", "smbc", true}, {"fudkuo", "fukuo", true}, {"muyfg", "mufg", true}, {"mlzuho", "mizuho", true},
                {"onsmbc", "smbc", true}, {"smbc", "smbc", false}, {"winsming", "smbc", false}, {"kiuuys", "fukuo", false},
                {"banklocal", "mizuho", false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        tap_ok(scheme_mutated(bytes_of_string(rows[i].label), bytes_of_string(rows[i].token)) == rows[i].mutated, "%s from %s",
               rows[i].label, rows[i].token);
}

/* Two actors with naming schemes of their own, and noise. */
static struct bytes synthetic(struct arena *arena, bool reverse, uint32_t from, uint32_t until)
{
    struct text out;
    text_init(&out, arena, 0);
    text_add_string(&out, "date,URL,description\n");
    for (uint32_t k = from; k < until; k++) {
        uint32_t i = reverse ? until - 1 - (k - from) : k;
        uint32_t day = 1 + i / 20, noise = (i * 2654435761u) >> 8;
        char word[8];
        for (uint32_t c = 0; c < 7; c++)
            word[c] = (char)('a' + (noise >> (3 * c)) % 26);
        if (i % 4 == 0)
            text_add_format(&out, "2020/05/%02u 10:%02u:00,http://rxkvtuem-%.5s.cc/,楽天\n", day, i % 60, word);
        else if (i % 4 == 1)
            text_add_format(&out, "2020/05/%02u 11:%02u:00,http://smbc-w%c.com/,三井住友銀行\n", day, i % 60, 'a' + (char)(i / 4 % 26));
        else
            text_add_format(&out, "2020/05/%02u 1%u:%02u:00,http://%.7s%u.%s/x%u,Brand%u\n", day, i % 7, i % 60, word, i % 10,
                            i % 3 == 0 ? "com" : i % 3 == 1 ? "net" : "info", i % 13, i % 9);
    }
    return text_bytes(&out);
}

static void test_groups(void)
{
    void *context = talloc_new(NULL);
    struct arena *arena = arena_new(context);
    struct bytes list = synthetic(arena, false, 0, 400);
    struct run *run = run_text(context, list, 1u << EVIDENCE_BATCH, NULL, NULL);
    tap_ok(together(run, "smbc-wa.com", "smbc-wb.com"), "brand and two letters: together");
    struct bytes base = partition(run);
    tap_bytes(partition(run_text(context, synthetic(arena, true, 0, 400), 1u << EVIDENCE_BATCH, NULL, NULL)), base,
              "any order of rows gives the same groups with the same ids");
    struct feed *feed = feed_of(context);
    read_list(feed, synthetic(arena, false, 200, 400), "second");
    read_list(feed, synthetic(arena, false, 0, 200), "first");
    tap_bytes(partition(finish(context, feed, NULL, 1u << EVIDENCE_BATCH, NULL, NULL)), base, "split over two files: the same");
    struct run *must = run_text(context, list, 1u << EVIDENCE_BATCH, "smbc-wa.com smbc-wb.com", "smbc-wb.com smbc-wc.com");
    tap_ok(together(must, "smbc-wa.com", "smbc-wb.com"), "must-link holds");
    tap_ok(!together(must, "smbc-wb.com", "smbc-wc.com"), "cannot-link holds");
    uint32_t off = (1u << EVIDENCE_BATCH) | (1u << EVIDENCE_LABEL) | (1u << EVIDENCE_CLASS) | (1u << EVIDENCE_NEIGHBOUR) |
                   (1u << EVIDENCE_SCHEME) | (1u << EVIDENCE_BURST) | (1u << EVIDENCE_QUIET);
    struct run *without = run_text(context, list, off, NULL, NULL);
    tap_ok(!together(without, "smbc-wa.com", "smbc-wb.com"), "without the evidence that is named the hop goes");
    talloc_free(context);
}

static void test_state(void)
{
    void *context = talloc_new(NULL);
    struct arena *arena = arena_new(context);
    struct run *first = run_text(context, synthetic(arena, false, 0, 300), 1u << EVIDENCE_BATCH, NULL, NULL);
    struct text state;
    text_init(&state, arena, 0);
    groups_write_state(first->groups, &state);
    struct error err = {0};
    struct feed *feed = feed_of(context);
    struct group_state *old = group_state_read(context, feed, text_bytes(&state), "state", &err);
    tap_ok(old != NULL, "the state is read again: %s", err.message);
    read_list(feed, synthetic(arena, false, 300, 400), "later");
    struct run *second = finish(context, feed, old, 1u << EVIDENCE_BATCH, NULL, NULL);
    struct run *whole = run_text(context, synthetic(arena, false, 0, 400), 1u << EVIDENCE_BATCH, NULL, NULL);
    bool same = second->feed->count == whole->feed->count;
    for (uint32_t i = 0; same && i < whole->feed->count; i++)
        same = second->clusters->group[i] == whole->clusters->group[i] && second->clusters->wave[i] == whole->clusters->wave[i];
    tap_ok(same, "an appended day gives the partition of one run");
    uint32_t a = feed_find(first->feed, BYTES("smbc-wa.com")), b = feed_find(second->feed, BYTES("smbc-wa.com"));
    tap_ok(first->groups->of[a] != 0 && second->groups->of[b] != 0, "the site is in a group in both runs");
    tap_bytes(second->groups->group[second->groups->of[b] - 1].id, first->groups->group[first->groups->of[a] - 1].id,
              "and the group keeps its id");
    struct feed *none = feed_of(context);
    tap_ok(group_state_read(context, none, BYTES("something else\n"), "state", &err) == NULL, "another file is no state");
    tap_ok(group_state_read(context, none, BYTES("noroshi-group 1\nS\tx\n"), "state", &err) == NULL && err.line == 2,
           "a broken record is told with its line");
    talloc_free(context);
}

static void test_explain(void)
{
    void *context = talloc_new(NULL);
    struct arena *arena = arena_new(context);
    struct run *run = run_text(context, synthetic(arena, false, 0, 400), 1u << EVIDENCE_BATCH, NULL, NULL);
    struct text out;
    text_init(&out, arena, 0);
    uint32_t a = feed_find(run->feed, BYTES("smbc-wa.com")), b = feed_find(run->feed, BYTES("smbc-wd.com"));
    explain_pair(run->groups, a, b, &out);
    tap_ok(bytes_find(text_bytes(&out), BYTES("smbc-wa[.]com"), 0) != BYTES_NPOS, "hosts are defanged");
    tap_ok(bytes_find(text_bytes(&out), BYTES("by chance"), 0) != BYTES_NPOS, "observed against chance");
    struct explain_regex regex[3];
    const struct group *group = &run->groups->group[run->groups->of[a] - 1];
    uint32_t count = explain_regexes(run->groups, group, arena, regex, 3);
    tap_ok(count > 0 && regex[0].inside >= 2 && regex[0].outside * 9 <= regex[0].inside, "a tested regular expression: %.*s",
           count > 0 ? (int)regex[0].pattern.len : 0, count > 0 ? (const char *)regex[0].pattern.at : "");
    talloc_free(context);
}

/* More sites than one part of the work, by actors of 1 to 60 sites. */
static struct bytes many(struct arena *arena, uint32_t rows)
{
    static const char *const suffix[] = {"com", "net", "top", "cc", "co.jp"};
    struct text out;
    uint64_t state = 88172645463325252u;
    text_init(&out, arena, 0);
    for (uint32_t i = 0, actor = 0, left = 0; i < rows; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        if (left-- == 0) {
            actor++;
            left = (uint32_t)(state >> 40) % 60;
        }
        text_add_format(&out, "%u-%02u-%02u %02u:%02u,https://word%u-%c%c%c%c.%s/%s,Brand%u\n", 2019 + actor % 4,
                        1 + actor % 12, 1 + (actor + i / 8 % 3) % 28, i % 24, i % 7, actor % 997,
                        'a' + (char)(state >> 8 & 15), 'a' + (char)(state >> 12 & 15), 'a' + (char)(state >> 16 & 15),
                        'a' + (char)(state >> 20 & 15), suffix[actor % 5], actor % 3 == 0 ? "login" : "", actor % 31);
    }
    return text_bytes(&out);
}

static void test_threads(void)
{
    static const uint32_t workers[] = {1, 2, 5};
    void *context = talloc_new(NULL);
    struct bytes list = many(arena_new(context), 40000), first = BYTES_NONE;
    for (size_t i = 0; i < sizeof workers / sizeof workers[0]; i++) {
        struct feed *feed = feed_of(context);
        feed->workers = workers[i];
        read_list(feed, list, "list");
        struct run *run = finish(context, feed, NULL, 0, NULL, NULL);
        struct bytes now = partition(run);
        if (i == 0) {
            first = now;
            tap_ok(run->groups->count > 500 && run->feed->count > 35000, "%u groups of %u sites", run->groups->count,
                   run->feed->count);
        } else {
            tap_ok(bytes_equal(now, first), "%u threads: the same partition and names", workers[i]);
        }
        talloc_free(run);
    }
    talloc_free(context);
}

/* Pairs of sites in one wave: 40 bursts of six, or the same sites with their days dealt out anew. */
static uint64_t wave_pairs(const void *parent, bool shuffled)
{
    struct text out;
    struct arena *arena = arena_new(parent);
    uint64_t pairs = 0;
    text_init(&out, arena, 0);
    for (uint32_t i = 0; i < 240; i++) {
        uint32_t burst = i / 6, noise = (i + 7) * 2654435761u >> 6, day = shuffled ? noise / 64 % 40 : burst;
        text_add_format(&out, "2021-%02u-%02u 10:%02u,http://%c%c%c%c%c%c.%s/,Brand%u\n", 1 + day / 20, 1 + day % 20, i % 6,
                        'a' + (char)(noise % 26), 'a' + (char)(noise / 26 % 26), 'a' + (char)(noise / 676 % 26),
                        'a' + (char)(noise / 17576 % 26), 'a' + (char)(noise / 456976 % 26), 'a' + (char)(burst % 26),
                        burst % 2 == 0 ? "cc" : "xyz", burst % 8);
    }
    struct run *run = run_text(parent, text_bytes(&out), 1u << EVIDENCE_BATCH, NULL, NULL);
    for (uint32_t k = 0; k < run->groups->wave_count; k++)
        pairs += (uint64_t)run->groups->wave[k].count * (run->groups->wave[k].count - 1) / 2;
    return pairs;
}

static void test_shuffle(void)
{
    void *context = talloc_new(NULL);
    uint64_t as_seen = wave_pairs(context, false), shuffled = wave_pairs(context, true);
    tap_ok(as_seen >= 300, "bursts are waves: %lu pairs of 600", (unsigned long)as_seen);
    tap_ok(shuffled * 4 < as_seen, "with the dates shuffled: %lu", (unsigned long)shuffled);
    talloc_free(context);
}

int main(void)
{
    test_normalise();
    test_read();
    test_columns();
    test_scheme();
    test_groups();
    test_threads();
    test_shuffle();
    test_state();
    test_explain();
    return tap_end();
}
