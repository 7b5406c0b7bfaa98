/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/tool.h"
#include "shell/wallet.h"

#include <assert.h>

/* One automaton over all words (Aho and Corasick 1975), built on first use and shared: strings are read
 * once, whatever the number of words. */

enum mode { MODE_CONFIG, MODE_NAME, MODE_PAIR };

static const struct {
    const char *word;
    enum behaviour behaviour;
    enum mode mode;
} words[] = {
#define WORD(word, behaviour, mode) {word, BEHAVIOUR_##behaviour, MODE_##mode},
#include "shell/word.def"
#undef WORD
};
#define WORD_COUNT (sizeof words / sizeof words[0])
#define STATES_MAX 2048

static struct {
    uint16_t next[STATES_MAX][64]; /* by letter class */
    uint16_t fail[STATES_MAX];
    uint8_t hit[STATES_MAX];   /* 1 + word that ends here, or 0 */
    bool any[STATES_MAX];      /* a word ends here or on the way of failures */
    uint16_t also[STATES_MAX]; /* the next state on the way of failures with a hit, or 0 */
    uint8_t class[256];
    uint32_t count;
    bool built;
} automaton;

static void words_insert(void)
{
    uint8_t classes = 1; /* 0: every letter no word has */
    automaton.count = 1;
    for (size_t i = 0; i < WORD_COUNT; i++) {
        uint16_t state = 0;
        for (const char *c = words[i].word; *c != 0; c++) {
            uint8_t letter = ascii_lower((uint8_t)*c);
            if (automaton.class[letter] == 0) {
                automaton.class[letter] = classes++;
                if (letter >= 'a' && letter <= 'z')
                    automaton.class[letter - 32] = automaton.class[letter];
            }
            uint16_t *next = &automaton.next[state][automaton.class[letter]];
            if (*next == 0) {
                assert(automaton.count < STATES_MAX && classes <= 64);
                *next = (uint16_t)automaton.count++;
            }
            state = *next;
        }
        automaton.hit[state] = (uint8_t)(i + 1);
    }
}

static void automaton_build(void)
{
    static uint16_t queue[STATES_MAX];
    uint32_t head = 0, tail = 0;
    words_insert();
    for (int c = 0; c < 64; c++)
        if (automaton.next[0][c] != 0)
            queue[tail++] = automaton.next[0][c];
    while (head < tail) {
        uint16_t state = queue[head++], fail = automaton.fail[state];
        automaton.also[state] = automaton.hit[fail] != 0 ? fail : automaton.also[fail];
        automaton.any[state] = automaton.hit[state] != 0 || automaton.also[state] != 0;
        for (int c = 0; c < 64; c++) {
            uint16_t next = automaton.next[state][c];
            if (next == 0) {
                automaton.next[state][c] = automaton.next[fail][c];
            } else {
                automaton.fail[next] = automaton.next[fail][c];
                queue[tail++] = next;
            }
        }
    }
    automaton.built = true;
}

/* The role a word's sight has: the text's own, or used where a CONFIG word stands in kept text. */
static void word_seen(struct machine *m, size_t word, enum shell_role role, struct bytes text,
                      size_t end)
{
    enum behaviour b = words[word].behaviour;
    size_t from = end > 60 ? end - 60 : 0;
    struct bytes near = bytes_sub(text, from, 100);
    if (words[word].mode == MODE_PAIR) {
        m->pairs[b] |= 1ULL << (word & 63U);
        bool sought = role == ROLE_SEARCHED && b != BEHAVIOUR_C13;
        if (__builtin_popcountll(m->pairs[b]) < 2 || role == ROLE_REMOVED || sought)
            return;
        sense(m, b, ROLE_USED, near);
    } else if (role == ROLE_TEXT) {
        sense(m, b, words[word].mode == MODE_CONFIG ? ROLE_USED : ROLE_TEXT, near);
    } else {
        bool sprays = b == BEHAVIOUR_L7 && role == ROLE_USED && m->loops > 0;
        (sprays ? sense_sure : sense)(m, b, role, near); /* an exploit for every host of a list */
    }
}

void sense_text(struct machine *m, struct bytes text, enum shell_role role)
{
    if (!automaton.built)
        automaton_build();
    uint32_t state = 0;
    for (size_t i = 0; i < text.len; i++) {
        state = automaton.next[state][automaton.class[text.at[i]]];
        if (automaton.any[state])
            for (uint32_t s = state; s != 0; s = automaton.also[s])
                if (automaton.hit[s] != 0)
                    word_seen(m, automaton.hit[s] - 1U, role, text, i + 1);
    }
    size_t run = 0; /* letters of base58 in a row */
    for (size_t i = 0; text.len >= 95 && i < text.len; i++) {
        uint8_t c = text.at[i];
        run = ascii_is_alnum(c) ? run + 1 : 0;
        if (run == 95 && (i + 1 == text.len || !ascii_is_alnum(text.at[i + 1])) &&
            wallet_is_monero(bytes_sub(text, i - 94, 95)))
            sense(m, BEHAVIOUR_M2, role == ROLE_TEXT ? ROLE_USED : role,
                  bytes_sub(text, i - 94, 95));
    }
}
