/* SPDX-License-Identifier: Apache-2.0
 *
 * The key that came by another mail: what mails of one conversation tell each other.
 *
 * Many a locked archive is sent alone, and its password follows in a second mail (in Japan by
 * custom).  A worker sees one mail; it notes here which conversations that mail belongs to,
 * whether something in it stayed locked, and the few words beside a word for "password" in a short
 * text.  Who reads all notes of a run (cli/siblings.h) has the locked mails scanned again with the
 * words of their conversation.
 *
 * A conversation is a Message-ID named by Message-ID, In-Reply-To or References, and the bare
 * subject between the same people.  Refuses: words of long texts, and everything where a mail
 * names no other and has no subject. Cost: one pass over the first SIBLING_TEXT_BYTES of a short
 * text. */
#ifndef NOROSHI_VERDICT_SIBLING_H
#define NOROSHI_VERDICT_SIBLING_H

#include "observe/model.h"
#include "verdict/verdict.h"

#define SIBLING_TEXT_BYTES 2048u            /* a mail that hands over a key is short */
#define SIBLING_BYTES_MAX ((size_t)8 << 20) /* a larger mail does not wait for a key */
#define SIBLING_KEYS_MAX 16u
#define SIBLING_WORDS_MAX 24u

struct sibling_note {
    uint64_t key[SIBLING_KEYS_MAX]; /* hashes of conversations */
    uint32_t key_count;
    struct bytes word[SIBLING_WORDS_MAX];
    uint32_t word_count;
    bool locked;
};

/* Whether something in V's mail stayed locked and its record tells of a conversation. */
bool sibling_locked(const struct verdict *v);
/* What V's mail tells, as a record; absent where there is nothing another mail could use. */
struct bytes sibling_write(struct arena *arena, const struct verdict *v, struct model *model);
/* A record read back, slices into RECORD; false where it is none. */
bool sibling_read(struct bytes record, struct sibling_note *out);

#endif
