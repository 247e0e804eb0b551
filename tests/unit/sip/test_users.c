/* Calls from users of the registrar: who they are, and what they may do. */
#include "sip/session/ground.h"
#include "sip/sip_guard.h"
#include "tests/unit/sip/rig_users.h"

static void phone_dials(const char *number, const char *from, const char *auth)
{
	char head[RIG_TEXT];

	cseq++;
	snprintf(head, sizeof(head),
		 "INVITE sip:%s@127.0.0.1:%u SIP/2.0\nVia: SIP/2.0/UDP "
		 "127.0.0.2:%u;rport;branch=z9hG4bKi%u\nFrom: \"Someone\" "
		 "<sip:%s@127.0.0.1>;tag=a\nTo: <sip:%s@127.0.0.1>\nCall-ID: i1\nCSeq: %u "
		 "INVITE\nMax-Forwards: 70\nContact: <sip:anna@10.9.8.7>\n%s",
		 number, rig.config.port, phone_port, cseq, from, number, cseq, auth);
	peer_says_from(&rig, phone, head, SDP);
}

static void phone_invites_with(const char *from, const char *auth)
{
	phone_dials("500", from, auth);
}

static void phone_invites(const char *from)
{
	phone_invites_with(from, answer("INVITE", from, SDP));
}

static void phone_acks(void)
{
	char head[RIG_TEXT];

	snprintf(head, sizeof(head),
		 "ACK sip:500@127.0.0.1:%u SIP/2.0\nVia: SIP/2.0/UDP "
		 "127.0.0.2:%u;rport;branch=z9hG4bKi%u\nFrom: %s\nTo: %s\nCall-ID: i1\n"
		 "CSeq: %u ACK\n",
		 rig.config.port, phone_port, cseq, heard(&rig, "From"), heard(&rig, "To"), cseq);
	peer_says_from(&rig, phone, head, "");
}

START_TEST(user_calls_with_its_own_number_and_name)
{
	open_registrar();
	phone_invites("anna");
	phone_hears("SIP/2.0 401 ");
	ck_assert(heard_challenge(&rig, "WWW-Authenticate", &challenge));
	phone_acks();
	phone_invites("anna");
	phone_hears("SIP/2.0 100 ");
	const struct leg_msg *setup = mock_leg_told(&rig.line, LEG_SETUP);
	ck_assert_ptr_nonnull(setup);
	ck_assert_str_eq(setup->setup.called.digits, "500");
	ck_assert_str_eq(setup->setup.calling.digits, "100");
	ck_assert_str_eq(setup->setup.calling_name, "Anna");
	mock_leg_say(&rig.line, LEG_RELEASE, CAUSE_USER_BUSY, false);
	rig_settle(&rig);
	phone_hears("SIP/2.0 486 ");
	phone_acks();
	end();
}
END_TEST

/* In its call. */
static void phone_asks(const char *method, const char *tag, const char *auth, const char *body)
{
	char head[RIG_TEXT];

	cseq++;
	snprintf(head, sizeof(head),
		 "%s sip:127.0.0.1:%u SIP/2.0\nVia: SIP/2.0/UDP "
		 "127.0.0.2:%u;rport;branch=z9hG4bKd%u\nFrom: <sip:anna@127.0.0.1>;tag=a\n"
		 "To: <sip:500@127.0.0.1>;tag=%s\nCall-ID: i1\nCSeq: %u %s\nMax-Forwards: 70\n"
		 "Contact: <sip:anna@10.9.8.7>\n%s",
		 method, rig.config.port, phone_port, cseq, tag, cseq, method, auth);
	peer_says_from(&rig, phone, head, body);
}

/* An established call of anna's; the tag of ours in it. */
static const char *open_call(void)
{
	static char tag[64];

	open_registrar();
	phone_invites("anna");
	phone_hears("SIP/2.0 401 ");
	ck_assert(heard_challenge(&rig, "WWW-Authenticate", &challenge));
	phone_acks();
	phone_invites("anna");
	phone_hears("SIP/2.0 100 ");
	mock_leg_say(&rig.line, LEG_CONNECT, 0, false);
	rig_settle(&rig);
	phone_hears("SIP/2.0 200 ");
	snprintf(tag, sizeof(tag), "%s", heard_tag(&rig, "To"));
	phone_acks();
	return tag;
}

START_TEST(user_changes_its_own_call_alone)
{
	const char *tag = open_call();

	phone_asks("UPDATE", tag, "", SDP);
	phone_hears("SIP/2.0 401 ");
	phone_asks("UPDATE", tag, answer("UPDATE", "bert", SDP), SDP);
	phone_hears("SIP/2.0 403 ");
	phone_asks("UPDATE", tag, answer("INVITE", "anna", SDP), SDP);
	phone_hears("SIP/2.0 401 ");
	phone_asks("UPDATE", tag, answer("UPDATE", "anna", SDP), SDP);
	phone_hears("SIP/2.0 200 ");
	phone_asks("BYE", tag, "", "");
	phone_hears("SIP/2.0 200 ");
	end();
}
END_TEST

/* The digits that come next are of the same call, also by the socket that is kept for it, and no further call of the user's. */
START_TEST(user_dials_on)
{
	uint16_t port;

	open_registrar();
	rig.target.target.overlap = true;
	users[0].peer.session.receiving_s = 5;
	users[0].peer.guard.at_once.calls_in = 1;
	ck_assert_int_eq(sip_apply_registrar(rig.sip, &registrar), 0);
	phone_dials("5", "anna", "");
	phone_hears("SIP/2.0 401 ");
	ck_assert(heard_challenge(&rig, "WWW-Authenticate", &challenge));
	phone_acks();
	phone_dials("5", "anna", answer("INVITE", "anna", SDP));
	phone_hears("SIP/2.0 100 ");
	mock_leg_say(&rig.line, LEG_SETUP_ACK, 0, false);
	rig_settle(&rig);
	port = rig.config.port;
	rig.config.port = rig_free_port();
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
	rig.config.port = port;
	phone_dials("50", "anna", answer("INVITE", "anna", SDP));
	phone_hears("SIP/2.0 484 "); /* to the one before it */
	phone_hears("SIP/2.0 100 ");
	ck_assert_str_eq(mock_leg_told(&rig.line, LEG_INFORMATION)->digits, "0");
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_SETUP), 1);
	mock_leg_say(&rig.line, LEG_RELEASE, CAUSE_USER_BUSY, false);
	rig_settle(&rig);
	phone_hears("SIP/2.0 486 ");
	phone_acks();
	end();
}
END_TEST

/* Whatever peer spoke last, who fails in a user's call is none. */
START_TEST(failure_in_a_call_counts_as_any)
{
	const char *tag = open_call();
	struct guard_status status;

	rig.sip->guard->config.ban = (struct ban_policy){ .after = 2, .within_s = 60, .for_s = 60 };
	for (unsigned i = 0; i < 2; i++) {
		sip_guard_status(rig.sip, &status);
		ck_assert_uint_eq(status.bans, 0);
		peer_says(&rig, "",
			  "OPTIONS sip:127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP "
			  "127.0.0.1:%u;branch=z9hG4bKo%u\nFrom: <sip:a@b>;tag=a\nTo: <sip:c@d>\n"
			  "Call-ID: o%u\nCSeq: 1 OPTIONS\n",
			  rig.peer.port, i, i);
		phone_asks("UPDATE", tag, answer("INVITE", "anna", SDP), SDP);
		phone_hears("SIP/2.0 401 ");
	}
	sip_guard_status(rig.sip, &status);
	ck_assert_uint_eq(status.bans, 1);
	sip_unban_all(rig.sip);
	phone_asks("BYE", tag, "", "");
	phone_hears("SIP/2.0 200 ");
	end();
}
END_TEST

/* Method (RFC 7616 3.4.3) and number are signed. */
START_TEST(answer_to_something_else_begins_no_call)
{
	open_registrar();
	register_as("anna", contact(""), "SIP/2.0 200 ");
	phone_invites_with("anna", answer("REGISTER", "anna", ""));
	phone_hears("SIP/2.0 401 ");
	phone_acks();
	phone_invites_with("anna", answer_for("sip:501@127.0.0.1", "INVITE", "anna", SDP));
	phone_hears("SIP/2.0 400 ");
	phone_acks();
	ck_assert_ptr_null(mock_leg_told(&rig.line, LEG_SETUP));
	phone_invites_with("anna", answer_for("sip:500@gw.example", "INVITE", "anna", SDP));
	phone_hears("SIP/2.0 100 ");
	mock_leg_say(&rig.line, LEG_RELEASE, CAUSE_USER_BUSY, false);
	rig_settle(&rig);
	phone_hears("SIP/2.0 486 ");
	phone_acks();
	end();
}
END_TEST

/* A small PBX, with numbers of its own beside those that it is called by, whose assertions may be believed. */
START_TEST(user_shows_what_it_may)
{
	static const struct {
		const char *from, *more, *replaced_by;
		bool believed;
		const char *shown;
	} rows[] = {
		{ "100", "", "", false, "100" },
		{ "4930100", "", "", false, "4930100" },
		{ "4930177", "", "", false, "4930177" },
		{ "anna", "P-Preferred-Identity: <sip:4930178@h>\n", "", false, "4930178" },
		{ "anna", "P-Preferred-Identity: <sip:4940@h>\n", "", false, "100" },
		{ "anna", "P-Asserted-Identity: <sip:4940@h>\n", "", false, "100" },
		{ "anna", "P-Asserted-Identity: <sip:4940@h>\n", "", true, "4940" },
		{ "anna", "", "", true, "100" },
		{ "anna", "", "4930199", false, "4930199" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		open_registrar();
		struct peer_config *peer = &users[0].peer;
		char headers[1200];

		strcpy(peer->numbers.own[0], "493017");
		peer->numbers.n_own = 1;
		strcpy(peer->numbers.default_number, rows[i].replaced_by);
		peer->trusted = false;
		peer->identity.trust[TRUST_IDENTITY] = rows[i].believed ? TRUST_YES : TRUST_NO;
		ck_assert_int_eq(sip_apply_registrar(rig.sip, &registrar), 0);
		phone_invites_with(rows[i].from, rows[i].more);
		phone_hears("SIP/2.0 401 ");
		ck_assert(heard_challenge(&rig, "WWW-Authenticate", &challenge));
		phone_acks();
		snprintf(headers, sizeof(headers), "%s%.1000s", rows[i].more,
			 answer("INVITE", "anna", SDP));
		phone_invites_with(rows[i].from, headers);
		phone_hears("SIP/2.0 100 ");
		ck_assert_str_eq(mock_leg_told(&rig.line, LEG_SETUP)->setup.calling.digits,
				 rows[i].shown);
		mock_leg_say(&rig.line, LEG_RELEASE, CAUSE_USER_BUSY, false);
		rig_settle(&rig);
		phone_hears("SIP/2.0 486 ");
		phone_acks();
		end();
	}
}
END_TEST

/* Limits */

static void open_limited(struct guard_peer_config guard)
{
	open_registrar();
	users[0].peer.guard = guard;
	ck_assert_int_eq(sip_apply_registrar(rig.sip, &registrar), 0);
	phone_invites("anna");
	phone_hears("SIP/2.0 401 ");
	ck_assert(heard_challenge(&rig, "WWW-Authenticate", &challenge));
	phone_acks();
}

struct user_tally {
	const char *user;
	unsigned in, out;
	uint64_t limits[LIMIT_KINDS];
};

static bool read_refused(void *data, const struct peer_guard_status *status)
{
	struct user_tally *refused = data;

	if (strcmp(status->name, refused->user) != 0)
		return true;
	refused->in = status->in;
	refused->out = status->out;
	for (unsigned i = 1; i < LIMIT_KINDS; i++)
		refused->limits[i] = status->refused[i - 1].value;
	return false;
}

static struct user_tally refused_of(const char *user)
{
	struct user_tally refused = { .user = user };

	sip_guard_users_each(rig.sip, read_refused, &refused);
	return refused;
}

static void line_ends(void)
{
	mock_leg_say(&rig.line, LEG_RELEASE, CAUSE_USER_BUSY, false);
	rig_settle(&rig);
	phone_hears("SIP/2.0 486 ");
	phone_acks();
	rig_pass(&rig, 50);
}

START_TEST(user_may_not_call_each_number)
{
	open_limited((struct guard_peer_config){ .numbers = { { "5", false } }, .n_numbers = 1 });
	phone_invites("anna");
	phone_hears("SIP/2.0 403 This number may not be called from here");
	ck_assert_ptr_nonnull(strstr(heard(&rig, "Reason"), "cause=21"));
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_SETUP), 0);
	phone_acks();
	phone_invites("bert"); /* has no such list */
	phone_hears("SIP/2.0 100 ");
	ck_assert_uint_eq(refused_of("anna").limits[LIMIT_DESTINATION], 1);
	ck_assert_uint_eq(refused_of("bert").limits[LIMIT_DESTINATION], 0);
	line_ends();
	end();
}
END_TEST

START_TEST(user_calls_so_often_a_second)
{
	open_limited((struct guard_peer_config){ .calls = { .per_s = 1 } });
	phone_invites("anna");
	phone_hears("SIP/2.0 100 ");
	line_ends();
	phone_invites("anna");
	phone_hears("SIP/2.0 503 ");
	ck_assert_str_ne(heard(&rig, "Retry-After"), "");
	phone_acks();
	ck_assert_uint_eq(refused_of("anna").limits[LIMIT_CALLS_RATE], 1);
	rig_pass(&rig, 1000);
	phone_invites("anna");
	phone_hears("SIP/2.0 100 ");
	line_ends();
	end();
}
END_TEST

/* Its calls are its own, in whatever way: those from it and those to it. */
START_TEST(user_has_so_many_calls_at_a_time)
{
	const struct leg_msg to_anna = {
		.verb = LEG_SETUP,
		.law = LEG_LAW_ALAW,
		.setup = { .called = { .digits = "100" }, .calling = { .digits = "300" } },
	};
	struct mock_leg other = { 0 };

	open_limited((struct guard_peer_config){ .at_once.calls = 1 });
	register_as("anna", contact(""), "SIP/2.0 200 ");
	phone_invites("anna");
	phone_hears("SIP/2.0 100 ");
	ck_assert_uint_eq(refused_of("anna").in, 1);
	mock_leg_open(&other, rig.hub, TARGET_TRUNK, "line");
	call_hears(rig.hub, other.leg, &to_anna);
	rig_settle(&rig);
	ck_assert_uint_eq(mock_leg_told(&other, LEG_RELEASE)->cause, CAUSE_CONGESTION);
	ck_assert_uint_eq(refused_of("anna").limits[LIMIT_CALLS], 1);
	line_ends();
	ck_assert_uint_eq(refused_of("anna").in, 0);
	phone_invites("anna");
	phone_hears("SIP/2.0 100 ");
	line_ends();
	mock_leg_close(&other);
	end();
}
END_TEST

/* Calls that are up when the configuration changes still count; those of a user that went end as any. */
START_TEST(counts_outlive_a_commit)
{
	open_limited((struct guard_peer_config){ .at_once.calls = 1 });
	phone_invites("anna");
	phone_hears("SIP/2.0 100 ");
	ck_assert_int_eq(sip_apply_registrar(rig.sip, &registrar), 0);
	ck_assert_uint_eq(refused_of("anna").in, 1);
	registrar.users = users + 1;
	registrar.n_users = 1;
	ck_assert_int_eq(sip_apply_registrar(rig.sip, &registrar), 0);
	line_ends();
	end();
}
END_TEST

/* It is asked for its password as before, but for nothing else than the call. */
START_TEST(user_that_is_removed_changes_and_ends_its_call)
{
	const char *tag = open_call();

	registrar.users = users + 1;
	registrar.n_users = 1;
	ck_assert_int_eq(sip_apply_registrar(rig.sip, &registrar), 0);
	ck_assert_int_eq(sip_apply_registrar(rig.sip, &registrar), 0);
	phone_asks("UPDATE", tag, "", SDP);
	phone_hears("SIP/2.0 401 ");
	phone_asks("UPDATE", tag, answer("UPDATE", "bert", SDP), SDP);
	phone_hears("SIP/2.0 403 ");
	phone_asks("UPDATE", tag, answer("UPDATE", "anna", SDP), SDP);
	phone_hears("SIP/2.0 200 ");
	send_register("anna", "anna", "r1", contact(""));
	phone_hears("SIP/2.0 401 ");
	phone_asks("BYE", tag, "", "");
	phone_hears("SIP/2.0 200 ");
	end();
}
END_TEST

static void fail_until_banned(void)
{
	struct guard_status status;

	rig.sip->guard->config.ban = (struct ban_policy){ .after = 2, .within_s = 60, .for_s = 60 };
	for (unsigned i = 0; i < 2; i++) {
		send_register("anna", "anna", "r1", contact(""));
		phone_hears("SIP/2.0 401 ");
	}
	sip_guard_status(rig.sip, &status);
	ck_assert_uint_eq(status.bans, 1);
}

/* It goes on to register in vain, and is banned for it: nothing of it is heard but the call that it has. */
START_TEST(ban_leaves_the_calls_of_a_removed_user)
{
	const char *tag = open_call();

	registrar.users = users + 1;
	registrar.n_users = 1;
	ck_assert_int_eq(sip_apply_registrar(rig.sip, &registrar), 0);
	fail_until_banned();
	send_register("anna", "anna", "r1", contact(""));
	ck_assert(!peer_hears_on(&rig, phone));
	phone_asks("UPDATE", "another", "", SDP);
	ck_assert(!peer_hears_on(&rig, phone));
	phone_asks("UPDATE", tag, "", SDP);
	phone_hears("SIP/2.0 401 ");
	mock_leg_say(&rig.line, LEG_RELEASE, CAUSE_NORMAL, false);
	rig_settle(&rig);
	phone_hears("BYE ");
	phone_answers("200 OK", "");
	end();
}
END_TEST

START_TEST(banned_user_ends_its_call)
{
	const char *tag = open_call();
	struct guard_status status;

	registrar.users = users + 1;
	registrar.n_users = 1;
	ck_assert_int_eq(sip_apply_registrar(rig.sip, &registrar), 0);
	fail_until_banned();
	phone_asks("BYE", tag, "", "");
	phone_hears("SIP/2.0 200 ");
	rig_assert_idle(&rig);
	for (unsigned i = 0; i < 3; i++) {
		phone_asks("BYE", tag, "", "");
		ck_assert(!peer_hears_on(&rig, phone));
	}
	sip_guard_status(rig.sip, &status);
	ck_assert_str_eq(status.refused[1].name, "banned");
	ck_assert_uint_eq(status.refused[1].value, 3);
	end();
}
END_TEST

START_TEST(user_that_must_come_by_tls_is_asked_for_nothing_without)
{
	open_registrar();
	users[0].peer.guard.tls = true;
	ck_assert_int_eq(sip_apply_registrar(rig.sip, &registrar), 0);
	cseq = 1;
	send_register("anna", "anna", "r1", contact(""));
	phone_hears("SIP/2.0 403 TLS is required here");
	phone_invites("anna");
	phone_hears("SIP/2.0 403 TLS is required here");
	phone_acks();
	ck_assert_uint_eq(refused_of("anna").limits[LIMIT_TRANSPORT], 2);
	phone_invites("bert");
	phone_hears("SIP/2.0 401 ");
	phone_acks();
	end();
}
END_TEST

START_TEST(who_is_no_user_is_a_stranger)
{
	open_registrar();
	phone_invites("nobody");
	phone_hears("SIP/2.0 403 ");
	end();
}
END_TEST

UNIT_MAIN("users", user_calls_with_its_own_number_and_name, user_changes_its_own_call_alone,
	  user_dials_on, failure_in_a_call_counts_as_any, answer_to_something_else_begins_no_call,
	  user_shows_what_it_may, user_may_not_call_each_number, user_calls_so_often_a_second,
	  user_has_so_many_calls_at_a_time, counts_outlive_a_commit,
	  user_that_is_removed_changes_and_ends_its_call, ban_leaves_the_calls_of_a_removed_user,
	  banned_user_ends_its_call, user_that_must_come_by_tls_is_asked_for_nothing_without,
	  who_is_no_user_is_a_stranger)
