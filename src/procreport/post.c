/* SPDX-License-Identifier: ISC */
#include "post.h"

#include "answer.h"
#include "options.h"
#include "output.h"
#include "plural.h"

#include <bsd/err.h>
#include <bsd/stdlib.h>
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Both are what the specification of OTLP recommends. */
#define REQUEST_MOST ((size_t)64 << 20)
#define ANSWER_MOST  ((size_t)4 << 20)

/* A request is sent so often at most; 1, 2, 4, 8 and 16 seconds lie between, if the
 * collector does not say how long. */
#define TRIES 6
/* A collector that wants more patience than these seconds gets none. */
#define RETRY_AFTER_MOST 300

struct post {
	CURL *curl;
	struct curl_slist *headers;
	struct bytes answer;
	long backoff_ms; /* before the second try */
	char error[CURL_ERROR_SIZE];
	unsigned long long spans, lost; /* asked for, and not taken */
};

static void *needed(void *memory)
{
	if (!memory)
		errc(STATUS_FAILED, ENOMEM, "cannot send to a collector");
	return memory;
}

static void add_header(struct post *post, const char *line)
{
	post->headers = needed(curl_slist_append(post->headers, line));
}

static size_t take_answer(char *data, size_t size, size_t count, void *context)
{
	struct post *post = context;

	if (post->answer.size + size * count > ANSWER_MOST)
		return 0;
	bytes_add(&post->answer, data, size * count);
	return size * count;
}

/* The URL with a path, which it keeps if it has one. */
static char *with_path(const char *text)
{
	char *path = NULL, *url = NULL;
	CURLU *parsed = needed(curl_url());
	CURLUcode code = curl_url_set(parsed, CURLUPART_URL, text, 0);

	if (code == CURLUE_OK)
		code = curl_url_get(parsed, CURLUPART_PATH, &path, 0);
	if (code == CURLUE_OK && strcmp(path, "/") == 0)
		code = curl_url_set(parsed, CURLUPART_PATH, "/v1/traces", 0);
	if (code == CURLUE_OK)
		code = curl_url_get(parsed, CURLUPART_URL, &url, 0);
	if (code != CURLUE_OK ||
		(strncasecmp(url, "http://", 7) != 0 && strncasecmp(url, "https://", 8) != 0))
		errx(STATUS_USAGE,
			"--post: this is no URL of a collector: '%s' (say "
			"http://localhost:4318)",
			text);
	curl_free(path);
	curl_url_cleanup(parsed);
	return url;
}

static void add_own_header(struct post *post, const char *name, const char *escaped)
{
	char *value = needed(curl_easy_unescape(post->curl, escaped, 0, NULL)), *line;

	if (!*name || strpbrk(name, ": \t\r\n") || strpbrk(value, "\r\n"))
		errx(STATUS_USAGE, "OTEL_EXPORTER_OTLP_HEADERS: '%s' is no header", name);
	if (asprintf(&line, "%s: %s", name, value) < 0)
		needed(NULL);
	add_header(post, line);
	free(line);
	curl_free(value);
}

/* NAME=VALUE,NAME=VALUE, values percent-encoded, as OpenTelemetry's exporters have it. */
static void add_own_headers(struct post *post, const char *text)
{
	char *copy = needed(strdup(text ? text : "")), *rest = copy, *name, *value;

	while ((name = strsep(&rest, ","))) {
		name += strspn(name, " ");
		if (!*name)
			continue;
		value = strchr(name, '=');
		if (!value)
			errx(STATUS_USAGE, "OTEL_EXPORTER_OTLP_HEADERS: '%s' has no value", name);
		*value++ = '\0';
		add_own_header(post, name, value);
	}
	free(copy);
}

static void set_options(struct post *post, const char *url)
{
	curl_easy_setopt(post->curl, CURLOPT_URL, url);
	curl_easy_setopt(post->curl, CURLOPT_POST, 1L);
	curl_easy_setopt(post->curl, CURLOPT_HTTPHEADER, post->headers);
	curl_easy_setopt(post->curl, CURLOPT_USERAGENT, "procreport/" VERSION);
	curl_easy_setopt(post->curl, CURLOPT_ERRORBUFFER, post->error);
	curl_easy_setopt(post->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(post->curl, CURLOPT_CONNECTTIMEOUT, 10L);
	/* A collector that has slept so long will not answer. */
	curl_easy_setopt(post->curl, CURLOPT_TIMEOUT, 60L);
	curl_easy_setopt(post->curl, CURLOPT_WRITEFUNCTION, take_answer);
	curl_easy_setopt(post->curl, CURLOPT_WRITEDATA, post);
}

static long backoff_ms(void)
{
	const char *text = getenv("PROCREPORT_BACKOFF"), *error;
	long long ms;

	if (!text || !*text)
		return 1000;
	ms = strtonum(text, 0, 60000, &error);
	if (error)
		errx(STATUS_USAGE, "PROCREPORT_BACKOFF: '%s' is %s: milliseconds, up to 60000",
			text, error);
	return (long)ms;
}

struct post *post_new(const char *text)
{
	struct post *post = needed(calloc(1, sizeof(*post)));
	char *url;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		errx(STATUS_FAILED, "libcurl does not begin");
	url = with_path(text);
	post->curl = needed(curl_easy_init());
	post->backoff_ms = backoff_ms();
	add_header(post, "Content-Type: application/json");
	/* No question in advance whether a request is wanted. */
	add_header(post, "Expect:");
	add_own_headers(post, getenv("OTEL_EXPORTER_OTLP_HEADERS"));
	set_options(post, url);
	curl_free(url);
	return post;
}

/* --- One request ---------------------------------------------------------------- */

/* What came of a try. */
struct outcome {
	CURLcode code;
	long status; /* of HTTP, if code is CURLE_OK */
};

static struct outcome attempt(struct post *post, const struct bytes *request)
{
	struct outcome outcome = {0};

	post->answer.size = 0;
	post->error[0] = '\0';
	curl_easy_setopt(post->curl, CURLOPT_POSTFIELDS, request->data);
	curl_easy_setopt(post->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->size);
	outcome.code = curl_easy_perform(post->curl);
	if (outcome.code == CURLE_OK)
		curl_easy_getinfo(post->curl, CURLINFO_RESPONSE_CODE, &outcome.status);
	bytes_string(&post->answer, "");
	return outcome;
}

/* The specification's table, and what it says of connections. */
static bool is_worth_retrying(const struct outcome *outcome)
{
	if (outcome->code == CURLE_OK)
		return outcome->status == 429 || outcome->status == 502 || outcome->status == 503 ||
		       outcome->status == 504;
	return outcome->code == CURLE_COULDNT_CONNECT ||
	       outcome->code == CURLE_COULDNT_RESOLVE_HOST ||
	       outcome->code == CURLE_OPERATION_TIMEDOUT || outcome->code == CURLE_GOT_NOTHING ||
	       outcome->code == CURLE_SEND_ERROR || outcome->code == CURLE_RECV_ERROR;
}

/* What the collector asks for; -1: nothing. */
static long long retry_after(struct post *post, const struct outcome *outcome)
{
	struct curl_header *header;
	curl_off_t seconds = 0;

	if (outcome->code != CURLE_OK || curl_easy_header(post->curl, "Retry-After", 0,
						 CURLH_HEADER, -1, &header) != CURLHE_OK)
		return -1;
	curl_easy_getinfo(post->curl, CURLINFO_RETRY_AFTER, &seconds);
	return seconds;
}

/* Twice as long each time, and not the same for all who wait. */
static void wait_before(struct post *post, const struct outcome *outcome, unsigned tries)
{
	long long ms = (long long)post->backoff_ms << (tries - 1);
	long long seconds = retry_after(post, outcome);
	struct timespec time;

	if (seconds > RETRY_AFTER_MOST)
		errx(STATUS_FAILED, "the collector asks to wait for %lld seconds: given up",
			seconds);
	if (seconds >= 0)
		ms = seconds * 1000;
	else if (ms > 0)
		ms = ms / 2 + (long long)arc4random_uniform((uint32_t)ms + 1);
	time = (struct timespec){ms / 1000, ms % 1000 * 1000000};
	while (nanosleep(&time, &time) != 0 && errno == EINTR)
		;
}

/* For people: what went wrong, and what the collector says of it. */
static const char *reason(const struct post *post, const struct outcome *outcome)
{
	static char text[512];

	if (outcome->code == CURLE_OK)
		snprintf(text, sizeof(text), "HTTP %ld", outcome->status);
	else if (post->answer.size >= ANSWER_MOST)
		snprintf(text, sizeof(text), "its answer is too long");
	else
		snprintf(text, sizeof(text), "%s",
			post->error[0] ? post->error : curl_easy_strerror(outcome->code));
	return text;
}

static void tell(const char *what, const char *why, const char *message)
{
	size_t size = 0;
	const char *shown = message ? output_shown(message, strnlen(message, 1000), &size) : "";

	warnx("%s%s%s%.*s", what, why, message ? ": " : "", (int)size, shown);
}

static void lose(struct post *post, const struct outcome *outcome, unsigned spans)
{
	struct answer answer;
	char what[80];

	answer_read(&answer, post->answer.data);
	snprintf(what, sizeof(what), "the collector does not take %u span%s: ", spans,
		plural_s(spans));
	tell(what, reason(post, outcome), answer.message);
	answer_free(&answer);
	post->lost += spans;
}

/* A success may be one for a part. */
static void read_success(struct post *post)
{
	struct answer answer;
	char what[80] = "the collector says";

	answer_read(&answer, post->answer.data);
	if (answer.rejected > 0)
		snprintf(what, sizeof(what), "the collector has rejected %lld span%s",
			(long long)answer.rejected, plural_s((uint64_t)answer.rejected));
	if (answer.rejected > 0 || answer.message)
		tell(what, "", answer.message);
	post->lost += (unsigned long long)answer.rejected;
	answer_free(&answer);
}

void post_send(struct post *post, const struct bytes *request, unsigned spans)
{
	struct outcome outcome;
	unsigned tries = 0;

	post->spans += spans;
	if (request->size > REQUEST_MOST) {
		warnx("a request of %zu bytes is not sent: no collector takes it", request->size);
		post->lost += spans;
		return;
	}
	for (;;) {
		outcome = attempt(post, request);
		if (!is_worth_retrying(&outcome))
			break;
		if (++tries == TRIES)
			errx(STATUS_FAILED, "cannot send to the collector, after %d times: %s",
				TRIES, reason(post, &outcome));
		wait_before(post, &outcome, tries);
	}
	if (outcome.code == CURLE_OK && outcome.status >= 200 && outcome.status < 300)
		read_success(post);
	else
		lose(post, &outcome, spans);
}

bool post_free(struct post *post)
{
	bool all = post->lost == 0;

	if (!all)
		warnx("the collector has not taken %llu of %llu span%s", post->lost, post->spans,
			plural_s(post->spans));
	curl_slist_free_all(post->headers);
	curl_easy_cleanup(post->curl);
	curl_global_cleanup();
	bytes_free(&post->answer);
	free(post);
	return all;
}
