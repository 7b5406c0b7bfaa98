/* SPDX-License-Identifier: Apache-2.0
 *
 * Windows shortcuts: what they start, with which arguments, under which icon, and what hangs behind.
 *
 * The command line becomes a view child of kind batch, so that what reads scripts reads it too.  Blanks
 * that push the arguments out of the property sheet's 260 characters are an anomaly; bytes behind the
 * terminal block are a payload and hung below.
 *
 * source   MS-SHLLINK 8.0: 2.1 header, 2.2 IDList, 2.3 LinkInfo, 2.4 StringData, 2.5 ExtraData */
#include "artifact/identify.h"
#include "base/utf16.h"
#include "open/opener.h"

#define HEADER_BYTES 76
#define PADDING_MIN 64
#define BLOCKS_MAX 32

enum {
    HAS_ID_LIST = 1 << 0,
    HAS_LINK_INFO = 1 << 1,
    HAS_NAME = 1 << 2,
    HAS_RELATIVE_PATH = 1 << 3,
    HAS_WORKING_DIR = 1 << 4,
    HAS_ARGUMENTS = 1 << 5,
    HAS_ICON = 1 << 6,
    IS_UNICODE = 1 << 7,
};

struct link {
    struct node *node;
    struct arena *arena;
    struct bytes b;
    size_t at;
    struct bytes target, arguments;
    bool cut;
};

static void tell(struct link *link, enum fact_code code, const char *field, struct bytes value)
{
    if (value.len == 0)
        return;
    node_fact_string(link->node, code, value);
    if (field != NULL)
        node_fact_pair(link->node, FACT_EXIFTOOL_FIELDS, bytes_of_string(field),
                       value_string(value));
}

static struct bytes ansi(struct link *link, struct bytes raw)
{
    size_t end = bytes_find_byte(raw, 0, 0);
    raw = end == BYTES_NPOS ? raw : bytes_sub(raw, 0, end);
    struct text out;
    text_init(&out, link->arena, 0);
    for (size_t i = 0; i < raw.len; i++)
        text_add_codepoint(&out, raw.at[i]);
    return text_bytes(&out);
}

static bool bid_fits(struct bytes b)
{
    return b.len >= 20 && bytes_u32le(b, 0) == HEADER_BYTES;
}

static int bid(const struct node *node)
{
    return node->kind == KIND_LNK && bid_fits(node->content) ? 95 : 0;
}

/* Names of the shell items, joined: 0x1F the root, 0x2F a drive, 0x3x folders and files. */
static void read_id_list(struct link *link)
{
    struct bytes list = bytes_sub(link->b, link->at + 2, bytes_u16le(link->b, link->at));
    struct text path;
    text_init(&path, link->arena, 4096);
    link->cut = list.len < bytes_u16le(link->b, link->at);
    link->at += 2 + list.len;
    while (list.len >= 3) {
        size_t size = bytes_u16le(list, 0);
        if (size < 3)
            break;
        struct bytes item = bytes_sub(list, 0, size);
        uint8_t type = item.at[2] & 0x70;
        if (item.at[2] == 0x2F) {
            text_add(&path, ansi(link, bytes_from(item, 3)));
        } else if (type == 0x30 && item.len > 14) {
            struct bytes name = (item.at[2] & 4) != 0
                                    ? utf16_to_utf8_nul(link->arena, bytes_from(item, 14))
                                    : ansi(link, bytes_from(item, 14));
            size_t mark =
                bytes_find(item, BYTES("\x04\0\xEF\xBE"), 14); /* the extension block: long name */
            if (mark != BYTES_NPOS && mark >= 4 && mark + 16 < item.len) {
                uint16_t version = bytes_u16le(item, mark - 2);
                size_t at = mark + (version >= 9   ? 42u
                                    : version >= 8 ? 38u
                                    : version >= 7 ? 34u
                                                   : 16u);
                struct bytes wide = utf16_to_utf8_nul(link->arena, bytes_from(item, at));
                name = wide.len >= 1 ? wide : name;
            }
            if (path.len > 0 && path.at[path.len - 1] != '\\')
                text_add_byte(&path, '\\');
            text_add(&path, name);
        }
        list = bytes_from(list, size);
    }
    if (path.len > 0)
        link->target = text_bytes(&path);
}

static void read_volume(struct link *link, struct bytes volume)
{
    static const char *const types[] = {"Unknown",    "Invalid Root Path", "Removable Media",
                                        "Fixed Disk", "Remote Drive",      "CD-ROM",
                                        "Ram Disk"};
    uint32_t type = bytes_u32le(volume, 4), label = bytes_u32le(volume, 12);
    if (volume.len < 16)
        return;
    tell(link, FACT_LNK_DRIVE_TYPE, "DriveType", bytes_of_string(types[type < 7 ? type : 0]));
    tell(link, FACT_LNK_DRIVE_SERIAL, "DriveSerialNumber",
         arena_printf(link->arena, "%04X-%04X", bytes_u16le(volume, 10), bytes_u16le(volume, 8)));
    if (label < volume.len)
        tell(link, FACT_LNK_VOLUME_LABEL, "VolumeLabel", ansi(link, bytes_from(volume, label)));
}

static void read_link_info(struct link *link)
{
    struct bytes info = bytes_sub(link->b, link->at, bytes_u32le(link->b, link->at));
    link->cut = link->cut || info.len < bytes_u32le(link->b, link->at) || info.len < 28;
    link->at += info.len < 4 ? 4 : info.len;
    if (info.len < 28)
        return;
    uint32_t flags = bytes_u32le(info, 8), suffix = bytes_u32le(info, 24),
             network = bytes_u32le(info, 20);
    struct bytes base = BYTES_NONE;
    if ((flags & 1) != 0) {
        read_volume(link, bytes_from(info, bytes_u32le(info, 12)));
        base = ansi(link, bytes_from(info, bytes_u32le(info, 16)));
    }
    if ((flags & 2) != 0 && network + 20 < info.len) {
        struct bytes share = bytes_from(info, network);
        base = ansi(link, bytes_from(share, bytes_u32le(share, 8)));
        tell(link, FACT_LNK_NET_NAME, "NetName", base);
        if (base.len > 0 && base.at[base.len - 1] != '\\')
            base = arena_printf(link->arena, "%.*s\\", BYTES_FMT(base));
    }
    struct bytes tail = suffix < info.len ? ansi(link, bytes_from(info, suffix)) : BYTES_NONE;
    struct bytes path = arena_printf(link->arena, "%.*s%.*s", BYTES_FMT(base), BYTES_FMT(tail));
    tell(link, FACT_LNK_LOCAL_BASE_PATH, "LocalBasePath", path);
    tell(link, FACT_EXIFTOOL_LOCAL_BASE_PATH, NULL, path);
    if (path.len > 0)
        link->target = path;
}

/* One counted string; absent where its flag is not set. */
static struct bytes take_string(struct link *link, uint32_t flags, uint32_t flag)
{
    if ((flags & flag) == 0 || link->at + 2 > link->b.len)
        return BYTES_NONE;
    size_t len = bytes_u16le(link->b, link->at), bytes = (flags & IS_UNICODE) != 0 ? len * 2 : len;
    struct bytes raw = bytes_sub(link->b, link->at + 2, bytes);
    link->cut = link->cut || raw.len < bytes;
    link->at += 2 + raw.len;
    if ((flags & IS_UNICODE) != 0)
        return utf16_to_utf8(link->arena, raw);
    return ansi(link, raw);
}

static void note_padding(struct link *link, struct bytes arguments)
{
    size_t run = 0;
    for (size_t i = 0; i < arguments.len; i++) {
        run = ascii_is_space(arguments.at[i]) ? run + 1 : 0;
        if (run == PADDING_MIN) {
            node_anomaly(link->node, ANOMALY_HIDDEN_PADDING, 0, 0,
                         BYTES("blanks hide the arguments"));
            return;
        }
    }
}

static void read_strings(struct link *link, uint32_t flags)
{
    tell(link, FACT_LNK_NAME, "Description", take_string(link, flags, HAS_NAME));
    struct bytes relative = take_string(link, flags, HAS_RELATIVE_PATH);
    tell(link, FACT_LNK_RELATIVE_PATH, "RelativePath", relative);
    tell(link, FACT_EXIFTOOL_RELATIVE_PATH, NULL, relative);
    tell(link, FACT_LNK_WORKING_DIR, "WorkingDirectory", take_string(link, flags, HAS_WORKING_DIR));
    link->arguments = take_string(link, flags, HAS_ARGUMENTS);
    tell(link, FACT_LNK_ARGUMENTS, "CommandLineArguments", link->arguments);
    tell(link, FACT_EXIFTOOL_ARGUMENTS, NULL, link->arguments);
    tell(link, FACT_LNK_ICON, "IconFileName", take_string(link, flags, HAS_ICON));
    note_padding(link, link->arguments);
    if (link->target.len == 0)
        link->target = relative;
}

static void read_tracker(struct link *link, struct bytes block)
{
    if (block.len < 0x60)
        return;
    tell(link, FACT_LNK_MACHINE_ID, "MachineID", ansi(link, bytes_sub(block, 16, 16)));
    /* The node field of a version 1 UUID is the MAC address of the machine that made the link. */
    const uint8_t *mac = block.at + 32 + 16 + 10;
    tell(link, FACT_LNK_MAC, NULL,
         arena_printf(link->arena, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
                      mac[4], mac[5]));
}

static void read_blocks(struct link *link)
{
    for (int i = 0; i < BLOCKS_MAX && link->at + 4 <= link->b.len; i++) {
        size_t size = bytes_u32le(link->b, link->at);
        if (size < 4) {
            link->at += 4;
            return;
        }
        struct bytes block = bytes_sub(link->b, link->at, size);
        uint32_t sign = bytes_u32le(block, 4);
        link->cut = link->cut || block.len < size;
        if (sign == 0xA0000001 && block.len >= 0x314) {
            struct bytes wide = utf16_to_utf8_nul(link->arena, bytes_sub(block, 268, 520));
            struct bytes target = wide.len > 0 ? wide : ansi(link, bytes_sub(block, 8, 260));
            tell(link, FACT_LNK_ENVIRONMENT, "EnvironmentTarget", target);
            if (target.len > 0)
                link->target = target;
        } else if (sign == 0xA0000003) {
            read_tracker(link, block);
        } else if (sign == 0xA0000007 && block.len >= 0x314) {
            struct bytes wide = utf16_to_utf8_nul(link->arena, bytes_sub(block, 268, 520));
            tell(link, FACT_LNK_ICON, "IconFileName",
                 wide.len > 0 ? wide : ansi(link, bytes_sub(block, 8, 260)));
        }
        link->at += block.len;
    }
}

static void hang_tail(struct link *link)
{
    struct bytes tail = bytes_from(link->b, link->at);
    if (bytes_trim(tail).len == 0)
        return;
    node_anomaly(link->node, ANOMALY_TRAILING_DATA, link->at, tail.len,
                 BYTES("behind the shortcut"));
    node_add(link->node, tail, BYTES("appended"));
}

static void open(struct node *node)
{
    struct link link = {
        .node = node, .arena = node->tree->arena, .b = node->content, .at = HEADER_BYTES};
    static const char *const shows[] = {"Hide",
                                        "Normal",
                                        "Show Minimized",
                                        "Show Maximized",
                                        "Show No Activate",
                                        "Show",
                                        "Minimized",
                                        "Show Minimized No Activate"};
    if (link.b.len < HEADER_BYTES) {
        node_anomaly(node, ANOMALY_TRUNCATED, link.b.len, 0, BYTES("shortcut"));
        return;
    }
    uint32_t flags = bytes_u32le(link.b, 20), show = bytes_u32le(link.b, 60);
    tell(&link, FACT_EXIFTOOL_RUN_WINDOW, "RunWindow", bytes_of_string(shows[show < 8 ? show : 1]));
    if ((flags & HAS_ID_LIST) != 0)
        read_id_list(&link);
    if ((flags & HAS_LINK_INFO) != 0)
        read_link_info(&link);
    read_strings(&link, flags);
    read_blocks(&link);
    if (link.cut)
        node_anomaly(node, ANOMALY_TRUNCATED, link.b.len, 0, BYTES("shortcut"));
    tell(&link, FACT_LNK_TARGET, "TargetPath", link.target);
    if (link.target.len > 0 || link.arguments.len > 0) {
        struct bytes line =
            arena_printf(link.arena, "%.*s%s%.*s\n", BYTES_FMT(link.target),
                         link.arguments.len > 0 ? " " : "", BYTES_FMT(link.arguments));
        struct node *child = node_add(node, line, BYTES("command.cmd"));
        if (child != NULL) {
            child->is_view = true;
            child->kind = KIND_BATCH;
        }
    }
    if (!link.cut)
        hang_tail(&link);
}

const struct opener opener_lnk = {"lnk", bid, open};
