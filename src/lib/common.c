/* SPDX-License-Identifier: ISC */
#include "common.h"

#include "macro.h"

#include <string.h>

/* The same on all machines: accounts of Debian's base-passwd, names of the host
 * itself, and what hier(7) has at the top, which every other path has in it. */
static const char *const names[] = {"root", "daemon", "bin", "sys", "sync", "games", "man", "mail",
	"news", "uucp", "proxy", "www-data", "backup", "list", "irc", "nobody", "localhost",
	"localdomain", "www", "boot", "dev", "etc", "home", "lib", "media", "mnt", "opt", "proc",
	"run", "sbin", "srv", "tmp", "usr", "var"};

/* Homes of accounts that are nobody's own. */
static const char *const dirs[] = {"/bin", "/boot", "/dev", "/dev/null", "/dev/shm", "/etc",
	"/home", "/lib", "/media", "/mnt", "/nonexistent", "/opt", "/proc", "/root", "/run",
	"/sbin", "/srv", "/sys", "/tmp", "/usr", "/usr/bin", "/usr/lib", "/usr/local", "/usr/sbin",
	"/usr/share", "/var", "/var/empty", "/var/lib", "/var/tmp"};

/* What HOST holds where it is a machine to compile for. */
static const char *const triples[] = {"-linux", "-none-", "-w64-", "-apple-", "-pc-", "-unknown-"};

static bool is_one_of(const char *const list[], size_t count, const char *data, size_t size)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strlen(list[i]) == size && memcmp(list[i], data, size) == 0)
			return true;
	return false;
}

bool common_triple(const char *data, size_t size)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(triples); i++)
		if (memmem(data, size, triples[i], strlen(triples[i])))
			return true;
	return false;
}

bool common_address(const char *data, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		if (!common_digit(data[i]) && data[i] != '.' && data[i] != ':')
			return false;
	return size && (memchr(data, '.', size) || memchr(data, ':', size));
}

bool common_name(const char *data, size_t size)
{
	char folded[16];
	size_t i;

	if (size > sizeof(folded))
		return false;
	for (i = 0; i < size; i++)
		folded[i] = common_fold(data[i]);
	return is_one_of(names, ARRAY_SIZE(names), folded, size);
}

bool common_dir(const char *data, size_t size)
{
	return is_one_of(dirs, ARRAY_SIZE(dirs), data, size);
}
