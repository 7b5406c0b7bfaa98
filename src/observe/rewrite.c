/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/rewrite.h"

#include "base/text.h"
#include "observe/base64.h"
#include "observe/domain.h"

enum method {
    PARAM,
    BASE64,
    ANY,
    HOST,
    QUERY,
    PATH_LAST,
    PATH_URL,
    PATH_BASE64,
    AMP,
    PROOFPOINT2,
    PROOFPOINT3,
    BING,
    TRANSLATE,
    UNDERSCORES,
    JWT,
    YAHOO
};

static const struct row {
    const char *encoder, *host, *path;
    enum method method;
    const char *parameter;
} rows[] = {
#define REWRITE(encoder, host, path, method, parameter) {encoder, host, path, method, parameter},
#include "observe/rewrite.def"
#undef REWRITE
};
#define ROW_COUNT (sizeof rows / sizeof rows[0])

/* Rows by the last two labels of their host, so that a link is compared with few; made on first
 * use. */
static uint16_t bucket[256], next_row[ROW_COUNT]; /* 1 + row; 0 ends */
static uint16_t wild_rows;                        /* hosts under any suffix, and any host */
static bool is_indexed;

static struct bytes last_two_labels(struct bytes host)
{
    size_t dot = bytes_find_last_byte(host, '.');
    dot = dot == BYTES_NPOS ? BYTES_NPOS : bytes_find_last_byte(bytes_sub(host, 0, dot), '.');
    return dot == BYTES_NPOS ? host : bytes_from(host, dot + 1);
}

static void index_rows(void)
{
    for (size_t i = ROW_COUNT; i-- > 0;) {
        struct bytes host = bytes_of_string(rows[i].host);
        bool wild = host.len == 0 || host.at[host.len - 1] == '*';
        uint16_t *head = wild ? &wild_rows : &bucket[bytes_slot(last_two_labels(host)) & 255];
        next_row[i] = *head;
        *head = (uint16_t)(i + 1);
    }
    is_indexed = true;
}

static bool host_matches(struct bytes host, struct bytes pattern)
{
    if (pattern.len == 0)
        return true;
    if (pattern.at[0] == '.')
        return bytes_ends(host, pattern) || bytes_equal(host, bytes_from(pattern, 1));
    if (pattern.at[pattern.len - 1] != '*')
        return bytes_equal(host, pattern) ||
               (bytes_starts(host, BYTES("www.")) && bytes_equal(bytes_from(host, 4), pattern));
    struct bytes stem = bytes_sub(pattern, 0, pattern.len - 1);
    if (bytes_starts(host, BYTES("www.")))
        host = bytes_from(host, 4);
    return bytes_starts(host, stem) && domain_is_suffix(bytes_from(host, stem.len));
}

static bool looks_like_url(struct bytes b)
{
    return bytes_starts_fold(b, BYTES("http://")) || bytes_starts_fold(b, BYTES("https://")) ||
           (b.len > 4 && bytes_starts(b, BYTES("//")));
}

/* B if it is a URL, else B decoded once more if that makes it one. */
static struct bytes as_url(struct arena *arena, struct bytes b)
{
    b = bytes_trim(b);
    if (looks_like_url(b))
        return b;
    b = url_percent_decode(arena, b, false);
    return looks_like_url(b) ? b : BYTES_NONE;
}

static struct bytes joined(struct arena *arena, struct bytes scheme, struct bytes rest)
{
    struct text made;
    text_init(&made, arena, 0);
    text_add(&made, scheme);
    text_add(&made, rest);
    return text_bytes(&made);
}

/* What follows PREFIX in the path, with the query. */
static struct bytes path_tail(struct arena *arena, const struct url *url, size_t prefix)
{
    struct bytes tail = bytes_from(url->path, prefix);
    if (url->query.at == NULL)
        return tail;
    return joined(arena, joined(arena, tail, BYTES("?")), url->query);
}

/* URL Defense v2: '-' stands for '%', '_' for '/'. */
static struct bytes proofpoint2(struct arena *arena, struct bytes value)
{
    uint8_t *made = arena_alloc(arena, value.len);
    for (size_t i = 0; i < value.len; i++)
        made[i] = value.at[i] == '-' ? '%' : value.at[i] == '_' ? '/' : value.at[i];
    return as_url(arena, url_percent_decode(arena, bytes_of(made, value.len), false));
}

/* URL Defense v3: __URL__;BASE64!...; each '*' takes one byte of the decoded text, "**x" a run of
 * 2 + value(x) bytes. */
static struct bytes proofpoint3(struct arena *arena, struct bytes tail)
{
    size_t from = bytes_find(tail, BYTES("__"), 0), to = bytes_find(tail, BYTES("__;"), from + 2);
    if (from == BYTES_NPOS || to == BYTES_NPOS)
        return BYTES_NONE;
    struct bytes url = bytes_sub(tail, from + 2, to - from - 2);
    struct bytes taken = base64_decode(arena, bytes_from(tail, to + 3), false);
    struct text made;
    text_init(&made, arena, URL_MAX_BYTES);
    size_t next = 0;
    for (size_t i = 0; i < url.len; i++) {
        if (url.at[i] != '*') {
            text_add_byte(&made, url.at[i]);
            continue;
        }
        size_t run = 1;
        if (i + 2 < url.len && url.at[i + 1] == '*' && base64_digit(url.at[i + 2]) >= 0) {
            run = (size_t)base64_digit(url.at[i + 2]) + 2;
            i += 2;
        }
        text_add(&made, bytes_sub(taken, next, run));
        next += run;
    }
    struct bytes url_text = text_bytes(&made);
    if (bytes_starts(url_text, BYTES("https:/")) && !bytes_starts(url_text, BYTES("https://")))
        url_text =
            joined(arena, BYTES("https://"), bytes_from(url_text, 7)); /* a slash was eaten */
    return as_url(arena, url_text);
}

/* www-example-com.translate.goog: '-' is a dot, "--" a hyphen. */
static struct bytes translated_host(struct arena *arena, const struct url *url)
{
    struct bytes name = bytes_sub(url->host, 0, url->host.len - strlen(".translate.goog"));
    struct text made;
    text_init(&made, arena, 0);
    text_add_string(&made, "https://");
    for (size_t i = 0; i < name.len; i++) {
        bool twice = i + 1 < name.len && name.at[i] == '-' && name.at[i + 1] == '-';
        text_add_byte(&made, twice ? '-' : name.at[i] == '-' ? '.' : name.at[i]);
        i += twice;
    }
    text_add(&made, path_tail(arena, url, 0));
    return text_bytes(&made);
}

/* "originalUrl":"..." of a JSON web token's payload. */
static struct bytes token_url(struct arena *arena, struct bytes token)
{
    size_t dot = bytes_find_byte(token, '.', 0);
    if (dot == BYTES_NPOS)
        return BYTES_NONE;
    struct bytes json = base64_decode(arena, bytes_from(token, dot + 1), false);
    size_t at = bytes_find_fold(json, BYTES("url\":\"http"), 0);
    if (at == BYTES_NPOS)
        return BYTES_NONE;
    size_t from = at + 6, end = bytes_find_byte(json, '"', from);
    return end == BYTES_NPOS ? BYTES_NONE : bytes_sub(json, from, end - from);
}

static struct bytes any_parameter(struct arena *arena, struct bytes query)
{
    struct bytes pair;
    while (bytes_next_field(&query, '&', &pair)) {
        size_t equal = bytes_find_byte(pair, '=', 0);
        struct bytes value = equal == BYTES_NPOS ? BYTES_NONE : bytes_from(pair, equal + 1);
        if (bytes_starts_fold(value, BYTES("http")) && (value = as_url(arena, value)).at != NULL)
            return value;
    }
    return BYTES_NONE;
}

static struct bytes between_underscores(struct arena *arena, struct bytes tail)
{
    size_t from = bytes_find(tail, BYTES("___"), 0);
    size_t to = from == BYTES_NPOS ? from : bytes_find(tail, BYTES("___"), from + 3);
    return to == BYTES_NPOS ? BYTES_NONE : as_url(arena, bytes_sub(tail, from + 3, to - from - 3));
}

static struct bytes host_only(struct arena *arena, struct bytes name)
{
    struct domain domain;
    if (!domain_parse(arena, name, &domain) || !domain.valid)
        return BYTES_NONE;
    return joined(arena, BYTES("http://"), domain.domain);
}

/* /amp/s/example.com/x, /c/s/..., /v/s/...: "s/" for https. */
static struct bytes amp(struct arena *arena, struct bytes tail)
{
    bool secure = bytes_starts(tail, BYTES("s/"));
    if (secure)
        tail = bytes_from(tail, 2);
    if (looks_like_url(tail))
        return tail;
    size_t slash = bytes_find_byte(tail, '/', 0);
    struct domain domain;
    if (!domain_parse(arena, bytes_sub(tail, 0, slash), &domain) || !domain.valid)
        return BYTES_NONE;
    return joined(arena, secure ? BYTES("https://") : BYTES("http://"), tail);
}

static struct bytes bing(struct arena *arena, struct bytes value)
{
    if (bytes_starts(value, BYTES("a1")))
        value = bytes_from(value, 2);
    struct bytes url = as_url(arena, base64_decode(arena, value, false));
    return url.at != NULL ? url : as_url(arena, value);
}

static struct bytes decode(struct arena *arena, const struct row *row, const struct url *url)
{
    struct bytes value = row->parameter[0] == 0
                             ? BYTES_NONE
                             : url_parameter(arena, url->query, bytes_of_string(row->parameter));
    size_t prefix = strlen(row->path), at;
    switch (row->method) {
    case PARAM:
        return as_url(arena, value);
    case BASE64:
        return as_url(arena, base64_decode(arena, value, false));
    case ANY:
        return any_parameter(arena, url->query);
    case HOST:
        return host_only(arena, value);
    case QUERY:
        return as_url(arena, url->query);
    case PATH_LAST:
        at = bytes_find_last_byte(url->path, '/');
        return at == BYTES_NPOS ? BYTES_NONE : as_url(arena, bytes_from(url->path, at + 1));
    case PATH_URL:
        at = bytes_find_fold(url->path, BYTES("http"), 0);
        return at == BYTES_NPOS ? BYTES_NONE : as_url(arena, path_tail(arena, url, at));
    case PATH_BASE64:
        return as_url(arena, base64_decode(arena, bytes_from(url->path, prefix), false));
    case AMP:
        return amp(arena, path_tail(arena, url, prefix));
    case PROOFPOINT2:
        return proofpoint2(arena, value);
    case PROOFPOINT3:
        at = bytes_find(url->url, BYTES("/v3/"), 0);
        return at == BYTES_NPOS ? BYTES_NONE : proofpoint3(arena, bytes_from(url->url, at + 4));
    case BING:
        return bing(arena, value);
    case TRANSLATE:
        return url->host.len > 16 ? translated_host(arena, url) : BYTES_NONE;
    case UNDERSCORES:
        return between_underscores(arena, path_tail(arena, url, 0));
    case JWT:
        return token_url(arena, value);
    case YAHOO:
        at = bytes_find(url->path, BYTES("/RU="), 0);
        if (at == BYTES_NPOS)
            return BYTES_NONE;
        value = bytes_from(url->path, at + 4);
        return as_url(arena, bytes_sub(value, 0, bytes_find_byte(value, '/', 0)));
    }
    return BYTES_NONE;
}

static const struct row *try_rows(struct arena *arena, uint16_t head, const struct url *url,
                                  struct bytes *target_out)
{
    struct bytes path = url->path.len == 0 ? BYTES("/") : url->path;
    for (; head != 0; head = next_row[head - 1]) {
        const struct row *row = &rows[head - 1];
        if (!bytes_starts_fold(path, bytes_of_string(row->path)) ||
            !host_matches(url->host, bytes_of_string(row->host)))
            continue;
        *target_out = decode(arena, row, url);
        if (target_out->at != NULL)
            return row;
    }
    return NULL;
}

bool rewrite_unwrap(struct arena *arena, struct url *url, struct rewrite *out)
{
    if (!is_indexed)
        index_rows();
    *out = (struct rewrite){.original = url->url};
    while (out->count < REWRITE_MAX && url->is_special && !url->is_ip &&
           (url->path.len > 0 || url->query.len > 0)) {
        struct bytes target;
        struct url inner;
        const struct row *row =
            try_rows(arena, bucket[bytes_slot(last_two_labels(url->host)) & 255], url, &target);
        if (row == NULL)
            row = try_rows(arena, wild_rows, url, &target);
        if (row == NULL || !url_parse(arena, target, &inner) || !inner.is_special)
            break;
        out->encoder[out->count++] = row->encoder;
        *url = inner;
    }
    return out->count > 0;
}
