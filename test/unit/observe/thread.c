/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/thread.h"

#include "base/text.h"
#include "tap.h"

#include <talloc.h>

static struct arena *arena;

struct row {
    const char *name, *text; /* '<' first: HTML */
    const char *current;
    unsigned previous;
    const char *old, *sender, *email, *date, *subject; /* of the first; NULL: not asked */
};

static const struct row rows[] = {
    {"no quote", "Hello\nworld", "Hello\nworld", 0, NULL, NULL, NULL, NULL, NULL},
    {"empty", "", "", 0, NULL, NULL, NULL, NULL, NULL},
    {"English reply line",
     "Yes.\n\nOn Tue, Apr 6, 2021 at 10:00 AM John Smith <j@x.test> wrote:\n\n> Are you\n> "
     "there?\n",
     "Yes.", 1, "Are you\nthere?", "John Smith", "j@x.test", "Tue, Apr 6, 2021 at 10:00 AM", NULL},
    {"a reply line over two lines", "ok\nOn 6 Apr 2021, at 10:00, A B\n<a@x.test> wrote:\n> x",
     "ok", 1, "x", "A B", "a@x.test", NULL, NULL},
    {"German", "Ja\n\nAm 06.04.2021 um 10:00 schrieb Max Muster <m@x.test>:\n> Text", "Ja", 1,
     "Text", "Max Muster", "m@x.test", NULL, NULL},
    {"French", "Oui\n\nLe mar. 6 avr. 2021 à 10:00, Jean D <j@x.test> a écrit :\n> Texte", "Oui", 1,
     "Texte", "Jean D", "j@x.test", NULL, NULL},
    {"Spanish", "Sí\n\nEl mar, 6 abr 2021 a las 10:00, Ana (<a@x.test>) escribió:\n> Texto", "Sí",
     1, "Texto", NULL, "a@x.test", NULL, NULL},
    {"Italian", "Sì\n\nIl giorno mar 6 apr 2021 alle ore 10:00 Ugo <u@x.test> ha scritto:\n> Testo",
     "Sì", 1, "Testo", "Ugo", "u@x.test", NULL, NULL},
    {"Portuguese", "Sim\n\nEm ter., 6 de abr. de 2021 às 10:00, Rui <r@x.test> escreveu:\n> Texto",
     "Sim", 1, "Texto", "Rui", "r@x.test", NULL, NULL},
    {"Dutch", "Ja\n\nOp di 6 apr. 2021 om 10:00 schreef Jan <j@x.test>:\n> Tekst", "Ja", 1, "Tekst",
     NULL, "j@x.test", NULL, NULL},
    {"Polish",
     "Tak\n\nW dniu 06.04.2021 o 10:00, Jan pisze:\nwt., 6 kwi 2021 o 10:00 Jan <j@x.test> "
     "napisał(a):\n> T",
     NULL, 1, "T", NULL, "j@x.test", NULL, NULL},
    {"Russian", "Да\n\nвт, 6 апр. 2021 г. в 10:00, Иван <i@x.test>:\n> Текст", "Да", 1, "Текст",
     NULL, "i@x.test", NULL, NULL},
    {"Chinese", "好\n\n在 2021年4月6日，10:00，王 <w@x.test> 写道：\n> 文", "好", 1, "文", NULL,
     "w@x.test", NULL, NULL},
    {"Korean", "네\n\n2021년 4월 6일 (화) 오전 10:00, 김 <k@x.test>님이 작성:\n> 글", "네", 1, "글",
     NULL, "k@x.test", NULL, NULL},
    {"Swedish", "Ja\n\nDen tis 6 apr. 2021 kl 10:00 skrev Sven <s@x.test>:\n> Text", "Ja", 1,
     "Text", NULL, "s@x.test", NULL, NULL},
    {"Japanese, Gmail",
     "承知しました。\n\n2021年4月6日(火) 10:00 山田 太郎 <y@x.test>:\n> お願いします。",
     "承知しました。", 1, "お願いします。", "山田 太郎", "y@x.test", "2021年4月6日(火) 10:00",
     NULL},
    {"Outlook header block",
     "See below.\n\nFrom: Ann <a@x.test>\nSent: Monday, April 5, 2021 9:00 AM\nTo: Bob <b@x.test>; "
     "c@x.test\nSubject: RE: Invoice\n\nPlease pay.",
     "See below.", 1, "Please pay.", "Ann", "a@x.test", "Monday, April 5, 2021 9:00 AM",
     "RE: Invoice"},
    {"Outlook with a line of underscores",
     "x\n________________________________\nFrom: Ann <a@x.test>\nSent: Monday\nTo: "
     "b@x.test\nSubject: S\n\nOld",
     "x", 1, "Old", "Ann", "a@x.test", "Monday", "S"},
    {"Original Message",
     "ok\n\n-----Original Message-----\nFrom: a@x.test [mailto:a@x.test]\nSent: 1 May 2021\nTo: "
     "b@x.test\nSubject: Q\n\nOld",
     "ok", 1, "Old", NULL, "a@x.test", "1 May 2021", "Q"},
    {"Japanese Outlook",
     "了解です。\n\n差出人: 鈴木 <s@x.test>\n送信日時: 2021年4月5日 9:00\n宛先: 田中 "
     "<t@x.test>\n件名: 請求書\n\n添付をご確認ください。",
     "了解です。", 1, "添付をご確認ください。", "鈴木", "s@x.test", "2021年4月5日 9:00", "請求書"},
    {"Japanese original message",
     "はい\n-----元のメッセージ-----\n差出人： A <a@x.test>\n件名： B\n\n本文", "はい", 1, "本文",
     "A", "a@x.test", NULL, "B"},
    {"German Outlook", "ok\n\nVon: A <a@x.test>\nGesendet: Montag\nAn: b@x.test\nBetreff: C\n\nAlt",
     "ok", 1, "Alt", "A", "a@x.test", "Montag", "C"},
    {"Apple forward",
     "fyi\n\nBegin forwarded message:\n\nFrom: A <a@x.test>\nSubject: S\nDate: 6 April 2021\nTo: "
     "b@x.test\n\nBody",
     "fyi", 1, "Body", "A", "a@x.test", "6 April 2021", "S"},
    {"Gmail forward",
     "---------- Forwarded message ---------\nFrom: A <a@x.test>\nDate: Tue\nSubject: S\nTo: "
     "<b@x.test>\n\nBody",
     "Body", 1, "Body", "A", "a@x.test", "Tue", "S"},
    {"answers below the quote",
     "On 6 Apr 2021 10:00, A <a@x.test> wrote:\n> Question?\n\nAnswer.\n", "Answer.", 1,
     "Question?", "A", "a@x.test", NULL, NULL},
    {"answers between quotes", "On 6 Apr 2021 10:00, A <a@x.test> wrote:\n> Q1\nA1\n> Q2\nA2",
     "A1\nA2", 1, NULL, NULL, NULL, NULL, NULL},
    {"a nested reply",
     "new\nOn 6 Apr 2021 10:00, A <a@x.test> wrote:\n> middle\n> On 5 Apr 2021 9:00, B <b@x.test> "
     "wrote:\n>> old",
     "new", 2, "middle", "A", "a@x.test", NULL, NULL},
    {"only one header is no cut", "From: the whole team\nHappy new year",
     "From: the whole team\nHappy new year", 0, NULL, NULL, NULL, NULL, NULL},
    {"To: and Subject: in a text are no cut", "To: do\nSubject: to change",
     "To: do\nSubject: to change", 0, NULL, NULL, NULL, NULL, NULL},
    {"a sentence with wrote", "On Monday he wrote a letter.\nFine.",
     "On Monday he wrote a letter.\nFine.", 0, NULL, NULL, NULL, NULL, NULL},
    {"HTML: Gmail",
     "<div dir=ltr>Yes</div><br><div class=\"gmail_quote\"><div dir=ltr class=gmail_attr>On Tue, "
     "Apr 6, 2021 at 10:00 AM J S &lt;<a href='mailto:j@x.test'>j@x.test</a>&gt; "
     "wrote:<br></div><blockquote class=gmail_quote>Old</blockquote></div>",
     "Yes", 1, "Old", "J S", "j@x.test", NULL, NULL},
    {"HTML: Outlook",
     "<p>New</p><div id=divRplyFwdMsg><b>From:</b> A &lt;a@x.test&gt;<br><b>Sent:</b> "
     "Mon<br><b>To:</b> B<br><b>Subject:</b> S</div><div>Old</div>",
     "New", 1, "Old", "A", "a@x.test", "Mon", "S"},
    {"HTML: a mark without words", "<p>New</p><blockquote type=cite><p>Old</p></blockquote>", "New",
     1, "Old", NULL, NULL, NULL, NULL},
    {"HTML: an answer below", "<blockquote type=cite>Old</blockquote><p>New</p>", "New", 1, "Old",
     NULL, NULL, NULL, NULL},
};

static void check(const struct row *row)
{
    struct bytes text = bytes_of_string(row->text);
    const struct html_doc *doc = NULL;
    if (text.len > 0 && text.at[0] == '<') {
        doc = html_read(arena, NULL, text, false);
        text = doc->display_text;
    }
    const struct thread *thread = thread_split(arena, text, doc);
    if (row->current != NULL)
        tap_string(thread->text, row->current, row->name);
    if (!tap_int(thread->previous_count, row->previous, row->name) || thread->previous_count == 0)
        return;
    const struct thread_previous *first = &thread->previous[0];
    const struct {
        struct bytes seen;
        const char *expected, *what;
    } parts[] = {{first->text, row->old, "text"},
                 {first->sender.display_name, row->sender, "sender"},
                 {first->sender.email, row->email, "address"},
                 {first->date, row->date, "date"},
                 {first->subject, row->subject, "subject"}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (parts[i].expected != NULL)
            tap_string(parts[i].seen, parts[i].expected, parts[i].what);
}

static void test_banners(void)
{
    static const struct {
        const char *text, *current;
        unsigned banners;
    } cases[] = {
        {"[EXTERNAL] This email originated from outside of the organization.\n\nHello", "Hello", 1},
        {"CAUTION: This email originated from outside\nof the organization. Do not click "
         "links.\n\nHello",
         "Hello", 1},
        {"You don't often get email from a@x.test. Learn why this is important\nHello", "Hello", 1},
        {"【外部】社外からのメールです\n\nお世話になっております。", "お世話になっております。", 1},
        {"Hello, our external partners are here", "Hello, our external partners are here", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct thread *thread = thread_split(arena, bytes_of_string(cases[i].text), NULL);
        tap_string(thread->text, cases[i].current, "the text without its banner");
        tap_int(thread->banner_count, cases[i].banners, cases[i].text);
    }
}

static void test_lists(void)
{
    const struct thread *thread =
        thread_split(arena,
                     BYTES("x\nFrom: A <a@x.test>\nDate: d\nTo: \"B, C\" <b@x.test>, d@x.test,\n  "
                           "E <e@x.test>\nCc: F <f@x.test>\nSubject: s\n\nold"),
                     NULL);
    tap_ok(thread->previous_count == 1 && thread->previous[0].to_count == 3 &&
               thread->previous[0].cc_count == 1,
           "recipients over two lines");
    tap_string(thread->previous[0].to[0].display_name, "B, C", "a name with a comma");
    tap_string(thread->previous[0].to[2].email, "e@x.test", "the last of them");
}

static void test_hostile(void)
{
    static const char *const units[] = {
        "> x\ny\n",    "On 1\n", "From: a\nTo: b\nSubject: c\n", "> On 1 a <a@b> wrote:\n",
        "\n",          ">",      "-----Original Message-----\n", "On 1, a <a@b> wrote:\n",
        "From: a@b,\n"};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        struct text text;
        text_init(&text, arena, 0);
        while (text.len < 1000000)
            text_add_string(&text, units[i]);
        struct budget budget;
        budget_init(&budget);
        budget.most[LIMIT_MILLISECONDS] = TAP_SECOND_MS;
        thread_split(arena, text_bytes(&text), NULL);
        tap_ok(budget_time_left(&budget), "1 MB of row %zu within 1 s", i);
    }
}

int main(void)
{
    void *parent = talloc_new(NULL);
    arena = arena_new(parent);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check(&rows[i]);
    test_banners();
    test_lists();
    test_hostile();
    talloc_free(parent);
    return tap_end();
}
