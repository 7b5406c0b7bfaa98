/* SPDX-License-Identifier: Apache-2.0 */
#include "group/normalise.h"

#include "base/civil.h"
#include "observe/domain.h"
#include "observe/idn.h"

#define HOST_BYTES_MAX 253u

struct bytes normalise_refang(struct arena *arena, struct bytes text)
{
    bool marks = bytes_starts_fold(text, BYTES("hxx")) || bytes_starts_fold(text, BYTES("fxp"));
    for (size_t i = 0; i < text.len && !marks; i++)
        marks = text.at[i] == '[' || text.at[i] == '{' || text.at[i] == '(';
    if (!marks)
        return text;
    static const struct {
        const char *from, *to;
    } undo[] = {{"[.]", "."},   {"(.)", "."},   {"{.}", "."}, {"[dot]", "."},
                {"(dot)", "."}, {"{dot}", "."}, {"[:]", ":"}, {"[://]", "://"},
                {"[/]", "/"},   {"[.", "."},    {".]", "."},  {"[:", ":"}};
    struct text out;
    text_init(&out, arena, 0);
    for (size_t i = 0; i < text.len;) {
        size_t rule = 0, rules = sizeof undo / sizeof undo[0];
        while (rule < rules &&
               !bytes_starts_fold(bytes_from(text, i), bytes_of_string(undo[rule].from)))
            rule++;
        if (rule < rules) {
            text_add_string(&out, undo[rule].to);
            i += strlen(undo[rule].from);
        } else {
            text_add_byte(&out, text.at[i++]);
        }
    }
    struct bytes b = text_bytes(&out);
    if (bytes_starts_fold(b, BYTES("hxxp")))
        b = arena_printf(arena, "http%.*s", BYTES_FMT(bytes_from(b, 4)));
    return b;
}

/* Past a scheme, whole or broken: letters, a colon, any slashes. */
static size_t scheme_end(struct bytes text, bool *https_out)
{
    size_t i = 0;
    while (i < text.len && ascii_is_alpha(text.at[i]))
        i++;
    if (i < text.len && text.at[i] == ':' && i + 1 < text.len &&
        (text.at[i + 1] == '/' || text.at[i + 1] == '\\')) {
        *https_out = i > 0 && ascii_lower(text.at[i - 1]) == 's';
        i++;
    } else {
        i = 0;
    }
    while (i < text.len && (text.at[i] == '/' || text.at[i] == '\\'))
        i++;
    return i;
}

/* The host in lower case into OUT[HOST_BYTES_MAX + 1]; 0 where it is none. */
static size_t host_plain(struct bytes host, uint8_t *out, bool *odd_out)
{
    size_t len = 0;
    bool dot = false;
    while (host.len > 0 && host.at[host.len - 1] == '.')
        host.len--;
    if (host.len == 0 || host.len > HOST_BYTES_MAX)
        return 0;
    for (size_t i = 0; i < host.len; i++) {
        uint8_t c = ascii_lower(host.at[i]);
        if (c >= 0x80 || c == '%')
            *odd_out = true;
        else if (!ascii_is_alnum(c) && c != '-' && c != '.' && c != '_')
            return 0;
        dot |= c == '.';
        if (c == '.' && (len == 0 || out[len - 1] == '.'))
            return 0;
        out[len++] = c;
    }
    return dot || *odd_out ? len : 0;
}

static bool is_ipv4(struct bytes host)
{
    uint32_t fields = 0;
    for (struct bytes field; bytes_next_field(&host, '.', &field); fields++) {
        int64_t number;
        if (!bytes_to_int(field, 0, 255, &number))
            return false;
    }
    return fields == 4;
}

/* Length of the public part at the end of HOST: a zone of ours, else by the list. */
static size_t suffix_length(struct feed *feed, struct bytes host, uint8_t *flags)
{
    size_t dots[4], n = 0;
    for (size_t i = host.len; i-- > 0 && n < 4;)
        if (host.at[i] == '.')
            dots[n++] = i;
    for (size_t k = n; k-- > 1;) { /* a zone has at least two labels and something in front */
        void *zone = table_get(feed->zone, bytes_from(host, dots[k] + 1));
        if (zone != NULL) {
            *flags |= (uint8_t)(uintptr_t)zone;
            return host.len - dots[k] - 1;
        }
    }
    if (n >= 2 && domain_is_suffix(bytes_from(host, dots[1] + 1))) {
        if (n >= 3 && host.len - dots[2] < 64 && domain_is_suffix(bytes_from(host, dots[2] + 1)))
            return host.len - dots[2] - 1;
        return host.len - dots[1] - 1;
    }
    return n > 0 ? host.len - dots[0] - 1 : 0;
}

static void split_host(struct feed *feed, struct feed_site *site)
{
    struct bytes host = site->host;
    if (is_ipv4(host)) {
        site->flags |= SITE_IP;
        site->label_len = (uint8_t)host.len;
        site->registered = site->hash;
        return;
    }
    size_t suffix = suffix_length(feed, host, &site->flags);
    size_t end = host.len - suffix - 1;
    size_t dot = bytes_find_last_byte(bytes_sub(host, 0, end), '.');
    size_t label = dot == BYTES_NPOS ? 0 : dot + 1;
    site->label_at = (uint8_t)label;
    site->label_len = (uint8_t)(end - label);
    site->sub_len = (uint8_t)(dot == BYTES_NPOS ? 0 : dot);
    site->registered = bytes_hash(feed_site_registered(site));
    if (feed->brands != NULL && brand_of_domain(feed->brands, feed_site_registered(site)) != NULL)
        site->flags |= SITE_GENUINE;
}

bool normalise_url(struct feed *feed, struct bytes text, struct feed_site *site)
{
    bool https = false, odd = false;
    text = normalise_refang(feed->arena, bytes_trim(text));
    size_t at = scheme_end(text, &https), end = at;
    while (end < text.len && text.at[end] != '/' && text.at[end] != '?' && text.at[end] != '#' &&
           text.at[end] != '\\')
        end++;
    struct bytes host = bytes_sub(text, at, end - at);
    size_t user = bytes_find_last_byte(host, '@');
    if (user != BYTES_NPOS) {
        site->flags |= SITE_USERINFO;
        host = bytes_from(host, user + 1);
    }
    size_t port = bytes_find_last_byte(host, ':');
    if (port != BYTES_NPOS)
        host = bytes_sub(host, 0, port);
    uint8_t plain[HOST_BYTES_MAX + 1];
    size_t len = host_plain(host, plain, &odd);
    if (len == 0)
        return false;
    bool as_written = !odd && len == host.len && memcmp(host.at, plain, len) == 0;
    site->host = as_written ? host : arena_copy(feed->arena, bytes_of(plain, len));
    if (odd && (!idn_to_ascii(feed->arena, host, &site->host) || site->host.len > HOST_BYTES_MAX ||
                bytes_find_byte(site->host, '.', 0) == BYTES_NPOS))
        return false;
    site->url = text;
    site->path_at = (uint8_t)(end >= text.len ? 0 : end < 255 ? end : 255);
    site->flags |= https ? SITE_HTTPS : 0;
    if (end >= text.len || (text.at[end] == '/' && end + 1 == text.len))
        site->flags |= SITE_ROOT;
    site->hash = bytes_hash(site->host);
    split_host(feed, site);
    return true;
}

uint32_t normalise_minute(struct bytes text)
{
    int64_t number[6] = {0};
    uint32_t fields = 0;
    size_t digits = 0;
    text = bytes_trim(text);
    for (size_t i = 0; i < text.len && i < 32; i++) {
        if (ascii_is_digit(text.at[i])) {
            if (digits++ == 0 && fields++ == 6)
                return 0;
            if (digits > 13)
                return 0;
            number[fields - 1] = number[fields - 1] * 10 + (text.at[i] - '0');
        } else if (fields == 0 || (text.at[i] == '.' && fields == 6)) {
            break;
        } else {
            digits = 0;
        }
    }
    if (fields == 1 && number[0] >= 100000000)
        return (uint32_t)(number[0] / (number[0] >= INT64_C(100000000000) ? 60000 : 60));
    if (fields < 3 || number[0] < 1990 || number[0] > 2200 || number[1] < 1 || number[1] > 12 ||
        number[2] < 1 || number[2] > 31)
        return 0;
    return (uint32_t)(civil_days(number[0], (int)number[1], (int)number[2]) * 1440 +
                      number[3] % 24 * 60 + number[4] % 60);
}
