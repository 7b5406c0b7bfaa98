/* SPDX-License-Identifier: Apache-2.0
 *
 * Domains that many people share: large platforms, hosts for anybody's files, shorteners, free
 * mail, bulk mailers, and the domains brands own.  A mail that links one of them says nothing
 * against the domain, so it is never an indicator to block.
 *
 * Out of data: the lists of knowledge/lists named in shared.c, and knowledge/brands.yml. */
#ifndef NOROSHI_OBSERVE_SHARED_H
#define NOROSHI_OBSERVE_SHARED_H

#include "base/bytes.h"
#include "base/error.h"

struct shared_domains;

/* From the folder of lists and the file of brands, under PARENT; NULL and ERR. */
struct shared_domains *shared_load(const void *parent, const char *lists_folder,
                                   const char *brands_path, struct error *err);
/* Whether DOMAIN is one; SHARED may be NULL: none is. */
bool shared_is(const struct shared_domains *shared, struct bytes domain);

#endif
