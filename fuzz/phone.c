/* SPDX-License-Identifier: Apache-2.0
 *
 * Telephone numbers and brand names in arbitrary text. */
#include "observe/brand.h"
#include "observe/phone.h"

#include <assert.h>
#include <talloc.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct bytes alias[] = {BYTES("三井"), BYTES("a b"), BYTES("b a b"), BYTES("ab")};
    static const struct brand brands[] = {{BYTES("aab"), alias, 4, NULL, 0},
                                          {BYTES("三井住友"), NULL, 0, NULL, 0}};
    struct arena *arena = arena_new(NULL);
    struct bytes text = bytes_of(data, size);
    struct phone *phone;
    struct brand_mention *mention;
    size_t at;
    for (uint32_t i = 0, count = phone_find(arena, text, &phone); i < count; i++)
        assert(bytes_inside(text, phone[i].text, &at) && phone[i].e164.len >= 9 &&
               phone[i].e164.len <= 18);
    struct brand_index *index = brand_index_new(arena, brands, 2);
    for (uint32_t i = 0, count = brand_find(index, arena, text, &mention); i < count; i++)
        assert(bytes_inside(text, mention[i].text, &at) && mention[i].text.len > 0);
    talloc_free(arena);
    return 0;
}
