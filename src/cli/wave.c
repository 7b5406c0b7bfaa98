/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"
#include "base/json.h"
#include "cli/output.h"
#include "cli/store_option.h"
#include "cli/verb.h"
#include "cli/wave_year.h"
#include "report/figure.h"

#include <stdio.h>
#include <talloc.h>

#define DAY_US ((int64_t)86400 * 1000000)

static const char help[] =
    "usage: noroshi wave [OPTION]... [NAME]...\n\n"
    "What rose: surges of everything, or counts and surges of the names given.\n\n"
    "  --by DIMENSION    category family actor campaign brand technique filetype language "
    "verdict\n"
    "                    (default: category, family, campaign and brand in turn)\n"
    "  --unit UNIT       counts by hour, day, week or month (UTC) instead of sentences\n"
    "  --false-alarms N  of one series in a year (default: 1)\n"
    "  --svg FILE        the figure of the first name, or of the first surge\n"
    "  --figures FILE    year statistics of printed figures: name,parent,count,before,change\n"
    "  --year YEAR       year statistics of the store\n"
    "  --mailboxes N     with --year or --figures: also rates per 10,000 mailboxes\n" HELP_STORE
        HELP_TIME HELP_JSON HELP_LANG
    "\nExample: noroshi wave --by family IcedID --unit week --svg icedid.svg\n";

struct wave_run {
    const struct store_option *option;
    struct store *store;
    struct arena *arena;
    uint32_t told;   /* surges and new names */
    uint32_t series; /* looked at */
    bool drawn;
};

static bool is_wanted(const struct store_option *o, struct bytes name)
{
    for (int i = 0; i < o->argument_count; i++)
        if (bytes_equal_fold(name, bytes_of_string(o->argument[i])))
            return true;
    return o->argument_count == 0;
}

static bool in_time(const struct store_option *o, const struct waves *w, int first, int last)
{
    int64_t from = (w->first_day + first) * DAY_US, to = (w->first_day + last + 1) * DAY_US;
    return (o->filter.since_us == 0 || to > o->filter.since_us) &&
           (o->filter.until_us == 0 || from < o->filter.until_us);
}

static void surge_json(const struct waves *w, const struct wave_series *s, const struct surge *g)
{
    struct text out;
    struct json json;
    text_init(&out, NULL, 0);
    json_init(&json, &out, 0);
    json_begin_map(&json);
    const struct {
        const char *key;
        struct bytes value;
    } strings[] = {{"dimension", bytes_of_string(dimension_rows[w->dimension].name)},
                   {"name", s->name},
                   {"first", wave_day(w->arena, w->first_day + g->first)},
                   {"last", wave_day(w->arena, w->first_day + g->last)},
                   {"peak", wave_day(w->arena, w->first_day + g->peak)},
                   {"en", wave_sentence(w, s, g, LANGUAGE_EN)},
                   {"ja", wave_sentence(w, s, g, LANGUAGE_JA)}};
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
        json_key(&json, strings[i].key);
        json_string(&json, strings[i].value);
    }
    const struct {
        const char *key;
        double value;
    } numbers[] = {{"peak_count", (double)g->peak_count},
                   {"peak_expected", g->peak_expected},
                   {"count", (double)g->count},
                   {"expected", g->expected},
                   {"p", g->p}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        json_key(&json, numbers[i].key);
        json_float(&json, numbers[i].value);
    }
    json_key(&json, "ongoing");
    json_bool(&json, g->ongoing);
    json_end_map(&json);
    text_add_byte(&out, '\n');
    fwrite(out.at, 1, out.len, stdout);
    text_finish(&out);
}

static void new_json(const struct waves *w, const struct wave_series *s, struct bytes day)
{
    struct text out;
    text_init(&out, w->arena, 0);
    struct json json;
    json_init(&json, &out, 0);
    json_begin_map(&json);
    json_key(&json, "dimension");
    json_cstring(&json, dimension_rows[w->dimension].name);
    json_key(&json, "name");
    json_string(&json, s->name);
    json_key(&json, "new_since");
    json_string(&json, day);
    json_key(&json, "count");
    json_int(&json, s->total);
    json_end_map(&json);
    text_add_byte(&out, '\n');
    fwrite(out.at, 1, out.len, stdout);
    text_finish(&out);
}

static bool draw(struct wave_run *run, const struct waves *w, const struct wave_series *s,
                 struct error *err)
{
    struct text out;
    text_init(&out, run->arena, 0);
    struct figure figure = {run->arena,
                            &out,
                            run->option->language,
                            "figure",
                            arena_printf(run->arena, "%.*s: %s", BYTES_FMT(s->name),
                                         tr(run->option->language, "detections a day")),
                            true};
    figure_daily(&figure, w, s, 0, w->days);
    run->drawn = true;
    return file_save(run->option->svg, text_bytes(&out), err);
}

static void print_counts(struct wave_run *run, const struct waves *w, const struct wave_series *s,
                         enum wave_unit unit)
{
    for (int d = 0; d < w->days;) {
        int from = d;
        int64_t first = wave_fold(unit, w->first_day + d);
        while (d < w->days && wave_fold(unit, w->first_day + d) == first)
            d++;
        if (in_time(run->option, w, from, d - 1))
            printf("%.*s\t%s\t%.*s\t%lld\n", BYTES_FMT(wave_day(w->arena, w->first_day + from)),
                   dimension_rows[w->dimension].name, BYTES_FMT(s->name),
                   (long long)figure_sum(s, from, d));
    }
}

/* The name of D in the reader's language, to a column wide enough for most. */
static void print_label(enum language language, enum dimension d)
{
    const char *english = dimension_rows[d].name, *word = tr(language, english);
    size_t columns = word == english ? strlen(word) : strlen(word) / 3 * 2; /* kana and kanji */
    size_t width = word == english ? 10 : 14;
    printf("%s%*s", word, columns + 1 < width ? (int)(width - columns) : 1, "");
}

/* S under a name in the reader's language; only categories have one. */
static struct wave_series in_words(enum language language, const struct waves *w,
                                   const struct wave_series *s)
{
    struct wave_series named = *s;
    if (w->dimension == DIMENSION_CATEGORY)
        named.name = tr_bytes(language, s->name);
    return named;
}

static bool show_series(struct wave_run *run, const struct waves *w, const struct wave_series *s,
                        struct error *err)
{
    const struct store_option *o = run->option;
    const struct wave_series named = in_words(o->language, w, s);
    for (uint32_t k = 0; k < s->surge_count; k++) {
        const struct surge *g = &s->surge[k];
        if (!in_time(o, w, g->first, g->last))
            continue;
        run->told++;
        if (o->json)
            surge_json(w, s, g);
        if (!o->json && o->unit == NULL) {
            print_label(o->language, w->dimension);
            printf("%.*s\n", BYTES_FMT(wave_sentence(w, &named, g, (int)o->language)));
        }
        if (o->svg != NULL && !run->drawn && !draw(run, w, s, err))
            return false;
    }
    if (o->unit == NULL && in_time(o, w, s->first_seen, s->first_seen) && wave_is_new(w, s)) {
        run->told++;
        struct bytes day = wave_day(w->arena, w->first_day + s->first_seen);
        if (o->json) {
            new_json(w, s, day);
        } else {
            print_label(o->language, w->dimension);
            printf("%.*s: %s %.*s (%lld)\n", BYTES_FMT(named.name), tr(o->language, "new since"),
                   BYTES_FMT(day), (long long)s->total);
        }
    }
    return o->svg == NULL || run->drawn || o->argument_count == 0 || draw(run, w, s, err);
}

static bool print_hour(void *own, const struct store_cell *cell)
{
    struct wave_run *run = own;
    if (!is_wanted(run->option, cell->name))
        return true;
    run->series++;
    struct bytes day = wave_day(run->arena, cell->index / 24);
    printf("%.*sT%02d:00Z\t%.*s\t%llu\n", BYTES_FMT(day), (int)(cell->index % 24),
           BYTES_FMT(cell->name), (unsigned long long)cell->count);
    return output_ok();
}

static bool show_changes(struct wave_run *run, const struct waves *w, const struct wave_series *s,
                         struct error *err)
{
    struct wave_change change[32];
    uint32_t count = 0;
    if (!wave_changes(run->arena, run->store, w->dimension, s->name, change, 32, &count, err))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        print_label(run->option->language, w->dimension);
        printf("%.*s: %s %.*s %.0f %% -> %.0f %% (%.*s)\n",
               BYTES_FMT(in_words(run->option->language, w, s).name),
               tr(run->option->language, dimension_rows[change[i].dimension].name),
               BYTES_FMT(change[i].value), change[i].share_before * 100,
               change[i].share_after * 100, BYTES_FMT(wave_day(run->arena, change[i].day)));
    }
    return true;
}

static bool show_dimension(struct wave_run *run, enum dimension dimension, struct error *err)
{
    const struct store_option *o = run->option;
    enum wave_unit unit = WAVE_HOUR;
    while (o->unit != NULL && unit <= WAVE_MONTH && strcmp(o->unit, wave_unit_names[unit]) != 0)
        unit = (enum wave_unit)(unit + 1);
    if (unit > WAVE_MONTH)
        return error_set(err, ERROR_USAGE, "--unit takes hour, day, week or month, not '%s'",
                         o->unit);
    if (o->unit != NULL && unit == WAVE_HOUR)
        return store_counts(run->store, dimension, 3600, o->filter.since_us, o->filter.until_us,
                            print_hour, run, err);
    struct waves *w = wave_load(run->arena, run->store, dimension, o->false_alarms, err);
    for (uint32_t i = 0; w != NULL && i < w->count; i++) {
        if (!is_wanted(o, w->series[i].name))
            continue;
        run->series++;
        if (!show_series(run, w, &w->series[i], err))
            return false;
        if (o->unit != NULL)
            print_counts(run, w, &w->series[i], unit);
        if (o->argument_count > 0 && !o->json && o->unit == NULL &&
            !show_changes(run, w, &w->series[i], err))
            return false;
    }
    return w != NULL;
}

static const struct store_verb verb = {
    "wave", "store since until json lang by unit false-alarms svg figures year mailboxes", help};

/* Surges and counts of what the options choose. */
static bool show_waves(struct wave_run *run, enum dimension by, struct error *err)
{
    static const enum dimension usual[] = {DIMENSION_CATEGORY, DIMENSION_FAMILY, DIMENSION_CAMPAIGN,
                                           DIMENSION_BRAND};
    const struct store_option *o = run->option;
    bool ok = by == DIMENSION_COUNT || show_dimension(run, by, err);
    for (size_t i = 0; ok && by == DIMENSION_COUNT && i < sizeof usual / sizeof *usual; i++)
        ok = show_dimension(run, usual[i], err);
    if (!ok)
        return false;
    if (o->argument_count > 0 && run->series == 0) {
        error_set(err, ERROR_INPUT, "the store has no '%s'", o->argument[0]);
        error_hint(err, "--by says of what it is a name: --by brand %s", o->argument[0]);
        return false;
    }
    if (o->unit == NULL && !o->json && run->told == 0)
        puts(tr(o->language, "Nothing rose beyond what was expected."));
    return true;
}

static bool show(struct wave_run *run, struct error *err)
{
    const struct store_option *o = run->option;
    enum dimension by = o->by == NULL ? DIMENSION_COUNT : dimension_named(bytes_of_string(o->by));
    if (o->by != NULL && by == DIMENSION_COUNT)
        return error_set(err, ERROR_USAGE,
                         "--by takes a dimension such as family or brand, not '%s'", o->by);
    if (o->unit != NULL && o->json)
        return error_set(err, ERROR_USAGE, "--unit writes counts with tabs between, not JSON");
    if (o->figures != NULL)
        return wave_year_of_file(run->arena, o, err);
    run->store = store_open_read(run->arena, o->store, err);
    if (run->store == NULL)
        return false;
    return o->year != 0 ? wave_year_of_store(run->arena, run->store, o, err)
                        : show_waves(run, by, err);
}

int verb_wave(int argc, char **argv)
{
    struct store_option option;
    struct error err = {0};
    int status = store_option_read(&option, argc, argv, &verb);
    if (status >= 0)
        return status;
    struct wave_run run = {.option = &option, .arena = arena_new(NULL)};
    status = show(&run, &err) ? EXIT_CLEAN : store_option_fail(&option, &err);
    talloc_free(run.arena);
    return status;
}
