/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/rewrite.h"

#include "tap.h"

static const struct {
    const char *url, *encoder, *target;
} rows[] = {
    {"https://eur01.safelinks.protection.outlook.com/"
     "?url=https%3A%2F%2Fexample.test%2Fa%3Fb%3D1&data=05",
     "azure_safelink", "https://example.test/a?b=1"},
    {"https://urldefense.proofpoint.com/v1/url?u=http://example.test/x&k=1", "proofpoint",
     "http://example.test/x"},
    {"https://urldefense.proofpoint.com/v2/url?u=https-3A__example.test_a-5Fb-3Fc-3Dd&d=DwM",
     "proofpoint", "https://example.test/a_b?c=d"},
    {"https://urldefense.com/v3/__https://example.test/?a=b*c__;Iw!!abc!def$", "proofpoint",
     "https://example.test/?a=b#c"},
    {"https://urldefense.com/v3/__https:/example.test/__;!!abc$", "proofpoint",
     "https://example.test/"},
    {"https://linkprotect.cudasvc.com/url?a=https%3a%2f%2fexample.test%2f&c=E,1", "barracuda",
     "https://example.test/"},
    {"https://protect-us.mimecast.com/s/abcd?domain=example.com", "mimecast", "http://example.com"},
    {"https://secure-web.cisco.com/1abc/https%3A%2F%2Fexample.test%2Fp", "cisco",
     "https://example.test/p"},
    {"https://us-west-2.protection.sophos.com/"
     "?d=example.test&u=aHR0cHM6Ly9leGFtcGxlLnRlc3QvcQ==&i=1",
     "sophos", "https://example.test/q"},
    {"https://www.google.co.jp/url?sa=t&q=https://example.test/z&usg=1", "google_open_redirect",
     "https://example.test/z"},
    {"https://www.google.com/amp/s/example.com/login", "google_open_redirect",
     "https://example.com/login"},
    {"https://www-my--site-com.translate.goog/x?_x_tr_sl=en", "google_translate_open_redirect",
     "https://www.my-site.com/x?_x_tr_sl=en"},
    {"https://www.bing.com/ck/a?!&&p=1&u=a1aHR0cHM6Ly9leGFtcGxlLnRlc3Qv&ntb=1",
     "bing_open_redirect", "https://example.test/"},
    {"https://l.facebook.com/l.php?u=https%3A%2F%2Fexample.test%2F&h=AT", "facebook_open_redirect",
     "https://example.test/"},
    {"https://www.linkedin.com/safety/go?url=https%3A%2F%2Fexample.test", "linkedin_open_redirect",
     "https://example.test"},
    {"https://www.youtube.com/redirect?event=x&q=https%3A%2F%2Fexample.test",
     "youtube_open_redirect", "https://example.test"},
    {"https://slack-redir.net/link?url=https%3A%2F%2Fexample.test", "slack",
     "https://example.test"},
    {"https://url.avanan.click/v2/___https://example.test/a___.YXAz", "avanan",
     "https://example.test/a"},
    {"https://href.li/?https://example.test/", "href_li", "https://example.test/"},
    {"https://mail.example.com/fmlurlsvc/?fewReq=x&url=https%3a%2f%2fexample.test", "fortinet",
     "https://example.test"},
    {"https://deref-mail.com/mail/client/abc/dereferrer/?redirectUrl=https%3A%2F%2Fexample.test",
     "deref_mail", "https://example.test"},
    {"https://trackingservice.monday.com/tracker/"
     "link?token=e30.eyJvcmlnaW5hbFVybCI6Imh0dHBzOi8vZXhhbXBsZS50ZXN0LyJ9.x",
     "monday_tracker", "https://example.test/"},
    {"https://r.search.yahoo.com/_ylt=A/RU=https%3a%2f%2fexample.test%2f/RK=2/RS=x",
     "yahoo_open_redirect", "https://example.test/"},
};

static const char *const plain[] = {
    "https://example.com/url?q=https://example.test",
    "https://www.google.com/search?q=https",
    "https://www.google.com/url?q=hello",
    "https://evilgoogle.com/url?q=https://example.test",
    "https://urldefense.com/v3/__nothing",
    "https://safelinks.protection.outlook.com.evil.test/?url=https://a.test"};

int main(void)
{
    struct arena *arena = arena_new(NULL);
    struct url url;
    struct rewrite rewrite;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool read = url_parse(arena, bytes_of_string(rows[i].url), &url);
        if (!tap_ok(read && rewrite_unwrap(arena, &url, &rewrite), "%s row %zu", rows[i].encoder,
                    i))
            continue;
        tap_string(bytes_of_string(rewrite.encoder[0]), rows[i].encoder, "its encoder");
        tap_string(url.url, rows[i].target, "its target");
        tap_string(rewrite.original, rows[i].url, "what stood there");
    }
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        tap_ok(url_parse(arena, bytes_of_string(plain[i]), &url) &&
                   !rewrite_unwrap(arena, &url, &rewrite),
               "left alone: %s", plain[i]);
    const char *nested = "https://eur01.safelinks.protection.outlook.com/"
                         "?url=https%3A%2F%2Fwww.google.com%2Furl%3Fq%3D"
                         "https%253A%252F%252Fexample.test%252F";
    tap_ok(url_parse(arena, bytes_of_string(nested), &url) && rewrite_unwrap(arena, &url, &rewrite),
           "nested");
    tap_int(rewrite.count, 2, "two layers");
    tap_string(url.url, "https://example.test/", "the innermost");
    return tap_end();
}
