/* How a request went, by the first line of a message/sipfrag body. */
#include "sip/text/sipfrag.h"

#include <string.h>

#include "tests/unit/unit.h"

START_TEST(status_lines)
{
	static const struct {
		const char *body;
		int status;
	} rows[] = {
		{ "SIP/2.0 200 OK\r\n", 200 },
		{ "sip/2.0 180 Ringing\r\nVia: x\r\n", 180 },
		{ "SIP/2.0 603", 603 },
		{ "SIP/2.0 100 Trying", 100 },
		{ "", 0 },
		{ "SIP/2.0 20", 0 },
		{ "SIP/2.0 2000 OK", 0 },
		{ "SIP/2.0 099 x", 0 },
		{ "SIP/2.0 700 x", 0 },
		{ "SIP/2.0 -20 x", 0 },
		{ "SIP/1.0 200 OK", 0 },
		{ "INVITE sip:a@b SIP/2.0", 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		ck_assert_msg(sipfrag_status(rows[i].body, strlen(rows[i].body)) == rows[i].status,
			      "%s", rows[i].body);
}
END_TEST

START_TEST(nothing_beyond_the_body_is_read)
{
	ck_assert_int_eq(sipfrag_status("SIP/2.0 2001", 11), 200);
	ck_assert_int_eq(sipfrag_status("SIP/2.0 200", 10), 0);
}
END_TEST

UNIT_MAIN("sipfrag", status_lines, nothing_beyond_the_body_is_read)
