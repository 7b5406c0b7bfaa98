/* SPDX-License-Identifier: Apache-2.0
 *
 * Every shape of input, made in a temporary folder; expected is the list of "name: content" it yields. */
#include "input/input.h"

#include "base/text.h"
#include "tap.h"

#include <sys/stat.h>
#include <talloc.h>
#include <unistd.h>

static char folder[] = "/tmp/noroshi-input-XXXXXX";

static void write_file(const char *name, struct bytes content)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    for (char *slash = path + strlen(folder) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = 0;
        mkdir(path, 0700);
        *slash = '/';
    }
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(content.at, 1, content.len, file) != content.len || fclose(file) != 0) {
        puts("Bail out! cannot write a test file");
        exit(1);
    }
}

/* "name: content|" of each item, LF as '/', names without the folder; " err" for errors. */
static struct bytes list(const void *parent, const char *path, struct input_position from, unsigned stop,
                         struct input_position *after)
{
    struct error err;
    struct input_item item;
    struct text *out = talloc_zero(parent, struct text);
    char full[512];
    snprintf(full, sizeof full, "%s/%s", folder, path);
    struct input *input = input_open(parent, full, &err);
    if (input == NULL)
        return BYTES("(not opened)");
    input_seek(input, from);
    enum input_status status;
    for (unsigned count = 0; count != stop && (status = input_next(input, &item, &err)) != INPUT_END; count++) {
        if (status == INPUT_ERROR) {
            text_add_string(out, "(error)|");
            continue;
        }
        text_add(out, bytes_from(item.name, strlen(folder) + 1));
        text_add_string(out, ": ");
        size_t start = out->len;
        text_add(out, bytes_sub(item.content, 0, 60));
        for (size_t i = start; i < out->len; i++)
            out->at[i] = out->at[i] == '\n' ? '/' : out->at[i];
        text_add_string(out, "|");
        if (after != NULL) {
            *after = item.after;
            after->path = bytes_of(talloc_memdup(parent, item.after.path.at, item.after.path.len),
                                   item.after.path.len);
        }
    }
    talloc_free(input);
    return text_bytes(out);
}

static struct bytes all(const void *parent, const char *path)
{
    return list(parent, path, (struct input_position){0}, UINT32_MAX, NULL);
}

#define LINE "From a@b.test Mon Jan  1 10:00:00 2024\n"

static void test_mbox(const void *parent)
{
    static const struct {
        const char *name, *mbox, *expected;
    } rows[] = {
        {"two mails", LINE "A: 1\n\nx\n\n" LINE "B: 2\n\ny\n", "m: A: 1//x/|B: 2//y/|"},
        {"mboxrd quotes come off", LINE "A: 1\n\n>From x\n>>From y\n>Fro\n", "A: 1//From x/>From y/>Fro/|"},
        {"a From line in the body", LINE "A: 1\n\nx\nFrom here on\ny\n", "A: 1//x/From here on/y/|"},
        {"a From line behind a blank, no time, no field", LINE "A: 1\n\n\nFrom here on\ny\n",
         "A: 1///From here on/y/|"},
        {"Content-Length is believed where it fits",
         LINE "Content-Length: 45\n\nx\n\nFrom a@b.test Mon Jan  1 10:00:00 2024\nB:1\n\n" LINE "C: 3\n\nz\n",
         "Content-Length: 45//x//From a@b.test Mon Jan  1 10:00:00 202|C: 3//z/|"},
        {"Content-Length that does not fit is not",
         LINE "Content-Length: 9\n\nx\n\n" LINE "C: 3\n\nz\n", "Content-Length: 9//x/|C: 3//z/|"},
        {"CRLF", "From a@b.test Mon Jan  1 10:00:00 2024\r\nA: 1\r\n\r\nx\r\n\r\n"
                 "From a@b.test Mon Jan  1 10:00:00 2024\r\nB: 2\r\n\r\ny\r\n",
         "A: 1\r/\r/x\r/|B: 2\r/\r/y\r/|"},
        {"no empty line before a full separator", LINE "A: 1\n\nx\n" LINE "B: 2\n\ny\n", "A: 1//x/|B: 2//y/|"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        write_file("m", bytes_of_string(rows[i].mbox));
        struct bytes seen = all(parent, "m"), mail;
        struct text plain = {0};
        /* Names are "m#1", "m#2": left off here. */
        for (struct bytes rest = seen; bytes_next_field(&rest, '|', &mail) && mail.len > 0;) {
            text_add(&plain, bytes_from(mail, bytes_find(mail, BYTES(": "), 0) + 2));
            text_add_string(&plain, "|");
        }
        const char *expected = rows[i].expected;
        tap_string(text_bytes(&plain), strncmp(expected, "m: ", 3) == 0 ? expected + 3 : expected, rows[i].name);
        text_finish(&plain);
    }
}

static void test_big_mbox(const void *parent)
{
    struct text box = {0};
    for (int i = 0; i < 3000; i++) {
        text_add_format(&box, LINE "N: %d\n\n", i);
        for (int k = 0; k < i % 97 * 10; k++)
            text_add_string(&box, "From the body of a mail, line after line\n");
        text_add_string(&box, "\n");
    }
    write_file("big", text_bytes(&box));
    char path[512];
    snprintf(path, sizeof path, "%s/big", folder);
    struct error err;
    struct input_item item;
    struct input *input = input_open(parent, path, &err);
    int count = 0, wrong = 0;
    while (input_next(input, &item, &err) == INPUT_ITEM) {
        char wanted[32];
        snprintf(wanted, sizeof wanted, "N: %d\n", count);
        wrong += !bytes_starts(item.content, bytes_of_string(wanted));
        count++;
    }
    tap_int(count, 3000, "all mails of a large mbox");
    tap_int(wrong, 0, "each is the right one");
    tap_int((int64_t)item.done_bytes, 0, "the end carries no item");
    tap_int((int64_t)input_measure(path), (int64_t)box.len, "its size is measured");
    text_finish(&box);
    talloc_free(input);
}

/* COMMAND in the test folder. */
static void run(const char *command)
{
    char *line = talloc_asprintf(NULL, "cd %s && %s", folder, command);
    if (system(line) != 0) {
        printf("Bail out! a command failed: %s\n", command);
        exit(1);
    }
    talloc_free(line);
}

static void test_folders(const void *parent)
{
    write_file("d/b/2.eml", BYTES("A: 2\n\n"));
    write_file("d/a.eml", BYTES("A: 1\n\n"));
    write_file("d/z.bin", BYTES("\1\2"));
    write_file("d/b-c", BYTES("text"));
    run("ln -s . d/loop");
    tap_string(all(parent, "d"), "d/a.eml: A: 1//|d/b/2.eml: A: 2//|d/b-c: text|d/z.bin: \1\2|",
               "a folder is walked by name, links to folders are not");
    write_file("M/cur/1:2,S", BYTES("A: 1\n\n"));
    write_file("M/new/2", BYTES("A: 2\n\n"));
    write_file("M/tmp/3", BYTES("A: 3\n\n"));
    write_file("M/dovecot.index", BYTES("x"));
    write_file("M/.Sent/cur/4", BYTES("A: 4\n\n"));
    write_file("M/.Sent/new/5", BYTES("A: 5\n\n"));
    tap_string(all(parent, "M"),
               "M/.Sent/cur/4: A: 4//|M/.Sent/new/5: A: 5//|M/cur/1:2,S: A: 1//|M/new/2: A: 2//|", "a Maildir");
    tap_string(all(parent, "nothing"), "(not opened)", "a path that is not there");
}

static void test_packed(const void *parent)
{
    static const struct {
        const char *suffix, *flag;
    } rows[] = {{"tar", ""}, {"tar.gz", "-z"}, {"tar.xz", "-J"}, {"tar.zst", "--zstd"}};
    write_file("t/1.eml", BYTES("A: 1\n\n"));
    write_file("t/2.mbox", BYTES(LINE "B: 1\n\nx\n\n" LINE "B: 2\n\ny\n"));
    write_file("t/3", BYTES("other"));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char command[256], name[32], expected[512];
        snprintf(command, sizeof command, "tar %s --sort=name -cf p.%s t/1.eml t/2.mbox t/3", rows[i].flag,
                 rows[i].suffix);
        run(command);
        snprintf(name, sizeof name, "p.%s", rows[i].suffix);
        snprintf(expected, sizeof expected,
                 "%s/t/1.eml: A: 1//|%s/t/2.mbox#1: B: 1//x/|%s/t/2.mbox#2: B: 2//y/|%s/t/3: other|", name, name,
                 name, name);
        tap_string(all(parent, name), expected, name);
        struct input_position after;
        for (unsigned stop = 1; stop <= 4; stop++) {
            struct bytes first = list(parent, name, (struct input_position){0}, stop, &after);
            struct bytes rest = list(parent, name, after, UINT32_MAX, NULL);
            char *joined = talloc_asprintf(parent, "%.*s%.*s", BYTES_FMT(first), BYTES_FMT(rest));
            tap_string(bytes_of_string(joined), expected, "interrupted and resumed");
        }
    }
    run("gzip -kf t/2.mbox t/3");
    tap_string(all(parent, "t/2.mbox.gz"), "t/2.mbox.gz#1: B: 1//x/|t/2.mbox.gz#2: B: 2//y/|", "a gzipped mbox");
    struct bytes whole = all(parent, "t/3.gz");
    tap_ok(bytes_starts(whole, BYTES("t/3.gz: \x1F\x8B")), "another gzipped file is one artifact");
    run("tar -cf q.tar t/3 t/1.eml");
    tap_ok(bytes_starts(all(parent, "q.tar"), BYTES("q.tar: t/3")), "a tar of other things is one artifact");
    run("head -c 1100 p.tar > cut.tar");
    tap_string(all(parent, "cut.tar"), "cut.tar/t/1.eml: A: 1//|(error)|", "a cut tar gives what is there");
}

static void test_resume(const void *parent)
{
    write_file("r/a.eml", BYTES("A: 1\n\n"));
    write_file("r/b", BYTES(LINE "B: 1\n\nx\n\n" LINE "B: 2\n\ny\n"));
    write_file("r/c/d.eml", BYTES("D: 1\n\n"));
    write_file("r/e.eml", BYTES("E: 1\n\n"));
    struct bytes whole = all(parent, "r");
    for (unsigned stop = 1; stop <= 5; stop++) {
        struct input_position after;
        struct bytes first = list(parent, "r", (struct input_position){0}, stop, &after);
        struct bytes rest = list(parent, "r", after, UINT32_MAX, NULL);
        char *joined = talloc_asprintf(parent, "%.*s%.*s", BYTES_FMT(first), BYTES_FMT(rest));
        tap_bytes(bytes_of_string(joined), whole, "a walk interrupted and resumed");
    }
}

int main(void)
{
    if (mkdtemp(folder) == NULL) {
        puts("Bail out! no temporary folder");
        return 1;
    }
    void *parent = talloc_new(NULL);
    test_mbox(parent);
    test_big_mbox(parent);
    test_folders(parent);
    test_packed(parent);
    test_resume(parent);
    run("rm -rf -- \"$PWD\"");
    talloc_free(parent);
    return tap_end();
}
