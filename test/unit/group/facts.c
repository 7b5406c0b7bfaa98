/* SPDX-License-Identifier: Apache-2.0
 *
 * Evidence from outside the URL: what ties two hosts whose names say nothing, and what must not. */
#include "group/groups.h"
#include "group/read.h"
#include "observe/brand_load.h"
#include "report/site/site.h"

#include "tap.h"

#include <stdlib.h>
#include <talloc.h>

struct run {
    struct feed *feed;
    struct evidence_base evidence;
    struct clusters *clusters;
};

static struct feed *feed_begin(const void *parent)
{
    static struct brand_index *brands;
    struct error err = {0};
    if (brands == NULL)
        brands = brand_load(NULL, "knowledge/brands.yml", &err);
    struct feed *feed = feed_new(parent, brands);
    read_list(feed,
              BYTES("date,URL,brand\n2024-01-02 10:00,https://plain-one.test/,A\n"
                    "2024-01-05 09:00,https://other.example/x,B\n2024-01-05 "
                    "11:00,https://third.invalid/,C\n"),
              "list");
    return feed;
}

static struct run *finish(const void *parent, struct feed *feed, uint32_t off)
{
    struct run *run = talloc_zero(parent, struct run);
    struct cluster_params params = CLUSTER_DEFAULTS;
    feed_seal(feed);
    run->feed = feed;
    evidence_init(&run->evidence, run, template_learn(run, feed, BYTES_NONE), off);
    run->clusters = cluster_sites(run, &run->evidence, &params);
    return run;
}

static bool together(struct run *run, const char *a, const char *b)
{
    uint32_t x = feed_find(run->feed, bytes_of_string(a)),
             y = feed_find(run->feed, bytes_of_string(b));
    return x != UINT32_MAX && y != UINT32_MAX && run->clusters->group[x] == run->clusters->group[y];
}

/* The evidence EXTRA joins the first two hosts, not the third; without KIND it does not. */
static void check(const char *extra, enum evidence_id kind, const char *what)
{
    void *context = talloc_new(NULL);
    struct feed *feed = feed_begin(context);
    read_list(feed, bytes_of_string(extra), "extra");
    tap_ok(feed->dirt_count == 0, "%s: read without a note", what);
    struct run *run = finish(context, feed, 0);
    tap_ok(together(run, "plain-one.test", "other.example"), "%s joins", what);
    tap_ok(!together(run, "plain-one.test", "third.invalid"), "%s does not join the third", what);
    feed = feed_begin(context);
    read_list(feed, bytes_of_string(extra), "extra");
    tap_ok(!together(finish(context, feed, 1u << kind), "plain-one.test", "other.example"),
           "without %s the hop goes", evidence_rows[kind].name);
    talloc_free(context);
}

static void test_facts(void)
{
    tap_ok(!together(finish(NULL, feed_begin(NULL), 0), "plain-one.test", "other.example"),
           "names alone do not join them");
    check("{\"rrname\":\"plain-one.test.\",\"rrtype\":\"A\",\"rdata\":\"192.0.2.7\",\"time_first\":"
          "1704186000,\"time_last\":1704300000}\n"
          "{\"rrname\":\"other.example\",\"rrtype\":\"A\",\"rdata\":[\"192.0.2.7\"],\"time_first\":"
          "1704250000,\"time_last\":1704450000}\n"
          "{\"rrname\":\"third.invalid\",\"rrtype\":\"A\",\"rdata\":\"203.0.113.9\",\"time_first\":"
          "1704250000,\"time_last\":1704450000}\n",
          EVIDENCE_HOSTED, "passive DNS");
    check("{\"id\":1,\"name_value\":\"plain-one.test\\n*.other.example\",\"serial_number\":"
          "\"0a1b2c\",\"not_before\":\"2024-01-01T00:00:00\"}\n",
          EVIDENCE_CERTIFICATE, "a certificate");
    check("Domain Name: PLAIN-ONE.TEST\nRegistrar: Example Registrar\nCreation Date: "
          "2024-01-01T07:31:00Z\n"
          "Registrant Email: someone.else@mail.example\n\nDomain Name: other.example\nRegistrar: "
          "Example Registrar\n"
          "Creation Date: 2024-01-04T11:00:00Z\nRegistrant Email: Someone.Else@mail.example\n",
          EVIDENCE_REGISTRANT, "a registrant of port 43");
    check("[{\"objectClassName\":\"domain\",\"ldhName\":\"plain-one.test\",\"entities\":[{"
          "\"roles\":[\"registrant\"],\"vcardArray\":"
          "[\"vcard\",[[\"email\",{},\"text\",\"one@mail.example\"]]]}]},{\"objectClassName\":"
          "\"domain\",\"ldhName\":\"OTHER.example\","
          "\"entities\":[{\"roles\":[\"registrant\"],\"vcardArray\":[\"vcard\",[[\"email\",{},"
          "\"text\",\"one@mail.example\"]]]}]}]",
          EVIDENCE_REGISTRANT, "a registrant of RDAP");
}

/* Addresses and contacts of services join nobody: by how many have them, not by a list. */
static void test_services(void)
{
    void *context = talloc_new(NULL);
    struct feed *feed = feed_begin(context);
    struct text dns;
    text_init(&dns, feed->arena, 0);
    for (uint32_t i = 0; i < 300; i++)
        text_add_format(
            &dns,
            "{\"rrname\":\"shop%u.example%u.test\",\"rrtype\":\"A\",\"rdata\":\"192.0.2.7\"}\n", i,
            i);
    text_add_string(&dns,
                    "{\"rrname\":\"plain-one.test\",\"rrtype\":\"A\",\"rdata\":\"192.0.2.7\"}\n"
                    "{\"rrname\":\"other.example\",\"rrtype\":\"A\",\"rdata\":\"192.0.2.7\"}\n");
    read_list(feed, text_bytes(&dns), "dns");
    tap_ok(!together(finish(context, feed, 0), "plain-one.test", "other.example"),
           "an address of 302 domains joins nobody");
    feed = feed_begin(context);
    read_list(feed,
              BYTES("Domain Name: plain-one.test\nRegistrant Email: x@privacy-guard.test\n"
                    "Domain Name: other.example\nRegistrant Email: x@privacy-guard.test\n"),
              "whois");
    tap_ok(!together(finish(context, feed, 0), "plain-one.test", "other.example"),
           "a privacy service is no registrant");
    talloc_free(context);
}

/* A page of a kit: BRAND is what a person reads, MADE the random part of this site, GENUINE: no kit at all. */
static struct bytes page(struct arena *arena, const char *host, const char *brand, const char *made,
                         bool genuine)
{
    struct text out;
    text_init(&out, arena, 0);
    text_add_format(&out,
                    "<!DOCTYPE html><html><!-- saved from url=(0030)https://%s/login "
                    "--><head><title>%s</title>",
                    host, brand);
    if (genuine)
        text_add_string(
            &out,
            "<link rel=stylesheet href=/css/bank-main.css><script "
            "src=/js/bank-login.js></script></head><body>"
            "<header><nav><ul><li><a href=/a>A</a><li><a "
            "href=/b>B</a></ul></nav></header><main><section><h1>Login</h1>"
            "<form action=/auth/login method=post><label>ID</label><input name=branch><input "
            "name=account>"
            "<input name=secret "
            "type=password><button>go</button></form></section><aside><dl><dt>x<dd>y</dl></aside>"
            "</main><footer><address>z</address></footer></body></html>");
    else
        text_add_format(&out,
                        "<link rel=stylesheet href=/assets/st_%s.css><script "
                        "src=/panel/step.js?v=%s></script></head><body><div id=%s>"
                        "<table><tr><td><center><font>%s</font></center></td></tr></table><form "
                        "action=/post_%s.php method=post>"
                        "<input name=otp_code><input name=card_no><input name=cvv2><select "
                        "name=exp_mm><option>1</select>"
                        "<input type=submit></form><script>var k='%s';function nextStep(a){return "
                        "a+k}window.onload=nextStep;</script>"
                        "<map><area></map><marquee>w</marquee></div></body></html>",
                        made, made, made, brand, made, made);
    return text_bytes(&out);
}

static void test_pages(void)
{
    void *context = talloc_new(NULL);
    struct feed *feed = feed_begin(context);
    struct arena *arena = feed->arena;
    read_list(feed, page(arena, "plain-one.test", "Red Bank", "8f3k2a91", false), "a.html");
    read_list(feed, page(arena, "other.example", "Blue Card", "77ab01cd", false), "b.html");
    read_list(feed, page(arena, "third.invalid", "Red Bank", "x", true), "c.html");
    struct run *run = finish(context, feed, 0);
    tap_ok(together(run, "plain-one.test", "other.example"),
           "one kit with another brand and other random names: together");
    tap_ok(!together(run, "plain-one.test", "third.invalid"),
           "another page of the same brand: apart");
    for (int background = 0; background < 2; background++) {
        feed = feed_begin(context);
        if (background)
            read_genuine(feed, page(feed->arena, "bank.example", "Red Bank", "", true),
                         "genuine.html");
        read_list(feed, page(feed->arena, "plain-one.test", "Red Bank", "", true), "a.html");
        read_list(feed, page(feed->arena, "other.example", "Red Bank", "", true), "b.html");
        tap_ok(together(finish(context, feed, 0), "plain-one.test", "other.example") == !background,
               "two copies of one genuine page, which is %sgiven: %s", background ? "" : "not ",
               background ? "apart" : "together");
    }
    feed = feed_begin(context);
    read_list(feed,
              BYTES("{\"log\":{\"entries\":[{\"request\":{\"url\":\"https://plain-one.test/"
                    "\"},\"serverIPAddress\":\"192.0.2.99\",\"response\":"
                    "{\"content\":{\"mimeType\":\"text/html\",\"text\":\"<form "
                    "action='https://drop.test/in.php'><input name=a></form>\"}}}]}}"),
              "a.har");
    read_list(feed,
              BYTES("MIME-Version: 1.0\nSnapshot-Content-Location: "
                    "https://other.example/x\nContent-Type: multipart/related; boundary=b\n\n"
                    "--b\nContent-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n"
                    "<html><form action=3D\"https://drop.test/in.php\"><input "
                    "name=3Db></form></html>\n--b--\n"),
              "b.mhtml");
    tap_ok(together(finish(context, feed, 0), "plain-one.test", "other.example"),
           "HAR and MHTML whose forms send to one place: together");
    talloc_free(context);
}

static void test_stix(void)
{
    void *context = talloc_new(NULL);
    struct feed *feed = feed_new(context, NULL);
    read_list(feed,
              BYTES("{\"type\":\"bundle\",\"objects\":[{\"type\":\"indicator\",\"pattern\":\"[url:"
                    "value = 'https://one.test/a']\",\"valid_from\":"
                    "\"2024-01-02T03:04:05Z\"},{\"type\":\"domain-name\",\"value\":\"two.test\"},{"
                    "\"type\":\"identity\",\"name\":\"x\"}]}"),
              "stix");
    read_list(feed,
              BYTES("{\"Event\":{\"Attribute\":[{\"type\":\"url\",\"value\":\"https://three.test/"
                    "\",\"timestamp\":\"1704186000\"}]}}"),
              "misp");
    feed_seal(feed);
    tap_ok(feed->count == 3, "STIX patterns and observables, MISP attributes: %u sites",
           feed->count);
    uint32_t one = feed_find(feed, BYTES("one.test")), three = feed_find(feed, BYTES("three.test"));
    tap_ok(one != UINT32_MAX && feed->site[one].first_minute != 0, "with the time of valid_from");
    tap_ok(three != UINT32_MAX && feed->site[three].first_minute == 1704186000 / 60,
           "with the time of timestamp");
    talloc_free(context);
}

/* The pages of the bulletin about groups, made from a state: nothing of the list is markup, addresses are defanged. */
static void test_overview(void)
{
    void *context = talloc_new(NULL);
    char folder[] = "/tmp/noroshi-groups-XXXXXX";
    struct error err = {0};
    struct text state;
    text_init(&state, arena_new(context), 0);
    struct feed *feed = feed_new(context, NULL);
    read_list(feed, BYTES("date,URL,brand\n2024-01-02 10:00,https://aaaabbbb-x.test/<i>,<script>x</script>\n"
                          "2024-01-02 10:00,https://aaaabbbb-y.test/<i>,<script>x</script>\n"
                          "2024-02-03 11:00,https://alone.example/,\n"),
              "list");
    struct run *run = finish(context, feed, 0);
    groups_write_state(groups_name(context, &run->evidence, run->clusters, NULL, false), &state);
    feed = feed_new(context, NULL);
    struct group_state *old = group_state_read(context, feed, text_bytes(&state), "state", &err);
    feed_seal(feed);
    struct groups *groups = groups_recorded(context, template_learn(context, feed, BYTES_NONE), old);
    uint32_t one = feed_find(feed, BYTES("aaaabbbb-x.test")), other = feed_find(feed, BYTES("alone.example"));
    tap_ok(groups->count == 1 && groups->of[one] == 1 && groups->of[other] == 0 && groups->group[0].count == 2 &&
               bytes_equal(groups->group[0].id, BYTES("XP1")),
           "a state gives its groups back, without comparing");
    struct site_params params = {.folder = folder, .title = {"Bulletin", "速報"}, .groups = groups};
    struct site_result result;
    struct store *store = mkdtemp(folder) == NULL ? NULL : store_open(context, talloc_asprintf(context, "%s/store.db", folder), &err);
    tap_ok(store != NULL && site_build(store, &params, &result, &err), "written: %s", err.message);
    struct bytes overview = tap_read(talloc_asprintf(context, "%s/group/index.html", folder));
    struct bytes japanese = tap_read(talloc_asprintf(context, "%s/ja/group/index.html", folder));
    struct bytes front = tap_read(talloc_asprintf(context, "%s/index.html", folder));
    struct bytes page_of = tap_read(talloc_asprintf(context, "%s/group/xp1/index.html", folder));
    tap_ok(bytes_find(overview, BYTES("not a person"), 0) != BYTES_NPOS && bytes_find(overview, BYTES("../group/xp1/index.html"), 0) != BYTES_NPOS &&
               bytes_find(overview, BYTES("2024: domains a month by group"), 0) != BYTES_NPOS,
           "the overview draws the year, links the group, says what a group is");
    tap_ok(bytes_find(japanese, BYTES("人物を示すものではありません"), 0) != BYTES_NPOS, "in Japanese as well");
    tap_ok(bytes_find(front, BYTES("\"group/index.html\""), 0) != BYTES_NPOS && bytes_find(front, BYTES("\"group/xp1/index.html\""), 0) != BYTES_NPOS,
           "the front page leads there");
    tap_ok(bytes_find(page_of, BYTES("<script"), 0) == BYTES_NPOS && bytes_find(page_of, BYTES("&lt;script"), 0) != BYTES_NPOS &&
               bytes_find(page_of, BYTES("://aaaabbbb-x.test"), 0) == BYTES_NPOS,
           "a brand's markup is text, examples are defanged");
    tap_int(system(talloc_asprintf(context, "rm -r %s", folder)), 0, "taken away");
    talloc_free(context);
}

int main(void)
{
    test_facts();
    test_services();
    test_pages();
    test_stix();
    test_overview();
    return tap_end();
}
