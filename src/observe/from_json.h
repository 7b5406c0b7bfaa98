/* SPDX-License-Identifier: Apache-2.0
 *
 * A model out of its JSON, as `scan --model` prints it: for rule tests and conformance facts.
 *
 * Fields the JSON leaves out are NULL, or [] where they are arrays; unknown keys are left out; a value
 * of another type than its field has is NULL. */
#ifndef NOROSHI_OBSERVE_FROM_JSON_H
#define NOROSHI_OBSERVE_FROM_JSON_H

#include "observe/model.h"

/* A model whose root is an object of TYPE with the fields of MAP, in ARENA. */
struct model *model_from_json(struct arena *arena, enum type type, struct value map);

#endif
