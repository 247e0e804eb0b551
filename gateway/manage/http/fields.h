/* Fields of a request, checked: what is wrong with one goes into the reply. Control thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

struct http_reply;
struct http_request;

/* The value of a cookie in the field Cookie (RFC 6265 4.2.1); false: it is not there, or longer than size - 1. */
bool field_cookie(const char *header, const char *name, char *out, size_t size);

/* The body as a JSON object, the caller's reference; no body is an empty one. NULL: the reply says why. */
json_t *field_object(const struct http_request *request, struct http_reply *reply);
/* A text of 1 to max octets without control characters, which must be there. NULL: the reply says why. */
const char *field_text(const json_t *body, const char *name, size_t max, struct http_reply *reply);
/* A number in the range; absent: *out is left. False: the reply says why. */
bool field_number(const json_t *body, const char *name, json_int_t min, json_int_t max,
		  json_int_t *out, struct http_reply *reply);
/* One of the words, up to NULL: its index, or -1 and the reply says why. */
int field_word(const json_t *body, const char *name, const char *const *words,
	       struct http_reply *reply);
/* Whether the body has fields of these names alone, up to NULL. */
bool fields_known(json_t *body, const char *const *names, struct http_reply *reply);
