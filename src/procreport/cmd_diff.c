/* SPDX-License-Identifier: ISC */
/* What differs between two builds. */
#include "commands.h"
#include "differ.h"
#include "diffjson.h"
#include "input.h"
#include "operands.h"
#include "output.h"
#include "words.h"

#include <bsd/err.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* There are differences that --fail-on names. */
#define STATUS_DIFFERENT 3

/* Columns in front of a command. */
#define LEFT_ONE 23
#define LEFT_TWO 34

struct view {
	const struct differ *differ;
	const struct options *options;
	bool color;
	unsigned columns;
};

/* --- Lines ------------------------------------------------------------------------------ */

static unsigned columns_behind(const struct view *view, unsigned left)
{
	return view->columns > left ? view->columns - left : view->columns;
}

static void begin_color(const struct view *view, char sign)
{
	if (view->color)
		fputs(sign == '+' ? "\033[32m" : "\033[31m", stdout);
}

static void end_line(const struct view *view)
{
	fputs(view->color ? "\033[m\n" : "\n", stdout);
}

static void print_title(const char *title, const char *head)
{
	printf("\n%s\n%s\n", title, head);
}

/* Whether there is a row more; says how many are left out if not. */
static bool is_shown(const struct view *view, size_t row, size_t count)
{
	if (row >= count)
		return false;
	if ((long)row < view->options->top)
		return true;
	printf("%*s... and %zu more (--top=%zu shows all)\n", LEFT_ONE, "", count - row, count);
	return false;
}

static const char *id_of(const struct view *view, const struct run *command)
{
	return words_id(&view->differ->sides[command->side].model, command->exec);
}

static void print_command(const struct view *view, const struct run *command, unsigned left)
{
	unsigned columns = columns_behind(view, left);

	if (command->exec->success)
		words_command(command->exec, columns);
	else
		words_failure(command->exec, columns);
}

static void print_sign(const struct view *view, char sign, const char *text, unsigned left)
{
	unsigned columns = columns_behind(view, left + 2);

	printf("%*s", (int)left, "");
	begin_color(view, sign);
	printf("%c ", sign);
	words_name(intern(text, strlen(text)), columns);
	end_line(view);
}

/* How commands ended: the names of errors and signals come from the log. */
static void print_status(const struct view *view, char sign, const struct unit *unit)
{
	const struct text *status = change_status(unit, true);
	size_t i;

	for (i = 0; i < status->size; i++)
		if (!isalnum((unsigned char)status->data[i]) && !strchr(" ,+-", status->data[i])) {
			print_sign(view, sign, status->data, LEFT_TWO);
			return;
		}
	printf("%*s", LEFT_TWO, "");
	begin_color(view, sign);
	printf("%c ", sign);
	output_cut(status->data, status->size, columns_behind(view, LEFT_TWO + 2));
	end_line(view);
}

static void print_pair(const struct view *view, size_t count, const struct run *const pair[2])
{
	printf("%10zu %10s %10s  ", count, id_of(view, pair[0]), id_of(view, pair[1]));
}

/* --- Tables ----------------------------------------------------------------------------- */

static void print_programs(const struct view *view, int side)
{
	const struct only_programs *programs = &view->differ->programs[side];
	char sign = side ? '+' : '-';
	size_t i;

	if (programs->count)
		print_title(
			side ? "new programs" : "gone programs", "      COUNT         ID  PROGRAM");
	for (i = 0; is_shown(view, i, programs->count); i++) {
		const struct run *first = programs->list[i].first;

		begin_color(view, sign);
		printf("%c%10zu %10s  ", sign, programs->list[i].count, id_of(view, first));
		words_path(first->exec->exe ? first->exec->exe : first->program,
			columns_behind(view, LEFT_ONE + 1));
		end_line(view);
	}
}

/* Where it ran, if that is not where the one before it did. */
static void print_directory(
	const struct view *view, const struct exec *exec, const struct text **directory)
{
	if (!exec->cwd || exec->cwd == *directory)
		return;
	*directory = exec->cwd;
	printf("%*sin ", LEFT_ONE + 1, "");
	words_path(exec->cwd, columns_behind(view, LEFT_ONE + 4));
	putchar('\n');
}

static void print_only(const struct view *view, int side)
{
	const struct matches *only = &view->differ->only[side];
	const struct model *model = &view->differ->sides[side].model;
	const struct text *directory = model->log_count ? model->logs[0]->cwd : NULL;
	char sign = side ? '+' : '-';
	size_t i;

	if (only->count)
		print_title(
			side ? "new commands" : "gone commands", "      COUNT         ID  COMMAND");
	for (i = 0; is_shown(view, i, only->count); i++) {
		const struct unit *unit = &only->list[i]->units[side];

		print_directory(view, unit->list[0]->exec, &directory);
		begin_color(view, sign);
		printf("%c%10zu %10s  ", sign, unit->count, id_of(view, unit->list[0]));
		print_command(view, unit->list[0], LEFT_ONE + 1);
		end_line(view);
	}
}

static void print_arguments(const struct view *view, char sign, const struct text *arguments)
{
	const char *s = arguments->data, *end = s + arguments->size;

	for (; s < end; s += strlen(s) + 1)
		print_sign(view, sign, s, LEFT_TWO);
}

static void print_changes(const struct view *view)
{
	const struct changes *changes = &view->differ->changes;
	size_t i;

	if (changes->count)
		print_title("changed commands", "     COUNT       ID A       ID B  COMMAND");
	for (i = 0; is_shown(view, i, changes->count); i++) {
		const struct change *change = &changes->list[i];

		print_pair(view, change->count, change->first);
		print_command(view, change->first[1], LEFT_TWO);
		putchar('\n');
		if (change->first[0]->program != change->first[1]->program) {
			print_sign(view, '-', change->first[0]->program->data, LEFT_TWO);
			print_sign(view, '+', change->first[1]->program->data, LEFT_TWO);
		}
		print_arguments(view, '-', change->removed);
		print_arguments(view, '+', change->added);
		if (change->reordered)
			printf("%*sin another order\n", LEFT_TWO, "");
	}
}

static void print_statuses(const struct view *view)
{
	const struct matches *statuses = &view->differ->statuses;
	size_t i;

	if (statuses->count)
		print_title(
			"commands that end otherwise", "     COUNT       ID A       ID B  COMMAND");
	for (i = 0; is_shown(view, i, statuses->count); i++) {
		const struct match *match = statuses->list[i];
		const struct run *pair[2] = {match->units[0].list[0], match->units[1].list[0]};

		print_pair(view, match->units[1].count, pair);
		print_command(view, pair[1], LEFT_TWO);
		putchar('\n');
		print_status(view, '-', &match->units[0]);
		print_status(view, '+', &match->units[1]);
	}
}

static void print_counts(const struct view *view)
{
	const struct matches *counts = &view->differ->counts;
	size_t i;

	if (counts->count)
		print_title("commands that run more or less often",
			"   COUNT A    COUNT B       ID B  COMMAND");
	for (i = 0; is_shown(view, i, counts->count); i++) {
		const struct match *match = counts->list[i];

		printf("%10zu %10zu %10s  ", match->units[0].count, match->units[1].count,
			id_of(view, match->units[1].list[0]));
		print_command(view, match->units[1].list[0], LEFT_TWO);
		putchar('\n');
	}
}

static void print_envs(const struct view *view)
{
	const struct env_changes *envs = &view->differ->envs;
	size_t i;
	int side;

	if (envs->count)
		print_title("changed environment", "     COUNT       ID A       ID B  VARIABLE");
	for (i = 0; is_shown(view, i, envs->count); i++) {
		const struct env_change_of *env = &envs->list[i];
		bool first = true;

		print_pair(view, env->count, env->first);
		for (side = 0; side < 2; side++) {
			if (!env->entries[side])
				continue;
			print_sign(view, side ? '+' : '-', env->entries[side]->data,
				first ? 0 : LEFT_TWO);
			first = false;
		}
	}
}

/* --- Times ------------------------------------------------------------------------------ */

static int64_t wall_of(const struct model *model)
{
	int64_t wall = 0;
	unsigned i;

	for (i = 0; i < model->log_count; i++)
		wall += model->logs[i]->mono_us;
	return wall;
}

static int64_t cpu_of(const struct model *model)
{
	int64_t cpu = 0;
	unsigned i;

	for (i = 0; i < model->process_count; i++)
		if (model->processes[i]->cpu_us > 0)
			cpu += model->processes[i]->cpu_us;
	return cpu;
}

static void print_times(const struct view *view)
{
	const struct side *sides = view->differ->sides;
	struct timing *list;
	size_t count, i;

	puts("\ntimes\n       A s        B s");
	output_seconds(wall_of(&sides[0].model), 10);
	output_seconds(wall_of(&sides[1].model), 11);
	puts("             wall time");
	output_seconds(cpu_of(&sides[0].model), 10);
	output_seconds(cpu_of(&sides[1].model), 11);
	puts("             CPU time");
	list = differ_slower(view->differ, (size_t)view->options->top, &count);
	if (count)
		print_title(
			"commands that take longer", "       A s        B s       ID B  COMMAND");
	for (i = 0; i < count; i++) {
		const struct run *first = list[i].match->units[1].list[0];

		output_seconds(list[i].wall_us[0], 10);
		output_seconds(list[i].wall_us[1], 11);
		printf(" %10s  ", id_of(view, first));
		print_command(view, first, LEFT_TWO);
		putchar('\n');
	}
	free(list);
}

/* --- All of it ---------------------------------------------------------------------------- */

static void print_side(const struct view *view, int side)
{
	const struct model *model = &view->differ->sides[side].model;
	unsigned i;

	for (i = 0; i < model->log_count; i++) {
		const struct model_log *log = model->logs[i];
		const struct text *what = log->command ? log->command : log->pids;

		printf("%s  ", i ? " " : side ? "B" : "A");
		output_quoted(stdout, log->file->data, log->file->size);
		fputs(log->command ? ": " : what ? ": attached to " : "", stdout);
		if (what)
			words_strings(what, columns_behind(view, 5 + (unsigned)log->file->size));
		putchar('\n');
	}
}

/* What is taken for the same can hide a difference: it is told even if there is none. */
static void print_maps(const struct view *view)
{
	const struct maps *maps = &view->differ->maps;
	size_t i;

	for (i = 0; i < maps->count; i++) {
		const struct map *map = &maps->list[i];

		printf("%s  ", map->name);
		output_quoted(stdout, map->paths[0], strlen(map->paths[0]));
		fputs(" = ", stdout);
		output_quoted(stdout, map->paths[1], strlen(map->paths[1]));
		puts(map->given ? " (--map)" : "");
	}
}

static void print_text(const struct differ *differ, const struct options *options)
{
	struct view view = {differ, options, output_has_color(options), output_columns()};

	if (!options->times && !differ_has(differ, NULL)) {
		print_maps(&view);
		return;
	}
	print_side(&view, 0);
	print_side(&view, 1);
	print_maps(&view);
	print_programs(&view, 1);
	print_programs(&view, 0);
	print_only(&view, 1);
	print_only(&view, 0);
	print_changes(&view);
	print_statuses(&view);
	print_counts(&view);
	print_envs(&view);
	if (options->times)
		print_times(&view);
}

static void warn_of(const struct differ *differ)
{
	bool failed[2];
	int i;

	for (i = 0; i < 2; i++) {
		failed[i] = side_has_failed(&differ->sides[i]);
		if (!side_is_complete(&differ->sides[i]))
			warnx("%c is not complete: differences may be missing, or come from that "
			      "(see 'procreport verify')",
				i ? 'B' : 'A');
	}
	if (failed[0] != failed[1])
		warnx("execs that failed are not compared: only %c tells of them",
			failed[1] ? 'B' : 'A');
}

static int run(const struct options *options)
{
	regex_t ignore[LIST_MOST];
	bool fail_on[KINDS];
	struct differ differ = {0};
	struct operands operands;
	int status = STATUS_OK, i;

	kinds_parse(&options->fail_on, fail_on);
	normal_compile(&options->ignore, ignore);
	maps_parse(&differ.maps, &options->map);
	operands_split(&operands, options->files);
	for (i = 0; i < 2; i++) {
		differ.sides[i].number = (unsigned)i;
		differ.sides[i].options = options;
		differ.sides[i].ignore = ignore;
		side_read(&differ.sides[i], operands.files[i]);
	}
	differ_find(&differ);
	warn_of(&differ);
	if (options->json)
		diffjson_print(&differ, options);
	else if (!options->quiet)
		print_text(&differ, options);
	if (differ_has(&differ, fail_on))
		status = STATUS_DIFFERENT;
	for (i = 0; i < 2; i++)
		if (differ.sides[i].model.unreadable)
			status = STATUS_FAILED;
	differ_free(&differ);
	operands_free(&operands);
	for (i = 0; i < (int)options->ignore.count; i++)
		regfree(&ignore[i]);
	return output_end(status);
}

const struct command cmd_diff = {
	.name = "diff",
	.operands = "LOG-A LOG-B",
	.summary = "What has changed from one build to another",
	.options = "|all-env|fail-on|ignore|ignore-env|json|map|quiet|times|top|",
	.help = "Nothing is printed if both do the same, but which directories were taken for the\n"
		"same. Each log may be one file, or all of its parts.\n",
	.run = run,
};
