/* The SIP side as a whole: addresses, peers and their reachability, and two gateways that call each other. */
#include "base/alarm.h"
#include "call/cause.h"
#include "tests/unit/sip/rig_peer.h"

#define SDP                                                                                        \
	"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"                \
	"m=audio 4000 RTP/AVP 8\r\n"

static struct rig rig;

static struct peer_status status; /* of the last peer */

static bool on_peer(void *data, const struct peer_status *s)
{
	unsigned *n = data;

	status = *s;
	(*n)++;
	return true;
}

static unsigned look_at_peers(void)
{
	unsigned n = 0;

	peers_each(rig.sip, on_peer, &n);
	return n;
}

static void invite(void)
{
	peer_says(
		&rig, SDP,
		"INVITE sip:600@127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bKi\n"
		"From: <sip:100@127.0.0.1>;tag=al\nTo: <sip:600@127.0.0.1>\nCall-ID: call\n"
		"CSeq: 1 INVITE\nContact: <sip:al@127.0.0.1:%u>\n",
		rig.peer.port, rig.peer.port);
	peer_hears(&rig, "SIP/2.0 100 ");
}

static void in_dialog(const char *method, const char *tag)
{
	peer_says(&rig, "",
		  "%s sip:600@127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK%s\n"
		  "From: <sip:100@127.0.0.1>;tag=al\nTo: <sip:600@127.0.0.1>;tag=%s\n"
		  "Call-ID: call\nCSeq: %u %s\n",
		  method, rig.peer.port, method, tag, strcmp(method, "ACK") ? 2 : 1, method);
}

/* Answered and acknowledged; the gateway's tag. */
static void open_call(char tag[static 64])
{
	invite();
	mock_leg_say(&rig.line, LEG_CONNECT, 0, false);
	rig_settle(&rig);
	peer_hears(&rig, "SIP/2.0 200 ");
	snprintf(tag, 64, "%s", heard_tag(&rig, "To"));
	in_dialog("ACK", tag);
}

START_TEST(taken_port_is_an_error_and_changes_nothing)
{
	struct sip_totals totals;
	struct sip_config other;
	uint16_t old, port;
	int fd;

	rig_open(&rig);
	old = rig.config.port;
	fd = rig_socket("127.0.0.1", &port);
	other = rig.config;
	other.port = port;
	ck_assert_int_eq(sip_apply(rig.sip, &other), -EADDRINUSE);
	sip_totals(rig.sip, &totals);
	ck_assert_int_eq(atoi(strchr(totals.listening, ':') + 1), old);
	invite();
	close(fd);
	rig_close(&rig);
}
END_TEST

START_TEST(address_of_no_interface_is_an_error)
{
	struct sip_config other;

	rig_open(&rig);
	other = rig.config;
	snprintf(other.address, sizeof(other.address), "192.0.2.1");
	ck_assert_int_eq(sip_apply(rig.sip, &other), -EADDRNOTAVAIL);
	snprintf(other.address, sizeof(other.address), "example.com");
	ck_assert_int_eq(sip_apply(rig.sip, &other), -EINVAL);
	rig_close(&rig);
}
END_TEST

START_TEST(calls_outlive_a_move_to_another_port)
{
	uint16_t port;
	char tag[64];

	rig_open(&rig);
	open_call(tag);
	port = rig_free_port();
	rig.config.port = port;
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_RELEASE), 0);
	in_dialog("BYE", tag);
	peer_hears(&rig, "SIP/2.0 200 ");
	rig_assert_idle(&rig);
	rig_close(&rig);
}
END_TEST

START_TEST(peer_that_stays_keeps_its_calls_and_counters)
{
	char tag[64];

	rig_open(&rig);
	open_call(tag);
	rig.peer.media.telephone_event = false;
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
	ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_RELEASE), 0);
	ck_assert_uint_eq(look_at_peers(), 1);
	ck_assert_uint_eq(status.calls_in, 1);
	rig_close(&rig);
}
END_TEST

static unsigned seize_phone(void)
{
	struct target *target = target_find(rig.hub, TARGET_PEER, "phone");
	const char *why = "";
	struct leg *leg;

	return target->seize(target->data, &(struct leg_setup){ 0 }, &leg, &why);
}

static void answer_options(const char *line)
{
	peer_says(&rig, "", "SIP/2.0 %s\nVia: %s\nFrom: %s\nTo: %s;tag=o\nCall-ID: %s\nCSeq: %s\n",
		  line, heard(&rig, "Via"), heard(&rig, "From"), heard(&rig, "To"),
		  heard(&rig, "Call-ID"), heard(&rig, "CSeq"));
}

static bool says(void *data)
{
	return *(const bool *)data;
}

/* RFC 3261 11.2 */
START_TEST(options_is_answered_503_while_no_call_can_be_carried)
{
	bool in_service = false;

	rig_open(&rig);
	sip_in_service(rig.sip, says, &in_service);
	for (unsigned i = 0; i < 2; i++) {
		peer_says(&rig, "",
			  "OPTIONS sip:127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP "
			  "127.0.0.1:%u;branch=z9hG4bKo%u\n"
			  "From: <sip:x@y>;tag=1\nTo: <sip:127.0.0.1>\nCall-ID: opt%u\n"
			  "CSeq: 1 OPTIONS\n",
			  rig.peer.port, i, i);
		peer_hears(&rig, in_service ? "SIP/2.0 200 " : "SIP/2.0 503 ");
		in_service = true;
	}
	rig_close(&rig);
}
END_TEST

START_TEST(peer_is_alive_unless_it_does_not_answer)
{
	rig_open(&rig);
	ck_assert(sip_peer_alive(rig.sip, "phone")); /* not asked */
	ck_assert(!sip_peer_alive(rig.sip, "nobody"));
	rig.peer.options_s = 30;
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
	ck_assert(sip_peer_alive(rig.sip, "phone")); /* not known yet */
	rig_pass(&rig, RIG_TIMER_B_MS + 500);
	ck_assert(!sip_peer_alive(rig.sip, "phone"));
	rig.peer.port++; /* somebody else, of whom nothing is known */
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
	ck_assert(sip_peer_alive(rig.sip, "phone"));
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 0);
	rig_close(&rig);
}
END_TEST

START_TEST(options_tell_whether_the_peer_is_reachable)
{
	rig_open(&rig);
	look_at_peers();
	ck_assert_str_eq(status.state, "unknown");
	rig.peer.options_s = 30;
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
	rig_settle(&rig);
	peer_hears(&rig, "OPTIONS sip:127.0.0.1:");
	clock_advance(7000);
	answer_options("404 Not Found"); /* any answer is one */
	look_at_peers();
	ck_assert_str_eq(status.state, "reachable");
	ck_assert_uint_eq(status.rtt_ms, 7);
	rig_pass(&rig, 30000);
	peer_hears(&rig, "OPTIONS ");
	rig_pass(&rig, RIG_TIMER_B_MS + 500); /* timer F */
	look_at_peers();
	ck_assert_str_eq(status.state, "unreachable");
	ck_assert_uint_eq(alarms_count(ALARM_MAJOR), 1);
	ck_assert_uint_eq(seize_phone(), CAUSE_DESTINATION_OUT_OF_ORDER);
	while (peer_hears_on(&rig, rig.fd))
		;
	rig_pass(&rig, 30000 - RIG_TIMER_B_MS - 500);
	peer_hears(&rig, "OPTIONS ");
	answer_options("200 OK");
	look_at_peers();
	ck_assert_str_eq(status.state, "reachable");
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 0);
	rig_pass(&rig, 30000);
	peer_hears(&rig, "OPTIONS ");
	answer_options("503 Service Unavailable"); /* it says so itself */
	look_at_peers();
	ck_assert_str_eq(status.state, "unreachable");
	ck_assert_uint_eq(alarms_count(ALARM_MAJOR), 1);
	ck_assert_uint_eq(seize_phone(), CAUSE_DESTINATION_OUT_OF_ORDER);
	rig.peer.options_s = 0; /* nobody asks any more: it is unknown, and called */
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
	look_at_peers();
	ck_assert_str_eq(status.state, "unknown");
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 0);
	ck_assert_uint_eq(seize_phone(), 0);
	rig_close(&rig);
}
END_TEST

START_TEST(name_that_is_not_known_yet_is_not_down)
{
	rig_open(&rig);
	int dns = rig_socket("127.0.0.1", &rig.config.dns_port); /* it says nothing */
	snprintf(rig.config.dns_server, sizeof(rig.config.dns_server), "127.0.0.1");
	snprintf(rig.peer.address, sizeof(rig.peer.address), "pbx.test");
	rig.peer.options_s = 5;
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
	rig_pass(&rig, 3000);
	look_at_peers();
	ck_assert_str_eq(status.state, "unknown");
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 0);
	rig_close(&rig);
	close(dns);
}
END_TEST

/* RFC 3261 11.2 */
START_TEST(options_are_answered)
{
	rig_open(&rig);
	peer_says(&rig, "",
		  "OPTIONS sip:127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bKo\n"
		  "From: <sip:a@127.0.0.1>;tag=a\nTo: <sip:127.0.0.1>\nCall-ID: o\n"
		  "CSeq: 1 OPTIONS\n",
		  rig.peer.port);
	peer_hears(&rig, "SIP/2.0 200 ");
	ck_assert_str_eq(heard(&rig, "Allow"),
			 "INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO, REFER, NOTIFY");
	ck_assert_str_eq(heard(&rig, "Accept"), "application/sdp, multipart/mixed");
	ck_assert_str_eq(heard(&rig, "Accept-Encoding"), "identity");
	ck_assert_str_eq(heard(&rig, "Accept-Language"), "en");
	ck_assert_ptr_nonnull(strstr(rig.heard, "\r\nSupported:"));
	rig_close(&rig);
}
END_TEST

/* Stopping with calls in every state: nothing is left, and nothing is touched afterwards. */
START_TEST(freeing_ends_what_is_under_way)
{
	char tag[64];

	for (int state = 0; state < 5; state++) {
		const struct leg_msg setup = { .verb = LEG_SETUP,
					       .setup = { .called = { .digits = "200" } } };

		rig_open(&rig);
		if (state < 2)
			invite();
		if (state == 1)
			mock_leg_say(&rig.line, LEG_CONNECT, 0, false);
		if (state == 2)
			open_call(tag);
		if (state > 2) {
			mock_leg_open(&rig.line, rig.hub, TARGET_TRUNK, "line");
			call_hears(rig.hub, rig.line.leg, &setup);
		}
		if (state == 4)
			rig_settle(&rig);
		rig_close(&rig);
	}
}
END_TEST

/* The same program at both ends */

static struct rig far;

static void settle_both(void)
{
	for (int turn = 0; turn < 5; turn++) {
		rig_settle(&rig);
		mock_mg_run(far.mg);
	}
}

static void open_both(void)
{
	static struct peer_config to_far;

	rig_open(&rig);
	far = (struct rig){ .talloc_ctx = rig.talloc_ctx, .mg = mock_mg_new(), .fd = -1 };
	far.mg->local = rig.mg->local;
	far.hub = call_hub_new(far.talloc_ctx, far.mg);
	rig_routes(&far);
	mock_target_open(&far.target, far.hub, TARGET_TRUNK, "line", &far.line);
	far.sip = sip_new(far.talloc_ctx, far.hub, far.mg);
	far.peer = rig.peer;
	far.peer.port = rig.config.port;
	far.config = rig.config;
	far.config.peers = &far.peer;
	far.config.port = rig_free_port();
	ck_assert_int_eq(sip_apply(far.sip, &far.config), 0);
	to_far = rig.peer;
	to_far.port = far.config.port;
	rig.config.peers = &to_far;
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
}

static void close_both(void)
{
	sip_free(far.sip);
	call_hub_free(far.hub);
	mock_mg_free(far.mg);
	rig_close(&rig);
}

static void place_call(void)
{
	const struct leg_msg setup = {
		.verb = LEG_SETUP,
		.setup = { .called = { .digits = "*21#" },
			   .calling = { .digits = "49301", .type = LEG_TON_INTERNATIONAL },
			   .calling_name = "M\xc3\xbcller \"x\"" },
	};

	mock_leg_open(&rig.line, rig.hub, TARGET_TRUNK, "line");
	call_hears(rig.hub, rig.line.leg, &setup);
	settle_both();
	const struct leg_setup *got = &mock_leg_told(&far.line, LEG_SETUP)->setup;
	ck_assert_str_eq(got->called.digits, setup.setup.called.digits);
	ck_assert_str_eq(got->calling.digits, setup.setup.calling.digits);
	ck_assert_uint_eq(got->calling.type, LEG_TON_INTERNATIONAL);
	ck_assert_str_eq(got->calling_name, setup.setup.calling_name);
}

/* What the one sends, the other understands; from either side. */
START_TEST(two_gateways_call_each_other)
{
	open_both();
	for (unsigned i = 0; i < 50; i++) {
		struct mock_leg *clears = i % 2 ? &far.line : &rig.line;
		struct mock_leg *other = i % 2 ? &rig.line : &far.line;

		place_call();
		mock_leg_say(&far.line, LEG_ALERTING, 0, true);
		settle_both();
		ck_assert(mock_leg_told(&rig.line, LEG_ALERTING)->inband);
		mock_leg_say(&far.line, LEG_CONNECT, 0, false);
		settle_both();
		ck_assert_uint_eq(mock_leg_count(&rig.line, LEG_CONNECT), 1);
		mock_leg_say(clears, LEG_RELEASE, CAUSE_USER_BUSY, false);
		settle_both();
		ck_assert_uint_eq(mock_leg_told(other, LEG_RELEASE)->cause, CAUSE_USER_BUSY);
		rig_pass(&rig, 100);
		settle_both();
		ck_assert_ptr_null(rig.line.leg);
		ck_assert_ptr_null(far.line.leg);
		ck_assert_uint_eq(mock_mg_count(rig.mg) + mock_mg_count(far.mg), 0);
	}
	close_both();
}
END_TEST

UNIT_MAIN("sip", taken_port_is_an_error_and_changes_nothing, address_of_no_interface_is_an_error,
	  calls_outlive_a_move_to_another_port, peer_that_stays_keeps_its_calls_and_counters,
	  options_tell_whether_the_peer_is_reachable, options_are_answered,
	  name_that_is_not_known_yet_is_not_down,
	  options_is_answered_503_while_no_call_can_be_carried,
	  peer_is_alive_unless_it_does_not_answer, freeing_ends_what_is_under_way,
	  two_gateways_call_each_other)
