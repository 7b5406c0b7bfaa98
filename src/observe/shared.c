/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/shared.h"

#include "base/file.h"
#include "base/table.h"
#include "observe/brand_load.h"

#include <stdio.h>
#include <talloc.h>

#define LIST_BYTES 1000000

struct shared_domains {
    struct table *listed;
    const struct brand_index *brands;
};

static const char *const lists[] = {"high_trust_sender_root_domains",
                                    "free_email_providers",
                                    "free_file_hosts",
                                    "free_subdomain_hosts",
                                    "self_service_creation_platform_domains",
                                    "social_landing_hosts",
                                    "url_shorteners",
                                    "bulk_mailer_url_root_domains",
                                    "replyto_service_domains"};

struct shared_domains *shared_load(const void *parent, const char *lists_folder,
                                   const char *brands_path, struct error *err)
{
    struct shared_domains *shared = talloc(parent, struct shared_domains);
    struct arena *arena = arena_new(shared);
    *shared = (struct shared_domains){table_new(shared), brand_load(shared, brands_path, err)};
    bool ok = shared->brands != NULL;
    for (size_t i = 0; ok && i < sizeof lists / sizeof *lists; i++) {
        char path[600];
        struct bytes text = BYTES_NONE, line;
        snprintf(path, sizeof path, "%s/%s.txt", lists_folder, lists[i]);
        ok = file_load(arena, path, LIST_BYTES, &text, err);
        for (size_t at = 0; ok && at < text.len; at += line.len + 1) {
            size_t end = bytes_find_byte(text, '\n', at);
            line = bytes_sub(text, at, (end == BYTES_NPOS ? text.len : end) - at);
            struct bytes domain = bytes_trim(line);
            if (domain.len > 0 && domain.at[0] != '#')
                table_set(shared->listed, domain, shared);
        }
    }
    if (ok)
        return shared;
    talloc_free(shared);
    return NULL;
}

bool shared_is(const struct shared_domains *shared, struct bytes domain)
{
    return shared != NULL && domain.len > 0 &&
           (table_get(shared->listed, domain) != NULL ||
            brand_of_domain(shared->brands, domain) != NULL);
}
