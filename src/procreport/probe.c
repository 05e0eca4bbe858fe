/* SPDX-License-Identifier: ISC */
#include "probe.h"

#include "absolute.h"

#include <fnmatch.h>
#include <string.h>

/* Patterns of a component of the name: of autoconf, CMake, meson, waf, SCons, and
 * Python's distutils. */
static const char *const components[] = {
	"conftest.*",
	"conftest_*",
	"CMakeTmp",
	"CMakeScratch",
	"CompilerId*",
	"meson-private",
	".conf_check_*",
	".sconf_temp",
	"_configtest.*",
};

static bool is_component(const char *text, size_t size)
{
	char name[256];
	size_t i;

	if (size >= sizeof(name))
		return false;
	memcpy(name, text, size);
	name[size] = '\0';
	for (i = 0; i < sizeof(components) / sizeof(components[0]); i++)
		if (fnmatch(components[i], name, 0) == 0)
			return true;
	return false;
}

bool probe_is_file(const char *file)
{
	size_t size;

	if (strcmp(file, "/dev/null") == 0)
		return true;
	for (; *file; file += size) {
		file += strspn(file, "/");
		size = strcspn(file, "/");
		if (is_component(file, size))
			return true;
	}
	return false;
}

static bool is_configure(const char *path)
{
	const char *name = base_name(path);

	return strcmp(name, "configure") == 0 || strcmp(name, "Configure") == 0 ||
	       strcmp(name, "configure.gnu") == 0;
}

static bool is_interpreter(const struct exec *exec)
{
	static const char *const names[] = {"*sh", "busybox*", "perl*", "python*"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (fnmatch(names[i], exec_name(exec), 0) == 0)
			return true;
	return false;
}

bool probe_begins(const struct exec *exec)
{
	const char *arg = exec->argv->data, *end = arg + exec->argv->size;

	if (exec->path && is_configure(exec->path->data))
		return true;
	if (!is_interpreter(exec))
		return false;
	/* Behind options, the script. */
	for (arg += strlen(arg) + 1; arg < end; arg += strlen(arg) + 1)
		if (*arg != '-')
			return is_configure(arg);
	return false;
}
