/* Which new calls come in: limits, circles, bans, through the whole SIP side. */
#include "call/emergency.h"
#include "call/emergency_config.h"
#include "tests/unit/sip/rig_peer.h"

#define SDP                                                                                        \
	"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"                \
	"m=audio 4000 RTP/AVP 8\r\n"

static struct rig rig;

static void apply(void)
{
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
}

/* An INVITE of its own, from that socket; more: header lines. */
static void invite_on(int fd, unsigned n, const char *called, const char *more)
{
	char head[RIG_TEXT];

	snprintf(head, sizeof(head),
		 "INVITE sip:%s@127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.1;rport;branch="
		 "z9hG4bK%u\nFrom: <sip:1@127.0.0.1>;tag=x\nTo: <sip:%s@127.0.0.1>\n"
		 "Call-ID: c%u\nCSeq: 1 INVITE\nContact: <sip:1@127.0.0.1:%u>\n%s",
		 called, n, called, n, rig.peer.port, more);
	peer_says_from(&rig, fd, head, SDP);
}

static void invite(unsigned n, const char *called, const char *more)
{
	invite_on(rig.fd, n, called, more);
}

static void options_on(int fd, unsigned n)
{
	char head[RIG_TEXT];

	snprintf(head, sizeof(head),
		 "OPTIONS sip:127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP "
		 "127.0.0.1;rport;branch=z9hG4bKo%u\n"
		 "From: <sip:1@127.0.0.1>;tag=x\nTo: <sip:127.0.0.1>\nCall-ID: o%u\n"
		 "CSeq: 1 OPTIONS\n",
		 n, n);
	peer_says_from(&rig, fd, head, "");
}

static void refuse_heard(const char *status)
{
	peer_says(&rig, "", "SIP/2.0 %s\nVia: %s\nFrom: %s\nTo: %s;tag=b\nCall-ID: %s\nCSeq: %s\n",
		  status, heard(&rig, "Via"), heard(&rig, "From"), heard(&rig, "To"),
		  heard(&rig, "Call-ID"), heard(&rig, "CSeq"));
}

static unsigned transactions(void)
{
	struct sip_totals totals;

	sip_totals(rig.sip, &totals);
	return totals.transactions;
}

START_TEST(calls_beyond_the_rate_get_503_and_leave_nothing)
{
	rig_open(&rig);
	rig.config.guard.calls = (struct rate){ .per_s = 1 };
	apply();
	invite(1, "600", "");
	peer_hears(&rig, "SIP/2.0 100 ");
	for (unsigned n = 2; n < 50; n++) {
		invite(n, "600", "");
		peer_hears(&rig, "SIP/2.0 503 ");
		ck_assert_str_ne(heard(&rig, "Retry-After"), "");
	}
	ck_assert_uint_eq(transactions(), 1);
	ck_assert_uint_eq(rig.target.asked, 1);
	rig_close(&rig);
}
END_TEST

START_TEST(refused_call_that_comes_again_is_refused_alike)
{
	char tag[64];

	rig_open(&rig);
	rig.config.guard.calls = (struct rate){ .per_s = 1 };
	apply();
	invite(1, "600", "");
	peer_hears(&rig, "SIP/2.0 100 ");
	invite(2, "600", "");
	peer_hears(&rig, "SIP/2.0 503 ");
	snprintf(tag, sizeof(tag), "%s", heard_tag(&rig, "To"));
	clock_advance(3000000);
	invite(2, "600", "");
	peer_hears(&rig, "SIP/2.0 503 ");
	ck_assert_str_eq(heard_tag(&rig, "To"), tag);
	invite(3, "600", "");
	peer_hears(&rig, "SIP/2.0 100 ");
	rig_close(&rig);
}
END_TEST

START_TEST(requests_of_a_call_are_never_limited)
{
	char tag[64];

	rig_open(&rig);
	rig.config.guard.requests = (struct rate){ .per_s = 1 };
	rig.config.guard.calls = (struct rate){ .per_s = 1 };
	apply();
	invite(1, "600", "");
	peer_hears(&rig, "SIP/2.0 100 ");
	mock_leg_say(&rig.line, LEG_ALERTING, 0, false);
	rig_settle(&rig);
	peer_hears(&rig, "SIP/2.0 180 ");
	snprintf(tag, sizeof(tag), "%s", heard_tag(&rig, "To"));
	options_on(rig.fd, 1);
	peer_hears(&rig, "SIP/2.0 200 ");
	options_on(rig.fd, 2);
	peer_hears(&rig, "SIP/2.0 503 ");
	peer_says(&rig, "",
		  "BYE sip:127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.1;rport;branch=z9hG4bKb\n"
		  "From: <sip:1@127.0.0.1>;tag=x\nTo: <sip:600@127.0.0.1>;tag=%s\nCall-ID: c1\n"
		  "CSeq: 2 BYE\n",
		  tag);
	peer_hears(&rig, "SIP/2.0 487 ");
	peer_hears(&rig, "SIP/2.0 200 ");
	rig_close(&rig);
}
END_TEST

START_TEST(emergency_calls_pass_every_limit)
{
	static const struct emergency_config config = { .numbers = { { .dialled = "112" } },
							.n_numbers = 1 };

	rig_open(&rig);
	call_hub_emergency(rig.hub, &config, NULL, 0);
	rig.config.guard.calls = (struct rate){ .per_s = 1 };
	rig.config.guard.max_calls = 1;
	rig.peer.guard.at_once.calls = 1;
	rig.peer.guard.n_numbers = 1;
	strcpy(rig.peer.guard.numbers[0].digits, "1");
	apply();
	invite(1, "600", "");
	peer_hears(&rig, "SIP/2.0 100 ");
	invite(2, "600", "");
	peer_hears(&rig, "SIP/2.0 503 ");
	invite(3, "112", "");
	peer_hears(&rig, "SIP/2.0 100 ");
	while (peer_hears_on(&rig, rig.fd)) /* what became of it: here no way leads there */
		;
	/* RFC 5031 */
	peer_says(&rig, SDP,
		  "INVITE urn:service:sos.police SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.1;rport;branch="
		  "z9hG4bK4\nFrom: <sip:1@127.0.0.1>;tag=x\nTo: <urn:service:sos.police>\n"
		  "Call-ID: c4\nCSeq: 1 INVITE\nContact: <sip:1@127.0.0.1:%u>\n",
		  rig.peer.port);
	peer_hears(&rig, "SIP/2.0 100 ");
	rig_close(&rig);
}
END_TEST

/* From a banned address nothing is heard but a cry for help; who is no peer is not served all the same. */
START_TEST(emergency_calls_pass_bans)
{
	static const struct emergency_config config = { .numbers = { { .dialled = "112" } },
							.n_numbers = 1 };
	uint16_t port;
	int fd;

	rig_open(&rig);
	call_hub_emergency(rig.hub, &config, NULL, 0);
	rig.config.guard.ban =
		(struct ban_policy){ .after = 1, .within_s = 60, .for_s = 60, .strangers = true };
	apply();
	fd = rig_socket("127.0.0.9", &port);
	options_on(fd, 1);
	ck_assert(peer_hears_on(&rig, fd));
	invite_on(fd, 2, "600", "");
	ck_assert(!peer_hears_on(&rig, fd));
	invite_on(fd, 3, "112", "");
	ck_assert(peer_hears_on(&rig, fd));
	ck_assert_msg(strstr(rig.heard, "SIP/2.0 403 "), "%s", rig.heard);
	ck_assert_uint_eq(rig.target.asked, 0);
	close(fd);
	rig_close(&rig);
}
END_TEST

START_TEST(limits_of_the_peer_have_their_status)
{
	rig_open(&rig);
	rig.peer.guard.at_once.calls_in = 1;
	rig.peer.guard.busy_status = 480;
	rig.peer.guard.n_numbers = 1;
	strcpy(rig.peer.guard.numbers[0].digits, "00");
	apply();
	invite(1, "0041", "");
	peer_hears(&rig, "SIP/2.0 403 ");
	ck_assert(strstr(heard(&rig, "Reason"), "cause=21"));
	invite(2, "600", "");
	peer_hears(&rig, "SIP/2.0 100 ");
	invite(3, "600", "");
	peer_hears(&rig, "SIP/2.0 480 ");
	mock_leg_say(&rig.line, LEG_RELEASE, 16, false);
	rig_pass(&rig, 100);
	while (peer_hears_on(&rig, rig.fd))
		;
	invite(4, "600", "");
	peer_hears(&rig, "SIP/2.0 100 ");
	rig_close(&rig);
}
END_TEST

/* RFC 3261 16.3, RFC 5393 5.3.3 */
START_TEST(calls_at_their_last_hop_are_refused)
{
	rig_open(&rig);
	invite(1, "600", "Max-Forwards: 0\n");
	peer_hears(&rig, "SIP/2.0 483 ");
	invite(2, "600", "Max-Breadth: 0\n");
	peer_hears(&rig, "SIP/2.0 440 ");
	invite(3, "600", "Max-Forwards: 1\nMax-Breadth: 1\n");
	peer_hears(&rig, "SIP/2.0 100 ");
	ck_assert_uint_eq(rig.target.asked, 1);
	rig_close(&rig);
}
END_TEST

/* RFC 7332: what comes in by SIP and goes on by SIP has one hop less. */
START_TEST(hops_are_counted_across_the_gateway)
{
	static const struct {
		const char *said, *sent;
	} rows[] = { { "5", "4" }, { "1", "0" }, { "300", "254" }, { NULL, "70" } };
	static struct route_config route = { .name = "back",
					     .from_any = true,
					     .n_targets = 1,
					     .targets = { { TARGET_PEER, "phone" } } };
	const struct routes_config config = { .routes = &route, .n_routes = 1 };

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		char more[32] = "";

		rig_open(&rig);
		ck_assert_int_eq(call_hub_apply(rig.hub, &config), 0);
		if (rows[i].said)
			snprintf(more, sizeof(more), "Max-Forwards: %s\n", rows[i].said);
		invite(1, "600", more);
		peer_hears(&rig, "SIP/2.0 100 ");
		peer_hears(&rig, "INVITE ");
		ck_assert_str_eq(heard(&rig, "Max-Forwards"), rows[i].sent);
		rig_close(&rig);
	}
}
END_TEST

/* RFC 5393 5.3: the gateway calls one party at a time, each of which may have all of the breadth. */
START_TEST(breadth_goes_on_whole_and_to_one_at_a_time)
{
	static const struct {
		const char *said, *sent;
	} rows[] = { { "60", "60" }, { "1", "1" }, { "1000", "255" }, { "x", "" }, { NULL, "" } };
	static struct route_config route = { .name = "back",
					     .from_any = true,
					     .n_targets = 2,
					     .targets = { { TARGET_PEER, "phone" },
							  { TARGET_PEER, "phone" } } };
	const struct routes_config config = { .routes = &route, .n_routes = 1 };

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		char more[40] = "";

		rig_open(&rig);
		ck_assert_int_eq(call_hub_apply(rig.hub, &config), 0);
		if (rows[i].said)
			snprintf(more, sizeof(more), "Max-Breadth: %s\n", rows[i].said);
		invite(1, "600", more);
		peer_hears(&rig, "SIP/2.0 100 ");
		for (unsigned target = 0; target < 2; target++) {
			peer_hears(&rig, "INVITE ");
			ck_assert_str_eq(heard(&rig, "Max-Breadth"), rows[i].sent);
			refuse_heard("500 Server Internal Error");
			peer_hears(&rig, "ACK ");
		}
		peer_hears(&rig, "SIP/2.0 ");
		rig_close(&rig);
	}
}
END_TEST

START_TEST(peer_may_speak_from_a_range)
{
	uint16_t port;
	int fd;

	rig_open(&rig);
	fd = rig_socket("127.0.0.9", &port);
	options_on(fd, 1);
	ck_assert(peer_hears_on(&rig, fd));
	ck_assert(!strncmp(rig.heard, "SIP/2.0 403 ", 12));
	rig.peer.guard.allow.n = 1;
	ck_assert(netprefix_parse("127.0.0.8/29", &rig.peer.guard.allow.list[0]));
	apply();
	options_on(fd, 2);
	ck_assert(peer_hears_on(&rig, fd));
	ck_assert(!strncmp(rig.heard, "SIP/2.0 200 ", 12));
	rig.peer.guard.deny.n = 1;
	ck_assert(netprefix_parse("127.0.0.9", &rig.peer.guard.deny.list[0]));
	apply();
	options_on(fd, 3);
	ck_assert(peer_hears_on(&rig, fd));
	ck_assert(!strncmp(rig.heard, "SIP/2.0 403 ", 12));
	rig.config.guard.deny = rig.peer.guard.deny;
	apply();
	options_on(fd, 4);
	ck_assert(!peer_hears_on(&rig, fd));
	close(fd);
	rig_close(&rig);
}
END_TEST

/* Malformed or not. */
START_TEST(strangers_get_silence_if_so_configured)
{
	static const char *const says[] = {
		"OPTIONS sip:127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.9;rport;branch=z9hG4bK1\n"
		"From: <sip:1@127.0.0.9>;tag=x\nTo: <sip:127.0.0.1>\nCall-ID: x\nCSeq: 1 OPTIONS\n",
		"OPTIONS sip:127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.9;rport;branch=z9hG4bK2\n"
		"From: <sip:1@127.0.0.9>;tag=x\nTo: <sip:127.0.0.1>\nCall-ID: x\nCSeq: 1 INVITE\n",
		"OPTIONS sip:127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.9;rport;branch=z9hG4bK3\n"
		"From: <sip:\nTo: <sip:127.0.0.1>\nCall-ID: x\nCSeq: x\n",
		"OPTIONS sip:127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.9;rport;branch=z9hG4bK4\n",
	};
	struct sip_totals totals;
	uint16_t port;
	int fd;

	rig_open(&rig);
	fd = rig_socket("127.0.0.9", &port);
	for (size_t i = 0; i < sizeof(says) / sizeof(says[0]); i++) {
		peer_says_from(&rig, fd, says[i], "");
		ck_assert_msg(peer_hears_on(&rig, fd), "%zu", i);
	}
	rig.config.guard.silence = true;
	apply();
	for (size_t i = 0; i < sizeof(says) / sizeof(says[0]); i++) {
		peer_says_from(&rig, fd, says[i], "");
		ck_assert_msg(!peer_hears_on(&rig, fd), "%zu: %s", i, rig.heard);
		peer_says_from(&rig, rig.fd, says[i], ""); /* the peer is told */
		ck_assert_msg(peer_hears_on(&rig, rig.fd), "%zu", i);
	}
	sip_totals(rig.sip, &totals);
	ck_assert_uint_eq(totals.transactions, 1);
	close(fd);
	rig_close(&rig);
}
END_TEST

START_TEST(banned_get_silence_and_the_peer_is_never_banned)
{
	uint16_t port;
	int fd;

	rig_open(&rig);
	rig.config.guard.ban = (struct ban_policy){
		.after = 2, .within_s = 60, .for_s = 60, .strangers = true, .malformed = true
	};
	apply();
	fd = rig_socket("127.0.0.9", &port);
	for (unsigned n = 0; n < 4; n++) {
		options_on(fd, n);
		ck_assert(peer_hears_on(&rig, fd) == (n < 2));
		peer_says_from(&rig, rig.fd,
			       "OPTIONS sip:127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.1;rport\n",
			       "");
		peer_hears(&rig, "SIP/2.0 400 ");
	}
	apply(); /* bans survive a commit */
	options_on(fd, 10);
	ck_assert(!peer_hears_on(&rig, fd));
	clock_advance(61000000);
	options_on(fd, 11);
	ck_assert(peer_hears_on(&rig, fd));
	close(fd);
	rig_close(&rig);
}
END_TEST

START_TEST(peer_that_must_use_tls_is_refused_over_udp)
{
	rig_open(&rig);
	rig.peer.guard.tls = true;
	apply();
	invite(1, "600", "");
	peer_hears(&rig, "SIP/2.0 403 TLS is required");
	ck_assert_uint_eq(rig.target.asked, 0);
	rig_close(&rig);
}
END_TEST

UNIT_MAIN("admission", peer_that_must_use_tls_is_refused_over_udp,
	  calls_beyond_the_rate_get_503_and_leave_nothing,
	  refused_call_that_comes_again_is_refused_alike, requests_of_a_call_are_never_limited,
	  emergency_calls_pass_every_limit, emergency_calls_pass_bans,
	  limits_of_the_peer_have_their_status, calls_at_their_last_hop_are_refused,
	  hops_are_counted_across_the_gateway, breadth_goes_on_whole_and_to_one_at_a_time,
	  peer_may_speak_from_a_range, strangers_get_silence_if_so_configured,
	  banned_get_silence_and_the_peer_is_never_banned)
