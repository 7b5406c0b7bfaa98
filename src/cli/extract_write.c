/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "cli/extract_write.h"

#include "base/text.h"
#include "base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define NAME_BYTES_MAX 120u

/* Whether CODE may stand in a file's name: it shows, turns nothing round and means nothing to a shell
 * of Windows.  The ranges are the controls, format and bidi characters of Unicode 15, and non-characters. */
static bool is_plain(uint32_t code)
{
    static const struct {
        uint32_t first, last;
    } hidden[] = {
        {0x00, 0x1F},     {0x7F, 0x9F},     {0xAD, 0xAD},     {0x34F, 0x34F},
        {0x61C, 0x61C},   {0x115F, 0x1160}, {0x17B4, 0x17B5}, {0x180B, 0x180F},
        {0x200B, 0x200F}, {0x2028, 0x202F}, {0x205F, 0x206F}, {0x3164, 0x3164},
        {0xD800, 0xF8FF}, {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0},
        {0xFFF0, 0xFFFF}, {0xE0000, 0x10FFFF},
    };
    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++)
        if (code >= hidden[i].first && code <= hidden[i].last)
            return false;
    return code > 0x7F || strchr("<>:\"|?*%$`!&;'\\/", (int)code) == NULL;
}

/* What stands behind the last separator of either kind. */
static struct bytes last_component(struct bytes name)
{
    for (size_t i = name.len; i > 0; i--)
        if (name.at[i - 1] == '/' || name.at[i - 1] == '\\')
            return bytes_from(name, i);
    return name;
}

/* The longest end of NAME that fits: the extension says more than the beginning. */
static struct bytes tail(struct bytes name)
{
    size_t from = name.len > NAME_BYTES_MAX ? name.len - NAME_BYTES_MAX : 0;
    while (from < name.len && (name.at[from] & 0xC0) == 0x80)
        from++;
    return bytes_from(name, from);
}

const char *extract_name(struct arena *arena, const struct part *part)
{
    struct text out;
    text_init(&out, arena, 0);
    text_add(&out, part->path);
    struct bytes name = bytes_trim(tail(last_component(part->name)));
    if (name.len > 0)
        text_add_byte(&out, '-');
    for (size_t at = 0; at < name.len;) {
        uint32_t code = utf8_next(name, &at);
        text_add_codepoint(&out, is_plain(code) ? code : '_');
    }
    if (name.len == 0 && part->extension.len > 0)
        text_add_format(&out, ".%.*s", BYTES_FMT(part->extension));
    for (size_t i = out.len; i > part->path.len && strchr(". ", out.at[i - 1]) != NULL; i--)
        out.at[i - 1] = '_';
    return text_string(&out);
}

static bool write_all(int fd, struct bytes content)
{
    while (content.len > 0) {
        ssize_t n = write(fd, content.at, content.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        content = bytes_from(content, (size_t)n);
    }
    return true;
}

bool extract_file(int folder, const char *name, struct bytes content, struct error *err)
{
    int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        error_set_errno(err, ERROR_OUTPUT, "cannot make %s", name);
        if (errno == EEXIST)
            error_hint(err, "no file is written over; name another with -o");
        return false;
    }
    bool ok = write_all(fd, content);
    if (!ok)
        error_set_errno(err, ERROR_OUTPUT, "cannot write %s", name);
    if (close(fd) != 0 && ok)
        ok = error_set_errno(err, ERROR_OUTPUT, "cannot write %s", name);
    if (!ok)
        unlinkat(folder, name, 0);
    return ok;
}

bool extract_output(struct bytes content, struct error *err)
{
    return write_all(STDOUT_FILENO, content) ||
           error_set_errno(err, ERROR_OUTPUT, "cannot write to standard output");
}
