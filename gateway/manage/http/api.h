/* The HTTP API: paths, and what answers them. Control thread. */
#pragma once

#include <stdbool.h>

struct access;
struct events;
struct gateway;
struct http_reply;
struct http_request;

/* What answers draw on. */
struct api {
	struct gateway *gateway;
	struct access *access;
	struct events *events;
};

/* Answers any request; the reply is zeroed before and is the caller's after. */
void api_answer(const struct api *api, struct http_request *request, struct http_reply *reply);
/* Whether the body of a request, of which the header fields are known, may have HTTP_TEXT_MAX octets. */
bool api_takes_text(const struct api *api, const struct http_request *request);
