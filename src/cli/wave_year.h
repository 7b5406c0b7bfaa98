/* SPDX-License-Identifier: Apache-2.0
 *
 * `noroshi wave --year` and `--figures`: a year held against the one before (wave/year.h), as a table
 * on standard output.  Under each row its whole without it, last what no row explains, then the
 * findings, a "!" before each. */
#ifndef NOROSHI_CLI_WAVE_YEAR_H
#define NOROSHI_CLI_WAVE_YEAR_H

#include "cli/store_option.h"

/* The printed figures of OPTION's --figures; false and ERR where they cannot be read. */
bool wave_year_of_file(struct arena *arena, const struct store_option *option, struct error *err);
/* Categories of threats in STORE in OPTION's --year; false and ERR where STORE cannot be read. */
bool wave_year_of_store(struct arena *arena, struct store *store, const struct store_option *option,
                        struct error *err);

#endif
