/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/phone.h"

#include "base/utf8.h"

#define DIGITS_MAX 18
#define GROUPS_MAX 8
#define GAP_MAX 4 /* separator characters between two digits */

/* A run of digits and separators that may be a number. */
struct candidate {
    size_t at, end; /* in the text */
    char digit[DIGITS_MAX];
    unsigned count;                     /* digits */
    unsigned group[GROUPS_MAX], groups; /* digits between separators */
    unsigned letters;                   /* letters that stood for digits */
    bool unusual;                       /* non-ASCII digits or invisible characters */
    bool plus, bracket;
    bool slash, comma; /* separators no telephone number has */
    char separator;    /* the first one */
    bool mixed;        /* different separators */
};

/* Digit value of a code point, -1 for none.  Letters count only inside a run of digits. */
static int digit_of(uint32_t c, bool *unusual)
{
    static const uint32_t zeros[] = {0xFF10,  0x0660,  0x06F0,  0x0966,  0x09E6, 0x0E50,
                                     0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6};
    if (c - '0' < 10)
        return (int)(c - '0');
    if (c < 0x80)
        return -1;
    for (size_t i = 0; i < sizeof zeros / sizeof zeros[0]; i++)
        if (c - zeros[i] < 10) {
            *unusual |= c < 0xFF10 || c > 0xFF19;
            return (int)(c - zeros[i]);
        }
    *unusual = true;
    if (c >= 0x2460 && c <= 0x2468)
        return (int)(c - 0x2460 + 1);
    if (c == 0x24EA)
        return 0;
    if (c >= 0x2776 && c <= 0x277E)
        return (int)(c - 0x2776 + 1);
    return -1;
}

static int letter_digit(uint32_t c)
{
    switch (c) {
    case 'o':
    case 'O':
    case 0x041E:
    case 0x043E:
    case 0x039F:
    case 0x03BF:
        return 0;
    case 'l':
    case 'I':
    case '|':
    case 0x0406:
    case 0x0456:
        return 1;
    default:
        return -1;
    }
}

static bool is_invisible(uint32_t c)
{
    return (c >= 0x200B && c <= 0x200F) || c == 0x2060 || c == 0xFEFF || c == 0xAD ||
           (c >= 0xFE00 && c <= 0xFE0F) || c == 0x20E3 || (c >= 0x202A && c <= 0x202E);
}

/* A separator as ASCII, 0 for none; invisible characters answer '~'. */
static char separator_of(uint32_t c)
{
    switch (c) {
    case ' ':
    case 0xA0:
    case 0x3000:
    case 0x2009:
    case 0x202F:
    case 0x2002:
    case 0x2003:
        return ' ';
    case '-':
    case 0x2010:
    case 0x2011:
    case 0x2012:
    case 0x2013:
    case 0x2014:
    case 0x2212:
    case 0xFF0D:
    case 0x30FC:
    case 0x2015:
    case '_':
    case '~':
        return '-';
    case '.':
    case 0xB7:
    case 0x2022:
    case 0xFF0E:
    case 0x30FB:
        return '.';
    case '(':
    case ')':
    case 0xFF08:
    case 0xFF09:
    case '[':
    case ']':
    case '{':
    case '}':
        return '(';
    case '/':
    case '*':
        return '/';
    case ',':
    case ':':
        return ',';
    default:
        return is_invisible(c) ? '~' : 0;
    }
}

static bool is_word(uint32_t c)
{
    return c >= 0x80 ? false
                     : ascii_is_alnum((uint8_t)c) || c == '_' || c == '@' || c == '#' || c == '=' ||
                           c == '%' || c == '&' || c == '$';
}

static void add_digit(struct candidate *c, int digit, bool gap)
{
    if (c->count < DIGITS_MAX)
        c->digit[c->count] = (char)('0' + digit);
    c->count++;
    if (c->groups == 0 || gap) {
        if (c->groups < GROUPS_MAX)
            c->group[c->groups] = 0;
        c->groups++;
    }
    if (c->groups <= GROUPS_MAX)
        c->group[c->groups - 1]++;
}

static void note_separator(struct candidate *c, char separator)
{
    c->slash |= separator == '/';
    c->comma |= separator == ',';
    c->bracket |= separator == '(';
    if (separator == '(' || separator == ' ')
        return;
    if (c->separator == 0)
        c->separator = separator;
    c->mixed |= c->separator != separator;
}

/* Read a run from AT on, which is a digit, "+" or "("; answers where it ends. */
static size_t read_run(struct bytes text, size_t at, struct candidate *c)
{
    char gap[GAP_MAX];
    unsigned gaps = 0;
    bool unusual = false;
    *c = (struct candidate){.at = at, .end = at};
    while (at < text.len) {
        size_t next = at;
        uint32_t code = utf8_next(text, &next);
        bool odd = false;
        int digit = digit_of(code, &odd);
        if (digit < 0 && c->count > 0 && letter_digit(code) >= 0) {
            /* A letter is a digit only beside digits or separators, never inside a word. */
            size_t after = next;
            uint32_t following = after < text.len ? utf8_next(text, &after) : ' ';
            bool in_word = ascii_is_alpha((uint8_t)(following < 0x80 ? following : ' ')) &&
                           letter_digit(following) < 0;
            if (!in_word && (gaps == 0 || (following - '0') < 10 || letter_digit(following) >= 0)) {
                digit = letter_digit(code);
                c->letters++;
            }
        }
        if (digit >= 0) {
            bool separated = false;
            for (unsigned i = 0; i < gaps; i++)
                if (gap[i] == '~')
                    unusual = true;
                else
                    note_separator(c, gap[i]), separated = true;
            gaps = 0;
            unusual |= odd;
            add_digit(c, digit, separated);
            c->end = next;
        } else if (code == '+' || code == 0xFF0B) {
            if (c->count > 0 || c->plus)
                break;
            c->plus = true;
        } else {
            char separator = separator_of(code);
            if (separator == 0 || gaps == GAP_MAX)
                break;
            gap[gaps++] = separator;
        }
        at = next;
    }
    c->unusual = unusual;
    return c->end > c->at ? c->end : at;
}

static bool is_groups(const struct candidate *c, unsigned count, const unsigned *sizes)
{
    if (c->groups != count)
        return false;
    for (unsigned i = 0; i < count; i++)
        if (sizes[i] != 0 && c->group[i] != sizes[i])
            return false;
    return true;
}

/* Area code and exchange of the North American plan: [2-9]XX, not N11. */
static bool is_north_american(const char *d)
{
    return d[0] >= '2' && d[3] >= '2' && !(d[1] == '1' && d[2] == '1');
}

static bool is_toll_free(const char *area)
{
    return area[0] == '8' && area[1] == area[2] &&
           (area[1] == '0' || (area[1] >= '3' && area[1] <= '8'));
}

static bool has_separators(const struct candidate *c)
{
    return c->groups >= 2;
}

static bool try_north_america(const struct candidate *c, struct phone *phone)
{
    bool one = c->count == 11 && c->digit[0] == '1';
    const char *d = c->digit + one;
    if ((c->count != 10 && !one) || !is_north_american(d) || !(has_separators(c) || c->plus))
        return false;
    static const unsigned plain[] = {3, 3, 4}, long_form[] = {1, 3, 3, 4}, area[] = {3, 7},
                          country[] = {1, 10}, joined[] = {1, 3, 7}, tail[] = {6, 4},
                          spread[] = {3, 3, 2, 2};
    if (!c->plus && !is_groups(c, 3, plain) && !is_groups(c, 4, long_form) &&
        !is_groups(c, 2, area) && !is_groups(c, 2, country) && !is_groups(c, 3, joined) &&
        !is_groups(c, 2, tail) && !is_groups(c, 4, spread) && c->groups < 5 && !c->unusual &&
        c->letters == 0)
        return false;
    phone->region = PHONE_NORTH_AMERICA;
    phone->toll_free = is_toll_free(d);
    return true;
}

static bool try_japan(const struct candidate *c, struct phone *phone)
{
    const char *d = c->digit;
    if (c->count < 10 || c->count > 11 || d[0] != '0' || d[1] == '0' || c->groups != 3)
        return false;
    bool mobile =
        c->count == 11 && (d[1] == '9' || d[1] == '8' || d[1] == '7' || d[1] == '5') && d[2] == '0';
    bool free_dial = (memcmp(d, "0120", 4) == 0 && c->count == 10) ||
                     (memcmp(d, "0800", 4) == 0 && c->count == 11);
    bool fixed = c->count == 10 && c->group[0] >= 2 && c->group[0] <= 5 && c->group[2] == 4;
    bool shared = (memcmp(d, "0570", 4) == 0) && c->count == 10;
    if (!(mobile && c->group[0] == 3 && c->group[1] == 4) && !free_dial && !fixed && !shared)
        return false;
    phone->region = PHONE_JAPAN;
    phone->toll_free = free_dial;
    return true;
}

static bool try_britain(const struct candidate *c, struct phone *phone)
{
    const char *d = c->digit;
    if (c->count < 10 || c->count > 11 || d[0] != '0' || c->groups < 2 || c->groups > 4)
        return false;
    if (d[1] != '1' && d[1] != '2' && d[1] != '3' && d[1] != '7' && d[1] != '8')
        return false;
    if (c->count == 10 && memcmp(d, "0800", 4) != 0 && d[1] != '1')
        return false;
    if (c->group[0] < 3 || c->group[0] > 5 || c->separator == '-')
        return false;
    phone->region = PHONE_BRITAIN;
    phone->toll_free = memcmp(d, "080", 3) == 0;
    return true;
}

static bool try_australia(const struct candidate *c, struct phone *phone)
{
    const char *d = c->digit;
    static const unsigned fixed[] = {2, 4, 4}, mobile[] = {4, 3, 3}, service[] = {4, 3, 3};
    bool special = c->count == 10 && (memcmp(d, "1300", 4) == 0 || memcmp(d, "1800", 4) == 0) &&
                   is_groups(c, 3, service);
    bool land = c->count == 10 && d[0] == '0' &&
                (d[1] == '2' || d[1] == '3' || d[1] == '7' || d[1] == '8') &&
                is_groups(c, 3, fixed);
    bool cell = c->count == 10 && d[0] == '0' && d[1] == '4' && is_groups(c, 3, mobile);
    if (!special && !land && !cell)
        return false;
    phone->region = PHONE_AUSTRALIA;
    phone->toll_free = memcmp(d, "1800", 4) == 0;
    return true;
}

static bool try_international(const struct candidate *c, struct phone *phone)
{
    if (!c->plus || c->count < 8 || c->count > 15 || c->digit[0] == '0')
        return false;
    phone->region = PHONE_INTERNATIONAL;
    return true;
}

/* A date, a version, an amount or an address has one of these shapes too. */
static bool is_other_number(const struct candidate *c)
{
    if (c->slash || c->comma || c->count < 8 || c->count > 15 || c->groups > GROUPS_MAX)
        return true;
    if (c->plus)
        return false;
    /* 2021-04-28 12, 192.168.1.100, 1234 5678 9012 (345x): dates, addresses, cards. */
    if (c->groups >= 3 && c->group[0] == 4 && c->group[1] <= 2 && c->group[2] <= 2)
        return true;
    if (c->groups == 3 && c->group[0] <= 2 && c->group[1] <= 2 && c->group[2] == 4)
        return true;
    if (c->separator == '.' && !c->bracket && c->groups == 4 && c->group[3] <= 3)
        return true;
    return c->groups >= 3 && c->group[0] == 4 && c->group[1] == 4 && c->group[2] == 4;
}

static struct bytes canonical(struct arena *arena, const struct candidate *c,
                              enum phone_region region)
{
    const char *code = "", *d = c->digit;
    int count = (int)c->count;
    if (!c->plus) {
        code = region == PHONE_NORTH_AMERICA ? "1"
               : region == PHONE_JAPAN       ? "81"
               : region == PHONE_BRITAIN     ? "44"
                                             : "61";
        if ((region == PHONE_NORTH_AMERICA && count == 11) || d[0] == '0')
            d++, count--;
    }
    return arena_printf(arena, "+%s%.*s", code, count, d);
}

static bool judge(struct arena *arena, struct bytes text, const struct candidate *c,
                  struct phone *phone)
{
    *phone = (struct phone){0};
    if (c->count < 8 || c->count > 15 || c->letters > c->count / 2 || is_other_number(c))
        return false;
    bool found =
        c->plus ? (c->digit[0] == '1' && try_north_america(c, phone)) || try_international(c, phone)
                : try_north_america(c, phone) || (c->separator == '-' && try_japan(c, phone)) ||
                      try_australia(c, phone) || try_japan(c, phone) || try_britain(c, phone);
    if (!found)
        return false;
    phone->text = bytes_sub(text, c->at, c->end - c->at);
    phone->e164 = canonical(arena, c, phone->region);
    phone->disguised = c->letters > 0 || c->unusual;
    return true;
}

/* Whether a run may begin at AT: not inside a word, a number or an address. */
static bool may_begin(struct bytes text, size_t at)
{
    if (at == 0)
        return true;
    uint8_t before = text.at[at - 1];
    if (before >= 0x80)
        return true;
    if (before == '.' || before == '-' || before == '/' || before == ',')
        return at < 2 || !is_word(text.at[at - 2]);
    return !is_word(before) && before != '+';
}

static bool may_end(struct bytes text, size_t end)
{
    if (end >= text.len)
        return true;
    uint8_t after = text.at[end];
    if ((after == '.' || after == '-' || after == '/' || after == ':') && end + 1 < text.len)
        return !ascii_is_alnum(text.at[end + 1]);
    return !is_word(after) || after == '&';
}

/* What a number begins with, and all that is not ASCII. */
static const uint8_t may_be_first[256] = {
    ['0' ... '9'] = 1,
    ['+'] = 1,
    ['('] = 1,
    [0x80 ... 0xFF] = 1,
};

uint32_t phone_find(struct arena *arena, struct bytes text, struct phone **out)
{
    struct phone *list = NULL;
    uint32_t count = 0;
    for (size_t at = 0; at < text.len && count < PHONES_MAX;) {
        uint8_t c = text.at[at];
        size_t next = at;
        bool odd = false;
        if (!may_be_first[c]) {
            at++;
            continue;
        }
        if (c >= 0x80 && digit_of(utf8_next(text, &next), &odd) < 0) {
            at = next;
            continue;
        }
        struct candidate candidate;
        struct phone phone;
        size_t end = read_run(text, at, &candidate);
        if (may_begin(text, at) && may_end(text, candidate.end) &&
            judge(arena, text, &candidate, &phone)) {
            if (list == NULL)
                list = arena_array_of(arena, PHONES_MAX, struct phone);
            list[count++] = phone;
        }
        at = end > at ? end : at + 1;
    }
    *out = list;
    return count;
}
