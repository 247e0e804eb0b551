/* Types of numbers and the prefixes that are dialled for them; a user's own numbers. */
#include <string.h>

#include <osmocom/core/utils.h>

#include "sip/text/numbering.h"
#include "tests/unit/unit.h"

#define GERMANY .country_code = "49", .international_prefix = "00", .national_prefix = "0"

static const struct number_policy as_dialled = { GERMANY };
static const struct number_policy e164 = { .format = NUMBER_E164, GERMANY };
static const struct number_policy national = { .format = NUMBER_NATIONAL, GERMANY };
static const struct number_policy bare = { .format = NUMBER_E164 };

enum { UN = LEG_TON_UNKNOWN, INT = LEG_TON_INTERNATIONAL, NAT = LEG_TON_NATIONAL };

/* clang-format off */
static const struct row {
	const struct number_policy *policy;
	const char *digits; unsigned type;
	const char *heard; unsigned heard_type;
	const char *said; unsigned said_type;
} rows[] = {
	{ &as_dialled, "004930123", UN, "004930123", UN, "004930123", UN },
	{ &as_dialled, "4930123", INT, "4930123", INT, "4930123", INT },
	{ &as_dialled, "30123", NAT, "30123", NAT, "30123", NAT },
	{ &e164, "004930123", UN, "4930123", INT, "4930123", INT },
	{ &e164, "030123", UN, "30123", NAT, "4930123", INT },
	{ &e164, "30123", NAT, "30123", NAT, "4930123", INT },
	{ &e164, "12345", UN, "12345", UN, "12345", UN },       /* local: nobody knows whose */
	{ &e164, "12345", LEG_TON_SUBSCRIBER, "12345", LEG_TON_SUBSCRIBER, "12345", LEG_TON_SUBSCRIBER },
	{ &e164, "0", UN, "0", UN, "0", UN },                   /* a prefix alone is a number */
	{ &e164, "00", UN, "0", NAT, "490", INT },
	{ &e164, "", UN, "", UN, "", UN },
	{ &national, "4930123", INT, "4930123", INT, "030123", UN },
	{ &national, "33123", INT, "33123", INT, "0033123", UN },
	{ &national, "30123", NAT, "30123", NAT, "030123", UN },
	{ &national, "030123", UN, "30123", NAT, "030123", UN },
	{ &bare, "30123", NAT, "30123", NAT, "30123", NAT },
	{ &bare, "0030123", UN, "0030123", UN, "0030123", UN },
	/* no room for the country code: it stays as it is */
	{ &e164, "12345678901234567890123456789012", NAT, "12345678901234567890123456789012", NAT,
	  "12345678901234567890123456789012", NAT },
};
/* clang-format on */

START_TEST(prefixes_are_types)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		struct leg_number heard = { .type = (uint8_t)row->type }, said;

		strcpy(heard.digits, row->digits);
		said = heard;
		numbering_hear(row->policy, &heard);
		numbering_say(row->policy, &said);
		ck_assert_str_eq(heard.digits, row->heard);
		ck_assert_uint_eq(heard.type, row->heard_type);
		ck_assert_str_eq(said.digits, row->said);
		ck_assert_uint_eq(said.type, row->said_type);
	}
}
END_TEST

/* RFC 3966 5.1.5: a local number means nothing outside of its context */
START_TEST(context_of_another_country_is_not_ours)
{
	ck_assert(numbering_is_local(&e164, ""));
	ck_assert(numbering_is_local(&e164, "example.com"));
	ck_assert(numbering_is_local(&e164, "+49"));
	ck_assert(numbering_is_local(&e164, "+4930"));
	ck_assert(!numbering_is_local(&e164, "+1"));
	ck_assert(numbering_is_local(&bare, "+1"));
}
END_TEST

/* Q.951.3 2.5.2 */
START_TEST(user_provided_number_is_screened)
{
	/* clang-format off */
	static const struct {
		const char *own, *fallback, *digits;
		const char *out; unsigned screening;
	} screens[] = {
		{ "", "", "4930123", "4930123", 0 },
		{ "4930", "", "4930123", "4930123", 1 },
		{ "4930", "", "4931123", "4931123", 2 },
		{ "4930", "49300", "4931123", "49300", 3 },
		{ "4930", "49300", "", "49300", 3 },
		{ "4930", "", "", "", 0 },
		{ "", "49300", "4931123", "4931123", 0 },
	};
	/* clang-format on */

	for (size_t i = 0; i < ARRAY_SIZE(screens); i++) {
		struct number_policy policy = { .n_own = *screens[i].own ? 1 : 0 };
		struct leg_number number = { .presentation = LEG_PRES_RESTRICTED };

		strcpy(policy.own[0], screens[i].own);
		strcpy(policy.default_number, screens[i].fallback);
		strcpy(number.digits, screens[i].digits);
		numbering_screen(&policy, &number);
		ck_assert_str_eq(number.digits, screens[i].out);
		ck_assert_uint_eq(number.screening, screens[i].screening);
		ck_assert_uint_eq(number.presentation, LEG_PRES_RESTRICTED);
	}
}
END_TEST

UNIT_MAIN("numbering", prefixes_are_types, context_of_another_country_is_not_ours,
	  user_provided_number_is_screened)
