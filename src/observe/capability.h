/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of what can be missing when a value is UNKNOWN: bits of value_unknown() (base/value.h). */
#ifndef NOROSHI_OBSERVE_CAPABILITY_H
#define NOROSHI_OBSERVE_CAPABILITY_H

#include "base/value.h"

enum capability {
#define CAPABILITY(id, name, what) CAPABILITY_##id,
#include "observe/capability.def"
#undef CAPABILITY
    CAPABILITY_COUNT
};

struct capability_row {
    const char *name, *what;
};
extern const struct capability_row capability_rows[CAPABILITY_COUNT];

static inline struct value value_lacking(enum capability capability)
{
    return value_unknown(UINT32_C(1) << capability);
}

#endif
