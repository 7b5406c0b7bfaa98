/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/thread.h"

#include "base/text.h"
#include "observe/thread_mark.h"

#define REPLY_LINES_MAX 4
#define HEADER_LINES_MAX 16
#define BANNERS_MAX 4
#define LINES_MAX 200000

struct line {
    size_t at, end;     /* in the text, without the line end */
    struct bytes strip; /* without quote marks and blanks */
    unsigned depth;     /* quote marks before it */
    uint8_t mark;       /* 1 + enum html_mark_kind that begins here, or 0 */
    size_t mark_end;    /* where that mark ends in the text */
};

enum cut_kind { CUT_REPLY, CUT_HEADERS, CUT_MARK, CUT_QUOTE };

struct cut {
    enum cut_kind kind;
    uint32_t line, body; /* first line of the preamble, first line of the text */
    uint32_t end;        /* line after the last */
    uint32_t header;     /* where header lines begin */
    bool forwarded;
};

struct splitter {
    struct arena *arena;
    struct bytes text;
    struct line *line;
    uint32_t line_count;
    struct cut cut[THREADS_MAX];
    uint32_t cut_count;
};

static void split_lines(struct splitter *s)
{
    uint32_t room = 64;
    s->line = arena_array_of(s->arena, room, struct line);
    struct bytes rest = s->text, line;
    while (s->line_count < LINES_MAX && bytes_next_line(&rest, &line)) {
        if (s->line_count == room) {
            struct line *grown = arena_array_of(s->arena, room * 2, struct line);
            memcpy(grown, s->line, room * sizeof *grown);
            s->line = grown;
            room *= 2;
        }
        struct line *l = &s->line[s->line_count++];
        l->at = (size_t)(line.at - s->text.at);
        l->end = l->at + line.len;
        l->strip = thread_line_strip(line, &l->depth);
    }
}

/* Lay the marks of mail clients on the lines they begin at; marks come in order of text_at. */
static void place_marks(struct splitter *s, const struct html_doc *doc)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < doc->mark_count; i++) {
        const struct html_mark *mark = &doc->mark[i];
        while (at < s->line_count && s->line[at].end <= mark->text_at &&
               s->line[at].end < s->text.len)
            at++;
        uint32_t first = at;
        while (first < s->line_count && s->line[first].strip.len == 0)
            first++;
        if (first == s->line_count)
            return;
        struct line *line = &s->line[first];
        if (line->mark == 0 || line->mark == 1 + HTML_MARK_SIGNATURE) {
            line->mark = (uint8_t)(1 + mark->kind);
            line->mark_end = mark->text_end;
        }
    }
}

/* A reply line in words nobody listed: "Name <address> wrote:", "6 Apr 10:00 Name <address>:". */
static bool is_short_reply(const struct splitter *s, uint32_t at)
{
    const struct line *line = &s->line[at];
    if (line->strip.len > 300 || !thread_line_closes(line->strip))
        return false;
    if (at + 1 < s->line_count && s->line[at + 1].depth > line->depth)
        return true;
    return bytes_find_byte(line->strip, '@', 0) != BYTES_NPOS && thread_line_has_time(line->strip);
}

/* A reply line that begins at line AT: how many lines it takes, or 0. */
static uint32_t reply_lines(const struct splitter *s, uint32_t at)
{
    const struct line *first = &s->line[at];
    if (first->strip.len == 0 || first->strip.len > 1000)
        return 0;
    if (!thread_line_opens(first->strip))
        return is_short_reply(s, at);
    for (uint32_t n = 0; n < REPLY_LINES_MAX && at + n < s->line_count; n++) {
        const struct line *line = &s->line[at + n];
        if (line->strip.len == 0 || line->depth != first->depth)
            return 0;
        if (!thread_line_closes(line->strip))
            continue;
        struct bytes whole = bytes_sub(s->text, first->at, line->end - first->at);
        bool digit = false;
        for (size_t i = 0; i < whole.len && !digit; i++)
            digit = ascii_is_digit(whole.at[i]);
        return digit ? n + 1 : 0;
    }
    return 0;
}

/* A block of header lines at line AT: how many lines, or 0.  ENOUGH kinds of fields make one. */
static uint32_t header_lines(const struct splitter *s, uint32_t at, unsigned enough)
{
    unsigned kinds = 0, seen = 0;
    uint32_t last = 0, blanks = 0;
    for (uint32_t n = 0; n < HEADER_LINES_MAX && at + n < s->line_count; n++) {
        const struct line *line = &s->line[at + n];
        struct bytes value;
        enum thread_field field = thread_line_field(line->strip, &value);
        if (line->strip.len == 0) {
            if (++blanks > 1 || n == 0)
                break;
            continue;
        }
        if (field == THREAD_FIELD_NONE) {
            /* A long To: goes on; anything else ends the block. */
            if (n == 0 || blanks > 0 ||
                (bytes_find_byte(line->strip, '@', 0) == BYTES_NPOS &&
                 bytes_find_byte(line->strip, ';', 0) == BYTES_NPOS))
                break;
            last = n;
            continue;
        }
        if (kinds >> field & 1 && field != THREAD_FIELD_OTHER)
            break;
        blanks = 0;
        seen += !(kinds >> field & 1) && field != THREAD_FIELD_OTHER;
        kinds |= 1u << field;
        last = n;
    }
    return (kinds >> THREAD_FIELD_FROM & 1) && seen >= enough ? last + 1 : 0;
}

static uint32_t next_filled(const struct splitter *s, uint32_t at, uint32_t most)
{
    uint32_t end = at + most;
    while (at < s->line_count && at < end && s->line[at].strip.len == 0)
        at++;
    return at;
}

static bool is_underscores(struct bytes line)
{
    size_t i = 0;
    while (i < line.len && line.at[i] == '_')
        i++;
    return i >= 20 && i == line.len;
}

/* Whether a cut is at line AT; fills CUT. */
static bool find_cut(const struct splitter *s, uint32_t at, struct cut *cut)
{
    const struct line *line = &s->line[at];
    bool forward = false;
    uint32_t count;
    *cut = (struct cut){.line = at, .header = at};
    if (line->strip.len == 0)
        return false;
    if (thread_line_separates(line->strip, &forward) || is_underscores(line->strip)) {
        uint32_t head = next_filled(s, at + 1, 3);
        count = head < s->line_count ? header_lines(s, head, 2) : 0;
        if (count == 0 && is_underscores(line->strip))
            return false;
        *cut = (struct cut){.kind = CUT_HEADERS,
                            .line = at,
                            .header = head,
                            .body = head + count,
                            .forwarded = forward};
        return true;
    }
    if ((count = reply_lines(s, at)) > 0) {
        *cut = (struct cut){.kind = CUT_REPLY, .line = at, .header = at, .body = at + count};
        return true;
    }
    bool reply_header = line->mark == 1 + HTML_MARK_REPLY_HEADER;
    if ((count = header_lines(s, at, reply_header ? 2 : 3)) > 0) {
        *cut = (struct cut){.kind = CUT_HEADERS, .line = at, .header = at, .body = at + count};
        return true;
    }
    if (line->mark == 1 + HTML_MARK_QUOTE || reply_header) {
        *cut = (struct cut){.kind = CUT_MARK, .line = at, .header = at, .body = at};
        return true;
    }
    if (line->depth > 0) {
        *cut = (struct cut){.kind = CUT_QUOTE, .line = at, .header = at, .body = at};
        return true;
    }
    return false;
}

/* The line after the quoted text that begins at BODY: quoted lines, or all there is. */
static uint32_t quote_end(const struct splitter *s, uint32_t body, size_t mark_end)
{
    uint32_t first = next_filled(s, body, UINT32_MAX - body), end = s->line_count;
    if (mark_end > 0) {
        end = first;
        while (end < s->line_count && s->line[end].at < mark_end)
            end++;
        return end;
    }
    if (first == s->line_count || s->line[first].depth == 0)
        return end;
    end = first;
    for (uint32_t at = first; at < s->line_count; at++) {
        if (s->line[at].strip.len > 0 && s->line[at].depth == 0)
            break;
        if (s->line[at].depth > 0)
            end = at + 1;
    }
    return end;
}

/* The end of the quote mark that begins within a few lines after FROM, or 0. */
static size_t mark_end_near(const struct splitter *s, uint32_t from, uint32_t body)
{
    uint32_t to = next_filled(s, body, 4);
    size_t end = 0;
    for (uint32_t at = from; at <= to && at < s->line_count; at++)
        if (s->line[at].mark == 1 + HTML_MARK_QUOTE && s->line[at].mark_end > end)
            end = s->line[at].mark_end;
    return end;
}

/* Find all cuts; TAKEN[i] says that line i belongs to quoted mail. */
static void find_cuts(struct splitter *s, bool *taken)
{
    uint32_t quoted_to = 0, covered = 0;
    for (uint32_t at = 0; at < s->line_count && s->cut_count < THREADS_MAX;) {
        struct cut cut;
        bool inside = at < quoted_to;
        if (!find_cut(s, at, &cut) || (inside && (cut.kind == CUT_QUOTE || cut.kind == CUT_MARK))) {
            at++;
            continue;
        }
        uint32_t end =
            inside ? quoted_to : quote_end(s, cut.body, mark_end_near(s, cut.line, cut.body));
        if (s->cut_count > 0 && cut.kind == CUT_QUOTE && cut.line >= quoted_to) {
            /* More of the same quote after a reply in between. */
            const struct cut *last = &s->cut[s->cut_count - 1];
            if (s->line[last->body < s->line_count ? last->body : 0].depth > 0 ||
                last->kind == CUT_QUOTE) {
                for (uint32_t i = at; i < end; i++)
                    taken[i] = true;
                at = end;
                continue;
            }
        }
        if (s->cut_count > 0 && s->cut[s->cut_count - 1].end > cut.line)
            s->cut[s->cut_count - 1].end = cut.line;
        cut.end = end;
        s->cut[s->cut_count++] = cut;
        quoted_to = end > quoted_to ? end : quoted_to;
        for (uint32_t i = cut.line > covered ? cut.line : covered; i < quoted_to; i++)
            taken[i] = true;
        covered = quoted_to > covered ? quoted_to : covered;
        at = cut.body > at ? cut.body : at + 1;
    }
}

/* Lines FROM..TO that are (or are not) TAKEN, as one slice where they are together, else joined. */
static struct bytes join_lines(const struct splitter *s, uint32_t from, uint32_t to,
                               const bool *taken, bool stripped)
{
    struct text out;
    text_init(&out, s->arena, 0);
    bool whole = true, begun = false, ended = false;
    size_t first = 0, last = 0;
    for (uint32_t i = from; i < to; i++) {
        if (taken != NULL && taken[i]) {
            ended = begun;
            continue;
        }
        whole = whole && !ended && !(stripped && s->line[i].depth > 0);
        if (!begun)
            first = s->line[i].at;
        begun = true;
        last = s->line[i].end;
    }
    if (!begun)
        return bytes_of("", 0);
    if (whole)
        return bytes_trim(bytes_sub(s->text, first, last - first));
    for (uint32_t i = from; i < to; i++) {
        const struct line *line = &s->line[i];
        if (taken != NULL && taken[i])
            continue;
        text_add(&out, stripped && line->depth > 0
                           ? line->strip
                           : bytes_sub(s->text, line->at, line->end - line->at));
        text_add_byte(&out, '\n');
    }
    return bytes_trim(text_bytes(&out));
}

/* "a <x>; b <y>" or with commas, which names may hold too: then only those after an address split.
 */
static struct thread_mailbox *read_list(struct arena *arena, struct bytes value,
                                        uint32_t *count_out)
{
    struct thread_mailbox *list = NULL;
    uint32_t room = 0, count = 0;
    bool semicolons = bytes_find_byte(value, ';', 0) != BYTES_NPOS;
    size_t from = 0;
    for (size_t i = 0; i <= value.len; i++) {
        bool split = i == value.len || (semicolons ? value.at[i] == ';' : value.at[i] == ',');
        struct bytes part = bytes_trim(bytes_sub(value, from, i - from));
        if (!split || (i < value.len && !semicolons && bytes_find_byte(part, '@', 0) == BYTES_NPOS))
            continue;
        from = i + 1;
        if (part.len == 0 || count >= 256)
            continue;
        if (count == room) {
            struct thread_mailbox *grown =
                arena_array_of(arena, room = room == 0 ? 2 : room * 2, struct thread_mailbox);
            if (count > 0)
                memcpy(grown, list, count * sizeof *grown);
            list = grown;
        }
        list[count++] = thread_mailbox_read(part);
    }
    *count_out = count;
    return list;
}

static void read_headers(const struct splitter *s, const struct cut *cut,
                         struct thread_previous *previous)
{
    for (uint32_t i = cut->header; i < cut->body; i++) {
        struct bytes value;
        enum thread_field field = thread_line_field(s->line[i].strip, &value);
        if (field == THREAD_FIELD_NONE)
            continue;
        /* A value goes on over lines without a field of their own. */
        uint32_t more = i + 1;
        struct bytes next;
        while (more < cut->body && s->line[more].strip.len > 0 &&
               thread_line_field(s->line[more].strip, &next) == THREAD_FIELD_NONE)
            more++;
        if (more > i + 1)
            value = bytes_sub(s->text, (size_t)(value.at - s->text.at),
                              s->line[more - 1].end - (size_t)(value.at - s->text.at));
        switch (field) {
        case THREAD_FIELD_FROM:
            previous->sender = thread_mailbox_read(value);
            break;
        case THREAD_FIELD_DATE:
            previous->date = value;
            break;
        case THREAD_FIELD_SUBJECT:
            previous->subject = value;
            break;
        case THREAD_FIELD_TO:
            previous->to = read_list(s->arena, value, &previous->to_count);
            break;
        case THREAD_FIELD_CC:
            previous->cc = read_list(s->arena, value, &previous->cc_count);
            break;
        case THREAD_FIELD_BCC:
            previous->bcc = read_list(s->arena, value, &previous->bcc_count);
            break;
        default:
            break;
        }
    }
}

static void make_previous(const struct splitter *s, const struct cut *cut,
                          struct thread_previous *previous)
{
    uint32_t body = cut->body < cut->end ? cut->body : cut->end;
    const struct line *line = s->line;
    *previous = (struct thread_previous){
        .text_at = line[cut->line].at,
        .text_end = cut->end > cut->line ? line[cut->end - 1].end : line[cut->line].end,
        .forwarded = cut->forwarded,
        .text = join_lines(s, body, cut->end, NULL, true),
        .preamble = BYTES_NONE,
    };
    if (cut->body == cut->line)
        return;
    previous->preamble = join_lines(s, cut->line, cut->body, NULL, true);
    if (cut->kind == CUT_REPLY)
        thread_reply_read(previous->preamble, previous);
    else
        read_headers(s, cut, previous);
}

/* Take warnings off the head of the newest message: paragraphs among its first that say they are
 * one. */
static void take_banners(struct arena *arena, struct thread *thread)
{
    thread->banner = arena_array_of(arena, BANNERS_MAX, struct bytes);
    while (thread->banner_count < BANNERS_MAX) {
        struct bytes text = thread->text, rest = text, line;
        size_t end = 0;
        bool found = false;
        for (int lines = 0; lines < 6 && bytes_next_line(&rest, &line) && bytes_trim(line).len > 0;
             lines++) {
            end = (size_t)(line.at + line.len - text.at);
            bool says = thread_is_banner(bytes_sub(text, 0, end));
            bool goes_on =
                line.len > 0 && (uint8_t)(line.at[0] - 'a') < 26; /* a wrapped sentence */
            if (found && !thread_is_banner(line) && !goes_on)
                break;
            if (says)
                found = true,
                thread->banner[thread->banner_count] = bytes_trim(bytes_sub(text, 0, end));
        }
        if (!found)
            return;
        struct bytes banner = thread->banner[thread->banner_count++];
        thread->text = bytes_trim(bytes_from(text, (size_t)(banner.at + banner.len - text.at)));
    }
}

struct thread *thread_split(struct arena *arena, struct bytes text, const struct html_doc *doc)
{
    struct thread *thread = arena_new_of(arena, struct thread);
    struct splitter *s = arena_new_of(arena, struct splitter);
    s->arena = arena;
    s->text = text;
    thread->text = bytes_of(text.at == NULL ? (const void *)"" : text.at, 0);
    if (text.len == 0)
        return thread;
    split_lines(s);
    if (doc != NULL)
        place_marks(s, doc);
    bool *taken = arena_array_of(arena, s->line_count, bool);
    find_cuts(s, taken);
    thread->text = join_lines(s, 0, s->line_count, taken, false);
    thread->text_end = s->cut_count > 0 ? s->line[s->cut[0].line].at : text.len;
    if (s->cut_count > 0)
        thread->previous = arena_array_of(arena, s->cut_count, struct thread_previous);
    for (uint32_t i = 0; i < s->cut_count; i++)
        make_previous(s, &s->cut[i], &thread->previous[thread->previous_count++]);
    take_banners(arena, thread);
    if (thread->text.len == 0 && thread->previous_count > 0) {
        thread->text = thread->previous[0].text;
        thread->preamble = thread->previous[0].preamble;
    }
    return thread;
}
