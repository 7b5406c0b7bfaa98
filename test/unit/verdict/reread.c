/* SPDX-License-Identifier: Apache-2.0
 *
 * Every reason re-reads: what a verdict quotes stands where the verdict says it stands.
 *
 * A mail is scanned and its verdict sent through the record that leaves a worker.  Then a copy of the
 * mail, elsewhere in memory, is opened anew, and each piece of evidence is looked up by its node path
 * and range, or by its path in a model made anew; the bytes found must be the bytes quoted.  Spans of
 * anomalies must lie inside their nodes.  Run over samples/, and over $NOROSHI_CORPUS where that is set. */
#include "cli/setup.h"
#include "open/opener.h"
#include "tap.h"
#include "verdict/record.h"

#include <dirent.h>
#include <sys/stat.h>
#include <talloc.h>

#define SHOWN_MAX 20 /* failures told one by one */

static struct scan_settings settings;
static unsigned mails, spans, fields, anomalies, placeless, failures;

static void fail(struct bytes name, const char *what, const struct evidence *e, struct bytes seen)
{
    if (failures++ >= SHOWN_MAX)
        return;
    printf("# %.*s: %.*s: %s\n", BYTES_FMT(name), BYTES_FMT(e->rule), what);
    tap_show("place ", e->path.len > 0 ? e->path : e->field);
    tap_show("quoted", e->snippet);
    tap_show("seen  ", seen);
}

/* The mail opened and judged anew: rules run too, since texts are decoded when they ask. */
struct again {
    struct arena *arena;
    struct budget budget;
    struct tree *tree;
    struct model *model;
};

static void open_again(struct again *again, struct bytes mail, struct bytes name)
{
    struct rule_result result;
    const struct rule_run_options options = {.no_evidence = true};
    again->arena = arena_new(NULL);
    budget_init(&again->budget);
    again->tree = tree_new(again->arena, &again->budget, arena_copy(again->arena, mail), name);
    open_tree(again->tree->root);
    again->model = model_new(again->tree, again->tree->root, &settings.observe);
    rule_set_run(settings.rules, again->model, again->arena, &options, &result);
}

static const struct node *node_at(struct again *again, struct bytes path)
{
    for (uint32_t i = 0; i < again->tree->count; i++)
        if (bytes_equal(node_path(again->arena, again->tree->node[i]), path))
            return again->tree->node[i];
    return NULL;
}

/* One step of a path: a name, [number] or ["key"]; takes it off REST. */
static struct value step(struct value at, struct bytes *rest)
{
    size_t end = 0;
    if (rest->at[0] != '[') {
        while (end < rest->len && rest->at[end] != '.' && rest->at[end] != '[')
            end++;
        struct bytes name = bytes_sub(*rest, 0, end);
        *rest = bytes_from(*rest, end);
        if (at.tag == VALUE_MAP)
            return map_get(at.as.map, name);
        int field = at.tag == VALUE_OBJECT ? type_field(at.as.object->type, name) : -1;
        return field < 0 ? value_null() : object_get(at.as.object, (uint32_t)field);
    }
    end = bytes_find_byte(*rest, ']', 0);
    struct bytes key = bytes_sub(*rest, 1, end - 1);
    *rest = bytes_from(*rest, end + 1);
    int64_t index;
    if (at.tag == VALUE_ARRAY && bytes_to_int(key, -100000, 100000, &index)) {
        index += index < 0 ? at.as.array->count : 0;
        return index >= 0 && index < at.as.array->count ? at.as.array->item[index] : value_null();
    }
    return at.tag == VALUE_MAP && key.len >= 2
               ? map_get(at.as.map, bytes_sub(key, 1, key.len - 2))
               : value_null();
}

static struct bytes field_at(struct again *again, struct bytes path)
{
    struct value at = value_object(again->model->root);
    while (path.len > 0) {
        if (path.at[0] == '.')
            path = bytes_from(path, 1);
        at = step(at, &path);
    }
    return value_bytes(at);
}

static void check_evidence(struct again *again, struct bytes name, const struct evidence *e)
{
    if (e->path.len == 0 && e->field.len == 0) {
        placeless++;
        if (e->len > 0 || e->snippet.len > 0)
            fail(name, "quoted, and no place", e, BYTES_NONE);
        return;
    }
    struct bytes whole;
    if (e->path.len > 0) {
        const struct node *node = node_at(again, e->path);
        if (node == NULL) {
            fail(name, "no such node", e, BYTES_NONE);
            return;
        }
        spans++;
        whole = node->content;
    } else {
        fields++;
        whole = field_at(again, e->field);
    }
    struct bytes seen = bytes_sub(whole, e->offset, e->len);
    if (e->len == 0 || !bytes_equal(seen, e->snippet))
        fail(name, "reads otherwise", e, seen);
}

static void check_anomaly(struct again *again, struct bytes name, const struct anomaly_report *a)
{
    const struct node *node = node_at(again, a->path);
    size_t most = node == NULL ? 0 : node->content.len > node->raw.len ? node->content.len
                                                                        : node->raw.len;
    anomalies++;
    if (node != NULL && a->offset <= most && a->len <= most - a->offset)
        return;
    const struct evidence e = {.rule = a->name, .path = a->path};
    fail(name, node == NULL ? "anomaly of no node" : "anomaly out of its node", &e, BYTES_NONE);
}

static void check_mail(struct bytes mail, struct bytes name)
{
    struct arena *arena = arena_new(NULL);
    struct text record;
    text_init(&record, arena, 0);
    record_write(&record, scan_bytes(arena, &settings, mail, name, false));
    const struct verdict *v = record_read(arena, text_bytes(&record));
    struct again again;
    open_again(&again, mail, name);
    mails++;
    for (uint32_t i = 0; i < v->evidence_count; i++)
        check_evidence(&again, name, &v->evidence[i]);
    for (uint32_t i = 0; i < v->anomaly_count; i++)
        check_anomaly(&again, name, &v->anomaly[i]);
    talloc_free(again.arena);
    talloc_free(arena);
}

static void check_path(const char *path)
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
                check_path(name);
        }
        if (dir != NULL)
            closedir(dir);
        return;
    }
    FILE *file = fopen(path, "rb");
    uint8_t *at = malloc((size_t)about.st_size + 1);
    if (file != NULL && at != NULL)
        check_mail(bytes_of(at, fread(at, 1, (size_t)about.st_size, file)), bytes_of_string(path));
    if (file != NULL)
        fclose(file);
    free(at);
}

static void check_folder(const char *path)
{
    mails = spans = fields = anomalies = placeless = failures = 0;
    check_path(path);
    tap_ok(mails > 0, "%s: %u files read", path, mails);
    tap_ok(spans + fields > 0 && failures == 0,
           "%u ranges in nodes, %u in fields and %u of anomalies re-read, %u reasons without a place: "
           "%u wrong",
           spans, fields, anomalies, placeless, failures);
}

int main(void)
{
    struct error err = {0};
    setenv("NOROSHI_DATA", ".", 0);
    const struct scan_option option = {.format = SCAN_JSON};
    if (!setup_scan(NULL, &option, &settings, &err)) {
        error_print(&err);
        return 1;
    }
    check_folder("samples");
    const char *corpus = getenv("NOROSHI_CORPUS");
    if (corpus != NULL && corpus[0] != 0)
        check_folder(corpus);
    return tap_end();
}
