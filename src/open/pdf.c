/* SPDX-License-Identifier: Apache-2.0 */
#include "open/pdf.h"

#include "artifact/digest.h"
#include "base/table.h"
#include "open/opener.h"

#define HASH_OBJECTS_MAX 20000u
#define URL_BYTES_MAX ((size_t)8192)
#define FILES_MAX 256u

static int bid(const struct node *node)
{
    return node->kind == KIND_PDF ? 90 : 0;
}

static struct node *hang_script(const struct pdf_file *file, struct bytes value)
{
    struct arena *arena = file->node->tree->arena;
    struct pdf_object *object = pdf_find(file, pdf_reference(value));
    struct bytes source = object != NULL && object->stream.at != NULL
                              ? pdf_stream(file, object)
                              : pdf_string(arena, pdf_resolve(file, value));
    if (source.len == 0)
        return NULL;
    struct node *child = node_add(file->node, source, BYTES("script.js"));
    if (child != NULL)
        child->kind = KIND_JAVASCRIPT;
    return child;
}

/* The target of a Launch, GoToR or SubmitForm action: a string, or a file specification. */
static struct bytes file_spec(const struct pdf_file *file, struct bytes value)
{
    struct arena *arena = file->node->tree->arena;
    value = bytes_trim(pdf_resolve(file, value));
    if (bytes_starts(value, BYTES("<<"))) {
        struct bytes name = pdf_get(value, "UF");
        if (name.at == NULL)
            name = pdf_get(value, "F");
        value = pdf_resolve(file, name);
    }
    return pdf_string(arena, value);
}

static void read_launch(const struct pdf_file *file, struct bytes action)
{
    struct arena *arena = file->node->tree->arena;
    struct bytes windows = pdf_resolve(file, pdf_get(action, "Win"));
    struct bytes target = file_spec(file, pdf_get(action, "F"));
    if (windows.at != NULL) {
        struct bytes program = file_spec(file, pdf_get(windows, "F"));
        struct bytes parameters = pdf_string(arena, pdf_resolve(file, pdf_get(windows, "P")));
        if (program.at != NULL)
            target = parameters.len > 0 ? arena_printf(arena, "%.*s %.*s", BYTES_FMT(program),
                                                       BYTES_FMT(parameters))
                                        : program;
    }
    node_fact_add(file->node, FACT_PDF_LAUNCH, target.at == NULL ? bytes_of("", 0) : target);
}

/* Whether VALUE is direct, or refers to an object nobody followed yet: each is told once. */
static bool is_fresh(const struct pdf_file *file, struct bytes value)
{
    struct pdf_object *object = pdf_find(file, pdf_reference(value));
    bool fresh = object == NULL || !object->told;
    if (object != NULL)
        object->told = true;
    return fresh;
}

/* Where the dictionary ACTION, of the kind KIND, leads. */
static void read_action(const struct pdf_file *file, struct bytes action, struct bytes kind)
{
    if (pdf_name_is(kind, "Launch")) {
        read_launch(file, action);
        return;
    }
    bool submits = pdf_name_is(kind, "SubmitForm");
    if (!submits && !pdf_name_is(kind, "GoToR"))
        return;
    struct bytes target = pdf_get(action, "F");
    if (target.at != NULL)
        node_fact_add(file->node, submits ? FACT_PDF_SUBMIT_URLS : FACT_PDF_REMOTE_FILES,
                      file_spec(file, target));
}

/* Every key of OBJECT's body that acts, whatever dictionary it stands in. */
static void read_keys(const struct pdf_file *file, struct pdf_object *object)
{
    static const char *const acting[] = {
        "OpenAction", "AA",         "Launch",       "JavaScript",    "JS",
        "SubmitForm", "ImportData", "GoToR",        "GoToE",         "RichMedia",
        "XFA",        "AcroForm",   "EmbeddedFile", "EmbeddedFiles", "URI"};
    struct node *node = file->node;
    struct arena *arena = node->tree->arena;
    size_t at = 0;
    struct bytes body = object->body, token;
    bool is_field = pdf_object_get(file, object, "FT").at != NULL;
    while (pdf_token(body, &at, &token)) {
        if (token.at[0] != '/')
            continue;
        for (size_t i = 0; i < sizeof acting / sizeof acting[0]; i++)
            if (pdf_name_is(token, acting[i]))
                node_fact_add(node, FACT_PDF_ACTIONS, bytes_of_string(acting[i]));
        size_t look = at;
        if (pdf_name_is(token, "URI")) {
            struct bytes value = pdf_value(body, &look), url = BYTES_NONE;
            if (is_fresh(file, value))
                url = pdf_string(arena, bytes_sub(pdf_resolve(file, value), 0, URL_BYTES_MAX));
            if (url.len > 0)
                node_fact_add(node, FACT_PDF_URLS, bytes_trim(url));
        } else if (pdf_name_is(token, "JS")) {
            struct bytes value = pdf_value(body, &look);
            if (is_fresh(file, value))
                hang_script(file, value);
        } else if (is_field && pdf_name_is(token, "T")) {
            struct bytes name = pdf_string(arena, pdf_value(body, &look));
            if (name.len > 0)
                node_fact_add(node, FACT_PDF_FIELDS, name);
        }
    }
    read_action(file, body, pdf_object_get(file, object, "S"));
    struct bytes inner = pdf_resolve(file, pdf_object_get(file, object, "A"));
    struct bytes open_action = pdf_resolve(file, pdf_object_get(file, object, "OpenAction"));
    read_action(file, inner, pdf_get(inner, "S"));
    read_action(file, open_action, pdf_get(open_action, "S"));
}

/* File specifications, to find the names of embedded files. */
struct specifications {
    struct {
        uint32_t number; /* of the stream */
        struct bytes body;
    } row[FILES_MAX];
    uint32_t count;
};

static void find_specifications(const struct pdf_file *file, struct specifications *found)
{
    found->count = 0;
    for (uint32_t i = 0; i < file->count && found->count + 1 < FILES_MAX; i++) {
        struct bytes embedded = pdf_resolve(file, pdf_object_get(file, &file->object[i], "EF"));
        if (embedded.at == NULL)
            continue;
        uint32_t number = pdf_reference(pdf_get(embedded, "F"));
        if (number == 0)
            number = pdf_reference(pdf_get(embedded, "UF"));
        found->row[found->count].body = file->object[i].body;
        found->row[found->count++].number = number;
    }
}

static int64_t hang_embedded(const struct pdf_file *file, struct pdf_object *object,
                             const struct specifications *named)
{
    struct bytes name = BYTES_NONE;
    for (uint32_t i = 0; i < named->count && name.at == NULL; i++)
        if (named->row[i].number == object->number)
            name = file_spec(file, named->row[i].body);
    struct node *child = node_add(file->node, pdf_stream(file, object), name);
    if (child == NULL)
        return 0;
    child->raw = object->stream;
    return 1;
}

/* md5 over "Type/Subtype|" of each current object in file order; the first key, or None, where it has no
 * type (object hashing as Proofpoint published it, 2025). */
static void hash_objects(const struct pdf_file *file)
{
    struct arena *arena = file->node->tree->arena;
    struct text line;
    text_init(&line, arena, 0);
    for (uint32_t i = 0; i < file->count && i < HASH_OBJECTS_MAX; i++) {
        struct pdf_object *object = &file->object[i];
        struct bytes type = pdf_object_get(file, object, "Type"),
                     subtype = pdf_object_get(file, object, "Subtype"), token;
        if (object->packed || object->replaced || pdf_name_is(type, "Sig"))
            continue;
        size_t at = 0;
        if (bytes_starts(type, BYTES("/"))) {
            text_add(&line, bytes_from(type, 1));
            if (bytes_starts(subtype, BYTES("/")))
                text_add(&line, subtype);
        } else if (pdf_token(object->body, &at, &token) && bytes_equal(token, BYTES("<<")) &&
                   pdf_token(object->body, &at, &token) && token.at[0] == '/') {
            text_add(&line, bytes_from(token, 1));
        } else {
            text_add_string(&line, "None");
        }
        text_add_byte(&line, '|');
    }
    if (line.len == 0)
        return;
    node_fact_string(file->node, FACT_PDF_OBJ_HASH_STRING, text_bytes(&line));
    node_fact_string(file->node, FACT_PDF_OBJ_HASH,
                     digest_hex(arena, DIGEST_MD5, text_bytes(&line)));
}

static void read_information(const struct pdf_file *file)
{
    static const struct {
        const char *key;
        enum fact_code code;
    } rows[] = {{"Producer", FACT_EXIFTOOL_PRODUCER},
                {"Creator", FACT_EXIFTOOL_CREATOR},
                {"Title", FACT_EXIFTOOL_TITLE},
                {"Author", FACT_EXIFTOOL_AUTHOR},
                {"CreationDate", FACT_EXIFTOOL_CREATE_DATE},
                {"ModDate", FACT_EXIFTOOL_MODIFY_DATE}};
    struct node *node = file->node;
    struct arena *arena = node->tree->arena;
    struct bytes info = pdf_resolve(file, pdf_get(file->trailer, "Info"));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bytes value = pdf_string(arena, pdf_resolve(file, pdf_get(info, rows[i].key)));
        if (value.at == NULL)
            continue;
        node_fact_string(node, rows[i].code, value);
        node_fact_pair(node, FACT_EXIFTOOL_FIELDS, bytes_of_string(rows[i].key),
                       value_string(value));
    }
    size_t mark = bytes_find(bytes_sub(node->content, 0, 1024), BYTES("%PDF-"), 0);
    if (mark != BYTES_NPOS)
        node_fact_string(node, FACT_EXIFTOOL_PDF_VERSION, bytes_sub(node->content, mark + 5, 3));
    if (mark != BYTES_NPOS && mark > 0)
        node_anomaly(node, ANOMALY_LEADING_DATA, 0, mark, BYTES_NONE);
}

/* Whether PAGE shows a picture and a link, and hardly a word. */
static bool is_picture_with_link(const struct pdf_file *file, struct pdf_object *page)
{
    struct bytes annotations = pdf_resolve(file, pdf_object_get(file, page, "Annots")), item;
    struct bytes resources = pdf_resolve(file, pdf_object_get(file, page, "Resources"));
    struct bytes drawn = pdf_resolve(file, pdf_get(resources, "XObject"));
    bool link = false;
    size_t at = 1;
    for (int i = 0; i < 64 && at < annotations.len && !link; i++) {
        item = pdf_resolve(file, pdf_value(annotations, &at));
        struct bytes action = pdf_resolve(file, pdf_get(item, "A"));
        link = pdf_name_is(pdf_get(item, "Subtype"), "Link") && pdf_get(action, "URI").at != NULL;
    }
    if (!link || drawn.len < 5)
        return false;
    if (page->shown == 0) {
        struct text text;
        text_init(&text, file->node->tree->arena, 4096);
        pdf_text_of_page(file, page, &text);
        page->shown = 1 + bytes_trim(text_bytes(&text)).len;
    }
    return page->shown <= 40;
}

static void read_pages(const struct pdf_file *file)
{
    int64_t pages = 0, pictures = 0;
    for (uint32_t i = 0; i < file->count; i++) {
        struct pdf_object *object = &file->object[i];
        if (object->replaced || !pdf_name_is(pdf_object_get(file, object, "Type"), "Page"))
            continue;
        pages++;
        if (pages <= 20 && is_picture_with_link(file, object))
            pictures++;
    }
    node_fact_int(file->node, FACT_EXIFTOOL_PAGE_COUNT, pages);
    node_fact_int(file->node, FACT_PDF_PICTURE_LINK_PAGES, pictures);
}

static void open_locked(struct node *node)
{
    struct bytes plain = pdf_unlock(node);
    node_fact_bool(node, FACT_PDF_ENCRYPTED, true);
    node_fact_pair(node, FACT_EXIFTOOL_FIELDS, BYTES("Encryption"),
                   value_string(BYTES("Standard")));
    if (plain.at == NULL)
        return;
    struct value used = node_get(node, FACT_PASSWORD_USED);
    if (used.tag == VALUE_STRING)
        node_fact_string(node, FACT_ENCRYPTED_DOC_CRACKED_PASSWORD, value_bytes(used));
    struct node *child = node_add(node, plain, BYTES("unlocked.pdf"));
    if (child != NULL) {
        child->is_view = true;
        child->kind = KIND_PDF;
    }
}

static void open(struct node *node)
{
    struct pdf_file file = pdf_scan(node);
    int64_t embedded = 0;
    hash_objects(&file);
    if (file.is_encrypted) {
        open_locked(node);
        return;
    }
    if (file.count == 0)
        node_anomaly(node, ANOMALY_UNDECODABLE, 0, 0, BYTES("no objects"));
    else if (file.end_marks == 0)
        node_anomaly(node, ANOMALY_TRUNCATED, node->content.len, 0, BYTES("no end mark"));
    read_information(&file);
    struct specifications *named = arena_new_of(node->tree->arena, struct specifications);
    find_specifications(&file, named);
    for (uint32_t i = 0; i < file.count; i++) {
        read_keys(&file, &file.object[i]);
        if (file.object[i].stream.at != NULL &&
            pdf_name_is(pdf_object_get(&file, &file.object[i], "Type"), "EmbeddedFile"))
            embedded += hang_embedded(&file, &file.object[i], named);
        if (i % 256 == 255 && !budget_time_left(node->tree->budget)) {
            node_limit(node, LIMIT_MILLISECONDS);
            return;
        }
    }
    node_fact_int(node, FACT_PDF_TOTAL_EXTRACTED, embedded);
    pdf_text_hang(&file);
    read_pages(&file);
    pdf_images_hang(&file);
}

const struct opener opener_pdf = {"pdf", bid, open};
