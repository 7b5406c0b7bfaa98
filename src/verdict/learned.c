/* SPDX-License-Identifier: Apache-2.0 */
#include "verdict/learned.h"

#include "base/text.h"
#include "verdict/judge.h"

#include <math.h>
#include <stdlib.h>

#define SHOWN 5u
#define WORTH_SAYING 0.7 /* log-odds below which the model has nothing to say */

/* The features that pull most in the direction of SIGN, written as a list. */
static struct bytes reasons(struct model *model, const struct linear *linear,
                            const struct features *features, double sign)
{
    struct text out;
    bool used[FEATURES_MAX * 2] = {false};
    text_init(&out, model->arena, 400);
    for (uint32_t n = 0; n < SHOWN; n++) {
        double best = 0.01;
        uint32_t at = UINT32_MAX;
        for (uint32_t i = 0; i < features->count; i++) {
            double share = sign * linear_share(linear, features->item[i].hash, features->count);
            if (!used[i] && share > best)
                best = share, at = i;
        }
        if (at == UINT32_MAX)
            break;
        used[at] = true;
        text_add_format(&out, "%s\"%.*s\" %+.1f", n == 0 ? "" : ", ",
                        BYTES_FMT(features->item[at].name), sign * best);
    }
    return text_bytes(&out);
}

void judge_learned(struct verdict *v, struct model *model, const struct learned *learned)
{
    if (learned->linear == NULL)
        return;
    struct features features = features_of(model);
    uint32_t *hash = arena_array_of(model->arena, features.count, uint32_t);
    for (uint32_t i = 0; i < features.count; i++)
        hash[i] = features.item[i].hash;
    double odds = linear_score(learned->linear, hash, features.count);
    if (fabs(odds) < WORTH_SAYING)
        return;
    struct bytes why = reasons(model, learned->linear, &features, odds > 0 ? 1 : -1);
    const char *en =
        odds > 0 ? "like the threats learned here" : "like the ordinary mail learned here";
    const char *ja = odds > 0 ? "学習した脅威メールに似ている" : "学習した通常メールに似ている";
    struct evidence e = {
        .rule = BYTES("learned"),
        .kind = odds > 0 ? BYTES("learned") : BYTES("trust"),
        .sentence = {arena_printf(model->arena, "%s: %.*s", en, BYTES_FMT(why)),
                     arena_printf(model->arena, "%s: %.*s", ja, BYTES_FMT(why))},
        .weight = odds,
    };
    judge_add(v, model->arena, &e);
}
