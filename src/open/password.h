/* SPDX-License-Identifier: Apache-2.0
 *
 * Candidates for locked content, in the order they are worth trying.
 *
 * A campaign that locks its archive must tell the victim the key, and does so in the mail.  Candidates
 * come from, in this order: what the caller put in before (user list, sibling mails of the thread), what
 * stands near a word for "password" in any text of the tree (over twenty languages), names of files and
 * pictures, a short list of habits ("infected", "1234"), and at last all words of short texts.  Each keeps
 * the phrase that gave it, so that evidence can quote it; a candidate from a text is a slice of that
 * text's node.  LIMIT_PASSWORDS bounds how many are tried per lock, and every try is counted.
 *
 * What it refuses: guessing by brute force.  Cost: O(text) per tree, once. */
#ifndef NOROSHI_OPEN_PASSWORD_H
#define NOROSHI_OPEN_PASSWORD_H

#include "artifact/node.h"

/* Append WORD, given by PHRASE, unless it is there; both must outlive the tree. */
void password_add(struct tree *tree, struct bytes word, struct bytes phrase);
/* Append what stands near a word for "password" in TEXT (UTF-8, tags already removed). */
void password_add_from_text(struct tree *tree, struct bytes text);

/* The words for "password", COUNT_OUT of them. */
const char *const *password_keywords(uint32_t *count_out);

/* A walk over the candidates on behalf of one lock. */
struct password_walk {
    struct node *node;
    uint32_t next, tried;
    struct bytes word;
};
/* Collects what the tree offers by now, then begins; tries made before on NODE still count. */
void password_begin(struct password_walk *walk, struct node *node);
/* The next candidate is in walk->word; false at the end, or over LIMIT_PASSWORDS (an anomaly then). */
bool password_next(struct password_walk *walk);
/* walk->word opened NODE: it goes to the front, and NODE gets the facts password.*. */
void password_found(struct password_walk *walk);
/* Nothing opened it: the number of tries becomes a fact. */
void password_failed(struct password_walk *walk);

#endif
