/* SPDX-License-Identifier: Apache-2.0 */
#include "open/yara.h"

#include "fixture/fixture.h"

static void put(const char *dir, const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *file = fopen(path, "w");
    if (file != NULL) {
        fputs(text, file);
        fclose(file);
    }
}

static struct value matches_of(struct arena *arena, struct budget *budget, const char *text)
{
    budget_init(budget);
    struct tree *tree = tree_new(arena, budget, bytes_of_string(text), BYTES("a.txt"));
    open_tree(tree->root);
    return node_get(tree->root, FACT_YARA_MATCHES);
}

int main(void)
{
    char dir[] = "/tmp/noroshi-yara-XXXXXX", path[512];
    void *parent = talloc_new(NULL);
    struct arena *arena = arena_new(parent);
    struct budget budget;
    struct error err;
    if (mkdtemp(dir) == NULL)
        return 1;
    tap_ok(!yara_load("/nonexistent/rules", &err) && err.code == ERROR_INPUT, "a folder that is not there");
    put(dir, "a.yar", "rule Seen { strings: $a = \"needle in hay\" condition: $a }\n"
                      "rule Missed { strings: $a = \"absent words\" condition: $a }\n");
    put(dir, "b.yara", "rule Large { condition: filesize > 10MB }\n");
    put(dir, "c.txt", "not a rule");
    tap_ok(yara_load(dir, &err), "rules compile");
    tap_int(yara_rule_count(), 3, "three rules");
    struct value v = matches_of(arena, &budget, "here is a needle in hay.");
    tap_ok(v.tag == VALUE_ARRAY && v.as.array->count == 1 &&
               bytes_equal(value_bytes(v.as.array->item[0]), BYTES("Seen")),
           "one rule matches");
    tap_int(matches_of(arena, &budget, "nothing here at all").tag, VALUE_UNSET, "none matches");
    put(dir, "b.yara", "rule Broken {\n condition: ]\n}\n");
    bool loaded = yara_load(dir, &err);
    tap_ok(!loaded && err.message[0] != 0 && err.line > 0, "a broken rule is told with its line");
    tap_int(matches_of(arena, &budget, "here is a needle in hay.").tag, VALUE_UNSET, "no rules, no matches");
    yara_unload();
    static const char *const names[] = {"a.yar", "b.yara", "c.txt"};
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        unlink(path);
    }
    rmdir(dir);
    talloc_free(parent);
    return tap_end();
}
