/* Counts the calls by which a program changes files below a folder, and at the n-th ends the process or fails.
 *
 * A library for LD_PRELOAD on Linux, compiled by Faults.swift. It is told what to do by the environment:
 *   FAULTS_BELOW  the folder, without links in its path
 *   FAULTS_COUNT  a file, outside of the folder, that gets "CALL PATH" for each call, one a line
 *   FAULTS_AT     the number of the call, from 1
 *   FAULTS_HOW    kill-before, kill-half (after half of a write's bytes), kill-after: SIGKILL;
 *                 full: from that call on there is no space; full-once: for that call only
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long calls;

enum outcome { passes, fails, dies_before, dies_half, dies_after };

static void die(void) {
  syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
  for (;;) pause();
}

/* Whether a path is below the folder; a relative one is below the working folder, or the folder of `directory`. */
static int is_below(int directory, const char *path) {
  const char *below = getenv("FAULTS_BELOW");
  char whole[2 * PATH_MAX];
  if (!below || !path) return 0;
  if (path[0] == '/') {
    snprintf(whole, sizeof whole, "%s", path);
  } else {
    char base[PATH_MAX], link[64];
    if (directory == AT_FDCWD) {
      if (!getcwd(base, sizeof base)) return 0;
    } else {
      snprintf(link, sizeof link, "/proc/self/fd/%d", directory);
      ssize_t length = readlink(link, base, sizeof base - 1);
      if (length < 0) return 0;
      base[length] = 0;
    }
    snprintf(whole, sizeof whole, "%s/%s", base, path);
  }
  size_t length = strlen(below);
  return !strncmp(whole, below, length) && whole[length] == '/';
}

static int descriptor_is_below(int descriptor) {
  char link[64], path[PATH_MAX];
  struct stat status;
  if (descriptor <= 2 || !getenv("FAULTS_BELOW")) return 0;
  if (fstat(descriptor, &status) || !(S_ISREG(status.st_mode) || S_ISDIR(status.st_mode))) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  const char *below = getenv("FAULTS_BELOW");
  return !strncmp(path, below, strlen(below));
}

/* Counts a call and says what shall become of it. */
static enum outcome next(const char *name, const char *path, int takes_space) {
  long number = atomic_fetch_add(&calls, 1) + 1;
  const char *count = getenv("FAULTS_COUNT"), *how = getenv("FAULTS_HOW"), *at = getenv("FAULTS_AT");
  if (count) {
    int file = syscall(SYS_openat, AT_FDCWD, count, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    char line[PATH_MAX + 64];
    int length = snprintf(line, sizeof line, "%s %s\n", name, path ? path : "");
    if (file >= 0) {
      syscall(SYS_write, file, line, length);
      syscall(SYS_close, file);
    }
  }
  if (!how || !at) return passes;
  long target = atol(at);
  if (!strcmp(how, "full") && number >= target && takes_space) return fails;
  if (number != target) return passes;
  if (!strcmp(how, "full-once") && takes_space) return fails;
  if (!strcmp(how, "kill-before")) return dies_before;
  if (!strcmp(how, "kill-half")) return dies_half;
  if (!strcmp(how, "kill-after")) return dies_after;
  return passes;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define FAULTY(type, name, below, path, takes_space, call) \
  {                                                        \
    __typeof__(&name) real = REAL(name);                   \
    if (!(below)) return call;                             \
    enum outcome outcome = next(#name, path, takes_space); \
    if (outcome == fails) return errno = ENOSPC, (type) - 1; \
    if (outcome == dies_before || outcome == dies_half) die(); \
    type result = call;                                    \
    if (outcome == dies_after) die();                      \
    return result;                                         \
  }

#define WRITING(type, name, descriptor, half, call)        \
  {                                                        \
    __typeof__(&name) real = REAL(name);                   \
    if (!descriptor_is_below(descriptor)) return call;     \
    enum outcome outcome = next(#name, 0, 1);              \
    if (outcome == fails) return errno = ENOSPC, (type) - 1; \
    if (outcome == dies_before) die();                     \
    if (outcome == dies_half) {                            \
      half;                                                \
      die();                                               \
    }                                                      \
    type result = call;                                    \
    if (outcome == dies_after) die();                      \
    return result;                                         \
  }

ssize_t write(int file, const void *bytes, size_t count)
WRITING(ssize_t, write, file, real(file, bytes, count / 2), real(file, bytes, count))

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset)
WRITING(ssize_t, pwrite, file, real(file, bytes, count / 2, offset), real(file, bytes, count, offset))

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset)
WRITING(ssize_t, pwrite64, file, real(file, bytes, count / 2, offset), real(file, bytes, count, offset))

ssize_t writev(int file, const struct iovec *parts, int count)
WRITING(ssize_t, writev, file, real(file, parts, count / 2), real(file, parts, count))

int fsync(int file)
FAULTY(int, fsync, descriptor_is_below(file), 0, 1, real(file))

int fdatasync(int file)
FAULTY(int, fdatasync, descriptor_is_below(file), 0, 1, real(file))

int ftruncate(int file, off_t length)
FAULTY(int, ftruncate, descriptor_is_below(file), 0, 0, real(file, length))

int ftruncate64(int file, off64_t length)
FAULTY(int, ftruncate64, descriptor_is_below(file), 0, 0, real(file, length))

int rename(const char *from, const char *to)
FAULTY(int, rename, is_below(AT_FDCWD, to), to, 1, real(from, to))

int renameat(int base, const char *from, int folder, const char *to)
FAULTY(int, renameat, is_below(folder, to), to, 1, real(base, from, folder, to))

int renameat2(int base, const char *from, int folder, const char *to, unsigned flags)
FAULTY(int, renameat2, is_below(folder, to), to, 1, real(base, from, folder, to, flags))

int link(const char *from, const char *to)
FAULTY(int, link, is_below(AT_FDCWD, to), to, 1, real(from, to))

int linkat(int base, const char *from, int folder, const char *to, int flags)
FAULTY(int, linkat, is_below(folder, to), to, 1, real(base, from, folder, to, flags))

int mkdir(const char *path, mode_t mode)
FAULTY(int, mkdir, is_below(AT_FDCWD, path), path, 1, real(path, mode))

int mkdirat(int folder, const char *path, mode_t mode)
FAULTY(int, mkdirat, is_below(folder, path), path, 1, real(folder, path, mode))

int unlink(const char *path)
FAULTY(int, unlink, is_below(AT_FDCWD, path), path, 0, real(path))

int unlinkat(int folder, const char *path, int flags)
FAULTY(int, unlinkat, is_below(folder, path), path, 0, real(folder, path, flags))

/* Opening counts only where it makes a file. */
#define OPENING(name, folder, path, flags, call)                                               \
  {                                                                                            \
    mode_t mode = 0;                                                                           \
    if (flags & O_CREAT) {                                                                     \
      va_list list;                                                                            \
      va_start(list, flags);                                                                   \
      mode = va_arg(list, mode_t);                                                             \
      va_end(list);                                                                            \
    }                                                                                          \
    FAULTY(int, name, (flags & O_CREAT) && is_below(folder, path), path, 1, call)              \
  }

int open(const char *path, int flags, ...)
OPENING(open, AT_FDCWD, path, flags, real(path, flags, mode))

int open64(const char *path, int flags, ...)
OPENING(open64, AT_FDCWD, path, flags, real(path, flags, mode))

int openat(int folder, const char *path, int flags, ...)
OPENING(openat, folder, path, flags, real(folder, path, flags, mode))

int openat64(int folder, const char *path, int flags, ...)
OPENING(openat64, folder, path, flags, real(folder, path, flags, mode))
