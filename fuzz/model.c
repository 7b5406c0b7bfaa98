/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/explode.h"
#include "open/opener.h"

#include <assert.h>
#include <talloc.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A mail's whole model as JSON, with every attachment exploded. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(NULL);
    struct budget budget;
    budget_init(&budget);
    struct tree *tree = tree_new(arena, &budget, bytes_of(data, size), BYTES("mail.eml"));
    tree->root->type = BYTES("message/rfc822");
    open_tree(tree->root);
    struct settings settings = {.dkim_keys = BYTES("s._domainkey.example.test: p=MFwwDQYJ")};
    struct model *model = model_new(tree, tree->root, &settings);
    struct text out;
    text_init(&out, arena, (size_t)64 << 20);
    struct json json;
    json_init(&json, &out, 0);
    schema_json(&json, value_object(model->root));
    struct value files = object_get(model->root, FIELD_Message_attachments);
    for (uint32_t i = 0; i < files.as.array->count && i < 8; i++) {
        json_init(&json, &out, 0);
        schema_json(&json, model_explode(model, files.as.array->item[i].as.object));
    }
    talloc_free(arena);
    return 0;
}
