/* SPDX-License-Identifier: Apache-2.0
 * Hostile rules, lists, caches and mail: each an error of its own, the others go on, in bounded time. */
#include "base/text.h"
#include "open/opener.h"
#include "rule/rule.h"
#include "tap.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <talloc.h>
#include <time.h>
#include <unistd.h>

#define GOOD "name: good\ntype: rule\nsource: |\n  strings.icontains(subject.subject, \"urgent\")\n"

#define HEAD "From: a@example.test\r\nTo: b@example.test\r\nSubject: urgent invoice77\r\nMIME-Version: 1.0\r\n"

#define START                                                                                      \
    "From: a@example.test\r\nDate: Mon, 1 Jan 2024 00:00:00 +0000\r\nSubject: a\r\n"                \
    "MIME-Version: 1.0\r\n"

static char *folder;

static char *write_file(const char *name, struct bytes content)
{
    char *path = talloc_asprintf(folder, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(content.at, 1, content.len, file) != content.len || fclose(file) != 0)
        exit(1);
    return path;
}

static double cpu_seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

/* A rule whose source is COUNT times BEFORE, then MIDDLE, then COUNT times AFTER. */
static struct bytes rule_of(const char *name, uint32_t count, const char *before, const char *middle,
                            const char *after)
{
    struct text text;
    text_init(&text, NULL, 0);
    text_add_format(&text, "name: %s\ntype: rule\nsource: |\n  ", name);
    for (uint32_t i = 0; i < count; i++)
        text_add_string(&text, before);
    text_add_string(&text, middle);
    for (uint32_t i = 0; i < count; i++)
        text_add_string(&text, after);
    text_add_byte(&text, '\n');
    return text_bytes(&text);
}

static void hostile_rules(void)
{
    static const struct {
        const char *name;
        uint32_t count;
        const char *before, *middle, *after;
    } rows[] = {
        {"brackets", 10000, "(", "true", ")"},
        {"nots", 10000, "not ", "true", ""},
        {"minuses", 10000, "-", "1 == 1", ""},
        {"arrays", 10000, "[", "1", "]"},
        {"lambdas", 10000, "any(body.links, ", "true", ")"},
        {"calls", 10000, "coalesce(", "true", ")"},
        {"huge", 500000, "type.inbound or ", "false", ""},
        {"regex", 1, "regex.contains(subject.subject, \"((a{1,1000}){1,1000}){1,1000}\")", "", ""},
        {"unknown", 1, "subject.subjcet == \"a\"", "", ""},
        {"string", 1, "subject.subject == \"a", "", ""},
    };
    char *rules = talloc_asprintf(folder, "%s/rules", folder);
    mkdir(rules, 0700);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        write_file(talloc_asprintf(folder, "rules/%s.yml", rows[i].name),
                   rule_of(rows[i].name, rows[i].count, rows[i].before, rows[i].middle, rows[i].after));
    write_file("rules/alias.yml", BYTES("name: &a alias\ntype: rule\nid: *a\nsource: |\n  true\n"));
    write_file("rules/bomb.yml", BYTES("a: &a [x,x]\nb: &b [*a,*a]\nname: bomb\nsource: |\n  true\n"));
    write_file("rules/tab.yml", BYTES("name: tab\ntype: rule\nsource:\n\t- true\n"));
    write_file("rules/nul.yml", BYTES("name: nul\ntype: rule\nsource: |\n  tr\0ue\n"));
    write_file("rules/good.yml", BYTES(GOOD));
    const char *path = rules;
    struct rule_options options = {.path = &path, .path_count = 1};
    struct error err = {0};
    double begin = cpu_seconds();
    struct rule_set *set = rule_set_load(NULL, &options, &err);
    double spent = cpu_seconds() - begin;
    tap_ok(set != NULL && rule_set_count(set) == 1 &&
               bytes_equal(rule_set_rule(set, 0)->name, BYTES("good")),
           "the good rule among hostile ones is read");
    size_t expected = sizeof rows / sizeof *rows + 4;
    tap_int(rule_set_problem_count(set), (int64_t)expected, "each hostile rule is one problem");
    bool placed = true;
    for (uint32_t i = 0; i < rule_set_problem_count(set); i++) {
        const struct error *problem = &rule_set_problem(set, i)->err;
        placed = placed && problem->file[0] != 0 && problem->message[0] != 0;
        printf("#   %s:%u: %s\n", problem->file, problem->line, problem->message);
    }
    tap_ok(placed, "each tells its file and what is wrong");
    tap_ok(spent < 20, "they are read in %.1f s", spent);
    talloc_free(set);
}

static void hostile_list(void)
{
    char *lists = talloc_asprintf(folder, "%s/lists", folder);
    mkdir(lists, 0700);
    struct text text;
    text_init(&text, NULL, 0);
    for (uint32_t i = 0; i < 10000000; i++)
        text_add(&text, BYTES("a\n"));
    write_file("lists/huge.txt", text_bytes(&text));
    text_finish(&text);
    write_file("lists/small.txt", BYTES("urgent\n"));
    struct rule_options options = {.list_path = (const char *const *)&lists, .list_path_count = 1};
    struct error err = {0};
    double begin = cpu_seconds();
    struct rule_set *set = rule_set_read(
        NULL, &options,
        BYTES("- name: uses\n  type: rule\n  source: |\n    subject.subject in $huge\n"
              "- name: good\n  type: rule\n  source: |\n    subject.subject in $small\n"),
        "lists", &err);
    double spent = cpu_seconds() - begin;
    tap_ok(set != NULL && rule_set_count(set) == 2 && rule_set_problem_count(set) == 1,
           "a list of 10 million lines is one problem, the rules and the other list are read");
    printf("#   %s\n", rule_set_problem(set, 0)->err.message);
    tap_ok(spent < 10, "it is refused in %.1f s", spent);
    talloc_free(set);
}

/* Number of hits of the set at RULES over MAIL; UINT32_MAX where it cannot be read. */
static uint32_t hits_of(struct rule_set *set, struct bytes mail, double *seconds_out)
{
    static const struct settings settings;
    struct arena *arena = arena_new(NULL);
    struct budget budget;
    budget_init(&budget);
    struct tree *tree = tree_new(arena, &budget, mail, BYTES("mail"));
    open_tree(tree->root);
    if (tree->root->kind != KIND_MAIL) {
        printf("Bail out! what is made here is no mail\n");
        exit(1);
    }
    struct rule_result result;
    struct rule_run_options run = {0};
    double begin = cpu_seconds();
    rule_set_run(set, model_new(tree, tree->root, &settings), arena, &run, &result);
    *seconds_out = cpu_seconds() - begin;
    uint32_t hits = result.hit_count;
    talloc_free(arena);
    return hits;
}

/* The hits of rules from a file, which all may come from CACHE; FIRST is the word of one of them. */
static uint32_t hits_of_words(const char *cache, const char *first)
{
    struct text rules;
    text_init(&rules, NULL, 0);
    const char *words[] = {first, "invoice", "payment", "password", "account"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        text_add_format(&rules, "- name: r%d\n  type: rule\n  source: |\n"
                                "    strings.icontains(subject.subject, \"%s\") or "
                                "regex.icontains(subject.subject, \"%s[0-9]{2,}\")\n",
                        (int)i, words[i], words[i]);
    write_file("words.yml", text_bytes(&rules));
    const char *path = talloc_asprintf(folder, "%s/words.yml", folder);
    struct rule_options options = {
        .cache_path = cache, .path = &path, .path_count = 1, .run_only = true};
    struct error err = {0};
    double seconds;
    struct rule_set *set = rule_set_load(NULL, &options, &err);
    uint32_t hits = set == NULL || rule_set_problem_count(set) > 0
                        ? UINT32_MAX
                        : hits_of(set, BYTES(HEAD "Date: Mon, 1 Jan 2024 00:00:00 +0000\r\n\r\nx\r\n"), &seconds);
    talloc_free(set);
    text_finish(&rules);
    return hits;
}

static uint32_t hits_with_cache(const char *cache)
{
    return hits_of_words(cache, "urgent");
}

static void hostile_cache(void)
{
    char *path = talloc_asprintf(folder, "%s/cache", folder);
    uint32_t right = hits_with_cache(NULL), wrong = 0, tried = 0;
    tap_ok(right == 2 && hits_with_cache(path) == right && access(path, R_OK) == 0,
           "a cache is written: %u", right);
    struct bytes good = tap_read(path);
    tap_ok(hits_with_cache(path) == right, "and read");
    union {
        uint64_t number;
        void *at;
    } address = {.number = bytes_u64le(good, 16)};
    void *taken = mmap(address.at, 1, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    tap_ok(taken == address.at && hits_with_cache(path) == right, "also where its address is taken");
    munmap(taken, 1);
    tap_ok(hits_of_words(path, "purple") == right - 1 && hits_with_cache(path) == right,
           "a rule that changed is compiled");
    for (size_t at = 0; at < good.len; at += 1 + good.len / 97, tried += 2) {
        uint8_t *bad = talloc_memdup(NULL, good.at, good.len);
        bad[at] ^= 0x41;
        write_file("cache", bytes_of(bad, good.len));
        wrong += hits_with_cache(path) != right;
        write_file("cache", bytes_of(bad, at)); /* and cut there */
        wrong += hits_with_cache(path) != right;
        talloc_free(bad);
    }
    tap_ok(wrong == 0, "%u corrupt or cut caches change no result", tried);
    struct bytes again = tap_read(path);
    tap_ok(bytes_equal(again, good), "the cache is made anew, the same to the byte");
    write_file("cache", BYTES("%PDF-1.7 something else"));
    tap_ok(hits_with_cache(path) == right, "a foreign file is no cache");
    char *nowhere = talloc_asprintf(folder, "%s/no/such/cache", folder);
    tap_ok(hits_with_cache(nowhere) == right, "a place that cannot be written is no error");
    unlink(path);
    if (symlink("/dev/zero", path) != 0)
        exit(1);
    tap_ok(hits_with_cache(path) == right, "a link to an endless device is not followed");
}

/* A mail of about a megabyte: HEAD, BEFORE, then PIECE (its %u counts) again and again, then AFTER. */
static struct bytes mail_of(const char *before, const char *piece, const char *after)
{
    struct text text;
    text_init(&text, NULL, 0);
    text_add_string(&text, before);
    const char *number = strstr(piece, "%u");
    for (uint32_t i = 0; text.len < 1000000; i++) {
        if (number == NULL) {
            text_add_string(&text, piece);
            continue;
        }
        text_add(&text, bytes_of(piece, (size_t)(number - piece)));
        text_add_format(&text, "%u", i);
        text_add_string(&text, number + 2);
    }
    text_add_string(&text, after);
    return text_bytes(&text);
}

static void hostile_mail(const char *rules, const char *lists)
{
    static const char html[] = HEAD "Content-Type: text/html\r\n\r\n";
    static const char mixed[] = HEAD "Content-Type: multipart/mixed; boundary=x\r\n\r\n";
    static const struct {
        const char *name, *before, *piece, *after;
    } rows[] = {
        {"links", html, "<a href=\"http://h%u.example.test/p?u=1\">account</a>\r\n", ""},
        {"the same link", html, "<a href=\"http://example.test/\">account</a>\r\n", ""},
        {"bare domains", HEAD "\r\n", "see w%u.example.test\r\n", ""},
        {"attachments", mixed, "--x\r\nContent-Disposition: attachment; filename=%u.pdf\r\n\r\nx\r\n", "--x--"},
        {"html attachments", mixed, "--x\r\nContent-Type: text/html; name=a.html\r\n\r\n<title>%u</title>\r\n", ""},
        {"a long line", HEAD "\r\n", "password account urgent ", "\r\n"},
        {"one word", HEAD "\r\n", "aaaaaaaaaaaaaaaa", "\r\n"},
        {"one tag", html, "<div style=\"", "\">"},
        {"nested cells", html, "<table><tr><td>", ""},
        {"nested blocks", html, "<div> <br> ", ""},
        {"empty blocks", html, "<div style=\"x\"> <br> </div> ", ""},
        {"references", html, ">&#x41;&#65;&nbsp; ", ""},
        {"headers", START, "X-H: %u example.test\r\n", "\r\nx\r\n"},
        {"hops", START, "Received: from a%u.test (b.test [192.0.2.1]) by c.test; Mon, 1 Jan 2024 00:00:00 +0000\r\n", "\r\nx\r\n"},
        {"recipients", START "To: ", "N <a%u@example.test>,\r\n ", "z@example.test\r\n\r\nx\r\n"},
        {"a subject", "From: a@example.test\r\nDate: Mon, 1 Jan 2024 00:00:00 +0000\r\nMIME-Version: 1.0\r\nSubject: ", "urgent invoice ", "\r\n\r\nx\r\n"},
        {"a display name", START "Sender: \"", "account ", "\" <a@example.test>\r\n\r\nx\r\n"},
        {"quotes", HEAD "\r\n", ">>>>>>>> text %u\r\n", ""},
        {"threads", HEAD "\r\n", "From: a@b.test\r\nSent: today\r\nTo: c@d.test\r\nSubject: s%u\r\n\r\nx\r\n", ""},
        {"parts in parts", START, "Content-Type: multipart/mixed; boundary=b%u\r\n\r\n--b\r\n", ""},
        {"base64", HEAD "\r\n", "aHR0cDovL2V4YW1wbGUudGVzdC8/", ""},
        {"confusables", HEAD "\r\n", "\xD0\xB0\xD1\x81\xD1\x81ount \xE2\x80\x8B", ""},
    };
    struct rule_options options = {
        .path = &rules, .path_count = 1, .list_path = &lists, .list_path_count = lists != NULL};
    struct error err = {0};
    struct rule_set *set = rule_set_load(NULL, &options, &err);
    if (!tap_ok(set != NULL && rule_set_count(set) > 100, "%s: rules are read", rules))
        return;
    const double most = TAP_SECOND_MS / 1000.0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bytes mail = mail_of(rows[i].before, rows[i].piece, rows[i].after);
        double seconds, again;
        hits_of(set, mail, &seconds); /* patterns are compiled on first use */
        hits_of(set, mail, &again);
        tap_ok(again < most, "%s: %.2f s (first %.2f)", rows[i].name, again, seconds);
    }
    talloc_free(set);
}

int main(void)
{
    const char *corpus = getenv("NOROSHI_CORPUS");
    folder = talloc_strdup(NULL, "/tmp/noroshi-hostile-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return 1;
    hostile_rules();
    hostile_list();
    hostile_cache();
    hostile_mail("rules", "knowledge/lists");
    if (corpus != NULL)
        hostile_mail(talloc_asprintf(folder, "%s/mqlvis", corpus),
                     talloc_asprintf(folder, "%s/mqlvis/lists", corpus));
    char *command = talloc_asprintf(NULL, "rm -rf %s", folder);
    if (system(command) != 0)
        return 1;
    return tap_end();
}
