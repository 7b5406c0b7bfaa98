/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/host.h"
#include "shell/tool.h"
#include "shell/wallet.h"

#include <assert.h>

/* One automaton over all words (Aho and Corasick 1975), built on first use and shared: strings are read
 * once, whatever the number of words. */

#define NOTE_BYTES 1500

enum mode { MODE_CONFIG, MODE_NAME, MODE_PAIR, MODE_NEAR };

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
#define HEADS 131072u
#define LONG_BYTES 512u
#define LOOKED_BYTES_MORE ((size_t)128 * 1024)

static struct {
    uint16_t next[STATES_MAX][64]; /* by letter class */
    uint16_t fail[STATES_MAX];
    uint8_t hit[STATES_MAX];   /* 1 + word that ends here, or 0 */
    bool any[STATES_MAX];      /* a word ends here or on the way of failures */
    uint16_t also[STATES_MAX]; /* the next state on the way of failures with a hit, or 0 */
    uint8_t class[256];
    uint64_t heads[HEADS / 64]; /* bit set of head_of() of every word: where one may begin */
    uint32_t count;
    bool built;
} automaton;

/* The first four letters at AT, case folded, in HEADS classes: a filter before the automaton. */
static uint32_t head_of(const uint8_t *at)
{
    uint32_t letters;
    memcpy(&letters, at, sizeof letters);
    return (letters | 0x20202020u) * 2654435769u >> 15; /* Knuth's multiplier */
}

/* Every second place is looked at: there stand a word's first four letters, or the four after its first.
 * WORD has at least four letters, and a NUL behind them. */
static void heads_add(const uint8_t *word)
{
    uint32_t head = head_of(word);
    automaton.heads[head / 64] |= 1ULL << (head % 64);
    uint8_t next[4] = {word[1], word[2], word[3], word[4]};
    for (uint32_t last = word[4]; last < 256; last++) { /* any letter behind a word of four */
        next[3] = (uint8_t)last;
        head = head_of(next);
        automaton.heads[head / 64] |= 1ULL << (head % 64);
        if (word[4] != 0)
            break;
    }
}

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
        heads_add((const uint8_t *)words[i].word);
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

/* Whether the NEAR word that ends at END of TEXT stands far behind the one seen before it. */
static bool is_far(struct machine *m, struct bytes text, size_t end)
{
    bool far = m->near_text == text.at && end > m->near_end + NOTE_BYTES;
    m->near_text = text.at;
    m->near_end = end;
    return far;
}

/* Whether the address behind a word that ends at END of TEXT is one of a lab or a test, in a program's own
 * strings: what a program says is not yet what it does. */
static bool is_example(const struct machine *m, struct bytes text, size_t end)
{
    size_t slash = bytes_find_byte(text, '/', end);
    if (!m->options->is_program || slash == BYTES_NPOS || text.at[end - 1] != '/')
        return false;
    enum host_kind kind = host_kind_of(bytes_sub(text, end, slash - end));
    return kind == HOST_PRIVATE || kind == HOST_LOCAL;
}

/* The role a word's sight has: the text's own, or used where a CONFIG word stands in kept text. */
static void word_seen(struct machine *m, size_t word, enum shell_role role, struct bytes text,
                      size_t end)
{
    enum behaviour b = words[word].behaviour;
    size_t from = end > 60 ? end - 60 : 0;
    struct bytes near = bytes_sub(text, from, 100);
    if (words[word].mode == MODE_PAIR || words[word].mode == MODE_NEAR) {
        if (words[word].mode == MODE_NEAR && is_far(m, text, end))
            m->pairs[b] = 0;
        m->pairs[b] |= 1ULL << (word & 63U);
        bool sought = role == ROLE_SEARCHED && b != BEHAVIOUR_C13;
        if (__builtin_popcountll(m->pairs[b]) < 2 || role == ROLE_REMOVED || sought)
            return;
        sense(m, b, ROLE_USED, near);
    } else if (m->printing || (b == BEHAVIOUR_B1 && is_example(m, text, end))) {
        sense(m, b, ROLE_SEARCHED, near);
    } else if (role == ROLE_TEXT) {
        sense(m, b, words[word].mode == MODE_CONFIG ? ROLE_USED : ROLE_TEXT, near);
    } else {
        bool sprays = b == BEHAVIOUR_L7 && role == ROLE_USED && m->loops > 0;
        (sprays ? sense_sure : sense)(m, b, role, near); /* an exploit for every host of a list */
    }
}

/* All words in TEXT, each as (end, word) to SEE. */
static void words_find(struct bytes text, void (*see)(void *own, size_t end, uint8_t word),
                       void *own)
{
    uint32_t state = 0;
    for (size_t i = 0; i < text.len; i++) {
        size_t at = i;
        for (; state == 0 && at + 3 < text.len; at += 2) {
            uint32_t head = head_of(text.at + at);
            if ((automaton.heads[head / 64] >> (head % 64) & 1) != 0)
                break;
        }
        i = at > i ? at - 1 : i; /* a word may begin one place before */
        state = automaton.next[state][automaton.class[text.at[i]]];
        if (automaton.any[state])
            for (uint32_t s = state; s != 0; s = automaton.also[s])
                if (automaton.hit[s] != 0)
                    see(own, i + 1, (uint8_t)(automaton.hit[s] - 1));
    }
}

struct hits {
    struct arena *arena;
    struct shell_word_hit *at;
    uint32_t count, capacity;
};

static void hit_add(void *own, size_t end, uint8_t word)
{
    struct hits *hits = own;
    if (hits->count == hits->capacity) {
        uint32_t capacity = hits->capacity == 0 ? 16 : hits->capacity * 2;
        struct shell_word_hit *grown = arena_array_of(hits->arena, capacity, struct shell_word_hit);
        if (hits->count > 0)
            memcpy(grown, hits->at, hits->count * sizeof *grown);
        hits->at = grown, hits->capacity = capacity;
    }
    hits->at[hits->count++] = (struct shell_word_hit){(uint32_t)end, word};
}

struct seeing {
    struct machine *m;
    struct bytes text;
    enum shell_role role;
};

static void hit_see(void *own, size_t end, uint8_t word)
{
    struct seeing *seeing = own;
    word_seen(seeing->m, word, seeing->role, seeing->text, end);
}

/* TEXT is a stretch of LAYER's own text: its words were found once for all. */
static void layer_words_see(struct seeing *seeing, struct shell_layer *layer, size_t from)
{
    if (!layer->words_sought) {
        struct hits hits = {.arena = seeing->m->arena};
        words_find(layer->text, hit_add, &hits);
        layer->word_hit = hits.at, layer->word_hit_count = hits.count, layer->words_sought = true;
    }
    uint32_t low = 0, high = layer->word_hit_count;
    while (low < high) { /* the first hit that ends after FROM */
        uint32_t middle = low + (high - low) / 2;
        if (layer->word_hit[middle].end <= from)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < layer->word_hit_count && layer->word_hit[low].end <= from + seeing->text.len;
         low++) {
        size_t end = layer->word_hit[low].end - from, word = layer->word_hit[low].word;
        if (strlen(words[word].word) <= end)
            hit_see(seeing, end, (uint8_t)word);
    }
}

/* Monero addresses: 95 letters of base58 with a checksum. */
static void wallets_see(struct machine *m, struct bytes text, enum shell_role role)
{
    for (size_t i = 0; i + 95 <= text.len;) {
        size_t run = 95; /* from the last letter of the 95 backwards: most stretches end soon */
        while (run > 0 && ascii_is_alnum(text.at[i + run - 1]))
            run--;
        if (run > 0) {
            i += run;
            continue;
        }
        size_t end = i + 95;
        while (end < text.len && ascii_is_alnum(text.at[end]))
            end++;
        bool starts = i == 0 || !ascii_is_alnum(text.at[i - 1]);
        if (starts && end == i + 95 && wallet_is_monero(bytes_sub(text, i, 95)))
            sense(m, BEHAVIOUR_M2, role == ROLE_TEXT ? ROLE_USED : role, bytes_sub(text, i, 95));
        i = end + 1;
    }
}

/* Whether a long TEXT outside the layer was looked through already, or enough of such texts was. */
static bool is_known(struct machine *m, struct bytes text, enum shell_role role)
{
    if (text.len < LONG_BYTES)
        return false;
    for (uint32_t i = 0; i < TEXTS_KEPT; i++)
        if (m->looked[i].at == text.at && m->looked[i].len == text.len && m->looked_role[i] == role)
            return true;
    m->looked_bytes += text.len; /* what grows piece by piece would cost its square */
    if (m->looked_bytes > m->report->layer[0]->text.len + LOOKED_BYTES_MORE)
        return true;
    uint32_t next = m->looked_count++ % TEXTS_KEPT;
    m->looked[next] = text, m->looked_role[next] = role;
    return false;
}

void sense_text(struct machine *m, struct bytes text, enum shell_role role)
{
    struct seeing seeing = {m, text, role};
    if (!automaton.built)
        automaton_build();
    size_t from = 0;
    if (text.len < 4) /* no word is that short */
        return;
    if (bytes_inside(m->layer->text, text, &from))
        layer_words_see(&seeing, m->layer, from);
    else if (is_known(m, text, role))
        return;
    else
        words_find(text, hit_see, &seeing);
    if (text.len >= 95)
        wallets_see(m, text, role);
}
