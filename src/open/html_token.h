/* SPDX-License-Identifier: Apache-2.0
 *
 * The WHATWG HTML tokenizer (HTML standard, section 13.2.5), over UTF-8 in memory.
 *
 * It hands out tokens as slices of the source and decodes nothing: names keep their case, character
 * references and CR stay as written, until a caller asks (html_text, html_attribute_value, ...).
 * Most text is never asked for, and a link's place in the source is a pointer difference.
 *
 * Each byte is looked at a bounded number of times whatever the page says: the cost is linear, and
 * the attributes of one tag are bounded (LIMIT_ATTRIBUTES; the rest is skipped and `attributes_cut`
 * set). A tag that the end of the page cuts is no token, as in a browser; `unfinished` tells where
 * it began.
 *
 * The tree construction stage tells a browser's tokenizer when to change its content model; here
 * the tokenizer follows start tags itself (`follow`), and the caller says when it is inside svg or
 * math
 * (`foreign`), where <title> is ordinary markup and <![CDATA[ is text. */
#ifndef NOROSHI_OPEN_HTML_TOKEN_H
#define NOROSHI_OPEN_HTML_TOKEN_H

#include "base/arena.h"
#include "open/html_tag.h"

enum html_token_type {
    HTML_TOKEN_TEXT,
    HTML_TOKEN_START,
    HTML_TOKEN_END,
    HTML_TOKEN_COMMENT,
    HTML_TOKEN_DOCTYPE,
};

enum html_state {
    HTML_STATE_DATA,
    HTML_STATE_RCDATA,
    HTML_STATE_RAWTEXT,
    HTML_STATE_SCRIPT,
    HTML_STATE_CDATA,
    HTML_STATE_PLAINTEXT,
};

struct html_attribute {
    struct bytes name,
        value; /* as written; value is empty where none was given, and has no quotes */
    enum html_attribute_name known;
};

struct html_token {
    enum html_token_type type;
    enum html_state state; /* the content model the token was read in: says how text decodes */
    enum html_tag tag;     /* of a start or end tag */
    bool self_closing;
    bool bogus;          /* a comment that was not written as one: <?x>, </ x>, <!x> */
    bool force_quirks;   /* of a doctype */
    bool attributes_cut; /* over the limit, or one given twice (the first counts) */
    struct bytes source; /* the whole token */
    struct bytes text;   /* characters, comment data, or the name of a tag or doctype; as written */
    struct bytes public_id, system_id; /* of a doctype; absent where it has none */
    const struct html_attribute *attribute;
    uint32_t attribute_count;
    uint64_t known; /* bit n: an attribute known as n is there */
};

struct html_tokenizer {
    struct bytes source;
    size_t at;
    enum html_state state;
    bool follow;             /* change state by the start tags seen */
    bool foreign;            /* inside svg or math; set by the caller */
    bool attributes_over;    /* some tag had more attributes than the limit */
    size_t unfinished;       /* offset of a tag the end cut, or SIZE_MAX */
    struct bytes last_start; /* name of the last start tag */
    struct html_attribute *room;
    uint32_t room_count;
};

/* Start at the head of SOURCE; the attribute room (ATTRIBUTES_MOST of them) comes from ARENA. */
void html_tokenizer_init(struct html_tokenizer *tokenizer, struct arena *arena, struct bytes source,
                         uint64_t attributes_most);
/* The next token; its attributes live until the next call.  False at the end. */
bool html_token_next(struct html_tokenizer *tokenizer, struct html_token *token);

/* RAW as its characters: references (not in raw text), line ends, NUL.  RAW itself where nothing
 * changes. */
struct bytes html_text(struct arena *arena, struct bytes raw, enum html_state state);
/* An attribute's value with references decoded. */
struct bytes html_attribute_value(struct arena *arena, const struct html_attribute *attribute);
/* A tag's or attribute's name in lower case; comment or doctype text with line ends and NUL
 * replaced. */
struct bytes html_name(struct arena *arena, struct bytes raw);
struct bytes html_comment(struct arena *arena, struct bytes raw);
/* The attribute of that name, which TOKEN has. */
const struct html_attribute *html_attribute_at(const struct html_token *token,
                                               enum html_attribute_name known);
/* The first attribute of that name, or NULL. */
static inline const struct html_attribute *html_attribute_get(const struct html_token *token,
                                                              enum html_attribute_name known)
{
    return (token->known >> known & 1) == 0 ? NULL : html_attribute_at(token, known);
}

/* The character reference at S[AT] == '&': its length in bytes and one or two code points; 0 where
 * that is no reference.  In an attribute a name without semicolon before = or a letter is none. */
size_t html_reference(struct bytes s, size_t at, bool in_attribute, uint32_t code_out[static 2]);

#endif
