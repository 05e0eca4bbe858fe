/* SPDX-License-Identifier: ISC */
/* Shells read a quoted word as the bytes that it was made from. */
#include "macro.h"
#include "shell.h"
#include "tap.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Words one behind the other, each ended by a NUL byte. */
static struct buf words;

static void add_word(const char *bytes, size_t size)
{
	buf_add(&words, bytes, size);
	buf_char(&words, '\0');
}

static const char *const chosen[] = {"", "plain", "a b", "it's", "''", "'", "\\", "\\n", "a\nb",
	"a\tb", "~", "~root", "a~b", "FOO=~/x", "FOO=a:~/x", "A=b", "*", "?", "[a]", "{a,b}",
	"{1..3}", "$HOME", "${HOME}", "$(id)", "`id`", "!", "!!", "#", "a#b", "a;b", "a&b", "a|b",
	"<a", ">a", "-n", "--", "=ls", "%1", "^a^b", "\"", "\\'", "'\\''", "\033[31m", "\x7f",
	"\xff",
	"\x80"
	"7",
	"\001"
	"7",
	"\xc3\xa4",
	"\xc2\x9b"
	"31m",
	"\xe2\x82", "\xf0\x9f\x90\xa7", "a\rb", "@(a|b)", "+(a)", "\xc3'\n\\", "if", "time"};

static uint32_t next_random(void)
{
	static uint32_t state = 123456789;

	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

/* Half of the bytes are such that shells look at. */
static void add_random_word(void)
{
	static const char special[] = "'\"\\$`~=:/!*?[]{}(),;&|<># \n\t-+@^%A1";
	char word[16];
	size_t i, size = next_random() % sizeof(word);

	for (i = 0; i < size; i++)
		word[i] = next_random() % 2 ? special[next_random() % (sizeof(special) - 1)]
					    : (char)(next_random() % 255 + 1);
	add_word(word, size);
}

static void make_words(void)
{
	char word[3];
	size_t i;
	int c;

	for (i = 0; i < ARRAY_SIZE(chosen); i++)
		add_word(chosen[i], strlen(chosen[i]));
	for (c = 1; c < 256; c++) {
		word[0] = (char)c;
		add_word(word, 1); /* alone, before a digit, in the middle */
		word[1] = '0';
		add_word(word, 2);
		word[0] = word[2] = 'a';
		word[1] = (char)c;
		add_word(word, 3);
	}
	for (i = 0; i < 5000; i++)
		add_random_word();
}

/* What the shell's printf makes of the script, which it reads from fd. */
static struct buf run_shell(const char *shell, int fd)
{
	struct buf out = {0};
	char command[128];
	FILE *pipe;
	size_t n;

	snprintf(command, sizeof(command), "exec %s /dev/fd/%d", shell, fd);
	pipe = popen(command, "re");
	do {
		if (!pipe || !buf_reserve(&out, 4096))
			break;
		n = fread(out.data + out.size, 1, 4096, pipe);
		out.size += n;
	} while (n);
	if (pipe)
		pclose(pipe);
	return out;
}

static void note_difference(const struct buf *got, const struct buf *expected)
{
	const char *g = got->data, *e = expected->data;

	while (e < expected->data + expected->size && g < got->data + got->size &&
		strcmp(g, e) == 0) {
		g += strlen(g) + 1;
		e += strlen(e) + 1;
	}
	note_bytes("expected", e, strlen(e));
	if (g < got->data + got->size)
		note_bytes("got", g, strlen(g));
}

/* A script that prints the words as they are quoted; and in expected the
 * words. has_escapes: the shell knows $'…'. */
static struct buf make_script(bool has_escapes, struct buf *expected)
{
	struct buf script = {0}, word = {0};
	const char *s, *end = words.data + words.size;

	for (s = words.data; s < end; s += strlen(s) + 1) {
		buf_truncate(&word, 0);
		shell_quote(&word, s, strlen(s));
		if (!has_escapes && word.data[0] == '$')
			continue;
		buf_str(&script, "printf '%s\\0' ");
		buf_add(&script, word.data, word.size);
		buf_char(&script, '\n');
		buf_add(expected, s, strlen(s) + 1);
	}
	buf_free(&word);
	return script;
}

static void test_shell(const char *name, const char *shell, bool has_escapes)
{
	struct buf expected = {0}, script = make_script(has_escapes, &expected), got;
	int fd = memfd_create("script", 0);

	if (fd < 0 || write(fd, script.data, script.size) != (ssize_t)script.size ||
		lseek(fd, 0, SEEK_SET) != 0) {
		ok(false, "a script for %s", name);
		return;
	}
	got = run_shell(shell, fd);
	if (!ok(got.size == expected.size && memcmp(got.data, expected.data, got.size) == 0,
		    "%s reads every word as it was", name))
		note_difference(&got, &expected);
	close(fd);
	buf_free(&script);
	buf_free(&expected);
	buf_free(&got);
}

static bool is_there(const char *shell)
{
	char command[64];

	snprintf(command, sizeof(command), "command -v %s >/dev/null", shell);
	return system(command) == 0;
}

/* Nothing reaches a terminal that could drive it. */
static void test_harmless(void)
{
	const char *s, *end = words.data + words.size;
	struct buf word = {0};
	size_t i;
	bool harmless = true;

	for (s = words.data; s < end; s += strlen(s) + 1) {
		buf_truncate(&word, 0);
		shell_quote(&word, s, strlen(s));
		for (i = 0; i < word.size; i++) {
			unsigned char c = (unsigned char)word.data[i];

			harmless &= c >= 0x20 && c != 0x7f;
			if (c == 0xc2 && i + 1 < word.size)
				harmless &= (unsigned char)word.data[i + 1] >= 0xa0;
		}
	}
	ok(harmless, "no quoted word holds a control character");
	buf_free(&word);
}

static const struct {
	const char *word, *quoted;
} plain[] = {
	{"", "''"},
	{"/usr/bin/cc", "/usr/bin/cc"},
	{"-DX=1,2", "-DX=1,2"},
	{"a@b:c%d+e_f", "a@b:c%d+e_f"},
	{"a b", "'a b'"},
	{"it's", "'it'\\''s'"},
	{"\xc3\xa4", "'\xc3\xa4'"},
	{"a\nb", "$'a\\nb'"},
	{"\xff"
	 "1",
		"$'\\3771'"},
};

static void test_plain(void)
{
	struct buf word = {0};
	char name[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(plain); i++) {
		buf_truncate(&word, 0);
		shell_quote(&word, plain[i].word, strlen(plain[i].word));
		snprintf(name, sizeof(name), "word %zu is quoted no more than it needs", i);
		ok_bytes(word.data, word.size, plain[i].quoted, strlen(plain[i].quoted), name);
	}
	buf_free(&word);
}

int main(void)
{
	make_words();
	test_plain();
	test_harmless();
	test_shell("bash", "env LC_ALL=C bash", true);
	test_shell("bash with UTF-8", "env LC_ALL=C.UTF-8 bash", true);
	test_shell("sh, but for $'...',", "sh", false);
	if (is_there("zsh"))
		test_shell("zsh", "zsh -f", true);
	else
		skip("zsh reads every word as it was", "machine: zsh is not installed");
	buf_free(&words);
	return tap_end();
}
