/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/function.h"

#include <assert.h>

const struct function_row function_rows[FUNCTION_COUNT] = {
#define FUNCTION(id, name, run, lacks, cost, result, parameters, what)                             \
    [FUNCTION_##                                                                                   \
        id] = {name, function_##run, CAPABILITY_##lacks, COST_##cost, result, parameters, what},
#define CAPABILITY_NONE CAPABILITY_COUNT
#include "rule/function.def"
#undef FUNCTION
};

/* Names older feeds use. */
static const struct {
    const char *old, *now;
} aliases[] = {
    {"ilike", "strings.ilike"},
    {"like", "strings.like"},
    {"iregex_search", "regex.icontains"},
    {"regex_search", "regex.contains"},
    {"beta.binexplode", "file.explode"},
    {"beta.oletools", "file.oletools"},
    {"beta.whois", "network.whois"},
    {"beta.message_screenshot", "file.message_screenshot"},
    {"beta.linkanalysis", "ml.link_analysis"},
    {"beta.scan_base64", "strings.scan_base64"},
};

#define NAME_SLOTS 512

/* Where NAME is in the table of names, or the free slot where it belongs. */
static uint16_t *name_slot(uint16_t slots[NAME_SLOTS], struct bytes name)
{
    for (uint32_t i = (uint32_t)bytes_hash(name) % NAME_SLOTS;; i = (i + 1) % NAME_SLOTS)
        if (slots[i] == 0 || bytes_equal(bytes_of_string(function_rows[slots[i] - 1].name), name))
            return &slots[i];
}

const struct function_row *function_named(struct bytes name)
{
    static uint16_t slots[NAME_SLOTS];
    static bool ready;
    static_assert(FUNCTION_COUNT < NAME_SLOTS / 2, "the table of names is too small");
    for (size_t i = 0; i < FUNCTION_COUNT && !ready; i++)
        *name_slot(slots, bytes_of_string(function_rows[i].name)) = (uint16_t)(i + 1);
    ready = true;
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (bytes_equal(name, bytes_of_string(aliases[i].old)))
            name = bytes_of_string(aliases[i].now);
    uint16_t number = *name_slot(slots, name);
    return number == 0 ? NULL : &function_rows[number - 1];
}

bool function_is_extension(struct bytes name)
{
    return bytes_starts(name, BYTES("noroshi."));
}

static const struct {
    const char *word;
    enum base base;
    enum parameter_kind kind;
} words[] = {
    {"bool", BASE_BOOL, PARAMETER_TYPED},     {"int", BASE_INT, PARAMETER_TYPED},
    {"float", BASE_FLOAT, PARAMETER_TYPED},   {"number", BASE_INT, PARAMETER_NUMBER},
    {"string", BASE_STRING, PARAMETER_TYPED}, {"json", BASE_JSON, PARAMETER_TYPED},
    {"scalar", BASE_ANY, PARAMETER_SCALAR},   {"any", BASE_ANY, PARAMETER_ANY},
    {"file", BASE_ANY, PARAMETER_FILE},       {"link", BASE_ANY, PARAMETER_LINK},
    {"html", BASE_ANY, PARAMETER_HTML},
};

static struct parameter parameter_of(struct bytes word)
{
    struct parameter parameter = {.kind = PARAMETER_TYPED};
    size_t equals = bytes_find_byte(word, '=', 0);
    if (equals != BYTES_NPOS) {
        parameter.name = bytes_sub(word, 0, equals);
        word = bytes_from(word, equals + 1);
    }
    if (bytes_ends(word, BYTES("*"))) {
        parameter.repeated = true;
        word.len--;
    }
    while (bytes_starts(word, BYTES("["))) {
        parameter.type.arrays++;
        word = bytes_sub(word, 1, word.len - 2);
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (bytes_equal(word, bytes_of_string(words[i].word))) {
            parameter.type.base = (uint8_t)words[i].base;
            parameter.kind = words[i].kind;
            return parameter;
        }
    enum type type = type_named(word);
    assert(type != TYPE_None);
    parameter.type.base = BASE_OBJECT;
    parameter.type.object = type;
    return parameter;
}

struct typing typing_of_word(struct bytes word)
{
    return parameter_of(word).type;
}

static void read_signature(const struct function_row *row, struct signature *out)
{
    *out = (struct signature){.result = typing_of_word(bytes_of_string(row->result))};
    struct bytes rest = bytes_of_string(row->parameters), word;
    while (rest.len > 0 && bytes_next_field(&rest, ' ', &word)) {
        struct parameter parameter = parameter_of(word);
        if (parameter.name.at != NULL) {
            assert(out->option_count < PARAMETER_MAX);
            out->option[out->option_count++] = parameter;
        } else {
            assert(out->positional_count < PARAMETER_MAX);
            out->positional[out->positional_count++] = parameter;
        }
    }
}

const struct signature *function_signature(const struct function_row *row)
{
    static struct signature known[FUNCTION_COUNT];
    static bool ready[FUNCTION_COUNT];
    size_t number = (size_t)(row - function_rows);
    if (!ready[number])
        read_signature(row, &known[number]);
    ready[number] = true;
    return &known[number];
}

struct value function_lacking(struct call *call)
{
    return value_lacking((enum capability)expr_function(call->expr)->lacks);
}
