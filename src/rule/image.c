/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/image.h"

#include "base/table.h"
#include "base/text.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <talloc.h>

#define ROOM_BYTES ((size_t)512 * 1024 * 1024) /* of addresses, not of memory */
#define ALIGN_BYTES ((size_t)16)

enum move { MOVE_INSIDE, MOVE_LIST, MOVES };

/* What the block begins with; then the content, then the offsets of its pointers, kind by kind. */
struct head {
    uint64_t base, content_bytes, root;
    uint32_t count[MOVES], spare[2];
};

struct image {
    uint8_t *at;
    size_t len;
    struct table *copied; /* address to address */
    struct table *texts;  /* text to address */
    struct arena *keys;
    struct text moves[MOVES]; /* offsets, 4 bytes each */
    size_t root;
    bool spoilt;
};

static int image_destroy(struct image *image)
{
    munmap(image->at, ROOM_BYTES);
    for (int i = 0; i < MOVES; i++)
        text_finish(&image->moves[i]);
    return 0;
}

struct image *image_new(const void *parent)
{
    struct image *image = talloc_zero(parent, struct image);
    if (image == NULL)
        abort();
    image->at = mmap(NULL, ROOM_BYTES, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (image->at == MAP_FAILED)
        abort();
    image->copied = table_new(image);
    image->texts = table_new(image);
    image->keys = arena_new(image);
    for (int i = 0; i < MOVES; i++)
        text_init(&image->moves[i], NULL, 0);
    image->len = sizeof(struct head);
    talloc_set_destructor(image, image_destroy);
    return image;
}

/* Room for SIZE bytes; NULL, and the image is spoilt, where there is none left. */
static void *room(struct image *image, size_t size)
{
    size_t from = (image->len + ALIGN_BYTES - 1) & ~(ALIGN_BYTES - 1);
    if (size > ROOM_BYTES - from) {
        image->spoilt = true;
        return NULL;
    }
    image->len = from + size;
    return image->at + from;
}

static void note_move(struct image *image, enum move move, const void *slot)
{
    assert((const uint8_t *)slot >= image->at && (const uint8_t *)slot < image->at + image->len);
    uint32_t offset = (uint32_t)((const uint8_t *)slot - image->at);
    text_add(&image->moves[move], bytes_of(&offset, sizeof offset));
}

bool image_take(struct image *image, void *slot, size_t size)
{
    void *from, *to;
    memcpy(&from, slot, sizeof from);
    if (from == NULL)
        return false;
    void **known = table_at(image->copied, arena_copy(image->keys, bytes_of(&from, sizeof from)));
    bool fresh = *known == NULL;
    if (fresh) {
        *known = room(image, size);
        if (*known == NULL)
            return false;
        memcpy(*known, from, size);
    }
    to = *known;
    memcpy(slot, &to, sizeof to);
    note_move(image, MOVE_INSIDE, slot);
    return fresh;
}

/* TEXT's bytes in the image; NULL where there is no room. */
static const uint8_t *text_copy(struct image *image, struct bytes text)
{
    void **known = table_get(image->texts, text) == NULL
                       ? table_at(image->texts, arena_copy(image->keys, text))
                       : table_at(image->texts, text);
    if (*known == NULL) {
        *known = room(image, text.len + 1);
        if (*known != NULL)
            memcpy(*known, text.at, text.len);
    }
    return *known;
}

void image_text(struct image *image, struct bytes *text)
{
    if (text->at == NULL || (text->at = text_copy(image, *text)) == NULL)
        return;
    note_move(image, MOVE_INSIDE, &text->at);
}

void image_texts(struct image *image, struct bytes **text, uint32_t count)
{
    if (image_take(image, text, count * sizeof **text))
        for (uint32_t i = 0; i < count; i++)
            image_text(image, &(*text)[i]);
}

void image_value(struct image *image, struct value *value)
{
    struct bytes text = value_bytes(*value);
    if (value->tag == VALUE_STRING && text.at != NULL &&
        (value->as.string = text_copy(image, text)) != NULL)
        note_move(image, MOVE_INSIDE, &value->as.string);
    image->spoilt = image->spoilt || value->tag >= VALUE_ARRAY;
}

void image_list(struct image *image, struct list **slot)
{
    if (*slot == NULL)
        return;
    struct bytes *name = room(image, sizeof *name);
    if (name == NULL)
        return;
    *name = (*slot)->name;
    image_text(image, name);
    memcpy(slot, &name, sizeof name);
    note_move(image, MOVE_LIST, slot);
}

void *image_root(struct image *image, const void *root, size_t size)
{
    uint8_t *to = room(image, size);
    if (to == NULL)
        abort();
    memcpy(to, root, size);
    image->root = (size_t)(to - image->at);
    return to;
}

/* Pointers become what they are where the image lies at BASE. */
static void settle_moves(struct image *image, enum move move, uint64_t base)
{
    const struct text *list = &image->moves[move];
    for (size_t i = 0; i < list->len; i += 4) {
        uint32_t offset;
        uint64_t pointer;
        memcpy(&offset, list->at + i, 4);
        memcpy(&pointer, image->at + offset, sizeof pointer);
        pointer += base - (uintptr_t)image->at;
        memcpy(image->at + offset, &pointer, sizeof pointer);
    }
}

struct bytes image_bytes(struct image *image, uint64_t base)
{
    struct head head = {
        .base = base, .content_bytes = (image->len + 15) & ~(size_t)15, .root = image->root};
    size_t more = 0;
    for (int i = 0; i < MOVES; i++) {
        head.count[i] = (uint32_t)(image->moves[i].len / 4);
        more += image->moves[i].len;
    }
    if (image->spoilt || head.content_bytes + more > ROOM_BYTES || head.content_bytes > UINT32_MAX)
        return BYTES_NONE;
    settle_moves(image, MOVE_INSIDE, base);
    settle_moves(image, MOVE_LIST, base);
    memcpy(image->at, &head, sizeof head);
    size_t at = head.content_bytes;
    for (int i = 0; i < MOVES; at += image->moves[i].len, i++)
        if (image->moves[i].len > 0)
            memcpy(image->at + at, image->moves[i].at, image->moves[i].len);
    return bytes_of(image->at, at);
}

/* Move the pointer at OFFSET of AT; false where it leads outside. */
static bool move_one(uint8_t *at, const struct head *head, enum move move, uint32_t offset,
                     struct lists *lists)
{
    uint64_t value;
    if (offset % sizeof value != 0 || offset + sizeof value > head->content_bytes)
        return false;
    memcpy(&value, at + offset, sizeof value);
    value -= head->base;
    if (value >= head->content_bytes)
        return false;
    const void *to = at + value;
    if (move == MOVE_LIST) { /* its name's own pointer was moved before */
        struct bytes name;
        if (value > head->content_bytes - sizeof name)
            return false;
        memcpy(&name, to, sizeof name);
        to = lists_at(lists, name);
    }
    memcpy(at + offset, &to, sizeof to);
    return true;
}

void *image_open(struct bytes bytes, struct lists *lists, size_t root_size)
{
    struct head head;
    if (bytes.len < sizeof head)
        return NULL;
    memcpy(&head, bytes.at, sizeof head);
    union {
        const uint8_t *from;
        uint8_t *to;
    } at = {.from = bytes.at};
    uint64_t moves = 0;
    for (int i = 0; i < MOVES; i++)
        moves += head.count[i];
    if (head.content_bytes > bytes.len || moves * 4 != bytes.len - head.content_bytes ||
        head.root > head.content_bytes || root_size > head.content_bytes - head.root)
        return NULL;
    const uint8_t *row = bytes.at + head.content_bytes;
    bool settled = (uintptr_t)bytes.at == head.base;
    for (int i = 0; i < MOVES; row += 4 * (size_t)head.count[i], i++)
        for (uint32_t k = 0; k < head.count[i] && !(settled && i == MOVE_INSIDE); k++) {
            uint32_t offset;
            memcpy(&offset, row + 4 * (size_t)k, sizeof offset);
            if (!move_one(at.to, &head, (enum move)i, offset, lists))
                return NULL;
        }
    return at.to + head.root;
}
