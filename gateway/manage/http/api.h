/* The HTTP API: paths, and what answers them. Control thread. */
#pragma once

struct access;
struct gateway;
struct http_reply;
struct http_request;

/* Answers any request; the reply is zeroed before and is the caller's after. */
void api_answer(struct gateway *gateway, struct access *access, struct http_request *request,
		struct http_reply *reply);
