/* SPDX-License-Identifier: Apache-2.0 */
#include "open/zip.h"

#include "artifact/checksum.h"
#include "base/utf8.h"

#include <iconv.h>
#include <stdlib.h>

#define LOCAL_BYTES 30
#define CENTRAL_BYTES 46
#define END_BYTES 22
#define LOCAL_MARK 0x04034b50u
#define CENTRAL_MARK 0x02014b50u
#define END_MARK 0x06054b50u
#define END64_MARK 0x06064b50u
#define LOCATOR64_MARK 0x07064b50u
#define UNICODE_NAME 0x7075
#define ZIP64_EXTRA 0x0001
#define AES_EXTRA 0x9901

struct end_record {
    size_t at;             /* of the end record */
    uint64_t count;        /* entries, as declared */
    uint64_t offset, size; /* of the directory, as declared */
    uint32_t disk;
    bool found;
};

static struct bytes from_charset(struct arena *arena, struct bytes raw, const char *charset)
{
    iconv_t cd = iconv_open("UTF-8", charset);
    if (cd == (iconv_t)-1)
        return BYTES_NONE;
    size_t room = raw.len * 4 + 4, left = raw.len;
    char *out = arena_alloc(arena, room), *to = out;
    char *in = (char *)(uintptr_t)raw.at;
    size_t failed = iconv(cd, &in, &left, &to, &room);
    iconv_close(cd);
    return failed == (size_t)-1 || left > 0 ? BYTES_NONE : bytes_of(out, (size_t)(to - out));
}

struct bytes zip_name(struct arena *arena, struct bytes raw, bool utf8)
{
    if (utf8 || utf8_valid(raw))
        return raw;
    struct bytes name = from_charset(arena, raw, "CP932");
    if (name.at == NULL)
        name = from_charset(arena, raw, "CP437");
    return name.at == NULL ? raw : name;
}

/* The data of extra field ID; absent where there is none. */
static struct bytes extra_find(struct bytes extra, uint16_t id)
{
    while (extra.len >= 4) {
        struct bytes data = bytes_sub(extra, 4, bytes_u16le(extra, 2));
        if (bytes_u16le(extra, 0) == id)
            return data;
        extra = bytes_from(extra, 4 + data.len);
    }
    return BYTES_NONE;
}

static struct bytes member_name(struct arena *arena, struct bytes raw, struct bytes extra,
                                uint16_t flags)
{
    struct bytes unicode = extra_find(extra, UNICODE_NAME);
    if (unicode.len > 5 && unicode.at[0] == 1 && bytes_u32le(unicode, 1) == checksum_crc32(0, raw))
        return bytes_from(unicode, 5);
    return zip_name(arena, raw, (flags & ZIP_UTF8) != 0);
}

static void read_aes(struct zip_member *member, struct bytes extra)
{
    struct bytes aes = extra_find(extra, AES_EXTRA);
    member->real_method = member->method;
    if (member->method != 99)
        return;
    if (aes.len >= 7 && aes.at[4] >= 1 && aes.at[4] <= 3) {
        member->aes_version = (uint8_t)bytes_u16le(aes, 0);
        member->aes_strength = aes.at[4];
        member->real_method = bytes_u16le(aes, 5);
    }
}

static struct zip_member *list_add(struct node *node, struct zip_list *list)
{
    if (list->count >= node->tree->budget->most[LIMIT_NODES]) {
        node_limit(node, LIMIT_NODES);
        return NULL;
    }
    if (list->count == list->capacity) {
        uint32_t capacity = list->capacity == 0 ? 16 : list->capacity * 2;
        struct zip_member *grown = arena_array_of(node->tree->arena, capacity, struct zip_member);
        if (list->count > 0)
            memcpy(grown, list->member, list->count * sizeof *grown);
        list->member = grown;
        list->capacity = capacity;
    }
    list->member[list->count] = (struct zip_member){0};
    return &list->member[list->count++];
}

/* The last end record whose directory is where it says, else the last one. */
static struct end_record find_end(struct bytes b)
{
    struct end_record end = {0};
    if (b.len < END_BYTES)
        return end;
    int seen = 0;
    for (size_t at = b.len - END_BYTES + 1; at-- > 0 && seen < 16;) {
        if (b.at[at] != 'P' || bytes_u32le(b, at) != END_MARK)
            continue;
        struct end_record here = {.at = at, .found = true};
        here.disk = bytes_u16le(b, at + 4);
        here.count = bytes_u16le(b, at + 10);
        here.size = bytes_u32le(b, at + 12);
        here.offset = bytes_u32le(b, at + 16);
        if (at >= 20 && bytes_u32le(b, at - 20) == LOCATOR64_MARK) {
            uint64_t at64 = bytes_u64le(b, at - 12);
            if (at64 + 56 <= b.len && bytes_u32le(b, (size_t)at64) == END64_MARK) {
                here.count = bytes_u64le(b, (size_t)at64 + 32);
                here.size = bytes_u64le(b, (size_t)at64 + 40);
                here.offset = bytes_u64le(b, (size_t)at64 + 48);
            }
        }
        if (!end.found)
            end = here;
        if (here.size <= at &&
            (here.count == 0 || bytes_u32le(b, (size_t)(at - here.size)) == CENTRAL_MARK)) {
            end = here;
            break;
        }
        seen++;
    }
    return end;
}

/* Where the data after the local header at AT begins; 0 where there is no header. */
static size_t data_start(struct bytes b, uint64_t at)
{
    if (at > b.len || b.len - at < LOCAL_BYTES || bytes_u32le(b, (size_t)at) != LOCAL_MARK)
        return 0;
    return (size_t)at + LOCAL_BYTES + bytes_u16le(b, (size_t)at + 26) +
           bytes_u16le(b, (size_t)at + 28);
}

/* The directory's MEMBER, whose packed size is PACKED, against its local header. */
static void compare_local(struct node *node, const struct zip_member *member, struct bytes raw_name,
                          uint64_t packed)
{
    struct bytes b = node->content;
    size_t at = member->header_at;
    uint16_t flags = bytes_u16le(b, at + 6);
    struct bytes name = bytes_sub(b, at + LOCAL_BYTES, bytes_u16le(b, at + 26));
    const char *what = NULL;
    if (!bytes_equal(name, raw_name))
        what = "name";
    else if (bytes_u16le(b, at + 8) != member->method)
        what = "method";
    else if (((flags ^ member->flags) & ZIP_ENCRYPTED) != 0)
        what = "encryption";
    else if ((flags & ZIP_DESCRIPTOR) == 0 && bytes_u32le(b, at + 18) != UINT32_MAX &&
             bytes_u32le(b, at + 18) != packed)
        what = "size";
    else if ((flags & ZIP_DESCRIPTOR) == 0 && bytes_u32le(b, at + 14) != member->crc)
        what = "checksum";
    if (what != NULL)
        node_anomaly(node, ANOMALY_HEADER_MISMATCH, at, LOCAL_BYTES + name.len,
                     bytes_of_string(what));
}

/* One directory entry at AT; where the next one is, or 0 at the end. */
static size_t read_central(struct node *node, struct zip_list *list, size_t at, uint64_t shift)
{
    struct bytes b = node->content;
    if (b.len < CENTRAL_BYTES || at > b.len - CENTRAL_BYTES || bytes_u32le(b, at) != CENTRAL_MARK)
        return 0;
    struct zip_member *member = list_add(node, list);
    if (member == NULL)
        return 0;
    struct bytes raw_name = bytes_sub(b, at + CENTRAL_BYTES, bytes_u16le(b, at + 28));
    struct bytes extra =
        bytes_sub(b, at + CENTRAL_BYTES + bytes_u16le(b, at + 28), bytes_u16le(b, at + 30));
    uint64_t packed = bytes_u32le(b, at + 20), offset = bytes_u32le(b, at + 42);
    member->flags = bytes_u16le(b, at + 8);
    member->method = bytes_u16le(b, at + 10);
    member->time = bytes_u16le(b, at + 12);
    member->date = bytes_u16le(b, at + 14);
    member->crc = bytes_u32le(b, at + 16);
    member->size = bytes_u32le(b, at + 24);
    member->extra = extra;
    struct bytes big = extra_find(extra, ZIP64_EXTRA);
    if (member->size == UINT32_MAX && big.len >= 8)
        member->size = bytes_u64le(big, 0), big = bytes_from(big, 8);
    if (packed == UINT32_MAX && big.len >= 8)
        packed = bytes_u64le(big, 0), big = bytes_from(big, 8);
    if (offset == UINT32_MAX && big.len >= 8)
        offset = bytes_u64le(big, 0);
    member->name = member_name(node->tree->arena, raw_name, extra, member->flags);
    read_aes(member, extra);
    size_t next = at + CENTRAL_BYTES + bytes_u16le(b, at + 28) + bytes_u16le(b, at + 30) +
                  bytes_u16le(b, at + 32);
    size_t start = offset > UINT64_MAX - shift ? 0 : data_start(b, offset + shift);
    if (start == 0 && shift != 0 && (start = data_start(b, offset)) != 0)
        shift = 0;
    if (start == 0) {
        node_anomaly(node, ANOMALY_TRUNCATED, at, CENTRAL_BYTES, BYTES("no local header"));
        return next;
    }
    member->header_at = (size_t)(offset + shift);
    member->data = bytes_sub(b, start, packed > SIZE_MAX ? SIZE_MAX : (size_t)packed);
    if (member->data.len < packed)
        node_anomaly(node, ANOMALY_TRUNCATED, start, member->data.len, BYTES("member"));
    compare_local(node, member, raw_name, packed);
    return next;
}

/* One member from the local header at AT, which no directory lists; where to look on. */
static size_t read_local(struct node *node, struct zip_list *list, size_t at, size_t end,
                         bool hidden)
{
    struct bytes b = node->content;
    size_t start = data_start(b, at);
    if (start == 0 || start > end)
        return at + 4;
    struct zip_member *member = list_add(node, list);
    if (member == NULL)
        return end;
    struct bytes raw_name = bytes_sub(b, at + LOCAL_BYTES, bytes_u16le(b, at + 26));
    struct bytes extra = bytes_sub(b, at + LOCAL_BYTES + raw_name.len, bytes_u16le(b, at + 28));
    member->header_at = at;
    member->flags = bytes_u16le(b, at + 6);
    member->method = bytes_u16le(b, at + 8);
    member->time = bytes_u16le(b, at + 10);
    member->date = bytes_u16le(b, at + 12);
    member->crc = bytes_u32le(b, at + 14);
    member->size = bytes_u32le(b, at + 22);
    member->extra = extra;
    member->hidden = hidden;
    member->name = member_name(node->tree->arena, raw_name, extra, member->flags);
    read_aes(member, extra);
    uint64_t packed = bytes_u32le(b, at + 18);
    struct bytes big = extra_find(extra, ZIP64_EXTRA);
    if (packed == UINT32_MAX && big.len >= 16)
        member->size = bytes_u64le(big, 0), packed = bytes_u64le(big, 8);
    if ((member->flags & ZIP_DESCRIPTOR) != 0 && packed == 0) {
        /* The size is behind the data: up to the next descriptor or header; the codec finds the end. */
        size_t next = bytes_find(bytes_sub(b, 0, end), BYTES("PK\3\4"), start);
        size_t descriptor = bytes_find(bytes_sub(b, 0, end), BYTES("PK\7\10"), start);
        if (descriptor != BYTES_NPOS && (next == BYTES_NPOS || descriptor < next)) {
            member->crc = bytes_u32le(b, descriptor + 4);
            member->size = bytes_u32le(b, descriptor + 12);
            next = descriptor;
        }
        member->size_unknown = true;
        packed = (next == BYTES_NPOS ? end : next) - start;
    }
    member->data =
        bytes_sub(bytes_sub(b, 0, end), start, packed > SIZE_MAX ? SIZE_MAX : (size_t)packed);
    if (member->data.len < packed)
        node_anomaly(node, ANOMALY_TRUNCATED, start, member->data.len, BYTES("member"));
    return start + member->data.len;
}

static int by_header(const void *a, const void *b)
{
    const struct zip_member *x = *(struct zip_member *const *)a,
                            *y = *(struct zip_member *const *)b;
    if (x->header_at != y->header_at)
        return x->header_at < y->header_at ? -1 : 1;
    return x < y ? -1 : x > y;
}

/* Mark overlaps, and read local headers in the gaps of the first COUNT members up to END. */
static void walk_gaps(struct node *node, struct zip_list *list, size_t end, bool hidden)
{
    struct bytes b = node->content;
    uint32_t count = list->count;
    struct zip_member **order = arena_array_of(node->tree->arena, count + 1, struct zip_member *);
    uint32_t known = 0;
    for (uint32_t i = 0; i < count; i++)
        if (list->member[i].data.at != NULL)
            order[known++] = &list->member[i];
    qsort(order, known, sizeof *order, by_header);
    size_t covered = 0;
    struct {
        size_t from, to;
    } *gap = arena_alloc(node->tree->arena, (known + 1) * sizeof *gap);
    uint32_t gaps = 0;
    for (uint32_t i = 0; i < known; i++) {
        struct zip_member *member = order[i];
        size_t to = (size_t)(member->data.at - b.at) + member->data.len;
        if (i > 0 && member->header_at < covered) {
            member->overlaps = true;
            continue;
        }
        if (member->header_at > covered)
            gap[gaps].from = covered, gap[gaps++].to = member->header_at;
        covered = to > covered ? to : covered;
    }
    if (end > covered)
        gap[gaps].from = covered, gap[gaps++].to = end;
    for (uint32_t i = 0; i < gaps; i++)
        for (size_t at = bytes_find(bytes_sub(b, 0, gap[i].to), BYTES("PK\3\4"), gap[i].from);
             at != BYTES_NPOS && at + LOCAL_BYTES <= gap[i].to;) {
            size_t next = read_local(node, list, at, gap[i].to, hidden);
            at = bytes_find(bytes_sub(b, 0, gap[i].to), BYTES("PK\3\4"), next);
        }
}

struct zip_list zip_list(struct node *node)
{
    struct zip_list list = {0};
    struct bytes b = node->content;
    struct end_record end = find_end(b);
    size_t members_end = b.len;
    if (end.found) {
        if (end.disk != 0 && end.disk != UINT16_MAX)
            node_anomaly(node, ANOMALY_MULTI_VOLUME, end.at, END_BYTES, BYTES_NONE);
        size_t at = end.size <= end.at ? end.at - (size_t)end.size : 0;
        if (end.count > 0 && bytes_u32le(b, at) != CENTRAL_MARK && end.offset < b.len)
            at = (size_t)end.offset;
        uint64_t shift = at > end.offset ? at - end.offset : 0;
        members_end = at;
        for (size_t next = at; next != 0 && next < b.len; at = next)
            next = read_central(node, &list, at, shift);
        if (list.count < end.count && end.count != UINT16_MAX)
            node_anomaly(node, ANOMALY_TRUNCATED, at, 0, BYTES("directory"));
        size_t tail = end.at + END_BYTES + bytes_u16le(b, end.at + 20);
        if (tail < b.len)
            node_anomaly(node, ANOMALY_TRAILING_DATA, tail, b.len - tail, BYTES_NONE);
    } else {
        node_anomaly(node, ANOMALY_TRUNCATED, b.len, 0, BYTES("no directory"));
    }
    if (list.count == 0)
        members_end = b.len;
    walk_gaps(node, &list, members_end, list.count > 0);
    return list;
}
