/* RTP and telephone-event payloads: what parses lies inside the octets and writes back the same. */
#include "gateway/rtp/packet.c"

#include <stdlib.h>

#include "rtp/tevent.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
	if (!good)
		abort();
}

static void through_tevent(const struct rtp_packet *packet)
{
	static struct tevent_rx rx;
	static uint64_t now_us;
	struct tevent_payload event;
	uint8_t octets[TEVENT_OCTETS];

	if (tevent_parse(packet->payload, packet->payload_len, &event))
		return;
	now_us += packet->seq;
	char begun = tevent_rx_packet(&rx, packet->timestamp, &event, now_us);
	char down = tevent_rx_down(&rx, now_us);
	check(!begun || event.end || down == begun);
	tevent_write(&event, octets);
	check(octets[0] == packet->payload[0] && octets[1] == (packet->payload[1] & 0xbf));
	check(!memcmp(octets + 2, packet->payload + 2, 2));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rtp_packet packet, back;
	uint8_t octets[RTP_MAX_PACKET];

	if (rtp_parse(data, size, &packet))
		return 0;
	check(packet.payload >= data + RTP_HEADER);
	check(packet.payload + packet.payload_len <= data + size);
	int len = rtp_write(&packet, octets, sizeof(octets));
	if (len < 0)
		return 0;
	check(!rtp_parse(octets, (size_t)len, &back));
	check(back.marker == packet.marker && back.pt == packet.pt && back.seq == packet.seq);
	check(back.timestamp == packet.timestamp && back.ssrc == packet.ssrc);
	check(back.payload_len == packet.payload_len);
	check(!memcmp(back.payload, packet.payload, packet.payload_len));
	through_tevent(&packet);
	return 0;
}
