/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/script_words.h"

#include "base/text.h"

#define REGEX_MAX_BYTES 2048 /* keeps a line of lone slashes linear */

struct words {
    struct arena *arena;
    struct array *array;
    uint32_t *slot, slots; /* a power of two over twice the words; grows with them */
};

static struct words words_new(struct arena *arena)
{
    return (struct words){arena, array_new(arena), NULL, 0};
}

/* The slot of WORD: its own, or the free one it belongs in. */
static uint32_t *word_slot(const struct words *words, struct bytes word)
{
    for (uint32_t i = (uint32_t)bytes_slot(word);; i++) {
        uint32_t *at = &words->slot[i & (words->slots - 1)];
        if (*at == 0 || bytes_equal(value_bytes(words->array->item[*at - 1]), word))
            return at;
    }
}

static void words_grow(struct words *words)
{
    words->slots = words->slots == 0 ? 32 : words->slots * 4;
    words->slot = arena_array_of(words->arena, words->slots, uint32_t);
    for (uint32_t i = 0; i < words->array->count; i++)
        *word_slot(words, value_bytes(words->array->item[i])) = i + 1;
}

static void words_add(struct words *words, struct bytes word)
{
    if (words->array->count >= SCRIPT_WORDS_MAX)
        return;
    if (words->array->count * 2 >= words->slots)
        words_grow(words);
    uint32_t *at = word_slot(words, word);
    if (*at != 0)
        return;
    array_add(words->arena, words->array, value_string(word));
    *at = words->array->count;
}

static bool is_keyword(struct bytes word)
{
    static const char *const names[] = {
        "await",   "break",    "case",  "catch",  "class",  "const",      "continue", "debugger",
        "default", "delete",   "do",    "else",   "export", "extends",    "false",    "finally",
        "for",     "function", "if",    "import", "in",     "instanceof", "let",      "new",
        "null",    "return",   "super", "switch", "this",   "throw",      "true",     "try",
        "typeof",  "var",      "void",  "while",  "with",   "yield",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (bytes_equal(word, bytes_of_string(names[i])))
            return true;
    return false;
}

static bool is_name(uint8_t c)
{
    return ascii_is_alnum(c) || c == '_' || c == '$' || c >= 0x80;
}

/* One past the string that opens at I; a line end closes it unless it is a template. */
static size_t string_end(struct bytes t, size_t i)
{
    uint8_t quote = t.at[i];
    for (size_t k = i + 1; k < t.len; k++) {
        if (t.at[k] == '\\')
            k++;
        else if (t.at[k] == quote)
            return k + 1;
        else if (t.at[k] == '\n' && quote != '`')
            return k;
    }
    return t.len;
}

/* One past the regular expression that opens at I, or I where it does not close on its line. */
static size_t regex_end(struct bytes t, size_t i)
{
    bool in_class = false;
    size_t most = t.len - i > REGEX_MAX_BYTES ? i + REGEX_MAX_BYTES : t.len;
    for (size_t k = i + 1; k < most && t.at[k] != '\n'; k++) {
        if (t.at[k] == '\\')
            k++;
        else if (t.at[k] == '[')
            in_class = true;
        else if (t.at[k] == ']')
            in_class = false;
        else if (t.at[k] == '/' && !in_class) {
            for (k++; k < t.len && ascii_is_alpha(t.at[k]);)
                k++;
            return k;
        }
    }
    return i;
}

static size_t comment_end(struct bytes t, size_t i)
{
    size_t end =
        t.at[i + 1] == '/' ? bytes_find_byte(t, '\n', i) : bytes_find(t, BYTES("*/"), i + 2);
    return end == BYTES_NPOS ? t.len : t.at[i + 1] == '/' ? end : end + 2;
}

struct lexer {
    struct words tokens, identifiers, keywords, strings, regexes;
    bool operand; /* an operand may stand here: a slash opens a regular expression */
};

/* Read one token at I; returns where it ends. */
static size_t lex_one(struct lexer *lexer, struct bytes t, size_t i)
{
    uint8_t c = t.at[i];
    size_t end = i + 1;
    if (c == '"' || c == '\'' || c == '`') {
        end = string_end(t, i);
        bool closed = end > i + 1 && t.at[end - 1] == c;
        words_add(&lexer->strings, bytes_sub(t, i + 1, end - i - 1 - closed));
        lexer->operand = false;
    } else if (c == '/' && lexer->operand && regex_end(t, i) > i) {
        end = regex_end(t, i);
        words_add(&lexer->regexes, bytes_sub(t, i, end - i));
        lexer->operand = false;
    } else if (is_name(c)) {
        while (end < t.len && (is_name(t.at[end]) || (ascii_is_digit(c) && t.at[end] == '.')))
            end++;
        struct bytes word = bytes_sub(t, i, end - i);
        bool keyword = is_keyword(word);
        if (keyword)
            words_add(&lexer->keywords, word);
        else if (!ascii_is_digit(c))
            words_add(&lexer->identifiers, word);
        lexer->operand = keyword && !bytes_equal(word, BYTES("this"));
    } else {
        lexer->operand = c != ')' && c != ']' && c != '}';
    }
    words_add(&lexer->tokens, bytes_sub(t, i, end - i));
    return end;
}

void script_words_fill(struct object *object, struct bytes text)
{
    struct arena *arena = object->model->arena;
    struct lexer lexer = {words_new(arena), words_new(arena), words_new(arena),
                          words_new(arena), words_new(arena), true};
    for (size_t i = 0; i < text.len;) {
        if (text.at[i] <= ' ')
            i++;
        else if (text.at[i] == '/' && i + 1 < text.len &&
                 (text.at[i + 1] == '/' || text.at[i + 1] == '*'))
            i = comment_end(text, i);
        else
            i = lex_one(&lexer, text, i);
    }
    object_set(object, FIELD_StrelkaJavascript_tokens, value_array(lexer.tokens.array));
    object_set(object, FIELD_StrelkaJavascript_identifiers, value_array(lexer.identifiers.array));
    object_set(object, FIELD_StrelkaJavascript_keywords, value_array(lexer.keywords.array));
    object_set(object, FIELD_StrelkaJavascript_strings, value_array(lexer.strings.array));
    object_set(object, FIELD_StrelkaJavascript_regular_expressions,
               value_array(lexer.regexes.array));
}

struct bytes script_words_of_page(struct model *model, const struct html_doc *doc)
{
    struct text joined;
    text_init(&joined, model->arena, 0);
    for (uint32_t i = 0; i < doc->script_count; i++) {
        text_add(&joined, doc->script[i].text);
        text_add_byte(&joined, '\n');
    }
    for (uint32_t i = 0; i < doc->event_count; i++) {
        text_add(&joined, doc->event[i].value);
        text_add_byte(&joined, '\n');
    }
    return text_bytes(&joined);
}
