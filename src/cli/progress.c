/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define FIRST_MS 1000u
#define EVERY_MS 200u

static uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

void progress_begin(struct progress *progress, bool wanted, uint64_t total_bytes)
{
    *progress = (struct progress){
        .on = wanted && isatty(STDERR_FILENO), .started_ms = now_ms(), .total_bytes = total_bytes};
}

void progress_update(struct progress *progress, uint64_t count, uint64_t bytes)
{
    if (!progress->on)
        return;
    uint64_t now = now_ms(), elapsed = now - progress->started_ms;
    if (elapsed < FIRST_MS || now - progress->drawn_ms < EVERY_MS)
        return;
    progress->drawn_ms = now;
    progress->drawn = true;
    double seconds = (double)elapsed / 1000;
    fprintf(stderr, "\r\033[K%" PRIu64 " scanned, %.0f/s", count, (double)count / seconds);
    if (progress->total_bytes > 0 && bytes > 0) {
        double done = (double)bytes / (double)progress->total_bytes;
        double left = done >= 1 ? 0 : seconds / done - seconds;
        fprintf(stderr, ", %.0f %%, %d:%02d left", done * 100, (int)left / 60, (int)left % 60);
    }
    fflush(stderr);
}

void progress_step(struct progress *progress, bool surely_long, const char *what)
{
    uint64_t elapsed = now_ms() - progress->started_ms;
    if (!progress->on || (!surely_long && elapsed < FIRST_MS))
        return;
    progress->drawn = true;
    fprintf(stderr, "\r\033[K%" PRIu64 ":%02" PRIu64 " %s ...", elapsed / 60000, elapsed / 1000 % 60,
            what);
    fflush(stderr);
}

void progress_clear(struct progress *progress)
{
    if (!progress->drawn)
        return;
    fputs("\r\033[K", stderr);
    fflush(stderr);
    progress->drawn = false;
}
