/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/idn.h"

#include <idn2.h>

#define NAME_MAX_BYTES 1024

static bool copy_out(struct arena *arena, char *made, struct bytes *out)
{
    *out = arena_copy(arena, bytes_of_string(made));
    idn2_free(made);
    return out->len > 0;
}

/* HOST as a C string in NAME; false where it is too long or holds NUL. */
static bool c_name(struct bytes host, char name[NAME_MAX_BYTES + 1])
{
    if (host.len == 0 || host.len > NAME_MAX_BYTES || memchr(host.at, 0, host.len) != NULL)
        return false;
    memcpy(name, host.at, host.len);
    name[host.len] = 0;
    return true;
}

bool idn_to_ascii(struct arena *arena, struct bytes host, struct bytes *out)
{
    char name[NAME_MAX_BYTES + 1], *made = NULL;
    if (!c_name(host, name))
        return false;
    if (idn2_to_ascii_8z(name, &made, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
        return false;
    return copy_out(arena, made, out);
}

bool idn_to_unicode(struct arena *arena, struct bytes host, struct bytes *out)
{
    char name[NAME_MAX_BYTES + 1], *made = NULL;
    if (!c_name(host, name) || idn2_to_unicode_8z8z(name, &made, 0) != IDN2_OK)
        return false;
    return copy_out(arena, made, out);
}
