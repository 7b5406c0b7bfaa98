/* SPDX-License-Identifier: Apache-2.0 */
#include "artifact/entropy.h"

#include "base/mapped.h"

#include <math.h>

double entropy_of(struct bytes b)
{
    size_t count[4][256] = {{0}};
    size_t i = 0;
    for (; i + 4 <= b.len; i += 4) { /* four tables, so that runs do not wait on one counter */
        if (i % MAPPED_STEP_BYTES == 0 && i > 0)
            mapped_forget(bytes_sub(b, i - MAPPED_STEP_BYTES, MAPPED_STEP_BYTES));
        count[0][b.at[i]]++;
        count[1][b.at[i + 1]]++;
        count[2][b.at[i + 2]]++;
        count[3][b.at[i + 3]]++;
    }
    for (; i < b.len; i++)
        count[0][b.at[i]]++;
    double bits = 0;
    for (int v = 0; v < 256; v++) {
        size_t n = count[0][v] + count[1][v] + count[2][v] + count[3][v];
        if (n == 0)
            continue;
        double p = (double)n / (double)b.len;
        bits -= p * log2(p);
    }
    return bits;
}
