/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture/fixture.h"

#include "open/picture_memo.h"

#define GIF_HEAD "GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\1\0\1\0\0\2"
#define GIF_DATA "\2\x44\1\0;"

/* Open a picture; whether its node has anomalies, and whether it is remembered as empty. */
static void open_picture(struct bytes content, bool *anomalous_out, bool *remembered_out)
{
    struct arena *arena = arena_new(NULL);
    struct budget budget;
    budget_init(&budget);
    struct tree *tree = tree_new(arena, &budget, content, BYTES("a.gif"));
    open_tree(tree->root);
    struct picture_key key = picture_key_of(tree->root->kind, tree->root->content);
    *anomalous_out = tree->root->first_anomaly != NULL;
    *remembered_out = picture_memo_has(&key);
    talloc_free(arena);
}

static void test_memo(void)
{
    bool anomalous, remembered;
    struct bytes whole = BYTES(GIF_HEAD GIF_DATA), cut = bytes_sub(whole, 0, whole.len - 3);
    for (int round = 0; round < 2; round++) {
        open_picture(whole, &anomalous, &remembered);
        tap_ok(!anomalous && remembered, "a whole picture without a code is remembered, round %d", round);
        open_picture(cut, &anomalous, &remembered);
        tap_ok(anomalous && !remembered, "a cut one is told every time, round %d", round);
    }
    picture_memo_clear();
    struct arena *arena = arena_new(NULL);
    struct budget budget;
    budget_init(&budget);
    struct tree *tree = tree_new(arena, &budget, whole, BYTES("a.gif"));
    struct picture_key key = picture_key_of(tree->root->kind, tree->root->content);
    tap_ok(!picture_memo_has(&key), "and forgotten when asked");
    talloc_free(arena);
}

int main(void)
{
    fixture_run("test/fixture/codes.py", fixture_check);
    test_memo();
    return tap_end();
}
