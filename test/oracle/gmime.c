/* SPDX-License-Identifier: Apache-2.0
 *
 * Our mail reader against GMime's on every mail of folders: the same leaves in the same order, each
 * with the same type, decoded bytes and UTF-8 text; and the same subject.
 *
 *     oracle-gmime [-v] FOLDER...
 *
 * A mail counts as well-formed where our reader found nothing odd in it (no anomaly over severity 0, no
 * bytes outside their charset); of the others GMime is known to lose content, so only the well-formed
 * must agree.  The subject is counted apart.  A byte order mark in front of a text is not text.
 * Readings that only some clients make, text around the parts and inline files are not compared: GMime
 * has none of them.  -v names each difference. */
#include "artifact/node_text.h"
#include "base/charset.h"
#include "input/input.h"
#include "open/mime.h"
#include "open/opener.h"
#include "oracle/gmime_mail.h"

#include <stdio.h>
#include <talloc.h>

enum cause { SAME, COUNT, TYPE, CONTENT, TEXT, CAUSES };
static const char *const cause_names[CAUSES] = {"same", "number of leaves", "type", "decoded bytes", "text"};

struct comparison {
    struct arena *arena;
    struct node *at; /* our next leaf, or NULL */
    struct tree *tree;
    enum cause cause;
    bool same_subject;
    struct bytes subject[2]; /* ours, theirs */
    struct bytes ours, theirs; /* of the first difference */
};

static bool is_leaf(const struct node *n)
{
    return n->part != NULL && !n->part->is_alternative && n->kind != KIND_MAIL && n->kind != KIND_MULTIPART &&
           (n->part->role == MIME_ROLE_BODY || n->part->role == MIME_ROLE_PART) && n->content.len > 0;
}

static struct node *next_leaf(const struct comparison *c, struct node *n)
{
    do
        n = node_walk(c->tree->root, n);
    while (n != NULL && !is_leaf(n));
    return n;
}

static void differ(struct comparison *c, enum cause cause, struct bytes ours, struct bytes theirs)
{
    if (c->cause != SAME)
        return;
    c->cause = cause;
    c->ours = arena_copy(c->arena, ours);
    c->theirs = arena_copy(c->arena, theirs);
}

static void see_subject(void *data, struct bytes subject)
{
    struct comparison *c = data;
    const struct mime_message *message = mime_message(c->tree->root);
    struct bytes ours = message == NULL ? BYTES_NONE : header_value(&message->header, BYTES("Subject"));
    c->same_subject = bytes_equal(bytes_trim(ours), bytes_trim(subject));
    c->subject[0] = arena_copy(c->arena, ours);
    c->subject[1] = arena_copy(c->arena, subject);
}

static void see_leaf(void *data, const struct gmime_leaf *leaf)
{
    struct comparison *c = data;
    if (leaf->content.len == 0)
        return;
    struct node *n = c->at;
    if (n == NULL) {
        differ(c, COUNT, BYTES("(no more)"), leaf->content);
        return;
    }
    c->at = next_leaf(c, n);
    if (!bytes_equal(n->type, bytes_of_string(leaf->type)))
        differ(c, TYPE, n->type, bytes_of_string(leaf->type));
    if (!bytes_equal(n->content, leaf->content))
        differ(c, CONTENT, n->content, leaf->content);
    struct bytes text = leaf->text;
    if (bytes_starts(text, BYTES("\xEF\xBB\xBF")))
        text = bytes_from(text, 3);
    if (text.at != NULL && !bytes_equal(node_text(n), text))
        differ(c, TEXT, node_text(n), text);
}

static bool is_well_formed(const struct tree *tree)
{
    for (const struct node *n = tree->root; n != NULL; n = node_walk(tree->root, n))
        for (const struct anomaly *a = n->first_anomaly; a != NULL; a = a->next)
            if (anomaly_rows[a->code].severity > 0 || a->code == ANOMALY_CHARSET_BAD_BYTES ||
                a->code == ANOMALY_CHARSET_STRAY_BYTES)
                return false;
    return true;
}

static enum cause compare(struct arena *arena, struct bytes mail, bool *well_formed, struct comparison *c)
{
    struct budget budget;
    budget_init(&budget);
    *c = (struct comparison){.arena = arena, .same_subject = true};
    c->tree = tree_new(arena, &budget, mail, BYTES_NONE);
    c->tree->root->kind = KIND_MAIL;
    /* Only the mail opener: what others find inside a leaf is not GMime's business. */
    for (struct node *n = c->tree->root; n != NULL; n = node_walk(c->tree->root, n))
        if (n->kind == KIND_MAIL || n->kind == KIND_MULTIPART)
            open_node(n);
    c->at = next_leaf(c, c->tree->root);
    gmime_mail_read(mail, see_subject, see_leaf, c);
    if (c->at != NULL)
        differ(c, COUNT, c->at->content, BYTES("(no more)"));
    *well_formed = is_well_formed(c->tree);
    return c->cause;
}

static void show(const char *label, struct bytes b, size_t from)
{
    printf("    %s (%zu bytes, from %zu): ", label, b.len, from);
    b = bytes_sub(b, from, 60);
    for (size_t i = 0; i < b.len; i++)
        if (b.at[i] < 0x20 || b.at[i] >= 0x7F)
            printf("\\x%02x", b.at[i]);
        else
            putchar(b.at[i]);
    putchar('\n');
}

static void tell(const char *cause, const struct input_item *item, bool well_formed, struct bytes ours,
                 struct bytes theirs)
{
    size_t at = 0;
    while (at < ours.len && at < theirs.len && ours.at[at] == theirs.at[at])
        at++;
    printf("%.*s: %s%s\n", BYTES_FMT(item->name), cause, well_formed ? "" : " (not well-formed)");
    show("ours ", ours, at > 10 ? at - 10 : 0);
    show("gmime", theirs, at > 10 ? at - 10 : 0);
}

static int compare_folder(const char *path, bool verbose)
{
    uint64_t count[2][CAUSES] = {{0}}, mails[2] = {0}, subjects[2] = {0};
    struct error err;
    struct input_item item;
    struct arena *arena = arena_new(NULL);
    struct input *input = input_open(NULL, path, &err);
    if (input == NULL) {
        error_print(&err);
        return 2;
    }
    while (input_next(input, &item, &err) == INPUT_ITEM) {
        struct comparison c;
        bool well_formed;
        enum cause cause = compare(arena, item.content, &well_formed, &c);
        mails[well_formed]++;
        count[well_formed][cause]++;
        subjects[well_formed] += !c.same_subject;
        if (verbose && cause != SAME)
            tell(cause_names[cause], &item, well_formed, c.ours, c.theirs);
        if (verbose && !c.same_subject)
            tell("subject", &item, well_formed, c.subject[0], c.subject[1]);
        arena_reset(arena);
    }
    printf("%s: %llu mails, %llu well-formed\n", path, (unsigned long long)(mails[0] + mails[1]),
           (unsigned long long)mails[1]);
    for (int well = 1; well >= 0; well--) {
        printf("  %-12s same %7.3f %%", well ? "well-formed" : "others",
               mails[well] == 0 ? 100.0 : 100.0 * (double)count[well][SAME] / (double)mails[well]);
        for (int cause = COUNT; cause < CAUSES; cause++)
            if (count[well][cause] > 0)
                printf(", %s %llu", cause_names[cause], (unsigned long long)count[well][cause]);
        printf("; subject differs %llu\n", (unsigned long long)subjects[well]);
    }
    talloc_free(input);
    talloc_free(arena);
    return 0;
}

int main(int argc, char **argv)
{
    int status = 0, first = 1;
    bool verbose = argc > 1 && strcmp(argv[1], "-v") == 0;
    first += verbose;
    if (first >= argc) {
        fputs("usage: oracle-gmime [-v] FOLDER...\n", stderr);
        return 64;
    }
    charset_preload();
    gmime_mail_start();
    for (int i = first; i < argc; i++)
        status |= compare_folder(argv[i], verbose);
    return status;
}
