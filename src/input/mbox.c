/* SPDX-License-Identifier: Apache-2.0 */
#include "input/mbox.h"

#include "input/input.h"

#define CHUNK_BYTES ((size_t)256 * 1024)
/* A "From " line and the line behind it: enough to judge. */
#define JUDGE_BYTES ((size_t)2048)
#define HEADER_BYTES_MAX ((size_t)256 * 1024)

static bool is_field_line(struct bytes line)
{
    size_t colon = bytes_find_byte(bytes_sub(line, 0, 128), ':', 0);
    if (colon == BYTES_NPOS || colon == 0)
        return false;
    for (size_t i = 0; i < colon; i++)
        if (line.at[i] <= ' ' || line.at[i] >= 0x7F)
            return false;
    return true;
}

/* "10:20" somewhere in it, as every "From " line of a mailer has. */
static bool has_time(struct bytes line)
{
    for (size_t at = 0; (at = bytes_find_byte(line, ':', at)) != BYTES_NPOS; at++)
        if (at > 0 && at + 2 < line.len && ascii_is_digit(line.at[at - 1]) &&
            ascii_is_digit(line.at[at + 1]) && ascii_is_digit(line.at[at + 2]))
            return true;
    return false;
}

/* Whether the "From " line REST starts with begins a mail. */
static bool is_separator(struct bytes rest, bool after_blank)
{
    struct bytes line, next = BYTES("");
    if (!bytes_starts(rest, BYTES("From ")) || !bytes_next_line(&rest, &line))
        return false;
    bytes_next_line(&rest, &next);
    bool field = is_field_line(next) || bytes_starts(next, BYTES(">From "));
    return after_blank ? field || has_time(line) : field && has_time(line);
}

bool mbox_starts(struct bytes head)
{
    while (head.len > 0 && (head.at[0] == '\n' || head.at[0] == '\r'))
        head = bytes_from(head, 1);
    struct bytes rest = head, line, next;
    return bytes_starts(head, BYTES("From ")) && bytes_next_line(&rest, &line) &&
           bytes_next_line(&rest, &next) &&
           (is_field_line(next) || bytes_starts(next, BYTES(">From ")));
}

static bool blank_before(struct bytes window, size_t at)
{
    if (at == 0)
        return true;
    size_t end = at - 1; /* the LF before the line */
    if (end > 0 && window.at[end - 1] == '\r')
        end--;
    return end == 0 || window.at[end - 1] == '\n';
}

/* Offset of the body in WINDOW (behind the first empty line), or BYTES_NPOS. */
static size_t body_offset(struct bytes window)
{
    size_t lf = bytes_find(window, BYTES("\n\n"), 0),
           crlf = bytes_find(window, BYTES("\r\n\r\n"), 0);
    lf = lf == BYTES_NPOS ? lf : lf + 2;
    crlf = crlf == BYTES_NPOS ? crlf : crlf + 4;
    return lf < crlf ? lf : crlf;
}

/* The end Content-Length announces, where a "From " line or the end of all is there; else 0. */
static size_t end_by_length(struct stream *stream)
{
    struct bytes window = stream_fill(stream, HEADER_BYTES_MAX);
    size_t body = body_offset(bytes_sub(window, 0, HEADER_BYTES_MAX)), at = 0;
    int64_t length = -1;
    struct bytes rest = bytes_sub(window, 0, body), line;
    if (body == BYTES_NPOS)
        return 0;
    while (length < 0 && bytes_next_line(&rest, &line))
        if (bytes_starts_fold(line, BYTES("Content-Length:")) &&
            !bytes_to_int(bytes_trim(bytes_from(line, 15)), 0, INPUT_ITEM_MAX_BYTES, &length))
            return 0;
    if (length < 0)
        return 0;
    at = body + (size_t)length;
    window = stream_fill(stream, at + JUDGE_BYTES);
    if (at > window.len)
        return 0;
    size_t next = at;
    while (next < window.len && (window.at[next] == '\n' || window.at[next] == '\r'))
        next++;
    bool ends = next == window.len || (next > 0 && window.at[next - 1] == '\n' &&
                                       is_separator(bytes_from(window, next), true));
    return ends ? next : 0;
}

/* The start of the next mail (or the end of all); *CUT_OUT where the mail is too long to hold. */
static size_t end_by_search(struct stream *stream, bool *cut_out)
{
    size_t from = 1;
    for (;;) {
        struct bytes window = stream_fill(stream, from + CHUNK_BYTES);
        /* Near the edge of the window a line cannot be judged yet. */
        size_t sure = stream->at_end ? window.len : window.len - JUDGE_BYTES;
        for (size_t at = from; (at = bytes_find(window, BYTES("\nFrom "), at)) != BYTES_NPOS;
             at++) {
            if (at + 1 > sure)
                break;
            struct bytes rest = bytes_sub(window, at + 1, JUDGE_BYTES);
            if (is_separator(rest, blank_before(window, at + 1)))
                return at + 1;
        }
        if (stream->at_end)
            return window.len;
        from = sure > from ? sure : from;
        if (from > INPUT_ITEM_MAX_BYTES) {
            *cut_out = true;
            return from;
        }
    }
}

/* Take one '>' off ">From ", ">>From ", ... in place; the new length. */
static size_t unquote(uint8_t *at, size_t len)
{
    size_t out = 0;
    struct bytes in = bytes_of(at, len);
    size_t first = bytes_find(in, BYTES("\n>"), 0);
    if (first == BYTES_NPOS)
        return len;
    out = first;
    for (size_t i = first; i < len;) {
        size_t hit = bytes_find(in, BYTES("\n>"), i);
        size_t end = hit == BYTES_NPOS ? len : hit + 1;
        memmove(at + out, at + i, end - i);
        out += end - i;
        i = end;
        size_t marks = i;
        while (marks < len && at[marks] == '>')
            marks++;
        if (marks > i && bytes_starts(bytes_from(in, marks), BYTES("From ")))
            i++;
    }
    return out;
}

bool mbox_next(struct stream *stream, struct mbox_mail *out)
{
    *out = (struct mbox_mail){0};
    struct bytes window = stream_fill(stream, CHUNK_BYTES);
    while (window.len > 0 && (window.at[0] == '\n' || window.at[0] == '\r')) {
        stream_take(stream, 1);
        window = stream_fill(stream, CHUNK_BYTES);
    }
    if (window.len == 0)
        return false;
    size_t end = end_by_length(stream);
    bool by_length = end > 0;
    if (!by_length)
        end = end_by_search(stream, &out->truncated);
    uint8_t *at = stream->buffer + stream->start;
    struct bytes rest = bytes_of(at, end), line;
    if (bytes_starts(rest, BYTES("From ")) && bytes_next_line(&rest, &line))
        out->envelope = line;
    size_t body = (size_t)(rest.at - at), len = end - body;
    stream_take(stream, end);
    if (!by_length && len > 0)
        len = unquote(at + body, len);
    /* The empty line before the next "From " belongs to the mailbox. */
    if (!out->truncated && len > 1 && at[body + len - 1] == '\n') {
        size_t one = len > 2 && at[body + len - 2] == '\r' ? 2 : 1;
        if (at[body + len - one - 1] == '\n')
            len -= one;
    }
    out->content = bytes_of(at + body, len);
    return true;
}
