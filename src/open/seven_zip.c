/* SPDX-License-Identifier: Apache-2.0
 *
 * 7z with our own reader, because no library of ours undoes its AES.
 *
 * The header (maybe itself packed, maybe locked) lists folders: chains of coders over one packed
 * stream.  We undo Copy, LZMA, LZMA2 (both also below the x86 filter), Deflate, BZip2 and AES-256; a
 * folder with anything else (BCJ2, PPMd) leaves the archive to libarchive, unless it is locked.
 *
 * source   7zFormat.txt of the 7-Zip SDK 16.02; AES: key = SHA-256 over (salt, password in UTF-16LE,
 *          64-bit counter) 2^cycles times, CBC. */
#include "open/archive.h"

#include "artifact/checksum.h"
#include "artifact/cipher.h"
#include "artifact/decompress.h"
#include "base/text.h"
#include "base/utf8.h"
#include "open/opener.h"
#include "open/password.h"

#define CODERS_MAX 8
#define ITEMS_MAX 20000u
#define CYCLES_MAX 22
#define NO_SOURCE 0xFF

enum {
    ID_END,
    ID_HEADER,
    ID_ARCHIVE,
    ID_ADDITIONAL,
    ID_MAIN,
    ID_FILES,
    ID_PACK,
    ID_UNPACK,
    ID_SUBSTREAMS,
    ID_SIZE,
    ID_CRC,
    ID_FOLDER,
    ID_CODERS_SIZE,
    ID_NUM_UNPACK,
    ID_EMPTY_STREAM,
    ID_EMPTY_FILE,
    ID_ANTI,
    ID_NAMES,
    ID_ENCODED = 23
};

enum method {
    METHOD_OTHER,
    METHOD_COPY,
    METHOD_LZMA,
    METHOD_LZMA2,
    METHOD_X86,
    METHOD_DEFLATE,
    METHOD_BZIP2,
    METHOD_AES
};

struct coder {
    enum method method;
    struct bytes properties;
    uint64_t size; /* unpacked */
};

struct folder {
    struct coder coder[CODERS_MAX]; /* after put_in_order(): [0] is the last to be undone */
    uint8_t source[CODERS_MAX];     /* whose output feeds it; NO_SOURCE: the packed stream */
    uint32_t coders, streams;
    bool simple; /* a chain; each coder one stream in and out */
    bool has_crc;
    uint32_t crc;
    uint32_t first_part; /* its files: streams of them from here in part_size */
};

struct reader {
    struct bytes b;
    size_t at;
    bool bad;
};

struct header {
    struct folder *folder;
    uint64_t *pack_size;
    uint64_t pack_at; /* from the end of the signature header */
    uint32_t folders, packs;
    uint64_t *part_size; /* of all substreams, folder by folder */
    uint32_t *part_crc;  /* where part_has_crc */
    bool *part_has_crc;
    uint32_t parts;
    bool locked;
};

static uint8_t take_byte(struct reader *r)
{
    if (r->at >= r->b.len) {
        r->bad = true;
        return 0;
    }
    return r->b.at[r->at++];
}

static uint64_t take_number(struct reader *r)
{
    uint8_t first = take_byte(r), mask = 0x80;
    uint64_t value = 0;
    for (unsigned i = 0; i < 8; i++, mask >>= 1) {
        if ((first & mask) == 0)
            return value | (uint64_t)(first & (mask - 1)) << (8 * i);
        value |= (uint64_t)take_byte(r) << (8 * i);
    }
    return value;
}

static uint32_t take_count(struct reader *r)
{
    uint64_t n = take_number(r);
    if (n > ITEMS_MAX)
        r->bad = true;
    return r->bad ? 0 : (uint32_t)n;
}

static struct bytes take_bytes(struct reader *r, uint64_t len)
{
    if (len > r->b.len - r->at) {
        r->bad = true;
        return BYTES_NONE;
    }
    struct bytes part = bytes_sub(r->b, r->at, (size_t)len);
    r->at += part.len;
    return part;
}

/* A vector of COUNT bits, with its "all defined" byte where ALL; calls for each set one are the caller's. */
static struct bytes take_bits(struct reader *r, uint32_t count, bool all, bool *all_set)
{
    *all_set = all && take_byte(r) != 0;
    return *all_set ? BYTES_NONE : take_bytes(r, (count + 7) / 8);
}

static bool bit_at(struct bytes bits, bool all_set, uint32_t i)
{
    return all_set || (i / 8 < bits.len && (bits.at[i / 8] >> (7 - i % 8) & 1) != 0);
}

static enum method method_of(struct bytes id)
{
    static const struct {
        const char *id;
        uint8_t len;
        enum method method;
    } rows[] = {
        {"\0", 1, METHOD_COPY},
        {"\x03\x01\x01", 3, METHOD_LZMA},
        {"\x21", 1, METHOD_LZMA2},
        {"\x03\x03\x01\x03", 4, METHOD_X86},
        {"\x04\x01\x08", 3, METHOD_DEFLATE},
        {"\x04\x02\x02", 3, METHOD_BZIP2},
        {"\x04", 1, METHOD_X86},
        {"\x06\xF1\x07\x01", 4, METHOD_AES},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (bytes_equal(id, bytes_of(rows[i].id, rows[i].len)))
            return rows[i].method;
    return METHOD_OTHER;
}

static void read_folder(struct reader *r, struct folder *folder)
{
    folder->coders = take_count(r);
    folder->simple = true;
    uint64_t inputs = 0, outputs = 0;
    if (folder->coders == 0 || folder->coders > CODERS_MAX) {
        r->bad = true;
        return;
    }
    for (uint32_t i = 0; i < folder->coders && !r->bad; i++) {
        struct coder *coder = &folder->coder[i];
        uint8_t flags = take_byte(r);
        coder->method = method_of(take_bytes(r, flags & 15));
        uint64_t in = 1, out = 1;
        if ((flags & 0x10) != 0) {
            in = take_count(r);
            out = take_count(r);
        }
        if ((flags & 0x20) != 0)
            coder->properties = take_bytes(r, take_number(r));
        if (in != 1 || out != 1 || (flags & 0x80) != 0)
            folder->simple = false;
        inputs += in;
        outputs += out;
    }
    if (outputs == 0 || inputs < outputs - 1)
        r->bad = true;
    memset(folder->source, NO_SOURCE, sizeof folder->source);
    for (uint64_t i = 0; i + 1 < outputs && !r->bad; i++) {
        uint64_t in = take_number(r), out = take_number(r);
        if (in < folder->coders && out < folder->coders && in != out)
            folder->source[in] = (uint8_t)out;
        else
            folder->simple = false;
    }
    folder->streams = (uint32_t)(r->bad ? 1 : inputs - (outputs - 1));
    if (folder->streams > 1)
        for (uint32_t i = 0; i < folder->streams && !r->bad; i++)
            take_number(r);
    folder->has_crc = false;
    if (outputs != folder->coders)
        folder->simple = false;
}

/* Sort the coders of a chain so that each is fed by the next; the last reads the packed stream. */
static void put_in_order(struct folder *folder)
{
    struct coder sorted[CODERS_MAX];
    uint32_t at = 0, fed = 0, count = 0;
    for (uint32_t i = 0; i < folder->coders; i++)
        if (folder->source[i] != NO_SOURCE)
            fed |= 1u << folder->source[i];
    while (at < folder->coders && (fed >> at & 1) != 0)
        at++;
    for (; at < folder->coders && count < folder->coders; at = folder->source[at])
        sorted[count++] = folder->coder[at];
    if (count != folder->coders)
        folder->simple = false;
    else
        memcpy(folder->coder, sorted, count * sizeof *sorted);
}

static void read_pack_info(struct reader *r, struct arena *arena, struct header *h)
{
    h->pack_at = take_number(r);
    h->packs = take_count(r);
    h->pack_size = arena_array_of(arena, h->packs + 1, uint64_t);
    for (;;) {
        uint8_t id = take_byte(r);
        bool all;
        if (r->bad || id == ID_END)
            return;
        if (id == ID_SIZE) {
            for (uint32_t i = 0; i < h->packs && !r->bad; i++)
                h->pack_size[i] = take_number(r);
        } else if (id == ID_CRC) {
            struct bytes bits = take_bits(r, h->packs, true, &all);
            for (uint32_t i = 0; i < h->packs; i++)
                if (bit_at(bits, all, i))
                    take_bytes(r, 4);
        } else {
            r->bad = true;
        }
    }
}

static void read_unpack_info(struct reader *r, struct arena *arena, struct header *h)
{
    bool all;
    if (take_byte(r) != ID_FOLDER)
        r->bad = true;
    h->folders = take_count(r);
    if (take_byte(r) != 0)
        r->bad = true; /* external */
    h->folder = arena_array_of(arena, h->folders + 1, struct folder);
    for (uint32_t i = 0; i < h->folders && !r->bad; i++)
        read_folder(r, &h->folder[i]);
    if (take_byte(r) != ID_CODERS_SIZE)
        r->bad = true;
    for (uint32_t i = 0; i < h->folders && !r->bad; i++)
        for (uint32_t k = 0; k < h->folder[i].coders; k++)
            h->folder[i].coder[k].size = take_number(r);
    for (uint32_t i = 0; i < h->folders && !r->bad; i++)
        if (h->folder[i].simple)
            put_in_order(&h->folder[i]);
    for (uint8_t id; !r->bad && (id = take_byte(r)) != ID_END;) {
        if (id != ID_CRC) {
            r->bad = true;
            return;
        }
        struct bytes bits = take_bits(r, h->folders, true, &all);
        for (uint32_t i = 0; i < h->folders; i++)
            if (bit_at(bits, all, i)) {
                h->folder[i].has_crc = true;
                h->folder[i].crc = bytes_u32le(take_bytes(r, 4), 0);
            }
    }
}

/* Checksums of the parts whose folder has none of its own. */
static void read_part_crcs(struct reader *r, struct header *h)
{
    uint32_t count = 0, seen = 0;
    bool all;
    for (uint32_t i = 0; i < h->folders; i++)
        count += h->folder[i].streams == 1 && h->folder[i].has_crc ? 0 : h->folder[i].streams;
    struct bytes bits = take_bits(r, count, true, &all);
    for (uint32_t i = 0; i < h->folders && !r->bad; i++) {
        if (h->folder[i].streams == 1 && h->folder[i].has_crc)
            continue;
        for (uint32_t k = 0; k < h->folder[i].streams; k++, seen++)
            if (bit_at(bits, all, seen)) {
                h->part_has_crc[h->folder[i].first_part + k] = true;
                h->part_crc[h->folder[i].first_part + k] = bytes_u32le(take_bytes(r, 4), 0);
            }
    }
}

/* How each folder's output is cut into files. */
static void read_substreams(struct reader *r, struct arena *arena, struct header *h, bool present)
{
    uint32_t *count = arena_array_of(arena, h->folders + 1, uint32_t);
    uint64_t total = 0;
    uint8_t id = present ? take_byte(r) : ID_END;
    for (uint32_t i = 0; i < h->folders; i++)
        count[i] = 1;
    if (id == ID_NUM_UNPACK) {
        for (uint32_t i = 0; i < h->folders && !r->bad; i++)
            count[i] = take_count(r);
        id = take_byte(r);
    }
    for (uint32_t i = 0; i < h->folders; i++)
        total += count[i];
    if (total > ITEMS_MAX)
        r->bad = true;
    if (r->bad)
        return;
    h->part_size = arena_array_of(arena, total + 1, uint64_t);
    h->part_crc = arena_array_of(arena, total + 1, uint32_t);
    h->part_has_crc = arena_array_of(arena, total + 1, bool);
    for (uint32_t i = 0; i < h->folders; i++) {
        uint64_t left = h->folder[i].coder[0].size;
        h->folder[i].streams = count[i]; /* from here on: files in it */
        h->folder[i].first_part = h->parts;
        for (uint32_t k = 0; k + 1 < count[i]; k++) {
            uint64_t size = id == ID_SIZE ? take_number(r) : 0;
            size = size > left ? left : size;
            left -= size;
            h->part_size[h->parts++] = size;
        }
        if (count[i] > 0)
            h->part_size[h->parts++] = left;
    }
    if (id == ID_SIZE)
        id = take_byte(r);
    while (!r->bad && present && id != ID_END) {
        if (id != ID_CRC)
            r->bad = true;
        else
            read_part_crcs(r, h);
        id = take_byte(r);
    }
}

static void read_streams_info(struct reader *r, struct arena *arena, struct header *h)
{
    bool substreams = false;
    for (uint8_t id; !r->bad && (id = take_byte(r)) != ID_END;) {
        if (id == ID_PACK)
            read_pack_info(r, arena, h);
        else if (id == ID_UNPACK)
            read_unpack_info(r, arena, h);
        else if (id == ID_SUBSTREAMS)
            read_substreams(r, arena, h, true), substreams = true;
        else
            r->bad = true;
    }
    if (!substreams && !r->bad)
        read_substreams(r, arena, h, false);
}

/* WORD in UTF-8 to UTF-16LE; the number of bytes. */
static size_t to_utf16(struct bytes word, uint8_t out[256])
{
    size_t len = 0;
    for (size_t at = 0; at < word.len && len + 4 <= 256;) {
        uint32_t c = utf8_next(word, &at);
        if (c >= 0x10000) {
            uint32_t high = 0xD800 + ((c - 0x10000) >> 10), low = 0xDC00 + ((c - 0x10000) & 0x3FF);
            out[len++] = (uint8_t)high, out[len++] = (uint8_t)(high >> 8);
            c = low;
        }
        out[len++] = (uint8_t)c, out[len++] = (uint8_t)(c >> 8);
    }
    return len;
}

/* source: 7-Zip's CKeyInfo::CalcKey. */
static bool derive_key(struct bytes properties, struct bytes word, uint8_t key[64], uint8_t iv[16])
{
    if (properties.len < 1)
        return false;
    unsigned cycles = properties.at[0] & 0x3F, salt_len = properties.at[0] >> 7,
             iv_len = properties.at[0] >> 6 & 1;
    size_t at = 1;
    if (properties.len > 1) {
        salt_len += properties.at[1] >> 4;
        iv_len += properties.at[1] & 15;
        at = 2;
    }
    if (cycles > CYCLES_MAX || iv_len > 16 || properties.len < at + salt_len + iv_len)
        return false;
    struct bytes salt = bytes_sub(properties, at, salt_len);
    memset(iv, 0, 16);
    memcpy(iv, properties.at + at + salt_len, iv_len);
    uint8_t wide[256];
    size_t wide_len = to_utf16(word, wide);
    digest_repeat(DIGEST_SHA256, salt, bytes_of(wide, wide_len), (uint64_t)1 << cycles, key);
    return true;
}

static enum codec codec_of(enum method method, bool x86)
{
    return method == METHOD_LZMA      ? x86 ? CODEC_LZMA1_X86 : CODEC_LZMA1
           : method == METHOD_LZMA2   ? x86 ? CODEC_LZMA2_X86 : CODEC_LZMA2
           : method == METHOD_DEFLATE ? CODEC_DEFLATE
           : method == METHOD_BZIP2   ? CODEC_BZIP2
                                      : CODEC_STORE;
}

/* Undo the coders of FOLDER below COUNT over PACKED. */
static bool undo(struct node *node, const struct folder *folder, uint32_t count,
                 struct bytes packed, struct decompressed *done)
{
    *done = (struct decompressed){.out = packed};
    for (uint32_t i = count; i-- > 0;) {
        const struct coder *coder = &folder->coder[i];
        bool x86 = i > 0 && folder->coder[i - 1].method == METHOD_X86;
        if (coder->method == METHOD_X86 || coder->method == METHOD_AES ||
            coder->method == METHOD_OTHER ||
            (x86 && coder->method != METHOD_LZMA && coder->method != METHOD_LZMA2))
            return false;
        *done = decompress(node,
                           (struct decompress){.codec = codec_of(coder->method, x86),
                                               .in = done->out,
                                               .properties = coder->properties,
                                               .at_most = coder->size > SIZE_MAX || coder->size == 0
                                                              ? SIZE_MAX
                                                              : (size_t)coder->size});
        if (done->status != DECOMPRESS_OK)
            return true;
        i -= x86;
    }
    return true;
}

/* Whether OUT is what the checksums of FOLDER, or of its first part, promise. */
static bool is_right(const struct header *h, const struct folder *folder, struct bytes out)
{
    if (out.len != folder->coder[0].size)
        return false;
    if (folder->has_crc)
        return checksum_crc32(0, out) == folder->crc;
    if (folder->streams == 0 || folder->first_part >= h->parts ||
        !h->part_has_crc[folder->first_part])
        return true;
    struct bytes first = bytes_sub(out, 0, (size_t)h->part_size[folder->first_part]);
    return checksum_crc32(0, first) == h->part_crc[folder->first_part];
}

static bool undo_locked(struct node *node, const struct header *h, const struct folder *folder,
                        struct bytes packed, struct decompressed *done)
{
    const struct coder *aes = &folder->coder[folder->coders - 1];
    if (!open_take_bytes(node, packed.len))
        return false;
    uint8_t *scratch = arena_alloc(node->tree->arena, packed.len + 1);
    struct password_walk walk;
    password_begin(&walk, node);
    while (password_next(&walk)) {
        uint8_t key[64], iv[16];
        if (!derive_key(aes->properties, walk.word, key, iv))
            break;
        size_t len =
            cipher_aes_decrypt(CIPHER_CBC, bytes_of(key, 32), bytes_of(iv, 16), packed, scratch);
        len = aes->size < len ? (size_t)aes->size : len;
        if (!undo(node, folder, folder->coders - 1, bytes_of(scratch, len), done))
            break;
        bool over = done->status != DECOMPRESS_OK && done->status != DECOMPRESS_TRUNCATED &&
                    done->status != DECOMPRESS_MALFORMED && done->status != DECOMPRESS_CHECKSUM;
        if (over || (done->status == DECOMPRESS_OK && is_right(h, folder, done->out))) {
            password_found(&walk);
            return true;
        }
    }
    password_failed(&walk);
    return false;
}

static bool is_locked(const struct folder *folder)
{
    for (uint32_t i = 0; i < folder->coders; i++)
        if (folder->coder[i].method == METHOD_AES)
            return true;
    return false;
}

/* Decode FOLDER; false with *LOCKED where it stays shut, false alone where we do not know its coders. */
static bool decode_folder(struct node *node, const struct header *h, const struct folder *folder,
                          struct bytes packed, struct decompressed *done, bool *locked)
{
    *locked = is_locked(folder);
    if (!folder->simple)
        return false;
    if (*locked)
        return folder->coder[folder->coders - 1].method == METHOD_AES &&
               undo_locked(node, h, folder, packed, done);
    return undo(node, folder, folder->coders, packed, done);
}

/* Names (UTF-16LE) and which files have no stream. */
static void read_files(struct reader *r, struct node *node, struct archive_list *list,
                       struct bytes *empty_out)
{
    struct arena *arena = node->tree->arena;
    uint32_t count = take_count(r);
    for (uint8_t id; !r->bad && (id = take_byte(r)) != ID_END;) {
        struct bytes data = take_bytes(r, take_number(r));
        if (id == ID_EMPTY_STREAM)
            *empty_out = data;
        if (id != ID_NAMES || data.len < 1)
            continue;
        data = bytes_from(data, 1);
        for (uint32_t i = 0; i < count && data.len >= 2; i++) {
            struct text name;
            text_init(&name, arena, 0);
            while (data.len >= 2) {
                uint32_t c = bytes_u16le(data, 0);
                data = bytes_from(data, 2);
                if (c == 0)
                    break;
                if (c >= 0xD800 && c < 0xDC00 && data.len >= 2) {
                    c = 0x10000 + ((c - 0xD800) << 10) + ((bytes_u16le(data, 0) - 0xDC00u) & 0x3FF);
                    data = bytes_from(data, 2);
                }
                text_add_codepoint(&name, c);
            }
            struct bytes text = text_bytes(&name);
            archive_list_add(
                arena, list,
                (struct archive_row){.name = text.at == NULL ? bytes_of("", 0) : text});
        }
    }
    for (uint32_t i = 0; i < list->count; i++)
        list->row[i].folder = bit_at(*empty_out, false, i);
}

static void hang_folder(struct node *node, const struct header *h, uint32_t index, uint32_t *part,
                        uint32_t *file, const struct archive_list *list,
                        const struct decompressed *done, bool locked)
{
    size_t at = 0;
    for (uint32_t k = 0; k < h->folder[index].streams; k++, ++*file) {
        while (*file < list->count && list->row[*file].folder)
            ++*file;
        struct bytes name = *file < list->count ? list->row[*file].name : BYTES_NONE;
        struct bytes content = BYTES_NONE;
        uint64_t size = h->part_size[(*part)++];
        if (done != NULL)
            content = bytes_sub(done->out, at, size > SIZE_MAX ? SIZE_MAX : (size_t)size);
        node_fact_add(node, FACT_ARCHIVE_PATHS, name);
        struct node *child = node_add(node, content, name);
        if (child == NULL)
            return;
        at += content.len;
        if (done == NULL) {
            node_anomaly(child, locked ? ANOMALY_ENCRYPTED : ANOMALY_UNDECODABLE, 0, 0, BYTES_NONE);
            child->opened = true;
        } else if (content.len < size) {
            decompress_note(child,
                            done->status == DECOMPRESS_OK ? DECOMPRESS_TRUNCATED : done->status, 0,
                            content.len);
        }
    }
}

/* Decode every folder and hang its files; false where a coder is foreign to us and nothing is locked. */
static bool hang_all(struct node *node, const struct header *h, const struct archive_list *list)
{
    bool any_locked = false;
    for (uint32_t i = 0; i < h->folders; i++)
        any_locked = any_locked || is_locked(&h->folder[i]);
    node_fact_bool(node, FACT_ARCHIVE_ENCRYPTED, any_locked || h->locked);
    for (uint32_t i = 0; i < h->folders && !any_locked && !h->locked; i++)
        for (uint32_t k = 0; k < h->folder[i].coders; k++)
            if (!h->folder[i].simple || h->folder[i].coder[k].method == METHOD_OTHER)
                return false;
    uint32_t part = 0, file = 0, pack = 0;
    uint64_t at = 32 + h->pack_at;
    for (uint32_t i = 0; i < h->folders && pack < h->packs; i++) {
        uint64_t size = h->pack_size[pack++];
        struct bytes packed =
            at > SIZE_MAX ? BYTES_NONE : bytes_sub(node->content, (size_t)at, (size_t)size);
        struct decompressed done;
        bool locked;
        at += size;
        if (packed.len < size)
            node_anomaly(node, ANOMALY_TRUNCATED, node->content.len, 0, BYTES("packed stream"));
        bool ok = decode_folder(node, h, &h->folder[i], packed, &done, &locked);
        if (!ok && locked)
            node_anomaly(node, ANOMALY_ENCRYPTED,
                         packed.len == 0 ? 0 : (size_t)(packed.at - node->content.at), packed.len,
                         BYTES_NONE);
        hang_folder(node, h, i, &part, &file, list, ok ? &done : NULL, locked);
    }
    node_fact_int(node, FACT_LIBARCHIVE_TOTAL_FILES, list->count);
    return true;
}

/* The real header, unpacking it where it is packed; absent with an anomaly where that fails. */
static struct bytes plain_header(struct node *node, struct bytes header, bool *locked_out)
{
    struct arena *arena = node->tree->arena;
    for (int layer = 0; layer < 4 && header.len > 0 && header.at[0] == ID_ENCODED; layer++) {
        struct reader r = {.b = header, .at = 1};
        struct header h = {0};
        struct decompressed done;
        bool locked = false;
        read_streams_info(&r, arena, &h);
        if (r.bad || h.folders != 1 || h.packs < 1 || h.pack_at > node->content.len)
            return BYTES_NONE;
        struct bytes packed =
            bytes_sub(node->content, (size_t)(32 + h.pack_at), (size_t)h.pack_size[0]);
        if (!decode_folder(node, &h, &h.folder[0], packed, &done, &locked)) {
            if (locked)
                node_anomaly(node, ANOMALY_ENCRYPTED, 0, 0, BYTES("names too"));
            *locked_out = *locked_out || locked;
            return BYTES_NONE;
        }
        *locked_out = *locked_out || locked;
        header = done.out;
    }
    return header;
}

bool seven_zip_open(struct node *node, struct archive_list *list)
{
    struct bytes b = node->content, empty = BYTES_NONE;
    uint64_t offset = bytes_u64le(b, 12), size = bytes_u64le(b, 20);
    struct header h = {0};
    if (b.len < 32 || offset > b.len - 32 || size > b.len - 32 - offset) {
        node_anomaly(node, ANOMALY_TRUNCATED, b.len, 0, BYTES("header"));
        return true;
    }
    struct bytes raw = bytes_sub(b, 32 + (size_t)offset, (size_t)size);
    struct bytes header = plain_header(node, raw, &h.locked);
    if (header.at == NULL && h.locked)
        return true;
    struct reader r = {.b = header, .at = 0};
    if (raw.len > 0 && take_byte(&r) != ID_HEADER)
        r.bad = true;
    for (uint8_t id; !r.bad && raw.len > 0 && (id = take_byte(&r)) != ID_END;) {
        if (id == ID_MAIN)
            read_streams_info(&r, node->tree->arena, &h);
        else if (id == ID_FILES)
            read_files(&r, node, list, &empty);
        else if (id == ID_ARCHIVE)
            while (!r.bad && take_byte(&r) != ID_END)
                take_bytes(&r, take_number(&r));
        else
            r.bad = true;
    }
    if (r.bad) {
        node_anomaly(node, ANOMALY_UNDECODABLE, 32 + (size_t)offset, (size_t)size, BYTES("header"));
        return true;
    }
    return hang_all(node, &h, list);
}
