/* Early dialogs of our INVITE: early sound, forks, and the races of giving up (RFC 3261 9, 12.1, 13.2.2; RFC 6228). */
#include "tests/unit/sip/rig_sound.h"

#define SDP_C SDP_OF("1", "4002", "8 0", "sendrecv")

static void ring(void)
{
	open_with(PLAIN);
	out_place();
}

START_TEST(ringing_and_sound_come_in_any_order)
{
	static const struct {
		const char *first, *first_sdp, *second, *second_sdp;
		bool sound; /* after both */
	} rows[] = {
		{ "180 Ringing", "", "183 Session Progress", SDP, true },
		{ "183 Session Progress", SDP, "180 Ringing", "", true },
		{ "180 Ringing", SDP, "183 Session Progress", "", true },
		{ "183 Session Progress", "", "180 Ringing", "", false },
		{ "183 Session Progress", SDP, "183 Session Progress", "", true },
		{ "181 Call Is Being Forwarded", SDP, "180 Ringing", "", true },
		{ "182 Queued", "", "180 Ringing", SDP, true },
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool rings = strstr(rows[i].first, "Ringing") || strstr(rows[i].second, "Ringing");

		ring();
		out_respond(rows[i].first, "b", "", rows[i].first_sdp);
		out_respond(rows[i].second, "b", "", rows[i].second_sdp);
		ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_ALERTING), rings);
		ck_assert(rtp()->send == rows[i].sound);
		out_respond("200 OK", "b", "", SDP);
		peer_hears(&rig, "ACK ");
		clear_and_close();
	}
}
END_TEST

START_TEST(progress_without_a_description_is_told)
{
	ring();
	out_respond("183 Session Progress", "b", "", "");
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_PROGRESS), 1);
	ck_assert(!mock_leg_told(&rig.line, LEG_PROGRESS)->inband);
	rig_close(&rig);
}
END_TEST

START_TEST(early_answer_that_cannot_be_used_waits_for_a_better)
{
	static const char *const answers[] = { SDP_G729, "v=0\r\nxxx" };

	for (unsigned i = 0; i < 2; i++) {
		ring();
		out_respond("183 Session Progress", "b", "", answers[i]);
		out_respond("183 Session Progress", "b", "", answers[1 - i]);
		ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_RELEASE), 0);
		out_respond("200 OK", "b", "", SDP);
		peer_hears(&rig, "ACK ");
		ck_assert_uint_eq(rtp_port(), 4000);
		clear_and_close();
	}
}
END_TEST

/* The dialog that wins brings back what it said before */
START_TEST(winner_is_heard_by_its_own_description)
{
	ring();
	out_respond("183 Session Progress", "b", "", SDP);
	out_respond("183 Session Progress", "c", "", SDP_C);
	ck_assert_uint_eq(rtp_port(), 4002);
	out_respond("200 OK", "b", "", "");
	peer_hears(&rig, "ACK sip:b@");
	ck_assert_uint_eq(rtp_port(), 4000);
	line_says(LEG_RELEASE, false);
	peer_hears(&rig, "BYE sip:b@");
	respond_to_heard("200 OK", "", "", "");
	rig_assert_idle(&rig);
	rig_close(&rig);
}
END_TEST

/* RFC 3261 13.2.2.4 */
START_TEST(late_answers_of_losers_are_cleared)
{
	ring();
	out_respond("180 Ringing", "b", "", "");
	out_respond("180 Ringing", "c", "", "");
	out_respond("200 OK", "c", "", SDP_C);
	peer_hears(&rig, "ACK sip:c@");
	out_respond("200 OK", "b", "", SDP);
	peer_hears(&rig, "ACK ");
	ck_assert_str_eq(heard_tag(&rig, "To"), "b");
	peer_hears(&rig, "BYE ");
	ck_assert_str_eq(heard_tag(&rig, "To"), "b");
	ck_assert_uint_eq(rtp_port(), 4002);
	out_request("BYE", 1, "b", "", ""); /* what a loser has to say is of no account */
	peer_hears(&rig, "SIP/2.0 481 ");
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_RELEASE), 0);
	clear_and_close();
}
END_TEST

/* RFC 6228 */
START_TEST(early_dialog_may_end_alone)
{
	ring();
	out_respond("183 Session Progress", "b", "", SDP);
	out_respond("183 Session Progress", "c", "", SDP_C);
	ck_assert_uint_eq(rtp_port(), 4002);
	out_respond("199 Early Dialog Terminated", "c", "", "");
	ck_assert_uint_eq(rtp_port(), 4000);
	out_request("UPDATE", 1, "c", "", "");
	peer_hears(&rig, "SIP/2.0 481 ");
	out_respond("199 Early Dialog Terminated", "b", "", ""); /* the last one stays */
	out_respond("200 OK", "d", "", SDP_C);
	peer_hears(&rig, "ACK sip:d@");
	ck_assert_uint_eq(rtp_port(), 4002);
	clear_and_close();
}
END_TEST

/* However many there are */
START_TEST(forks_without_end_are_bounded)
{
	char tags[16];

	ring();
	for (unsigned i = 0; i < 100; i++) {
		snprintf(tags, sizeof(tags), "f%u", i);
		out_respond("183 Session Progress", tags, "Require: 100rel\nRSeq: 1\n", SDP);
	}
	while (peer_hears_on(&rig, rig.fd))
		ck_assert(!strncmp(rig.heard, "PRACK ", 6));
	out_respond("200 OK", "f99", "", SDP_C);
	do
		ck_assert(peer_hears_on(&rig, rig.fd));
	while (strncmp(rig.heard, "ACK ", 4));
	ck_assert_str_eq(heard_tag(&rig, "To"), "f99");
	ck_assert_uint_eq(rtp_port(), 4002);
	rig_close(&rig);
}
END_TEST

START_TEST(refusal_after_forks_leaves_nothing)
{
	ring();
	out_respond("183 Session Progress", "b", "", SDP);
	out_respond("180 Ringing", "c", "", "");
	out_respond("486 Busy Here", "p", "", "");
	peer_hears(&rig, "ACK ");
	assert_cause(CAUSE_USER_BUSY);
	rig_assert_idle(&rig);
	rig_close(&rig);
}
END_TEST

/* Giving up: its 200 crosses the CANCEL, in an early dialog or a new one */
START_TEST(answer_that_crosses_the_cancel_is_cleared_in_its_dialog)
{
	static const char *const tags[] = { "b", "c", "d" };

	for (unsigned i = 0; i < 3; i++) {
		ring();
		out_respond("183 Session Progress", "b", "", SDP);
		out_respond("180 Ringing", "c", "", "");
		line_says(LEG_RELEASE, false);
		peer_hears(&rig, "CANCEL ");
		respond_to_heard("200 OK", "", "", "");
		out_respond("200 OK", tags[i], "", SDP);
		peer_hears(&rig, "ACK ");
		ck_assert_str_eq(heard_tag(&rig, "To"), tags[i]);
		peer_hears(&rig, "BYE ");
		ck_assert_str_eq(heard_tag(&rig, "To"), tags[i]);
		respond_to_heard("200 OK", "", "", "");
		ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_CONNECT), 0);
		rig_assert_idle(&rig);
		rig_close(&rig);
	}
}
END_TEST

/* RFC 3262 4: else it would be sent again and again */
START_TEST(reliable_response_after_the_cancel_is_acknowledged)
{
	open_with(REL100);
	out_place();
	out_respond("180 Ringing", "b", "", "");
	line_says(LEG_RELEASE, false);
	peer_hears(&rig, "CANCEL ");
	respond_to_heard("200 OK", "", "", "");
	out_respond("183 Session Progress", "b", "Require: 100rel\nRSeq: 5\n", SDP);
	peer_hears(&rig, "PRACK ");
	respond_to_heard("200 OK", "", "", "");
	out_respond("487 Request Terminated", "b", "", "");
	peer_hears(&rig, "ACK ");
	rig_assert_idle(&rig);
	rig_close(&rig);
}
END_TEST

START_TEST(answer_after_we_gave_up_for_good_is_cleared)
{
	ring();
	out_respond("180 Ringing", "b", "", "");
	line_says(LEG_RELEASE, false);
	peer_hears(&rig, "CANCEL ");
	respond_to_heard("200 OK", "", "", "");
	rig_pass(&rig, RIG_TIMER_B_MS + 500);
	rig_assert_idle(&rig);
	while (peer_hears_on(&rig, rig.fd))
		;
	out_respond("200 OK", "b", "", SDP);
	peer_hears(&rig, "ACK ");
	peer_hears(&rig, "BYE ");
	ck_assert_str_eq(heard_tag(&rig, "To"), "b");
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_CONNECT), 0);
	rig_assert_idle(&rig);
	rig_close(&rig);
}
END_TEST

/* A response of no dialog makes none */
START_TEST(provisional_response_without_a_tag_opens_nothing)
{
	ring();
	out_respond("180 Ringing", "", "", "");
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_ALERTING), 1);
	out_respond("183 Session Progress", "", "Require: 100rel\nRSeq: 5\n", SDP);
	peer_hears_nothing(&rig);
	out_respond("200 OK", "b", "", SDP);
	peer_hears(&rig, "ACK ");
	clear_and_close();
}
END_TEST

UNIT_MAIN("early", ringing_and_sound_come_in_any_order, progress_without_a_description_is_told,
	  early_answer_that_cannot_be_used_waits_for_a_better,
	  winner_is_heard_by_its_own_description, late_answers_of_losers_are_cleared,
	  early_dialog_may_end_alone, forks_without_end_are_bounded,
	  refusal_after_forks_leaves_nothing,
	  answer_that_crosses_the_cancel_is_cleared_in_its_dialog,
	  reliable_response_after_the_cancel_is_acknowledged,
	  answer_after_we_gave_up_for_good_is_cleared,
	  provisional_response_without_a_tag_opens_nothing)
