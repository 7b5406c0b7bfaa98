/* SPDX-License-Identifier: Apache-2.0 */
#include "know/allow.h"

#include "tap.h"

#include <talloc.h>

#define NOW_US INT64_C(1767225600000000) /* 2026-01-01 */

static const struct row {
    const char *name, *text;
    int entries; /* -1: refused */
    bool expired;
} rows[] = {
    {"an empty file", "", 0, false},
    {"a domain", "allow:\n  - domain: a.test\n    until: 2026-06-30\n    reason: ours\n", 1, false},
    {"its last day counts", "allow:\n  - domain: a.test\n    until: 2026-01-01\n    reason: ours\n", 1, false},
    {"past its end", "allow:\n  - sender: b@a.test\n    until: 2025-12-31\n    reason: ours\n", 1, true},
    {"never", "allow:\n  - rule: some\n    until: never\n    reason: noisy here\n", 1, false},
    {"no reason", "allow:\n  - domain: a.test\n    until: never\n", -1, false},
    {"no end", "allow:\n  - domain: a.test\n    reason: ours\n", -1, false},
    {"no scope", "allow:\n  - until: never\n    reason: all mail\n", -1, false},
    {"no date", "allow:\n  - domain: a.test\n    until: soon\n    reason: ours\n", -1, false},
    {"unknown field", "allow:\n  - domian: a.test\n    until: never\n    reason: ours\n", -1, false},
};

int main(void)
{
    void *parent = talloc_new(NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct error err = {0};
        struct allow_list *list = allow_parse(parent, bytes_of_string(rows[i].text), "test", NOW_US, &err);
        bool ok = rows[i].entries < 0 ? list == NULL && err.message[0] != 0
                                      : list != NULL && list->count == (uint32_t)rows[i].entries &&
                                            (list->count == 0 || list->item[0].expired == rows[i].expired);
        tap_ok(ok, "%s %s", rows[i].name, err.message);
    }
    talloc_free(parent);
    return tap_end();
}
