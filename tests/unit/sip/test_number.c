/* Numbers and names in and out of URIs and headers. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <osmocom/core/utils.h>
#include <sofia-sip/msg_mclass.h>
#include <sofia-sip/sip_header.h>

#include "sip/text/number.h"
#include "tests/unit/unit.h"

#define TEN "1234567890"

static bool from_text(su_home_t *home, const char *text, struct leg_number *out)
{
	return !number_from_url(url_make(home, text), out);
}

START_TEST(number_of_a_uri)
{
	static const struct {
		const char *uri, *digits; /* NULL: none */
		unsigned type;
	} rows[] = {
		{ "sip:600@192.0.2.1", "600", LEG_TON_UNKNOWN },
		{ "sip:+4930123456@192.0.2.1;user=phone", "4930123456", LEG_TON_INTERNATIONAL },
		{ "sip:+1-212-555.0100@gw", "12125550100", LEG_TON_INTERNATIONAL },
		{ "sip:(030)12@gw", "03012", LEG_TON_UNKNOWN },
		{ "sip:*21%23@gw", "*21#", LEG_TON_UNKNOWN },
		{ "sip:%36%30%30@gw", "600", LEG_TON_UNKNOWN },
		{ "sip:600;npdi;rn=1234@gw", "600", LEG_TON_UNKNOWN },
		{ "sip:600:secret@gw", "600", LEG_TON_UNKNOWN },
		{ "sip:12ab@gw", "12AB", LEG_TON_UNKNOWN }, /* the fourth column of DTMF */
		{ "tel:+4930123456", "4930123456", LEG_TON_INTERNATIONAL },
		{ "tel:600;phone-context=example.com", "600", LEG_TON_UNKNOWN },
		{ "sip:12345678901234567890123456789012@gw", "12345678901234567890123456789012",
		  LEG_TON_UNKNOWN },
		{ "sip:123456789012345678901234567890123@gw", NULL, 0 }, /* one too many */
		{ "sip:alice@gw", NULL, 0 },
		{ "sip:gw", NULL, 0 },
		{ "sip:@gw", NULL, 0 },
		{ "sip:+@gw", NULL, 0 },
		{ "sip:6 00@gw", NULL, 0 },
		{ "sip:600%00@gw", NULL, 0 },
		{ "sip:600%0d%0aX@gw", NULL, 0 },
		{ "sip:;x=1@gw", NULL, 0 },
		{ "mailto:600@example.com", NULL, 0 },
		{ "http://600@example.com", NULL, 0 },
		{ "*", NULL, 0 },
	};
	su_home_t home[1] = { SU_HOME_INIT(home) };

	su_home_init(home);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct leg_number number = { .digits = "unchanged" };
		url_t *url = url_make(home, rows[i].uri);
		bool found = url && !number_from_url(url, &number);

		ck_assert_msg(found == !!rows[i].digits, "%s", rows[i].uri);
		if (!found) {
			ck_assert_str_eq(number.digits, "unchanged");
			continue;
		}
		ck_assert_str_eq(number.digits, rows[i].digits);
		ck_assert_uint_eq(number.type, rows[i].type);
		ck_assert_uint_eq(number.plan, 1);
	}
	su_home_deinit(home);
}
END_TEST

/* No number is told from one that is too long */
START_TEST(number_that_is_too_long)
{
	static const struct {
		const char *user;
		int rc;
	} rows[] = {
		{ "12345678901234567890123456789012", 0 },
		{ "+12345678901234567890123456789012", 0 },
		{ "1234567890-1234567890-1234567890-12", 0 },
		{ "123456789012345678901234567890123", -EMSGSIZE },
		{ "123456789012345678901234567890123;rn=1", -EMSGSIZE },
		{ "123456789012345678901234567890123x", -EINVAL },
		{ TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN, -EMSGSIZE },
		{ TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN "x", -EINVAL },
		{ "600;x=" TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN, 0 },
	};
	su_home_t home[1] = { SU_HOME_INIT(home) };

	su_home_init(home);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct leg_number number;
		char uri[256];

		snprintf(uri, sizeof(uri), "sip:%s@gw", rows[i].user);
		url_t *url = url_make(home, uri);
		ck_assert_ptr_nonnull(url);
		ck_assert_msg(number_from_url(url, &number) == rows[i].rc, "%s", uri);
	}
	su_home_deinit(home);
}
END_TEST

START_TEST(user_part_reads_back)
{
	static const struct {
		struct leg_number number;
		const char *user;
	} rows[] = {
		{ { .digits = "600" }, "600" },
		{ { .digits = "49301", .type = LEG_TON_INTERNATIONAL }, "+49301" },
		{ { .digits = "*21#" }, "*21%23" },
		{ { .digits = "", .type = LEG_TON_INTERNATIONAL }, "" },
		{ { .digits = "################################" },
		  "%23%23%23%23%23%23%23%23%23%23%23%23%23%23%23%23"
		  "%23%23%23%23%23%23%23%23%23%23%23%23%23%23%23%23" },
	};
	su_home_t home[1] = { SU_HOME_INIT(home) };

	su_home_init(home);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char user[NUMBER_USER_MAX], uri[256];
		struct leg_number back;

		number_user(&rows[i].number, user);
		ck_assert_str_eq(user, rows[i].user);
		snprintf(uri, sizeof(uri), "sip:%s@gw", user);
		if (!*user)
			continue;
		ck_assert(from_text(home, uri, &back));
		ck_assert_str_eq(back.digits, rows[i].number.digits);
		ck_assert_uint_eq(back.type, rows[i].number.type);
	}
	su_home_deinit(home);
}
END_TEST

/* RFC 3261 25.1: quoted-string */
START_TEST(display_name_is_quoted)
{
	char longest[LEG_NAME_MAX];
	char out[NUMBER_NAME_MAX];

	number_display("", out);
	ck_assert_str_eq(out, "");
	number_display("Al", out);
	ck_assert_str_eq(out, "\"Al\" ");
	number_display("a\"b\\c\r\nX: y", out);
	ck_assert_str_eq(out, "\"a\\\"b\\\\cX: y\" ");
	memset(longest, '"', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	number_display(longest, out);
	ck_assert_uint_eq(strlen(out), 2 * (sizeof(longest) - 1) + 3);
}
END_TEST

UNIT_MAIN("number", number_of_a_uri, number_that_is_too_long, user_part_reads_back,
	  display_name_is_quoted)
