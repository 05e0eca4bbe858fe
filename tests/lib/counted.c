/* SPDX-License-Identifier: ISC */
/* In each program and library that tests/coverage counts. See counters.c. */
void counters_add(void (*dump)(void));
void counters_begin(void);

/* Of gcov: there is one of each for every program and library.
 * NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
void __gcov_dump(void);
void __gcov_reset(void);
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static void dump(void)
{
	__gcov_dump();
	__gcov_reset(); /* else a second dump would write nothing */
}

__attribute__((constructor)) static void begin(void)
{
	counters_add(dump);
}

/* gcov's own, which writes, has a lower priority and comes later. */
__attribute__((destructor)) static void end(void)
{
	counters_begin();
}
