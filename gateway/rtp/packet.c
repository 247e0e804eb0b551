/* RTP packets, RFC 3550 5.1 and 5.3.1. */
#include "rtp/packet.h"

#include <errno.h>
#include <string.h>

#include <osmocom/core/bit32gen.h>
#include <osmocom/core/bit16gen.h>

/* Octets that the header extension at the start of octets takes, or -EINVAL. RFC 3550 5.3.1 */
static int extension_len(const uint8_t *octets, size_t len)
{
	if (len < 4)
		return -EINVAL;
	size_t words = osmo_load16be(octets + 2);
	return len < 4 + 4 * words ? -EINVAL : (int)(4 + 4 * words);
}

int rtp_parse(const uint8_t *octets, size_t len, struct rtp_packet *out)
{
	if (len < RTP_HEADER || octets[0] >> 6 != 2)
		return -EINVAL;
	size_t head = RTP_HEADER + 4 * (octets[0] & 0x0f);
	if (head > len)
		return -EINVAL;
	if (octets[0] & 0x10) {
		int extension = extension_len(octets + head, len - head);
		if (extension < 0)
			return extension;
		head += (size_t)extension;
	}
	size_t padding = 0;
	if (octets[0] & 0x20) {
		padding = octets[len - 1];
		if (!padding || padding > len - head)
			return -EINVAL;
	}
	*out = (struct rtp_packet){
		.marker = octets[1] & 0x80,
		.pt = octets[1] & 0x7f,
		.seq = osmo_load16be(octets + 2),
		.timestamp = osmo_load32be(octets + 4),
		.ssrc = osmo_load32be(octets + 8),
		.payload = octets + head,
		.payload_len = len - head - padding,
	};
	return 0;
}

int rtp_write(const struct rtp_packet *packet, uint8_t *out, size_t size)
{
	if (size < RTP_HEADER || size - RTP_HEADER < packet->payload_len)
		return -ENOSPC;
	out[0] = 2 << 6;
	out[1] = (packet->marker ? 0x80 : 0) | (packet->pt & 0x7f);
	osmo_store16be(packet->seq, out + 2);
	osmo_store32be(packet->timestamp, out + 4);
	osmo_store32be(packet->ssrc, out + 8);
	if (packet->payload_len)
		memcpy(out + RTP_HEADER, packet->payload, packet->payload_len);
	return (int)(RTP_HEADER + packet->payload_len);
}
