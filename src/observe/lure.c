/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/lure.h"

#include "base/text.h"
#include "base/utf8.h"
#include "observe/brand.h"
#include "observe/phone.h"
#include "observe/wording.h"

#include <math.h>
#include <stdlib.h>
#include <talloc.h>

#define TEXT_BYTES_MAX ((size_t)32 * 1024)
#define LONG_BYTES 3000
#define NEAR_BYTES 64 /* between two words that say something together: some ten words */
#define HIGH 1.6 /* log-odds: 83 % */
#define MEDIUM 0.0
#define LOW (-1.4) /* 20 % */

struct lure_index {
    const struct lexicon *lexicon;
    struct brand *group; /* the groups, as lists of names to find */
    struct brand_index *index;
    struct wording *words;
    uint8_t saying[LEXICON_GROUPS][LEXICON_GROUPS]; /* 1 + the group two word families say, or 0 */
};

struct lure_index *lure_index_new(const void *parent, const struct lexicon *lexicon)
{
    struct lure_index *lures = talloc_zero(parent, struct lure_index);
    if (lures == NULL)
        abort();
    lures->lexicon = lexicon;
    lures->words = wording_new(lures, lexicon);
    for (uint32_t i = 0; i < lexicon->saying_count; i++) {
        const struct lexicon_saying *saying = &lexicon->saying[i];
        lures->saying[saying->first][saying->second] = (uint8_t)(saying->group + 1);
        lures->saying[saying->second][saying->first] = (uint8_t)(saying->group + 1);
    }
    lures->group = talloc_zero_array(lures, struct brand, lexicon->phrase_group_count);
    for (uint32_t i = 0; i < lexicon->phrase_group_count; i++)
        lures->group[i] = (struct brand){.name = lexicon->group[i].phrase[0],
                                         .alias = lexicon->group[i].phrase + 1,
                                         .alias_count = lexicon->group[i].phrase_count - 1};
    lures->index = brand_index_new(lures, lures->group, lexicon->phrase_group_count);
    return lures;
}

/* What was seen in one text. */
struct lure_sighting {
    struct bytes subject, text; /* what was looked at */
    struct bytes all;           /* both, squeezed */
    const struct lure_index *lures;
    double long_text; /* log-odds taken off: a long text meets phrases by chance */
    struct bytes first[LEXICON_GROUPS]; /* the first phrase of each group; absent: not seen */
    uint32_t count[LEXICON_GROUPS];
    bool phone;
};

#define RANGE(c, from, to) ((c) - (from) <= (uint32_t)(to) - (from))

/* The small letter of a Latin, Greek or Cyrillic capital beyond ASCII, which has as many bytes. */
static uint32_t small_letter(uint32_t c)
{
    if (RANGE(c, 0xC0, 0xDE) || RANGE(c, 0x391, 0x3A9) || RANGE(c, 0x410, 0x42F))
        return c == 0xD7 ? c : c + 0x20;
    if (RANGE(c, 0x100, 0x137) || RANGE(c, 0x14A, 0x177) || RANGE(c, 0x1EA0, 0x1EF9))
        return c == 0x130 ? c : c | 1;
    if (RANGE(c, 0x139, 0x148) || RANGE(c, 0x179, 0x17E))
        return c + (c & 1);
    if (RANGE(c, 0x388, 0x38A))
        return c + 37;
    return RANGE(c, 0x400, 0x40F) ? c + 0x50 : c;
}

/* Phrases are written small: so are the LEN bytes AT, in place, but for ASCII. */
static void write_small(uint8_t *at, size_t len)
{
    for (size_t i = 0; i < len;) {
        size_t from = i;
        if (at[i] < 0xC3 || at[i] > 0xE1) {
            i++;
            continue;
        }
        uint32_t code = utf8_next(bytes_of(at, len), &i), small = small_letter(code);
        if (small == code)
            continue;
        at[i - 1] = (uint8_t)(0x80 | (small & 0x3F));
        if (i - from == 2)
            at[from] = (uint8_t)(0xC0 | small >> 6);
    }
}

/* Runs of white space as one space, so that phrases match across line ends. */
static struct bytes squeeze(struct arena *arena, struct bytes subject, struct bytes body)
{
    struct text out;
    struct bytes parts[2] = {subject, bytes_sub(body, 0, TEXT_BYTES_MAX)};
    text_init(&out, arena, 0);
    text_reserve(&out, parts[0].len + parts[1].len + 8);
    for (int p = 0; p < 2; p++) {
        bool blank = true;
        uint8_t *to = out.at + out.len;
        for (size_t i = 0; i < parts[p].len; i++) {
            uint8_t c = parts[p].at[i];
            bool white = ascii_is_space(c);
            *to = white ? ' ' : c;
            if (blank && c == '\n' && to > out.at && to[-1] == ' ')
                to[-1] = '\n'; /* a blank line */
            to += !white || !blank;
            blank = white;
        }
        out.len = (size_t)(to - out.at);
        text_add_string(&out, " . ");
    }
    write_small(out.at, out.len);
    return text_bytes(&out);
}

/* Two families of words in one sentence count as a phrase of the group they say, once. */
static void find_sayings(struct lure_sighting *seen, struct model *model)
{
    struct wording_hit *hit;
    uint32_t count = wording_find(seen->lures->words, model->arena, seen->all, &hit);
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *end = hit[i].text.at + hit[i].text.len;
        if (seen->count[hit[i].group]++ == 0)
            seen->first[hit[i].group] = hit[i].text;
        for (uint32_t j = i + 1; j < count && hit[j].sentence == hit[i].sentence &&
                                 hit[j].text.at <= end + NEAR_BYTES;
             j++) {
            uint32_t group = seen->lures->saying[hit[i].group][hit[j].group];
            if (group == 0 || seen->count[group - 1] > 0 || hit[j].text.at < end)
                continue;
            seen->count[group - 1] = 1;
            seen->first[group - 1] = (struct bytes){
                hit[i].text.at, (size_t)(hit[j].text.at - hit[i].text.at) + hit[j].text.len};
        }
    }
}

static void find_groups(struct lure_sighting *seen, struct model *model)
{
    struct bytes text = seen->all;
    struct brand_mention *mention;
    uint32_t count = brand_find(seen->lures->index, model->arena, text, &mention);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t group = (uint32_t)(mention[i].brand - seen->lures->group);
        seen->first[group] = mention[i].text;
        seen->count[group] = mention[i].count;
    }
    find_sayings(seen, model);
    seen->long_text = text.len > LONG_BYTES ? 1.5 * log2((double)text.len / LONG_BYTES) : 0;
    struct phone *phones;
    seen->phone = phone_find(model->arena, text, &phones) > 0;
}

/* What is in SUBJECT and TEXT; rules ask for several intents of one text in a row, so the last is kept. */
static const struct lure_sighting *look(struct model *model, struct bytes subject,
                                        struct bytes text)
{
    const struct lure_sighting *last = model->lures_seen;
    if (last != NULL && last->text.at == text.at && last->text.len == text.len &&
        last->subject.at == subject.at && last->subject.len == subject.len)
        return last;
    struct lure_sighting *seen = arena_new_of(model->arena, struct lure_sighting);
    seen->lures = model->settings->lures;
    seen->subject = subject;
    seen->text = text;
    seen->all = squeeze(model->arena, subject, text);
    find_groups(seen, model);
    model->lures_seen = seen;
    return seen;
}

static double add_up(const struct lure_sighting *seen, const struct lexicon_intent *intent)
{
    double sum = intent->bias + (seen->phone ? intent->phone : 0) - seen->long_text;
    for (uint32_t i = 0; i < intent->term_count; i++) {
        const struct lexicon_term *term = &intent->term[i];
        uint32_t count = seen->count[term->first];
        if (count == 0 || seen->count[term->second] == 0)
            continue;
        sum += term->repeat ? term->weight * fmin(count - 1, 3) : term->weight;
    }
    return sum;
}

static const char *confidence_of(double odds)
{
    return odds >= HIGH ? "high" : odds >= MEDIUM ? "medium" : "low";
}

static void add_named(struct model *model, struct array *list, enum type type, uint32_t name_field,
                      uint32_t other_field, struct bytes name, struct bytes other)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (bytes_equal(value_bytes(list->item[i].as.object->slot[name_field]), name) &&
            type == TYPE_Topic)
            return;
    struct object *object = object_new(model, type, NULL);
    object_set(object, name_field, value_string(name));
    object_set(object, other_field, value_string(other));
    array_add(model->arena, list, value_object(object));
}

static struct array *intents_of(struct model *model, const struct lure_sighting *seen)
{
    struct array *list = array_new(model->arena);
    double most = -10;
    for (uint32_t i = 0; i < seen->lures->lexicon->intent_count; i++) {
        const struct lexicon_intent *intent = &seen->lures->lexicon->intent[i];
        double odds = add_up(seen, intent);
        most = fmax(most, odds);
        if (odds >= LOW)
            add_named(model, list, TYPE_NLUIntent, FIELD_NLUIntent_name, FIELD_NLUIntent_confidence,
                      intent->name, bytes_of_string(confidence_of(odds)));
    }
    if (most < LOW)
        add_named(model, list, TYPE_NLUIntent, FIELD_NLUIntent_name, FIELD_NLUIntent_confidence,
                  BYTES("benign"), most < -2.4 ? BYTES("medium") : BYTES("low"));
    return list;
}

static void add_tags(struct model *model, struct array *tags, struct bytes text)
{
    static const struct {
        const char *word, *tag;
    } words[] = {
        {"invoice", "invoice"}, {"payment", "payment"}, {"purchase order", "purchase_order"}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (bytes_find_fold(text, bytes_of_string(words[i].word), 0) != BYTES_NPOS)
            add_named(model, tags, TYPE_NLUContent, FIELD_NLUContent_name,
                      FIELD_NLUContent_confidence, bytes_of_string(words[i].tag), BYTES("high"));
}

struct value lure_classify(struct model *model, struct bytes text, struct bytes subject)
{
    struct object *result = object_new(model, TYPE_NLUResult, NULL);
    const struct lure_sighting *seen = look(model, subject, text);
    struct array *entities = array_new(model->arena), *topics = array_new(model->arena),
                 *tags = array_new(model->arena);
    for (uint32_t i = 0; i < seen->lures->lexicon->group_count; i++) {
        const struct lexicon_group *group = &seen->lures->lexicon->group[i];
        if (seen->count[i] > 0 && group->entity.len > 0)
            add_named(model, entities, TYPE_NLUEntity, FIELD_NLUEntity_name, FIELD_NLUEntity_text,
                      group->entity, seen->first[i]);
        if (seen->count[i] > 0 && group->topic.len > 0)
            add_named(model, topics, TYPE_Topic, FIELD_Topic_name, FIELD_Topic_confidence,
                      group->topic, seen->count[i] >= 3 ? BYTES("high") : BYTES("medium"));
    }
    add_tags(model, tags, seen->all);
    object_set(result, FIELD_NLUResult_intents, value_array(intents_of(model, seen)));
    object_set(result, FIELD_NLUResult_entities, value_array(entities));
    object_set(result, FIELD_NLUResult_topics, value_array(topics));
    object_set(result, FIELD_NLUResult_tags, value_array(tags));
    object_set(result, FIELD_NLUResult_success, value_bool(true));
    return value_object(result);
}

double lure_log_odds(struct model *model, struct bytes text, struct bytes name)
{
    if (model->settings->lures == NULL)
        return -10;
    const struct lure_sighting *seen = look(model, BYTES_NONE, text);
    for (uint32_t i = 0; i < seen->lures->lexicon->intent_count; i++)
        if (bytes_equal(seen->lures->lexicon->intent[i].name, name))
            return add_up(seen, &seen->lures->lexicon->intent[i]);
    return -10;
}
