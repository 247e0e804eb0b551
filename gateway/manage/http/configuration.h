/* The configuration over the API: read, edited as a text, compared, committed, confirmed, taken back. Control
 * thread. */
#pragma once

#include <stdbool.h>

struct gateway;
struct http_reply;
struct http_request;

/* Whether something is at that path, behind the root of the API. */
bool configuration_known(const char *path);
/* Whether a text of HTTP_TEXT_MAX octets may come there, of an admin. */
bool configuration_takes_text(const char *path);
/* Answers for one who is known; what needs more than to look is refused to who may not. */
void configuration_answer(struct gateway *gateway, const char *path,
			  const struct http_request *request, struct http_reply *reply);
