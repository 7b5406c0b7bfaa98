/* SPDX-License-Identifier: Apache-2.0 */
#include "open/recipe.h"

#include "artifact/identify.h"
#include "base/text.h"
#include "open/shell.h"

/* Keys of JSON whose strings are commands somebody's editor, container or package manager runs. */
static const char *const composer_keys[] = {
    "\"post-install-cmd\"",   "\"pre-install-cmd\"",  "\"post-update-cmd\"",     "\"pre-update-cmd\"",
    "\"post-autoload-dump\"", "\"pre-autoload-dump\"", "\"post-package-install\"", "\"post-root-package-install\"",
    "\"post-create-project-cmd\""};
static const char *const editor_keys[] = {"\"command\"",           "\"postCreateCommand\"", "\"onCreateCommand\"",
                                          "\"postStartCommand\"",  "\"postAttachCommand\"", "\"initializeCommand\"",
                                          "\"updateContentCommand\""};

static bool holds(struct bytes text, const char *word)
{
    return bytes_find(text, bytes_of_string(word), 0) != BYTES_NPOS;
}

static struct bytes base_name(struct bytes name)
{
    size_t slash = bytes_find_last_byte(name, '/');
    return slash == BYTES_NPOS ? name : bytes_from(name, slash + 1);
}

static bool is_makefile(const struct node *node)
{
    struct bytes base = base_name(node->name), extension = name_extension(node->name);
    return (bytes_starts_fold(base, BYTES("makefile")) || bytes_equal_fold(base, BYTES("gnumakefile")) ||
            bytes_equal_fold(extension, BYTES("mk")) || bytes_equal_fold(extension, BYTES("makefile"))) &&
           holds(node->content, "\n\t");
}

static bool is_pipeline(const struct node *node)
{
    return bytes_starts_fold(base_name(node->name), BYTES("jenkinsfile")) ||
           bytes_equal_fold(name_extension(node->name), BYTES("jenkinsfile")) ||
           (node->parent == NULL && holds(node->content, "pipeline {") && holds(node->content, "steps {"));
}

static bool is_terraform(const struct node *node)
{
    return bytes_equal_fold(name_extension(node->name), BYTES("tf")) ||
           (node->parent == NULL && holds(node->content, "resource \"") && holds(node->content, "user_data"));
}

static bool is_composer(const struct node *node)
{
    return holds(node->content, "-cmd\"") || holds(node->content, "-autoload-dump\"");
}

static bool is_editor(const struct node *node)
{
    return (holds(node->content, "\"tasks\"") && holds(node->content, "\"command\"") &&
            holds(node->content, "\"type\"")) ||
           holds(node->content, "CreateCommand\"") || holds(node->content, "\"postStartCommand\"") ||
           holds(node->content, "\"initializeCommand\"");
}

bool recipe_is(const struct node *node)
{
    if (node->is_view || node->content.len >= (size_t)1 << 20)
        return false;
    if (node->kind == KIND_JSON)
        return is_composer(node) || is_editor(node);
    bool text = node->kind == KIND_TEXT || node->kind == KIND_SHELL || node->kind == KIND_UNKNOWN;
    return text && (is_makefile(node) || is_pipeline(node) || is_terraform(node));
}

/* LINE of a recipe as the shell gets it: $$ is a dollar, $(NAME) a variable of make's. */
static void make_line(struct text *out, struct bytes line)
{
    while (line.len > 0 && strchr("\t @-+", line.at[0]) != NULL)
        line = bytes_from(line, 1);
    for (size_t i = 0; i < line.len; i++) {
        bool dollar = line.at[i] == '$' && i + 1 < line.len;
        size_t end = i + 2;
        while (dollar && line.at[i + 1] == '(' && end < line.len &&
               (ascii_is_alnum(line.at[end]) || line.at[end] == '_'))
            end++;
        if (dollar && line.at[i + 1] == '$') {
            i++;
            text_add_byte(out, '$');
        } else if (dollar && line.at[i + 1] == '(' && end < line.len && line.at[end] == ')') {
            text_add_string(out, "${");
            text_add(out, bytes_sub(line, i + 2, end - i - 2));
            text_add_byte(out, '}');
            i = end;
        } else {
            text_add_byte(out, line.at[i]);
        }
    }
    text_add_byte(out, '\n');
}

/* The lines below each target, in one script a target. */
static void make_read(struct node *node)
{
    struct bytes rest = node->content, line;
    struct text recipe;
    uint32_t number = 0, first = 0, bodies = 0;
    text_init(&recipe, node->tree->arena, (size_t)1 << 20);
    while (bodies < RECIPE_BODIES_MAX) {
        bool more = bytes_next_line(&rest, &line);
        number++;
        if (more && line.len > 1 && line.at[0] == '\t') {
            first = recipe.len == 0 ? number : first;
            make_line(&recipe, line);
            continue;
        }
        if (recipe.len > 0) {
            bodies += shell_body(node, text_bytes(&recipe), "recipe", first) != NULL;
            text_init(&recipe, node->tree->arena, (size_t)1 << 20);
        }
        if (!more)
            break;
    }
}

static uint32_t line_at(const struct node *node, size_t offset)
{
    uint32_t line = 1;
    for (size_t i = 0; i < offset && i < node->content.len; i++)
        line += node->content.at[i] == '\n';
    return line;
}

/* The string that is quoted at AT ('x', "x", three of either); past it in *END. */
static struct bytes quoted_at(struct arena *arena, struct bytes text, size_t at, size_t *end)
{
    if (at >= text.len || (text.at[at] != '"' && text.at[at] != '\''))
        return BYTES_NONE;
    uint8_t quote = text.at[at];
    size_t marks = at + 2 < text.len && text.at[at + 1] == quote && text.at[at + 2] == quote ? 3 : 1;
    struct text out;
    text_init(&out, arena, 65536);
    size_t i = at + marks;
    for (; i < text.len; i++) {
        bool three = i + 2 < text.len && text.at[i + 1] == quote && text.at[i + 2] == quote;
        if (text.at[i] == quote && (marks == 1 || three))
            break;
        i += marks == 1 && text.at[i] == '\\' && i + 1 < text.len;
        text_add_byte(&out, text.at[i]);
    }
    *end = i + marks;
    return out.len == 0 ? BYTES_NONE : text_bytes(&out);
}

/* sh 'x', sh "x", sh(script: 'x'), bat 'x' of a pipeline. */
static void pipeline_read(struct node *node)
{
    static const char *const steps[] = {"sh", "bash", "bat", "powershell", "pwsh"};
    struct bytes text = node->content;
    uint32_t bodies = 0;
    for (size_t at = 0; at < text.len && bodies < RECIPE_BODIES_MAX; at++) {
        size_t end = at, next = 0;
        while (end < text.len && ascii_is_alpha(text.at[end]))
            end++;
        bool step = false;
        for (size_t i = 0; end > at && i < sizeof steps / sizeof steps[0]; i++)
            step |= bytes_equal(bytes_sub(text, at, end - at), bytes_of_string(steps[i]));
        size_t from = end;
        while (step && from < text.len && strchr(" (", text.at[from]) != NULL)
            from++;
        if (step && bytes_starts(bytes_from(text, from), BYTES("script:")))
            for (from += 7; from < text.len && text.at[from] == ' ';)
                from++;
        struct bytes command = step ? quoted_at(node->tree->arena, text, from, &next) : BYTES_NONE;
        if (command.len > 0)
            bodies += shell_body(node, command, "step", line_at(node, at)) != NULL, end = next;
        at = end > at ? end - 1 : at;
    }
}

/* user_data and its kin, in here-documents; commands of provisioners. */
static void terraform_read(struct node *node)
{
    static const char *const keys[] = {"inline", "command", "user_data", "custom_data", "startup_script",
                                       "startup-script", "metadata_startup_script"};
    struct bytes rest = node->content, line;
    uint32_t number = 0, bodies = 0;
    while (bodies < RECIPE_BODIES_MAX && bytes_next_line(&rest, &line)) {
        struct bytes text = bytes_trim(line), mark = BYTES_NONE;
        size_t equals = bytes_find_byte(text, '=', 0), here = bytes_find(text, BYTES("<<"), 0);
        bool keyed = false;
        number++;
        for (size_t i = 0; equals != BYTES_NPOS && i < sizeof keys / sizeof keys[0]; i++)
            keyed |= bytes_equal(bytes_trim(bytes_sub(text, 0, equals)), bytes_of_string(keys[i]));
        if (!keyed)
            continue;
        if (here != BYTES_NPOS) {
            mark = bytes_trim(bytes_from(text, here + 2));
            mark = mark.len > 0 && mark.at[0] == '-' ? bytes_from(mark, 1) : mark;
            const uint8_t *from = rest.at;
            uint32_t first = number + 1;
            while (bytes_next_line(&rest, &line) && !bytes_starts(bytes_trim(line), mark))
                number++;
            number++;
            if (from != NULL && line.at != NULL && line.at > from)
                bodies += shell_body(node, bytes_of(from, (size_t)(line.at - from)), "user data", first) != NULL;
            continue;
        }
        for (size_t at = equals + 1, end; at < text.len && bodies < RECIPE_BODIES_MAX; at++) {
            struct bytes command = quoted_at(node->tree->arena, text, at, &end);
            if (text.at[at] == '"' || text.at[at] == '\'')
                at = end - 1;
            bodies += command.len > 0 && shell_body(node, command, "command", number) != NULL;
        }
    }
}

struct bytes recipe_json_string(struct arena *arena, struct bytes text, size_t at)
{
    struct text out;
    while (at < text.len && (ascii_is_space(text.at[at]) || text.at[at] == ':'))
        at++;
    if (at >= text.len || text.at[at++] != '"')
        return BYTES_NONE;
    text_init(&out, arena, 65536);
    for (; at < text.len && text.at[at] != '"'; at++) {
        at += text.at[at] == '\\' && at + 1 < text.len;
        text_add_byte(&out, text.at[at]);
    }
    return out.len == 0 ? BYTES_NONE : text_bytes(&out);
}

/* The command, or the list of them, that follows each of KEYS.  "@php" and "@composer" are themselves. */
static void json_read(struct node *node, const char *const *keys, size_t count, const char *what)
{
    struct arena *arena = node->tree->arena;
    struct bytes text = node->content;
    uint32_t bodies = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t at = 0; (at = bytes_find(text, bytes_of_string(keys[i]), at)) != BYTES_NPOS;) {
            size_t end = at += strlen(keys[i]);
            while (at < text.len && strchr(" \t\r\n:[", text.at[at]) != NULL)
                at++;
            bool list = bytes_find_byte(bytes_sub(text, end, at - end), '[', 0) != BYTES_NPOS;
            while (at < text.len && text.at[at] == '"' && bodies < RECIPE_BODIES_MAX) {
                struct bytes command = recipe_json_string(arena, text, at);
                if (command.len > 1 && command.at[0] == '@')
                    command = bytes_from(command, 1);
                bodies += shell_body(node, command, what, line_at(node, at)) != NULL;
                quoted_at(arena, text, at, &end);
                for (at = end; list && at < text.len && strchr(" \t\r\n,", text.at[at]) != NULL;)
                    at++;
                if (!list)
                    break;
            }
        }
}

void recipe_read(struct node *node)
{
    if (node->kind == KIND_JSON && is_composer(node))
        json_read(node, composer_keys, sizeof composer_keys / sizeof composer_keys[0], "script");
    else if (node->kind == KIND_JSON)
        json_read(node, editor_keys, sizeof editor_keys / sizeof editor_keys[0], "script");
    else if (is_makefile(node))
        make_read(node);
    else if (is_pipeline(node))
        pipeline_read(node);
    else
        terraform_read(node);
}
