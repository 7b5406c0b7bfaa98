/* SPDX-License-Identifier: Apache-2.0 */
#include "open/vba.h"

#include "base/text.h"
#include "base/utf16.h"
#include "open/codepage.h"
#include "open/opener.h"
#include "open/script.h"

#define CHUNK_BYTES 4096u
#define MODULES_MAX 1024u

/* One chunk's tokens (MS-OVBA 2.4.1.3.5): a copy token's split moves with the place in the chunk.
 * */
static bool unpack_chunk(struct text *out, struct bytes chunk)
{
    size_t begin = out->len;
    for (size_t at = 0; at < chunk.len;) {
        uint8_t flags = chunk.at[at++];
        for (int bit = 0; bit < 8 && at < chunk.len; bit++) {
            if ((flags >> bit & 1) == 0) {
                text_add_byte(out, chunk.at[at++]);
                continue;
            }
            if (at + 2 > chunk.len)
                return false;
            uint16_t token = bytes_u16le(chunk, at);
            at += 2;
            size_t done = out->len - begin;
            unsigned bits = 4;
            while ((size_t)1 << bits < done)
                bits++;
            size_t offset = (size_t)(token >> (16 - bits)) + 1;
            size_t len = (size_t)(token & (0xFFFFu >> bits)) + 3;
            if (offset > done || done + len > CHUNK_BYTES)
                return false;
            uint8_t *to = text_reserve(out, len);
            if (to == NULL)
                return false;
            for (size_t i = 0; i < len; i++)
                to[i] = *(to + i - offset);
            out->len += len;
        }
    }
    return true;
}

struct bytes vba_decompress(struct arena *arena, struct bytes packed, size_t limit_bytes,
                            bool *whole_out)
{
    struct text out;
    *whole_out = false;
    if (packed.len < 3 || packed.at[0] != 1)
        return BYTES_NONE;
    text_init(&out, arena, limit_bytes);
    text_reserve(&out, 1);
    size_t at = 1;
    for (; at + 2 <= packed.len;) {
        uint16_t header = bytes_u16le(packed, at);
        if ((header >> 12 & 7) != 3)
            return text_bytes(&out);
        size_t size = (size_t)(header & 0xFFF) + 1; /* after the header */
        struct bytes chunk = bytes_sub(packed, at + 2, size);
        bool whole = chunk.len == size;
        if (header & 0x8000)
            whole = unpack_chunk(&out, chunk) && whole;
        else
            text_add(&out, chunk);
        if (!whole || out.over_limit)
            return text_bytes(&out);
        at += 2 + size;
    }
    *whole_out = true;
    return text_bytes(&out);
}

/* Decompress with the budget of NODE; an anomaly where it breaks off. */
static struct bytes unpack(struct node *node, struct bytes packed, const char *what)
{
    bool whole;
    struct budget *budget = node->tree->budget;
    uint64_t left = budget->most[LIMIT_BYTES_OUT] -
                    (budget->used[LIMIT_BYTES_OUT] < budget->most[LIMIT_BYTES_OUT]
                         ? budget->used[LIMIT_BYTES_OUT]
                         : budget->most[LIMIT_BYTES_OUT]);
    if (left == 0) {
        node_limit(node, LIMIT_BYTES_OUT);
        return BYTES_NONE;
    }
    struct bytes out = vba_decompress(node->tree->arena, packed, (size_t)left, &whole);
    if (!open_take_bytes(node, out.len) || out.at == NULL || !whole)
        node_anomaly(node, ANOMALY_MALFORMED, 0, 0, bytes_of_string(what));
    return out;
}

static struct vba_module *add_module(struct arena *arena, struct vba_project *project)
{
    if (project->module_count == project->module_capacity) {
        uint32_t capacity = project->module_capacity == 0 ? 8 : project->module_capacity * 2;
        struct vba_module *grown = arena_array_of(arena, capacity, struct vba_module);
        if (project->module_count > 0)
            memcpy(grown, project->module, project->module_count * sizeof *grown);
        project->module = grown;
        project->module_capacity = capacity;
    }
    return &project->module[project->module_count++];
}

struct reader {
    struct cfb *cfb;
    struct node *document; /* where facts go */
    struct vba_project *project;
    uint32_t storage; /* that holds `dir` and the module streams */
};

static void read_module(struct reader *reader, struct vba_module *module, uint32_t offset)
{
    uint32_t index = cfb_child(reader->cfb, reader->storage, module->stream);
    struct bytes stream = cfb_stream(reader->cfb, index);
    if (stream.at == NULL) {
        node_anomaly(reader->document, ANOMALY_MALFORMED, 0, 0,
                     BYTES("a VBA module has no stream"));
        return;
    }
    module->cache = bytes_sub(stream, 0, offset);
    module->raw = bytes_from(stream, offset);
    struct bytes source = module->raw.len == 0
                              ? BYTES_NONE
                              : unpack(reader->document, module->raw, "VBA source breaks off");
    if (source.at != NULL)
        module->source =
            codepage_to_utf8(reader->document->tree->arena, reader->project->code_page, source);
}

/* A reference: the library's or the project's path out of the libid (MS-OVBA 2.3.4.2.2). */
static void add_reference(struct reader *reader, struct bytes libid)
{
    struct arena *arena = reader->document->tree->arena;
    libid = codepage_to_utf8(arena, reader->project->code_page, libid);
    if (libid.len > 0)
        node_fact_add(reader->document, FACT_MACRO_REFERENCES, libid);
}

/* Records of the decompressed dir stream: id (2), size (4), data; PROJECTVERSION's size is 2 too
 * small. */
static void read_dir(struct reader *reader, struct bytes dir)
{
    struct arena *arena = reader->document->tree->arena;
    struct vba_project *project = reader->project;
    struct vba_module *module = NULL;
    uint32_t offset = 0;
    for (size_t at = 0; at + 6 <= dir.len;) {
        uint16_t id = bytes_u16le(dir, at);
        size_t size = bytes_u32le(dir, at + 2);
        struct bytes data = bytes_sub(dir, at + 6, size);
        if (data.len < size) {
            node_anomaly(reader->document, ANOMALY_MALFORMED, 0, 0,
                         BYTES("VBA dir stream breaks off"));
            return;
        }
        at += 6 + size + (id == 0x09 ? 2 : 0);
        switch (id) {
        case 0x03:
            project->code_page = bytes_u16le(data, 0);
            break;
        case 0x04:
            project->name = codepage_to_utf8(arena, project->code_page, data);
            break;
        case 0x0D:
            add_reference(reader, bytes_sub(data, 4, bytes_u32le(data, 0)));
            break;
        case 0x0E:
            add_reference(reader, bytes_sub(data, 4, bytes_u32le(data, 0)));
            break;
        case 0x19:
            if (project->module_count >= MODULES_MAX) {
                node_limit(reader->document, LIMIT_NODES);
                return;
            }
            module = add_module(arena, project);
            module->name = codepage_to_utf8(arena, project->code_page, data);
            module->stream = module->name;
            offset = 0;
            break;
        case 0x1A:
            if (module != NULL)
                module->stream = codepage_to_utf8(arena, project->code_page, data);
            break;
        case 0x32:
            if (module != NULL && data.len > 0)
                module->stream = utf16_to_utf8(arena, data);
            break;
        case 0x31:
            offset = bytes_u32le(data, 0);
            break;
        case 0x22:
            if (module != NULL)
                module->document = true;
            break;
        case 0x2B:
            if (module != NULL)
                read_module(reader, module, offset);
            module = NULL;
            break;
        case 0x10:
            return;
        default:
            break;
        }
    }
    if (module != NULL)
        node_anomaly(reader->document, ANOMALY_MALFORMED, 0, 0, BYTES("VBA dir stream breaks off"));
}

/* Without a directory: every stream beside it that holds a compressed "Attribute VB_". */
static void carve_modules(struct reader *reader)
{
    struct cfb *cfb = reader->cfb;
    for (uint32_t i = 1; i < cfb->count; i++) {
        if (cfb->entry[i].type != CFB_STREAM ||
            (cfb->entry[i].parent != reader->storage && !cfb->entry[i].orphan))
            continue;
        struct bytes stream = cfb_stream(cfb, i);
        size_t at = bytes_find(stream, BYTES("\0Attribut\0e "), 0);
        if (at == BYTES_NPOS || at < 3 || stream.at[at - 3] != 1 ||
            reader->project->module_count >= MODULES_MAX)
            continue;
        struct vba_module *module = add_module(reader->document->tree->arena, reader->project);
        module->name = module->stream = cfb->entry[i].name;
        module->cache = bytes_sub(stream, 0, at - 3);
        module->raw = bytes_from(stream, at - 3);
        struct bytes source = unpack(reader->document, module->raw, "VBA source breaks off");
        module->source =
            codepage_to_utf8(reader->document->tree->arena, reader->project->code_page, source);
    }
}

/* PROJECT (MS-OVBA 2.3.1): a module `dir` has and the editor does not show; password protection. */
static void read_project_text(struct reader *reader, struct bytes text)
{
    struct bytes rest = text, line;
    bool listed_any = false;
    while (bytes_next_line(&rest, &line)) {
        /* The hex of an unprotected project's DPB is shorter: 1 + 3 + 4 + 1 bytes and padding. */
        if (bytes_starts(line, BYTES("DPB=\"")) && line.len > 5 + 1 + 40)
            node_fact_bool(reader->document, FACT_MACRO_PROTECTED, true);
        listed_any = listed_any || bytes_starts_fold(line, BYTES("Module="));
    }
    if (text.len == 0 || !listed_any)
        return;
    for (uint32_t i = 0; i < reader->project->module_count; i++) {
        struct bytes name = reader->project->module[i].name;
        struct bytes raw = text;
        if (name.len > 0 && !reader->project->module[i].document &&
            bytes_find_fold(raw, name, 0) == BYTES_NPOS)
            node_fact_add(reader->document, FACT_MACRO_HIDDEN_MODULES, name);
    }
}

static void hang_modules(struct reader *reader)
{
    struct vba_project *project = reader->project;
    for (uint32_t i = 0; i < project->module_count; i++) {
        struct vba_module *module = &project->module[i];
        if (module->source.at == NULL)
            continue;
        module->node = node_add(reader->document, module->source, module->name);
        if (module->node == NULL)
            return;
        module->node->kind = KIND_VBA;
        module->node->is_view = true;
        module->node->opened = true; /* evaluated with its project, below */
        module->node->raw = module->raw;
        node_fact_add(reader->document, FACT_MACRO_MODULES, module->name);
    }
}

static struct vba_project *read_project(struct cfb *cfb, struct node *document, uint32_t vba)
{
    struct arena *arena = document->tree->arena;
    struct vba_project *project = arena_new_of(arena, struct vba_project);
    struct reader reader = {.cfb = cfb, .document = document, .project = project, .storage = vba};
    project->code_page = 1252;
    struct bytes packed = cfb_stream(cfb, cfb_child(cfb, vba, BYTES("dir")));
    struct bytes dir =
        packed.at == NULL ? BYTES_NONE : unpack(document, packed, "VBA dir stream breaks off");
    if (dir.at != NULL)
        read_dir(&reader, dir);
    if (project->module_count == 0) {
        node_anomaly(document, ANOMALY_MALFORMED, 0, 0,
                     BYTES("a VBA project without a readable dir stream"));
        carve_modules(&reader);
    }
    uint32_t parent = cfb->entry[vba].parent;
    if (parent != CFB_NONE)
        read_project_text(&reader, cfb_stream(cfb, cfb_child(cfb, parent, BYTES("PROJECT"))));
    hang_modules(&reader);
    struct value before = node_get(document, FACT_MACRO_MODULE_COUNT);
    node_fact_bool(document, FACT_MACRO_PRESENT, true);
    node_fact_int(document, FACT_MACRO_MODULE_COUNT,
                  project->module_count + (before.tag == VALUE_INT ? before.as.integer : 0));
    vba_check_stomping(document, cfb, project);
    bool readable = false;
    for (uint32_t i = 0; i < project->module_count; i++)
        readable = readable || project->module[i].source.at != NULL;
    if (!readable)
        node_anomaly(document, ANOMALY_UNDECODABLE, 0, 0,
                     BYTES("a VBA project whose source cannot be read"));
    script_vba(document, project->module, project->module_count);
    return project;
}

struct vba_project *vba_open(struct cfb *cfb, uint32_t storage)
{
    if (storage >= cfb->count)
        return NULL;
    uint32_t vba = cfb_child(cfb, storage, BYTES("VBA"));
    return vba == CFB_NONE ? NULL : read_project(cfb, cfb->node, vba);
}

static uint32_t open_all(struct cfb *cfb, struct node *document)
{
    uint32_t projects = 0;
    for (uint32_t i = 0; i < cfb->count; i++) {
        const struct cfb_entry *entry = &cfb->entry[i];
        bool project = entry->type == CFB_STORAGE && bytes_equal_fold(entry->name, BYTES("VBA")) &&
                       (cfb_child(cfb, i, BYTES("dir")) != CFB_NONE ||
                        cfb_child(cfb, i, BYTES("_VBA_PROJECT")) != CFB_NONE);
        if (!project)
            continue;
        read_project(cfb, document, i);
        projects++;
    }
    return projects;
}

uint32_t vba_open_all(struct cfb *cfb)
{
    return open_all(cfb, cfb->node);
}

void vba_open_part(struct node *part, struct node *document)
{
    struct cfb *cfb = cfb_read(part, part->content);
    part->opened = true;
    if (cfb == NULL) {
        node_anomaly(part, ANOMALY_UNDECODABLE, 0, 0,
                     BYTES("a VBA project that is no compound file"));
        return;
    }
    part->kind = KIND_CFB;
    if (open_all(cfb, document) == 0)
        node_anomaly(part, ANOMALY_UNDECODABLE, 0, 0, BYTES("a VBA project without modules"));
}
