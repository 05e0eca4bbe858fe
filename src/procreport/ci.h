/* SPDX-License-Identifier: ISC */
/* What GitHub Actions, GitLab CI and Jenkins tell a job of itself in its environment. */
#ifndef CI_H
#define CI_H

#include <procaudit/event.h>

enum ci { CI_GITHUB, CI_GITLAB, CI_JENKINS, CI_NONE };

/* Which of them runs it. */
enum ci ci_in(const struct procaudit_strings *env);

/* Something that they tell, in words with $VARIABLES in between. */
struct ci_fact {
	const char *name;
	const char *of[CI_NONE]; /* NULL: it does not tell */
};

/* Attributes of OpenTelemetry's conventions for CI/CD and version control; the last
 * has no name. */
extern const struct ci_fact ci_attributes[];

/* For in-toto: where it ran, what kind of process that was, and which one. */
extern const struct ci_fact ci_host, ci_type, ci_event;

/* What it is in this environment; NULL if that does not tell. To be freed. */
char *ci_value(const struct ci_fact *fact, const struct procaudit_strings *env);

#endif
