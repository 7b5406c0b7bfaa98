/* SPDX-License-Identifier: Apache-2.0
 *
 * The data model over one container image: what rules of model `image` read. */
#ifndef NOROSHI_OBSERVE_IMAGE_H
#define NOROSHI_OBSERVE_IMAGE_H

#include "observe/model.h"

/* The model of NODE, an image that was read; NULL where it is none. */
struct model *image_model_new(struct tree *tree, struct node *node,
                              const struct settings *settings);

#endif
