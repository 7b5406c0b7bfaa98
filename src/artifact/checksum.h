/* SPDX-License-Identifier: Apache-2.0
 *
 * Checksums of formats (not for identity: artifact/digest.h). */
#ifndef NOROSHI_ARTIFACT_CHECKSUM_H
#define NOROSHI_ARTIFACT_CHECKSUM_H

#include "base/bytes.h"

/* CRC-32 (ISO-HDLC, as ZIP, PNG and gzip use it) of B, continued from CRC; 0 begins. */
uint32_t checksum_crc32(uint32_t crc, struct bytes b);

#endif
