/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture/fixture.h"

#include "open/picture.h"
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
    *remembered_out = picture_memo_tell(&key, tree->root);
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
    tap_ok(!picture_memo_tell(&key, tree->root), "and forgotten when asked");
    talloc_free(arena);
}

/* What a picture said is told again word for word, unless it is more than is kept. */
static void test_memo_said(void)
{
    static uint8_t much[5000];
    memset(much, 'a', sizeof much);
    struct arena *arena = arena_new(NULL);
    struct budget budget;
    budget_init(&budget);
    struct tree *first = tree_new(arena, &budget, BYTES("first"), BYTES("a.png")),
                *second = tree_new(arena, &budget, BYTES("second"), BYTES("b.png"));
    struct picture_key key = picture_key_of(KIND_PNG, BYTES("codes")),
                       other = picture_key_of(KIND_JPEG, BYTES("codes"));
    qr_tell(first->root, BYTES("https://one.test/"));
    qr_tell(first->root, BYTES(""));
    qr_tell(first->root, BYTES("tel:1"));
    picture_memo_keep(&key, first->root);
    tap_ok(!picture_memo_tell(&other, second->root), "the same bytes of another kind are not known");
    tap_ok(picture_memo_tell(&key, second->root), "codes are remembered");
    tap_ok(value_equal(node_get(first->root, FACT_QR_TYPE), node_get(second->root, FACT_QR_TYPE)),
           "with the type of the first");
    struct array *want = node_get(first->root, FACT_QR_DATA).as.array,
                 *got = node_get(second->root, FACT_QR_DATA).as.array;
    bool same = want->count == 3 && got->count == 3;
    for (uint32_t i = 0; same && i < 3; i++)
        same = value_equal(want->item[i], got->item[i]);
    tap_ok(same, "in their order");
    qr_tell(first->root, bytes_of(much, sizeof much));
    picture_memo_keep(&other, first->root);
    tap_ok(!picture_memo_tell(&other, second->root), "too much is read again");
    picture_memo_clear();
    talloc_free(arena);
}

int main(void)
{
    fixture_run("test/fixture/codes.py", fixture_check);
    test_memo();
    test_memo_said();
    return tap_end();
}
