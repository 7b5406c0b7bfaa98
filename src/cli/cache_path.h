/* SPDX-License-Identifier: Apache-2.0
 *
 * Where compiled rules are kept when nobody says where. */
#ifndef NOROSHI_CLI_CACHE_PATH_H
#define NOROSHI_CLI_CACHE_PATH_H

#include <stdint.h>

/* The file for the rules at PATH[COUNT], below $XDG_CACHE_HOME/noroshi or ~/.cache/noroshi, its folders
 * made: one file for each such set, so that two of them do not drive each other out.  Where it is not there
 * yet, files that nobody has opened for a month are removed.  NULL where there is no home or no right to.
 * Child of PARENT. */
char *cache_path(const void *parent, const char *const *path, uint32_t count);

#endif
