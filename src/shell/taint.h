/* SPDX-License-Identifier: Apache-2.0
 *
 * Partial strings with their origin: what the abstract interpreter computes with.
 *
 * A string's text is what is known of it.  What is not known stands as a HOLE: a NUL byte (which no shell
 * string can hold) followed by the expression that would have given the value, "\0${HOST}".  So text
 * without NUL is wholly known, the same unknown variable has the same text everywhere (which is how
 * `wget -O $f; chmod +x $f; $f` is one file), and a string without its NULs reads like the source.
 *
 * TAINT is the set of sources the bytes come from; STEP is the way they went, newest first, one line of
 * the script each; ways meet where bytes of several sources are put together.  A step is made only for
 * tainted strings. */
#ifndef NOROSHI_SHELL_TAINT_H
#define NOROSHI_SHELL_TAINT_H

#include "base/arena.h"

enum taint {
#define TAINT(id, name, secret, en, ja) TAINT_##id,
#include "shell/taint.def"
#undef TAINT
    TAINT_COUNT
};
#define TAINT_BIT(id) (1U << TAINT_##id)

struct taint_row {
    const char *name, *what[2]; /* English, Japanese */
    bool secret;
};
extern const struct taint_row taint_rows[TAINT_COUNT];

struct shell_layer; /* shell/report.h */
struct shell_fetch;

struct shell_step {
    const struct shell_step *before; /* NULL: this is the source */
    const struct shell_step *also;   /* the way of other bytes that met these here; NULL: none */
    const struct shell_layer *layer;
    const struct shell_fetch *fetch; /* the download behind FETCHED, inherited; NULL: none */
    uint32_t taint;                  /* all that came this far */
    uint32_t line, offset, len;      /* the command in its layer */
};

struct shell_string {
    struct bytes text;
    uint32_t taint;
    const struct shell_step *step;
};

/* The taints that are secrets. */
uint32_t taint_secrets(void);
/* The step before STEP on the way SOURCE went, past where others only met it; NULL where it was read. */
const struct shell_step *step_before(const struct shell_step *step, enum taint source);
/* The first secret in TAINT, or TAINT_COUNT. */
enum taint taint_first_secret(uint32_t taint);

static inline struct shell_string string_of(struct bytes text)
{
    return (struct shell_string){.text = text};
}
/* Whether all of S is known. */
static inline bool string_is_known(struct shell_string s)
{
    return s.text.len == 0 || memchr(s.text.at, 0, s.text.len) == NULL;
}
/* "\0" EXPRESSION: an unknown value. */
struct bytes string_hole(struct arena *arena, const char *before, struct bytes name,
                         const char *after);
/* S without its hole marks, for people. */
struct bytes string_shown(struct arena *arena, struct bytes text);

#endif
