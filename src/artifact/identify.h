/* SPDX-License-Identifier: Apache-2.0
 *
 * The kind of some bytes, by magic numbers and, for text, by shape.
 *
 * The declared type and name are used only where bytes cannot decide: to tell kinds of text apart
 * (text/html without a tag, a .bat file) and never to overrule a magic number. */
#ifndef NOROSHI_ARTIFACT_IDENTIFY_H
#define NOROSHI_ARTIFACT_IDENTIFY_H

#include "artifact/node.h"

/* cost O(4 KB) for magic, O(64 KB) for text shape. */
enum kind identify(struct bytes content, struct bytes declared_type, struct bytes name);
/* The kind of text HEAD is where it is a launcher: a file that is a few words telling Windows, macOS or a
 * desktop what to open or run (registry scripts, saved searches, remote desktops, consoles, ...). */
enum kind identify_launcher(struct bytes head);
bool identify_is_launcher(enum kind kind);
/* Whether CONTENT is nothing but the first bytes of some signature: a file cut at once. */
bool identify_beginning(struct bytes content);
/* The name after the last dot, as written; absent where there is none. */
struct bytes name_extension(struct bytes name);

#endif
