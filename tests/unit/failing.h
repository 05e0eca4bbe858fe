/* SPDX-License-Identifier: ISC */
/*
 * Included before all else in files of the recorder: there calls to the system fail
 * when a test says so.
 */
#ifndef FAILING_H
#define FAILING_H

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/* After so many calls that succeed the next ones fail, so many times, with an errno;
 * 0: they do nothing and say so. Three kinds of calls at most. */
void fail(const char *call, unsigned after, unsigned times, int error);

/* Nothing fails any more. Returns how often something did. */
unsigned failed(void);

int failing_close(int fd);
int failing_fcntl(int fd, int command, int argument, ...);
int failing_fdatasync(int fd);
DIR *failing_fdopendir(int fd);
FILE *failing_fopen(const char *path, const char *how);
int failing_fstat(int fd, struct stat *st);
int failing_fstatat(int dir, const char *path, struct stat *st, int flags);
int failing_fsync(int fd);
int failing_ftruncate(int fd, off_t size);
int failing_open(const char *path, int flags);
ssize_t failing_pread(int fd, void *data, size_t size, off_t offset);
ssize_t failing_pwrite(int fd, const void *data, size_t size, off_t offset);
int failing_renameat(int from, const char *old, int to, const char *new);
char *failing_strndup(const char *text, size_t length);
long failing_syscall(long number, int from, const char *old, int to, const char *new, int how);
ssize_t failing_write(int fd, const void *data, size_t size);

#ifndef FAILING_ITSELF
#define close(fd)		   failing_close(fd)
#define fcntl(...)		   failing_fcntl(__VA_ARGS__, 0)
#define fdatasync(fd)		   failing_fdatasync(fd)
#define fdopendir(fd)		   failing_fdopendir(fd)
#define fopen(path, how)	   failing_fopen(path, how)
#define fstat(fd, st)		   failing_fstat(fd, st)
#define fstatat(d, path, st, how)  failing_fstatat(d, path, st, how)
#define fsync(fd)		   failing_fsync(fd)
#define ftruncate(fd, size)	   failing_ftruncate(fd, size)
#define open(path, flags)	   failing_open(path, flags)
#define pread(fd, data, size, at)  failing_pread(fd, data, size, at)
#define pwrite(fd, data, size, at) failing_pwrite(fd, data, size, at)
#define renameat(a, old, b, new)   failing_renameat(a, old, b, new)
#define strndup(text, length)	   failing_strndup(text, length)
#define syscall(...)		   failing_syscall(__VA_ARGS__)
#define write(fd, data, size)	   failing_write(fd, data, size)
#endif

#endif
