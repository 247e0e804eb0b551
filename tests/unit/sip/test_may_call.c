/* A peer, or a user, may not call numbers that begin with 79. Every path by which a call of its can come to be placed asks
 * for that, whoever named the number. */
#include "call/emergency.h"
#include "call/emergency_config.h"
#include "call/transfer.h"
#include "sip/registrar/registrar.h"
#include "tests/unit/sip/rig_digest.h"
#include "tests/unit/sip/rig_two.h"

#define ALLOWED "701"
#define DENIED "791"
#define ELSEWHERE "Replaces=x%3Bto-tag%3Dy%3Bfrom-tag%3Dz"

static bool is_user; /* the caller: of the registrar; else it is the peer */
static int callee;   /* a peer that numbers beginning with 2 lead to */
static uint16_t callee_port;
static uint32_t nonce_uses;

/* Both ends of calls */

static void call_routes(void)
{
	static struct route_config routes[] = {
		{ .name = "in", .from_any = true, .targets = { { TARGET_TRUNK, "line" } } },
		{ .name = "second",
		  .from_any = true,
		  .called = "7",
		  .targets = { { TARGET_TRUNK, "second" } } },
		{ .name = "callee",
		  .from_any = true,
		  .called = "2",
		  .targets = { { TARGET_PEER, "callee" } } },
	};
	const struct routes_config config = { .routes = routes, .n_routes = ARRAY_SIZE(routes) };

	for (size_t i = 0; i < ARRAY_SIZE(routes); i++)
		routes[i].n_targets = 1;
	ck_assert_int_eq(call_hub_apply(rig.hub, &config), 0);
}

static void use_user(const struct peer_config *limited)
{
	static struct user_config user;
	static struct registrar_config registrar;

	user = (struct user_config){
		.peer = *limited,
		.secret = "s3cret",
		.numbers = { "100" },
		.n_numbers = 1,
	};
	strcpy(user.peer.name, "anna");
	registrar = (struct registrar_config){
		.on = true,
		.realm = "crosspoint",
		.users = &user,
		.n_users = 1,
	};
	ck_assert_int_eq(sip_apply_registrar(rig.sip, &registrar), 0);
	close(rig.fd);
	rig.fd = rig_socket("127.0.0.2", &rig.peer.port);
	nonce_uses = 0;
}

/* redirect: what is done where the callee names another number. receiving_s: how long more digits are waited for. */
static void start_with(enum redirect_policy redirect, unsigned receiving_s)
{
	static struct peer_config peers[2];

	open_two();
	call_routes();
	peers[0] = rig.peer;
	peers[0].guard.numbers[0] = (struct guard_number){ .digits = "79" };
	peers[0].guard.n_numbers = 1;
	peers[0].session.receiving_s = receiving_s;
	peers[1] = rig.peer;
	strcpy(peers[1].name, "callee");
	strcpy(peers[1].address, "127.0.0.3");
	peers[1].transfer.redirect = redirect;
	callee = rig_socket("127.0.0.3", &callee_port);
	peers[1].port = callee_port;
	rig.config.peers = peers;
	rig.config.n_peers = ARRAY_SIZE(peers);
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
	to_second.target.overlap = true;
	if (is_user)
		use_user(&peers[0]);
}

static void start(void)
{
	start_with(REDIRECT_ROUTE, 0);
}

static void stop(void)
{
	for (uint32_t id = 1; id <= 4; id++)
		call_clear(rig.hub, id);
	rig_pass(&rig, 100);
	close(callee);
	rig_close(&rig);
	mock_leg_close(&second);
}

static const char *credentials(const char *method, const char *body)
{
	static char header[DIGEST_HEADER_MAX + 64];
	const struct digest_request request = { method, body, strlen(body) };
	struct digest_credentials c = {
		.qop = DIGEST_QOP_AUTH,
		.nc = ++nonce_uses,
		.cnonce = "c",
		.uri = "sip:127.0.0.1",
		.user = "anna",
	};
	struct digest_challenge challenge;
	char text[DIGEST_HEADER_MAX];

	ck_assert(heard_challenge(&rig, "WWW-Authenticate", &challenge));
	c.algorithm = challenge.algorithm;
	strcpy(c.realm, challenge.realm);
	strcpy(c.nonce, challenge.nonce);
	ck_assert(digest_respond(&c, "s3cret", &request, c.response));
	digest_write_credentials(&c, text);
	snprintf(header, sizeof(header), "Authorization: %s\n", text);
	return header;
}

/* A request of the caller's, who is asked for a password where it is a user. */
static void request(struct dialog *d, const char *method, const char *headers, const char *body)
{
	char more[1200];

	ask(d, method, headers, body);
	if (!is_user)
		return;
	peer_hears(&rig, "SIP/2.0 401 ");
	snprintf(more, sizeof(more), "%s%.1000s", headers, credentials(method, body));
	if (*body)
		ask_at(d, "ACK", d->cseq, "", "");
	ask(d, method, more, body);
}

static void dial(struct dialog *d, const char *number)
{
	d->number = number;
	request(d, "INVITE", "Content-Type: application/sdp\n", SDP);
}

static void talk_with_line(void)
{
	dial(&one, "600");
	peer_hears(&rig, "SIP/2.0 100 ");
	line_says(LEG_CONNECT, false);
	answered(&one);
}

/* Paths: is a call placed to that number? */

static bool invited_by_caller(const char *number)
{
	start();
	dial(&one, number);
	return to_second.asked;
}

static bool dialled_digit_by_digit(const char *number)
{
	start_with(REDIRECT_ROUTE, 5);
	dial(&one, "7");
	ck_assert_uint_eq(to_second.asked, 1);
	second_says(LEG_SETUP_ACK, 0);
	dial(&one, number);
	return mock_leg_count(&second, LEG_INFORMATION);
}

static bool referred(const char *number, const char *headers)
{
	char refer_to[128];

	start();
	talk_with_line();
	snprintf(refer_to, sizeof(refer_to), "Refer-To: <sip:%s@127.0.0.1%s>\n", number, headers);
	request(&one, "REFER", refer_to, "");
	return to_second.asked;
}

static bool referred_to_number(const char *number)
{
	return referred(number, "");
}

static bool referred_to_call_elsewhere(const char *number)
{
	return referred(number, "?" ELSEWHERE);
}

/* The callee is asked, and redirects. */
static void redirected(const char *number)
{
	char via[512], cseq[64];

	dial(&one, "200");
	ck_assert(peer_hears_on(&rig, callee));
	snprintf(via, sizeof(via), "%s", heard(&rig, "Via"));
	snprintf(cseq, sizeof(cseq), "%s", heard(&rig, "CSeq"));
	char head[RIG_TEXT];
	snprintf(head, sizeof(head),
		 "SIP/2.0 302 Moved\nVia: %s\nFrom: %s\nTo: %s;tag=b\nCall-ID: %s\nCSeq: %s\n"
		 "Contact: <sip:%s@127.0.0.3:%u>\n",
		 via, heard(&rig, "From"), heard(&rig, "To"), heard(&rig, "Call-ID"), cseq, number,
		 callee_port);
	peer_says_from(&rig, callee, head, "");
}

static bool redirected_by_routes(const char *number)
{
	start();
	redirected(number);
	return to_second.asked;
}

static bool redirected_by_contact(const char *number)
{
	char wanted[64];

	start_with(REDIRECT_FOLLOW, 0);
	redirected(number);
	snprintf(wanted, sizeof(wanted), "INVITE sip:%s@", number);
	while (peer_hears_on(&rig, callee)) {
		if (!strncmp(rig.heard, wanted, strlen(wanted)))
			return true;
	}
	return false;
}

static bool diverted_by_the_line(const char *number)
{
	struct leg_msg msg = { .verb = LEG_RELEASE, .cause = CAUSE_REDIRECTION };

	start();
	dial(&one, "600");
	snprintf(msg.moved_to, sizeof(msg.moved_to), "%s", number);
	mock_leg_says(&rig.line, &msg);
	rig_settle(&rig);
	return to_second.asked;
}

/* The line is put through, and the caller let go of. */
static bool put_through(const char *number)
{
	start();
	talk_with_line();
	ck_assert_int_eq(call_put_through(rig.hub, call_id(rig.line.leg->call), false, number), 0);
	rig_pass(&rig, 100);
	return to_second.asked;
}

/* The line has called for help by way of the peer, which calls back. */
static bool called_back(const char *number)
{
	static const struct emergency_config help = {
		.numbers = { { .dialled = "112" } },
		.n_numbers = 1,
		.ways = { { TARGET_PEER, "phone" } },
		.n_ways = 1,
		.call_back_min = 30,
	};

	start();
	call_hub_emergency(rig.hub, &help, NULL, 0);
	mock_leg_open(&rig.line, rig.hub, TARGET_TRUNK, "line");
	mock_leg_setup(&rig.line, number, "112");
	rig_settle(&rig);
	peer_hears(&rig, "INVITE ");
	respond_to_heard("486 Busy Here", "b", "", "");
	peer_hears(&rig, "ACK ");
	ck_assert_ptr_null(rig.line.leg);
	unsigned asked = rig.target.asked;
	dial(&one, number);
	return rig.target.asked > asked;
}

enum whose {
	EVERYBODYS,
	PEERS,
	OPERATORS /* whose wish goes before lists */
};

static const struct path {
	const char *name;
	bool (*place)(const char *number);
	enum whose whose;
} paths[] = {
	{ "INVITE", invited_by_caller, EVERYBODYS },
	{ "overlap", dialled_digit_by_digit, PEERS },
	{ "REFER", referred_to_number, EVERYBODYS },
	{ "REFER with Replaces", referred_to_call_elsewhere, EVERYBODYS },
	{ "3xx, number to the routes", redirected_by_routes, EVERYBODYS },
	{ "3xx, contact followed", redirected_by_contact, EVERYBODYS },
	{ "diversion by the line", diverted_by_the_line, EVERYBODYS },
	{ "put through", put_through, OPERATORS },
	{ "call back", called_back, PEERS },
};

static void try_all(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		const struct path *path = &paths[i];

		if (is_user && path->whose == PEERS)
			continue;
		bool allowed = path->place(ALLOWED);
		stop();
		bool denied = path->place(DENIED);
		stop();
		ck_assert_msg(allowed, "%s: no call is placed at all", path->name);
		ck_assert_msg(denied == (path->whose == OPERATORS), "%s: %s", path->name,
			      denied ? "the list is not asked" : "the operator is refused");
	}
}

START_TEST(no_path_leads_a_peer_to_what_it_may_not_call)
{
	is_user = false;
	try_all();
}
END_TEST

START_TEST(no_path_leads_a_user_to_what_it_may_not_call)
{
	is_user = true;
	try_all();
}
END_TEST

UNIT_MAIN("may_call", no_path_leads_a_peer_to_what_it_may_not_call,
	  no_path_leads_a_user_to_what_it_may_not_call)
