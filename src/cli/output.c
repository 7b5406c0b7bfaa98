/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/output.h"

#include "base/file.h"
#include "cli/verb.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

static int cause; /* errno of the first write seen to fail; 0: none, or not known */

bool output_ok(void)
{
    int why = errno;
    if (ferror(stdout) == 0)
        return true;
    if (cause == 0)
        cause = why;
    return false;
}

bool output_write(const char *path, struct bytes content, struct error *err)
{
    if (path != NULL)
        return file_save(path, content, err);
    fwrite(content.at, 1, content.len, stdout);
    output_ok();
    return true;
}

/* Whether nobody reads the pipe that standard output is. */
static bool is_abandoned(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return cause == EPIPE || (poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0);
}

int output_end(int status)
{
    if (fflush(stdout) != 0 && cause == 0)
        cause = errno;
    if (ferror(stdout) == 0 && cause == 0)
        return status;
    if (is_abandoned())
        return EXIT_ERROR;
    struct error err;
    if (cause != 0) {
        errno = cause;
        error_set_errno(&err, ERROR_OUTPUT, "cannot write the result");
    } else {
        error_set(&err, ERROR_OUTPUT, "cannot write the result");
        error_hint(&err, "the disk may be full");
    }
    error_print(&err);
    return EXIT_ERROR;
}
