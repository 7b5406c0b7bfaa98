/* SPDX-License-Identifier: Apache-2.0
 *
 * Rich Text Format (RTF 1.9.1) as Word reads it: text, fields, pictures, and above all embedded
 * objects.
 *
 * Object data is hexadecimal that attackers break up: white space, groups, control words, \bin and
 * \' inside it
 * are all skipped or taken the way Word does.  What comes out is the OLE 1.0 object (MS-OLEDS
 * 2.2.5): a
 * package's file, a compound file, an Equation Editor's native data, or a link's target.  Groups
 * are kept on a
 * stack of bounded depth; cost O(bytes). */
#include "base/text.h"
#include "open/codepage.h"
#include "open/document.h"
#include "open/opener.h"

#include <stdlib.h>

#define GROUPS_MAX 4096u
#define OBJECTS_MAX 512

enum destination { TO_TEXT, TO_NOWHERE, TO_OBJECT, TO_PICTURE, TO_FIELD, TO_CLASS, TO_TEMPLATE };

struct reader {
    struct node *node;
    struct bytes in;
    size_t at;
    uint32_t depth;
    uint8_t destination[GROUPS_MAX];
    bool starred;             /* \* was just seen */
    uint32_t code_page, skip; /* skip: bytes after \u that stand for old readers */
    uint32_t unicode_skip;
    struct text text, run;         /* UTF-8; bytes in the code page that follow it */
    struct text data, field, word; /* data: of the object or picture being read */
    int half;                      /* a first hex digit, or -1 */
    int64_t objects;
    bool data_junk;
};

static enum destination now(const struct reader *r)
{
    return (enum destination)r->destination[r->depth];
}

/* Bytes of the code page are converted run by run, so that \u characters can stand between them. */
static void flush_run(struct reader *r)
{
    if (r->run.len == 0)
        return;
    text_add(&r->text, codepage_to_utf8(r->node->tree->arena, r->code_page, text_bytes(&r->run)));
    r->run.len = 0;
}

static void note(struct reader *r, const char *what)
{
    node_fact_add(r->node, FACT_RTF_OBFUSCATION, bytes_of_string(what));
}

/* LengthPrefixedAnsiString at *AT of B; false where it does not fit. */
static bool take_string(struct bytes b, size_t *at, struct bytes *out)
{
    uint32_t len = bytes_u32le(b, *at);
    if (*at + 4 > b.len || len > b.len - *at - 4)
        return false;
    *out = bytes_sub(b, *at + 4, len);
    if (out->len > 0 && out->at[out->len - 1] == 0)
        out->len--;
    *at += 4 + (size_t)len;
    return true;
}

static void note_class(struct reader *r, struct bytes class)
{
    struct bytes name = codepage_to_utf8(r->node->tree->arena, r->code_page, class);
    if (name.len > 0)
        node_fact_add(r->node, FACT_RTF_OBJECTS, name);
    if (bytes_starts_fold(class, BYTES("equation")))
        node_fact_bool(r->node, FACT_DOCUMENT_EQUATION, true);
}

/* A compound file that lies somewhere in DATA, its head broken or not. */
static bool carve(struct reader *r, struct bytes data, struct bytes name)
{
    size_t at = bytes_find(data, BYTES("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), 0);
    if (at == BYTES_NPOS)
        return false;
    document_object(r->node, bytes_from(data, at), name);
    return true;
}

static void finish_object(struct reader *r)
{
    struct bytes data = arena_copy(r->node->tree->arena, text_bytes(&r->data)), class, topic, item;
    size_t at = 8;
    if (data.len == 0 || r->objects++ >= OBJECTS_MAX)
        return;
    uint32_t format = bytes_u32le(data, 4);
    bool named = take_string(data, &at, &class) && take_string(data, &at, &topic) &&
                 take_string(data, &at, &item);
    bool hollow = format != 1 && bytes_u32le(data, at) == 0 && at + 4 < data.len;
    if (!named || hollow) { /* nothing where its data should be, and data elsewhere */
        node_anomaly(r->node, ANOMALY_MALFORMED, 0, 0, BYTES("an object whose header is broken"));
        if (named)
            note_class(r, class);
        if (!carve(r, data, BYTES("object")))
            document_object(r->node, data, BYTES("object"));
        return;
    }
    note_class(r, class);
    if (format == 1) {
        document_relationship(r->node, BYTES("oleObject"),
                              codepage_to_utf8(r->node->tree->arena, r->code_page, topic));
        return;
    }
    uint32_t size = bytes_u32le(data, at);
    struct bytes native = bytes_sub(data, at + 4, size);
    if (native.len < size)
        node_anomaly(r->node, ANOMALY_TRUNCATED, 0, 0, BYTES("an embedded object is cut"));
    if (bytes_equal_fold(class, BYTES("Package")) && document_package(r->node, native) != NULL)
        return;
    if (!carve(r, native, class))
        document_object(r->node, native, class);
}

static void finish_picture(struct reader *r)
{
    struct bytes data = text_bytes(&r->data);
    if (data.len > 16 && r->objects++ < OBJECTS_MAX)
        document_object(r->node, arena_copy(r->node->tree->arena, data), BYTES("picture"));
}

static void finish_group(struct reader *r, enum destination ended)
{
    struct arena *arena = r->node->tree->arena;
    switch (ended) {
    case TO_OBJECT:
        finish_object(r);
        break;
    case TO_PICTURE:
        finish_picture(r);
        break;
    case TO_FIELD:
        document_field(r->node, arena_copy(arena, text_bytes(&r->field)));
        break;
    case TO_CLASS:
        note_class(r, bytes_trim(text_bytes(&r->word)));
        break;
    case TO_TEMPLATE: {
        struct bytes target = arena_copy(arena, bytes_trim(text_bytes(&r->word)));
        document_relationship(r->node, BYTES("attachedTemplate"), target);
        node_fact_add(r->node, FACT_DOCUMENT_TEMPLATES, target);
        break;
    }
    default:
        break;
    }
}

static void close_group(struct reader *r)
{
    if (r->depth == 0)
        return;
    enum destination ended = now(r);
    r->depth--;
    if (ended == now(r) && ended != TO_TEXT)
        return; /* an inner group of the same destination */
    finish_group(r, ended);
}

static void add_data(struct reader *r, uint8_t c)
{
    int digit = ascii_hex(c);
    if (digit < 0) {
        if (!ascii_is_space(c))
            r->data_junk = true;
        return;
    }
    if (r->half < 0) {
        r->half = digit;
        return;
    }
    text_add_byte(&r->data, (uint8_t)(r->half << 4 | digit));
    r->half = -1;
}

/* One character of the document, in its code page. */
static void add_char(struct reader *r, uint8_t c)
{
    if (r->skip > 0) {
        r->skip--;
        return;
    }
    switch (now(r)) {
    case TO_OBJECT:
    case TO_PICTURE:
        add_data(r, c);
        break;
    case TO_FIELD:
        text_add_byte(&r->field, c);
        break;
    case TO_CLASS:
    case TO_TEMPLATE:
        text_add_byte(&r->word, c);
        break;
    case TO_TEXT:
        text_add_byte(&r->run, c);
        break;
    default:
        break;
    }
}

static void begin_data(struct reader *r, enum destination to)
{
    r->destination[r->depth] = (uint8_t)to;
    text_init(&r->data, r->node->tree->arena, r->in.len + 1);
    r->half = -1;
}

/* Destinations that hold no text of the document. */
static const char *const silent[] = {"fonttbl",   "colortbl",          "stylesheet",
                                     "info",      "themedata",         "colorschememapping",
                                     "datastore", "latentstyles",      "generator",
                                     "listtable", "listoverridetable", "rsidtbl",
                                     "xmlnstbl",  "filetbl",           "revtbl",
                                     "bkmkstart", "bkmkend",           "objname"};

static void add_unicode(struct reader *r, long code)
{
    if (code < 0)
        code += 65536;
    struct text *out = now(r) == TO_FIELD                            ? &r->field
                       : now(r) == TO_CLASS || now(r) == TO_TEMPLATE ? &r->word
                                                                     : &r->text;
    if (out == &r->text)
        flush_run(r);
    if (now(r) == TO_TEXT || out != &r->text)
        text_add_codepoint(out, (uint32_t)code);
    r->skip = r->unicode_skip;
}

static void object_word(struct reader *r, struct bytes word)
{
    if (bytes_equal(word, BYTES("objupdate")) || bytes_equal(word, BYTES("objautlink")) ||
        bytes_equal(word, BYTES("objocx")) || bytes_equal(word, BYTES("objhtml")) ||
        bytes_equal(word, BYTES("objlink")))
        node_fact_add(r->node, FACT_RTF_MARKS, word);
}

static void control_word(struct reader *r, struct bytes word, bool has_number, long number)
{
    bool starred = r->starred;
    r->starred = false;
    if (bytes_equal(word, BYTES("bin"))) {
        if (!has_number || number < 0)
            number = 0;
        struct bytes raw = bytes_sub(r->in, r->at, (size_t)number);
        r->at += raw.len;
        if (raw.len < (size_t)number)
            node_anomaly(r->node, ANOMALY_TRUNCATED, r->at, 0, BYTES("binary data is cut"));
        if (now(r) == TO_OBJECT || now(r) == TO_PICTURE)
            text_add(&r->data, raw);
        if (now(r) == TO_OBJECT)
            note(r, "\\bin in object data");
    } else if (bytes_equal(word, BYTES("objdata"))) {
        begin_data(r, TO_OBJECT);
    } else if (bytes_equal(word, BYTES("pict"))) {
        begin_data(r, TO_PICTURE);
    } else if (bytes_equal(word, BYTES("fldinst"))) {
        r->destination[r->depth] = TO_FIELD;
        text_init(&r->field, r->node->tree->arena, 65536);
    } else if (bytes_equal(word, BYTES("objclass")) || bytes_equal(word, BYTES("template"))) {
        r->destination[r->depth] = bytes_equal(word, BYTES("template")) ? TO_TEMPLATE : TO_CLASS;
        text_init(&r->word, r->node->tree->arena, 4096);
    } else if (bytes_equal(word, BYTES("ansicpg"))) {
        flush_run(r);
        r->code_page = number > 0 && number < 65536 ? (uint32_t)number : 1252;
    } else if (bytes_equal(word, BYTES("uc"))) {
        r->unicode_skip = number >= 0 && number < 16 ? (uint32_t)number : 1;
    } else if (bytes_equal(word, BYTES("u"))) {
        add_unicode(r, number);
    } else if (bytes_equal(word, BYTES("par")) || bytes_equal(word, BYTES("line")) ||
               bytes_equal(word, BYTES("tab")) || bytes_equal(word, BYTES("cell")) ||
               bytes_equal(word, BYTES("row"))) {
        if (now(r) == TO_TEXT)
            text_add_byte(
                &r->run,
                bytes_equal(word, BYTES("tab")) || bytes_equal(word, BYTES("cell")) ? '\t' : '\n');
    } else if (now(r) == TO_OBJECT) {
        note(r, "control words in object data");
    } else {
        object_word(r, word);
        bool skipped = starred && now(r) == TO_TEXT && !bytes_equal(word, BYTES("shppict"));
        for (size_t i = 0; i < sizeof silent / sizeof silent[0] && !skipped; i++)
            skipped = now(r) == TO_TEXT && bytes_equal(word, bytes_of_string(silent[i]));
        if (skipped)
            r->destination[r->depth] = TO_NOWHERE;
    }
}

static void control(struct reader *r)
{
    if (r->at >= r->in.len)
        return;
    uint8_t c = r->in.at[r->at];
    if (c == '\'') {
        int high = r->at + 1 < r->in.len ? ascii_hex(r->in.at[r->at + 1]) : -1;
        int low = r->at + 2 < r->in.len ? ascii_hex(r->in.at[r->at + 2]) : -1;
        r->at += 3 < r->in.len - r->at ? 3 : r->in.len - r->at;
        if (high >= 0 && low >= 0 && now(r) != TO_OBJECT)
            add_char(r, (uint8_t)(high << 4 | low));
        else if (now(r) == TO_OBJECT)
            note(r, "\\' in object data");
        return;
    }
    if (!ascii_is_alpha(c)) {
        r->at++;
        r->starred = c == '*';
        if (c == '\\' || c == '{' || c == '}')
            add_char(r, c);
        else if ((c == '\n' || c == '\r') && now(r) == TO_TEXT)
            text_add_byte(&r->run, '\n');
        return;
    }
    size_t from = r->at;
    while (r->at < r->in.len && ascii_is_alpha(r->in.at[r->at]))
        r->at++;
    struct bytes word = bytes_sub(r->in, from, r->at - from);
    bool minus = r->at < r->in.len && r->in.at[r->at] == '-';
    size_t digits = r->at + minus;
    long number = 0;
    size_t end = digits;
    for (; end < r->in.len && ascii_is_digit(r->in.at[end]) && end - digits < 250; end++)
        number = number < 400000000 ? number * 10 + (r->in.at[end] - '0') : number;
    if (end > digits)
        r->at = end;
    if (r->at < r->in.len && r->in.at[r->at] == ' ')
        r->at++;
    control_word(r, word, end > digits, minus ? -number : number);
}

static void open_group(struct reader *r)
{
    if (r->depth + 1 >= GROUPS_MAX) {
        node_limit(r->node, LIMIT_DEPTH);
        r->at = r->in.len;
        return;
    }
    if (now(r) == TO_OBJECT)
        note(r, "groups in object data");
    r->destination[r->depth + 1] = r->destination[r->depth];
    r->depth++;
    r->starred = false;
}

static void rtf_open(struct node *node)
{
    struct reader *r = arena_new_of(node->tree->arena, struct reader);
    r->node = node;
    r->in = node->content;
    r->code_page = 1252;
    r->unicode_skip = 1;
    r->half = -1;
    text_init(&r->text, node->tree->arena, 8 * 1024 * 1024);
    text_init(&r->run, node->tree->arena, 8 * 1024 * 1024);
    node_fact_string(node, FACT_OLETOOLS_CONTAINER, BYTES("RTF"));
    node_fact_string(node, FACT_OLETOOLS_FORMAT, BYTES("RTF"));
    if (!open_take_bytes(node, node->content.len))
        return;
    if (!bytes_starts(node->content, BYTES("{\\rtf1")))
        note(r, "a header Word accepts and others do not");
    while (r->at < r->in.len) {
        uint8_t c = r->in.at[r->at++];
        if (c == '{')
            open_group(r);
        else if (c == '}')
            close_group(r);
        else if (c == '\\')
            control(r);
        else if (c != '\r' && c != '\n')
            add_char(r, c);
        if ((r->at & 0xFFFF) == 0 && !budget_time_left(node->tree->budget)) {
            node_limit(node, LIMIT_MILLISECONDS);
            break;
        }
    }
    if (r->depth > 0) {
        node_anomaly(node, ANOMALY_TRUNCATED, node->content.len, 0, BYTES("groups are not closed"));
        while (r->depth > 0)
            close_group(r);
    }
    if (r->data_junk)
        note(r, "other characters in object data");
    node_fact_int(node, FACT_RTF_TOTAL_EXTRACTED, r->objects);
    flush_run(r);
    document_text(node, text_bytes(&r->text));
}

static int rtf_bid(const struct node *node)
{
    return node->kind == KIND_RTF ? 95 : 0;
}

const struct opener opener_rtf = {.name = "rtf", .bid = rtf_bid, .open = rtf_open};
