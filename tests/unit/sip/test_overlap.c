/* A number that grows while it is dialled, towards a peer (RFC 3578 3.1). */
#include "tests/unit/sip/rig_dialog.h"

enum { LAST = true, MORE = false };

static char older[RIG_TEXT]; /* an INVITE before the one in invited */

static void open_overlap(bool overlap)
{
	open_with((struct session_policy){ .overlap = overlap });
}

/* The line dials; nothing of what the peer hears is read. */
static void dial(const char *digits)
{
	mock_leg_open(&rig.line, rig.hub, TARGET_TRUNK, "line");
	mock_leg_dial(&rig.line, digits);
	rig_settle(&rig);
}

static void key(const char *digits, bool complete)
{
	mock_leg_key(&rig.line, digits, complete);
	rig_settle(&rig);
}

static void peer_is_asked_for(const char *number)
{
	char line[64];

	snprintf(line, sizeof(line), "INVITE sip:%s@", number);
	memcpy(older, invited, sizeof(older));
	peer_hears(&rig, line);
	memcpy(invited, rig.heard, sizeof(invited));
	snprintf(line, sizeof(line), "<sip:%s@", number);
	ck_assert_ptr_nonnull(strstr(heard(&rig, "To"), line));
}

static void respond_to_older(const char *status, const char *to_tag, const char *body)
{
	memcpy(rig.heard, older, sizeof(older));
	respond_to_heard(status, to_tag, "", body);
}

static void peer_redirects_to(const char *contact)
{
	char text[RIG_TEXT];

	memcpy(rig.heard, invited, sizeof(invited));
	snprintf(text, sizeof(text),
		 "SIP/2.0 302 Moved Temporarily\nVia: %s\nFrom: %s\nTo: %s;tag=m\nCall-ID: %s\n"
		 "CSeq: %s\nContact: %s\nContent-Length: 0\n\n",
		 heard(&rig, "Via"), heard(&rig, "From"), heard(&rig, "To"), heard(&rig, "Call-ID"),
		 heard(&rig, "CSeq"), contact);
	peer_says_raw(&rig, rig.fd, text, "");
}

static void more_is_wanted(void)
{
	out_respond("484 Address Incomplete", "i", "", "");
	peer_hears(&rig, "ACK ");
}

/* The peer answers the CANCEL that it heard, and the INVITE of it. */
static void peer_is_cancelled(const char *invite)
{
	char branch[256];

	memcpy(older, invite, sizeof(older));
	peer_hears(&rig, "CANCEL ");
	snprintf(branch, sizeof(branch), "\r\nVia: %s\r\n", heard(&rig, "Via"));
	ck_assert_msg(strstr(invite, branch), "%s", rig.heard);
	respond_to_heard("200 OK", "c", "", "");
	respond_to_older("487 Request Terminated", "c", "");
}

static void end(void)
{
	rig_assert_idle(&rig);
	rig_close(&rig);
}

START_TEST(digits_are_collected_for_one_invite_by_default)
{
	open_overlap(false);
	dial("2");
	key("0", MORE);
	peer_hears_nothing(&rig);
	key("0", LAST);
	peer_is_asked_for("200");
	line_says(LEG_RELEASE, false);
	rig_close(&rig);
}
END_TEST

START_TEST(each_digit_is_an_invite_of_the_same_call)
{
	char call_id[128], from[256];
	int cseq;

	open_overlap(true);
	dial("20");
	peer_is_asked_for("20");
	snprintf(call_id, sizeof(call_id), "%s", heard(&rig, "Call-ID"));
	snprintf(from, sizeof(from), "%s", heard(&rig, "From"));
	cseq = atoi(heard(&rig, "CSeq"));
	more_is_wanted();
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_RELEASE), 0);
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_PROCEEDING), 0);
	key("0", MORE);
	peer_is_asked_for("200");
	ck_assert_str_eq(heard(&rig, "Call-ID"), call_id);
	ck_assert_str_eq(heard(&rig, "From"), from);
	ck_assert_int_gt(atoi(heard(&rig, "CSeq")), cseq);
	out_respond("100 Trying", "", "", "");
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_PROCEEDING), 0);
	out_respond("180 Ringing", "b", "", "");
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_PROCEEDING), 1);
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_ALERTING), 1);
	key("7", MORE); /* a key */
	peer_hears_nothing(&rig);
	out_respond("200 OK", "b", "", SDP);
	peer_hears(&rig, "ACK ");
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_CONNECT), 1);
	clear_and_close();
}
END_TEST

/* RFC 3578 3.1: 484 to an older INVITE crosses the digits */
START_TEST(late_484_to_an_older_invite_means_nothing)
{
	open_overlap(true);
	dial("2");
	peer_is_asked_for("2");
	key("0", LAST);
	peer_is_asked_for("20");
	respond_to_older("484 Address Incomplete", "i", "");
	peer_hears(&rig, "ACK ");
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_RELEASE), 0);
	out_respond("200 OK", "b", "", SDP);
	peer_hears(&rig, "ACK ");
	clear_and_close();
}
END_TEST

START_TEST(redirection_ends_the_digits)
{
	char moved[96];

	open_overlap(true);
	rig.peer.transfer.redirect_hops = REDIRECT_HOPS_DEFAULT;
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
	dial("20");
	peer_is_asked_for("20");
	key("0", MORE);
	peer_is_asked_for("200");
	snprintf(moved, sizeof(moved), "<sip:207@127.0.0.1:%u>", rig.peer.port);
	peer_redirects_to(moved);
	peer_hears(&rig, "ACK ");
	peer_hears(&rig, "INVITE sip:207@");
	key("1", MORE);
	peer_hears_nothing(&rig);
	line_says(LEG_RELEASE, false);
	rig_close(&rig);
}
END_TEST

START_TEST(last_484_ends_a_number_that_is_complete)
{
	open_overlap(true);
	dial("2");
	peer_is_asked_for("2");
	key("0", LAST);
	peer_is_asked_for("20");
	respond_to_older("484 Address Incomplete", "i", "");
	peer_hears(&rig, "ACK ");
	more_is_wanted();
	assert_cause(CAUSE_INVALID_NUMBER);
	end();
}
END_TEST

START_TEST(number_that_ends_after_484_is_too_short)
{
	open_overlap(true);
	dial("20");
	peer_is_asked_for("20");
	more_is_wanted();
	key("", LAST);
	assert_cause(CAUSE_INVALID_NUMBER);
	peer_hears_nothing(&rig);
	end();
}
END_TEST

START_TEST(number_that_ends_while_the_peer_thinks_is_left_to_it)
{
	open_overlap(true);
	dial("20");
	peer_is_asked_for("20");
	key("", LAST);
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_RELEASE), 0);
	peer_hears_nothing(&rig);
	more_is_wanted();
	assert_cause(CAUSE_INVALID_NUMBER);
	end();
}
END_TEST

START_TEST(other_failure_counts_of_the_newest_alone)
{
	open_overlap(true);
	dial("2");
	peer_is_asked_for("2");
	key("0", MORE);
	peer_is_asked_for("20");
	respond_to_older("404 Not Found", "i", "");
	peer_hears(&rig, "ACK ");
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_RELEASE), 0);
	out_respond("486 Busy Here", "b", "", "");
	peer_hears(&rig, "ACK ");
	assert_cause(CAUSE_USER_BUSY);
	end();
}
END_TEST

START_TEST(answer_to_an_older_invite_wins)
{
	char newest[RIG_TEXT];

	open_overlap(true);
	dial("2");
	peer_is_asked_for("2");
	key("0", MORE);
	peer_is_asked_for("20");
	memcpy(newest, invited, sizeof(newest));
	out_respond("100 Trying", "", "", "");
	respond_to_older("200 OK", "b", SDP);
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_CONNECT), 1);
	peer_is_cancelled(newest);
	peer_hears(&rig, "ACK ");
	ck_assert_str_eq(heard_tag(&rig, "To"), "b");
	peer_hears(&rig, "ACK ");
	ck_assert_str_eq(heard_tag(&rig, "To"), "c");
	clear_and_close();
}
END_TEST

/* RFC 3261 13.2.2.4: it crosses the CANCEL */
START_TEST(second_answer_is_cleared)
{
	open_overlap(true);
	dial("2");
	peer_is_asked_for("2");
	key("0", MORE);
	peer_is_asked_for("20");
	out_respond("100 Trying", "", "", "");
	respond_to_older("200 OK", "b", SDP);
	peer_hears(&rig, "CANCEL ");
	peer_hears(&rig, "ACK ");
	out_respond("200 OK", "c", "", SDP);
	peer_hears(&rig, "ACK ");
	ck_assert_str_eq(heard_tag(&rig, "To"), "c");
	peer_hears(&rig, "BYE ");
	ck_assert_str_eq(heard_tag(&rig, "To"), "c");
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_RELEASE), 0);
	rig_close(&rig);
}
END_TEST

START_TEST(silent_peer_is_out_of_order)
{
	open_overlap(true);
	dial("2");
	peer_is_asked_for("2");
	key("0", MORE);
	peer_is_asked_for("20");
	rig_pass(&rig, RIG_TIMER_B_MS + 100);
	assert_cause(CAUSE_DESTINATION_OUT_OF_ORDER);
	rig_assert_idle(&rig);
	rig_close(&rig);
}
END_TEST

START_TEST(older_invites_are_cancelled_when_the_newest_rings)
{
	char first[RIG_TEXT];

	open_overlap(true);
	dial("2");
	peer_is_asked_for("2");
	out_respond("100 Trying", "", "", "");
	key("0", MORE);
	peer_is_asked_for("20");
	memcpy(first, older, sizeof(first));
	out_respond("180 Ringing", "b", "", "");
	peer_is_cancelled(first);
	peer_hears(&rig, "ACK ");
	out_respond("200 OK", "b", "", SDP);
	peer_hears(&rig, "ACK ");
	clear_and_close();
}
END_TEST

START_TEST(caller_that_gives_up_leaves_no_invite)
{
	char first[RIG_TEXT], second[RIG_TEXT];

	open_overlap(true);
	dial("2");
	peer_is_asked_for("2");
	out_respond("100 Trying", "", "", "");
	key("0", MORE);
	peer_is_asked_for("20");
	memcpy(first, older, sizeof(first));
	memcpy(second, invited, sizeof(second));
	out_respond("100 Trying", "", "", "");
	line_says(LEG_RELEASE, false);
	peer_is_cancelled(first);
	peer_is_cancelled(second);
	peer_hears(&rig, "ACK ");
	peer_hears(&rig, "ACK ");
	end();
}
END_TEST

START_TEST(caller_that_gives_up_after_484_has_nothing_to_cancel)
{
	open_overlap(true);
	dial("2");
	peer_is_asked_for("2");
	more_is_wanted();
	line_says(LEG_RELEASE, false);
	peer_hears_nothing(&rig);
	end();
}
END_TEST

START_TEST(caller_that_dials_no_more_is_let_go)
{
	open_overlap(true);
	dial("2");
	peer_is_asked_for("2");
	more_is_wanted();
	rig_pass(&rig, RIG_NO_ANSWER_S * 1000 + 100);
	assert_cause(CAUSE_NO_ANSWER);
	end();
}
END_TEST

START_TEST(no_invite_is_without_digits)
{
	open_overlap(true);
	dial("");
	peer_hears_nothing(&rig);
	key("2", MORE);
	peer_is_asked_for("2");
	more_is_wanted();
	line_says(LEG_RELEASE, false);
	end();
}
END_TEST

START_TEST(caller_without_any_digit_is_refused)
{
	open_overlap(true);
	dial("");
	key("", LAST);
	peer_hears_nothing(&rig);
	assert_cause(CAUSE_INVALID_NUMBER);
	end();
}
END_TEST

UNIT_MAIN("overlap", digits_are_collected_for_one_invite_by_default,
	  each_digit_is_an_invite_of_the_same_call, late_484_to_an_older_invite_means_nothing,
	  last_484_ends_a_number_that_is_complete, redirection_ends_the_digits,
	  number_that_ends_after_484_is_too_short,
	  number_that_ends_while_the_peer_thinks_is_left_to_it,
	  other_failure_counts_of_the_newest_alone, answer_to_an_older_invite_wins,
	  second_answer_is_cleared, silent_peer_is_out_of_order,
	  older_invites_are_cancelled_when_the_newest_rings, caller_that_gives_up_leaves_no_invite,
	  caller_that_gives_up_after_484_has_nothing_to_cancel, caller_that_dials_no_more_is_let_go,
	  no_invite_is_without_digits, caller_without_any_digit_is_refused)
