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

/* NAME folded into FOLDED and packed; the packing is that of tools/make-html-tables. */
static uint64_t pack(struct bytes name, uint8_t folded[static NAME_MAX_BYTES])
{
    uint64_t key = 0;
    for (size_t i = 0; i < name.len; i++) {
        uint64_t c = folded[i] = ascii_lower(name.at[i]);
        key ^= (i < 8 ? c : c * 0x9D) << (8 * (i & 7));
    }
    return key;
}

enum html_tag html_tag_of(struct bytes name)
{
    uint8_t folded[NAME_MAX_BYTES];
    if (name.len == 0 || name.len > NAME_MAX_BYTES)
        return HTML_TAG_OTHER;
    uint8_t id = tag_slots[(pack(name, folded) * tag_factor) >> (64 - TAG_BITS)];
    const struct html_tag_row *row = &html_tag_rows[id];
    return row->len == name.len && memcmp(row->name, folded, name.len) == 0 ? id : HTML_TAG_OTHER;
}

enum html_attribute_name html_attribute_of(struct bytes name)
{
    uint8_t folded[NAME_MAX_BYTES];
    if (name.len == 0 || name.len > NAME_MAX_BYTES)
        return HTML_ATTRIBUTE_OTHER;
    uint8_t id = attribute_slots[(pack(name, folded) * attribute_factor) >> (64 - ATTRIBUTE_BITS)];
    bool same = attribute_rows[id].len == name.len &&
                memcmp(attribute_rows[id].name, folded, name.len) == 0;
    return same ? id : HTML_ATTRIBUTE_OTHER;
}
