/* SPDX-License-Identifier: Apache-2.0
 * strings.*: Base64, hexadecimal, numbers; hash.*. */
#include "artifact/digest.h"
#include "base/text.h"
#include "base/utf8.h"
#include "rule/needle.h"

#include <stdlib.h>

#define BASE64_RUN_MIN 8     /* shorter runs are words */
#define BASE64_RUNS_MAX 1024 /* per text */

enum { OPTION_ENCODINGS, OPTION_IGNORE_PADDING, OPTION_FORMAT };

struct base64 {
    bool url, ignore_padding, ascii, utf8, utf16le, utf16be;
};

static int digit(const struct base64 *options, uint8_t c)
{
    if (ascii_is_alpha(c))
        return c < 'a' ? c - 'A' : c - 'a' + 26;
    if (ascii_is_digit(c))
        return c - '0' + 52;
    if (c == (options->url ? '-' : '+'))
        return 62;
    return c == (options->url ? '_' : '/') ? 63 : -1;
}

static void read_options(struct call *call, struct base64 *out)
{
    const struct value *option = call->option;
    *out = (struct base64){.ignore_padding = value_is_true(option[OPTION_IGNORE_PADDING]),
                           .url = bytes_equal(value_bytes(option[OPTION_FORMAT]), BYTES("url"))};
    if (option[OPTION_ENCODINGS].tag != VALUE_ARRAY) {
        out->ascii = out->utf8 = true;
        return;
    }
    const struct array *names = option[OPTION_ENCODINGS].as.array;
    for (uint32_t i = 0; i < names->count; i++) {
        struct bytes name = value_bytes(names->item[i]);
        out->ascii = out->ascii || bytes_equal_fold(name, BYTES("ascii"));
        out->utf8 = out->utf8 || bytes_equal_fold(name, BYTES("utf8")) ||
                    bytes_equal_fold(name, BYTES("utf-8"));
        out->utf16le = out->utf16le || bytes_starts_fold(name, BYTES("utf16")) ||
                       bytes_starts_fold(name, BYTES("utf-16"));
        out->utf16be = out->utf16be || bytes_equal_fold(name, BYTES("utf16-be")) ||
                       bytes_equal_fold(name, BYTES("utf-16be")) ||
                       bytes_equal_fold(name, BYTES("utf16be"));
    }
}

/* Text that a person could have written: no control characters but white space. */
static bool is_plain(struct bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] < 0x20 && !ascii_is_space(text.at[i]))
            return false;
    return text.len > 0;
}

static struct bytes from_utf16(struct arena *arena, struct bytes b, bool big)
{
    struct text out;
    text_init(&out, arena, 0);
    for (size_t i = 0; i + 1 < b.len; i += 2) {
        uint32_t unit = big ? bytes_u16be(b, i) : bytes_u16le(b, i);
        if (unit >= 0xD800 && unit < 0xDC00 && i + 3 < b.len) {
            uint32_t low = big ? bytes_u16be(b, i + 2) : bytes_u16le(b, i + 2);
            if (low >= 0xDC00 && low < 0xE000) {
                unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
                i += 2;
            }
        }
        text_add_codepoint(&out, unit);
    }
    return text_bytes(&out);
}

/* DECODED in the first encoding it is text in; absent where none. */
static struct bytes as_text(struct arena *arena, const struct base64 *options, struct bytes decoded)
{
    if (decoded.len == 0)
        return BYTES_NONE;
    if ((options->ascii && utf8_is_ascii(decoded)) || (options->utf8 && utf8_valid(decoded)))
        if (is_plain(decoded))
            return decoded;
    for (int big = 0; big < 2; big++) {
        if (decoded.len % 2 != 0 || decoded.len < 4 || !(big ? options->utf16be : options->utf16le))
            continue;
        struct bytes text = from_utf16(arena, decoded, big != 0);
        size_t ascii = 0;
        for (size_t i = 0; i < text.len; i++)
            ascii += text.at[i] < 0x80;
        if (is_plain(text) && ascii * 2 > text.len)
            return text;
    }
    return BYTES_NONE;
}

/* The digits of RUN (no padding) decoded; absent where their number is impossible. */
static struct bytes decode_run(struct call *call, const struct base64 *options, struct bytes run)
{
    if (run.len % 4 == 1)
        run.len--;
    uint8_t *out = arena_alloc(call->arena, run.len / 4 * 3 + 3);
    uint32_t bits = 0, held = 0;
    size_t len = 0;
    for (size_t i = 0; i < run.len; i++) {
        bits = bits << 6 | (uint32_t)digit(options, run.at[i]);
        held += 6;
        if (held >= 8) {
            held -= 8;
            out[len++] = (uint8_t)(bits >> held);
        }
    }
    return as_text(call->arena, options, bytes_of(out, len));
}

static void add_run(struct call *call, const struct base64 *options, struct array *found,
                    struct bytes run, size_t padding)
{
    bool padded = (run.len + padding) % 4 == 0;
    if (run.len < BASE64_RUN_MIN || found->count >= BASE64_RUNS_MAX ||
        (!padded && !options->ignore_padding))
        return;
    struct bytes text = decode_run(call, options, run);
    if (text.at != NULL)
        array_add(call->arena, found, value_string(text));
}

/* Every run as a whole; one that slashes may have glued together also piece by piece. */
struct value function_scan_base64(struct call *call)
{
    struct bytes text = value_bytes(call->arg[0]);
    struct array *found = array_new(call->arena);
    struct base64 options;
    read_options(call, &options);
    if (!run_take(call->run, text.len / 8))
        return value_lacking(CAPABILITY_BUDGET);
    for (size_t at = 0; at < text.len;) {
        size_t end = at, padding = 0;
        while (end < text.len && digit(&options, text.at[end]) >= 0)
            end++;
        while (end + padding < text.len && padding < 2 && text.at[end + padding] == '=')
            padding++;
        struct bytes run = bytes_sub(text, at, end - at), rest = run, piece;
        add_run(call, &options, found, run, padding);
        if (!options.url && bytes_find_byte(run, '/', 0) != BYTES_NPOS)
            while (bytes_next_field(&rest, '/', &piece))
                add_run(call, &options, found, piece, rest.at == NULL ? padding : 0);
        at = end + padding + (end + padding == at);
    }
    return value_array(found);
}

struct value function_decode_base64(struct call *call)
{
    struct bytes text = bytes_trim(value_bytes(call->arg[0]));
    struct base64 options;
    read_options(call, &options);
    size_t len = text.len, padding = 0;
    while (len > 0 && padding < 2 && text.at[len - 1] == '=')
        len--, padding++;
    for (size_t i = 0; i < len; i++)
        if (digit(&options, text.at[i]) < 0)
            return value_null();
    if (len == 0 || ((len + padding) % 4 != 0 && !options.ignore_padding) || len % 4 == 1)
        return value_null();
    return value_string(decode_run(call, &options, bytes_sub(text, 0, len)));
}

struct value function_decode_hex(struct call *call)
{
    struct bytes text = bytes_trim(value_bytes(call->arg[0]));
    if (text.len % 2 != 0)
        return value_null();
    uint8_t *out = arena_alloc(call->arena, text.len / 2 + 1);
    for (size_t i = 0; i < text.len; i++) {
        int nibble = ascii_hex(text.at[i]);
        if (nibble < 0)
            return value_null();
        out[i / 2] = (uint8_t)(out[i / 2] << 4 | nibble);
    }
    struct bytes decoded = bytes_of(out, text.len / 2);
    return utf8_valid(decoded) ? value_string(decoded) : value_null();
}

struct value function_parse_float(struct call *call)
{
    struct bytes text = bytes_trim(value_bytes(call->arg[0]));
    char buffer[64], *end;
    if (text.len == 0 || text.len >= sizeof buffer)
        return value_null();
    for (size_t i = 0; i < text.len; i++)
        if (!ascii_is_digit(text.at[i]) && strchr("+-.eE", text.at[i]) == NULL)
            return value_null();
    memcpy(buffer, text.at, text.len);
    buffer[text.len] = 0;
    double number = strtod(buffer, &end);
    return *end == 0 ? value_float(number) : value_null();
}

static struct value hash(struct call *call, enum digest_kind kind)
{
    struct bytes text = value_bytes(call->arg[0]);
    run_take(call->run, text.len / 32);
    return value_string(digest_hex(call->arena, kind, text));
}

struct value function_sha256(struct call *call)
{
    return hash(call, DIGEST_SHA256);
}
struct value function_sha1(struct call *call)
{
    return hash(call, DIGEST_SHA1);
}
struct value function_md5(struct call *call)
{
    return hash(call, DIGEST_MD5);
}
