/* SPDX-License-Identifier: Apache-2.0
 *
 * Where artifacts come from: a file, standard input, a folder, a Maildir, an mbox, a tar of mails.
 *
 * input_next() yields (name, bytes) one at a time, in an order that depends on names only, so that two
 * runs over the same files give the same list.  Memory is one artifact and one directory listing,
 * whatever the size of the mailbox.  What is no mailbox is yielded as it is: a zip, a container image
 * or a gzipped log is one artifact for the openers, not a container for this folder.
 *
 *   file       one artifact
 *   -          standard input: one artifact, an mbox or a tar, as a file would be
 *   folder     every file below it, by name; links to folders are not followed
 *   Maildir    (a folder with cur and new) the mails of cur and new, and of its subfolders
 *   mbox       mboxo, mboxrd, mboxcl, mboxcl2; also compressed (gzip, xz, zstd, bzip2)
 *   tar        plain or compressed, where its first file is a mail or an mbox: every file in it
 *
 * A file that cannot be read is an error of that file: the walk goes on with the next.
 * Memory errors of a mapped file that shrinks while it is read are not caught: files over 64 MB are
 * mapped, smaller ones read. */
#ifndef NOROSHI_INPUT_INPUT_H
#define NOROSHI_INPUT_INPUT_H

#include "base/bytes.h"
#include "base/error.h"

/* A single mail of an mbox, or a stream without a known size, is cut there. */
#define INPUT_ITEM_MAX_BYTES ((size_t)256 * 1024 * 1024)

/* Where the item after this one begins; give it to input_seek() to go on after an interruption. */
struct input_position {
    struct bytes path; /* of the file, as the walk names it; absent: at the start */
    uint64_t entry;    /* tar: files already begun */
    uint64_t offset;   /* mbox: bytes (uncompressed) already yielded */
    uint64_t mails;    /* mbox: mails already yielded, for the names */
};

struct input_item {
    struct bytes name;     /* "dir/a.eml", "box.mbox#3" (third mail), "mails.tar/x.eml", "-" */
    struct bytes content;  /* valid until the next call */
    int fd; /* the file whose whole content this is, open as long as the content; -1: none */
    struct bytes envelope; /* mbox: its "From " line; else absent */
    bool truncated;        /* longer than INPUT_ITEM_MAX_BYTES, or its archive is broken here */
    struct input_position after;
    uint64_t done_bytes; /* of all files, as stored: against input_measure() for progress */
};

enum input_status {
    INPUT_ITEM,  /* *item is filled */
    INPUT_END,   /* no more */
    INPUT_ERROR, /* *err says which file and why; call again for the rest */
};

struct input;

/* Start reading PATH ("-": standard input).  NULL, and *err, where it is not there or not readable.
 * Free with talloc_free or with PARENT. */
struct input *input_open(const void *parent, const char *path, struct error *err);
enum input_status input_next(struct input *input, struct input_item *item, struct error *err);
/* Skip what stands before POSITION (from an earlier run over the same path); before the first next. */
void input_seek(struct input *input, struct input_position position);
/* Bytes of all files input_next will read, by size alone; 0 where unknown (standard input). */
uint64_t input_measure(const char *path);

#endif
