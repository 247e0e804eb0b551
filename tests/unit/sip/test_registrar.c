/* The registrar, message by message: RFC 3261 10.3, and calls from and to who registered. */
#include <sys/stat.h>

#include "call/cause.h"
#include "sip/agent/tls.h"
#include "sip/guard/auth.h"
#include "sip/registrar/registrar.h"
#include "sip/session/ground.h"
#include "sip/sip_guard.h"
#include "tests/unit/sip/rig_digest.h"

#define SDP                                                                                        \
	"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"                \
	"m=audio 4000 RTP/AVP 0\r\n"

static struct rig rig;
static int phone; /* no peer's socket: 127.0.0.2 */
static uint16_t phone_port;
static unsigned cseq;
static struct digest_challenge challenge;
static uint32_t nc;
static struct user_config users[2];
static struct registrar_config registrar;

static void routes(void)
{
	static struct route_config all[2] = {
		{ .name = "in",
		  .from = { TARGET_USER, "" },
		  .n_targets = 1,
		  .targets = { { TARGET_TRUNK, "line" } } },
		{ .name = "out",
		  .from = { TARGET_TRUNK, "line" },
		  .n_targets = 1,
		  .targets = { { TARGET_USER, "" } } },
	};
	const struct routes_config config = { .routes = all, .n_routes = 2 };

	ck_assert_int_eq(call_hub_apply(rig.hub, &config), 0);
}

static void open_registrar(void)
{
	rig_open(&rig);
	routes();
	memset(users, 0, sizeof(users));
	users[0].peer = rig.peer;
	strcpy(users[0].peer.name, "anna");
	strcpy(users[0].secret, "s3cret");
	strcpy(users[0].numbers[0], "100");
	strcpy(users[0].numbers[1], "4930100");
	users[0].n_numbers = 2;
	strcpy(users[0].display, "Anna");
	users[1] = users[0];
	strcpy(users[1].peer.name, "bert");
	strcpy(users[1].numbers[0], "200");
	users[1].n_numbers = 1;
	registrar = (struct registrar_config){
		.on = true,
		.realm = "crosspoint",
		.expires_min_s = 60,
		.expires_max_s = 7200,
		.expires_s = 3600,
		.contacts = 3,
		.users = users,
		.n_users = 2,
	};
	ck_assert_int_eq(sip_apply_registrar(rig.sip, &registrar), 0);
	phone = rig_socket("127.0.0.2", &phone_port);
	challenge.nonce[0] = '\0';
	cseq = 0;
	nc = 0;
}

static void end(void)
{
	rig_assert_idle(&rig);
	close(phone);
	rig_close(&rig);
}

static void phone_hears(const char *first_line)
{
	ck_assert_msg(peer_hears_on(&rig, phone), "nothing instead of %s", first_line);
	ck_assert_msg(!strncmp(rig.heard, first_line, strlen(first_line)), "%s instead of %s",
		      rig.heard, first_line);
}

static const char *answer_for(const char *uri, const char *method, const char *user,
			      const char *body)
{
	static char header[DIGEST_HEADER_MAX + 64];
	const struct digest_request request = { method, body, strlen(body) };
	char text[DIGEST_HEADER_MAX];
	struct digest_credentials c = {
		.algorithm = challenge.algorithm,
		.qop = DIGEST_QOP_AUTH,
		.nc = ++nc,
		.cnonce = "c",
	};

	if (!challenge.nonce[0])
		return "";
	strcpy(c.uri, uri);
	strcpy(c.user, user);
	strcpy(c.realm, challenge.realm);
	strcpy(c.nonce, challenge.nonce);
	ck_assert(digest_respond(&c, "s3cret", &request, c.response));
	digest_write_credentials(&c, text);
	snprintf(header, sizeof(header), "Authorization: %s\n", text);
	return header;
}

static const char *answer(const char *method, const char *user, const char *body)
{
	return answer_for("sip:127.0.0.1", method, user, body);
}

/* more: headers, Contact among them. */
static void send_register(const char *user, const char *to, const char *call_id, const char *more)
{
	char head[RIG_TEXT];

	snprintf(head, sizeof(head),
		 "REGISTER sip:127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP "
		 "127.0.0.2:%u;rport;branch=z9hG4bKr%u\nFrom: <sip:%s@127.0.0.1>;tag=a\nTo: "
		 "<sip:%s@127.0.0.1>\nCall-ID: %s\nCSeq: %u REGISTER\nMax-Forwards: 70\n%s%s",
		 phone_port, cseq, to, to, call_id, cseq, answer("REGISTER", user, ""), more);
	cseq++;
	peer_says_from(&rig, phone, head, "");
}

/* Asked who it is the first time. */
static void register_as(const char *user, const char *more, const char *status)
{
	if (!challenge.nonce[0]) {
		cseq = 1;
		send_register(user, user, "r1", more);
		phone_hears("SIP/2.0 401 ");
		ck_assert(heard_challenge(&rig, "WWW-Authenticate", &challenge));
	}
	send_register(user, user, "r1", more);
	phone_hears(status);
}

static const char *contact(const char *rest)
{
	static char text[256];

	snprintf(text, sizeof(text), "Contact: <sip:anna@127.0.0.2:%u>%s\n", phone_port, rest);
	return text;
}

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

static void call_anna(void)
{
	const struct leg_msg msg = {
		.verb = LEG_SETUP,
		.law = LEG_LAW_ALAW,
		.setup = { .called = { .digits = "100" }, .calling = { .digits = "300" } },
	};

	mock_leg_open(&rig.line, rig.hub, TARGET_TRUNK, "line");
	call_hears(rig.hub, rig.line.leg, &msg);
	rig_settle(&rig);
}

static void phone_answers(const char *status, const char *body)
{
	char head[RIG_TEXT];
	const bool tagged = strstr(heard(&rig, "To"), ";tag=");

	snprintf(head, sizeof(head),
		 "SIP/2.0 %s\nVia: %s\nFrom: %s\nTo: %s%s\nCall-ID: %s\nCSeq: %s\n"
		 "Contact: <sip:anna@10.9.8.7:5060>\n",
		 status, heard(&rig, "Via"), heard(&rig, "From"), heard(&rig, "To"),
		 tagged ? "" : ";tag=b", heard(&rig, "Call-ID"), heard(&rig, "CSeq"));
	peer_says_from(&rig, phone, head, body);
}

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

static void phone_invites_with(const char *from, const char *auth)
{
	char head[RIG_TEXT];

	cseq++;
	snprintf(head, sizeof(head),
		 "INVITE sip:500@127.0.0.1:%u SIP/2.0\nVia: SIP/2.0/UDP "
		 "127.0.0.2:%u;rport;branch=z9hG4bKi%u\nFrom: \"Someone\" "
		 "<sip:%s@127.0.0.1>;tag=a\nTo: <sip:500@127.0.0.1>\nCall-ID: i1\nCSeq: %u "
		 "INVITE\nMax-Forwards: 70\nContact: <sip:anna@10.9.8.7>\n%s",
		 rig.config.port, phone_port, cseq, from, cseq, auth);
	peer_says_from(&rig, phone, head, SDP);
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

	open_limited((struct guard_peer_config){ .max_calls = 1 });
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
	open_limited((struct guard_peer_config){ .max_calls = 1 });
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
	  user_calls_with_its_own_number_and_name, user_changes_its_own_call_alone,
	  failure_in_a_call_counts_as_any, answer_to_something_else_begins_no_call,
	  user_may_not_call_each_number, user_calls_so_often_a_second,
	  user_has_so_many_calls_at_a_time, counts_outlive_a_commit,
	  user_that_must_come_by_tls_is_asked_for_nothing_without, who_is_no_user_is_a_stranger,
	  standby_leaves_users_to_their_pbx, locations_outlive_a_restart,
	  users_keep_their_phones_over_a_commit)
