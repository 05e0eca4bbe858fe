/* SPDX-License-Identifier: ISC */
#include "parse.h"
#include "tap.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define HEAD "{\"v\":1,\"event\":"
#define TIME ",\"seq\":4,\"ts\":\"2026-11-21T13:31:06.123456789Z\",\"mono_us\":7"
#define EXEC HEAD "\"exec\"" TIME ",\"pid\":3,\"proc\":2,"
#define FULL                                                                                       \
	EXEC "\"success\":true,\"image\":1,\"path\":\"./x\",\"exe\":\"/x\",\"cwd\":\"/\","         \
	     "\"argv\":[\"x\",\"\",\"b c\"]"
#define THREAD HEAD "\"thread\"" TIME ",\"pid\":3,\"proc\":2,\"tid\":4"

static struct record_parser parser;

static int parse(const char *line)
{
	return parse_line(&parser, line, strlen(line));
}

static void check_values(void)
{
	const struct procaudit_record *r = &parser.record;

	ok_int(parse(FULL ",\"env\":[]}"), 0, "an exec record is read");
	ok(r->kind == PROCAUDIT_RECORD_EXEC, "its kind");
	ok(r->seq == 4 && r->mono_us == 7 && r->pid == 3 && r->proc == 2, "its integers");
	ok(r->ts.tv_sec == 1795267866 && r->ts.tv_nsec == 123456789, "its time");
	ok_int(r->success, 1, "its booleans");
	ok_bytes(r->argv.data, r->argv.size, "x\0\0b c", 7, "its arrays");
	ok_int((long long)r->argv.count, 3, "with the number of strings");
	ok(r->env.data && r->env.count == 0 && r->env.size == 0, "an empty array is not absent");
	ok(!r->argv_asked.data && r->ppid == -1 && !r->arch.data, "what is not there is absent");
	ok_int(r->unknown, 0, "nothing is unknown");
}

static void check_exact_bytes(void)
{
	const struct procaudit_record *r = &parser.record;

	parse(EXEC
		"\"success\":true,\"image\":1,\"path_b64\":\"/3g=\",\"exe\":\"/x\",\"cwd\":\"/\","
		"\"argv\":[\"a\",\"\xef\xbf\xbd\",\"\"],\"argv_b64\":[\"\",\"/w==\",\"\"],"
		"\"path\":\"\xef\xbf\xbdx\"}");
	ok_bytes(r->path.data, r->path.size, "\xffx", 2,
		"a twin stands for the string, before it or behind");
	ok_bytes(r->argv.data, r->argv.size, "a\0\xff\0\0", 5,
		"a twin of an array for elements of it");
	parse(EXEC "\"success\":false,\"path\":\"\\u00e9\\ud83d\\ude00\\\"\\n\\u009b\","
		   "\"argv_error\":\"EFAULT\"}");
	ok_bytes(r->path.data, r->path.size, "\xc3\xa9\xf0\x9f\x98\x80\"\n\xc2\x9b", 10,
		"escapes stand for their characters");
	ok_int(r->argv.error, EFAULT, "an error has its value");
	parse(EXEC "\"success\":false,\"path\":\"x\",\"argv_error\":\"ENOSUCHTHING\"}");
	ok_int(r->argv.error, 4095, "and one that nobody knows the largest");
}

static const struct {
	const char *line;
	int unknown;
} tolerated[] = {
	{THREAD ",\"new\":[{\"pid\":[null,1.5,{\"a\":true}]},\"pid\"],\"new\":{}}", 2},
	{HEAD "\"new_event\"" TIME ",\"pid\":1,\"other\":-1}", 2},
	{THREAD ",\"argv\":[\"x\"]}", 1},
	{THREAD ",\"capture.env\":1}", 1},
	{HEAD "\"detach\"" TIME ",\"pid\":3,\"proc\":2,\"reason\":\"boredom\"}", 1},
	{"{\"capture\":{\"new\":{\"env\":1},\"env\":\"full\",\"failed\":\"none\",\"threads\":false,"
	 "\"proc\":true,\"seccomp\":false,\"no_new_privs\":false},\"v\":1,\"event\":\"header\"" TIME
	 ",\"log_id\":\"0123456789abcdef0123456789abcdef\",\"part\":1,\"schema\":\"procaudit/1\","
	 "\"version\":\"1\",\"mode\":\"run\",\"command\":[],\"uid\":0,\"gid\":0,\"tracer_pid\":1}",
		1},
};

static const struct {
	const char *line, *problem;
} damaged[] = {
	{"", "not JSON, byte 0: parse error: premature EOF"},
	{"null", "not an object"},
	{"7", "not an object"},
	{"\"x\"", "not an object"},
	{"[]", "not an object"},
	{"{", "not JSON, byte 1: parse error: premature EOF"},
	{"{}", "event is missing"},
	{THREAD "}{}", "not JSON, byte 108: parse error: trailing garbage"},
	{THREAD "} x", "not JSON, byte 109: parse error: trailing garbage"},
	{THREAD ",\"tid\":4}", "tid is there twice"},
	{HEAD "\"thread\"" TIME ",\"pid\":3,\"proc\":2}", "tid is missing"},
	{HEAD "\"thread\"}", "mono_us is missing"},
	{HEAD "\"new\"}", "mono_us is missing"},
	{HEAD "7}", "event is not a string"},
	{"{\"v\":2}", "v is not an integer from 1 to 1"},
	{"{\"v\":1.0}", "v is not an integer from 1 to 1"},
	{"{\"v\":1e0}", "v is not an integer from 1 to 1"},
	{"{\"v\":-1}", "v is not an integer from 1 to 1"},
	{"{\"seq\":01}", "not JSON, byte 8: parse error: after key and value, inside map, I expect "
			 "',' or '}'"},
	{"{\"seq\":9007199254740993}", "seq is not an integer from 0 to 9007199254740992"},
	{"{\"seq\":99999999999999999999}", "seq is not an integer from 0 to 9007199254740992"},
	{"{\"pid\":4194305}", "pid is not an integer from 1 to 4194304"},
	{"{\"pid\":null}", "pid is not an integer"},
	{"{\"pid\":[1]}", "pid is not an integer"},
	{"{\"argv\":[1]}", "argv is not an array of strings"},
	{"{\"argv\":[[]]}", "argv is not an array of strings"},
	{"{\"argv\":[{}]}", "argv is not an array of strings"},
	{"{\"argv\":[null]}", "argv is not an array of strings"},
	{"{\"argv\":\"x\"}", "argv is not an array of strings"},
	{"{\"success\":\"true\"}", "success is not a boolean"},
	{"{\"capture\":true}", "capture is not an object"},
	{"{\"capture\":{\"env\":\"full\",\"env\":\"full\"}}", "capture.env is there twice"},
	{"{\"ts\":\"2026-11-21T13:31:06Z\"}", "ts is not a time"},
	{"{\"ts\":\"2026-13-21T13:31:06.123456789Z\"}", "ts is not a time"},
	{"{\"signal\":\"TERM\"}", "signal is not of its form"},
	{"{\"signal\":\"SIGRTMIN+\"}", "signal is not of its form"},
	{"{\"exe_ino\":\"007\"}", "exe_ino is not of its form"},
	{"{\"errno\":\"none\"}", "errno is not of its form"},
	{"{\"log_id\":\"0123\"}", "log_id is not of its form"},
	{"{\"path\":\"a\\u0000b\"}", "path has a NUL byte"},
	{"{\"argv\":[true]}", "argv is not an array of strings"},
	{"{\"success\":[true]}", "success is not a boolean"},
	{"{\"success\":{}}", "success is not a boolean"},
	{"{\"path_error\":7}", "path_error is not a string"},
	{"{\"path_error\":\"E\"}", "path_error is not of its form"},
	{"{\"path_error\":\"EX-1\"}", "path_error is not of its form"},
	{"{\"signal\":\"SIG\"}", "signal is not of its form"},
	{"{\"signal\":\"SIGX-\"}", "signal is not of its form"},
	{"{\"signal\":\"SIGRTMIN+x\"}", "signal is not of its form"},
	{"{\"exe_ino\":\"\"}", "exe_ino is not of its form"},
	{"{\"exe_ino\":\"123456789012345678901\"}", "exe_ino is not of its form"},
	{"{\"exe_ino\":\"1x\"}", "exe_ino is not of its form"},
	{"{\"log_id\":\"0123456789abcdef0123456789abcdeg\"}", "log_id is not of its form"},
	{"{\"ts\":\"2026-00-21T13:31:06.123456789Z\"}", "ts is not a time"},
	{"{\"ts\":\"2026-11-00T13:31:06.123456789Z\"}", "ts is not a time"},
	{"{\"ts\":\"2026-11-32T13:31:06.123456789Z\"}", "ts is not a time"},
	{"{\"ts\":\"2026-11-21T24:31:06.123456789Z\"}", "ts is not a time"},
	{"{\"ts\":\"2026-11-21T13:60:06.123456789Z\"}", "ts is not a time"},
	{"{\"ts\":\"2026-11-21T13:31:61.123456789Z\"}", "ts is not a time"},
	{"{\"ts\":\"2026-11-21T13:31:06.12345678xZ\"}", "ts is not a time"},
	{"{\"ts\":\"2026-11-21T13:31:06.12345678/Z\"}", "ts is not a time"},
	{"{\"path\":\"\xff\"}", "not JSON, byte 10: lexical error: invalid bytes in UTF8 string."},
	{FULL ",\"path_b64\":\"YQ==\"}", "path_b64 is no twin"},
	{FULL ",\"env_b64\":[\"/w==\"]}", "env_b64 is not as long as what it is a twin of"},
	{FULL ",\"argv_b64\":[\"/w==\"]}", "argv_b64 is not as long as what it is a twin of"},
	{FULL ",\"argv_b64\":[\"/w==\",\"\",\"\"]}", "argv_b64 has an element that is no twin"},
	{EXEC "\"success\":false,\"argv\":[]}", "path is missing"},
	{EXEC "\"success\":false,\"path\":\"x\"}", "argv is missing"},
	{EXEC "\"success\":true,\"path\":\"x\",\"argv\":[]}", "exe is missing"},
	{EXEC "\"success\":true,\"path\":\"x\",\"argv\":[],\"exe\":\"x\"}", "cwd is missing"},
	{EXEC "\"success\":true,\"path\":\"x\",\"argv\":[],\"exe\":\"x\",\"cwd\":\"/\"}",
		"image is missing"},
	{EXEC "\"success\":false,\"argv\":[],\"path_b64\":\"/w==\"}",
		"path_b64 is there, and what it is a twin of is not"},
	{HEAD "\"thread_exit\"" TIME ",\"pid\":3,\"proc\":2,\"tid\":4}",
		"exit_code and signal are both missing"},
	{HEAD "\"thread_exit\"" TIME
	      ",\"pid\":3,\"proc\":2,\"tid\":4,\"exit_code\":0,\"signal\":\"SIGHUP\"}",
		"exit_code and signal are both there"},
	{HEAD "\"thread_exit\"" TIME
	      ",\"pid\":3,\"proc\":2,\"tid\":4,\"exit_code\":0,\"core_dumped\":true}",
		"core_dumped is there without signal"},
};

static void check_damage(void)
{
	char deep[200];
	size_t i;

	for (i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
		ok_int(parse(damaged[i].line), -EBADMSG, "damaged");
		ok_str(parser.problem.text, damaged[i].problem, damaged[i].line);
	}
	memcpy(deep, "{\"x\":", 5);
	memset(deep + 5, '[', sizeof(deep) - 5);
	ok_int(parse_line(&parser, deep, sizeof(deep)), -EBADMSG, "damaged");
	ok_str(parser.problem.text, "nested too deeply", "by nesting");
	memset(deep, ' ', sizeof(deep));
	for (i = 0; i < 40; i++)
		memcpy(deep + 5 * i, "{\"a\":", 5);
	ok_int(parse_line(&parser, deep, sizeof(deep)), -EBADMSG, "damaged");
	ok_str(parser.problem.text, "nested too deeply", "by objects, too");
	ok_int(parse_line(&parser, "{}\0", 3), -EBADMSG, "a NUL byte behind it is not JSON");
}

/* Whatever one byte becomes, the record is damaged, or its values are as told. */
static void check_edits(void)
{
	char line[] =
		FULL ",\"env\":[\"a\xef\xbf\xbd\",\"\"],\"env_b64\":[\"Yf8=\",\"\"],\"uid\":0}";
	size_t i, size = sizeof(line) - 1, bad = 0;
	int c;

	for (i = 0; i < size; i++) {
		char was = line[i];

		for (c = 0; c < 256; c++) {
			const struct procaudit_record *r = &parser.record;

			line[i] = (char)c;
			if (parse_line(&parser, line, size) != 0)
				bad += parser.problem.text[0] == '\0';
			else
				bad += r->seq < 0 || r->pid < 1 || r->success < 0 ||
				       !memchr("\0\1", (int)r->success, 2);
		}
		line[i] = was;
	}
	ok_int((long long)bad, 0, "no byte makes it lie");
	ok_int(parse_line(&parser, line, size), 0, "nor does it remember");
	ok_bytes(parser.record.env.data, parser.record.env.size, "a\xff\0", 4, "what it has read");
}

/* Nothing is taken for whole that is cut off. */
static void check_cuts(void)
{
	const char line[] = FULL ",\"env\":[\"a\"]}";
	size_t i, whole = 0;

	for (i = 0; i < sizeof(line) - 1; i++)
		whole += parse_line(&parser, line, i) == 0;
	ok_int((long long)whole, 0, "no beginning of a record is a record");
}

static void check_table(void)
{
	unsigned row, bad = 0;

	for (row = 1; row < key_count; row++)
		bad += strcmp(keys[row - 1].name, keys[row].name) >= 0;
	ok_int(bad, 0, "the table is sorted");
	for (row = 0; row < key_count; row++)
		bad += key_find(keys[row].name, strlen(keys[row].name)) != (int)row;
	ok_int(bad, 0, "every key is found");
	ok(key_find("argv\0", 5) < 0 && key_find("arg", 3) < 0 && key_find("", 0) < 0,
		"and no other");
}

/* Long strings, all of escapes, from a long line to a short one. */
static void check_sizes(void)
{
	size_t sizes[] = {1, 2047, 2048, 2049, 100000, 3000000}, i, n;
	bool right = true;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct buf line = {0};

		buf_str(&line, EXEC "\"success\":false,\"path\":\"x\",\"argv\":[\"");
		for (n = 0; n < sizes[i]; n++)
			buf_str(&line, "\\u00e9");
		buf_str(&line, "\"]}");
		right = right && parse_line(&parser, line.data, line.size) == 0 &&
			parser.record.argv.size == 2 * sizes[i] + 1;
		/* The same, cut off: what is there goes to another buffer. */
		right = right && parse_line(&parser, line.data, line.size - 4) == -EBADMSG;
		buf_free(&line);
		record_trim(&parser);
	}
	ok(right, "strings of any size");
}

int main(void)
{
	size_t i;

	record_init(&parser);
	check_table();
	check_values();
	check_exact_bytes();
	for (i = 0; i < sizeof(tolerated) / sizeof(tolerated[0]); i++) {
		ok_int(parse(tolerated[i].line), 0, tolerated[i].line);
		ok_int(parser.record.unknown, tolerated[i].unknown, "what is new is counted");
	}
	check_damage();
	check_edits();
	check_cuts();
	check_sizes();
	record_free(&parser);
	return tap_end();
}
