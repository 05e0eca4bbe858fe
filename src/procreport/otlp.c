/* SPDX-License-Identifier: ISC */
#include "otlp.h"

#include "jsonout.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A request that is larger is complete. Collectors take 20 MiB and more (confighttp's
 * max_request_body_size), and the specification recommends 64. */
#define REQUEST_LARGE ((size_t)4 << 20)

static void open_attribute(const char *key)
{
	json_open(NULL, '{');
	json_string("key", key);
	json_open("value", '{');
}

static void close_attribute(void)
{
	json_close('}');
	json_close('}');
}

void otlp_string(const char *key, const char *value)
{
	if (!value)
		return;
	open_attribute(key);
	json_string("stringValue", value);
	close_attribute();
}

void otlp_int(const char *key, int64_t value)
{
	char digits[32];

	if (value < 0)
		return;
	snprintf(digits, sizeof(digits), "%" PRId64, value);
	open_attribute(key);
	json_string("intValue", digits);
	close_attribute();
}

void otlp_bool(const char *key, bool value)
{
	open_attribute(key);
	json_bool("boolValue", value);
	close_attribute();
}

void otlp_strings(const char *key, const char *data, size_t size)
{
	const char *s;

	if (!data)
		return;
	open_attribute(key);
	json_open("arrayValue", '{');
	json_open("values", '[');
	for (s = data; s < data + size; s += strlen(s) + 1) {
		json_open(NULL, '{');
		json_string("stringValue", s);
		json_close('}');
	}
	json_close(']');
	json_close('}');
	close_attribute();
}

void otlp_time(const char *key, int64_t us)
{
	char digits[32];

	/* What a clock says is not trusted, and 64 bits of nanoseconds end in 2554. */
	if (us < 0)
		us = 0;
	if (us >= INT64_C(18446744073709551))
		us = INT64_C(18446744073709551);
	snprintf(digits, sizeof(digits), "%" PRId64 "000", us);
	json_string(key, digits);
}

static void begin_request(struct otlp *otlp)
{
	struct bytes *request = &otlp->request;

	bytes_text(request, "{\"resourceSpans\":[{\"resource\":{\"attributes\":[");
	bytes_add(request, otlp->resource.data, otlp->resource.size);
	bytes_text(request, "]},\"scopeSpans\":[{\"scope\":{\"name\":\"procreport\","
			    "\"version\":\"" VERSION "\"},\"spans\":[");
}

void otlp_add(struct otlp *otlp, const struct bytes *span)
{
	if (otlp->spans++)
		bytes_text(&otlp->request, ",");
	else
		begin_request(otlp);
	bytes_add(&otlp->request, span->data, span->size);
	if (otlp->spans >= otlp->most || otlp->request.size >= REQUEST_LARGE)
		otlp_flush(otlp);
}

void otlp_flush(struct otlp *otlp)
{
	if (!otlp->spans)
		return;
	bytes_text(&otlp->request, "]}]}]}");
	otlp->deliver(otlp->context, &otlp->request, otlp->spans);
	otlp->request.size = 0;
	otlp->spans = 0;
}

void otlp_free(struct otlp *otlp)
{
	bytes_free(&otlp->request);
	bytes_free(&otlp->resource);
}
