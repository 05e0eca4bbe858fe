/* SPDX-License-Identifier: ISC */
/* The table of tracees keeps count of who lives and who belongs together. */
#include "tap.h"
#include "task.h"

static size_t unannounced(const struct task_table *table)
{
	const struct task *task;
	size_t count = 0;

	for (task = table->unannounced; task; task = task->next)
		count++;
	return count;
}

static struct task *add_leader(struct task_table *table, pid_t pid)
{
	struct task *task = task_add(table, pid, 17);

	return task && task_lead(table, task) ? task : NULL;
}

static void test_one(void)
{
	struct task_table table = {0};
	struct task *task;

	ok(!task_find(&table, 1) && !task_process(&table, 1), "an empty table knows nobody");
	task = task_add(&table, 10, 17);
	ok(task_find(&table, 10) == task && task->tid == 10 && task->seen_ns == 17,
		"an added task is found");
	ok(!task_find(&table, 11), "another one is not");
	ok(!task_is_leader(task) && !task_process(&table, 10), "it leads nothing at first");
	ok(task_lead(&table, task) && task_is_leader(task), "it can become a leader");
	ok(task->process->id == 1 && task->process->pid == 10 && task->process->start_ns == 17 &&
			task->process->tasks == 1,
		"of the first process");
	ok(task_process(&table, 10) == task->process, "which is found by its pid");
	task_remove(&table, task);
	ok(!task_find(&table, 10) && table.living == 0 && !table.unannounced,
		"a removed task is gone");
	task = add_leader(&table, 10);
	ok(task->process->id == 2, "the same pid again is another process");
	task_table_free(&table);
	ok(!table.tasks && !table.unannounced, "a freed table is empty");
}

static void test_announcing(void)
{
	struct task_table table = {0};
	struct task *a = add_leader(&table, 1), *b = add_leader(&table, 2),
		    *c = add_leader(&table, 3);

	ok(table.unannounced == a && a->next == b && b->next == c && !c->next,
		"those not yet announced are listed, the oldest first");
	task_announced(&table, b);
	ok(b->announced && table.unannounced == a && a->next == c, "one in the middle can leave");
	task_announced(&table, b);
	ok_int((long long)unannounced(&table), 2, "a second announcement changes nothing");
	task_announced(&table, a);
	ok(table.unannounced == c, "so can the first");
	task_bury(&table, c);
	ok(!table.unannounced, "who is buried is listed no more");
	ok_int((long long)table.living, 2, "announcing kills nobody");
	task_table_free(&table);
}

static void test_tombstones(void)
{
	struct task_table table = {0};
	struct task *leader = add_leader(&table, 1), *thread = task_add(&table, 2, 0);

	task_join(&table, thread, leader->process);
	ok(leader->process->tasks == 2 && !task_is_leader(thread), "a thread joins a process");
	ok(!task_process(&table, 2), "and is not one itself");
	task_bury(&table, leader);
	ok(task_find(&table, 1) == leader && leader->dead && !leader->process,
		"a tombstone is found and has no process");
	ok(!task_process(&table, 1), "nor is it one");
	ok(thread->process && thread->process->tasks == 1, "the process goes on with its thread");
	ok_int((long long)table.living, 1, "tombstones are not counted as living");
	task_bury(&table, leader);
	ok_int((long long)table.living, 1, "burying twice counts once");
	task_remove(&table, leader);
	ok_int((long long)table.living, 1, "removing a tombstone takes nobody's life");
	task_remove(&table, thread);
	ok_int((long long)table.living, 0, "the last one does");
	task_table_free(&table);
}

static void test_threads(void)
{
	struct task_table table = {0};
	struct task *leader = add_leader(&table, 1), *other = add_leader(&table, 100);
	struct process *process = leader->process;
	pid_t tid;

	ok_int((long long)task_remove_threads(&table, process), 0, "a process without threads");
	task_join(&table, task_add(&table, 2, 0), process);
	ok_int((long long)task_remove_threads(&table, process), 1, "with a single one");
	for (tid = 2; tid <= 50; tid++)
		task_join(&table, task_add(&table, tid, 0), process);
	task_join(&table, task_add(&table, 101, 0), other->process);
	task_add(&table, 200, 0);
	ok_int((long long)table.living, 53, "everybody lives");
	ok_int((long long)task_remove_threads(&table, process), 49,
		"all threads but the leader are removed");
	ok(task_find(&table, 1) == leader && process->tasks == 1, "the leader stays");
	ok(task_find(&table, 101) && task_find(&table, 200), "so do threads of others and strays");
	ok(!task_find(&table, 2) && !task_find(&table, 50), "the threads are gone");
	ok_int((long long)table.living, 4, "the rest is counted");
	task_table_free(&table);
}

static void test_many(void)
{
	struct task_table table = {0};
	struct task *task;
	size_t found = 0;
	pid_t pid;

	for (pid = 1; pid <= 20000; pid++)
		add_leader(&table, pid);
	for (pid = 1; pid <= 20000; pid += 2)
		task_remove(&table, task_find(&table, pid));
	for (pid = 1; pid <= 20000; pid++) {
		task = task_find(&table, pid);
		found += task && task->tid == pid && pid % 2 == 0;
	}
	ok(found == 10000 && table.living == 10000 && unannounced(&table) == 10000,
		"twenty thousand come, every other one goes");
	ok_int((long long)table.last_id, 20000, "each was a process of its own");
	task_table_free(&table);
}

int main(void)
{
	test_one();
	test_announcing();
	test_tombstones();
	test_threads();
	test_many();
	return tap_end();
}
