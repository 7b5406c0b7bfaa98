/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/store_option.h"

#include "base/civil.h"
#include "base/json.h"
#include "cli/option.h"
#include "cli/verb.h"
#include "report/terminal.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <talloc.h>

enum {
    SINCE = 256,
    UNTIL,
    VERDICT,
    LIMIT,
    JSON,
    LANG,
    RULES,
    BY,
    UNIT,
    SVG,
    FORMAT,
    MONTH,
    OUT,
    AGE,
    SIZE,
    ALARMS,
    YEAR,
    MAILBOXES,
    FIGURES,
    DEFANG,
    STORE
};

static const struct option options[] = {
    {"store", required_argument, NULL, STORE},
    {"since", required_argument, NULL, SINCE},
    {"until", required_argument, NULL, UNTIL},
    {"verdict", required_argument, NULL, VERDICT},
    {"limit", required_argument, NULL, LIMIT},
    {"json", no_argument, NULL, JSON},
    {"lang", required_argument, NULL, LANG},
    {"rules", required_argument, NULL, RULES},
    {"by", required_argument, NULL, BY},
    {"unit", required_argument, NULL, UNIT},
    {"svg", required_argument, NULL, SVG},
    {"format", required_argument, NULL, FORMAT},
    {"month", required_argument, NULL, MONTH},
    {"output", required_argument, NULL, OUT},
    {"age", required_argument, NULL, AGE},
    {"size", required_argument, NULL, SIZE},
    {"false-alarms", required_argument, NULL, ALARMS},
    {"year", required_argument, NULL, YEAR},
    {"mailboxes", required_argument, NULL, MAILBOXES},
    {"figures", required_argument, NULL, FIGURES},
    {"defang", no_argument, NULL, DEFANG},
    {NULL, 0, NULL, 0},
};

static bool read_date(const char *name, const char *text, int64_t *out, struct error *err)
{
    return civil_parse(bytes_of_string(text), out) ||
           error_set(err, ERROR_USAGE, "%s takes a date such as 2021-03-01, not '%s'", name, text);
}

static bool read_verdicts(const char *text, unsigned *out, struct error *err)
{
    struct bytes rest = bytes_of_string(text), word;
    while (rest.len > 0 && bytes_next_field(&rest, ',', &word)) {
        unsigned i = 0;
        while (i < 4 && !bytes_equal(word, bytes_of_string(verdict_names[i])))
            i++;
        if (i == 4)
            return error_set(
                err, ERROR_USAGE,
                "--verdict takes malicious, suspicious, unscannable and clean, not '%.*s'",
                BYTES_FMT(word));
        *out |= 1u << i;
    }
    return true;
}

/* Options whose value is kept as it is written. */
static const struct {
    int option;
    size_t at; /* in struct store_option */
} texts[] = {
    {STORE, offsetof(struct store_option, store)},
    {BY, offsetof(struct store_option, by)},
    {UNIT, offsetof(struct store_option, unit)},
    {SVG, offsetof(struct store_option, svg)},
    {OUT, offsetof(struct store_option, out)},
    {FORMAT, offsetof(struct store_option, format)},
    {FIGURES, offsetof(struct store_option, figures)},
};
#define TEXTS (sizeof texts / sizeof *texts)

/* Options that take a number. */
static const struct number_option {
    int option;
    const char *name, *what;
    double least, most;
    bool may_be_part; /* of one: 0.5 */
} numbers[] = {
    {LIMIT, "limit", "a whole number from 1 to 1000000000", 1, 1e9, false},
    {AGE, "age", "days, a whole number from 0 to 100000", 0, 1e5, false},
    {SIZE, "size", "bytes, such as 500M or 2G", 1, 9e15, false},
    {ALARMS, "false-alarms", "a number from 0.01 to 365", 0.01, 365, true},
    {YEAR, "year", "a year from 1970 to 9998", 1970, 9998, false},
    {MAILBOXES, "mailboxes", "a whole number from 1 to 1000000000", 1, 1e9, false},
};
#define NUMBERS (sizeof numbers / sizeof *numbers)

/* TEXT as digits, for bytes with K, M or G behind them. */
static bool read_number(const struct number_option *row, const char *text, double *out,
                        struct error *err)
{
    char *end;
    double n = strtod(text, &end);
    const double unit = row->option != SIZE ? 1
                        : *end == 'K'       ? 1e3
                        : *end == 'M'       ? 1e6
                        : *end == 'G'       ? 1e9
                                            : 1;
    const char *rest = end + (unit > 1);
    *out = n * unit;
    return (ascii_is_digit((uint8_t)text[0]) && *rest == 0 && *out >= row->least &&
            *out <= row->most && (row->may_be_part || *out == floor(*out))) ||
           error_set(err, ERROR_USAGE, "--%s takes %s, not '%s'", row->name, row->what, text);
}

static void set_number(struct store_option *o, int option, double n)
{
    switch (option) {
    case LIMIT:
        o->filter.limit = (uint32_t)n;
        break;
    case AGE:
        o->age_days = (int64_t)n;
        break;
    case SIZE:
        o->most_bytes = (uint64_t)n;
        break;
    case ALARMS:
        o->false_alarms = n;
        break;
    case YEAR:
        o->year = (int64_t)n;
        break;
    default:
        o->mailboxes = n;
    }
}

bool store_option_month(const char *text, int64_t *since_out, int64_t *until_out, struct error *err)
{
    if (strlen(text) != 7 || !civil_parse(bytes_of_string(text), since_out))
        return error_set(err, ERROR_USAGE, "--month takes a month such as 2021-03, not '%s'", text);
    struct civil c = civil_of_us(*since_out);
    *until_out =
        civil_days(c.month == 12 ? c.year + 1 : c.year, c.month % 12 + 1, 1) * 86400 * 1000000;
    return true;
}

/* OPTION with the value getopt left in optarg. */
static bool read_one(struct store_option *o, int option, struct error *err)
{
    double n = 0;
    for (size_t i = 0; i < TEXTS; i++)
        if (texts[i].option == option) {
            memcpy((char *)o + texts[i].at, &(const char *){optarg}, sizeof(const char *));
            return true;
        }
    for (size_t i = 0; i < NUMBERS; i++)
        if (numbers[i].option == option) {
            bool ok = read_number(&numbers[i], optarg, &n, err);
            if (ok)
                set_number(o, option, n);
            return ok;
        }
    switch (option) {
    case SINCE:
        return read_date("--since", optarg, &o->filter.since_us, err);
    case UNTIL:
        return read_date("--until", optarg, &o->filter.until_us, err);
    case VERDICT:
        return read_verdicts(optarg, &o->filter.classes, err);
    case JSON:
        return o->json = true;
    case DEFANG:
        return o->defang = true;
    case LANG:
        o->language = strcmp(optarg, "ja") == 0 ? LANGUAGE_JA : LANGUAGE_EN;
        return strcmp(optarg, "ja") == 0 || strcmp(optarg, "en") == 0 ||
               error_set(err, ERROR_USAGE, "--lang takes en or ja, not '%s'", optarg);
    case MONTH:
        o->month = optarg;
        return store_option_month(optarg, &o->filter.since_us, &o->filter.until_us, err);
    default:
        assert(option == RULES);
        if (o->rule_count == STORE_RULES_MOST)
            return error_set(err, ERROR_USAGE, "at most %u --rules", STORE_RULES_MOST);
        o->rules[o->rule_count++] = optarg;
        return true;
    }
}

int store_option_fail(const struct store_option *o, const struct error *err)
{
    struct error told = *err;
    bool is_usage = err->code == ERROR_USAGE || err->code == ERROR_SYNTAX;
    if (is_usage && told.hint[0] == 0)
        error_hint(&told, "'noroshi %s --help' tells more", o->verb);
    error_print(&told);
    return is_usage ? EXIT_USAGE : EXIT_ERROR;
}

int store_option_read(struct store_option *o, int argc, char **argv, const struct store_verb *verb)
{
    struct error err = {0};
    struct option_reader reader = {
        .verb = verb->name, .help = verb->help, .row = options, .accepted = verb->accepts};
    int code;
    *o = (struct store_option){.verb = verb->name, .false_alarms = 1, .age_days = -1};
    while ((code = option_next(&reader, argc, argv)) >= 0)
        if (!read_one(o, code, &err))
            return store_option_fail(o, &err);
    if (code != OPTION_END)
        return code == OPTION_DONE ? EXIT_CLEAN : EXIT_USAGE;
    o->argument = argv + optind;
    o->argument_count = argc - optind;
    const struct store_filter *f = &o->filter;
    if (f->since_us == 0 || f->until_us == 0 || f->since_us < f->until_us)
        return -1;
    error_set(&err, ERROR_USAGE, "--until is not after --since, so no day is left");
    return store_option_fail(o, &err);
}

static void print_json(const struct store_item *item, struct bytes why)
{
    struct arena *arena = arena_new(NULL);
    const struct verdict *v = item->verdict;
    struct text out;
    struct json json;
    text_init(&out, arena, 0);
    json_init(&json, &out, 0);
    json_begin_map(&json);
    const struct {
        const char *key;
        struct bytes value;
    } strings[] = {{"sha256", v->sha256},
                   {"date", civil_iso(arena, item->at_us)},
                   {"first_seen", civil_iso(arena, item->seen_us)},
                   {"verdict", bytes_of_string(verdict_names[v->class])},
                   {"reason", v->reason},
                   {"category", v->category},
                   {"campaign", v->campaign},
                   {"language", v->language},
                   {"subject", v->subject},
                   {"sender", v->sender},
                   {"path", v->path},
                   {"why", why}};
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
        if (strings[i].value.at != NULL) {
            json_key(&json, strings[i].key);
            json_string(&json, strings[i].value);
        }
    json_key(&json, "dated");
    json_bool(&json, item->dated);
    json_key(&json, "evidence");
    json_begin_list(&json);
    for (uint32_t i = 0; i < v->evidence_count; i++) {
        json_begin_map(&json);
        json_key(&json, "rule");
        json_string(&json, v->evidence[i].rule);
        json_key(&json, "en");
        json_string(&json, v->evidence[i].sentence[0]);
        json_key(&json, "ja");
        json_string(&json, v->evidence[i].sentence[1]);
        json_key(&json, "weight");
        json_float(&json, v->evidence[i].weight);
        json_end_map(&json);
    }
    json_end_list(&json);
    json_end_map(&json);
    text_add_byte(&out, '\n');
    fwrite(out.at, 1, out.len, stdout);
    talloc_free(arena);
}

void store_option_print(const struct store_option *o, const struct store_item *item,
                        struct bytes why)
{
    if (o->json) {
        print_json(item, why);
        return;
    }
    struct arena *arena = arena_new(NULL);
    const struct verdict *v = item->verdict;
    struct text line;
    text_init(&line, arena, 0);
    text_add_format(&line, "%.10s  %-11s  %.12s  ", (const char *)civil_iso(arena, item->at_us).at,
                    verdict_names[v->class], (const char *)v->sha256.at);
    terminal_add(&line, v->subject, 70);
    text_add_string(&line, "  <");
    terminal_add(&line, v->sender, 60);
    text_add_byte(&line, '>');
    if (why.len > 0) {
        text_add_string(&line, "\n    ");
        terminal_add(&line, why, 300);
    }
    text_add_byte(&line, '\n');
    fwrite(line.at, 1, line.len, stdout);
    talloc_free(arena);
}
