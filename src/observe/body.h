/* SPDX-License-Identifier: Apache-2.0
 *
 * What a mail says: its shown text cut into the newest message and the quoted ones.
 *
 * Of alternatives the HTML parts count where they show any text, else the plain ones; several text
 * parts of one kind are shown one after the other, so their texts are joined by a line end. */
#ifndef NOROSHI_OBSERVE_BODY_H
#define NOROSHI_OBSERVE_BODY_H

#include "observe/mailview.h"

/* body.current_thread.text; absent where the mail has no text. */
struct bytes body_newest_text(struct model *model);
/* The whole shown text of the NUMBER-th part read (0 is the first); absent past the last. */
struct bytes body_shown_text(struct model *model, uint32_t number);
/* Content-Transfer-Encoding of a part as written, or NULL. */
struct value part_transfer_encoding(const struct node *node);

#endif
