/* SPDX-License-Identifier: Apache-2.0 */
#include "report/site/part.h"

static bool keep_sentence(void *own, const struct store_sentence *s)
{
    struct site *site = own;
    struct arena *arena = site->arena;
    for (int l = 0; l < LANGUAGE_COUNT && s->sentence[0].len > 0; l++) {
        struct bytes *kept = arena_new_of(arena, struct bytes);
        *kept = arena_copy(arena, s->sentence[l].len > 0 ? s->sentence[l] : s->sentence[0]);
        table_set(site->sentence[l], arena_copy(arena, s->rule), kept);
    }
    return true;
}

static bool load_sentences(struct site *site)
{
    for (int l = 0; l < LANGUAGE_COUNT; l++)
        site->sentence[l] = table_new(site->arena);
    return store_sentences(site->store, keep_sentence, site, site->err);
}

struct signs {
    struct site *site;
    enum language language;
    struct sign *out;
    uint32_t count, most;
};

static bool add_sign(void *own, const struct store_cell *cell)
{
    struct signs *s = own;
    const struct bytes *sentence = table_get(s->site->sentence[s->language], cell->name);
    if (sentence == NULL)
        return true;
    for (uint32_t i = 0; i < s->count; i++)
        if (bytes_equal(s->out[i].sentence, *sentence)) /* two rules of one saying */
            return true;
    s->out[s->count++] = (struct sign){arena_copy(s->site->arena, cell->name), *sentence,
                                       (int64_t)cell->count};
    return s->count < s->most;
}

bool site_signs(struct site *site, enum language language, enum dimension dimension,
                struct bytes name, int64_t since_us, int64_t until_us, uint32_t most,
                struct sign *out, uint32_t *count_out)
{
    struct signs signs = {site, language, out, 0, most};
    if (site->sentence[language] == NULL && !load_sentences(site))
        return false;
    bool ok = store_cross(site->store, DIMENSION_RULE, dimension, name, since_us, until_us,
                          add_sign, &signs, site->err);
    *count_out = signs.count;
    return ok;
}

struct bytes site_label(struct site *site, enum language language, enum dimension dimension,
                        struct bytes name)
{
    if (dimension == DIMENSION_CATEGORY || dimension == DIMENSION_FILE_TYPE)
        return tr_bytes(language, name);
    const struct entity *entity =
        dimension == DIMENSION_CAMPAIGN ? site_entity(site, dimension, name) : NULL;
    if (entity != NULL)
        return wave_label(site->waves[dimension], entity->series, (int)language);
    if (dimension != DIMENSION_LANGUAGE || name.len == 0)
        return name;
    uint8_t *capital = arena_alloc(site->arena, name.len); /* languages are stored in lower case */
    memcpy(capital, name.at, name.len);
    if (capital[0] >= 'a' && capital[0] <= 'z')
        capital[0] = (uint8_t)(capital[0] - 'a' + 'A');
    return tr_bytes(language, bytes_of(capital, name.len));
}

const struct family *site_family(const struct site *site, enum dimension dimension,
                                 struct bytes name)
{
    bool known = site->params->families != NULL &&
                 (dimension == DIMENSION_FAMILY || dimension == DIMENSION_ACTOR ||
                  dimension == DIMENSION_CAMPAIGN);
    return known ? families_find(site->params->families, name) : NULL;
}

struct bytes site_known(struct site *site, enum language language, const struct bytes text[2])
{
    bool ja = language == LANGUAGE_JA && text[1].len > 0;
    struct bytes said = text[ja];
    if (said.len == 0)
        return BYTES_NONE;
    uint8_t first = said.at[0];
    if (first >= 'a' && first <= 'z' && !ja)
        first = (uint8_t)(first - 'a' + 'A');
    return arena_printf(site->arena, "%c%.*s%s", first, BYTES_FMT(bytes_from(said, 1)),
                        ja ? "。" : ".");
}
