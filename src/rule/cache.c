/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "rule/cache.h"

#include "artifact/checksum.h"
#include "artifact/digest.h"
#include "base/table.h"
#include "base/text.h"

#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <talloc.h>
#include <unistd.h>

#define MAGIC "NRC1"
#define VERSION 7
#define BLOCK_BYTES                                                                                \
    ((size_t)64) /* the head, each entry's head and each content begin at a multiple */
#define CHECKED_FROM                                                                               \
    ((size_t)16) /* magic, version, entry count, CRC-32 of the rest; address, nothing */
#define ADDRESS_LEAST                                                                              \
    UINT64_C(0x200000000000) /* far from where a kernel or a sanitiser puts anything */
#define ADDRESS_STEP UINT64_C(0x10000)
#define ADDRESS_STEPS UINT64_C(0x10000000)
#define FILE_MAX_BYTES ((off_t)256 * 1024 * 1024)
#define KEY_BYTES 32
#define IMAGE_FROM (2 * BLOCK_BYTES) /* the image is the first entry */

enum entry_kind { ENTRY_LITERALS = 1, ENTRY_PATTERN = 2, ENTRY_PROGRAM = 3, ENTRY_IMAGE = 4 };

/* What entries depend on beside their key: this program's ways (FORM, counted up with them) and the
 * library's. */
#define FORM "3 "

static void program_key(uint8_t key[64])
{
    struct text text;
    text_init(&text, NULL, 0);
    text_add_string(&text, FORM);
    text_add_string(&text, literal_version());
    digest(DIGEST_SHA256, text_bytes(&text), key);
    text_finish(&text);
}

/* The build id of the program itself (a note of its file), to TEXT. */
static int find_build(struct dl_phdr_info *info, size_t size, void *text)
{
    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        if (header->p_type != PT_NOTE)
            continue;
        struct bytes rest =
            bytes_of((const void *)(info->dlpi_addr + header->p_vaddr), header->p_memsz);
        while (rest.len >= 16) {
            size_t name = (bytes_u32le(rest, 0) + 3) & ~3u, id = (bytes_u32le(rest, 4) + 3) & ~3u;
            if (bytes_u32le(rest, 8) == NT_GNU_BUILD_ID && name == 4)
                text_add(text, bytes_sub(rest, 16, id));
            rest = bytes_from(rest, name + id > rest.len - 12 ? rest.len : 12 + name + id);
        }
    }
    return 1; /* the program comes first */
}

bool cache_program(struct text *text)
{
    text_add_string(text, FORM);
    text_add_string(text, literal_version());
    size_t before = text->len;
    dl_iterate_phdr(find_build, text);
    return text->len > before;
}

struct entry {
    enum entry_kind kind;
    struct bytes key, content;
};

struct cache {
    char *path;
    struct bytes map;
    struct table *known; /* key to struct entry */
    struct text fresh;   /* entries used or made this time, as they will be written */
    uint32_t fresh_count;
    struct bytes image, image_key; /* to keep */
    bool changed;
    bool held; /* nothing is kept */
};

static int cache_destroy(struct cache *cache)
{
    union {
        const uint8_t *from;
        void *to;
    } at = {.from = cache->map.at};
    if (cache->map.len > 0)
        munmap(at.to, cache->map.len);
    text_finish(&cache->fresh);
    return 0;
}

static const struct entry *look_up(const struct cache *cache, enum entry_kind kind,
                                   struct bytes key)
{
    const struct entry *entry = table_get(cache->known, key);
    return entry != NULL && entry->kind == kind ? entry : NULL;
}

static size_t blocks_of(size_t bytes)
{
    return (bytes + BLOCK_BYTES - 1) & ~(BLOCK_BYTES - 1);
}

/* Believe the mapped file only where all of it fits; else the cache is empty. */
static bool read_entries(struct cache *cache)
{
    struct bytes rest = cache->map;
    if (rest.len < BLOCK_BYTES || !bytes_starts(rest, BYTES(MAGIC)) ||
        bytes_u32le(rest, 4) != VERSION)
        return false;
    uint32_t count = bytes_u32le(rest, 8);
    uint32_t stored = bytes_u32le(rest, 12);
    if (stored != checksum_crc32(0, bytes_from(rest, CHECKED_FROM)))
        return false;
    rest = bytes_from(rest, BLOCK_BYTES);
    for (uint32_t i = 0; i < count; i++) {
        if (rest.len < BLOCK_BYTES || blocks_of(bytes_u32le(rest, 4)) > rest.len - BLOCK_BYTES)
            return false;
        struct entry *entry = talloc_zero(cache->known, struct entry);
        if (entry == NULL)
            abort();
        entry->kind = (enum entry_kind)bytes_u32le(rest, 0);
        entry->key = bytes_sub(rest, 8, KEY_BYTES);
        entry->content = bytes_sub(rest, BLOCK_BYTES, bytes_u32le(rest, 4));
        table_set(cache->known, entry->key, entry);
        rest = bytes_from(rest, BLOCK_BYTES + blocks_of(entry->content.len));
    }
    uint8_t key[64];
    program_key(key);
    const struct entry *program = look_up(cache, ENTRY_PROGRAM, bytes_of(key, KEY_BYTES));
    return rest.len == 0 && program != NULL;
}

/* SIZE bytes of FD, private to this process, where they say that they want to lie or anywhere else. */
static struct bytes map_file(int fd, size_t size)
{
    union {
        uint64_t number;
        void *at;
    } address = {.number = 0};
    const off_t place = (off_t)CHECKED_FROM;
    bool told = pread(fd, &address, sizeof address, place) == (ssize_t)sizeof address &&
                address.number >= ADDRESS_LEAST &&
                address.number < ADDRESS_LEAST + ADDRESS_STEP * ADDRESS_STEPS &&
                address.number % ADDRESS_STEP == 0;
    void *at = mmap(told ? address.at : NULL, size, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | (told ? MAP_FIXED_NOREPLACE : 0), fd, 0);
    if (at == MAP_FAILED && told)
        at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    if (at != MAP_FAILED)
        madvise(at, size,
                MADV_POPULATE_READ); /* one fault instead of hundreds; where it is known */
    return at == MAP_FAILED ? BYTES_NONE : bytes_of(at, size);
}

struct cache *cache_open(const char *path)
{
    if (path == NULL)
        return NULL;
    struct cache *cache = talloc_zero(NULL, struct cache);
    if (cache == NULL || (cache->path = talloc_strdup(cache, path)) == NULL)
        abort();
    text_init(&cache->fresh, NULL, 0);
    cache->known = table_new(cache);
    talloc_set_destructor(cache, cache_destroy);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct stat st;
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
        (st.st_mode & (S_IWGRP | S_IWOTH)) == 0 && st.st_size > 0 && st.st_size < FILE_MAX_BYTES) {
        cache->map = map_file(fd, (size_t)st.st_size);
    }
    if (fd >= 0)
        close(fd);
    if (!read_entries(cache)) {
        cache->known = table_new(cache);
        cache->changed = true;
    }
    return cache;
}

static uint64_t address_of(struct bytes key)
{
    return ADDRESS_LEAST + ADDRESS_STEP * (bytes_u32le(key, 0) % ADDRESS_STEPS);
}

uint64_t cache_image_address(struct bytes key)
{
    return address_of(key) + IMAGE_FROM;
}

static void add_u32(struct text *text, uint32_t n)
{
    uint8_t bytes[4] = {(uint8_t)n, (uint8_t)(n >> 8), (uint8_t)(n >> 16), (uint8_t)(n >> 24)};
    text_add(text, bytes_of(bytes, 4));
}

static void add_padding(struct text *text)
{
    static const uint8_t zero[BLOCK_BYTES];
    text_add(text, bytes_of(zero, blocks_of(text->len) - text->len));
}

static void keep(struct cache *cache, enum entry_kind kind, struct bytes key, struct bytes content)
{
    struct text *to = &cache->fresh;
    add_u32(to, kind);
    add_u32(to, (uint32_t)content.len);
    text_add(to, key);
    add_padding(to);
    text_add(to, content);
    add_padding(to);
    cache->fresh_count++;
}

struct literal_set *cache_literal_set(struct cache *cache, const void *parent,
                                      const struct bytes *literal, uint32_t count, bool every)
{
    if (cache == NULL)
        return literal_set_new(parent, literal, count, every);
    struct text all;
    text_init(&all, NULL, 0);
    text_add_byte(&all, every ? 'e' : '1');
    for (uint32_t i = 0; i < count; i++) {
        add_u32(&all, (uint32_t)literal[i].len);
        text_add(&all, literal[i]);
    }
    uint8_t key[64];
    digest(DIGEST_SHA256, text_bytes(&all), key);
    text_finish(&all);
    const struct entry *entry = look_up(cache, ENTRY_LITERALS, bytes_of(key, KEY_BYTES));
    struct literal_set *set =
        entry == NULL ? NULL : literal_set_restore(parent, entry->content, count, cache->held);
    if (set != NULL && cache->held)
        return set;
    if (set != NULL) {
        keep(cache, ENTRY_LITERALS, bytes_of(key, KEY_BYTES), entry->content);
        return set;
    }
    cache->changed = true;
    set = literal_set_new(parent, literal, count, every);
    struct bytes saved = set == NULL ? BYTES_NONE : literal_set_save(NULL, set);
    if (saved.at != NULL)
        keep(cache, ENTRY_LITERALS, bytes_of(key, KEY_BYTES), saved);
    union {
        const uint8_t *from;
        void *to;
    } at = {.from = saved.at};
    talloc_free(at.to);
    return set;
}

static void pattern_key(const struct pattern *pattern, uint8_t key[64])
{
    struct text text;
    text_init(&text, NULL, 0);
    text_add_byte(&text, pattern->fold ? 'i' : '-');
    text_add(&text, pattern->text);
    digest(DIGEST_SHA256, text_bytes(&text), key);
    text_finish(&text);
}

/* The content of a pattern's entry: its literals, length before each, 0xFFFFFFFF for the end of a set. */
void cache_pattern(struct cache *cache, struct arena *arena, struct pattern *pattern)
{
    uint8_t key[64];
    if (cache == NULL || pattern->known_good)
        return;
    pattern_key(pattern, key);
    const struct entry *entry = look_up(cache, ENTRY_PATTERN, bytes_of(key, KEY_BYTES));
    if (entry == NULL)
        return;
    uint32_t count = 0;
    struct bytes rest = entry->content;
    struct bytes *literal = arena_array_of(arena, rest.len / 4 + 1, struct bytes);
    while (rest.len >= 4) {
        uint32_t len = bytes_u32le(rest, 0);
        rest = bytes_from(rest, 4);
        if (len == UINT32_MAX) {
            literal[count++] = BYTES_NONE;
        } else if (len <= rest.len) {
            literal[count++] = arena_copy(arena, bytes_sub(rest, 0, len));
            rest = bytes_from(rest, len);
        } else {
            return; /* the digest fits, so this was written wrong: as if it were not there */
        }
    }
    pattern->literal = literal;
    pattern->literal_count = count;
    pattern->known_good = pattern->has_literals = true;
}

static void keep_pattern(struct cache *cache, const struct pattern *pattern)
{
    uint8_t key[64];
    struct text content;
    if (!pattern->known_good || !pattern->has_literals)
        return;
    pattern_key(pattern, key);
    cache->changed =
        cache->changed || look_up(cache, ENTRY_PATTERN, bytes_of(key, KEY_BYTES)) == NULL;
    text_init(&content, NULL, 0);
    for (uint32_t i = 0; i < pattern->literal_count; i++) {
        bool end = pattern->literal[i].at == NULL;
        add_u32(&content, end ? UINT32_MAX : (uint32_t)pattern->literal[i].len);
        text_add(&content, pattern->literal[i]);
    }
    keep(cache, ENTRY_PATTERN, bytes_of(key, KEY_BYTES), text_bytes(&content));
    text_finish(&content);
}

struct bytes cache_image(const struct cache *cache, struct bytes key)
{
    const struct entry *entry = cache == NULL ? NULL : look_up(cache, ENTRY_IMAGE, key);
    bool first = entry != NULL && entry->content.at == cache->map.at + IMAGE_FROM;
    return first ? entry->content : BYTES_NONE;
}

void cache_hold(struct cache *cache, const void *parent)
{
    cache->held = true;
    talloc_steal(parent, cache);
}

void cache_keep_image(struct cache *cache, struct bytes key, struct bytes image)
{
    if (cache == NULL || image.at == NULL || image.len > FILE_MAX_BYTES / 2)
        return;
    cache->image = image;
    cache->image_key = key;
    cache->changed = true;
}

/* The image as the first entry, before the others. */
static void put_image_first(struct cache *cache)
{
    struct text rest = cache->fresh;
    text_init(&cache->fresh, NULL, 0);
    keep(cache, ENTRY_IMAGE, cache->image_key, cache->image);
    text_add(&cache->fresh, text_bytes(&rest));
    text_finish(&rest);
}

/* Beside itself, then renamed: a reader sees the old file or the new one. */
static void write_file(const struct cache *cache)
{
    struct text head;
    text_init(&head, NULL, 0);
    text_add_string(&head, MAGIC);
    add_u32(&head, VERSION);
    add_u32(&head, cache->fresh_count);
    uint64_t address = cache->image.at == NULL ? 0 : address_of(cache->image_key);
    uint8_t last[BLOCK_BYTES - CHECKED_FROM] = {0};
    memcpy(last, &address, sizeof address);
    uint32_t sum = checksum_crc32(0, bytes_of(last, sizeof last));
    add_u32(&head, checksum_crc32(sum, text_bytes(&cache->fresh)));
    text_add(&head, bytes_of(last, sizeof last));
    char *beside = talloc_asprintf(NULL, "%s.XXXXXX", cache->path);
    int fd = beside == NULL ? -1 : mkstemp(beside);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "wb");
    bool ok = file != NULL && fwrite(head.at, 1, head.len, file) == head.len &&
              fwrite(cache->fresh.at, 1, cache->fresh.len, file) == cache->fresh.len;
    ok = file != NULL && fclose(file) == 0 && ok;
    if (fd >= 0 && (!ok || rename(beside, cache->path) != 0))
        unlink(beside);
    talloc_free(beside);
    text_finish(&head);
}

void cache_close(struct cache *cache, const struct patterns *patterns)
{
    if (cache == NULL)
        return;
    for (uint32_t i = 0; i < patterns_count(patterns) && !cache->held; i++)
        keep_pattern(cache, patterns_row(patterns, i));
    uint8_t key[64];
    program_key(key);
    keep(cache, ENTRY_PROGRAM, bytes_of(key, KEY_BYTES), BYTES_NONE);
    if (cache->image.at != NULL)
        put_image_first(cache);
    if (cache->changed)
        write_file(cache);
    talloc_free(cache);
}
