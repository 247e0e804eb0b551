/* RTP packets: RFC 3550 5.1, good and bad. */
#include "rtp/packet.h"

#include <errno.h>
#include <string.h>

#include "tests/unit/unit.h"

START_TEST(what_is_written_reads_back)
{
	static const uint8_t payload[160] = { 1, 2, 3 };
	struct rtp_packet in = { .marker = true,
				 .pt = 127,
				 .seq = 0xfffe,
				 .timestamp = 0xdeadbeef,
				 .ssrc = 0x01020304,
				 .payload = payload,
				 .payload_len = sizeof(payload) };
	struct rtp_packet out;
	uint8_t octets[RTP_HEADER + sizeof(payload)];

	ck_assert_int_eq(rtp_write(&in, octets, sizeof(octets)), sizeof(octets));
	ck_assert_int_eq(rtp_parse(octets, sizeof(octets), &out), 0);
	ck_assert(out.marker);
	ck_assert_uint_eq(out.pt, 127);
	ck_assert_uint_eq(out.seq, 0xfffe);
	ck_assert_uint_eq(out.timestamp, 0xdeadbeef);
	ck_assert_uint_eq(out.ssrc, 0x01020304);
	ck_assert_uint_eq(out.payload_len, sizeof(payload));
	ck_assert_mem_eq(out.payload, payload, sizeof(payload));
}
END_TEST

START_TEST(header_octets_are_those_of_rfc3550)
{
	static const uint8_t want[] = { 0x80, 0x88, 0x12, 0x34, 0x11, 0x22, 0x33,
					0x44, 0xaa, 0xbb, 0xcc, 0xdd, 0xd5 };
	struct rtp_packet packet = { .marker = true,
				     .pt = 8,
				     .seq = 0x1234,
				     .timestamp = 0x11223344,
				     .ssrc = 0xaabbccdd,
				     .payload = (const uint8_t *)"\xd5",
				     .payload_len = 1 };
	uint8_t octets[13];

	ck_assert_int_eq(rtp_write(&packet, octets, 13), 13);
	ck_assert_mem_eq(octets, want, 13);
	ck_assert_int_eq(rtp_write(&packet, octets, 12), -ENOSPC);
	ck_assert_int_eq(rtp_write(&packet, octets, 0), -ENOSPC);
}
END_TEST

START_TEST(csrc_extension_and_padding_are_taken_off)
{
	static const uint8_t octets[] = {
		0xb2, 0x00, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, /* P, X, two CSRCs */
		0,    0,    0, 4, 0, 0, 0, 5,             /* CSRCs */
		0xbe, 0xde, 0, 1, 1, 2, 3, 4,             /* extension of one word */
		'h',  'i',  0, 0, 3,                      /* three of padding */
	};
	struct rtp_packet packet;

	ck_assert_int_eq(rtp_parse(octets, sizeof(octets), &packet), 0);
	ck_assert_uint_eq(packet.payload_len, 2);
	ck_assert_mem_eq(packet.payload, "hi", 2);
}
END_TEST

START_TEST(an_empty_payload_is_allowed)
{
	static const uint8_t octets[RTP_HEADER] = { 0x80 };
	struct rtp_packet packet;

	ck_assert_int_eq(rtp_parse(octets, sizeof(octets), &packet), 0);
	ck_assert_uint_eq(packet.payload_len, 0);
}
END_TEST

/* What is wrong with them; the rest of 32 octets is zero. */
static const struct {
	const char *why;
	uint8_t octets[32];
	size_t len;
} bad[] = {
	{ "nothing", { 0 }, 0 },
	{ "shorter than a header", { 0x80 }, 11 },
	{ "version 0", { 0x00 }, 20 },
	{ "version 1", { 0x40 }, 20 },
	{ "version 3", { 0xc0 }, 20 },
	{ "fifteen CSRCs beyond the end", { 0x8f }, 32 },
	{ "extension header beyond the end", { 0x90 }, 15 },
	{ "extension beyond the end", { 0x90, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5 }, 32 },
	{ "longest extension", { 0x90, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff }, 32 },
	{ "padding of none", { 0xa0 }, 20 },
	{ "padding beyond the payload", { 0xa0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5 }, 16 },
	{ "padding without payload", { 0xa0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 }, 12 },
};

START_TEST(bad_packets_are_refused)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct rtp_packet packet = { .seq = 4711 };
		uint8_t *octets = malloc(bad[i].len + 1); /* the sanitizer sees reads beyond */
		memcpy(octets + 1, bad[i].octets, bad[i].len);
		ck_assert_msg(rtp_parse(octets + 1, bad[i].len, &packet) == -EINVAL, "%s",
			      bad[i].why);
		ck_assert_uint_eq(packet.seq, 4711);
		free(octets);
	}
}
END_TEST

UNIT_MAIN("packet", what_is_written_reads_back, header_octets_are_those_of_rfc3550,
	  csrc_extension_and_padding_are_taken_off, an_empty_payload_is_allowed,
	  bad_packets_are_refused)
