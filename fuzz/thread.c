/* SPDX-License-Identifier: Apache-2.0
 *
 * The thread split of plain text: spans lie in the text, no thread is counted that is not there. */
#include "observe/thread.h"

#include <assert.h>
#include <talloc.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(NULL);
    const struct thread *thread = thread_split(arena, bytes_of(data, size), NULL);
    assert(thread->text_at <= thread->text_end && thread->text_end <= size);
    assert(thread->previous_count <= THREADS_MAX);
    for (uint32_t i = 0; i < thread->previous_count; i++) {
        const struct thread_previous *previous = &thread->previous[i];
        assert(previous->text_at <= previous->text_end && previous->text_end <= size);
        assert(previous->to_count == 0 || previous->to != NULL);
    }
    talloc_free(arena);
    return 0;
}
