/* SPDX-License-Identifier: Apache-2.0
 *
 * SVG that draws a code: shapes with their fill, stroke and transform go to a canvas, which is read.
 *
 * Drawn are rect, circle, ellipse, polygon, polyline, line and path; groups, nested svg, use and
 * clip-path of what was defined before; presentation attributes, style attributes, and rules of <style>
 * for tags, classes and ids.  Gradients and patterns count as dark.  Text, filters and masks are
 * not drawn. */
#include "open/inspect.h"

#include "base/table.h"
#include "open/html.h"
#include "open/picture_memo.h"
#include "open/svg_canvas.h"
#include "open/xml.h"

#include <math.h>

#define SIDE 900.0f
#define SVGS_MAX 8u
#define SOURCE_MIN 700u /* bytes: less draws no code */
#define POINTS_MIN 150u /* the same */
#define ELEMENTS_MAX 300000u
#define NESTING_MAX 48u
#define USES_MAX 3u
#define VIEW_MIN 0.001f /* units: what is smaller has no scale */
#define DARK 40
#define NO_PAINT (-1)

/* What an element inherits. */
struct look {
    struct svg_matrix matrix;
    int fill, stroke; /* gray, or NO_PAINT */
    float stroke_width;
    bool even_odd, is_hidden;
};

struct drawing {
    struct arena *arena;
    struct budget *budget;
    struct svg_canvas canvas;
    struct svg_shape shape;
    struct table *defined; /* id -> struct bytes *: from its tag on */
    struct table *rule;    /* selector -> struct bytes *: declarations */
    float width, height;   /* of the view, for percentages */
    uint32_t painted, elements;
    bool in_style;
};

static int gray_of(struct bytes value)
{
    value = bytes_trim(value);
    if (bytes_equal_fold(value, BYTES("none")) || bytes_equal_fold(value, BYTES("transparent")))
        return NO_PAINT;
    int32_t color = html_style_color(value);
    if (color < 0)
        return bytes_equal_fold(value, BYTES("currentColor")) ? 0 : DARK;
    return picture_gray((unsigned)color >> 16 & 255, (unsigned)color >> 8 & 255,
                        (unsigned)color & 255);
}

/* A length; percent of WHOLE.  OTHERWISE where there is none. */
static float length_of(struct bytes value, float whole, float otherwise)
{
    size_t at = 0;
    float n;
    if (!svg_number(value, &at, &n))
        return otherwise;
    return at < value.len && value.at[at] == '%' ? n * whole / 100 : n;
}

static void declare(struct look *look, struct bytes name, struct bytes value)
{
    value = bytes_trim(value);
    if (bytes_equal(name, BYTES("fill")))
        look->fill = gray_of(value);
    else if (bytes_equal(name, BYTES("stroke")))
        look->stroke = gray_of(value);
    else if (bytes_equal(name, BYTES("stroke-width")))
        look->stroke_width = length_of(value, 1, 1);
    else if (bytes_equal(name, BYTES("fill-rule")))
        look->even_odd = bytes_equal(value, BYTES("evenodd"));
    else if ((bytes_equal(name, BYTES("display")) && bytes_equal(value, BYTES("none"))) ||
             (bytes_equal(name, BYTES("visibility")) && bytes_equal(value, BYTES("hidden"))) ||
             (bytes_equal(name, BYTES("opacity")) && length_of(value, 1, 1) <= 0))
        look->is_hidden = true;
}

static void declare_all(struct look *look, struct bytes declarations)
{
    struct bytes one;
    while (bytes_next_field(&declarations, ';', &one)) {
        size_t colon = bytes_find_byte(one, ':', 0);
        if (colon != BYTES_NPOS)
            declare(look, bytes_trim(bytes_sub(one, 0, colon)), bytes_from(one, colon + 1));
    }
}

static struct bytes *kept(struct drawing *drawing, struct bytes b)
{
    struct bytes *out = arena_new_of(drawing->arena, struct bytes);
    *out = b;
    return out;
}

/* "a, .b { declarations }" over and over. */
static void read_rules(struct drawing *drawing, struct bytes css)
{
    for (uint32_t i = 0; i < 256; i++) {
        size_t open = bytes_find_byte(css, '{', 0), shut = bytes_find_byte(css, '}', 0);
        if (open == BYTES_NPOS || shut == BYTES_NPOS || shut < open)
            return;
        struct bytes selectors = bytes_sub(css, 0, open), one;
        struct bytes *body = kept(drawing, bytes_sub(css, open + 1, shut - open - 1));
        while (bytes_next_field(&selectors, ',', &one))
            table_set(drawing->rule, bytes_trim(one), body);
        css = bytes_from(css, shut + 1);
    }
}

static void apply_rule(struct drawing *drawing, struct look *look, const char *mark,
                       struct bytes name)
{
    const struct bytes *body = name.len == 0 || drawing->rule->count == 0
                                   ? NULL
                                   : table_get(drawing->rule, arena_printf(drawing->arena, "%s%.*s",
                                                                           mark, BYTES_FMT(name)));
    if (body != NULL)
        declare_all(look, *body);
}

/* "translate(1 2) scale(3)" and so on. */
static struct svg_matrix transform_of(struct bytes text)
{
    struct svg_matrix all = {1, 0, 0, 1, 0, 0};
    for (int i = 0; i < 16; i++) {
        size_t open = bytes_find_byte(text, '(', 0), at = open + 1, count = 0;
        if (open == BYTES_NPOS)
            break;
        struct bytes name = bytes_trim(bytes_sub(text, 0, open));
        while (name.len > 0 && (name.at[0] == ',' || name.at[0] == ')'))
            name = bytes_trim(bytes_from(name, 1));
        float n[6] = {0};
        while (count < 6 && svg_number(text, &at, &n[count]))
            count++;
        struct svg_matrix one = {1, 0, 0, 1, 0, 0};
        float angle = n[0] * (float)M_PI / 180;
        if (bytes_equal(name, BYTES("matrix")) && count == 6)
            one = (struct svg_matrix){n[0], n[1], n[2], n[3], n[4], n[5]};
        else if (bytes_equal(name, BYTES("translate")))
            one.e = n[0], one.f = n[1];
        else if (bytes_equal(name, BYTES("scale")))
            one.a = n[0], one.d = count > 1 ? n[1] : n[0];
        else if (bytes_equal(name, BYTES("rotate"))) {
            one = (struct svg_matrix){cosf(angle), sinf(angle), -sinf(angle), cosf(angle), 0, 0};
            one.e = n[1] - one.a * n[1] - one.c * n[2];
            one.f = n[2] - one.b * n[1] - one.d * n[2];
        }
        all = svg_multiply(&all, &one);
        text = bytes_from(text, at);
    }
    return all;
}

static void move_by(struct look *look, float x, float y)
{
    struct svg_matrix step = {1, 0, 0, 1, x, y};
    look->matrix = svg_multiply(&look->matrix, &step);
}

/* What the current tag of XML says of itself, over what it inherits. */
static struct look look_of(struct drawing *drawing, const struct xml *xml, const struct look *above)
{
    static const char *const names[] = {"fill",    "stroke",     "stroke-width", "fill-rule",
                                        "display", "visibility", "opacity"};
    struct look look = *above;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct bytes value = xml_attribute(xml, names[i]);
        if (value.at != NULL)
            declare(&look, bytes_of_string(names[i]), value);
    }
    struct bytes classes = xml_attribute(xml, "class"), one;
    apply_rule(drawing, &look, "", xml->name);
    while (bytes_next_field(&classes, ' ', &one))
        apply_rule(drawing, &look, ".", one);
    apply_rule(drawing, &look, "#", xml_attribute(xml, "id"));
    declare_all(&look, xml_attribute(xml, "style"));
    struct bytes transform = xml_attribute(xml, "transform");
    if (transform.len > 0) {
        struct svg_matrix own = transform_of(transform);
        look.matrix = svg_multiply(&look.matrix, &own);
    }
    return look;
}

/* The polygons of the current tag; false where it is no shape. */
static bool read_shape(struct drawing *drawing, const struct xml *xml)
{
    struct svg_shape *shape = &drawing->shape;
    float w = drawing->width, h = drawing->height;
    shape->count = 0;
    if (xml_is(xml, "path")) {
        svg_path_read(shape, xml_attribute(xml, "d"));
    } else if (xml_is(xml, "rect")) {
        float x = length_of(xml_attribute(xml, "x"), w, 0),
              y = length_of(xml_attribute(xml, "y"), h, 0);
        float right = x + length_of(xml_attribute(xml, "width"), w, 0),
              bottom = y + length_of(xml_attribute(xml, "height"), h, 0);
        svg_shape_add(shape, x, y, true);
        svg_shape_add(shape, right, y, false);
        svg_shape_add(shape, right, bottom, false);
        svg_shape_add(shape, x, bottom, false);
    } else if (xml_is(xml, "circle") || xml_is(xml, "ellipse")) {
        float r = length_of(xml_attribute(xml, "r"), w, 0);
        svg_ellipse(shape, length_of(xml_attribute(xml, "cx"), w, 0),
                    length_of(xml_attribute(xml, "cy"), h, 0),
                    length_of(xml_attribute(xml, "rx"), w, r),
                    length_of(xml_attribute(xml, "ry"), h, r));
    } else if (xml_is(xml, "polygon") || xml_is(xml, "polyline")) {
        svg_points_read(shape, xml_attribute(xml, "points"));
    } else if (xml_is(xml, "line")) {
        svg_shape_add(shape, length_of(xml_attribute(xml, "x1"), w, 0),
                      length_of(xml_attribute(xml, "y1"), h, 0), true);
        svg_shape_add(shape, length_of(xml_attribute(xml, "x2"), w, 0),
                      length_of(xml_attribute(xml, "y2"), h, 0), false);
    } else {
        return false;
    }
    return true;
}

static void paint(struct drawing *drawing, const struct look *look)
{
    if (look->is_hidden)
        return;
    drawing->painted += drawing->shape.count;
    if (look->fill != NO_PAINT)
        svg_fill(&drawing->canvas, &drawing->shape, &look->matrix, (uint8_t)look->fill,
                 look->even_odd);
    if (look->stroke != NO_PAINT)
        svg_stroke(&drawing->canvas, &drawing->shape, &look->matrix, (uint8_t)look->stroke,
                   look->stroke_width);
}

/* Whether what is inside is only drawn when something refers to it. */
static bool is_definition(const struct xml *xml)
{
    return xml_is(xml, "defs") || xml_is(xml, "symbol") || xml_is(xml, "clipPath") ||
           xml_is(xml, "mask") || xml_is(xml, "pattern") || xml_is(xml, "marker");
}

static void draw(struct drawing *drawing, struct bytes source, const struct look *above,
                 uint32_t uses);

/* Draw what REFERENCE ("#id", "url(#id)") names, where it is defined; false where it is not. */
static bool draw_named(struct drawing *drawing, struct bytes reference, const struct look *look,
                       uint32_t uses)
{
    size_t hash = bytes_find_byte(reference, '#', 0);
    struct bytes name = hash == BYTES_NPOS ? BYTES_NONE : bytes_from(reference, hash + 1);
    while (name.len > 0 && (name.at[name.len - 1] == ')' || name.at[name.len - 1] == '"' ||
                            name.at[name.len - 1] == '\''))
        name.len--;
    const struct bytes *from = name.len == 0 ? NULL : table_get(drawing->defined, name);
    if (from == NULL || uses >= USES_MAX)
        return false;
    draw(drawing, *from, look, uses + 1);
    return true;
}

/* A nested svg has a place and units of its own. */
static void enter_svg(const struct xml *xml, struct look *look)
{
    struct bytes view = xml_attribute(xml, "viewBox");
    float n[4], width = length_of(xml_attribute(xml, "width"), 0, 0);
    size_t at = 0, count = 0;
    move_by(look, length_of(xml_attribute(xml, "x"), 0, 0),
            length_of(xml_attribute(xml, "y"), 0, 0));
    while (count < 4 && svg_number(view, &at, &n[count]))
        count++;
    if (count < 4 || !(n[2] > 0) || !(width > 0))
        return;
    struct svg_matrix scale = {width / n[2], 0, 0, width / n[2], 0, 0};
    look->matrix = svg_multiply(&look->matrix, &scale);
    move_by(look, -n[0], -n[1]);
}

/* One tag that is drawn, or refers to what is. */
static void draw_tag(struct drawing *drawing, const struct xml *xml, struct look *look,
                     uint32_t uses)
{
    struct bytes clip = xml_attribute(xml, "clip-path");
    if (xml_is(xml, "use") && !look->is_hidden) {
        move_by(look, length_of(xml_attribute(xml, "x"), drawing->width, 0),
                length_of(xml_attribute(xml, "y"), drawing->height, 0));
        draw_named(drawing, xml_attribute(xml, "href"), look, uses);
    } else if (clip.len > 0 && !look->is_hidden && draw_named(drawing, clip, look, uses)) {
        drawing->shape.count = 0; /* it fills what clips it */
    } else if (read_shape(drawing, xml)) {
        paint(drawing, look);
    }
}

/* The next event, style sheets read on the way; false at the end or over a limit. */
static bool draw_next(struct drawing *drawing, struct xml *xml)
{
    if (drawing->canvas.work == 0 || ++drawing->elements > ELEMENTS_MAX ||
        (drawing->elements % 1024 == 0 && !budget_time_left(drawing->budget)) || !xml_next(xml))
        return false;
    if (xml->event == XML_TEXT && drawing->in_style)
        read_rules(drawing, xml_decode(drawing->arena, xml->text));
    drawing->in_style = xml->event == XML_OPEN && !xml->empty && xml_is(xml, "style");
    return true;
}

/* Draw the elements of SOURCE; where something uses them, only the first with all below it. */
static void draw(struct drawing *drawing, struct bytes source, const struct look *above,
                 uint32_t uses)
{
    struct look look[NESTING_MAX + 1];
    uint32_t depth = 0, deeper = 0, defining = 0;
    bool first = uses > 0;
    struct xml xml;
    look[0] = *above;
    xml_begin(&xml, drawing->arena, source);
    for (struct bytes at = xml.rest; draw_next(drawing, &xml); at = xml.rest) {
        if (xml.event == XML_TEXT)
            continue;
        if (xml.event == XML_CLOSE) {
            depth -= deeper == 0 && depth > 0;
            deeper -= deeper > 0;
            defining = defining > depth ? 0 : defining;
            if (uses > 0 && depth == 0)
                return;
            continue;
        }
        if (depth == NESTING_MAX) {
            deeper += !xml.empty;
            continue;
        }
        struct bytes id = xml_attribute(&xml, "id");
        if (id.len > 0 && uses == 0 && table_get(drawing->defined, id) == NULL)
            table_set(drawing->defined, id, kept(drawing, at));
        struct look own = look_of(drawing, &xml, &look[depth]);
        if (xml_is(&xml, "svg") && (depth > 0 || uses > 0))
            enter_svg(&xml, &own);
        else if (defining == 0)
            draw_tag(drawing, &xml, &own, uses);
        if (xml.empty && first)
            return;
        if (!xml.empty)
            look[++depth] = own;
        if (!xml.empty && defining == 0 && !first && is_definition(&xml))
            defining = depth;
        first = false;
    }
}

/* The view of the outermost svg: its box, or its size. */
static bool begin(struct drawing *drawing, struct node *node, struct bytes source,
                  struct look *look)
{
    struct xml xml;
    float n[4] = {0};
    size_t at = 0, count = 0;
    xml_begin(&xml, drawing->arena, source);
    while (xml_next(&xml) && !(xml.event == XML_OPEN && xml_is(&xml, "svg")))
        ;
    struct bytes view = xml_attribute(&xml, "viewBox");
    while (count < 4 && svg_number(view, &at, &n[count]))
        count++;
    if (count < 4) {
        n[0] = n[1] = 0;
        n[2] = length_of(xml_attribute(&xml, "width"), 0, 0);
        n[3] = length_of(xml_attribute(&xml, "height"), 0, 0);
    }
    if (!(n[2] > VIEW_MIN) || !(n[3] > VIEW_MIN))
        return false;
    drawing->width = n[2], drawing->height = n[3];
    float scale = SIDE / fmaxf(n[2], n[3]);
    *look = (struct look){.matrix = {scale, 0, 0, scale, -n[0] * scale, -n[1] * scale},
                          .stroke = NO_PAINT,
                          .stroke_width = 1};
    return svg_canvas_begin(&drawing->canvas, node, (uint32_t)(n[2] * scale),
                            (uint32_t)(n[3] * scale));
}

static void draw_and_read(struct node *node, struct bytes source)
{
    struct drawing drawing = {.arena = node->tree->arena, .budget = node->tree->budget};
    struct look look;
    drawing.shape.arena = drawing.arena;
    if (!begin(&drawing, node, source, &look))
        return;
    drawing.defined = table_new(drawing.arena);
    drawing.rule = table_new(drawing.arena);
    draw(&drawing, source, &look, 0);
    if (drawing.painted >= POINTS_MIN)
        qr_read(node, &drawing.canvas.picture);
    svg_canvas_finish(&drawing.canvas);
}

/* Draw it and look for codes, unless the same source is known to hold nothing. */
static void read_svg(struct node *node, struct bytes source)
{
    const struct anomaly *before = node->last_anomaly;
    struct picture_key key = picture_key_of(KIND_SVG, source);
    if (picture_memo_tell(&key, node))
        return;
    draw_and_read(node, source);
    if (node->last_anomaly == before && node_get(node, FACT_QR_DATA).tag == VALUE_UNSET &&
        budget_time_left(node->tree->budget))
        picture_memo_keep(&key, node);
}

void inspect_svg(struct node *node)
{
    struct bytes b = node->content;
    if (node->kind != KIND_SVG && node->kind != KIND_HTML)
        return;
    const struct html_doc *doc = html_of(node);
    if (node->kind == KIND_HTML && (doc == NULL || !doc->has_svg))
        return;
    size_t at = bytes_find(b, BYTES("<svg"), 0);
    for (uint32_t i = 0; i < SVGS_MAX && at != BYTES_NPOS; i++) {
        size_t end = bytes_find(b, BYTES("</svg"), at);
        end = node->kind == KIND_SVG || end == BYTES_NPOS ? b.len : end;
        if (end - at >= SOURCE_MIN)
            read_svg(node, bytes_sub(b, at, end - at));
        at = bytes_find(b, BYTES("<svg"), end);
    }
}
