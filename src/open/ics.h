/* SPDX-License-Identifier: Apache-2.0
 *
 * iCalendar and vCard: components and their properties, unfolded.
 *
 * node->own of an opened ICS or VCF node is its struct ics.  Components are flat, in order; each knows
 * its parent's index.  Inline attachments and photographs are children of the node.
 *
 * source   RFC 5545 sections 3.1-3.4, RFC 6350 section 3; quoted-printable as in vCard 2.1 */
#ifndef NOROSHI_OPEN_ICS_H
#define NOROSHI_OPEN_ICS_H

#include "artifact/node.h"

struct ics_property {
    struct bytes name; /* as written: SUMMARY */
    struct bytes
        parameters;      /* ";KEY=VALUE..." as written, without the first semicolon; may be empty */
    struct bytes value;  /* unfolded, escapes (\n \, \;) undone */
    struct bytes source; /* the line as it stands in the node (maybe folded) */
};

struct ics_component {
    struct bytes name; /* VCALENDAR, VEVENT, VALARM, VCARD ... */
    uint32_t parent;   /* index, or UINT32_MAX */
    struct ics_property *property;
    uint32_t property_count, property_capacity;
};

struct ics {
    struct ics_component *component;
    uint32_t count, capacity;
};

/* Read B; never fails, bounded to 4,096 components and 65,536 properties. */
struct ics *ics_read(struct arena *arena, struct bytes b, bool *unfinished_out);
/* The first property NAME of COMPONENT, or NULL. */
const struct ics_property *ics_get(const struct ics_component *component, const char *name);
/* Value of parameter NAME, quotes removed; absent where there is none. */
struct bytes ics_parameter(const struct ics_property *property, const char *name);

#endif
