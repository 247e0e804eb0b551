/* The registrar, message by message: RFC 3261 10.3, and calls to who registered. */
#include <sys/stat.h>

#include "sip/agent/tls.h"
#include "sip/guard/auth.h"
#include "sip/session/ground.h"
#include "tests/unit/sip/rig_users.h"

static unsigned bindings; /* of anna */

static bool count(void *data, const char *user, const char *number,
		  const struct registrar_contact *found)
{
	(void)data;
	(void)number;
	bindings += found && !strcmp(user, "anna");
	return true;
}

static unsigned registered(void)
{
	bindings = 0;
	users_each(rig.sip, count, NULL);
	return bindings;
}

START_TEST(phone_registers_asks_and_leaves)
{
	open_registrar();
	register_as("anna", contact(";expires=120"), "SIP/2.0 200 ");
	ck_assert_ptr_nonnull(strstr(heard(&rig, "Contact"), ">;expires=120"));
	ck_assert_uint_eq(registered(), 1);
	register_as("anna", "", "SIP/2.0 200 "); /* asks what there is */
	ck_assert_ptr_nonnull(strstr(heard(&rig, "Contact"), "<sip:anna@127.0.0.2:"));
	register_as("anna", contact(";expires=0"), "SIP/2.0 200 ");
	ck_assert_str_eq(heard(&rig, "Contact"), "");
	ck_assert_uint_eq(registered(), 0);
	end();
}
END_TEST

START_TEST(time_runs_out)
{
	open_registrar();
	register_as("anna", contact(";expires=60"), "SIP/2.0 200 ");
	clock_advance(61 * 1000000ull);
	ck_assert_uint_eq(registered(), 0);
	end();
}
END_TEST

/* RFC 3261 10.3 steps 6 to 8 */
START_TEST(requests_get_what_they_deserve)
{
	static const struct {
		const char *more, *status;
		unsigned left;
	} rows[] = {
		{ "Contact: <sip:a@127.0.0.2>;expires=59\n", "SIP/2.0 423 ", 1 },
		{ "Contact: <sip:a@127.0.0.2>\nExpires: 30\n", "SIP/2.0 423 ", 1 },
		{ "Contact: *\n", "SIP/2.0 400 ", 1 },
		{ "Contact: *\nExpires: 60\n", "SIP/2.0 400 ", 1 },
		{ "Contact: *, <sip:a@127.0.0.2>\nExpires: 0\n", "SIP/2.0 400 ", 1 },
		{ "Contact: <sip:a@127.0.0.2>, *\nExpires: 0\n", "SIP/2.0 400 ", 1 },
		{ "Contact: <tel:100>\n", "SIP/2.0 400 ", 1 },
		{ "Contact: <sip:a@127.0.0.2>, <mailto:b@c>\n", "SIP/2.0 400 ",
		  1 }, /* all or none */
		{ "Require: gruu\nContact: <sip:a@127.0.0.2>\n", "SIP/2.0 420 ", 1 },
		{ "Contact: <sip:a@127.0.0.2>;expires=x\n", "SIP/2.0 200 ", 2 },
		{ "Contact: <sip:a@127.0.0.2>;expires=99999999999\n", "SIP/2.0 200 ", 2 },
		{ "Contact: <sip:a@127.0.0.2>, <sip:b@127.0.0.2>;q=0.5\n", "SIP/2.0 200 ", 3 },
		{ "Contact: <sip:A@127.0.0.2:5060>\nExpires: 0\n", "SIP/2.0 200 ", 1 },
		{ "Contact: *\nExpires: 0\n", "SIP/2.0 200 ", 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		open_registrar();
		register_as("anna", contact(""), "SIP/2.0 200 ");
		register_as("anna", rows[i].more, rows[i].status);
		ck_assert_msg(registered() == rows[i].left, "%s", rows[i].more);
		if (!strcmp(rows[i].status, "SIP/2.0 423 "))
			ck_assert_str_eq(heard(&rig, "Min-Expires"), "60");
		end();
	}
}
END_TEST

START_TEST(older_request_changes_nothing)
{
	open_registrar();
	register_as("anna", contact(""), "SIP/2.0 200 ");
	cseq--; /* of another transaction all the same */
	send_register("anna", "anna", "r1", contact(";expires=0\nX: y"));
	phone_hears("SIP/2.0 "); /* repeated: as before, or 500 */
	ck_assert_uint_eq(registered(), 1);
	cseq = 1;
	send_register("anna", "anna", "r2", contact(";expires=0")); /* another Call-ID may */
	phone_hears("SIP/2.0 200 ");
	ck_assert_uint_eq(registered(), 0);
	end();
}
END_TEST

START_TEST(a_user_has_a_bounded_number_of_phones)
{
	char more[128];

	open_registrar();
	for (int i = 0; i < 10; i++) {
		snprintf(more, sizeof(more), "Contact: <sip:a@127.0.0.2:%d>;expires=%d\n", 6000 + i,
			 100 + i);
		register_as("anna", more, "SIP/2.0 200 ");
		ck_assert_uint_eq(registered(), i < 3 ? (unsigned)i + 1 : 3);
	}
	ck_assert_ptr_nonnull(strstr(rig.heard, ":6009>")); /* the last ones are there */
	ck_assert_ptr_null(strstr(rig.heard, ":6000>"));
	end();
}
END_TEST

/* RFC 5626 6: the same phone from another address takes its own place. */
START_TEST(instance_replaces_itself)
{
	open_registrar();
	register_as("anna", "Contact: <sip:a@127.0.0.2:6000>;+sip.instance=\"<urn:x>\";reg-id=1\n",
		    "SIP/2.0 200 ");
	register_as("anna", "Contact: <sip:a@127.0.0.2:6001>;+sip.instance=\"<urn:x>\";reg-id=1\n",
		    "SIP/2.0 200 ");
	ck_assert_uint_eq(registered(), 1);
	ck_assert_ptr_nonnull(strstr(heard(&rig, "Contact"), ":6001>"));
	register_as("anna", "Contact: <sip:a@127.0.0.2:6002>;+sip.instance=\"<urn:x>\";reg-id=2\n",
		    "SIP/2.0 200 ");
	ck_assert_uint_eq(registered(), 2);
	end();
}
END_TEST

START_TEST(nobody_registers_for_another)
{
	open_registrar();
	register_as("anna", contact(""), "SIP/2.0 200 ");
	send_register("anna", "bert", "r2", contact(""));
	phone_hears("SIP/2.0 403 ");
	send_register("anna", "nobody", "r3", contact(""));
	phone_hears("SIP/2.0 404 ");
	send_register("anna", "100", "r4", contact("")); /* by its number */
	phone_hears("SIP/2.0 200 ");
	send_register("nobody", "nobody", "r5", contact(""));
	phone_hears("SIP/2.0 401 ");
	end();
}
END_TEST

static unsigned failures;

static void count_failure(void *data, const struct sockaddr_storage *from)
{
	(void)data;
	(void)from;
	failures++;
}

/* By UDP anybody can write anybody's address: no phone may be banned for that. */
START_TEST(who_was_not_asked_there_fails_nowhere)
{
	uint16_t port;

	open_registrar();
	failures = 0;
	auth_on_failure(rig.sip->auth, count_failure, NULL);
	register_as("anna", "", "SIP/2.0 200 ");
	int own = phone, other = rig_socket("127.0.0.3", &port);
	for (unsigned right = 0; right < 2; right++) { /* a nonce of ours, but got elsewhere */
		phone = other;
		send_register(right ? "anna" : "nobody", "anna", "r2", "");
		phone_hears("SIP/2.0 401 ");
		ck_assert_ptr_nonnull(strstr(rig.heard, "stale=true"));
	}
	phone = own;
	challenge.nonce[40] ^= 1; /* and one that is nobody's */
	send_register("nobody", "anna", "r1", "");
	phone_hears("SIP/2.0 401 ");
	ck_assert_uint_eq(failures, 0);
	ck_assert(heard_challenge(&rig, "WWW-Authenticate", &challenge));
	send_register("nobody", "anna", "r1", "");
	phone_hears("SIP/2.0 401 ");
	ck_assert_ptr_null(strstr(rig.heard, "stale=true"));
	ck_assert_uint_eq(failures, 1);
	close(other);
	end();
}
END_TEST

/* The names that peers are held to are bounded, and where a phone says it is may be a peer. */
START_TEST(phones_by_tls_drive_out_no_names_of_peers)
{
	struct sockaddr_storage from;
	struct tls_totals before, after;
	struct limits *limits;

	open_registrar();
	limits = talloc_zero(rig.sip, struct limits);
	tls_totals(&before);
	for (uint16_t port = 5000; port < 5010; port++) {
		ck_assert(netaddr_parse("127.0.0.2", port, &from));
		struct peer *guest =
			peer_guest(rig.sip->peers, &users[0].peer, &from, TRANSPORT_TLS, limits);

		ck_assert_ptr_nonnull(guest);
		peer_hold(guest);
		peer_release(guest);
	}
	tls_totals(&after);
	ck_assert_uint_eq(after.names, before.names);
	end();
}
END_TEST

START_TEST(without_registrar_a_stranger_is_a_stranger)
{
	open_registrar();
	registrar.on = false;
	ck_assert_int_eq(sip_apply_registrar(rig.sip, &registrar), 0);
	cseq = 1;
	send_register("anna", "anna", "r1", contact(""));
	phone_hears("SIP/2.0 403 ");
	end();
}
END_TEST

/* Calls */

/* The phone says an address behind its NAT; everything goes where its requests came from. */
START_TEST(registered_phone_is_called_through_its_nat)
{
	open_registrar();
	register_as("anna", "Contact: <sip:anna@10.9.8.7:5060;x=y>\n", "SIP/2.0 200 ");
	call_anna();
	phone_hears("INVITE sip:anna@10.9.8.7:5060;x=y SIP/2.0");
	phone_answers("200 OK", SDP);
	phone_hears("ACK sip:anna@10.9.8.7:5060 ");
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_CONNECT), 1);
	mock_leg_say(&rig.line, LEG_RELEASE, CAUSE_NORMAL, false);
	rig_settle(&rig);
	phone_hears("BYE sip:anna@10.9.8.7:5060 ");
	phone_answers("200 OK", "");
	end();
}
END_TEST

static struct peer_config with_proxy[2];

/* Where the phones' requests come from is a peer, of that trust. */
static void add_proxy(bool trusted)
{
	with_proxy[0] = with_proxy[1] = rig.peer;
	strcpy(with_proxy[1].name, "proxy");
	strcpy(with_proxy[1].address, "127.0.0.2");
	with_proxy[1].trusted = trusted;
	rig.config.peers = with_proxy;
	rig.config.n_peers = 2;
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
}

START_TEST(path_that_no_trusted_proxy_names_is_refused)
{
	for (unsigned peer = 0; peer < 2; peer++) {
		open_registrar();
		if (peer)
			add_proxy(false);
		register_as("anna", "Path: <sip:192.0.2.1;lr>\nContact: <sip:anna@10.9.8.7>\n",
			    "SIP/2.0 403 Path ");
		call_anna();
		ck_assert_uint_eq(mock_leg_told(&rig.line, LEG_RELEASE)->cause,
				  CAUSE_SUBSCRIBER_ABSENT);
		end();
	}
}
END_TEST

START_TEST(path_is_followed)
{
	char more[256], route[128];

	open_registrar();
	add_proxy(true);
	snprintf(more, sizeof(more), "Path: <sip:127.0.0.2:%u;lr>\nContact: <sip:anna@10.9.8.7>\n",
		 phone_port);
	register_as("anna", more, "SIP/2.0 200 ");
	snprintf(route, sizeof(route), "<sip:127.0.0.2:%u;lr>", phone_port);
	ck_assert_str_eq(heard(&rig, "Path"), route);
	call_anna();
	phone_hears("INVITE sip:anna@10.9.8.7 SIP/2.0");
	ck_assert_str_eq(heard(&rig, "Route"), route);
	phone_answers("486 Busy Here", "");
	phone_hears("ACK ");
	end();
}
END_TEST

START_TEST(absent_subscriber_is_cause_20)
{
	open_registrar();
	call_anna();
	ck_assert_uint_eq(mock_leg_told(&rig.line, LEG_RELEASE)->cause, CAUSE_SUBSCRIBER_ABSENT);
	end();
}
END_TEST

START_TEST(best_contact_is_called)
{
	char more[256];

	open_registrar();
	snprintf(more, sizeof(more),
		 "Contact: <sip:low@127.0.0.2:%u>;q=0.1, <sip:high@127.0.0.2:%u>;q=0.9\n",
		 phone_port, phone_port);
	register_as("anna", more, "SIP/2.0 200 ");
	call_anna();
	phone_hears("INVITE sip:high@127.0.0.2:");
	phone_answers("486 Busy Here", "");
	phone_hears("ACK ");
	end();
}
END_TEST

static void register_two(void)
{
	char more[256];

	open_registrar();
	snprintf(more, sizeof(more),
		 "Contact: <sip:low@127.0.0.2:%u>;q=0.1, <sip:high@127.0.0.2:%u>;q=0.9\n",
		 phone_port, phone_port);
	register_as("anna", more, "SIP/2.0 200 ");
	call_anna();
	phone_hears("INVITE sip:high@127.0.0.2:");
}

START_TEST(next_contact_is_called_where_one_fails)
{
	register_two();
	phone_answers("480 Temporarily Unavailable", "");
	phone_hears("ACK ");
	phone_hears("INVITE sip:low@127.0.0.2:");
	phone_answers("200 OK", SDP);
	phone_hears("ACK ");
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_CONNECT), 1);
	mock_leg_say(&rig.line, LEG_RELEASE, CAUSE_NORMAL, false);
	rig_settle(&rig);
	phone_hears("BYE ");
	phone_answers("200 OK", "");
	end();
}
END_TEST

START_TEST(last_contact_that_fails_ends_the_call)
{
	register_two();
	phone_answers("503 Service Unavailable", "");
	phone_hears("ACK ");
	phone_hears("INVITE sip:low@127.0.0.2:");
	phone_answers("480 Temporarily Unavailable", "");
	phone_hears("ACK ");
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_RELEASE), 1);
	end();
}
END_TEST

START_TEST(contact_that_rang_is_the_last)
{
	register_two();
	phone_answers("180 Ringing", "");
	phone_answers("480 Temporarily Unavailable", "");
	phone_hears("ACK ");
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_RELEASE), 1);
	end();
}
END_TEST

/* A phone that has vanished is known by its silence, in seconds and not in the 32 of timer B. */
START_TEST(silent_contact_is_given_up_for_the_next)
{
	register_two();
	rig_pass(&rig, HOP_FAILOVER_S * 1000 - 100);
	while (peer_hears_on(&rig, phone))
		ck_assert(strstr(rig.heard, "INVITE sip:high@"));
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_RELEASE), 0);
	rig_pass(&rig, 200);
	phone_hears("INVITE sip:low@127.0.0.2:");
	rig_pass(&rig, HOP_FAILOVER_S * 1000 + 100);
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_RELEASE), 1);
	ck_assert_uint_eq(mock_leg_told(&rig.line, LEG_RELEASE)->cause,
			  CAUSE_DESTINATION_OUT_OF_ORDER);
	end();
}
END_TEST

START_TEST(contact_that_is_only_slow_is_kept)
{
	char invite[RIG_TEXT];

	register_two();
	memcpy(invite, rig.heard, sizeof(invite));
	phone_answers("100 Trying", "");
	rig_pass(&rig, 3 * HOP_FAILOVER_S * 1000);
	ck_assert(!peer_hears_on(&rig, phone));
	memcpy(rig.heard, invite, sizeof(invite));
	phone_answers("486 Busy Here", "");
	phone_hears("ACK ");
	end();
}
END_TEST

/* While the PBX is reachable calls to its users go there. */
START_TEST(standby_leaves_users_to_their_pbx)
{
	open_registrar();
	strcpy(registrar.standby, "phone"); /* the peer of the rig */
	ck_assert_int_eq(sip_apply_registrar(rig.sip, &registrar), 0);
	register_as("anna", contact(""), "SIP/2.0 200 ");
	call_anna();
	peer_hears(&rig, "INVITE sip:100@127.0.0.1:");
	rig_pass(&rig, RIG_TIMER_B_MS + 1000);
	close(phone);
	rig_close(&rig);
}
END_TEST

/* Restart */

START_TEST(locations_outlive_a_restart)
{
	char dir[] = "/tmp/crosspoint-test-XXXXXX", file[64], aside[80];

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(file, sizeof(file), "%s/l.db", dir);
	open_registrar();
	sip_keep_locations(rig.sip, file);
	register_as("anna", contact(";q=0.25"), "SIP/2.0 200 ");
	rig_pass(&rig, 1100);
	end();
	open_registrar();
	sip_keep_locations(rig.sip, file);
	ck_assert_uint_eq(registered(), 1);
	register_as("anna", "", "SIP/2.0 200 ");
	ck_assert_ptr_nonnull(strstr(heard(&rig, "Contact"), "<sip:anna@127.0.0.2:"));
	ck_assert_ptr_nonnull(strstr(heard(&rig, "Contact"), ";q=0.25"));
	ck_assert(sip_clear_user(rig.sip, "anna"));
	ck_assert(!sip_clear_user(rig.sip, "nobody"));
	end(); /* written at the end too */
	open_registrar();
	sip_keep_locations(rig.sip, file);
	ck_assert_uint_eq(registered(), 0);
	end();
	/* Damaged: set aside, and on it goes. */
	FILE *f = fopen(file, "w");
	fputs("this is no database, and it is long enough to be looked at as one\n", f);
	fclose(f);
	open_registrar();
	sip_keep_locations(rig.sip, file);
	register_as("anna", contact(""), "SIP/2.0 200 ");
	end();
	snprintf(aside, sizeof(aside), "%s.damaged", file);
	ck_assert_int_eq(access(aside, F_OK), 0);
	open_registrar();
	sip_keep_locations(rig.sip, file);
	ck_assert_uint_eq(registered(), 1);
	end();
	unlink(aside);
	unlink(file);
	rmdir(dir);
	/* Nowhere: it serves all the same. */
	open_registrar();
	sip_keep_locations(rig.sip, "/nowhere/l.db");
	register_as("anna", contact(""), "SIP/2.0 200 ");
	rig_pass(&rig, 1100);
	end();
}
END_TEST

START_TEST(users_keep_their_phones_over_a_commit)
{
	open_registrar();
	register_as("anna", contact(""), "SIP/2.0 200 ");
	ck_assert_int_eq(sip_apply_registrar(rig.sip, &registrar), 0);
	ck_assert_uint_eq(registered(), 1);
	registrar.users = users + 1;
	registrar.n_users = 1;
	ck_assert_int_eq(sip_apply_registrar(rig.sip, &registrar), 0);
	ck_assert_uint_eq(registered(), 0);
	end();
}
END_TEST

UNIT_MAIN("registrar", phone_registers_asks_and_leaves, time_runs_out,
	  requests_get_what_they_deserve, older_request_changes_nothing,
	  a_user_has_a_bounded_number_of_phones, instance_replaces_itself,
	  nobody_registers_for_another, who_was_not_asked_there_fails_nowhere,
	  phones_by_tls_drive_out_no_names_of_peers, without_registrar_a_stranger_is_a_stranger,
	  registered_phone_is_called_through_its_nat, path_is_followed,
	  path_that_no_trusted_proxy_names_is_refused, absent_subscriber_is_cause_20,
	  best_contact_is_called, next_contact_is_called_where_one_fails,
	  last_contact_that_fails_ends_the_call, contact_that_rang_is_the_last,
	  silent_contact_is_given_up_for_the_next, contact_that_is_only_slow_is_kept,
	  standby_leaves_users_to_their_pbx, locations_outlive_a_restart,
	  users_keep_their_phones_over_a_commit)
