/* REFER that we send: an operator has the peer's user put through, and the peer says how that goes (RFC 3515). */
#include "call/call.h"
#include "call/transfer.h"
#include "tests/unit/sip/rig_dialog.h"

static unsigned cseq;

/* A call from the peer to the line, which is answered. */
static void open_call(const char *headers)
{
	open_with(PLAIN);
	rig.peer.transfer.by_refer = true;
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
	in_invite(headers, SDP);
	line_says(LEG_CONNECT, false);
	in_hears("SIP/2.0 200 ");
	in_request("ACK", 1, "", "");
	cseq = 2;
}

static int put_through(const char *number)
{
	int rc = call_put_through(rig.hub, call_id(rig.line.leg->call), true, number);

	rig_settle(&rig);
	return rc;
}

static void ask_for(const char *number)
{
	char to[64];

	ck_assert_int_eq(put_through(number), 0);
	peer_hears(&rig, "REFER ");
	snprintf(to, sizeof(to), "<sip:%s@127.0.0.1", number);
	ck_assert_msg(!strncmp(heard(&rig, "Refer-To"), to, strlen(to)), "%s", rig.heard);
	ck_assert_str_ne(heard(&rig, "Referred-By"), "");
}

static void ask_and_accept(const char *number)
{
	ask_for(number);
	respond_to_heard("202 Accepted", "", "", "");
}

static void notify_as(const char *headers, const char *body)
{
	char head[RIG_TEXT];

	snprintf(head, sizeof(head),
		 "NOTIFY sip:600@127.0.0.1 SIP/2.0\n"
		 "Via: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bKn%u\n"
		 "From: <sip:100@127.0.0.1>;tag=al\nTo: <sip:600@127.0.0.1>;tag=%s\n"
		 "Call-ID: call\nCSeq: %u NOTIFY\nMax-Forwards: 70\n"
		 "Contact: <sip:al@127.0.0.1:%u>\n%sContent-Length: %zu\n\n",
		 rig.peer.port, cseq, tag, cseq, rig.peer.port, headers, strlen(body));
	cseq++;
	peer_says_raw(&rig, rig.fd, head, body);
}

static void notify(const char *state, const char *body)
{
	char headers[256];

	snprintf(headers, sizeof(headers),
		 "Event: refer\nSubscription-State: %s\nContent-Type: message/sipfrag\n", state);
	notify_as(headers, body);
	peer_hears(&rig, "SIP/2.0 200 ");
}

/* The call is as it was, and ends as any other. */
static void call_goes_on(void)
{
	peer_hears_nothing(&rig);
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_RELEASE), 0);
	clear_and_close();
}

START_TEST(peers_user_calls_the_number_and_is_let_go_of)
{
	open_call("");
	ask_and_accept("700");
	notify("active;expires=60", "SIP/2.0 100 Trying\r\n");
	notify("active;expires=60", "SIP/2.0 180 Ringing\r\n");
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_RELEASE), 0);
	notify("terminated;reason=noresource", "SIP/2.0 200 OK\r\n");
	peer_hears(&rig, "BYE ");
	respond_to_heard("200 OK", "", "", "");
	assert_cause(CAUSE_NORMAL);
	rig_assert_idle(&rig);
	rig_close(&rig);
}
END_TEST

START_TEST(outcome_before_the_202_counts)
{
	open_call("");
	ask_for("700");
	notify("terminated;reason=noresource", "SIP/2.0 200 OK\r\n");
	peer_hears(&rig, "BYE ");
	respond_to_heard("200 OK", "", "", "");
	rig_assert_idle(&rig);
	rig_close(&rig);
}
END_TEST

START_TEST(refused_refer_makes_us_call_the_number)
{
	static const char *const answers[] = { "405 Method Not Allowed", "603 Decline" };

	for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
		open_call("");
		ask_for("700");
		respond_to_heard(answers[i], "", "", "");
		peer_hears(&rig, "INVITE sip:700@");
		respond_to_heard("486 Busy Here", "b", "", "");
		peer_hears(&rig, "ACK ");
		call_goes_on();
	}
}
END_TEST

START_TEST(refer_that_may_have_been_heard_is_not_done_twice)
{
	static const char *const answers[] = { "408 Request Timeout",
					       "481 Call/Transaction Does Not Exist" };

	for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
		open_call("");
		ask_for("700");
		respond_to_heard(answers[i], "", "", "");
		call_goes_on();
	}
}
END_TEST

START_TEST(peer_that_allows_no_refer_is_not_asked)
{
	open_call("Allow: INVITE, ACK, BYE\n");
	ck_assert_int_eq(put_through("700"), 0);
	peer_hears(&rig, "INVITE sip:700@");
	ck_assert_int_eq(put_through("701"), -EBUSY);
	respond_to_heard("486 Busy Here", "b", "", "");
	peer_hears(&rig, "ACK ");
	call_goes_on();
}
END_TEST

START_TEST(number_that_is_not_to_be_had_leaves_the_call)
{
	open_call("");
	ask_and_accept("700");
	ck_assert_int_eq(put_through("701"), -EBUSY);
	notify("terminated;reason=noresource", "SIP/2.0 486 Busy Here\r\n");
	ask_and_accept("702");
	notify("terminated;reason=giveup", "SIP/2.0 100 Trying\r\n");
	call_goes_on();
}
END_TEST

START_TEST(silence_leaves_the_call)
{
	open_call("");
	ask_and_accept("700");
	rig_pass(&rig, 181000);
	notify_as("Event: refer\nSubscription-State: active\nContent-Type: message/sipfrag\n",
		  "SIP/2.0 200 OK\r\n");
	peer_hears(&rig, "SIP/2.0 481 ");
	call_goes_on();
}
END_TEST

START_TEST(peer_that_hangs_up_meanwhile_ends_it)
{
	open_call("");
	ask_and_accept("700");
	in_request("BYE", cseq, "", "");
	peer_hears(&rig, "SIP/2.0 200 ");
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_RELEASE), 1);
	rig_assert_idle(&rig);
	rig_close(&rig);
}
END_TEST

START_TEST(line_that_hangs_up_meanwhile_ends_it)
{
	open_call("");
	ask_and_accept("700");
	clear_and_close();
}
END_TEST

START_TEST(notify_that_makes_no_sense_is_refused)
{
	static const struct {
		const char *headers, *body, *status;
	} rows[] = {
		{ "", "", "SIP/2.0 400 " },
		{ "Event: presence\nSubscription-State: active\n", "", "SIP/2.0 489 " },
		{ "Event: refer\nSubscription-State: active\nContent-Type: message/sipfrag\n",
		  "SIP/3.0 200 OK\r\n", "SIP/2.0 400 " },
		{ "Event: refer\nSubscription-State: active\nContent-Type: text/plain\n",
		  "SIP/2.0 200 OK\r\n", "SIP/2.0 415 " },
	};

	open_call("");
	notify_as("Event: refer\nSubscription-State: active\n", "");
	peer_hears(&rig, "SIP/2.0 481 ");
	ask_and_accept("700");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		notify_as(rows[i].headers, rows[i].body);
		peer_hears(&rig, rows[i].status);
	}
	notify("terminated;reason=noresource", "SIP/2.0 404 Not Found\r\n");
	call_goes_on();
}
END_TEST

START_TEST(a_call_must_be_there_and_answered)
{
	open_with(PLAIN);
	ck_assert_int_eq(call_put_through(rig.hub, 77, true, "700"), -ENOENT);
	in_invite("", SDP);
	ck_assert_int_eq(put_through("700"), -ENOTCONN);
	line_says(LEG_RELEASE, false);
	peer_hears(&rig, "SIP/2.0 ");
	in_refused();
}
END_TEST

UNIT_MAIN("refer_out", peers_user_calls_the_number_and_is_let_go_of, outcome_before_the_202_counts,
	  refused_refer_makes_us_call_the_number, refer_that_may_have_been_heard_is_not_done_twice,
	  peer_that_allows_no_refer_is_not_asked, number_that_is_not_to_be_had_leaves_the_call,
	  silence_leaves_the_call, peer_that_hangs_up_meanwhile_ends_it,
	  line_that_hangs_up_meanwhile_ends_it, notify_that_makes_no_sense_is_refused,
	  a_call_must_be_there_and_answered)
