/* How messages travel: sockets that come and go, connections, what is said of them in Via and Contact. */
#include <malloc.h>

#include "call/cause.h"
#include "sip/agent/connections.h"
#include "sip/peer/register.h"
#include "tests/unit/sip/rig_peer.h"

#define SDP                                                                                        \
	"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"                \
	"m=audio 4000 RTP/AVP 8\r\n"

static struct rig rig;

static int connect_to(uint16_t port)
{
	struct sockaddr_storage to;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	ck_assert(netaddr_parse("127.0.0.1", port, &to));
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, netaddr_len(&to)), 0);
	return fd;
}

static int listen_on(uint16_t *port)
{
	struct sockaddr_storage address;
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	ck_assert(netaddr_parse("127.0.0.1", 0, &address));
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, netaddr_len(&address)), 0);
	ck_assert_int_eq(listen(fd, 4), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	*port = netaddr_port(&address);
	return fd;
}

static void say(int fd, const char *text)
{
	ck_assert_int_eq(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
	rig_settle(&rig);
}

/* Each is another one. */
static void say_options(int fd)
{
	static unsigned n;
	char text[512];

	n++;
	snprintf(
		text, sizeof(text),
		"OPTIONS sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bK%u\r\n"
		"From: <sip:a@127.0.0.1>;tag=a\r\nTo: <sip:127.0.0.1>\r\nCall-ID: o%u\r\n"
		"CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n",
		n, n);
	say(fd, text);
}

static void ask(int fd)
{
	say_options(fd);
	ck_assert_msg(peer_hears_on(&rig, fd), "no answer over TCP");
	ck_assert_msg(!strncmp(rig.heard, "SIP/2.0 200 ", 12), "%s", rig.heard);
}

START_TEST(one_listen_is_udp_and_tcp)
{
	rig_open(&rig);
	int fd = connect_to(rig.config.port);

	ask(fd);
	ck_assert_ptr_nonnull(strstr(heard(&rig, "Via"), "SIP/2.0/TCP 127.0.0.1:9;"));
	close(fd);
	rig_close(&rig);
}
END_TEST

START_TEST(ping_on_a_connection_gets_its_pong)
{
	rig_open(&rig);
	int fd = connect_to(rig.config.port);

	rig_settle(&rig);
	say(fd, "\r\n\r\n");
	ck_assert(peer_hears_on(&rig, fd));
	ck_assert_str_eq(rig.heard, "\r\n");
	close(fd);
	rig_close(&rig);
}
END_TEST

START_TEST(socket_is_added_and_taken_away_and_connections_stay)
{
	uint16_t port;

	rig_open(&rig);
	int fd = connect_to(rig.config.port);

	ask(fd);
	port = rig_free_port();
	rig.config.listens[0] = (struct socket_config){
		.address = "127.0.0.1",
		.port = port,
		.transport = TRANSPORT_TCP,
		.name = "more",
	};
	rig.config.n_listens = 1;
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
	int other = connect_to(port);

	ask(other);
	ask(fd);
	rig.config.n_listens = 0;
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
	rig_settle(&rig);
	ck_assert_int_eq(recv(other, rig.heard, 1, MSG_DONTWAIT), 0); /* it is closed */
	ask(fd);
	close(fd);
	close(other);
	rig_close(&rig);
}
END_TEST

/* A call goes out: what arrives at fd. */
static void call_out(void)
{
	mock_leg_open(&rig.line, rig.hub, TARGET_TRUNK, "line");
	mock_leg_setup(&rig.line, "100", "600");
	rig_settle(&rig);
}

START_TEST(requests_to_a_peer_of_tcp_go_by_tcp)
{
	rig_open(&rig);
	int listener = listen_on(&rig.peer.port);

	rig.peer.path.transport = TRANSPORT_TCP;
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
	call_out();
	int fd = accept(listener, NULL, NULL);

	rig_settle(&rig);
	ck_assert(peer_hears_on(&rig, fd));
	ck_assert_ptr_nonnull(strstr(rig.heard, ";transport=tcp;user=phone SIP/2.0\r\n"));
	ck_assert_ptr_nonnull(strstr(heard(&rig, "Via"), "SIP/2.0/TCP 127.0.0.1:"));
	ck_assert_ptr_nonnull(strstr(heard(&rig, "Contact"), ";transport=tcp>"));
	close(fd);
	close(listener);
	rig_pass(&rig, RIG_TIMER_B_MS + 500);
	rig_close(&rig);
}
END_TEST

START_TEST(peer_is_spoken_to_from_its_socket)
{
	char from[64];
	uint16_t port;

	rig_open(&rig);
	port = rig_free_port();
	rig.config.listens[0] = (struct socket_config){
		.address = "127.0.0.1",
		.port = port,
		.transport = TRANSPORT_UDP,
		.name = "wan",
	};
	rig.config.n_listens = 1;
	snprintf(rig.peer.path.local, sizeof(rig.peer.path.local), "wan");
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
	call_out();
	peer_hears(&rig, "INVITE ");
	snprintf(from, sizeof(from), "SIP/2.0/UDP 127.0.0.1:%u;", port);
	ck_assert_msg(!strncmp(heard(&rig, "Via"), from, strlen(from)), "%s", heard(&rig, "Via"));
	ck_assert_ptr_null(strchr(heard(&rig, "Via"), '('));
	snprintf(from, sizeof(from), "<sip:127.0.0.1:%u>", port);
	ck_assert_str_eq(heard(&rig, "Contact"), from);
	rig_pass(&rig, RIG_TIMER_B_MS + 500);
	rig_close(&rig);
}
END_TEST

START_TEST(socket_taken_away_is_free_and_used_no_more)
{
	struct sockaddr_storage address;
	char from[64];
	uint16_t port;

	rig_open(&rig);
	port = rig_free_port();
	rig.config.listens[0] = (struct socket_config){
		.address = "127.0.0.1",
		.port = port,
		.transport = TRANSPORT_UDP,
	};
	rig.config.n_listens = 1;
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
	rig.config.address[0] = '\0';
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	ck_assert(netaddr_parse("127.0.0.1", rig.config.port, &address));
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, netaddr_len(&address)), 0);
	close(fd);
	call_out();
	peer_hears(&rig, "INVITE ");
	snprintf(from, sizeof(from), "SIP/2.0/UDP 127.0.0.1:%u;", port);
	ck_assert_msg(!strncmp(heard(&rig, "Via"), from, strlen(from)), "%s", heard(&rig, "Via"));
	rig_pass(&rig, RIG_TIMER_B_MS + 500);
	snprintf(rig.config.address, sizeof(rig.config.address), "127.0.0.1");
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
	fd = connect_to(rig.config.port);
	ask(fd);
	close(fd);
	rig_close(&rig);
}
END_TEST

START_TEST(answer_names_the_socket_that_the_call_came_by)
{
	char invite[1024];

	rig_open(&rig);
	int fd = connect_to(rig.config.port);

	snprintf(invite, sizeof(invite),
		 "INVITE sip:600@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP "
		 "127.0.0.1:9;branch=z9hG4bKi\r\nFrom: <sip:100@127.0.0.1>;tag=al\r\n"
		 "To: <sip:600@127.0.0.1>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n"
		 "Contact: <sip:a@127.0.0.1:9;transport=tcp>\r\nContent-Type: application/sdp\r\n"
		 "Content-Length: %zu\r\n\r\n%s",
		 strlen(SDP), SDP);
	say(fd, invite);
	peer_hears_on(&rig, fd);
	mock_leg_say(&rig.line, LEG_CONNECT, 0, false);
	rig_settle(&rig);
	ck_assert(peer_hears_on(&rig, fd));
	ck_assert_ptr_nonnull(strstr(rig.heard, "SIP/2.0 200 "));
	ck_assert_ptr_nonnull(strstr(heard(&rig, "Contact"), ";transport=tcp>"));
	close(fd);
	rig_close(&rig);
}
END_TEST

static unsigned connections_now(void)
{
	struct connections_totals totals;

	connections_totals(&totals);
	return totals.now;
}

static bool is_closed(int fd)
{
	char c;

	return recv(fd, &c, 1, MSG_DONTWAIT) == 0;
}

static void keep_alive(unsigned seconds, enum transport transport)
{
	rig.peer.path.transport = transport;
	rig.peer.path.keepalive_s = seconds;
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
}

/* The call that goes out is refused: nothing but the connection is left of it. */
static void refuse_by_tcp(int fd)
{
	char text[2048];

	rig_settle(&rig);
	ck_assert(peer_hears_on(&rig, fd));
	ck_assert_msg(!strncmp(rig.heard, "INVITE ", 7), "%s", rig.heard);
	snprintf(text, sizeof(text),
		 "SIP/2.0 486 Busy\r\nVia: %s\r\nFrom: %s\r\nTo: %s;tag=b\r\nCall-ID: %s\r\n"
		 "CSeq: %s\r\nContent-Length: 0\r\n\r\n",
		 heard(&rig, "Via"), heard(&rig, "From"), heard(&rig, "To"), heard(&rig, "Call-ID"),
		 heard(&rig, "CSeq"));
	say(fd, text);
	ck_assert(peer_hears_on(&rig, fd));
	ck_assert_msg(!strncmp(rig.heard, "ACK ", 4), "%s", rig.heard);
	mock_leg_close(&rig.line);
}

/* Within 30 s. */
static void is_pinged(int fd)
{
	for (unsigned i = 0; i < 60 && !peer_hears_on(&rig, fd); i++)
		rig_pass(&rig, 500);
	ck_assert_str_eq(rig.heard, "\r\n\r\n");
}

START_TEST(connection_is_pinged_and_another_opened_when_it_is_dead)
{
	rig_open(&rig);
	int listener = listen_on(&rig.peer.port);

	keep_alive(30, TRANSPORT_TCP);
	call_out();
	int fd = accept(listener, NULL, NULL);

	refuse_by_tcp(fd);
	rig_pass(&rig, 23000);
	ck_assert(!peer_hears_on(&rig, fd));
	for (unsigned i = 0; i < 3; i++) {
		is_pinged(fd);
		say(fd, "\r\n");
	}
	is_pinged(fd);
	rig_pass(&rig, (CONNECTION_PONG_S - 1) * 1000);
	ck_assert(!is_closed(fd));
	rig_pass(&rig, 1500);
	ck_assert(is_closed(fd));
	call_out();
	int other = accept(listener, NULL, NULL);

	refuse_by_tcp(other);
	close(fd);
	close(other);
	close(listener);
	rig_close(&rig);
}
END_TEST

START_TEST(way_to_a_peer_of_udp_is_kept_open)
{
	rig_open(&rig);
	keep_alive(20, TRANSPORT_UDP);
	rig_pass(&rig, 15900);
	peer_hears_nothing(&rig);
	rig_pass(&rig, 4200);
	peer_hears(&rig, "\r\n");
	ck_assert_uint_eq(strlen(rig.heard), 2);
	keep_alive(0, TRANSPORT_UDP);
	rig_pass(&rig, 25000);
	peer_hears_nothing(&rig);
	rig_close(&rig);
}
END_TEST

START_TEST(connection_that_says_nothing_whole_is_closed)
{
	rig_open(&rig);
	int mute = connect_to(rig.config.port), half = connect_to(rig.config.port);
	int good = connect_to(rig.config.port);

	ask(good);
	say(mute, "\r\n");
	say(half, "INVITE sip:600@127.0.0.1 SIP/2.0\r\nVia: ");
	ck_assert_uint_eq(connections_now(), 3);
	rig_pass(&rig, (CONNECTION_MUTE_S - 1) * 1000);
	ck_assert(!is_closed(mute) && !is_closed(half));
	rig_pass(&rig, 6000);
	ck_assert(is_closed(mute) && is_closed(half));
	ck_assert_uint_eq(connections_now(), 1);
	ask(good);
	close(mute);
	close(half);
	close(good);
	rig_pass(&rig, 2500); /* Sofia-SIP buries them once a second */
	ck_assert_uint_eq(connections_now(), 0);
	rig_close(&rig);
}
END_TEST

/* Sofia-SIP reads no more behind what it cannot parse, so not that the other end is gone. */
START_TEST(connection_that_the_other_end_left_is_closed)
{
	rig_open(&rig);
	int fd = connect_to(rig.config.port);

	ask(fd);
	say(fd, "hello\r\n\r\n");
	rig_pass(&rig, 100);
	close(fd);
	rig_pass(&rig, 3000);
	ck_assert_uint_eq(connections_now(), 1);
	rig_pass(&rig, 6000); /* it is looked for every 5 s */
	ck_assert_uint_eq(connections_now(), 0);
	rig_close(&rig);
}
END_TEST

/* Sofia-SIP forgets the limit for what came right behind another message, and would write 4 GB behind it. */
START_TEST(message_behind_another_is_bounded_too)
{
	static const char first[] =
		"OPTIONS sip:x@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKb1\r\n"
		"From: <sip:a@b>;tag=1\r\nTo: <sip:x@y>\r\nCall-ID: b1\r\nCSeq: 1 OPTIONS\r\n"
		"Content-Length: 0\r\n\r\n";
	static const char second[] =
		"SIP/2.0 200 OK\r\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKb2\r\n"
		"Content-Length: 4294967295\r\n\r\nabc";
	char both[sizeof(first) + sizeof(second)];

	rig_open(&rig);
	int fd = connect_to(rig.config.port);
	int good = connect_to(rig.config.port);
	snprintf(both, sizeof(both), "%s%s", first, second);
	say(fd, both);
	rig_pass(&rig, 100);
	close(fd);
	ask(good);
	close(good);
	rig_pass(&rig, 2500);
	rig_close(&rig);
}
END_TEST

START_TEST(one_host_has_so_many_connections)
{
	int fds[CONNECTIONS_OF_HOST + 8];
	unsigned closed = 0;

	rig_open(&rig);
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		fds[i] = connect_to(rig.config.port);
		osmo_select_main(1);
	}
	rig_settle(&rig);
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		closed += is_closed(fds[i]);
		close(fds[i]);
	}
	ck_assert_uint_eq(closed, 8);
	for (unsigned i = 0; connections_now() && i < 50; i++)
		rig_pass(&rig, 500);
	ck_assert_uint_eq(connections_now(), 0);
	rig_close(&rig);
}
END_TEST

static void say_length(int fd, const char *length, const char *body)
{
	char text[512];

	snprintf(
		text, sizeof(text),
		"OPTIONS sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bK%s\r\n"
		"From: <sip:a@127.0.0.1>;tag=a\r\nTo: <sip:127.0.0.1>\r\nCall-ID: o\r\n"
		"CSeq: 1 OPTIONS\r\nContent-Length: %s\r\n\r\n%s",
		length, length, body);
	say(fd, text);
}

START_TEST(content_length_that_lies_harms_nobody)
{
	static const char *const lengths[] = {
		"-1", "99999999", "4294967295", "4294967297", "18446744073709551615", "1e3", "65536"
	};

	rig_open(&rig);
	int good = connect_to(rig.config.port);

	ask(good);
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		int fd = connect_to(rig.config.port);

		say_length(fd, lengths[i], "body");
		if (peer_hears_on(&rig, fd))
			ck_assert_msg(!strncmp(rig.heard, "SIP/2.0 4", 9), "%s", rig.heard);
		close(fd);
		rig_settle(&rig);
		ask(good);
	}
	rig_pass(&rig, 25000);
	ck_assert_uint_eq(connections_now(), 1);
	close(good);
	rig_close(&rig);
}
END_TEST

/* What is freed from now on is overwritten; glibc does not do so while a thread keeps blocks of that size at hand. */
static void overwrite_freed(void)
{
	void *blocks[8];

	mallopt(M_PERTURB, 0x5a);
	for (size_t size = 24; size <= 1032; size += 16) {
		for (unsigned i = 0; i < 8; i++)
			blocks[i] = malloc(size);
		for (unsigned i = 0; i < 8; i++)
			free(blocks[i]);
	}
}

/* The peer's answer to what was heard. */
static void answer_by_tcp(int fd, const char *more, const char *body)
{
	char text[4096];

	overwrite_freed();
	snprintf(text, sizeof(text),
		 "SIP/2.0 200 OK\r\nVia: %s\r\nFrom: %s\r\nTo: %s%s\r\nCall-ID: %s\r\nCSeq: %s\r\n"
		 "%sContent-Length: %zu\r\n\r\n%s",
		 heard(&rig, "Via"), heard(&rig, "From"), heard(&rig, "To"),
		 strstr(heard(&rig, "To"), ";tag=") ? "" : ";tag=b", heard(&rig, "Call-ID"),
		 heard(&rig, "CSeq"), more, strlen(body), body);
	say(fd, text);
}

static void hears_by_tcp(int fd, const char *method)
{
	ck_assert(peer_hears_on(&rig, fd));
	ck_assert_msg(!strncmp(rig.heard, method, strlen(method)), "%s", rig.heard);
}

static struct registration_status registration;

static bool take_registration(void *data, const struct registration_status *found)
{
	(void)data;
	registration = *found;
	return true;
}

/* By TCP a transaction ends with its final response, which must last until it is read (RFC 3261 17.1.2.2). */
START_TEST(registration_by_tcp_is_heard_to_its_end)
{
	char more[600];

	rig_open(&rig);
	int listener = listen_on(&rig.peer.port);

	rig.peer.path.transport = TRANSPORT_TCP;
	rig.peer.registration = (struct register_config){ .user = "gw", .expires_s = 600 };
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
	rig_settle(&rig);
	int fd = accept(listener, NULL, NULL);
	rig_settle(&rig);
	hears_by_tcp(fd, "REGISTER ");
	snprintf(more, sizeof(more), "Contact: %s;expires=100\r\n", heard(&rig, "Contact"));
	answer_by_tcp(fd, more, "");
	registrations_each(rig.sip, take_registration, NULL);
	ck_assert_str_eq(registration.state, "registered");
	ck_assert_uint_eq(registration.expires_s, 100);
	close(fd);
	close(listener);
	rig_close(&rig);
}
END_TEST

/* By TCP, on a connection of its own, which is left open. */
static int accept_register_for(int listener, unsigned expires_s)
{
	char more[600];
	int fd = accept(listener, NULL, NULL);

	rig_settle(&rig);
	hears_by_tcp(fd, "REGISTER ");
	snprintf(more, sizeof(more), "Contact: %s;expires=%u\r\n", heard(&rig, "Contact"),
		 expires_s);
	answer_by_tcp(fd, more, "");
	registrations_each(rig.sip, take_registration, NULL);
	ck_assert_str_eq(registration.state, "registered");
	return fd;
}

static int accept_register(int listener)
{
	return accept_register_for(listener, 600);
}

static bool readable_within(int fd, unsigned ms)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };

	for (; ms; ms -= 250) {
		if (poll(&poller, 1, 0) > 0)
			return true;
		rig_pass(&rig, 250);
	}
	return false;
}

/* RFC 5626: calls come by the connection that REGISTER went by, so another is needed when it is closed. */
START_TEST(lost_connection_is_another_registration)
{
	rig_open(&rig);
	int listener = listen_on(&rig.peer.port);

	rig.peer.registration = (struct register_config){ .user = "49301", .expires_s = 600 };
	rig.peer.path.transport = TRANSPORT_TCP;
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
	rig_settle(&rig);
	int fd = accept_register(listener);

	rig_pass(&rig, 5000);
	ck_assert(!readable_within(listener, 250));
	close(fd);
	ck_assert_msg(readable_within(listener, 4000), "at once the first time");
	fd = accept_register(listener);
	close(fd);
	ck_assert_msg(!readable_within(listener, 12000), "later when it does not last");
	ck_assert(readable_within(listener, 22000));
	fd = accept_register(listener);
	rig_pass(&rig, 125000);
	close(fd);
	ck_assert_msg(readable_within(listener, 4000), "it was a good one");
	fd = accept_register(listener);
	close(fd);
	close(listener);
	rig_close(&rig);
}
END_TEST

/* Idle for a quarter of an hour we would close it ourselves, and be unreachable until it is noticed. */
START_TEST(connection_of_a_long_registration_is_not_left_idle)
{
	rig_open(&rig);
	int listener = listen_on(&rig.peer.port);

	rig.peer.registration = (struct register_config){ .user = "49301", .expires_s = 3600 };
	rig.peer.path.transport = TRANSPORT_TCP;
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
	rig_settle(&rig);
	int fd = accept_register_for(listener, 3600);

	ck_assert(!readable_within(fd, 620000));
	ck_assert(readable_within(fd, 200000));
	hears_by_tcp(fd, "REGISTER ");
	ck_assert_msg(!readable_within(listener, 250), "by the connection that there is");
	close(fd);
	close(listener);
	rig_close(&rig);
}
END_TEST

/* However often connections are lost, it is refreshed before it lapses (RFC 5626 4.4). */
START_TEST(connections_lost_again_and_again_let_no_registration_lapse)
{
	rig_open(&rig);
	int listener = listen_on(&rig.peer.port);

	rig.peer.registration = (struct register_config){ .user = "49301", .expires_s = 60 };
	rig.peer.path.transport = TRANSPORT_TCP;
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
	rig_settle(&rig);
	for (unsigned lost = 1; lost < 8; lost++) {
		close(accept_register(listener));
		ck_assert_msg(readable_within(listener, 57000), "lost %u times", lost);
		registrations_each(rig.sip, take_registration, NULL);
		ck_assert_uint_gt(registration.expires_s, 0);
	}
	close(accept_register(listener));
	close(listener);
	rig_close(&rig);
}
END_TEST

START_TEST(update_by_tcp_is_heard_to_its_end)
{
	char more[300];

	rig_open(&rig);
	int listener = listen_on(&rig.peer.port);

	rig.peer.session = (struct session_policy){ .timer_s = 90, .timer_min_s = 90 };
	rig.peer.path.transport = TRANSPORT_TCP;
	ck_assert_int_eq(sip_apply(rig.sip, &rig.config), 0);
	call_out();
	int fd = accept(listener, NULL, NULL);
	rig_settle(&rig);
	hears_by_tcp(fd, "INVITE ");
	snprintf(more, sizeof(more),
		 "Contact: <sip:b@127.0.0.1:%u;transport=tcp>\r\nAllow: UPDATE\r\n"
		 "Content-Type: application/sdp\r\nSession-Expires: 90;refresher=uac\r\n"
		 "Require: timer\r\n",
		 rig.peer.port);
	answer_by_tcp(fd, more, SDP);
	hears_by_tcp(fd, "ACK ");
	for (unsigned i = 0; i < 2; i++) { /* each answer says when the next is due */
		rig_pass(&rig, 45500);
		hears_by_tcp(fd, "UPDATE ");
		answer_by_tcp(fd, "Session-Expires: 90;refresher=uac\r\nRequire: timer\r\n", "");
	}
	mock_leg_say(&rig.line, LEG_RELEASE, CAUSE_NORMAL, false);
	rig_settle(&rig);
	hears_by_tcp(fd, "BYE ");
	answer_by_tcp(fd, "", "");
	rig_assert_idle(&rig);
	close(fd);
	close(listener);
	rig_close(&rig);
}
END_TEST

UNIT_MAIN("transport", one_listen_is_udp_and_tcp, ping_on_a_connection_gets_its_pong,
	  socket_is_added_and_taken_away_and_connections_stay, requests_to_a_peer_of_tcp_go_by_tcp,
	  peer_is_spoken_to_from_its_socket, socket_taken_away_is_free_and_used_no_more,
	  answer_names_the_socket_that_the_call_came_by,
	  connection_is_pinged_and_another_opened_when_it_is_dead,
	  way_to_a_peer_of_udp_is_kept_open, connection_that_says_nothing_whole_is_closed,
	  lost_connection_is_another_registration,
	  connections_lost_again_and_again_let_no_registration_lapse,
	  connection_of_a_long_registration_is_not_left_idle,
	  connection_that_the_other_end_left_is_closed, message_behind_another_is_bounded_too,
	  one_host_has_so_many_connections, content_length_that_lies_harms_nobody,
	  registration_by_tcp_is_heard_to_its_end, update_by_tcp_is_heard_to_its_end)
