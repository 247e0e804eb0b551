/* A socket that the kernel keeps for one peer: who gets in, what stays as it was bound, and what ICMP does. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "mg/inbox.h"
#include "mg/mg_config.h"
#include "mg/ports.h"
#include "mg/rtp_out.h"
#include "tests/unit/ports.h"
#include "tests/unit/unit.h"

enum { DSCP = 46 };

static const char *const loopbacks[] = { "127.0.0.1", "::1" };
enum { FAMILIES = sizeof(loopbacks) / sizeof(loopbacks[0]) };

static struct ports ports;
static struct inbox inbox;

static struct sockaddr_storage address(const char *text, uint16_t port)
{
	struct sockaddr_storage out = { .ss_family = strchr(text, ':') ? AF_INET6 : AF_INET };
	void *at = out.ss_family == AF_INET6 ? (void *)&((struct sockaddr_in6 *)&out)->sin6_addr
					     : (void *)&((struct sockaddr_in *)&out)->sin_addr;

	ck_assert_int_eq(inet_pton(out.ss_family, text, at), 1);
	address_set_port(&out, port);
	return out;
}

/* As the gateway opens it, on that address or, NULL, on all. */
static struct port_pair opened(const char *text)
{
	struct mg_config config = { .port_first = ports_page(),
				    .port_last = ports_page() + PORTS_PAGE - 1,
				    .dscp = DSCP };
	const struct sockaddr_storage unknown = { 0 };
	struct port_pair pair;

	if (text)
		strcpy(config.address, text);
	inbox_init(&inbox);
	ck_assert_int_eq(ports_open(&ports, &config, &unknown, &pair), 0);
	return pair;
}

static struct sockaddr_storage local_of(int fd)
{
	struct sockaddr_storage local = { 0 };
	socklen_t len = sizeof(local);

	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&local, &len), 0);
	return local;
}

/* A peer's socket, on that port. */
static int bound_at(const char *text, uint16_t port)
{
	const struct sockaddr_storage at = address(text, port);
	int fd = socket(at.ss_family, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	ck_assert_int_eq(bind(fd, (const struct sockaddr *)&at, address_len(&at)), 0);
	return fd;
}

static int bound(const char *text)
{
	return bound_at(text, ports_free(1));
}

static void send_to(int fd, const struct sockaddr_storage *to)
{
	ck_assert_int_eq(sendto(fd, "x", 1, 0, (const struct sockaddr *)to, address_len(to)), 1);
}

/* The peer's and the stranger's datagrams that got in, of one each. */
static unsigned let_in(int fd, int peer, int stranger, const struct sockaddr_storage *to)
{
	send_to(peer, to);
	send_to(stranger, to);
	return inbox_read(&inbox, fd);
}

START_TEST(the_peer_alone_gets_in_until_all_may_again)
{
	for (unsigned i = 0; i < FAMILIES; i++) {
		struct port_pair pair = opened(loopbacks[i]);
		int peer = bound(loopbacks[i]), stranger = bound(loopbacks[i]);
		struct sockaddr_storage from = local_of(peer);

		ck_assert_uint_eq(let_in(pair.rtp_fd, peer, stranger, &pair.local), 2);
		send_to(stranger, &pair.local); /* it came before, and is kept */
		inbox_restrict(pair.rtp_fd, &from);
		ck_assert_uint_eq(inbox_read(&inbox, pair.rtp_fd), 1);
		ck_assert_uint_eq(let_in(pair.rtp_fd, peer, stranger, &pair.local), 1);
		ck_assert_mem_eq(inbox_get(&inbox, 0).from, &from, address_len(&from));
		inbox_restrict(pair.rtp_fd, NULL);
		ck_assert_uint_eq(let_in(pair.rtp_fd, peer, stranger, &pair.local), 2);
		close(peer);
		close(stranger);
		ports_close(&ports, &pair);
	}
}
END_TEST

START_TEST(the_address_and_the_port_stay_as_they_were_bound)
{
	for (unsigned i = 0; i < FAMILIES; i++) {
		struct port_pair pair = opened(loopbacks[i]);
		const struct sockaddr_storage before = local_of(pair.rtp_fd);
		const struct sockaddr_storage peer = address(loopbacks[i], 9);

		for (unsigned k = 0; k < 3; k++) {
			struct sockaddr_storage during, after;

			inbox_restrict(pair.rtp_fd, &peer);
			during = local_of(pair.rtp_fd);
			inbox_restrict(pair.rtp_fd, NULL);
			after = local_of(pair.rtp_fd);
			ck_assert_mem_eq(&during, &before, sizeof(before));
			ck_assert_mem_eq(&after, &before, sizeof(before));
		}
		ports_close(&ports, &pair);
	}
}
END_TEST

/* Our peer may send to another of our addresses than the one that the route to it has. */
START_TEST(a_socket_on_all_addresses_stays_open_to_all)
{
	struct port_pair pair = opened(NULL);
	const uint16_t port = address_port(&pair.local);
	struct sockaddr_storage to = address("127.0.0.2", port), from, local;
	int peer = bound("127.0.0.1"), stranger = bound("127.0.0.3");

	from = local_of(peer);
	inbox_restrict(pair.rtp_fd, &from);
	ck_assert_uint_eq(let_in(pair.rtp_fd, peer, stranger, &to), 2);
	inbox_restrict(pair.rtp_fd, NULL);
	local = local_of(pair.rtp_fd);
	ck_assert(address_is_any(&local));
	ck_assert_uint_eq(address_port(&local), port);
	close(peer);
	close(stranger);
	ports_close(&ports, &pair);
}
END_TEST

START_TEST(packets_that_came_are_read_though_icmp_came_too)
{
	for (unsigned i = 0; i < FAMILIES; i++) {
		struct port_pair pair = opened(loopbacks[i]);
		int peer = bound(loopbacks[i]);
		const struct sockaddr_storage from = local_of(peer);

		inbox_restrict(pair.rtp_fd, &from);
		for (unsigned k = 0; k < 3; k++)
			send_to(peer, &pair.local);
		close(peer);
		send_to(pair.rtp_fd, &from); /* nobody listens there: the kernel says so at once */
		ck_assert_uint_eq(inbox_read(&inbox, pair.rtp_fd), 3);
		ck_assert_uint_eq(inbox_read(&inbox, pair.rtp_fd), 0);
		ports_close(&ports, &pair);
	}
}
END_TEST

/* One packet's time. */
static void say(struct rtp_out *out)
{
	static struct digit_tones tones;

	for (unsigned i = 0; i < 2; i++)
		rtp_out_hear(out, &tones, frame_idle(LAW_ALAW));
}

START_TEST(a_packet_goes_though_icmp_came_about_the_one_before)
{
	for (unsigned i = 0; i < FAMILIES; i++) {
		struct port_pair pair = opened(loopbacks[i]);
		int peer = bound(loopbacks[i]);
		const struct sockaddr_storage from = local_of(peer);
		const struct mg_rtp to = {
			.remote = from, .codec = CODEC_PCMA, .pt = 8, .ptime_ms = 20, .send = true
		};
		struct rtp_out out;
		uint8_t octets[RTP_MAX_PACKET];

		rtp_out_init(&out, pair.rtp_fd);
		rtp_out_tune(&out, &to, LAW_ALAW);
		inbox_restrict(pair.rtp_fd, &from);
		close(peer);
		say(&out);
		peer = bound_at(loopbacks[i], address_port(&from));
		say(&out);
		ck_assert_int_eq(recv(peer, octets, sizeof(octets), 0), RTP_HEADER + 160);
		ck_assert_uint_eq(out.packets, 2);
		close(peer);
		ports_close(&ports, &pair);
	}
}
END_TEST

/* The marking of a packet to the peer. */
static int marking(int fd, int peer, const struct sockaddr_storage *from)
{
	uint8_t octet, room[64];
	struct iovec piece = { &octet, 1 };
	struct msghdr header = { .msg_iov = &piece,
				 .msg_iovlen = 1,
				 .msg_control = room,
				 .msg_controllen = sizeof(room) };
	int tos = 0;

	send_to(fd, from);
	ck_assert_int_eq(recvmsg(peer, &header, 0), 1);
	ck_assert_ptr_nonnull(CMSG_FIRSTHDR(&header));
	memcpy(&tos, CMSG_DATA(CMSG_FIRSTHDR(&header)),
	       from->ss_family == AF_INET6 ? sizeof(tos) : 1); /* ip(7): an octet */
	return tos;
}

START_TEST(packets_keep_their_marking)
{
	for (unsigned i = 0; i < FAMILIES; i++) {
		struct port_pair pair = opened(loopbacks[i]);
		int peer = bound(loopbacks[i]);
		const struct sockaddr_storage from = local_of(peer);
		const bool six = from.ss_family == AF_INET6;
		const int yes = 1;

		ck_assert_int_eq(setsockopt(peer, six ? IPPROTO_IPV6 : IPPROTO_IP,
					    six ? IPV6_RECVTCLASS : IP_RECVTOS, &yes, sizeof(yes)),
				 0);
		for (unsigned k = 0; k < 3; k++) {
			ck_assert_int_eq(marking(pair.rtp_fd, peer, &from), DSCP << 2);
			inbox_restrict(pair.rtp_fd, k % 2 ? NULL : &from);
		}
		close(peer);
		ports_close(&ports, &pair);
	}
}
END_TEST

UNIT_MAIN("inbox", the_peer_alone_gets_in_until_all_may_again,
	  the_address_and_the_port_stay_as_they_were_bound,
	  a_socket_on_all_addresses_stays_open_to_all,
	  packets_that_came_are_read_though_icmp_came_too,
	  a_packet_goes_though_icmp_came_about_the_one_before, packets_keep_their_marking)
