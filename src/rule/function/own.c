/* SPDX-License-Identifier: Apache-2.0
 * noroshi.*, and numbers. */
#include "rule/needle.h"

/* Whether a node below (and with) the model's own has one of these anomalies. */
struct value function_anomaly(struct call *call)
{
    const struct node *root = call->model->node;
    for (uint32_t i = 0; root != NULL && i < call->count; i++) {
        struct value v = call->arg[i];
        for (const struct node *node = root; node != NULL; node = node_walk(root, node))
            for (const struct anomaly *anomaly = node->first_anomaly; anomaly != NULL;
                 anomaly = anomaly->next)
                if (bytes_equal(bytes_of_string(anomaly_rows[anomaly->code].name), value_bytes(v)))
                    return value_bool(true);
    }
    return value_bool(false);
}

/* Days since 1970-01-01 as a civil date (proleptic Gregorian). */
static void civil(int64_t days, int64_t *year, int *month, int *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t of_era = days - era * 146097;
    int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted = (5 * of_year + 2) / 153;
    *day = (int)(of_year - (153 * shifted + 2) / 5 + 1);
    *month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    *year = year_of_era + era * 400 + (*month <= 2);
}

/* Excel's 1900 system: day 1 is 1900-01-01, day 60 the 29 February 1900 that never was. */
struct value function_excel_date(struct call *call)
{
    struct value v = call->arg[0];
    double serial = v.tag == VALUE_INT ? (double)v.as.integer : v.as.number;
    if ((v.tag != VALUE_INT && v.tag != VALUE_FLOAT) || !(serial >= 1) || !(serial < 2958466))
        return value_null();
    int64_t year, days = (int64_t)serial;
    int month, day;
    civil(days - (days >= 60 ? 25569 : 25568), &year, &month, &day);
    return value_string(arena_printf(call->arena, "%04d-%02d-%02d", (int)year, month, day));
}

static struct value extreme(struct call *call, bool least)
{
    struct value best = value_null();
    uint32_t unknown = 0;
    for (uint32_t i = 0; i < call->count; i++) {
        struct value v = call->arg[i];
        if (v.tag == VALUE_NULL)
            return v;
        if (v.tag == VALUE_UNKNOWN)
            unknown |= v.len;
        else if (best.tag == VALUE_NULL || value_order(v, best) == (least ? -1 : 1))
            best = v;
    }
    return unknown != 0 ? value_unknown(unknown) : best;
}

struct value function_min(struct call *call)
{
    return extreme(call, true);
}
struct value function_max(struct call *call)
{
    return extreme(call, false);
}
