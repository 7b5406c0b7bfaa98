/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/url.h"

#include "base/utf8.h"
#include "observe/domain.h"
#include "observe/idn.h"

static const struct {
    const char *name;
    int port;
} special_schemes[] = {{"http", 80}, {"https", 443}, {"ftp", 21}, {"ws", 80}, {"wss", 443}};

struct bytes url_percent_decode(struct arena *arena, struct bytes b, bool plus)
{
    if (bytes_find_byte(b, '%', 0) == BYTES_NPOS &&
        (!plus || bytes_find_byte(b, '+', 0) == BYTES_NPOS))
        return b;
    uint8_t *made = arena_alloc(arena, b.len);
    size_t len = 0;
    for (size_t i = 0; i < b.len; i++) {
        uint8_t c = b.at[i];
        if (c == '%' && i + 2 < b.len && ascii_hex(b.at[i + 1]) >= 0 &&
            ascii_hex(b.at[i + 2]) >= 0) {
            made[len++] = (uint8_t)(ascii_hex(b.at[i + 1]) << 4 | ascii_hex(b.at[i + 2]));
            i += 2;
        } else {
            made[len++] = plus && c == '+' ? ' ' : c;
        }
    }
    return bytes_of(made, len);
}

struct bytes url_parameter(struct arena *arena, struct bytes query, struct bytes name)
{
    struct bytes pair;
    while (bytes_next_field(&query, '&', &pair)) {
        if (bytes_starts_fold(pair, BYTES("amp;"))) /* an HTML entity nobody decoded */
            pair = bytes_from(pair, 4);
        size_t equal = bytes_find_byte(pair, '=', 0);
        if (equal != BYTES_NPOS && bytes_equal_fold(bytes_sub(pair, 0, equal), name))
            return url_percent_decode(arena, bytes_from(pair, equal + 1), true);
    }
    return BYTES_NONE;
}

/* TEXT without outer white space and controls, and without tabs and newlines inside (WHATWG 4.4).
 */
static struct bytes clean(struct arena *arena, struct bytes text)
{
    while (text.len > 0 && text.at[0] <= ' ')
        text = bytes_from(text, 1);
    while (text.len > 0 && text.at[text.len - 1] <= ' ')
        text.len--;
    text = bytes_sub(text, 0, URL_MAX_BYTES);
    size_t drop = 0;
    for (size_t i = 0; i < text.len; i++)
        drop += text.at[i] == '\t' || text.at[i] == '\n' || text.at[i] == '\r';
    if (drop == 0)
        return text;
    uint8_t *made = arena_alloc(arena, text.len);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] != '\t' && text.at[i] != '\n' && text.at[i] != '\r')
            made[len++] = text.at[i];
    return bytes_of(made, len);
}

static struct bytes lower(struct arena *arena, struct bytes b)
{
    for (size_t i = 0; i < b.len; i++)
        if ((uint8_t)(b.at[i] - 'A') < 26) {
            uint8_t *made = arena_alloc(arena, b.len);
            for (size_t k = 0; k < b.len; k++)
                made[k] = ascii_lower(b.at[k]);
            return bytes_of(made, b.len);
        }
    return b;
}

/* Length of a scheme at the start of TEXT, without its colon; 0: none.  "host:443/x" has none. */
static size_t scheme_length(struct bytes text)
{
    size_t i = 0;
    if (text.len == 0 || !ascii_is_alpha(text.at[0]))
        return 0;
    while (
        i < text.len && i < 32 &&
        (ascii_is_alnum(text.at[i]) || text.at[i] == '+' || text.at[i] == '-' || text.at[i] == '.'))
        i++;
    if (i == text.len || text.at[i] != ':')
        return 0;
    if (i + 1 < text.len && (text.at[i + 1] == '/' || text.at[i + 1] == '\\'))
        return i;
    size_t digits = i + 1;
    while (digits < text.len && ascii_is_digit(text.at[digits]))
        digits++;
    bool is_port = digits > i + 1 && (digits == text.len || text.at[digits] == '/');
    bool is_host = bytes_find_byte(bytes_sub(text, 0, i), '.', 0) != BYTES_NPOS;
    return is_port || is_host ? 0 : i;
}

static bool host_is_plain(struct bytes host)
{
    for (size_t i = 0; i < host.len; i++)
        if (!ascii_is_alnum(host.at[i]) && host.at[i] != '.' && host.at[i] != '-' &&
            host.at[i] != '_')
            return false;
    return true;
}

/* Bytes no host may hold after decoding (WHATWG URL 3.2, forbidden domain code points). */
static bool host_is_forbidden(struct bytes host)
{
    for (size_t i = 0; i < host.len; i++) {
        uint8_t c = host.at[i];
        if (c <= ' ' || c == 0x7F || strchr("#/:<>?@[\\]^|%", c) != NULL)
            return true;
    }
    return false;
}

static bool read_host(struct arena *arena, struct bytes host, struct url *out)
{
    if (host.len == 0 || host.len > 2048)
        return false;
    if (host.at[0] == '[') {
        out->host = host;
        return out->is_ip = ip_parse(arena, host, &out->ip) && out->ip.version == 6;
    }
    if (!host_is_plain(host)) {
        struct bytes decoded = url_percent_decode(arena, host, false);
        if (!utf8_valid(decoded))
            return false;
        if (!utf8_is_ascii(decoded) && !idn_to_ascii(arena, decoded, &host))
            host = decoded;
        else if (utf8_is_ascii(decoded))
            host = decoded;
        if (host_is_forbidden(host))
            return false;
    }
    out->host = lower(arena, host);
    out->is_ip = ascii_is_digit(host.at[0]) && ip_parse_host(arena, host, &out->ip);
    return true;
}

static bool read_port(struct bytes digits, struct url *out)
{
    int64_t port;
    if (digits.len == 0)
        return true;
    if (!bytes_to_int(digits, 0, 65535, &port))
        return false;
    out->port = (int)port;
    return true;
}

/* user:password@host:port */
static bool read_authority(struct arena *arena, struct bytes authority, struct url *out)
{
    size_t at = bytes_find_last_byte(authority, '@');
    if (at != BYTES_NPOS) {
        struct bytes user = bytes_sub(authority, 0, at);
        size_t colon = bytes_find_byte(user, ':', 0);
        out->username = url_percent_decode(arena, bytes_sub(user, 0, colon), false);
        if (colon != BYTES_NPOS)
            out->password = url_percent_decode(arena, bytes_from(user, colon + 1), false);
        if (out->username.len == 0)
            out->username = BYTES_NONE;
        authority = bytes_from(authority, at + 1);
    }
    size_t bracket =
        authority.len > 0 && authority.at[0] == '[' ? bytes_find_byte(authority, ']', 0) : 0;
    size_t colon = bracket == BYTES_NPOS ? BYTES_NPOS : bytes_find_byte(authority, ':', bracket);
    if (colon != BYTES_NPOS && !read_port(bytes_from(authority, colon + 1), out))
        return false;
    return read_host(arena, bytes_sub(authority, 0, colon), out);
}

/* Whatever follows the scheme's colon of a special scheme. */
static bool read_special(struct arena *arena, struct bytes rest, struct url *out)
{
    size_t i = 0;
    bool file = bytes_equal(out->scheme, BYTES("file")); /* its third slash begins the path */
    while (i < rest.len && (rest.at[i] == '/' || rest.at[i] == '\\') && !(file && i == 2))
        i++;
    size_t end = i;
    while (end < rest.len && rest.at[end] != '/' && rest.at[end] != '\\' && rest.at[end] != '?' &&
           rest.at[end] != '#')
        end++;
    if (!(file && end == i) && !read_authority(arena, bytes_sub(rest, i, end - i), out))
        return false;
    rest = bytes_from(rest, end);
    size_t hash = bytes_find_byte(rest, '#', 0);
    if (hash != BYTES_NPOS) {
        if (hash + 1 < rest.len)
            out->fragment = bytes_from(rest, hash + 1);
        rest.len = hash;
    }
    size_t mark = bytes_find_byte(rest, '?', 0);
    if (mark != BYTES_NPOS) {
        if (mark + 1 < rest.len)
            out->query = bytes_from(rest, mark + 1);
        rest.len = mark;
    }
    if (rest.len > 0)
        out->path = rest;
    return true;
}

static struct bytes prefixed(struct arena *arena, struct bytes prefix, struct bytes text)
{
    uint8_t *made = arena_alloc(arena, prefix.len + text.len);
    memcpy(made, prefix.at, prefix.len);
    if (text.len > 0)
        memcpy(made + prefix.len, text.at, text.len);
    return bytes_of(made, prefix.len + text.len);
}

bool url_parse(struct arena *arena, struct bytes text, struct url *out)
{
    *out = (struct url){0};
    text = clean(arena, text);
    size_t scheme = scheme_length(text);
    struct bytes rest = text;
    out->url = text;
    if (scheme > 0) {
        out->scheme = lower(arena, bytes_sub(text, 0, scheme));
        rest = bytes_from(text, scheme + 1);
    } else if (text.len > 1 && (text.at[0] == '/' || text.at[0] == '\\')) {
        if (text.at[1] != '/' && text.at[1] != '\\')
            return false; /* relative to a base nobody has */
        out->scheme = BYTES("http");
        out->url = prefixed(arena, BYTES("http:"), text);
    } else {
        out->scheme = BYTES("http");
        out->url = prefixed(arena, BYTES("http://"), text);
    }
    for (size_t i = 0; i < sizeof special_schemes / sizeof special_schemes[0]; i++)
        if (bytes_equal(out->scheme, bytes_of_string(special_schemes[i].name))) {
            out->is_special = true;
            out->port = special_schemes[i].port;
        }
    if (out->is_special)
        return read_special(arena, rest, out);
    if (bytes_starts(rest, BYTES("//")))
        return read_special(arena, rest, out);
    out->path = rest.len == 0 ? BYTES_NONE : rest;
    size_t mark = bytes_find_byte(rest, '?', 0);
    if (mark != BYTES_NPOS) {
        out->path.len = mark;
        if (mark + 1 < rest.len)
            out->query = bytes_from(rest, mark + 1);
    }
    return rest.len > 0;
}
