/* SPDX-License-Identifier: Apache-2.0 */
#include "base/codec.h"

#include "tap.h"

#include <talloc.h>

enum which { B64, JOINED, QP, Q, PERCENT };

static const struct {
    const char *name;
    enum which which;
    const char *in, *expected;
    int64_t bad, after_pad; /* -1: not looked at */
} rows[] = {
    {"base64", B64, "aGVsbG8=", "hello", 0, -1},
    {"base64 over lines", B64, "aGVs\r\nbG8=\r\n", "hello", 0, -1},
    {"base64 without padding", B64, "aGVsbG8", "hello", 0, -1},
    {"base64 goes on behind padding", B64, "QQ==QkM=", "ABC", 0, 4},
    {"a reader that steps over '='", JOINED, "QQ==QkM=", "A\x04$", -1, -1},
    {"foreign bytes in base64", B64, "aG!V*sbG8=", "hello", 2, -1},
    {"URL-safe base64", B64, "Pz8_", "???", 0, -1},
    {"no base64 at all", B64, "", "", 0, -1},
    {"quoted-printable", QP, "a=3D=c3=A9", "a=\xC3\xA9", 0, -1},
    {"soft breaks", QP, "a=\r\nb=\nc= \t\r\nd=", "abcd", 0, -1},
    {"'=' that starts no escape", QP, "a=zz=4", "a=zz=4", 2, -1},
    {"Q", Q, "a_b=5Fc", "a b_c", 0, -1},
    {"percent", PERCENT, "a%20b%zz%4", "a b%zz%4", -1, -1},
};

static const struct {
    const char *name, *in, *file, *data;
    bool unfinished;
    enum codec_form form;
} file_rows[] = {
    {"uuencode", "x\nbegin 644 a b.txt\n%:&5L;&\\\n`\nend\ny\n", "a b.txt", "hello", false, CODEC_FORM_UU},
    {"uuencode with its end", "begin 644 a\n%:&5L;&\\ \nend\n", "a", "hello", false, CODEC_FORM_UU},
    {"uuencode cut", "begin 644 a\n%:&5L;&\\ \n", "a", "hello", true, CODEC_FORM_UU},
    {"begin-base64", "begin-base64 644 a\naGVsbG8=\n====\n", "a", "hello", false, CODEC_FORM_UU},
    {"yEnc", "=ybegin line=128 size=5 name=a.txt\n\x92\x8F\x96\x96\x99\n=yend size=5\n", "a.txt", "hello", false, CODEC_FORM_YENC},
    {"prose", "begin 644 is a number\nnothing here\n", NULL, NULL, false, CODEC_FORM_UU},
    {"prose too", "to begin with\nbegin again\n", NULL, NULL, false, CODEC_FORM_UU},
};

int main(void)
{
    void *parent = talloc_new(NULL);
    struct arena *arena = arena_new(parent);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct codec_report report = {.after_pad = BYTES_NPOS};
        struct bytes in = bytes_of_string(rows[i].in);
        struct bytes seen = rows[i].which == B64      ? codec_base64(arena, in, &report)
                            : rows[i].which == JOINED ? codec_base64_joined(arena, in)
                            : rows[i].which == QP     ? codec_quoted(arena, in, &report)
                            : rows[i].which == Q      ? codec_q(arena, in, &report)
                                                      : codec_percent(arena, in);
        tap_string(seen, rows[i].expected, rows[i].name);
        if (rows[i].bad >= 0)
            tap_int((int64_t)report.bad_count, rows[i].bad, rows[i].name);
        if (rows[i].after_pad >= 0)
            tap_int((int64_t)report.after_pad, rows[i].after_pad, rows[i].name);
    }
    for (size_t i = 0; i < sizeof file_rows / sizeof file_rows[0]; i++) {
        struct codec_file file;
        bool found = codec_find_file(arena, bytes_of_string(file_rows[i].in), 0, &file);
        tap_ok(found == (file_rows[i].file != NULL), "%s: found", file_rows[i].name);
        if (!found || file_rows[i].file == NULL)
            continue;
        tap_string(file.name, file_rows[i].file, file_rows[i].name);
        tap_string(file.data, file_rows[i].data, file_rows[i].name);
        tap_ok(file.form == file_rows[i].form, "%s: form", file_rows[i].name);
        tap_ok(file.report.unfinished == file_rows[i].unfinished, "%s: end", file_rows[i].name);
    }
    talloc_free(parent);
    return tap_end();
}
