/* SPDX-License-Identifier: ISC */
/* Any wait status and any ABI: four bytes of each, then the stack. */
#include "abi.h"
#include "fuzz.h"
#include "stop.h"

#include <string.h>
#include <sys/wait.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct abi *abi;
	uint32_t audit_arch;
	enum stop stop;
	int status;

	if (size < 16)
		return 0;
	memcpy(&status, data, 4);
	memcpy(&audit_arch, data + 4, 4);
	stop = stop_classify(status);
	require((stop == STOP_ENDED) == !WIFSTOPPED(status));
	require((stop == STOP_SIGNAL) == (WIFSTOPPED(status) && status >> 16 == 0));
	abi = abi_find(audit_arch, data + 8);
	require(!abi || (abi->audit_arch == audit_arch && (abi->word == 4 || abi->word == 8)));
	return 0;
}
