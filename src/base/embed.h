/* SPDX-License-Identifier: Apache-2.0
 *
 * Files that are part of the program: tools/embed writes them into a C table at build time. */
#ifndef NOROSHI_BASE_EMBED_H
#define NOROSHI_BASE_EMBED_H

#include "base/bytes.h"

struct embedded {
    const char *name; /* file name without its folder; NULL ends a table */
    struct bytes content;
};

#endif
