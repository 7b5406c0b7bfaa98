/* SPDX-License-Identifier: Apache-2.0 */
#include "open/html_read.h"

#define MARKS_MAX 512

/* An address as a browser takes it: no blanks around, no tabs and line ends within (URL
 * standard 4.4). */
static struct bytes clean_address(struct arena *arena, struct bytes value)
{
    while (value.len > 0 && value.at[0] <= 0x20)
        value = bytes_from(value, 1);
    while (value.len > 0 && value.at[value.len - 1] <= 0x20)
        value.len--;
    if (memchr(value.at, '\n', value.len) == NULL && memchr(value.at, '\t', value.len) == NULL &&
        memchr(value.at, '\r', value.len) == NULL)
        return value;
    struct text out;
    text_init(&out, arena, 0);
    text_reserve(&out, value.len);
    for (size_t i = 0; i < value.len; i++)
        if (value.at[i] != '\n' && value.at[i] != '\t' && value.at[i] != '\r')
            text_add_byte(&out, value.at[i]);
    return text_bytes(&out);
}

static struct html_link *add_link(struct html_reader *reader, enum html_link_kind kind,
                                  const struct html_token *token,
                                  const struct html_attribute *attribute, uint16_t hidden)
{
    if (attribute == NULL)
        return NULL;
    uint32_t at = html_list_add(reader, link, reader->links_most);
    if (at == UINT32_MAX)
        return NULL;
    struct html_doc *doc = reader->doc;
    struct html_link *link = &doc->link[at];
    *link = (struct html_link){
        .kind = kind,
        .href = clean_address(reader->arena, html_attribute_value(reader->arena, attribute)),
        .source = token->source,
        .href_at = (size_t)(attribute->value.at - doc->source.at),
        .href_len = attribute->value.len,
        .text_at = reader->display.out.len,
        .visible = true,
        .has_image = kind != HTML_LINK_A,
        .hidden = hidden,
    };
    doc->link_count++;
    return link;
}

static struct bytes value_of(struct html_reader *reader, const struct html_token *token,
                             enum html_attribute_name name)
{
    const struct html_attribute *attribute = html_attribute_get(token, name);
    return attribute == NULL ? BYTES_NONE : html_attribute_value(reader->arena, attribute);
}

static void start_a(struct html_reader *reader, const struct html_token *token,
                    struct html_open_row *row, uint16_t hidden)
{
    const struct html_attribute *href = html_attribute_get(token, HTML_ATTRIBUTE_HREF);
    if (href == NULL)
        href = html_attribute_get(token, HTML_ATTRIBUTE_XLINK_HREF);
    struct html_link *link = add_link(reader, HTML_LINK_A, token, href, hidden);
    if (link == NULL)
        return;
    link->download = html_attribute_get(token, HTML_ATTRIBUTE_DOWNLOAD) != NULL;
    reader->link = reader->doc->link_count;
    if (row != NULL)
        row->link = reader->link;
}

static bool is_pixel(const struct html_token *token)
{
    const struct html_attribute *width = html_attribute_get(token, HTML_ATTRIBUTE_WIDTH);
    const struct html_attribute *height = html_attribute_get(token, HTML_ATTRIBUTE_HEIGHT);
    int64_t w, h;
    return width != NULL && height != NULL && bytes_to_int(bytes_trim(width->value), 0, 2, &w) &&
           bytes_to_int(bytes_trim(height->value), 0, 2, &h);
}

static void start_img(struct html_reader *reader, const struct html_token *token, uint16_t hidden)
{
    const struct html_attribute *alt = html_attribute_get(token, HTML_ATTRIBUTE_ALT);
    struct bytes alt_text =
        alt == NULL ? BYTES_NONE : bytes_trim(html_attribute_value(reader->arena, alt));
    struct html_link *image = add_link(reader, HTML_LINK_IMG, token,
                                       html_attribute_get(token, HTML_ATTRIBUTE_SRC), hidden);
    if (image != NULL)
        image->alt = alt_text;
    if (reader->link == 0 || hidden != 0 || is_pixel(token))
        return;
    struct html_link *link = &reader->doc->link[reader->link - 1];
    link->has_image = true;
    if (link->alt.at == NULL)
        link->alt = alt_text;
}

/* "5; url=http://..." (HTML standard 4.2.5.3). */
static void start_meta(struct html_reader *reader, const struct html_token *token)
{
    const struct html_attribute *equiv = html_attribute_get(token, HTML_ATTRIBUTE_HTTP_EQUIV);
    const struct html_attribute *content = html_attribute_get(token, HTML_ATTRIBUTE_CONTENT);
    if (equiv == NULL || content == NULL ||
        !bytes_equal_fold(bytes_trim(equiv->value), BYTES("refresh")))
        return;
    size_t url = bytes_find_fold(content->value, BYTES("url"), 0);
    if (url == BYTES_NPOS)
        url = bytes_find_byte(content->value, ';', 0);
    else
        url += 2;
    if (url == BYTES_NPOS)
        return;
    struct bytes rest = bytes_trim(bytes_from(content->value, url + 1));
    if (rest.len > 0 && rest.at[0] == '=')
        rest = bytes_trim(bytes_from(rest, 1));
    if (rest.len > 0 && (rest.at[0] == '"' || rest.at[0] == '\'')) {
        size_t end = bytes_find_byte(rest, rest.at[0], 1);
        rest = bytes_sub(rest, 1, end == BYTES_NPOS ? rest.len : end - 1);
    }
    struct html_attribute target = {.name = content->name, .value = rest};
    add_link(reader, HTML_LINK_META_REFRESH, token, rest.len == 0 ? NULL : &target, 0);
}

static bool names_host(struct bytes action)
{
    return bytes_starts_fold(action, BYTES("http:")) ||
           bytes_starts_fold(action, BYTES("https:")) || bytes_starts(action, BYTES("//"));
}

static void start_form(struct html_reader *reader, const struct html_token *token,
                       struct html_open_row *row, uint16_t hidden)
{
    struct html_link *link = add_link(reader, HTML_LINK_FORM, token,
                                      html_attribute_get(token, HTML_ATTRIBUTE_ACTION), hidden);
    uint32_t at = html_list_add(reader, form, HTML_LIST_MAX);
    if (at == UINT32_MAX)
        return;
    struct html_form *form = &reader->doc->form[at];
    *form = (struct html_form){
        .action = link != NULL ? link->href : value_of(reader, token, HTML_ATTRIBUTE_ACTION),
        .method = value_of(reader, token, HTML_ATTRIBUTE_METHOD),
        .source = token->source,
    };
    form->posts_out = names_host(form->action);
    form->mails = bytes_starts_fold(form->action, BYTES("mailto:"));
    reader->doc->form_count++;
    reader->form = at + 1;
    if (row != NULL)
        row->form = at + 1;
}

/* Words that ask for a secret, in a name, hint or autocomplete value. */
static bool asks_secret(struct bytes words)
{
    static const char *const needles[] = {
        "passw",        "pwd",         "passcode",   "cvv",      "cvc",
        "cardnum",      "card_num",    "card-num",   "ssn",      "otp",
        "2fa",          "one-time",    "kennwort",   "senha",    "contrase",
        "mot de passe", "seed phrase", "パスワード", "暗証",     "ワンタイム",
        "カード番号",   "密码",        "密碼",       "비밀번호", "пароль"};
    for (size_t i = 0; i < sizeof needles / sizeof needles[0]; i++)
        if (bytes_find_fold(words, bytes_of_string(needles[i]), 0) != BYTES_NPOS)
            return true;
    return bytes_equal_fold(words, BYTES("pin")) || bytes_equal_fold(words, BYTES("pass"));
}

static bool is_text_type(struct bytes type)
{
    static const char *const types[] = {"text", "tel", "number", "email", "search", "textarea"};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (bytes_equal_fold(type, bytes_of_string(types[i])))
            return true;
    return false;
}

static void start_input(struct html_reader *reader, const struct html_token *token, uint16_t hidden)
{
    struct bytes type = value_of(reader, token, HTML_ATTRIBUTE_TYPE);
    if (token->tag != HTML_TAG_INPUT)
        type = bytes_of_string(html_tag_rows[token->tag].name);
    else if (type.len == 0)
        type = BYTES("text");
    else
        type = html_name(reader->arena, bytes_trim(type));
    add_link(reader, HTML_LINK_FORM, token, html_attribute_get(token, HTML_ATTRIBUTE_FORMACTION),
             hidden);
    if (bytes_equal(type, BYTES("image")))
        start_img(reader, token, hidden);
    uint32_t at = html_list_add(reader, input, HTML_LIST_MAX);
    if (at == UINT32_MAX)
        return;
    struct html_input *input = &reader->doc->input[at];
    *input = (struct html_input){
        .type = type,
        .name = value_of(reader, token, HTML_ATTRIBUTE_NAME),
        .value = value_of(reader, token, HTML_ATTRIBUTE_VALUE),
        .placeholder = value_of(reader, token, HTML_ATTRIBUTE_PLACEHOLDER),
        .source = token->source,
        .form = reader->form,
        .hidden = hidden != 0 || bytes_equal(type, BYTES("hidden")),
    };
    bool password = bytes_equal(type, BYTES("password"));
    input->secret =
        password ||
        (is_text_type(type) && (asks_secret(input->name) || asks_secret(input->placeholder) ||
                                asks_secret(value_of(reader, token, HTML_ATTRIBUTE_AUTOCOMPLETE)) ||
                                asks_secret(value_of(reader, token, HTML_ATTRIBUTE_ID))));
    reader->doc->input_count++;
    if (reader->form == 0)
        return;
    struct html_form *form = &reader->doc->form[reader->form - 1];
    form->input_count++;
    form->secret_count += input->secret;
    form->has_password |= password;
}

/* Marks mail clients leave around quotes, replies and signatures. */
static const struct {
    const char *needle; /* in the class or id */
    enum html_mark_kind kind;
    bool is_id;
} mark_names[] = {
    {"gmail_quote", HTML_MARK_QUOTE, false},
    {"yahoo_quoted", HTML_MARK_QUOTE, false},
    {"protonmail_quote", HTML_MARK_QUOTE, false},
    {"tutanota_quote", HTML_MARK_QUOTE, false},
    {"zmail_extra", HTML_MARK_QUOTE, false},
    {"moz-cite-prefix", HTML_MARK_REPLY_HEADER, false},
    {"moz-forward-container", HTML_MARK_QUOTE, false},
    {"isReplyContent", HTML_MARK_QUOTE, true},
    {"divRplyFwdMsg", HTML_MARK_REPLY_HEADER, true},
    {"OLK_SRC_BODY_SECTION", HTML_MARK_QUOTE, true},
    {"mail-editor-reference-message", HTML_MARK_QUOTE, true},
    {"OutlookMessageHeader", HTML_MARK_REPLY_HEADER, false},
    {"appendonsend", HTML_MARK_QUOTE, true},
    {"gmail_signature", HTML_MARK_SIGNATURE, false},
    {"moz-signature", HTML_MARK_SIGNATURE, false},
    {"ms-outlook-mobile-signature", HTML_MARK_SIGNATURE, true},
    {"external-banner", HTML_MARK_BANNER, false},
    {"externalbanner", HTML_MARK_BANNER, false},
    {"external-warning", HTML_MARK_BANNER, false},
    {"bannerContainer", HTML_MARK_BANNER, true},
};

/* The mark a word of a class or id names. */
static bool mark_named(struct bytes words, bool is_id, enum html_mark_kind *kind_out)
{
    struct bytes word;
    while (bytes_next_field(&words, ' ', &word)) {
        /* Some clients put a prefix before the name: "x_divRplyFwdMsg". */
        while (bytes_starts(word, BYTES("x_")))
            word = bytes_from(word, 2);
        uint8_t first = word.len == 0 ? 0 : ascii_lower(word.at[0]);
        if (memchr("gyptzmidoeb", first, 11) == NULL)
            continue;
        for (size_t i = 0; i < sizeof mark_names / sizeof mark_names[0]; i++) {
            if (mark_names[i].is_id != is_id ||
                ascii_lower((uint8_t)mark_names[i].needle[0]) != first ||
                !bytes_starts_fold(word, bytes_of_string(mark_names[i].needle)))
                continue;
            *kind_out = mark_names[i].kind;
            return true;
        }
    }
    return false;
}

/* Outlook draws a line above the header block of a reply: border-top of these colours. */
static bool is_reply_border(struct bytes style)
{
    size_t at = bytes_find(style, BYTES("border-top"), 0);
    if (at == BYTES_NPOS)
        return false;
    struct bytes border = bytes_sub(style, at, 64);
    return bytes_find_fold(border, BYTES("#e1e1e1"), 0) != BYTES_NPOS ||
           bytes_find_fold(border, BYTES("#b5c4df"), 0) != BYTES_NPOS ||
           bytes_find_fold(border, BYTES("rgb(181, 196, 223)"), 0) != BYTES_NPOS;
}

static bool mark_of(const struct html_token *token, struct bytes class, struct bytes id,
                    struct bytes style, enum html_mark_kind *kind_out)
{
    if ((class.len > 0 && mark_named(class, false, kind_out)) ||
        (id.len > 0 && mark_named(id, true, kind_out)))
        return true;
    const struct html_attribute *type = html_attribute_get(token, HTML_ATTRIBUTE_TYPE);
    if (token->tag == HTML_TAG_BLOCKQUOTE && type != NULL &&
        bytes_equal_fold(type->value, BYTES("cite"))) {
        *kind_out = HTML_MARK_QUOTE;
        return true;
    }
    *kind_out = HTML_MARK_REPLY_HEADER;
    return is_reply_border(style);
}

static void start_mark(struct html_reader *reader, const struct html_token *token,
                       struct html_open_row *row)
{
    const struct html_attribute *class = html_attribute_get(token, HTML_ATTRIBUTE_CLASS);
    const struct html_attribute *id = html_attribute_get(token, HTML_ATTRIBUTE_ID);
    const struct html_attribute *style = html_attribute_get(token, HTML_ATTRIBUTE_STYLE);
    enum html_mark_kind kind;
    if (!mark_of(token, class == NULL ? BYTES_NONE : class->value,
                 id == NULL ? BYTES_NONE : id->value, style == NULL ? BYTES_NONE : style->value,
                 &kind))
        return;
    uint32_t at = html_list_add(reader, mark, MARKS_MAX);
    if (at == UINT32_MAX)
        return;
    reader->doc->mark[at] = (struct html_mark){
        .kind = kind,
        .text_at = reader->display.out.len,
        .text_end = reader->display.out.len,
        .source_at = (size_t)(token->source.at - reader->doc->source.at),
    };
    reader->doc->mark_count++;
    row->mark = at + 1;
}

static void start_other(struct html_reader *reader, const struct html_token *token, uint16_t hidden)
{
    enum html_attribute_name name = HTML_ATTRIBUTE_SRC;
    enum html_link_kind kind = HTML_LINK_FRAME;
    switch (token->tag) {
    case HTML_TAG_AREA:
        kind = HTML_LINK_AREA, name = HTML_ATTRIBUTE_HREF;
        break;
    case HTML_TAG_BASE:
        kind = HTML_LINK_BASE, name = HTML_ATTRIBUTE_HREF;
        break;
    case HTML_TAG_LINK:
        kind = HTML_LINK_STYLESHEET, name = HTML_ATTRIBUTE_HREF;
        break;
    case HTML_TAG_SCRIPT:
        kind = HTML_LINK_SCRIPT;
        break;
    case HTML_TAG_VIDEO:
        kind = HTML_LINK_IMG, name = HTML_ATTRIBUTE_POSTER;
        break;
    case HTML_TAG_OBJECT:
        name = HTML_ATTRIBUTE_DATA;
        break;
    case HTML_TAG_IFRAME:
    case HTML_TAG_FRAME:
    case HTML_TAG_EMBED:
        break;
    default:
        return;
    }
    struct html_link *link = add_link(reader, kind, token, html_attribute_get(token, name), hidden);
    if (link != NULL && kind == HTML_LINK_BASE && reader->doc->base_href.at == NULL)
        reader->doc->base_href = link->href;
}

static void start_svg(struct html_reader *reader, const struct html_token *token, uint16_t hidden)
{
    const struct html_attribute *href = html_attribute_get(token, HTML_ATTRIBUTE_HREF);
    if (href == NULL)
        href = html_attribute_get(token, HTML_ATTRIBUTE_XLINK_HREF);
    if (href != NULL && href->value.len > 0 && href->value.at[0] != '#')
        add_link(reader, token->tag == HTML_TAG_SCRIPT ? HTML_LINK_SCRIPT : HTML_LINK_SVG, token,
                 href, hidden);
}

void html_link_start(struct html_reader *reader, const struct html_token *token,
                     struct html_open_row *row, uint16_t hidden)
{
    switch (token->tag) {
    case HTML_TAG_A:
        start_a(reader, token, row, hidden);
        break;
    case HTML_TAG_IMG:
        start_img(reader, token, hidden);
        break;
    case HTML_TAG_META:
        start_meta(reader, token);
        break;
    case HTML_TAG_FORM:
        start_form(reader, token, row, hidden);
        break;
    case HTML_TAG_INPUT:
    case HTML_TAG_TEXTAREA:
    case HTML_TAG_BUTTON:
    case HTML_TAG_SELECT:
        start_input(reader, token, hidden);
        break;
    default:
        if (row != NULL && row->foreign)
            start_svg(reader, token, hidden);
        else
            start_other(reader, token, hidden);
        break;
    }
    const struct html_attribute *background = html_attribute_get(token, HTML_ATTRIBUTE_BACKGROUND);
    if (background != NULL && background->value.len > 0)
        add_link(reader, HTML_LINK_IMG, token, background, hidden);
    if (row != NULL &&
        (token->tag == HTML_TAG_DIV || token->tag == HTML_TAG_BLOCKQUOTE ||
         token->tag == HTML_TAG_SPAN || token->tag == HTML_TAG_TABLE || token->tag == HTML_TAG_P))
        start_mark(reader, token, row);
}

void html_link_end(struct html_reader *reader, const struct html_open_row *row)
{
    struct html_doc *doc = reader->doc;
    if (row->link != 0) {
        struct html_link *link = &doc->link[row->link - 1];
        /* A length only: the text may still move. */
        link->text.len = reader->display.out.len - link->text_at;
        reader->link = 0;
    }
    if (row->mark != 0)
        doc->mark[row->mark - 1].text_end = reader->display.out.len;
    if (row->form != 0)
        reader->form = 0;
}

void html_link_comment(struct html_reader *reader, struct bytes comment)
{
    if (bytes_find_fold(comment, BYTES("href"), 0) == BYTES_NPOS)
        return;
    struct html_tokenizer *nested = &reader->nested;
    struct html_token token;
    if (nested->room == NULL)
        html_tokenizer_init(nested, reader->arena, comment, reader->tokenizer.room_count);
    nested->source = comment;
    nested->at = 0;
    nested->state = HTML_STATE_DATA;
    nested->follow = false;
    while (html_token_next(nested, &token)) {
        const struct html_attribute *href =
            token.type == HTML_TOKEN_START ? html_attribute_get(&token, HTML_ATTRIBUTE_HREF) : NULL;
        if (href != NULL && href->value.len == 0)
            continue;
        struct html_link *link = href == NULL ? NULL
                                              : add_link(reader, HTML_LINK_CONDITIONAL, &token,
                                                         href, HTML_HIDDEN_ELEMENT);
        if (link != NULL)
            link->visible = false;
    }
}
