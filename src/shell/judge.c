/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/judge.h"

struct scale {
    uint32_t flows, links, strongs, odds, tactics;
    uint32_t hidden; /* signs of hiding not explained by honest work */
    enum behaviour best;
    enum strength best_strength;
};

static struct scale weigh(const struct shell_report *report)
{
    struct scale s = {.best = BEHAVIOUR_COUNT};
    for (uint32_t b = 0; b < BEHAVIOUR_COUNT; b++) {
        if (report_count(report, (enum behaviour)b) == 0)
            continue;
        const struct behaviour_row *row = &behaviour_rows[b];
        const struct shell_behaviour *seen = &report->behaviour[ROLE_USED][b];
        enum strength strength = seen->sure   ? STRENGTH_FLOW
                                 : seen->hard ? row->strength
                                              : STRENGTH_WEAK;
        s.hidden += seen->hard && row->tactic == TACTIC_EVASION;
        s.tactics |= 1U << row->tactic;
        s.flows += strength == STRENGTH_FLOW;
        s.links += strength == STRENGTH_LINK;
        s.strongs += strength == STRENGTH_STRONG;
        s.odds += strength == STRENGTH_ODD;
        if (s.best == BEHAVIOUR_COUNT || strength > s.best_strength)
            s.best = (enum behaviour)b, s.best_strength = strength;
    }
    return s;
}

static uint32_t bits(uint32_t set)
{
    return (uint32_t)__builtin_popcount(set);
}

static bool is_hard(const struct shell_report *report, enum behaviour b)
{
    return report->behaviour[ROLE_USED][b].hard;
}

static bool has(const struct shell_report *report, enum behaviour b)
{
    return report_count(report, b) > 0;
}

static const char *category_of(const struct shell_report *report)
{
    if (report->flow_count > 0 || has(report, BEHAVIOUR_C1) || has(report, BEHAVIOUR_C2) ||
        has(report, BEHAVIOUR_C4) || has(report, BEHAVIOUR_C13))
        return "credential theft script";
    if (has(report, BEHAVIOUR_L1) || has(report, BEHAVIOUR_L3) || has(report, BEHAVIOUR_L4) ||
        has(report, BEHAVIOUR_L5))
        return "worm";
    if (has(report, BEHAVIOUR_M1) || has(report, BEHAVIOUR_M2))
        return "miner";
    if (has(report, BEHAVIOUR_B1) || has(report, BEHAVIOUR_P5) || has(report, BEHAVIOUR_P7) ||
        has(report, BEHAVIOUR_B5))
        return "backdoor";
    if (has(report, BEHAVIOUR_M6))
        return "destruction";
    if (has(report, BEHAVIOUR_M3) || has(report, BEHAVIOUR_M4) || has(report, BEHAVIOUR_V11))
        return "miner";
    if (has(report, BEHAVIOUR_L2) || has(report, BEHAVIOUR_L6))
        return "scanner";
    return "dropper";
}

/* Only looking: credentials searched or networks scanned, nothing fetched, kept, hidden or sent. */
static bool only_looks(const struct shell_report *report, const struct scale *s)
{
    uint32_t looking = 1U << TACTIC_CREDENTIAL | 1U << TACTIC_DISCOVERY | 1U << TACTIC_COLLECTION;
    return (s->tactics & ~looking) == 0 && !report->spreads;
}

/* A tool that removes malware: it kills and unlocks, stays nowhere, takes nothing, and what it fetches to
 * run is a static tool of its trade (its own tools may be replaced by the malware). */
static bool is_removal(const struct shell_report *report)
{
    static const char *const tools[] = {"busybox",  "chattr", "clamscan", "chkrootkit",
                                        "rkhunter", "unhide", "lsattr"};
    uint32_t other = 1U << TACTIC_CREDENTIAL | 1U << TACTIC_EXFILTRATION | 1U << TACTIC_LATERAL |
                     1U << TACTIC_COLLECTION;
    if (!has(report, BEHAVIOUR_M3) || !has(report, BEHAVIOUR_V6))
        return false;
    for (uint32_t b = 0; b < BEHAVIOUR_COUNT; b++) {
        bool hard =
            report->behaviour[ROLE_USED][b].hard && behaviour_rows[b].strength > STRENGTH_ODD;
        bool fetch =
            b == BEHAVIOUR_X1 || b == BEHAVIOUR_X2 || b == BEHAVIOUR_X5 || b == BEHAVIOUR_X4;
        if ((hard && !fetch) ||
            (has(report, (enum behaviour)b) && (other & 1U << behaviour_rows[b].tactic) != 0))
            return false;
    }
    for (const struct shell_fetch *f = report->fetch; f != NULL; f = f->next) {
        bool tool = !f->run;
        for (size_t i = 0; i < sizeof tools / sizeof tools[0]; i++)
            tool |= bytes_find(f->url, bytes_of_string(tools[i]), 0) != BYTES_NPOS;
        if (!tool)
            return false;
    }
    return true;
}

/* Logs and the history wiped on a machine that goes on running. */
static bool wipes_traces(const struct shell_report *report)
{
    return report_count(report, BEHAVIOUR_V2) >= 2 && report_count(report, BEHAVIOUR_V1) > 0 &&
           !report->prepares && !report->packaged;
}

static enum shell_class class_of(const struct shell_report *report, const struct scale *s)
{
    uint32_t weak_tactics = bits(s->tactics);
    if (s->flows > 0)
        return SHELL_MALICIOUS;
    if (s->links > 0 && weak_tactics >= 2 && (s->strongs > 0 || s->links > 1))
        return SHELL_MALICIOUS;
    if (s->links > 0 && (weak_tactics >= 3 || (weak_tactics >= 2 && s->hidden > 0)))
        return SHELL_MALICIOUS;
    if (s->strongs >= 2 && weak_tactics >= 4)
        return SHELL_MALICIOUS;
    if (is_hard(report, BEHAVIOUR_M1) && is_hard(report, BEHAVIOUR_M2))
        return SHELL_MALICIOUS; /* it mines for whoever wrote it, not for who runs it */
    if (s->strongs + s->odds > 0 && only_looks(report, s))
        return report->prompts || s->strongs + s->odds == 1 ? SHELL_DUAL_USE : SHELL_SUSPICIOUS;
    if (s->strongs + s->odds > 0 || s->links > 0)
        return SHELL_SUSPICIOUS;
    return weak_tactics >= 4 || wipes_traces(report) ? SHELL_SUSPICIOUS : SHELL_CLEAN;
}

void shell_judge(struct shell_report *report)
{
    struct scale s = weigh(report);
    report->class = class_of(report, &s);
    if (report->class == SHELL_MALICIOUS && is_removal(report))
        report->class = SHELL_SUSPICIOUS;
    report->tactics = s.tactics;
    report->decisive = report->class == SHELL_CLEAN ? BEHAVIOUR_COUNT : s.best;
    report->category = report->class == SHELL_CLEAN      ? NULL
                       : report->class == SHELL_DUAL_USE ? "dual-use tool"
                                                         : category_of(report);
}

const char *shell_judge_alone(const struct shell_report *report)
{
    struct scale s = weigh(report);
    return report->class >= SHELL_SUSPICIOUS || s.tactics == 0 ? NULL : category_of(report);
}

bool shell_judge_beside(struct shell_report *report)
{
    struct scale s = weigh(report);
    const char *category = shell_judge_alone(report);
    if (category == NULL)
        return false;
    report->class = SHELL_SUSPICIOUS;
    report->category = category;
    report->decisive = s.best;
    return true;
}
