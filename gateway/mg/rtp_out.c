/* The sending half of an RTP termination. */
#include "mg/rtp_out.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "codecs/g711.h"
#include "mg/ports.h"
#include "rtp/packet.h"

void rtp_out_init(struct rtp_out *out, int fd)
{
	struct {
		uint32_t ssrc, timestamp;
		uint16_t seq;
	} chance = { 0 };

	/* At most 256 octets are never refused, random(7). */
	(void)!getrandom(&chance, sizeof(chance), 0);
	*out = (struct rtp_out){
		.fd = fd,
		.resumed = true,
		.ssrc = chance.ssrc,
		.timestamp = chance.timestamp,
		.seq = chance.seq,
	};
}

void rtp_out_tune(struct rtp_out *out, const struct mg_rtp *to, enum law law)
{
	bool sends = to->send && to->remote.ss_family && address_port(&to->remote);

	g711_transcode(out->law, out->payload, out->payload, out->fill);
	out->law = law;
	out->size = to->ptime_ms * (SAMPLE_RATE / 1000);
	out->pt = to->pt;
	if (out->tevent_pt != to->tevent_pt)
		out->event = (struct tevent_tx){ 0 };
	out->tevent_pt = to->tevent_pt;
	out->to.ss_family = AF_UNSPEC;
	if (sends)
		out->to = to->remote;
}

/* A connected socket tells of ICMP from its peer once, in place of sending: then it is sent again. */
static bool send_octets(const struct rtp_out *out, const uint8_t *octets, ssize_t len)
{
	for (unsigned tries = 2; tries--;) {
		if (sendto(out->fd, octets, len, MSG_DONTWAIT | MSG_NOSIGNAL,
			   (const struct sockaddr *)&out->to, address_len(&out->to)) == len)
			return true;
		if (errno == EAGAIN)
			return false;
	}
	return false;
}

static void send_packet(struct rtp_out *out, const struct rtp_packet *packet)
{
	uint8_t octets[RTP_HEADER + RTP_OUT_ROOM];
	int len = rtp_write(packet, octets, sizeof(octets));

	if (len < 0 || !send_octets(out, octets, len))
		return; /* full or unreachable: lost on the way, as any other */
	out->packets++;
	out->octets += packet->payload_len;
}

static void send_audio(struct rtp_out *out)
{
	struct rtp_packet packet = {
		.marker = out->resumed,
		.pt = out->pt,
		.seq = out->seq++,
		.timestamp = out->timestamp,
		.ssrc = out->ssrc,
		.payload = out->payload,
		.payload_len = out->size,
	};

	out->resumed = false;
	send_packet(out, &packet);
}

/* While a digit is down, and until its end was said often enough, events go instead of sound.
 * True: one went. */
static bool send_event(struct rtp_out *out, char digit)
{
	struct tevent_payload event;
	uint8_t octets[TEVENT_OCTETS];
	struct rtp_packet packet = {
		.pt = out->tevent_pt,
		.seq = out->seq,
		.ssrc = out->ssrc,
		.payload = octets,
		.payload_len = sizeof(octets),
	};
	enum tevent_tx_verdict verdict = tevent_tx_step(&out->event, digit, out->timestamp,
							out->size, &event, &packet.timestamp);

	if (verdict == TEVENT_NOTHING)
		return false;
	packet.marker = verdict == TEVENT_SEND_START;
	out->seq++;
	tevent_write(&event, octets);
	send_packet(out, &packet);
	return true;
}

static void send_one(struct rtp_out *out, char digit)
{
	if (out->to.ss_family == AF_UNSPEC) {
		out->resumed = true;
		out->event = (struct tevent_tx){ 0 };
	} else if (!out->tevent_pt || !send_event(out, digit)) {
		send_audio(out);
	}
	out->timestamp += out->size;
	out->fill -= out->size;
	memmove(out->payload, out->payload + out->size, out->fill);
}

void rtp_out_hear(struct rtp_out *out, const struct digit_tones *tones, struct frame heard)
{
	/* At least a packet long, or none would tell of it. */
	const unsigned packet_ticks = out->size / TICK_OCTETS;
	const unsigned min = packet_ticks > DIGITS_MIN_TICKS ? packet_ticks : DIGITS_MIN_TICKS;
	char digit = 0;

	if (out->tevent_pt)
		digit = digits_follow(&out->digits, heard.digit, min);
	else
		regen_step(&out->regen, tones, out->law, &heard);
	frame_copy(&heard, out->law, out->payload + out->fill);
	out->fill += TICK_OCTETS;
	while (out->fill >= out->size)
		send_one(out, digit);
}
