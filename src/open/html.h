/* SPDX-License-Identifier: Apache-2.0
 *
 * What an HTML page or mail body says, shows, hides and wants: one pass over its tokens.
 *
 * The opener hangs a struct html_doc on node->own of HTML, HTA and SVG nodes and makes children of
 * what is embedded: inline scripts (KIND_JAVASCRIPT), data: URIs, iframe srcdoc.  html_read() does
 * the same reading for a text that is no node (a rule's strings.parse_html).
 *
 * Slices point into the source where the text stands there as written, else into the arena.
 * display_text is what a person sees (hidden elements left out); inner_text is all text but scripts
 * and style sheets. Both have blanks run together and line ends for blocks.  Positions called *_at
 * are byte offsets: in the source unless the field says in which text.
 *
 * Whether something is hidden is judged from style attributes, simple <style> rules, attributes and
 * colours (open/html_style.h): no layout, no script, nothing is loaded.
 * Cost: linear in the page; every list is bounded (LIMIT_LINKS; 4,096 rows of the others), what
 * is over is counted in `dropped`.  Source: HTML standard, sections 13.2 and 15.3. */
#ifndef NOROSHI_OPEN_HTML_H
#define NOROSHI_OPEN_HTML_H

#include "artifact/node.h"
#include "open/html_style.h"
#include "open/html_token.h"

enum html_link_kind {
    HTML_LINK_A,
    HTML_LINK_AREA,
    HTML_LINK_FORM, /* action, formaction */
    HTML_LINK_IMG,  /* also input type=image, video poster, background */
    HTML_LINK_BASE,
    HTML_LINK_META_REFRESH,
    HTML_LINK_FRAME, /* iframe, frame, embed, object */
    HTML_LINK_SCRIPT,
    HTML_LINK_STYLESHEET,  /* link rel=... */
    HTML_LINK_STYLE,       /* url() in a style */
    HTML_LINK_SVG,         /* xlink:href, href in svg */
    HTML_LINK_CONDITIONAL, /* inside <!--[if mso]> ... <![endif]--> */
};

struct html_link {
    enum html_link_kind kind;
    struct bytes href; /* decoded, without blanks around and line ends within; not resolved */
    struct bytes text; /* shown text: a slice of display_text, trimmed; empty where there is none */
    struct bytes alt;  /* alternative text of an image in it (or of the image), absent where none */
    struct bytes source; /* the start tag */
    size_t href_at;      /* offset of the target as written, and its length there */
    size_t href_len;
    size_t text_at; /* offset in display_text: says in which thread the link stands */
    bool visible;   /* a person would see it: not hidden, and something in it to click on */
    bool has_image;
    bool download;   /* has the download attribute */
    uint16_t hidden; /* enum html_hidden */
};

struct html_input {
    struct bytes type, name, value,
        placeholder; /* type in lower case, "text" where none is given */
    struct bytes source;
    uint32_t form; /* 1-based number of its form, 0: outside any */
    bool secret;   /* a password field, or a text field whose name or hint asks for one */
    bool hidden;
};

struct html_form {
    struct bytes action, method; /* decoded; absent where not given */
    struct bytes source;
    uint32_t input_count,
        secret_count; /* secret: fields that ask for a password, PIN, card code, ... */
    bool has_password;
    bool posts_out; /* the action names a host (http:, https:, //): for a mail or a file, a foreign
                       one */
    bool mails;     /* action is mailto: */
};

struct html_hidden_text {
    uint16_t why;        /* enum html_hidden */
    struct bytes source; /* the raw text */
    struct bytes text;   /* slice of inner_text, trimmed */
    size_t text_at;      /* where it begins there */
};

struct html_script {
    struct bytes text;      /* decoded; empty for an external one */
    struct bytes src, type; /* absent where not given */
    struct bytes source;    /* the raw text, or the start tag of an external one */
};

struct html_event {
    struct bytes name, value, source; /* name: "onload", or "href" for a javascript: address */
};

/* A mark of a mail client around quoted mail, for observe/thread. */
enum html_mark_kind {
    HTML_MARK_QUOTE,        /* gmail_quote, yahoo_quoted, moz-cite, blockquote type=cite, ... */
    HTML_MARK_REPLY_HEADER, /* divRplyFwdMsg, a block with a top border before From:, ... */
    HTML_MARK_BANNER,       /* a block whose id or class calls itself an external-mail warning */
    HTML_MARK_SIGNATURE,
};
struct html_mark {
    enum html_mark_kind kind;
    size_t text_at, text_end; /* in display_text */
    size_t source_at;
};

struct html_embedded {
    struct bytes type;    /* declared media type, absent where none */
    struct bytes content; /* decoded */
    struct bytes source;  /* the attribute value as written */
    bool is_page;         /* srcdoc: HTML, not a data: URI */
};

/* Signs of HTML smuggling and of self-made pages, in scripts and attributes (ATT&CK T1027.006). */
enum html_sign {
#define HTML_SIGN(id, name, needle, what) HTML_SIGN_##id,
#include "open/html_sign.def"
#undef HTML_SIGN
    HTML_SIGN_COUNT
};
struct html_sign_row {
    const char *name, *needle, *what;
};
extern const struct html_sign_row html_sign_rows[HTML_SIGN_COUNT];

/* A drawn grid of dark and light modules: a QR code made of table cells or block characters. */
struct html_matrix {
    uint32_t width, height; /* modules */
    uint8_t *module;        /* width * height bytes, 1 dark, 0 light, row by row */
    bool from_table;        /* else from characters */
    struct bytes source;    /* where it stands */
};

struct html_doc {
    struct arena *arena;
    struct bytes source;
    struct bytes display_text, inner_text;
    struct bytes title, base_href, language; /* decoded; absent where none */
    struct html_link *link;
    uint32_t link_count, link_room;
    struct html_form *form;
    uint32_t form_count, form_room;
    struct html_input *input;
    uint32_t input_count, input_room;
    struct html_hidden_text *hidden;
    uint32_t hidden_count, hidden_room;
    struct html_script *script;
    uint32_t script_count, script_room;
    struct html_event *event;
    uint32_t event_count, event_room;
    struct html_mark *mark;
    uint32_t mark_count, mark_room;
    struct html_embedded *embedded;
    uint32_t embedded_count, embedded_room;
    struct bytes *comment; /* data, as written */
    uint32_t comment_count, comment_room;
    struct html_sheet sheet; /* rules of all <style> elements; table only while reading */
    size_t hidden_bytes;     /* of inner_text that is hidden */
    uint32_t invisible_count, bidi_count,
        split_count; /* see struct html_sink, in the visible text */
    uint32_t element_count, image_count, dropped;
    uint32_t empty_cells; /* the longest run of table cells with no text between them */
    uint64_t signs;                        /* bit set of enum html_sign */
    struct bytes sign_at[HTML_SIGN_COUNT]; /* the first place of each */
    bool too_deep;                         /* elements nested past the bound were read flat */
    bool attributes_over;                  /* a tag had more attributes than the limit */
    bool svg;                              /* the page itself is SVG or other XML */
    bool has_svg;                          /* inline svg */
    struct html_tree *tree;                /* open/html_tree.h, made when first asked for */
};

/* Read SOURCE (UTF-8); SVG says it is XML.  Never fails.  BUDGET may be NULL (defaults). */
struct html_doc *html_read(struct arena *arena, struct budget *budget, struct bytes source,
                           bool svg);
/* The page of a node the HTML opener has been at, or NULL. */
const struct html_doc *html_of(const struct node *node);
/* Grids of modules (21..185 wide) drawn with table cells or block characters, at most 16. */
uint32_t html_find_matrices(const struct html_doc *doc, struct arena *arena,
                            struct html_matrix **out);
/* The same in plain text: lines of block characters. */
uint32_t html_text_matrices(struct bytes text, struct arena *arena, struct html_matrix **out);
/* Bytes of a data: URI; false where it is none. */
bool html_data_uri(struct arena *arena, struct bytes uri, struct bytes *type_out,
                   struct bytes *content_out);

#endif
