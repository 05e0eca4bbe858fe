/* SPDX-License-Identifier: ISC */
#include "consumers.h"

#include <string.h>

/*
 * What each takes by default, as its documentation says, and what is asked for
 * here: a round figure below, which leaves room for what is put around a line.
 * procaudit(1) has the same table, and names the settings.
 */
static const struct {
	const char *name;
	size_t max_line;
} consumers[] = {
	{"rsyslog", 7000},	/* 8 KiB, with the syslog header */
	{"splunk", 9900},	/* 10 000 */
	{"docker", 16000},	/* 16 KiB */
	{"containerd", 16000},	/* 16 KiB */
	{"fluent-bit", 32000},	/* 32 KiB */
	{"journald", 48000},	/* 48 KiB */
	{"vector", 100000},	/* 100 KiB */
	{"loki", 250000},	/* 256 KiB */
	{"cloudwatch", 250000}, /* 256 KiB, 26 bytes of them its own */
	{"otel", 1000000},	/* 1 MiB */
	{"kafka", 1000000},	/* 1 MiB, with the batch around it */
	{"filebeat", 10000000}, /* 10 MiB */
	{"duckdb", 16000000},	/* 16 MiB */
};

size_t consumers_max_line(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(consumers) / sizeof(consumers[0]); i++)
		if (strcmp(name, consumers[i].name) == 0)
			return consumers[i].max_line;
	return 0;
}
