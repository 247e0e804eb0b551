/* Digits in INFO, from the peer and to it, and keys of the far circuit's user. */
#include "tests/unit/sip/rig_two.h"

#define RELAY(digit) "Signal=" digit "\r\nDuration=160\r\n"
#define RELAY_TYPE "Content-Type: application/dtmf-relay\n"

static void by_info(struct peer_config *peer)
{
	peer->transfer.dtmf = DTMF_INFO;
	peer->media.telephone_event = false;
}

static struct mock_term *term(void)
{
	struct mock_term *term = mock_mg_find(rig.mg, rig.mg->last_context, MG_RTP);

	ck_assert_ptr_nonnull(term);
	return term;
}

static void info(const char *headers, const char *body, const char *status)
{
	ask(&one, "INFO", headers, body);
	peer_hears(&rig, status);
}

static void end_call(void)
{
	ask(&one, "BYE", "", "");
	peer_hears(&rig, "SIP/2.0 200 ");
	end_two();
}

START_TEST(digits_of_info_are_pressed)
{
	open_two();
	configure(by_info);
	talk(&one);
	info(RELAY_TYPE, RELAY("5"), "SIP/2.0 200 ");
	info(RELAY_TYPE, RELAY("#"), "SIP/2.0 200 ");
	info("Content-Type: application/dtmf\n", "11", "SIP/2.0 200 ");
	info(RELAY_TYPE, RELAY("16"), "SIP/2.0 200 "); /* a hook flash is none */
	ck_assert_str_eq(term()->pressed, "5##");
	end_call();
}
END_TEST

START_TEST(what_is_no_digit_is_told_so)
{
	open_two();
	configure(by_info);
	talk(&one);
	info("", "", "SIP/2.0 200 ");
	info(RELAY_TYPE, "Signal=x\r\n", "SIP/2.0 400 ");
	info("Content-Type: application/media_control+xml\n", "<x/>", "SIP/2.0 415 ");
	ck_assert_ptr_nonnull(strstr(heard(&rig, "Accept"), "application/dtmf-relay"));
	info("Info-Package: foo\nContent-Type: application/x\n", "y", "SIP/2.0 469 ");
	ck_assert_str_eq(term()->pressed, "");
	end_call();
}
END_TEST

/* Who says them twice means one. */
START_TEST(digits_are_not_pressed_where_events_were_agreed_on)
{
	static const char offer[] =
		"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
		"m=audio 4000 RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n";

	open_two();
	ask(&one, "INVITE", "Content-Type: application/sdp\n", offer);
	peer_hears(&rig, "SIP/2.0 100 ");
	line_says(LEG_CONNECT, false);
	answered(&one);
	info(RELAY_TYPE, RELAY("5"), "SIP/2.0 200 ");
	ck_assert_str_eq(term()->pressed, "");
	ck_assert(!term()->what.rtp.tells_digits);
	end_call();
}
END_TEST

static void peer_hears_digit(const char *digit)
{
	char line[32];

	peer_hears(&rig, "INFO sip:al@");
	snprintf(line, sizeof(line), "\r\n\r\nSignal=%s\r\n", digit);
	ck_assert_str_eq(heard(&rig, "Content-Type"), "application/dtmf-relay");
	ck_assert_msg(strstr(rig.heard, line) != NULL, "%s", rig.heard);
}

START_TEST(digits_from_the_line_go_by_info_one_by_one)
{
	char first[RIG_TEXT];

	open_two();
	configure(by_info);
	talk(&one);
	ck_assert(term()->what.rtp.tells_digits);
	for (const char *digit = "12#"; *digit; digit++)
		mock_mg_event(rig.mg, term()->id, MG_EV_DIGIT_OUT, *digit);
	rig_settle(&rig);
	peer_hears_digit("1");
	memcpy(first, rig.heard, sizeof(first));
	peer_hears_nothing(&rig);
	memcpy(rig.heard, first, sizeof(first));
	respond_to_heard("200 OK", "", "", "");
	peer_hears_digit("2");
	respond_to_heard("500 No", "", "", ""); /* lost; the rest is not */
	peer_hears_digit("#");
	ask(&one, "BYE", "", ""); /* with one under way */
	peer_hears(&rig, "SIP/2.0 200 ");
	end_two();
}
END_TEST

START_TEST(keys_go_the_way_of_digits)
{
	for (unsigned i = 0; i < 2; i++) {
		open_two();
		if (i)
			configure(by_info);
		talk(&one);
		mock_leg_key(&rig.line, "4", false);
		mock_leg_key(&rig.line, "23", false);
		rig_settle(&rig);
		if (i) {
			peer_hears_digit("4");
			respond_to_heard("200 OK", "", "", "");
			peer_hears_digit("2");
			respond_to_heard("200 OK", "", "", "");
			peer_hears_digit("3");
			respond_to_heard("200 OK", "", "", "");
		} else {
			ck_assert_str_eq(term()->signal.digits, "23");
			peer_hears_nothing(&rig);
		}
		end_call();
	}
}
END_TEST

START_TEST(info_outside_of_a_call_is_refused)
{
	open_two();
	ask(&one, "INFO", RELAY_TYPE, RELAY("5"));
	peer_hears(&rig, "SIP/2.0 481 ");
	end_two();
}
END_TEST

UNIT_MAIN("info", digits_of_info_are_pressed, what_is_no_digit_is_told_so,
	  digits_are_not_pressed_where_events_were_agreed_on,
	  digits_from_the_line_go_by_info_one_by_one, keys_go_the_way_of_digits,
	  info_outside_of_a_call_is_refused)
