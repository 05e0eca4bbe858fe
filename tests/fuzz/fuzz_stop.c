/* SPDX-License-Identifier: ISC */
/* Any wait status and any ABI: four bytes of each, then the stack, or the
 * number of a system call. */
#include "abi.h"
#include "fuzz.h"
#include "stop.h"

#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct abi *abi;
	uint32_t audit_arch;
	uint64_t number;
	enum stop stop;
	int status;
	bool plain;

	if (size < 16)
		return 0;
	memcpy(&status, data, 4);
	memcpy(&audit_arch, data + 4, 4);
	stop = stop_classify(status);
	require((stop == STOP_ENDED) == !WIFSTOPPED(status));
	plain = WIFSTOPPED(status) && status >> 16 == 0;
	require((stop == STOP_SYSCALL) == (plain && WSTOPSIG(status) == 0x85));
	require((stop == STOP_SIGNAL) == (plain && WSTOPSIG(status) != 0x85));
	abi = abi_find(audit_arch, data + 8);
	require(!abi || (abi->audit_arch == audit_arch && (abi->word == 4 || abi->word == 8)));
	memcpy(&number, data + 8, sizeof(number));
	abi = abi_of_exec(audit_arch, number);
	require(!abi || (abi->audit_arch == audit_arch &&
				(abi->execve == number || abi->execveat == number)));
	return 0;
}
