/* SPDX-License-Identifier: Apache-2.0
 *
 * fill STORE COUNT [hostile]: COUNT invented verdicts of the first quarter of 2021 into a store. */
#include "base/civil.h"
#include "store/store.h"
#include "support/synthetic.h"

#include <stdio.h>
#include <stdlib.h>
#include <talloc.h>

int main(int argc, char **argv)
{
    if (argc < 3) {
        fputs("usage: fill STORE COUNT [hostile]\n", stderr);
        return 2;
    }
    struct error err = {0};
    struct arena *arena = arena_new(NULL);
    struct synthetic what = {.total = (uint32_t)atoi(argv[2]),
                             .from_day = civil_days(2021, 1, 1),
                             .days = 90,
                             .hostile = argc > 3};
    struct store *store = store_open(NULL, argv[1], &err);
    bool ok = store != NULL;
    for (uint32_t n = 0; ok && n < what.total; n++) {
        arena_reset(arena);
        ok = store_add(store, synthetic_verdict(arena, &what, n), BYTES_NONE, &err);
    }
    ok = ok && store_close(store, &err);
    if (!ok)
        error_print(&err);
    talloc_free(arena);
    return ok ? 0 : 1;
}
