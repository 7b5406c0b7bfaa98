/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/decode.h"
#include "shell/program.h"
#include "shell/tool.h"
#include "shell/host.h"

/* Text and files that are run: where downloads and decoded text become behaviour. */

static bool is_shell_name(struct bytes name)
{
    static const char *const names[] = {"sh",   "bash",  "dash", "ash",    "zsh", "ksh",
                                        "mksh", "rbash", "eval", "source", "."};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (bytes_equal(name, bytes_of_string(names[i])))
            return true;
    return false;
}

/* The suffix of PATH says picture, style sheet or document: nothing that is run. */
static bool is_disguised(struct bytes path)
{
    static const char *const suffixes[] = {".jpg", ".jpeg", ".png",  ".gif", ".ico", ".css",
                                           ".svg", ".bmp",  ".webp", ".pdf", ".mp3", ".woff"};
    size_t cut = bytes_find_byte(path, '?', 0);
    path = cut == BYTES_NPOS ? path : bytes_sub(path, 0, cut);
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (bytes_ends_fold(path, bytes_of_string(suffixes[i])))
            return true;
    return false;
}

/* TLS to a named host, or a host only the caller knows: what installers do. */
bool fetch_is_honest(const struct shell_fetch *fetch)
{
    if (fetch == NULL || bytes_equal(fetch->tool, BYTES("/dev/tcp")))
        return fetch == NULL;
    return !fetch->relayed &&
           (fetch->host_kind == HOST_KNOWN || fetch->host_kind == HOST_UNKNOWN ||
           fetch->host_kind == HOST_NONE ||
           (fetch->host_kind == HOST_NAME && fetch->tls && !fetch->insecure));
}

/* Orders in the text records of a name are nobody's installer. */
static bool is_name_query(struct bytes tool)
{
    return bytes_equal(tool, BYTES("dig")) || bytes_equal(tool, BYTES("nslookup")) ||
           bytes_equal(tool, BYTES("host"));
}

static void fetched_run(struct call *call, const struct shell_fetch *fetch)
{
    struct machine *m = call->m;
    if (fetch == NULL) {
        sense_soft(m, BEHAVIOUR_X2, ROLE_USED, BYTES_NONE);
        return;
    }
    struct shell_fetch *own = NULL;
    memcpy(&own, &fetch, sizeof own); /* the report's own record */
    own->run = true;
    bool bare = fetch->host_kind == HOST_ADDRESS || fetch->host_kind == HOST_TOR ||
                fetch->host_kind == HOST_PASTE || fetch->relayed || is_name_query(fetch->tool);
    if (fetch->host_kind == HOST_PRIVATE || fetch->host_kind == HOST_LOCAL ||
        fetch->host_kind == HOST_METADATA)
        return;
    if (bare)
        sense(m, BEHAVIOUR_X1, ROLE_USED, fetch->url);
    else if (fetch_is_honest(fetch) && !call->silent && !call->background && !call->wrapped)
        sense_soft(m, BEHAVIOUR_X2, ROLE_USED, fetch->url);
    else
        sense(m, BEHAVIOUR_X2, ROLE_USED, fetch->url);
    if (call->silent && (!fetch_is_honest(fetch) || call->background))
        sense(m, BEHAVIOUR_X14, ROLE_USED, fetch->url);
    if (is_disguised(fetch->url))
        sense(m, BEHAVIOUR_X10, ROLE_USED, fetch->url);
    if (fetch->host_kind == HOST_PASTE)
        sense(m, BEHAVIOUR_B3, ROLE_USED, fetch->host);
}

void orders_run(struct call *call, struct shell_string s)
{
    const struct shell_fetch *fetch = s.step == NULL ? NULL : s.step->fetch;
    bool line = s.text.len > 1 && s.text.at[0] == 0 && s.text.at[1] == '$';
    if ((s.taint & TAINT_BIT(FETCHED)) == 0 || fetch == NULL || !line ||
        fetch->host_kind == HOST_LOCAL || fetch->host_kind == HOST_PRIVATE)
        return;
    bool bare = fetch->host_kind == HOST_ADDRESS || fetch->host_kind == HOST_DROP ||
                fetch->host_kind == HOST_PASTE || fetch->host_kind == HOST_TOR;
    if (bytes_equal(fetch->tool, BYTES("/dev/tcp")) || bare || is_name_query(fetch->tool))
        sense(call->m, BEHAVIOUR_B6, ROLE_USED, fetch->url);
}

void execute_string(struct call *call, struct shell_string s, struct bytes interpreter,
                    const char *how)
{
    struct machine *m = call->m;
    if (s.text.at == NULL || s.text.len == 0)
        return;
    bool shell = is_shell_name(interpreter);
    bool decoded = (s.taint & TAINT_BIT(DECODED)) != 0;
    bool known = string_is_known(s);
    if ((s.taint & TAINT_BIT(FETCHED)) != 0 && (!known || s.text.at[0] == 0))
        fetched_run(call, s.step == NULL ? NULL : s.step->fetch), orders_run(call, s);
    if (decode_is_packed(s.text) && m->options->unpack != NULL) {
        struct bytes plain = m->options->unpack(m->options->own, s.text, STRING_BYTES_MAX);
        if (plain.at != NULL)
            s.text = plain;
    }
    if (shell && (s.taint & TAINT_BIT(SEALED)) != 0)
        sense_sure(m, BEHAVIOUR_X7, ROLE_USED, BYTES("sealed text"));
    bool wrapped = decoded && !known && (s.taint & TAINT_BIT(FETCHED)) != 0 && s.step != NULL &&
                   s.step->fetch != NULL && s.step->fetch->host_kind == HOST_NAME;
    if (shell && wrapped) /* nobody on the way shall read it */
        sense_sure(m, BEHAVIOUR_X8, ROLE_USED, s.step->fetch->url);
    if (decoded && s.text.len >= 6 && known && decode_is_text(s.text))
        sense(m, shell ? BEHAVIOUR_X7 : BEHAVIOUR_X9, ROLE_USED, bytes_sub(s.text, 0, 60));
    if (decoded && !known)
        sense(m, BEHAVIOUR_X8, ROLE_USED, BYTES_NONE);
    if (!decode_is_text(string_shown(m->arena, s.text)))
        return;
    struct shell_string out = {0};
    bool hushed = m->hushed, backgrounded = m->backgrounded;
    m->hushed |= call->silent, m->backgrounded |= call->wrapped || (call->background && call->silent);
    if (shell)
        out = run_layer(m, s, decoded ? "decoded" : how, BYTES_NONE, decoded);
    else
        program_read(call, s, interpreter, decoded ? "decoded" : how);
    m->hushed = hushed, m->backgrounded = backgrounded;
    call->out = out.text.at != NULL ? out : call_unknown(call, (struct shell_string){0});
    s.text = BYTES_NONE, s.taint &= taint_secrets();
    if (shell && s.taint != 0) /* cat, of a path that names secrets */
        call->out = string_join(m, call->out, s);
}

bool sense_is_temporary(struct bytes path)
{
    return bytes_starts(path, BYTES("/tmp/")) || bytes_starts(path, BYTES("/var/tmp/")) ||
           bytes_starts(path, BYTES("/dev/shm/")) || bytes_starts(path, BYTES("/var/run/")) ||
           bytes_starts(path, BYTES("/private/tmp/"));
}

static bool is_script_text(struct bytes text)
{
    return decode_is_text(text) && !bytes_starts(text, BYTES("\x7F"
                                                             "ELF"));
}

struct file *file_unpacked(struct machine *m, struct bytes path)
{
    bool absolute = path.len > 0 && path.at[0] == '/' && !bytes_starts(path, m->cwd);
    struct file *dir = absolute ? NULL : table_get(m->files, path_resolve(m, BYTES("./")));
    for (int up = 0; dir == NULL && up < 8; up++) {
        size_t slash = bytes_find_last_byte(path, '/');
        if (slash == BYTES_NPOS)
            break;
        path = bytes_sub(path, 0, slash);
        dir = table_get(m->files, path);
    }
    if (dir == NULL && !absolute)
        dir = table_get(m->files, BYTES("."));
    return dir != NULL && dir->fetch != NULL ? dir : NULL;
}

void execute_file(struct call *call, struct bytes path, bool by_interpreter)
{
    struct machine *m = call->m;
    struct bytes full = path_resolve(m, path);
    struct file *file = file_find(m, path);
    bool unpacked = file == NULL && path.len > 1 &&
                    (path.at[0] == '/' || bytes_starts(path, BYTES("./")) || by_interpreter);
    if (unpacked)
        file = file_unpacked(m, full);
    bool plain = unpacked && path.at[0] != '/' && path.at[0] != '.'; /* sh NAME: of the archive, or not */
    if (plain && file != NULL && fetch_is_honest(file->fetch))
        file = NULL;
    bool background = call->background || call->wrapped;
    m->detached |= background;
    bool made = file != NULL && file->fetch != NULL && bytes_starts(path, bytes_of("\0/tmp/$(mktemp", 14));
    bool buried = sense_is_hidden(full) || sense_is_buried(full);
    if (background && (sense_is_temporary(full) || buried || made))
        sense(m, BEHAVIOUR_X12, ROLE_USED, string_shown(m->arena, full));
    if (sense_is_temporary(full) && !bytes_starts(full, BYTES("/var/run/")) && bytes_find(m->report->layer[0]->text, BYTES("### BEGIN INIT INFO"), 0) != BYTES_NPOS)
        sense(m, BEHAVIOUR_P8, ROLE_USED, string_shown(m->arena, full)); /* the script is a service */
    if (file == NULL)
        return;
    file->ran = true;
    if (by_interpreter && bytes_starts(file->path, bytes_of("\0<(", 3))) { /* bash <(curl ..) */
        execute_string(call, file->content, call->name, "process substitution");
        return;
    }
    if (file->fetch != NULL) {
        const struct shell_fetch *fetch = file->fetch;
        bool local = fetch->host_kind == HOST_PRIVATE || fetch->host_kind == HOST_LOCAL;
        struct shell_fetch *own = NULL;
        memcpy(&own, &fetch, sizeof own);
        own->run = true;
        bool builds = unpacked && fetch->host_kind == HOST_NAME; /* ./configure of a source */
        if (!local && (file->executable || by_interpreter))
            ((fetch_is_honest(fetch) && !sense_is_hidden(full) && !(call->silent && background)) || builds ||
                     (m->report->verifies && fetch->host_kind == HOST_NAME)
                 ? sense_soft
                 : sense)(m, BEHAVIOUR_X5, ROLE_USED, fetch->url);
        if (call->silent && !local && !fetch_is_honest(fetch))
            sense(m, BEHAVIOUR_X14, ROLE_USED, fetch->url);
        if (!local && (fetch->host_kind == HOST_ADDRESS || fetch->host_kind == HOST_TOR ||
                       fetch->host_kind == HOST_PASTE))
            sense(m, BEHAVIOUR_X1, ROLE_USED, fetch->url);
        if (is_disguised(fetch->url) || is_disguised(full))
            sense(m, BEHAVIOUR_X10, ROLE_USED, fetch->url);
    } else if (file->sealed && file->executable && !by_interpreter) {
        (background ? sense_sure : sense)(m, BEHAVIOUR_X8, ROLE_USED, full);
    } else if (file->decoded) { /* an argument that only stands where a program would is nobody's text */
        bool seen = file->executable || string_is_known(file->content) || text_is_known(full);
        (file->binary ? sense_sure : seen ? sense : sense_soft)(m, BEHAVIOUR_X8, ROLE_USED, full);
    }
    if (!file->written || file->content.text.len < 2 || file->content.text.at[0] == 0)
        return;
    if (!is_script_text(string_shown(m->arena, file->content.text)))
        return;
    struct bytes name = call->name;
    if (by_interpreter && !is_shell_name(name))
        program_read(call, file->content, name, "file");
    else
        run_layer(m, file->content, "file", full, file->decoded);
}
