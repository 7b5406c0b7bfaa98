/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/urlscan.h"

#include "observe/domain.h"
#include "observe/ip.h"

#define HOST_MAX_BYTES 300

static bool is_host(uint8_t c)
{
    return ascii_is_alnum(c) || c == '-' || c == '_' || c == '.';
}

/* "[.]", "(.)", "{.}" with its dot at I: how people write a host so that nobody clicks it. */
static bool is_defanged_dot(struct bytes t, size_t i)
{
    return i >= 1 && i + 1 < t.len && t.at[i] == '.' &&
           ((t.at[i - 1] == '[' && t.at[i + 1] == ']') ||
            (t.at[i - 1] == '(' && t.at[i + 1] == ')') ||
            (t.at[i - 1] == '{' && t.at[i + 1] == '}'));
}

/* First byte of the host that reaches up to (not with) I, not before FLOOR. */
static size_t host_start(struct bytes t, size_t i, size_t floor)
{
    size_t least = i > floor + HOST_MAX_BYTES ? i - HOST_MAX_BYTES : floor;
    while (i > least) {
        if (is_host(t.at[i - 1]))
            i--;
        else if (i >= least + 3 && is_defanged_dot(t, i - 2))
            i -= 3;
        else
            break;
    }
    while (i < t.len && (t.at[i] == '.' || t.at[i] == '-'))
        i++;
    return i;
}

static size_t host_end(struct bytes t, size_t i, bool unicode)
{
    size_t most = t.len > i + HOST_MAX_BYTES ? i + HOST_MAX_BYTES : t.len;
    while (i < most) {
        if (is_host(t.at[i]) || (unicode && t.at[i] >= 0x80))
            i++;
        else if (is_defanged_dot(t, i + 1))
            i += 3;
        else
            break;
    }
    return i;
}

static bool ends_url(uint8_t c)
{
    return c <= ' ' || c >= 0x7F || c == '"' || c == '<' || c == '>' || c == '`' || c == '|' ||
           c == '^';
}

/* End of a URL whose host ends at I: port, path, query, fragment. */
static size_t url_end(struct bytes t, size_t i)
{
    size_t start = i;
    if (i + 1 < t.len && t.at[i] == ':' && ascii_is_digit(t.at[i + 1]))
        for (i++; i < t.len && ascii_is_digit(t.at[i]);)
            i++;
    if (i >= t.len || (t.at[i] != '/' && t.at[i] != '?' && t.at[i] != '#' && t.at[i] != '\\'))
        return i;
    int open = 0;
    for (; i < t.len && !ends_url(t.at[i]); i++) {
        uint8_t c = t.at[i];
        open += c == '(' || c == '[' || c == '{';
        if ((c == ')' || c == ']' || c == '}') && open-- <= 0)
            break;
    }
    while (i > start && memchr(".,;:!?'*", t.at[i - 1], 8) != NULL)
        i--;
    return i;
}

/* Drop the brackets around dots and mend the scheme. */
static struct bytes refang(struct arena *arena, struct bytes text)
{
    uint8_t *made = arena_alloc(arena, text.len + 1);
    size_t len = 0, i = 0;
    if (bytes_starts_fold(text, BYTES("hxxp"))) {
        memcpy(made, "http", 4);
        len = i = 4;
    }
    for (; i < text.len; i++) {
        if (is_defanged_dot(text, i + 1)) {
            made[len++] = '.';
            i += 2;
        } else if (i + 2 < text.len && text.at[i] == '[' && text.at[i + 1] == ':' &&
                   text.at[i + 2] == ']') {
            made[len++] = ':';
            i += 2;
        } else {
            made[len++] = text.at[i];
        }
    }
    return bytes_of(made, len);
}

static bool emit(struct url_scan *scan, size_t from, size_t to, bool defanged, struct url_span *out)
{
    out->text = bytes_sub(scan->text, from, to - from);
    out->defanged = defanged;
    out->target = defanged ? refang(scan->arena, out->text) : out->text;
    scan->at = to;
    return true;
}

static bool host_is_defanged(struct bytes host)
{
    return bytes_find_byte(host, '[', 0) != BYTES_NPOS ||
           bytes_find_byte(host, '(', 0) != BYTES_NPOS ||
           bytes_find_byte(host, '{', 0) != BYTES_NPOS;
}

/* "://" with its colon at COLON: read the scheme before it and the rest after it. */
static bool scheme_url(struct url_scan *scan, size_t colon, size_t slashes, struct url_span *out)
{
    struct bytes t = scan->text;
    size_t from = colon;
    bool bracketed = from > scan->at && t.at[from] == ':' && t.at[from - 1] == '[';
    from -= bracketed;
    while (from > scan->at && colon - from < 8 && ascii_is_alpha(t.at[from - 1]))
        from--;
    struct bytes scheme = bytes_sub(t, from, colon - bracketed - from);
    bool defanged = bracketed;
    for (size_t skip = 0; skip < scheme.len; skip++) { /* "ahttp://": text run into a URL */
        struct bytes tail = bytes_from(scheme, skip);
        bool hx = bytes_equal_fold(tail, BYTES("hxxp")) || bytes_equal_fold(tail, BYTES("hxxps"));
        if (!hx && !bytes_equal_fold(tail, BYTES("http")) &&
            !bytes_equal_fold(tail, BYTES("https")) && !bytes_equal_fold(tail, BYTES("ftp")))
            continue;
        defanged |= hx;
        size_t user = slashes, end;
        while (user < t.len && !ends_url(t.at[user]) && t.at[user] != '/' && t.at[user] != '?' &&
               t.at[user] != '\\' && user - slashes < HOST_MAX_BYTES)
            user++;
        size_t at = bytes_find_last_byte(bytes_sub(t, slashes, user - slashes), '@');
        size_t host = at == BYTES_NPOS ? slashes : slashes + at + 1;
        if (host < t.len && t.at[host] == '[' && !is_defanged_dot(t, host + 1))
            end = bytes_find_byte(bytes_sub(t, 0, host + 48), ']', host) + 1;
        else
            end = host_end(t, host, true);
        if (end <= host || end > t.len)
            return false;
        struct bytes name = bytes_sub(t, host, end - host);
        struct domain domain;
        for (size_t i = 0; i < name.len; i++)
            if (name.at[i] >= 0x80) {
                if (!domain_parse(scan->arena, name, &domain) || !domain.valid)
                    end = host + i;
                break;
            }
        while (end > host && (t.at[end - 1] == '.' || t.at[end - 1] == '-'))
            end--;
        if (end == host)
            return false;
        defanged |= name.at[0] != '[' && host_is_defanged(name);
        return emit(scan, from + skip, url_end(t, end), defanged, out);
    }
    return false;
}

/* "account.Click": a sentence's end without its space, not a host. */
static bool is_run_together(struct bytes host)
{
    size_t dot = bytes_find_last_byte(host, '.');
    uint8_t first = host.at[dot + 1], second = dot + 2 < host.len ? host.at[dot + 2] : 0;
    bool upper_then_lower = (uint8_t)(first - 'A') < 26 && (uint8_t)(second - 'a') < 26;
    return upper_then_lower && (uint8_t)(host.at[dot - 1] - 'a') < 26;
}

/* "invoice.zip", "setup.sh": alone in a text these are files, though the ending is a top-level
 * domain. */
static bool is_file_name(struct bytes host)
{
    static const char *const endings[] = {".zip", ".mov", ".sh", ".py"};
    size_t dot = bytes_find_last_byte(host, '.');
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (bytes_equal_fold(bytes_from(host, dot), bytes_of_string(endings[i])))
            return bytes_find_byte(host, '.', 0) == dot;
    return false;
}

static bool is_known_host(struct arena *arena, struct bytes host)
{
    size_t dot = bytes_find_last_byte(host, '.');
    if (dot == BYTES_NPOS || dot == 0 || dot + 2 >= host.len || host.len - dot > 25)
        return false;
    uint8_t label[32];
    struct bytes tld = bytes_from(host, dot + 1);
    for (size_t i = 0; i < tld.len; i++)
        label[i] = ascii_lower(tld.at[i]);
    if (!ascii_is_alpha(label[0]) || !domain_is_suffix(bytes_of(label, tld.len)))
        return false;
    struct domain domain;
    return domain_parse(arena, host, &domain) && domain.valid;
}

/* A host around the dot at DOT, without a scheme. */
static bool bare_url(struct url_scan *scan, size_t dot, struct url_span *out)
{
    struct bytes t = scan->text;
    bool bracketed = is_defanged_dot(t, dot);
    size_t from = host_start(t, bracketed ? dot - 1 : dot, scan->at);
    size_t end = host_end(t, bracketed ? dot + 2 : dot, false);
    size_t next = end;
    while (end > from && (t.at[end - 1] == '.' || t.at[end - 1] == '-' || t.at[end - 1] == '_'))
        end--;
    scan->at = next > dot ? next : dot + 1;
    if (end <= from + 3 ||
        (from > 0 && (t.at[from - 1] == '@' || t.at[from - 1] == '=' || t.at[from - 1] == '%')) ||
        (end < t.len && t.at[end] == '@'))
        return false;
    struct bytes host = bytes_sub(t, from, end - from);
    bool defanged = host_is_defanged(host);
    struct bytes name = defanged ? refang(scan->arena, host) : host;
    size_t to = url_end(t, end);
    struct ip ip;
    bool is_address = ip_parse(scan->arena, name, &ip) && to > end && t.at[end] == '/';
    if (!is_address) {
        if (!is_known_host(scan->arena, name))
            return false;
        if (to == end && !bytes_starts_fold(name, BYTES("www.")) &&
            (is_run_together(name) || is_file_name(name)))
            return false;
    }
    return emit(scan, from, to, defanged, out);
}

bool url_scan_next(struct url_scan *scan, struct url_span *out)
{
    struct bytes t = scan->text;
    for (size_t i = scan->at; i < t.len;) {
        uint8_t c = t.at[i];
        if (c == ':' && i + 3 < t.len) {
            size_t slashes = t.at[i + 1] == ']' ? i + 2 : i + 1;
            if (slashes + 2 < t.len && t.at[slashes] == '/' && t.at[slashes + 1] == '/' &&
                scheme_url(scan, i, slashes + 2, out))
                return true;
        } else if (c == '.' && i > scan->at && i + 2 < t.len &&
                   ((ascii_is_alnum(t.at[i - 1]) && ascii_is_alnum(t.at[i + 1])) ||
                    is_defanged_dot(t, i))) {
            if (bare_url(scan, i, out))
                return true;
            i = scan->at;
            continue;
        }
        i++;
    }
    scan->at = t.len;
    return false;
}
