/* SPDX-License-Identifier: Apache-2.0 */
#include "open/tar.h"

#define BLOCK ((size_t)512)
#define NAME_BYTES_MAX ((size_t)64 * 1024)

/* What extension headers said about the next member. */
struct pending {
    struct bytes name, link;
    uint64_t size;
    bool has_size, sparse;
};

static struct bytes text_field(struct bytes header, size_t at, size_t len)
{
    struct bytes field = bytes_sub(header, at, len);
    size_t end = bytes_find_byte(field, 0, 0);
    return end == BYTES_NPOS ? field : bytes_sub(field, 0, end);
}

/* Octal with blanks around, or base 256 (GNU). */
static uint64_t number_field(struct bytes header, size_t at, size_t len)
{
    struct bytes field = bytes_sub(header, at, len);
    uint64_t n = 0;
    if (field.len > 0 && (field.at[0] & 0x80) != 0) {
        if (field.at[0] == 0xFF)
            return 0; /* negative */
        n = field.at[0] & 0x7F;
        for (size_t i = 1; i < field.len; i++) {
            if (n >> 55 != 0)
                return UINT64_MAX;
            n = n << 8 | field.at[i];
        }
        return n;
    }
    size_t i = 0;
    while (i < field.len && field.at[i] == ' ')
        i++;
    for (; i < field.len && field.at[i] >= '0' && field.at[i] <= '7'; i++)
        n = n << 3 | (uint64_t)(field.at[i] - '0');
    return n;
}

static bool checksum_right(struct bytes header)
{
    uint32_t sum = 0;
    int32_t signed_sum = 0;
    for (size_t i = 0; i < BLOCK; i++) {
        uint8_t c = i >= 148 && i < 156 ? ' ' : header.at[i];
        sum += c;
        signed_sum += (int8_t)c;
    }
    uint64_t told = number_field(header, 148, 8);
    return told == sum || (int64_t)told == signed_sum;
}

static bool is_zero(struct bytes b)
{
    for (size_t i = 0; i < b.len; i++)
        if (b.at[i] != 0)
            return false;
    return true;
}

bool tar_is(struct bytes b)
{
    struct bytes header = bytes_sub(b, 0, BLOCK);
    return header.len == BLOCK && header.at[0] != 0 && checksum_right(header);
}

void tar_begin(struct tar_walk *walk, struct arena *arena, struct bytes content)
{
    *walk = (struct tar_walk){.arena = arena, .content = content};
}

/* pax records: "LEN KEY=VALUE\n". */
static void read_pax(struct bytes data, struct pending *pending)
{
    while (data.len > 0) {
        size_t space = bytes_find_byte(bytes_sub(data, 0, 12), ' ', 0);
        int64_t len;
        if (space == BYTES_NPOS ||
            !bytes_to_int(bytes_sub(data, 0, space), (int64_t)space + 2, (int64_t)data.len, &len))
            return;
        struct bytes record = bytes_sub(data, space + 1, (size_t)len - space - 2);
        data = bytes_from(data, (size_t)len);
        size_t equals = bytes_find_byte(record, '=', 0);
        if (equals == BYTES_NPOS)
            continue;
        struct bytes key = bytes_sub(record, 0, equals), value = bytes_from(record, equals + 1);
        int64_t n;
        if (bytes_equal(key, BYTES("path")) || bytes_equal(key, BYTES("GNU.sparse.name")))
            pending->name = value;
        else if (bytes_equal(key, BYTES("linkpath")))
            pending->link = value;
        else if (bytes_equal(key, BYTES("size")) && bytes_to_int(value, 0, INT64_MAX, &n))
            pending->size = (uint64_t)n, pending->has_size = true;
        if (bytes_starts(key, BYTES("GNU.sparse.")))
            pending->sparse = true;
    }
}

static bool climbs(struct bytes name)
{
    struct bytes step;
    while (bytes_next_field(&name, '/', &step))
        if (bytes_equal(step, BYTES("..")))
            return true;
    return false;
}

static bool is_absolute(struct bytes name)
{
    return bytes_starts(name, BYTES("/")) || bytes_starts(name, BYTES("\\")) ||
           (name.len > 2 && name.at[1] == ':' && ascii_is_alpha(name.at[0]));
}

/* A relative link target that climbs no higher than the member's own depth stays inside. */
static bool link_escapes(struct bytes name, struct bytes link, bool hard)
{
    int64_t depth = 0;
    struct bytes step;
    if (is_absolute(link))
        return true;
    if (!hard) {
        for (size_t i = 0; i < name.len; i++)
            depth += name.at[i] == '/';
    }
    while (bytes_next_field(&link, '/', &step)) {
        if (bytes_equal(step, BYTES("..")))
            depth--;
        else if (step.len > 0 && !bytes_equal(step, BYTES(".")))
            depth++;
        if (depth < 0)
            return true;
    }
    return false;
}

static enum tar_type type_of(uint8_t flag, struct bytes name)
{
    switch (flag) {
    case '1':
        return TAR_HARD_LINK;
    case '2':
        return TAR_SYMBOLIC_LINK;
    case '3':
        return TAR_CHARACTER_DEVICE;
    case '4':
        return TAR_BLOCK_DEVICE;
    case '5':
        return TAR_FOLDER;
    case '6':
        return TAR_FIFO;
    case '0':
    case 0:
    case '7':
    case 'S':
        return name.len > 0 && name.at[name.len - 1] == '/' ? TAR_FOLDER : TAR_FILE;
    default:
        return TAR_OTHER;
    }
}

static void fill(struct tar_walk *walk, struct bytes header, const struct pending *pending,
                 struct tar_member *member)
{
    struct bytes prefix = bytes_equal(bytes_sub(header, 257, 6), BYTES("ustar\0"))
                              ? text_field(header, 345, 155)
                              : BYTES_NONE;
    member->name = text_field(header, 0, 100);
    if (prefix.len > 0)
        member->name =
            arena_printf(walk->arena, "%.*s/%.*s", BYTES_FMT(prefix), BYTES_FMT(member->name));
    if (pending->name.at != NULL)
        member->name = bytes_sub(pending->name, 0, NAME_BYTES_MAX);
    member->type = type_of(header.at[156], member->name);
    member->link = text_field(header, 157, 100);
    if (pending->link.at != NULL)
        member->link = bytes_sub(pending->link, 0, NAME_BYTES_MAX);
    bool is_link = member->type == TAR_HARD_LINK || member->type == TAR_SYMBOLIC_LINK;
    if (!is_link)
        member->link = BYTES_NONE;
    member->mode = (uint32_t)number_field(header, 100, 8);
    member->uid = (uint32_t)number_field(header, 108, 8);
    member->gid = (uint32_t)number_field(header, 116, 8);
    member->modified_s = (int64_t)(number_field(header, 136, 12) & INT64_MAX);
    if (is_absolute(member->name))
        member->hazards |= TAR_ABSOLUTE;
    if (climbs(member->name))
        member->hazards |= TAR_CLIMBS;
    if (is_link && link_escapes(member->name, member->link, member->type == TAR_HARD_LINK))
        member->hazards |= TAR_LINK_ESCAPES;
    if (member->type == TAR_FILE && (member->mode & 06000) != 0)
        member->hazards |= TAR_SET_ID;
    if (member->type == TAR_CHARACTER_DEVICE || member->type == TAR_BLOCK_DEVICE)
        member->hazards |= TAR_DEVICE;
    if (header.at[156] == 'S' || pending->sparse)
        member->hazards |= TAR_SPARSE;
}

static bool stop(struct tar_walk *walk, enum tar_end end)
{
    walk->end = end;
    walk->at = walk->content.len;
    return false;
}

static bool stop_at_mark(struct tar_walk *walk)
{
    struct bytes rest = bytes_from(walk->content, walk->at);
    for (size_t i = 0; i < rest.len; i++)
        if (rest.at[i] != 0) {
            walk->trailing = walk->at + i;
            break;
        }
    return stop(walk, TAR_END_MARK);
}

/* Old GNU sparse headers go on in extension blocks while a flag says so. */
static size_t sparse_extensions(struct bytes content, size_t at, struct bytes header)
{
    size_t blocks = 0;
    bool more = header.at[482] != 0;
    while (more && at + (blocks + 1) * BLOCK <= content.len) {
        more = content.at[at + blocks * BLOCK + 504] != 0;
        blocks++;
    }
    return blocks * BLOCK;
}

bool tar_next(struct tar_walk *walk, struct tar_member *member)
{
    struct pending pending = {0};
    for (;;) {
        struct bytes header = bytes_sub(walk->content, walk->at, BLOCK);
        if (header.len == 0)
            return stop(walk, TAR_END_MISSING);
        if (is_zero(header))
            return stop_at_mark(walk);
        if (header.len < BLOCK)
            return stop(walk, TAR_END_CUT);
        if (!checksum_right(header))
            return stop(walk, TAR_END_MALFORMED);
        uint8_t flag = header.at[156];
        uint64_t size = pending.has_size ? pending.size : number_field(header, 124, 12);
        bool extension = flag == 'L' || flag == 'K' || flag == 'x' || flag == 'X' || flag == 'g';
        bool bare = !extension && (flag == '1' || flag == '2' || (flag >= '3' && flag <= '6'));
        size_t from = walk->at + BLOCK;
        if (flag == 'S')
            from += sparse_extensions(walk->content, from, header);
        struct bytes data =
            bare ? bytes_sub(walk->content, from, 0)
                 : bytes_sub(walk->content, from, size > SIZE_MAX ? SIZE_MAX : (size_t)size);
        bool cut = !bare && data.len < size;
        size_t header_at = walk->at;
        size_t padded = (data.len + BLOCK - 1) / BLOCK * BLOCK;
        walk->at =
            padded > walk->content.len - (from < walk->content.len ? from : walk->content.len)
                ? walk->content.len
                : from + padded;
        if (flag == 'L')
            pending.name = text_field(data, 0, data.len);
        else if (flag == 'K')
            pending.link = text_field(data, 0, data.len);
        else if (flag == 'x' || flag == 'X')
            read_pax(data, &pending);
        if (extension && !cut)
            continue;
        if (extension)
            return stop(walk, TAR_END_CUT);
        *member = (struct tar_member){.data = data, .size = size, .header_at = header_at};
        fill(walk, header, &pending, member);
        if (cut)
            member->hazards |= TAR_CUT;
        return true;
    }
}
