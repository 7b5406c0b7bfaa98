/* SPDX-License-Identifier: Apache-2.0 */
#include "verdict/campaign.h"
#include "wave/wave.h"

struct bytes wave_label(const struct waves *w, const struct wave_series *series, int language)
{
    struct bytes words;
    if (w->dimension != DIMENSION_CAMPAIGN || !campaign_words(w->arena, series->name, &words))
        return series->name;
    struct bytes day = wave_day(w->arena, w->first_day + series->first_seen);
    if (words.len == 0)
        return arena_printf(w->arena, language == 0 ? "unnamed wave of %.*s" : "無名の波（%.*s）",
                            BYTES_FMT(day));
    if (language != 0)
        return arena_printf(w->arena, "「%.*s」（%.*s）", BYTES_FMT(words), BYTES_FMT(day));
    return arena_printf(w->arena, "“%c%.*s” of %.*s",
                        words.at[0] >= 'a' && words.at[0] <= 'z' ? words.at[0] - 'a' + 'A'
                                                                 : words.at[0],
                        BYTES_FMT(bytes_from(words, 1)), BYTES_FMT(day));
}
