/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/address.h"

#include "observe/field.h"
#include "open/mailbox.h"

bool address_split(struct arena *arena, struct bytes text, struct address *out)
{
    text = bytes_trim(text);
    size_t at = bytes_find_last_byte(text, '@');
    if (at == BYTES_NPOS || at == 0 || at + 1 >= text.len)
        return false;
    struct bytes domain = bytes_from(text, at + 1);
    bool upper = false;
    for (size_t i = 0; i < domain.len; i++) {
        if (domain.at[i] <= ' ')
            return false;
        upper |= (uint8_t)(domain.at[i] - 'A') < 26;
    }
    out->email = text;
    out->local = bytes_sub(text, 0, at);
    if (upper) {
        uint8_t *made = arena_alloc(arena, text.len);
        memcpy(made, text.at, at + 1);
        for (size_t i = at + 1; i < text.len; i++)
            made[i] = ascii_lower(text.at[i]);
        out->email = bytes_of(made, text.len);
        domain = bytes_from(out->email, at + 1);
    }
    out->domain = domain;
    if (out->local.len >= 2 && out->local.at[0] == '"' && out->local.at[out->local.len - 1] == '"')
        out->local = bytes_sub(out->local, 1, out->local.len - 2);
    return true;
}

/* "undisclosed-recipients:;" */
static bool empty_group(struct arena *arena, struct bytes value, struct address *out)
{
    value = field_text(arena, value);
    size_t colon = bytes_find_byte(value, ':', 0);
    if (colon == BYTES_NPOS || colon == 0)
        return false;
    *out = (struct address){.name = bytes_trim(bytes_sub(value, 0, colon))};
    return out->name.len > 0;
}

uint32_t address_list(struct arena *arena, struct bytes value, struct address **out)
{
    struct mailboxes list;
    mailboxes_read(&list, arena, value);
    struct address *made = arena_array_of(arena, list.count + 1, struct address);
    *out = made;
    uint32_t count = 0;
    for (uint32_t i = 0; i < list.count; i++) {
        const struct mailbox *mailbox = &list.item[i];
        struct address *address = &made[count];
        struct bytes name =
            bytes_trim(mailbox->display.len > 0 ? mailbox->display : mailbox->comment);
        address_split(arena, mailbox->address, address);
        address->name = name.len == 0 ? BYTES_NONE : name;
        count += address->email.at != NULL || address->name.at != NULL;
    }
    if (count == 0 && empty_group(arena, value, &made[0]))
        count = 1;
    return count;
}
