/* SPDX-License-Identifier: ISC */
#include "recreate.h"

#include "output.h"
#include "response.h"

#include <stdio.h>
#include <string.h>

/* A name in /tmp may be another's link by now: noclobber is O_EXCL. */
static const char function[] =
	"# A response file as its command found it. One that is there already stays, but for\n"
	"# those that were made here, which change as they did then.\n"
	"declare -A made\n"
	"response_file() {\n"
	"\tlocal path=$1\n"
	"\t[[ $path = /* ]] || path=$PWD/$path\n"
	"\tif [ \"${made[\"$path\"]-}\" ] && [ -e \"$path\" ]; then\n"
	"\t\tprintf %s \"$2\" >\"$path\"\n"
	"\telif [ -e \"$path\" ]; then\n"
	"\t\tprintf %s \"$2\" | cmp -s - \"$path\" ||\n"
	"\t\t\tprintf '%q: this is another file than that in the log\\n' \"$path\" >&2\n"
	"\telse\n"
	"\t\tmkdir -p -- \"${path%/*}/\"\n"
	"\t\t(set -C && printf %s \"$2\" >\"$path\")\n"
	"\t\tmade[\"$path\"]=1\n"
	"\tfi\n"
	"}";

void recreate_begin(const struct model *model)
{
	unsigned i;

	for (i = 0; i < model->exec_count; i++)
		if (model->execs[i]->selected && model->execs[i]->responses) {
			puts(function);
			return;
		}
}

void recreate_files(const struct exec *exec)
{
	const struct responses *responses = exec->responses;
	const char *file, *content, *error;
	size_t n;

	for (n = 0; responses && (file = response_string(&responses->files, n)); n++) {
		content = response_string(&responses->contents, n);
		error = response_string(&responses->errors, n);
		/* It was none: such an argument is a word like others. */
		if (error && strcmp(error, "ENOENT") == 0)
			continue;
		if (!content || (error && *error)) {
			fputs("# ", stdout);
			output_quoted(stdout, file, strlen(file));
			puts(": what this held is not in the log");
			continue;
		}
		fputs("response_file ", stdout);
		output_quoted(stdout, file, strlen(file));
		putchar(' ');
		output_quoted(stdout, content, strlen(content));
		putchar('\n');
	}
}
