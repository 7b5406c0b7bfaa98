/* SPDX-License-Identifier: Apache-2.0 */
#include "group/explain.h"

#include "group/state.h"
#include "rule/regex.h"

#include <math.h>
#include <stdlib.h>
#include <talloc.h>

#define HOPS_MOST 4096u
#define STRONG 2.2 /* log-odds: probability 0.9; measured in doc/group.md */
#define SUGGESTED 1.0
#define OUTSIDE_SHARE 0.1
#define TRIES_MOST 12u
#define SHOWN 5u
#define SHOWN_A_LINE 2u

const char *explain_strength(double score)
{
    return score >= STRONG ? "strong" : score >= SUGGESTED ? "suggested" : "weak";
}

void explain_host(const struct groups *groups, uint32_t site, struct text *out)
{
    struct bytes host = groups->evidence->feed->site[site].host;
    size_t dot = bytes_find_last_byte(host, '.');
    for (size_t i = 0; i < host.len; i++)
        if (i == dot)
            text_add_string(out, "[.]");
        else
            text_add_byte(out, host.at[i]);
}

/* Parts of a link that speak, strongest first; answers how many. */
static uint32_t order_parts(const struct link *link, int id[EVIDENCE_COUNT])
{
    uint32_t count = 0;
    for (int i = 0; i < EVIDENCE_COUNT; i++)
        if (link->part[i].score > 0.05)
            id[count++] = i;
    for (uint32_t i = 1; i < count; i++)
        for (uint32_t k = i; k > 0 && link->part[id[k]].score > link->part[id[k - 1]].score; k--) {
            int swap = id[k];
            id[k] = id[k - 1];
            id[k - 1] = swap;
        }
    return count;
}

static void add_value(const struct groups *g, enum evidence_id id, uint32_t site, struct text *out)
{
    const struct feed_site *s = &g->evidence->feed->site[site];
    const struct templates *t = g->evidence->templates;
    switch (id) {
    case EVIDENCE_REGISTERED:
        text_add_format(out, " %.*s", BYTES_FMT(feed_site_registered(s)));
        break;
    case EVIDENCE_BRAND:
    case EVIDENCE_BATCH:
        text_add_format(out, " %.*s", BYTES_FMT(g->evidence->feed->brand[s->brand].name));
        break;
    case EVIDENCE_BURST:
        if (g->evidence->pace != NULL) {
            text_add_format(out, " %.*s", BYTES_FMT(g->evidence->feed->brand[s->brand].name));
            break;
        }
        /* fall through */
    case EVIDENCE_QUIET:
        text_add_format(out, " %.*s .%.*s", BYTES_FMT(g->evidence->feed->brand[s->brand].name),
                        BYTES_FMT(feed_site_suffix(s)));
        break;
    case EVIDENCE_SUFFIX:
        text_add_format(out, " .%.*s", BYTES_FMT(feed_site_suffix(s)));
        break;
    case EVIDENCE_LABEL:
    case EVIDENCE_CLASS:
        text_add_byte(out, ' ');
        template_label(t, site, out, false);
        break;
    case EVIDENCE_SCHEME:
        text_add_format(out, " %s, sector %.*s", scheme_names[t->traits[site].scheme],
                        BYTES_FMT(t->sector[t->traits[site].sector]));
        break;
    case EVIDENCE_SUBDOMAIN:
        text_add_format(out, " %.*s", BYTES_FMT(feed_site_sub(s)));
        break;
    case EVIDENCE_PATH:
        text_add_format(out, " %.*s", BYTES_FMT(feed_site_path(s)));
        break;
    default:
        break;
    }
}

static void add_part(const struct groups *g, enum evidence_id id, const struct link_part *part,
                     uint32_t site, struct text *out)
{
    text_add_string(out, evidence_what(g->evidence, id));
    add_value(g, id, site, out);
    if (part->text.len > 0)
        text_add_format(out, " %.*s", BYTES_FMT(part->text));
    text_add_format(out, " +%.1f", part->score);
    if (id == EVIDENCE_PAGE)
        text_add_format(out, " (%u parts)", part->seen);
    else if (id >= EVIDENCE_KEYED)
        text_add_format(out, " (%u registered domains have it)", part->seen);
    else if (part->seen > 0)
        text_add_format(out, " (%u sites, %.2g %% by chance)", part->seen, 100 * part->chance);
    else if (part->chance > 0)
        text_add_format(out, " (%.2g %% of such gaps by chance)", 100 * part->chance);
}

/* Two lines: the strongest parts of LINK, each with how many sites have the same, and that share of
 * the list. */
static void add_parts(const struct groups *g, const struct link *link, uint32_t site,
                      struct text *out)
{
    int id[EVIDENCE_COUNT];
    uint32_t count = order_parts(link, id);
    for (uint32_t i = 0; i < count && i < SHOWN; i++) {
        text_add_string(out, i == 0 || i == SHOWN_A_LINE ? "    " : "; ");
        add_part(g, (enum evidence_id)id[i], &link->part[id[i]], site, out);
        if (i + 1 == SHOWN_A_LINE && count > SHOWN_A_LINE)
            text_add_byte(out, '\n');
    }
    if (count == 0)
        text_add_string(out, "    nothing shared");
    text_add_byte(out, '\n');
}

static void add_hop(const struct groups *g, uint32_t a, uint32_t b, bool forced, struct text *out)
{
    struct link link;
    evidence_compare(g->evidence, a, b, &link);
    text_add_string(out, "  ");
    explain_host(g, a, out);
    text_add_string(out, " - ");
    explain_host(g, b, out);
    if (link.days >= 0)
        text_add_format(out, ", %.1f days apart", link.days);
    if (forced)
        text_add_string(out, "\n    told to be together by the must-link file\n");
    else
        text_add_format(out, ": %s (log-odds %.1f, probability %.2f)\n",
                        explain_strength(link.score), link.score, evidence_probability(link.score));
    add_parts(g, &link, a, out);
}

void explain_pair(const struct groups *g, uint32_t a, uint32_t b, struct text *out)
{
    const struct clusters *c = g->clusters;
    struct edge *hop = talloc_array(NULL, struct edge, HOPS_MOST);
    uint32_t count = cluster_path(c, g->evidence->feed->count, a, b, hop, HOPS_MOST);
    if (count == 0 && a != b) {
        text_add_string(out, c->group[a] == c->group[b]
                                 ? "together by more hops than are shown; directly:\n"
                                 : "not in one group; between the two themselves:\n");
        add_hop(g, a, b, false, out);
    } else {
        float weakest = INFINITY;
        text_add_format(out, "%s: together by %u %s\n",
                        c->wave[a] == c->wave[b] ? "one wave" : "one group", count,
                        count == 1 ? "hop" : "hops");
        for (uint32_t i = 0; i < count; i++) {
            add_hop(g, hop[i].a, hop[i].b, isinf(hop[i].score), out);
            weakest = hop[i].score < weakest ? hop[i].score : weakest;
        }
        if (count > 0 && !isinf(weakest))
            text_add_format(out, "strength by the weakest hop: %s (log-odds %.1f)\n",
                            explain_strength(weakest), (double)weakest);
    }
    talloc_free(hop);
}

static struct bytes value_of(const struct groups *g, uint32_t site, enum explain_what what,
                             struct text *scratch)
{
    const struct feed *feed = g->evidence->feed;
    const struct feed_site *s = &feed->site[site];
    char day[16];
    scratch->len = 0;
    switch (what) {
    case EXPLAIN_BRAND:
        return s->brand == 0 ? BYTES("(not known)") : feed->brand[s->brand].name;
    case EXPLAIN_SUFFIX:
        return (s->flags & SITE_IP) != 0 ? BYTES("(address)") : feed_site_suffix(s);
    case EXPLAIN_MONTH:
        state_day(s->first_minute, day);
        text_add_format(scratch, s->first_minute == 0 ? "unknown" : "%.4s-%.2s", day, day + 4);
        return text_bytes(scratch);
    default:
        template_text(g->evidence->templates, site, scratch);
        return text_bytes(scratch);
    }
}

static int compare_counts(const void *left, const void *right)
{
    const struct explain_count *a = left, *b = right;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return bytes_compare(a->text, b->text);
}

uint32_t explain_counts(const struct groups *g, const struct group *group, enum explain_what what,
                        struct arena *arena, struct explain_count *out, uint32_t most)
{
    struct table *table = table_new(NULL);
    struct text scratch;
    text_init(&scratch, NULL, 0);
    for (uint32_t m = 0; m < group->count; m++) {
        struct bytes value = value_of(g, group->member[m], what, &scratch);
        void *seen = table_get(table, value);
        table_set(table, seen == NULL ? arena_copy(arena, value) : value,
                  (void *)((uintptr_t)seen + 1));
    }
    struct explain_count *all = talloc_array(table, struct explain_count, table->count + 1);
    for (uint32_t i = 0; i < table->count; i++)
        all[i] =
            (struct explain_count){table->row[i].key, (uint32_t)(uintptr_t)table->row[i].value};
    uint32_t count = table->count < most ? table->count : most;
    qsort(all, table->count, sizeof *all, compare_counts);
    memcpy(out, all, count * sizeof *out);
    text_finish(&scratch);
    talloc_free(table);
    return count;
}

/* "^smbc-[a-z]{2}\.com$", with the subdomain as it stands or any. */
static struct bytes regex_of(const struct groups *g, uint32_t site, struct arena *arena)
{
    const struct feed_site *s = &g->evidence->feed->site[site];
    struct text out;
    text_init(&out, arena, 0);
    text_add_string(&out, s->sub_len > 0 ? "^([a-z0-9_-]+\\.)+" : "^");
    template_label(g->evidence->templates, site, &out, true);
    text_add_string(&out, "\\.");
    struct bytes suffix = feed_site_suffix(s);
    for (size_t i = 0; i < suffix.len; i++)
        text_add_format(&out, suffix.at[i] == '.' ? "\\%c" : "%c", suffix.at[i]);
    text_add_byte(&out, '$');
    return text_bytes(&out);
}

/* A pattern, how many sites of the group it was made from, and one of them. */
struct naming {
    struct explain_count count;
    uint32_t site;
};

/* Whether a pattern made from LIKE can match HOST at all: they end in one suffix, with a label of one length
 * before it.  Asked first: the pattern itself is a hundred times dearer. */
static bool can_match(const struct feed_site *like, struct bytes suffix, struct bytes host)
{
    size_t end = (size_t)like->label_len + 1 + suffix.len;
    if (host.len < end || (like->sub_len == 0) != (host.len == end))
        return false;
    const uint8_t *rest = host.at + host.len - suffix.len;
    return rest[-1] == '.' && (host.len == end || host.at[host.len - end - 1] == '.') &&
           memcmp(rest, suffix.at, suffix.len) == 0;
}

static bool test_regex(const struct groups *g, const struct group *group, uint32_t site,
                       struct explain_regex *out)
{
    char message[128];
    const struct feed *feed = g->evidence->feed;
    const struct feed_site *like = &feed->site[site];
    struct bytes suffix = feed_site_suffix(like);
    uint32_t number = (uint32_t)(group - g->group) + 1;
    struct regex *regex = regex_new(out->pattern, false, message, sizeof message);
    out->inside = out->outside = 0;
    double most = group->count * OUTSIDE_SHARE / (1 - OUTSIDE_SHARE);
    for (uint32_t i = 0; regex != NULL && i < feed->count && out->outside <= most; i++) {
        struct bytes hit;
        if (!can_match(like, suffix, feed->site[i].host) ||
            !regex_search(regex, feed->site[i].host, 0, false, &hit, 1))
            continue;
        if (g->of[i] == number)
            out->inside++;
        else
            out->outside++;
    }
    regex_free(regex);
    return out->inside > 1 && out->outside <= OUTSIDE_SHARE * (out->inside + out->outside);
}

uint32_t explain_regexes(const struct groups *g, const struct group *group, struct arena *arena,
                         struct explain_regex *out, uint32_t most)
{
    struct table *table = table_new(NULL);
    struct naming *all = talloc_array(table, struct naming, group->count + 1);
    for (uint32_t m = 0; m < group->count; m++) {
        uint32_t site = group->member[m];
        if ((g->evidence->feed->site[site].flags & SITE_IP) != 0)
            continue;
        struct bytes pattern = regex_of(g, site, arena);
        void **seen = table_at(table, pattern);
        if (*seen == NULL) {
            all[table->count - 1] = (struct naming){{pattern, 0}, site};
            *seen = &all[table->count - 1];
        }
        ((struct naming *)*seen)->count.count++;
    }
    qsort(all, table->count, sizeof *all, compare_counts);
    uint32_t count = 0;
    for (uint32_t i = 0; i < table->count && i < TRIES_MOST && count < most && all[i].count.count > 1;
         i++) {
        out[count].pattern = all[i].count.text;
        count += test_regex(g, group, all[i].site, &out[count]);
    }
    talloc_free(table);
    return count;
}

static void add_counts(const struct groups *g, const struct group *group, enum explain_what what,
                       const char *title, struct arena *arena, struct text *out)
{
    struct explain_count count[8];
    uint32_t n = explain_counts(g, group, what, arena, count, 8);
    text_add_format(out, "  %-10s", title);
    for (uint32_t i = 0; i < n; i++)
        text_add_format(out, "%s%.*s %u", i == 0 ? "" : ", ", BYTES_FMT(count[i].text),
                        count[i].count);
    text_add_byte(out, '\n');
}

/* How many joins of the group hold only by each kind of evidence. */
static void add_split(const struct groups *g, const struct group *group, struct text *out)
{
    uint32_t only[EVIDENCE_COUNT] = {0}, joins = 0;
    for (uint32_t i = 0; i < g->clusters->forest_count; i++) {
        const struct edge *edge = &g->clusters->forest[i];
        struct link link;
        if (g->clusters->group[edge->a] != group->root || isinf(edge->score))
            continue;
        joins++;
        evidence_compare(g->evidence, edge->a, edge->b, &link);
        for (int id = 0; id < EVIDENCE_COUNT; id++)
            only[id] += link.part[id].score > 0 &&
                        evidence_probability(link.score - link.part[id].score) < 0.2;
    }
    text_add_format(out, "  %-10s", "splits");
    bool any = false;
    for (int id = 0; id < EVIDENCE_COUNT; id++)
        if (only[id] > 0) {
            text_add_format(out, "%s%u of %u joins would go without '%s'", any ? ", " : "",
                            only[id], joins, evidence_rows[id].name);
            any = true;
        }
    text_add_string(out, any ? "\n" : "no single kind of evidence holds it together\n");
}

static void add_contested(const struct groups *g, const struct group *group, struct text *out)
{
    uint32_t shown = 0;
    for (uint32_t i = 0; i < g->clusters->contested_count && shown < 3; i++) {
        const struct edge *edge = &g->clusters->contested[i];
        bool left = g->clusters->group[edge->a] == group->root;
        if (!left && g->clusters->group[edge->b] != group->root)
            continue;
        uint32_t other = left ? edge->b : edge->a;
        text_add_format(out, "  %-10s", shown++ == 0 ? "contested" : "");
        explain_host(g, left ? edge->a : edge->b, out);
        text_add_string(out, " is also like ");
        explain_host(g, other, out);
        if (g->of[other] != 0)
            text_add_format(out, " of %.*s", BYTES_FMT(g->group[g->of[other] - 1].id));
        text_add_format(out, " (%s, log-odds %.1f)\n", explain_strength(edge->score),
                        (double)edge->score);
    }
}

void explain_group(const struct groups *g, const struct group *group, struct text *out)
{
    struct arena *arena = arena_new(NULL);
    char first[16], last[16];
    state_date(group->first_minute, first);
    state_date(group->last_minute, last);
    text_add_format(out, "%.*s: %u sites, %u domains, %s to %s\n", BYTES_FMT(group->id),
                    group->count, group->domains, first, last);
    add_counts(g, group, EXPLAIN_BRAND, "brands", arena, out);
    add_counts(g, group, EXPLAIN_TEMPLATE, "templates", arena, out);
    add_counts(g, group, EXPLAIN_SUFFIX, "suffixes", arena, out);
    add_counts(g, group, EXPLAIN_MONTH, "months", arena, out);
    bool is_group = group >= g->group && group < g->group + g->count;
    struct explain_regex regex[3];
    uint32_t count = is_group ? explain_regexes(g, group, arena, regex, 3) : 0;
    for (uint32_t i = 0; i < count; i++)
        text_add_format(out, "  %-10s%.*s  (%u of the group, %u other sites of the list)\n",
                        i == 0 ? "regex" : "", BYTES_FMT(regex[i].pattern), regex[i].inside,
                        regex[i].outside);
    if (is_group) {
        add_split(g, group, out);
        add_contested(g, group, out);
    }
    text_add_string(out, "  a shared method or infrastructure, not a person\n");
    talloc_free(arena);
}
