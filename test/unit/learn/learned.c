/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/learned.h"

#include "tap.h"

#include <talloc.h>
#include <unistd.h>

static const char *const bad_words[] = {"verify", "account", "suspended", "urgent", "click"};
static const char *const good_words[] = {"meeting", "minutes", "patch", "thanks", "attached"};

static uint32_t hash_of(const char *word)
{
    return (uint32_t)bytes_hash(bytes_of_string(word));
}

/* A mail of three words of its class and one word that all mail has. */
static void mail_of(uint32_t *room, bool bad, int i)
{
    const char *const *words = bad ? bad_words : good_words;
    uint32_t hashes[4] = {hash_of("the"), hash_of(words[i % 5]), hash_of(words[(i + 1) % 5]),
                          hash_of(words[(i + 3) % 5])};
    for (int a = 0; a < 4; a++)
        for (int b = a + 1; b < 4; b++)
            if (hashes[b] < hashes[a]) {
                uint32_t swap = hashes[a];
                hashes[a] = hashes[b], hashes[b] = swap;
            }
    memcpy(room, hashes, sizeof hashes);
}

static struct learned *trained(const void *parent, int from, int step)
{
    struct learned *learned = learned_new(parent);
    uint32_t room[4];
    for (int n = 0; n < 200; n++) {
        int i = step > 0 ? from + n : from - n;
        mail_of(room, i % 2 == 0, i);
        learned_add(learned, (uint64_t)i * 0x9E3779B97F4A7C15u, i % 2 == 0, room, 4);
    }
    learned_train(learned);
    return learned;
}

int main(void)
{
    struct error err;
    void *parent = talloc_new(NULL);
    struct learned *one = trained(parent, 0, 1), *same = trained(parent, 199, -1);
    tap_ok(one->linear != NULL, "two hundred mails are enough");
    uint32_t bad[2] = {hash_of("suspended"), hash_of("verify")}, good[2] = {hash_of("meeting"), hash_of("patch")};
    uint32_t unknown[1] = {hash_of("xylophone")};
    tap_ok(linear_score(one->linear, bad, 2) > 1, "words of threats speak for a threat");
    tap_ok(linear_score(one->linear, good, 2) < -1, "words of ordinary mail speak against it");
    double unsure = linear_score(one->linear, unknown, 1);
    tap_ok(unsure > -1.5 && unsure < 1.5, "an unknown word says little (%.2f)", unsure);
    tap_ok(memcmp(one->linear, same->linear, sizeof *one->linear) == 0, "the order of learning does not matter");
    uint32_t room[4];
    mail_of(room, true, 3);
    learned_add(one, 77, false, room, 4);
    learned_train(one);
    tap_ok(memcmp(one->linear, same->linear, sizeof *one->linear) != 0, "another mail changes the model");
    tap_ok(learned_remove(one, 77) && !learned_remove(one, 77), "a mail is unlearned once");
    learned_train(one);
    tap_ok(memcmp(one->linear, same->linear, sizeof *one->linear) == 0, "unlearning is exact");
    char path[] = "/tmp/noroshi-learned-XXXXXX";
    int fd = mkstemp(path);
    close(fd);
    tap_ok(learned_save(one, path, &err), "saved");
    struct learned *back = learned_load(parent, path, false, &err);
    tap_ok(back != NULL && back->count == 200 &&
               memcmp(back->linear, same->linear, sizeof *back->linear) == 0,
           "what is read back is what was saved");
    tap_ok(truncate(path, 1000) == 0 && learned_load(parent, path, false, &err) == NULL, "a cut file is refused: %s", err.message);
    unlink(path);
    talloc_free(parent);
    return tap_end();
}
