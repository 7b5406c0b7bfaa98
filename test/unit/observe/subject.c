/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/subject.h"

#include "tap.h"

static const struct {
    const char *text, *base, *tag;
    bool reply, forward, automatic;
} rows[] = {
    {"Invoice", "Invoice", NULL, false, false, false},
    {"Re: Invoice", "Invoice", NULL, true, false, false},
    {"RE: FW: [EXTERNAL] Aw: Invoice", "Invoice", "EXTERNAL", true, true, false},
    {"Re[2]: x", "x", NULL, true, false, false},
    {"[list] Re: x", "x", "list", true, false, false},
    {"Reminder: x", "Reminder: x", NULL, false, false, false},
    {"Result: x", "Result: x", NULL, false, false, false},
    {"[whole subject]", "[whole subject]", NULL, false, false, false},
    {"\xE5\x9B\x9E\xE5\xA4\x8D\xEF\xBC\x9A x", "x", NULL, true, false, false},
    {"\xE8\xBB\xA2\xE9\x80\x81: x", "x", NULL, false, true, false},
    {"WG: x", "x", NULL, false, true, false},
    {"Automatic reply: x", "x", NULL, false, false, true},
    {"Odp: x", "x", NULL, true, false, false},
    {"RES: ENC: x", "x", NULL, true, true, false},
    {"Re:", "", NULL, true, false, false},
    {"", "", NULL, false, false, false},
};

int main(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct subject s;
        subject_parse(bytes_of_string(rows[i].text), &s);
        tap_string(s.base, rows[i].base, rows[i].text);
        tap_string(s.tag_count > 0 ? s.tag[0] : BYTES_NONE, rows[i].tag, "its tag");
        tap_ok(s.is_reply == rows[i].reply && s.is_forward == rows[i].forward &&
                   s.is_auto_reply == rows[i].automatic,
               "its marks");
    }
    return tap_end();
}
