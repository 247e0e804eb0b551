/* Fields of a request: one at a time, each with what would be right. */
#include "manage/http/fields.h"

#include <stdio.h>
#include <string.h>

#include "manage/http/request.h"

bool field_cookie(const char *header, const char *name, char *out, size_t size)
{
	const size_t name_len = strlen(name);

	while (header && *header) {
		size_t len;

		header += strspn(header, "; ");
		len = strcspn(header, ";");
		if (len > name_len && strncmp(header, name, name_len) == 0 &&
		    header[name_len] == '=') {
			if (len - name_len > size)
				return false;
			memcpy(out, header + name_len + 1, len - name_len - 1);
			out[len - name_len - 1] = '\0';
			return true;
		}
		header += len;
	}
	return false;
}

json_t *field_object(const struct http_request *request, struct http_reply *reply)
{
	json_error_t error;
	json_t *tree;

	if (!request->body_len)
		return json_object();
	tree = json_loadb(request->body, request->body_len, JSON_REJECT_DUPLICATES, &error);
	if (json_is_object(tree))
		return tree;
	if (tree)
		reply_error(reply, 400, NULL, "an object", "the body is JSON, but no object");
	else
		reply_error(reply, 400, NULL, "a JSON object", "the body is no JSON: %s",
			    error.text);
	json_decref(tree);
	return NULL;
}

static bool is_clean(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	return true;
}

const char *field_text(const json_t *body, const char *name, size_t max, struct http_reply *reply)
{
	const json_t *value = json_object_get(body, name);
	char expected[64];

	snprintf(expected, sizeof(expected), "a text of 1 to %zu octets", max);
	if (!value)
		reply_error(reply, 400, name, expected, "%s is missing", name);
	else if (!json_is_string(value) || !json_string_length(value) ||
		 json_string_length(value) > max || !is_clean(json_string_value(value)))
		reply_error(reply, 400, name, expected, "%s is wrong", name);
	else
		return json_string_value(value);
	return NULL;
}

bool field_number(const json_t *body, const char *name, json_int_t min, json_int_t max,
		  json_int_t *out, struct http_reply *reply)
{
	const json_t *value = json_object_get(body, name);
	char expected[96];

	if (!value)
		return true;
	if (json_is_integer(value) && json_integer_value(value) >= min &&
	    json_integer_value(value) <= max) {
		*out = json_integer_value(value);
		return true;
	}
	snprintf(expected, sizeof(expected),
		 "a number from %" JSON_INTEGER_FORMAT " to %" JSON_INTEGER_FORMAT, min, max);
	reply_error(reply, 400, name, expected, "%s is wrong", name);
	return false;
}

static void list_words(const char *const *words, char *out, size_t size)
{
	*out = '\0';
	for (; *words; words++)
		snprintf(out + strlen(out), size - strlen(out), "%s%s", *out ? ", " : "", *words);
}

int field_word(const json_t *body, const char *name, const char *const *words,
	       struct http_reply *reply)
{
	const json_t *value = json_object_get(body, name);
	char expected[128];

	for (int i = 0; json_is_string(value) && words[i]; i++)
		if (strcmp(words[i], json_string_value(value)) == 0)
			return i;
	list_words(words, expected, sizeof(expected));
	reply_error(reply, 400, name, expected, "%s is %s", name, value ? "wrong" : "missing");
	return -1;
}

bool fields_known(json_t *body, const char *const *names, struct http_reply *reply)
{
	char expected[128];
	const char *key;
	json_t *value;

	json_object_foreach(body, key, value)
	{
		const char *const *name = names;

		while (*name && strcmp(*name, key) != 0)
			name++;
		if (*name)
			continue;
		list_words(names, expected, sizeof(expected));
		reply_error(reply, 400, key, *expected ? expected : "no field at all",
			    "there is no field of this name here");
		return false;
	}
	return true;
}
