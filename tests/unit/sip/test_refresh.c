/* Session timers, both ways (RFC 4028). */
#include "tests/unit/sip/rig_sound.h"

static bool heard_expires(unsigned s, const char *refresher)
{
	char text[64];

	snprintf(text, sizeof(text), *refresher ? "%u;refresher=%s" : "%u", s, refresher);
	return !strcmp(heard(&rig, "Session-Expires"), text);
}

/* Server side */

/* RFC 4028 9, table 2: what is agreed, and who refreshes */
START_TEST(session_is_agreed_with_the_caller)
{
	static const struct {
		const char *more;
		unsigned expires; /* 0: none */
		const char *refresher, *require;
	} rows[] = {
		{ "", 0, "", "" },
		{ "Supported: timer\n", 1800, "uac", "timer" },
		{ "Supported: timer\nSession-Expires: 600\n", 600, "uac", "timer" },
		{ "Supported: timer\nSession-Expires: 600;refresher=uac\n", 600, "uac", "timer" },
		{ "Supported: timer\nSession-Expires: 600;refresher=uas\n", 600, "uas", "" },
		{ "Supported: timer\nSession-Expires: 7200\n", 1800, "uac", "timer" },
		{ "Supported: timer\nSession-Expires: 7200\nMin-SE: 3600\n", 3600, "uac", "timer" },
		{ "Supported: timer\nMin-SE: 2000\n", 2000, "uac", "timer" },
		{ "x: 600\n", 600, "uas", "" }, /* a proxy's; short form */
		{ "Require: timer\nSession-Expires: 600\n", 600, "uac", "timer" },
		{ "Session-Expires: 30\n", 90, "uas", "" }, /* nobody there to say 422 to */
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		open_with(TIMER(1800));
		in_invite(rows[i].more, SDP);
		line_says(LEG_CONNECT, false);
		in_hears("SIP/2.0 200 ");
		if (rows[i].expires)
			ck_assert_msg(heard_expires(rows[i].expires, rows[i].refresher), "%u: %s",
				      i, rig.heard);
		else
			ck_assert_str_eq(heard(&rig, "Session-Expires"), "");
		ck_assert_str_eq(heard(&rig, "Require"), rows[i].require);
		ck_assert_str_eq(heard(&rig, "Supported"), "timer, replaces, norefersub, 199");
		rig_close(&rig);
	}
}
END_TEST

START_TEST(session_that_is_too_short_is_422)
{
	open_with((struct session_policy){ .timer_s = 1800, .timer_min_s = 120 });
	in_request("INVITE", 1, "Supported: timer\nSession-Expires: 119\n", SDP);
	peer_hears(&rig, "SIP/2.0 422 ");
	ck_assert_str_eq(heard(&rig, "Min-SE"), "120");
	in_refused();
}
END_TEST

START_TEST(peer_without_session_timers_has_none)
{
	open_with(PLAIN);
	in_invite("Supported: timer\nSession-Expires: 91\n", SDP);
	line_says(LEG_CONNECT, false);
	in_hears("SIP/2.0 200 ");
	ck_assert_str_eq(heard(&rig, "Session-Expires"), "");
	ck_assert_str_eq(heard(&rig, "Supported"), "replaces, norefersub, 199");
	in_request("ACK", 1, "", "");
	rig_pass(&rig, 200000);
	peer_hears_nothing(&rig);
	clear_and_close();
}
END_TEST

/* RFC 4028 10: BYE the lesser of 32 s and a third before the end */
START_TEST(session_that_the_caller_does_not_refresh_ends)
{
	in_open(TIMER(1800), "Supported: timer\nSession-Expires: 90\n", SDP);
	rig_pass(&rig, 59900);
	peer_hears_nothing(&rig);
	rig_pass(&rig, 200);
	peer_hears(&rig, "BYE ");
	ck_assert_ptr_nonnull(strstr(heard(&rig, "Reason"), "cause=102"));
	assert_cause(CAUSE_RECOVERY_ON_TIMER);
	respond_to_heard("200 OK", "", "", "");
	rig_assert_idle(&rig);
	rig_close(&rig);
}
END_TEST

START_TEST(refresh_of_the_caller_keeps_the_session)
{
	static const char *const methods[] = { "UPDATE", "INVITE" };

	in_open(TIMER(1800), "Supported: timer\nSession-Expires: 90\n", SDP);
	for (unsigned i = 0; i < 6; i++) {
		const char *method = methods[i % 2];

		rig_pass(&rig, 50000);
		in_request(method, 2 + i, "Supported: timer\nSession-Expires: 90;refresher=uac\n",
			   i % 2 ? SDP : "");
		peer_hears(&rig, "SIP/2.0 200 ");
		ck_assert(heard_expires(90, "uac"));
		if (i % 2)
			in_request("ACK", 2 + i, "", "");
	}
	in_request("UPDATE", 20, "Supported: timer\nSession-Expires: 50\n", "");
	peer_hears(&rig, "SIP/2.0 422 ");
	ck_assert_str_eq(heard(&rig, "Min-SE"), "90");
	in_request("INVITE", 21, "Supported: timer\nSession-Expires: 50\n", SDP_HOLD);
	peer_hears(&rig, "SIP/2.0 422 ");
	in_request("ACK", 21, "", "");
	ck_assert_uint_eq(line_told(LEG_REMOTE_HOLD), 0);
	clear_and_close();
}
END_TEST

/* A refresh can end the need for them, and the next one bring it back */
START_TEST(refresh_may_end_the_timer)
{
	in_open(TIMER(1800), "Supported: timer\nSession-Expires: 90\n", SDP);
	in_request("UPDATE", 2, "", "");
	peer_hears(&rig, "SIP/2.0 200 ");
	ck_assert_str_eq(heard(&rig, "Session-Expires"), "");
	rig_pass(&rig, 100000);
	peer_hears_nothing(&rig);
	clear_and_close();
}
END_TEST

START_TEST(we_refresh_at_half_time_by_update)
{
	in_open(TIMER(1800),
		"Supported: timer\nSession-Expires: 90;refresher=uas\nAllow: INVITE, UPDATE\n",
		SDP);
	for (unsigned i = 0; i < 5; i++) {
		rig_pass(&rig, 45000);
		peer_hears(&rig, "UPDATE ");
		ck_assert(heard_expires(90, "uac"));
		ck_assert(!heard_sdp());
		respond_to_heard("200 OK", "", "Session-Expires: 90;refresher=uac\n", "");
	}
	clear_and_close();
}
END_TEST

/* RFC 4028 7.4: as the last description was, its version too */
START_TEST(we_refresh_by_reinvite_where_update_is_not_allowed)
{
	char ours[OFFER_TEXT_MAX];

	open_with(TIMER(1800));
	in_invite("Supported: timer\nSession-Expires: 90;refresher=uas\nAllow: INVITE\n", SDP);
	line_says(LEG_CONNECT, false);
	in_hears("SIP/2.0 200 ");
	snprintf(ours, sizeof(ours), "%s", strstr(rig.heard, "v=0"));
	in_request("ACK", 1, "", "");
	rig_pass(&rig, 45000);
	peer_hears(&rig, "INVITE ");
	ck_assert_str_eq(strstr(rig.heard, "v=0"), ours);
	respond_to_heard("200 OK", "", "Session-Expires: 90;refresher=uac\n", SDP);
	peer_hears(&rig, "ACK ");
	clear_and_close();
}
END_TEST

START_TEST(update_that_is_refused_becomes_a_reinvite)
{
	in_open(TIMER(1800), "Supported: timer\nSession-Expires: 90;refresher=uas\nAllow: UPDATE\n",
		SDP);
	rig_pass(&rig, 45000);
	peer_hears(&rig, "UPDATE ");
	respond_to_heard("405 Method Not Allowed", "", "", "");
	rig_settle(&rig);
	rig_pass(&rig, 50);
	peer_hears(&rig, "INVITE ");
	respond_to_heard("200 OK", "", "Session-Expires: 90;refresher=uac\n", SDP);
	peer_hears(&rig, "ACK ");
	clear_and_close();
}
END_TEST

START_TEST(refresh_that_is_not_answered_ends_the_session)
{
	in_open(TIMER(1800), "Supported: timer\nSession-Expires: 90;refresher=uas\nAllow: UPDATE\n",
		SDP);
	rig_pass(&rig, 45000 + RIG_TIMER_B_MS + 500);
	assert_cause(CAUSE_RECOVERY_ON_TIMER);
	rig_pass(&rig, RIG_TIMER_B_MS + 500);
	rig_assert_idle(&rig);
	rig_close(&rig);
}
END_TEST

START_TEST(refresh_that_is_refused_ends_the_session_in_the_end)
{
	in_open(TIMER(1800), "Supported: timer\nSession-Expires: 90;refresher=uas\nAllow: UPDATE\n",
		SDP);
	rig_pass(&rig, 45000);
	peer_hears(&rig, "UPDATE ");
	respond_to_heard("403 Forbidden", "", "", "");
	rig_pass(&rig, 14900);
	peer_hears_nothing(&rig);
	rig_pass(&rig, 200);
	peer_hears(&rig, "BYE ");
	respond_to_heard("200 OK", "", "", "");
	rig_assert_idle(&rig);
	rig_close(&rig);
}
END_TEST

/* Client side */

START_TEST(invite_asks_for_a_timer)
{
	open_with((struct session_policy){ .timer_s = 1800, .timer_min_s = 120 });
	out_place();
	ck_assert(heard_expires(1800, ""));
	ck_assert_str_eq(heard(&rig, "Min-SE"), "120");
	ck_assert_str_eq(heard(&rig, "Supported"), "timer, replaces, norefersub, 199");
	rig_close(&rig);
	open_with(PLAIN);
	out_place();
	ck_assert_str_eq(heard(&rig, "Session-Expires"), "");
	rig_close(&rig);
}
END_TEST

/* RFC 4028 7.3: again, in the same Call-ID, with the larger time */
START_TEST(invite_learns_the_minimum)
{
	char call_id[128], from[256];

	open_with(TIMER(100));
	out_place();
	snprintf(call_id, sizeof(call_id), "%s", heard(&rig, "Call-ID"));
	snprintf(from, sizeof(from), "%s", heard(&rig, "From"));
	unsigned cseq = (unsigned)atoi(heard(&rig, "CSeq"));
	out_respond("183 Session Progress", "b", "", SDP);
	out_respond("422 Session Interval Too Small", "b", "Min-SE: 300\n", "");
	peer_hears(&rig, "ACK ");
	peer_hears(&rig, "INVITE ");
	memcpy(invited, rig.heard, sizeof(invited));
	ck_assert(heard_expires(300, ""));
	ck_assert_str_eq(heard(&rig, "Min-SE"), "300");
	ck_assert_str_eq(heard(&rig, "Call-ID"), call_id);
	ck_assert_str_eq(heard(&rig, "From"), from);
	ck_assert_str_eq(heard_tag(&rig, "To"), "");
	ck_assert_uint_eq((unsigned)atoi(heard(&rig, "CSeq")), cseq + 1);
	ck_assert(heard_sdp());
	out_respond("200 OK", "c", "Session-Expires: 300;refresher=uac\n", SDP);
	peer_hears(&rig, "ACK sip:c@");
	clear_and_close();
}
END_TEST

START_TEST(minimum_that_makes_no_sense_is_a_failure)
{
	static const char *const minima[] = { "", "Min-SE: 50\n", "Min-SE: 4294967295\n" };

	for (unsigned i = 0; i < sizeof(minima) / sizeof(minima[0]); i++) {
		open_with(TIMER(100));
		out_place();
		out_respond("422 Session Interval Too Small", "b", minima[i], "");
		peer_hears(&rig, "ACK ");
		peer_hears_nothing(&rig);
		ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_RELEASE), 1);
		rig_assert_idle(&rig);
		rig_close(&rig);
	}
}
END_TEST

START_TEST(peer_that_asks_for_more_for_ever_is_given_up)
{
	char min[32];

	open_with(TIMER(100));
	out_place();
	for (unsigned i = 0; i < 6; i++) {
		snprintf(min, sizeof(min), "Min-SE: %u\n", 200 + i);
		out_respond("422 Session Interval Too Small", "b", min, "");
		peer_hears(&rig, "ACK ");
		if (!peer_hears_on(&rig, rig.fd))
			break;
		memcpy(invited, rig.heard, sizeof(invited));
	}
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_RELEASE), 1);
	rig_assert_idle(&rig);
	rig_close(&rig);
}
END_TEST

START_TEST(refresher_is_as_the_answer_says)
{
	out_open(TIMER(100), "Require: timer\nSession-Expires: 90;refresher=uac\nAllow: UPDATE\n");
	rig_pass(&rig, 45000);
	peer_hears(&rig, "UPDATE ");
	ck_assert(heard_expires(90, "uac"));
	respond_to_heard("200 OK", "", "Session-Expires: 90;refresher=uac\n", "");
	clear_and_close();
	out_open(TIMER(100), "Session-Expires: 90;refresher=uas\nAllow: UPDATE\n");
	rig_pass(&rig, 45000);
	peer_hears_nothing(&rig);
	out_request("UPDATE", 1, "b", "Supported: timer\nSession-Expires: 90;refresher=uac\n", "");
	peer_hears(&rig, "SIP/2.0 200 ");
	rig_pass(&rig, 59000);
	peer_hears_nothing(&rig);
	rig_pass(&rig, 1100);
	peer_hears(&rig, "BYE ");
	rig_close(&rig);
	out_open(TIMER(100), ""); /* the peer wants none */
	rig_pass(&rig, 200000);
	peer_hears_nothing(&rig);
	clear_and_close();
}
END_TEST

START_TEST(refresh_learns_the_minimum)
{
	out_open(TIMER(100), "Session-Expires: 90;refresher=uac\nAllow: UPDATE\n");
	rig_pass(&rig, 45000);
	peer_hears(&rig, "UPDATE ");
	respond_to_heard("422 Session Interval Too Small", "", "Min-SE: 120\n", "");
	rig_pass(&rig, 50);
	peer_hears(&rig, "UPDATE ");
	ck_assert(heard_expires(120, "uac"));
	ck_assert_str_eq(heard(&rig, "Min-SE"), "120");
	respond_to_heard("200 OK", "", "Session-Expires: 120;refresher=uac\n", "");
	clear_and_close();
}
END_TEST

UNIT_MAIN("refresh", session_is_agreed_with_the_caller, session_that_is_too_short_is_422,
	  peer_without_session_timers_has_none, session_that_the_caller_does_not_refresh_ends,
	  refresh_of_the_caller_keeps_the_session, refresh_may_end_the_timer,
	  we_refresh_at_half_time_by_update, we_refresh_by_reinvite_where_update_is_not_allowed,
	  update_that_is_refused_becomes_a_reinvite, refresh_that_is_not_answered_ends_the_session,
	  refresh_that_is_refused_ends_the_session_in_the_end, invite_asks_for_a_timer,
	  invite_learns_the_minimum, minimum_that_makes_no_sense_is_a_failure,
	  peer_that_asks_for_more_for_ever_is_given_up, refresher_is_as_the_answer_says,
	  refresh_learns_the_minimum)
