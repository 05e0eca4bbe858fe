/* SPDX-License-Identifier: ISC */
/* Compilers, and what stands before them, by their names. */
#ifndef DRIVER_H
#define DRIVER_H

#include <stdbool.h>

enum driver {
	DRIVER_NONE,
	DRIVER_GNU,	/* its command line is like gcc's */
	DRIVER_CL,	/* like that of cl.exe */
	DRIVER_NVCC,	/* nvcc's own */
	DRIVER_ZIG,	/* a compiler if the first argument says so */
	DRIVER_WRAPPER, /* ccache and its like: the compiler stands behind it */
	DRIVER_LIBTOOL,
};

/* What a program of this name, or path, is: "x86_64-linux-gnu-gcc-12" is gcc. */
enum driver driver_of(const char *path);

/* Whether it is one that compiles. */
bool driver_compiles(enum driver driver);

#endif
