/* SPDX-License-Identifier: Apache-2.0 */
#include "open/script.h"

#include "open/script_report.h"
#include "open/vba.h"

void script_vba(struct node *document, const struct vba_module *module, uint32_t count)
{
    int64_t read = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (module[i].node == NULL)
            continue;
        struct report report;
        report_begin(&report, module[i].node, document);
        report.vba = true;
        report_words(&report, module[i].source);
        report_end(&report);
        read++;
    }
    node_fact_int(document, FACT_VBA_TOTAL_FILES, count);
    node_fact_int(document, FACT_VBA_TOTAL_EXTRACTED, read);
}

void script_document_value(struct node *document, struct bytes key, struct bytes value)
{
    (void)document, (void)key, (void)value;
}
