/* SPDX-License-Identifier: Apache-2.0
 * The one file that wraps RE2. */
#include "rule/regex.h"

#include <re2/filtered_re2.h>
#include <re2/re2.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

struct regex {
    std::unique_ptr<RE2> program;
};

/* RE2 takes 70 bytes a byte of pattern before it finds its program too large. */
static constexpr size_t PATTERN_MOST = 256 * 1024;

/* "(?<name>" is "(?P<name>" in this version of RE2; classes, escapes and \Q..\E are left alone. */
static std::string translate(struct bytes pattern)
{
    std::string in(reinterpret_cast<const char *>(pattern.at), pattern.len), out;
    bool in_class = false;
    for (size_t i = 0; i < in.size(); i++) {
        if (in[i] == '\\' && i + 1 < in.size()) {
            out += in[i++];
        } else if (in[i] == '[') {
            in_class = true;
        } else if (in[i] == ']') {
            in_class = false;
        } else if (!in_class && in.compare(i, 3, "(?<") == 0 && i + 3 < in.size() && in[i + 3] != '=' &&
                   in[i + 3] != '!') {
            out += "(?P<";
            i += 2;
            continue;
        }
        out += in[i];
    }
    return out;
}

static RE2::Options options_for(bool fold)
{
    RE2::Options options;
    options.set_log_errors(false);
    options.set_case_sensitive(!fold);
    return options;
}

struct regex *regex_new(struct bytes pattern, bool fold, char *message, size_t size)
{
    if (pattern.len > PATTERN_MOST) {
        std::snprintf(message, size, "pattern too large: more than %zu KB", PATTERN_MOST / 1024);
        return nullptr;
    }
    auto program = std::make_unique<RE2>(translate(pattern), options_for(fold));
    if (!program->ok()) {
        std::snprintf(message, size, "%s", program->error().c_str());
        return nullptr;
    }
    return new regex{std::move(program)};
}

void regex_free(struct regex *regex)
{
    delete regex;
}

bool regex_search(const struct regex *regex, struct bytes text, size_t from, bool whole,
                  struct bytes *group, int count)
{
    re2::StringPiece piece(reinterpret_cast<const char *>(text.at), text.len);
    re2::StringPiece found[REGEX_GROUPS_MAX];
    int wanted = std::min(count, static_cast<int>(REGEX_GROUPS_MAX));
    if (!regex->program->Match(piece, from, text.len, whole ? RE2::ANCHOR_BOTH : RE2::UNANCHORED, found,
                               wanted))
        return false;
    for (int i = 0; i < wanted; i++)
        group[i] = bytes_of(found[i].data(), found[i].size());
    return true;
}

int regex_group_count(const struct regex *regex)
{
    return regex->program->NumberOfCapturingGroups();
}

const char *regex_group_name(const struct regex *regex, int number)
{
    const auto &names = regex->program->CapturingGroupNames();
    auto found = names.find(number);
    return found == names.end() ? nullptr : found->second.c_str();
}

namespace {

/* RE2's own prefilter of one pattern: which literals suffice for a match to be possible. */
struct prefilter {
    re2::FilteredRE2 filter{REGEX_ATOM_MIN_BYTES};
    std::vector<std::string> atoms;

    bool possible_with(const std::vector<bool> &absent)
    {
        std::vector<int> present, potential;
        for (size_t i = 0; i < atoms.size(); i++)
            if (!absent[i])
                present.push_back(static_cast<int>(i));
        filter.AllPotentials(present, &potential);
        return !potential.empty();
    }
};

}  // namespace

/* The prefilter is monotone, so leaving out literals one by one while "everything but these" stays
 * impossible ends with a set of which at least one must occur.  Short ones are left out first; in later
 * rounds those of earlier sets before them, so that the sets differ. */
int regex_literals(struct bytes pattern, bool fold,
                   void (*each)(void *self, int set, const char *literal, size_t len), void *self)
{
    prefilter p;
    int id = -1, sets = 0;
    if (p.filter.Add(translate(pattern), options_for(fold), &id) != RE2::NoError)
        return 0;
    p.filter.Compile(&p.atoms);
    if (p.atoms.empty() || p.atoms.size() > 512)
        return 0;
    std::vector<bool> used(p.atoms.size(), false);
    for (; sets < REGEX_SETS_MAX; sets++) {
        std::vector<size_t> order(p.atoms.size());
        for (size_t i = 0; i < order.size(); i++)
            order[i] = i;
        std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
            if (used[a] != used[b])
                return static_cast<bool>(used[a]);
            return p.atoms[a].size() != p.atoms[b].size() ? p.atoms[a].size() < p.atoms[b].size() : a < b;
        });
        std::vector<bool> needed(p.atoms.size(), true);
        if (p.possible_with(needed))
            return sets;
        for (size_t i : order) {
            needed[i] = false;
            if (p.possible_with(needed))
                needed[i] = true;
        }
        bool fresh = true;
        for (size_t i = 0; i < p.atoms.size(); i++)
            fresh = fresh && !(needed[i] && used[i]);
        if (!fresh)
            return sets;
        for (size_t i = 0; i < p.atoms.size(); i++)
            if (needed[i]) {
                used[i] = true;
                each(self, sets, p.atoms[i].data(), p.atoms[i].size());
            }
    }
    return sets;
}
