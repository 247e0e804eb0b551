/* Offer and answer as a state, and the version of what we describe (RFC 3264 8, RFC 6337). */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "sip/session/exchange.h"
#include "sip/text/netaddr.h"
#include "tests/unit/unit.h"

static const struct offer_policy policy = {
	.codecs = { CODEC_PCMA, CODEC_PCMU }, .n_codecs = 2, .ptime_ms = 20, .telephone_event = true
};

static void describe(struct description *d)
{
	*d = (struct description){ .origin = { .id = 7, .version = 1, .tevent_pt = 101 } };
	ck_assert(netaddr_parse("192.0.2.1", 4000, &d->origin.rtp));
}

/* What the peer says, and what is agreed of it. */
static void hear(const char *formats, struct offer *theirs, struct mg_rtp *agreed)
{
	char text[512];
	unsigned warning;

	snprintf(text, sizeof(text),
		 "v=0\r\no=- 1 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\n"
		 "m=audio 5000 RTP/AVP %s\r\na=rtpmap:97 telephone-event/8000\r\n",
		 formats);
	ck_assert_int_eq(offer_parse(text, strlen(text), theirs, &warning), 0);
	ck_assert(offer_agree(theirs, &policy, LEG_LAW_ANY, agreed));
}

/* RFC 3311 5.2, RFC 3261 14.2 */
START_TEST(offer_of_theirs_is_taken_when_none_is_open)
{
	static const struct {
		enum exchange_open open;
		bool agreed;
		int status;
	} rows[] = {
		{ EXCHANGE_NONE, false, 500 },   { EXCHANGE_NONE, true, 0 },
		{ EXCHANGE_OURS, false, 491 },   { EXCHANGE_OURS, true, 491 },
		{ EXCHANGE_THEIRS, false, 500 }, { EXCHANGE_THEIRS, true, 500 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct exchange x = { .open = rows[i].open, .agreed = rows[i].agreed };

		ck_assert_int_eq(exchange_refusal(&x), rows[i].status);
		exchange_close(&x);
		ck_assert_int_eq(exchange_refusal(&x), 0);
	}
}
END_TEST

START_TEST(version_counts_changes_of_the_text)
{
	struct description d;
	struct offer theirs;
	struct mg_rtp agreed;

	describe(&d);
	hear("8 97", &theirs, &agreed);
	ck_assert_ptr_nonnull(
		strstr(description_answer(&d, &theirs, &agreed), "o=crosspoint 7 1 "));
	agreed.receive = false; /* within a round nothing changes */
	ck_assert_ptr_null(strstr(description_answer(&d, &theirs, &agreed), "a=sendonly"));
	agreed.receive = true;
	description_new_round(&d);
	ck_assert_ptr_nonnull(
		strstr(description_answer(&d, &theirs, &agreed), "o=crosspoint 7 1 "));
	agreed.receive = false;
	description_new_round(&d);
	const char *text = description_answer(&d, &theirs, &agreed);
	ck_assert_ptr_nonnull(strstr(text, "o=crosspoint 7 2 "));
	ck_assert_ptr_nonnull(strstr(text, "a=sendonly"));
	agreed.receive = true;
	description_new_round(&d);
	ck_assert_ptr_nonnull(
		strstr(description_answer(&d, &theirs, &agreed), "o=crosspoint 7 3 "));
}
END_TEST

/* RFC 3264 6.1, 8.3.2 */
START_TEST(events_keep_the_name_that_they_were_given)
{
	struct description d;
	struct offer theirs;
	struct mg_rtp agreed;

	describe(&d);
	hear("8 97", &theirs, &agreed);
	ck_assert_ptr_nonnull(strstr(description_answer(&d, &theirs, &agreed), "RTP/AVP 8 97\r\n"));
	description_new_round(&d);
	ck_assert_uint_eq(d.origin.tevent_pt, 97);
}
END_TEST

UNIT_MAIN("exchange", offer_of_theirs_is_taken_when_none_is_open,
	  version_counts_changes_of_the_text, events_keep_the_name_that_they_were_given)
