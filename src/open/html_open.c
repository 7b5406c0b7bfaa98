/* SPDX-License-Identifier: Apache-2.0 */
#include "open/html_open.h"

#include <assert.h>

#define OTHER_LOOK_BACK 16

static bool is_heading(enum html_tag tag)
{
    return tag >= HTML_TAG_H1 && tag <= HTML_TAG_H6;
}

/* Start tags that end svg and math content (13.2.6.5). */
static bool breaks_out(const struct html_token *token)
{
    static const uint8_t breakers[HTML_TAG_COUNT] = {
        [HTML_TAG_B] = 1,          [HTML_TAG_BIG] = 1,
        [HTML_TAG_BLOCKQUOTE] = 1, [HTML_TAG_BODY] = 1,
        [HTML_TAG_BR] = 1,         [HTML_TAG_CENTER] = 1,
        [HTML_TAG_CODE] = 1,       [HTML_TAG_DD] = 1,
        [HTML_TAG_DIV] = 1,        [HTML_TAG_DL] = 1,
        [HTML_TAG_DT] = 1,         [HTML_TAG_EM] = 1,
        [HTML_TAG_EMBED] = 1,      [HTML_TAG_H1... HTML_TAG_H6] = 1,
        [HTML_TAG_HEAD] = 1,       [HTML_TAG_HR] = 1,
        [HTML_TAG_I] = 1,          [HTML_TAG_IMG] = 1,
        [HTML_TAG_LI] = 1,         [HTML_TAG_LISTING] = 1,
        [HTML_TAG_MENU] = 1,       [HTML_TAG_META] = 1,
        [HTML_TAG_NOBR] = 1,       [HTML_TAG_OL] = 1,
        [HTML_TAG_P] = 1,          [HTML_TAG_PRE] = 1,
        [HTML_TAG_RUBY] = 1,       [HTML_TAG_S] = 1,
        [HTML_TAG_SMALL] = 1,      [HTML_TAG_SPAN] = 1,
        [HTML_TAG_STRONG] = 1,     [HTML_TAG_STRIKE] = 1,
        [HTML_TAG_SUB] = 1,        [HTML_TAG_SUP] = 1,
        [HTML_TAG_TABLE] = 1,      [HTML_TAG_TT] = 1,
        [HTML_TAG_U] = 1,          [HTML_TAG_UL] = 1,
        [HTML_TAG_VAR] = 1,
    };
    return breakers[token->tag] || (token->tag == HTML_TAG_FONT &&
                                    (html_attribute_get(token, HTML_ATTRIBUTE_COLOR) != NULL ||
                                     html_attribute_get(token, HTML_ATTRIBUTE_FACE) != NULL ||
                                     html_attribute_get(token, HTML_ATTRIBUTE_SIZE) != NULL));
}

/* The row number (1 + index) of an element that TAG's start closes, or 0. */
static uint32_t implied_end(const struct html_open *open, enum html_tag tag)
{
    static const enum html_tag table_parts[] = {HTML_TAG_TBODY,   HTML_TAG_THEAD,
                                                HTML_TAG_TFOOT,   HTML_TAG_CAPTION,
                                                HTML_TAG_COLGROUP, HTML_TAG_TR};
    const uint32_t *last = open->last;
    const struct html_open_row *top = &open->row[open->count - 1];
    uint32_t table = last[HTML_TAG_TABLE], found = 0;
    switch (tag) {
    case HTML_TAG_LI:
        return last[HTML_TAG_LI] > top->list ? last[HTML_TAG_LI] : 0;
    case HTML_TAG_DD:
    case HTML_TAG_DT:
        found = last[HTML_TAG_DD] > last[HTML_TAG_DT] ? last[HTML_TAG_DD] : last[HTML_TAG_DT];
        return found > last[HTML_TAG_DL] && found > top->scope ? found : 0;
    case HTML_TAG_OPTION:
    case HTML_TAG_OPTGROUP:
        return top->tag == HTML_TAG_OPTION ? open->count : 0;
    case HTML_TAG_TD:
    case HTML_TAG_TH:
        found = last[HTML_TAG_TD] > last[HTML_TAG_TH] ? last[HTML_TAG_TD] : last[HTML_TAG_TH];
        return found > table && found > last[HTML_TAG_TR] ? found : 0;
    case HTML_TAG_TR:
        return last[HTML_TAG_TR] > table ? last[HTML_TAG_TR] : 0;
    case HTML_TAG_TBODY:
    case HTML_TAG_THEAD:
    case HTML_TAG_TFOOT:
        for (size_t i = 0; i < sizeof table_parts / sizeof table_parts[0]; i++) {
            uint32_t part = last[table_parts[i]];
            if (part > table && (found == 0 || part < found))
                found = part;
        }
        return found;
    case HTML_TAG_A:
    case HTML_TAG_BUTTON:
    case HTML_TAG_NOBR:
        return last[tag] > top->special || (tag == HTML_TAG_BUTTON && last[tag] > top->scope)
                   ? last[tag]
                   : 0;
    case HTML_TAG_BODY:
        return last[HTML_TAG_HEAD];
    default:
        return is_heading(tag) && is_heading(top->tag) ? open->count : 0;
    }
}

uint32_t html_open_closed_by_start(const struct html_open *open, const struct html_token *token)
{
    uint32_t count = open->count, found = 0;
    if (count == 0)
        return 0;
    if (open->row[count - 1].foreign) {
        if (!breaks_out(token))
            return 0;
        uint32_t svg = open->last[HTML_TAG_SVG], math = open->last[HTML_TAG_MATH];
        uint32_t root = svg > math ? svg : math;
        return root == 0 ? 0 : count - root + 1;
    }
    found = implied_end(open, token->tag);
    uint32_t p = open->last[HTML_TAG_P];
    if ((html_tag_rows[token->tag].flags & HTML_PARA) && p > open->row[count - 1].scope &&
        p > open->last[HTML_TAG_BUTTON] && (found == 0 || p < found))
        found = p;
    return found == 0 ? 0 : count - found + 1;
}

static uint32_t other_end(const struct html_open *open, struct bytes name)
{
    uint32_t at = open->last[HTML_TAG_OTHER];
    for (int i = 0; i < OTHER_LOOK_BACK && at > 0; i++) {
        if (bytes_equal_fold(open->row[at - 1].name, name))
            return at;
        at = open->row[at - 1].same;
    }
    return 0;
}

uint32_t html_open_closed_by_end(const struct html_open *open, const struct html_token *token)
{
    if (open->count == 0)
        return 0;
    const struct html_open_row *top = &open->row[open->count - 1];
    enum html_tag tag = token->tag;
    uint32_t found = tag == HTML_TAG_OTHER ? other_end(open, token->text) : open->last[tag], bound;
    if (found == 0 && is_heading(tag) && is_heading(top->tag))
        found = open->count;
    if (found == 0)
        return 0;
    unsigned flags = html_tag_rows[tag].flags;
    if (top->foreign)
        bound = 0;
    else if (tag == HTML_TAG_TD || tag == HTML_TAG_TH || tag == HTML_TAG_TR ||
             tag == HTML_TAG_TBODY || tag == HTML_TAG_THEAD || tag == HTML_TAG_TFOOT ||
             tag == HTML_TAG_CAPTION)
        bound = open->last[HTML_TAG_TABLE];
    else if ((flags & HTML_SCOPE) || tag == HTML_TAG_BODY || tag == HTML_TAG_HTML)
        bound = 0;
    else if (tag == HTML_TAG_LI)
        bound = top->list;
    else if (flags & (HTML_SPECIAL | HTML_BLOCK | HTML_FORMAT))
        bound = flags & HTML_FORMAT ? top->special : top->scope;
    else
        bound = top->special;
    return found > bound ? open->count - found + 1 : 0;
}

/* Whether content of this foreign element is HTML again (integration points). */
static bool is_integration_point(const struct html_open_row *row)
{
    return row->tag == HTML_TAG_FOREIGNOBJECT || row->tag == HTML_TAG_DESC ||
           row->tag == HTML_TAG_TITLE;
}

struct html_open_row *html_open_push(struct html_open *open, const struct html_token *token,
                                     bool xml)
{
    if (open->count == HTML_OPEN_MAX)
        return NULL;
    uint32_t number = open->count + 1;
    struct html_open_row *row = &open->row[open->count], *below = open->count > 0 ? row - 1 : NULL;
    unsigned flags = html_tag_rows[token->tag].flags;
    bool foreign_below = below != NULL && below->foreign && !is_integration_point(below);
    *row = (struct html_open_row){
        .tag = token->tag,
        .name = token->text,
        .foreign =
            xml || token->tag == HTML_TAG_SVG || token->tag == HTML_TAG_MATH || foreign_below,
        .breaks = flags & HTML_BLOCK,
        .same = open->last[token->tag],
        .scope = flags & HTML_SCOPE ? number
                 : below != NULL    ? below->scope
                                    : 0,
        .special = flags & HTML_SPECIAL ? number
                   : below != NULL      ? below->special
                                        : 0,
        .look = below != NULL ? below->look : (struct html_look){.background = 0xFFFFFF},
    };
    bool list = (flags & HTML_SCOPE) || token->tag == HTML_TAG_UL || token->tag == HTML_TAG_OL ||
                token->tag == HTML_TAG_MENU || token->tag == HTML_TAG_DIR;
    row->list = list ? number : below != NULL ? below->list : 0;
    open->last[token->tag] = number;
    open->count = number;
    return row;
}

void html_open_pop(struct html_open *open)
{
    assert(open->count > 0);
    const struct html_open_row *row = &open->row[--open->count];
    open->last[row->tag] = row->same;
}
