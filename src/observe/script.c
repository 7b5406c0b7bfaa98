/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/script.h"

#include "observe/object.h"
#include "open/shell.h"
#include "shell/report.h"

/* One place of one behaviour in one role, and one command: what the objects are made from. */
struct script_behaviour {
    enum behaviour id;
    enum shell_role role;
    const struct shell_behaviour *seen;
    const struct shell_place *place;
};

struct model *script_model_new(struct tree *tree, struct node *node,
                               const struct settings *settings)
{
    if (shell_report_of(node) == NULL)
        return NULL;
    struct model *model = arena_new_of(tree->arena, struct model);
    model->arena = tree->arena, model->tree = tree, model->node = node, model->settings = settings;
    model->root = object_new(model, TYPE_Script, node);
    return model;
}

static struct value string_value(struct bytes s)
{
    return value_string(s);
}

static struct value cstring_value(const char *s)
{
    return s == NULL ? value_null() : value_string(bytes_of_string(s));
}

static struct value behaviours(struct model *model, const struct shell_report *report)
{
    struct array *made = array_new(model->arena);
    for (int role = 0; role < ROLE_COUNT; role++)
        for (uint32_t b = 0; b < BEHAVIOUR_COUNT; b++) {
            const struct shell_behaviour *seen = &report->behaviour[role][b];
            for (uint32_t i = 0; i < seen->place_count; i++) {
                struct script_behaviour *self = arena_new_of(model->arena, struct script_behaviour);
                *self = (struct script_behaviour){(enum behaviour)b, (enum shell_role)role, seen,
                                                  &seen->place[i]};
                array_add(model->arena, made,
                          value_object(object_new(model, TYPE_ScriptBehaviour, self)));
            }
        }
    return value_array(made);
}

/* One object per behaviour that is used, at the first place it was seen. */
static struct value does(struct model *model, const struct shell_report *report)
{
    struct array *made = array_new(model->arena);
    for (uint32_t b = 0; b < BEHAVIOUR_COUNT; b++) {
        const struct shell_behaviour *seen = &report->behaviour[ROLE_USED][b];
        if (seen->place_count == 0)
            continue;
        struct script_behaviour *self = arena_new_of(model->arena, struct script_behaviour);
        *self = (struct script_behaviour){(enum behaviour)b, ROLE_USED, seen, &seen->place[0]};
        array_add(model->arena, made, value_object(object_new(model, TYPE_ScriptBehaviour, self)));
    }
    return value_array(made);
}

static struct value context(struct model *model, const struct shell_report *report)
{
    const struct {
        bool is;
        const char *name;
    } all[] = {{report->packaged, "packaged"},
               {report->prepares, "prepares"},
               {report->verifies, "verifies"},
               {report->prompts, "prompts"},
               {report->keeps, "keeps"},
               {report->spreads, "spreads"}};
    struct bytes names[sizeof all / sizeof all[0]];
    uint32_t count = 0;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i].is)
            names[count++] = bytes_of_string(all[i].name);
    return model_strings(model, names, count);
}

/* What the place can carry: all where no honest script has it, little where honest work explains it. */
static const char *strength(const struct model *model, const struct script_behaviour *self)
{
    if (self->seen->sure)
        return "flow";
    return self->seen->hard && model->behaviour_strength != NULL
               ? model->behaviour_strength[self->id]
               : "weak";
}

static struct value tactics(struct model *model, const struct shell_report *report)
{
    struct bytes names[TACTIC_COUNT];
    uint32_t count = 0;
    for (uint32_t t = 0; t < TACTIC_COUNT; t++)
        if ((report->tactics & 1U << t) != 0)
            names[count++] = bytes_of_string(tactic_names[t]);
    return model_strings(model, names, count);
}

#define OBJECTS_OF(model, type, list)                                                              \
    do {                                                                                           \
        struct array *made = array_new((model)->arena);                                            \
        for (const void *at = (list); at != NULL; at = next_##type(at))                            \
            array_add((model)->arena, made, value_object(object_new((model), TYPE_##type, at)));   \
        return value_array(made);                                                                  \
    } while (0)

static const void *next_ScriptFlow(const void *at)
{
    return ((const struct shell_flow *)at)->next;
}
static const void *next_ScriptCommand(const void *at)
{
    return ((const struct shell_span *)at)->next;
}
static const void *next_ScriptDownload(const void *at)
{
    return ((const struct shell_fetch *)at)->next;
}
static struct value flows(struct model *model, const struct shell_report *report)
{
    OBJECTS_OF(model, ScriptFlow, report->flow);
}
static struct value commands(struct model *model, const struct shell_report *report)
{
    report_spans_fill(model->arena, report);
    OBJECTS_OF(model, ScriptCommand, report->span);
}
static struct value downloads(struct model *model, const struct shell_report *report)
{
    OBJECTS_OF(model, ScriptDownload, report->fetch);
}

static struct value layers(struct model *model, const struct shell_report *report)
{
    struct array *made = array_new(model->arena);
    for (uint32_t i = 1; i < report->layer_count; i++)
        array_add(model->arena, made,
                  value_object(object_new(model, TYPE_ScriptLayer, report->layer[i])));
    return value_array(made);
}

static struct value hosts(struct model *model, const struct shell_report *report)
{
    struct array *made = array_new(model->arena);
    for (const struct shell_fetch *f = report->fetch; f != NULL; f = f->next) {
        bool known = f->host.len == 0;
        for (uint32_t i = 0; i < made->count && !known; i++)
            known = bytes_equal(value_bytes(made->item[i]), f->host);
        if (!known)
            array_add(model->arena, made, value_string(f->host));
    }
    return value_array(made);
}

struct value resolve_Script(struct object *object, uint32_t field)
{
    struct model *model = object->model;
    const struct node *node = object->self;
    const struct shell_report *report = node == NULL ? NULL : shell_report_of(node);
    if (report == NULL)
        return value_null();
    switch (field) {
    case FIELD_Script_language:
        return cstring_value("shell");
    case FIELD_Script_raw:
        return string_value(node->content);
    case FIELD_Script_class:
        return cstring_value(shell_class_names[report->class]);
    case FIELD_Script_category:
        return report->category.at == NULL ? value_null() : string_value(report->category);
    case FIELD_Script_tactics:
        return tactics(model, report);
    case FIELD_Script_behaviours:
        return behaviours(model, report);
    case FIELD_Script_does:
        return does(model, report);
    case FIELD_Script_context:
        return context(model, report);
    case FIELD_Script_beside_malicious:
        return value_bool(report->beside);
    case FIELD_Script_flows:
        return flows(model, report);
    case FIELD_Script_commands:
        return commands(model, report);
    case FIELD_Script_downloads:
        return downloads(model, report);
    case FIELD_Script_layers:
        return layers(model, report);
    case FIELD_Script_kills:
        return model_strings(model, report->kill,
                             report->kill_count < KILLS_MAX ? report->kill_count : KILLS_MAX);
    case FIELD_Script_hosts:
        return hosts(model, report);
    case FIELD_Script_lines:
        return value_int(layer_line(model->arena, report->layer[0], UINT32_MAX));
    case FIELD_Script_broken:
        return value_int(report->odd_count);
    default:
        return value_null();
    }
}

static struct bytes source_of(const struct shell_layer *layer, uint32_t offset, uint32_t len)
{
    return bytes_trim(bytes_sub(layer->text, offset, len));
}

struct value resolve_ScriptBehaviour(struct object *object, uint32_t field)
{
    const struct script_behaviour *self = object->self;
    if (self == NULL)
        return value_null();
    const struct behaviour_row *row = &behaviour_rows[self->id];
    const struct shell_place *place = self->place;
    switch (field) {
    case FIELD_ScriptBehaviour_id:
        return cstring_value(row->id);
    case FIELD_ScriptBehaviour_name:
        return cstring_value(row->name);
    case FIELD_ScriptBehaviour_role:
        return cstring_value(shell_role_names[self->role]);
    case FIELD_ScriptBehaviour_tactic:
        return cstring_value(tactic_names[row->tactic]);
    case FIELD_ScriptBehaviour_strength:
        return cstring_value(strength(object->model, self));
    case FIELD_ScriptBehaviour_explained:
        return value_bool(!self->seen->hard);
    case FIELD_ScriptBehaviour_count:
        return value_int(self->seen->count);
    case FIELD_ScriptBehaviour_line:
        return value_int(place->line);
    case FIELD_ScriptBehaviour_path:
        return string_value(layer_path(object->model->arena, place->layer, place->line));
    case FIELD_ScriptBehaviour_command:
        return string_value(source_of(place->layer, place->offset, place->len));
    case FIELD_ScriptBehaviour_detail:
        return string_value(place->detail);
    default:
        return value_null();
    }
}

/* The steps of FLOW from source to sink: "path: command" (WITH_TEXT) or "path". */
static struct value flow_steps(struct model *model, const struct shell_flow *flow, bool with_text)
{
    struct bytes steps[64];
    uint32_t count = 0;
    for (const struct shell_step *s = flow->step; s != NULL && count < 64;
         s = step_before(s, flow->source)) {
        struct bytes path = layer_path(model->arena, s->layer, s->line);
        struct bytes text = bytes_sub(source_of(s->layer, s->offset, s->len), 0, 160);
        steps[count++] =
            with_text ? arena_printf(model->arena, "%.*s: %.*s", BYTES_FMT(path), BYTES_FMT(text))
                      : path;
    }
    for (uint32_t i = 0; i < count / 2; i++) {
        struct bytes kept = steps[i];
        steps[i] = steps[count - 1 - i], steps[count - 1 - i] = kept;
    }
    return model_strings(model, steps, count);
}

struct value resolve_ScriptFlow(struct object *object, uint32_t field)
{
    const struct shell_flow *flow = object->self;
    if (flow == NULL)
        return value_null();
    switch (field) {
    case FIELD_ScriptFlow_source:
        return cstring_value(taint_rows[flow->source].name);
    case FIELD_ScriptFlow_sink:
        return string_value(flow->sink);
    case FIELD_ScriptFlow_destination:
        return string_value(flow->destination);
    case FIELD_ScriptFlow_host_kind:
        return cstring_value(host_kind_names[flow->host_kind]);
    case FIELD_ScriptFlow_lines:
        return flow_steps(object->model, flow, false);
    case FIELD_ScriptFlow_chain:
        return flow_steps(object->model, flow, true);
    default:
        return value_null();
    }
}

struct value resolve_ScriptCommand(struct object *object, uint32_t field)
{
    const struct shell_span *span = object->self;
    if (span == NULL)
        return value_null();
    switch (field) {
    case FIELD_ScriptCommand_name:
        return string_value(span->name);
    case FIELD_ScriptCommand_text:
        return string_value(span->text);
    case FIELD_ScriptCommand_role:
        return cstring_value(shell_role_names[span->role]);
    case FIELD_ScriptCommand_line:
        return value_int(span->line);
    case FIELD_ScriptCommand_path:
        return string_value(layer_path(object->model->arena, span->layer, span->line));
    default:
        return value_null();
    }
}

struct value resolve_ScriptDownload(struct object *object, uint32_t field)
{
    const struct shell_fetch *f = object->self;
    if (f == NULL)
        return value_null();
    switch (field) {
    case FIELD_ScriptDownload_url:
        return string_value(f->url);
    case FIELD_ScriptDownload_host:
        return string_value(f->host);
    case FIELD_ScriptDownload_host_kind:
        return cstring_value(host_kind_names[f->host_kind]);
    case FIELD_ScriptDownload_tool:
        return string_value(f->tool);
    case FIELD_ScriptDownload_saved_to:
        return string_value(f->path);
    case FIELD_ScriptDownload_line:
        return value_int(f->line);
    case FIELD_ScriptDownload_runs:
        return value_bool(f->run);
    case FIELD_ScriptDownload_sends:
        return value_bool(f->sends);
    case FIELD_ScriptDownload_tls:
        return value_bool(f->tls);
    default:
        return value_null();
    }
}

struct value resolve_ScriptLayer(struct object *object, uint32_t field)
{
    const struct shell_layer *layer = object->self;
    if (layer == NULL || layer->parent == NULL)
        return value_null();
    switch (field) {
    case FIELD_ScriptLayer_how:
        return string_value(layer->how);
    case FIELD_ScriptLayer_path:
        return string_value(layer_path(object->model->arena, layer->parent, layer->line));
    case FIELD_ScriptLayer_file:
        return string_value(layer->path);
    case FIELD_ScriptLayer_text:
        return string_value(layer->text);
    case FIELD_ScriptLayer_decoded:
        return value_bool(layer->decoded);
    default:
        return value_null();
    }
}
