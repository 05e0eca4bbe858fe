-- SPDX-License-Identifier: ISC
-- PostgreSQL 12 or later: tables for procaudit logs.
--
--	psql -v ON_ERROR_STOP=1 -f postgresql.sql
--	psql -v ON_ERROR_STOP=1 -f postgresql-load.sql <log.jsonl

CREATE TABLE IF NOT EXISTS procaudit (
	log_id	text NOT NULL,
	seq	bigint NOT NULL,
	event	text NOT NULL,
	ts	timestamptz NOT NULL,
	mono_us	bigint NOT NULL,
	pid	integer,
	proc	bigint,
	record	jsonb NOT NULL, -- all of it
	PRIMARY KEY (log_id, seq)
);
CREATE INDEX IF NOT EXISTS procaudit_proc ON procaudit (log_id, proc, seq);
CREATE INDEX IF NOT EXISTS procaudit_ts ON procaudit (ts);

-- Lines on their way in, in their order.
CREATE UNLOGGED TABLE IF NOT EXISTS procaudit_load (
	line	bigint GENERATED ALWAYS AS IDENTITY,
	record	jsonb NOT NULL
);

CREATE OR REPLACE VIEW procaudit_exec AS
SELECT	log_id, seq, ts, pid, proc,
	(record->>'success')::boolean AS success,
	(record->>'image')::integer AS image,
	(record->>'parent')::bigint AS parent,
	record->>'errno' AS errno,
	record->>'path' AS path,
	record->>'exe' AS exe,
	record->>'cwd' AS cwd,
	ARRAY(SELECT jsonb_array_elements_text(record->'argv')) AS argv,
	(record->>'env_id')::bigint AS env_id,
	-- With --env=once the environment is in a record of its own.
	ARRAY(SELECT jsonb_array_elements_text(coalesce(e.record->'env',
		(SELECT o.record->'env' FROM procaudit AS o
			WHERE o.log_id = e.log_id AND o.event = 'env'
			AND o.record->'env_id' = e.record->'env_id' LIMIT 1)))) AS env
FROM procaudit AS e
WHERE event = 'exec';

CREATE OR REPLACE VIEW procaudit_exit AS
SELECT	log_id, seq, ts, pid, proc,
	(record->>'exit_code')::integer AS exit_code,
	record->>'signal' AS signal,
	(record->>'duration_us')::bigint AS duration_us,
	(record->>'cpu_us')::bigint AS cpu_us,
	(record->>'maxrss_kb')::bigint AS maxrss_kb
FROM procaudit
WHERE event = 'exit';
