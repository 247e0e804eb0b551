/* What is taken out of the configuration while it has calls: these go on, and no new one begins. */
#include <sys/resource.h>

#include "call/emergency.h"
#include "call/emergency_config.h"
#include "sip/sip_transports.h"
#include "tests/unit/sip/rig_dialog.h"

static struct peer_status status;

static bool on_peer(void *data, const struct peer_status *peer)
{
	status = *peer;
	++*(unsigned *)data;
	return true;
}

static unsigned look_at_peers(void)
{
	unsigned n = 0;

	peers_each(rig.sip, on_peer, &n);
	return n;
}

static unsigned former_calls;

static void on_former(void *data, const char *name, unsigned calls)
{
	ck_assert_str_eq(name, "phone");
	former_calls = calls;
	++*(unsigned *)data;
}

static unsigned look_at_former(void)
{
	unsigned n = 0;

	former_calls = 0;
	peers_each_former(rig.sip, on_former, &n);
	return n;
}

static void apply_peers(unsigned n)
{
	rig.config.n_peers = n;
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
}

static void invite_anew(const char *status_line)
{
	peer_says(&rig, SDP,
		  "INVITE sip:600@127.0.0.1 SIP/2.0\n"
		  "Via: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bKanew\n"
		  "From: <sip:100@127.0.0.1>;tag=anew\nTo: <sip:600@127.0.0.1>\n"
		  "Call-ID: anew\nCSeq: 1 INVITE\nMax-Forwards: 70\n"
		  "Contact: <sip:al@127.0.0.1:%u>\n",
		  rig.peer.port, rig.peer.port);
	peer_hears(&rig, status_line);
}

/* A re-INVITE of the peer's is taken. */
static void hold(unsigned cseq)
{
	in_request("INVITE", cseq, "", SDP_HOLD);
	peer_hears(&rig, "SIP/2.0 200 ");
	in_request("ACK", cseq, "", "");
}

START_TEST(calls_of_a_removed_peer_go_on)
{
	in_open(PLAIN, "", SDP);
	apply_peers(0);
	peer_hears_nothing(&rig);
	ck_assert_uint_eq(look_at_peers(), 0);
	ck_assert_uint_eq(look_at_former(), 1);
	ck_assert_uint_eq(former_calls, 1);
	ck_assert_ptr_null(target_find(rig.hub, TARGET_PEER, "phone"));
	hold(2);
	invite_anew("SIP/2.0 403 ");
	in_request("BYE", 3, "", "");
	peer_hears(&rig, "SIP/2.0 200 ");
	ck_assert_uint_eq(mock_leg_told(&rig.line, LEG_RELEASE)->cause, CAUSE_NORMAL);
	rig_assert_idle(&rig);
	ck_assert_uint_eq(look_at_former(), 0);
	rig_close(&rig);
}
END_TEST

START_TEST(call_of_a_removed_peer_ends_with_a_bye)
{
	in_open(PLAIN, "", SDP);
	apply_peers(0);
	mock_leg_say(&rig.line, LEG_RELEASE, CAUSE_NORMAL, false);
	rig_settle(&rig);
	peer_hears(&rig, "BYE ");
	respond_to_heard("200 OK", "", "", "");
	rig_assert_idle(&rig);
	ck_assert_uint_eq(look_at_former(), 0);
	rig_close(&rig);
}
END_TEST

START_TEST(peer_that_comes_back_has_its_calls_and_counters)
{
	in_open(PLAIN, "", SDP);
	apply_peers(0);
	apply_peers(1);
	ck_assert_uint_eq(look_at_former(), 0);
	ck_assert_uint_eq(look_at_peers(), 1);
	ck_assert_uint_eq(status.calls, 1);
	ck_assert_uint_eq(status.calls_in, 1);
	in_request("BYE", 2, "", "");
	peer_hears(&rig, "SIP/2.0 200 ");
	rig_assert_idle(&rig);
	look_at_peers();
	ck_assert_uint_eq(status.calls, 0);
	rig_close(&rig);
}
END_TEST

/* What came from where the peer was is its own while the call goes on, whatever its Contact says. */
START_TEST(calls_of_a_peer_that_moved_go_on_where_it_was)
{
	open_with(PLAIN);
	peer_says(&rig, SDP,
		  "INVITE sip:600@127.0.0.1 SIP/2.0\n"
		  "Via: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bKINVITE1\n"
		  "From: \"Al\" <sip:100@127.0.0.1>;tag=al\nTo: <sip:600@127.0.0.1>\n"
		  "Call-ID: call\nCSeq: 1 INVITE\nMax-Forwards: 70\nContact: <sip:al@10.9.8.7>\n",
		  rig.peer.port);
	peer_hears(&rig, "SIP/2.0 100 ");
	line_says(LEG_CONNECT, false);
	in_hears("SIP/2.0 200 ");
	in_request("ACK", 1, "", "");
	strcpy(rig.peer.address, "127.0.0.9");
	apply_peers(1);
	in_request("BYE", 2, "", "");
	peer_hears(&rig, "SIP/2.0 200 ");
	rig_assert_idle(&rig);
	rig_close(&rig);
}
END_TEST

/* Sockets */

static char kept[128]; /* "udp 127.0.0.1:5060, tcp ..." */

static bool on_socket(void *data, const struct sip_socket_status *socket)
{
	size_t len = strlen(kept);

	(void)data;
	if (socket->leaves)
		snprintf(kept + len, sizeof(kept) - len, "%s%s", len ? " " : "", socket->transport);
	return true;
}

static const char *look_at_kept(void)
{
	kept[0] = '\0';
	sip_sockets_each(rig.sip, on_socket, NULL);
	return kept;
}

static void move_to(uint16_t port)
{
	rig.config.port = port;
	apply_peers(1);
}

/* Nobody has it. */
static int socket_at(uint16_t port)
{
	struct sockaddr_storage address;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	ck_assert(netaddr_parse("127.0.0.1", port, &address));
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, netaddr_len(&address)), 0);
	return fd;
}

/* The port that is left. */
static uint16_t move(void)
{
	uint16_t port = rig.config.port;

	move_to(rig_free_port());
	return port;
}

/* The peer goes on to speak to the old socket. */
static void at_old(uint16_t port, void (*say)(void))
{
	uint16_t now = rig.config.port;

	rig.config.port = port;
	say();
	rig.config.port = now;
}

static void say_hold(void)
{
	hold(2);
}

static void say_bye(void)
{
	in_request("BYE", 3, "", "");
	peer_hears(&rig, "SIP/2.0 200 ");
}

static void say_invite_in_vain(void)
{
	invite_anew("SIP/2.0 503 New calls are taken elsewhere now");
}

static void say_again(void)
{
	in_request("BYE", 3, "", "");
	peer_hears(&rig, "SIP/2.0 200 ");
}

static void say_ok(void)
{
	respond_to_heard("200 OK", "", "", "");
}

static uint16_t last_source(void)
{
	struct sockaddr_storage from;
	socklen_t len = sizeof(from);

	ck_assert_int_ge(recvfrom(rig.fd, rig.heard, sizeof(rig.heard) - 1, MSG_PEEK | MSG_DONTWAIT,
				  (struct sockaddr *)&from, &len),
			 0);
	return netaddr_port(&from);
}

START_TEST(socket_is_kept_until_its_calls_are_over)
{
	in_open(PLAIN, "", SDP);
	uint16_t port = move();
	ck_assert_str_eq(look_at_kept(), "udp tcp");
	at_old(port, say_hold);
	at_old(port, say_invite_in_vain);
	rig_pass(&rig, 5000);
	ck_assert_str_eq(look_at_kept(), "udp tcp");
	at_old(port, say_bye);
	rig_pass(&rig, 1500);
	at_old(port, say_again); /* its answer was lost */
	ck_assert_str_eq(look_at_kept(), "udp tcp");
	rig_pass(&rig, RIG_TIMER_B_MS + 2000);
	ck_assert_str_eq(look_at_kept(), "");
	rig_assert_idle(&rig);
	close(socket_at(port));
	rig_close(&rig);
}
END_TEST

/* A second call of the peer's, to help. */
static char help_tag[64];

static void ask_for_help(const char *method, unsigned cseq_no, const char *body)
{
	peer_says(
		&rig, body,
		"%s sip:112@127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bKh%s%u\n"
		"From: <sip:100@127.0.0.1>;tag=help\nTo: <sip:112@127.0.0.1>%s%s\n"
		"Call-ID: help\nCSeq: %u %s\nMax-Forwards: 70\nContact: <sip:al@127.0.0.1:%u>\n",
		method, rig.peer.port, method, cseq_no, *help_tag ? ";tag=" : "", help_tag, cseq_no,
		method, rig.peer.port);
}

static void say_help(void)
{
	ask_for_help("INVITE", 1, SDP);
	peer_hears(&rig, "SIP/2.0 100 ");
	mock_leg_say(&rig.line, LEG_CONNECT, 0, false);
	rig_settle(&rig);
	peer_hears(&rig, "SIP/2.0 200 ");
	snprintf(help_tag, sizeof(help_tag), "%s", heard_tag(&rig, "To"));
	ask_for_help("ACK", 1, "");
}

static void say_help_came(void)
{
	ask_for_help("BYE", 2, "");
	peer_hears(&rig, "SIP/2.0 200 ");
}

/* A cry for help is heard there, and the socket is kept for it. */
START_TEST(emergency_call_begins_by_an_old_socket)
{
	static const struct route_target line = { TARGET_TRUNK, "line" };
	static const struct emergency_config config = { .numbers = { { .dialled = "112" } },
							.n_numbers = 1 };

	help_tag[0] = '\0';
	in_open(PLAIN, "", SDP);
	uint16_t port = move();
	at_old(port, say_invite_in_vain);
	call_hub_emergency(rig.hub, &config, &line, 1);
	at_old(port, say_bye);
	mock_leg_close(&rig.line);
	at_old(port, say_help);
	rig_pass(&rig, RIG_TIMER_B_MS + 2000);
	ck_assert_str_eq(look_at_kept(), "udp tcp");
	at_old(port, say_help_came);
	rig_pass(&rig, RIG_TIMER_B_MS + 2000);
	ck_assert_str_eq(look_at_kept(), "");
	rig_assert_idle(&rig);
	rig_close(&rig);
}
END_TEST

START_TEST(what_is_sent_in_a_call_leaves_from_its_socket)
{
	in_open(PLAIN, "", SDP);
	uint16_t port = move();
	mock_leg_say(&rig.line, LEG_RELEASE, CAUSE_NORMAL, false);
	rig_settle(&rig);
	ck_assert_uint_eq(last_source(), port);
	peer_hears(&rig, "BYE ");
	at_old(port, say_ok);
	rig_assert_idle(&rig);
	rig_close(&rig);
}
END_TEST

START_TEST(new_calls_go_by_the_new_socket)
{
	in_open(PLAIN, "", SDP);
	uint16_t port = move();
	const struct leg_msg setup = {
		.verb = LEG_SETUP,
		.law = LEG_LAW_ALAW,
		.setup = { .called = { .digits = "200" }, .calling = { .digits = "100" } },
	};
	struct mock_leg other = { 0 };
	mock_leg_open(&other, rig.hub, TARGET_TRUNK, "line");
	call_hears(rig.hub, other.leg, &setup);
	rig_settle(&rig);
	ck_assert_uint_eq(last_source(), rig.config.port);
	peer_hears(&rig, "INVITE ");
	mock_leg_say(&other, LEG_RELEASE, CAUSE_NORMAL, false);
	rig_settle(&rig);
	at_old(port, say_bye);
	rig_close(&rig);
}
END_TEST

START_TEST(socket_that_is_wanted_again_is_as_it_was)
{
	in_open(PLAIN, "", SDP);
	uint16_t port = move(), between = rig.config.port;
	move_to(port);
	ck_assert_str_eq(look_at_kept(), "udp tcp"); /* the one between: it may have calls, too */
	hold(2);
	say_bye();
	rig_pass(&rig, RIG_TIMER_B_MS + 2000);
	ck_assert_str_eq(look_at_kept(), "");
	close(socket_at(between));
	rig_close(&rig);
}
END_TEST

static struct socket_config *listen_too(const char *address, uint16_t port)
{
	struct socket_config *s = &rig.config.listens[rig.config.n_listens++];

	*s = (struct socket_config){ .port = port, .transport = TRANSPORT_UDP };
	strcpy(s->address, address);
	return s;
}

/* One that is taken back, and then another cannot be opened: both are free when asked, and one bars the other. */
START_TEST(socket_leaves_on_when_the_new_ones_fail)
{
	in_open(PLAIN, "", SDP);
	uint16_t port = move(), now = rig.config.port, barred = rig_free_port();
	listen_too("127.0.0.1", barred);
	listen_too("0.0.0.0", barred);
	rig.config.port = port;
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), -EADDRINUSE);
	rig.config.port = now;
	rig.config.n_listens = 0;
	ck_assert_str_eq(look_at_kept(), "udp tcp");
	at_old(port, say_hold);
	at_old(port, say_invite_in_vain);
	at_old(port, say_bye);
	rig_pass(&rig, RIG_TIMER_B_MS + 3000);
	ck_assert_str_eq(look_at_kept(), "");
	close(socket_at(port));
	close(socket_at(barred));
	rig_close(&rig);
}
END_TEST

/* Of a gateway that is never without calls. */
START_TEST(sockets_moved_again_and_again_are_bounded)
{
	unsigned moves = 0;
	int rc = 0;

	in_open(PLAIN, "", SDP);
	uint16_t first = rig.config.port, last = first;
	for (unsigned tries = 0; tries < 100 && rc != -EBUSY; tries++) {
		rig.config.port = rig_free_port();
		rc = sip_apply(rig.sip, &rig.config);
		if (rc == 0) {
			last = rig.config.port;
			moves++;
		}
	}
	ck_assert_int_eq(rc, -EBUSY);
	ck_assert_uint_ge(moves, SOCKETS_MAX / 2); /* UDP and TCP each */
	ck_assert_uint_le(moves, SOCKETS_MAX);
	rig.config.port = last;
	listen_too("127.0.0.1", rig_free_port()); /* there would be no way back */
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), -EBUSY);
	rig.config.n_listens = 0;
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
	move_to(first); /* it is there yet: as many are left as before */
	say_hold();
	say_bye();
	rig_pass(&rig, RIG_TIMER_B_MS + 2000);
	ck_assert_str_eq(look_at_kept(), "");
	move(); /* without calls all are closed */
	rig_assert_idle(&rig);
	rig_close(&rig);
}
END_TEST

static void close_one(uint16_t port)
{
	listen_too("127.0.0.1", port);
	apply_peers(1);
	rig.config.n_listens = 0;
	apply_peers(1);
}

START_TEST(socket_that_cannot_be_closed_is_closed_later)
{
	struct rlimit before, none;
	uint16_t port = rig_free_port();

	open_with(PLAIN);
	listen_too("127.0.0.1", port);
	apply_peers(1);
	rig.config.n_listens = 0;
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = (struct rlimit){ 0, before.rlim_max };
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	apply_peers(1);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
	ck_assert_str_eq(look_at_kept(), "udp");
	rig_pass(&rig, 1500);
	ck_assert_str_eq(look_at_kept(), "");
	close(socket_at(port));
	rig_close(&rig);
}
END_TEST

/* However often sockets came and went, those that calls need are kept. */
START_TEST(socket_is_kept_after_many)
{
	open_with(PLAIN);
	for (unsigned i = 0; i < 32;
	     i++) /* at the next change all would be closed and opened anew */
		close_one(rig_free_port());
	in_invite("", SDP);
	line_says(LEG_CONNECT, false);
	in_hears("SIP/2.0 200 ");
	in_request("ACK", 1, "", "");
	uint16_t port = move();
	ck_assert_str_eq(look_at_kept(), "udp tcp");
	at_old(port, say_hold);
	at_old(port, say_bye);
	rig_close(&rig);
}
END_TEST

START_TEST(socket_without_calls_is_closed_at_once)
{
	open_with(PLAIN);
	uint16_t port = move();
	ck_assert_str_eq(look_at_kept(), "");
	close(socket_at(port));
	rig_close(&rig);
}
END_TEST

UNIT_MAIN("leaving", calls_of_a_removed_peer_go_on, call_of_a_removed_peer_ends_with_a_bye,
	  peer_that_comes_back_has_its_calls_and_counters,
	  calls_of_a_peer_that_moved_go_on_where_it_was, socket_is_kept_until_its_calls_are_over,
	  emergency_call_begins_by_an_old_socket, what_is_sent_in_a_call_leaves_from_its_socket,
	  new_calls_go_by_the_new_socket, socket_that_is_wanted_again_is_as_it_was,
	  socket_leaves_on_when_the_new_ones_fail, socket_that_cannot_be_closed_is_closed_later,
	  sockets_moved_again_and_again_are_bounded, socket_is_kept_after_many,
	  socket_without_calls_is_closed_at_once)
