/* SPDX-License-Identifier: ISC */
/*
 * What happened: the events that a tracer yields and an encoder writes.
 *
 * Ownership: every pointer in an event is borrowed from whoever handed the
 * event out and is valid until that one is asked for the next event.
 *
 * A value that is not known is absent: 0 for process ids and numbers, NULL
 * for strings, and where 0 is a value of its own the field beside it says so.
 */
#ifndef PROCAUDIT_EVENT_H
#define PROCAUDIT_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

enum procaudit_event_kind {
	PROCAUDIT_FORK,	       /* a process came to be: .fork */
	PROCAUDIT_EXEC,	       /* a process runs a new program: .exec */
	PROCAUDIT_EXIT,	       /* a process has ended: .exit */
	PROCAUDIT_THREAD,      /* a further thread came to be (asked for only) */
	PROCAUDIT_THREAD_EXIT, /* a further thread has ended (asked for only): .thread_exit */
	PROCAUDIT_ATTACH,      /* a process that ran already is traced from now on: .attach */
	PROCAUDIT_DETACH,      /* a process is alive and no longer traced: .detach */
	PROCAUDIT_GAP,	       /* something is or may be missing: .gap */
	PROCAUDIT_EVENT_KINDS
};

/* Which execs that fail are yielded, and whether what the caller asked for is
 * compared with what ran. */
enum procaudit_failed {
	PROCAUDIT_FAILED_NONE,	/* none; the command sees nothing of the tracer */
	PROCAUDIT_FAILED_BRIEF, /* all, without their environment */
	PROCAUDIT_FAILED_FULL,
};

/* Bytes as the kernel gave them, or the reason why it did not. */
struct procaudit_string {
	const char *data; /* not NUL-terminated; NULL: absent */
	size_t size;	  /* bytes */
	int error;	  /* errno value that kept it from being read; 0: none */
};

/*
 * A string vector such as argv: the strings one behind the other, each ended
 * by one NUL byte, as in /proc/PID/cmdline. Empty strings and duplicates are
 * kept, so walk it with
 *
 *	for (const char *s = v.data; s < v.data + v.size; s += strlen(s) + 1)
 */
struct procaudit_strings {
	const char *data; /* NULL: absent */
	size_t size;	  /* bytes, NUL bytes included */
	size_t count;	  /* strings */
	int error;	  /* errno value that cut it short or prevented it; 0: whole */
};

/* Which ptrace event announced a new task (ptrace(2), PTRACE_O_TRACE…). */
enum procaudit_fork_kind {
	PROCAUDIT_FORK_UNKNOWN, /* none did, or not yet: see procaudit-log(5), fork */
	PROCAUDIT_FORK_FORK,	/* its termination signal is SIGCHLD: fork(2) */
	PROCAUDIT_FORK_VFORK,	/* CLONE_VFORK: vfork(2), posix_spawn(3) */
	PROCAUDIT_FORK_CLONE,	/* any other clone(2) */
};

/* The event's pid and proc are the parent's, the process that called fork;
 * they are 0 when it died before anybody could learn who it was. */
struct procaudit_fork {
	pid_t child_pid;
	uint64_t child; /* the child's process number */
	enum procaudit_fork_kind kind;
};

/*
 * An execve(2) or execveat(2).
 *
 * One that succeeded is read from the new program's stack while the program
 * has not yet run (Linux fs/binfmt_elf.c, create_elf_tables). One that failed
 * is what the caller had asked for; it has no image, exe, ids, old_tid.
 */
struct procaudit_exec {
	bool success;
	int error;	 /* of a failure: errno value; 0: the caller was killed in the middle */
	unsigned image;	 /* this process's n-th program since it was first seen, from 1 */
	uint64_t parent; /* process number of the creator; 0: unknown or none */
	pid_t ppid;	 /* parent process now, as getppid(2) says, in our pid namespace; 0: unknown
			    or outside */
	pid_t old_tid;	 /* the thread that called exec where that was not the leader; else 0 */
	const char *arch; /* static: "x86_64", "i386" … ; NULL: unknown */

	const char *syscall; /* static: "execve" or "execveat"; NULL: unknown */

	struct procaudit_string path; /* file name as asked for; of a success AT_EXECFN, which says
					 /dev/fd/N/NAME where execveat was given a descriptor */
	struct procaudit_string dirfd_path; /* the directory or file behind that descriptor */
	struct procaudit_string exe;	    /* what was loaded: /proc/PID/exe */
	dev_t exe_dev;			    /* valid if has_exe_id */
	ino_t exe_ino;			    /* valid if has_exe_id */
	struct procaudit_string cwd;
	struct procaudit_strings argv; /* as the new program received them */
	struct procaudit_strings env;
	struct procaudit_strings
		argv_asked; /* as the caller gave them, where that differs (scripts,
			       binfmt_misc, races) and is recorded; else absent */

	/* With options.response_files, if an argument but the first begins with "@": the
	 * names behind it, and those that stand in what these files hold. The n-th of
	 * response_contents is what the n-th holds, or "" and the n-th of response_errors
	 * an errno's name; response_errors is absent if all are "". */
	struct procaudit_strings response_files; /* error E2BIG: there are more */
	struct procaudit_strings response_contents, response_errors;

	uid_t uid, euid; /* valid if has_ids; as the process itself sees them, that is, in */
	gid_t gid, egid; /* its own user namespace (AT_UID … in getauxval(3)) */
	bool has_ids;
	bool has_exe_id;
	bool lost_privilege; /* exe gives privileges (set-user-ID, set-group-ID, capabilities)
				that the program did not get: the tracer lacks CAP_SYS_PTRACE */
};

struct procaudit_exit {
	int status;	      /* as from waitpid(2), for WIFEXITED and the like */
	int64_t duration_ns;  /* since its fork was seen; -1: the fork was not seen */
	int64_t cpu_ns;	      /* CPU time of this process alone; -1: unknown */
	struct rusage rusage; /* as from wait4(2): with the children it has waited for */
};

struct procaudit_thread_exit {
	int status; /* as from waitpid(2) */
};

/* What a process was found to be when it was attached to, by /proc (proc(5)). */
struct procaudit_attach {
	/* As in a successful exec, with what is true now: argv and env as the
	 * process has changed them, exe, ids, cwd, arch. parent is the number of
	 * its parent now, if that is traced. No path, image, syscall, old_tid. */
	struct procaudit_exec program;
	struct timespec start; /* CLOCK_REALTIME when it was made, to a clock tick (times(2));
				  valid if has_start */
	bool has_start;
};

enum procaudit_detach_reason {
	PROCAUDIT_DETACH_LINGER,     /* the time to follow it was over */
	PROCAUDIT_DETACH_SIGNAL,     /* the tracer was told to end */
	PROCAUDIT_DETACH_INIT_FAULT, /* the init of a pid namespace dies of a fault, which the
					kernel does not let it do while it is traced */
};

struct procaudit_detach {
	enum procaudit_detach_reason reason;
};

enum procaudit_gap_reason {
	PROCAUDIT_GAP_VANISHED,	   /* tasks that the kernel no longer reports */
	PROCAUDIT_GAP_WRITE_ERROR, /* records that could not be written */
	PROCAUDIT_GAP_MEMORY,	   /* events that found no memory */
	PROCAUDIT_GAP_UNTRACED,	   /* a child of this process that nobody can trace has ended: it
				      was made with CLONE_UNTRACED (clone(2)) */
	/* With procaudit_tracer_attach(): of a process or thread, child_pid. The
	 * event's process is its parent, if that is traced, or its own. */
	PROCAUDIT_GAP_ATTACH_DENIED, /* ptrace is refused: error */
	PROCAUDIT_GAP_ATTACH_TRACED, /* tracer_pid traces it */
	PROCAUDIT_GAP_ATTACH_KERNEL, /* a kernel thread */
	PROCAUDIT_GAP_ATTACH_GONE,   /* asked for, and there is none, or it has ended */
	PROCAUDIT_GAP_ATTACH_RACE,   /* processes may have come from one that ended before it
					was stopped; or a child of the event's did */
	PROCAUDIT_GAP_FILTER, /* with failed execs: this process set a seccomp filter, which may
				 hide those of it and its descendants that fail */
};

struct procaudit_gap {
	enum procaudit_gap_reason reason;
	uint64_t count;	  /* how many; 0: unknown */
	int error;	  /* errno value behind it; 0: none */
	pid_t child_pid;  /* of an untraced child; 0: none */
	pid_t tracer_pid; /* who traces it; 0: nobody, or somebody outside of our pid namespace */
};

struct procaudit_event {
	enum procaudit_event_kind kind;
	struct timespec real; /* CLOCK_REALTIME when the event was seen */
	int64_t boot_ns;      /* CLOCK_BOOTTIME then, nanoseconds */

	pid_t pid;	/* thread group id in our pid namespace */
	uint64_t proc;	/* process number, 1, 2, 3 …: unlike a pid never used again; the command
			   itself is 1, if there is one */
	pid_t tid;	/* the thread that acted where it is not the leader; else 0 */
	pid_t ns_pid;	/* pid in the process's own pid namespace where it differs; else 0 */
	unsigned depth; /* forks between the command, or a process that was
			   asked for, (0) and this process */

	union {
		struct procaudit_fork fork;
		struct procaudit_exec exec;
		struct procaudit_exit exit;
		struct procaudit_thread_exit thread_exit;
		struct procaudit_attach attach;
		struct procaudit_detach detach;
		struct procaudit_gap gap;
	};
};

/* The name of an event, a fork, a gap or a detach reason in the log; static,
 * never NULL. */
const char *procaudit_event_name(enum procaudit_event_kind kind);
const char *procaudit_fork_name(enum procaudit_fork_kind kind);
const char *procaudit_gap_name(enum procaudit_gap_reason reason);
const char *procaudit_detach_name(enum procaudit_detach_reason reason);

/* "SIGTERM", "SIGRTMIN+3", or "SIG32" where libc has no name. The text is
 * borrowed from buffer or static; buffer holds at least 16 bytes. */
const char *procaudit_signal_name(int signo, char buffer[16]);

/* "ENOENT", or "E4095" where libc has no name. Borrowed as above. */
const char *procaudit_errno_name(int error, char buffer[16]);

#ifdef __cplusplus
}
#endif
#endif
