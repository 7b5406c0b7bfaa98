/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/store_option.h"

#include "base/civil.h"
#include "base/json.h"
#include "cli/option.h"
#include "cli/verb.h"
#include "report/terminal.h"

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

static bool read_date(const char *text, int64_t *out, struct error *err)
{
    return civil_parse(bytes_of_string(text), out) ||
           error_set(err, ERROR_USAGE, "no date: '%s' (2021-03-01)", text);
}

static bool read_verdicts(const char *text, unsigned *out, struct error *err)
{
    struct bytes rest = bytes_of_string(text), word;
    while (rest.len > 0 && bytes_next_field(&rest, ',', &word)) {
        unsigned i = 0;
        while (i < 4 && !bytes_equal(word, bytes_of_string(verdict_names[i])))
            i++;
        if (i == 4)
            return error_set(err, ERROR_USAGE, "no verdict '%.*s'", BYTES_FMT(word));
        *out |= 1u << i;
    }
    return true;
}

static bool read_number(const char *text, double *out, struct error *err)
{
    char *end;
    *out = strtod(text, &end);
    double unit = *end == 'K' ? 1e3 : *end == 'M' ? 1e6 : *end == 'G' ? 1e9 : 1;
    *out *= unit;
    return (*end == 0 || (unit > 1 && end[1] == 0)) && end != text
               ? *out >= 0 && *out < 9e15
               : error_set(err, ERROR_USAGE, "no number: '%s'", text);
}

bool store_option_month(const char *text, int64_t *since_out, int64_t *until_out, struct error *err)
{
    if (strlen(text) != 7 || !civil_parse(bytes_of_string(text), since_out))
        return error_set(err, ERROR_USAGE, "no month: '%s' (2021-03)", text);
    struct civil c = civil_of_us(*since_out);
    *until_out =
        civil_days(c.month == 12 ? c.year + 1 : c.year, c.month % 12 + 1, 1) * 86400 * 1000000;
    return true;
}

static bool read_one(struct store_option *o, int option, struct error *err)
{
    double n = 0;
    switch (option) {
    case STORE:
        o->store = optarg;
        return true;
    case SINCE:
        return read_date(optarg, &o->filter.since_us, err);
    case UNTIL:
        return read_date(optarg, &o->filter.until_us, err);
    case VERDICT:
        return read_verdicts(optarg, &o->filter.classes, err);
    case JSON:
        return o->json = true;
    case LANG:
        o->language = strcmp(optarg, "ja") == 0 ? LANGUAGE_JA : LANGUAGE_EN;
        return strcmp(optarg, "ja") == 0 || strcmp(optarg, "en") == 0 ||
               error_set(err, ERROR_USAGE, "--lang takes en or ja, not '%s'", optarg);
    case RULES:
        if (o->rule_count == 8)
            return error_set(err, ERROR_USAGE, "at most 8 --rules");
        o->rules[o->rule_count++] = optarg;
        return true;
    case BY:
        o->by = optarg;
        return true;
    case UNIT:
        o->unit = optarg;
        return true;
    case SVG:
        o->svg = optarg;
        return true;
    case FORMAT:
        o->format = optarg;
        return true;
    case MONTH:
        o->month = optarg;
        return store_option_month(optarg, &o->filter.since_us, &o->filter.until_us, err);
    case OUT:
        o->out = optarg;
        return true;
    case DEFANG:
        o->defang = true;
        return true;
    case FIGURES:
        o->figures = optarg;
        return true;
    }
    if (!read_number(optarg, &n, err))
        return false;
    if (option == LIMIT)
        o->filter.limit = (uint32_t)n;
    else if (option == AGE)
        o->age_days = (int64_t)n;
    else if (option == SIZE)
        o->most_bytes = (uint64_t)n;
    else if (option == ALARMS)
        o->false_alarms = n;
    else if (option == YEAR)
        o->year = (int64_t)n;
    else
        o->mailboxes = n;
    return true;
}

int store_option_fail(const struct error *err)
{
    error_print(err);
    return err->code == ERROR_USAGE || err->code == ERROR_SYNTAX ? EXIT_USAGE : EXIT_ERROR;
}

int store_option_read(struct store_option *o, int argc, char **argv,
                      const struct store_verb *verb)
{
    struct error err = {0};
    struct option_reader reader = {
        .verb = verb->name, .help = verb->help, .row = options, .accepted = verb->accepts};
    int code;
    *o = (struct store_option){.false_alarms = 1, .age_days = -1};
    while ((code = option_next(&reader, argc, argv)) >= 0)
        if (!read_one(o, code, &err))
            return store_option_fail(&err);
    if (code != OPTION_END)
        return code == OPTION_DONE ? EXIT_CLEAN : EXIT_USAGE;
    o->argument = argv + optind;
    o->argument_count = argc - optind;
    return -1;
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
