/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/companion.h"

#include "base/text.h"
#include "tap.h"

#include <stdio.h>
#include <string.h>
#include <talloc.h>

static char seen[1024];

static void note(void *context, const struct verdict *v)
{
    size_t len = strlen(seen);
    (void)context;
    snprintf(seen + len, sizeof seen - len, "%.*s=%s ", BYTES_FMT(v->path),
             verdict_names[v->class]);
}

/* One result: M malicious script, B could be a companion, C clean, P malicious but no script,
 * Y a malicious program in Python. */
static void add(struct companions *companions, char what, const char *path)
{
    struct verdict v = {.path = bytes_of_string(path),
                        .kind = what == 'P' ? BYTES("pdf")
                                : what == 'Y' ? BYTES("python")
                                              : BYTES("shell"),
                        .class = what == 'M' || what == 'P' || what == 'Y' ? VERDICT_MALICIOUS : VERDICT_CLEAN,
                        .beside = what == 'B' ? BYTES("miner") : BYTES("")};
    companions_add(companions, &v);
}

static void check(const char *name, const char *const *steps, const char *expected)
{
    void *parent = talloc_new(NULL);
    struct companions *companions = companions_new(parent, note, NULL);
    seen[0] = 0;
    for (; *steps != NULL; steps++)
        add(companions, (*steps)[0], *steps + 1);
    companions_end(companions);
    tap_ok(strcmp(seen, expected) == 0, "%s: %s", name, seen);
    talloc_free(parent);
}

int main(void)
{
    check("before and after the malicious one", (const char *const[]){"Bd/a", "Md/b", "Bd/c", NULL},
          "d/b=malicious d/a=suspicious d/c=suspicious ");
    check("alone", (const char *const[]){"Bd/a", "Cd/b", NULL}, "d/b=clean d/a=clean ");
    check("another folder", (const char *const[]){"Bd/a", "Me/b", "Be2/c", NULL},
          "d/a=clean e/b=malicious e2/c=clean ");
    check("a folder below is another", (const char *const[]){"Bd/a", "Md/e/b", "Bd/z", NULL},
          "d/e/b=malicious d/a=clean d/z=clean ");
    check("back from a folder below", (const char *const[]){"Bd/a", "Cd/e/b", "Md/z", NULL},
          "d/e/b=clean d/z=malicious d/a=suspicious ");
    check("clean ones stay clean", (const char *const[]){"Md/a", "Cd/b", NULL},
          "d/a=malicious d/b=clean ");
    check("a program raises too", (const char *const[]){"Bd/a", "Yd/b", NULL},
          "d/b=malicious d/a=suspicious ");
    check("one in four is a set", (const char *const[]){"Md/a", "Bd/b", "Cd/c", "Cd/d", NULL},
          "d/a=malicious d/c=clean d/d=clean d/b=suspicious ");
    check("one in five is none", (const char *const[]){"Md/a", "Bd/b", "Cd/c", "Cd/d", "Cd/e", NULL},
          "d/a=malicious d/c=clean d/d=clean d/e=clean d/b=clean ");
    check("one hit among many strangers",
          (const char *const[]){"Md/a", "Bd/b", "Cd/0", "Cd/1", "Cd/2", "Cd/3", "Cd/4", "Cd/5", "Cd/6", "Cd/7",
                                "Cd/8", "Cd/9", "Cd/a0", "Cd/a1", "Cd/a2", "Cd/a3", "Cd/a4", "Cd/a5", "Cd/a6",
                                "Cd/a7", "Cd/a8", "Cd/a9", "Cd/b0", "Cd/b1", "Cd/b2", "Cd/b3", "Cd/b4", "Cd/b5",
                                "Cd/b6", "Cd/b7", "Cd/b8", "Cd/b9", NULL},
          "d/a=malicious d/0=clean d/1=clean d/2=clean d/3=clean d/4=clean d/5=clean d/6=clean d/7=clean "
          "d/8=clean d/9=clean d/a0=clean d/a1=clean d/a2=clean d/a3=clean d/a4=clean d/a5=clean d/a6=clean "
          "d/a7=clean d/a8=clean d/a9=clean d/b0=clean d/b1=clean d/b2=clean d/b3=clean d/b4=clean d/b5=clean "
          "d/b6=clean d/b7=clean d/b8=clean d/b9=clean d/b=clean ");
    check("only scripts raise", (const char *const[]){"Pd/a", "Bd/b", NULL},
          "d/a=malicious d/b=clean ");
    return tap_end();
}
