/* SPDX-License-Identifier: ISC */
#include "memory.h"

#include "options.h"

#include <bsd/err.h>
#include <errno.h>

void *allocated(void *memory, const char *message)
{
	if (!memory)
		errc(STATUS_FAILED, ENOMEM, "%s", message);
	return memory;
}
