/* SPDX-License-Identifier: Apache-2.0
 *
 * A subject taken apart: reply and forward marks, bracketed tags, what is left.
 *
 * Marks are rows of subject.def (Re, AW, SV, RV, 回复, 転送 ...), an optional count in brackets or
 * parentheses ("Re[2]:", "RE (3):") and a colon, ASCII or full-width.  Tags are [words] in front;
 * both may alternate.  A bracket that is the whole subject is the subject. */
#ifndef NOROSHI_OBSERVE_SUBJECT_H
#define NOROSHI_OBSERVE_SUBJECT_H

#include "base/arena.h"

#define SUBJECT_TAGS_MAX 16

struct subject {
    struct bytes base; /* a slice of the subject; empty where only marks stood there */
    struct bytes tag[SUBJECT_TAGS_MAX]; /* without brackets */
    uint32_t tag_count;
    bool is_reply, is_forward, is_auto_reply;
};

void subject_parse(struct bytes text, struct subject *out);

#endif
