/* SPDX-License-Identifier: Apache-2.0 */
#include "verdict/fingerprint.h"

#include "base/text.h"
#include "base/utf8.h"

#define TEXT_BYTES_MAX ((size_t)16 * 1024)
#define SHINGLES_MAX 4096u
#define SHINGLES_MIN 8u
#define TEXT_SAME 0.55  /* near-duplicates with names and amounts exchanged stay above */
#define TEXT_ALIKE 0.25 /* enough where shapes agree as well */

static uint32_t mix(uint64_t n)
{
    n ^= n >> 33;
    n *= 0xff51afd7ed558ccdu;
    n ^= n >> 33;
    n *= 0xc4ceb9fe1a85ec53u;
    return (uint32_t)(n ^ n >> 33);
}

static uint32_t hash_nonzero(struct bytes b)
{
    uint32_t hash = mix(bytes_hash_fold(b));
    return hash == 0 ? 1 : hash;
}

static bool is_wide(uint32_t code)
{
    return (code >= 0x3040 && code <= 0x30FF) || (code >= 0x3400 && code <= 0x9FFF);
}

static void add_shingle(struct fingerprint *f, uint64_t shingle)
{
    if (f->shingles >= SHINGLES_MAX)
        return;
    f->shingles++;
    for (uint32_t i = 0; i < FINGERPRINT_HASHES; i++) {
        uint32_t hash = mix(shingle + i * 0x9E3779B97F4A7C15u);
        if (hash < f->text[i])
            f->text[i] = hash;
    }
}

/* Whether the word is one that changes from mail to mail: numbers, addresses, links, codes. */
static bool is_masked(struct bytes word)
{
    if (bytes_find_byte(word, '@', 0) != BYTES_NPOS ||
        bytes_find(word, BYTES("://"), 0) != BYTES_NPOS)
        return true;
    for (size_t i = 0; i < word.len; i++)
        if (ascii_is_digit(word.at[i]))
            return true;
    return word.len > 24;
}

static void add_text(struct fingerprint *f, struct bytes text)
{
    uint64_t last[3] = {0};
    text = utf8_cut(text, TEXT_BYTES_MAX);
    for (size_t at = 0; at < text.len;) {
        size_t from = at;
        uint32_t code = utf8_next(text, &at);
        if (code <= ' ' || code == 0x3000)
            continue;
        while (!is_wide(code) && at < text.len) {
            size_t next = at;
            code = utf8_next(text, &next);
            if (code <= ' ' || code == 0x3000 || is_wide(code))
                break;
            at = next;
        }
        struct bytes word = bytes_sub(text, from, at - from);
        while (word.len > 1 && strchr(".,;:!?()\"'", word.at[word.len - 1]) != NULL)
            word.len--;
        last[0] = last[1], last[1] = last[2];
        last[2] = is_masked(word) ? 1 : bytes_hash_fold(word);
        if (last[0] != 0)
            add_shingle(f, last[0] * 31 + last[1] * 17 + last[2]);
    }
}

/* Runs of letters become w, runs of digits and mixtures n, the rest stays: "/a1/pay.php" -> "/n/w.w". */
static struct bytes shape_of(struct arena *arena, struct bytes s)
{
    struct text out;
    text_init(&out, arena, 256);
    for (size_t i = 0; i < s.len;) {
        size_t from = i;
        bool digits = false;
        while (i < s.len && (ascii_is_alnum(s.at[i]) || s.at[i] >= 0x80)) {
            digits = digits || ascii_is_digit(s.at[i]);
            i++;
        }
        if (i > from)
            text_add_byte(&out, digits ? 'n' : 'w');
        else
            text_add_byte(&out, s.at[i++]);
    }
    return text_bytes(&out);
}

static void keep(uint32_t *shapes, uint32_t shape)
{
    for (uint32_t i = 0; i < FINGERPRINT_SHAPES; i++) {
        if (shapes[i] == shape)
            return;
        if (shapes[i] == 0) {
            shapes[i] = shape;
            return;
        }
    }
}

static struct object *child(struct object *object, uint32_t field)
{
    struct value v = object == NULL ? value_null() : object_get(object, field);
    return v.tag == VALUE_OBJECT ? v.as.object : NULL;
}

static struct bytes string(struct object *object, uint32_t field)
{
    return object == NULL ? BYTES_NONE : value_bytes(object_get(object, field));
}

static void add_links(struct fingerprint *f, struct arena *arena, struct object *body)
{
    struct value links = body == NULL ? value_null() : object_get(body, FIELD_Body_links);
    for (uint32_t i = 0; links.tag == VALUE_ARRAY && i < links.as.array->count && i < 32; i++) {
        struct object *url = child(links.as.array->item[i].as.object, FIELD_Link_href_url);
        struct bytes path = string(url, FIELD_URL_path),
                     query = string(url, FIELD_URL_query_params);
        if (path.len > 1 || query.len > 0)
            keep(f->link,
                 hash_nonzero(shape_of(arena, arena_printf(arena, "%.*s?%.*s",
                                                           BYTES_FMT(bytes_sub(path, 0, 120)),
                                                           BYTES_FMT(bytes_sub(query, 0, 120))))));
    }
}

static void add_attachments(struct fingerprint *f, struct arena *arena, struct object *root)
{
    struct value list = object_get(root, FIELD_Message_attachments);
    for (uint32_t i = 0; list.tag == VALUE_ARRAY && i < list.as.array->count && i < 16; i++) {
        struct object *attachment = list.as.array->item[i].as.object;
        struct bytes shape =
            shape_of(arena, bytes_sub(string(attachment, FIELD_Attachment_file_name), 0, 80));
        keep(f->attachment,
             hash_nonzero(arena_printf(arena, "%.*s:%.*s",
                                       BYTES_FMT(string(attachment, FIELD_Attachment_file_type)),
                                       BYTES_FMT(shape))));
    }
}

struct fingerprint fingerprint_of(struct model *model)
{
    struct fingerprint f = {0};
    struct object *root = model->root;
    struct object *body = child(root, FIELD_Message_body);
    for (uint32_t i = 0; i < FINGERPRINT_HASHES; i++)
        f.text[i] = UINT32_MAX;
    add_text(&f, string(child(body, FIELD_Body_current_thread), FIELD_Thread_text));
    add_links(&f, model->arena, body);
    add_attachments(&f, model->arena, root);
    struct bytes subject = string(child(root, FIELD_Message_subject), FIELD_Subject_base);
    if (subject.len > 0)
        f.subject = hash_nonzero(shape_of(model->arena, subject));
    f.structure = 1 + (child(body, FIELD_Body_html) != NULL) +
                  2 * (child(body, FIELD_Body_plain) != NULL) + 4 * (f.attachment[0] != 0) +
                  8 * (f.link[0] != 0);
    return f;
}

double fingerprint_text_likeness(const struct fingerprint *a, const struct fingerprint *b)
{
    uint32_t same = 0;
    if (a->shingles < SHINGLES_MIN || b->shingles < SHINGLES_MIN)
        return 0;
    for (uint32_t i = 0; i < FINGERPRINT_HASHES; i++)
        same += a->text[i] == b->text[i];
    return (double)same / FINGERPRINT_HASHES;
}

static bool share_shape(const uint32_t *a, const uint32_t *b)
{
    for (uint32_t i = 0; i < FINGERPRINT_SHAPES && a[i] != 0; i++)
        for (uint32_t j = 0; j < FINGERPRINT_SHAPES && b[j] != 0; j++)
            if (a[i] == b[j])
                return true;
    return false;
}

bool fingerprint_same_wave(const struct fingerprint *a, const struct fingerprint *b)
{
    double likeness = fingerprint_text_likeness(a, b);
    if (likeness >= TEXT_SAME)
        return true;
    if (a->structure != b->structure)
        return false;
    bool shapes = share_shape(a->link, b->link) || share_shape(a->attachment, b->attachment);
    bool short_text = a->shingles < SHINGLES_MIN && b->shingles < SHINGLES_MIN;
    if (short_text)
        return shapes && a->subject == b->subject && a->subject != 0;
    return likeness >= TEXT_ALIKE && (shapes || (a->subject == b->subject && a->subject != 0));
}
