/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/brand.h"

#include "base/text.h"
#include "tap.h"

#include <talloc.h>

int main(void)
{
    struct bytes aliases[][2] = {{BYTES("MSFT Account"), BYTES("Office 365")},
                                 {BYTES("三井住友"), BYTES("SMBC")},
                                 {BYTES("office"), BYTES("Pay Pal")}};
    struct bytes domains[][1] = {
        {BYTES("microsoft.com")}, {BYTES("smbc.co.jp")}, {BYTES("paypal.com")}};
    const struct brand brands[] = {
        {BYTES("Microsoft"), aliases[0], 2, domains[0], 1},
        {BYTES("三井住友銀行"), aliases[1], 2, domains[1], 1},
        {BYTES("PayPal"), aliases[2], 2, domains[2], 1},
    };
    static const struct {
        const char *text;
        int brand[3]; /* how often each is named */
    } rows[] = {
        {"Your Microsoft account", {1, 0, 0}},
        {"MICROSOFT, microsoft and MicroSoft!", {3, 0, 0}},
        {"notmicrosoft microsofts", {0, 0, 0}},
        {"Your Office 365 plan", {1, 0, 1}},
        {"三井住友銀行からのお知らせ", {0, 2, 0}},
        {"Ｍｉｃｒｏｓｏｆｔの", {1, 0, 0}},
        {"Pay\xE2\x80\x8BPal and Pay\nPal", {0, 0, 2}},
        {"(smbc)", {0, 1, 0}},
        {"\xE2\x80\x8BSMBC\xE2\x80\x8B", {0, 1, 0}},
        {"\xEF\xBC\xB3mbc ｏffice", {0, 1, 1}},
        {"at Office\xC2\xA0" "365", {1, 0, 1}},
        {"SMB", {0, 0, 0}},
        {"", {0, 0, 0}},
    };
    void *parent = talloc_new(NULL);
    struct arena *arena = arena_new(parent);
    struct brand_index *index = brand_index_new(parent, brands, 3);
    struct brand_mention *mention;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bytes text = bytes_of_string(rows[i].text);
        uint32_t count = brand_find(index, arena, text, &mention);
        int seen[3] = {0};
        size_t at;
        bool inside = true;
        for (uint32_t j = 0; j < count; j++) {
            seen[mention[j].brand - brands] = (int)mention[j].count;
            inside = inside && bytes_inside(text, mention[j].text, &at);
        }
        tap_ok(memcmp(seen, rows[i].brand, sizeof seen) == 0 && inside, "%s", rows[i].text);
    }
    brand_find(index, arena, BYTES("Hi, Pay\xE2\x80\x8BPal!"), &mention);
    tap_string(mention[0].text, "Pay\xE2\x80\x8BPal", "the mention as written");
    tap_int(brand_find(index, arena, BYTES("\xE2\x80\x8BOffice 365, smbc"), &mention), 3, "three named");
    tap_ok(mention[0].brand == &brands[2] && mention[1].brand == &brands[0] &&
               mention[2].brand == &brands[1],
           "in the order in which they end");
    tap_string(mention[1].text, "Office 365", "what stands before a name is no part of it");
    tap_ok(brand_of_domain(index, BYTES("login.Microsoft.com")) == &brands[0],
           "a host of the brand");
    tap_ok(brand_of_domain(index, BYTES("microsoft.com.evil.test")) == NULL,
           "a host that only looks like it");
    tap_ok(brand_of_domain(index, BYTES("mail.microsoft.co.jp")) == NULL &&
               brand_of_domain(index, BYTES("microsoft.de")) == NULL &&
               brand_of_domain(index, BYTES("microsoft.co.zz")) == NULL,
           "the same name below a national suffix is anybody's");
    tap_ok(brand_of_domain(index, BYTES("microsoft.top")) == NULL, "below another suffix");
    tap_ok(brand_of_domain(index, BYTES("microsoft.jp.evil.test")) == NULL,
           "a national suffix in the middle");
    struct text long_text;
    text_init(&long_text, arena, 0);
    while (long_text.len < 1000000)
        text_add_string(&long_text, "microsofmicrosof");
    tap_int(brand_find(index, arena, text_bytes(&long_text), &mention), 0, "1 MB of near misses");
    talloc_free(parent);
    return tap_end();
}
