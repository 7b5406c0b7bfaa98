/* SPDX-License-Identifier: Apache-2.0 */
#include "open/html_read.h"

#include <assert.h>
#include <stdlib.h>
#include <talloc.h>

#define COLOR_NEAR 12 /* largest difference per channel nobody can read */

uint32_t html_list_room(struct html_reader *reader, void *list, uint32_t count, uint32_t *room,
                        size_t size, uint32_t most)
{
    if (count >= most) {
        reader->doc->dropped++;
        return UINT32_MAX;
    }
    if (count == *room) {
        uint32_t wanted = *room == 0 ? 8 : *room * 2;
        void *grown = arena_alloc_raw(reader->arena, wanted * size);
        if (count > 0)
            memcpy(grown, *(void **)list, count * size);
        *(void **)list = grown;
        *room = wanted;
    }
    return count;
}

static bool is_near(int32_t a, int32_t b)
{
    for (int shift = 0; shift < 24; shift += 8)
        if (abs(((a >> shift) & 255) - ((b >> shift) & 255)) > COLOR_NEAR)
            return false;
    return true;
}

static struct bytes attribute_text(struct html_reader *reader,
                                   const struct html_attribute *attribute)
{
    return attribute == NULL ? BYTES_NONE : html_attribute_value(reader->arena, attribute);
}

/* What the attributes of TOKEN say about its looks. */
static struct html_style element_style(struct html_reader *reader, const struct html_token *token,
                                       bool *hidden_attribute_out)
{
    struct html_style style = HTML_STYLE_NONE;
    struct bytes class = BYTES_NONE, id = BYTES_NONE, declared = BYTES_NONE;
    for (uint32_t i = 0; i < token->attribute_count; i++) {
        const struct html_attribute *a = &token->attribute[i];
        switch (a->known) {
        case HTML_ATTRIBUTE_STYLE:
            declared = html_attribute_value(reader->arena, a);
            break;
        case HTML_ATTRIBUTE_CLASS:
            class = a->value;
            break;
        case HTML_ATTRIBUTE_ID:
            id = a->value;
            break;
        case HTML_ATTRIBUTE_BGCOLOR:
            style.background = html_style_color(a->value);
            break;
        case HTML_ATTRIBUTE_BACKGROUND:
            style.background = HTML_COLOR_UNKNOWN;
            break;
        case HTML_ATTRIBUTE_HIDDEN:
            *hidden_attribute_out = true;
            break;
        case HTML_ATTRIBUTE_COLOR:
            if (token->tag == HTML_TAG_FONT)
                style.color = html_style_color(a->value);
            break;
        default:
            break;
        }
    }
    if (reader->sheet->hides)
        html_sheet_apply(reader->sheet, &style, token->text, class, id);
    if (declared.len > 0)
        html_style_declare_again(reader->seen, &style, declared);
    if (style.background == HTML_COLOR_UNSET && reader->sheet->complex &&
        (class.len > 0 || id.len > 0))
        style.background = HTML_COLOR_UNKNOWN;
    return style;
}

/* The look of an element: what it inherits with its own STYLE on top. */
static struct html_look merge_look(struct html_look look, const struct html_style *style)
{
    uint16_t undone = 0;
    if (style->shown & 1)
        undone |= HTML_HIDDEN_VISIBILITY;
    if (style->shown & 2)
        undone |= HTML_HIDDEN_SIZE;
    look.hidden = (uint16_t)((look.hidden & ~undone) | style->hidden);
    if ((style->clip & 1) && (style->clip & 6))
        look.hidden |= HTML_HIDDEN_CLIPPED;
    if (style->color != HTML_COLOR_UNSET || style->background != HTML_COLOR_UNSET) {
        if (style->color != HTML_COLOR_UNSET)
            look.color = style->color;
        if (style->background != HTML_COLOR_UNSET)
            look.background = style->background;
        look.hidden &= (uint16_t)~HTML_HIDDEN_COLOR;
        if ((style->hidden & HTML_HIDDEN_COLOR) ||
            (look.color >= 0 && look.background >= 0 && is_near(look.color, look.background)))
            look.hidden |= HTML_HIDDEN_COLOR;
    }
    return look;
}

static struct html_look base_look(const struct html_reader *reader)
{
    if (reader->open->count > 0)
        return reader->open->row[reader->open->count - 1].look;
    return (struct html_look){.background = 0xFFFFFF};
}

static void break_lines(struct html_reader *reader, unsigned count)
{
    html_sink_break(&reader->inner, count);
    html_sink_break(&reader->display, count);
}

/* The tokenizer is told whether it is inside svg or math. */
static void follow_foreign(struct html_reader *reader)
{
    const struct html_open *open = reader->open;
    const struct html_open_row *top = open->count > 0 ? &open->row[open->count - 1] : NULL;
    reader->tokenizer.foreign =
        top != NULL && top->foreign && top->tag != HTML_TAG_FOREIGNOBJECT;
}

static void pop_rows(struct html_reader *reader, uint32_t count, size_t source_at)
{
    if (count == 0)
        return;
    for (; count > 0; count--) {
        struct html_open_row *row = &reader->open->row[reader->open->count - 1];
        if (reader->listener != NULL)
            reader->listener->end(reader, row, source_at);
        if (row->link != 0 || row->mark != 0 || row->form != 0)
            html_link_end(reader, row);
        if (row->tag == HTML_TAG_SCRIPT && row->foreign && reader->script.len > 0) {
            struct bytes text = arena_copy(reader->arena, text_bytes(&reader->script));
            html_embed_script(reader, text, bytes_sub(reader->doc->source, source_at, 0));
            reader->script.len = 0;
        }
        if (row->breaks && !row->foreign)
            break_lines(reader, row->tag == HTML_TAG_P ? 2 : 1);
        html_open_pop(reader->open);
    }
    follow_foreign(reader);
}

/* Breaks and blanks a start tag puts into the text. */
static void space_before(struct html_reader *reader, const struct html_token *token)
{
    unsigned flags = html_tag_rows[token->tag].flags;
    if (token->tag == HTML_TAG_BR) {
        html_sink_newline(&reader->inner);
        html_sink_newline(&reader->display);
    } else if (flags & HTML_BLOCK) {
        break_lines(reader, token->tag == HTML_TAG_P ? 2 : 1);
    } else if ((flags & HTML_CELL) || token->tag == HTML_TAG_IMG) {
        html_sink_blank(&reader->inner);
        html_sink_blank(&reader->display);
    }
}

static void set_scalar(struct html_reader *reader, const struct html_token *token)
{
    struct html_doc *doc = reader->doc;
    if (token->tag == HTML_TAG_HTML && doc->language.at == NULL)
        doc->language = attribute_text(reader, html_attribute_get(token, HTML_ATTRIBUTE_LANG));
    if (token->tag == HTML_TAG_SVG)
        doc->has_svg = true;
    if (token->tag == HTML_TAG_IMG)
        doc->image_count++;
    if (token->tag == HTML_TAG_SCRIPT) {
        reader->script_type =
            attribute_text(reader, html_attribute_get(token, HTML_ATTRIBUTE_TYPE));
        if (reader->script_type.len == 0)
            reader->script_type =
                attribute_text(reader, html_attribute_get(token, HTML_ATTRIBUTE_LANGUAGE));
    }
    doc->element_count++;
}

/* A cell begins: what draws with table cells writes nothing in between. */
static void count_cell(struct html_reader *reader)
{
    if (reader->inner.out.len != reader->cells_at)
        reader->cells = 0;
    reader->cells_at = reader->inner.out.len;
    if (++reader->cells > reader->doc->empty_cells)
        reader->doc->empty_cells = reader->cells;
}

static void read_start(struct html_reader *reader, const struct html_token *token, size_t source_at)
{
    struct html_open *open = reader->open;
    bool in_foreign = open->count > 0 && open->row[open->count - 1].foreign;
    if (!reader->doc->svg)
        pop_rows(reader, html_open_closed_by_start(open, token), source_at);
    if ((token->tag == HTML_TAG_HTML || token->tag == HTML_TAG_BODY) && open->last[token->tag] != 0)
        return;
    unsigned flags = html_tag_rows[token->tag].flags;
    bool hidden_attribute = false;
    struct html_look look = base_look(reader);
    if (token->attribute_count > 0 || reader->sheet->hides) {
        struct html_style style = element_style(reader, token, &hidden_attribute);
        look = merge_look(look, &style);
    }
    if (hidden_attribute)
        look.hidden |= HTML_HIDDEN_ATTRIBUTE;
    if (flags & HTML_HIDE)
        look.hidden |= HTML_HIDDEN_ELEMENT;
    look.pre |= token->tag == HTML_TAG_PRE || token->tag == HTML_TAG_TEXTAREA ||
                token->tag == HTML_TAG_XMP || token->tag == HTML_TAG_PLAINTEXT ||
                token->tag == HTML_TAG_LISTING;
    space_before(reader, token);
    if (flags & HTML_CELL)
        count_cell(reader);
    set_scalar(reader, token);
    bool is_void =
        (in_foreign || reader->doc->svg) ? token->self_closing : (flags & HTML_VOID) != 0;
    if ((token->tag == HTML_TAG_SVG || token->tag == HTML_TAG_MATH) && token->self_closing)
        is_void = true;
    struct html_open_row *row = is_void ? NULL : html_open_push(open, token, reader->doc->svg);
    if (row != NULL)
        row->look = look;
    else if (!is_void)
        reader->doc->too_deep = true;
    if (reader->listener != NULL)
        reader->listener->start(reader, token, row);
    if (token->attribute_count > 0) {
        html_link_start(reader, token, row, look.hidden);
        html_embed_attributes(reader, token);
    }
    follow_foreign(reader);
}

static void keep_hidden(struct html_reader *reader, const struct html_token *token, uint16_t why,
                        size_t from)
{
    struct html_doc *doc = reader->doc;
    size_t len = reader->inner.out.len - from;
    if (len == 0 || why == HTML_HIDDEN_ELEMENT)
        return;
    doc->hidden_bytes += len;
    uint32_t at = html_list_add(reader, hidden, HTML_LIST_MAX);
    if (at == UINT32_MAX)
        return;
    /* text has only its length until the page is done, because the text may still move. */
    doc->hidden[at] = (struct html_hidden_text){
        .why = why, .source = token->source, .text = {NULL, len}, .text_at = from};
    doc->hidden_count++;
}

static void read_text_in(struct html_reader *reader, const struct html_token *token)
{
    struct html_open *open = reader->open;
    const struct html_open_row *top = open->count > 0 ? &open->row[open->count - 1] : NULL;
    enum html_tag tag = top == NULL ? HTML_TAG_OTHER : top->tag;
    if (tag == HTML_TAG_STYLE) {
        html_embed_style(reader, token->text);
        return;
    }
    if (tag == HTML_TAG_SCRIPT) {
        if (top->foreign)
            text_add(&reader->script, html_text(reader->arena, token->text, token->state));
        else
            html_embed_script(reader, token->text, token->source);
        return;
    }
    if (tag == HTML_TAG_IFRAME || tag == HTML_TAG_NOFRAMES || tag == HTML_TAG_NOEMBED)
        return;
    if (tag == HTML_TAG_TITLE && reader->doc->title.at == NULL)
        reader->doc->title = bytes_trim(html_text(reader->arena, token->text, token->state));
    struct html_look look = base_look(reader);
    size_t from = reader->inner.out.len;
    if (look.hidden == 0) {
        html_sink_text_both(&reader->inner, &reader->display, token->text, token->state, look.pre);
        return;
    }
    html_sink_text(&reader->inner, token->text, token->state, look.pre);
    keep_hidden(reader, token, look.hidden, from);
}

static void read_text(struct html_reader *reader, const struct html_token *token)
{
    size_t display_at = reader->display.out.len, inner_at = reader->inner.out.len;
    read_text_in(reader, token);
    if (reader->listener != NULL)
        reader->listener->leaf(reader, token, display_at, inner_at);
}

static void read_comment(struct html_reader *reader, const struct html_token *token)
{
    if (reader->listener != NULL)
        reader->listener->leaf(reader, token, reader->display.out.len, reader->inner.out.len);
    if (token->bogus)
        return;
    uint32_t at = html_list_add(reader, comment, HTML_LIST_MAX);
    if (at != UINT32_MAX) {
        reader->doc->comment[at] = token->text;
        reader->doc->comment_count++;
    }
    if (bytes_starts(bytes_trim(token->text), BYTES("[if")))
        html_link_comment(reader, token->text);
}

static void read_end(struct html_reader *reader, const struct html_token *token, size_t source_end)
{
    uint32_t count = html_open_closed_by_end(reader->open, token);
    if (count > 1)
        pop_rows(reader, count - 1, source_end - token->source.len);
    if (count > 0)
        pop_rows(reader, 1, source_end);
    else if (token->tag == HTML_TAG_P || token->tag == HTML_TAG_BR)
        break_lines(reader, 1);
    if (token->tag == HTML_TAG_A)
        reader->link = 0;
}

static void read_tokens(struct html_reader *reader)
{
    struct html_token token;
    struct html_tokenizer *tokenizer = &reader->tokenizer;
    for (;;) {
        size_t before = tokenizer->at;
        if (!html_token_next(tokenizer, &token))
            break;
        switch (token.type) {
        case HTML_TOKEN_TEXT:
            read_text(reader, &token);
            break;
        case HTML_TOKEN_START:
            read_start(reader, &token, before);
            break;
        case HTML_TOKEN_END:
            read_end(reader, &token, tokenizer->at);
            break;
        case HTML_TOKEN_COMMENT:
            read_comment(reader, &token);
            break;
        case HTML_TOKEN_DOCTYPE:
            break;
        }
        if (reader->again)
            return;
    }
    pop_rows(reader, reader->open->count, tokenizer->source.len);
}

/* The texts are complete: turn offsets into slices and trim what links show. */
static void settle_slices(struct html_reader *reader)
{
    struct html_doc *doc = reader->doc;
    doc->display_text = text_bytes(&reader->display.out);
    doc->inner_text = text_bytes(&reader->inner.out);
    if (doc->display_text.at == NULL)
        doc->display_text = bytes_of("", 0);
    if (doc->inner_text.at == NULL)
        doc->inner_text = bytes_of("", 0);
    for (uint32_t i = 0; i < doc->link_count; i++) {
        struct html_link *link = &doc->link[i];
        link->text = bytes_trim(bytes_sub(doc->display_text, link->text_at, link->text.len));
        link->visible =
            link->visible && link->hidden == 0 && (link->text.len > 0 || link->has_image);
    }
    for (uint32_t i = 0; i < doc->hidden_count; i++) {
        struct html_hidden_text *hidden = &doc->hidden[i];
        hidden->text = bytes_trim(bytes_sub(doc->inner_text, hidden->text_at, hidden->text.len));
    }
    doc->invisible_count = reader->display.invisible_count;
    doc->bidi_count = reader->display.bidi_count;
    doc->split_count = reader->display.split_count;
    doc->attributes_over = reader->tokenizer.attributes_over;
}

static void reset_doc(struct html_doc *doc)
{
    struct html_doc fresh = {
        .arena = doc->arena, .source = doc->source, .svg = doc->svg, .sheet = doc->sheet};
    *doc = fresh;
}

void html_read_into(struct html_doc *doc, struct budget *budget,
                    const struct html_listener *listener)
{
    uint64_t attributes =
        budget == NULL ? limit_rows[LIMIT_ATTRIBUTES].value : budget->most[LIMIT_ATTRIBUTES];
    uint64_t links = budget == NULL ? limit_rows[LIMIT_LINKS].value : budget->most[LIMIT_LINKS];
    struct html_reader reader = {.doc = doc,
                                 .arena = doc->arena,
                                 .budget = budget,
                                 .listener = listener,
                                 .sheet = &doc->sheet,
                                 .links_most = (uint32_t)links};
    reader.open = malloc(sizeof *reader.open);
    if (reader.open == NULL)
        abort();
    do {
        reader.is_again = reader.again;
        reader.again = false;
        reset_doc(doc);
        if (listener != NULL)
            listener->begin(&reader);
        reader.open->count = 0;
        memset(reader.open->last, 0, sizeof reader.open->last);
        reader.link = reader.form = reader.cells = 0;
        text_init(&reader.script, doc->arena, 0);
        html_sink_init(&reader.display, doc->arena, true);
        html_sink_init(&reader.inner, doc->arena, false);
        text_reserve(&reader.display.out, doc->source.len / 4);
        text_reserve(&reader.inner.out, doc->source.len / 4);
        html_tokenizer_init(&reader.tokenizer, doc->arena, doc->source, attributes);
        reader.tokenizer.foreign = doc->svg;
        read_tokens(&reader);
    } while (reader.again && !reader.is_again);
    settle_slices(&reader);
    free(reader.open);
    talloc_free(doc->sheet.rule);
    doc->sheet.rule = NULL;
}

struct html_doc *html_read(struct arena *arena, struct budget *budget, struct bytes source,
                           bool svg)
{
    struct html_doc *doc = arena_new_of(arena, struct html_doc);
    *doc = (struct html_doc){.arena = arena, .source = source, .svg = svg};
    html_read_into(doc, budget, NULL);
    return doc;
}
