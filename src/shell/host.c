/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/host.h"

static const struct {
    const char *host; /* the end of the name */
    enum host_kind kind;
} hosts[] = {
    {"pastebin.com", HOST_PASTE},
    {"paste.ee", HOST_PASTE},
    {"ix.io", HOST_PASTE},
    {"termbin.com", HOST_PASTE},
    {"hastebin.com", HOST_PASTE},
    {"ghostbin.co", HOST_PASTE},
    {"rentry.co", HOST_PASTE},
    {"dpaste.com", HOST_PASTE},
    {"controlc.com", HOST_PASTE},
    {"paste.rs", HOST_PASTE},
    {"sprunge.us", HOST_PASTE},
    {"p.ip.fi", HOST_PASTE},
    {"gist.githubusercontent.com", HOST_PASTE},
    {"textbin.net", HOST_PASTE},
    {"pastecode.io", HOST_PASTE},
    {"transfer.sh", HOST_DROP},
    {"file.io", HOST_DROP},
    {"anonfiles.com", HOST_DROP},
    {"bashupload.com", HOST_DROP},
    {"filepush.co", HOST_DROP},
    {"oshi.at", HOST_DROP},
    {"0x0.st", HOST_DROP},
    {"gofile.io", HOST_DROP},
    {"api.telegram.org", HOST_DROP},
    {"iplogger.org", HOST_DROP},
    {"iplogger.com", HOST_DROP},
    {"webhook.site", HOST_DROP},
    {"requestbin.net", HOST_DROP},
    {"pipedream.net", HOST_DROP},
    {"ngrok.io", HOST_DROP},
    {"ngrok-free.app", HOST_DROP},
    {"interact.sh", HOST_DROP},
    {"oast.fun", HOST_DROP},
    {"oast.me", HOST_DROP},
    {"oastify.com", HOST_DROP},
    {"oast.pro", HOST_DROP},
    {"oast.live", HOST_DROP},
    {"oast.site", HOST_DROP},
    {"oast.online", HOST_DROP},
    {"burpcollaborator.net", HOST_DROP},
    {"requestcatcher.com", HOST_DROP},
    {"beeceptor.com", HOST_DROP},
    {"dnslog.cn", HOST_DROP},
    {"ceye.io", HOST_DROP},
    {"tmpfiles.org", HOST_DROP},
    {"trycloudflare.com", HOST_DROP},
    {"discordapp.com", HOST_DROP},
    {"catbox.moe", HOST_DROP},
    {"temp.sh", HOST_DROP},
    {"oast.today", HOST_DROP},
    {"oast.us", HOST_DROP},
    {"requestbin.com", HOST_DROP},
    {"canarytokens.com", HOST_DROP},
    {"webhook.cool", HOST_DROP},
    {"pixeldrain.com", HOST_DROP},
    {"ngrok.app", HOST_DROP},
    {"ngrok-free.dev", HOST_DROP},
    {"serveo.net", HOST_DROP},
    {"loca.lt", HOST_DROP},
    {"pastebin.pl", HOST_PASTE},
    {"rentry.org", HOST_PASTE},
    {"paste.c-net.org", HOST_PASTE},
    {"onion", HOST_TOR},
    {"tor2web.in", HOST_TOR},
    {"tor2web.io", HOST_TOR},
    {"tor2web.su", HOST_TOR},
    {"tor2web.me", HOST_TOR},
    {"onion.ws", HOST_TOR},
    {"onion.ly", HOST_TOR},
    {"onion.pet", HOST_TOR},
    {"onion.to", HOST_TOR},
    {"onion.sh", HOST_TOR},
    {"tor2socks.in", HOST_TOR},
    {"onion.glass", HOST_TOR},
    {"onion.in.net", HOST_TOR},
    {"onion.mn", HOST_TOR},
    {"onion.com.de", HOST_TOR},
    {"googleapis.com", HOST_KNOWN},
    {"npmjs.org", HOST_KNOWN},
    {"pypi.org", HOST_KNOWN},
    {"rubygems.org", HOST_KNOWN},
    {"crates.io", HOST_KNOWN},
    {"aliyun.com", HOST_KNOWN},
    {"tencentyun.com", HOST_KNOWN},
    {"amazonaws.com", HOST_KNOWN},
    {"azure.com", HOST_KNOWN},
    {"windows.net", HOST_KNOWN},
    {"microsoft.com", HOST_KNOWN},
    {"docker.com", HOST_KNOWN},
    {"docker.io", HOST_KNOWN},
    {"debian.org", HOST_KNOWN},
    {"ubuntu.com", HOST_KNOWN},
    {"fedoraproject.org", HOST_KNOWN},
    {"centos.org", HOST_KNOWN},
    {"alpinelinux.org", HOST_KNOWN},
    {"rustup.rs", HOST_KNOWN},
    {"rvm.io", HOST_KNOWN},
    {"k3s.io", HOST_KNOWN},
    {"k8s.io", HOST_KNOWN},
    {"nodesource.com", HOST_KNOWN},
    {"kubernetes.default", HOST_KNOWN},
    {"kubernetes.default.svc", HOST_KNOWN},
    {"kernel.org", HOST_KNOWN},
    {"gnu.org", HOST_KNOWN},
    {"python.org", HOST_KNOWN},
    {"pypa.io", HOST_KNOWN},
    {"npmjs.com", HOST_KNOWN},
    {"golang.org", HOST_KNOWN},
    {"helm.sh", HOST_KNOWN},
    {"brew.sh", HOST_KNOWN},
    {"codecov.io", HOST_KNOWN},
    {"deno.land", HOST_KNOWN},
    {"hashicorp.com", HOST_KNOWN},
    {"redhat.com", HOST_KNOWN},
};

bool host_is_ipv4(struct bytes text)
{
    struct bytes rest = text, part;
    int parts = 0;
    int64_t n;
    if (text.len < 7 || text.len > 15)
        return false;
    while (bytes_next_field(&rest, '.', &part)) {
        if (part.len == 0 || !ascii_is_digit(part.at[0]) || !bytes_to_int(part, 0, 255, &n))
            return false;
        parts++;
    }
    return parts == 4;
}

static bool is_private_ipv4(struct bytes host)
{
    if (bytes_starts(host, BYTES("10.")) || bytes_starts(host, BYTES("192.168.")))
        return true;
    int64_t second = 0;
    size_t dot = bytes_find_byte(host, '.', 4);
    return bytes_starts(host, BYTES("172.")) && dot != BYTES_NPOS &&
           bytes_to_int(bytes_sub(host, 4, dot - 4), 0, 255, &second) && second >= 16 &&
           second <= 31;
}

static enum host_kind address_kind(struct bytes host)
{
    if (bytes_starts(host, BYTES("127.")) || bytes_starts(host, BYTES("0.0.0.0")))
        return HOST_LOCAL;
    if (bytes_starts(host, BYTES("169.254.")) || bytes_equal(host, BYTES("100.100.100.200")))
        return HOST_METADATA;
    return is_private_ipv4(host) ? HOST_PRIVATE : HOST_ADDRESS;
}

/* Whether HOST is NAME or below it. */
static bool host_below(struct bytes host, struct bytes name)
{
    return bytes_ends_fold(host, name) &&
           (host.len == name.len || host.at[host.len - name.len - 1] == '.');
}

/* An address written as one number (decimal, hex): only meant to hide it. */
static bool is_number_host(struct bytes host)
{
    int64_t n;
    if (host.len > 2 && host.at[0] == '0' && ascii_lower(host.at[1]) == 'x') {
        for (size_t i = 2; i < host.len; i++)
            if (ascii_hex(host.at[i]) < 0)
                return false;
        return host.len == 10;
    }
    return host.len >= 8 && bytes_to_int(host, 0x01000000, 0xFFFFFFFF, &n);
}

enum host_kind host_kind_of(struct bytes host)
{
    if (host.len == 0)
        return HOST_NONE;
    if (memchr(host.at, 0, host.len) != NULL || memchr(host.at, '$', host.len) != NULL)
        return HOST_UNKNOWN;
    if (host_is_ipv4(host))
        return address_kind(host);
    if (is_number_host(host))
        return HOST_ADDRESS;
    if (host.at[0] == '[')
        return bytes_equal(host, BYTES("[::1]"))             ? HOST_LOCAL
               : bytes_starts_fold(host, BYTES("[fd00:ec2")) ? HOST_METADATA
                                                             : HOST_ADDRESS;
    if (bytes_equal(host, BYTES("localhost")) || bytes_find_byte(host, '.', 0) == BYTES_NPOS)
        return HOST_LOCAL;
    if (bytes_equal_fold(host, BYTES("metadata.google.internal")))
        return HOST_METADATA;
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++)
        if (host_below(host, bytes_of_string(hosts[i].host)))
            return hosts[i].kind;
    return HOST_NAME;
}

static bool host_byte(uint8_t c)
{
    return ascii_is_alnum(c) || c == '.' || c == '-' || c == '_' || c == 0 || c == '$' ||
           c == '{' || c == '}';
}

bool host_url_parse(struct bytes text, struct host_url *out)
{
    *out = (struct host_url){0};
    size_t scheme = bytes_find(bytes_sub(text, 0, 16), BYTES("://"), 0);
    if (scheme != BYTES_NPOS) {
        out->scheme = bytes_sub(text, 0, scheme);
        text = bytes_from(text, scheme + 3);
    } else if (bytes_starts(text, BYTES("//"))) {
        text = bytes_from(text, 2);
    }
    size_t end = 0, part = 0, login = BYTES_NPOS; /* user:password@ */
    int braces = 0;
    for (; out->scheme.len > 0 && part < text.len && strchr("/?#\"' ", text.at[part]) == NULL; part++)
        login = text.at[part] == '@' ? part : login;
    if (login != BYTES_NPOS)
        text = bytes_from(text, login + 1);
    if (text.len > 0 && text.at[0] == '[')
        end = bytes_find_byte(text, ']', 0) == BYTES_NPOS ? 0 : bytes_find_byte(text, ']', 0) + 1;
    for (; end < text.len; end++) { /* ${name} and $(name) belong to the host as a whole */
        uint8_t c = text.at[end];
        braces += (c == '{' || c == '(') - (braces > 0 && (c == '}' || c == ')'));
        if (braces == 0 && !host_byte(c) && c != '@' && c != ')')
            break;
    }
    struct bytes authority = bytes_sub(text, 0, end);
    size_t at_sign = bytes_find_last_byte(authority, '@');
    out->host = at_sign == BYTES_NPOS ? authority : bytes_from(authority, at_sign + 1);
    text = bytes_from(text, end);
    if (text.len > 0 && text.at[0] == ':') {
        size_t digits = 1;
        while (digits < text.len &&
               (host_byte(text.at[digits]) && text.at[digits] != '.'))
            digits++;
        out->port = bytes_sub(text, 1, digits - 1);
        text = bytes_from(text, digits);
    }
    out->path = text;
    if (text.len > 0 && text.at[0] != '/' && text.at[0] != '?' && text.at[0] != '#' &&
        text.at[0] != 0)
        return false;
    return out->host.len > 0 &&
           (scheme != BYTES_NPOS || bytes_find_byte(out->host, '.', 0) != BYTES_NPOS ||
            out->path.len > 0);
}

bool host_url_next(struct bytes text, size_t *at, struct bytes *url_out)
{
    for (;;) {
        size_t mark = bytes_find(text, BYTES("://"), *at);
        if (mark == BYTES_NPOS)
            return false;
        size_t start = mark;
        while (start > *at && ascii_is_alpha(text.at[start - 1]) && mark - start < 6)
            start--;
        size_t end = mark + 3;
        while (end < text.len && text.at[end] > ' ' &&
               strchr("\"'`<>|;)\\,]", text.at[end]) == NULL)
            end++;
        *at = end > mark + 3 ? end : mark + 3;
        *url_out = bytes_sub(text, start, end - start);
        if (mark > start && end > mark + 6)
            return true;
    }
}

bool host_is_catcher(struct bytes url)
{
    static const char *const catchers[] = {"oast", "interact.sh", "burpcollaborator.net", "dnslog.cn", "ceye.io",
                                           "pipedream.net", "requestbin", "webhook.site", "requestcatcher.com",
                                           "beeceptor.com", "canarytokens.com", "webhook.cool"};
    struct host_url parts;
    if (!host_url_parse(url, &parts) || host_kind_of(parts.host) != HOST_DROP)
        return false;
    for (size_t i = 0; i < sizeof catchers / sizeof catchers[0]; i++)
        if (bytes_find(parts.host, bytes_of_string(catchers[i]), 0) != BYTES_NPOS)
            return true;
    return false;
}

/* "/raw/4hT9aXbQ": what paste sites, whoever keeps them, serve without a frame. */
static bool is_paste_path(struct bytes path)
{
    if (!bytes_starts(path, BYTES("/raw/")) || path.len < 11 || path.len > 17)
        return false;
    for (size_t i = 5; i < path.len; i++)
        if (!ascii_is_alnum(path.at[i]))
            return false;
    return true;
}

enum host_kind host_kind_of_url(const struct host_url *url)
{
    enum host_kind kind = host_kind_of(url->host);
    if (kind != HOST_NAME)
        return kind;
    bool hook = bytes_starts(url->path, BYTES("/api/webhooks/")) &&
                bytes_find(url->host, BYTES("discord"), 0) != BYTES_NPOS;
    return hook                        ? HOST_DROP
           : is_paste_path(url->path) ? HOST_PASTE
                                       : kind;
}
