/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/dkim.h"

#include "artifact/digest.h"
#include "base/text.h"
#include "observe/base64.h"
#include "observe/public_key.h"

/* The value of TAG in a tag=value list (RFC 6376, 3.2). */
static struct bytes tag_value(struct bytes list, const char *tag)
{
    struct bytes pair;
    while (bytes_next_field(&list, ';', &pair)) {
        size_t equal = bytes_find_byte(pair, '=', 0);
        if (equal != BYTES_NPOS &&
            bytes_equal(bytes_trim(bytes_sub(pair, 0, equal)), bytes_of_string(tag)))
            return bytes_trim(bytes_from(pair, equal + 1));
    }
    return BYTES_NONE;
}

bool dkim_parse(struct bytes value, struct dkim *out)
{
    *out = (struct dkim){
        .version = tag_value(value, "v"),
        .algorithm = tag_value(value, "a"),
        .domain = tag_value(value, "d"),
        .selector = tag_value(value, "s"),
        .headers = tag_value(value, "h"),
        .signature = tag_value(value, "b"),
        .body_hash = tag_value(value, "bh"),
        .instance = tag_value(value, "i"),
        .canonicalization = tag_value(value, "c"),
        .body_length = tag_value(value, "l"),
    };
    return out->domain.len > 0 && out->signature.at != NULL && out->headers.len > 0;
}

/* "relaxed" before (header) or after (body) the slash; the default is simple (3.5, c=). */
static bool is_relaxed(const struct dkim *dkim, bool body)
{
    struct bytes c = dkim->canonicalization;
    size_t slash = bytes_find_byte(c, '/', 0);
    struct bytes part = body ? (slash == BYTES_NPOS ? BYTES_NONE : bytes_from(c, slash + 1))
                             : bytes_sub(c, 0, slash);
    return bytes_equal_fold(bytes_trim(part), BYTES("relaxed"));
}

/* LINE with runs of white space as one space, none at its end. */
static void add_relaxed_line(struct text *out, struct bytes line)
{
    bool space = false;
    for (size_t i = 0; i < line.len; i++) {
        if (line.at[i] == ' ' || line.at[i] == '\t') {
            space = true;
            continue;
        }
        if (space)
            text_add_byte(out, ' ');
        space = false;
        text_add_byte(out, line.at[i]);
    }
}

/* 3.4.3 and 3.4.4; lines end in CRLF whatever the file has. */
static struct bytes canonical_body(struct arena *arena, struct bytes body, bool relaxed)
{
    struct text out;
    text_init(&out, arena, 0);
    size_t end_of_last = 0;
    struct bytes line;
    while (bytes_next_line(&body, &line)) {
        size_t from = out.len;
        if (relaxed)
            add_relaxed_line(&out, line);
        else
            text_add(&out, line);
        bool empty = out.len == from;
        text_add(&out, BYTES("\r\n"));
        if (!empty)
            end_of_last = out.len;
    }
    if (end_of_last == 0 && !relaxed)
        return BYTES("\r\n");
    return bytes_sub(text_bytes(&out), 0, end_of_last);
}

enum dkim_answer dkim_check_body(struct arena *arena, const struct dkim *dkim, struct bytes body)
{
    if (!bytes_ends_fold(dkim->algorithm, BYTES("-sha256")))
        return DKIM_UNKNOWN;
    struct bytes canonical = canonical_body(arena, body, is_relaxed(dkim, true));
    int64_t length;
    if (dkim->body_length.at != NULL) {
        if (!bytes_to_int(dkim->body_length, 0, INT64_MAX, &length) ||
            (uint64_t)length > canonical.len)
            return DKIM_MALFORMED;
        canonical.len = (size_t)length;
    }
    uint8_t hash[64];
    size_t len = digest(DIGEST_SHA256, canonical, hash);
    struct bytes claimed = base64_decode(arena, dkim->body_hash, true);
    return bytes_equal(claimed, bytes_of(hash, len)) ? DKIM_GOOD : DKIM_BAD_BODY;
}

/* One header field in canonical form (3.4.1, 3.4.2), without the last CRLF. */
static void add_field(struct text *out, struct bytes raw, bool relaxed)
{
    size_t colon = bytes_find_byte(raw, ':', 0);
    struct bytes line,
        rest = relaxed ? bytes_from(raw, colon == BYTES_NPOS ? raw.len : colon + 1) : raw;
    if (relaxed) {
        struct bytes name = bytes_trim(bytes_sub(raw, 0, colon));
        for (size_t i = 0; i < name.len; i++)
            text_add_byte(out, ascii_lower(name.at[i]));
        text_add_byte(out, ':');
        struct text unfolded;
        text_init(&unfolded, out->arena, 0);
        while (bytes_next_line(&rest, &line))
            text_add(&unfolded, line);
        add_relaxed_line(out, bytes_trim(text_bytes(&unfolded)));
        return;
    }
    for (bool first = true; bytes_next_line(&rest, &line); first = false) {
        if (!first)
            text_add(out, BYTES("\r\n"));
        text_add(out, line);
    }
}

/* RAW without the value of its b= tag (3.7). */
static struct bytes without_signature(struct arena *arena, struct bytes raw)
{
    size_t at = bytes_find_byte(raw, ':', 0);
    struct text out;
    text_init(&out, arena, 0);
    at = at == BYTES_NPOS ? 0 : at + 1;
    while (at < raw.len) {
        size_t end = bytes_find_byte(raw, ';', at);
        struct bytes pair = bytes_sub(raw, at, end == BYTES_NPOS ? BYTES_NPOS : end - at);
        size_t equal = bytes_find_byte(pair, '=', 0);
        if (equal != BYTES_NPOS && bytes_equal(bytes_trim(bytes_sub(pair, 0, equal)), BYTES("b"))) {
            text_add(&out, bytes_sub(raw, 0, at + equal + 1));
            if (end != BYTES_NPOS)
                text_add(&out, bytes_from(raw, end));
            return text_bytes(&out);
        }
        if (end == BYTES_NPOS)
            break;
        at = end + 1;
    }
    return raw;
}

/* The signed bytes: the fields of h=, each name taking the next one from the bottom (5.4.2). */
static struct bytes signed_data(struct arena *arena, const struct dkim *dkim,
                                const struct dkim_mail *mail, uint32_t signature)
{
    bool relaxed = is_relaxed(dkim, false);
    struct text out;
    text_init(&out, arena, 0);
    bool *used = arena_array_of(arena, mail->count + 1, bool);
    struct bytes names = dkim->headers, name;
    uint32_t asked = 0;
    while (bytes_next_field(&names, ':', &name) && asked++ < 256) {
        name = bytes_trim(name);
        for (uint32_t i = mail->count; i-- > 0;)
            if (!used[i] && i != signature && bytes_equal_fold(mail->field[i].name, name)) {
                used[i] = true;
                add_field(&out, mail->field[i].raw, relaxed);
                text_add(&out, BYTES("\r\n"));
                break;
            }
    }
    add_field(&out, without_signature(arena, mail->field[signature].raw), relaxed);
    return text_bytes(&out);
}

/* The p= of selector._domainkey.domain in the key file; absent: not there. */
static struct bytes find_key(struct arena *arena, const struct dkim *dkim, struct bytes keys)
{
    struct bytes name = arena_printf(arena, "%.*s._domainkey.%.*s", BYTES_FMT(dkim->selector),
                                     BYTES_FMT(dkim->domain));
    struct bytes line;
    while (bytes_next_line(&keys, &line)) {
        size_t colon = bytes_find_byte(line, ':', 0);
        if (colon == BYTES_NPOS || !bytes_equal_fold(bytes_trim(bytes_sub(line, 0, colon)), name))
            continue;
        struct bytes value = tag_value(bytes_from(line, colon + 1), "p");
        return value.at == NULL ? BYTES_NONE : base64_decode(arena, value, true);
    }
    return BYTES_NONE;
}

enum dkim_answer dkim_verify(struct arena *arena, const struct dkim *dkim,
                             const struct dkim_mail *mail, uint32_t signature)
{
    enum dkim_answer body = dkim_check_body(arena, dkim, mail->body);
    if (body != DKIM_GOOD)
        return body;
    bool ed25519 = bytes_equal_fold(dkim->algorithm, BYTES("ed25519-sha256"));
    if (!ed25519 && !bytes_equal_fold(dkim->algorithm, BYTES("rsa-sha256")))
        return DKIM_UNKNOWN;
    struct bytes key = mail->keys.at == NULL ? BYTES_NONE : find_key(arena, dkim, mail->keys);
    if (key.at == NULL)
        return DKIM_UNKNOWN;
    enum key_answer answer = public_key_verify(ed25519 ? KEY_ED25519 : KEY_RSA, key,
                                               signed_data(arena, dkim, mail, signature),
                                               base64_decode(arena, dkim->signature, true));
    return answer == KEY_GOOD ? DKIM_GOOD : answer == KEY_BAD ? DKIM_BAD : DKIM_UNKNOWN;
}
