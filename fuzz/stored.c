/* SPDX-License-Identifier: Apache-2.0
 *
 * What the store reads back: model facts, read to the last field and written again, and verdict
 * details. */
#include "base/json.h"
#include "observe/facts.h"
#include "store/detail.h"

#include <stdlib.h>
#include <talloc.h>

static bool phrase(void *db, struct arena *arena, int64_t id, struct store_phrase *out)
{
    (void)db, (void)arena;
    *out = (struct store_phrase){
        BYTES("rule"), BYTES("kind"), {BYTES("en"), BYTES("ja")}, BYTES("T1 T2")};
    return id % 2 == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct store_driver driver = {.phrase = phrase};
    struct arena *arena = arena_new(NULL);
    struct bytes in = bytes_of(data, size);
    struct model *model = facts_model(arena, in);
    struct verdict v = {0};
    if (model != NULL) {
        struct text out, again;
        struct json json;
        text_init(&out, arena, 0);
        json_init(&json, &out, 0);
        schema_json(&json, value_object(model->root));
        text_init(&again, arena, 0);
        facts_write(&again, model->root);
        if (again.len > 0 && facts_model(arena, text_bytes(&again)) == NULL)
            abort();
    }
    detail_read(arena, in, &driver, NULL, &v);
    talloc_free(arena);
    return 0;
}
