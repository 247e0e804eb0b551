/* RTCP: the counters of RFC 3550 appendix A, compound packets written and read, bad ones
 * refused. */
#include "rtp/rtcp.h"

#include <errno.h>
#include <string.h>

#include "tests/unit/unit.h"

enum { RATE = 8000, MS = 1000 };

static void packet(struct rtcp_source *src, uint16_t seq, uint32_t timestamp, uint64_t ms)
{
	struct rtp_packet rtp = { .seq = seq, .timestamp = timestamp, .ssrc = 7 };

	rtcp_source_packet(src, &rtp, ms * MS, RATE);
}

START_TEST(numbers_are_counted_over_the_wrap)
{
	struct rtcp_source src = { 0 };

	for (unsigned i = 0; i < 200000; i++)
		packet(&src, (uint16_t)(65000 + i), 160 * i, 20 * i);
	ck_assert_uint_eq(rtcp_source_expected(&src), 200000);
	ck_assert_uint_eq(src.received, 200000);
	ck_assert_uint_eq(rtcp_source_lost(&src), 0);
	ck_assert_uint_eq(src.cycles, 4);
}
END_TEST

START_TEST(loss_reorder_and_duplicates_are_counted)
{
	static const uint16_t seqs[] = { 10, 11, 13, 12, 12, 20 };
	struct rtcp_source src = { 0 };

	for (size_t i = 0; i < 6; i++)
		packet(&src, seqs[i], 160 * seqs[i], 20 * seqs[i]);
	ck_assert_uint_eq(rtcp_source_expected(&src), 11);
	ck_assert_uint_eq(src.received, 6);
	ck_assert_uint_eq(rtcp_source_lost(&src), 5);
}
END_TEST

START_TEST(more_received_than_expected_is_no_loss)
{
	struct rtcp_source src = { 0 };

	for (int i = 0; i < 5; i++)
		packet(&src, 1, 0, 0);
	ck_assert_uint_eq(rtcp_source_lost(&src), 0);
}
END_TEST

/* RFC 3550 A.1: one stray number is not counted, two in sequence restart. */
START_TEST(a_jump_must_be_confirmed)
{
	struct rtcp_source src = { 0 };

	packet(&src, 100, 0, 0);
	packet(&src, 101, 160, 20);
	packet(&src, 40000, 320, 40);
	ck_assert_uint_eq(rtcp_source_expected(&src), 2);
	packet(&src, 102, 320, 40);
	ck_assert_uint_eq(rtcp_source_expected(&src), 3);
	packet(&src, 40000, 480, 60);
	packet(&src, 40001, 640, 80);
	ck_assert_uint_eq(rtcp_source_expected(&src), 1);
	ck_assert_uint_eq(src.base_seq, 40001);
}
END_TEST

START_TEST(a_new_ssrc_restarts)
{
	struct rtcp_source src = { 0 };
	struct rtp_packet other = { .seq = 5, .ssrc = 8 };

	packet(&src, 100, 0, 0);
	packet(&src, 200, 0, 0);
	rtcp_source_packet(&src, &other, 0, RATE);
	ck_assert_uint_eq(src.ssrc, 8);
	ck_assert_uint_eq(rtcp_source_expected(&src), 1);
}
END_TEST

/* RFC 3550 A.8: J += (|D| - J)/16, from a constant |D| of 80 units it comes to 80. */
START_TEST(jitter_converges)
{
	struct rtcp_source src = { 0 };

	for (unsigned i = 0; i < 1000; i++)
		packet(&src, (uint16_t)i, 160 * i, 20 * i + (i & 1 ? 10 : 0));
	ck_assert_uint_ge(src.jitter_q4 >> 4, 79);
	ck_assert_uint_le(src.jitter_q4 >> 4, 80);
	ck_assert_uint_ge(rtcp_source_jitter_us(&src, RATE), 9900);
	ck_assert_uint_le(rtcp_source_jitter_us(&src, RATE), 10000);
}
END_TEST

START_TEST(first_steps_of_jitter)
{
	struct rtcp_source src = { 0 };

	packet(&src, 0, 0, 0);
	ck_assert_uint_eq(src.jitter_q4, 0);
	packet(&src, 1, 160, 30);
	ck_assert_uint_eq(src.jitter_q4, 80);
	packet(&src, 2, 320, 50);
	ck_assert_uint_eq(src.jitter_q4, 75);
}
END_TEST

START_TEST(event_updates_and_timestamp_jumps_are_no_jitter)
{
	struct rtcp_source src = { 0 };

	packet(&src, 0, 0, 0);
	packet(&src, 1, 160, 20);
	for (unsigned i = 2; i < 20; i++)
		packet(&src, (uint16_t)i, 320, 20 * i);
	packet(&src, 20, 3200, 400);
	ck_assert_uint_eq(src.jitter_q4, 0);
	packet(&src, 21, 0x90000000, 420);
	packet(&src, 22, 0x900000a0, 440);
	ck_assert_uint_eq(src.jitter_q4, 0);
}
END_TEST

static struct rtcp_sender sender = {
	.ssrc = 0x11111111,
	.packets = 5,
	.octets = 800,
	.rtp_timestamp = 0x22222222,
	.ntp = 0x0123456789abcdef,
	.cname = "a@b",
};

START_TEST(sender_report_octets)
{
	static const uint8_t
		want
			[] = {
				0x81, 200,  0,    12,   0x11, 0x11, 0x11, 0x11, /* SR, one block */
				0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, /* NTP */
				0x22, 0x22, 0x22, 0x22, 0,    0,    0,    5,
				0,    0,    3,    0x20, /* RTP, packets, octets */
				0,    0,    0,    7,    0x80, 0,    0,    2,
				0,    0,    0,    4,    0,    0,    0,    0, /* half lost: 2 of 4 */
				0xaa, 0xbb, 0xcc, 0xdd, 0,    1,    0x80, 0, /* LSR, DLSR 1.5 s */
				0x81, 202,  0,    3,    0x11, 0x11, 0x11, 0x11,
				1,    3,    'a',  '@',  'b',  0,    0,    0,
				0x81, 203,  0,    1,    0x11, 0x11, 0x11, 0x11, /* BYE */
			};
	struct rtcp_source src = { 0 };
	uint8_t octets[200];

	packet(&src, 1, 160, 20);
	packet(&src, 4, 640, 80);
	src.lsr = 0xaabbccdd;
	src.lsr_arrival_us = 500 * MS;
	ck_assert_int_eq(rtcp_write(&sender, &src, 2000 * MS, true, octets, sizeof(octets)),
			 sizeof(want));
	ck_assert_mem_eq(octets, want, sizeof(want));
}
END_TEST

START_TEST(receiver_report_when_nothing_was_sent)
{
	struct rtcp_sender silent = sender;
	struct rtcp_news news;
	uint8_t octets[200];

	silent.packets = 0;
	int len = rtcp_write(&silent, NULL, 0, false, octets, sizeof(octets));
	ck_assert_int_eq(len, 8 + 16);
	ck_assert_uint_eq(octets[1], 201);
	ck_assert_int_eq(rtcp_parse(octets, len, 1, &news), 0);
	ck_assert(!news.sr && !news.report && !news.bye);
	ck_assert_uint_eq(news.ssrc, sender.ssrc);
}
END_TEST

START_TEST(each_interval_has_its_own_fraction)
{
	struct rtcp_source src = { 0 };
	struct rtcp_news news;
	uint8_t octets[200];
	int len;

	for (unsigned i = 0; i < 100; i += 4)
		packet(&src, (uint16_t)i, 160 * i, 20 * i);
	len = rtcp_write(&sender, &src, 0, false, octets, sizeof(octets));
	ck_assert_int_eq(rtcp_parse(octets, len, 7, &news), 0);
	ck_assert_uint_eq(news.fraction_lost, 72 * 256 / 97);
	ck_assert_int_eq(news.cumulative_lost, 72);
	for (unsigned i = 97; i < 200; i++)
		packet(&src, (uint16_t)i, 160 * i, 20 * i);
	len = rtcp_write(&sender, &src, 0, false, octets, sizeof(octets));
	ck_assert_int_eq(rtcp_parse(octets, len, 7, &news), 0);
	ck_assert_uint_eq(news.fraction_lost, 0);
	ck_assert_int_eq(news.cumulative_lost, 72);
	/* Nothing came since: no block, RFC 3550 6.4. */
	len = rtcp_write(&sender, &src, 0, false, octets, sizeof(octets));
	ck_assert_int_eq(rtcp_parse(octets, len, 7, &news), 0);
	ck_assert(!news.report);
}
END_TEST

START_TEST(duplicates_make_a_negative_cumulative_loss)
{
	struct rtcp_source src = { 0 };
	struct rtcp_news news;
	uint8_t octets[200];

	for (int i = 0; i < 3; i++)
		packet(&src, 9, 0, 0);
	int len = rtcp_write(&sender, &src, 0, false, octets, sizeof(octets));
	ck_assert_int_eq(rtcp_parse(octets, len, 7, &news), 0);
	ck_assert_int_eq(news.cumulative_lost, -2);
	ck_assert_uint_eq(news.fraction_lost, 0);
}
END_TEST

START_TEST(every_length_of_cname_is_well_formed)
{
	char cname[300];
	struct rtcp_sender named = sender;
	struct rtcp_news news;

	named.cname = cname;
	for (size_t n = 0; n < sizeof(cname); n++) {
		uint8_t octets[400];
		memset(cname, 'x', n);
		cname[n] = 0;
		int len = rtcp_write(&named, NULL, 0, true, octets, sizeof(octets));
		ck_assert_int_gt(len, 0);
		ck_assert_int_eq(len % 4, 0);
		ck_assert_int_eq(rtcp_parse(octets, len, 1, &news), 0);
		ck_assert(news.sr && news.bye);
		ck_assert_int_eq(rtcp_write(&named, NULL, 0, true, octets, len), len);
		ck_assert_int_eq(rtcp_write(&named, NULL, 0, true, octets, len - 1), -ENOSPC);
	}
}
END_TEST

START_TEST(a_refused_write_keeps_the_interval)
{
	struct rtcp_source src = { 0 };
	uint8_t octets[200];

	packet(&src, 1, 0, 0);
	ck_assert_int_eq(rtcp_write(&sender, &src, 0, false, octets, 60), -ENOSPC);
	ck_assert_uint_eq(src.received_prior, 0);
}
END_TEST

START_TEST(a_peers_report_is_read)
{
	static const uint8_t octets[] = {
		0x82, 200, 0, 18, 0,  0,    0,    9,    1, 2, 3, 4, 5, 6, 7,   8,  0, 0,
		0,    1,   0, 0,  0,  2,    0,    0,    0, 3, 0, 0, 0, 1, 255, 0,  0, 1,
		0,    0,   0, 0,  0,  0,    0,    0,    0, 0, 0, 0, 0, 0, 0,   0, /* another's */
		0,    0,   0, 2,  64, 0xff, 0xff, 0xfe, 0, 1, 0, 5, 0, 0, 0,   77, 0, 0,
		0,    10,  0, 0,  0,  4,    0x82, 203,  0, 2, 0, 0, 0, 8, 0,   0,  0, 9,
	};
	struct rtcp_news news;

	ck_assert_int_eq(rtcp_parse(octets, sizeof(octets), 2, &news), 0);
	ck_assert(news.sr && news.report && news.bye);
	ck_assert_uint_eq(news.ssrc, 9);
	ck_assert_uint_eq(news.sr_ntp, 0x0102030405060708);
	ck_assert_uint_eq(news.fraction_lost, 64);
	ck_assert_int_eq(news.cumulative_lost, -2);
	ck_assert_uint_eq(news.jitter, 77);
	ck_assert_uint_eq(news.lsr, 10);
	ck_assert_uint_eq(news.dlsr, 4);
}
END_TEST

START_TEST(a_bye_of_another_source_is_not_the_peers)
{
	static const uint8_t octets[] = {
		0x80, 201, 0, 1, 0, 0, 0, 9, 0x81, 203, 0, 1, 0, 0, 0, 8
	};
	struct rtcp_news news;

	ck_assert_int_eq(rtcp_parse(octets, sizeof(octets), 2, &news), 0);
	ck_assert(!news.bye);
}
END_TEST

static const struct {
	const char *why;
	uint8_t octets[40];
	size_t len;
} bad[] = {
	{ "nothing", { 0 }, 0 },
	{ "half a header", { 0x80, 201 }, 3 },
	{ "version 1", { 0x40, 201, 0, 1 }, 8 },
	{ "length beyond the end", { 0x80, 201, 0, 2 }, 8 },
	{ "longest length", { 0x80, 201, 0xff, 0xff }, 40 },
	{ "octets left over", { 0x80, 201, 0, 1 }, 10 },
	{ "no SSRC", { 0x80, 201, 0, 0 }, 4 },
	{ "SR without sender information", { 0x80, 200, 0, 1 }, 8 },
	{ "fewer blocks than counted", { 0x82, 201, 0, 7 }, 32 },
	{ "begins with SDES", { 0x80, 202, 0, 0 }, 4 },
	{ "begins with BYE", { 0x80, 203, 0, 0 }, 4 },
	{ "padded report first", { 0xa0, 201, 0, 2, 0, 0, 0, 0, 0, 0, 0, 4 }, 12 },
	{ "BYE with fewer sources than counted",
	  { 0x80, 201, 0, 1, 0, 0, 0, 0, 0x82, 203, 0, 1 },
	  16 },
	{ "padding of none", { 0x80, 201, 0, 1, 0, 0, 0, 0, 0xa0, 203, 0, 1 }, 16 },
	{ "padding beyond the packet",
	  { 0x80, 201, 0, 1, 0, 0, 0, 0, 0xa0, 203, 0, 1, 0, 0, 0, 8 },
	  16 },
	{ "padding not of whole words",
	  { 0x80, 201, 0, 1, 0, 0, 0, 0, 0xa0, 203, 0, 1, 0, 0, 0, 3 },
	  16 },
	{ "padding before the end",
	  { 0x80, 201, 0, 1, 0, 0, 0, 0, 0xa0, 203, 0, 1, 0, 0, 0, 4, 0x80, 203, 0, 0 },
	  20 },
	{ "SDES item beyond the end",
	  { 0x80, 201, 0, 1, 0, 0, 0, 0, 0x81, 202, 0, 2, 0, 0, 0, 0, 1, 3, 'a', 'b' },
	  20 },
	{ "SDES chunk without its end",
	  { 0x80, 201, 0, 1, 0, 0, 0, 0, 0x81, 202, 0, 2, 0, 0, 0, 0, 1, 2, 'a', 'b' },
	  20 },
	{ "SDES with fewer chunks than counted",
	  { 0x80, 201, 0, 1, 0, 0, 0, 0, 0x82, 202, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0 },
	  20 },
};

START_TEST(bad_compounds_are_refused)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct rtcp_news news = { .ssrc = 4711 };
		uint8_t *octets = malloc(bad[i].len + 1);
		memcpy(octets + 1, bad[i].octets, bad[i].len);
		ck_assert_msg(rtcp_parse(octets + 1, bad[i].len, 0, &news) == -EINVAL, "%s",
			      bad[i].why);
		ck_assert_uint_eq(news.ssrc, 4711);
		free(octets);
	}
}
END_TEST

START_TEST(round_trip_is_what_rfc3550_figure_2_computes)
{
	struct rtcp_news news = { .report = true, .lsr = 0xb7052000, .dlsr = 0x00054000 };

	ck_assert_uint_eq(rtcp_round_trip_us(&news, 0xb7108000), 6125000);
	news.lsr = 0;
	ck_assert_uint_eq(rtcp_round_trip_us(&news, 0xb7108000), 0);
	news.lsr = 0xb7108000; /* answered before it was asked */
	ck_assert_uint_eq(rtcp_round_trip_us(&news, 0xb7108000), 0);
	news = (struct rtcp_news){ .lsr = 1 };
	ck_assert_uint_eq(rtcp_round_trip_us(&news, 65537), 0);
}
END_TEST

UNIT_MAIN("rtcp", numbers_are_counted_over_the_wrap, loss_reorder_and_duplicates_are_counted,
	  more_received_than_expected_is_no_loss, a_jump_must_be_confirmed, a_new_ssrc_restarts,
	  jitter_converges, first_steps_of_jitter, event_updates_and_timestamp_jumps_are_no_jitter,
	  sender_report_octets, receiver_report_when_nothing_was_sent,
	  each_interval_has_its_own_fraction, duplicates_make_a_negative_cumulative_loss,
	  every_length_of_cname_is_well_formed, a_refused_write_keeps_the_interval,
	  a_peers_report_is_read, a_bye_of_another_source_is_not_the_peers,
	  bad_compounds_are_refused, round_trip_is_what_rfc3550_figure_2_computes)
