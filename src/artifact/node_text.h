/* SPDX-License-Identifier: Apache-2.0
 *
 * The text of a node: its content as UTF-8, whatever charset it came in.
 *
 * Where content already is UTF-8 (nearly always) the answer is the content itself.  Otherwise the
 * reading a mail client would give is decoded once, on first use, and hung below the node as a child
 * with is_view set (kind TEXT, already opened, charset "utf-8"), so that evidence found in it has a
 * place: tree_owner() finds the view.  A second plausible reading (a label that lies) becomes a second
 * view.  Attachments nobody asks for pay nothing. */
#ifndef NOROSHI_ARTIFACT_NODE_TEXT_H
#define NOROSHI_ARTIFACT_NODE_TEXT_H

#include "artifact/node.h"

/* UTF-8 of NODE, never absent.  Charset: byte order mark, then the declared one, for HTML then the one
 * the page names, then a guess; CHARSET_* anomalies say where they disagree.  The first call may hang
 * children below NODE.  Over LIMIT_BYTES_OUT the text is cut, with an anomaly. */
struct bytes node_text(struct node *node);
/* The second plausible reading, or absent; after node_text. */
struct bytes node_text_other(struct node *node);
/* Whether CONTENT begins with the byte order mark of UTF-16 or UTF-32: Windows runs such scripts. */
bool node_text_is_wide(struct bytes content);
/* Whether NODE is the text of its parent, which is wide: it stands for the file itself. */
bool node_is_wide_text(const struct node *node);
/* The node that holds NODE's text as its content: the view node_text hung, or NODE itself. */
struct node *node_text_view(struct node *node);

#endif
