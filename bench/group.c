/* SPDX-License-Identifier: Apache-2.0
 *
 * Time and memory of grouping N synthetic sites: bench-group [N]...  (default: 1 million).
 * Hosts are of many operators: each names its sites by a scheme of its own in a week of its own. */
#include "base/civil.h"
#include "group/groups.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <talloc.h>
#include <time.h>

#define OPERATOR_SITES 25u

static uint64_t state = 88172645463325252u;

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

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void fill(struct feed *feed, struct text *all, uint32_t count)
{
    static const char *const suffixes[] = {"com", "net", "top", "xyz", "cn", "co.jp", "info", "cc"};
    char prefix[16] = "", brand[24] = "";
    uint32_t minute = 0, suffix = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (i % OPERATOR_SITES == 0) {
            size_t length = 4 + draw(6);
            for (size_t c = 0; c < length; c++)
                prefix[c] = (char)('a' + draw(26));
            prefix[length] = 0;
            snprintf(brand, sizeof brand, "Brand %u", draw(200));
            minute = 26300000 + draw(4 * 525600);
            suffix = draw(8);
        }
        size_t from = all->len;
        text_add_format(all, "https://%s%s-", draw(3) == 0 ? "www." : "", prefix);
        add_word(all, 5);
        text_add_format(all, ".%s/%s", suffixes[suffix], draw(4) == 0 ? "login" : "");
        feed_add(feed, bytes_of(all->at + from, all->len - from), minute + draw(10000), bytes_of_string(brand), "synthetic", i + 1);
    }
}

int main(int argc, char **argv)
{
    printf("%12s %10s %12s %10s %10s\n", "sites", "CPU s", "us a site", "MB", "groups");
    for (int i = 1; i < argc || i == 1; i++) {
        uint32_t count = argc > 1 ? (uint32_t)strtoul(argv[i], NULL, 10) : 1000000;
        void *context = talloc_new(NULL);
        struct feed *feed = feed_new(context, NULL);
        struct text all;
        text_init(&all, NULL, 0);
        text_reserve(&all, (size_t)count * 48); /* rows point into it: it must not move */
        double start = seconds();
        fill(feed, &all, count);
        feed_seal(feed);
        struct evidence_base evidence;
        evidence_init(&evidence, context, template_learn(context, feed, BYTES_NONE), 0);
        struct cluster_params params = CLUSTER_DEFAULTS;
        struct groups *groups = groups_name(context, &evidence, cluster_sites(context, &evidence, &params), NULL, false);
        struct rusage usage;
        getrusage(RUSAGE_SELF, &usage);
        double used = seconds() - start;
        printf("%12u %10.1f %12.2f %10ld %10u\n", count, used, used * 1e6 / count, usage.ru_maxrss / 1024, groups->count);
        fflush(stdout);
        text_finish(&all);
        talloc_free(context);
    }
    return 0;
}
