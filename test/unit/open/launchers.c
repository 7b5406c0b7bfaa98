/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture/fixture.h"

int main(void)
{
    fixture_run("test/fixture/launchers.py", fixture_check);
    return tap_end();
}
