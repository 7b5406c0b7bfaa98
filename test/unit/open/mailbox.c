/* SPDX-License-Identifier: Apache-2.0 */
#include "open/mailbox.h"

#include "base/text.h"
#include "tap.h"

#include <talloc.h>

/* Expected: "display|address|group" per mailbox, separated by LF. */
static const struct {
    const char *raw, *expected;
} rows[] = {
    {"a@b.test", "|a@b.test|"},
    {" John Doe <j@d.test>", "John Doe|j@d.test|"},
    {"\"Doe, John\" <j@d.test>, x@y.test", "Doe, John|j@d.test|\n|x@y.test|"},
    {"Doe, John <j@d.test>", "Doe, John|j@d.test|"},
    {"j@d.test (John (Q.) Doe)", "John (Q.) Doe|j@d.test|"},
    {"Friends: a@b.test, C <c@d.test>;, e@f.test", "|a@b.test|Friends\nC|c@d.test|Friends\n|e@f.test|"},
    {"undisclosed-recipients:;", ""},
    {"=?utf-8?Q?Doe,_J?= <j@d.test>", "Doe, J|j@d.test|"},
    {"\"=?utf-8?B?44GC?=\" <j@d.test>", "\xE3\x81\x82|j@d.test|"},
    {"\"support@bank.test\" <evil@x.test>", "support@bank.test|evil@x.test|"},
    {"support@bank.test <evil@x.test>", "support@bank.test|evil@x.test|"},
    {"A <a@b.test> <c@d.test>", "A|a@b.test|\n|c@d.test|"},
    {"\"never closed <a@b.test>, c@d.test", "never closed|a@b.test|\n|c@d.test|"},
    {"A <a@b.test, c@d.test", "A|a@b.test|\n|c@d.test|"},
    {"<@r.test,@s.test:a@b.test>", "|a@b.test|"},
    {"a . b @ c . test", "|a.b@c.test|"},
    {"John a@b.test", "John|a@b.test|"},
    {"<>", "||"},
    {"\"very odd\"@b.test", "|\"very odd\"@b.test|"},
    {"just words", "just words||"},
    {"=?utf-8?B?Sm9obiA8akBkLnRlc3Q+?=", "John|j@d.test|"},
    {"A\r\n <a@b.test>", "A|a@b.test|"},
    {"B(c)ob <a(c)@b.test>", "Bob|a@b.test|"},
    {"<mailto:a@b.test>", "|a@b.test|"},
};

int main(void)
{
    void *parent = talloc_new(NULL);
    struct arena *arena = arena_new(parent);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct mailboxes list;
        struct text seen;
        mailboxes_read(&list, arena, bytes_of_string(rows[i].raw));
        text_init(&seen, arena, 0);
        for (uint32_t k = 0; k < list.count; k++)
            text_add_format(&seen, "%s%.*s|%.*s|%.*s", k == 0 ? "" : "\n", BYTES_FMT(list.item[k].display),
                            BYTES_FMT(list.item[k].address), BYTES_FMT(list.item[k].group));
        tap_string(seen.at == NULL ? BYTES("") : text_bytes(&seen), rows[i].expected, rows[i].raw);
    }
    talloc_free(parent);
    return tap_end();
}
