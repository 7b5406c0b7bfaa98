/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "serve/sandbox.h"

#include <errno.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Landlock ABI numbers from the kernel's user-space documentation; the Debian header knows ABI 1 only. */
#define LANDLOCK_VERSION_FLAG 1u

struct landlock_rights {
    uint64_t file, network, scope;
};

static char missing[64];

static void lacks(const char *mechanism)
{
    size_t used = strlen(missing);
    snprintf(missing + used, sizeof missing - used, "%s%s", used == 0 ? "" : ", ", mechanism);
}

const char *sandbox_missing(void)
{
    return missing;
}

static void limit_resource(__rlimit_resource_t resource, rlim_t most)
{
    struct rlimit limit = {most, most};
    setrlimit(resource, &limit);
}

/* Heap, stack and other memory of our own; 0 where the system does not say. */
static size_t own_bytes(void)
{
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file == NULL || fscanf(file, "%*u %*u %*u %*u %*u %lu", &pages) != 1)
        pages = 0;
    if (file != NULL)
        fclose(file);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static void enter_rlimits(const struct sandbox_limits *limits)
{
    size_t own = own_bytes();
    limit_resource(RLIMIT_CORE, 0);
    limit_resource(RLIMIT_NPROC, 0);
    limit_resource(RLIMIT_FSIZE, 0);
    if (limits->memory_bytes != 0 && own != 0) /* an artifact that is mapped does not count */
        limit_resource(RLIMIT_DATA, own + limits->memory_bytes);
}

static void enter_landlock(void)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_VERSION_FLAG);
    if (abi <= 0) {
        lacks("landlock");
        return;
    }
    struct landlock_rights rights = {
        .file = abi >= 5   ? 0xFFFF
                : abi >= 3 ? 0x7FFF
                : abi == 2 ? 0x3FFF
                           : 0x1FFF,
        .network = abi >= 4 ? 3 : 0,
        .scope = abi >= 6 ? 3 : 0,
    };
    size_t size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
    long ruleset = syscall(SYS_landlock_create_ruleset, &rights, size, 0);
    if (ruleset < 0 || syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
        lacks("landlock");
    if (ruleset >= 0)
        close((int)ruleset);
}

/* Memory, time, threads' own business, and the descriptors that are already open. */
static const int allowed[] = {
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(readv),
    SCMP_SYS(writev),
    SCMP_SYS(recvmsg),
    SCMP_SYS(sendmsg),
    SCMP_SYS(recvfrom),
    SCMP_SYS(sendto),
    SCMP_SYS(close),
    SCMP_SYS(fstat),
    SCMP_SYS(newfstatat),
    SCMP_SYS(lseek),
    SCMP_SYS(pread64),
    SCMP_SYS(mmap),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(mprotect),
    SCMP_SYS(madvise),
    SCMP_SYS(brk),
    SCMP_SYS(futex),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(getrandom),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(getrusage),
    SCMP_SYS(sched_yield),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(membarrier),
    SCMP_SYS(nanosleep),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(prlimit64),
};

static void enter_seccomp(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    bool ok = filter != NULL;
    for (size_t i = 0; ok && i < sizeof allowed / sizeof allowed[0]; i++)
        ok = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0) == 0;
    /* abort() must be able to end the worker, and only the worker. */
    ok = ok && seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                                SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid())) == 0;
    if (!ok || seccomp_load(filter) != 0)
        lacks("seccomp");
    seccomp_release(filter);
}

void sandbox_enter(const struct sandbox_limits *limits)
{
    missing[0] = 0;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        lacks("no_new_privs");
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    enter_rlimits(limits);
    enter_landlock();
    enter_seccomp();
}
