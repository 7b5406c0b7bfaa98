/* SPDX-License-Identifier: Apache-2.0 */
#include "open/html_style.h"

#define OFFSCREEN_PX 500
#define RULES_MAX 1024 /* keys are hostile: bounds what colliding ones cost */
#define CLASSES_MAX 64

static const struct {
    const char *name;
    int32_t color;
} named_colors[] = {
    {"white", 0xFFFFFF},       {"black", 0x000000},      {"red", 0xFF0000},
    {"green", 0x008000},       {"blue", 0x0000FF},       {"yellow", 0xFFFF00},
    {"gray", 0x808080},        {"grey", 0x808080},       {"silver", 0xC0C0C0},
    {"navy", 0x000080},        {"orange", 0xFFA500},     {"purple", 0x800080},
    {"maroon", 0x800000},      {"teal", 0x008080},       {"aqua", 0x00FFFF},
    {"cyan", 0x00FFFF},        {"fuchsia", 0xFF00FF},    {"magenta", 0xFF00FF},
    {"lime", 0x00FF00},        {"olive", 0x808000},      {"snow", 0xFFFAFA},
    {"ivory", 0xFFFFF0},       {"whitesmoke", 0xF5F5F5}, {"ghostwhite", 0xF8F8FF},
    {"pink", 0xFFC0CB},        {"brown", 0xA52A2A},      {"lightgrey", 0xD3D3D3},
    {"lightgray", 0xD3D3D3},   {"darkgray", 0xA9A9A9},   {"darkgrey", 0xA9A9A9},
    {"gold", 0xFFD700},        {"crimson", 0xDC143C},    {"darkblue", 0x00008B},
    {"floralwhite", 0xFFFAF0}, {"azure", 0xF0FFFF},      {"mintcream", 0xF5FFFA},
};

static int32_t hex_color(struct bytes digits)
{
    int32_t value = 0;
    if (digits.len != 3 && digits.len != 6 && digits.len != 4 && digits.len != 8)
        return HTML_COLOR_UNKNOWN;
    bool alpha = digits.len == 4 || digits.len == 8, one = digits.len <= 4;
    if (alpha && digits.at[digits.len - 1] == '0' && (one || digits.at[6] == '0'))
        return HTML_COLOR_UNSET;
    for (size_t i = 0; i < (one ? 3 : 6); i++) {
        int digit = ascii_hex(digits.at[i]);
        if (digit < 0)
            return HTML_COLOR_UNKNOWN;
        value = one ? value << 8 | digit * 17 : value << 4 | digit;
    }
    return value;
}

/* The number at *AT in thousandths; false where there is none.  Moves past it. */
static bool read_number(struct bytes s, size_t *at, int64_t *milli_out)
{
    size_t i = *at;
    while (i < s.len && ascii_is_space(s.at[i]))
        i++;
    bool negative = i < s.len && s.at[i] == '-';
    i += negative || (i < s.len && s.at[i] == '+');
    int64_t whole = 0, part = 0, scale = 1000;
    size_t from = i;
    for (; i < s.len && ascii_is_digit(s.at[i]); i++)
        whole = whole > 1000000 ? whole : whole * 10 + (s.at[i] - '0');
    if (i < s.len && s.at[i] == '.')
        for (i++; i < s.len && ascii_is_digit(s.at[i]); i++)
            if (scale > 1)
                part += (s.at[i] - '0') * (scale /= 10);
    if (i == from)
        return false;
    *milli_out = (negative ? -1 : 1) * (whole * 1000 + part);
    *at = i;
    return true;
}

/* rgb(1, 2, 3), rgba(1 2 3 / 0), with percentages. */
static int32_t function_color(struct bytes arguments)
{
    int64_t part[4] = {0, 0, 0, 1000};
    size_t at = 0;
    int count = 0;
    while (count < 4 && at < arguments.len && arguments.at[at] != ')') {
        if (!read_number(arguments, &at, &part[count]))
            break;
        if (at < arguments.len && arguments.at[at] == '%') {
            part[count] = count < 3 ? part[count] * 255 / 100 : part[count] / 100;
            at++;
        }
        count++;
        while (at < arguments.len && (ascii_is_space(arguments.at[at]) || arguments.at[at] == ',' ||
                                      arguments.at[at] == '/'))
            at++;
    }
    if (count < 3)
        return HTML_COLOR_UNKNOWN;
    if (part[3] == 0)
        return HTML_COLOR_UNSET;
    int32_t color = 0;
    for (int i = 0; i < 3; i++)
        color = color << 8 | (int32_t)(part[i] < 0 ? 0 : part[i] > 255000 ? 255 : part[i] / 1000);
    return color;
}

int32_t html_style_color(struct bytes value)
{
    value = bytes_trim(value);
    if (value.len == 0)
        return HTML_COLOR_UNSET;
    size_t end = 0;
    if (value.at[0] == '#') {
        for (end = 1; end < value.len && ascii_hex(value.at[end]) >= 0; end++)
            ;
        return hex_color(bytes_sub(value, 1, end - 1));
    }
    if (bytes_starts_fold(value, BYTES("rgb(")))
        return function_color(bytes_from(value, 4));
    if (bytes_starts_fold(value, BYTES("rgba(")))
        return function_color(bytes_from(value, 5));
    while (end < value.len && ascii_is_alnum(value.at[end]))
        end++;
    struct bytes word = bytes_sub(value, 0, end);
    uint8_t first = word.len == 0 ? 0 : ascii_lower(word.at[0]);
    for (size_t i = 0; i < sizeof named_colors / sizeof named_colors[0]; i++)
        if ((uint8_t)named_colors[i].name[0] == first &&
            bytes_equal_fold(word, bytes_of_string(named_colors[i].name)))
            return named_colors[i].color;
    if (bytes_equal_fold(word, BYTES("transparent")) || bytes_equal_fold(word, BYTES("inherit")) ||
        bytes_equal_fold(word, BYTES("initial")) || bytes_equal_fold(word, BYTES("none")))
        return HTML_COLOR_UNSET;
    return word.len == 6 || word.len == 3 ? hex_color(word) : HTML_COLOR_UNKNOWN;
}

/* A length in 1/1000 px; em and rem count 16, pt 4/3, % as it is; INT64_MIN where it is none. */
static int64_t length_milli(struct bytes value)
{
    int64_t milli;
    size_t at = 0;
    if (!read_number(value, &at, &milli))
        return INT64_MIN;
    struct bytes unit = bytes_from(value, at);
    if (bytes_starts_fold(unit, BYTES("em")) || bytes_starts_fold(unit, BYTES("rem")))
        return milli * 16;
    if (bytes_starts_fold(unit, BYTES("pt")))
        return milli * 4 / 3;
    return milli;
}

static bool is_zero(struct bytes value)
{
    int64_t milli = length_milli(value);
    return milli != INT64_MIN && milli <= 1000 && milli >= -1000;
}

static bool word_is(struct bytes value, const char *word)
{
    return bytes_starts_fold(value, bytes_of_string(word));
}

static void set_bit(uint16_t *bits, uint16_t bit, bool on)
{
    *bits = (uint16_t)(on ? *bits | bit : *bits & ~bit);
}

static void set_clip(struct html_style *style, uint8_t bit, bool on)
{
    style->clip = (uint8_t)(on ? style->clip | bit : style->clip & ~bit);
}

static void declare_display(struct html_style *style, struct bytes value)
{
    set_bit(&style->hidden, HTML_HIDDEN_DISPLAY, word_is(value, "none"));
    if (!word_is(value, "none"))
        style->shown |= 4;
}

static void declare_visibility(struct html_style *style, struct bytes value)
{
    bool hidden = word_is(value, "hidden") || word_is(value, "collapse");
    set_bit(&style->hidden, HTML_HIDDEN_VISIBILITY, hidden);
    if (word_is(value, "visible"))
        style->shown |= 1;
}

static void declare_font_size(struct html_style *style, struct bytes value)
{
    int64_t milli = length_milli(value);
    bool tiny = milli != INT64_MIN && milli <= 1334;
    set_bit(&style->hidden, HTML_HIDDEN_SIZE, tiny);
    if (!tiny && milli != INT64_MIN)
        style->shown |= 2;
    else
        style->shown &= (uint8_t)~2u;
}

/* The shorthand: "italic bold 0/0 a": the size is the first number that is no weight. */
static void declare_font(struct html_style *style, struct bytes value)
{
    struct bytes word;
    while (bytes_next_field(&value, ' ', &word)) {
        size_t at = 0;
        int64_t milli;
        if (word.len > 0 && ascii_is_digit(word.at[0]) && read_number(word, &at, &milli) &&
            (at < word.len || milli == 0)) {
            declare_font_size(style, word);
            return;
        }
    }
}

static void declare_background(struct html_style *style, struct bytes value)
{
    bool image = bytes_find_fold(value, BYTES("url("), 0) != BYTES_NPOS ||
                 bytes_find_fold(value, BYTES("gradient"), 0) != BYTES_NPOS;
    int32_t color = html_style_color(value);
    if (image)
        style->background = HTML_COLOR_UNKNOWN;
    else if (color != HTML_COLOR_UNSET || style->background != HTML_COLOR_UNKNOWN)
        style->background = color;
}

static void declare_opacity(struct html_style *style, struct bytes value)
{
    int64_t milli;
    size_t at = 0;
    if (read_number(value, &at, &milli))
        set_bit(&style->hidden, HTML_HIDDEN_OPACITY, milli < 50);
}

static void declare_offscreen(struct html_style *style, struct bytes value)
{
    int64_t milli = length_milli(value);
    if (milli != INT64_MIN && milli <= -OFFSCREEN_PX * 1000)
        style->hidden |= HTML_HIDDEN_OFFSCREEN;
}

/* One declaration.  The first letter sorts out nearly all of them. */
static void declare(struct html_style *style, struct bytes name, struct bytes value)
{
    switch (name.len == 0 ? 0 : ascii_lower(name.at[0])) {
    case 'b':
        if (word_is(name, "background") && !word_is(name, "background-position") &&
            !word_is(name, "background-repeat") && !word_is(name, "background-size"))
            declare_background(style, value);
        break;
    case 'c':
        if (bytes_equal_fold(name, BYTES("color"))) {
            int32_t color = html_style_color(value);
            if (color != HTML_COLOR_UNSET)
                style->color = color;
            if (bytes_equal_fold(value, BYTES("transparent")))
                style->hidden |= HTML_HIDDEN_COLOR;
        } else if (bytes_equal_fold(name, BYTES("clip")) && word_is(value, "rect(") &&
                   is_zero(bytes_from(value, 5))) {
            style->hidden |= HTML_HIDDEN_CLIPPED;
        }
        break;
    case 'd':
        if (bytes_equal_fold(name, BYTES("display")))
            declare_display(style, value);
        break;
    case 'f':
        if (bytes_equal_fold(name, BYTES("font-size")))
            declare_font_size(style, value);
        else if (bytes_equal_fold(name, BYTES("font")))
            declare_font(style, value);
        break;
    case 'h':
    case 'w':
        if (bytes_equal_fold(name, BYTES("height")) || bytes_equal_fold(name, BYTES("width")))
            set_clip(style, ascii_lower(name.at[0]) == 'h' ? 2 : 4, is_zero(value));
        break;
    case 'l':
    case 't':
        if (bytes_equal_fold(name, BYTES("left")) || bytes_equal_fold(name, BYTES("top")) ||
            bytes_equal_fold(name, BYTES("text-indent")))
            declare_offscreen(style, value);
        break;
    case 'm':
        if (bytes_equal_fold(name, BYTES("max-height")) ||
            bytes_equal_fold(name, BYTES("max-width")))
            set_clip(style, ascii_lower(name.at[4]) == 'h' ? 2 : 4, is_zero(value));
        else if (bytes_equal_fold(name, BYTES("margin-left")) ||
                 bytes_equal_fold(name, BYTES("margin-top")))
            declare_offscreen(style, value);
        break;
    case 'o':
        if (bytes_equal_fold(name, BYTES("opacity")))
            declare_opacity(style, value);
        else if (word_is(name, "overflow"))
            set_clip(style, 1, word_is(value, "hidden") || word_is(value, "clip"));
        break;
    case 'v':
        if (bytes_equal_fold(name, BYTES("visibility")))
            declare_visibility(style, value);
        break;
    default:
        break;
    }
}

void html_style_declare(struct html_style *style, struct bytes declarations)
{
    struct bytes all = declarations;
    for (size_t at = 0, from = 0; at < all.len; at++, from = at) {
        size_t colon = bytes_find_either(all, ':', ';', from);
        if (colon == BYTES_NPOS)
            return;
        at = colon;
        if (all.at[colon] == ';')
            continue;
        at = bytes_find_byte(all, ';', colon);
        at = at == BYTES_NPOS ? all.len : at;
        declare(style, bytes_trim(bytes_sub(all, from, colon - from)),
                bytes_trim(bytes_sub(all, colon + 1, at - colon - 1)));
    }
}

static bool is_same_style(const struct html_style *a, const struct html_style *b)
{
    return a->hidden == b->hidden && a->shown == b->shown && a->clip == b->clip &&
           a->color == b->color && a->background == b->background;
}

void html_style_declare_again(struct html_style_seen *seen, struct html_style *style,
                              struct bytes declarations)
{
    uint64_t head, tail, mixed;
    if (declarations.len < sizeof head) {
        html_style_declare(style, declarations);
        return;
    }
    memcpy(&head, declarations.at, sizeof head);
    memcpy(&tail, declarations.at + declarations.len - sizeof tail, sizeof tail);
    mixed = (head ^ declarations.len * 0x9E3779B97F4A7C15u ^ (tail << 29 | tail >> 35)) *
            0xFF51AFD7ED558CCDu;
    struct html_style_seen *row = &seen[mixed >> 32 & (HTML_STYLES_SEEN - 1)];
    if (!bytes_equal(row->declarations, declarations) || !is_same_style(&row->from, style)) {
        row->declarations = declarations;
        row->from = *style;
        html_style_declare(style, declarations);
        row->to = *style;
    } else {
        *style = row->to;
    }
}

void html_style_cascade(struct html_style *style, const struct html_style *over)
{
    static const uint16_t undone[8] = {0,
                                       HTML_HIDDEN_VISIBILITY,
                                       HTML_HIDDEN_SIZE,
                                       HTML_HIDDEN_VISIBILITY | HTML_HIDDEN_SIZE,
                                       HTML_HIDDEN_DISPLAY,
                                       HTML_HIDDEN_DISPLAY | HTML_HIDDEN_VISIBILITY,
                                       HTML_HIDDEN_DISPLAY | HTML_HIDDEN_SIZE,
                                       HTML_HIDDEN_DISPLAY | HTML_HIDDEN_VISIBILITY |
                                           HTML_HIDDEN_SIZE};
    style->hidden = (uint16_t)((style->hidden & ~undone[over->shown & 7]) | over->hidden);
    style->shown |= over->shown;
    style->clip |= over->clip;
    if (over->color != HTML_COLOR_UNSET)
        style->color = over->color;
    if (over->background != HTML_COLOR_UNSET)
        style->background = over->background;
}

/* Past the "}" that closes the block opened before AT. */
static size_t skip_block(struct bytes css, size_t at)
{
    unsigned depth = 1;
    while (depth > 0 && (at = bytes_find_either(css, '{', '}', at)) != BYTES_NPOS)
        depth += css.at[at++] == '{' ? 1u : -1u;
    return at == BYTES_NPOS ? css.len : at;
}

/* A tag, .class, #id or tag.class, and nothing else. */
static bool is_simple(struct bytes selector)
{
    unsigned marks = 0;
    if (selector.len == 0 || selector.len > 128)
        return false;
    for (size_t i = 0; i < selector.len; i++) {
        uint8_t c = selector.at[i];
        marks += c == '.' || c == '#';
        if (!ascii_is_alnum(c) && c != '-' && c != '_' && c != '.' && c != '#')
            return false;
    }
    return marks <= 1;
}

static void add_rule(struct html_sheet *sheet, struct arena *arena, struct bytes selector,
                     const struct html_style *style)
{
    selector = bytes_trim(selector);
    if (!is_simple(selector)) {
        sheet->complex = true;
        return;
    }
    if (sheet->rule->count >= RULES_MAX) {
        sheet->complex = true;
        return;
    }
    void **place = table_at(sheet->rule, selector);
    if (*place == NULL) {
        struct html_style *kept = arena_new_of(arena, struct html_style);
        *kept = HTML_STYLE_NONE;
        *place = kept;
    }
    html_style_cascade(*place, style);
    sheet->hides = true;
}

static bool says_nothing(const struct html_style *style)
{
    return style->hidden == 0 && style->clip == 0 && style->shown == 0 &&
           style->color == HTML_COLOR_UNSET && style->background == HTML_COLOR_UNSET;
}

/* Past comments, <!-- and blanks between rules. */
static size_t skip_between(struct bytes css, size_t at)
{
    for (;;) {
        while (at < css.len && (ascii_is_space(css.at[at]) || css.at[at] == '}'))
            at++;
        struct bytes rest = bytes_from(css, at);
        if (bytes_starts(rest, BYTES("/*"))) {
            size_t end = bytes_find(css, BYTES("*/"), at + 2);
            at = end == BYTES_NPOS ? css.len : end + 2;
        } else if (bytes_starts(rest, BYTES("<!--"))) {
            at += 4;
        } else if (bytes_starts(rest, BYTES("-->"))) {
            at += 3;
        } else {
            return at;
        }
    }
}

void html_sheet_read(struct html_sheet *sheet, struct arena *arena, struct bytes css)
{
    if (sheet->rule == NULL)
        sheet->rule = table_new(arena);
    for (size_t at = skip_between(css, 0); at < css.len; at = skip_between(css, at)) {
        size_t open = bytes_find_either(css, '{', css.at[at] == '@' ? ';' : '{', at);
        if (open == BYTES_NPOS)
            return;
        if (css.at[at] == '@') {
            at = css.at[open] == ';' ? open + 1 : skip_block(css, open + 1);
            continue;
        }
        size_t close = bytes_find_byte(css, '}', open);
        if (close == BYTES_NPOS)
            close = css.len;
        struct html_style style = HTML_STYLE_NONE;
        html_style_declare(&style, bytes_sub(css, open + 1, close - open - 1));
        struct bytes selectors = bytes_sub(css, at, open - at), one;
        while (!says_nothing(&style) && bytes_next_field(&selectors, ',', &one))
            add_rule(sheet, arena, one, &style);
        at = close + 1;
    }
}

static void apply_named(const struct html_sheet *sheet, struct html_style *style, struct bytes tag,
                        uint8_t mark, struct bytes name)
{
    uint8_t key[300];
    if (name.len == 0 || name.len > 128 || tag.len > 128)
        return;
    memcpy(key, tag.at, tag.len);
    key[tag.len] = mark;
    memcpy(key + tag.len + 1, name.at, name.len);
    const struct html_style *found = table_get(sheet->rule, bytes_of(key + tag.len, name.len + 1));
    if (found != NULL)
        html_style_cascade(style, found);
    found = tag.len == 0 ? NULL : table_get(sheet->rule, bytes_of(key, tag.len + name.len + 1));
    if (found != NULL)
        html_style_cascade(style, found);
}

void html_sheet_apply(const struct html_sheet *sheet, struct html_style *style, struct bytes tag,
                      struct bytes class, struct bytes id)
{
    if (!sheet->hides)
        return;
    const struct html_style *found = table_get(sheet->rule, tag);
    if (found != NULL)
        html_style_cascade(style, found);
    for (size_t at = 0, count = 0; at < class.len && count < CLASSES_MAX; count++) {
        while (at < class.len && ascii_is_space(class.at[at]))
            at++;
        size_t from = at;
        while (at < class.len && !ascii_is_space(class.at[at]))
            at++;
        apply_named(sheet, style, tag, '.', bytes_sub(class, from, at - from));
    }
    apply_named(sheet, style, tag, '#', bytes_trim(id));
}
