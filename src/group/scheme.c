/* SPDX-License-Identifier: Apache-2.0 */
#include "group/scheme.h"

#define TAIL_LONGEST 5u /* letters behind the hyphen */
#define HEAD_LONGEST 10u
#define EXTRA_MOST 6u /* letters a mutated label has more than its token */
#define INSERTED_MOST 2u
#define TOKEN_SHORTEST 4u
#define CHANGE_SHORTEST 5u /* shorter tokens bear no changed letter */
#define TOKEN_LONGEST 24u
#define FREE_TAIL 1u
#define PATH_LONGEST 7u

/* TOKEN's letters in order within LABEL from START on, at most INSERTED_MOST others between them. */
static bool spread(struct bytes label, size_t start, struct bytes token)
{
    size_t inserted = 0, k = 0;
    for (size_t i = start; i < label.len && k < token.len; i++) {
        if (label.at[i] == token.at[k])
            k++;
        else if (++inserted > INSERTED_MOST)
            return false;
    }
    return k == token.len;
}

/* Letters changed, added or left out between TOKEN and LABEL, whose end may run on for FREE_TAIL letters. */
static size_t edits(struct bytes label, struct bytes token)
{
    uint8_t row[TOKEN_LONGEST + 1], best = UINT8_MAX;
    for (size_t k = 0; k <= token.len; k++)
        row[k] = (uint8_t)k;
    for (size_t i = 0; i <= label.len; i++) {
        if (i + FREE_TAIL >= label.len && row[token.len] < best)
            best = row[token.len];
        uint8_t corner = row[0]++;
        for (size_t k = 1; k <= token.len && i < label.len; k++) {
            uint8_t change = (uint8_t)(corner + (label.at[i] != token.at[k - 1]));
            uint8_t step = (uint8_t)(1 + (row[k] < row[k - 1] ? row[k] : row[k - 1]));
            corner = row[k];
            row[k] = change < step ? change : step;
        }
    }
    return best;
}

/* Long tokens bear more: one letter in five and a half, from CHANGE_SHORTEST on. */
static bool changed(struct bytes label, struct bytes token)
{
    size_t most = token.len < CHANGE_SHORTEST ? 0 : token.len < 6 ? 1 : token.len < 10 ? 2 : 3;
    return most > 0 && token.len <= TOKEN_LONGEST && label.at[0] == token.at[0] &&
           label.len + most >= token.len && label.len <= token.len + most + FREE_TAIL &&
           edits(label, token) <= most;
}

bool scheme_mutated(struct bytes label, struct bytes token)
{
    if (token.len < TOKEN_SHORTEST || label.len > token.len + EXTRA_MOST)
        return false;
    if (bytes_equal(label, token))
        return token.len >= CHANGE_SHORTEST; /* an abbreviation nobody but a lookalike registers */
    for (size_t start = 0; start < 4 && start < label.len; start++)
        if (label.at[start] == token.at[0] && spread(label, start, token))
            return true;
    return label.len > 0 && changed(label, token);
}

static bool all_letters(struct bytes b)
{
    for (size_t i = 0; i < b.len; i++)
        if (!ascii_is_alpha(b.at[i]))
            return false;
    return b.len > 0;
}

static bool path_is_kit(const struct template_token *token, uint32_t count, uint8_t sector,
                        const struct feed_site *site)
{
    struct bytes path = feed_site_path(site);
    while (path.len > 0 && path.at[0] == '/')
        path = bytes_from(path, 1);
    while (path.len > 0 && path.at[path.len - 1] == '/')
        path.len--;
    if (path.len < 3 || path.len > PATH_LONGEST || !all_letters(path))
        return false;
    for (size_t i = 0; i < path.len; i++)
        if (path.at[i] < 'a')
            return false; /* /SMBC/ is another hand than /smbc/ */
    for (uint32_t i = 0; i < count; i++)
        if (token[i].sector == sector &&
            (bytes_equal(path, token[i].text) || scheme_mutated(path, token[i].text)))
            return true;
    return false;
}

enum scheme scheme_of(const struct template_token *token, uint32_t count, uint8_t sector,
                      const struct feed_site *site, uint8_t *token_out)
{
    *token_out = 0;
    if (site->sub_len > 0 && site->sub_len > 4)
        return SCHEME_NONE;
    struct bytes label = feed_site_label(site);
    size_t hyphen = bytes_find_byte(label, '-', 0);
    bool root = (site->flags & SITE_ROOT) != 0;
    bool kit = !root && path_is_kit(token, count, sector, site);
    if (!root && !kit)
        return SCHEME_NONE;
    if (hyphen == BYTES_NPOS) {
        if (kit)
            return SCHEME_KIT;
        if (!all_letters(label))
            return SCHEME_NONE;
        for (uint32_t i = 0; i < count; i++)
            if (token[i].sector == sector && scheme_mutated(label, token[i].text))
                return SCHEME_MUTATE;
        return SCHEME_NONE;
    }
    struct bytes head = bytes_sub(label, 0, hyphen), tail = bytes_from(label, hyphen + 1);
    if (!all_letters(head) || !all_letters(tail) || head.len > HEAD_LONGEST ||
        tail.len > TAIL_LONGEST)
        return kit ? SCHEME_KIT : SCHEME_NONE;
    for (uint32_t i = 0; i < count; i++)
        if (token[i].sector == sector && bytes_equal(head, token[i].text))
            *token_out = 1;
    return *token_out || kit ? SCHEME_HYPHEN : SCHEME_NONE;
}
