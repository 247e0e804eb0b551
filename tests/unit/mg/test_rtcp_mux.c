/* RTCP over the port of RTP (RFC 5761). */
#include "tests/unit/mg/peer.h"

enum { SECONDS_5 = 500 /* ticks */ };

/* The first RTCP packet that comes on the peer's RTP socket; the newest RTP packet before it goes into *last. */
static bool muxed_receive(struct rig *rig, const struct peer *peer, struct rtp_packet *last,
			  uint8_t *octets, struct rtcp_news *news)
{
	static uint8_t kept[RTP_MAX_PACKET];

	for (unsigned tick = 0; tick < 2 * SECONDS_5; tick++) {
		rig_tick(rig);
		for (ssize_t len; (len = recv(peer->fd, octets, RTP_MAX_PACKET, 0)) > 0;) {
			if (rtcp_is(octets, (size_t)len))
				return rtcp_parse(octets, (size_t)len, 0, news) == 0;
			memcpy(kept, octets, (size_t)len);
			ck_assert_int_eq(rtp_parse(kept, (size_t)len, last), 0);
		}
	}
	return false;
}

START_TEST(rtcp_goes_both_ways_over_the_port_of_rtp)
{
	struct mg_config config = rig_config();
	struct rig rig = rig_new_with(LAW_ALAW, &config);
	struct peer peer = peer_new(8);
	struct party party = { 0 };
	struct mg_term term = peer_term(&peer);
	struct rtcp_source source = { 0 };
	struct rtcp_sender sender = { .ssrc = 0x1234, .packets = 1, .cname = "x" };
	struct rtp_packet last = { 0 };
	struct rtcp_news news;
	uint8_t octets[RTP_MAX_PACKET], silence[PTIME_OCTETS];

	term.rtp.rtcp_mux = true;
	peer_add(&rig, &party, 1, &peer, &term);
	memset(silence, 0xd5, sizeof(silence));
	peer_send(&peer, silence, sizeof(silence));
	ck_assert(muxed_receive(&rig, &peer, &last, octets, &news));
	ck_assert(news.sr);
	ck_assert_int_lt(recv(peer.rtcp_fd, octets, sizeof(octets), 0), 0);
	/* and back: a report about what the gateway sent gives the round trip */
	rtcp_source_packet(&source, &last, clock_now_us(), SAMPLE_RATE);
	source.lsr = news.sr_ntp >> 16;
	source.lsr_arrival_us = clock_now_us();
	int len = rtcp_write(&sender, &source, clock_now_us(), false, octets, sizeof(octets));
	ck_assert_int_gt(len, 0);
	rig_ticks(&rig, 5);
	ck_assert_int_eq(sendto(peer.fd, octets, (size_t)len, 0, (struct sockaddr *)&peer.gateway,
				sizeof(struct sockaddr_in)),
			 len);
	rig_ticks(&rig, 5);
	struct mg_stats stats = rig_stats(&rig, &party);
	ck_assert_uint_gt(stats.round_trip_us, 0);
	ck_assert_uint_eq(stats.rx_bad, 0);
	ck_assert_uint_eq(stats.rx_packets, 1);
	peer_free(&peer);
	rig_free(&rig);
}
END_TEST

START_TEST(packet_types_tell_rtcp_from_rtp)
{
	static const struct {
		uint8_t octets[2];
		bool rtcp;
	} rows[] = {
		{ { 0x80, 200 }, true },        { { 0x81, 201 }, true },
		{ { 0x80, 192 }, true },        { { 0x80, 223 }, true },
		{ { 0x80, 191 }, false },       { { 0x80, 224 }, false },
		{ { 0x80, 8 }, false },         { { 0x80, 0x80 | 8 }, false },
		{ { 0x80, 0x80 | 96 }, false }, { { 0x40, 200 }, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert(rtcp_is(rows[i].octets, 2) == rows[i].rtcp);
	ck_assert(!rtcp_is(rows[0].octets, 1));
}
END_TEST

UNIT_MAIN("rtcp_mux", rtcp_goes_both_ways_over_the_port_of_rtp, packet_types_tell_rtcp_from_rtp)
