/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs tests in the form of the html5lib tokenizer suite: the committed subset, and the whole suite
 * where NOROSHI_CORPUS names a folder that has it as tokenizer/.  An input is given whole; a lone
 * surrogate (not encodable in UTF-8, so no page can hold one) is skipped and counted apart. */
#include "open/html_token.h"

#include "base/text.h"
#include "tap.h"

#include <dirent.h>
#include <jansson.h>
#include <talloc.h>

/* jansson's json_null, json_string, ... share names with base/json.h, which wins at link time. */
static json_t *json_nothing(void)
{
    json_error_t error;
    return json_loads("null", JSON_DECODE_ANY, &error);
}

static unsigned passed, failed, excepted;

/* Known to differ, each with its reason; at most 1 % of the suite. */
static const struct {
    const char *description, *reason;
} exceptions[] = {
    {"Non-XML character", "coercion to an XML infoset is the tree's business, not the tokenizer's"},
    {"Non-XML space", "the same"},
    {"Double hyphen in comment", "the same"},
};

/* The suite escapes some strings twice: \uHHHH stands for a character. */
static struct bytes unescape(struct arena *arena, const char *s, size_t len, bool twice)
{
    struct text out;
    text_init(&out, arena, 0);
    text_reserve(&out, len);
    for (size_t i = 0; i < len;) {
        if (twice && i + 5 < len && s[i] == '\\' && s[i + 1] == 'u') {
            char digits[5] = {s[i + 2], s[i + 3], s[i + 4], s[i + 5], 0};
            text_add_codepoint(&out, (uint32_t)strtoul(digits, NULL, 16));
            i += 6;
        } else {
            text_add_byte(&out, (uint8_t)s[i++]);
        }
    }
    return text_bytes(&out);
}

static struct bytes json_bytes(struct arena *arena, const json_t *s, bool twice)
{
    return unescape(arena, json_string_value(s), json_string_length(s), twice);
}

static void set_name(struct arena *arena, json_t *list, struct bytes name)
{
    struct bytes s = html_name(arena, name);
    json_array_append_new(list, json_stringn((const char *)s.at, s.len));
}

static json_t *token_json(struct arena *arena, const struct html_token *token)
{
    static const char *const names[] = {"Character", "StartTag", "EndTag", "Comment", "DOCTYPE"};
    json_t *list = json_array();
    json_array_append_new(list, json_stringn(names[token->type], strlen(names[token->type])));
    struct bytes s;
    switch (token->type) {
    case HTML_TOKEN_TEXT:
        s = html_text(arena, token->text, token->state);
        json_array_append_new(list, json_stringn((const char *)s.at, s.len));
        break;
    case HTML_TOKEN_COMMENT:
        s = html_comment(arena, token->text);
        json_array_append_new(list, json_stringn((const char *)s.at, s.len));
        break;
    case HTML_TOKEN_END: set_name(arena, list, token->text); break;
    case HTML_TOKEN_START: {
        json_t *map = json_object();
        set_name(arena, list, token->text);
        for (uint32_t i = 0; i < token->attribute_count; i++) {
            struct bytes name = html_name(arena, token->attribute[i].name);
            s = html_attribute_value(arena, &token->attribute[i]);
            json_object_setn_new(map, (const char *)name.at, name.len,
                                 json_stringn((const char *)s.at, s.len));
        }
        json_array_append_new(list, map);
        if (token->self_closing)
            json_array_append_new(list, json_true());
        break;
    }
    case HTML_TOKEN_DOCTYPE: {
        const struct bytes part[] = {token->text, token->public_id, token->system_id};
        for (int i = 0; i < 3; i++) {
            s = part[i].at == NULL ? part[i]
                : i == 0           ? html_name(arena, part[i])
                                   : html_comment(arena, part[i]);
            json_array_append_new(list, s.at == NULL ? json_nothing()
                                                     : json_stringn((const char *)s.at, s.len));
        }
        json_array_append_new(list, json_boolean(!token->force_quirks));
        break;
    }
    }
    return list;
}

/* LIST with neighbouring character tokens joined, as the suite has them. */
static void append_token(json_t *list, json_t *token)
{
    json_t *last = json_array_get(list, json_array_size(list) - 1);
    if (json_array_size(list) > 0 &&
        strcmp(json_string_value(json_array_get(token, 0)), "Character") == 0 &&
        strcmp(json_string_value(json_array_get(last, 0)), "Character") == 0) {
        const json_t *a = json_array_get(last, 1), *b = json_array_get(token, 1);
        size_t len = json_string_length(a) + json_string_length(b);
        char *joined = malloc(len + 1);
        memcpy(joined, json_string_value(a), json_string_length(a));
        memcpy(joined + json_string_length(a), json_string_value(b), json_string_length(b));
        json_array_set_new(last, 1, json_stringn(joined, len));
        free(joined);
        json_decref(token);
    } else {
        json_array_append_new(list, token);
    }
}

static json_t *unescape_all(struct arena *arena, json_t *value)
{
    if (json_is_string(value)) {
        struct bytes s = json_bytes(arena, value, true);
        return json_stringn((const char *)s.at, s.len);
    }
    if (json_is_array(value)) {
        json_t *list = json_array();
        for (size_t i = 0; i < json_array_size(value); i++)
            json_array_append_new(list, unescape_all(arena, json_array_get(value, i)));
        return list;
    }
    if (json_is_object(value)) {
        json_t *map = json_object(), *item;
        const char *key;
        json_object_foreach(value, key, item)
        {
            struct bytes name = unescape(arena, key, strlen(key), true);
            json_object_setn_new(map, (const char *)name.at, name.len, unescape_all(arena, item));
        }
        return map;
    }
    return json_incref(value);
}

static enum html_state state_named(const char *name)
{
    static const char *const names[] = {"Data state",          "RCDATA state",
                                        "RAWTEXT state",       "Script data state",
                                        "CDATA section state", "PLAINTEXT state"};
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i]) == 0)
            return i;
    printf("Bail out! no state %s\n", name);
    exit(1);
}

static bool is_excepted(const char *description)
{
    for (size_t i = 0; i < sizeof exceptions / sizeof exceptions[0]; i++)
        if (strcmp(description, exceptions[i].description) == 0)
            return true;
    return false;
}

static void run_one(struct arena *arena, const json_t *test, const char *state)
{
    bool twice = json_is_true(json_object_get(test, "doubleEscaped"));
    const char *description = json_string_value(json_object_get(test, "description"));
    struct html_tokenizer tokenizer;
    struct html_token token;
    html_tokenizer_init(&tokenizer, arena, json_bytes(arena, json_object_get(test, "input"), twice),
                        128);
    tokenizer.follow = false;
    tokenizer.state = state_named(state);
    const json_t *last = json_object_get(test, "lastStartTag");
    if (last != NULL)
        tokenizer.last_start = json_bytes(arena, last, twice);
    json_t *seen = json_array();
    while (html_token_next(&tokenizer, &token))
        append_token(seen, token_json(arena, &token));
    json_t *output = json_object_get(test, "output");
    json_t *expected = twice ? unescape_all(arena, output) : json_incref(output);
    if (json_equal(seen, expected)) {
        passed++;
    } else if (is_excepted(description)) {
        excepted++;
    } else {
        failed++;
        char *a = json_dumps(seen, JSON_ENSURE_ASCII), *b = json_dumps(expected, JSON_ENSURE_ASCII);
        char *input =
            json_dumps(json_object_get(test, "input"), JSON_ENSURE_ASCII | JSON_ENCODE_ANY);
        printf("# %s [%s] %s\n#   seen     %s\n#   expected %s\n", description, state, input, a, b);
        free(a), free(b), free(input);
    }
    json_decref(seen), json_decref(expected);
}

static void run_file(struct arena *arena, const char *path)
{
    json_error_t error;
    json_t *root = json_load_file(path, JSON_ALLOW_NUL, &error);
    if (root == NULL) {
        /* jansson refuses the lone surrogates a few inputs are about. */
        printf("# %s: %s\n", path, error.text);
        failed++;
        return;
    }
    json_t *tests = json_object_get(root, "tests"), *test;
    if (tests == NULL)
        tests = json_object_get(root, "xmlViolationTests");
    size_t i, j;
    json_array_foreach(tests, i, test)
    {
        json_t *states = json_object_get(test, "initialStates"), *state;
        if (states == NULL)
            run_one(arena, test, "Data state");
        else
            json_array_foreach(states, j, state) run_one(arena, test, json_string_value(state));
        arena_reset(arena);
    }
    json_decref(root);
}

static void run_folder(struct arena *arena, const char *folder, const char *what)
{
    DIR *dir = opendir(folder);
    if (dir == NULL) {
        tap_ok(true, "%s # SKIP no %s", what, folder);
        return;
    }
    passed = failed = excepted = 0;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char path[4096];
        size_t len = strlen(entry->d_name);
        if (len < 5 || strcmp(entry->d_name + len - 5, ".test") != 0)
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        run_file(arena, path);
    }
    closedir(dir);
    unsigned all = passed + failed + excepted;
    tap_ok(all > 0 && failed == 0 && excepted * 100 <= all, "%s: %u pass, %u excepted, %u fail",
           what, passed, excepted, failed);
}

static void test_names(void)
{
    bool all = true;
    for (int i = 1; i < HTML_TAG_COUNT; i++)
        all = all && html_tag_of(bytes_of_string(html_tag_rows[i].name)) == (enum html_tag)i;
    tap_ok(all, "every tag name is found under its own number");
    tap_int(html_tag_of(BYTES("BlockQuote")), HTML_TAG_BLOCKQUOTE, "tag names fold case");
    tap_int(html_tag_of(BYTES("blockquotf")), HTML_TAG_OTHER, "an unknown tag is OTHER");
    tap_int(html_attribute_of(BYTES("HREF")), HTML_ATTRIBUTE_HREF, "attribute names fold case");
    tap_int(html_attribute_of(BYTES("hre")), HTML_ATTRIBUTE_OTHER, "an unknown attribute is OTHER");
}

static void test_limits(struct arena *arena)
{
    struct text page;
    text_init(&page, arena, 0);
    text_add_string(&page, "<a");
    for (int i = 0; i < 50000; i++)
        text_add_format(&page, " x%d=1", i);
    text_add_string(&page, " href=late>z");
    struct html_tokenizer tokenizer;
    struct html_token token;
    html_tokenizer_init(&tokenizer, arena, text_bytes(&page), 128);
    tap_ok(html_token_next(&tokenizer, &token) && token.attribute_count == 128 &&
               token.attributes_cut && tokenizer.attributes_over,
           "attributes past the limit are dropped and told");
    tap_ok(html_token_next(&tokenizer, &token) && bytes_equal(token.text, BYTES("z")),
           "the tag still ends");
    html_tokenizer_init(&tokenizer, arena, BYTES("x<a href='no end"), 128);
    tap_ok(html_token_next(&tokenizer, &token) && !html_token_next(&tokenizer, &token),
           "a cut tag is no token");
    tap_int((int64_t)tokenizer.unfinished, 1, "its place is kept");
}

int main(void)
{
    void *parent = talloc_new(NULL);
    struct arena *arena = arena_new(parent);
    test_names();
    test_limits(arena);
    run_folder(arena, "test/data/html_token", "own cases in the suite's form");
    const char *corpus = getenv("NOROSHI_CORPUS");
    char folder[2048];
    snprintf(folder, sizeof folder, "%s/tokenizer", corpus == NULL ? "/nonexistent" : corpus);
    run_folder(arena, folder, "html5lib tokenizer suite");
    talloc_free(parent);
    return tap_end();
}
