/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/url.h"

#include "observe/urlscan.h"
#include "tap.h"

static const struct {
    const char *text, *scheme, *username, *password, *host, *path, *query, *fragment, *ip;
    int port;
} rows[] = {
    {"https://example.com", "https", NULL, NULL, "example.com", NULL, NULL, NULL, NULL, 443},
    {"  HTTP://Example.COM/Path?a=1#f ", "http", NULL, NULL, "example.com", "/Path", "a=1", "f",
     NULL, 80},
    {"example.com/x", "http", NULL, NULL, "example.com", "/x", NULL, NULL, NULL, 80},
    {"example.com:8080/x", "http", NULL, NULL, "example.com", "/x", NULL, NULL, NULL, 8080},
    {"//example.com/x", "http", NULL, NULL, "example.com", "/x", NULL, NULL, NULL, 80},
    {"https:\\\\example.com\\a\\b", "https", NULL, NULL, "example.com", "\\a\\b", NULL, NULL, NULL,
     443},
    {"https:/example.com/", "https", NULL, NULL, "example.com", "/", NULL, NULL, NULL, 443},
    {"https:example.com", "https", NULL, NULL, "example.com", NULL, NULL, NULL, NULL, 443},
    {"https:////example.com", "https", NULL, NULL, "example.com", NULL, NULL, NULL, NULL, 443},
    {"ht\ntps://exam\tple.com/", "https", NULL, NULL, "example.com", "/", NULL, NULL, NULL, 443},
    {"https://www.bank.test@evil.test/", "https", "www.bank.test", NULL, "evil.test", "/", NULL,
     NULL, NULL, 443},
    {"https://a:b@c@evil.test", "https", "a", "b@c", "evil.test", NULL, NULL, NULL, NULL, 443},
    {"https://bank.test\\@evil.test", "https", NULL, NULL, "bank.test", "\\@evil.test", NULL, NULL,
     NULL, 443},
    {"http://%65vil.test/", "http", NULL, NULL, "evil.test", "/", NULL, NULL, NULL, 80},
    {"http://ev\xC2\xAD"
     "il.com/",
     "http", NULL, NULL, "evil.com", "/", NULL, NULL, NULL, 80},
    {"http://3221225985/", "http", NULL, NULL, "3221225985", "/", NULL, NULL, "192.0.2.1", 80},
    {"http://0300.0.02.1/", "http", NULL, NULL, "0300.0.02.1", "/", NULL, NULL, "192.0.2.1", 80},
    {"http://0xC0000201/", "http", NULL, NULL, "0xc0000201", "/", NULL, NULL, "192.0.2.1", 80},
    {"http://192.513/", "http", NULL, NULL, "192.513", "/", NULL, NULL, "192.0.2.1", 80},
    {"http://[::FFFF:192.0.2.1]:81/", "http", NULL, NULL, "[::FFFF:192.0.2.1]", "/", NULL, NULL,
     "::ffff:192.0.2.1", 81},
    {"mailto:a@example.com?subject=x", "mailto", NULL, NULL, NULL, "a@example.com", "subject=x",
     NULL, NULL, 0},
    {"https://example.com/?#", "https", NULL, NULL, "example.com", "/", NULL, NULL, NULL, 443},
};

static const char *const refused[] = {"",
                                      "https://",
                                      "http://a b/",
                                      "http://exa<mple.com/",
                                      "/relative",
                                      "http://example.com:99999/",
                                      "http://[::1",
                                      "http://%00.com/"};

static const struct {
    const char *text;
    const char *found[4];
} scans[] = {
    {"see https://example.com/a(b)c, and www.example.org.",
     {"https://example.com/a(b)c", "www.example.org"}},
    {"(http://example.com/x) <https://a.test/>", {"http://example.com/x", "https://a.test/"}},
    {"mail me@example.com or visit example.com/path?x=1!", {"example.com/path?x=1"}},
    {"It ended here.Next sentence. account.Click now. invoice.pdf e.g. 1.2.3", {0}},
    {"Open invoice.zip, clip.mov or setup.sh, run tool.py", {0}},
    {"hxxps://example[.]com/x and example(.)org", {"hxxps://example[.]com/x", "example(.)org"}},
    {"\xE8\xA9\xB3\xE7\xB4\xB0https://example.jp/a\xE3\x82\x92\xE8\xA6\x8B",
     {"https://example.jp/a"}},
    {"https://example.jp\xE3\x82\x92", {"https://example.jp"}},
    {"http://192.0.2.1/x 192.0.2.7/y 192.0.2.9", {"http://192.0.2.1/x", "192.0.2.7/y"}},
    {"http://[2001:db8::1]:80/x", {"http://[2001:db8::1]:80/x"}},
    {"http://2130706433/", {"http://2130706433/"}},
    {"https://user@example.com:8443/x", {"https://user@example.com:8443/x"}},
    {"go://example.com://x http:// https://. ...www.. a.b.c.d", {"//example.com"}},
};

static void test_scan(struct arena *arena)
{
    for (size_t i = 0; i < sizeof scans / sizeof scans[0]; i++) {
        struct url_scan scan = url_scan_begin(arena, bytes_of_string(scans[i].text));
        struct url_span span;
        size_t n = 0;
        if (i + 1 == sizeof scans / sizeof scans[0]) { /* nonsense: only that it ends */
            while (url_scan_next(&scan, &span))
                n++;
            tap_ok(n < 4, "nonsense ends");
            continue;
        }
        for (; scans[i].found[n] != NULL; n++) {
            bool found = url_scan_next(&scan, &span);
            tap_string(found ? span.text : BYTES_NONE, scans[i].found[n], scans[i].text);
        }
        tap_ok(!url_scan_next(&scan, &span), "and no more in %s", scans[i].text);
    }
    struct url_scan scan = url_scan_begin(arena, BYTES("hxxp://example[.]com/a[.]b"));
    struct url_span span;
    tap_ok(url_scan_next(&scan, &span) && span.defanged, "defanged");
    tap_string(span.target, "http://example.com/a.b", "refanged");
}

int main(void)
{
    struct arena *arena = arena_new(NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct url url;
        if (!tap_ok(url_parse(arena, bytes_of_string(rows[i].text), &url), "row %zu is a URL", i))
            continue;
        tap_string(url.scheme, rows[i].scheme, "scheme");
        tap_string(url.username, rows[i].username, "user");
        tap_string(url.password, rows[i].password, "password");
        tap_string(url.host, rows[i].host, "host");
        tap_string(url.path, rows[i].path, "path");
        tap_string(url.query, rows[i].query, "query");
        tap_string(url.fragment, rows[i].fragment, "fragment");
        tap_int(url.port, rows[i].port, "port");
        tap_string(url.is_ip ? url.ip.text : BYTES_NONE, rows[i].ip, "address");
    }
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        struct url url;
        tap_ok(!url_parse(arena, bytes_of_string(refused[i]), &url), "refused: '%s'", refused[i]);
    }
    struct ip ip;
    tap_ok(ip_parse_host(arena, BYTES("0300.0.2.1"), &ip) && ip.encoders == IP_OCTAL,
           "octal is named");
    tap_ok(ip_parse_host(arena, BYTES("3221225985"), &ip) && ip.encoders == IP_DECIMAL_INTEGER,
           "integer is named");
    tap_ok(!ip_parse_host(arena, BYTES("256.0.0.1"), &ip), "256 is no part");
    tap_ok(!ip_parse_host(arena, BYTES("1.2.3.4.5"), &ip), "five parts are none");
    tap_string(url_parameter(arena, BYTES("a=1&b=x%20y+z"), BYTES("B")), "x y z", "parameter");
    test_scan(arena);
    return tap_end();
}
