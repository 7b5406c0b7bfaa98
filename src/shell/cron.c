/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/cron.h"

static struct bytes field_take(struct bytes *rest)
{
    size_t at = 0;
    while (at < rest->len && !ascii_is_space(rest->at[at]))
        at++;
    struct bytes field = bytes_sub(*rest, 0, at);
    while (at < rest->len && (rest->at[at] == ' ' || rest->at[at] == '\t'))
        at++;
    *rest = bytes_from(*rest, at);
    return field;
}

/* Letters only * , - / and digits, or a month or day name. */
static bool is_time(struct bytes field)
{
    if (field.len == 0 || field.len > 64 || !(field.at[0] == '*' || ascii_is_digit(field.at[0])))
        return field.len == 3 && ascii_is_alpha(field.at[0]) && ascii_is_alpha(field.at[1]) &&
               ascii_is_alpha(field.at[2]);
    for (size_t i = 0; i < field.len; i++)
        if (!ascii_is_digit(field.at[i]) && strchr("*,-/", field.at[i]) == NULL)
            return false;
    return true;
}

struct bytes cron_command(struct bytes line)
{
    static const char *const users[] = {"root", "nobody", "daemon", "www-data"};
    struct bytes rest = bytes_trim(line);
    while (rest.len > 0 && (rest.at[0] == '"' || rest.at[0] == '\''))
        rest = bytes_from(rest, 1);
    if (rest.len == 0 || rest.at[0] == '#')
        return BYTES_NONE;
    if (rest.at[0] == '@') {
        struct bytes when = field_take(&rest);
        if (when.len < 5 || when.len > 9)
            return BYTES_NONE;
    } else {
        for (int i = 0; i < 5; i++)
            if (!is_time(field_take(&rest)))
                return BYTES_NONE;
    }
    for (size_t i = 0; i < sizeof users / sizeof users[0]; i++) {
        struct bytes after = rest, user = field_take(&after);
        if (bytes_equal(user, bytes_of_string(users[i])) && after.len > 0)
            return after;
    }
    return rest;
}
