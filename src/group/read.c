/* SPDX-License-Identifier: Apache-2.0 */
#include "group/read.h"

#include "base/json_read.h"
#include "group/normalise.h"
#include "group/page.h"
#include "group/read_fact.h"

#define COLUMNS_MOST 64u
#define NO_COLUMN COLUMNS_MOST
#define JSON_DEPTH 12u

struct columns {
    uint32_t url, time, brand, address;
    uint8_t separator;
};

/* Split LINE; quotes are taken off ("" stays doubled where it stands inside: no reader here cares). */
static uint32_t split_line(struct bytes line, uint8_t separator, struct bytes field[COLUMNS_MOST])
{
    uint32_t count = 0;
    for (size_t at = 0; at <= line.len && count < COLUMNS_MOST;) {
        size_t end;
        if (at < line.len && line.at[at] == '"' &&
            (end = bytes_find_byte(line, '"', at + 1)) != BYTES_NPOS) {
            while (end + 1 < line.len && line.at[end + 1] == '"') {
                size_t more = bytes_find_byte(line, '"', end + 2);
                if (more == BYTES_NPOS)
                    break;
                end = more;
            }
            field[count++] = bytes_sub(line, at + 1, end - at - 1);
            end = bytes_find_byte(line, separator, end);
        } else {
            end = bytes_find_byte(line, separator, at);
            field[count++] =
                bytes_trim(bytes_sub(line, at, (end == BYTES_NPOS ? line.len : end) - at));
        }
        at = (end == BYTES_NPOS ? line.len : end) + 1;
    }
    return count;
}

static bool name_in(struct bytes name, const char *const *list)
{
    for (; *list != NULL; list++)
        if (bytes_equal_fold(name, bytes_of_string(*list)))
            return true;
    return false;
}

static const char *const url_names[] = {
    "url",    "link", "uri",      "phish_url", "phishing_url", "ioc",  "indicator", "value",
    "domain", "host", "hostname", "fqdn",      "rrname",       "site", "page.url",  NULL};
static const char *const time_names[] = {
    "date",    "time",       "timestamp",       "first_seen", "firstseen",
    "first",   "time_first", "dateadded",       "valid_from", "first_observed",
    "created", "created_at", "submission_time", "datetime",   "seen",
    NULL};
static const char *const brand_names[] = {"description",  "brand",        "target",
                                          "target_brand", "impersonated", "organization",
                                          "organisation", "company",      NULL};
static const char *const address_names[] = {"ip",      "ips",       "ip_address", "address",
                                            "rdata",   "addresses", "a_record",   "hosting_ip",
                                            "page.ip", NULL};

/* A word with a dot that could be a host, or a scheme in front. */
static bool looks_like_link(struct bytes word)
{
    bool dot = bytes_find_byte(word, '.', 0) != BYTES_NPOS ||
               bytes_find_fold(word, BYTES("[dot]"), 0) != BYTES_NPOS;
    bool scheme = bytes_find(word, BYTES("//"), 0) != BYTES_NPOS ||
                  bytes_find(word, BYTES(":/"), 0) != BYTES_NPOS;
    bool letter = false;
    for (size_t i = 0; i < word.len && !letter; i++)
        letter = ascii_is_alpha(word.at[i]) || word.at[i] >= 0x80;
    if (!dot || (!letter && !scheme) || word.len < 4)
        return !letter && dot && word.len >= 7 && normalise_minute(word) == 0;
    return scheme || bytes_find_byte(word, ' ', 0) == BYTES_NPOS;
}

static bool columns_by_name(const struct bytes *field, uint32_t count, struct columns *columns)
{
    *columns = (struct columns){NO_COLUMN, NO_COLUMN, NO_COLUMN, NO_COLUMN, columns->separator};
    for (uint32_t i = 0; i < count; i++)
        if (columns->url == NO_COLUMN && name_in(field[i], url_names))
            columns->url = i;
        else if (columns->time == NO_COLUMN && name_in(field[i], time_names))
            columns->time = i;
        else if (columns->brand == NO_COLUMN && name_in(field[i], brand_names))
            columns->brand = i;
        else if (columns->address == NO_COLUMN && name_in(field[i], address_names))
            columns->address = i;
    return columns->url != NO_COLUMN;
}

static bool columns_by_content(const struct bytes *field, uint32_t count, struct columns *columns)
{
    *columns = (struct columns){NO_COLUMN, NO_COLUMN, NO_COLUMN, NO_COLUMN, columns->separator};
    for (uint32_t i = 0; i < count; i++)
        if (columns->time == NO_COLUMN && normalise_minute(field[i]) != 0)
            columns->time = i;
        else if (columns->url == NO_COLUMN && looks_like_link(field[i]))
            columns->url = i;
        else if (columns->brand == NO_COLUMN && field[i].len > 0)
            columns->brand = i;
    return columns->url != NO_COLUMN;
}

static struct bytes take(const struct bytes *field, uint32_t count, uint32_t column)
{
    return column < count ? field[column] : BYTES_NONE;
}

static void read_table(struct feed *feed, struct bytes content, const char *file, uint8_t separator)
{
    struct columns columns = {.separator = separator};
    struct bytes field[COLUMNS_MOST];
    uint32_t number = 0;
    bool known = false;
    for (struct bytes line; bytes_next_line(&content, &line);) {
        number++;
        if (bytes_trim(line).len == 0 || line.at[0] == '#')
            continue;
        uint32_t count = split_line(line, separator, field);
        if (!known) {
            bool header = columns_by_name(field, count, &columns);
            known = header || columns_by_content(field, count, &columns);
            if (header)
                continue;
        }
        struct bytes url = take(field, count, columns.url), time = take(field, count, columns.time);
        uint32_t minute = normalise_minute(time);
        if (!known || url.len == 0) {
            if (columns_by_name(field, count, &(struct columns){.separator = separator}))
                continue; /* a heading again, of files put together */
            feed->rows++;
            feed_note(feed, file, number, line, "no URL column");
            continue;
        }
        if (name_in(url, url_names))
            continue;
        if (columns.time != NO_COLUMN && minute == 0)
            feed_note(feed, file, number, line, "no date (row kept)");
        if (feed_add(feed, url, minute, take(field, count, columns.brand), file, number))
            read_fact_addresses(feed, url, take(field, count, columns.address), minute, minute);
    }
}

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
            if (looks_like_link(word))
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
    struct bytes url = json_text(value, url_names), time = json_text(value, time_names);
    if (url.len == 0)
        url = pattern_value(map_get(value.as.map, BYTES("pattern")));
    struct value seconds = map_get(value.as.map, BYTES("time_first"));
    bool counted = seconds.tag == VALUE_INT && seconds.as.integer > 0;
    uint32_t minute = counted ? (uint32_t)(seconds.as.integer / 60) : normalise_minute(time);
    if (url.len > 0 && looks_like_link(url) &&
        feed_add(feed, url, minute, json_text(value, brand_names), file, line))
        read_fact_addresses(feed, url, json_text(value, address_names), minute, minute);
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

void read_list(struct feed *feed, struct bytes content, const char *file)
{
    if (bytes_starts(content, BYTES("\xEF\xBB\xBF")))
        content = bytes_from(content, 3);
    if (page_is(content)) {
        page_read(feed, content, file, false);
        return;
    }
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
    uint8_t separator =
        bytes_find_byte(line, '\t', 0) != BYTES_NPOS ? '\t'
        : bytes_find_byte(line, ';', 0) != BYTES_NPOS && bytes_find_byte(line, ',', 0) == BYTES_NPOS
            ? ';'
            : ',';
    struct bytes field[COLUMNS_MOST];
    struct columns columns = {.separator = separator};
    uint32_t count = split_line(line, separator, field);
    if (count > 1 || columns_by_name(field, count, &columns))
        read_table(feed, content, file, separator);
    else
        read_words(feed, content, file);
}
