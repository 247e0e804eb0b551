/* Who calls and who answers, by From, P-Asserted-Identity, P-Preferred-Identity, Remote-Party-ID and Privacy. */
#include <stdio.h>
#include <string.h>

#include <osmocom/core/utils.h>

#include "sip/text/caller.h"
#include "tests/mock/message.h"
#include "tests/unit/unit.h"

static const struct number_policy plain;
static const struct number_policy with_own = { .own = { "4930" },
					       .n_own = 1,
					       .default_number = "49300" };
static const struct number_policy germany = {
	.format = NUMBER_E164,
	.country_code = "49",
	.international_prefix = "00",
	.national_prefix = "0",
};

static struct leg_setup read_lines(const char *lines, const struct caller_policy *policy)
{
	struct leg_setup setup = { 0 };
	msg_t *msg = message_make(lines, strlen(lines));

	ck_assert_ptr_nonnull(msg);
	ck_assert_msg(sip_object(msg)->sip_from, "%s", lines);
	caller_read(sip_object(msg), policy, &setup);
	msg_destroy(msg);
	return setup;
}

struct caller_row {
	const char *from, *asserted, *privacy;
	const char *digits, *name;
	unsigned presentation, screening;
};

/* clang-format off */
static const struct caller_row caller_rows[] = {
	{ "\"Al\" <sip:100@gw>", NULL, NULL, "100", "Al", LEG_PRES_ALLOWED, 0 },
	{ "Al <sip:100@gw>;tag=x", NULL, "none", "100", "Al", LEG_PRES_ALLOWED, 0 },
	/* RFC 3325: asserted goes before From */
	{ "\"Al\" <sip:100@gw>", "\"Al Real\" <sip:+49301@gw>", NULL, "49301", "Al Real", LEG_PRES_ALLOWED, 3 },
	{ "\"Al\" <sip:100@gw>", "<tel:+49301>", NULL, "49301", "Al", LEG_PRES_ALLOWED, 3 },
	{ "\"Al\" <sip:100@gw>", "<sip:alice@gw>", NULL, "100", "Al", LEG_PRES_ALLOWED, 0 },
	/* RFC 3323 */
	{ "\"Al\" <sip:100@gw>", NULL, "id", "100", "", LEG_PRES_RESTRICTED, 0 },
	{ "\"Al\" <sip:100@gw>", NULL, "USER", "100", "", LEG_PRES_RESTRICTED, 0 },
	{ "\"Anonymous\" <sip:anonymous@anonymous.invalid>", NULL, NULL, "", "", LEG_PRES_RESTRICTED, 0 },
	{ "\"Anonymous\" <sip:anonymous@anonymous.invalid>", "\"Al\" <sip:100@gw>", "id", "100", "", LEG_PRES_RESTRICTED, 3 },
	/* no telephone number */
	{ "<sip:alice@gw>", NULL, NULL, "", "", LEG_PRES_UNAVAILABLE, 0 },
	{ "\"Alice\" <sip:gw>", NULL, NULL, "", "Alice", LEG_PRES_UNAVAILABLE, 0 },
	/* names are cleaned */
	{ "\"a\\\"b\\\\c\" <sip:1@gw>", NULL, NULL, "1", "a\"b\\c", LEG_PRES_ALLOWED, 0 },
	{ "\"M\xc3\xbcller\" <sip:1@gw>", NULL, NULL, "1", "M\xc3\xbcller", LEG_PRES_ALLOWED, 0 },
	{ "\"M\xfcller \" <sip:1@gw>", NULL, NULL, "1", "Mller", LEG_PRES_ALLOWED, 0 },
	{ "\"\xf5\xc0\xaf\x1b[31m\" <sip:1@gw>", NULL, NULL, "1", "[31m", LEG_PRES_ALLOWED, 0 },
	/* cut between two characters: 62 octets of ASCII leave no room for one of two */
	{ "\"12345678901234567890123456789012345678901234567890123456789012\xc3\xbc\" <sip:1@gw>", NULL, NULL,
	  "1", "12345678901234567890123456789012345678901234567890123456789012", LEG_PRES_ALLOWED, 0 },
};
/* clang-format on */

START_TEST(caller_of_a_request)
{
	for (size_t i = 0; i < ARRAY_SIZE(caller_rows); i++) {
		const struct caller_row *row = &caller_rows[i];
		const struct caller_policy policy = { .believed = true, .numbers = &plain };
		char lines[512];

		snprintf(lines, sizeof(lines), "From: %s\r\n%s%s%s%s%s%s", row->from,
			 row->asserted ? "P-Asserted-Identity: " : "",
			 row->asserted ? row->asserted : "", row->asserted ? "\r\n" : "",
			 row->privacy ? "Privacy: " : "", row->privacy ? row->privacy : "",
			 row->privacy ? "\r\n" : "");
		struct leg_setup setup = read_lines(lines, &policy);
		ck_assert_str_eq(setup.calling.digits, row->digits);
		ck_assert_str_eq(setup.calling_name, row->name);
		ck_assert_uint_eq(setup.calling.presentation, row->presentation);
		ck_assert_uint_eq(setup.calling.screening, row->screening);
	}
}
END_TEST

struct row {
	const char *lines;
	bool believed;
	const struct number_policy *numbers;
	const char *digits;
	unsigned type, presentation, screening;
	const char *name;
};

#define FROM "From: \"Al\" <sip:100@gw>;tag=x\r\n"
#define NOBODY "From: \"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=x\r\n"
enum { UN = LEG_TON_UNKNOWN, INT = LEG_TON_INTERNATIONAL, NAT = LEG_TON_NATIONAL };
enum { SHOWN = LEG_PRES_ALLOWED, HIDDEN = LEG_PRES_RESTRICTED, NOT_THERE = LEG_PRES_UNAVAILABLE };

/* clang-format off */
static const struct row rows[] = {
	/* RFC 3325 9.1: a sip: and a tel: one, in either order, in one header or two */
	{ FROM "P-Asserted-Identity: \"Al R\" <sip:alice@x>, <tel:+49301>\r\n", true, &plain, "49301", INT, SHOWN, 3, "Al R" },
	{ FROM "P-Asserted-Identity: <tel:+49301>\r\nP-Asserted-Identity: \"Al R\" <sip:alice@x>\r\n", true, &plain, "49301", INT, SHOWN, 3, "Al R" },
	/* not from whom we do not trust */
	{ FROM "P-Asserted-Identity: <tel:+49301>\r\n", false, &plain, "100", UN, SHOWN, 0, "Al" },
	{ FROM "Remote-Party-ID: <sip:49301@x>;screen=yes\r\n", false, &plain, "100", UN, SHOWN, 0, "Al" },
	/* draft-ietf-sip-privacy-04 */
	{ FROM "Remote-Party-ID: \"R\" <sip:49301@x>;party=calling;screen=yes;privacy=off\r\n", true, &plain, "49301", UN, SHOWN, 1, "R" },
	{ FROM "Remote-Party-ID: <sip:49301@x>;screen=no\r\n", true, &plain, "49301", UN, SHOWN, 0, "Al" },
	{ FROM "Remote-Party-ID: <sip:49301@x>;privacy=full\r\n", true, &plain, "49301", UN, HIDDEN, 0, "" },
	{ FROM "Remote-Party-ID: <sip:49301@x>;privacy=uri-network\r\n", true, &plain, "49301", UN, HIDDEN, 0, "" },
	{ NOBODY "Remote-Party-ID: <sip:49301@x>;screen=yes;privacy=off\r\n", true, &plain, "49301", UN, SHOWN, 1, "" },
	{ FROM "Remote-Party-ID: <sip:1@x>;party=called, <sip:2@x>;party=calling\r\n", true, &plain, "2", UN, SHOWN, 0, "Al" },
	{ FROM "Remote-Party-ID: <sip:1@x>\r\nP-Asserted-Identity: <tel:+49301>\r\n", true, &plain, "49301", INT, SHOWN, 3, "Al" },
	/* RFC 3323 */
	{ FROM "Privacy: id;critical\r\n", true, &plain, "100", UN, HIDDEN, 0, "" },
	{ FROM "Privacy: session\r\n", true, &plain, "100", UN, SHOWN, 0, "Al" },
	{ NOBODY "P-Asserted-Identity: <tel:+49301>\r\n", true, &plain, "49301", INT, HIDDEN, 3, "" },
	{ NOBODY "P-Asserted-Identity: <tel:+49301>\r\nPrivacy: none\r\n", true, &plain, "49301", INT, SHOWN, 3, "" },
	{ NOBODY "Privacy: none\r\n", true, &plain, "", UN, HIDDEN, 0, "" },
	/* Q.951.3: screening against the peer's own numbers */
	{ "From: <sip:+4930123@x>\r\n", false, &with_own, "4930123", INT, SHOWN, 1, "" },
	{ "From: \"Al\" <sip:+4931123@x>\r\n", false, &with_own, "49300", UN, SHOWN, 3, "Al" },
	{ NOBODY, false, &with_own, "49300", UN, HIDDEN, 3, "" },
	{ "From: <sip:+4931123@x>\r\nP-Asserted-Identity: <tel:+331>\r\n", true, &with_own, "331", INT, SHOWN, 3, "" },
	/* RFC 3325 9.2: a preference holds for what is its own */
	{ "From: <sip:+49301@x>\r\nP-Preferred-Identity: \"P\" <sip:+49302@x>\r\n", false, &with_own, "49302", INT, SHOWN, 1, "P" },
	{ "From: <sip:+49301@x>\r\nP-Preferred-Identity: <sip:+331@x>\r\n", false, &with_own, "49301", INT, SHOWN, 1, "" },
	{ "From: <sip:+49301@x>\r\nP-Preferred-Identity: <sip:+49302@x>\r\n", false, &plain, "49301", INT, SHOWN, 0, "" },
	/* the peer's way of writing */
	{ "From: <sip:030123@x>\r\n", false, &germany, "30123", NAT, SHOWN, 0, "" },
	{ "From: <sip:0033123@x>\r\n", false, &germany, "33123", INT, SHOWN, 0, "" },
	{ "From: <tel:123;phone-context=+1>\r\n", false, &germany, "", UN, NOT_THERE, 0, "" },
};
/* clang-format on */

START_TEST(caller_is_who_is_believed)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		const struct caller_policy policy = { .believed = row->believed,
						      .numbers = row->numbers };
		struct leg_setup setup = read_lines(row->lines, &policy);

		ck_assert_msg(!strcmp(setup.calling.digits, row->digits), "%s: %s", row->lines,
			      setup.calling.digits);
		ck_assert_msg(setup.calling.type == row->type, "%s", row->lines);
		ck_assert_msg(setup.calling.presentation == row->presentation, "%s", row->lines);
		ck_assert_msg(setup.calling.screening == row->screening, "%s", row->lines);
		ck_assert_msg(!strcmp(setup.calling_name, row->name), "%s: %s", row->lines,
			      setup.calling_name);
	}
}
END_TEST

START_TEST(caller_has_a_subaddress)
{
	const struct caller_policy policy = { .numbers = &plain };
	struct leg_setup setup = read_lines("From: <sip:100;isub=7@gw>\r\n", &policy);

	ck_assert_uint_eq(setup.calling_subaddress.len, 2);
	ck_assert_uint_eq(setup.calling_subaddress.octets[1], '7');
}
END_TEST

START_TEST(party_that_answers)
{
	/* clang-format off */
	static const struct {
		const char *lines;
		bool believed, found;
		const char *digits, *name;
		unsigned presentation, screening;
	} parties[] = {
		{ FROM, true, false, "", "", 0, 0 },
		{ FROM "P-Asserted-Identity: \"B\" <sip:200@gw>\r\n", true, true, "200", "B", SHOWN, 3 },
		{ FROM "P-Asserted-Identity: \"B\" <sip:200@gw>\r\n", false, false, "", "", 0, 0 },
		{ FROM "P-Asserted-Identity: \"B\" <sip:200@gw>\r\nPrivacy: id\r\n", true, true, "200", "", HIDDEN, 3 },
		{ FROM "Remote-Party-ID: \"B\" <sip:200@gw>;party=called;screen=yes\r\n", true, true, "200", "B", SHOWN, 1 },
		{ FROM "Remote-Party-ID: \"B\" <sip:200@gw>;party=calling\r\n", true, false, "", "", 0, 0 },
		{ FROM "P-Asserted-Identity: \"B\" <sip:bob@gw>\r\n", true, true, "", "B", NOT_THERE, 0 },
	};
	/* clang-format on */

	for (size_t i = 0; i < ARRAY_SIZE(parties); i++) {
		const struct caller_policy policy = { .believed = parties[i].believed,
						      .numbers = &plain };
		struct leg_party party = { .name = "unchanged" };
		msg_t *msg = message_make(parties[i].lines, strlen(parties[i].lines));
		bool found = caller_read_party(sip_object(msg), &policy, &party);

		ck_assert_msg(found == parties[i].found, "%s", parties[i].lines);
		msg_destroy(msg);
		if (!found) {
			ck_assert_str_eq(party.name, "unchanged");
			continue;
		}
		ck_assert_str_eq(party.number.digits, parties[i].digits);
		ck_assert_str_eq(party.name, parties[i].name);
		ck_assert_uint_eq(party.number.presentation, parties[i].presentation);
		ck_assert_uint_eq(party.number.screening, parties[i].screening);
	}
}
END_TEST

UNIT_MAIN("caller", caller_of_a_request, caller_is_who_is_believed, caller_has_a_subaddress,
	  party_that_answers)
