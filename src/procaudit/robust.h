/* SPDX-License-Identifier: ISC */
/* Nothing that happens by accident may end us: what is traced would be left alone. */
#ifndef ROBUST_H
#define ROBUST_H

/* What can be done about that. The command must have been forked, since it would
 * inherit it. */
void robust_become(void);

#endif
