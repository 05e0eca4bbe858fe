/* SPDX-License-Identifier: ISC */
/* A page to look at a log in a browser. What is not of the log stands in html/. */
#include "commands.h"
#include "fetch.h"
#include "html_parts.h"
#include "memory.h"
#include "model.h"
#include "options.h"
#include "output.h"
#include "page.h"
#include "plural.h"
#include "replace.h"
#include "words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Processes on a page, if --most does not say how many: a browser stays smooth. */
#define MOST 50000

/* Logs come one behind the other, as in summary. */
static void number_all(struct page *page)
{
	const struct model *model = page->model;
	int64_t next = 0, offset = 0;
	unsigned i;

	page->numbers = allocated(
		calloc(model->process_count + 1, sizeof(*page->numbers)), "cannot hold the page");
	page->offsets = allocated(
		calloc(model->log_count + 1, sizeof(*page->offsets)), "cannot hold the page");
	for (i = 0; i < model->process_count; i++)
		page->numbers[i] = model->processes[i]->selected ? next++ : -1;
	for (i = 0; i < model->log_count; i++) {
		page->offsets[i] = offset;
		offset += model->logs[i]->mono_us;
	}
}

static void put_part(FILE *out, const struct html_part *part)
{
	fwrite(part->data, 1, part->size, out);
}

static void put_title(const struct page *page)
{
	const struct model_log *log = page->model->log_count ? page->model->logs[0] : NULL;
	const struct text *command = log && log->command ? log->command : NULL;
	char title[160];

	snprintf(title, sizeof(title), "%s",
		command ? words_joined(command->data, command->size) : "procaudit");
	/* Not in the middle of a character. */
	if (strlen(title) == sizeof(title) - 1) {
		size_t size = sizeof(title) - 8;

		while (size > 0 && (title[size] & 0xc0) == 0x80)
			size--;
		title[size] = '\0';
	}
	page_text(page->out, title);
}

/* What is not on the page, if that is something. */
static void put_notice(const struct page *page)
{
	const struct sample *sample = &page->sample;
	unsigned all = page->model->process_count;

	if (sample->processes < all)
		fprintf(page->out,
			"<p class=\"notice\">This page shows %u of %u processes: those that failed "
			"before others, the longest first, and what they came from. The tables "
			"count all of them.</p>\n",
			sample->processes, all);
	if (sample->lost)
		fprintf(page->out,
			"<p class=\"notice\">%" PRIu64 " program%s of these processes %s left "
			"out.</p>\n",
			sample->lost, plural_s(sample->lost), sample->lost == 1 ? "is" : "are");
	if (page->envlists.lost)
		fprintf(page->out, "<p class=\"notice\">%" PRIu64 " environment%s left out.</p>\n",
			page->envlists.lost, page->envlists.lost == 1 ? " is" : "s are");
	if (page->model->problems)
		fprintf(page->out,
			"<p class=\"notice\">The log is damaged: %" PRIu64
			" line%s of it %s skipped.</p>\n",
			page->model->problems, plural_s(page->model->problems),
			page->model->problems == 1 ? "was" : "were");
}

static void put_page(struct page *page)
{
	put_part(page->out, &html_head);
	put_title(page);
	put_part(page->out, &html_title);
	put_title(page);
	put_part(page->out, &html_heading);
	put_notice(page);
	put_part(page->out, &html_notice);
	page_summary(page);
	put_part(page->out, &html_summary);
	page_failures(page);
	put_part(page->out, &html_failures);
	page_data(page);
	put_part(page->out, &html_data);
}

static void write_page(struct page *page, const char *name)
{
	struct replace replace;

	page->out = stdout;
	if (name) {
		replace_begin(&replace, name);
		page->out = replace.out;
	}
	put_page(page);
	if (name)
		replace_end(&replace);
}

/* The names as they are given: what cannot be read twice is replaced by a copy. */
static char **names_of(char *const *files)
{
	char **names;
	size_t count = 0, i;

	while (files[count])
		count++;
	names = allocated(calloc(count + 1, sizeof(*names)), "cannot hold the page");
	for (i = 0; i < count; i++)
		names[i] = files[i];
	return names;
}

static int run(const struct options *options)
{
	char **names = names_of(options->files);
	struct page page = {.names = names, .files = options->files};
	unsigned most = options->most ? (unsigned)options->most : MOST;
	struct model model;
	int status;

	fetch_prepare(options->files);
	page.model = &model;
	lists_init(&page.lists);
	envlists_init(&page.envlists, &page.lists, &model, most);
	model_read(&model, options->files, envlists_collect, &page.envlists);
	page.sample = sample_take(&model, most);
	envlists_select(&page.envlists, &page.sample, options->files);
	number_all(&page);
	write_page(&page, options->output);
	free(page.numbers);
	free(page.offsets);
	free(names);
	envlists_free(&page.envlists);
	lists_free(&page.lists);
	status = model.unreadable ? STATUS_FAILED : STATUS_OK;
	model_free(&model);
	return output_end(status);
}

const struct command cmd_html = {
	.name = "html",
	.operands = "LOG...",
	.summary = "A page for a browser: timeline, process tree, search, details",
	.options = "|most|",
	.help = "The page is one file, and loads nothing else.\n",
	.run = run,
};
