/* SPDX-License-Identifier: Apache-2.0 */
#include "open/ics.h"

#include "base/codec.h"
#include "base/text.h"
#include "open/opener.h"

#define COMPONENTS_MAX 4096u
#define PROPERTIES_MAX 65536u
#define DEPTH_MAX 16

static int bid(const struct node *node)
{
    return node->kind == KIND_ICS || node->kind == KIND_VCF ? 80 : 0;
}

/* The next logical line: continuation lines begin with a blank.  SOURCE spans all of it. */
static bool next_logical(struct arena *arena, struct bytes *rest, struct bytes *line,
                         struct bytes *source)
{
    struct bytes part;
    if (!bytes_next_line(rest, line))
        return false;
    const uint8_t *from = line->at;
    *source = *line;
    if (rest->len == 0 || (rest->at[0] != ' ' && rest->at[0] != '\t'))
        return true;
    struct text joined;
    text_init(&joined, arena, 0);
    text_add(&joined, *line);
    while (rest->len > 0 && (rest->at[0] == ' ' || rest->at[0] == '\t') &&
           bytes_next_line(rest, &part)) {
        text_add(&joined, bytes_from(part, 1));
        *source = bytes_of(from, (size_t)(part.at + part.len - from));
    }
    *line = text_bytes(&joined);
    return true;
}

/* Where the name and its parameters end: the first colon outside quotes. */
static size_t colon_of(struct bytes line)
{
    bool quoted = false;
    for (size_t i = 0; i < line.len; i++) {
        if (line.at[i] == '"')
            quoted = !quoted;
        else if (line.at[i] == ':' && !quoted)
            return i;
    }
    return bytes_find_byte(line, ':', 0);
}

static struct bytes unescape(struct arena *arena, struct bytes value)
{
    if (bytes_find_byte(value, '\\', 0) == BYTES_NPOS)
        return value;
    uint8_t *out = arena_alloc(arena, value.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < value.len; i++) {
        uint8_t c = value.at[i];
        if (c == '\\' && i + 1 < value.len) {
            c = value.at[++i];
            c = c == 'n' || c == 'N' ? '\n' : c;
        }
        out[len++] = c;
    }
    return bytes_of(out, len);
}

struct bytes ics_parameter(const struct ics_property *property, const char *name)
{
    struct bytes rest = property->parameters, one;
    while (bytes_next_field(&rest, ';', &one)) {
        size_t equals = bytes_find_byte(one, '=', 0);
        if (equals == BYTES_NPOS ||
            !bytes_equal_fold(bytes_sub(one, 0, equals), bytes_of_string(name)))
            continue;
        one = bytes_from(one, equals + 1);
        if (one.len >= 2 && one.at[0] == '"')
            one = bytes_sub(one, 1, one.len - 2);
        return one;
    }
    return BYTES_NONE;
}

const struct ics_property *ics_get(const struct ics_component *component, const char *name)
{
    for (uint32_t i = 0; i < component->property_count; i++)
        if (bytes_equal_fold(component->property[i].name, bytes_of_string(name)))
            return &component->property[i];
    return NULL;
}

static struct ics_component *add_component(struct arena *arena, struct ics *ics)
{
    if (ics->count == ics->capacity) {
        uint32_t capacity = ics->capacity == 0 ? 8 : ics->capacity * 2;
        struct ics_component *grown = arena_array_of(arena, capacity, struct ics_component);
        if (ics->count > 0)
            memcpy(grown, ics->component, ics->count * sizeof *grown);
        ics->component = grown;
        ics->capacity = capacity;
    }
    return &ics->component[ics->count++];
}

static void add_property(struct arena *arena, struct ics_component *component, struct bytes line,
                         struct bytes source)
{
    size_t colon = colon_of(line);
    if (colon == BYTES_NPOS)
        return;
    struct bytes head = bytes_sub(line, 0, colon);
    size_t semicolon = bytes_find_byte(head, ';', 0);
    struct ics_property property = {
        .name = semicolon == BYTES_NPOS ? head : bytes_sub(head, 0, semicolon),
        .parameters = semicolon == BYTES_NPOS ? bytes_of("", 0) : bytes_from(head, semicolon + 1),
        .value = bytes_from(line, colon + 1),
        .source = source,
    };
    size_t dot = bytes_find_byte(property.name, '.', 0); /* vCard groups */
    if (dot != BYTES_NPOS)
        property.name = bytes_from(property.name, dot + 1);
    if (bytes_equal_fold(ics_parameter(&property, "ENCODING"), BYTES("QUOTED-PRINTABLE")))
        property.value = codec_quoted(arena, property.value, NULL);
    property.value = unescape(arena, property.value);
    if (component->property_count == component->property_capacity) {
        uint32_t capacity =
            component->property_capacity == 0 ? 16 : component->property_capacity * 2;
        struct ics_property *grown = arena_array_of(arena, capacity, struct ics_property);
        if (component->property_count > 0)
            memcpy(grown, component->property, component->property_count * sizeof *grown);
        component->property = grown;
        component->property_capacity = capacity;
    }
    component->property[component->property_count++] = property;
}

struct ics *ics_read(struct arena *arena, struct bytes b, bool *unfinished)
{
    struct ics *ics = arena_new_of(arena, struct ics);
    uint32_t stack[DEPTH_MAX], depth = 0, properties = 0;
    struct bytes line, source;
    if (bytes_starts(b, BYTES("\xEF\xBB\xBF")))
        b = bytes_from(b, 3);
    *unfinished = false;
    bool cut = false; /* the last line is the beginning of an END */
    while (next_logical(arena, &b, &line, &source)) {
        if (bytes_starts_fold(line, BYTES("BEGIN:"))) {
            if (depth == DEPTH_MAX || ics->count >= COMPONENTS_MAX) {
                *unfinished = true;
                return ics;
            }
            struct ics_component *component = add_component(arena, ics);
            component->name = bytes_trim(bytes_from(line, 6));
            component->parent = depth == 0 ? UINT32_MAX : stack[depth - 1];
            stack[depth++] = ics->count - 1;
        } else if (bytes_starts_fold(line, BYTES("END:"))) {
            struct bytes name = bytes_trim(bytes_from(line, 4));
            struct bytes open = depth > 0 ? ics->component[stack[depth - 1]].name : name;
            cut = b.len == 0 && name.len < open.len && bytes_starts_fold(open, name);
            depth -= depth > 0;
        } else if (depth > 0 && properties++ < PROPERTIES_MAX) {
            add_property(arena, &ics->component[stack[depth - 1]], line, source);
        }
    }
    *unfinished = depth > 0 || cut;
    return ics;
}

/* URLs that stand in VALUE. */
static void add_urls(struct node *node, struct bytes value)
{
    static const char *const schemes[] = {"https://", "http://"};
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        for (size_t at = bytes_find_fold(value, bytes_of_string(schemes[i]), 0);
             at != BYTES_NPOS;) {
            size_t end = at;
            while (end < value.len && value.at[end] > ' ' && value.at[end] != '"' &&
                   value.at[end] != '<' && value.at[end] != '>' && value.at[end] != 0x7F)
                end++;
            struct bytes url = bytes_sub(value, at, end - at);
            while (url.len > 0 &&
                   bytes_find_byte(BYTES(".,;)]"), url.at[url.len - 1], 0) != BYTES_NPOS)
                url.len--;
            node_fact_add(node, FACT_ICS_URLS, url);
            at = bytes_find_fold(value, bytes_of_string(schemes[i]), end);
        }
}

static bool hang_inline(struct node *node, const struct ics_property *property)
{
    struct bytes encoding = ics_parameter(property, "ENCODING");
    struct bytes data = property->value, name = ics_parameter(property, "FILENAME");
    if (name.at == NULL)
        name = ics_parameter(property, "X-FILENAME");
    if (bytes_starts_fold(data, BYTES("data:"))) {
        size_t comma = bytes_find(data, BYTES(";base64,"), 0);
        if (comma == BYTES_NPOS)
            return false;
        data = bytes_from(data, comma + 8);
    } else if (!bytes_equal_fold(encoding, BYTES("BASE64")) &&
               !bytes_equal_fold(encoding, BYTES("B"))) {
        return false;
    }
    struct node *child = node_add(node, codec_base64(node->tree->arena, data, NULL), name);
    return child != NULL;
}

static void tell(struct node *node, const struct ics_property *property)
{
    static const struct {
        const char *name;
        enum fact_code code;
    } rows[] = {{"SUMMARY", FACT_ICS_SUMMARY},    {"DESCRIPTION", FACT_ICS_DESCRIPTION},
                {"LOCATION", FACT_ICS_LOCATION},  {"ORGANIZER", FACT_ICS_ORGANIZERS},
                {"ATTENDEE", FACT_ICS_ATTENDEES}, {"METHOD", FACT_ICS_METHOD},
                {"PRODID", FACT_ICS_PRODID},      {"FN", FACT_VCF_NAMES},
                {"EMAIL", FACT_VCF_EMAILS},       {"TEL", FACT_VCF_PHONES},
                {"ORG", FACT_VCF_ORGANIZATIONS}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!bytes_equal_fold(property->name, bytes_of_string(rows[i].name)))
            continue;
        if (fact_rows[rows[i].code].type == FACT_TYPE_STRINGS)
            node_fact_add(node, rows[i].code, property->value);
        else
            node_fact_string(node, rows[i].code, property->value);
    }
    if (bytes_equal_fold(property->name, BYTES("ATTACH")) ||
        bytes_equal_fold(property->name, BYTES("PHOTO")) ||
        bytes_equal_fold(property->name, BYTES("LOGO")))
        if (hang_inline(node, property))
            return;
    add_urls(node, property->value);
}

static void open(struct node *node)
{
    bool unfinished;
    struct ics *ics = ics_read(node->tree->arena, node->content, &unfinished);
    int64_t events = 0;
    node->own = ics;
    if (unfinished || ics->count == 0)
        node_anomaly(node, ANOMALY_TRUNCATED, node->content.len, 0, BYTES("component without END"));
    for (uint32_t i = 0; i < ics->count; i++) {
        events += bytes_equal_fold(ics->component[i].name, BYTES("VEVENT"));
        for (uint32_t k = 0; k < ics->component[i].property_count; k++)
            tell(node, &ics->component[i].property[k]);
    }
    if (node->kind == KIND_ICS)
        node_fact_int(node, FACT_ICS_EVENTS, events);
}

const struct opener opener_ics = {"ics", bid, open};
