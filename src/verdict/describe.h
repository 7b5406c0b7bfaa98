/* SPDX-License-Identifier: Apache-2.0
 *
 * Who and what a mail says it is: the head of a verdict, from the data model. */
#ifndef NOROSHI_VERDICT_DESCRIBE_H
#define NOROSHI_VERDICT_DESCRIBE_H

#include "observe/model.h"
#include "verdict/verdict.h"

/* Fill subject, sender, date_us and language of V. */
void verdict_describe(struct verdict *v, struct model *model);

#endif
