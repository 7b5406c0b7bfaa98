/* SPDX-License-Identifier: Apache-2.0
 *
 * Launchers: files of a few words that tell Windows, macOS or a desktop what to open or run.
 *
 * Internet shortcuts, registry and setup scripts, remote desktops, sandboxes, consoles, saved searches,
 * package sources and the like hold no code, so nothing that looks for code sees them; one click on them
 * runs a command, mounts a stranger's share or hands over a password hash.  launcher.def says which key of
 * which kind is a command, a target or a flag; every other value is only asked whether it leads to another
 * machine, because Windows fetches an icon or a wallpaper without being asked.
 *
 * Facts: launcher.commands (also script.commands, with the layers they carry as children),
 * launcher.targets, launcher.remote, launcher.traits.  O(bytes), at most LAUNCHER_VALUES_MAX commands
 * and targets. */
#ifndef NOROSHI_OPEN_LAUNCHER_H
#define NOROSHI_OPEN_LAUNCHER_H

#include "open/script_report.h"

#define LAUNCHER_VALUES_MAX 20000u

enum launcher_role {
    LAUNCH_COMMAND, /* Windows runs it */
    LAUNCH_SHELL,   /* a POSIX shell runs it */
    LAUNCH_TARGET,  /* it is opened */
    LAUNCH_TEXT,    /* anything: only where it leads */
    LAUNCH_TRAIT    /* the row's word, where the value is neither empty nor 0, no or false */
};

struct launcher_row {
    enum kind kind;
    const char *place; /* parent element or nothing */
    const char *key;   /* key, element, or @attribute */
    enum launcher_role role;
    const char *trait; /* of LAUNCH_TRAIT */
};

struct launcher {
    struct node *node;
    struct report report;
    uint32_t values;
};

/* The row of KEY in PLACE, LAUNCH_TEXT's where the table has none. */
const struct launcher_row *launcher_row(enum kind kind, struct bytes place, struct bytes key);
/* What VALUE says under ROW. */
void launcher_value(struct launcher *launcher, const struct launcher_row *row, struct bytes value);
/* The same, for a role no row of the table gives. */
void launcher_tell(struct launcher *launcher, enum launcher_role role, struct bytes value);
void launcher_trait(struct launcher *launcher, const char *trait);

/* Readers: lines of key and value; registry scripts; XML. */
void launcher_read_lines(struct launcher *launcher);
void launcher_read_registry(struct launcher *launcher);
void launcher_read_xml(struct launcher *launcher);
/* A value that is set below KEY of the registry. */
void launcher_registry_value(struct launcher *launcher, struct bytes key, struct bytes name,
                             struct bytes value);

#endif
