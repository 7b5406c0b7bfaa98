/* SPDX-License-Identifier: Apache-2.0
 *
 * One look over a mail's tree: which parts are its text, which are attachments, where its hops are
 * cut.
 *
 * Text is every text/html and text/plain part a client shows in the message; an attachment is every
 * other leaf, an attached mail (not what is inside it), a text that says it is one, and a text with
 * a file name after the first.  Readings only some clients make (mime_part.is_alternative) come
 * after the plain ones and are text only where the plain reading has none.
 *
 * Hops are cut at every Received and X-Received, which closes the hop of the fields below it,
 * because servers write on top; hop 0 is the sender's.  Made once per model; cost O(parts +
 * fields). */
#ifndef NOROSHI_OBSERVE_MAILVIEW_H
#define NOROSHI_OBSERVE_MAILVIEW_H

#include "observe/authres.h"
#include "observe/model.h"
#include "open/mime.h"

struct node_list {
    struct node **item;
    uint32_t count, capacity;
};

struct hop {
    uint32_t first, last; /* numbers of its bottom and top header field, first >= last */
    bool is_closed;       /* `last` is a Received or X-Received */
};

enum trust_how {
    TRUST_NONE,       /* no field can be believed */
    TRUST_CONFIGURED, /* the authserv-id is in the settings */
    TRUST_RECEIVER, /* the newest whose authserv-id is of the organisation that received the mail */
    TRUST_NEWEST,   /* above every Received field: nobody but the receiver could write there */
    TRUST_UNNAMED,  /* no authserv-id, of a receiver that is known to write none */
};

struct trust {
    enum trust_how how;
    uint32_t field; /* number of the header field */
    uint32_t hop;
    struct bytes id; /* its authserv-id; absent where left out */
};

struct mail_view {
    struct node *node;
    const struct header *header; /* NULL where the artifact is no mail */
    struct node_list html, plain, attachment;
    struct hop *hop;
    uint32_t hop_count;
    struct trust results, spf;    /* Authentication-Results; Received-SPF */
    const struct authres *authres; /* what RESULTS says; NULL until asked for */
    struct value links;           /* array of Link, or UNSET: observe/links.h */
    struct body_threads *threads; /* NULL until asked for: observe/body.c */
};

/* The view of MODEL's mail, made on first use. */
struct mail_view *mail_view(struct model *model);
/* Field NUMBER's value unfolded, not decoded. */
struct bytes mail_field(struct model *model, uint32_t number);
/* The raw value of the first field called NAME; absent where there is none. */
struct bytes mail_field_named(struct model *model, const char *name);
/* Its decoded text; absent where there is none. */
struct bytes mail_text_named(struct model *model, const char *name);
/* observe/trust.c: which Authentication-Results and which Received-SPF may be believed. */
void trust_find(struct model *model, struct mail_view *view);
/* Whether what stands in hop number HOP was written at the receiving side. */
bool trust_covers(const struct mail_view *view, uint32_t hop);
extern const char *const trust_names[];

#endif
