/* What a stranger says in an HTTP request: field values a line each (Host, Origin, Authorization, Cookie,
 * Content-Type), then the body. Whatever it is, there is an answer that is JSON, and nobody gets in. */
#include "manage/http/access.c"
#include "manage/http/fields.c"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct http_config config = { .on = true, .n_hosts = 1, .hosts = { "gw" } };

static void check(struct http_reply *reply)
{
	json_t *tree = reply->body ? json_loadb(reply->body, reply->len, 0, NULL) : NULL;

	if (!json_is_object(tree) || reply->status < 400)
		__builtin_trap();
	json_decref(tree);
	reply_fini(reply);
	memset(reply, 0, sizeof(*reply));
}

static void fields(const struct http_request *request, struct http_reply *reply)
{
	json_t *body = field_object(request, reply);
	json_int_t n = 0;

	if (!body) {
		check(reply);
		return;
	}
	if (!field_text(body, "t", 8, reply))
		check(reply);
	if (!field_number(body, "n", 1, 9, &n, reply))
		check(reply);
	if (field_word(body, "w", (const char *const[]){ "a", "b", NULL }, reply) < 0)
		check(reply);
	if (!fields_known(body, (const char *const[]){ "t", "n", "w", NULL }, reply))
		check(reply);
	json_decref(body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct access access = { .config = &config, .tries_us = UINT64_MAX };
	struct http_request request = { .marker = "1" };
	const char **const said[] = { &request.host, &request.origin, &request.authorization,
				      &request.cookie, &request.content_type };
	struct http_reply reply = { 0 };
	char *text = strndup((const char *)data, size), *rest = text;

	for (size_t i = 0; rest && i < ARRAY_SIZE(said); i++) {
		*said[i] = strsep(&rest, "\n");
		if (!**said[i])
			*said[i] = NULL;
	}
	request.body = rest;
	request.body_len = rest ? strlen(rest) : 0;
	if (!access_host(&access, &request, &reply))
		check(&reply);
	if (access_enter(&access, &request, HTTP_VIEWER, true, &reply))
		__builtin_trap();
	check(&reply);
	access_sign_in(&access, &request, &reply);
	check(&reply);
	fields(&request, &reply);
	free(text);
	return 0;
}
