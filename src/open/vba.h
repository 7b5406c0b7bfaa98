/* SPDX-License-Identifier: Apache-2.0
 *
 * VBA projects (MS-OVBA): from a storage of a compound file to the source of each module.
 *
 * The `dir` stream, compressed, lists code page, references and modules; a module's stream is the
 * version-
 * dependent performance cache (p-code) followed by its compressed source.  What comes out is one
 * view child of
 * kind VBA per module, and facts on the document: modules, references, whether p-code and source
 * disagree
 * (stomping: Office runs the p-code, analysts see the source), hidden modules, what the code does
 * when it is
 * evaluated (open/script.h).  Where `dir` is broken or missing, sources are found by their
 * compressed
 * "Attribute VB_" header, and the damage is an anomaly.
 *
 * Cost O(bytes); decompression is counted in LIMIT_BYTES_OUT (one chunk of at most 4,098 bytes
 * gives 4,096). */
#ifndef NOROSHI_OPEN_VBA_H
#define NOROSHI_OPEN_VBA_H

#include "open/cfb.h"

struct vba_module {
    struct bytes name, stream; /* UTF-8 */
    struct bytes source;       /* UTF-8; absent where it could not be read */
    struct bytes cache;        /* p-code and more, before the source */
    struct bytes raw;          /* the source's compressed bytes */
    bool document;             /* ThisDocument, a sheet, a class: not a standard module */
    struct node *node;         /* the view child */
};

struct vba_project {
    uint32_t code_page;
    struct bytes name;
    struct vba_module *module;
    uint32_t module_count, module_capacity;
};

/* The bytes of a compressed container (MS-OVBA 2.4.1), in ARENA; absent where it is none.  What
 * breaks off is
 * kept as far as it goes, and *WHOLE_OUT is false.  At most LIMIT bytes. */
struct bytes vba_decompress(struct arena *arena, struct bytes packed, size_t limit_bytes,
                            bool *whole_out);
/* Read the project whose PROJECT stream and VBA storage lie in STORAGE (index) of CFB, hang its
 * modules below
 * CFB's node and set the facts.  NULL where there is no VBA in it. */
struct vba_project *vba_open(struct cfb *cfb, uint32_t storage);
/* Every project anywhere in CFB (macros of embedded objects, orphans); their count. */
uint32_t vba_open_all(struct cfb *cfb);
/* A file of its own that is a VBA project (vbaProject.bin), read for facts on DOCUMENT. */
void vba_open_part(struct node *part, struct node *document);

/* Compare p-code and source of each module: facts macro.stomped, macro.pcode_strings
 * (vba_stomp.c). */
void vba_check_stomping(struct node *document, struct cfb *cfb, const struct vba_project *project);

#endif
