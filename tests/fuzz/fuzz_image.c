/* SPDX-License-Identifier: ISC */
/*
 * A stack of any bytes. The first byte of the input says how wide a slot is;
 * the stack begins low in memory, so that small numbers are pointers into it.
 */
#include "fuzz.h"
#include "image.h"

#include <errno.h>
#include <string.h>

#define SP 0x1000

/* Whole strings inside of the input, as many as counted. */
static void check_strings(const struct procaudit_strings *strings, const char *data, size_t size)
{
	size_t count = 0, i;

	require(strings->error == 0 || strings->error == EIO);
	if (!strings->data) {
		require(strings->size == 0 && strings->count == 0 && strings->error);
		return;
	}
	require(strings->data >= data && strings->size <= size &&
		(size_t)(strings->data - data) <= size - strings->size);
	for (i = 0; i < strings->size; i++)
		count += strings->data[i] == '\0';
	require(count == strings->count);
	require(strings->size == 0 || strings->data[strings->size - 1] == '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	const char *data = (const char *)input + 1;
	struct image image;

	if (size-- == 0)
		return 0;
	image_parse(&image, data, size, SP, input[0] & 1 ? 4 : 8, EIO);
	check_strings(&image.argv, data, size);
	check_strings(&image.env, data, size);
	require((image.path.data == NULL) == (image.path.error == EIO));
	if (image.path.data)
		require(image.path.data >= data &&
			image.path.data + image.path.size < data + size &&
			image.path.data[image.path.size] == '\0' &&
			strlen(image.path.data) == image.path.size);
	require(!image.has_ids || !image.env.error);
	return 0;
}
