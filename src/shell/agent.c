/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/agent.h"

#include "base/text.h"

bool agent_is(struct bytes text)
{
    return text.len < 65536 && bytes_find(text, BYTES("<plist"), 0) != BYTES_NPOS &&
           bytes_find(text, BYTES("<key>Program"), 0) != BYTES_NPOS;
}

/* WORD in single quotes, its entities undone. */
static void word_add(struct text *out, struct bytes word)
{
    static const struct {
        const char *name;
        uint8_t letter;
    } entities[] = {{"&amp;", '&'}, {"&gt;", '>'}, {"&lt;", '<'}, {"&quot;", '"'}, {"&apos;", '\''}};
    text_add_byte(out, '\'');
    for (size_t i = 0; i < word.len; i++) {
        uint8_t letter = word.at[i];
        for (size_t k = 0; word.at[i] == '&' && k < sizeof entities / sizeof entities[0]; k++)
            if (bytes_starts(bytes_from(word, i), bytes_of_string(entities[k].name))) {
                letter = entities[k].letter, i += strlen(entities[k].name) - 1;
                break;
            }
        if (letter == '\'')
            text_add_string(out, "'\\''");
        else
            text_add_byte(out, letter);
    }
    text_add_string(out, "' ");
}

struct bytes agent_unit(struct arena *arena, struct bytes text)
{
    struct text out;
    text_init(&out, arena, 65536);
    size_t at = bytes_find(text, BYTES("<key>Program"), 0);
    size_t array = at == BYTES_NPOS ? 0 : bytes_find(text, BYTES("</array>"), at);
    text_add_string(&out, "ExecStart=");
    while (at != BYTES_NPOS && (at = bytes_find(text, BYTES("<string>"), at)) < array) {
        size_t end = bytes_find(text, BYTES("</string>"), at += 8);
        word_add(&out, bytes_sub(text, at, end == BYTES_NPOS ? 0 : end - at));
    }
    return text_bytes(&out);
}
