/* SPDX-License-Identifier: ISC */
#include "queue.h"

#include <stdlib.h>

void queue_add(struct queue *queue, const struct procaudit_event *event)
{
	if (queue->head == queue->tail)
		queue->head = queue->tail = 0;
	if (queue->tail == queue->cap) {
		size_t cap = queue->cap ? queue->cap * 2 : 8;
		struct procaudit_event *events = reallocarray(queue->events, cap, sizeof(*events));

		if (!events) {
			queue->lost++;
			return;
		}
		queue->events = events;
		queue->cap = cap;
	}
	queue->events[queue->tail++] = *event;
}

const struct procaudit_event *queue_take(struct queue *queue)
{
	return queue->head < queue->tail ? &queue->events[queue->head++] : NULL;
}

void queue_free(struct queue *queue)
{
	free(queue->events);
	*queue = (struct queue){0};
}
