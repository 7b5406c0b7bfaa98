/* SPDX-License-Identifier: Apache-2.0
 *
 * Mail for the verbs under `noroshi rule`: every artifact of a path, opened, with its model.
 *
 * In this process, without the sandbox of `scan`: for people who write rules and choose their input. */
#ifndef NOROSHI_CLI_RULE_MAIL_H
#define NOROSHI_CLI_RULE_MAIL_H

#include "base/error.h"
#include "observe/model.h"
#include "rule/rule.h"

struct rule_mail {
    struct arena *arena; /* reset after each artifact */
    struct bytes name;
    struct model *model;
    uint64_t bytes;
};

/* Call EACH for every artifact of PATH, opened as RULES will ask for it, until it answers false; false
 * where the path is not readable. */
bool rule_mail_walk(const char *path, const struct rule_set *rules,
                    bool (*each)(void *self, const struct rule_mail *mail), void *self);
/* CPU time of this process in seconds. */
double rule_cpu_seconds(void);

#endif
