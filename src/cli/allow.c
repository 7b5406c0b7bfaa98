/* SPDX-License-Identifier: Apache-2.0
 * `noroshi allow`: add to, list or tidy the file of what was released. */
#include "base/file.h"
#include "base/text.h"
#include "cli/option.h"
#include "cli/verb.h"
#include "know/allow.h"

#include <stdio.h>
#include <talloc.h>
#include <time.h>
#include <unistd.h>

static const char help[] =
    "usage: noroshi allow FILE [--sender A | --domain D | --subject S | --sha256 H | --rule R]... "
    "--until DATE --reason WHY [--by WHO]\n"
    "       noroshi allow FILE            list what is released, and what is past its end\n"
    "       noroshi allow FILE --tidy     drop what is past its end\n"
    "\n"
    "A released mail carries one sign that speaks for it, with the reason; conclusive evidence "
    "still stands.\n"
    "Several scopes in one entry must all hold.  With --rule, evidence of that rule no longer "
    "counts.  DATE is a day such as 2026-12-31, or\n"
    "never.  sender and domain do not hold for mail that failed DMARC.  'noroshi scan --allow "
    "FILE' uses it.\n"
    "\n"
    "exit status: 0 done, 2 error, 64 usage\n"
    "\n"
    "examples\n"
    "  noroshi allow our.allow --domain example.org --until 2026-12-31 --reason 'our newsletter' "
    "--by alice\n"
    "  noroshi allow our.allow --sender bill@example.net --rule 'Reply-to switch' --until never "
    "--reason 'shared box'\n";

#define TIDY 9 /* beyond the fields of an entry, which count from 1 */

static const struct option long_options[] = {
    {"sender", required_argument, NULL, 1},  {"domain", required_argument, NULL, 2},
    {"subject", required_argument, NULL, 3}, {"sha256", required_argument, NULL, 4},
    {"rule", required_argument, NULL, 5},    {"until", required_argument, NULL, 6},
    {"reason", required_argument, NULL, 7},  {"by", required_argument, NULL, 8},
    {"tidy", no_argument, NULL, TIDY},       {NULL, 0, NULL, 0},
};
static const char *const names[] = {"sender", "domain", "subject", "sha256",
                                    "rule",   "until",  "reason",  "by"};
#define NAMES (sizeof names / sizeof names[0])

/* One field as a double-quoted scalar; control characters become blanks. */
static void put_field(struct text *out, const char *name, struct bytes value, bool first)
{
    text_add_format(out, "  %s %s: \"", first ? "-" : " ", name);
    for (size_t i = 0; i < value.len; i++) {
        uint8_t c = value.at[i];
        if (c == '"' || c == '\\')
            text_add_byte(out, '\\');
        text_add_byte(out, c < 0x20 ? ' ' : c);
    }
    text_add(out, BYTES("\"\n"));
}

static void put_entry(struct text *out, const struct allow_entry *e)
{
    const struct bytes fields[NAMES] = {e->sender, e->domain, e->subject, e->sha256,
                                        e->rule,   e->until,  e->reason,  e->by};
    bool first = true;
    for (size_t i = 0; i < NAMES; i++)
        if (fields[i].len > 0) {
            put_field(out, names[i], fields[i], first);
            first = false;
        }
}

static void print(const struct allow_list *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        const struct allow_entry *e = &list->item[i];
        const struct bytes fields[] = {e->sender, e->domain, e->subject, e->sha256, e->rule};
        printf("%s", e->expired ? "(past its end) " : "");
        for (size_t j = 0; j < 5; j++)
            if (fields[j].len > 0)
                printf("%s %.*s, ", names[j], BYTES_FMT(fields[j]));
        printf("until %.*s: %.*s%s%.*s\n", BYTES_FMT(e->until), BYTES_FMT(e->reason),
               e->by.len > 0 ? ", by " : "", BYTES_FMT(e->by));
    }
}

/* The file anew: entries of LIST (without those past their end where TIDY) and NEW, checked before it is
 * written. */
static bool rewrite(const char *path, const struct allow_list *list, const struct allow_entry *new,
                    bool tidy, int64_t now_us, struct error *err)
{
    struct text out;
    text_init(&out, NULL, 0);
    text_add(&out,
             BYTES("# What was released, until when and why: noroshi allow --help\nallow:\n"));
    for (uint32_t i = 0; list != NULL && i < list->count; i++)
        if (!tidy || !list->item[i].expired)
            put_entry(&out, &list->item[i]);
    if (new != NULL)
        put_entry(&out, new);
    struct allow_list *check = allow_parse(NULL, text_bytes(&out), path, now_us, err);
    bool ok = check != NULL && file_save(path, text_bytes(&out), err);
    talloc_free(check);
    text_finish(&out);
    return ok;
}

/* What the command line gives as NEW, by the rules of the file; false and ERR without a place. */
static bool is_whole(const struct allow_entry *new, int64_t now_us, struct error *err)
{
    struct text out;
    text_init(&out, NULL, 0);
    text_add(&out, BYTES("allow:\n"));
    put_entry(&out, new);
    struct allow_list *list = allow_parse(NULL, text_bytes(&out), "", now_us, err);
    if (list == NULL)
        err->line = err->column = 0;
    talloc_free(list);
    text_finish(&out);
    return list != NULL;
}

struct allow_option {
    const char *file;
    struct allow_entry new;
    bool adds, tidy;
};

/* -1: go on; else the exit status. */
static int read_options(struct allow_option *o, int argc, char **argv)
{
    struct bytes *const slot[NAMES] = {&o->new.sender, &o->new.domain, &o->new.subject,
                                       &o->new.sha256, &o->new.rule,   &o->new.until,
                                       &o->new.reason, &o->new.by};
    struct option_reader reader = {.verb = "allow", .help = help, .row = long_options};
    int code;
    while ((code = option_next(&reader, argc, argv)) >= 0)
        if (code == TIDY) {
            o->tidy = true;
        } else {
            o->adds = true;
            *slot[code - 1] = bytes_of_string(optarg);
        }
    if (code != OPTION_END)
        return code == OPTION_DONE ? EXIT_CLEAN : EXIT_USAGE;
    if (optind + 1 == argc) {
        o->file = argv[optind];
        return -1;
    }
    fputs("noroshi allow: error: one file is needed\n  hint: noroshi allow our.allow --domain "
          "example.org --until 2026-12-31 --reason WHY\n",
          stderr);
    return EXIT_USAGE;
}

int verb_allow(int argc, char **argv)
{
    struct error err = {0};
    struct allow_option o = {0};
    int status = read_options(&o, argc, argv);
    if (status >= 0)
        return status;
    int64_t now_us = (int64_t)time(NULL) * 1000000;
    if (o.adds && !is_whole(&o.new, now_us, &err)) {
        error_hint(&err, "'noroshi allow --help' tells what an entry is made of");
        error_print(&err);
        return EXIT_USAGE;
    }
    bool is_new = o.adds && access(o.file, F_OK) != 0;
    struct allow_list *list = is_new ? NULL : allow_load(NULL, o.file, now_us, &err);
    bool ok = is_new || list != NULL;
    if (ok && (o.adds || o.tidy))
        ok = rewrite(o.file, list, o.adds ? &o.new : NULL, o.tidy, now_us, &err);
    else if (ok)
        print(list);
    if (!ok)
        error_print(&err);
    talloc_free(list);
    return ok ? EXIT_CLEAN : EXIT_ERROR;
}
