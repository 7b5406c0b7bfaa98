/* SPDX-License-Identifier: Apache-2.0 */
#include "open/biff.h"

#include "base/text.h"
#include "base/utf16.h"
#include "open/codepage.h"
#include "open/document.h"
#include "open/offcrypto.h"
#include "open/opener.h"
#include "open/script.h"
#include "open/xlm_ptg.h"

#define STRINGS_MAX 200000u
#define SHEETS_MAX 1024u

struct sheet_place {
    uint32_t offset; /* of its BOF in the stream */
    uint32_t index;  /* in the book */
    uint8_t kind;    /* 0 worksheet, 1 macro, 2 chart, 6 VBA */
};

struct reader {
    struct node *node;
    struct arena *arena;
    struct bytes stream;
    struct xlm_book *book;
    struct xlm_context context;
    uint32_t code_page;
    bool keep_cells; /* there are macros that may read them */
    struct sheet_place *place;
    uint32_t places;
    struct bytes *string; /* SST */
    uint32_t strings;
    struct bytes *name;
    struct bytes *name_rgce;
    bool *name_hidden;
    uint32_t names, name_capacity;
    uint32_t *external;
    struct text text; /* of the document */
    uint32_t sheet;   /* being read; UINT32_MAX in the globals */
    struct {
        uint32_t row, column;
        bool waits; /* a STRING record with its value follows */
    } formula;
};

struct record {
    uint16_t type;
    size_t at; /* of the data */
    struct bytes data;
};

static bool next_record(const struct reader *r, size_t *at, struct record *out)
{
    if (*at + 4 > r->stream.len)
        return false;
    out->type = bytes_u16le(r->stream, *at);
    size_t len = bytes_u16le(r->stream, *at + 2);
    out->at = *at + 4;
    out->data = bytes_sub(r->stream, *at + 4, len);
    *at += 4 + len;
    return true;
}

/* XLUnicodeStringNoCch: a flag byte, then COUNT characters (MS-XLS 2.5.293); BIFF5 has bytes only.
 * */
static struct bytes characters(struct reader *r, struct bytes at, size_t count)
{
    if (r->context.form == XLM_BIFF5)
        return codepage_to_utf8(r->arena, r->code_page, bytes_sub(at, 0, count));
    bool wide = at.len > 0 && (at.at[0] & 1);
    struct bytes body = bytes_from(at, 1);
    return wide ? utf16_to_utf8(r->arena, bytes_sub(body, 0, count * 2))
                : codepage_to_utf8(r->arena, 1252, bytes_sub(body, 0, count));
}

static void read_bound_sheet(struct reader *r, struct bytes data)
{
    if (data.len < 8 || r->places >= SHEETS_MAX)
        return;
    uint8_t state = data.at[4] & 3, kind = data.at[5];
    struct bytes name = characters(r, bytes_from(data, 7), data.at[6]);
    uint32_t index = xlm_add_sheet(r->book, name,
                                   state == 2   ? XLM_VERY_HIDDEN
                                   : state == 1 ? XLM_HIDDEN
                                                : XLM_VISIBLE,
                                   kind == 1);
    r->place[r->places++] = (struct sheet_place){bytes_u32le(data, 0), index, kind};
    r->keep_cells = r->keep_cells || kind == 1;
}

static const char *built_in(uint8_t code)
{
    static const char *const names[] = {
        "Consolidate_Area", "Auto_Open",       "Auto_Close",   "Extract",        "Database",
        "Criteria",         "Print_Area",      "Print_Titles", "Recorder",       "Data_Form",
        "Auto_Activate",    "Auto_Deactivate", "Sheet_Title",  "_FilterDatabase"};
    return code < sizeof names / sizeof names[0] ? names[code] : "Built_In";
}

/* Lbl (MS-XLS 2.4.150): decompiled after all sheets and externals are known. */
static void read_name(struct reader *r, struct bytes data)
{
    if (data.len < 14)
        return;
    if (r->names == r->name_capacity) {
        uint32_t capacity = r->name_capacity == 0 ? 64 : r->name_capacity * 2;
        if (capacity > 65536)
            return;
        struct bytes *name = arena_array_of(r->arena, capacity, struct bytes);
        struct bytes *rgce = arena_array_of(r->arena, capacity, struct bytes);
        bool *hidden = arena_array_of(r->arena, capacity, bool);
        for (uint32_t i = 0; i < r->names; i++)
            name[i] = r->name[i], rgce[i] = r->name_rgce[i], hidden[i] = r->name_hidden[i];
        r->name = name, r->name_rgce = rgce, r->name_hidden = hidden;
        r->name_capacity = capacity;
    }
    uint16_t flags = bytes_u16le(data, 0), rgce_len = bytes_u16le(data, 4);
    uint8_t count = data.at[3];
    struct bytes body = bytes_from(data, 14);
    struct bytes name = characters(r, body, count);
    bool wide = r->context.form != XLM_BIFF5 && body.len > 0 && (body.at[0] & 1);
    if ((flags & 0x20) &&
        name.len > 0) { /* a built-in name is one character, its number; more may follow */
        struct bytes rest = bytes_from(name, 1);
        name = arena_printf(r->arena, "%s%.*s", built_in(name.at[0]), BYTES_FMT(rest));
    }
    size_t name_bytes = (r->context.form == XLM_BIFF5 ? 0u : 1u) + (size_t)count * (wide ? 2 : 1);
    r->name[r->names] = name;
    r->name_rgce[r->names] = bytes_sub(body, name_bytes, rgce_len);
    r->name_hidden[r->names++] = flags & 1;
}

/* EXTERNSHEET (MS-XLS 2.4.105): only references into this workbook are told apart by their sheet.
 * */
static void read_extern_sheet(struct reader *r, struct bytes data)
{
    uint32_t count = bytes_u16le(data, 0);
    if (r->context.form == XLM_BIFF5 || r->external != NULL)
        return;
    if (count > (data.len - 2) / 6)
        count = (uint32_t)((data.len - 2) / 6);
    r->external = arena_array_of(r->arena, count + 1, uint32_t);
    for (uint32_t i = 0; i < count; i++) {
        uint16_t first = bytes_u16le(data, 2 + (size_t)i * 6 + 2);
        r->external[i] = first == 0xFFFF || first == 0xFFFE ? UINT32_MAX : first;
    }
    r->context.external = r->external;
    r->context.external_count = count;
}

/* Reads the SST over its CONTINUE records: a string that goes on starts the next piece with its
 * flags again. */
struct pieces {
    const struct reader *reader;
    size_t next; /* offset of the next record */
    struct bytes left;
};

static bool next_piece(struct pieces *p)
{
    struct record record;
    size_t at = p->next;
    if (!next_record(p->reader, &at, &record) || record.type != 0x3C)
        return false;
    p->next = at;
    p->left = record.data;
    return true;
}

static bool take_bytes(struct pieces *p, uint8_t *out, size_t len)
{
    for (size_t done = 0; done < len;) {
        if (p->left.len == 0 && !next_piece(p))
            return false;
        size_t piece = len - done < p->left.len ? len - done : p->left.len;
        if (out != NULL)
            memcpy(out + done, p->left.at, piece);
        p->left = bytes_from(p->left, piece);
        done += piece;
    }
    return true;
}

static bool take_string(struct reader *r, struct pieces *p, struct bytes *out)
{
    uint8_t head[3], extra[4];
    struct text text;
    text_init(&text, r->arena, 0);
    if (!take_bytes(p, head, 3))
        return false;
    uint32_t count = bytes_u16le(bytes_of(head, 3), 0), runs = 0, phonetic = 0;
    bool wide = head[2] & 1;
    if (head[2] & 8) {
        if (!take_bytes(p, extra, 2))
            return false;
        runs = bytes_u16le(bytes_of(extra, 2), 0);
    }
    if (head[2] & 4) {
        if (!take_bytes(p, extra, 4))
            return false;
        phonetic = bytes_u32le(bytes_of(extra, 4), 0);
    }
    while (count > 0) {
        if (p->left.len == 0) {
            if (!next_piece(p) || p->left.len == 0)
                return false;
            wide = p->left.at[0] & 1;
            p->left = bytes_from(p->left, 1);
            continue;
        }
        size_t fit = wide ? p->left.len / 2 : p->left.len;
        size_t piece = count < fit ? count : fit;
        if (piece == 0)
            return false;
        struct bytes raw = bytes_sub(p->left, 0, wide ? piece * 2 : piece);
        if (wide)
            utf16_add(&text, raw);
        else
            for (size_t i = 0; i < raw.len; i++)
                text_add_codepoint(&text, raw.at[i]);
        p->left = bytes_from(p->left, raw.len);
        count -= (uint32_t)piece;
    }
    *out = text_bytes(&text);
    return take_bytes(p, NULL, (size_t)runs * 4 + phonetic);
}

static void read_strings(struct reader *r, const struct record *record)
{
    struct pieces p = {r, record->at + record->data.len, bytes_from(record->data, 8)};
    uint32_t count = bytes_u32le(record->data, 4);
    uint32_t most = (uint32_t)(r->stream.len / 3);
    count = count > most ? most : count;
    if (count > STRINGS_MAX) {
        node_limit(r->node, LIMIT_NODES);
        count = STRINGS_MAX;
    }
    r->string = arena_array_of(r->arena, count + 1, struct bytes);
    while (r->strings < count && take_string(r, &p, &r->string[r->strings])) {
        text_add(&r->text, r->string[r->strings++]);
        text_add_byte(&r->text, '\n');
    }
    if (r->strings < count)
        node_anomaly(r->node, ANOMALY_TRUNCATED, 0, 0, BYTES("the workbook's strings are cut"));
}

static void set_text(struct reader *r, uint32_t row, uint32_t column, struct bytes text)
{
    if (!r->keep_cells || r->sheet == UINT32_MAX)
        return;
    xlm_set_text(r->book, r->sheet, row, column, text);
    document_cell(r->node, r->book->sheet[r->sheet].name, row, column, text);
}

static void set_number(struct reader *r, uint32_t row, uint32_t column, double number)
{
    if (r->keep_cells && r->sheet != UINT32_MAX)
        xlm_set_number(r->book, r->sheet, row, column, number);
}

static double double_at(struct bytes data, size_t at)
{
    uint64_t bits = bytes_u64le(data, at);
    double number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

/* RkNumber (MS-XLS 2.5.217): 30 bits of a double or an integer, perhaps over 100. */
static double rk_number(uint32_t rk)
{
    double number;
    if (rk & 2)
        number = (double)((int32_t)rk >> 2);
    else {
        uint64_t bits = (uint64_t)(rk & 0xFFFFFFFC) << 32;
        memcpy(&number, &bits, sizeof number);
    }
    return rk & 1 ? number / 100 : number;
}

static void read_formula(struct reader *r, struct bytes data)
{
    bool whole;
    uint32_t row = bytes_u16le(data, 0), column = bytes_u16le(data, 2);
    size_t head = 22;
    if (r->sheet == UINT32_MAX || data.len < head)
        return;
    r->formula.row = row, r->formula.column = column;
    r->formula.waits = data.at[6] == 0 && data.at[12] == 0xFF && data.at[13] == 0xFF;
    if (!r->book->sheet[r->sheet].macro) {
        if (!r->formula.waits && bytes_u16le(data, 12) != 0xFFFF)
            set_number(r, row, column, double_at(data, 6));
        return;
    }
    r->context.sheet = r->sheet;
    r->context.row = row, r->context.column = column;
    struct bytes formula =
        xlm_decompile(&r->context, bytes_sub(data, head, bytes_u16le(data, 20)), &whole);
    if (!whole)
        node_anomaly(r->node, ANOMALY_MALFORMED, 0, 0,
                     BYTES("a macro formula whose tokens cannot be read"));
    xlm_set_formula(r->book, r->sheet, row, column, formula);
}

static void read_cell(struct reader *r, const struct record *record)
{
    struct bytes data = record->data;
    uint32_t row = bytes_u16le(data, 0), column = bytes_u16le(data, 2), string;
    switch (record->type) {
    case 0x06:
    case 0x206:
    case 0x406:
        read_formula(r, data);
        break;
    case 0xFD: /* LABELSST */
        string = bytes_u32le(data, 6);
        if (string < r->strings)
            set_text(r, row, column, r->string[string]);
        break;
    case 0x204: /* LABEL */
    case 0xD6: {
        struct bytes text = characters(r, bytes_from(data, 8), bytes_u16le(data, 6));
        text_add(&r->text, text), text_add_byte(&r->text, '\n');
        set_text(r, row, column, text);
        break;
    }
    case 0x203:
        set_number(r, row, column, double_at(data, 6));
        break;
    case 0x27E:
        set_number(r, row, column, rk_number(bytes_u32le(data, 6)));
        break;
    case 0xBD: /* MULRK */
        for (size_t at = 4; at + 8 <= data.len; at += 6, column++)
            set_number(r, row, column, rk_number(bytes_u32le(data, at + 2)));
        break;
    case 0x207: /* STRING: the value of the formula before */
        if (r->formula.waits) {
            struct bytes text = characters(r, bytes_from(data, 2), bytes_u16le(data, 0));
            set_text(r, r->formula.row, r->formula.column, text);
            text_add(&r->text, text), text_add_byte(&r->text, '\n');
        }
        r->formula.waits = false;
        break;
    default:
        break;
    }
}

static void finish_names(struct reader *r)
{
    bool whole;
    r->context.name = r->name;
    r->context.name_count = r->names;
    r->context.sheet = r->context.row = r->context.column = 0;
    for (uint32_t i = 0; i < r->names; i++)
        if (r->name_rgce[i].len > 0)
            xlm_add_name(r->book, r->name[i], xlm_decompile(&r->context, r->name_rgce[i], &whole),
                         r->name_hidden[i]);
}

/* A substream begins: which sheet it is, by the place its BOUNDSHEET gives. */
static void begin_substream(struct reader *r, size_t at, uint32_t depth)
{
    if (depth > 1)
        return; /* a chart inside a sheet */
    for (uint32_t i = 0; i < r->places; i++)
        if (r->place[i].offset == at)
            r->sheet = r->place[i].index;
}

static void read_records(struct reader *r)
{
    struct record record;
    uint32_t depth = 0;
    bool ended = false;
    for (size_t at = 0, begin = 0; next_record(r, &at, &record); begin = at) {
        if (record.data.len + 4 < at - begin && begin + 4 + record.data.len >= r->stream.len)
            node_anomaly(r->node, ANOMALY_TRUNCATED, 0, 0,
                         BYTES("the workbook ends inside a record"));
        switch (record.type) {
        case 0x809: /* BOF */
            if (begin == 0 && bytes_u16le(record.data, 0) < 0x600)
                r->context.form = XLM_BIFF5;
            begin_substream(r, begin, ++depth);
            break;
        case 0x0A: /* EOF */
            depth -= depth > 0;
            if (depth == 0 && r->sheet == UINT32_MAX)
                finish_names(r);
            if (depth == 0)
                ended = true, r->sheet = UINT32_MAX;
            break;
        case 0x42:
            r->code_page = bytes_u16le(record.data, 0);
            break;
        case 0x85:
            read_bound_sheet(r, record.data);
            break;
        case 0x18:
            read_name(r, record.data);
            break;
        case 0x17:
            read_extern_sheet(r, record.data);
            break;
        case 0xFC:
            read_strings(r, &record);
            break;
        default:
            if (depth == 1)
                read_cell(r, &record);
        }
        if ((begin & 0xFFFF) < at - begin && !budget_time_left(r->node->tree->budget)) {
            node_limit(r->node, LIMIT_MILLISECONDS);
            return;
        }
    }
    if (!ended)
        node_anomaly(r->node, ANOMALY_TRUNCATED, 0, 0, BYTES("the workbook has no end"));
}

void biff_open(struct cfb *cfb, uint32_t index)
{
    struct node *node = cfb->node;
    struct reader r = {
        .node = node, .arena = node->tree->arena, .code_page = 1252, .sheet = UINT32_MAX};
    r.stream = offcrypto_workbook(node, cfb_stream(cfb, index));
    if (r.stream.at == NULL)
        return;
    r.book = xlm_new(node);
    r.context = (struct xlm_context){.book = r.book, .form = XLM_BIFF8};
    r.place = arena_array_of(r.arena, SHEETS_MAX, struct sheet_place);
    r.keep_cells = cfb_find(cfb, "_VBA_PROJECT_CUR") != CFB_NONE;
    text_init(&r.text, r.arena, 8 * 1024 * 1024);
    read_records(&r);
    document_text(node, text_bytes(&r.text));
    xlm_run(r.book);
}
