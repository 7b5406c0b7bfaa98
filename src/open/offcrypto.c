/* SPDX-License-Identifier: Apache-2.0 */
#include "open/offcrypto.h"

struct bytes offcrypto_workbook(struct node *node, struct bytes stream)
{
    (void)node;
    return stream;
}
