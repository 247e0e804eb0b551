/* What transfers ask for, in Refer-To and Replaces; where a 3xx leads; digits in INFO bodies. */
#include <errno.h>
#include <string.h>

#include <osmocom/core/utils.h>
#include <sofia-sip/sip_header.h>

#include "sip/text/contacts.h"
#include "sip/text/dtmf_relay.h"
#include "sip/text/refer_to.h"
#include "sip/text/referred_by.h"
#include "tests/unit/unit.h"

START_TEST(referred_by_is_a_uri_that_can_be_given_on)
{
	static const struct {
		const char *text, *uri;
	} rows[] = {
		{ "<sip:bob@example.com>", "sip:bob@example.com" },
		/* RFC 3892 3 */
		{ "\"Bob\" <sip:bob@example.com;user=phone>;cid=\"1@h\"",
		  "sip:bob@example.com;user=phone" },
		{ "sips:+4930123@[2001:db8::1]:5061;cid=\"1@h\"",
		  "sips:+4930123@[2001:db8::1]:5061" },
		{ "<tel:+4930123>", "tel:+4930123" },
		{ "<sip:bob:secret@h?Subject=hi>", "sip:bob@h" },
		{ "<sip:h>", "sip:h" },
		{ "<http://h/bob>", "" },
		{ "<mailto:bob@h>", "" },
		{ "<sip:>", "" },
		{ "<sip:a\x7f"
		  "b@h>",
		  "" },
	};
	su_home_t home[1] = { SU_HOME_INIT(home) };
	char out[LEG_REFERRER_MAX], text[LEG_REFERRER_MAX + 16];

	su_home_init(home);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		referred_by_read(sip_referred_by_make(home, rows[i].text), out);
		ck_assert_msg(strcmp(out, rows[i].uri) == 0, "%s: %s", rows[i].text, out);
	}
	for (size_t len = LEG_REFERRER_MAX - 1; len <= LEG_REFERRER_MAX; len++) {
		snprintf(text, sizeof(text), "<sip:%0*d@h>", (int)(len - strlen("sip:@h")), 0);
		referred_by_read(sip_referred_by_make(home, text), out);
		ck_assert_uint_eq(strlen(out), len < LEG_REFERRER_MAX ? len : 0);
	}
	referred_by_read(NULL, out);
	ck_assert_str_eq(out, "");
	su_home_deinit(home);
}
END_TEST

START_TEST(refer_to_names_a_number)
{
	static const struct {
		const char *text;
		int status;
		const char *called, *replaces;
	} rows[] = {
		{ "<sip:600@192.0.2.1>", 0, "600", "" },
		{ "sip:+4930123@example.com;user=phone", 0, "4930123", "" },
		{ "\"Bob\" <tel:+4930123>", 0, "4930123", "" },
		{ "<sip:600@h;method=INVITE>", 0, "600", "" },
		{ "<sip:600@h;method=BYE>", 403, "", "" }, /* RFC 3515 2.1 */
		{ "<sip:600@h;method=SUBSCRIBE>", 403, "", "" },
		{ "<sip:600@h?Subject=hi&Priority=urgent>", 0, "600", "" }, /* not looked at */
		{ "<sip:bob@h>", 404, "", "" },
		{ "<sip:h>", 404, "", "" },
		{ "<sip:123456789012345678901234567890123@h>", 484, "", "" },
		{ "<sips:600@h>", 416, "", "" },
		{ "<http://h/600>", 400, "", "" },
		{ "<im:600@h>", 400, "", "" },
		/* RFC 5589 7.1 */
		{ "<sip:600@h?Replaces=592435881734450904%3Bto-tag%3D9m2n3wq%3Bfrom-tag%3D763231>",
		  0, "600", "592435881734450904;to-tag=9m2n3wq;from-tag=763231" },
		{ "<sip:h?Require=replaces&replaces=a%40b%3bfrom-tag%3d1%3bto-tag%3d2>", 0, "",
		  "a@b;from-tag=1;to-tag=2" },
		{ "<sip:600@h?Replaces=a%3Bto-tag%3D1>", 400, "", "" },
		{ "<sip:600@h?Replaces=a%3Bto-tag%3D1%3Bto-tag%3D2%3Bfrom-tag%3D3>", 400, "", "" },
		{ "<sip:600@h?Replaces=>", 400, "", "" },
		{ "<sip:600@h?Replaces=a%3Bto-tag%3D1%3Bfrom-tag%3D%0D%0A>", 400, "", "" },
		{ "<sip:600@h?Replaces=a%3Bto-tag%3D1%3Bfrom-tag%3D%00>", 400, "", "" },
		{ "<sip:600@h?Replaces=a%3Bto-tag%3D1%3Bfrom-tag%3D1&"
		  "Replaces=b%3Bto-tag%3D1%3Bfrom-tag%3D1>",
		  400, "", "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		su_home_t home[1] = { SU_HOME_INIT(home) };
		struct refer_to out;

		su_home_init(home);
		const sip_refer_to_t *to = sip_refer_to_make(home, rows[i].text);
		ck_assert_msg(to, "%s", rows[i].text);
		int status = refer_to_read(to, &out);
		ck_assert_msg(status == rows[i].status, "%s: %d", rows[i].text, status);
		if (!status) {
			ck_assert_str_eq(out.called.digits, rows[i].called);
			ck_assert_str_eq(out.replaces, rows[i].replaces);
		}
		su_home_deinit(home);
	}
}
END_TEST

/* Longer than any Replaces that we take. */
START_TEST(an_endless_replaces_is_refused)
{
	char text[4096];
	su_home_t home[1] = { SU_HOME_INIT(home) };
	struct refer_to out;

	snprintf(text, sizeof(text), "<sip:600@h?Replaces=%.*d%%3Bto-tag%%3D1%%3Bfrom-tag%%3D1>",
		 2000, 0);
	su_home_init(home);
	ck_assert_int_eq(refer_to_read(sip_refer_to_make(home, text), &out), 400);
	su_home_deinit(home);
}
END_TEST

START_TEST(contacts_are_tried_in_order_of_q)
{
	static const struct {
		const char *text, *uris;
	} rows[] = {
		{ "<sip:1@h>", "sip:1@h" },
		{ "<sip:1@h>;q=0.1, <sip:2@h>;q=0.7, <sip:3@h>", "sip:3@h sip:2@h sip:1@h" },
		{ "<sip:1@h>;q=0.5, <sip:2@h>;q=0.5, <sip:3@h>;q=0.501",
		  "sip:3@h sip:1@h sip:2@h" },
		{ "<sip:1@h>;q=0, <sip:2@h>;q=0.001, <sip:3@h>;q=1.000",
		  "sip:3@h sip:2@h sip:1@h" },
		{ "<sip:1@h>;q=x, <sip:2@h>;q=0.9", "sip:1@h sip:2@h" },
		{ "<sip:1@h>, <sip:1@h>;q=0.3", "sip:1@h" },
		{ "<mailto:a@b>, <sips:1@h>, <tel:+49301>, <sip:2@h;transport=tcp?a=b>",
		  "tel:+49301 sip:2@h;transport=tcp" },
		{ "*", "" },
		{ "<sip:1@h>, <sip:2@h>, <sip:3@h>, <sip:4@h>, <sip:5@h>, <sip:6@h>, <sip:7@h>, "
		  "<sip:8@h>, <sip:9@h>",
		  "sip:1@h sip:2@h sip:3@h sip:4@h sip:5@h sip:6@h sip:7@h sip:8@h" },
		{ "<sip:1@h>;q=0.1, <sip:2@h>;q=0.2, <sip:3@h>;q=0.3, <sip:4@h>;q=0.4, "
		  "<sip:5@h>;q=0.5, <sip:6@h>;q=0.6, <sip:7@h>;q=0.7, <sip:8@h>;q=0.8, "
		  "<sip:9@h>;q=0.9",
		  "sip:9@h sip:8@h sip:7@h sip:6@h sip:5@h sip:4@h sip:3@h sip:2@h" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		su_home_t home[1] = { SU_HOME_INIT(home) };
		struct contacts out;
		char all[1024] = "";

		su_home_init(home);
		contacts_read(sip_contact_make(home, rows[i].text), &out);
		for (size_t n = 0; n < out.n; n++)
			snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s%s", n ? " " : "",
				 out.uri[n]);
		ck_assert_str_eq(all, rows[i].uris);
		su_home_deinit(home);
	}
}
END_TEST

START_TEST(a_contact_too_long_is_left_out)
{
	char text[1024];
	su_home_t home[1] = { SU_HOME_INIT(home) };
	struct contacts out;

	snprintf(text, sizeof(text), "<sip:%.*d@h>, <sip:1@h>", 300, 0);
	su_home_init(home);
	contacts_read(sip_contact_make(home, text), &out);
	ck_assert_uint_eq(out.n, 1);
	ck_assert_str_eq(out.uri[0], "sip:1@h");
	su_home_deinit(home);
}
END_TEST

START_TEST(digits_of_dtmf_relay)
{
	static const struct {
		const char *text;
		int digit;
	} rows[] = {
		{ "Signal=5\r\nDuration=160\r\n", '5' },
		{ "Signal= 5\r\nDuration= 160\r\n", '5' },
		{ "signal = #\nduration=100\n", '#' },
		{ "Duration=100\r\nSignal=*", '*' },
		{ "Signal=10\r\n", '*' },
		{ "Signal=11\r\n", '#' },
		{ "Signal=15\r\n", 'D' },
		{ "Signal=a\r\n", 'A' },
		{ "Signal=16\r\n", 0 },
		{ "Signal=!\r\n", 0 },
		{ "", -EBADMSG },
		{ "Duration=160\r\n", -EBADMSG },
		{ "Signal=\r\n", -EBADMSG },
		{ "Signal", -EBADMSG },
		{ "Signal5\r\n", -EBADMSG },
		{ "Signal=17\r\n", -EBADMSG },
		{ "Signal=09\r\n", -EBADMSG },
		{ "Signal=123\r\n", -EBADMSG },
		{ "Signal=x\r\n", -EBADMSG },
		{ "Signal=1\r\nSignal=2\r\n", -EBADMSG },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		ck_assert_msg(dtmf_relay_read(rows[i].text, strlen(rows[i].text)) == rows[i].digit,
			      "%s", rows[i].text);
	ck_assert_int_eq(dtmf_relay_read("Signal=\0", 8), -EBADMSG);
}
END_TEST

START_TEST(digits_of_dtmf)
{
	ck_assert_int_eq(dtmf_read("5", 1), '5');
	ck_assert_int_eq(dtmf_read(" d\r\n", 4), 'D');
	ck_assert_int_eq(dtmf_read("11", 2), '#');
	ck_assert_int_eq(dtmf_read("", 0), -EBADMSG);
	ck_assert_int_eq(dtmf_read("\0", 1), -EBADMSG);
	ck_assert_int_eq(dtmf_read("5 5", 3), -EBADMSG);
}
END_TEST

START_TEST(what_is_written_reads_back)
{
	char text[DTMF_RELAY_TEXT_MAX];

	for (const char *digit = LEG_DIGITS; *digit; digit++) {
		dtmf_relay_write(*digit, text);
		ck_assert_int_eq(dtmf_relay_read(text, strlen(text)), *digit);
	}
}
END_TEST

UNIT_MAIN("refer_to", referred_by_is_a_uri_that_can_be_given_on, refer_to_names_a_number,
	  an_endless_replaces_is_refused, contacts_are_tried_in_order_of_q,
	  a_contact_too_long_is_left_out, digits_of_dtmf_relay, digits_of_dtmf,
	  what_is_written_reads_back)
