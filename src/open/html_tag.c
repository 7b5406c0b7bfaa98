/* SPDX-License-Identifier: Apache-2.0 */
#include "open/html_tag.h"

#define TAG_BITS 11
#define ATTRIBUTE_BITS 9
#define NAME_MAX_BYTES 16

const struct html_tag_row html_tag_rows[HTML_TAG_COUNT] = {
    [HTML_TAG_OTHER] = {"", 0, 0},
#define HTML_TAG(id, name, slot, flags) [HTML_TAG_##id] = {name, flags, sizeof name - 1},
#include "open/html_tag.def"
#undef HTML_TAG
};

static const uint8_t tag_slots[1 << TAG_BITS] = {
#define HTML_TAG(id, name, slot, flags) [slot] = HTML_TAG_##id,
#include "open/html_tag.def"
#undef HTML_TAG
};

static const struct {
    const char *name;
    size_t len;
} attribute_rows[HTML_ATTRIBUTE_COUNT] = {
    [HTML_ATTRIBUTE_OTHER] = {"", 0},
#define HTML_ATTRIBUTE(id, name, slot) [HTML_ATTRIBUTE_##id] = {name, sizeof name - 1},
#include "open/html_tag.def"
#undef HTML_ATTRIBUTE
};

static const uint8_t attribute_slots[1 << ATTRIBUTE_BITS] = {
#define HTML_ATTRIBUTE(id, name, slot) [slot] = HTML_ATTRIBUTE_##id,
#include "open/html_tag.def"
#undef HTML_ATTRIBUTE
};

#define HTML_TAG_FACTOR(n) static const uint64_t tag_factor = n;
#define HTML_ATTRIBUTE_FACTOR(n) static const uint64_t attribute_factor = n;
#include "open/html_tag.def"
#undef HTML_TAG_FACTOR
#undef HTML_ATTRIBUTE_FACTOR

/* The first eight bytes of NAME in lower case, the first one lowest. */
static uint64_t pack_word(struct bytes name)
{
    uint64_t word = 0;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    const uint8_t *p = name.at;
    size_t n = name.len;
    if (n >= 8) {
        memcpy(&word, p, 8);
    } else if (n >= 4) {
        uint32_t low, high;
        memcpy(&low, p, 4);
        memcpy(&high, p + n - 4, 4);
        word = low | (uint64_t)high << 8 * (n - 4);
    } else if (n > 0) {
        word = p[0] | (uint64_t)p[n / 2] << 8 * (n / 2) | (uint64_t)p[n - 1] << 8 * (n - 1);
    }
#else
    for (size_t i = 0; i < name.len && i < 8; i++)
        word |= (uint64_t)name.at[i] << 8 * i;
#endif
    return ascii_lower_word(word);
}

/* All of NAME packed as tools/make-html-tables does. */
static uint64_t pack(struct bytes name)
{
    uint64_t key = pack_word(name);
    for (size_t i = 8; i < name.len; i++)
        key ^= (uint64_t)ascii_lower(name.at[i]) * 0x9D << (8 * (i & 7));
    return key;
}

/* The words of the rows' names: one comparison for a name of up to eight bytes. */
static uint64_t tag_word[HTML_TAG_COUNT], attribute_word[HTML_ATTRIBUTE_COUNT];

__attribute__((constructor)) static void words_fill(void)
{
    for (int i = 0; i < HTML_TAG_COUNT; i++)
        tag_word[i] = pack_word(bytes_of_string(html_tag_rows[i].name));
    for (int i = 0; i < HTML_ATTRIBUTE_COUNT; i++)
        attribute_word[i] = pack_word(bytes_of_string(attribute_rows[i].name));
}

static bool is_name(struct bytes name, uint64_t key, uint64_t word, const char *row, size_t len)
{
    return name.len == len &&
           (len <= 8 ? key == word : bytes_equal_fold(name, bytes_of(row, len)));
}

enum html_tag html_tag_of(struct bytes name)
{
    if (name.len == 0 || name.len > NAME_MAX_BYTES)
        return HTML_TAG_OTHER;
    uint64_t key = pack(name);
    uint8_t id = tag_slots[(key * tag_factor) >> (64 - TAG_BITS)];
    const struct html_tag_row *row = &html_tag_rows[id];
    return is_name(name, key, tag_word[id], row->name, row->len) ? id : HTML_TAG_OTHER;
}

enum html_attribute_name html_attribute_of(struct bytes name)
{
    if (name.len == 0 || name.len > NAME_MAX_BYTES)
        return HTML_ATTRIBUTE_OTHER;
    uint64_t key = pack(name);
    uint8_t id = attribute_slots[(key * attribute_factor) >> (64 - ATTRIBUTE_BITS)];
    bool same =
        is_name(name, key, attribute_word[id], attribute_rows[id].name, attribute_rows[id].len);
    return same ? id : HTML_ATTRIBUTE_OTHER;
}
