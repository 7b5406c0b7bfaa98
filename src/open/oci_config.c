/* SPDX-License-Identifier: Apache-2.0 */
#include "open/oci.h"

#include "base/text.h"
#include "open/shell.h"

static struct value field(struct value map, const char *name)
{
    return map.tag == VALUE_MAP ? map_get(map.as.map, bytes_of_string(name)) : (struct value){0};
}

/* What the Dockerfile said: without the shell prefix and the classic no-operation mark. */
static struct bytes recipe_line(struct bytes created_by)
{
    size_t nop = bytes_find(created_by, BYTES("#(nop)"), 0);
    if (nop != BYTES_NPOS)
        return bytes_trim(bytes_from(created_by, nop + 6));
    if (bytes_starts(created_by, BYTES("/bin/sh -c ")))
        return bytes_trim(bytes_from(created_by, 11));
    return bytes_trim(created_by);
}

/* RUN lines of the history are scripts: what they fetched and ran at build time is in the image. */
static void history_read(struct oci_image *image, struct value history)
{
    uint32_t layer = 0;
    struct arena *arena = image->node->tree->arena;
    for (uint32_t i = 0; history.tag == VALUE_ARRAY && i < history.as.array->count && i < 512;
         i++) {
        struct value entry = history.as.array->item[i];
        struct bytes line = recipe_line(value_bytes(field(entry, "created_by")));
        bool empty = value_is_true(field(entry, "empty_layer"));
        if (!empty && layer < image->layer_count)
            image->layer[layer++].created_by = line;
        if (line.len == 0)
            continue;
        oci_secrets_find(image, line, arena_printf(arena, "history line %u", i + 1), NULL,
                         empty ? 0 : layer);
        struct bytes run = bytes_starts(line, BYTES("RUN ")) ? bytes_from(line, 4) : line;
        bool instruction = false;
        static const char *const others[] = {
            "COPY", "ADD", "CMD",    "ENTRYPOINT", "ENV",         "LABEL", "WORKDIR",    "EXPOSE",
            "USER", "ARG", "VOLUME", "MAINTAINER", "HEALTHCHECK", "SHELL", "STOPSIGNAL", "ONBUILD"};
        for (size_t k = 0; k < sizeof others / sizeof others[0]; k++)
            instruction |= bytes_starts(run, bytes_of_string(others[k]));
        if (instruction)
            continue;
        struct bytes mark = BYTES("# buildkit");
        size_t end = bytes_find(run, mark, 0);
        shell_body(image->node, end == BYTES_NPOS ? run : bytes_sub(run, 0, end), "history", i + 1);
    }
}

void oci_config_read(struct oci_image *image)
{
    struct value config = field(image->config, "config"), env = field(config, "Env");
    struct arena *arena = image->node->tree->arena;
    for (uint32_t i = 0; env.tag == VALUE_ARRAY && i < env.as.array->count && i < 1024; i++) {
        struct bytes row = value_bytes(env.as.array->item[i]);
        size_t equals = bytes_find_byte(row, '=', 0);
        struct bytes name = equals == BYTES_NPOS ? row : bytes_sub(row, 0, equals);
        oci_secrets_find(image, row,
                         arena_printf(arena, "ENV %.*s", BYTES_FMT(bytes_sub(name, 0, 80))), NULL,
                         0);
    }
    history_read(image, field(image->config, "history"));
}

static void words_add(struct text *out, struct value list)
{
    if (list.tag == VALUE_STRING)
        text_add(out, value_bytes(list));
    for (uint32_t i = 0; list.tag == VALUE_ARRAY && i < list.as.array->count && i < 64; i++) {
        if (out->len > 0)
            text_add_byte(out, ' ');
        text_add(out, value_bytes(list.as.array->item[i]));
    }
}

/* PATH in the final view, links followed. */
static struct oci_file *final_file(struct oci_image *image, struct bytes path)
{
    for (int links = 0; links < 8; links++) {
        while (bytes_starts(path, BYTES("/")) || bytes_starts(path, BYTES("./")))
            path = bytes_from(path, path.at[0] == '/' ? 1 : 2);
        struct oci_file *file = table_get(image->files, path);
        if (file == NULL || file->removed_in != 0)
            return NULL;
        if (file->link.len == 0 || file->link.at[0] != '/')
            return file;
        path = file->link;
    }
    return NULL;
}

static struct oci_file *program_file(struct oci_image *image, struct bytes word)
{
    static const char *const dirs[] = {"usr/local/sbin/", "usr/local/bin/", "usr/sbin/", "usr/bin/",
                                       "sbin/",           "bin/",           ""};
    if (bytes_find_byte(word, '/', 0) != BYTES_NPOS)
        return final_file(image, word);
    for (size_t i = 0; i < sizeof dirs / sizeof dirs[0]; i++) {
        struct oci_file *file = final_file(
            image, arena_printf(image->node->tree->arena, "%s%.*s", dirs[i], BYTES_FMT(word)));
        if (file != NULL)
            return file;
    }
    return NULL;
}

static bool is_shell_word(struct bytes word)
{
    size_t slash = bytes_find_last_byte(word, '/');
    struct bytes base = slash == BYTES_NPOS ? word : bytes_from(word, slash + 1);
    return bytes_equal(base, BYTES("sh")) || bytes_equal(base, BYTES("bash")) ||
           bytes_equal(base, BYTES("ash")) || bytes_equal(base, BYTES("dash"));
}

/* A service's name on a program that lies where no package puts one. */
static bool is_disguised(const struct oci_file *file)
{
    static const char *const services[] = {"nginx",   "httpd",    "apache2", "redis-server",
                                           "mysqld",  "postgres", "sshd",    "systemd",
                                           "dockerd", "cron",     "crond",   "kworker",
                                           "java",    "node",     "php-fpm", "containerd"};
    static const char *const homes[] = {"usr/sbin/", "usr/bin/", "usr/local/", "sbin/",
                                        "bin/",      "opt/",     "usr/lib/"};
    size_t slash = bytes_find_last_byte(file->path, '/');
    struct bytes base = slash == BYTES_NPOS ? file->path : bytes_from(file->path, slash + 1);
    while (base.len > 0 && base.at[0] == '.')
        base = bytes_from(base, 1);
    bool service = false;
    for (size_t i = 0; i < sizeof services / sizeof services[0]; i++)
        service |= bytes_equal(base, bytes_of_string(services[i]));
    for (size_t i = 0; service && i < sizeof homes / sizeof homes[0]; i++)
        if (bytes_starts(file->path, bytes_of_string(homes[i])) &&
            bytes_find(file->path, BYTES("/."), 0) == BYTES_NPOS)
            return false;
    return service;
}

void oci_entry_find(struct oci_image *image)
{
    static const char *const miners[] = {"xmrig",       "minerd",         "cpuminer",
                                         "stratum+tcp", "--donate-level", "xmr-stak",
                                         "ethminer",    "nbminer",        "lolminer"};
    struct value config = field(image->config, "config");
    struct text line;
    struct bytes rest, word;
    text_init(&line, image->node->tree->arena, 4096);
    words_add(&line, field(config, "Entrypoint"));
    words_add(&line, field(config, "Cmd"));
    image->entry_line = text_bytes(&line);
    if (line.len == 0)
        return;
    rest = image->entry_line;
    image->entry_class = OCI_ENTRY_PLAIN;
    for (uint32_t i = 0; i < 8 && bytes_next_field(&rest, ' ', &word); i++) {
        if (word.len == 0 || word.at[0] == '-' || is_shell_word(word))
            continue;
        image->entry = program_file(image, word);
        break;
    }
    for (size_t i = 0; i < sizeof miners / sizeof miners[0]; i++)
        if (bytes_find_fold(image->entry_line, bytes_of_string(miners[i]), 0) != BYTES_NPOS)
            image->entry_class = OCI_ENTRY_MINER;
    if (image->entry_class == OCI_ENTRY_PLAIN && image->entry != NULL && is_disguised(image->entry))
        image->entry_class = OCI_ENTRY_DISGUISED;
    shell_body(image->node, image->entry_line, "entry point", 1);
    node_fact_string(image->node, FACT_IMAGE_ENTRY,
                     bytes_of_string(oci_entry_names[image->entry_class]));
}
