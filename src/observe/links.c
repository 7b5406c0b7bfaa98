/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/links.h"

#include "artifact/node_text.h"
#include "observe/urlscan.h"

/* A list being filled, with a table of what it holds. */
struct gathering {
    struct model *model;
    struct array *array;
    uint32_t *slot; /* 1 + index in array, by hash */
    uint32_t slots;
    uint64_t most;
    bool over;
};

static struct gathering gather(struct model *model)
{
    struct gathering g = {.model = model, .array = array_new(model->arena), .slots = 64};
    g.slot = arena_array_of(model->arena, g.slots, uint32_t);
    g.most = model->tree == NULL ? limit_rows[LIMIT_LINKS].value
                                 : model->tree->budget->most[LIMIT_LINKS];
    return g;
}

static uint64_t link_hash(const struct link *link)
{
    return bytes_slot(link->href->url.url) * 31 + bytes_slot(link->text) + link->is_plain;
}

static const struct link *link_at(const struct array *array, uint32_t i)
{
    return array->item[i].as.object->self;
}

static uint32_t *slot_of(struct gathering *g, const struct link *link)
{
    for (uint32_t i = (uint32_t)link_hash(link);; i++) {
        uint32_t *slot = &g->slot[i & (g->slots - 1)];
        if (*slot == 0)
            return slot;
        const struct link *other = link_at(g->array, *slot - 1);
        if (other->is_plain == link->is_plain && bytes_equal(other->text, link->text) &&
            bytes_equal(other->href->url.url, link->href->url.url))
            return slot;
    }
}

static void grow(struct gathering *g)
{
    g->slots *= 2;
    g->slot = arena_array_of(g->model->arena, g->slots, uint32_t);
    for (uint32_t i = 0; i < g->array->count; i++)
        *slot_of(g, link_at(g->array, i)) = i + 1;
}

static void keep(struct gathering *g, struct link link)
{
    uint32_t *slot = slot_of(g, &link);
    if (*slot != 0)
        return;
    if (g->array->count >= g->most) {
        g->over = true;
        return;
    }
    struct link *kept = arena_new_of(g->model->arena, struct link);
    *kept = link;
    array_add(g->model->arena, g->array, value_object(object_new(g->model, TYPE_Link, kept)));
    *slot = g->array->count;
    if (g->array->count * 2 > g->slots)
        grow(g);
}

static bool is_hyperlink(enum html_link_kind kind)
{
    return kind == HTML_LINK_A || kind == HTML_LINK_AREA || kind == HTML_LINK_FORM ||
           kind == HTML_LINK_META_REFRESH || kind == HTML_LINK_SVG || kind == HTML_LINK_CONDITIONAL;
}

/* HREF against BASE (absolute), as far as mail needs it: "/path", "page", "?query". */
static struct bytes resolve_base(struct arena *arena, struct bytes base, struct bytes href)
{
    struct url url;
    if (base.len == 0 || !url_parse(arena, base, &url) || !url.is_special)
        return href;
    size_t scheme = url.scheme.len + 3, slash = bytes_find_byte(url.url, '/', scheme);
    struct bytes origin = bytes_sub(url.url, 0, slash);
    if (href.at[0] == '/')
        return arena_printf(arena, "%.*s%.*s", BYTES_FMT(origin), BYTES_FMT(href));
    size_t last =
        bytes_find_last_byte(bytes_sub(url.url, 0, bytes_find_byte(url.url, '?', 0)), '/');
    if (last == BYTES_NPOS || last < scheme)
        return arena_printf(arena, "%.*s/%.*s", BYTES_FMT(origin), BYTES_FMT(href));
    return arena_printf(arena, "%.*s%.*s", BYTES_FMT(bytes_sub(url.url, 0, last + 1)),
                        BYTES_FMT(href));
}

static bool has_scheme(struct bytes href)
{
    size_t i = 0;
    while (i < href.len && (ascii_is_alnum(href.at[i]) || href.at[i] == '+' || href.at[i] == '-'))
        i++;
    return i > 0 && i < href.len && href.at[i] == ':';
}

/* Parse a hyperlink's target; NULL where a click would lead nowhere. */
static const struct model_url *read_href(struct model *model, const struct html_doc *doc,
                                         struct bytes href)
{
    href = bytes_trim(href);
    if (href.len == 0 || href.at[0] == '#' || bytes_starts_fold(href, BYTES("cid:")) ||
        bytes_starts_fold(href, BYTES("about:")) || bytes_starts_fold(href, BYTES("data:")))
        return NULL;
    bool absolute =
        has_scheme(href) || bytes_starts(href, BYTES("//")) || bytes_starts(href, BYTES("\\\\"));
    if (!absolute && doc->base_href.len > 0)
        href = resolve_base(model->arena, doc->base_href, href);
    if (!absolute && href.at[0] == '/' && href.len > 1 && href.at[1] != '/')
        return NULL;
    const struct model_url *url = model_url_read(model, href);
    if (url == NULL || absolute || url->url.is_ip)
        return url;
    const struct domain *domain = model_domain_of(model, url->url.host);
    return domain != NULL && domain->valid ? url : NULL; /* "page.html" is no host */
}

/* Hyperlinks of DOC, then URLs in its shown text that none of them covers. */
static void gather_page(struct gathering *g, const struct html_doc *doc, const struct node *node)
{
    for (uint32_t i = 0; i < doc->link_count; i++) {
        const struct html_link *link = &doc->link[i];
        if (!is_hyperlink(link->kind))
            continue;
        const struct model_url *href = read_href(g->model, doc, link->href);
        if (href == NULL)
            continue;
        struct bytes text = link->text.len > 0 ? link->text : BYTES_NONE;
        keep(g, (struct link){text, href, node, link->text_at, false, link->visible});
    }
    struct url_scan scan = url_scan_begin(g->model->arena, doc->display_text);
    struct url_span span;
    uint32_t next = 0;
    while (url_scan_next(&scan, &span)) {
        size_t at = (size_t)(span.text.at - doc->display_text.at);
        while (next < doc->link_count && (!is_hyperlink(doc->link[next].kind) ||
                                          doc->link[next].text_at + doc->link[next].text.len <= at))
            next++;
        if (next < doc->link_count && doc->link[next].text_at <= at)
            continue;
        const struct model_url *href = model_url_read(g->model, span.target);
        if (href != NULL)
            keep(g, (struct link){span.text, href, node, at, true, true});
    }
}

static void gather_text(struct gathering *g, struct bytes text, const struct node *node)
{
    struct url_scan scan = url_scan_begin(g->model->arena, text);
    struct url_span span;
    while (url_scan_next(&scan, &span)) {
        const struct model_url *href = model_url_read(g->model, span.target);
        if (href != NULL)
            keep(g, (struct link){span.text, href, node, (size_t)(span.text.at - text.at), true,
                                  true});
    }
}

struct array *links_of_mail(struct model *model)
{
    struct mail_view *view = mail_view(model);
    if (view->links.tag == VALUE_ARRAY)
        return view->links.as.array;
    struct gathering g = gather(model);
    for (uint32_t i = 0; i < view->html.count; i++) {
        const struct html_doc *doc = html_of(view->html.item[i]);
        if (doc != NULL)
            gather_page(&g, doc, view->html.item[i]);
        else
            gather_text(&g, node_text(view->html.item[i]), view->html.item[i]);
    }
    for (uint32_t i = 0; i < view->plain.count; i++)
        gather_text(&g, node_text(view->plain.item[i]), view->plain.item[i]);
    if (g.over)
        node_limit(view->node, LIMIT_LINKS);
    view->links = value_array(g.array);
    return g.array;
}

struct value links_between(struct model *model, const struct node *part, size_t from, size_t to)
{
    struct array *all = links_of_mail(model), *made = array_new(model->arena);
    for (uint32_t i = 0; i < all->count; i++) {
        const struct link *link = link_at(all, i);
        if (link->node == part && link->text_at >= from && link->text_at < to)
            array_add(model->arena, made, all->item[i]);
    }
    return value_array(made);
}

struct value links_of_part(struct model *model, const struct node *node)
{
    return links_between(model, node, 0, SIZE_MAX);
}

struct value links_of_page(struct model *model, const struct html_doc *doc)
{
    struct gathering g = gather(model);
    gather_page(&g, doc, NULL);
    return value_array(g.array);
}

struct value links_of_text(struct model *model, struct bytes text)
{
    struct gathering g = gather(model);
    gather_text(&g, text, NULL);
    return value_array(g.array);
}

/* TEXT as a URL, where all of it is one. */
static const struct model_url *text_as_url(struct model *model, struct bytes text)
{
    text = bytes_trim(text);
    if (text.len < 4 || text.len > URL_MAX_BYTES || bytes_find_byte(text, '.', 0) == BYTES_NPOS)
        return NULL;
    struct url_scan scan = url_scan_begin(model->arena, text);
    struct url_span span;
    if (!url_scan_next(&scan, &span) || span.text.at != text.at)
        return NULL;
    size_t rest = text.len - span.text.len;
    if (rest > 1 || (rest == 1 && ascii_is_alnum(text.at[text.len - 1])))
        return NULL;
    return model_url_read(model, span.target);
}

static struct value mismatched(struct object *object)
{
    struct value href = object_get(object, FIELD_Link_href_url);
    struct value shown = object_get(object, FIELD_Link_display_url);
    if (href.tag != VALUE_OBJECT || shown.tag != VALUE_OBJECT)
        return value_null();
    const struct model_url *a = href.as.object->self, *b = shown.as.object->self;
    const struct domain *x =
        model_domain_of(object->model, a->url.is_ip ? BYTES_NONE : a->url.host);
    const struct domain *y =
        model_domain_of(object->model, b->url.is_ip ? BYTES_NONE : b->url.host);
    if (x == NULL || y == NULL || !x->valid || !y->valid)
        return value_null();
    return value_bool(!bytes_equal(x->root_domain, y->root_domain));
}

struct value resolve_Link(struct object *object, uint32_t field)
{
    const struct link *self = object->self;
    if (self == NULL)
        return value_null();
    struct model *model = object->model;
    switch (field) {
    case FIELD_Link_display_text: {
        struct value url = object_get(object, FIELD_Link_display_url);
        return url.tag == VALUE_OBJECT ? value_null() : value_string(self->text);
    }
    case FIELD_Link_display_url:
        if (self->is_plain)
            return model_url_of(model, self->href);
        return self->text.at == NULL ? value_null()
                                     : model_url_of(model, text_as_url(model, self->text));
    case FIELD_Link_href_url:
        return model_url_of(model, self->href);
    case FIELD_Link_mismatched:
        return mismatched(object);
    case FIELD_Link_parser:
        return value_string(self->is_plain ? BYTES("plain") : BYTES("hyperlink"));
    case FIELD_Link_visible:
        return value_bool(self->visible);
    default:
        return value_null();
    }
}
