/* SPDX-License-Identifier: ISC */
/* Events that wait to be handed out, in order: one wait status can make
 * several. */
#ifndef QUEUE_H
#define QUEUE_H

#include <procaudit/event.h>

struct queue {
	struct procaudit_event *events; /* owned */
	size_t head, tail, cap;		/* head … tail are waiting */
	uint64_t lost;			/* events that found no memory */
};

/* Adds a copy; without memory for it, counts it in lost. */
void queue_add(struct queue *queue, const struct procaudit_event *event);

/* The first event, or NULL. Valid until the next queue_add(). */
const struct procaudit_event *queue_take(struct queue *queue);

void queue_free(struct queue *queue);

#endif
