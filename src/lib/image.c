/* SPDX-License-Identifier: ISC */
#include "image.h"

#include <elf.h>
#include <errno.h>
#include <string.h>

/* The bytes and how to read them. */
struct stack {
	const char *data;
	size_t size;
	uint64_t sp;
	unsigned word; /* 4 or 8 */
	int error;     /* to mark what is missing */
};

/* The slot-th word above sp; false if it lies outside. */
static bool get_word(const struct stack *stack, size_t slot, uint64_t *value)
{
	uint32_t half;

	if (slot >= stack->size / stack->word)
		return false;
	if (stack->word == sizeof(*value)) {
		memcpy(value, stack->data + slot * sizeof(*value), sizeof(*value));
	} else {
		memcpy(&half, stack->data + slot * sizeof(half), sizeof(half));
		*value = half;
	}
	return true;
}

/* Where the string at address begins in data; false if it lies outside. */
static bool get_offset(const struct stack *stack, uint64_t address, size_t *offset)
{
	if (address < stack->sp || address - stack->sp >= stack->size)
		return false;
	*offset = (size_t)(address - stack->sp);
	return true;
}

/* Where the string at offset ends, behind its NUL byte; 0: outside. */
static size_t string_end(const struct stack *stack, size_t offset)
{
	const char *nul = memchr(stack->data + offset, '\0', stack->size - offset);

	return nul ? (size_t)(nul - stack->data) + 1 : 0;
}

/*
 * The strings behind the pointers from slot on, up to NULL or to count of
 * them, as long as each begins where the one before ends: so the kernel laid
 * them. Returns the slot of the terminating NULL, or 0 if it was not reached;
 * strings then holds those that are whole.
 */
static size_t get_strings(
	const struct stack *stack, size_t slot, uint64_t count, struct procaudit_strings *strings)
{
	size_t start = 0, end = 0, offset;
	uint64_t address;

	*strings = (struct procaudit_strings){.data = stack->data, .error = stack->error};
	for (; get_word(stack, slot, &address); slot++) {
		if (address == 0 || strings->count == count) {
			if (address == 0)
				strings->error = 0;
			return address == 0 ? slot : 0;
		}
		if (!get_offset(stack, address, &offset) || (end && offset != end))
			return 0;
		end = string_end(stack, offset);
		if (!end)
			return 0;
		if (strings->count++ == 0)
			start = offset;
		strings->data = stack->data + start;
		strings->size = end - start;
	}
	return 0;
}

static void get_path(const struct stack *stack, uint64_t address, struct procaudit_string *path)
{
	size_t offset, end;

	if (!get_offset(stack, address, &offset))
		return;
	end = string_end(stack, offset);
	if (!end)
		return;
	path->data = stack->data + offset;
	path->size = end - 1 - offset;
	path->error = 0;
}

static void get_auxv(const struct stack *stack, size_t slot, struct image *image)
{
	unsigned ids = 0;
	uint64_t type, value;

	for (; get_word(stack, slot, &type) && get_word(stack, slot + 1, &value); slot += 2) {
		switch (type) {
		case AT_NULL:
			image->has_ids = ids == 4;
			return;
		case AT_UID:
			image->uid = (uid_t)value;
			ids++;
			break;
		case AT_EUID:
			image->euid = (uid_t)value;
			ids++;
			break;
		case AT_GID:
			image->gid = (gid_t)value;
			ids++;
			break;
		case AT_EGID:
			image->egid = (gid_t)value;
			ids++;
			break;
		case AT_EXECFN:
			get_path(stack, value, &image->path);
			break;
		}
	}
}

void image_parse(
	struct image *image, const char *data, size_t size, uint64_t sp, unsigned word, int error)
{
	struct stack stack = {data, size, sp, word, error ? error : EFAULT};
	uint64_t argc;
	size_t slot;

	*image = (struct image){
		.argv.error = stack.error,
		.env.error = stack.error,
		.path.error = stack.error,
	};
	if (!get_word(&stack, 0, &argc))
		return;
	slot = get_strings(&stack, 1, argc, &image->argv);
	if (!slot)
		return;
	slot = get_strings(&stack, slot + 1, UINT64_MAX, &image->env);
	if (!slot)
		return;
	get_auxv(&stack, slot + 1, image);
}
