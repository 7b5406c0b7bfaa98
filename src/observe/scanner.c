/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/scanner.h"

#include "artifact/digest.h"
#include "artifact/entropy.h"
#include "artifact/identify.h"
#include "artifact/node_text.h"
#include "base/utf8.h"
#include "observe/capability.h"
#include "observe/inspection.h"
#include "observe/links.h"
#include "observe/script_words.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* A set of slices seen, open addressing over the array itself. */
static bool seen_before(struct array *array, uint32_t *slot, uint32_t slots, struct bytes s)
{
    for (uint32_t i = (uint32_t)bytes_slot(s);; i++) {
        uint32_t *at = &slot[i & (slots - 1)];
        if (*at == 0) {
            *at = array->count + 1;
            return false;
        }
        if (bytes_equal(value_bytes(array->item[*at - 1]), s))
            return true;
    }
}

static bool is_printable(uint8_t c)
{
    return (c >= 0x20 && c < 0x7F) || c == '\t';
}

/* The first place from AT on where SCANNER_STRING_MIN printable bytes begin, or not far before it. */
static size_t skip_to_string(struct bytes b, size_t at)
{
#ifdef __SSE2__
    _Static_assert(SCANNER_STRING_MIN == 4, "three shifts");
    for (; at + 16 <= b.len; at += 13) {
        __m128i block = _mm_loadu_si128((const __m128i *)(const void *)(b.at + at));
        __m128i shown = _mm_andnot_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8(0x7F)),
                                         _mm_cmpgt_epi8(block, _mm_set1_epi8(0x1F)));
        __m128i tab = _mm_cmpeq_epi8(block, _mm_set1_epi8('\t'));
        unsigned mask = (unsigned)_mm_movemask_epi8(_mm_or_si128(shown, tab));
        unsigned begins = mask & mask >> 1 & mask >> 2 & mask >> 3;
        if (begins != 0)
            return at + (size_t)__builtin_ctz(begins);
    }
#endif
    return at;
}

/* The first run of at least SCANNER_STRING_MIN printable bytes of B from AT on; empty: none. */
static struct bytes next_string(struct bytes b, size_t at)
{
    for (at = skip_to_string(b, at); at < b.len; at++) {
        size_t end = at;
        while (end < b.len && is_printable(b.at[end]))
            end++;
        if (end - at >= SCANNER_STRING_MIN)
            return bytes_sub(b, at, end - at);
        at = end;
    }
    return BYTES_NONE;
}

struct array *scanner_strings(struct arena *arena, struct bytes b)
{
    struct array *made = array_new(arena);
    uint32_t slots = 64; /* twice as many as there can be strings, which are SCANNER_STRING_MIN long */
    while (slots < 65536 && slots * (SCANNER_STRING_MIN / 2) < b.len)
        slots *= 2;
    uint32_t *slot = arena_array_of(arena, slots, uint32_t);
    for (size_t i = 0; made->count < SCANNER_STRINGS_MAX;) {
        struct bytes s = next_string(b, i);
        if (s.len == 0)
            break;
        if (!seen_before(made, slot, slots, s))
            array_add(arena, made, value_string(s));
        i = (size_t)(s.at + s.len - b.at);
    }
    return made;
}

bool scanner_is_text(enum kind kind)
{
    static const enum kind kinds[] = {
        KIND_TEXT, KIND_HTML,         KIND_SVG,   KIND_XML, KIND_JSON,  KIND_ICS,
        KIND_VCF,  KIND_JAVASCRIPT,   KIND_VBS,   KIND_VBA, KIND_HTA,   KIND_WSF,
        KIND_RTF,  KIND_POWERSHELL,   KIND_BATCH, KIND_CSV, KIND_SHELL, KIND_PYTHON,
        KIND_PHP,  KIND_URL_SHORTCUT, KIND_MAIL};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (kinds[i] == kind)
            return true;
    return identify_is_launcher(kind);
}

static bool is_image(enum kind kind)
{
    return kind == KIND_PNG || kind == KIND_JPEG || kind == KIND_GIF || kind == KIND_WEBP ||
           kind == KIND_BMP || kind == KIND_TIFF || kind == KIND_HEIC;
}

bool scanner_applies(const struct node *node, uint32_t part)
{
    switch (part) {
    case FIELD_StrelkaScan_entropy:
    case FIELD_StrelkaScan_hash:
    case FIELD_StrelkaScan_strings:
        return true;
    case FIELD_StrelkaScan_url:
        return scanner_is_text(node->kind);
    case FIELD_StrelkaScan_html:
        return html_of(node) != NULL;
    case FIELD_StrelkaScan_ics:
        return node->kind == KIND_ICS;
    case FIELD_StrelkaScan_javascript:
        return node->kind == KIND_JAVASCRIPT || html_of(node) != NULL;
    case FIELD_StrelkaScan_ocr:
        return is_image(node->kind) || node->kind == KIND_PDF;
    case FIELD_StrelkaScan_qr:
        return false;
    default:
        return false;
    }
}

static struct value hash_field(struct model *model, const struct node *node, uint32_t field)
{
    switch (field) {
    case FIELD_StrelkaHash_md5:
        return value_string(digest_hex(model->arena, DIGEST_MD5, node->content));
    case FIELD_StrelkaHash_sha1:
        return value_string(digest_hex(model->arena, DIGEST_SHA1, node->content));
    case FIELD_StrelkaHash_sha256:
        return value_string(digest_hex(model->arena, DIGEST_SHA256, node->content));
    default:
        return (struct value){0};
    }
}

/* The text of a node whose content is text in some charset. */
static struct bytes text_of(const struct node *node)
{
    struct node *made = node->tree->node[node->id]; /* node_text() keeps its answer on the node */
    return scanner_is_text(node->kind) ? node_text(made) : node->content;
}

static struct value strings_field(struct model *model, const struct node *node, uint32_t field)
{
    struct bytes text = text_of(node);
    if (field == FIELD_StrelkaStrings_strings)
        return value_array(scanner_strings(model->arena, text));
    bool whole = utf8_valid(text) &&
                 memchr(text.at == NULL ? (const uint8_t *)"" : text.at, 0, text.len) == NULL;
    return whole ? value_string(text) : value_null();
}

/* URLs of text, of a page's links too. */
static struct value url_field(struct model *model, const struct node *node, uint32_t field)
{
    if (field != FIELD_StrelkaURL_urls)
        return (struct value){0};
    const struct html_doc *doc = html_of(node);
    struct value links =
        doc != NULL ? links_of_page(model, doc) : links_of_text(model, text_of(node));
    struct array *made = array_new(model->arena);
    for (uint32_t i = 0; i < links.as.array->count; i++)
        array_add(model->arena, made,
                  object_get(links.as.array->item[i].as.object, FIELD_Link_href_url));
    return value_array(made);
}

static struct value page_scripts(struct model *model, const struct html_doc *doc)
{
    struct array *made = array_new(model->arena);
    for (uint32_t i = 0; i < doc->script_count; i++) {
        struct object *script = object_new(model, TYPE_StrelkaEmbeddedHTMLScript, NULL);
        object_set(script, FIELD_StrelkaEmbeddedHTMLScript_scripts,
                   value_string(doc->script[i].text));
        object_set(script, FIELD_StrelkaEmbeddedHTMLScript_type, value_string(doc->script[i].type));
        array_add(model->arena, made, value_object(script));
    }
    return value_array(made);
}

static struct value html_field(struct model *model, const struct node *node, uint32_t field)
{
    const struct html_doc *doc = html_of(node);
    if (doc == NULL)
        return (struct value){0};
    switch (field) {
    case FIELD_StrelkaHTML_title:
        return value_string(doc->title);
    case FIELD_StrelkaHTML_scripts:
        return page_scripts(model, doc);
    case FIELD_StrelkaHTML_hyperlinks: {
        struct array *made = array_new(model->arena);
        for (uint32_t i = 0; i < doc->link_count; i++)
            array_add(model->arena, made, value_string(doc->link[i].href));
        return value_array(made);
    }
    default:
        return (struct value){0};
    }
}

/* Text in a picture: nobody here reads it.  A PDF's own text stands for what its pages show. */
static struct value ocr_field(struct model *model, const struct node *node, uint32_t field)
{
    const struct node *text = NULL;
    if (node->kind == KIND_PDF)
        for (text = node->first_child; text != NULL; text = text->next)
            if (text->is_view && text->kind == KIND_TEXT && bytes_trim(text->content).len > 0)
                break;
    if (text == NULL)
        return value_lacking(CAPABILITY_OCR);
    if (field == FIELD_StrelkaOCR_raw)
        return value_string(text->content);
    struct array *made = array_new(model->arena);
    struct bytes rest = text->content, line;
    while (bytes_next_line(&rest, &line) && made->count < 10000)
        if (bytes_trim(line).len > 0)
            array_add(model->arena, made, value_string(bytes_trim(line)));
    return value_array(made);
}

/* The URL a picture's code says. */
static struct value qr_url(struct model *model, const struct node *node)
{
    struct value data = node_get(node, FACT_QR_DATA);
    struct value type = node_get(node, FACT_QR_TYPE);
    if (data.tag != VALUE_ARRAY || data.as.array->count == 0 ||
        !bytes_equal(value_bytes(type), BYTES("url")))
        return value_null();
    return model_url(model, value_bytes(data.as.array->item[0]));
}

struct value scanner_field(struct object *object, const struct node *node, uint32_t part,
                           uint32_t field)
{
    struct model *model = object->model;
    switch (part) {
    case FIELD_StrelkaScan_entropy:
        return value_float(entropy_of(node->content));
    case FIELD_StrelkaScan_hash:
        return hash_field(model, node, field);
    case FIELD_StrelkaScan_strings:
        return strings_field(model, node, field);
    case FIELD_StrelkaScan_url:
        return url_field(model, node, field);
    case FIELD_StrelkaScan_html:
        return html_field(model, node, field);
    case FIELD_StrelkaScan_javascript:
        script_words_fill(object, html_of(node) == NULL
                                      ? text_of(node)
                                      : script_words_of_page(model, html_of(node)));
        return object->slot[field];
    case FIELD_StrelkaScan_ics:
        return model_calendar_scan(model, node, field);
    case FIELD_StrelkaScan_ocr:
        return ocr_field(model, node, field);
    case FIELD_StrelkaScan_qr:
        return field == FIELD_StrelkaQR_url ? qr_url(model, node) : (struct value){0};
    default:
        return (struct value){0};
    }
}
