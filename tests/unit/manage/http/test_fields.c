/* Fields of requests, each wrong in its own way. */
#include <string.h>

#include "manage/http/fields.h"
#include "manage/http/request.h"
#include "tests/unit/unit.h"

START_TEST(a_cookie_is_found_by_its_whole_name)
{
	static const struct {
		const char *header, *value; /* NULL: not found */
	} cases[] = {
		{ NULL, NULL },
		{ "", NULL },
		{ "k=v", "v" },
		{ "a=b; k=v", "v" },
		{ "kk=x; k=v; k=w", "v" },
		{ "k", NULL },
		{ "k=", "" },
		{ "a=k=v", NULL },
		{ ";;k=v;", "v" },
		{ "k=1234567", "1234567" },
		{ "k=12345678", NULL },
	};
	char out[8];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool found = field_cookie(cases[i].header, "k", out, sizeof(out));

		ck_assert_msg(found == !!cases[i].value, "%s", cases[i].header);
		if (found)
			ck_assert_str_eq(out, cases[i].value);
	}
}
END_TEST

static const char *const words[] = { "now", "later", NULL };

static const char *wrong(const char *text)
{
	static char said[512];
	struct http_reply reply = { 0 };
	const struct http_request request = { .body = text, .body_len = strlen(text) };
	json_t *body = field_object(&request, &reply);
	json_int_t n = 5;

	*said = '\0';
	if (body && field_text(body, "t", 3, &reply) && field_number(body, "n", 1, 9, &n, &reply) &&
	    field_word(body, "w", words, &reply) >= 0)
		fields_known(body, (const char *const[]){ "t", "n", "w", NULL }, &reply);
	if (reply.body) {
		ck_assert_uint_eq(reply.status, 400);
		strcpy(said, reply.body);
	}
	reply_fini(&reply);
	json_decref(body);
	return said;
}

START_TEST(what_is_right_passes)
{
	ck_assert_str_eq(wrong("{\"t\": \"abc\", \"w\": \"later\"}"), "");
	ck_assert_str_eq(wrong("{\"t\": \"a\", \"n\": 9, \"w\": \"now\"}"), "");
}
END_TEST

START_TEST(what_is_wrong_is_told_with_what_would_be_right)
{
	static const struct {
		const char *body, *field, *expected;
	} cases[] = {
		{ "", "\"t\"", "a text of 1 to 3 octets" },
		{ "{\"t\": \"abcd\"}", "\"t\"", "a text of 1 to 3 octets" },
		{ "{\"t\": null}", "\"t\"", "a text of 1 to 3 octets" },
		{ "{\"t\": \"a\\u0000\"}", "", "a JSON object" },
		{ "{\"t\": \"a\", \"n\": 10}", "\"n\"", "a number from 1 to 9" },
		{ "{\"t\": \"a\", \"n\": \"1\"}", "\"n\"", "a number from 1 to 9" },
		{ "{\"t\": \"a\", \"n\": 1.5}", "\"n\"", "a number from 1 to 9" },
		{ "{\"t\": \"a\"}", "\"w\"", "now, later" },
		{ "{\"t\": \"a\", \"w\": \"never\"}", "\"w\"", "now, later" },
		{ "{\"t\": \"a\", \"w\": \"now\", \"\\u00e4\": 1}", "", "t, n, w" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *said = wrong(cases[i].body);

		ck_assert_msg(strstr(said, cases[i].field), "%s: %s", cases[i].body, said);
		ck_assert_msg(strstr(said, cases[i].expected), "%s: %s", cases[i].body, said);
	}
}
END_TEST

START_TEST(an_error_is_json_whatever_was_asked)
{
	struct http_reply reply = { 0 };
	json_t *tree;

	reply_error(&reply, 404, "\xff\"", "x", "no \xc3 of \"%s\"", "\x80");
	tree = json_loadb(reply.body, reply.len, 0, NULL);
	ck_assert_str_eq(json_string_value(json_object_get(tree, "error")), "no ? of \"?\"");
	ck_assert_str_eq(json_string_value(json_object_get(tree, "field")), "?\"");
	json_decref(tree);
	reply_json(&reply, 200, NULL); /* no memory */
	ck_assert_uint_eq(reply.status, 503);
	reply_fini(&reply);
}
END_TEST

UNIT_MAIN("HTTP fields", a_cookie_is_found_by_its_whole_name, what_is_right_passes,
	  what_is_wrong_is_told_with_what_would_be_right, an_error_is_json_whatever_was_asked)
