/* SPDX-License-Identifier: Apache-2.0 */
#include "group/read_table.h"

#include "group/normalise.h"
#include "group/read_fact.h"

#define COLUMNS_MOST 64u
#define NO_COLUMN COLUMNS_MOST
#define LINES_MOST 64u    /* of one record */
#define HEADING_BYTES 80u /* of a name */

enum column { COLUMN_URL, COLUMN_TIME, COLUMN_BRAND, COLUMN_ADDRESS, COLUMN_KINDS };

struct table_reading {
    uint32_t at[COLUMN_KINDS]; /* NO_COLUMN: none */
    uint8_t separator;
    bool known, heading;
    struct bytes field[COLUMNS_MOST];
    uint32_t count; /* of fields */
};

const char *const read_url_names[] = {
    "url",    "link", "uri",      "phish_url", "phishing_url", "ioc",  "indicator", "value",
    "domain", "host", "hostname", "fqdn",      "rrname",       "site", "page.url",  NULL};
const char *const read_time_names[] = {
    "date",    "time",       "timestamp",       "first_seen", "firstseen",
    "first",   "time_first", "dateadded",       "valid_from", "first_observed",
    "created", "created_at", "submission_time", "datetime",   "seen",
    NULL};
const char *const read_brand_names[] = {"description",  "brand",        "target",
                                        "target_brand", "impersonated", "organization",
                                        "organisation", "company",      NULL};
const char *const read_address_names[] = {"ip",      "ips",       "ip_address", "address",
                                          "rdata",   "addresses", "a_record",   "hosting_ip",
                                          "page.ip", NULL};
static const char *const *const names[COLUMN_KINDS] = {read_url_names, read_time_names,
                                                       read_brand_names, read_address_names};
/* Parts of names, where a heading has none of the whole ones. */
static const char *const url_parts[] = {"url",    "ＵＲＬ", "リンク", "ドメイン", "ホスト",
                                        "domain", "fqdn",   NULL};
static const char *const time_parts[] = {
    "日時", "日付", "時刻", "年月日",   "確認日",   "検知日", "報告日", "登録日",
    "date", "time", "seen", "detected", "reported", NULL};
static const char *const brand_parts[] = {"ブランド", "騙られ", "なりすまし", "標的",
                                          "対象",     "企業",   "組織",       "会社",
                                          "brand",    "target", "impersonat", NULL};
static const char *const address_parts[] = {"ipアドレス", "ip address", NULL};
static const char *const *const parts[COLUMN_KINDS] = {url_parts, time_parts, brand_parts,
                                                       address_parts};

/* Split RECORD; quotes are taken off ("" stays doubled where it stands inside: no reader here cares). */
static void split_record(struct table_reading *t, struct bytes record)
{
    t->count = 0;
    for (size_t at = 0; at <= record.len && t->count < COLUMNS_MOST;) {
        bool excel = bytes_starts(bytes_from(record, at), BYTES("=\""));
        size_t open = at + excel, end;
        if (open < record.len && record.at[open] == '"' &&
            (end = bytes_find_byte(record, '"', open + 1)) != BYTES_NPOS) {
            while (end + 1 < record.len && record.at[end + 1] == '"') {
                size_t more = bytes_find_byte(record, '"', end + 2);
                if (more == BYTES_NPOS)
                    break;
                end = more;
            }
            t->field[t->count++] = bytes_trim(bytes_sub(record, open + 1, end - open - 1));
            end = bytes_find_byte(record, t->separator, end);
        } else {
            end = bytes_find_byte(record, t->separator, at);
            t->field[t->count++] =
                bytes_trim(bytes_sub(record, at, (end == BYTES_NPOS ? record.len : end) - at));
        }
        at = (end == BYTES_NPOS ? record.len : end) + 1;
    }
}

static bool has_open_quote(struct bytes line)
{
    bool open = false;
    for (size_t at = 0; (at = bytes_find_byte(line, '"', at)) != BYTES_NPOS; at++)
        open = !open;
    return open;
}

/* The next line, and those after it that a quoted field goes on in; *LINES_OUT is how many. */
static bool next_record(struct bytes *content, struct bytes *record, uint32_t *lines_out)
{
    *lines_out = 1;
    if (!bytes_next_line(content, record))
        return false;
    struct bytes rest = *content, more;
    bool open = has_open_quote(*record);
    for (uint32_t lines = 2; open && lines <= LINES_MOST && bytes_next_line(&rest, &more); lines++)
        if (has_open_quote(more)) {
            *record = bytes_of(record->at, (size_t)(more.at - record->at) + more.len);
            *content = rest;
            *lines_out = lines;
            open = false;
        }
    return true;
}

static bool name_in(struct bytes name, const char *const *list)
{
    for (; *list != NULL; list++)
        if (bytes_equal_fold(name, bytes_of_string(*list)))
            return true;
    return false;
}

static bool part_in(struct bytes name, const char *const *list)
{
    for (; *list != NULL; list++)
        if (bytes_find_fold(name, bytes_of_string(*list), 0) != BYTES_NPOS)
            return name.len <= HEADING_BYTES;
    return false;
}

bool read_looks_like_link(struct bytes word)
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

static bool is_free(const struct table_reading *t, uint32_t field)
{
    for (int kind = 0; kind < COLUMN_KINDS; kind++)
        if (t->at[kind] == field)
            return false;
    return true;
}

/* Whether the fields name a column of URLs, and which columns they name. */
static bool columns_by_name(struct table_reading *t)
{
    bool data = false;
    for (int kind = 0; kind < COLUMN_KINDS; kind++)
        t->at[kind] = NO_COLUMN;
    for (uint32_t i = 0; i < t->count; i++) {
        data |= bytes_find(t->field[i], BYTES("//"), 0) != BYTES_NPOS || normalise_minute(t->field[i]) != 0;
        for (int kind = 0; kind < COLUMN_KINDS; kind++)
            if (t->at[kind] == NO_COLUMN && is_free(t, i) && name_in(t->field[i], names[kind]))
                t->at[kind] = i;
    }
    for (int kind = 0; kind < COLUMN_KINDS && !data; kind++)
        for (uint32_t i = 0; i < t->count && t->at[kind] == NO_COLUMN; i++)
            if (is_free(t, i) && part_in(t->field[i], parts[kind]))
                t->at[kind] = i;
    return t->at[COLUMN_URL] != NO_COLUMN;
}

static bool columns_by_content(struct table_reading *t)
{
    for (int kind = 0; kind < COLUMN_KINDS; kind++)
        t->at[kind] = NO_COLUMN;
    for (uint32_t i = 0; i < t->count; i++)
        if (t->at[COLUMN_TIME] == NO_COLUMN && normalise_minute(t->field[i]) != 0)
            t->at[COLUMN_TIME] = i;
        else if (t->at[COLUMN_URL] == NO_COLUMN && read_looks_like_link(t->field[i]))
            t->at[COLUMN_URL] = i;
        else if (t->at[COLUMN_BRAND] == NO_COLUMN && t->field[i].len > 0)
            t->at[COLUMN_BRAND] = i;
    return t->at[COLUMN_URL] != NO_COLUMN;
}

static struct bytes take(const struct table_reading *t, enum column kind)
{
    return t->at[kind] < t->count ? t->field[t->at[kind]] : BYTES_NONE;
}

static void read_row(struct table_reading *t, struct feed *feed, struct bytes record, const char *file,
                     uint32_t number)
{
    struct bytes url = take(t, COLUMN_URL);
    for (uint32_t i = 0; t->heading && t->at[COLUMN_TIME] == NO_COLUMN && i < t->count; i++)
        if (is_free(t, i) && normalise_minute(t->field[i]) != 0)
            t->at[COLUMN_TIME] = i; /* the heading has another word for it */
    uint32_t minute = normalise_minute(take(t, COLUMN_TIME));
    if (!t->known || url.len == 0) {
        struct table_reading again = *t;
        if (columns_by_name(&again))
            return; /* a heading again, of files put together */
        feed->rows++;
        feed_note(feed, file, number, record, t->known ? "no URL" : "no URL column");
        return;
    }
    if (name_in(url, read_url_names))
        return;
    if (t->at[COLUMN_TIME] != NO_COLUMN && minute == 0)
        feed_note(feed, file, number, record, "no date (row kept)");
    if (feed_add(feed, url, minute, take(t, COLUMN_BRAND), file, number))
        read_fact_addresses(feed, url, take(t, COLUMN_ADDRESS), minute, minute);
}

static bool is_empty(const struct table_reading *t)
{
    for (uint32_t i = 0; i < t->count; i++)
        if (t->field[i].len > 0)
            return false;
    return true;
}

static void read_records(struct table_reading *t, struct feed *feed, struct bytes content,
                         const char *file)
{
    struct bytes record;
    uint32_t lines = 0;
    for (uint32_t number = 1; next_record(&content, &record, &lines); number += lines) {
        if (bytes_trim(record).len == 0 || record.at[0] == '#')
            continue;
        split_record(t, record);
        if (is_empty(t))
            continue;
        if (!t->known) {
            t->heading = columns_by_name(t);
            t->known = t->heading || columns_by_content(t);
            if (t->heading)
                continue;
        }
        read_row(t, feed, record, file, number);
    }
}

static uint8_t separator_of(struct bytes line)
{
    size_t comma = 0, semicolon = 0;
    for (size_t i = 0; i < line.len; i++) {
        comma += line.at[i] == ',';
        semicolon += line.at[i] == ';';
    }
    return bytes_find_byte(line, '\t', 0) != BYTES_NPOS ? '\t' : semicolon > comma ? ';' : ',';
}

bool read_table(struct feed *feed, struct bytes content, struct bytes line, const char *file)
{
    struct table_reading t = {.separator = separator_of(line)};
    split_record(&t, line);
    if (t.count < 2 && !columns_by_name(&t))
        return false;
    read_records(&t, feed, content, file);
    return true;
}
