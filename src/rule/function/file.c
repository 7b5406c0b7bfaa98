/* SPDX-License-Identifier: Apache-2.0
 * What openers found in one file: oletools, calendars, metadata, codes, members of archives. */
#include "observe/attachment.h"
#include "observe/explode.h"
#include "observe/inspection.h"
#include "rule/compile.h"

static struct value inspected(struct call *call,
                              struct value (*inspect)(struct model *, const struct node *))
{
    if (call->arg[0].tag != VALUE_OBJECT)
        return value_null();
    const struct node *node = object_node(call->arg[0].as.object);
    if (node == NULL)
        return object_is_stored(call->arg[0].as.object) ? value_lacking(CAPABILITY_BODY)
                                                        : value_null();
    if (!run_take(call->run, 16 + node->content.len / 1024))
        return value_lacking(CAPABILITY_BUDGET);
    return inspect(call->model, node);
}

struct value function_oletools(struct call *call)
{
    return inspected(call, model_oletools);
}

struct value function_parse_ics(struct call *call)
{
    return inspected(call, model_calendar);
}

struct value function_parse_exif(struct call *call)
{
    return inspected(call, model_metadata);
}

struct value function_scan_qr(struct call *call)
{
    return inspected(call, model_codes);
}

struct value function_expand_archives(struct call *call)
{
    return inspected(call, model_members);
}
