/* SPDX-License-Identifier: Apache-2.0 */
#include "report/technique.h"

static const struct {
    const char *id, *name;
} technique_rows[] = {
#define TECHNIQUE(id, name) {id, name},
#include "report/technique.def"
#undef TECHNIQUE
};

const char *technique_name(struct bytes id)
{
    for (size_t i = 0; i < sizeof technique_rows / sizeof *technique_rows; i++)
        if (bytes_equal(bytes_of_string(technique_rows[i].id), id))
            return technique_rows[i].name;
    return NULL;
}
