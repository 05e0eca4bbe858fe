/* SPDX-License-Identifier: ISC */
/* What the static build has instead of libbsd and libmd, against these. The functions
 * under test have own_ in front of their names. */
#include "macro.h"
#include "tap.h"

#include <bsd/libutil.h>
#include <bsd/stdlib.h>
#include <errno.h>
#include <limits.h>
#include <sha2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

long long own_strtonum(const char *text, long long min, long long max, const char **error);

/* The context is another one than libmd's. */
void own_SHA256Init(void *context);
void own_SHA256Update(void *context, const uint8_t *data, size_t size);
void own_SHA256Final(uint8_t digest[SHA256_DIGEST_LENGTH], void *context);

struct pidfh *own_pidfile_open(const char *path, mode_t mode, pid_t *other);
int own_pidfile_fileno(const struct pidfh *file);
int own_pidfile_write(struct pidfh *file);
int own_pidfile_close(struct pidfh *file);
int own_pidfile_remove(struct pidfh *file);

/* libbsd leaves errno as it is; nobody here looks at it. */
static void test_number(const char *text, long long min, long long max)
{
	const char *error = "unset", *expected_error = "unset";
	long long number, expected;

	expected = strtonum(text, min, max, &expected_error);
	number = own_strtonum(text, min, max, &error);
	ok(number == expected &&
			strcmp(error ? error : "", expected_error ? expected_error : "") == 0,
		"'%s' from %lld to %lld is %lld, %s", text, min, max, expected,
		expected_error ? expected_error : "valid");
}

static void test_numbers(void)
{
	static const char *const texts[] = {"0", "1", "-1", "10", "11", "007", " 5", "5 ", "", "-",
		"+3", "0x10", "1e3", "abc", "5a", "9223372036854775807", "9223372036854775808",
		"-9223372036854775808", "-9223372036854775809", "99999999999999999999999"};
	static const long long ranges[][2] = {
		{0, 10}, {-5, 5}, {LLONG_MIN, LLONG_MAX}, {1, 2}, {3, INT_MAX}};
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(texts); i++)
		for (j = 0; j < ARRAY_SIZE(ranges); j++)
			test_number(texts[i], ranges[j][0], ranges[j][1]);
}

/* A digest of the first size bytes, taken in pieces. */
static bool same_digest(const uint8_t *data, size_t size, size_t piece)
{
	_Alignas(16) uint8_t own[1024];
	uint8_t digest[SHA256_DIGEST_LENGTH], expected[SHA256_DIGEST_LENGTH];
	SHA2_CTX context;
	size_t at, some;

	SHA256Init(&context);
	SHA256Update(&context, data, size);
	SHA256Final(expected, &context);
	own_SHA256Init(own);
	for (at = 0; at < size; at += some) {
		some = size - at < piece ? size - at : piece;
		own_SHA256Update(own, data + at, some);
	}
	own_SHA256Final(digest, own);
	return memcmp(digest, expected, sizeof(digest)) == 0;
}

static void test_digests(void)
{
	static const size_t pieces[] = {1, 3, 63, 64, 65, 1000};
	uint8_t data[300];
	size_t i, size;

	for (i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7 + i / 256);
	for (i = 0; i < ARRAY_SIZE(pieces); i++) {
		for (size = 0; size <= sizeof(data); size++)
			if (!same_digest(data, size, pieces[i]))
				break;
		ok_int((long long)size, sizeof(data) + 1, "digests of 0 to 300 bytes");
	}
}

/* Each of the two sees what the other has made. */
static void test_pidfile(const char *path)
{
	struct pidfh *own, *other;
	pid_t pid = 0;

	own = own_pidfile_open(path, 0600, &pid);
	ok(own && own_pidfile_fileno(own) >= 0, "a pidfile is made");
	if (!own)
		return;
	ok_int(own_pidfile_write(own), 0, "and written");
	other = pidfile_open(path, 0600, &pid);
	ok(!other && errno == EEXIST, "libbsd finds it held");
	ok_int(pid, getpid(), "by us");
	ok_int(own_pidfile_remove(own), 0, "it is removed");
	ok(access(path, F_OK) < 0, "and gone");

	other = pidfile_open(path, 0600, &pid);
	ok(other && pidfile_write(other) == 0, "libbsd makes one");
	pid = 0;
	own = own_pidfile_open(path, 0600, &pid);
	ok(!own && errno == EEXIST, "it is found held");
	ok_int(pid, getpid(), "by us, again");
	if (other)
		pidfile_close(other);
	own = own_pidfile_open(path, 0600, &pid);
	ok(own && own_pidfile_close(own) == 0, "it is to be had when it has been let go");
	unlink(path);
	own = own_pidfile_open("/nonexistent/file", 0600, &pid);
	ok(!own && errno == ENOENT, "there is no directory for it");
}

int main(void)
{
	char directory[] = "/tmp/procaudit-compat.XXXXXX", path[64];

	test_numbers();
	test_digests();
	if (mkdtemp(directory)) {
		snprintf(path, sizeof(path), "%s/pid", directory);
		test_pidfile(path);
		rmdir(directory);
	} else {
		ok(false, "a directory below /tmp");
	}
	return tap_end();
}
