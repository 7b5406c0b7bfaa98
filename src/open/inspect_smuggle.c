/* SPDX-License-Identifier: Apache-2.0
 *
 * HTML smuggling: the file travels as text in the page and is put together by its script
 * (MITRE ATT&CK T1027.006; seen with Qakbot, IcedID and others since 2021).
 *
 * Four ways of writing bytes are undone wherever they stand: base64, hexadecimal, lists of numbers and
 * \xHH or %HH escapes, also in pieces glued with '+'.  What decodes to a known kind of file is hung
 * below; what decodes to noise or to plain words is not.  Cost O(bytes). */
#include "open/inspect.h"

#include "artifact/identify.h"
#include "artifact/node_text.h"
#include "base/codec.h"
#include "base/text.h"
#include "open/html.h"
#include "open/mime.h"
#include "open/opener.h"

#define RUN_MIN ((size_t)120) /* letters; shorter holds no file */
#define PAYLOADS_MAX 64u
#define NAMES_MAX 32u
#define LAYERS_MAX 3

bool inspect_in_child(const struct node *node, struct bytes span)
{
    size_t at;
    for (const struct node *child = node->first_child; child != NULL; child = child->next)
        if (bytes_inside(child->content, span, &at) || bytes_inside(child->raw, span, &at))
            return true;
    return false;
}

static bool is_source(const struct node *node)
{
    bool file = node->part == NULL || node->part->is_attachment || node->part->file_name.len > 0;
    switch (node->kind) {
    case KIND_TEXT: /* what certutil -decode makes a program of; the words of mails are not looked at */
    case KIND_XML:
    case KIND_JSON:
    case KIND_CSV:
    case KIND_YAML:
    case KIND_BATCH:
    case KIND_POWERSHELL:
    case KIND_PYTHON:
    case KIND_PERL:
    case KIND_PHP:
        return file && (!node->is_view || node_is_wide_text(node));
    case KIND_HTML:
    case KIND_SVG:
    case KIND_JAVASCRIPT:
    case KIND_HTA:
    case KIND_WSF:
    case KIND_VBS:
        return true;
    default:
        return false;
    }
}

bool inspect_is_payload(enum kind kind)
{
    switch (kind) {
    case KIND_UNKNOWN:
    case KIND_EMPTY:
    case KIND_TEXT:
    case KIND_PNG:
    case KIND_JPEG:
    case KIND_GIF:
    case KIND_WEBP:
    case KIND_BMP:
    case KIND_FONT:
    case KIND_AUDIO:
    case KIND_VIDEO:
    case KIND_ICO:
    case KIND_JSON:
    case KIND_CSV:
    case KIND_YAML:
        return false;
    default:
        return true;
    }
}

static bool is_base64(uint8_t c)
{
    return ascii_is_alnum(c) || c == '+' || c == '/' || c == '-' || c == '_';
}

/* A letter of a run at AT; dashes in a row are a line of PEM, not letters. */
static bool is_letter(struct bytes s, size_t at)
{
    if (s.at[at] != '-')
        return is_base64(s.at[at]);
    return (at == 0 || s.at[at - 1] != '-') && (at + 1 == s.len || s.at[at + 1] != '-');
}

/* What DECODED holds where it is base64 once more, and again. */
static struct bytes undo_layers(struct node *node, struct bytes decoded)
{
    for (int layer = 0; layer < LAYERS_MAX; layer++) {
        struct bytes inner = bytes_trim(decoded);
        for (size_t i = 0; i < inner.len; i++)
            if (!is_base64(inner.at[i]) && !ascii_is_space(inner.at[i]) && inner.at[i] != '=')
                return decoded;
        if (inner.len < RUN_MIN || !open_take_bytes(node, inner.len))
            return decoded;
        decoded = codec_base64(node->tree->arena, inner, NULL);
    }
    return decoded;
}

static bool hang(struct node *node, struct bytes span, struct bytes decoded, const char *how)
{
    if (decoded.len < 20)
        return false;
    decoded = undo_layers(node, decoded);
    enum kind kind = bytes_starts(decoded, BYTES("ActiveMime"))
                         ? KIND_MHTML
                         : identify(decoded, BYTES_NONE, BYTES_NONE);
    if (!inspect_is_payload(kind) || inspect_in_child(node, span))
        return false;
    struct node *child = node_add(node, decoded, BYTES_NONE);
    if (child == NULL)
        return false;
    child->kind = kind;
    child->raw = span;
    node_fact_add(node, FACT_SMUGGLE_ENCODINGS, bytes_of_string(how));
    return true;
}

/* Pieces of one text glued by script: "aa" + "bb", also over lines.  Moves *AT past a joint; false
 * where there is none. */
static bool skip_joint(struct bytes s, size_t *at)
{
    size_t i = *at;
    uint8_t quote = i < s.len ? s.at[i] : 0;
    if (quote != '"' && quote != '\'' && quote != '`')
        return false;
    i++;
    while (i < s.len && ascii_is_space(s.at[i]))
        i++;
    if (i >= s.len || (s.at[i] != '+' && s.at[i] != ','))
        return false;
    i++;
    while (i < s.len && ascii_is_space(s.at[i]))
        i++;
    if (i >= s.len || (s.at[i] != '"' && s.at[i] != '\'' && s.at[i] != '`'))
        return false;
    *at = i + 1;
    return true;
}

/* A run of base64 letters from AT, over joints and line breaks; its letters in *LETTERS. */
static size_t base64_run(struct bytes s, size_t at, struct text *letters)
{
    size_t end = at;
    for (;;) {
        size_t from = at;
        while (at < s.len && is_letter(s, at))
            at++;
        if (letters != NULL)
            text_add(letters, bytes_sub(s, from, at - from));
        end = at;
        size_t look = at;
        while (look < s.len &&
               (s.at[look] == '\r' || s.at[look] == '\n' || s.at[look] == ' ' || s.at[look] == '='))
            look++;
        if (look < s.len && s.at[look] == '\\' && look + 1 < s.len &&
            (s.at[look + 1] == 'n' || s.at[look + 1] == '\n'))
            look += 2;
        if (skip_joint(s, &look) || (look > at && look < s.len && is_letter(s, look) &&
                                     s.at[at] != ' ' && s.at[at] != '=')) {
            at = look;
            continue;
        }
        return end;
    }
}

static bool all_hex(struct bytes s)
{
    for (size_t i = 0; i < s.len; i++)
        if (ascii_hex(s.at[i]) < 0)
            return false;
    return true;
}

static struct bytes from_hex(struct arena *arena, struct bytes s)
{
    uint8_t *out = arena_alloc(arena, s.len / 2 + 1);
    for (size_t i = 0; i + 1 < s.len; i += 2)
        out[i / 2] = (uint8_t)(ascii_hex(s.at[i]) << 4 | ascii_hex(s.at[i + 1]));
    return bytes_of(out, s.len / 2);
}

static struct bytes reversed(struct arena *arena, struct bytes s)
{
    uint8_t *out = arena_alloc(arena, s.len + 1);
    for (size_t i = 0; i < s.len; i++)
        out[i] = s.at[s.len - 1 - i];
    return bytes_of(out, s.len);
}

static uint32_t carve_letters(struct node *node, struct bytes span, struct bytes letters)
{
    struct arena *arena = node->tree->arena;
    if (!open_take_bytes(node, letters.len * 2))
        return 0;
    if (all_hex(letters) && hang(node, span, from_hex(arena, letters), "hexadecimal"))
        return 1;
    if (hang(node, span, codec_base64(arena, letters, NULL), "base64"))
        return 1;
    return hang(node, span, codec_base64(arena, reversed(arena, letters), NULL), "reversed base64");
}

/* Numbers "80, 75, 0x03": decoded where they are bytes. */
static size_t number_run(struct bytes s, size_t at, struct text *out)
{
    size_t end = at;
    while (at < s.len) {
        unsigned n = 0;
        size_t digits = 0;
        bool hex = at + 1 < s.len && s.at[at] == '0' && (s.at[at + 1] | 0x20) == 'x';
        at += hex ? 2 : 0;
        for (; at < s.len && digits < 4 &&
               (hex ? ascii_hex(s.at[at]) >= 0 : ascii_is_digit(s.at[at]));
             at++, digits++)
            n = n * (hex ? 16 : 10) + (unsigned)ascii_hex(s.at[at]);
        if (digits == 0 || n > 255)
            return end;
        if (out != NULL)
            text_add_byte(out, (uint8_t)n);
        end = at;
        while (at < s.len && (ascii_is_space(s.at[at]) || s.at[at] == ','))
            at++;
        if (at == end)
            return end;
    }
    return end;
}

/* "\x50\x4b" and "%50%4b" */
static size_t escape_run(struct bytes s, size_t at, struct text *out)
{
    while (at < s.len) {
        size_t lead = s.at[at] == '%'                                             ? 1
                      : s.at[at] == '\\' && at + 1 < s.len && s.at[at + 1] == 'x' ? 2
                                                                                  : 0;
        if (lead == 0 || at + lead + 2 > s.len || ascii_hex(s.at[at + lead]) < 0 ||
            ascii_hex(s.at[at + lead + 1]) < 0)
            break;
        if (out != NULL)
            text_add_byte(
                out, (uint8_t)(ascii_hex(s.at[at + lead]) << 4 | ascii_hex(s.at[at + lead + 1])));
        at += lead + 2;
    }
    return at;
}

/* The next long run at or after *AT, decoded and hung; moves *AT past it. */
static uint32_t carve_next(struct node *node, size_t *at)
{
    struct bytes s = node->content;
    struct arena *arena = node->tree->arena;
    struct text out;
    size_t from = *at, end;
    uint8_t c = s.at[from];
    if (c == '%' || c == '\\') {
        end = escape_run(s, from, NULL);
        *at = end > from ? end : from + 1;
        if (end - from < RUN_MIN)
            return 0;
        text_init(&out, arena, 0);
        escape_run(s, from, &out);
        return hang(node, bytes_sub(s, from, end - from), text_bytes(&out), "escapes");
    }
    if (ascii_is_digit(c) && bytes_find_byte(bytes_sub(s, from, 8), ',', 0) != BYTES_NPOS) {
        end = number_run(s, from, NULL);
        *at = end > from + 8 ? end : from + 1; /* never read a list twice */
        if (end - from >= RUN_MIN) {
            text_init(&out, arena, 0);
            number_run(s, from, &out);
            return hang(node, bytes_sub(s, from, end - from), text_bytes(&out), "numbers");
        }
        if (end > from + 8)
            return 0;
    }
    if (!is_letter(s, from)) {
        *at = from + 1;
        return 0;
    }
    end = base64_run(s, from, NULL);
    *at = end > from ? end : from + 1;
    if (end - from < RUN_MIN)
        return 0;
    if (end - from > budget_room(node->tree->budget) / 4) { /* its letters, what they say, and growing */
        node_limit(node, LIMIT_MEMORY);
        return 0;
    }
    if (from >= 8 && bytes_find(bytes_sub(s, from - 8, 8), BYTES("base64,"), 0) != BYTES_NPOS &&
        node->kind == KIND_HTML)
        return 0; /* a data: URI, which the page's reader hangs */
    text_init(&out, arena, 0);
    base64_run(s, from, &out);
    return carve_letters(node, bytes_sub(s, from, end - from), text_bytes(&out));
}

/* Names given to the file: a.download = "x.zip", download="x.zip", msSaveBlob(b, "x.zip"). */
static void find_names(struct node *node)
{
    static const char *const marks[] = {"download", "mssaveoropenblob", "mssaveblob", "saveas("};
    struct bytes s = node->content;
    uint32_t names = 0;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        for (size_t at = bytes_find_fold(s, bytes_of_string(marks[i]), 0);
             at != BYTES_NPOS && names < NAMES_MAX;
             at = bytes_find_fold(s, bytes_of_string(marks[i]), at + 4)) {
            struct bytes near = bytes_sub(s, at + strlen(marks[i]), 160);
            for (size_t k = 0; k < near.len && near.at[k] != ';' && near.at[k] != '>'; k++) {
                if (near.at[k] != '"' && near.at[k] != '\'')
                    continue;
                size_t close = bytes_find_byte(near, near.at[k], k + 1);
                struct bytes name =
                    close == BYTES_NPOS ? BYTES_NONE : bytes_sub(near, k + 1, close - k - 1);
                struct bytes extension = name_extension(name);
                if (extension.len >= 2 && extension.len <= 6 && name.len > extension.len + 1) {
                    node_fact_add(node, FACT_SMUGGLE_FILE_NAMES, name);
                    names++;
                }
                break;
            }
        }
}

void inspect_smuggle(struct node *node)
{
    uint32_t payloads = 0;
    const struct html_doc *doc = html_of(node);
    if (!is_source(node) || node->content.len < RUN_MIN)
        return;
    bool is_body =
        node->part != NULL && !node->part->is_attachment && node->part->file_name.len == 0;
    if (is_body && doc != NULL && doc->script_count == 0 && doc->event_count == 0)
        return; /* the text of a mail, and nothing in it could put pieces together */
    for (size_t at = 0, steps = 0; at < node->content.len && payloads < PAYLOADS_MAX; steps++) {
        payloads += carve_next(node, &at);
        if (steps % 65536 == 65535 && !budget_time_left(node->tree->budget)) {
            node_limit(node, LIMIT_MILLISECONDS);
            break;
        }
    }
    find_names(node);
    if (payloads > 0)
        node_fact_int(node, FACT_SMUGGLE_PAYLOADS, payloads);
}
