/* SPDX-License-Identifier: Apache-2.0
 *
 * Pictures as gray samples, for reading codes off them.
 *
 * Each decoder is one file over one library (PNG, JPEG, WebP) or our own (GIF, BMP); each checks
 * width times height against LIMIT_PIXELS before it allocates, and answers false with an anomaly on
 * the node where the picture is too big, cut or broken.  Transparent is white.  Samples are heap
 * memory, freed by picture_finish: they are looked at and forgotten. */
#ifndef NOROSHI_OPEN_PICTURE_H
#define NOROSHI_OPEN_PICTURE_H

#include "artifact/node.h"

struct picture {
    uint32_t width, height;
    uint8_t *gray; /* width * height, 0 black; NULL until decoded */
};

/* How samples lie in a row; what is asked of picture_gray_row. */
struct sample_row {
    uint8_t bits;       /* 1, 2, 4 or 8, of each component */
    uint8_t step;       /* components from one sample to the next */
    uint8_t red, blue;  /* which component; green is 1.  Unused where step is 1 or 2 */
    uint8_t black;      /* the component that is black ink, the others being inks; 0: none */
    uint8_t alpha;      /* the component that is opacity, over white: the last of 2 or 4; 0: none */
    const uint8_t *table; /* gray of each value, 256 of them: for step 1 */
};

/* WIDTH samples of FROM as gray at TO.  cost O(width) */
void picture_gray_row(const struct sample_row *row, const uint8_t *from, uint8_t *to,
                      uint32_t width);
/* Gray of a colour. */
static inline uint8_t picture_gray(unsigned red, unsigned green, unsigned blue)
{
    return (uint8_t)((red * 77 + green * 151 + blue * 28) >> 8);
}

/* Size alone, from the header of NODE's content by its kind; false where it has none. */
bool picture_size(const struct node *node, uint32_t *width_out, uint32_t *height_out);
/* Room for WIDTH * HEIGHT samples; false, and an anomaly, over LIMIT_PIXELS. */
bool picture_begin(struct node *node, struct picture *picture, uint32_t width, uint32_t height);
void picture_finish(struct picture *picture);

bool picture_png(struct node *node, struct picture *picture);
bool picture_jpeg(struct node *node,
                  struct picture *picture); /* may be 1/2, 1/4 or 1/8 of its size */
bool picture_webp(struct node *node, struct picture *picture);
bool picture_gif(struct node *node, struct picture *picture); /* the first frame */
bool picture_bmp(struct node *node, struct picture *picture);

/* Where the picture's own data ends (IEND, EOI, the RIFF size); content.len where unknown. */
size_t picture_end(const struct node *node, bool *cut_out);
/* EXIF, XMP, ICC and text chunks as exiftool.fields of NODE. */
void picture_metadata(struct node *node);

/* Read every code (QR, Micro QR) in PICTURE, whose samples it changes: facts qr.* on NODE. */
void qr_read(struct node *node, struct picture *picture);
/* The same off a grid of modules, row by row, nonzero is dark. */
void qr_read_modules(struct node *node, const uint8_t *module, uint32_t width, uint32_t height);
/* What a code on NODE's picture says: facts qr.*. */
void qr_tell(struct node *node, struct bytes data);
/* "url", "email", "mobile", "geo", "wifi" or "undefined", as the public rules call what a code says. */
const char *qr_type(struct bytes data);

#endif
