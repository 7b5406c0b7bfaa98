/* SPDX-License-Identifier: Apache-2.0
 *
 * Every fixture cut at three places (CUTS=10 in the environment: at ten): what is left must say
 * that something is missing, unless nothing is.
 *
 * A cut needs no anomaly where one of these is true:
 *   empty     the bytes cut off are zeros or blanks: padding
 *   whole     every leaf of the whole file's tree is in the cut one's, byte by byte
 *   text      the format has no end (plain text, scripts, CSV): the receiver has these bytes and no
 *             others, and all of them were read
 *   boundary  the cut stands where the format ends a record and may end altogether: between the members
 *             of a concatenated stream, the calendars of a feed, the attributes of winmail.dat
 * Usage: test-open-cut [OFFICE-FOLDER] */
#include "fixture/fixture.h"

#include "artifact/digest.h"

#include <stdlib.h>

#define FILE_BYTES_MAX ((size_t)256 * 1024)
#define LENGTH_MIN 64 /* below it a cut is another file, not a cut one */

static size_t cuts_of_each = 3;

static struct {
    unsigned cuts, blocked, empty, whole, text, boundary, missed;
} seen;

static bool is_text(enum kind kind)
{
    static const enum kind kinds[] = {KIND_TEXT, KIND_CSV,        KIND_JAVASCRIPT, KIND_VBS,  KIND_VBA,
                                      KIND_HTML, KIND_POWERSHELL, KIND_BATCH,      KIND_SHELL, KIND_PYTHON,
                                      KIND_JSON, KIND_URL_SHORTCUT, KIND_EMPTY};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (kinds[i] == kind)
            return true;
    return false;
}

static bool is_padding(struct bytes b)
{
    for (size_t i = 0; i < b.len; i++)
        if (b.at[i] != 0 && !ascii_is_space(b.at[i]))
            return false;
    return true;
}

static struct tree *open_bytes(struct arena *arena, struct budget *budget, struct bytes content, const char *name)
{
    budget_init(budget);
    budget->most[LIMIT_MILLISECONDS] *= 10; /* a sanitised or crowded machine */
    struct tree *tree = tree_new(arena, budget, content, bytes_of_string(name));
    open_tree(tree->root);
    return tree;
}

/* Whether LEAF's bytes are a node of TREE. */
static bool has_bytes(const struct tree *tree, const struct node *leaf)
{
    for (uint32_t i = 0; i < tree->count; i++)
        if (bytes_equal(tree->node[i]->content, leaf->content))
            return true;
    return false;
}

static bool holds_all(const struct tree *cut, const struct tree *whole)
{
    if (whole->count < 2)
        return false;
    for (uint32_t i = 1; i < whole->count; i++)
        if (whole->node[i]->first_child == NULL && whole->node[i]->content.len > 0 && !has_bytes(cut, whole->node[i]))
            return false;
    return true;
}

/* Leaves of TREE that are text: a mail of text alone has no end mark either. */
static bool is_all_text(const struct tree *tree)
{
    for (uint32_t i = 0; i < tree->count; i++)
        if (tree->node[i]->first_child == NULL && !is_text(tree->node[i]->kind))
            return false;
    return true;
}

/* Whether CUT ends where a record of its format ends, by the format's own count of what it has. */
static bool is_at_boundary(const struct tree *whole, const struct tree *cut)
{
    enum kind kind = whole->root->kind;
    bool streams = kind == KIND_GZIP || kind == KIND_BZIP2 || kind == KIND_XZ || kind == KIND_ZSTD;
    if (!streams && kind != KIND_TNEF)
        return false;
    for (uint32_t i = 1; i < cut->count; i++)
        if (cut->node[i]->content.len > 0 && cut->node[i]->parent == cut->root) {
            const struct node *full = whole->count > 1 ? whole->node[1] : whole->root;
            return kind == KIND_TNEF || (full->content.len > cut->node[i]->content.len &&
                                         memcmp(full->content.at, cut->node[i]->content.at, cut->node[i]->content.len) == 0);
        }
    return kind == KIND_TNEF;
}

static bool cut_is_fine(struct arena *arena, const struct tree *whole, struct bytes content, size_t len, const char *name)
{
    struct budget *budget = arena_new_of(arena, struct budget);
    uint8_t *copy = malloc(len + 1); /* exact, so that the sanitiser sees a read past the end */
    memcpy(copy, content.at, len);
    struct tree *cut = open_bytes(arena, budget, bytes_of(copy, len), name);
    seen.cuts++;
    bool fine = true;
    if (fixture_blocks(cut))
        seen.blocked++;
    else if (is_padding(bytes_from(content, len)))
        seen.empty++;
    else if (holds_all(cut, whole))
        seen.whole++;
    else if (is_text(whole->root->kind) || is_all_text(whole))
        seen.text++;
    else if (is_at_boundary(whole, cut))
        seen.boundary++;
    else
        fine = false;
    if (!fine) {
        printf("#   %s: %zu of %zu bytes pass as whole\n", name, len, content.len);
        fixture_show(arena, cut);
        seen.missed++;
    }
    free(copy);
    return fine;
}

static void check(const char *dir, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    struct bytes content = tap_read(path);
    bool fine = true;
    if (content.len >= LENGTH_MIN && content.len <= FILE_BYTES_MAX) {
        void *parent = talloc_new(NULL);
        struct arena *arena = arena_new(parent);
        struct budget budget;
        struct tree *whole = open_bytes(arena, &budget, content, name);
        for (size_t i = 1; i <= cuts_of_each; i++) {
            struct arena *one = arena_new(parent);
            fine &= cut_is_fine(one, whole, content, content.len * i / (cuts_of_each + 1), name);
            talloc_free(one);
        }
        talloc_free(parent);
    }
    tap_ok(fine, "%s", name);
    free((void *)(uintptr_t)content.at);
}

static void check_folder(const char *dir)
{
    DIR *folder = opendir(dir);
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;)
        if (entry->d_name[0] != '.' && strstr(entry->d_name, ".expect") == NULL)
            check(dir, entry->d_name);
    if (folder != NULL)
        closedir(folder);
}

int main(int argc, char **argv)
{
    const char *wish = getenv("CUTS");
    if (wish != NULL && atoi(wish) > 0)
        cuts_of_each = (size_t)atoi(wish);
    static const char *const makers[] = {"archives", "disks", "images", "locks", "pdfs", "smuggle",
                                         "streams",  "windows", "zips", "locked"};
    for (size_t i = 0; i < sizeof makers / sizeof makers[0]; i++) {
        char script[64];
        snprintf(script, sizeof script, "test/fixture/%s.py", makers[i]);
        fixture_run(script, check);
    }
    if (argc > 1)
        check_folder(argv[1]);
    tap_ok(seen.cuts >= 400 * cuts_of_each, "%u cuts: %u blocked, %u padding, %u whole, %u text, %u at a boundary, %u missed", seen.cuts,
           seen.blocked, seen.empty, seen.whole, seen.text, seen.boundary, seen.missed);
    return tap_end();
}
