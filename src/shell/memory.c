/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/function.h"

static struct variable *variable_at(struct machine *m, struct bytes name)
{
    struct variable **slot = (struct variable **)table_at(m->variables, name);
    if (*slot == NULL) {
        *slot = arena_new_of(m->arena, struct variable);
        (*slot)->name = name;
    }
    return *slot;
}

struct variable *variable_find(struct machine *m, struct bytes name)
{
    struct variable *v = table_get(m->variables, name);
    if (m->calls == 0 || name.len == 0 || ascii_is_digit(name.at[0]) || name.at[0] == '{')
        return v;
    if (v == NULL) /* that it is not set is something a function depends on */
        v = variable_at(m, name);
    machine_depends(m, &v->known);
    return v;
}

struct shell_string string_unknown(struct machine *m, struct bytes name)
{
    return string_of(string_hole(m->arena, "${", name, "}"));
}

static struct shell_string positional_get(struct machine *m, struct bytes name)
{
    int64_t n = 0;
    if (name.at[0] == '@' || name.at[0] == '*')
        return m->positional_count > 0 ? strings_join(m, m->positional, m->positional_count)
                                       : string_unknown(m, BYTES("@"));
    if (bytes_to_int(name, 1, 99, &n))
        return n <= m->positional_count ? m->positional[n - 1]
               : m->positional != NULL  ? string_of(BYTES(""))
                                        : string_unknown(m, name);
    return string_unknown(m, name);
}

/* ${{ .. }} of a workflow: its secrets are what somebody may be after. */
static struct shell_string expression_get(struct machine *m, struct bytes text)
{
    struct shell_string s = string_unknown(m, BYTES("expression"));
    bool secrets = bytes_find(text, BYTES("secrets"), 0) != BYTES_NPOS;
    bool all = secrets && bytes_find_fold(text, BYTES("tojson("), 0) != BYTES_NPOS;
    return secrets ? string_taint(m, s, all ? TAINT_BIT(CI_SECRETS) : TAINT_BIT(CI_SECRET)) : s;
}

struct shell_string variable_get(struct machine *m, struct bytes name)
{
    return variable_value(m, variable_find(m, name), name);
}

struct shell_string variable_value(struct machine *m, const struct variable *v, struct bytes name)
{
    if (v == NULL || v->count == 0) {
        if (name.len > 0 && (ascii_is_digit(name.at[0]) || name.at[0] == '@' || name.at[0] == '*'))
            return positional_get(m, name);
        if (name.len > 0 && name.at[0] == '{')
            return expression_get(m, name);
        return string_unknown(m, name);
    }
    if (v->count > m->world_most)
        m->world_most = v->count;
    return v->value[m->world < v->count ? m->world : v->count - 1U];
}

void variable_set(struct machine *m, struct bytes name, struct shell_string value, bool append)
{
    if (name.len == 0)
        return;
    m->carries_keys |= bytes_equal(name, BYTES("AWS_ACCESS_KEY_ID")) && value.text.len >= 16 &&
                       bytes_starts(value.text, BYTES("A"));
    struct variable *v = variable_at(m, name);
    struct shell_string before = {0};
    if (v->count > 0)
        before = v->value[m->world < v->count ? m->world : v->count - 1U];
    if (append && v->count > 0)
        value = string_join(m, before, value);
    if (m->branch == 0) {
        v->count = 0;
    } else {
        uint8_t kept = 0;
        for (uint8_t i = 0; i < v->count; i++)
            if (v->branch[i] != m->branch && !bytes_equal(v->value[i].text, value.text)) {
                v->value[kept] = v->value[i], v->branch[kept] = v->branch[i];
                kept++;
            }
        v->count = kept;
    }
    if (v->count == VALUES_MAX) { /* the oldest goes */
        memmove(v->value, v->value + 1, (VALUES_MAX - 1) * sizeof v->value[0]);
        memmove(v->branch, v->branch + 1, (VALUES_MAX - 1) * sizeof v->branch[0]);
        v->count--;
    }
    v->value[v->count] = value;
    v->branch[v->count++] = m->branch;
    variable_assigned(m, v, before, value);
}

/* PATH without "./" and doubled slashes, below the working directory where that is known. */
struct bytes path_resolve(struct machine *m, struct bytes path)
{
    while (bytes_starts(path, BYTES("./")) && path.len > 2)
        path = bytes_from(path, 2);
    while (bytes_starts(path, BYTES("//")))
        path = bytes_from(path, 1);
    if (bytes_equal(path, BYTES("./")) || bytes_equal(path, BYTES(".")))
        return m->cwd.len > 0 ? m->cwd : BYTES(".");
    if (path.len > 0 && path.len < 512 && m->cwd.len > 0 && path.at[0] != '/' &&
        path.at[0] != '~' && path.at[0] != 0) {
        bool slash = m->cwd.at[m->cwd.len - 1] == '/';
        struct text text;
        text_init(&text, m->arena, 0);
        text_add(&text, m->cwd);
        if (!slash)
            text_add_byte(&text, '/');
        text_add(&text, path);
        return text_bytes(&text);
    }
    return path;
}

static struct bytes path_base(struct bytes path)
{
    size_t slash = bytes_find_last_byte(path, '/');
    return slash == BYTES_NPOS ? path : bytes_from(path, slash + 1);
}

struct file *file_find(struct machine *m, struct bytes path)
{
    if (path.len == 0)
        return NULL;
    struct file *file = table_get(m->files, path_resolve(m, path));
    machine_depends(m, file != NULL ? &file->known : &m->new_files);
    if (file != NULL)
        return file;
    struct bytes base = path_base(path);
    if (base.len < 1 || bytes_equal(base, path) == (m->cwd.len == 0 && path.at[0] != '.'))
        return NULL;
    for (uint32_t i = m->files->count; i > 0 && m->files->count - i < 64;
         i--) { /* the directory was not followed */
        struct file *other = m->files->row[i - 1].value;
        if (other != NULL &&
            (path.at[0] != '/' || memchr(other->path.at, '/', other->path.len) == NULL) &&
            bytes_equal(path_base(other->path), base)) {
            machine_depends(m, &other->known);
            return other;
        }
    }
    return NULL;
}

struct file *file_at(struct machine *m, struct bytes path)
{
    struct bytes full = path_resolve(m, path);
    struct file **slot = (struct file **)table_at(m->files, full);
    if (*slot == NULL) {
        *slot = arena_new_of(m->arena, struct file);
        (*slot)->path = full;
        m->new_files.version++;
    }
    return *slot;
}

/* The present command, where TAINT came to by way of BEFORE (NULL: it is read here). */
static struct shell_step *step_new(struct machine *m, const struct shell_step *before,
                                   uint32_t taint)
{
    struct shell_step *step = arena_new_of(m->arena, struct shell_step);
    step->before = before;
    step->taint = taint;
    step->fetch = before == NULL ? NULL : before->fetch;
    step->layer = m->layer;
    step->offset = m->offset, step->len = m->end > m->offset ? m->end - m->offset : 0;
    step->line = layer_line(m->arena, m->layer, m->offset);
    return step;
}

struct shell_string string_pass(struct machine *m, struct shell_string s)
{
    if (s.taint == 0 ||
        (s.step != NULL && s.step->layer == m->layer && s.step->offset == m->offset))
        return s;
    s.step = step_new(m, s.step, s.taint);
    return s;
}

struct shell_string string_taint(struct machine *m, struct shell_string s, uint32_t taint)
{
    if ((s.taint & taint) == taint)
        return string_pass(m, s);
    const struct shell_step *before = s.taint == 0 ? NULL : s.step;
    s.taint |= taint;
    s.step = step_new(m, before, s.taint);
    return s;
}

void taint_merge(struct machine *m, struct shell_string *into, struct shell_string from)
{
    if ((from.taint & ~into->taint) == 0)
        return;
    const struct shell_step *before = into->step, *also = from.step;
    if ((from.taint & taint_secrets()) != 0 && (into->taint & taint_secrets()) == 0)
        before = from.step, also = into->step;
    into->taint |= from.taint;
    into->step = before != NULL ? before : also;
    if (before == NULL || also == NULL)
        return;
    struct shell_step *step = step_new(m, before, into->taint);
    step->also = also;
    into->step = step;
}

void file_write(struct call *call, struct bytes path, struct shell_string content, bool append)
{
    struct machine *m = call->m;
    if (path.len == 0 || bytes_starts(path, BYTES("/dev/null")) ||
        bytes_starts(path, BYTES("/dev/std")))
        return;
    struct file *file = file_at(m, path);
    content = string_pass(m, content);
    struct shell_string added = content;
    if (append && file->content.text.at != NULL) {
        struct shell_string before = file->content;
        if (before.text.len > 0 && before.text.at[0] == 0) /* what is not known ends its line */
            before = string_join(m, before, string_of(BYTES("\n")));
        if (before.text.len + content.text.len < STRING_BYTES_MAX)
            content = string_join(m, before, content);
        else
            content.text = file->content.text, content.taint |= file->content.taint;
    }
    m->report->keeps |= (content.taint & taint_secrets()) != 0;
    file->content = content;
    file->fetch = content.step != NULL && (content.taint & TAINT_BIT(FETCHED)) != 0
                      ? content.step->fetch
                      : NULL;
    file->decoded = (content.taint & TAINT_BIT(DECODED)) != 0;
    file->binary = bytes_starts(content.text, BYTES("\x7F"
                                                    "ELF"));
    file->decoded |= file->binary;
    file->written = true;
    file->layer = m->layer, file->offset = m->offset, file->span = m->span_last;
    file_written(m, file, added);
}
