/* RTCP: the octets as a compound packet, and as a row of RTP packets counted and reported on. */
#include "gateway/rtp/rtcp.c"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
	if (!good)
		abort();
}

static void report_on(struct rtcp_source *src, uint64_t now_us, uint32_t lsr)
{
	static const struct rtcp_sender sender = { .ssrc = 1, .packets = 1, .cname = "fuzz@here" };
	struct rtcp_news news;
	uint8_t octets[200];

	src->lsr = lsr;
	int len = rtcp_write(&sender, src, now_us, true, octets, sizeof(octets));
	check(len > 0 && !rtcp_parse(octets, (size_t)len, src->ssrc, &news));
	check(news.sr && news.bye && news.ssrc == 1);
	rtcp_round_trip_us(&news, lsr + 5);
}

/* Eight octets a packet: number, time passed, timestamp. */
static void count(const uint8_t *data, size_t size)
{
	struct rtcp_source src = { 0 };
	uint64_t now_us = 0;

	for (; size >= 8; data += 8, size -= 8) {
		struct rtp_packet packet = { .seq = osmo_load16be(data),
					     .timestamp = osmo_load32be(data + 4),
					     .ssrc = 7 };
		now_us += (uint64_t)osmo_load16be(data + 2) * 100;
		rtcp_source_packet(&src, &packet, now_us, 8000);
		check(rtcp_source_lost(&src) <= rtcp_source_expected(&src));
		rtcp_source_jitter_us(&src, 8000);
		if (data[0] == 0x55)
			report_on(&src, now_us, osmo_load32be(data));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rtcp_news news;

	if (!rtcp_parse(data, size, 7, &news)) {
		check(news.cumulative_lost >= -0x800000 && news.cumulative_lost <= 0x7fffff);
		rtcp_round_trip_us(&news, 0x12345678);
	}
	count(data, size);
	return 0;
}
