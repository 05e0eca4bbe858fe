/* SPDX-License-Identifier: ISC */
/* Events come out as they went in. */
#include "queue.h"
#include "tap.h"

static void add(struct queue *queue, pid_t pid)
{
	struct procaudit_event event = {.kind = PROCAUDIT_FORK, .pid = pid};

	queue_add(queue, &event);
}

static bool takes(struct queue *queue, pid_t first, pid_t last)
{
	for (; first <= last; first++) {
		const struct procaudit_event *event = queue_take(queue);

		if (!event || event->pid != first)
			return false;
	}
	return true;
}

int main(void)
{
	struct queue queue = {0};
	size_t cap;
	pid_t i;

	ok(!queue_take(&queue), "an empty queue gives nothing");
	for (i = 1; i <= 1000; i++)
		add(&queue, i);
	ok(takes(&queue, 1, 500), "the oldest comes first");
	for (i = 1001; i <= 1500; i++)
		add(&queue, i);
	ok(takes(&queue, 501, 1500), "also with newcomers in between");
	ok(!queue_take(&queue), "until it is empty again");
	cap = queue.cap;
	for (i = 1; i <= 100000; i++) {
		add(&queue, i);
		if (!takes(&queue, i, i))
			break;
	}
	ok(i == 100001, "one in, one out, as often as one likes");
	ok(queue.cap == cap, "without more memory");
	ok_int((long long)queue.lost, 0, "nothing was lost");
	queue_free(&queue);
	ok(!queue.events && !queue_take(&queue), "a freed queue is empty");
	return tap_end();
}
