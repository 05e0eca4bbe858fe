/* SPDX-License-Identifier: ISC */
/* A buffer holds what was appended, and an error stays. */
#include "buf.h"
#include "tap.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

static void test_growth(void)
{
	struct buf buf = {0};
	size_t i;
	bool same = true;

	for (i = 0; i < 1000000; i++)
		buf_char(&buf, (char)(i * 7));
	ok_int((long long)buf.size, 1000000, "a million bytes one by one are all there");
	for (i = 0; i < buf.size; i++)
		same &= buf.data[i] == (char)(i * 7);
	ok(same, "in order");
	ok(buf.cap >= buf.size && buf.cap <= 4 * buf.size, "memory is within four times of them");
	buf_free(&buf);
	ok(!buf.data && !buf.size && !buf.cap, "a freed buffer is empty");
}

static void test_kinds(void)
{
	struct buf buf = {0};

	buf_add(&buf, NULL, 0);
	ok(buf.size == 0 && !buf.error, "nothing can be appended to nothing");
	buf_str(&buf, "one");
	buf_char(&buf, ' ');
	buf_add(&buf, "t\0o", 3);
	buf_printf(&buf, " %d %s", -3, "four");
	ok_bytes(buf.data, buf.size, "one t\0o -3 four", 15,
		"strings, bytes and formats follow each other");
	buf_truncate(&buf, 100);
	ok_int((long long)buf.size, 15, "truncating behind the end changes nothing");
	buf_truncate(&buf, 3);
	ok_bytes(buf.data, buf.size, "one", 3, "truncating keeps the beginning");
	buf_free(&buf);
}

static void test_long_format(void)
{
	struct buf buf = {0};
	char *text = malloc(100001);

	memset(text, 'x', 100000);
	text[100000] = '\0';
	buf_printf(&buf, "<%s>", text);
	ok(buf.size == 100002 && buf.data[0] == '<' && buf.data[100001] == '>',
		"a format longer than the buffer is written whole");
	free(text);
	buf_free(&buf);
}

static void test_trim(void)
{
	struct buf buf = {0};

	ok(buf_reserve(&buf, 1000000) && buf.cap >= 1000000, "room can be reserved");
	buf_str(&buf, "kept");
	buf_trim(&buf, 4096);
	ok(buf.cap == 4096 && buf.size == 4, "memory beyond what is kept is given back");
	ok_bytes(buf.data, buf.size, "kept", 4, "and the content stays");
	buf_trim(&buf, 2);
	ok(buf.cap == 4096 && buf.size == 4, "but not what the content needs");
	buf_free(&buf);
}

static void test_error(void)
{
	struct buf buf = {0};

	buf_str(&buf, "before");
	ok(!buf_reserve(&buf, SIZE_MAX), "more than there can be is refused");
	ok(!buf_reserve(&buf, SIZE_MAX / 2), "so is what overflows when it doubles");
	ok_int(buf.error, -ENOMEM, "the error is kept");
	buf_str(&buf, "after");
	buf_char(&buf, '!');
	buf_printf(&buf, "%d", 1);
	ok(!buf_reserve(&buf, 1), "afterwards nothing is reserved");
	ok_bytes(buf.data, buf.size, "before", 6, "and nothing appended");
	buf_free(&buf);
	buf_str(&buf, "anew");
	ok(buf.size == 4 && !buf.error, "a freed buffer can be used again");
	buf_free(&buf);
}

int main(void)
{
	test_growth();
	test_kinds();
	test_long_format();
	test_trim();
	test_error();
	return tap_end();
}
