/* SPDX-License-Identifier: ISC */
/*
 * procaudit: the recorder.
 *
 *	options   the command line
 *	optlist   its options, and the help text
 *	proxy     what the shell sees: stops, goes on and ends as the command
 *	attach    attach mode: the same for what runs already
 *	daemon    --daemonize: who stays, and who goes into the background
 *	claim     --pidfile
 *	ready     --ready-fd
 *	notify    telling a service manager
 *	run       run mode: start, follow, end
 *	heritage  what the command would lose by being forked
 *	failure   why there is no command
 *	rights    what is left of root while we trace
 *	robust    what must not end us
 *	consumers how long lines may be
 *	recorder  events into the log, and what was lost of it
 *	redaction what must not get into it
 *	hold      waiting for a log that takes nothing
 *	part      the part of the log that is being written
 *	compress  finished parts become .zst
 *	parts     the files of a log that is rotated
 *	sink      the log's descriptor
 *	logfile   the log's file by its name: opening it, alone
 *	repair    the torn end of a log
 *	stdfds    descriptors 0, 1, 2
 *	inherited those above
 *	status    how procaudit ends
 *	boot      the time since the boot
 *	user      who the command runs as
 *
 * Everything that traces or encodes is libprocaudit, through its public
 * headers.
 */
#include "attach.h"
#include "claim.h"
#include "daemon.h"
#include "notify.h"
#include "options.h"
#include "proxy.h"
#include "run.h"
#include "status.h"
#include "stdfds.h"

#include <bsd/err.h>
#include <stdio.h>

/* seat: with --daemonize in run mode where the command is; otherwise NULL. */
static int record(const struct options *options, struct procaudit_seat *seat)
{
	int status = claim_make(options);

	if (status == 0)
		status = options->pids ? attach(options) : proxy_run(options, seat, run);
	claim_drop();
	return status;
}

int main(int argc, char *argv[])
{
	static struct options options; /* what it points to lives as long as we do */
	static char line[1024];
	int error = stdfds_fill();

	/* The command writes there, too: each message is to be in one piece. */
	setvbuf(stderr, line, _IOLBF, sizeof(line));
	options_parse(&options, argc, argv);
	if (error)
		errc(STATUS_FAILED, -error, "cannot open /dev/null for a closed descriptor");
	notify_begin();
	return options.daemonize ? daemon_run(&options, record) : record(&options, NULL);
}
