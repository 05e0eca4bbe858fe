/* SPDX-License-Identifier: ISC */
/*
 * The reader: yields the records of a log as procaudit-log(5) describes it.
 *
 *	procaudit_reader_new(&reader);
 *	procaudit_reader_add(reader, "log.jsonl");
 *	while ((got = procaudit_reader_next(reader, &record)) != 0)
 *		if (got > 0)
 *			use(record);
 *		else
 *			tell(procaudit_reader_problem(reader));
 *	procaudit_reader_free(reader);
 *
 * A log is not trusted: whatever the bytes are, a record has the types and
 * ranges that are told here, and strings without NUL bytes. It needs memory for
 * one record, whatever the size of the log, and takes none of more than 512 MiB.
 */
#ifndef PROCAUDIT_READER_H
#define PROCAUDIT_READER_H

#include <procaudit/event.h>

#ifdef __cplusplus
extern "C" {
#endif

enum procaudit_record_kind {
	PROCAUDIT_RECORD_OTHER, /* an event that this reader does not know */
	PROCAUDIT_RECORD_HEADER,
	PROCAUDIT_RECORD_FORK,
	PROCAUDIT_RECORD_EXEC,
	PROCAUDIT_RECORD_EXIT,
	PROCAUDIT_RECORD_THREAD,
	PROCAUDIT_RECORD_THREAD_EXIT,
	PROCAUDIT_RECORD_ENV,
	PROCAUDIT_RECORD_ATTACH,
	PROCAUDIT_RECORD_DETACH,
	PROCAUDIT_RECORD_GAP,
	PROCAUDIT_RECORD_PART,
	PROCAUDIT_RECORD_STATS,
	PROCAUDIT_RECORD_TRAILER,
	PROCAUDIT_RECORD_KINDS
};

/* Where a line is. */
struct procaudit_place {
	const char *file; /* as given to procaudit_reader_add(); borrowed from the reader */
	uint64_t line;	  /* from 1; 0: the file as a whole */
	uint64_t offset;  /* of its first byte in what the file holds, uncompressed */
	unsigned index;	  /* the file's number, from 0, in the order they were added */
};

/*
 * A record, key by key. What a key means is told in procaudit-log(5); keys of
 * different events lie side by side, those that the record has not are absent:
 * integers and booleans are -1 then, strings and arrays have no data.
 *
 * Strings hold the bytes themselves, also where these are not UTF-8. If error is
 * not 0, it is what kept a string from being read (<key>_error); 4095 for a
 * name that this machine does not know.
 */
struct procaudit_record {
	enum procaudit_record_kind kind;
	struct procaudit_place place; /* of its first line */
	size_t size;		      /* bytes of its lines, their ends included */
	unsigned unknown;	      /* how many keys and values the reader does not know */

	struct procaudit_string event; /* the kind's name */
	int64_t v, seq, mono_us;
	struct timespec ts;

	/* of a process */
	int64_t pid, proc, tid, ns_pid;

	/* header; arch and cwd also exec */
	struct procaudit_string log_id, schema, version, boot_id, host, kernel, mode;
	struct procaudit_strings command, pids, redact_globs;
	int64_t part, tracer_pid; /* tracer_pid also gap */
	struct procaudit_string capture_failed, capture_env, capture_redact;
	int64_t capture_threads, capture_proc, capture_seccomp, capture_no_new_privs; /* booleans */

	int64_t capture_max_line;
	int64_t capture_response_files; /* boolean */
	int64_t scrubbed;		/* boolean */

	/* header, exec, env and attach: it goes on in so many part records, which have
	 * been joined with it; see procaudit_reader_join(). */
	int64_t parts;

	/* part, where records are not joined */
	int64_t of, number;
	struct procaudit_string key;
	struct procaudit_strings values;
	int64_t joins; /* boolean */

	/* fork; child_pid also gap */
	int64_t child_pid, child;
	struct procaudit_string fork_kind; /* kind */

	/* exec; uid and gid also header, env and env_id also env */
	int64_t success; /* boolean */
	int64_t image, parent, ppid, old_tid, env_id;
	int64_t uid, euid, gid, egid;
	struct procaudit_string error_name; /* errno, of exec and gap */
	struct procaudit_string syscall, arch, path, dirfd_path, exe, exe_dev, exe_ino, cwd;
	struct procaudit_strings argv, argv_asked, env;
	struct procaudit_strings response_files, response_contents, response_errors;

	/* attach, with what it shares with exec */
	struct timespec start_ts; /* 0, 0 if absent */

	/* exit; the first three also thread_exit and trailer */
	int64_t exit_code;
	struct procaudit_string signal;
	int64_t core_dumped; /* boolean */
	int64_t duration_us, cpu_us, utime_us, stime_us, maxrss_kb, minflt, majflt;
	int64_t inblock, oublock, nvcsw, nivcsw;

	/* detach and gap */
	struct procaudit_string reason;
	int64_t count;

	/* stats */
	int64_t living;

	/* stats and trailer; complete only trailer */
	int64_t counts[PROCAUDIT_RECORD_KINDS]; /* by kind */
	int64_t gaps, bytes;
	int64_t complete; /* boolean */
};

/* What is wrong with a line or a file. */
struct procaudit_problem {
	struct procaudit_place place;	 /* line 0: the file */
	size_t size;			 /* bytes of the lines, their ends included */
	bool cut;			 /* the file ends within the line, or the record's parts */
	uint64_t lines;			 /* how many they are */
	bool torn;			 /* the record's last parts are missing */
	enum procaudit_record_kind kind; /* of one that is torn; else OTHER */
	char text[160];			 /* for people: ASCII, printable, without an end of line */
};

struct procaudit_reader;

/* Functions that return int return 0 or a positive value for success and -errno
 * for failure. */
int procaudit_reader_new(struct procaudit_reader **reader);
void procaudit_reader_free(struct procaudit_reader *reader);

/* Adds a file, which is opened when its turn comes; "-" is standard input. What
 * is compressed by zstd(1) is recognized by its first bytes. */
int procaudit_reader_add(struct procaudit_reader *reader, const char *path);

/*
 * Whether a record that goes on in part records (procaudit --max-line) is joined
 * with them: so it is from the beginning. All its strings are whole then. Parts
 * that are missing, double, or of nothing in front of them are a problem, and
 * neither they nor their record are yielded: a record is never short.
 *
 * Otherwise each line is yielded as it stands; strings and arrays of a record with
 * parts are those of its own line then, as they are shown, without twins. That is
 * for who copies lines, or tells where they are.
 */
void procaudit_reader_join(struct procaudit_reader *reader, bool join);

/*
 * Whether the last file grows: where it ends procaudit_reader_next() returns
 * -EAGAIN, and goes on there when it is called again. A line that has no end yet,
 * and a record of which parts are to come, are waited for. No file that is
 * compressed, and nothing behind one that grows.
 */
void procaudit_reader_follow(struct procaudit_reader *reader, bool grows);

/*
 * The next record of all files. Returns
 *	1		*record is set, borrowed until the next call
 *	0		the end of the last file
 *	-EBADMSG	this line is no record, or its parts are not as they must be;
 *			it is passed over with them
 *	-ENOMEM		there is no memory for this record; it is passed over
 *	-EAGAIN		the end of a file that grows; no problem is set
 *	others		the file cannot be opened or read: those of open(2) and
 *			read(2), or -ENOTSUP for a compressed file where the
 *			library knows no zstd; its rest is passed over
 * After a failure procaudit_reader_problem() tells more, and the next call goes on.
 */
int procaudit_reader_next(struct procaudit_reader *reader, const struct procaudit_record **record);

/* What the last failure of procaudit_reader_next() was. Borrowed until the next
 * call. */
const struct procaudit_problem *procaudit_reader_problem(const struct procaudit_reader *reader);

/* Goes to a place that a record had, so that procaudit_reader_next() yields it
 * again. -ESPIPE if the file cannot be read twice, or -errno as above. */
int procaudit_reader_seek(struct procaudit_reader *reader, const struct procaudit_place *place);

/* How many bytes of how many have been read, as they are in the files; *total is
 * 0 where nobody knows. */
void procaudit_reader_progress(
	const struct procaudit_reader *reader, uint64_t *done, uint64_t *total);

/* The name of a kind in the log; static, never NULL. */
const char *procaudit_record_name(enum procaudit_record_kind kind);

#ifdef __cplusplus
}
#endif
#endif
