/* SPDX-License-Identifier: ISC */
/* A new program's stack is taken apart, whole, cut or hostile. */
#include "buf.h"
#include "image.h"
#include "macro.h"
#include "tap.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>

#define MAX_SLOTS 64

/* A stack under construction: slots first, then the strings. */
struct builder {
	unsigned word;
	uint64_t sp;
	uint64_t slots[MAX_SLOTS];
	size_t count;	    /* slots */
	size_t room;	    /* slots there will be: strings lie behind them */
	struct buf strings; /* argv's, envp's, then the file name */
};

static void add_slot(struct builder *b, uint64_t value)
{
	b->slots[b->count++] = value;
}

static uint64_t add_string(struct builder *b, const char *s)
{
	uint64_t address = b->sp + b->room * b->word + b->strings.size;

	buf_add(&b->strings, s, strlen(s) + 1);
	return address;
}

static void add_vector(struct builder *b, const char *const *strings)
{
	for (; *strings; strings++)
		add_slot(b, add_string(b, *strings));
	add_slot(b, 0);
}

static void add_aux(struct builder *b, uint64_t type, uint64_t value)
{
	add_slot(b, type);
	add_slot(b, value);
}

/* Slots and strings in one piece. */
static struct buf finish(struct builder *b)
{
	struct buf out = {0};
	size_t i;

	for (i = 0; i < b->room; i++) {
		uint64_t value = i < b->count ? b->slots[i] : 0;
		uint32_t half = (uint32_t)value;

		buf_add(&out, b->word == 8 ? (const void *)&value : &half, b->word);
	}
	buf_add(&out, b->strings.data, b->strings.size);
	buf_free(&b->strings);
	return out;
}

static struct builder begin(unsigned word)
{
	return (struct builder){.word = word,
		.sp = word == 8 ? UINT64_C(0x7ffd12345670) : UINT64_C(0xffabcd10),
		.room = MAX_SLOTS};
}

static size_t length(const char *const *strings)
{
	size_t n = 0;

	while (strings[n])
		n++;
	return n;
}

/* As the kernel builds it. */
static struct buf build(
	unsigned word, const char *const *argv, const char *const *envp, const char *path)
{
	struct builder b = begin(word);

	add_slot(&b, length(argv));
	add_vector(&b, argv);
	add_vector(&b, envp);
	add_aux(&b, AT_PAGESZ, 4096);
	add_aux(&b, AT_UID, 1000);
	add_aux(&b, AT_EUID, 1001);
	add_aux(&b, AT_GID, 1002);
	add_aux(&b, AT_EGID, UINT32_MAX);
	add_aux(&b, AT_EXECFN, add_string(&b, path));
	add_aux(&b, AT_NULL, 0);
	return finish(&b);
}

static uint64_t sp_of(unsigned word)
{
	return begin(word).sp;
}

static bool vector_is(
	const struct procaudit_strings *got, const char *const *expected, size_t count)
{
	struct buf block = {0};
	size_t i;
	bool same;

	for (i = 0; i < count; i++)
		buf_add(&block, expected[i], strlen(expected[i]) + 1);
	same = got->count == count && got->size == block.size;
	same = same && (!block.size || memcmp(got->data, block.data, block.size) == 0);
	if (!same)
		note("%zu strings in %zu bytes, expected %zu in %zu", got->count, got->size, count,
			block.size);
	buf_free(&block);
	return same;
}

static bool path_is(const struct procaudit_string *got, const char *expected)
{
	return got->data && got->size == strlen(expected) &&
	       memcmp(got->data, expected, got->size) == 0;
}

/* --- Whole --------------------------------------------------------------- */

static const char *const usual_argv[] = {"cc", "-c", "a b.c", "", "-o", "a.o", NULL};
static const char *const usual_env[] = {"PATH=/bin", "", "=X=1", "A", "PATH=/bin", NULL};
static const char *const no_strings[] = {NULL};
static const char *const empty_string[] = {"", NULL};

static const struct {
	const char *name;
	const char *const *argv, *const *envp;
	const char *path;
} stacks[] = {
	{"usual", usual_argv, usual_env, "/usr/bin/cc"},
	{"no environment", usual_argv, no_strings, "./cc"},
	{"no arguments", no_strings, usual_env, "/bin/x"},
	{"neither", no_strings, no_strings, "x"},
	{"empty strings", empty_string, empty_string, ""},
};

static void test_whole(unsigned word)
{
	struct image image;
	struct buf stack;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(stacks); i++) {
		stack = build(word, stacks[i].argv, stacks[i].envp, stacks[i].path);
		image_parse(&image, stack.data, stack.size, sp_of(word), word, 0);
		ok(vector_is(&image.argv, stacks[i].argv, length(stacks[i].argv)) &&
				!image.argv.error && image.argv.data,
			"%s, %u bit: argv", stacks[i].name, word * 8);
		ok(vector_is(&image.env, stacks[i].envp, length(stacks[i].envp)) &&
				!image.env.error && image.env.data,
			"%s, %u bit: environment", stacks[i].name, word * 8);
		ok(path_is(&image.path, stacks[i].path) && !image.path.error, "%s, %u bit: path",
			stacks[i].name, word * 8);
		ok(image.has_ids && image.uid == 1000 && image.euid == 1001 && image.gid == 1002 &&
				image.egid == UINT32_MAX,
			"%s, %u bit: ids", stacks[i].name, word * 8);
		buf_free(&stack);
	}
}

/* Memory goes on behind the file name, to the end of the mapping. */
static void test_tail(unsigned word)
{
	struct buf stack = build(word, usual_argv, usual_env, "/usr/bin/cc");
	struct image image;

	buf_add(&stack, "\0\0\0\0\0\0\0", 8);
	image_parse(&image, stack.data, stack.size, sp_of(word), word, EIO);
	ok(vector_is(&image.env, usual_env, 5) && path_is(&image.path, "/usr/bin/cc") &&
			!image.env.error && !image.path.error,
		"what lies behind, and why reading ended, do not matter, %u bit", word * 8);
	buf_free(&stack);
}

/* --- Cut ----------------------------------------------------------------- */

/* How many strings lie whole in front of end. */
static size_t whole(const char *const *strings, size_t start, size_t end)
{
	size_t n;

	for (n = 0; strings[n]; n++) {
		start += strlen(strings[n]) + 1;
		if (start > end)
			break;
	}
	return n;
}

static size_t total(const char *const *strings)
{
	size_t size = 0;

	for (; *strings; strings++)
		size += strlen(*strings) + 1;
	return size;
}

/* Reads a copy of exactly so many bytes, so that a sanitizer sees a read
 * behind them, and checks what must have been found. */
static bool is_cut_well(const struct buf *stack, size_t size, unsigned word)
{
	size_t argv_start = (size_t)MAX_SLOTS * word, env_start = argv_start + total(usual_argv);
	size_t argc = length(usual_argv), envc = length(usual_env);
	size_t argv_end = (argc + 2) * word, env_end = argv_end + (envc + 1) * word;
	size_t path_end = env_start + total(usual_env) + sizeof("/usr/bin/cc");
	size_t argv_whole = size < argv_end ? 0 : whole(usual_argv, argv_start, size);
	size_t env_whole =
		size < env_end || argv_whole < argc ? 0 : whole(usual_env, env_start, size);
	char *copy = malloc(size ? size : 1);
	struct image image;
	bool well;

	memcpy(copy, stack->data, size);
	image_parse(&image, copy, size, sp_of(word), word, EIO);
	well = vector_is(&image.argv, usual_argv, argv_whole) &&
	       vector_is(&image.env, usual_env, env_whole);
	well = well && image.argv.error == (argv_whole < argc ? EIO : 0);
	well = well && image.env.error == (env_whole < envc ? EIO : 0);
	well = well && image.path.error == (size < path_end ? EIO : 0);
	well = well && (size < path_end ? !image.path.data : path_is(&image.path, "/usr/bin/cc"));
	well = well && image.has_ids == (env_whole == envc);
	free(copy);
	return well;
}

static void test_cut(unsigned word)
{
	struct buf stack = build(word, usual_argv, usual_env, "/usr/bin/cc");
	size_t size;

	for (size = 0; size <= stack.size; size++)
		if (!is_cut_well(&stack, size, word))
			break;
	if (!ok(size > stack.size,
		    "cut at any byte: whole strings are kept, the rest is marked, %u bit",
		    word * 8))
		note("but for %zu of %zu bytes", size, stack.size);
	buf_free(&stack);
}

static void test_default_error(unsigned word)
{
	struct image image;

	image_parse(&image, "", 0, sp_of(word), word, 0);
	ok(image.argv.error == EFAULT && image.env.error == EFAULT && image.path.error == EFAULT &&
			!image.has_ids,
		"without a reason the error is EFAULT, %u bit", word * 8);
}

/* --- Hostile ------------------------------------------------------------- */

/* One slot of a usual stack overwritten: what argv and env keep. */
static const struct {
	const char *name;
	size_t slot;   /* 0: argc, 1 … 6: argv, 7: NULL, 8 … 12: envp, 13: NULL */
	int64_t value; /* an offset from sp, or absolute */
	bool absolute;
	size_t argc, envc;
} wounds[] = {
	{"argc too small", 0, 2, true, 2, 0},
	{"argv[0] below the stack", 1, -8, false, 0, 0},
	{"argv[0] far above", 1, 1 << 30, false, 0, 0},
	{"argv[0] at the top of memory", 1, -1, true, 0, 0},
	{"argv[2] below the stack", 3, -1, false, 2, 0},
	{"argv[2] far above", 3, 1 << 30, false, 2, 0},
	{"argv's NULL missing", 7, 1, true, 6, 0},
	{"envp[1] far above", 9, 1 << 30, false, 6, 1},
	{"envp[0] 1", 8, 1, true, 6, 0},
};

static void test_wounds(unsigned word)
{
	struct image image;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wounds); i++) {
		struct buf stack = build(word, usual_argv, usual_env, "/usr/bin/cc");
		uint64_t value = (uint64_t)wounds[i].value;

		if (!wounds[i].absolute)
			value += sp_of(word);
		memcpy(stack.data + wounds[i].slot * word, &value, word);
		image_parse(&image, stack.data, stack.size, sp_of(word), word, 0);
		ok(vector_is(&image.argv, usual_argv, wounds[i].argc) &&
				vector_is(&image.env, usual_env, wounds[i].envc) &&
				image.env.error == EFAULT && image.path.error == EFAULT &&
				!image.has_ids,
			"%s, %u bit: what is sound is kept", wounds[i].name, word * 8);
		buf_free(&stack);
	}
}

/* NULL ends argv even where argc says more. */
static void test_argc(unsigned word)
{
	struct buf stack = build(word, usual_argv, usual_env, "/usr/bin/cc");
	struct image image;

	memset(stack.data, 0xff, word);
	image_parse(&image, stack.data, stack.size, sp_of(word), word, 0);
	ok(vector_is(&image.argv, usual_argv, 6) && vector_is(&image.env, usual_env, 5) &&
			image.has_ids,
		"an enormous argc gives no more than there is, %u bit", word * 8);
	buf_free(&stack);
}

/* Pointers that are not in the order in which the kernel lays strings. */
static void test_order(unsigned word)
{
	static const size_t orders[][3] = {{0, 0, 2}, {2, 0, 4}, {0, 1, 2}, {0, 4, 2}, {0, 4, 6}};
	static const char text[] = "a\0b\0c\0d";
	struct image image;
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(orders); i++) {
		struct builder b = begin(word);
		struct buf stack;
		uint64_t address = add_string(&b, "");

		buf_truncate(&b.strings, 0);
		buf_add(&b.strings, text, sizeof(text));
		add_slot(&b, 3);
		for (j = 0; j < 3; j++)
			add_slot(&b, address + orders[i][j]);
		add_slot(&b, 0);
		add_slot(&b, 0);
		stack = finish(&b);
		image_parse(&image, stack.data, stack.size, sp_of(word), word, 0);
		ok(image.argv.error == EFAULT && image.argv.count == 1 && image.argv.size == 2 &&
				*image.argv.data == text[orders[i][0]],
			"strings %zu, %zu, %zu do not follow each other: the first is kept, %u bit",
			orders[i][0], orders[i][1], orders[i][2], word * 8);
		buf_free(&stack);
	}
}

/* An auxiliary vector that never ends, or names a file that is not there. */
static void test_auxv(unsigned word)
{
	struct builder b = begin(word);
	struct buf stack;
	struct image image;
	size_t i;

	for (i = 0; i < 3; i++)
		add_slot(&b, 0);
	for (; i < MAX_SLOTS; i++)
		add_slot(&b, AT_UID);
	stack = finish(&b);
	image_parse(&image, stack.data, stack.size, sp_of(word), word, 0);
	ok(!image.has_ids && image.path.error == EFAULT && !image.env.error,
		"an auxiliary vector without end has no ids, %u bit", word * 8);
	buf_free(&stack);

	b = begin(word);
	for (i = 0; i < 3; i++)
		add_slot(&b, 0);
	add_aux(&b, AT_EXECFN, 42);
	add_aux(&b, AT_UID, 1);
	add_aux(&b, AT_EUID, 1);
	add_aux(&b, AT_GID, 1);
	add_aux(&b, AT_NULL, 0);
	stack = finish(&b);
	image_parse(&image, stack.data, stack.size, sp_of(word), word, 0);
	ok(!image.path.data && image.path.error == EFAULT, "a path outside is absent, %u bit",
		word * 8);
	ok(!image.has_ids, "three ids of four are none, %u bit", word * 8);
	buf_free(&stack);
}

int main(void)
{
	static const unsigned words[] = {8, 4};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		test_whole(words[i]);
		test_tail(words[i]);
		test_cut(words[i]);
		test_default_error(words[i]);
		test_wounds(words[i]);
		test_argc(words[i]);
		test_order(words[i]);
		test_auxv(words[i]);
	}
	return tap_end();
}
