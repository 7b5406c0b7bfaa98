/* SPDX-License-Identifier: Apache-2.0
 * Passages, conversations and senders: what is found again, what is not, files and their refusal. */
#include "learn/passage.h"
#include "learn/senders.h"
#include "learn/threads.h"

#include "tap.h"

#include <talloc.h>
#include <unistd.h>

#define DAY_US INT64_C(86400000000)

static const char text[] =
    "The surveyors have finished the second berth and want the remaining forty percent before the end of the "
    "month, otherwise the crane company will send its crew elsewhere and the whole schedule slips into autumn. "
    "Please tell me which of the two offers for the dredging you prefer, since Carol signs it on Friday.";

/* TEXT wrapped at 40 columns behind "> ". */
static struct bytes quoted(struct arena *arena)
{
    struct text out;
    text_init(&out, arena, 0);
    text_add(&out, BYTES("Dear all,\n> "));
    for (size_t i = 0, column = 0; text[i] != 0; i++, column++) {
        text_add_byte(&out, (uint8_t)text[i]);
        if (column > 40 && text[i] == ' ') {
            text_add(&out, BYTES("\n> "));
            column = 0;
        }
    }
    return text_bytes(&out);
}

static struct lesson *lesson_of(struct arena *arena, struct bytes body, const char *from, const char *to, int64_t at_us)
{
    struct lesson *lesson = arena_new_of(arena, struct lesson);
    struct passages passages = passages_of(arena, body);
    lesson->at_us = at_us;
    lesson->person = arena_array_of(arena, 2, struct lesson_person);
    lesson->person[0] = (struct lesson_person){bytes_of_string(from), bytes_of_string(strchr(from, '@') + 1)};
    lesson->person[1] = (struct lesson_person){bytes_of_string(to), bytes_of_string(strchr(to, '@') + 1)};
    lesson->person_count = 2;
    lesson->passage = arena_array_of(arena, LESSON_PASSAGES_MAX, uint32_t);
    lesson->passage_count = passages_least(&passages, lesson->passage, LESSON_PASSAGES_MAX);
    return lesson;
}

static void test_passages(struct arena *arena)
{
    struct bytes quote = quoted(arena);
    struct passages whole = passages_of(arena, bytes_of_string(text)), again = passages_of(arena, quote);
    uint32_t found = 0;
    for (uint32_t i = 0; i < whole.count; i++)
        for (uint32_t j = 0; j < again.count; j++)
            if (whole.item[i].hash == again.item[j].hash) {
                found++;
                break;
            }
    tap_ok(whole.count > 3 && found + 1 >= whole.count, "quoting keeps passages: %u of %u", found, whole.count);
    bool inside = true;
    for (uint32_t i = 0; i < again.count; i++)
        inside = inside && again.item[i].offset + again.item[i].len <= quote.len;
    tap_ok(inside, "every passage lies in its text");
    tap_ok(passages_of(arena, BYTES("too short")).count == 0, "a short text has none");
}

static bool finds(struct threads *threads, struct arena *arena, struct bytes body, int64_t at_us, struct thread_match *match)
{
    struct passages passages = passages_of(arena, body);
    uint32_t *hash = arena_array_of(arena, passages.count + 1, uint32_t);
    for (uint32_t i = 0; i < passages.count; i++)
        hash[i] = passages.item[i].hash;
    return threads_find(threads, hash, passages.count, at_us, match);
}

static void test_threads(void *parent, struct arena *arena)
{
    struct threads *threads = threads_new(parent);
    struct thread_match match;
    struct error err;
    struct lesson *lesson = lesson_of(arena, bytes_of_string(text), "alice@a.test", "bob@b.test", 10 * DAY_US);
    tap_ok(threads_add(threads, 7, lesson) && !threads_add(threads, 7, lesson), "a mail is remembered once");
    threads_sort(threads);
    tap_ok(finds(threads, arena, quoted(arena), 11 * DAY_US, &match) && match.mail->id == 7, "a quote is found");
    tap_ok(!finds(threads, arena, quoted(arena), 10 * DAY_US, &match), "not by the mail itself or an earlier one");
    tap_ok(!finds(threads, arena, BYTES("Other words altogether stand here, long enough to have several passages of "
                                        "their own, and nobody in this test has ever written them to anybody at all, "
                                        "nor will anybody."), 11 * DAY_US, &match), "other text is not");
    char path[] = "/tmp/noroshi-threads-XXXXXX";
    close(mkstemp(path));
    tap_ok(threads_save(threads, path, &err), "saved");
    struct threads *back = threads_load(parent, path, &err);
    tap_ok(back != NULL && finds(back, arena, quoted(arena), 11 * DAY_US, &match) &&
               bytes_equal(threads_address(back, match.mail->person[1]), BYTES("bob@b.test")), "read back with its people");
    struct threads *merged = threads_new(parent);
    threads_merge(merged, threads);
    tap_ok(merged->mail_count == 1 && finds(merged, arena, quoted(arena), 11 * DAY_US, &match), "merged");
    tap_ok(threads_remove(merged, 7) && !threads_remove(merged, 7) && merged->mark_count == 0, "unlearned once");
    tap_ok(truncate(path, 60) == 0 && threads_load(parent, path, &err) == NULL, "a cut file is refused: %s", err.message);
    unlink(path);
}

static void test_senders(void *parent, struct arena *arena)
{
    struct senders *senders = senders_new(parent);
    struct sender_summary known;
    struct error err;
    struct bytes alice = BYTES("alice@a.test");
    struct lesson *in = lesson_of(arena, BYTES(""), "alice@a.test", "bob@b.test", 10 * DAY_US);
    struct lesson *out = lesson_of(arena, BYTES(""), "bob@b.test", "alice@a.test", 12 * DAY_US);
    out->outbound = true;
    senders_add(senders, in, SENDER_BENIGN);
    senders_add(senders, in, SENDER_BENIGN);
    senders_add(senders, out, SENDER_UNLABELLED);
    tap_ok(!senders_find(senders, alice, 10 * DAY_US, &known), "the message itself is not counted");
    tap_ok(senders_find(senders, alice, 11 * DAY_US, &known) && known.benign == 1 && known.outbound == 0,
           "nor anything later; learning twice is learning once");
    tap_ok(senders_find(senders, BYTES("@a.test"), 20 * DAY_US, &known) && known.outbound == 1 && known.first_s == 10 * 86400,
           "written to, by domain");
    tap_ok(!senders_find(senders, BYTES("bob@b.test"), 20 * DAY_US, &known), "our own address is no contact");
    char path[] = "/tmp/noroshi-senders-XXXXXX";
    close(mkstemp(path));
    tap_ok(senders_save(senders, path, &err), "saved");
    struct senders *back = senders_load(parent, path, &err);
    tap_ok(back != NULL && back->events == senders->events && senders_find(back, alice, INT64_MAX, &known) &&
               known.now_s == 12 * 86400, "read back");
    senders_add(back, in, SENDER_BAD);
    tap_ok(senders_find(back, alice, 20 * DAY_US, &known) && known.bad == 1 && known.benign == 0, "a new label replaces the old");
    senders_remove(back, in);
    senders_remove(back, out);
    tap_ok(back->events == 0 && !senders_find(back, alice, 20 * DAY_US, &known), "unlearned");
    tap_ok(truncate(path, 30) == 0 && senders_load(parent, path, &err) == NULL, "a cut file is refused: %s", err.message);
    unlink(path);
}

int main(void)
{
    void *parent = talloc_new(NULL);
    struct arena *arena = arena_new(parent);
    test_passages(arena);
    test_threads(parent, arena);
    test_senders(parent, arena);
    talloc_free(parent);
    return tap_end();
}
