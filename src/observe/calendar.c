/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/inspection.h"

#include "observe/links.h"
#include "open/ics.h"

#define TOP UINT32_MAX

static const struct ics *ics_of(const struct node *node)
{
    return node->kind == KIND_ICS ? node->own : NULL;
}

static struct bytes text_of(const struct ics_component *component, const char *name)
{
    const struct ics_property *property = ics_get(component, name);
    return property == NULL ? BYTES_NONE : property->value;
}

static struct value string_or_null(struct bytes s)
{
    return s.at == NULL ? value_null() : value_string(s);
}

static struct bytes without_mailto(struct bytes value)
{
    return bytes_starts_fold(value, BYTES("mailto:")) ? bytes_from(value, 7) : value;
}

/* ORGANIZER;CN="Ann":mailto:ann@a.test, RFC 5545 sections 3.8.4.1 and 3.8.4.3. */
static struct value mailbox_of(struct model *model, const struct ics_property *property)
{
    struct address address = {0};
    struct bytes value = bytes_trim(without_mailto(property->value));
    if (!address_split(model->arena, value, &address))
        return value_null();
    address.name = ics_parameter(property, "CN");
    return model_mailbox(model, TYPE_Mailbox, &address);
}

/* The HTML a client shows instead of the text: X-ALT-DESC;FMTTYPE=text/html, or a description that is
 * a page itself. */
static struct bytes html_of_event(const struct ics_component *event)
{
    const struct ics_property *other = ics_get(event, "X-ALT-DESC");
    struct bytes type = other == NULL ? BYTES_NONE : ics_parameter(other, "FMTTYPE");
    if (other != NULL && (type.at == NULL || bytes_equal_fold(type, BYTES("text/html"))))
        return other->value;
    struct bytes text = bytes_trim(text_of(event, "DESCRIPTION"));
    return bytes_starts_fold(text, BYTES("<html")) || bytes_starts_fold(text, BYTES("<!doctype"))
               ? text
               : BYTES_NONE;
}

static void append(struct model *model, struct array *to, struct value from)
{
    for (uint32_t i = 0; from.tag == VALUE_ARRAY && i < from.as.array->count; i++)
        array_add(model->arena, to, from.as.array->item[i]);
}

/* Links a person can follow from COMPONENT: in its texts, its addresses of files, its HTML. */
static struct value links_of(struct model *model, const struct ics_component *component)
{
    static const char *const names[] = {"URL",        "DESCRIPTION", "LOCATION",
                                        "SUMMARY",    "COMMENT",     "CONTACT",
                                        "ATTACH",     "CONFERENCE",  "X-GOOGLE-CONFERENCE",
                                        "X-MICROSOFT-SKYPETEAMSMEETINGURL"};
    struct text all;
    struct array *made = array_new(model->arena);
    struct bytes html = html_of_event(component);
    text_init(&all, model->arena, 0);
    for (uint32_t i = 0; i < component->property_count; i++)
        for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
            if (bytes_equal_fold(component->property[i].name, bytes_of_string(names[k])) &&
                component->property[i].value.at != html.at) {
                text_add(&all, component->property[i].value);
                text_add_byte(&all, '\n');
            }
    append(model, made, links_of_text(model, text_bytes(&all)));
    if (html.len > 0)
        append(model, made,
               links_of_page(model, html_read(model->arena, NULL, html, false)));
    return value_array(made);
}

static struct value raw_properties(struct model *model, const struct ics_component *component)
{
    struct array *made = array_new(model->arena);
    for (uint32_t i = 0; i < component->property_count; i++) {
        struct object *row = object_new(model, TYPE_StrelkaKeyVal, NULL);
        object_set(row, FIELD_StrelkaKeyVal_key, value_string(component->property[i].name));
        object_set(row, FIELD_StrelkaKeyVal_value, value_string(component->property[i].value));
        array_add(model->arena, made, value_object(row));
    }
    return value_array(made);
}

static struct value event_of(struct model *model, const struct ics_component *event)
{
    struct object *made = object_new(model, TYPE_ICSEvent, NULL);
    object_set(made, FIELD_ICSEvent_links, links_of(model, event));
    object_set(made, FIELD_ICSEvent_summary, string_or_null(text_of(event, "SUMMARY")));
    object_set(made, FIELD_ICSEvent_location, string_or_null(text_of(event, "LOCATION")));
    object_set(made, FIELD_ICSEvent_description, string_or_null(text_of(event, "DESCRIPTION")));
    object_set(made, FIELD_ICSEvent_description_html, string_or_null(html_of_event(event)));
    object_set(made, FIELD_ICSEvent_raw_properties, raw_properties(model, event));
    return value_object(made);
}

struct value model_calendar(struct model *model, const struct node *node)
{
    const struct ics *ics = ics_of(node);
    if (ics == NULL)
        return value_null();
    struct object *made = object_new(model, TYPE_ICSFile, NULL);
    struct array *events = array_new(model->arena);
    struct bytes product = BYTES_NONE, scale = BYTES_NONE;
    for (uint32_t i = 0; i < ics->count; i++) {
        const struct ics_component *component = &ics->component[i];
        if (bytes_equal_fold(component->name, BYTES("VEVENT")))
            array_add(model->arena, events, event_of(model, component));
        if (product.at == NULL)
            product = text_of(component, "PRODID");
        if (scale.at == NULL)
            scale = text_of(component, "CALSCALE");
    }
    object_set(made, FIELD_ICSFile_events, value_array(events));
    object_set(made, FIELD_ICSFile_product_id, string_or_null(product));
    object_set(made, FIELD_ICSFile_scale, string_or_null(scale));
    return value_object(made);
}

/* ---- scan.ics ---- */

static struct value attachment_of(struct model *model, const struct ics_property *property)
{
    struct object *made = object_new(model, TYPE_StrelkaICSAttachment, NULL);
    struct bytes name = ics_parameter(property, "FILENAME");
    if (name.at == NULL)
        name = ics_parameter(property, "X-FILENAME");
    bool inside = bytes_equal_fold(ics_parameter(property, "VALUE"), BYTES("BINARY"));
    object_set(made, FIELD_StrelkaICSAttachment_type,
               value_string(inside ? BYTES("binary") : BYTES("uri")));
    object_set(made, FIELD_StrelkaICSAttachment_uri,
               inside ? value_null() : value_string(property->value));
    object_set(made, FIELD_StrelkaICSAttachment_filename, string_or_null(name));
    object_set(made, FIELD_StrelkaICSAttachment_mime_type,
               string_or_null(ics_parameter(property, "FMTTYPE")));
    object_set(made, FIELD_StrelkaICSAttachment_extracted, value_bool(inside));
    return value_object(made);
}

static struct value attendee_of(struct model *model, const struct ics_property *property)
{
    struct object *made = object_new(model, TYPE_StrelkaICSAttendee, NULL);
    object_set(made, FIELD_StrelkaICSAttendee_mailbox, mailbox_of(model, property));
    object_set(made, FIELD_StrelkaICSAttendee_partstat,
               string_or_null(ics_parameter(property, "PARTSTAT")));
    object_set(made, FIELD_StrelkaICSAttendee_role, string_or_null(ics_parameter(property, "ROLE")));
    object_set(made, FIELD_StrelkaICSAttendee_rsvp,
               value_bool(bytes_equal_fold(ics_parameter(property, "RSVP"), BYTES("TRUE"))));
    return value_object(made);
}

static struct value organizer_of(struct model *model, const struct ics_property *property)
{
    struct object *made = object_new(model, TYPE_StrelkaICSOrganizer, NULL);
    object_set(made, FIELD_StrelkaICSOrganizer_mailbox, mailbox_of(model, property));
    return value_object(made);
}

/* Every property NAME of COMPONENT as MAKE makes it. */
static struct value list_of(struct model *model, const struct ics_component *component,
                            const char *name,
                            struct value (*make)(struct model *, const struct ics_property *))
{
    struct array *made = array_new(model->arena);
    for (uint32_t i = 0; i < component->property_count; i++)
        if (bytes_equal_fold(component->property[i].name, bytes_of_string(name)))
            array_add(model->arena, made, make(model, &component->property[i]));
    return value_array(made);
}

static struct value urls_of(struct model *model, const struct ics_component *component)
{
    struct array *made = array_new(model->arena);
    struct value links = links_of(model, component);
    for (uint32_t i = 0; i < links.as.array->count; i++)
        array_add(model->arena, made,
                  object_get(links.as.array->item[i].as.object, FIELD_Link_href_url));
    return value_array(made);
}

static struct value component_of(struct model *model, const struct ics_component *component)
{
    static const struct {
        uint32_t field;
        const char *name;
    } texts[] = {
        {FIELD_StrelkaICSComponent_class, "CLASS"},
        {FIELD_StrelkaICSComponent_created, "CREATED"},
        {FIELD_StrelkaICSComponent_description, "DESCRIPTION"},
        {FIELD_StrelkaICSComponent_dtend, "DTEND"},
        {FIELD_StrelkaICSComponent_dtstamp, "DTSTAMP"},
        {FIELD_StrelkaICSComponent_dtstart, "DTSTART"},
        {FIELD_StrelkaICSComponent_duration, "DURATION"},
        {FIELD_StrelkaICSComponent_last_modified, "LAST-MODIFIED"},
        {FIELD_StrelkaICSComponent_location, "LOCATION"},
        {FIELD_StrelkaICSComponent_priority, "PRIORITY"},
        {FIELD_StrelkaICSComponent_sequence, "SEQUENCE"},
        {FIELD_StrelkaICSComponent_status, "STATUS"},
        {FIELD_StrelkaICSComponent_summary, "SUMMARY"},
        {FIELD_StrelkaICSComponent_transp, "TRANSP"},
        {FIELD_StrelkaICSComponent_uid, "UID"},
    };
    struct object *made = object_new(model, TYPE_StrelkaICSComponent, NULL);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        object_set(made, texts[i].field, string_or_null(text_of(component, texts[i].name)));
    object_set(made, FIELD_StrelkaICSComponent_type, value_string(component->name));
    object_set(made, FIELD_StrelkaICSComponent_attachments,
               list_of(model, component, "ATTACH", attachment_of));
    object_set(made, FIELD_StrelkaICSComponent_attendees,
               list_of(model, component, "ATTENDEE", attendee_of));
    object_set(made, FIELD_StrelkaICSComponent_organizers,
               list_of(model, component, "ORGANIZER", organizer_of));
    object_set(made, FIELD_StrelkaICSComponent_urls, urls_of(model, component));
    return value_object(made);
}

static struct value calendars(struct model *model, const struct ics *ics)
{
    static const struct {
        uint32_t field;
        const char *name;
    } texts[] = {{FIELD_StrelkaICSCalendar_calscale, "CALSCALE"},
                 {FIELD_StrelkaICSCalendar_method, "METHOD"},
                 {FIELD_StrelkaICSCalendar_prodid, "PRODID"},
                 {FIELD_StrelkaICSCalendar_version, "VERSION"}};
    struct array *made = array_new(model->arena);
    for (uint32_t i = 0; i < ics->count; i++) {
        if (ics->component[i].parent != TOP)
            continue;
        struct object *calendar = object_new(model, TYPE_StrelkaICSCalendar, NULL);
        struct array *components = array_new(model->arena);
        for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++)
            object_set(calendar, texts[k].field,
                       string_or_null(text_of(&ics->component[i], texts[k].name)));
        for (uint32_t k = 0; k < ics->count; k++)
            if (ics->component[k].parent == i)
                array_add(model->arena, components, component_of(model, &ics->component[k]));
        object_set(calendar, FIELD_StrelkaICSCalendar_components, value_array(components));
        array_add(model->arena, made, value_object(calendar));
    }
    return value_array(made);
}

static int64_t count_components(const struct ics *ics, const char *name)
{
    int64_t count = 0;
    for (uint32_t i = 0; i < ics->count; i++)
        count += name == NULL ? ics->component[i].parent != TOP
                              : bytes_equal_fold(ics->component[i].name, bytes_of_string(name));
    return count;
}

static int64_t count_properties(const struct ics *ics, const char *name)
{
    int64_t count = 0;
    for (uint32_t i = 0; i < ics->count; i++)
        for (uint32_t k = 0; k < ics->component[i].property_count; k++)
            count += bytes_equal_fold(ics->component[i].property[k].name, bytes_of_string(name));
    return count;
}

static struct value totals(struct model *model, const struct ics *ics)
{
    struct object *made = object_new(model, TYPE_StrelkaICSTotal, NULL);
    static const struct {
        uint32_t field;
        const char *component;
    } parts[] = {{FIELD_StrelkaICSTotal_alarms, "VALARM"},
                 {FIELD_StrelkaICSTotal_components, NULL},
                 {FIELD_StrelkaICSTotal_events, "VEVENT"},
                 {FIELD_StrelkaICSTotal_journals, "VJOURNAL"},
                 {FIELD_StrelkaICSTotal_timezones, "VTIMEZONE"},
                 {FIELD_StrelkaICSTotal_todos, "VTODO"}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        object_set(made, parts[i].field, value_int(count_components(ics, parts[i].component)));
    object_set(made, FIELD_StrelkaICSTotal_attachments, value_int(count_properties(ics, "ATTACH")));
    object_set(made, FIELD_StrelkaICSTotal_attendees, value_int(count_properties(ics, "ATTENDEE")));
    object_set(made, FIELD_StrelkaICSTotal_organizers,
               value_int(count_properties(ics, "ORGANIZER")));
    return value_object(made);
}

struct value model_calendar_scan(struct model *model, const struct node *node, uint32_t field)
{
    const struct ics *ics = ics_of(node);
    if (ics == NULL)
        return (struct value){0};
    switch (field) {
    case FIELD_StrelkaICS_calendars:
        return calendars(model, ics);
    case FIELD_StrelkaICS_total:
        return totals(model, ics);
    default:
        return (struct value){0};
    }
}
