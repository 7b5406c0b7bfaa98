/* SPDX-License-Identifier: Apache-2.0
 *
 * Mail as it comes and as it is bent: one row, one behaviour.  Each row names texts that must be found
 * in some node of the tree and the anomaly that must be recorded. */
#include "open/mime.h"

#include "artifact/node_text.h"
#include "base/text.h"
#include "open/opener.h"
#include "tap.h"

#include <talloc.h>

#define CTE "Content-Transfer-Encoding: "
#define CT "Content-Type: "
#define MIXED CT "multipart/mixed; boundary=x\n"
#define NIHONGO "\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E"

struct row {
    const char *name;
    struct bytes mail;
    const char *wanted[4]; /* each is in the text of some leaf */
    const char *anomaly;   /* must be there; NULL: none of severity over 0 may be */
    const char *subject;   /* decoded; NULL: not looked at */
    const char *file;      /* the name of some node; NULL: not looked at */
};

#define MAIL(text) {(const uint8_t *)(text), sizeof(text) - 1}

static const struct row rows[] = {
    {"a plain message", MAIL("From: a@b.test\nSubject: hi\n\nhello\n"), {"hello\n"}, NULL, "hi"},
    {"CRLF", MAIL("From: a@b.test\r\nSubject: a\r\n b\r\n\r\nhello\r\n"), {"hello\r\n"}, NULL, "a b"},
    {"multipart", MAIL(MIXED "\n--x\n\none\n--x\n" CT "text/html\n\n<p>two\n--x--\n"), {"one", "<p>two"}},
    {"base64 body", MAIL(CTE "base64\n\naGVsbG8=\n"), {"hello"}},
    {"quoted-printable body", MAIL(CTE "Quoted-Printable\n\na=3Db=\n c=E3=81=82\n"), {"a=b c\xE3\x81\x82"}},

    /* Charsets. */
    {"ISO-2022-JP subject and body",
     MAIL("Subject: =?ISO-2022-JP?B?GyRCRnxLXDhsGyhC?=\n" CT "text/plain; charset=iso-2022-jp\n\n\x1B$BF|K\\8l\x1B(B\n"),
     {NIHONGO}, NULL, NIHONGO},
    {"CP932 labelled Shift_JIS",
     MAIL(CT "text/plain; charset=shift_jis\n\n\x87\x40\x87\x8A\xFB\xFC\x82\xA0\n"),
     {"\xE2\x91\xA0\xE3\x88\xB1\xE9\xAB\x99\xE3\x81\x82"}},
    {"NEC row 13 inside ISO-2022-JP",
     MAIL("Subject: =?iso-2022-jp?B?GyRCLSEtahsoQg==?=\n" CT "text/plain; charset=iso-2022-jp\n\n\x1B$B-!-j\x1B(B\x1B(I1\x1B(B\n"),
     {"\xE2\x91\xA0\xE3\x88\xB1\xEF\xBD\xB1"}, NULL, "\xE2\x91\xA0\xE3\x88\xB1"},
    {"raw Shift_JIS in the subject",
     MAIL("Subject: \x93\xFA\x96\x7B\x8C\xEA\x82\xCC\x83\x81\x81\x5B\x83\x8B\n\nx\n"), {"x"}, "word_raw_8bit",
     NIHONGO "\xE3\x81\xAE\xE3\x83\xA1\xE3\x83\xBC\xE3\x83\xAB"},
    {"raw UTF-8 in the subject", MAIL("Subject: " NIHONGO "\n\nx\n"), {"x"}, NULL, NIHONGO},
    {"an unknown charset", MAIL(CT "text/plain; charset=x-nobody\n\ncaf\xC3\xA9\n"), {"caf\xC3\xA9"}, "charset_unknown"},
    {"a false label", MAIL(CT "text/plain; charset=iso-2022-jp\n\n\x93\xFA\x96\x7B\x8C\xEA\x82\xCC\x83\x81\x81\x5B\x83\x8B\n"),
     {NIHONGO "\xE3\x81\xAE"}, "charset_false"},

    /* Encoded words. */
    {"a character split over two words", MAIL("Subject: =?utf-8?B?5pel5pw=?=\n =?utf-8?B?rOiqng==?=\n\nx\n"), {"x"},
     "word_split", NIHONGO},
    {"base64 split inside a group", MAIL("Subject: =?utf-8?B?5pel5py?=\n =?utf-8?B?s6Kqe?=\n\nx\n"), {"x"}, "word_split"},
    {"a word inside quotes, a blank inside a word",
     MAIL("Subject: \"=?utf-8?Q?a b?=\" =?us-ascii*en?q?c_d?=\n\nx\n"), {"x"}, "word_malformed", "\"a b\" c d"},
    {"a line end inside a word", MAIL("Subject: =?utf-8?Q?a=0D=0ABcc:_b?=\n\nx\n"), {"x"}, NULL, "a  Bcc: b"},
    {"what only looks like a word", MAIL("Subject: 1 =? 2 =?utf-8?X?abc?= =?utf-8?Q?abc\n\nx\n"), {"x"}, NULL,
     "1 =? 2 =?utf-8?X?abc?= =?utf-8?Q?abc"},

    /* Parameters. */
    {"a name in RFC 2231 pieces",
     MAIL(CT "application/pdf; name=\"x.pdf\"\nContent-Disposition: attachment; filename*0*=utf-8''%E6%97%A5;\n"
          " filename*1=\"a.p\"; filename*2=df\n\nx\n"),
     {"x"}, "mime_two_names", NULL, "\xE6\x97\xA5" "a.pdf"},
    {"RFC 2231 with an ISO-2022-JP name",
     MAIL("Content-Disposition: attachment; filename*=iso-2022-jp''%1B%24BF%7CK%5C8l%1B%28B.exe\n\nx\n"), {"x"}, NULL, NULL,
     NIHONGO ".exe"},
    {"an encoded word as a name", MAIL("Content-Disposition: attachment; filename=\"=?utf-8?B?5pel?=.exe\"\n\nx\n"), {"x"},
     NULL, NULL, "\xE6\x97\xA5.exe"},
    {"an unquoted name with blanks", MAIL("Content-Disposition: attachment; filename=my bill (1).exe\n\nx\n"), {"x"}, NULL,
     NULL, "my bill (1).exe"},
    {"a missing semicolon", MAIL(CT "text/html charset=utf-8\nContent-Disposition: attachment filename=a.htm\n\nx\n"),
     {"x"}, NULL, NULL, "a.htm"},
    {"a folded boundary in quotes", MAIL(CT "multipart/mixed;\n boundary=\"a b\n c\"\n\n--a b c\n\none\n--a b c--\n"), {"one"}},

    /* The header's shape. */
    {"a blank before the colon", MAIL("Subject : hi\n\nx\n"), {"x"}, "mime_space_colon", "hi"},
    {"an mbox line in front", MAIL("From a@b.test Mon Jan  1 10:00:00 2024\nSubject: hi\n\nx\n"), {"x"}, NULL, "hi"},
    {"a NUL in a value", MAIL("Subject: a\0b\n\nx\n"), {"x"}, "mime_nul", "ab"},
    {"no header, only text", MAIL("just text\nmore text\n"), {"just text\nmore text"}, "mime_no_header"},
    {"no header, an empty line first", MAIL("\nbody\n"), {"body"}, "mime_no_header"},
    {"no empty line before the body", MAIL("Subject: hi\nDear Sir\nmore\n"), {"Dear Sir\nmore"}, "mime_no_blank_line", "hi"},
    {"a line that is no field among fields", MAIL("Subject: hi\nrubbish\n" CT "text/html\n\n<p>x\n"),
     {"<p>x", "rubbish"}, "mime_not_a_field", "hi"},
    {"a line of blanks among fields", MAIL("Subject: hi\n \n" CTE "base64\n\naGVsbG8=\n"), {"hello", CTE},
     "mime_blank_fold", "hi"},
    {"two Subject fields", MAIL("Subject: one\nSubject: two\n\nx\n"), {"x"}, "mime_two_fields", "one"},
    {"a bare CR hides a field", MAIL("Subject: a\rX-Hidden: b\n\nx\n"), {"x"}, "mime_bare_cr", "a X-Hidden: b"},
    {"CR alone ends lines", MAIL("Subject: a\rFrom: a@b.test\r\rbody\r"), {"body"}, "mime_bare_cr", "a"},

    /* Multiparts. */
    {"a boundary that begins like another",
     MAIL(MIXED "\n--x\n" CT "multipart/alternative; boundary=xy\n\n--xy\n\none\n--xy--\n--x\n\ntwo\n--x--\n"),
     {"one", "two"}},
    {"no closing boundary", MAIL(MIXED "\n--x\n\none\n--x\n\ntwo\n"), {"one", "two"}, "mime_no_end"},
    {"no boundary parameter", MAIL(CT "multipart/mixed\n\n--q\n" CT "text/html\n\n<p>one\n--q--\n"), {"<p>one"},
     "mime_no_boundary"},
    {"a boundary that is never used", MAIL(MIXED "\njust text\n"), {"just text"}, "mime_no_boundary"},
    {"the boundary differs", MAIL(MIXED "\n--y\n" CT "text/html\n\n<p>one\n--y--\n"), {"<p>one"}, "mime_no_boundary"},
    {"two boundaries",
     MAIL(CT "multipart/mixed; boundary=a; boundary=b\n\n--a\n\none\n--a--\n--b\n\ntwo\n--b--\n"), {"one", "two"},
     "mime_two_boundaries"},
    {"two Content-Type fields",
     MAIL(CT "text/plain\n" CT "multipart/mixed; boundary=x\n\n--x\n" CTE "base64\n\naGVsbG8=\n--x--\n"),
     {"hello", "--x"}, "mime_two_types"},
    {"two encodings", MAIL(CTE "7bit\n" CTE "base64\n\naGVsbG8=\n"), {"hello", "aGVsbG8="}, "mime_two_encodings"},
    {"text around the parts", MAIL(MIXED "\nbefore\n--x\n\none\n--x--\nafter\n"), {"before", "one", "after"}},
    {"parts behind the end", MAIL(MIXED "\n--x\n\none\n--x--\n--x\n\ntwo\n--x--\n"), {"one", "two"}, "mime_parts_after_end"},
    {"a part without an empty line", MAIL(MIXED "\n--x\ntext at once\n--x--\n"), {"text at once"}, "mime_no_blank_line"},
    {"an empty part", MAIL(MIXED "\n--x\n--x\n\ntwo\n--x--\n"), {"two"}},
    {"inner and outer boundary are the same",
     MAIL(MIXED "\n--x\n" CT "multipart/alternative; boundary=x\n\n--x\n\none\n--x--\n"), {"one"}},
    {"a multipart in base64",
     MAIL(CT "multipart/mixed; boundary=x\n" CTE "base64\n\nLS14CgpvbmUKLS14LS0K\n"), {"one"}, "mime_encoded_multipart"},
    {"a multipart that says base64 and is not",
     MAIL(CT "multipart/mixed; boundary=x\n" CTE "base64\n\n--x\n\none and more, surely\n--x--\n"), {"one and more"},
     "mime_encoded_multipart"},
    {"a multipart in quoted-printable",
     MAIL(CT "multipart/mixed; boundary=\"=x\"\n" CTE "quoted-printable\n\n--=3Dx\n\none\n--=3Dx--\n"), {"one"}, "mime_encoded_multipart"},
    {"a multipart that says quoted-printable and is not",
     MAIL(CT "multipart/mixed; boundary=\"==x==\"\n" CTE "quoted-printable\n\n--==x==\n\none\n--==x==--\n"), {"one"},
     "mime_encoded_multipart"},
    {"a digest", MAIL(CT "multipart/digest; boundary=x\n\n--x\n\nSubject: a\n\ninner\n--x--\n"), {"inner"}},

    /* Transfer encodings. */
    {"an attached message in base64",
     MAIL(CT "message/rfc822\n" CTE "base64\n\nU3ViamVjdDogYQoKaW5uZXIgYm9keQo=\n"), {"inner body"}},
    {"base64 goes on behind ==", MAIL(CTE "base64\n\nQQ==\nQkM=\n"), {"ABC"}, "mime_base64_after_padding"},
    {"a comment in the encoding", MAIL(CTE "(c) base64\n\naGVsbG8=\n"), {"hello"}, "mime_comment"},
    {"quotes around the encoding", MAIL(CTE "\"base64\"\n\naGVsbG8=\n"), {"hello"}},
    {"plain text that says base64", MAIL(CTE "base64\n\nThis, surely, is not base64: is it?\n"), {"This, surely"},
     "mime_base64_foreign"},
    {"an unknown encoding", MAIL(CTE "x-odd\n\nhello\n"), {"hello"}, "mime_unknown_encoding"},
    {"an inline uuencoded file", MAIL("Subject: a\n\nsee:\nbegin 644 a.txt\n%:&5L;&\\ \nend\nbye\n"),
     {"hello", "see:", "bye"}, "mime_uuencode", NULL, "a.txt"},
    {"an inline yEnc file",
     MAIL("Subject: a\n\nsee:\n=ybegin line=128 size=5 name=a.txt\n\x92\x8F\x96\x96\x99\n=yend size=5\n"), {"hello"},
     "mime_yenc", NULL, "a.txt"},
    {"a uuencoded part", MAIL(CTE "x-uuencode\n\nbegin 644 a.txt\n%:&5L;&\\ \nend\n"), {"hello"}},
    {"a fragment", MAIL(CT "message/partial; id=a; number=1\n\nx\n"), {"x"}, "mime_partial"},
};

static bool tree_has(struct tree *tree, struct bytes wanted)
{
    for (struct node *n = tree->root; n != NULL; n = node_walk(tree->root, n)) {
        if (n->part == NULL || n->kind == KIND_MULTIPART || n->kind == KIND_MAIL)
            continue;
        if (bytes_find(node_text(n), wanted, 0) != BYTES_NPOS)
            return true;
    }
    return false;
}

/* The names of all anomalies of at least that severity, separated by a blank. */
static struct bytes tree_anomalies(struct tree *tree, int severity)
{
    struct text names;
    text_init(&names, tree->arena, 0);
    for (struct node *n = tree->root; n != NULL; n = node_walk(tree->root, n))
        for (struct anomaly *a = n->first_anomaly; a != NULL; a = a->next)
            if (anomaly_rows[a->code].severity >= severity)
                text_add_format(&names, " %s", anomaly_rows[a->code].name);
    return names.at == NULL ? BYTES("") : text_bytes(&names);
}

static struct tree *tree_of(struct arena *arena, struct budget *budget, struct bytes mail)
{
    budget_init(budget);
    struct tree *tree = tree_new(arena, budget, mail, BYTES_NONE);
    tree->root->kind = KIND_MAIL;
    open_tree(tree->root);
    return tree;
}

static bool tree_has_file(const struct tree *tree, const char *name)
{
    for (const struct node *n = tree->root; n != NULL; n = node_walk(tree->root, n))
        if (bytes_equal(n->name, bytes_of_string(name)))
            return true;
    return false;
}

/* Every anomaly and every decoded slice lies inside its node. */
static bool tree_is_sound(const struct tree *tree)
{
    for (const struct node *n = tree->root; n != NULL; n = node_walk(tree->root, n))
        for (const struct anomaly *a = n->first_anomaly; a != NULL; a = a->next) {
            size_t len = a->in_raw ? n->raw.len : n->content.len;
            if (a->offset > len || a->len > len - a->offset)
                return false;
        }
    return true;
}

static void test_mass(const void *parent)
{
    struct arena *arena = arena_new(parent);
    struct budget budget;
    struct text mail;
    text_init(&mail, arena, 0);
    for (int i = 0; i < 2000; i++)
        text_add_format(&mail, CT "multipart/mixed; boundary=b%d\n\n--b%d\n", i, i);
    text_add_string(&mail, "\ndeep\n");
    struct tree *tree = tree_of(arena, &budget, text_bytes(&mail));
    tap_ok(bytes_find(tree_anomalies(tree, 0), BYTES("limit_exceeded"), 0) != BYTES_NPOS,
           "2,000 multiparts in one another end at a limit");
    text_init(&mail, arena, 0);
    text_add_string(&mail, MIXED "\n");
    for (int i = 0; i < 200000; i++)
        text_add_string(&mail, "--x\n\na\n");
    tree = tree_of(arena, &budget, text_bytes(&mail));
    tap_ok(bytes_find(tree_anomalies(tree, 0), BYTES("limit_exceeded"), 0) != BYTES_NPOS,
           "200,000 parts end at a limit");
    text_init(&mail, arena, 0);
    for (int i = 0; i < 100000; i++)
        text_add_format(&mail, "X-%d: some text to fill the line with, nothing else\n", i);
    text_add_string(&mail, "\nbody\n");
    tree = tree_of(arena, &budget, text_bytes(&mail));
    tap_ok(tree_has(tree, BYTES("body")), "the body behind 5 MB of header is read");
    tap_ok(bytes_find(tree_anomalies(tree, 0), BYTES("limit_exceeded"), 0) != BYTES_NPOS,
           "and the header ends at a limit");
    talloc_free(arena);
}

/* Values of every length with line ends at every place are joined as one is told to. */
static void test_unfolded(const void *parent)
{
    static const char *const folds[] = {"\n ", "\r\n\t", "\r", "\n\n\r x\r\n"};
    static const char plain[51] = "abcdefghijklmnopqrstuvwxyz;=ABCDEFGHIJKLMNOPQRSTUV";
    struct header header = {.arena = arena_new(parent)};
    bool same = true;
    for (size_t f = 0; f < sizeof folds / sizeof folds[0]; f++)
        for (int len = 2; len <= 50; len++)
            for (int place = 1; place < len; place++) {
                struct header_field field = {
                    .raw = arena_printf(header.arena, " %.*s%s%.*s\r\n", place, plain, folds[f],
                                        len - place, plain + place)};
                uint8_t wanted[64];
                size_t count = 0;
                for (size_t i = 1; i < field.raw.len; i++)
                    if (field.raw.at[i] != '\n' && field.raw.at[i] != '\r')
                        wanted[count++] = field.raw.at[i];
                same = same && bytes_equal(header_unfolded(&header, &field), bytes_of(wanted, count));
            }
    tap_ok(same, "values are unfolded wherever the folds stand");
    talloc_free(header.arena);
}

int main(void)
{
    void *parent = talloc_new(NULL);
    test_unfolded(parent);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct arena *arena = arena_new(parent);
        struct budget budget;
        struct tree *tree = tree_of(arena, &budget, rows[i].mail);
        const struct mime_message *message = mime_message(tree->root);
        if (rows[i].subject != NULL)
            tap_string(header_value(&message->header, BYTES("Subject")), rows[i].subject, rows[i].name);
        if (rows[i].file != NULL)
            tap_ok(tree_has_file(tree, rows[i].file), "%s: named %s", rows[i].name, rows[i].file);
        tap_ok(tree_is_sound(tree), "%s: places are inside", rows[i].name);
        for (int k = 0; k < 4 && rows[i].wanted[k] != NULL; k++)
            tap_ok(tree_has(tree, bytes_of_string(rows[i].wanted[k])), "%s: text %d", rows[i].name, k);
        if (rows[i].anomaly == NULL)
            tap_string(tree_anomalies(tree, 1), "", rows[i].name);
        else
            tap_ok(bytes_find(tree_anomalies(tree, 0), bytes_of_string(rows[i].anomaly), 0) != BYTES_NPOS,
                   "%s: %s", rows[i].name, rows[i].anomaly);
        talloc_free(arena);
    }
    test_mass(parent);
    talloc_free(parent);
    return tap_end();
}
