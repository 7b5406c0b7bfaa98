/* SPDX-License-Identifier: Apache-2.0
 *
 * What stays the same in the mails of one wave: a compact fingerprint of text and structure.
 *
 * Text is normalised (digits, addresses, links, names of the recipient masked; case folded) and its
 * three-word shingles (wide characters: three-character) are MinHashed (Broder 1997); links and
 * attachments are reduced to shapes ("/a/b.php?k=v" -> "/w/w.php?w", "request.zip{doc}" -> "w.zip"); the subject
 * to its words.  256 bytes at most, no text can be read back from it. */
#ifndef NOROSHI_VERDICT_FINGERPRINT_H
#define NOROSHI_VERDICT_FINGERPRINT_H

#include "observe/model.h"

#define FINGERPRINT_HASHES 24u
#define FINGERPRINT_SHAPES 6u

struct fingerprint {
    uint32_t text[FINGERPRINT_HASHES]; /* MinHash; all UINT32_MAX where there is hardly any text */
    uint32_t shingles;                 /* how many the text had, at most 4,096 counted */
    uint32_t subject, structure;       /* hashes of their shapes; 0 where absent */
    uint32_t link[FINGERPRINT_SHAPES],
        attachment[FINGERPRINT_SHAPES]; /* distinct shapes; 0 fills up */
};

struct fingerprint fingerprint_of(struct model *model);
/* Estimated share of equal shingles, 0..1; 0 where either has fewer than 8. */
double fingerprint_text_likeness(const struct fingerprint *a, const struct fingerprint *b);
/* Whether two mails belong to one wave: near-equal text, or different text in the same shape of subject,
 * links or attachments and structure. */
bool fingerprint_same_wave(const struct fingerprint *a, const struct fingerprint *b);

#endif
