/* SPDX-License-Identifier: Apache-2.0
 *
 * Time and memory of grouping N synthetic rows, from the text of a CSV to named groups:
 *     bench-group [-j THREADS] [N]...   default 1, 3 and 10 million; each size in a process of its own
 *     bench-group --csv N               the CSV itself on standard output, for 'noroshi group'
 * Run it where the repository's knowledge/ is.  Operators of 1 to 200 sites each name theirs in one of six
 * ways (hyphen and letters, a mutated word, letters below a dynamic-DNS zone, a genuine host name in front,
 * a path on somebody else's host, an address) below a suffix, for a brand, within weeks of their own; one
 * row in ten is noise of nobody, one in twenty repeats a host. */
#include "group/crew.h"
#include "group/groups.h"
#include "group/read.h"
#include "observe/brand_load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <talloc.h>
#include <time.h>
#include <unistd.h>

#define ROW_BYTES_MOST 160u
#define MINUTES_OF_LIST (4u * 525600u)

static uint64_t state;

static uint32_t draw(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)((state >> 16) % below);
}

static void add_word(struct text *out, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++)
        text_add_byte(out, (uint8_t)('a' + draw(26)));
}

static const char *const suffixes[] = {"com",   "net",  "top", "xyz", "cn",
                                       "co.jp", "info", "cc",  "org", "shop"};
static const char *const zones[] = {"duckdns.org", "ddns.net", "workers.dev", "pages.dev"};
static const char *const genuine[] = {"www.amazon.co.jp", "my.jcb.co.jp", "www.rakuten.co.jp",
                                      "smbc.co.jp"};
static const char *const paths[] = {"", "/", "/login", "/ap/signin", "/netbk", "/jp/index.php"};

struct operator_of {
    uint32_t left, way, suffix, minute, days, length, path;
    char word[16], brand[24];
};

static void operator_draw(struct operator_of *o)
{
    o->left = draw(4) == 0 ? 20 + draw(180) : 1 + draw(20);
    o->way = draw(6);
    o->suffix = draw(10);
    o->minute = draw(MINUTES_OF_LIST);
    o->days = 1 + draw(30);
    o->length = 3 + draw(6);
    o->path = draw(6);
    uint32_t length = 4 + draw(6);
    for (uint32_t c = 0; c < length; c++)
        o->word[c] = (char)('a' + draw(26));
    o->word[length] = 0;
    snprintf(o->brand, sizeof o->brand, "Brand %u", draw(20) * draw(15));
}

static void add_url(struct text *out, const struct operator_of *o)
{
    switch (o->way) {
    case 0:
        text_add_format(out, "https://%s-", o->word);
        add_word(out, o->length);
        text_add_format(out, ".%s", suffixes[o->suffix]);
        break;
    case 1:
        text_add_format(out, "http://www.%s", o->word);
        add_word(out, 1 + o->length / 3);
        text_add_format(out, ".%s", suffixes[o->suffix]);
        break;
    case 2:
        text_add_string(out, "http://");
        add_word(out, o->length + 3);
        text_add_format(out, ".%s", zones[o->suffix % 4]);
        break;
    case 3:
        text_add_format(out, "https://%s.", genuine[o->suffix % 4]);
        add_word(out, o->length);
        text_add_format(out, ".%s", suffixes[o->suffix]);
        break;
    case 4:
        text_add_string(out, "https://");
        add_word(out, 5 + draw(9));
        text_add_format(out, ".%s/%s", suffixes[draw(10)], o->word);
        break;
    default:
        text_add_format(out, "http://%u.%u.%u.%u", 1 + draw(220), o->length * 9 + o->suffix,
                        o->minute % 256, draw(256));
        break;
    }
    text_add_string(out, paths[o->path]);
}

/* COUNT rows after a heading; the same for the same COUNT. */
static void generate(struct text *out, uint32_t count)
{
    struct operator_of active[64] = {{0}};
    state = 88172645463325252u;
    text_add_string(out, "date,URL,description\n");
    size_t again = 0, again_len = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct operator_of *o = &active[draw(64)], noise;
        if (o->left == 0)
            operator_draw(o);
        o->left--;
        if (draw(10) == 0)
            operator_draw(o = &noise);
        uint32_t minute = (o->minute + draw(o->days * 1440)) / (draw(2) == 0 ? 120 : 1) *
                          (draw(2) == 0 ? 120 : 1);
        minute %= MINUTES_OF_LIST;
        text_add_format(out, "%u/%02u/%02u %02u:%02u:00,", 2019 + minute / 525600,
                        1 + minute / 43800 % 12, 1 + minute / 1440 % 28, minute / 60 % 24,
                        minute % 60);
        size_t from = out->len;
        if (again_len > 0 && draw(20) == 0)
            text_add(out, bytes_of(out->at + again, again_len));
        else
            add_url(out, o);
        again = from;
        again_len = out->len - from;
        text_add_format(out, ",%s\n", o->brand);
    }
}

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct bytes file_text(const void *parent, const char *path)
{
    FILE *file = fopen(path, "rbe");
    char *text = talloc_zero_size(parent, 1u << 20);
    size_t len = file == NULL ? 0 : fread(text, 1, 1u << 20, file);
    if (file != NULL)
        fclose(file);
    return bytes_of(text, len);
}

/* One size: a line of figures; CPU seconds of reading, learning, linking and naming apart. */
static void measure(uint32_t count, uint32_t workers)
{
    void *context = talloc_new(NULL);
    struct error err = {0};
    struct text all;
    text_init(&all, NULL, 0);
    text_reserve(&all, (size_t)count * 72); /* one block, as a file that is read */
    generate(&all, count);
    const clockid_t cpu = CLOCK_PROCESS_CPUTIME_ID;
    double wall = seconds(CLOCK_MONOTONIC), at[5] = {seconds(cpu)};
    struct brand_index *brands = brand_load(context, "knowledge/brands.yml", &err);
    struct feed *feed = feed_new(context, brands);
    if (workers > 0)
        feed->workers = workers;
    feed_add_zones(feed, file_text(context, "knowledge/lists/free_subdomain_hosts.txt"), SITE_FREE);
    feed_add_zones(feed, file_text(context, "knowledge/dyndns.txt"), SITE_DYNAMIC);
    read_list(feed, text_bytes(&all), "synthetic");
    feed_seal(feed);
    at[1] = seconds(cpu);
    struct evidence_base evidence;
    evidence_init(&evidence, context,
                  template_learn(context, feed, file_text(context, "knowledge/brand_tokens.txt")),
                  0);
    at[2] = seconds(cpu);
    struct cluster_params params = CLUSTER_DEFAULTS;
    struct clusters *clusters = cluster_sites(context, &evidence, &params);
    at[3] = seconds(cpu);
    struct groups *groups = groups_name(context, &evidence, clusters, NULL, false);
    at[4] = seconds(cpu);
    wall = seconds(CLOCK_MONOTONIC) - wall;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("%10u %10u %8.1f %8.1f %8.1f %8.1f %8.1f %8.2f %8.1f %8ld %9u\n", count, feed->count,
           at[1] - at[0], at[2] - at[1], at[3] - at[2], at[4] - at[3], at[4] - at[0],
           (at[4] - at[0]) * 1e6 / count, wall, usage.ru_maxrss / 1024, groups->count);
    text_finish(&all);
    talloc_free(context);
}

static int write_csv(uint32_t count)
{
    struct text all;
    text_init(&all, NULL, 0);
    generate(&all, count);
    bool ok = fwrite(all.at, 1, all.len, stdout) == all.len;
    text_finish(&all);
    return ok ? 0 : 1;
}

int main(int argc, char **argv)
{
    static const uint32_t usual[] = {1000000, 3000000, 10000000};
    if (argc == 3 && strcmp(argv[1], "--csv") == 0)
        return write_csv((uint32_t)strtoul(argv[2], NULL, 10));
    uint32_t workers = 0;
    if (argc > 2 && strcmp(argv[1], "-j") == 0) {
        workers = (uint32_t)strtoul(argv[2], NULL, 10);
        workers = workers > CREW_MOST ? CREW_MOST : workers;
        argv += 2;
        argc -= 2;
    }
    printf("%10s %10s %8s %8s %8s %8s %8s %8s %8s %8s %9s\n", "rows", "sites", "read s", "learn s",
           "link s", "name s", "CPU s", "us/row", "wall s", "MB", "groups");
    for (int i = 0; i < (argc > 1 ? argc - 1 : 3); i++) {
        fflush(stdout);
        pid_t child = fork();
        if (child == 0) {
            measure(argc > 1 ? (uint32_t)strtoul(argv[i + 1], NULL, 10) : usual[i], workers);
            fflush(stdout);
            _exit(0);
        }
        int status = 0;
        if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0)
            return 1;
    }
    return 0;
}
