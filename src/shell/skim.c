/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/skim.h"
#include "shell/host.h"
#include "shell/tool.h"

#define SHORT_BODY 8 /* commands; as many as a line of script that does something */
#define LOOP_WEIGHT 8
#define NESTED_MAX 16
#define CODE_LETTERS 16 /* without a break: no word of a language */
#define HEAD_BYTES 4096
/* Steps of a script past the readings, and 128 bytes kept count as one ... */
#define STEPS_LITTLE 200 /* on long bodies where the words tell little ... */
#define STEPS_SAME 1000 /* ... on short ones called with the same words: a variable may be another ... */
#define STEPS_MUCH 10000 /* ... and on all others */

enum telling { TELLS_NOTHING, TELLS_SOMETHING, TELLS_MUCH };

/* Commands that say or compare something and change nothing. */
static bool is_quiet(struct bytes name)
{
    static const char *const quiet[] = {
        "echo",  "printf", "test",   "[",        "[[",   ":",       "true",   "false", "return", "local",
        "shift", "exit",   "break",  "continue", "date", "tput",    "expr",   "let",   "cut",    "tr",
        "head",  "tail",   "sort",   "uniq",     "wc",   "grep",    "egrep",  "fgrep", "sleep",  "which",
        "type",  "cat",    "logger", "basename", "seq",  "dirname", "uname",  "id",    "hostname"};
    for (size_t i = 0; i < sizeof quiet / sizeof quiet[0]; i++)
        if (bytes_equal(name, bytes_of_string(quiet[i])))
            return true;
    return false;
}

struct body {
    struct machine *m;
    uint32_t commands, weight;
    bool acts; /* or keeps something */
};

static void list_look(struct body *body, const struct shell_command *list, unsigned depth);

/* Whether more commands would change nothing. */
static bool is_judged(const struct body *body)
{
    return body->acts && body->commands > SHORT_BODY;
}

static void word_look(struct body *body, const struct shell_word *word, unsigned depth)
{
    for (const struct shell_part *part = word->first; part != NULL; part = part->next) {
        if (part->list != NULL)
            list_look(body, part->list, depth + 1);
        body->acts |= part->kind == PART_VARIABLE && part->op == OP_ASSIGN;
    }
}

static void simple_look(struct body *body, const struct shell_command *c, unsigned depth)
{
    const struct shell_word *first = c->words;
    for (; first != NULL && first->assignment; first = first->next)
        body->acts = true, word_look(body, first, depth);
    for (const struct shell_word *word = first; word != NULL; word = word->next)
        word_look(body, word, depth);
    if (first == NULL || first->first == NULL)
        return;
    struct bytes name = first->first->text;
    const struct function *f = table_get(body->m->functions, name);
    bool literal = first->first->kind == PART_LITERAL && first->first->next == NULL;
    if (literal && f != NULL)
        list_look(body, f->body, depth + 1);
    else
        body->acts |= !literal || !is_quiet(name);
}

static void redirects_look(struct body *body, const struct shell_redirect *r)
{
    for (; r != NULL; r = r->next) {
        const struct shell_part *part = r->target == NULL ? NULL : r->target->first;
        bool writes = r->kind == REDIRECT_WRITE || r->kind == REDIRECT_APPEND || r->kind == REDIRECT_BOTH;
        body->acts |= writes && part != NULL && !bytes_equal(part->text, BYTES("/dev/null")) &&
                      !bytes_equal(part->text, BYTES("/dev/stderr"));
    }
}

static void list_look(struct body *body, const struct shell_command *list, unsigned depth)
{
    body->acts |= depth >= NESTED_MAX;
    for (const struct shell_command *c = list; c != NULL && depth < NESTED_MAX; c = c->next) {
        if (is_judged(body))
            break;
        bool loops = c->form == FORM_FOR || c->form == FORM_LOOP;
        body->commands += body->weight;
        redirects_look(body, c->redirects);
        body->weight *= loops ? LOOP_WEIGHT : 1;
        if (c->form == FORM_SIMPLE)
            simple_look(body, c, depth);
        body->acts |= loops || c->form == FORM_FUNCTION;
        list_look(body, c->test, depth + 1);
        list_look(body, c->body, depth + 1);
        list_look(body, c->other, depth + 1);
        body->weight /= loops ? LOOP_WEIGHT : 1;
        list_look(body, c->pipe, depth + 1);
    }
}

/* A server's bare address, or one of those nobody owns. */
static bool holds_address(struct bytes text)
{
    struct bytes url;
    struct host_url parts;
    for (size_t at = 0; host_url_next(text, &at, &url);) {
        enum host_kind kind = host_url_parse(url, &parts) ? host_kind_of_url(&parts) : HOST_UNKNOWN;
        if (kind == HOST_ADDRESS || kind == HOST_PASTE || kind == HOST_DROP || kind == HOST_TOR)
            return true;
    }
    for (size_t i = 0; i < text.len; i++) {
        size_t end = i;
        while (end < text.len && (ascii_is_digit(text.at[end]) || text.at[end] == '.'))
            end++;
        if (end - i >= 7 && host_kind_of(bytes_sub(text, i, end - i)) == HOST_ADDRESS)
            return true;
        i = end;
    }
    return false;
}

/* "kill -9 1", "wget": the name of a program, and what it is told. */
static bool is_command(const struct machine *m, struct bytes text)
{
    size_t end = 0;
    while (end < text.len && !ascii_is_space(text.at[end]) && text.at[end] != ';')
        end++;
    struct bytes name = bytes_sub(text, 0, end);
    size_t slash = bytes_find_last_byte(name, '/');
    name = slash == BYTES_NPOS ? name : bytes_from(name, slash + 1);
    bool known = name.len > 0 && (tool_handler(name) != NULL || table_get(m->tools, name) != NULL);
    return known && !is_quiet(name);
}

enum letter { DIGIT = 1, SMALL = 2, CAPITAL = 4, MARK = 8 };

/* What a byte can be part of: a code, the beginning of a mark (mark_tells), nothing. */
static const uint8_t letters[256] = {
    ['/'] = MARK, [':'] = MARK, ['$'] = MARK, ['`'] = MARK, ['|'] = MARK, ['\\'] = MARK,
    ['+'] = DIGIT, ['='] = DIGIT,
    ['0'] = DIGIT, DIGIT, DIGIT, DIGIT, DIGIT, DIGIT, DIGIT, DIGIT, DIGIT, DIGIT,
    ['A'] = CAPITAL, CAPITAL, CAPITAL, CAPITAL, CAPITAL, CAPITAL, CAPITAL, CAPITAL, CAPITAL,
    CAPITAL, CAPITAL, CAPITAL, CAPITAL, CAPITAL, CAPITAL, CAPITAL, CAPITAL, CAPITAL, CAPITAL,
    CAPITAL, CAPITAL, CAPITAL, CAPITAL, CAPITAL, CAPITAL, CAPITAL,
    ['a'] = SMALL, SMALL, SMALL, SMALL, SMALL, SMALL, SMALL, SMALL, SMALL, SMALL, SMALL, SMALL,
    SMALL, SMALL, SMALL, SMALL, SMALL, SMALL, SMALL, SMALL, SMALL, SMALL, SMALL, SMALL, SMALL,
    SMALL,
};

/* How much the mark TEXT begins with tells. */
static enum telling mark_tells(struct bytes text)
{
    static const struct {
        const char *stretch;
        enum telling tells;
    } marks[] = {
        {"/dev/tcp", TELLS_MUCH}, {"/dev/udp", TELLS_MUCH}, {"| sh", TELLS_MUCH},
        {"|sh", TELLS_MUCH}, {"| bash", TELLS_MUCH}, {"|bash", TELLS_MUCH},
        {"://", TELLS_SOMETHING}, {"/dev/shm", TELLS_SOMETHING}, {"/tmp", TELLS_SOMETHING},
        {"/.", TELLS_SOMETHING}, {"/proc/", TELLS_SOMETHING}, {"/root", TELLS_SOMETHING},
        {"/cron", TELLS_SOMETHING}, {"/shadow", TELLS_SOMETHING}, {"/passwd", TELLS_SOMETHING},
        {"/sudo", TELLS_SOMETHING}, {"/ld.so", TELLS_SOMETHING}, {"/rc", TELLS_SOMETHING},
        {"/init.d", TELLS_SOMETHING}, {"/profile", TELLS_SOMETHING}, {"$(", TELLS_SOMETHING},
        {"`", TELLS_SOMETHING}, {"| ", TELLS_SOMETHING}, {"\\x", TELLS_SOMETHING}
    };
    enum telling most = TELLS_NOTHING;
    for (size_t k = 0; k < sizeof marks / sizeof marks[0]; k++)
        if (marks[k].tells > most && (uint8_t)marks[k].stretch[0] == text.at[0] &&
            bytes_starts(text, bytes_of_string(marks[k].stretch)))
            most = marks[k].tells;
    return most;
}

/* How much TEXT tells by what stands in it: marks, addresses, and letters and digits without a break and
 * mixed as codes mix them and words do not. */
static enum telling text_tells(struct bytes text)
{
    enum telling most = TELLS_NOTHING;
    uint32_t run = 0, kinds = 0;
    bool dotted = false;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.at[i], kind = letters[c];
        if (kind == 0) {
            run = kinds = 0, dotted |= c == '.';
        } else if (kind == MARK) {
            enum telling tells = mark_tells(bytes_from(text, i));
            run = kinds = 0, most = tells > most ? tells : most;
        } else {
            run++, kinds |= kind;
            if (run >= CODE_LETTERS && (kinds & DIGIT) != 0 && (kinds & (SMALL | CAPITAL)) != 0)
                return TELLS_MUCH;
        }
    }
    return dotted && most != TELLS_MUCH && holds_address(text) ? TELLS_MUCH : most;
}

/* How much S tells by itself. */
static enum telling telling_of(const struct machine *m, struct shell_string s)
{
    uint32_t brought = taint_secrets() | TAINT_BIT(FETCHED) | TAINT_BIT(DECODED) | TAINT_BIT(SEALED);
    struct bytes text = bytes_sub(s.text, 0, HEAD_BYTES);
    if ((s.taint & brought) != 0)
        return TELLS_MUCH;
    if (text.len < 3)
        return TELLS_NOTHING;
    enum telling tells = text_tells(text);
    return tells == TELLS_NOTHING && is_command(m, text) ? TELLS_SOMETHING : tells;
}

bool skim_is_telling(struct machine *m, struct shell_string s)
{
    enum telling tells = telling_of(m, s);
    return tells != TELLS_NOTHING && m->skim_steps < (tells == TELLS_MUCH ? STEPS_MUCH : STEPS_LITTLE);
}

static void look(struct machine *m, struct function *f)
{
    struct body body = {.m = m, .weight = 1};
    list_look(&body, f->body, 0);
    f->looked_at = true, f->acts = body.acts, f->is_short = body.commands <= SHORT_BODY;
}

bool skim_is_said(const struct call *call, struct function *f)
{
    if (!f->looked_at)
        look(call->m, f);
    return !f->acts && call->m->heard == 0;
}

bool skim_is_due(const struct call *call, struct function *f, bool repeated)
{
    struct machine *m = call->m;
    bool due = f->is_short && m->skim_short_steps < (repeated ? STEPS_SAME : STEPS_MUCH);
    for (uint32_t i = 1; i < call->count && !due; i++)
        due = skim_is_telling(m, call->arg[i]);
    m->report->skimmed += !due;
    return due;
}

uint64_t skim_begin(const struct machine *m)
{
    return m->budget->used[LIMIT_EVAL_STEPS] + m->kept_bytes / 128;
}

void skim_end(struct machine *m, uint64_t began, bool is_short)
{
    uint32_t *steps = is_short ? &m->skim_short_steps : &m->skim_steps;
    *steps += (uint32_t)(skim_begin(m) - began);
}
