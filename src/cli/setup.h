/* SPDX-License-Identifier: Apache-2.0
 *
 * From options to what a scan needs: rules, knowledge, lists, learned model, settings, all read before
 * the first worker is forked and read-only from then on. */
#ifndef NOROSHI_CLI_SETUP_H
#define NOROSHI_CLI_SETUP_H

#include "cli/scan_option.h"
#include "scan.h"

/* Fill SETTINGS (under PARENT) from OPTION.  Problems of single rules are printed and counted; false and
 * ERR where nothing useful could be loaded. */
bool setup_scan(const void *parent, const struct scan_option *option,
                struct scan_settings *settings, struct error *err);

/* The settings that learning from mail needs: no rules, own domains, lessons wanted. */
void setup_learn(const void *parent, const struct scan_option *option,
                 struct scan_settings *settings);

/* The settings that taking nodes out needs: no rules, the user's password candidates. */
bool setup_extract(const void *parent, const struct scan_option *option,
                   struct scan_settings *settings, struct error *err);

#endif
