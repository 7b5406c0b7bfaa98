/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/domain.h"

#include "tap.h"

static const struct {
    const char *host, *domain, *root, *sld, *subdomain, *tld, *punycode;
    bool valid;
} rows[] = {
    {"www.example.com", "www.example.com", "example.com", "example", "www", "com", NULL, true},
    {"EXAMPLE.Com.", "example.com", "example.com", "example", NULL, "com", NULL, true},
    {"a.b.example.co.jp", "a.b.example.co.jp", "example.co.jp", "example", "a.b", "co.jp", NULL,
     true},
    {"shop.blogspot.com", "shop.blogspot.com", "blogspot.com", "blogspot", "shop", "com", NULL,
     true},
    {"x.city.kawasaki.jp", "x.city.kawasaki.jp", "city.kawasaki.jp", "city", "x", "kawasaki.jp",
     NULL, true},
    {"a.b.foo.kawasaki.jp", "a.b.foo.kawasaki.jp", "b.foo.kawasaki.jp", "b", "a", "foo.kawasaki.jp",
     NULL, true},
    {"co.jp", "co.jp", NULL, NULL, NULL, "co.jp", NULL, false},
    {"win-bar", "win-bar", NULL, NULL, NULL, NULL, NULL, false},
    {"mail.corp.internal", "mail.corp.internal", "corp.internal", "corp", "mail", "internal", NULL,
     false},
    {"xn--bcher-kva.example.de", "xn--bcher-kva.example.de", "example.de", "example",
     "xn--bcher-kva", "de",
     "b\xC3\xBC"
     "cher.example.de",
     true},
    {"b\xC3\xBC"
     "cher.de",
     "xn--bcher-kva.de", "xn--bcher-kva.de", "xn--bcher-kva", NULL, "de",
     "b\xC3\xBC"
     "cher.de",
     true},
    {"example\xE3\x80\x82"
     "com",
     "example.com", "example.com", "example", NULL, "com", NULL, true},
    {"\xEF\xBD\x85xample.com", "example.com", "example.com", "example", NULL, "com", NULL, true},
    {"-..example.com", "-..example.com", "example.com", "example", "-.", "com", NULL, false},
};

int main(void)
{
    struct arena *arena = arena_new(NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct domain d;
        if (!tap_ok(domain_parse(arena, bytes_of_string(rows[i].host), &d), "%s is read",
                    rows[i].host))
            continue;
        tap_string(d.domain, rows[i].domain, "domain");
        tap_string(d.root_domain, rows[i].root, "root domain");
        tap_string(d.sld, rows[i].sld, "second level");
        tap_string(d.subdomain, rows[i].subdomain, "subdomain");
        tap_string(d.tld, rows[i].tld, "suffix");
        tap_string(d.punycode, rows[i].punycode, "Unicode form");
        tap_ok(d.valid == rows[i].valid, "valid");
    }
    struct domain d;
    tap_ok(!domain_parse(arena, BYTES(""), &d), "nothing is no name");
    tap_ok(!domain_parse(arena, BYTES("a b.com"), &d), "a space is in no name");
    tap_ok(!domain_parse(arena, BYTES("user@example.com"), &d), "an address is no name");
    return tap_end();
}
