/* SPDX-License-Identifier: ISC */
/* The compiler's own command line in that of an exec. */
#ifndef UNWRAP_H
#define UNWRAP_H

#include "compile.h"
#include "model.h"

/*
 * Fills driver, argv and argc: without ccache and others that stand before the
 * compiler, and with the compiler's name as it was found. False if this is no
 * compiler. *script says that it is a script, or libtool: if a compiler runs below
 * it, that one knows better. Ends the program without memory.
 */
bool unwrap(const struct exec *exec, struct compile *compile, bool *script);

#endif
