/* SPDX-License-Identifier: ISC */
#include "ci.h"

#include "bytes.h"
#include "variable.h"

#include <stdlib.h>
#include <string.h>

#define GITHUB_REPOSITORY "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY"
#define GITHUB_RUN	  GITHUB_REPOSITORY "/actions/runs/$GITHUB_RUN_ID"

/* Jenkins' GIT_URL may have a password in it, and is left out. */
const struct ci_fact ci_attributes[] = {
	{"cicd.pipeline.name", {"$GITHUB_WORKFLOW", "$CI_PIPELINE_NAME", "$JOB_NAME"}},
	{"cicd.pipeline.run.id", {"$GITHUB_RUN_ID", "$CI_PIPELINE_ID", "$BUILD_ID"}},
	{"cicd.pipeline.run.url.full", {GITHUB_RUN, "$CI_PIPELINE_URL", "$BUILD_URL"}},
	{"cicd.pipeline.task.name", {"$GITHUB_JOB", "$CI_JOB_NAME", "$STAGE_NAME"}},
	{"cicd.pipeline.task.run.id", {NULL, "$CI_JOB_ID", NULL}},
	{"cicd.pipeline.task.run.url.full", {NULL, "$CI_JOB_URL", NULL}},
	{"cicd.worker.name", {"$RUNNER_NAME", "$CI_RUNNER_DESCRIPTION", "$NODE_NAME"}},
	{"vcs.provider.name", {"github", "gitlab", NULL}},
	{"vcs.repository.url.full", {GITHUB_REPOSITORY, "$CI_PROJECT_URL", NULL}},
	{"vcs.ref.head.name", {"$GITHUB_REF_NAME", "$CI_COMMIT_REF_NAME", "$GIT_BRANCH"}},
	{"vcs.ref.head.revision", {"$GITHUB_SHA", "$CI_COMMIT_SHA", "$GIT_COMMIT"}},
	{0},
};

const struct ci_fact ci_host = {"host", {"$GITHUB_SERVER_URL", "$CI_SERVER_URL", "$JENKINS_URL"}};
const struct ci_fact ci_type = {
	"type", {"https://actions.github.io/buildtypes/workflow/v1", NULL, NULL}};
const struct ci_fact ci_event = {
	"event", {GITHUB_RUN "/attempts/$GITHUB_RUN_ATTEMPT", "$CI_JOB_URL", "$BUILD_URL"}};

enum ci ci_in(const struct procaudit_strings *env)
{
	const char *github = variable_in(env, "GITHUB_ACTIONS");
	const char *gitlab = variable_in(env, "GITLAB_CI");

	if (github && strcmp(github, "true") == 0)
		return CI_GITHUB;
	if (gitlab && strcmp(gitlab, "true") == 0)
		return CI_GITLAB;
	return variable_in(env, "JENKINS_URL") ? CI_JENKINS : CI_NONE;
}

/* The value of the variable at *text, which is moved behind it; NULL: none, or "". */
static const char *expand(const char **text, const struct procaudit_strings *env)
{
	size_t size = strspn(*text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
	const char *value;
	char name[64] = "";

	memcpy(name, *text, size);
	*text += size;
	value = variable_in(env, name);
	return value && *value ? value : NULL;
}

char *ci_value(const struct ci_fact *fact, const struct procaudit_strings *env)
{
	enum ci ci = ci_in(env);
	const char *text = ci == CI_NONE ? NULL : fact->of[ci], *value;
	struct bytes made = {0};

	if (!text)
		return NULL;
	while (*text) {
		if (*text != '$') {
			bytes_add(&made, text++, 1);
			continue;
		}
		text++;
		value = expand(&text, env);
		if (!value) {
			bytes_free(&made);
			return NULL;
		}
		bytes_text(&made, value);
	}
	bytes_string(&made, "");
	return made.data;
}
