/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of MITRE ATT&CK techniques (technique.def), for people who do not know them by number. */
#ifndef NOROSHI_REPORT_TECHNIQUE_H
#define NOROSHI_REPORT_TECHNIQUE_H

#include "base/bytes.h"

/* "Phishing" of "T1566"; NULL where the table has none. */
const char *technique_name(struct bytes id);

#endif
