/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside the HTML reader: the state one pass over a page shares between its files.
 *
 * html_read.c walks the tokens; html_link.c keeps what tags point at and ask for; html_embed.c
 * finds what scripts and attributes hold; html_tree.c listens to build a tree.  Nothing outside
 * open/ needs it. */
#ifndef NOROSHI_OPEN_HTML_READ_H
#define NOROSHI_OPEN_HTML_READ_H

#include "open/html.h"
#include "open/html_open.h"
#include "open/html_text.h"

#define HTML_LIST_MAX 4096 /* rows of any list of struct html_doc but links */

struct html_reader;

/* What a tree builder wants to hear; all may run many times and must take constant time. */
struct html_listener {
    void (*begin)(struct html_reader *reader); /* the first reading, or the one that replaces it */
    void (*start)(struct html_reader *reader, const struct html_token *token,
                  struct html_open_row *row);
    void (*end)(struct html_reader *reader, struct html_open_row *row, size_t source_end);
    /* Text or a comment, told when its text is in the sinks; they stood at DISPLAY_AT and INNER_AT
     * before. */
    void (*leaf)(struct html_reader *reader, const struct html_token *token, size_t display_at,
                 size_t inner_at);
    void *data;
};

struct html_reader {
    struct html_doc *doc;
    struct arena *arena;
    struct budget *budget;
    struct html_tokenizer tokenizer;
    struct html_open *open;
    struct html_sink display, inner;
    struct html_sheet *sheet;
    struct html_style_seen seen[HTML_STYLES_SEEN];
    const struct html_listener *listener; /* NULL: reading, not building a tree */
    struct html_tokenizer nested;         /* for conditional comments; made on first use */
    struct text script;                   /* of a script in svg, which comes in pieces */
    struct bytes script_type;             /* type or language of the open script */
    uint32_t link;                        /* 1 + number of the <a> text goes to, or 0 */
    uint32_t form;                        /* 1 + number of the open form, or 0 */
    uint32_t links_most;
    uint32_t cells; /* table cells begun since text was last written */
    size_t cells_at; /* where the text ended then */
    bool again; /* a style sheet came after text it may hide: read once more */
    bool is_again;
};

/* Room for one more row of a list of doc: the index, or UINT32_MAX where the list is full. */
uint32_t html_list_room(struct html_reader *reader, void *list, uint32_t count, uint32_t *room,
                        size_t size, uint32_t most);
#define html_list_add(reader, name, most)                                                          \
    html_list_room((reader), &(reader)->doc->name, (reader)->doc->name##_count,                    \
                   &(reader)->doc->name##_room, sizeof *(reader)->doc->name, (most))

/* Links, forms, inputs, marks a start tag makes; ROW is its element, or NULL for a void one. */
void html_link_start(struct html_reader *reader, const struct html_token *token,
                     struct html_open_row *row, uint16_t hidden);
/* The element of ROW, which opened a link, mark or form, ends. */
void html_link_end(struct html_reader *reader, const struct html_open_row *row);
/* Links in the comment of a conditional block. */
void html_link_comment(struct html_reader *reader, struct bytes comment);
/* An inline script, style sheet or event handler. */
void html_embed_script(struct html_reader *reader, struct bytes text, struct bytes source);
void html_embed_attributes(struct html_reader *reader, const struct html_token *token);
void html_embed_style(struct html_reader *reader, struct bytes css);
/* Note the signs of html_sign.def that stand in TEXT. */
void html_embed_signs(struct html_doc *doc, struct bytes text);
/* Read the whole page with LISTENER (may be NULL); fills DOC. */
void html_read_into(struct html_doc *doc, struct budget *budget,
                    const struct html_listener *listener);

#endif
