/* SPDX-License-Identifier: ISC */
#include "driver.h"

#include <stddef.h>
#include <string.h>

struct row {
	const char *name;
	enum driver driver;
	bool digits; /* a version may follow without a dash, as in gcc12 */
};

/* Those with digits allowed are none whose name and a digit mean something else, as
 * do cc1 and f951, the compilers proper of GCC. */
static const struct row rows[] = {
	{"cc", DRIVER_GNU, false},
	{"c++", DRIVER_GNU, false},
	{"gcc", DRIVER_GNU, true},
	{"g++", DRIVER_GNU, true},
	{"clang", DRIVER_GNU, true},
	{"clang++", DRIVER_GNU, true},
	{"clang-cl", DRIVER_CL, false},
	{"c89", DRIVER_GNU, false},
	{"c99", DRIVER_GNU, false},
	{"gfortran", DRIVER_GNU, true},
	{"f77", DRIVER_GNU, false},
	{"f90", DRIVER_GNU, false},
	{"f95", DRIVER_GNU, false},
	{"flang", DRIVER_GNU, true},
	{"flang-new", DRIVER_GNU, false},
	{"icc", DRIVER_GNU, false},
	{"icpc", DRIVER_GNU, false},
	{"icx", DRIVER_GNU, false},
	{"icpx", DRIVER_GNU, false},
	{"icx-cl", DRIVER_CL, false},
	{"dpcpp", DRIVER_GNU, false},
	{"ifort", DRIVER_GNU, false},
	{"ifx", DRIVER_GNU, false},
	{"armclang", DRIVER_GNU, false},
	{"armclang++", DRIVER_GNU, false},
	{"armflang", DRIVER_GNU, false},
	{"amdclang", DRIVER_GNU, false},
	{"amdclang++", DRIVER_GNU, false},
	{"amdflang", DRIVER_GNU, false},
	{"hipcc", DRIVER_GNU, false},
	{"nvc", DRIVER_GNU, false},
	{"nvc++", DRIVER_GNU, false},
	{"nvfortran", DRIVER_GNU, false},
	{"pgcc", DRIVER_GNU, false},
	{"pgc++", DRIVER_GNU, false},
	{"pgfortran", DRIVER_GNU, false},
	{"nvcc", DRIVER_NVCC, false},
	{"tcc", DRIVER_GNU, false},
	{"qcc", DRIVER_GNU, false},
	{"zig", DRIVER_ZIG, false},
	{"ccache", DRIVER_WRAPPER, false},
	{"sccache", DRIVER_WRAPPER, false},
	{"distcc", DRIVER_WRAPPER, false},
	{"icecc", DRIVER_WRAPPER, false},
	{"buildcache", DRIVER_WRAPPER, false},
	{"gomacc", DRIVER_WRAPPER, false},
	{"libtool", DRIVER_LIBTOOL, false},
	{"glibtool", DRIVER_LIBTOOL, false},
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

#define DIGITS "0123456789"

/* The end of a number such as 12.2.0; text itself if there is none. */
static const char *skip_version(const char *text)
{
	const char *end = text;

	while (*end && strchr(DIGITS, *end)) {
		end += strspn(end, DIGITS);
		if (end[0] == '.' && end[1] && strchr(DIGITS, end[1]))
			end++;
	}
	return end;
}

/* Whether this may follow the name: "", "-12.2", "-12-posix", "-win32", "12". */
static bool is_suffix(const char *text, bool digits)
{
	if (*text == '-')
		text = skip_version(text + 1) > text + 1 ? skip_version(text + 1) : text;
	else if (digits)
		text = skip_version(text);
	/* The threads of MinGW's, so Debian names them. */
	if (strcmp(text, "-posix") == 0 || strcmp(text, "-win32") == 0)
		return true;
	return *text == '\0' || strcmp(text, ".exe") == 0;
}

static enum driver driver_at(const char *name)
{
	size_t i, size;

	for (i = 0; i < ROWS; i++) {
		size = strlen(rows[i].name);
		if (strncmp(name, rows[i].name, size) == 0 &&
			is_suffix(name + size, rows[i].digits))
			return rows[i].driver;
	}
	return DRIVER_NONE;
}

enum driver driver_of(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	enum driver driver;

	/* Before the name there may be a machine's, and a dash. */
	for (;;) {
		driver = driver_at(name);
		name = strchr(name, '-');
		if (driver != DRIVER_NONE || !name)
			return driver;
		name++;
	}
}

bool driver_compiles(enum driver driver)
{
	return driver == DRIVER_GNU || driver == DRIVER_CL || driver == DRIVER_NVCC ||
	       driver == DRIVER_ZIG;
}
