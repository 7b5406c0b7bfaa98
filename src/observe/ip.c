/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/ip.h"

#include <arpa/inet.h>
#include <stdio.h>

/* One IPv4 part: 0x... hex, 0... octal, else decimal; WHATWG URL 3.5, "IPv4 number parser". */
static bool parse_number(struct bytes part, uint64_t *out, unsigned *encoders)
{
    unsigned base = 10;
    if (part.len == 0)
        return false;
    if (part.len >= 2 && part.at[0] == '0' && (part.at[1] | 0x20) == 'x') {
        base = 16;
        part = bytes_from(part, 2);
        *encoders |= IP_HEX;
    } else if (part.len >= 2 && part.at[0] == '0') {
        base = 8;
        part = bytes_from(part, 1);
        *encoders |= IP_OCTAL;
    }
    uint64_t n = 0;
    for (size_t i = 0; i < part.len; i++) {
        int digit = ascii_hex(part.at[i]);
        if (digit < 0 || (unsigned)digit >= base)
            return false;
        if (n <= UINT32_MAX)
            n = n * base + (unsigned)digit;
    }
    *out = n;
    return true;
}

static void finish_v4(struct arena *arena, uint32_t address, struct bytes original, struct ip *out)
{
    out->version = 4;
    for (int i = 0; i < 4; i++)
        out->byte[i] = (uint8_t)(address >> (24 - 8 * i));
    out->original = original;
    char canonical[16];
    int len = snprintf(canonical, sizeof canonical, "%u.%u.%u.%u", out->byte[0], out->byte[1],
                       out->byte[2], out->byte[3]);
    struct bytes text = bytes_of(canonical, (size_t)len);
    out->text = bytes_equal(text, original) ? original : arena_copy(arena, text);
}

bool ip_parse_host(struct arena *arena, struct bytes host, struct ip *out)
{
    *out = (struct ip){0};
    struct bytes original = host, part;
    if (host.len > 0 && host.at[host.len - 1] == '.')
        host.len--;
    uint64_t number[4];
    unsigned count = 0;
    struct bytes rest = host;
    if (host.len == 0)
        return false;
    while (bytes_next_field(&rest, '.', &part)) {
        if (count == 4 || !parse_number(part, &number[count], &out->encoders))
            return false;
        count++;
    }
    uint64_t address = number[count - 1];
    if (address >= (UINT64_C(1) << (8 * (5 - count))))
        return false;
    for (unsigned i = 0; i + 1 < count; i++) {
        if (number[i] > 255)
            return false;
        address |= number[i] << (24 - 8 * i);
    }
    if (count == 1 && out->encoders == 0)
        out->encoders |= IP_DECIMAL_INTEGER;
    else if (count == 2 || count == 3)
        out->encoders |= IP_SHORT;
    finish_v4(arena, (uint32_t)address, original, out);
    return true;
}

static bool parse_v6(struct arena *arena, struct bytes text, struct bytes original, struct ip *out)
{
    char name[INET6_ADDRSTRLEN + 1];
    size_t zone = bytes_find_byte(text, '%', 0);
    if (zone != BYTES_NPOS)
        text.len = zone;
    if (text.len < 2 || text.len > INET6_ADDRSTRLEN)
        return false;
    memcpy(name, text.at, text.len);
    name[text.len] = 0;
    if (inet_pton(AF_INET6, name, out->byte) != 1)
        return false;
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    out->version = 6;
    out->v4_to_v6 = memcmp(out->byte, mapped, sizeof mapped) == 0;
    out->original = original;
    char canonical[INET6_ADDRSTRLEN];
    if (inet_ntop(AF_INET6, out->byte, canonical, sizeof canonical) == NULL)
        return false;
    out->text = arena_copy(arena, bytes_of_string(canonical));
    return true;
}

bool ip_parse(struct arena *arena, struct bytes text, struct ip *out)
{
    *out = (struct ip){0};
    struct bytes original = text;
    if (text.len >= 2 && text.at[0] == '[' && text.at[text.len - 1] == ']')
        text = bytes_sub(text, 1, text.len - 2);
    if (bytes_starts_fold(text, BYTES("ipv6:")))
        text = bytes_from(text, 5);
    if (bytes_find_byte(text, ':', 0) != BYTES_NPOS)
        return parse_v6(arena, text, original, out);
    size_t dots = 0;
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] == '.')
            dots++;
        else if (!ascii_is_digit(text.at[i]))
            return false;
    if (dots != 3 || text.len < 7 || text.len > 15 || text.at[text.len - 1] == '.')
        return false;
    return ip_parse_host(arena, text, out) && out->encoders == 0;
}

bool ip_is_special(const struct ip *ip)
{
    const uint8_t *b = ip->byte;
    if (ip->version == 6 && !ip->v4_to_v6)
        return (b[0] & 0xFE) == 0xFC || (b[0] == 0xFE && (b[1] & 0xC0) == 0x80) ||
               (b[0] == 0x20 && b[1] == 0x01 && b[2] == 0x0D && b[3] == 0xB8) ||
               (b[0] == 0 && b[1] == 0);
    if (ip->version == 6)
        b += 12;
    return b[0] == 10 || b[0] == 127 || b[0] == 0 || b[0] >= 224 || (b[0] == 192 && b[1] == 168) ||
           (b[0] == 172 && (b[1] & 0xF0) == 16) || (b[0] == 169 && b[1] == 254) ||
           (b[0] == 100 && (b[1] & 0xC0) == 64) || (b[0] == 192 && b[1] == 0 && b[2] == 2);
}
