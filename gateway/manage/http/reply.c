/* Answers: JSON, and errors as JSON that say what, where, and what would be right. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "manage/http/request.h"

void reply_text(struct http_reply *reply, const char *content_type, char *text, size_t len)
{
	static const char sorry[] = "{\"error\": \"out of memory; try again later\"}\n";

	free(reply->body);
	reply->content_type = content_type;
	reply->body = text;
	reply->len = len;
	if (text)
		return;
	reply->status = 503;
	reply->content_type = "application/json";
	reply->body = strdup(sorry);
	reply->len = reply->body ? sizeof(sorry) - 1 : 0;
}

void reply_json(struct http_reply *reply, unsigned status, json_t *tree)
{
	char *text = tree ? json_dumps(tree, JSON_INDENT(1) | JSON_ENSURE_ASCII) : NULL;

	json_decref(tree);
	reply->status = status;
	reply_text(reply, "application/json", text, text ? strlen(text) : 0);
}

/* What a request said may be in it, and need not be UTF-8. */
static json_t *readable(char *text)
{
	json_t *string = json_string(text);

	if (string)
		return string;
	for (char *p = text; *p; p++)
		if ((unsigned char)*p >= 0x80)
			*p = '?';
	return json_string(text);
}

void reply_error(struct http_reply *reply, unsigned status, const char *field, const char *expected,
		 const char *format, ...)
{
	char text[256];
	json_t *error = json_object();
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	json_object_set_new(error, "error", readable(text));
	if (field) {
		snprintf(text, sizeof(text), "%s", field);
		json_object_set_new(error, "field", readable(text));
	}
	if (expected)
		json_object_set_new(error, "expected", json_string(expected));
	reply_json(reply, status, error);
}

void reply_fini(struct http_reply *reply)
{
	free(reply->body);
	reply->body = NULL;
}
