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

struct row {
    const char *name, *mail;
    const char *wanted[4]; /* each is the text of some node, or part of it */
    const char *anomaly;   /* NULL: none of severity over 0 */
};

static const struct row rows[] = {
    {"a plain message", "From: a@b.test\nSubject: hi\n\nhello\n", {"hello\n"}, NULL},
    {"multipart", CT "multipart/mixed; boundary=x\n\n--x\n\none\n--x\n" CT "text/html\n\n<p>two\n--x--\n",
     {"one", "<p>two"}, NULL},
    {"base64 body", CTE "base64\n\naGVsbG8=\n", {"hello"}, NULL},
    {"quoted-printable body", CTE "Quoted-Printable\n\na=3Db=\n c=E3=81=82\n", {"a=b c\xE3\x81\x82"}, NULL},
    {"an attached message in base64",
     CT "message/rfc822\n" CTE "base64\n\nU3ViamVjdDogYQoKaW5uZXIgYm9keQo=\n", {"inner body"}, NULL},
    {"base64 goes on behind ==", CTE "base64\n\nQQ==\nQkM=\n", {"ABC"}, "mime_base64_after_padding"},
    {"a comment in the encoding", CTE "(c) base64\n\naGVsbG8=\n", {"hello"}, "mime_comment"},
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

int main(void)
{
    void *parent = talloc_new(NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct arena *arena = arena_new(parent);
        struct budget budget;
        budget_init(&budget);
        struct tree *tree = tree_new(arena, &budget, bytes_of_string(rows[i].mail), BYTES_NONE);
        tree->root->kind = KIND_MAIL;
        open_tree(tree->root);
        for (int k = 0; k < 4 && rows[i].wanted[k] != NULL; k++)
            tap_ok(tree_has(tree, bytes_of_string(rows[i].wanted[k])), "%s: text %d", rows[i].name, k);
        if (rows[i].anomaly == NULL)
            tap_string(tree_anomalies(tree, 1), "", rows[i].name);
        else
            tap_ok(bytes_find(tree_anomalies(tree, 0), bytes_of_string(rows[i].anomaly), 0) != BYTES_NPOS,
                   "%s: %s", rows[i].name, rows[i].anomaly);
    }
    talloc_free(parent);
    return tap_end();
}
