/* SPDX-License-Identifier: Apache-2.0
 *
 * The files learning keeps, read whole; file_save (base/file.h) writes them. */
#ifndef NOROSHI_LEARN_KEEP_H
#define NOROSHI_LEARN_KEEP_H

#include "base/error.h"

/* The bytes of PATH in talloc'd memory under PARENT; false and ERR. */
bool keep_read(const void *parent, const char *path, struct bytes *out, struct error *err);

#endif
