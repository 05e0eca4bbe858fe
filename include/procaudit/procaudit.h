/* SPDX-License-Identifier: ISC */
/* libprocaudit: everything at once. See libprocaudit(3). */
#ifndef PROCAUDIT_H
#define PROCAUDIT_H

#include <procaudit/encode.h>
#include <procaudit/event.h>
#include <procaudit/reader.h>
#include <procaudit/redact.h>
#include <procaudit/text.h>
#include <procaudit/tracer.h>

#endif
