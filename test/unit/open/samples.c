/* SPDX-License-Identifier: Apache-2.0
 *
 * Samples of pictures: filters and grays by vectors against one byte at a time, and ordinary PNG files against what
 * was put into them. */
#include "open/picture.h"
#include "open/png_plain.h"
#include "open/predict.h"
#include "tap.h"

#include <talloc.h>

#define ROW_MAX 192

static uint32_t state = 1;

static uint8_t any_byte(void)
{
    state = state * 1664525u + 1013904223u;
    return (uint8_t)(state >> 24);
}

/* Section 9.2 word for word. */
static uint8_t restored(uint8_t filter, int x, int left, int up, int corner)
{
    int p = left + up - corner, a = abs(p - left), b = abs(p - up), c = abs(p - corner);
    switch (filter) {
    case 1:
        return (uint8_t)(x + left);
    case 2:
        return (uint8_t)(x + up);
    case 3:
        return (uint8_t)(x + (left + up) / 2);
    case 4:
        return (uint8_t)(x + (a <= b && a <= c ? left : b <= c ? up : corner));
    default:
        return (uint8_t)x;
    }
}

static void test_predict(uint8_t filter, size_t step)
{
    uint8_t from[ROW_MAX], up[ROW_MAX], to[ROW_MAX], want[ROW_MAX];
    bool same = true;
    for (size_t samples = 1; samples * step <= ROW_MAX; samples++) {
        size_t len = samples * step;
        for (size_t x = 0; x < len; x++) {
            from[x] = any_byte(), up[x] = any_byte();
            want[x] = restored(filter, from[x], x < step ? 0 : want[x - step], up[x],
                               x < step ? 0 : up[x - step]);
        }
        predict_undo(filter, from, up, to, len, step);
        same = same && memcmp(to, want, len) == 0;
        predict_undo(filter, from, up, from, len, step);
        same = same && memcmp(from, want, len) == 0;
    }
    tap_ok(same, "filter %u of samples of %zu bytes", filter, step);
}

static void test_gray(struct sample_row row, const char *name)
{
    uint8_t from[ROW_MAX * 4], to[ROW_MAX];
    bool same = true;
    for (uint32_t width = 1; width <= ROW_MAX; width++) {
        for (size_t i = 0; i < sizeof from; i++)
            from[i] = row.alpha != 0 && i % row.step == row.alpha && any_byte() % 3 > 0 ? 255 * (width % 2) : any_byte();
        picture_gray_row(&row, from, to, width);
        for (uint32_t x = 0; x < width; x++) {
            const uint8_t *at = from + (size_t)x * row.step;
            int gray = picture_gray(at[row.red], at[1], at[row.blue]);
            int opacity = row.alpha != 0 ? at[row.alpha] : 255;
            same = same && abs(255 - (255 - gray) * opacity / 255 - to[x]) <= (opacity < 255);
        }
    }
    tap_ok(same, "gray of %s", name);
}

static size_t put_chunk(uint8_t *to, const char *name, const uint8_t *data, size_t len)
{
    for (int i = 0; i < 4; i++)
        to[i] = (uint8_t)(len >> (24 - 8 * i));
    memcpy(to + 4, name, 4);
    memcpy(to + 8, data, len);
    memset(to + 8 + len, 0, 4); /* no viewer minds the checksum */
    return len + 12;
}

/* A picture of 5 x 3 samples as a file of stored blocks; PLTE where there is one; the data in two chunks. */
static size_t put_png(uint8_t *to, uint8_t color, uint8_t depth, struct bytes palette, struct bytes rows)
{
    const uint8_t header[13] = {0, 0, 0, 5, 0, 0, 0, 3, depth, color, 0, 0, 0};
    uint8_t data[256] = {0x78, 1, 1, (uint8_t)rows.len, 0, (uint8_t)~rows.len, 255};
    size_t len = 8, half = 9;
    memcpy(to, "\x89PNG\r\n\x1A\n", 8);
    memcpy(data + 7, rows.at, rows.len);
    len += put_chunk(to + len, "IHDR", header, sizeof header);
    if (palette.at != NULL)
        len += put_chunk(to + len, "PLTE", palette.at, palette.len);
    len += put_chunk(to + len, "IDAT", data, half);
    len += put_chunk(to + len, "IDAT", data + half, rows.len + 7 + 4 - half);
    return len + put_chunk(to + len, "IEND", data, 0);
}

static void test_png(const char *name, uint8_t color, uint8_t depth, struct bytes palette, struct bytes rows,
                     const char *gray)
{
    uint8_t file[512];
    struct arena *arena = arena_new(NULL);
    struct budget budget;
    struct picture picture = {0};
    budget_init(&budget);
    struct bytes content = bytes_of(file, put_png(file, color, depth, palette, rows));
    struct tree *tree = tree_new(arena, &budget, content, BYTES("a.png"));
    bool done = png_plain(tree->root, &picture);
    tap_ok(done == (gray != NULL), "%s: %s", name, gray != NULL ? "read" : "left to libpng");
    if (done && gray != NULL)
        tap_bytes(bytes_of(picture.gray, 15), bytes_of(gray, 15), name);
    tap_ok(tree->root->last_anomaly == NULL, "%s: nothing reported", name);
    picture_finish(&picture);
    talloc_free(arena);
}

int main(void)
{
    for (uint8_t filter = 0; filter < PREDICT_FILTERS; filter++)
        for (size_t step = 1; step <= 8; step++)
            test_predict(filter, step);
    test_gray((struct sample_row){.bits = 8, .step = 3, .red = 0, .blue = 2}, "red, green, blue");
    test_gray((struct sample_row){.bits = 8, .step = 3, .red = 2, .blue = 0}, "blue, green, red");
    test_gray((struct sample_row){.bits = 8, .step = 4, .red = 2, .blue = 0}, "four bytes");
    test_gray((struct sample_row){.bits = 8, .step = 4, .red = 0, .blue = 2, .alpha = 3}, "opacity");
    test_png("gray, sub and up", 0, 8, BYTES_NONE, BYTES("\1\1\1\1\1\1\2\1\1\1\1\1\0\7\7\7\7\7"),
             "\1\2\3\4\5\2\3\4\5\6\7\7\7\7\7");
    test_png("one bit", 0, 1, BYTES_NONE, BYTES("\0\xA8\0\x50\0\xF8"),
             "\377\0\377\0\377\0\377\0\377\0\377\377\377\377\377");
    test_png("palette", 3, 8, BYTES("\0\0\0\377\377\377\4\4\4"), BYTES("\0\0\1\2\1\0\0\0\0\0\0\0\0\2\2\2\2\2"),
             "\0\377\4\377\0\0\0\0\0\0\4\4\4\4\4");
    test_png("gray with opacity", 4, 8, BYTES_NONE,
             BYTES("\0\5\377\5\0\0\0\0\377\7\377" "\0\5\377\5\0\0\0\0\377\7\377" "\0\5\377\5\0\0\0\0\377\7\377"),
             "\5\377\377\0\7\5\377\377\0\7\5\377\377\0\7");
    test_png("a filter there is not", 0, 8, BYTES_NONE, BYTES("\1\1\1\1\1\1\5\1\1\1\1\1\0\7\7\7\7\7"), NULL);
    test_png("a byte too few", 0, 8, BYTES_NONE, BYTES("\1\1\1\1\1\1\2\1\1\1\1\1\0\7\7\7\7"), NULL);
    test_png("a byte too many", 0, 8, BYTES_NONE, BYTES("\1\1\1\1\1\1\2\1\1\1\1\1\0\7\7\7\7\7\7"), NULL);
    test_png("no palette", 3, 8, BYTES_NONE, BYTES("\0\0\1\2\1\0\0\0\0\0\0\0\0\2\2\2\2\2"), NULL);
    test_png("16 bits", 0, 16, BYTES_NONE, BYTES("\0\0"), NULL);
    return tap_end();
}
