/* A number that the peer dials while it grows (RFC 3578 3.2). */
#include "tests/unit/sip/rig_sound.h"

enum { PAUSE_S = 5 };

static void open_receiving(void)
{
	open_with((struct session_policy){ .receiving_s = PAUSE_S });
	rig.target.target.overlap = true;
}

static void apply(void)
{
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
}

static void say(const char *method, const char *number, unsigned cseq, const char *to_tag,
		const char *body)
{
	peer_says(&rig, body,
		  "%s sip:%s@127.0.0.1;user=phone SIP/2.0\n"
		  "Via: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK%u\n"
		  "From: <sip:100@127.0.0.1>;tag=al\nTo: <sip:%s@127.0.0.1>%s%s\n"
		  "Call-ID: grows\nCSeq: %u %s\nMax-Forwards: 70\n"
		  "Contact: <sip:al@127.0.0.1:%u>\n",
		  method, number, rig.peer.port, cseq, number, *to_tag ? ";tag=" : "", to_tag, cseq,
		  method, rig.peer.port);
}

/* A final failure of the INVITE of that number, acknowledged. */
static void hears_failure(const char *status, const char *number, unsigned cseq)
{
	char text[32];

	peer_hears(&rig, status);
	snprintf(text, sizeof(text), "%u INVITE", cseq);
	ck_assert_str_eq(heard(&rig, "CSeq"), text);
	snprintf(text, sizeof(text), "%s", heard_tag(&rig, "To"));
	say("ACK", number, cseq, text, "");
}

static void invite(const char *number, unsigned cseq)
{
	say("INVITE", number, cseq, "", SDP);
}

/* The first INVITE; the line asks for more. */
static void begin(const char *number)
{
	open_receiving();
	invite(number, 1);
	peer_hears(&rig, "SIP/2.0 100 ");
	ck_assert_str_eq(mock_leg_told(&rig.line, LEG_SETUP)->setup.called.digits, number);
	ck_assert(mock_leg_told(&rig.line, LEG_SETUP)->setup.incomplete);
	line_says(LEG_SETUP_ACK, false);
}

/* The next INVITE goes on with the call. */
static void go_on(const char *before, const char *number, unsigned cseq)
{
	invite(number, cseq);
	hears_failure("SIP/2.0 484 ", before, cseq - 1);
	peer_hears(&rig, "SIP/2.0 100 ");
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_INFORMATION), cseq - 1);
	ck_assert_str_eq(mock_leg_told(&rig.line, LEG_INFORMATION)->digits,
			 number + strlen(before));
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_SETUP), 1);
}

static void end(void)
{
	rig_assert_idle(&rig);
	rig_close(&rig);
}

/* The line answers the INVITE of that CSeq, the peer acknowledges and hangs up. */
static void answer_and_end(const char *number, unsigned cseq)
{
	char text[64];

	line_says(LEG_CONNECT, false);
	peer_hears(&rig, "SIP/2.0 200 ");
	snprintf(text, sizeof(text), "%u INVITE", cseq);
	ck_assert_str_eq(heard(&rig, "CSeq"), text);
	snprintf(text, sizeof(text), "%s", heard_tag(&rig, "To"));
	say("ACK", number, cseq, text, "");
	say("BYE", number, cseq + 1, text, "");
	peer_hears(&rig, "SIP/2.0 200 ");
	end();
}

START_TEST(each_invite_brings_the_line_more_digits)
{
	begin("6");
	go_on("6", "60", 2);
	go_on("60", "6001", 3);
	answer_and_end("6001", 3);
}
END_TEST

START_TEST(number_is_whole_after_the_pause)
{
	begin("6");
	rig_pass(&rig, PAUSE_S * 1000 - 100);
	go_on("6", "60", 2);
	rig_pass(&rig, PAUSE_S * 1000 - 100);
	ck_assert(!mock_leg_told(&rig.line, LEG_INFORMATION)->complete);
	rig_pass(&rig, 200);
	ck_assert(mock_leg_told(&rig.line, LEG_INFORMATION)->complete);
	answer_and_end("60", 2);
}
END_TEST

START_TEST(line_that_takes_no_parts_gets_the_whole_number)
{
	open_receiving();
	rig.target.target.overlap = false;
	invite("6", 1);
	peer_hears(&rig, "SIP/2.0 100 ");
	ck_assert_uint_eq(rig.target.asked, 0);
	invite("60", 2);
	hears_failure("SIP/2.0 484 ", "6", 1);
	peer_hears(&rig, "SIP/2.0 100 ");
	ck_assert_uint_eq(rig.target.asked, 0);
	rig_pass(&rig, PAUSE_S * 1000);
	ck_assert_str_eq(mock_leg_told(&rig.line, LEG_SETUP)->setup.called.digits, "60");
	ck_assert(!mock_leg_told(&rig.line, LEG_SETUP)->setup.incomplete);
	answer_and_end("60", 2);
}
END_TEST

START_TEST(digits_after_the_line_proceeds_are_too_late)
{
	static const uint8_t verbs[] = { LEG_PROCEEDING, LEG_ALERTING };

	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		begin("6");
		line_says(verbs[i], false);
		if (verbs[i] == LEG_ALERTING)
			peer_hears(&rig, "SIP/2.0 180 ");
		invite("60", 2);
		hears_failure("SIP/2.0 484 ", "60", 2);
		ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_INFORMATION), 0);
		answer_and_end("6", 1);
	}
}
END_TEST

/* The answer to the shorter number and the INVITE with the longer one cross. */
START_TEST(digits_after_the_answer_are_too_late)
{
	char text[64];

	begin("6");
	line_says(LEG_CONNECT, false);
	peer_hears(&rig, "SIP/2.0 200 ");
	snprintf(text, sizeof(text), "%s", heard_tag(&rig, "To"));
	invite("60", 2);
	hears_failure("SIP/2.0 484 ", "60", 2);
	say("ACK", "6", 1, text, "");
	invite("601", 3);
	hears_failure("SIP/2.0 484 ", "601", 3);
	ck_assert_uint_eq(rig.target.asked, 1);
	say("BYE", "6", 4, text, "");
	peer_hears(&rig, "SIP/2.0 200 ");
	end();
}
END_TEST

START_TEST(dial_tone_ends_no_number)
{
	begin("6");
	line_says(LEG_PROGRESS, true);
	peer_hears(&rig, "SIP/2.0 183 ");
	go_on("6", "60", 2);
	answer_and_end("60", 2);
}
END_TEST

START_TEST(sound_goes_where_the_newest_invite_says)
{
	begin("6");
	line_says(LEG_PROGRESS, true);
	peer_hears(&rig, "SIP/2.0 183 ");
	ck_assert_uint_eq(rtp_port(), 4000);
	say("INVITE", "60", 2, "", SDP_MOVED);
	hears_failure("SIP/2.0 484 ", "6", 1);
	peer_hears(&rig, "SIP/2.0 100 ");
	ck_assert_uint_eq(rtp_port(), 5000);
	answer_and_end("60", 2);
}
END_TEST

START_TEST(cancel_of_an_older_invite_changes_nothing)
{
	begin("6");
	go_on("6", "60", 2);
	say("CANCEL", "6", 1, "", "");
	rig_settle(&rig);
	while (peer_hears_on(&rig, rig.fd)) {
	}
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_RELEASE), 0);
	answer_and_end("60", 2);
}
END_TEST

START_TEST(cancel_of_the_newest_ends_the_call)
{
	begin("6");
	go_on("6", "60", 2);
	say("CANCEL", "60", 2, "", "");
	peer_hears(&rig, "SIP/2.0 200 ");
	hears_failure("SIP/2.0 487 ", "60", 2);
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_RELEASE), 1);
	end();
}
END_TEST

START_TEST(number_that_grows_into_one_not_allowed_ends_the_call)
{
	open_receiving();
	rig.peer.guard.numbers[0] = (struct guard_number){ .digits = "60", .allow = false };
	rig.peer.guard.n_numbers = 1;
	apply();
	invite("6", 1);
	peer_hears(&rig, "SIP/2.0 100 ");
	line_says(LEG_SETUP_ACK, false);
	invite("60", 2);
	hears_failure("SIP/2.0 403 ", "6", 1);
	hears_failure("SIP/2.0 403 ", "60", 2);
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_INFORMATION), 0);
	assert_cause(CAUSE_REJECTED);
	end();
}
END_TEST

START_TEST(number_that_may_grow_into_an_allowed_one_wants_more_digits)
{
	open_receiving();
	rig.peer.guard.numbers[0] = (struct guard_number){ .digits = "60", .allow = true };
	rig.peer.guard.n_numbers = 1;
	apply();
	invite("6", 1);
	hears_failure("SIP/2.0 484 ", "6", 1);
	ck_assert_uint_eq(rig.target.asked, 0);
	invite("7", 2);
	hears_failure("SIP/2.0 403 ", "7", 2);
	invite("60", 3);
	peer_hears(&rig, "SIP/2.0 100 ");
	ck_assert_str_eq(mock_leg_told(&rig.line, LEG_SETUP)->setup.called.digits, "60");
	answer_and_end("60", 3);
}
END_TEST

START_TEST(number_that_grows_is_one_call_of_the_peers_limit)
{
	open_receiving();
	rig.peer.guard.at_once.calls = 1;
	apply();
	invite("6", 1);
	peer_hears(&rig, "SIP/2.0 100 ");
	line_says(LEG_SETUP_ACK, false);
	go_on("6", "60", 2);
	answer_and_end("60", 2);
}
END_TEST

START_TEST(number_that_changes_by_our_rules_is_another_call)
{
	open_receiving();
	snprintf(rig.peer.numbers.international_prefix,
		 sizeof(rig.peer.numbers.international_prefix), "00");
	rig.peer.numbers.format = NUMBER_NATIONAL;
	apply();
	invite("0", 1);
	peer_hears(&rig, "SIP/2.0 100 ");
	line_says(LEG_SETUP_ACK, false);
	ck_assert_str_eq(mock_leg_told(&rig.line, LEG_SETUP)->setup.called.digits, "0");
	invite("0049", 2);
	hears_failure("SIP/2.0 484 ", "0", 1);
	peer_hears(&rig, "SIP/2.0 100 ");
	ck_assert_str_eq(mock_leg_told(&rig.line, LEG_SETUP)->setup.called.digits, "49");
	line_says(LEG_SETUP_ACK, false);
	answer_and_end("0049", 2);
}
END_TEST

START_TEST(no_more_digits_count_by_default)
{
	open_with(PLAIN);
	rig.target.target.overlap = true;
	invite("6", 1);
	peer_hears(&rig, "SIP/2.0 100 ");
	ck_assert(!mock_leg_told(&rig.line, LEG_SETUP)->setup.incomplete);
	answer_and_end("6", 1);
}
END_TEST

UNIT_MAIN("receiving", each_invite_brings_the_line_more_digits, number_is_whole_after_the_pause,
	  line_that_takes_no_parts_gets_the_whole_number,
	  digits_after_the_line_proceeds_are_too_late, digits_after_the_answer_are_too_late,
	  dial_tone_ends_no_number, sound_goes_where_the_newest_invite_says,
	  cancel_of_an_older_invite_changes_nothing, cancel_of_the_newest_ends_the_call,
	  number_that_grows_into_one_not_allowed_ends_the_call,
	  number_that_may_grow_into_an_allowed_one_wants_more_digits,
	  number_that_grows_is_one_call_of_the_peers_limit,
	  number_that_changes_by_our_rules_is_another_call, no_more_digits_count_by_default)
