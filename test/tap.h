/* SPDX-License-Identifier: Apache-2.0
 *
 * The test harness: tables of {name, input, expected}, one TAP line a row.
 *
 *     int main(void) { tap_ok(1 + 1 == 2, "addition"); return tap_end(); }
 *
 * A failed row is told with what was seen and what was expected, the others go on. */
#ifndef NOROSHI_TEST_TAP_H
#define NOROSHI_TEST_TAP_H

#include "base/bytes.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* One second of CPU time; the sanitised build is several times slower. */
#ifdef __SANITIZE_ADDRESS__
#define TAP_SECOND_MS 8000
#else
#define TAP_SECOND_MS 1000
#endif

static int tap_count, tap_failed;

__attribute__((format(printf, 2, 3), unused)) static bool tap_ok(bool ok, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    printf("%sok %d - ", ok ? "" : "not ", ++tap_count);
    vprintf(format, args);
    putchar('\n');
    va_end(args);
    tap_failed += !ok;
    return ok;
}

static void tap_show(const char *label, struct bytes b)
{
    printf("#   %s: ", label);
    if (b.at == NULL)
        fputs("(absent)", stdout);
    for (size_t i = 0; i < b.len && i < 400; i++)
        if (b.at[i] < 0x20 || b.at[i] == 0x7F)
            printf("\\x%02x", b.at[i]);
        else
            putchar(b.at[i]);
    putchar('\n');
}

__attribute__((unused)) static bool tap_bytes(struct bytes seen, struct bytes expected, const char *name)
{
    bool same = bytes_equal(seen, expected) && (seen.at == NULL) <= (expected.at == NULL);
    if (!tap_ok(same, "%s", name)) {
        tap_show("seen    ", seen);
        tap_show("expected", expected);
    }
    return same;
}

__attribute__((unused)) static bool tap_string(struct bytes seen, const char *expected, const char *name)
{
    return tap_bytes(seen, bytes_of_string(expected), name);
}

__attribute__((unused)) static bool tap_int(int64_t seen, int64_t expected, const char *name)
{
    if (!tap_ok(seen == expected, "%s", name))
        printf("#   seen %" PRId64 ", expected %" PRId64 "\n", seen, expected);
    return seen == expected;
}

/* The whole file in malloc'd memory; ends the test run where it cannot be read. */
__attribute__((unused)) static struct bytes tap_read(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        printf("Bail out! cannot read %s\n", path);
        exit(1);
    }
    size_t len = 0, room = 4096;
    uint8_t *at = malloc(room);
    for (size_t n; at != NULL && (n = fread(at + len, 1, room - len, file)) > 0;) {
        len += n;
        if (len == room)
            at = realloc(at, room *= 2);
    }
    fclose(file);
    return bytes_of(at, len);
}

__attribute__((unused)) static int tap_end(void)
{
    printf("1..%d\n", tap_count);
    return tap_failed == 0 ? 0 : 1;
}

#endif
