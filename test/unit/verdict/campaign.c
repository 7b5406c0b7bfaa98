/* SPDX-License-Identifier: Apache-2.0 */
#include "verdict/campaign.h"

#include "base/text.h"
#include "observe/explode.h"
#include "open/opener.h"
#include "tap.h"

#include <talloc.h>

enum { REPORTS = 100, WAVES = 6 };

/* Each report of a wave exchanges the name, the numbers, the host and one of three openings. */
static const char *const names[] = {"Hanako", "Bob", "Fatima", "Jos", "Ines", "Pedro", "Marta"};
static const char *const openings[] = {"Good day", "Dear customer", "Hello"};

static struct bytes wave_mail(struct arena *arena, unsigned wave, unsigned i)
{
    struct text t;
    text_init(&t, arena, 2048);
    const char *name = names[i % 7], *opening = openings[i % 3];
    unsigned number = 104729u * (i + 1);
    static const char *const subjects[] = {"Your free trial ends", "Parcel on hold", "Re: figures", "お支払い方法の更新",
                                           "Quick task", "Your free trial renews"};
    text_add_format(&t, "From: a%u@sender%u.test\r\nTo: %s@recipient.test\r\nSubject: ", i, i, name);
    text_add_string(&t, subjects[wave]);
    text_add_format(&t, " %u\r\nDate: Mon, 15 Mar 2021 %02u:%02u:00 +0000\r\nMIME-Version: 1.0\r\n", number, i / 60, i % 60);
    if (wave == 2)
        text_add_string(&t, "Content-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\n");
    text_add_string(&t, "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n");
    text_add_format(&t, "%s %s,\r\n\r\n", opening, name);
    if (wave == 0)
        text_add_format(&t, "your free trial is about to end and your card will be charged %u.99 USD each month from then. "
                            "If you want to cancel the membership, call our support at +1 888 555 %04u and have "
                            "your customer number AB%09u at hand.\r\n", i, i, number);
    if (wave == 1)
        text_add_format(&t, "the parcel %u waits in our depot since a customs fee of %u EUR is open. Please pay it so "
                            "that we can bring it: http://depot%u.test/pay/%u\r\n", number, i, i, number);
    if (wave == 2)
        text_add_format(&t, "please see the attached document with the figures that you asked for.\r\nPassword: %u\r\n"
                            "--q\r\nContent-Type: application/zip\r\nContent-Disposition: attachment; "
                            "filename=\"request%u.zip\"\r\n\r\nnothing\r\n--q--\r\n", number, i);
    if (wave == 3)
        text_add_format(&t, "お客様のお支払い方法に問題があるため、ご注文 %u の発送を停止しております。"
                            "下記のページよりお支払い情報をご更新ください。 http://shiharai%u.test/koushin/%u\r\n",
                        number, i, number);
    if (wave == 4)
        text_add_format(&t, "are you at your desk? I am in a meeting and need %u vouchers for a client before noon. "
                            "Scratch them, send me the codes and keep this between the two of us.\r\n", i % 9 + 1);
    if (wave == 5)
        text_add_format(&t, "thank you for choosing the gold plan. The renewal of your antivirus was placed for %u USD "
                            "and appears on the statement within a day. Questions about invoice KX%u? Ring the billing "
                            "desk at +1 877 555 %04u.\r\n", i, number, i);
    return text_bytes(&t);
}

static struct fingerprint print_of(struct bytes mail, const struct settings *settings)
{
    struct arena *scratch = arena_new(NULL);
    struct budget *budget = arena_new_of(scratch, struct budget);
    budget_init(budget);
    struct tree *tree = tree_new(scratch, budget, mail, BYTES("mail.eml"));
    open_tree(tree->root);
    struct fingerprint print = fingerprint_of(model_new(tree, tree->root, settings));
    talloc_free(scratch);
    return print;
}

struct report {
    struct verdict verdict;
    struct fingerprint print;
};

static struct report *reports_of(struct arena *arena)
{
    struct settings settings = {0};
    struct report *all = arena_array_of(arena, REPORTS * WAVES, struct report);
    for (unsigned wave = 0; wave < WAVES; wave++)
        for (unsigned i = 0; i < REPORTS; i++) {
            struct report *r = &all[wave * REPORTS + i];
            r->verdict.date_us = 1615766400000000 + (int64_t)i * 60000000;
            r->verdict.subject = arena_printf(arena, "wave %c", 'a' + (char)wave);
            r->verdict.sha256 = arena_printf(arena, "%02x%062x", i, wave);
            r->verdict.category = BYTES("scam");
            r->print = print_of(wave_mail(arena, wave, i), &settings);
        }
    return all;
}

/* All reports in an order that STEP decides; the list of groups. */
static struct campaign *group(struct arena *arena, const struct report *all, unsigned step, uint32_t *count)
{
    struct campaigns *campaigns = campaigns_new(arena);
    for (unsigned k = 0; k < REPORTS * WAVES; k++) {
        const struct report *r = &all[(size_t)k * step % (REPORTS * WAVES)];
        campaigns_add(campaigns, arena, &r->verdict, &r->print);
    }
    return campaigns_list(campaigns, arena, 1, count);
}

static void test_waves(struct arena *arena, const struct report *all)
{
    static const unsigned steps[] = {1, 7, 101, 599}; /* prime to 600: in order, mixed, backwards */
    struct bytes first[WAVES] = {{0}};
    for (size_t s = 0; s < sizeof steps / sizeof *steps; s++) {
        uint32_t count;
        struct campaign *list = group(arena, all, steps[s], &count);
        tap_int(count, WAVES, "as many campaigns as waves");
        bool whole = true, stable = true;
        for (uint32_t i = 0; i < count; i++) {
            unsigned wave = list[i].subject.len == 6 ? (unsigned)(list[i].subject.at[5] - 'a') : WAVES;
            whole = whole && list[i].count == REPORTS && wave < WAVES;
            if (wave < WAVES && s == 0)
                first[wave] = list[i].name;
            stable = stable && wave < WAVES && bytes_equal(first[wave], list[i].name);
        }
        tap_ok(whole, "each holds its 100 reports, in steps of %u", steps[s]);
        tap_ok(stable, "and its name does not depend on the order");
    }
}

static void test_likeness(const struct report *all)
{
    double least = 1, most = 0;
    for (unsigned a = 0; a < WAVES; a++)
        for (unsigned b = 0; b < WAVES; b++)
            for (unsigned i = 1; i < REPORTS; i += 11) {
                double likeness = fingerprint_text_likeness(&all[a * REPORTS].print, &all[b * REPORTS + i].print);
                if (a == b && likeness < least)
                    least = likeness;
                if (a != b && likeness > most)
                    most = likeness;
            }
    tap_ok(least > 0.4, "reports of one wave are alike: %.2f at least", least);
    tap_ok(most < 0.25, "those of two are not: %.2f at most", most);
}

/* A name gives its words back; one that somebody gave stays whole. */
static void test_words(struct arena *arena)
{
    static const struct {
        const char *name, *words; /* NULL: not one of ours */
    } rows[] = {{"free-trial-9f31", "free trial"},
                {"re-invoice-overdue-00aa", "invoice overdue"},
                {"rewards-00aa", "rewards"},
                {"重要なお知らせ-12ab", "重要なお知らせ"},
                {"wave-14a8", ""},
                {"icedid-request-zip", NULL},
                {"BazarCall", NULL},
                {"free-trial-9F31", NULL},
                {"-9f31", NULL}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bytes words = BYTES_NONE;
        bool ours = campaign_words(arena, bytes_of_string(rows[i].name), &words);
        tap_ok(ours == (rows[i].words != NULL) && (!ours || bytes_equal(words, bytes_of_string(rows[i].words))),
               "%s is called %s", rows[i].name, rows[i].words == NULL ? "just that" : rows[i].words);
    }
}

int main(void)
{
    struct arena *arena = arena_new(NULL);
    struct report *all = reports_of(arena);
    test_words(arena);
    test_likeness(all);
    test_waves(arena, all);
    talloc_free(arena);
    return tap_end();
}
