/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/authres.h"

#include "observe/field.h"

static bool ends_token(uint8_t c)
{
    return ascii_is_space(c) || c == ';' || c == '(' || c == '=' || c == '"';
}

/* One past the token, quoted string or comment at I. */
static size_t skip_item(struct bytes v, size_t i)
{
    if (v.at[i] == '(') {
        size_t end = field_skip_cfws(v, i);
        return end > i ? end : i + 1;
    }
    if (v.at[i] == '"') {
        for (size_t k = i + 1; k < v.len; k++)
            if (v.at[k] == '\\')
                k++;
            else if (v.at[k] == '"')
                return k + 1;
        return v.len;
    }
    return i + 1;
}

/* Where the result-spec that starts at FROM ends: an unquoted semicolon, or the end. */
static size_t spec_end(struct bytes v, size_t from)
{
    size_t i = from;
    while (i < v.len && v.at[i] != ';')
        i = skip_item(v, i);
    return i > v.len ? v.len : i;
}

static struct bytes token_at(struct bytes v, size_t *at)
{
    size_t i = field_skip_cfws(v, *at), from = i;
    while (i < v.len && !ends_token(v.at[i]))
        i++;
    *at = i;
    return bytes_sub(v, from, i - from);
}

static void read_spec(struct bytes spec, struct authres *out)
{
    size_t at = 0;
    struct bytes method = token_at(spec, &at);
    at = field_skip_cfws(spec, at);
    if (method.len == 0 || at >= spec.len || spec.at[at] != '=')
        return;
    at++;
    struct bytes result = token_at(spec, &at);
    size_t slash = bytes_find_byte(method, '/', 0);
    if (slash != BYTES_NPOS)
        method.len = slash;
    if (bytes_equal_fold(method, BYTES("i")) && out->count == 0) {
        out->instance = result;
        return;
    }
    if (out->count == AUTHRES_MAX || result.len == 0)
        return;
    struct auth_method *made = &out->method[out->count++];
    *made = (struct auth_method){
        .method = method, .result = result, .properties = bytes_from(spec, at)};
    size_t open = bytes_find_byte(made->properties, '(', 0);
    if (open != BYTES_NPOS) {
        size_t end = skip_item(made->properties, open);
        while (end > open + 1 && made->properties.at[end - 1] != ')')
            end--;
        if (end > open + 1)
            made->comment = bytes_trim(bytes_sub(made->properties, open + 1, end - open - 2));
    }
}

void authres_parse(struct bytes value, struct authres *out)
{
    out->authserv_id = out->instance = BYTES_NONE;
    out->count = 0; /* no method is read beyond it */
    for (size_t at = 0; at < value.len;) {
        size_t end = spec_end(value, at), inner = 0;
        struct bytes spec = bytes_sub(value, at, end - at);
        struct bytes word = token_at(spec, &inner);
        inner = field_skip_cfws(spec, inner);
        bool is_spec = inner < spec.len && spec.at[inner] == '=';
        if (is_spec)
            read_spec(spec, out);
        else if (out->authserv_id.at == NULL && out->count == 0 && word.len > 0)
            out->authserv_id = word; /* a version number may follow it */
        at = end + 1;
    }
}

const struct auth_method *authres_method(const struct authres *authres, const char *method)
{
    for (uint32_t i = 0; i < authres->count; i++)
        if (bytes_equal_fold(authres->method[i].method, bytes_of_string(method)))
            return &authres->method[i];
    return NULL;
}

/* NAME=value in TEXT, where NAME starts a word. */
static struct bytes find_property(struct bytes text, struct bytes name, bool skip_comments)
{
    for (size_t i = 0; i < text.len;) {
        if (text.at[i] == '"' || (skip_comments && text.at[i] == '(')) {
            i = skip_item(text, i);
            continue;
        }
        if (ascii_is_space(text.at[i]) || text.at[i] == ';' || text.at[i] == '(' ||
            text.at[i] == ')') {
            i++;
            continue;
        }
        size_t from = i;
        while (i < text.len && !ends_token(text.at[i]) && text.at[i] != ')')
            i++;
        bool match = bytes_equal_fold(bytes_sub(text, from, i - from), name);
        size_t equal = field_skip_cfws(text, i);
        if (equal >= text.len || text.at[equal] != '=') {
            i = i == from ? i + 1 : i;
            continue;
        }
        size_t value = field_skip_cfws(text, equal + 1);
        size_t end = value;
        if (value < text.len && text.at[value] == '"') {
            end = skip_item(text, value);
            if (match)
                return bytes_sub(text, value + 1, end > value + 2 ? end - value - 2 : 0);
        } else {
            while (end < text.len && !ascii_is_space(text.at[end]) && text.at[end] != ';' &&
                   text.at[end] != ')' && text.at[end] != '(')
                end++;
            if (match && end > value)
                return bytes_sub(text, value, end - value);
        }
        i = end > i ? end : i + 1;
    }
    return BYTES_NONE;
}

struct bytes authres_property(const struct auth_method *method, const char *name)
{
    struct bytes found = find_property(method->properties, bytes_of_string(name), true);
    return found.at != NULL ? found : find_property(method->comment, bytes_of_string(name), false);
}

void received_spf_parse(struct bytes value, struct received_spf *out)
{
    *out = (struct received_spf){0};
    size_t at = 0;
    out->result = token_at(value, &at);
    size_t open = at;
    while (open < value.len && ascii_is_space(value.at[open]))
        open++;
    if (open < value.len && value.at[open] == '(') {
        size_t end = skip_item(value, open);
        while (end > open + 1 && value.at[end - 1] != ')')
            end--;
        if (end > open + 1)
            out->comment = bytes_trim(bytes_sub(value, open + 1, end - open - 2));
        at = end;
    }
    struct bytes rest = bytes_from(value, at);
    out->client_ip = find_property(rest, BYTES("client-ip"), true);
    out->envelope_from = find_property(rest, BYTES("envelope-from"), true);
    out->helo = find_property(rest, BYTES("helo"), true);
    out->receiver = find_property(rest, BYTES("receiver"), true);
}

/* The word after PHRASE in TEXT. */
static struct bytes word_after(struct bytes text, struct bytes phrase)
{
    size_t at = bytes_find_fold(text, phrase, 0);
    if (at == BYTES_NPOS)
        return BYTES_NONE;
    size_t from = at + phrase.len, end = from;
    while (end < text.len && !ascii_is_space(text.at[end]) && text.at[end] != ')' &&
           text.at[end] != ',')
        end++;
    return end == from ? BYTES_NONE : bytes_sub(text, from, end - from);
}

struct bytes spf_designator(struct bytes comment)
{
    struct bytes word = word_after(comment, BYTES("domain of transitioning "));
    return word.at != NULL ? word : word_after(comment, BYTES("domain of "));
}

struct bytes spf_client_ip(struct bytes comment)
{
    struct bytes word = word_after(comment, BYTES("sender IP is "));
    if (word.at == NULL)
        word = word_after(comment, BYTES(" designates "));
    return word.at != NULL ? word : word_after(comment, BYTES(" permit "));
}

struct bytes spf_server(struct bytes comment)
{
    size_t end = 0;
    while (end < comment.len && !ascii_is_space(comment.at[end]) && comment.at[end] != ':')
        end++;
    return end > 0 && end < comment.len && comment.at[end] == ':' ? bytes_sub(comment, 0, end)
                                                                  : BYTES_NONE;
}
