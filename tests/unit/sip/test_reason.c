/* The Reason header, as peers write it well and badly. */
#include <string.h>

#include <osmocom/core/utils.h>
#include <sofia-sip/sip_header.h>

#include "call/cause.h"
#include "sip/text/reason.h"
#include "tests/unit/unit.h"

static unsigned cause_of(const char *text)
{
	su_home_t home[1] = { SU_HOME_INIT(home) };

	su_home_init(home);
	unsigned cause = reason_cause(sip_reason_make(home, text));
	su_home_deinit(home);
	return cause;
}

START_TEST(q850_cause_is_found)
{
	static const struct {
		const char *text;
		unsigned cause;
	} rows[] = {
		{ "Q.850;cause=16;text=\"Terminated\"", 16 },               /* RFC 3326 2 */
		{ "q.850 ;cause=1", 1 },                                    /* tokens ignore case */
		{ "SIP ;cause=600 ;text=\"Busy Everywhere\"", 0 },          /* another protocol's */
		{ "SIP;cause=480, Q.850;cause=19;text=\"no answer\"", 19 }, /* both */
		{ "Q.850;text=\"none\", Q.850;cause=127", 127 }, /* the first valid one */
		{ "Q.850;cause=34;location=LN", 34 },            /* RFC 8606 */
		{ "Q.850", 0 },
		{ "Q.850;cause", 0 },
		{ "Q.850;cause=", 0 },
		{ "Q.850;cause=0", 0 },
		{ "Q.850;cause=128", 0 },
		{ "Q.850;cause=-17", 0 },
		{ "Q.850;cause=0x11", 0 },
		{ "Q.850;cause=17x", 0 },
		{ "Q.850;cause=00000000000000000000000017", 0 },
		{ "Q.850;cause=99999999999999999999999999", 0 },
		{ "Q.850;cause=4294967312", 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		ck_assert_msg(cause_of(rows[i].text) == rows[i].cause, "%s", rows[i].text);
}
END_TEST

START_TEST(no_header_is_no_cause)
{
	ck_assert_uint_eq(reason_cause(NULL), 0);
}
END_TEST

START_TEST(what_is_written_reads_back)
{
	char text[REASON_TEXT_MAX];

	for (unsigned cause = 1; cause <= 127; cause++) {
		reason_text(cause, text, sizeof(text));
		ck_assert_uint_eq(cause_of(text), cause);
	}
	reason_text(17, text, sizeof(text));
	ck_assert_str_eq(text, "Q.850;cause=17;text=\"user busy\"");
}
END_TEST

/* RFC 8606 4, and both protocols of RFC 3326 */
START_TEST(all_that_the_values_say)
{
	/* clang-format off */
	static const struct { const char *text; unsigned cause; int location; unsigned status; } rows[] = {
		{ "Q.850;cause=16;location=LN", 16, LOC_PUBLIC_LOCAL, 0 },
		{ "SIP;cause=486, Q.850;cause=17;text=\"busy\";location=u", 17, LOC_USER, 486 },
		{ "Q.850;cause=16;location=XX", 16, -1, 0 },
		{ "Q.850;cause=x;location=LN, Q.850;cause=3", 3, -1, 0 },
		{ "SIP;cause=200;text=\"Call completed elsewhere\"", 0, -1, 200 },
		{ "SIP;cause=199, SIP;cause=700, SIP;cause=603", 0, -1, 603 },
		{ "Preemption;cause=1", 0, -1, 0 },
	};
	/* clang-format on */
	su_home_t home[1] = { SU_HOME_INIT(home) };

	su_home_init(home);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct reason r;

		reason_read(sip_reason_make(home, rows[i].text), &r);
		ck_assert_msg(r.cause == rows[i].cause, "%s", rows[i].text);
		ck_assert_msg(r.has_location == (rows[i].location >= 0), "%s", rows[i].text);
		if (r.has_location)
			ck_assert_int_eq(r.location, rows[i].location);
		ck_assert_msg(r.status == rows[i].status, "%s", rows[i].text);
	}
	su_home_deinit(home);
}
END_TEST

START_TEST(location_is_told_where_there_is_a_word)
{
	char text[REASON_TEXT_MAX];

	reason_text_at(17, LOC_USER, text, sizeof(text));
	ck_assert_str_eq(text, "Q.850;cause=17;text=\"user busy\";location=U");
	reason_text_at(17, 9, text, sizeof(text));
	ck_assert_str_eq(text, "Q.850;cause=17;text=\"user busy\"");
}
END_TEST

UNIT_MAIN("reason", all_that_the_values_say, location_is_told_where_there_is_a_word,
	  q850_cause_is_found, no_header_is_no_cause, what_is_written_reads_back)
