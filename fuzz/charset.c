/* SPDX-License-Identifier: Apache-2.0
 *
 * The first byte chooses a charset (or a guess), the rest is read in it; and the transfer decoders. */
#include "base/charset.h"
#include "base/codec.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <talloc.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct arena *arena = arena_new(NULL);
    struct bytes in = bytes_of(data + 1, size - 1);
    enum charset_id id = (enum charset_id)(data[0] % (CHARSET_COUNT + 1));
    struct charset_reading reading = charset_choose(bytes_of_string(charset_name(id)), in);
    enum charset_id ids[] = {id, reading.id};
    for (int i = 0; i < 2; i++) {
        struct text out;
        struct charset_report report;
        text_init(&out, arena, 0);
        charset_decode(ids[i], in, &out, &report);
        if (!utf8_valid(text_bytes(&out)) || (report.bad_count > 0 && report.first_bad >= in.len))
            abort();
    }
    struct codec_file file;
    struct codec_report report;
    size_t from = 0;
    charset_of_page(in);
    codec_base64(arena, in, &report), codec_base64_joined(arena, in), codec_quoted(arena, in, &report);
    codec_q(arena, in, &report), codec_percent(arena, in);
    while (codec_find_file(arena, in, from, &file))
        from = (size_t)(file.span.at - in.at) + file.span.len;
    talloc_free(arena);
    return 0;
}
