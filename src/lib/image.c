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

/*
 * The strings behind the pointers from slot on, up to NULL or to count of
 * them. The kernel laid them one behind the other, so only the borders are
 * looked at. Returns the slot of the terminating NULL, or 0 if it was not
 * reached; strings then holds those that are whole.
 */
static size_t get_strings(
	const struct stack *stack, size_t slot, uint64_t count, struct procaudit_strings *strings)
{
	size_t start = 0, next = 0, offset;
	uint64_t address;
	const char *nul;

	*strings = (struct procaudit_strings){.data = stack->data, .error = stack->error};
	for (; strings->count < count; slot++, strings->count++) {
		if (!get_word(stack, slot, &address))
			goto cut;
		if (address == 0)
			break;
		if (!get_offset(stack, address, &offset))
			goto cut;
		if (strings->count == 0)
			start = offset;
		else if (offset <= next || stack->data[offset - 1] != '\0')
			goto cut;
		next = offset;
	}
	if (!get_word(stack, slot, &address) || address != 0)
		goto cut;
	strings->error = 0;
	if (strings->count == 0)
		return slot;
	nul = memchr(stack->data + next, '\0', stack->size - next);
	if (!nul) {
		strings->error = stack->error;
		goto cut;
	}
	strings->data = stack->data + start;
	strings->size = (size_t)(nul - strings->data) + 1;
	return slot;
cut:
	/* The last pointer's string may be cut: keep those in front of it. */
	if (strings->count) {
		strings->count--;
		strings->data = stack->data + start;
		strings->size = next - start;
	}
	return 0;
}

static void get_path(const struct stack *stack, uint64_t address, struct procaudit_string *path)
{
	size_t offset;
	const char *nul;

	if (!get_offset(stack, address, &offset))
		return;
	nul = memchr(stack->data + offset, '\0', stack->size - offset);
	if (!nul)
		return;
	path->data = stack->data + offset;
	path->size = (size_t)(nul - path->data);
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
