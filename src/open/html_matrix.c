/* SPDX-License-Identifier: Apache-2.0
 *
 * QR codes that are drawn instead of sent: coloured table cells, or lines of block characters.
 *
 * Listens to a reading of the page (html_read.h), so that a cell's colour is the one the style
 * rules give it.  A grid is 21 to 185 modules square, give or take a quiet zone, with a fair share
 * of dark ones; whoever decodes it decides whether it is a code. */
#include "open/html_read.h"

#include "base/utf8.h"

#define SIDE_MIN 21
#define SIDE_MAX 185
#define SLANT_MAX 12 /* how far from square, for a quiet zone on two sides only */
#define NESTING_MAX 6
#define MATRICES_MAX 16
#define COLUMNS_MAX (2 * SIDE_MAX)
#define CELLS_MIN 3   /* in a row, with cells of one colour drawn as one */
#define BLOCKS_MIN 40 /* dark halves, two to a character, in a fifth of 21 x 21 modules */

/* Rows collected so far; a row that does not fit the ones before starts the grid anew. */
struct grid {
    uint8_t *module;                /* SIDE_MAX rows of COLUMNS_MAX */
    uint32_t width, height, filled; /* filled: modules in the open row */
    bool broken;                    /* the open row holds something else */
    bool halves;                    /* characters for two modules, one above the other */
    size_t source_at, source_end;
};

struct finder {
    struct arena *arena;
    struct html_matrix *found;
    uint32_t found_count;
    struct grid table[NESTING_MAX], lines;
    uint32_t depth; /* open tables */
};

static void grid_clear(struct grid *grid)
{
    grid->width = grid->height = grid->filled = 0;
    grid->broken = grid->halves = false;
}

static void grid_ready(struct finder *finder, struct grid *grid)
{
    if (grid->module == NULL)
        grid->module = arena_array_of(finder->arena, SIDE_MAX * COLUMNS_MAX, uint8_t);
}

/* One module of the table form, or one character of the other. */
static void grid_put(struct finder *finder, struct grid *grid, uint8_t value, uint32_t count)
{
    grid_ready(finder, grid);
    for (; count > 0; count--) {
        if (grid->filled == COLUMNS_MAX || grid->height == SIDE_MAX) {
            grid->broken = true;
            return;
        }
        grid->module[grid->height * COLUMNS_MAX + grid->filled++] = value;
    }
}

static bool is_square(uint32_t width, uint32_t height)
{
    uint32_t apart = width > height ? width - height : height - width;
    return width >= SIDE_MIN && height >= SIDE_MIN && width <= SIDE_MAX && height <= SIDE_MAX &&
           apart <= SLANT_MAX;
}

/* Keep what GRID shows: cells STEP columns apart, each row giving ROWS rows of modules. */
static void keep(struct finder *finder, struct grid *grid, struct bytes source, uint32_t step,
                 bool from_table)
{
    uint32_t rows = grid->halves ? 2 : 1, width = grid->width / step, height = grid->height * rows,
             dark = 0;
    if (finder->found_count == MATRICES_MAX || !is_square(width, height))
        return;
    struct html_matrix *matrix = &finder->found[finder->found_count];
    *matrix = (struct html_matrix){
        .width = width,
        .height = height,
        .from_table = from_table,
        .module = arena_array_of(finder->arena, (size_t)width * height, uint8_t),
        .source = bytes_sub(source, grid->source_at, grid->source_end - grid->source_at)};
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x++) {
            uint8_t value = grid->module[y / rows * COLUMNS_MAX + x * step];
            uint8_t is_dark = grid->halves ? value >> (y % 2) & 1 : value != 0;
            matrix->module[y * width + x] = is_dark;
            dark += is_dark;
        }
    if (dark * 5 >= width * height && dark * 5 <= width * height * 4)
        finder->found_count++;
}

static void grid_end(struct finder *finder, struct grid *grid, struct bytes source, bool from_table)
{
    if (grid->height >= SIDE_MIN || (grid->halves && grid->height * 2 >= SIDE_MIN)) {
        bool doubled = !from_table && !grid->halves && !is_square(grid->width, grid->height);
        keep(finder, grid, source, doubled ? 2 : 1, from_table);
    }
    grid_clear(grid);
}

/* The open row is complete: it joins the grid, or ends it. */
static void row_end(struct finder *finder, struct grid *grid, struct bytes source, bool from_table)
{
    uint32_t filled = grid->filled;
    bool broken = grid->broken;
    grid->filled = 0;
    grid->broken = false;
    if (filled == 0 && !broken)
        return;
    if (broken || filled < SIDE_MIN) {
        grid_end(finder, grid, source, from_table);
        return;
    }
    if (grid->height > 0 && filled != grid->width) {
        /* Lines of characters may lack light modules at their end. */
        uint8_t *row = grid->module + grid->height * COLUMNS_MAX;
        if (from_table || filled > grid->width) {
            uint8_t copy[COLUMNS_MAX];
            memcpy(copy, row, filled);
            grid_end(finder, grid, source, from_table);
            memcpy(grid->module, copy, filled);
            grid->width = filled;
        } else {
            memset(row + filled, 0, grid->width - filled);
        }
    }
    if (grid->height == 0)
        grid->width = filled;
    grid->height++;
}

static bool is_dark(int32_t color)
{
    if (color < 0)
        return false;
    return ((color >> 16) & 255) * 3 + ((color >> 8) & 255) * 6 + (color & 255) < 1280;
}

/* Upper and lower half of a block character as bits; 255 for any other character. */
static unsigned block_of(uint32_t c, bool *half)
{
    switch (c) {
    case ' ':
    case 0xA0:
    case 0x3000:
    case 0x2591:
    case 0x25A1:
    case 0x2B1C:
    case 0x25FB:
    case 0x2800:
        return 0;
    case 0x2588:
    case 0x2593:
    case 0x25A0:
    case 0x2B1B:
    case 0x25FC:
    case 0x28FF:
        return 3;
    case 0x2580:
        *half = true;
        return 1;
    case 0x2584:
        *half = true;
        return 2;
    default:
        return 255;
    }
}

static size_t offset_of(const struct html_reader *reader, struct bytes source)
{
    return (size_t)(source.at - reader->doc->source.at);
}

static void read_characters(struct finder *finder, struct bytes source, struct bytes text,
                            size_t from, bool pre)
{
    struct grid *grid = &finder->lines;
    for (size_t at = 0; at < text.len;) {
        uint32_t c = utf8_next(text, &at);
        if (c == '\n' || c == '\r') {
            if (pre)
                row_end(finder, grid, source, false);
            continue;
        }
        bool half = false;
        unsigned block = block_of(c, &half);
        if (block == 255) {
            grid->broken = true;
            continue;
        }
        if (grid->height == 0 && grid->filled == 0) {
            if (!pre && c == ' ')
                continue;
            grid->source_at = from;
        }
        grid->halves |= half;
        grid_put(finder, grid, (uint8_t)block, 1);
        grid->source_end = from + text.len;
    }
}

static void finder_begin(struct html_reader *reader)
{
    struct finder *finder = reader->listener->data;
    finder->found_count = finder->depth = 0;
    grid_clear(&finder->lines);
}

static void start_cell(struct html_reader *reader, const struct html_token *token,
                       const struct html_open_row *row)
{
    struct finder *finder = reader->listener->data;
    struct grid *grid = &finder->table[finder->depth - 1];
    const struct html_attribute *span = html_attribute_get(token, HTML_ATTRIBUTE_COLSPAN);
    int64_t count = 1;
    if (span != NULL && !bytes_to_int(bytes_trim(span->value), 1, SIDE_MAX, &count))
        count = 1;
    grid_put(finder, grid, is_dark(row->look.background), (uint32_t)count);
    grid->source_end = offset_of(reader, token->source) + token->source.len;
}

static void finder_start(struct html_reader *reader, const struct html_token *token,
                         struct html_open_row *row)
{
    struct finder *finder = reader->listener->data;
    struct bytes source = reader->doc->source;
    unsigned flags = html_tag_rows[token->tag].flags;
    if (token->tag == HTML_TAG_BR || (flags & HTML_BLOCK))
        row_end(finder, &finder->lines, source, false);
    if (token->tag == HTML_TAG_TABLE) {
        if (finder->depth > 0 && finder->depth <= NESTING_MAX)
            finder->table[finder->depth - 1].broken = true;
        if (finder->depth++ < NESTING_MAX) {
            grid_clear(&finder->table[finder->depth - 1]);
            finder->table[finder->depth - 1].source_at = offset_of(reader, token->source);
        }
    }
    if (finder->depth == 0 || finder->depth > NESTING_MAX)
        return;
    struct grid *grid = &finder->table[finder->depth - 1];
    if (token->tag == HTML_TAG_TR)
        row_end(finder, grid, source, true);
    else if ((flags & HTML_CELL) && row != NULL)
        start_cell(reader, token, row);
    else if (token->tag == HTML_TAG_IMG)
        grid->broken = true;
}

static void finder_end(struct html_reader *reader, struct html_open_row *row, size_t source_end)
{
    struct finder *finder = reader->listener->data;
    struct bytes source = reader->doc->source;
    if (row->breaks)
        row_end(finder, &finder->lines, source, false);
    if (row->tag != HTML_TAG_TABLE || finder->depth == 0)
        return;
    if (finder->depth <= NESTING_MAX) {
        struct grid *grid = &finder->table[finder->depth - 1];
        row_end(finder, grid, source, true);
        grid->source_end = source_end;
        grid_end(finder, grid, source, true);
    }
    finder->depth--;
}

static void finder_leaf(struct html_reader *reader, const struct html_token *token,
                        size_t display_at, size_t inner_at)
{
    struct finder *finder = reader->listener->data;
    (void)display_at, (void)inner_at;
    if (token->type != HTML_TOKEN_TEXT)
        return;
    const struct html_open *open = reader->open;
    bool pre = open->count > 0 && open->row[open->count - 1].look.pre;
    struct bytes text = html_text(finder->arena, token->text, token->state);
    struct bytes shown = bytes_trim(text);
    while (bytes_starts(shown, BYTES("\xC2\xA0")))
        shown = bytes_trim(bytes_from(shown, 2));
    if (shown.len > 0 && finder->depth > 0 && finder->depth <= NESTING_MAX)
        finder->table[finder->depth - 1].broken = true;
    if (text.len > 0 && (shown.len > 0 || finder->lines.filled > 0 || pre))
        read_characters(finder, reader->doc->source, text, offset_of(reader, token->source), pre);
}

/* Whether TEXT has enough characters of the blocks they lie in: E2 96, 97, A3 or AC first. */
static bool has_blocks(struct bytes text)
{
    uint32_t count = 0;
    for (size_t at = 0; (at = bytes_find_byte(text, 0xE2, at)) != BYTES_NPOS && count < BLOCKS_MIN;
         at++) {
        uint8_t next = at + 1 < text.len ? text.at[at + 1] : 0;
        count += next == 0x96 || next == 0x97 || next == 0xA3 || next == 0xAC;
    }
    return count >= BLOCKS_MIN;
}

static void finder_init(struct finder *finder, struct arena *arena)
{
    *finder = (struct finder){.arena = arena};
    finder->found = arena_array_of(arena, MATRICES_MAX, struct html_matrix);
}

uint32_t html_find_matrices(const struct html_doc *doc, struct arena *arena,
                            struct html_matrix **out)
{
    struct finder finder;
    *out = NULL;
    if (doc->empty_cells < SIDE_MIN * CELLS_MIN && !has_blocks(doc->inner_text))
        return 0;
    finder_init(&finder, arena);
    struct html_listener listener = {.begin = finder_begin,
                                     .start = finder_start,
                                     .end = finder_end,
                                     .leaf = finder_leaf,
                                     .data = &finder};
    struct html_doc again = {.arena = arena, .source = doc->source, .svg = doc->svg};
    html_read_into(&again, NULL, &listener);
    row_end(&finder, &finder.lines, doc->source, false);
    grid_end(&finder, &finder.lines, doc->source, false);
    *out = finder.found;
    return finder.found_count;
}

uint32_t html_text_matrices(struct bytes text, struct arena *arena, struct html_matrix **out)
{
    struct finder finder;
    *out = NULL;
    if (!has_blocks(text))
        return 0;
    finder_init(&finder, arena);
    read_characters(&finder, text, text, 0, true);
    row_end(&finder, &finder.lines, text, false);
    grid_end(&finder, &finder.lines, text, false);
    *out = finder.found;
    return finder.found_count;
}
