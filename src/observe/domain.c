/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/domain.h"

#include "base/utf8.h"
#include "observe/idn.h"

#include <libpsl.h>

#define NAME_MAX_BYTES 1024    /* longer is no host name anywhere */
#define DNS_NAME_MAX_BYTES 253 /* RFC 1035, 2.3.4, without the root's dot */
#define DNS_LABEL_MAX_BYTES 63

static bool ask_list(struct bytes labels)
{
    char name[DNS_NAME_MAX_BYTES + 1];
    memcpy(name, labels.at, labels.len);
    name[labels.len] = 0;
    return psl_is_public_suffix2(psl_builtin(), name, PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE) != 0;
}

/* The list never changes and mail names few hosts again and again, so answers are kept: one per
 * slot, the latest asked.  One thread to a process. */
bool domain_is_suffix(struct bytes labels)
{
    static struct {
        uint8_t len, is_suffix;
        uint8_t name[62];
    } answers[512];
    if (labels.len == 0 || labels.len > DNS_NAME_MAX_BYTES)
        return false;
    if (labels.len > sizeof answers[0].name)
        return ask_list(labels);
    size_t slot = bytes_slot(labels) % (sizeof answers / sizeof answers[0]);
    if (!bytes_equal(bytes_of(answers[slot].name, answers[slot].len), labels)) {
        answers[slot].len = (uint8_t)labels.len;
        answers[slot].is_suffix = ask_list(labels);
        memcpy(answers[slot].name, labels.at, labels.len);
    }
    return answers[slot].is_suffix;
}

/* Lower-case ASCII copy of HOST (or HOST itself where it is that already). */
static bool normalise(struct arena *arena, struct bytes host, struct bytes *out)
{
    bool upper = false;
    for (size_t i = 0; i < host.len; i++) {
        uint8_t c = host.at[i];
        if (c >= 0x80) {
            if (idn_to_ascii(arena, host, out))
                return true;
            *out = host;
            return utf8_valid(host);
        }
        if (c <= ' ' || c == 0x7F || c == '@' || c == '/' || c == '\\' || c == '<' || c == '>')
            return false;
        upper |= (uint8_t)(c - 'A') < 26;
    }
    *out = host;
    if (!upper)
        return true;
    uint8_t *lower = arena_alloc(arena, host.len);
    for (size_t i = 0; i < host.len; i++)
        lower[i] = ascii_lower(host.at[i]);
    *out = bytes_of(lower, host.len);
    return true;
}

/* Every label 1..63 bytes of letters, digits, hyphen, underscore (RFC 1035; browsers take _). */
static bool labels_fit(struct bytes name)
{
    size_t label = 0;
    for (size_t i = 0; i <= name.len; i++) {
        if (i == name.len || name.at[i] == '.') {
            if (label == 0 || label > DNS_LABEL_MAX_BYTES)
                return false;
            label = 0;
        } else if (!ascii_is_alnum(name.at[i]) && name.at[i] != '-' && name.at[i] != '_') {
            return false;
        } else {
            label++;
        }
    }
    return name.len <= DNS_NAME_MAX_BYTES;
}

/* Where the public suffix starts in NAME, by the longest rule that matches; false: none does. */
static bool suffix_start(struct bytes name, size_t *start_out)
{
    bool found = false;
    size_t end = name.len;
    for (int labels = 0; labels < 5; labels++) {
        size_t dot = bytes_find_last_byte(bytes_sub(name, 0, end), '.');
        size_t start = dot == BYTES_NPOS ? 0 : dot + 1;
        if (domain_is_suffix(bytes_from(name, start)))
            found = true, *start_out = start;
        else if (labels > 1) /* "*.kawasaki.jp": a suffix may follow one that is none */
            break;
        if (dot == BYTES_NPOS)
            break;
        end = dot;
    }
    return found;
}

static void split(struct domain *out)
{
    struct bytes name = out->domain;
    size_t start = 0;
    bool known = suffix_start(name, &start);
    if (!known) { /* as if "*" were the rule: the last label */
        size_t dot = bytes_find_last_byte(name, '.');
        if (dot == BYTES_NPOS)
            return;
        start = dot + 1;
    }
    out->tld = bytes_from(name, start);
    if (start == 0)
        return;
    size_t dot = bytes_find_last_byte(bytes_sub(name, 0, start - 1), '.');
    size_t root = dot == BYTES_NPOS ? 0 : dot + 1;
    out->root_domain = bytes_from(name, root);
    out->sld = bytes_sub(name, root, start - 1 - root);
    if (root > 0)
        out->subdomain = bytes_sub(name, 0, root - 1);
    out->valid = known && labels_fit(name);
}

bool domain_parse(struct arena *arena, struct bytes host, struct domain *out)
{
    *out = (struct domain){0};
    if (host.len > 0 && host.at[host.len - 1] == '.')
        host.len--;
    if (host.len == 0 || host.len > NAME_MAX_BYTES || !normalise(arena, host, &out->domain))
        return false;
    split(out);
    struct bytes prefix = BYTES("xn--");
    size_t at = bytes_find(out->domain, prefix, 0);
    if (at != BYTES_NPOS && (at == 0 || out->domain.at[at - 1] == '.') &&
        !idn_to_unicode(arena, out->domain, &out->punycode))
        out->punycode = BYTES_NONE;
    return true;
}
