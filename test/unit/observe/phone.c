/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/phone.h"

#include "base/text.h"
#include "tap.h"

#include <talloc.h>

int main(void)
{
    static const struct {
        const char *text, *e164; /* NULL: none in it */
        bool toll_free, disguised;
    } rows[] = {
        {"call +1 (888) 555-0100 now", "+18885550100", true, false},
        {"Call: 1-800-555-0199.", "+18005550199", true, false},
        {"(212) 555-0123", "+12125550123", false, false},
        {"212.555.0123", "+12125550123", false, false},
        {"1 212 555 0123", "+12125550123", false, false},
        {"+1 8o8 555 ol99", "+18085550199", false, true},
        {"8O8-555-OI23", "+18085550123", false, true},
        {"\xEF\xBC\x91\xEF\xBC\x88\xEF\xBC\x98\xEF\xBC\x98\xEF\xBC\x98\xEF\xBC\x89\xEF\xBC\x95\xEF"
         "\xBC\x95\xEF\xBC\x95-0100",
         "+18885550100", true, false},
        {"\xF0\x9D\x9F\xAF\xF0\x9D\x9F\xAD\xF0\x9D\x9F\xAE 555 0123", "+13125550123", false, true},
        {"\xF0\x9D\x9F\xAE\xF0\x9D\x9F\xAD\xF0\x9D\x9F\xAE 555 0123", "+12125550123", false, true},
        {"2\xE2\x80\x8B"
         "12-5\xE2\x80\x8B"
         "55-0123",
         "+12125550123", false, true},
        {"8 0 8 - 5 5 5 - 0 1 2 3", NULL, false, false},
        {"tel 03-5555-0123 まで", "+81355550123", false, false},
        {"お問い合わせ：0120-555-012", "+81120555012", true, false},
        {"090-5555-0123", "+819055550123", false, false},
        {"+81-3-5555-0123", "+81355550123", false, false},
        {"020 7946 0123", "+442079460123", false, false},
        {"+44 20 7946 0123", "+442079460123", false, false},
        {"(02) 5550 1234", "+61255501234", false, false},
        {"1800 555 012", "+611800555012", true, false},
        {"+49 30 5550123", "+49305550123", false, false},
        {"order 2125550123", NULL, false, false},
        {"order 212-5550123-4567890", NULL, false, false},
        {"on 2021-04-28 12:30", NULL, false, false},
        {"04/28/2021 10:30", NULL, false, false},
        {"192.168.100.200", NULL, false, false},
        {"4111 1111 1111 1111", NULL, false, false},
        {"USD 1,234,567.89", NULL, false, false},
        {"INV-2125550123", NULL, false, false},
        {"id=212-555-0123", NULL, false, false},
        {"http://x.test/212-555-0123", NULL, false, false},
        {"tracking 1Z999AA10123456784", NULL, false, false},
        {"ISBN 978-3-16-148410-0", NULL, false, false},
        {"version 10.0.19041.1", NULL, false, false},
        {"110-0006 東京都", NULL, false, false},
    };
    void *parent = talloc_new(NULL);
    struct arena *arena = arena_new(parent);
    struct phone *phone;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bytes text = bytes_of_string(rows[i].text);
        uint32_t count = phone_find(arena, text, &phone);
        if (!tap_int(count, rows[i].e164 != NULL, rows[i].text) || count == 0)
            continue;
        size_t at;
        tap_string(phone[0].e164, rows[i].e164, "E.164");
        tap_int(phone[0].toll_free, rows[i].toll_free, "toll-free");
        tap_int(phone[0].disguised, rows[i].disguised, "disguised");
        tap_ok(bytes_inside(text, phone[0].text, &at), "a slice of the text");
    }
    tap_int(
        phone_find(arena, BYTES("Call 212-555-0101 or 212-555-0102, fax (212) 555-0103"), &phone),
        3, "three numbers");
    struct text hostile;
    text_init(&hostile, arena, 0);
    while (hostile.len < 1000000)
        text_add_string(&hostile, "+(1-");
    phone_find(arena, text_bytes(&hostile), &phone);
    tap_ok(true, "1 MB of separators ends");
    talloc_free(parent);
    return tap_end();
}
