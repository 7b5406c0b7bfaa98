/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the shipped content is: rules, knowledge, lists, samples.
 *
 * In order: $NOROSHI_DATA, the folder above the program's own (a source tree or an unpacked release), the
 * installed data folder. */
#ifndef NOROSHI_CLI_DATA_H
#define NOROSHI_CLI_DATA_H

#include "base/error.h"

/* "FOLDER/name" under PARENT, which exists; NULL and ERR with a hint where it is nowhere. */
char *data_path(const void *parent, const char *name, struct error *err);
/* The whole file at PATH in talloc'd memory under PARENT; false and ERR. */
bool data_read(const void *parent, const char *path, struct bytes *out, struct error *err);

struct shared_domains;
struct families;
/* What the shipped names of families, actors and campaigns mean; NULL and a warning as below. */
struct families *data_families(const void *parent);
/* The shipped lists of domains many people share, under PARENT; NULL and a warning where they are
 * nowhere. */
struct shared_domains *data_shared(const void *parent);

#endif
