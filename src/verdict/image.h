/* SPDX-License-Identifier: Apache-2.0
 *
 * Container images of an artifact, judged: entry point, secrets, programs in odd places.
 *
 * Scripts inside were judged as scripts (verdict/script.h); here is what only the image shows.  Each
 * finding names the file, the layer, the Dockerfile's line and whether the file is in the final file
 * system or removed and still shipped. */
#ifndef NOROSHI_VERDICT_IMAGE_H
#define NOROSHI_VERDICT_IMAGE_H

#include "observe/model.h"
#include "verdict/verdict.h"

/* Append evidence for every image in MODEL's tree to V. */
void judge_images(struct verdict *v, struct model *model);

#endif
