/* SPDX-License-Identifier: Apache-2.0
 *
 * Year statistics as a yearly threat report has them: counts, change against the year before, what
 * is part of what, what is left over, and how much that is for an organisation.
 *
 * Rows are what was counted (or what a report prints, rounded), each with an optional parent it is
 * part of; the row without a parent named first is the whole.  The tables always end with a visible
 * "other" row: what the whole has and its rows have not.  A row whose parts are more than it, or
 * whose growth cannot come about by its parts' growth, is told as a finding and never silently
 * repaired: reports change their definitions between years. */
#ifndef NOROSHI_WAVE_YEAR_H
#define NOROSHI_WAVE_YEAR_H

#include "base/arena.h"
#include "base/error.h"

struct year_row {
    struct bytes name;
    struct bytes parent;  /* absent: part of the whole; the whole itself has its own name */
    double count, before; /* this year and the year before; NAN where unknown */
    double change;        /* count / before - 1; NAN where it cannot be known; given or computed */
    bool change_given;
};

struct year_table {
    struct year_row *row;
    uint32_t count;
    double mailboxes; /* 0: not known */
};

/* count / before - 1; NAN where BEFORE is not above zero or either is unknown. */
double year_change(double count, double before);
/* What BEFORE must have been, from a count and its change. */
double year_before(double count, double change);
double year_per_10000(double count, double mailboxes);
/* The part of WHOLE that PARTS do not explain; negative where they are more than it. */
double year_other(const struct year_table *table, struct bytes parent, bool before);
/* What ROW is without its part PART, this year over the year before: NAN where unknown.  A report
 * that gives both changes lets one test whether PART really is a subset. */
double year_rest_change(const struct year_row *row, const struct year_row *part);
const struct year_row *year_find(const struct year_table *table, struct bytes name);

/* Read "name,parent,count,before,change" lines (a header and # comments are skipped; empty fields
 * are unknown; a line "mailboxes,,N" sets them).  Names live in ARENA. */
bool year_read(struct arena *arena, struct bytes csv, struct year_table *out, struct error *err);
/* One line a finding: parts that are more than their whole, growth that cannot be.  LANGUAGE 0
 * English, 1 Japanese. */
void year_findings(const struct year_table *table, struct arena *arena, int language,
                   struct bytes *finding_out, uint32_t most, uint32_t *count_out);

#endif
