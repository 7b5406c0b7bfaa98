/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/decode.h"
#include "shell/program.h"
#include "shell/tool.h"

struct shell_string call_unknown(struct call *call, struct shell_string tainted)
{
    tainted.text = string_hole(call->m->arena, "$(", call->name, ")");
    return tainted;
}

struct shell_string file_read(struct call *call, struct bytes path)
{
    struct machine *m = call->m;
    struct file *file = file_find(m, path);
    struct shell_string s = {0};
    if (file != NULL && file->content.text.at != NULL)
        s = file->content;
    else if (bytes_equal(path, BYTES("/dev/null")))
        s.text = BYTES("");
    else
        s.text = string_hole(m->arena, "$(<", path, ")");
    sense_path_read(call, path, &s);
    return s;
}

struct shell_string call_input(struct call *call, uint32_t from)
{
    struct shell_string all = {0};
    bool any = false;
    for (uint32_t i = from; i < call->count; i++) {
        struct bytes arg = call_arg(call, i);
        if (arg.len > 1 && arg.at[0] == '-')
            continue;
        if (arg.len == 1 && arg.at[0] == '-')
            continue;
        struct shell_string s = file_read(call, arg);
        if (call->arg[i].taint != 0 && s.taint == 0)
            s.taint = call->arg[i].taint, s.step = call->arg[i].step;
        all = any ? string_join(call->m, all, s) : s;
        any = true;
    }
    if (any)
        return all;
    return call->has_in ? call->in : string_of(string_hole(call->m->arena, "", BYTES("stdin"), ""));
}

void tool_nothing(struct call *call)
{
    call->out = (struct shell_string){0};
}

void tool_pass(struct call *call)
{
    struct shell_string in = call_input(call, 1);
    call->out =
        string_is_known(in) && in.text.len < 4096 && call->has_in ? in : call_unknown(call, in);
}

/* jq FILTER [FILE]: some of its input. */
void tool_jq(struct call *call)
{
    uint32_t filter = call_operand(call, 1);
    call->out = call_unknown(call, call_input(call, filter == 0 ? call->count : filter + 1));
}

void tool_cat(struct call *call)
{
    call->out = call_input(call, 1);
}

void tool_identity(struct call *call)
{
    call->out =
        string_taint(call->m, call_unknown(call, (struct shell_string){0}), TAINT_BIT(IDENTITY));
}

void tool_echo(struct call *call)
{
    uint32_t first = 1;
    bool escapes = false, newline = true;
    while (first < call->count) {
        struct bytes arg = call_arg(call, first);
        if (arg.len < 2 || arg.len > 3 || arg.at[0] != '-' || strchr("neE", arg.at[1]) == NULL)
            break;
        escapes |= memchr(arg.at, 'e', arg.len) != NULL;
        newline &= memchr(arg.at, 'n', arg.len) == NULL;
        first++;
    }
    if (first < call->count)
        call->out = strings_join(call->m, call->arg + first, call->count - first);
    if (escapes && string_is_known(call->out))
        call->out.text = decode_escapes(call->m->arena, call->out.text);
    if (newline)
        call->out = string_join(call->m, call->out, string_of(BYTES("\n")));
    if (call->out.text.at == NULL)
        call->out.text = BYTES("");
    if (bytes_find_fold(call->out.text, BYTES("tojson(secrets)"), 0) != BYTES_NPOS)
        call->out = string_taint(call->m, call->out, TAINT_BIT(ENVIRONMENT)); /* all of a workflow's */
}

/* ARG as %o, %x or %X prints it; itself for any other letter. */
static struct bytes number_as(struct machine *m, uint8_t letter, struct bytes arg)
{
    int64_t n = 0;
    if ((letter != 'o' && letter != 'x' && letter != 'X') || !bytes_to_int(arg, 0, INT32_MAX, &n))
        return arg;
    return arena_printf(m->arena, letter == 'o' ? "%llo" : letter == 'x' ? "%llx" : "%llX",
                        (unsigned long long)n);
}

void tool_printf(struct call *call)
{
    struct machine *m = call->m;
    uint32_t first = 1;
    struct text out;
    if (bytes_equal(call_arg(call, 1), BYTES("-v")))
        first = 3;
    if (bytes_equal(call_arg(call, first), BYTES("--")))
        first++;
    struct shell_string format = first < call->count ? call->arg[first] : string_of(BYTES(""));
    struct shell_string value =
        first < call->count ? strings_join(m, call->arg + first, call->count - first) : format;
    struct bytes text = decode_escapes(m->arena, format.text);
    uint32_t next = first + 1;
    text_init(&out, m->arena, STRING_BYTES_MAX);
    do {
        uint32_t used = 0;
        for (size_t i = 0; i < text.len; i++) {
            if (text.at[i] != '%' || i + 1 >= text.len) {
                text_add_byte(&out, text.at[i]);
                continue;
            }
            while (++i < text.len &&
                   (ascii_is_digit(text.at[i]) || strchr("-+. #", text.at[i]) != NULL))
                ;
            uint8_t c = i < text.len ? text.at[i] : 0;
            struct bytes arg = next < call->count ? call_arg(call, next) : BYTES("");
            if (c == '%') {
                text_add_byte(&out, '%');
            } else {
                text_add(&out, c == 'b' ? decode_escapes(m->arena, arg) : number_as(m, c, arg));
                next++, used++;
            }
        }
        if (used == 0)
            break;
    } while (next < call->count && !out.over_limit);
    value.text = out.len > 0 ? text_bytes(&out) : BYTES("");
    call->out = value;
    if (first == 3)
        variable_set(m, call_arg(call, 2), string_pass(m, value), false);
}

void tool_base(struct call *call)
{
    struct machine *m = call->m;
    bool decodes = call_flag(call, 'd') || call_flag(call, 'D') || call_has(call, "--decode") ||
                   call_has(call, "-di");
    uint32_t from = 1;
    if (bytes_equal(call_arg(call, 1), BYTES("-w")) || bytes_equal(call_arg(call, 1), BYTES("-i")))
        from = 3;
    struct shell_string in = call_input(call, from);
    call->out = call_unknown(call, in);
    bool twice = !decodes && bytes_starts(in.text, bytes_of("\0$(base64", 9)); /* past a log that blanks secrets out */
    bool secret = (in.taint & taint_secrets()) != 0 || report_count(m->report, BEHAVIOUR_X2) > 0 ||
                  report_count(m->report, BEHAVIOUR_X1) > 0;
    if (twice && secret)
        sense(m, BEHAVIOUR_C13, ROLE_USED, BYTES("base64, twice"));
    if (!decodes)
        return;
    call->out = string_taint(m, call->out, TAINT_BIT(DECODED));
    if (!string_is_known(in) || in.text.len < 4)
        return;
    struct bytes plain = call->name.at[4] == '6' ? decode_base64(m->arena, in.text)
                                                 : decode_base32(m->arena, in.text);
    if (plain.at != NULL)
        call->out.text = plain;
}

void tool_xxd(struct call *call)
{
    struct shell_string in = call_input(call, 1);
    call->out = call_unknown(call, in);
    if (!call_flag(call, 'r'))
        return;
    call->out = string_taint(call->m, call->out, TAINT_BIT(DECODED));
    struct bytes plain = string_is_known(in) ? decode_hex(call->m->arena, in.text) : BYTES_NONE;
    if (plain.at != NULL)
        call->out.text = plain;
}

/* uudecode: what stands between "begin-base64 MODE NAME" and "====". */
void tool_uudecode(struct call *call)
{
    struct shell_string in = call_input(call, 1);
    size_t begin = bytes_find(in.text, BYTES("begin-base64 "), 0);
    size_t line = begin == BYTES_NPOS ? BYTES_NPOS : bytes_find_byte(in.text, '\n', begin);
    size_t end = line == BYTES_NPOS ? BYTES_NPOS : bytes_find(in.text, BYTES("===="), line);
    call->out = string_taint(call->m, call_unknown(call, in), TAINT_BIT(DECODED));
    if (end == BYTES_NPOS || !string_is_known(in))
        return;
    struct bytes plain = decode_base64(call->m->arena, bytes_sub(in.text, line, end - line));
    if (plain.at != NULL)
        call->out.text = plain;
}

void tool_openssl(struct call *call)
{
    struct bytes verb = call_arg(call, 1);
    bool code = bytes_equal(verb, BYTES("base64")) || bytes_equal(verb, BYTES("enc"));
    bool base64 =
        bytes_equal(verb, BYTES("base64")) || call_has(call, "-base64") || call_has(call, "-a");
    struct shell_string in = call->in;
    for (uint32_t i = 2; i + 1 < call->count; i++)
        if (bytes_equal(verb, BYTES("s_client")) && bytes_equal(call_arg(call, i), BYTES("-connect"))) {
            struct bytes peer = call_arg(call, i + 1);
            size_t colon = bytes_find_byte(peer, ':', 0);
            call->out = socket_output(call, colon == BYTES_NPOS ? peer : bytes_sub(peer, 0, colon));
            return;
        }
    for (uint32_t i = 2; i + 1 < call->count; i++)
        if (bytes_equal(call_arg(call, i), BYTES("-in")))
            in = file_read(call, call_arg(call, i + 1));
    call->out = call_unknown(call, in);
    for (uint32_t i = 2; i + 1 < call->count;
         i++) /* the sealed copy is as secret as the plain one */
        if (bytes_equal(call_arg(call, i), BYTES("-out")) && in.taint != 0)
            file_write(call, call_arg(call, i + 1), call->out, false);
    call->m->encrypts |= bytes_equal(verb, BYTES("enc")) && !call_has(call, "-d") &&
                         call_has(call, "-out") && call->m->loops + call->m->piped > 0;
    if (!code || !call_has(call, "-d"))
        return;
    bool locked = false;
    for (uint32_t i = 2; i < call->count; i++)
        locked |= bytes_starts(call_arg(call, i), BYTES("-aes")) ||
                  bytes_starts(call_arg(call, i), BYTES("-des"));
    for (uint32_t i = 2; locked && in.taint == 0 && i + 1 < call->count; i++)
        if (bytes_equal(call_arg(call, i), BYTES("-out"))) {
            file_write(call, call_arg(call, i + 1), call->out, false);
            file_at(call->m, call_arg(call, i + 1))->sealed = true;
        }
    if (locked && !string_is_known(in) && (in.taint & TAINT_BIT(FETCHED)) == 0)
        return; /* a file of the user's own, with a key of theirs */
    call->out = string_taint(call->m, call->out, TAINT_BIT(DECODED));
    struct bytes plain = base64 && !locked && string_is_known(in)
                             ? decode_base64(call->m->arena, in.text)
                             : BYTES_NONE;
    if (plain.at != NULL)
        call->out.text = plain;
    else if (locked && string_is_known(in) && in.text.len >= 24) /* carried, for nobody to read */
        call->out = string_taint(call->m, call->out, TAINT_BIT(SEALED));
}

/* gzip FILE: the packed file under its new name. */
static void file_packed(struct call *call)
{
    static const char *const suffixes[][2] = {
        {"gzip", ".gz"}, {"bzip2", ".bz2"}, {"xz", ".xz"}, {"zstd", ".zst"}};
    for (size_t k = 0; k < 4; k++)
        for (uint32_t i = 1; i < call->count; i++) {
            struct file *file = file_find(call->m, call_arg(call, i));
            if (!bytes_equal(call->name, bytes_of_string(suffixes[k][0])) || file == NULL)
                continue;
            struct bytes path =
                arena_printf(call->m->arena, "%.*s%s", BYTES_FMT(file->path), suffixes[k][1]);
            file_write(call, path, call_unknown(call, file->content), false);
            struct file *packed = file_at(call->m, path);
            packed->archived = file->archived;
        }
}

void tool_unpack(struct call *call)
{
    struct machine *m = call->m;
    bool packs =
        !call_flag(call, 'd') && !call_has(call, "--decompress") &&
        !call_has(call, "--uncompress") &&
        (bytes_equal(call->name, BYTES("gzip")) || bytes_equal(call->name, BYTES("bzip2")) ||
         bytes_equal(call->name, BYTES("xz")) || bytes_equal(call->name, BYTES("zstd")));
    struct shell_string in = call_input(call, 1);
    call->out = call_unknown(call, in);
    if (packs)
        file_packed(call);
    if (packs || !decode_is_packed(in.text) || m->options->unpack == NULL)
        return;
    struct bytes plain = m->options->unpack(m->options->own, in.text, STRING_BYTES_MAX);
    if (plain.at != NULL)
        call->out.text = plain;
}

void tool_rev(struct call *call)
{
    struct shell_string in = call_input(call, 1);
    call->out = call_unknown(call, in);
    if (!string_is_known(in))
        return;
    uint8_t *out = arena_alloc(call->m->arena, in.text.len + 1);
    for (size_t start = 0; start < in.text.len;) {
        size_t end = bytes_find_byte(in.text, '\n', start);
        end = end == BYTES_NPOS ? in.text.len : end;
        for (size_t i = start; i < end; i++)
            out[start + end - 1 - i] = in.text.at[i];
        if (end < in.text.len)
            out[end] = '\n';
        start = end + 1;
    }
    call->out.text = bytes_of(out, in.text.len);
    call->out = string_taint(call->m, call->out, TAINT_BIT(DECODED));
}

/* A set of tr: ranges and classes spelled out, at most 512 letters. */
static size_t tr_set(struct bytes set, uint8_t out[512])
{
    size_t len = 0;
    if (bytes_equal(set, BYTES("[:upper:]")))
        set = BYTES("A-Z");
    else if (bytes_equal(set, BYTES("[:lower:]")))
        set = BYTES("a-z");
    else if (bytes_equal(set, BYTES("[:space:]")))
        set = BYTES(" \t\n\r");
    for (size_t i = 0; i < set.len && len < 512; i++) {
        uint8_t c = set.at[i];
        if (c == '\\' && i + 1 < set.len) {
            c = set.at[++i];
            c = c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
        }
        if (i + 2 < set.len && set.at[i + 1] == '-' && set.at[i + 2] >= c) {
            for (int x = c; x <= set.at[i + 2] && len < 512; x++)
                out[len++] = (uint8_t)x;
            i += 2;
        } else {
            out[len++] = c;
        }
    }
    return len;
}

void tool_tr(struct call *call)
{
    struct shell_string in = call->has_in ? call->in : (struct shell_string){0};
    bool deletes = call_flag(call, 'd'), squeezes = call_flag(call, 's'),
         inverts = call_flag(call, 'c');
    uint32_t at = call_operand(call, 1);
    uint8_t from[512], to[512];
    call->out = call_unknown(call, in);
    if (at == 0 || inverts || in.text.at == NULL || !string_is_known(in))
        return;
    size_t from_len = tr_set(call_arg(call, at), from), to_len = tr_set(call_arg(call, at + 1), to);
    struct text out;
    text_init(&out, call->m->arena, STRING_BYTES_MAX);
    for (size_t i = 0; i < in.text.len; i++) {
        uint8_t c = in.text.at[i];
        const uint8_t *hit = memchr(from, c, from_len);
        if (hit != NULL && !deletes && to_len > 0) {
            size_t n = (size_t)(hit - from);
            text_add_byte(&out, to[n < to_len ? n : to_len - 1]);
        } else if (hit == NULL || (squeezes && !deletes)) {
            text_add_byte(&out, c);
        }
    }
    call->out.text = out.len == 0 ? BYTES("") : text_bytes(&out);
    static const uint8_t letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    bool turned = from_len >= 52 && to_len >= 52 && memcmp(from, to, 52) != 0 &&
                  (memcmp(from, letters, 26) == 0 || memcmp(from + 26, letters, 26) == 0 ||
                   memcmp(to, letters, 26) == 0 || memcmp(to + 26, letters, 26) == 0);
    if (turned && !deletes) /* letters for other letters: rot13 and its kin */
        call->out = string_taint(call->m, call->out, TAINT_BIT(DECODED));
}

/* Columns "3-5,7" of LINE, by letters (SEPARATOR 0) or fields. */
static void cut_line(struct text *out, struct bytes line, struct bytes list, int separator)
{
    struct bytes rest = list, item;
    bool first = true;
    while (bytes_next_field(&rest, ',', &item)) {
        int64_t from = 1, to = INT32_MAX;
        size_t dash = bytes_find_byte(item, '-', 0);
        struct bytes head = dash == BYTES_NPOS ? item : bytes_sub(item, 0, dash);
        bytes_to_int(head, 1, INT32_MAX, &from);
        if (dash == BYTES_NPOS)
            to = from;
        else
            bytes_to_int(bytes_from(item, dash + 1), 1, INT32_MAX, &to);
        if (separator == 0) {
            if (to >= from)
                text_add(out, bytes_sub(line, (size_t)from - 1, (size_t)(to - from + 1)));
            continue;
        }
        struct bytes fields = line, field;
        for (int64_t n = 1; n <= to && bytes_next_field(&fields, (uint8_t)separator, &field); n++)
            if (n >= from) {
                if (!first)
                    text_add_byte(out, (uint8_t)separator);
                text_add(out, field);
                first = false;
            }
    }
}

void tool_cut(struct call *call)
{
    struct shell_string in = call->has_in ? call->in : call_input(call, 1);
    struct bytes list = BYTES_NONE;
    int separator = '\t';
    call->out = call_unknown(call, in);
    for (uint32_t i = 1; i < call->count; i++) {
        struct bytes arg = call_arg(call, i);
        if (arg.len < 2 || arg.at[0] != '-')
            continue;
        struct bytes value = arg.len > 2 ? bytes_from(arg, 2) : call_arg(call, i + 1);
        if (arg.at[1] == 'd' && value.len > 0)
            separator = value.at[0];
        else if (arg.at[1] == 'c' || arg.at[1] == 'b')
            list = value, separator = 0;
        else if (arg.at[1] == 'f')
            list = value;
    }
    if (list.at == NULL || list.len > 64 || !call->has_in || !string_is_known(in))
        return;
    struct text out;
    struct bytes rest = in.text, line;
    text_init(&out, call->m->arena, STRING_BYTES_MAX);
    while (bytes_next_line(&rest, &line)) {
        if (out.len > 0)
            text_add_byte(&out, '\n');
        cut_line(&out, line, list, separator);
    }
    call->out.text = out.len == 0 ? BYTES("") : text_bytes(&out);
}

void tool_head(struct call *call)
{
    struct bytes from = BYTES_NONE, arg, line;
    uint32_t first = 1; /* tail -n +K, tail +K: from line K on; other counts keep everything */
    for (; first < call->count; first++) {
        arg = call_arg(call, first);
        if (arg.len > 1 && arg.at[0] == '-') {
            bool value = arg.len == 2 && strchr("nc", arg.at[1]) != NULL;
            first += value ? 1 : 0;
            arg = value ? call_arg(call, first) : bytes_from(arg, 2);
        }
        if (arg.len < 2 || arg.at[0] != '+')
            break;
        from = bytes_from(arg, 1);
    }
    struct shell_string in = call_input(call, first);
    int64_t number = 0;
    if (from.at != NULL && bytes_to_int(from, 1, 1 << 20, &number) && string_is_known(in)) {
        while (--number > 0 && bytes_next_line(&in.text, &line))
            ;
        call->out = in;
        return;
    }
    call->out =
        string_is_known(in) && call->has_in && in.text.len < 65536 ? in : call_unknown(call, in);
}

void tool_basename(struct call *call)
{
    struct bytes path = call_arg(call, 1);
    size_t slash = bytes_find_last_byte(path, '/');
    call->out = call->count > 1 ? call->arg[1] : (struct shell_string){0};
    if (call->name.at[0] == 'b' && slash != BYTES_NPOS)
        call->out.text = bytes_from(path, slash + 1);
    else if (call->name.at[0] == 'd')
        call->out.text = slash == BYTES_NPOS ? BYTES(".") : bytes_sub(path, 0, slash);
}

void tool_mktemp(struct call *call)
{
    struct machine *m = call->m;
    call->out = string_of(
        string_hole(m->arena, "/tmp/$(mktemp", arena_printf(m->arena, "%u", m->offset), ")"));
}

void tool_awk(struct call *call)
{
    uint32_t program = call_operand(call, 1);
    if (program > 1 && bytes_equal(call_arg(call, program - 1), BYTES("-F")))
        program = call_operand(call, program + 1);
    struct shell_string in = call->has_in ? call->in : call_input(call, program + 1);
    struct bytes text = call_arg(call, program);
    size_t start = bytes_find_byte(text, '/', 0),
           end = start == BYTES_NPOS ? start : bytes_find_byte(text, '/', start + 1);
    if (end != BYTES_NPOS && call->m->pattern_count < PATTERNS_MAX && end > start + 2)
        call->m->pattern[call->m->pattern_count++] = bytes_sub(text, start + 1, end - start - 1);
    call->out = call_unknown(call, in);
    if (!call->has_in)
        for (uint32_t i = program + 1; i < call->count; i++)
            call->out.taint |= file_read(call, call_arg(call, i)).taint;
    if (bytes_find(text, BYTES("system("), 0) != BYTES_NPOS ||
        bytes_find(text, BYTES("/inet/tcp/"), 0) != BYTES_NPOS ||
        bytes_find(text, BYTES("| \"sh"), 0) != BYTES_NPOS)
        program_read(call, call->arg[program], call->name, "awk");
}
