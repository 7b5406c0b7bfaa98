/* SPDX-License-Identifier: Apache-2.0 */
#include "verdict/image.h"

#include "open/oci.h"
#include "open/shell.h"
#include "verdict/judge.h"

#define SECRET_WEIGHT 4.6 /* a live key in an image is an incident, not a program's malice */
#define SECRETS_SHOWN_MAX 32u

static struct bytes where(struct arena *arena, const struct oci_image *image, uint32_t layer,
                          const struct oci_file *file, int language)
{
    const char *state =
        file == NULL             ? ""
        : file->removed_in != 0  ? (language == 0 ? ", removed later but still shipped"
                                                  : "、後で削除されたが配布物に残存")
        : file->replaced_in != 0 ? (language == 0 ? ", replaced later but still shipped"
                                                  : "、後で置換されたが配布物に残存")
                                 : "";
    if (layer == 0)
        return arena_printf(arena, "%s", language == 0 ? "configuration" : "設定");
    struct bytes line = bytes_sub(image->layer[layer - 1].created_by, 0, 100);
    return line.len > 0
               ? arena_printf(arena, "%s %u%s, %s: %.*s", language == 0 ? "layer" : "レイヤー",
                              layer, state, language == 0 ? "made by" : "作成行", BYTES_FMT(line))
               : arena_printf(arena, "%s %u%s", language == 0 ? "layer" : "レイヤー", layer, state);
}

static void add_secret(struct verdict *v, struct model *model, const struct oci_image *image,
                       const struct oci_secret *secret, bool first)
{
    struct arena *arena = model->arena;
    static struct bytes technique[1];
    technique[0] = BYTES("T1552.001");
    struct evidence e = {.rule = BYTES("image.secret"),
                         .kind = BYTES("attachment"),
                         .technique = technique,
                         .technique_count = 1};
    e.weight = !secret->certain ? 0.2 : first ? SECRET_WEIGHT : 0.1;
    e.sentence[0] = arena_printf(arena, "%s in %.*s line %u: %.*s (%.*s)", secret->kind,
                                 BYTES_FMT(secret->place), secret->line, BYTES_FMT(secret->shown),
                                 BYTES_FMT(where(arena, image, secret->layer, secret->file, 0)));
    e.sentence[1] = arena_printf(arena, "秘密情報 (%s): %.*s %u行目: %.*s (%.*s)", secret->kind,
                                 BYTES_FMT(secret->place), secret->line, BYTES_FMT(secret->shown),
                                 BYTES_FMT(where(arena, image, secret->layer, secret->file, 1)));
    e.path = node_path(arena, secret->layer == 0 ? image->node
                              : image->layer[secret->layer - 1].node != NULL
                                  ? image->layer[secret->layer - 1].node
                                  : image->node);
    judge_add(v, arena, &e);
    if (v->category.len == 0 && secret->certain)
        v->category = BYTES("exposed secret");
}

/* The worst script below the image that was run as its entry point. */
static const struct shell_report *entry_report(const struct oci_image *image)
{
    const struct shell_report *worst = image->entry != NULL && image->entry->node != NULL
                                           ? shell_report_of(image->entry->node)
                                           : NULL;
    for (struct node *child = image->node->first_child; child != NULL; child = child->next) {
        const struct shell_report *report = shell_report_of(child);
        if (report != NULL && bytes_starts(child->name, BYTES("entry point")) &&
            (worst == NULL || report->class > worst->class))
            worst = report;
    }
    return worst;
}

static void add_entry(struct verdict *v, struct model *model, struct oci_image *image)
{
    static const struct {
        const char *english, *japanese;
        double weight;
    } says[OCI_ENTRY_COUNT] = {
        [OCI_ENTRY_DISGUISED] =
            {"the image starts a program that bears a service's name in the wrong place",
             "イメージはサービスを装った名前のプログラムを不自然な場所から起動する", 4.6},
        [OCI_ENTRY_MINER] = {"the image openly starts a miner",
                             "イメージは採掘プログラムを公然と起動する", 4.6},
        [OCI_ENTRY_DROPPER] =
            {"the image starts a harmless-looking script that downloads and runs when it is "
             "started",
             "イメージは無害に見えるスクリプトを起動し、実行時にダウンロードして実行する", 3.0},
    };
    struct arena *arena = model->arena;
    const struct shell_report *report = entry_report(image);
    if (image->entry_class == OCI_ENTRY_PLAIN && report != NULL &&
        report->class >= SHELL_SUSPICIOUS)
        image->entry_class = OCI_ENTRY_DROPPER;
    node_fact_string(image->node, FACT_IMAGE_ENTRY,
                     bytes_of_string(oci_entry_names[image->entry_class]));
    if (says[image->entry_class].english == NULL)
        return;
    struct evidence e = {.rule = BYTES("image.entry_point"),
                         .kind = BYTES("attachment"),
                         .weight = says[image->entry_class].weight};
    e.sentence[0] = arena_printf(arena, "%s (%.*s)", says[image->entry_class].english,
                                 BYTES_FMT(bytes_sub(image->entry_line, 0, 120)));
    e.sentence[1] = arena_printf(arena, "%s (%.*s)", says[image->entry_class].japanese,
                                 BYTES_FMT(bytes_sub(image->entry_line, 0, 120)));
    e.path = node_path(arena, image->node);
    judge_add(v, arena, &e);
    if (v->category.len == 0)
        v->category = image->entry_class == OCI_ENTRY_MINER ? BYTES("miner") : BYTES("dropper");
}

static void add_program(struct verdict *v, struct model *model, const struct node *node)
{
    struct bytes why = value_bytes(node_get(node, FACT_IMAGE_PROGRAM));
    struct arena *arena = model->arena;
    if (why.len == 0)
        return;
    bool miner = bytes_find(why, BYTES("miner"), 0) != BYTES_NPOS;
    struct evidence e = {
        .rule = BYTES("image.program"), .kind = BYTES("attachment"), .weight = miner ? 4.6 : 0.8};
    struct bytes layer = node->parent != NULL ? node->parent->name : BYTES("");
    struct bytes state = value_bytes(node_get(node, FACT_IMAGE_STATE));
    e.sentence[0] = arena_printf(arena, "%.*s: %.*s (%.*s; %.*s)", BYTES_FMT(node->name),
                                 BYTES_FMT(why), BYTES_FMT(layer), BYTES_FMT(state));
    e.sentence[1] =
        arena_printf(arena, "%.*s: %s (%.*s)", BYTES_FMT(node->name),
                     miner ? "採掘プログラムの語を含む" : "隠し・一時ディレクトリのプログラム",
                     BYTES_FMT(layer));
    e.path = node_path(arena, node);
    e.len = node->content.len < 160 ? node->content.len : 160;
    judge_add(v, arena, &e);
    if (miner && v->category.len == 0)
        v->category = BYTES("miner");
}

void judge_images(struct verdict *v, struct model *model)
{
    struct tree *tree = model->tree;
    for (uint32_t i = 0; i < tree->count; i++) {
        add_program(v, model, tree->node[i]);
        for (struct oci_image *image = oci_image_of(tree->node[i]); image != NULL;
             image = image->next) {
            uint32_t shown = 0;
            add_entry(v, model, image);
            for (const struct oci_secret *s = image->secret; s != NULL && shown < SECRETS_SHOWN_MAX;
                 s = s->next, shown++)
                add_secret(v, model, image, s, shown == 0);
        }
    }
}
