/* SPDX-License-Identifier: ISC */
/* What is left of root's rights while we trace. */
#ifndef RIGHTS_H
#define RIGHTS_H

/* What may be needed. */
enum {
	RIGHTS_TRACE = 1,  /* to trace processes of others, and to read about them */
	RIGHTS_SIGNAL = 2, /* to send them signals */
	RIGHTS_FILES = 4,  /* to make and remove files in somebody else's directory */
	RIGHTS_BECOME = 8, /* to open files as somebody else, and no others */
};

/*
 * Gives up all capabilities(7) of the calling thread but those for such needs, and
 * every way to get others back. Threads made from now on inherit that. Who is to
 * trace and has no CAP_SYS_PTRACE may look only into processes that can do no more
 * than itself, and so keeps all.
 */
void rights_drop(unsigned needs);

#endif
