/* What the API does, besides telling: POST requests, the same functions that the CLI's commands call. Control
 * thread. */
#pragma once

#include <stdbool.h>

struct gateway;
struct http_reply;
struct http_request;

/* Whether there is such an act at that path, behind the root of the API. */
bool acts_known(const char *path);
/* Does it, for one who may change things, and notes it in the audit log. */
void acts_answer(struct gateway *gateway, const char *path, const struct http_request *request,
		 struct http_reply *reply);
