/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/function.h"
#include "shell/tool.h"

/* Tools that move, make, change and name files. */

void tool_cd(struct call *call)
{
    struct bytes to = call_arg(call, call_operand(call, 1));
    if (call_operand(call, 1) == 0)
        to = BYTES("~");
    if (to.len == 0 || bytes_equal(to, BYTES("-")) || bytes_starts(to, BYTES("..")))
        return;
    while (to.len > 1 && to.at[to.len - 1] == '/')
        to.len--;
    call->m->cwd = path_resolve(call->m, to);
}

static void file_copy(struct call *call, struct bytes from, struct bytes to)
{
    struct machine *m = call->m;
    struct file *source = file_find(m, from);
    if (to.len > 0 && to.at[to.len - 1] == '/')
        to.len--;
    static const char *const shells[] = {"/bin/sh", "/bin/bash", "/usr/bin/bash", "/bin/dash",
                                         "/usr/bin/sh"};
    for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++)
        if (bytes_equal(from, bytes_of_string(shells[i])))
            file_at(m, to)->is_shell = true;
    if (source == NULL && (source = file_unpacked(m, path_resolve(m, from))) != NULL) {
        struct file *target = file_at(m, to); /* a member of a fetched archive */
        target->fetch = source->fetch, target->content = source->content;
        target->executable = true, target->written = true;
        target->layer = m->layer, target->offset = m->offset;
        return;
    }
    if (source == NULL) {
        struct shell_string s = {.text = string_hole(m->arena, "$(<", from, ")")};
        sense_path_read(call, from, &s);
        if (s.taint != 0)
            file_write(call, to, s, false);
        if (sense_is_temporary(path_resolve(m, from)))
            file_at(m, to)->brought = true;
        return;
    }
    struct file *target = file_at(m, to);
    if (target == source)
        return;
    struct bytes path = target->path;
    struct knowledge known = target->known;
    *target = *source;
    target->path = path;
    target->content = string_pass(m, source->content);
    target->known = known;
    file_written(m, target, target->content);
}

void tool_copy(struct call *call)
{
    uint32_t first = call_operand(call, 1);
    if (first == 0 || first + 1 >= call->count)
        return;
    struct bytes to = call_arg(call, call->count - 1);
    for (uint32_t i = first; i + 1 < call->count; i++)
        if (bytes_equal(call_arg(call, i), BYTES("{}")) && call->arg[i].taint != 0) /* find -exec */
            file_write(call, to, call_unknown(call, call->arg[i]), true);
        else if (call_arg(call, i).len > 0 && call_arg(call, i).at[0] != '-')
            file_copy(call, call_arg(call, i), call_arg(call, call->count - 1));
    sense_write(call, call_arg(call, call->count - 1), call->arg[first], false);
}

static struct bytes base_name(struct bytes path)
{
    size_t slash = bytes_find_last_byte(path, '/');
    return slash == BYTES_NPOS ? path : bytes_from(path, slash + 1);
}

/* A tool under a new name stays the tool: mv /usr/bin/curl /usr/bin/cd1. */
static void tool_renamed(struct call *call, struct bytes from, struct bytes to)
{
    struct machine *m = call->m;
    struct bytes old = base_name(from), new = base_name(to);
    if (new.len == 0 || bytes_equal(old, new) || !text_is_known(new) || !text_is_known(old))
        return;
    struct bytes *known = table_get(m->tools, old);
    if (known != NULL)
        old = *known;
    if (tool_handler(old) == NULL || tool_handler(new) != NULL)
        return;
    struct bytes *kept = arena_new_of(m->arena, struct bytes);
    *kept = old;
    table_set(m->tools, new, kept);
}

void tool_move(struct call *call)
{
    uint32_t first = call_operand(call, 1);
    if (first == 0 || first + 1 >= call->count)
        return;
    tool_renamed(call, call_arg(call, first), call_arg(call, call->count - 1));
    tool_copy(call);
}

void tool_link(struct call *call)
{
    uint32_t first = call_operand(call, 1);
    if (first == 0 || first + 1 >= call->count)
        return;
    tool_renamed(call, call_arg(call, first), call_arg(call, first + 1));
    file_copy(call, call_arg(call, first), call_arg(call, first + 1));
}

void tool_alias(struct call *call)
{
    for (uint32_t i = 1; i < call->count; i++) {
        size_t equals = bytes_find_byte(call_arg(call, i), '=', 0);
        if (equals == BYTES_NPOS)
            continue;
        struct bytes value = bytes_from(call_arg(call, i), equals + 1);
        tool_renamed(call, value, bytes_sub(call_arg(call, i), 0, equals));
        if (value.len > 24 && memchr(value.at, ';', value.len) != NULL) /* a program of its own */
            run_layer(call->m, (struct shell_string){value, 0, NULL}, "alias", BYTES_NONE, false);
    }
}

void tool_chmod(struct call *call)
{
    uint32_t mode = 1;
    while (mode < call->count && call_arg(call, mode).len > 1 &&
           call_arg(call, mode).at[0] == '-' && strchr("Rfvc-", call_arg(call, mode).at[1]) != NULL)
        mode++;
    struct bytes bits = call_arg(call, mode);
    bool runs = memchr(bits.at, 'x', bits.len) != NULL;
    for (size_t i = 0; i < bits.len; i++)
        runs |= ascii_is_digit(bits.at[i]) && (bits.at[i] & 1) != 0;
    if (!runs || bits.len == 0)
        return;
    for (uint32_t i = mode + 1; i < call->count; i++) {
        struct bytes path = call_arg(call, i);
        if (path.len == 0 || (path.len == 1 && path.at[0] == '*')) { /* everything fetched here */
            for (uint32_t k = 0; k < call->m->files->count; k++)
                ((struct file *)call->m->files->row[k].value)->executable = true;
            continue;
        }
        struct file *file = file_find(call->m, path);
        if (file != NULL)
            file->executable = true;
        if (file != NULL && file->fetch != NULL && file->fetch->host_kind == HOST_ADDRESS)
            sense(call->m, BEHAVIOUR_X5, ROLE_USED, file->fetch->url); /* whoever starts it later */
    }
}

void tool_tee(struct call *call)
{
    struct shell_string in = call->has_in ? call->in : (struct shell_string){0};
    bool append = call_flag(call, 'a');
    for (uint32_t i = 1; i < call->count; i++) {
        struct bytes path = call_arg(call, i);
        if (path.len == 0 || path.at[0] == '-')
            continue;
        sense_write(call, path, in, append);
        file_write(call, path, in, append);
    }
    call->out = in;
}

void tool_dd(struct call *call)
{
    struct shell_string in = call->has_in ? call->in : (struct shell_string){0};
    for (uint32_t i = 1; i < call->count; i++)
        if (bytes_starts(call_arg(call, i), BYTES("if=")))
            in = file_read(call, bytes_from(call_arg(call, i), 3));
    for (uint32_t i = 1; i < call->count; i++)
        if (bytes_starts(call_arg(call, i), BYTES("of="))) {
            sense_write(call, bytes_from(call_arg(call, i), 3), in, false);
            file_write(call, bytes_from(call_arg(call, i), 3), in, false);
            return;
        }
    call->out = in;
}

/* tar's first word without a dash: "czf", "xz". */
static bool is_cluster(struct bytes arg)
{
    for (size_t i = 0; i < arg.len; i++)
        if (strchr("cxtruzjJvfpkahPwm", arg.at[i]) == NULL)
            return false;
    return arg.len > 0 && arg.len < 8;
}

struct shell_string files_below(struct call *call, struct bytes path, struct shell_string s)
{
    struct machine *m = call->m;
    struct bytes dir = bytes_equal(path, BYTES(".")) || bytes_equal(path, BYTES("./")) ||
                               bytes_equal(path, BYTES("*"))
                           ? m->cwd
                           : path_resolve(m, path);
    while (dir.len > 1 && (dir.at[dir.len - 1] == '/' || dir.at[dir.len - 1] == '*'))
        dir.len--;
    for (uint32_t i = 0; dir.len > 1 && i < m->files->count && i < 4096; i++) {
        const struct file *file = m->files->row[i].value;
        if (file == NULL || file->content.taint == 0 || !bytes_starts(file->path, dir) ||
            (file->path.len > dir.len && file->path.at[dir.len] != '/'))
            continue;
        s.step = s.taint == 0 ? file->content.step : s.step;
        s.taint |= file->content.taint;
    }
    return s;
}

/* tar, zip: what is packed taints the archive; unpacking an archive taints nothing by name. */
void tool_tar(struct call *call)
{
    struct machine *m = call->m;
    bool zip = call->name.at[0] == 'z', makes = zip || call_has(call, "--create"), out_next = false;
    struct bytes archive = BYTES_NONE, way = BYTES_NONE;
    struct shell_string all = {0};
    for (uint32_t i = 1; i < call->count; i++) {
        struct bytes arg = call_arg(call, i);
        bool cluster = arg.len > 1 && arg.at[0] == '-' && arg.at[1] != '-';
        cluster |= i == 1 && !zip && is_cluster(arg);
        if (cluster && !zip) {
            makes |= memchr(arg.at, 'c', arg.len) != NULL || memchr(arg.at, 'r', arg.len) != NULL;
            out_next |= memchr(arg.at, 'f', arg.len) != NULL;
            if (arg.at[arg.len - 1] == 'C')
                way = call_arg(call, ++i);
        } else if (out_next || (zip && archive.at == NULL && arg.len > 0 && arg.at[0] != '-')) {
            archive = arg, out_next = false;
        } else if (makes && arg.len > 0 && arg.at[0] != '-') {
            struct shell_string s = files_below(call, arg, file_read(call, arg));
            all.step = s.taint != 0 && all.taint == 0 ? s.step : all.step;
            all.taint |= s.taint | call->arg[i].taint;
            if (all.step == NULL)
                all.step = call->arg[i].step;
        }
    }
    if (call->has_in && (call_has(call, "-T") || call_has(call, "--files-from=-") || call_has(call, "-@")))
        all = call->in; /* the names come in */
    struct file *file = archive.len > 0 ? file_find(m, archive) : NULL;
    struct shell_string packed = call_unknown(call, all);
    if (!makes) { /* what comes out of a downloaded archive was downloaded */
        bool fetched = (call->has_in && (call->in.taint & TAINT_BIT(FETCHED)) != 0) ||
                       (file != NULL && file->fetch != NULL);
        struct shell_string from = file != NULL ? file->content : call->in;
        while (way.len > 1 && way.at[way.len - 1] == '/')
            way.len--;
        if (fetched) {
            struct file *dir = file_at(m, way.len > 0 ? way : BYTES("./"));
            dir->content = call_unknown(call, from),
            dir->fetch = from.step == NULL ? NULL : from.step->fetch;
            dir->executable = true; /* archives keep their modes */
        }
        return;
    }
    if (archive.len == 0 || bytes_equal(archive, BYTES("-"))) {
        call->out = packed;
        return;
    }
    file_write(call, archive, packed, false);
    file = file_find(m, archive);
    if (file != NULL)
        file->archived = true;
}

void tool_remove(struct call *call)
{
    for (uint32_t i = 1; i < call->count; i++) {
        struct file *file = file_find(call->m, call_arg(call, i));
        if (file != NULL && (file->sent || file->ran) && file->archived &&
            (file->content.taint & taint_secrets()) != 0)
            sense(call->m, BEHAVIOUR_E6, ROLE_USED, file->path);
    }
}

void tool_mkdir(struct call *call)
{
    (void)call;
}

/* Whether find walks the whole system or everybody's files. */
static bool is_wide(const struct call *call)
{
    struct bytes from = call_arg(call, call_operand(call, 1));
    return bytes_equal(from, BYTES("/")) || bytes_starts(from, BYTES("/home")) ||
           bytes_equal(from, BYTES("/root")) || bytes_equal(from, BYTES("/var")) ||
           bytes_equal(from, BYTES("/srv")) || (from.len > 0 && from.at[0] == 0);
}

/* -name PATTERN of private keys, whatever their owner called them. */
static bool names_keys(struct bytes pattern)
{
    static const char *const patterns[] = {"*.pem", "*.ppk", "id_*", "id_*sa", "*.key", "*id_rsa*",
                                           "id_???", "*.p12"};
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++)
        if (bytes_equal(pattern, bytes_of_string(patterns[i])))
            return true;
    return false;
}

/* find: what it prints are names, tainted by what the names mean; -exec is a command. */
/* unzip FILE -d DIRECTORY: what comes out of a downloaded archive was downloaded. */
void tool_unzip(struct call *call)
{
    uint32_t first = call_operand(call, 1);
    struct file *file = first == 0 ? NULL : file_find(call->m, call_arg(call, first));
    struct bytes way = BYTES("./");
    for (uint32_t i = 1; i + 1 < call->count; i++)
        if (bytes_equal(call_arg(call, i), BYTES("-d")))
            way = call_arg(call, i + 1);
    if (file == NULL || file->fetch == NULL)
        return;
    while (way.len > 2 && way.at[way.len - 1] == '/')
        way.len--;
    if (bytes_equal(way, BYTES("/Applications")) && file->fetch->host_kind == HOST_ADDRESS)
        sense_sure(call->m, BEHAVIOUR_V7, ROLE_USED, way); /* a program under another's name */
    struct file *dir = file_at(call->m, way);
    dir->content = call_unknown(call, file->content), dir->fetch = file->fetch, dir->executable = true;
}

/* ditto -c -k FROM TO: an archive on macOS. */
void tool_ditto(struct call *call)
{
    uint32_t from = call_operand(call, 1);
    if (!call_has(call, "-c") || from == 0 || from + 1 >= call->count)
        return;
    struct bytes path = call_arg(call, call->count - 1);
    struct shell_string all = files_below(call, call_arg(call, from), file_read(call, call_arg(call, from)));
    file_write(call, path, call_unknown(call, all), false);
    file_at(call->m, path)->archived = true;
}

/* Names that files of secrets have wherever they lie. */
static bool names_secrets(struct bytes arg)
{
    static const char *const names[] = {"*.env", ".env", ".env*", "wp-config.php", ".git-credentials", ".netrc",
                                        ".npmrc", ".pypirc", "*.kdbx", "wallet.dat", "credentials.json",
                                        "*.ovpn", "*.ppk", "*.tfstate", NULL};
    for (int i = 0; names[i] != NULL; i++)
        if (bytes_equal(arg, bytes_of_string(names[i])))
            return true;
    return false;
}

void tool_find(struct call *call)
{
    struct shell_string out = call_unknown(call, (struct shell_string){0});
    for (uint32_t i = 1; i < call->count; i++) {
        struct bytes arg = call_arg(call, i);
        if (arg.len == 0)
            continue;
        if (bytes_equal(arg, BYTES("-exec")) || bytes_equal(arg, BYTES("-execdir")) ||
            bytes_equal(arg, BYTES("-ok"))) {
            uint32_t end = i + 1;
            for (; end < call->count && !bytes_equal(call_arg(call, end), BYTES(";")) &&
                   !bytes_equal(call_arg(call, end), BYTES("+"));
                 end++)
                if (bytes_equal(call_arg(call, end), BYTES("{}")) && out.taint != 0)
                    call->arg[end].taint |= out.taint, call->arg[end].step = out.step;
            uint32_t count = call->count;
            bool wide = call->m->found_wide;
            call->m->found_wide |= is_wide(call), call->m->piped++;
            call->count = end;
            call_inner(call, i + 1);
            call->count = count;
            call->m->found_wide = wide, call->m->piped--;
            call->out = out;
            continue;
        }
        call->m->found_old |= bytes_equal(arg, BYTES("-mtime")) || bytes_equal(arg, BYTES("-mmin")) ||
                              bytes_equal(arg, BYTES("-ctime"));
        if (arg.at[0] != '-')
            sense_path_read(call, arg, &out);
        if (is_wide(call) && names_secrets(arg))
            out = string_taint(call->m, out, TAINT_BIT(CLOUD_FILE));
        if (is_wide(call) && names_keys(arg))
            out = string_taint(call->m, out, TAINT_BIT(SSH_KEY));
    }
    call->out = out;
}

/* touch: an empty file, where none was. */
void tool_touch(struct call *call)
{
    for (uint32_t i = 1; i < call->count && !call_flag(call, 'r'); i++) {
        struct bytes path = call_arg(call, i);
        if (path.len < 2 || path.at[0] == '-' || file_find(call->m, path) != NULL)
            continue;
        struct file *file = file_at(call->m, path);
        file->content = string_of(BYTES("")), file->span = call->m->span_last;
    }
}

void tool_list(struct call *call)
{
    struct shell_string out = call_unknown(call, (struct shell_string){0});
    for (uint32_t i = 1; i < call->count; i++)
        if (call_arg(call, i).len > 0 && call_arg(call, i).at[0] != '-')
            sense_path_read(call, call_arg(call, i), &out);
    out.taint &=
        ~(TAINT_BIT(CLOUD_FILE) | TAINT_BIT(SHADOW) | TAINT_BIT(HISTORY) | TAINT_BIT(ENVIRONMENT));
    call->out = out;
}

void tool_compile(struct call *call)
{
    struct bytes out = BYTES_NONE;
    const struct file *source = NULL;
    for (uint32_t i = 1; i < call->count; i++) {
        struct bytes arg = call_arg(call, i);
        if (bytes_equal(arg, BYTES("-o")))
            out = call_arg(call, i + 1);
        else if (arg.len > 2 && arg.at[0] != '-' && file_find(call->m, arg) != NULL)
            source = file_find(call->m, arg);
    }
    struct file piped = {.path = BYTES("standard input"), .written = true};
    if (source == NULL && call->has_in && call_has(call, "-")) {
        piped.content = call->in, piped.decoded = (call->in.taint & TAINT_BIT(DECODED)) != 0;
        piped.fetch = call->in.step == NULL ? NULL : call->in.step->fetch;
        source = &piped;
    }
    if (source == NULL || !(source->written || source->fetch != NULL))
        return;
    if (out.len == 0)
        out = BYTES("a.out");
    struct file *file = file_at(call->m, out);
    file->content = call_unknown(call, source->content);
    file->fetch = source->fetch, file->decoded = source->decoded, file->executable = true,
    file->written = true;
    file->is_shell = contains(source->content.text, "setuid(0)") &&
                     (contains(source->content.text, "/bin/sh") || contains(source->content.text, "/bin/bash"));
    bool carried = source->decoded || (source->fetch != NULL && !fetch_is_honest(source->fetch) &&
                                       source->fetch->host_kind != HOST_NAME);
    (carried ? sense : sense_soft)(call->m, BEHAVIOUR_X15, ROLE_USED, source->path);
}
