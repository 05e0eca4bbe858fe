/* SPDX-License-Identifier: ISC */
/* Differences in JSON. */
#ifndef DIFFJSON_H
#define DIFFJSON_H

#include "differ.h"

void diffjson_print(const struct differ *differ, const struct options *options);

#endif
