-- SPDX-License-Identifier: ISC
-- DuckDB 0.10 or later: a procaudit log as a table.
--
--	duckdb audit.duckdb -cmd "SET VARIABLE log = 'log.jsonl'" <duckdb.sql	(1.1 or later)
--
-- or put the file's name in place of getvariable('log'). A line may have 16 MiB by
-- default (maximum_object_size).

CREATE OR REPLACE TABLE procaudit AS
SELECT *
FROM read_json(getvariable('log'),
	format = 'newline_delimited',
	maximum_object_size = 67108864,
	columns = {
		v: 'INTEGER', event: 'VARCHAR', log_id: 'VARCHAR', seq: 'BIGINT',
		ts: 'TIMESTAMP', mono_us: 'BIGINT', pid: 'INTEGER', proc: 'BIGINT',
		tid: 'INTEGER', ns_pid: 'INTEGER', parts: 'BIGINT',
		-- fork
		child_pid: 'INTEGER', child: 'BIGINT', kind: 'VARCHAR',
		-- exec, env
		success: 'BOOLEAN', errno: 'VARCHAR', image: 'BIGINT', parent: 'BIGINT',
		ppid: 'INTEGER', syscall: 'VARCHAR', path: 'VARCHAR', exe: 'VARCHAR',
		cwd: 'VARCHAR', arch: 'VARCHAR', argv: 'VARCHAR[]', argv_b64: 'VARCHAR[]',
		argv_asked: 'VARCHAR[]', env: 'VARCHAR[]', env_b64: 'VARCHAR[]',
		env_id: 'BIGINT', uid: 'BIGINT', euid: 'BIGINT', gid: 'BIGINT', egid: 'BIGINT',
		-- exit, trailer
		exit_code: 'INTEGER', signal: 'VARCHAR', duration_us: 'BIGINT',
		cpu_us: 'BIGINT', utime_us: 'BIGINT', stime_us: 'BIGINT', maxrss_kb: 'BIGINT',
		complete: 'BOOLEAN', gaps: 'BIGINT',
		-- gap, detach, attach
		reason: 'VARCHAR', "count": 'BIGINT'
	});

-- Which programs ran most, and which took the most time?
-- SELECT exe, count(*) FROM procaudit WHERE success GROUP BY exe ORDER BY 2 DESC;
-- SELECT e.exe, sum(x.cpu_us) / 1e6 AS seconds FROM procaudit e JOIN procaudit x
--	ON e.proc = x.proc AND e.event = 'exec' AND e.success AND x.event = 'exit'
--	GROUP BY e.exe ORDER BY seconds DESC;
