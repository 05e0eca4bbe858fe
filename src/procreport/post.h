/* SPDX-License-Identifier: ISC */
/* Requests to a collector, over HTTP, as OTLP/HTTP describes it. */
#ifndef POST_H
#define POST_H

#include "bytes.h"

#include <stdbool.h>

struct post;

/* To the collector at a URL; /v1/traces is appended if that has no path. Does not
 * return if it is none. */
struct post *post_new(const char *url);

/* Sends a request, again and again if need be. What the collector does not want is
 * told and counted; does not return if there is none. */
void post_send(struct post *post, const struct bytes *request, unsigned spans);

/* Ends; false if the collector did not take all. */
bool post_free(struct post *post);

#endif
