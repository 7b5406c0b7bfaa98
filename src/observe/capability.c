/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/capability.h"

const struct capability_row capability_rows[CAPABILITY_COUNT] = {
#define CAPABILITY(id, name, what) [CAPABILITY_##id] = {name, what},
#include "observe/capability.def"
#undef CAPABILITY
};
