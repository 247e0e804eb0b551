/* REFER and Replaces: transfers of every kind, who may not, and who hangs up meanwhile (RFC 3515, RFC 3891, RFC 4488,
 * RFC 5589). */
#include "call/transfer.h"
#include "sip/session/refer.h"
#include "tests/unit/sip/rig_two.h"

#define TO_SECOND "Refer-To: <sip:700@127.0.0.1>\n"

static void distrust(struct peer_config *peer)
{
	peer->trusted = false;
}

static void distrust_but_allow(struct peer_config *peer)
{
	peer->trusted = false;
	peer->transfer.refer = REFER_ALLOW;
}

static void peer_hears_notify(const char *state, const char *fragment)
{
	peer_hears(&rig, "NOTIFY ");
	ck_assert_msg(!strncmp(heard(&rig, "Subscription-State"), state, strlen(state)), "%s",
		      rig.heard);
	ck_assert_str_eq(heard(&rig, "Content-Type"), "message/sipfrag;version=2.0");
	ck_assert_msg(strstr(rig.heard, fragment) != NULL, "%s", rig.heard);
	respond_to_heard("200 OK", "", "", "");
}

static void refer(struct dialog *d, const char *headers)
{
	ask(d, "REFER", headers, "");
	peer_hears(&rig, "SIP/2.0 202 ");
}

/* Line and second line talk to each other, and end it. */
static void lines_talk(void)
{
	ck_assert_ptr_eq(call_other(rig.line.leg), second.leg);
	second_says(LEG_RELEASE, CAUSE_NORMAL);
	ck_assert_uint_eq(mock_leg_told(&rig.line, LEG_RELEASE)->cause, CAUSE_NORMAL);
}

START_TEST(blind_transfer)
{
	open_two();
	talk(&one);
	refer(&one, TO_SECOND "Referred-By: <sip:100@127.0.0.1>\n");
	peer_hears_notify("active;expires=", "\r\n\r\nSIP/2.0 100 Trying\r\n");
	ck_assert_str_eq(heard(&rig, "Event"), "refer");
	const struct leg_msg *setup = mock_leg_told(&second, LEG_SETUP);
	ck_assert_ptr_nonnull(setup);
	ck_assert_str_eq(setup->setup.called.digits, "700");
	ck_assert_str_eq(setup->setup.calling.digits, "600");
	ck_assert_str_eq(setup->setup.referrer, "sip:100@127.0.0.1");
	second_says(LEG_ALERTING, 0);
	peer_hears_notify("active", "SIP/2.0 180 Ringing\r\n");
	second_says(LEG_CONNECT, 0);
	peer_hears_notify("terminated;reason=noresource", "SIP/2.0 200 OK\r\n");
	peer_takes("BYE ");
	lines_talk();
	end_two();
}
END_TEST

/* RFC 3892; as its P-Asserted-Identity would be. */
START_TEST(referrer_is_not_believed_of_who_is_not_trusted)
{
	open_two();
	talk(&one);
	configure(distrust_but_allow);
	refer(&one, TO_SECOND "Referred-By: <sip:100@127.0.0.1>\n");
	peer_takes("NOTIFY ");
	ck_assert_str_eq(mock_leg_told(&second, LEG_SETUP)->setup.referrer, "");
	second_says(LEG_CONNECT, 0);
	peer_takes("NOTIFY ");
	peer_takes("BYE ");
	lines_talk();
	end_two();
}
END_TEST

START_TEST(a_transfer_that_fails_is_told_and_the_call_goes_on)
{
	static const struct {
		uint8_t cause;
		const char *fragment;
	} rows[] = {
		{ CAUSE_USER_BUSY, "SIP/2.0 486 Busy Here\r\n" },
		{ CAUSE_UNALLOCATED, "SIP/2.0 404 Not Found\r\n" },
		{ CAUSE_NO_CIRCUIT, "SIP/2.0 503 Service Unavailable\r\n" },
	};

	open_two();
	talk(&one);
	for (unsigned i = 0; i < 3; i++) {
		refer(&one, TO_SECOND);
		peer_hears_notify("active", "100 Trying");
		second_says(LEG_RELEASE, rows[i].cause);
		peer_hears_notify("terminated", rows[i].fragment);
		/* RFC 3515 2.4.6 */
		ck_assert_str_eq(heard(&rig, "Event"), i == 0   ? "refer"
						       : i == 1 ? "refer;id=3"
								: "refer;id=4");
	}
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_RELEASE), 0);
	ask(&one, "BYE", "", "");
	peer_hears(&rig, "SIP/2.0 200 ");
	end_two();
}
END_TEST

static void deny_seven(struct peer_config *peer)
{
	peer->guard.numbers[0] = (struct guard_number){ .digits = "7" };
	peer->guard.n_numbers = 1;
}

START_TEST(who_may_not_call_a_number_may_not_refer_to_it)
{
	open_two();
	talk(&one);
	configure(deny_seven);
	ask(&one, "REFER", TO_SECOND, "");
	peer_hears(&rig, "SIP/2.0 403 ");
	peer_hears_nothing(&rig);
	ask(&one, "BYE", "", "");
	peer_hears(&rig, "SIP/2.0 200 ");
	end_two();
}
END_TEST

static void forbid(struct peer_config *peer)
{
	peer->transfer.refer = REFER_REFUSE;
}

START_TEST(what_is_no_transfer_is_refused)
{
	static const struct {
		const char *headers, *status;
	} rows[] = {
		{ "", "SIP/2.0 400 " },
		{ "Refer-To: <sip:700@h;method=BYE>\n", "SIP/2.0 403 " },
		{ "Refer-To: <sip:bob@h>\n", "SIP/2.0 404 " },
		{ "Refer-To: <sips:700@h>\n", "SIP/2.0 416 " },
		{ "Refer-To: <sip:700@h?Replaces=x>\n", "SIP/2.0 400 " },
		{ "Refer-To: <sip:1234567890123456789012345678901234@h>\n", "SIP/2.0 484 " },
	};

	open_two();
	talk(&one);
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ask(&one, "REFER", rows[i].headers, "");
		peer_hears(&rig, rows[i].status);
	}
	configure(distrust);
	ask(&one, "REFER", TO_SECOND, "");
	peer_hears(&rig, "SIP/2.0 403 ");
	configure(forbid);
	ask(&one, "REFER", TO_SECOND, "");
	peer_hears(&rig, "SIP/2.0 403 ");
	peer_hears_nothing(&rig);
	configure(distrust_but_allow);
	refer(&one, TO_SECOND);
	peer_takes("NOTIFY ");
	ask(&one, "REFER", TO_SECOND, ""); /* one at a time */
	peer_hears(&rig, "SIP/2.0 491 ");
	second_says(LEG_RELEASE, CAUSE_USER_BUSY);
	peer_takes("NOTIFY ");
	ask(&one, "BYE", "", "");
	peer_hears(&rig, "SIP/2.0 200 ");
	end_two();
}
END_TEST

START_TEST(refer_outside_of_a_call_is_refused)
{
	open_two();
	ask(&one, "REFER", TO_SECOND, "");
	peer_hears(&rig, "SIP/2.0 403 ");
	end_two();
}
END_TEST

START_TEST(refer_before_the_answer_comes_too_early)
{
	open_two();
	invite(&one, "");
	mock_leg_say(&rig.line, LEG_ALERTING, 0, false);
	rig_settle(&rig);
	peer_hears(&rig, "SIP/2.0 180 ");
	snprintf(one.tag, sizeof(one.tag), "%s", heard_tag(&rig, "To"));
	ask(&one, "REFER", TO_SECOND, "");
	peer_hears(&rig, "SIP/2.0 491 ");
	mock_leg_say(&rig.line, LEG_RELEASE, CAUSE_USER_BUSY, false);
	rig_settle(&rig);
	peer_hears(&rig, "SIP/2.0 486 ");
	ask_at(&one, "ACK", 1, "", "");
	end_two();
}
END_TEST

/* RFC 4488 */
START_TEST(nobody_is_notified_who_does_not_want_to_be)
{
	open_two();
	talk(&one);
	refer(&one, TO_SECOND "Require: norefersub\nRefer-Sub: false\n");
	ck_assert_str_eq(heard(&rig, "Refer-Sub"), "false");
	second_says(LEG_ALERTING, 0);
	peer_hears_nothing(&rig);
	second_says(LEG_CONNECT, 0);
	peer_takes("BYE ");
	lines_talk();
	end_two();
}
END_TEST

static unsigned sessions(void)
{
	struct sip_totals totals;

	sip_totals(rig.sip, &totals);
	return totals.sessions;
}

static void hang_up(struct dialog *d)
{
	ask(d, "BYE", "", "");
	peer_hears(&rig, "SIP/2.0 200 ");
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_RELEASE), 0);
}

/* RFC 5589 6.1: it may say BYE as soon as it has been told 202; RFC 5057 4: the subscription keeps the dialog, and the
 * outcome is told in it. */
START_TEST(who_refers_may_hang_up)
{
	for (unsigned i = 0; i < 4; i++) {
		bool busy = i == 2;

		open_two();
		talk(&one);
		refer(&one, TO_SECOND);
		peer_takes("NOTIFY ");
		if (i)
			second_says(LEG_ALERTING, 0);
		if (i)
			peer_takes("NOTIFY ");
		hang_up(&one);
		if (!i) {
			second_says(LEG_ALERTING, 0);
			peer_hears_notify("active", "SIP/2.0 180 Ringing\r\n");
		}
		second_says(busy ? LEG_RELEASE : LEG_CONNECT, busy ? CAUSE_USER_BUSY : 0);
		if (i == 3) { /* many telephones know nothing of it any more */
			peer_hears(&rig, "NOTIFY ");
			respond_to_heard("481 Call/Transaction Does Not Exist", "", "", "");
		} else {
			peer_hears_notify("terminated;reason=noresource",
					  busy ? "SIP/2.0 486 Busy Here" : "SIP/2.0 200 OK");
		}
		peer_hears_nothing(&rig);
		if (busy)
			assert_cause(CAUSE_USER_BUSY);
		else
			lines_talk();
		end_two();
	}
}
END_TEST

/* A refusal ends the subscription, and the dialog with it. */
START_TEST(who_has_hung_up_may_refuse_a_notify)
{
	open_two();
	talk(&one);
	refer(&one, TO_SECOND);
	peer_takes("NOTIFY ");
	hang_up(&one);
	second_says(LEG_ALERTING, 0);
	peer_hears(&rig, "NOTIFY ");
	respond_to_heard("481 Call/Transaction Does Not Exist", "", "", "");
	rig_pass(&rig, 10);
	ck_assert_uint_eq(sessions(), 0);
	second_says(LEG_CONNECT, 0);
	peer_hears_nothing(&rig);
	lines_talk();
	end_two();
}
END_TEST

START_TEST(who_wants_no_notify_is_gone_with_its_bye)
{
	open_two();
	talk(&one);
	refer(&one, TO_SECOND "Refer-Sub: false\n");
	hang_up(&one);
	rig_pass(&rig, 10);
	ck_assert_uint_eq(sessions(), 0);
	second_says(LEG_CONNECT, 0);
	peer_hears_nothing(&rig);
	lines_talk();
	end_two();
}
END_TEST

static void limit_to_one(struct peer_config *peer)
{
	peer->guard.at_once.calls_in = 1;
}

/* There is no line that is free, but it is let in. */
START_TEST(subscription_of_a_call_that_is_over_counts_as_none)
{
	open_two();
	configure(limit_to_one);
	talk(&one);
	refer(&one, TO_SECOND);
	peer_takes("NOTIFY ");
	hang_up(&one);
	invite(&two, "");
	peer_hears(&rig, "SIP/2.0 503 ");
	snprintf(two.tag, sizeof(two.tag), "%s", heard_tag(&rig, "To"));
	ask_at(&two, "ACK", two.cseq, "", "");
	second_says(LEG_CONNECT, 0);
	peer_takes("NOTIFY ");
	lines_talk();
	end_two();
}
END_TEST

START_TEST(subscription_of_a_call_that_is_over_expires)
{
	open_two();
	talk(&one);
	refer(&one, TO_SECOND);
	peer_takes("NOTIFY ");
	hang_up(&one);
	ck_assert_uint_eq(sessions(), 1);
	rig_pass(&rig, 1000 * REFER_EXPIRES_S);
	peer_hears_notify("terminated;reason=timeout", "SIP/2.0 100 Trying");
	ck_assert_uint_eq(sessions(), 0);
	second_says(LEG_CONNECT, 0);
	peer_hears_nothing(&rig);
	lines_talk();
	end_two();
}
END_TEST

START_TEST(who_is_transferred_may_hang_up)
{
	open_two();
	talk(&one);
	refer(&one, TO_SECOND);
	peer_takes("NOTIFY ");
	line_says(LEG_RELEASE, false);
	peer_hears_notify("terminated;reason=noresource", "SIP/2.0 480 ");
	peer_takes("BYE ");
	ck_assert_ptr_null(second.leg);
	end_two();
}
END_TEST

START_TEST(who_is_transferred_may_hang_up_after_who_refers)
{
	open_two();
	talk(&one);
	refer(&one, TO_SECOND);
	peer_takes("NOTIFY ");
	hang_up(&one);
	line_says(LEG_RELEASE, false);
	peer_hears_notify("terminated;reason=noresource", "SIP/2.0 480 ");
	ck_assert_ptr_null(second.leg);
	end_two();
}
END_TEST

START_TEST(who_refuses_a_notify_gets_no_more)
{
	open_two();
	talk(&one);
	refer(&one, TO_SECOND);
	peer_hears(&rig, "NOTIFY ");
	respond_to_heard("481 Gone", "", "", "");
	second_says(LEG_ALERTING, 0);
	peer_hears_nothing(&rig);
	second_says(LEG_CONNECT, 0);
	peer_takes("BYE ");
	lines_talk();
	end_two();
}
END_TEST

/* The last one waits for nothing: a BYE follows. */
START_TEST(the_outcome_does_not_wait_for_an_answer)
{
	char first[RIG_TEXT];

	open_two();
	talk(&one);
	refer(&one, TO_SECOND);
	peer_hears(&rig, "NOTIFY ");
	memcpy(first, rig.heard, sizeof(first));
	second_says(LEG_ALERTING, 0);
	peer_hears_nothing(&rig);
	second_says(LEG_CONNECT, 0);
	peer_hears_notify("terminated", "SIP/2.0 200 OK");
	peer_takes("BYE ");
	memcpy(rig.heard, first, sizeof(first));
	respond_to_heard("200 OK", "", "", "");
	lines_talk();
	end_two();
}
END_TEST

/* Attended */

static const char *naming(const struct dialog *d)
{
	static char text[256];

	snprintf(text, sizeof(text),
		 "Refer-To: <sip:%s@127.0.0.1?Replaces=%s%%3Bto-tag%%3D%s%%3Bfrom-tag%%3Dal%s>\n",
		 d->number, d->id, d->tag, d->id);
	return text;
}

START_TEST(attended_transfer_joins_two_lines)
{
	for (unsigned i = 0; i < 2; i++) {
		struct dialog *by = i ? &two : &one, *with = i ? &one : &two;

		open_two();
		talk(&one);
		talk(&two);
		refer(by, naming(with));
		peer_hears_notify("active", "100 Trying");
		unsigned byes = 0, notifies = 0;
		while (peer_hears_on(&rig, rig.fd)) {
			byes += !strncmp(rig.heard, "BYE ", 4);
			if (!strncmp(rig.heard, "NOTIFY ", 7)) {
				notifies++;
				ck_assert_ptr_nonnull(strstr(rig.heard, "SIP/2.0 200 OK"));
			}
			respond_to_heard("200 OK", "", "", "");
		}
		ck_assert_uint_eq(byes, 2);
		ck_assert_uint_eq(notifies, 1);
		ck_assert_uint_eq(mock_leg_told(&rig.line, LEG_NOTIFY)->notification,
				  LEG_TRANSFERRED);
		lines_talk();
		end_two();
	}
}
END_TEST

#define ELSEWHERE "127.0.0.1?Replaces=x%3Bto-tag%3Dy%3Bfrom-tag%3Dz>\n"

/* The INVITE that comes of it is answered, and acknowledged, between the NOTIFYs. */
static unsigned answer_all(const char *referrer)
{
	unsigned invites = 0;

	while (peer_hears_on(&rig, rig.fd)) {
		bool invite = !strncmp(rig.heard, "INVITE sip:200@", 15);

		invites += invite;
		if (invite) {
			ck_assert_str_eq(heard(&rig, "Replaces"), "x;to-tag=y;from-tag=z");
			ck_assert_str_eq(heard(&rig, "Referred-By"), referrer);
		}
		if (strncmp(rig.heard, "ACK ", 4) != 0)
			respond_to_heard("200 OK", "b", "", invite ? SDP : "");
	}
	return invites;
}

static void tell_callers(struct peer_config *peer)
{
	peer->identity.send_identity = IDENTITY_PAI;
}

static void tell_nobody(struct peer_config *peer)
{
	peer->identity.send_identity = IDENTITY_NONE;
}

START_TEST(attended_transfer_to_who_talks_elsewhere_takes_the_place_there)
{
	static struct route_config routes[] = {
		{ .name = "in",
		  .from_any = true,
		  .n_targets = 1,
		  .targets = { { TARGET_TRUNK, "line" } } },
		{ .name = "back",
		  .from_any = true,
		  .called = "2",
		  .n_targets = 1,
		  .targets = { { TARGET_PEER, "phone" } } },
	};
	const struct routes_config config = { .routes = routes, .n_routes = 2 };

	for (unsigned i = 0; i < 2; i++) {
		open_two();
		configure(i ? tell_nobody : tell_callers);
		ck_assert_int_eq(call_hub_apply(rig.hub, &config), 0);
		talk(&one);
		refer(&one, "Refer-To: <sip:200@" ELSEWHERE
			    "Referred-By: Al <sip:al@example.com>;cid=\"x@y\"\n");
		ck_assert_uint_eq(answer_all(i ? "" : "<sip:al@example.com>"), 1);
		ck_assert_str_eq(call_other(rig.line.leg)->via, "phone");
		line_says(LEG_RELEASE, false);
		answer_all("");
		end_two();
	}
}
END_TEST

START_TEST(attended_transfer_with_nobody_or_itself_fails)
{
	open_two();
	talk(&one);
	ask(&one, "REFER", "Refer-To: <sip:" ELSEWHERE, "");
	peer_hears(&rig, "SIP/2.0 481 ");
	ask(&one, "REFER", naming(&one), ""); /* itself */
	peer_hears(&rig, "SIP/2.0 202 ");
	peer_takes("NOTIFY ");
	peer_hears_notify("terminated", "SIP/2.0 603 ");
	ask(&one, "BYE", "", "");
	peer_hears(&rig, "SIP/2.0 200 ");
	end_two();
}
END_TEST

static void ask_by_refer(struct peer_config *peer)
{
	peer->transfer.by_refer = true;
}

/* By an operator: the peer is asked to do it itself (RFC 5589 7), and what it refuses is done here. */
START_TEST(operator_has_the_peer_join_its_own_two_calls)
{
	char query[256];

	for (unsigned i = 0; i < 3; i++) {
		open_two();
		configure(ask_by_refer);
		talk(&one);
		talk(&two);
		const struct call_party parties[] = { { call_id(rig.line.leg->call), true },
						      { call_id(second.leg->call), true } };
		ck_assert_int_eq(call_put_together(rig.hub, &parties[0], &parties[1]), 1);
		rig_settle(&rig);
		peer_hears(&rig, "REFER ");
		ck_assert_str_eq(heard(&rig, "Call-ID"), "one");
		snprintf(query, sizeof(query),
			 "?Replaces=two%%3Bfrom-tag%%3D%s%%3Bto-tag%%3Daltwo>", two.tag);
		ck_assert_msg(strstr(heard(&rig, "Refer-To"), query), "%s", rig.heard);
		respond_to_heard(i == 1 ? "405 No" : "202 Accepted", "", "", "");
		if (i != 1) {
			ask(&one, "NOTIFY",
			    "Event: refer\nSubscription-State: terminated;reason=noresource\n"
			    "Content-Type: message/sipfrag\n",
			    i ? "SIP/2.0 486 Busy Here\r\n" : "SIP/2.0 200 OK\r\n");
			peer_hears(&rig, "SIP/2.0 200 ");
		}
		if (i == 0) {
			peer_takes("BYE ");
			peer_takes("BYE ");
		} else { /* i 2: all is as it was */
			while (peer_hears_on(&rig, rig.fd))
				respond_to_heard("486 Busy Here", "", "", "");
			ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_RELEASE), i == 1);
			ask(&one, "BYE", "", "");
			while (peer_hears_on(&rig, rig.fd))
				if (!strncmp(rig.heard, "BYE ", 4))
					respond_to_heard("200 OK", "", "", "");
			if (i == 2)
				ask(&two, "BYE", "", "");
		}
		end_two();
	}
}
END_TEST

/* INVITE with Replaces */

static const char *replacing(const struct dialog *d, const char *more)
{
	static char text[256];

	snprintf(text, sizeof(text), "Replaces: %s;to-tag=%s;from-tag=al%s%s\n", d->id, d->tag,
		 d->id, more);
	return text;
}

START_TEST(a_new_session_takes_the_place_of_an_old_one)
{
	struct dialog fresh = { .id = "fresh", .number = "nobody" };

	open_two();
	talk(&one);
	invite(&fresh, replacing(&one, ""));
	peer_hears(&rig, "BYE ");
	ck_assert_str_eq(heard(&rig, "Call-ID"), "one");
	respond_to_heard("200 OK", "", "", "");
	answered(&fresh);
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_RELEASE), 0);
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_SETUP), 1);
	ask(&fresh, "BYE", "", "");
	peer_hears(&rig, "SIP/2.0 200 ");
	assert_cause(CAUSE_NORMAL);
	end_two();
}
END_TEST

/* RFC 3891 3 */
START_TEST(a_dialog_that_cannot_be_replaced_is_told)
{
	struct dialog fresh = { .id = "fresh", .number = "700" };

	open_two();
	talk(&one);
	const struct {
		const char *header, *status;
	} rows[] = {
		{ "Replaces: x;to-tag=y;from-tag=z\n", "SIP/2.0 481 " },
		{ "Replaces: one;to-tag=y;from-tag=alone\n", "SIP/2.0 481 " },
		{ "Replaces: one\n", "SIP/2.0 400 " },
	};
	for (unsigned i = 0; i < 3; i++) {
		char headers[512];

		snprintf(headers, sizeof(headers), "Content-Type: application/sdp\n%s",
			 rows[i].header);
		ask(&fresh, "INVITE", headers, SDP);
		peer_hears(&rig, rows[i].status);
		snprintf(fresh.tag, sizeof(fresh.tag), "%s", heard_tag(&rig, "To"));
		ask_at(&fresh, "ACK", fresh.cseq, "", "");
		fresh.tag[0] = '\0';
	}
	char headers[512];
	snprintf(headers, sizeof(headers), "Content-Type: application/sdp\n%s",
		 replacing(&one, ";early-only"));
	ask(&fresh, "INVITE", headers, SDP);
	peer_hears(&rig, "SIP/2.0 486 ");
	snprintf(fresh.tag, sizeof(fresh.tag), "%s", heard_tag(&rig, "To"));
	ask_at(&fresh, "ACK", fresh.cseq, "", "");
	fresh.tag[0] = '\0';
	configure(forbid);
	snprintf(headers, sizeof(headers), "Content-Type: application/sdp\n%s",
		 replacing(&one, ""));
	ask(&fresh, "INVITE", headers, SDP);
	peer_hears(&rig, "SIP/2.0 403 ");
	snprintf(fresh.tag, sizeof(fresh.tag), "%s", heard_tag(&rig, "To"));
	ask_at(&fresh, "ACK", fresh.cseq, "", "");
	ask(&one, "BYE", "", "");
	peer_hears(&rig, "SIP/2.0 200 ");
	end_two();
}
END_TEST

START_TEST(a_ringing_call_is_picked_up)
{
	struct dialog fresh = { .id = "fresh", .number = "200" };
	char header[256];

	open_two();
	out_place();
	snprintf(header, sizeof(header), "Replaces: %s;from-tag=b;to-tag=%s;early-only\n",
		 heard(&rig, "Call-ID"), heard_tag(&rig, "From"));
	out_respond("180 Ringing", "b", "", "");
	invite(&fresh, header);
	bool cancelled = false, got = false;
	while (peer_hears_on(&rig, rig.fd)) {
		if (!strncmp(rig.heard, "CANCEL ", 7)) {
			cancelled = true;
			respond_to_heard("200 OK", "", "", "");
			out_respond("487 Gone", "b", "", "");
		} else if (!strncmp(rig.heard, "SIP/2.0 200 ", 12)) {
			got = true;
			snprintf(fresh.tag, sizeof(fresh.tag), "%s", heard_tag(&rig, "To"));
			ask_at(&fresh, "ACK", fresh.cseq, "", "");
		}
	}
	ck_assert(cancelled && got);
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_CONNECT), 1);
	ask(&fresh, "BYE", "", "");
	peer_hears(&rig, "SIP/2.0 200 ");
	end_two();
}
END_TEST

UNIT_MAIN("refer", blind_transfer, referrer_is_not_believed_of_who_is_not_trusted,
	  a_transfer_that_fails_is_told_and_the_call_goes_on, what_is_no_transfer_is_refused,
	  who_may_not_call_a_number_may_not_refer_to_it, refer_outside_of_a_call_is_refused,
	  refer_before_the_answer_comes_too_early, nobody_is_notified_who_does_not_want_to_be,
	  who_refers_may_hang_up, who_has_hung_up_may_refuse_a_notify,
	  who_wants_no_notify_is_gone_with_its_bye,
	  subscription_of_a_call_that_is_over_counts_as_none,
	  subscription_of_a_call_that_is_over_expires,
	  who_is_transferred_may_hang_up_after_who_refers, who_is_transferred_may_hang_up,
	  who_refuses_a_notify_gets_no_more, the_outcome_does_not_wait_for_an_answer,
	  attended_transfer_joins_two_lines, operator_has_the_peer_join_its_own_two_calls,
	  attended_transfer_to_who_talks_elsewhere_takes_the_place_there,
	  attended_transfer_with_nobody_or_itself_fails,
	  a_new_session_takes_the_place_of_an_old_one, a_dialog_that_cannot_be_replaced_is_told,
	  a_ringing_call_is_picked_up)
