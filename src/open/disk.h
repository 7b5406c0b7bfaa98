/* SPDX-License-Identifier: Apache-2.0
 *
 * File systems on disc and disk images: what Explorer mounts on a double click.
 *
 * ISO 9660 goes to libarchive; UDF, FAT and the virtual disk around them are ours.  Readers hang the
 * files they find below NODE, in directory order, and say what they could not follow.
 *
 * source   ECMA-167 3rd edition and OSTA UDF 2.01; Microsoft FAT specification 1.03; Virtual Hard Disk
 *          Image Format 1.0 */
#ifndef NOROSHI_OPEN_DISK_H
#define NOROSHI_OPEN_DISK_H

#include "artifact/node.h"

/* Whether B holds UDF's recognition sequence (BEA01 ... NSR0x). */
bool udf_is(struct bytes b);
/* Hang the files of the UDF volume that is NODE's content. */
void udf_open(struct node *node);
/* Whether B begins with a FAT boot sector. */
bool fat_is(struct bytes b);
/* Hang the files of the FAT volume VOLUME, a slice of NODE's content or memory of its arena. */
void fat_open(struct node *node, struct bytes volume);
/* Hang what the partitions of DISK (or the bare file system it is) hold; an anomaly for other systems. */
void disk_open(struct node *node, struct bytes disk);

#endif
