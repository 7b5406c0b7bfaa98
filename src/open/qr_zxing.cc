// SPDX-License-Identifier: Apache-2.0
//
// The one file that wraps ZXing.
#include "open/qr_zxing.h"

#define ZX_USE_UTF8 1
#include <ReadBarcode.h>
#include <string>

extern "C" unsigned qr_zxing_read(const uint8_t *gray, uint32_t width, uint32_t height,
                                  uint32_t stride, void (*found)(void *own, const char *text, size_t len),
                                  void *own)
{
    unsigned count = 0;
    try {
        ZXing::DecodeHints hints;
        hints.setFormats(ZXing::BarcodeFormat::QRCode | ZXing::BarcodeFormat::MicroQRCode);
        hints.setTryHarder(true);
        hints.setTryRotate(true);
        hints.setTryDownscale(false);
        hints.setMaxNumberOfSymbols(8);
        ZXing::ImageView view(gray, static_cast<int>(width), static_cast<int>(height),
                              ZXing::ImageFormat::Lum, static_cast<int>(stride));
        for (const auto &result : ZXing::ReadBarcodes(view, hints)) {
            if (!result.isValid())
                continue;
            std::string text = result.text();
            found(own, text.data(), text.size());
            count++;
        }
    } catch (...) {
        // A broken code is no code.
    }
    return count;
}
