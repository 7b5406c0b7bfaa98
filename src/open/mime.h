/* SPDX-License-Identifier: Apache-2.0
 *
 * The mail opener: an Internet message (KIND_MAIL) and its MIME parts (KIND_MULTIPART and the leaves).
 *
 * A mail node gets ONE child for its body: the leaf itself ("text/plain") or a multipart node, whose
 * children are its parts in order, and so on; a message/rfc822 part is a mail node again.
 *
 *   0        mail            own  = struct mime_message (fields, body)
 *   0.1      multipart/mixed part = struct mime_part
 *   0.1.1    text/html       part = struct mime_part; text by node_text() (artifact/node_text.h)
 *   0.1.2    file.pdf        part = struct mime_part; raw = base64 as transported, content = decoded
 *
 * Every child made here has node->part; what other openers hang below has none, so `part` also says
 * "this came by mail".  `own` belongs to whoever opens the node (a mail: struct mime_message).
 *
 * What clients read differently is read in every way: the reading of most clients is the plain child,
 * the others are further children with part->is_alternative set and an anomaly on the node that holds
 * the bytes.  What only some clients show (preamble, epilogue, a uuencoded file inside text) is a child
 * with that role.  Nothing is lost; cost is O(bytes) per reading, and readings are few and bounded. */
#ifndef NOROSHI_OPEN_MIME_H
#define NOROSHI_OPEN_MIME_H

#include "open/header.h"

enum mime_encoding {
    MIME_IDENTITY, /* 7bit, 8bit, binary, none */
    MIME_QUOTED,
    MIME_BASE64,
    MIME_UUENCODE,
    MIME_YENC,
    MIME_BINHEX,
    MIME_UNKNOWN_ENCODING, /* read as identity, with an anomaly */
};

enum mime_role {
    MIME_ROLE_BODY,     /* the one child of a mail */
    MIME_ROLE_PART,     /* a part of a multipart */
    MIME_ROLE_PREAMBLE, /* before the first boundary: old clients show it */
    MIME_ROLE_EPILOGUE, /* after the last boundary */
    MIME_ROLE_INLINE,   /* a file inside a text (open/inline_file.h) */
};

struct mime_part {
    const struct header *header;       /* of this part; for a body: of its message */
    struct header_params content_type; /* value "text/html"; empty where the field is missing */
    struct header_params disposition;  /* value "attachment", "inline" or empty */
    struct bytes type;       /* what it counts as: lower case, RFC 2045 5.2 default applied */
    struct bytes file_name;  /* decoded, UTF-8; absent where none; also node->name */
    struct bytes other_name; /* another client's reading of the name; absent where same */
    struct bytes content_id; /* without <>; absent where none */
    struct bytes boundary;   /* multipart: the one used; absent where none was found */
    enum mime_encoding encoding;
    enum mime_role role;
    bool is_alternative; /* a reading only some clients make */
    bool is_attachment;  /* disposition says attachment, or has a name and is no text */
};

struct mime_message {
    struct header header;
    struct node *body; /* the body's node in the main reading; NULL where the message has none */
};

/* The fields of a mail node that was opened; NULL for any other node. */
const struct mime_message *mime_message(const struct node *node);
/* The message NODE is a part of: itself for a mail node, else the nearest mail above; NULL outside. */
struct node *mime_mail_of(struct node *node);

#endif
