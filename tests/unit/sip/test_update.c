/* UPDATE and re-INVITE from the peer, early and established (RFC 3311, RFC 3261 14.2, RFC 6337). */
#include "sip/sip_guard.h"
#include "tests/unit/sip/rig_sound.h"

#define OLD_HOLD                                                                                   \
	"v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n"                  \
	"m=audio 4000 RTP/AVP 8 0\r\n"
#define RELIABLE(rseq) "Require: 100rel\nRSeq: " rseq "\n"

/* Established: hold, retrieve, another address, another target */

START_TEST(update_changes_an_established_session)
{
	in_open(PLAIN, "", SDP);
	in_request("UPDATE", 2, "", SDP_HOLD);
	peer_hears(&rig, "SIP/2.0 200 ");
	ck_assert_ptr_nonnull(strstr(rig.heard, "a=recvonly\r\n"));
	ck_assert(!rtp()->send && rtp()->receive);
	ck_assert_uint_eq(line_told(LEG_REMOTE_HOLD), 1);
	in_request("UPDATE", 3, "", SDP_MOVED);
	peer_hears(&rig, "SIP/2.0 200 ");
	ck_assert_uint_eq(rtp_port(), 5000);
	ck_assert(rtp()->send && rtp()->receive);
	ck_assert_uint_eq(line_told(LEG_REMOTE_RETRIEVAL), 1);
	clear_and_close();
}
END_TEST

START_TEST(update_without_a_description_only_refreshes)
{
	in_open(PLAIN, "", SDP);
	peer_says(
		&rig, "",
		"UPDATE sip:600@127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bKu\n"
		"From: <sip:100@127.0.0.1>;tag=al\nTo: <sip:600@127.0.0.1>;tag=%s\n"
		"Call-ID: call\nCSeq: 2 UPDATE\nContact: <sip:moved@127.0.0.1:%u>\n",
		rig.peer.port, tag, rig.peer.port);
	peer_hears(&rig, "SIP/2.0 200 ");
	ck_assert(!heard_sdp());
	line_says(LEG_RELEASE, false);
	peer_hears(&rig, "BYE sip:moved@");
	respond_to_heard("200 OK", "", "", "");
	rig_assert_idle(&rig);
	rig_close(&rig);
}
END_TEST

START_TEST(update_that_is_refused_changes_nothing)
{
	static const struct {
		const char *sdp, *status;
	} rows[] = {
		{ SDP_G729, "SIP/2.0 488 " },
		{ "v=0\r\nxxx", "SIP/2.0 400 " },
	};

	in_open(PLAIN, "", SDP);
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		in_request("UPDATE", 2 + i, "", rows[i].sdp);
		peer_hears(&rig, rows[i].status);
		ck_assert_uint_eq(rtp_port(), 4000);
	}
	in_request("UPDATE", 9, "", "");
	peer_hears(&rig, "SIP/2.0 200 ");
	clear_and_close();
}
END_TEST

/* RFC 3264 8: the version counts changes, so a refresh has the same one */
START_TEST(refresh_by_offer_keeps_the_version)
{
	char before[RIG_TEXT];

	in_open(PLAIN, "", SDP);
	in_request("UPDATE", 2, "", SDP);
	peer_hears(&rig, "SIP/2.0 200 ");
	snprintf(before, sizeof(before), "%s", strstr(rig.heard, "v=0"));
	in_request("INVITE", 3, "", SDP);
	peer_hears(&rig, "SIP/2.0 200 ");
	ck_assert_str_eq(strstr(rig.heard, "v=0"), before);
	in_request("ACK", 3, "", "");
	in_request("INVITE", 4, "", SDP_HOLD);
	peer_hears(&rig, "SIP/2.0 200 ");
	ck_assert_str_ne(strstr(rig.heard, "v=0"), before);
	in_request("ACK", 4, "", "");
	ck_assert_uint_eq(line_told(LEG_REMOTE_HOLD), 1);
	clear_and_close();
}
END_TEST

/* RFC 3264 8.4, and c=0.0.0.0 of RFC 2543 */
START_TEST(hold_is_told_once_whatever_its_form)
{
	static const char *const holds[] = {
		SDP_HOLD,
		SDP_OF("2", "4000", "8 0", "inactive"),
		OLD_HOLD,
	};

	for (unsigned i = 0; i < sizeof(holds) / sizeof(holds[0]); i++) {
		in_open(PLAIN, "", SDP);
		for (unsigned n = 0; n < 2; n++) {
			in_request("INVITE", 2 + n, "", holds[i]);
			peer_hears(&rig, "SIP/2.0 200 ");
			in_request("ACK", 2 + n, "", "");
			ck_assert(!rtp()->send);
			ck_assert_uint_eq(line_told(LEG_REMOTE_HOLD), 1);
			ck_assert_uint_eq(line_told(LEG_REMOTE_RETRIEVAL), 0);
		}
		in_request("INVITE", 4, "", SDP);
		peer_hears(&rig, "SIP/2.0 200 ");
		in_request("ACK", 4, "", "");
		ck_assert_uint_eq(line_told(LEG_REMOTE_RETRIEVAL), 1);
		clear_and_close();
	}
}
END_TEST

/* Early, server side */

/* RFC 3311 5.2: while the INVITE's offer has no answer that is sure to arrive, 500; without an offer 200 */
START_TEST(early_update_of_the_caller_waits_for_the_answer)
{
	open_with(REL100);
	in_invite("Supported: 100rel\n", SDP);
	line_says(LEG_ALERTING, false);
	in_hears("SIP/2.0 180 ");
	in_prack(2, "");
	peer_hears(&rig, "SIP/2.0 200 ");
	in_request("UPDATE", 3, "", SDP_MOVED);
	peer_hears(&rig, "SIP/2.0 500 ");
	ck_assert_str_ne(heard(&rig, "Retry-After"), "");
	in_request("UPDATE", 4, "", "");
	peer_hears(&rig, "SIP/2.0 200 ");
	line_says(LEG_PROGRESS, true);
	in_hears("SIP/2.0 183 ");
	in_prack(5, "");
	peer_hears(&rig, "SIP/2.0 200 ");
	in_request("UPDATE", 6, "", SDP_MOVED);
	peer_hears(&rig, "SIP/2.0 200 ");
	ck_assert(heard_sdp());
	ck_assert_uint_eq(rtp_port(), 5000);
	line_says(LEG_CONNECT, false);
	in_hears("SIP/2.0 200 ");
	ck_assert(!heard_sdp());
	in_request("ACK", 1, "", "");
	clear_and_close();
}
END_TEST

START_TEST(early_update_during_our_offer_is_491)
{
	open_with(REL100);
	in_invite("Supported: 100rel\n", "");
	line_says(LEG_PROGRESS, true);
	in_hears("SIP/2.0 183 ");
	in_request("UPDATE", 2, "", SDP_MOVED);
	peer_hears(&rig, "SIP/2.0 491 ");
	rig_close(&rig);
}
END_TEST

/* Between 200 and ACK: our answer stands, so another offer may come; our offer does not */
START_TEST(update_before_the_ack)
{
	open_with(PLAIN);
	in_invite("", SDP);
	line_says(LEG_CONNECT, false);
	in_hears("SIP/2.0 200 ");
	in_request("UPDATE", 2, "", SDP_MOVED);
	peer_hears(&rig, "SIP/2.0 200 ");
	ck_assert_uint_eq(rtp_port(), 5000);
	in_request("ACK", 1, "", "");
	clear_and_close();
	open_with(PLAIN);
	in_invite("", "");
	line_says(LEG_CONNECT, false);
	in_hears("SIP/2.0 200 ");
	in_request("UPDATE", 2, "", SDP_MOVED);
	peer_hears(&rig, "SIP/2.0 491 ");
	in_request("ACK", 1, "", SDP);
	ck_assert_uint_eq(rtp_port(), 4000);
	clear_and_close();
}
END_TEST

/* Early, client side */

START_TEST(early_update_of_the_callee_waits_for_its_answer)
{
	open_with(REL100);
	out_place();
	out_request("UPDATE", 1, "b", "", ""); /* of no dialog that we know */
	peer_hears(&rig, "SIP/2.0 481 ");
	out_respond("180 Ringing", "b", RELIABLE("1"), "");
	peer_hears(&rig, "PRACK ");
	respond_to_heard("200 OK", "", "", "");
	out_request("UPDATE", 2, "b", "", SDP_MOVED);
	peer_hears(&rig, "SIP/2.0 491 ");
	out_request("UPDATE", 3, "b", "", "");
	peer_hears(&rig, "SIP/2.0 200 ");
	out_respond("183 Session Progress", "b", RELIABLE("2"), SDP);
	peer_hears(&rig, "PRACK ");
	respond_to_heard("200 OK", "", "", "");
	ck_assert_uint_eq(rtp_port(), 4000);
	out_request("UPDATE", 4, "b", "", SDP_MOVED);
	peer_hears(&rig, "SIP/2.0 200 ");
	ck_assert(heard_sdp());
	ck_assert_uint_eq(rtp_port(), 5000);
	out_respond("200 OK", "b", "", "");
	peer_hears(&rig, "ACK ");
	ck_assert_uint_eq(rtp_port(), 5000);
	clear_and_close();
}
END_TEST

/* Each early dialog has its own state */
START_TEST(update_belongs_to_its_early_dialog)
{
	open_with(REL100);
	out_place();
	out_respond("183 Session Progress", "b", RELIABLE("1"), SDP);
	peer_hears(&rig, "PRACK ");
	respond_to_heard("200 OK", "", "", "");
	out_respond("180 Ringing", "c", "", "");
	out_request("UPDATE", 1, "c", "", SDP_MOVED); /* c has not answered */
	peer_hears(&rig, "SIP/2.0 491 ");
	out_request("UPDATE", 1, "b", "", SDP_MOVED); /* b has */
	peer_hears(&rig, "SIP/2.0 200 ");
	ck_assert_uint_eq(rtp_port(), 5000);
	out_request("UPDATE", 1, "d", "", ""); /* nobody knows d */
	peer_hears(&rig, "SIP/2.0 481 ");
	rig_close(&rig);
}
END_TEST

/* Races */

/* RFC 3261 12.2.2, 8.1.1.5 */
START_TEST(cseq_that_goes_back_or_too_far_is_refused)
{
	in_open(PLAIN, "", SDP);
	in_request("UPDATE", 50, "", "");
	peer_hears(&rig, "SIP/2.0 200 ");
	in_request("UPDATE", 49, "", SDP_MOVED);
	peer_hears(&rig, "SIP/2.0 500 ");
	in_request("INVITE", 48, "", SDP_MOVED);
	peer_hears(&rig, "SIP/2.0 500 ");
	in_request("INVITE", 0x80000000, "", SDP_MOVED);
	peer_hears(&rig, "SIP/2.0 400 ");
	ck_assert_uint_eq(rtp_port(), 4000);
	rig_close(&rig);
}
END_TEST

START_TEST(reinvite_after_bye_finds_nothing)
{
	static const char *const bodies[] = { SDP, "" };

	for (unsigned i = 0; i < 2; i++) {
		in_open(PLAIN, "", SDP);
		in_request("BYE", 2, "", "");
		peer_hears(&rig, "SIP/2.0 200 ");
		in_request("INVITE", 3, "", bodies[i]);
		peer_hears(&rig, "SIP/2.0 481 ");
		in_request("UPDATE", 4, "", bodies[i]);
		peer_hears(&rig, "SIP/2.0 481 ");
		rig_assert_idle(&rig);
		rig_close(&rig);
	}
}
END_TEST

START_TEST(reinvite_after_our_bye_is_refused)
{
	in_open(PLAIN, "", SDP);
	line_says(LEG_RELEASE, false);
	peer_hears(&rig, "BYE ");
	char bye[RIG_TEXT];
	memcpy(bye, rig.heard, sizeof(bye));
	in_request("INVITE", 2, "", "");
	peer_hears(&rig, "SIP/2.0 481 ");
	in_request("UPDATE", 3, "", SDP_HOLD);
	peer_hears(&rig, "SIP/2.0 481 ");
	memcpy(rig.heard, bye, sizeof(bye));
	respond_to_heard("200 OK", "", "", "");
	rig_assert_idle(&rig);
	rig_close(&rig);
}
END_TEST

static void in_cancel(unsigned cseq)
{
	peer_says(&rig, "",
		  "CANCEL sip:600@127.0.0.1 SIP/2.0\n"
		  "Via: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bKINVITE%u\n"
		  "From: \"Al\" <sip:100@127.0.0.1>;tag=al\nTo: <sip:600@127.0.0.1>%s%s\n"
		  "Call-ID: call\nCSeq: %u CANCEL\n",
		  rig.peer.port, cseq, cseq > 1 ? ";tag=" : "", cseq > 1 ? tag : "", cseq);
	peer_hears(&rig, "SIP/2.0 481 "); /* a 2xx ends the transaction, RFC 3261 17.2.1 */
	ck_assert_ptr_nonnull(strstr(heard(&rig, "CSeq"), "CANCEL"));
}

/* RFC 3261 9.2: it comes too late */
START_TEST(cancel_after_the_200_ends_nothing)
{
	open_with(PLAIN);
	in_invite("", SDP);
	line_says(LEG_CONNECT, false);
	in_hears("SIP/2.0 200 ");
	in_cancel(1);
	in_request("ACK", 1, "", "");
	in_request("INVITE", 2, "", SDP_HOLD);
	peer_hears(&rig, "SIP/2.0 200 ");
	in_cancel(2);
	in_request("ACK", 2, "", "");
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_RELEASE), 0);
	clear_and_close();
}
END_TEST

START_TEST(bye_of_the_callee_before_its_answer_ends_nothing)
{
	open_with(PLAIN);
	out_place();
	out_respond("180 Ringing", "b", "", "");
	out_request("BYE", 1, "b", "", "");
	peer_hears(&rig, "SIP/2.0 481 ");
	out_respond("200 OK", "b", "", SDP);
	peer_hears(&rig, "ACK ");
	clear_and_close();
}
END_TEST

/* What one call floods us with is refused, and ends nothing: RFC 3261 14.2's answer, which all know. */
START_TEST(flood_within_a_call_is_refused)
{
	struct guard_status status;
	unsigned taken = 0, refused = 0;

	in_open(PLAIN, "", SDP);
	for (unsigned i = 0; i < 200; i++) {
		in_request("OPTIONS", 2 + i, "", "");
		ck_assert(peer_hears_on(&rig, rig.fd));
		taken += !strncmp(rig.heard, "SIP/2.0 200 ", 12);
		if (strncmp(rig.heard, "SIP/2.0 500 ", 12) != 0)
			continue;
		refused++;
		ck_assert_str_ne(heard(&rig, "Retry-After"), "");
	}
	ck_assert_uint_eq(taken + refused, 200);
	ck_assert(taken >= 60 && taken <= 90);
	sip_guard_status(rig.sip, &status);
	for (unsigned i = 0; status.refused[i].name; i++) {
		if (!strcmp(status.refused[i].name, "call_requests_per_second"))
			ck_assert_uint_eq(status.refused[i].value, refused);
	}
	in_request("BYE", 300, "", ""); /* always passes */
	peer_hears(&rig, "SIP/2.0 200 ");
	rig_assert_idle(&rig);
	rig_close(&rig);
}
END_TEST

UNIT_MAIN("update", flood_within_a_call_is_refused, update_changes_an_established_session,
	  update_without_a_description_only_refreshes, update_that_is_refused_changes_nothing,
	  refresh_by_offer_keeps_the_version, hold_is_told_once_whatever_its_form,
	  early_update_of_the_caller_waits_for_the_answer, early_update_during_our_offer_is_491,
	  update_before_the_ack, early_update_of_the_callee_waits_for_its_answer,
	  update_belongs_to_its_early_dialog, cseq_that_goes_back_or_too_far_is_refused,
	  reinvite_after_bye_finds_nothing, reinvite_after_our_bye_is_refused,
	  cancel_after_the_200_ends_nothing, bye_of_the_callee_before_its_answer_ends_nothing)
