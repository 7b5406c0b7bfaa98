/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/data.h"
#include "cli/feed_data.h"
#include "cli/option.h"
#include "cli/verb.h"
#include "report/site/site.h"

#include <stdio.h>
#include <talloc.h>

static const char help[] =
    "usage: noroshi site [OPTION]... FOLDER\n\n"
    "Writes the bulletin, a static web site in English and Japanese, from the store and from "
    "posts.\n\n"
    "  --store FILE     the store (default: $XDG_DATA_HOME/noroshi/store.db)\n"
    "  --posts FOLDER   posts in Markdown (doc/site.md tells their form)\n"
    "  --groups STATE   groups of phishing sites as 'noroshi group --state STATE' left them\n"
    "  --title TEXT     its name (default: Noroshi Bulletin)\n"
    "  --title-ja TEXT  its name in Japanese\n"
    "  --url URL        where it will be served, for feeds and cards: "
    "https://cert.example/bulletin/\n\n"
    "Example: noroshi site --posts samples/posts /tmp/bulletin\n";

static const struct option options[] = {
    {"store", required_argument, NULL, 's'},
    {"posts", required_argument, NULL, 'p'},
    {"groups", required_argument, NULL, 'g'},
    {"title", required_argument, NULL, 't'},
    {"title-ja", required_argument, NULL, 'j'},
    {"url", required_argument, NULL, 'u'},
    {NULL, 0, NULL, 0},
};

int verb_site(int argc, char **argv)
{
    struct site_params params = {.title = {"Noroshi Bulletin", "狼煙 脅威速報"}};
    const char *store_path = NULL, *groups_path = NULL;
    struct option_reader reader = {.verb = "site", .help = help, .row = options};
    int code;
    while ((code = option_next(&reader, argc, argv)) >= 0)
        switch (code) {
        case 's':
            store_path = optarg;
            break;
        case 'p':
            params.posts_folder = optarg;
            break;
        case 'g':
            groups_path = optarg;
            break;
        case 't':
            params.title[LANGUAGE_EN] = optarg;
            break;
        case 'j':
            params.title[LANGUAGE_JA] = optarg;
            break;
        default:
            params.base_url = optarg;
        }
    if (code != OPTION_END)
        return code == OPTION_DONE ? EXIT_CLEAN : EXIT_USAGE;
    if (argc - optind != 1) {
        fputs("noroshi site: error: one folder to write to\n  hint: 'noroshi site --help'\n",
              stderr);
        return EXIT_USAGE;
    }
    params.folder = argv[optind];
    struct error err = {0};
    struct site_result result;
    struct store *store = store_open_read(NULL, store_path, &err);
    params.shared = store == NULL ? NULL : data_shared(store);
    params.families = store == NULL ? NULL : data_families(store);
    void *context = talloc_new(NULL);
    params.groups = store == NULL || groups_path == NULL
                        ? NULL
                        : feed_data_recorded(context, groups_path, &err);
    bool ok = store != NULL && (groups_path == NULL || params.groups != NULL) &&
              site_build(store, &params, &result, &err);
    if (ok)
        printf("%u pages, %u files, %.1f MB in %s; open %s/index.html\n", result.pages,
               result.files, (double)result.bytes / 1e6, params.folder, params.folder);
    else
        error_print(&err);
    talloc_free(context);
    talloc_free(store);
    return ok ? EXIT_CLEAN : EXIT_ERROR;
}
