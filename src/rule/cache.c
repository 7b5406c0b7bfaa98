/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/cache.h"

struct cache {
    int unused;
};

struct cache *cache_open(const char *path)
{
    (void)path;
    return NULL;
}

struct literal_set *cache_literal_set(struct cache *cache, const void *parent, const struct bytes *literal,
                                      uint32_t count)
{
    (void)cache;
    return literal_set_new(parent, literal, count);
}

void cache_close(struct cache *cache, const struct patterns *patterns)
{
    (void)cache, (void)patterns;
}
