/* SPDX-License-Identifier: Apache-2.0
 *
 * One line of a crontab.  Source: crontab(5). */
#ifndef NOROSHI_SHELL_CRON_H
#define NOROSHI_SHELL_CRON_H

#include "base/bytes.h"

/* The command of a crontab LINE, without its time fields and (in system crontabs) its user; absent where
 * the line is no entry. */
struct bytes cron_command(struct bytes line);

#endif
