/* SPDX-License-Identifier: Apache-2.0
 *
 * How fast mails become facts: parse, decode, text, then the fields rules ask for first.
 *
 *     build/bench/bench-facts DIRECTORY [ROUNDS [text|facts|all|gmime|scan]]
 *
 * Reads every file below DIRECTORY into memory, then prints CPU time on one core: the mail and its
 * text parts, the same with the facts, and with everything attached opened to the bottom; then
 * GMime doing the first of these (test/oracle), best of the rounds; and the whole scan with the
 * shipped rules, without workers.  CPU time changes little on a busy machine. */
#include "base/heap.h"
#include "cli/setup.h"
#include "observe/model.h"
#include "open/mime.h"
#include "open/opener.h"
#include "open/picture_memo.h"
#include "oracle/gmime_mail.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <talloc.h>
#include <time.h>

#define MAILS_MAX 100000

static struct bytes mails[MAILS_MAX];
static size_t mail_count, total_bytes;

static void load(const char *path)
{
    struct stat about;
    if (stat(path, &about) != 0)
        return;
    if (S_ISDIR(about.st_mode)) {
        DIR *dir = opendir(path);
        for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
            char name[4096];
            if (entry->d_name[0] != '.' &&
                snprintf(name, sizeof name, "%s/%s", path, entry->d_name) < (int)sizeof name)
                load(name);
        }
        if (dir != NULL)
            closedir(dir);
        return;
    }
    FILE *file = fopen(path, "rb");
    uint8_t *at = malloc((size_t)about.st_size + 1);
    if (file != NULL && at != NULL && mail_count < MAILS_MAX) {
        size_t len = fread(at, 1, (size_t)about.st_size, file);
        mails[mail_count++] = bytes_of(at, len);
        total_bytes += len;
    }
    if (file != NULL)
        fclose(file);
}

static struct value get(struct value object, uint32_t field)
{
    return object.tag == VALUE_OBJECT ? object_get(object.as.object, field) : value_null();
}

static uint64_t seen; /* so that nothing is optimised away */

static void read_url(struct value url)
{
    seen += get(get(url, FIELD_URL_domain), FIELD_Domain_root_domain).len;
    seen += get(url, FIELD_URL_path).len + get(url, FIELD_URL_query_params).len;
}

static void read_facts(struct value root)
{
    struct value sender = get(root, FIELD_Message_sender),
                 email = get(sender, FIELD_SenderMailbox_email);
    seen += get(sender, FIELD_SenderMailbox_display_name).len;
    seen += get(get(email, FIELD_EmailAddress_domain), FIELD_Domain_root_domain).len;
    seen += get(get(root, FIELD_Message_subject), FIELD_Subject_base).len;
    seen += get(get(root, FIELD_Message_recipients), FIELD_Recipients_to).as.array->count;
    struct value body = get(root, FIELD_Message_body), links = get(body, FIELD_Body_links);
    for (uint32_t i = 0; i < links.as.array->count; i++) {
        read_url(get(links.as.array->item[i], FIELD_Link_href_url));
        seen += get(links.as.array->item[i], FIELD_Link_display_text).len;
    }
    seen += get(get(body, FIELD_Body_current_thread), FIELD_Thread_text).len;
    seen += get(get(body, FIELD_Body_html), FIELD_BodyHTML_raw).len;
    struct value headers = get(root, FIELD_Message_headers),
                 auth = get(headers, FIELD_Headers_auth_summary);
    seen += value_is_true(get(get(auth, FIELD_AuthSummary_dmarc), FIELD_DMARCSummary_pass));
    seen += value_is_true(get(get(auth, FIELD_AuthSummary_spf), FIELD_SPFSummary_pass));
    seen += get(headers, FIELD_Headers_reply_to).as.array->count;
    seen += get(get(headers, FIELD_Headers_return_path), FIELD_EmailAddress_email).len;
    seen += get(headers, FIELD_Headers_hops).as.array->count;
    struct value files = get(root, FIELD_Message_attachments);
    for (uint32_t i = 0; i < files.as.array->count; i++) {
        seen += get(files.as.array->item[i], FIELD_Attachment_file_type).len;
        seen += get(files.as.array->item[i], FIELD_Attachment_file_extension).len;
    }
}

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Open the mail and its text parts only: what every message costs before a rule asks for a file. */
static void open_text(struct node *root)
{
    open_node(root);
    for (struct node *node = node_walk(root, root); node != NULL; node = node_walk(root, node))
        if (node->part != NULL && (bytes_starts(node->part->type, BYTES("text/")) ||
                                   bytes_starts(node->part->type, BYTES("multipart/"))))
            open_node(node);
}

enum work { WORK_TEXT, WORK_FACTS, WORK_EVERYTHING, WORK_GMIME, WORK_SCAN, WORK_COUNT };
static const struct {
    const char *name, *what;
} work_rows[WORK_COUNT] = {
    {"text", "parse, decode, text"},
    {"facts", "parse, decode, text, facts"},
    {"all", "the same, attachments opened"},
    {"gmime", "GMime: parse, decode, text"},
    {"scan", "whole scan, one process"},
};
static struct scan_settings scan_settings; /* with the shipped rules and knowledge */

__attribute__((noinline)) static void work_one(enum work work, struct arena *arena, struct bytes mail)
{
    static const struct settings settings;
    struct gmime_counts counts = {0};
    struct budget budget;
    if (work == WORK_GMIME) {
        gmime_mail_count(mail, &counts);
        seen += counts.text_bytes;
        return;
    }
    arena_reset(arena);
    if (work == WORK_SCAN) {
        seen += scan_bytes(arena, &scan_settings, mail, BYTES("mail.eml"), false)->evidence_count;
        return;
    }
    budget_init(&budget);
    struct tree *tree = tree_new(arena, &budget, mail, BYTES("mail.eml"));
    tree->root->kind = KIND_MAIL;
    if (work == WORK_EVERYTHING)
        open_tree(tree->root);
    else
        open_text(tree->root);
    if (work != WORK_TEXT)
        read_facts(value_object(model_new(tree, tree->root, &settings)->root));
}

/* Every picture is new in every round, as it is to who gets the mail. */
static double seconds_of(enum work work, struct arena *arena)
{
    picture_memo_clear();
    double start = cpu_seconds();
    for (size_t i = 0; i < mail_count; i++)
        work_one(work, arena, mails[i]);
    return cpu_seconds() - start;
}

/* Each work once a round, in turn, so that what else the machine does meets all; the best of each. */
static void measure(unsigned rounds, unsigned works)
{
    struct arena *arena = arena_new(NULL);
    double best[WORK_COUNT] = {0};
    for (unsigned r = 0; r < rounds; r++)
        for (int work = 0; work < WORK_COUNT; work++) {
            if (!(works >> work & 1))
                continue;
            double spent = seconds_of((enum work)work, arena);
            best[work] = r == 0 || spent < best[work] ? spent : best[work];
        }
    for (int work = 0; work < WORK_COUNT; work++)
        if (best[work] > 0)
            printf("%-30s %9.0f msg/s %8.1f MB/s %8.1f us/msg\n", work_rows[work].what,
                   (double)mail_count / best[work], (double)total_bytes / best[work] / 1e6,
                   best[work] * 1e6 / (double)mail_count);
    if (best[WORK_GMIME] > 0 && best[WORK_FACTS] > 0 && best[WORK_SCAN] > 0)
        printf("facts at %.2f times the speed of GMime without them, the whole scan at %.2f\n",
               best[WORK_GMIME] / best[WORK_FACTS], best[WORK_GMIME] / best[WORK_SCAN]);
    talloc_free(arena);
}

int main(int argc, char **argv)
{
    unsigned works = 0;
    for (int work = 0; work < WORK_COUNT; work++)
        if (argc < 4 || strcmp(argv[3], work_rows[work].name) == 0)
            works |= 1u << work;
    if (argc < 2 || works == 0) {
        fprintf(stderr, "usage: bench-facts DIRECTORY [ROUNDS [text|facts|all|gmime|scan]]\n");
        return 64;
    }
    heap_keep(); /* as workers do */
    load(argv[1]);
    if (mail_count == 0)
        return 2;
    printf("%zu mails, %.1f MB, %.1f KB each\n", mail_count, (double)total_bytes / 1e6,
           (double)total_bytes / 1e3 / (double)mail_count);
    gmime_mail_start();
    struct error err = {0};
    const struct scan_option option = {.format = SCAN_JSON};
    if (!setup_scan(NULL, &option, &scan_settings, &err)) {
        error_print(&err);
        return 2;
    }
    measure(argc > 2 ? (unsigned)atoi(argv[2]) : 3, works);
    return seen == 0;
}
