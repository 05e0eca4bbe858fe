/* SPDX-License-Identifier: ISC */
#include "compdb.h"

#include "absolute.h"
#include "options.h"
#include "output.h"
#include "probe.h"

#include <bsd/err.h>
#include <bsd/stdlib.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

/* What is there once, by a text: texts are kept once, so that their places tell them. */
struct place {
	const struct text *key;
	size_t entry;
	UT_hash_handle hh;
};

void compdb_append(struct compdb *compdb, const struct compdb_entry *entry)
{
	size_t count = compdb->count++;

	if ((count & (count - 1)) == 0) {
		compdb->entries = reallocarray(
			compdb->entries, count ? 2 * count : 1, sizeof(*compdb->entries));
		if (!compdb->entries)
			errc(STATUS_FAILED, ENOMEM, "cannot hold the entries");
	}
	compdb->entries[count] = *entry;
}

/* --- What ran ------------------------------------------------------------------ */

static void add_source(struct compdb *compdb, const struct compiler *compiler,
	const struct compiled *source, bool all)
{
	const struct text *directory = compiler->exec->cwd;
	const struct compdb_entry entry = {
		.compiler = compiler,
		.source = source,
		.file = source->file,
		.output = source->output,
	};

	if (!all && (compiler->probe || probe_is_file(entry.file->data) ||
			    probe_is_file(directory->data)))
		return;
	if (!output_is_exact(entry.file->data, entry.file->size) ||
		!output_is_exact(directory->data, directory->size)) {
		compdb->unnamed++;
		return;
	}
	compdb_append(compdb, &entry);
}

void compdb_add(struct compdb *compdb, const struct compiles *compiles, bool all)
{
	size_t i, source;

	for (i = 0; i < compiles->count; i++) {
		const struct compiler *compiler = compiles->list[i];

		if (!all && compiler->mode >= COMPILE_PREPROCESS)
			continue;
		if (!compiler->sources) {
			compdb->unknown++;
			continue;
		}
		for (source = 0; source < compiler->count; source++)
			add_source(compdb, compiler, &compiler->sources[source], all);
	}
}

/* --- One of each ---------------------------------------------------------------- */

/* The file, or the file and its output. */
static const struct text *key_of(const struct compdb_entry *entry, bool per_output)
{
	const struct text *file = entry->file, *output = entry->output;
	const struct text *key;
	char *both;

	if (!per_output || !output)
		return file;
	both = malloc((size_t)file->size + 1 + output->size);
	if (!both)
		errc(STATUS_FAILED, ENOMEM, "cannot hold the entries");
	memcpy(both, file->data, (size_t)file->size + 1);
	memcpy(both + file->size + 1, output->data, output->size);
	key = intern(both, (size_t)file->size + 1 + output->size);
	free(both);
	return key;
}

static struct place *find(struct place *places, const struct text *key)
{
	struct place *place;

	HASH_FIND_PTR(places, &key, place);
	return place;
}

static void remember(struct place **places, const struct text *key, size_t entry)
{
	struct place *place = permanent(sizeof(*place));

	place->key = key;
	place->entry = entry;
	HASH_ADD_PTR(*places, key, place);
}

/* One that compiled is better than one that did not, then one that did not fail. */
static int quality(const struct compdb_entry *entry)
{
	const struct compiler *compiler = entry->compiler;

	return (compiler->mode < COMPILE_PREPROCESS ? 2 : 0) +
	       (compiler->exec->process->bad ? 0 : 1);
}

/* Leaves one entry of each key: the first or the last of those that are best. */
static void leave_one(struct compdb *compdb, bool per_output, bool last)
{
	struct place *places = NULL, *place;
	struct compdb_entry *entries = compdb->entries;
	size_t i, kept = 0;

	for (i = 0; i < compdb->count; i++) {
		const struct text *key = key_of(&entries[i], per_output);

		place = find(places, key);
		if (!place) {
			remember(&places, key, kept);
			entries[kept++] = entries[i];
		} else if (quality(&entries[i]) > quality(&entries[place->entry]) ||
			   (last && quality(&entries[i]) == quality(&entries[place->entry]))) {
			entries[place->entry] = entries[i];
		}
	}
	compdb->count = kept;
	HASH_CLEAR(hh, places);
}

static int compare(const void *left, const void *right)
{
	const struct compdb_entry *a = left, *b = right;
	const struct procaudit_place *at = &a->compiler->exec->place,
				     *bt = &b->compiler->exec->place;

	if (at->index != bt->index)
		return at->index < bt->index ? -1 : 1;
	if (at->offset != bt->offset)
		return at->offset < bt->offset ? -1 : 1;
	return a->source < b->source ? -1 : a->source > b->source;
}

void compdb_unite(struct compdb *compdb, bool per_output)
{
	leave_one(compdb, true, true);
	if (!per_output)
		leave_one(compdb, false, false);
	/* So that they are found without going back, also in what is compressed. */
	if (compdb->count)
		qsort(compdb->entries, compdb->count, sizeof(*compdb->entries), compare);
}

void compdb_put_before(struct compdb *compdb, struct compdb *old, bool per_output)
{
	struct place *places = NULL;
	size_t i, kept = 0;

	for (i = 0; i < compdb->count; i++) {
		const struct text *key = key_of(&compdb->entries[i], per_output);

		if (!find(places, key))
			remember(&places, key, i);
	}
	for (i = 0; i < old->count; i++) {
		const struct text *key = key_of(&old->entries[i], per_output);

		if (!find(places, key))
			old->entries[kept++] = old->entries[i];
	}
	old->count = kept;
	HASH_CLEAR(hh, places);
	for (i = 0; i < compdb->count; i++)
		compdb_append(old, &compdb->entries[i]);
	free(compdb->entries);
	compdb->entries = old->entries;
	compdb->count = old->count;
	*old = (struct compdb){0};
}

/* --- Written -------------------------------------------------------------------- */

static void write_string(FILE *out, const char *key, const struct text *text)
{
	fprintf(out, "  \"%s\": ", key);
	output_json(out, text->data, text->size);
}

/* The command without the other sources: tools want one job. False if it is not
 * exact. */
static bool write_arguments(const struct compile *compile, size_t source, FILE *out)
{
	bool exact = true;
	size_t i;

	fputs("  \"arguments\": [", out);
	for (i = 0; i < compile->argc; i++) {
		if (compile->source[i] && i != source)
			continue;
		if (i > 0)
			fputs(", ", out);
		exact &= output_json(out, compile->argv[i], strlen(compile->argv[i]));
	}
	fputs("],\n", out);
	return exact;
}

static bool write_entry(const struct compdb_entry *entry, const struct compile *compile, FILE *out)
{
	bool exact;

	fputs("{\n", out);
	write_string(out, "directory", entry->compiler->exec->cwd);
	fputs(",\n", out);
	exact = write_arguments(compile, entry->source->argument, out);
	write_string(out, "file", entry->file);
	if (entry->output) {
		fputs(",\n", out);
		write_string(out, "output", entry->output);
	}
	fputs("\n}", out);
	return exact;
}

/* NULL: what is there now is another one. */
static const struct compile *command_of(const struct compdb_entry *entry, struct recall *recall)
{
	const struct compile *compile = recall_line(recall, entry->compiler->exec);
	size_t argument = entry->source->argument;

	/* Response files that the log does not hold may have been changed since. */
	if (!compile || argument >= compile->argc || !compile->source[argument] ||
		absolute(entry->compiler->exec->cwd, compile_source(compile, argument)) !=
			entry->file)
		return NULL;
	return compile;
}

void compdb_write(struct compdb *compdb, struct recall *recall, FILE *out)
{
	const char *before = "[\n";
	size_t i;

	for (i = 0; i < compdb->count; i++) {
		const struct compdb_entry *entry = &compdb->entries[i];
		const struct compile *compile = entry->compiler ? command_of(entry, recall) : NULL;

		if (entry->compiler && !compile) {
			compdb->gone++;
			continue;
		}
		fputs(before, out);
		before = ",\n";
		if (!compile)
			fwrite(entry->data, 1, entry->size, out);
		else if (!write_entry(entry, compile, out))
			compdb->inexact++;
	}
	if (*before == '[')
		fputc('[', out);
	fputs("\n]\n", out);
}

void compdb_free(struct compdb *compdb)
{
	free(compdb->entries);
	*compdb = (struct compdb){0};
}
