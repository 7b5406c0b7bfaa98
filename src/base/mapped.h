/* SPDX-License-Identifier: Apache-2.0
 *
 * The artifact that is mapped from its file, and giving back what was read of it.
 *
 * Artifacts larger than memory (container images) are mapped, not copied.  Pages that were read stay
 * resident until somebody needs the room; who reads such an artifact from front to back calls
 * mapped_forget() behind itself, so that memory stays small whatever the size.  Forgotten bytes are still
 * there: the next look reads them from the file again.
 *
 * One artifact per process at a time, as a worker has it.  Bytes outside it are left alone, so callers
 * need not know where theirs come from. */
#ifndef NOROSHI_BASE_MAPPED_H
#define NOROSHI_BASE_MAPPED_H

#include "base/bytes.h"

#define MAPPED_STEP_BYTES ((size_t)4 * 1024 * 1024)

/* MAP is a private read-only mapping of a file; absent: none is mapped any more. */
void mapped_set(struct bytes map);
/* PART was read: its whole pages need not stay resident.  Does nothing outside the mapping. */
void mapped_forget(struct bytes part);

#endif
