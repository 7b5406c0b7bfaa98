/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/tool.h"
#include "shell/host.h"

#define WRITTEN_BYTES ((size_t)16 * 1024)

void sense(struct machine *m, enum behaviour b, enum shell_role role, struct bytes detail)
{
    sense_soft(m, b, role, detail);
    m->report->behaviour[role][b].hard = true;
}

void sense_sure(struct machine *m, enum behaviour b, enum shell_role role, struct bytes detail)
{
    sense(m, b, role, detail);
    m->report->behaviour[role][b].sure = true;
}

void sense_undo(struct machine *m, enum behaviour b)
{
    m->report->behaviour[ROLE_USED][b].hard = false;
}

void sense_soft(struct machine *m, enum behaviour b, enum shell_role role, struct bytes detail)
{
    struct shell_behaviour *seen = &m->report->behaviour[role][b];
    uint32_t line = layer_line(m->arena, m->layer, m->offset);
    detail = bytes_sub(string_shown(m->arena, detail), 0, 200);
    for (uint32_t i = 0; i < seen->place_count; i++)
        if (seen->place[i].layer == m->layer && seen->place[i].line == line &&
            bytes_equal(seen->place[i].detail, detail))
            return;
    seen->count++;
    if (seen->place == NULL)
        seen->place = arena_array_of(m->arena, REPORT_PLACES_MAX, struct shell_place);
    if (seen->place_count == REPORT_PLACES_MAX)
        return;
    seen->place[seen->place_count++] =
        (struct shell_place){.layer = m->layer,
                             .line = line,
                             .offset = m->offset,
                             .len = m->end > m->offset ? m->end - m->offset : 0,
                             .detail = detail};
}

/* Whether sending to this host is what the credential is for. */
static bool is_rightful(enum host_kind kind, uint32_t secrets)
{
    uint32_t tokens = TAINT_BIT(K8S_TOKEN) | TAINT_BIT(METADATA_TOKEN) | TAINT_BIT(CLI_KEY);
    if (kind == HOST_UNKNOWN && (secrets & ~tokens) == 0) /* the caller's own service */
        return true;
    bool drop = kind == HOST_DROP || kind == HOST_PASTE || kind == HOST_TOR || kind == HOST_ADDRESS;
    if (secrets == TAINT_BIT(CI_SECRET) && !drop) /* a job's token, for the service it is of */
        return true;
    if (secrets == TAINT_BIT(TYPED) && (kind == HOST_NAME || kind == HOST_UNKNOWN)) /* a login */
        return true;
    return kind == HOST_LOCAL || kind == HOST_METADATA || kind == HOST_PRIVATE ||
           kind == HOST_KNOWN;
}

void sense_send(struct call *call, struct shell_string s, struct bytes to, enum behaviour b,
                const char *sink)
{
    struct machine *m = call->m;
    uint32_t secrets = s.taint & taint_secrets();
    struct host_url url;
    if (secrets == 0)
        return;
    enum host_kind kind = host_url_parse(to, &url) ? host_kind_of_url(&url) : HOST_UNKNOWN;
    if (is_rightful(kind, secrets))
        return;
    s = string_pass(m, s);
    for (uint32_t t = 0; t < TAINT_COUNT; t++) {
        if ((secrets & 1U << t) == 0)
            continue;
        struct shell_flow *flow = m->report->flow;
        while (flow != NULL &&
               !(flow->source == (enum taint)t && flow->step->line == s.step->line &&
                 flow->step->layer == s.step->layer))
            flow = flow->next;
        if (flow != NULL || m->report->flow_count >= 64)
            continue;
        flow = arena_new_of(m->arena, struct shell_flow);
        flow->source = (enum taint)t, flow->sink = bytes_of_string(sink);
        flow->destination = string_shown(m->arena, to), flow->host_kind = kind, flow->step = s.step;
        *m->report->flow_end = flow, m->report->flow_end = &flow->next;
        m->report->flow_count++;
    }
    for (uint32_t i = 0; i < m->files->count; i++) { /* archives that were sent */
        struct file *file = m->files->row[i].value;
        if (file->archived && (file->content.taint & secrets) != 0)
            file->sent = true;
    }
    sense(m, b, ROLE_USED, to);
}

/* "[m]iner" is miner, and a number among alternatives is a port. */
static struct bytes kill_plain(struct machine *m, struct bytes name)
{
    bool port = name.len >= 4 && name.len <= 5;
    for (size_t i = 0; i < name.len; i++)
        port &= ascii_is_digit(name.at[i]);
    if (port)
        return arena_printf(m->arena, ":%.*s", BYTES_FMT(name));
    if (name.len > 3 && name.at[0] == '[' && name.at[2] == ']')
        return arena_printf(m->arena, "%c%.*s", name.at[1], BYTES_FMT(bytes_from(name, 3)));
    return name;
}

void sense_kill(struct machine *m, struct bytes name)
{
    size_t bar = bytes_find_byte(name, '|', 0);
    if (bar != BYTES_NPOS) { /* grep -E '(a|b|c)': three names */
        struct bytes rest = name, part;
        for (int n = 0; n < 64 && bytes_next_field(&rest, '|', &part); n++) {
            while (part.len > 0 && strchr("(\\/:", part.at[0]) != NULL)
                part = bytes_from(part, 1);
            while (part.len > 0 && strchr(")\\", part.at[part.len - 1]) != NULL)
                part.len--;
            sense_kill(m, kill_plain(m, part));
        }
        return;
    }
    if (name.len < 2 || name.len > 128 || !text_is_known(name) || name.at[0] == '$')
        return;
    void **slot = table_at(m->kills, name);
    if (*slot != NULL)
        return;
    *slot = m;
    if (m->report->kill == NULL)
        m->report->kill = arena_array_of(m->arena, KILLS_MAX, struct bytes);
    if (m->report->kill_count < KILLS_MAX)
        m->report->kill[m->report->kill_count] = arena_copy(m->arena, name);
    m->report->kill_count++;
    sense_text(m, name, ROLE_REMOVED);
    if (m->report->kill_count >= 5)
        sense(m, BEHAVIOUR_M3, ROLE_USED, BYTES_NONE);
}

void sense_function(struct machine *m, struct bytes name)
{
    (void)m, (void)name;
}

void sense_assign(struct machine *m, struct bytes name, struct shell_string value)
{
    bool history = bytes_equal(name, BYTES("HISTFILE")) || bytes_equal(name, BYTES("HISTSIZE")) ||
                   bytes_equal(name, BYTES("HISTFILESIZE"));
    if (history && (bytes_equal(value.text, BYTES("0")) ||
                    bytes_equal(value.text, BYTES("/dev/null")) || value.text.len == 0))
        sense(m, BEHAVIOUR_V1, ROLE_USED, name);
    struct file *library = bytes_equal(name, BYTES("LD_PRELOAD")) ? file_find(m, value.text) : NULL;
    if (library != NULL && library->fetch != NULL && !fetch_is_honest(library->fetch))
        sense(m, BEHAVIOUR_X1, ROLE_USED, library->fetch->url);
    if (value.text.len > 4 && !bytes_equal(name, BYTES("PATH")))
        sense_text(m, value.text, ROLE_TEXT);
}

/* Processor kinds in the names of downloads. */
static int arch_of(struct bytes url)
{
    static const char *const archs[] = {"x86_64", "x86",  "i686", "i586",  "aarch64", "arm4",
                                        "arm5",   "arm6", "arm7", "arm64", "mipsel",  "mpsl",
                                        "mips64", "mips", "sh4",  "ppc",   "powerpc", "m68k",
                                        "sparc",  "spc",  "arc",  "i486",  "armv",    "arm"};
    for (int i = 0; i < (int)(sizeof archs / sizeof archs[0]); i++)
        if (bytes_find_fold(url, bytes_of_string(archs[i]), 0) != BYTES_NPOS)
            return i;
    return -1;
}

static struct bytes last_component(struct bytes url)
{
    size_t slash = bytes_find_last_byte(url, '/');
    return slash == BYTES_NPOS ? url : bytes_from(url, slash + 1);
}

/* Scripts that were written to run later (hooks, wrappers, helpers) are read where they were made. */
static void written_run(struct machine *m)
{
    struct shell_layer *layer = m->layer;
    for (uint32_t i = 0, read = 0; i < m->files->count && read < 16 && !m->stopped; i++) {
        struct file *file = m->files->row[i].value;
        if (file == NULL || file->ran || !file->written || file->content.text.len < 8)
            continue;
        bool script =
            bytes_starts(file->content.text, BYTES("#!")) &&
            bytes_find(bytes_sub(file->content.text, 0, 40), BYTES("sh"), 0) != BYTES_NPOS;
        if (!script && !(file->executable && file->content.text.at[0] != 0))
            continue;
        m->layer = file->layer, m->offset = m->end = file->offset, read++;
        struct shell_string content = file->content; /* more than the script holds repeats itself */
        size_t most = m->report->layer[0]->text.len + WRITTEN_BYTES;
        content.text.len = file->decoded || content.text.len < most ? content.text.len : most;
        run_layer(m, content, "file", file->path, file->decoded);
    }
    m->layer = layer;
}

/* Whether the socket leads nowhere outside: health checks, port probes. */
static bool is_near(struct bytes address)
{
    size_t slash = bytes_find_byte(address, '/', 0);
    enum host_kind kind =
        host_kind_of(slash == BYTES_NPOS ? address : bytes_sub(address, 0, slash));
    return kind == HOST_LOCAL || kind == HOST_PRIVATE || kind == HOST_METADATA;
}

void sense_end(struct machine *m)
{
    written_run(m);
    uint32_t archs = 0, count = 0;
    bool run = false;
    for (const struct shell_fetch *f = m->report->fetch; f != NULL; f = f->next) {
        int arch = arch_of(last_component(f->url));
        if (arch >= 0 && f->host_kind != HOST_KNOWN && (archs & 1U << arch) == 0)
            archs |= 1U << arch, count++;
        run |= f->run && arch >= 0;
    }
    m->offset = m->end = 0;
    if (count >= 3 && run)
        sense(m, BEHAVIOUR_X13, ROLE_USED, BYTES_NONE);
    if (m->socket_open && m->socket_get && !is_near(m->socket_host))
        sense(m, BEHAVIOUR_X6, ROLE_USED, m->socket_host);
    bool used = false; /* a key or a list that is fetched one way or the other, and not run */
    for (const struct shell_fetch *f = m->report->fetch; f != NULL; f = f->next)
        used |= f->run || f->host_kind != HOST_NAME;
    for (int b = 0; b < BEHAVIOUR_COUNT; b++)
        used |= b != BEHAVIOUR_X4 && m->report->behaviour[ROLE_USED][b].count > 0;
    if (!used)
        sense_undo(m, BEHAVIOUR_X4);
    if (m->report->kill_count >= 3 && m->report->behaviour[ROLE_USED][BEHAVIOUR_X12].hard) /* room */
        sense(m, BEHAVIOUR_M3, ROLE_USED, BYTES_NONE);
    bool alone = m->walled; /* who sets a machine up lets himself in, and nobody else */
    for (int b = 0; b < BEHAVIOUR_COUNT; b++)
        alone &= b == BEHAVIOUR_P5 || !m->report->behaviour[ROLE_USED][b].hard;
    if (alone)
        sense_undo(m, BEHAVIOUR_P5);
    if (m->silenced && m->report->fetch_count > 0)
        sense(m, BEHAVIOUR_X14, ROLE_USED, BYTES_NONE);
    if (m->detached && m->report->behaviour[ROLE_USED][BEHAVIOUR_M1].hard)
        sense(m, BEHAVIOUR_X12, ROLE_USED, BYTES("miner"));
    if (m->account_asked && !m->detached && m->report->fetch_count == 0)
        sense_undo(m, BEHAVIOUR_M1); /* somebody's own miner, in their own window */
    if (m->account_made && report_count(m->report, BEHAVIOUR_E5) > 0) /* its password is told */
        sense(m, BEHAVIOUR_P7, ROLE_USED, BYTES_NONE);
    if (m->logger_stopped.len > 0)
        sense_soft(m, BEHAVIOUR_V14, ROLE_USED, m->logger_stopped);
    if (m->cloud_services >= 6)
        sense(m, BEHAVIOUR_C14, ROLE_USED, BYTES_NONE);
}
