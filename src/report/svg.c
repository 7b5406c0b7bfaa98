/* SPDX-License-Identifier: Apache-2.0 */
#include "report/svg.h"

#include "report/markup.h"

#include <math.h>
#include <stdlib.h>

static const char style[] =
    "<style>svg{background:#fff;color:#1b2430;font-family:system-ui,'Noto Sans','Noto Sans CJK "
    "JP',sans-serif}"
    ".t{fill:currentColor;font-size:12px}.m{fill:#5a6675;font-size:11px}.b{font-weight:600}"
    ".g{stroke:#dde3ea}.a{stroke:#8a96a3}.c0{fill:#31628f}.c1{fill:#c2410c}.c2{fill:#3f7d58}.c3{"
    "fill:#8a6d1d}"
    ".c4{fill:#7b4b94}.c5{fill:#1f7a8c}.c6{fill:#8c2f39}.c7{fill:#5a6675}.w{fill:#fde8dd}.e{fill:"
    "none;"
    "stroke:#1b2430;stroke-width:1.5;stroke-dasharray:5 "
    "3}.n{fill:#eef1f4}.h{fill:#b3380b}.r{display:none}"
    "@media(prefers-color-scheme:dark){svg{background:#10161d;color:#e6ebf0}.m{fill:#a4b0bd}.g{"
    "stroke:#2a3542}"
    ".c0{fill:#6fa8dc}.c1{fill:#f0804b}.c2{fill:#6fbf8f}.c3{fill:#d9b64a}.c4{fill:#b98bd0}.c5{fill:"
    "#5fc0d3}"
    ".c6{fill:#e07a85}.c7{fill:#a4b0bd}.w{fill:#3a2418}.e{stroke:#e6ebf0}.n{fill:#1c2530}.h{fill:#"
    "f0804b}}</style>";

/* One decimal, without a trailing ".0" and without "-0". */
static void number(struct text *out, double x)
{
    long long tenths = llround(x * 10);
    text_add_format(out, "%s%lld", tenths < 0 ? "-" : "", llabs(tenths) / 10);
    if (tenths % 10 != 0)
        text_add_format(out, ".%lld", llabs(tenths) % 10);
}

static void attribute(struct text *out, const char *name, double x)
{
    text_add_format(out, " %s=\"", name);
    number(out, x);
    text_add_byte(out, '"');
}

static void open_shape(struct svg *svg, const char *shape, const char *class)
{
    text_add_format(svg->out, "<%s class=\"%s\"", shape, class);
}

static void open_group(const struct svg *svg)
{
    /* on a narrow screen a drawing is scrolled and not shrunk */
    text_add_string(svg->out, "<div class=\"drawing\" tabindex=\"0\" role=\"group\" aria-label=\"");
    markup_text(svg->out, svg->title);
    text_add_string(svg->out, "\">");
}

/* The drawing itself, from the unit FROM at its left. */
static void open_drawing(const struct svg *svg, int from)
{
    struct text *out = svg->out;
    text_add_format(out,
                    "<svg%s viewBox=\"%d 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\" "
                    "aria-labelledby=\"%s-t %s-d\"><title id=\"%s-t\">",
                    svg->alone ? " xmlns=\"http://www.w3.org/2000/svg\"" : " class=\"figure\"",
                    from, svg->width - from, svg->height, svg->width - from, svg->height, svg->id,
                    svg->id, svg->id);
    markup_text(out, svg->title);
    text_add_format(out, "</title><desc id=\"%s-d\">", svg->id);
    markup_text(out, svg->description);
    text_add_string(out, "</desc>");
    if (svg->alone)
        text_add_string(out, style);
}

void svg_begin(struct svg *svg, struct text *out, int width, int height, const char *id,
               struct bytes title, struct bytes description, bool alone)
{
    svg_begin_rows(svg, out, width, height, 0, id, title, description, alone);
}

void svg_begin_rows(struct svg *svg, struct text *out, int width, int height, int left,
                    const char *id, struct bytes title, struct bytes description, bool alone)
{
    *svg = (struct svg){out, alone, width, height, left, id, title, description};
    if (!alone)
        open_group(svg);
    if (alone || left == 0)
        open_drawing(svg, 0);
    else
        text_add_format(out,
                        "<div class=\"rows from%d\"><svg class=\"names\" viewBox=\"0 0 %d %d\" "
                        "width=\"%d\" height=\"%d\" aria-hidden=\"true\">",
                        left, left, height, left, height);
}

void svg_rows(struct svg *svg)
{
    if (svg->alone)
        return;
    text_add_string(svg->out, "</svg>");
    open_drawing(svg, svg->left);
}

void svg_end(struct svg *svg)
{
    text_add_string(svg->out, svg->alone       ? "</svg>\n"
                              : svg->left == 0 ? "</svg></div>"
                                               : "</svg></div></div>");
}

void svg_rect(struct svg *svg, const char *class, double x, double y, double width, double height,
              double radius)
{
    open_shape(svg, "rect", class);
    attribute(svg->out, "x", x);
    attribute(svg->out, "y", y);
    attribute(svg->out, "width", width < 0 ? 0 : width);
    attribute(svg->out, "height", height < 0 ? 0 : height);
    if (radius > 0)
        attribute(svg->out, "rx", radius);
    text_add_string(svg->out, "/>");
}

void svg_line(struct svg *svg, const char *class, double x1, double y1, double x2, double y2)
{
    open_shape(svg, "line", class);
    attribute(svg->out, "x1", x1);
    attribute(svg->out, "y1", y1);
    attribute(svg->out, "x2", x2);
    attribute(svg->out, "y2", y2);
    text_add_string(svg->out, "/>");
}

void svg_circle(struct svg *svg, const char *class, double x, double y, double radius)
{
    open_shape(svg, "circle", class);
    attribute(svg->out, "cx", x);
    attribute(svg->out, "cy", y);
    attribute(svg->out, "r", radius);
    text_add_string(svg->out, "/>");
}

void svg_text(struct svg *svg, const char *class, double x, double y, const char *anchor,
              struct bytes text)
{
    open_shape(svg, "text", class);
    attribute(svg->out, "x", x);
    attribute(svg->out, "y", y);
    text_add_format(svg->out, " text-anchor=\"%s\">", anchor);
    markup_text(svg->out, text);
    text_add_string(svg->out, "</text>");
}

void svg_path_begin(struct svg *svg, const char *class)
{
    open_shape(svg, "path", class);
    text_add_string(svg->out, " d=\"");
}

static void point(struct svg *svg, char command, double x, double y)
{
    text_add_byte(svg->out, (uint8_t)command);
    number(svg->out, x);
    text_add_byte(svg->out, ' ');
    number(svg->out, y);
}

void svg_path_move(struct svg *svg, double x, double y)
{
    point(svg, 'M', x, y);
}

void svg_path_line(struct svg *svg, double x, double y)
{
    point(svg, 'L', x, y);
}

void svg_path_end(struct svg *svg)
{
    text_add_string(svg->out, "\"/>");
}

double svg_step(double most, int count)
{
    double rough = fmax(most, 1) / count, power = pow(10, floor(log10(rough))),
           part = rough / power;
    return fmax(1, power * (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10));
}
