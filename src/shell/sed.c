/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/tool.h"

/* What sed and grep do to text that is known: literal substitutions and the patterns looked for. */

static bool is_plain_pattern(struct bytes pattern)
{
    for (size_t i = 0; i < pattern.len; i++)
        if (strchr(".*[]^$\\+?(){}|", pattern.at[i]) != NULL)
            return false;
    return pattern.len > 0;
}

/* \. \/ and the like without their backslash; false where an operator stays. */
static bool unescaped(struct machine *m, struct bytes pattern, struct bytes *out)
{
    struct text text;
    text_init(&text, m->arena, 0);
    for (size_t i = 0; i < pattern.len; i++) {
        uint8_t c = pattern.at[i];
        if (c == '\\' && i + 1 < pattern.len && !ascii_is_alnum(pattern.at[i + 1]))
            text_add_byte(&text, pattern.at[++i]);
        else if (strchr("*[]^$\\", c) != NULL)
            return false;
        else
            text_add_byte(&text, c);
    }
    *out = text_bytes(&text);
    return true;
}

/* ".." and the like: so many letters, whichever. */
static bool plain_dots(struct bytes pattern)
{
    for (size_t i = 0; i < pattern.len; i++)
        if (pattern.at[i] != '.')
            return false;
    return pattern.len > 0;
}

/* One s/from/to/g of SCRIPT on TEXT; TEXT itself where the pattern is no literal. */
static struct bytes substitute(struct machine *m, struct bytes text, struct bytes script)
{
    if (script.len < 4 || script.at[0] != 's' || ascii_is_alnum(script.at[1]))
        return text;
    uint8_t mark = script.at[1];
    size_t cut[2], n = 0;
    for (size_t i = 2; i < script.len && n < 2; i++) {
        if (script.at[i] == '\\')
            i++;
        else if (script.at[i] == mark)
            cut[n++] = i;
    }
    if (n < 2)
        return text;
    struct bytes from, to, pattern = bytes_sub(script, 2, cut[0] - 2);
    struct bytes with = bytes_sub(script, cut[0] + 1, cut[1] - cut[0] - 1);
    bool all = memchr(script.at + cut[1], 'g', script.len - cut[1]) != NULL, done = false;
    bool plain = is_plain_pattern(pattern);
    from = pattern;
    bool readable = plain || plain_dots(pattern) || unescaped(m, pattern, &from);
    if (!readable || !unescaped(m, with, &to) || from.len == 0)
        return text;
    struct text out;
    text_init(&out, m->arena, STRING_BYTES_MAX);
    bool dots = plain_dots(pattern) && all;
    for (size_t at = 0; dots && at < text.len; at += pattern.len) { /* s/../\\x&/g */
        struct bytes piece = bytes_sub(text, at, pattern.len);
        for (size_t i = 0; i < to.len && piece.len == pattern.len; i++)
            if (to.at[i] == '&')
                text_add(&out, piece);
            else
                text_add_byte(&out, to.at[i]);
    }
    if (dots)
        return out.len == 0 ? BYTES("") : text_bytes(&out);
    for (size_t at = 0; at < text.len;) {
        size_t hit = done ? BYTES_NPOS : bytes_find(text, from, at);
        size_t end = hit == BYTES_NPOS ? text.len : hit;
        text_add(&out, bytes_sub(text, at, end - at));
        if (hit == BYTES_NPOS)
            break;
        text_add(&out, to);
        at = hit + from.len;
        done = !all;
    }
    return out.len == 0 ? BYTES("") : text_bytes(&out);
}

/* The line that "2i text", "$a text" or "/word/a\\ text" puts into a file; absent where none. */
static struct bytes line_added(struct bytes script)
{
    size_t at = 0;
    if (script.len > 0 && script.at[0] == '/') {
        size_t close = bytes_find_byte(script, '/', 1);
        at = close == BYTES_NPOS ? script.len : close + 1;
    } else {
        while (at < script.len && script.at[at] != 0 && strchr("0123456789$,", script.at[at]) != NULL)
            at++;
    }
    if (at == 0 || at + 2 >= script.len || strchr("aic", script.at[at]) == NULL || script.at[at] == 0)
        return BYTES_NONE;
    for (at++; at < script.len && script.at[at] != 0 && strchr("\\ \n", script.at[at]) != NULL;)
        at++;
    return bytes_from(script, at);
}

void tool_sed(struct call *call)
{
    uint32_t script = call_operand(call, 1);
    bool in_place = call_flag(call, 'i') && !call_has(call, "--quiet");
    for (uint32_t i = 1; i < call->count; i++)
        if (bytes_equal(call_arg(call, i), BYTES("-e")))
            script = i + 1;
    struct shell_string in = call->has_in ? call->in : (struct shell_string){0};
    if (!call->has_in && script != 0)
        in = call_input(call, script + 1);
    call->out = call_unknown(call, in);
    if (script != 0 && call->has_in && string_is_known(in)) {
        struct bytes rest = call_arg(call, script), one;
        call->out.text = in.text;
        while (bytes_next_field(&rest, ';', &one))
            call->out.text = substitute(call->m, call->out.text, bytes_trim(one));
    }
    struct bytes added = in_place && script != 0 ? line_added(call_arg(call, script)) : BYTES_NONE;
    for (uint32_t i = script + 1; added.len > 0 && i < call->count; i++)
        if (call_arg(call, i).len > 0 && call_arg(call, i).at[0] != '-')
            sense_write(call, call_arg(call, i), string_of(added), true);
    if (in_place)
        call->out = (struct shell_string){0};
}

static void pattern_note(struct machine *m, struct bytes pattern)
{
    struct bytes rest = pattern, one;
    bool ports = bytes_starts(pattern, BYTES(":(")); /* ':(3333|4444)' */
    if (ports)
        rest = bytes_from(pattern, 1);
    while (m->pattern_count < PATTERNS_MAX && bytes_next_field(&rest, '|', &one)) {
        while (one.len > 0 && (one.at[0] == '(' || one.at[0] == '\\' || one.at[0] == '"'))
            one = bytes_from(one, 1);
        while (one.len > 0 && strchr(")\\\"", one.at[one.len - 1]) != NULL)
            one.len--;
        if (one.len >= 2)
            m->pattern[m->pattern_count++] =
                ports ? arena_printf(m->arena, ":%.*s", BYTES_FMT(one)) : one;
    }
}

/* The lines of TEXT that hold the plain PATTERN. */
static struct bytes matching(struct machine *m, struct bytes text, struct bytes pattern,
                             bool inverted)
{
    struct text out;
    struct bytes line;
    text_init(&out, m->arena, STRING_BYTES_MAX);
    while (bytes_next_line(&text, &line))
        if ((bytes_find(line, pattern, 0) != BYTES_NPOS) != inverted) {
            text_add(&out, line);
            text_add_byte(&out, '\n');
        }
    return out.len == 0 ? BYTES("") : text_bytes(&out);
}

static bool is_secret_name(struct bytes pattern)
{
    static const char *const names[] = {"AWS", "KEY", "SECRET", "PASS", "TOKEN"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (bytes_find_fold(pattern, bytes_of_string(names[i]), 0) != BYTES_NPOS)
            return true;
    return false;
}

/* The value itself of keys is sought: their heads, not a word for them. */
static bool is_key_pattern(struct bytes pattern)
{
    static const char *const heads[] = {"AKIA", "ASIA", "aws_secret_access_key", "PRIVATE KEY",
                                        "ghp_", "AIza", "xox[", "sk_live", "SECRET_ACCESS_KEY"};
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        if (bytes_find(pattern, bytes_of_string(heads[i]), 0) != BYTES_NPOS)
            return true;
    return false;
}

/* Whether a directory of everybody's is among the operands after FIRST. */
static bool reads_widely(const struct call *call, uint32_t first)
{
    static const char *const places[] = {"/",    "/root", "/home", "/var/www", "/opt",
                                         "/srv", "/etc",  "/home/", "/root/",  "/var/www/"};
    for (uint32_t i = first + 1; i < call->count; i++)
        for (size_t k = 0; k < sizeof places / sizeof places[0]; k++)
            if (bytes_equal(call_arg(call, i), bytes_of_string(places[k])))
                return true;
    return false;
}

void tool_grep(struct call *call)
{
    struct machine *m = call->m;
    bool inverted = call_flag(call, 'v'), process = call->name.at[0] == 'p';
    uint32_t at = call_operand(call, 1);
    for (uint32_t i = 1; i + 1 < call->count; i++) {
        struct bytes arg = call_arg(call, i);
        if (arg.len >= 2 && arg.at[0] == '-' && arg.at[1] != '-' && arg.at[arg.len - 1] == 'e')
            pattern_note(m, call_arg(call, at = i + 1));
    }
    struct bytes pattern = at == 0 ? BYTES_NONE : call_arg(call, at);
    if (!inverted && at != 0)
        pattern_note(m, pattern);
    if (call->has_in && (call->in.taint & TAINT_BIT(CONTAINER)) != 0)
        for (uint32_t i = 0; i < m->pattern_count; i++)
            if (is_secret_name(m->pattern[i]))
                sense(m, BEHAVIOUR_C6, ROLE_USED, m->pattern[i]);
    struct shell_string in = process        ? (struct shell_string){0}
                             : call->has_in ? call->in
                                            : (struct shell_string){0};
    if (!call->has_in && !process && at != 0)
        in = call_input(call, at + 1);
    call->out = call_unknown(call, in);
    bool deep = call_flag(call, 'r') || call_flag(call, 'R') || call_has(call, "--recursive");
    if (deep && is_key_pattern(pattern) && reads_widely(call, at))
        call->out = string_taint(m, call->out, TAINT_BIT(CLOUD_FILE)),
        sense(m, BEHAVIOUR_C4, ROLE_USED, pattern);
    bool counts = call_flag(call, 'q') || call_flag(call, 'c') || call_flag(call, 'l') ||
                  call_flag(call, 'o');
    if (!counts && call->has_in && string_is_known(in) && is_plain_pattern(pattern) &&
        in.text.len < 65536)
        call->out.text = matching(m, in.text, pattern, inverted);
    if (call_flag(call, 'q'))
        call->out = (struct shell_string){0};
}
