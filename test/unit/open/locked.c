/* SPDX-License-Identifier: Apache-2.0
 *
 * At least eighty ways of not being looked into, and none of them may pass as clean. */
#include "fixture/fixture.h"

int main(void)
{
    int count = fixture_run("test/fixture/locked.py", fixture_check);
    tap_ok(count >= 160, "%d files: each case bare, most in a mail too", count);
    return tap_end();
}
