/* SPDX-License-Identifier: Apache-2.0
 *
 * Structures as one block of bytes that needs no reading: mapped, its pointers moved, used.
 *
 * Writing copies what is reachable, each thing once, and notes where pointers are; whoever owns a type
 * walks it (…_pack()).  A pointer into the block is kept as an offset; one to a function of the language
 * as its number, one to a list as the number of its name.  What cannot be kept (a value that is an array)
 * spoils the image, and then there is none.
 *
 * The block is believed only by the program that wrote it (rule/cache.h keeps it under a key that holds
 * the program's build), and every offset is checked to lie inside. */
#ifndef NOROSHI_RULE_IMAGE_H
#define NOROSHI_RULE_IMAGE_H

#include "rule/list.h"

struct image; /* being written */
struct function_row;

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
/* Pointers that leave the image. */
void image_function(struct image *image, const struct function_row **slot);
void image_list(struct image *image, struct list **slot);
/* ROOT (SIZE bytes) to start from; then pack it. */
void *image_root(struct image *image, const void *root, size_t size);
/* The bytes to keep; absent where something could not be packed. */
struct bytes image_bytes(struct image *image);

/* The root of kept BYTES, pointers moved in place (aligned to 16, private to this process), lists found in
 * LISTS; NULL where they do not fit. */
void *image_open(struct bytes bytes, struct lists *lists, size_t root_size);

#endif
