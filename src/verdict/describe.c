/* SPDX-License-Identifier: Apache-2.0 */
#include "verdict/describe.h"

#include "base/civil.h"
#include "base/utf8.h"
#include "observe/brand.h"

static struct object *child(struct object *object, uint32_t field)
{
    struct value v = object == NULL ? value_null() : object_get(object, field);
    return v.tag == VALUE_OBJECT ? v.as.object : NULL;
}

static struct bytes string(struct object *object, uint32_t field)
{
    return object == NULL ? BYTES_NONE : value_bytes(object_get(object, field));
}

#define WORD_MAX_BYTES 8
#define WORD_HITS_MAX 8 /* of one word: a word said again and again says no more */

enum language { ENGLISH, GERMAN, FRENCH, SPANISH, PORTUGUESE, ITALIAN, DUTCH, LANGUAGES };

/* The commonest small words. */
static const struct {
    enum language language;
    char word[WORD_MAX_BYTES]; /* no NUL behind a long one */
} small_words[] = {
    {ENGLISH, "the"},    {ENGLISH, "and"},    {ENGLISH, "you"},     {ENGLISH, "your"},
    {ENGLISH, "to"},     {ENGLISH, "of"},     {ENGLISH, "is"},      {ENGLISH, "for"},
    {GERMAN, "und"},     {GERMAN, "die"},     {GERMAN, "der"},      {GERMAN, "sie"},
    {GERMAN, "nicht"},   {GERMAN, "ist"},     {GERMAN, "ihre"},     {GERMAN, "für"},
    {FRENCH, "les"},     {FRENCH, "des"},     {FRENCH, "vous"},     {FRENCH, "votre"},
    {FRENCH, "est"},     {FRENCH, "pour"},    {FRENCH, "une"},      {FRENCH, "dans"},
    {SPANISH, "los"},    {SPANISH, "las"},    {SPANISH, "su"},      {SPANISH, "para"},
    {SPANISH, "una"},    {SPANISH, "por"},    {SPANISH, "usted"},   {SPANISH, "con"},
    {PORTUGUESE, "não"}, {PORTUGUESE, "você"}, {PORTUGUESE, "uma"}, {PORTUGUESE, "para"},
    {PORTUGUESE, "seu"}, {PORTUGUESE, "com"}, {PORTUGUESE, "os"},   {PORTUGUESE, "em"},
    {ITALIAN, "il"},     {ITALIAN, "che"},    {ITALIAN, "per"},     {ITALIAN, "una"},
    {ITALIAN, "della"},  {ITALIAN, "sono"},   {ITALIAN, "gli"},     {ITALIAN, "di"},
    {DUTCH, "het"},      {DUTCH, "een"},      {DUTCH, "van"},       {DUTCH, "uw"},
    {DUTCH, "niet"},     {DUTCH, "de"},       {DUTCH, "wij"},       {DUTCH, "voor"},
};
#define SMALL_WORDS (sizeof small_words / sizeof small_words[0])

/* A word of 1 to WORD_MAX_BYTES bytes in lower case as a number. */
static uint64_t word_number(const void *word, size_t len)
{
    uint64_t number = 0;
    memcpy(&number, word, len);
    return ascii_lower_word(number);
}

/* The language whose small words stand in TEXT, each between two blanks, most often. */
static struct bytes latin_language(struct bytes text)
{
    static const char *const names[LANGUAGES] = {"english",    "german",  "french", "spanish",
                                                 "portuguese", "italian", "dutch"};
    uint8_t seen[SMALL_WORDS] = {0};
    uint32_t hits[LANGUAGES] = {0}, best = 2;
    struct bytes name = BYTES_NONE;
    uint64_t begins[256] = {0}; /* the words with that first letter, a bit each */
    _Static_assert(SMALL_WORDS <= 64, "small words are a bit set");
    for (size_t i = 0; i < SMALL_WORDS; i++)
        begins[(uint8_t)small_words[i].word[0]] |= 1ull << i;
    size_t from = bytes_find_byte(text, ' ', 0), end;
    for (; from != BYTES_NPOS && (end = bytes_find_byte(text, ' ', ++from)) != BYTES_NPOS;
         from = end) {
        struct bytes word = bytes_sub(text, from, end - from);
        if (word.len < 2 || word.len > WORD_MAX_BYTES || word.at[word.len - 1] == 0)
            continue;
        uint64_t number = word_number(word.at, word.len);
        for (uint64_t like = begins[ascii_lower(word.at[0])]; like != 0; like &= like - 1) {
            int i = __builtin_ctzll(like);
            if (seen[i] < WORD_HITS_MAX &&
                number == word_number(small_words[i].word, WORD_MAX_BYTES))
                seen[i]++, hits[small_words[i].language]++;
        }
    }
    for (int i = 0; i < LANGUAGES; i++)
        if (hits[i] > best)
            best = hits[i], name = bytes_of_string(names[i]);
    return name;
}

static uint32_t ascii_letters(struct bytes text)
{
    uint32_t letters = 0;
    for (size_t i = 0; i < text.len; i++)
        letters += ascii_is_alpha(text.at[i]);
    return letters;
}

/* The language of a text by its script, and for Latin letters by its commonest small words. */
static struct bytes language_of(struct bytes text)
{
    uint32_t kana = 0, han = 0, hangul = 0, cyrillic = 0;
    text = utf8_cut(text, 4096);
    for (size_t at = utf8_ascii_end(text, 0); at < text.len; at = utf8_ascii_end(text, at)) {
        uint32_t code = utf8_next(text, &at);
        kana += code >= 0x3041 && code <= 0x30FE;
        han += code >= 0x4E00 && code <= 0x9FFF;
        hangul += code >= 0xAC00 && code <= 0xD7A3;
        cyrillic += code >= 0x0400 && code <= 0x04FF;
    }
    if (kana <= 4 && hangul <= 4 && han <= 8 && cyrillic <= 16)
        return latin_language(text);
    uint32_t letters = ascii_letters(text);
    if (kana > 4 && (kana + han) * 8 > letters)
        return BYTES("japanese");
    if (hangul > 4 && hangul * 8 > letters)
        return BYTES("korean");
    if (han > 8 && han * 4 > letters)
        return BYTES("chinese");
    if (cyrillic > 16 && cyrillic > letters)
        return BYTES("russian");
    return latin_language(text);
}

/* Brands that sender name and subject speak of and the sender's domain does not belong to. */
static void describe_brands(struct verdict *v, struct model *model, struct object *sender)
{
    const struct brand_index *index = model->settings->brands;
    struct object *email = child(sender, FIELD_SenderMailbox_email);
    struct bytes host = string(child(email, FIELD_EmailAddress_domain), FIELD_Domain_domain);
    struct bytes name = string(sender, FIELD_SenderMailbox_display_name);
    struct brand_mention *mention;
    if (index == NULL)
        return;
    struct bytes text =
        arena_printf(model->arena, "%.*s . %.*s", BYTES_FMT(name), BYTES_FMT(v->subject));
    const struct brand *own = brand_of_domain(index, host);
    uint32_t count = brand_find(index, model->arena, text, &mention);
    v->brand = arena_array_of(model->arena, count, struct bytes);
    for (uint32_t i = 0; i < count; i++)
        if (mention[i].brand != own)
            v->brand[v->brand_count++] = mention[i].brand->name;
}

#define AHEAD_US ((int64_t)2 * 86400 * 1000000) /* clocks and zones that are wrong */
#define OLDEST_US ((int64_t)631152000 * 1000000) /* 1990-01-01 */

/* When the newest hop took it in: what a receiving side wrote itself. */
static bool received_at(struct object *headers, int64_t *at_us_out)
{
    struct value hops = headers == NULL ? value_null() : object_get(headers, FIELD_Headers_hops);
    for (uint32_t i = 0; hops.tag == VALUE_ARRAY && i < hops.as.array->count; i++) {
        struct object *received = child(hops.as.array->item[i].as.object, FIELD_Hop_received);
        if (civil_parse(string(received, FIELD_Received_time), at_us_out))
            return true;
    }
    return false;
}

/* The mail's date; where it has none, or one no mail can have, that of its newest Received field. */
static int64_t date_of(struct object *headers)
{
    int64_t said, came;
    bool has = civil_parse(string(headers, FIELD_Headers_date), &said),
         received = received_at(headers, &came);
    if (has && said >= OLDEST_US && (!received || said <= came + AHEAD_US))
        return said;
    return received ? came : has ? said : INT64_MIN;
}

void verdict_describe(struct verdict *v, struct model *model)
{
    struct object *root = model->root;
    struct object *sender = child(root, FIELD_Message_sender);
    struct object *body = child(root, FIELD_Message_body);
    v->subject = string(child(root, FIELD_Message_subject), FIELD_Subject_subject);
    v->sender = string(child(sender, FIELD_SenderMailbox_email), FIELD_EmailAddress_email);
    v->language = language_of(string(child(body, FIELD_Body_current_thread), FIELD_Thread_text));
    describe_brands(v, model, sender);
    v->date_us = date_of(child(root, FIELD_Message_headers));
}
