/* SPDX-License-Identifier: Apache-2.0
 *
 * The text a page shows: its content streams' show operators, through each font's ToUnicode map.
 *
 * Good enough for words and addresses: order of drawing, a line break where the text position jumps, no
 * layout.  A font without a map is read as Latin-1, or as UTF-16 or Shift_JIS where its encoding is one of
 * the predefined CMaps that say so; two-byte codes of other composite fonts are skipped. */
#include "base/charset.h"
#include "open/pdf.h"

#define FONTS_MAX 64
#define RANGES_MAX 20000u
#define PAGES_MAX 300u
#define TEXT_BYTES_MAX ((size_t)1024 * 1024)
#define SEEN 256u /* codes of a font whose ranges are remembered */

struct cmap_range {
    uint32_t from, to, unicode;
    struct bytes text; /* UTF-16BE where more than one character; absent else */
};

/* The first range that holds CODE; NULL: none does. */
struct seen_code {
    uint32_t code;
    bool set;
    const struct cmap_range *range;
};

struct font {
    struct bytes name; /* with its slash */
    struct cmap_range *range;
    uint32_t count;
    struct seen_code *seen; /* by the code's low bits; NULL until a code is shown */
    bool wide;  /* two-byte codes */
    bool known; /* has a map, or an encoding we know */
    enum charset_id charset;
};

struct page_fonts {
    struct font font[FONTS_MAX];
    uint32_t count;
};

static uint32_t code_of(struct bytes raw)
{
    uint32_t n = 0;
    for (size_t i = 0; i < raw.len && i < 4; i++)
        n = n << 8 | raw.at[i];
    return n;
}

static void add_range(struct arena *arena, struct font *font, uint32_t *capacity,
                      struct cmap_range range)
{
    if (font->count >= RANGES_MAX)
        return;
    if (font->count == *capacity) {
        *capacity = *capacity == 0 ? 64 : *capacity * 2;
        struct cmap_range *grown = arena_array_of(arena, *capacity, struct cmap_range);
        if (font->count > 0)
            memcpy(grown, font->range, font->count * sizeof *grown);
        font->range = grown;
    }
    font->range[font->count++] = range;
}

static struct cmap_range mapping(uint32_t from, uint32_t to, struct bytes target)
{
    struct cmap_range range = {.from = from, .to = to, .unicode = code_of(bytes_sub(target, 0, 2))};
    if (target.len > 2)
        range.text = target;
    return range;
}

/* ISO 32000-1, 9.10.3: bfchar and bfrange sections of a ToUnicode CMap. */
static void read_cmap(struct arena *arena, struct bytes cmap, struct font *font)
{
    size_t at = 0;
    struct bytes token;
    uint32_t capacity = 0;
    int mode = 0; /* 1 bfchar, 2 bfrange */
    while (pdf_token(cmap, &at, &token)) {
        if (bytes_equal(token, BYTES("beginbfchar")))
            mode = 1;
        else if (bytes_equal(token, BYTES("beginbfrange")))
            mode = 2;
        else if (bytes_equal(token, BYTES("begincodespacerange")))
            mode = 3;
        else if (token.at[0] == 'e')
            mode = 0;
        if (mode == 0 || token.at[0] != '<')
            continue;
        struct bytes from = pdf_string_bytes(arena, token);
        if (mode == 3) {
            font->wide = font->wide || from.len >= 2;
            continue;
        }
        struct bytes to = mode == 2 ? pdf_string_bytes(arena, pdf_value(cmap, &at)) : from;
        struct bytes target = pdf_value(cmap, &at);
        if (!bytes_starts(target, BYTES("["))) {
            add_range(arena, font, &capacity,
                      mapping(code_of(from), code_of(to), pdf_string_bytes(arena, target)));
            continue;
        }
        size_t inner = 1;
        for (uint32_t code = code_of(from);
             pdf_token(target, &inner, &token) && code <= code_of(to); code++)
            add_range(arena, font, &capacity, mapping(code, code, pdf_string_bytes(arena, token)));
    }
    font->known = font->count > 0;
}

static void read_font(const struct pdf_file *file, struct bytes value, struct font *font)
{
    struct bytes body = pdf_resolve(file, value);
    struct bytes encoding = pdf_resolve(file, pdf_get(body, "Encoding"));
    bool composite = pdf_name_is(pdf_get(body, "Subtype"), "Type0");
    struct pdf_object *map = pdf_find(file, pdf_reference(pdf_get(body, "ToUnicode")));
    font->wide = composite;
    font->charset = CHARSET_UNKNOWN;
    if (map != NULL && map->stream.at != NULL) {
        read_cmap(file->node->tree->arena, pdf_stream(file, map), font);
        font->wide = composite;
    }
    if (font->known)
        return;
    font->known = !composite;
    if (bytes_find(encoding, BYTES("UTF16"), 0) != BYTES_NPOS ||
        bytes_find(encoding, BYTES("UCS2"), 0) != BYTES_NPOS)
        font->charset = charset_find(BYTES("utf-16be")), font->known = true;
    else if (bytes_find(encoding, BYTES("RKSJ"), 0) != BYTES_NPOS)
        font->charset = charset_find(BYTES("shift_jis")), font->known = true;
}

/* An attribute of PAGE, its own or inherited (7.7.3.4). */
static struct bytes inherited(const struct pdf_file *file, struct bytes page, const char *key)
{
    for (int hops = 0; hops < 32; hops++) {
        struct bytes value = pdf_get(page, key);
        if (value.at != NULL)
            return pdf_resolve(file, value);
        struct bytes parent = pdf_get(page, "Parent");
        if (parent.at == NULL)
            break;
        page = pdf_resolve(file, parent);
    }
    return BYTES_NONE;
}

static void read_fonts(const struct pdf_file *file, struct bytes resources,
                       struct page_fonts *fonts)
{
    struct bytes dictionary = pdf_resolve(file, pdf_get(resources, "Font")), name;
    size_t at = 0;
    if (!pdf_token(dictionary, &at, &name))
        return;
    while (fonts->count < FONTS_MAX && pdf_token(dictionary, &at, &name) && name.at[0] == '/') {
        struct font *font = &fonts->font[fonts->count++];
        font->name = name;
        read_font(file, pdf_value(dictionary, &at), font);
    }
}

static void show_utf16(struct text *out, struct bytes text)
{
    for (size_t i = 0; i + 1 < text.len; i += 2)
        text_add_codepoint(out, (uint32_t)text.at[i] << 8 | text.at[i + 1]);
}

static const struct cmap_range *range_of(struct arena *arena, struct font *font, uint32_t code)
{
    if (font->seen == NULL)
        font->seen = arena_array_of(arena, SEEN, struct seen_code);
    struct seen_code *seen = &font->seen[code % SEEN];
    if (seen->set && seen->code == code)
        return seen->range;
    *seen = (struct seen_code){.code = code, .set = true};
    for (uint32_t i = 0; i < font->count && seen->range == NULL; i++)
        if (code >= font->range[i].from && code <= font->range[i].to)
            seen->range = &font->range[i];
    return seen->range;
}

static void show_code(struct arena *arena, struct font *font, uint32_t code, struct text *out)
{
    const struct cmap_range *range = font->count == 0 ? NULL : range_of(arena, font, code);
    if (range == NULL) {
        if (!font->wide && code >= 0x20)
            text_add_codepoint(out, code);
        return;
    }
    if (range->text.at != NULL && range->from == range->to)
        show_utf16(out, range->text);
    else if (range->unicode + (code - range->from) != 0)
        text_add_codepoint(out, range->unicode + (code - range->from));
}

static void show(struct arena *arena, struct font *font, struct bytes string, struct text *out)
{
    struct bytes raw = pdf_string_bytes(arena, string);
    if (font == NULL || (!font->known && font->wide)) {
        for (size_t i = 0; font == NULL && i < raw.len; i++)
            if (raw.at[i] >= 0x20)
                text_add_codepoint(out, raw.at[i]);
        return;
    }
    if (font->charset != CHARSET_UNKNOWN) {
        charset_decode(font->charset, raw, out, NULL);
        return;
    }
    size_t step = font->wide ? 2 : 1;
    for (size_t i = 0; i + step <= raw.len; i += step)
        show_code(arena, font, code_of(bytes_sub(raw, i, step)), out);
}

/* [(a) -250 (b)] TJ: a wide gap is a space. */
static void show_array(struct arena *arena, struct font *font, struct bytes array,
                       struct text *out)
{
    size_t at = 1;
    struct bytes token;
    while (pdf_token(array, &at, &token))
        if (token.at[0] == '(' || (token.at[0] == '<' && token.len > 1 && token.at[1] != '<'))
            show(arena, font, token, out);
        else if (pdf_int(token, 0) < -180)
            text_add_byte(out, ' ');
}

static void new_line(struct text *out)
{
    if (out->len > 0 && out->at[out->len - 1] != '\n')
        text_add_byte(out, '\n');
}

/* The next value: numbers stand alone here, nothing refers to objects. */
static struct bytes content_value(struct bytes content, size_t *at)
{
    struct bytes token = BYTES_NONE;
    size_t from = *at;
    if (!pdf_token(content, at, &token))
        return BYTES_NONE;
    if (token.at[0] != '[' && !bytes_equal(token, BYTES("<<")))
        return token;
    *at = from;
    return pdf_value(content, at);
}

/* Whether a token in a content stream is an operator: 7.8.2. */
static bool is_operator(struct bytes token)
{
    return ascii_is_alpha(token.at[0]) || token.at[0] == '\'' || token.at[0] == '"';
}

static void show_content(const struct pdf_file *file, struct page_fonts *fonts,
                         struct bytes content, struct text *out)
{
    struct arena *arena = file->node->tree->arena;
    struct bytes token, last = BYTES_NONE, before = BYTES_NONE;
    struct font *font = NULL;
    for (size_t at = 0, step = 0; at < content.len; step++) {
        token = content_value(content, &at);
        if (token.len == 0 || out->over_limit)
            break;
        if (step % 4096 == 4095 && !budget_time_left(file->node->tree->budget))
            break;
        if (!is_operator(token)) {
            /* what an operator will take */
        } else if (bytes_equal(token, BYTES("Tf"))) {
            font = NULL;
            for (uint32_t i = 0; i < fonts->count; i++)
                if (bytes_equal(fonts->font[i].name, before))
                    font = &fonts->font[i];
        } else if (bytes_equal(token, BYTES("Tj"))) {
            show(arena, font, last, out);
        } else if (bytes_equal(token, BYTES("'")) || bytes_equal(token, BYTES("\""))) {
            new_line(out);
            show(arena, font, last, out);
        } else if (bytes_equal(token, BYTES("TJ"))) {
            show_array(arena, font, last, out);
        } else if (bytes_equal(token, BYTES("T*")) || bytes_equal(token, BYTES("ET"))) {
            new_line(out);
        } else if (bytes_equal(token, BYTES("Td")) || bytes_equal(token, BYTES("TD")) ||
                   bytes_equal(token, BYTES("Tm"))) {
            if (!bytes_equal(last, BYTES("0")))
                new_line(out);
            else if (out->len > 0 && out->at[out->len - 1] != ' ' && out->at[out->len - 1] != '\n')
                text_add_byte(out, ' ');
        } else if (bytes_equal(token, BYTES("ID"))) { /* inline picture */
            size_t end = bytes_find(content, BYTES("EI"), at);
            at = end == BYTES_NPOS ? content.len : end + 2;
        }
        before = last;
        last = token;
    }
}

void pdf_text_of_page(const struct pdf_file *file, struct pdf_object *page, struct text *out)
{
    struct arena *arena = file->node->tree->arena;
    struct page_fonts *fonts = arena_new_of(arena, struct page_fonts);
    struct bytes contents = pdf_object_get(file, page, "Contents");
    read_fonts(file, inherited(file, page->body, "Resources"), fonts);
    struct pdf_object *single = pdf_find(file, pdf_reference(contents));
    if (single != NULL && single->stream.at != NULL) {
        show_content(file, fonts, pdf_stream(file, single), out);
        return;
    }
    struct bytes array = pdf_resolve(file, contents);
    struct text joined;
    text_init(&joined, arena, 8 * TEXT_BYTES_MAX);
    for (size_t at = 1; at < array.len;) {
        struct pdf_object *part = pdf_find(file, pdf_reference(pdf_value(array, &at)));
        if (part != NULL && part->stream.at != NULL) {
            text_add(&joined, pdf_stream(file, part));
            text_add_byte(&joined, '\n');
        }
    }
    show_content(file, fonts, text_bytes(&joined), out);
}

size_t pdf_text_hang(const struct pdf_file *file)
{
    struct text out;
    uint32_t pages = 0;
    text_init(&out, file->node->tree->arena, TEXT_BYTES_MAX);
    for (uint32_t i = 0; i < file->count && pages < PAGES_MAX && !out.over_limit; i++) {
        struct pdf_object *object = &file->object[i];
        if (object->replaced || !pdf_name_is(pdf_object_get(file, object, "Type"), "Page"))
            continue;
        pages++;
        size_t from = out.len;
        pdf_text_of_page(file, object, &out);
        if (!out.over_limit)
            object->shown = 1 + bytes_trim(bytes_from(text_bytes(&out), from)).len;
        new_line(&out);
        if (!budget_time_left(file->node->tree->budget))
            break;
    }
    if (out.len == 0)
        return 0;
    struct node *child = node_add(file->node, text_bytes(&out), BYTES("text"));
    if (child != NULL) {
        child->is_view = true;
        child->kind = KIND_TEXT;
        child->type = BYTES("text/plain");
        child->charset = BYTES("utf-8");
    }
    return out.len;
}
