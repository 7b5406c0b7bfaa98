/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/feed_data.h"

#include "cli/data.h"
#include "observe/brand_load.h"

/* The text of a shipped file, or an empty one with the reason printed. */
static struct bytes shipped(const void *parent, const char *name)
{
    struct error err = {0};
    struct bytes text = BYTES_NONE;
    char *path = data_path(parent, name, &err);
    if (path == NULL || !data_read(parent, path, &text, &err))
        error_print(&err);
    return text;
}

struct feed *feed_data(const void *parent, struct error *err)
{
    char *path = data_path(parent, "knowledge/brands.yml", err);
    struct brand_index *brands = path == NULL ? NULL : brand_load(parent, path, err);
    if (brands == NULL)
        return NULL;
    struct feed *feed = feed_new(parent, brands);
    feed_add_zones(feed, shipped(parent, "knowledge/lists/free_subdomain_hosts.txt"), SITE_FREE);
    feed_add_zones(feed, shipped(parent, "knowledge/dyndns.txt"), SITE_DYNAMIC);
    return feed;
}

struct bytes feed_data_tokens(const void *parent)
{
    return shipped(parent, "knowledge/brand_tokens.txt");
}

struct groups *feed_data_recorded(const void *parent, const char *path, struct error *err)
{
    struct bytes text;
    struct feed *feed = data_read(parent, path, &text, err) ? feed_data(parent, err) : NULL;
    struct group_state *state =
        feed == NULL ? NULL : group_state_read(parent, feed, text, path, err);
    if (state == NULL)
        return NULL;
    feed_seal(feed);
    return groups_recorded(parent, template_learn(parent, feed, feed_data_tokens(parent)), state);
}
