/* SPDX-License-Identifier: Apache-2.0 */
#include "group/read.h"

#include "base/charset.h"
#include "base/json_read.h"
#include "group/normalise.h"
#include "group/page.h"
#include "group/read_fact.h"
#include "group/read_table.h"

#include <inttypes.h>
#include <stdio.h>

#define JSON_DEPTH 12u

static void read_words(struct feed *feed, struct bytes content, const char *file)
{
    uint32_t number = 0;
    for (struct bytes line, word; bytes_next_line(&content, &line);) {
        bool any = false;
        struct bytes whole = bytes_trim(line);
        uint32_t minute = 0;
        number++;
        if (whole.len == 0 || whole.at[0] == '#')
            continue;
        for (size_t at = 0; at < line.len;) {
            size_t end = at;
            while (end < line.len && !ascii_is_space(line.at[end]) && line.at[end] != ',' &&
                   line.at[end] != '<' && line.at[end] != '"')
                end++;
            word = bytes_sub(line, at, end - at);
            at = end + 1;
            if (minute == 0 && word.len > 0 && ascii_is_digit(word.at[0]))
                minute = normalise_minute(word);
            if (read_looks_like_link(word))
                any |= feed_add(feed, word, minute, BYTES_NONE, file, number);
        }
        if (!any)
            feed_note(feed, file, number, line, "no link");
    }
}

static struct bytes json_text(struct value map, const char *const *names)
{
    for (; *names != NULL; names++) {
        struct bytes text = value_bytes(map_get(map.as.map, bytes_of_string(*names)));
        if (text.len > 0)
            return text;
    }
    return BYTES_NONE;
}

/* Seconds or milliseconds since the epoch as a number or a string, or a date; 0: none. */
static uint32_t json_minute(struct value map)
{
    for (const char *const *name = read_time_names; *name != NULL; name++) {
        struct value time = map_get(map.as.map, bytes_of_string(*name));
        char digits[24];
        if (time.tag == VALUE_INT)
            snprintf(digits, sizeof digits, "%" PRIi64, time.as.integer);
        uint32_t minute =
            normalise_minute(time.tag == VALUE_INT ? bytes_of_string(digits) : value_bytes(time));
        if (minute != 0)
            return minute;
    }
    return 0;
}

/* The value of a STIX 2.1 pattern about one URL or domain: "[url:value = 'http://...']". */
static struct bytes pattern_value(struct value pattern)
{
    struct bytes text = value_bytes(pattern);
    size_t open = bytes_find_byte(text, '\'', 0);
    bool wanted = bytes_find(text, BYTES("url:value"), 0) != BYTES_NPOS ||
                  bytes_find(text, BYTES("domain-name:value"), 0) != BYTES_NPOS;
    size_t end = open == BYTES_NPOS ? BYTES_NPOS : bytes_find_byte(text, '\'', open + 1);
    return wanted && end != BYTES_NPOS ? bytes_sub(text, open + 1, end - open - 1) : BYTES_NONE;
}

/* Rows of every object below VALUE that names a site. */
static void read_value(struct feed *feed, struct value value, const char *file, uint32_t line,
                       uint32_t depth, bool genuine)
{
    if (depth > JSON_DEPTH)
        return;
    if (value.tag == VALUE_ARRAY) {
        for (uint32_t i = 0; i < value.as.array->count; i++)
            read_value(feed, value.as.array->item[i], file, line, depth + 1, genuine);
        return;
    }
    if (value.tag != VALUE_MAP)
        return;
    struct value log = map_get(value.as.map, BYTES("log"));
    if (log.tag == VALUE_MAP && map_get(log.as.map, BYTES("entries")).tag == VALUE_ARRAY) {
        page_read_har(feed, log, file, genuine);
        return;
    }
    if (genuine || read_fact_object(feed, value))
        return;
    struct bytes url = json_text(value, read_url_names);
    if (url.len == 0)
        url = pattern_value(map_get(value.as.map, BYTES("pattern")));
    uint32_t minute = json_minute(value);
    if (url.len > 0 && read_looks_like_link(url) &&
        feed_add(feed, url, minute, json_text(value, read_brand_names), file, line))
        read_fact_addresses(feed, url, json_text(value, read_address_names), minute, minute);
    for (uint32_t i = 0; i < value.as.map->count; i++)
        read_value(feed, value.as.map->row[i].value, file, line, depth + 1, genuine);
}

static void read_json(struct feed *feed, struct bytes content, const char *file, bool genuine)
{
    struct error err = {0};
    struct value whole = json_read(feed->arena, content, &err);
    if (whole.tag == VALUE_MAP || whole.tag == VALUE_ARRAY) {
        read_value(feed, whole, file, 1, 0, genuine);
        return;
    }
    uint32_t number = 0;
    for (struct bytes line; bytes_next_line(&content, &line);) {
        number++;
        line = bytes_trim(line);
        if (line.len == 0)
            continue;
        struct value row = json_read(feed->arena, line, NULL);
        uint64_t before = feed->rows + feed->facts.count;
        read_value(feed, row, file, number, 0, genuine);
        if (feed->rows + feed->facts.count == before)
            feed_note(feed, file, number, line, "no object with a site");
    }
}

/* The first line that says something is "Domain Name: x" or a remark of a registry (%, #). */
static bool starts_as_whois(struct bytes content)
{
    struct bytes head = bytes_sub(content, 0, content.len < 4096 ? content.len : 4096), line;
    while (bytes_next_line(&head, &line)) {
        line = bytes_trim(line);
        if (bytes_starts_fold(line, BYTES("domain name:")) ||
            bytes_starts_fold(line, BYTES("domain:")))
            return true;
        if (line.len > 0 && line.at[0] != '%' && line.at[0] != '#')
            return false;
    }
    return false;
}

void read_genuine(struct feed *feed, struct bytes content, const char *file)
{
    struct bytes start = bytes_trim(content);
    if (start.len > 0 && start.at[0] == '{')
        read_json(feed, content, file, true);
    else
        page_read(feed, content, file, true);
}

/* CONTENT as UTF-8 without a mark: lists of Excel are UTF-16 or, in Japan, Shift_JIS. */
static struct bytes to_utf8(struct feed *feed, struct bytes content, bool marked)
{
    int confidence = 0; /* a guess is as good: hosts are ASCII */
    enum charset_id id = CHARSET_UNKNOWN;
    size_t mark = charset_mark(content, &id);
    if (mark == 0 && !marked)
        id = charset_sniff(content, &confidence);
    content = bytes_from(content, mark);
    if (id == CHARSET_UTF_8 || id == CHARSET_US_ASCII || (mark == 0 && marked))
        return content;
    struct text out;
    text_init(&out, feed->arena, 0);
    charset_decode(id, content, &out, NULL);
    return text_bytes(&out);
}

void read_list(struct feed *feed, struct bytes content, const char *file)
{
    content = to_utf8(feed, content, true);
    if (page_is(content)) {
        page_read(feed, content, file, false);
        return;
    }
    content = to_utf8(feed, content, false);
    if (starts_as_whois(content) && read_fact_whois(feed, content))
        return;
    struct bytes rest = content, line = BYTES_NONE;
    while (bytes_next_line(&rest, &line) && (bytes_trim(line).len == 0 || line.at[0] == '#'))
        ;
    struct bytes start = bytes_trim(line);
    if (start.len > 0 &&
        (start.at[0] == '{' || (start.at[0] == '[' && !bytes_starts(start, BYTES("[."))))) {
        read_json(feed, content, file, false);
        return;
    }
    if (!read_table(feed, content, line, file))
        read_words(feed, content, file);
}
