/* SPDX-License-Identifier: Apache-2.0
 *
 * Text files that are another file written as letters; a tool of every system turns them back.
 *
 *   uuencode, xxencode, yEnc, BinHex   open/inline_file.h
 *   -----BEGIN X----- around no DER    certutil -decode makes any file of it
 *   nothing but base64                 certutil -decode, base64 -d
 *   hexadecimal, also with offsets     certutil -decodehex, xxd -r
 *
 * What they hold is hung below and opened like any other file; programs count as smuggled.  A file of
 * letters in a code nobody here knows is unknown content.  Runs after the smuggle inspector, which
 * carves programs out of any text.  Cost O(bytes). */
#include "open/inspect.h"

#include "artifact/identify.h"
#include "artifact/node_text.h"
#include "base/codec.h"
#include "base/text.h"
#include "open/inline_file.h"
#include "open/mime.h"
#include "open/opener.h"

#define BLOCKS_MAX 64
#define LETTERS_MIN ((size_t)60) /* shorter holds no file */
#define NOISE_MIN ((size_t)256)   /* a key or a token may be shorter */
#define CODE_MIN ((size_t)512)
#define LETTERS_KINDS_MIN 24      /* different letters of a code; digests have 16 */
#define DUMP_LINES_MIN 4
#define LINE_BYTES_MAX 64

static bool is_text_file(const struct node *node)
{
    const struct mime_part *part = node->part;
    if ((node->is_view && !node_is_wide_text(node)) ||
        (part != NULL && !part->is_attachment && part->file_name.len == 0))
        return false;
    switch (node->kind) {
    case KIND_TEXT:
    case KIND_XML:
    case KIND_JSON:
    case KIND_CSV:
    case KIND_YAML:
    case KIND_BATCH:
    case KIND_SHELL:
    case KIND_POWERSHELL:
    case KIND_PYTHON:
    case KIND_PERL:
    case KIND_PHP:
    case KIND_VBS:
    case KIND_JAVASCRIPT:
        return true;
    default:
        return false;
    }
}

static void count_payload(struct node *node, enum kind kind, const char *how)
{
    if (!inspect_is_payload(kind))
        return;
    node_fact_add(node, FACT_SMUGGLE_ENCODINGS, bytes_of_string(how));
    if (node_get(node, FACT_SMUGGLE_PAYLOADS).tag == VALUE_UNSET)
        node_fact_int(node, FACT_SMUGGLE_PAYLOADS, 1);
}

static void hang(struct node *node, struct bytes span, struct bytes data, const char *how)
{
    struct node *child = open_take_bytes(node, data.len) ? node_add(node, data, BYTES_NONE) : NULL;
    if (child == NULL)
        return;
    child->raw = span;
    child->kind = identify(data, BYTES_NONE, BYTES_NONE);
    count_payload(node, child->kind, how);
}

static void read_inline(struct node *node)
{
    bool done = node->part != NULL && bytes_equal(node->part->type, BYTES("text/plain"));
    struct node *last = node->last_child;
    if (!done) /* the mail reader does it for its texts */
        inline_files_hang(node);
    for (struct node *child = last == NULL ? node->first_child : last->next; child != NULL;
         child = child->next)
        count_payload(node, identify(child->content, BYTES_NONE, child->name), "uuencode or its kin");
}

/* ASN.1 as certificates and keys are, or a key of OpenSSH: what armour is for. */
static bool is_armoured_kind(struct bytes data)
{
    return (data.len >= 2 && data.at[0] == 0x30 && data.at[1] != 0) ||
           bytes_starts(data, BYTES("openssh-key-v1"));
}

/* The body of armour behind the fields of RFC 1421, section 4.4. */
static struct bytes armour_body(struct bytes body)
{
    size_t blank = bytes_find(body, BYTES("\n\n"), 0), crlf = bytes_find(body, BYTES("\n\r\n"), 0);
    blank = blank < crlf ? blank : crlf;
    bool has_fields = bytes_find_byte(body, ':', 0) < blank;
    return has_fields && blank != BYTES_NPOS ? bytes_from(body, blank) : body;
}

/* Whether a block begins at AT of S: a line of its own (RFC 7468, section 3), and letters of base64 or
 * the fields of RFC 1421 below it; *BODY_AT, where that line ends.  Programs name the line in quotes. */
static bool armour_begins(struct bytes s, size_t at, size_t *body_at)
{
    size_t line = at, head = bytes_find(bytes_sub(s, 0, at + 11 + LINE_BYTES_MAX), BYTES("-----"), at + 11);
    while (line > 0 && (s.at[line - 1] == ' ' || s.at[line - 1] == '\t'))
        line--;
    if ((line > 0 && s.at[line - 1] != '\n') || head == BYTES_NPOS)
        return false;
    struct bytes label = bytes_sub(s, at + 11, head - at - 11), rest = bytes_from(s, head + 5), below;
    bool alone = bytes_next_line(&rest, &below) && bytes_trim(below).len == 0;
    if (!alone || bytes_find_byte(label, '\n', 0) != BYTES_NPOS || bytes_starts(label, BYTES("PGP ")))
        return false;
    *body_at = head + 5;
    while (bytes_next_line(&rest, &below) && bytes_trim(below).len == 0)
        ;
    below = bytes_trim(below);
    if (bytes_find(below, BYTES(": "), 0) != BYTES_NPOS)
        return true;
    size_t letters = 0;
    for (size_t i = 0; i < below.len; i++)
        letters += ascii_is_alnum(below.at[i]) || below.at[i] == '+' || below.at[i] == '/' ||
                   below.at[i] == '=';
    return below.len >= 4 && letters == below.len;
}

static void read_armour(struct node *node)
{
    struct bytes s = node->content;
    size_t at = 0, begin, body;
    for (int hung = 0; (begin = bytes_find(s, BYTES("-----BEGIN "), at)) != BYTES_NPOS;) {
        at = begin + 11;
        if (!armour_begins(s, begin, &body))
            continue;
        size_t end = bytes_find(s, BYTES("-----END "), body);
        struct bytes span = bytes_sub(s, body, end == BYTES_NPOS ? end : end - body);
        struct codec_report report = {.after_pad = BYTES_NPOS};
        at = body;
        if (!open_take_bytes(node, span.len))
            return;
        struct bytes data = codec_base64(node->tree->arena, armour_body(span), &report);
        if (data.len == 0 || is_armoured_kind(data) || report.bad_count > span.len / 8)
            continue;
        if (hung++ == BLOCKS_MAX) {
            node_limit(node, LIMIT_PARTS);
            return;
        }
        if (end == BYTES_NPOS)
            node_anomaly(node, ANOMALY_TRUNCATED, s.len, 0, BYTES("no end of the armour"));
        if (!inspect_in_child(node, bytes_sub(bytes_trim(span), 0, 16)))
            hang(node, span, data, "armour");
    }
}

/* The shape of a text that is one run of letters, broken into lines or not. */
struct run {
    bool is_base64, is_hex, is_even; /* even: every group of hex digits has whole bytes */
    bool is_solid;                   /* no blanks, all lines but the last of one length */
    bool has_upper, has_lower, has_digit;
    size_t letters, lines, longest;
    size_t kinds; /* different letters */
};

static bool is_separator(uint8_t c)
{
    return c == ' ' || c == '\t' || c == ':' || c == ',' || c == '\r' || c == '\n';
}

static void run_letters(struct run *run, struct bytes s)
{
    bool seen[256] = {false};
    size_t group = 0;
    for (size_t i = 0; i < s.len; i++) {
        uint8_t c = s.at[i];
        if (is_separator(c)) {
            run->is_even = run->is_even && group % 2 == 0;
            group = 0;
        } else {
            group++;
            run->letters++;
            run->kinds += !seen[c];
            seen[c] = true;
            run->is_hex = run->is_hex && ascii_hex(c) >= 0;
        }
        if (!ascii_is_alnum(c) && strchr("+/-_=\r\n", c) == NULL)
            run->is_base64 = false;
        run->has_upper |= c >= 'A' && c <= 'Z';
        run->has_lower |= c >= 'a' && c <= 'z';
        run->has_digit |= ascii_is_digit(c);
        if (c <= ' ' && c != '\r' && c != '\n')
            run->is_solid = false;
        if (!run->is_base64 && !run->is_solid && !run->is_hex)
            return; /* words: nothing more to learn */
    }
    run->is_even = run->is_even && group % 2 == 0;
}

static struct run run_of(struct bytes s)
{
    struct run run = {.is_base64 = true, .is_hex = true, .is_even = true, .is_solid = true};
    run_letters(&run, s);
    size_t first = 0, before = 0;
    struct bytes rest = s, line;
    while (run.is_solid && bytes_next_line(&rest, &line)) {
        first = run.lines == 0 ? line.len : first;
        if (run.lines > 0 && before != first)
            run.is_solid = false;
        before = line.len;
        run.longest = line.len > run.longest ? line.len : run.longest;
        run.lines++;
    }
    run.is_solid = run.is_solid && before <= first;
    return run;
}

static struct bytes from_digits(struct arena *arena, struct bytes s)
{
    uint8_t *out = arena_alloc_raw(arena, s.len / 2 + 1);
    size_t len = 0, half = 0;
    for (size_t i = 0; i < s.len; i++) {
        int digit = ascii_hex(s.at[i]);
        if (digit < 0)
            continue;
        if (half++ % 2 == 0)
            out[len] = (uint8_t)(digit << 4);
        else
            out[len++] |= (uint8_t)digit;
    }
    return bytes_of(out, len);
}

/* The whole file in one code. */
static void read_whole(struct node *node)
{
    struct bytes s = bytes_trim(node->content);
    if (bytes_starts(s, BYTES("\xEF\xBB\xBF")))
        s = bytes_from(s, 3);
    struct run run = s.len < LETTERS_MIN ? (struct run){0} : run_of(s);
    if (run.letters < LETTERS_MIN || node->first_child != NULL)
        return;
    if (run.is_hex) {
        struct bytes data = from_digits(node->tree->arena, s);
        enum kind kind = identify(data, BYTES_NONE, BYTES_NONE);
        if (run.is_even && kind != KIND_UNKNOWN)
            hang(node, s, data, "hexadecimal");
        return;
    }
    bool mixed = run.has_upper && run.has_lower && run.has_digit;
    if (run.is_base64 && run.is_solid && mixed) {
        struct bytes data = codec_base64(node->tree->arena, s, NULL);
        enum kind kind = identify(data, BYTES_NONE, BYTES_NONE);
        if (kind != KIND_UNKNOWN || run.letters >= NOISE_MIN)
            hang(node, s, data, "base64");
    } else if (run.is_solid && run.letters >= CODE_MIN && run.kinds >= LETTERS_KINDS_MIN &&
               (run.lines == 1 || run.longest >= 40) && node->kind == KIND_TEXT) {
        node_anomaly(node, ANOMALY_UNKNOWN_CONTENT, 0, 0, BYTES("letters in a code nobody here knows"));
    }
}

/* The offset LINE of a hex dump begins with, and the bytes behind it, at most MOST. */
static bool dump_line(struct bytes line, size_t most, size_t *offset, uint8_t *out, size_t *count)
{
    line = bytes_trim(line);
    size_t at = 0, value = 0;
    for (; at < line.len && at < 9 && ascii_hex(line.at[at]) >= 0; at++)
        value = value << 4 | (size_t)ascii_hex(line.at[at]);
    if (at < 4 || at > 8)
        return false;
    *offset = value;
    at += at < line.len && line.at[at] == ':';
    *count = 0;
    while (at < line.len && (line.at[at] == ' ' || line.at[at] == '\t')) {
        while (at < line.len && (line.at[at] == ' ' || line.at[at] == '\t' || line.at[at] == '-'))
            at++;
        for (; at + 1 < line.len && *count < most && ascii_hex(line.at[at]) >= 0 &&
               ascii_hex(line.at[at + 1]) >= 0;
             at += 2)
            out[(*count)++] =
                (uint8_t)(ascii_hex(line.at[at]) << 4 | ascii_hex(line.at[at + 1]));
    }
    return *count > 0;
}

/* The dump that begins with the first line of *REST, whose offset must be 0: its bytes into DATA, *REST
 * behind it.  The second line's offset says how many bytes a line holds.  Lines read. */
static size_t dump_read(struct bytes *rest, struct text *data)
{
    uint8_t bytes[LINE_BYTES_MAX];
    struct bytes line = BYTES_NONE, look = *rest;
    size_t offset = 0, count, stride = 0, lines = 0;
    if (!bytes_next_line(rest, &line) || !dump_line(line, LINE_BYTES_MAX, &offset, bytes, &count) ||
        offset != 0)
        return 0;
    struct bytes second = *rest;
    if (!bytes_next_line(&second, &line) || !dump_line(line, 1, &stride, bytes, &count) ||
        stride == 0 || stride > LINE_BYTES_MAX)
        return 0;
    for (; bytes_next_line(&look, &line) && dump_line(line, stride, &offset, bytes, &count) &&
           offset == lines * stride;
         lines++) {
        text_add(data, bytes_of(bytes, count));
        *rest = look;
    }
    return lines;
}

/* Hex dumps of known kinds of files: lines whose offsets grow by what they hold. */
static void read_dump(struct node *node)
{
    struct bytes rest = node->content;
    for (int found = 0; rest.len > 0 && found < BLOCKS_MAX;) {
        struct text data;
        text_init(&data, node->tree->arena, 0);
        const uint8_t *from = rest.at;
        size_t lines = dump_read(&rest, &data);
        struct bytes span = bytes_of(from, (size_t)(rest.at - from));
        if (lines < DUMP_LINES_MIN ||
            !inspect_is_payload(identify(text_bytes(&data), BYTES_NONE, BYTES_NONE)))
            continue;
        hang(node, span, text_bytes(&data), "hex dump");
        found++;
    }
}

void inspect_encoded(struct node *node)
{
    if (!is_text_file(node) || node->content.len < 16)
        return;
    read_inline(node);
    read_armour(node);
    read_whole(node);
    read_dump(node);
}
