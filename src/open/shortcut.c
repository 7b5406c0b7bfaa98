/* SPDX-License-Identifier: Apache-2.0
 *
 * Internet shortcuts (.url): an INI file whose URL may be a web page, a file on somebody's share, or a
 * handler that runs something. */
#include "open/opener.h"

static int bid(const struct node *node)
{
    return node->kind == KIND_URL_SHORTCUT ? 80 : 0;
}

static void open(struct node *node)
{
    static const struct {
        const char *key;
        enum fact_code code;
    } rows[] = {{"url", FACT_SHORTCUT_URL},
                {"baseurl", FACT_SHORTCUT_URL},
                {"iconfile", FACT_SHORTCUT_ICON},
                {"workingdirectory", FACT_SHORTCUT_WORKING_DIR}};
    struct bytes rest = node->content, line;
    while (bytes_next_line(&rest, &line)) {
        size_t equals = bytes_find_byte(line, '=', 0);
        if (equals == BYTES_NPOS)
            continue;
        struct bytes key = bytes_trim(bytes_sub(line, 0, equals)),
                     value = bytes_trim(bytes_from(line, equals + 1));
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
            if (bytes_equal_fold(key, bytes_of_string(rows[i].key)) && value.len > 0) {
                if (i != 1 || node_get(node, rows[i].code).tag == VALUE_UNSET)
                    node_fact_string(node, rows[i].code, value);
                if (bytes_starts(value, BYTES("\\\\")) || bytes_starts_fold(value, BYTES("file:")))
                    node_fact_bool(node, FACT_SHORTCUT_REMOTE, true);
            }
    }
    if (node_get(node, FACT_SHORTCUT_URL).tag == VALUE_UNSET)
        node_anomaly(node, ANOMALY_MALFORMED, 0, 0, BYTES("no URL"));
}

const struct opener opener_shortcut = {"shortcut", bid, open};
