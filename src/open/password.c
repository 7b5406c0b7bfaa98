/* SPDX-License-Identifier: Apache-2.0 */
#include "open/password.h"

#include "artifact/node_text.h"
#include "base/text.h"
#include "base/utf8.h"

#include "open/html.h"
#include "open/mime.h"

#include <assert.h>

#define CANDIDATES_MAX 4096
#define WORD_BYTES_MAX 64
#define TEXT_BYTES_MAX ((size_t)256 * 1024)
#define SHORT_TEXT_BYTES ((size_t)4096)
#define WORDS_AFTER 10
#define PHRASE_BEFORE 24
#define PHRASE_AFTER 120

/* Words for "password", "key", "code", "unpack"; folded ASCII, the rest as written. */
static const char
    *const
        keywords[] =
            {
                "password",
                "passwort",
                "passord",
                "passcode",
                "pass code",
                "pass:",
                "pass =",
                "passwd",
                "pwd",
                "pw:",
                "pw is",
                "p/w",
                "kennwort",
                "mot de passe",
                "contrase\xC3\xB1"
                "a",
                "contrasena",
                "clave",
                "senha",
                "wachtwoord",
                "l\xC3\xB6senord",
                "losenord",
                "adgangskode",
                "salasana",
                "has\xC5\x82o",
                "haslo",
                "heslo",
                "jelsz\xC3\xB3",
                "parola",
                "\xC8\x99"
                "ifr",
                "\xC5\x9Fifre",
                "sifre",
                "lozinka",
                "geslo",
                "access code",
                "access key",
                "pin code",
                "pin:",
                "kode:",
                "kata sandi",
                "sandi:",
                "m\xE1\xBA\xADt kh\xE1\xBA\xA9u",
                "codice",
                "code:",
                "key:",
                "passphrase",
                "\xD0\xBF\xD0\xB0\xD1\x80\xD0\xBE\xD0\xBB\xD1\x8C",
                "\xD0\x9F\xD0\xB0\xD1\x80\xD0\xBE\xD0\xBB\xD1\x8C",
                "\xD0\x9F\xD0\x90\xD0\xA0\xD0\x9E\xD0\x9B\xD0\xAC",
                "\xCE\xBA\xCF\x89\xCE\xB4\xCE\xB9\xCE\xBA\xCF\x8C",
                "\xE3\x83\x91\xE3\x82\xB9\xE3\x83\xAF\xE3\x83\xBC\xE3\x83\x89", /* pasuwaado */
                "\xE3\x83\x91\xE3\x82\xB9\xE3\x82\xB3\xE3\x83\xBC\xE3\x83\x89", /* pasukoodo */
                "\xE8\xA7\xA3\xE5\x87\x8D",                         /* kaitou: unpacking */
                "\xE6\x9A\x97\xE8\xA8\xBC\xE7\x95\xAA\xE5\x8F\xB7", /* anshou bangou: PIN */
                "\xEF\xBE\x8A\xEF\xBE\x9F\xEF\xBD\xBD\xEF\xBE\x9C\xEF\xBD\xB0\xEF\xBE\x84\xEF\xBE"
                "\x9E", /* half-width */
                "\xE5\xAF\x86\xE7\xA0\x81",
                "\xE5\xAF\x86\xE7\xA2\xBC",
                "\xE5\x8F\xA3\xE4\xBB\xA4",
                "\xE8\xA7\xA3\xE5\x8E\x8B",
                "\xEB\xB9\x84\xEB\xB0\x80\xEB\xB2\x88\xED\x98\xB8",
                "\xEC\x95\x94\xED\x98\xB8",
                "\xE0\xB8\xA3\xE0\xB8\xAB\xE0\xB8\xB1\xE0\xB8\xAA\xE0\xB8\x9C\xE0\xB9\x88\xE0\xB8"
                "\xB2\xE0\xB8\x99",
                "\xD9\x83\xD9\x84\xD9\x85\xD8\xA9 \xD8\xA7\xD9\x84\xD9\x85\xD8\xB1\xD9\x88\xD8\xB1",
                "\xD7\xA1\xD7\x99\xD7\xA1\xD7\x9E\xD7\x94",
};

static const char *const habits[] = {
    "infected", "1234",     "123",       "12345",           "123456",  "1111",
    "0000",     "password", "Password1", "VelvetSweatshop", "malware", "virus",
    "2020",     "2021",     "777",       "secret",          "admin",   "document"};

/* Filler that stands between the keyword and the key. */
static const char *const fillers[] = {
    "is",   "for",   "the",     "to",    "a",         "an",       "of",         "in",
    "file", "files", "archive", "zip",   "document",  "open",     "this",       "use",
    "and",  "your",  "with",    "will",  "be",        "attached", "attachment", "ist",
    "est",  "es",    "per",     "pour",  "der",       "die",      "das",        "la",
    "le",   "el",    "please",  "enter", "following",
};

static bool is_filler(struct bytes word)
{
    for (size_t i = 0; i < sizeof fillers / sizeof fillers[0]; i++)
        if (bytes_equal_fold(word, bytes_of_string(fillers[i])))
            return true;
    return false;
}

void password_add(struct tree *tree, struct bytes word, struct bytes phrase)
{
    if (word.len == 0 || word.len > WORD_BYTES_MAX || tree->password_count >= CANDIDATES_MAX)
        return;
    for (uint32_t i = 0; i < tree->password_count; i++)
        if (bytes_equal(tree->password[i], word))
            return;
    if (tree->password_count == tree->password_capacity) {
        uint32_t capacity = tree->password_capacity == 0 ? 64 : tree->password_capacity * 2;
        struct bytes *words = arena_array_of(tree->arena, capacity, struct bytes);
        struct bytes *phrases = arena_array_of(tree->arena, capacity, struct bytes);
        if (tree->password_count > 0) {
            memcpy(words, tree->password, tree->password_count * sizeof *words);
            memcpy(phrases, tree->password_phrase, tree->password_count * sizeof *phrases);
        }
        tree->password = words;
        tree->password_phrase = phrases;
        tree->password_capacity = capacity;
    }
    tree->password[tree->password_count] = word;
    tree->password_phrase[tree->password_count++] = phrase;
}

/* Length of a separator at AT: white space, ASCII brackets and quotes, their full-width forms. */
static size_t separator_len(struct bytes text, size_t at)
{
    static const char *const wide[] = {
        "\xE3\x80\x80", "\xEF\xBC\x9A", "\xE3\x80\x8C", "\xE3\x80\x8D", "\xE3\x80\x8E",
        "\xE3\x80\x8F", "\xE3\x80\x90", "\xE3\x80\x91", "\xEF\xBC\x88", "\xEF\xBC\x89",
        "\xEF\xBC\x9D", "\xE3\x80\x82", "\xE3\x80\x81", "\xE3\x80\x94", "\xE3\x80\x95",
        "\xE2\x80\x9C", "\xE2\x80\x9D", "\xE2\x80\x98", "\xE2\x80\x99", "\xE3\x81\xAF",
        "\xE3\x81\xAE", "\xE3\x81\xA7", "\xE2\x86\x92", "\xE2\x80\x93", "\xE2\x80\x94",
        "\xC2\xA0",     "\xC2\xAB",     "\xC2\xBB",
    };
    uint8_t c = text.at[at];
    if (c <= ' ' || c == ':' || c == '"' || c == '\'' || c == '(' || c == ')' || c == '[' ||
        c == ']' || c == '<' || c == '>' || c == '=' || c == ',' || c == ';' || c == '|')
        return 1;
    if (c >= 0x80)
        for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++)
            if (bytes_starts(bytes_from(text, at), bytes_of_string(wide[i])))
                return strlen(wide[i]);
    return 0;
}

/* The next word of TEXT at or after *AT, which moves past it; false at the end. */
static bool word_next(struct bytes text, size_t *at, struct bytes *word_out)
{
    size_t skip;
    while (*at < text.len && (skip = separator_len(text, *at)) > 0)
        *at += skip;
    size_t from = *at;
    while (*at < text.len && separator_len(text, *at) == 0)
        ++*at;
    *word_out = bytes_sub(text, from, *at - from);
    return *at > from;
}

static bool is_edge_mark(uint8_t c)
{
    return c == '.' || c == '!' || c == '?' || c == '*' || c == '_' || c == '-' || c == '`' ||
           c == '~';
}

/* WORD as written, without marks at its edges, and with full-width letters as ASCII. */
static void add_forms(struct tree *tree, struct bytes word, struct bytes phrase)
{
    struct bytes bare = word;
    while (bare.len > 0 && is_edge_mark(bare.at[bare.len - 1]))
        bare.len--;
    password_add(tree, bare, phrase);
    password_add(tree, word, phrase);
    while (bare.len > 0 && is_edge_mark(bare.at[0]))
        bare = bytes_from(bare, 1);
    password_add(tree, bare, phrase);
    struct text ascii;
    bool wide = false;
    if (utf8_is_ascii(word) || !utf8_valid(word) || word.len > 3 * WORD_BYTES_MAX)
        return;
    text_init(&ascii, tree->arena, 0);
    for (size_t at = 0; at < word.len;) {
        uint32_t c = utf8_next(word, &at);
        wide = wide || (c >= 0xFF01 && c <= 0xFF5E);
        text_add_codepoint(&ascii, c >= 0xFF01 && c <= 0xFF5E ? c - 0xFEE0 : c);
    }
    if (wide)
        password_add(tree, text_bytes(&ascii), phrase);
    /* "1234です": the ASCII run alone. */
    size_t run = 0;
    while (run < word.len && word.at[run] > ' ' && word.at[run] < 0x7F)
        run++;
    if (run >= 3)
        password_add(tree, bytes_sub(word, 0, run), phrase);
}

/* What stands between quotes or brackets in AFTER, blanks and all: "Blue Sky 9". */
static void add_quoted(struct tree *tree, struct bytes after, struct bytes phrase)
{
    static const char *const pairs[][2] = {
        {"\"", "\""}, {"'", "'"}, {"`", "`"}, {"[", "]"}, {"(", ")"}, {"<", ">"},
        {"\xE2\x80\x9C", "\xE2\x80\x9D"}, /* the quotes of word processors */
        {"\xE2\x80\x98", "\xE2\x80\x99"},
        {"\xE3\x80\x8C", "\xE3\x80\x8D"}, /* Japanese corner brackets, two sizes, and lenticular */
        {"\xE3\x80\x8E", "\xE3\x80\x8F"},
        {"\xE3\x80\x90", "\xE3\x80\x91"},
        {"\xC2\xAB", "\xC2\xBB"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        struct bytes opening = bytes_of_string(pairs[i][0]), closing = bytes_of_string(pairs[i][1]);
        size_t from = bytes_find(after, opening, 0);
        size_t to = from == BYTES_NPOS ? BYTES_NPOS : bytes_find(after, closing, from + opening.len);
        if (to == BYTES_NPOS)
            continue;
        struct bytes inside = bytes_sub(after, from + opening.len, to - from - opening.len);
        password_add(tree, inside, phrase);
        password_add(tree, bytes_trim(inside), phrase);
    }
}

static void add_near(struct tree *tree, struct bytes text, size_t keyword, size_t keyword_len)
{
    size_t from = keyword > PHRASE_BEFORE ? keyword - PHRASE_BEFORE : 0;
    struct bytes phrase = bytes_trim(bytes_sub(text, keyword, keyword_len + 40));
    phrase = utf8_cut(phrase, phrase.len);
    struct bytes after = bytes_sub(text, keyword + keyword_len, PHRASE_AFTER), word;
    size_t at = 0;
    add_quoted(tree, after, phrase);
    for (int i = 0; i < WORDS_AFTER && word_next(after, &at, &word); i++)
        if (!is_filler(word))
            add_forms(tree, word, phrase);
    /* "1234 is the password": the two words before. */
    struct bytes before = bytes_sub(text, from, keyword - from);
    at = 0;
    while (word_next(before, &at, &word))
        if (word.len >= 3 && !is_filler(word))
            add_forms(tree, word, phrase);
}

const char *const *password_keywords(uint32_t *count_out)
{
    *count_out = sizeof keywords / sizeof keywords[0];
    return keywords;
}

void password_add_from_text(struct tree *tree, struct bytes text)
{
    text = bytes_sub(text, 0, TEXT_BYTES_MAX);
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++) {
        struct bytes keyword = bytes_of_string(keywords[i]);
        size_t at = bytes_find_fold(text, keyword, 0);
        for (int hits = 0; at != BYTES_NPOS && hits < 8; hits++) {
            add_near(tree, text, at, keyword.len);
            at = bytes_find_fold(text, keyword, at + keyword.len);
        }
    }
}

/* CONTENT without its tags, in the arena where there are any. */
static struct bytes plain_text(struct tree *tree, struct bytes content)
{
    content = bytes_sub(content, 0, TEXT_BYTES_MAX);
    if (bytes_find_byte(content, '<', 0) == BYTES_NPOS)
        return content;
    struct text out;
    text_init(&out, tree->arena, 0);
    for (size_t at = 0; at < content.len;) {
        size_t open = bytes_find_byte(content, '<', at);
        size_t close = open == BYTES_NPOS ? BYTES_NPOS : bytes_find_byte(content, '>', open);
        if (close == BYTES_NPOS)
            open = close = content.len;
        text_add(&out, bytes_sub(content, at, open - at));
        text_add_byte(&out, ' ');
        at = close + 1;
    }
    return text_bytes(&out);
}

/* What a reader of NODE sees: the page's shown text, or the text in UTF-8. */
static struct bytes talk_of(struct node *node)
{
    const struct html_doc *doc = node->opened ? html_of(node) : NULL;
    if (doc != NULL)
        return bytes_sub(doc->display_text, 0, TEXT_BYTES_MAX);
    struct bytes text = bytes_sub(node_text(node), 0, TEXT_BYTES_MAX);
    return node->kind == KIND_HTML || bytes_equal(node->type, BYTES("text/html"))
               ? plain_text(node->tree, text)
               : text;
}

static bool is_talk(const struct node *node)
{
    return node->kind == KIND_TEXT || node->kind == KIND_HTML ||
           (node->kind == KIND_UNKNOWN && bytes_starts(node->type, BYTES("text/")));
}

static void add_subject(struct tree *tree, const struct node *node)
{
    const struct mime_message *message = mime_message(node);
    if (message == NULL)
        return;
    struct header_field *subject = header_find(&message->header, BYTES("subject"));
    if (subject != NULL)
        password_add_from_text(tree, header_text(&message->header, subject));
}

/* The parts of a file's name: its stem, then each piece and what follows it. */
static void add_name(struct tree *tree, struct bytes name)
{
    size_t slash = bytes_find_last_byte(name, '/');
    struct bytes stem = slash == BYTES_NPOS ? name : bytes_from(name, slash + 1);
    size_t dot = bytes_find_last_byte(stem, '.');
    if (dot != BYTES_NPOS && dot > 0)
        stem = bytes_sub(stem, 0, dot);
    password_add(tree, stem, name);
    for (size_t from = 0, at = 0; at <= stem.len; at++)
        if (at == stem.len || bytes_find_byte(BYTES(" _-.()[]=+"), stem.at[at], 0) != BYTES_NPOS) {
            if (at - from >= 3)
                password_add(tree, bytes_sub(stem, from, at - from), name);
            if (stem.len - from >= 3)
                password_add(tree, bytes_from(stem, from), name);
            from = at + 1;
        }
}

static void collect(struct tree *tree)
{
    uint32_t from = tree->password_nodes;
    tree->password_nodes = tree->count;
    for (uint32_t i = from; i < tree->count; i++) {
        struct node *node = tree->node[i];
        if (node->kind == KIND_MAIL)
            add_subject(tree, node);
        if (is_talk(node))
            password_add_from_text(tree, talk_of(node));
    }
    for (uint32_t i = from; i < tree->count; i++)
        add_name(tree, tree->node[i]->name);
    if (from == 0)
        for (size_t i = 0; i < sizeof habits / sizeof habits[0]; i++)
            password_add(tree, bytes_of_string(habits[i]), BYTES("common passwords"));
    for (uint32_t i = from; i < tree->count; i++) {
        struct node *node = tree->node[i];
        struct bytes text, word;
        size_t at = 0;
        if (!is_talk(node) || node->depth > 3)
            continue;
        text = bytes_sub(talk_of(node), 0, SHORT_TEXT_BYTES);
        while (word_next(text, &at, &word))
            if (word.len >= 3)
                add_forms(tree, word, BYTES("a word of the text"));
    }
}

void password_begin(struct password_walk *walk, struct node *node)
{
    collect(node->tree);
    *walk = (struct password_walk){.node = node};
    struct value before = node_get(node, FACT_PASSWORD_TRIED);
    if (before.tag == VALUE_INT)
        walk->tried = (uint32_t)before.as.integer;
}

bool password_next(struct password_walk *walk)
{
    struct tree *tree = walk->node->tree;
    if (walk->next >= tree->password_count)
        return false;
    if (walk->tried >= tree->budget->most[LIMIT_PASSWORDS]) {
        tree->budget->passed |= 1u << LIMIT_PASSWORDS;
        node_limit(walk->node, LIMIT_PASSWORDS);
        return false;
    }
    if (walk->tried % 16 == 15 && !budget_time_left(tree->budget)) {
        node_limit(walk->node, LIMIT_MILLISECONDS);
        return false;
    }
    walk->word = tree->password[walk->next++];
    walk->tried++;
    return true;
}

void password_found(struct password_walk *walk)
{
    struct tree *tree = walk->node->tree;
    assert(walk->next > 0);
    uint32_t at = walk->next - 1;
    struct bytes phrase = tree->password_phrase[at];
    memmove(tree->password + 1, tree->password, at * sizeof *tree->password);
    memmove(tree->password_phrase + 1, tree->password_phrase, at * sizeof *tree->password_phrase);
    tree->password[0] = walk->word;
    tree->password_phrase[0] = phrase;
    node_fact_string(walk->node, FACT_PASSWORD_USED, walk->word);
    node_fact_string(walk->node, FACT_PASSWORD_PHRASE, phrase);
    node_fact_int(walk->node, FACT_PASSWORD_TRIED, walk->tried);
}

void password_failed(struct password_walk *walk)
{
    node_fact_int(walk->node, FACT_PASSWORD_TRIED, walk->tried);
}
