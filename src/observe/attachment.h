/* SPDX-License-Identifier: Apache-2.0
 *
 * Attachments: a node as rules see a file, and back from the object to its node.
 *
 * file_type is what the bytes are, in the public feed's spelling; text of any sort has no magic
 * number and is "unknown" there. */
#ifndef NOROSHI_OBSERVE_ATTACHMENT_H
#define NOROSHI_OBSERVE_ATTACHMENT_H

#include "observe/model.h"

struct bytes node_file_type(const struct node *node);
/* The declared name; of the artifact itself without its folders; absent where none. */
struct bytes node_file_name(const struct node *node);
/* The declared name's extension as written, without its dot; absent where none. */
struct bytes node_file_extension(const struct node *node);
/* The node a file-like object (Attachment, Message, BodyHTML, Plain) stands for; NULL for any
 * other, and for one that comes out of a store. */
const struct node *object_node(const struct object *object);
/* Whether OBJECT comes out of a store: the file it speaks of is not there. */
bool object_is_stored(const struct object *object);

#endif
