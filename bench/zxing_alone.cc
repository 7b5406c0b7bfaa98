// SPDX-License-Identifier: Apache-2.0
//
// The yardstick: ZXing left to look for codes by itself.
#include "zxing_alone.h"

#define ZX_USE_UTF8 1
#include <ReadBarcode.h>

extern "C" unsigned zxing_alone(const uint8_t *gray, uint32_t width, uint32_t height)
{
    unsigned count = 0;
    try {
        ZXing::DecodeHints hints;
        hints.setFormats(ZXing::BarcodeFormat::QRCode | ZXing::BarcodeFormat::MicroQRCode);
        hints.setMaxNumberOfSymbols(8);
        ZXing::ImageView view(gray, static_cast<int>(width), static_cast<int>(height),
                              ZXing::ImageFormat::Lum);
        for (const auto &result : ZXing::ReadBarcodes(view, hints))
            count += result.isValid();
    } catch (...) {
    }
    return count;
}
