/* SPDX-License-Identifier: Apache-2.0
 *
 * The reading position inside one script: what syntax.c (commands) and word.c (words) share.
 *
 * Private to the parser. */
#ifndef NOROSHI_SHELL_READER_H
#define NOROSHI_SHELL_READER_H

#include "shell/syntax.h"

struct heredoc {
    struct heredoc *next;
    struct shell_redirect *redirect;
    struct bytes mark; /* what ends it */
    bool quoted, tabs; /* 'EOF'; <<- */
};

struct reader {
    struct arena *arena;
    struct bytes text;
    size_t at;
    uint32_t origin; /* added to every offset */
    bool frozen;     /* the text is an unescaped copy: every offset is origin */
    uint32_t depth, retries;
    uint32_t open[8]; /* constructs waiting for an end, by enum closer */
    struct heredoc *pending, **pending_end;
    struct syntax *out;
};

enum closer {
    CLOSE_THEN,
    CLOSE_FI,
    CLOSE_DO,
    CLOSE_DONE,
    CLOSE_ESAC,
    CLOSE_BRACE,
    CLOSE_PAREN,
    CLOSE_ARM
};

static inline int reader_peek(const struct reader *r, size_t ahead)
{
    return r->at + ahead < r->text.len ? r->text.at[r->at + ahead] : -1;
}
static inline uint32_t reader_offset(const struct reader *r)
{
    return r->frozen ? r->origin : r->origin + (uint32_t)r->at;
}
static inline void reader_odd(struct reader *r)
{
    if (r->out->odd_count++ == 0)
        r->out->odd_offset = reader_offset(r);
}

/* A list of commands up to the closing ')' (not consumed), used for $( ), <( ) and ( ). */
struct shell_command *reader_list_paren(struct reader *r);
/* The commands in TEXT, an unescaped copy of what stands at the reader's position. */
struct shell_command *reader_list_copy(struct reader *r, struct bytes text);
/* The word at the position; NULL where none begins there.  In a TEST ([[ ]]) parentheses and < >
 * are letters. */
struct shell_word *reader_word(struct reader *r, bool in_test);
/* TEXT read as between double quotes: a here-document's body, the operand of ${x:-..}. */
struct shell_word *reader_quoted(struct reader *r, struct bytes text, uint32_t offset, bool quotes);
/* One word that is the literal TEXT. */
struct shell_word *reader_literal(struct reader *r, struct bytes text, uint32_t offset);

#endif
