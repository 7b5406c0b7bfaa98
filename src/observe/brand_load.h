/* SPDX-License-Identifier: Apache-2.0
 *
 * Brands from data (knowledge/brands.yml): name, sector, aliases, the domains that are theirs. */
#ifndef NOROSHI_OBSERVE_BRAND_LOAD_H
#define NOROSHI_OBSERVE_BRAND_LOAD_H

#include "base/error.h"
#include "observe/brand.h"

/* The index over the brands in the file at PATH, under PARENT; NULL and ERR with line and column. */
struct brand_index *brand_load(const void *parent, const char *path, struct error *err);

#endif
