/* SPDX-License-Identifier: Apache-2.0 */
#include "base/suggest.h"

#define NAME_MAX_BYTES 64

/* Edit distance with swaps of neighbours (optimal string alignment), for short names. */
static size_t distance(struct bytes a, struct bytes b)
{
    size_t row[3][NAME_MAX_BYTES + 1];
    for (size_t j = 0; j <= b.len; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t *now = row[i % 3], *above = row[(i + 2) % 3], *two = row[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t best = above[j - 1] + (a.at[i - 1] != b.at[j - 1]);
            best = above[j] + 1 < best ? above[j] + 1 : best;
            best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
            if (i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] && a.at[i - 2] == b.at[j - 1] &&
                two[j - 2] + 1 < best)
                best = two[j - 2] + 1;
            now[j] = best;
        }
    }
    return row[a.len % 3][b.len];
}

void suggestion_init(struct suggestion *suggestion, struct bytes name)
{
    *suggestion = (struct suggestion){.name = name, .distance = 1 + name.len / 3};
    if (suggestion->distance > 4)
        suggestion->distance = 4;
}

void suggestion_offer(struct suggestion *suggestion, struct bytes candidate)
{
    struct bytes name = suggestion->name;
    if (name.len > NAME_MAX_BYTES || candidate.len > NAME_MAX_BYTES)
        return;
    size_t gap = name.len > candidate.len ? name.len - candidate.len : candidate.len - name.len;
    size_t d = gap > suggestion->distance ? gap : distance(name, candidate);
    if (d < suggestion->distance || (d == suggestion->distance && suggestion->best.at == NULL)) {
        suggestion->distance = d;
        suggestion->best = candidate;
    }
}
