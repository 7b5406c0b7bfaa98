/* SPDX-License-Identifier: Apache-2.0
 *
 * The opener of compound files: the directory says which format it is, that format's reader does the rest. */
#include "open/biff.h"
#include "open/cfb.h"
#include "open/offcrypto.h"
#include "open/opener.h"
#include "open/vba.h"

static int ole_bid(const struct node *node)
{
    return node->kind == KIND_CFB ? 95 : 0;
}

/* MS-CFB leaves the format to the streams; these names are what each application looks for itself. */
static const struct mark {
    const char *path;
    enum kind kind;
    const char *format;
} marks[] = {
    {"EncryptedPackage", KIND_CFB, "Encrypted OOXML"},
    {"WordDocument", KIND_DOC, "MS Word 97-2003 Document or Template"},
    {"Workbook", KIND_XLS, "MS Excel 97-2003 Workbook or Template"},
    {"Book", KIND_XLS, "MS Excel 5.0/95 Workbook"},
    {"PowerPoint Document", KIND_PPT, "MS PowerPoint 97-2003 Presentation"},
    {"__properties_version1.0", KIND_MSG, "MS Outlook Message"},
};

/* Streams no reader here takes apart: their bytes, for whoever looks at bytes. */
static void hang_streams(struct cfb *cfb)
{
    for (uint32_t i = 1; i < cfb->count; i++) {
        if (cfb->entry[i].type != CFB_STREAM || cfb->entry[i].size_bytes == 0)
            continue;
        struct bytes content = cfb_stream(cfb, i);
        if (content.at == NULL || node_add(cfb->node, content, cfb_path(cfb, i)) == NULL)
            return;
    }
}

static void ole_open(struct node *node)
{
    struct cfb *cfb = cfb_read(node, node->content);
    if (cfb == NULL) {
        node_anomaly(node, ANOMALY_TRUNCATED, 0, node->content.len, BYTES("a compound file without its header"));
        return;
    }
    node_fact_string(node, FACT_OLETOOLS_CONTAINER, BYTES("OLE"));
    const struct mark *mark = NULL;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0] && mark == NULL; i++)
        if (cfb_find(cfb, marks[i].path) != CFB_NONE)
            mark = &marks[i];
    if (mark != NULL) {
        node->kind = mark->kind;
        node_fact_string(node, FACT_OLETOOLS_FORMAT, bytes_of_string(mark->format));
    }
    if (node->kind == KIND_XLS) {
        uint32_t book = cfb_find(cfb, "Workbook");
        biff_open(cfb, book != CFB_NONE ? book : cfb_find(cfb, "Book"));
    }
    if (cfb_find(cfb, "EncryptedPackage") != CFB_NONE)
        offcrypto_package(cfb);
    vba_open_all(cfb);
    if (mark == NULL)
        hang_streams(cfb);
    int64_t children = 0;
    for (const struct node *child = node->first_child; child != NULL; child = child->next)
        children++;
    node_fact_int(node, FACT_OLE_TOTAL_EXTRACTED, children);
}

const struct opener opener_ole = {.name = "ole", .bid = ole_bid, .open = ole_open};
