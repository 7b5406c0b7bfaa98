/* SPDX-License-Identifier: Apache-2.0 */
#include "open/archive.h"

#include "open/zip.h"

#define ROWS_MAX 20000

/* A RAR5 variable-length number; false at the end or past 10 bytes. */
static bool take_vint(struct bytes b, size_t *at, uint64_t *out)
{
    uint64_t n = 0;
    for (unsigned shift = 0; shift < 64 && *at < b.len; shift += 7) {
        uint8_t c = b.at[(*at)++];
        n |= (uint64_t)(c & 0x7F) << shift;
        if ((c & 0x80) == 0) {
            *out = n;
            return true;
        }
    }
    return false;
}

/* Whether the extra area of a file header holds the encryption record (type 1). */
static bool has_crypt_record(struct bytes extra)
{
    size_t at = 0;
    uint64_t size, type;
    while (take_vint(extra, &at, &size)) {
        size_t inner = at;
        if (size > extra.len - at || !take_vint(extra, &inner, &type))
            return false;
        if (type == 1)
            return true;
        at += (size_t)size;
    }
    return false;
}

/* RAR 5.0 format note, "File header and service header". */
static void read_file5(struct arena *arena, struct bytes header, size_t at, uint64_t extra_size,
                       struct archive_list *list)
{
    uint64_t flags, unpacked, attributes, compression, os, name_len;
    if (!take_vint(header, &at, &flags) || !take_vint(header, &at, &unpacked) ||
        !take_vint(header, &at, &attributes))
        return;
    at += ((flags & 2) != 0 ? 4u : 0) + ((flags & 4) != 0 ? 4u : 0);
    if (!take_vint(header, &at, &compression) || !take_vint(header, &at, &os) ||
        !take_vint(header, &at, &name_len))
        return;
    struct bytes extra =
        extra_size > header.len ? BYTES_NONE : bytes_from(header, header.len - (size_t)extra_size);
    struct archive_row row = {.name =
                                  zip_name(arena, bytes_sub(header, at, (size_t)name_len), false),
                              .locked = has_crypt_record(extra),
                              .folder = (flags & 1) != 0};
    if (list->count < ROWS_MAX)
        archive_list_add(arena, list, row);
}

static void scan5(struct node *node, struct archive_list *list)
{
    struct bytes b = node->content;
    size_t at = 8;
    bool ended = false;
    while (!ended && b.len > at && b.len - at > 7) {
        size_t p = at + 4; /* CRC32 */
        uint64_t header_size, type, flags, extra_size = 0, data_size = 0;
        if (!take_vint(b, &p, &header_size) || header_size > b.len - p) {
            list->cut = true;
            return;
        }
        struct bytes header = bytes_sub(b, p, (size_t)header_size);
        size_t q = 0;
        if (!take_vint(header, &q, &type) || !take_vint(header, &q, &flags))
            return;
        if ((flags & 1) != 0 && !take_vint(header, &q, &extra_size))
            return;
        if ((flags & 2) != 0 && !take_vint(header, &q, &data_size))
            return;
        if (type == 4) {
            list->headers_locked = true;
            return;
        }
        if (type == 1) {
            uint64_t archive_flags = 0;
            take_vint(header, &q, &archive_flags);
            list->multi_volume = (archive_flags & 1) != 0;
        }
        if (type == 2)
            read_file5(node->tree->arena, header, q, extra_size, list);
        ended = type == 5;
        p += header.len;
        if (data_size > b.len - p) {
            list->cut = true;
            return;
        }
        at = p + (size_t)data_size;
    }
    list->cut = !ended;
}

static void scan4(struct node *node, struct archive_list *list)
{
    struct bytes b = node->content;
    size_t at = 7;
    while (b.len > at && b.len - at >= 7) {
        uint8_t type = b.at[at + 2];
        uint16_t flags = bytes_u16le(b, at + 3);
        size_t size = bytes_u16le(b, at + 5);
        uint64_t data = (flags & 0x8000) != 0 || type == 0x74 ? bytes_u32le(b, at + 7) : 0;
        if (size < 7 || size > b.len - at) {
            list->cut = true;
            return;
        }
        if (type == 0x73) {
            list->multi_volume = (flags & 1) != 0;
            if ((flags & 0x80) != 0) {
                list->headers_locked = true;
                return;
            }
        }
        if (type == 0x74 && size >= 32) {
            size_t name_at = at + 32;
            if ((flags & 0x100) != 0) {
                data |= (uint64_t)bytes_u32le(b, at + 32) << 32;
                name_at += 8;
            }
            struct bytes name =
                bytes_sub(bytes_sub(b, 0, at + size), name_at, bytes_u16le(b, at + 26));
            size_t zero = bytes_find_byte(name, 0, 0); /* the Unicode form follows */
            name = zero == BYTES_NPOS ? name : bytes_sub(name, 0, zero);
            if (list->count < ROWS_MAX)
                archive_list_add(
                    node->tree->arena, list,
                    (struct archive_row){.name = zip_name(node->tree->arena, name, false),
                                         .locked = (flags & 4) != 0,
                                         .folder = (flags & 0xE0) == 0xE0});
        }
        if (type == 0x7B)
            return;
        if (data > b.len - at - size) {
            list->cut = true;
            return;
        }
        at += size + (size_t)data;
    }
    list->cut = list->count == 0;
}

struct archive_list rar_scan(struct node *node)
{
    struct archive_list list = {0};
    if (bytes_starts(node->content, BYTES("Rar!\x1A\x07\x01\0")))
        scan5(node, &list);
    else
        scan4(node, &list);
    return list;
}
