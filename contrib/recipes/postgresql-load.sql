-- SPDX-License-Identifier: ISC
-- Loads a procaudit log from standard input into the tables of postgresql.sql:
--
--	psql -v ON_ERROR_STOP=1 -f postgresql-load.sql <log.jsonl
--
-- It may hold several logs, or parts of one. What is there already stays: a log
-- that has grown may be loaded again. Join the records of a log that was written
-- with --max-line first: join.py log.jsonl | psql ...

BEGIN;
TRUNCATE procaudit_load;

-- A line is one value: no log has these control characters.
\copy procaudit_load (record) from pstdin with (format csv, quote E'\x01', delimiter E'\x02')

INSERT INTO procaudit (log_id, seq, event, ts, mono_us, pid, proc, record)
SELECT	first_value(record->>'log_id') OVER (PARTITION BY header ORDER BY line),
	(record->>'seq')::bigint, record->>'event', (record->>'ts')::timestamptz,
	(record->>'mono_us')::bigint, (record->>'pid')::integer, (record->>'proc')::bigint,
	record
FROM (
	SELECT line, record,
		count(*) FILTER (WHERE record->>'event' = 'header') OVER (ORDER BY line) AS header
	FROM procaudit_load) AS lines
ON CONFLICT DO NOTHING;

TRUNCATE procaudit_load;
COMMIT;
