/* SPDX-License-Identifier: Apache-2.0 */
#include "open/oci.h"

#include "artifact/identify.h"
#include "open/opener.h"
#include "open/secret.h"
#include "shell/shell.h"

#include <talloc.h>

#define TEXT_BYTES_MAX ((uint64_t)1024 * 1024)
#define PROGRAM_BYTES_MAX ((uint64_t)16 * 1024 * 1024)
#define SECRETS_MAX 256u

static bool starts_any(struct bytes path, const char *const *heads)
{
    for (; *heads != NULL; heads++)
        if (bytes_starts(path, bytes_of_string(*heads)))
            return true;
    return false;
}

static bool contains_any(struct bytes path, const char *const *words)
{
    for (; *words != NULL; words++)
        if (bytes_find(path, bytes_of_string(*words), 0) != BYTES_NPOS)
            return true;
    return false;
}

/* Where a distribution's packages put programs and data; their own scripts do nothing worth a node. */
static bool is_packaged(struct bytes path)
{
    static const char *const heads[] = {
        "usr/lib/",     "usr/lib64/",    "usr/share/", "usr/include/", "lib/", "lib64/",
        "usr/libexec/", "var/lib/dpkg/", "var/cache/", "usr/src/",     NULL};
    return starts_any(path, heads) && bytes_find(path, BYTES("/."), 0) == BYTES_NPOS;
}

static bool is_startup(struct bytes path)
{
    static const char *const heads[] = {"etc/cron",
                                        "var/spool/cron",
                                        "etc/init.d/",
                                        "etc/rc",
                                        "etc/profile",
                                        "etc/systemd/",
                                        "lib/systemd/system/",
                                        "usr/lib/systemd/system/",
                                        "docker-entrypoint",
                                        "etc/ld.so.preload",
                                        "etc/s6",
                                        "etc/services.d",
                                        "etc/sudoers",
                                        NULL};
    static const char *const words[] = {".bashrc",         ".profile",   ".bash_profile",
                                        "authorized_keys", "entrypoint", NULL};
    return starts_any(path, heads) || contains_any(path, words);
}

/* Examples and tests hold keys nobody uses. */
static bool is_sample(struct bytes path)
{
    static const char *const words[] = {
        "/doc/",         "/test",          "/tests/",        "/example",  "/fixtures/",
        "/man/",         "/locale/",       "/testdata/",     "ssl/certs", "/vendor/",
        "node_modules/", "site-packages/", "dist-packages/", NULL};
    return contains_any(path, words) || bytes_starts(path, BYTES("usr/share/")) ||
           bytes_starts(path, BYTES("usr/lib/"));
}

size_t oci_file_wanted(struct bytes path, uint64_t size, uint32_t mode)
{
    static const char *const dull[] = {".so",   ".pyc", ".png", ".jpg", ".svg", ".woff", ".mo",
                                       ".html", ".h",   ".a",   ".o",   ".ttf", ".css"};
    if (size == 0 || size > PROGRAM_BYTES_MAX)
        return 0;
    if (is_startup(path))
        return size < TEXT_BYTES_MAX ? (size_t)size : (size_t)TEXT_BYTES_MAX;
    if (is_packaged(path))
        return 0;
    for (size_t i = 0; i < sizeof dull / sizeof dull[0]; i++)
        if (bytes_ends(path, bytes_of_string(dull[i])))
            return 0;
    bool bin = bytes_starts(path, BYTES("usr/bin/")) || bytes_starts(path, BYTES("bin/")) ||
               bytes_starts(path, BYTES("usr/sbin/")) || bytes_starts(path, BYTES("sbin/"));
    if (bin && bytes_find(path, BYTES("/."), 0) == BYTES_NPOS && size > 256 * 1024)
        return 4096; /* a package's program: its head tells whether it is one */
    (void)mode;
    return (size_t)size;
}

void oci_secrets_find(struct oci_image *image, struct bytes text, struct bytes place,
                      struct oci_file *file, uint32_t layer)
{
    struct secret found;
    struct arena *arena = image->node->tree->arena;
    for (size_t at = 0; image->secret_count < SECRETS_MAX && secret_next(text, &at, &found);) {
        struct oci_secret *secret = arena_new_of(arena, struct oci_secret);
        uint32_t line = 1;
        for (size_t i = 0; i < found.offset; i++)
            line += text.at[i] == '\n';
        *secret = (struct oci_secret){.kind = found.kind,
                                      .place = place,
                                      .shown = secret_shown(arena, found.value),
                                      .file = file,
                                      .layer = layer,
                                      .line = line,
                                      .certain = found.certain};
        *image->secret_end = secret, image->secret_end = &secret->next;
        image->secret_count++;
    }
}

static void file_keep(struct oci_image *image, struct oci_file *file, struct bytes content,
                      enum kind kind)
{
    struct oci_layer *layer = &image->layer[file->layer - 1];
    struct arena *arena = image->node->tree->arena;
    if (!open_take_bytes(layer->node, content.len))
        return;
    struct node *node = node_add(layer->node, arena_copy(arena, content),
                                 arena_printf(arena, "/%.*s", BYTES_FMT(file->path)));
    if (node == NULL)
        return;
    file->node = node;
    node->kind = kind;
    node_fact_int(node, FACT_IMAGE_LAYER, file->layer);
    if (layer->created_by.len > 0)
        node_fact_string(node, FACT_IMAGE_LINE, layer->created_by);
}

/* A script is worth a node where it does anything the catalogue knows. */
static bool script_tells(struct bytes content)
{
    void *own = talloc_new(NULL);
    struct arena *scratch = arena_new(own);
    struct budget budget;
    budget_init(&budget);
    budget.most[LIMIT_EVAL_STEPS] = 200000;
    const struct shell_report *report = shell_analyze(scratch, &budget, content, NULL);
    bool tells = report->tactics != 0 || report->layer_count > 1;
    talloc_free(own);
    return tells;
}

/* Words only miners hold, in a program. */
static bool program_mines(struct bytes content)
{
    static const char *const words[] = {"stratum+tcp", "donate-level", "cryptonight",
                                        "randomx",     "xmrig",        "nicehash"};
    uint32_t seen = 0;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        seen += bytes_find(content, bytes_of_string(words[i]), 0) != BYTES_NPOS;
    return seen >= 2;
}

static void program_look(struct oci_image *image, struct oci_file *file, struct bytes content)
{
    static const char *const odd[] = {"tmp/", "var/tmp/", "dev/shm/", NULL};
    file->is_program = true;
    const char *why = program_mines(content) ? "holds the words of a miner"
                      : starts_any(file->path, odd) ||
                              bytes_find(file->path, BYTES("/."), 0) != BYTES_NPOS ||
                              file->path.at[0] == '.'
                          ? "a program in a hidden or temporary place"
                          : NULL;
    if (why == NULL)
        return;
    file_keep(image, file, content, KIND_ELF);
    if (file->node != NULL)
        node_fact_string(file->node, FACT_IMAGE_PROGRAM, bytes_of_string(why));
}

void oci_file_look(struct oci_image *image, struct oci_file *file, struct bytes content,
                   uint64_t size, uint32_t mode)
{
    enum kind kind = identify(content, BYTES_NONE, file->path);
    (void)mode;
    switch (kind) {
    case KIND_ELF:
        program_look(image, file, content);
        return;
    case KIND_SHELL:
    case KIND_TEXT:
    case KIND_UNKNOWN:
        if (kind == KIND_SHELL || is_startup(file->path) || shell_looks_like(content) >= 60)
            if ((kind == KIND_SHELL && script_tells(content)) ||
                (kind != KIND_SHELL && script_tells(content)) || is_startup(file->path))
                file_keep(image, file, content,
                          kind == KIND_UNKNOWN ? KIND_UNKNOWN
                          : kind == KIND_TEXT  ? KIND_TEXT
                                               : KIND_SHELL);
        break;
    case KIND_ZIP:
    case KIND_TAR:
    case KIND_GZIP:
    case KIND_XZ:
    case KIND_BZIP2:
    case KIND_SEVEN_ZIP:
        if (size <= 8 * 1024 * 1024 && content.len == size)
            file_keep(image, file, content, KIND_UNKNOWN);
        return;
    default:
        break;
    }
    bool text = kind != KIND_UNKNOWN && kind != KIND_PNG && kind != KIND_JPEG && kind != KIND_GIF &&
                kind != KIND_PDF;
    if (text && content.len <= TEXT_BYTES_MAX && !is_sample(file->path))
        oci_secrets_find(image, content, file->path, file, file->layer);
}
