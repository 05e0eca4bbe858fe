/* SPDX-License-Identifier: ISC */
/*
 * Logs in memory: processes, what they ran, how they ended. Environments are not
 * kept; whoever needs one reads its record again. Everything stays until the
 * program ends.
 */
#ifndef MODEL_H
#define MODEL_H

#include "input.h"
#include "intern.h"

struct model_log;
struct process;
struct entry;

struct exec {
	struct process *process;
	struct exec *next; /* of the process */
	uint32_t number;   /* in model->execs */
	uint32_t argc;
	int64_t seq, mono_us, env_id;
	int64_t ts_ns;	 /* since 1970 */
	int64_t wall_us; /* until the next success of the process, or its end; -1: unknown */
	int64_t image;	 /* -1: a failure; 0: attached */
	bool success;
	bool attached;			       /* it ran when tracing began; not in model->execs */
	bool selected;			       /* for whoever selects */
	bool has_argv;			       /* false: it could not be read */
	struct text *error, *path, *exe, *cwd; /* NULL: unknown; error: of a failure */
	struct text *argv;		       /* each argument ended by a NUL byte; see
						* model_read_lean() */
	struct procaudit_place place;
	struct procaudit_place env_place; /* of its env record; line 0: none */
	struct responses *responses;	  /* for whoever keeps them, response.h; NULL: none */
};

struct process {
	struct model_log *log;
	int64_t proc, pid; /* pid -1: unknown */
	uint32_t number;   /* in model->processes; of its parent it is smaller */
	bool bad;	   /* it ended by a signal or with another status than 0 */
	bool detached;	   /* it was let go alive */
	bool selected;	   /* for whoever selects */
	struct process *parent, *first_child, *last_child, *next_sibling;
	struct exec *first_exec, *last_exec, *image; /* image: its last success */
	int64_t begin_us, end_us;		     /* end -1: unknown */
	int64_t end_ts_ns;
	int64_t exit_code; /* -1: killed, or unknown */
	struct text *signal;
	bool core_dumped;
	int64_t duration_us, cpu_us, utime_us, stime_us, maxrss_kb; /* -1: unknown */
	int64_t minflt, majflt, inblock, oublock;
};

struct model_log {
	char id[33];
	unsigned number;      /* from 1 */
	int64_t part;	      /* the last one */
	int64_t first_part;   /* that is there, of those without a hole up to the last */
	struct text *command; /* NULL: it was attached to pids */
	struct text *pids, *cwd, *host, *version;
	struct text *file;  /* where it begins */
	int64_t tracer_pid; /* of procaudit; -1: unknown */
	int64_t begin_ns;
	int64_t mono_us;  /* of the last record */
	int64_t complete; /* of the trailer; -1: there is none */
	uint64_t gaps;
	bool with_failed; /* execs that fail were recorded */
	struct process *root;
	struct entry *processes; /* by their number */
};

struct model {
	struct model_log **logs;
	struct process **processes;
	struct exec **execs; /* in the order of the logs */
	unsigned log_count, process_count, exec_count;
	uint64_t problems; /* lines that were skipped */
	bool unreadable;   /* a file could not be read to its end */
};

/* Called for each record of a log while it is there; exec is that of an exec or attach
 * record, else NULL. */
typedef void model_hook(void *context, const struct procaudit_record *record, struct exec *exec);

/* Reads all files. hook may be NULL. Does not return without memory. */
void model_read(struct model *model, char *const *files, model_hook *hook, void *context);

/* Likewise, but arguments are not kept: what runs has them while the hook is called for
 * its record, and argv is NULL afterwards. */
void model_read_lean(struct model *model, char *const *files, model_hook *hook, void *context);

/* Frees what would be out of reach. */
void model_free(struct model *model);

/* A point in time, in nanoseconds since 1970. A log may say any year; what has no room
 * is the nearest that has. */
int64_t model_ns(const struct timespec *time);

/* The process of a number; NULL if there is none. */
struct process *model_find(const struct model_log *log, int64_t proc);

/* An exec, or a process, as a user names it: [LOG:]PROC[.IMAGE] or [LOG:]@SEQ. Does
 * not return if there is none. *exec is NULL where none is named and the process
 * has run nothing. */
struct process *model_named(const struct model *model, const char *name, struct exec **exec);

/* The next process in the order of a tree walk, and its depth below where the
 * walk began; NULL at the end. */
struct process *model_walk(struct process *process, const struct process *top, unsigned *depth);

/* The same without what came from the process. */
struct process *model_skip(struct process *process, const struct process *top, unsigned *depth);

/* The last component of the program's name; never NULL. */
const char *exec_name(const struct exec *exec);

/* A failure while PATH was searched: the same process tried the next directory, or
 * found it. */
bool exec_is_miss(const struct exec *exec);

#endif
