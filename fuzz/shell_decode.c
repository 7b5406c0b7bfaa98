/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes through each text decoder, the wallet check, the pattern matcher and the secret finder. */
#include "open/secret.h"
#include "shell/cron.h"
#include "shell/decode.h"
#include "shell/host.h"
#include "shell/pattern.h"
#include "shell/wallet.h"

#include <talloc.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void *parent = talloc_new(NULL);
    struct arena *arena = arena_new(parent);
    struct bytes b = bytes_of(data, size), url;
    struct secret secret;
    struct host_url parts;
    decode_base64(arena, b), decode_base32(arena, b), decode_hex(arena, b), decode_escapes(arena, b);
    wallet_is_monero(b);
    cron_command(b);
    size_t half = size / 2;
    pattern_prefix(bytes_sub(b, 0, half), bytes_from(b, half), true);
    pattern_suffix(bytes_sub(b, 0, half), bytes_from(b, half), false);
    for (size_t at = 0; secret_next(b, &at, &secret);)
        secret_shown(arena, secret.value);
    for (size_t at = 0; host_url_next(b, &at, &url);)
        if (host_url_parse(url, &parts))
            host_kind_of(parts.host);
    talloc_free(parent);
    return 0;
}
