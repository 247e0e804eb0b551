/* Our own changes of a session: hold and retrieval by the far circuit, glare, refusals (RFC 3261 14, RFC 3311). */
#include "sip/session/session.h"
#include "tests/unit/sip/rig_sound.h"

/* The re-INVITE that was heard is answered. */
static void answered(const char *more, const char *sdp)
{
	respond_to_heard("200 OK", "", more, sdp);
	peer_hears(&rig, "ACK ");
}

START_TEST(hold_of_the_line_is_a_reinvite)
{
	in_open(PLAIN, "", SDP);
	line_holds(true);
	peer_hears(&rig, "INVITE sip:al@127.0.0.1:");
	ck_assert_ptr_nonnull(strstr(rig.heard, "a=sendonly\r\n"));
	ck_assert_ptr_nonnull(strstr(rig.heard, " 2 IN IP4 "));
	ck_assert_str_eq(heard_tag(&rig, "To"), "al");
	answered("", SDP_OF("2", "4000", "8", "recvonly"));
	ck_assert(rtp()->send && !rtp()->receive);
	line_holds(true); /* said again */
	peer_hears_nothing(&rig);
	line_holds(false);
	peer_hears(&rig, "INVITE ");
	ck_assert_ptr_nonnull(strstr(rig.heard, "a=sendrecv\r\n"));
	ck_assert_ptr_nonnull(strstr(rig.heard, " 3 IN IP4 "));
	answered("", SDP_OF("3", "4000", "8", "sendrecv"));
	ck_assert(rtp()->send && rtp()->receive);
	ck_assert_uint_eq(line_told(LEG_REMOTE_HOLD) + line_told(LEG_REMOTE_RETRIEVAL), 0);
	clear_and_close();
}
END_TEST

START_TEST(hold_works_in_calls_that_we_placed)
{
	out_open(PLAIN, "");
	line_holds(true);
	peer_hears(&rig, "INVITE sip:b@");
	answered("", SDP_OF("2", "4000", "8", "recvonly"));
	ck_assert(rtp()->send && !rtp()->receive);
	clear_and_close();
}
END_TEST

/* Whatever a peer answers to sendonly, we do not listen */
START_TEST(held_peer_is_not_heard)
{
	in_open(PLAIN, "", SDP);
	line_holds(true);
	peer_hears(&rig, "INVITE ");
	answered("", SDP);
	ck_assert(rtp()->send && !rtp()->receive);
	in_request("UPDATE", 2, "", SDP);
	peer_hears(&rig, "SIP/2.0 200 ");
	ck_assert_ptr_nonnull(strstr(rig.heard, "a=sendonly\r\n"));
	ck_assert(!rtp()->receive);
	clear_and_close();
}
END_TEST

/* What is wanted meanwhile comes after; the last word counts */
START_TEST(changes_wait_for_the_one_under_way)
{
	in_open(PLAIN, "", SDP);
	line_holds(true);
	peer_hears(&rig, "INVITE ");
	char first[RIG_TEXT];
	memcpy(first, rig.heard, sizeof(first));
	line_holds(false);
	line_holds(true);
	line_holds(false);
	peer_hears_nothing(&rig);
	memcpy(rig.heard, first, sizeof(first));
	answered("", SDP);
	peer_hears(&rig, "INVITE ");
	ck_assert_ptr_nonnull(strstr(rig.heard, "a=sendrecv\r\n"));
	answered("", SDP);
	peer_hears_nothing(&rig);
	clear_and_close();
}
END_TEST

START_TEST(hold_before_the_ack_waits_for_it)
{
	open_with(PLAIN);
	in_invite("", SDP);
	line_says(LEG_CONNECT, false);
	in_hears("SIP/2.0 200 ");
	line_holds(true);
	peer_hears_nothing(&rig);
	in_request("ACK", 1, "", "");
	peer_hears(&rig, "INVITE ");
	answered("", SDP);
	clear_and_close();
}
END_TEST

/* RFC 3261 14.1 */
START_TEST(refused_change_leaves_the_session_as_it_was)
{
	static const char *const statuses[] = { "488 Not Acceptable Here", "403 Forbidden",
						"500 Server Error", "603 Decline" };

	for (unsigned i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		in_open(PLAIN, "", SDP);
		line_holds(true);
		peer_hears(&rig, "INVITE ");
		respond_to_heard(statuses[i], "", "", "");
		peer_hears(&rig, "ACK ");
		rig_pass(&rig, 5000);
		peer_hears_nothing(&rig);
		ck_assert(rtp()->send && rtp()->receive);
		ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_RELEASE), 0);
		in_request("INVITE", 2, "", SDP_MOVED); /* nothing is open */
		peer_hears(&rig, "SIP/2.0 200 ");
		in_request("ACK", 2, "", "");
		clear_and_close();
	}
}
END_TEST

/* RFC 3261 14.1: 2.1 to 4 s for who owns the Call-ID, 0 to 2 s for the other, in units of 10 ms */
START_TEST(glare_is_tried_again_after_a_random_time)
{
	for (unsigned owner = 0; owner < 2; owner++) {
		unsigned before_ms = owner ? 2050 : 0, within_ms = owner ? 2000 : 2050;

		if (owner)
			out_open(PLAIN, "");
		else
			in_open(PLAIN, "", SDP);
		line_holds(true);
		peer_hears(&rig, "INVITE ");
		respond_to_heard("491 Request Pending", "", "", "");
		peer_hears(&rig, "ACK ");
		rig_pass(&rig, before_ms);
		if (owner)
			peer_hears_nothing(&rig);
		rig_pass(&rig, within_ms);
		peer_hears(&rig, "INVITE ");
		ck_assert_ptr_nonnull(strstr(rig.heard, "a=sendonly\r\n"));
		respond_to_heard("200 OK", "", "", SDP);
		do
			ck_assert(peer_hears_on(&rig, rig.fd)); /* it may have been sent again */
		while (strncmp(rig.heard, "ACK ", 4));
		clear_and_close();
	}
}
END_TEST

START_TEST(their_change_during_ours_is_491)
{
	in_open(PLAIN, "", SDP);
	line_holds(true);
	peer_hears(&rig, "INVITE ");
	char ours[RIG_TEXT];
	memcpy(ours, rig.heard, sizeof(ours));
	in_request("INVITE", 2, "", SDP_MOVED);
	peer_hears(&rig, "SIP/2.0 491 ");
	in_request("UPDATE", 3, "", SDP_MOVED);
	peer_hears(&rig, "SIP/2.0 491 ");
	in_request("UPDATE", 4, "", "");
	peer_hears(&rig, "SIP/2.0 200 ");
	ck_assert_uint_eq(rtp_port(), 4000);
	memcpy(rig.heard, ours, sizeof(ours));
	answered("", SDP);
	clear_and_close();
}
END_TEST

START_TEST(retry_after_is_kept)
{
	in_open(PLAIN, "", SDP);
	line_holds(true);
	peer_hears(&rig, "INVITE ");
	respond_to_heard("500 Server Error", "", "Retry-After: 7\n", "");
	peer_hears(&rig, "ACK ");
	rig_pass(&rig, 6900);
	peer_hears_nothing(&rig);
	rig_pass(&rig, 200);
	peer_hears(&rig, "INVITE ");
	answered("", SDP);
	clear_and_close();
}
END_TEST

START_TEST(peer_that_refuses_for_ever_is_left_alone)
{
	unsigned times = 0;

	in_open(PLAIN, "", SDP);
	line_holds(true);
	for (unsigned i = 0; i < 2000; i++) { /* 100 s */
		if (peer_hears_on(&rig, rig.fd) && !strncmp(rig.heard, "INVITE ", 7)) {
			times++;
			respond_to_heard("491 Request Pending", "", "", "");
		}
		rig_pass(&rig, 50);
	}
	ck_assert_uint_le(times, 20);
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_RELEASE), 0);
	clear_and_close();
}
END_TEST

/* RFC 3261 12.2.1.2 */
START_TEST(peer_that_is_gone_ends_the_session)
{
	static const char *const statuses[] = { "481 No Such Call", "408 Request Timeout" };

	for (unsigned i = 0; i < 2; i++) {
		in_open(PLAIN, "", SDP);
		line_holds(true);
		peer_hears(&rig, "INVITE ");
		respond_to_heard(statuses[i], "", "", "");
		peer_hears(&rig, "ACK ");
		peer_hears(&rig, "BYE ");
		assert_cause(CAUSE_RECOVERY_ON_TIMER);
		respond_to_heard("481 No Such Call", "", "", "");
		rig_assert_idle(&rig);
		rig_close(&rig);
	}
}
END_TEST

START_TEST(silent_peer_ends_the_session)
{
	in_open(PLAIN, "", SDP);
	line_holds(true);
	rig_pass(&rig, 2 * RIG_TIMER_B_MS + 1000);
	assert_cause(CAUSE_RECOVERY_ON_TIMER);
	rig_pass(&rig, RIG_TIMER_B_MS + 1000);
	rig_assert_idle(&rig);
	rig_close(&rig);
}
END_TEST

START_TEST(answer_that_cannot_be_used_ends_the_session)
{
	static const char *const answers[] = { "", SDP_G729, "v=0\r\nxxx" };

	for (unsigned i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		in_open(PLAIN, "", SDP);
		line_holds(true);
		peer_hears(&rig, "INVITE ");
		answered("", answers[i]);
		peer_hears(&rig, "BYE ");
		assert_cause(CAUSE_BEARER_NOT_IMPLEMENTED);
		respond_to_heard("200 OK", "", "", "");
		rig_assert_idle(&rig);
		rig_close(&rig);
	}
}
END_TEST

/* Either side clears while our re-INVITE is open; its 200 is acknowledged all the same */
START_TEST(session_may_end_during_a_change)
{
	in_open(PLAIN, "", SDP);
	line_holds(true);
	peer_hears(&rig, "INVITE ");
	char ours[RIG_TEXT], bye[RIG_TEXT];
	memcpy(ours, rig.heard, sizeof(ours));
	line_says(LEG_RELEASE, false);
	peer_hears(&rig, "BYE ");
	memcpy(bye, rig.heard, sizeof(bye));
	memcpy(rig.heard, ours, sizeof(ours));
	answered("", SDP);
	memcpy(rig.heard, bye, sizeof(bye));
	respond_to_heard("200 OK", "", "", "");
	rig_assert_idle(&rig);
	rig_close(&rig);
	in_open(PLAIN, "", SDP);
	line_holds(true);
	peer_hears(&rig, "INVITE ");
	in_request("BYE", 2, "", "");
	peer_hears(&rig, "SIP/2.0 200 ");
	rig_assert_idle(&rig);
	rig_close(&rig);
	in_open(PLAIN, "", SDP);
	line_holds(true);
	rig_close(&rig);
}
END_TEST

/* RFC 3261 12.2.1.2 */
START_TEST(answer_moves_the_remote_target)
{
	out_open(PLAIN, "");
	line_holds(true);
	peer_hears(&rig, "INVITE sip:b@");
	respond_to_heard("200 OK", "moved", "", SDP); /* names its Contact */
	peer_hears(&rig, "ACK sip:moved@");
	line_says(LEG_RELEASE, false);
	peer_hears(&rig, "BYE sip:moved@");
	rig_close(&rig);
}
END_TEST

/* RFC 3264 8: every stream has its line in every later offer, in the same place */
START_TEST(hold_repeats_the_streams_that_were_refused)
{
	in_open(PLAIN, "",
		"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
		"m=video 4002 RTP/AVP 31\r\nm=audio 4000 RTP/AVP 8\r\n");
	line_holds(true);
	peer_hears(&rig, "INVITE ");
	const char *video = strstr(rig.heard, "m=video 0 "), *audio = strstr(rig.heard, "m=audio ");
	ck_assert_msg(video && audio && video < audio, "%s", rig.heard);
	answered("", "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
		     "m=video 0 RTP/AVP 31\r\nm=audio 4000 RTP/AVP 8\r\na=recvonly\r\n");
	ck_assert(rtp()->send && !rtp()->receive);
	clear_and_close();
}
END_TEST

/* Before the answer, once the early dialog is there for sure (RFC 3311 4): what needs no description */
static struct session *the_session(void)
{
	return container_of(rig.sip->sessions.next, struct session, entry);
}

START_TEST(party_is_told_early_by_update)
{
	open_with(REL100);
	in_invite("Supported: 100rel\nAllow: INVITE, UPDATE\n", SDP);
	line_says(LEG_ALERTING, false);
	in_hears("SIP/2.0 180 ");
	session_modify(the_session(), CHANGE_PARTY); /* waits for the PRACK */
	in_prack(2, "");
	peer_hears(&rig, "SIP/2.0 200 ");
	peer_hears(&rig, "UPDATE sip:al@");
	ck_assert(!heard_sdp());
	char update[RIG_TEXT];
	memcpy(update, rig.heard, sizeof(update));
	line_says(LEG_CONNECT, false);
	in_hears("SIP/2.0 200 ");
	in_request("ACK", 1, "", "");
	line_holds(true); /* one at a time */
	peer_hears_nothing(&rig);
	memcpy(rig.heard, update, sizeof(update));
	respond_to_heard("200 OK", "", "", "");
	peer_hears(&rig, "INVITE ");
	answered("", SDP);
	clear_and_close();
	open_with(PLAIN);
	out_place();
	out_respond("180 Ringing", "b", "Allow: UPDATE\n", "");
	session_modify(the_session(), CHANGE_PARTY);
	rig_settle(&rig);
	peer_hears(&rig, "UPDATE sip:b@");
	respond_to_heard("405 Method Not Allowed", "", "", "");
	out_respond("200 OK", "b", "", SDP);
	peer_hears(&rig, "ACK ");
	peer_hears(&rig, "INVITE sip:b@");
	answered("", SDP);
	clear_and_close();
}
END_TEST

UNIT_MAIN("modify", hold_of_the_line_is_a_reinvite, hold_works_in_calls_that_we_placed,
	  held_peer_is_not_heard, changes_wait_for_the_one_under_way,
	  hold_before_the_ack_waits_for_it, refused_change_leaves_the_session_as_it_was,
	  glare_is_tried_again_after_a_random_time, their_change_during_ours_is_491,
	  retry_after_is_kept, peer_that_refuses_for_ever_is_left_alone,
	  peer_that_is_gone_ends_the_session, silent_peer_ends_the_session,
	  answer_that_cannot_be_used_ends_the_session, session_may_end_during_a_change,
	  answer_moves_the_remote_target, hold_repeats_the_streams_that_were_refused,
	  party_is_told_early_by_update)
