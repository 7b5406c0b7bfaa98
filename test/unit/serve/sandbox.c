/* SPDX-License-Identifier: Apache-2.0
 *
 * A worker tries what hostile content would try: every attempt must be denied, and what parsing needs
 * must still work. */
#define _GNU_SOURCE
#include "serve/sandbox.h"

#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long try_open(void) { return open("/etc/passwd", O_RDONLY); }
static long try_create(void) { return open("/tmp/noroshi-sandbox-test", O_WRONLY | O_CREAT, 0600); }
static long try_socket(void) { return socket(AF_INET, SOCK_STREAM, 0); }
static long try_unix_socket(void) { return socket(AF_UNIX, SOCK_STREAM, 0); }
static long try_connect(void)
{
    struct sockaddr address = {.sa_family = AF_INET};
    return connect(0, &address, sizeof address);
}
static long try_execve(void)
{
    char *argv[] = {(char[]){"true"}, NULL};
    return execve("/bin/true", argv, NULL);
}
static long try_fork(void) { return syscall(SYS_fork); }
static long try_clone(void) { return syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, 0); }
static long try_ptrace(void) { return ptrace(PTRACE_TRACEME, 0, NULL, NULL); }
static long try_kill(void) { return kill(getppid(), 0); }
static long try_io_uring(void) { return syscall(SYS_io_uring_setup, 4, NULL); }
static long try_unlink(void) { return unlink("/tmp/noroshi-sandbox-test"); }
static long try_mount(void) { return syscall(SYS_mount, "x", "/", "tmpfs", 0, NULL); }
static long try_bpf(void) { return syscall(SYS_bpf, 0, NULL, 0); }
static long try_memfd(void) { return syscall(SYS_memfd_create, "x", 0); }
static long try_process_vm(void) { return syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0); }

static const struct {
    const char *name;
    long (*attempt)(void);
} attempts[] = {
    {"open a file", try_open},
    {"create a file", try_create},
    {"a network socket", try_socket},
    {"a local socket", try_unix_socket},
    {"connect", try_connect},
    {"execve", try_execve},
    {"fork", try_fork},
    {"clone", try_clone},
    {"ptrace", try_ptrace},
    {"kill", try_kill},
    {"io_uring", try_io_uring},
    {"unlink", try_unlink},
    {"mount", try_mount},
    {"bpf", try_bpf},
    {"memfd_create", try_memfd},
    {"read another process", try_process_vm},
};
#define ATTEMPTS (sizeof attempts / sizeof attempts[0])

struct outcome {
    int denied[ATTEMPTS];
    int memory_works, time_works;
    char missing[64];
};

static void child(struct outcome *outcome)
{
    sandbox_enter(&(struct sandbox_limits){0});
    for (size_t i = 0; i < ATTEMPTS; i++) {
        errno = 0;
        long result = attempts[i].attempt();
        outcome->denied[i] = result == -1 && (errno == EPERM || errno == EACCES);
    }
    void *memory = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    outcome->memory_works = memory != MAP_FAILED && malloc(1 << 22) != NULL;
    struct timespec now;
    outcome->time_works = syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now) == 0;
    snprintf(outcome->missing, sizeof outcome->missing, "%s", sandbox_missing());
    _exit(0);
}

int main(void)
{
    struct outcome *outcome = mmap(NULL, sizeof *outcome, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (outcome == MAP_FAILED)
        return 1;
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0)
        child(outcome);
    int status;
    waitpid(pid, &status, 0);
    tap_ok(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the worker ends by itself");
    bool has_seccomp = strstr(outcome->missing, "seccomp") == NULL;
    printf("# mechanisms this kernel lacks: %s\n", outcome->missing[0] == 0 ? "none" : outcome->missing);
    for (size_t i = 0; i < ATTEMPTS; i++)
        if (has_seccomp)
            tap_ok(outcome->denied[i], "denied: %s", attempts[i].name);
        else
            printf("ok %d - # SKIP no seccomp here: %s\n", ++tap_count, attempts[i].name);
    tap_ok(outcome->memory_works, "memory can still be had");
    tap_ok(outcome->time_works, "time can still be read");
    return tap_end();
}
