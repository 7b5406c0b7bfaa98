/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/taint.h"

#include "base/text.h"

const struct taint_row taint_rows[TAINT_COUNT] = {
#define TAINT(id, name, secret, en, ja) {name, {en, ja}, secret},
#include "shell/taint.def"
#undef TAINT
};

uint32_t taint_secrets(void)
{
    return 0
#define TAINT(id, name, secret, en, ja) | ((secret) != 0 ? TAINT_BIT(id) : 0U)
#include "shell/taint.def"
#undef TAINT
        ;
}

static const struct shell_step *way_of(const struct shell_step *step, enum taint source)
{
    uint32_t bit = 1U << source;
    if (step->before != NULL && (step->before->taint & bit) != 0)
        return step->before;
    if (step->also != NULL && (step->also->taint & bit) != 0)
        return step->also;
    return (step->taint & bit) != 0 ? NULL : step->before;
}

const struct shell_step *step_before(const struct shell_step *step, enum taint source)
{
    const struct shell_step *before = way_of(step, source), *next;
    while (before != NULL && before->also != NULL && (next = way_of(before, source)) != NULL)
        before = next;
    return before;
}

enum taint taint_first_secret(uint32_t taint)
{
    for (uint32_t i = 0; i < TAINT_COUNT; i++)
        if (taint_rows[i].secret && (taint & 1U << i) != 0)
            return (enum taint)i;
    return TAINT_COUNT;
}

struct bytes string_hole(struct arena *arena, const char *before, struct bytes name,
                         const char *after)
{
    size_t head = strlen(before), tail = strlen(after), len = 1 + head + name.len + tail;
    uint8_t *at = arena_alloc_raw(arena, len);
    at[0] = 0;
    memcpy(at + 1, before, head);
    if (name.len > 0)
        memcpy(at + 1 + head, name.at, name.len);
    memcpy(at + len - tail, after, tail);
    return bytes_of(at, len);
}

struct bytes string_shown(struct arena *arena, struct bytes text)
{
    if (text.len == 0 || memchr(text.at, 0, text.len) == NULL)
        return text;
    struct text out;
    text_init(&out, arena, 0);
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] != 0)
            text_add_byte(&out, text.at[i]);
    return text_bytes(&out);
}
