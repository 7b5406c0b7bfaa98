/* SPDX-License-Identifier: Apache-2.0
 *
 * Codes on pictures: bench-picture FILE...  Every picture below these files (mail, PDF, pictures) is
 * read twice, as the program reads it and by ZXing alone (as it is, then inverted).  Prints, per kind
 * of picture, how many, the codes both found and the CPU time of decoding and of both readings; before
 * that the pictures where one found more than the other.  None may be lost.
 * bench-picture --list FILE... prints the codes both found in each file (see bench/codes). */
#include "artifact/identify.h"
#include "open/opener.h"
#include "open/picture.h"
#include "tap.h"
#include "zxing_alone.h"

#include <talloc.h>
#include <time.h>

struct row {
    unsigned count, ours, alone, lost, won;
    bool quiet;
    double decode_s, read_s, alone_s, pixels;
};

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool decode(struct node *node, struct picture *picture)
{
    switch (node->kind) {
    case KIND_PNG:
        return picture_png(node, picture);
    case KIND_JPEG:
        return picture_jpeg(node, picture);
    case KIND_GIF:
        return picture_gif(node, picture);
    case KIND_WEBP:
        return picture_webp(node, picture);
    case KIND_BMP:
        return picture_bmp(node, picture);
    default:
        return false;
    }
}

/* Without the look first: the samples, then their inverse. */
static unsigned read_alone(struct picture *picture)
{
    size_t pixels = (size_t)picture->width * picture->height;
    unsigned count = zxing_alone(picture->gray, picture->width, picture->height);
    for (size_t i = 0; count == 0 && i < pixels; i++)
        picture->gray[i] = (uint8_t)(255 - picture->gray[i]);
    return count > 0 ? count : zxing_alone(picture->gray, picture->width, picture->height);
}

static void measure(struct node *node, struct row *row, const char *file)
{
    struct picture picture;
    double start = cpu_seconds();
    bool decoded = decode(node, &picture);
    double then = cpu_seconds();
    if (decoded) {
        size_t pixels = (size_t)picture.width * picture.height;
        uint8_t *kept = malloc(pixels);
        if (kept == NULL)
            abort();
        memcpy(kept, picture.gray, pixels);
        double copied = cpu_seconds();
        qr_read(node, &picture);
        double read = cpu_seconds();
        memcpy(picture.gray, kept, pixels);
        free(kept);
        double again = cpu_seconds();
        unsigned alone = read_alone(&picture);
        struct value data = node_get(node, FACT_QR_DATA);
        unsigned ours = data.tag == VALUE_ARRAY ? data.as.array->count : 0;
        row->alone_s += cpu_seconds() - again;
        row->read_s += read - copied;
        row->decode_s += then - start;
        row->pixels += (double)pixels;
        row->count++;
        row->ours += ours;
        row->alone += alone;
        row->lost += alone > ours;
        row->won += ours > alone;
        if (alone != ours && !row->quiet)
            printf("%s: %s %s %ux%u: %u, ZXing alone %u\n", alone > ours ? "lost" : "won", file,
                   kind_rows[node->kind].name, picture.width, picture.height, ours, alone);
    }
    picture_finish(&picture);
}

/* Every picture below one file; with LIST one line: codes we found, codes ZXing found or -, the file. */
static void measure_file(const char *file, struct row rows[KIND_COUNT], bool list)
{
    struct bytes content = tap_read(file);
    struct arena *arena = arena_new(NULL);
    struct budget budget;
    unsigned ours = 0, alone = 0, pictures = 0;
    budget_init(&budget);
    struct tree *tree = tree_new(arena, &budget, content, bytes_of_string(file));
    open_tree(tree->root);
    budget_init(&budget);
    budget.most[LIMIT_MILLISECONDS] = 1000000;
    for (struct node *node = tree->root; node != NULL; node = node_walk(tree->root, node)) {
        struct row *row = &rows[node->kind];
        struct value data = node_get(node, FACT_QR_DATA);
        unsigned before = row->alone, count = row->count;
        ours += data.tag == VALUE_ARRAY ? data.as.array->count : 0;
        row->quiet = list;
        measure(node, row, file);
        alone += row->alone - before;
        pictures += row->count - count;
    }
    if (list && pictures > 0)
        printf("%u\t%u\t%s\n", ours, alone, file);
    else if (list)
        printf("%u\t-\t%s\n", ours, file);
    talloc_free(arena);
    free((void *)(uintptr_t)content.at);
}

int main(int argc, char **argv)
{
    static struct row rows[KIND_COUNT];
    bool list = argc > 1 && strcmp(argv[1], "--list") == 0;
    for (int i = 1 + list; i < argc; i++)
        measure_file(argv[i], rows, list);
    if (list)
        return 0;
    printf("%-6s %8s %6s %6s %6s %6s %10s %10s %10s %10s\n", "kind", "pictures", "codes", "alone", "lost",
           "won", "Mpixel", "decode ms", "read ms", "alone ms");
    for (int kind = 0; kind < KIND_COUNT; kind++)
        if (rows[kind].count > 0)
            printf("%-6s %8u %6u %6u %6u %6u %10.2f %10.1f %10.1f %10.1f\n", kind_rows[kind].name,
                   rows[kind].count, rows[kind].ours, rows[kind].alone, rows[kind].lost,
                   rows[kind].won, rows[kind].pixels / 1e6, rows[kind].decode_s * 1e3,
                   rows[kind].read_s * 1e3, rows[kind].alone_s * 1e3);
    return 0;
}
