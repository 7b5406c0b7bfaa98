/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/lesson.h"

#include <assert.h>
#include <talloc.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A file or record of any bytes: read or refused. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *it = arena_new(NULL);
    struct lesson *lesson = lesson_read(it, bytes_of(data, size));
    assert(lesson == NULL || lesson->person_count <= LESSON_PEOPLE_MAX);
    talloc_free(it);
    return 0;
}
