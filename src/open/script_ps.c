/* SPDX-License-Identifier: Apache-2.0 */
#include "open/script_eval.h"

struct script_statement *script_parse_ps(struct script *s, struct bytes source)
{
    (void)s, (void)source;
    return NULL;
}
struct script_value script_ps_value(struct script *s, struct script_expression *e);
struct script_value script_ps_value(struct script *s, struct script_expression *e)
{
    (void)s, (void)e;
    return script_unknown();
}
