/* SPDX-License-Identifier: Apache-2.0 */
#include "open/tar.h"

#include "open/opener.h"
#include "open/zip.h"

static int bid(const struct node *node)
{
    if (node->kind == KIND_TAR)
        return 90;
    return node->kind == KIND_UNKNOWN && tar_is(node->content) ? 70 : 0;
}

static void note_hazards(struct node *node, const struct tar_member *member)
{
    size_t at = member->header_at;
    if ((member->hazards & (TAR_ABSOLUTE | TAR_CLIMBS)) != 0)
        node_anomaly(node, ANOMALY_PATH_TRAVERSAL, at, 512, member->name);
    if ((member->hazards & TAR_LINK_ESCAPES) != 0)
        node_anomaly(node, ANOMALY_LINK_ESCAPES, at, 512, member->link);
    if ((member->hazards & (TAR_SET_ID | TAR_DEVICE)) != 0)
        node_anomaly(node, ANOMALY_UNUSUAL_MEMBER, at, 512, member->name);
    if ((member->hazards & TAR_SPARSE) != 0)
        node_anomaly(node, ANOMALY_UNSUPPORTED, at, 512, BYTES("sparse file"));
    if ((member->hazards & TAR_CUT) != 0)
        node_anomaly(node, ANOMALY_TRUNCATED, at, 512, member->name);
}

static void note_end(struct node *node, const struct tar_walk *walk, bool any)
{
    if (walk->end == TAR_END_MALFORMED)
        node_anomaly(node, ANOMALY_UNDECODABLE, 0, 0, BYTES("tar header"));
    else if (walk->end == TAR_END_CUT || (walk->end == TAR_END_MISSING && !any))
        node_anomaly(node, ANOMALY_TRUNCATED, walk->content.len, 0, BYTES("tar header"));
    else if (walk->end == TAR_END_MISSING)
        node_anomaly(node, ANOMALY_MALFORMED, walk->content.len, 0, BYTES("no end mark"));
    if (walk->trailing != 0)
        node_anomaly(node, ANOMALY_TRAILING_DATA, walk->trailing,
                     walk->content.len - walk->trailing, BYTES_NONE);
}

static void open(struct node *node)
{
    struct tar_walk walk;
    struct tar_member member;
    int64_t files = 0, read = 0;
    node->kind = KIND_TAR;
    tar_begin(&walk, node->tree->arena, node->content);
    while (tar_next(&walk, &member)) {
        note_hazards(node, &member);
        if (member.type != TAR_FILE)
            continue;
        files++;
        if (node_add(node, member.data, zip_name(node->tree->arena, member.name, false)) == NULL)
            break;
        read++;
    }
    note_end(node, &walk, files > 0 || walk.end == TAR_END_MARK);
    node_fact_int(node, FACT_TAR_TOTAL_FILES, files);
    node_fact_int(node, FACT_TAR_TOTAL_EXTRACTED, read);
}

const struct opener opener_tar = {"tar", bid, open};
