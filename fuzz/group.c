/* SPDX-License-Identifier: Apache-2.0 */
#include "group/explain.h"
#include "group/read.h"

#include <talloc.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Any bytes as a list of sites: read, grouped, named, explained, written as a state and read again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void *context = talloc_new(NULL);
    struct feed *feed = feed_new(context, NULL);
    feed_add_zones(feed, BYTES("duckdns.org\n"), SITE_DYNAMIC);
    read_list(feed, bytes_of(data, size), "list");
    feed_seal(feed);
    struct evidence_base evidence;
    evidence_init(&evidence, context, template_learn(context, feed, BYTES("bank smbc\n")), 0);
    struct cluster_params params = CLUSTER_DEFAULTS;
    struct groups *groups = groups_name(context, &evidence, cluster_sites(context, &evidence, &params), NULL, true);
    struct text out;
    text_init(&out, NULL, 0);
    for (uint32_t k = 0; k < groups->count; k++) {
        explain_group(groups, &groups->group[k], &out);
        explain_pair(groups, groups->group[k].member[0], groups->group[k].member[1], &out);
    }
    out.len = 0;
    groups_write_state(groups, &out);
    struct error err = {0};
    struct feed *again = feed_new(context, NULL);
    if (group_state_read(context, again, text_bytes(&out), "state", &err) == NULL)
        __builtin_trap();
    group_state_read(context, feed_new(context, NULL), bytes_of(data, size), "state", &err);
    text_finish(&out);
    talloc_free(context);
    return 0;
}
