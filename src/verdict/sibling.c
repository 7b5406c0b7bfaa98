/* SPDX-License-Identifier: Apache-2.0 */
#include "verdict/sibling.h"

#include "base/flat.h"
#include "base/text.h"
#include "observe/brand.h"
#include "observe/subject.h"
#include "open/password.h"

#include <stdlib.h>
#include <talloc.h>

#define PEOPLE_MAX 32u
#define REFERENCES_MAX 12u

static struct object *child(struct object *object, uint32_t field)
{
    struct value v = object == NULL ? value_null() : object_get(object, field);
    return v.tag == VALUE_OBJECT ? v.as.object : NULL;
}

static struct bytes string(struct object *object, uint32_t field)
{
    return object == NULL ? BYTES_NONE : value_bytes(object_get(object, field));
}

static void add_key(struct sibling_note *note, uint64_t key)
{
    for (uint32_t i = 0; i < note->key_count; i++)
        if (note->key[i] == key)
            return;
    if (note->key_count < SIBLING_KEYS_MAX)
        note->key[note->key_count++] = key;
}

static void add_id(struct sibling_note *note, struct bytes id)
{
    id = bytes_trim(id);
    while (id.len > 0 && (id.at[0] == '<' || id.at[id.len - 1] == '>'))
        id = id.at[0] == '<' ? bytes_from(id, 1) : bytes_sub(id, 0, id.len - 1);
    if (id.len > 3)
        add_key(note, bytes_hash(id));
}

/* The people a mail is between: a sum, so that who wrote to whom does not matter. */
static uint64_t people_of(struct object *root)
{
    struct object *recipients = child(root, FIELD_Message_recipients);
    uint64_t sum =
        bytes_hash_fold(string(child(child(root, FIELD_Message_sender), FIELD_SenderMailbox_email),
                               FIELD_EmailAddress_email));
    struct value to =
        recipients == NULL ? value_null() : object_get(recipients, FIELD_Recipients_to);
    for (uint32_t i = 0; to.tag == VALUE_ARRAY && i < to.as.array->count && i < PEOPLE_MAX; i++)
        sum += bytes_hash_fold(string(child(to.as.array->item[i].as.object, FIELD_Mailbox_email),
                                      FIELD_EmailAddress_email));
    return sum;
}

static void add_keys(struct sibling_note *note, const struct verdict *v, struct object *root)
{
    struct object *headers = child(root, FIELD_Message_headers);
    add_id(note, string(headers, FIELD_Headers_message_id));
    add_id(note, string(headers, FIELD_Headers_in_reply_to));
    struct value list =
        headers == NULL ? value_null() : object_get(headers, FIELD_Headers_references);
    for (uint32_t i = 0; list.tag == VALUE_ARRAY && i < list.as.array->count && i < REFERENCES_MAX;
         i++)
        add_id(note, value_bytes(list.as.array->item[i]));
    struct subject subject;
    subject_parse(v->subject, &subject);
    if (subject.base.len > 0)
        add_key(note, bytes_hash_fold(subject.base) ^ people_of(root) * 0x9E3779B97F4A7C15u);
}

/* Words for "password" in one automaton, built by the first mail of a process that asks. */
static const struct brand_index *keywords(void)
{
    static struct brand_index *index;
    if (index != NULL)
        return index;
    uint32_t count;
    const char *const *word = password_keywords(&count);
    struct brand *row = talloc_zero_array(NULL, struct brand, count);
    if (row == NULL)
        abort();
    for (uint32_t i = 0; i < count; i++)
        row[i].name = bytes_of_string(word[i]);
    return index = brand_index_new(NULL, row, count);
}

static void add_words(struct sibling_note *note, struct arena *arena, struct bytes text)
{
    struct brand_mention *mention;
    if (text.len == 0 || brand_find(keywords(), arena, text, &mention) == 0)
        return;
    struct budget budget;
    budget_init(&budget);
    struct tree *scratch = tree_new(arena, &budget, text, BYTES("sibling"));
    password_add_from_text(scratch, text);
    for (uint32_t i = 0; i < scratch->password_count && note->word_count < SIBLING_WORDS_MAX; i++)
        note->word[note->word_count++] = scratch->password[i];
}

static bool is_locked(const struct verdict *v)
{
    for (uint32_t i = 0; i < v->anomaly_count; i++)
        if (v->anomaly[i].blocks && bytes_equal(v->anomaly[i].name, BYTES("encrypted")))
            return true;
    return false;
}

bool sibling_locked(const struct verdict *v)
{
    return v->sibling.len > 0 && is_locked(v);
}

struct bytes sibling_write(struct arena *arena, const struct verdict *v, struct model *model)
{
    struct sibling_note note = {.locked = is_locked(v)};
    struct object *thread =
        child(child(model->root, FIELD_Message_body), FIELD_Body_current_thread);
    struct bytes shown = string(thread, FIELD_Thread_text);
    if (shown.len <= SIBLING_TEXT_BYTES) {
        add_words(&note, arena, shown);
        add_words(&note, arena, v->subject);
    }
    if (note.word_count == 0 && !note.locked)
        return BYTES_NONE;
    add_keys(&note, v, model->root);
    if (note.key_count == 0)
        return BYTES_NONE;
    struct text out;
    text_init(&out, arena, 0);
    flat_add_uint(&out, note.locked);
    flat_add_uint(&out, note.key_count);
    for (uint32_t i = 0; i < note.key_count; i++)
        flat_add_uint(&out, note.key[i]);
    flat_add_uint(&out, note.word_count);
    for (uint32_t i = 0; i < note.word_count; i++)
        flat_add_bytes(&out, note.word[i]);
    return text_bytes(&out);
}

bool sibling_read(struct bytes record, struct sibling_note *out)
{
    struct flat flat = {.rest = record};
    *out = (struct sibling_note){.locked = flat_uint(&flat) != 0};
    out->key_count = (uint32_t)flat_uint(&flat);
    if (flat.broken || out->key_count > SIBLING_KEYS_MAX)
        return false;
    for (uint32_t i = 0; i < out->key_count; i++)
        out->key[i] = flat_uint(&flat);
    out->word_count = (uint32_t)flat_uint(&flat);
    if (flat.broken || out->word_count > SIBLING_WORDS_MAX)
        return false;
    for (uint32_t i = 0; i < out->word_count; i++)
        out->word[i] = flat_bytes(&flat);
    return !flat.broken;
}
