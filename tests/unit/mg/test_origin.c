/* Whose packets a stream takes. */
#include <arpa/inet.h>
#include <netinet/in.h>

#include "mg/origin.h"
#include "rtp/packet.h"
#include "tests/unit/unit.h"

static struct sockaddr_storage address(const char *text, uint16_t port)
{
	struct sockaddr_storage out = { .ss_family = AF_INET };

	if (inet_pton(AF_INET, text, &((struct sockaddr_in *)&out)->sin_addr) == 1) {
		((struct sockaddr_in *)&out)->sin_port = htons(port);
	} else {
		out.ss_family = AF_INET6;
		ck_assert_int_eq(
			inet_pton(AF_INET6, text, &((struct sockaddr_in6 *)&out)->sin6_addr), 1);
		((struct sockaddr_in6 *)&out)->sin6_port = htons(port);
	}
	return out;
}

static bool takes(struct origin *origin, const char *from, uint16_t port, uint16_t seq,
		  uint32_t ssrc)
{
	struct sockaddr_storage source = address(from, port);
	struct rtp_packet packet = { .seq = seq, .ssrc = ssrc };

	return origin_takes(origin, &source, &packet);
}

static struct origin signalled(const char *text, uint16_t port)
{
	struct sockaddr_storage to = address(text, port);
	struct origin origin = { 0 };

	origin_set(&origin, &to);
	return origin;
}

START_TEST(only_the_signalled_address_is_taken)
{
	struct origin origin = signalled("192.0.2.1", 5000);

	for (uint16_t seq = 0; seq < 50; seq++)
		ck_assert(!takes(&origin, "192.0.2.2", 5000, seq, 1));
	ck_assert(takes(&origin, "192.0.2.1", 5000, 0, 2));
	ck_assert(!takes(&origin, "2001:db8::1", 5000, 0, 2));
	origin = signalled("2001:db8::1", 5000);
	ck_assert(takes(&origin, "2001:db8::1", 5000, 0, 2));
	ck_assert(!takes(&origin, "2001:db8::2", 5000, 0, 2));
}
END_TEST

START_TEST(nothing_is_taken_before_signalling_spoke)
{
	struct origin origin = { 0 }, hint = signalled("192.0.2.1", 0);

	ck_assert(!takes(&origin, "192.0.2.1", 5000, 0, 1));
	ck_assert(!takes(&origin, "127.0.0.1", 0, 0, 1));
	ck_assert(!takes(&hint, "192.0.2.1", 0, 0, 1));
}
END_TEST

START_TEST(another_port_is_believed_after_five_in_a_row)
{
	struct origin origin = signalled("192.0.2.1", 5000);

	for (unsigned seq = 65533; seq < 65537; seq++) /* across the wrap */
		ck_assert(!takes(&origin, "192.0.2.1", 6000, seq, 1));
	ck_assert(takes(&origin, "192.0.2.1", 6000, 1, 1));
	ck_assert(!takes(&origin, "192.0.2.1", 6002, 2, 1));
	ck_assert(takes(&origin, "192.0.2.1", 5000, 7, 2));
	ck_assert(!takes(&origin, "192.0.2.1", 6000, 2, 1));
}
END_TEST

START_TEST(a_gap_or_another_stream_begins_the_proof_anew)
{
	const struct {
		uint16_t seq[6];
		uint32_t ssrc[6];
	} cases[] = {
		{ { 1, 2, 3, 5, 6, 7 }, { 1, 1, 1, 1, 1, 1 } },
		{ { 1, 2, 3, 4, 5, 6 }, { 1, 1, 1, 2, 2, 2 } },
		{ { 1, 1, 1, 1, 1, 1 }, { 1, 1, 1, 1, 1, 1 } },
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct origin origin = signalled("192.0.2.1", 5000);
		for (unsigned k = 0; k < 6; k++)
			ck_assert(!takes(&origin, "192.0.2.1", 6000, cases[i].seq[k],
					 cases[i].ssrc[k]));
	}
}
END_TEST

START_TEST(the_signalled_port_once_heard_excludes_others)
{
	struct origin origin = signalled("192.0.2.1", 5000);

	ck_assert(takes(&origin, "192.0.2.1", 5000, 9, 1));
	for (uint16_t seq = 0; seq < 50; seq++)
		ck_assert(!takes(&origin, "192.0.2.1", 6000, seq, 1));
}
END_TEST

START_TEST(the_same_signalling_again_keeps_what_was_learned)
{
	struct sockaddr_storage same = address("192.0.2.1", 5000),
				other = address("192.0.2.1", 5002);
	struct origin origin = signalled("192.0.2.1", 5000);

	for (uint16_t seq = 0; seq < ORIGIN_PROOF; seq++)
		takes(&origin, "192.0.2.1", 6000, seq, 1);
	origin_set(&origin, &same);
	ck_assert(takes(&origin, "192.0.2.1", 6000, 5, 1));
	origin_set(&origin, &other);
	ck_assert(!takes(&origin, "192.0.2.1", 6000, 6, 1));
	ck_assert(takes(&origin, "192.0.2.1", 5002, 7, 1));
}
END_TEST

START_TEST(a_peer_on_this_machine_may_come_from_loopback_but_only_from_its_port)
{
	struct origin origin = signalled("192.0.2.1", 5000);

	ck_assert(takes(&origin, "127.0.0.1", 5000, 1, 1));
	for (uint16_t seq = 0; seq < 50; seq++)
		ck_assert(!takes(&origin, "127.0.0.1", 5002, seq, 1));
}
END_TEST

START_TEST(it_is_final_once_the_signalled_port_itself_was_heard)
{
	struct sockaddr_storage other = address("192.0.2.1", 5002);
	struct origin origin = signalled("192.0.2.1", 5000);

	ck_assert(!origin_is_final(&origin));
	ck_assert(takes(&origin, "127.0.0.1", 5000, 1, 1)); /* either address may come next */
	ck_assert(!origin_is_final(&origin));
	for (uint16_t seq = 0; seq < ORIGIN_PROOF; seq++)
		takes(&origin, "192.0.2.1", 6000, seq, 1);
	ck_assert(takes(&origin, "192.0.2.1", 6000, 5, 1));
	ck_assert(!origin_is_final(&origin)); /* the signalled port is still believed */
	ck_assert(takes(&origin, "192.0.2.1", 5000, 6, 1));
	ck_assert(origin_is_final(&origin));
	origin_set(&origin, &other);
	ck_assert(!origin_is_final(&origin));
}
END_TEST

UNIT_MAIN("origin", only_the_signalled_address_is_taken, nothing_is_taken_before_signalling_spoke,
	  another_port_is_believed_after_five_in_a_row,
	  a_gap_or_another_stream_begins_the_proof_anew,
	  the_signalled_port_once_heard_excludes_others,
	  the_same_signalling_again_keeps_what_was_learned,
	  a_peer_on_this_machine_may_come_from_loopback_but_only_from_its_port,
	  it_is_final_once_the_signalled_port_itself_was_heard)
