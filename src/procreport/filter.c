/* SPDX-License-Identifier: ISC */
#include "filter.h"

#include "absolute.h"

#include <bsd/err.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* "+1.5": seconds from the beginning of a log. */
static bool parse_relative(const char *text, int64_t *ns)
{
	double seconds;
	char *end;

	if (*text != '+')
		return false;
	seconds = strtod(text + 1, &end);
	if (end == text + 1 || *end || !(seconds >= 0 && seconds < 9e9))
		return false;
	/* To the microsecond, which is what a log has. */
	*ns = (int64_t)(seconds * 1e6 + 0.5) * 1000;
	return true;
}

/* The day, or the day and the time down to minutes, seconds, or less. */
static bool parse_absolute(const char *text, bool utc, int64_t *ns)
{
	struct tm tm = {.tm_isdst = -1};
	const char *at = strptime(text, "%Y-%m-%d", &tm);
	double fraction = 0;
	char *end;
	time_t seconds;

	if (at && (*at == ' ' || *at == 'T'))
		at = strptime(at + 1, "%H:%M", &tm);
	if (at && *at == ':')
		at = strptime(at + 1, "%S", &tm);
	if (at && *at == '.') {
		fraction = strtod(at, &end);
		at = fraction < 1 ? end : NULL;
	}
	if (at && *at == 'Z') {
		utc = true;
		at++;
	}
	if (!at || *at)
		return false;
	seconds = utc ? timegm(&tm) : mktime(&tm);
	*ns = model_ns(&(struct timespec){seconds, (long)(fraction * 1e9)});
	return true;
}

static void parse_time(const char *name, const char *text, bool utc, bool *relative, int64_t *ns)
{
	if (!text)
		return;
	*relative = *text == '+';
	if (!parse_relative(text, ns) && !parse_absolute(text, utc, ns))
		errx(STATUS_USAGE, "%s: '%s' is neither 'YYYY-MM-DD HH:MM:SS' nor +SECONDS", name,
			text);
}

void filter_compile_regex(regex_t *regex, const char *pattern)
{
	char text[128];
	int error = regcomp(regex, pattern, REG_EXTENDED | REG_NOSUB);

	if (!error)
		return;
	regerror(error, regex, text, sizeof(text));
	errx(STATUS_USAGE, "--match: '%s': %s", pattern, text);
}

void filter_compile(struct filter *filter, const struct options *options)
{
	*filter = (struct filter){.options = options};
	if (options->match)
		filter_compile_regex(&filter->regex, options->match);
	parse_time("--since", options->since, options->utc, &filter->since_relative,
		&filter->since_ns);
	parse_time("--until", options->until, options->utc, &filter->until_relative,
		&filter->until_ns);
}

void filter_resolve(struct filter *filter, const struct model *model)
{
	const struct process *top;
	struct exec *exec;
	unsigned i;

	if (!filter->options->under)
		return;
	top = model_named(model, filter->options->under, &exec);
	/* Parents stand before their children. */
	for (i = 0; i < model->process_count; i++) {
		struct process *process = model->processes[i];

		process->selected =
			process == top || (process->parent && process->parent->selected);
	}
}

void filter_free(struct filter *filter)
{
	if (filter->options->match)
		regfree(&filter->regex);
}

bool filter_matches(const regex_t *regex, const struct exec *exec)
{
	static char *line;
	static size_t cap;
	size_t size = exec->argv->size, i;

	if (size + 1 > cap) {
		cap = 2 * size + 4096;
		free(line);
		line = malloc(cap);
		if (!line)
			errc(STATUS_FAILED, ENOMEM, "cannot match");
	}
	memcpy(line, exec->argv->data, size);
	for (i = 0; i + 1 < size; i++)
		if (line[i] == '\0')
			line[i] = ' ';
	line[size] = '\0';
	return regexec(regex, line, 0, NULL, 0) == 0;
}

static bool names(const char *glob, const struct text *path)
{
	return path &&
	       (fnmatch(glob, path->data, 0) == 0 || fnmatch(glob, base_name(path->data), 0) == 0);
}

/* What was asked for counts, too: who looks for cc or sh does not know where the links
 * by these names lead. */
static bool is_program(const char *glob, const struct exec *exec)
{
	return names(glob, exec->exe) || names(glob, exec->path) ||
	       fnmatch(glob, exec_name(exec), 0) == 0;
}

static bool is_in(const char *directory, const struct exec *exec)
{
	size_t size = strlen(directory);

	while (size > 1 && directory[size - 1] == '/')
		size--;
	if (!exec->cwd || exec->cwd->size < size || memcmp(exec->cwd->data, directory, size) != 0)
		return false;
	return size == 1 || exec->cwd->data[size] == '\0' || exec->cwd->data[size] == '/';
}

static bool has_failed(const struct exec *exec)
{
	return !exec->success || (exec->process->image == exec && exec->process->bad);
}

static int64_t time_of(const struct exec *exec, bool relative)
{
	return relative ? exec->mono_us * 1000 : exec->ts_ns;
}

bool filter_passes(const struct filter *f, const struct exec *exec)
{
	const struct options *o = f->options;

	return (!o->failed || has_failed(exec)) && (!o->pid || exec->process->pid == o->pid) &&
	       (!o->program || is_program(o->program, exec)) && (!o->cwd || is_in(o->cwd, exec)) &&
	       (!o->since || time_of(exec, f->since_relative) >= f->since_ns) &&
	       (!o->until || time_of(exec, f->until_relative) <= f->until_ns) &&
	       (!o->under || exec->process->selected) &&
	       (!o->match || filter_matches(&f->regex, exec));
}
