/* SPDX-License-Identifier: ISC */
/*
 * OTLP/JSON: ExportTraceServiceRequest in protobuf's JSON mapping, as OpenTelemetry
 * bends it: ids in hexadecimal digits, enumerations as numbers.
 */
#ifndef OTLP_H
#define OTLP_H

#include "bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* SpanKind and StatusCode of trace.proto; SpanFlags above the flags of W3C. */
enum {
	OTLP_KIND_INTERNAL = 1,
	OTLP_STATUS_ERROR = 2,
	OTLP_FLAG_KNOWN = 0x100,  /* whether the parent is remote is known */
	OTLP_FLAG_REMOTE = 0x200, /* it is */
};

/* An attribute, written as jsonout does; nothing for NULL or below 0. Bytes that are
 * not UTF-8 become U+FFFD. */
void otlp_string(const char *key, const char *value);
void otlp_int(const char *key, int64_t value);
void otlp_bool(const char *key, bool value);

/* Strings one behind the other, each ended by a NUL byte; nothing for NULL. */
void otlp_strings(const char *key, const char *data, size_t size);

/* A point in time, microseconds since 1970: a fixed64 of nanoseconds. */
void otlp_time(const char *key, int64_t us);

/* Where requests go: each is whole. */
typedef void otlp_deliver(void *context, const struct bytes *request, unsigned spans);

/* Spans of one resource, gathered until they are a request. */
struct otlp {
	otlp_deliver *deliver;
	void *context;
	unsigned most;	       /* spans of one request */
	struct bytes resource; /* its attributes, as JSON; for those to come */
	struct bytes request;  /* in the making */
	unsigned spans;	       /* in it */
};

/* A span, as a JSON object. */
void otlp_add(struct otlp *otlp, const struct bytes *span);

/* Delivers what has been gathered. */
void otlp_flush(struct otlp *otlp);
void otlp_free(struct otlp *otlp);

#endif
