/* Reliable provisional responses, both ways (RFC 3262). */
#include "tests/unit/sip/rig_sound.h"

#define SUPPORTED "Supported: 100rel\n"
#define RELIABLE(rseq) "Require: 100rel\nRSeq: " rseq "\n"

/* Server side */

START_TEST(response_goes_reliably_when_both_sides_can)
{
	static const struct {
		enum session_rel100 policy;
		const char *more;
		bool reliable;
	} rows[] = {
		{ REL100_OFF, SUPPORTED, false },
		{ REL100_SUPPORTED, "", false },
		{ REL100_SUPPORTED, SUPPORTED, true },
		{ REL100_SUPPORTED, "Require: 100rel\n", true },
		{ REL100_REQUIRED, SUPPORTED, true },
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		open_with((struct session_policy){ .rel100 = rows[i].policy });
		in_invite(rows[i].more, SDP);
		line_says(LEG_ALERTING, false);
		in_hears("SIP/2.0 180 ");
		ck_assert_str_eq(heard(&rig, "Require"), rows[i].reliable ? "100rel" : "");
		ck_assert(!*heard(&rig, "RSeq") == !rows[i].reliable);
		rig_close(&rig);
	}
}
END_TEST

START_TEST(caller_who_cannot_is_refused_where_it_is_required)
{
	open_with((struct session_policy){ .rel100 = REL100_REQUIRED });
	in_request("INVITE", 1, "", SDP);
	peer_hears(&rig, "SIP/2.0 421 ");
	ck_assert_str_eq(heard(&rig, "Require"), "100rel");
	in_refused();
	open_with(PLAIN);
	in_request("INVITE", 1, "Require: 100rel\n", SDP);
	peer_hears(&rig, "SIP/2.0 420 ");
	ck_assert_str_eq(heard(&rig, "Unsupported"), "100rel");
	in_refused();
}
END_TEST

/* RFC 3262 3: again at T1, 2*T1, ...; 5xx when no PRACK came in 64*T1 */
START_TEST(response_comes_again_until_prack)
{
	open_with(REL100);
	in_invite(SUPPORTED, SDP);
	line_says(LEG_ALERTING, false);
	in_hears("SIP/2.0 180 ");
	rig_pass(&rig, 600);
	peer_hears(&rig, "SIP/2.0 180 ");
	rig_pass(&rig, 1000);
	peer_hears(&rig, "SIP/2.0 180 ");
	in_prack(2, "");
	peer_hears(&rig, "SIP/2.0 200 ");
	rig_pass(&rig, 10000);
	peer_hears_nothing(&rig);
	line_says(LEG_CONNECT, false);
	in_hears("SIP/2.0 200 ");
	in_request("ACK", 1, "", "");
	clear_and_close();
}
END_TEST

START_TEST(call_ends_without_prack)
{
	open_with(REL100);
	in_invite(SUPPORTED, SDP);
	line_says(LEG_ALERTING, false);
	in_hears("SIP/2.0 180 ");
	rig_pass(&rig, RIG_TIMER_B_MS + 500);
	while (!strncmp(rig.heard, "SIP/2.0 180 ", 12))
		ck_assert(peer_hears_on(&rig, rig.fd));
	ck_assert_msg(!strncmp(rig.heard, "SIP/2.0 504 ", 12), "%s", rig.heard);
	assert_cause(CAUSE_RECOVERY_ON_TIMER);
	in_refused();
}
END_TEST

/* RFC 3262 3: one at a time, and the 2xx after them */
START_TEST(responses_wait_for_the_prack_of_the_one_before)
{
	open_with(REL100);
	in_invite(SUPPORTED, SDP);
	line_says(LEG_PROGRESS, true);
	in_hears("SIP/2.0 183 ");
	ck_assert(heard_sdp());
	unsigned rseq = (unsigned)atoi(heard(&rig, "RSeq"));
	line_says(LEG_ALERTING, false); /* waits */
	in_prack(2, "");
	peer_hears(&rig, "SIP/2.0 200 ");
	ck_assert_str_eq(heard(&rig, "CSeq"), "2 PRACK");
	in_hears("SIP/2.0 180 ");
	ck_assert_uint_eq((unsigned)atoi(heard(&rig, "RSeq")), rseq + 1);
	ck_assert(!heard_sdp());       /* it was answered */
	line_says(LEG_CONNECT, false); /* waits */
	in_prack(3, "");
	peer_hears(&rig, "SIP/2.0 200 ");
	ck_assert_str_eq(heard(&rig, "CSeq"), "3 PRACK");
	peer_hears(&rig, "SIP/2.0 200 ");
	ck_assert_str_eq(heard(&rig, "CSeq"), "1 INVITE");
	ck_assert(!heard_sdp());
	in_request("ACK", 1, "", "");
	clear_and_close();
}
END_TEST

/* RFC 3262 7.2, and a PRACK that came before is answered as it was */
START_TEST(prack_is_matched_by_rack)
{
	static const char *const racks[] = { "RAck: 1 1 INVITE\n", "RAck: 0 1 INVITE\n", "",
					     "RAck: 1 2 INVITE\n", "RAck: 1 1 BYE\n" };

	open_with(REL100);
	in_invite(SUPPORTED, SDP);
	line_says(LEG_ALERTING, false);
	in_hears("SIP/2.0 180 ");
	for (unsigned i = 0; i < sizeof(racks) / sizeof(racks[0]); i++) {
		char response[RIG_TEXT];

		memcpy(response, rig.heard, sizeof(response));
		in_request("PRACK", 10 + i, racks[i], "");
		ck_assert(peer_hears_on(&rig, rig.fd));
		ck_assert_msg(!strncmp(rig.heard, "SIP/2.0 4", 9), "%s", rig.heard);
		memcpy(rig.heard, response, sizeof(response));
	}
	in_prack(20, "");
	peer_hears(&rig, "SIP/2.0 200 ");
	rig_close(&rig);
}
END_TEST

START_TEST(prack_of_a_stranger_is_none)
{
	char prack[RIG_TEXT];
	uint16_t port;

	open_with(REL100);
	in_invite(SUPPORTED, SDP);
	line_says(LEG_ALERTING, false);
	in_hears("SIP/2.0 180 ");
	int fd = rig_socket("127.0.0.2", &port);
	snprintf(prack, sizeof(prack),
		 "PRACK sip:600@127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP "
		 "127.0.0.2;rport;branch=z9hG4bKx\n"
		 "From: <sip:100@127.0.0.1>;tag=al\nTo: <sip:600@127.0.0.1>;tag=%s\n"
		 "Call-ID: call\nCSeq: 2 PRACK\nRAck: %s 1 INVITE\n",
		 tag, heard(&rig, "RSeq"));
	peer_says_from(&rig, fd, prack, "");
	ck_assert(peer_hears_on(&rig, fd));
	ck_assert_msg(!strncmp(rig.heard, "SIP/2.0 403 ", 12), "%s", rig.heard);
	close(fd);
	rig_close(&rig);
}
END_TEST

/* RFC 3262 5: without an offer in the INVITE the first reliable response has one, and the PRACK the answer */
START_TEST(response_offers_and_prack_answers)
{
	open_with(REL100);
	in_invite(SUPPORTED, "");
	line_says(LEG_PROGRESS, true);
	in_hears("SIP/2.0 183 ");
	ck_assert(heard_sdp());
	ck_assert(!rtp()->send);
	in_prack(2, SDP_MOVED);
	peer_hears(&rig, "SIP/2.0 200 ");
	ck_assert(!heard_sdp());
	ck_assert_uint_eq(rtp_port(), 5000);
	ck_assert(rtp()->send && rtp()->receive);
	line_says(LEG_CONNECT, false);
	in_hears("SIP/2.0 200 ");
	ck_assert(!heard_sdp());
	in_request("ACK", 1, "", "");
	clear_and_close();
}
END_TEST

START_TEST(prack_without_the_answer_ends_the_call)
{
	static const char *const answers[] = { "", SDP_G729, "v=0\r\nxxx" };

	for (unsigned i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		open_with(REL100);
		in_invite(SUPPORTED, "");
		line_says(LEG_PROGRESS, true);
		in_hears("SIP/2.0 183 ");
		in_prack(2, answers[i]);
		peer_hears(&rig, "SIP/2.0 200 ");
		peer_hears(&rig, "SIP/2.0 488 ");
		assert_cause(CAUSE_BEARER_NOT_IMPLEMENTED);
		in_refused();
	}
}
END_TEST

/* RFC 3262 5: once the first offer is answered, PRACK may bring another */
START_TEST(prack_may_offer)
{
	open_with(REL100);
	in_invite(SUPPORTED, SDP);
	line_says(LEG_PROGRESS, true);
	in_hears("SIP/2.0 183 ");
	in_prack(2, SDP_MOVED);
	peer_hears(&rig, "SIP/2.0 200 ");
	ck_assert_str_eq(heard(&rig, "CSeq"), "2 PRACK");
	ck_assert(heard_sdp());
	ck_assert_uint_eq(rtp_port(), 5000);
	line_says(LEG_ALERTING, false);
	in_hears("SIP/2.0 180 ");
	in_prack(3, SDP_G729); /* refused, and nothing changes */
	peer_hears(&rig, "SIP/2.0 488 ");
	ck_assert_uint_eq(rtp_port(), 5000);
	line_says(LEG_CONNECT, false);
	in_hears("SIP/2.0 200 ");
	in_request("ACK", 1, "", "");
	clear_and_close();
}
END_TEST

/* RFC 6337 3.1: the INVITE's offer is not answered yet */
START_TEST(prack_may_not_offer_before_the_answer)
{
	open_with(REL100);
	in_invite(SUPPORTED, SDP);
	line_says(LEG_ALERTING, false);
	in_hears("SIP/2.0 180 ");
	in_prack(2, SDP_MOVED);
	peer_hears(&rig, "SIP/2.0 500 ");
	ck_assert_str_ne(heard(&rig, "Retry-After"), "");
	rig_close(&rig);
}
END_TEST

START_TEST(caller_may_give_up_before_the_prack)
{
	open_with(REL100);
	in_invite(SUPPORTED, SDP);
	line_says(LEG_PROGRESS, true);
	in_hears("SIP/2.0 183 ");
	line_says(LEG_CONNECT, false); /* waits */
	char to[64];
	snprintf(to, sizeof(to), "%s", tag);
	tag[0] = '\0';
	peer_says(&rig, "",
		  "CANCEL sip:600@127.0.0.1 SIP/2.0\n"
		  "Via: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bKINVITE1\n"
		  "From: \"Al\" <sip:100@127.0.0.1>;tag=al\nTo: <sip:600@127.0.0.1>\n"
		  "Call-ID: call\nCSeq: 1 CANCEL\n",
		  rig.peer.port);
	peer_hears(&rig, "SIP/2.0 200 ");
	peer_hears(&rig, "SIP/2.0 487 ");
	in_refused();
}
END_TEST

START_TEST(session_may_go_while_its_prack_is_awaited)
{
	open_with(REL100);
	in_invite(SUPPORTED, SDP);
	line_says(LEG_PROGRESS, true);
	in_hears("SIP/2.0 183 ");
	rig_close(&rig);
}
END_TEST

/* RFC 3262 3: no proxy gives up a call that rings for long */
START_TEST(reliable_response_is_followed_by_another_in_time)
{
	open_with(REL100);
	in_invite(SUPPORTED, SDP);
	line_says(LEG_ALERTING, false);
	in_hears("SIP/2.0 180 ");
	in_prack(2, "");
	peer_hears(&rig, "SIP/2.0 200 ");
	rig_pass(&rig, 149000);
	peer_hears_nothing(&rig);
	rig_pass(&rig, 1200);
	in_hears("SIP/2.0 180 ");
	in_prack(3, "");
	peer_hears(&rig, "SIP/2.0 200 ");
	rig_close(&rig);
}
END_TEST

/* Client side */

START_TEST(invite_says_what_we_can)
{
	static const struct {
		enum session_rel100 policy;
		const char *supported, *require;
	} rows[] = { { REL100_OFF, "replaces, norefersub, 199", "" },
		     { REL100_SUPPORTED, "100rel, replaces, norefersub, 199", "" },
		     { REL100_REQUIRED, "100rel, replaces, norefersub, 199", "100rel" } };

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		open_with((struct session_policy){ .rel100 = rows[i].policy });
		out_place();
		ck_assert_str_eq(heard(&rig, "Supported"), rows[i].supported);
		ck_assert_str_eq(heard(&rig, "Require"), rows[i].require);
		rig_close(&rig);
	}
}
END_TEST

START_TEST(each_reliable_response_is_acknowledged_once_and_in_order)
{
	open_with(REL100);
	out_place();
	out_respond("183 Session Progress", "b", RELIABLE("7"), SDP);
	peer_hears(&rig, "PRACK sip:b@127.0.0.1:");
	ck_assert(!strncmp(heard(&rig, "RAck"), "7 ", 2));
	ck_assert_ptr_nonnull(strstr(heard(&rig, "RAck"), " INVITE"));
	respond_to_heard("200 OK", "", "", "");
	ck_assert(mock_leg_told(&rig.line, LEG_PROGRESS)->inband);
	out_respond("183 Session Progress", "b", RELIABLE("7"), SDP); /* again */
	peer_hears_nothing(&rig);
	out_respond("180 Ringing", "b", RELIABLE("9"), ""); /* one is missing */
	peer_hears_nothing(&rig);
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_ALERTING), 0);
	out_respond("180 Ringing", "b", RELIABLE("8"), "");
	peer_hears(&rig, "PRACK ");
	ck_assert(!strncmp(heard(&rig, "RAck"), "8 ", 2));
	respond_to_heard("200 OK", "", "", "");
	ck_assert(mock_leg_told(&rig.line, LEG_ALERTING)->inband);
	out_respond("200 OK", "b", "", "");
	peer_hears(&rig, "ACK ");
	ck_assert_uint_eq((unsigned)atoi(heard(&rig, "CSeq")),
			  (unsigned)atoi(strstr(invited, "CSeq: ") + 6));
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_CONNECT), 1);
	clear_and_close();
}
END_TEST

/* RFC 6337 3.1.1: the answer in a reliable response is for good */
START_TEST(description_after_the_answer_says_nothing)
{
	open_with(REL100);
	out_place();
	out_respond("183 Session Progress", "b", RELIABLE("1"), SDP);
	peer_hears(&rig, "PRACK ");
	respond_to_heard("200 OK", "", "", "");
	out_respond("200 OK", "b", "", SDP_MOVED);
	peer_hears(&rig, "ACK ");
	ck_assert_uint_eq(rtp_port(), 4000);
	clear_and_close();
}
END_TEST

START_TEST(forks_are_acknowledged_each_in_its_dialog)
{
	open_with(REL100);
	out_place();
	out_respond("183 Session Progress", "b", RELIABLE("100"), SDP);
	peer_hears(&rig, "PRACK sip:b@");
	ck_assert_str_eq(heard_tag(&rig, "To"), "b");
	respond_to_heard("200 OK", "", "", "");
	out_respond("183 Session Progress", "c", RELIABLE("1"), SDP_MOVED);
	peer_hears(&rig, "PRACK sip:c@");
	ck_assert_str_eq(heard_tag(&rig, "To"), "c");
	respond_to_heard("200 OK", "", "", "");
	out_respond("180 Ringing", "b", RELIABLE("101"), "");
	peer_hears(&rig, "PRACK sip:b@");
	respond_to_heard("200 OK", "", "", "");
	ck_assert_uint_eq(rtp_port(), 4000); /* b is at hand again */
	out_respond("200 OK", "c", "", "");
	peer_hears(&rig, "ACK sip:c@");
	ck_assert_uint_eq(rtp_port(), 5000);
	clear_and_close();
}
END_TEST

START_TEST(prack_is_sent_again_until_answered)
{
	open_with(REL100);
	out_place();
	out_respond("180 Ringing", "b", RELIABLE("1"), "");
	peer_hears(&rig, "PRACK ");
	rig_pass(&rig, 600);
	peer_hears(&rig, "PRACK ");
	respond_to_heard("200 OK", "", "", "");
	rig_pass(&rig, 3000);
	peer_hears_nothing(&rig);
	rig_close(&rig);
}
END_TEST

UNIT_MAIN("reliable", response_goes_reliably_when_both_sides_can,
	  caller_who_cannot_is_refused_where_it_is_required, response_comes_again_until_prack,
	  call_ends_without_prack, responses_wait_for_the_prack_of_the_one_before,
	  prack_is_matched_by_rack, prack_of_a_stranger_is_none, response_offers_and_prack_answers,
	  prack_without_the_answer_ends_the_call, prack_may_offer,
	  prack_may_not_offer_before_the_answer, caller_may_give_up_before_the_prack,
	  session_may_go_while_its_prack_is_awaited,
	  reliable_response_is_followed_by_another_in_time, invite_says_what_we_can,
	  each_reliable_response_is_acknowledged_once_and_in_order,
	  description_after_the_answer_says_nothing, forks_are_acknowledged_each_in_its_dialog,
	  prack_is_sent_again_until_answered)
