/* SPDX-License-Identifier: Apache-2.0
 *
 * The one file that wraps libwebp: the still picture of a WebP file. */
#include "open/picture.h"

#include <stdlib.h>
#include <webp/decode.h>

bool picture_webp(struct node *node, struct picture *picture)
{
    struct bytes b = node->content;
    WebPBitstreamFeatures features;
    *picture = (struct picture){0};
    VP8StatusCode status = WebPGetFeatures(b.at, b.len, &features);
    if (status != VP8_STATUS_OK) {
        node_anomaly(node,
                     status == VP8_STATUS_NOT_ENOUGH_DATA ? ANOMALY_TRUNCATED : ANOMALY_UNDECODABLE,
                     0, 0, BYTES("WebP header"));
        return false;
    }
    if (features.has_animation)
        return false;
    if (!picture_begin(node, picture, (uint32_t)features.width, (uint32_t)features.height))
        return false;
    int width = 0, height = 0;
    uint8_t *rgba = WebPDecodeRGBA(b.at, b.len, &width, &height);
    if (rgba == NULL || width != features.width || height != features.height) {
        WebPFree(rgba);
        picture_finish(picture);
        node_anomaly(node, ANOMALY_UNDECODABLE, 0, 0, BYTES("WebP data"));
        return false;
    }
    for (size_t i = 0; i < (size_t)width * (size_t)height; i++) {
        const uint8_t *p = rgba + 4 * i;
        unsigned gray = (p[0] * 77u + p[1] * 151u + p[2] * 28u) >> 8;
        picture->gray[i] = (uint8_t)((gray * p[3] + 255u * (255u - p[3])) / 255u);
    }
    WebPFree(rgba);
    return true;
}
