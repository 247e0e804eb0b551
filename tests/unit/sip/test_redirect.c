/* 3xx to a call to the peer: followed, routed, refused (RFC 3261 8.1.3.4). */
#include "tests/unit/sip/rig_two.h"

static void redirect(const char *status, const char *contacts)
{
	char more[RIG_TEXT], via[512], seq[64];

	snprintf(via, sizeof(via), "%s", heard(&rig, "Via"));
	snprintf(seq, sizeof(seq), "%s", heard(&rig, "CSeq"));
	snprintf(more, sizeof(more),
		 "SIP/2.0 %s\nVia: %s\nFrom: %s\nTo: %s;tag=b\nCall-ID: %s\nCSeq: %s\n%s"
		 "Content-Length: 0\n\n",
		 status, via, heard(&rig, "From"), heard(&rig, "To"), heard(&rig, "Call-ID"), seq,
		 contacts);
	peer_says_raw(&rig, rig.fd, more, "");
	peer_hears(&rig, "ACK ");
}

/* "Contact: <sip:USER@the peer>;q=...\n" */
static const char *contact(const char *user, const char *params)
{
	static char text[4][128];
	static unsigned turn;
	char *out = text[turn++ % 4];

	snprintf(out, sizeof(text[0]), "Contact: <sip:%s@127.0.0.1:%u>%s\n", user, rig.peer.port,
		 params);
	return out;
}

static const char *request_line(const char *user)
{
	static char text[128];

	snprintf(text, sizeof(text), "INVITE sip:%s@127.0.0.1:%u SIP/2.0", user, rig.peer.port);
	return text;
}

static void answer_and_end(void)
{
	memcpy(invited, rig.heard, sizeof(invited));
	out_respond("200 OK", "c", "", SDP);
	peer_hears(&rig, "ACK ");
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_CONNECT), 1);
	line_says(LEG_RELEASE, false);
	peer_hears(&rig, "BYE ");
	respond_to_heard("200 OK", "", "", "");
	end_two();
}

START_TEST(the_call_goes_where_it_is_redirected)
{
	char call_id[128], to[128];

	open_two();
	out_place();
	snprintf(call_id, sizeof(call_id), "%s", heard(&rig, "Call-ID"));
	snprintf(to, sizeof(to), "%s", heard(&rig, "To"));
	redirect("302 Moved Temporarily", contact("201", ""));
	peer_hears(&rig, request_line("201"));
	ck_assert_str_eq(heard(&rig, "Call-ID"), call_id);
	ck_assert_str_eq(heard(&rig, "To"), to);
	answer_and_end();
}
END_TEST

START_TEST(contacts_are_tried_by_q_until_one_answers)
{
	char all[512];

	open_two();
	out_place();
	snprintf(all, sizeof(all), "%s%s%s", contact("201", ";q=0.2"), contact("202", ";q=0.9"),
		 contact("203", ";q=0.5"));
	redirect("300 Multiple Choices", all);
	peer_hears(&rig, request_line("202"));
	redirect("486 Busy Here", "");
	peer_hears(&rig, request_line("203"));
	redirect("302 Moved Temporarily", contact("204", "")); /* takes the place of the rest */
	peer_hears(&rig, request_line("204"));
	answer_and_end();
}
END_TEST

START_TEST(a_contact_that_times_out_is_followed_by_the_next)
{
	char all[512];

	open_two();
	out_place();
	snprintf(all, sizeof(all), "%s%s", contact("201", ";q=0.9"), contact("202", ";q=0.5"));
	redirect("302 Moved Temporarily", all);
	peer_hears(&rig, request_line("201"));
	redirect("408 Request Timeout", "");
	peer_hears(&rig, request_line("202"));
	answer_and_end();
}
END_TEST

/* Its address answers with ICMP, or with nothing until timer B. */
START_TEST(a_contact_that_cannot_be_reached_is_followed_by_the_next)
{
	uint16_t port = 0;
	char all[512];

	for (unsigned silent = 0; silent < 2; silent++) {
		open_two();
		out_place();
		int fd = rig_socket("127.0.0.1", &port);
		if (!silent)
			close(fd);
		snprintf(all, sizeof(all), "Contact: <sip:201@127.0.0.1:%u>;q=0.9\n%s", port,
			 contact("202", ";q=0.5"));
		redirect("302 Moved Temporarily", all);
		for (unsigned ms = 0; ms < RIG_TIMER_B_MS + 100 && !peer_hears_on(&rig, rig.fd);
		     ms += 50)
			rig_pass(&rig, 50);
		ck_assert_msg(!strncmp(rig.heard, request_line("202"), strlen(request_line("202"))),
			      "%s", rig.heard);
		answer_and_end();
		if (silent)
			close(fd);
	}
}
END_TEST

START_TEST(when_all_have_failed_the_last_cause_stands)
{
	open_two();
	out_place();
	redirect("302 Moved Temporarily", contact("201", ""));
	peer_hears(&rig, request_line("201"));
	redirect("486 Busy Here", "");
	assert_cause(CAUSE_USER_BUSY);
	end_two();
}
END_TEST

START_TEST(a_global_failure_ends_it)
{
	char all[512];

	open_two();
	out_place();
	snprintf(all, sizeof(all), "%s%s", contact("201", ""), contact("202", ""));
	redirect("302 Moved Temporarily", all);
	peer_hears(&rig, request_line("201"));
	redirect("603 Decline", "");
	peer_hears_nothing(&rig);
	assert_cause(CAUSE_REJECTED);
	end_two();
}
END_TEST

START_TEST(nobody_is_called_who_is_no_peer)
{
	static const char *const contacts[] = {
		"Contact: <sip:201@192.0.2.1>\n",
		"Contact: <sip:201@example.com>\n",
		"Contact: <mailto:a@b>\n",
		"Contact: *\n",
		"",
	};

	for (unsigned i = 0; i < sizeof(contacts) / sizeof(contacts[0]); i++) {
		open_two();
		out_place();
		redirect("302 Moved Temporarily", contacts[i]);
		peer_hears_nothing(&rig);
		ck_assert_ptr_null(rig.line.leg);
		end_two();
	}
}
END_TEST

static struct peer_config two_peers[2];

/* Of one that is not trusted as it is, nothing is to be known there. */
static void add_stranger(struct peer_config *peer)
{
	two_peers[0] = two_peers[1] = *peer;
	strcpy(two_peers[1].name, "other");
	strcpy(two_peers[1].address, "127.0.0.2");
	two_peers[1].trusted = false;
	rig.config.peers = two_peers;
	rig.config.n_peers = 2;
}

START_TEST(secrets_are_not_redirected)
{
	uint16_t port;
	char contacts[2][128];
	int other = rig_socket("127.0.0.2", &port);

	snprintf(contacts[0], sizeof(contacts[0]), "Contact: <sip:201@127.0.0.2:%u>\n", port);
	for (unsigned i = 0; i < 2; i++) {
		open_two();
		configure(add_stranger);
		snprintf(contacts[1], sizeof(contacts[1]),
			 "Contact: <sip:201@127.0.0.1:%u;maddr=127.0.0.2>\n", port);
		out_place();
		redirect("302 Moved Temporarily", contacts[i]);
		ck_assert_msg(!peer_hears_on(&rig, other), "%u: %s", i, rig.heard);
		ck_assert_ptr_null(rig.line.leg);
		end_two();
	}
	close(other);
}
END_TEST

START_TEST(a_loop_of_redirections_ends)
{
	unsigned invites = 1;

	open_two();
	out_place();
	for (; invites < 20; invites++) {
		redirect("302 Moved Temporarily", contact("201", ""));
		if (!peer_hears_on(&rig, rig.fd))
			break;
	}
	ck_assert_uint_eq(invites, 1 + REDIRECT_HOPS_DEFAULT);
	ck_assert_ptr_null(rig.line.leg);
	end_two();
}
END_TEST

START_TEST(the_caller_may_give_up_meanwhile)
{
	open_two();
	out_place();
	redirect("302 Moved Temporarily", contact("201", ""));
	peer_hears(&rig, request_line("201"));
	memcpy(invited, rig.heard, sizeof(invited));
	out_respond("180 Ringing", "c", "", "");
	line_says(LEG_RELEASE, false);
	peer_hears(&rig, "CANCEL ");
	ck_assert_ptr_nonnull(strstr(rig.heard, "CANCEL sip:201@"));
	respond_to_heard("200 OK", "", "", "");
	out_respond("487 Request Terminated", "c", "", "");
	peer_hears(&rig, "ACK ");
	end_two();
}
END_TEST

static void route(struct peer_config *peer)
{
	peer->transfer.redirect = REDIRECT_ROUTE;
}

static void refuse(struct peer_config *peer)
{
	peer->transfer.redirect = REDIRECT_REFUSE;
}

START_TEST(the_number_goes_to_the_routes)
{
	open_two();
	configure(route);
	out_place();
	redirect("302 Moved Temporarily", "Contact: <sip:bob@h>;q=0.9, <sip:701@example.com>\n");
	const struct leg_msg *setup = mock_leg_told(&second, LEG_SETUP);
	ck_assert_ptr_nonnull(setup);
	ck_assert_str_eq(setup->setup.called.digits, "701");
	ck_assert_str_eq(setup->setup.redirecting.from.number.digits, "200");
	second_says(LEG_CONNECT, 0);
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_CONNECT), 1);
	line_says(LEG_RELEASE, false);
	end_two();
}
END_TEST

static void route_with_list(struct peer_config *peer)
{
	route(peer);
	peer->guard.numbers[0] = (struct guard_number){ .digits = "70", .allow = false };
	peer->guard.n_numbers = 1;
}

/* The hub asks the peer that a call comes from. */
START_TEST(a_number_that_the_peer_may_not_call_is_known)
{
	const struct target *peer;

	open_two();
	configure(route_with_list);
	peer = target_find(rig.hub, TARGET_PEER, "phone");
	ck_assert(!peer->may_call(peer->data, "701"));
	ck_assert(peer->may_call(peer->data, "71"));
	end_two();
}
END_TEST

/* RFC 3398 8.2.6.1 */
START_TEST(a_refused_redirection_ends_the_call)
{
	open_two();
	configure(refuse);
	out_place();
	redirect("301 Moved Permanently", contact("201", ""));
	peer_hears_nothing(&rig);
	ck_assert_ptr_null(rig.line.leg);
	end_two();
}
END_TEST

UNIT_MAIN("redirect", the_call_goes_where_it_is_redirected,
	  contacts_are_tried_by_q_until_one_answers,
	  a_contact_that_times_out_is_followed_by_the_next,
	  a_contact_that_cannot_be_reached_is_followed_by_the_next,
	  when_all_have_failed_the_last_cause_stands, a_global_failure_ends_it,
	  nobody_is_called_who_is_no_peer, secrets_are_not_redirected, a_loop_of_redirections_ends,
	  the_caller_may_give_up_meanwhile, the_number_goes_to_the_routes,
	  a_number_that_the_peer_may_not_call_is_known, a_refused_redirection_ends_the_call)
