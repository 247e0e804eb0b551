#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <osmocom/core/talloc.h>

#include "base/config.h"
#include "base/config_secret.h"
#include "tests/unit/unit.h"

START_TEST(passwords_are_hidden)
{
	char text[] = "peer p\n auth user u password s3cret realm r\nuser a\n password x\n"
		      " password\n password \n+ password yy\r\n passwords z\n password end\n token "
		      "t sha256 00ff role viewer\n radius secret s3cret";

	config_hide_secrets(text);
	ck_assert_str_eq(text, "peer p\n auth user u password * realm r\nuser a\n password *\n"
			       " password\n password \n+ password *\r\n passwords z\n password *\n "
			       "token t sha256 * role viewer\n radius secret *");
	config_hide_secrets(NULL); /* there was no memory for it */
}
END_TEST

START_TEST(names_that_look_like_words_hide_nothing_else)
{
	char text[] = " auth user password password s3cret\n auth user secret password s3cret\n"
		      " token sha256 sha256 00ff role viewer\n user user password s3cret\n";

	config_hide_secrets(text);
	ck_assert_str_eq(text, " auth user password password *\n auth user secret password *\n"
			       " token sha256 sha256 * role viewer\n user user password *\n");
}
END_TEST

START_TEST(a_token_is_a_secret_or_has_a_name)
{
	char text[] = " token secret 0123abcd\n+ token secret t0ken\n token secret sha256\n"
		      " token secret password\n token token sha256 00ff role viewer\n"
		      " token secret sha256 00ff role viewer\n token secret\n token\n"
		      " register user secret domain d\nuser password\n";

	config_hide_secrets(text);
	ck_assert_str_eq(text, " token secret *\n+ token secret *\n token secret *\n"
			       " token secret *\n token token sha256 * role viewer\n"
			       " token secret sha256 * role viewer\n token secret\n token\n"
			       " register user secret domain d\nuser password\n");
}
END_TEST

START_TEST(queries_and_users_of_urls_are_hidden)
{
	static const char *const rows[][2] = {
		{ " url https://h/hook?key=s3cret", " url https://h/hook?*" },
		{ "+ http http://[::1]:80/?a=b&c=d\r\n x", "+ http http://[::1]:80/?*\r\n x" },
		{ " url https://anna:s3cret@h/hook?a=b", " url https://*" },
		{ " url https://*", " url https://*" },
		{ " url https://h/a@b", " url https://h/a@b" },
		{ " url https://h/a?", " url https://h/a?" },
		{ " url https://h/a#b", " url https://h/a#b" },
		{ " url https://h?s3cret more", " url https://h?* more" },
		{ " url ://?s3cret", " url ://?*" },
		{ " url http:/h?x", " url http:/h?x" },
		{ " password http://h/?s3cret", " password *" },
		{ "GET https://h/?s3cret", "GET https://h/?*" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[64];

		snprintf(text, sizeof(text), "%s", rows[i][0]);
		config_hide_secrets(text);
		ck_assert_str_eq(text, rows[i][1]);
	}
}
END_TEST

/* So many that a pass over the rest for each would not end in the time of a test. */
START_TEST(many_are_hidden_in_one_pass)
{
	enum { USERS = 200000 };
	char *text = NULL, *hidden = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size), *expected = open_memstream(&hidden, &size);

	for (unsigned i = 0; i < USERS; i++) {
		fprintf(out, "user u%u\n password secret-of-%u\n contacts 2\n", i, i);
		fprintf(expected, "user u%u\n password *\n contacts 2\n", i);
	}
	fclose(out);
	fclose(expected);
	config_hide_secrets(text);
	ck_assert(strcmp(text, hidden) == 0);
	free(text);
	free(hidden);
}
END_TEST

static const char running[] = "peer p\n auth user u password one\nuser a\n password two\nuser b\n"
			      " password three\nhttp\n user anna password four role viewer\n";

static void check_restored(const char *text, const char *restored, const char *fault)
{
	struct config_report *report = config_report_new(NULL, "f");
	char *got = config_restore_secrets(report, text, running, report);

	ck_assert_str_eq(got, restored);
	ck_assert_uint_eq(config_report_count(report), fault != NULL);
	if (fault)
		ck_assert_msg(strstr(config_report_get(report, 0), fault), "%s",
			      config_report_get(report, 0));
	talloc_free(report);
}

START_TEST(what_was_hidden_comes_back)
{
	char shown[sizeof(running)];

	strcpy(shown, running);
	config_hide_secrets(shown);
	check_restored(shown, running, NULL);
	/* Moved, indented otherwise, with comments and another role: it is the same place. */
	check_restored(
		"http\n! here\n\tuser  anna  password *   role admin\nuser b\n\tpassword *\n\n"
		"user a\n# password *\n password new\npeer p\r\n auth user u password *\r\n",
		"http\n! here\n\tuser  anna  password four   role admin\nuser b\n\tpassword "
		"three\n\nuser a\n# password *\n password new\npeer p\r\n auth user u "
		"password one\r\n",
		NULL);
	check_restored("", "", NULL);
}
END_TEST

START_TEST(of_two_at_one_place_the_rest_of_the_line_tells)
{
	static const char two[] = "peer p\n auth user u password one realm r\n auth user u "
				  "password two realm s\n";
	char shown[sizeof(two)];
	struct config_report *report = config_report_new(NULL, NULL);

	strcpy(shown, two);
	config_hide_secrets(shown);
	ck_assert_str_eq(config_restore_secrets(report, shown, two, report), two);
	ck_assert_uint_eq(config_report_count(report), 0);
	config_restore_secrets(report, "peer p\n auth user u password *\n", two, report);
	ck_assert_uint_eq(config_report_count(report), 1);
	talloc_free(report);
}
END_TEST

/* Not for another server, which is not to have it. */
START_TEST(query_comes_back_for_the_same_url_alone)
{
	static const char one[] = "webhook w\n url https://h/hook?key=one\n";
	struct config_report *report = config_report_new(NULL, "f");

	ck_assert_str_eq(
		config_restore_secrets(report, "webhook w\n url  https://h/hook?*\n", one, report),
		"webhook w\n url  https://h/hook?key=one\n");
	ck_assert_uint_eq(config_report_count(report), 0);
	config_restore_secrets(report, "webhook w\n url https://g/hook?*\n", one, report);
	config_restore_secrets(report, "webhook v\n url https://h/hook?*\n", one, report);
	ck_assert_uint_eq(config_report_count(report), 2);
	talloc_free(report);
}
END_TEST

START_TEST(what_never_was_is_a_fault)
{
	check_restored("user a\n password *\nuser c\n password *",
		       "user a\n password two\nuser c\n "
		       "password *",
		       "f:4: * stands for the secret");
	check_restored("peer p\n auth user other password *\n",
		       "peer p\n auth user other password *\n", "f:2: ");
	check_restored(" password *\n", " password *\n", "f:1: ");
}
END_TEST

UNIT_MAIN("config secret", passwords_are_hidden, names_that_look_like_words_hide_nothing_else,
	  a_token_is_a_secret_or_has_a_name, queries_and_users_of_urls_are_hidden,
	  query_comes_back_for_the_same_url_alone, many_are_hidden_in_one_pass,
	  what_was_hidden_comes_back, of_two_at_one_place_the_rest_of_the_line_tells,
	  what_never_was_is_a_fault)
