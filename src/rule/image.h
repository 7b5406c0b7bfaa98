/* SPDX-License-Identifier: Apache-2.0
 *
 * Structures as one block of bytes that needs no reading: mapped where it was made for, used.
 *
 * Writing copies what is reachable, each thing once, and notes where pointers are; whoever owns a type
 * walks it (…_pack()).  Pointers into the block are kept as they are where it lies at its base, an address
 * that hardly anything else is mapped to; elsewhere they are moved first, which touches every page.  One to a
 * list is kept as one to its name.  What cannot be kept (a value that is an array) spoils the image, and
 * then there is none.
 *
 * The block is believed only by the program that wrote it (rule/cache.h keeps it under a key that holds
 * the program's build), and every offset is checked to lie inside. */
#ifndef NOROSHI_RULE_IMAGE_H
#define NOROSHI_RULE_IMAGE_H

#include "rule/list.h"

struct image; /* being written */

/* An empty image under PARENT. */
struct image *image_new(const void *parent);
/* Copy what the pointer at SLOT (which lies in the image) points to, SIZE bytes, and let SLOT point to the
 * copy; true where it was copied now, so that what is in it must be packed.  NULL stays. */
bool image_take(struct image *image, void *slot, size_t size);
/* The same for a text; a zero byte follows it. */
void image_text(struct image *image, struct bytes *text);
void image_texts(struct image *image, struct bytes **text, uint32_t count);
/* A value: scalars and texts. */
void image_value(struct image *image, struct value *value);
/* A pointer that leaves the image. */
void image_list(struct image *image, struct list **slot);
/* ROOT (SIZE bytes) to start from; then pack it. */
void *image_root(struct image *image, const void *root, size_t size);
/* The bytes to keep, made to lie at BASE; absent where something could not be packed. */
struct bytes image_bytes(struct image *image, uint64_t base);

/* The root of kept BYTES (aligned to 16, private to this process, at their base or not), lists found in
 * LISTS; NULL where they do not fit. */
void *image_open(struct bytes bytes, struct lists *lists, size_t root_size);

#endif
