-- SPDX-License-Identifier: ISC
-- ClickHouse 21.8 or later: a table for procaudit logs.
--
--	clickhouse-client --multiquery <clickhouse.sql
--	clickhouse-client --param_log_id="$(head -n 1 log.jsonl | jq -r .log_id)" --query "
--		INSERT INTO procaudit (log_id, record)
--		SELECT {log_id:String}, json FROM input('json String') FORMAT JSONAsString" <log.jsonl
--
-- One log at a time. A record is one value of any length. Loading a log again
-- changes nothing: the table keeps one record of each log_id and seq.

CREATE TABLE IF NOT EXISTS procaudit
(
	log_id	LowCardinality(String),
	record	String CODEC(ZSTD(3)),
	seq	UInt64 MATERIALIZED JSONExtractUInt(record, 'seq'),
	event	LowCardinality(String) MATERIALIZED JSONExtractString(record, 'event'),
	ts	DateTime64(9, 'UTC') MATERIALIZED
			parseDateTime64BestEffort(JSONExtractString(record, 'ts'), 9, 'UTC'),
	mono_us	UInt64 MATERIALIZED JSONExtractUInt(record, 'mono_us'),
	pid	UInt32 MATERIALIZED JSONExtractUInt(record, 'pid'),
	proc	UInt64 MATERIALIZED JSONExtractUInt(record, 'proc'),
	success	Bool MATERIALIZED JSONExtractBool(record, 'success'),
	exe	String MATERIALIZED JSONExtractString(record, 'exe'),
	path	String MATERIALIZED JSONExtractString(record, 'path'),
	cwd	String MATERIALIZED JSONExtractString(record, 'cwd'),
	argv	Array(String) MATERIALIZED JSONExtract(record, 'argv', 'Array(String)'),
	env	Array(String) MATERIALIZED JSONExtract(record, 'env', 'Array(String)'),
	env_id	UInt64 MATERIALIZED JSONExtractUInt(record, 'env_id'),
	exit_code	Int16 MATERIALIZED
			if(JSONHas(record, 'exit_code'), JSONExtractInt(record, 'exit_code'), -1),
	signal	LowCardinality(String) MATERIALIZED JSONExtractString(record, 'signal'),
	cpu_us	UInt64 MATERIALIZED JSONExtractUInt(record, 'cpu_us'),
	duration_us	UInt64 MATERIALIZED JSONExtractUInt(record, 'duration_us')
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(ts)
ORDER BY (log_id, seq);
