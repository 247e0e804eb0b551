/* Parameters of telephone numbers: RFC 3966, RFC 4694, RFC 4715, RFC 4904. */
#include <stdio.h>
#include <string.h>

#include <osmocom/core/utils.h>
#include <sofia-sip/msg_mclass.h>
#include <sofia-sip/sip_header.h>

#include "sip/text/telephone.h"
#include "tests/unit/unit.h"

static int read_text(const char *text, struct telephone *out)
{
	su_home_t home[1] = { SU_HOME_INIT(home) };

	su_home_init(home);
	url_t *url = url_make(home, text);
	int rc = url ? telephone_read(url, out) : -1;
	su_home_deinit(home);
	return rc;
}

/* clang-format off */
static const struct {
	const char *uri, *digits, *context, *routing, *carrier, *trunk_group, *trunk_context;
	bool asked;
} rows[] = {
	{ "tel:+1-201-555-0123", "12015550123", "", "", "", "", "", false },                    /* RFC 3966 6 */
	{ "tel:7042;phone-context=example.com", "7042", "example.com", "", "", "", "", false }, /* RFC 3966 6 */
	{ "tel:863-1234;phone-context=+1-914-555", "8631234", "+1914555", "", "", "", "", false },
	/* RFC 4694 5 */
	{ "tel:+1-800-123-4567;cic=+1-6789", "18001234567", "", "", "+16789", "", "", false },
	{ "tel:+1-202-533-1234;npdi;rn=+1-202-544-0000", "12025331234", "", "12025440000", "", "", "", true },
	{ "tel:+1-202-533-1234;npdi", "12025331234", "", "", "", "", "", true },
	{ "sip:+12025331234;npdi;rn=+12025440000;cic=+16789@gw;user=phone", "12025331234", "", "12025440000", "+16789", "", "", true },
	{ "tel:+12025331234;rn=D2345;cic=5045", "12025331234", "", "D2345", "5045", "", "", false },
	/* RFC 4904 5 */
	{ "tel:5550100;phone-context=+1-630;tgrp=TG-1;trunk-context=example.com", "5550100", "+1630", "", "", "TG-1", "example.com", false },
	{ "sip:+16305550100;tgrp=TG-1;trunk-context=+1-630@isp.example.net;user=phone", "16305550100", "", "", "", "TG-1", "+1-630", false },
	/* names ignore case; what follows the host is not the number's */
	{ "sip:600;NPDI;RN=+49@gw;tgrp=x;rn=+1", "600", "", "49", "", "", "", true },
	{ "tel:600;ext=12;postd=pp22;foo;bar=%41;;", "600", "", "", "", "", "", false },
	/* what is malformed or too long is left out */
	{ "tel:600;rn=alice;cic=;npdi=yes;tgrp=a b;phone-context=+", "600", "", "", "", "", "", true },
	{ "tel:600;cic=1234567890123;tgrp=abcdefghijklmnopqrstuvwxyz1234567890", "600", "", "", "", "", "", false },
	{ "tel:600;trunk-context=%0d%0aX;tgrp=%80", "600", "", "", "", "", "", false },
	{ "sip:600;cic=+1*5%23;tgrp=a%3Ab;phone-context=8tel:+11@gw", "600", "8tel", "", "", "", "", false },
	{ "tel:600;phone-context=8tel:+11", "600", "", "", "", "", "", false },
};
/* clang-format on */

START_TEST(parameters_of_a_number)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct telephone t;

		ck_assert_msg(!read_text(rows[i].uri, &t), "%s", rows[i].uri);
		ck_assert_str_eq(t.number.digits, rows[i].digits);
		ck_assert_str_eq(t.context, rows[i].context);
		ck_assert_str_eq(t.transit.routing.digits, rows[i].routing);
		ck_assert_str_eq(t.transit.carrier, rows[i].carrier);
		ck_assert_str_eq(t.transit.trunk_group, rows[i].trunk_group);
		ck_assert_str_eq(t.trunk_context, rows[i].trunk_context);
		ck_assert_msg(t.transit.ported_asked == rows[i].asked, "%s", rows[i].uri);
	}
}
END_TEST

/* RFC 4715 4 */
START_TEST(subaddress_in_each_encoding)
{
	/* clang-format off */
	static const struct { const char *uri; uint8_t len; const char *octets; } isubs[] = {
		{ "tel:600;isub=12", 3, "\x50" "12" },
		{ "tel:600;isub=12;isub-encoding=nsap-ia5", 3, "\x50" "12" },
		{ "sip:600;isub=a%20b@gw", 4, "\x50" "a b" },
		{ "tel:600;isub-encoding=nsap-bcd;isub=123", 3, "\x48\x12\x3f" },
		{ "tel:600;isub=4712ab;isub-encoding=NSAP", 3, "\x47\x12\xab" },
		{ "tel:600;isub=47x;isub-encoding=nsap", 0, "" },
		{ "tel:600;isub=1a;isub-encoding=nsap-bcd", 0, "" },
		{ "tel:600;isub=%01", 0, "" },
		{ "tel:600;isub=", 0, "" },
		{ "tel:600;isub=1234567890123456789", 20, "\x50" "1234567890123456789" },
		{ "tel:600;isub=12345678901234567890", 0, "" }, /* one too many */
	};
	/* clang-format on */

	for (size_t i = 0; i < ARRAY_SIZE(isubs); i++) {
		struct telephone t;

		ck_assert_msg(!read_text(isubs[i].uri, &t), "%s", isubs[i].uri);
		ck_assert_msg(t.subaddress.len == isubs[i].len, "%s", isubs[i].uri);
		ck_assert_mem_eq(t.subaddress.octets, isubs[i].octets, isubs[i].len);
	}
}
END_TEST

START_TEST(what_is_no_number_has_no_parameters)
{
	struct telephone t = { .context = "unchanged" };

	ck_assert_int_ne(read_text("sip:alice;rn=+49@gw", &t), 0);
	ck_assert_int_ne(read_text("sip:gw;rn=+49", &t), 0);
	ck_assert_str_eq(t.context, "unchanged");
}
END_TEST

START_TEST(number_with_parameters_reads_back)
{
	/* clang-format off */
	static const struct { struct telephone t; const char *user; } out[] = {
		{ { .number = { .digits = "600" } }, "600" },
		{ { .number = { .digits = "600" }, .context = "+49" }, "600;phone-context=+49" },
		{ { .number = { .digits = "49301", .type = LEG_TON_INTERNATIONAL }, .context = "+49" }, "+49301" },
		{ { .number = { .digits = "600" }, .subaddress = { .len = 4, .octets = "\x50" "a;b" } },
		  "600;isub=a%3Bb;isub-encoding=nsap-ia5" },
		{ { .number = { .digits = "600" }, .subaddress = { .len = 2, .octets = "\x47\x1f" } },
		  "600;isub=471f;isub-encoding=nsap" },
		{ { .number = { .digits = "600" }, .subaddress = { .len = 3, .octets = "\x50\x00\x31" } },
		  "600;isub=500031;isub-encoding=nsap" },
		/* user specified: RFC 4715 has no word for it */
		{ { .number = { .digits = "600" }, .subaddress = { .type = 2, .len = 2, .octets = "ab" } }, "600" },
		{ { .number = { .digits = "600" },
		    .transit = { .routing = { .digits = "4930", .type = LEG_TON_INTERNATIONAL }, .ported_asked = true,
				 .carrier = "+16789" } }, "600;rn=+4930;npdi;cic=+16789" },
		{ { .number = { .digits = "600" }, .transit = { .trunk_group = "e1" }, .trunk_context = "gw.example" },
		  "600;tgrp=e1;trunk-context=gw.example" },
		{ { .number = { .digits = "600" }, .transit = { .trunk_group = "e1" } }, "600" },
		{ { .transit = { .ported_asked = true } }, "" },
	};
	/* clang-format on */

	for (size_t i = 0; i < ARRAY_SIZE(out); i++) {
		char user[TELEPHONE_USER_MAX], uri[TELEPHONE_USER_MAX + 16];
		struct telephone back;

		telephone_write(&out[i].t, user);
		ck_assert_str_eq(user, out[i].user);
		if (!*user)
			continue;
		snprintf(uri, sizeof(uri), "sip:%s@gw", user);
		ck_assert_int_eq(read_text(uri, &back), 0);
		ck_assert_str_eq(back.number.digits, out[i].t.number.digits);
		ck_assert_str_eq(back.transit.routing.digits, out[i].t.transit.routing.digits);
		ck_assert_str_eq(back.transit.carrier, out[i].t.transit.carrier);
	}
}
END_TEST

UNIT_MAIN("telephone", parameters_of_a_number, subaddress_in_each_encoding,
	  what_is_no_number_has_no_parameters, number_with_parameters_reads_back)
