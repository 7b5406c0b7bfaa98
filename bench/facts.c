/* SPDX-License-Identifier: Apache-2.0
 *
 * How fast mails become facts: parse, decode, text, then the fields rules ask for first.
 *
 *     build/bench-facts DIRECTORY [ROUNDS]
 *
 * Reads every file below DIRECTORY into memory, then prints CPU time on one core: opening alone, and
 * opening with the facts.  CPU time of this process, so that a busy machine changes it little. */
#include "observe/model.h"
#include "open/opener.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
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
    struct value sender = get(root, FIELD_Message_sender), email = get(sender, FIELD_SenderMailbox_email);
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
    struct value headers = get(root, FIELD_Message_headers), auth = get(headers, FIELD_Headers_auth_summary);
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

static void measure(const char *name, unsigned rounds, bool facts)
{
    struct arena *arena = arena_new(NULL);
    struct settings settings = {0};
    double start = cpu_seconds();
    for (unsigned r = 0; r < rounds; r++)
        for (size_t i = 0; i < mail_count; i++) {
            struct budget budget;
            budget_init(&budget);
            arena_reset(arena);
            struct tree *tree = tree_new(arena, &budget, mails[i], BYTES("mail.eml"));
            open_tree(tree->root);
            if (facts)
                read_facts(value_object(model_new(tree, tree->root, &settings)->root));
        }
    double spent = (cpu_seconds() - start) / rounds;
    printf("%-28s %9.0f msg/s %8.1f MB/s %7.1f us/msg\n", name, (double)mail_count / spent,
           (double)total_bytes / spent / 1e6, spent * 1e6 / (double)mail_count);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: bench-facts DIRECTORY [ROUNDS]\n");
        return 64;
    }
    load(argv[1]);
    unsigned rounds = argc > 2 ? (unsigned)atoi(argv[2]) : 3;
    if (mail_count == 0)
        return 2;
    printf("%zu mails, %.1f MB, %.1f KB each\n", mail_count, (double)total_bytes / 1e6,
           (double)total_bytes / 1e3 / (double)mail_count);
    measure("open", rounds, false);
    measure("open + facts", rounds, true);
    fprintf(stderr, "%llu\n", (unsigned long long)seen);
    return 0;
}
